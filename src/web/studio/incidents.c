/* What stopped, and what waits to be sent. */
#include "studio.h"
#include "web/routes.h"

static const char *incident_kind(const struct visit *visit, const char *kind)
{
    if (strcmp(kind, "timer") == 0) return visit_text(visit, N_("Hẹn giờ không chạy được"));
    if (strcmp(kind, "outbox") == 0) return visit_text(visit, N_("Không gửi đi được"));
    return visit_text(visit, N_("Quy trình dừng"));
}

static json_t *incidents_view(struct visit *visit, const struct incident *incidents, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        bool has_dossier = !uuid_is_empty(&incidents[i].dossier_id);
        json_t *incident = json_object();
        view_text(incident, "id", incidents[i].id.text);
        view_text(incident, "kind_text", incident_kind(visit, incidents[i].kind));
        view_text(incident, "at", visit_short_moment(visit, incidents[i].created_at));
        view_text(incident, "message", visit_text(visit, incidents[i].message));
        view_text(incident, "dossier_url",
                  has_dossier ? desk_dossier_url(visit, &incidents[i].dossier_id) : NULL);
        view_text(incident, "code", incidents[i].dossier_code);
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

void page_studio_incidents(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct incident *incidents;
    struct outgoing *outgoing;
    size_t count, outgoing_count;
    enum status status = incident_list(&visit->work, &incidents, &count, &visit->error);
    if (status == STATUS_OK) status = outgoing_list(&visit->work, &outgoing, &outgoing_count, &visit->error);
    if (status != STATUS_OK) {
        visit_fail(visit, status);
        return;
    }
    json_t *view = studio_view(visit, visit_text(visit, N_("Sự cố và thư đi")), STUDIO_INCIDENTS, NULL);
    view_set(view, "incidents", incidents_view(visit, incidents, count));
    view_list(view, "outbox", outbox_view(visit, outgoing, outgoing_count));
    visit_render(visit, "studio/incidents", view);
}

void page_studio_incident_retry(struct request *request)
{
    struct visit *visit = visit_of(request);
    struct uuid id = visit_param_uuid(visit, "id");
    if (uuid_is_empty(&id)) {
        visit_not_found(visit);
        return;
    }
    enum status status = incident_retry(&visit->work, &id, &visit->error);
    if (status != STATUS_OK)
        visit_fail(visit, status);
    else
        visit_redirect(visit, "retried", "/quan-tri/su-co");
}
