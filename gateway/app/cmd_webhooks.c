/* SPDX-License-Identifier: EUPL-1.2 */
/* `pokana webhooks`: where events go by HTTP and what became of them; one sent again, one to try it, and a webhook that is on again. */
#include "gateway/app/ask.h"
#include "gateway/app/options.h"
#include "gateway/app/pages.h"
#include "gateway/app/table.h"

static int list(const struct pk_invocation *invocation)
{
    static const struct pk_column columns[] = { { "WEBHOOK", false }, { "HOST", false },  { "OF", false },  { "STATE", false }, { "REASON", false },
                                                { "SINCE", false },   { "WAITING", true }, { "NEXT", false }, { "MISSED", true } };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    int status = pk_options_read(&pk_command_webhooks, invocation, NULL, 0, &words);
    if (status != 0)
        return status;
    if (words.count > 0)
        return pk_command_misused(&pk_command_webhooks, "list takes no words");
    pk_auto(pk_json) struct pk_json *document = NULL;
    if (pk_ask_read(invocation, "/v1/webhooks", &document, &err) != 0)
        return pk_command_failed(&err);
    if (invocation->json) {
        pk_ask_print(document);
        return 0;
    }
    const struct pk_json *webhooks = pk_json_get(document, "webhooks");
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    for (size_t i = 0; i < pk_json_count(webhooks); i++) {
        const struct pk_json *webhook = pk_json_item(webhooks, i);
        pk_table_json(table, pk_json_get(webhook, "name"));
        pk_table_json(table, pk_json_get(webhook, "host"));
        pk_table_json(table, pk_json_get(webhook, "publisher"));
        pk_table_json(table, pk_json_get(webhook, "state"));
        pk_table_json(table, pk_json_get(webhook, "offReason"));
        pk_table_moment(table, pk_json_get(webhook, "offSince"));
        pk_table_json(table, pk_json_get(webhook, "waiting"));
        pk_table_moment(table, pk_json_get(webhook, "nextAt"));
        pk_table_json(table, pk_json_get(webhook, "missed"));
    }
    if (pk_table_rows(table) > 0)
        pk_table_print(table);
    else
        (void) printf("no webhooks: each is a [webhook NAME] section of the configuration\n");
    return 0;
}

/* ---- deliveries ---- */

static void print_deliveries(const struct pk_pages *pages)
{
    static const struct pk_column columns[] = { { "DELIVERY", false }, { "EVENT", false },   { "TYPE", false },  { "STATE", false }, { "OUTCOME", false },
                                                { "STATUS", true },    { "TRIES", true },    { "MADE", false },  { "TRIED", false }, { "NEXT", false } };
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    struct pk_page_place place = { 0 };
    const struct pk_json *delivery;
    while ((delivery = pk_pages_next(pages, &place)) != NULL) {
        pk_table_json(table, pk_json_get(delivery, "id"));
        pk_table_json(table, pk_json_get(delivery, "event"));
        pk_table_json(table, pk_json_get(delivery, "type"));
        pk_table_json(table, pk_json_get(delivery, "state"));
        pk_table_json(table, pk_json_get(delivery, "outcome"));
        pk_table_json(table, pk_json_get(delivery, "status"));
        pk_table_json(table, pk_json_get(delivery, "tries"));
        pk_table_moment(table, pk_json_get(delivery, "createdAt"));
        pk_table_moment(table, pk_json_get(delivery, "triedAt"));
        pk_table_moment(table, pk_json_get(delivery, "nextAt"));
    }
    pk_pages_show(pages, table, "no such deliveries");
}

/* "/v1/webhooks/NAME/deliveries" */
static void path_to(struct pk_buf *path, const char *name, const char *rest)
{
    (void) pk_buf_add_text(path, "/v1/webhooks/");
    pk_ask_escape(path, pk_slice_of(name));
    (void) pk_buf_add_text(path, rest);
}

