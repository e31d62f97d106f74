-- How long finished dossiers are kept, and what happens then: warn, archive, make anonymous, delete. The rule is a text
-- (docs/catalogue-format.md, `retention`): of the procedure's version, of an agency's exception, else of the configuration.

ALTER TABLE dossier
    ADD COLUMN archived_at timestamptz,             -- read only, out of queues and lists; its code still finds it
    ADD COLUMN retention_warned_at timestamptz,
    ADD COLUMN erased_at timestamptz,
    ADD COLUMN erased_how text CHECK (erased_how IN ('anonymise', 'delete')),
    ADD CONSTRAINT dossier_erased CHECK ((erased_at IS NULL) = (erased_how IS NULL));
-- An event whose personal part is gone keeps its place, its hash and what is left, sealed with the agency's key.
ALTER TABLE event ADD COLUMN erasure_seal bytea;
ALTER TABLE document ADD COLUMN erased_at timestamptz;  -- its bytes go at once, not after the time of grace
ALTER TABLE job_attempt DROP CONSTRAINT job_attempt_job_check,
    ADD CONSTRAINT job_attempt_job_check CHECK (job IN ('apology', 'supplement', 'message', 'calendar', 'retention'));

-- Ended, and nothing waits for anybody any more; a result that nobody has collected is still open.
CREATE INDEX dossier_to_archive ON dossier (procedure_version_id, (coalesce(returned_at, finished_at)))
    WHERE status IN ('refused', 'withdrawn', 'stopped', 'returned') AND archived_at IS NULL AND erased_at IS NULL;
CREATE INDEX dossier_to_erase ON dossier (procedure_version_id, (coalesce(returned_at, finished_at)))
    WHERE status IN ('refused', 'withdrawn', 'stopped', 'returned') AND erased_at IS NULL;
CREATE INDEX document_erased ON document (tenant_id, id) WHERE erased_at IS NOT NULL AND swept_at IS NULL;

-- A dossier that must stay as it is (a complaint, a lawsuit, an inspection) until somebody releases it.
CREATE TABLE retention_hold (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    id uuid NOT NULL,
    dossier_id uuid NOT NULL,
    reason text NOT NULL CHECK (length(btrim(reason)) > 0),
    placed_at timestamptz NOT NULL,
    placed_by text NOT NULL,
    released_at timestamptz,
    released_by text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, dossier_id) REFERENCES dossier (tenant_id, id)
);
CREATE UNIQUE INDEX retention_hold_open ON retention_hold (tenant_id, dossier_id) WHERE released_at IS NULL;

