/*
 * Identifiers people type on Vietnamese forms: reading, checking, canonical form. Blanks, dots and dashes
 * between digits are forgiven where people write them. A check says precisely what is wrong.
 */
#ifndef MOTCUA_I18N_IDENTIFIER_H
#define MOTCUA_I18N_IDENTIFIER_H

#include "motcua/base/error.h"

enum gender { GENDER_UNKNOWN, GENDER_MALE, GENDER_FEMALE };

/* Số định danh cá nhân / CCCD, 12 digits: province (3), century and gender (1), birth year (2), 6 more. No
 * check digit. */
struct personal_id {
    char digits[13];
    int province; /* GSO code, e.g. 1 for Hà Nội */
    enum gender gender;
    int birth_year; /* four digits */
};

NODISCARD enum status identifier_personal_id(struct arena *arena, struct str text, struct personal_id *id,
                                             struct error *error);
/* Against the other answers; birth_year 0 and GENDER_UNKNOWN are not compared. */
NODISCARD enum status identifier_personal_id_matches(const struct personal_id *id, enum gender gender,
                                                     int birth_year, struct error *error);
/* Vietnamese name of a province by the code used in personal ids (63 of 2016), or NULL. */
const char *identifier_province_name(int code);

/* Chứng minh nhân dân: 9 digits. */
NODISCARD enum status identifier_old_id(struct arena *arena, struct str text, struct str *digits,
                                        struct error *error);
/* Hộ chiếu Việt Nam: a letter and 7 digits (also 8, passports before 2005). Canonical upper case. */
NODISCARD enum status identifier_passport(struct arena *arena, struct str text, struct str *number,
                                          struct error *error);
/* Mã số thuế: 10 digits with check digit, or those and "-NNN" (branch, not 000), or a 12-digit personal id.
 */
NODISCARD enum status identifier_tax_code(struct arena *arena, struct str text, struct str *code,
                                          struct error *error);

enum phone_kind { PHONE_MOBILE, PHONE_LANDLINE };
struct phone {
    struct str national; /* "0912345678" */
    struct str e164;     /* "+84912345678" */
    enum phone_kind kind;
};
/*
 * `day`: the civil day the number is judged at. Mobile 0[35789] and 8 digits; until 14 Nov 2018 also the
 * 11-digit 012x, 016x, 018x, 019x; landline 02xx and 8 digits in all 11, before the 2017 change also the old
 * area codes. +84 and 84 are read as 0.
 */
NODISCARD enum status identifier_phone(struct arena *arena, struct str text, int32_t day, struct phone *phone,
                                       struct error *error);
/* The number of today for an 11-digit mobile or an old landline number of 2017; the same number when it has
 * not changed. */
struct str identifier_phone_current(struct arena *arena, struct str national);

/* RFC 5321 mailbox without quoting, domain with a dot; lower-cased domain; at most 254 bytes. */
NODISCARD enum status identifier_email(struct arena *arena, struct str text, struct str *email,
                                       struct error *error);

/* AAA.BB.CC.Hxx-yyMMdd-NNNN (QCVN 102:2016) or Hxx.yy.zz-yyyyMMdd-NNNN (QĐ 20/2020): shape and a real date.
 */
struct dossier_code {
    struct str agency;
    int32_t day;
    int64_t number;
};
NODISCARD enum status identifier_dossier_code(struct arena *arena, struct str text, struct dossier_code *code,
                                              struct error *error);

#endif
