/* The table of knobs of `motcua serve`, and what they must fulfil together. */
#include "serve_config.h"

#include <stddef.h>

#include "motcua/adapter/clamd.h"
#include "motcua/domain/document_store.h"
#include "motcua/domain/retention.h"
#include "program.h"

#define KIB INT64_C(1024)
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

#define AT(member) .offset = offsetof(struct serve_config, member)

static const char *const languages[] = {"vi", "en", NULL};
static const char *const web_schemes[] = {"http", "https", NULL};
static const char *const mail_schemes[] = {"smtp", "smtps", NULL};
static const char *const scan_modes[] = {"off", "required", NULL};
static const char *const stores[] = {DOCUMENT_STORE_FOLDER, DOCUMENT_STORE_S3, NULL};
static const char *const log_levels[] = {"debug", "info", "warning", "error", NULL};

#define GROUP_SERVE    "Where it serves"
#define GROUP_DATABASE "Database"
#define GROUP_STORE    "Where documents lie"
#define GROUP_LIMITS   "Capacity and limits"
#define GROUP_PROXY    "Proxy and metrics"
#define GROUP_KEYS     "Keys and accounts"
#define GROUP_OUTSIDE  "Mail and jobs"
#define GROUP_SAFETY   "Safety of papers"
#define GROUP_RUNNING  "Log and rehearsal"

