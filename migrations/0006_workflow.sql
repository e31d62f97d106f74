-- Running workflows: the engine's state, the tasks of officials, timers, consultations between agencies, incidents, outbox.

CREATE TABLE workflow_instance (
    tenant_id uuid NOT NULL,
    dossier_id uuid NOT NULL,
    procedure_version_id uuid NOT NULL REFERENCES procedure_version (id),
    state text NOT NULL,                    -- as the bpmn library serialises it
    revision integer NOT NULL DEFAULT 1,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    PRIMARY KEY (tenant_id, dossier_id),
    FOREIGN KEY (tenant_id, dossier_id) REFERENCES dossier (tenant_id, id)
);

-- What officials have to do. The queue of a person is the union of its (role, unit) queues; rows carry what a line of the
-- queue shows, so that a page is one index range. unit_id is the nil UUID where any unit of the tenant may take it.
CREATE TABLE task (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('workflow', 'consultation', 'hand_over', 'apology')),
    dossier_id uuid,                        -- NULL: a question of another agency
    consultation_id uuid,
    engine_task text NOT NULL DEFAULT '',   -- the engine's own task identifier
    element_id text NOT NULL DEFAULT '',
    name text NOT NULL,
    name_en text NOT NULL DEFAULT '',
    role text NOT NULL,
    other_roles text[] NOT NULL DEFAULT '{}',
    unit_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    outcomes text[] NOT NULL DEFAULT '{}',
    state text NOT NULL CHECK (state IN ('open', 'waiting', 'done', 'cancelled')),  -- waiting: the clock stands, for the citizen
    dossier_code text NOT NULL,
    procedure_code text NOT NULL,
    procedure_name text NOT NULL,
    applicant_name text NOT NULL,
    created_at timestamptz NOT NULL,
    step_due_at timestamptz,
    dossier_due_at timestamptz,
    urgent_at timestamptz NOT NULL,         -- the earlier of the two, or created_at + a year: the order of the queue
    assignee_account_id uuid,
    assignee_name text NOT NULL DEFAULT '',
    taken_at timestamptz,
    done_at timestamptz,
    done_by text NOT NULL DEFAULT '',
    outcome text NOT NULL DEFAULT '',
    note text NOT NULL DEFAULT '',
    revision integer NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, dossier_id) REFERENCES dossier (tenant_id, id)
);
CREATE INDEX task_queue ON task (tenant_id, role, unit_id, urgent_at, id) WHERE state = 'open';
CREATE INDEX task_mine ON task (tenant_id, assignee_account_id, urgent_at, id) WHERE state = 'open' AND assignee_account_id IS NOT NULL;
CREATE INDEX task_dossier ON task (tenant_id, dossier_id, created_at);

CREATE TABLE timer (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    dossier_id uuid NOT NULL,
    engine_timer text NOT NULL,             -- the engine's own timer identifier
    element_id text NOT NULL,
    specification jsonb NOT NULL,           -- kept, so that a changed calendar can move the due time
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL,           -- due_at, later after a failed attempt
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, dossier_id, engine_timer),
    FOREIGN KEY (tenant_id, dossier_id) REFERENCES dossier (tenant_id, id)
);
CREATE INDEX timer_due ON timer (next_at);

-- A question to another agency. The same id stands on both sides; each side sees only its own row.
CREATE TABLE consultation_sent (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    dossier_id uuid NOT NULL,
    to_tenant_id uuid NOT NULL REFERENCES tenant (id),
    message_name text NOT NULL,             -- what the workflow waits for
    element_id text NOT NULL DEFAULT '',
    question text NOT NULL,
    data jsonb NOT NULL DEFAULT '{}',       -- only what the asked agency needs
    sent_at timestamptz NOT NULL,
    due_at timestamptz,
    answered_at timestamptz,
    answer text NOT NULL DEFAULT '',        -- agree, disagree, confirmed, not_confirmed, silent
    answer_note text NOT NULL DEFAULT '',
    answered_by text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, dossier_id) REFERENCES dossier (tenant_id, id)
);
CREATE INDEX consultation_sent_dossier ON consultation_sent (tenant_id, dossier_id);

