/*
 * motcua inspect KIND [PAGE SIDE]: the child that looks into what people hand in (domain/inspect.h). It is
 * started by `motcua serve`, not by people: bytes on standard input, on standard output a line and what to
 * keep. Before it reads a byte it gives up what it does not need; whatever happens to it happens to it alone.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "command.h"
#include "motcua/domain/inspect.h"

enum {
    INPUT_MAXIMUM = 256 * 1024 * 1024,
    OUTPUT_MAXIMUM = 256 * 1024 * 1024,
    WORK_MAXIMUM = 768 * 1024 * 1024,
    CPU_SECONDS = 15,
    FILES = 32
};

/* Between the two the process is told (SIGXCPU), at the second it is ended. */
static void limit_twice(int resource, rlim_t first, rlim_t second)
{
    struct rlimit both = {first, second};
    (void)setrlimit(resource, &both);
}

static void limit(int resource, rlim_t value)
{
    limit_twice(resource, value, value);
}

static void give_up_rights(void)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_DUMPABLE, 0);
    signal(SIGXFSZ, SIG_IGN); /* fontconfig would like to write its cache */
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, 0);
    limit_twice(RLIMIT_CPU, CPU_SECONDS, CPU_SECONDS + 2); /* by the first the server knows what it died of */
    limit(RLIMIT_NOFILE, FILES);
#ifndef __SANITIZE_ADDRESS__ /* the sanitizer maps terabytes that it does not use */
    limit(RLIMIT_AS, (rlim_t)1536 * 1024 * 1024);
#endif
}

static bool read_input(struct buf *input)
{
    char block[65536];
    for (;;) {
        ssize_t got = read(STDIN_FILENO, block, sizeof block);
        if (got <= 0) return got == 0 && !input->overflow;
        buf_append(input, block, (size_t)got);
    }
}

static bool write_output(struct str bytes)
{
    while (bytes.length > 0) {
        ssize_t written = write(STDOUT_FILENO, bytes.data, bytes.length);
        if (written <= 0) return false;
        bytes = str_slice(bytes, (size_t)written, bytes.length);
    }
    return true;
}

/* Memory that runs out is the picture's fault. */
static void inspect(enum media_kind kind, unsigned page, unsigned side, struct str input, struct buf *output,
                    struct media_report *report)
{
    static jmp_buf back;
    struct arena *arena = arena_create(WORK_MAXIMUM);
    arena_set_recovery(arena, &back);
    if (setjmp(back) != 0)
        *report = (struct media_report){.problem = MEDIA_TOO_LARGE};
    else if (page > 0)
        media_show(kind, input, page, side, arena, output, report);
    else
        media_inspect(kind, input, arena, output, report);
    arena_destroy(arena);
}

static int run(int argc, char **argv)
{
    enum media_kind kind;
    int64_t page = 0, side = 0;
    bool good = (argc == 2 || argc == 4) && inspect_kind_of_name(argv[1], &kind);
    if (good && argc == 4)
        good = str_to_int64(str_of(argv[2]), &page) == STATUS_OK && page > 0 && page <= INT32_MAX &&
               str_to_int64(str_of(argv[3]), &side) == STATUS_OK && side > 0 && side <= MEDIA_SHOWN_SIDE;
    if (!good) {
        fputs("motcua inspect is started by motcua serve\n", stderr);
        return 64;
    }
    give_up_rights();
    if (!inspect_enter_sandbox(page > 0 && kind == MEDIA_PDF ? INSPECT_FONTS : INSPECT_NO_FILES))
        return INSPECT_NO_SANDBOX;
    struct buf input = BUF_WITH_MAXIMUM(INPUT_MAXIMUM), output = BUF_WITH_MAXIMUM(OUTPUT_MAXIMUM);
    struct media_report report = {.problem = MEDIA_TOO_LARGE};
    char line[INSPECT_LINE];
    if (read_input(&input)) inspect(kind, (unsigned)page, (unsigned)side, buf_str(&input), &output, &report);
    int length = snprintf(line, sizeof line, INSPECT_GREETING " %d %d %d %u %u %u\n", (int)report.problem,
                          report.changed, report.pages, report.width, report.height, report.remarks);
    good =
        write_output(str_make(line, (size_t)length)) && (!report.changed || write_output(buf_str(&output)));
    _exit(good ? 0 : 1); /* nothing is worth being cleaned up */
}

const struct command command_inspect = {"inspect", NULL, run};
