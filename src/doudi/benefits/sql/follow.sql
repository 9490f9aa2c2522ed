-- Whoever is fed by other support of the group until it ends now, or has ended by next month, is fed by the
-- new one from that day on.  Run until nothing moves any more.
update ready r set since = f.free_on
from (
    select x.id, max(least(c.until, case when e.id is not null then greatest(e.since, c.since) end)) as free_on
    from ready x
    join ready_person m on m.id = x.id
    join benefits_coverage c on c.person_id = m.person_id and c.group_number = x.group_number
    left join ready e on e.award_id = c.award_id and e.kind <> 'start' and not e.is_blocked
    where x.group_number > 0 and (c.until is null or c.until > x.since)
      and (e.id is not null or c.until <= date_trunc('month', %(on)s::date) + interval '1 month')
    group by 1) f
where f.id = r.id and f.free_on > r.since
