/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the configuration decides, as plain data: filled by the application, read by every service, replaced whole on
 * reload. Strings belong to whoever filled it and live as long as it. Durations are milliseconds.
 */
#ifndef PK_SERVICE_RULES_H
#define PK_SERVICE_RULES_H

#include "gateway/include/pokana/adapter.h"
#include "gateway/language/reply.h"
#include "gateway/model/budget.h"
#include "gateway/model/holidays.h"
#include "gateway/model/price.h"
#include "gateway/model/retry.h"
#include "gateway/plugin/settings.h"

struct pk_words {
    const char *const *items;
    size_t count;
};

/* A text in several languages: "name.bg = ...", "name.nl = ...". */
struct pk_tagged {
    const char *tag;
    const char *text;
};

struct pk_tagged_texts {
    const struct pk_tagged *items;
    size_t count;
};

/* A service that may publish triggers. The broker's access list guarantees that only it publishes under its name. */
struct pk_publisher_rule {
    const char *name; /* last level of its topics */
    const char *source; /* CloudEvents source it must use */
    struct pk_words templates; /* which it may use; one "*" = all */
    struct pk_words topics; /* the same */
    struct pk_words tags; /* tags it may address: exact, or "school:*"; one "*" = all, also nobody's tag */
    const char *route; /* NULL = the default one */
    const char *response_prefix; /* topics its answers may go to; NULL = its answer topic only */
    uint32_t priority; /* enum pk_priority: urgent or normal */
    int64_t max_recipients; /* of one trigger */
    int64_t per_minute; /* triggers; 0 = unlimited */
    int64_t people_per_day; /* of all its triggers together, as many as they could reach; 0 = unlimited */
    bool status; /* tell it when a trigger was planned and when it was completed, and of campaigns it started */
    bool status_messages; /* and of each message, by an id that says nothing, what became of it */
    struct pk_words may; /* types: "event.planned", "event.*"; none = notice.requested alone */
};

/* A configured instance of an adapter. */
struct pk_account_rule {
    const char *name;
    const struct pk_adapter *adapter;
    const char *provider; /* the company behind it; NULL = it only simulates one */
    struct pk_settings *settings; /* accounts opened with it have holds of their own */
    unsigned window; /* hand-overs at once */
    int64_t per_second_milli; /* rate, in thousandths; 0 = unlimited */
    struct pk_retry_rule retry;
    struct pk_breaker_rule breaker;
    int64_t connect_timeout_ms, timeout_ms;
    int64_t poll_ms; /* between two questions for receipts and replies; 0 = as the adapter says */
    int64_t receipt_window_ms; /* silence after which a message counts as unconfirmed */
    int64_t query_after_ms; /* how long after a hand-over without an answer its provider is asked; 0 = never */
    bool resend_uncertain; /* when_uncertain = resend */
    struct pk_prices prices; /* as the contract says */
    struct pk_day_limits limits; /* of each day */
    const char *chat_link; /* address that opens its chat, with {code} in it; NULL = not said */
    struct pk_words replies; /* who can write back to its sender: "yes", "no", or countries ("NL"); none = yes */
};

struct pk_route_rule {
    const char *name;
    const char *channel;
    struct pk_words accounts; /* in order of preference */
    struct pk_words countries; /* of the numbers it takes ("NL"); none = those no other route of the channel names */
    struct pk_words screens, languages; /* of a public route: where what it carries is shown, and in which languages; else none */
};

struct pk_topic_rule {
    const char *name;
    int64_t consent_ms; /* how long a consent lasts */
    int64_t renew_ms; /* so long before its end the person is asked whether it shall go on; 0 = not */
    struct pk_tagged_texts names; /* as people read it */
    struct pk_tagged_texts words; /* what they write for it behind STOP and START */
    struct pk_tagged_texts purposes; /* one sentence: what the messages are for */
    const char *owner, *basis; /* who answers for it, and on what ground it is done; NULL = not said */
};

/* Schools, or areas, of which residents choose theirs at their own page. */
struct pk_choice_rule {
    const char *name; /* "school": every tag begins with it and a colon */
    bool one; /* only one of them can be chosen */
    struct pk_tagged_texts names; /* what they are: "School" */
    struct pk_words tags; /* "school:de-windroos" */
    struct pk_tagged_texts labels; /* as people read each, separated by commas, in the order of the tags */
};

/* How many people there are, as the city says: in all, of a topic, in an area. */
struct pk_estimate_rule {
    enum { PK_ESTIMATE_ALL = 0, PK_ESTIMATE_TOPIC, PK_ESTIMATE_AREA } of;
    const char *name; /* "festival", "area:noord"; "" for all */
    int64_t people;
};

