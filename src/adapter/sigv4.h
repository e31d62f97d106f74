/* AWS Signature Version 4 for the service s3, header form: a pure function of request, key and time. */
#ifndef MOTCUA_SIGV4_H
#define MOTCUA_SIGV4_H

#include "motcua/base/arena.h"

struct sigv4_key {
    const char *region, *access_key, *secret_key;
};
struct sigv4_header {
    const char *name, *value; /* lower case; value without spaces around */
};
struct sigv4_request {
    const char *method;
    const char *path;  /* percent-encoded as sent */
    const char *query; /* "a=b&c=d" sorted and encoded, or "" */
    const char *time;  /* "20130524T000000Z" */
    const char *payload_hash;
    const struct sigv4_header *headers; /* sorted by name; all of them are signed */
    size_t header_count;
};

/* The value of the header Authorization. */
const char *sigv4_authorization(struct arena *arena, const struct sigv4_key *key,
                                const struct sigv4_request *request);

#endif
