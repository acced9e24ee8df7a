/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `pokana campaigns`: written in a file, looked at, approved by a second person, and from its start on left to go by itself;
 * paused, moved and cancelled when something comes in between.
 */
#include "gateway/app/ask.h"
#include "gateway/app/cmd_campaigns.h"
#include "gateway/app/cmd_report.h"
#include "gateway/app/options.h"
#include "gateway/app/pages.h"
#include "gateway/app/table.h"
#include "gateway/base/file.h"

#include <poll.h>
#include <unistd.h>

#define FILE_BYTES_MAX (64u << 10)
#define WATCH_MS 1000

static int take_words(const struct pk_invocation *invocation, const struct pk_option *options, size_t option_count, int count, const char *which,
                      struct pk_plain_words *words)
{
    int status = pk_options_read(&pk_command_campaigns, invocation, options, option_count, words);
    return status == 0 && words->count != count ? pk_command_misused(&pk_command_campaigns, "%s", which) : status;
}

static void path_of(struct pk_buf *path, struct pk_slice name, const char *what)
{
    (void) pk_buf_add_text(path, "/v1/campaigns/");
    pk_ask_escape(path, name);
    (void) pk_buf_add_text(path, what);
}

/* ---- list, show, watch ---- */

static void print_campaigns(const struct pk_pages *pages)
{
    static const struct pk_column columns[] = { { "CAMPAIGN", false }, { "STATE", false },       { "BEGINS", false },
                                                { "MADE BY", false },  { "APPROVED BY", false }, { "WHY", false } };
    struct pk_page_place place = { 0 };
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    for (const struct pk_json *campaign; (campaign = pk_pages_next(pages, &place)) != NULL;) {
        pk_table_json(table, pk_json_get(campaign, "name"));
        pk_table_json(table, pk_json_get(campaign, "state"));
        pk_table_moment(table, pk_json_get(campaign, "begins"));
        pk_table_json(table, pk_json_get(campaign, "madeBy"));
        pk_table_json(table, pk_json_get(campaign, "approvedBy"));
        pk_table_json(table, pk_json_get(campaign, "why"));
    }
    pk_pages_show(pages, table, "no campaigns yet: write one with pokana campaigns write FILE.json");
}

static int list(const struct pk_invocation *invocation)
{
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    struct pk_pages pages;
    int status = take_words(invocation, NULL, 0, 0, "list takes no words", &words);
    if (status != 0)
        return status;
    pk_pages_init(&pages, "/v1/campaigns", "campaigns");
    pages.limit = PK_PAGES_LIMIT_MAX;
    if (pk_pages_read(&pages, invocation, NULL, 0, NULL, &err) != 0)
        status = pk_command_failed(&err);
    else if (invocation->json)
        pk_pages_print(&pages);
    else
        print_campaigns(&pages);
    pk_pages_finish(&pages);
    return status;
}

static void print_facts(const struct pk_json *campaign)
{
    static const struct pk_column columns[] = { { NULL, false }, { NULL, false } };
    static const char *const facts[][2] = { { "campaign", "name" }, { "state", "state" },   { "because", "why" },
                                            { "event", "event" },   { "date", "day" },      { "for", "where" },
                                            { "topic", "topic" },   { "route", "route" },   { "made by", "madeBy" },
                                            { "asked by", "askedBy" }, { "approved by", "approvedBy" }, { "changes", "changes" } };
    bool few = false;
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    for (size_t i = 0; i < PK_COUNT(facts); i++)
        pk_table_fact(table, facts[i][0], pk_json_get(campaign, facts[i][1]));
    pk_table_fact_moment(table, "begins", pk_json_get(campaign, "begins"));
    if (pk_json_bool(pk_json_get(campaign, "fewerThanFive"), &few) && few) {
        pk_table_text(table, "people now");
        pk_table_text(table, "under 5");
    } else {
        pk_table_fact(table, "people now", pk_json_get(campaign, "people"));
    }
    pk_table_fact(table, "at most", pk_json_get(campaign, "mostPeople"));
    pk_table_fact(table, "costs at most", pk_json_get(campaign, "mostCost"));
    pk_table_fact(table, "cost so far", pk_json_get(campaign, "costSoFar"));
    pk_table_fact(table, "digest", pk_json_get(campaign, "digest"));
    pk_table_print(table);
}

