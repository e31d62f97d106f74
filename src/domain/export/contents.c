/* Writing the list of what lies where in the archive. */
#include "contents.h"

#include "motcua/domain/procedure.h"
#include "motcua/domain/reference.h"
#include "motcua/domain/tenant.h"
#include "motcua/i18n/catalogue.h"
#include "motcua/i18n/format.h"

enum { CONTENTS_BYTES = 8 * 1024 * 1024 };

static const char *said(const struct contents *contents, const char *text)
{
    return translate(contents->catalogue, text);
}

static const char *pick(const struct contents *contents, const char *vietnamese, const char *english)
{
    return contents->catalogue != NULL && english[0] != '\0' ? english : vietnamese;
}

static void heading(struct contents *contents, const char *text)
{
    buf_printf(&contents->text, "\n\n%s\n", said(contents, text));
}

/* "2. 000.00.01.H26-170314-0001: Procedure" and below it the agency. */
static void begin_one(struct contents *contents, struct work *work, int number, const char *code,
                      const struct uuid *version_id, const struct uuid *tenant_id)
{
    const struct procedure_version *version;
    const struct tenant *agency = tenant_by_id(reference_tenants(work->domain->reference), tenant_id);
    struct error ignored;
    buf_printf(&contents->text, "\n%d. %s%s", number, code, code[0] == '\0' ? "" : ": ");
    if (reference_procedure_version(work, version_id, &version, &ignored) == STATUS_OK)
        buf_append_cstr(&contents->text, pick(contents, version->name, version->name_en));
    if (agency != NULL) buf_printf(&contents->text, "\n   %s", pick(contents, agency->name, agency->name_en));
    buf_append_cstr(&contents->text, "\n");
}

static void add_moment(struct contents *contents, struct work *work, const char *label, instant when)
{
    if (when == INSTANT_NONE) return;
    buf_printf(&contents->text, "   %s %s\n", said(contents, label), format_date_time(work->arena, when));
}

void contents_begin(struct contents *contents, struct work *work, const struct profile *profile)
{
    bool english = strcmp(profile->language, "en") == 0;
    *contents = (struct contents){.catalogue = english ? work->domain->english : NULL,
                                  .text = BUF_WITH_MAXIMUM(CONTENTS_BYTES)};
    buf_printf(&contents->text, "%s %s\n", said(contents, N_("Mục lục gói dữ liệu của")), profile->full_name);
    buf_printf(&contents->text, "%s %s\n", said(contents, N_("Tạo lúc")),
               format_date_time(work->arena, work->now));
}

void contents_draft(struct contents *contents, struct work *work, const struct draft *draft)
{
    if (contents->drafts++ == 0) heading(contents, N_("BẢN NHÁP CHƯA NỘP"));
    begin_one(contents, work, contents->drafts, "", &draft->procedure_version_id, &draft->tenant_id);
    add_moment(contents, work, N_("Sửa lần cuối lúc"), draft->updated_at);
}

void contents_dossier(struct contents *contents, struct work *work, const struct dossier *dossier)
{
    if (contents->dossiers++ == 0) heading(contents, N_("HỒ SƠ ĐÃ NỘP"));
    begin_one(contents, work, contents->dossiers, dossier->code, &dossier->procedure_version_id,
              &dossier->tenant_id);
    add_moment(contents, work, N_("Nộp lúc"), dossier->submitted_at);
    buf_printf(&contents->text, "   %s %s\n", said(contents, N_("Tình trạng:")),
               said(contents, dossier_status_label(dossier->status)));
}

void contents_stored(struct contents *contents)
{
    heading(contents, N_("GIẤY TỜ TỰ CẤT TRONG KHO"));
}

static const struct {
    const char *why, *text;
} reasons[] = {
    {"fee due", N_("chưa có trong gói: nhận sau khi nộp phí, lệ phí")},
    {"virus found", N_("không đưa vào gói: có mã độc")},
    {"not scanned yet", N_("chưa có trong gói: chờ quét mã độc")},
};

void contents_file(struct contents *contents, const char *path, const char *name, const char *why)
{
    buf_printf(&contents->text, "   - %s", name[0] == '\0' ? path : name);
    if (why == NULL && name[0] != '\0') buf_printf(&contents->text, ": %s", path);
    for (size_t i = 0; why != NULL && i < sizeof reasons / sizeof reasons[0]; i++)
        if (strcmp(why, reasons[i].why) == 0)
            buf_printf(&contents->text, " (%s)", said(contents, reasons[i].text));
    buf_append_cstr(&contents->text, "\n");
}
