/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/quiet.h"

#include "gateway/base/text.h"
#include "gateway/store/names.h"

#define DAY_KEY "quiet.urgent.day"
#define COUNT_KEY "quiet.urgent.count"

/* What was found for a topic and a channel, good until it changes. */
struct found {
    uint32_t topic, channel;
    int64_t asked_ms;
    struct pk_quiet_verdict verdict;
};

struct pk_quiet {
    struct pk_service *service;
    const struct pk_rules *rules;
    struct pk_zone *zone;
    struct pk_quiet_rules quiet;
    struct found *found;
    size_t found_count;
    struct pk_quiet_lane *lanes;
    size_t lane_count;
};

/* ---- the rules ---- */

static void take_calendars(const struct pk_rules *rules, const struct pk_catalog *catalog, const struct pk_hush_rule *hush, struct pk_quiet_rule *rule)
{
    for (size_t i = 0; i < hush->days.count && rule->calendar_count < PK_QUIET_CALENDARS_MAX; i++) {
        struct pk_slice name = pk_slice_of(hush->days.items[i]);
        const struct pk_days_rule *days = pk_rules_days(rules, name);
        const struct pk_holidays *holidays = days || !catalog ? NULL : pk_catalog_holidays(catalog, name);
        if (days || holidays)
            rule->calendars[rule->calendar_count++] =
                (struct pk_calendar){ .name = hush->days.items[i], .rules = holidays, .dates = days ? days->days : NULL };
    }
}

void pk_quiet_rules_of(const struct pk_rules *rules, const struct pk_catalog *catalog, struct pk_quiet_rules *ret_rules)
{
    *ret_rules = (struct pk_quiet_rules){ 0 };
    for (size_t i = 0; i < rules->hush_count && i < PK_QUIET_RULES_MAX; i++) {
        const struct pk_hush_rule *hush = &rules->hushes[i];
        struct pk_quiet_rule *rule = &ret_rules->items[ret_rules->count++];
        *rule = (struct pk_quiet_rule){
            .name = hush->name,
            .night_from = hush->night_from,
            .night_to = hush->night_to,
            .weekdays = hush->weekday_bits,
            .urgent_waits = hush->urgent_waits,
        };
        take_calendars(rules, catalog, hush, rule);
    }
}

size_t pk_quiet_rules_for(const struct pk_rules *rules, const struct pk_quiet_rules *quiet, const char *topic, const char *channel,
                          const struct pk_quiet_rule *ret_rules[PK_QUIET_RULES_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < quiet->count; i++)
        if (pk_words_allow(&rules->hushes[i].topics, pk_slice_of(topic)) &&
            (!channel || pk_words_allow(&rules->hushes[i].channels, pk_slice_of(channel))))
            ret_rules[count++] = &quiet->items[i];
    return count;
}

const struct pk_days_rule *pk_quiet_unknown(const struct pk_rules *rules, struct pk_zone *zone, int64_t now_ms, size_t *index)
{
    struct pk_hands day;
    pk_zone_local(zone, now_ms + PK_QUIET_AHEAD_MS, &day);
    while (*index < rules->days_count) {
        const struct pk_days_rule *days = &rules->days[(*index)++];
        if (!pk_days_known(days->days, day.year, day.month, day.day))
            return days;
    }
    return NULL;
}

/* ---- at work ---- */

int pk_quiet_new(struct pk_service *service, const struct pk_rules *rules, const struct pk_catalog *catalog, struct pk_quiet **ret_quiet,
                 struct pk_error *err)
{
    pk_auto(pk_zone) struct pk_zone *zone = NULL;
    int r = pk_zone_new(rules->zone ? rules->zone : "Europe/Amsterdam", &zone, err);
    if (r != 0)
        return r;
    struct pk_quiet *quiet = pk_alloc(sizeof *quiet);
    quiet->service = service;
    quiet->rules = rules;
    quiet->zone = pk_steal(&zone);
    pk_quiet_rules_of(rules, catalog, &quiet->quiet);
    *ret_quiet = quiet;
    return 0;
}

void pk_quiet_free(struct pk_quiet *quiet)
{
    if (!quiet)
        return;
    pk_zone_free(quiet->zone);
    free(quiet->found);
    free(quiet->lanes);
    free(quiet);
}

struct pk_zone *pk_quiet_zone(struct pk_quiet *quiet)
{
    return quiet->zone;
}

size_t pk_quiet_for(struct pk_quiet *quiet, const char *topic, const char *channel, const struct pk_quiet_rule *ret_rules[PK_QUIET_RULES_MAX])
{
    return pk_quiet_rules_for(quiet->rules, &quiet->quiet, topic, channel, ret_rules);
}

void pk_quiet_look(struct pk_quiet *quiet, const char *topic, const char *channel, int64_t at_ms, struct pk_quiet_verdict *ret_verdict)
{
    const struct pk_quiet_rule *rules[PK_QUIET_RULES_MAX];
    size_t count = pk_quiet_for(quiet, topic, channel, rules);
    pk_quiet_judge(rules, count, quiet->zone, at_ms, ret_verdict);
}

static struct found *find(struct pk_quiet *quiet, uint32_t topic, uint32_t channel)
{
    for (size_t i = 0; i < quiet->found_count; i++)
        if (quiet->found[i].topic == topic && quiet->found[i].channel == channel)
            return &quiet->found[i];
    quiet->found = pk_realloc_array(quiet->found, quiet->found_count + 1, sizeof *quiet->found);
    struct found *fresh = &quiet->found[quiet->found_count++];
    *fresh = (struct found){ .topic = topic, .channel = channel, .asked_ms = INT64_MAX };
    return fresh;
}

