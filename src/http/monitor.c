/* One thread that looks at the clock: deadlines, slow senders, clients that went away, and sockets on their
 * way out. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "internal.h"
#include "motcua/base/log.h"

enum {
    TICK_US = 50 * 1000,
    GONE_AFTER_US = 200 * 1000,
    BODY_GRACE_US = 5 * 1000 * 1000,
    LINGER_US = 30 * 1000 * 1000,
    LINGER_SILENCE_US = 3 * 1000 * 1000,
    LINGER_STEP = 1024 * 1024
};

/* Notices clients of waiting and running requests that broke the connection. */
static void look_for_gone(struct server *server, int64_t now_us)
{
    struct dispatch *dispatch = &server->dispatch;
    pthread_mutex_lock(&dispatch->lock);
    for (struct request *request = dispatch->pending; request != NULL; request = request->pending_next) {
        if (now_us - request->queued_us < GONE_AFTER_US) continue;
        struct pollfd entry = {.fd = request->connection->descriptor, .events = POLLRDHUP};
        if (poll(&entry, 1, 0) != 1) continue;
        if ((entry.revents & (POLLHUP | POLLERR)) != 0)
            atomic_store(&request->abandoned, true);
        else if ((entry.revents & POLLRDHUP) != 0)
            atomic_store(&request->half_closed, true);
    }
    pthread_mutex_unlock(&dispatch->lock);
}

static bool too_slow(const struct server *server, struct connection *connection, int64_t now_us)
{
    struct wire *wire = &connection->wire;
    int64_t elapsed_us = now_us - atomic_load(&wire->timer_start_us);
    switch (atomic_load(&wire->timer)) {
    case WIRE_IN_HEAD:
        return elapsed_us > (int64_t)server->config.header_timeout_ms * 1000;
    case WIRE_IN_BODY: {
        int64_t counted_us = elapsed_us - BODY_GRACE_US;
        if (counted_us <= 0) return false;
        double least = (double)server->config.body_minimum_rate * (double)counted_us / 1e6;
        return (double)atomic_load(&wire->body_bytes) < least;
    }
    default:
        return false;
    }
}

/* Ends the input of slow senders; the event thread wakes up, reads the end and answers 408 (wire.c). */
static void look_for_slow(struct server *server, int64_t now_us)
{
    pthread_mutex_lock(&server->connections_lock);
    for (struct connection *connection = server->connections; connection != NULL;
         connection = connection->next) {
        if (atomic_load(&connection->wire.timed_out) != 0 || !too_slow(server, connection, now_us)) continue;
        atomic_store(&connection->wire.timed_out, 408);
        shutdown(connection->descriptor, SHUT_RD);
    }
    pthread_mutex_unlock(&server->connections_lock);
}

void monitor_linger(struct server *server, int descriptor)
{
    int64_t now_us = clock_monotonic_us();
    int copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    if (copy < 0) return;
    pthread_mutex_lock(&server->linger_lock);
    bool room = server->lingering_count < LINGER_MAXIMUM;
    if (room)
        server->lingering[server->lingering_count++] =
            (struct lingering_socket){copy, now_us + LINGER_US, now_us};
    pthread_mutex_unlock(&server->linger_lock);
    if (!room) close(copy);
}

/* Throws away what still comes; true when the socket can be closed. */
static bool drained(struct lingering_socket *socket, int64_t now_us)
{
    for (size_t taken = 0; taken < LINGER_STEP;) {
        char scratch[16 * 1024];
        ssize_t count = recvfrom(socket->descriptor, scratch, sizeof scratch, MSG_DONTWAIT, NULL, NULL);
        if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) return true;
        if (count < 0) break;
        socket->last_us = now_us;
        taken += (size_t)count;
    }
    return now_us >= socket->until_us || now_us - socket->last_us > LINGER_SILENCE_US;
}

static void look_after_lingering(struct server *server, int64_t now_us)
{
    pthread_mutex_lock(&server->linger_lock);
    for (size_t i = 0; i < server->lingering_count;) {
        if (drained(&server->lingering[i], now_us)) {
            close(server->lingering[i].descriptor);
            server->lingering[i] = server->lingering[--server->lingering_count];
        } else {
            i++;
        }
    }
    pthread_mutex_unlock(&server->linger_lock);
}

static void *monitor_main(void *argument)
{
    struct server *server = argument;
    pthread_setname_np(pthread_self(), "http-monitor");
    while (!atomic_load(&server->monitor_stop)) {
        int64_t now_us = clock_monotonic_us();
        look_for_gone(server, now_us);
        dispatch_expire(server, now_us, false);
        look_for_slow(server, now_us);
        look_after_lingering(server, now_us);
        usleep(TICK_US);
    }
    for (size_t i = 0; i < server->lingering_count; i++)
        close(server->lingering[i].descriptor);
    server->lingering_count = 0;
    return NULL;
}

enum status monitor_start(struct server *server)
{
    server->monitor_running = pthread_create(&server->monitor, NULL, monitor_main, server) == 0;
    return server->monitor_running ? STATUS_OK : STATUS_UNAVAILABLE;
}

void monitor_stop(struct server *server)
{
    atomic_store(&server->monitor_stop, true);
    if (server->monitor_running) pthread_join(server->monitor, NULL);
    server->monitor_running = false;
}
