/*
 * Tenant isolation, tried on every declared statement. Two databases are alike but for one thing: in `full`
 * tenant B has rows in every table, in `bare` it has none. Each statement runs as tenant A in both, with
 * parameters chosen to hit B's rows. If anything differs (rows, error, rows touched), B's data reached A. All
 * in transactions that are rolled back.
 *
 * The rows are made from the catalogue, so new tables and statements are covered without an edit here: checks
 * and references are dropped first (isolation must not depend on them), and columns limited to a list of
 * words take each word in turn, so that conditions like status = 'open' are met by some row.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "database.h"
#include "db/wire.h"

#define FULL "motcua_test_isolation_full"
#define BARE "motcua_test_isolation_bare"

enum { VARIANTS = 6, PARAMETERS_MAXIMUM = 64 };

/* clang-format off */
static const struct { const char *name, *reason; } exceptions[] = {
#define ACROSS(statement, why) {#statement, why},
#include "across_tenants.def"
#undef ACROSS
    {NULL, NULL},
};
/* clang-format on */

static struct arena *arena;
static PGconn *full, *bare;

/* Planted identifiers, the same rule in SQL (see plant()): whose row, which variant. */
static struct uuid planted_uuid(char whose, int variant)
{
    struct uuid uuid;
    snprintf(uuid.text, sizeof uuid.text, "%c%c%c%c%c%c%c%c-0000-7000-8000-00000000000%d", whose, whose,
             whose, whose, whose, whose, whose, whose, variant);
    return uuid;
}

/* 2017-11-23T03:00:00Z and so many hours. */
static instant planted_instant(int variant)
{
    return (INT64_C(1511406000) + variant * 3600) * MICROSECONDS;
}

/* Functions in SQL that make a value for a column, and one that fills a table with the rows of one owner. */
static const char plant_sql[] =
    "CREATE SCHEMA plant;"
    "CREATE TABLE plant.word (tab name, col name, words text[]);"
    "INSERT INTO plant.word SELECT conrelid::regclass::text, a.attname,"
    "  (SELECT array_agg(m[1]) FROM regexp_matches(pg_get_constraintdef(c.oid), '''([^'']*)''', 'g') m)"
    "  FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = conkey[1]"
    "  WHERE contype = 'c' AND cardinality(conkey) = 1 AND connamespace = 'public'::regnamespace"
    "  AND pg_get_constraintdef(c.oid) ~ 'ARRAY\\[';"
    "CREATE FUNCTION plant.uuid(whose text, k int) RETURNS uuid LANGUAGE sql AS"
    " $$ SELECT (repeat(whose, 8) || '-0000-7000-8000-00000000000' || k)::uuid $$;"
    "CREATE FUNCTION plant.value(tab name, col name, kind text, whose text, k int) RETURNS text LANGUAGE "
    "plpgsql AS $$"
    "DECLARE words text[] := (SELECT w.words FROM plant.word w WHERE w.tab = value.tab AND w.col = value.col "
    "LIMIT 1);"
    "BEGIN RETURN CASE kind"
    "  WHEN 'uuid' THEN plant.uuid(whose, CASE WHEN col = 'tenant_id' THEN 0 ELSE k END)::text"
    "  WHEN 'text' THEN coalesce(words[1 + k % cardinality(words)], format('marker-%s-%s', whose, k))"
    "  WHEN 'boolean' THEN (k % 2 = 0)::text"
    "  WHEN 'jsonb' THEN format('{\"marker\": \"%s-%s\"}', whose, k)"
    "  WHEN 'bytea' THEN format('marker-%s-%s', whose, k)"
    "  WHEN 'date' THEN '2017-11-23'"
    "  WHEN 'timestamp with time zone' THEN ('2017-11-23 03:00:00+00'::timestamptz + k * interval '1 "
    "hour')::text"
    "  WHEN 'text[]' THEN format('{%s}', coalesce(words[1 + k % cardinality(words)], format('marker-%s-%s', "
    "whose, k)))"
    "  WHEN 'uuid[]' THEN format('{%s}', plant.uuid(whose, k))"
    "  WHEN 'inet' THEN '192.0.2.1'"
    "  WHEN 'interval' THEN '1 hour'"
    "  WHEN 'time without time zone' THEN '10:00'"
    "  WHEN 'bigint[]' THEN '{1}' WHEN 'integer[]' THEN '{1}' WHEN 'smallint[]' THEN '{1}'"
    "  ELSE (k + 1)::text END; END $$;"
    "CREATE FUNCTION plant.fill(target regclass, whose text) RETURNS void LANGUAGE plpgsql AS $$"
    "DECLARE columns text; vals text; k int;"
    "BEGIN FOR k IN 0..5 LOOP"
    "  SELECT string_agg(quote_ident(attname), ', '), string_agg(format('%L::%s',"
    "    plant.value(target::text::name, attname, format_type(atttypid, NULL), whose, k), "
    "format_type(atttypid, atttypmod)), ', ')"
    "  INTO columns, vals FROM pg_attribute"
    "  WHERE attrelid = target AND attnum > 0 AND NOT attisdropped AND attgenerated = '' AND attidentity <> "
    "'a';"
    "  EXECUTE format('INSERT INTO %s (%s) VALUES (%s) ON CONFLICT DO NOTHING', target, columns, vals);"
    "END LOOP; END $$;"
    "DO $$ DECLARE c record; BEGIN"
    " FOR c IN SELECT conrelid::regclass AS tab, conname FROM pg_constraint WHERE contype IN ('c', 'f')"
    "   AND connamespace = 'public'::regnamespace LOOP"
    "  EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.tab, c.conname); END LOOP; END $$;";

