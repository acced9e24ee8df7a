/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Every section and key of the configuration, declared once: reading, checking, the nearest name for a typing error and
 * the sample (config/pokana.conf.sample, compared by a test) all follow from these rows.
 */
#include "gateway/app/config_private.h"

#include "gateway/model/states.h"

#define SECOND 1000ll
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

const struct pk_section_kind pk_config_kinds[] = {
    { "gateway", false, true, "Who this gateway is, and where its files and doors are." },
    { "broker", false, false, "The MQTT broker on which services publish triggers. Without this section there is none." },
    { "topic", true, true, "What people can agree to: one section each." },
    { "provider", true, false, "A company that hands messages over and so gets people's addresses: what was agreed with it." },
    { "account", true, true, "A configured instance of an adapter. Its own settings are shown by `pokana adapters NAME`." },
    { "route", true, true, "The accounts of one channel, in order of preference." },
    { "publisher", true, false, "A service that may publish triggers, and what it may ask for." },
    { "limits", false, false, "Ceilings and time limits." },
    { "retention", false, false, "How long what is no longer needed is kept." },
};
const size_t pk_config_kind_count = PK_COUNT(pk_config_kinds);

static const int64_t priorities[] = { PK_PRIORITY_NORMAL, PK_PRIORITY_URGENT };

#define FIELD(type, member) .offset = offsetof(type, member), .size = sizeof(((type *) 0)->member)
#define GATEWAY(key, member, ...) { .kind = "gateway", .name = key, FIELD(struct pk_config, member), __VA_ARGS__ }
#define BROKER(key, member, ...) { .kind = "broker", .name = key, FIELD(struct pk_bus_rule, member), __VA_ARGS__ }
#define TOPIC(key, member, ...) { .kind = "topic", .name = key, FIELD(struct pk_topic_rule, member), __VA_ARGS__ }
#define PROVIDER(key, member, ...) { .kind = "provider", .name = key, FIELD(struct pk_provider_rule, member), __VA_ARGS__ }
#define ACCOUNT(key, member, ...) { .kind = "account", .name = key, FIELD(struct pk_account_rule, member), __VA_ARGS__ }
#define ROUTE(key, member, ...) { .kind = "route", .name = key, FIELD(struct pk_route_rule, member), __VA_ARGS__ }
#define PUBLISHER(key, member, ...) { .kind = "publisher", .name = key, FIELD(struct pk_publisher_rule, member), __VA_ARGS__ }
#define LIMIT(key, member, ...) { .kind = "limits", .name = key, FIELD(struct pk_rules, member), __VA_ARGS__ }
#define RETENTION(key, member, ...) { .kind = "retention", .name = key, FIELD(struct pk_rules, member), __VA_ARGS__ }

