/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `pokana audit`: who did what, refused attempts too; whether the trail is whole, also of a backup and while no gateway runs;
 * the trail as JSON lines; and one person's processing log, for that person.
 */
#include "gateway/app/ask.h"
#include "gateway/app/copy.h"
#include "gateway/app/options.h"
#include "gateway/app/pages.h"
#include "gateway/app/table.h"
#include "gateway/store/audit.h"
#include "gateway/store/inspect.h"

#define EXPORT_PAGE 500
#define LINE_BYTES_MAX (64u << 10)

struct wish {
    const char *actor, *object, *since, *after, *limit;
};

static int read_wish(const struct pk_invocation *invocation, bool pages, struct wish *wish)
{
    const struct pk_option options[] = {
        { "actor", &wish->actor, NULL }, { "object", &wish->object, NULL }, { "since", &wish->since, NULL },
        { "after", &wish->after, NULL }, { "limit", &wish->limit, NULL },
    };
    struct pk_plain_words words;
    int status = pk_options_read(&pk_command_audit, invocation, options, pages ? PK_COUNT(options) : 3, &words);
    if (status == 0 && words.count > 0)
        status = pk_command_misused(&pk_command_audit, "\"%s\" makes no sense here", words.words[0]);
    return status;
}

/* ---- list ---- */

static void print_list(const struct pk_pages *pages)
{
    static const struct pk_column columns[] = { { "ENTRY", true },   { "AT", false },     { "WHO", false },    { "ROLE", false },
                                                { "ACTION", false }, { "OBJECT", false }, { "RESULT", false }, { "DETAIL", false } };
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    struct pk_page_place place = { 0 };
    const struct pk_json *entry;
    while ((entry = pk_pages_next(pages, &place)) != NULL) {
        pk_table_json(table, pk_json_get(entry, "id"));
        pk_table_moment(table, pk_json_get(entry, "at"));
        pk_table_json(table, pk_json_get(entry, "actor"));
        pk_table_json(table, pk_json_get(entry, "role"));
        pk_table_json(table, pk_json_get(entry, "action"));
        pk_table_json(table, pk_json_get(entry, "object"));
        pk_table_json(table, pk_json_get(entry, "result"));
        pk_table_json(table, pk_json_get(entry, "detail"));
    }
    pk_pages_show(pages, table, "no such entries");
}

static int list(const struct pk_invocation *invocation)
{
    struct wish wish = { 0 };
    struct pk_error err = { 0 };
    int status = read_wish(invocation, true, &wish);
    if (status != 0)
        return status;
    const struct pk_page_filter filters[] = { { "actor", wish.actor }, { "object", wish.object }, { "since", wish.since } };
    struct pk_pages pages;
    pk_pages_init(&pages, "/v1/audit", "entries");
    if (!pk_pages_limit(&pages, wish.limit))
        return pk_command_misused(&pk_command_audit, "--limit \"%s\" is no number from 1 to %d", wish.limit, PK_PAGES_LIMIT_MAX);
    if (pk_pages_read(&pages, invocation, filters, PK_COUNT(filters), wish.after, &err) != 0)
        status = pk_command_failed(&err);
    else if (invocation->json)
        pk_pages_print(&pages);
    else
        print_list(&pages);
    pk_pages_finish(&pages);
    return status;
}

/* ---- verify ---- */

static int walk(const struct pk_invocation *invocation, const char *file, const char *keys, int64_t *ret_entries, struct pk_error *err)
{
    struct pk_copy copy;
    int r = pk_copy_open(invocation, file, keys, &copy, err);
    if (r == 0 && !pk_store_has_trail(copy.store))
        r = pk_fail(err, PK_E_UNSUPPORTED, "\"%s\" is of a program whose audit had no chain", copy.path);
    if (r == 0)
        r = pk_audit_verify(copy.store, ret_entries, err);
    pk_copy_close(&copy);
    return r;
}

static int by_the_gateway(const struct pk_invocation *invocation, int64_t *ret_entries, struct pk_error *err)
{
    pk_auto(pk_json) struct pk_json *answer = NULL;
    int r = pk_ask(invocation, &(struct pk_question){ .path = "/v1/audit/verify", .timeout_ms = 2 * PK_ASK_TIMEOUT_MS }, &answer, err);
    (void) pk_json_int(pk_json_get(answer, "entries"), ret_entries);
    return r;
}

static int verify(const struct pk_invocation *invocation)
{
    const char *keys = NULL;
    const struct pk_option options[] = { { "keys", &keys, NULL } };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    int64_t entries = 0;
    int status = pk_options_read(&pk_command_audit, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count > 1 || (words.count == 0 && keys))
        return pk_command_misused(&pk_command_audit, "verify takes one file at most, and --keys only with it");
    const char *file = words.count > 0 ? words.words[0] : NULL;
    int r = file ? walk(invocation, file, keys, &entries, &err) : by_the_gateway(invocation, &entries, &err);
    if (!file && r == PK_E_BUSY && !invocation->socket)
        r = walk(invocation, NULL, NULL, &entries, &err);
    if (r != 0)
        return pk_command_failed(&err);
    if (invocation->json)
        (void) printf("{\"whole\":true,\"entries\":%lld}\n", (long long) entries);
    else
        (void) printf("the audit trail is whole: %lld entries, each bound to the one before it\n", (long long) entries);
    return 0;
}

