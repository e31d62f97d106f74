/*
 * What tests about dossiers share: the people of the city who hand in and work on them, questions to the
 * database, and what must hold of a dossier. Define DATABASE (a name of its own for each program) and include
 * after cmocka.h.
 */
#ifndef MOTCUA_TESTS_DOSSIERS_H
#define MOTCUA_TESTS_DOSSIERS_H

#include "city.h"

#define WARD       "dich-vong-cau-giay"
#define DISTRICT   "cau-giay"
#define DEPARTMENT "so-quy-hoach-kien-truc"

static struct hand *robot, *lan, *ward, *builder, *business;

static inline int prepare(void **state)
{
    (void)state;
    robot = city_open(DATABASE);
    lan = citizen_named("Nguyễn Thị Lan");
    ward = official_named("Trần Văn Bình", WARD, "tu-phap-ho-tich", EVERY_ROLE);
    builder = official_named("Lê Thị Hoa", DISTRICT, "quan-ly-do-thi", EVERY_ROLE);
    business = official_named("Phạm Văn Cường", DISTRICT, "tai-chinh-ke-hoach", EVERY_ROLE);
    return 0;
}

static inline int finish(void **state)
{
    (void)state;
    hand_drop(lan);
    hand_drop(ward);
    hand_drop(builder);
    hand_drop(business);
    city_close(robot, DATABASE);
    return 0;
}

static inline int start_clock(void **state)
{
    (void)state;
    now = at("2017-02-14T09:00:00+07:00");
    return 0;
}

static inline const char *ask(const char *sql)
{
    return database_query(city_arena, city_database.url, sql);
}

#define assert_asked(sql, wanted) assert_string_equal(ask(sql), wanted)

static inline const char *with_id(const char *before, const struct uuid *id, const char *after)
{
    return arena_printf(city_arena, "%s'%s'%s", before, id->text, after);
}

static inline void assert_state(struct hand *hand, const char *slug, const struct uuid *id,
                                const char *status, const char *outcome)
{
    DOSSIER_FILE_AUTO file = {0};
    look(hand, slug, id, &file);
    assert_string_equal(file.dossier.status, status);
    assert_string_equal(file.dossier.outcome, outcome);
}

static inline void assert_nothing_left(const struct uuid *id)
{
    assert_asked(
        with_id("SELECT count(*) FROM task WHERE state IN ('open', 'waiting') AND dossier_id = ", id, ""),
        "0");
    assert_asked(with_id("SELECT count(*) FROM timer WHERE dossier_id = ", id, ""), "0");
    assert_asked(with_id("SELECT count(*) FROM pause WHERE to_at IS NULL AND dossier_id = ", id, ""), "0");
    assert_asked(with_id("SELECT count(*) FROM incident WHERE dossier_id = ", id, ""), "0");
    assert_asked(with_id("SELECT ended_at IS NOT NULL FROM workflow_instance WHERE dossier_id = ", id, ""),
                 "t");
}

#define TEST(name) cmocka_unit_test_setup(name, start_clock)

#endif
