-- The sweeper asks once which agencies have uploads whose time is over, instead of asking every agency.
DROP INDEX resumable_upload_expiry;
CREATE INDEX resumable_upload_expiry ON resumable_upload (expires_at, tenant_id);
CREATE FUNCTION resumable_upload_expired(at timestamptz) RETURNS TABLE (tenant_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT DISTINCT u.tenant_id FROM resumable_upload u WHERE u.expires_at <= at
$$;
CREATE POLICY lookup ON resumable_upload FOR SELECT TO motcua_lookup USING (true);
GRANT SELECT (tenant_id, expires_at) ON resumable_upload TO motcua_lookup;
DO $$
BEGIN
    EXECUTE format('GRANT CREATE ON SCHEMA %I TO motcua_lookup', current_schema());
    EXECUTE format('ALTER FUNCTION resumable_upload_expired(timestamptz) SET search_path = %I, pg_temp', current_schema());
    ALTER FUNCTION resumable_upload_expired(timestamptz) OWNER TO motcua_lookup;
    REVOKE ALL ON FUNCTION resumable_upload_expired(timestamptz) FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION resumable_upload_expired(timestamptz) TO motcua_app;
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM motcua_lookup', current_schema());
END $$;
