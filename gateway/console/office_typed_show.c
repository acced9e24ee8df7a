/* SPDX-License-Identifier: EUPL-1.2 */
/* The fields of a campaign's page, and a step's time in words. */
#include "gateway/console/office_typed.h"

#include "gateway/console/staff_words.h"
#include "gateway/language/catalog.h"

static void add_option(struct pk_visit *visit, const char *value, struct pk_slice name, bool chosen)
{
    pk_json_open(&visit->out, NULL, '{');
    pk_json_add_text(&visit->out, "value", value);
    pk_json_add_slice(&visit->out, "label", name);
    pk_json_add_bool(&visit->out, "chosen", chosen);
    pk_json_close(&visit->out, '}');
}

static void add_phrase_option(struct pk_visit *visit, const char *front, const char *value, bool chosen)
{
    char key[64];
    (void) snprintf(key, sizeof key, "%s.%s", front, value);
    struct pk_slice phrase = pk_visit_string(visit, key);
    add_option(visit, value, phrase.len > 0 ? phrase : pk_slice_of(value), chosen);
}

static void add_routes(struct pk_visit *visit, const struct pk_typed *typed)
{
    const struct pk_rules *rules = visit->call->service->rules;
    pk_json_open(&visit->out, "routes", '[');
    if (rules->ladder.count > 0)
        add_option(visit, PK_TYPED_LADDER, pk_visit_string(visit, "campaigns.ladder"), strcmp(typed->route, PK_TYPED_LADDER) == 0);
    for (size_t i = 0; i < rules->route_count; i++)
        if (rules->routes[i].screens.count == 0)
            add_option(visit, rules->routes[i].name, pk_slice_of(rules->routes[i].name), strcmp(typed->route, rules->routes[i].name) == 0);
    pk_json_close(&visit->out, ']');
}

/* Texts that a step may have: notices of the topic, or of any. Forms for who cannot answer are chosen by themselves. */
static void add_templates(struct pk_visit *visit, const struct pk_typed *typed, const char *chosen)
{
    const struct pk_service *service = visit->call->service;
    pk_json_open(&visit->out, "texts", '[');
    for (size_t i = 0; i < pk_catalog_template_count(service->catalog); i++) {
        const struct pk_template *text = pk_catalog_template(service->catalog, i);
        struct pk_slice name = pk_template_name(text), about = pk_template_topic(text);
        char value[PK_CAMPAIGN_NAME_MAX + 1];
        if (!pk_slice_is(pk_template_language(text), service->rules->default_language) || pk_template_kind(text) != PK_TEXT_NOTICE ||
            pk_template_step(text) == PK_STEP_BREACH || pk_catalog_is_noreply(name) || name.len >= sizeof value || (!pk_slice_is(about, typed->topic) && !pk_slice_is(name, chosen)))
            continue;
        struct pk_slice gloss = pk_template_gloss(text);
        (void) snprintf(value, sizeof value, "%.*s", PK_SLICE_ARG(name));
        add_option(visit, value, gloss.len > 0 ? gloss : name, strcmp(value, chosen) == 0);
    }
    pk_json_close(&visit->out, ']');
}

static void add_step(struct pk_visit *visit, const struct pk_typed *typed, size_t at)
{
    static const struct pk_typed_step none = { .when = "days-before" };
    const struct pk_typed_step *step = at < typed->step_count ? &typed->steps[at] : &none;
    pk_json_open(&visit->out, NULL, '{');
    pk_json_add_int(&visit->out, "at", (int64_t) at + 1);
    add_templates(visit, typed, step->template_name);
    pk_json_open(&visit->out, "whens", '[');
    for (size_t i = 0; pk_typed_time(i); i++)
        add_phrase_option(visit, "campaigns.time", pk_typed_time(i), strcmp(step->when, pk_typed_time(i)) == 0);
    pk_json_close(&visit->out, ']');
    pk_json_open(&visit->out, "whoms", '[');
    for (size_t i = 0; pk_typed_whom(i); i++)
        add_phrase_option(visit, "campaigns.whom", pk_typed_whom(i), strcmp(step->whom, pk_typed_whom(i)) == 0);
    pk_json_close(&visit->out, ']');
    pk_json_add_text(&visit->out, "count", step->count);
    pk_json_add_text(&visit->out, "hour", step->hour);
    pk_json_add_text(&visit->out, "stepDay", step->day);
    pk_json_close(&visit->out, '}');
}

