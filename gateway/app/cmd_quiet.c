/* SPDX-License-Identifier: EUPL-1.2 */
/* `pokana quiet`: may anything be sent now, if not why and from when; and with --count when so many messages would leave. */
#include "gateway/app/ask.h"
#include "gateway/app/options.h"
#include "gateway/app/table.h"
#include "gateway/base/clock.h"
#include "gateway/base/text.h"

#include <inttypes.h>

/* "night (rule night)", "Великден (bg, rule holidays)" */
static void add_why(struct pk_table *table, const struct pk_json *item)
{
    struct pk_slice rule = pk_json_string(pk_json_get(item, "rule")), cause = pk_json_string(pk_json_get(item, "cause"));
    struct pk_slice day = pk_json_string(pk_json_get(item, "day")), calendar = pk_json_string(pk_json_get(item, "calendar"));
    if (rule.len == 0)
        pk_table_text(table, NULL);
    else if (day.len > 0)
        pk_table_printf(table, "%.*s (%.*s, rule %.*s)", PK_SLICE_ARG(day), PK_SLICE_ARG(calendar), PK_SLICE_ARG(rule));
    else
        pk_table_printf(table, "%.*s (rule %.*s)", PK_SLICE_ARG(cause), PK_SLICE_ARG(rule));
}

static void add_item(struct pk_table *table, const struct pk_json *item)
{
    bool allowed = false, passes = false;
    (void) pk_json_bool(pk_json_get(item, "allowed"), &allowed);
    (void) pk_json_bool(pk_json_get(item, "urgentPasses"), &passes);
    pk_table_json(table, pk_json_get(item, "topic"));
    pk_table_json(table, pk_json_get(item, "channel"));
    pk_table_text(table, allowed ? "allowed" : passes ? "quiet, urgent passes" : "quiet");
    const struct pk_json *until = pk_json_get(item, allowed ? "allowedUntil" : "allowedFrom");
    if (pk_json_kind(until) == PK_JSON_STRING)
        pk_table_moment(table, until);
    else
        pk_table_text(table, allowed ? "for ever" : "never");
    add_why(table, item);
}

static void print_forecast(const struct pk_json *forecast, int64_t now_ms)
{
    char from[PK_SHOW_TEXT_MAX], to[PK_SHOW_TEXT_MAX];
    const struct pk_json *spans = pk_json_get(forecast, "spans");
    int64_t late = 0;
    for (size_t i = 0; i < pk_json_count(spans); i++) {
        const struct pk_json *span = pk_json_item(spans, i);
        int64_t count = 0, from_ms = 0, to_ms = 0;
        (void) pk_json_int(pk_json_get(span, "count"), &count);
        (void) pk_time_parse(pk_json_string(pk_json_get(span, "from")), &from_ms);
        (void) pk_time_parse(pk_json_string(pk_json_get(span, "to")), &to_ms);
        (void) printf("%s%" PRId64 " messages from %s to %s\n", i == 0 ? "\n" : "", count, pk_show_moment(from_ms, now_ms, from),
                      pk_show_moment(to_ms, now_ms, to));
    }
    if (pk_json_int(pk_json_get(forecast, "late"), &late) && late > 0)
        (void) printf("%" PRId64 " messages would not leave\n", late);
}

static void print_quiet(const struct pk_json *quiet)
{
    static const struct pk_column columns[] = {
        { "TOPIC", false }, { "CHANNEL", false }, { "IS", false }, { "UNTIL", false }, { "WHY", false },
    };
    const struct pk_json *items = pk_json_get(quiet, "items"), *ends = pk_json_get(quiet, "calendarsThatEnd");
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    int64_t rules = 0;
    for (size_t i = 0; i < pk_json_count(items); i++)
        add_item(table, pk_json_item(items, i));
    pk_table_print(table);
    if (pk_json_int(pk_json_get(quiet, "rules"), &rules) && rules == 0)
        (void) printf("\nNo quiet hours are configured: add a [quiet NAME] section.\n");
    print_forecast(pk_json_get(quiet, "forecast"), pk_clock_wall_ms());
    for (size_t i = 0; i < pk_json_count(ends); i++) {
        const struct pk_json *end = pk_json_item(ends, i);
        struct pk_slice calendar = pk_json_string(pk_json_get(end, "calendar")), known = pk_json_string(pk_json_get(end, "knownUntil"));
        (void) printf("%sThe days of %.*s are known until %.*s: add those that follow to its file.\n", i == 0 ? "\n" : "", PK_SLICE_ARG(calendar),
                      PK_SLICE_ARG(known));
    }
}

static void add_argument(struct pk_buf *path, const char *name, const char *value)
{
    if (!value)
        return;
    (void) pk_buf_printf(path, "%c%s=", strchr(pk_buf_text(path), '?') ? '&' : '?', name);
    pk_ask_escape(path, pk_slice_of(value));
}

static int run(const struct pk_invocation *invocation)
{
    const char *at = NULL, *topic = NULL, *channel = NULL, *count = NULL;
    const struct pk_option options[] = { { "at", &at, NULL }, { "topic", &topic, NULL }, { "channel", &channel, NULL }, { "count", &count, NULL } };
    struct pk_error err = { 0 };
    struct pk_plain_words words;
    int64_t moment_ms;
    int status = pk_options_read(&pk_command_quiet, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count > 0)
        return pk_command_misused(&pk_command_quiet, "quiet takes no words");
    if (at && pk_time_parse(pk_slice_of(at), &moment_ms) != 0)
        return pk_command_misused(&pk_command_quiet, "--at \"%s\" is no moment such as 2026-12-24T21:30:00+01:00", at);
    struct pk_buf path;
    pk_buf_init(&path, 2048);
    (void) pk_buf_add_text(&path, "/v1/quiet");
    add_argument(&path, "at", at);
    add_argument(&path, "topic", topic);
    add_argument(&path, "channel", channel);
    add_argument(&path, "count", count);
    pk_auto(pk_json) struct pk_json *document = NULL;
    int r = pk_ask_read(invocation, pk_buf_text(&path), &document, &err);
    pk_buf_finish(&path);
    if (r != 0)
        return pk_command_failed(&err);
    if (invocation->json)
        pk_ask_print(document);
    else
        print_quiet(document);
    return 0;
}

const struct pk_command pk_command_quiet = {
    .name = "quiet",
    .usage = "quiet [--at TIME] [--topic TOPIC] [--channel CHANNEL] [--count MESSAGES]",
    .summary = "may anything be sent now, if not why and from when",
    .run = run,
};
