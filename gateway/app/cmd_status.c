/* SPDX-License-Identifier: EUPL-1.2 */
/* `pokana status`: how the gateway is, on one screen. */
#include "gateway/app/ask.h"
#include "gateway/app/cmd_accounts.h"
#include "gateway/app/options.h"
#include "gateway/app/table.h"
#include "gateway/base/clock.h"

#define DAY_S (24 * 3600)

static bool is_true(const struct pk_json *object, const char *path)
{
    bool value = false;
    return pk_json_bool(pk_json_at(object, path), &value) && value;
}

static void add_condition(struct pk_table *facts, const struct pk_json *status)
{
    struct pk_slice why = pk_json_string(pk_json_at(status, "condition.why"));
    const char *word = is_true(status, "condition.degraded") ? "degraded"
                       : is_true(status, "condition.ready")  ? "ready"
                                                             : "not ready";
    pk_table_text(facts, "condition");
    if (why.len > 0)
        pk_table_printf(facts, "%s: %.*s", word, PK_SLICE_ARG(why));
    else
        pk_table_text(facts, word);
}

static void add_sending(struct pk_table *facts, const struct pk_json *status)
{
    pk_table_text(facts, "sending");
    if (is_true(status, "hold.restored"))
        pk_table_text(facts, "on hold since a backup was restored; pokana resume --after-restore lifts this");
    else if (is_true(status, "hold.all"))
        pk_table_text(facts, "paused by an operator; pokana resume --all lifts this");
    else
        pk_table_text(facts, "yes");
}

static void add_broker(struct pk_table *facts, const struct pk_json *status)
{
    struct pk_slice trouble = pk_json_string(pk_json_at(status, "broker.trouble"));
    pk_table_text(facts, "broker");
    if (!is_true(status, "broker.configured"))
        pk_table_text(facts, "none configured");
    else if (is_true(status, "broker.connected"))
        pk_table_text(facts, "connected");
    else if (trouble.len > 0)
        pk_table_printf(facts, "not connected: %.*s", PK_SLICE_ARG(trouble));
    else
        pk_table_text(facts, "not connected");
}

static void add_journal(struct pk_table *facts, const struct pk_json *status)
{
    int64_t owed = 0;
    pk_table_text(facts, "journal");
    (void) pk_json_int(pk_json_at(status, "journal.owed"), &owed);
    if (!is_true(status, "journal.kept"))
        pk_table_text(facts, "none is kept");
    else if (is_true(status, "journal.behind"))
        pk_table_printf(facts, "cannot be written: %lld STOPs, withdrawals or erasures are in the database only", (long long) owed);
    else
        pk_table_text(facts, "complete");
}

static void add_start(struct pk_table *facts, const struct pk_json *status)
{
    int64_t ms;
    char moment[PK_SHOW_TEXT_MAX], ago[PK_SHOW_TEXT_MAX];
    if (pk_time_parse(pk_json_string(pk_json_get(status, "startedAt")), &ms) != 0)
        return;
    pk_table_text(facts, "running since");
    pk_table_printf(facts, "%s (%s)", pk_show_moment_long(ms, moment), pk_show_duration(pk_clock_wall_ms() - ms, ago));
}

/* What is kept for a time only, and since when the oldest of it is. */
static void print_retention(const struct pk_json *kinds)
{
    static const struct pk_column columns[] = { { "KEPT", false }, { "FOR", true }, { "AFTER", false }, { "OLDEST", false } };
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    for (size_t i = 0; i < pk_json_count(kinds); i++) {
        const struct pk_json *kind = pk_json_item(kinds, i);
        int64_t seconds = 0;
        char duration[PK_SHOW_TEXT_MAX];
        pk_table_json(table, pk_json_get(kind, "kind"));
        bool limited = pk_json_int(pk_json_get(kind, "keptSeconds"), &seconds) && seconds > 0;
        if (limited && seconds % DAY_S == 0)
            pk_table_printf(table, "%lld %s", (long long) (seconds / DAY_S), seconds == DAY_S ? "day" : "days");
        else if (limited)
            pk_table_text(table, pk_show_duration(seconds * 1000, duration));
        else
            pk_table_text(table, "");
        pk_table_json(table, pk_json_get(kind, "since"));
        pk_table_moment(table, pk_json_get(kind, "oldestAt"));
    }
    if (pk_table_rows(table) == 0)
        return;
    (void) printf("\n");
    pk_table_print(table);
}

static void print_status(const struct pk_json *status)
{
    static const struct pk_column columns[] = { { NULL, false }, { NULL, false } };
    pk_auto(pk_table) struct pk_table *facts = pk_table_new(columns, PK_COUNT(columns));
    pk_table_fact(facts, "instance", pk_json_get(status, "instance"));
    pk_table_fact(facts, "version", pk_json_get(status, "version"));
    add_start(facts, status);
    add_condition(facts, status);
    add_sending(facts, status);
    add_broker(facts, status);
    add_journal(facts, status);
    pk_table_fact(facts, "recipients", pk_json_get(status, "recipients"));
    pk_table_fact(facts, "messages", pk_json_get(status, "messages"));
    pk_table_fact(facts, "events to publish", pk_json_get(status, "outbox"));
    pk_table_print(facts);
    (void) printf("\n");
    pk_accounts_print(pk_json_get(status, "accounts"));
    print_retention(pk_json_get(status, "retention"));
}

static int run(const struct pk_invocation *invocation)
{
    struct pk_error err = { 0 };
    struct pk_plain_words words;
    int status = pk_options_read(&pk_command_status, invocation, NULL, 0, &words);
    if (status != 0)
        return status;
    if (words.count > 0)
        return pk_command_misused(&pk_command_status, "status takes no words");
    pk_auto(pk_json) struct pk_json *document = NULL;
    if (pk_ask_read(invocation, "/v1/status", &document, &err) != 0)
        return pk_command_failed(&err);
    if (invocation->json)
        pk_ask_print(document);
    else
        print_status(document);
    return 0;
}

const struct pk_command pk_command_status = {
    .name = "status",
    .usage = "status",
    .summary = "how the gateway is: condition, broker, messages, accounts",
    .run = run,
};
