-- Read-only views for operators.  They run with the reader's own rights, so the scope holds in them too.

-- Grain: award and month that is due; months are those of runs and of proposals.  ``line_id`` is the newest line.
CREATE VIEW view_expected_payments WITH (security_invoker = true) AS
SELECT left(a.division_code, 6) AS county_code, a.division_code, m.month, a.id AS award_id, a.programme,
       a.subject_kind, a.subject_id, a.household_id, h.number AS household_number, a.amount_fen_m AS expected_fen,
       a.proposal_id, a.batch_id, a.determination_id, a.since, a.until,
       l.id AS line_id, l.state AS line_state,
       CASE WHEN l.state = 'paid' THEN l.amount_fen ELSE 0 END AS paid_fen
  FROM (SELECT DISTINCT month, left(division_code, 6) AS county_code FROM payments_payrun WHERE state <> 'cancelled'
        UNION
        SELECT DISTINCT month, left(division_code, 6) FROM payments_line
        UNION
        SELECT DISTINCT cycle_month, left(division_code, 6) FROM cases_proposal) m
  JOIN benefits_award a
    ON left(a.division_code, 6) = m.county_code
   AND a.since <= to_date(m.month, 'YYYY-MM') AND (a.until IS NULL OR a.until > to_date(m.month, 'YYYY-MM'))
   AND a.amount_fen_m > 0
  JOIN registry_household h ON h.id = a.household_id
  LEFT JOIN LATERAL (
        SELECT x.id, x.state, x.amount_fen FROM payments_line x
         WHERE x.award_id = a.id AND x.month = m.month
         ORDER BY (x.state = 'void'), (x.state = 'returned'), x.id DESC LIMIT 1) l ON true;

-- Grain: payment line, with its run.  Account numbers are masked.
CREATE VIEW view_payment_lines WITH (security_invoker = true) AS
SELECT left(l.division_code, 6) AS county_code, l.division_code, l.id AS line_id, r.id AS pay_run_id,
       r.kind AS run_kind, r.month AS run_month, r.sequence AS run_sequence, r.state AS run_state,
       l.month, l.kind, l.programme, l.household_id, l.person_id, l.award_id, l.amount_fen, l.fund_source, l.direct_mark,
       l.holder_name, l.account_masked, l.bank_name, l.state, l.hold_reason, l.hold_text, l.release_text,
       l.return_code, l.return_text, l.replaces_id, l.reserve_journal_id, l.final_journal_id,
       r.made_by, r.made_on, r.approved_by, r.approved_on
  FROM payments_line l LEFT JOIN payments_payrun r ON r.id = l.pay_run_id;

-- Grain: leg.  Positive adds to the account.
CREATE VIEW view_ledger WITH (security_invoker = true) AS
SELECT j.division_code, j.id AS journal_id, j.idem, j.kind, j.effective_on, j.memo, j.pay_run_id, j.corrects_id,
       j.line_count, j.made_by, j.recorded_at, g.id AS leg_id, a.code AS account_code, a.fund_source, a.direct_mark, a.use,
       a.kind AS account_kind, g.amount_fen, a.balance_fen AS account_balance_fen
  FROM funds_journal j JOIN funds_leg g ON g.journal_id = j.id JOIN funds_account a ON a.id = g.account_id;

-- Grain: entry of the trail.
CREATE VIEW view_audit WITH (security_invoker = true) AS
SELECT e.id, e.chain, e.seq, e.recorded_at, e.login, e.name, e.person_key, e.role, e.verb, e.division_code, e.subject,
       e.details, encode(e.hash, 'hex') AS hash
  FROM audit_entry e;
