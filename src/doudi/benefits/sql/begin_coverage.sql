insert into benefits_coverage (award_id, person_id, group_number, since, until, division_code)
select a.id, m.person_id, r.group_number, a.since, a.until, a.division_code
from ready r
join ready_person m on m.id = r.id
join benefits_award a on a.proposal_id = r.id
where not r.is_blocked
order by a.id, m.person_id
