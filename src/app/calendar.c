/*
 * motcua calendar: due moments, working time and days by calendar files, from the command line. What it
 * prints is made by the same library that serves the dossiers.
 */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "calendar_files.h"
#include "command.h"
#include "motcua/calendar/deadline.h"

enum {
    MAXIMUM_LIST = 64,
    ARENA_MAXIMUM = 512 << 20,
};

struct arguments {
    struct arena *arena;
    const char *verb;
    const char *sources[MAXIMUM_LIST];
    size_t source_count;
    const char *agency;
    const char *from, *to, *now, *ended;
    const char *limit;
    struct pause pauses[MAXIMUM_LIST];
    size_t pause_count;
    struct extension extensions[DEADLINE_MAXIMUM_EXTENSIONS];
    size_t extension_count;
    bool json, continues;
};

enum { OPTION_NOW = 1, OPTION_ENDED, OPTION_PAUSE, OPTION_EXTEND, OPTION_CONTINUES };

static const struct argp_option option_table[] = {
    {"calendar", 'c', "PATH", 0,
     "Calendar file, or a folder of them (*.json); may be given more than once (default: $MOTCUA_CALENDARS, "
     "samples/calendars)",
     0},
    {"agency", 'a', "CODE", 0, "Whose calendar (default: \"default\", or the only one there is)", 0},
    {"from", 'f', "TIME", 0, "Receipt: 2017-01-25T10:17, Viet Nam time unless an offset is written", 0},
    {"to", 't', "TIME", 0, "For between: the other moment; for days: the last day", 0},
    {"limit", 'l', "LIMIT", 0,
     "\"3 working days\", \"4 working hours\", \"15 days\", \"2 months\", \"same day cutoff 15:00\", "
     "\"03 ngày làm việc\", P3D",
     0},
    {"pause", OPTION_PAUSE, "FROM/TO[=REASON]", 0, "The clock stands still; without TO it still does", 0},
    {"extend", OPTION_EXTEND, "LIMIT=REASON", 0, "The limit is lengthened", 0},
    {"now", OPTION_NOW, "TIME", 0, "Also print how it stands at this moment", 0},
    {"ended", OPTION_ENDED, "TIME", 0, "Also print how it ended", 0},
    {"continues", OPTION_CONTINUES, NULL, 0, "--from is a due moment or a hand-over, no receipt", 0},
    {"json", 'j', NULL, 0, "Print JSON", 0},
    {0},
};

static instant read_time(struct argp_state *state, const char *text)
{
    instant moment = 0;
    if (text == NULL)
        argp_error(state, "a time is missing; see --help");
    else if (civil_parse_instant(str_of(text), &moment) != STATUS_OK)
        argp_error(state, "\"%s\" is no time; write it like 2017-01-25T10:17", text);
    return moment;
}

static struct limit read_limit(struct argp_state *state, struct arena *arena, struct str text)
{
    struct limit limit = {.unit = LIMIT_NONE};
    struct error error;
    if (limit_parse(arena, text, &limit, &error) != STATUS_OK) argp_error(state, "%s", error.message);
    return limit;
}

static void add_pause(struct arguments *arguments, const char *text, struct argp_state *state)
{
    if (arguments->pause_count == MAXIMUM_LIST) argp_error(state, "too many pauses");
    struct str span, reason, from, to;
    bool named = str_split(str_of(text), '=', &span, &reason);
    if (!str_split(span, '/', &from, &to)) argp_error(state, "--pause is written FROM/TO[=REASON]");
    struct pause *pause = &arguments->pauses[arguments->pause_count++];
    pause->from = read_time(state, arena_strndup(arguments->arena, from.data, from.length));
    pause->to =
        to.length == 0 ? INSTANT_NONE : read_time(state, arena_strndup(arguments->arena, to.data, to.length));
    pause->reason = named ? arena_strndup(arguments->arena, reason.data, reason.length) : NULL;
}

static void add_extension(struct arguments *arguments, const char *text, struct argp_state *state)
{
    if (arguments->extension_count == DEADLINE_MAXIMUM_EXTENSIONS) argp_error(state, "too many extensions");
    struct str limit, reason;
    if (!str_split(str_of(text), '=', &limit, &reason)) argp_error(state, "--extend is written LIMIT=REASON");
    struct extension *extension = &arguments->extensions[arguments->extension_count++];
    extension->limit = read_limit(state, arguments->arena, limit);
    extension->reason = arena_strndup(arguments->arena, reason.data, reason.length);
}

