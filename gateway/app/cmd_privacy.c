/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `pokana privacy`: what the program itself can say for a data-protection assessment, who may do what, and, after a
 * breach, whose data it was, which also works while no gateway runs: it takes the database and keeps who asked. With
 * --notify they are told, by the gateway.
 */
#include "gateway/app/ask.h"
#include "gateway/app/config.h"
#include "gateway/app/options.h"
#include "gateway/app/privacy_pack.h"
#include "gateway/app/user.h"
#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/service/breach.h"
#include "gateway/service/trail.h"
#include "gateway/service/users.h"
#include "gateway/store/connect.h"

#include <unistd.h>

#define TABLE_BYTES_MAX (256u << 10)
#define PAGE_BYTES_MAX (4u << 20)

/* ---- roles ---- */

static int roles(const struct pk_invocation *invocation)
{
    struct pk_plain_words words;
    struct pk_buf table;
    int status = pk_options_read(&pk_command_privacy, invocation, NULL, 0, &words);
    if (status != 0)
        return status;
    if (words.count > 0)
        return pk_command_misused(&pk_command_privacy, "roles takes no words");
    pk_buf_init(&table, TABLE_BYTES_MAX);
    pk_rights_write(&table);
    (void) fputs(pk_buf_text(&table), stdout);
    pk_buf_finish(&table);
    return 0;
}

/* ---- the assessment's pages ---- */

static int write_pack(const struct pk_invocation *invocation, const char *folder, size_t *ret_pages, struct pk_error *err)
{
    pk_auto(pk_config) struct pk_config *config = NULL;
    pk_auto(pk_keyring) struct pk_keyring *keys = NULL;
    pk_auto(pk_store) struct pk_store *store = NULL;
    struct pk_ini_report report = pk_config_report_stderr();
    int r = pk_config_read(invocation->config, &report, &config, err);
    bool there = r == 0 && access(config->database, F_OK) == 0;
    if (there)
        r = pk_keyfile_read(config->keys, &keys, err);
    if (r == 0 && there)
        r = pk_store_open_reading(config->database, keys, &store, err);
    return r == 0 ? pk_privacy_pack(config, store, folder, pk_clock_wall_ms(), ret_pages, err) : r;
}

static int pack(const struct pk_invocation *invocation)
{
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    size_t pages = 0;
    int status = pk_options_read(&pk_command_privacy, invocation, NULL, 0, &words);
    if (status != 0)
        return status;
    if (words.count != 1)
        return pk_command_misused(&pk_command_privacy, "into which folder?");
    if (write_pack(invocation, words.words[0], &pages, &err) != 0)
        return pk_command_failed(&err);
    if (invocation->json)
        (void) printf("{\"pages\":%zu}\n", pages);
    else
        (void) printf("%zu pages in %s; begin with README.md\n", pages, words.words[0]);
    return 0;
}

/* ---- a breach ---- */

struct breach {
    const struct pk_invocation *invocation;
    const char *since;
    const char *link, *second;
    bool notify;
    int64_t people, stopped, no_address;
    struct pk_buf line;
};

static void print_person(struct breach *breach, const struct pk_json *person)
{
    const struct pk_json *fields = pk_json_get(person, "fields");
    struct pk_slice told = pk_json_string(pk_json_get(person, "canBeTold"));
    breach->people++;
    breach->stopped += pk_slice_is(told, "stopped");
    breach->no_address += pk_slice_is(told, "no-address");
    pk_buf_clear(&breach->line);
    if (breach->invocation->json) {
        (void) pk_json_dump(person, &breach->line);
        (void) printf("%s\n", pk_buf_text(&breach->line));
        return;
    }
    (void) printf("%.*s  since %.10s ", PK_SLICE_ARG(pk_json_string(pk_json_get(person, "person"))),
                  pk_json_string(pk_json_get(person, "since")).data);
    for (size_t i = 0; i < pk_json_count(fields); i++) {
        const struct pk_json *field = pk_json_item(fields, i);
        int64_t count = 0;
        (void) pk_json_int(pk_json_get(field, "count"), &count);
        (void) printf("%s %.*s", i > 0 ? "," : "", PK_SLICE_ARG(pk_json_string(pk_json_get(field, "field"))));
        if (count > 1)
            (void) printf(" x%lld", (long long) count);
    }
    (void) printf("%s\n", pk_slice_is(told, "stopped") ? "; said STOP" : pk_slice_is(told, "no-address") ? "; no address that works" : "");
}

