/* Catalogues in gettext's binary form, written here by hand, whole and broken. */
#include "i18n_support.h"

#include <stdlib.h>

#include "i18n/plural.h"
#include "motcua/i18n/catalogue.h"

#define HEADER(plural) "Content-Type: text/plain; charset=UTF-8\nLanguage: en\nPlural-Forms: " plural "\n"

struct pair {
    struct str id, text;
};

#define PAIR(id, text)                                                                                       \
    {                                                                                                        \
        STR(id), STR(text)                                                                                   \
    }

static void put(uint8_t *out, uint32_t word, bool big)
{
    for (int i = 0; i < 4; i++)
        out[i] = (uint8_t)(word >> (big ? 24 - 8 * i : 8 * i));
}

static struct str write_mo(const struct pair *pairs, uint32_t count, bool big)
{
    uint8_t *out = arena_zalloc(arena, 65536);
    uint32_t at = 28 + count * 16;
    put(out, 0x950412de, big);
    put(out + 8, count, big);
    put(out + 12, 28, big);
    put(out + 16, 28 + count * 8, big);
    for (uint32_t i = 0; i < count * 2; i++) {
        struct str text = i < count ? pairs[i].id : pairs[i - count].text;
        put(out + 28 + i * 8, (uint32_t)text.length, big);
        put(out + 32 + i * 8, at, big);
        memcpy(out + at, text.data, text.length);
        at += (uint32_t)text.length + 1;
    }
    return str_make((const char *)out, at);
}

static struct catalogue *read(const struct pair *pairs, uint32_t count)
{
    struct catalogue *catalogue = NULL;
    struct error error = {0};
    if (catalogue_read(arena, write_mo(pairs, count, false), &catalogue, &error) != STATUS_OK)
        fail_msg("%s", error.detail);
    return catalogue;
}

static const struct pair sample[] = {
    PAIR("", HEADER("nplurals=2; plural=(n != 1);")),
    PAIR("Nộp hồ sơ", "Submit"),
    PAIR("%lld hồ sơ\0%lld hồ sơ", "%lld dossier\0%lld dossiers"),
    PAIR("nút\004Gửi", "Send"),
    PAIR("Gửi", "Sent by"),
};
#define SAMPLE_COUNT 5

static void messages_are_found_in_both_byte_orders(void **state)
{
    (void)state;
    for (int big = 0; big < 2; big++) {
        struct catalogue *catalogue;
        assert_int_equal(catalogue_read(arena, write_mo(sample, SAMPLE_COUNT, big), &catalogue, NULL),
                         STATUS_OK);
        assert_int_equal(catalogue_size(catalogue), 4);
        assert_string_equal(catalogue_language(catalogue), "en");
        assert_string_equal(translate(catalogue, "Nộp hồ sơ"), "Submit");
        assert_string_equal(translate(catalogue, "Gửi"), "Sent by");
        assert_string_equal(translate_context(catalogue, "nút", "Gửi"), "Send");
        assert_string_equal(translate_context(catalogue, "khác", "Gửi"), "Gửi");
        assert_string_equal(translate(catalogue, "Chưa dịch"), "Chưa dịch");
        assert_null(translate_str(catalogue, STR("Chưa dịch")));
        assert_string_equal(translate_str(catalogue, str_make("Nộp hồ sơ nữa", strlen("Nộp hồ sơ"))),
                            "Submit");
        assert_string_equal(translate_count(catalogue, "%lld hồ sơ", 1), "%lld dossier");
        assert_string_equal(translate_count(catalogue, "%lld hồ sơ", 0), "%lld dossiers");
        assert_string_equal(translate_count(catalogue, "%lld hồ sơ", INT64_MIN), "%lld dossiers");
        assert_string_equal(translate_count(catalogue, "Nộp hồ sơ", 2), "Submit");
    }
}

static void vietnamese_needs_no_catalogue(void **state)
{
    (void)state;
    assert_string_equal(translate(NULL, "Nộp hồ sơ"), "Nộp hồ sơ");
    assert_string_equal(translate_count(NULL, "%lld hồ sơ", 2), "%lld hồ sơ");
    assert_string_equal(translate_context(NULL, "nút", "Gửi"), "Gửi");
    assert_string_equal(catalogue_language(NULL), "vi");
    assert_null(translate(NULL, NULL));
}

