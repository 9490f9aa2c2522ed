-- What was confirmed or withdrawn stays so; nothing is rostered without a confirmed start.
CREATE OR REPLACE FUNCTION prices_state_moves_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> NEW.state AND OLD.state <> 'entered' THEN
        RAISE EXCEPTION 'a decided row keeps its state'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'price_state_moves_on';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER price_state_moves_on BEFORE UPDATE ON prices_indexfigure
    FOR EACH ROW EXECUTE FUNCTION prices_state_moves_on();
CREATE TRIGGER price_state_moves_on BEFORE UPDATE ON prices_rulerecord
    FOR EACH ROW EXECUTE FUNCTION prices_state_moves_on();
CREATE TRIGGER price_state_moves_on BEFORE UPDATE ON prices_decision
    FOR EACH ROW EXECUTE FUNCTION prices_state_moves_on();

CREATE OR REPLACE FUNCTION prices_roster_needs_start() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM prices_decision d
        WHERE d.id = NEW.decision_id AND d.kind = 'start' AND d.state = 'confirmed' AND d.index_month = NEW.index_month
          AND left(NEW.division_code, length(d.place_code)) = d.place_code
    ) THEN
        RAISE EXCEPTION 'no confirmed start for this place and month'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'price_roster_needs_start';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER price_roster_needs_start BEFORE INSERT ON prices_roster
    FOR EACH ROW EXECUTE FUNCTION prices_roster_needs_start();
