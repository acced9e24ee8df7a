/* SPDX-License-Identifier: EUPL-1.2 */
/* The fields of a campaign: proposed, taken from one that is kept, read from the form, and made a plan of. */
#include "gateway/console/office_typed.h"

#include "gateway/base/clock.h"
#include "gateway/base/text.h"
#include "gateway/language/catalog.h"
#include "gateway/store/names.h"

#define VALUE_MAX 600u
#define USUAL_PEOPLE "500"

void pk_typed_init(struct pk_typed *typed)
{
    *typed = (struct pk_typed){ .event = 0 };
    pk_ticks_init(&typed->ticks);
    pk_buf_init(&typed->values, PK_TYPED_VALUES_MAX);
}

void pk_typed_finish(struct pk_typed *typed)
{
    pk_ticks_finish(&typed->ticks);
    pk_buf_finish(&typed->values);
}

void pk_typed_plan_finish(struct pk_typed_plan *plan)
{
    pk_json_free(plan->values);
    pk_json_free(plan->steps);
    pk_buf_finish(&plan->line);
}

/* ---- a step's time ---- */

static const struct {
    const char *name;
    uint32_t when; /* enum pk_step_when */
    int32_t unit; /* minutes that one of its count are; 0 = it counts nothing but days */
} times[] = {
    { "days-before", PK_STEP_DAYS_BEFORE, 0 }, { "hours-before", PK_STEP_BEFORE, 60 }, { "minutes-before", PK_STEP_BEFORE, 1 },
    { "days-after", PK_STEP_DAYS_AFTER, 0 },   { "at", PK_STEP_AT, 0 },                { "change", PK_STEP_ON_CHANGE, 0 },
    { "cancel", PK_STEP_ON_CANCEL, 0 },
};
static const char *const whoms[PK_STEP_WHOMS] = { [PK_STEP_TO_ALL] = "all", [PK_STEP_TO_YES] = "yes", [PK_STEP_TO_SILENT] = "silent" };

const char *pk_typed_time(size_t index)
{
    return index < PK_COUNT(times) ? times[index].name : NULL;
}

const char *pk_typed_whom(size_t index)
{
    return index < PK_COUNT(whoms) ? whoms[index] : NULL;
}

static void put(char to[PK_TYPED_SHORT], const char *text)
{
    (void) snprintf(to, PK_TYPED_SHORT, "%s", text);
}

/* "09:00", as a field of hours is filled. */
static void put_hour(char to[PK_TYPED_SHORT], int32_t minute)
{
    (void) snprintf(to, PK_TYPED_SHORT, "%02d:%02d", minute / 60, minute % 60);
}

static void put_rule(const struct pk_step_rule *rule, struct pk_wall *wall, struct pk_typed_step *step)
{
    bool hours = rule->when == PK_STEP_BEFORE && rule->count % 60 == 0;
    char text[PK_LOCAL_TEXT_MAX];
    for (size_t i = 0; i < PK_COUNT(times); i++)
        if (times[i].when == rule->when && (rule->when != PK_STEP_BEFORE || (times[i].unit == 60) == hours))
            put(step->when, times[i].name);
    put(step->whom, rule->whom < PK_STEP_WHOMS ? whoms[rule->whom] : whoms[PK_STEP_TO_ALL]);
    if (rule->when == PK_STEP_AT) {
        struct pk_local local = pk_wall_local(wall, rule->at_ms);
        put(step->day, pk_day_text(local.day, text));
        put_hour(step->hour, local.minute);
    } else if (rule->when == PK_STEP_DAYS_BEFORE || rule->when == PK_STEP_DAYS_AFTER) {
        (void) snprintf(step->count, sizeof step->count, "%d", rule->count);
        put_hour(step->hour, rule->minute);
    } else if (rule->when == PK_STEP_BEFORE) {
        (void) snprintf(step->count, sizeof step->count, "%d", hours ? rule->count / 60 : rule->count);
    }
}

/* "18:00" of a field of hours, which is "09:00" too. */
static int read_hour(const char *text, int32_t *ret_minute)
{
    struct pk_slice hour = pk_slice_of(text);
    if (hour.len == 5 && hour.data[0] == '0')
        hour = pk_slice_make(hour.data + 1, 4);
    return pk_minute_parse(hour, ret_minute);
}

