-- Photos of one paper have an order of pages until they become one PDF; what was not put in order comes last.
ALTER TABLE document ADD COLUMN page_order integer NOT NULL DEFAULT 1000;
GRANT UPDATE (page_order) ON document TO motcua_app;

-- The personal store: any own paper is found by its id, not only among the newest; lists are read page by page.
DO $$ BEGIN EXECUTE format('GRANT CREATE ON SCHEMA %I TO motcua_lookup', current_schema()); END $$;
DROP FUNCTION own_papers();
CREATE FUNCTION own_papers(wanted uuid, first integer, maximum integer) RETURNS TABLE (tenant_id uuid, id uuid, dossier_id uuid,
    code text, procedure_version_id uuid, kind text, paper_key text, title text, file_name text, media_type text, size bigint,
    at timestamptz, removable boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT d.tenant_id, d.id, s.id, s.code, s.procedure_version_id, d.kind, d.paper_key, coalesce(r.title, ''), d.file_name,
        d.media_type, d.size, coalesce(r.issued_at, d.created_at),
        d.kind <> 'result' AND s.received_at IS NULL AND s.finished_at IS NOT NULL
    FROM dossier s JOIN document d ON d.tenant_id = s.tenant_id AND d.dossier_id = s.id
    LEFT JOIN result r ON r.tenant_id = d.tenant_id AND r.dossier_id = s.id AND r.document_id = d.id
    WHERE s.account_id = motcua.app_account() AND d.removed_at IS NULL AND (wanted IS NULL OR d.id = wanted)
        AND (d.kind IN ('paper', 'supplement') AND d.account_id = s.account_id
            OR d.kind = 'result' AND r.revoked_at IS NULL AND r.kind = 'granted' AND s.fee_state <> 'due')
    ORDER BY coalesce(r.issued_at, d.created_at) DESC, d.id OFFSET first LIMIT maximum
$$;
ALTER FUNCTION own_papers(uuid, integer, integer) OWNER TO motcua_lookup;
REVOKE ALL ON FUNCTION own_papers(uuid, integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION own_papers(uuid, integer, integer) TO motcua_app;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION own_papers(uuid, integer, integer) SET search_path = %I, pg_temp', current_schema());
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM motcua_lookup', current_schema());
END $$;
