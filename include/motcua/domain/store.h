/*
 * The personal store: papers a person handed in and results issued to that person, over all agencies, and
 * papers of her own that she put in, which lie with the city (docs/decisions/0015). A paper is used again as
 * a copy: it is decrypted with the key of the agency that has it and encrypted anew for the one that gets it,
 * at its owner's own wish. The uses, and when officials opened what they got, are kept for the owner to see.
 */
#ifndef MOTCUA_DOMAIN_STORE_H
#define MOTCUA_DOMAIN_STORE_H

#include "motcua/domain/document.h"

struct store_paper {
    struct uuid tenant_id, id, dossier_id, version_id;
    const char *code; /* of its dossier; "" of a stored one, which has none */
    const char *kind; /* paper, supplement, result, stored */
    const char *paper_key, *file_name, *media_type;
    const char *title; /* of a result, or the owner's name for a stored one; else "" */
    int64_t size;
    instant at;
    bool removable; /* nobody has to keep it: its owner's own, or its dossier ended before it was received */
    const char *scan_state, *remarks; /* as in struct document */
};

/* `copy` of `source_id` went into a dossier or draft of an agency. */
struct store_use {
    struct uuid source_id, copy_id, tenant_id, dossier_id;
    const char *code, *procedure_name; /* "" while it is a draft */
    instant used_at;
};

/* Officials of one unit looked at a document on one day. */
struct store_opening {
    struct uuid document_id, tenant_id;
    const char *unit_name; /* or "" */
    instant first_at, last_at;
};

/* What the actor has put in, and the most there may be. */
struct store_room {
    int64_t files, bytes, most_files, most_bytes;
};

enum { STORE_TITLE_MAXIMUM = 100 };

bool store_paper_is_stored(const struct store_paper *paper);

/* The actor's own, newest first: `maximum` from the one numbered `first` (from 0); *more: there are older
 * ones. */
NODISCARD enum status store_list(struct work *work, int first, int maximum, struct store_paper **papers,
                                 size_t *count, bool *more, struct error *error);
/* STATUS_NOT_FOUND when the actor has no such paper. */
NODISCARD enum status store_find(struct work *work, const struct uuid *id, struct store_paper *paper,
                                 struct error *error);
/* Its document, under the name it is sent out with. */
NODISCARD enum status store_document(struct work *work, const struct store_paper *paper,
                                     struct document *document, struct error *error);
/* Where these were used again, newest first. */
NODISCARD enum status store_uses(struct work *work, const struct store_paper *papers, size_t paper_count,
                                 struct store_use **uses, size_t *count, struct error *error);
/* When officials opened these documents of the actor, newest first. */
NODISCARD enum status store_openings(struct work *work, const struct uuid *documents, size_t document_count,
                                     struct store_opening **openings, size_t *count, struct error *error);
/* Notes that the actor, an official, is given these documents of her agency. Only of papers that citizens
 * have handed in; once a minute is enough. */
NODISCARD enum status store_note_openings(struct work *work, const struct uuid *documents,
                                          size_t document_count, struct error *error);

NODISCARD enum status store_room(struct work *work, struct store_room *room, struct error *error);
/* Puts a file in, as document_attach(), under a name; `title` empty: that of the file. STATUS_INVALID with
 * the codes "store.full" and "store.title" besides. */
NODISCARD enum status store_put(struct work *work, struct document_spool *spool, struct str title,
                                struct str file_name, struct error *error);
/* Of a stored one only (else STATUS_NOT_FOUND). STATUS_INVALID ("store.title"). */
NODISCARD enum status store_rename(struct work *work, const struct store_paper *paper, struct str title,
                                   struct error *error);

/* Copies it into a draft of the actor at another (or the same) agency; copy and note of the use are one
 * transaction. `wanted`: the paper, without file name. Errors as document_attach(). */
NODISCARD enum status store_use_paper(struct work *work, const struct store_paper *paper,
                                      const struct uuid *tenant_id, const struct uuid *draft_id,
                                      const struct document_claim *wanted, struct error *error);
/* Removes it for good, with an event in the trail of the dossier where it is of one. STATUS_CONFLICT
 * ("store.kept"): the agency has to keep it. */
NODISCARD enum status store_remove(struct work *work, const struct store_paper *paper, struct error *error);

#endif
