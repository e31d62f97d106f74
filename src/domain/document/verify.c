/* Verification of results by the code printed on them. */
#include "motcua/domain/result.h"

#include "motcua/calendar/civil.h"
#include "motcua/crypto/token.h"

enum { CODE_MAXIMUM = 64 };

DB_STATEMENT(verify_result, DB_PARAMETERS(DB_TEXT),
             DB_COLUMNS({"tenant_id", DB_UUID}, {"kind", DB_TEXT}, {"number", DB_TEXT}, {"title", DB_TEXT},
                        {"issued_at", DB_INSTANT}, {"signed_by", DB_TEXT}, {"signed_title", DB_TEXT},
                        {"sha256", DB_BYTES}, {"public_summary", DB_JSON}, {"revoked_at", DB_INSTANT}),
             "SELECT tenant_id, kind, number, title, issued_at, signed_by, signed_title, sha256, "
             "public_summary, revoked_at "
             "FROM result_verify($1)")

struct str result_code_normalise(struct arena *arena, struct str typed)
{
    char *code = arena_alloc(arena, CODE_MAXIMUM);
    size_t length = 0;
    for (size_t i = 0; i < typed.length; i++) {
        char c = typed.data[i];
        if (c == '-' || c == ' ') continue;
        if (c >= 'a' && c <= 'z') c = (char)(c - 'a' + 'A');
        if (length == CODE_MAXIMUM || !((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))) return STR("");
        code[length++] = c;
    }
    return str_make(code, length);
}

void result_release(struct verified_result *result)
{
    json_decref(result->summary);
    result->summary = NULL;
}

static const char *text_at(const struct db_result *rows, size_t column)
{
    const char *text = db_get_cstr(rows, 0, column);
    return text == NULL ? "" : text;
}

enum status result_verify(struct work *work, struct str code, struct verified_result *result,
                          struct error *error)
{
    struct db_scope scope = {0};
    struct db_result *rows = NULL;
    if (code.length > 0) {
        enum status status = db_read_one(work->db, &scope, work->arena, &verify_result,
                                         DB_VALUES(db_text(code)), &rows, error);
        if (status != STATUS_OK) return status;
    }
    if (rows == NULL || rows->row_count == 0)
        return error_set(error, work->arena, STATUS_NOT_FOUND, "result.unknown",
                         N_("Không có kết quả nào mang mã này"), NULL);
    struct hash digest = {{0}};
    struct str stored = db_get_bytes(rows, 0, 7);
    if (stored.length == sizeof digest.bytes) memcpy(digest.bytes, stored.data, sizeof digest.bytes);
    char *hex = arena_alloc(work->arena, HASH_HEX_SIZE);
    hash_hex(&digest, hex);
    *result = (struct verified_result){
        .tenant_id = db_get_uuid(rows, 0, 0),
        .kind = text_at(rows, 1),
        .number = text_at(rows, 2),
        .title = text_at(rows, 3),
        .issued_at = db_get_instant(rows, 0, 4),
        .signed_by = text_at(rows, 5),
        .signed_title = text_at(rows, 6),
        .sha256 = hex,
        .revoked_at = db_is_null(rows, 0, 9) ? INSTANT_NONE : db_get_instant(rows, 0, 9),
        .summary = db_get_json(rows, 0, 8),
    };
    return STATUS_OK;
}
