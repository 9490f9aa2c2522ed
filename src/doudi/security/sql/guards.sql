-- A natural person holds posts of one line only: deciding, money, audit, or running the system.
CREATE OR REPLACE FUNCTION security_line(role text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN role IN ('village', 'township', 'county', 'province') THEN 'deciding' ELSE role END
$$;

CREATE OR REPLACE FUNCTION security_post_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT u.person_key INTO NEW.person_key FROM security_user u WHERE u.id = NEW.user_id FOR UPDATE;
    PERFORM pg_advisory_xact_lock(hashtextextended('post of ' || NEW.person_key, 0));
    IF EXISTS (
        SELECT FROM security_post p
         WHERE p.person_key = NEW.person_key AND p.id IS DISTINCT FROM NEW.id
           AND security_line(p.role) <> security_line(NEW.role)
           AND daterange(p.since, p.until) && daterange(NEW.since, NEW.until)) THEN
        RAISE EXCEPTION 'security: % would hold posts of two lines', NEW.person_key
            USING ERRCODE = 'check_violation', CONSTRAINT = 'post_one_line_a_person';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER post_lines BEFORE INSERT OR UPDATE ON security_post
    FOR EACH ROW EXECUTE FUNCTION security_post_lines();

-- A person stays the same person behind a log-in.
CREATE OR REPLACE FUNCTION security_user_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'security: the person behind % does not change', OLD.login
        USING ERRCODE = 'check_violation', CONSTRAINT = 'user_stays_one_person';
END $$;

CREATE TRIGGER user_person BEFORE UPDATE ON security_user
    FOR EACH ROW WHEN (OLD.person_key <> NEW.person_key OR OLD.login <> NEW.login)
    EXECUTE FUNCTION security_user_person();
