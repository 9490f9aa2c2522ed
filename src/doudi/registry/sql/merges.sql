-- name: give_number
update registry_person p
set id_no_encrypted = %(sealed)s, id_no_index = %(index)s, id_no_masked = %(masked)s, id_no_last4 = %(last4)s,
    sex = %(sex)s, birth_date = %(birth)s
where p.id = %(person)s

-- name: clash
select h.number from registry_membership t
join registry_membership k on k.person_id = %(known)s and k.household_id <> t.household_id
  and daterange(k.since, k.until) && daterange(t.since, t.until)
join registry_household h on h.id = t.household_id
where t.person_id = %(temporary)s limit 1

-- name: void_doubles
update registry_membership t set until = t.since
from registry_membership k
where t.person_id = %(temporary)s and k.person_id = %(known)s and k.household_id = t.household_id
  and daterange(k.since, k.until) && daterange(t.since, t.until)

-- name: pass_memberships
update registry_membership set person_id = %(known)s
where person_id = %(temporary)s and (until is null or until > since)

-- name: pass_heads
update registry_household set head_id = %(known)s where head_id = %(temporary)s

-- name: point
update registry_person set merged_into_id = %(known)s where id = %(temporary)s
