-- What becomes of each row of the bank's answer.  The first fitting rule counts.
WITH given AS (
    SELECT * FROM unnest(%(row_numbers)s::int[], %(batches)s::text[], %(line_ids)s::bigint[], %(amounts)s::bigint[],
                         %(results)s::text[], %(codes)s::text[], %(texts)s::text[], %(faults)s::text[])
             AS g (row_number, batch, line_id, amount_fen, result, code, text, fault)),
matched AS (
    SELECT g.*, l.id AS found_id, l.state, l.amount_fen AS line_fen, l.pay_run_id, l.division_code AS line_division,
           g.fault = '' AND l.id IS NOT NULL AND l.pay_run_id = %(run_id)s AND l.amount_fen = g.amount_fen
               AND g.batch IN ('', %(number)s) AS fits
      FROM given g LEFT JOIN payments_line l ON l.id = g.line_id),
ranked AS (
    SELECT m.*, row_number() OVER (PARTITION BY m.line_id, m.fits ORDER BY m.row_number) AS nth,
           min(m.result) OVER w <> max(m.result) OVER w AS contradicted
      FROM matched m WINDOW w AS (PARTITION BY m.line_id, m.fits))
INSERT INTO payments_returnline (return_file_id, row_number, line_id, amount_fen, result, code, text, taken, reason,
                                 division_code)
SELECT %(file_id)s, r.row_number, r.line_id, r.amount_fen, r.result, r.code, r.text,
       CASE WHEN NOT r.fits OR r.contradicted THEN 'refused'
            WHEN r.state = 'sent' AND r.nth = 1 THEN CASE r.result WHEN 'paid' THEN 'posted' ELSE 'voided' END
            WHEN r.state = 'sent' THEN 'repeated'
            WHEN r.state = 'paid' AND r.result = 'paid' THEN 'repeated'
            WHEN r.state = 'returned' AND r.result = 'failed' THEN 'repeated'
            ELSE 'refused' END,
       CASE WHEN r.fault <> '' THEN r.fault
            WHEN r.found_id IS NULL THEN '没有明细 ' || r.line_id
            WHEN r.pay_run_id <> %(run_id)s THEN '明细 ' || r.line_id || ' 不属于批次 ' || %(number)s
            WHEN r.batch NOT IN ('', %(number)s) THEN '批次号是“' || r.batch || '”,应为 ' || %(number)s
            WHEN r.amount_fen <> r.line_fen THEN '金额 ' || to_char(r.amount_fen / 100.0, 'FM999999999990.00')
                 || ' 元与报送的 ' || to_char(r.line_fen / 100.0, 'FM999999999990.00') || ' 元不符'
            WHEN r.contradicted THEN '本文件中同一明细既成功又失败'
            WHEN r.state IN ('frozen', 'held', 'approved', 'void') THEN '明细尚未报送银行'
            WHEN r.state = 'sent' AND r.nth > 1 THEN '本文件中重复'
            WHEN r.state = 'paid' AND r.result = 'paid' OR r.state = 'returned' AND r.result = 'failed' THEN '此前已入账'
            WHEN r.state IN ('paid', 'returned') THEN '与此前已入账的结果相反,请向银行核实'
            ELSE '' END,
       coalesce(r.line_division, %(county)s)
  FROM ranked r
