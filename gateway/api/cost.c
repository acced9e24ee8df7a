/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a text would cost before it is sent: whom it would reach by language and script (counted on the reading thread),
 * how many parts each of them gets, and what that costs in every other way it can be written. Counts below a floor are
 * not told, and totals are told as bounds that give nothing of them away: these numbers never point at a person.
 */
#include "gateway/api/answer.h"
#include "gateway/api/cost_channels.h"
#include "gateway/api/handlers.h"
#include "gateway/base/text.h"
#include "gateway/language/advice.h"
#include "gateway/model/floor.h"
#include "gateway/service/carriers.h"
#include "gateway/service/desks.h"
#include "gateway/service/routing.h"
#include "gateway/service/texts.h"
#include "gateway/store/audience.h"
#include "gateway/store/names.h"

#define DEADLINE_MS 5000 /* a whole city is counted */
#define FLOOR PK_FLOOR
#define GROUPS_MAX PK_AUDIENCE_GROUPS_MAX
#define STEP 100000u
#define TAGS_MAX 32
#define ADVICES_MAX GROUPS_MAX
#define WORD_MAX 120u

struct reckoning {
    char template_name[WORD_MAX + 1], topic[WORD_MAX + 1];
    char route_name[WORD_MAX + 1];
    bool laddered; /* no route was named: on the channels of the ladder */
    const struct pk_lane_route *route; /* looked up anew after the count: there may have been a reload */
    struct pk_audience_tree tree;
    struct pk_audience audience;
    int64_t now_ms;
    struct pk_audience_group groups[GROUPS_MAX];
    size_t group_count;
    struct pk_advice advices[ADVICES_MAX]; /* of each language a text goes out in */
    size_t advice_count;
};

/* How many, when not all are told: at least and at most. */
struct bounds {
    int64_t least, most;
};

/* ---- what is asked ---- */

static int take_tags(struct pk_call *call, struct reckoning *reckoning, struct pk_error *err)
{
    const struct pk_json *tags = pk_json_get(call->body, "tags");
    enum pk_json_kind kind = pk_json_kind(tags);
    if (kind != PK_JSON_ABSENT && kind != PK_JSON_ARRAY)
        return pk_fail(err, PK_E_INVALID, "field \"tags\" must be a list of tags");
    if (pk_json_count(tags) > TAGS_MAX)
        return pk_fail(err, PK_E_LIMIT, "field \"tags\" holds more than %d tags", TAGS_MAX);
    struct pk_slice names[TAGS_MAX];
    for (size_t i = 0; i < pk_json_count(tags); i++) {
        names[i] = pk_json_string(pk_json_item(tags, i));
        if (!pk_audience_is_name(PK_AUDIENCE_TAG, names[i]))
            return pk_fail(err, PK_E_INVALID, "field \"tags\" must be a list of tags");
    }
    int r = pk_audience_of_tags(names, pk_json_count(tags), &reckoning->tree, err);
    return r != 0 ? r : pk_audience_resolve(call->service->store, &reckoning->tree, err);
}

static int find_route(struct pk_call *call, struct reckoning *reckoning, struct pk_error *err)
{
    reckoning->route = pk_desks_route(call->service->desks, reckoning->route_name);
    return reckoning->route ? 0 : pk_fail(err, PK_E_NOT_FOUND, "there is no route \"%s\"", reckoning->route_name);
}

static int take_route(struct pk_call *call, struct reckoning *reckoning, struct pk_error *err)
{
    struct pk_slice name = { 0 };
    int r = pk_call_field_optional(call, "route", WORD_MAX, &name, err);
    if (r != 0)
        return r;
    reckoning->laddered = name.len == 0;
    if (name.len == 0 && call->service->rules->default_route)
        name = pk_slice_of(call->service->rules->default_route);
    (void) snprintf(reckoning->route_name, sizeof reckoning->route_name, "%.*s", PK_SLICE_ARG(name));
    return find_route(call, reckoning, err);
}

static int take_topic(struct pk_call *call, struct reckoning *reckoning, const struct pk_template *text, struct pk_error *err)
{
    struct pk_slice topic = { 0 }, about = pk_template_topic(text);
    int r = pk_call_field(call, "topic", WORD_MAX, &topic, err);
    if (r != 0)
        return r;
    (void) snprintf(reckoning->topic, sizeof reckoning->topic, "%.*s", PK_SLICE_ARG(topic));
    if (!pk_rules_topic(call->service->rules, topic))
        return pk_fail(err, PK_E_NOT_FOUND, "there is no topic \"%s\"", reckoning->topic);
    if (about.len > 0 && !pk_slice_equal(about, topic)) {
        (void) pk_fail(err, PK_E_INVALID, "text \"%s\" is about another topic", reckoning->template_name);
        return pk_hint(err, PK_E_INVALID, "Its topic is %.*s.", PK_SLICE_ARG(about));
    }
    return 0;
}

