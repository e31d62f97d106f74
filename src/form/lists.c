/*
 * Lists a form refers to by name: countries (ISO 3166-1 alpha-2) and the 54 ethnic groups (codes of the
 * General Statistics Office, decision 121-TCTK/PPCĐ of 1979) are built in; everything else comes from the
 * environment.
 */
#include "internal.h"

static const char *const ethnic_groups[][3] = {
    {"01", "Kinh", "Kinh"},
    {"02", "Tày", "Tày"},
    {"03", "Thái", "Thái"},
    {"04", "Hoa", "Hoa"},
    {"05", "Khmer", "Khmer"},
    {"06", "Mường", "Mường"},
    {"07", "Nùng", "Nùng"},
    {"08", "Mông", "Mông"},
    {"09", "Dao", "Dao"},
    {"10", "Gia Rai", "Gia Rai"},
    {"11", "Ngái", "Ngái"},
    {"12", "Ê Đê", "Ê Đê"},
    {"13", "Ba Na", "Ba Na"},
    {"14", "Xơ Đăng", "Xơ Đăng"},
    {"15", "Sán Chay", "Sán Chay"},
    {"16", "Cơ Ho", "Cơ Ho"},
    {"17", "Chăm", "Chăm"},
    {"18", "Sán Dìu", "Sán Dìu"},
    {"19", "Hrê", "Hrê"},
    {"20", "Mnông", "Mnông"},
    {"21", "Ra Glai", "Ra Glai"},
    {"22", "Xtiêng", "Xtiêng"},
    {"23", "Bru - Vân Kiều", "Bru - Vân Kiều"},
    {"24", "Thổ", "Thổ"},
    {"25", "Giáy", "Giáy"},
    {"26", "Cơ Tu", "Cơ Tu"},
    {"27", "Gié - Triêng", "Gié - Triêng"},
    {"28", "Mạ", "Mạ"},
    {"29", "Khơ Mú", "Khơ Mú"},
    {"30", "Co", "Co"},
    {"31", "Tà Ôi", "Tà Ôi"},
    {"32", "Chơ Ro", "Chơ Ro"},
    {"33", "Kháng", "Kháng"},
    {"34", "Xinh Mun", "Xinh Mun"},
    {"35", "Hà Nhì", "Hà Nhì"},
    {"36", "Chu Ru", "Chu Ru"},
    {"37", "Lào", "Lào"},
    {"38", "La Chí", "La Chí"},
    {"39", "La Ha", "La Ha"},
    {"40", "Phù Lá", "Phù Lá"},
    {"41", "La Hủ", "La Hủ"},
    {"42", "Lự", "Lự"},
    {"43", "Lô Lô", "Lô Lô"},
    {"44", "Chứt", "Chứt"},
    {"45", "Mảng", "Mảng"},
    {"46", "Pà Thẻn", "Pà Thẻn"},
    {"47", "Cơ Lao", "Cơ Lao"},
    {"48", "Cống", "Cống"},
    {"49", "Bố Y", "Bố Y"},
    {"50", "Si La", "Si La"},
    {"51", "Pu Péo", "Pu Péo"},
    {"52", "Brâu", "Brâu"},
    {"53", "Ơ Đu", "Ơ Đu"},
    {"54", "Rơ Măm", "Rơ Măm"},
};

