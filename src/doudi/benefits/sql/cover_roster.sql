-- The people whom roster awards feed: the person, or the members who share the family's life and hold
-- no other award of the group.  Those of a programme for one person come first.
insert into benefits_coverage (award_id, person_id, group_number, since, division_code)
select a.id, coalesce(m.person_id, a.subject_id), p.group_number, a.since, a.division_code
from benefits_award a
join programme p on p.number = a.programme_number
left join registry_membership m on a.subject_kind = 'h' and m.household_id = a.household_id and m.shares_life
     and m.until is null
where a.batch_id is not null and a.division_code >= %(low)s and a.division_code < %(high)s
  and p.subject_kind = %(kind)s
  and (a.subject_kind = 'p' or m.person_id is not null)
  and not exists (select from benefits_coverage c where c.award_id = a.id)
order by a.id, m.id
on conflict do nothing