static int take(struct pk_call *call, struct reckoning *reckoning, struct pk_error *err)
{
    static const char *const fields[] = { "topic", "tags", "values", "route", NULL };
    const struct pk_catalog *catalog = call->service->catalog;
    (void) snprintf(reckoning->template_name, sizeof reckoning->template_name, "%.*s", PK_SLICE_ARG(call->places[0]));
    const struct pk_template *text =
        pk_catalog_find(catalog, pk_slice_of(reckoning->template_name), pk_slice_of(call->service->rules->default_language));
    if (!text) {
        (void) pk_fail(err, PK_E_NOT_FOUND, "there is no text of this name");
        return pk_hint(err, PK_E_NOT_FOUND, "It is the name of a file of texts, without .txt.");
    }
    int r = pk_json_only(call->body, fields, "body", err);
    if (r == 0)
        r = take_topic(call, reckoning, text, err);
    if (r == 0)
        r = pk_template_check_values(catalog, pk_slice_of(reckoning->template_name), pk_json_get(call->body, "values"), err);
    if (r == 0)
        r = take_tags(call, reckoning, err);
    if (r == 0)
        r = take_route(call, reckoning, err);
    if (r != 0)
        return r;
    struct pk_channels ladder = { 0 };
    if (reckoning->laddered)
        pk_ladder_whole(call->service, &ladder);
    reckoning->laddered = ladder.count > 1;
    uint32_t topic = pk_name_find(call->service->store, PK_NAME_TOPIC, pk_slice_of(reckoning->topic));
    reckoning->audience = pk_ladder_audience(topic, &ladder, reckoning->route->channel, &reckoning->tree);
    return 0;
}

/* On the reading thread. */
static int count(struct pk_call *call, struct pk_store *store, struct pk_error *err)
{
    struct reckoning *reckoning = call->data;
    if (reckoning->audience.topic == 0)
        return 0;
    pk_auto(pk_survey) struct pk_survey *survey = pk_survey_new(&reckoning->audience, reckoning->now_ms);
    int r;
    while ((r = pk_survey_some(survey, store, STEP, err)) == 1) {
    }
    const struct pk_audience_counts *counts = pk_survey_counts(survey);
    memcpy(reckoning->groups, counts->groups, sizeof reckoning->groups);
    reckoning->group_count = counts->group_count;
    return r;
}

/* ---- what it takes ---- */

static struct bounds bounds_of(int64_t people)
{
    return people >= FLOOR ? (struct bounds){ people, people } : (struct bounds){ 1, FLOOR - 1 };
}

static void add(struct bounds *sum, struct bounds more, int64_t each)
{
    sum->least += more.least * each;
    sum->most += more.most * each;
}

/* At the cheapest price and at the dearest: in which countries people's numbers are is not counted. */
static void add_cost(struct bounds *sum, struct bounds units, const struct pk_prices *prices)
{
    int64_t least = 0, most = 0;
    pk_prices_bounds(prices, &least, &most);
    sum->least += units.least * least;
    sum->most += units.most * most;
}

/* The text a language gets, measured once; NULL with *err set. */
static const struct pk_advice *advice_for(struct pk_call *call, struct reckoning *reckoning, const char *language, struct pk_error *err)
{
    const struct pk_service *service = call->service;
    const struct pk_template *text = pk_catalog_find(service->catalog, pk_slice_of(reckoning->template_name), pk_slice_of(language));
    if (!text) {
        (void) pk_fail(err, PK_E_NOT_FOUND, "there is no such text for language \"%s\"", language);
        return NULL;
    }
    for (size_t i = 0; i < reckoning->advice_count; i++)
        if (pk_slice_is(pk_template_language(text), reckoning->advices[i].language))
            return &reckoning->advices[i];
    struct pk_render render = {
        .language = pk_template_language(text),
        .body = pk_template_body(text),
        .values = pk_json_get(call->body, "values"),
        .org = pk_slice_of(service->rules->organisation),
        .zone = service->rules->zone,
    };
    struct pk_advice *advice = &reckoning->advices[reckoning->advice_count];
    if (pk_advise(service->catalog, &render, advice, err) != 0)
        return NULL;
    reckoning->advice_count++;
    return advice;
}

/* By whose price it is reckoned: the route's first. */
static const struct pk_desk *account_of(const struct reckoning *reckoning)
{
    return reckoning->route->desk_count > 0 ? reckoning->route->desks[0] : NULL;
}

/* ---- telling ---- */