static const char *const countries[][3] = {
    {"VN", "Việt Nam", "Viet Nam"},
    {"AF", "Áp-ga-ni-xtan", "Afghanistan"},
    {"EG", "Ai Cập", "Egypt"},
    {"IE", "Ai-len", "Ireland"},
    {"IS", "Ai-xơ-len", "Iceland"},
    {"AL", "An-ba-ni", "Albania"},
    {"DZ", "An-giê-ri", "Algeria"},
    {"AD", "An-đô-ra", "Andorra"},
    {"AG", "An-ti-goa và Bác-bu-đa", "Antigua and Barbuda"},
    {"GB", "Anh", "United Kingdom"},
    {"AO", "Ăng-gô-la", "Angola"},
    {"AT", "Áo", "Austria"},
    {"SA", "Ả-rập Xê-út", "Saudi Arabia"},
    {"AR", "Ác-hen-ti-na", "Argentina"},
    {"AM", "Ác-mê-ni-a", "Armenia"},
    {"AZ", "A-déc-bai-gian", "Azerbaijan"},
    {"IN", "Ấn Độ", "India"},
    {"PL", "Ba Lan", "Poland"},
    {"BS", "Ba-ha-mát", "Bahamas"},
    {"BB", "Bác-ba-đốt", "Barbados"},
    {"BH", "Ba-ranh", "Bahrain"},
    {"BD", "Băng-la-đét", "Bangladesh"},
    {"BY", "Bê-la-rút", "Belarus"},
    {"BZ", "Bê-li-xê", "Belize"},
    {"BJ", "Bê-nanh", "Benin"},
    {"BE", "Bỉ", "Belgium"},
    {"CI", "Bờ Biển Ngà", "Côte d'Ivoire"},
    {"BO", "Bô-li-vi-a", "Bolivia"},
    {"BA", "Bô-xni-a và Héc-dê-gô-vi-na", "Bosnia and Herzegovina"},
    {"PT", "Bồ Đào Nha", "Portugal"},
    {"BW", "Bốt-xoa-na", "Botswana"},
    {"BR", "Bra-xin", "Brazil"},
    {"BN", "Bru-nây", "Brunei Darussalam"},
    {"BG", "Bun-ga-ri", "Bulgaria"},
    {"BF", "Buốc-ki-na Pha-xô", "Burkina Faso"},
    {"BI", "Bu-run-đi", "Burundi"},
    {"BT", "Bu-tan", "Bhutan"},
    {"CV", "Cáp-ve", "Cabo Verde"},
    {"AE", "Các Tiểu vương quốc Ả-rập Thống nhất", "United Arab Emirates"},
    {"CM", "Ca-mơ-run", "Cameroon"},
    {"KH", "Cam-pu-chia", "Cambodia"},
    {"CA", "Ca-na-đa", "Canada"},
    {"KZ", "Ca-dắc-xtan", "Kazakhstan"},
    {"QA", "Ca-ta", "Qatar"},
    {"CL", "Chi-lê", "Chile"},
    {"KW", "Cô-oét", "Kuwait"},
    {"CO", "Cô-lôm-bi-a", "Colombia"},
    {"KM", "Cô-mo", "Comoros"},
    {"CG", "Công-gô", "Congo"},
    {"CD", "Cộng hòa Dân chủ Công-gô", "Democratic Republic of the Congo"},
    {"DO", "Cộng hòa Đô-mi-ni-ca-na", "Dominican Republic"},
    {"CF", "Cộng hòa Trung Phi", "Central African Republic"},
    {"CR", "Cốt-xta Ri-ca", "Costa Rica"},
    {"HR", "Crô-a-ti-a", "Croatia"},
    {"CU", "Cu-ba", "Cuba"},
    {"KG", "Cư-rơ-gư-xtan", "Kyrgyzstan"},
    {"ZM", "Dăm-bi-a", "Zambia"},
    {"ZW", "Dim-ba-bu-ê", "Zimbabwe"},
    {"TW", "Đài Loan (Trung Quốc)", "Taiwan (China)"},
    {"DK", "Đan Mạch", "Denmark"},
    {"TL", "Đông Ti-mo", "Timor-Leste"},
    {"DM", "Đô-mi-ni-ca", "Dominica"},
    {"DE", "Đức", "Germany"},
    {"SV", "En Xan-va-đo", "El Salvador"},
    {"EC", "Ê-cu-a-đo", "Ecuador"},
    {"ER", "Ê-ri-tơ-ri-a", "Eritrea"},
    {"SZ", "Ê-xoa-ti-ni", "Eswatini"},
    {"EE", "Ê-xtô-ni-a", "Estonia"},
    {"ET", "Ê-ti-ô-pi-a", "Ethiopia"},
    {"GA", "Ga-bông", "Gabon"},
    {"GM", "Găm-bi-a", "Gambia"},
    {"GH", "Ga-na", "Ghana"},
    {"JM", "Gia-mai-ca", "Jamaica"},
    {"DJ", "Gi-bu-ti", "Djibouti"},
    {"JO", "Gioóc-đa-ni", "Jordan"},
    {"GE", "Gru-di-a", "Georgia"},
    {"GD", "Grê-na-đa", "Grenada"},
    {"GT", "Goa-tê-ma-la", "Guatemala"},
    {"GN", "Ghi-nê", "Guinea"},
    {"GW", "Ghi-nê Bít-xao", "Guinea-Bissau"},
    {"GQ", "Ghi-nê Xích đạo", "Equatorial Guinea"},
    {"GY", "Guy-a-na", "Guyana"},
    {"HT", "Ha-i-ti", "Haiti"},
    {"NL", "Hà Lan", "Netherlands"},
    {"KR", "Hàn Quốc", "Republic of Korea"},
    {"US", "Hoa Kỳ", "United States of America"},
    {"HN", "Hôn-đu-rát", "Honduras"},
    {"HK", "Hồng Công (Trung Quốc)", "Hong Kong (China)"},
    {"HU", "Hung-ga-ri", "Hungary"},
    {"GR", "Hy Lạp", "Greece"},
    {"ID", "In-đô-nê-xi-a", "Indonesia"},
    {"IR", "I-ran", "Iran"},
    {"IQ", "I-rắc", "Iraq"},
    {"IT", "I-ta-li-a", "Italy"},
    {"IL", "I-xra-en", "Israel"},
    {"KE", "Kê-ni-a", "Kenya"},
    {"KI", "Ki-ri-ba-ti", "Kiribati"},
    {"LA", "Lào", "Lao People's Democratic Republic"},
    {"LV", "Lát-vi-a", "Latvia"},
    {"LS", "Lê-xô-thô", "Lesotho"},
    {"LB", "Li-băng", "Lebanon"},
    {"LR", "Li-bê-ri-a", "Liberia"},
    {"LY", "Li-bi", "Libya"},
    {"RU", "Liên bang Nga", "Russian Federation"},
    {"LI", "Lích-ten-xtanh", "Liechtenstein"},
    {"LT", "Lít-va", "Lithuania"},
    {"LU", "Lúc-xăm-bua", "Luxembourg"},
    {"MO", "Ma Cao (Trung Quốc)", "Macao (China)"},
    {"MG", "Ma-đa-gát-xca", "Madagascar"},
    {"MY", "Ma-lai-xi-a", "Malaysia"},
    {"MW", "Ma-la-uy", "Malawi"},
    {"ML", "Ma-li", "Mali"},
    {"MT", "Man-ta", "Malta"},
    {"MV", "Man-đi-vơ", "Maldives"},
    {"MA", "Ma-rốc", "Morocco"},
    {"MH", "Mác-san", "Marshall Islands"},
    {"MK", "Bắc Ma-xê-đô-ni-a", "North Macedonia"},
    {"MX", "Mê-hi-cô", "Mexico"},
    {"FM", "Mi-crô-nê-xi-a", "Micronesia"},
    {"MM", "Mi-an-ma", "Myanmar"},
    {"MD", "Môn-đô-va", "Moldova"},
    {"MC", "Mô-na-cô", "Monaco"},
    {"ME", "Môn-tê-nê-grô", "Montenegro"},
    {"MZ", "Mô-dăm-bích", "Mozambique"},
    {"MR", "Mô-ri-ta-ni", "Mauritania"},
    {"MU", "Mô-ri-xơ", "Mauritius"},
    {"MN", "Mông Cổ", "Mongolia"},
    {"NA", "Na-mi-bi-a", "Namibia"},
    {"ZA", "Nam Phi", "South Africa"},
    {"SS", "Nam Xu-đăng", "South Sudan"},
    {"NR", "Na-u-ru", "Nauru"},
    {"NO", "Na Uy", "Norway"},
    {"NP", "Nê-pan", "Nepal"},
    {"JP", "Nhật Bản", "Japan"},
    {"NI", "Ni-ca-ra-goa", "Nicaragua"},
    {"NE", "Ni-giê", "Niger"},
    {"NG", "Ni-giê-ri-a", "Nigeria"},
    {"NZ", "Niu Di-lân", "New Zealand"},
    {"OM", "Ô-man", "Oman"},
    {"AU", "Ô-xtrây-li-a", "Australia"},
    {"PK", "Pa-ki-xtan", "Pakistan"},
    {"PW", "Pa-lau", "Palau"},
    {"PS", "Pa-le-xtin", "Palestine"},
    {"PA", "Pa-na-ma", "Panama"},
    {"PG", "Pa-pua Niu Ghi-nê", "Papua New Guinea"},
    {"PY", "Pa-ra-goay", "Paraguay"},
    {"PE", "Pê-ru", "Peru"},
    {"FR", "Pháp", "France"},
    {"FI", "Phần Lan", "Finland"},
    {"FJ", "Phi-gi", "Fiji"},
    {"PH", "Phi-líp-pin", "Philippines"},
    {"RW", "Ru-an-đa", "Rwanda"},
    {"RO", "Ru-ma-ni", "Romania"},
    {"TD", "Sát", "Chad"},
    {"CZ", "Séc", "Czechia"},
    {"CY", "Síp", "Cyprus"},
    {"ES", "Tây Ban Nha", "Spain"},
    {"TJ", "Tát-gi-ki-xtan", "Tajikistan"},
    {"TZ", "Tan-da-ni-a", "Tanzania"},
    {"TH", "Thái Lan", "Thailand"},
    {"TR", "Thổ Nhĩ Kỳ", "Türkiye"},
    {"SE", "Thụy Điển", "Sweden"},
    {"CH", "Thụy Sĩ", "Switzerland"},
    {"TG", "Tô-gô", "Togo"},
    {"TO", "Tông-ga", "Tonga"},
    {"TT", "Tri-ni-đát và Tô-ba-gô", "Trinidad and Tobago"},
    {"KP", "Triều Tiên", "Democratic People's Republic of Korea"},
    {"CN", "Trung Quốc", "China"},
    {"TN", "Tuy-ni-di", "Tunisia"},
    {"TM", "Tuốc-mê-ni-xtan", "Turkmenistan"},
    {"TV", "Tu-va-lu", "Tuvalu"},
    {"UA", "U-crai-na", "Ukraine"},
    {"UG", "U-gan-đa", "Uganda"},
    {"UY", "U-ru-goay", "Uruguay"},
    {"UZ", "U-dơ-bê-ki-xtan", "Uzbekistan"},
    {"VU", "Va-nu-a-tu", "Vanuatu"},
    {"VA", "Va-ti-căng", "Holy See"},
    {"VE", "Vê-nê-xu-ê-la", "Venezuela"},
    {"WS", "Xa-moa", "Samoa"},
    {"SM", "Xan Ma-ri-nô", "San Marino"},
    {"ST", "Xao Tô-mê và Prin-xi-pê", "Sao Tome and Principe"},
    {"RS", "Xéc-bi-a", "Serbia"},
    {"SN", "Xê-nê-gan", "Senegal"},
    {"SC", "Xây-sen", "Seychelles"},
    {"SL", "Xi-ê-ra Lê-ôn", "Sierra Leone"},
    {"SG", "Xinh-ga-po", "Singapore"},
    {"SK", "Xlô-va-ki-a", "Slovakia"},
    {"SI", "Xlô-ven-ni-a", "Slovenia"},
    {"SB", "Quần đảo Xô-lô-môn", "Solomon Islands"},
    {"SO", "Xô-ma-li", "Somalia"},
    {"LK", "Xri Lan-ca", "Sri Lanka"},
    {"SD", "Xu-đăng", "Sudan"},
    {"SR", "Xu-ri-nam", "Suriname"},
    {"SY", "Xi-ri", "Syrian Arab Republic"},
    {"KN", "Xanh Kít và Nê-vít", "Saint Kitts and Nevis"},
    {"LC", "Xanh Lu-xi-a", "Saint Lucia"},
    {"VC", "Xanh Vin-xen và Grê-na-din", "Saint Vincent and the Grenadines"},
    {"YE", "Y-ê-men", "Yemen"},
};

