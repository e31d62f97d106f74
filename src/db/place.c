/*
 * Where a private cluster lives. PostgreSQL refuses to run as root, so root hands it to an unprivileged
 * account; that account may be unable to reach the folder (a checkout below /root, mode 0700). Then the
 * cluster lives in /var/lib/motcua/<hash of the folder's path>[-number] and the folder is a symbolic link to
 * it.
 */
#include "place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "motcua/crypto/token.h"

enum { OLDEST_VERSION = 15, SOCKET_PATH_MAXIMUM = 107 };
#define SOCKET_NAME   "/.s.PGSQL.5432.lock"
#define PLACE_OF_ROOT "/var/lib/motcua"

enum status place_refuse(struct arena *arena, struct error *error, const char *code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *sentence = arena_vprintf(arena, format, arguments);
    va_end(arguments);
    return error_set(error, arena, STATUS_UNAVAILABLE, code, NULL, "%s", sentence);
}

static const char *short_hash(struct arena *arena, const char *text)
{
    char hex[HASH_HEX_SIZE];
    struct hash hash = hash_sha256(str_of(text));
    hash_hex(&hash, hex);
    return arena_strndup(arena, hex, 16);
}

/* mkdir -p; existing folders are fine. */
static bool make_folders(struct arena *arena, const char *path, mode_t mode)
{
    char *copy = arena_strdup(arena, path);
    for (char *slash = strchr(copy + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(copy, 0755) != 0 && errno != EEXIST) return false;
        *slash = '/';
    }
    return mkdir(copy, mode) == 0 || errno == EEXIST;
}

static const char *absolute_path(struct arena *arena, const char *path)
{
    if (path[0] == '/') return arena_strdup(arena, path);
    char current[PATH_MAX];
    if (getcwd(current, sizeof current) == NULL) return NULL;
    return arena_printf(arena, "%s/%s", current, path);
}

/* May the account walk through every folder above `path`? */
static bool reachable(struct arena *arena, const char *path, uid_t uid, gid_t gid)
{
    char *copy = arena_strdup(arena, path);
    for (char *slash = copy; slash != NULL; slash = strchr(slash + 1, '/')) {
        char *end = slash == copy ? slash + 1 : slash;
        char kept = *end;
        *end = '\0';
        struct stat about;
        bool found = stat(copy, &about) == 0;
        *end = kept;
        if (!found) return false;
        mode_t bit = about.st_uid == uid ? S_IXUSR : about.st_gid == gid ? S_IXGRP : S_IXOTH;
        if ((about.st_mode & bit) == 0) return false;
    }
    return true;
}

/* Root gives the cluster to the owner of existing data, else to the account PostgreSQL's package made. */
static enum status choose_account(struct place *place, const char *folder, struct arena *arena,
                                  struct error *error)
{
    struct stat about;
    bool exists = stat(arena_printf(arena, "%s/data", folder), &about) == 0;
    struct passwd *entry;
    if (geteuid() != 0)
        entry = getpwuid(geteuid());
    else if (exists && about.st_uid != 0)
        entry = getpwuid(about.st_uid);
    else if ((entry = getpwnam("postgres")) == NULL)
        entry = getpwnam("motcua");
    if (entry == NULL && geteuid() != 0)
        return place_refuse(arena, error, "cluster.account",
                            "user %u has no entry in the list of users (/etc/passwd)", (unsigned)geteuid());
    if (entry == NULL)
        return place_refuse(
            arena, error, "cluster.account",
            "PostgreSQL must not run as root, and there is no account \"postgres\" or \"motcua\" to run "
            "it as: create one (adduser --system --group motcua) or start as another user");
    if (exists && about.st_uid != entry->pw_uid)
        return place_refuse(arena, error, "cluster.account",
                            "the database in %s belongs to user %u: start as that user or as root", folder,
                            (unsigned)about.st_uid);
    place->uid = entry->pw_uid;
    place->gid = entry->pw_gid;
    place->account = arena_strdup(arena, entry->pw_name);
    place->switch_account = geteuid() == 0;
    return STATUS_OK;
}

