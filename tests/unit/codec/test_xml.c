/* XML from strangers: no DTD, no entities, limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "motcua/base/buf.h"
#include "motcua/codec/xml.h"

static struct arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = arena_create(1 << 22);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_destroy(arena);
    return 0;
}

static enum status parse(struct str text, struct xml_limits limits, struct error *error)
{
    xml_auto document = NULL;
    return xml_parse(arena, text, &limits, &document, error);
}

static void a_document_type_is_refused_whatever_it_declares(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "<!DOCTYPE a><a/>",
        "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>",
        "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>",
        "<!DOCTYPE a [<!ENTITY x \"xxxxxxxxxx\"><!ENTITY y \"&x;&x;&x;\">]><a>&y;</a>",
        "<!DOCTYPE a [<!ENTITY % p SYSTEM \"http://localhost:1/\"> %p;]><a/>",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct error error = {0};
        assert_int_equal(parse(str_of(texts[i]), (struct xml_limits){0}, &error), STATUS_INVALID);
        assert_string_equal(error.code, "xml.doctype");
    }
}

static void limits_are_errors_of_their_own(void **state)
{
    (void)state;
    struct error error = {0};
    assert_int_equal(parse(STR("<a><b><c/></b></a>"), (struct xml_limits){.depth = 2}, &error),
                     STATUS_TOO_LARGE);
    assert_string_equal(error.code, "xml.depth");
    assert_int_equal(parse(STR("<a><b><c/></b></a>"), (struct xml_limits){.depth = 3}, &error), STATUS_OK);
    assert_int_equal(parse(STR("<a x='1' y='2'><b/></a>"), (struct xml_limits){.nodes = 3}, &error),
                     STATUS_TOO_LARGE);
    assert_string_equal(error.code, "xml.nodes");
    assert_int_equal(parse(STR("<a x='1' y='2'><b/></a>"), (struct xml_limits){.nodes = 4}, &error),
                     STATUS_OK);
    assert_int_equal(parse(STR("<a/>"), (struct xml_limits){.size = 3}, &error), STATUS_TOO_LARGE);
    assert_string_equal(error.code, "xml.size");
    BUF_AUTO deep = BUF_WITH_MAXIMUM(1 << 20);
    for (int i = 0; i < 100000; i++)
        buf_append_cstr(&deep, "<a>");
    assert_int_equal(parse(buf_str(&deep), (struct xml_limits){0}, &error), STATUS_TOO_LARGE);
}

static void malformed_text_names_its_line(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        "x",
                                        "<a>",
                                        "<a>\n</b>",
                                        "<a>&unknown;</a>",
                                        "<a/><b/>",
                                        "<a b='1' b='2'/>",
                                        "<a>\xFF</a>",
                                        "<?xml version=\"1.0\" encoding=\"nonsense\"?><a/>",
                                        "<x:a/>junk"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct error error = {0};
        assert_int_equal(parse(str_of(texts[i]), (struct xml_limits){0}, &error), STATUS_INVALID);
        assert_string_equal(error.code, "xml.syntax");
        assert_non_null(error.argument);
    }
}

static void elements_and_attributes_are_found_by_namespace(void **state)
{
    (void)state;
    xml_auto document = NULL;
    struct str text =
        STR("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<r xmlns='urn:one' xmlns:t='urn:two'>\n"
            "<!-- note --><t:item name='plain' t:name='qualified'>Phường <![CDATA[Dịch & Vọng]]></t:item>"
            "<item>&lt;2&#x1EBF;</item></r>");
    assert_int_equal(xml_parse(arena, text, NULL, &document, NULL), STATUS_OK);
    const xmlNode *root = xmlDocGetRootElement(document);
    assert_true(xml_is(root, "urn:one", "r"));
    assert_false(xml_is(root, "urn:two", "r"));
    const xmlNode *item = xml_child(root, NULL, "item");
    assert_string_equal(xml_attribute(item, NULL, "name", arena), "plain");
    assert_string_equal(xml_attribute(item, "urn:two", "name", arena), "qualified");
    assert_null(xml_attribute(item, NULL, "other", arena));
    assert_string_equal(xml_text(item, arena), "Phường Dịch & Vọng");
    assert_int_equal(xml_line(item), 3);
    const xmlNode *second = xml_next(item, "urn:one", "item");
    assert_string_equal(xml_text(second, arena), "<2ế");
    assert_null(xml_next(second, NULL, NULL));
    assert_null(xml_child(root, "urn:two", "nothing"));
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_document_type_is_refused_whatever_it_declares, setup, teardown),
        cmocka_unit_test_setup_teardown(limits_are_errors_of_their_own, setup, teardown),
        cmocka_unit_test_setup_teardown(malformed_text_names_its_line, setup, teardown),
        cmocka_unit_test_setup_teardown(elements_and_attributes_are_found_by_namespace, setup, teardown),
    };
    return cmocka_run_group_tests_name("xml", tests, NULL, NULL);
}
