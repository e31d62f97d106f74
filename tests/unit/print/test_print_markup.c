/* The print markup: layout over pages, properties, mistakes, limits, threads. */
#include <pthread.h>

#include "support.h"

static void the_same_input_gives_the_same_bytes(void **state)
{
    (void)state;
    static const char markup[] =
        "<document watermark=\"MẪU\"><p><b>Ễ</b> <i>Ậ</i></p><qr>abc</qr></document>";
    BUF_AUTO one = BUF_WITH_MAXIMUM(1 << 20);
    BUF_AUTO two = BUF_WITH_MAXIMUM(1 << 20);
    make_pdf(markup, &one);
    make_pdf(markup, &two);
    assert_int_equal(one.length, two.length);
    assert_memory_equal(one.data, two.data, one.length);
}

static void *print_often(void *result)
{
    struct buf *pdf = result;
    ARENA_AUTO arena = arena_create(1 << 20);
    for (int i = 0; i < 20; i++) {
        buf_clear(pdf);
        struct error error;
        if (print_render_pdf(STR("<document><p>Chữ <b>đậm</b> <i>nghiêng</i></p></document>"), &test_options,
                             arena, pdf, &error) != STATUS_OK)
            return NULL;
    }
    return pdf;
}

static void threads_print_at_once(void **state)
{
    (void)state;
    enum { COUNT = 4 };
    pthread_t threads[COUNT];
    struct buf pdfs[COUNT];
    for (int i = 0; i < COUNT; i++) {
        pdfs[i] = BUF_WITH_MAXIMUM(1 << 20);
        assert_int_equal(pthread_create(&threads[i], NULL, print_often, &pdfs[i]), 0);
    }
    for (int i = 0; i < COUNT; i++) {
        void *result;
        pthread_join(threads[i], &result);
        assert_non_null(result);
        assert_int_equal(pdfs[i].length, pdfs[0].length);
        assert_memory_equal(pdfs[i].data, pdfs[0].data, pdfs[0].length);
    }
    for (int i = 0; i < COUNT; i++)
        buf_release(&pdfs[i]);
}

static void the_document_has_its_properties(void **state)
{
    (void)state;
    BUF_AUTO pdf = BUF_WITH_MAXIMUM(1 << 20);
    BUF_AUTO answer = BUF_WITH_MAXIMUM(1 << 16);
    make_pdf("<document><p>a</p></document>", &pdf);
    ask(&pdf, "pdfinfo", NULL, NULL, &answer);
    assert_contains(answer.data, "Title:           Thử\n");
    assert_contains(answer.data, "Author:          UBND quận Ba Đình\n");
    assert_contains(answer.data, "CreationDate:    Thu Jan 12 03:00:00 2017 UTC\n");
    assert_contains(answer.data, "Page size:       595.276 x 841.89 pts (A4)\n");
    assert_non_null(memmem(pdf.data, pdf.length, "/Lang (vi)", 10));
    buf_clear(&answer);
    ask(&pdf, "pdffonts", NULL, NULL, &answer);
    assert_contains(answer.data, "yes yes yes"); /* embedded, subset, to Unicode */
}

static void every_vietnamese_letter_is_read_back(void **state)
{
    (void)state;
    static const char letters[] = "aàảãáạăằẳẵắặâầẩẫấậeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵđ";
    static const char capitals[] =
        "AÀẢÃÁẠĂẰẲẴẮẶÂẦẨẪẤẬEÈẺẼÉẸÊỀỂỄẾỆIÌỈĨÍỊOÒỎÕÓỌÔỒỔỖỐỘƠỜỞỠỚỢUÙỦŨÚỤƯỪỬỮỨỰYỲỶỸÝỴĐ";
    static const char *const styles[] = {"<p>%s</p>", "<p bold=\"yes\">%s</p>", "<p italic=\"yes\">%s</p>",
                                         "<p bold=\"yes\" italic=\"yes\">%s</p>"};
    for (size_t i = 0; i < sizeof styles / sizeof *styles; i++) {
        BUF_AUTO markup = BUF_WITH_MAXIMUM(1 << 16);
        BUF_AUTO pdf = BUF_WITH_MAXIMUM(1 << 20);
        BUF_AUTO text = BUF_WITH_MAXIMUM(1 << 16);
        const char *tail = strstr(styles[i], "%s");
        buf_printf(&markup, "<document size=\"8\">%.*s%s%s%.*s caps=\"yes\">%s%s</document>",
                   (int)(tail - styles[i]), styles[i], letters, tail + 2, (int)(tail - styles[i] - 1),
                   styles[i], letters, tail + 2);
        make_pdf(markup.data, &pdf);
        pdf_text(&pdf, &text);
        assert_contains(text.data, letters);
        assert_contains(text.data, capitals);
    }
}

