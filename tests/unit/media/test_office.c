/* Office files that people hand in: archives that are what they say, and texts without programs in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <zlib.h>

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

struct part {
    const char *name, *text;
    unsigned flags;
    int lie; /* bytes more in the list than there are */
};

static void number(struct buf *to, unsigned long value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        buf_append_char(to, (char)(value >> (8 * i) & 0xFF));
}

/* What the head of a part and the list say alike. */
static void describe(struct buf *to, const struct part *part, int lie)
{
    size_t size = strlen(part->text);
    number(to, 20, 2);
    number(to, part->flags, 2);
    number(to, 0, 2);
    number(to, 0, 4);
    number(to, crc32(0, (const Bytef *)part->text, (uInt)size), 4);
    number(to, size, 4);
    number(to, size + (size_t)lie, 4);
    number(to, strlen(part->name), 2);
    number(to, 0, 2);
}

/* An archive of these parts, stored, with `count` in its end and something before its list. */
static struct str zip_with(const struct part *parts, unsigned count, struct str before_list)
{
    BUF_AUTO zip = BUF_WITH_MAXIMUM(1 << 20);
    BUF_AUTO list = BUF_WITH_MAXIMUM(1 << 20);
    for (const struct part *part = parts; part->name != NULL; part++) {
        buf_append_cstr(&list, "PK\1\2");
        number(&list, 20, 2);
        describe(&list, part, part->lie);
        number(&list, 0, 2);
        number(&list, 0, 8);
        number(&list, zip.length, 4);
        buf_append_cstr(&list, part->name);
        buf_append_cstr(&zip, "PK\3\4");
        describe(&zip, part, 0);
        buf_append_cstr(&zip, part->name);
        buf_append_cstr(&zip, part->text);
    }
    buf_append_str(&zip, before_list);
    size_t start = zip.length;
    buf_append_str(&zip, buf_str(&list));
    buf_append_cstr(&zip, "PK\5\6");
    number(&zip, 0, 4);
    number(&zip, count, 2);
    number(&zip, count, 2);
    number(&zip, list.length, 4);
    number(&zip, start, 4);
    number(&zip, 0, 2);
    return buf_copy(&zip, arena);
}

#define TYPES                                                                                                \
    {                                                                                                        \
        "[Content_Types].xml", "<Types><Default Extension='xml' ContentType='application/xml'/></Types>", 0, \
            0                                                                                                \
    }
#define RELATION(type, target, mode)                                                                         \
    "<Relationships><Relationship Id='r' Type='http://schemas.openxmlformats.org/officeDocument/2006/"       \
    "relationships/" type "' Target='" target "' " mode "/></Relationships>"

static enum media_problem office_with(struct part part)
{
    const struct part parts[] = {TYPES, part, {NULL, NULL, 0, 0}};
    inspect(MEDIA_OFFICE, zip_with(parts, 2, STR("")));
    assert_false(report.changed);
    return report.problem;
}