static int wrong_step(size_t at, struct pk_error *err)
{
    return pk_fail(err, PK_E_INVALID, "steps: the time of step %zu is not said, or is none", at + 1);
}

static int read_rule(const struct pk_typed_step *step, size_t at, struct pk_wall *wall, struct pk_step_rule *ret_rule, struct pk_error *err)
{
    struct pk_step_rule rule = { .when = 0 };
    int32_t unit = 0;
    int64_t count = 0;
    for (size_t i = 0; i < PK_COUNT(times); i++)
        if (strcmp(step->when, times[i].name) == 0) {
            rule.when = times[i].when;
            unit = times[i].unit;
        }
    for (uint32_t i = 0; i < PK_STEP_WHOMS; i++)
        if (strcmp(step->whom, whoms[i]) == 0)
            rule.whom = i;
    if (rule.when == 0)
        return wrong_step(at, err);
    if (pk_step_waits_for_news(&rule)) {
        rule.whom = PK_STEP_TO_ALL;
    } else if (rule.when == PK_STEP_AT) {
        struct pk_local local;
        if (pk_day_parse(pk_slice_of(step->day), &local.day) != 0 || read_hour(step->hour, &local.minute) != 0 ||
            pk_wall_moment(wall, local, &rule.at_ms, NULL) != 0)
            return wrong_step(at, err);
    } else if (pk_parse_int(pk_slice_of(step->count), 0, 10000, &count) != 0 || (unit == 0 && read_hour(step->hour, &rule.minute) != 0)) {
        return wrong_step(at, err);
    }
    rule.count = (int32_t) count * (unit > 0 ? unit : 1);
    *ret_rule = rule;
    return 0;
}

/* ---- proposed ---- */

static const struct {
    enum pk_text_step step;
    const char *when, *count, *hour;
} usual[] = {
    { PK_STEP_INVITATION, "days-before", "7", "18:00" },
    { PK_STEP_REMINDER, "days-before", "1", "18:00" },
    { PK_STEP_CHANGE, "change", "", "" },
    { PK_STEP_CANCELLATION, "cancel", "", "" },
};

/* The text of a topic for such a step; of several forms of one the plain one, whose name is the shortest. */
static struct pk_slice text_for(const struct pk_service *service, const char *topic, enum pk_text_step step)
{
    struct pk_slice found = { 0 };
    for (size_t i = 0; i < pk_catalog_template_count(service->catalog); i++) {
        const struct pk_template *text = pk_catalog_template(service->catalog, i);
        struct pk_slice name = pk_template_name(text);
        if (pk_template_step(text) == step && pk_slice_is(pk_template_topic(text), topic) && (!found.data || name.len < found.len))
            found = name;
    }
    return found;
}

static void propose_steps(const struct pk_service *service, struct pk_typed *typed)
{
    for (size_t i = 0; i < PK_COUNT(usual); i++) {
        struct pk_slice name = text_for(service, typed->topic, usual[i].step);
        struct pk_typed_step *step = &typed->steps[typed->step_count];
        if (!name.data || name.len > PK_CAMPAIGN_NAME_MAX)
            continue;
        (void) snprintf(step->template_name, sizeof step->template_name, "%.*s", PK_SLICE_ARG(name));
        put(step->when, usual[i].when);
        put(step->count, usual[i].count);
        put(step->hour, usual[i].hour);
        put(step->whom, whoms[PK_STEP_TO_ALL]);
        typed->step_count++;
    }
}

