/*
 * The personal store: papers a person handed in and results issued to that person, over all agencies. A paper
 * is used again as a copy: it is decrypted with the key of the agency that has it and encrypted anew for the
 * one that gets it, at its owner's own wish, and the use is kept for the owner to see.
 */
#ifndef MOTCUA_DOMAIN_STORE_H
#define MOTCUA_DOMAIN_STORE_H

#include "motcua/domain/document.h"

struct store_paper {
    struct uuid tenant_id, id, dossier_id, version_id;
    const char *code;                                       /* of its dossier */
    const char *kind;                                       /* paper, supplement, result */
    const char *paper_key, *title, *file_name, *media_type; /* title: of a result, else "" */
    int64_t size;
    instant at;
    bool removable; /* nobody has to keep it: its dossier ended before it was received */
};

struct store_use {
    struct uuid source_id;
    const char *code, *procedure_name; /* "" while it is a draft */
    instant used_at;
};

/* The actor's own, newest first: `maximum` from the one numbered `first` (from 0); *more: there are older
 * ones. */
NODISCARD enum status store_list(struct work *work, int first, int maximum, struct store_paper **papers,
                                 size_t *count, bool *more, struct error *error);
/* STATUS_NOT_FOUND when the actor has no such paper. */
NODISCARD enum status store_find(struct work *work, const struct uuid *id, struct store_paper *paper,
                                 struct error *error);
/* Where these were used again, newest first. */
NODISCARD enum status store_uses(struct work *work, const struct store_paper *papers, size_t paper_count,
                                 struct store_use **uses, size_t *count, struct error *error);
/* Copies it into a draft of the actor at another (or the same) agency; copy and note of the use are one
 * transaction. `wanted`: the paper, without file name. Errors as document_attach(). */
NODISCARD enum status store_use_paper(struct work *work, const struct store_paper *paper,
                                      const struct uuid *tenant_id, const struct uuid *draft_id,
                                      const struct document_claim *wanted, struct error *error);
/* Removes it for good, with an event in the dossier's trail. STATUS_CONFLICT ("store.kept"): the agency has
 * to keep it. */
NODISCARD enum status store_remove(struct work *work, const struct store_paper *paper, struct error *error);

#endif
