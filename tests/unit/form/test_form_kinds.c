/* Kinds of fields: what each refuses, in which words, and what it does not blame. */
#include "form_test.h"

static void kinds_refuse_what_is_not_theirs(void **state)
{
    (void)state;
    static const struct {
        const char *field, *answer, *code;
    } cases[] = {
        {"\"kind\":\"text\",\"max_length\":3", "\"Hộ tịch\"", "form.too_long"},
        {"\"kind\":\"text\",\"max_length\":3", "\"Hộị\"", NULL},
        {"\"kind\":\"text\",\"min_length\":3", "\"Hộ\"", "form.too_short"},
        {"\"kind\":\"text\"", "\"a\\nb\"", "form.characters"},
        {"\"kind\":\"long_text\"", "\"a\\nb\"", NULL},
        {"\"kind\":\"text\",\"pattern\":\"[A-Z]{2}\",\"pattern_message\":\"M\"", "\"ABC\"", "form.pattern"},
        {"\"kind\":\"text\",\"pattern\":\"[A-Z]{2}\",\"pattern_message\":\"M\"", "\"AB\"", NULL},
        {"\"kind\":\"email\"", "\"a@b\"", "form.email"},
        {"\"kind\":\"phone\"", "\"0112345678\"", "form.phone"},
        {"\"kind\":\"phone\"", "\"0912345678\"", NULL},
        {"\"kind\":\"number\",\"decimals\":2", "1.234", "form.decimals"},
        {"\"kind\":\"number\",\"minimum\":0.1", "0.1", NULL},
        {"\"kind\":\"integer\"", "1.5", "form.integer"},
        {"\"kind\":\"money\"", "-1", "form.minimum"},
        {"\"kind\":\"date\"", "\"2017-02-30\"", "form.date"},
        {"\"kind\":\"date\",\"maximum\":\"today\"", "\"2017-02-14\"", NULL},
        {"\"kind\":\"date\",\"maximum\":\"today\"", "\"2017-02-15\"", "form.date_maximum"},
        {"\"kind\":\"date\",\"minimum\":\"2017-01-01\"", "\"2016-12-31\"", "form.date_minimum"},
        {"\"kind\":\"partial_date\",\"precision\":\"month\"", "\"1950\"", "form.date"},
        {"\"kind\":\"time\",\"minimum\":\"08:00\"", "\"07:59\"", "form.date_minimum"},
        {"\"kind\":\"date_range\"", "{\"from\":\"2017-02-02\",\"to\":\"2017-02-01\"}", "form.date_order"},
        {"\"kind\":\"date_range\"", "{\"from\":\"2017-02-02\"}", "form.date"},
        {"\"kind\":\"person_name\"", "\"Lan\"", "form.name"},
        {"\"kind\":\"person_name\"", "\"Lan 2\"", "form.name"},
        {"\"kind\":\"person_name\"", "\"H'Hen Niê\"", NULL},
        {"\"kind\":\"personal_id\"", "\"003085012345\"", "form.personal_id_province"},
        {"\"kind\":\"personal_id\"", "\"00108501234\"", "form.personal_id"},
        {"\"kind\":\"personal_id\"", "\"001985012345\"", "form.personal_id_birth"},
        {"\"kind\":\"personal_id\"", "\"001218012345\"", "form.personal_id_birth"},
        {"\"kind\":\"personal_id\"", "\"001217012345\"", NULL},
        {"\"kind\":\"identity_number\"", "\"001985012345\"", "form.personal_id_birth"},
        {"\"kind\":\"identity_number\"", "\"012345678\"", NULL},
        {"\"kind\":\"identity_number\"", "\"0123456789\"", "form.identity_card"},
        {"\"kind\":\"passport\"", "\"1B234567\"", "form.passport"},
        {"\"kind\":\"tax_code\"", "\"0100109107\"", "form.tax_code"},
        {"\"kind\":\"household\"", "\"12\"", "form.household"},
        {"\"kind\":\"address\"", "{\"city\":\"01\",\"district\":\"005\",\"commune\":\"00166\"}",
         "form.address"},
        {"\"kind\":\"address\",\"line_required\":false",
         "{\"city\":\"01\",\"district\":\"005\",\"commune\":\"00166\"}", NULL},
        {"\"kind\":\"address\"", "{\"city\":\"01\",\"line\":\"Số 1\"}", "form.address"},
        {"\"kind\":\"address\"", "{\"city\":\"01\",\"junk\":\"1\"}", "form.type"},
        {"\"kind\":\"administrative_unit\",\"level\":\"district\"", "\"00166\"", "form.unit"},
        {"\"kind\":\"country\"", "\"XX\"", "form.option"},
        {"\"kind\":\"ethnic_group\"", "\"55\"", "form.option"},
        {"\"kind\":\"ethnic_group\"", "\"01\"", NULL},
        {"\"kind\":\"bank_account\"", "{\"bank\":\"vcb\",\"number\":\"12\",\"holder\":\"A\"}",
         "form.account"},
        {"\"kind\":\"file\"", "[\"x\"]", "form.files"},
        {"\"kind\":\"file\",\"max_files\":2",
         "[\"01890000-0000-7000-8000-000000000001\",\"01890000-0000-7000-8000-000000000001\"]", "form.files"},
        {"\"kind\":\"signature\",\"consent_text\":\"C\"", "{\"name\":\"Lan\"}", "form.signature"},
        {"\"kind\":\"map_point\"", "{\"lat\":50,\"lon\":105}", "form.map"},
        {"\"kind\":\"consent\"", "\"x\"", "form.type"},
        {"\"kind\":\"several\",\"max_items\":1,\"options\":[{\"value\":\"x\",\"label\":\"X\"},{\"value\":"
         "\"y\",\"label\":\"Y\"}]",
         "[\"x\",\"y\"]", "form.items_maximum"},
        {"\"kind\":\"ranked\",\"min_items\":2,\"options\":[{\"value\":\"x\",\"label\":\"X\"},{\"value\":"
         "\"y\",\"label\":\"Y\"}]",
         "[\"x\"]", "form.items_minimum"},
        {"\"kind\":\"cascade\",\"levels\":[\"1\",\"2\"],\"options\":[{\"value\":\"x\",\"label\":\"X\","
         "\"options\":[{\"value\":\"y\","
         "\"label\":\"Y\"}]}]",
         "[\"x\"]", "form.option"},
        {"\"kind\":\"cascade\",\"levels\":[\"1\",\"2\"],\"options\":[{\"value\":\"x\",\"label\":\"X\","
         "\"options\":[{\"value\":\"y\","
         "\"label\":\"Y\"}]}]",
         "[\"x\",\"y\"]", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct form *form =
            form_with(arena_printf(arena, "{\"key\":\"a\",\"label\":\"A\",%s}", cases[i].field));
        const char *wanted = cases[i].code ? arena_printf(arena, "a:%s", cases[i].code) : "";
        assert_string_equal(errors_of(form, arena_printf(arena, "{\"a\":%s}", cases[i].answer)), wanted);
        assert_string_equal(errors_of(form, "{}"), "");
    }
}

/* What a condition leaves out of a list is no answer, wherever in the answer it stands. */
static void options_that_are_hidden_are_not_taken(void **state)
{
    (void)state;
    static const char *const cases[][4] = {
        {"choice", "", "\"x\"", "\"y\""},
        {"select", "", "\"x\"", "\"y\""},
        {"several", "", "[\"y\",\"x\"]", "[\"y\"]"},
        {"ranked", "", "[\"y\",\"x\"]", "[\"y\"]"},
        {"cascade", ",\"levels\":[\"1\",\"2\"]", "[\"y\",\"x\"]", "[\"y\",\"z\"]"},
    };
    static const char hidden[] = "{\"value\":\"x\",\"label\":\"X\",\"visible_if\":\"lon\"}",
                      inner[] = ",\"options\":[{\"value\":\"x\",\"label\":\"X\",\"visible_if\":\"lon\"},{"
                                "\"value\":\"z\",\"label\":\"Z\"}]";
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool cascade = strcmp(cases[i][0], "cascade") == 0;
        const struct form *form = form_with(arena_printf(
            arena,
            "{\"key\":\"lon\",\"kind\":\"yes_no\",\"label\":\"L\"},{\"key\":\"a\",\"kind\":\"%s\",\"label\":"
            "\"A\"%s,\"options\":[%s,{\"value\":\"y\",\"label\":\"Y\"%s}]}",
            cases[i][0], cases[i][1], hidden, cascade ? inner : ""));
        assert_string_equal(errors_of(form, arena_printf(arena, "{\"lon\":false,\"a\":%s}", cases[i][2])),
                            "a:form.option");
        assert_string_equal(errors_of(form, arena_printf(arena, "{\"lon\":true,\"a\":%s}", cases[i][2])), "");
        assert_string_equal(errors_of(form, arena_printf(arena, "{\"lon\":false,\"a\":%s}", cases[i][3])),
                            "");
    }
}

