-- name: began_later
select 1 from registry_membership where household_id = %(household)s and until is null and since >= %(on)s limit 1

-- name: renew_memberships
with ended as (
  update registry_membership set until = %(on)s where household_id = %(household)s and until is null
  returning household_id, person_id, relation, shares_life
)
insert into registry_membership (household_id, person_id, relation, shares_life, since, division_code)
select household_id, person_id, relation, shares_life, %(on)s, %(to)s from ended order by person_id

-- name: move_people
update registry_person p set division_code = %(to)s
from registry_membership m where m.household_id = %(household)s and m.until is null and p.id = m.person_id

-- name: move_accounts
with ended as (
  update registry_payeeaccount set until = greatest(since, %(on)s::date)
  where household_id = %(household)s and until is null
  returning household_id, person_id, account_encrypted, account_index, account_masked, holder_name, bank_name, until
)
insert into registry_payeeaccount (household_id, person_id, account_encrypted, account_index, account_masked,
  holder_name, bank_name, since, division_code)
select household_id, person_id, account_encrypted, account_index, account_masked, holder_name, bank_name, until, %(to)s
from ended

-- name: move_family
update registry_household
set division_code = %(to)s, area = coalesce(nullif(%(area)s, ''), area),
    address = coalesce(nullif(%(address)s, ''), address)
where id = %(household)s
