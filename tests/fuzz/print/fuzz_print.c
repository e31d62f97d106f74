/* Any markup is laid out or refused; nothing crashes, hangs or grows beyond its limits. */
#include <signal.h>
#include <stdlib.h>

#include "motcua/print/print.h"

int LLVMFuzzerInitialize(int *count, char ***arguments);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *count, char ***arguments)
{
    (void)count;
    (void)arguments;
    atexit(print_finish); /* the caches of fontconfig look like leaks otherwise */
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ARENA_AUTO arena = arena_create((size_t)64 << 20);
    BUF_AUTO pdf = BUF_WITH_MAXIMUM((size_t)32 << 20);
    struct print_options options = {.title = "fuzz", .created = 0};
    struct error error;
    enum status status = print_render_pdf(str_make((const char *)data, size), &options, arena, &pdf, &error);
    if (status == STATUS_OK && (pdf.length < 5 || memcmp(pdf.data, "%PDF-", 5) != 0)) raise(SIGABRT);
    return 0;
}
