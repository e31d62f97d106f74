/* Every address of the interface for programs. Cookies count for nothing here, so no page can make a browser
 * ask: a request needs the key in its own header. */
#include "motcua/api/api.h"

#include "handlers.h"
#include "motcua/domain/api_token.h"
#include "motcua/web/resumable.h"

#define NO_COOKIE                                                                                            \
    .csrf = CSRF_EXEMPT,                                                                                     \
    .csrf_reason = "authenticated by a key in the Authorization header, never by a cookie"
#define DRAFT  "/api/v1/dossiers/{draft}"
#define PAPERS DRAFT "/papers/{paper}"

#define READ(path_, handler_, access_)                                                                       \
    {                                                                                                        \
        .method = HTTP_GET, .pattern = path_, .handler = handler_, .access = access_, .csrf = CSRF_SAFE,     \
        .body = BODY_NONE, .rate = RATE_API                                                                  \
    }
#define WRITE(method_, path_, handler_, scope_)                                                              \
    {                                                                                                        \
        .method = method_, .pattern = path_, .handler = handler_, .access = ACCESS_SCOPE(scope_), NO_COOKIE, \
        .body = BODY_JSON, .body_limit = 1024 * 1024, .rate = RATE_API                                       \
    }
#define REMOVE(path_, handler_)                                                                              \
    {                                                                                                        \
        .method = HTTP_DELETE, .pattern = path_, .handler = handler_, .access = ACCESS_SCOPE(API_WRITE),     \
        NO_COOKIE, .body = BODY_NONE, .rate = RATE_API                                                       \
    }

static const struct route rows[] = {
    READ("/api/v1/openapi.json", api_openapi, ACCESS_PUBLIC),
    READ("/api/v1/procedures/{code}", api_procedure, ACCESS_SCOPE(API_READ)),
    READ("/api/v1/dossiers", api_list, ACCESS_SCOPE(API_READ)),
    WRITE(HTTP_POST, "/api/v1/dossiers", api_create, API_WRITE),
    READ(DRAFT, api_show, ACCESS_SCOPE(API_READ)),
    REMOVE(DRAFT, api_delete),
    WRITE(HTTP_PUT, DRAFT "/answers", api_answers, API_WRITE),
    READ(DRAFT "/missing", api_missing, ACCESS_SCOPE(API_READ)),
    WRITE(HTTP_POST, DRAFT "/submission", api_submit, API_SUBMIT),
    {.method = HTTP_POST,
     .pattern = PAPERS,
     .handler = api_upload,
     .access = ACCESS_SCOPE(API_WRITE),
     NO_COOKIE,
     .body = BODY_MULTIPART,
     .body_limit = 64 * 1024,
     .rate = RATE_UPLOAD,
     .upload = &web_upload_policy},
    TUS_ROWS(PAPERS "/uploads", &tus_draft, .access = ACCESS_SCOPE(API_READ),
             .access = ACCESS_SCOPE(API_WRITE), NO_COOKIE),
    REMOVE(PAPERS "/{document}", api_paper_remove),
};

const struct route *api_routes(size_t *count)
{
    *count = sizeof rows / sizeof rows[0];
    return rows;
}
