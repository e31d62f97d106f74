-- Which of these codes are of dossiers of the account at hand. An answer that names one is checked once more when its own dossier is
-- handed in, which is worked on within one agency; the dossier that it names may be at another.
CREATE FUNCTION own_codes(named text[]) RETURNS TABLE (code text)
LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT d.code FROM dossier d WHERE d.account_id = motcua.app_account() AND d.code = ANY (named)
$$;
DO $$ BEGIN EXECUTE format('ALTER FUNCTION own_codes(text[]) SET search_path = %I, pg_temp', current_schema()); END $$;
ALTER FUNCTION own_codes(text[]) OWNER TO motcua_lookup;
REVOKE ALL ON FUNCTION own_codes(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION own_codes(text[]) TO motcua_app;
