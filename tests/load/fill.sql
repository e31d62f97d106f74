-- Fills a migrated database with the sample city for the load test, set by set. Variables:
--   tenants, dossiers   how many agencies hold how many open dossiers together
--   writers             agencies whose dossiers can be worked on (with the state of their workflow)
--   steps               dossiers more, to complete a step of
--   drafts, clients, drafts_each   complete drafts for HTTP; for each client of pgbench and each writing agency
--   template            id of one real dossier, submitted through the portal: its rows are the pattern of all others
-- Deterministic ids (bench.id) let the clients name rows without asking for them.
\set ON_ERROR_STOP on
SET session_replication_role = replica;  -- rows are consistent by construction: no foreign keys row by row
SET synchronous_commit = off;
SET client_min_messages = warning;

CREATE SCHEMA bench;
GRANT USAGE ON SCHEMA bench TO motcua_app;
CREATE FUNCTION bench.id(kind integer, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ('01930000-0000-7' || lpad(to_hex(kind), 3, '0') || '-8000-' || lpad(to_hex(n), 12, '0'))::uuid;
-- What the browser of person n of a kind holds; the session stores its hash.
CREATE FUNCTION bench.token(kind text, n bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN rtrim(translate(encode(sha256(convert_to('load ' || kind || ' ' || n, 'UTF8')), 'base64'), '+/', '-_'), '=');

-- A copy of one row of a table for every row of `source` (s), with the columns of `changes` computed from both (x: the row).
CREATE PROCEDURE bench.copy(target text, pattern text, source text, changes jsonb) LANGUAGE plpgsql AS $$
DECLARE
    names text;
    expressions text;
BEGIN
    SELECT string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position),
        string_agg(coalesce(changes->>column_name, 'x.' || quote_ident(column_name)), ', ' ORDER BY ordinal_position)
    INTO names, expressions FROM information_schema.columns WHERE table_schema = 'public' AND table_name = target;
    EXECUTE format('INSERT INTO %I (%s) SELECT %s FROM (SELECT * FROM %I WHERE %s LIMIT 1) x CROSS JOIN (%s) s',
        target, names, expressions, target, pattern, source);
END $$;

CREATE TABLE bench.tenant AS
SELECT row_number() OVER () - 1 AS n, c.*
FROM (SELECT t.id, t.agency_identifier,
        (SELECT u.id FROM unit u WHERE u.tenant_id = t.id AND u.kind = 'reception' LIMIT 1) AS reception,
        coalesce((SELECT o.unit_id FROM offering o JOIN procedure p ON p.id = o.procedure_id AND p.code = '2.000635'
            WHERE o.tenant_id = t.id), (SELECT u.id FROM unit u WHERE u.tenant_id = t.id AND u.kind = 'division' LIMIT 1)) AS division,
        EXISTS (SELECT 1 FROM offering o WHERE o.tenant_id = t.id) AS offers
    FROM tenant t WHERE t.agency_identifier <> '' ORDER BY offers DESC, t.sort_order LIMIT :tenants) c;
ALTER TABLE bench.tenant ADD PRIMARY KEY (n);
DO $$ BEGIN
    IF EXISTS (SELECT FROM bench.tenant WHERE reception IS NULL OR division IS NULL) THEN
        RAISE EXCEPTION 'an agency without a reception or a division';
    END IF;
END $$;
INSERT INTO offering (tenant_id, procedure_id, unit_id)
SELECT b.id, p.id, b.division FROM bench.tenant b, procedure p WHERE p.code = '2.000635' ON CONFLICT DO NOTHING;

-- 200 citizens and a clerk at every agency's desk, signed in.
INSERT INTO account (id, email, password_hash, full_name, created_at, password_changed_at)
SELECT bench.id(1, n), 'citizen-' || n || '@load.example', '!', 'Nguyễn Thị Lan', now(), now() FROM generate_series(0, 199) n
UNION ALL
SELECT bench.id(2, n), 'clerk-' || n || '@load.example', '!', 'Trần Văn Bình', now(), now() FROM bench.tenant;
INSERT INTO membership (tenant_id, id, account_id, unit_id, title, roles, valid_from, created_at)
SELECT id, bench.id(2, n), bench.id(2, n), reception, 'Công chức tiếp nhận', '{reception_clerk}', now() - interval '1 day', now() FROM bench.tenant;
INSERT INTO session (token_hash, account_id, id, tenant_id, membership_id, created_at, last_seen_at, expires_at)
SELECT sha256(convert_to(bench.token('citizen', n), 'UTF8')), bench.id(1, n), bench.id(11, n), NULL, NULL, now(), now(), now() + interval '12 hours'
FROM generate_series(0, 199) n
UNION ALL
SELECT sha256(convert_to(bench.token('clerk', n), 'UTF8')), bench.id(2, n), bench.id(12, n), id, bench.id(2, n), now(), now(), now() + interval '12 hours'
FROM bench.tenant;

-- Open dossiers, three of ten at the desk, the others with an officer; names, dates and urgency spread. The last `steps` are all at
-- the desk of a writing agency, so that there is enough to do.
CREATE TEMPORARY TABLE bench_source AS
SELECT i, i % 10 < 3 OR i >= :dossiers AS is_new, t.id AS tenant, t.n AS tenant_number, t.reception, t.division, t.agency_identifier,
    now() - interval '20 days' + (i * 7919 % 86400) * interval '20 seconds' AS begun,
    now() - interval '3 days' + (i * 104729 % 86400) * interval '35 seconds' AS due,
    (ARRAY['Nguyễn Thị', 'Trần Văn', 'Lê Minh', 'Phạm Đức', 'Hoàng Thu', 'Vũ Ngọc', 'Đặng Quốc', 'Bùi Thanh'])[1 + i % 8] || ' '
        || (ARRAY['Lan', 'Bình', 'Hà', 'Sơn', 'Hương', 'Dũng', 'Ánh'])[1 + i / 8 % 7] || ' ' || i % 997 AS name,
    (ARRAY['nguyen thi', 'tran van', 'le minh', 'pham duc', 'hoang thu', 'vu ngoc', 'dang quoc', 'bui thanh'])[1 + i % 8] || ' '
        || (ARRAY['lan', 'binh', 'ha', 'son', 'huong', 'dung', 'anh'])[1 + i / 8 % 7] || ' ' || i % 997 AS name_key
FROM generate_series(0::bigint, :dossiers + :steps - 1) i
JOIN bench.tenant t ON t.n = CASE WHEN i < :dossiers THEN i * :tenants / :dossiers ELSE i % :writers END;

-- Built once at the end, sorted, instead of row by row.
CREATE TEMPORARY TABLE bench_index AS
SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition FROM pg_index i
WHERE i.indrelid IN ('dossier'::regclass, 'task'::regclass) AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid);
SELECT format('DROP INDEX %s', name) FROM bench_index \gexec
SET maintenance_work_mem = '512MB';

