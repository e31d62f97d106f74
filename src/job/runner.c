/* Threads that do what is due: one loop each, with a connection of its own. */
#include "motcua/job/runner.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "mailer.h"
#include "motcua/base/log.h"
#include "motcua/domain/document.h"
#include "motcua/domain/dossier.h"
#include "motcua/domain/identity.h"
#include "motcua/domain/outbox.h"
#include "motcua/domain/reference.h"
#include "motcua/domain/resumable.h"

enum { BATCH = 20, LEASE_SECONDS = 120, ROUND_BYTES = 192 * 1024 * 1024, SWEEP_ROUNDS = 200 };

struct job_runner {
    struct job_settings settings;
    struct mailer *mailer;
    pthread_t *threads;
    unsigned thread_count;
    atomic_bool stopping;
    int wake; /* eventfd */
};

static void log_failure(const char *what, enum status status, const struct error *error)
{
    log_warning("job.failed", log_cstr("job", what), log_cstr("status", status_name(status)),
                log_cstr("code", error->code == NULL ? "" : error->code),
                log_cstr("detail", error->detail == NULL ? "" : error->detail));
}

static enum status deliver(struct job_runner *runner, struct work *work, const struct outbox_row *row,
                           struct error *error)
{
    if (strcmp(row->kind, "mail") != 0)
        return consultation_deliver(work, &row->tenant_id, row->payload,
                                    strcmp(row->kind, "consultation_answer") == 0, error);
    struct mail mail = {.date = row->created_at,
                        .message_id = arena_printf(work->arena, "%s@motcua", row->id.text)};
    enum status status = mailer_compose(runner->mailer, work, &row->tenant_id, row->payload, &mail, error);
    return status == STATUS_OK
               ? runner->settings.mail.send(runner->settings.mail.context, &mail, work->arena, error)
               : status;
}

static size_t run_outbox(struct job_runner *runner, struct work *work)
{
    struct outbox_row *rows;
    size_t count = 0, done = 0;
    struct error error = {0};
    enum status status = outbox_claim(work, BATCH, LEASE_SECONDS, &rows, &count, &error);
    if (status != STATUS_OK) log_failure("outbox", status, &error);
    for (size_t i = 0; i < count; i++) {
        error = (struct error){0};
        status = deliver(runner, work, &rows[i], &error);
        struct error settling = {0};
        enum status settled;
        if (status == STATUS_OK) {
            settled = outbox_done(work, &rows[i], &settling);
            done++;
        } else {
            log_failure(rows[i].kind, status, &error);
            bool for_ever = status == STATUS_INVALID || status == STATUS_NOT_FOUND;
            settled = outbox_failed(work, &rows[i], for_ever,
                                    error.detail != NULL ? error.detail : status_name(status), &settling);
        }
        if (settled != STATUS_OK) log_failure("outbox.settle", settled, &settling);
        json_decref(rows[i].payload);
    }
    return done;
}

static size_t run_timers(struct work *work)
{
    size_t done = 0;
    struct error error = {0};
    enum status status = timer_run_due(work, BATCH, &done, &error);
    if (status != STATUS_OK) log_failure("timers", status, &error);
    return done;
}

static void run_apologies(struct work *work)
{
    size_t done = 0;
    struct error error = {0};
    enum status status = apology_draft_due(work, BATCH, &done, &error);
    if (status != STATUS_OK) log_failure("apologies", status, &error);
}

static void run_supplements(struct work *work)
{
    size_t done = 0;
    struct error error = {0};
    enum status status = supplement_expire_due(work, BATCH, &done, &error);
    if (status != STATUS_OK) log_failure("supplements", status, &error);
}

static void run_sweep(struct work *work)
{
    int64_t removed = 0;
    struct error error = {0};
    enum status status = session_sweep(work, &removed, &error);
    if (status != STATUS_OK) log_failure("sessions", status, &error);
    size_t files = document_sweep(work->domain->data_folder, work->now);
    int64_t uploads = 0;
    error = (struct error){0};
    status = resumable_sweep(work, &uploads, &error);
    if (status != STATUS_OK) log_failure("uploads", status, &error);
    if (removed > 0 || files > 0 || uploads > 0)
        log_info("job.swept", log_int("sessions", removed), log_int("files", (int64_t)files),
                 log_int("uploads", uploads));
}

/* One round; true when there may be more to do at once. */
static bool run_round(struct job_runner *runner, struct db_connection *db, struct arena *arena,
                      unsigned round)
{
    static const struct actor system = {
        .kind = ACTOR_SYSTEM, .name = N_("Hệ thống"), .title = "", .unit_name = "", .address = ""};
    struct work work = {runner->settings.domain, db, arena, &system, clock_now()};
    struct error error = {0};
    enum status status = reference_refresh(&work, false, &error);
    if (status != STATUS_OK) {
        log_failure("reference", status, &error);
        return false;
    }
    size_t done = run_timers(&work) + run_outbox(runner, &work);
    run_apologies(&work);
    run_supplements(&work);
    if (round % SWEEP_ROUNDS == 0) run_sweep(&work);
    return done >= BATCH;
}

static void *thread_main(void *argument)
{
    struct job_runner *runner = argument;
    struct db_connection *db = db_connection_create(&runner->settings.database);
    struct arena *arena = arena_create(ROUND_BYTES);
    for (unsigned round = 0; !atomic_load(&runner->stopping); round++) {
        bool more = run_round(runner, db, arena, round);
        if (!db_connection_settle(db)) log_error("job.transaction_left_open");
        arena_reset(arena);
        if (!more && !atomic_load(&runner->stopping)) {
            struct db_notification notification;
            struct error error = {0};
            enum status status =
                db_wait(db, (int)runner->settings.interval_ms, runner->wake, arena, &notification, &error);
            if (status == STATUS_UNAVAILABLE) usleep(runner->settings.interval_ms * 1000);
        }
    }
    arena_destroy(arena);
    db_connection_destroy(db);
    return NULL;
}

enum status job_runner_start(const struct job_settings *settings, struct job_runner **result,
                             struct arena *arena, struct error *error)
{
    struct mailer *mailer;
    enum status status =
        mailer_create(arena, settings->mail_templates, settings->domain->english, &mailer, error);
    if (status != STATUS_OK) return status;
    struct job_runner *runner = arena_zalloc(arena, sizeof *runner);
    runner->settings = *settings;
    runner->mailer = mailer;
    runner->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (runner->wake < 0)
        return error_set(error, arena, STATUS_UNAVAILABLE, "job.wake", NULL, "no event descriptor");
    runner->threads = arena_array(arena, settings->threads, sizeof *runner->threads);
    for (unsigned i = 0; i < settings->threads; i++) {
        if (pthread_create(&runner->threads[i], NULL, thread_main, runner) != 0) break;
        runner->thread_count++;
    }
    *result = runner;
    return STATUS_OK;
}

void job_runner_stop(struct job_runner *runner)
{
    if (runner == NULL) return;
    uint64_t one = 1;
    atomic_store(&runner->stopping, true);
    if (write(runner->wake, &one, sizeof one) != sizeof one) log_warning("job.wake");
    for (unsigned i = 0; i < runner->thread_count; i++)
        pthread_join(runner->threads[i], NULL);
    close(runner->wake);
}
