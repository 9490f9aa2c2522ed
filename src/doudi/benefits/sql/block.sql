-- A proposal waits while a person it would feed is fed by another award of the group that does not end
-- now, or by an earlier proposal that takes effect now.  Run until nothing more is blocked.
update ready r set is_blocked = true
where not r.is_blocked and r.group_number > 0 and r.kind <> 'stop' and (
    exists (
        select from jsonb_array_elements_text(r.person_ids) m (person_id)
        join benefits_coverage c on c.person_id = m.person_id::bigint and c.group_number = r.group_number
        where (c.until is null or c.until > r.since)
          and c.award_id not in (select e.award_id from ready e
                                 where e.award_id is not null and e.kind <> 'start' and not e.is_blocked))
    or exists (
        select from ready o
        where o.id < r.id and not o.is_blocked and o.kind <> 'stop' and o.group_number = r.group_number
          and o.household_id = r.household_id
          and exists (select from jsonb_array_elements(o.person_ids) x join jsonb_array_elements(r.person_ids) y
                      on x = y)))
