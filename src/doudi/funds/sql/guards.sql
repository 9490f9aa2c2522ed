-- What the database itself refuses in the books.  Everything here holds for every way in:
-- pages, commands, and a person with a console.

-- Balances move only from legs, in one statement per insert, accounts locked in order of id.
CREATE OR REPLACE FUNCTION funds_move_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wanted integer;
    moved integer;
BEGIN
    SELECT count(DISTINCT account_id) INTO wanted FROM added;
    PERFORM 1 FROM funds_account WHERE id IN (SELECT account_id FROM added) ORDER BY id FOR UPDATE;
    UPDATE funds_account a SET balance_fen = a.balance_fen + s.fen
      FROM (SELECT account_id, sum(amount_fen) AS fen FROM added GROUP BY account_id) s
     WHERE a.id = s.account_id;
    GET DIAGNOSTICS moved = ROW_COUNT;
    -- An account outside the scope would be skipped in silence; then the books would not tie.
    IF moved <> wanted THEN
        RAISE EXCEPTION 'funds: % of % accounts are out of reach', wanted - moved, wanted
            USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'leg_account_in_reach';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER leg_moves_balance AFTER INSERT ON funds_leg
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION funds_move_balances();

-- A journal sums to zero, stays in one fund source and one division, and follows the list of moves.
CREATE OR REPLACE FUNCTION funds_journal_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wanted bigint := CASE TG_TABLE_NAME WHEN 'funds_leg' THEN (to_jsonb(NEW) ->> 'journal_id')::bigint
                                        ELSE (to_jsonb(NEW) ->> 'id')::bigint END;
    seen record;
    wrong record;
BEGIN
    SELECT count(*) AS legs, coalesce(sum(l.amount_fen), 0) AS fen, count(DISTINCT a.fund_source || ' ' || a.direct_mark) AS sources,
           count(DISTINCT a.division_code) FILTER (WHERE a.division_code <> j.division_code) AS strangers
      INTO seen
      FROM funds_leg l JOIN funds_account a ON a.id = l.account_id JOIN funds_journal j ON j.id = l.journal_id
     WHERE l.journal_id = wanted;
    IF seen.legs < 2 OR seen.fen <> 0 THEN
        RAISE EXCEPTION 'funds: journal % has % legs and sums to % fen', wanted, seen.legs, seen.fen
            USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_sums_to_zero';
    END IF;
    IF seen.sources <> 1 OR seen.strangers <> 0 THEN
        RAISE EXCEPTION 'funds: journal % mixes fund sources or divisions', wanted
            USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_never_mixed';
    END IF;
    SELECT o.kind AS from_kind, i.kind AS to_kind, j.kind AS journal_kind INTO wrong
      FROM funds_journal j
      JOIN funds_leg lo ON lo.journal_id = j.id AND lo.amount_fen < 0 JOIN funds_account o ON o.id = lo.account_id
      JOIN funds_leg li ON li.journal_id = j.id AND li.amount_fen > 0 JOIN funds_account i ON i.id = li.account_id
     WHERE j.id = wanted
       AND NOT EXISTS (SELECT 1 FROM funds_allowedmove m
                        WHERE m.journal_kind = j.kind AND m.from_kind = o.kind AND m.to_kind = i.kind)
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'funds: journal % may not move money from % to % as %', wanted,
            wrong.from_kind, wrong.to_kind, wrong.journal_kind
            USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_allowed_move';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER leg_journal_balances AFTER INSERT ON funds_leg
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION funds_journal_balances();
CREATE CONSTRAINT TRIGGER journal_balances AFTER INSERT ON funds_journal
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION funds_journal_balances();

-- Nothing in the books is edited or removed; a wrong entry is answered by another entry.
CREATE OR REPLACE FUNCTION funds_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'funds: % on % is refused, correct by an entry', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = 'books_append_only';
END $$;

CREATE TRIGGER journal_append_only BEFORE UPDATE OR DELETE ON funds_journal
    FOR EACH ROW EXECUTE FUNCTION funds_append_only();
CREATE TRIGGER journal_no_truncate BEFORE TRUNCATE ON funds_journal
    FOR EACH STATEMENT EXECUTE FUNCTION funds_append_only();
CREATE TRIGGER leg_append_only BEFORE UPDATE OR DELETE ON funds_leg
    FOR EACH ROW EXECUTE FUNCTION funds_append_only();
CREATE TRIGGER leg_no_truncate BEFORE TRUNCATE ON funds_leg
    FOR EACH STATEMENT EXECUTE FUNCTION funds_append_only();
CREATE TRIGGER account_no_delete BEFORE DELETE ON funds_account
    FOR EACH ROW EXECUTE FUNCTION funds_append_only();
CREATE TRIGGER account_no_truncate BEFORE TRUNCATE ON funds_account
    FOR EACH STATEMENT EXECUTE FUNCTION funds_append_only();

