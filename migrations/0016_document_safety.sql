-- What is known about a document's safety. Bytes come from people: a paper stays in quarantine until the virus scanner has
-- called it clean, when the operator asks for that. 'waiting': not scanned yet (also where no scanner is configured);
-- 'unscannable': the scanner answered that it cannot look into this file (its own limits), it is asked again later. What the
-- program made itself (kind 'result') is never scanned.
ALTER TABLE document
    ADD COLUMN scan_state text NOT NULL DEFAULT 'waiting' CHECK (scan_state IN ('waiting', 'clean', 'infected', 'unscannable')),
    ADD COLUMN scan_finding text NOT NULL DEFAULT '',          -- the scanner's words, for officials and the log
    ADD COLUMN scanned_at timestamptz,
    ADD COLUMN scan_next_at timestamptz NOT NULL DEFAULT '-infinity',
    ADD COLUMN scan_attempts integer NOT NULL DEFAULT 0;
CREATE INDEX document_scan_due ON document (scan_next_at)
    WHERE scan_state IN ('waiting', 'unscannable') AND kind <> 'result' AND removed_at IS NULL;
GRANT UPDATE (scan_state, scan_finding, scanned_at, scan_next_at, scan_attempts) ON document TO motcua_app;

-- What the inspection of an upload has found. A picture is kept as it was written anew, a PDF without its active content: the
-- digest of what was handed in stays on record beside the one of what is kept.
ALTER TABLE document
    ADD COLUMN received_sha256 bytea,                          -- NULL: kept as it came
    ADD COLUMN received_size bigint,
    ADD COLUMN pages integer NOT NULL DEFAULT 0,               -- of a PDF; 0: not known
    ADD COLUMN remarks text NOT NULL DEFAULT '';               -- dark, blurred, small, active, repaired; separated by commas

-- As timer_claim and outbox_claim: across tenants, learns only where to work; the lease gives back what a dead worker held.
CREATE FUNCTION document_scan_claim(at timestamptz, lease interval, batch integer) RETURNS TABLE (tenant_id uuid, id uuid)
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    UPDATE document d SET scan_next_at = at + lease, scan_attempts = d.scan_attempts + 1
    FROM (SELECT c.tenant_id, c.id FROM document c
          WHERE c.scan_state IN ('waiting', 'unscannable') AND c.kind <> 'result' AND c.removed_at IS NULL AND c.scan_next_at <= at
          ORDER BY c.scan_next_at FOR UPDATE SKIP LOCKED LIMIT batch) due
    WHERE d.tenant_id = due.tenant_id AND d.id = due.id
    RETURNING d.tenant_id, d.id
$$;
CREATE POLICY lookup_claim ON document FOR UPDATE TO motcua_lookup USING (true);
GRANT SELECT (tenant_id, id, kind, removed_at, scan_state, scan_next_at, scan_attempts) ON document TO motcua_lookup;
GRANT UPDATE (scan_next_at, scan_attempts) ON document TO motcua_lookup;
DO $$ BEGIN EXECUTE format('GRANT CREATE ON SCHEMA %I TO motcua_lookup', current_schema()); END $$;
ALTER FUNCTION document_scan_claim(timestamptz, interval, integer) OWNER TO motcua_lookup;
DO $$ BEGIN EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM motcua_lookup', current_schema()); END $$;
REVOKE ALL ON FUNCTION document_scan_claim(timestamptz, interval, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION document_scan_claim(timestamptz, interval, integer) TO motcua_app;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION document_scan_claim(timestamptz, interval, integer) SET search_path = %I, pg_temp', current_schema());
END $$;
