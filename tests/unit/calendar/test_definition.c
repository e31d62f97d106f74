/* Reading and checking calendar definitions. */
#include "calendar_support.h"

#define HEAD  "{\"format\":\"motcua-calendar/1\","
#define WEEK  "\"hours\":{\"monday\":[\"08:00-12:00\",\"13:00-17:00\"]}"
#define RULES "\"rule_sets\":[{\"id\":\"r\"," WEEK "}]"

static enum status make(const char *json, const char **detail)
{
    struct str text = str_of(json);
    struct calendar_definition definition;
    struct calendar *calendar = NULL;
    struct error error = {0};
    enum status status = calendar_definition_read(arena, &text, 1, NULL, &definition, &error);
    if (status == STATUS_OK) status = calendar_create(arena, &definition, &calendar, &error);
    if (status != STATUS_OK && (error.message == NULL || error.detail == NULL))
        fail_msg("no message for %s", json);
    *detail = error.detail;
    return status;
}

static void a_wrong_definition_is_refused_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        const char *detail; /* part of what the log says */
    } wrong[] = {
        {"[]", "the file"},
        {"{\"agencies\":[]}", "motcua-calendar/1"},
        {HEAD "\"agencies\":[],\"holidays\":[]}", "holidays"},
        {HEAD RULES ",\"agencies\":[{\"id\":\"a\",\"hour\":1}]}", "hour"},
        {HEAD RULES ",\"agencies\":[{\"id\":\"a\"},{\"id\":\"b\"}]}", "several agencies"},
        {HEAD "\"agencies\":[{\"id\":\"a\"}]}", "rule set"},
        {HEAD "\"rule_sets\":[{\"id\":\"r\",\"hours\":{}}],\"agencies\":[{\"id\":\"a\"}]}", "no working day"},
        {HEAD "\"rule_sets\":[{\"id\":\"r\",\"hours\":{\"mon\":[]}}],\"agencies\":[{\"id\":\"a\"}]}", "mon"},
        {HEAD "\"rule_sets\":[{\"id\":\"r\",\"hours\":{\"monday\":[\"12:00-08:00\"]}}],\"agencies\":[{\"id\":"
              "\"a\"}]}",
         "hours"},
        {HEAD
         "\"rule_sets\":[{\"id\":\"r\",\"hours\":{\"monday\":[\"8-12\"]}}],\"agencies\":[{\"id\":\"a\"}]}",
         "monday"},
        {HEAD "\"rule_sets\":[{\"id\":\"r\",\"hours\":{\"monday\":[\"08:00-12:00\",\"11:00-13:00\"]}}],"
              "\"agencies\":[{\"id\":\"a\"}]}",
         "hours"},
        {HEAD "\"rule_sets\":[{\"id\":\"r\"," WEEK "},{\"id\":\"q\"," WEEK
              "}],\"agencies\":[{\"id\":\"a\"}]}",
         "overlap"},
        {HEAD "\"rule_sets\":[{\"id\":\"r\"," WEEK ",\"hours_per_day\":0}],\"agencies\":[{\"id\":\"a\"}]}",
         "hours_per_day"},
        {HEAD "\"rule_sets\":[{\"id\":\"r\"," WEEK
              ",\"hours_per_day\":7.333}],\"agencies\":[{\"id\":\"a\"}]}",
         "hours_per_day"},
        {HEAD "\"rule_sets\":[{\"id\":\"r\"," WEEK ",\"working_day\":\"x\"}],\"agencies\":[{\"id\":\"a\"}]}",
         "working_day"},
        {HEAD RULES ",\"agencies\":[{\"id\":\"a\",\"days\":[{\"date\":\"2017-02-30\",\"kind\":\"holiday\","
                    "\"reason\":\"x\"}]}]}",
         "date"},
        {HEAD RULES ",\"agencies\":[{\"id\":\"a\",\"days\":[{\"date\":\"2017-02-03\",\"kind\":\"feast\","
                    "\"reason\":\"x\"}]}]}",
         "kind"},
        {HEAD RULES
         ",\"agencies\":[{\"id\":\"a\",\"days\":[{\"date\":\"2017-02-03\",\"kind\":\"holiday\"}]}]}",
         "reason"},
        {HEAD RULES ",\"agencies\":[{\"id\":\"a\",\"days\":[{\"from\":\"2017-02-03\",\"to\":\"2017-02-02\","
                    "\"kind\":\"holiday\","
                    "\"reason\":\"x\"}]}]}",
         "range"},
        {HEAD RULES ",\"agencies\":[{\"id\":\"a\",\"closures\":[{\"from\":\"2017-02-03T10:00\",\"to\":\"2017-"
                    "02-03T09:00\","
                    "\"reason\":\"x\"}]}]}",
         "closure"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const char *detail = NULL;
        if (make(wrong[i].json, &detail) != STATUS_INVALID || strstr(detail, wrong[i].detail) == NULL)
            fail_msg("%s gave %s", wrong[i].json, detail == NULL ? "nothing" : detail);
    }
}

