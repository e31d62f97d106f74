/*
 * SQLSTATE to status (PostgreSQL manual, appendix A). The detail for the log carries the primary message and
 * names, never the DETAIL field: that quotes the row, which is somebody's data.
 */
#include <stdio.h>
#include <string.h>

#include "session.h"

#define MESSAGE_UNAVAILABLE                                                                                  \
    N_("Hệ thống đang bận hoặc đang bảo trì. Những gì đã lưu vẫn còn nguyên. Vui lòng thử lại sau ít phút.")
#define MESSAGE_DEFECT                                                                                                                       \
    N_("Hệ thống gặp lỗi và đã ghi lại để khắc phục. Vui lòng thử lại; nếu vẫn gặp lỗi, hãy báo cho cơ " \
       "quan.")
#define MESSAGE_RETRY N_("Nhiều người đang cùng thao tác trên dữ liệu này. Vui lòng thử lại.")
#define MESSAGE_CONFLICT                                                                                     \
    N_("Dữ liệu đã được người khác thay đổi hoặc đã tồn tại. Vui lòng tải lại trang rồi thử lại.")
#define MESSAGE_INVALID N_("Dữ liệu không hợp lệ. Vui lòng kiểm tra lại nội dung đã nhập.")
#define MESSAGE_DENIED  N_("Bạn không có quyền thực hiện thao tác này.")

struct rule {
    const char *prefix; /* of the SQLSTATE: two characters are a class */
    enum status status;
    const char *code;
    const char *message;
};

/* First match wins. */
static const struct rule rules[] = {
    {"40", STATUS_RETRY, "db.retry", MESSAGE_RETRY},
    {"23505", STATUS_CONFLICT, "db.unique", MESSAGE_CONFLICT},
    {"23P01", STATUS_CONFLICT, "db.unique", MESSAGE_CONFLICT},
    {"MC409", STATUS_CONFLICT, "db.demand", MESSAGE_CONFLICT},
    {"23503", STATUS_INVALID, "db.reference", MESSAGE_INVALID},
    {"23001", STATUS_INVALID, "db.reference", MESSAGE_INVALID},
    {"23502", STATUS_INVALID, "db.check", MESSAGE_INVALID},
    {"23", STATUS_INVALID, "db.check", MESSAGE_INVALID},
    {"44", STATUS_DENIED, "db.denied", MESSAGE_DENIED},
    {"42501", STATUS_DENIED, "db.denied", MESSAGE_DENIED},
    {"22", STATUS_INVALID, "db.value", MESSAGE_INVALID},
    {"54", STATUS_INVALID, "db.value", MESSAGE_INVALID},
    {"55P03", STATUS_UNAVAILABLE, "db.busy", MESSAGE_RETRY},
    {"57014", STATUS_UNAVAILABLE, "db.timeout", MESSAGE_UNAVAILABLE},
    {"57", STATUS_UNAVAILABLE, "db.unavailable", MESSAGE_UNAVAILABLE},
    {"08", STATUS_UNAVAILABLE, "db.unavailable", MESSAGE_UNAVAILABLE},
    {"53", STATUS_UNAVAILABLE, "db.unavailable", MESSAGE_UNAVAILABLE},
    {"58", STATUS_UNAVAILABLE, "db.unavailable", MESSAGE_UNAVAILABLE},
    {"25P03", STATUS_UNAVAILABLE, "db.unavailable", MESSAGE_UNAVAILABLE}, /* idle in transaction too long */
    {"25006", STATUS_FATAL, "db.statement", MESSAGE_DEFECT},              /* a write in a read */
    {"", STATUS_FATAL, "db.statement", MESSAGE_DEFECT},
};

static const struct rule *find_rule(const char *sqlstate)
{
    const struct rule *rule = rules;
    while (strncmp(sqlstate, rule->prefix, strlen(rule->prefix)) != 0)
        rule++;
    return rule;
}

static const char *field(const PGresult *result, int code)
{
    const char *text = PQresultErrorField(result, code);
    return text == NULL ? "" : text;
}

/* A plan made before a migration that changed the result's columns: a new session knows better. */
static bool plan_is_outdated(const char *sqlstate, const PGresult *result)
{
    return strcmp(sqlstate, "26000") == 0 ||
           (strcmp(sqlstate, "0A000") == 0 &&
            strcmp(field(result, PG_DIAG_SOURCE_FUNCTION), "RevalidateCachedQuery") == 0);
}

enum status failure_unavailable(struct arena *arena, struct error *error, const char *detail)
{
    return error_set(error, arena, STATUS_UNAVAILABLE, "db.unavailable", MESSAGE_UNAVAILABLE, "%s", detail);
}

enum status failure_map(struct db_connection *connection, const PGresult *result,
                        const struct db_statement *statement, struct arena *arena, struct error *error)
{
    const char *sqlstate = field(result, PG_DIAG_SQLSTATE);
    snprintf(connection->sqlstate, sizeof connection->sqlstate, "%s", sqlstate);
    const char *primary = field(result, PG_DIAG_MESSAGE_PRIMARY);
    if (sqlstate[0] == '\0') /* libpq's own: the session broke */
        return failure_unavailable(arena, error, PQresultErrorMessage(result));
    const struct rule *rule = find_rule(sqlstate);
    enum status status = plan_is_outdated(sqlstate, result) ? STATUS_RETRY : rule->status;
    const char *name = field(result, PG_DIAG_CONSTRAINT_NAME);
    if (strcmp(sqlstate, "MC409") == 0) name = primary;
    if (name[0] == '\0') name = field(result, PG_DIAG_COLUMN_NAME);
    error_set(error, arena, status, rule->code, rule->message, "statement %s: %s %s%s%s%s",
              statement == NULL ? "-" : statement->name, sqlstate, primary, name[0] == '\0' ? "" : " [", name,
              name[0] == '\0' ? "" : "]");
    if (error != NULL && name[0] != '\0') error->field = arena_strdup(arena, name);
    return status;
}
