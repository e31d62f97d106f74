/* Child processes of the private cluster: they leave root's rights behind before they do anything else. */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TAIL_BYTES = 2000, CANNOT_START = 127 };

/* In the child: become the account for good. */
static bool become(const struct place *place)
{
    if (!place->switch_account) return true;
    return setgroups(1, &place->gid) == 0 && setresgid(place->gid, place->gid, place->gid) == 0 &&
           setresuid(place->uid, place->uid, place->uid) == 0 && setuid(0) != 0;
}

/* Standard output and error to the start log, no input, no other descriptor. */
static bool redirect(const struct place *place)
{
    int nothing = open("/dev/null", O_RDONLY);
    int log = open(place->start_log, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0600);
    if (nothing < 0 || log < 0) return false;
    if (dup2(nothing, 0) < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0) return false;
    return close_range(3, ~0U, 0) == 0;
}

static void reset_signals(void)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_DFL);
}

enum { MAXIMUM_ARGUMENTS = 31 };

/* PostgreSQL's programs look for each other beside where they were started from, which they learn from their
 * first argument: a bare name sends them to PATH, where Debian does not have them. */
pid_t process_start(const struct place *place, const char *const *arguments)
{
    char path[4096];
    const char *vector[MAXIMUM_ARGUMENTS + 1] = {path};
    int length = snprintf(path, sizeof path, "%s/%s", place->programs, arguments[0]);
    if (length < 0 || (size_t)length >= sizeof path) return -1;
    for (size_t i = 1; arguments[i] != NULL; i++) {
        if (i >= MAXIMUM_ARGUMENTS) return -1;
        vector[i] = arguments[i];
    }
    static const char *const environment[] = {"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC", NULL};
    pid_t child = fork();
    if (child != 0) return child;
    setsid();
    reset_signals();
    umask(077);
    if (become(place) && chdir("/") == 0 && redirect(place)) {
        /* execve takes its vectors without const for history's sake and does not change them */
        execve(path, (char *const *)(uintptr_t)vector, (char *const *)(uintptr_t)environment);
    }
    _exit(CANNOT_START);
}

bool process_wait(pid_t child)
{
    int result;
    pid_t ended;
    do {
        ended = waitpid(child, &result, 0);
    } while (ended < 0 && errno == EINTR);
    return ended == child && WIFEXITED(result) && WEXITSTATUS(result) == 0;
}

/* /proc/<pid>/stat: pid (name) state ... */
bool process_is_postgres(pid_t pid)
{
    char path[64], text[128] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    if (file == NULL) return false;
    size_t length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[length] = '\0';
    const char *name = strchr(text, '('), *end = strrchr(text, ')');
    if (name == NULL || end == NULL || end[1] != ' ') return false;
    return strncmp(name + 1, "postgres", (size_t)(end - name - 1)) == 0 && end[2] != 'Z' && end[2] != 'X';
}

void process_sleep_ms(int milliseconds)
{
    struct timespec duration = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
    nanosleep(&duration, NULL);
}

static bool write_all(int file, struct str content)
{
    while (content.length > 0) {
        ssize_t written = write(file, content.data, content.length);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        content = str_slice(content, (size_t)written, content.length);
    }
    return true;
}

bool process_write_file(const struct place *place, const char *path, struct str content, struct arena *arena)
{
    const char *temporary = arena_printf(arena, "%s.new", path);
    (void)unlink(temporary);
    int file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0) return false;
    bool done =
        write_all(file, content) && (!place->switch_account || fchown(file, place->uid, place->gid) == 0);
    done = close(file) == 0 && done;
    return done && rename(temporary, path) == 0;
}

const char *process_log_tail(const struct place *place, struct arena *arena)
{
    int file = open(place->start_log, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0) return "";
    char text[TAIL_BYTES];
    off_t size = lseek(file, 0, SEEK_END);
    ssize_t length = pread(file, text, sizeof text, size > TAIL_BYTES ? size - TAIL_BYTES : 0);
    close(file);
    return length <= 0 ? "" : arena_strndup(arena, text, (size_t)length);
}
