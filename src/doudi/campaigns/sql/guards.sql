-- What is decided stays decided; no roster without an approved campaign; who is served stays served.
CREATE OR REPLACE FUNCTION campaigns_state_moves_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> NEW.state AND OLD.state NOT IN ('draft', 'made') THEN
        RAISE EXCEPTION 'campaigns: a decided row keeps its state'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'campaign_state_moves_on';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER campaign_state_moves_on BEFORE UPDATE ON campaigns_campaign
    FOR EACH ROW EXECUTE FUNCTION campaigns_state_moves_on();
CREATE TRIGGER campaign_state_moves_on BEFORE UPDATE ON campaigns_roster
    FOR EACH ROW EXECUTE FUNCTION campaigns_state_moves_on();

CREATE OR REPLACE FUNCTION campaigns_roster_needs_campaign() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM campaigns_campaign c
        WHERE c.id = NEW.campaign_id AND c.state = 'approved'
          AND left(NEW.division_code, length(c.place_code)) = left(c.place_code, length(NEW.division_code))
    ) THEN
        RAISE EXCEPTION 'campaigns: no approved campaign for this place'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'campaign_roster_needs_campaign';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER campaign_roster_needs_campaign BEFORE INSERT ON campaigns_roster
    FOR EACH ROW EXECUTE FUNCTION campaigns_roster_needs_campaign();

CREATE OR REPLACE FUNCTION campaigns_covered_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' OR EXISTS (
        SELECT FROM campaigns_roster r WHERE r.id = OLD.roster_id AND r.state = 'approved'
    ) THEN
        RAISE EXCEPTION 'campaigns: who is served by an approved roster stays so'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'campaign_covered_stays';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER campaign_covered_stays BEFORE UPDATE OR DELETE ON campaigns_covered
    FOR EACH ROW EXECUTE FUNCTION campaigns_covered_keep();
