/* The table of knobs: kinds, ranges, precedence, sentences. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "motcua/base/config.h"

struct target {
    int64_t port, size, time;
    bool flag;
    int word;
    const char *text, *path, *address, *networks, *url;
    struct config_secret secret;
};

static const char *const words[] = {"vi", "en", NULL};
static const char *const schemes[] = {"smtp", "smtps", NULL};

#define AT(member) .offset = offsetof(struct target, member)
static const struct config_knob knobs[] = {
    {"port", CONFIG_INTEGER, AT(port), "8080", 1, 65535, .group = "Serving", .help = "Port"},
    {"upload-limit", CONFIG_BYTES, AT(size), "10M", 1024, INT64_C(1) << 40, .group = "Serving",
     .help = "Size"},
    {"idle-time", CONFIG_DURATION, AT(time), "30s", 100, 86400000, .group = "Serving", .help = "Time"},
    {"behind-tls", CONFIG_BOOLEAN, AT(flag), "no", .group = "Other", .help = "Flag"},
    {"language", CONFIG_CHOICE, AT(word), "vi", .choices = words, .group = "Other", .help = "Word"},
    {"name", CONFIG_TEXT, AT(text), NULL, .group = "Other", .help = "Text"},
    {"data", CONFIG_PATH, AT(path), "var", .group = "Other", .help = "Folder"},
    {"address", CONFIG_ADDRESS, AT(address), "127.0.0.1", .group = "Other", .help = "Address"},
    {"proxies", CONFIG_ADDRESS_LIST, AT(networks), "", .group = "Other", .help = "Networks"},
    {"mail-url", CONFIG_URL, AT(url), NULL, .choices = schemes, .environment = "MAIL_URL", .group = "Other",
     .help = "Server"},
    {"mail-password", CONFIG_SECRET, AT(secret), NULL, .group = "Other", .help = "Secret"},
    {0},
};

static struct arena *arena;
static struct target target;
static struct config *config;
static const char *problem;

static int prepare(void **state)
{
    (void)state;
    arena = arena_create(4 * 1024 * 1024);
    memset(&target, 0xAB, sizeof target);
    config = config_create(arena, knobs, &target);
    problem = NULL;
    return 0;
}

static int finish(void **state)
{
    (void)state;
    unsetenv("MOTCUA_PORT");
    unsetenv("MOTCUA_PROT");
    unsetenv("MAIL_URL");
    arena_destroy(arena);
    return 0;
}

static const char *write_file(const char *text)
{
    static char path[] = "/tmp/motcua-config-XXXXXX";
    snprintf(path, sizeof path, "/tmp/motcua-config-XXXXXX");
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, text, strlen(text)), strlen(text));
    close(file);
    return path;
}

static bool read_text(const char *text)
{
    const char *path = write_file(text);
    bool read = config_read_file(config, path, &problem);
    unlink(path);
    return read;
}

static bool option(const char *name, const char *value)
{
    problem = NULL;
    return config_set_option(config, name, value, &problem) && config_finish(config, &problem);
}

static void defaults_fill_the_target(void **state)
{
    (void)state;
    assert_true(config_finish(config, &problem));
    assert_int_equal(target.port, 8080);
    assert_int_equal(target.size, 10 * 1024 * 1024);
    assert_int_equal(target.time, 30000);
    assert_false(target.flag);
    assert_int_equal(target.word, 0);
    assert_null(target.text);
    assert_string_equal(target.path, "var");
    assert_string_equal(target.networks, "");
    assert_null(target.url);
    assert_null(target.secret.plain);
}

static void each_kind_takes_what_is_right(void **state)
{
    (void)state;
    assert_true(option("port", " 65535 "));
    assert_int_equal(target.port, 65535);
    static const struct {
        const char *text;
        int64_t value;
    } sizes[] = {{"1024", 1024},
                 {"1k", 1024},
                 {"2 M", 2097152},
                 {"3G", INT64_C(3221225472)},
                 {"1T", INT64_C(1) << 40}};
    for (size_t i = 0; i < 5; i++) {
        assert_true(option("upload-limit", sizes[i].text));
        assert_true(target.size == sizes[i].value);
    }
    static const struct {
        const char *text;
        int64_t value;
    } times[] = {{"250ms", 250},    {"5s", 5000},     {"2m", 120000},
                 {"2 min", 120000}, {"3h", 10800000}, {"1d", 86400000}};
    for (size_t i = 0; i < 6; i++) {
        assert_true(option("idle-time", times[i].text));
        assert_true(target.time == times[i].value);
    }
    assert_true(option("behind-tls", "YES"));
    assert_true(target.flag);
    assert_true(option("behind-tls", "off"));
    assert_false(target.flag);
    assert_true(option("language", "en"));
    assert_int_equal(target.word, 1);
    assert_true(option("address", "::1"));
    assert_true(option("proxies", "127.0.0.1, 10.0.0.0/8,2001:db8::/32"));
    assert_true(option("mail-url", "smtps://mail.example:465"));
    assert_true(option("mail-password", "hush hush"));
    assert_string_equal(target.secret.plain, "hush hush");
}

static void each_kind_refuses_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value;
    } wrong[] = {
        {"port", "0"},
        {"port", "65536"},
        {"port", "80x"},
        {"port", ""},
        {"port", "0x50"},
        {"port", "99999999999999999999"},
        {"port", "-1"},
        {"port", "8 0"},
        {"upload-limit", "10Q"},
        {"upload-limit", "1"},
        {"upload-limit", "9999999999T"},
        {"upload-limit", "1.5M"},
        {"idle-time", "30"},
        {"idle-time", "1ms"},
        {"idle-time", "2d"},
        {"behind-tls", "maybe"},
        {"behind-tls", ""},
        {"language", "fr"},
        {"language", "VI"},
        {"data", " "},
        {"address", "localhost"},
        {"address", "1.2.3"},
        {"address", "1.2.3.4/8"},
        {"address", ""},
        {"proxies", "10.0.0.0/33"},
        {"proxies", "10.0.0.0/-1"},
        {"proxies", "a,b"},
        {"proxies", "10.0.0.1,,10.0.0.2"},
        {"mail-url", "http://x"},
        {"mail-url", "smtp://"},
        {"mail-url", "smtp:x"},
        {"mail-url", "smtp://a\nb"},
        {"mail-password", ""},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (option(wrong[i].name, wrong[i].value))
            fail_msg("--%s=\"%s\" was accepted", wrong[i].name, wrong[i].value);
        assert_non_null(strstr(problem, wrong[i].name));
    }
    assert_true(config_finish(config, &problem));
    assert_int_equal(target.port, 8080);
}

static void a_refusal_says_where_what_and_the_range(void **state)
{
    (void)state;
    assert_false(option("port", "x"));
    assert_string_equal(problem, "--port: \"x\" is not a whole number: 1 to 65535");
    assert_false(option("language", "fr"));
    assert_string_equal(problem, "--language: \"fr\" is not one of the words it can be: vi or en");
    assert_false(option("idle-time", "9"));
    assert_string_equal(problem,
                        "--idle-time: \"9\" is not a time like 250ms, 30s, 5m, 2h or 7d: 100ms to 1d");
}

static void the_command_line_wins_over_environment_and_file_in_any_order(void **state)
{
    (void)state;
    setenv("MOTCUA_PORT", "2000", 1);
    setenv("MAIL_URL", "smtp://env", 1);
    assert_true(config_set_option(config, "port", "1000", &problem));
    assert_true(config_read_environment(config, &problem));
    assert_true(read_text("port = 3000\nmail-url = smtp://file\nidle_time = 1s\n"));
    assert_true(config_finish(config, &problem));
    assert_int_equal(target.port, 1000);
    assert_string_equal(target.url, "smtp://env");
    assert_int_equal(target.time, 1000);
}

static void an_empty_variable_is_not_set(void **state)
{
    (void)state;
    setenv("MOTCUA_PORT", "", 1);
    assert_true(config_read_environment(config, &problem));
    assert_true(config_finish(config, &problem));
    assert_int_equal(target.port, 8080);
}

static void unknown_names_are_refused_with_a_suggestion(void **state)
{
    (void)state;
    assert_false(option("upload-limt", "1M"));
    assert_string_equal(problem, "--upload-limt: there is no such setting; did you mean \"upload-limit\"?");
    assert_false(option("completely-different", "1"));
    assert_null(strstr(problem, "did you mean"));
    assert_false(read_text("port = 80\nlanguge = vi\n"));
    assert_non_null(strstr(problem, "line 2"));
    assert_non_null(strstr(problem, "did you mean \"language\"?"));
    setenv("MOTCUA_PROT", "1", 1);
    assert_false(config_read_environment(config, &problem));
    assert_string_equal(problem,
                        "environment variable MOTCUA_PROT: there is no such setting; did you mean \"port\"?");
}

static void files_are_read_with_their_lines(void **state)
{
    (void)state;
    assert_true(
        read_text("\xEF\xBB\xBF# comment\n; comment\n\nport = 81 ; inline\r\nname = Sở Tư pháp: a=b\n"));
    assert_true(config_finish(config, &problem));
    assert_int_equal(target.port, 81);
    assert_string_equal(target.text, "Sở Tư pháp: a=b");
    assert_false(read_text("name = ok\nnonsense\n"));
    assert_non_null(strstr(problem, "line 2: expected \"name = value\""));
    assert_false(read_text("[database]\nport = 1\n"));
    assert_non_null(strstr(problem, "[database]"));
    assert_false(read_text("\n\nport = none\n"));
    assert_non_null(strstr(problem, "line 3, port: \"none\" is not a whole number"));
    char longer[600];
    snprintf(longer, sizeof longer, "port = 82\nname = %0400d\nport = 83\n", 7);
    assert_false(read_text(longer));
    assert_non_null(strstr(problem, "line 2: longer than"));
    assert_false(config_read_file(config, "/nonexistent/motcua.ini", &problem));
    assert_non_null(strstr(problem, "/nonexistent/motcua.ini: cannot be read"));
}

static void secrets_are_never_shown(void **state)
{
    (void)state;
    assert_true(option("mail-password", "hush"));
    assert_true(option("mail-url", "smtp://user:hush@mail/?password=hush&x=1"));
    struct str shown = config_describe(config, arena);
    assert_null(strstr(shown.data, "hush"));
    assert_non_null(strstr(shown.data, "(set)"));
    assert_non_null(strstr(shown.data, "smtp://user:***@mail/?password=***&x=1"));
    assert_false(option("mail-password", "   "));
    assert_null(strstr(problem, "\""));
}

static void the_description_says_where_each_value_comes_from(void **state)
{
    (void)state;
    setenv("MOTCUA_PORT", "2000", 1);
    assert_true(config_read_environment(config, &problem));
    assert_true(option("data", "/srv"));
    struct str shown = config_describe(config, arena);
    assert_non_null(strstr(shown.data, "(MOTCUA_PORT)"));
    assert_non_null(strstr(shown.data, "(--data)"));
    assert_non_null(strstr(shown.data, "(default)"));
}

static void options_for_argp_come_from_the_table(void **state)
{
    (void)state;
    const struct argp_option *options = config_argp_options(config);
    assert_string_equal(options[0].doc, "Serving:");
    assert_string_equal(options[1].name, "port");
    assert_int_equal(options[1].key, CONFIG_ARGP_KEY);
    assert_string_equal(options[1].doc, "Port (1 to 65535; default 8080; MOTCUA_PORT)");
    assert_string_equal(options[2].doc, "Size (1k to 1T; default 10M; MOTCUA_UPLOAD_LIMIT)");
    assert_true(config_argp_key(config, CONFIG_ARGP_KEY + 3, NULL, &problem));
    assert_null(problem);
    assert_true(config_finish(config, &problem));
    assert_true(target.flag);
    assert_true(config_argp_key(config, CONFIG_ARGP_KEY, "many", &problem));
    assert_non_null(problem);
    assert_false(config_argp_key(config, 'x', NULL, &problem));
    assert_false(config_argp_key(config, CONFIG_ARGP_KEY + 11, NULL, &problem));
}

static void the_document_has_every_knob(void **state)
{
    (void)state;
    struct str text = config_document(config, arena);
    for (size_t i = 0; knobs[i].name != NULL; i++)
        assert_non_null(strstr(text.data, arena_printf(arena, "`--%s`", knobs[i].name)));
    assert_non_null(strstr(text.data, "`MAIL_URL`"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, prepare, finish)
    const struct CMUnitTest tests[] = {
        TEST(defaults_fill_the_target),
        TEST(each_kind_takes_what_is_right),
        TEST(each_kind_refuses_what_is_wrong),
        TEST(a_refusal_says_where_what_and_the_range),
        TEST(the_command_line_wins_over_environment_and_file_in_any_order),
        TEST(an_empty_variable_is_not_set),
        TEST(unknown_names_are_refused_with_a_suggestion),
        TEST(files_are_read_with_their_lines),
        TEST(secrets_are_never_shown),
        TEST(the_description_says_where_each_value_comes_from),
        TEST(options_for_argp_come_from_the_table),
        TEST(the_document_has_every_knob),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
