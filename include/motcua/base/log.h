/*
 * Structured log: one JSON object a line on stderr. Context (request id, tenant, account) is kept per
 * thread and added to every line. There is deliberately no field kind for secrets.
 */
#ifndef MOTCUA_BASE_LOG_H
#define MOTCUA_BASE_LOG_H

#include <stdint.h>

#include "motcua/base/str.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR };

struct log_field {
    const char *key; /* NULL ends the list */
    enum { LOG_FIELD_STRING, LOG_FIELD_INTEGER, LOG_FIELD_DOUBLE, LOG_FIELD_BOOLEAN } kind;
    struct str string;
    int64_t integer;
    double number;
};

static inline struct log_field log_str(const char *key, struct str value)
{
    return (struct log_field){.key = key, .kind = LOG_FIELD_STRING, .string = value};
}
static inline struct log_field log_cstr(const char *key, const char *value)
{
    return (struct log_field){.key = key, .kind = LOG_FIELD_STRING, .string = str_of(value)};
}
static inline struct log_field log_int(const char *key, int64_t value)
{
    return (struct log_field){.key = key, .kind = LOG_FIELD_INTEGER, .integer = value};
}
static inline struct log_field log_double(const char *key, double value)
{
    return (struct log_field){.key = key, .kind = LOG_FIELD_DOUBLE, .number = value};
}
static inline struct log_field log_bool(const char *key, bool value)
{
    return (struct log_field){.key = key, .kind = LOG_FIELD_BOOLEAN, .integer = value};
}

/* fields: ends with a field whose key is NULL. Thread-safe; a line is written with one write(2). */
void log_write(enum log_level level, const char *event, const struct log_field *fields);
void log_set_level(enum log_level minimum);
/* Per-thread context; NULL clears. The strings are copied (truncated to 63 bytes). */
void log_set_context(const char *request, const char *tenant, const char *account);

#define LOG_FIELDS(...)         ((const struct log_field[]){__VA_ARGS__ __VA_OPT__(, ){.key = NULL}})
#define log_debug(event, ...)   log_write(LOG_DEBUG, event, LOG_FIELDS(__VA_ARGS__))
#define log_info(event, ...)    log_write(LOG_INFO, event, LOG_FIELDS(__VA_ARGS__))
#define log_warning(event, ...) log_write(LOG_WARNING, event, LOG_FIELDS(__VA_ARGS__))
#define log_error(event, ...)   log_write(LOG_ERROR, event, LOG_FIELDS(__VA_ARGS__))

#endif
