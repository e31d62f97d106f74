-- What `motcua workflow console --store database` keeps: models that came as files, the instances that run on them, and all that
-- happened. A session is one virtual clock with its own numbers (1, 2, ...) of models, instances and history. There is no reference
-- to tenant: without any agency the console works as the nil UUID.

-- A model as it came, byte for byte; the same bytes are the same version, and a version never changes.
CREATE TABLE process_definition (
    tenant_id uuid NOT NULL,
    sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
    name text NOT NULL,                     -- id of its first process; '' for what is no model
    version integer NOT NULL,               -- of this name, from 1
    xml bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, sha256),
    UNIQUE (tenant_id, name, version)
);

CREATE TABLE process_session (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    revision bigint NOT NULL DEFAULT 0,     -- one more with every command that changed something
    writer uuid NOT NULL,                   -- of the last change: whoever lost the answer to its COMMIT looks here
    now_at timestamptz NOT NULL,            -- the virtual clock
    calendars text[] NOT NULL DEFAULT '{}', -- the files as they came; none: the standard week
    agency text NOT NULL DEFAULT '',        -- whose of them
    history_count bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id)
);

-- Which versions a session has, in the order of their deployment; `generation` counts the deployments.
CREATE TABLE process_model (
    tenant_id uuid NOT NULL,
    session_id uuid NOT NULL,
    number integer NOT NULL,
    file text NOT NULL,
    generation integer NOT NULL,
    sha256 bytea NOT NULL,
    PRIMARY KEY (tenant_id, session_id, number),
    FOREIGN KEY (tenant_id, session_id) REFERENCES process_session (tenant_id, id),
    FOREIGN KEY (tenant_id, sha256) REFERENCES process_definition (tenant_id, sha256)
);

CREATE TABLE process_instance (
    tenant_id uuid NOT NULL,
    session_id uuid NOT NULL,
    number integer NOT NULL,
    state text NOT NULL,                    -- as the bpmn library saves it; names the versions it stands on
    ended_calls text NOT NULL,              -- JSON: called instances that are over, as they are shown
    revision bigint NOT NULL DEFAULT 1,
    ended boolean NOT NULL,
    started_at timestamptz NOT NULL,        -- times of the virtual clock
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, session_id, number),
    FOREIGN KEY (tenant_id, session_id) REFERENCES process_session (tenant_id, id)
);
CREATE INDEX process_instance_open ON process_instance (tenant_id, session_id, number) WHERE NOT ended;

-- What an instance waits for, one row each: for whoever looks after the system. The state is the truth.
CREATE TABLE process_wait (
    tenant_id uuid NOT NULL,
    session_id uuid NOT NULL,
    instance integer NOT NULL,
    number bigint NOT NULL,                 -- of the task, subscription or timer inside the instance
    kind text NOT NULL CHECK (kind IN ('task', 'job', 'message', 'signal', 'timer', 'condition')),
    element text NOT NULL,
    name text NOT NULL,                     -- of the task, message or signal
    key text NOT NULL DEFAULT '',           -- correlation key
    roles text NOT NULL DEFAULT '',         -- of tasks, one a line
    specification text NOT NULL DEFAULT '', -- of timers and time limits: what a changed calendar computes anew
    due_at timestamptz,
    PRIMARY KEY (tenant_id, session_id, instance, kind, number),
    FOREIGN KEY (tenant_id, session_id, instance) REFERENCES process_instance (tenant_id, session_id, number)
);
CREATE INDEX process_wait_timer ON process_wait (tenant_id, session_id, due_at) WHERE kind = 'timer';
CREATE INDEX process_wait_task ON process_wait (tenant_id, session_id, due_at) WHERE kind = 'task';
CREATE INDEX process_wait_name ON process_wait (tenant_id, session_id, name, key) WHERE kind IN ('message', 'signal');

-- Messages that came before anybody waited for them.
CREATE TABLE process_message (
    tenant_id uuid NOT NULL,
    session_id uuid NOT NULL,
    number bigint NOT NULL,
    name text NOT NULL,
    key text NOT NULL,
    data text NOT NULL,                     -- JSON, '' for none
    until timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, session_id, number),
    FOREIGN KEY (tenant_id, session_id) REFERENCES process_session (tenant_id, id)
);
CREATE UNIQUE INDEX process_message_key ON process_message (tenant_id, session_id, name, key) WHERE key <> '';

-- Start events that a timer sets off.
CREATE TABLE process_start (
    tenant_id uuid NOT NULL,
    session_id uuid NOT NULL,
    number integer NOT NULL,
    model integer NOT NULL,
    element text NOT NULL,
    from_at timestamptz NOT NULL,           -- what due_at is reckoned from, so that a changed calendar can move it
    due_at timestamptz NOT NULL,
    repetitions bigint NOT NULL,            -- left, -1: endless
    repeated boolean NOT NULL,              -- has started something already
    over boolean NOT NULL,
    PRIMARY KEY (tenant_id, session_id, number),
    FOREIGN KEY (tenant_id, session_id, model) REFERENCES process_model (tenant_id, session_id, number)
);
CREATE INDEX process_start_due ON process_start (tenant_id, session_id, due_at) WHERE NOT over;

CREATE TABLE process_history (
    tenant_id uuid NOT NULL,
    session_id uuid NOT NULL,
    sequence bigint NOT NULL,
    at timestamptz NOT NULL,                -- of the virtual clock
    entry text NOT NULL,                    -- JSON, as the console shows it
    recorded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, session_id, sequence),
    FOREIGN KEY (tenant_id, session_id) REFERENCES process_session (tenant_id, id)
);

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['process_definition', 'process_session', 'process_model', 'process_instance', 'process_wait',
                                'process_message', 'process_start', 'process_history'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY tenant_isolation ON %I USING (tenant_id = motcua.app_tenant()) WITH CHECK (tenant_id = motcua.app_tenant())', name);
    END LOOP;
END $$;
GRANT SELECT, INSERT ON process_definition, process_session, process_model, process_instance, process_start, process_history TO motcua_app;
GRANT UPDATE (revision, writer, now_at, calendars, agency, history_count) ON process_session TO motcua_app;
GRANT UPDATE (state, ended_calls, revision, ended, changed_at) ON process_instance TO motcua_app;
GRANT UPDATE (from_at, due_at, repetitions, repeated, over) ON process_start TO motcua_app;
GRANT SELECT, INSERT, DELETE ON process_wait, process_message TO motcua_app;
