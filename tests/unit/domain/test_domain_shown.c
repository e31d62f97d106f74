/* Pages as pictures, made where they are made in service: behind the fence of the child. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cairo-pdf.h>
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "media/media_private.h"
#include "motcua/domain/inspect.h"

enum { ROOM = 256 * 1024 * 1024, OUT = 16 * 1024 * 1024, SIDE = 1000, NOT_SHOWN = 250, INK = 140 };

static struct arena *arena;

/* --- What is shown */

/* A page of these lines, each in a font of its own that only has a name. */
static struct str pdf_of(const char *const *fonts, const char *const *lines, size_t count)
{
    BUF_AUTO content = BUF_WITH_MAXIMUM(OUT);
    BUF_AUTO pdf = BUF_WITH_MAXIMUM(OUT);
    for (size_t i = 0; i < count; i++)
        buf_printf(&content, "BT /F%zu 24 Tf 50 %zu Td %s Tj ET\n", i, 780 - 50 * i, lines[i]);
    buf_append_cstr(&pdf, "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
                          "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
                          "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
                          "/Resources<</Font<<");
    for (size_t i = 0; i < count; i++)
        buf_printf(&pdf, "/F%zu<</Type/Font%s>>", i, fonts[i]);
    buf_printf(&pdf, ">>>>>>endobj\n4 0 obj<</Length %zu>>stream\n", content.length);
    buf_append_str(&pdf, buf_str(&content));
    buf_append_cstr(&pdf, "\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n");
    return buf_copy(&pdf, arena);
}

static struct str standard_fonts(void)
{
    static const char *const fonts[] = {"/Subtype/Type1/BaseFont/Helvetica",
                                        "/Subtype/Type1/BaseFont/Helvetica-Bold",
                                        "/Subtype/Type1/BaseFont/Helvetica-Oblique",
                                        "/Subtype/Type1/BaseFont/Helvetica-BoldOblique",
                                        "/Subtype/Type1/BaseFont/Times-Roman",
                                        "/Subtype/Type1/BaseFont/Times-Bold",
                                        "/Subtype/Type1/BaseFont/Times-Italic",
                                        "/Subtype/Type1/BaseFont/Times-BoldItalic",
                                        "/Subtype/Type1/BaseFont/Courier",
                                        "/Subtype/Type1/BaseFont/Courier-Bold",
                                        "/Subtype/Type1/BaseFont/Courier-Oblique",
                                        "/Subtype/Type1/BaseFont/Courier-BoldOblique",
                                        "/Subtype/Type1/BaseFont/Symbol",
                                        "/Subtype/Type1/BaseFont/ZapfDingbats"};
    static const char *const lines[] = {
        "(Mot cua 2017)", "(Mot cua 2017)", "(Mot cua 2017)", "(Mot cua 2017)", "(Mot cua 2017)",
        "(Mot cua 2017)", "(Mot cua 2017)", "(Mot cua 2017)", "(Mot cua 2017)", "(Mot cua 2017)",
        "(Mot cua 2017)", "(Mot cua 2017)", "(Mot cua 2017)", "(Mot cua 2017)"};
    return pdf_of(fonts, lines, sizeof fonts / sizeof fonts[0]);
}

#define FAR_EAST(name, encoding, ordering, supplement)                                                       \
    "/Subtype/Type0/BaseFont/" name "/Encoding/" encoding                                                    \
    "/DescendantFonts[<</Type/Font/Subtype/CIDFontType0/BaseFont/" name                                      \
    "/CIDSystemInfo<</Registry(Adobe)/Ordering(" ordering ")/Supplement " supplement ">>"                    \
    "/FontDescriptor<</Type/FontDescriptor/FontName/" name                                                   \
    "/Flags 4/FontBBox[0 -200 1000 900]/ItalicAngle 0/Ascent 800/Descent -200/CapHeight 700/StemV 80>>"      \
    "/DW 1000>>]"

/* How they are encoded stands in files of poppler-data, without which nothing of them is drawn. */
static struct str far_east(void)
{
    static const char *const fonts[] = {FAR_EAST("STSong-Light", "UniGB-UCS2-H", "GB1", "2"),
                                        FAR_EAST("HeiseiMin-W3", "UniJIS-UCS2-H", "Japan1", "2"),
                                        FAR_EAST("MSung-Light", "UniCNS-UCS2-H", "CNS1", "2")};
    static const char *const lines[] = {"<4E2D6587516C6587>", "<65E5672C8A9E>", "<7E419AD4>"};
    return pdf_of(fonts, lines, sizeof fonts / sizeof fonts[0]);
}

static cairo_status_t send_bytes(void *context, const unsigned char *bytes, unsigned length)
{
    return write(*(const int *)context, bytes, length) == (ssize_t)length ? CAIRO_STATUS_SUCCESS
                                                                          : CAIRO_STATUS_WRITE_ERROR;
}

static void draw_lines(int to)
{
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(send_bytes, &to, 595, 842);
    cairo_t *cairo = cairo_create(surface);
    cairo_select_font_face(cairo, "serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cairo, 24);
    for (int i = 0; i < 3; i++) {
        cairo_move_to(cairo, 50, 60 + 50 * i);
        cairo_show_text(cairo, "Giấy tờ 2017");
    }
    cairo_destroy(cairo);
    cairo_surface_finish(surface);
    cairo_surface_destroy(surface);
}

/* Its fonts come along. Drawn in another process: what fontconfig learned there, this one must not know. */
static struct str embedded_fonts(void)
{
    BUF_AUTO pdf = BUF_WITH_MAXIMUM(OUT);
    char block[4096];
    int ends[2], state;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        draw_lines(ends[1]);
        _exit(0);
    }
    close(ends[1]);
    for (ssize_t got; (got = read(ends[0], block, sizeof block)) > 0;)
        buf_append(&pdf, block, (size_t)got);
    close(ends[0]);
    assert_int_equal(waitpid(child, &state, 0), child);
    assert_int_equal(state, 0);
    assert_true(str_find(buf_str(&pdf), STR("/FontFile")) >= 0);
    return buf_copy(&pdf, arena);
}

