/* Starting `motcua inspect`, feeding it, and reading what it says; never longer than INSPECT_SECONDS. */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "motcua/base/clock.h"
#include "motcua/base/log.h"
#include "places.h"

enum { BLOCK = 65536 };

struct inspector {
    const char *program;
    struct places *places;
};

static const char *const kind_names[] = {
    [MEDIA_PDF] = "pdf",       [MEDIA_JPEG] = "jpeg",     [MEDIA_PNG] = "png",
    [MEDIA_WEBP] = "webp",     [MEDIA_OFFICE] = "office", [MEDIA_PICTURES] = "pictures",
    [MEDIA_BUNDLE] = "bundle",
};

bool inspect_kind_of_name(const char *name, enum media_kind *kind)
{
    for (size_t i = 0; i < sizeof kind_names / sizeof kind_names[0]; i++)
        if (strcmp(name, kind_names[i]) == 0) {
            *kind = (enum media_kind)i;
            return true;
        }
    return false;
}

struct inspector *inspector_create(struct arena *arena, const char *program, unsigned parallel)
{
    struct inspector *inspector = arena_zalloc(arena, sizeof *inspector);
    inspector->program = program;
    inspector->places = places_create(arena, parallel);
    return inspector;
}

struct child {
    pid_t process;
    int to, from;
    int64_t deadline;
};