size_t form_builtin_list(const char *list, const char *const (**rows)[3])
{
    if (strcmp(list, "country") == 0) {
        *rows = countries;
        return sizeof countries / sizeof *countries;
    }
    if (strcmp(list, "ethnic_group") == 0) {
        *rows = ethnic_groups;
        return sizeof ethnic_groups / sizeof *ethnic_groups;
    }
    return 0;
}

bool form_list_contains(const struct form_environment *environment, const char *list, const char *parent,
                        const char *value)
{
    const char *const(*rows)[3];
    size_t count = form_builtin_list(list, &rows);
    for (size_t i = 0; i < count; i++)
        if (strcmp(rows[i][0], value) == 0) return true;
    if (count) return false;
    const struct form_lists *lists = environment ? environment->lists : NULL;
    return !lists || !lists->contains || lists->contains(lists->context, list, parent, value);
}

const char *form_list_label(const struct form_environment *environment, struct arena *arena, const char *list,
                            const char *value)
{
    const char *const(*rows)[3];
    bool english = strncmp(form_language(environment), "en", 2) == 0;
    size_t count = form_builtin_list(list, &rows);
    for (size_t i = 0; i < count; i++)
        if (strcmp(rows[i][0], value) == 0) return rows[i][english ? 2 : 1];
    const struct form_lists *lists = environment ? environment->lists : NULL;
    if (count || !lists || !lists->label) return NULL;
    return lists->label(lists->context, arena, list, value, form_language(environment));
}

