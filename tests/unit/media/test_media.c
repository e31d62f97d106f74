/* What comes out of pictures and PDF files that people hand in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "media/media_private.h"

enum { ROOM = 512 * 1024 * 1024, OUT = 64 * 1024 * 1024 };

static struct arena *arena;
static struct buf out;
static struct media_report report;

static void inspect(enum media_kind kind, struct str bytes)
{
    buf_clear(&out);
    media_inspect(kind, bytes, arena, &out, &report);
}

/* --- Pictures */

/* Stripes like lines of text on a sheet; the left upper corner is red. */
static struct picture sheet(unsigned width, unsigned height, unsigned char paper, unsigned stripe)
{
    struct picture picture = picture_create(arena, width, height, 3);
    for (unsigned y = 0; y < height; y++)
        for (unsigned x = 0; x < width; x++) {
            unsigned char *at = picture.pixels + ((size_t)y * width + x) * 3;
            bool ink = stripe > 0 && y / stripe % 2 == 0 && x / stripe % 3 != 0;
            memset(at, ink ? 10 : paper, 3);
            if (x < width / 4 && y < height / 4) memcpy(at, "\xE0\x10\x10", 3);
        }
    return picture;
}

static struct str as_jpeg(const struct picture *picture)
{
    BUF_AUTO bytes = BUF_WITH_MAXIMUM(OUT);
    assert_true(jpeg_encode(picture, 92, &bytes));
    return buf_copy(&bytes, arena);
}

/* An Exif segment with an orientation and a place, put behind the start of the picture. */
static struct str with_exif(struct str jpeg, char orientation, const char *secret)
{
    char exif[512] = "\xFF\xE1\0\0Exif\0\0II*\0\x08\0\0\0\x02\0\x12\x01\x03\0\x01\0\0\0";
    size_t length = 4 + 6 + 8 + 2 + 8;
    exif[length] = orientation;
    length += 4;
    memcpy(exif + length, "\x25\x88\x04\0\x01\0\0\0\x26\0\0\0\0\0\0\0",
           16); /* GPS, then no further directory */
    length += 16;
    memcpy(exif + length, secret, strlen(secret));
    length += strlen(secret);
    exif[2] = (char)((length - 2) >> 8);
    exif[3] = (char)((length - 2) & 0xFF);
    BUF_AUTO bytes = BUF_WITH_MAXIMUM(OUT);
    buf_append_str(&bytes, str_slice(jpeg, 0, 2));
    buf_append(&bytes, exif, length);
    buf_append_str(&bytes, str_slice(jpeg, 2, jpeg.length));
    return buf_copy(&bytes, arena);
}

static bool red_at(const struct picture *picture, unsigned x, unsigned y)
{
    const unsigned char *at = picture->pixels + ((size_t)y * picture->width + x) * picture->channels;
    return at[0] > 150 && at[1] < 90 && at[2] < 90;
}

static void a_photo_loses_its_place_and_stands_upright(void **state)
{
    (void)state;
    struct picture upright = sheet(640, 800, 230, 6), lying = picture_turn(arena, &upright, 8);
    assert_int_equal(lying.width, 800);
    struct str photo = with_exif(as_jpeg(&lying), 6, "21.0368N 105.7825E");
    assert_true(str_find(photo, STR("21.0368N")) >= 0);
    inspect(MEDIA_JPEG, photo);
    assert_int_equal(report.problem, MEDIA_GOOD);
    assert_true(report.changed);
    assert_int_equal(report.width, 640);
    assert_int_equal(report.height, 800);
    assert_true(str_find(buf_str(&out), STR("21.0368N")) < 0);
    assert_true(str_find(buf_str(&out), STR("Exif")) < 0);
    struct picture kept;
    int orientation = 1;
    assert_int_equal(jpeg_decode(buf_str(&out), arena, &kept, &orientation), MEDIA_GOOD);
    assert_true(red_at(&kept, 5, 5));
    assert_false(red_at(&kept, 630, 5));
    assert_false(red_at(&kept, 5, 790));
}

