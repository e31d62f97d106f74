-- The city's catalogue of administrative procedures. What is published is immutable: a change is a new version, and a
-- dossier stays on the version it was received under. The catalogue is public and shared by all tenants.

CREATE TABLE procedure_field (         -- lĩnh vực
    code text PRIMARY KEY CHECK (code ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    name text NOT NULL,
    name_en text NOT NULL DEFAULT '',
    sort_order integer NOT NULL DEFAULT 0
);

CREATE TABLE procedure (
    id uuid PRIMARY KEY,
    code text NOT NULL UNIQUE CHECK (code ~ '^[0-9A-Z][0-9A-Z.-]{0,31}$'),
    field_code text NOT NULL REFERENCES procedure_field (code),
    version_id uuid,                        -- the published version that new dossiers get
    name text NOT NULL,
    name_en text NOT NULL DEFAULT '',
    levels text[] NOT NULL DEFAULT '{}',    -- which kinds of tenant handle it: city, department, district, commune
    online_level integer NOT NULL CHECK (online_level BETWEEN 1 AND 4),  -- computed from the capabilities by the program
    exact_key text NOT NULL,                -- lower-case NFC name and keywords, accents kept
    search_key text NOT NULL,               -- the same, folded
    popularity bigint NOT NULL DEFAULT 0,
    valid_from date NOT NULL DEFAULT '2000-01-01',
    valid_to date,
    updated_at timestamptz NOT NULL
);
CREATE INDEX procedure_field_code ON procedure (field_code);
CREATE INDEX procedure_search_trigram ON procedure USING gin (search_key gin_trgm_ops);
CREATE INDEX procedure_search_words ON procedure USING gin (to_tsvector('simple', search_key));

CREATE TABLE procedure_version (
    id uuid PRIMARY KEY,
    procedure_id uuid NOT NULL REFERENCES procedure (id),
    number integer NOT NULL,
    content_hash text NOT NULL,             -- of everything below; the same content is not published twice
    description jsonb NOT NULL,             -- docs/catalogue-format.md
    form jsonb,                             -- docs/forms.md; NULL: described only, no online submission
    workflow text,                          -- BPMN 2.0 XML as it came
    result_template text,                   -- docs/printing.md
    published_at timestamptz NOT NULL,
    UNIQUE (procedure_id, number)
);
ALTER TABLE procedure ADD FOREIGN KEY (version_id) REFERENCES procedure_version (id);

-- Which agency takes which procedure, and which unit of it handles it. Public.
CREATE TABLE offering (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    procedure_id uuid NOT NULL REFERENCES procedure (id),
    unit_id uuid NOT NULL,                  -- the handling unit
    enabled boolean NOT NULL DEFAULT true,
    PRIMARY KEY (tenant_id, procedure_id),
    FOREIGN KEY (tenant_id, unit_id) REFERENCES unit (tenant_id, id)
);
CREATE INDEX offering_procedure ON offering (procedure_id, tenant_id);
ALTER TABLE offering ENABLE ROW LEVEL SECURITY;
ALTER TABLE offering FORCE ROW LEVEL SECURITY;
CREATE POLICY public_read ON offering FOR SELECT USING (true);
CREATE POLICY tenant_write ON offering FOR INSERT WITH CHECK (tenant_id = motcua.app_tenant());
CREATE POLICY tenant_change ON offering FOR UPDATE USING (tenant_id = motcua.app_tenant()) WITH CHECK (tenant_id = motcua.app_tenant());

GRANT SELECT, INSERT, UPDATE ON procedure_field, procedure, offering TO motcua_app;
GRANT SELECT, INSERT ON procedure_version TO motcua_app;
