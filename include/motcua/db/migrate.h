/*
 * Forward-only migrations. migrations/NNNN_name.sql are embedded into the program at build. Each runs in a
 * transaction of its own under one advisory lock; what was applied stands in motcua.migration with its
 * SHA-256. A changed, missing or out-of-order file is refused with a clear sentence; nothing is half-applied.
 * Runs as the owner role (the login role of the URL); the server itself then works as DB_APPLICATION_ROLE.
 */
#ifndef MOTCUA_DB_MIGRATE_H
#define MOTCUA_DB_MIGRATE_H

#include "motcua/base/arena.h"
#include "motcua/base/error.h"
#include "motcua/base/str.h"

struct db_migration {
    int number; /* 1, 2, 3 ... without gaps */
    const char *name;
    const char *sql; /* NUL-terminated */
    size_t length;
};

/* The embedded ones, in order. */
const struct db_migration *db_migrations(size_t *count);

struct db_migration_state {
    int number;
    const char *name;
    const char *applied_at; /* UTC text, NULL: pending */
};

/*
 * Applies what is pending. *applied: how many. STATUS_INVALID ("migrate.changed", "migrate.gap",
 * "migrate.newer", "migrate.failed") with error->detail a sentence for the administrator.
 */
NODISCARD enum status db_migrate(const char *url, const struct db_migration *migrations, size_t count,
                                 struct arena *arena, size_t *applied, struct error *error);
/* What is applied and what is pending; changes nothing. */
NODISCARD enum status db_migrate_status(const char *url, const struct db_migration *migrations, size_t count,
                                        struct arena *arena, struct db_migration_state **states,
                                        size_t *state_count, struct error *error);

#endif
