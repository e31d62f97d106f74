-- The policies of dossier, so that the planner can follow its indexes.
--
-- Two permissive policies are joined by OR; then every statement over dossier read all dossiers of the agency by a bitmap of
-- two indexes and sorted them, and the condition on the tenant, present in the statement and in the OR, was counted twice, so
-- that a hundredth of the rows was expected. One condition that the planner does not look into leaves the choice of the index
-- to the statement's own condition on tenant_id or account_id. It is also narrower: whoever works within an agency sees the
-- rows of that agency only; without one, a person sees the dossiers that she submitted.
DROP POLICY own_dossier ON dossier;
DROP POLICY tenant_isolation ON dossier;
CREATE POLICY visible ON dossier FOR SELECT USING (
    CASE WHEN motcua.app_tenant() IS NULL THEN account_id = motcua.app_account() ELSE tenant_id = motcua.app_tenant() END);
CREATE POLICY tenant_insert ON dossier FOR INSERT WITH CHECK (tenant_id = motcua.app_tenant());
CREATE POLICY tenant_update ON dossier FOR UPDATE USING (tenant_id = motcua.app_tenant()) WITH CHECK (tenant_id = motcua.app_tenant());

-- Questions of other agencies are few among many tasks: counting them walked the whole queue.
CREATE INDEX task_question ON task (tenant_id, role, unit_id, urgent_at, id) WHERE state = 'open' AND kind = 'consultation';

-- Lists of an agency, newest first, and the page after: in the order of the index to the last column, also among the many
-- that have not been received yet.
DROP INDEX dossier_received;
CREATE INDEX dossier_received ON dossier (tenant_id, received_at, id);
