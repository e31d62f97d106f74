/* Sessions: connecting, the pause between attempts, settings, notifications. */
#include "motcua/db/connection.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "motcua/base/clock.h"
#include "motcua/crypto/token.h"
#include "session.h"

enum { FIRST_PAUSE_MS = 100, LONGEST_PAUSE_MS = 5000, SETTINGS_MAXIMUM = 64 * 1024 };

static int or_default(int value, int fallback)
{
    return value > 0 ? value : fallback;
}

static const char *copy_or(struct arena *arena, const char *text, const char *fallback)
{
    if (text == NULL) text = fallback;
    return text == NULL ? NULL : arena_strdup(arena, text);
}

struct db_connection *db_connection_create(const struct db_settings *settings)
{
    struct db_connection *connection = calloc(1, sizeof *connection);
    size_t count = db_statement_count();
    unsigned char *prepared = calloc(count + 1, 1);
    if (connection == NULL || prepared == NULL) abort();
    struct arena *arena = arena_create(SETTINGS_MAXIMUM);
    connection->arena = arena;
    connection->prepared = prepared;
    connection->settings = (struct db_settings){
        .url = copy_or(arena, settings->url, ""),
        .application_name = copy_or(arena, settings->application_name, "motcua"),
        .role = copy_or(arena, settings->role, NULL),
        .connect_timeout_seconds = or_default(settings->connect_timeout_seconds, 5),
        .statement_timeout_ms = or_default(settings->statement_timeout_ms, 30000),
        .lock_timeout_ms = or_default(settings->lock_timeout_ms, 5000),
        .idle_transaction_timeout_ms = or_default(settings->idle_transaction_timeout_ms, 60000),
    };
    return connection;
}

void session_clear_results(struct db_connection *connection)
{
    for (size_t i = 0; i < connection->result_count; i++)
        PQclear(connection->results[i]);
    connection->result_count = 0;
}

void session_drop(struct db_connection *connection)
{
    session_clear_results(connection);
    PQfinish(connection->native);
    connection->native = NULL;
    memset(connection->prepared, 0, db_statement_count() + 1);
}

void db_connection_close(struct db_connection *connection)
{
    session_drop(connection);
    connection->working = false;
}

void db_connection_destroy(struct db_connection *connection)
{
    if (connection == NULL) return;
    session_drop(connection);
    free(connection->results);
    free(connection->prepared);
    arena_destroy(connection->arena);
    free(connection);
}

void db_connection_cleanup(struct db_connection **connection)
{
    db_connection_destroy(*connection);
}

const char *db_last_sqlstate(const struct db_connection *connection)
{
    return connection->sqlstate;
}

static void ignore_notice(void *context, const PGresult *notice)
{
    (void)context;
    (void)notice;
}

static PGconn *connect_native(const struct db_settings *settings)
{
    char timeout[16];
    snprintf(timeout, sizeof timeout, "%d", settings->connect_timeout_seconds);
    /* what stands before dbname may be overridden by the administrator's URL, what stands behind it may not
     */
    const char *const keys[] = {"application_name",
                                "connect_timeout",
                                "keepalives_idle",
                                "keepalives_interval",
                                "keepalives_count",
                                "tcp_user_timeout",
                                "dbname",
                                "client_encoding",
                                NULL};
    const char *const values[] = {
        settings->application_name, timeout, "30", "10", "3", "60000", settings->url, "UTF8", NULL};
    return PQconnectdbParams(keys, values, 1);
}

static bool apply_settings(struct db_connection *connection)
{
    const struct db_settings *settings = &connection->settings;
    char statement[24], lock[24], idle[24];
    snprintf(statement, sizeof statement, "%d", settings->statement_timeout_ms);
    snprintf(lock, sizeof lock, "%d", settings->lock_timeout_ms);
    snprintf(idle, sizeof idle, "%d", settings->idle_transaction_timeout_ms);
    const char *const values[] = {statement, lock, idle, settings->role == NULL ? "none" : settings->role};
    PGresult *result = PQexecParams(
        connection->native,
        "SELECT set_config('search_path', 'public', false), set_config('statement_timeout', $1, false), "
        "set_config('lock_timeout', $2, false),"
        " set_config('idle_in_transaction_session_timeout', $3, false), set_config('TimeZone', 'UTC', false),"
        " set_config('role', $4, false)",
        4, NULL, values, NULL, NULL, 0);
    bool done = PQresultStatus(result) == PGRES_TUPLES_OK;
    PQclear(result);
    for (size_t i = 0; done && i < connection->channel_count; i++) {
        char command[DB_CHANNEL_SIZE + 16];
        snprintf(command, sizeof command, "LISTEN \"%s\"", connection->channels[i]);
        result = PQexec(connection->native, command);
        done = PQresultStatus(result) == PGRES_COMMAND_OK;
        PQclear(result);
    }
    return done;
}

