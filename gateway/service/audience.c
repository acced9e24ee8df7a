/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/audience.h"

#include "gateway/base/text.h"
#include "gateway/model/floor.h"
#include "gateway/service/rights.h"
#include "gateway/store/names.h"

#define NAME_MAX 48

struct pk_audience_question {
    struct pk_audience audience;
    struct pk_audience_tree tree;
    struct pk_survey *survey;
    char topic[NAME_MAX + 1];
    char channels[PK_AUDIENCE_CHANNELS_MAX][NAME_MAX + 1];
    bool by_size; /* reasons and breakdowns are not told */
};

void pk_audience_question_free(struct pk_audience_question *question)
{
    if (!question)
        return;
    pk_survey_free(question->survey);
    free(question);
}

/* ---- what may be asked ---- */

struct asking {
    struct pk_service *service;
    const struct pk_actor *actor;
    enum pk_action action;
    const char *object;
};

static int allow(const struct asking *asking, const struct pk_about *about, struct pk_error *err)
{
    return pk_allow(asking->service, asking->actor, asking->action, about, asking->object, err);
}

/* Her circle, and nothing that would cut it into pieces. */
static int allow_circle(const struct asking *asking, const struct pk_audience_tree *tree, struct pk_error *err)
{
    struct pk_about about = { 0 };
    if (tree->nodes[tree->root].kind == PK_AUDIENCE_CIRCLE)
        about.owner = pk_slice_of(pk_audience_name(tree, tree->root));
    int r = allow(asking, &about, err);
    return r == 0 || about.owner.len > 0 ? r : pk_hint(err, r, "A key person counts her own circle, whole.");
}

static int allow_leaf(const struct asking *asking, const struct pk_audience_tree *tree, uint16_t at, struct pk_error *err)
{
    struct pk_slice name = pk_slice_of(pk_audience_name(tree, at));
    switch (tree->nodes[at].kind) {
    case PK_AUDIENCE_TAG:
        return allow(asking, &(struct pk_about){ .tag = name }, err);
    case PK_AUDIENCE_TOPIC:
        return allow(asking, &(struct pk_about){ .topic = name }, err);
    case PK_AUDIENCE_CIRCLE: /* whoever may see how large it is */
        return pk_allow(asking->service, asking->actor, PK_ACTION_CIRCLE_VIEW, &(struct pk_about){ .owner = name }, "a circle in an audience", err);
    default:
        return 0;
    }
}

static int allow_rule(const struct asking *asking, const struct pk_audience_tree *tree, struct pk_slice topic, struct pk_error *err)
{
    if (asking->actor->role == PK_ROLE_KEY_PERSON)
        return allow_circle(asking, tree, err);
    int r = allow(asking, &(struct pk_about){ .topic = topic }, err);
    for (uint16_t i = 1; r == 0 && i <= tree->count; i++)
        r = allow_leaf(asking, tree, i, err);
    /* What can mean somebody without any of the tags it names is about everybody. */
    if (r == 0 && !pk_audience_is_bound(tree))
        r = allow(asking, &(struct pk_about){ .topic = topic, .tag = PK_SLICE("*") }, err);
    return r;
}

/* ---- what is asked ---- */

static int read_rule(const struct pk_actor *actor, const struct pk_audience_plan *plan, struct pk_audience_tree *ret_tree, struct pk_error *err)
{
    char circle[NAME_MAX + 16];
    if (plan->where.len > 0)
        return pk_audience_read_text(plan->where, ret_tree, err);
    if (plan->rule || actor->role != PK_ROLE_KEY_PERSON)
        return pk_audience_read_json(plan->rule, "audience", ret_tree, err);
    (void) snprintf(circle, sizeof circle, "circle:%s", actor->name ? actor->name : "");
    return pk_audience_read_text(pk_slice_of(circle), ret_tree, err);
}

int pk_audience_rule(struct pk_service *service, const struct pk_actor *actor, enum pk_action action, const char *object,
                     const struct pk_audience_plan *plan, struct pk_audience_tree *ret_tree, struct pk_error *err)
{
    const struct asking asking = { service, actor, action, object };
    int r = read_rule(actor, plan, ret_tree, err);
    return r == 0 ? allow_rule(&asking, ret_tree, plan->topic, err) : r;
}

static int add_channel(struct pk_service *service, struct pk_audience_question *question, struct pk_slice name, bool once, struct pk_error *err)
{
    struct pk_audience *audience = &question->audience;
    uint32_t id = pk_name_find(service->store, PK_NAME_CHANNEL, name);
    if (id == 0 || name.len > NAME_MAX) {
        (void) pk_fail(err, PK_E_NOT_FOUND, "there is no such channel");
        return pk_hint(err, PK_E_NOT_FOUND, "Channels are those of the routes in the configuration: sms, telegram.");
    }
    for (size_t i = 0; i < audience->channel_count; i++)
        if (audience->channels[i] == id)
            return once ? pk_fail(err, PK_E_INVALID, "a channel is named twice") : 0;
    if (audience->channel_count == PK_AUDIENCE_CHANNELS_MAX)
        return once ? pk_fail(err, PK_E_LIMIT, "more than %d channels", PK_AUDIENCE_CHANNELS_MAX) : 0;
    (void) snprintf(question->channels[audience->channel_count], NAME_MAX + 1, "%.*s", PK_SLICE_ARG(name));
    audience->channels[audience->channel_count++] = id;
    return 0;
}

