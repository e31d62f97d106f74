/* motcua serve: the portal. */
#include <argp.h>
#include <curl/curl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "demo.h"
#include "motcua/adapter/clamd.h"
#include "motcua/adapter/mail.h"
#include "motcua/api/api.h"
#include "motcua/base/log.h"
#include "motcua/crypto/keys.h"
#include "motcua/crypto/password.h"
#include "motcua/domain/identity.h"
#include "motcua/domain/inspect.h"
#include "motcua/domain/keys.h"
#include "motcua/http/server.h"
#include "motcua/job/runner.h"
#include "motcua/web/web.h"
#include "program.h"
#include "serve_config.h"

enum { SETTINGS_BYTES = 4 * 1024 * 1024, KEY_CHECK = 'C', KEY_FILE = 'c', KEY_DOCUMENT = 0x300 };

struct options {
    struct config *config;
    const char *file;
    bool check_only, document_only;
    const char *problem;
};

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;
    if (config_argp_key(options->config, key, value, &options->problem)) {
        if (options->problem != NULL) argp_error(state, "%s", options->problem);
        return 0;
    }
    switch (key) {
    case KEY_CHECK:
        options->check_only = true;
        return 0;
    case KEY_FILE:
        options->file = value;
        return 0;
    case KEY_DOCUMENT:
        options->document_only = true;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "\"%s\" is one argument too many", value);
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* The knobs' options and our two. */
static struct argp_option *all_options(const struct config *config, struct arena *arena)
{
    static const struct argp_option own[] = {
        {"config", KEY_FILE, "FILE", 0, "Settings file (default: motcua.ini when there is one)", 0},
        {"check-config", KEY_CHECK, NULL, 0, "Only check the settings and show them", 0},
        {"document-settings", KEY_DOCUMENT, NULL, OPTION_HIDDEN, NULL,
         0}, /* the table of docs/operations.md */
    };
    enum { OWN = sizeof own / sizeof own[0] };
    const struct argp_option *knobs = config_argp_options(config);
    size_t count = 0;
    while (knobs[count].name != NULL || knobs[count].doc != NULL)
        count++;
    struct argp_option *all = arena_array(arena, count + OWN + 1, sizeof *all);
    memcpy(all, own, sizeof own);
    memcpy(all + OWN, knobs, count * sizeof *knobs);
    return all;
}

static bool read_configuration(int argc, char **argv, struct serve_config *settings, struct config *config,
                               struct options *options, struct arena *arena)
{
    struct argp argp = {all_options(config, arena),
                        parse_option,
                        NULL,
                        "Serve the portal. Every setting is also an environment variable (MOTCUA_PORT) and a "
                        "key of motcua.ini.",
                        NULL,
                        NULL,
                        NULL};
    if (argp_parse(&argp, argc, argv, 0, NULL, options) != 0) return false;
    const char *problem = NULL;
    bool has_default = options->file == NULL && access("motcua.ini", R_OK) == 0;
    const char *file = has_default ? "motcua.ini" : options->file;
    bool good = (file == NULL || config_read_file(config, file, &problem)) &&
                config_read_environment(config, &problem) && config_finish(config, &problem) &&
                serve_config_settle(settings, arena, &problem);
    if (!good) fprintf(stderr, "motcua serve: %s\n", problem);
    return good;
}

struct running {
    const struct serve_config *config;
    struct program program;
    struct web web;
    struct web_settings settings;
    struct mail_settings mail;
    struct clamd_settings clamd;
    struct static_files *files;
    struct server *server;
    struct job_runner *jobs;
};

/* The usual limits, widened or narrowed; a bucket always holds a whole request. */
static const struct rate_class *rate_classes(const struct serve_config *config, struct arena *arena)
{
    struct rate_class *classes = arena_array(arena, web_rate_class_count, sizeof *classes);
    double factor = config->rate_limits == 0 ? 1e9 : (double)config->rate_limits / 100;
    for (size_t i = 0; i < web_rate_class_count; i++) {
        double burst = web_rate_classes[i].burst * factor;
        classes[i] = (struct rate_class){web_rate_classes[i].name, burst < 1 ? 1 : burst,
                                         web_rate_classes[i].per_second * factor};
    }
    return classes;
}

