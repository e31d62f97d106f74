/* The tus protocol at the papers of a draft and those of a dossier under supplement. */
#ifndef MOTCUA_WEB_RESUMABLE_H
#define MOTCUA_WEB_RESUMABLE_H

#include "motcua/http/stream.h"
#include "motcua/web/web.h"

/* struct route.data */
struct tus_place {
    const char *kind; /* of the document */
    bool supplement;
};
extern const struct tus_place tus_draft, tus_supplement;
extern const struct stream_sink tus_creation, tus_continuation;

/* Without a session and on the event thread. */
void tus_options(struct request *request);
void page_tus_create(struct request *request);
void page_tus_head(struct request *request);
void page_tus_patch(struct request *request);
void page_tus_end(struct request *request);

/*
 * The rows of the protocol below a paper. `reading_`, `writing_`: who may call (.access = ...), the rest how
 * requests that change something are protected (.csrf = ..., .csrf_reason = ...).
 */
#define TUS_ROW(method_, path_, handler_, rate_, ...)                                                        \
    {                                                                                                        \
        .method = method_, .pattern = path_, .handler = handler_, .rate = rate_, __VA_ARGS__                 \
    }
#define TUS_INQUIRY                                                                                          \
    .access = ACCESS_PUBLIC, .csrf = CSRF_SAFE, .body = BODY_NONE, .flags = ROUTE_INLINE | ROUTE_OVERRIDE
#define TUS_ROWS(path_, place_, reading_, writing_, ...)                                                     \
    TUS_ROW(HTTP_OPTIONS, path_, tus_options, RATE_RESUME, TUS_INQUIRY),                                     \
        TUS_ROW(HTTP_POST, path_, page_tus_create, RATE_UPLOAD, .body = BODY_STREAM,                         \
                .stream = &tus_creation, .data = place_, writing_, __VA_ARGS__),                             \
        TUS_ROW(HTTP_OPTIONS, path_ "/{upload}", tus_options, RATE_RESUME, TUS_INQUIRY),                     \
        TUS_ROW(HTTP_GET, path_ "/{upload}", page_tus_head, RATE_RESUME, .csrf = CSRF_SAFE,                  \
                .body = BODY_NONE, .flags = ROUTE_OVERRIDE, .data = place_, reading_),                       \
        TUS_ROW(HTTP_PATCH, path_ "/{upload}", page_tus_patch, RATE_RESUME, .body = BODY_STREAM,             \
                .flags = ROUTE_OVERRIDE, .stream = &tus_continuation, .data = place_, writing_,              \
                __VA_ARGS__),                                                                                \
        TUS_ROW(HTTP_DELETE, path_ "/{upload}", page_tus_end, RATE_RESUME, .body = BODY_NONE,                \
                .flags = ROUTE_OVERRIDE, .data = place_, writing_, __VA_ARGS__)

#endif