static bool is_verb(const char *text)
{
    static const char *const verbs[] = {"due", "between", "days", "agencies", "export"};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(text, verbs[i]) == 0) return true;
    return false;
}

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case 'c':
        if (arguments->source_count == MAXIMUM_LIST) argp_error(state, "too many --calendar");
        arguments->sources[arguments->source_count++] = value;
        return 0;
    case 'a':
        arguments->agency = value;
        return 0;
    case 'f':
        arguments->from = value;
        return 0;
    case 't':
        arguments->to = value;
        return 0;
    case 'l':
        arguments->limit = value;
        return 0;
    case OPTION_PAUSE:
        add_pause(arguments, value, state);
        return 0;
    case OPTION_EXTEND:
        add_extension(arguments, value, state);
        return 0;
    case OPTION_NOW:
        arguments->now = value;
        return 0;
    case OPTION_ENDED:
        arguments->ended = value;
        return 0;
    case OPTION_CONTINUES:
        arguments->continues = true;
        return 0;
    case 'j':
        arguments->json = true;
        return 0;
    case ARGP_KEY_ARG:
        if (arguments->verb != NULL) argp_usage(state);
        if (!is_verb(value))
            argp_error(state, "there is no \"%s\"; it is due, between, days, agencies, export or publish",
                       value);
        arguments->verb = value;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_usage(state);
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int complain(const struct error *error)
{
    fprintf(stderr, "motcua calendar: %s%s%s\n",
            error->message == NULL ? status_name(error->status) : error->message,
            error->detail == NULL ? "" : " — ", error->detail == NULL ? "" : error->detail);
    return 1;
}

static const char *shown_time(struct arena *arena, instant moment)
{
    struct civil_time time = civil_time_of(moment);
    struct civil_date date = civil_date_from_day(civil_day_of(moment));
    return arena_printf(arena, "%02d giờ %02d phút, ngày %02d/%02d/%04d", time.hour, time.minute, date.day,
                        date.month, date.year);
}

static void print_lines(const struct explanation *explanation)
{
    static const char *const weekdays[] = {"thứ Hai", "thứ Ba",  "thứ Tư",  "thứ Năm",
                                           "thứ Sáu", "thứ Bảy", "Chủ nhật"};
    for (size_t i = 0; i < explanation->count; i++) {
        const struct explanation_line *line = &explanation->lines[i];
        char date[CIVIL_DATE_SIZE];
        civil_format_date(line->date, date);
        struct civil_time from = civil_time_of(line->from), to = civil_time_of(line->to);
        bool midnight = line->to > line->from && to.hour == 0 && to.minute == 0;
        printf("%s %s %02d:%02d-%02d:%02d %s", date, weekdays[civil_weekday(line->date)], from.hour,
               from.minute, midnight ? 24 : to.hour, to.minute, line_kind_name(line->kind));
        if (line->counted_us > 0)
            printf(" %lld min", (long long)((line->counted_us + MINUTE_US / 2) / MINUTE_US));
        if (line->day_number > 0) printf(" [%d]", line->day_number);
        printf(": %s", line_kind_label(line->kind));
        if (line->reason != NULL) printf(" – %s", line->reason);
        if (line->legal != NULL) printf(" (%s)", line->legal);
        putchar('\n');
    }
}

static void print_state(const struct arguments *arguments, const struct calendar *calendar,
                        const struct deadline *deadline, struct argp_state *state)
{
    static const char *const names[] = {
        [DEADLINE_NONE] = "none",     [DEADLINE_PAUSED] = "paused", [DEADLINE_RUNNING] = "running",
        [DEADLINE_LATE] = "late",     [DEADLINE_BEFORE] = "before", [DEADLINE_ON_TIME] = "on time",
        [DEADLINE_MISSED] = "missed",
    };
    if (arguments->now == NULL && arguments->ended == NULL) return;
    instant now = arguments->now == NULL ? 0 : read_time(state, arguments->now);
    instant ended = arguments->ended == NULL ? INSTANT_NONE : read_time(state, arguments->ended);
    struct remaining remaining = calendar_remaining(calendar, deadline, now, ended);
    printf("state: %s, %lld days %lld minutes\n", names[remaining.state], (long long)remaining.time.days,
           (long long)(remaining.time.rest_us / MINUTE_US));
}

static int run_due(const struct arguments *arguments, const struct calendar *calendar,
                   struct argp_state *state)
{
    struct arena *arena = arguments->arena;
    if (arguments->limit == NULL) argp_error(state, "due needs --limit");
    struct deadline_request request = {
        .received = read_time(state, arguments->from),
        .limit = read_limit(state, arena, str_of(arguments->limit)),
        .pauses = arguments->pauses,
        .pause_count = arguments->pause_count,
        .extensions = arguments->extensions,
        .extension_count = arguments->extension_count,
        .continues = arguments->continues,
    };
    struct deadline deadline;
    struct error error;
    if (calendar_due(arena, calendar, &request, &deadline, &error) != STATUS_OK) return complain(&error);
    if (arguments->json) {
        puts(deadline_to_json(arena, &deadline, request.limit));
        return 0;
    }
    char due[CIVIL_INSTANT_SIZE];
    if (deadline.due != INSTANT_NONE) {
        civil_format_instant(deadline.due, due);
        printf("%s\n%s: %s\n", due, line_kind_label(LINE_DUE), shown_time(arena, deadline.due));
    } else if (deadline.paused) {
        printf("paused\nĐang tạm dừng, còn lại %lld phút\n", (long long)(deadline.left_us / MINUTE_US));
    } else {
        puts("none\nKhông quy định thời hạn");
    }
    if (deadline.provisional) puts("provisional: có ngày chưa có thông báo nghỉ lễ chính thức");
    print_lines(&deadline.explanation);
    print_state(arguments, calendar, &deadline, state);
    return 0;
}

