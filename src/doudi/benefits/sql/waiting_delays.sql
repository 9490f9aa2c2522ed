-- Where, for which programme and on which day the confirmed proposals that have not taken effect were confirmed.
select distinct left(r.division_code, 9), h.area, r.programme, c.confirmed_on
from cases_proposal r
join registry_household h on h.id = r.household_id
cross join lateral (
    select max(s.decided_on) as confirmed_on from cases_step s where s.proposal_id = r.id and s.stage = 'confirm') c
where r.state = 'confirmed' and r.applied_on is null and r.cycle_month <= %(month)s
  and r.division_code >= %(low)s and r.division_code < %(high)s and (r.kind = 'start' or r.cause = 'switch')
order by 1, 2, 3, 4
