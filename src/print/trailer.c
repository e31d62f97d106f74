/*
 * cairo writes no language into a PDF. Readers for the blind need it (WCAG 3.1.1, PDF 1.7 section 14.9.2), so
 * the catalogue is written once more in an incremental update (section 7.5.6) with /Lang and with the wish
 * that the title be shown instead of a file name.
 */
#include <stdio.h>
#include <stdlib.h>

#include "layout.h"

/* Text behind the last `mark` in `text`; false when there is none. */
static bool behind_last(struct str text, const char *mark, struct str *rest)
{
    size_t length = strlen(mark);
    for (size_t at = text.length >= length ? text.length - length + 1 : 0; at-- > 0;) {
        if (memcmp(text.data + at, mark, length) != 0) continue;
        *rest = str_slice(text, at + length, text.length);
        return true;
    }
    return false;
}

static unsigned long number_at(struct str text)
{
    char digits[24];
    text = str_trim(text);
    size_t length = text.length < sizeof digits - 1 ? text.length : sizeof digits - 1;
    memcpy(digits, text.data, length);
    digits[length] = '\0';
    return strtoul(digits, NULL, 10);
}

static bool language_is_plain(const char *language)
{
    size_t length = strspn(language, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");
    return length > 0 && length <= 35 && language[length] == '\0';
}

void add_language(struct buf *pdf, size_t start, const char *language)
{
    struct str file = str_slice(buf_str(pdf), start, pdf->length), trailer, previous, size_text, root_text,
               info_text;
    if (!language_is_plain(language)) return;
    if (!behind_last(file, "startxref", &previous) || !behind_last(file, "trailer", &trailer)) return;
    ptrdiff_t size_at = str_find(trailer, STR("/Size")), root_at = str_find(trailer, STR("/Root")),
              info_at = str_find(trailer, STR("/Info"));
    if (size_at < 0 || root_at < 0 || info_at < 0) return;
    size_text = str_slice(trailer, (size_t)size_at + 5, trailer.length);
    root_text = str_slice(trailer, (size_t)root_at + 5, trailer.length);
    info_text = str_slice(trailer, (size_t)info_at + 5, trailer.length);
    unsigned long root = number_at(root_text), info = number_at(info_text);
    char mark[40];
    snprintf(mark, sizeof mark, "\n%lu 0 obj\n<<", root);
    struct str catalogue;
    if (!behind_last(file, mark, &catalogue)) return;
    ptrdiff_t end = str_find(catalogue, STR(">>\nendobj"));
    if (end < 0 || end > 2000) return;
    BUF_AUTO update = BUF_WITH_MAXIMUM(8192);
    size_t offset = file.length;
    buf_printf(
        &update,
        "%lu 0 obj\n<<%.*s   /Lang (%s)\n   /ViewerPreferences << /DisplayDocTitle true >>\n>>\nendobj\n",
        root, (int)end, catalogue.data, language);
    size_t table = offset + update.length;
    buf_printf(&update,
               "xref\n%lu 1\n%010zu 00000 n \ntrailer\n<< /Size %lu\n   /Root %lu 0 R\n   /Info %lu 0 R\n   "
               "/Prev %lu\n>>\n",
               root, offset, number_at(size_text), root, info, number_at(previous));
    buf_printf(&update, "startxref\n%zu\n%%%%EOF\n", table);
    if (!update.overflow) buf_append_str(pdf, buf_str(&update));
}
