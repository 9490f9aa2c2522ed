-- name: members
-- Everyone whom an award of a named group feeds, once a group: on the roster date, or newly approved after it.
create temp table campaign_member on commit drop as
with dead as (
    select distinct f.person_id from facts_fact f
    where f.name = 'death_date' and f.known_on <= %(on)s and f.value_text <= %(as_of)s::date::text
      and f.division_code >= %(low)s and f.division_code < %(high)s and f.person_id is not null),
left_out as (
    select distinct c.person_id
    from benefits_award a join benefits_coverage c on c.award_id = a.id
    where a.programme = any(%(exclude)s::text[]) and a.division_code >= %(low)s and a.division_code < %(high)s
      and c.since <= %(as_of)s and (c.until is null or c.until > %(as_of)s)),
chosen as (
    select a.id, a.programme, a.household_id, a.amount_fen_m, a.route
    from benefits_award a
    where not %(is_supplement)s and a.division_code >= %(low)s and a.division_code < %(high)s
      and a.since <= %(roster_on)s and (a.until is null or a.until > %(roster_on)s)
    union all
    select a.id, a.programme, a.household_id, a.amount_fen_m, a.route
    from benefits_award a
    join cases_proposal o on o.id = a.proposal_id and o.kind = 'start'
    join (select s.proposal_id, max(s.decided_on) as confirmed_on from cases_step s
          where s.stage = 'confirm' group by 1) s on s.proposal_id = o.id
    where %(is_supplement)s and a.division_code >= %(low)s and a.division_code < %(high)s
      and s.confirmed_on > %(roster_on)s and s.confirmed_on <= %(as_of)s
      and (a.until is null or a.until > greatest(a.since, %(as_of)s::date)))
select g.number, g.unit, a.id as award_id, a.household_id, h.division_code, h.area, a.amount_fen_m, c.person_id,
       coalesce(p.id_no_index, convert_to('person ' || p.id, 'UTF8')) as identity,
       case when d.person_id is not null then 'dead'
            when x.person_id is not null then 'excluded'
            when exists (select from campaigns_covered o where o.campaign_id = any(%(others)s::bigint[])
                         and o.identity = coalesce(p.id_no_index, convert_to('person ' || p.id, 'UTF8')))
            then 'elsewhere'
            when exists (select from campaigns_covered o where o.campaign_id = %(campaign)s
                         and o.slot = case when %(adds_up)s then g.number else 0 end
                         and o.identity = coalesce(p.id_no_index, convert_to('person ' || p.id, 'UTF8')))
            then 'served'
            else '' end as why_not
from chosen a
join campaign_group g on g.programme = a.programme and (g.route = '' or g.route = a.route)
join registry_household h on h.id = a.household_id and g.area in ('', h.area)
join benefits_coverage c on c.award_id = a.id
     and (%(is_supplement)s or (c.since <= %(roster_on)s and (c.until is null or c.until > %(roster_on)s)))
join registry_person p on p.id = c.person_id
left join dead d on d.person_id = c.person_id
left join left_out x on x.person_id = c.person_id
where (not %(is_limited)s or left(h.division_code, 9) in (select code from campaign_township))
  and (g.age_from is null or p.birth_date <= %(roster_on)s::date - g.age_from * interval '1 year')
  and (g.age_below is null or p.birth_date > %(roster_on)s::date - g.age_below * interval '1 year')

-- name: claims
-- One claim for each person or household and group, with its amount; none where nobody is left to be served.
create temp table campaign_claim on commit drop as
with heated as (
    select distinct on (f.household_id) f.household_id, f.value_int as area_m2
    from facts_fact f
    where f.name = 'heated_area_m2' and f.household_id is not null and f.known_on <= %(on)s
      and f.division_code >= %(low)s and f.division_code < %(high)s
    order by f.household_id, f.since desc, f.known_on desc, f.id desc),
gathered as (
    select m.number, m.unit, m.household_id, case when m.unit = 'person' then m.person_id end as person_id,
           min(m.award_id) as award_id, min(m.division_code) as division_code, min(m.area) as area,
           max(m.amount_fen_m) as amount_fen_m, bool_or(m.why_not = '') as is_open
    from campaign_member m group by 1, 2, 3, 4),
priced as (
    select c.*, g.label, least(coalesce(t.area_m2, 0), g.most_m2) as heated_m2, g.months, g.most_m2,
           case when g.unit = 'area' then least(coalesce(t.area_m2, 0), g.most_m2) * g.amount_fen
                when g.months > 0 then c.amount_fen_m * g.months else g.amount_fen end * g.percent / 100 as amount_fen
    from gathered c join campaign_group g on g.number = c.number
    left join heated t on t.household_id = c.household_id)
