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
-- The personal store: what a person handed in, and what was issued to that person, over all agencies.
CREATE FUNCTION own_papers() RETURNS TABLE (tenant_id uuid, id uuid, dossier_id uuid, code text, procedure_version_id uuid,
    kind text, paper_key text, title text, file_name text, media_type text, size bigint, at timestamptz, removable boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT d.tenant_id, d.id, s.id, s.code, s.procedure_version_id, d.kind, d.paper_key, coalesce(r.title, ''), d.file_name,
        d.media_type, d.size, coalesce(r.issued_at, d.created_at),
        d.kind <> 'result' AND s.received_at IS NULL AND s.finished_at IS NOT NULL
    FROM dossier s JOIN document d ON d.tenant_id = s.tenant_id AND d.dossier_id = s.id
    LEFT JOIN result r ON r.tenant_id = d.tenant_id AND r.dossier_id = s.id AND r.document_id = d.id
    WHERE s.account_id = motcua.app_account() AND d.removed_at IS NULL
        AND (d.kind IN ('paper', 'supplement') AND d.account_id = s.account_id
            OR d.kind = 'result' AND r.revoked_at IS NULL AND r.kind = 'granted' AND s.fee_state <> 'due')
    ORDER BY coalesce(r.issued_at, d.created_at) DESC, d.id LIMIT 500
$$;
CREATE POLICY lookup ON document FOR SELECT TO motcua_lookup USING (true);
GRANT SELECT (tenant_id, id, account_id, dossier_id, kind, paper_key, file_name, media_type, size, created_at, removed_at)
    ON document TO motcua_lookup;
GRANT USAGE ON SCHEMA motcua TO motcua_lookup;
GRANT EXECUTE ON FUNCTION motcua.app_account() TO motcua_lookup;
ALTER FUNCTION own_papers() OWNER TO motcua_lookup;
REVOKE ALL ON FUNCTION own_papers() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION own_papers() TO motcua_app;

-- Which paper of the store was copied into which dossier, at its owner's wish.
CREATE TABLE paper_use (
    account_id uuid NOT NULL REFERENCES account (id),
    document_id uuid NOT NULL,              -- the copy
    source_id uuid NOT NULL,
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    dossier_id uuid NOT NULL,               -- the dossier or draft that got it
    used_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, document_id)
);
CREATE INDEX paper_use_source ON paper_use (account_id, source_id);
ALTER TABLE paper_use ENABLE ROW LEVEL SECURITY;
ALTER TABLE paper_use FORCE ROW LEVEL SECURITY;
CREATE POLICY own_use ON paper_use USING (account_id = motcua.app_account()) WITH CHECK (account_id = motcua.app_account());
GRANT SELECT, INSERT ON paper_use TO motcua_app;

DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION idle_drafts(timestamptz, interval, interval, integer) SET search_path = %I, pg_temp', current_schema());
    EXECUTE format('ALTER FUNCTION own_papers() SET search_path = %I, pg_temp', current_schema());
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM motcua_lookup', current_schema());
END $$;
