-- Lists that agencies upload for their forms (occupations, banks, goods, ...). A code that is no longer in the newest upload
-- ends; its row stays, because dossiers name it.

CREATE TABLE reference_list (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    name text NOT NULL,
    title text NOT NULL,
    revision bigint NOT NULL DEFAULT 1,
    entries integer NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text NOT NULL,               -- name of the person, or of the command line
    PRIMARY KEY (tenant_id, name)
);
CREATE TABLE reference_entry (
    tenant_id uuid NOT NULL,
    list text NOT NULL,
    code text NOT NULL,
    label text NOT NULL,
    label_en text NOT NULL DEFAULT '',
    valid_from date,                        -- NULL: always been
    valid_to date,                          -- last day; NULL: still
    sort_order integer NOT NULL,
    PRIMARY KEY (tenant_id, list, code),
    FOREIGN KEY (tenant_id, list) REFERENCES reference_list (tenant_id, name)
);
ALTER TABLE reference_list ENABLE ROW LEVEL SECURITY;
ALTER TABLE reference_list FORCE ROW LEVEL SECURITY;
ALTER TABLE reference_entry ENABLE ROW LEVEL SECURITY;
ALTER TABLE reference_entry FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON reference_list USING (tenant_id = motcua.app_tenant()) WITH CHECK (tenant_id = motcua.app_tenant());
CREATE POLICY tenant_isolation ON reference_entry USING (tenant_id = motcua.app_tenant()) WITH CHECK (tenant_id = motcua.app_tenant());
GRANT SELECT, INSERT, UPDATE ON reference_list, reference_entry TO motcua_app;
INSERT INTO reference_version VALUES ('list', 1);

-- Which lists there are, for servers that keep them in memory: no entry of any.
CREATE FUNCTION reference_list_revisions() RETURNS TABLE (tenant_id uuid, name text, revision bigint)
LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT l.tenant_id, l.name, l.revision FROM reference_list l
$$;
CREATE POLICY lookup ON reference_list FOR SELECT TO motcua_lookup USING (true);
GRANT SELECT (tenant_id, name, revision) ON reference_list TO motcua_lookup;
DO $$
BEGIN
    EXECUTE format('GRANT CREATE ON SCHEMA %I TO motcua_lookup', current_schema());
    EXECUTE format('ALTER FUNCTION reference_list_revisions() SET search_path = %I, pg_temp', current_schema());
    ALTER FUNCTION reference_list_revisions() OWNER TO motcua_lookup;
    REVOKE ALL ON FUNCTION reference_list_revisions() FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION reference_list_revisions() TO motcua_app;
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM motcua_lookup', current_schema());
END $$;
