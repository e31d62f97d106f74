/*
 * application/x-www-form-urlencoded (and the query of a URL) as an ordered list of names and values.
 * A name may repeat. Everything is valid UTF-8 without NUL or we refuse it whole.
 */
#ifndef MOTCUA_CODEC_FORM_DATA_H
#define MOTCUA_CODEC_FORM_DATA_H

#include "motcua/base/arena.h"
#include "motcua/base/error.h"
#include "motcua/base/str.h"

struct form_value {
    struct str name;
    struct str value;
};

struct form_data {
    struct form_value *values;
    size_t count;
    size_t capacity;
};

struct form_limits {
    size_t maximum_values;
    size_t maximum_name;  /* bytes, decoded */
    size_t maximum_value; /* bytes, decoded */
};

#define FORM_LIMITS_DEFAULT ((struct form_limits){2000, 200, 256 * 1024})

/*
 * Appends the pairs of `text` to *out (start with a zeroed struct). STATUS_INVALID (codes "form.encoding",
 * "form.name") for what url_decode_component() refuses; STATUS_TOO_LARGE ("form.too_many", "form.too_long").
 */
NODISCARD enum status form_data_parse(struct arena *arena, struct str text, const struct form_limits *limits,
                                      struct form_data *out, struct error *error);
/* Appends one pair as it is (already decoded; lives as long as its owner). STATUS_TOO_LARGE over the limits.
 */
NODISCARD enum status form_data_add(struct arena *arena, struct form_data *data,
                                    const struct form_limits *limits, struct str name, struct str value,
                                    struct error *error);

/* First value of the name, data NULL when there is none. */
struct str form_data_get(const struct form_data *data, const char *name);
/* The value with this index (0 first) among those of the name, data NULL past the last. */
struct str form_data_get_at(const struct form_data *data, const char *name, size_t index);
size_t form_data_count(const struct form_data *data, const char *name);

#endif
