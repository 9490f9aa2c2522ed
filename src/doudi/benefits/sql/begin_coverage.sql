insert into benefits_coverage (award_id, person_id, group_number, since, until, division_code)
select a.id, m.person_id::bigint, r.group_number, a.since, a.until, a.division_code
from ready r
join benefits_award a on a.proposal_id = r.id
cross join jsonb_array_elements_text(r.person_ids) m (person_id)
where not r.is_blocked
order by a.id, m.person_id::bigint
