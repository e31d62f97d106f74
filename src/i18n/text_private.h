/* Shared by the files about text. */
#ifndef MOTCUA_I18N_TEXT_PRIVATE_H
#define MOTCUA_I18N_TEXT_PRIVATE_H

#include "motcua/base/arena.h"

/* NFC, NFD, NFKC or NFKD; malformed bytes become U+FFFD. */
struct str text_to_form(struct arena *arena, struct str text, bool compose, bool compatible);
bool text_is_mark(uint32_t code);
bool text_is_word(uint32_t code); /* a letter or digit */
int text_tone(uint32_t code);     /* 1..5 for the marks of the Vietnamese tones */

#endif