/* What a tenant must not see of another: tables under row-level security, but for those a policy opens to
 * everybody. */
#define PROTECTED                                                                                            \
    "(c.relrowsecurity AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polpermissive" \
    " AND p.polcmd IN ('r', '*') AND pg_get_expr(p.polqual, p.polrelid) = 'true'"                            \
    " AND (p.polroles = '{0}' OR 'motcua_app'::regrole = ANY (p.polroles))))"
#define TABLES " FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace"

/* The tables of the self-test: one that forgot its protection, one that has it. */
static const char self_test_sql[] =
    "CREATE TABLE forgetful (tenant_id uuid, id uuid, body text, PRIMARY KEY (tenant_id, id));"
    "ALTER TABLE forgetful ENABLE ROW LEVEL SECURITY; ALTER TABLE forgetful FORCE ROW LEVEL SECURITY;"
    "CREATE POLICY too_wide ON forgetful USING (tenant_id IS NOT NULL);"
    "CREATE TABLE careful (tenant_id uuid, id uuid, body text, PRIMARY KEY (tenant_id, id));"
    "ALTER TABLE careful ENABLE ROW LEVEL SECURITY; ALTER TABLE careful FORCE ROW LEVEL SECURITY;"
    "CREATE POLICY isolation ON careful USING (tenant_id = motcua.app_tenant());"
    "GRANT SELECT, INSERT, UPDATE, DELETE ON forgetful, careful TO motcua_app;";

/* clang-format off */
DB_STATEMENT(leak_row, DB_PARAMETERS(DB_UUID), DB_COLUMNS({"body", DB_TEXT}), "SELECT body FROM forgetful WHERE id = $1")
DB_STATEMENT(leak_count, DB_NOTHING, DB_COLUMNS({"n", DB_INT64}), "SELECT count(*) AS n FROM forgetful")
DB_STATEMENT(leak_write, DB_PARAMETERS(DB_TEXT), DB_NOTHING, "UPDATE forgetful SET body = 'x' WHERE body = $1")
DB_STATEMENT(tight_row, DB_PARAMETERS(DB_UUID), DB_COLUMNS({"body", DB_TEXT}), "SELECT body FROM careful WHERE id = $1")
DB_STATEMENT(tight_write, DB_PARAMETERS(DB_TEXT), DB_NOTHING, "DELETE FROM careful WHERE body <> $1")
DB_STATEMENT(tight_echo, DB_PARAMETERS(DB_UUID), DB_COLUMNS({"id", DB_UUID}), "SELECT $1 AS id")
DB_STATEMENT(tight_random, DB_NOTHING, DB_COLUMNS({"id", DB_UUID}), "SELECT gen_random_uuid() AS id")
/* clang-format on */

