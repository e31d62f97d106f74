/* The owner's pages: inviting somebody to fill in or sign, and handing the draft over. */
#include "together.h"

#include "motcua/codec/json.h"
#include "motcua/domain/reference.h"
#include "web/dossier_view.h"
#include "web/routes.h"

bool together_only_signed(const struct draft_share *share)
{
    return share->fill.count == 0 && share->signed_at != INSTANT_NONE;
}

json_t *together_state(struct visit *visit, const struct draft_share *share)
{
    static const struct {
        const char *state, *tone, *icon, *text;
    } states[] = {
        {"invited", "info", "mail", N_("Đã mời, chờ trả lời")},
        {"accepted", "info", "edit", N_("Đã nhận, đang làm")},
        {"finished", "good", "check", N_("Đã điền xong")},
        {"declined", "bad", "stop", N_("Đã từ chối")},
        {"revoked", "", "cross", N_("Đã thu hồi")},
    };
    if (strcmp(share->state, "invited") == 0 && !share_is_open(share, visit->work.now))
        return view_tag("warn", "clock", visit_text(visit, N_("Lời mời đã quá hạn")));
    if (strcmp(share->state, "accepted") == 0 && together_only_signed(share))
        return view_tag("good", "check", visit_text(visit, N_("Đã ký")));
    size_t i = 0;
    while (strcmp(states[i].state, share->state) != 0)
        i++;
    return view_tag(states[i].tone, states[i].icon, visit_text(visit, states[i].text));
}

const char *together_procedure(struct visit *visit, const struct draft_share *share)
{
    const struct procedure_version *version;
    struct error ignored;
    if (reference_procedure_version(&visit->work, &share->version_id, &version, &ignored) != STATUS_OK)
        return "";
    return visit_pick(visit, version->name, version->name_en);
}

/* --- What may be asked of a guest */

static bool is_signature(const struct form *form, const char *key)
{
    for (size_t i = 0; i < form_field_count(form); i++)
        if (form_field_key(form, i) != NULL && strcmp(form_field_key(form, i), key) == 0)
            return strcmp(form_field_kind(form, i), "signature") == 0;
    return false;
}

static void add_signatures(struct draft_page *page, size_t index, const json_t *shown,
                           struct signature_field *fields, size_t *count)
{
    struct arena *arena = page->visit->arena;
    size_t a, b;
    json_t *section, *field;
    json_array_foreach(json_get_array(shown, "sections"), a, section)
    {
        json_array_foreach(json_get_array(section, "fields"), b, field)
        {
            const char *key = json_get_cstr(field, "name", "");
            if (!is_signature(page->version->form, key)) continue;
            fields[(*count)++] = (struct signature_field){
                arena_strdup(arena, key), arena_strdup(arena, json_get_cstr(field, "label", "")), index};
        }
    }
}

enum status together_signatures(struct draft_page *page, struct signature_field **fields, size_t *count)
{
    const struct form *form = page->version->form;
    *fields = arena_array(page->visit->arena, form_field_count(form), sizeof **fields);
    *count = 0;
    for (size_t i = 0; i < form_page_count(form); i++) {
        json_auto shown = NULL;
        if (page->state.pages[i] == FORM_PAGE_HIDDEN) continue;
        enum status status = form_view(form, page->visit->arena, i, page->draft.answers, NULL, NULL,
                                       &page->environment, &shown);
        if (status != STATUS_OK) return status;
        add_signatures(page, i, shown, *fields, count);
    }
    return STATUS_OK;
}

/* --- The page */

static json_t *share_view(struct draft_page *page, const struct draft_share *share)
{
    struct visit *visit = page->visit;
    json_t *view = json_object();
    view_text(view, "who", share->label);
    view_text(view, "email", share->email);
    view_set(view, "state", together_state(visit, share));
    view_text(view, "what",
              share->transfer ? visit_text(visit, N_("Nhận bàn giao cả hồ sơ nháp"))
                              : visit_format(visit, N_("Điền %zu trang, xem %zu trang, ký %zu chỗ"),
                                             share->fill.count, share->see.count, share->sign.count));
    view_text(view, "name_text",
              share->guest_name[0] == '\0'
                  ? NULL
                  : visit_format(visit, N_("bằng tài khoản của %s"), share->guest_name));
    view_text(view, "signed_text",
              share->signed_at == INSTANT_NONE
                  ? NULL
                  : visit_format(visit, N_("ký lúc %s"), visit_moment(visit, share->signed_at)));
    view_text(view, "revoke_url",
              share_is_open(share, visit->work.now)
                  ? arena_printf(visit->arena, "%s/cung-khai/%s/thu-hoi", page->url, share->id.text)
                  : NULL);
    return view;
}

