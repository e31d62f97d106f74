/* The page that says one thing and offers one way on (portal/message). */
#ifndef WEB_ACCOUNT_MESSAGE_H
#define WEB_ACCOUNT_MESSAGE_H

#include "motcua/web/web.h"

/* All texts are N_() source texts. */
void message_show(struct visit *visit, const char *heading, const char *const *paragraphs, size_t count,
                  const char *url, const char *label);
/* The same as an answer with this status. */
void message_show_status(struct visit *visit, unsigned status, const char *heading,
                         const char *const *paragraphs, size_t count, const char *url, const char *label);
/* Asks before something that cannot be undone; `text` is already translated. */
void message_confirm(struct visit *visit, const char *heading, const char *text, const char *post_url,
                     const char *label, const char *cancel_url);

#endif