/* What kinds of events there are: a parent meeting, an info point's hours. */
struct pk_kind_rule {
    const char *name;
    const char *topic; /* whose people are told of it */
    struct pk_tagged_texts names; /* as people read it */
    bool open; /* in the calendar that everybody may follow */
    int64_t length_ms; /* of one that names no end */
    const char *place, *place_short; /* of one that names none; NULL = it must */
};

/* A calendar that is a file of days. */
struct pk_days_rule {
    const char *name, *file;
    const struct pk_days *days;
};

/* When messages about some topics wait on some channels; where several hold, each of them does. */
struct pk_hush_rule {
    const char *name;
    struct pk_words topics, channels; /* "*" = all */
    const char *night; /* "21:00-8:00"; NULL = none */
    int night_from, night_to; /* the same in minutes of the day */
    struct pk_words weekdays; /* "sun": quiet the whole day */
    uint32_t weekday_bits; /* the same: bit 0 = Monday */
    struct pk_words days; /* calendars: of [days], or a language's holidays */
    bool urgent_waits;
};

/* A company that gets people's addresses, to hand messages over. */
struct pk_provider_rule {
    const char *name;
    const char *company, *country; /* country: two capital letters */
    const char *contract; /* the day of the processing agreement: 2026-01-31 */
    int64_t keeps_ms; /* how long it keeps what it is given */
};

struct pk_bus_rule {
    const char *host; /* NULL = no broker */
    unsigned port, protocol;
    const char *client_id, *username, *password;
    const char *ca_file, *cert_file, *key_file;
    unsigned keepalive_s;
};

enum pk_webhook_network {
    PK_WEBHOOK_PUBLIC = 0, /* public addresses alone: every other is refused after its name was looked up */
    PK_WEBHOOK_PRIVATE, /* any: a receiver in a network of one's own */
    PK_WEBHOOK_LOOPBACK, /* this machine, without TLS too: tests */
};

/* Where events of ours for one publisher go by HTTP. */
struct pk_webhook_rule {
    const char *name;
    const char *url;
    const char *secret, *secret_before; /* whsec_ or whsk_; before: the old one of a rotation, NULL = none is under way */
    const char *token; /* shown as a bearer token beside the signature; NULL = none */
    const char *publisher; /* whose events */
    struct pk_words types; /* of events it wants: "nl.notices.*" */
    int64_t timeout_ms; /* of one try */
    uint32_t network; /* enum pk_webhook_network */
    bool handshake; /* asked before the first event whether it wants any */
};

/* What leaves only after somebody whose language it is read it aloud. */
enum pk_read_aloud { PK_READ_OWN = 0 /* the city's own texts */, PK_READ_ALL, PK_READ_NONE };

