/*
 * One round trip: all statements of a batch in libpq's pipeline mode with one sync. Statements the session
 * does not know yet are prepared in the same pipeline. Sending and receiving take turns on a non-blocking
 * socket, so that neither side can wait for the other with full buffers.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session.h"

enum { ANSWER_MARGIN_MS = 5000, NAME_SIZE = 24 };

static void statement_name(const struct db_statement *statement, char name[NAME_SIZE])
{
    snprintf(name, NAME_SIZE, "s%zu", db_statement_index(statement));
}

/* prepared: 0 unknown, 1 known, 2 on its way in this round trip */
enum { UNKNOWN, KNOWN, ON_ITS_WAY };

static bool send_prepare(struct db_connection *connection, const struct db_statement *statement)
{
    Oid oids[64];
    if (statement->parameter_count > sizeof oids / sizeof oids[0]) return false;
    for (size_t i = 0; i < statement->parameter_count; i++)
        oids[i] = db_type_oid(statement->parameters[i]);
    char name[NAME_SIZE];
    statement_name(statement, name);
    return PQsendPrepare(connection->native, name, statement->sql, (int)statement->parameter_count, oids) ==
           1;
}

static bool send_steps(struct db_connection *connection, const struct db_step *steps)
{
    static const int binary[64] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                                   1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                                   1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    if (PQenterPipelineMode(connection->native) != 1) return false;
    for (const struct db_step *step = steps; step != NULL; step = step->next) {
        unsigned char *known = &connection->prepared[db_statement_index(step->statement)];
        if (*known == UNKNOWN) {
            if (!send_prepare(connection, step->statement)) return false;
            *known = ON_ITS_WAY;
        }
        char name[NAME_SIZE];
        statement_name(step->statement, name);
        if (PQsendQueryPrepared(connection->native, name, (int)step->statement->parameter_count, step->values,
                                step->lengths, binary, 1) != 1)
            return false;
    }
    return PQpipelineSync(connection->native) == 1;
}

/* Sends what is left and reads until one result can be taken. */
static bool make_progress(struct db_connection *connection)
{
    int timeout = connection->settings.statement_timeout_ms + ANSWER_MARGIN_MS;
    for (;;) {
        int unsent = PQflush(connection->native);
        if (unsent < 0) return false;
        if (!PQisBusy(connection->native)) return true;
        if (!session_poll(connection, (short)(unsent == 1 ? POLLIN | POLLOUT : POLLIN), timeout))
            return false;
        if (PQconsumeInput(connection->native) != 1) return false;
    }
}

static bool keep_result(struct db_connection *connection, PGresult *result)
{
    if (connection->result_count == connection->result_capacity) {
        size_t capacity = connection->result_capacity == 0 ? 16 : connection->result_capacity * 2;
        PGresult **results = realloc(connection->results, capacity * sizeof *results);
        if (results == NULL) {
            PQclear(result);
            return false;
        }
        connection->results = results;
        connection->result_capacity = capacity;
    }
    connection->results[connection->result_count++] = result;
    return true;
}

/* Takes results up to and including the answer to the sync. */
static bool receive_all(struct db_connection *connection)
{
    int nothing_in_a_row = 0;
    for (;;) {
        if (!make_progress(connection)) return false;
        PGresult *result = PQgetResult(connection->native);
        if (result == NULL) { /* separates the answers of two commands */
            if (++nothing_in_a_row > 1 || PQstatus(connection->native) != CONNECTION_OK) return false;
            continue;
        }
        nothing_in_a_row = 0;
        if (PQresultStatus(result) == PGRES_PIPELINE_SYNC) {
            PQclear(result);
            return PQexitPipelineMode(connection->native) == 1;
        }
        if (!keep_result(connection, result)) return false;
    }
}