static void every_orientation_brings_the_corner_up(void **state)
{
    (void)state;
    /* what undoes each: stored as turned by the second, shown by the first */
    static const int undone[9] = {0, 1, 2, 3, 4, 5, 8, 7, 6};
    struct picture upright = sheet(64, 40, 230, 0);
    for (int i = 1; i <= 8; i++) {
        struct picture stored = picture_turn(arena, &upright, undone[i]);
        struct picture shown = picture_turn(arena, &stored, i);
        assert_int_equal(shown.width, 64);
        assert_memory_equal(shown.pixels, upright.pixels, 64 * 40 * 3);
    }
}

static void bad_photos_are_remarked_upon_and_not_refused(void **state)
{
    (void)state;
    struct picture good = sheet(1000, 1400, 230, 6), dark = sheet(1000, 1400, 30, 6),
                   blurred = sheet(1000, 1400, 200, 0), tiny = sheet(300, 420, 230, 6);
    const struct {
        const struct picture *picture;
        unsigned remarks;
    } cases[] = {{&good, 0}, {&dark, MEDIA_DARK}, {&blurred, MEDIA_BLURRED}, {&tiny, MEDIA_SMALL}};
    for (size_t i = 0; i < 4; i++) {
        /* no corner: it is sharp by itself */
        for (unsigned y = 0; y < cases[i].picture->height / 4; y++)
            memcpy(cases[i].picture->pixels + (size_t)y * cases[i].picture->width * 3,
                   cases[i].picture->pixels +
                       (size_t)(cases[i].picture->height / 2 + y) * cases[i].picture->width * 3,
                   (size_t)cases[i].picture->width * 3);
        inspect(MEDIA_JPEG, as_jpeg(cases[i].picture));
        assert_int_equal(report.problem, MEDIA_GOOD);
        assert_int_equal(report.remarks, cases[i].remarks);
    }
}

static void png_and_webp_are_written_anew_too(void **state)
{
    (void)state;
    struct picture picture = sheet(600, 800, 230, 6);
    BUF_AUTO bytes = BUF_WITH_MAXIMUM(OUT);
    assert_true(png_encode(&picture, &bytes));
    buf_append_cstr(&bytes, "<script>behind the end</script>");
    inspect(MEDIA_PNG, buf_str(&bytes));
    assert_int_equal(report.problem, MEDIA_GOOD);
    assert_true(str_find(buf_str(&out), STR("<script>")) < 0);
    buf_clear(&bytes);
    assert_true(webp_encode(&picture, &bytes));
    inspect(MEDIA_WEBP, buf_str(&bytes));
    assert_int_equal(report.problem, MEDIA_GOOD);
    assert_int_equal(report.width, 600);
}

/* A few bytes that promise billions of pixels: told by the head alone. */
static void bombs_are_refused_before_they_are_decoded(void **state)
{
    (void)state;
    struct picture small = sheet(64, 64, 230, 6);
    struct str jpeg = as_jpeg(&small);
    char *bytes = arena_strndup(arena, jpeg.data, jpeg.length);
    size_t used = arena_used(arena);
    ptrdiff_t frame = str_find(jpeg, str_make("\xFF\xC0", 2));
    assert_true(frame > 0);
    memcpy(bytes + frame + 5, "\xFF\xDC\xFF\xDC", 4);
    inspect(MEDIA_JPEG, str_make(bytes, jpeg.length));
    assert_int_equal(report.problem, MEDIA_TOO_LARGE);
    BUF_AUTO png = BUF_WITH_MAXIMUM(OUT);
    static const char head[] = "\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\xC3\x50\0\0\xC3\x50\x08\x02\0\0\0";
    buf_append(&png, head, sizeof head - 1);
    buf_append(&png, "\xC4\xCD\xAA\x9D", 4);
    buf_append(&png, "\0\0\0\1IDAT\0\0\0\0\0", 13);
    inspect(MEDIA_PNG, buf_str(&png));
    assert_int_equal(report.problem, MEDIA_TOO_LARGE);
    assert_true(arena_used(arena) - used < 1024 * 1024);
}

