-- A person closes the account: asked for now, done when the time of grace is over, taken back by signing in before.

-- Outlives the account, as the record of what was done; there is no person in it.
CREATE TABLE account_closing (
    account_id uuid PRIMARY KEY,
    requested_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    closed_at timestamptz,
    drafts integer NOT NULL DEFAULT 0,      -- deleted with their papers
    dossiers integer NOT NULL DEFAULT 0     -- stay with the agencies, without an account
);
CREATE INDEX account_closing_due ON account_closing (due_at) WHERE closed_at IS NULL;
ALTER TABLE account_closing ENABLE ROW LEVEL SECURITY;
ALTER TABLE account_closing FORCE ROW LEVEL SECURITY;
CREATE POLICY own_closing ON account_closing FOR SELECT USING (account_id = motcua.app_account());
CREATE POLICY own_request ON account_closing FOR INSERT WITH CHECK (account_id = motcua.app_account() AND closed_at IS NULL);
CREATE POLICY own_return ON account_closing FOR DELETE USING (account_id = motcua.app_account() AND closed_at IS NULL);
CREATE POLICY close ON account_closing FOR UPDATE TO motcua_eraser USING (account_id = motcua.app_account());
GRANT SELECT, INSERT (account_id, requested_at, due_at), DELETE ON account_closing TO motcua_app;
CREATE POLICY lookup ON account_closing FOR SELECT TO motcua_lookup USING (true);
GRANT SELECT ON account_closing TO motcua_lookup;

CREATE FUNCTION account_closing_due(at timestamptz, batch integer) RETURNS TABLE (account_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT c.account_id FROM account_closing c
    WHERE c.closed_at IS NULL AND c.due_at <= at AND NOT EXISTS (SELECT 1 FROM membership m WHERE m.account_id = c.account_id)
    ORDER BY c.due_at LIMIT batch
$$;

-- Mails about an account belong to no dossier, and go with the account.
CREATE INDEX outbox_to ON outbox ((payload->>'to')) WHERE NOT payload ? 'dossier_id';

-- What closing needs: the rows of the account, over all agencies, and what becomes of them, rows of nobody.
CREATE POLICY close ON dossier TO motcua_eraser
    USING (account_id = motcua.app_account() OR account_id IS NULL) WITH CHECK (account_id IS NULL);
CREATE POLICY close ON document TO motcua_eraser
    USING (account_id = motcua.app_account() OR account_id IS NULL) WITH CHECK (account_id IS NULL);
CREATE POLICY close ON draft_share TO motcua_eraser
    USING (guest_id = motcua.app_account() OR guest_id IS NULL) WITH CHECK (guest_id IS NULL);
CREATE POLICY close ON resumable_upload TO motcua_eraser USING (account_id = motcua.app_account());
GRANT UPDATE (account_id) ON dossier TO motcua_eraser;
GRANT SELECT, UPDATE (guest_id) ON draft_share TO motcua_eraser;
GRANT UPDATE (updated_at) ON draft TO motcua_eraser;        -- to lock them
GRANT SELECT, DELETE ON session, one_time_token, api_token, api_request, account TO motcua_eraser;
GRANT SELECT, UPDATE (closed_at, drafts, dossiers) ON account_closing TO motcua_eraser;

-- The account of the transaction, if it is due and nobody's of an agency. Dossiers stay with the agencies; whoever has handed
-- them in is a person on them, no longer a sign-in. Gives back nothing when there was nothing to do.
CREATE FUNCTION account_close(at timestamptz) RETURNS TABLE (drafts integer, dossiers integer)
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    own uuid := motcua.app_account();
    address text;
BEGIN
    PERFORM 1 FROM account_closing c WHERE c.account_id = own AND c.closed_at IS NULL AND c.due_at <= at FOR UPDATE;
    IF NOT FOUND OR EXISTS (SELECT 1 FROM membership m WHERE m.account_id = own) THEN RETURN; END IF;
    SELECT a.email INTO address FROM account a WHERE a.id = own;
    PERFORM 1 FROM draft d WHERE d.account_id = own FOR UPDATE;
    UPDATE document f SET file_name = '', account_id = NULL, remarks = '', scan_finding = '',
            removed_at = coalesce(f.removed_at, at), erased_at = at
        WHERE f.account_id = own AND f.dossier_id IN (SELECT d.id FROM draft d WHERE d.account_id = own AND d.submitted_at IS NULL);
    UPDATE document f SET account_id = NULL WHERE f.account_id = own;
    SELECT count(*) INTO drafts FROM draft d WHERE d.account_id = own AND d.submitted_at IS NULL;
    UPDATE draft_share s SET guest_id = NULL WHERE s.guest_id = own;
    DELETE FROM resumable_upload u WHERE u.account_id = own;
    DELETE FROM paper_use u WHERE u.account_id = own;
    DELETE FROM draft d WHERE d.account_id = own;
    UPDATE dossier d SET account_id = NULL WHERE d.account_id = own;
    GET DIAGNOSTICS dossiers = ROW_COUNT;
    DELETE FROM outbox o WHERE o.payload->>'to' = address AND NOT o.payload ? 'dossier_id' AND o.state <> 'waiting';
    DELETE FROM api_request r WHERE r.account_id = own;
    DELETE FROM api_token t WHERE t.account_id = own;
    DELETE FROM one_time_token t WHERE t.account_id = own;
    DELETE FROM session s WHERE s.account_id = own;
    DELETE FROM account a WHERE a.id = own;
    UPDATE account_closing c SET closed_at = at, drafts = account_close.drafts, dossiers = account_close.dossiers
        WHERE c.account_id = own;
    RETURN NEXT;
END $$;
CREATE POLICY close ON outbox FOR ALL TO motcua_eraser USING (NOT payload ? 'dossier_id' AND state <> 'waiting' AND EXISTS (
    SELECT 1 FROM account a WHERE a.id = motcua.app_account() AND a.email = payload->>'to'));

DO $$
DECLARE f regprocedure;
BEGIN
    EXECUTE format('GRANT CREATE ON SCHEMA %I TO motcua_eraser, motcua_lookup', current_schema());
    FOREACH f IN ARRAY ARRAY['account_close(timestamptz)', 'account_closing_due(timestamptz, integer)']::regprocedure[] LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', f, current_schema());
        EXECUTE format('ALTER FUNCTION %s OWNER TO %I', f,
            CASE WHEN f::text LIKE 'account_close(%' THEN 'motcua_eraser' ELSE 'motcua_lookup' END);
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO motcua_app', f);
    END LOOP;
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM motcua_eraser, motcua_lookup', current_schema());
END $$;
