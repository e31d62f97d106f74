-- Drafts of citizens, dossiers of agencies, and what happens to them.

-- What a citizen has begun. Only its owner sees it; it becomes the dossier of the same id, once.
CREATE TABLE draft (
    account_id uuid NOT NULL REFERENCES account (id),
    id uuid NOT NULL,
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    procedure_id uuid NOT NULL REFERENCES procedure (id),
    procedure_version_id uuid NOT NULL REFERENCES procedure_version (id),
    answers jsonb NOT NULL DEFAULT '{}',
    page text NOT NULL DEFAULT '',
    revision integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    submitted_at timestamptz,               -- the dossier (tenant_id, id) exists
    PRIMARY KEY (account_id, id)
);
ALTER TABLE draft ENABLE ROW LEVEL SECURITY;
ALTER TABLE draft FORCE ROW LEVEL SECURITY;
CREATE POLICY own_draft ON draft USING (account_id = motcua.app_account()) WITH CHECK (account_id = motcua.app_account());

CREATE TABLE dossier (
    tenant_id uuid NOT NULL REFERENCES tenant (id),
    id uuid NOT NULL,
    code text NOT NULL,                     -- agency identifier - yyMMdd - daily number
    account_id uuid,                        -- who submitted it online; NULL at the counter
    procedure_id uuid NOT NULL REFERENCES procedure (id),
    procedure_version_id uuid NOT NULL REFERENCES procedure_version (id),
    procedure_code text NOT NULL,
    procedure_name text NOT NULL,
    unit_id uuid NOT NULL,                  -- handling unit
    channel text NOT NULL CHECK (channel IN ('online', 'counter', 'post')),
    return_channel text NOT NULL DEFAULT 'counter' CHECK (return_channel IN ('counter', 'post', 'online')),
    status text NOT NULL CHECK (status IN ('submitted', 'received', 'processing', 'supplement', 'payment', 'refused',
        'withdrawn', 'stopped', 'finished', 'returned')),
    outcome text CHECK (outcome IN ('granted', 'rejected', 'refused', 'withdrawn', 'stopped')),
    applicant_name text NOT NULL,
    applicant_key text NOT NULL,            -- folded, for the search of officials
    contact jsonb NOT NULL DEFAULT '{}',    -- {phone, email, address, personal_id, language}
    subject text NOT NULL DEFAULT '',       -- trích yếu
    answers jsonb NOT NULL,
    copies integer NOT NULL DEFAULT 1,      -- số bộ hồ sơ
    limit_rule text NOT NULL DEFAULT '',    -- as the procedure version states it
    calendar_code text NOT NULL DEFAULT 'default',
    calendar_revision integer NOT NULL DEFAULT 1,
    submitted_at timestamptz NOT NULL,
    received_at timestamptz,
    first_due_at timestamptz,               -- as promised on the first slip
    due_at timestamptz,                     -- hẹn trả in force: first_due_at + pauses + re-appointments
    due_explanation jsonb,                  -- line by line, by the calendar library
    paused_since timestamptz,
    finished_at timestamptz,
    returned_at timestamptz,
    fee_amount bigint NOT NULL DEFAULT 0 CHECK (fee_amount >= 0),
    fee_state text NOT NULL DEFAULT 'none' CHECK (fee_state IN ('none', 'due', 'paid', 'exempt')),
    step_name text NOT NULL DEFAULT '',     -- where it stands now, in words
    step_name_en text NOT NULL DEFAULT '',
    revision integer NOT NULL DEFAULT 1,    -- grows with every command; stale pages are told
    event_count integer NOT NULL DEFAULT 0,
    event_head bytea NOT NULL DEFAULT '',   -- hash of the newest event
    event_seal bytea NOT NULL DEFAULT '',   -- keyed over count and head: a chain cut short at its end shows
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, code)
);
CREATE INDEX dossier_account ON dossier (account_id, submitted_at DESC) WHERE account_id IS NOT NULL;
CREATE INDEX dossier_open ON dossier (tenant_id, due_at) WHERE status IN ('submitted', 'received', 'processing', 'supplement', 'payment');
CREATE INDEX dossier_received ON dossier (tenant_id, received_at);
CREATE INDEX dossier_finished ON dossier (tenant_id, finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX dossier_waiting_hand_over ON dossier (tenant_id, finished_at) WHERE status = 'finished';
CREATE INDEX dossier_applicant ON dossier (tenant_id, applicant_key text_pattern_ops);

-- Append only (no UPDATE, no DELETE granted); hash-chained per dossier, `motcua audit verify` checks it.
CREATE TABLE event (
    tenant_id uuid NOT NULL,
    dossier_id uuid NOT NULL,
    sequence integer NOT NULL,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    actor_kind text NOT NULL CHECK (actor_kind IN ('citizen', 'official', 'system')),
    actor_account_id uuid,
    actor_name text NOT NULL,
    actor_title text NOT NULL DEFAULT '',
    actor_unit text NOT NULL DEFAULT '',
    address text NOT NULL DEFAULT '',
    is_public boolean NOT NULL,             -- shown to the citizen
    data jsonb NOT NULL DEFAULT '{}',
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (tenant_id, dossier_id, sequence),
    FOREIGN KEY (tenant_id, dossier_id) REFERENCES dossier (tenant_id, id)
);

CREATE TABLE pause (
    tenant_id uuid NOT NULL,
    dossier_id uuid NOT NULL,
    number integer NOT NULL,
    reason text NOT NULL CHECK (reason IN ('supplement', 'payment', 'consultation', 'stopped')),
    note text NOT NULL DEFAULT '',
    from_at timestamptz NOT NULL,
    to_at timestamptz,
    PRIMARY KEY (tenant_id, dossier_id, number),
    FOREIGN KEY (tenant_id, dossier_id) REFERENCES dossier (tenant_id, id)
);

CREATE TABLE supplement_request (
    tenant_id uuid NOT NULL,
    dossier_id uuid NOT NULL,
    number integer NOT NULL,                -- 1, 2, ...: the law wants one
    paper_number text NOT NULL,             -- "Số …/HDHS"
    items jsonb NOT NULL,                   -- [{paper, name, original, certified, copy, reason}]
    reason text NOT NULL,
    requested_by text NOT NULL,
    requested_at timestamptz NOT NULL,
    answer_due_at timestamptz,
    answered_at timestamptz,
    answer_note text NOT NULL DEFAULT '',
    closed_at timestamptz,                  -- answered, or time over
    PRIMARY KEY (tenant_id, dossier_id, number),
    FOREIGN KEY (tenant_id, dossier_id) REFERENCES dossier (tenant_id, id)
);

CREATE TABLE apology (
    tenant_id uuid NOT NULL,
    dossier_id uuid NOT NULL,
    number integer NOT NULL,
    state text NOT NULL CHECK (state IN ('draft', 'sent')),
    paper_number text NOT NULL DEFAULT '',
    old_due_at timestamptz NOT NULL,
    new_due_at timestamptz,
    reason text NOT NULL DEFAULT '',
    drafted_at timestamptz NOT NULL,
    sent_at timestamptz,
    signed_by text NOT NULL DEFAULT '',
    signed_title text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, dossier_id, number),
    FOREIGN KEY (tenant_id, dossier_id) REFERENCES dossier (tenant_id, id)
);
CREATE INDEX apology_drafts ON apology (tenant_id, drafted_at) WHERE state = 'draft';

