/*
 * Looking at a document without opening it: its pages as pictures, made in a child process when a browser
 * asks for them. The bytes of the file itself are only ever sent for saving.
 */
#include "motcua/domain/document.h"
#include "motcua/domain/scan.h"
#include "motcua/web/web.h"

enum {
    SHOWN_SIDE = 1600, /* of A4: 190 dots an inch */
    SMALL_SIDE = 320,
    PAGES_AT_ONCE = 5,
    JPEG_MAXIMUM = 16 * 1024 * 1024,
    KEPT_SECONDS = 300 /* by the person's own browser; short, because a virus may be found meanwhile */
};

void visit_send_preview(struct visit *visit, const struct uuid *tenant_id, const struct document *document)
{
    struct buf jpeg = BUF_WITH_MAXIMUM(JPEG_MAXIMUM);
    int64_t page = 0;
    bool small = visit_query(visit, "nho").length > 0;
    enum status status = STATUS_NOT_FOUND;
    int pages;
    if (str_to_int64(request_param(visit->request, "page"), &page) == STATUS_OK && page > 0 &&
        page <= INT32_MAX)
        status = document_preview(&visit->work, tenant_id, document, (unsigned)page,
                                  small ? SMALL_SIDE : SHOWN_SIDE, &jpeg, &pages, &visit->error);
    if (status == STATUS_OK) {
        response_body_buf(visit->request, "image/jpeg", &jpeg);
        response_cache_private(visit->request, KEPT_SECONDS);
    } else {
        buf_release(&jpeg);
        visit_fail(visit, status);
    }
}

bool visit_can_preview(struct visit *visit, const struct document *document)
{
    struct error closed;
    return document_can_preview(document) && visit->web->domain->inspector != NULL &&
           document_may_open(&visit->work, document, &closed) == STATUS_OK;
}

/* How many pages; told by the document itself where its row does not know. */
static enum status count_pages(struct visit *visit, const struct uuid *tenant_id,
                               const struct document *document, int *pages)
{
    struct buf unused = BUF_WITH_MAXIMUM(JPEG_MAXIMUM);
    *pages = document_is_picture(document) ? 1 : document->pages;
    if (*pages > 0) return STATUS_OK;
    enum status status =
        document_preview(&visit->work, tenant_id, document, 1, SMALL_SIDE, &unused, pages, &visit->error);
    buf_release(&unused);
    return status;
}

static json_t *page_view(struct visit *visit, const char *pages_url, int64_t number)
{
    json_t *view = json_object();
    view_number(view, "number", number);
    view_text(view, "url", arena_printf(visit->arena, "%s/%lld", pages_url, (long long)number));
    return view;
}

json_t *visit_preview_view(struct visit *visit, const struct uuid *tenant_id, const struct document *document,
                           const struct preview_place *place)
{
    int pages = 0;
    int64_t first = 1;
    if (!visit_can_preview(visit, document)) return json_null();
    if (count_pages(visit, tenant_id, document, &pages) != STATUS_OK) pages = 0;
    (void)!str_to_int64(visit_query(visit, "trang"), &first);
    if (first < 1 || first > pages) first = 1;
    first -= (first - 1) % PAGES_AT_ONCE;
    int64_t last = first + PAGES_AT_ONCE - 1 < pages ? first + PAGES_AT_ONCE - 1 : pages;
    json_t *view = json_object(), *list = json_array();
    for (int64_t i = first; i <= last; i++)
        json_array_append_new(list, page_view(visit, place->pages_url, i));
    view_text(view, "name", document->file_name);
    view_text(view, "url", place->file_url);
    view_text(view, "count_text",
              pages <= 1 ? NULL
                         : visit_format(visit, N_("Trang %lld–%lld trong %d trang"), (long long)first,
                                        (long long)last, pages));
    view_text(view, "previous_url",
              first == 1 ? NULL
                         : arena_printf(visit->arena, "%s%lld%s", place->before_page,
                                        (long long)(first - PAGES_AT_ONCE), place->behind_page));
    view_text(view, "next_url",
              last == pages ? NULL
                            : arena_printf(visit->arena, "%s%lld%s", place->before_page,
                                           (long long)(last + 1), place->behind_page));
    view_list(view, "pages", list);
    return view;
}

void visit_show_preview(struct visit *visit, const struct uuid *tenant_id, const struct document *document,
                        const char *here, const char *file_url, const char *back_url)
{
    struct preview_place place = {.pages_url = here,
                                  .file_url = file_url,
                                  .before_page = arena_printf(visit->arena, "%s?trang=", here),
                                  .behind_page = ""};
    struct error refused = {0};
    enum status status = document_may_open(&visit->work, document, &refused);
    if (status != STATUS_OK) {
        visit->error = refused;
        visit_fail(visit, status);
        return;
    }
    json_t *view = view_create(visit, document->file_name);
    view_nav(view, "dossiers");
    view_crumb(view, visit_text(visit, N_("Trang chủ")), "/");
    view_crumb(view, visit_text(visit, N_("Hồ sơ của tôi")), "/ho-so");
    view_crumb(view, visit_text(visit, N_("Xem giấy tờ")), NULL);
    view_text(view, "file_name", document->file_name);
    view_text(view, "file_url", file_url);
    view_text(view, "back_url", back_url);
    view_text(view, "size_text", format_size(visit->arena, visit->language, document->size));
    view_set(view, "preview", visit_preview_view(visit, tenant_id, document, &place));
    visit_render(visit, "portal/preview", view);
}
