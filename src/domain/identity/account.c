/* Accounts: registering, finding, profile. */
#include "motcua/domain/identity.h"

#include "identity_private.h"
#include "motcua/calendar/civil.h"
#include "motcua/codec/identifier.h"
#include "motcua/codec/json.h"
#include "motcua/i18n/text.h"

static const struct password_cost *cost = &password_cost_default;

void identity_use_cost(const struct password_cost *chosen)
{
    cost = chosen;
}

const struct password_cost *identity_cost(void)
{
    return cost;
}

enum status identity_invalid(struct work *work, struct error *error, const char *field, const char *code,
                             const char *message)
{
    enum status status = error_set(error, work->arena, STATUS_INVALID, code, message, NULL);
    if (error != NULL) error->field = field;
    return status;
}

enum status identifier_normalise(struct arena *arena, struct str text, struct str *identifier,
                                 struct error *error)
{
    text = str_trim(text.data == NULL ? STR("") : text);
    if (str_find_char(text, '@') > 0 && identifier_email_valid(text)) {
        struct str lower = text_lower(arena, text);
        if (lower.length <= 254) {
            *identifier = lower;
            return STATUS_OK;
        }
    } else {
        char phone[IDENTIFIER_PHONE_SIZE];
        if (identifier_normalise_phone(text, phone)) {
            *identifier = str_of(arena_strdup(arena, phone));
            return STATUS_OK;
        }
    }
    return error_set(error, arena, STATUS_INVALID, "identifier.malformed",
                     N_("Vui lòng nhập địa chỉ thư điện tử hoặc số điện thoại Việt Nam"), NULL);
}

enum status identity_check_password(struct work *work, struct str password, const char *field,
                                    struct error *error)
{
    if (utf8_length(password) < PASSWORD_MINIMUM)
        return identity_invalid(work, error, field, "password.short",
                                N_("Mật khẩu phải có ít nhất 10 ký tự"));
    if (password.length > PASSWORD_LENGTH_MAXIMUM)
        return identity_invalid(work, error, field, "password.long", N_("Mật khẩu quá dài"));
    bool same = true;
    for (size_t i = 1; i < password.length; i++)
        same &= password.data[i] == password.data[0];
    static const char *const common[] = {"1234567890", "0123456789", "password123",
                                         "matkhau123", "qwertyuiop", "12345678910"};
    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++)
        same |= str_equal_ignore_case(password, str_of(common[i]));
    if (same)
        return identity_invalid(work, error, field, "password.common",
                                N_("Mật khẩu này quá dễ đoán; vui lòng chọn mật khẩu khác"));
    return STATUS_OK;
}

DB_STATEMENT(account_insert, DB_PARAMETERS(DB_UUID, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT, DB_INSTANT),
             DB_NOTHING,
             "INSERT INTO account (id, email, phone, password_hash, full_name, language, created_at, "
             "password_changed_at) "
             "VALUES ($1, $2, $3, $4, $5, $6, $7, $7)")

struct checked {
    struct str name, email, phone; /* data NULL: none */
};

static enum status check_registration(struct work *work, const struct registration *r,
                                      struct checked *checked, struct error *error)
{
    struct str name;
    enum status status = text_normalise(
        work->arena, str_trim(r->full_name.data == NULL ? STR("") : r->full_name), &name, error);
    if (status != STATUS_OK) return status;
    if (name.length == 0)
        return identity_invalid(work, error, "full_name", "account.name", N_("Vui lòng nhập họ và tên"));
    if (utf8_length(name) > 200 || text_has_forbidden(name, false))
        return identity_invalid(work, error, "full_name", "account.name",
                                N_("Họ và tên quá dài hoặc có ký tự không hợp lệ"));
    checked->name = text_person_name(work->arena, name);
    struct str email = str_trim(r->email.data == NULL ? STR("") : r->email);
    struct str phone = str_trim(r->phone.data == NULL ? STR("") : r->phone);
    if (email.length > 0 && (str_find_char(email, '@') < 0 ||
                             identifier_normalise(work->arena, email, &checked->email, error) != STATUS_OK))
        return identity_invalid(work, error, "email", "account.email",
                                N_("Địa chỉ thư điện tử không đúng, ví dụ đúng: ten@example.vn"));
    if (phone.length > 0 && (str_find_char(phone, '@') >= 0 ||
                             identifier_normalise(work->arena, phone, &checked->phone, error) != STATUS_OK))
        return identity_invalid(work, error, "phone", "account.phone",
                                N_("Số điện thoại không đúng, ví dụ đúng: 0912345678"));
    if (checked->email.data == NULL && checked->phone.data == NULL)
        return identity_invalid(work, error, "email", "account.identifier",
                                N_("Vui lòng nhập địa chỉ thư điện tử hoặc số điện thoại"));
    return identity_check_password(work, r->password.data == NULL ? STR("") : r->password, "password", error);
}

