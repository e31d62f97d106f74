/*
 * clamd's stream protocol. "zINSTREAM\0", then chunks (length as four bytes, most significant first), a chunk
 * of no bytes, and the answer "stream: OK", "stream: NAME FOUND" or "... ERROR". A file larger than
 * clamd's StreamMaxLength is answered in the middle of it, and the connection ends: so an answer is looked
 * for before every chunk. Every wait ends at one deadline.
 */
#include "motcua/adapter/clamd.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "motcua/base/clock.h"

enum { CHUNK = 65536, LENGTH_BYTES = 4, ANSWER_BYTES = 1024, PING_MS = 5000, HOST_BYTES = 256 };

struct connection {
    int socket;
    int64_t deadline; /* monotonic, microseconds */
};

static bool wait_for(const struct connection *connection, short events, bool *readable)
{
    int64_t left = (connection->deadline - clock_monotonic_us()) / 1000;
    struct pollfd entry = {.fd = connection->socket, .events = events};
    int ready;
    do
        ready = left > 0 ? poll(&entry, 1, (int)left) : 0;
    while (ready < 0 && errno == EINTR);
    if (readable != NULL) *readable = ready > 0 && (entry.revents & POLLIN) != 0;
    return ready > 0;
}

static bool connect_to(struct connection *connection, int family, const struct sockaddr *address,
                       socklen_t length)
{
    int failure = 0;
    socklen_t size = sizeof failure;
    connection->socket = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (connection->socket < 0) return false;
    if (connect(connection->socket, address, length) == 0) return true;
    if (errno == EINPROGRESS && wait_for(connection, POLLOUT, NULL) &&
        getsockopt(connection->socket, SOL_SOCKET, SO_ERROR, &failure, &size) == 0 && failure == 0)
        return true;
    close(connection->socket);
    connection->socket = -1;
    return false;
}

/* "host:port" or "[address]:port" into its two parts. */
static bool split_address(const char *address, char host[HOST_BYTES], const char **port)
{
    const char *colon = strrchr(address, ':');
    if (colon == NULL || colon == address || colon[1] == '\0') return false;
    bool bracketed = address[0] == '[' && colon[-1] == ']';
    const char *start = bracketed ? address + 1 : address;
    size_t length = (size_t)(colon - start) - bracketed;
    int64_t number;
    if (length == 0 || length >= HOST_BYTES || (!bracketed && memchr(start, ':', length) != NULL))
        return false;
    if (str_to_int64(str_of(colon + 1), &number) != STATUS_OK || number < 1 || number > 65535) return false;
    memcpy(host, start, length);
    host[length] = '\0';
    *port = colon + 1;
    return true;
}

bool clamd_address_valid(const char *address)
{
    char host[HOST_BYTES];
    const char *port;
    if (address[0] == '/') return strlen(address) < sizeof((struct sockaddr_un *)NULL)->sun_path;
    return split_address(address, host, &port);
}

static bool connect_by_name(struct connection *connection, const char *address)
{
    char host[HOST_BYTES];
    const char *port;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
    if (!split_address(address, host, &port) || getaddrinfo(host, port, &hints, &found) != 0) return false;
    bool connected = false;
    for (const struct addrinfo *one = found; one != NULL && !connected; one = one->ai_next)
        connected = connect_to(connection, one->ai_family, one->ai_addr, one->ai_addrlen);
    freeaddrinfo(found);
    return connected;
}

static enum status open_connection(const struct clamd_settings *settings, int64_t timeout_ms,
                                   struct connection *connection, struct arena *arena, struct error *error)
{
    *connection = (struct connection){-1, clock_monotonic_us() + timeout_ms * 1000};
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    bool connected;
    if (settings->address[0] == '/' && strlen(settings->address) < sizeof local.sun_path) {
        memcpy(local.sun_path, settings->address, strlen(settings->address) + 1);
        connected = connect_to(connection, AF_UNIX, (const struct sockaddr *)&local, sizeof local);
    } else {
        connected = connect_by_name(connection, settings->address);
    }
    return connected ? STATUS_OK
                     : error_set(error, arena, STATUS_UNAVAILABLE, "scan.connect", NULL,
                                 "clamd does not answer at %s", settings->address);
}

/* False: the peer is gone, has something to say (then *answering), or the time is over. */
static bool send_all(const struct connection *connection, const char *bytes, size_t length, bool *answering)
{
    *answering = false;
    while (length > 0) {
        if (!wait_for(connection, POLLOUT | POLLIN, answering) || *answering) return false;
        ssize_t sent = send(connection->socket, bytes, length, MSG_NOSIGNAL);
        if (sent < 0 && (errno == EAGAIN || errno == EINTR)) continue;
        if (sent < 0) {
            *answering = errno == EPIPE || errno == ECONNRESET; /* its last words may still be there */
            return false;
        }
        bytes += sent;
        length -= (size_t)sent;
    }
    return true;
}