static int prepare(void **state)
{
    (void)state;
    arena = arena_create(256 * 1024 * 1024);
    char *bare_url = database_create_migrated(arena, BARE);
    database_execute(bare_url, self_test_sql);
    database_execute(bare_url, plant_sql);
    database_execute(
        bare_url,
        "SET session_replication_role = replica; SET datestyle = iso; SELECT plant.fill(c.oid, 'a')" TABLES);
    database_execute(bare_url, "SET session_replication_role = replica; SELECT plant.fill(c.oid, 'b')" TABLES
                               " AND NOT " PROTECTED);
    database_execute(database_url(), "DROP DATABASE IF EXISTS " FULL " WITH (FORCE)");
    database_execute(database_url(), "CREATE DATABASE " FULL " TEMPLATE " BARE);
    char *full_url = database_url_for(arena, FULL);
    database_execute(full_url, "SET session_replication_role = replica; SELECT plant.fill(c.oid, 'b')" TABLES
                               " AND " PROTECTED);
    full = PQconnectdb(full_url);
    bare = PQconnectdb(bare_url);
    static const char session[] = "SET search_path = public; SET statement_timeout = 5000; SET lock_timeout "
                                  "= 1000; SET client_min_messages = error";
    PQclear(PQexec(full, session));
    PQclear(PQexec(bare, session));
    return 0;
}

static int finish(void **state)
{
    (void)state;
    PQfinish(full);
    PQfinish(bare);
    database_drop(arena, FULL);
    database_drop(arena, BARE);
    arena_destroy(arena);
    return 0;
}

/* What one execution showed: outcome, rows, rows touched by table. */
struct outcome {
    struct str shape;   /* error or counts: the same for random values */
    struct str content; /* every cell */
};

static void describe(PGresult *result, PGresult *touched, struct buf *shape, struct buf *content)
{
    const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    buf_printf(shape, "%s; %d rows; %s affected;", sqlstate == NULL ? "ok" : sqlstate, PQntuples(result),
               PQcmdTuples(result));
    for (int row = 0; row < PQntuples(result); row++)
        for (int column = 0; column < PQnfields(result); column++) {
            buf_printf(content, "[%d:", PQgetlength(result, row, column));
            buf_append(content, PQgetvalue(result, row, column), (size_t)PQgetlength(result, row, column));
            buf_append_char(content, ']');
        }
    for (int row = 0; touched != NULL && row < PQntuples(touched); row++)
        buf_printf(shape, " %s", PQgetvalue(touched, row, 0));
}

struct parameters {
    const char *values[PARAMETERS_MAXIMUM];
    int lengths[PARAMETERS_MAXIMUM];
};

