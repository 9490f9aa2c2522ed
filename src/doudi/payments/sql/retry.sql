-- Returned lines of one run that nothing replaces yet, to the account that is valid now.
INSERT INTO payments_line (
    pay_run_id, award_id, household_id, person_id, programme, month, kind, amount_fen,
    payee_account_id, account_index, account_masked, holder_name, bank_name, fund_source, direct_mark,
    state, hold_reason, hold_text, released_reasons, release_text, return_code, return_text, replaces_id, division_code)
SELECT %(run_id)s, o.award_id, o.household_id, o.person_id, o.programme, o.month, o.kind, o.amount_fen,
       p.id, p.account_index, coalesce(p.account_masked, ''), coalesce(p.holder_name, ''), coalesce(p.bank_name, ''),
       o.fund_source, '', 'frozen', '', '', '', '', '', '', o.id, o.division_code
  FROM payments_line o
  LEFT JOIN LATERAL (
        SELECT q.id, q.account_index, q.account_masked, q.holder_name, q.bank_name
          FROM registry_payeeaccount q
         WHERE q.household_id = o.household_id AND q.since <= %(on)s AND (q.until IS NULL OR q.until > %(on)s)
         ORDER BY (o.person_id IS NOT NULL AND q.person_id IS NOT DISTINCT FROM o.person_id) DESC, q.since DESC, q.id DESC
         LIMIT 1) p ON true
 WHERE o.pay_run_id = %(old_run_id)s AND o.state = 'returned'
   AND NOT EXISTS (SELECT 1 FROM payments_line r WHERE r.replaces_id = o.id AND r.state <> 'void')
 ORDER BY o.id
ON CONFLICT DO NOTHING
