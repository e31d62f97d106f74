/* What a file is, told by its content (libmagic), never by its name. */
#include "document_private.h"

#include <magic.h>
#include <stdlib.h>

#define WORD_TEXT "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

static const struct {
    const char *word, *media_type, *name, *endings;
} types[DOCUMENT_TYPES] = {
    {"pdf", "application/pdf", "PDF", ".pdf"},
    {"jpg", "image/jpeg", "JPG", ".jpg,.jpeg"},
    {"png", "image/png", "PNG", ".png"},
    {"webp", "image/webp", "WebP", ".webp"},
    {"docx", WORD_TEXT, "DOCX", ".docx"},
    {"odt", "application/vnd.oasis.opendocument.text", "ODT", ".odt"},
};

unsigned document_type_of_word(struct str word)
{
    for (unsigned i = 0; i < DOCUMENT_TYPES; i++)
        if (str_equal_cstr(word, types[i].word)) return 1U << i;
    return 0;
}

unsigned document_type_bit(const char *media_type)
{
    for (unsigned i = 0; i < DOCUMENT_TYPES; i++)
        if (strcmp(media_type, types[i].media_type) == 0) return 1U << i;
    return 0;
}

unsigned document_type_of_ending(struct str ending)
{
    for (unsigned i = 0; i < DOCUMENT_TYPES && ending.length > 0; i++) {
        struct str one, rest = str_of(types[i].endings);
        for (bool more = true; more;) {
            one = rest;
            more = str_split(rest, ',', &one, &rest);
            if (str_equal_ignore_case(one, ending)) return 1U << i;
        }
    }
    return 0;
}

const char *document_type_ending(struct arena *arena, const char *media_type)
{
    unsigned bit = document_type_bit(media_type);
    struct str first = str_of(bit == 0 ? "" : document_type_endings(arena, bit)), rest;
    (void)str_split(first, ',', &first, &rest);
    return arena_strndup(arena, first.data, first.length);
}

const char *document_type_names(struct arena *arena, unsigned wanted)
{
    const char *text = "";
    for (unsigned i = 0; i < DOCUMENT_TYPES; i++)
        if (wanted == 0 || (wanted >> i & 1) != 0)
            text = arena_printf(arena, "%s%s%s", text, text[0] == '\0' ? "" : ", ", types[i].name);
    return text;
}

const char *document_type_endings(struct arena *arena, unsigned wanted)
{
    const char *text = "";
    for (unsigned i = 0; i < DOCUMENT_TYPES; i++)
        if (wanted == 0 || (wanted >> i & 1) != 0)
            text = arena_printf(arena, "%s%s%s", text, text[0] == '\0' ? "" : ",", types[i].endings);
    return text;
}

json_t *document_type_list(unsigned wanted)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < DOCUMENT_TYPES; i++)
        if (wanted == 0 || (wanted >> i & 1) != 0)
            json_array_append_new(list, json_string(types[i].media_type));
    return list;
}

#define ARCHIVE N_("Tệp nén (ZIP, RAR, 7z…) không nhận được; vui lòng giải nén và tải lên từng tệp bên trong")
#define PROGRAM                                                                                              \
    N_("Đây là tệp chương trình, không phải giấy tờ; vui lòng chọn bản chụp, bản quét hoặc tệp PDF")
#define OLD_OFFICE                                                                                                                 \
    N_("Tệp Office kiểu cũ (.doc, .xls) có thể chứa macro nên không nhận được; vui lòng lưu thành PDF rồi " \
       "tải lên")
#define OTHER_OFFICE                                                                                         \
    N_("Bảng tính và bài trình chiếu không nhận trực tiếp; vui lòng lưu thành PDF rồi tải lên")

/*
 * One cookie a thread: libmagic's are not shared, and loading its tables takes milliseconds. Only its table
 * of patterns is asked, and what text is; none of its parsers of whole formats (docs/decisions/0014).
 */
