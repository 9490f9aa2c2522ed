-- Proposals that stand: open ones of any month up to this one, and this month's or not yet applied confirmed ones.
create temp table standing on commit drop as
select p.id, p.subject_kind, p.subject_id, p.programme, p.cycle_month, p.state, p.kind, p.amount_before_fen_m,
       p.amount_after_fen_m, p.route, p.cause, p.flags, p.hold_clause, false as is_kept
from cases_proposal p
where p.division_code >= %(low)s and p.division_code < %(high)s
  and (p.state in ('proposed', 'held', 'reviewed', 'returned')
       or (p.state = 'confirmed' and (p.applied_on is null or p.cycle_month = %(month)s)))
