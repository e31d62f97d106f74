/* What officials do with tasks: take, give back, assign, complete. */
#include "decision.h"

#include <stdlib.h>

#include "web/routes.h"

enum { ITEMS_MAXIMUM = 64, NOTE_BYTES = 20000, NAME_BYTES = 1000, REASON_BYTES = 2500 };

static const char *task_page(struct visit *visit, const struct task *task)
{
    return uuid_is_empty(&task->dossier_id)
               ? arena_printf(visit->arena, "/can-bo/hoi-y-kien/%s", task->id.text)
               : desk_dossier_url(visit, &task->dossier_id);
}

/* The task of the address within the own agency. False: an answer has been made. */
static bool open_task(struct visit *visit, struct task *task)
{
    struct uuid id = visit_param_uuid(visit, "task");
    if (uuid_is_empty(&id)) {
        visit_not_found(visit);
        return false;
    }
    enum status status = task_find(&visit->work, &id, task, &visit->error);
    if (status != STATUS_OK) visit_fail(visit, status);
    return status == STATUS_OK;
}

/* Answers a command on a task that has nothing typed in it. */
static void answer(struct visit *visit, const struct task *task, enum status status, const char *flash)
{
    if (status == STATUS_OK) {
        desk_back(visit, flash, task_page(visit, task));
        return;
    }
    if (status != STATUS_CONFLICT || !conflict_by_other(visit)) {
        visit_fail(visit, status);
        return;
    }
    DOSSIER_FILE_AUTO file = {0};
    struct error ignored;
    bool known =
        !uuid_is_empty(&task->dossier_id) &&
        dossier_load(&visit->work, &visit->actor.tenant_id, &task->dossier_id, &file, &ignored) == STATUS_OK;
    conflict_page_show(visit, known ? &file : NULL, task_page(visit, task), json_array());
}

void page_task_take(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct task task;
    if (open_task(visit, &task))
        answer(visit, &task, task_take(&visit->work, &task.id, &visit->error), "task_taken");
}

void page_task_give_back(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct task task;
    if (open_task(visit, &task))
        answer(visit, &task, task_give_back(&visit->work, &task.id, &visit->error), "task_given_back");
}

void page_task_assign(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct uuid account = uuid_from(visit_form(visit, "account"));
    struct task task;
    if (!open_task(visit, &task)) return;
    enum status status =
        uuid_is_empty(&account)
            ? error_set(&visit->error, visit->arena, STATUS_INVALID, "task.no_colleague",
                        N_("Người được chọn không thuộc đơn vị hoặc không có vai trò của bước này"), NULL)
            : task_assign(&visit->work, &task.id, &account, &visit->error);
    answer(visit, &task, status, "task_assigned");
}

/* --- Completing */

static struct str item_part(struct visit *visit, size_t index, const char *part)
{
    char name[40];
    snprintf(name, sizeof name, "items[%zu].%s", index, part);
    return visit_form(visit, name);
}

/* Ticked papers and free rows with a name. False: something is too long. */
static bool read_items(struct visit *visit, struct supplement_item *items, size_t *count)
{
    bool fits = true;
    *count = 0;
    for (size_t i = 0; i < ITEMS_MAXIMUM; i++) {
        struct str paper = item_part(visit, i, "paper"), name = item_part(visit, i, "name"),
                   reason = item_part(visit, i, "reason");
        bool counts = paper.length > 0 ? item_part(visit, i, "ask").length > 0 : name.length > 0;
        if (!counts) continue;
        fits =
            fits && paper.length <= NAME_BYTES && name.length <= NAME_BYTES && reason.length <= REASON_BYTES;
        items[(*count)++] = (struct supplement_item){.paper = paper, .name = name, .reason = reason};
    }
    return fits;
}

static int form_revision(struct visit *visit)
{
    int64_t value;
    if (str_to_int64(visit_form(visit, "revision"), &value) != STATUS_OK || value < 1 || value > INT32_MAX)
        return -1; /* fits no task: whoever sends none has not seen the page */
    return (int)value;
}