enum form_list_way form_list_way(const struct form_environment *environment, const char *list)
{
    const char *const(*rows)[3];
    const struct form_lists *lists = environment ? environment->lists : NULL;
    bool uploaded = list && form_builtin_list(list, &rows) == 0 && strcmp(list, "administrative_unit") != 0 &&
                    strcmp(list, "agency") != 0;
    if (!uploaded || !lists || !lists->size || !lists->search) return LIST_CHOSEN;
    size_t size = lists->size(lists->context, list);
    return size == 0 ? LIST_TYPED : size <= LIST_CHOSEN_MAXIMUM ? LIST_CHOSEN : LIST_SEARCHED;
}

const char *form_list_entry_shown(const struct form_environment *environment, struct arena *arena,
                                  const char *list, const char *code)
{
    const char *label = form_list_label(environment, arena, list, code);
    return label ? arena_printf(arena, "%s (%s)", label, code) : code;
}

struct str form_list_code(const struct form_environment *environment, struct arena *arena, const char *list,
                          struct str text)
{
    const struct form_lists *lists = environment->lists;
    const char *typed = arena_str(arena, text).data;
    if (lists->contains(lists->context, list, NULL, typed)) return text;
    size_t length = strlen(typed);
    for (const char *open = strchr(typed, '('); open && typed[length - 1] == ')';
         open = strchr(open + 1, '(')) {
        const char *code = arena_strndup(arena, open + 1, strlen(open) - 2);
        if (*code && lists->contains(lists->context, list, NULL, code)) return str_of(code);
    }
    struct form_option *found;
    size_t count = lists->search(lists->context, arena, list, text, form_language(environment), 20, &found);
    const char *only = NULL;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(found[i].label, typed) != 0) continue;
        if (only) return text; /* two of the same name: the person has to say which */
        only = found[i].value;
    }
    return only ? str_of(only) : text;
}

size_t form_list_options(const struct form_environment *environment, struct arena *arena, const char *list,
                         const char *parent, struct form_option **options)
{
    const char *const(*rows)[3];
    const char *language = form_language(environment);
    bool english = strncmp(language, "en", 2) == 0;
    size_t count = form_builtin_list(list, &rows);
    if (count) {
        *options = arena_array(arena, count, sizeof **options);
        for (size_t i = 0; i < count; i++)
            (*options)[i] = (struct form_option){.value = rows[i][0], .label = rows[i][english ? 2 : 1]};
        return count;
    }
    const struct form_lists *lists = environment ? environment->lists : NULL;
    *options = NULL;
    return lists && lists->options
               ? lists->options(lists->context, arena, list, parent, language, 2000, options)
               : 0;
}

/* By the codes of the General Statistics Office: three digits a district, five a commune. */
bool form_city_has_districts(const struct form_environment *environment, struct arena *arena,
                             const char *city)
{
    struct form_option *units;
    size_t count = city ? form_list_options(environment, arena, "administrative_unit", city, &units) : 0;
    for (size_t i = 0; i < count; i++)
        if (strlen(units[i].value) == 3) return true;
    return count == 0;
}
