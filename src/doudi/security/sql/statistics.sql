-- After a bulk step the planner must learn of the new rows at once; only an owner may tell it.
CREATE OR REPLACE FUNCTION refresh_statistics(tables text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    known text;
BEGIN
    FOR known IN SELECT c.relname FROM pg_class c
                 WHERE c.relname = ANY (tables) AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
    LOOP
        EXECUTE format('ANALYZE public.%I', known);
    END LOOP;
END $$;
