/* Vietnamese text: normal form, search keys, order, lengths. */
#include "i18n_support.h"

#include "motcua/base/utf8.h"
#include "motcua/i18n/text.h"

static const char *search(const char *text)
{
    return text_search_key(arena, str_of(text)).data;
}

static const char *accent(const char *text)
{
    return text_accent_key(arena, str_of(text)).data;
}

static void decomposed_text_becomes_composed(void **state)
{
    (void)state;
    struct str normal;
    assert_int_equal(text_normalise(arena, STR("Nguye\xcc\x82\xcc\x83n"), &normal, NULL), STATUS_OK);
    assert_string_equal(normal.data, "Nguyễn");
    assert_int_equal(text_normalise(arena, STR("Nguye\xcc\x83\xcc\x82n"), &normal, NULL), STATUS_OK);
    assert_string_not_equal(normal.data, "Nguyễn"); /* another order of marks is another letter */
    assert_int_equal(text_normalise(arena, STR("ệ e\xcc\xa3\xcc\x82 e\xcc\x82\xcc\xa3"), &normal, NULL),
                     STATUS_OK);
    assert_string_equal(normal.data, "ệ ệ ệ");
    assert_int_equal(text_normalise(arena, STR(""), &normal, NULL), STATUS_OK);
    assert_int_equal(normal.length, 0);
    assert_true(text_is_normalised(STR("Đỗ Thị Ngữ")));
    assert_false(text_is_normalised(STR("Do\xcc\x82")));
}

static void what_is_no_utf8_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"\xff",         "\xc3",     "abc\xe1\xba",
                                        "\xed\xa0\x80", "\xc0\x80", "\xf5\x80\x80\x80"};
    struct str normal;
    struct error error = {0};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(text_normalise(arena, str_of(wrong[i]), &normal, &error), STATUS_INVALID);
        assert_non_null(error.message);
        assert_false(text_is_normalised(str_of(wrong[i])));
        /* the others carry on with a replacement character */
        assert_true(utf8_valid(text_upper(arena, str_of(wrong[i]))));
        assert_true(utf8_valid(text_search_key(arena, str_of(wrong[i]))));
        assert_true(utf8_valid(text_strip_accents(arena, str_of(wrong[i]))));
        assert_true(utf8_valid(text_collation_key(arena, str_of(wrong[i]))));
        (void)text_grapheme_length(str_of(wrong[i]));
    }
    assert_int_equal(text_normalise(arena, STR("a\0b"), &normal, NULL), STATUS_INVALID);
}

static void search_keys_drop_accents_case_and_blanks(void **state)
{
    (void)state;
    assert_string_equal(search("  Đăng ký   KHAI SINH "), "dang ky khai sinh");
    assert_string_equal(search("Yên Hoà"), search("YÊN HÒA"));
    assert_string_equal(search("Yên Hòa"), "yen hoa");
    assert_string_equal(search("ho\xcc\x80"
                               "a"),
                        "hoa");
    assert_string_equal(search("Giấy phép (xây dựng): nhà-ở"), "giay phep xay dung nha o");
    assert_string_equal(search("ƯỚC ƠN Ỹ"), "uoc on y");
    assert_string_equal(search("２０１７"), "2017");
    assert_string_equal(search("2.000635"), "2 000635");
    assert_string_equal(search(""), "");
    assert_string_equal(search(" -- "), "");
}

static void accent_keys_tell_accents_apart_but_not_their_place(void **state)
{
    (void)state;
    assert_string_equal(accent("Hòa"), accent("hoà"));
    assert_string_equal(accent("THÚY"), accent("thuý"));
    assert_string_equal(accent("quý"), accent("qúy"));
    assert_string_not_equal(accent("hoa"), accent("hòa"));
    assert_string_not_equal(accent("hóa"), accent("hòa"));
    assert_string_not_equal(accent("dương"), accent("đường"));
    assert_string_not_equal(accent("co"), accent("cô"));
    assert_string_not_equal(accent("hoà bình"), accent("hoa bình"));
    assert_string_equal(accent("Hòa  Bình"), accent("hoà bình"));
}

static void accents_come_off_for_short_messages(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"Hồ sơ đã có kết quả. Mời Ông/Bà đến nhận!", "Ho so da co ket qua. Moi Ong/Ba den nhan!"},
        {"ĐƯỜNG Ỷ Ỹ", "DUONG Y Y"},
        {"Nguye\xcc\x82\xcc\x83n", "Nguyen"},
        {"“8.000 đồng” – hạn 05/02…", "\"8.000 dong\" - han 05/02..."},
        {"dòng\nmới", "dong\nmoi"},
        {"８", "8"},
        {"日本", "??"},
        {"😀.", "?."},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        assert_string_equal(text_strip_accents(arena, str_of(pairs[i][0])).data, pairs[i][1]);
}

static void case_changes_every_vietnamese_letter(void **state)
{
    (void)state;
    assert_string_equal(text_upper(arena, STR("Đỗ Thị Ngữ, ở Ỷ La")).data, "ĐỖ THỊ NGỮ, Ở Ỷ LA");
    assert_string_equal(text_lower(arena, STR("ĐỖ THỊ NGỮ ƯỚC ƠN")).data, "đỗ thị ngữ ước ơn");
    assert_string_equal(text_capitalise(arena, STR("ủy ban nhân dân")).data, "Ủy ban nhân dân");
    assert_string_equal(text_capitalise(arena, STR("đ")).data, "Đ");
    assert_string_equal(text_capitalise(arena, STR("")).data, "");
}