/*
 * A folder of the account's own. Only what was made just now is given away (never something that was there,
 * which another user may have put there for us to give away); an empty one left by a crash is made anew.
 */
static bool make_own_folder(const struct place *place, const char *path)
{
    struct stat about;
    if (lstat(path, &about) == 0 && S_ISDIR(about.st_mode) && about.st_uid != place->uid) (void)rmdir(path);
    if (mkdir(path, 0700) == 0) return !place->switch_account || lchown(path, place->uid, place->gid) == 0;
    return errno == EEXIST && stat(path, &about) == 0 && S_ISDIR(about.st_mode) && about.st_uid == place->uid;
}

/* No entry but "." and ".."; also a folder that cannot be read counts as one that holds something. */
static bool is_empty(const char *path)
{
    DIR *entries = opendir(path);
    if (entries == NULL) return false;
    int count = 0;
    while (readdir(entries) != NULL)
        count++;
    closedir(entries);
    return count <= 2;
}

/*
 * The folder becomes a link to a place that the account can reach. A data folder with nothing in it begins
 * anew: what an earlier one of the same name has left in the usual place (a checkout that was deleted, its
 * master key with it) is not taken for its own, and stays. NULL: errno says why.
 */
static const char *link_to_place(const char *folder, const char *parent, struct arena *arena)
{
    const char *hash = short_hash(arena, folder);
    const char *usual = arena_printf(arena, "%s/%s", PLACE_OF_ROOT, hash), *real = usual;
    (void)rmdir(folder); /* an empty one stands in the way of the link */
    if (!make_folders(arena, PLACE_OF_ROOT, 0755)) return NULL;
    for (int number = 2; is_empty(parent) && access(arena_printf(arena, "%s/data", real), F_OK) == 0;
         number++)
        real = arena_printf(arena, "%s-%d", usual, number);
    if (symlink(real, folder) == 0) return real;
    if (errno != EEXIST) return NULL;
    char target[PATH_MAX];
    ssize_t length = readlink(folder, target, sizeof target);
    return length > 0 ? arena_strndup(arena, target, (size_t)length) : usual;
}

static enum status make_root(struct place *place, const char *folder, struct arena *arena,
                             struct error *error)
{
    const char *slash = strrchr(folder, '/');
    const char *parent = slash == folder ? "/" : arena_strndup(arena, folder, (size_t)(slash - folder));
    bool made = make_folders(arena, parent, 0755);
    const char *real = folder;
    if (made && place->switch_account && !reachable(arena, folder, place->uid, place->gid)) {
        const char *linked = link_to_place(folder, parent, arena);
        made = linked != NULL;
        if (made) real = linked;
    }
    errno = 0;
    if (!made || !make_own_folder(place, real))
        return place_refuse(arena, error, "cluster.folder",
                            "cannot use %s as the folder of the database for user %s: %s", real,
                            place->account,
                            errno == 0 || errno == EEXIST ? "it belongs to somebody else" : strerror(errno));
    return STATUS_OK;
}

/* Too long a path, or one that the list of socket folders would split, goes to a short folder of our own. */
static const char *socket_folder(const struct place *place, struct arena *arena)
{
    const char *usual = arena_printf(arena, "%s/socket", place->root);
    if (strlen(usual) + strlen(SOCKET_NAME) <= SOCKET_PATH_MAXIMUM && strpbrk(usual, ",'\"\\ \t\n") == NULL)
        return usual;
    return arena_printf(arena, "/tmp/motcua-%u-%s", (unsigned)place->uid, short_hash(arena, place->root));
}

