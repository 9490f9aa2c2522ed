update benefits_coverage c
set until = greatest(r.since, c.since)
from ready r
where c.award_id = r.award_id and r.kind <> 'start' and not r.is_blocked
  and (c.until is null or c.until > greatest(r.since, c.since))