/* The answer that is missing is found fault with, not the one that waits for it. */
static void a_condition_over_a_missing_answer_blames_nobody_else(void **state)
{
    (void)state;
    const struct form *form = form_with(
        "{\"key\":\"tu\",\"kind\":\"integer\",\"label\":\"T\",\"required\":true},{\"key\":\"den\","
        "\"kind\":\"integer\",\"label\":\"D\",\"valid_if\":\"den >= tu\",\"message\":\"M\"},{\"key\":"
        "\"ma\",\"kind\":\"text\",\"label\":\"M\",\"valid_if\":\"number(ma) > 1\",\"message\":\"M\"}");
    assert_string_equal(errors_of(form, "{\"den\":5}"), "tu:form.required");
    assert_string_equal(errors_of(form, "{\"tu\":6,\"den\":5}"), "den:form.condition");
    assert_string_equal(errors_of(form, "{\"tu\":5,\"den\":5}"), "");
    assert_string_equal(errors_of(form, "{\"tu\":5,\"ma\":\"x\"}"), "ma:form.condition");
    const struct form *rows = form_with(
        "{\"key\":\"g\",\"kind\":\"group\",\"label\":\"G\",\"fields\":[{\"key\":\"tu\",\"kind\":\"integer\","
        "\"label\":\"T\",\"required\":true},{\"key\":\"den\",\"kind\":\"integer\",\"label\":\"D\",\"valid_"
        "if\":"
        "\"den >= tu\",\"message\":\"M\"}]}");
    assert_string_equal(errors_of(rows, "{\"g\":[{\"den\":5},{\"tu\":6,\"den\":5}]}"),
                        "g[0].tu:form.required g[1].den:form.condition");
}