enum status place_find(const struct db_cluster_options *options, bool create, struct arena *arena,
                       struct place *place, struct error *error)
{
    const char *folder = absolute_path(arena, options->folder);
    if (folder == NULL || folder[1] == '\0')
        return place_refuse(arena, error, "cluster.folder", "no folder for the database: %s",
                            options->folder);
    size_t length = strlen(folder);
    while (length > 1 && folder[length - 1] == '/')
        length--;
    folder = arena_strndup(arena, folder, length);
    struct place found = {0};
    enum status status = choose_account(&found, folder, arena, error);
    struct stat about;
    if (status == STATUS_OK && !create && stat(folder, &about) != 0) return STATUS_NOT_FOUND;
    if (status == STATUS_OK && create) status = make_root(&found, folder, arena, error);
    if (status != STATUS_OK) return status;
    char real[PATH_MAX];
    if (realpath(folder, real) == NULL)
        return place_refuse(arena, error, "cluster.folder", "cannot find the folder %s: %s", folder,
                            strerror(errno));
    found.root = arena_strdup(arena, real);
    found.data = arena_printf(arena, "%s/data", real);
    found.start_log = arena_printf(arena, "%s/start.log", real);
    found.socket = socket_folder(&found, arena);
    *place = found;
    return STATUS_OK;
}

enum status place_make_socket_folder(const struct place *place, struct arena *arena, struct error *error)
{
    struct stat about;
    if (!make_own_folder(place, place->socket) || lstat(place->socket, &about) != 0)
        return place_refuse(arena, error, "cluster.folder", "cannot make the folder %s for the socket: %s",
                            place->socket, strerror(errno));
    if (!S_ISDIR(about.st_mode) || about.st_uid != place->uid || (about.st_mode & 077) != 0)
        return place_refuse(arena, error, "cluster.folder",
                            "%s must be a folder of user %s that nobody else can enter: remove it",
                            place->socket, place->account);
    return STATUS_OK;
}

static bool holds_programs(struct arena *arena, const char *folder)
{
    return access(arena_printf(arena, "%s/postgres", folder), X_OK) == 0 &&
           access(arena_printf(arena, "%s/initdb", folder), X_OK) == 0;
}

static int number_in(const char *path)
{
    const char *digits = strpbrk(path, "0123456789");
    return digits == NULL ? 0 : (int)strtol(digits, NULL, 10);
}

/* Debian's and Red Hat's layouts; `wanted` 0: the newest. */
static const char *search_programs(struct arena *arena, int wanted, int *version)
{
    glob_t found = {0};
    const char *best = NULL;
    *version = 0;
    glob("/usr/lib/postgresql/*/bin", 0, NULL, &found);
    glob("/usr/pgsql-*/bin", GLOB_APPEND, NULL, &found);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        int number = number_in(found.gl_pathv[i]);
        if (holds_programs(arena, found.gl_pathv[i]) && number >= OLDEST_VERSION && number > *version &&
            (wanted == 0 || number == wanted)) {
            *version = number;
            best = arena_strdup(arena, found.gl_pathv[i]);
        }
    }
    globfree(&found);
    return best;
}

/* 0: no cluster yet. */
static int version_of_data(const struct place *place, struct arena *arena)
{
    FILE *file = fopen(arena_printf(arena, "%s/PG_VERSION", place->data), "re");
    if (file == NULL) return 0;
    char text[16] = "";
    int version = fgets(text, sizeof text, file) == NULL ? 0 : (int)strtol(text, NULL, 10);
    fclose(file);
    return version;
}

enum status place_find_programs(const struct db_cluster_options *options, struct arena *arena,
                                struct place *place, struct error *error)
{
    int existing = version_of_data(place, arena), version = 0;
    if (options->bin_folder != NULL) {
        if (!holds_programs(arena, options->bin_folder))
            return place_refuse(arena, error, "cluster.programs",
                                "there are no programs postgres and initdb in %s", options->bin_folder);
        place->programs = arena_strdup(arena, options->bin_folder);
        version = existing;
    } else {
        place->programs = search_programs(arena, existing, &version);
    }
    if (place->programs == NULL && existing != 0)
        return place_refuse(
            arena, error, "cluster.programs",
            "the database was made by PostgreSQL %d, which is not installed: install postgresql-%d, or "
            "bring the data to a newer version with pg_upgrade",
            existing, existing);
    if (place->programs == NULL)
        return place_refuse(
            arena, error, "cluster.programs",
            "PostgreSQL %d or newer is not installed (looked in /usr/lib/postgresql): install the "
            "package postgresql, or set DATABASE_URL to use a server of yours",
            OLDEST_VERSION);
    place->version = arena_printf(arena, "%d", version);
    return STATUS_OK;
}
