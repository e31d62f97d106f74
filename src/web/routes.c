/* The route table: every address of the portal. One row says everything about itself. */
#include "routes.h"

#include "citizen/resumable.h"
#include "studio/table_upload.h"

#define PAGE(path_, handler_, access_, rate_)                                                                \
    {                                                                                                        \
        .method = HTTP_GET, .pattern = path_, .handler = handler_, .access = access_, .csrf = CSRF_SAFE,     \
        .body = BODY_NONE, .rate = rate_                                                                     \
    }
#define FORM(path_, handler_, access_, rate_)                                                                \
    {                                                                                                        \
        .method = HTTP_POST, .pattern = path_, .handler = handler_, .access = access_,                       \
        .csrf = CSRF_REQUIRED, .body = BODY_FORM, .body_limit = 512 * 1024, .rate = rate_                    \
    }
#define UPLOAD(path_, handler_, access_)                                                                     \
    {                                                                                                        \
        .method = HTTP_POST, .pattern = path_, .handler = handler_, .access = access_,                       \
        .csrf = CSRF_REQUIRED, .body = BODY_MULTIPART, .body_limit = 64 * 1024, .rate = RATE_UPLOAD,         \
        .upload = &web_upload_policy                                                                         \
    }

/* The addresses of the tus protocol below a paper. */
#define TUS_ROW(method_, path_, handler_, csrf_, rate_, ...)                                                 \
    {                                                                                                        \
        .method = method_, .pattern = path_, .handler = handler_, .csrf = csrf_, .rate = rate_, __VA_ARGS__  \
    }
#define TUS_INQUIRY .access = ACCESS_PUBLIC, .body = BODY_NONE, .flags = ROUTE_INLINE | ROUTE_OVERRIDE
#define TUS_PLAIN   .access = ACCESS_SIGNED_IN, .body = BODY_NONE, .flags = ROUTE_OVERRIDE
#define TUS_BYTES   .access = ACCESS_SIGNED_IN, .body = BODY_STREAM
#define TUS(path_, place_)                                                                                   \
    TUS_ROW(HTTP_OPTIONS, path_, tus_options, CSRF_SAFE, RATE_RESUME, TUS_INQUIRY),                          \
        TUS_ROW(HTTP_POST, path_, page_tus_create, CSRF_REQUIRED, RATE_UPLOAD, TUS_BYTES,                    \
                .stream = &tus_creation, .data = place_),                                                    \
        TUS_ROW(HTTP_OPTIONS, path_ "/{upload}", tus_options, CSRF_SAFE, RATE_RESUME, TUS_INQUIRY),          \
        TUS_ROW(HTTP_GET, path_ "/{upload}", page_tus_head, CSRF_SAFE, RATE_RESUME, TUS_PLAIN,               \
                .data = place_),                                                                             \
        TUS_ROW(HTTP_PATCH, path_ "/{upload}", page_tus_patch, CSRF_REQUIRED, RATE_RESUME, TUS_BYTES,        \
                .flags = ROUTE_OVERRIDE, .stream = &tus_continuation, .data = place_),                       \
        TUS_ROW(HTTP_DELETE, path_ "/{upload}", page_tus_end, CSRF_REQUIRED, RATE_RESUME, TUS_PLAIN,         \
                .data = place_)

static const struct route rows[] = {
#include "routes_account.def"
#include "routes_citizen.def"
#include "routes_city.def"
#include "routes_desk.def"
#include "routes_public.def"
#include "routes_studio.def"
};

const struct route *web_routes(size_t *count)
{
    *count = sizeof rows / sizeof rows[0];
    return rows;
}
