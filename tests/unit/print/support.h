/* Renders markup and forms, and reads the PDF back with poppler's tools (Debian package poppler-utils). */
#ifndef TESTS_PRINT_SUPPORT_H
#define TESTS_PRINT_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "motcua/mustache/mustache.h"
#include "motcua/print/print.h"

static inline void read_stream(FILE *file, struct buf *out)
{
    char block[4096];
    size_t length;
    buf_append(out, "", 0);
    while ((length = fread(block, 1, sizeof block, file)) > 0)
        buf_append(out, block, length);
}

static inline void read_source_file(const char *path, struct buf *out)
{
    char name[512];
    snprintf(name, sizeof name, "%s/%s", MOTCUA_SOURCE_DIR, path);
    FILE *file = fopen(name, "rb");
    if (file == NULL) fail_msg("%s cannot be read", name);
    read_stream(file, out);
    fclose(file);
}

static const struct print_options test_options = {
    .title = "Thử", .author = "UBND quận Ba Đình", .created = INT64_C(1484190000) * MICROSECONDS};

/* The PDF of `markup`, which must succeed. */
static inline void make_pdf(const char *markup, struct buf *pdf)
{
    ARENA_AUTO arena = arena_create(1 << 20);
    struct error error = {.detail = NULL};
    enum status status = print_render_pdf(str_of(markup), &test_options, arena, pdf, &error);
    if (status != STATUS_OK) fail_msg("%s: %s", status_name(status), error.detail);
}

/* What `command` prints about the PDF; "%s" in it is the file. */
static inline void ask(const struct buf *pdf, const char *tool, const char *arguments, struct buf *answer)
{
    char path[] = "/tmp/motcua-print-XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    FILE *file = fdopen(descriptor, "wb");
    assert_int_equal(fwrite(pdf->data, 1, pdf->length, file), pdf->length);
    fclose(file);
    char command[256];
    snprintf(command, sizeof command, "%s %s%s", tool, path, arguments);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    read_stream(pipe, answer);
    int status = pclose(pipe);
    unlink(path);
    if (status != 0) fail_msg("%s failed (is poppler-utils installed?)", command);
}

static inline void pdf_text(const struct buf *pdf, struct buf *text)
{
    ask(pdf, "pdftotext -raw -enc UTF-8", " -", text);
}

static inline int pdf_pages(const struct buf *pdf)
{
    BUF_AUTO answer = BUF_WITH_MAXIMUM(1 << 16);
    ask(pdf, "pdfinfo", "", &answer);
    const char *pages = strstr(answer.data, "Pages:");
    assert_non_null(pages);
    return atoi(pages + 6);
}

static inline void assert_contains(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) fail_msg("\"%s\" is not in:\n%s", part, text);
}

static inline size_t occurrences(const char *text, const char *part)
{
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at++)
        count++;
    return count;
}

#endif