/* A sheet with five dark lines. */
static struct str photo(void)
{
    BUF_AUTO jpeg = BUF_WITH_MAXIMUM(OUT);
    struct picture picture = picture_create(arena, 600, 850, 3);
    for (unsigned y = 0; y < picture.height; y++)
        memset(picture.pixels + (size_t)y * picture.width * 3, y >= 100 && y % 100 < 20 && y < 600 ? 10 : 230,
               (size_t)picture.width * 3);
    assert_true(jpeg_encode(&picture, 90, &jpeg));
    return buf_copy(&jpeg, arena);
}

static struct str scan(void)
{
    BUF_AUTO row = BUF_WITH_MAXIMUM(OUT);
    BUF_AUTO pdf = BUF_WITH_MAXIMUM(OUT);
    struct media_report report;
    struct str jpeg = photo();
    buf_printf(&row, "%d %zu\n", (int)MEDIA_JPEG, jpeg.length);
    buf_append_str(&row, jpeg);
    pictures_to_pdf(buf_str(&row), arena, &pdf, &report);
    assert_int_equal(report.problem, MEDIA_GOOD);
    return buf_copy(&pdf, arena);
}

/* --- What one sees */

static bool has_ink(const struct picture *picture, unsigned y)
{
    const unsigned char *at = picture->pixels + (size_t)y * picture->width * picture->channels;
    for (unsigned i = 0; i < picture->width * picture->channels; i++)
        if (at[i] < INK) return true;
    return false;
}

static int lines_of(struct str jpeg)
{
    struct picture picture;
    int orientation, lines = 0;
    if (jpeg_decode(jpeg, arena, &picture, &orientation) != MEDIA_GOOD) return NOT_SHOWN;
    bool before = false;
    for (unsigned y = 0; y < picture.height; y++) {
        bool ink = has_ink(&picture, y);
        lines += ink && !before;
        before = ink;
    }
    return lines;
}

static bool forget_landlock(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    bool good = filter != NULL &&
                seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(landlock_create_ruleset), 0) == 0 &&
                seccomp_load(filter) == 0;
    seccomp_release(filter);
    return good;
}

static void the_operator_is_told_of_a_kernel_without_landlock(void **state)
{
    int ended;
    (void)state;
    assert_true(inspect_can_read_fonts());
    pid_t child = fork();
    if (child == 0) _exit(forget_landlock() ? inspect_can_read_fonts() : NOT_SHOWN);
    assert_int_equal(waitpid(child, &ended, 0), child);
    assert_int_equal(ended, 0);
}

/* How many lines stand on the first page, seen from behind the fence. */
static int shown(enum media_kind kind, struct str bytes, bool landlock)
{
    int state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct buf jpeg = BUF_WITH_MAXIMUM(OUT);
        struct media_report report;
        enum inspect_need need = kind == MEDIA_PDF ? INSPECT_FONTS : INSPECT_NO_FILES;
        if ((!landlock && !forget_landlock()) || !inspect_enter_sandbox(need)) _exit(INSPECT_NO_SANDBOX);
        media_show(kind, bytes, 1, SIDE, arena, &jpeg, &report);
        _exit(report.problem == MEDIA_GOOD && report.pages == 1 ? lines_of(buf_str(&jpeg)) : NOT_SHOWN);
    }
    assert_int_equal(waitpid(child, &state, 0), child);
    if (!WIFEXITED(state)) fail_msg("it died: %d", state);
    return WEXITSTATUS(state);
}

static void fonts_that_come_along_are_shown(void **state)
{
    (void)state;
    assert_int_equal(shown(MEDIA_PDF, embedded_fonts(), true), 3);
}

static void the_fourteen_standard_fonts_are_shown(void **state)
{
    (void)state;
    assert_int_equal(shown(MEDIA_PDF, standard_fonts(), true), 14);
}

static void far_eastern_encodings_are_known(void **state)
{
    (void)state;
    assert_int_equal(shown(MEDIA_PDF, far_east(), true), 3);
}

static void scans_and_photos_are_shown(void **state)
{
    (void)state;
    assert_int_equal(shown(MEDIA_PDF, scan(), true), 5);
    assert_int_equal(shown(MEDIA_JPEG, photo(), true), 5);
}

/* A kernel without Landlock: no file is read, and what needs none is shown all the same. */
static void without_landlock_pages_show_what_they_bring_along(void **state)
{
    (void)state;
    assert_int_equal(shown(MEDIA_PDF, embedded_fonts(), false), 3);
    assert_int_equal(shown(MEDIA_PDF, scan(), false), 5);
    assert_int_not_equal(shown(MEDIA_PDF, standard_fonts(), false), NOT_SHOWN);
    assert_int_not_equal(shown(MEDIA_PDF, far_east(), false), NOT_SHOWN);
}

static int prepare(void **state)
{
    (void)state;
    arena = arena_create(ROOM);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    arena_destroy(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fonts_that_come_along_are_shown),
        cmocka_unit_test(the_fourteen_standard_fonts_are_shown),
        cmocka_unit_test(far_eastern_encodings_are_known),
        cmocka_unit_test(scans_and_photos_are_shown),
        cmocka_unit_test(the_operator_is_told_of_a_kernel_without_landlock),
        cmocka_unit_test(without_landlock_pages_show_what_they_bring_along),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, prepare, finish);
}
