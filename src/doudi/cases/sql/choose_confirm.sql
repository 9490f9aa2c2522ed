create temp table chosen on commit drop as
select p.id, p.division_code,
       (select max(s.round) from cases_step s where s.proposal_id = p.id and s.stage = 'review') as round
from cases_proposal p
where p.division_code >= %(low)s and p.division_code < %(high)s and p.cycle_month <= %(month)s
  and p.state = 'reviewed' and p.lane = 'clean'
  and not exists (select from cases_step s
                  where s.proposal_id = p.id and s.stage = 'review' and s.person_key = %(person)s)
order by p.id for update
