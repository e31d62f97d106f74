-- Papers and results. The bytes are files outside the database, encrypted with a key of their own that is wrapped by the
-- tenant's key; the row says what, whose, how large, and its digest.

CREATE TABLE document (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    id uuid NOT NULL,
    account_id uuid,                        -- who uploaded it; may read it back
    dossier_id uuid,                        -- also the draft's id: a draft becomes the dossier of the same id
    kind text NOT NULL CHECK (kind IN ('paper', 'supplement', 'result', 'internal')),
    paper_key text NOT NULL DEFAULT '',
    file_name text NOT NULL,
    media_type text NOT NULL,
    size bigint NOT NULL CHECK (size >= 0),
    sha256 bytea NOT NULL,
    storage_name text NOT NULL,             -- file below the data folder
    key_version integer NOT NULL,
    wrapped_key bytea NOT NULL,
    created_at timestamptz NOT NULL,
    removed_at timestamptz,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX document_dossier ON document (tenant_id, dossier_id);
ALTER TABLE document ENABLE ROW LEVEL SECURITY;
ALTER TABLE document FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON document USING (tenant_id = motcua.app_tenant()) WITH CHECK (tenant_id = motcua.app_tenant());

-- Results issued: numbered, verifiable by anyone who holds the code printed on them.
CREATE TABLE result (
    tenant_id uuid NOT NULL,
    dossier_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('granted', 'rejected')),
    number text NOT NULL,                   -- "12/2017/TLKS-BS"
    title text NOT NULL,
    issued_at timestamptz NOT NULL,
    signed_by text NOT NULL,
    signed_title text NOT NULL,
    document_id uuid NOT NULL,
    sha256 bytea NOT NULL,                  -- of the PDF
    verification_code text NOT NULL UNIQUE,
    public_summary jsonb NOT NULL DEFAULT '{}',  -- what the public page may show
    revoked_at timestamptz,
    PRIMARY KEY (tenant_id, dossier_id),
    UNIQUE (tenant_id, number),
    FOREIGN KEY (tenant_id, dossier_id) REFERENCES dossier (tenant_id, id)
);
ALTER TABLE result ENABLE ROW LEVEL SECURITY;
ALTER TABLE result FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON result USING (tenant_id = motcua.app_tenant()) WITH CHECK (tenant_id = motcua.app_tenant());

CREATE FUNCTION result_verify(printed_code text) -- no column of that name: a column would win
RETURNS TABLE (tenant_id uuid, dossier_id uuid, agency text, kind text, number text, title text, issued_at timestamptz,
    signed_by text, signed_title text, sha256 bytea, public_summary jsonb, revoked_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT r.tenant_id, r.dossier_id, t.name, r.kind, r.number, r.title, r.issued_at, r.signed_by, r.signed_title, r.sha256,
        r.public_summary, r.revoked_at
    FROM result r JOIN tenant t ON t.id = r.tenant_id WHERE r.verification_code = printed_code
$$;
CREATE POLICY lookup ON result FOR SELECT TO motcua_lookup USING (true);
GRANT SELECT ON result, tenant TO motcua_lookup;
ALTER FUNCTION result_verify(text) OWNER TO motcua_lookup;
REVOKE ALL ON FUNCTION result_verify(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION result_verify(text) TO motcua_app;
GRANT SELECT, INSERT, UPDATE ON document, result TO motcua_app;

-- No later object is to be made by the lookup role.
DO $$
BEGIN
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM motcua_lookup', current_schema());
END $$;
