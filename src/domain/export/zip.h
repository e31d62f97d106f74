/* A ZIP archive into an encrypted spool file. */
#ifndef EXPORT_ZIP_H
#define EXPORT_ZIP_H

#include <jansson.h>

#include "motcua/domain/document.h"

struct zip;

/* In the arena of the work. STATUS_UNAVAILABLE: the disk refuses. Everything that follows returns the same.
 */
NODISCARD enum status zip_create(struct work *work, struct zip **zip, struct error *error);
/* Names are ASCII. */
NODISCARD enum status zip_add_text(struct zip *zip, const char *name, struct str text);
NODISCARD enum status zip_add_json(struct zip *zip, const char *name, const json_t *json);
/* The plain bytes of a document, read and written in pieces. */
NODISCARD enum status zip_add_document(struct zip *zip, const char *name, struct filecrypt_reader *reader);
/* The complete archive, the caller's to destroy; the zip is gone. */
NODISCARD enum status zip_finish(struct zip *zip, struct document_spool **spool);
void zip_abandon(struct zip *zip);

#endif
