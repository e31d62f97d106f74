/* What an upload must pass before it becomes a paper, and what is kept of it. */
#include "document_private.h"

#include "child.h"

static const struct {
    const char *media_type;
    enum media_kind kind;
} kinds[] = {
    {"application/pdf", MEDIA_PDF},
    {"image/jpeg", MEDIA_JPEG},
    {"image/png", MEDIA_PNG},
    {"image/webp", MEDIA_WEBP},
    {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", MEDIA_OFFICE},
    {"application/vnd.oasis.opendocument.text", MEDIA_OFFICE},
};

enum media_kind document_kind_of(const char *media_type)
{
    for (size_t i = 0; i + 1 < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i].media_type, media_type) == 0) return kinds[i].kind;
    return MEDIA_OFFICE;
}

static const char *refusal(enum media_kind kind, enum media_problem problem)
{
    switch (problem) {
    case MEDIA_ENCRYPTED:
        return N_(
            "Tệp này đặt mật khẩu nên cơ quan không mở được; vui lòng bỏ mật khẩu (mở tệp rồi in ra PDF) "
            "và tải lên lại");
    case MEDIA_MACROS:
        return N_("Văn bản này có macro, đối tượng nhúng hoặc nội dung lấy từ nơi khác nên không nhận được; "
                  "vui lòng lưu thành PDF rồi tải lên");
    case MEDIA_TOO_LARGE:
        return kind == MEDIA_PDF || kind == MEDIA_OFFICE
                   ? N_("Tệp này có quá nhiều trang hoặc quá phức tạp; vui lòng chia thành nhiều tệp nhỏ hơn")
                   : N_("Ảnh này có quá nhiều điểm ảnh (hơn 60 triệu); vui lòng chụp lại hoặc lưu với kích "
                        "thước nhỏ hơn");
    case MEDIA_COMPLEX:
        return kind == MEDIA_PDF || kind == MEDIA_OFFICE
                   ? N_("Tệp này có quá nhiều trang hoặc quá phức tạp; vui lòng chia thành nhiều tệp nhỏ hơn")
                   : N_("Ảnh này quá phức tạp nên không kiểm tra được; vui lòng chụp lại, hoặc lưu thành ảnh "
                        "JPEG rồi tải lên");
    case MEDIA_UNKNOWN:
        return N_(
            "Hệ thống không kiểm tra được tệp này nên chưa nhận; vui lòng in hoặc lưu lại thành tệp PDF mới "
            "rồi tải lên, hoặc nộp bản giấy tại bộ phận một cửa");
    case MEDIA_GOOD:
    case MEDIA_BROKEN:
    case MEDIA_PROBLEMS:
        break;
    }
    if (kind == MEDIA_PDF)
        return N_("Tệp PDF này bị hỏng, không mở được; vui lòng quét hoặc xuất lại rồi tải lên");
    if (kind == MEDIA_OFFICE)
        return N_("Tệp văn bản này bị hỏng, không mở được; vui lòng lưu thành PDF rồi tải lên");
    return N_("Ảnh này bị hỏng, không mở được; vui lòng chụp lại hoặc chọn ảnh khác");
}

struct passing {
    struct filecrypt_reader *reader;
    uint64_t at;
    const char *data_folder;
    struct document_spool *kept; /* made when something comes back */
};

static enum status read_plain(void *context, void *bytes, size_t capacity, size_t *length)
{
    struct passing *passing = context;
    enum status status = filecrypt_read(passing->reader, passing->at, bytes, capacity, length);
    if (status == STATUS_OK) passing->at += *length;
    return status;
}

static enum status write_kept(void *context, struct str bytes)
{
    struct passing *passing = context;
    enum status status =
        passing->kept == NULL ? document_spool_open(passing->data_folder, &passing->kept) : STATUS_OK;
    return status == STATUS_OK ? document_spool_write(passing->kept, bytes) : status;
}

static const struct {
    unsigned bit;
    const char *word;
} remark_words[] = {
    {MEDIA_DARK, "dark"},   {MEDIA_BLURRED, "blurred"}, {MEDIA_SMALL, "small"},
    {MEDIA_SHAPE, "ratio"}, {MEDIA_ACTIVE, "active"},   {MEDIA_REPAIRED, "repaired"},
};

