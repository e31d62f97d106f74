/*
 * The program around a subcommand: database (given or private), migrated schema, keys, catalogues, print
 * templates, the domain, and one unit of work as the system. `motcua serve` and the administrative commands
 * share it.
 */
#ifndef MOTCUA_APP_PROGRAM_H
#define MOTCUA_APP_PROGRAM_H

#include "motcua/adapter/s3.h"
#include "motcua/base/config.h"
#include "motcua/db/cluster.h"
#include "motcua/domain/context.h"
#include "motcua/domain/reference.h"

struct program_options {
    const char *database_url;    /* NULL: the private cluster below `data` */
    const char *data;            /* "var" */
    const char *share;           /* folder that holds templates/, static/, samples/; NULL: found */
    const char *master_key_file; /* NULL: <data>/master.key */
    const char *public_url;      /* NULL: http://localhost:8080 */
    bool keep_in_s3;             /* new documents go there */
    const char *s3_url;          /* NULL: only the folder */
    const char *s3_region, *s3_access_key, *s3_ca_file;
    struct config_secret s3_secret_key;
    int statement_timeout_ms, lock_timeout_ms; /* 0: defaults */
};

struct program {
    struct arena *arena;
    struct program_options options;
    bool private_cluster; /* started by us: stopped by program_close */
    struct db_cluster_options cluster_options;
    struct db_settings settings; /* as the application role */
    struct domain domain;
    struct s3_settings s3;
    struct document_store s3_store;
    struct db_connection *db;
    struct actor system;
    struct work work;
};

/* Fills what the environment says (DATABASE_URL, MOTCUA_DATA, MOTCUA_SHARE, MOTCUA_S3_URL, ...) where
 * `options` has NULL. */
void program_defaults(struct program_options *options, struct arena *arena);
/* With a bucket and without a slash at its end. */
bool program_s3_url_good(const char *url);
/* Starts or finds the database, migrates, loads reference data. On failure a sentence has been printed to
 * stderr. */
NODISCARD enum status program_open(struct program *program, const struct program_options *options);
void program_close(struct program *program);
/* A new moment and an empty error for the next piece of work. */
void program_tick(struct program *program);
/* Prints "motcua NAME: sentence" for a failed call and returns 1. */
int program_report(const char *name, const struct error *error);
/* The English sentence of a refused call, with its detail where there is one; in the program's arena. */
const char *program_sentence(const struct program *program, const struct error *error);
/* Prints "motcua NAME: sentence" with that, and returns 1. */
int program_refuse(const struct program *program, const char *name, const struct error *error);
/* The folder that holds templates/, static/ and samples/. NULL when there is none. */
const char *program_find_share(struct arena *arena, const char *wanted);

/* argp options shared by the administrative commands; for argp's children. Input: struct program_options. */
struct argp;
extern const struct argp program_argp;

#endif
