/*
 * The private PostgreSQL cluster: the database when none is configured. It lives in one folder, listens on a
 * unix socket only (folder mode 0700), and never runs as root: started by root, its processes run as an
 * unprivileged account. A cluster that survived a crash of the server is adopted, not started twice.
 */
#ifndef MOTCUA_DB_CLUSTER_H
#define MOTCUA_DB_CLUSTER_H

#include <stdbool.h>

#include "motcua/base/arena.h"
#include "motcua/base/error.h"

struct db_cluster_options {
    const char *folder; /* e.g. "var/pg": created when missing */
    bool throwaway;     /* for tests: durability off, small, fast */
    const char
        *bin_folder; /* PostgreSQL's programs; NULL: found (pg_config, /usr/lib/postgresql/<newest>/bin) */
};

struct db_cluster {
    const char *data;    /* PGDATA, where it really is */
    const char *socket;  /* folder of the socket */
    const char *url;     /* connection string of the owner role, database "motcua" */
    const char *version; /* "15" */
    int pid;             /* of the postmaster */
    bool adopted;        /* it was already running */
};

/* Creates when missing, starts when not running, waits until it answers. All strings in the arena. */
NODISCARD enum status db_cluster_start(const struct db_cluster_options *options, struct arena *arena,
                                       struct db_cluster *cluster, struct error *error);
/* Fast shutdown (immediate for a throw-away one); waits. STATUS_NOT_FOUND when it is not running. */
NODISCARD enum status db_cluster_stop(const struct db_cluster_options *options, struct arena *arena,
                                      struct error *error);
/* STATUS_OK with *cluster filled when it runs, STATUS_NOT_FOUND when it does not. */
NODISCARD enum status db_cluster_find(const struct db_cluster_options *options, struct arena *arena,
                                      struct db_cluster *cluster, struct error *error);
/* Removes a stopped throw-away cluster with its folder. */
NODISCARD enum status db_cluster_remove(const struct db_cluster_options *options, struct arena *arena,
                                        struct error *error);

#endif
