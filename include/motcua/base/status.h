/* What a function that can fail returns. Only expected outcomes are statuses; broken invariants assert. */
#ifndef MOTCUA_BASE_STATUS_H
#define MOTCUA_BASE_STATUS_H

#define NODISCARD __attribute__((warn_unused_result))

enum status {
    STATUS_OK = 0,
    STATUS_NOT_FOUND,
    STATUS_CONFLICT,    /* somebody else was first, or the state has moved on */
    STATUS_INVALID,     /* the input is wrong; struct error says what and where */
    STATUS_DENIED,      /* the caller may not */
    STATUS_TOO_LARGE,   /* a declared limit was exceeded */
    STATUS_RETRY,       /* transient (serialization failure, deadlock); the same call may succeed */
    STATUS_UNAVAILABLE, /* a part we need (database, disk, other service) does not answer */
    STATUS_FATAL        /* a defect or an unusable environment; log and give up on this operation */
};

/* Short stable name for logs ("ok", "not_found", ...). Static storage. */
const char *status_name(enum status status);

#endif
