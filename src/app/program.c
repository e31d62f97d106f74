/* What every subcommand that works on the database shares. */
#include "program.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "motcua/base/log.h"
#include "motcua/db/migrate.h"
#include "motcua/domain/keys.h"
#include "motcua/i18n/catalogue.h"
#include "papers.h"

enum { PROGRAM_BYTES = 512 * 1024 * 1024 };

static const struct argp_option option_table[] = {
    {"database-url", 'd', "URL", 0, "Database, as its owner (default: $DATABASE_URL)", 90},
    {"data", 'D', "FOLDER", 0,
     "Data folder; without a database URL its private database is used (default: $MOTCUA_DATA or var)", 90},
    {0},
};

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    struct program_options *options = state->input;
    switch (key) {
    case 'd':
        options->database_url = value;
        return 0;
    case 'D':
        options->data = value;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp program_argp = {option_table, parse_option, NULL, NULL, NULL, NULL, NULL};

static const char *from_environment(const char *name)
{
    const char *value = getenv(name);
    return value == NULL || value[0] == '\0' ? NULL : value;
}

bool program_s3_url_good(const char *url)
{
    const char *host = strstr(url, "://");
    const char *bucket = host == NULL ? NULL : strchr(host + 3, '/');
    return bucket != NULL && bucket[1] != '\0' && url[strlen(url) - 1] != '/' && strpbrk(url, "?#%") == NULL;
}

static void s3_defaults(struct program_options *options)
{
    if (options->s3_ca_file == NULL) options->s3_ca_file = from_environment("MOTCUA_S3_CA_FILE");
    if (options->s3_url != NULL) return;
    options->s3_url = from_environment("MOTCUA_S3_URL");
    options->s3_region = from_environment("MOTCUA_S3_REGION");
    options->s3_access_key = from_environment("MOTCUA_S3_ACCESS_KEY");
    options->s3_secret_key.plain = from_environment("MOTCUA_S3_SECRET_KEY");
    if (options->s3_region == NULL) options->s3_region = "us-east-1";
    const char *store = from_environment("MOTCUA_DOCUMENT_STORE");
    options->keep_in_s3 = store != NULL && strcmp(store, DOCUMENT_STORE_S3) == 0;
}

void program_defaults(struct program_options *options, struct arena *arena)
{
    if (options->database_url == NULL) options->database_url = from_environment("DATABASE_URL");
    if (options->data == NULL) options->data = from_environment("MOTCUA_DATA");
    if (options->data == NULL) options->data = "var";
    if (options->share == NULL) options->share = from_environment("MOTCUA_SHARE");
    if (options->master_key_file == NULL)
        options->master_key_file = from_environment("MOTCUA_MASTER_KEY_FILE");
    if (options->master_key_file == NULL)
        options->master_key_file = arena_printf(arena, "%s/master.key", options->data);
    s3_defaults(options);
    if (options->public_url == NULL) options->public_url = from_environment("MOTCUA_PUBLIC_URL");
    if (options->public_url == NULL) options->public_url = "http://localhost:8080";
}

static bool has_templates(struct arena *arena, const char *folder)
{
    return access(arena_printf(arena, "%s/templates/portal", folder), R_OK | X_OK) == 0;
}

const char *program_find_share(struct arena *arena, const char *wanted)
{
    if (wanted != NULL) return has_templates(arena, wanted) ? wanted : NULL;
    char program[4096];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length > 0) { /* installed: <prefix>/bin/motcua; built: <source>/build/<preset>/motcua */
        program[length] = '\0';
        *strrchr(program, '/') = '\0';
        static const char *const places[] = {"%s/../share/motcua", "%s/../..", "%s/..", "%s"};
        for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
            char folder[4200];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
            snprintf(folder, sizeof folder, places[i], program);
#pragma GCC diagnostic pop
            if (has_templates(arena, folder)) return arena_strdup(arena, folder);
        }
    }
    return has_templates(arena, ".") ? "." : NULL;
}

int program_report(const char *name, const struct error *error)
{
    const char *sentence = error->detail != NULL    ? error->detail
                           : error->message != NULL ? error->message
                                                    : error->code;
    fprintf(stderr, "motcua %s: %s\n", name, sentence == NULL ? "unknown failure" : sentence);
    return 1;
}

const char *program_sentence(const struct program *program, const struct error *error)
{
    struct arena *arena = program->arena;
    const char *sentence = error->message == NULL ? NULL : translate(program->domain.english, error->message);
    const char *place = sentence == NULL ? NULL : strstr(sentence, "%s");
    if (place != NULL)
        sentence = arena_printf(arena, "%.*s%s%s", (int)(place - sentence), sentence,
                                error->argument == NULL ? "" : error->argument, place + 2);
    if (sentence == NULL)
        return error->detail != NULL ? error->detail : error->code == NULL ? "unknown failure" : error->code;
    return error->detail == NULL ? sentence : arena_printf(arena, "%s (%s)", sentence, error->detail);
}

int program_refuse(const struct program *program, const char *name, const struct error *error)
{
    fprintf(stderr, "motcua %s: %s\n", name, program_sentence(program, error));
    return 1;
}

void program_tick(struct program *program)
{
    program->work.now = clock_now();
}