int pk_typed_propose(struct pk_visit *visit, const struct pk_agenda_event *event, int32_t day, struct pk_typed *typed, struct pk_error *err)
{
    const struct pk_service *service = visit->call->service;
    const struct pk_kind_rule *kind = pk_rules_kind(service->rules, pk_slice_of(event->kind));
    char text[PK_LOCAL_TEXT_MAX];
    if (!kind)
        return pk_fail(err, PK_E_NOT_FOUND, "event: its kind is not configured any more");
    typed->event = event->id;
    typed->day = day;
    (void) snprintf(typed->topic, sizeof typed->topic, "%s", kind->topic);
    (void) snprintf(typed->name, sizeof typed->name, "%.37s-%s", event->kind, pk_day_text(day != 0 ? day : event->when.day, text));
    (void) snprintf(typed->route, sizeof typed->route, "%s", service->rules->ladder.count > 0 ? PK_TYPED_LADDER : service->rules->default_route ? service->rules->default_route : "");
    put(typed->people, USUAL_PEOPLE);
    propose_steps(service, typed);
    return pk_buf_add_text(&typed->values, "{}");
}

/* ---- kept ---- */

/* Of the date the event says it, where there is one. */
static bool is_the_events(struct pk_slice name)
{
    static const char *const names[] = { "begins", "ends", "place", "placeShort", "title", "subject" };
    for (size_t i = 0; i < PK_COUNT(names); i++)
        if (pk_slice_is(name, names[i]))
            return true;
    return false;
}

static int own_values(struct pk_slice kept, bool dated, struct pk_buf *out, struct pk_error *err)
{
    pk_auto(pk_json) struct pk_json *values = NULL;
    const struct pk_json *value;
    struct pk_slice name;
    struct pk_json_out json = pk_json_out(out);
    int r = pk_json_parse(kept, 2 * PK_TYPED_VALUES_MAX, &values, err);
    pk_json_open(&json, NULL, '{');
    for (void *iter = NULL; r == 0 && pk_json_next(values, &iter, &name, &value);) {
        char key[PK_CAMPAIGN_NAME_MAX + 1];
        struct pk_buf raw;
        if ((dated && is_the_events(name)) || name.len > PK_CAMPAIGN_NAME_MAX)
            continue;
        pk_buf_init(&raw, PK_TYPED_VALUES_MAX);
        (void) snprintf(key, sizeof key, "%.*s", PK_SLICE_ARG(name));
        if (pk_json_dump(value, &raw) == 0)
            pk_json_add_raw(&json, key, pk_buf_slice(&raw));
        pk_buf_finish(&raw);
    }
    pk_json_close(&json, '}');
    return r;
}

static int put_cost(const struct pk_campaign *campaign, struct pk_typed *typed)
{
    struct pk_price price = { .amount = campaign->cost_max };
    char text[PK_PRICE_TEXT_MAX];
    (void) snprintf(price.currency, sizeof price.currency, "%s", campaign->currency);
    if (campaign->cost_max > 0)
        put(typed->cost, pk_price_text(&price, text));
    return 0;
}

int pk_typed_of(struct pk_visit *visit, const struct pk_campaign *campaign, const struct pk_campaign_step *steps, size_t count,
                struct pk_typed *typed, struct pk_error *err)
{
    struct pk_service *service = visit->call->service;
    pk_auto(pk_wall) struct pk_wall *wall = NULL;
    struct pk_occurrence date = { 0 };
    struct pk_buf line;
    const char *topic = pk_name_text(service->store, PK_NAME_TOPIC, campaign->topic), *route = pk_name_text(service->store, PK_NAME_ROUTE, campaign->route);
    int r = pk_wall_new(service->rules->zone, &wall, err);
    if (r == 0)
        r = own_values(campaign->values, campaign->occurrence != 0, &typed->values, err);
    if (r != 0)
        return r;
    (void) snprintf(typed->name, sizeof typed->name, "%s", campaign->name);
    (void) snprintf(typed->topic, sizeof typed->topic, "%s", topic ? topic : "");
    (void) snprintf(typed->route, sizeof typed->route, "%s", campaign->laddered ? PK_TYPED_LADDER : route ? route : "");
    (void) snprintf(typed->people, sizeof typed->people, "%lld", (long long) campaign->people_max);
    (void) put_cost(campaign, typed);
    pk_buf_init(&line, PK_AUDIENCE_TEXT_MAX);
    r = pk_campaign_where(campaign, &line, err);
    if (r == 0)
        pk_ticks_of(service->rules, pk_buf_slice(&line), &typed->ticks);
    pk_buf_finish(&line);
    for (size_t i = 0; i < count && i < PK_CAMPAIGN_STEPS_MAX; i++) {
        (void) snprintf(typed->steps[i].template_name, sizeof typed->steps[i].template_name, "%s", steps[i].template_name);
        put_rule(&steps[i].rule, wall, &typed->steps[i]);
    }
    typed->step_count = count;
    if (r == 0 && campaign->occurrence != 0)
        r = pk_occurrence_get(service->store, campaign->occurrence, &date, err);
    typed->event = date.event;
    typed->day = date.day;
    return r;
}

