/* Marked search hits: whatever a name or a query holds, the HTML made of them holds text and <mark> only. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../../src/web/portal/portal.h"

static struct arena *arena;

static int prepare(void **state)
{
    (void)state;
    arena = arena_create(4 * 1024 * 1024);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    arena_destroy(arena);
    return 0;
}

static const char *marked(const char *text, const char *query)
{
    return mark_hits(arena, text, str_of(query));
}

static void words_are_marked_whatever_their_accents(void **state)
{
    (void)state;
    assert_string_equal(marked("Đăng ký khai sinh", "khai sinh"), "Đăng ký <mark>khai sinh</mark>");
    assert_string_equal(marked("Đăng ký khai sinh", "DANG KY"), "<mark>Đăng ký</mark> khai sinh");
    assert_string_equal(marked("Yên Hoà và Yên Hòa", "hoa"), "Yên <mark>Hoà</mark> và Yên <mark>Hòa</mark>");
}

static void the_beginning_of_a_word_is_enough(void **state)
{
    (void)state;
    assert_string_equal(marked("Giấy khai sinh", "kha"), "Giấy <mark>khai</mark> sinh");
    assert_string_equal(marked("Giấy khai sinh", "hai"), "");
}

static void words_apart_get_marks_of_their_own(void **state)
{
    (void)state;
    assert_string_equal(marked("sinh, tử: sinh", "sinh"), "<mark>sinh</mark>, tử: <mark>sinh</mark>");
    assert_string_equal(marked("sinh, sinh", "sinh"), "<mark>sinh</mark>, <mark>sinh</mark>");
    assert_string_equal(marked("sinh – sinh”", "sinh"), "<mark>sinh</mark> – <mark>sinh</mark>”");
}

static void nothing_marked_is_nothing(void **state)
{
    (void)state;
    assert_string_equal(marked("Khai sinh", ""), "");
    assert_string_equal(marked("Khai sinh", "   <>&\"' "), "");
    assert_string_equal(marked("", "khai"), "");
}

static void every_sign_of_html_is_escaped(void **state)
{
    (void)state;
    assert_string_equal(marked("<b>khai</b> & \"a\" 'b'", "khai b"),
                        "&lt;<mark>b</mark>&gt;<mark>khai</mark>&lt;/<mark>b</mark>&gt; &amp; &quot;a&quot; "
                        "&#39;<mark>b</mark>&#39;");
    assert_string_equal(escape_html(arena, "<script>alert(\"x\")</script>"),
                        "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;");
    assert_string_equal(escape_html(arena, ""), "");
}

/* Any bytes: taking the marks away and the escapes back gives the text again. */
static void any_bytes_come_back(void **state)
{
    (void)state;
    static const char *const pieces[] = {"khai",         " ",    "<",    ">",    "&",        "'", "\"",
                                         "\xe2\x80\x93", "\xe2", "\xc3", "\x80", "\xf0\x9f", "ế", "sinh",
                                         "mark"};
    static const struct {
        const char *name;
        const char *sign;
    } signs[] = {{"<mark>", ""},   {"</mark>", ""}, {"&lt;", "<"}, {"&gt;", ">"},
                 {"&quot;", "\""}, {"&#39;", "'"},  {"&amp;", "&"}};
    uint32_t random = 1;
    for (int round = 0; round < 2000; round++) {
        struct arena_mark mark = arena_mark(arena);
        const char *text = "khai";
        for (int i = 0; i < 12; i++) {
            random = random * 1664525 + 1013904223;
            text = arena_printf(arena, "%s%s", text,
                                pieces[(random >> 16) % (sizeof pieces / sizeof pieces[0])]);
        }
        const char *html = marked(text, "khai mark");
        if (html[0] == '\0') /* the first word went on: "khaiế" is one, "khaisinh" too; both begin with it */
            fail_msg("nothing marked in %s", text);
        char *plain = arena_alloc(arena, strlen(html) + 1);
        size_t length = 0;
        while (*html != '\0') {
            size_t k = 0, count = sizeof signs / sizeof signs[0];
            while (k < count && strncmp(html, signs[k].name, strlen(signs[k].name)) != 0)
                k++;
            if (k == count) {
                assert_true(*html != '<' && *html != '>' && *html != '"' && *html != '\'' && *html != '&');
                plain[length++] = *html++;
                continue;
            }
            html += strlen(signs[k].name);
            if (signs[k].sign[0] != '\0') plain[length++] = signs[k].sign[0];
        }
        plain[length] = '\0';
        assert_string_equal(plain, text);
        arena_rewind(arena, mark);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_marked_whatever_their_accents),
        cmocka_unit_test(the_beginning_of_a_word_is_enough),
        cmocka_unit_test(words_apart_get_marks_of_their_own),
        cmocka_unit_test(nothing_marked_is_nothing),
        cmocka_unit_test(every_sign_of_html_is_escaped),
        cmocka_unit_test(any_bytes_come_back),
    };
    return cmocka_run_group_tests_name("marked hits", tests, prepare, finish);
}
