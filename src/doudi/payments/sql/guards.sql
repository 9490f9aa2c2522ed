-- What the database itself refuses about payments, whatever the way in.

-- The two functions below compare transition tables.  Their plans are cached from the first call, which may
-- have changed a single line; without hash joins a later step of 20,000 lines would loop for minutes.

-- A line goes one way only, and only along the listed steps; what it pays to whom never changes.
CREATE OR REPLACE FUNCTION payments_line_steps() RETURNS trigger LANGUAGE plpgsql SET enable_nestloop = off AS $$
DECLARE
    wrong record;
BEGIN
    SELECT o.id, o.state AS old_state, n.state AS new_state INTO wrong
      FROM before o JOIN after n ON n.id = o.id
     WHERE o.state <> n.state
       AND (o.state || '>' || n.state) NOT IN (
            'frozen>held', 'frozen>approved', 'frozen>void', 'held>frozen', 'held>void',
            'approved>sent', 'sent>paid', 'sent>returned')
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'payments: line % may not go from % to %', wrong.id, wrong.old_state, wrong.new_state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'line_steps';
    END IF;
    SELECT o.id INTO wrong
      FROM before o JOIN after n ON n.id = o.id
     WHERE ROW(o.pay_run_id, o.award_id, o.household_id, o.person_id, o.programme, o.month, o.kind, o.amount_fen,
               o.payee_account_id, o.account_index, o.account_masked, o.holder_name, o.bank_name, o.fund_source,
               o.replaces_id, o.division_code)
           IS DISTINCT FROM
           ROW(n.pay_run_id, n.award_id, n.household_id, n.person_id, n.programme, n.month, n.kind, n.amount_fen,
               n.payee_account_id, n.account_index, n.account_masked, n.holder_name, n.bank_name, n.fund_source,
               n.replaces_id, n.division_code)
        OR (o.reserve_journal_id IS NOT NULL AND ROW(o.reserve_journal_id, o.direct_mark)
            IS DISTINCT FROM ROW(n.reserve_journal_id, n.direct_mark))
        OR (o.final_journal_id IS NOT NULL AND o.final_journal_id IS DISTINCT FROM n.final_journal_id)
     LIMIT 1;
    IF FOUND OR (SELECT count(*) FROM before) <> (SELECT count(*) FROM before o JOIN after n ON n.id = o.id) THEN
        RAISE EXCEPTION 'payments: what line % pays to whom is frozen', wrong.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'line_frozen';
    END IF;
    SELECT n.id INTO wrong
      FROM before o JOIN after n ON n.id = o.id LEFT JOIN payments_payrun r ON r.id = n.pay_run_id
     WHERE o.state <> n.state AND n.state IN ('approved', 'sent', 'paid', 'returned')
       AND coalesce(r.approved_by, '') = ''
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'payments: line % moves without an approved run', wrong.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'line_needs_approval';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER line_steps AFTER UPDATE ON payments_line
    REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION payments_line_steps();

-- Lines are born frozen, into a run that is still being made.
CREATE OR REPLACE FUNCTION payments_line_born() RETURNS trigger LANGUAGE plpgsql SET enable_nestloop = off AS $$
DECLARE
    wrong record;
BEGIN
    SELECT n.id INTO wrong
      FROM added n LEFT JOIN payments_payrun r ON r.id = n.pay_run_id
     WHERE n.state <> 'frozen' OR n.reserve_journal_id IS NOT NULL OR n.final_journal_id IS NOT NULL
        OR coalesce(r.state, '') <> 'frozen'
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'payments: line % does not begin frozen in an open run', wrong.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'line_born_frozen';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER line_born AFTER INSERT ON payments_line
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION payments_line_born();

-- A run goes step by step; who made it and who approved it is written once.
CREATE OR REPLACE FUNCTION payments_run_steps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> NEW.state AND (OLD.state || '>' || NEW.state) NOT IN (
        'frozen>checked', 'frozen>cancelled', 'checked>cancelled', 'checked>approved', 'approved>sent',
        'sent>answered', 'answered>closed') THEN
        RAISE EXCEPTION 'payments: run % may not go from % to %', OLD.id, OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pay_run_steps';
    END IF;
    IF ROW(NEW.id, NEW.division_code, NEW.month, NEW.months_ahead_count, NEW.kind, NEW.sequence, NEW.made_by,
           NEW.made_on, NEW.retries_run_id)
       IS DISTINCT FROM
       ROW(OLD.id, OLD.division_code, OLD.month, OLD.months_ahead_count, OLD.kind, OLD.sequence, OLD.made_by,
           OLD.made_on, OLD.retries_run_id)
       OR (OLD.roster_sha256 <> '' AND ROW(OLD.roster_sha256, OLD.line_count, OLD.sum_fen)
           IS DISTINCT FROM ROW(NEW.roster_sha256, NEW.line_count, NEW.sum_fen))
       OR (OLD.approved_by <> '' AND ROW(OLD.approved_by, OLD.approved_on, OLD.approved_count, OLD.approved_fen,
                                         OLD.sealed_sha256)
           IS DISTINCT FROM ROW(NEW.approved_by, NEW.approved_on, NEW.approved_count, NEW.approved_fen,
                                NEW.sealed_sha256)) THEN
        RAISE EXCEPTION 'payments: run % keeps what was frozen and approved', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'pay_run_frozen';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER pay_run_steps BEFORE UPDATE ON payments_payrun
    FOR EACH ROW EXECUTE FUNCTION payments_run_steps();

CREATE OR REPLACE FUNCTION payments_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'payments: % on % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = 'payments_never_removed';
END $$;

CREATE TRIGGER line_keep BEFORE DELETE ON payments_line FOR EACH ROW EXECUTE FUNCTION payments_keep();
CREATE TRIGGER line_no_truncate BEFORE TRUNCATE ON payments_line FOR EACH STATEMENT EXECUTE FUNCTION payments_keep();
CREATE TRIGGER pay_run_keep BEFORE DELETE ON payments_payrun FOR EACH ROW EXECUTE FUNCTION payments_keep();
CREATE TRIGGER bank_file_keep BEFORE DELETE ON payments_bankfile FOR EACH ROW EXECUTE FUNCTION payments_keep();
CREATE TRIGGER return_file_keep BEFORE DELETE ON payments_returnfile FOR EACH ROW EXECUTE FUNCTION payments_keep();
CREATE TRIGGER return_line_keep BEFORE UPDATE OR DELETE ON payments_returnline
    FOR EACH ROW EXECUTE FUNCTION payments_keep();
