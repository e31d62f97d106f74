-- Roles, extensions and the functions that row-level security stands on.
-- The runner has made the schema motcua and its table of migrations before this.

-- The server works as this role: it owns nothing and cannot bypass row-level security.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'motcua_app') THEN
        CREATE ROLE motcua_app NOLOGIN;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'motcua_app' AND (rolsuper OR rolbypassrls)) THEN
        RAISE EXCEPTION 'role motcua_app exists and may bypass row-level security: ALTER ROLE motcua_app NOSUPERUSER NOBYPASSRLS';
    END IF;
    EXECUTE format('GRANT motcua_app TO %I', current_user);
END $$;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO motcua_app;
REVOKE ALL ON SCHEMA motcua FROM PUBLIC;
GRANT USAGE ON SCHEMA motcua TO motcua_app;

CREATE EXTENSION IF NOT EXISTS unaccent WITH SCHEMA public;
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;

-- On whose behalf the transaction works; NULL when the program has not said so, and then no row of a tenant is seen.
-- The bodies are bound at creation (RETURN), so that no search_path can redirect them, and simple enough to be inlined.
CREATE FUNCTION motcua.app_tenant() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('motcua.tenant', true), '')::uuid;
CREATE FUNCTION motcua.app_account() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('motcua.account', true), '')::uuid;

-- A condition that must hold, checked in the round trip that also commits: otherwise SQLSTATE MC409, which the program
-- reads as "somebody was faster", with `reason` as the name of what was demanded.
CREATE FUNCTION motcua.demand(condition boolean, reason text) RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    IF condition IS NOT TRUE THEN
        RAISE EXCEPTION USING ERRCODE = 'MC409', MESSAGE = reason;
    END IF;
    RETURN true;
END $$;

GRANT EXECUTE ON FUNCTION motcua.app_tenant(), motcua.app_account(), motcua.demand(boolean, text) TO motcua_app;
