/*
 * Photos of one paper as one PDF (ISO 32000-1): a page of A4 each, upright or across as the picture is, the
 * picture as JPEG and nothing else. It is written by hand: a catalogue, the pages, and three objects a page.
 */
#include <stdio.h>

#include "media_private.h"

enum { QUALITY = 76, A4_SHORT = 595, A4_LONG = 842, MARGIN = 12, FIRST_PAGE_OBJECT = 3, OBJECTS_A_PAGE = 3 };

struct writer {
    struct buf *out;
    size_t places[FIRST_PAGE_OBJECT + MEDIA_PICTURES_MAXIMUM * OBJECTS_A_PAGE];
};

static void begin_object(struct writer *writer, unsigned number)
{
    writer->places[number] = writer->out->length;
    buf_printf(writer->out, "%u 0 obj\n", number);
}

/* As large as the sheet allows, but a point a pixel at most: nothing is blown up. */
static double scale_of(const struct picture *picture, unsigned sheet_width, unsigned sheet_height)
{
    double across = (double)(sheet_width - 2 * MARGIN) / picture->width,
           down = (double)(sheet_height - 2 * MARGIN) / picture->height;
    double scale = across < down ? across : down;
    return scale < 1 ? scale : 1;
}

static bool write_page(struct writer *writer, unsigned index, const struct picture *picture)
{
    bool lying = picture->width > picture->height;
    unsigned width = lying ? A4_LONG : A4_SHORT, height = lying ? A4_SHORT : A4_LONG;
    unsigned first = FIRST_PAGE_OBJECT + index * OBJECTS_A_PAGE;
    double scale = scale_of(picture, width, height);
    double wide = picture->width * scale, high = picture->height * scale;
    char content[160];
    BUF_AUTO jpeg = BUF_WITH_MAXIMUM(writer->out->maximum);
    if (!jpeg_encode(picture, QUALITY, &jpeg)) return false;
    int length = snprintf(content, sizeof content, "q %.2f 0 0 %.2f %.2f %.2f cm /P Do Q\n", wide, high,
                          (width - wide) / 2, (height - high) / 2);
    begin_object(writer, first);
    buf_printf(
        writer->out,
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 %u %u]/Resources<</XObject<</P %u 0 R>>>>/Contents %u 0 "
        "R>>\nendobj\n",
        width, height, first + 2, first + 1);
    begin_object(writer, first + 1);
    buf_printf(writer->out, "<</Length %d>>\nstream\n%sendstream\nendobj\n", length, content);
    begin_object(writer, first + 2);
    buf_printf(writer->out,
               "<</Type/XObject/Subtype/Image/Width %u/Height %u/ColorSpace/Device%s/BitsPerComponent "
               "8/Filter/DCTDecode/Length %zu>>\nstream\n",
               picture->width, picture->height, picture->channels == 1 ? "Gray" : "RGB", jpeg.length);
    buf_append_str(writer->out, buf_str(&jpeg));
    buf_append_cstr(writer->out, "\nendstream\nendobj\n");
    return !writer->out->overflow;
}

static bool write_end(struct writer *writer, unsigned pages)
{
    unsigned objects = FIRST_PAGE_OBJECT + pages * OBJECTS_A_PAGE;
    begin_object(writer, 1);
    buf_append_cstr(writer->out, "<</Type/Catalog/Pages 2 0 R>>\nendobj\n");
    begin_object(writer, 2);
    buf_append_cstr(writer->out, "<</Type/Pages/Kids[");
    for (unsigned i = 0; i < pages; i++)
        buf_printf(writer->out, "%u 0 R ", FIRST_PAGE_OBJECT + i * OBJECTS_A_PAGE);
    buf_printf(writer->out, "]/Count %u>>\nendobj\n", pages);
    size_t table = writer->out->length;
    buf_printf(writer->out, "xref\n0 %u\n0000000000 65535 f \n", objects);
    for (unsigned i = 1; i < objects; i++)
        buf_printf(writer->out, "%010zu 00000 n \n", writer->places[i]);
    buf_printf(writer->out, "trailer\n<</Size %u/Root 1 0 R>>\nstartxref\n%zu\n%%%%EOF\n", objects, table);
    return !writer->out->overflow;
}

bool row_take(struct str *rest, enum media_kind *kind, struct str *bytes)
{
    struct str line, number;
    int64_t code, length;
    if (!str_split(*rest, '\n', &line, rest) || !str_split(line, ' ', &number, &line) ||
        str_to_int64(number, &code) != STATUS_OK || str_to_int64(line, &length) != STATUS_OK || length < 0 ||
        (uint64_t)length > rest->length ||
        (code != MEDIA_PDF && code != MEDIA_JPEG && code != MEDIA_PNG && code != MEDIA_WEBP))
        return false;
    *kind = (enum media_kind)code;
    *bytes = str_slice(*rest, 0, (size_t)length);
    *rest = str_slice(*rest, (size_t)length, rest->length);
    return true;
}

static enum media_problem add_page(struct writer *writer, unsigned index, struct str *rest,
                                   struct arena *arena)
{
    enum media_kind kind;
    struct str bytes;
    struct picture picture;
    if (!row_take(rest, &kind, &bytes) || kind == MEDIA_PDF) return MEDIA_BROKEN;
    struct arena_mark mark = arena_mark(arena);
    enum media_problem problem = picture_open(kind, bytes, MEDIA_PAGE_SIDE, arena, &picture);
    if (problem == MEDIA_GOOD && !write_page(writer, index, &picture)) problem = MEDIA_TOO_LARGE;
    arena_rewind(arena, mark);
    return problem;
}

void pictures_to_pdf(struct str bytes, struct arena *arena, struct buf *out, struct media_report *report)
{
    struct writer writer = {.out = out};
    struct str rest = bytes;
    unsigned pages = 0;
    report->problem = rest.length > 0 ? MEDIA_GOOD : MEDIA_BROKEN;
    buf_append_cstr(out, "%PDF-1.4\n%\xE2\xE3\xCF\xD3\n");
    for (; report->problem == MEDIA_GOOD && rest.length > 0; pages++)
        report->problem =
            pages < MEDIA_PICTURES_MAXIMUM ? add_page(&writer, pages, &rest, arena) : MEDIA_TOO_LARGE;
    if (report->problem == MEDIA_GOOD && !write_end(&writer, pages)) report->problem = MEDIA_TOO_LARGE;
    report->changed = report->problem == MEDIA_GOOD;
    report->pages = report->changed ? (int)pages : 0;
}
