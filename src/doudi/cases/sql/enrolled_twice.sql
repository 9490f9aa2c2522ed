-- Roster rows set aside because the person belongs to another family: the family of the row, and the person.
select distinct r.household_id, r.person_id
from facts_rejectedrow r
where r.kind = 'set_aside' and r.household_id is not null and r.person_id is not null
  and r.division_code >= %(low)s and r.division_code < %(high)s
  and r.batch_id in (
      select max(b.id) from facts_batch b
      where b.division_code >= %(low)s and b.division_code < %(high)s and b.known_on <= %(known_on)s
        and b.kind = 'roster'
      group by b.division_code)