/* ---- export ---- */

static void add_argument(struct pk_buf *path, const char *name, const char *value)
{
    if (!value)
        return;
    (void) pk_buf_printf(path, "&%s=", name);
    pk_ask_escape(path, pk_slice_of(value));
}

/* One page, a line for each entry; *ret_next is where the rest begins, "" at the end. */
static int export_page(const struct pk_invocation *invocation, const struct wish *wish, char next[PK_ID_TEXT_MAX + 8], struct pk_error *err)
{
    struct pk_buf path, line;
    pk_auto(pk_json) struct pk_json *page = NULL;
    pk_buf_init(&path, 2048);
    pk_buf_init(&line, LINE_BYTES_MAX);
    (void) pk_buf_printf(&path, "/v1/audit?order=oldest&limit=%d", EXPORT_PAGE);
    add_argument(&path, "after", next[0] ? next : NULL);
    add_argument(&path, "actor", wish->actor);
    add_argument(&path, "object", wish->object);
    add_argument(&path, "since", wish->since);
    int r = path.failed ? pk_fail(err, PK_E_LIMIT, "that is too long") : pk_ask_read(invocation, pk_buf_text(&path), &page, err);
    const struct pk_json *entries = r == 0 ? pk_json_get(page, "entries") : NULL;
    for (size_t i = 0; i < pk_json_count(entries); i++) {
        pk_buf_clear(&line);
        (void) pk_json_dump(pk_json_item(entries, i), &line);
        (void) printf("%s\n", pk_buf_text(&line));
    }
    (void) snprintf(next, PK_ID_TEXT_MAX + 8, "%.*s", PK_SLICE_ARG(pk_json_string(pk_json_get(page, "next"))));
    pk_buf_finish(&path);
    pk_buf_finish(&line);
    return r;
}

static int export(const struct pk_invocation *invocation)
{
    struct wish wish = { 0 };
    struct pk_error err = { 0 };
    char next[PK_ID_TEXT_MAX + 8] = "";
    int status = read_wish(invocation, false, &wish);
    if (status != 0)
        return status;
    do {
        if (export_page(invocation, &wish, next, &err) != 0)
            return pk_command_failed(&err);
    } while (next[0]);
    return 0;
}

/* ---- one person ---- */

static void print_log(const struct pk_json *document)
{
    static const struct pk_column columns[] = { { "WHEN", false }, { "WHAT", false }, { "WHO", false }, { "ROLE, CHANNEL", false }, { "STATUS", false } };
    const struct pk_json *records = pk_json_get(document, "records");
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    for (size_t i = 0; i < pk_json_count(records); i++) {
        const struct pk_json *record = pk_json_item(records, i), *attributes = pk_json_get(record, "attributes");
        char when[PK_SHOW_TEXT_MAX];
        int64_t at_ms = 0;
        (void) pk_json_int(pk_json_get(record, "start_time"), &at_ms);
        const struct pk_json *actor = pk_json_get(attributes, "actor"), *role = pk_json_get(attributes, "role");
        pk_table_text(table, pk_show_moment_long(at_ms, when));
        pk_table_json(table, pk_json_get(record, "name"));
        pk_table_json(table, actor ? actor : pk_json_get(attributes, "account"));
        pk_table_json(table, role ? role : pk_json_get(attributes, "channel"));
        pk_table_json(table, pk_json_get(record, "status"));
    }
    if (pk_table_rows(table) > 0)
        pk_table_print(table);
    else
        (void) printf("nothing was done with this person's data, or it is no longer kept\n");
}

static int person(const struct pk_invocation *invocation)
{
    char bytes[256];
    struct pk_buf path = { .data = bytes, .cap = sizeof bytes, .max_bytes = sizeof bytes - 1 };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    int status = pk_options_read(&pk_command_audit, invocation, NULL, 0, &words);
    if (status != 0)
        return status;
    if (words.count != 1)
        return pk_command_misused(&pk_command_audit, "which person? the id stands in pokana messages list");
    (void) pk_buf_add_text(&path, "/v1/recipients/");
    pk_ask_escape(&path, pk_slice_of(words.words[0]));
    (void) pk_buf_add_text(&path, "/log");
    pk_auto(pk_json) struct pk_json *document = NULL;
    if (pk_ask_read(invocation, pk_buf_text(&path), &document, &err) != 0)
        return pk_command_failed(&err);
    if (invocation->json)
        pk_ask_print(document);
    else
        print_log(document);
    return 0;
}

static int run(const struct pk_invocation *invocation)
{
    static const struct pk_verb verbs[] = { { "list", list }, { "verify", verify }, { "export", export }, { "person", person } };
    return pk_verb_run(&pk_command_audit, invocation, verbs, PK_COUNT(verbs));
}

const struct pk_command pk_command_audit = {
    .name = "audit",
    .usage = "audit list [--actor NAME] [--object NAME] [--since MOMENT] [--limit N] [--after ENTRY]\n"
             "audit verify [FILE [--keys FILE]]\n"
             "audit export [--actor NAME] [--object NAME] [--since MOMENT]\n"
             "audit person ID",
    .summary = "who did what, and what was refused; one person's processing log",
    .run = run,
};
