/* A form and the version that replaces it: what people are told, and what becomes of their answers. */
#include "form_test.h"

static const char *const before =
    "{\"key\":\"ten\",\"kind\":\"person_name\",\"label\":\"Tên\"},"
    "{\"key\":\"so\",\"kind\":\"text\",\"label\":\"Số\"},"
    "{\"key\":\"mau\",\"kind\":\"choice\",\"label\":\"Màu\",\"options\":["
    "{\"value\":\"do\",\"label\":\"Đỏ\"},{\"value\":\"xanh\",\"label\":\"Xanh\"}]},"
    "{\"key\":\"cu\",\"kind\":\"text\",\"label\":\"Cũ\"},"
    "{\"key\":\"nguoi\",\"kind\":\"group\",\"label\":\"Người\",\"fields\":["
    "{\"key\":\"t\",\"kind\":\"text\",\"label\":\"T\"}]}";
static const char *const after = "{\"key\":\"moi\",\"kind\":\"text\",\"label\":\"Mới\"},"
                                 "{\"key\":\"ten\",\"kind\":\"person_name\",\"label\":\"Họ và tên\"},"
                                 "{\"key\":\"so\",\"kind\":\"text\",\"label\":\"Số\",\"max_length\":3},"
                                 "{\"key\":\"mau\",\"kind\":\"choice\",\"label\":\"Màu\",\"options\":["
                                 "{\"value\":\"xanh\",\"label\":\"Xanh\"}]}";

static const char *changes_of(const struct form *older, const struct form *newer)
{
    static const char *const names[] = {"added", "removed", "renamed", "changed"};
    struct form_changes changes;
    const char *text = "";
    assert_int_equal(form_compare(older, newer, arena, &environment, &changes), STATUS_OK);
    for (size_t i = 0; i < changes.count; i++) {
        assert_string_equal(changes.list[i].page_title, "Trang");
        text = arena_printf(arena, "%s%s%s:%s", text, i ? " " : "", changes.list[i].key,
                            names[changes.list[i].kind]);
    }
    return text;
}

static void a_person_is_told_what_is_new_gone_renamed_or_asked_in_another_way(void **state)
{
    (void)state;
    const struct form *older = form_with(before), *newer = form_with(after);
    assert_string_equal(changes_of(older, older), "");
    assert_string_equal(changes_of(older, newer),
                        "moi:added ten:renamed so:changed mau:changed cu:removed nguoi:removed");
    struct form_changes changes;
    assert_int_equal(form_compare(older, newer, arena, &environment, &changes), STATUS_OK);
    assert_string_equal(changes.list[1].old_label, "Tên");
    assert_string_equal(changes.list[1].label, "Họ và tên");
}

/* What is only explained, ordered or laid out in another way asks nothing new. */
static void words_alone_change_nothing(void **state)
{
    (void)state;
    const struct form *older = form_with("{\"key\":\"a\",\"kind\":\"text\",\"label\":\"A\"}"),
                      *newer =
                          form_with("{\"kind\":\"heading\",\"label\":\"Đầu mục\"},{\"label\":\"A\",\"width\":"
                                    "\"short\",\"help\":\"Ghi rõ\",\"key\":\"a\",\"kind\":\"text\"}");
    assert_string_equal(changes_of(older, newer), "");
}

static void carried_from(const struct form *older, const struct form *newer, const char *answers,
                         const char *wanted, const char *wanted_left)
{
    json_auto given = json_of(answers);
    json_t *taken, *left;
    struct error error = {0};
    assert_int_equal(form_carry(older, newer, arena, given, &environment, &taken, &left, &error), STATUS_OK);
    assert_json(taken, wanted);
    assert_json(left, wanted_left);
    json_decref(taken);
    json_decref(left);
}

static void carried(const char *answers, const char *wanted, const char *wanted_left)
{
    carried_from(form_with(before), form_with(after), answers, wanted, wanted_left);
}

