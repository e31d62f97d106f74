-- What keeps running workflows from stopping in silence: messages that come too early are kept, jobs that fail come back later
-- and later until somebody is told, and a changed calendar moves the dates of what is running.

-- A message for which the workflow of its dossier does not wait yet. Once by name and key; it goes when it is delivered, when
-- its time is over, or with the end of the workflow.
CREATE TABLE kept_message (
    tenant_id uuid NOT NULL,
    dossier_id uuid NOT NULL,
    name text NOT NULL,
    key text NOT NULL DEFAULT '',
    data jsonb NOT NULL DEFAULT '{}',
    received_at timestamptz NOT NULL,
    keep_until timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, dossier_id, name, key),
    FOREIGN KEY (tenant_id, dossier_id) REFERENCES dossier (tenant_id, id)
);
CREATE INDEX kept_message_until ON kept_message (keep_until);

-- Jobs that look for dossiers (not for rows of their own) and are at work on one, or failed: not before next_at again.
CREATE TABLE job_attempt (
    tenant_id uuid NOT NULL,
    dossier_id uuid NOT NULL,
    job text NOT NULL CHECK (job IN ('apology', 'supplement', 'message', 'calendar')),
    attempts integer NOT NULL DEFAULT 1,
    next_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, dossier_id, job),
    FOREIGN KEY (tenant_id, dossier_id) REFERENCES dossier (tenant_id, id)
);

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['kept_message', 'job_attempt'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY tenant_isolation ON %I USING (tenant_id = motcua.app_tenant()) WITH CHECK (tenant_id = motcua.app_tenant())', name);
    END LOOP;
END $$;
GRANT SELECT, INSERT, DELETE ON kept_message TO motcua_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON job_attempt TO motcua_app;
CREATE POLICY lookup ON kept_message FOR SELECT TO motcua_lookup USING (true);
CREATE POLICY lookup ON job_attempt FOR SELECT TO motcua_lookup USING (true);
CREATE POLICY lookup_claim ON job_attempt FOR INSERT TO motcua_lookup WITH CHECK (true);
CREATE POLICY lookup_claim_again ON job_attempt FOR UPDATE TO motcua_lookup USING (true);
GRANT SELECT ON kept_message, calendar TO motcua_lookup;
GRANT SELECT, INSERT, UPDATE ON job_attempt TO motcua_lookup;

-- What a new revision of a calendar rests on, in the words of whoever published it.
ALTER TABLE calendar ADD COLUMN notice text NOT NULL DEFAULT '';
CREATE INDEX dossier_calendar ON dossier (calendar_code, calendar_revision) WHERE finished_at IS NULL;

-- An incident that somebody settled by hand: how, and why.
ALTER TABLE incident ADD COLUMN resolution text NOT NULL DEFAULT '' CHECK (resolution IN ('', 'retried', 'completed', 'settled')),
    ADD COLUMN reason text NOT NULL DEFAULT '';
ALTER TABLE outbox DROP CONSTRAINT outbox_state_check,
    ADD CONSTRAINT outbox_state_check CHECK (state IN ('waiting', 'done', 'failed', 'dropped'));

-- With a timer comes what is needed to run it, and to run those of one dossier together.
DROP FUNCTION timer_claim(timestamptz, interval, integer);
CREATE FUNCTION timer_claim(at timestamptz, lease interval, batch integer)
RETURNS TABLE (tenant_id uuid, id uuid, dossier_id uuid, engine_timer text, element_id text, attempts integer, due_at timestamptz)
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    UPDATE timer t SET next_at = at + lease, attempts = t.attempts + 1
    FROM (SELECT c.tenant_id, c.id FROM timer c WHERE c.next_at <= at ORDER BY c.next_at
          FOR UPDATE SKIP LOCKED LIMIT batch) due
    WHERE t.tenant_id = due.tenant_id AND t.id = due.id
    RETURNING t.tenant_id, t.id, t.dossier_id, t.engine_timer, t.element_id, t.attempts, t.due_at
$$;

-- The jobs' questions again, each without what has failed a moment ago or is being worked on.
CREATE OR REPLACE FUNCTION late_dossiers(at timestamptz, ahead interval, batch integer) RETURNS TABLE (tenant_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT d.tenant_id, d.id FROM dossier d
    WHERE d.status IN ('received', 'processing') AND d.paused_since IS NULL AND d.due_at <= at + ahead
      AND NOT EXISTS (SELECT 1 FROM apology a WHERE a.tenant_id = d.tenant_id AND a.dossier_id = d.id AND a.old_due_at = d.due_at)
      AND NOT EXISTS (SELECT 1 FROM job_attempt j WHERE j.tenant_id = d.tenant_id AND j.dossier_id = d.id AND j.job = 'apology'
                      AND j.next_at > at)
    ORDER BY d.due_at LIMIT batch
$$;
CREATE OR REPLACE FUNCTION expired_supplements(at timestamptz, batch integer) RETURNS TABLE (tenant_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT s.tenant_id, s.dossier_id FROM supplement_request s
    WHERE s.closed_at IS NULL AND s.answer_due_at <= at
      AND NOT EXISTS (SELECT 1 FROM job_attempt j WHERE j.tenant_id = s.tenant_id AND j.dossier_id = s.dossier_id
                      AND j.job = 'supplement' AND j.next_at > at)
    ORDER BY s.answer_due_at LIMIT batch
$$;
-- Dossiers with kept messages whose time is over.
CREATE FUNCTION expired_messages(at timestamptz, batch integer) RETURNS TABLE (tenant_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT DISTINCT e.tenant_id, e.dossier_id FROM (
        SELECT m.tenant_id, m.dossier_id FROM kept_message m
        WHERE m.keep_until <= at
          AND NOT EXISTS (SELECT 1 FROM job_attempt j WHERE j.tenant_id = m.tenant_id AND j.dossier_id = m.dossier_id
                          AND j.job = 'message' AND j.next_at > at)
        ORDER BY m.keep_until LIMIT batch) e
$$;
-- Open dossiers that were reckoned by an older revision of their calendar. Each is claimed for the time of the lease, so that
-- workers do not wait for one another; a worker that dies gives its own back by time.
CREATE FUNCTION calendar_claim(at timestamptz, lease interval, batch integer) RETURNS TABLE (tenant_id uuid, id uuid)
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    INSERT INTO job_attempt AS j (tenant_id, dossier_id, job, attempts, next_at)
    SELECT stale.tenant_id, stale.id, 'calendar', 1, at + lease
    FROM (SELECT c.code, max(c.revision) AS revision FROM calendar c GROUP BY c.code) newest,
         LATERAL (SELECT d.tenant_id, d.id FROM dossier d
                  WHERE d.calendar_code = newest.code AND d.calendar_revision < newest.revision AND d.finished_at IS NULL
                    AND NOT EXISTS (SELECT 1 FROM job_attempt a WHERE a.tenant_id = d.tenant_id AND a.dossier_id = d.id
                                    AND a.job = 'calendar' AND a.next_at > at)
                  LIMIT batch) stale
    LIMIT batch
    ON CONFLICT (tenant_id, dossier_id, job) DO UPDATE SET next_at = at + lease, attempts = j.attempts + 1
        WHERE j.next_at <= at
    RETURNING j.tenant_id, j.dossier_id
$$;
ALTER FUNCTION timer_claim(timestamptz, interval, integer) OWNER TO motcua_lookup;
ALTER FUNCTION expired_messages(timestamptz, integer) OWNER TO motcua_lookup;
ALTER FUNCTION calendar_claim(timestamptz, interval, integer) OWNER TO motcua_lookup;
REVOKE ALL ON FUNCTION timer_claim(timestamptz, interval, integer), expired_messages(timestamptz, integer),
    calendar_claim(timestamptz, interval, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION timer_claim(timestamptz, interval, integer), expired_messages(timestamptz, integer),
    calendar_claim(timestamptz, interval, integer) TO motcua_app;

-- Functions that see across tenants look up names in this schema only, never in a session's temporary one.
DO $$
DECLARE f regprocedure;
BEGIN
    FOR f IN SELECT p.oid FROM pg_proc p WHERE p.prosecdef AND p.proowner = 'motcua_lookup'::regrole LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', f, current_schema());
    END LOOP;
END $$;
