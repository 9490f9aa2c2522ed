insert into cases_step (proposal_id, stage, round, user_id, person_key, role, decided_on, in_bulk, reason,
    division_code, recorded_at)
select id, %(stage)s, round, %(user)s, %(person)s, %(role)s, %(on)s, %(in_bulk)s, %(reason)s, division_code, now()
from chosen order by id
