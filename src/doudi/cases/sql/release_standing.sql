create temp table standing on commit drop as
select p.id, p.subject_kind, p.subject_id, p.programme, p.state, false as is_kept
from cases_proposal p join planned n on n.old_id = p.id