static void print_page(struct breach *breach, const struct pk_json *page, char ret_next[PK_ID_TEXT_MAX])
{
    const struct pk_json *people = pk_json_get(page, "people");
    for (size_t i = 0; i < pk_json_count(people); i++)
        print_person(breach, pk_json_item(people, i));
    (void) snprintf(ret_next, PK_ID_TEXT_MAX, "%.*s", PK_SLICE_ARG(pk_json_string(pk_json_get(page, "next"))));
}

static int by_the_gateway(struct breach *breach, struct pk_error *err)
{
    char next[PK_ID_TEXT_MAX] = "";
    do {
        pk_auto(pk_json) struct pk_json *page = NULL;
        struct pk_buf path;
        pk_buf_init(&path, 512);
        (void) pk_buf_printf(&path, "/v1/privacy/breach?limit=%u&after=%s&since=", PK_BREACH_PAGE, next);
        pk_ask_escape(&path, pk_slice_of(breach->since ? breach->since : ""));
        int r = path.failed ? pk_fail(err, PK_E_INVALID, "that is no moment") : pk_ask_read(breach->invocation, pk_buf_text(&path), &page, err);
        pk_buf_finish(&path);
        if (r != 0)
            return r;
        print_page(breach, page, next);
    } while (next[0]);
    return 0;
}

static int parse_since(const char *text, int64_t *ret_ms, struct pk_error *err)
{
    char moment[64];
    *ret_ms = 0;
    if (!text)
        return 0;
    (void) snprintf(moment, sizeof moment, "%.30s%s", text, strlen(text) == 10 ? "T00:00:00Z" : "");
    if (pk_time_parse(pk_slice_of(moment), ret_ms) == 0)
        return 0;
    (void) pk_fail(err, PK_E_INVALID, "--since is no moment");
    return pk_hint(err, PK_E_INVALID, "Write it like 2026-10-14 or 2026-10-14T17:30:00+02:00.");
}

static int list_pages(struct breach *breach, struct pk_store *store, int64_t since_ms, struct pk_error *err)
{
    int64_t after = 0;
    char next[PK_ID_TEXT_MAX] = "";
    do {
        pk_auto(pk_json) struct pk_json *page = NULL;
        struct pk_buf text;
        pk_buf_init(&text, PAGE_BYTES_MAX);
        struct pk_json_out out = pk_json_out(&text);
        int r = pk_breach_page(store, since_ms, after, PK_BREACH_PAGE, &out, err);
        if (r == 0)
            r = pk_json_parse(pk_buf_slice(&text), PAGE_BYTES_MAX, &page, err);
        pk_buf_finish(&text);
        if (r != 0)
            return r;
        print_page(breach, page, next);
    } while (next[0] && pk_id_parse(pk_slice_of(next), &after) == 0);
    return 0;
}

/* No gateway runs: nothing is shown before it is kept that somebody asked. */
static int by_ourselves(struct breach *breach, struct pk_error *err)
{
    pk_auto(pk_config) struct pk_config *config = NULL;
    pk_auto(pk_keyring) struct pk_keyring *keys = NULL;
    pk_auto(pk_store) struct pk_store *store = NULL;
    struct pk_ini_report report = pk_config_report_stderr();
    char user[PK_USER_MAX];
    int64_t since_ms = 0;
    int r = parse_since(breach->since, &since_ms, err);
    if (r == 0)
        r = pk_config_read(breach->invocation->config, &report, &config, err);
    if (r == 0)
        r = pk_keyfile_read(config->keys, &keys, err);
    if (r == 0)
        r = pk_store_open(&(struct pk_store_config){ .path = config->database, .keys = keys }, &store, err);
    if (r != 0)
        return r;
    struct pk_service *service = pk_service_new_planning(store, &config->rules, NULL);
    struct pk_acting acting = { 0 };
    const struct pk_actor operator = { .role = PK_ROLE_OPERATOR, .name = pk_user_name(user), .purpose = "breach" };
    r = breach->invocation->by ? pk_users_act(service, pk_slice_of(breach->invocation->by), user, &acting, err) : 0;
    if (r >= 0)
        r = pk_breach_open(service, r == 1 ? &acting.actor : &operator, since_ms, pk_clock_wall_ms(), err);
    pk_trail_write(service);
    pk_service_free(service);
    int kept = pk_store_commit(store, r == 0 ? err : NULL);
    r = r == 0 ? kept : r;
    return r == 0 ? list_pages(breach, store, since_ms, err) : r;
}

