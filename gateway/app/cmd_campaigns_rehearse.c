/* SPDX-License-Identifier: EUPL-1.2 */
/* `pokana campaigns rehearse`: the gateway says whether one may, and keeps that in the audit; it is played in this process. */
#include "gateway/app/ask.h"
#include "gateway/app/cmd_campaigns.h"
#include "gateway/app/cmd_report.h"
#include "gateway/app/options.h"
#include "gateway/app/progress.h"
#include "gateway/app/rehearsal.h"
#include "gateway/app/shelter.h"
#include "gateway/app/table.h"
#include "gateway/base/text.h"
#include "gateway/language/defaults.h"

#define OUT_BYTES_MAX (4u << 20)

static void print(const struct pk_json *document)
{
    static const struct pk_column columns[] = { { NULL, false }, { NULL, false } };
    const struct pk_json *rehearsal = pk_json_get(document, "rehearsal"), *left = pk_json_get(rehearsal, "left");
    bool held = false;
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    (void) printf("Rehearsed: nobody was written to. What would have come of it:\n\n");
    pk_report_print(pk_json_get(document, "report"), NULL);
    (void) printf("\n");
    pk_table_fact(table, "rehearsed as", pk_json_get(rehearsal, "seed"));
    pk_table_fact_moment(table, "from", pk_json_get(rehearsal, "began"));
    pk_table_fact_moment(table, "over", pk_json_get(rehearsal, "over"));
    pk_table_fact_moment(table, "settled", pk_json_get(rehearsal, "settled"));
    for (size_t i = 0; i < pk_json_count(left); i++) {
        const struct pk_json *item = pk_json_item(left, i), *messages = pk_json_get(item, "messages");
        pk_table_printf(table, "left: %.*s", PK_SLICE_ARG(pk_json_string(pk_json_get(item, "reason"))));
        if (pk_json_kind(messages) == PK_JSON_NUMBER)
            pk_table_json(table, messages);
        else
            pk_table_text(table, "under 5");
    }
    pk_table_print(table);
    if (pk_json_bool(pk_json_get(rehearsal, "holdsLifted"), &held) && held)
        (void) printf("\nSending is on hold now, at the gateway or at an account: it was rehearsed as if it were not.\n");
}

static int play(const struct pk_invocation *invocation, const struct pk_rehearsal *rehearsal, struct pk_buf *out, struct pk_error *err)
{
    pk_auto(pk_config) struct pk_config *config = NULL;
    pk_auto(pk_catalog) struct pk_catalog *catalog = NULL;
    pk_auto(pk_keyring) struct pk_keyring *keys = NULL;
    struct pk_ini_report report = pk_config_report_stderr();
    pk_shelter(); /* everybody's numbers will be in this memory */
    int r = pk_config_read(invocation->config, &report, &config, err);
    if (r == 0)
        r = pk_language_set_defaults(config->rules.default_language, config->rules.zone, err);
    if (r == 0)
        r = pk_config_load_catalog(config, &report, &catalog, err);
    if (r == 0)
        r = pk_keyfile_read(config->keys, &keys, err);
    if (r == 0)
        r = pk_rehearsal_close_door(err);
    if (r != 0)
        return r;
    pk_log_set_fd(-1); /* of a play; what keeps it from its end is told below */
    pk_progress_begin("rehearsing, in minutes of the campaign");
    r = pk_rehearsal_play(config, catalog, keys, rehearsal, out, err);
    pk_progress_end();
    return r;
}

static int ask(const struct pk_invocation *invocation, const char *name, struct pk_error *err)
{
    pk_auto(pk_json) struct pk_json *answer = NULL;
    struct pk_buf path;
    pk_buf_init(&path, 512);
    (void) pk_buf_add_text(&path, "/v1/campaigns/");
    pk_ask_escape(&path, pk_slice_of(name));
    (void) pk_buf_add_text(&path, "/rehearsal");
    int r = path.failed ? pk_fail(err, PK_E_LIMIT, "that name is too long") : pk_ask_change(invocation, "POST", pk_buf_text(&path), "", &answer, err);
    pk_buf_finish(&path);
    return r;
}

static int read_words(const struct pk_invocation *invocation, struct pk_rehearsal *rehearsal)
{
    const char *seed = NULL, *fails[PK_REHEARSAL_FAILS_MAX] = { NULL };
    struct pk_option options[PK_REHEARSAL_FAILS_MAX + 1] = { { "seed", &seed, NULL } };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    for (size_t i = 0; i < PK_REHEARSAL_FAILS_MAX; i++)
        options[i + 1] = (struct pk_option){ "fail", &fails[i], NULL };
    int status = pk_options_read(&pk_command_campaigns, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count != 1)
        return pk_command_misused(&pk_command_campaigns, "which campaign?");
    rehearsal->campaign = words.words[0];
    if (seed && pk_parse_int(pk_slice_of(seed), 1, INT32_MAX, &rehearsal->seed) != 0)
        return pk_command_misused(&pk_command_campaigns, "--seed \"%s\" is no number from 1 to 2147483647", seed);
    for (size_t i = 0; i < PK_REHEARSAL_FAILS_MAX && fails[i]; i++)
        if (pk_rehearsal_fail_parse(rehearsal, fails[i], &err) != 0)
            return pk_command_failed(&err);
    return 0;
}

int pk_campaigns_rehearse(const struct pk_invocation *invocation)
{
    struct pk_rehearsal rehearsal = { .seed = 1 };
    struct pk_error err = { 0 };
    struct pk_buf out;
    pk_auto(pk_json) struct pk_json *document = NULL;
    int status = read_words(invocation, &rehearsal);
    if (status != 0)
        return status;
    pk_buf_init(&out, OUT_BYTES_MAX);
    int r = ask(invocation, rehearsal.campaign, &err);
    if (r == 0)
        r = play(invocation, &rehearsal, &out, &err);
    if (r == 0)
        r = pk_json_parse(pk_buf_slice(&out), OUT_BYTES_MAX, &document, &err);
    pk_buf_finish(&out);
    if (r != 0)
        return pk_command_failed(&err);
    if (invocation->json)
        pk_ask_print(document);
    else
        print(document);
    return 0;
}