static void white_space_is_collapsed_and_lines_are_kept_on_demand(void **state)
{
    (void)state;
    BUF_AUTO pdf = BUF_WITH_MAXIMUM(1 << 20);
    BUF_AUTO text = BUF_WITH_MAXIMUM(1 << 16);
    make_pdf("<document><p>\n a\n  b <b> c</b> <u> d </u> e<br/> f\n</p><p keep-lines=\"yes\">g\nh</p>"
             "<p>mã <nobr>x y</nobr> H<sub>2</sub>O</p></document>",
             &pdf);
    pdf_text(&pdf, &text);
    assert_contains(text.data, "a b c d e\nf\ng\nh\nmã x y H");
}

/* count paragraphs "Đoạn N" */
static void add_paragraphs(struct buf *markup, int count)
{
    for (int i = 1; i <= count; i++)
        buf_printf(markup, "<p>Đoạn %d.</p>", i);
}

static void pages_are_numbered_from_the_second(void **state)
{
    (void)state;
    BUF_AUTO markup = BUF_WITH_MAXIMUM(1 << 20);
    BUF_AUTO pdf = BUF_WITH_MAXIMUM(4 << 20);
    BUF_AUTO text = BUF_WITH_MAXIMUM(1 << 20);
    buf_append_cstr(&markup, "<document><footer>Chân trang</footer>");
    add_paragraphs(&markup, 100);
    buf_append_cstr(&markup, "</document>");
    make_pdf(markup.data, &pdf);
    assert_int_equal(pdf_pages(&pdf), 3);
    pdf_text(&pdf, &text);
    assert_int_equal(occurrences(text.data, "Chân trang"), 3);
    assert_contains(text.data, "\f2\nĐoạn");
    assert_contains(text.data, "\f3\nĐoạn");
    assert_memory_equal(text.data, "Đoạn 1.", strlen("Đoạn 1."));
}

static void what_must_stay_together_does(void **state)
{
    (void)state;
    BUF_AUTO text = BUF_WITH_MAXIMUM(1 << 20);
    for (int count = 35; count < 50; count++) {
        BUF_AUTO markup = BUF_WITH_MAXIMUM(1 << 20);
        BUF_AUTO pdf = BUF_WITH_MAXIMUM(4 << 20);
        buf_append_cstr(&markup, "<document page-numbers=\"no\">");
        add_paragraphs(&markup, count);
        buf_append_cstr(
            &markup, "<p keep-with-next=\"yes\">Tiêu đề</p><keep><p>Ký một</p><space height=\"20mm\"/><p>Ký "
                     "hai</p></keep></document>");
        make_pdf(markup.data, &pdf);
        buf_clear(&text);
        pdf_text(&pdf, &text);
        assert_contains(text.data, "Tiêu đề\nKý một\nKý hai");
    }
}

static void a_page_break_breaks_and_leaves_no_empty_page(void **state)
{
    (void)state;
    BUF_AUTO pdf = BUF_WITH_MAXIMUM(1 << 20);
    make_pdf("<document><page-break/><p>a</p><page-break/><page-break/><p>b</p><page-break/></document>",
             &pdf);
    assert_int_equal(pdf_pages(&pdf), 2);
}

static void a_table_row_higher_than_a_page_is_divided(void **state)
{
    (void)state;
    BUF_AUTO markup = BUF_WITH_MAXIMUM(1 << 20);
    BUF_AUTO pdf = BUF_WITH_MAXIMUM(4 << 20);
    BUF_AUTO text = BUF_WITH_MAXIMUM(1 << 20);
    buf_append_cstr(
        &markup,
        "<document><table widths=\"1 1\"><row header=\"yes\"><cell>Cột A</cell><cell>Cột B</cell></row>"
        "<row><cell>ngắn</cell><cell>");
    for (int i = 0; i < 3000; i++)
        buf_append_cstr(&markup, "chữ ");
    buf_append_cstr(&markup, "</cell></row></table></document>");
    make_pdf(markup.data, &pdf);
    int pages = pdf_pages(&pdf);
    assert_in_range(pages, 4, 8);
    pdf_text(&pdf, &text);
    assert_int_equal(occurrences(text.data, "chữ"), 3000);
    assert_int_equal(occurrences(text.data, "Cột A"), pages);
}