static void a_portrait_is_upright_and_three_by_four(void **state)
{
    (void)state;
    static const unsigned good[][2] = {{300, 400}, {3, 4}, {354, 472}, {670, 1000}, {830, 1000}};
    static const unsigned other[][2] = {{400, 300}, {1200, 300}, {1000, 1000}, {650, 1000}, {850, 1000}};
    for (size_t i = 0; i < 5; i++) {
        assert_true(media_is_portrait(good[i][0], good[i][1]));
        assert_false(media_is_portrait(other[i][0], other[i][1]));
    }
}

static void damaged_pictures_are_told(void **state)
{
    (void)state;
    struct picture picture = sheet(64, 64, 230, 6);
    struct str jpeg = as_jpeg(&picture);
    inspect(MEDIA_JPEG, str_slice(jpeg, 0, 40));
    assert_int_equal(report.problem, MEDIA_BROKEN);
    inspect(MEDIA_PNG, jpeg);
    assert_int_equal(report.problem, MEDIA_BROKEN);
    inspect(MEDIA_WEBP, STR("RIFF\x10\0\0\0WEBPVP8 "));
    assert_int_equal(report.problem, MEDIA_BROKEN);
    inspect(MEDIA_JPEG, STR(""));
    assert_int_equal(report.problem, MEDIA_BROKEN);
}

/* --- PDF */

/* A file of these objects with a correct table of places. */
static struct str pdf_of(const char *const *objects, const char *trailer)
{
    BUF_AUTO pdf = BUF_WITH_MAXIMUM(1 << 20);
    size_t places[20], count = 0;
    buf_append_cstr(&pdf, "%PDF-1.4\n");
    for (; objects[count] != NULL; count++) {
        places[count] = pdf.length;
        buf_printf(&pdf, "%zu 0 obj\n%s\nendobj\n", count + 1, objects[count]);
    }
    size_t table = pdf.length;
    buf_printf(&pdf, "xref\n0 %zu\n0000000000 65535 f \n", count + 1);
    for (size_t i = 0; i < count; i++)
        buf_printf(&pdf, "%010zu 00000 n \n", places[i]);
    buf_printf(&pdf, "trailer\n<</Size %zu/Root 1 0 R%s>>\nstartxref\n%zu\n%%%%EOF\n", count + 1, trailer,
               table);
    return buf_copy(&pdf, arena);
}

#define PAGES "<</Type/Pages/Kids[3 0 R]/Count 1>>"

static struct str pdf_with(const char *catalog, const char *page)
{
    const char *objects[] = {arena_printf(arena, "<</Type/Catalog/Pages 2 0 R%s>>", catalog), PAGES,
                             arena_printf(arena, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]%s>>", page),
                             NULL};
    return pdf_of(objects, "");
}

static void a_harmless_pdf_stays_to_the_last_byte(void **state)
{
    (void)state;
    inspect(
        MEDIA_PDF,
        pdf_with("/OpenAction[3 0 R/Fit]",
                 "/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(https://example.vn)>>>>]"));
    assert_int_equal(report.problem, MEDIA_GOOD);
    assert_false(report.changed);
    assert_int_equal(report.pages, 1);
    assert_int_equal(report.remarks, 0);
    assert_int_equal(out.length, 0);
}

