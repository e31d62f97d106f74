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

-- Who else works on a draft: an invitation by mail to fill in or sign a part, or to take the draft over. The guest sees this row,
-- never the draft's; what the guest may see and change of the draft is worked on as its owner, within what this row allows.
CREATE TABLE draft_share (
    account_id uuid NOT NULL,
    draft_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('part', 'transfer')),
    state text NOT NULL CHECK (state IN ('invited', 'accepted', 'finished', 'declined', 'revoked')),
    email text NOT NULL CHECK (length(email) <= 254),
    label text NOT NULL CHECK (length(label) <= 100),       -- who it is, in the owner's words
    fill text[] NOT NULL DEFAULT '{}',                      -- pages of the form the guest fills in
    see text[] NOT NULL DEFAULT '{}',                       -- pages the guest reads
    sign text[] NOT NULL DEFAULT '{}',                      -- signatures the guest gives
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    procedure_version_id uuid NOT NULL REFERENCES procedure_version (id),
    owner_name text NOT NULL,
    guest_id uuid REFERENCES account (id),
    guest_name text NOT NULL DEFAULT '',
    token_hash bytea UNIQUE,                                -- NULL once answered or revoked
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,                        -- of the invitation
    answered_at timestamptz,
    finished_at timestamptz,
    signed_at timestamptz,
    signed_digest bytea,                                    -- of the answers that were signed
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id, draft_id) REFERENCES draft (account_id, id) ON DELETE CASCADE
);
CREATE INDEX draft_share_draft ON draft_share (account_id, draft_id);
CREATE INDEX draft_share_guest ON draft_share (guest_id) WHERE guest_id IS NOT NULL;
ALTER TABLE draft_share ENABLE ROW LEVEL SECURITY;
ALTER TABLE draft_share FORCE ROW LEVEL SECURITY;
CREATE POLICY own_share ON draft_share USING (account_id = motcua.app_account()) WITH CHECK (account_id = motcua.app_account());
CREATE POLICY guest_share ON draft_share FOR SELECT USING (guest_id = motcua.app_account() AND state IN ('accepted', 'finished'));
GRANT SELECT, INSERT, UPDATE (state, token_hash, finished_at, signed_at, signed_digest) ON draft_share TO motcua_app;

-- Which page was saved last, at which revision and by which open page, so that people on different pages do not stop one another:
-- {page: {revision, editor}}; "" stands for all pages.
ALTER TABLE draft ADD saved jsonb NOT NULL DEFAULT '{}';

-- The invitation behind a mailed link.
CREATE FUNCTION draft_share_resolve(hash bytea, at timestamptz)
RETURNS TABLE (id uuid, account_id uuid, draft_id uuid, kind text, label text, fill text[], see text[], sign text[], tenant_id uuid,
    procedure_version_id uuid, owner_name text, owner_email text, owner_language text, expires_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT s.id, s.account_id, s.draft_id, s.kind, s.label, s.fill, s.see, s.sign, s.tenant_id, s.procedure_version_id, s.owner_name,
        coalesce(a.email, ''), a.language, s.expires_at
    FROM draft_share s JOIN account a ON a.id = s.account_id JOIN draft d ON d.account_id = s.account_id AND d.id = s.draft_id
    WHERE s.token_hash = hash AND s.state = 'invited' AND s.expires_at > at AND d.submitted_at IS NULL
$$;

-- Its answer, once. A part taken: the guest is noted. A draft taken over: it, its papers and nothing else become the guest's;
-- what others were invited to or had signed ends.
CREATE FUNCTION draft_share_answer(hash bytea, at timestamptz, accept boolean, name text) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE s draft_share; guest uuid := motcua.app_account();
BEGIN
    SELECT * INTO s FROM draft_share x WHERE x.token_hash = hash AND x.state = 'invited' AND x.expires_at > at FOR UPDATE;
    IF s.id IS NULL THEN RETURN NULL; END IF;
    PERFORM 1 FROM draft d WHERE d.account_id = s.account_id AND d.id = s.draft_id AND d.submitted_at IS NULL FOR UPDATE;
    IF NOT FOUND OR accept AND (guest IS NULL OR guest = s.account_id) THEN RETURN NULL; END IF;
    IF accept AND s.kind = 'transfer' THEN
        UPDATE draft d SET answers = d.answers - ARRAY(SELECT unnest(x.sign) FROM draft_share x
                WHERE x.account_id = s.account_id AND x.draft_id = s.draft_id)
            WHERE d.account_id = s.account_id AND d.id = s.draft_id;
        DELETE FROM draft_share x WHERE x.account_id = s.account_id AND x.draft_id = s.draft_id;
        UPDATE document d SET account_id = guest
            WHERE d.tenant_id = s.tenant_id AND d.dossier_id = s.draft_id AND d.account_id = s.account_id AND d.removed_at IS NULL;
        UPDATE draft d SET account_id = guest, revision = d.revision + 1, editor = '', updated_at = at, filled = '{}',
                saved = jsonb_build_object('', jsonb_build_object('revision', d.revision + 1))
            WHERE d.account_id = s.account_id AND d.id = s.draft_id;
    ELSE
        UPDATE draft_share x SET state = CASE WHEN accept THEN 'accepted' ELSE 'declined' END, token_hash = NULL, answered_at = at,
                guest_id = CASE WHEN accept THEN guest END, guest_name = CASE WHEN accept THEN name ELSE '' END
            WHERE x.account_id = s.account_id AND x.id = s.id;
    END IF;
    RETURN s.id;
END
$$;
CREATE POLICY lookup ON draft_share FOR SELECT TO motcua_lookup USING (true);
CREATE POLICY lookup_answer ON draft_share FOR UPDATE TO motcua_lookup USING (true);
CREATE POLICY lookup_hand_over ON draft_share FOR DELETE TO motcua_lookup USING (true);
CREATE POLICY lookup_hand_over ON draft FOR UPDATE TO motcua_lookup USING (submitted_at IS NULL);
CREATE POLICY lookup_hand_over ON document FOR UPDATE TO motcua_lookup USING (removed_at IS NULL);
GRANT SELECT, DELETE, UPDATE (state, token_hash, answered_at, guest_id, guest_name) ON draft_share TO motcua_lookup;
GRANT UPDATE (account_id, answers, revision, editor, updated_at, filled, saved) ON draft TO motcua_lookup;
GRANT UPDATE (account_id) ON document TO motcua_lookup;

DO $$
DECLARE f text;
BEGIN
    EXECUTE format('GRANT CREATE ON SCHEMA %I TO motcua_lookup', current_schema());
    FOREACH f IN ARRAY ARRAY['api_token_resolve(bytea, timestamptz)', 'draft_share_resolve(bytea, timestamptz)',
        'draft_share_answer(bytea, timestamptz, boolean, text)'] LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', f, current_schema());
        EXECUTE format('ALTER FUNCTION %s OWNER TO motcua_lookup', f);
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO motcua_app', f);
    END LOOP;
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM motcua_lookup', current_schema());
END $$;