static int deliveries(const struct pk_invocation *invocation)
{
    const char *state = NULL, *after = NULL, *limit = NULL;
    const struct pk_option options[] = { { "state", &state, NULL }, { "after", &after, NULL }, { "limit", &limit, NULL } };
    char bytes[256];
    struct pk_buf path = { .data = bytes, .cap = sizeof bytes, .max_bytes = sizeof bytes - 1 };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    struct pk_pages pages;
    int status = pk_options_read(&pk_command_webhooks, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count != 1)
        return pk_command_misused(&pk_command_webhooks, "of which webhook? pokana webhooks list shows them");
    path_to(&path, words.words[0], "/deliveries");
    const struct pk_page_filter filter = { "state", state };
    pk_pages_init(&pages, pk_buf_text(&path), "deliveries");
    if (!pk_pages_limit(&pages, limit))
        return pk_command_misused(&pk_command_webhooks, "--limit \"%s\" is no number from 1 to %d", limit, PK_PAGES_LIMIT_MAX);
    if (pk_pages_read(&pages, invocation, &filter, 1, after, &err) != 0)
        status = pk_command_failed(&err);
    else if (invocation->json)
        pk_pages_print(&pages);
    else
        print_deliveries(&pages);
    pk_pages_finish(&pages);
    return status;
}

/* ---- acts ---- */

/* One word that is a name or an id; what comes back is the caller's, NULL when it was said what is wrong. */
static struct pk_json *act(const struct pk_invocation *invocation, const char *front, const char *rest, const char *missing, const char **ret_word,
                           int *ret_status)
{
    char bytes[256];
    struct pk_buf path = { .data = bytes, .cap = sizeof bytes, .max_bytes = sizeof bytes - 1 };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    struct pk_json *answer = NULL;
    *ret_status = pk_options_read(&pk_command_webhooks, invocation, NULL, 0, &words);
    if (*ret_status != 0)
        return NULL;
    if (words.count != 1) {
        *ret_status = pk_command_misused(&pk_command_webhooks, "%s", missing);
        return NULL;
    }
    *ret_word = words.words[0];
    (void) pk_buf_add_text(&path, front);
    pk_ask_escape(&path, pk_slice_of(words.words[0]));
    (void) pk_buf_add_text(&path, rest);
    if (pk_ask_change(invocation, "POST", pk_buf_text(&path), "", &answer, &err) != 0) {
        *ret_status = pk_command_failed(&err);
        return NULL;
    }
    if (invocation->json)
        pk_ask_print(answer);
    return answer;
}

static int resend(const struct pk_invocation *invocation)
{
    const char *word = NULL;
    int status = 0;
    pk_auto(pk_json) struct pk_json *answer = act(invocation, "/v1/webhooks/deliveries/", "/resend", "which delivery? pokana webhooks deliveries NAME shows them", &word, &status);
    if (answer && !invocation->json)
        (void) printf("%s is sent again, with the id it had\n", word);
    return status;
}

static int test(const struct pk_invocation *invocation)
{
    const char *word = NULL;
    int status = 0;
    pk_auto(pk_json) struct pk_json *answer = act(invocation, "/v1/webhooks/", "/test", "which webhook?", &word, &status);
    if (answer && !invocation->json)
        (void) printf("an event is on its way; what becomes of it: pokana webhooks deliveries %s --limit 1\n", word);
    return status;
}

static int resume(const struct pk_invocation *invocation)
{
    const char *word = NULL;
    int status = 0;
    pk_auto(pk_json) struct pk_json *answer = act(invocation, "/v1/webhooks/", "/resume", "which webhook?", &word, &status);
    int64_t waiting = 0;
    if (!answer || invocation->json)
        return status;
    (void) pk_json_int(pk_json_get(answer, "waiting"), &waiting);
    (void) printf("%s is on; %lld event%s on the way to it\n", word, (long long) waiting, waiting == 1 ? " is" : "s are");
    return 0;
}

static int run(const struct pk_invocation *invocation)
{
    static const struct pk_verb verbs[] = { { "list", list }, { "deliveries", deliveries }, { "resend", resend }, { "test", test }, { "resume", resume } };
    return pk_verb_run(&pk_command_webhooks, invocation, verbs, PK_COUNT(verbs));
}

const struct pk_command pk_command_webhooks = {
    .name = "webhooks",
    .usage = "webhooks list\n"
             "webhooks deliveries NAME [--state STATE] [--after ID] [--limit N]\n"
             "webhooks resend DELIVERY\n"
             "webhooks test NAME\n"
             "webhooks resume NAME",
    .summary = "where events go by HTTP, and what became of them",
    .run = run,
};