static struct outcome execute(PGconn *native, const struct db_statement *statement,
                              const struct parameters *parameters)
{
    Oid oids[PARAMETERS_MAXIMUM];
    int binary[PARAMETERS_MAXIMUM];
    for (size_t i = 0; i < statement->parameter_count; i++) {
        oids[i] = db_type_oid(statement->parameters[i]);
        binary[i] = 1;
    }
    const char *begin = arena_printf(
        arena,
        "BEGIN; SELECT set_config('motcua.tenant', '%s', true), set_config('motcua.account', '%s', true);"
        " SET LOCAL ROLE motcua_app",
        planted_uuid('a', 0).text, planted_uuid('a', 0).text);
    PQclear(PQexec(native, begin));
    PGresult *result = PQexecParams(native, statement->sql, (int)statement->parameter_count, oids,
                                    parameters->values, parameters->lengths, binary, 1);
    PGresult *touched = NULL;
    if (PQtransactionStatus(native) == PQTRANS_INTRANS)
        touched = PQexec(native,
                         "RESET ROLE; SELECT format('%s:%s/%s/%s', relname, n_tup_ins, n_tup_upd, n_tup_del)"
                         " FROM pg_stat_xact_user_tables WHERE schemaname = 'public'"
                         " AND n_tup_ins + n_tup_upd + n_tup_del > 0 ORDER BY relname");
    BUF_AUTO shape = BUF_WITH_MAXIMUM(1024 * 1024);
    BUF_AUTO content = BUF_WITH_MAXIMUM(16 * 1024 * 1024);
    describe(result, touched, &shape, &content);
    PQclear(result);
    PQclear(touched);
    /* the counters of this transaction must not be counted to the next one */
    PQclear(PQexec(native, "ROLLBACK; SELECT pg_stat_force_next_flush()"));
    return (struct outcome){buf_copy(&shape, arena), buf_copy(&content, arena)};
}

/* Which values a run uses. */
struct choice {
    int variant;
    bool first_is_tenant; /* the first uuid is B's tenant, the others B's rows */
    int when;             /* instants: 0 as planted, 1 far ahead, 2 far back */
};

static struct db_value choose_value(enum db_type type, const struct choice *choice, bool *uuid_seen)
{
    static struct str text;
    static struct uuid uuid;
    static int64_t number;
    int k = choice->variant;
    text = str_of(arena_printf(arena, "marker-b-%d", k));
    uuid = planted_uuid('b', k);
    number = k + 1;
    switch (type) {
    case DB_TEXT:
        return db_text(text);
    case DB_UUID:
        if (choice->first_is_tenant && !*uuid_seen) uuid = planted_uuid('b', 0);
        *uuid_seen = true;
        return db_uuid(uuid);
    case DB_INT32:
        return db_int32(k + 1);
    case DB_INT64:
        return db_int64(k + 1);
    case DB_DOUBLE:
        return db_double(k + 1);
    case DB_BOOL:
        return db_bool(k % 2 == 0);
    case DB_INSTANT:
        return db_instant(planted_instant(k) + (choice->when == 1   ? 1
                                                : choice->when == 2 ? -1
                                                                    : 0) *
                                                   INT64_C(315576000) * MICROSECONDS);
    case DB_DATE:
        return db_date(17493);
    case DB_JSON:
        return db_json_text(str_of(arena_printf(arena, "{\"marker\": \"b-%d\"}", k)));
    case DB_BYTES:
        return db_bytes(text);
    case DB_TEXT_ARRAY:
        return db_text_array(&text, 1);
    case DB_UUID_ARRAY:
        return db_uuid_array(&uuid, 1);
    case DB_INT64_ARRAY:
        return db_int64_array(&number, 1);
    case DB_TYPE_COUNT:
        break;
    }
    return db_null();
}

static void choose(const struct db_statement *statement, const struct choice *choice,
                   struct parameters *parameters)
{
    bool uuid_seen = false;
    for (size_t i = 0; i < statement->parameter_count; i++) {
        struct db_value value = choose_value(statement->parameters[i], choice, &uuid_seen);
        struct str bytes;
        assert_int_equal(wire_encode(arena, &value, &bytes), STATUS_OK);
        parameters->values[i] = bytes.data;
        parameters->lengths[i] = (int)bytes.length;
    }
}