/* Shows the page again with everything typed; the message goes to the field it is about. */
static void show_again(struct visit *visit, const struct dossier_file *file, const struct task *task,
                       struct typed_decision *typed, enum status status)
{
    const char *text = visit_error_text(visit), *code = visit->error.code == NULL ? "" : visit->error.code;
    const char *target = "viec";
    if (strcmp(code, "task.outcome") == 0) {
        typed->outcome_error = text;
        target = "quyet-dinh";
    } else if (strcmp(code, "task.note_required") == 0 || strcmp(code, "task.note_long") == 0) {
        typed->note_error = text;
        target = "note";
    } else if (strncmp(code, "supplement.", 11) == 0) {
        target = "bo-sung";
    } else if (strcmp(code, "task.recipient") == 0) {
        target = "recipient";
    }
    const struct task *current = NULL;
    for (size_t i = 0; i < file->task_count; i++)
        if (uuid_same(&file->tasks[i].id, &task->id)) current = &file->tasks[i];
    dossier_page_show(visit, file, current, typed, status == STATUS_CONFLICT ? 409 : 422, text, target);
}

static void show_conflict(struct visit *visit, const struct dossier_file *file,
                          const struct decision *decision)
{
    json_t *kept = json_array();
    if (decision->outcome.length > 0)
        conflict_keep(kept, visit_text(visit, N_("Quyết định")),
                      str_of(outcome_text(visit, decision->outcome)));
    for (size_t i = 0; i < decision->item_count; i++)
        conflict_keep(kept, arena_printf(visit->arena, "%.*s", STR_ARG(decision->items[i].name)),
                      decision->items[i].reason);
    conflict_keep(kept, visit_text(visit, N_("Người nhận")), decision->recipient);
    conflict_keep(kept, visit_text(visit, N_("Ghi chú")), decision->note);
    conflict_page_show(visit, file, desk_dossier_url(visit, &file->dossier.id), kept);
}

static enum status complete(struct visit *visit, struct decision *decision, bool items_fit)
{
    struct error *error = &visit->error;
    if (!items_fit)
        return error_set(error, visit->arena, STATUS_INVALID, "supplement.long",
                         N_("Tên giấy tờ hoặc lý do quá dài"), NULL);
    if (decision->note.length > NOTE_BYTES)
        return error_set(error, visit->arena, STATUS_INVALID, "task.note_long", N_("Ghi chú quá dài"), NULL);
    if (decision->recipient.length > NAME_BYTES)
        return error_set(error, visit->arena, STATUS_INVALID, "task.recipient", N_("Tên người nhận quá dài"),
                         NULL);
    if (str_equal_cstr(decision->outcome, "hand_over") && decision->recipient.length == 0)
        return error_set(error, visit->arena, STATUS_INVALID, "task.recipient",
                         N_("Hãy ghi tên người nhận kết quả"), NULL);
    return task_complete(&visit->work, decision, error);
}

void page_task_complete(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct supplement_item items[ITEMS_MAXIMUM];
    struct task task;
    DOSSIER_FILE_AUTO file = {0};
    if (!open_task(visit, &task)) return;
    if (uuid_is_empty(&task.dossier_id)) {
        visit_not_found(visit);
        return;
    }
    struct decision decision = {
        .task_id = task.id,
        .task_revision = form_revision(visit),
        .outcome = visit_form(visit, "outcome"),
        .note = visit_form(visit, "note"),
        .items = items,
        .second_supplement = visit_form(visit, "second_supplement").length > 0,
        .recipient = visit_form(visit, "recipient"),
    };
    bool fit = read_items(visit, items, &decision.item_count);
    if (!str_equal_cstr(
            decision.outcome,
            "supplement")) /* rows of an outcome that was not chosen are no part of the decision */
        decision.item_count = 0;
    if (!str_equal_cstr(decision.outcome, "hand_over")) decision.recipient = STR("");
    enum status status = complete(visit, &decision, fit);
    if (status == STATUS_OK) {
        if (str_equal_cstr(decision.outcome, "issue"))
            visit_redirect(visit, "task_done", "%s", task_page(visit, &task));
        else
            desk_back(visit, "task_done", task_page(visit, &task));
        return;
    }
    struct error failure = visit->error;
    enum status loaded =
        status == STATUS_CONFLICT || status == STATUS_INVALID
            ? dossier_load(&visit->work, &visit->actor.tenant_id, &task.dossier_id, &file, &visit->error)
            : status;
    if (loaded != STATUS_OK) {
        visit_fail(visit, loaded);
        return;
    }
    visit->error = failure;
    if (status == STATUS_CONFLICT && conflict_by_other(visit)) {
        read_items(visit, items, &decision.item_count);
        decision.recipient = visit_form(visit, "recipient");
        show_conflict(visit, &file, &decision);
        return;
    }
    struct typed_decision typed = {.given = true,
                                   .outcome = decision.outcome,
                                   .note = decision.note,
                                   .recipient = visit_form(visit, "recipient")};
    show_again(visit, &file, &task, &typed, status);
}
