/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Quiet hours and days: for each topic and channel whether now, or another moment, is allowed, why not, and until when it
 * stays so; and for a count of messages when they would leave.
 */
#include "gateway/service/quiet.h"

#include "gateway/api/answer.h"
#include "gateway/api/handlers.h"
#include "gateway/base/text.h"
#include "gateway/model/forecast.h"
#include "gateway/service/desks.h"

#define WORD_MAX 48u
#define COUNT_MAX 10000000

struct wish {
    char topic[WORD_MAX + 1], channel[WORD_MAX + 1]; /* "" = all */
    int64_t at_ms, count; /* count 0 = no forecast */
};

/* ---- what is asked ---- */

static int take_word(struct pk_call *call, const char *name, char ret_word[WORD_MAX + 1], struct pk_error *err)
{
    struct pk_buf word;
    bool given = false;
    pk_buf_init(&word, WORD_MAX);
    int r = pk_call_argument(call, name, &word, &given, err);
    if (r == 0)
        (void) snprintf(ret_word, WORD_MAX + 1, "%s", given ? pk_buf_text(&word) : "");
    pk_buf_finish(&word);
    return r;
}

static int take_count(struct pk_call *call, struct wish *wish, struct pk_error *err)
{
    char word[WORD_MAX + 1];
    int r = take_word(call, "count", word, err);
    if (r != 0 || word[0] == '\0')
        return r;
    if (pk_parse_int(pk_slice_of(word), 1, COUNT_MAX, &wish->count) != 0)
        return pk_fail(err, PK_E_INVALID, "\"count\" must be a number from 1 to %d", COUNT_MAX);
    if (wish->topic[0] && wish->channel[0])
        return 0;
    (void) pk_fail(err, PK_E_INVALID, "\"count\" goes with one topic and one channel");
    return pk_hint(err, PK_E_INVALID, "Say which topic and which channel they are about.");
}

static const struct pk_lane_route *route_of(struct pk_call *call, const char *channel)
{
    for (size_t i = 0; i < call->service->desks->route_count; i++)
        if (strcmp(call->service->desks->routes[i].rule->channel, channel) == 0)
            return &call->service->desks->routes[i];
    return NULL;
}

static int take(struct pk_call *call, struct wish *wish, struct pk_error *err)
{
    int r = take_word(call, "topic", wish->topic, err);
    if (r == 0)
        r = take_word(call, "channel", wish->channel, err);
    if (r == 0)
        r = pk_call_argument_moment(call, "at", &wish->at_ms, err);
    if (r == 0)
        r = take_count(call, wish, err);
    if (r != 0)
        return r;
    if (wish->at_ms == 0)
        wish->at_ms = call->now_ms;
    if (wish->topic[0] && !pk_rules_topic(call->service->rules, pk_slice_of(wish->topic)))
        return pk_fail(err, PK_E_NOT_FOUND, "there is no topic \"%s\"", wish->topic);
    if (wish->channel[0] && !route_of(call, wish->channel))
        return pk_fail(err, PK_E_NOT_FOUND, "no route has the channel \"%s\"", wish->channel);
    return 0;
}

/* ---- what is told ---- */

/* A moment that never comes is null. */
static void add_until(struct pk_json_out *out, const char *name, int64_t ms)
{
    if (ms == INT64_MAX)
        pk_json_add_null(out, name);
    else
        pk_json_add_time(out, name, ms);
}

static void add_item(struct pk_json_out *out, struct pk_call *call, const struct wish *wish, const char *topic, const char *channel)
{
    struct pk_quiet_verdict verdict;
    pk_quiet_look(call->service->quiet, topic, channel, wish->at_ms, &verdict);
    bool quiet = verdict.cause != PK_QUIET_NONE;
    pk_json_open(out, NULL, '{');
    pk_json_add_text(out, "topic", topic);
    pk_json_add_text(out, "channel", channel);
    pk_json_add_bool(out, "allowed", !quiet);
    pk_json_add_text(out, "cause", quiet ? pk_quiet_cause_name(verdict.cause) : NULL);
    pk_json_add_text(out, "rule", quiet ? verdict.rule->name : NULL);
    pk_json_add_text(out, "calendar", verdict.calendar ? verdict.calendar->name : NULL);
    pk_json_add_text(out, "day", verdict.day);
    pk_json_add_bool(out, "urgentPasses", !quiet || !verdict.urgent_waits);
    add_until(out, quiet ? "allowedFrom" : "allowedUntil", verdict.until_ms);
    pk_json_close(out, '}');
}

