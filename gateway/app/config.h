/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The configuration: a file of sections and keys (config/pokana.conf.sample shows every one) becomes the rules the
 * service runs by and the places the program uses. Read whole, checked whole: every mistake is told at its line, and
 * what cannot be run is refused before anything of it is used. What keys there are is declared in config_keys.c.
 *
 *     config_keys.c    the table: section, key, type, bounds, default, help
 *     config_values.c  one value's text into its field
 *     config.c         sections into rules, accounts through their adapters
 *     config_check.c   what no single line can tell: names that must exist elsewhere
 *     config_costs.c   what accounts cost, and may cost
 *     config_topics.c  what people write for topics
 *     config_quiet.c   quiet hours and days
 *     config_webhooks.c  where events go by HTTP
 *     config_pages.c   the style of the pages, and signing in by a proxy
 *     config_memory.c  what it owns
 *     config_report.c  where mistakes are told
 */
#ifndef PK_APP_CONFIG_H
#define PK_APP_CONFIG_H

#include "gateway/base/ini.h"
#include "gateway/base/log.h"
#include "gateway/language/catalog.h"
#include "gateway/plugin/registry.h"
#include "gateway/service/rules.h"

#define PK_CONFIG_DEFAULT "/etc/pokana/pokana.conf"

/* Paths are absolute, or relative to where the program was started when the configuration's own path was. */
struct pk_config {
    struct pk_rules rules;
    const char *path; /* the file */
    const char *folder; /* the file's folder: relative paths start here */
    const char *database; /* of messages, recipients and consents */
    const char *journal; /* of STOPs, withdrawals and erasures */
    const char *keys; /* key file */
    const char *templates; /* folder of texts */
    const char *theme; /* style file of the house; its text is in the rules */
    const char *control; /* Unix socket of the control listener */
    const char *public_address; /* "127.0.0.1:8080"; NULL = no public listener */
    const char *metrics_address; /* health and metrics only; NULL = over the control socket only */
    const char *adapters; /* folder of adapters built apart; NULL = none beside those built in */
    const char *proxy, *ca_file; /* of HTTP requests out; NULL = none, the system's */
    int64_t grace_ms; /* how long a stop waits for what is in flight */
    enum pk_log_level log_level;
    struct pk_registry *registry; /* the adapters of this configuration; NULL when it was read with somebody else's */
    struct pk_topic_words *topic_words; /* the rules' */
    struct pk_days_rule *days; /* the rules', whose calendars are the configuration's */
    struct pk_hush_rule *hushes; /* the rules' */
    struct pk_config_memory *memory; /* what the strings and lists above live in */
};

/* Reads, checks and cross-checks everything: secrets are resolved, accounts checked by their adapters (which are loaded).
 * PK_E_CONFIG when anything was told to `report`, other codes when the file cannot be read at all; *ret_config is set on
 * success only and is the caller's. Blocks: start-up, reload and command line. */
int pk_config_read(const char *path, struct pk_ini_report *report, struct pk_config **ret_config, struct pk_error *err);
/* The same with adapters that are loaded already (borrowed): a reload. The folder of adapters is not looked at. */
int pk_config_read_with(const char *path, const struct pk_registry *registry, struct pk_ini_report *report, struct pk_config **ret_config,
                        struct pk_error *err);
/* For commands that need a place or the broker and nothing else: reads [gateway] and [broker], resolves no secret but the
 * broker's and only when `with_broker`, loads no adapter. Accounts, routes and publishers stay empty. */
int pk_config_read_places(const char *path, bool with_broker, struct pk_ini_report *report, struct pk_config **ret_config,
                          struct pk_error *err);
/* The same with the topics and what people write for them, and without the broker. */
int pk_config_read_topics(const char *path, struct pk_ini_report *report, struct pk_config **ret_config, struct pk_error *err);
void pk_config_free(struct pk_config *config); /* wipes secrets; accounts opened with it keep their own settings */
PK_AUTO_DEFINE(pk_config, struct pk_config *, pk_config_free)

/* Loads the texts and checks what the rules ask of them: publishers' templates exist, the default language has texts, no
 * topic's word is a reply word, names and words are in languages there are. */
int pk_config_load_catalog(const struct pk_config *config, struct pk_ini_report *report, struct pk_catalog **ret_catalog,
                           struct pk_error *err);

/* A report that prints each mistake to standard error, two lines each: "file:line: [section] key: reason", "  hint: ..." */
struct pk_ini_report pk_config_report_stderr(void);
/* A report that logs each mistake as a warning: a reload. */
struct pk_ini_report pk_config_report_log(void);

#endif
