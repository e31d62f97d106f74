/*
 * Configuration knobs: one table says name, kind, range, default and help of each; the same table makes the
 * command line options, the environment variables, the keys of motcua.ini, the --help text and the checks.
 * A knob `request-limit` is --request-limit, MOTCUA_REQUEST_LIMIT and `request-limit = ...`.
 * Precedence: command line, environment, file, default. A bad value or an unknown key is refused with a
 * sentence that names where it stands. Secrets are never shown.
 */
#ifndef MOTCUA_BASE_CONFIG_H
#define MOTCUA_BASE_CONFIG_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>

#include "motcua/base/arena.h"

enum config_type {                  /* field in the target structure */
                   CONFIG_INTEGER,  /* int64_t, within minimum..maximum */
                   CONFIG_BYTES,    /* int64_t; "64k", "10M", "2G" (powers of 1024) */
                   CONFIG_DURATION, /* int64_t milliseconds; "250ms", "30s", "5m", "2h", "7d" */
                   CONFIG_BOOLEAN,  /* bool; yes/no, true/false, on/off, 1/0; as an option without value: yes
                                     */
                   CONFIG_CHOICE,   /* int: index into `choices` */
                   CONFIG_TEXT,     /* const char * */
                   CONFIG_PATH,     /* const char *; not empty */
                   CONFIG_ADDRESS,  /* const char *; an IPv4 or IPv6 address */
                   CONFIG_ADDRESS_LIST, /* const char *; addresses or networks (10.0.0.0/8), separated by
                                           commas; may be empty */
                   CONFIG_URL,          /* const char *; scheme:// one of `choices` when given */
                   CONFIG_SECRET        /* struct config_secret */
};

/* Not printable by accident: a structure, and its member says what it is. */
struct config_secret {
    const char *plain; /* NULL when not set */
};

struct config_knob {
    const char *name; /* kebab-case; NULL ends the table */
    enum config_type type;
    size_t offset;              /* of the field in the target structure */
    const char *fallback;       /* default as text, NULL: unset (texts, paths, urls, secrets only) */
    int64_t minimum, maximum;   /* INTEGER, BYTES, DURATION */
    const char *const *choices; /* CHOICE, URL schemes; NULL-terminated */
    const char *environment;    /* instead of MOTCUA_<NAME>, e.g. "DATABASE_URL"; NULL: the usual one */
    const char *group;          /* heading in --help and the documentation */
    const char *argument;       /* what --help calls the value; NULL: by type */
    const char *help;           /* one line */
};

struct config;

/* `target`: the structure the offsets point into; filled with the defaults. Strings live in the arena. */
struct config *config_create(struct arena *arena, const struct config_knob *knobs, void *target);
/* Each source may be given once, in any order: precedence is by kind, not by order. False: *problem says why.
 */
bool config_read_file(struct config *config, const char *path, const char **problem);
bool config_read_environment(struct config *config, const char **problem);
bool config_set_option(struct config *config, const char *name, const char *value, const char **problem);
/* Settles everything into the target. False: *problem is the first problem as a sentence. */
bool config_finish(struct config *config, const char **problem);

/* argp options generated from the table; the key of knob i is CONFIG_ARGP_KEY + i. */
enum { CONFIG_ARGP_KEY = 0x1000 };
const struct argp_option *config_argp_options(const struct config *config);
/* For an argp parser: true when `key` is one of ours; *problem is set when the value is refused. */
bool config_argp_key(struct config *config, int key, const char *value, const char **problem);

/* "name = value   (from: command line)" a line, secrets as "(set)"; for --check-config. */
struct str config_describe(const struct config *config, struct arena *arena);
/* The table as Markdown, for docs/operations.md. */
struct str config_document(const struct config *config, struct arena *arena);

#endif
