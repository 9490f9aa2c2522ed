insert into benefits_award (proposal_id, determination_id, previous_id, subject_kind, subject_id, household_id,
    programme, programme_number, amount_fen_m, since, until, route, end_cause, division_code, recorded_at)
select r.id, r.determination_id, r.award_id, r.subject_kind, r.subject_id, r.household_id, r.programme,
       r.programme_number, r.amount_after_fen_m, r.since,
       case when r.planned_until is not null then greatest(r.planned_until, r.since) end, r.route, '',
       r.division_code, now()
from ready r
where r.kind <> 'stop' and not r.is_blocked
order by r.id
