-- Members of families with a roster award whom another award of the group feeds already.
select count(*)
from benefits_award a
join programme p on p.number = a.programme_number and p.group_number > 0 and p.subject_kind = 'h'
join registry_membership m on m.household_id = a.household_id and m.shares_life and m.until is null
join benefits_coverage c on c.person_id = m.person_id and c.group_number = p.group_number and c.award_id <> a.id
join benefits_award o on o.id = c.award_id and o.household_id <> a.household_id
where a.batch_id is not null and a.until is null and c.until is null
  and a.division_code >= %(low)s and a.division_code < %(high)s
