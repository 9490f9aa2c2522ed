-- A run is written once; the digest of its rows follows in the same transaction, once.
CREATE OR REPLACE FUNCTION determination_run_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.rows_digest <> '' OR ROW(OLD.recorded_at, OLD.row_count) IS DISTINCT FROM ROW(NEW.recorded_at, NEW.row_count) THEN
        RAISE EXCEPTION 'determination: run % is finished', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'run_finished';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER run_once BEFORE UPDATE ON determination_run FOR EACH ROW EXECUTE FUNCTION determination_run_once();
