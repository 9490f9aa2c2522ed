create temp table ready_person on commit drop as
select r.id, m.person_id::bigint as person_id
from ready r cross join jsonb_array_elements_text(r.person_ids) m (person_id)
where r.kind <> 'stop'