static void pictures_come_from_the_caller(void **state)
{
    (void)state;
    /* 1 by 1 grey pixel */
    static const unsigned char png[] = {
        0x89, 'P',  'N',  'G',  '\r', '\n', 0x1a, '\n', 0,    0,    0,    13,  'I',  'H',  'D',  'R',  0,
        0,    0,    1,    0,    0,    0,    1,    8,    0,    0,    0,    0,   0x3a, 0x7e, 0x9b, 0x55, 0,
        0,    0,    10,   'I',  'D',  'A',  'T',  0x78, 0x9c, 0x63, 0x68, 0,   0,    0,    0x82, 0,    0x81,
        0x77, 0xcd, 0x72, 0xb6, 0,    0,    0,    0,    'I',  'E',  'N',  'D', 0xae, 0x42, 0x60, 0x82};
    struct print_image images[] = {{"dấu", {(const char *)png, sizeof png}}, {"hỏng", STR("không phải PNG")}};
    struct print_options options = test_options;
    options.images = images;
    options.image_count = 2;
    ARENA_AUTO arena = arena_create(1 << 20);
    BUF_AUTO pdf = BUF_WITH_MAXIMUM(1 << 20);
    struct error error = {.detail = ""};
    enum status status = print_render_pdf(STR("<document><image name=\"dấu\" width=\"30mm\"/></document>"),
                                          &options, arena, &pdf, &error);
    assert_string_equal(error.detail, "");
    assert_int_equal(status, STATUS_OK);
    BUF_AUTO list = BUF_WITH_MAXIMUM(1 << 16);
    ask(&pdf, "pdfimages", "-list", NULL, &list);
    assert_contains(list.data, "image");
    assert_int_equal(
        print_render_pdf(STR("<document><image name=\"hỏng\"/></document>"), &options, arena, &pdf, &error),
        STATUS_INVALID);
    assert_string_equal(error.detail, "line 1: the image is no PNG or too large");
    images[0].png.length = 50;
    assert_int_equal(
        print_render_pdf(STR("<document><image name=\"dấu\"/></document>"), &options, arena, &pdf, &error),
        STATUS_INVALID);
    assert_string_equal(error.detail, "line 1: the image cannot be read");
}

static void mistakes_are_told_with_their_line(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"<p/>", "line 1: the root must be <document>"},
        {"<document>\n<h1>a</h1></document>", "line 2: <h1> cannot stand here"},
        {"<document>\n\n<p colour=\"red\">a</p></document>", "line 3: <p> has no attribute \"colour\""},
        {"<document><p><script/></p></document>", "line 1: <script> cannot stand in text"},
        {"<document>a</document>", "line 1: text outside of a paragraph in <document>"},
        {"<document><p align=\"middle\">a</p></document>", "line 1: align=\"middle\" is unknown"},
        {"<document><p indent=\"10\">a</p></document>",
         "line 1: indent=\"10\" is no length (5mm, 12pt, 30%)"},
        {"<document><p indent=\"-1mm\">a</p></document>",
         "line 1: indent=\"-1mm\" is no length (5mm, 12pt, 30%)"},
        {"<document><p left=\"500mm\">a</p></document>", "line 1: the margins leave no room for the text"},
        {"<document><p size=\"500\">a</p></document>", "line 1: size=\"500\" is no number from 5 to 72"},
        {"<document margins=\"20 20\"><p/></document>",
         "line 1: margins are four numbers of millimetres: top bottom left right"},
        {"<document margins=\"150 150 10 10\"><p/></document>",
         "line 1: margins are four numbers of millimetres: top bottom left right"},
        {"<document><table><row/></table></document>", "line 1: <table> needs widths"},
        {"<document><table widths=\"1 1\"><row><cell/></row></table></document>",
         "line 1: fewer cells than columns"},
        {"<document><table widths=\"1\"><row><cell/><cell/></row></table></document>",
         "line 1: more cells than columns"},
        {"<document><table widths=\"1 1000\"><row><cell/><cell/></row></table></document>",
         "line 1: a column is too narrow"},
        {"<document><table widths=\"1\"><row><cell/></row>\n<row "
         "header=\"yes\"><cell/></row></table></document>",
         "line 2: header rows come first and take a third of a page at most"},
        {"<document><columns widths=\"1 1\"><column/></columns></document>",
         "line 1: <columns> holds one <column> for each width"},
        {"<document><rule width=\"text\"/></document>", "line 1: width=\"text\" needs a paragraph above"},
        {"<document><qr></qr></document>", "line 1: a QR code holds 1 to 1000 bytes"},
        {"<document><qr size=\"300mm\">a</qr></document>", "line 1: <qr> does not fit"},
        {"<document><image name=\"x\"/></document>", "line 1: there is no image of this name"},
        {"<document><footer>a</footer><footer>b</footer></document>", "line 1: more than one footer"},
        {"<document><space height=\"1000mm\"/></document>",
         "line 1: height=\"1000mm\" is no length (5mm, 12pt, 30%)"},
        {"<document><space height=\"400mm\"/></document>", "line 1: a space higher than the page"},
    };
    ARENA_AUTO arena = arena_create(1 << 20);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        BUF_AUTO pdf = BUF_WITH_MAXIMUM(1 << 20);
        struct error error = {.detail = "?"};
        enum status status = print_render_pdf(str_of(rows[i][0]), &test_options, arena, &pdf, &error);
        assert_string_equal(error.detail, rows[i][1]);
        assert_int_equal(status, STATUS_INVALID);
        assert_string_equal(error.code, "print.markup");
    }
}

