/* The bounded queue, the workers, and who owns a request when. Every change of request->state happens under
 * the lock. */
#include <stdio.h>
#include <stdlib.h>

#include "internal.h"
#include "motcua/base/log.h"

struct worker_start {
    struct server *server;
    unsigned index;
};

static void pending_add(struct dispatch *dispatch, struct request *request)
{
    request->pending_previous = NULL;
    request->pending_next = dispatch->pending;
    if (dispatch->pending != NULL) dispatch->pending->pending_previous = request;
    dispatch->pending = request;
}

static void pending_remove(struct dispatch *dispatch, struct request *request)
{
    if (request->pending_previous != NULL)
        request->pending_previous->pending_next = request->pending_next;
    else
        dispatch->pending = request->pending_next;
    if (request->pending_next != NULL) request->pending_next->pending_previous = request->pending_previous;
}

bool dispatch_push(struct request *request)
{
    struct dispatch *dispatch = &request->server->dispatch;
    bool no_deadline = (request->match.route->flags & ROUTE_NO_DEADLINE) != 0;
    pthread_mutex_lock(&dispatch->lock);
    if (dispatch->waiting >= dispatch->capacity || dispatch->stopping) {
        pthread_mutex_unlock(&dispatch->lock);
        return false;
    }
    MHD_suspend_connection(request->mhd);
    request_hold(request); /* the worker's */
    request->queued_us = clock_monotonic_us();
    request->deadline_us =
        no_deadline ? INT64_MAX
                    : request->queued_us + (int64_t)request->server->config.request_deadline_ms * 1000;
    request->state = REQUEST_WAITING;
    request->queue_next = NULL;
    if (dispatch->last != NULL)
        dispatch->last->queue_next = request;
    else
        dispatch->first = request;
    dispatch->last = request;
    dispatch->waiting++;
    pending_add(dispatch, request);
    pthread_cond_signal(&dispatch->work);
    pthread_mutex_unlock(&dispatch->lock);
    return true;
}

/* Next request for a worker; NULL to stop. Requests that expired while waiting are only released. */
static struct request *pop(struct dispatch *dispatch)
{
    pthread_mutex_lock(&dispatch->lock);
    for (;;) {
        struct request *request = dispatch->first;
        if (request == NULL) {
            if (dispatch->stopping) break;
            pthread_cond_wait(&dispatch->work, &dispatch->lock);
            continue;
        }
        dispatch->first = request->queue_next;
        if (dispatch->first == NULL) dispatch->last = NULL;
        dispatch->waiting--;
        if (request->state == REQUEST_WAITING) {
            request->state = REQUEST_RUNNING;
            request->queue_wait_us += clock_monotonic_us() - request->queued_us;
            pthread_mutex_unlock(&dispatch->lock);
            return request;
        }
        pthread_mutex_unlock(&dispatch->lock);
        request_release(request);
        pthread_mutex_lock(&dispatch->lock);
    }
    pthread_mutex_unlock(&dispatch->lock);
    return NULL;
}

/* Gives the request back to its event thread, if that still waits for it. */
static void hand_back(struct request *request)
{
    struct dispatch *dispatch = &request->server->dispatch;
    pthread_mutex_lock(&dispatch->lock);
    bool wanted = request->state == REQUEST_RUNNING;
    if (wanted) {
        request->state = REQUEST_DONE;
        pending_remove(dispatch, request);
    }
    struct MHD_Connection *mhd = request->mhd;
    pthread_mutex_unlock(&dispatch->lock);
    if (wanted) {
        MHD_resume_connection(mhd);
    } else {
        atomic_fetch_add(&request->server->metrics->late_answers, 1);
        log_warning("http.late_answer", log_cstr("request", request->id), log_str("path", request->path),
                    log_int("ms", (clock_monotonic_us() - request->queued_us) / 1000));
    }
}

static void serve(struct request *request, void *worker)
{
    const struct server_hooks *hooks = &request->server->hooks;
    bool before = request->phase == PHASE_BEFORE;
    request->worker = worker;
    log_set_context(request->id, request->tenant, request->account);
    request_guarded(request, before ? request_run_before : request_run_handler);
    if (!before) {
        upload_release(request);
        request_guarded(request, response_finish);
    } else if (request->response.kind != RESPONSE_NONE || request->response.defect) {
        request_guarded(request, response_finish);
    }
    if (hooks->worker_idle != NULL) hooks->worker_idle(hooks->context, worker);
    log_set_context(NULL, NULL, NULL);
    request->worker = NULL;
    hand_back(request);
    request_release(request);
}

static void *worker_main(void *argument)
{
    struct worker_start start = *(struct worker_start *)argument;
    free(argument);
    const struct server_hooks *hooks = &start.server->hooks;
    char name[16];
    snprintf(name, sizeof name, "worker-%u", start.index % 1000);
    pthread_setname_np(pthread_self(), name);
    void *worker = hooks->worker_start != NULL ? hooks->worker_start(hooks->context, start.index) : NULL;
    struct request *request;
    while ((request = pop(&start.server->dispatch)) != NULL)
        serve(request, worker);
    if (hooks->worker_stop != NULL) hooks->worker_stop(hooks->context, worker);
    return NULL;
}

enum status dispatch_start(struct server *server)
{
    struct dispatch *dispatch = &server->dispatch;
    dispatch->capacity = server->config.queue_length;
    server->workers = arena_array(server->arena, server->config.workers, sizeof *server->workers);
    for (unsigned i = 0; i < server->config.workers; i++) {
        struct worker_start *start = malloc(sizeof *start);
        if (start == NULL) return STATUS_UNAVAILABLE;
        *start = (struct worker_start){server, i};
        if (pthread_create(&server->workers[i], NULL, worker_main, start) != 0) {
            free(start);
            return STATUS_UNAVAILABLE;
        }
        server->workers_running++;
    }
    return STATUS_OK;
}

void dispatch_expire(struct server *server, int64_t now_us, bool all)
{
    struct dispatch *dispatch = &server->dispatch;
    pthread_mutex_lock(&dispatch->lock);
    for (struct request *request = dispatch->pending, *next; request != NULL; request = next) {
        next = request->pending_next;
        bool gone = atomic_load(&request->abandoned);
        if (!gone && !all && now_us < request->deadline_us) continue;
        request->state = gone ? REQUEST_GONE : REQUEST_EXPIRED;
        atomic_store(&request->abandoned, true);
        pending_remove(dispatch, request);
        if (!gone) atomic_fetch_add(&server->metrics->expired, 1);
        MHD_resume_connection(request->mhd);
    }
    pthread_mutex_unlock(&dispatch->lock);
}

void dispatch_stop(struct server *server)
{
    struct dispatch *dispatch = &server->dispatch;
    pthread_mutex_lock(&dispatch->lock);
    dispatch->stopping = true;
    pthread_cond_broadcast(&dispatch->work);
    pthread_mutex_unlock(&dispatch->lock);
    for (unsigned i = 0; i < server->workers_running; i++)
        pthread_join(server->workers[i], NULL);
    server->workers_running = 0;
}

void dispatch_counts(struct server *server, size_t *waiting, size_t *running)
{
    struct dispatch *dispatch = &server->dispatch;
    *waiting = *running = 0;
    pthread_mutex_lock(&dispatch->lock);
    for (struct request *request = dispatch->pending; request != NULL; request = request->pending_next) {
        *waiting += request->state == REQUEST_WAITING;
        *running += request->state == REQUEST_RUNNING;
    }
    pthread_mutex_unlock(&dispatch->lock);
}