static json_t *choice(const char *name, const char *value, bool selected)
{
    json_t *view = json_object();
    view_text(view, "name", name);
    view_text(view, "value", value);
    view_flag(view, "selected", selected);
    return view;
}

static bool was_chosen(struct visit *visit, const char *name, const char *value)
{
    return request_method(visit->request) == HTTP_POST && str_equal_cstr(visit_form(visit, name), value);
}

static json_t *part_view(struct draft_page *page, const json_t *form_page)
{
    struct visit *visit = page->visit;
    const char *name = arena_printf(visit->arena, "trang.%s", json_get_cstr(form_page, "key", ""));
    bool fill = was_chosen(visit, name, "fill"), see = was_chosen(visit, name, "see");
    json_t *view = json_object();
    view_text(view, "title", json_get_cstr(form_page, "title", ""));
    view_set(view, "fill", choice(name, "fill", fill));
    view_set(view, "see", choice(name, "see", see));
    view_set(view, "none", choice(name, "none", !fill && !see));
    return view;
}

static const char *signature_name(struct visit *visit, const char *key)
{
    return arena_printf(visit->arena, "ky.%s", key);
}

static json_t *signatures_view(struct draft_page *page, const struct signature_field *fields, size_t count)
{
    struct visit *visit = page->visit;
    json_auto held = draft_page_held(page);
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        if (json_object_get(held, fields[i].key) != NULL) continue;
        const char *name = signature_name(visit, fields[i].key);
        json_t *view = choice(name, "true", was_chosen(visit, name, "true"));
        view_text(view, "label", fields[i].label);
        json_array_append_new(list, view);
    }
    return list;
}

static void add_person(struct draft_page *page, json_t *view, bool failed)
{
    struct visit *visit = page->visit;
    bool posted = request_method(visit->request) == HTTP_POST;
    const char *field = failed && visit->error.field != NULL ? visit->error.field : "";
    static const char *const names[] = {"email", "label", "part"};
    view_text(view, "email", posted ? visit_form_cstr(visit, "email") : "");
    view_text(view, "label", posted ? visit_form_cstr(visit, "label") : "");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        bool wrong = strcmp(field, names[i]) == 0;
        view_text(view, arena_printf(visit->arena, "%s_error", names[i]),
                  wrong ? visit_error_text(visit) : NULL);
        if (wrong) view_problem(view, names[i], visit_error_text(visit));
    }
}

static void show(struct draft_page *page, unsigned http_status)
{
    struct visit *visit = page->visit;
    struct signature_field *fields;
    struct error failure = visit->error;
    size_t count;
    enum status status = together_signatures(page, &fields, &count);
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return;
    }
    visit->error = failure;
    json_t *view = draft_page_view(page, visit_text(visit, N_("Người cùng khai, cùng ký")), STEP_FORM, NULL);
    json_t *shares = json_array(), *parts = json_array();
    for (size_t i = 0; i < page->share_count; i++)
        json_array_append_new(shares, share_view(page, &page->shares[i]));
    size_t i;
    json_t *form_page;
    json_array_foreach(json_get_array(view, "pages"), i, form_page)
        json_array_append_new(parts, part_view(page, form_page));
    view_list(view, "shares", shares);
    view_set(view, "parts", parts);
    view_list(view, "signatures", signatures_view(page, fields, count));
    view_text(view, "hand_over_url", arena_printf(visit->arena, "%s/ban-giao", page->url));
    add_person(page, view, http_status != 200);
    visit_render_status(visit, http_status, "portal/together", view);
}

void page_together(struct request *request)
{
    struct visit *visit = visit_of(request);
    DRAFT_PAGE_AUTO page = {0};
    if (draft_page_open_unsent(visit, &page)) show(&page, 200);
}

/* --- Inviting */

static void add_key(struct share_keys *keys, struct str *list, const char *key)
{
    list[keys->count++] = str_of(key);
    keys->list = list;
}