/* Every prefix of a good file and every file with one byte changed is read or refused, never more. */
static void broken_files_are_refused(void **state)
{
    (void)state;
    struct str good = write_mo(sample, SAMPLE_COUNT, false);
    struct catalogue *catalogue;
    struct error error;
    for (size_t length = 0; length < good.length; length++) {
        char *copy = malloc(length + 1); /* its own block, so that a read behind it is seen */
        assert_non_null(copy);
        memcpy(copy, good.data, length);
        assert_int_equal(catalogue_read(arena, str_make(copy, length), &catalogue, &error), STATUS_INVALID);
        free(copy);
    }
    for (size_t i = 0; i < good.length; i++)
        for (int bit = 0; bit < 8; bit++) {
            char *copy = arena_strndup(arena, good.data, good.length);
            copy[i] = (char)(copy[i] ^ (1 << bit));
            struct arena_mark mark = arena_mark(arena);
            if (catalogue_read(arena, str_make(copy, good.length), &catalogue, &error) == STATUS_OK) {
                (void)strlen(translate(catalogue, "Nộp hồ sơ"));
                (void)strlen(translate_count(catalogue, "%lld hồ sơ", 7));
            }
            arena_rewind(arena, mark);
        }
    static const struct pair no_charset[] = {PAIR("", "Language: en\n"), PAIR("a", "b")};
    assert_int_equal(catalogue_read(arena, write_mo(no_charset, 2, false), &catalogue, &error),
                     STATUS_INVALID);
    static const struct pair twice[] = {PAIR("", HEADER("nplurals=1; plural=0;")), PAIR("a", "b"),
                                        PAIR("a", "c")};
    assert_int_equal(catalogue_read(arena, write_mo(twice, 3, false), &catalogue, &error), STATUS_INVALID);
    static const struct pair no_plural[] = {PAIR("", HEADER("nplurals=2; plural=n+;"))};
    assert_int_equal(catalogue_read(arena, write_mo(no_plural, 1, false), &catalogue, &error),
                     STATUS_INVALID);
}

static void more_forms_than_there_are_give_the_last(void **state)
{
    (void)state;
    static const struct pair pairs[] = {PAIR("", HEADER("nplurals=3; plural=n;")), PAIR("a\0a", "một\0hai")};
    struct catalogue *catalogue = read(pairs, 2);
    assert_string_equal(translate_count(catalogue, "a", 0), "một");
    assert_string_equal(translate_count(catalogue, "a", 1), "hai");
    assert_string_equal(translate_count(catalogue, "a", 2), "hai");
    assert_string_equal(translate_count(catalogue, "a", 3), "một");
}

static uint64_t form(const char *rule, uint64_t n)
{
    struct plural *plural;
    if (!plural_parse(arena, str_of(rule), &plural)) fail_msg("%s", rule);
    return plural_evaluate(plural, n);
}

static void plural_rules_are_the_expressions_of_c(void **state)
{
    (void)state;
    static const char slavic[] =
        "(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2)";
    static const char arabic[] =
        "n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5";
    for (uint64_t n = 0; n < 1000; n++) {
        assert_int_equal(form("n != 1", n), n != 1);
        assert_int_equal(form("0", n), 0);
        assert_int_equal(form("n>1", n), n > 1);
        assert_int_equal(form(slavic, n), n % 10 == 1 && n % 100 != 11                                   ? 0
                                          : n % 10 >= 2 && n % 10 <= 4 && (n % 100 < 12 || n % 100 > 14) ? 1
                                                                                                         : 2);
        assert_int_equal(form(arabic, n), n == 0                          ? 0
                                          : n == 1                        ? 1
                                          : n == 2                        ? 2
                                          : n % 100 >= 3 && n % 100 <= 10 ? 3
                                          : n % 100 >= 11                 ? 4
                                                                          : 5);
    }
    assert_int_equal(form("1+2*3-4/2%3", 0), 5);
    assert_int_equal(form("!(n<5)==1||0", 7), 1);
    assert_int_equal(form("10-3-2", 0), 5);
    assert_int_equal(form("7/(n-n)", 3), 0);
    static const char *const wrong[] = {"",      "n n",   "(n",  "n)",  "m",
                                        "n ? 1", "n = 1", "1 2", "&&n", "99999999999999999999"};
    struct plural *plural;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (plural_parse(arena, str_of(wrong[i]), &plural)) fail_msg("accepted: %s", wrong[i]);
    char deep[2001];
    memset(deep, '(', 1000);
    memset(deep + 1000, ')', 1000);
    deep[2000] = '\0';
    assert_false(plural_parse(arena, str_of(deep), &plural));
}

static void the_english_catalogue_is_built_in(void **state)
{
    (void)state;
    struct catalogue *catalogue;
    struct error error = {0};
    assert_int_equal(catalogue_read(arena, catalogue_embedded("en"), &catalogue, &error), STATUS_OK);
    assert_string_equal(catalogue_language(catalogue), "en");
    assert_string_equal(translate(catalogue, "Ngày làm việc"), "Working day");
    assert_null(catalogue_embedded("fr").data);
    assert_null(catalogue_embedded("").data);
}

static void message_ids_have_single_blanks(void **state)
{
    (void)state;
    assert_string_equal(message_normalise(arena, STR("\n   Nộp hồ sơ\n     cho {{name}} \t")).data,
                        "Nộp hồ sơ cho {{name}}");
    assert_string_equal(message_normalise(arena, STR(" \n ")).data, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(messages_are_found_in_both_byte_orders),
        TEST(vietnamese_needs_no_catalogue),
        TEST(broken_files_are_refused),
        TEST(more_forms_than_there_are_give_the_last),
        TEST(plural_rules_are_the_expressions_of_c),
        TEST(the_english_catalogue_is_built_in),
        TEST(message_ids_have_single_blanks),
    };
    return cmocka_run_group_tests_name("i18n: catalogues", tests, NULL, NULL);
}
