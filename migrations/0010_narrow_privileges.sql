-- The application may change what a row's life allows, and no more: the content of a paper, a result, a request is fixed once written.
REVOKE UPDATE ON document, result, pause, supplement_request, consultation_received, outbox FROM motcua_app;
GRANT UPDATE (removed_at) ON document TO motcua_app;
GRANT UPDATE (revoked_at) ON result TO motcua_app;
GRANT UPDATE (to_at) ON pause TO motcua_app;
GRANT UPDATE (answered_at, answer_note, closed_at) ON supplement_request TO motcua_app;
GRANT UPDATE (answered_at, answer, answer_note, answered_by) ON consultation_received TO motcua_app;
GRANT UPDATE (next_at, attempts, state, done_at, last_error) ON outbox TO motcua_app;

-- Functions that see across tenants look up names in this schema only, never in a session's temporary one.
DO $$
DECLARE f regprocedure;
BEGIN
    FOR f IN SELECT p.oid FROM pg_proc p WHERE p.prosecdef AND p.proowner = 'motcua_lookup'::regrole LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', f, current_schema());
    END LOOP;
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
END $$;
