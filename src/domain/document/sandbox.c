/*
 * What the child that looks into uploads may still ask of the kernel (seccomp). Everything it needs is loaded
 * and open when it enters: from then on it computes, reads what it was given and writes what it found.
 *
 * To extend it: when a library needs a further call, add the call to `allowed`, with the reason; when it only
 * tries for something it can do without (a font, a locale, the number of processors), add it to `answered`.
 * Files that are really needed are opened before inspect_enter_sandbox(). The one exception are fonts: nobody
 * knows before which of them a PDF will ask for. They are read under Landlock
 * (https://docs.kernel.org/userspace-api/landlock.html), which leaves the child their folders and nothing
 * else; where the kernel has no Landlock, pages are shown with the fonts that they bring along. Which call it
 * was stands in the log line document.inspector_forbidden and, with its number, in the kernel's audit log;
 * `strace -f` on `motcua inspect KIND < FILE` shows it too.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

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
static const int answered[] = {
    SCMP_SYS(getcwd),   SCMP_SYS(ioctl), SCMP_SYS(uname), SCMP_SYS(sysinfo), SCMP_SYS(sched_getaffinity),
    SCMP_SYS(prlimit64)};

/* The same, but for the child that shows a page: it reads fonts. */
static const int finding[] = {
    SCMP_SYS(open),    SCMP_SYS(openat),     SCMP_SYS(access),     SCMP_SYS(faccessat),  SCMP_SYS(stat),
    SCMP_SYS(fstat),   SCMP_SYS(faccessat2), SCMP_SYS(lstat),      SCMP_SYS(newfstatat), SCMP_SYS(statx),
    SCMP_SYS(fcntl),   SCMP_SYS(readlink),   SCMP_SYS(readlinkat), SCMP_SYS(pread64),    SCMP_SYS(getdents64),
    SCMP_SYS(fstatfs), SCMP_SYS(fadvise64)};

/* Where PDFs that bring no fonts of their own find some, and how Chinese and Japanese ones are encoded. */
static const char *const font_folders[] = {"/usr/share/fonts",      "/usr/local/share/fonts",
                                           "/usr/share/fontconfig", "/etc/fonts",
                                           "/var/cache/fontconfig", "/usr/share/poppler"};

static bool add(scmp_filter_ctx filter, uint32_t action, const int *calls, size_t count)
{
    for (size_t i = 0; i < count; i++) /* a call that this processor does not have is none to add */
        if (calls[i] != __NR_SCMP_ERROR && seccomp_rule_add(filter, action, calls[i], 0) != 0) return false;
    return true;
}

/* No file but those of fonts, and those only to read (Landlock). False: the kernel has none. */
static bool keep_to_fonts(void)
{
    const struct landlock_ruleset_attr handled = {.handled_access_fs = LANDLOCK_ACCESS_FS_MAKE_SYM * 2 - 1};
    int rules = (int)syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0);
    bool good = rules >= 0;
    for (size_t i = 0; good && i < sizeof font_folders / sizeof font_folders[0]; i++) {
        struct landlock_path_beneath_attr beneath = {.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE |
                                                                       LANDLOCK_ACCESS_FS_READ_DIR,
                                                     .parent_fd = open(font_folders[i], O_PATH | O_CLOEXEC)};
        if (beneath.parent_fd < 0) continue; /* not on this machine */
        good = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) == 0;
        close(beneath.parent_fd);
    }
    good = good && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           syscall(SYS_landlock_restrict_self, rules, 0) == 0;
    if (rules >= 0) close(rules);
    return good;
}

bool inspect_can_read_fonts(void)
{
    return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) >= 1;
}

bool inspect_enter_sandbox(enum inspect_need need)
{
    bool fonts = need == INSPECT_FONTS && keep_to_fonts();
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (filter == NULL) return false;
    const struct scmp_arg_cmp not_to_run = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
    bool good = true;
    for (size_t i = 0; i < sizeof mapping / sizeof mapping[0]; i++)
        good = good && seccomp_rule_add(filter, SCMP_ACT_ALLOW, mapping[i], 1, not_to_run) == 0;
    good = good && add(filter, SCMP_ACT_ALLOW, allowed, sizeof allowed / sizeof allowed[0]) &&
           add(filter, SCMP_ACT_ERRNO(EACCES), answered, sizeof answered / sizeof answered[0]) &&
           add(filter, fonts ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(EACCES), finding,
               sizeof finding / sizeof finding[0]) &&
           seccomp_load(filter) == 0;
    seccomp_release(filter);
    return good;
}
