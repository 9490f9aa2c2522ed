-- What a person should look at, by family: rows set aside, departments that disagree, accounts that families share.
select distinct m.household_id, 'set_aside' as code
from facts_rejectedrow r
join registry_membership m on m.person_id = r.person_id and m.since <= %(on)s and (m.until is null or m.until > %(on)s)
where r.kind = 'set_aside' and r.division_code >= %(low)s and r.division_code < %(high)s
  and r.batch_id in (
      select max(b.id) from facts_batch b
      where b.division_code >= %(low)s and b.division_code < %(high)s and b.known_on <= %(known_on)s
      group by b.division_code, b.kind)
union
select m.household_id, 'conflicting_facts'
from (
    select person_id from (
        select distinct on (f.person_id, f.name, f.source) f.person_id, f.name, f.value_int
        from facts_fact f
        where f.division_code >= %(low)s and f.division_code < %(high)s and f.person_id is not null
          and f.name = any(%(compared)s) and f.since <= %(on)s and f.known_on <= %(known_on)s
          and (f.until is null or f.until > %(on)s)
        order by f.person_id, f.name, f.source, f.since desc, f.known_on desc, f.id desc) latest
    group by person_id, name having min(value_int) <> max(value_int)) c
join registry_membership m on m.person_id = c.person_id and m.since <= %(on)s and (m.until is null or m.until > %(on)s)
union
select a.household_id, 'shared_account'
from registry_payeeaccount a
where a.division_code >= %(low)s and a.division_code < %(high)s and a.since <= %(on)s
  and (a.until is null or a.until > %(on)s)
  and a.account_index in (
      select o.account_index from registry_payeeaccount o
      where o.division_code >= %(low)s and o.division_code < %(high)s and o.since <= %(on)s
        and (o.until is null or o.until > %(on)s)
      group by o.account_index having count(distinct o.household_id) > 1)