const struct config_knob serve_config_knobs[] = {
    {"address", CONFIG_ADDRESS, AT(address), "127.0.0.1", .group = GROUP_SERVE,
     .help = "Address to listen on; 0.0.0.0 or :: for all"},
    {"port", CONFIG_INTEGER, AT(port), "8080", 0, 65535, .group = GROUP_SERVE,
     .help = "Port; 0 takes any free one"},
    {"public-url", CONFIG_URL, AT(public_url), NULL, .choices = web_schemes, .group = GROUP_SERVE,
     .help = "How people reach the portal, for links in mail and QR codes; without it http://localhost:PORT"},
    {"data", CONFIG_PATH, AT(data), "var", .group = GROUP_SERVE, .argument = "FOLDER",
     .help = "Folder of the private database, attachments, keys and mail"},
    {"share", CONFIG_PATH, AT(share), NULL, .group = GROUP_SERVE, .argument = "FOLDER",
     .help = "Folder of templates, static files and translations; without it the one the program came with"},
    {"language", CONFIG_CHOICE, AT(language), "vi", .choices = languages, .group = GROUP_SERVE,
     .help = "Language for people who have not chosen one"},
    {"sample-city", CONFIG_BOOLEAN, AT(sample_city), "no", .group = GROUP_SERVE,
     .help = "Load the sample city into an empty database, and say on every page that it is a sample"},
    {"site-name", CONFIG_TEXT, AT(site_name), "Một Cửa", .group = GROUP_SERVE, .help = "Name of the portal"},
    {"site-place", CONFIG_TEXT, AT(site_place), "Thành phố Hà Nội", .group = GROUP_SERVE,
     .help = "Whose portal it is"},
    {"site-owner", CONFIG_TEXT, AT(site_owner), "Ủy ban nhân dân thành phố Hà Nội", .group = GROUP_SERVE,
     .help = "Who answers for it"},
    {"hotline", CONFIG_TEXT, AT(hotline), "1900 1009", .group = GROUP_SERVE,
     .help = "Telephone number shown to people"},
    {"office-hours", CONFIG_TEXT, AT(office_hours), "Thứ Hai – Thứ Sáu: 08:00–12:00 và 13:00–17:00",
     .group = GROUP_SERVE, .help = "Opening hours shown to people"},

    {"database-url", CONFIG_URL, AT(database_url), NULL, .environment = "DATABASE_URL",
     .group = GROUP_DATABASE,
     .help =
         "PostgreSQL connection string or URL, owner of the database; without it a private cluster is used"},
    {"statement-timeout", CONFIG_DURATION, AT(statement_timeout), "15s", 100, 10 * MINUTE,
     .group = GROUP_DATABASE, .help = "Longest a statement may take"},
    {"lock-timeout", CONFIG_DURATION, AT(lock_timeout), "5s", 100, 10 * MINUTE, .group = GROUP_DATABASE,
     .help = "Longest to wait for a dossier another request is changing"},

    {"document-store", CONFIG_CHOICE, AT(document_store), "folder", .choices = stores, .group = GROUP_STORE,
     .help = "Where new documents go; older ones are read from where they are (motcua documents move)"},
    {"s3-url", CONFIG_URL, AT(s3_url), NULL, .choices = web_schemes, .group = GROUP_STORE,
     .help = "Bucket that speaks S3, path style: https://host/bucket or https://host/bucket/prefix"},
    {"s3-region", CONFIG_TEXT, AT(s3_region), "us-east-1", .group = GROUP_STORE,
     .help = "Its region, part of the signature"},
    {"s3-access-key", CONFIG_TEXT, AT(s3_access_key), NULL, .group = GROUP_STORE,
     .help = "Name to sign requests with"},
    {"s3-secret-key", CONFIG_SECRET, AT(s3_secret_key), NULL, .group = GROUP_STORE,
     .help = "Its secret; better in the file or environment than on the command line"},
    {"s3-ca-file", CONFIG_PATH, AT(s3_ca_file), NULL, .group = GROUP_STORE, .argument = "FILE",
     .help = "PEM file of the authorities whose certificates its server may show; without it the system's"},

    {"workers", CONFIG_INTEGER, AT(workers), "16", 1, 512, .group = GROUP_LIMITS,
     .help = "Threads that answer requests, each with a database connection"},
    {"event-threads", CONFIG_INTEGER, AT(event_threads), "2", 1, 64, .group = GROUP_LIMITS,
     .help = "Threads that read and write connections"},
    {"queue-length", CONFIG_INTEGER, AT(queue_length), "512", 1, 100000, .group = GROUP_LIMITS,
     .help = "Requests that may wait for a worker; beyond, 503"},
    {"connection-limit", CONFIG_INTEGER, AT(connection_limit), "4096", 8, 1000000, .group = GROUP_LIMITS,
     .help = "Open connections in all"},
    {"address-limit", CONFIG_INTEGER, AT(address_limit), "256", 1, 1000000, .group = GROUP_LIMITS,
     .help = "Open connections of one client address (trusted proxies are not limited)"},
    {"header-timeout", CONFIG_DURATION, AT(header_timeout), "15s", 100, 10 * MINUTE, .group = GROUP_LIMITS,
     .help = "Longest until a request's head is complete"},
    {"idle-timeout", CONFIG_DURATION, AT(idle_timeout), "30s", 1 * SECOND, 1 * HOUR, .group = GROUP_LIMITS,
     .help = "Longest a connection may be silent"},
    {"request-deadline", CONFIG_DURATION, AT(request_deadline), "30s", 1 * SECOND, 1 * HOUR,
     .group = GROUP_LIMITS, .help = "Longest from a request to its answer; then 503"},
    {"drain-time", CONFIG_DURATION, AT(drain_time), "20s", 0, 1 * HOUR, .group = GROUP_LIMITS,
     .help = "How long running requests may take to end when the server stops"},
    {"body-minimum-rate", CONFIG_BYTES, AT(body_minimum_rate), "1k", 1, 1 * MIB, .group = GROUP_LIMITS,
     .help = "Bytes a second an upload must come with"},
    {"rate-limits", CONFIG_INTEGER, AT(rate_limits), "100", 0, 100000, .group = GROUP_LIMITS,
     .argument = "PERCENT",
     .help =
         "How many requests one address or person may make, in per cent of the usual; 0: no limit, for load "
         "tests"},
    {"request-memory", CONFIG_BYTES, AT(request_memory), "32M", 1 * MIB, 4 * GIB, .group = GROUP_LIMITS,
     .help = "Memory one request may use"},
    {"response-limit", CONFIG_BYTES, AT(response_limit), "16M", 64 * KIB, 4 * GIB, .group = GROUP_LIMITS,
     .help = "Largest page; files are not limited"},
    {"upload-limit", CONFIG_BYTES, AT(upload_limit), "200M", 64 * KIB, 2047 * MIB, .group = GROUP_LIMITS,
     .help = "Largest attachment"},
    {"dossier-upload-limit", CONFIG_BYTES, AT(dossier_upload_limit), "500M", 64 * KIB, 64 * GIB,
     .group = GROUP_LIMITS, .help = "All attachments of a dossier together"},
    {"store-files", CONFIG_INTEGER, AT(store_files), "50", 1, 1000, .group = GROUP_LIMITS,
     .help = "How many papers a person may put into the personal store"},
    {"store-limit", CONFIG_BYTES, AT(store_limit), "500M", 64 * KIB, 64 * GIB, .group = GROUP_LIMITS,
     .help = "Those papers together"},
    {"upload-lifetime", CONFIG_DURATION, AT(upload_lifetime), "24h", 1 * MINUTE, 30 * DAY,
     .group = GROUP_LIMITS,
     .help = "How long an interrupted upload may be taken up again; then it is removed"},

    {"behind-tls", CONFIG_BOOLEAN, AT(behind_tls), "no", .group = GROUP_PROXY,
     .help = "A proxy in front speaks TLS: secure cookies and HSTS"},
    {"trusted-proxies", CONFIG_ADDRESS_LIST, AT(trusted_proxies), "", .group = GROUP_PROXY,
     .help = "Whose X-Forwarded-For is believed"},
    {"metrics-address", CONFIG_ADDRESS, AT(metrics_address), NULL, .group = GROUP_PROXY,
     .help = "Address of a listener of its own for /metrics"},
    {"metrics-port", CONFIG_INTEGER, AT(metrics_port), "9464", 0, 65535, .group = GROUP_PROXY,
     .help = "Its port; 0 takes any free one"},
    {"metrics-allow", CONFIG_ADDRESS_LIST, AT(metrics_allow), "", .group = GROUP_PROXY,
     .help = "Who may read /metrics on the main port"},

    {"master-key-file", CONFIG_PATH, AT(master_key_file), NULL, .group = GROUP_KEYS, .argument = "FILE",
     .help = "Master key, mode 0600, made at the first start; without it DATA/master.key"},
    {"password-memory", CONFIG_BYTES, AT(password_memory), "32M", 8 * MIB, 1 * GIB, .group = GROUP_KEYS,
     .help = "Memory of one password check (Argon2id)"},
    {"password-passes", CONFIG_INTEGER, AT(password_passes), "3", 1, 64, .group = GROUP_KEYS,
     .help = "Passes of one password check"},
    {"session-lifetime", CONFIG_DURATION, AT(session_lifetime), "12h", 1 * MINUTE, 365 * DAY,
     .group = GROUP_KEYS, .help = "How long a person stays signed in"},
    {"draft-lifetime", CONFIG_DURATION, AT(draft_lifetime), "90d", 1 * MINUTE, 3650 * DAY,
     .group = GROUP_KEYS, .help = "How long a draft is kept after its last change"},
    {"draft-notice", CONFIG_DURATION, AT(draft_notice), "14d", 1 * SECOND, 365 * DAY, .group = GROUP_KEYS,
     .help = "How long before its end a draft's owner is reminded; at most half of draft-lifetime"},
    {"account-grace", CONFIG_DURATION, AT(account_grace), "7d", 0, 365 * DAY, .group = GROUP_KEYS,
     .help = "From a person's wish to close the account to its end; signing in before takes it back"},

    {"retention", CONFIG_TEXT, AT(retention), RETENTION_KEEP, .group = GROUP_KEYS, .argument = "RULE",
     .help =
         "What happens to ended dossiers of procedures and agencies without a rule of their own; keep, or "
         "like \"archive after 2 years, warn 30 days before, anonymise after 10 years\""},

    {"mail-url", CONFIG_URL, AT(mail_url), NULL, .choices = mail_schemes, .group = GROUP_OUTSIDE,
     .help = "Mail server (smtp uses STARTTLS when offered); without it mail is written to mail-folder"},
    {"mail-user", CONFIG_TEXT, AT(mail_user), NULL, .group = GROUP_OUTSIDE, .help = "Name to sign in there"},
    {"mail-password", CONFIG_SECRET, AT(mail_password), NULL, .group = GROUP_OUTSIDE,
     .help = "Password to sign in there; better in the file or environment than on the command line"},
    {"mail-from", CONFIG_TEXT, AT(mail_from), "Một Cửa <khong-tra-loi@localhost>", .group = GROUP_OUTSIDE,
     .help = "Sender of mail"},
    {"mail-folder", CONFIG_PATH, AT(mail_folder), NULL, .group = GROUP_OUTSIDE, .argument = "FOLDER",
     .help = "Without a mail server: one .eml file a message; without it DATA/mail"},
    {"job-workers", CONFIG_INTEGER, AT(job_workers), "2", 0, 64, .group = GROUP_OUTSIDE,
     .help = "Threads for timers and the outbox; 0: another process does that"},
    {"job-interval", CONFIG_DURATION, AT(job_interval), "5s", 100, 1 * HOUR, .group = GROUP_OUTSIDE,
     .help = "How often to look for due work besides being woken"},

    {"inspections", CONFIG_INTEGER, AT(inspections), "4", 1, 64, .group = GROUP_SAFETY,
     .help = "Uploads that are looked into at the same time, each in a process of its own of up to 1.5 GB"},
    {"virus-scan", CONFIG_CHOICE, AT(virus_scan), "off", .choices = scan_modes, .group = GROUP_SAFETY,
     .help =
         "off: papers are not scanned, and say so; required: nobody opens a paper before clamd has called "
         "it clean"},
    {"clamd", CONFIG_TEXT, AT(clamd), "/run/clamav/clamd.ctl", .group = GROUP_SAFETY, .argument = "ADDRESS",
     .help = "Where clamd listens: the path of its socket, or host:port"},
    {"clamd-timeout", CONFIG_DURATION, AT(clamd_timeout), "2m", 1 * SECOND, 5 * MINUTE, .group = GROUP_SAFETY,
     .help = "Longest to wait for clamd's verdict on one file"},

    {"log-level", CONFIG_CHOICE, AT(log_level), "info", .choices = log_levels, .group = GROUP_RUNNING,
     .help = "Least important lines to write (JSON on standard error)"},
    {"rehearsal-clock", CONFIG_PATH, AT(rehearsal_clock), NULL, .group = GROUP_RUNNING, .argument = "FILE",
     .help = "For tests and training: a file that moves the server's clock (8 bytes, microseconds)"},
    {0},
};