/* Routes may share a channel: each is told once. */
static bool is_first_of_its_channel(const struct pk_desks *desks, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (desks->routes[i].channel == desks->routes[at].channel)
            return false;
    return true;
}

static void add_items(struct pk_json_out *out, struct pk_call *call, const struct wish *wish)
{
    const struct pk_rules *rules = call->service->rules;
    const struct pk_desks *desks = call->service->desks;
    pk_json_open(out, "items", '[');
    for (size_t i = 0; i < rules->topic_count; i++) {
        if (wish->topic[0] && strcmp(wish->topic, rules->topics[i].name) != 0)
            continue;
        for (size_t j = 0; j < desks->route_count; j++) {
            const char *channel = desks->routes[j].rule->channel;
            if (is_first_of_its_channel(desks, j) && (!wish->channel[0] || strcmp(wish->channel, channel) == 0))
                add_item(out, call, wish, rules->topics[i].name, channel);
        }
    }
    pk_json_close(out, ']');
}

static void add_unknown(struct pk_json_out *out, struct pk_call *call)
{
    const struct pk_days_rule *days;
    size_t at = 0;
    pk_json_open(out, "calendarsThatEnd", '[');
    while ((days = pk_quiet_unknown(call->service->rules, pk_quiet_zone(call->service->quiet), call->now_ms, &at)) != NULL) {
        pk_json_open(out, NULL, '{');
        pk_json_add_text(out, "calendar", days->name);
        pk_json_add_text(out, "knownUntil", pk_days_until(days->days));
        pk_json_close(out, '}');
    }
    pk_json_close(out, ']');
}

/* By the first account of the channel's first route: those behind it stand in for it. */
static void add_forecast(struct pk_json_out *out, struct pk_call *call, const struct wish *wish)
{
    const struct pk_lane_route *route = route_of(call, wish->channel);
    const struct pk_quiet_rule *rules[PK_QUIET_RULES_MAX];
    struct pk_forecast forecast;
    int64_t rate_milli = route->desk_count > 0 ? route->desks[0]->rule->per_second_milli : 0;
    struct pk_forecast_plan plan = {
        .count = wish->count,
        .rates_milli = &rate_milli,
        .rate_count = route->desk_count > 0 ? 1 : 0,
        .rules = rules,
        .rule_count = pk_quiet_for(call->service->quiet, wish->topic, wish->channel, rules),
        .start_ms = wish->at_ms,
    };
    pk_forecast(&plan, pk_quiet_zone(call->service->quiet), &forecast);
    pk_json_open(out, "forecast", '{');
    pk_json_add_int(out, "count", wish->count);
    pk_json_add_time(out, "startsAt", forecast.starts_ms);
    pk_json_add_time(out, "finishesAt", forecast.finishes_ms);
    pk_json_add_int(out, "late", forecast.late);
    pk_json_open(out, "spans", '[');
    for (size_t i = 0; i < forecast.span_count; i++) {
        pk_json_open(out, NULL, '{');
        pk_json_add_time(out, "from", forecast.spans[i].from_ms);
        pk_json_add_time(out, "to", forecast.spans[i].to_ms);
        pk_json_add_int(out, "count", forecast.spans[i].count);
        pk_json_close(out, '}');
    }
    pk_json_close(out, ']');
    pk_json_close(out, '}');
}

void pk_api_quiet(struct pk_call *call)
{
    struct wish wish = { 0 };
    struct pk_error err = { 0 };
    if (take(call, &wish, &err) != 0) {
        pk_call_problem(call, &err);
        return;
    }
    struct pk_json_out out = pk_json_out(&call->out);
    pk_json_open(&out, NULL, '{');
    pk_json_add_time(&out, "at", wish.at_ms);
    pk_json_add_text(&out, "zone", call->service->rules->zone);
    pk_json_add_int(&out, "rules", (int64_t) call->service->rules->hush_count);
    add_items(&out, call, &wish);
    add_unknown(&out, call);
    if (wish.count > 0)
        add_forecast(&out, call, &wish);
    pk_json_close(&out, '}');
    pk_call_answer(call, 200, &call->out);
}