enum status account_create(struct work *work, const struct registration *registration,
                           struct uuid *account_id, struct error *error)
{
    struct checked checked = {0};
    char hash[PASSWORD_HASH_SIZE];
    enum status status = check_registration(work, registration, &checked, error);
    if (status == STATUS_OK) status = password_hash(registration->password, cost, hash);
    if (status != STATUS_OK) return status;
    struct uuid id = uuid_create(work->now);
    struct db_scope scope = {.account = id.text};
    struct db_result *result;
    status =
        db_write_one(work->db, &scope, work->arena, &account_insert,
                     DB_VALUES(db_uuid(id), db_text(checked.email), db_text(checked.phone), db_cstr(hash),
                               db_text(checked.name), db_cstr(registration->language), db_instant(work->now)),
                     &result, error);
    if (status == STATUS_CONFLICT)
        return error_set(error, work->arena, STATUS_CONFLICT, "account.taken",
                         N_("Địa chỉ thư điện tử hoặc số điện thoại này đã có tài khoản"), NULL);
    if (status == STATUS_OK) *account_id = id;
    return status;
}

DB_STATEMENT(account_by_identifier, DB_PARAMETERS(DB_TEXT),
             DB_COLUMNS({"id", DB_UUID}, {"password_hash", DB_TEXT}, {"active", DB_BOOL},
                        {"language", DB_TEXT}, {"has_second_factor", DB_BOOL}, {"email", DB_TEXT},
                        {"full_name", DB_TEXT}),
             "SELECT id, password_hash, active, language, has_second_factor, email, full_name FROM "
             "account_for_sign_in($1)")

enum status identity_lookup(struct work *work, struct str identifier, struct db_result **rows,
                            struct error *error)
{
    struct db_scope scope = {0};
    return db_read_one(work->db, &scope, work->arena, &account_by_identifier, DB_VALUES(db_text(identifier)),
                       rows, error);
}

enum status account_register(struct work *work, const struct registration *registration, bool *created,
                             struct uuid *account_id, struct error *error)
{
    enum status status = account_create(work, registration, account_id, error);
    *created = status == STATUS_OK;
    if (status == STATUS_OK) return identity_send_confirmation(work, registration, account_id, error);
    if (status != STATUS_CONFLICT) return status;
    /* The owner learns that somebody tried; the one who tried learns nothing. */
    struct str identifier;
    struct db_result *rows;
    bool by_mail = registration->email.data != NULL && str_trim(registration->email).length > 0;
    if (by_mail && identifier_normalise(work->arena, registration->email, &identifier, error) == STATUS_OK &&
        identity_lookup(work, identifier, &rows, error) == STATUS_OK && rows->row_count > 0 &&
        db_get_text(rows, 0, 5).length > 0) {
        json_auto extra = json_object();
        json_set_str(extra, "name", db_get_text(rows, 0, 6));
        json_set_cstr(extra, "url", arena_printf(work->arena, "%s/quen-mat-khau", work->domain->base_url));
        return identity_queue_mail(work, "register-taken", db_get_text(rows, 0, 5), db_get_text(rows, 0, 3),
                                   extra, error);
    }
    return STATUS_OK;
}

enum status account_find(struct work *work, struct str text, struct uuid *account_id, struct error *error)
{
    struct str identifier;
    struct db_result *rows;
    enum status status = identifier_normalise(work->arena, text, &identifier, error);
    if (status == STATUS_OK) status = identity_lookup(work, identifier, &rows, error);
    if (status != STATUS_OK) return status;
    if (rows->row_count == 0)
        return error_set(error, work->arena, STATUS_NOT_FOUND, "account.unknown",
                         N_("Không có tài khoản này"), NULL);
    *account_id = db_get_uuid(rows, 0, 0);
    return STATUS_OK;
}

DB_STATEMENT(profile_find, DB_NOTHING,
             DB_COLUMNS({"full_name", DB_TEXT}, {"email", DB_TEXT}, {"phone", DB_TEXT},
                        {"birth_date", DB_DATE}, {"personal_id", DB_TEXT}, {"address", DB_TEXT},
                        {"language", DB_TEXT}),
             "SELECT full_name, email, phone, birth_date, personal_id, address, language FROM account "
             "WHERE id = motcua.app_account()")

static const char *text_at(const struct db_result *rows, size_t column)
{
    const char *text = db_get_cstr(rows, 0, column);
    return text == NULL ? "" : text;
}