/* Written out without compression, to be searched: a second inspection must find nothing any more. */
static void what_runs_by_itself_is_taken_out(void **state)
{
    (void)state;
    static const struct {
        const char *catalog, *page;
    } cases[] = {
        {"/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>", ""},
        {"/OpenAction<</S/URI/URI(https://example.com/seen)>>", ""},
        {"/OpenAction<</S/GoTo/D[3 0 R/Fit]/Next<</S/Launch/F(cmd.exe)>>>>", ""},
        {"/Names<</JavaScript<</Names[(a)<</S/JavaScript/JS(x)>>]>>>>", ""},
        {"/Names<</EmbeddedFiles<</Names[(a)<</Type/Filespec/F(a.exe)>>]>>>>", ""},
        {"/AA<</WC<</S/JavaScript/JS(x)>>>>", ""},
        {"/AcroForm<</XFA(x)/Fields[]>>", ""},
        {"/Collection<</View/H>>", ""},
        {"", "/AA<</O<</S/Launch/Win<</F(cmd.exe)>>>>>>"},
        {"", "/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/Launch/F(cmd.exe)>>>>]"},
        {"", "/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/#4aavaScript/JS(x)>>>>]"},
        {"", "/Annots[<</Type/Annot/Subtype/FileAttachment/Rect[0 0 9 9]/FS<</EF<<>>/F(a.exe)>>>>]"},
        {"",
         "/Annots[<</Type/Annot/Subtype/Widget/Rect[0 0 9 9]/A<</S/SubmitForm/F(https://example.com)>>>>]"},
        {"", "/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 "
             "9]/A<</S/URI/URI(https://x.vn)/Next[<</S/GoToR/F(b.pdf)>>]>>>>]"},
        {"", "/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(javascript:a\\(\\))>>>>]"},
        {"", "/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/#55RI/URI(file:///C:/a.exe)>>>>]"},
        {"", "/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI( http://x.vn)>>>>]"},
        {"", "/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI/http>>>>]"},
        {"", "/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A<</S/Thread/D 0/F(b.pdf)>>>>]"},
        {"", "/Resources<</XObject<</A<</Type/XObject/Subtype/Form/Ref<</F(b.pdf)/Page 0>>>>>>>>"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        inspect(MEDIA_PDF, pdf_with(cases[i].catalog, cases[i].page));
        assert_int_equal(report.problem, MEDIA_GOOD);
        if (!report.changed || (report.remarks & MEDIA_ACTIVE) == 0)
            fail_msg("kept: %s %s", cases[i].catalog, cases[i].page);
        struct str kept = buf_copy(&out, arena);
        inspect(MEDIA_PDF, kept);
        assert_int_equal(report.problem, MEDIA_GOOD);
        assert_false(report.changed);
        assert_int_equal(report.pages, 1);
    }
}

static void what_is_read_from_another_file_is_taken_out(void **state)
{
    (void)state;
    const char *objects[] = {"<</Type/Catalog/Pages 2 0 R>>", PAGES,
                             "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R>>",
                             "<</Length 0/F(\\\\\\\\host\\\\share)>>\nstream\n\nendstream", NULL};
    inspect(MEDIA_PDF, pdf_of(objects, ""));
    assert_int_equal(report.problem, MEDIA_GOOD);
    assert_int_equal(report.remarks, MEDIA_ACTIVE);
    inspect(MEDIA_PDF, buf_copy(&out, arena));
    assert_int_equal(report.problem, MEDIA_GOOD);
    assert_false(report.changed);
}

/* A file that is two things at once: what stands around the PDF goes. */
static void what_stands_around_a_pdf_is_left_out(void **state)
{
    (void)state;
    static const struct str company[][2] = {
        {{"<html><script>alert(1)</script>\n", 32}, {"", 0}},
        {{"GIF89a", 6}, {"", 0}},
        {{"", 0}, {"MZ\0\0\0", 5}},
        {{"", 0}, {"PK\3\4a.js", 8}},
        {{"", 0}, {"PK\3\4a.jsPK\5\6 and as if nothing were there\n%%EOF\n", 48}},
    };
    struct str pdf = pdf_with("", "");
    for (size_t i = 0; i < sizeof company / sizeof company[0]; i++) {
        const struct str *around = company[i];
        BUF_AUTO bytes = BUF_WITH_MAXIMUM(1 << 16);
        buf_append_str(&bytes, around[0]);
        buf_append_str(&bytes, pdf);
        buf_append_str(&bytes, around[1]);
        inspect(MEDIA_PDF, buf_str(&bytes));
        assert_int_equal(report.problem, MEDIA_GOOD);
        assert_true(report.changed);
        assert_int_equal(report.remarks, MEDIA_REPAIRED);
        assert_true(str_starts_with(buf_str(&out), STR("%PDF-")));
        assert_true(str_ends_with(buf_str(&out), STR("%%EOF\n")));
        assert_true(str_find(buf_str(&out), around[around[0].length > 0 ? 0 : 1]) < 0);
    }
    BUF_AUTO blanks = BUF_WITH_MAXIMUM(1 << 16);
    buf_append_str(&blanks, pdf);
    buf_append_str(&blanks, str_make("\r\n \0\n", 5));
    inspect(MEDIA_PDF, buf_str(&blanks));
    assert_false(report.changed);
}

static void a_damaged_pdf_is_mended_or_refused(void **state)
{
    (void)state;
    inspect(MEDIA_PDF, STR("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj" PAGES
                           "endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n"
                           "trailer<</Root 1 0 R>>\n%%EOF\n"));
    assert_int_equal(report.problem, MEDIA_GOOD);
    assert_int_equal(report.remarks, MEDIA_REPAIRED);
    assert_true(report.changed);
    static const char *const broken[] = {
        "", "%PDF-1.4\n", "%PDF-1.7\nnothing of it\n%%EOF\n",
        "%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"};
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        inspect(MEDIA_PDF, str_of(broken[i]));
        assert_int_equal(report.problem, MEDIA_BROKEN);
        assert_false(report.changed);
    }
}

