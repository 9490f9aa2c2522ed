-- Who goes from one support to another has no month without: what is given up ends when the other begins,
-- or, where the other is not confirmed yet, when it would begin if it had been confirmed on the same day.
update ready r set since = greatest(r.since, coalesce(
    (select min(o.begins_on) from ready o
     where o.kind = 'start' and o.household_id = r.household_id and o.group_number = r.group_number), r.begins_on))
where r.cause = 'switch' and r.kind <> 'start'
