/* The route table: every address of the portal. One row says everything about itself. */
#include "routes.h"

#include "motcua/web/resumable.h"
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

#define TUS(path_, place_)                                                                                   \
    TUS_ROWS(path_, place_, .access = ACCESS_SIGNED_IN, .access = ACCESS_SIGNED_IN, .csrf = CSRF_REQUIRED)

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