/* As a message goes that names no route: by the ladder, or the default route. Screens have no people. A channel nobody has heard
 * of yet is left out. */
static int all_channels(struct pk_service *service, struct pk_audience_question *question, struct pk_error *err)
{
    const struct pk_rules *rules = service->rules;
    const struct pk_route_rule *first = rules->default_route ? pk_rules_route(rules, rules->default_route) : NULL;
    for (size_t i = 0; i < rules->ladder.count; i++)
        (void) add_channel(service, question, pk_slice_of(rules->ladder.items[i]), false, NULL);
    if (first && first->screens.count == 0)
        (void) add_channel(service, question, pk_slice_of(first->channel), false, NULL);
    for (size_t i = 0; i < rules->route_count; i++)
        if (rules->routes[i].screens.count == 0)
            (void) add_channel(service, question, pk_slice_of(rules->routes[i].channel), false, NULL);
    return question->audience.channel_count > 0 ? 0 : pk_fail(err, PK_E_CONFIG, "there is no route that reaches people");
}

static int read_channels(struct pk_service *service, struct pk_audience_question *question, struct pk_slice names, struct pk_error *err)
{
    struct pk_slice name;
    int r = 0;
    if (names.len == 0)
        return all_channels(service, question, err);
    while (r == 0 && pk_slice_cut(&names, ',', &name))
        r = add_channel(service, question, pk_slice_trim(name), true, err);
    return r;
}

static int read_topic(struct pk_service *service, struct pk_audience_question *question, struct pk_slice topic, struct pk_error *err)
{
    if (!pk_rules_topic(service->rules, topic) || topic.len > NAME_MAX) {
        (void) pk_fail(err, PK_E_NOT_FOUND, "there is no such topic");
        return pk_hint(err, PK_E_NOT_FOUND, "Topics are declared in the configuration, as [topic NAME].");
    }
    (void) snprintf(question->topic, sizeof question->topic, "%.*s", PK_SLICE_ARG(topic));
    question->audience.topic = pk_name_find(service->store, PK_NAME_TOPIC, topic); /* 0: nobody was asked yet */
    return 0;
}

int pk_audience_ask(struct pk_service *service, const struct pk_actor *actor, const struct pk_audience_plan *plan, int64_t now_ms,
                    struct pk_audience_question **ret_question, struct pk_error *err)
{
    if (pk_right_of(PK_ACTION_AUDIENCE_COUNT, actor->role) == PK_RIGHT_NO) /* before it is told what is wrong with it */
        return pk_allow(service, actor, PK_ACTION_AUDIENCE_COUNT, NULL, "an audience", err);
    pk_auto(pk_audience_question) struct pk_audience_question *question = pk_alloc(sizeof *question);
    int r = pk_audience_rule(service, actor, PK_ACTION_AUDIENCE_COUNT, "an audience", plan, &question->tree, err);
    if (r == 0)
        r = read_topic(service, question, plan->topic, err);
    if (r == 0)
        r = read_channels(service, question, plan->channels, err);
    if (r == 0)
        r = pk_audience_resolve(service->store, &question->tree, err);
    if (r != 0)
        return r;
    question->audience.tree = &question->tree;
    question->by_size = actor->role == PK_ROLE_KEY_PERSON;
    question->survey = pk_survey_new(&question->audience, now_ms);
    *ret_question = question;
    question = NULL;
    return 0;
}

int pk_audience_count_some(struct pk_audience_question *question, struct pk_store *store, struct pk_error *err)
{
    return pk_survey_some(question->survey, store, PK_AUDIENCE_STEP, err);
}

/* ---- what is told ---- */

static const char *const reasons[PK_LEFT_OFTEN] = { "told", "stopped", "no-address", "bad-number", "no-consent" };

static void add_people(struct pk_json_out *out, const char *name, int64_t people, bool hidden)
{
    if (hidden)
        pk_json_add_null(out, name);
    else
        pk_json_add_int(out, name, people);
}

static void tell_reasons(const struct pk_audience_counts *counts, struct pk_json_out *out)
{
    pk_json_open(out, "leftOut", '[');
    for (size_t i = PK_TOLD + 1; i < PK_LEFT_OFTEN; i++) {
        pk_json_open(out, NULL, '{');
        pk_json_add_text(out, "reason", reasons[i]);
        add_people(out, "people", counts->by_reason[i], pk_is_few(counts->by_reason[i]));
        pk_json_close(out, '}');
    }
    pk_json_close(out, ']');
}

