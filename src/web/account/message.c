/* The page that says one thing and offers one way on. */
#include "message.h"

static json_t *paragraph(const char *text)
{
    json_t *view = json_object();
    view_text(view, "text", text);
    return view;
}

void message_show(struct visit *visit, const char *heading, const char *const *paragraphs, size_t count,
                  const char *url, const char *label)
{
    message_show_status(visit, 200, heading, paragraphs, count, url, label);
}

void message_show_status(struct visit *visit, unsigned status, const char *heading,
                         const char *const *paragraphs, size_t count, const char *url, const char *label)
{
    json_t *view = view_create(visit, visit_text(visit, heading));
    json_t *list = json_array(), *action = json_object();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, paragraph(visit_text(visit, paragraphs[i])));
    view_text(view, "heading", visit_text(visit, heading));
    view_set(view, "paragraphs", list);
    view_text(action, "url", url);
    view_text(action, "label", visit_text(visit, label));
    view_set(view, "action", action);
    view_null(view, "post_action");
    visit_render_status(visit, status, "portal/message", view);
}

void message_confirm(struct visit *visit, const char *heading, const char *text, const char *post_url,
                     const char *label, const char *cancel_url)
{
    json_t *view = view_create(visit, visit_text(visit, heading));
    json_t *list = json_array(), *action = json_object();
    json_array_append_new(list, paragraph(text));
    view_text(view, "heading", visit_text(visit, heading));
    view_set(view, "paragraphs", list);
    view_null(view, "action");
    view_text(action, "url", post_url);
    view_text(action, "label", visit_text(visit, label));
    view_flag(action, "danger", true);
    view_text(action, "cancel_url", cancel_url);
    view_set(view, "post_action", action);
    visit_render(visit, "portal/message", view);
}