/* ---- read ---- */

static int read_field(struct pk_visit *visit, const char *name, size_t index, char *to, size_t size, struct pk_error *err)
{
    bool given;
    struct pk_buf text;
    pk_buf_init(&text, size - 1);
    int r = pk_call_form(visit->call, name, index, &text, &given, err);
    struct pk_slice trimmed = pk_slice_trim(pk_buf_slice(&text));
    if (r == 0)
        (void) snprintf(to, size, "%.*s", PK_SLICE_ARG(trimmed));
    pk_buf_finish(&text);
    return r;
}

static int read_steps(struct pk_visit *visit, struct pk_typed *typed, struct pk_error *err)
{
    int r = 0;
    typed->step_count = 0;
    for (size_t i = 0; r == 0 && i < PK_CAMPAIGN_STEPS_MAX; i++) {
        struct pk_typed_step *step = &typed->steps[typed->step_count];
        *step = (struct pk_typed_step){ .when = "" };
        r = read_field(visit, "template", i, step->template_name, sizeof step->template_name, err);
        if (r == 0)
            r = read_field(visit, "when", i, step->when, sizeof step->when, err);
        if (r == 0)
            r = read_field(visit, "count", i, step->count, sizeof step->count, err);
        if (r == 0)
            r = read_field(visit, "hour", i, step->hour, sizeof step->hour, err);
        if (r == 0)
            r = read_field(visit, "day", i, step->day, sizeof step->day, err);
        if (r == 0)
            r = read_field(visit, "whom", i, step->whom, sizeof step->whom, err);
        typed->step_count += r == 0 && step->template_name[0] != '\0';
    }
    return r;
}

/* Has one of the texts before this one a value of that name? */
static bool was_before(const struct pk_service *service, const struct pk_typed *typed, size_t step, struct pk_slice value)
{
    for (size_t i = 0; i < step; i++) {
        const struct pk_template *text = pk_catalog_find(service->catalog, pk_slice_of(typed->steps[i].template_name), pk_slice_of(service->rules->default_language));
        if (text && pk_template_takes(text, value))
            return true;
    }
    return false;
}

int pk_typed_each_value(struct pk_visit *visit, const struct pk_typed *typed, int (*each)(void *ctx, struct pk_slice name, bool number, struct pk_error *err), void *ctx,
                      struct pk_error *err)
{
    const struct pk_service *service = visit->call->service;
    int r = 0;
    for (size_t i = 0; r == 0 && i < typed->step_count; i++) {
        const struct pk_template *text = pk_catalog_find(service->catalog, pk_slice_of(typed->steps[i].template_name), pk_slice_of(service->rules->default_language));
        bool number = false;
        struct pk_slice name;
        for (size_t j = 0; r == 0 && text && (name = pk_template_value(text, j, &number)).data; j++)
            if (!pk_slice_is(name, "org") && !(typed->event != 0 && is_the_events(name)) && !was_before(service, typed, i, name))
                r = each(ctx, name, number, err);
    }
    return r;
}

struct reading {
    struct pk_visit *visit;
    struct pk_json_out json;
};

static int read_value(void *ctx, struct pk_slice name, bool number, struct pk_error *err)
{
    struct reading *reading = ctx;
    char key[PK_CAMPAIGN_NAME_MAX + 8], text[VALUE_MAX + 1];
    int64_t count = 0;
    (void) snprintf(key, sizeof key, "value.%.*s", (int) (name.len < PK_CAMPAIGN_NAME_MAX ? name.len : PK_CAMPAIGN_NAME_MAX), name.data);
    int r = read_field(reading->visit, key, 0, text, sizeof text, err);
    if (r != 0 || text[0] == '\0')
        return r;
    if (number && pk_parse_int(pk_slice_of(text), 0, 1000000, &count) == 0)
        pk_json_add_int(&reading->json, key + 6, count);
    else
        pk_json_add_text(&reading->json, key + 6, text);
    return 0;
}

