-- The only way into the trail.  The function runs as the owner; nobody else may write the tables.

-- One text for writing and for verifying, so that both hash the same bytes.
CREATE OR REPLACE FUNCTION audit_text(
    seq bigint, at timestamptz, login text, name text, person_key text, role text, verb text,
    division_code text, subject text, details jsonb
) RETURNS bytea LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT convert_to(
        jsonb_build_array(seq, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), login, name, person_key,
                          role, verb, division_code, subject, details)::text, 'UTF8')
$$;

CREATE OR REPLACE FUNCTION audit_append(
    p_chain text, p_login text, p_name text, p_person_key text, p_role text, p_verb text,
    p_division_code text, p_subject text, p_details jsonb
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    before audit_head%ROWTYPE;
    moment timestamptz;
    made bytea;
BEGIN
    INSERT INTO audit_head (chain, seq, hash) VALUES (p_chain, 0, ''::bytea) ON CONFLICT (chain) DO NOTHING;
    SELECT * INTO before FROM audit_head WHERE chain = p_chain FOR UPDATE;
    moment := clock_timestamp();
    made := sha256(before.hash || audit_text(before.seq + 1, moment, p_login, p_name, p_person_key, p_role, p_verb,
                                             p_division_code, p_subject, p_details));
    INSERT INTO audit_entry (chain, seq, recorded_at, login, name, person_key, role, verb, division_code, subject,
                             details, prev_hash, hash)
    VALUES (p_chain, before.seq + 1, moment, p_login, p_name, p_person_key, p_role, p_verb, p_division_code, p_subject,
            p_details, before.hash, made);
    UPDATE audit_head SET seq = before.seq + 1, hash = made WHERE chain = p_chain;
    RETURN before.seq + 1;
END $$;

CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit: % on the trail is refused', TG_OP
        USING ERRCODE = 'check_violation', CONSTRAINT = 'trail_append_only';
END $$;

CREATE TRIGGER entry_append_only BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER entry_no_truncate BEFORE TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER head_no_delete BEFORE DELETE ON audit_head
    FOR EACH ROW EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER head_no_truncate BEFORE TRUNCATE ON audit_head
    FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
