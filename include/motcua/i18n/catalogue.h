/*
 * Message catalogues in gettext's binary form (.mo), read from memory. The message id is the Vietnamese
 * sentence. A catalogue is immutable and shared by all threads; each person's language is chosen by
 * handing in his catalogue, so no process locale takes part. NULL stands for Vietnamese itself.
 */
#ifndef MOTCUA_I18N_CATALOGUE_H
#define MOTCUA_I18N_CATALOGUE_H

#include "motcua/base/error.h"

/* Marks a text that counts something ("%lld hồ sơ"); shown with translate_count(). */
#ifndef NP_
#define NP_(text) text
#endif

#define CATALOGUE_MAXIMUM_SIZE (8 * 1024 * 1024)

struct catalogue;

/* `mo` is copied. Both byte orders, major revision 0 and 1. STATUS_INVALID for anything inconsistent. */
NODISCARD enum status catalogue_read(struct arena *arena, struct str mo, struct catalogue **catalogue,
                                     struct error *error);
/* The catalogue built into the program for a language code ("en"), ready for catalogue_read(); STR_NULL when
 * there is none. */
struct str catalogue_embedded(const char *language);
size_t catalogue_size(const struct catalogue *catalogue); /* number of messages, the header not counted */
const char *catalogue_language(const struct catalogue *catalogue); /* "en"; "vi" for NULL */

/* The translation, or `vietnamese` itself when there is none. Never NULL unless `vietnamese` is. */
const char *translate(const struct catalogue *catalogue, const char *vietnamese);
/* For a slice (templates): NULL when the catalogue has no such message. Bytes must match exactly. */
const char *translate_str(const struct catalogue *catalogue, struct str vietnamese);
/* The form for `count` of a message marked NP_() (id and plural id are the same Vietnamese text). */
const char *translate_count(const struct catalogue *catalogue, const char *vietnamese, int64_t count);
/* With a context (msgctxt), for short words that mean different things. */
const char *translate_context(const struct catalogue *catalogue, const char *context, const char *vietnamese);

/* The id under which a template text is catalogued: ends trimmed, white space runs become one blank. */
struct str message_normalise(struct arena *arena, struct str text);

#endif
