-- Confirmed proposals that have not taken effect, with the day from which each holds.  What begins is paid
-- from the month that the law names after its confirmation.  What takes away never reaches back before the
-- month in which it is applied; what gives more is owed from its own month.
create temp table ready on commit drop as
select r.id, r.kind, r.subject_kind, r.subject_id, r.household_id, r.programme, p.number as programme_number,
       p.group_number, r.amount_after_fen_m, r.route, r.cause, r.determination_id, r.person_ids, r.division_code,
       b.begins_on, greatest(a.since, t.since) as since,
       case when r.until_month <> '' then to_date(r.until_month, 'YYYY-MM') end as planned_until,
       a.id as award_id,
       (r.kind = 'start' and a.id is not null) or (r.kind in ('change', 'phase_out') and a.id is null) as is_blocked
from cases_proposal r
join programme p on p.name = r.programme
join registry_household h on h.id = r.household_id
cross join lateral (
    select max(s.decided_on) as confirmed_on from cases_step s where s.proposal_id = r.id and s.stage = 'confirm') c
left join start_delay d on d.place_code = left(r.division_code, 9) and d.area = h.area and d.programme = r.programme
     and d.confirmed_on = c.confirmed_on
cross join lateral (
    select greatest(to_date(r.since_month, 'YYYY-MM'),
                    (date_trunc('month', c.confirmed_on) + d.month_count * interval '1 month')::date) as begins_on) b
cross join lateral (
    select case when r.kind = 'start' then b.begins_on
                when r.kind = 'change' and r.amount_after_fen_m >= r.amount_before_fen_m
                then to_date(r.since_month, 'YYYY-MM')
                else greatest(to_date(r.since_month, 'YYYY-MM'), date_trunc('month', %(on)s::date)::date) end
           as since) t
left join lateral (
    select a.id, a.since from benefits_award a
    where a.subject_kind = r.subject_kind and a.subject_id = r.subject_id and a.programme = r.programme
      and (a.until is null
           or a.until > case when r.kind = 'start' then b.begins_on else to_date(r.since_month, 'YYYY-MM') end)
    order by a.since desc, a.id desc limit 1) a on true
where r.state = 'confirmed' and r.applied_on is null and r.cycle_month <= %(month)s
  and r.division_code >= %(low)s and r.division_code < %(high)s
