/* The knobs of `motcua serve`: the one documented place (see the table in serve_config.c). */
#ifndef MOTCUA_APP_SERVE_CONFIG_H
#define MOTCUA_APP_SERVE_CONFIG_H

#include "motcua/base/config.h"
#include "motcua/base/log.h"

/* Durations in milliseconds, sizes in bytes. Texts are NULL when not set. */
struct serve_config {
    const char *address;
    int64_t port;
    const char *public_url; /* NULL: http://localhost:<port> */
    const char *data;
    const char *share; /* templates, static files, catalogues; NULL: beside the program or the build's */
    int language;      /* 0 vi, 1 en */
    bool sample_city;  /* load the sample city into an empty database; pages say that it is a sample */
    const char *site_name, *site_place, *site_owner, *hotline, *office_hours;

    const char *database_url; /* NULL: the private cluster below `data` */
    int64_t statement_timeout;
    int64_t lock_timeout;

    int document_store; /* 0 folder, 1 s3 */
    const char *s3_url; /* NULL: none */
    const char *s3_region, *s3_access_key;
    const char *s3_ca_file; /* NULL: the system's authorities */
    struct config_secret s3_secret_key;

    int64_t workers;
    int64_t event_threads;
    int64_t queue_length;
    int64_t connection_limit;
    int64_t address_limit;
    int64_t header_timeout;
    int64_t idle_timeout;
    int64_t request_deadline;
    int64_t drain_time;
    int64_t body_minimum_rate;
    int64_t rate_limits; /* per cent of web_rate_classes; 0: none */
    int64_t request_memory;
    int64_t response_limit;
    int64_t upload_limit;         /* one attachment */
    int64_t dossier_upload_limit; /* all attachments of a dossier */
    int64_t store_files;          /* papers a person keeps in the personal store */
    int64_t store_limit;          /* those together */
    int64_t upload_lifetime;      /* of an interrupted upload */

    bool behind_tls;
    const char *trusted_proxies;
    const char *metrics_address; /* NULL: no listener of its own */
    int64_t metrics_port;
    const char *metrics_allow;

    const char *master_key_file; /* NULL: <data>/master.key */
    int64_t password_memory;
    int64_t password_passes;
    int64_t session_lifetime;
    int64_t draft_lifetime;
    int64_t draft_notice;
    int64_t account_grace;
    const char *retention; /* the rule where no other is */

    const char *mail_url; /* NULL: into mail_folder */
    const char *mail_user;
    struct config_secret mail_password;
    const char *mail_from;
    const char *mail_folder; /* NULL: <data>/mail */
    int64_t inspections;
    int virus_scan;    /* 0 off, 1 required */
    const char *clamd; /* path of its socket, or host:port */
    int64_t clamd_timeout;
    int64_t job_interval;
    int64_t job_workers;

    int log_level; /* enum log_level */
    const char *rehearsal_clock;
};

extern const struct config_knob serve_config_knobs[];

/*
 * What one knob cannot say alone (mail without a sender, a metrics port without an address, limits that
 * contradict each other). False: *problem is a sentence. Also fills the defaults that depend on others;
 * strings in the arena.
 */
bool serve_config_settle(struct serve_config *config, struct arena *arena, const char **problem);

#endif