static void a_number_out_of_reach_is_told_its_limit(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"money", "99999999999999999999999", "a:form.maximum"},
        {"money", "-99999999999999999999999", "a:form.minimum"},
        {"integer", "9.007.199.254.740.993", "a:form.maximum"},
        {"number", "99999999999999999999999", "a:form.maximum"},
        {"number", "0,12345678901234567", "a:form.decimals"},
        {"number", "mười", "a:form.number"},
        {"integer", "1,5", "a:form.integer"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct form *form =
            form_with(arena_printf(arena, "{\"key\":\"a\",\"label\":\"A\",\"kind\":\"%s\"}", cases[i][0]));
        json_auto answers = submit(form, NULL, "a", cases[i][1]);
        assert_string_equal(errors_of(form, json_canonical_arena(answers, arena, 1000).data), cases[i][2]);
    }
    const struct form *form = form_with("{\"key\":\"a\",\"label\":\"A\",\"kind\":\"number\"}");
    assert_string_equal(errors_of(form, "{\"a\":100000000000000000000}"), "a:form.maximum");
    assert_string_equal(errors_of(form, "{\"a\":\"5\"}"), "a:form.number");
}

static void a_personal_number_must_go_with_birth_and_gender(void **state)
{
    (void)state;
    const struct form *form =
        form_with("{\"key\":\"so\",\"kind\":\"personal_id\",\"label\":\"S\",\"birth_date\":\"sinh\","
                  "\"gender\":\"gioi\"},"
                  "{\"key\":\"sinh\",\"kind\":\"date\",\"label\":\"N\"},{\"key\":\"gioi\",\"kind\":"
                  "\"choice\",\"label\":\"G\","
                  "\"options\":[{\"value\":\"nam\",\"label\":\"Nam\"},{\"value\":\"nu\",\"label\":\"Nữ\"}]}");
    assert_string_equal(errors_of(form, "{\"so\":\"001085012345\",\"sinh\":\"1985-03-01\",\"gioi\":\"nam\"}"),
                        "");
    assert_string_equal(errors_of(form, "{\"so\":\"001085012345\",\"sinh\":\"1986-03-01\",\"gioi\":\"nam\"}"),
                        "so:form.personal_id_birth");
    assert_string_equal(errors_of(form, "{\"so\":\"001085012345\",\"sinh\":\"1985-03-01\",\"gioi\":\"nu\"}"),
                        "so:form.personal_id_gender");
    assert_string_equal(errors_of(form, "{\"so\":\"001085012345\"}"), "");
}

