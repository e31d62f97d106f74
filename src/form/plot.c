/*
 * Plots of land as lists of corners, and drawn signatures: what is drawn rather than written. Degrees are
 * taken as a plane around the first corner, which is exact to a few centimetres for what an administrative
 * form is about.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "motcua/base/buf.h"

#include "internal.h"

#define METRES_PER_DEGREE 111320.0
#define RADIANS           (3.14159265358979323846 / 180)
#define TYPED_MAXIMUM     ((size_t)1 << 20)

struct corner {
    double x, y; /* metres east and north of the first */
};

/* Digits, a point, one to seven digits; moves over them. */
static bool degrees_at(struct str text, size_t *at, int *whole)
{
    size_t digits = 0, decimals = 0;
    *whole = 0;
    for (; *at < text.length && text.data[*at] >= '0' && text.data[*at] <= '9' && digits < 4; ++*at, digits++)
        *whole = *whole * 10 + (text.data[*at] - '0');
    if (digits == 0 || *at >= text.length || text.data[*at] != '.') return false;
    if (digits > 1 && text.data[*at - digits] == '0') return false;
    for (++*at; *at < text.length && text.data[*at] >= '0' && text.data[*at] <= '9'; ++*at)
        decimals++;
    return decimals >= 1 && decimals <= 7;
}

bool form_corner_valid(struct str text)
{
    size_t at = 0;
    int latitude, longitude;
    if (!degrees_at(text, &at, &latitude) || at >= text.length || text.data[at++] != ',' ||
        !degrees_at(text, &at, &longitude) || at != text.length)
        return false;
    return latitude >= 6 && latitude <= 23 && longitude >= 102 && longitude <= 117;
}

/* "21,0285" or "21.0285" with seven decimals, a centimetre. */
static bool read_degrees(struct str text, char out[24])
{
    char plain[24];
    if (text.length == 0 || text.length >= sizeof plain) return false;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i] == ',' ? '.' : text.data[i];
        if (c != '.' && (c < '0' || c > '9')) return false;
        plain[i] = c;
    }
    plain[text.length] = '\0';
    char *end;
    double value = strtod(plain, &end);
    if (*end != '\0' || !(value < 1000)) return false;
    snprintf(out, 24, "%.7f", value);
    return true;
}

/* A line holds two numbers parted by a blank or a semicolon, or by a comma where the decimals have points. */
static const char *read_corner(struct arena *arena, struct str line)
{
    char latitude[24], longitude[24];
    size_t middle = 0;
    while (middle < line.length && !strchr(" ;\t", line.data[middle]))
        middle++;
    if (middle == line.length) {
        ptrdiff_t comma = str_find_char(line, ',');
        if (comma < 0 || str_find_char(line, '.') < 0) return NULL;
        middle = (size_t)comma;
    }
    struct str head = str_slice(line, 0, middle), rest = str_slice(line, middle + 1, line.length);
    if (str_ends_with(head, STR(","))) head = str_slice(head, 0, head.length - 1);
    while (rest.length > 0 && strchr(" ;,\t", rest.data[0]))
        rest = str_slice(rest, 1, rest.length);
    if (!read_degrees(head, latitude) || !read_degrees(rest, longitude)) return NULL;
    const char *corner = arena_printf(arena, "%s,%s", latitude, longitude);
    return form_corner_valid(str_of(corner)) ? corner : NULL;
}

size_t form_plot_lines(struct str text)
{
    struct str line;
    size_t count = 0;
    for (bool more = text.length > 0; more;) {
        more = str_split(text, '\n', &line, &text);
        count += str_trim(line).length > 0;
    }
    return count;
}