/* Each failure doubles the pause; a random part keeps many workers from knocking in step. */
static void postpone(struct db_connection *connection)
{
    int pause = connection->pause_ms == 0 ? FIRST_PAUSE_MS : connection->pause_ms;
    connection->next_attempt =
        clock_monotonic_us() + (pause / 2 + (int64_t)random_below((uint32_t)pause)) * 1000;
    connection->pause_ms = pause * 2 > LONGEST_PAUSE_MS ? LONGEST_PAUSE_MS : pause * 2;
}

enum status db_connection_open(struct db_connection *connection, struct arena *arena, struct error *error)
{
    if (connection->native != NULL && PQstatus(connection->native) == CONNECTION_OK) return STATUS_OK;
    session_drop(connection);
    if (clock_monotonic_us() < connection->next_attempt)
        return failure_unavailable(arena, error, "waiting before the next attempt to connect");
    connection->native = connect_native(&connection->settings);
    if (connection->native == NULL) abort(); /* out of memory */
    PQsetNoticeReceiver(connection->native, ignore_notice, NULL);
    if (PQstatus(connection->native) == CONNECTION_OK && apply_settings(connection) &&
        PQsetnonblocking(connection->native, 1) == 0) {
        connection->pause_ms = 0;
        connection->next_attempt = 0;
        return STATUS_OK;
    }
    enum status status = failure_unavailable(arena, error, PQerrorMessage(connection->native));
    session_drop(connection);
    postpone(connection);
    return status;
}

bool session_poll(struct db_connection *connection, short events, int timeout_ms)
{
    int64_t deadline = clock_monotonic_us() + (int64_t)timeout_ms * 1000;
    struct pollfd entry = {.fd = PQsocket(connection->native), .events = events};
    for (;;) {
        int64_t left = (deadline - clock_monotonic_us() + 999) / 1000;
        int ready = poll(&entry, 1, left > 0 ? (int)left : 0);
        if (ready > 0) return true;
        if (ready == 0 || errno != EINTR) return false;
    }
}

bool db_connection_settle(struct db_connection *connection)
{
    session_clear_results(connection);
    bool clean = !connection->working;
    connection->working = false;
    if (connection->native == NULL) return clean;
    if (!clean || PQtransactionStatus(connection->native) != PQTRANS_IDLE ||
        PQpipelineStatus(connection->native) != PQ_PIPELINE_OFF) {
        session_drop(connection); /* the server rolls back what was open */
        return false;
    }
    return clean;
}

static bool channel_is_plain(const char *channel)
{
    size_t length = strspn(channel, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return length > 0 && length < DB_CHANNEL_SIZE && channel[length] == '\0';
}

enum status db_listen(struct db_connection *connection, const char *channel, struct arena *arena,
                      struct error *error)
{
    if (!channel_is_plain(channel) || connection->channel_count == DB_CHANNELS_MAXIMUM)
        return error_set(error, arena, STATUS_FATAL, "db.channel", NULL, "cannot listen on channel \"%s\"",
                         channel);
    snprintf(connection->channels[connection->channel_count++], DB_CHANNEL_SIZE, "%s", channel);
    session_drop(connection); /* the new session subscribes to all */
    return db_connection_open(connection, arena, error);
}

static bool take_notification(struct db_connection *connection, struct arena *arena,
                              struct db_notification *notification)
{
    PGnotify *native = PQnotifies(connection->native);
    if (native == NULL) return false;
    notification->channel = arena_strdup(arena, native->relname);
    notification->payload = arena_strdup(arena, native->extra);
    PQfreemem(native);
    return true;
}

enum status db_wait(struct db_connection *connection, int timeout_ms, int wake_fd, struct arena *arena,
                    struct db_notification *notification, struct error *error)
{
    enum status status = db_connection_open(connection, arena, error);
    if (status != STATUS_OK) return status;
    int64_t deadline = clock_monotonic_us() + (int64_t)timeout_ms * 1000;
    for (;;) {
        if (take_notification(connection, arena, notification)) return STATUS_OK;
        int64_t left = (deadline - clock_monotonic_us() + 999) / 1000;
        struct pollfd entries[] = {
            {.fd = PQsocket(connection->native), .events = POLLIN},
            {.fd = wake_fd, .events = POLLIN}}; /* poll ignores a negative descriptor */
        int ready = poll(entries, 2, left > 0 ? (int)left : 0);
        if (ready == 0 || entries[1].revents != 0) return STATUS_NOT_FOUND;
        if (ready < 0 && errno != EINTR)
            return error_set(error, arena, STATUS_FATAL, "db.wait", NULL, "poll: %s", strerror(errno));
        if (ready > 0 &&
            (PQconsumeInput(connection->native) == 0 || PQstatus(connection->native) != CONNECTION_OK)) {
            status = failure_unavailable(arena, error, PQerrorMessage(connection->native));
            session_drop(connection);
            return status;
        }
    }
}
