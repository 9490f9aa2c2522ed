-- name: stage
create temp table family_row (
  n integer primary key, household_key text, household_number text, name text,
  id_index bytea, id_sealed bytea, id_masked text, id_last4 text, temporary_number text,
  pinyin text, initials text, sex text, birth_date date, relation text, shares_life boolean,
  division_code text collate "C", area text, since date, hukou_code text, hukou_area text, address text,
  person_id bigint, household_id bigint, conflict text, other_household bigint, other_n integer
) on commit drop

-- name: unstage
drop table if exists family_row

-- name: index_stage
create index on family_row (id_index)

-- name: index_people
create index on family_row (person_id)

-- name: match_identified
update family_row r set person_id = coalesce(p.merged_into_id, p.id)
from registry_person p where r.person_id is null and p.id_no_index = r.id_index

-- name: match_temporary
update family_row r set person_id = coalesce(p.merged_into_id, p.id)
from registry_person p
where r.person_id is null and r.id_index is null and r.temporary_number <> ''
  and p.temporary_number = r.temporary_number

-- name: mark_other_name
update family_row r set conflict = 'name_differs'
from registry_person p where p.id = r.person_id and p.name <> r.name

-- name: mark_other_name_within
update family_row r set conflict = 'name_differs'
from family_row earlier
where earlier.id_index = r.id_index and earlier.n < r.n and earlier.name <> r.name and r.conflict is null

-- name: add_identified
insert into registry_person (id_no_encrypted, id_no_index, id_no_masked, id_no_last4, name, name_pinyin,
  name_initials, sex, birth_date, hukou_code, hukou_area, division_code, recorded_at)
select distinct on (id_index) id_sealed, id_index, id_masked, id_last4, name, pinyin, initials, sex, birth_date,
  hukou_code, hukou_area, division_code, now()
from family_row where person_id is null and id_index is not null order by id_index, n
on conflict (id_no_index) do nothing

-- name: mark_elsewhere
update family_row set conflict = 'registered_elsewhere' where person_id is null and id_index is not null

-- name: match_household_by_number
update family_row r set household_id = h.id
from registry_household h where r.household_number <> '' and h.number = r.household_number and h.until is null

-- name: match_household_by_filed_number
update family_row r set household_id = h.id
from registry_household h
where r.household_id is null and r.household_key <> '' and h.filed_number = r.household_key
  and h.division_code >= %(county)s and h.division_code < %(county_end)s and h.until is null

-- name: match_household_by_head
update family_row r set household_id = of_head.household_id
from (
  select distinct on (f.household_key) f.household_key, m.household_id
  from family_row f
  join registry_membership m on m.person_id = f.person_id and m.since <= %(on)s and (m.until is null or m.until > %(on)s)
  join registry_household h on h.id = m.household_id and h.head_id = f.person_id
  where f.relation = 'head' and f.conflict is null and f.household_id is null
  order by f.household_key, f.n
) of_head
where of_head.household_key = r.household_key and r.household_id is null

-- name: new_household_keys
select count(distinct household_key) from family_row where household_id is null and conflict is null

-- name: add_households
with fresh as (
  select household_key, household_number, division_code, area, address, since,
         row_number() over (order by first_row) as place
  from (
    select distinct on (household_key) household_key, household_number, division_code, area, address, since,
           min(n) over (partition by household_key) as first_row
    from family_row where household_id is null and conflict is null
    order by household_key, (relation <> 'head'), n
  ) one_each
), added as (
  insert into registry_household (number, filed_number, area, division_code, address, since)
  select coalesce(nullif(household_number, ''), %(prefix)s || to_char(%(last)s - %(count)s + place, 'FM99999999000000')),
         household_key, area, division_code, address, since
  from fresh
  on conflict (number) do nothing
  returning id, filed_number
)
update family_row r set household_id = a.id from added a
where r.household_id is null and a.filed_number = r.household_key

