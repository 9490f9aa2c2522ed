-- One line per award in force, month and component; who holds a live line already is left out.
INSERT INTO payments_line (
    pay_run_id, award_id, household_id, person_id, programme, month, kind, amount_fen,
    payee_account_id, account_index, account_masked, holder_name, bank_name, fund_source, direct_mark,
    state, hold_reason, hold_text, released_reasons, release_text, return_code, return_text, division_code)
SELECT %(run_id)s, a.id, a.household_id, CASE WHEN a.subject_kind = 'p' THEN a.subject_id END, a.programme,
       m.month, 'regular', a.amount_fen_m,
       p.id, p.account_index, coalesce(p.account_masked, ''), coalesce(p.holder_name, ''), coalesce(p.bank_name, ''),
       f.fund_source, '', 'frozen', '', '', '', '', '', '', a.division_code
  FROM unnest(%(months)s::text[], %(first_days)s::date[]) AS m (month, first_day)
  JOIN benefits_award a
    ON a.division_code >= %(county)s AND a.division_code < %(county)s || ':'
   AND a.since <= m.first_day AND (a.until IS NULL OR a.until > m.first_day) AND a.amount_fen_m > 0
  JOIN unnest(%(programmes)s::text[], %(sources)s::text[]) AS f (programme, fund_source) ON f.programme = a.programme
  LEFT JOIN LATERAL (
        SELECT q.id, q.account_index, q.account_masked, q.holder_name, q.bank_name
          FROM registry_payeeaccount q
         WHERE q.household_id = a.household_id AND q.since <= %(on)s AND (q.until IS NULL OR q.until > %(on)s)
         ORDER BY (a.subject_kind = 'p' AND q.person_id IS NOT DISTINCT FROM a.subject_id) DESC, q.since DESC, q.id DESC
         LIMIT 1) p ON true
 WHERE NOT EXISTS (
        SELECT 1 FROM payments_line l
         WHERE l.household_id = a.household_id AND l.programme = a.programme AND l.month = m.month
           AND l.kind = 'regular' AND l.state NOT IN ('returned', 'void')
           AND coalesce(l.person_id, 0) = CASE WHEN a.subject_kind = 'p' THEN a.subject_id ELSE 0 END)
   AND NOT EXISTS (
        SELECT 1 FROM payments_line l
         WHERE l.award_id = a.id AND l.month = m.month AND l.kind = 'regular' AND l.state = 'returned')
 ORDER BY m.month, a.division_code, a.household_id, a.id
ON CONFLICT DO NOTHING
