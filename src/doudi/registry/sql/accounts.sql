-- name: unstage
drop table if exists account_row

-- name: stage
create temp table account_row (
  n integer primary key, household_id bigint, person_id bigint, sealed bytea, index bytea, masked text, holder text,
  bank text, since date
) on commit drop

-- name: fill
copy account_row (n, household_id, person_id, sealed, index, masked, holder, bank, since) from stdin

-- name: keep_last
with newest as (
  select distinct on (household_id, person_id) n from account_row order by household_id, person_id, n desc
)
delete from account_row r where not exists (select from newest where newest.n = r.n)

-- name: drop_known
delete from account_row r using registry_payeeaccount a
where a.household_id = r.household_id and coalesce(a.person_id, 0) = coalesce(r.person_id, 0)
  and a.account_index = r.index and a.until is null

-- name: end_replaced
update registry_payeeaccount a set until = greatest(a.since, r.since)
from account_row r
where a.household_id = r.household_id and coalesce(a.person_id, 0) = coalesce(r.person_id, 0) and a.until is null

-- name: add
insert into registry_payeeaccount (household_id, person_id, account_encrypted, account_index, account_masked,
  holder_name, bank_name, since, division_code)
select r.household_id, r.person_id, r.sealed, r.index, r.masked, r.holder, r.bank, r.since, h.division_code
from account_row r join registry_household h on h.id = r.household_id
order by r.n
