/* JSON lines on stderr; one write(2) a line so that lines of several threads do not mix. */
#include "motcua/base/log.h"

#include <math.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "motcua/base/buf.h"
#include "motcua/base/clock.h"
#include "motcua/base/utf8.h"

enum { LINE_MAXIMUM = 16 * 1024, CONTEXT_SIZE = 64 };

static enum log_level minimum_level = LOG_INFO;

static _Thread_local struct {
    char request[CONTEXT_SIZE];
    char tenant[CONTEXT_SIZE];
    char account[CONTEXT_SIZE];
} context;

void log_set_level(enum log_level minimum)
{
    minimum_level = minimum;
}

void log_set_context(const char *request, const char *tenant, const char *account)
{
    snprintf(context.request, CONTEXT_SIZE, "%s", request ? request : "");
    snprintf(context.tenant, CONTEXT_SIZE, "%s", tenant ? tenant : "");
    snprintf(context.account, CONTEXT_SIZE, "%s", account ? account : "");
}

static void append_quoted(struct buf *line, struct str text)
{
    buf_append_char(line, '"');
    for (size_t i = 0; i < text.length;) {
        size_t start = i;
        uint32_t c = utf8_next(text, &i);
        if (c == 0xFFFFFFFF)
            buf_append_cstr(line, "\\ufffd");
        else if (c == '"' || c == '\\')
            buf_printf(line, "\\%c", (char)c);
        else if (c < 0x20 || c == 0x7F)
            buf_printf(line, "\\u%04x", (unsigned)c);
        else
            buf_append(line, text.data + start, i - start);
    }
    buf_append_char(line, '"');
}

static void append_field(struct buf *line, const struct log_field *field)
{
    buf_printf(line, ",\"%s\":", field->key);
    switch (field->kind) {
    case LOG_FIELD_STRING:
        append_quoted(line, field->string);
        break;
    case LOG_FIELD_INTEGER:
        buf_printf(line, "%lld", (long long)field->integer);
        break;
    case LOG_FIELD_DOUBLE:
        if (isfinite(field->number))
            buf_printf(line, "%.6g", field->number);
        else
            buf_append_cstr(line, "null");
        break;
    case LOG_FIELD_BOOLEAN:
        buf_append_cstr(line, field->integer ? "true" : "false");
        break;
    }
}

static void append_context(struct buf *line, const char *key, const char *value)
{
    if (value[0] != '\0') {
        struct log_field field = log_cstr(key, value);
        append_field(line, &field);
    }
}

void log_write(enum log_level level, const char *event, const struct log_field *fields)
{
    static const char *const names[] = {"debug", "info", "warning", "error"};
    if (level < minimum_level) return;
    instant now = clock_now();
    time_t seconds = (time_t)(now / MICROSECONDS);
    struct tm utc;
    gmtime_r(&seconds, &utc);
    char stamp[32];
    strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", &utc);
    BUF_AUTO line = BUF_WITH_MAXIMUM(LINE_MAXIMUM);
    buf_printf(&line, "{\"time\":\"%s.%03dZ\",\"level\":\"%s\",\"event\":\"%s\"", stamp,
               (int)(now % MICROSECONDS / 1000), names[level], event);
    append_context(&line, "request", context.request);
    append_context(&line, "tenant", context.tenant);
    append_context(&line, "account", context.account);
    for (const struct log_field *field = fields; field != NULL && field->key != NULL; field++) {
        size_t before = line.length;
        append_field(&line, field);
        if (line.overflow) { /* this field is too long: leave it out, say so */
            line.length = before;
            line.overflow = false;
            buf_append_cstr(&line, ",\"truncated\":true");
            break;
        }
    }
    line.maximum = LINE_MAXIMUM + 2;
    buf_append_cstr(&line, "}\n");
    if (write(STDERR_FILENO, line.data, line.length) < 0) return; /* nowhere left to complain */
}
