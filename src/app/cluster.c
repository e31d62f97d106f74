/* motcua cluster: the private database by hand: for tests, benches, backups, and psql. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "motcua/base/arena.h"
#include "motcua/db/cluster.h"

enum { ARENA_MAXIMUM = 4 * 1024 * 1024 };

struct options {
    const char *action;
    const char *data;
    const char *programs;
    bool throwaway;
};

static const struct argp_option option_table[] = {
    {"data", 'D', "FOLDER", 0,
     "The data folder; the database lives in its folder pg (default: $MOTCUA_DATA or var)", 0},
    {"programs", 'p', "FOLDER", 0, "Folder of PostgreSQL's programs (default: found)", 0},
    {"throwaway", 't', NULL, 0, "For tests: fast and not durable; stop ends it at once and removes it", 0},
    {0},
};

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case 'D':
        options->data = value;
        return 0;
    case 'p':
        options->programs = value;
        return 0;
    case 't':
        options->throwaway = true;
        return 0;
    case ARGP_KEY_ARG:
        if (options->action != NULL) argp_error(state, "\"%s\" is one argument too many", value);
        options->action = value;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "say what to do: start, stop, url or status");
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int report(const struct error *error)
{
    fprintf(stderr, "motcua cluster: %s\n", error->detail == NULL ? error->code : error->detail);
    return 1;
}

static int start(const struct db_cluster_options *options, struct arena *arena)
{
    struct db_cluster cluster;
    struct error error = {0};
    if (db_cluster_start(options, arena, &cluster, &error) != STATUS_OK) return report(&error);
    puts(cluster.url);
    return 0;
}

static int stop(const struct db_cluster_options *options, struct arena *arena)
{
    struct error error = {0};
    enum status status = db_cluster_stop(options, arena, &error);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND) return report(&error);
    if (options->throwaway) {
        status = db_cluster_remove(options, arena, &error);
        if (status != STATUS_OK && status != STATUS_NOT_FOUND) return report(&error);
    }
    return 0;
}

static int show(const struct db_cluster_options *options, struct arena *arena, bool everything)
{
    struct db_cluster cluster;
    struct error error = {0};
    enum status status = db_cluster_find(options, arena, &cluster, &error);
    if (status == STATUS_NOT_FOUND) {
        fprintf(stderr, "motcua cluster: no database runs in %s\n", options->folder);
        return 1;
    }
    if (status != STATUS_OK) return report(&error);
    if (everything)
        printf("url      %s\ndata     %s\nsocket   %s\nversion  %s\nprocess  %d\n", cluster.url, cluster.data,
               cluster.socket, cluster.version, cluster.pid);
    else
        puts(cluster.url);
    return 0;
}

static int run(int argc, char **argv)
{
    struct options options = {.data = getenv("MOTCUA_DATA")};
    static const struct argp argp = {
        option_table,
        parse_option,
        "start|stop|url|status",
        "Start or stop the private PostgreSQL database of a data folder, or show how to "
        "connect to it (psql \"$(motcua cluster url)\").",
        NULL,
        NULL,
        NULL};
    if (argp_parse(&argp, argc, argv, 0, NULL, &options) != 0) return 64;
    ARENA_AUTO arena = arena_create(ARENA_MAXIMUM);
    struct db_cluster_options cluster_options = {
        .folder = arena_printf(arena, "%s/pg", options.data == NULL ? "var" : options.data),
        .throwaway = options.throwaway,
        .bin_folder = options.programs,
    };
    if (strcmp(options.action, "start") == 0) return start(&cluster_options, arena);
    if (strcmp(options.action, "stop") == 0) return stop(&cluster_options, arena);
    if (strcmp(options.action, "url") == 0 || strcmp(options.action, "status") == 0)
        return show(&cluster_options, arena, options.action[0] == 's');
    fprintf(stderr, "motcua cluster: cannot \"%s\": start, stop, url or status\n", options.action);
    return 64;
}

const struct command command_cluster = {"cluster", "start, stop or find the private database", run};
