/* A store of documents in a bucket that speaks the S3 protocol (path style, Signature Version 4, libcurl). */
#ifndef MOTCUA_ADAPTER_S3_H
#define MOTCUA_ADAPTER_S3_H

#include "motcua/domain/document_store.h"

struct s3_settings {
    const char *url; /* https://host[:port]/bucket[/prefix], no slash at the end */
    const char *region, *access_key, *secret_key;
    const char *ca_file;        /* PEM of those who may vouch for the server; NULL: the system's */
    const char *scratch_folder; /* where blobs that are being read lie, without a name; made when missing */
};

/* The settings must outlive the store. */
struct document_store s3_store_create(const struct s3_settings *settings);

#endif