static enum status open_database(struct program *program, struct error *error)
{
    struct arena *arena = program->arena;
    const char *url = program->options.database_url;
    if (url == NULL) {
        struct db_cluster cluster = {0};
        program->cluster_options =
            (struct db_cluster_options){.folder = arena_printf(arena, "%s/pg", program->options.data)};
        enum status status = db_cluster_start(&program->cluster_options, arena, &cluster, error);
        if (status != STATUS_OK) return status;
        program->private_cluster = !cluster.adopted;
        url = cluster.url;
    }
    size_t count, applied;
    const struct db_migration *migrations = db_migrations(&count);
    enum status status = db_migrate(url, migrations, count, arena, &applied, error);
    if (status != STATUS_OK) return status;
    if (applied > 0) log_info("migrated", log_int("applied", (int64_t)applied));
    program->settings = (struct db_settings){
        .url = url,
        .role = DB_APPLICATION_ROLE,
        .statement_timeout_ms = program->options.statement_timeout_ms,
        .lock_timeout_ms = program->options.lock_timeout_ms,
    };
    program->db = db_connection_create(&program->settings);
    return STATUS_OK;
}

static enum status open_texts(struct program *program, struct error *error)
{
    struct catalogue *english = NULL;
    enum status status = catalogue_read(program->arena, catalogue_embedded("en"), &english, error);
    if (status != STATUS_OK) return status;
    program->domain.english = english;
    program->options.share = program_find_share(program->arena, program->options.share);
    if (program->options.share == NULL)
        return error_set(
            error, program->arena, STATUS_NOT_FOUND, "share.missing", NULL,
            "cannot find the folder with templates and static files; set MOTCUA_SHARE or --share");
    return papers_load(program->arena, arena_printf(program->arena, "%s/templates", program->options.share),
                       &program->domain.papers, error);
}

static enum status open_stores(struct program *program, struct error *error)
{
    const struct program_options *options = &program->options;
    program->domain.data_folder = options->data;
    if (options->s3_url == NULL) return STATUS_OK;
    if (!program_s3_url_good(options->s3_url) || options->s3_access_key == NULL ||
        options->s3_secret_key.plain == NULL)
        return error_set(error, program->arena, STATUS_INVALID, "s3.settings", NULL,
                         "MOTCUA_S3_URL needs a bucket (https://host/bucket), MOTCUA_S3_ACCESS_KEY and "
                         "MOTCUA_S3_SECRET_KEY");
    if (options->s3_ca_file != NULL && access(options->s3_ca_file, R_OK) != 0)
        return error_set(error, program->arena, STATUS_INVALID, "s3.settings", NULL,
                         "cannot read the certificates in %s (s3-ca-file): %s", options->s3_ca_file,
                         strerror(errno));
    program->s3 =
        (struct s3_settings){options->s3_url,        options->s3_region,
                             options->s3_access_key, options->s3_secret_key.plain,
                             options->s3_ca_file,    arena_printf(program->arena, "%s/spool", options->data)};
    program->s3_store = s3_store_create(&program->s3);
    program->domain.s3 = &program->s3_store;
    program->domain.keep_in_s3 = options->keep_in_s3;
    return STATUS_OK;
}

static enum status open_parts(struct program *program, struct error *error)
{
    enum status status = crypto_start();
    if (status != STATUS_OK)
        return error_set(error, program->arena, status, "crypto", NULL,
                         "the system's random source does not work");
    if (mkdir(program->options.data, 0700) != 0 && errno != EEXIST)
        return error_set(error, program->arena, STATUS_UNAVAILABLE, "data.folder", NULL,
                         "cannot make the data folder %s", program->options.data);
    status = open_texts(program, error);
    if (status == STATUS_OK) status = open_database(program, error);
    if (status != STATUS_OK) return status;
    program->domain.reference = reference_create();
    status = open_stores(program, error);
    if (status != STATUS_OK) return status;
    program->domain.base_url = program->options.public_url;
    program->domain.site_name = "Một Cửa";
    program->domain.hotline = "";
    program->system =
        (struct actor){.kind = ACTOR_SYSTEM, .name = "Hệ thống", .title = "", .unit_name = "", .address = ""};
    program->work =
        (struct work){&program->domain, program->db, program->arena, &program->system, clock_now()};
    status = key_ring_open(&program->work, program->options.master_key_file, &program->domain.keys, error);
    if (status != STATUS_OK) return status;
    return reference_refresh(&program->work, true, error);
}

enum status program_open(struct program *program, const struct program_options *options)
{
    struct error error = {0};
    *program = (struct program){.arena = arena_create(PROGRAM_BYTES), .options = *options};
    program_defaults(&program->options, program->arena);
    enum status status = open_parts(program, &error);
    if (status != STATUS_OK) {
        (void)program_report("database", &error);
        program_close(program);
    }
    return status;
}

void program_close(struct program *program)
{
    struct error error = {0};
    db_connection_destroy(program->db);
    reference_destroy(program->domain.reference);
    key_ring_destroy(program->domain.keys);
    if (program->private_cluster &&
        db_cluster_stop(&program->cluster_options, program->arena, &error) != STATUS_OK)
        (void)program_report("database", &error);
    arena_destroy(program->arena);
    *program = (struct program){0};
}