static void read_pages(struct draft_page *page, struct draft_share *wanted)
{
    struct visit *visit = page->visit;
    const struct form *form = page->version->form;
    size_t count = form_page_count(form);
    struct str *fill = arena_array(visit->arena, count, sizeof *fill);
    struct str *see = arena_array(visit->arena, count, sizeof *see);
    for (size_t i = 0; i < count; i++) {
        const char *key = form_page_key(form, i);
        const char *name = arena_printf(visit->arena, "trang.%s", key);
        if (page->state.pages[i] == FORM_PAGE_HIDDEN) continue;
        if (was_chosen(visit, name, "fill"))
            add_key(&wanted->fill, fill, key);
        else if (was_chosen(visit, name, "see"))
            add_key(&wanted->see, see, key);
    }
}

/* Who signs reads at least the page with the signature. */
static enum status read_signatures(struct draft_page *page, struct draft_share *wanted)
{
    struct visit *visit = page->visit;
    const struct form *form = page->version->form;
    struct signature_field *fields;
    size_t count;
    enum status status = together_signatures(page, &fields, &count);
    if (status != STATUS_OK) return status;
    json_auto held = draft_page_held(page);
    struct str *sign = arena_array(visit->arena, count, sizeof *sign);
    struct str *see = arena_array(visit->arena, wanted->see.count + count, sizeof *see);
    for (size_t i = 0; i < wanted->see.count; i++)
        see[i] = wanted->see.list[i];
    for (size_t i = 0; i < count; i++) {
        const char *key = form_page_key(form, fields[i].page);
        if (!was_chosen(visit, signature_name(visit, fields[i].key), "true") ||
            json_object_get(held, fields[i].key) != NULL)
            continue;
        add_key(&wanted->sign, sign, fields[i].key);
        if (!share_has(wanted->fill, key) && !share_has(wanted->see, key)) add_key(&wanted->see, see, key);
    }
    return STATUS_OK;
}

void page_together_post(struct request *request)
{
    struct visit *visit = visit_of(request);
    DRAFT_PAGE_AUTO page = {0};
    if (!draft_page_open_unsent(visit, &page)) return;
    struct draft_share wanted = {.email = visit_form_cstr(visit, "email"),
                                 .label = visit_form_cstr(visit, "label")};
    read_pages(&page, &wanted);
    enum status status = read_signatures(&page, &wanted);
    if (status == STATUS_OK) status = share_invite(&visit->work, &page.draft, &wanted, &visit->error);
    if (status == STATUS_INVALID)
        show(&page, 422);
    else if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        visit_redirect(visit, "invited", "%s/cung-khai", page.url);
}

void page_share_revoke(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct uuid id = visit_param_uuid(visit, "share");
    DRAFT_PAGE_AUTO page = {0};
    if (!draft_page_open_unsent(visit, &page)) return;
    enum status status = uuid_is_empty(&id) ? STATUS_NOT_FOUND
                                            : share_revoke(&visit->work, &page.draft.id, &id, &visit->error);
    if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        visit_redirect(visit, "share_revoked", "%s/cung-khai", page.url);
}

/* --- Handing over */

static void show_hand_over(struct draft_page *page, unsigned http_status)
{
    struct visit *visit = page->visit;
    json_t *view = draft_page_view(page, visit_text(visit, N_("Bàn giao hồ sơ nháp")), STEP_FORM, NULL);
    view_text(view, "back_url", arena_printf(visit->arena, "%s/cung-khai", page->url));
    add_person(page, view, http_status != 200);
    visit_render_status(visit, http_status, "portal/hand-over", view);
}

void page_draft_hand_over(struct request *request)
{
    struct visit *visit = visit_of(request);
    DRAFT_PAGE_AUTO page = {0};
    if (draft_page_open_unsent(visit, &page)) show_hand_over(&page, 200);
}

void page_draft_hand_over_post(struct request *request)
{
    struct visit *visit = visit_of(request);
    DRAFT_PAGE_AUTO page = {0};
    if (!draft_page_open_unsent(visit, &page)) return;
    struct draft_share wanted = {
        .transfer = true, .email = visit_form_cstr(visit, "email"), .label = visit_form_cstr(visit, "label")};
    enum status status = share_invite(&visit->work, &page.draft, &wanted, &visit->error);
    if (status == STATUS_INVALID)
        show_hand_over(&page, 422);
    else if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        visit_redirect(visit, "invited", "%s/cung-khai", page.url);
}
