/* Shared inside identity. */
#ifndef IDENTITY_PRIVATE_H
#define IDENTITY_PRIVATE_H

#include <jansson.h>

#include "motcua/base/utf8.h"
#include "motcua/crypto/password.h"
#include "motcua/crypto/token.h"
#include "motcua/domain/identity.h"

const struct password_cost *identity_cost(void);
enum status identity_invalid(struct work *work, struct error *error, const char *field, const char *code,
                             const char *message);
NODISCARD enum status identity_check_password(struct work *work, struct str password, const char *field,
                                              struct error *error);
/* Mails the link that confirms a new account's address. */
NODISCARD enum status identity_send_confirmation(struct work *work, const struct registration *registration,
                                                 const struct uuid *account_id, struct error *error);
/* The actor's own password, before something dangerous. */
NODISCARD enum status identity_verify_own_password(struct work *work, struct str password, const char *field,
                                                   struct error *error);
/* Row of account_for_sign_in: id, password_hash, active, language, has_second_factor, email, full_name. */
NODISCARD enum status identity_lookup(struct work *work, struct str identifier, struct db_result **rows,
                                      struct error *error);
/* Outbox row of the city's tenant. */
NODISCARD enum status identity_queue_mail(struct work *work, const char *template, struct str to,
                                          struct str language, const json_t *extra, struct error *error);
/* The same within a transaction whose scope is the city's tenant. */
void identity_add_mail(struct db_batch *batch, const struct work *work, const char *template, struct str to,
                       struct str language, const json_t *extra);
/* All sessions, keys of programs and mailed links of the account of the scope end. */
void identity_add_endings(struct db_batch *batch, const struct work *work);
/* Whoever has signed in wants the account after all. *kept: it was about to be closed. */
NODISCARD enum status identity_keep_account(struct work *work, const struct uuid *account_id, bool *kept,
                                            struct error *error);

#endif
