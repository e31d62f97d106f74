/*
 * Dates, numbers, money and durations as people read them, in Vietnamese and English. Results live in the
 * arena. Days and hours are those of Asia/Ho_Chi_Minh. Forms follow Nghị định 30/2020/NĐ-CP and the one-stop
 * forms: "ngày 05 tháng 02 năm 2017" (zero before days below 10 and months 1 and 2 only).
 */
#ifndef MOTCUA_I18N_FORMAT_H
#define MOTCUA_I18N_FORMAT_H

#include "motcua/base/arena.h"
#include "motcua/calendar/civil.h"
#include "motcua/calendar/deadline.h"

enum language { LANGUAGE_VIETNAMESE, LANGUAGE_ENGLISH };
#define LANGUAGE_COUNT 2

/* "vi" or "en"; also "vi-VN", "en_GB" (case ignored). False for others. */
bool language_from_code(struct str code, enum language *language);
const char *language_code(enum language language);
/* Best match of an Accept-Language header (RFC 9110, weights); Vietnamese when nothing matches. */
enum language language_negotiate(struct str accept_language);

char *format_date(struct arena *arena, int32_t day); /* 05/02/2017 in both */
char *format_date_long(struct arena *arena, enum language language,
                       int32_t day); /* ngày 05 tháng 02 năm 2017 | 5 February 2017 */
char *format_weekday(struct arena *arena, enum language language,
                     int32_t day);                           /* Thứ Hai … Chủ nhật | Monday … */
char *format_time(struct arena *arena, instant moment);      /* 09:32 */
char *format_date_time(struct arena *arena, instant moment); /* 09:32 27/10/2023 */
char *format_moment(struct arena *arena, enum language language,
                    instant moment); /* 09 giờ 32 phút, ngày 27/10/2023 | 09:32, 27/10/2023 */
char *format_place_date(struct arena *arena, enum language language, const char *place,
                        int32_t day); /* Hà Nội, ngày … */

char *format_integer(struct arena *arena, enum language language, int64_t value); /* 1.234.567 | 1,234,567 */
/* `decimal` is plain text like "-1234567.89"; anything else comes back unchanged. */
char *format_decimal(struct arena *arena, enum language language, const char *decimal); /* 1.234.567,89 */
char *format_money(struct arena *arena, enum language language, int64_t dong); /* 8.000 đồng | 8,000 VND */
char *format_percent(struct arena *arena, enum language language, int64_t part,
                     int64_t whole);                                           /* 97,5% ; "–" for 0 of 0 */
char *format_size(struct arena *arena, enum language language, int64_t bytes); /* 1,4 MB */
/* As a setting says it: "20M" is 20 MB, not the 21 MB that a decimal megabyte would make of it. */
char *format_size_limit(struct arena *arena, enum language language, int64_t bytes);

/* "một nghìn không trăm linh năm" | "one thousand and five"; lower case, whole int64 range. */
char *format_number_words(struct arena *arena, enum language language, int64_t value);
/* "Tám nghìn đồng", with `exact` "Tám nghìn đồng chẵn" | "Eight thousand dong (only)". */
char *format_money_words(struct arena *arena, enum language language, int64_t dong, bool exact);

/* Working time: "2 ngày 3 giờ", "45 phút", "0 phút"; at most two units, rounded down to minutes. */
char *format_working_time(struct arena *arena, enum language language, struct working_time time);
/* "Còn 2 ngày 3 giờ làm việc", "Quá hạn 1 ngày làm việc", "Tạm dừng, còn …", "Đúng hạn", "Trước hạn 2 giờ làm
 * việc". */
char *format_remaining(struct arena *arena, enum language language, struct remaining remaining);
/* "3 phút trước", "hôm qua lúc 09:32", "27/10/2023" — for lists of events. */
char *format_ago(struct arena *arena, enum language language, instant moment, instant now);
/* A limit as on papers: "03 ngày làm việc" | "3 working days". */
char *format_limit(struct arena *arena, enum language language, struct limit limit);

#endif
