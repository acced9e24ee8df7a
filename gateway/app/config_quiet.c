/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Quiet hours and days: what [quiet] and [days] sections say, and what no single line can tell: that a calendar, a topic and a
 * channel exist, and that there is ever a moment at which something may be sent.
 */
#include "gateway/app/config_private.h"
#include "gateway/base/clock.h"
#include "gateway/service/quiet.h"

#define TOO_MANY "Put several calendars' days into one file, or let one rule stand for more."

static void read_file(struct pk_config_reading *reading, struct pk_days_rule *rule)
{
    pk_auto(pk_ini) struct pk_ini *ini = NULL;
    struct pk_ini_report unheard = { 0 };
    struct pk_error err = { 0 };
    if (!rule->file) {
        /* told already; an empty one stands for it until the end of the reading */
        (void) pk_ini_parse("", PK_SLICE(""), &unheard, &ini, NULL);
        rule->days = pk_days_load(ini, &unheard);
        return;
    }
    int r = pk_ini_read(rule->file, reading->report, &ini, &err);
    if (r != 0) {
        pk_config_tell_of(reading, "days", rule->name, "file", "Name a file that says days: gateway/model/holidays.h shows one.", "%s", err.message);
        (void) pk_ini_parse("", PK_SLICE(""), &unheard, &ini, NULL);
        rule->days = pk_days_load(ini, &unheard);
        return;
    }
    rule->days = pk_days_load(ini, reading->report);
}

static void read_weekdays(struct pk_config_reading *reading, struct pk_hush_rule *rule)
{
    static const char *const names[7] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
    for (size_t i = 0; i < rule->weekdays.count; i++) {
        uint32_t bit = 0;
        for (unsigned day = 0; day < PK_COUNT(names); day++)
            bit |= strcmp(rule->weekdays.items[i], names[day]) == 0 ? 1u << day : 0;
        if (bit == 0)
            pk_config_tell_of(reading, "quiet", rule->name, "weekdays", "Write mon, tue, wed, thu, fri, sat or sun.",
                              "\"%s\" is no day of the week", rule->weekdays.items[i]);
        rule->weekday_bits |= bit;
    }
}

static void read_rule(struct pk_config_reading *reading, struct pk_hush_rule *rule)
{
    if (rule->night && !pk_quiet_night_read(pk_slice_of(rule->night), &rule->night_from, &rule->night_to)) {
        pk_config_tell_of(reading, "quiet", rule->name, "night", "Write when it begins and when it ends: 21:00-8:00.", "\"%s\" is no night",
                          rule->night);
        rule->night_from = rule->night_to = 0;
    }
    read_weekdays(reading, rule);
    if (!rule->night && rule->weekdays.count == 0 && rule->days.count == 0)
        pk_config_tell_of(reading, "quiet", rule->name, NULL, "Add night, weekdays or days, or take the section away.",
                          "this rule keeps nothing quiet");
    if (rule->days.count > PK_QUIET_CALENDARS_MAX)
        pk_config_tell_of(reading, "quiet", rule->name, "days", TOO_MANY, "there are more than %u calendars", PK_QUIET_CALENDARS_MAX);
}

static bool is_channel(const struct pk_rules *rules, const char *name)
{
    for (size_t i = 0; i < rules->route_count; i++)
        if (rules->routes[i].channel && strcmp(rules->routes[i].channel, name) == 0)
            return true;
    return false;
}

static void check_names(struct pk_config_reading *reading, const struct pk_hush_rule *rule)
{
    const struct pk_rules *rules = &reading->config->rules;
    for (size_t i = 0; i < rule->topics.count; i++)
        if (strcmp(rule->topics.items[i], "*") != 0 && !pk_rules_topic(rules, pk_slice_of(rule->topics.items[i])))
            pk_config_tell_of(reading, "quiet", rule->name, "topics", "Add its [topic NAME] section, or take it from the list.",
                              "there is no topic \"%s\"", rule->topics.items[i]);
    for (size_t i = 0; i < rule->channels.count; i++)
        if (strcmp(rule->channels.items[i], "*") != 0 && !is_channel(rules, rule->channels.items[i]))
            pk_config_tell_of(reading, "quiet", rule->name, "channels", "Write a channel that some [route NAME] has.",
                              "no route has the channel \"%s\"", rule->channels.items[i]);
}

