-- Held proposals whose freeze is over, as they would be put forward now; who should be frozen still is left out.
create temp table planned on commit drop as
select p.determination_id, p.run_id, p.subject_kind, p.subject_id, p.household_id, p.programme, p.kind,
       p.amount_before_fen_m, p.amount_after_fen_m, %(month)s::text as since_month,
       case when p.until_month = '' then ''
            else to_char(to_date(%(month)s, 'YYYY-MM')
                         + (to_date(p.until_month, 'YYYY-MM') - to_date(p.since_month, 'YYYY-MM')) * interval '1 day'
                         + interval '15 days', 'YYYY-MM') end as until_month,
       p.route, p.cause, p.person_ids::text as person_ids, p.lane, p.flags::text as flags, '' as hold_clause,
       null::date as hold_until, 'proposed' as state, p.division_code, p.id as old_id
from cases_proposal p
where p.division_code >= %(low)s and p.division_code < %(high)s and p.state = 'held'
  and not exists (select from frozen f where f.place_code = left(p.division_code, 9) and f.programme = p.programme)