static void names_are_written_with_capitals(void **state)
{
    (void)state;
    assert_string_equal(text_person_name(arena, STR("  nguyễn   văn an ")).data, "Nguyễn Văn An");
    assert_string_equal(text_person_name(arena, STR("TRẦN THỊ ĐÀO")).data, "Trần Thị Đào");
    assert_string_equal(text_person_name(arena, STR("Y Ngông Niê KĐăm")).data, "Y Ngông Niê KĐăm");
    assert_string_equal(text_person_name(arena, STR("")).data, "");
}

/* The order of ICU's Vietnamese collation, which PostgreSQL and browsers use. */
static void words_sort_in_vietnamese_order(void **state)
{
    (void)state;
    static const char *const sorted[] = {
        "",        "1",  "a",   "à",  "ả",    "ã",   "á",   "ạ",    "ai",  "an",      "An",
        "an Bình", "ăn", "ân",  "ba", "bà",   "bạ",  "Bắc", "Bình", "ca",  "chi",     "da",
        "dương",   "đa", "đào", "e",  "ê",    "hoa", "hoà", "hoá",  "hoạ", "hoa lan", "m",
        "ma",      "o",  "ô",   "ơ",  "phúc", "thu", "thư", "u",    "ư",   "y",
    };
    for (size_t i = 0; i < sizeof sorted / sizeof *sorted; i++)
        for (size_t k = 0; k < sizeof sorted / sizeof *sorted; k++) {
            int order = str_compare(text_collation_key(arena, str_of(sorted[i])),
                                    text_collation_key(arena, str_of(sorted[k])));
            if ((order < 0) != (i < k) || (order == 0) != (i == k))
                fail_msg("%s and %s", sorted[i], sorted[k]);
        }
    assert_true(str_equal(text_collation_key(arena, STR("hòa")), text_collation_key(arena, STR("hoà"))));
}

static void people_sort_by_given_name_then_middle_then_family(void **state)
{
    (void)state;
    static const char *const sorted[] = {
        "Trần An",     "Lê Văn An",    "Nguyễn Văn An", "Trần Văn An", "Đỗ Thị Ánh",
        "Nguyễn Bình", "Trần Văn Hoa", "Lê Anh Hòa",    "Lê Văn Hoà",  "An Thị Hương",
    };
    for (size_t i = 1; i < sizeof sorted / sizeof *sorted; i++)
        if (str_compare(text_name_sort_key(arena, str_of(sorted[i - 1])),
                        text_name_sort_key(arena, str_of(sorted[i]))) >= 0)
            fail_msg("%s before %s", sorted[i - 1], sorted[i]);
    assert_true(str_equal(text_name_sort_key(arena, STR("LÊ VĂN AN")),
                          text_name_sort_key(arena, STR("Lê  Văn An "))));
    (void)text_name_sort_key(arena, STR(""));
}

static void lengths_are_those_that_people_see(void **state)
{
    (void)state;
    assert_int_equal(text_grapheme_length(STR("Nguye\xcc\x82\xcc\x83n")), 6);
    assert_int_equal(text_grapheme_length(STR("Nguyễn")), 6);
    assert_int_equal(text_grapheme_length(STR("đ\xcc\xa3\xcc\x81\r\n😀")), 3);
    assert_int_equal(text_grapheme_length(STR("")), 0);
    assert_string_equal(text_shorten(arena, STR("Đăng ký khai sinh"), 8).data, "Đăng ký…");
    assert_string_equal(text_shorten(arena, STR("Đăng ký"), 7).data, "Đăng ký");
    assert_string_equal(text_shorten(arena, STR("Nguye\xcc\x82\xcc\x83n Văn"), 7).data,
                        "Nguye\xcc\x82\xcc\x83n…");
    assert_string_equal(text_shorten(arena, STR("abc"), 0).data, "");
}

static void characters_that_no_field_wants_are_found(void **state)
{
    (void)state;
    assert_false(text_has_forbidden(STR("Số 5, ngõ 12 – Cầu Giấy 😀"), false));
    assert_false(text_has_forbidden(STR("dòng một\r\n\tdòng hai"), true));
    assert_true(text_has_forbidden(STR("dòng một\ndòng hai"), false));
    assert_true(text_has_forbidden(STR("a\x01"), true));
    assert_true(text_has_forbidden(STR("a\x7f"), true));
    assert_true(text_has_forbidden(STR("a\xe2\x80\xae"), true)); /* right-to-left override */
    assert_true(text_has_forbidden(STR("\xef\xbb\xbf"
                                       "a"),
                                   true));
    assert_true(text_has_forbidden(STR("\xef\xbf\xbf"), true));
    assert_true(text_has_forbidden(STR("\xff"), true));
}

static void long_text_is_no_trouble(void **state)
{
    (void)state;
    char *many = arena_alloc(arena, 200001);
    for (size_t i = 0; i < 200000; i += 4)
        memcpy(many + i, "ế ", 4);
    many[200000] = '\0';
    struct str text = str_make(many, 200000);
    assert_int_equal(text_search_key(arena, text).length, 50000 * 2 - 1);
    (void)text_person_name(arena, text);
    (void)text_name_sort_key(arena, text);
    (void)text_strip_accents(arena, text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(decomposed_text_becomes_composed),
        TEST(what_is_no_utf8_is_refused),
        TEST(search_keys_drop_accents_case_and_blanks),
        TEST(accent_keys_tell_accents_apart_but_not_their_place),
        TEST(accents_come_off_for_short_messages),
        TEST(case_changes_every_vietnamese_letter),
        TEST(names_are_written_with_capitals),
        TEST(words_sort_in_vietnamese_order),
        TEST(people_sort_by_given_name_then_middle_then_family),
        TEST(lengths_are_those_that_people_see),
        TEST(characters_that_no_field_wants_are_found),
        TEST(long_text_is_no_trouble),
    };
    return cmocka_run_group_tests_name("i18n: text", tests, NULL, NULL);
}