struct pk_rules {
    const char *instance; /* last level of the state topic */
    const char *source; /* our own CloudEvents source */
    const char *organisation; /* the sender people read: "Gemeente Zaanstad" */
    const char *zone; /* wall clock: "Europe/Amsterdam" */
    const char *default_language; /* of people we know nothing of */
    const char *phone_region; /* numbers without a country */
    const char *public_url; /* providers call this; NULL = no webhooks */
    const char *phone, *page; /* of the desk, and where people answer; NULL = texts do without */
    const char *theme; /* style of the house, shown after our own on every page; NULL = none */
    const char *team, *team_language; /* of those who answer replies: a mail address or a number, and what they read; NULL = not said */
    struct pk_bus_rule bus;
    const struct pk_publisher_rule *publishers;
    size_t publisher_count;
    const struct pk_webhook_rule *webhooks;
    size_t webhook_count;
    const struct pk_account_rule *accounts;
    size_t account_count;
    const struct pk_route_rule *routes;
    size_t route_count;
    const struct pk_topic_rule *topics;
    size_t topic_count;
    const struct pk_topic_words *topic_words; /* all topics' words, to be read; NULL = there are none */
    const struct pk_choice_rule *choices;
    size_t choice_count;
    const struct pk_kind_rule *kinds; /* of events */
    size_t kind_count;
    bool phones; /* a page shows what reached the simulated phones; only where every account simulates */
    enum pk_read_aloud read_aloud; /* which texts may leave only after a native reader read them */
    bool desk_words; /* a word that was sent may be said at the desk instead of an answer */
    struct pk_words start_topics; /* what START gives to who stopped nothing and named nothing; none = help is answered */
    const struct pk_days_rule *days;
    size_t days_count;
    const struct pk_hush_rule *hushes; /* quiet hours and days */
    size_t hush_count;
    int64_t urgent_in_quiet_per_day; /* so many urgent messages leave in quiet hours of one day; the others wait */
    const struct pk_provider_rule *providers;
    size_t provider_count;
    const char *default_route;
    struct pk_words ladder; /* channels, in order, of who names no route; none = the default route's alone */
    int64_t ladder_wait_ms; /* the longest a provider tries before the next channel, where it can be told so; 0 = as long as it likes */
    int64_t validity_ms; /* of a trigger that names none */
    int64_t urgent_max_recipients; /* the urgent lane's own cap: a larger urgent trigger is refused */
    int64_t question_every_ms; /* an address is asked again after this at the earliest */
    int64_t question_validity_ms; /* an opt-in question is worth sending, and answering, this long */
    int64_t reply_window_ms; /* how long after a message a yes or no is about it */
    unsigned answers_per_day; /* automatic answers to one address */
    int64_t changes_wait_ms; /* a change of a date is told so long after it: the newest of several is */
    unsigned signups_per_day; /* by one key person, unless an adviser allowed more for that day */
    int64_t approve_above; /* campaigns of at most so many people need no second person; 0 = each does */
    const char *cost_margin, *stop_at_errors, *at_most; /* "10%", "20%", "3 in 7d"; NULL = not said */
    int64_t cost_margin_percent; /* the same in numbers: on top of what a campaign costs, for its ceiling */
    int64_t stop_at_percent; /* of what a step handed over; 0 = never */
    int64_t at_most_times, at_most_ms; /* campaigns tell a person so often in so long; 0 = as often as they like */
    int64_t estimate_people; /* [estimate] as it is written; 0 = not said */
    struct pk_words estimate_topics, estimate_areas; /* "festival 1200" */
    const struct pk_estimate_rule *estimates; /* the same, read */
    size_t estimate_count;
    const char *proxy_header; /* in which the proxy names who signed in elsewhere; NULL = no proxy does */
    const char *proxy_proof, *proxy_secret; /* header that carries the secret it shares with us */
    struct pk_words proxy_from; /* addresses it calls from, of this machine */
    bool proxy_second; /* the app's code is asked for all the same */
    int64_t keep_messages_ms, keep_replies_ms, keep_triggers_ms; /* retention */
    int64_t keep_values_ms; /* values of a text after it can be sent no more: a yes to it is answered with them */
    int64_t keep_rsvps_ms; /* who said yes or no, after that was over */
    int64_t keep_proofs_ms; /* of consent, under pseudonym, after the person was erased */
    int64_t keep_unanswered_ms; /* of people who were asked and said nothing; 0 = for ever */
    int64_t keep_former_ms; /* of people whose every consent has ended; 0 = for ever */
    int64_t keep_ledger_ms; /* entries of the consent ledger by which nothing stands any more; 0 = for ever */
    int64_t keep_webhooks_ms; /* deliveries to webhooks, after they ended */
    int64_t keep_audit_ms; /* 0 = for ever, in tests */
};

/* Can anybody write back to what leaves by this account, anywhere? Everybody, wherever? */
bool pk_account_hears(const struct pk_account_rule *account);
bool pk_account_hears_all(const struct pk_account_rule *account);
/* Can people with numbers of this country ("NL")? "" = of none, as an address of a chat has: wherever it can be answered at all. */
bool pk_account_hears_in(const struct pk_account_rule *account, const char *country);
/* Whether people of this channel are known by their telephone number: by SMS, WhatsApp, and Viber where all its accounts take numbers,
 * as business messages do and a bot does not. */
bool pk_rules_by_number(const struct pk_rules *rules, struct pk_slice channel);
/* The account whose channel its provider falls back to in the same call: its adapter's setting `fallback`; empty = none. */
struct pk_slice pk_account_fallback(const struct pk_account_rule *account);
bool pk_publisher_may(const struct pk_publisher_rule *rule, const char *type); /* "event.planned" */
/* NULL when there is none. */
const struct pk_publisher_rule *pk_rules_publisher(const struct pk_rules *rules, struct pk_slice name);
const struct pk_route_rule *pk_rules_route(const struct pk_rules *rules, const char *name);
const struct pk_topic_rule *pk_rules_topic(const struct pk_rules *rules, struct pk_slice name);
const struct pk_days_rule *pk_rules_days(const struct pk_rules *rules, struct pk_slice name);
const struct pk_choice_rule *pk_rules_choice(const struct pk_rules *rules, struct pk_slice name);
const struct pk_kind_rule *pk_rules_kind(const struct pk_rules *rules, struct pk_slice name);
/* What a tag of a choice is called: in the first of the two languages that has it, else in any, else the tag itself. */
struct pk_slice pk_choice_label(const struct pk_choice_rule *choice, size_t tag, struct pk_slice language, struct pk_slice otherwise);
/* The text in exactly this language; NULL = there is none. */
const char *pk_tagged_find(const struct pk_tagged_texts *texts, struct pk_slice tag);
const struct pk_provider_rule *pk_rules_provider(const struct pk_rules *rules, const char *name);
/* The channel on which the team is told: "email" or "sms". */
const char *pk_rules_team_channel(const struct pk_rules *rules);
/* Is `word` in the list? "*" allows everything, "school:*" everything that begins so. */
bool pk_words_allow(const struct pk_words *words, struct pk_slice word);

#endif
