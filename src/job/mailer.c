/* Mail templates: plain text, two files a mail, compiled once per language. */
#include "mailer.h"

#include <dirent.h>

#include "motcua/base/file.h"
#include "motcua/codec/json.h"
#include "motcua/domain/outbox.h"
#include "motcua/i18n/catalogue.h"
#include "motcua/i18n/format.h"
#include "motcua/mustache/mustache.h"

enum {
    TEMPLATES_MAXIMUM = 100,
    TEMPLATE_BYTES = 64 * 1024,
    TEXT_MAXIMUM = 256 * 1024,
    SUBJECT_MAXIMUM = 900
};

struct mail_template {
    const char *name;
    struct str text;
    const struct mustache_template *compiled[LANGUAGE_COUNT];
};

struct mailer {
    struct mail_template templates[TEMPLATES_MAXIMUM];
    size_t count;
};

static const char *translate_message(void *context, const char *message, const char *template_name,
                                     unsigned line)
{
    (void)template_name;
    (void)line;
    return translate_str(context, str_of(message));
}

static enum status compile_language(struct arena *arena, struct mailer *mailer, enum language language,
                                    const struct catalogue *catalogue, struct error *error)
{
    struct mustache_options options = {
        .mode = MUSTACHE_TEXT,
        .translate = catalogue == NULL ? NULL : translate_message,
        .translate_context = (void *)(uintptr_t)catalogue,
    };
    struct mustache_set *set = mustache_create(arena, &options);
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < mailer->count; i++)
        status = mustache_add(set, mailer->templates[i].name, mailer->templates[i].text, error);
    for (size_t i = 0; status == STATUS_OK && i < mailer->count; i++)
        status =
            mustache_compile(set, mailer->templates[i].name, &mailer->templates[i].compiled[language], error);
    return status;
}

enum status mailer_create(struct arena *arena, const char *folder, const struct catalogue *english,
                          struct mailer **result, struct error *error)
{
    struct mailer *mailer = arena_zalloc(arena, sizeof *mailer);
    DIR *directory = opendir(folder);
    if (directory == NULL)
        return error_set(error, arena, STATUS_NOT_FOUND, "mail.templates", NULL, "cannot read %s", folder);
    enum status status = STATUS_OK;
    for (struct dirent *entry = readdir(directory); entry != NULL && status == STATUS_OK;
         entry = readdir(directory)) {
        struct str name = str_of(entry->d_name);
        if (!str_ends_with(name, STR(".txt")) || mailer->count == TEMPLATES_MAXIMUM) continue;
        struct mail_template *template = &mailer->templates[mailer->count++];
        template->name = arena_printf(arena, "mail/%.*s", (int)name.length - 4, name.data);
        status = file_read(arena, arena_printf(arena, "%s/%s", folder, entry->d_name), TEMPLATE_BYTES,
                           &template->text);
    }
    closedir(directory);
    if (status != STATUS_OK)
        return error_set(error, arena, status, "mail.templates", NULL, "cannot read all of %s", folder);
    status = compile_language(arena, mailer, LANGUAGE_VIETNAMESE, NULL, error);
    if (status == STATUS_OK) status = compile_language(arena, mailer, LANGUAGE_ENGLISH, english, error);
    if (status == STATUS_OK) *result = mailer;
    return status;
}

static enum status render(const struct mailer *mailer, struct arena *arena, const char *name,
                          enum language language, const json_t *view, size_t maximum, const char **text,
                          struct error *error)
{
    for (size_t i = 0; i < mailer->count; i++) {
        if (strcmp(mailer->templates[i].name, name) != 0) continue;
        BUF_AUTO out = BUF_WITH_MAXIMUM(maximum);
        enum status status = mustache_render(mailer->templates[i].compiled[language], view, &out, error);
        if (status == STATUS_OK) *text = buf_copy(&out, arena).data;
        return status;
    }
    return error_set(error, arena, STATUS_INVALID, "mail.template", NULL, "no mail template %s", name);
}

/* A subject is one line. */
static const char *one_line(struct arena *arena, const char *text)
{
    struct str trimmed = str_trim(str_of(text));
    char *line = arena_strndup(arena, trimmed.data, trimmed.length);
    for (char *c = line; *c != '\0'; c++)
        if (*c == '\n' || *c == '\r') *c = ' ';
    return line;
}

enum status mailer_compose(const struct mailer *mailer, struct work *work, const struct uuid *tenant_id,
                           const json_t *payload, struct mail *mail, struct error *error)
{
    json_auto view = NULL;
    enum language language = LANGUAGE_VIETNAMESE;
    (void)language_from_code(json_get_str(payload, "language"), &language);
    const char *name = arena_printf(work->arena, "mail/%s", json_get_cstr(payload, "template", ""));
    mail->to = arena_strdup(work->arena, json_get_cstr(payload, "to", ""));
    if (mail->to[0] == '\0')
        return error_set(error, work->arena, STATUS_INVALID, "mail.receiver", NULL,
                         "a mail without receiver");
    enum status status = notify_view(work, tenant_id, payload, &view, error);
    const char *subject = "";
    if (status == STATUS_OK)
        status = render(mailer, work->arena, name, language, view, TEXT_MAXIMUM, &mail->text, error);
    if (status == STATUS_OK)
        status = render(mailer, work->arena, arena_printf(work->arena, "%s-subject", name), language, view,
                        SUBJECT_MAXIMUM, &subject, error);
    mail->subject = one_line(work->arena, subject);
    return status;
}