struct adding {
    struct pk_visit *visit;
    const struct pk_json *values;
};

static int add_value(void *ctx, struct pk_slice name, bool number, struct pk_error *err)
{
    const struct adding *adding = ctx;
    struct pk_json_out *out = &adding->visit->out;
    char key[PK_CAMPAIGN_NAME_MAX + 1];
    int64_t count = 0;
    (void) number;
    (void) err;
    (void) snprintf(key, sizeof key, "%.*s", (int) (name.len < PK_CAMPAIGN_NAME_MAX ? name.len : PK_CAMPAIGN_NAME_MAX), name.data);
    const struct pk_json *value = pk_json_get(adding->values, key);
    pk_json_open(out, NULL, '{');
    pk_json_add_text(out, "value", key);
    pk_staff_add_phrase(adding->visit, "valueName", "campaigns.value", key);
    if (pk_json_int(value, &count)) {
        char text[24];
        (void) snprintf(text, sizeof text, "%lld", (long long) count);
        pk_json_add_text(out, "said", text);
    } else {
        pk_json_add_slice(out, "said", pk_json_string(value).data ? pk_json_string(value) : PK_SLICE(""));
    }
    pk_json_close(out, '}');
    return 0;
}

int pk_typed_add(struct pk_visit *visit, const struct pk_staff *staff, const struct pk_typed *typed, struct pk_error *err)
{
    pk_auto(pk_json) struct pk_json *values = NULL;
    size_t rows = typed->step_count + PK_TYPED_SPARE < PK_CAMPAIGN_STEPS_MAX ? typed->step_count + PK_TYPED_SPARE : PK_CAMPAIGN_STEPS_MAX;
    int r = pk_json_parse(pk_buf_slice(&typed->values), PK_TYPED_VALUES_MAX, &values, err);
    if (r == 0)
        r = pk_ticks_add(visit, staff, &typed->ticks, err);
    if (r != 0)
        return r;
    pk_json_add_text(&visit->out, "people", typed->people);
    pk_json_add_text(&visit->out, "cost", typed->cost);
    add_routes(visit, typed);
    pk_json_open(&visit->out, "rows", '[');
    for (size_t i = 0; i < rows; i++)
        add_step(visit, typed, i);
    pk_json_close(&visit->out, ']');
    struct adding adding = { visit, values };
    pk_json_open(&visit->out, "own", '[');
    r = pk_typed_each_value(visit, typed, add_value, &adding, err);
    pk_json_close(&visit->out, ']');
    return r;
}

void pk_typed_add_when(struct pk_visit *visit, const struct pk_step_rule *rule)
{
    struct pk_json_out *out = &visit->out;
    bool days = rule->when == PK_STEP_DAYS_BEFORE || rule->when == PK_STEP_DAYS_AFTER, before = rule->when == PK_STEP_BEFORE, hours = before && rule->count % 60 == 0;
    int32_t count = hours ? rule->count / 60 : rule->count;
    char text[PK_LOCAL_TEXT_MAX];
    pk_json_add_bool(out, "dayBefore", rule->when == PK_STEP_DAYS_BEFORE && count == 1);
    pk_json_add_bool(out, "daysBefore", rule->when == PK_STEP_DAYS_BEFORE && count != 1);
    pk_json_add_bool(out, "dayAfter", rule->when == PK_STEP_DAYS_AFTER && count == 1);
    pk_json_add_bool(out, "daysAfter", rule->when == PK_STEP_DAYS_AFTER && count != 1);
    pk_json_add_bool(out, "hourBefore", hours && count == 1);
    pk_json_add_bool(out, "hoursBefore", hours && count != 1);
    pk_json_add_bool(out, "minutesBefore", before && !hours);
    pk_json_add_bool(out, "onDay", rule->when == PK_STEP_AT);
    pk_json_add_bool(out, "onChange", rule->when == PK_STEP_ON_CHANGE);
    pk_json_add_bool(out, "onCancel", rule->when == PK_STEP_ON_CANCEL);
    pk_json_add_int(out, "stepCount", count);
    pk_json_add_text(out, "stepHour", days ? pk_minute_text(rule->minute, text) : "");
    pk_json_add_bool(out, "toYes", rule->whom == PK_STEP_TO_YES);
    pk_json_add_bool(out, "toSilent", rule->whom == PK_STEP_TO_SILENT);
}
