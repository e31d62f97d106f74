/*
 * One connection to PostgreSQL, used by one thread. It connects when first needed, prepares statements
 * when first used, and comes back by itself after a loss: while the database is away every call answers
 * STATUS_UNAVAILABLE at once (attempts are spaced by a growing pause), and the first call after it has
 * returned works. Nothing here blocks longer than the timeouts in db_settings.
 */
#ifndef MOTCUA_DB_CONNECTION_H
#define MOTCUA_DB_CONNECTION_H

#include "motcua/base/arena.h"
#include "motcua/base/error.h"

struct db_settings {
    const char *url; /* libpq connection string or postgresql:// URI; several hosts are allowed */
    const char *application_name;    /* shown in pg_stat_activity; NULL: "motcua" */
    const char *role;                /* SET ROLE to it, e.g. DB_APPLICATION_ROLE; NULL: stay the login role */
    int connect_timeout_seconds;     /* 0: 5 */
    int statement_timeout_ms;        /* 0: 30000 */
    int lock_timeout_ms;             /* 0: 5000 */
    int idle_transaction_timeout_ms; /* 0: 60000; the server's own safety net */
};

/* Owns nothing, cannot bypass row-level security; created by the first migration. */
#define DB_APPLICATION_ROLE "motcua_app"

struct db_connection;

/* Copies the settings; does not connect yet. */
struct db_connection *db_connection_create(const struct db_settings *settings);
void db_connection_destroy(struct db_connection *connection); /* NULL is fine */
void db_connection_cleanup(struct db_connection **connection);
#define DB_CONNECTION_AUTO __attribute__((cleanup(db_connection_cleanup))) struct db_connection *

/* Makes sure it is connected. STATUS_UNAVAILABLE (code "db.unavailable") when it is not and may not be yet.
 */
NODISCARD enum status db_connection_open(struct db_connection *connection, struct arena *arena,
                                         struct error *error);
/* Ends the session; the next use connects again. */
void db_connection_close(struct db_connection *connection);
/* Asks the server (one round trip); for /readyz. */
NODISCARD enum status db_connection_ping(struct db_connection *connection, struct arena *arena,
                                         struct error *error);
/*
 * Call after each request, also after an arena recovery (longjmp) out of one: whatever was left open is
 * rolled back or the session is dropped. Returns false when something had been left open (a defect: log it).
 */
bool db_connection_settle(struct db_connection *connection);

struct db_notification {
    const char *channel; /* in the arena */
    const char *payload;
};
/* Subscribes (again after each reconnect, too). The channel is a plain lower-case identifier. */
NODISCARD enum status db_listen(struct db_connection *connection, const char *channel, struct arena *arena,
                                struct error *error);
/*
 * Waits for one notification. STATUS_OK: *notification filled. STATUS_NOT_FOUND: the time is up or `wake_fd`
 * (an eventfd or pipe of the caller; -1: none) became readable. STATUS_UNAVAILABLE: no connection (returns at
 * once: the caller sleeps). After a reconnect notifications may have been missed: poll as well.
 */
NODISCARD enum status db_wait(struct db_connection *connection, int timeout_ms, int wake_fd,
                              struct arena *arena, struct db_notification *notification, struct error *error);

#endif
