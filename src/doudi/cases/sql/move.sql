update cases_proposal p set state = %(state)s, version = p.version + 1 from chosen c where c.id = p.id
