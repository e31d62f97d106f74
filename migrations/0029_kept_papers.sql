-- Papers that a person puts into the store herself, under names of her own, and who has opened what she handed in.

-- Such a paper belongs to no dossier. It lies with the city (docs/decisions/0015): some agency's key has to seal it.
ALTER TABLE document
    ADD COLUMN title text NOT NULL DEFAULT '',      -- of a stored paper: its name in its owner's words
    DROP CONSTRAINT document_kind_check,
    ADD CONSTRAINT document_kind_check CHECK (kind IN ('paper', 'supplement', 'result', 'internal', 'stored')),
    ADD CONSTRAINT document_stored_alone CHECK (kind <> 'stored' OR dossier_id IS NULL
        AND (account_id IS NOT NULL OR removed_at IS NOT NULL));
CREATE INDEX document_kept ON document (account_id, created_at) WHERE kind = 'stored' AND removed_at IS NULL;
GRANT UPDATE (title) ON document TO motcua_app;

-- Nobody of the city gets at it: whoever acts as a person sees only her own. Jobs (the scanner, new keys) act as nobody.
CREATE POLICY stored_is_its_owners ON document AS RESTRICTIVE TO motcua_app
    USING (kind <> 'stored' OR motcua.app_account() IS NULL OR account_id = motcua.app_account());

-- When officials looked at a paper: one row a paper, unit and day. No person is in it; of whom the paper is says its own row.
CREATE TABLE paper_opening (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    document_id uuid NOT NULL,
    unit_name text NOT NULL,                -- "" where the official belongs to no unit
    day date NOT NULL,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, document_id, unit_name, day),
    FOREIGN KEY (tenant_id, document_id) REFERENCES document (tenant_id, id)
);
ALTER TABLE paper_opening ENABLE ROW LEVEL SECURITY;
ALTER TABLE paper_opening FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON paper_opening USING (tenant_id = motcua.app_tenant()) WITH CHECK (tenant_id = motcua.app_tenant());
GRANT SELECT, INSERT, UPDATE (last_at) ON paper_opening TO motcua_app;
CREATE POLICY lookup ON paper_opening FOR SELECT TO motcua_lookup USING (true);
GRANT SELECT ON paper_opening TO motcua_lookup;
GRANT SELECT (title, remarks) ON document TO motcua_lookup;

DO $$ BEGIN EXECUTE format('GRANT CREATE ON SCHEMA %I TO motcua_lookup', current_schema()); END $$;

-- The openings of these papers, as far as they are the asking person's own.
CREATE FUNCTION own_openings(wanted uuid[]) RETURNS TABLE (document_id uuid, tenant_id uuid, unit_name text, first_at timestamptz,
    last_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT o.document_id, o.tenant_id, o.unit_name, o.first_at, o.last_at
    FROM document d JOIN paper_opening o ON o.tenant_id = d.tenant_id AND o.document_id = d.id
    WHERE d.id = ANY (wanted) AND d.account_id = motcua.app_account()
    ORDER BY o.last_at DESC, o.unit_name LIMIT 500
$$;

-- The person's results, to be named by their code in a new dossier: granted, not revoked, handed over.
CREATE FUNCTION own_results(maximum integer) RETURNS TABLE (verification_code text, number text, title text, issued_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT r.verification_code, r.number, r.title, r.issued_at
    FROM dossier s JOIN result r ON r.tenant_id = s.tenant_id AND r.dossier_id = s.id
    WHERE s.account_id = motcua.app_account() AND r.kind = 'granted' AND r.revoked_at IS NULL AND s.fee_state <> 'due'
    ORDER BY r.issued_at DESC, r.verification_code LIMIT maximum
$$;

-- The personal store: with what its owner put in, and how safe each paper is known to be.
DROP FUNCTION own_papers(uuid, integer, integer);
CREATE FUNCTION own_papers(wanted uuid, first integer, maximum integer) RETURNS TABLE (tenant_id uuid, id uuid, dossier_id uuid,
    code text, procedure_version_id uuid, kind text, paper_key text, title text, file_name text, media_type text, size bigint,
    at timestamptz, removable boolean, scan_state text, remarks text)
LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT d.tenant_id, d.id, s.id, s.code, s.procedure_version_id, d.kind, d.paper_key, coalesce(r.title, ''), d.file_name,
        d.media_type, d.size, coalesce(r.issued_at, d.created_at),
        d.kind <> 'result' AND s.received_at IS NULL AND s.finished_at IS NOT NULL, d.scan_state, d.remarks
    FROM dossier s JOIN document d ON d.tenant_id = s.tenant_id AND d.dossier_id = s.id
    LEFT JOIN result r ON r.tenant_id = d.tenant_id AND r.dossier_id = s.id AND r.document_id = d.id
    WHERE s.account_id = motcua.app_account() AND d.removed_at IS NULL AND (wanted IS NULL OR d.id = wanted)
        AND (d.kind IN ('paper', 'supplement') AND d.account_id = s.account_id
            OR d.kind = 'result' AND r.revoked_at IS NULL AND r.kind = 'granted' AND s.fee_state <> 'due')
    UNION ALL
    SELECT d.tenant_id, d.id, NULL, '', NULL, d.kind, '', d.title, d.file_name, d.media_type, d.size, d.created_at, true,
        d.scan_state, d.remarks
    FROM document d
    WHERE d.kind = 'stored' AND d.account_id = motcua.app_account() AND d.removed_at IS NULL AND (wanted IS NULL OR d.id = wanted)
    ORDER BY 12 DESC, 2 OFFSET first LIMIT maximum
$$;

DO $$
DECLARE f regprocedure;
BEGIN
    FOREACH f IN ARRAY ARRAY['own_papers(uuid, integer, integer)', 'own_openings(uuid[])',
        'own_results(integer)']::regprocedure[] LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', f, current_schema());
        EXECUTE format('ALTER FUNCTION %s OWNER TO motcua_lookup', f);
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO motcua_app', f);
    END LOOP;
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM motcua_lookup', current_schema());
END $$;
