/* What stopped, and what waits to be sent. */
#include "studio.h"
#include "web/routes.h"

/* What somebody has filled in for one of them, and what is wrong with it. */
struct filled {
    const char *id, *reason;
};

static json_t *incidents_view(struct visit *visit, const struct incident *incidents, size_t count,
                              const struct filled *filled)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        bool has_dossier = !uuid_is_empty(&incidents[i].dossier_id);
        json_t *incident = json_object();
        view_text(incident, "id", incidents[i].id.text);
        view_text(incident, "kind_text", desk_incident_kind(visit, incidents[i].kind));
        view_text(incident, "at", visit_short_moment(visit, incidents[i].created_at));
        view_text(incident, "message", visit_text(visit, incidents[i].message));
        view_text(incident, "dossier_url",
                  has_dossier ? desk_dossier_url(visit, &incidents[i].dossier_id) : NULL);
        view_text(incident, "code", incidents[i].dossier_code);
        bool mine = filled != NULL && strcmp(filled->id, incidents[i].id.text) == 0;
        view_flag(incident, "is_workflow", strcmp(incidents[i].kind, "workflow") == 0);
        view_text(incident, "reason", mine ? filled->reason : "");
        view_text(incident, "reason_error", mine ? visit_error_text(visit) : NULL);
        json_array_append_new(list, incident);
    }
    return list;
}

static const char *outgoing_kind(const struct visit *visit, const char *kind)
{
    if (strcmp(kind, "consultation") == 0) return visit_text(visit, N_("Câu hỏi cho cơ quan khác"));
    if (strcmp(kind, "consultation_answer") == 0) return visit_text(visit, N_("Trả lời cơ quan khác"));
    return visit_text(visit, N_("Thư điện tử"));
}

static json_t *state_view(struct visit *visit, const struct outgoing *row)
{
    if (strcmp(row->state, "failed") == 0)
        return view_tag("bad", "alert", visit_text(visit, N_("Đã thôi thử gửi")));
    if (row->attempts == 0) return view_tag("info", "clock", visit_text(visit, N_("Chờ gửi")));
    return view_tag("warn", "clock",
                    visit_format(visit, N_("Thử lại lúc %s"), format_time(visit->arena, row->next_at)));
}

static json_t *outbox_view(struct visit *visit, const struct outgoing *rows, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *row = json_object();
        view_text(row, "kind_text", outgoing_kind(visit, rows[i].kind));
        view_text(row, "to", rows[i].to);
        view_text(row, "at", visit_short_moment(visit, rows[i].created_at));
        view_text(row, "attempts", format_integer(visit->arena, visit->language, rows[i].attempts));
        view_set(row, "state", state_view(visit, &rows[i]));
        view_text(row, "error", rows[i].last_error);
        json_array_append_new(list, row);
    }
    return list;
}

static void show_incidents(struct visit *visit, unsigned status, const struct filled *filled)
{
    struct incident *incidents;
    struct outgoing *outgoing = NULL;
    size_t count, outgoing_count = 0;
    struct error wrong = visit->error;
    bool whole = (visit->actor.roles & ROLE_TENANT_ADMIN) != 0; /* a head sees the own unit's dossiers only */
    enum status loaded = incident_list(&visit->work, &incidents, &count, &visit->error);
    if (loaded == STATUS_OK && whole)
        loaded = outgoing_list(&visit->work, &outgoing, &outgoing_count, &visit->error);
    if (loaded != STATUS_OK) {
        visit_fail(visit, loaded);
        return;
    }
    visit->error = wrong;
    json_t *view = studio_view(visit, visit_text(visit, N_("Sự cố và thư đi")), STUDIO_INCIDENTS, NULL);
    view_set(view, "incidents", incidents_view(visit, incidents, count, filled));
    view_flag(view, "whole_agency", whole);
    view_list(view, "outbox", outbox_view(visit, outgoing, outgoing_count));
    visit_render_status(visit, status, "studio/incidents", view);
}

void page_studio_incidents(struct request *request)
{
    show_incidents(visit_of(request), 200, NULL);
}

static void resolve(struct visit *visit, enum incident_resolution how, const char *reason, const char *done)
{
    struct uuid id = visit_param_uuid(visit, "id");
    if (uuid_is_empty(&id)) {
        visit_not_found(visit);
        return;
    }
    enum status status = incident_resolve(&visit->work, &id, how, str_of(reason), &visit->error);
    if (status == STATUS_OK)
        visit_redirect(visit, done, "/quan-tri/su-co");
    else if (status == STATUS_INVALID)
        show_incidents(visit, 422, &(struct filled){id.text, reason});
    else
        visit_fail(visit, status);
}

void page_studio_incident_retry(struct request *request)
{
    resolve(visit_of(request), INCIDENT_RETRY, "", "retried");
}

void page_studio_incident_resolve(struct request *request)
{
    struct visit *visit = visit_of(request);
    bool completed = strcmp(visit_form_cstr(visit, "how"), "completed") == 0;
    resolve(visit, completed ? INCIDENT_COMPLETE : INCIDENT_SETTLE, visit_form_cstr(visit, "reason"),
            "incident_resolved");
}
