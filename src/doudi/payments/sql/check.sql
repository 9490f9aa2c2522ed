-- Every reason to keep a line back, worst first; one row per line.
WITH mine AS (
    SELECT l.*, to_date(l.month, 'YYYY-MM') AS first_day
      FROM payments_line l WHERE l.pay_run_id = %(run_id)s AND l.state = 'frozen'),
covered AS (
    SELECT m.id AS line_id, m.month, m.programme, m.first_day, c.person_id, c.group_number
      FROM mine m JOIN benefits_coverage c ON c.award_id = m.award_id
     WHERE c.since <= m.first_day AND (c.until IS NULL OR c.until > m.first_day)
    UNION
    SELECT m.id, m.month, m.programme, m.first_day, m.person_id, 0 FROM mine m WHERE m.person_id IS NOT NULL),
payee AS (
    SELECT m.id AS line_id, m.first_day, p.person_id
      FROM mine m JOIN registry_payeeaccount p ON p.id = m.payee_account_id WHERE p.person_id IS NOT NULL),
dead AS (
    SELECT DISTINCT ON (f.person_id) f.person_id, f.value_text
      FROM facts_fact f
     WHERE f.name = 'death_date' AND f.known_on <= %(on)s
       AND f.person_id IN (SELECT person_id FROM covered UNION SELECT person_id FROM payee)
     ORDER BY f.person_id, f.since DESC, f.known_on DESC, f.id DESC),
said AS (
    SELECT DISTINCT ON (f.person_id, f.name) f.person_id, f.name, f.value_int, f.value_text
      FROM facts_fact f
     WHERE f.name IN ('disability_card_until', 'is_student') AND f.known_on <= %(on)s AND f.since <= %(on)s
       AND f.person_id IN (
           SELECT person_id FROM mine
            WHERE programme IN ('disability_living_subsidy', 'disability_care_subsidy', 'orphan_allowance',
                                'unattended_child_allowance'))
     ORDER BY f.person_id, f.name, f.since DESC, f.known_on DESC, f.id DESC),
twice AS (
    SELECT person_id, month, key, count(DISTINCT line_id) AS line_count
      FROM (SELECT c.person_id, l.id AS line_id, l.month,
                   CASE WHEN c.group_number > 0 THEN 'group ' || c.group_number ELSE l.programme END AS key
              FROM payments_line l
              JOIN benefits_coverage c ON c.award_id = l.award_id
             WHERE l.month IN (SELECT DISTINCT month FROM mine) AND l.state NOT IN ('returned', 'void')
               AND c.since <= to_date(l.month, 'YYYY-MM')
               AND (c.until IS NULL OR c.until > to_date(l.month, 'YYYY-MM'))) s
     GROUP BY person_id, month, key HAVING count(DISTINCT line_id) > 1),
shared AS (
    SELECT m.account_index, m.month, count(DISTINCT m.household_id) AS household_count
      FROM mine m JOIN benefits_award a ON a.id = m.award_id
     WHERE m.account_index IS NOT NULL AND a.route <> 'institution'
     GROUP BY m.account_index, m.month HAVING count(DISTINCT m.household_id) > 1),
found AS (
    SELECT c.line_id, 1 AS rank, 'dead' AS reason,
           p.name || '已于' || d.value_text || '去世,请先办理变更或停发' AS text
      FROM covered c JOIN dead d ON d.person_id = c.person_id AND d.value_text < c.first_day::text
      JOIN registry_person p ON p.id = c.person_id
    UNION ALL
    SELECT c.line_id, 1, 'dead', '收款人' || p.name || '已于' || d.value_text || '去世,请更换收款账户'
      FROM payee c JOIN dead d ON d.person_id = c.person_id AND d.value_text < c.first_day::text
      JOIN registry_person p ON p.id = c.person_id
    UNION ALL
    SELECT m.id, 2, 'ended', '待遇已于' || a.until || '终止'
      FROM mine m JOIN benefits_award a ON a.id = m.award_id WHERE a.until <= m.first_day
    UNION ALL
    SELECT c.line_id, 3, 'duplicate', p.name || '本月列在' || t.line_count || '笔同类待遇中,请核实后只留一笔'
      FROM covered c
      JOIN twice t ON t.person_id = c.person_id AND t.month = c.month
                  AND t.key = CASE WHEN c.group_number > 0 THEN 'group ' || c.group_number ELSE c.programme END
      JOIN registry_person p ON p.id = c.person_id
    UNION ALL
    SELECT m.id, 4, 'over_amount', '金额与待遇不一致' FROM mine m
      LEFT JOIN benefits_award a ON a.id = m.award_id WHERE a.amount_fen_m IS DISTINCT FROM m.amount_fen
    UNION ALL
    SELECT m.id, 5, 'no_account', '没有有效的收款账户,请登记后再发' FROM mine m WHERE m.payee_account_id IS NULL
    UNION ALL
    SELECT m.id, 6, 'shared_account', '账户 ' || m.account_masked || ' 同时用于 ' || s.household_count || ' 户'
      FROM mine m JOIN shared s ON s.account_index = m.account_index AND s.month = m.month
    UNION ALL
    SELECT m.id, 8, 'card_expired', p.name || '的残疾人证已于' || s.value_text || '到期,换证后放行'
      FROM mine m JOIN said s ON s.person_id = m.person_id AND s.name = 'disability_card_until'
      JOIN registry_person p ON p.id = m.person_id
     WHERE m.programme IN ('disability_living_subsidy', 'disability_care_subsidy')
       AND s.value_text <= greatest(m.first_day, %(on)s)::text
    UNION ALL
    SELECT m.id, 9, 'not_at_school', p.name || '已满十八周岁,没有在校就读,请先办理停发'
      FROM mine m JOIN said s ON s.person_id = m.person_id AND s.name = 'is_student' AND s.value_int = 0
      JOIN registry_person p ON p.id = m.person_id
     WHERE m.programme IN ('orphan_allowance', 'unattended_child_allowance')
       AND p.birth_date + interval '18 years' <= greatest(m.first_day, %(on)s)
    UNION ALL
    SELECT m.id, 7, 'same_account', '上次退票(' || o.return_text || '),账户还没有更换'
      FROM mine m JOIN payments_line o ON o.id = m.replaces_id
     WHERE o.account_index = m.account_index AND o.holder_name = m.holder_name
       AND o.return_code = ANY(%(account_codes)s))
UPDATE payments_line l SET state = 'held', hold_reason = w.reason, hold_text = left(w.text, 200)
  FROM (SELECT DISTINCT ON (f.line_id) f.line_id, f.reason, f.text
          FROM found f JOIN mine m ON m.id = f.line_id
         WHERE position(',' || f.reason || ',' IN m.released_reasons) = 0
         ORDER BY f.line_id, f.rank, f.text) w
 WHERE l.id = w.line_id