/* ---- telling them ---- */

static int order(struct breach *breach, struct pk_error *err)
{
    pk_auto(pk_json) struct pk_json *answer = NULL;
    struct pk_buf body;
    char moment[PK_TIME_TEXT_MAX];
    int64_t since_ms = 0;
    int r = parse_since(breach->since, &since_ms, err);
    if (r != 0)
        return r;
    pk_buf_init(&body, 4096);
    struct pk_json_out out = pk_json_out(&body);
    pk_json_open(&out, NULL, '{');
    pk_json_add_text(&out, "link", breach->link);
    pk_json_add_text(&out, "secondPerson", breach->second);
    if (since_ms != 0)
        pk_json_add_text(&out, "since", pk_time_format(since_ms, moment));
    pk_json_close(&out, '}');
    r = pk_ask_change(breach->invocation, "POST", "/v1/privacy/breach", pk_buf_text(&body), &answer, err);
    pk_buf_finish(&body);
    if (r != 0)
        return r;
    struct pk_slice trigger = pk_json_string(pk_json_get(answer, "trigger"));
    if (breach->invocation->json)
        pk_ask_print(answer);
    else
        (void) printf("%lld of them are told; pokana triggers show %.*s tells how far that is\n",
                      (long long) (breach->people - breach->stopped - breach->no_address), PK_SLICE_ARG(trigger));
    return 0;
}

/* Who cannot be told by us must be told another way. */
static void sum_up(const struct breach *found)
{
    if (found->invocation->json)
        return;
    (void) printf("%lld people; pokana privacy pack says what each field is\n", (long long) found->people);
    if (found->stopped + found->no_address > 0)
        (void) printf("%lld said STOP and %lld have no address that works: tell these another way, in public if need be\n",
                      (long long) found->stopped, (long long) found->no_address);
}

static int breach(const struct pk_invocation *invocation)
{
    struct breach found = { .invocation = invocation };
    const struct pk_option options[] = { { "since", &found.since, NULL },
                                         { "link", &found.link, NULL },
                                         { "second-person", &found.second, NULL },
                                         { "notify", NULL, &found.notify } };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    int status = pk_options_read(&pk_command_privacy, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count > 0)
        return pk_command_misused(&pk_command_privacy, "breach takes no words");
    if (found.notify != (found.link && found.second) || (!found.notify && (found.link || found.second)))
        return pk_command_misused(&pk_command_privacy, "--notify needs --link and --second-person, and they need it");
    pk_buf_init(&found.line, 64u << 10);
    int r = by_the_gateway(&found, &err);
    if (r == PK_E_BUSY && !invocation->socket && found.people == 0 && !found.notify)
        r = by_ourselves(&found, &err);
    pk_buf_finish(&found.line);
    if (r == 0)
        sum_up(&found);
    if (r == 0 && found.notify)
        r = order(&found, &err);
    return r == 0 ? 0 : pk_command_failed(&err);
}

static int run(const struct pk_invocation *invocation)
{
    static const struct pk_verb verbs[] = { { "roles", roles }, { "pack", pack }, { "breach", breach } };
    return pk_verb_run(&pk_command_privacy, invocation, verbs, PK_COUNT(verbs));
}

const struct pk_command pk_command_privacy = {
    .name = "privacy",
    .usage = "privacy roles\n"
             "privacy pack FOLDER\n"
             "privacy breach [--since MOMENT] [--notify --link URL --second-person NAME]",
    .summary = "for a data-protection assessment: who may do what, what is kept and why; after a breach: whose data",
    .run = run,
};