void pk_config_read_quiet(struct pk_config_reading *reading)
{
    struct pk_rules *rules = &reading->config->rules;
    for (size_t i = 0; i < rules->days_count; i++)
        read_file(reading, &reading->config->days[i]);
    for (size_t i = 0; i < rules->hush_count; i++) {
        read_rule(reading, &reading->config->hushes[i]);
        check_names(reading, &rules->hushes[i]);
    }
    if (rules->hush_count > PK_QUIET_RULES_MAX)
        pk_config_tell_of(reading, "quiet", rules->hushes[PK_QUIET_RULES_MAX].name, NULL, TOO_MANY, "there are more than %u quiet rules",
                          PK_QUIET_RULES_MAX);
}

/* ---- with the languages ---- */

static void check_calendars(const struct pk_rules *rules, const struct pk_catalog *catalog, struct pk_config_reading *reading)
{
    for (size_t i = 0; i < rules->days_count; i++)
        if (pk_catalog_holidays(catalog, pk_slice_of(rules->days[i].name)))
            pk_config_tell_of(reading, "days", rules->days[i].name, NULL, "Choose another name.", "a language has this name too");
    for (size_t i = 0; i < rules->hush_count; i++) {
        for (size_t j = 0; j < rules->hushes[i].days.count; j++) {
            struct pk_slice name = pk_slice_of(rules->hushes[i].days.items[j]);
            if (!pk_rules_days(rules, name) && !pk_catalog_holidays(catalog, name))
                pk_config_tell_of(reading, "quiet", rules->hushes[i].name, "days",
                                  "Write the name of a [days NAME] section, or of a language with holidays, like nl.",
                                  "there is no calendar \"%.*s\"", PK_SLICE_ARG(name));
        }
    }
}

/* Told once, at the first rule that takes part. */
static bool check_ever(const struct pk_rules *rules, const struct pk_quiet_rules *quiet, struct pk_zone *zone, const char *topic,
                       const char *channel, struct pk_config_reading *reading)
{
    const struct pk_quiet_rule *matching[PK_QUIET_RULES_MAX];
    struct pk_quiet_verdict verdict;
    size_t count = pk_quiet_rules_for(rules, quiet, topic, channel, matching);
    pk_quiet_judge(matching, count, zone, pk_clock_wall_ms(), &verdict);
    if (verdict.cause == PK_QUIET_NONE || verdict.until_ms != INT64_MAX)
        return true;
    pk_config_tell_of(reading, "quiet", verdict.rule->name, NULL, "Leave some hours of some days free.",
                      "nothing could ever be sent about \"%s\" by %s", topic, channel);
    return false;
}

void pk_config_check_quiet(const struct pk_config *config, const struct pk_catalog *catalog, struct pk_config_reading *reading)
{
    const struct pk_rules *rules = &config->rules;
    pk_auto(pk_zone) struct pk_zone *zone = NULL;
    check_calendars(rules, catalog, reading);
    if (rules->hush_count == 0 || pk_zone_new(rules->zone, &zone, NULL) != 0)
        return;
    struct pk_quiet_rules *quiet = pk_alloc(sizeof *quiet);
    pk_quiet_rules_of(rules, catalog, quiet);
    bool ever = true;
    for (size_t i = 0; ever && i < rules->topic_count; i++)
        for (size_t j = 0; ever && j < rules->route_count; j++)
            ever = check_ever(rules, quiet, zone, rules->topics[i].name, rules->routes[j].channel, reading);
    free(quiet);
}
