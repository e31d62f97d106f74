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

-- Closing an account: what its owner kept in the store goes with it.
CREATE OR REPLACE FUNCTION account_close(at timestamptz) RETURNS TABLE (drafts integer, dossiers integer)
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    own uuid := motcua.app_account();
    before text := coalesce(current_setting('motcua.tenant', true), '');
    agencies uuid[];
    agency uuid;
    more integer;
    address text;
BEGIN
    PERFORM 1 FROM account_closing c WHERE c.account_id = own AND c.closed_at IS NULL AND c.due_at <= at FOR UPDATE;
    IF NOT FOUND OR EXISTS (SELECT 1 FROM membership m WHERE m.account_id = own) THEN RETURN; END IF;
    SELECT a.email INTO address FROM account a WHERE a.id = own;
    PERFORM 1 FROM draft d WHERE d.account_id = own FOR UPDATE;
    SELECT count(*) INTO drafts FROM draft d WHERE d.account_id = own AND d.submitted_at IS NULL;
    dossiers := 0;
    PERFORM set_config('motcua.tenant', '', true);      -- without an agency one sees one's own dossiers at all of them
    agencies := ARRAY(SELECT d.tenant_id FROM dossier d WHERE d.account_id = own
        UNION SELECT f.tenant_id FROM document f WHERE f.account_id = own
        UNION SELECT s.tenant_id FROM draft_share s WHERE s.guest_id = own);
    FOREACH agency IN ARRAY agencies LOOP
        PERFORM set_config('motcua.tenant', agency::text, true);
        UPDATE document f SET file_name = '', title = '', account_id = NULL, remarks = '', scan_finding = '',
                removed_at = coalesce(f.removed_at, at), erased_at = at
            WHERE f.tenant_id = agency AND f.account_id = own AND (f.kind = 'stored'
                OR f.dossier_id IN (SELECT d.id FROM draft d WHERE d.account_id = own AND d.submitted_at IS NULL));
        UPDATE document f SET account_id = NULL WHERE f.tenant_id = agency AND f.account_id = own;
        UPDATE draft_share s SET guest_id = NULL WHERE s.tenant_id = agency AND s.guest_id = own;
        UPDATE dossier d SET account_id = NULL WHERE d.tenant_id = agency AND d.account_id = own;
        GET DIAGNOSTICS more = ROW_COUNT;
        dossiers := dossiers + more;
    END LOOP;
    PERFORM set_config('motcua.tenant', before, true);
    DELETE FROM resumable_upload u WHERE u.account_id = own;
    DELETE FROM paper_use u WHERE u.account_id = own;
    DELETE FROM draft d WHERE d.account_id = own;
    DELETE FROM outbox o WHERE o.payload->>'to' = address AND NOT o.payload ? 'dossier_id' AND o.state <> 'waiting';
    DELETE FROM api_request r WHERE r.account_id = own;
    DELETE FROM api_token t WHERE t.account_id = own;
    DELETE FROM one_time_token t WHERE t.account_id = own;
    DELETE FROM session s WHERE s.account_id = own;
    DELETE FROM account a WHERE a.id = own;
    UPDATE account_closing c SET closed_at = at, drafts = account_close.drafts, dossiers = account_close.dossiers
        WHERE c.account_id = own;
    RETURN NEXT;
END $$;

DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION account_close(timestamptz) SET search_path = %I, pg_temp', current_schema());
END $$;
