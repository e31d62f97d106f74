-- Makes a filled database ready to be measured again: what was submitted is a draft once more, and only steps that are
-- still to be done count as work.
\set ON_ERROR_STOP on
SET session_replication_role = replica;
SET synchronous_commit = off;
CREATE TEMPORARY TABLE again AS SELECT tenant_id, id FROM dossier WHERE id BETWEEN bench.id(5, 0) AND bench.id(8, 0);
DELETE FROM event e USING again a WHERE e.tenant_id = a.tenant_id AND e.dossier_id = a.id;
DELETE FROM task t USING again a WHERE t.tenant_id = a.tenant_id AND t.dossier_id = a.id;
DELETE FROM timer t USING again a WHERE t.tenant_id = a.tenant_id AND t.dossier_id = a.id;
DELETE FROM workflow_instance w USING again a WHERE w.tenant_id = a.tenant_id AND w.dossier_id = a.id;
DELETE FROM dossier d USING again a WHERE d.tenant_id = a.tenant_id AND d.id = a.id;
UPDATE draft SET submitted_at = NULL WHERE id IN (SELECT id FROM again);

CREATE TEMPORARY TABLE work AS
SELECT w.k, w.kind, row_number() OVER (PARTITION BY w.k, w.kind ORDER BY w.n) - 1 AS n, w.dossier, w.task
FROM bench.work w JOIN bench.tenant b ON b.n = w.k JOIN task t ON t.tenant_id = b.id AND t.id = w.task AND t.state = 'open';
TRUNCATE bench.work;
INSERT INTO bench.work SELECT * FROM work;
RESET session_replication_role;
VACUUM ANALYZE bench.work;