static void bad_xml_is_refused(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",
        "<document>",
        "<document><p>&nbsp;</p></document>",
        "<document><p>\x01</p></document>",
        "<document><p>\xff</p></document>",
        "<!DOCTYPE document [<!ENTITY a \"b\">]><document><p>&a;</p></document>",
        "<!DOCTYPE document SYSTEM \"file:///etc/passwd\"><document/>"};
    ARENA_AUTO arena = arena_create(1 << 20);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        BUF_AUTO pdf = BUF_WITH_MAXIMUM(1 << 20);
        struct error error = {.detail = "?"};
        assert_int_equal(print_render_pdf(str_of(rows[i]), &test_options, arena, &pdf, &error),
                         STATUS_INVALID);
    }
}

static void check_too_large(const char *markup, size_t maximum)
{
    ARENA_AUTO arena = arena_create(8 << 20);
    BUF_AUTO pdf = BUF_WITH_MAXIMUM(maximum);
    struct error error = {.detail = "?"};
    assert_int_equal(print_render_pdf(str_of(markup), &test_options, arena, &pdf, &error), STATUS_TOO_LARGE);
}

static void limits_hold(void **state)
{
    (void)state;
    BUF_AUTO markup = BUF_WITH_MAXIMUM(8 << 20);
    check_too_large("<document><p>a</p></document>", 1000);
    buf_append_cstr(&markup, "<document>");
    for (int i = 0; i < 201; i++)
        buf_append_cstr(&markup, "<page-break/><p>a</p>");
    buf_append_cstr(&markup, "</document>");
    check_too_large(markup.data, 8 << 20);
    buf_clear(&markup);
    buf_append_cstr(&markup, "<document>");
    for (int i = 0; i < 101; i++)
        buf_append_cstr(&markup, "<qr>a</qr>");
    buf_append_cstr(&markup, "</document>");
    check_too_large(markup.data, 8 << 20);
    buf_clear(&markup);
    buf_append_cstr(&markup, "<document><p keep-lines=\"yes\">");
    for (int i = 0; i < 20000; i++)
        buf_append_cstr(&markup, "a\n");
    buf_append_cstr(&markup, "</p></document>");
    check_too_large(markup.data, 8 << 20);
    buf_clear(&markup);
    for (int i = 0; i <= PRINT_MAXIMUM_MARKUP; i++)
        buf_append_char(&markup, ' ');
    check_too_large(markup.data, 8 << 20);
}

static void letters_with_a_thousand_marks_are_thinned(void **state)
{
    (void)state;
    BUF_AUTO markup = BUF_WITH_MAXIMUM(2 << 20);
    BUF_AUTO pdf = BUF_WITH_MAXIMUM(1 << 20);
    buf_append_cstr(&markup, "<document><p>e");
    for (int i = 0; i < 400000; i++)
        buf_append_cstr(&markup, "\xCC\x82");
    buf_append_cstr(&markup, "</p></document>");
    int64_t begin = clock_monotonic_us();
    make_pdf(markup.data, &pdf);
    assert_true(clock_monotonic_us() - begin < 20 * MICROSECONDS); /* it was minutes */
}

static int finish(void **state)
{
    (void)state;
    print_finish();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_input_gives_the_same_bytes),
        cmocka_unit_test(threads_print_at_once),
        cmocka_unit_test(the_document_has_its_properties),
        cmocka_unit_test(every_vietnamese_letter_is_read_back),
        cmocka_unit_test(white_space_is_collapsed_and_lines_are_kept_on_demand),
        cmocka_unit_test(pages_are_numbered_from_the_second),
        cmocka_unit_test(what_must_stay_together_does),
        cmocka_unit_test(a_page_break_breaks_and_leaves_no_empty_page),
        cmocka_unit_test(a_table_row_higher_than_a_page_is_divided),
        cmocka_unit_test(pictures_come_from_the_caller),
        cmocka_unit_test(mistakes_are_told_with_their_line),
        cmocka_unit_test(bad_xml_is_refused),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(letters_with_a_thousand_marks_are_thinned),
    };
    return cmocka_run_group_tests_name("print markup", tests, NULL, finish);
}