static void add_bounds(struct pk_json_out *out, const char *name, const struct bounds *bounds, bool known)
{
    if (!known) {
        pk_json_add_null(out, name);
        return;
    }
    pk_json_open(out, name, '{');
    pk_json_add_int(out, "least", bounds->least);
    pk_json_add_int(out, "most", bounds->most);
    pk_json_close(out, '}');
}

static void add_length(struct pk_json_out *out, const struct pk_advice_form *form)
{
    pk_json_add_text(out, "encoding", form->length.encoding == PK_ENCODING_GSM7 ? "GSM7" : "UCS2");
    pk_json_add_int(out, "units", form->length.units);
    pk_json_add_int(out, "parts", form->length.parts);
}

/* By the route, or with a ladder by one of its channels; *ret_text says by which. */
static bool is_carried(const struct pk_call *call, const struct reckoning *reckoning, struct pk_slice language, struct pk_cost_text *ret_text)
{
    const struct pk_desks *desks = call->service->desks;
    struct pk_slice name = pk_slice_of(reckoning->template_name);
    bool any = false;
    for (size_t i = 0; i < reckoning->audience.channel_count; i++) {
        bool carried = false;
        for (size_t j = 0; !carried && j < desks->route_count; j++) {
            const struct pk_lane_route *route = &desks->routes[j];
            bool asked = reckoning->laddered ? route->channel == reckoning->audience.channels[i] : route == reckoning->route;
            carried = asked && pk_route_carries(route, name, language, PK_CLASS_NOTICE, call->now_ms, NULL);
        }
        ret_text->carried[i] = carried;
        any |= carried;
    }
    return any;
}

/* One language and script: who, and what they get. */
static int add_group(struct pk_call *call, struct reckoning *reckoning, const struct pk_audience_group *group, struct pk_json_out *out,
                     struct bounds *people, struct bounds *parts, struct pk_cost_text *ret_text, struct pk_error *err)
{
    const struct pk_advice *advice = advice_for(call, reckoning, group->language, err);
    if (!advice)
        return err->code;
    const struct pk_advice_form *form = pk_advice_form(advice, pk_slice_of(group->script));
    struct bounds these = bounds_of(group->people);
    ret_text->parts = form->length.parts;
    add(people, these, 1);
    add(parts, these, form->length.parts);
    pk_json_open(out, NULL, '{');
    pk_json_add_text(out, "language", group->language);
    pk_json_add_text(out, "script", group->script);
    pk_json_add_text(out, "text", advice->language);
    pk_json_add_text(out, "written", pk_advice_form_name(advice, form));
    struct pk_slice name = pk_slice_of(reckoning->template_name);
    struct pk_slice said = pk_texts_label(call->service, name, pk_slice_of(group->language), pk_slice_of(group->script), ret_text->label);
    if (said.data != ret_text->label)
        (void) snprintf(ret_text->label, sizeof ret_text->label, "%.*s", PK_SLICE_ARG(said));
    pk_json_add_bool(out, "carried", is_carried(call, reckoning, said, ret_text));
    if (group->people >= FLOOR)
        pk_json_add_int(out, "people", group->people);
    else
        pk_json_add_text(out, "people", "<5");
    add_length(out, form);
    pk_json_close(out, '}');
    return 0;
}

/* All who read this text: what it would cost if every one of them got it in this form. */
static void add_form(const struct pk_desk *account, const struct pk_advice *advice, const struct pk_advice_form *form,
                     const struct bounds *readers, struct pk_json_out *out)
{
    struct bounds parts = { 0 }, cost = { 0 };
    add(&parts, *readers, form->length.parts);
    if (account)
        add_cost(&cost, account->prices.per_message ? *readers : parts, &account->prices);
    pk_json_open(out, NULL, '{');
    pk_json_add_text(out, "script", form->script);
    pk_json_add_text(out, "written", pk_advice_form_name(advice, form));
    add_length(out, form);
    add_bounds(out, "partsIfAll", &parts, true);
    add_bounds(out, "costIfAll", &cost, account && account->prices.count > 0);
    pk_json_close(out, '}');
}

static int add_advice(struct pk_call *call, struct reckoning *reckoning, const struct pk_advice *advice, struct pk_json_out *out,
                      struct pk_error *err)
{
    struct bounds readers = { 0 };
    for (size_t i = 0; i < reckoning->group_count; i++)
        if (advice_for(call, reckoning, reckoning->groups[i].language, err) == advice)
            add(&readers, bounds_of(reckoning->groups[i].people), 1);
    struct pk_buf sentence;
    pk_buf_init(&sentence, 512);
    int r = pk_advice_sentence(advice, &sentence);
    pk_json_open(out, NULL, '{');
    pk_json_add_text(out, "text", advice->language);
    pk_json_add_slice(out, "sentence", pk_buf_slice(&sentence));
    add_bounds(out, "readers", &readers, true);
    pk_json_open(out, "forms", '[');
    for (size_t i = 0; i < advice->count; i++)
        add_form(account_of(reckoning), advice, &advice->forms[i], &readers, out);
    pk_json_close(out, ']');
    pk_json_close(out, '}');
    pk_buf_finish(&sentence);
    return r;
}

