/*
 * Identifiers of Vietnamese persons, organisations and telephones: shape, and what can be checked without a
 * register. All functions are pure and take any bytes.
 */
#ifndef MOTCUA_CODEC_IDENTIFIER_H
#define MOTCUA_CODEC_IDENTIFIER_H

#include <stdbool.h>

#include "motcua/base/str.h"

enum identifier_gender { IDENTIFIER_GENDER_UNKNOWN, IDENTIFIER_MALE, IDENTIFIER_FEMALE };

enum identifier_problem {
    IDENTIFIER_VALID = 0,
    IDENTIFIER_SHAPE,       /* wrong length or characters */
    IDENTIFIER_PROVINCE,    /* the first three digits are no province code */
    IDENTIFIER_BIRTH_YEAR,  /* does not go with the birth year given */
    IDENTIFIER_GENDER,      /* does not go with the gender given */
    IDENTIFIER_CHECK_DIGIT, /* the check digit is wrong */
    IDENTIFIER_BRANCH       /* branch number 000 */
};

/*
 * Personal identification number (12 digits, Decree 137/2015/NĐ-CP, article 13): province of birth
 * registration, digit for century and gender, two digits of the birth year, six random digits; no check
 * digit. `birth_year` 0 and IDENTIFIER_GENDER_UNKNOWN are not compared.
 */
enum identifier_problem identifier_check_personal(struct str number, int birth_year,
                                                  enum identifier_gender gender);
/* Birth year and gender written in a valid number; false for a number of the wrong shape. */
bool identifier_read_personal(struct str number, int *birth_year, enum identifier_gender *gender);
/* Former identity card: 9 digits (12 on the last series). */
enum identifier_problem identifier_check_identity_card(struct str number);
/* Tax code: 10 digits with check digit, or those and "-NNN" (or NNN) for a branch other than 000. */
enum identifier_problem identifier_check_tax_code(struct str code);

#define IDENTIFIER_PHONE_SIZE 16
/*
 * Telephone number as people write it ("+84 912.345.678", "(+84) 912-345-678", "84912345678", "(024) 3825
 * 3536") → digits with leading 0. Mobile numbers of ten digits, those of eleven digits used until 2018, land
 * lines with the area codes from 2017 and the former Hà Nội 04. False when it is none of these; `out` is
 * untouched then.
 */
bool identifier_normalise_phone(struct str text, char out[IDENTIFIER_PHONE_SIZE]);
/* An e-mail address in the form browsers accept (WHATWG HTML), at most 254 bytes, with a dot in the domain
 * and none at an end of the local part or beside another. */
bool identifier_email_valid(struct str text);

#endif
