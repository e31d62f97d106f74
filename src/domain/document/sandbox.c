/*
 * What the child that looks into uploads may still ask of the kernel (seccomp). Everything it needs is loaded
 * and open when it enters: from then on it computes, reads what it was given and writes what it found.
 *
 * To extend it: when a library needs a further call, add the call to `allowed`, with the reason; when it only
 * tries for something it can do without (a font, a locale, the number of processors), add it to `answered`.
 * Files that are really needed are opened before inspect_enter_sandbox(). Which call it was stands in the log
 * line document.inspector_forbidden and, with its number, in the kernel's audit log; `strace -f` on
 * `motcua inspect KIND < FILE` shows it too.
 */
#include <errno.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/mman.h>

#include "motcua/domain/inspect.h"

static const int allowed[] = {
    /* bytes in and out */
    SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(close), SCMP_SYS(lseek), SCMP_SYS(brk),
    SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), /* and `mapping` below */
    /* clocks and locks of the C library */
    SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(futex), SCMP_SYS(sched_yield),
    SCMP_SYS(getrandom), SCMP_SYS(getrusage),
    /* ending, also by abort() */
    SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask), SCMP_SYS(sigaltstack), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(tgkill)};

/* Memory, but none that could be run. */
static const int mapping[] = {SCMP_SYS(mmap), SCMP_SYS(mprotect)};

/* Refused, but not worth dying for: libraries look for what they can do without. */
static const int answered[] = {SCMP_SYS(open),      SCMP_SYS(openat),     SCMP_SYS(access),
                               SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(stat),
                               SCMP_SYS(fstat),     SCMP_SYS(lstat),      SCMP_SYS(newfstatat),
                               SCMP_SYS(statx),     SCMP_SYS(getcwd),     SCMP_SYS(ioctl),
                               SCMP_SYS(fcntl),     SCMP_SYS(readlink),   SCMP_SYS(readlinkat),
                               SCMP_SYS(uname),     SCMP_SYS(sysinfo),    SCMP_SYS(sched_getaffinity),
                               SCMP_SYS(prlimit64)};

static bool add(scmp_filter_ctx filter, uint32_t action, const int *calls, size_t count)
{
    for (size_t i = 0; i < count; i++) /* a call that this processor does not have is none to add */
        if (calls[i] != __NR_SCMP_ERROR && seccomp_rule_add(filter, action, calls[i], 0) != 0) return false;
    return true;
}

bool inspect_enter_sandbox(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (filter == NULL) return false;
    const struct scmp_arg_cmp not_to_run = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
    bool good = true;
    for (size_t i = 0; i < sizeof mapping / sizeof mapping[0]; i++)
        good = good && seccomp_rule_add(filter, SCMP_ACT_ALLOW, mapping[i], 1, not_to_run) == 0;
    good = good && add(filter, SCMP_ACT_ALLOW, allowed, sizeof allowed / sizeof allowed[0]) &&
           add(filter, SCMP_ACT_ERRNO(EACCES), answered, sizeof answered / sizeof answered[0]) &&
           seccomp_load(filter) == 0;
    seccomp_release(filter);
    return good;
}
