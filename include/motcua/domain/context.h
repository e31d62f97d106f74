/*
 * What every function of the domain is given: the services of the process (struct domain, shared,
 * thread-safe) and the work at hand (one thread, one connection, one arena, one moment, one actor). The
 * domain reads no clock: `now` is taken once per unit of work, so that everything it writes carries the same
 * time.
 */
#ifndef MOTCUA_DOMAIN_CONTEXT_H
#define MOTCUA_DOMAIN_CONTEXT_H

#include "motcua/base/arena.h"
#include "motcua/base/clock.h"
#include "motcua/base/error.h"
#include "motcua/base/uuid.h"
#include "motcua/db/transaction.h"

struct tenants;
struct reference_store;
struct key_ring;
struct print_papers;
struct inspector;
struct catalogue;
struct document_store;

/* Roles of officials; bits of a set. Names as stored: role_name(). */
enum role {
    ROLE_RECEPTION_CLERK = 1 << 0,
    ROLE_PROCESSING_OFFICER = 1 << 1,
    ROLE_HEAD_OF_UNIT = 1 << 2,
    ROLE_SIGNING_LEADER = 1 << 3,
    ROLE_RECORDS_CLERK = 1 << 4,
    ROLE_CASHIER = 1 << 5,
    ROLE_TENANT_ADMIN = 1 << 6,
    ROLE_CITY_SUPERVISOR = 1 << 7,
};
enum { ROLE_COUNT = 8 };

/* "reception_clerk" ...; NULL for no single role. */
const char *role_name(enum role role);
/* The display name, N_() source text. */
const char *role_title(enum role role);
/* 0 when unknown. */
unsigned role_parse(struct str name);

enum actor_kind { ACTOR_SYSTEM, ACTOR_CITIZEN, ACTOR_OFFICIAL };

struct actor {
    enum actor_kind kind;
    struct uuid account_id; /* empty for the system */
    const char *name;
    const char *title;     /* chức danh of an official, else "" */
    struct uuid tenant_id; /* of the membership in use, else empty */
    struct uuid unit_id;
    const char *unit_name;
    unsigned roles;
    const char *address; /* IP address, "" for the system */
};

const char *actor_kind_name(enum actor_kind kind);

struct domain {
    struct reference_store *reference; /* tenants, calendars, procedures kept in memory */
    struct key_ring *keys;             /* master key, unwrapped tenant keys */
    struct print_papers *papers;       /* compiled templates of papers */
    const struct catalogue *english;   /* message catalogue; Vietnamese needs none */
    const char *data_folder;
    const struct document_store *s3; /* NULL: only the folder is set up */
    bool keep_in_s3;                 /* new documents go there */
    const char *site_name, *hotline; /* for mails */
    const char *base_url;        /* "https://host", no slash at the end; for links in mails and QR codes */
    int64_t session_lifetime_s;  /* 0: twelve hours */
    int64_t draft_lifetime_s;    /* 0: ninety days after the last change */
    int64_t draft_notice_s;      /* 0: fourteen days from the reminder to the end */
    int64_t account_grace_s;     /* from the wish to close an account to its end; 0: at once */
    const char *retention;       /* the rule where no other is; NULL: RETENTION_KEEP */
    struct inspector *inspector; /* looks into uploads; NULL (tests): they are kept as they come */
    bool scan_required;          /* papers stay closed until the virus scanner has called them clean */
    int64_t upload_lifetime_s;   /* how long an interrupted upload may go on; 0: 24 hours */
    int64_t store_files;         /* papers a person may put into the personal store; 0: fifty */
    int64_t store_bytes;         /* of those together; 0: 500 MB */
};

struct work {
    struct domain *domain;
    struct db_connection *db;
    struct arena *arena;
    const struct actor *actor;
    instant now;
};

/* The scope of database work for this actor in `tenant` (may be NULL: none). Strings borrowed. */
static inline struct db_scope work_scope(const struct work *work, const struct uuid *tenant)
{
    return (struct db_scope){
        .tenant = tenant != NULL && tenant->text[0] != '\0' ? tenant->text : NULL,
        .account = work->actor->account_id.text[0] != '\0' ? work->actor->account_id.text : NULL,
    };
}

static inline bool uuid_is_empty(const struct uuid *uuid)
{
    return uuid->text[0] == '\0';
}

static inline bool uuid_same(const struct uuid *a, const struct uuid *b)
{
    return strcmp(a->text, b->text) == 0;
}

/* form_environment.translate over domain->english; `context` is a struct domain. */
const char *domain_translate(void *context, const char *message);

/* Lower-cases; empty when `text` is no UUID. */
struct uuid uuid_from(struct str text);

#endif