const struct pk_quiet_verdict *pk_quiet_now(struct pk_quiet *quiet, uint32_t topic, uint32_t channel, int64_t now_ms)
{
    struct found *found = find(quiet, topic, channel);
    if (now_ms >= found->asked_ms && now_ms < found->verdict.until_ms)
        return &found->verdict;
    const char *topic_name = topic != 0 ? pk_name_text(quiet->service->store, PK_NAME_TOPIC, topic) : NULL;
    const char *channel_name = pk_name_text(quiet->service->store, PK_NAME_CHANNEL, channel);
    pk_quiet_look(quiet, topic_name ? topic_name : "", channel_name ? channel_name : "", now_ms, &found->verdict);
    found->asked_ms = now_ms;
    return &found->verdict;
}

/* ---- one message ---- */

static int64_t day_number(struct pk_quiet *quiet, int64_t now_ms)
{
    struct pk_hands day;
    pk_zone_local(quiet->zone, now_ms, &day);
    return (day.year * 100ll + day.month) * 100 + day.day;
}

static int64_t passed_today(struct pk_quiet *quiet, int64_t today)
{
    struct pk_store *store = quiet->service->store;
    return pk_store_number(store, DAY_KEY, 0) == today ? pk_store_number(store, COUNT_KEY, 0) : 0;
}

static bool is_urgent(const struct pk_message *message)
{
    return message->priority == PK_PRIORITY_URGENT && message->cls == PK_CLASS_NOTICE;
}

int64_t pk_quiet_holds(struct pk_quiet *quiet, const struct pk_message *message, int64_t now_ms)
{
    if (!quiet || quiet->quiet.count == 0 || !pk_gate_is_quietable(message->cls, message->flags))
        return 0;
    const struct pk_quiet_verdict *verdict = pk_quiet_now(quiet, message->topic, message->channel, now_ms);
    if (verdict->cause == PK_QUIET_NONE)
        return 0;
    /* A further attempt of what passed already is the same message still. */
    bool passes = is_urgent(message) && !verdict->urgent_waits &&
                  (message->attempts > 0 || passed_today(quiet, day_number(quiet, now_ms)) < quiet->rules->urgent_in_quiet_per_day);
    return passes ? 0 : verdict->until_ms;
}

int pk_quiet_opened(struct pk_quiet *quiet, const struct pk_message *message, int64_t now_ms, struct pk_error *err)
{
    if (!quiet || quiet->quiet.count == 0 || !is_urgent(message) || message->attempts > 0 ||
        pk_quiet_now(quiet, message->topic, message->channel, now_ms)->cause == PK_QUIET_NONE)
        return 0;
    int64_t today = day_number(quiet, now_ms), passed = passed_today(quiet, today);
    int r = pk_store_set_number(quiet->service->store, DAY_KEY, today, err);
    return r != 0 ? r : pk_store_set_number(quiet->service->store, COUNT_KEY, passed + 1, err);
}

/* ---- one channel ---- */

static void add_to_lane(struct pk_quiet *quiet, struct pk_quiet_lane *lane, uint32_t topic, int64_t now_ms)
{
    const struct pk_quiet_verdict *verdict = pk_quiet_now(quiet, topic, lane->channel, now_ms);
    if (verdict->until_ms < lane->until_ms)
        lane->until_ms = verdict->until_ms;
    if (verdict->cause == PK_QUIET_NONE || lane->count == PK_COUNT(lane->items))
        return;
    lane->items[lane->count].topic = topic;
    lane->items[lane->count++].until_ms = verdict->until_ms;
    lane->mark = (lane->mark ^ (uint64_t) verdict->until_ms ^ (uint64_t) topic << 48) * 0x9e3779b97f4a7c15ull;
    lane->mark += lane->mark == 0;
}

static struct pk_quiet_lane *lane_of(struct pk_quiet *quiet, uint32_t channel)
{
    for (size_t i = 0; i < quiet->lane_count; i++)
        if (quiet->lanes[i].channel == channel)
            return &quiet->lanes[i];
    quiet->lanes = pk_realloc_array(quiet->lanes, quiet->lane_count + 1, sizeof *quiet->lanes);
    struct pk_quiet_lane *fresh = &quiet->lanes[quiet->lane_count++];
    *fresh = (struct pk_quiet_lane){ .channel = channel, .asked_ms = INT64_MAX };
    return fresh;
}

const struct pk_quiet_lane *pk_quiet_channel(struct pk_quiet *quiet, uint32_t channel, int64_t now_ms)
{
    struct pk_quiet_lane *lane = lane_of(quiet, channel);
    if (now_ms >= lane->asked_ms && now_ms < lane->until_ms)
        return lane;
    *lane = (struct pk_quiet_lane){ .channel = channel, .asked_ms = now_ms, .until_ms = INT64_MAX };
    if (quiet->quiet.count == 0)
        return lane;
    add_to_lane(quiet, lane, 0, now_ms);
    for (size_t i = 0; i < quiet->rules->topic_count; i++) {
        uint32_t topic = pk_name_find(quiet->service->store, PK_NAME_TOPIC, pk_slice_of(quiet->rules->topics[i].name));
        if (topic != 0)
            add_to_lane(quiet, lane, topic, now_ms);
    }
    return lane;
}