static struct server_config server_settings(const struct serve_config *config, const struct domain *domain,
                                            struct arena *arena)
{
    struct server_config server = server_config_default();
    server.address = config->address;
    server.port = (uint16_t)config->port;
    server.event_threads = (unsigned)config->event_threads;
    server.workers = (unsigned)config->workers;
    server.queue_length = (unsigned)config->queue_length;
    server.connection_limit = (unsigned)config->connection_limit;
    server.address_limit = (unsigned)config->address_limit;
    server.header_timeout_ms = (unsigned)config->header_timeout;
    server.idle_timeout_ms = (unsigned)config->idle_timeout;
    server.body_minimum_rate = (unsigned)config->body_minimum_rate;
    server.request_deadline_ms = (unsigned)config->request_deadline;
    server.arena_limit = (size_t)config->request_memory;
    server.response_limit = (size_t)config->response_limit;
    server.behind_tls = config->behind_tls;
    server.trusted_proxies = config->trusted_proxies;
    server.metrics_address = config->metrics_address;
    server.metrics_port = (uint16_t)config->metrics_port;
    server.metrics_allow = config->metrics_allow;
    server.rate_classes = rate_classes(config, arena);
    server.rate_class_count = web_rate_class_count;
    key_ring_derive(domain->keys, "csrfhttp", &server.secret);
    return server;
}

static void fill_settings(struct running *running)
{
    const struct serve_config *config = running->config;
    running->program.domain.site_name = config->site_name;
    running->program.domain.hotline = config->hotline;
    running->program.domain.session_lifetime_s = config->session_lifetime / 1000;
    running->program.domain.draft_lifetime_s = config->draft_lifetime / 1000;
    running->program.domain.draft_notice_s = config->draft_notice / 1000;
    running->program.domain.account_grace_s = config->account_grace / 1000;
    running->program.domain.retention = config->retention;
    running->program.domain.inspector =
        inspector_create(running->program.arena, "/proc/self/exe", (unsigned)config->inspections);
    if (!inspect_can_read_fonts()) log_warning("document.no_landlock");
    running->program.domain.scan_required = config->virus_scan == 1;
    running->program.domain.upload_lifetime_s = config->upload_lifetime / 1000;
    running->program.domain.store_files = config->store_files;
    running->program.domain.store_bytes = config->store_limit;
    running->settings = (struct web_settings){
        .site_name = config->site_name,
        .site_place = config->site_place,
        .site_owner = config->site_owner,
        .hotline = config->hotline,
        .hotline_url = arena_printf(running->program.arena, "tel:%s", config->hotline),
        .hours = config->office_hours,
        .sample = config->sample_city,
        .language = config->language == 1 ? LANGUAGE_ENGLISH : LANGUAGE_VIETNAMESE,
        .database = running->program.settings,
        .upload_limit = (uint64_t)config->upload_limit,
        .dossier_upload_limit = (uint64_t)config->dossier_upload_limit,
    };
    running->mail = (struct mail_settings){config->mail_url, config->mail_user, config->mail_password.plain,
                                           config->mail_from, config->mail_folder};
    running->clamd = (struct clamd_settings){config->clamd, config->clamd_timeout};
}

/* Pages for people and the interface for programs, in one table. */
static const struct route *all_routes(struct arena *arena, size_t *count)
{
    size_t pages, programs;
    const struct route *web = web_routes(&pages), *api = api_routes(&programs);
    struct route *rows = arena_array(arena, pages + programs, sizeof *rows);
    memcpy(rows, web, pages * sizeof *rows);
    memcpy(rows + pages, api, programs * sizeof *rows);
    *count = pages + programs;
    return rows;
}

static enum status start_web(struct running *running, struct error *error)
{
    struct program *program = &running->program;
    const char *share = program->options.share;
    struct web *web = &running->web;
    *web = (struct web){.domain = &program->domain, .settings = &running->settings};
    enum status status = web_load_pages(program->arena, arena_printf(program->arena, "%s/templates", share),
                                        program->domain.english, web->pages, error);
    if (status == STATUS_OK)
        status = static_files_load(arena_printf(program->arena, "%s/static", share), &running->files,
                                   program->arena, error);
    if (status != STATUS_OK) return status;
    web->files = running->files;
    web->assets = web_assets(running->files);
    struct server_hooks hooks;
    web_hooks(web, &hooks);
    size_t count;
    const struct route *routes = all_routes(program->arena, &count);
    struct server_config server = server_settings(running->config, &program->domain, program->arena);
    status =
        server_start(&server, routes, count, running->files, &hooks, &running->server, program->arena, error);
    secret_wipe(&server.secret, sizeof server.secret);
    /* A port chosen by the system is known only now; no job has written a link yet. */
    if (status == STATUS_OK && running->config->port == 0 &&
        str_ends_with(str_of(program->domain.base_url), STR("localhost:0")))
        program->domain.base_url =
            arena_printf(program->arena, "http://localhost:%u", (unsigned)server_port(running->server));
    return status;
}

