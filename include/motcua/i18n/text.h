/*
 * Vietnamese text: normal form, folding for search, case, order of names. Input is UTF-8; what is not
 * valid UTF-8 is refused by text_normalise() at the border, the other functions treat a malformed byte
 * as one replacement character and never fail. Results live in the arena.
 */
#ifndef MOTCUA_I18N_TEXT_H
#define MOTCUA_I18N_TEXT_H

#include "motcua/base/error.h"

/* NFC (Unicode 14 data of libunistring). STATUS_INVALID for malformed UTF-8 or a NUL byte inside. */
NODISCARD enum status text_normalise(struct arena *arena, struct str text, struct str *normalised,
                                     struct error *error);
bool text_is_normalised(struct str text);

/*
 * What search compares: marks dropped, đ as d, lower case, anything that is no letter or digit becomes one
 * blank, ends trimmed. "Yên Hoà", "Yên Hòa" and "YEN  HOA" give the same key.
 */
struct str text_search_key(struct arena *arena, struct str text);
/* Lower case, NFC, blanks collapsed, accents kept; hòa and hoà alike: for ranking exact-accent hits first. */
struct str text_accent_key(struct arena *arena, struct str text);
/* Accents off, case kept, for SMS: "Hồ sơ đã xong" -> "Ho so da xong"; other non-ASCII is transliterated or
 * '?'. */
struct str text_strip_accents(struct arena *arena, struct str text);

struct str text_upper(struct arena *arena, struct str text); /* "Đỗ Thị Ngữ" -> "ĐỖ THỊ NGỮ" */
struct str text_lower(struct arena *arena, struct str text);
struct str text_capitalise(struct arena *arena, struct str text); /* first letter only */
/* Person name as typed -> trimmed, single blanks, each word capitalised only when all was upper or all lower.
 */
struct str text_person_name(struct arena *arena, struct str text);

/* Byte-comparable key in Vietnamese order: letters a ă â b c d đ …, then tones ngang huyền hỏi ngã sắc nặng,
 * then case. */
struct str text_collation_key(struct arena *arena, struct str text);
/* The same for a person: given name (last word) first, then middle names, then family name. */
struct str text_name_sort_key(struct arena *arena, struct str text);

size_t
text_grapheme_length(struct str text); /* user-perceived characters, for length limits shown to people */
/* At most `maximum` graphemes, an ellipsis when something was cut off. */
struct str text_shorten(struct arena *arena, struct str text, size_t maximum);
/* Control characters (except line breaks when `lines`), bidi overrides and non-characters: not wanted in any
 * field. */
bool text_has_forbidden(struct str text, bool lines);

#endif