static void an_agency_has_its_own_hours_and_days_before_the_shared_ones(void **state)
{
    (void)state;
    struct calendar *calendar = calendar_from(
        HEAD "\"notices\":[{\"id\":\"n\",\"from\":\"2017-01-01\",\"to\":\"2017-12-31\",\"days\":["
             "{\"date\":\"2017-02-13\",\"kind\":\"holiday\",\"reason\":\"chung\"}]}]," RULES
             ",\"agencies\":[{\"id\":\"a\",\"rule_sets\":[{\"id\":\"own\",\"hours\":{\"sunday\":[\"08:00-09:"
             "00\"]}}],"
             "\"days\":[{\"date\":\"2017-02-13\",\"kind\":\"closed\",\"reason\":\"riêng\"}]}]}");
    int32_t day = civil_day_of(at("2017-02-13"));
    assert_string_equal(calendar_special_day(calendar, day)->reason, "riêng");
    assert_string_equal(calendar_rule_set(calendar, day)->id, "own");
    assert_true(calendar_is_working_day(calendar, day - 1));
    assert_false(calendar_is_working_day(calendar, day + 7));
    assert_true(calendar_covered(calendar, day, day + 100));
    assert_false(calendar_covered(calendar, day, day + 1000));
}

/* Working days a year by the notices: a check of the data against counting by hand. */
static void the_real_notices_leave_the_known_number_of_working_days(void **state)
{
    (void)state;
    static const struct {
        int year, weekdays_off, saturdays_worked;
    } years[] = {{2017, 10, 0}, {2018, 11, 0}, {2024, 12, 1}, {2025, 12, 1}, {2026, 14, 2}};
    struct calendar *calendar = sample_calendar("default");
    for (size_t i = 0; i < sizeof years / sizeof *years; i++) {
        int off = 0, worked = 0;
        int32_t first = civil_day_from_date((struct civil_date){years[i].year, 1, 1});
        int32_t last = civil_day_from_date((struct civil_date){years[i].year, 12, 31});
        for (int32_t day = first; day <= last; day++) {
            bool weekend = civil_weekday(day) >= SATURDAY, working = calendar_is_working_day(calendar, day);
            off += !weekend && !working;
            worked += weekend && working;
            const struct special_day *special = calendar_special_day(calendar, day);
            assert_true(special == NULL || special->legal != NULL);
        }
        if (off != years[i].weekdays_off || worked != years[i].saturdays_worked)
            fail_msg("%d: %d weekdays off, %d Saturdays worked", years[i].year, off, worked);
    }
}

static void every_sample_agency_has_a_calendar(void **state)
{
    (void)state;
    struct str text = read_sample("agencies.json");
    const char *const *agencies;
    size_t count;
    assert_int_equal(calendar_list_agencies(arena, &text, 1, &agencies, &count, NULL), STATUS_OK);
    assert_true(count >= 5);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(calendar_agency(sample_calendar(agencies[i])), agencies[i]);
    struct calendar_definition definition;
    struct error error = {0};
    assert_int_equal(calendar_definition_read(arena, &text, 1, "nobody", &definition, &error),
                     STATUS_NOT_FOUND);
}

/* One text for one agency, with the same answers. */
static void a_combined_definition_is_the_same_calendar(void **state)
{
    (void)state;
    struct str texts[3] = {read_sample("vietnam-2017.json"), read_sample("agencies.json"),
                           read_sample("vietnam-2024.json")};
    static const char *const agencies[] = {"default", "yen-hoa", "soc-son"};
    for (size_t i = 0; i < 3; i++) {
        struct str combined;
        struct calendar_definition definition;
        assert_int_equal(calendar_combine(arena, texts, 3, agencies[i], &combined, NULL), STATUS_OK);
        assert_int_equal(calendar_definition_read(arena, &combined, 1, NULL, &definition, NULL), STATUS_OK);
        assert_string_equal(definition.agency, agencies[i]);
        struct calendar *one, *all = sample_calendar(agencies[i]);
        assert_int_equal(calendar_create(arena, &definition, &one, NULL), STATUS_OK);
        static const char *const received[] = {"2017-01-25T10:17", "2017-04-14T16:00", "2024-04-26T09:00",
                                               "2024-02-07T15:30"};
        for (size_t k = 0; k < 4; k++) {
            assert_string_equal(due(one, received[k], "3 working days"),
                                due(all, received[k], "3 working days"));
            assert_string_equal(due(one, received[k], "7 working hours"),
                                due(all, received[k], "7 working hours"));
        }
    }
    struct str combined;
    struct error error = {0};
    assert_int_equal(calendar_combine(arena, texts, 3, "nobody", &combined, &error), STATUS_NOT_FOUND);
    texts[0] = STR("{");
    assert_int_equal(calendar_combine(arena, texts, 3, "default", &combined, &error), STATUS_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_wrong_definition_is_refused_with_its_place),
        TEST(an_agency_has_its_own_hours_and_days_before_the_shared_ones),
        TEST(the_real_notices_leave_the_known_number_of_working_days),
        TEST(every_sample_agency_has_a_calendar),
        TEST(a_combined_definition_is_the_same_calendar),
    };
    return cmocka_run_group_tests_name("calendar: definitions", tests, NULL, NULL);
}
