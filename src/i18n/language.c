/* The two languages and the choice between them. */
#include "motcua/i18n/format.h"

bool language_from_code(struct str code, enum language *language)
{
    struct str primary = code;
    for (size_t i = 0; i < code.length; i++) {
        if (code.data[i] == '-' || code.data[i] == '_') {
            primary.length = i;
            break;
        }
    }
    if (str_equal_ignore_case(primary, STR("vi")))
        *language = LANGUAGE_VIETNAMESE;
    else if (str_equal_ignore_case(primary, STR("en")))
        *language = LANGUAGE_ENGLISH;
    else
        return false;
    return true;
}

const char *language_code(enum language language)
{
    return language == LANGUAGE_ENGLISH ? "en" : "vi";
}

/* "q=0.8" as thousandths; 1000 when there is none, -1 when it cannot be read. */
static int read_weight(struct str parameters)
{
    struct str part, rest = parameters;
    while (rest.length > 0) {
        str_split(rest, ';', &part, &rest);
        part = str_trim(part);
        if (part.length < 3 || (part.data[0] != 'q' && part.data[0] != 'Q') || part.data[1] != '=') continue;
        if (part.length > 7 || (part.data[2] != '0' && part.data[2] != '1')) return -1;
        int weight = (part.data[2] - '0') * 1000, scale = 100;
        if (part.length > 3 && part.data[3] != '.') return -1;
        for (size_t i = 4; i < part.length; i++, scale /= 10) {
            if (part.data[i] < '0' || part.data[i] > '9') return -1;
            weight += (part.data[i] - '0') * scale;
        }
        return weight > 1000 ? -1 : weight;
    }
    return 1000;
}

enum language language_negotiate(struct str accept_language)
{
    enum language best = LANGUAGE_VIETNAMESE;
    int best_weight = 0;
    struct str item, rest = str_slice(accept_language, 0, 1024);
    while (rest.length > 0) {
        struct str tag, parameters;
        enum language language;
        str_split(rest, ',', &item, &rest);
        str_split(item, ';', &tag, &parameters);
        int weight = read_weight(parameters);
        if (weight > best_weight && language_from_code(str_trim(tag), &language)) {
            best = language;
            best_weight = weight;
        }
    }
    return best;
}
