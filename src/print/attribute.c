/* Reading attributes of the markup: strict, so that a misspelt template is noticed at once. */
#include <stdlib.h>

#include "layout.h"
#include "motcua/codec/xml.h"

const char *attribute_text(struct builder *builder, const xmlNode *node, const char *name)
{
    return xml_attribute(node, NULL, name, builder->arena);
}

enum status attributes_known(struct builder *builder, const xmlNode *node, const char *const *names)
{
    for (const xmlAttr *attribute = node->properties; attribute != NULL; attribute = attribute->next) {
        bool known = attribute->ns == NULL;
        const char *const *name = names;
        while (known && *name != NULL && strcmp(*name, (const char *)attribute->name) != 0)
            name++;
        if (!known || *name == NULL)
            return markup_error(builder, node, "<%s> has no attribute \"%s\"", (const char *)node->name,
                                (const char *)attribute->name);
    }
    return STATUS_OK;
}

/* A decimal with a point whatever the locale; *end is behind it. False when there is none. */
static bool parse_number(const char *text, const char **end, double *number)
{
    bool negative = *text == '-';
    const char *at = text + negative;
    double value = 0, scale = 1;
    unsigned digits = 0;
    for (; *at >= '0' && *at <= '9' && digits < 9; at++, digits++)
        value = value * 10 + (*at - '0');
    if (*at == '.')
        for (at++; *at >= '0' && *at <= '9' && digits < 12; at++, digits++)
            value += (*at - '0') * (scale /= 10);
    if (digits == 0) return false;
    *number = negative ? -value : value;
    *end = at;
    return true;
}

enum status read_length(struct builder *builder, const xmlNode *node, const char *name, double whole,
                        double *points)
{
    const char *text = attribute_text(builder, node, name);
    if (text == NULL) return STATUS_OK;
    const char *unit;
    double number;
    double factor = 0;
    if (parse_number(text, &unit, &number)) {
        if (strcmp(unit, "mm") == 0) factor = MILLIMETRE;
        if (strcmp(unit, "pt") == 0) factor = 1;
        if (strcmp(unit, "%") == 0) factor = whole / 100;
    }
    if (factor <= 0 || number < 0 || number * factor > 2000)
        return markup_error(builder, node, "%s=\"%s\" is no length (5mm, 12pt, 30%%)", name, text);
    *points = number * factor;
    return STATUS_OK;
}

enum status read_number(struct builder *builder, const xmlNode *node, const char *name, double minimum,
                        double maximum, double *number)
{
    const char *text = attribute_text(builder, node, name);
    if (text == NULL) return STATUS_OK;
    const char *end;
    double value;
    if (!parse_number(text, &end, &value) || *end != '\0' || value < minimum || value > maximum)
        return markup_error(builder, node, "%s=\"%s\" is no number from %g to %g", name, text, minimum,
                            maximum);
    *number = value;
    return STATUS_OK;
}

enum status read_flag(struct builder *builder, const xmlNode *node, const char *name, bool *flag)
{
    static const char *const choices[] = {"no", "yes", NULL};
    size_t choice = *flag;
    enum status status = read_choice(builder, node, name, choices, &choice);
    *flag = choice == 1;
    return status;
}

enum status read_choice(struct builder *builder, const xmlNode *node, const char *name,
                        const char *const *choices, size_t *choice)
{
    const char *text = attribute_text(builder, node, name);
    if (text == NULL) return STATUS_OK;
    for (size_t i = 0; choices[i] != NULL; i++) {
        if (strcmp(choices[i], text) == 0) {
            *choice = i;
            return STATUS_OK;
        }
    }
    return markup_error(builder, node, "%s=\"%s\" is unknown", name, text);
}

enum status read_numbers(struct builder *builder, const xmlNode *node, const char *name, double *numbers,
                         size_t maximum, size_t *count)
{
    const char *text = attribute_text(builder, node, name);
    *count = 0;
    if (text == NULL) return STATUS_OK;
    for (;;) {
        while (*text == ' ' || *text == '\n' || *text == '\t')
            text++;
        if (*text == '\0') return STATUS_OK;
        double number;
        if (*count == maximum || !parse_number(text, &text, &number) || number <= 0 || number > 1000 ||
            strchr(" \n\t", *text) == NULL)
            return markup_error(builder, node, "%s must be at most %zu numbers above 0", name, maximum);
        numbers[(*count)++] = number;
    }
}

enum status read_style(struct builder *builder, const xmlNode *node, struct style *style)
{
    static const char *const aligns[] = {"left", "center", "right", "justify", NULL};
    static const PangoAlignment values[] = {PANGO_ALIGN_LEFT, PANGO_ALIGN_CENTER, PANGO_ALIGN_RIGHT,
                                            PANGO_ALIGN_LEFT};
    size_t align = 4;
    enum status status = read_choice(builder, node, "align", aligns, &align);
    if (align < 4) {
        style->align = values[align];
        style->justify = align == 3;
    }
    if (status == STATUS_OK) status = read_number(builder, node, "size", 5, 72, &style->size);
    if (status == STATUS_OK) status = read_flag(builder, node, "bold", &style->bold);
    if (status == STATUS_OK) status = read_flag(builder, node, "italic", &style->italic);
    if (status == STATUS_OK) status = read_number(builder, node, "spacing", 0.8, 3, &style->spacing);
    return status;
}
