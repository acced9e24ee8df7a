/* SPDX-License-Identifier: EUPL-1.2 */
/* The town's configuration: two providers on one route, two topics, nights, feasts and Sundays that are quiet. */
#include "tests/seasons/season.h"

#include "gateway/language/reply_topics.h"

static const char *const everything[] = { "*" };
static const char *const account_names[] = { "first", "second" };
static const struct pk_route_rule routes[] = { { .name = "main", .channel = "sms", .accounts = { account_names, ACCOUNTS } } };
static const struct pk_tagged meetings_names[] = { { "bg", "родителски срещи" }, { "nl", "ouderbijeenkomsten" } };
static const struct pk_tagged festival_names[] = { { "bg", "фестивала" }, { "nl", "het festival" } };
static const struct pk_topic_rule topics[] = {
    { .name = "parent-meetings", .consent_ms = 730 * DAY_MS, .renew_ms = 30 * DAY_MS, .names = { meetings_names, PK_COUNT(meetings_names) } },
    { .name = "festival", .consent_ms = 365 * DAY_MS, .renew_ms = 30 * DAY_MS, .names = { festival_names, PK_COUNT(festival_names) } },
};
static const char *const meetings[] = { "parent-meetings" };
static const char *const festival[] = { "festival" };
static const char *const feasts[] = { "bg", "nl" };
static const struct pk_hush_rule hushes[] = {
    { .name = "night", .topics = { everything, 1 }, .channels = { everything, 1 }, .night = "21:00-8:00", .night_from = 1260, .night_to = 480 },
    { .name = "feasts", .topics = { meetings, 1 }, .channels = { everything, 1 }, .days = { feasts, 2 } },
    { .name = "sunday", .topics = { festival, 1 }, .channels = { everything, 1 }, .weekday_bits = 64 },
};

static struct pk_settings *no_settings(void)
{
    struct pk_ini_report report = { 0 };
    struct pk_ini *ini = NULL;
    struct pk_settings *settings = NULL;
    must(pk_ini_parse("season.conf", PK_SLICE("[account a]\n"), &report, &ini, NULL), NULL, "settings");
    must(pk_settings_read(season_adapter(), ini, pk_ini_find(ini, "account", "a"), NULL, "/", &report, &settings), NULL, "settings");
    pk_ini_free(ini);
    return settings;
}

static struct pk_topic_words *topic_words(void)
{
    struct pk_topic_words *words = pk_topic_words_new();
    must(pk_topic_words_add(words, "parent-meetings", "words.bg", PK_SLICE("срещи, родителски срещи"), "s.conf", 1, NULL), NULL, "words");
    must(pk_topic_words_add(words, "festival", "words.bg", PK_SLICE("фестивал"), "s.conf", 2, NULL), NULL, "words");
    return words;
}

struct pk_rules *season_rules(void)
{
    static struct pk_account_rule accounts[ACCOUNTS];
    static struct pk_publisher_rule publishers[2];
    static struct pk_rules rules;
    if (rules.zone)
        return &rules;
    for (size_t i = 0; i < ACCOUNTS; i++)
        accounts[i] = (struct pk_account_rule){
            .name = account_names[i],
            .adapter = season_adapter(),
            .settings = no_settings(),
            .window = 16,
            .retry = { 5 * SECOND_MS, 10 * MINUTE_MS, 6 },
            .breaker = { 3, 0, 10 * SECOND_MS, 10 * MINUTE_MS, 1 },
            .timeout_ms = 30 * SECOND_MS,
            .connect_timeout_ms = SECOND_MS,
            .receipt_window_ms = (i == 0 ? 2 : 24) * HOUR_MS,
            .resend_uncertain = i == 1, /* a double is the lesser evil there, and said to be possible */
        };
    publishers[0] = (struct pk_publisher_rule){
        .name = "school", .source = "urn:school", .templates = { everything, 1 }, .topics = { everything, 1 }, .tags = { everything, 1 },
        .priority = PK_PRIORITY_NORMAL, .max_recipients = 5000,
    };
    publishers[1] = publishers[0];
    publishers[1].name = "alarm";
    publishers[1].source = "urn:alarm";
    publishers[1].priority = PK_PRIORITY_URGENT;
    rules = (struct pk_rules){
        .instance = "season", .source = "urn:season", .organisation = "Gemeente Voorbeeld", .zone = "Europe/Amsterdam", .default_language = "bg",
        .phone_region = "NL",
        .publishers = publishers, .publisher_count = PK_COUNT(publishers),
        .accounts = accounts, .account_count = ACCOUNTS,
        .routes = routes, .route_count = PK_COUNT(routes), .default_route = "main",
        .topics = topics, .topic_count = PK_COUNT(topics), .topic_words = topic_words(),
        .hushes = hushes, .hush_count = PK_COUNT(hushes), .urgent_in_quiet_per_day = URGENT_PER_DAY,
        .validity_ms = DAY_MS, .changes_wait_ms = 5 * MINUTE_MS, .urgent_max_recipients = 200,
        .question_every_ms = 90 * DAY_MS, .question_validity_ms = 7 * DAY_MS, .reply_window_ms = 7 * DAY_MS,
        .answers_per_day = 1000, .signups_per_day = 30,
        .keep_messages_ms = 180 * DAY_MS, /* what became of each is looked at in the end */
        .keep_replies_ms = 7 * DAY_MS, .keep_triggers_ms = 365 * DAY_MS, .keep_values_ms = 60 * DAY_MS, .keep_rsvps_ms = 180 * DAY_MS,
        .keep_proofs_ms = 1826 * DAY_MS, .keep_unanswered_ms = 30 * DAY_MS, .keep_former_ms = 60 * DAY_MS, .keep_ledger_ms = 1826 * DAY_MS,
    };
    return &rules;
}