/* Nobody yet: the text of the gateway's own language is shown all the same. */
static int advise_at_least_one(struct pk_call *call, struct reckoning *reckoning, struct pk_error *err)
{
    return reckoning->group_count > 0 || advice_for(call, reckoning, call->service->rules->default_language, err) ? 0 : err->code;
}

/* Channel by channel; with a ladder that is the sum, too. */
static void tell_channels(struct pk_call *call, struct reckoning *reckoning, const struct pk_cost_text *texts, struct pk_json_out *out,
                          struct pk_cost_sum *ret_sum)
{
    const struct pk_cost_question question = {
        .service = call->service, .audience = &reckoning->audience, .route = reckoning->laddered ? NULL : reckoning->route,
        .groups = reckoning->groups, .texts = texts, .group_count = reckoning->group_count,
    };
    pk_cost_channels(&question, out, ret_sum);
}

static int tell(struct pk_call *call, struct reckoning *reckoning, struct pk_error *err)
{
    const struct pk_desk *account = account_of(reckoning);
    struct pk_json_out out = pk_json_out(&call->out);
    struct bounds people = { 0 }, parts = { 0 }, cost = { 0 };
    bool priced = account && account->prices.count > 0, known = priced;
    struct pk_cost_sum sum;
    struct pk_cost_text texts[GROUPS_MAX] = { 0 };
    int64_t cheapest = 0, dearest = 0;
    if (priced)
        pk_prices_bounds(&account->prices, &cheapest, &dearest);
    pk_json_open(&out, NULL, '{');
    pk_json_add_text(&out, "template", reckoning->template_name);
    pk_json_add_text(&out, "topic", reckoning->topic);
    pk_json_add_text(&out, "route", reckoning->route->rule->name);
    pk_json_add_text(&out, "account", account ? account->rule->name : NULL);
    pk_json_add_text(&out, "currency", priced ? account->prices.currency : NULL);
    pk_json_add_text(&out, "pricedPer", !priced ? NULL : account->prices.per_message ? "message" : "part");
    if (priced)
        pk_json_add_int(&out, "pricePerPart", cheapest);
    else
        pk_json_add_null(&out, "pricePerPart");
    if (priced && dearest != cheapest)
        pk_json_add_int(&out, "dearest", dearest);
    int r = advise_at_least_one(call, reckoning, err);
    pk_json_open(&out, "groups", '[');
    for (size_t i = 0; r == 0 && i < reckoning->group_count; i++)
        r = add_group(call, reckoning, &reckoning->groups[i], &out, &people, &parts, &texts[i], err);
    pk_json_close(&out, ']');
    tell_channels(call, reckoning, texts, &out, &sum);
    if (reckoning->laddered) {
        known = sum.known;
        parts = (struct bounds){ sum.parts.least, sum.parts.most };
        cost = (struct bounds){ sum.cost.least, sum.cost.most };
    } else if (priced) {
        add_cost(&cost, account->prices.per_message ? people : parts, &account->prices);
    }
    pk_json_add_text(&out, "costCurrency", !known ? NULL : reckoning->laddered ? sum.currency : account->prices.currency);
    add_bounds(&out, "people", &people, true);
    add_bounds(&out, "parts", &parts, true);
    add_bounds(&out, "cost", &cost, known);
    pk_json_open(&out, "advice", '[');
    for (size_t i = 0; r == 0 && i < reckoning->advice_count; i++)
        r = add_advice(call, reckoning, &reckoning->advices[i], &out, err);
    pk_json_close(&out, ']');
    pk_json_close(&out, '}');
    return r;
}

static void counted(struct pk_call *call, int result, const struct pk_error *err)
{
    struct pk_error own = { 0 };
    if (result != 0)
        pk_call_problem(call, err);
    else if (find_route(call, call->data, &own) != 0 || tell(call, call->data, &own) != 0)
        pk_call_problem(call, &own);
    else
        pk_call_answer(call, 200, &call->out);
}

void pk_api_template_cost(struct pk_call *call)
{
    struct reckoning *reckoning = pk_alloc(sizeof *reckoning);
    struct pk_error err = { 0 };
    call->data = reckoning;
    reckoning->now_ms = call->now_ms;
    if (take(call, reckoning, &err) != 0)
        pk_call_problem(call, &err);
    else
        pk_call_read(call, count, counted, DEADLINE_MS);
}