int pk_typed_read(struct pk_visit *visit, struct pk_typed *typed, struct pk_error *err)
{
    struct reading reading = { .visit = visit };
    pk_ticks_finish(&typed->ticks);
    pk_ticks_init(&typed->ticks);
    pk_buf_clear(&typed->values);
    reading.json = pk_json_out(&typed->values);
    int r = read_field(visit, "people", 0, typed->people, sizeof typed->people, err);
    if (r == 0)
        r = read_field(visit, "cost", 0, typed->cost, sizeof typed->cost, err);
    if (r == 0)
        r = read_field(visit, "route", 0, typed->route, sizeof typed->route, err);
    if (r == 0)
        r = pk_ticks_read(visit, &typed->ticks, err);
    if (r == 0)
        r = read_steps(visit, typed, err);
    pk_json_open(&reading.json, NULL, '{');
    if (r == 0)
        r = pk_typed_each_value(visit, typed, read_value, &reading, err);
    pk_json_close(&reading.json, '}');
    return r;
}

/* ---- planned ---- */

static int plan_steps(struct pk_visit *visit, const struct pk_typed *typed, struct pk_json **ret_steps, struct pk_error *err)
{
    pk_auto(pk_wall) struct pk_wall *wall = NULL;
    struct pk_buf text;
    pk_buf_init(&text, PK_TYPED_VALUES_MAX);
    struct pk_json_out out = pk_json_out(&text);
    int r = pk_wall_new(visit->call->service->rules->zone, &wall, err);
    pk_json_open(&out, NULL, '[');
    for (size_t i = 0; r == 0 && i < typed->step_count; i++) {
        struct pk_step_rule rule;
        char when[PK_STEP_TEXT_MAX];
        r = read_rule(&typed->steps[i], i, wall, &rule, err);
        if (r != 0)
            break;
        pk_json_open(&out, NULL, '{');
        pk_json_add_text(&out, "when", pk_step_text(&rule, when));
        pk_json_add_text(&out, "template", typed->steps[i].template_name);
        pk_json_close(&out, '}');
    }
    pk_json_close(&out, ']');
    if (r == 0)
        r = pk_json_parse(pk_buf_slice(&text), PK_TYPED_VALUES_MAX, ret_steps, err);
    pk_buf_finish(&text);
    return r;
}

int pk_typed_plan(struct pk_visit *visit, const struct pk_typed *typed, struct pk_typed_plan *ret_plan, struct pk_error *err)
{
    bool ladder = strcmp(typed->route, PK_TYPED_LADDER) == 0;
    *ret_plan = (struct pk_typed_plan){ .values = NULL };
    pk_buf_init(&ret_plan->line, PK_AUDIENCE_TEXT_MAX);
    pk_ticks_line(visit->call->service->rules, &typed->ticks, &ret_plan->line);
    int r = plan_steps(visit, typed, &ret_plan->steps, err);
    if (r == 0)
        r = pk_json_parse(pk_buf_slice(&typed->values), PK_TYPED_VALUES_MAX, &ret_plan->values, err);
    ret_plan->plan = (struct pk_campaign_plan){
        .name = pk_slice_of(typed->name),
        .topic = pk_slice_of(typed->topic),
        .route = ladder ? PK_SLICE("") : pk_slice_of(typed->route),
        .ladder = ladder,
        .where = pk_buf_slice(&ret_plan->line),
        .event = typed->event,
        .day = typed->day,
        .values = ret_plan->values,
        .steps = ret_plan->steps,
        .cost = pk_slice_of(typed->cost),
    };
    if (r == 0 && pk_parse_int(pk_slice_of(typed->people), 1, PK_CAMPAIGN_PEOPLE_MAX, &ret_plan->plan.people_max) != 0)
        r = pk_fail(err, PK_E_INVALID, "people must be a number from 1 to %d", PK_CAMPAIGN_PEOPLE_MAX);
    return r;
}
