-- Accounts, memberships of officials, sessions, one-time tokens.
-- An account belongs to a person, not to a tenant; row-level security shows it to its owner, and to tenants in which the
-- person is a member. What signing in needs before anybody is known goes through SECURITY DEFINER functions that take
-- the exact identifier or token hash.

CREATE TABLE account (
    id uuid PRIMARY KEY,
    email text UNIQUE CHECK (email = lower(email) AND length(email) <= 254),
    phone text UNIQUE CHECK (phone ~ '^0[0-9]{8,10}$'),
    password_hash text NOT NULL,
    full_name text NOT NULL CHECK (length(full_name) BETWEEN 1 AND 200),
    birth_date date,
    personal_id text CHECK (personal_id ~ '^([0-9]{9}|[0-9]{12})$'),
    address text NOT NULL DEFAULT '',
    language text NOT NULL DEFAULT 'vi' CHECK (language IN ('vi', 'en')),
    totp_secret bytea,              -- sealed by the program; NULL: no second factor
    totp_confirmed_at timestamptz,
    totp_last_step bigint NOT NULL DEFAULT 0,   -- a code is taken once
    active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL,
    password_changed_at timestamptz NOT NULL,
    email_confirmed_at timestamptz,
    CHECK (email IS NOT NULL OR phone IS NOT NULL)
);

CREATE TABLE membership (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    id uuid NOT NULL,
    account_id uuid NOT NULL REFERENCES account (id),
    unit_id uuid NOT NULL,
    title text NOT NULL DEFAULT '',           -- chức danh, as printed under a signature
    roles text[] NOT NULL CHECK (roles <@ ARRAY['reception_clerk', 'processing_officer', 'head_of_unit', 'signing_leader',
        'records_clerk', 'cashier', 'tenant_admin', 'city_supervisor'] AND cardinality(roles) > 0),
    valid_from timestamptz NOT NULL,
    valid_to timestamptz,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, unit_id) REFERENCES unit (tenant_id, id)
);
CREATE INDEX membership_account ON membership (account_id);
CREATE UNIQUE INDEX membership_once ON membership (tenant_id, account_id, unit_id) WHERE valid_to IS NULL;

ALTER TABLE account ENABLE ROW LEVEL SECURITY;
ALTER TABLE account FORCE ROW LEVEL SECURITY;
CREATE POLICY own_account ON account USING (id = motcua.app_account()) WITH CHECK (id = motcua.app_account());
CREATE POLICY colleagues ON account FOR SELECT USING (EXISTS (
    SELECT 1 FROM membership m WHERE m.account_id = account.id AND m.tenant_id = motcua.app_tenant()));

ALTER TABLE membership ENABLE ROW LEVEL SECURITY;
ALTER TABLE membership FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON membership USING (tenant_id = motcua.app_tenant()) WITH CHECK (tenant_id = motcua.app_tenant());
CREATE POLICY own_membership ON membership FOR SELECT USING (account_id = motcua.app_account());

CREATE TABLE session (
    token_hash bytea PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES account (id),
    id uuid NOT NULL UNIQUE,                   -- what pages name it by
    tenant_id uuid,                            -- membership in use, NULL: as a citizen
    membership_id uuid,
    second_factor_at timestamptz,
    created_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    user_agent text NOT NULL DEFAULT '',
    address text NOT NULL DEFAULT ''
);
CREATE INDEX session_account ON session (account_id);
CREATE INDEX session_expiry ON session (expires_at);
ALTER TABLE session ENABLE ROW LEVEL SECURITY;
ALTER TABLE session FORCE ROW LEVEL SECURITY;
CREATE POLICY own_session ON session USING (account_id = motcua.app_account()) WITH CHECK (account_id = motcua.app_account());

