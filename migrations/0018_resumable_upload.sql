-- Uploads that go on after a broken line (tus 1.0). The bytes lie encrypted below the spool until the last has come; then a
-- document of the same id is made, once. How far one has come is told by its file; `received` is what was promised last.

CREATE TABLE resumable_upload (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    id uuid NOT NULL,                       -- also the document's, when it is complete
    account_id uuid NOT NULL REFERENCES account (id),
    dossier_id uuid NOT NULL,               -- also the draft's id
    kind text NOT NULL CHECK (kind IN ('paper', 'supplement')),
    paper_key text NOT NULL,
    file_name text NOT NULL,
    metadata text NOT NULL DEFAULT '',      -- Upload-Metadata as sent: shown again to who asks for the upload
    length bigint NOT NULL CHECK (length > 0),
    received bigint NOT NULL DEFAULT 0 CHECK (received BETWEEN 0 AND length),
    storage_name text NOT NULL,             -- file below the spool
    key_version integer NOT NULL,
    wrapped_key bytea NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX resumable_upload_account ON resumable_upload (tenant_id, account_id, created_at);
CREATE INDEX resumable_upload_expiry ON resumable_upload (tenant_id, expires_at);
ALTER TABLE resumable_upload ENABLE ROW LEVEL SECURITY;
ALTER TABLE resumable_upload FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON resumable_upload USING (tenant_id = motcua.app_tenant()) WITH CHECK (tenant_id = motcua.app_tenant());
GRANT SELECT, INSERT, UPDATE (received, expires_at), DELETE ON resumable_upload TO motcua_app;

-- An agency may take less than the portal does.
ALTER TABLE tenant ADD COLUMN upload_limit bigint NOT NULL DEFAULT 0 CHECK (upload_limit >= 0);
