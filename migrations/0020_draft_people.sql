-- Drafts that several people fill in or that are handed on, and dossiers handed in by programs.

-- What a citizen's program shows instead of a password. Only the hash is kept.
CREATE TABLE api_token (
    account_id uuid NOT NULL REFERENCES account (id),
    id uuid NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    token_hash bytea NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    scopes text[] NOT NULL CHECK (scopes <@ ARRAY['read', 'write', 'submit'] AND cardinality(scopes) > 0),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    last_used_at timestamptz,
    revoked_at timestamptz,
    PRIMARY KEY (account_id, id)
);
ALTER TABLE api_token ENABLE ROW LEVEL SECURITY;
ALTER TABLE api_token FORCE ROW LEVEL SECURITY;
CREATE POLICY own_token ON api_token USING (account_id = motcua.app_account()) WITH CHECK (account_id = motcua.app_account());
GRANT SELECT, INSERT, UPDATE (last_used_at, revoked_at) ON api_token TO motcua_app;

CREATE FUNCTION api_token_resolve(hash bytea, at timestamptz)
RETURNS TABLE (id uuid, account_id uuid, full_name text, email text, language text, scopes text[], last_used_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT t.id, a.id, a.full_name, coalesce(a.email, ''), a.language, t.scopes, t.last_used_at
    FROM api_token t JOIN account a ON a.id = t.account_id AND a.active
    WHERE t.token_hash = hash AND t.revoked_at IS NULL AND t.expires_at > at
$$;
CREATE POLICY lookup ON api_token FOR SELECT TO motcua_lookup USING (true);
GRANT SELECT ON api_token TO motcua_lookup;

-- Idempotency-Key of a program's request: what it made, so that a repeated request makes nothing new.
CREATE TABLE api_request (
    account_id uuid NOT NULL REFERENCES account (id),
    key text NOT NULL CHECK (length(key) BETWEEN 1 AND 128),
    fingerprint bytea NOT NULL CHECK (length(fingerprint) = 32),
    resource_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, key)
);
ALTER TABLE api_request ENABLE ROW LEVEL SECURITY;
ALTER TABLE api_request FORCE ROW LEVEL SECURITY;
CREATE POLICY own_request ON api_request USING (account_id = motcua.app_account()) WITH CHECK (account_id = motcua.app_account());
GRANT SELECT, INSERT, DELETE ON api_request TO motcua_app;

DO $$
BEGIN
    EXECUTE format('GRANT CREATE ON SCHEMA %I TO motcua_lookup', current_schema());
    EXECUTE format('ALTER FUNCTION api_token_resolve(bytea, timestamptz) SET search_path = %I, pg_temp', current_schema());
    ALTER FUNCTION api_token_resolve(bytea, timestamptz) OWNER TO motcua_lookup;
    REVOKE ALL ON FUNCTION api_token_resolve(bytea, timestamptz) FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION api_token_resolve(bytea, timestamptz) TO motcua_app;
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM motcua_lookup', current_schema());
END $$;
