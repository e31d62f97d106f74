/* Answers for programs: JSON, and what failed as RFC 9457 says it. */
#include "motcua/codec/json.h"
#include "motcua/http/tus.h"
#include "visit.h"

enum { ANSWER_BYTES = 8 * 1024 * 1024 };

bool for_program(const struct request *request)
{
    return str_starts_with(request_path(request), STR("/api/"));
}

void mark_tus(struct request *request)
{
    if (request_header(request, "Tus-Resumable").data != NULL)
        response_header(request, "Tus-Resumable", STR(TUS_VERSION));
}

static void answer(struct request *request, unsigned status, const char *media_type, const json_t *body)
{
    struct str text = json_canonical_arena(body, request_arena(request), ANSWER_BYTES);
    if (text.data == NULL) {
        status = 500;
        media_type = "application/problem+json";
        text = STR("{\"status\":500,\"title\":\"Internal Server Error\",\"type\":\"about:blank\"}");
    }
    mark_tus(request);
    response_status(request, status);
    response_body(request, media_type, text);
}

void problem_answer(struct request *request, unsigned status, const char *code, const char *title,
                    const char *detail, json_t *errors)
{
    struct arena *arena = request_arena(request);
    json_auto problem = json_object();
    view_text(problem, "type",
              code == NULL ? "about:blank" : arena_printf(arena, "urn:motcua:problem:%s", code));
    view_text(problem, "title", title);
    view_number(problem, "status", status);
    view_text(problem, "detail", detail);
    view_text(problem, "instance", arena_printf(arena, "urn:motcua:request:%s", request_id(request)));
    if (errors != NULL) view_set(problem, "errors", errors);
    answer(request, status, "application/problem+json", problem);
}

void visit_answer_json(struct visit *visit, unsigned status, json_t *body)
{
    json_auto owned = body;
    answer(visit->request, status, "application/json", owned);
}

void visit_problem(struct visit *visit, unsigned status, json_t *errors)
{
    problem_answer(visit->request, status, visit->error.code, visit_text(visit, error_heading(status)),
                   visit_error_text(visit), errors);
}
