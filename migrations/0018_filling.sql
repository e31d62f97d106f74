-- Drafts that save themselves, know where their answers came from, follow their form, and never end unannounced.

ALTER TABLE draft
    ADD editor text NOT NULL DEFAULT '' CHECK (length(editor) <= 64),  -- the open page that saved last
    ADD filled jsonb NOT NULL DEFAULT '{}',     -- {key: {value, from, code}}: answers nobody typed, and where they came from
    ADD left_over jsonb NOT NULL DEFAULT '[]',  -- [{label, text}]: answers that the newer form has no place for
    ADD reminded_at timestamptz;                -- counts only when it is later than updated_at
CREATE INDEX draft_idle ON draft (updated_at) WHERE submitted_at IS NULL;

DO $$
BEGIN
    EXECUTE format('GRANT CREATE ON SCHEMA %I TO motcua_lookup', current_schema());
END $$;

-- Drafts nobody has touched: to be reminded of, or (expired) reminded of long enough ago.
CREATE FUNCTION idle_drafts(at timestamptz, lifetime interval, notice interval, batch integer)
RETURNS TABLE (account_id uuid, id uuid, tenant_id uuid, procedure_version_id uuid, expired boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT d.account_id, d.id, d.tenant_id, d.procedure_version_id, d.reminded_at IS NOT NULL AND d.reminded_at >= d.updated_at
    FROM draft d
    WHERE d.submitted_at IS NULL AND d.updated_at <= at - lifetime + notice
        AND (d.reminded_at IS NULL OR d.reminded_at < d.updated_at
            OR d.updated_at <= at - lifetime AND d.reminded_at <= at - notice)
    ORDER BY d.updated_at LIMIT batch
$$;
CREATE POLICY lookup ON draft FOR SELECT TO motcua_lookup USING (true);
GRANT SELECT ON draft TO motcua_lookup;
ALTER FUNCTION idle_drafts(timestamptz, interval, interval, integer) OWNER TO motcua_lookup;
REVOKE ALL ON FUNCTION idle_drafts(timestamptz, interval, interval, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION idle_drafts(timestamptz, interval, interval, integer) TO motcua_app;
DO $$
BEGIN
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM motcua_lookup', current_schema());
END $$;