bool serve_config_settle(struct serve_config *config, struct arena *arena, const char **problem)
{
    struct retention_rule rule;
    if (config->connection_limit < config->workers)
        *problem = "connection-limit is smaller than workers: the workers could never all be busy";
    else if (config->dossier_upload_limit < config->upload_limit)
        *problem = "dossier-upload-limit is smaller than upload-limit";
    else if (config->statement_timeout > config->request_deadline)
        *problem = "statement-timeout is longer than request-deadline";
    else if (config->response_limit > config->request_memory)
        *problem = "response-limit is larger than request-memory";
    else if ((config->mail_user == NULL) != (config->mail_password.plain == NULL))
        *problem = "mail-user and mail-password belong together: set both or neither";
    else if (config->mail_user != NULL && config->mail_url == NULL)
        *problem = "mail-user is set, but mail-url is not";
    else if (config->document_store == 1 && config->s3_url == NULL)
        *problem = "document-store is s3, but s3-url is not set";
    else if (config->s3_url != NULL && (config->s3_access_key == NULL || config->s3_secret_key.plain == NULL))
        *problem = "s3-url needs s3-access-key and s3-secret-key";
    else if (config->s3_url != NULL && !program_s3_url_good(config->s3_url))
        *problem = "s3-url needs a bucket and no slash at its end: https://host/bucket";
    else if (config->behind_tls && config->public_url != NULL &&
             strncmp(config->public_url, "https://", 8) != 0)
        *problem = "behind-tls is on, but public-url does not begin with https://";
    else if (config->metrics_address != NULL && config->metrics_port != 0 &&
             config->metrics_port == config->port && strcmp(config->metrics_address, config->address) == 0)
        *problem = "metrics-port is the port of the portal";
    else if (!clamd_address_valid(config->clamd))
        *problem = "clamd is neither the path of a socket nor host:port";
    else if (!retention_rule_parse(str_of(config->retention), &rule))
        *problem = "retention is no rule: keep, or like \"archive after 2 years, warn 30 days before, "
                   "anonymise after 10 years\"";
    else
        *problem = NULL;
    if (*problem != NULL) return false;
    if (config->public_url == NULL)
        config->public_url = arena_printf(arena, "http://localhost:%lld", (long long)config->port);
    if (config->master_key_file == NULL)
        config->master_key_file = arena_printf(arena, "%s/master.key", config->data);
    if (config->mail_folder == NULL) config->mail_folder = arena_printf(arena, "%s/mail", config->data);
    return true;
}
