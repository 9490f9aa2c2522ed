-- What the roster pays goes on as awards; a subject that has had an award of the programme is left alone.
insert into benefits_award (batch_id, subject_kind, subject_id, household_id, programme, programme_number,
    amount_fen_m, since, route, end_cause, division_code, recorded_at)
select r.batch_id, p.subject_kind, case p.subject_kind when 'p' then r.person_id else r.household_id end, r.household_id,
       r.programme, p.number, r.amount_fen_m, r.since, '', '', h.division_code, now()
from roster r
join programme p on p.name = r.programme
join registry_household h on h.id = r.household_id
where (p.subject_kind = 'h') = (r.person_id is null)
  and not exists (
      select from benefits_award a
      where a.programme = r.programme and a.subject_kind = p.subject_kind
        and a.subject_id = case p.subject_kind when 'p' then r.person_id else r.household_id end)
order by r.line_id
on conflict do nothing
