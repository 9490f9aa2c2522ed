update cases_proposal p set state = 'withdrawn', version = p.version + 1
from standing s where s.id = p.id and not s.is_kept
