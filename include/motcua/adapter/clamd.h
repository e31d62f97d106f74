/*
 * The virus scanner clamd (ClamAV) over its stream protocol: INSTREAM, clamd(8). The bytes travel in chunks
 * of at most 64 KiB; nothing is kept here.
 */
#ifndef MOTCUA_ADAPTER_CLAMD_H
#define MOTCUA_ADAPTER_CLAMD_H

#include "motcua/domain/scan.h"

struct clamd_settings {
    const char *address; /* "/run/clamav/clamd.ctl", or "host:port", "[::1]:3310" */
    int64_t timeout_ms;  /* for one file, from connecting to the verdict */
};

/* Whether `address` is a path or a host with a port. */
bool clamd_address_valid(const char *address);
/* The settings must outlive the port. */
struct scan_port clamd_port_create(const struct clamd_settings *settings);

#endif