static _Thread_local magic_t cookie;
enum {
    PATTERNS_ALONE = MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_TAR | MAGIC_NO_CHECK_CDF |
                     MAGIC_NO_CHECK_ELF | MAGIC_NO_CHECK_CSV | MAGIC_NO_CHECK_JSON | MAGIC_NO_CHECK_APPTYPE |
                     MAGIC_NO_CHECK_TOKENS
};

static bool ready(void)
{
    if (cookie != NULL) return true;
    cookie = magic_open(PATTERNS_ALONE);
    if (cookie != NULL && magic_load(cookie, NULL) == 0) return true;
    if (cookie != NULL) magic_close(cookie);
    cookie = NULL;
    return false;
}

void document_thread_end(void)
{
    if (cookie != NULL) magic_close(cookie);
    cookie = NULL;
}

/* What people try to send and we do not take: why, and the way out. The first that fits. */
static const struct {
    const char *prefix, *refusal;
} refusals[] = {
    {"image/hei",
     N_("Ảnh HEIC của iPhone chưa nhận được. Vào Cài đặt > Camera > Định dạng, chọn “Tương thích nhất” "
        "rồi chụp lại, hoặc chụp màn hình ảnh đó và tải ảnh chụp lên")},
    {"image/svg",
     N_("Ảnh SVG có thể chứa mã lệnh nên không nhận được; vui lòng xuất thành PDF hoặc PNG rồi tải lên")},
    {"text/html",
     N_("Trang web (HTML) có thể chứa mã lệnh nên không nhận được; vui lòng in trang ra PDF rồi tải lên")},
    {"text/xml",
     N_("Trang web (HTML) có thể chứa mã lệnh nên không nhận được; vui lòng in trang ra PDF rồi tải lên")},
    {"application/zip", ARCHIVE},
    {"application/x-rar", ARCHIVE},
    {"application/vnd.rar", ARCHIVE},
    {"application/x-7z", ARCHIVE},
    {"application/x-tar", ARCHIVE},
    {"application/gzip", ARCHIVE},
    {"application/x-bzip2", ARCHIVE},
    {"application/x-xz", ARCHIVE},
    {"application/java-archive", PROGRAM},
    {"application/x-dosexec", PROGRAM},
    {"application/vnd.microsoft.portable-executable", PROGRAM},
    {"application/x-executable", PROGRAM},
    {"application/x-pie-executable", PROGRAM},
    {"application/x-sharedlib", PROGRAM},
    {"application/x-mach-binary", PROGRAM},
    {"text/x-", PROGRAM},
    {"application/javascript", PROGRAM},
    {"application/msword", OLD_OFFICE},
    {"application/vnd.ms-", OLD_OFFICE},
    {"application/CDFV2", OLD_OFFICE},
    {"application/x-ole", OLD_OFFICE},
    {"application/vnd.openxmlformats", OTHER_OFFICE},
    {"application/vnd.oasis", OTHER_OFFICE},
    {"video/", N_("Không nhận video; vui lòng chụp ảnh từng trang giấy tờ rồi tải lên")},
};

static const char *refusal_of(const char *found, const char *head, size_t length)
{
    static const char compound[] =
        "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"; /* libmagic is told not to look into it */
    if (length >= sizeof compound - 1 && memcmp(head, compound, sizeof compound - 1) == 0) return OLD_OFFICE;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++)
        if (strncmp(found, refusals[i].prefix, strlen(refusals[i].prefix)) == 0) return refusals[i].refusal;
    if (str_starts_with(str_make(head, length), STR("PK\x03\x04"))) return ARCHIVE;
    return N_("Chỉ nhận tệp PDF, ảnh JPEG, PNG, WebP, hoặc văn bản Word (.docx), OpenDocument (.odt)");
}

const char *document_media_type(const char *head, size_t length, const char **refusal)
{
    const char *found = length == 0 || !ready() ? NULL : magic_buffer(cookie, head, length);
    if (found == NULL) found = "";
    for (size_t i = 0; i < DOCUMENT_TYPES; i++)
        if (strcmp(found, types[i].media_type) == 0) return types[i].media_type;
    *refusal = refusal_of(found, head, length);
    return NULL;
}
