-- name: award_claims
-- Everyone whom an award feeds in the index month, as a member of the award's group.
create temp table price_claim on commit drop as
select coalesce(p.id_no_index, convert_to('person ' || p.id, 'UTF8')) as identity,
       p.id as person_id, a.household_id, a.id as award_id, null::bigint as member_id,
       p.name, g.group_name, h.area, a.division_code
from benefits_award a
join price_award_group g on g.programme = a.programme
join benefits_coverage c on c.award_id = a.id and c.since <= %(first)s and (c.until is null or c.until > %(first)s)
join registry_person p on p.id = c.person_id
join registry_household h on h.id = a.household_id
where a.division_code >= %(low)s and a.division_code < %(high)s
  and a.since <= %(first)s and (a.until is null or a.until > %(first)s)

-- name: list_claims
insert into price_claim
select m.id_no_index, p.id, s.household_id, null, m.id, m.name, m.group_name, m.area,
       coalesce(p.division_code, m.division_code)
from prices_groupmember m
join prices_grouplist l on l.id = m.group_list_id and l.state = 'taken'
left join registry_person p on p.id_no_index = m.id_no_index
left join registry_membership s on s.person_id = p.id and s.since <= %(first)s
     and (s.until is null or s.until > %(first)s)
where m.division_code >= %(low)s and m.division_code < %(high)s and m.index_month = %(first)s

-- name: lacking
-- Groups with people for whom no amount could be worked out.
select c.group_name, c.area, count(*)
from price_claim c
where exists (select from price_group g where g.group_name = c.group_name)
  and not exists (select from price_amount a where a.group_name = c.group_name and a.area in ('', c.area))
  and not exists (select from price_not_started n where n.area = c.area)
group by 1, 2 order by 1, 2

-- name: due
-- One row for each identity: the membership that pays, and the ones left aside.
-- Household amounts go to one member of the household, by the number of members in the group.
create temp table price_due on commit drop as
with sized as (
    select c.*, count(*) over (partition by c.household_id, c.group_name) as size,
           row_number() over (partition by c.household_id, c.group_name order by c.person_id, c.member_id) as place
    from price_claim c
), paid as (
    select s.*, a.amount_fen, a.fund_source, a.fund_clause, coalesce(r.rank, 1000) as rank
    from sized s
    join price_amount a on a.group_name = s.group_name and a.area in ('', s.area)
         and (a.size is null or a.size = least(s.size, a.largest))
    left join price_rank r on r.group_name = s.group_name
    where a.amount_fen > 0 and (a.unit = 'person' or s.household_id is null or s.place = 1)
), once as (
    select distinct on (identity, group_name) * from paid order by identity, group_name, amount_fen desc, award_id, member_id
), ranked as (
    select o.*, sum(amount_fen) over (partition by identity) as total_fen,
           array_agg(group_name) over (partition by identity) as all_groups,
           row_number() over (
               partition by identity
               order by case when %(take)s = 'first' then 0 else -amount_fen end, rank, group_name) as choice
    from once o
)
select identity, person_id, household_id, award_id, member_id, name, group_name, area, division_code,
       case when %(take)s = 'sum' then total_fen else amount_fen end as amount_fen, fund_source, fund_clause,
       array_to_string(array(select g from unnest(all_groups) g where g <> group_name order by g), ',') as left_aside
from ranked where choice = 1

-- name: lines
-- What is due less what earlier rosters of the month hold already; a person lined elsewhere meets the constraint.
insert into prices_subsidyline
    (roster_id, evaluation_id, division_code, index_month, sequence, identity, person_id, household_id, award_id,
     member_id, name, group_name, area, left_aside, amount_fen, fund_source, fund_clause, label)
select %(roster)s, %(evaluation)s, d.division_code, %(first)s, coalesce(e.count, 0) + 1, d.identity, d.person_id,
       d.household_id, d.award_id, d.member_id, d.name, d.group_name, d.area, d.left_aside,
       d.amount_fen - coalesce(e.sum_fen, 0), d.fund_source, d.fund_clause, %(label)s
from price_due d
left join lateral (
    select count(*) as count, sum(l.amount_fen) as sum_fen from prices_subsidyline l
    where l.identity = d.identity and l.index_month = %(first)s) e on true
where d.amount_fen > coalesce(e.sum_fen, 0)
order by d.division_code, d.identity
on conflict (identity, index_month, sequence) do nothing

-- name: less
-- What earlier rosters hold beyond what is due now.
select count(*), coalesce(sum(e.sum_fen - coalesce(d.amount_fen, 0)), 0)
from (select l.identity, sum(l.amount_fen) as sum_fen from prices_subsidyline l
      where l.index_month = %(first)s and l.division_code >= %(low)s and l.division_code < %(high)s
        and l.roster_id <> %(roster)s
      group by 1) e
left join price_due d on d.identity = e.identity
where e.sum_fen > coalesce(d.amount_fen, 0)

-- name: wanted
select count(*) from price_due d
where d.amount_fen > coalesce((select sum(l.amount_fen) from prices_subsidyline l
                               where l.identity = d.identity and l.index_month = %(first)s), 0)

-- name: counts
select l.group_name, l.area, l.fund_source, l.fund_clause, count(*), sum(l.amount_fen),
       count(*) filter (where l.left_aside <> '')
from prices_subsidyline l where l.roster_id = %(roster)s
group by 1, 2, 3, 4 order by 1, 2, 3

-- name: digest
select coalesce(encode(sha256(string_agg(l.row_hash, ''::bytea order by l.id)), 'hex'), '-')
from prices_subsidyline l where l.roster_id = %(roster)s