/* clang-format off */
const struct pk_key pk_config_keys[] = {
    GATEWAY("organisation", rules.organisation, .type = PK_KEY_TEXT, .required = true, .max = 40,
            .help = "The sender as people read it in every message: short, the texts are measured for 10 characters."),
    GATEWAY("phone", rules.phone, .type = PK_KEY_TEXT, .max = 16,
            .help = "Telephone number of the desk, as texts print it. Without it: texts that name it leave it out."),
    GATEWAY("page", rules.page, .type = PK_KEY_URL, .max = 40,
            .help = "Page on which people answer and read more: short, the texts are measured for 22 characters."),
    GATEWAY("instance", rules.instance, .type = PK_KEY_NAME, .fallback = "pokana",
            .help = "Name of this gateway: the last level of its state topic."),
    GATEWAY("source", rules.source, .type = PK_KEY_TEXT, .fallback = "urn:pokana:gateway", .max = 200,
            .help = "Source of the events it publishes: a URN that says whose gateway it is."),
    GATEWAY("zone", rules.zone, .type = PK_KEY_TEXT, .fallback = "Europe/Amsterdam", .max = 60,
            .help = "Time zone in which moments are told to people."),
    GATEWAY("language", rules.default_language, .type = PK_KEY_TEXT, .fallback = "bg", .max = 8,
            .help = "Language for people whose own is not known: a folder of the templates."),
    GATEWAY("start_topics", rules.start_topics, .type = PK_KEY_WORDS,
            .help = "Topics that START gives to somebody who stopped none and names none. Without it: help is answered."),
    GATEWAY("region", rules.phone_region, .type = PK_KEY_TEXT, .fallback = "NL", .max = 2,
            .help = "Country of phone numbers that are written without one: two capital letters."),
    GATEWAY("database", database, .type = PK_KEY_PATH, .fallback = "pokana.db",
            .help = "The file of data. Made when it is not there."),
    GATEWAY("journal", journal, .type = PK_KEY_PATH,
            .help = "Journal of STOPs, withdrawals and erasures, best on another disk. Without it: pokana.journal beside the database."),
    GATEWAY("keys", keys, .type = PK_KEY_PATH, .fallback = "pokana.keys",
            .help = "Key file that makes addresses readable, from `pokana keys new`: a path, or credential:NAME."),
    GATEWAY("templates", templates, .type = PK_KEY_PATH,
            .help = "Folder of texts, one folder a language. Without it: the texts installed with the program."),
    GATEWAY("control", control, .type = PK_KEY_PATH, .fallback = "control.sock",
            .help = "Unix socket for the commands, health and metrics."),
    GATEWAY("public", public_address, .type = PK_KEY_LISTEN,
            .help = "Address and port that providers call, behind a TLS proxy. Without it nothing listens."),
    GATEWAY("public_url", rules.public_url, .type = PK_KEY_URL,
            .help = "What providers see as the address of that door. Without it: http and the address, if that is a loopback one."),
    GATEWAY("metrics", metrics_address, .type = PK_KEY_LISTEN,
            .help = "Loopback address and port for health and metrics beside the control socket."),
    GATEWAY("adapters", adapters, .type = PK_KEY_PATH,
            .help = "Folder of adapters built apart (NAME.so). Those built in are always there."),
    GATEWAY("proxy", proxy, .type = PK_KEY_TEXT, .max = 200,
            .help = "HTTP proxy for requests to providers. The environment is never asked."),
    GATEWAY("ca_file", ca_file, .type = PK_KEY_PATH,
            .help = "Certificates of authorities trusted for providers. Without it: the system's."),
    GATEWAY("log_level", log_level, .type = PK_KEY_CHOICE, .choices = "debug|info|warn|error", .fallback = "info",
            .help = "Least important lines that are logged: debug, info, warn or error."),
    GATEWAY("grace", grace_ms, .type = PK_KEY_DURATION, .min = 0, .max = 5 * MINUTE, .fallback = "20s",
            .help = "How long a stop waits for what is on its way."),

    BROKER("host", host, .type = PK_KEY_TEXT, .required = true, .max = 253,
           .help = "Name or address of the broker."),
    BROKER("port", port, .type = PK_KEY_INTEGER, .min = 1, .max = 65535, .fallback = "1883",
           .help = "Its port; 8883 is usual with TLS."),
    BROKER("protocol", protocol, .type = PK_KEY_INTEGER, .min = 4, .max = 5, .fallback = "5",
           .help = "MQTT version: 5, or 4 for MQTT 3.1.1."),
    BROKER("client_id", client_id, .type = PK_KEY_TEXT, .max = 64,
           .help = "Name under which the broker keeps our session. Without it: pokana- and the instance."),
    BROKER("username", username, .type = PK_KEY_TEXT, .max = 128,
           .help = "User at the broker, where it asks for one."),
    BROKER("password", password, .type = PK_KEY_SECRET,
           .help = "Its password: file:PATH or credential:NAME."),
    BROKER("ca_file", ca_file, .type = PK_KEY_PATH,
           .help = "Certificate of the broker's authority. Setting it turns TLS on."),
    BROKER("cert_file", cert_file, .type = PK_KEY_PATH,
           .help = "Our client certificate."),
    BROKER("key_file", key_file, .type = PK_KEY_PATH,
           .help = "Its private key, mode 600: a path, or credential:NAME."),
    BROKER("keepalive", keepalive_s, .type = PK_KEY_SECONDS, .min = 5 * SECOND, .max = HOUR, .fallback = "30s",
           .help = "Silence after which the connection is tested."),

    TOPIC("consent", consent_ms, .type = PK_KEY_DURATION, .min = DAY, .max = 730 * DAY, .fallback = "730d",
          .help = "How long an agreement lasts before it is asked again."),
    TOPIC("renew", renew_ms, .type = PK_KEY_DURATION, .min = 0, .max = 180 * DAY, .fallback = "30d",
          .help = "How long before its end the person is asked whether it shall go on; 0s = not."),
    TOPIC("name", names, .type = PK_KEY_TAGGED, .max = 30,
          .help = "Its name as people read it, in each language; name.nl and others likewise. Without any: the section's name."),
    TOPIC("words", words, .type = PK_KEY_TAGGED, .max = 400,
          .help = "What people write for it behind STOP and START, in each language; a Latin spelling comes by itself."),
    TOPIC("purpose", purposes, .type = PK_KEY_TAGGED, .max = 200,
          .help = "One sentence in each language: what its messages are for."),
    TOPIC("owner", owner, .type = PK_KEY_TEXT, .max = 80,
          .help = "Who answers for it in the organisation: a team, not a person. Without it the privacy file says that it is missing."),
    TOPIC("basis", basis, .type = PK_KEY_TEXT, .max = 200, .fallback = "toestemming (AVG artikel 6, eerste lid, onder a)",
          .help = "The ground in law on which it is done."),

    PROVIDER("company", company, .type = PK_KEY_TEXT, .required = true, .max = 80,
             .help = "The company's name."),
    PROVIDER("country", country, .type = PK_KEY_TEXT, .required = true, .max = 2,
             .help = "The country in which it handles the messages: two capital letters."),
    PROVIDER("contract", contract, .type = PK_KEY_TEXT, .required = true, .max = 10,
             .help = "The day of the processing agreement, like 2026-01-31."),
    PROVIDER("keeps", keeps_ms, .type = PK_KEY_DURATION, .required = true, .min = 0, .max = 3650 * DAY,
             .help = "How long it keeps what it was given, by that agreement."),

    { .kind = "account", .name = "adapter", .type = PK_KEY_NAME, .required = true, /* looked up, not kept */
            .help = "The adapter that speaks to the provider; `pokana adapters` lists them." },
    ACCOUNT("provider", provider, .type = PK_KEY_NAME,
            .help = "The [provider] behind it; only an account that simulates one does without."),
    ACCOUNT("window", window, .type = PK_KEY_INTEGER, .min = 1, .max = 1024, .fallback = "16",
            .help = "Hand-overs at once."),
    ACCOUNT("rate", per_second_milli, .type = PK_KEY_RATE, .max = 100000 * 1000ll, .fallback = "20",
            .help = "Hand-overs per second, 0.2 for one in five seconds; 0 = as fast as it goes."),
    ACCOUNT("timeout", timeout_ms, .type = PK_KEY_DURATION, .min = 100, .max = 5 * MINUTE, .fallback = "10s",
            .help = "How long one request may take; after that what became of it is unknown."),
    ACCOUNT("connect_timeout", connect_timeout_ms, .type = PK_KEY_DURATION, .min = 100, .max = MINUTE, .fallback = "5s",
            .help = "How long connecting may take; a failure to connect is tried again."),
    ACCOUNT("retry_first", retry.first_ms, .type = PK_KEY_DURATION, .min = 100, .max = HOUR, .fallback = "5s",
            .help = "Pause before the second attempt; it doubles with each further one."),
    ACCOUNT("retry_max", retry.cap_ms, .type = PK_KEY_DURATION, .min = 100, .max = DAY, .fallback = "15m",
            .help = "Longest pause between attempts."),
    ACCOUNT("attempts", retry.max_attempts, .type = PK_KEY_INTEGER, .min = 1, .max = 50, .fallback = "8",
            .help = "Most attempts for one message."),
    ACCOUNT("breaker_after", breaker.threshold, .type = PK_KEY_INTEGER, .min = 1, .max = 1000, .fallback = "5",
            .help = "Failures in a row after which the account is left alone for a while."),
    ACCOUNT("breaker_window", breaker.window_ms, .type = PK_KEY_DURATION, .min = 0, .max = HOUR, .fallback = "5s",
            .help = "Least time over which those failures must have gone on."),
    ACCOUNT("breaker_pause", breaker.first_open_ms, .type = PK_KEY_DURATION, .min = 100, .max = HOUR, .fallback = "10s",
            .help = "How long it is left alone the first time; this doubles while the provider stays away."),
    ACCOUNT("breaker_pause_max", breaker.cap_open_ms, .type = PK_KEY_DURATION, .min = 100, .max = DAY, .fallback = "5m",
            .help = "Longest such pause."),
    ACCOUNT("receipt_window", receipt_window_ms, .type = PK_KEY_DURATION, .min = SECOND, .max = 14 * DAY, .fallback = "48h",
            .help = "Silence of the provider after which a message counts as unconfirmed."),
    ACCOUNT("price", price, .type = PK_KEY_PRICE,
            .help = "What one part costs by the contract, like 0.065 EUR: for reckoning before anything is sent."),
    ACCOUNT("when_uncertain", resend_uncertain, .type = PK_KEY_CHOICE, .choices = "hold|resend", .fallback = "hold",
            .help = "A hand-over with an unknown end: hold leaves it to a person, resend risks a double."),
    ACCOUNT("answerable", one_way, .type = PK_KEY_CHOICE, .choices = "yes|no", .fallback = "yes",
            .help = "no where the sender is a name: nobody can write back, and texts give the page instead of words to write."),

    ROUTE("channel", channel, .type = PK_KEY_NAME, .required = true,
          .help = "The channel, one its accounts' adapters offer: sms."),
    ROUTE("accounts", accounts, .type = PK_KEY_WORDS, .required = true,
          .help = "Its accounts; the next one is used while those before it do not work."),

    PUBLISHER("source", source, .type = PK_KEY_TEXT, .required = true, .max = 200,
              .help = "The CloudEvents source its events must carry."),
    PUBLISHER("templates", templates, .type = PK_KEY_WORDS, .required = true,
              .help = "Texts it may use; * for all."),
    PUBLISHER("topics", topics, .type = PK_KEY_WORDS, .required = true,
              .help = "Topics it may write about; * for all."),
    PUBLISHER("tags", tags, .type = PK_KEY_WORDS, .required = true,
              .help = "Tags it may address: school:de-windroos, school:* or *, which is everybody."),
    PUBLISHER("route", route, .type = PK_KEY_NAME,
              .help = "The route its messages take. Without it: the default one."),
    PUBLISHER("response_prefix", response_prefix, .type = PK_KEY_TEXT, .max = 200,
              .help = "Response topics it may name begin so. Without it: answers go to its answer topic."),
    PUBLISHER("priority", priority, .type = PK_KEY_CHOICE, .choices = "normal|urgent", .numbers = priorities, .fallback = "normal",
              .help = "urgent overtakes everything else, within the limit for it."),
    PUBLISHER("max_recipients", max_recipients, .type = PK_KEY_INTEGER, .min = 1, .max = 1000000, .fallback = "1000",
              .help = "Most people one trigger may reach; a larger one is refused."),
    PUBLISHER("per_minute", per_minute, .type = PK_KEY_INTEGER, .min = 0, .max = 1000000, .fallback = "60",
              .help = "Most triggers in a minute; 0 = as many as it likes."),
    PUBLISHER("status", status, .type = PK_KEY_CHOICE, .choices = "no|yes", .fallback = "yes",
              .help = "Whether it is told when a trigger was planned and when it was completed."),

    LIMIT("validity", validity_ms, .type = PK_KEY_DURATION, .min = MINUTE, .max = 14 * DAY, .fallback = "24h",
          .help = "How long a trigger that names no end is worth sending."),
    LIMIT("urgent_max_recipients", urgent_max_recipients, .type = PK_KEY_INTEGER, .min = 1, .max = 1000000, .fallback = "200",
          .help = "Most people one urgent trigger may reach."),
    LIMIT("question_every", question_every_ms, .type = PK_KEY_DURATION, .min = 90 * DAY, .max = 730 * DAY, .fallback = "90d",
          .help = "Least time before somebody who did not agree is asked again."),
    LIMIT("question_validity", question_validity_ms, .type = PK_KEY_DURATION, .min = HOUR, .max = 30 * DAY, .fallback = "7d",
          .help = "How long a question is worth sending, and a yes to it counts."),
    LIMIT("reply_window", reply_window_ms, .type = PK_KEY_DURATION, .min = HOUR, .max = 30 * DAY, .fallback = "7d",
          .help = "How long after a message a yes or no is about it."),
    LIMIT("answers_per_day", answers_per_day, .type = PK_KEY_INTEGER, .min = 1, .max = 50, .fallback = "5",
          .help = "Most automatic answers to one address in a day."),
    LIMIT("default_route", default_route, .type = PK_KEY_NAME,
          .help = "The route of whoever names none. Without it: the first route."),

    RETENTION("messages", keep_messages_ms, .type = PK_KEY_DURATION, .min = HOUR, .max = 90 * DAY, .fallback = "30d",
              .help = "Finished messages with their attempts and receipts; their counts stay."),
    RETENTION("replies", keep_replies_ms, .type = PK_KEY_DURATION, .min = HOUR, .max = 30 * DAY, .fallback = "7d",
              .help = "What people wrote."),
    RETENTION("unanswered", keep_unanswered_ms, .type = PK_KEY_DURATION, .min = DAY, .max = 30 * DAY, .fallback = "7d",
              .help = "People who were asked whether we may write and said nothing; then only a count is kept."),
    RETENTION("ledger", keep_ledger_ms, .type = PK_KEY_DURATION, .min = 365 * DAY, .max = 3650 * DAY, .fallback = "1826d",
              .help = "Entries of the consent ledger by which nothing stands any more."),
    RETENTION("triggers", keep_triggers_ms, .type = PK_KEY_DURATION, .min = DAY, .max = 730 * DAY, .fallback = "365d",
              .help = "Triggers: also how long a repeat of one is recognised."),
    RETENTION("values", keep_values_ms, .type = PK_KEY_DURATION, .min = HOUR, .max = 7 * DAY, .fallback = "7d",
              .help = "What was filled into a text, after its validity; of a text that asks nothing until its messages are final."),
    RETENTION("rsvps", keep_rsvps_ms, .type = PK_KEY_DURATION, .min = DAY, .max = 90 * DAY, .fallback = "30d",
              .help = "Who said yes or no to an invitation, after its validity; the sums stay as long as the trigger."),
    RETENTION("proofs", keep_proofs_ms, .type = PK_KEY_DURATION, .min = DAY, .max = 1826 * DAY, .fallback = "1826d",
              .help = "After somebody was erased: the proof, under a pseudonym, of what they had agreed to."),
    RETENTION("audit", keep_audit_ms, .type = PK_KEY_DURATION, .min = 30 * DAY, .max = 548 * DAY, .fallback = "548d",
              .help = "Who did what: 18 months, which is also the longest."),
};
/* clang-format on */
const size_t pk_config_key_count = PK_COUNT(pk_config_keys);