static void print_campaign(const struct pk_json *campaign)
{
    static const struct pk_column columns[] = { { "STEP", false },  { "TEXT", false },   { "STATE", false },
                                                { "DUE", false },   { "PLANNED", true }, { "TOLD", true } };
    struct pk_slice meaning = pk_json_string(pk_json_get(campaign, "meaning"));
    const struct pk_json *steps = pk_json_get(campaign, "steps"), *warnings = pk_json_get(campaign, "warnings");
    bool changed = false;
    print_facts(campaign);
    (void) printf("\n");
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    for (size_t i = 0; i < pk_json_count(steps); i++) {
        const struct pk_json *step = pk_json_item(steps, i);
        pk_table_json(table, pk_json_get(step, "when"));
        pk_table_json(table, pk_json_get(step, "template"));
        pk_table_json(table, pk_json_get(step, "state"));
        pk_table_moment(table, pk_json_get(step, "due"));
        pk_table_json(table, pk_json_get(step, "planned"));
        pk_table_json(table, pk_json_get(step, "told"));
    }
    pk_table_print(table);
    (void) printf("\n%.*s\n", PK_SLICE_ARG(meaning));
    for (size_t i = 0; i < pk_json_count(warnings); i++)
        (void) printf("Note: %.*s.\n", PK_SLICE_ARG(pk_json_string(pk_json_item(warnings, i))));
    if (pk_json_bool(pk_json_get(campaign, "textsChanged"), &changed) && changed)
        (void) printf("Its texts are no longer those that were approved.\n");
}

static int read_one(const struct pk_invocation *invocation, const char *name, struct pk_json **ret_campaign, struct pk_error *err)
{
    struct pk_buf path;
    pk_buf_init(&path, 512);
    path_of(&path, pk_slice_of(name), "");
    int r = path.failed ? pk_fail(err, PK_E_LIMIT, "that name is too long") : pk_ask_read(invocation, pk_buf_text(&path), ret_campaign, err);
    pk_buf_finish(&path);
    return r;
}

static int show(const struct pk_invocation *invocation)
{
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    pk_auto(pk_json) struct pk_json *campaign = NULL;
    int status = take_words(invocation, NULL, 0, 1, "which campaign?", &words);
    if (status != 0)
        return status;
    if (read_one(invocation, words.words[0], &campaign, &err) != 0)
        return pk_command_failed(&err);
    if (invocation->json)
        pk_ask_print(campaign);
    else
        print_campaign(campaign);
    return 0;
}

static bool is_over(const struct pk_json *campaign)
{
    struct pk_slice state = pk_json_string(pk_json_get(campaign, "state"));
    return pk_slice_is(state, "finished") || pk_slice_is(state, "cancelled");
}

/* Until it is over, or Ctrl-C. On no terminal each change is a line of JSON or a table of its own. */
static int watch(const struct pk_invocation *invocation)
{
    struct pk_plain_words words;
    int status = take_words(invocation, NULL, 0, 1, "which campaign?", &words);
    pk_auto(pk_json) struct pk_json *before = NULL;
    bool screen = isatty(STDOUT_FILENO) && !invocation->json;
    for (bool over = false; status == 0 && !over;) {
        struct pk_error err = { 0 };
        struct pk_buf now, then;
        pk_json_free(pk_steal(&before));
        if (read_one(invocation, words.words[0], &before, &err) != 0)
            return pk_command_failed(&err);
        pk_buf_init(&now, FILE_BYTES_MAX);
        pk_buf_init(&then, FILE_BYTES_MAX);
        (void) pk_json_dump(before, &now);
        if (screen)
            (void) printf("\033[H\033[J");
        if (invocation->json)
            pk_ask_print(before);
        else
            print_campaign(before);
        (void) fflush(stdout);
        over = is_over(before);
        for (bool same = true; same && !over;) {
            pk_auto(pk_json) struct pk_json *next = NULL;
            (void) poll(NULL, 0, WATCH_MS);
            if (read_one(invocation, words.words[0], &next, &err) != 0) {
                pk_buf_finish(&now);
                pk_buf_finish(&then);
                return pk_command_failed(&err);
            }
            pk_buf_clear(&then);
            (void) pk_json_dump(next, &then);
            same = pk_slice_equal(pk_buf_slice(&now), pk_buf_slice(&then));
        }
        pk_buf_finish(&now);
        pk_buf_finish(&then);
    }
    return status;
}

/* ---- write, move ---- */