static enum status read_answer(const struct connection *connection, char answer[ANSWER_BYTES],
                               struct arena *arena, struct error *error)
{
    size_t length = 0;
    while (length < ANSWER_BYTES - 1 && memchr(answer, '\0', length) == NULL) {
        if (!wait_for(connection, POLLIN, NULL))
            return error_set(error, arena, STATUS_UNAVAILABLE, "scan.timeout", NULL,
                             "clamd has not answered in time");
        ssize_t got = recv(connection->socket, answer + length, ANSWER_BYTES - 1 - length, 0);
        if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
        if (got <= 0) break;
        length += (size_t)got;
    }
    answer[length] = '\0';
    if (length == 0)
        return error_set(error, arena, STATUS_UNAVAILABLE, "scan.closed", NULL,
                         "clamd has closed the connection without an answer");
    return STATUS_OK;
}

static enum status send_file(const struct connection *connection, const struct scan_source *source,
                             struct arena *arena, struct error *error)
{
    static const char command[] = "zINSTREAM"; /* with its NUL */
    struct arena_mark mark = arena_mark(arena);
    char *chunk = arena_alloc(arena, LENGTH_BYTES + CHUNK);
    bool answering = false, sent = send_all(connection, command, sizeof command, &answering);
    enum status status = STATUS_OK;
    size_t length = 1;
    while (sent && length > 0) {
        status = source->read(source->context, chunk + LENGTH_BYTES, CHUNK, &length);
        if (status != STATUS_OK) break;
        for (int i = 0; i < LENGTH_BYTES; i++)
            chunk[i] = (char)(length >> (8 * (LENGTH_BYTES - 1 - i)) & 0xFF);
        sent = send_all(connection, chunk, LENGTH_BYTES + length, &answering);
    }
    arena_rewind(arena, mark);
    if (status != STATUS_OK)
        return error_set(error, arena, STATUS_UNAVAILABLE, "scan.read", NULL, "the file cannot be read: %s",
                         status_name(status));
    if (!sent && !answering)
        return error_set(error, arena, STATUS_UNAVAILABLE, "scan.send", NULL, "clamd takes no more bytes");
    return STATUS_OK;
}

/*
 * What the answer means. Names below Heuristics.Limits.Exceeded (clamd's AlertExceedsMax) are no viruses:
 * they say that clamd did not look.
 */
static enum status judge(const char *answer, struct arena *arena, enum scan_verdict *verdict,
                         const char **finding, struct error *error)
{
    struct str text = str_of(answer);
    if (str_starts_with(text, STR("stream: "))) text = str_slice(text, strlen("stream: "), text.length);
    *finding = "";
    if (str_equal(text, STR("OK"))) {
        *verdict = SCAN_CLEAN;
        return STATUS_OK;
    }
    if (str_ends_with(text, STR(" FOUND"))) {
        text.length -= strlen(" FOUND");
        bool limits = str_starts_with(text, STR("Heuristics.Limits.Exceeded"));
        *verdict = limits ? SCAN_BEYOND_LIMITS : SCAN_INFECTED;
        *finding = arena_strndup(arena, text.data, text.length);
        return STATUS_OK;
    }
    if (str_find(text, STR("size limit exceeded")) >= 0) {
        *verdict = SCAN_BEYOND_LIMITS;
        *finding = "StreamMaxLength";
        return STATUS_OK;
    }
    return error_set(error, arena, STATUS_UNAVAILABLE, "scan.answer", NULL, "clamd: %s", answer);
}

static enum status scan_file(void *context, const struct scan_source *source, struct arena *arena,
                             enum scan_verdict *verdict, const char **finding, struct error *error)
{
    const struct clamd_settings *settings = context;
    struct connection connection;
    char answer[ANSWER_BYTES];
    enum status status = open_connection(settings, settings->timeout_ms, &connection, arena, error);
    if (status != STATUS_OK) return status;
    status = send_file(&connection, source, arena, error);
    if (status == STATUS_OK) status = read_answer(&connection, answer, arena, error);
    close(connection.socket);
    return status == STATUS_OK ? judge(answer, arena, verdict, finding, error) : status;
}

static enum status ping(void *context, struct arena *arena, struct error *error)
{
    const struct clamd_settings *settings = context;
    static const char command[] = "zPING";
    struct connection connection;
    char answer[ANSWER_BYTES];
    bool answering;
    enum status status = open_connection(settings, PING_MS, &connection, arena, error);
    if (status != STATUS_OK) return status;
    if (!send_all(&connection, command, sizeof command, &answering))
        status = error_set(error, arena, STATUS_UNAVAILABLE, "scan.send", NULL, "clamd takes no command");
    if (status == STATUS_OK) status = read_answer(&connection, answer, arena, error);
    close(connection.socket);
    if (status == STATUS_OK && strcmp(answer, "PONG") != 0)
        status = error_set(error, arena, STATUS_UNAVAILABLE, "scan.answer", NULL, "%s is no clamd",
                           settings->address);
    return status;
}

struct scan_port clamd_port_create(const struct clamd_settings *settings)
{
    return (struct scan_port){(void *)(uintptr_t)settings, ping, scan_file};
}