static const char *remarks_text(struct arena *arena, unsigned remarks)
{
    const char *text = "";
    for (size_t i = 0; i < sizeof remark_words / sizeof remark_words[0]; i++)
        if ((remarks & remark_words[i].bit) != 0)
            text = arena_printf(arena, "%s%s%s", text, text[0] == '\0' ? "" : ",", remark_words[i].word);
    return text;
}

/* "dark", or "dark@2" where it is of a page. True when there was one more; *page empty: of the whole. */
static bool next_remark(struct str *rest, struct str *word, struct str *page)
{
    struct str one = *rest, after = STR("");
    if (rest->length == 0) return false;
    (void)str_split(*rest, ',', &one, &after);
    *rest = after;
    *word = one;
    *page = STR("");
    (void)str_split(one, '@', word, page);
    return true;
}

bool document_has_remark(const struct document *document, const char *remark)
{
    struct str word, page, rest = str_of(document->remarks);
    while (next_remark(&rest, &word, &page))
        if (str_equal_cstr(word, remark)) return true;
    return false;
}

json_t *document_remark_list(const struct document *document)
{
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof remark_words / sizeof remark_words[0]; i++)
        if (document_has_remark(document, remark_words[i].word))
            json_array_append_new(list, json_string(remark_words[i].word));
    return list;
}

const char *document_remark_pages(struct arena *arena, const struct document *document, const char *remark)
{
    struct str word, page, rest = str_of(document->remarks);
    const char *pages = "";
    while (next_remark(&rest, &word, &page))
        if (str_equal_cstr(word, remark) && page.length > 0)
            pages = arena_printf(arena, "%s%s%.*s", pages, pages[0] == '\0' ? "" : ", ", STR_ARG(page));
    return pages;
}

static enum status take_report(struct work *work, enum media_kind kind, const struct media_report *report,
                               struct passing *passing, const struct document_spool *received,
                               struct document *document, struct error *error)
{
    if (report->problem == MEDIA_GOOD && report->changed && passing->kept == NULL)
        return error_set(error, work->arena, STATUS_FATAL, "document.inspector", NULL,
                         "a changed paper without bytes");
    if (report->problem != MEDIA_GOOD)
        return error_set(error, work->arena, STATUS_INVALID, "document.refused",
                         refusal(kind, report->problem), "%s: problem %d", document->media_type,
                         (int)report->problem);
    document->pages = report->pages;
    document->remarks = remarks_text(work->arena, report->remarks);
    if (!report->changed) return STATUS_OK;
    document->received_size = (int64_t)received->size;
    document->received_sha256 = arena_str(work->arena, hash_view(&received->sha256));
    return document_spool_close(passing->kept) == STATUS_OK
               ? STATUS_OK
               : error_set(error, work->arena, STATUS_UNAVAILABLE, "document.disk",
                           N_("Tạm thời chưa lưu được tệp; vui lòng thử lại"), NULL);
}

enum status document_inspect(struct work *work, const struct uuid *tenant_id, struct document_spool *spool,
                             bool portrait, struct document *document, struct document_spool **kept,
                             struct error *error)
{
    struct passing passing = {.data_folder = work->domain->data_folder};
    struct media_report report;
    enum media_kind kind = document_kind_of(document->media_type);
    struct child_job job = {.account = work->actor->account_id,
                            .tenant = *tenant_id,
                            .kind = kind,
                            .context = &passing,
                            .read = read_plain,
                            .write = write_kept};
    *kept = NULL;
    document->remarks = "";
    if (work->domain->inspector == NULL) return STATUS_OK;
    enum status status = filecrypt_reader_open(&spool->key, spool->file, &passing.reader);
    if (status != STATUS_OK)
        return error_set(error, work->arena, STATUS_UNAVAILABLE, "document.disk",
                         N_("Tạm thời chưa lưu được tệp; vui lòng thử lại"), "cannot read the spool file");
    status = child_run(work->domain->inspector, &job, &report, work->arena, error);
    filecrypt_reader_close(passing.reader);
    if (status == STATUS_OK && portrait && report.width > 0 &&
        !media_is_portrait(report.width, report.height))
        report.remarks |= MEDIA_SHAPE;
    if (status == STATUS_OK) status = take_report(work, kind, &report, &passing, spool, document, error);
    if (status == STATUS_OK && report.changed)
        *kept = passing.kept;
    else
        document_spool_destroy(passing.kept);
    return status;
}