static void office_files_with_programs_are_refused(void **state)
{
    (void)state;
    const struct {
        struct part part;
        enum media_problem problem;
    } cases[] = {
        {{"word/document.xml", "<w/>", 0, 0}, MEDIA_GOOD},
        {{"word/media/image1.PNG", "x", 0, 0}, MEDIA_GOOD},
        {{"word/printerSettings1.bin", "x", 0, 0}, MEDIA_GOOD},
        {{"customXml/", "", 0, 0}, MEDIA_GOOD},
        {{"word/vbaProject.bin", "x", 0, 0}, MEDIA_MACROS},
        {{"WORD/VBAPROJECT.BIN", "x", 0, 0}, MEDIA_MACROS},
        {{"word/x.bin", "x", 0, 0}, MEDIA_MACROS},
        {{"Basic/Standard/Module1.xml", "x", 0, 0}, MEDIA_MACROS},
        {{"word/embeddings/oleObject1.bin", "x", 0, 0}, MEDIA_MACROS},
        {{"word/run.bat", "x", 0, 0}, MEDIA_MACROS},
        {{"x.hta", "x", 0, 0}, MEDIA_MACROS},
        {{"word/kem.zip", "PK\3\4", 0, 0}, MEDIA_MACROS},
        {{"word/kem", "MZ", 0, 0}, MEDIA_MACROS},
        {{"word/kem.png.", "MZ", 0, 0}, MEDIA_MACROS},
        {{"word/document.xml", "<w/>", 1, 0}, MEDIA_ENCRYPTED},
        {{"../document.xml", "<w/>", 0, 0}, MEDIA_BROKEN},
        {{"[content_types].XML", "<w/>", 0, 0}, MEDIA_BROKEN},
        {{"word/document.xml", "<w/>", 0, 1}, MEDIA_BROKEN},
        {{"word/_rels/document.xml.rels", RELATION("hyperlink", "https://dvc.vn", "TargetMode='External'"), 0,
          0},
         MEDIA_GOOD},
        {{"word/_rels/document.xml.rels", RELATION("image", "media/image1.png", ""), 0, 0}, MEDIA_GOOD},
        {{"word/_rels/document.xml.rels", RELATION("image", "media/image1.png", "TargetMode='External'"), 0,
          0},
         MEDIA_MACROS},
        {{"word/_rels/document.xml.rels", RELATION("hyperlink", "file:///C:/a.exe", "TargetMode='External'"),
          0, 0},
         MEDIA_MACROS},
        {{"word/_rels/settings.xml.rels",
          RELATION("attachedTemplate", "http://x.vn/a.dotm", "TargetMode='External'"), 0, 0},
         MEDIA_MACROS},
        {{"word/_rels/settings.xml.rels", RELATION("attachedTemplate", "http://x.vn/a.dotm", ""), 0, 0},
         MEDIA_MACROS},
        {{"word/_rels/document.xml.rels", RELATION("vbaProject", "x.xml", ""), 0, 0}, MEDIA_MACROS},
        {{"word/_rels/document.xml.rels", RELATION("oleObject", "x.xml", ""), 0, 0}, MEDIA_MACROS},
        {{"word/_rels/document.xml.rels", "<Relationships", 0, 0}, MEDIA_BROKEN},
        {{"word/_rels/document.xml.rels", "<!DOCTYPE a><Relationships/>", 0, 0}, MEDIA_BROKEN},
        {{"META-INF/manifest.xml", "<m><file-entry><encryption-data/></file-entry></m>", 0, 0},
         MEDIA_ENCRYPTED},
        {{"content.xml", "<c xmlns:x='http://www.w3.org/1999/xlink'><a x:href='https://dvc.vn'/></c>", 0, 0},
         MEDIA_GOOD},
        {{"content.xml", "<c xmlns:x='http://www.w3.org/1999/xlink'><a x:href='file:///C:/a.exe'/></c>", 0,
          0},
         MEDIA_MACROS},
        {{"content.xml", "<c xmlns:x='http://www.w3.org/1999/xlink'><image x:href='Pictures/1.png'/></c>", 0,
          0},
         MEDIA_GOOD},
        {{"content.xml", "<c xmlns:x='http://www.w3.org/1999/xlink'><image x:href='http://x.vn/1.png'/></c>",
          0, 0},
         MEDIA_MACROS},
        {{"content.xml", "<c><event-listeners><event-listener/></event-listeners></c>", 0, 0}, MEDIA_MACROS},
        {{"content.xml", "<c><scripts/></c>", 0, 0}, MEDIA_GOOD},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        enum media_problem problem = office_with(cases[i].part);
        if (problem != cases[i].problem)
            fail_msg("%s %s: %d", cases[i].part.name, cases[i].part.text, (int)problem);
    }
    const struct part macro_type[] = {
        {"[Content_Types].xml",
         "<Types><Default Extension='xml' ContentType='application/vnd.ms-office.vbaProject'/></Types>", 0,
         0},
        {NULL, NULL, 0, 0}};
    inspect(MEDIA_OFFICE, zip_with(macro_type, 1, STR("")));
    assert_int_equal(report.problem, MEDIA_MACROS);
}

/* What two programs could read as two different things. */
static void archives_that_say_two_things_are_refused(void **state)
{
    (void)state;
    const struct part parts[] = {TYPES, {"word/document.xml", "<w/>", 0, 0}, {NULL, NULL, 0, 0}};
    struct str whole = zip_with(parts, 2, STR(""));
    inspect(MEDIA_OFFICE, whole);
    assert_int_equal(report.problem, MEDIA_GOOD);
    for (size_t length = 0; length < whole.length; length++) {
        inspect(MEDIA_OFFICE, str_slice(whole, 0, length));
        assert_int_equal(report.problem, MEDIA_BROKEN);
    }
    const struct str others[] = {zip_with(parts, 1, STR("")), zip_with(parts, 3, STR("")),
                                 zip_with(parts, 2, STR("PK\3\4 hidden")),
                                 str_of(arena_printf(arena, "MZ%.*s", STR_ARG(whole)))};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        inspect(MEDIA_OFFICE, others[i]);
        assert_int_equal(report.problem, MEDIA_BROKEN);
    }
    const struct part alone[] = {{"word/document.xml", "<w/>", 0, 0}, {NULL, NULL, 0, 0}};
    inspect(MEDIA_OFFICE, zip_with(alone, 1, STR("")));
    assert_int_equal(report.problem, MEDIA_BROKEN);
    const struct part large[] = {TYPES, {"word/a.xml", "x", 0, 0x7FFFFFFF}, {NULL, NULL, 0, 0}};
    inspect(MEDIA_OFFICE, zip_with(large, 2, STR("")));
    assert_int_not_equal(report.problem, MEDIA_GOOD);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(office_files_with_programs_are_refused),
        cmocka_unit_test(archives_that_say_two_things_are_refused),
    };
    return cmocka_run_group_tests_name("office", tests, prepare, finish);
}
