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
#include <sys/wait.h>
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

/* What poppler's `tool` prints about the PDF; `option` before the file (or NULL), `last` behind it (or NULL).
 */
static inline void ask(const struct buf *pdf, const char *tool, const char *option, const char *last,
                       struct buf *answer)
{
    char path[] = "/tmp/motcua-print-XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    FILE *file = fdopen(descriptor, "wb");
    assert_int_equal(fwrite(pdf->data, 1, pdf->length, file), pdf->length);
    fclose(file);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const char *with[] = {tool, option, path, last, NULL}, *without[] = {tool, path, last, NULL};
        dup2(ends[1], STDOUT_FILENO);
        setenv("TZ", "UTC", 1);
        execvp(tool, (char *const *)(uintptr_t)(option == NULL ? without : with));
        _exit(127);
    }
    close(ends[1]);
    FILE *output = fdopen(ends[0], "rb");
    read_stream(output, answer);
    fclose(output);
    int status = 0;
    waitpid(child, &status, 0);
    unlink(path);
    if (status != 0) fail_msg("%s failed (is poppler-utils installed?)", tool);
}

static inline void pdf_text(const struct buf *pdf, struct buf *text)
{
    ask(pdf, "pdftotext", "-raw", "-", text);
}

static inline int pdf_pages(const struct buf *pdf)
{
    BUF_AUTO answer = BUF_WITH_MAXIMUM(1 << 16);
    ask(pdf, "pdfinfo", NULL, NULL, &answer);
    const char *pages = strstr(answer.data, "Pages:");
    assert_non_null(pages);
    return (int)strtol(pages + 6, NULL, 10);
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