/* NULL: nothing of B showed; otherwise how it did. */
static const char *compare(const struct db_statement *statement, const struct choice *choice)
{
    struct parameters parameters;
    choose(statement, choice, &parameters);
    struct outcome with = execute(full, statement, &parameters),
                   without = execute(bare, statement, &parameters);
    if (!str_equal(with.shape, without.shape))
        return arena_printf(arena, "variant %d: with rows of tenant B: %.*s; without: %.*s", choice->variant,
                            STR_ARG(with.shape), STR_ARG(without.shape));
    if (str_equal(with.content, without.content)) return NULL;
    struct outcome again = execute(bare, statement, &parameters);
    if (!str_equal(again.content, without.content)) return NULL; /* random values or the clock */
    char *shown =
        arena_strndup(arena, with.content.data, with.content.length < 500 ? with.content.length : 500);
    for (size_t i = 0; i < with.content.length && i < 500; i++)
        if (shown[i] < ' ') shown[i] = '.';
    return arena_printf(arena, "variant %d: rows of tenant B change what is returned: %s", choice->variant,
                        shown);
}

static size_t count_of(const struct db_statement *statement, enum db_type type)
{
    size_t count = 0;
    for (size_t i = 0; i < statement->parameter_count; i++)
        count += statement->parameters[i] == type;
    return count;
}

static const char *find_leak(const struct db_statement *statement)
{
    int variants = statement->parameter_count == 0 ? 1 : VARIANTS;
    int ways = count_of(statement, DB_UUID) > 1 ? 2 : 1;
    int times = count_of(statement, DB_INSTANT) > 0 ? 3 : 1;
    for (int variant = 0; variant < variants; variant++)
        for (int way = 0; way < ways; way++)
            for (int when = 0; when < times; when++) {
                struct choice choice = {variant, way == 1, when};
                struct arena_mark mark = arena_mark(arena);
                const char *leak = compare(statement, &choice);
                if (leak != NULL) return leak;
                arena_rewind(arena, mark);
            }
    return NULL;
}

static const char *reason_for(const char *name)
{
    for (size_t i = 0; exceptions[i].name != NULL; i++)
        if (strcmp(exceptions[i].name, name) == 0) return exceptions[i].reason;
    return NULL;
}

static void statement_keeps_to_its_tenant(void **state)
{
    const struct db_statement *statement = *state;
    const char *leak = find_leak(statement);
    if (leak != NULL) fail_msg("%s:%d: %s: %s", statement->file, statement->line, statement->name, leak);
}

static void the_test_finds_leaks(void **state)
{
    (void)state;
    const struct db_statement *const leaky[] = {&leak_row, &leak_count, &leak_write};
    const struct db_statement *const tight[] = {&tight_row, &tight_write, &tight_echo, &tight_random};
    for (size_t i = 0; i < sizeof leaky / sizeof leaky[0]; i++)
        if (find_leak(leaky[i]) == NULL) fail_msg("%s was not found", leaky[i]->name);
    for (size_t i = 0; i < sizeof tight / sizeof tight[0]; i++) {
        const char *leak = find_leak(tight[i]);
        if (leak != NULL) fail_msg("%s does not leak: %s", tight[i]->name, leak);
    }
}

static void exceptions_exist_and_have_reasons(void **state)
{
    (void)state;
    for (size_t i = 0; exceptions[i].name != NULL; i++) {
        bool found = false;
        for (size_t j = 0; j < db_statement_count(); j++)
            found = found || strcmp(db_statement_at(j)->name, exceptions[i].name) == 0;
        if (!found) fail_msg("across_tenants.def names %s, which is no statement", exceptions[i].name);
        assert_true(strlen(exceptions[i].reason) > 10);
    }
}

static void expect_none(const char *what, const char *sql)
{
    PGresult *result = PQexec(bare, sql);
    if (PQresultStatus(result) != PGRES_TUPLES_OK) fail_msg("%s", PQresultErrorMessage(result));
    const char *first = PQntuples(result) > 0 ? arena_strdup(arena, PQgetvalue(result, 0, 0)) : NULL;
    PQclear(result);
    if (first != NULL) fail_msg("%s: %s", what, first);
}