static enum status start_jobs(struct running *running, struct error *error)
{
    struct job_settings jobs = {
        .domain = &running->program.domain,
        .database = running->program.settings,
        .mail = mail_port_create(&running->mail),
        .mail_templates =
            arena_printf(running->program.arena, "%s/templates/mail", running->program.options.share),
        .threads = (unsigned)running->config->job_workers,
        .interval_ms = (unsigned)running->config->job_interval,
    };
    if (running->program.domain.scan_required) jobs.scan = clamd_port_create(&running->clamd);
    return job_runner_start(&jobs, &running->jobs, running->program.arena, error);
}

static void stop_all(struct running *running)
{
    if (running->server != NULL) server_stop(running->server, (unsigned)running->config->drain_time);
    job_runner_stop(running->jobs);
    static_files_destroy(running->files);
    json_decref(running->web.assets);
    program_close(&running->program);
}

/* Signals are taken by this one call, so no handler ever runs in the middle of something. */
static int wait_for_signal(const sigset_t *signals)
{
    int signal_number = 0;
    while (sigwait(signals, &signal_number) != 0)
        ;
    return signal_number;
}

static void print_welcome(const struct running *running)
{
    printf("\nMột Cửa is serving on %s\n", running->program.domain.base_url);
    if (running->config->sample_city) demo_print_accounts(stdout, running->program.options.share);
    printf("Stop with Ctrl-C.\n");
    fflush(stdout);
}

static int serve(const struct serve_config *config)
{
    struct running running = {.config = config};
    struct error error = {0};
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    struct program_options options = {
        .database_url = config->database_url,
        .data = config->data,
        .share = config->share,
        .master_key_file = config->master_key_file,
        .public_url = config->public_url,
        .keep_in_s3 = config->document_store == 1,
        .s3_url = config->s3_url,
        .s3_region = config->s3_region,
        .s3_access_key = config->s3_access_key,
        .s3_ca_file = config->s3_ca_file,
        .s3_secret_key = config->s3_secret_key,
        .statement_timeout_ms = (int)config->statement_timeout,
        .lock_timeout_ms = (int)config->lock_timeout,
    };
    if (program_open(&running.program, &options) != STATUS_OK) return 1;
    fill_settings(&running);
    enum status status = STATUS_OK;
    if (config->sample_city) status = demo_load_when_empty(&running.program, &error);
    if (status == STATUS_OK) status = start_web(&running, &error);
    if (status == STATUS_OK) status = start_jobs(&running, &error);
    if (status == STATUS_OK) {
        log_info("serving", log_int("port", server_port(running.server)),
                 log_cstr("url", running.program.domain.base_url));
        print_welcome(&running);
        log_info("stopping", log_int("signal", wait_for_signal(&signals)));
    } else {
        (void)program_report("serve", &error);
    }
    stop_all(&running);
    log_info("stopped");
    return status == STATUS_OK ? 0 : 1;
}

static int run(int argc, char **argv)
{
    ARENA_AUTO arena = arena_create(SETTINGS_BYTES);
    struct serve_config settings = {0};
    struct options options = {.config = config_create(arena, serve_config_knobs, &settings)};
    if (!read_configuration(argc, argv, &settings, options.config, &options, arena)) return 64;
    if (options.document_only) {
        struct str text = config_document(options.config, arena);
        printf("%.*s", STR_ARG(text));
        return 0;
    }
    if (options.check_only) {
        struct str text = config_describe(options.config, arena);
        printf("%.*s", STR_ARG(text));
        return 0;
    }
    struct password_cost cost = {(unsigned long long)settings.password_passes,
                                 (size_t)settings.password_memory};
    identity_use_cost(&cost);
    log_set_level((enum log_level)settings.log_level);
    if (settings.rehearsal_clock != NULL && clock_use_rehearsal_file(settings.rehearsal_clock) != STATUS_OK) {
        fprintf(stderr, "motcua serve: cannot use the rehearsal clock %s\n", settings.rehearsal_clock);
        return 1;
    }
    curl_global_init(CURL_GLOBAL_DEFAULT);
    int result = serve(&settings);
    curl_global_cleanup();
    return result;
}

const struct command command_serve = {"serve", "serve the portal", run};
