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
    SELECT count(*) AS legs, coalesce(sum(l.amount_fen), 0) AS fen, count(DISTINCT a.fund_source) AS sources,
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
        OR ROW(NEW.id, NEW.code, NEW.kind, NEW.fund_source, NEW.division_code, NEW.floor_fen)
           IS DISTINCT FROM ROW(OLD.id, OLD.code, OLD.kind, OLD.fund_source, OLD.division_code, OLD.floor_fen)) THEN
        RAISE EXCEPTION 'funds: account % changes only by legs', OLD.code
            USING ERRCODE = 'check_violation', CONSTRAINT = 'account_moves_by_legs';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER account_guard BEFORE INSERT OR UPDATE ON funds_account
    FOR EACH ROW EXECUTE FUNCTION funds_account_guard();

INSERT INTO funds_allowedmove (journal_kind, from_kind, to_kind, clause) VALUES
    ('allocate', 'source', 'available', '资金下达到县'),
    ('reserve', 'available', 'reserved', '批次批准时预留'),
    ('post', 'reserved', 'paid', '银行回盘成功'),
    ('void', 'reserved', 'available', '银行退票或明细作废'),
    ('correct', 'available', 'source', '更正多记的下达'),
    ('correct', 'source', 'available', '更正少记的下达'),
    ('correct', 'paid', 'available', '更正误记的支付,或追缴退回'),
    ('correct', 'reserved', 'available', '更正误记的预留');