static void a_pdf_with_a_password_is_told(void **state)
{
    (void)state;
    const char *objects[] = {
        "<</Type/Catalog/Pages 2 0 R>>", PAGES, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>",
        "<</Filter/Standard/V 1/R 2/P -4/O<0102030405060708091011121314151617181920212223242526272829303132>"
        "/U<0102030405060708091011121314151617181920212223242526272829303132>>>",
        NULL};
    inspect(MEDIA_PDF, pdf_of(objects, "/Encrypt 4 0 R/ID[<00><00>]"));
    assert_int_equal(report.problem, MEDIA_ENCRYPTED);
}

/* Objects that name each other in circles and in depth must come to an end. */
static void circles_and_depth_come_to_an_end(void **state)
{
    (void)state;
    inspect(MEDIA_PDF, pdf_with("/A 1 0 R/B[1 0 R 2 0 R 3 0 R]", "/C 3 0 R"));
    assert_int_equal(report.problem, MEDIA_GOOD);
    BUF_AUTO deep = BUF_WITH_MAXIMUM(1 << 20);
    buf_append_cstr(&deep, "/Deep ");
    for (int i = 0; i < 400; i++)
        buf_append_char(&deep, '[');
    for (int i = 0; i < 400; i++)
        buf_append_char(&deep, ']');
    inspect(MEDIA_PDF, pdf_with(buf_copy(&deep, arena).data, ""));
    assert_true(report.problem == MEDIA_GOOD || report.problem == MEDIA_BROKEN);
}

static void orientations_are_read_within_their_bounds(void **state)
{
    (void)state;
    static const char little[] = "II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x08\0\0\0";
    static const char big[] = "MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x03\0\0";
    assert_int_equal(exif_orientation(str_make(little, sizeof little - 1)), 8);
    assert_int_equal(exif_orientation(str_make(big, sizeof big - 1)), 3);
    for (size_t length = 0; length < sizeof little - 1; length++)
        (void)exif_orientation(arena_str(arena, str_make(little, length)));
    assert_int_equal(exif_orientation(str_make("II*\0\xFF\xFF\xFF\xFF", 8)), 1);
    assert_int_equal(exif_orientation(str_make("II*\0\x08\0\0\0\xFF\xFF", 10)), 1);
}

static int prepare(void **state)
{
    (void)state;
    arena = arena_create(ROOM);
    out = BUF_WITH_MAXIMUM(OUT);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    buf_release(&out);
    arena_destroy(arena);
    return 0;
}

/* --- Photos of one paper */

static void add_picture(struct buf *row, enum media_kind kind, struct str bytes)
{
    buf_printf(row, "%d %zu\n", (int)kind, bytes.length);
    buf_append_str(row, bytes);
}