enum status profile_load(struct work *work, struct profile *profile, struct error *error)
{
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *rows;
    enum status status = db_read_one(work->db, &scope, work->arena, &profile_find, DB_VALUES(), &rows, error);
    if (status != STATUS_OK) return status;
    if (rows->row_count == 0)
        return error_set(error, work->arena, STATUS_NOT_FOUND, "account.unknown",
                         N_("Không có tài khoản này"), NULL);
    char *birth = arena_alloc(work->arena, CIVIL_DATE_SIZE);
    birth[0] = '\0';
    if (!db_is_null(rows, 0, 3)) civil_format_date(db_get_date(rows, 0, 3), birth);
    *profile = (struct profile){text_at(rows, 0), text_at(rows, 1), text_at(rows, 2), birth,
                                text_at(rows, 4), text_at(rows, 5), text_at(rows, 6)};
    return STATUS_OK;
}

/* Another address has not been confirmed yet, and links mailed to the old one no longer count. */
DB_STATEMENT(profile_update, DB_PARAMETERS(DB_TEXT, DB_TEXT, DB_TEXT, DB_DATE, DB_TEXT, DB_TEXT), DB_NOTHING,
             "WITH stale AS (UPDATE one_time_token t SET used_at = now() FROM account a WHERE a.id = "
             "motcua.app_account() "
             "AND t.account_id = a.id AND t.used_at IS NULL AND a.email IS DISTINCT FROM $2) "
             "UPDATE account SET full_name = $1, email = $2, phone = $3, birth_date = $4, personal_id = $5, "
             "address = $6, "
             "email_confirmed_at = CASE WHEN email IS DISTINCT FROM $2 THEN NULL ELSE email_confirmed_at END "
             "WHERE id = motcua.app_account()")

static struct db_value optional(struct str text)
{
    return text.length == 0 ? db_null() : db_text(text);
}

enum status profile_save(struct work *work, const struct profile *profile, struct error *error)
{
    struct registration registration = {.full_name = str_of(profile->full_name),
                                        .email = str_of(profile->email),
                                        .phone = str_of(profile->phone),
                                        .password = STR("not-checked-here")};
    struct checked checked = {0};
    enum status status = check_registration(work, &registration, &checked, error);
    if (status != STATUS_OK) return status;
    int32_t birth = 0;
    bool has_birth = profile->birth_date[0] != '\0';
    if (has_birth && (civil_parse_date(str_of(profile->birth_date), &birth) != STATUS_OK ||
                      birth > civil_day_of(work->now)))
        return identity_invalid(work, error, "birth_date", "account.birth_date",
                                N_("Ngày sinh không đúng, ví dụ đúng: 05/02/1984"));
    struct str personal_id = str_trim(str_of(profile->personal_id));
    if (personal_id.length > 0 &&
        identifier_check_personal(personal_id, 0, IDENTIFIER_GENDER_UNKNOWN) != IDENTIFIER_VALID &&
        identifier_check_identity_card(personal_id) != IDENTIFIER_VALID)
        return identity_invalid(work, error, "personal_id", "account.personal_id",
                                N_("Số căn cước gồm 12 chữ số, số chứng minh nhân dân gồm 9 chữ số"));
    struct str address;
    status = text_normalise(work->arena, str_trim(str_of(profile->address)), &address, error);
    if (status != STATUS_OK) return status;
    if (utf8_length(address) > 500)
        return identity_invalid(work, error, "address", "account.address", N_("Địa chỉ quá dài"));
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *result;
    status = db_write_one(work->db, &scope, work->arena, &profile_update,
                          DB_VALUES(db_text(checked.name), optional(checked.email), optional(checked.phone),
                                    has_birth ? db_date(birth) : db_null(), optional(personal_id),
                                    db_text(address)),
                          &result, error);
    if (status == STATUS_CONFLICT)
        return identity_invalid(
            work, error, "email", "account.taken",
            N_("Không dùng được địa chỉ thư điện tử hoặc số điện thoại này; vui lòng kiểm tra lại"));
    return status;
}

DB_STATEMENT(profile_language, DB_PARAMETERS(DB_TEXT), DB_NOTHING,
             "UPDATE account SET language = $1 WHERE id = motcua.app_account()")

enum status profile_set_language(struct work *work, const char *language, struct error *error)
{
    struct db_scope scope = work_scope(work, NULL);
    struct db_result *result;
    return db_write_one(work->db, &scope, work->arena, &profile_language, DB_VALUES(db_cstr(language)),
                        &result, error);
}

json_t *profile_known(const struct profile *profile)
{
    json_t *known = json_object();
    const char *const pairs[][2] = {
        {"person.full_name", profile->full_name},
        {"person.email", profile->email},
        {"person.phone", profile->phone},
        {"person.birth_date", profile->birth_date},
        {"person.personal_id", profile->personal_id},
        {"person.identity_number", profile->personal_id},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        if (pairs[i][1][0] != '\0') json_set_cstr(known, pairs[i][0], pairs[i][1]);
    return known;
}
