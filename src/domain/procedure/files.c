/*
 * File fields of a form and the papers they stand for. Both may say what is taken, how large and how many:
 * what holds is the stricter of both, on the paper, where every way of uploading looks.
 */
#include "procedure_private.h"

#include "motcua/domain/document.h"

/* The place of the paper with that key among `count`; `count`: there is none to upload. */
static size_t place_of(const struct procedure_paper *papers, size_t count, const char *key)
{
    size_t i = 0;
    while (i < count && !(papers[i].upload && strcmp(papers[i].key, key) == 0))
        i++;
    return i;
}

static unsigned types_of(const struct form_file_rules *rules)
{
    unsigned types = 0;
    for (size_t i = 0; i < rules->accept_count; i++)
        types |= document_type_of_word(str_of(rules->accept[i]));
    return types;
}

void files_tighten(const struct form *form, struct procedure_paper *papers, size_t count)
{
    for (size_t i = 0; i < form_field_count(form); i++) {
        if (!form_field_is_file(form, i)) continue;
        size_t place = place_of(papers, count, form_field_key(form, i));
        if (place == count) continue;
        struct procedure_paper *paper = &papers[place];
        struct form_file_rules rules = form_field_file_rules(form, i);
        unsigned types = types_of(&rules);
        uint64_t bytes = (uint64_t)rules.max_bytes;
        paper->portrait = paper->portrait || rules.portrait;
        if (paper->types == 0)
            paper->types = types;
        else if ((paper->types & types) != 0)
            paper->types &= types;
        if (bytes > 0 && (paper->upload_limit == 0 || bytes < paper->upload_limit))
            paper->upload_limit = bytes;
        if (rules.max_files > 0 && (paper->max_files == 0 || rules.max_files < paper->max_files))
            paper->max_files = rules.max_files;
    }
}

static enum status refuse(struct arena *arena, const char *message, const char *argument, struct error *error)
{
    enum status status = error_set(error, arena, STATUS_INVALID, "procedure.file", message, "%s", argument);
    error->argument = argument;
    error->field = "form";
    return status;
}

enum status files_check(const struct procedure_version *version, struct arena *arena, struct error *error)
{
    for (size_t i = 0; i < form_field_count(version->form); i++) {
        if (!form_field_is_file(version->form, i)) continue;
        const char *key = form_field_key(version->form, i);
        size_t place = place_of(version->papers, version->paper_count, key);
        if (place == version->paper_count)
            return refuse(arena,
                          N_("Ô tải tệp \"%s\" của biểu mẫu phải ứng với một giấy tờ cùng khóa được tải lên"),
                          key, error);
        struct form_file_rules rules = form_field_file_rules(version->form, i);
        unsigned types = types_of(&rules);
        if (types != 0 && (version->papers[place].types & ~types) != 0)
            return refuse(
                arena,
                N_("Ô tải tệp \"%s\" và giấy tờ cùng khóa không có loại tệp nào cùng nhận; vui lòng "
                   "sửa “accept” của ô hoặc của giấy tờ (ảnh chân dung chỉ nhận jpg, png)"),
                key, error);
    }
    return STATUS_OK;
}