static void every_tenant_table_is_protected(void **state)
{
    (void)state;
    expect_none("table with a tenant but without forced row-level security",
                "SELECT c.relname" TABLES
                " AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'tenant_id'"
                " AND attnotnull) AND NOT (c.relrowsecurity AND c.relforcerowsecurity)");
    expect_none("row-level security that is not forced or has no policy",
                "SELECT c.relname" TABLES " AND c.relrowsecurity AND NOT (c.relforcerowsecurity AND"
                " EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid))");
    expect_none("table whose primary key begins neither with its tenant nor with the person it belongs to",
                "SELECT c.relname" TABLES
                " AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'tenant_id'"
                " AND attnotnull) AND NOT EXISTS (SELECT FROM pg_index i JOIN pg_attribute a ON a.attrelid = "
                "c.oid AND a.attnum = i.indkey[0]"
                " WHERE i.indrelid = c.oid AND i.indisprimary AND a.attname IN ('tenant_id', 'account_id'))");
    expect_none("view that reads as its owner, past row-level security",
                "SELECT c.relname FROM pg_class c WHERE c.relkind IN ('v', 'm') AND c.relnamespace = "
                "'public'::regnamespace"
                " AND NOT coalesce(c.reloptions::text LIKE '%security_invoker=true%', false)"
                " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')");
}

static void the_application_role_owns_and_bypasses_nothing(void **state)
{
    (void)state;
    expect_none("owned by motcua_app",
                "SELECT relname FROM pg_class WHERE pg_get_userbyid(relowner) = 'motcua_app' UNION ALL"
                " SELECT proname FROM pg_proc WHERE pg_get_userbyid(proowner) = 'motcua_app'");
    expect_none("motcua_app is too mighty",
                "SELECT rolname FROM pg_roles WHERE rolname = 'motcua_app' AND (rolsuper OR"
                " rolbypassrls OR rolcreaterole OR rolcreatedb OR rolcanlogin)");
    expect_none("motcua_app is a member of",
                "SELECT roleid::regrole::text FROM pg_auth_members WHERE member = 'motcua_app'::regrole");
    expect_none("function that runs as a superuser",
                "SELECT p.proname FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner WHERE p.prosecdef AND "
                "(r.rolsuper OR"
                " r.rolbypassrls) AND p.pronamespace IN ('public'::regnamespace, 'motcua'::regnamespace)"
                " AND has_function_privilege('motcua_app', p.oid, 'EXECUTE')");
    expect_none("function that runs as its owner without a search_path of its own",
                "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace IN ('public'::regnamespace, "
                "'motcua'::regnamespace)"
                " AND NOT coalesce(proconfig::text LIKE '%search_path%', false)");
}

int main(void)
{
    size_t count = db_statement_count(), tests_count = 0;
    struct CMUnitTest *tests = calloc(count + 4, sizeof *tests);
    if (tests == NULL) return 1;
    tests[tests_count++] = (struct CMUnitTest)cmocka_unit_test(the_test_finds_leaks);
    tests[tests_count++] = (struct CMUnitTest)cmocka_unit_test(exceptions_exist_and_have_reasons);
    tests[tests_count++] = (struct CMUnitTest)cmocka_unit_test(every_tenant_table_is_protected);
    tests[tests_count++] =
        (struct CMUnitTest)cmocka_unit_test(the_application_role_owns_and_bypasses_nothing);
    for (size_t i = 0; i < count; i++) {
        const struct db_statement *statement = db_statement_at(i);
        if (strcmp(statement->file, __FILE__) == 0 || strncmp(statement->name, "transaction_", 12) == 0 ||
            reason_for(statement->name) != NULL)
            continue;
        tests[tests_count++] = (struct CMUnitTest){
            .name = statement->name,
            .test_func = statement_keeps_to_its_tenant,
            .initial_state = (void *)(uintptr_t)statement,
        };
    }
    int failed = _cmocka_run_group_tests("isolation", tests, tests_count, prepare, finish);
    free(tests);
    return failed;
}