CREATE TABLE payment (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    dossier_id uuid NOT NULL,
    amount bigint NOT NULL CHECK (amount >= 0),
    method text NOT NULL CHECK (method IN ('cash', 'transfer', 'online')),
    receipt_number text NOT NULL,
    paid_at timestamptz NOT NULL,
    received_by text NOT NULL,
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, receipt_number),
    FOREIGN KEY (tenant_id, dossier_id) REFERENCES dossier (tenant_id, id)
);
CREATE INDEX payment_dossier ON payment (tenant_id, dossier_id);

-- One rating a dossier.
CREATE TABLE rating (
    tenant_id uuid NOT NULL,
    dossier_id uuid NOT NULL,
    level integer NOT NULL CHECK (level BETWEEN 1 AND 3),   -- 1 not satisfied, 2 satisfied, 3 very satisfied
    reason text NOT NULL DEFAULT '' CHECK (level > 1 OR length(btrim(reason)) > 0),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, dossier_id),
    FOREIGN KEY (tenant_id, dossier_id) REFERENCES dossier (tenant_id, id)
);

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['dossier', 'event', 'pause', 'supplement_request', 'apology', 'payment', 'rating'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY tenant_isolation ON %I USING (tenant_id = motcua.app_tenant()) WITH CHECK (tenant_id = motcua.app_tenant())', name);
    END LOOP;
END $$;
-- The list "my dossiers" crosses agencies: the submitter may read the dossier row itself; everything else is read
-- within the dossier's tenant after this row has proved who owns it.
CREATE POLICY own_dossier ON dossier FOR SELECT USING (account_id = motcua.app_account());

GRANT SELECT, INSERT, UPDATE, DELETE ON draft TO motcua_app;
GRANT SELECT, INSERT, UPDATE ON dossier, pause, supplement_request, apology TO motcua_app;
GRANT SELECT, INSERT ON event, payment, rating TO motcua_app;