json_t *form_read_plot(struct arena *arena, struct str text)
{
    json_t *corners = json_array();
    struct str rest = text, line;
    bool good = form_plot_lines(text) <= PLOT_CORNERS_MAXIMUM;
    for (bool more = text.length > 0; more && good;) {
        more = str_split(rest, '\n', &line, &rest);
        line = str_trim(line);
        if (line.length == 0) continue;
        const char *corner = read_corner(arena, line);
        good = corner != NULL;
        if (good) json_array_append_new(corners, json_string(corner));
    }
    if (good && json_array_size(corners) > 0) return corners;
    json_decref(corners);
    return str_trim(text).length > 0 ? json_stringn(text.data, text.length) : NULL;
}

/* "21.0285000" as people write it: "21,0285". */
static const char *degrees_typed(char *degrees)
{
    char *point = strchr(degrees, '.');
    for (size_t end = strlen(degrees); point && degrees + end > point + 2 && degrees[end - 1] == '0'; end--)
        degrees[end - 1] = 0;
    if (point) *point = ',';
    return degrees;
}

const char *form_plot_typed(struct arena *arena, const json_t *corners)
{
    if (json_is_string(corners)) return json_string_value(corners);
    BUF_AUTO text = BUF_WITH_MAXIMUM(TYPED_MAXIMUM);
    for (size_t i = 0; i < json_array_size(corners); i++) {
        const char *corner = json_string_value(json_array_get(corners, i));
        char *line = arena_strdup(arena, corner ? corner : "");
        char *longitude = strchr(line, ',');
        if (longitude) *longitude++ = 0;
        if (i) buf_append_char(&text, '\n');
        buf_append_cstr(&text, degrees_typed(line));
        buf_append_char(&text, ' ');
        buf_append_cstr(&text, degrees_typed(longitude ? longitude : line + strlen(line)));
    }
    return buf_copy(&text, arena).data;
}

/* In metres; only of valid corners. */
static struct corner *metres(struct arena *arena, const json_t *corners, size_t *count)
{
    *count = json_array_size(corners);
    struct corner *list = arena_array(arena, *count + 1, sizeof *list);
    double latitude = 0, longitude = 0;
    for (size_t i = 0; i < *count; i++) {
        const char *text = json_string_value(json_array_get(corners, i));
        char *comma;
        double lat = text ? strtod(text, &comma) : 0, lon = text && *comma ? strtod(comma + 1, NULL) : 0;
        if (i == 0) {
            latitude = lat;
            longitude = lon;
        }
        list[i] = (struct corner){(lon - longitude) * METRES_PER_DEGREE * cos(latitude * RADIANS),
                                  (lat - latitude) * METRES_PER_DEGREE};
    }
    return list;
}

double form_plot_area(struct arena *arena, const json_t *corners)
{
    size_t count;
    struct corner *list = metres(arena, corners, &count);
    double twice = 0;
    for (size_t i = 0; i < count; i++) {
        struct corner a = list[i], b = list[(i + 1) % count];
        twice += a.x * b.y - b.x * a.y;
    }
    return fabs(twice) / 2;
}

static double side(struct corner a, struct corner b, struct corner c)
{
    return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

bool form_plot_crosses(struct arena *arena, const json_t *corners)
{
    size_t count;
    struct corner *list = metres(arena, corners, &count);
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 2; j < count; j++) {
            if (i == 0 && j == count - 1) continue; /* neighbours */
            struct corner a = list[i], b = list[i + 1], c = list[j], d = list[(j + 1) % count];
            if (side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0) return true;
        }
    return false;
}

bool form_drawing_valid(struct str text)
{
    for (size_t at = 0; at < text.length;) {
        if (text.data[at] != 'M' && text.data[at] != 'L') return false;
        at++;
        for (int number = 0; number < 2; number++) {
            size_t digits = 0;
            for (; at < text.length && text.data[at] >= '0' && text.data[at] <= '9'; at++)
                digits++;
            if (digits < 1 || digits > 3) return false;
            if (number == 0 && (at >= text.length || text.data[at++] != ',')) return false;
        }
    }
    return true;
}
