/* SPDX-License-Identifier: EUPL-1.2 */
/* `pokana campaigns remind`: a key person sends the planned reminder early, to her own circle. */
#include "gateway/app/ask.h"
#include "gateway/app/cmd_campaigns.h"
#include "gateway/app/options.h"
#include "gateway/app/table.h"

static int say(const struct pk_invocation *invocation, const struct pk_json *answer)
{
    static const struct pk_column columns[] = { { NULL, false }, { NULL, false } };
    bool changed = false;
    (void) pk_json_bool(pk_json_get(answer, "changed"), &changed);
    if (invocation->json) {
        pk_ask_print(answer);
        return 0;
    }
    (void) printf(changed ? "the reminder goes now to those of the circle who were told, and not to them again when it is due\n"
                          : "this reminder went to the circle already\n");
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    pk_table_fact(table, "circle", pk_json_get(answer, "circle"));
    pk_table_fact(table, "step", pk_json_get(answer, "step"));
    pk_table_fact_moment(table, "others", pk_json_get(answer, "planned"));
    pk_table_print(table);
    return 0;
}

int pk_campaigns_remind_verb(const struct pk_invocation *invocation)
{
    const char *circle = NULL;
    const struct pk_option options[] = { { "circle", &circle, NULL } };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    struct pk_buf path, body;
    pk_auto(pk_json) struct pk_json *answer = NULL;
    int status = pk_options_read(&pk_command_campaigns, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count != 1)
        return pk_command_misused(&pk_command_campaigns, "of which campaign?");
    pk_buf_init(&path, 512);
    pk_buf_init(&body, 512);
    (void) pk_buf_add_text(&path, "/v1/campaigns/");
    pk_ask_escape(&path, pk_slice_of(words.words[0]));
    (void) pk_buf_add_text(&path, "/remind");
    if (circle) {
        struct pk_json_out out = pk_json_out(&body);
        pk_json_open(&out, NULL, '{');
        pk_json_add_text(&out, "circle", circle);
        pk_json_close(&out, '}');
    }
    int r = path.failed || body.failed ? pk_fail(&err, PK_E_LIMIT, "that name is too long")
                                       : pk_ask_change(invocation, "POST", pk_buf_text(&path), circle ? pk_buf_text(&body) : "", &answer, &err);
    pk_buf_finish(&path);
    pk_buf_finish(&body);
    return r != 0 ? pk_command_failed(&err) : say(invocation, answer);
}