CREATE TABLE consultation_received (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    from_tenant_id uuid NOT NULL REFERENCES tenant (id),
    dossier_code text NOT NULL,
    procedure_name text NOT NULL,
    question text NOT NULL,
    data jsonb NOT NULL DEFAULT '{}',
    received_at timestamptz NOT NULL,
    due_at timestamptz,
    answered_at timestamptz,
    answer text NOT NULL DEFAULT '',
    answer_note text NOT NULL DEFAULT '',
    answered_by text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE incident (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    dossier_id uuid,
    element_id text NOT NULL DEFAULT '',
    engine_incident text NOT NULL DEFAULT '',
    kind text NOT NULL,                     -- workflow, timer, outbox
    message text NOT NULL,
    created_at timestamptz NOT NULL,
    resolved_at timestamptz,
    resolved_by text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX incident_open ON incident (tenant_id, created_at) WHERE resolved_at IS NULL;
CREATE INDEX incident_dossier ON incident (tenant_id, dossier_id);

-- Everything that leaves the transaction: mail, questions to other agencies, their answers.
CREATE TABLE outbox (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('mail', 'consultation', 'consultation_answer')),
    payload jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    next_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'failed')),
    done_at timestamptz,
    last_error text NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX outbox_due ON outbox (next_at) WHERE state = 'waiting';

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['workflow_instance', 'task', 'timer', 'consultation_sent', 'consultation_received', 'incident', 'outbox'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY tenant_isolation ON %I USING (tenant_id = motcua.app_tenant()) WITH CHECK (tenant_id = motcua.app_tenant())', name);
    END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE ON workflow_instance, task, consultation_sent, consultation_received, incident, outbox TO motcua_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON timer TO motcua_app;

-- Jobs look across tenants for what is due, and learn only where to work; the work itself runs within one tenant.
-- A claimed row is pushed into the future (a lease), so that a crashed worker's row comes back by itself.
CREATE FUNCTION timer_claim(at timestamptz, lease interval, batch integer) RETURNS TABLE (tenant_id uuid, id uuid)
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    UPDATE timer t SET next_at = at + lease, attempts = t.attempts + 1
    FROM (SELECT c.tenant_id, c.id FROM timer c WHERE c.next_at <= at ORDER BY c.next_at
          FOR UPDATE SKIP LOCKED LIMIT batch) due
    WHERE t.tenant_id = due.tenant_id AND t.id = due.id
    RETURNING t.tenant_id, t.id
$$;
CREATE FUNCTION outbox_claim(at timestamptz, lease interval, batch integer) RETURNS TABLE (tenant_id uuid, id uuid)
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    UPDATE outbox o SET next_at = at + lease, attempts = o.attempts + 1
    FROM (SELECT c.tenant_id, c.id FROM outbox c WHERE c.state = 'waiting' AND c.next_at <= at ORDER BY c.next_at
          FOR UPDATE SKIP LOCKED LIMIT batch) due
    WHERE o.tenant_id = due.tenant_id AND o.id = due.id
    RETURNING o.tenant_id, o.id
$$;
-- Dossiers whose promised time comes within `ahead` or has passed, not paused, with no apology drafted for this promise.
CREATE FUNCTION late_dossiers(at timestamptz, ahead interval, batch integer) RETURNS TABLE (tenant_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT d.tenant_id, d.id FROM dossier d
    WHERE d.status IN ('received', 'processing') AND d.paused_since IS NULL AND d.due_at <= at + ahead
      AND NOT EXISTS (SELECT 1 FROM apology a WHERE a.tenant_id = d.tenant_id AND a.dossier_id = d.id AND a.old_due_at = d.due_at)
    ORDER BY d.due_at LIMIT batch
$$;
-- Requests for supplement whose time is over.
CREATE FUNCTION expired_supplements(at timestamptz, batch integer) RETURNS TABLE (tenant_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT s.tenant_id, s.dossier_id FROM supplement_request s
    WHERE s.closed_at IS NULL AND s.answer_due_at <= at ORDER BY s.answer_due_at LIMIT batch
$$;
CREATE INDEX supplement_open ON supplement_request (answer_due_at) WHERE closed_at IS NULL;
CREATE INDEX dossier_due ON dossier (due_at) WHERE status IN ('received', 'processing') AND paused_since IS NULL;
CREATE POLICY lookup ON timer FOR SELECT TO motcua_lookup USING (true);
CREATE POLICY lookup_claim ON timer FOR UPDATE TO motcua_lookup USING (true);
CREATE POLICY lookup ON outbox FOR SELECT TO motcua_lookup USING (true);
CREATE POLICY lookup_claim ON outbox FOR UPDATE TO motcua_lookup USING (true);
CREATE POLICY lookup ON dossier FOR SELECT TO motcua_lookup USING (true);
CREATE POLICY lookup ON apology FOR SELECT TO motcua_lookup USING (true);
GRANT SELECT, UPDATE ON timer, outbox TO motcua_lookup;
CREATE POLICY lookup ON supplement_request FOR SELECT TO motcua_lookup USING (true);
GRANT SELECT ON dossier, apology, supplement_request TO motcua_lookup;
ALTER FUNCTION expired_supplements(timestamptz, integer) OWNER TO motcua_lookup;
ALTER FUNCTION timer_claim(timestamptz, interval, integer) OWNER TO motcua_lookup;
ALTER FUNCTION outbox_claim(timestamptz, interval, integer) OWNER TO motcua_lookup;
ALTER FUNCTION late_dossiers(timestamptz, interval, integer) OWNER TO motcua_lookup;
REVOKE ALL ON FUNCTION timer_claim(timestamptz, interval, integer), outbox_claim(timestamptz, interval, integer),
    late_dossiers(timestamptz, interval, integer), expired_supplements(timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION timer_claim(timestamptz, interval, integer), outbox_claim(timestamptz, interval, integer),
    late_dossiers(timestamptz, interval, integer), expired_supplements(timestamptz, integer) TO motcua_app;