SELECT format('id = %L', :'template') AS template_dossier, format('dossier_id = %L', :'template') AS template_rows \gset
CALL bench.copy('dossier', :'template_dossier', 'SELECT * FROM bench_source', jsonb_build_object(
    'tenant_id', 's.tenant', 'id', 'bench.id(3, s.i)', 'unit_id', 's.division',
    'code', $$s.agency_identifier || '-000101-' || lpad(s.i::text, 7, '0')$$,
    'account_id', 'CASE WHEN s.i % 100 = 0 THEN bench.id(1, s.i / 100 % 200) ELSE bench.id(9, s.i) END',
    'status', $$CASE WHEN s.is_new THEN 'submitted' ELSE 'processing' END$$,
    'applicant_name', 's.name', 'applicant_key', 's.name_key', 'submitted_at', 's.begun',
    'contact', $$jsonb_build_object('phone', '09' || lpad((s.i * 7919 % 100000000)::text, 8, '0'), 'email', '', 'language', 'vi')$$,
    'received_at', $$CASE WHEN s.is_new THEN NULL ELSE s.begun + interval '1 hour' END$$,
    'first_due_at', 'CASE WHEN s.is_new THEN NULL ELSE s.due END', 'due_at', 'CASE WHEN s.is_new THEN NULL ELSE s.due END'));