/* Nothing of ours goes along: no environment, no descriptors but the two ends, no blocked signals. */
static bool spawn_child(const struct inspector *inspector, const struct child_job *job, int input, int output,
                        pid_t *process)
{
    char program[] = "motcua", command[] = "inspect", language[] = "LC_ALL=C.UTF-8";
    char name[16], page[16], side[16];
    snprintf(name, sizeof name, "%s", kind_names[job->kind]);
    snprintf(page, sizeof page, "%u", job->page);
    snprintf(side, sizeof side, "%u", job->side);
    char *const arguments[] = {program, command, name, job->page > 0 ? page : NULL, side, NULL};
    char *const environment[] = {language, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
#ifndef __SANITIZE_ADDRESS__ /* what the sanitizers have to say must be heard */
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
#endif
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    int result = posix_spawn(process, inspector->program, &actions, &attributes, arguments, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return result == 0;
}

static bool start(const struct inspector *inspector, const struct child_job *job, struct child *child)
{
    int input[2], output[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, input) != 0) return false;
    if (pipe2(output, O_CLOEXEC) != 0) {
        close(input[0]);
        close(input[1]);
        return false;
    }
    bool started = spawn_child(inspector, job, input[1], output[1], &child->process);
    close(input[1]);
    close(output[1]);
    child->to = input[0];
    child->from = output[0];
    child->deadline = clock_monotonic_us() + (int64_t)INSPECT_SECONDS * 1000000;
    if (!started) {
        close(child->to);
        close(child->from);
    }
    return started;
}

static bool ready(const struct child *child, int descriptor, short events)
{
    for (;;) {
        int64_t left = (child->deadline - clock_monotonic_us()) / 1000;
        struct pollfd entry = {.fd = descriptor, .events = events};
        int count = left > 0 ? poll(&entry, 1, (int)left) : 0;
        if (count >= 0 || errno != EINTR) return count > 0;
    }
}

/* True when all went in, or the child wants no more. */
static bool feed(const struct child *child, const struct child_job *job, char *block, enum status *status)
{
    for (size_t length = 1; length > 0;) {
        *status = job->read(job->context, block, BLOCK, &length);
        if (*status != STATUS_OK) return false;
        for (size_t at = 0; at < length;) {
            if (!ready(child, child->to, POLLOUT)) return false;
            ssize_t sent = send(child->to, block + at, length - at, MSG_NOSIGNAL | MSG_DONTWAIT);
            if (sent > 0)
                at += (size_t)sent;
            else if (errno == EPIPE || errno == ECONNRESET)
                return true;
            else if (errno != EAGAIN && errno != EINTR)
                return false;
        }
    }
    shutdown(child->to, SHUT_WR);
    return true;
}

/* "motcua-inspect PROBLEM CHANGED PAGES WIDTH HEIGHT REMARKS\n" */
static bool parse_report(struct str line, struct media_report *report)
{
    int64_t numbers[6];
    struct str word, rest = line;
    bool good = str_split(rest, ' ', &word, &rest) && str_equal_cstr(word, INSPECT_GREETING);
    for (size_t i = 0; i < 6 && good; i++) {
        struct str next = rest;
        bool more = str_split(next, ' ', &word, &rest);
        good = more == (i < 5) && str_to_int64(more ? word : next, &numbers[i]) == STATUS_OK &&
               numbers[i] >= 0 && numbers[i] <= INT32_MAX;
    }
    if (!good || numbers[0] >= MEDIA_PROBLEMS) return false;
    *report = (struct media_report){.problem = (enum media_problem)numbers[0],
                                    .changed = numbers[1] != 0,
                                    .pages = (int)numbers[2],
                                    .width = (unsigned)numbers[3],
                                    .height = (unsigned)numbers[4],
                                    .remarks = (unsigned)numbers[5]};
    return true;
}

/* True when the report was understood and everything behind it taken. */
static bool listen_to(const struct child *child, const struct child_job *job, char *block,
                      struct media_report *report, enum status *status)
{
    char line[INSPECT_LINE];
    size_t line_length = 0;
    bool reported = false;
    for (;;) {
        if (!ready(child, child->from, POLLIN)) return false;
        ssize_t got = read(child->from, block, BLOCK);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return false;
        if (got == 0) return reported;
        struct str bytes = str_make(block, (size_t)got);
        while (!reported && bytes.length > 0) {
            char c = bytes.data[0];
            bytes = str_slice(bytes, 1, bytes.length);
            if (c == '\n') {
                reported = parse_report(str_make(line, line_length), report);
                if (!reported) return false;
            } else if (line_length < sizeof line) {
                line[line_length++] = c;
            } else {
                return false;
            }
        }
        if (bytes.length > 0) *status = job->write(job->context, bytes);
        if (*status != STATUS_OK) return false;
    }
}

static int finish(const struct child *child, bool kill_it)
{
    int state = 0;
    close(child->to);
    close(child->from);
    if (kill_it) kill(child->process, SIGKILL);
    while (waitpid(child->process, &state, 0) < 0 && errno == EINTR)
        ;
    return state;
}

/* Died without a report: by the bytes, by all they make it compute, or by a call that its sandbox does not
 * foresee. */
static enum media_problem died_of(enum media_kind kind, int state)
{
    if (WIFSIGNALED(state) && WTERMSIG(state) == SIGSYS) {
        log_warning("document.inspector_forbidden", log_cstr("kind", kind_names[kind]));
        return MEDIA_UNKNOWN;
    }
    log_warning("document.inspector_died", log_cstr("kind", kind_names[kind]), log_int("state", state));
    return WIFSIGNALED(state) && WTERMSIG(state) == SIGXCPU ? MEDIA_COMPLEX : MEDIA_BROKEN;
}

/* It was ended, by us when its time was over or by somebody else: no fault of the bytes. */
static bool was_ended(int state)
{
    return WIFSIGNALED(state) && WTERMSIG(state) == SIGKILL;
}

static enum status run_in_place(const struct inspector *inspector, const struct child_job *job,
                                struct media_report *report, struct arena *arena, struct error *error)
{
    struct child child;
    enum status status = STATUS_OK;
    if (!start(inspector, job, &child))
        return error_set(error, arena, STATUS_UNAVAILABLE, "document.inspector",
                         N_("Tạm thời chưa kiểm tra được tệp; vui lòng thử lại"), "cannot start %s: %s",
                         inspector->program, strerror(errno));
    char *block = arena_alloc(arena, BLOCK);
    *report = (struct media_report){.problem = MEDIA_BROKEN};
    bool good = feed(&child, job, block, &status) && listen_to(&child, job, block, report, &status);
    int state = finish(&child, !good);
    if (status != STATUS_OK)
        return error_set(error, arena, STATUS_UNAVAILABLE, "document.disk",
                         N_("Tạm thời chưa lưu được tệp; vui lòng thử lại"), "while it was inspected: %s",
                         status_name(status));
    if (WIFEXITED(state) && WEXITSTATUS(state) == INSPECT_NO_SANDBOX)
        return error_set(error, arena, STATUS_UNAVAILABLE, "document.inspector",
                         N_("Tạm thời chưa kiểm tra được tệp; vui lòng thử lại"),
                         "the kernel refuses the seccomp filter of %s inspect", inspector->program);
    if (was_ended(state))
        return error_set(error, arena, STATUS_UNAVAILABLE, "document.inspector_slow",
                         N_("Hệ thống đang bận nên chưa kiểm tra xong tệp này; tệp chưa được nhận, vui lòng "
                            "tải lên lại sau ít phút"),
                         "%s inspect %s was ended before it was done", inspector->program,
                         kind_names[job->kind]);
    if (!good || state != 0) *report = (struct media_report){.problem = died_of(job->kind, state)};
    return STATUS_OK;
}

enum status child_run(struct inspector *inspector, const struct child_job *job, struct media_report *report,
                      struct arena *arena, struct error *error)
{
    struct place place = {.account = job->account, .tenant = job->tenant, .shows = job->page > 0};
    if (!places_take(inspector->places, &place, INSPECT_WAIT_SECONDS))
        return error_set(error, arena, STATUS_UNAVAILABLE, "document.busy",
                         N_("Hệ thống đang kiểm tra nhiều tệp cùng lúc; vui lòng thử lại sau ít phút"),
                         "no place for another inspection");
    enum status status = run_in_place(inspector, job, report, arena, error);
    places_give(inspector->places, &place);
    return status;
}
