-- New proposals.  What comes out of a freeze is spread over the weeks given, not all due at once.
insert into cases_proposal (previous_id, cycle_month, determination_id, run_id, subject_kind, subject_id, household_id,
    programme, kind, amount_before_fen_m, amount_after_fen_m, since_month, until_month, route, cause, person_ids, lane,
    flags, hold_clause, hold_until, state, reference_on, due_on, division_code, recorded_at, version)
select o.id, %(month)s, n.determination_id, %(run)s, n.subject_kind, n.subject_id, n.household_id, n.programme, n.kind,
       n.amount_before_fen_m, n.amount_after_fen_m, n.since_month, n.until_month, n.route, n.cause,
       n.person_ids::jsonb, n.lane, n.flags::jsonb, n.hold_clause, n.hold_until, n.state, %(on)s,
       case when o.state = 'held' and n.state = 'proposed'
            then (%(due_days)s::date[])[1 + (row_number() over (partition by o.state, n.state order by o.id) - 1)
                 * cardinality(%(due_days)s::date[]) / count(*) over (partition by o.state, n.state)]
            else %(due)s::date end,
       n.division_code, now(), 1
from planned n
left join lateral (
    select s.id, s.state from standing s
    where s.subject_kind = n.subject_kind and s.subject_id = n.subject_id and s.programme = n.programme
      and not s.is_kept
    order by s.id desc limit 1) o on true
where not exists (
    select from standing s
    where s.subject_kind = n.subject_kind and s.subject_id = n.subject_id and s.programme = n.programme and s.is_kept)
order by n.household_id, n.subject_kind, n.subject_id, n.programme
on conflict do nothing
