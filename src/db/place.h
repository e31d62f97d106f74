/* Where a private cluster lives, and as whom it runs. Private to the layer. */
#ifndef MOTCUA_DB_PLACE_H
#define MOTCUA_DB_PLACE_H

#include <sys/types.h>

#include "motcua/db/cluster.h"

struct place {
    const char *root;      /* the folder, symbolic links resolved */
    const char *data;      /* PGDATA */
    const char *socket;    /* folder of the socket */
    const char *start_log; /* what PostgreSQL says before its own log is open */
    const char *account;   /* name of the unprivileged account */
    uid_t uid;
    gid_t gid;
    bool switch_account;  /* we are root: children become that account */
    const char *programs; /* folder of initdb and postgres; NULL when none was asked for */
    const char *version;  /* major version, e.g. "15" */
};

/* `create`: makes the folders. STATUS_NOT_FOUND without it when there is no cluster. */
NODISCARD enum status place_find(const struct db_cluster_options *options, bool create, struct arena *arena,
                                 struct place *place, struct error *error);
/* Finds the programs for an existing cluster (its version) or the newest for a new one. */
NODISCARD enum status place_find_programs(const struct db_cluster_options *options, struct arena *arena,
                                          struct place *place, struct error *error);
/* Makes the folder of the socket, closed to everybody else. */
NODISCARD enum status place_make_socket_folder(const struct place *place, struct arena *arena,
                                               struct error *error);
enum status place_refuse(struct arena *arena, struct error *error, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
