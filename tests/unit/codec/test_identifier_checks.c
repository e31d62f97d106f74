/* Identifiers of persons, organisations and telephones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "motcua/codec/identifier.h"

static void personal_numbers_agree_with_birth_year_and_gender(void **state)
{
    (void)state;
    assert_int_equal(identifier_check_personal(STR("001085012345"), 1985, IDENTIFIER_MALE), IDENTIFIER_VALID);
    assert_int_equal(identifier_check_personal(STR("001185012345"), 1985, IDENTIFIER_FEMALE),
                     IDENTIFIER_VALID);
    assert_int_equal(identifier_check_personal(STR("001205012345"), 2005, IDENTIFIER_MALE), IDENTIFIER_VALID);
    assert_int_equal(identifier_check_personal(STR("096305012345"), 0, IDENTIFIER_GENDER_UNKNOWN),
                     IDENTIFIER_VALID);
    assert_int_equal(identifier_check_personal(STR("001085012345"), 1986, IDENTIFIER_MALE),
                     IDENTIFIER_BIRTH_YEAR);
    assert_int_equal(identifier_check_personal(STR("001085012345"), 2085, IDENTIFIER_MALE),
                     IDENTIFIER_BIRTH_YEAR);
    assert_int_equal(identifier_check_personal(STR("001085012345"), 1985, IDENTIFIER_FEMALE),
                     IDENTIFIER_GENDER);
    assert_int_equal(identifier_check_personal(STR("003085012345"), 1985, IDENTIFIER_MALE),
                     IDENTIFIER_PROVINCE);
    assert_int_equal(identifier_check_personal(STR("000085012345"), 0, IDENTIFIER_GENDER_UNKNOWN),
                     IDENTIFIER_PROVINCE);
    assert_int_equal(identifier_check_personal(STR("00108501234"), 0, IDENTIFIER_GENDER_UNKNOWN),
                     IDENTIFIER_SHAPE);
    assert_int_equal(identifier_check_personal(STR("00108501234x"), 0, IDENTIFIER_GENDER_UNKNOWN),
                     IDENTIFIER_SHAPE);
    assert_int_equal(identifier_check_personal(STR_NULL, 0, IDENTIFIER_GENDER_UNKNOWN), IDENTIFIER_SHAPE);
}

static void there_are_63_provinces(void **state)
{
    (void)state;
    int provinces = 0;
    for (int code = 0; code < 1000; code++) {
        char number[13] = {(char)('0' + code / 100), (char)('0' + code / 10 % 10), (char)('0' + code % 10)};
        memcpy(number + 3, "085012345", 10);
        provinces +=
            identifier_check_personal(str_of(number), 0, IDENTIFIER_GENDER_UNKNOWN) == IDENTIFIER_VALID;
    }
    assert_int_equal(provinces, 63);
}

static void tax_codes_carry_a_check_digit(void **state)
{
    (void)state;
    static const char *const valid[] = {"0100109106", "0100233488",     "0101248141",   "0100686209",
                                        "0300588569", "0100112437",     "0302712571",   "0100100079",
                                        "0100230800", "0100109106-001", "0100109106001"};
    for (size_t i = 0; i < sizeof valid / sizeof *valid; i++)
        assert_int_equal(identifier_check_tax_code(str_of(valid[i])), IDENTIFIER_VALID);
    for (char last = '0'; last <= '9'; last++) {
        char code[] = "0100109100";
        code[9] = last;
        assert_int_equal(identifier_check_tax_code(str_of(code)),
                         last == '6' ? IDENTIFIER_VALID : IDENTIFIER_CHECK_DIGIT);
    }
    assert_int_equal(identifier_check_tax_code(STR("0100109106-000")), IDENTIFIER_BRANCH);
    assert_int_equal(identifier_check_tax_code(STR("0100109106-01")), IDENTIFIER_SHAPE);
    assert_int_equal(identifier_check_tax_code(STR("0100109106-01a")), IDENTIFIER_SHAPE);
    assert_int_equal(identifier_check_tax_code(STR("010010910")), IDENTIFIER_SHAPE);
    assert_int_equal(identifier_check_tax_code(STR("")), IDENTIFIER_SHAPE);
}

static void telephone_numbers_are_read_as_people_write_them(void **state)
{
    (void)state;
    static const struct {
        const char *text, *digits;
    } cases[] = {
        {"0912345678", "0912345678"},
        {"+84 912.345.678", "0912345678"},
        {"0084912345678", "0912345678"},
        {"+84(0)912345678", "0912345678"},
        {"(024) 3825 3536", "02438253536"},
        {" 04-38253536 ", "0438253536"},
        {"01234567890", "01234567890"},
        {"0199 345 6789", "01993456789"},
        {"0868 123 456", "0868123456"},
        {"(+84) 912-345-678", "0912345678"},
        {"84912345678", "0912345678"},
        {"84 24 3825 3536", "02438253536"},
        {"8412345678", NULL},
        {"((", NULL},
        {"912345678", NULL},
        {"09123456789", NULL},
        {"091234567", NULL},
        {"+1 912345678", NULL},
        {"0112345678", NULL},
        {"01134567890", NULL},
        {"09123456xx", NULL},
        {"", NULL},
        {"+", NULL},
        {"+84", NULL},
        {"00000000000000000000000000", NULL},
        {"0612345678", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[IDENTIFIER_PHONE_SIZE] = "untouched";
        bool valid = identifier_normalise_phone(str_of(cases[i].text), out);
        assert_int_equal(valid, cases[i].digits != NULL);
        assert_string_equal(out, cases[i].digits ? cases[i].digits : "untouched");
    }
}

static void email_addresses_are_those_browsers_accept(void **state)
{
    (void)state;
    static const char *const valid[] = {"a@b.vn", "nguyen.van-a+x@mail.hanoi.gov.vn", "x_y@1a.vn"};
    static const char *const wrong[] = {"",          "a",       "@b.vn",    "a@",       "a@b",
                                        "a@.vn",     "a@b..vn", "a b@c.vn", "a@b c.vn", "a@-b.vn",
                                        "a@b-.vn",   "ă@b.vn",  "a@b@c.vn", "a@b.vn\n", "a\"@b.vn",
                                        "a..b@c.vn", ".a@c.vn", "a.@c.vn"};
    for (size_t i = 0; i < sizeof valid / sizeof *valid; i++)
        assert_true(identifier_email_valid(str_of(valid[i])));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(identifier_email_valid(str_of(wrong[i])));
}

static void identity_cards_have_nine_or_twelve_digits(void **state)
{
    (void)state;
    assert_int_equal(identifier_check_identity_card(STR("012345678")), IDENTIFIER_VALID);
    assert_int_equal(identifier_check_identity_card(STR("012345678901")), IDENTIFIER_VALID);
    assert_int_equal(identifier_check_identity_card(STR("0123456789")), IDENTIFIER_SHAPE);
    assert_int_equal(identifier_check_identity_card(STR("01234567a")), IDENTIFIER_SHAPE);
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(personal_numbers_agree_with_birth_year_and_gender),
        cmocka_unit_test(there_are_63_provinces),
        cmocka_unit_test(tax_codes_carry_a_check_digit),
        cmocka_unit_test(telephone_numbers_are_read_as_people_write_them),
        cmocka_unit_test(email_addresses_are_those_browsers_accept),
        cmocka_unit_test(identity_cards_have_nine_or_twelve_digits),
    };
    return cmocka_run_group_tests_name("identifier_checks", tests, NULL, NULL);
}