static bool copy_result(const PGresult *native, struct db_result *result, struct arena *arena)
{
    const struct db_statement *statement = result->statement;
    int columns = PQnfields(native);
    if ((size_t)columns != statement->column_count) return false;
    for (int column = 0; column < columns; column++)
        if (!db_type_reads(statement->columns[column].type, PQftype(native, column))) return false;
    size_t rows = (size_t)PQntuples(native);
    result->cells = arena_array(arena, rows * statement->column_count, sizeof(struct str));
    struct str *cell = result->cells;
    for (int row = 0; row < (int)rows; row++)
        for (int column = 0; column < columns; column++, cell++)
            if (!PQgetisnull(native, row, column))
                *cell = arena_str(arena, str_make(PQgetvalue(native, row, column),
                                                  (size_t)PQgetlength(native, row, column)));
    result->row_count = rows;
    result->affected = strtoll(PQcmdTuples((PGresult *)(uintptr_t)native), NULL, 10);
    return true;
}

static void forget_unfinished(struct db_connection *connection)
{
    for (size_t i = 0; i < db_statement_count(); i++)
        if (connection->prepared[i] == ON_ITS_WAY) connection->prepared[i] = UNKNOWN;
}

static enum status lost(struct db_connection *connection, struct arena *arena, struct db_failure *failure,
                        struct error *error)
{
    /* a server that was shut down says so before it closes: prefer its words */
    for (size_t i = 0; i < connection->result_count; i++)
        if (PQresultStatus(connection->results[i]) == PGRES_FATAL_ERROR)
            (void)failure_map(connection, connection->results[i], NULL, arena, NULL);
    enum status status = failure_unavailable(arena, error, PQerrorMessage(connection->native));
    failure->lost = true;
    session_drop(connection);
    return status;
}

static enum status wrong_columns(const struct db_statement *statement, struct arena *arena,
                                 struct error *error)
{
    return error_set(error, arena, STATUS_FATAL, "db.statement", NULL,
                     "statement %s: the result's columns are not the declared ones", statement->name);
}

/* The results in the order of sending: for each step its preparation, when it was sent, and its answer. */
static enum status take_results(struct db_connection *connection, struct db_step *steps, struct arena *arena,
                                struct db_failure *failure, struct error *error)
{
    size_t at = 0;
    for (struct db_step *step = steps; step != NULL; step = step->next) {
        unsigned char *known = &connection->prepared[db_statement_index(step->statement)];
        for (bool preparation = *known == ON_ITS_WAY;; preparation = false) {
            const PGresult *native = at < connection->result_count ? connection->results[at++] : NULL;
            ExecStatusType outcome = native == NULL ? PGRES_FATAL_ERROR : PQresultStatus(native);
            if (outcome != PGRES_COMMAND_OK && outcome != PGRES_TUPLES_OK) {
                failure->statement = step->statement;
                return native == NULL ? failure_unavailable(arena, error, "an answer is missing")
                                      : failure_map(connection, native, step->statement, arena, error);
            }
            if (!preparation) {
                if (step->result != NULL && !copy_result(native, step->result, arena))
                    return wrong_columns(step->statement, arena, error);
                break;
            }
            *known = KNOWN;
        }
    }
    for (struct db_step *step = steps; step != NULL; step = step->next)
        if (step->result != NULL) step->result->done = true;
    return STATUS_OK;
}

enum status session_exchange(struct db_connection *connection, struct db_step *steps, struct arena *arena,
                             struct db_failure *failure, struct error *error)
{
    session_clear_results(connection);
    connection->sqlstate[0] = '\0';
    *failure = (struct db_failure){false, NULL};
    if (!send_steps(connection, steps) || !receive_all(connection))
        return lost(connection, arena, failure, error);
    enum status status = take_results(connection, steps, arena, failure, error);
    forget_unfinished(connection);
    session_clear_results(connection);
    bool outdated = status == STATUS_RETRY && strncmp(connection->sqlstate, "40", 2) != 0;
    if (outdated || (status != STATUS_OK && connection->sqlstate[0] == '\0'))
        session_drop(connection); /* plans or answers that do not fit: start anew */
    return status;
}
