/* Decision models written in the test, and what their decisions must give. */
#ifndef TESTS_UNIT_DMN_CASE_H
#define TESTS_UNIT_DMN_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "motcua/base/buf.h"
#include "motcua/dmn/model.h"

#define CASE_ARENA ((size_t)96 << 20)

#define MODEL(body)                                                                                          \
    "<definitions xmlns=\"https://www.omg.org/spec/DMN/20191111/MODEL/\" name=\"m\" id=\"m\" "               \
    "namespace=\"urn:m\">" body "</definitions>"
#define INPUT(name, type)                                                                                    \
    "<inputData name=\"" name "\" id=\"i_" name "\"><variable name=\"" name "\" typeRef=\"" type             \
    "\"/></inputData>"
#define NEEDS_INPUT(name)                                                                                    \
    "<informationRequirement><requiredInput href=\"#i_" name "\"/></informationRequirement>"
#define NEEDS(name)                                                                                          \
    "<informationRequirement><requiredDecision href=\"#d_" name "\"/></informationRequirement>"
#define KNOWS(name) "<knowledgeRequirement><requiredKnowledge href=\"#k_" name "\"/></knowledgeRequirement>"
#define DECISION(name, type, body)                                                                           \
    "<decision name=\"" name "\" id=\"d_" name "\"><variable name=\"" name "\" typeRef=\"" type "\"/>" body  \
    "</decision>"
#define LITERAL(text)     "<literalExpression><text>" text "</text></literalExpression>"
#define ENTRY(name, body) "<contextEntry><variable name=\"" name "\"/>" body "</contextEntry>"
#define RULE1(test, output)                                                                                  \
    "<rule><inputEntry><text>" test "</text></inputEntry><outputEntry><text>" output                         \
    "</text></outputEntry></rule>"
#define RULE2(test, first, second)                                                                           \
    "<rule><inputEntry><text>" test "</text></inputEntry><outputEntry><text>" first                          \
    "</text></outputEntry><outputEntry><text>" second "</text></outputEntry></rule>"

/* The literal of the decision's value with the FEEL context as inputs; "error CODE"; in the arena. */
static inline const char *decide(struct arena *arena, const char *xml, const char *decision,
                                 const char *context)
{
    struct feel_environment environment = {.context = NULL};
    const struct dmn_model *model;
    const struct feel_expression *expression;
    const struct feel_value *value;
    struct error error = {.code = NULL};
    enum status status;
    assert_int_equal(feel_compile(arena, str_of(context), NULL, &expression, &error), STATUS_OK);
    assert_int_equal(feel_evaluate(expression, &environment, arena, &environment.context, &error), STATUS_OK);
    status = dmn_load(arena, str_of(xml), &model, &error);
    if (status == STATUS_OK)
        status = dmn_evaluate(model, str_of(decision), &environment, arena, &value, &error);
    if (status != STATUS_OK) return arena_printf(arena, "error %s", error.code);
    return feel_literal(arena, value, 100000);
}

static inline void check_decision(const char *xml, const char *decision, const char *context,
                                  const char *expected)
{
    struct arena *arena = arena_create(CASE_ARENA);
    const char *literal = decide(arena, xml, decision, context);
    if (strcmp(literal, expected) != 0)
        print_message("# %s with %s gives %s, must be %s\n", decision, context, literal, expected);
    assert_string_equal(literal, expected);
    arena_destroy(arena);
}

/* The codes of the findings, with commas. */
static inline void check_findings(const char *xml, const char *expected)
{
    struct arena *arena = arena_create(CASE_ARENA);
    const struct dmn_model *model;
    const struct dmn_finding *findings;
    char codes[1000] = "";
    size_t count;
    assert_int_equal(dmn_load(arena, str_of(xml), &model, NULL), STATUS_OK);
    findings = dmn_findings(model, &count);
    for (size_t i = 0; i < count; i++) {
        assert_non_null(findings[i].message);
        snprintf(codes + strlen(codes), sizeof codes - strlen(codes), "%s%s", i > 0 ? "," : "",
                 findings[i].code);
    }
    assert_string_equal(codes, expected);
    arena_destroy(arena);
}

#endif