-- name: mark_household_elsewhere
update family_row set conflict = 'registered_elsewhere' where household_id is null and conflict is null

-- name: match_without_papers
update family_row r set person_id = found.id
from (
  select distinct on (f.n) f.n, m.person_id as id
  from family_row f
  join registry_membership m on m.household_id = f.household_id
  join registry_person p on (p.id = m.person_id or p.merged_into_id = m.person_id) and p.id_no_index is null
    and p.name = f.name and p.birth_date is not distinct from f.birth_date
  where f.person_id is null and f.id_index is null and f.conflict is null
  order by f.n, m.since desc
) found
where found.n = r.n

-- name: count_without_papers
select count(*) from family_row where person_id is null and id_index is null and temporary_number = '' and conflict is null

-- name: give_temporary_numbers
update family_row r set temporary_number = %(prefix)s || to_char(%(last)s - %(count)s + numbered.place, 'FM99999999000000')
from (
  select n, row_number() over (order by n) as place
  from family_row where person_id is null and id_index is null and temporary_number = '' and conflict is null
) numbered
where numbered.n = r.n

-- name: add_without_papers
insert into registry_person (temporary_number, id_no_masked, id_no_last4, name, name_pinyin, name_initials, sex,
  birth_date, hukou_code, hukou_area, division_code, recorded_at)
select distinct on (temporary_number) temporary_number, '', '', name, pinyin, initials, sex, birth_date, hukou_code,
  hukou_area, division_code, now()
from family_row where person_id is null and id_index is null and conflict is null order by temporary_number, n
on conflict (temporary_number) do nothing

-- name: mark_repeated
with standing as (
  select distinct on (person_id) person_id, n, household_key
  from family_row where person_id is not null and conflict is null order by person_id, n
)
update family_row r
set conflict = case when s.household_key = r.household_key then 'repeated' else 'two_families' end, other_n = s.n
from standing s
where s.person_id = r.person_id and r.n > s.n and r.conflict is null

-- name: mark_two_families
update family_row r set conflict = 'two_families', other_household = m.household_id
from registry_membership m
where r.conflict is null and m.person_id = r.person_id and m.household_id is distinct from r.household_id
  and daterange(m.since, m.until) && daterange(r.since, null)

-- name: change_relations
update registry_membership m set relation = r.relation, shares_life = r.shares_life
from family_row r
where r.conflict is null and m.person_id = r.person_id and m.household_id = r.household_id
  and m.since <= %(on)s and (m.until is null or m.until > %(on)s)
  and (m.relation, m.shares_life) is distinct from (r.relation, r.shares_life)

-- name: add_memberships
insert into registry_membership (household_id, person_id, relation, shares_life, since, division_code)
select r.household_id, r.person_id, r.relation, r.shares_life, r.since, h.division_code
from family_row r join registry_household h on h.id = r.household_id
where r.conflict is null and r.person_id is not null
  and not exists (
    select from registry_membership m where m.person_id = r.person_id
      and daterange(m.since, m.until) && daterange(r.since, null)
  )
order by r.n

-- name: set_heads
update registry_household h set head_id = r.person_id
from family_row r
where r.relation = 'head' and r.conflict is null and h.id = r.household_id and h.head_id is distinct from r.person_id

-- name: refresh_households
update registry_household h
set area = r.area, address = coalesce(nullif(r.address, ''), h.address), filed_number = r.household_key
from family_row r
where r.relation = 'head' and r.conflict is null and h.id = r.household_id
  and (h.area, h.address, h.filed_number)
      is distinct from (r.area, coalesce(nullif(r.address, ''), h.address)::varchar, r.household_key::varchar)

-- name: answers
select r.n, r.person_id, r.household_id, r.conflict, h.id, h.number
from family_row r
left join family_row first on first.n = r.other_n
left join registry_household h on h.id = coalesce(r.other_household, first.household_id)
order by r.n
