-- A proposal waits while a person it would feed is fed by another award of the group that does not end
-- now, or by an earlier proposal that takes effect now.  Run until nothing more is blocked.
update ready r set is_blocked = true
from (
    select x.id
    from ready x
    join ready_person m on m.id = x.id
    join benefits_coverage c on c.person_id = m.person_id and c.group_number = x.group_number
    where x.group_number > 0 and not x.is_blocked and (c.until is null or c.until > x.since)
      and not exists (select from ready e where e.award_id = c.award_id and e.kind <> 'start' and not e.is_blocked)
    union
    select x.id
    from ready x
    join ready_person m on m.id = x.id
    join ready_person n on n.person_id = m.person_id and n.id < m.id
    join ready o on o.id = n.id and o.group_number = x.group_number and not o.is_blocked
    where x.group_number > 0 and not x.is_blocked) b
where b.id = r.id and not r.is_blocked
