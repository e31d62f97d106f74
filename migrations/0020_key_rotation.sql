-- Keys that can be renewed: a new master key wraps all keys of agencies anew in one transaction; a new version of an
-- agency's key seals what comes, while older versions stay until nothing is sealed by them.

-- Keys of the whole installation, one a purpose, are derived from the master key that was there first. When it goes they
-- stay, wrapped by its successor: secrets of second factors and forms that are open meanwhile go on to hold.
CREATE TABLE installation_key (
    purpose text PRIMARY KEY CHECK (purpose ~ '^[a-z]{8}$'),
    wrapped bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT ON installation_key TO motcua_app;

INSERT INTO reference_version VALUES ('key', 1);

-- Whoever adds a wrapped key holds the mark meanwhile (FOR SHARE, which asks for the right to change some column; this one
-- can have no other value): so none is wrapped by a master key that has just gone.
GRANT UPDATE (only_row) ON master_key_mark TO motcua_app;

-- No version goes while something is sealed by it, and nothing can be sealed by one that has gone.
ALTER TABLE document ADD FOREIGN KEY (tenant_id, key_version) REFERENCES tenant_key (tenant_id, version);
ALTER TABLE resumable_upload ADD FOREIGN KEY (tenant_id, key_version) REFERENCES tenant_key (tenant_id, version);

-- For the owner alone, who rotates: the program as motcua_app may call neither.
CREATE FUNCTION tenant_keys_wrapped() RETURNS TABLE (tenant_id uuid, version integer, wrapped bytea)
LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT k.tenant_id, k.version, k.wrapped FROM tenant_key k ORDER BY k.tenant_id, k.version
$$;
CREATE FUNCTION tenant_key_wrap(wanted_tenant uuid, wanted_version integer, fresh bytea) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER AS $$
    UPDATE tenant_key SET wrapped = fresh WHERE tenant_id = wanted_tenant AND version = wanted_version
$$;
CREATE POLICY lookup ON tenant_key FOR SELECT TO motcua_lookup USING (true);
CREATE POLICY lookup_wrap ON tenant_key FOR UPDATE TO motcua_lookup USING (true);
GRANT SELECT, UPDATE (wrapped) ON tenant_key TO motcua_lookup;
DO $$
DECLARE f regprocedure;
BEGIN
    EXECUTE format('GRANT CREATE ON SCHEMA %I TO motcua_lookup', current_schema());
    FOREACH f IN ARRAY ARRAY['tenant_keys_wrapped()', 'tenant_key_wrap(uuid, integer, bytea)']::regprocedure[] LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', f, current_schema());
        EXECUTE format('ALTER FUNCTION %s OWNER TO motcua_lookup', f);
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    END LOOP;
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM motcua_lookup', current_schema());
END $$;