-- An account opens empty; afterwards only its balance changes, and only from a leg.
CREATE OR REPLACE FUNCTION funds_account_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.balance_fen <> 0 THEN
        RAISE EXCEPTION 'funds: account % does not open empty', NEW.code
            USING ERRCODE = 'check_violation', CONSTRAINT = 'account_opens_empty';
    END IF;
    IF TG_OP = 'UPDATE' AND (pg_trigger_depth() < 2
        OR ROW(NEW.id, NEW.code, NEW.kind, NEW.fund_source, NEW.direct_mark, NEW.use, NEW.division_code, NEW.floor_fen)
           IS DISTINCT FROM ROW(OLD.id, OLD.code, OLD.kind, OLD.fund_source, OLD.direct_mark, OLD.use,
                                OLD.division_code, OLD.floor_fen)) THEN
        RAISE EXCEPTION 'funds: account % changes only by legs', OLD.code
            USING ERRCODE = 'check_violation', CONSTRAINT = 'account_moves_by_legs';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER account_guard BEFORE INSERT OR UPDATE ON funds_account
    FOR EACH ROW EXECUTE FUNCTION funds_account_guard();

CREATE TRIGGER allotment_append_only BEFORE UPDATE OR DELETE ON funds_allotment
    FOR EACH ROW EXECUTE FUNCTION funds_append_only();
CREATE TRIGGER budget_append_only BEFORE UPDATE OR DELETE ON funds_budget
    FOR EACH ROW EXECUTE FUNCTION funds_append_only();
CREATE TRIGGER period_append_only BEFORE UPDATE OR DELETE ON funds_periodclose
    FOR EACH ROW EXECUTE FUNCTION funds_append_only();

-- A month that was shut takes no entry any more, nor does any month before it.
CREATE OR REPLACE FUNCTION funds_period_open() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    shut text;
BEGIN
    SELECT max(month) INTO shut FROM funds_periodclose WHERE division_code = NEW.division_code;
    IF shut IS NOT NULL AND to_char(NEW.effective_on, 'YYYY-MM') <= shut THEN
        RAISE EXCEPTION 'funds: % is closed for % up to %', to_char(NEW.effective_on, 'YYYY-MM'),
            NEW.division_code, shut USING ERRCODE = 'check_violation', CONSTRAINT = 'period_open';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER journal_period_open BEFORE INSERT ON funds_journal
    FOR EACH ROW EXECUTE FUNCTION funds_period_open();

-- What is paid for must be allowed from that source, there and on that day: the nearest place with a rule decides.
CREATE OR REPLACE FUNCTION funds_use_allowed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    spent record;
    nearest text;
    asked text;
BEGIN
    SELECT a.use, a.fund_source, j.division_code, j.effective_on INTO spent
      FROM funds_account a JOIN funds_journal j ON j.id = NEW.journal_id
     WHERE a.id = NEW.account_id AND a.kind = 'paid';
    IF NOT FOUND OR NEW.amount_fen < 0 THEN
        RETURN NEW;
    END IF;
    FOREACH asked IN ARRAY ARRAY[spent.use, split_part(spent.use, ':', 1)] LOOP
        SELECT max(r.place_code) INTO nearest
          FROM funds_userule r
         WHERE r.use = asked AND left(spent.division_code, length(r.place_code)) = r.place_code
           AND r.since <= spent.effective_on AND (r.until IS NULL OR r.until > spent.effective_on)
           AND (r.proposed_by = '' OR r.confirmed_by <> '');
        EXIT WHEN nearest IS NOT NULL;
    END LOOP;
    IF nearest IS NULL OR NOT EXISTS (
        SELECT 1 FROM funds_userule r
         WHERE r.use = asked AND r.place_code = nearest AND r.fund_source = spent.fund_source
           AND r.since <= spent.effective_on AND (r.until IS NULL OR r.until > spent.effective_on)
           AND (r.proposed_by = '' OR r.confirmed_by <> '')
           AND r.since = (SELECT max(n.since) FROM funds_userule n
                           WHERE n.use = asked AND n.place_code = nearest AND n.since <= spent.effective_on
                             AND (n.until IS NULL OR n.until > spent.effective_on)
                             AND (n.proposed_by = '' OR n.confirmed_by <> ''))) THEN
        RAISE EXCEPTION 'funds: % may not be paid from % in %', spent.use, spent.fund_source, spent.division_code
            USING ERRCODE = 'check_violation', CONSTRAINT = 'source_allows_use';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER leg_use_allowed BEFORE INSERT ON funds_leg
    FOR EACH ROW EXECUTE FUNCTION funds_use_allowed();

INSERT INTO funds_allowedmove (journal_kind, from_kind, to_kind, clause) VALUES
    ('allocate', 'source', 'available', '收到上级或本级下达的资金'),
    ('allot', 'available', 'allotted', '下达到下级'),
    ('recall', 'allotted', 'available', '从下级收回'),
    ('recall', 'available', 'source', '交回上级'),
    ('reserve', 'available', 'reserved', '批次批准时预留'),
    ('post', 'reserved', 'paid', '银行回盘成功'),
    ('void', 'reserved', 'available', '银行退票或明细作废'),
    ('correct', 'available', 'source', '更正多记的下达'),
    ('correct', 'source', 'available', '更正少记的下达'),
    ('correct', 'paid', 'available', '更正误记的支付,或追缴退回'),
    ('correct', 'reserved', 'available', '更正误记的预留');
