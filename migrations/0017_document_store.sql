-- Papers may lie in one of several stores; each row says in which. What a citizen took out of a draft keeps its row, and its
-- bytes are deleted after a while: swept_at.
ALTER TABLE document
    ADD COLUMN store text NOT NULL DEFAULT 'folder' CHECK (store IN ('folder', 's3')),
    ADD COLUMN swept_at timestamptz;
CREATE INDEX document_stored ON document (storage_name);
CREATE INDEX document_unswept ON document (removed_at) WHERE removed_at IS NOT NULL AND swept_at IS NULL;
GRANT UPDATE (store, swept_at) ON document TO motcua_app;

-- Which of these names in a store belong to a document of whatever agency: what belongs to none is rubbish.
CREATE FUNCTION document_names_known(wanted_store text, names text[]) RETURNS TABLE (storage_name text)
LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT DISTINCT d.storage_name FROM document d
    WHERE d.storage_name = ANY (names) AND d.store = wanted_store AND d.swept_at IS NULL
$$;

-- Removed before `before`, bytes still there, and no other document lies under the same name.
CREATE FUNCTION document_removed_due(before timestamptz, maximum integer)
RETURNS TABLE (tenant_id uuid, id uuid, store text, storage_name text)
LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT d.tenant_id, d.id, d.store, d.storage_name FROM document d
    WHERE d.removed_at < before AND d.swept_at IS NULL AND NOT EXISTS (
        SELECT 1 FROM document other WHERE other.storage_name = d.storage_name AND other.removed_at IS NULL)
    ORDER BY d.removed_at LIMIT maximum
$$;

GRANT SELECT (tenant_id, id, store, storage_name, removed_at, swept_at) ON document TO motcua_lookup;
DO $$
DECLARE f regprocedure;
BEGIN
    EXECUTE format('GRANT CREATE ON SCHEMA %I TO motcua_lookup', current_schema());
    FOREACH f IN ARRAY ARRAY['document_names_known(text, text[])', 'document_removed_due(timestamptz, integer)']::regprocedure[] LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', f, current_schema());
        EXECUTE format('ALTER FUNCTION %s OWNER TO motcua_lookup', f);
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO motcua_app', f);
    END LOOP;
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM motcua_lookup', current_schema());
END $$;