static void answers_go_over_by_key_and_what_has_no_place_is_listed(void **state)
{
    (void)state;
    carried("{\"ten\":\"Lê Lan\",\"so\":\"12\",\"mau\":\"xanh\"}",
            "{\"ten\":\"Lê Lan\",\"so\":\"12\",\"mau\":\"xanh\"}", "[]");
    carried("{\"cu\":\"điều cũ\",\"nguoi\":[{\"t\":\"a\"},{\"t\":\"b\"}],\"la\":1}", "{}",
            "[{\"key\":\"cu\",\"label\":\"Cũ\",\"text\":\"điều cũ\"},"
            "{\"key\":\"nguoi\",\"label\":\"Người\",\"text\":\"1) T: a; 2) T: b\"}]");
    /* An answer that was in order and is not any more must not vanish unseen. */
    carried("{\"mau\":\"do\",\"so\":\"1234\"}", "{}",
            "[{\"key\":\"so\",\"label\":\"Số\",\"text\":\"1234\"},"
            "{\"key\":\"mau\",\"label\":\"Màu\",\"text\":\"Đỏ\"}]");
    /* One that was wrong already stays for the person to mend. */
    carried("{\"mau\":\"tím\",\"ten\":\"Lan\"}", "{\"mau\":\"tím\",\"ten\":\"Lan\"}", "[]");
    carried("{\"cu\":\"\",\"nguoi\":[]}", "{}", "[]");
}

/* Rows go over question by question as the rest of the form does. */
static void answers_in_rows_go_over_too(void **state)
{
    (void)state;
    static const char group[] =
        "{\"key\":\"nguoi\",\"kind\":\"group\",\"label\":\"Người\"%s,\"fields\":[%s]}";
    const struct form *older = form_with(arena_printf(
        arena, group, "",
        "{\"key\":\"ten\",\"kind\":\"text\",\"label\":\"Tên\"},{\"key\":\"tuoi\",\"kind\":\"text\",\"label\":"
        "\"Tuổi\"},{\"key\":\"cu\",\"kind\":\"text\",\"label\":\"Cũ\"}"));
    const struct form *newer = form_with(arena_printf(
        arena, group, "",
        "{\"key\":\"tuoi\",\"kind\":\"integer\",\"label\":\"Tuổi\"},{\"key\":\"ten\",\"kind\":\"text\","
        "\"label\":\"Họ tên\"},{\"key\":\"moi\",\"kind\":\"text\",\"label\":\"Mới\"}"));
    static const char answers[] = "{\"nguoi\":[{\"ten\":\"Lan\",\"tuoi\":\"7\"},{\"ten\":\"Hoa\",\"tuoi\":"
                                  "\"bảy\",\"cu\":\"x\"},{\"cu\":\"y\"}]}";
    carried_from(older, newer, answers, "{\"nguoi\":[{\"ten\":\"Lan\",\"tuoi\":7},{\"ten\":\"Hoa\"},{}]}",
                 "[{\"key\":\"nguoi.tuoi\",\"label\":\"Người › Tuổi\",\"text\":\"2) bảy\"},"
                 "{\"key\":\"nguoi.cu\",\"label\":\"Người › Cũ\",\"text\":\"2) x; 3) y\"}]");
    const struct form *two = form_with(arena_printf(arena, group, ",\"max_rows\":2",
                                                    "{\"key\":\"ten\",\"kind\":\"text\",\"label\":\"Tên\"}"));
    carried_from(older, two, answers, "{}",
                 "[{\"key\":\"nguoi\",\"label\":\"Người\",\"text\":\"1) Tên: Lan, Tuổi: 7; 2) Tên: Hoa, "
                 "Tuổi: bảy, Cũ: x; 3) Cũ: y\"}]");
    const struct form *text = form_with("{\"key\":\"nguoi\",\"kind\":\"text\",\"label\":\"Người\"}");
    carried_from(older, text, "{\"nguoi\":[{\"ten\":\"Lan\"}]}", "{}",
                 "[{\"key\":\"nguoi\",\"label\":\"Người\",\"text\":\"1) Tên: Lan\"}]");
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        form_test(a_person_is_told_what_is_new_gone_renamed_or_asked_in_another_way),
        form_test(words_alone_change_nothing),
        form_test(answers_go_over_by_key_and_what_has_no_place_is_listed),
        form_test(answers_in_rows_go_over_too),
    };
    return cmocka_run_group_tests_name("form_compare", tests, NULL, NULL);
}