static int read_document(const char *file, struct pk_json **ret_document, struct pk_error *err)
{
    struct pk_buf text;
    pk_buf_init(&text, FILE_BYTES_MAX);
    int r = pk_file_read(file, FILE_BYTES_MAX, &text, err);
    if (r == 0 && (r = pk_json_parse(pk_buf_slice(&text), FILE_BYTES_MAX, ret_document, err)) != 0)
        pk_error_prefix(err, "%s", file);
    if (r == 0 && pk_json_kind(*ret_document) != PK_JSON_OBJECT)
        r = pk_fail(err, PK_E_INVALID, "%s: it is no JSON object", file);
    pk_buf_finish(&text);
    return r;
}

static int ask(const struct pk_invocation *invocation, const char *method, struct pk_slice name, const char *what, const struct pk_buf *body,
               struct pk_json **ret_campaign, struct pk_error *err)
{
    struct pk_buf path;
    pk_buf_init(&path, 512);
    path_of(&path, name, what);
    int r = path.failed || (body && body->failed) ? pk_fail(err, PK_E_LIMIT, "that is too long")
                                                  : pk_ask_change(invocation, method, pk_buf_text(&path), body ? pk_buf_text(body) : "", ret_campaign, err);
    pk_buf_finish(&path);
    return r;
}

static int end(const struct pk_invocation *invocation, int r, const struct pk_json *campaign, const struct pk_error *err)
{
    if (r != 0)
        return pk_command_failed(err);
    if (invocation->json)
        pk_ask_print(campaign);
    else
        print_campaign(campaign);
    return 0;
}

/* The file's "name" goes into the path, everything else is the campaign; a line of whom it is for goes before what the file says. */
static void body_of(const struct pk_json *document, const char *where, struct pk_buf *body)
{
    struct pk_json_out out = pk_json_out(body);
    struct pk_slice name;
    const struct pk_json *value;
    pk_json_open(&out, NULL, '{');
    for (void *iter = NULL; pk_json_next(document, &iter, &name, &value);) {
        char key[128];
        struct pk_buf raw;
        if (pk_slice_is(name, "name") || (where && (pk_slice_is(name, "where") || pk_slice_is(name, "audience"))))
            continue;
        pk_buf_init(&raw, FILE_BYTES_MAX);
        (void) pk_json_dump(value, &raw);
        (void) snprintf(key, sizeof key, "%.*s", PK_SLICE_ARG(name));
        pk_json_add_raw(&out, key, pk_buf_slice(&raw));
        pk_buf_finish(&raw);
    }
    if (where)
        pk_json_add_text(&out, "where", where);
    pk_json_close(&out, '}');
}

static int write_one(const struct pk_invocation *invocation)
{
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    pk_auto(pk_json) struct pk_json *document = NULL, *campaign = NULL;
    const char *where = NULL;
    const struct pk_option options[] = { { "where", &where, NULL } };
    int status = take_words(invocation, options, PK_COUNT(options), 1, "which file?", &words);
    if (status != 0)
        return status;
    int r = read_document(words.words[0], &document, &err);
    struct pk_slice name = pk_json_string(pk_json_get(document, "name"));
    if (r == 0 && name.len == 0) {
        r = pk_fail(&err, PK_E_INVALID, "%s: it has no \"name\"", words.words[0]);
        (void) pk_hint(&err, r, "Give it one of small letters, digits and hyphens: parents-autumn.");
    }
    struct pk_buf body;
    pk_buf_init(&body, 2 * FILE_BYTES_MAX);
    if (r == 0) {
        body_of(document, where, &body);
        r = ask(invocation, "PUT", name, "", &body, &campaign, &err);
    }
    pk_buf_finish(&body);
    return end(invocation, r, campaign, &err);
}

static int move(const struct pk_invocation *invocation)
{
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    pk_auto(pk_json) struct pk_json *values = NULL, *campaign = NULL;
    int status = take_words(invocation, NULL, 0, 2, "which campaign, and which file of values?", &words);
    if (status != 0)
        return status;
    struct pk_buf body, raw;
    pk_buf_init(&body, 2 * FILE_BYTES_MAX);
    pk_buf_init(&raw, FILE_BYTES_MAX);
    int r = read_document(words.words[1], &values, &err);
    if (r == 0) {
        struct pk_json_out out = pk_json_out(&body);
        (void) pk_json_dump(values, &raw);
        pk_json_open(&out, NULL, '{');
        pk_json_add_raw(&out, "values", pk_buf_slice(&raw));
        pk_json_close(&out, '}');
        r = ask(invocation, "POST", pk_slice_of(words.words[0]), "/move", &body, &campaign, &err);
    }
    pk_buf_finish(&body);
    pk_buf_finish(&raw);
    return end(invocation, r, campaign, &err);
}

