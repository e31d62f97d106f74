/* Names of roles and actors. */
#include "motcua/domain/context.h"

#include "motcua/i18n/catalogue.h"

static const struct {
    enum role role;
    const char *name;
    const char *title;
} roles[] = {
    {ROLE_RECEPTION_CLERK, "reception_clerk", N_("Công chức tiếp nhận")},
    {ROLE_PROCESSING_OFFICER, "processing_officer", N_("Chuyên viên thụ lý")},
    {ROLE_HEAD_OF_UNIT, "head_of_unit", N_("Lãnh đạo phòng")},
    {ROLE_SIGNING_LEADER, "signing_leader", N_("Lãnh đạo ký duyệt")},
    {ROLE_RECORDS_CLERK, "records_clerk", N_("Văn thư")},
    {ROLE_CASHIER, "cashier", N_("Thu ngân")},
    {ROLE_TENANT_ADMIN, "tenant_admin", N_("Quản trị đơn vị")},
    {ROLE_CITY_SUPERVISOR, "city_supervisor", N_("Giám sát thành phố")},
};

_Static_assert(sizeof roles / sizeof roles[0] == ROLE_COUNT, "every role has a name");

const char *role_name(enum role role)
{
    for (size_t i = 0; i < ROLE_COUNT; i++)
        if (roles[i].role == role) return roles[i].name;
    return NULL;
}

const char *role_title(enum role role)
{
    for (size_t i = 0; i < ROLE_COUNT; i++)
        if (roles[i].role == role) return roles[i].title;
    return NULL;
}

unsigned role_parse(struct str name)
{
    for (size_t i = 0; i < ROLE_COUNT; i++)
        if (str_equal_cstr(name, roles[i].name)) return roles[i].role;
    return 0;
}

const char *actor_kind_name(enum actor_kind kind)
{
    switch (kind) {
    case ACTOR_SYSTEM:
        return "system";
    case ACTOR_CITIZEN:
        return "citizen";
    case ACTOR_OFFICIAL:
        return "official";
    }
    return "system";
}

struct uuid uuid_from(struct str text)
{
    struct uuid uuid = {""};
    if (!uuid_valid(text)) return uuid;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        uuid.text[i] = c >= 'A' && c <= 'F' ? (char)(c + 32) : c;
    }
    return uuid;
}

const char *domain_translate(void *context, const char *message)
{
    const struct domain *domain = context;
    return translate(domain->english, message);
}
