/* motcua migrate: brings the database to this program's schema, or says where it stands. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "motcua/base/arena.h"
#include "motcua/db/cluster.h"
#include "motcua/db/migrate.h"

enum { ARENA_MAXIMUM = 64 * 1024 * 1024 };

struct options {
    const char *url;
    const char *data;
    bool status;
};

static const struct argp_option option_table[] = {
    {"database-url", 'd', "URL", 0, "Database to migrate, as its owner (default: $DATABASE_URL)", 0},
    {"data", 'D', "FOLDER", 0,
     "Without a database URL: the private database of this data folder (default: var)", 0},
    {"status", 's', NULL, 0, "Only show what is applied and what is pending", 0},
    {0},
};

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case 'd':
        options->url = value;
        return 0;
    case 'D':
        options->data = value;
        return 0;
    case 's':
        options->status = true;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "\"%s\" is one argument too many", value);
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int report(const struct error *error)
{
    fprintf(stderr, "motcua migrate: %s\n", error->detail == NULL ? error->code : error->detail);
    return 1;
}

static int show_status(const char *url, struct arena *arena)
{
    size_t count, rows;
    const struct db_migration *migrations = db_migrations(&count);
    struct db_migration_state *states;
    struct error error = {0};
    if (db_migrate_status(url, migrations, count, arena, &states, &rows, &error) != STATUS_OK)
        return report(&error);
    for (size_t i = 0; i < rows; i++)
        printf("%-40s %s\n", states[i].name, states[i].applied_at == NULL ? "pending" : states[i].applied_at);
    return 0;
}

static int migrate(const char *url, struct arena *arena)
{
    size_t count, applied = 0;
    const struct db_migration *migrations = db_migrations(&count);
    struct error error = {0};
    if (db_migrate(url, migrations, count, arena, &applied, &error) != STATUS_OK) return report(&error);
    printf("%zu applied, %zu in all\n", applied, count);
    return 0;
}

static int run(int argc, char **argv)
{
    struct options options = {.url = getenv("DATABASE_URL"), .data = getenv("MOTCUA_DATA")};
    static const struct argp argp = {
        option_table, parse_option, NULL, "Apply the migrations that the database does not have yet.",
        NULL,         NULL,         NULL};
    if (argp_parse(&argp, argc, argv, 0, NULL, &options) != 0) return 64;
    ARENA_AUTO arena = arena_create(ARENA_MAXIMUM);
    bool private_cluster = options.url == NULL || options.url[0] == '\0';
    struct db_cluster_options cluster_options = {
        .folder = arena_printf(arena, "%s/pg", options.data == NULL ? "var" : options.data)};
    struct db_cluster cluster = {0};
    struct error error = {0};
    if (private_cluster) {
        if (db_cluster_start(&cluster_options, arena, &cluster, &error) != STATUS_OK) return report(&error);
        options.url = cluster.url;
    }
    int result = options.status ? show_status(options.url, arena) : migrate(options.url, arena);
    if (private_cluster && !cluster.adopted && db_cluster_stop(&cluster_options, arena, &error) != STATUS_OK)
        return report(&error);
    return result;
}

const struct command command_migrate = {"migrate", "bring the database to this program's schema", run};
