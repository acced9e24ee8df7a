/* SPDX-License-Identifier: EUPL-1.2 */
/* What the files of the configuration share: the table of keys, the reading of one file, and the memory it lives in. */
#ifndef PK_APP_CONFIG_PRIVATE_H
#define PK_APP_CONFIG_PRIVATE_H

#include "gateway/app/config.h"

/* ---- the keys there are ---- */

enum pk_key_type {
    PK_KEY_TEXT = 1, /* const char * */
    PK_KEY_NAME, /* const char *: lower-case letters, digits and inner '-' */
    PK_KEY_PATH, /* const char *: made absolute; or credential:NAME */
    PK_KEY_LISTEN, /* const char *: a numeric address and a port */
    PK_KEY_URL, /* const char *: https, or http to a loopback host */
    PK_KEY_SECRET, /* const char *: file:PATH or credential:NAME, resolved */
    PK_KEY_WORDS, /* struct pk_words: separated by commas */
    /* numbers: int64_t, 32 bits or bool, as the field's size says */
    PK_KEY_INTEGER,
    PK_KEY_DURATION, /* milliseconds */
    PK_KEY_SECONDS, /* written as a duration, kept in seconds */
    PK_KEY_RATE, /* per second, kept in thousandths: 20, 0.2 */
    PK_KEY_CHOICE, /* one of `choices`; its place among them, or its number in `numbers` */
    PK_KEY_PRICES, /* struct pk_prices: 0.065 EUR; NL 0.0725, * 0.12 */
    PK_KEY_CURRENCY, /* char[4]: EUR */
    PK_KEY_MONEY, /* int64_t, in 1/10,000 of a currency that is said elsewhere: 40.00 */
    PK_KEY_TAGGED, /* struct pk_tagged_texts: one key a language, name.bg, name.nl */
};

struct pk_key {
    const char *kind; /* of section: "gateway", "account" */
    const char *name;
    const char *fallback; /* as it would be written; NULL = none */
    const char *choices; /* "hold|resend" */
    const char *help; /* one sentence; the sample shows it above the key */
    const int64_t *numbers;
    int64_t min, max;
    enum pk_key_type type;
    bool required;
    size_t offset, size; /* of the field in what the section fills; size 0 = checked only */
};
extern const struct pk_key pk_config_keys[];
extern const size_t pk_config_key_count;
const struct pk_key *pk_config_key(const char *kind, const char *name); /* NULL: there is none */
/* The language of "name.bg" when the entry is of this tagged key; NULL when it is not. */
const char *pk_config_tag(const struct pk_key *key, const char *entry);

struct pk_section_kind {
    const char *kind;
    bool named; /* [account NAME], as many as wanted */
    bool required; /* at least one */
    const char *help;
};
extern const struct pk_section_kind pk_config_kinds[];
extern const size_t pk_config_kind_count;

/* ---- memory ---- */

struct pk_config *pk_config_new(const char *path); /* with its path and folder, else empty */
void *pk_config_keep(struct pk_config *config, void *memory); /* taken over; returned */
const char *pk_config_keep_secret(struct pk_config *config, struct pk_slice secret); /* copied; wiped at the end */

/* ---- one file being read ---- */

struct pk_config_reading {
    struct pk_config *config;
    const struct pk_ini *ini;
    struct pk_ini_report *report;
    const struct pk_registry *registry;
    const struct pk_ini_section *section; /* at hand */
    const struct pk_ini_entry *entry; /* at hand; NULL = the key is absent */
    bool places_only; /* what cannot be looked up here and now is left as it is written */
};

/* Tells of the entry or section at hand. */
__attribute__((format(printf, 4, 5))) void pk_config_tell(struct pk_config_reading *reading, const char *key, const char *hint,
                                                          const char *format, ...);
/* The same of a section by kind and name, for checks that come after all is read; `key` picks the line. */
__attribute__((format(printf, 6, 7))) void pk_config_tell_of(struct pk_config_reading *reading, const char *kind, const char *name,
                                                             const char *key, const char *hint, const char *format, ...);
/* The text of a value into `base` + the key's offset. Told when it is none; then the field stays as it is. */
void pk_config_value(struct pk_config_reading *reading, const struct pk_key *key, struct pk_slice text, void *base);
/* The same of the entry at hand for a tagged key: added to the texts. */
void pk_config_tagged(struct pk_config_reading *reading, const struct pk_key *key, const char *tag, struct pk_slice text, void *base);
/* "90s" as "90s", "3600000" milliseconds as "1h". */
const char *pk_config_duration_text(int64_t ms, char ret_text[32]);

bool pk_config_is_loopback(const char *listener);

/* config_costs.c: what accounts cost and may cost */
void pk_config_check_costs(struct pk_config_reading *reading);

/* config_pages.c: the style of the house, and who may say who is signed in */
void pk_config_read_theme(struct pk_config_reading *reading);
void pk_config_check_sign_in(struct pk_config_reading *reading);

/* What no single line can tell. */
void pk_config_cross_check(struct pk_config_reading *reading);
/* What people write for topics, made ready to be read: rules.topic_words. */
void pk_config_read_topic_words(struct pk_config_reading *reading);
/* And what it may not be, now that the languages are known. */
void pk_config_check_topics(const struct pk_config *config, const struct pk_catalog *catalog, struct pk_config_reading *reading);
/* Kinds of events: of topics there are. */
void pk_config_check_kinds(struct pk_config_reading *reading);
/* The same two of what residents choose from. */
void pk_config_read_choices(struct pk_config_reading *reading);
void pk_config_check_choices(const struct pk_config *config, const struct pk_catalog *catalog, struct pk_config_reading *reading);

/* And of quiet hours and days: the files of days are read with it. */
void pk_config_read_quiet(struct pk_config_reading *reading);
void pk_config_check_quiet(const struct pk_config *config, const struct pk_catalog *catalog, struct pk_config_reading *reading);
/* config_campaigns.c: its keys of more than one word */
void pk_config_read_campaigns(struct pk_config_reading *reading);
/* config_webhooks.c: where they go, by which secret, for whom */
void pk_config_check_webhooks(struct pk_config_reading *reading);
/* config_estimate.c: how many people there are, of topics there are */
void pk_config_read_estimates(struct pk_config_reading *reading);
/* config_routing.c: who takes which country, and the ladder */
void pk_config_check_routing(struct pk_config_reading *reading);

/* config_replies.c: what accounts say of the way back, and what that means for the texts */
void pk_config_check_replies(struct pk_config_reading *reading);
void pk_config_check_way_back(const struct pk_config *config, const struct pk_catalog *catalog, struct pk_config_reading *reading);
void pk_config_know_links(struct pk_catalog *catalog, const char *public_url); /* NULL: it makes none */

#endif
