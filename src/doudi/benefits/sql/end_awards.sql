-- End what a proposal stops or replaces; an award that would end before it began never held.
update benefits_award a
set until = r.since, ended_by_proposal_id = r.id, end_cause = case when r.cause <> '' then r.cause else r.kind end
from ready r
where a.id = r.award_id and r.kind <> 'start' and not r.is_blocked and (a.until is null or a.until > r.since)