static void plots_are_read_line_by_line(void **state)
{
    (void)state;
    const struct form *form = form_with("{\"key\":\"thua\",\"kind\":\"map_plot\",\"label\":\"Thửa\"}");
    static const char *const cases[][2] = {
        {"21,0285 105,8542\n21,0286 105,8542\n\n21,0286; 105,8544",
         "{\"thua\":[\"21.0285000,105.8542000\",\"21.0286000,105.8542000\",\"21.0286000,105.8544000\"]}"},
        {"21.0285, 105.8542", "{\"thua\":[\"21.0285000,105.8542000\"]}"},
        {"21.0285,105.8542", "{\"thua\":[\"21.0285000,105.8542000\"]}"},
        {"21 105", "{\"thua\":[\"21.0000000,105.0000000\"]}"},
        {"21,0285", "{\"thua\":\"21,0285\"}"},
        {"21,0285 105,8542\nở đây", "{\"thua\":\"21,0285 105,8542\\nở đây\"}"},
        {"48,85 2,35", "{\"thua\":\"48,85 2,35\"}"},
        {"1e2 105", "{\"thua\":\"1e2 105\"}"},
        {"  ", "{}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_auto answers = submit(form, NULL, "thua", cases[i][0]);
        assert_json(answers, cases[i][1]);
    }
    assert_string_equal(errors_of(form, "{\"thua\":[\"21.01,105.01\",\"21.02,105.02\"]}"), "thua:form.map");
    assert_string_equal(
        errors_of(form, "{\"thua\":[\"21.01,105.01\",\"21.02,105.02\",\"21.01,105.02\",\"21.02,105.01\"]}"),
        "thua:form.map");
    assert_string_equal(
        errors_of(form, "{\"thua\":[\"21.01,105.01\",\"21.02,105.01\",\"21.02,105.02\",\"21.01,105.02\"]}"),
        "");
}

/* A track of a GPS device is pasted: at most a hundred corners are read, what was typed stays, and drawing it
 * again costs no more than its length. */
static void a_plot_of_too_many_corners_stays_as_it_was_typed(void **state)
{
    (void)state;
    const struct form *form = form_with("{\"key\":\"thua\",\"kind\":\"map_plot\",\"label\":\"Thửa\"}");
    static const size_t counts[] = {100, 101, 5000};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        BUF_AUTO lines = BUF_WITH_MAXIMUM(1 << 20);
        for (size_t line = 0; line < counts[i]; line++)
            buf_printf(&lines, "21.0,105.%zu\n", line + 1);
        json_auto answers = submit(form, NULL, "thua", arena_str(arena, buf_str(&lines)).data);
        const json_t *answer = json_object_get(answers, "thua");
        assert_int_equal(json_array_size(answer), counts[i] == 100 ? 100 : 0);
        if (counts[i] > 100)
            assert_string_equal(errors_of(form, json_canonical_arena(answers, arena, 1 << 20).data),
                                "thua:form.map");
        json_auto view = NULL;
        const size_t used = arena_used(arena);
        assert_int_equal(form_view(form, arena, 0, answers, NULL, NULL, &environment, &view), STATUS_OK);
        assert_true(arena_used(arena) - used < 20 * lines.length + 100000);
    }
    json_auto many = json_array();
    for (int corner = 0; corner < 20000; corner++)
        json_array_append_new(many, json_string("21.0,105.1"));
    json_auto answers = json_object();
    json_auto view = NULL;
    json_object_set(answers, "thua", many);
    assert_int_equal(form_view(form, arena, 0, answers, NULL, NULL, &environment, &view), STATUS_OK);
    assert_string_equal(errors_of(form, json_canonical_arena(answers, arena, 1 << 20).data), "thua:form.map");
}

static void a_plot_says_its_area(void **state)
{
    (void)state;
    const struct form *form = form_with("{\"key\":\"thua\",\"kind\":\"map_plot\",\"label\":\"Thửa\"}");
    json_auto answers =
        json_of("{\"thua\":[\"21.0285000,105.8542000\",\"21.0285898,105.8542000\",\"21.0285898,"
                "105.8542962\",\"21.0285000,105.8542962\"]}");
    json_auto view = NULL;
    assert_int_equal(form_view(form, arena, 0, answers, NULL, NULL, &environment, &view), STATUS_OK);
    const json_t *field =
        json_array_get(json_get_array(json_array_get(json_get_array(view, "sections"), 0), "fields"), 0);
    assert_string_equal(json_get_cstr(field, "text", ""), "100 m²");
    assert_string_equal(json_get_cstr(field, "value", ""),
                        "21,0285 105,8542\n21,0285898 105,8542\n21,0285898 105,8542962\n21,0285 105,8542962");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        form_test(kinds_refuse_what_is_not_theirs),
        form_test(options_that_are_hidden_are_not_taken),
        form_test(a_condition_over_a_missing_answer_blames_nobody_else),
        form_test(a_number_out_of_reach_is_told_its_limit),
        form_test(a_personal_number_must_go_with_birth_and_gender),
        form_test(plots_are_read_line_by_line),
        form_test(a_plot_of_too_many_corners_stays_as_it_was_typed),
        form_test(a_plot_says_its_area),
    };
    return cmocka_run_group_tests_name("form_kinds", tests, NULL, NULL);
}