CALL bench.copy('task', :'template_rows', 'SELECT * FROM bench_source', jsonb_build_object(
    'tenant_id', 's.tenant', 'id', 'bench.id(4, s.i)', 'dossier_id', 'bench.id(3, s.i)',
    'role', $$CASE WHEN s.is_new THEN 'reception_clerk' WHEN s.i % 10 = 9 THEN 'signing_leader' ELSE 'processing_officer' END$$,
    'unit_id', $$CASE WHEN s.is_new THEN x.unit_id WHEN s.i % 10 = 9 THEN '00000000-0000-0000-0000-000000000000' ELSE s.division END$$,
    'dossier_code', $$s.agency_identifier || '-000101-' || lpad(s.i::text, 7, '0')$$, 'applicant_name', 's.name',
    'created_at', 's.begun', 'step_due_at', 's.due', 'dossier_due_at', 'CASE WHEN s.is_new THEN NULL ELSE s.due END', 'urgent_at', 's.due'));
SELECT definition FROM bench_index \gexec
CALL bench.copy('event', :'template_rows' || ' AND sequence = 1',
    'SELECT * FROM bench_source WHERE is_new AND tenant_number < ' || :writers,
    jsonb_build_object('tenant_id', 's.tenant', 'dossier_id', 'bench.id(3, s.i)', 'at', 's.begun'));
CALL bench.copy('workflow_instance', :'template_rows', 'SELECT * FROM bench_source WHERE is_new AND tenant_number < ' || :writers,
    jsonb_build_object('tenant_id', 's.tenant', 'dossier_id', 'bench.id(3, s.i)', 'started_at', 's.begun'));
-- What writes may be tried on: number n of agency k, for HTTP (kind http) and for pgbench (kind sql).
CREATE TABLE bench.work AS
SELECT tenant_number AS k, CASE WHEN i / 10 % 2 = 0 THEN 'http' ELSE 'sql' END AS kind,
    row_number() OVER (PARTITION BY tenant_number, i / 10 % 2 ORDER BY i) - 1 AS n, bench.id(3, i) AS dossier, bench.id(4, i) AS task
FROM bench_source WHERE is_new AND tenant_number < :writers;
ALTER TABLE bench.work ADD PRIMARY KEY (kind, k, n);
GRANT SELECT ON bench.work TO motcua_app;

-- Complete drafts: kind 5 for HTTP, 6 for pgbench, 7 to record what a submission does; each with the paper it needs.
CREATE TEMPORARY TABLE bench_draft AS
SELECT bench.id(5, d) AS id, bench.id(1, d % 200) AS account, t.id AS tenant
FROM generate_series(0::bigint, :drafts - 1) d JOIN bench.tenant t ON t.n = d % :writers
UNION ALL
SELECT bench.id(6, (t.n * :clients + c) * :drafts_each + i), bench.id(1, t.n), t.id
FROM bench.tenant t, generate_series(0, :clients - 1) c, generate_series(0, :drafts_each - 1) i WHERE t.n < :writers
UNION ALL
SELECT bench.id(7, t.n), bench.id(1, t.n), t.id FROM bench.tenant t WHERE t.n < :writers;
CALL bench.copy('draft', :'template_dossier', 'SELECT * FROM bench_draft', jsonb_build_object(
    'account_id', 's.account', 'id', 's.id', 'tenant_id', 's.tenant', 'submitted_at', 'NULL'));
CALL bench.copy('document', :'template_rows', 'SELECT * FROM bench_draft', jsonb_build_object(
    'tenant_id', 's.tenant', 'id', 's.id', 'account_id', 's.account', 'dossier_id', 's.id'));

-- Keys of data are made by the program; a tenant without any gets one at its first dossier.
RESET session_replication_role;
VACUUM ANALYZE;
CHECKPOINT;
SELECT count(*) AS dossiers, pg_size_pretty(pg_database_size(current_database())) AS database FROM dossier;
