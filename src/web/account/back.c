/* Only paths of this site: an address that leads elsewhere is dropped, not followed. */
#include "back.h"

#include "motcua/codec/url.h"

enum { BACK_BYTES = 2000 };

struct str back_safe(struct str wanted)
{
    bool usable = wanted.length > 0 && wanted.length < BACK_BYTES && url_is_local(wanted) &&
                  !str_starts_with(wanted, STR("/dang-nhap"));
    return usable ? wanted : STR("");
}

struct str back_asked(struct visit *visit)
{
    return back_safe(request_query(visit->request, "ve"));
}

const char *back_with(struct visit *visit, const char *path, struct str back)
{
    if (back.length == 0) return path;
    struct str escaped = url_encode_copy(visit->arena, back);
    return arena_printf(visit->arena, "%s?ve=%.*s", path, STR_ARG(escaped));
}