static void tell_channels(const struct pk_audience_question *question, const struct pk_audience_counts *counts, struct pk_json_out *out)
{
    bool hidden[PK_AUDIENCE_CHANNELS_MAX];
    if (!pk_floor_hide(counts->by_channel, question->audience.channel_count, hidden))
        return;
    for (size_t i = 0; i < question->audience.channel_count; i++) {
        pk_json_open(out, NULL, '{');
        pk_json_add_text(out, "channel", question->channels[i]);
        add_people(out, "people", counts->by_channel[i], hidden[i]);
        pk_json_close(out, '}');
    }
}

static void tell_groups(const struct pk_audience_counts *counts, struct pk_json_out *out)
{
    int64_t people[PK_AUDIENCE_GROUPS_MAX];
    bool hidden[PK_AUDIENCE_GROUPS_MAX];
    for (size_t i = 0; i < counts->group_count; i++)
        people[i] = counts->groups[i].people;
    if (!pk_floor_hide(people, counts->group_count, hidden))
        return;
    for (size_t i = 0; i < counts->group_count; i++) {
        pk_json_open(out, NULL, '{');
        pk_json_add_text(out, "language", counts->groups[i].language);
        pk_json_add_text(out, "script", counts->groups[i].script);
        add_people(out, "people", people[i], hidden[i]);
        pk_json_close(out, '}');
    }
}

/* The total is what is told of its parts: where one of them is few, it lies between two numbers. */
static void tell_total(const struct pk_audience_question *question, const struct pk_audience_counts *counts, struct pk_json_out *out)
{
    const int64_t in_two[] = { counts->by_reason[PK_TOLD], counts->people - counts->by_reason[PK_TOLD] };
    struct pk_floor_bounds bounds = question->by_size ? pk_floor_total(in_two, 2) : pk_floor_total(counts->by_reason, PK_LEFT_OUTS);
    bool exact = bounds.least == bounds.most, grouped = counts->grouped && exact && !pk_is_few(counts->places - counts->people);
    add_people(out, "people", counts->people, !exact);
    pk_json_add_int(out, "atLeast", bounds.least);
    pk_json_add_int(out, "atMost", bounds.most);
    add_people(out, "places", counts->places, !grouped);
    add_people(out, "duplicates", counts->places - counts->people, !grouped);
    add_people(out, "told", counts->by_reason[PK_TOLD], pk_is_few(counts->by_reason[PK_TOLD]));
}

/* Fewer than five, or nobody: which of both, nobody is told. */
static void tell_few(struct pk_json_out *out)
{
    static const char *const numbers[] = { "people", "places", "duplicates", "told" };
    for (size_t i = 0; i < PK_COUNT(numbers); i++)
        pk_json_add_null(out, numbers[i]);
    pk_json_add_int(out, "atLeast", 0);
    pk_json_add_int(out, "atMost", PK_FLOOR - 1);
}

static void tell_rule(const struct pk_audience_question *question, struct pk_json_out *out)
{
    uint8_t hash[32];
    struct pk_buf text;
    pk_buf_init(&text, 2 * PK_AUDIENCE_TEXT_MAX);
    pk_audience_write_text(&question->tree, &text);
    pk_json_add_slice(out, "where", pk_buf_slice(&text));
    pk_audience_write_json(&question->tree, out, "audience");
    pk_buf_clear(&text);
    pk_audience_hash(&question->tree, hash);
    pk_hex(&text, hash, sizeof hash);
    pk_json_add_slice(out, "hash", pk_buf_slice(&text));
    pk_buf_finish(&text);
}

void pk_audience_tell(const struct pk_audience_question *question, struct pk_json_out *out)
{
    const struct pk_audience_counts *counts = pk_survey_counts(question->survey);
    bool few = counts->people < PK_FLOOR, broken_down = !few && !question->by_size;
    bool told = broken_down && counts->by_reason[PK_TOLD] >= PK_FLOOR;
    pk_json_open(out, NULL, '{');
    pk_json_add_text(out, "topic", question->topic);
    pk_json_open(out, "channels", '[');
    for (size_t i = 0; i < question->audience.channel_count; i++)
        pk_json_add_text(out, NULL, question->channels[i]);
    pk_json_close(out, ']');
    tell_rule(question, out);
    pk_json_add_bool(out, "fewerThanFive", few);
    if (few)
        tell_few(out);
    else
        tell_total(question, counts, out);
    if (broken_down)
        tell_reasons(counts, out);
    pk_json_open(out, "byChannel", '[');
    if (told)
        tell_channels(question, counts, out);
    pk_json_close(out, ']');
    pk_json_open(out, "byLanguage", '[');
    if (told)
        tell_groups(counts, out);
    pk_json_close(out, ']');
    pk_json_close(out, '}');
}

int pk_audience_reckon(struct pk_service *service, const struct pk_actor *actor, const struct pk_audience_plan *plan, int64_t now_ms,
                       struct pk_json_out *out, struct pk_error *err)
{
    pk_auto(pk_audience_question) struct pk_audience_question *question = NULL;
    int r = pk_audience_ask(service, actor, plan, now_ms, &question, err);
    if (r != 0)
        return r;
    while ((r = pk_audience_count_some(question, service->store, err)) == 1) {
    }
    if (r == 0)
        pk_audience_tell(question, out);
    return r;
}
