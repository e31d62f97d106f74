/* Inside of a connection, and one round trip over it. Private to the layer. */
#ifndef MOTCUA_DB_SESSION_H
#define MOTCUA_DB_SESSION_H

#include <libpq-fe.h>

#include "motcua/db/connection.h"
#include "motcua/db/transaction.h"

enum { DB_CHANNELS_MAXIMUM = 8, DB_CHANNEL_SIZE = 64, SQLSTATE_SIZE = 6 };

struct db_connection {
    struct arena *arena; /* the settings' strings */
    struct db_settings settings;
    PGconn *native;          /* NULL: not connected */
    unsigned char *prepared; /* by statement index: known to this session */
    int64_t next_attempt;    /* clock_monotonic_us() before which nothing is tried */
    int pause_ms;            /* before the attempt after the next */
    PGresult **results;      /* of the round trip under way; kept here so that nothing leaks on a longjmp */
    size_t result_count;
    size_t result_capacity;
    char sqlstate[SQLSTATE_SIZE];
    bool working; /* a unit of work is under way */
    char channels[DB_CHANNELS_MAXIMUM][DB_CHANNEL_SIZE];
    size_t channel_count;
};

/* One statement of a round trip; `result` NULL: its rows do not interest anybody. */
struct db_step {
    const struct db_statement *statement;
    const char **values;
    int *lengths;
    struct db_result *result;
    struct db_step *next;
};

/* What went wrong in a round trip. */
struct db_failure {
    bool lost;                            /* the session is gone */
    const struct db_statement *statement; /* NULL: none in particular */
};

/* Waits until the socket is ready for `events` (poll's); false after `timeout_ms` or on an error. */
bool session_poll(struct db_connection *connection, short events, int timeout_ms);
void session_drop(struct db_connection *connection);
void session_clear_results(struct db_connection *connection);

/*
 * Sends all steps with one sync, waits for all answers, copies the rows into `arena`. The session must be
 * open. After a failure within a transaction the session stays in the failed transaction: the caller rolls
 * back.
 */
NODISCARD enum status session_exchange(struct db_connection *connection, struct db_step *steps,
                                       struct arena *arena, struct db_failure *failure, struct error *error);

/* Fills *error from a failed result and returns the status it maps to. */
enum status failure_map(struct db_connection *connection, const PGresult *result,
                        const struct db_statement *statement, struct arena *arena, struct error *error);
enum status failure_unavailable(struct arena *arena, struct error *error, const char *detail);

#endif