static void photos_become_pages_upright_in_their_order(void **state)
{
    (void)state;
    BUF_AUTO row = BUF_WITH_MAXIMUM(OUT);
    BUF_AUTO page = BUF_WITH_MAXIMUM(OUT);
    struct picture upright = sheet(600, 800, 230, 6), lying = picture_turn(arena, &upright, 8),
                   across = sheet(900, 500, 230, 6);
    add_picture(&row, MEDIA_JPEG, with_exif(as_jpeg(&lying), 6, "21.0368N 105.7825E"));
    add_picture(&row, MEDIA_JPEG, as_jpeg(&across));
    inspect(MEDIA_PICTURES, buf_str(&row));
    assert_int_equal(report.problem, MEDIA_GOOD);
    assert_int_equal(report.pages, 2);
    struct str pdf = buf_copy(&out, arena);
    assert_true(str_find(pdf, STR("21.0368N")) < 0);
    /* sound: the inspector keeps it to the last byte */
    inspect(MEDIA_PDF, pdf);
    assert_int_equal(report.problem, MEDIA_GOOD);
    assert_false(report.changed);
    assert_int_equal(report.pages, 2);
    static const unsigned sizes[2][2] = {{847, 1200}, {1200, 847}};
    for (unsigned i = 0; i < 2; i++) {
        struct picture shown;
        int orientation;
        buf_clear(&page);
        media_show(MEDIA_PDF, pdf, i + 1, 1200, arena, &page, &report);
        assert_int_equal(report.problem, MEDIA_GOOD);
        assert_int_equal(report.pages, 2);
        assert_int_equal(report.width, sizes[i][0]);
        assert_int_equal(report.height, sizes[i][1]);
        assert_int_equal(jpeg_decode(buf_str(&page), arena, &shown, &orientation), MEDIA_GOOD);
        /* the red corner is the left upper one of the picture, which stands in the middle of its sheet */
        assert_true(red_at(&shown, shown.width / 8, shown.height / 6));
        assert_false(red_at(&shown, shown.width * 7 / 8, shown.height / 6));
        assert_false(red_at(&shown, shown.width / 8, shown.height * 5 / 6));
    }
    media_show(MEDIA_PDF, pdf, 3, 1200, arena, &page, &report);
    assert_int_equal(report.problem, MEDIA_BROKEN);
}

static void a_page_has_no_more_pixels_than_a_scanner_gives(void **state)
{
    (void)state;
    BUF_AUTO row = BUF_WITH_MAXIMUM(OUT);
    struct picture large = sheet(3000, 4000, 230, 9);
    struct str photo = as_jpeg(&large);
    add_picture(&row, MEDIA_JPEG, photo);
    inspect(MEDIA_PICTURES, buf_str(&row));
    assert_int_equal(report.problem, MEDIA_GOOD);
    assert_true(str_find(buf_str(&out), STR("/Width 1754/Height 2339")) >= 0);
    assert_true(out.length < photo.length);
}

static void rows_of_pictures_that_are_none_are_refused(void **state)
{
    (void)state;
    struct picture tiny = sheet(20, 20, 230, 3);
    struct str photo = as_jpeg(&tiny);
    const char *const heads[] = {"",
                                 "1",
                                 "1 \n",
                                 "0 3\nabc",
                                 "5 3\nabc",
                                 "9 1\na",
                                 "1 9\na",
                                 "1 -1\nabc",
                                 "x 1\na",
                                 "1 3\nabc",
                                 "1 99999999999999999999\n"};
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        inspect(MEDIA_PICTURES, str_of(heads[i]));
        assert_int_not_equal(report.problem, MEDIA_GOOD);
        assert_false(report.changed);
    }
    BUF_AUTO row = BUF_WITH_MAXIMUM(OUT);
    for (int i = 0; i < MEDIA_PICTURES_MAXIMUM; i++)
        add_picture(&row, MEDIA_JPEG, photo);
    inspect(MEDIA_PICTURES, buf_str(&row));
    assert_int_equal(report.pages, MEDIA_PICTURES_MAXIMUM);
    add_picture(&row, MEDIA_JPEG, photo);
    inspect(MEDIA_PICTURES, buf_str(&row));
    assert_int_equal(report.problem, MEDIA_TOO_LARGE);
}

/* --- Papers of a dossier behind its print-out */

