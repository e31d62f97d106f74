/* Threads that do what is due: one loop each, with a connection of its own. */
#include "motcua/job/runner.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "mailer.h"
#include "motcua/base/clock.h"
#include "motcua/base/log.h"
#include "motcua/domain/document_store.h"
#include "motcua/domain/dossier.h"
#include "motcua/domain/identity.h"
#include "motcua/domain/outbox.h"
#include "motcua/domain/reference.h"
#include "motcua/domain/resumable.h"
#include "motcua/domain/retention.h"

enum {
    BATCH = 20,
    TIMERS = 100,
    MAXIMUM_REST_MS = 1000,
    LEASE_SECONDS = 120,
    ROUND_BYTES = 192 * 1024 * 1024,
    SWEEP_ROUNDS = 200,
    RETENTION_ROUNDS = 20,
    REMOVED_BATCH = 200,
    SCAN_BATCH = 5,
    SCAN_LEASE_SECONDS = 1800, /* a whole batch at the longest time limit of the scanner */
    SCANNER_GONE_ROUNDS = 6    /* how many rounds to leave a scanner alone that does not answer */
};

struct job_thread {
    pthread_t thread;
    struct job_runner *runner;
    /* One round of its work; true when there may be more to do at once. */
    bool (*round)(struct job_runner *runner, struct work *work, unsigned round);
};

struct job_runner {
    struct job_settings settings;
    struct mailer *mailer;
    struct job_thread *threads;
    unsigned thread_count;
    atomic_bool stopping;
    unsigned scan_pause; /* rounds; the scanning thread's own */
    int wake;            /* eventfd */
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

/* After a full batch of timers: three quarters as long as it took nothing, so that people who use the portal
 * meanwhile do not wait behind ten thousand of them. docs/performance.md has what that costs and brings. */
static void rest(const struct job_runner *runner, int64_t worked_us)
{
    struct pollfd wake = {.fd = runner->wake, .events = POLLIN};
    int64_t pause_ms = worked_us * 3 / 4000;
    (void)poll(&wake, 1, (int)(pause_ms < MAXIMUM_REST_MS ? pause_ms : MAXIMUM_REST_MS));
}

static size_t run_timers(const struct job_runner *runner, struct work *work)
{
    size_t done = 0;
    struct error error = {0};
    int64_t begun_us = clock_monotonic_us();
    enum status status = timer_run_due(work, TIMERS, &done, &error);
    if (status != STATUS_OK) log_failure("timers", status, &error);
    if (done >= TIMERS) rest(runner, clock_monotonic_us() - begun_us);
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

static size_t run_calendars(struct work *work)
{
    size_t done = 0;
    struct error error = {0};
    enum status status = calendar_follow_due(work, BATCH, &done, &error);
    if (status != STATUS_OK) log_failure("calendars", status, &error);
    return done;
}

static void run_messages(struct work *work)
{
    size_t done = 0;
    struct error error = {0};
    enum status status = message_expire_due(work, BATCH, &done, &error);
    if (status != STATUS_OK) log_failure("messages", status, &error);
}

static void run_drafts(struct work *work)
{
    size_t reminded = 0, deleted = 0;
    struct error error = {0};
    enum status status = draft_keep_due(work, BATCH, &reminded, &deleted, &error);
    if (status != STATUS_OK) log_failure("drafts", status, &error);
    if (reminded > 0 || deleted > 0)
        log_info("job.drafts", log_int("reminded", (int64_t)reminded), log_int("deleted", (int64_t)deleted));
}

static void run_retention(struct work *work)
{
    size_t done = 0;
    struct error error = {0};
    enum status status = retention_run_due(work, NULL, BATCH, &done, &error);
    if (status != STATUS_OK) log_failure("retention", status, &error);
    if (done > 0) log_info("job.retention", log_int("steps", (int64_t)done));
}

static void run_closings(struct work *work)
{
    size_t done = 0;
    struct error error = {0};
    enum status status = account_close_due(work, BATCH, &done, &error);
    if (status != STATUS_OK) log_failure("closings", status, &error);
    if (done > 0) log_info("job.closings", log_int("accounts", (int64_t)done));
}

static void run_sweep(struct work *work)
{
    int64_t removed = 0;
    struct error error = {0};
    enum status status = session_sweep(work, &removed, &error);
    if (status != STATUS_OK) log_failure("sessions", status, &error);
    size_t files = document_sweep(work->domain->data_folder, work->now);
    size_t papers = 0;
    error = (struct error){0};
    status = document_sweep_removed(work, REMOVED_BATCH, &papers, &error);
    if (status != STATUS_OK) log_failure("documents", status, &error);
    files += papers;
    int64_t uploads = 0;
    error = (struct error){0};
    status = resumable_sweep(work, &uploads, &error);
    if (status != STATUS_OK) log_failure("uploads", status, &error);
    if (removed > 0 || files > 0 || uploads > 0)
        log_info("job.swept", log_int("sessions", removed), log_int("files", (int64_t)files),
                 log_int("uploads", uploads));
}

static bool due_round(struct job_runner *runner, struct work *work, unsigned round)
{
    size_t done = run_timers(runner, work) + run_outbox(runner, work) + run_calendars(work);
    run_apologies(work);
    run_supplements(work);
    run_messages(work);
    run_drafts(work);
    run_closings(work);
    if (round % RETENTION_ROUNDS == 0) run_retention(work);
    if (round % SWEEP_ROUNDS == 0) run_sweep(work);
    return done >= BATCH;
}

static bool scan_round(struct job_runner *runner, struct work *work, unsigned round)
{
    (void)round;
    size_t done = 0;
    struct error error = {0};
    if (runner->scan_pause > 0) {
        runner->scan_pause--;
        return false;
    }
    enum status status =
        scan_run_due(work, &runner->settings.scan, SCAN_BATCH, SCAN_LEASE_SECONDS, &done, &error);
    if (status != STATUS_OK) {
        log_failure("scan", status, &error);
        runner->scan_pause = SCANNER_GONE_ROUNDS;
    }
    return done >= SCAN_BATCH;
}

static bool run_round(struct job_thread *thread, struct db_connection *db, struct arena *arena,
                      unsigned round)
{
    static const struct actor system = {
        .kind = ACTOR_SYSTEM, .name = N_("Hệ thống"), .title = "", .unit_name = "", .address = ""};
    struct work work = {thread->runner->settings.domain, db, arena, &system, clock_now()};
    struct error error = {0};
    enum status status = reference_refresh(&work, false, &error);
    if (status == STATUS_OK) return thread->round(thread->runner, &work, round);
    log_failure("reference", status, &error);
    return false;
}

static void *thread_main(void *argument)
{
    struct job_thread *thread = argument;
    struct job_runner *runner = thread->runner;
    struct db_connection *db = db_connection_create(&runner->settings.database);
    struct arena *arena = arena_create(ROUND_BYTES);
    for (unsigned round = 0; !atomic_load(&runner->stopping); round++) {
        bool more = run_round(thread, db, arena, round);
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
    unsigned wanted = settings->threads;
    if (wanted > 0 && settings->scan.scan != NULL) wanted++;
    runner->threads = arena_array(arena, wanted, sizeof *runner->threads);
    for (unsigned i = 0; i < wanted; i++) {
        struct job_thread *thread = &runner->threads[i];
        thread->runner = runner;
        thread->round = i < settings->threads ? due_round : scan_round;
        if (pthread_create(&thread->thread, NULL, thread_main, thread) != 0) break;
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
        pthread_join(runner->threads[i].thread, NULL);
    close(runner->wake);
}
