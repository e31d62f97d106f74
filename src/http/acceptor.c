/*
 * Accepting connections is ours and not libmicrohttpd's: its way to stop (MHD_quiesce_daemon) races with its
 * own event threads and aborts the program on losing, and its limits answer nothing. One thread polls the
 * listening sockets, holds the limits, and hands sockets on.
 */
#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "internal.h"
#include "motcua/base/log.h"

enum { SERIES = 64, FULL_WAIT_MS = 10, SHORTAGE_WAIT_US = 20 * 1000 };

/* Over its limit the client is told so, as far as that fits an empty socket; nothing is read. */
static void turn_away(int descriptor)
{
    static const char text[] = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\n"
                               "Cache-Control: no-store\r\nConnection: close\r\n\r\n";
    ssize_t sent = send(descriptor, text, sizeof text - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    (void)sent; /* it is lost either way */
    close(descriptor);
}

static void hand_on(const struct listener *listener, int descriptor, const struct sockaddr *address,
                    socklen_t length)
{
    struct server *server = listener->server;
    if (!connection_admit(server, address)) {
        atomic_fetch_add(&server->metrics->connections_refused, 1);
        turn_away(descriptor);
        return;
    }
    atomic_fetch_add(&server->metrics->connections_accepted, 1);
    atomic_fetch_add(&server->metrics->connections_open, 1);
    if (MHD_add_connection(listener->daemon, descriptor, address, length) != MHD_YES) { /* has closed it */
        connection_dismiss(server, address);
        log_warning("http.connection_lost", log_cstr("reason", "the library does not take it"));
    }
}

static bool room(const struct server *server)
{
    return atomic_load(&server->metrics->connections_open) < (int64_t)server->config.connection_limit;
}

static void accept_series(const struct listener *listener)
{
    for (int i = 0; i < SERIES && room(listener->server); i++) {
        struct sockaddr_storage address;
        socklen_t length = sizeof address;
        int descriptor =
            accept4(listener->socket, (struct sockaddr *)&address, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (descriptor >= 0) {
            hand_on(listener, descriptor, (struct sockaddr *)&address, length);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            log_error("http.accept", log_cstr("error", strerror(errno)));
            usleep(SHORTAGE_WAIT_US);
            return;
        } else if (errno != EINTR && errno != ECONNABORTED) {
            return;
        }
    }
}

static void *acceptor_main(void *argument)
{
    struct server *server = argument;
    const struct listener *listeners[] = {&server->main_listener, &server->metrics_listener};
    pthread_setname_np(pthread_self(), "http-accept");
    for (;;) {
        struct pollfd entries[3] = {{.fd = server->acceptor_event, .events = POLLIN}};
        bool may = room(server);
        for (int i = 0; i < 2; i++)
            entries[i + 1] = (struct pollfd){.fd = may ? listeners[i]->socket : -1, .events = POLLIN};
        int count = poll(entries, 3, may ? -1 : FULL_WAIT_MS);
        if (count > 0 && entries[0].revents != 0) return NULL;
        for (int i = 0; i < 2 && count > 0; i++)
            if (entries[i + 1].revents != 0) accept_series(listeners[i]);
    }
}

enum status acceptor_start(struct server *server)
{
    server->acceptor_event = eventfd(0, EFD_CLOEXEC);
    if (server->acceptor_event < 0) return STATUS_UNAVAILABLE;
    server->acceptor_running = pthread_create(&server->acceptor, NULL, acceptor_main, server) == 0;
    return server->acceptor_running ? STATUS_OK : STATUS_UNAVAILABLE;
}

static void close_socket(int *descriptor)
{
    if (*descriptor >= 0) close(*descriptor);
    *descriptor = -1;
}

void acceptor_stop(struct server *server)
{
    if (server->acceptor_running) {
        ssize_t written = write(server->acceptor_event, &(uint64_t){1}, sizeof(uint64_t));
        (void)written; /* eight bytes into an eventfd do not fail */
        pthread_join(server->acceptor, NULL);
        server->acceptor_running = false;
    }
    close_socket(&server->acceptor_event);
    close_socket(&server->main_listener.socket);
    close_socket(&server->metrics_listener.socket);
}