/* ---- decided ---- */

static int decide(const struct pk_invocation *invocation, const char *what, const char *digest, const char *name)
{
    struct pk_error err = { 0 };
    struct pk_buf body;
    pk_auto(pk_json) struct pk_json *campaign = NULL;
    pk_buf_init(&body, 512);
    if (digest) {
        struct pk_json_out out = pk_json_out(&body);
        pk_json_open(&out, NULL, '{');
        pk_json_add_text(&out, "digest", digest);
        pk_json_close(&out, '}');
    }
    int r = ask(invocation, "POST", pk_slice_of(name), what, digest ? &body : NULL, &campaign, &err);
    pk_buf_finish(&body);
    return end(invocation, r, campaign, &err);
}

static int plainly(const struct pk_invocation *invocation, const char *what)
{
    struct pk_plain_words words;
    int status = take_words(invocation, NULL, 0, 1, "which campaign?", &words);
    return status != 0 ? status : decide(invocation, what, NULL, words.words[0]);
}

static int submit(const struct pk_invocation *invocation)
{
    return plainly(invocation, "/submit");
}

static int reject(const struct pk_invocation *invocation)
{
    return plainly(invocation, "/reject");
}

static int start(const struct pk_invocation *invocation)
{
    return plainly(invocation, "/start");
}

static int pause_one(const struct pk_invocation *invocation)
{
    return plainly(invocation, "/pause");
}

static int resume(const struct pk_invocation *invocation)
{
    return plainly(invocation, "/resume");
}

static int cancel(const struct pk_invocation *invocation)
{
    return plainly(invocation, "/cancel");
}

static int approve(const struct pk_invocation *invocation)
{
    const char *digest = NULL;
    const struct pk_option options[] = { { "digest", &digest, NULL } };
    struct pk_plain_words words;
    int status = take_words(invocation, options, PK_COUNT(options), 1, "which campaign?", &words);
    if (status == 0 && !digest)
        status = pk_command_misused(&pk_command_campaigns, "what did you see? --digest is what campaigns preview tells at its end");
    return status != 0 ? status : decide(invocation, "/approve", digest, words.words[0]);
}

static int run(const struct pk_invocation *invocation)
{
    static const struct pk_verb verbs[] = {
        { "list", list },     { "show", show },   { "watch", watch },     { "write", write_one }, { "submit", submit }, { "approve", approve },
        { "reject", reject }, { "start", start }, { "pause", pause_one }, { "resume", resume },   { "move", move },     { "cancel", cancel },
        { "preview", pk_campaigns_preview }, { "trial", pk_campaigns_trial }, { "rehearse", pk_campaigns_rehearse },
        { "remind", pk_campaigns_remind_verb }, { "report", pk_report_verb_campaign },
    };
    return pk_verb_run(&pk_command_campaigns, invocation, verbs, PK_COUNT(verbs));
}

const struct pk_command pk_command_campaigns = {
    .name = "campaigns",
    .usage = "campaigns list\n"
             "campaigns show NAME\n"
             "campaigns watch NAME\n"
             "campaigns write FILE.json [--where RULE]\n"
             "campaigns preview NAME [--texts]\n"
             "campaigns trial NAME --to ADDRESS [--step NUMBER] [--language TAG] [--script SCRIPT]\n"
             "campaigns rehearse NAME [--seed N] [--fail KIND=SHARE]...\n"
             "campaigns submit NAME\n"
             "campaigns approve NAME --digest DIGEST\n"
             "campaigns reject NAME\n"
             "campaigns start NAME\n"
             "campaigns pause NAME\n"
             "campaigns resume NAME\n"
             "campaigns move NAME VALUES.json\n"
             "campaigns remind NAME [--circle NAME]\n"
             "campaigns cancel NAME\n"
             "campaigns report NAME [--per step|language|script|channel|area|time] [--csv]",
    .summary = "what is said about one date, in steps: written, approved by a second person, and gone by itself",
    .run = run,
};
