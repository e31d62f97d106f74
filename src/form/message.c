/* Texts for people: languages, translation, numbers and dates as they are written here. */
#include "motcua/base/buf.h"

#include "internal.h"

const char *form_language(const struct form_environment *environment)
{
    return environment && environment->language ? environment->language : "vi";
}

const char *form_text_in(const struct form_text *text, const char *language)
{
    return text->en && strncmp(language, "en", 2) == 0 ? text->en : text->vi;
}

const char *form_translate(const struct form_environment *environment, const char *message)
{
    if (!environment || !environment->translate) return message;
    const char *translated = environment->translate(environment->translate_context, message);
    return translated ? translated : message;
}

const char *form_message(struct arena *arena, const struct form_environment *environment, const char *message,
                         const char *argument)
{
    const char *text = form_translate(environment, message);
    const char *place = strstr(text, "%s");
    if (!place || !argument) return text;
    return arena_printf(arena, "%.*s%s%s", (int)(place - text), text, argument, place + 2);
}

const char *form_number_shown(struct arena *arena, struct str decimal, const char *language, bool grouped)
{
    bool english = strncmp(language, "en", 2) == 0;
    struct str whole, fraction;
    bool has_fraction = str_split(decimal, '.', &whole, &fraction);
    BUF_AUTO out = BUF_WITH_MAXIMUM(200);
    if (whole.length && whole.data[0] == '-') {
        buf_append_char(&out, '-');
        whole = str_slice(whole, 1, whole.length);
    }
    for (size_t i = 0; i < whole.length; i++) {
        if (grouped && i > 0 && (whole.length - i) % 3 == 0) buf_append_char(&out, english ? ',' : '.');
        buf_append_char(&out, whole.data[i]);
    }
    if (has_fraction) {
        buf_append_char(&out, english ? '.' : ',');
        buf_append_str(&out, fraction);
    }
    return arena_str(arena, buf_str(&out)).data;
}

const char *form_date_shown(struct arena *arena, struct str iso)
{
    if (!form_partial_date_valid(iso)) return arena_str(arena, iso).data;
    if (iso.length == 4) return arena_str(arena, iso).data;
    if (iso.length == 7) return arena_printf(arena, "%.2s/%.4s", iso.data + 5, iso.data);
    return arena_printf(arena, "%.2s/%.2s/%.4s", iso.data + 8, iso.data + 5, iso.data);
}