static void papers_become_one_pdf_behind_the_print_out(void **state)
{
    (void)state;
    BUF_AUTO row = BUF_WITH_MAXIMUM(OUT);
    struct picture photo = sheet(600, 800, 230, 6);
    add_picture(&row, MEDIA_PDF, pdf_with("", ""));
    add_picture(&row, MEDIA_JPEG, as_jpeg(&photo));
    add_picture(&row, MEDIA_PDF, pdf_with("", "/Rotate 90"));
    inspect(MEDIA_BUNDLE, buf_str(&row));
    assert_int_equal(report.problem, MEDIA_GOOD);
    assert_int_equal(report.remarks, 0);
    assert_int_equal(report.pages, 3);
    struct str pdf = buf_copy(&out, arena);
    inspect(MEDIA_PDF, pdf);
    assert_int_equal(report.problem, MEDIA_GOOD);
    assert_int_equal(report.pages, 3);
    /* alone it is what it was */
    buf_clear(&row);
    add_picture(&row, MEDIA_PDF, pdf_with("", ""));
    inspect(MEDIA_BUNDLE, buf_str(&row));
    assert_int_equal(report.pages, 1);
    assert_true(report.changed);
}

static void papers_that_cannot_be_joined_are_told(void **state)
{
    (void)state;
    BUF_AUTO row = BUF_WITH_MAXIMUM(OUT);
    add_picture(&row, MEDIA_PDF, pdf_with("", ""));
    add_picture(&row, MEDIA_PDF, pdf_with("", ""));
    add_picture(&row, MEDIA_PDF, STR("%PDF-1.4 no more"));
    add_picture(&row, MEDIA_PNG, STR("no picture"));
    inspect(MEDIA_BUNDLE, buf_str(&row));
    assert_int_equal(report.problem, MEDIA_GOOD);
    assert_int_equal(report.remarks, 1 << 1 | 1 << 2);
    assert_false(report.changed);
    static const char *const heads[] = {"", "0 3\nabc", "1 3\nabc", "0 9\na", "4 1\na", "6 1\na"};
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        inspect(MEDIA_BUNDLE, str_of(heads[i]));
        assert_int_not_equal(report.problem, MEDIA_GOOD);
        assert_false(report.changed);
    }
    buf_clear(&row);
    for (int i = 0; i < MEDIA_BUNDLE_MAXIMUM + 1; i++)
        add_picture(&row, MEDIA_PDF, pdf_with("", ""));
    inspect(MEDIA_BUNDLE, buf_str(&row));
    assert_int_equal(report.pages, MEDIA_BUNDLE_MAXIMUM + 1);
    add_picture(&row, MEDIA_PDF, pdf_with("", ""));
    inspect(MEDIA_BUNDLE, buf_str(&row));
    assert_int_equal(report.problem, MEDIA_TOO_LARGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(papers_become_one_pdf_behind_the_print_out),
        cmocka_unit_test(papers_that_cannot_be_joined_are_told),
        cmocka_unit_test(a_photo_loses_its_place_and_stands_upright),
        cmocka_unit_test(every_orientation_brings_the_corner_up),
        cmocka_unit_test(bad_photos_are_remarked_upon_and_not_refused),
        cmocka_unit_test(png_and_webp_are_written_anew_too),
        cmocka_unit_test(bombs_are_refused_before_they_are_decoded),
        cmocka_unit_test(a_portrait_is_upright_and_three_by_four),
        cmocka_unit_test(damaged_pictures_are_told),
        cmocka_unit_test(a_harmless_pdf_stays_to_the_last_byte),
        cmocka_unit_test(what_runs_by_itself_is_taken_out),
        cmocka_unit_test(what_is_read_from_another_file_is_taken_out),
        cmocka_unit_test(what_stands_around_a_pdf_is_left_out),
        cmocka_unit_test(a_damaged_pdf_is_mended_or_refused),
        cmocka_unit_test(a_pdf_with_a_password_is_told),
        cmocka_unit_test(circles_and_depth_come_to_an_end),
        cmocka_unit_test(photos_become_pages_upright_in_their_order),
        cmocka_unit_test(a_page_has_no_more_pixels_than_a_scanner_gives),
        cmocka_unit_test(rows_of_pictures_that_are_none_are_refused),
        cmocka_unit_test(orientations_are_read_within_their_bounds),
    };
    return cmocka_run_group_tests(tests, prepare, finish);
}