-- Mailed links: recovery of a password, confirmation of an address.
CREATE TABLE one_time_token (
    token_hash bytea PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES account (id),
    purpose text NOT NULL CHECK (purpose IN ('recover', 'confirm')),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX one_time_token_account ON one_time_token (account_id);
ALTER TABLE one_time_token ENABLE ROW LEVEL SECURITY;
ALTER TABLE one_time_token FORCE ROW LEVEL SECURITY;
CREATE POLICY own_token ON one_time_token USING (account_id = motcua.app_account()) WITH CHECK (account_id = motcua.app_account());

-- The account behind an exact e-mail address or phone number.
CREATE FUNCTION account_for_sign_in(identifier text)
RETURNS TABLE (id uuid, password_hash text, active boolean, language text, has_second_factor boolean, email text, full_name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT a.id, a.password_hash, a.active, a.language, a.totp_confirmed_at IS NOT NULL, a.email, a.full_name
    FROM account a WHERE a.email = identifier OR a.phone = identifier LIMIT 1
$$;

-- Session with its account and the membership in use, by the hash of the cookie's token. A membership that has ended no longer counts.
CREATE FUNCTION session_resolve(hash bytea, at timestamptz)
RETURNS TABLE (session_id uuid, account_id uuid, full_name text, email text, language text, has_second_factor boolean,
    second_factor_at timestamptz, last_seen_at timestamptz, expires_at timestamptz,
    tenant_id uuid, membership_id uuid, unit_id uuid, title text, roles text[], unit_name text, membership_count bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT s.id, a.id, a.full_name, coalesce(a.email, ''), a.language, a.totp_confirmed_at IS NOT NULL,
        s.second_factor_at, s.last_seen_at, s.expires_at,
        m.tenant_id, m.id, m.unit_id, m.title, m.roles, u.name,
        (SELECT count(*) FROM membership x WHERE x.account_id = a.id AND x.valid_from <= at
            AND (x.valid_to IS NULL OR x.valid_to > at))
    FROM session s
    JOIN account a ON a.id = s.account_id AND a.active
    LEFT JOIN membership m ON m.tenant_id = s.tenant_id AND m.id = s.membership_id AND m.account_id = a.id
        AND m.valid_from <= at AND (m.valid_to IS NULL OR m.valid_to > at)
    LEFT JOIN unit u ON u.tenant_id = m.tenant_id AND u.id = m.unit_id
    WHERE s.token_hash = hash AND s.expires_at > at
$$;

CREATE FUNCTION one_time_token_resolve(hash bytea, for_purpose text, at timestamptz) RETURNS TABLE (account_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT t.account_id FROM one_time_token t
    WHERE t.token_hash = hash AND t.purpose = for_purpose AND t.used_at IS NULL AND t.expires_at > at
$$;

-- House-keeping: sessions and tokens whose time is over.
CREATE FUNCTION session_remove_expired(at timestamptz) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    WITH gone AS (DELETE FROM session WHERE expires_at <= at RETURNING 1),
         used AS (DELETE FROM one_time_token WHERE expires_at <= at - interval '7 days' RETURNING 1)
    SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM used)
$$;

CREATE POLICY lookup ON account FOR SELECT TO motcua_lookup USING (true);
CREATE POLICY lookup ON membership FOR SELECT TO motcua_lookup USING (true);
CREATE POLICY lookup ON unit FOR SELECT TO motcua_lookup USING (true);
CREATE POLICY lookup ON session FOR SELECT TO motcua_lookup USING (true);
CREATE POLICY lookup_expired ON session FOR DELETE TO motcua_lookup USING (true);
CREATE POLICY lookup ON one_time_token FOR SELECT TO motcua_lookup USING (true);
CREATE POLICY lookup_expired ON one_time_token FOR DELETE TO motcua_lookup USING (true);
GRANT SELECT ON account, membership, unit TO motcua_lookup;
GRANT SELECT, DELETE ON session, one_time_token TO motcua_lookup;
ALTER FUNCTION account_for_sign_in(text) OWNER TO motcua_lookup;
ALTER FUNCTION session_resolve(bytea, timestamptz) OWNER TO motcua_lookup;
ALTER FUNCTION one_time_token_resolve(bytea, text, timestamptz) OWNER TO motcua_lookup;
ALTER FUNCTION session_remove_expired(timestamptz) OWNER TO motcua_lookup;

REVOKE ALL ON FUNCTION account_for_sign_in(text), session_resolve(bytea, timestamptz),
    one_time_token_resolve(bytea, text, timestamptz), session_remove_expired(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION account_for_sign_in(text), session_resolve(bytea, timestamptz),
    one_time_token_resolve(bytea, text, timestamptz), session_remove_expired(timestamptz) TO motcua_app;
GRANT SELECT, INSERT, UPDATE ON account, membership, one_time_token TO motcua_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON session TO motcua_app;
