-- Erasing, done for good and by nobody who sees more than it takes.
--
-- The role that erases saw the rows of nobody over all agencies, because closing an account makes rows of nobody. Now closing works
-- agency by agency: there it sees what the agency sees, and over all of them nothing but the rows of the account itself.

DROP POLICY close ON dossier;       -- the policies of the agency are enough
DROP POLICY close ON document;
CREATE POLICY close ON document FOR SELECT TO motcua_eraser USING (account_id = motcua.app_account());     -- to find the agencies
DROP POLICY close ON draft_share;
CREATE POLICY close ON draft_share TO motcua_eraser
    USING (guest_id = motcua.app_account() OR guest_id IS NULL AND tenant_id = motcua.app_tenant())
    WITH CHECK (guest_id IS NULL AND tenant_id = motcua.app_tenant());

-- The account of the transaction, if it is due and nobody's of an agency. Dossiers stay with the agencies; whoever has handed
-- them in is a person on them, no longer a sign-in. What its owner kept in the store goes with it. Gives back nothing when there
-- was nothing to do.
CREATE OR REPLACE FUNCTION account_close(at timestamptz) RETURNS TABLE (drafts integer, dossiers integer)
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    own uuid := motcua.app_account();
    before text := coalesce(current_setting('motcua.tenant', true), '');
    agencies uuid[];
    agency uuid;
    more integer;
    address text;
BEGIN
    PERFORM 1 FROM account_closing c WHERE c.account_id = own AND c.closed_at IS NULL AND c.due_at <= at FOR UPDATE;
    IF NOT FOUND OR EXISTS (SELECT 1 FROM membership m WHERE m.account_id = own) THEN RETURN; END IF;
    SELECT a.email INTO address FROM account a WHERE a.id = own;
    PERFORM 1 FROM draft d WHERE d.account_id = own FOR UPDATE;
    SELECT count(*) INTO drafts FROM draft d WHERE d.account_id = own AND d.submitted_at IS NULL;
    dossiers := 0;
    PERFORM set_config('motcua.tenant', '', true);      -- without an agency one sees one's own dossiers at all of them
    agencies := ARRAY(SELECT d.tenant_id FROM dossier d WHERE d.account_id = own
        UNION SELECT f.tenant_id FROM document f WHERE f.account_id = own
        UNION SELECT s.tenant_id FROM draft_share s WHERE s.guest_id = own);
    FOREACH agency IN ARRAY agencies LOOP
        PERFORM set_config('motcua.tenant', agency::text, true);
        UPDATE document f SET file_name = '', title = '', account_id = NULL, remarks = '', scan_finding = '',
                removed_at = coalesce(f.removed_at, at), erased_at = at
            WHERE f.tenant_id = agency AND f.account_id = own AND (f.kind = 'stored'
                OR f.dossier_id IN (SELECT d.id FROM draft d WHERE d.account_id = own AND d.submitted_at IS NULL));
        UPDATE document f SET account_id = NULL WHERE f.tenant_id = agency AND f.account_id = own;
        UPDATE draft_share s SET guest_id = NULL WHERE s.tenant_id = agency AND s.guest_id = own;
        UPDATE dossier d SET account_id = NULL WHERE d.tenant_id = agency AND d.account_id = own;
        GET DIAGNOSTICS more = ROW_COUNT;
        dossiers := dossiers + more;
    END LOOP;
    PERFORM set_config('motcua.tenant', before, true);
    DELETE FROM resumable_upload u WHERE u.account_id = own;
    DELETE FROM paper_use u WHERE u.account_id = own;
    DELETE FROM draft d WHERE d.account_id = own;
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

DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION account_close(timestamptz) SET search_path = %I, pg_temp', current_schema());
END $$;

-- Bytes that are swept away lose their key with them: a copy of them that lies somewhere (a backup, an older version in a bucket)
-- opens no more. The application may not change what is wrapped; this it cannot help.
CREATE FUNCTION document_key_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.wrapped_key := '';
    RETURN NEW;
END $$;
CREATE TRIGGER document_key_ends BEFORE UPDATE OF swept_at ON document FOR EACH ROW WHEN (NEW.swept_at IS NOT NULL)
    EXECUTE FUNCTION document_key_ends();
ALTER TABLE document NO FORCE ROW LEVEL SECURITY;   -- for the owner, this once
UPDATE document SET wrapped_key = '' WHERE swept_at IS NOT NULL;
ALTER TABLE document FORCE ROW LEVEL SECURITY;
