-- What an award grants never changes.  Its end may be set, or brought forward, never put off or removed.
CREATE OR REPLACE FUNCTION benefits_end_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.until IS DISTINCT FROM OLD.until
       AND (NEW.until IS NULL OR (OLD.until IS NOT NULL AND NEW.until > OLD.until)) THEN
        RAISE EXCEPTION 'benefits: the end of % % cannot be put off', TG_TABLE_NAME, OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'end_only_earlier';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER award_end_only BEFORE UPDATE ON benefits_award FOR EACH ROW EXECUTE FUNCTION benefits_end_only();
CREATE TRIGGER coverage_end_only BEFORE UPDATE ON benefits_coverage FOR EACH ROW EXECUTE FUNCTION benefits_end_only();

-- Why an award ended is written when its end is written, and by whom it was decided stays.
CREATE OR REPLACE FUNCTION benefits_end_says_why() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF ROW(NEW.end_cause, NEW.ended_by_proposal_id) IS DISTINCT FROM ROW(OLD.end_cause, OLD.ended_by_proposal_id)
       AND NEW.until IS NOT DISTINCT FROM OLD.until THEN
        RAISE EXCEPTION 'benefits: why award % ended stays as written', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'end_cause_stays';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER award_end_says_why BEFORE UPDATE ON benefits_award
    FOR EACH ROW EXECUTE FUNCTION benefits_end_says_why();