select row_number() over (order by division_code, household_id, number, person_id) as claim_id, c.*,
       case when unit = 'area' then heated_m2 when months > 0 then months else 1 end as quantity,
       case when not is_open then 'closed'
            when unit = 'area' and heated_m2 = 0 then 'no_area'
            when amount_fen <= 0 then 'no_amount'
            when unit <> 'person' and exists (
                select from campaigns_grantline l join campaigns_roster r on r.id = l.roster_id
                where l.campaign_id = %(campaign)s and l.household_id = c.household_id and l.unit <> 'person'
                  and (not %(adds_up)s or l.group_number = c.number) and r.state <> 'withdrawn')
            then 'served'
            else '' end as why_not
from priced c

-- name: served
-- Which claim serves whom. Where amounts do not add up, everyone is served by the best claim that has them:
-- the highest amount, of equal ones the household's, then the group named first.
create temp table campaign_served on commit drop as
with pairs as (
    select distinct c.claim_id, c.number, c.unit, c.amount_fen, m.identity
    from campaign_claim c
    join campaign_member m on m.number = c.number and m.household_id = c.household_id and m.why_not = ''
         and (c.unit <> 'person' or m.person_id = c.person_id)
    where c.why_not = ''),
ranked as (
    select *, row_number() over (partition by identity order by amount_fen desc, (unit = 'person'), number, claim_id)
        as place
    from pairs)
select claim_id, identity, case when %(adds_up)s then number else 0 end as slot
from ranked where %(adds_up)s or place = 1

-- name: due
-- The claims that serve somebody, with the groups that were left aside for them.
create temp table campaign_due on commit drop as
with counted as (select claim_id, count(*) as person_count from campaign_served group by 1),
aside as (
    select s.claim_id, string_agg(distinct o.label, '、' order by o.label) as labels
    from campaign_served s
    join campaign_member m on m.identity = s.identity and m.why_not = ''
    join campaign_claim o on o.number = m.number and o.household_id = m.household_id and o.why_not = ''
         and (o.unit <> 'person' or o.person_id = m.person_id)
    where not %(adds_up)s and o.claim_id <> s.claim_id
    group by 1)
select c.*, n.person_count, coalesce(a.labels, '') as left_aside
from campaign_claim c join counted n on n.claim_id = c.claim_id left join aside a on a.claim_id = c.claim_id

-- name: numbers
-- A number of its own for every line to be.
create temp table campaign_number on commit drop as
select claim_id, nextval(pg_get_serial_sequence('campaigns_grantline', 'id')) as line_id
from (select claim_id from campaign_due order by claim_id) d

-- name: by_group
select d.number, d.label, d.area, d.unit, count(*), sum(d.person_count), sum(d.amount_fen),
       count(*) filter (where d.left_aside <> '')
from campaign_due d group by 1, 2, 3, 4 order by 1, 3

-- name: by_township
select left(d.division_code, 9), count(*), sum(d.person_count), sum(d.amount_fen)
from campaign_due d group by 1 order by 1

-- name: left_out
select why, sum(count) from (
    select m.why_not as why, count(distinct m.identity) as count from campaign_member m where m.why_not <> '' group by 1
    union all
    select c.why_not, count(distinct c.household_id) from campaign_claim c
    where c.why_not in ('no_area', 'no_amount') group by 1) w
group by 1 order by 1

-- name: cover
-- Whoever is served in another county meets the constraint here and is left out.
insert into campaigns_covered (campaign_id, identity, slot, line_id, roster_id, division_code)
select %(campaign)s, s.identity, s.slot, n.line_id, %(roster)s, c.division_code
from campaign_served s join campaign_claim c on c.claim_id = s.claim_id
join campaign_number n on n.claim_id = s.claim_id
order by s.claim_id, s.identity
on conflict (campaign_id, identity, slot) do nothing

-- name: lines
insert into campaigns_grantline (id, roster_id, campaign_id, division_code, unit, household_id, person_id, award_id,
    group_number, group_label, area, quantity, amount_fen, person_count, left_aside, programme, fund_source,
    fund_clause, label)
select n.line_id, %(roster)s, %(campaign)s, d.division_code, d.unit, d.household_id, d.person_id,
       d.award_id, d.number, d.label, d.area, d.quantity, d.amount_fen, v.count, left(d.left_aside, 300),
       %(programme)s, %(fund_source)s, %(fund_clause)s, %(label)s
from campaign_due d
join campaign_number n on n.claim_id = d.claim_id
join (select line_id, count(*) as count from campaigns_covered where roster_id = %(roster)s group by 1) v
     on v.line_id = n.line_id
order by d.claim_id

-- name: kept
select l.group_number, l.group_label, l.area, l.unit, count(*), sum(l.person_count), sum(l.amount_fen),
       count(*) filter (where l.left_aside <> '')
from campaigns_grantline l where l.roster_id = %(roster)s group by 1, 2, 3, 4 order by 1, 3

-- name: kept_by_township
select left(l.division_code, 9), count(*), sum(l.person_count), sum(l.amount_fen)
from campaigns_grantline l where l.roster_id = %(roster)s group by 1 order by 1

-- name: digest
select coalesce(encode(sha256(string_agg(l.row_hash, ''::bytea order by l.id)), 'hex'), '-')
from campaigns_grantline l where l.roster_id = %(roster)s