static int run_between(const struct arguments *arguments, const struct calendar *calendar,
                       struct argp_state *state)
{
    struct working_time time;
    struct error error;
    if (calendar_between(arguments->arena, calendar, read_time(state, arguments->from),
                         read_time(state, arguments->to), arguments->pauses, arguments->pause_count, &time,
                         &error) != STATUS_OK)
        return complain(&error);
    const char *sign = time.negative ? "-" : "";
    if (arguments->json) {
        printf("{\"negative\":%s,\"working_minutes\":%lld,\"days\":%lld,\"rest_minutes\":%lld,\"whole_days\":"
               "%lld}\n",
               time.negative ? "true" : "false", (long long)(time.working_us / MINUTE_US),
               (long long)time.days, (long long)(time.rest_us / MINUTE_US), (long long)time.whole_days);
        return 0;
    }
    printf("%s%lld working minutes = %s%lld working days %lld minutes\n", sign,
           (long long)(time.working_us / MINUTE_US), sign, (long long)time.days,
           (long long)(time.rest_us / MINUTE_US));
    print_lines(&time.explanation);
    return 0;
}

/* Every day from --from to --to with its hours: to look a notice over. */
static int run_days(const struct arguments *arguments, const struct calendar *calendar,
                    struct argp_state *state)
{
    int32_t first = civil_day_of(read_time(state, arguments->from));
    int32_t last = civil_day_of(read_time(state, arguments->to == NULL ? arguments->from : arguments->to));
    if (last - first > 3700) argp_error(state, "days shows ten years at most");
    for (int32_t day = first; day <= last; day++) {
        char date[CIVIL_DATE_SIZE];
        civil_format_date(day, date);
        struct working_time time;
        struct error error;
        instant midnight = civil_instant(day, 0);
        if (calendar_between(arguments->arena, calendar, midnight, midnight + DAY_US, NULL, 0, &time,
                             &error) != STATUS_OK)
            return complain(&error);
        print_lines(&time.explanation);
    }
    return 0;
}

static int load(struct arguments *arguments, struct calendar **calendar)
{
    struct arena *arena = arguments->arena;
    struct calendar_files *files = arena_zalloc(arena, sizeof *files);
    if (arguments->source_count == 0)
        arguments->sources[arguments->source_count++] = calendar_files_default(arena);
    for (size_t i = 0; i < arguments->source_count; i++)
        if (!calendar_files_add(arena, arguments->sources[i], files)) return 1;
    struct calendar_definition definition;
    struct error error;
    const char *const *agencies;
    size_t agency_count;
    if (calendar_list_agencies(arena, files->texts, files->count, &agencies, &agency_count, &error) !=
        STATUS_OK)
        return complain(&error);
    if (strcmp(arguments->verb, "agencies") == 0) {
        for (size_t i = 0; i < agency_count; i++)
            puts(agencies[i]);
        return 0;
    }
    const char *agency = arguments->agency;
    if (agency == NULL && agency_count != 1) agency = "default";
    if (strcmp(arguments->verb, "export") == 0) {
        struct str combined;
        if (calendar_combine(arena, files->texts, files->count, agency, &combined, &error) != STATUS_OK)
            return complain(&error);
        puts(combined.data);
        return 0;
    }
    if (calendar_definition_read(arena, files->texts, files->count, agency, &definition, &error) !=
            STATUS_OK ||
        calendar_create(arena, &definition, calendar, &error) != STATUS_OK)
        return complain(&error);
    return 0;
}

static int run(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "publish") == 0) return calendar_publish_run(argc - 1, argv + 1);
    static const struct argp argp = {
        option_table,
        parse_option,
        "due|between|days|agencies|export\npublish --help",
        "Computes with working calendars.\v"
        "due: the due moment of --limit from --from, and why, a line a day.\n"
        "between: working time from --from to --to.\n"
        "days: the days from --from to --to with their hours and reasons.\n"
        "agencies: the agencies the calendar files define.\n"
        "export: one agency's calendar as a single JSON text.\n"
        "publish: make the files the calendars of the agencies; running dossiers follow.\n",
        NULL,
        NULL,
        NULL,
    };
    ARENA_AUTO arena = arena_create(ARENA_MAXIMUM);
    struct arguments *arguments = arena_zalloc(arena, sizeof *arguments);
    arguments->arena = arena;
    argp_err_exit_status = 64;
    argp_parse(&argp, argc, argv, 0, NULL, arguments);
    struct argp_state state = {
        .name = argv[0], .root_argp = &argp, .err_stream = stderr, .out_stream = stdout};
    struct calendar *calendar = NULL;
    int outcome = load(arguments, &calendar);
    if (outcome != 0 || calendar == NULL) return outcome;
    if (strcmp(arguments->verb, "due") == 0) return run_due(arguments, calendar, &state);
    if (strcmp(arguments->verb, "between") == 0) return run_between(arguments, calendar, &state);
    return run_days(arguments, calendar, &state);
}

const struct command command_calendar = {
    .name = "calendar",
    .summary = "compute due moments and working time by calendar files",
    .run = run,
};