-- An agency's own rule for a procedure; the one that has not ended holds.
CREATE TABLE retention_exception (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    id uuid NOT NULL,
    procedure_id uuid NOT NULL REFERENCES procedure (id),
    rule text NOT NULL,
    reason text NOT NULL CHECK (length(btrim(reason)) > 0),
    set_at timestamptz NOT NULL,
    set_by text NOT NULL,
    ended_at timestamptz,
    ended_by text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX retention_exception_open ON retention_exception (tenant_id, procedure_id) WHERE ended_at IS NULL;

-- The register: what was done to which dossier, when, by which rule, by whom. Only added to.
CREATE TABLE retention_entry (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    action text NOT NULL CHECK (action IN ('archive', 'warn', 'anonymise', 'delete', 'hold', 'release')),
    dossier_id uuid NOT NULL,
    dossier_code text NOT NULL,
    procedure_code text NOT NULL,
    rule text NOT NULL DEFAULT '',
    rule_source text NOT NULL DEFAULT '' CHECK (rule_source IN ('', 'procedure', 'agency', 'default')),
    due_at timestamptz,
    actor_name text NOT NULL,
    reason text NOT NULL DEFAULT '',
    papers integer NOT NULL DEFAULT 0,      -- whose bytes went
    events integer NOT NULL DEFAULT 0,      -- whose personal part went
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX retention_entry_at ON retention_entry (tenant_id, at);
CREATE INDEX retention_entry_dossier ON retention_entry (tenant_id, dossier_id);

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['retention_hold', 'retention_exception', 'retention_entry'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY tenant_isolation ON %I USING (tenant_id = motcua.app_tenant()) WITH CHECK (tenant_id = motcua.app_tenant())', name);
    END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE (released_at, released_by) ON retention_hold TO motcua_app;
GRANT SELECT, INSERT, UPDATE (ended_at, ended_by) ON retention_exception TO motcua_app;
GRANT SELECT, INSERT ON retention_entry TO motcua_app;

-- "archive after 2 years, warn 30 days before, anonymise after 10 years": the program has checked it (src/domain/procedure/retention.c).
CREATE FUNCTION retention_period(rule text, what text) RETURNS interval LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE what WHEN 'warn' THEN substring(rule FROM 'warn ([0-9]+ days?) before')
        ELSE substring(rule FROM what || ' after ([0-9]+ (?:day|month|year)s?)') END::interval;

-- Which rule holds for dossiers of which version, and since when; tenant_id NULL: of all agencies without an exception.
CREATE FUNCTION retention_rules(default_rule text)
RETURNS TABLE (tenant_id uuid, procedure_version_id uuid, procedure_id uuid, rule text, source text, since timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT NULL::uuid, v.id, v.procedure_id, coalesce(v.description->>'retention', default_rule),
        CASE WHEN v.description ? 'retention' THEN 'procedure' ELSE 'default' END, '-infinity'::timestamptz
    FROM procedure_version v
    UNION ALL
    SELECT e.tenant_id, v.id, v.procedure_id, e.rule, 'agency', e.set_at
    FROM retention_exception e JOIN procedure_version v ON v.procedure_id = e.procedure_id WHERE e.ended_at IS NULL
$$;

-- What falls due until when, held ones left out. Nothing is erased before the time of notice after its warning is over, and a
-- warning counts when it was given under the rule that holds.
CREATE FUNCTION retention_schedule(default_rule text, at timestamptz, until timestamptz)
RETURNS TABLE (tenant_id uuid, id uuid, code text, procedure_code text, procedure_name text, action text, due_at timestamptz,
    rule text, source text)
LANGUAGE sql STABLE AS $$
    SELECT s.tenant_id, s.id, s.code, s.procedure_code, s.procedure_name, s.action, s.due_at, r.rule, r.source
    FROM retention_rules(default_rule) r
    CROSS JOIN LATERAL (SELECT retention_period(r.rule, 'archive') AS archive, retention_period(r.rule, 'warn') AS warn,
        coalesce(retention_period(r.rule, 'anonymise'), retention_period(r.rule, 'delete')) AS erase,
        CASE WHEN r.rule LIKE '%delete after%' THEN 'delete' ELSE 'anonymise' END AS how) p
    CROSS JOIN LATERAL (
        SELECT d.tenant_id, d.id, d.code, d.procedure_code, d.procedure_name, 'archive' AS action,
            coalesce(d.returned_at, d.finished_at) + p.archive AS due_at
        FROM dossier d
        WHERE d.procedure_version_id = r.procedure_version_id AND coalesce(d.returned_at, d.finished_at) <= until - p.archive
            AND d.status IN ('refused', 'withdrawn', 'stopped', 'returned') AND d.archived_at IS NULL AND d.erased_at IS NULL
        UNION ALL
        SELECT d.tenant_id, d.id, d.code, d.procedure_code, d.procedure_name, 'warn',
            coalesce(d.returned_at, d.finished_at) + p.erase - p.warn
        FROM dossier d
        WHERE d.procedure_version_id = r.procedure_version_id AND coalesce(d.returned_at, d.finished_at) <= until - p.erase + p.warn
            AND d.status IN ('refused', 'withdrawn', 'stopped', 'returned') AND d.erased_at IS NULL
            AND (d.retention_warned_at IS NULL OR d.retention_warned_at < r.since)
        UNION ALL
        SELECT d.tenant_id, d.id, d.code, d.procedure_code, d.procedure_name, p.how,
            greatest(coalesce(d.returned_at, d.finished_at) + p.erase,
                coalesce(CASE WHEN d.retention_warned_at >= r.since THEN d.retention_warned_at END, at) + p.warn)
        FROM dossier d
        WHERE d.procedure_version_id = r.procedure_version_id AND coalesce(d.returned_at, d.finished_at) <= until - p.erase
            AND d.status IN ('refused', 'withdrawn', 'stopped', 'returned') AND d.erased_at IS NULL
    ) s
    WHERE s.due_at <= until
        AND (r.tenant_id = s.tenant_id OR r.tenant_id IS NULL AND NOT EXISTS (SELECT 1 FROM retention_exception e
            WHERE e.tenant_id = s.tenant_id AND e.procedure_id = r.procedure_id AND e.ended_at IS NULL))
        AND NOT EXISTS (SELECT 1 FROM retention_hold h
            WHERE h.tenant_id = s.tenant_id AND h.dossier_id = s.id AND h.released_at IS NULL)
$$;
GRANT EXECUTE ON FUNCTION retention_period(text, text), retention_rules(text),
    retention_schedule(text, timestamptz, timestamptz) TO motcua_app, motcua_lookup;

-- For the job, across agencies: where there is something to do. one_tenant NULL: everywhere.
CREATE FUNCTION retention_due(default_rule text, at timestamptz, one_tenant uuid, batch integer) RETURNS TABLE (tenant_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT DISTINCT f.tenant_id, f.id FROM (
        SELECT s.tenant_id, s.id FROM retention_schedule(default_rule, at, at) s
        WHERE (one_tenant IS NULL OR s.tenant_id = one_tenant)
            AND NOT EXISTS (SELECT 1 FROM job_attempt j WHERE j.tenant_id = s.tenant_id AND j.dossier_id = s.id
                AND j.job = 'retention' AND j.next_at > at)
        LIMIT batch) f
$$;
CREATE POLICY lookup ON retention_hold FOR SELECT TO motcua_lookup USING (true);
CREATE POLICY lookup ON retention_exception FOR SELECT TO motcua_lookup USING (true);
GRANT SELECT ON retention_hold, retention_exception, procedure_version TO motcua_lookup;
GRANT SELECT (erased_at) ON document TO motcua_lookup;

-- As before, and what was erased with its dossier: at once.
CREATE OR REPLACE FUNCTION document_removed_due(before timestamptz, maximum integer)
RETURNS TABLE (tenant_id uuid, id uuid, store text, storage_name text)
LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT d.tenant_id, d.id, d.store, d.storage_name FROM document d
    WHERE d.swept_at IS NULL AND (d.removed_at < before OR d.erased_at IS NOT NULL) AND NOT EXISTS (
        SELECT 1 FROM document other WHERE other.storage_name = d.storage_name AND other.removed_at IS NULL)
    ORDER BY d.removed_at LIMIT maximum
$$;

-- Erasing needs what the application may not do: a role of its own, reached through two functions, bound to the tenant of the
-- transaction by the same policies as everybody. They refuse what is not ended or is held.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'motcua_eraser') THEN
        CREATE ROLE motcua_eraser NOLOGIN;
    END IF;
    EXECUTE format('GRANT motcua_eraser TO %I', current_user);
END $$;
GRANT USAGE ON SCHEMA motcua TO motcua_eraser;
GRANT EXECUTE ON FUNCTION motcua.app_tenant(), motcua.app_account(), motcua.demand(boolean, text) TO motcua_eraser;
GRANT SELECT ON dossier, retention_hold, consultation_sent, membership TO motcua_eraser;
GRANT SELECT, UPDATE ON event, document, task, pause, supplement_request, apology, rating, result, consultation_sent,
    consultation_received, incident TO motcua_eraser;
GRANT SELECT, DELETE ON event, task, pause, supplement_request, apology, result, consultation_sent, incident, workflow_instance,
    timer, kept_message, outbox, draft, paper_use, resumable_upload TO motcua_eraser;
CREATE POLICY erase ON draft TO motcua_eraser USING (tenant_id = motcua.app_tenant());
CREATE POLICY erase ON paper_use TO motcua_eraser USING (tenant_id = motcua.app_tenant());

CREATE FUNCTION retention_may_erase(wanted uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM dossier d WHERE d.tenant_id = motcua.app_tenant() AND d.id = wanted AND d.erased_at IS NULL
            AND d.status IN ('refused', 'withdrawn', 'stopped', 'returned'))
        AND NOT EXISTS (SELECT 1 FROM retention_hold h WHERE h.tenant_id = motcua.app_tenant() AND h.dossier_id = wanted
            AND h.released_at IS NULL)
$$;

-- Everything that is about a person in the rows around a dossier; gives back how many papers lose their bytes.
CREATE FUNCTION retention_erase(wanted uuid, how text, stand_in text, at timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE papers integer;
BEGIN
    PERFORM motcua.demand(retention_may_erase(wanted), 'retention.refused');
    UPDATE document d SET file_name = '', account_id = NULL, remarks = '', scan_finding = '', removed_at = coalesce(d.removed_at, at),
        erased_at = at WHERE d.tenant_id = motcua.app_tenant() AND d.dossier_id = wanted AND d.erased_at IS NULL;
    GET DIAGNOSTICS papers = ROW_COUNT;
    DELETE FROM workflow_instance w WHERE w.tenant_id = motcua.app_tenant() AND w.dossier_id = wanted;
    DELETE FROM timer t WHERE t.tenant_id = motcua.app_tenant() AND t.dossier_id = wanted;
    DELETE FROM kept_message k WHERE k.tenant_id = motcua.app_tenant() AND k.dossier_id = wanted;
    DELETE FROM outbox o WHERE o.tenant_id = motcua.app_tenant() AND o.payload->>'dossier_id' = wanted::text;
    DELETE FROM resumable_upload u WHERE u.tenant_id = motcua.app_tenant() AND u.dossier_id = wanted;
    DELETE FROM paper_use u WHERE u.tenant_id = motcua.app_tenant() AND u.dossier_id = wanted;
    DELETE FROM draft f WHERE f.tenant_id = motcua.app_tenant() AND f.id = wanted;
    UPDATE rating q SET reason = CASE WHEN q.level = 1 THEN '–' ELSE '' END
        WHERE q.tenant_id = motcua.app_tenant() AND q.dossier_id = wanted;
    IF how = 'delete' THEN
        DELETE FROM event e WHERE e.tenant_id = motcua.app_tenant() AND e.dossier_id = wanted;
        DELETE FROM task t WHERE t.tenant_id = motcua.app_tenant() AND t.dossier_id = wanted;
        DELETE FROM pause p WHERE p.tenant_id = motcua.app_tenant() AND p.dossier_id = wanted;
        DELETE FROM supplement_request s WHERE s.tenant_id = motcua.app_tenant() AND s.dossier_id = wanted;
        DELETE FROM apology a WHERE a.tenant_id = motcua.app_tenant() AND a.dossier_id = wanted;
        DELETE FROM consultation_sent c WHERE c.tenant_id = motcua.app_tenant() AND c.dossier_id = wanted;
        DELETE FROM incident i WHERE i.tenant_id = motcua.app_tenant() AND i.dossier_id = wanted;
        DELETE FROM result r WHERE r.tenant_id = motcua.app_tenant() AND r.dossier_id = wanted;
    ELSE
        UPDATE task t SET applicant_name = stand_in, note = '' WHERE t.tenant_id = motcua.app_tenant() AND t.dossier_id = wanted;
        UPDATE pause p SET note = '' WHERE p.tenant_id = motcua.app_tenant() AND p.dossier_id = wanted;
        UPDATE supplement_request s SET items = '[]', reason = '', answer_note = ''
            WHERE s.tenant_id = motcua.app_tenant() AND s.dossier_id = wanted;
        UPDATE apology a SET reason = '' WHERE a.tenant_id = motcua.app_tenant() AND a.dossier_id = wanted;
        UPDATE consultation_sent c SET question = '', data = '{}', answer_note = ''
            WHERE c.tenant_id = motcua.app_tenant() AND c.dossier_id = wanted;
        UPDATE incident i SET message = '', reason = '' WHERE i.tenant_id = motcua.app_tenant() AND i.dossier_id = wanted;
        UPDATE result r SET public_summary = '{}' WHERE r.tenant_id = motcua.app_tenant() AND r.dossier_id = wanted;
    END IF;
    RETURN papers;
END $$;

-- The personal part of one event; the seal is over what is left.
CREATE FUNCTION retention_erase_event(wanted uuid, number integer, seal bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    PERFORM motcua.demand(retention_may_erase(wanted), 'retention.refused');
    UPDATE event e SET data = '{}', address = '', erasure_seal = seal,
        actor_name = CASE WHEN e.actor_kind = 'citizen' THEN '' ELSE e.actor_name END,
        actor_account_id = CASE WHEN e.actor_kind = 'citizen' THEN NULL ELSE e.actor_account_id END
    WHERE e.tenant_id = motcua.app_tenant() AND e.dossier_id = wanted AND e.sequence = number AND e.erasure_seal IS NULL;
END $$;

-- The same question on the side of the agency that was asked. Runs as that agency.
CREATE FUNCTION retention_erase_consultation(wanted uuid, asking uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER AS $$
    UPDATE consultation_received c SET question = '', data = '{}', answer_note = ''
    WHERE c.tenant_id = motcua.app_tenant() AND c.id = wanted AND c.from_tenant_id = asking;
    UPDATE task t SET applicant_name = '', note = '' WHERE t.tenant_id = motcua.app_tenant() AND t.consultation_id = wanted
$$;

DO $$
DECLARE f regprocedure;
BEGIN
    EXECUTE format('GRANT USAGE, CREATE ON SCHEMA %I TO motcua_eraser', current_schema());
    EXECUTE format('GRANT CREATE ON SCHEMA %I TO motcua_lookup', current_schema());
    FOREACH f IN ARRAY ARRAY['retention_erase(uuid, text, text, timestamptz)', 'retention_erase_event(uuid, integer, bytea)',
        'retention_erase_consultation(uuid, uuid)', 'retention_due(text, timestamptz, uuid, integer)',
        'document_removed_due(timestamptz, integer)']::regprocedure[] LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', f, current_schema());
        EXECUTE format('ALTER FUNCTION %s OWNER TO %I', f,
            CASE WHEN f::text LIKE 'retention_erase%' THEN 'motcua_eraser' ELSE 'motcua_lookup' END);
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO motcua_app', f);
    END LOOP;
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM motcua_eraser, motcua_lookup', current_schema());
END $$;
