/*
 * Work in the background: due timers of workflows, the outbox (mail, questions between agencies), apologies
 * for late dossiers, house-keeping, and the scan for viruses, which has a thread of its own: it waits for
 * somebody else's program. Each thread has a database connection of its own; rows are claimed with
 * SKIP LOCKED, so any number of threads and processes may run. Woken by NOTIFY where possible, and always
 * polling too.
 */
#ifndef MOTCUA_JOB_RUNNER_H
#define MOTCUA_JOB_RUNNER_H

#include "motcua/domain/context.h"
#include "motcua/domain/scan.h"

struct mail {
    const char *to, *subject, *text; /* UTF-8, NFC */
    const char *message_id;          /* unique, stable over attempts: "<uuid@motcua>" */
    instant date;
};

/* How mail leaves: SMTP or a folder (adapter/mail.h). STATUS_UNAVAILABLE: try again later; STATUS_INVALID:
 * never. */
struct mail_port {
    void *context;
    enum status (*send)(void *context, const struct mail *mail, struct arena *arena, struct error *error);
};

struct job_settings {
    struct domain *domain;
    struct db_settings database;
    struct mail_port mail;
    const char *mail_templates; /* folder templates/mail */
    struct scan_port scan;      /* scan NULL: no paper is scanned */
    unsigned threads;           /* 0: none */
    unsigned interval_ms;
};

struct job_runner;

/* STATUS_INVALID: a mail template does not compile (error->detail). */
NODISCARD enum status job_runner_start(const struct job_settings *settings, struct job_runner **runner,
                                       struct arena *arena, struct error *error);
/* Finishes what is running and stops. NULL is fine. */
void job_runner_stop(struct job_runner *runner);

#endif
