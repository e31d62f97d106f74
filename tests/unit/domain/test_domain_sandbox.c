/* What the child that looks into uploads can still do: compute, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "motcua/domain/inspect.h"

/* 0: it went well. */
typedef int deed(void);

/* The wait status of a process that does it within the sandbox. */
static int in_sandbox_with(enum inspect_need need, deed *act)
{
    int state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) _exit(inspect_enter_sandbox(need) ? act() : INSPECT_NO_SANDBOX);
    assert_int_equal(waitpid(child, &state, 0), child);
    return state;
}

static int in_sandbox(deed *act)
{
    return in_sandbox_with(INSPECT_NO_FILES, act);
}

static int compute(void)
{
    int result = 0;
    for (size_t size = 16; size < (size_t)64 << 20; size *= 4) { /* from the heap, and mapped */
        char *memory = malloc(size);
        memset(memory, 1, size);
        memory = realloc(memory, size * 2);
        result |= memory[size - 1] != 1;
        free(memory);
    }
    return result | (write(STDOUT_FILENO, "", 0) != 0);
}

static int look_for_a_file(void)
{
    return open("/etc/passwd", O_RDONLY) >= 0 || errno != EACCES || access("/etc", F_OK) == 0;
}

static int read_passwords(void)
{
    return open("/etc/passwd", O_RDONLY) >= 0 || open("/proc/self/environ", O_RDONLY) >= 0 ||
           open("/usr/share/fonts/../../../etc/passwd", O_RDONLY) >= 0;
}

static int write_a_file(void)
{
    return open("/tmp/motcua-sandbox", O_CREAT | O_WRONLY, 0600) >= 0 || errno != EACCES;
}

static int read_a_font(void)
{
    char start[4];
    int file = open("/etc/fonts/fonts.conf", O_RDONLY);
    return file < 0 || read(file, start, sizeof start) != sizeof start ||
           open("/etc/fonts/fonts.conf", O_RDWR) >= 0;
}

static int call_somebody(void)
{
    return socket(AF_INET, SOCK_STREAM, 0) < 0;
}

static int ask_a_neighbour(void)
{
    int both[2];
    return socketpair(AF_UNIX, SOCK_STREAM, 0, both);
}

static int have_a_child(void)
{
    return fork() < 0;
}

static int become_a_shell(void)
{
    char name[] = "sh", *const arguments[] = {name, NULL};
    return execv("/bin/sh", arguments);
}

static int kill_the_parent(void)
{
    return kill(getppid(), 0);
}

static int remove_a_file(void)
{
    return unlink("/tmp/motcua-no-such-file");
}

static int run_what_it_has_written(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
           MAP_FAILED;
}

static int follow_a_process(void)
{
    return (int)syscall(SYS_ptrace, 0, 0, 0, 0);
}

static void it_computes(void **state)
{
    (void)state;
    assert_int_equal(in_sandbox(compute), 0);
}

static void it_finds_no_file(void **state)
{
    (void)state;
    assert_int_equal(in_sandbox(look_for_a_file), 0);
    assert_int_equal(in_sandbox(write_a_file), 0);
}

/* Whoever shows a page may read fonts, and neither write them nor find anything else. */
static void only_fonts_are_read_for_a_page(void **state)
{
    (void)state;
    assert_int_equal(in_sandbox_with(INSPECT_FONTS, read_a_font), 0);
    assert_int_not_equal(in_sandbox(read_a_font), 0);
    assert_int_equal(in_sandbox_with(INSPECT_FONTS, read_passwords), 0);
    assert_int_equal(in_sandbox_with(INSPECT_FONTS, write_a_file), 0);
}

static void whatever_else_ends_it(void **state)
{
    static deed *const deeds[] = {call_somebody,           ask_a_neighbour, have_a_child,
                                  become_a_shell,          kill_the_parent, remove_a_file,
                                  run_what_it_has_written, follow_a_process};
    (void)state;
    for (size_t i = 0; i < sizeof deeds / sizeof deeds[0]; i++) {
        for (int need = INSPECT_NO_FILES; need <= INSPECT_FONTS; need++) {
            int ended = in_sandbox_with(need, deeds[i]);
            if (!WIFSIGNALED(ended) || WTERMSIG(ended) != SIGSYS)
                fail_msg("deed %zu, need %d: state %d", i, need, ended);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_computes),
        cmocka_unit_test(it_finds_no_file),
        cmocka_unit_test(only_fonts_are_read_for_a_page),
        cmocka_unit_test(whatever_else_ends_it),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
