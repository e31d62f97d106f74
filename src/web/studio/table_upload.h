/* A table that somebody uploads: kept in memory until it has been read. */
#ifndef WEB_STUDIO_TABLE_UPLOAD_H
#define WEB_STUDIO_TABLE_UPLOAD_H

#include "motcua/http/upload.h"

extern const struct upload_policy studio_table_policy;

#endif
