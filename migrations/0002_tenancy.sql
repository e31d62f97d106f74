-- Agencies (tenants), their units, the official administrative units, and calendars.
-- A tenant is one agency: the city, a department, a district or a commune. Levels are data: the tree has no fixed depth,
-- every row has dates of validity, so that the two-level administration of 2025 is new rows, not new code.

-- What must be looked up before a tenant or person is known (signing in, due jobs, verification) is done by functions that
-- this role owns: it sees rows across tenants by policies of its own, cannot log in, and nobody becomes it.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'motcua_lookup') THEN
        CREATE ROLE motcua_lookup NOLOGIN;
    END IF;
    EXECUTE format('GRANT motcua_lookup TO %I', current_user);
    EXECUTE format('GRANT USAGE, CREATE ON SCHEMA %I TO motcua_lookup', current_schema());
END $$;

-- Which agencies exist is public; the row is a reference, not tenant data.
CREATE TABLE tenant (
    id uuid PRIMARY KEY,
    parent_id uuid REFERENCES tenant (id),
    slug text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND length(slug) <= 63),
    kind text NOT NULL CHECK (kind IN ('city', 'department', 'district', 'commune')),
    code text NOT NULL DEFAULT '',                -- official code of the administrative unit (GSO), '' for departments
    name text NOT NULL,                           -- "Uỷ ban nhân dân phường Dịch Vọng"
    short_name text NOT NULL,                     -- "Dịch Vọng"
    name_en text NOT NULL DEFAULT '',
    place_name text NOT NULL DEFAULT 'Hà Nội',    -- "địa danh" at the head of papers
    host_name text UNIQUE,
    agency_identifier text NOT NULL DEFAULT '',   -- QCVN 102:2016, e.g. 000.25.05.H26; head of every dossier code
    agency_identifier_is_sample boolean NOT NULL DEFAULT true,
    address text NOT NULL DEFAULT '',
    phone text NOT NULL DEFAULT '',
    email text NOT NULL DEFAULT '',
    calendar_code text NOT NULL DEFAULT 'default',
    require_second_factor boolean NOT NULL DEFAULT false,
    settings jsonb NOT NULL DEFAULT '{}',
    search_key text NOT NULL DEFAULT '',          -- folded name (i18n), written by the program
    sort_order integer NOT NULL DEFAULT 0,
    valid_from date NOT NULL DEFAULT '2000-01-01',
    valid_to date,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX tenant_parent ON tenant (parent_id, sort_order);
CREATE INDEX tenant_code ON tenant (code) WHERE code <> '';
CREATE UNIQUE INDEX tenant_agency_identifier ON tenant (agency_identifier) WHERE agency_identifier <> '';

-- Administrative units for addresses: official codes with dates of validity, independent of who is a tenant.
CREATE TABLE administrative_unit (
    code text NOT NULL,
    kind text NOT NULL,            -- thanh_pho, quan, huyen, thi_xa, phuong, xa, thi_tran
    parent_code text NOT NULL DEFAULT '',
    name text NOT NULL,
    full_name text NOT NULL,
    valid_from date NOT NULL DEFAULT '2000-01-01',
    valid_to date,
    sort_order integer NOT NULL DEFAULT 0,
    PRIMARY KEY (code, valid_from)
);
CREATE INDEX administrative_unit_parent ON administrative_unit (parent_code, sort_order);

-- Working-time rule sets. Rows are immutable: a changed calendar is a new revision.
CREATE TABLE calendar (
    code text NOT NULL,
    revision integer NOT NULL,
    name text NOT NULL,
    definition jsonb NOT NULL,
    published_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (code, revision)
);

CREATE TABLE unit (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    id uuid NOT NULL,
    parent_id uuid,
    code text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('reception', 'division', 'leadership', 'records', 'cashier')),
    name text NOT NULL,
    name_en text NOT NULL DEFAULT '',
    sort_order integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, code),
    FOREIGN KEY (tenant_id, parent_id) REFERENCES unit (tenant_id, id)
);
ALTER TABLE unit ENABLE ROW LEVEL SECURITY;
ALTER TABLE unit FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON unit USING (tenant_id = motcua.app_tenant()) WITH CHECK (tenant_id = motcua.app_tenant());

-- Data keys of a tenant, wrapped by the master key that lives outside the database. The newest version encrypts.
CREATE TABLE tenant_key (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    version integer NOT NULL,
    wrapped bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, version)
);
ALTER TABLE tenant_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenant_key FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON tenant_key USING (tenant_id = motcua.app_tenant()) WITH CHECK (tenant_id = motcua.app_tenant());

-- Counters (dossier codes, numbers of papers): one row a series, taken under its row lock, last in a transaction.
CREATE TABLE counter (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    series text NOT NULL,          -- e.g. dossier:170214, result:2017
    value bigint NOT NULL,
    PRIMARY KEY (tenant_id, series)
);
ALTER TABLE counter ENABLE ROW LEVEL SECURITY;
ALTER TABLE counter FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON counter USING (tenant_id = motcua.app_tenant()) WITH CHECK (tenant_id = motcua.app_tenant());

GRANT SELECT, INSERT, UPDATE ON tenant TO motcua_app;
GRANT SELECT, INSERT ON administrative_unit, calendar TO motcua_app;
GRANT SELECT, INSERT, UPDATE ON unit, counter TO motcua_app;
GRANT SELECT, INSERT ON tenant_key TO motcua_app;

-- Versions of what servers keep in memory; whoever changes such rows raises the number in the same transaction.
CREATE TABLE reference_version (
    name text PRIMARY KEY,
    version bigint NOT NULL
);
INSERT INTO reference_version VALUES ('tenant', 1), ('calendar', 1), ('procedure', 1);
GRANT SELECT, UPDATE ON reference_version TO motcua_app;
