-- What the database itself refuses about proposals, whatever the way in.
-- A trigger keeps the plan of its first call, often for one row; without nested loops it also suits thousands.

-- Nobody decides the same proposal in two stages.
CREATE OR REPLACE FUNCTION cases_step_two_people() RETURNS trigger LANGUAGE plpgsql SET enable_nestloop = off AS $$
DECLARE
    wrong record;
BEGIN
    SELECT n.proposal_id, n.person_key INTO wrong
      FROM added n
      JOIN cases_step o ON o.proposal_id = n.proposal_id AND o.person_key = n.person_key
     WHERE n.stage IN ('review', 'confirm') AND o.stage IN ('review', 'confirm') AND n.stage <> o.stage
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'cases: one person reviews and confirms proposal %', wrong.proposal_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'step_two_people';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER step_two_people AFTER INSERT ON cases_step
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION cases_step_two_people();

-- A proposal is born undecided.
CREATE OR REPLACE FUNCTION cases_proposal_born() RETURNS trigger LANGUAGE plpgsql SET enable_nestloop = off AS $$
DECLARE
    wrong record;
BEGIN
    SELECT id INTO wrong FROM added WHERE state NOT IN ('proposed', 'held') OR applied_on IS NOT NULL LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'cases: proposal % is born decided', wrong.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'proposal_born_undecided';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER proposal_born AFTER INSERT ON cases_proposal
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION cases_proposal_born();

-- A proposal goes only along the listed steps; it is confirmed by two steps of the same round.
CREATE OR REPLACE FUNCTION cases_proposal_steps() RETURNS trigger LANGUAGE plpgsql SET enable_nestloop = off AS $$
DECLARE
    wrong record;
BEGIN
    SELECT o.id, o.state AS old_state, n.state AS new_state INTO wrong
      FROM before o JOIN after n ON n.id = o.id
     WHERE o.state <> n.state
       AND (o.state || '>' || n.state) NOT IN (
            'proposed>reviewed', 'returned>reviewed', 'reviewed>confirmed', 'reviewed>returned',
            'proposed>withdrawn', 'held>withdrawn', 'reviewed>withdrawn', 'returned>withdrawn')
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'cases: proposal % may not go from % to %', wrong.id, wrong.old_state, wrong.new_state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'proposal_steps';
    END IF;
    SELECT n.id INTO wrong
      FROM before o JOIN after n ON n.id = o.id
     WHERE n.state = 'confirmed' AND o.state <> 'confirmed'
       AND NOT EXISTS (
            SELECT 1 FROM cases_step c
              JOIN cases_step r ON r.proposal_id = c.proposal_id AND r.round = c.round AND r.stage = 'review'
             WHERE c.proposal_id = n.id AND c.stage = 'confirm' AND r.person_key <> c.person_key)
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'cases: proposal % is confirmed without two people', wrong.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'proposal_two_steps';
    END IF;
    SELECT n.id INTO wrong
      FROM before o JOIN after n ON n.id = o.id
     WHERE o.applied_on IS DISTINCT FROM n.applied_on AND (o.applied_on IS NOT NULL OR n.state <> 'confirmed')
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'cases: proposal % takes effect once, when confirmed', wrong.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'proposal_applied_once';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER proposal_steps AFTER UPDATE ON cases_proposal
    REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION cases_proposal_steps();
