/* SPDX-License-Identifier: EUPL-1.2 */
/* `pokana queue`: what waits to be handed over, by route and priority. */
#include "gateway/app/ask.h"
#include "gateway/app/options.h"
#include "gateway/app/table.h"
#include "gateway/base/clock.h"

#include <inttypes.h>

static void add_lane(struct pk_table *table, const struct pk_json *lane)
{
    const struct pk_json *oldest = pk_json_get(lane, "oldestDueAt");
    char text[PK_SHOW_TEXT_MAX];
    int64_t ms, now_ms = pk_clock_wall_ms();
    pk_table_json(table, pk_json_get(lane, "route"));
    pk_table_json(table, pk_json_get(lane, "priority"));
    pk_table_json(table, pk_json_get(lane, "waiting"));
    pk_table_json(table, pk_json_get(lane, "due"));
    pk_table_moment(table, oldest);
    bool late = pk_time_parse(pk_json_string(oldest), &ms) == 0 && ms < now_ms;
    pk_table_text(table, late ? pk_show_duration(now_ms - ms, text) : NULL);
}

static void print_queue(const struct pk_json *queue)
{
    static const struct pk_column columns[] = { { "ROUTE", false }, { "PRIORITY", false }, { "WAITING", true },
                                                { "DUE", true },    { "NEXT DUE", false }, { "LATE BY", false } };
    const struct pk_json *lanes = pk_json_get(queue, "lanes");
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    int64_t in_flight = 0;
    for (size_t i = 0; i < pk_json_count(lanes); i++)
        add_lane(table, pk_json_item(lanes, i));
    if (pk_table_rows(table) > 0)
        pk_table_print(table);
    else
        (void) printf("nothing waits\n");
    if (pk_json_int(pk_json_get(queue, "inFlight"), &in_flight) && in_flight > 0)
        (void) printf("being handed over now: %" PRId64 "\n", in_flight);
}

static int run(const struct pk_invocation *invocation)
{
    struct pk_error err = { 0 };
    struct pk_plain_words words;
    int status = pk_options_read(&pk_command_queue, invocation, NULL, 0, &words);
    if (status != 0)
        return status;
    if (words.count > 0)
        return pk_command_misused(&pk_command_queue, "queue takes no words");
    pk_auto(pk_json) struct pk_json *document = NULL;
    if (pk_ask_read(invocation, "/v1/queue", &document, &err) != 0)
        return pk_command_failed(&err);
    if (invocation->json)
        pk_ask_print(document);
    else
        print_queue(document);
    return 0;
}

const struct pk_command pk_command_queue = {
    .name = "queue",
    .usage = "queue",
    .summary = "what waits to be handed over, by route and priority",
    .run = run,
};
