/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `pokana events`: what is planned, proposed and called off, one date of it or all; calendar files in and out. Days and hours
 * are those of the gateway's wall clock.
 */
#include "gateway/app/ask.h"
#include "gateway/app/options.h"
#include "gateway/app/pages.h"
#include "gateway/app/table.h"
#include "gateway/base/file.h"

#include <inttypes.h>

#define BODY_BYTES_MAX 8192
#define FILE_BYTES_MAX (512u << 10)
#define PATH_BYTES 256

/* ---- list ---- */

static void add_when(struct pk_table *table, const struct pk_json *event)
{
    struct pk_slice day = pk_json_string(pk_json_get(event, "day")), from = pk_json_string(pk_json_get(event, "from"));
    struct pk_slice to = pk_json_string(pk_json_get(event, "to")), end = pk_json_string(pk_json_get(event, "endDay"));
    pk_table_printf(table, "%.*s %.*s-%s%.*s%.*s", PK_SLICE_ARG(day), PK_SLICE_ARG(from), end.len > 0 ? " " : "", PK_SLICE_ARG(end),
                    PK_SLICE_ARG(to));
}

static int list(const struct pk_invocation *invocation)
{
    static const struct pk_column columns[] = { { "EVENT", false }, { "KIND", false }, { "STATE", false },
                                                { "WHEN", false },  { "RULE", false }, { "TITLE", false } };
    const char *state = NULL, *limit = NULL, *after = NULL;
    bool all = false;
    const struct pk_option options[] = { { "state", &state, NULL }, { "limit", &limit, NULL }, { "after", &after, NULL }, { "all", NULL, &all } };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    struct pk_pages pages;
    int status = pk_options_read(&pk_command_events, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count > 0)
        return pk_command_misused(&pk_command_events, "list takes no words; one event is shown by pokana events show ID");
    const struct pk_page_filter filters[] = { { "state", state }, { "all", all ? "yes" : NULL } };
    pk_pages_init(&pages, "/v1/events", "events");
    if (!pk_pages_limit(&pages, limit)) {
        status = pk_command_misused(&pk_command_events, "--limit \"%s\" is no number from 1 to %d", limit, PK_PAGES_LIMIT_MAX);
    } else if (pk_pages_read(&pages, invocation, filters, PK_COUNT(filters), after, &err) != 0) {
        status = pk_command_failed(&err);
    } else if (invocation->json) {
        pk_pages_print(&pages);
    } else {
        pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
        struct pk_page_place place = { 0 };
        for (const struct pk_json *event; (event = pk_pages_next(&pages, &place)) != NULL;) {
            pk_table_json(table, pk_json_get(event, "id"));
            pk_table_json(table, pk_json_get(event, "kind"));
            pk_table_json(table, pk_json_get(event, "state"));
            add_when(table, event);
            pk_table_json(table, pk_json_get(event, "rule"));
            pk_table_json(table, pk_json_get(event, "title"));
        }
        pk_pages_show(&pages, table, "no events are to come");
    }
    pk_pages_finish(&pages);
    return status;
}

/* ---- show ---- */

static void print_dates(const struct pk_json *dates)
{
    static const struct pk_column columns[] = { { "DATE", false },  { "STATE", false }, { "STARTS", false },
                                                { "ENDS", false }, { "COMING", true }, { "WAITING", true },
                                                { "ID", false },   { "PLACE", false } };
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    for (size_t i = 0; i < pk_json_count(dates); i++) {
        const struct pk_json *date = pk_json_item(dates, i);
        pk_table_json(table, pk_json_get(date, "date"));
        pk_table_json(table, pk_json_get(date, "state"));
        pk_table_moment(table, pk_json_get(date, "startsAt"));
        pk_table_moment(table, pk_json_get(date, "endsAt"));
        pk_table_json(table, pk_json_get(pk_json_get(date, "answers"), "heads"));
        pk_table_json(table, pk_json_get(pk_json_get(date, "answers"), "waiting"));
        pk_table_json(table, pk_json_get(date, "id"));
        pk_table_json(table, pk_json_get(date, "place"));
    }
    if (pk_table_rows(table) > 0) {
        (void) printf("\n");
        pk_table_print(table);
    }
}

static void path_of(struct pk_buf *path, const char *id, const char *date, const char *what)
{
    (void) pk_buf_add_text(path, "/v1/events/");
    pk_ask_escape(path, pk_slice_of(id));
    if (date) {
        (void) pk_buf_add_text(path, "/dates/");
        pk_ask_escape(path, pk_slice_of(date));
    }
    (void) pk_buf_add_text(path, what);
}

static int show(const struct pk_invocation *invocation)
{
    static const struct pk_column columns[] = { { NULL, false }, { NULL, false } };
    char bytes[PATH_BYTES];
    struct pk_buf path = { .data = bytes, .cap = sizeof bytes, .max_bytes = sizeof bytes - 1 };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    int status = pk_options_read(&pk_command_events, invocation, NULL, 0, &words);
    if (status != 0)
        return status;
    if (words.count != 1)
        return pk_command_misused(&pk_command_events, "which event? pokana events list shows them");
    path_of(&path, words.words[0], NULL, "");
    pk_auto(pk_json) struct pk_json *event = NULL;
    if (pk_ask_read(invocation, pk_buf_text(&path), &event, &err) != 0)
        return pk_command_failed(&err);
    if (invocation->json) {
        pk_ask_print(event);
        return 0;
    }
    pk_auto(pk_table) struct pk_table *facts = pk_table_new(columns, PK_COUNT(columns));
    static const char *const names[][2] = { { "event", "id" },       { "kind", "kind" },         { "state", "state" },
                                            { "title", "title" },    { "subject", "subject" },   { "place", "place" },
                                            { "in short", "placeShort" } };
    static const char *const more[][2] = { { "rule", "rule" }, { "zone", "zone" }, { "capacity", "capacity" }, { "languages", "languages" },
                                           { "proposed by", "proposedBy" } };
    for (size_t i = 0; i < PK_COUNT(names); i++)
        pk_table_fact(facts, names[i][0], pk_json_get(event, names[i][1]));
    pk_table_text(facts, "when");
    add_when(facts, event);
    for (size_t i = 0; i < PK_COUNT(more); i++)
        pk_table_fact(facts, more[i][0], pk_json_get(event, more[i][1]));
    pk_table_print(facts);
    print_dates(pk_json_get(event, "dates"));
    return 0;
}

/* ---- add, change ---- */

struct said {
    const char *kind, *title, *subject, *place, *place_short, *day, *from, *to, *end_day, *rule, *capacity, *languages, *date;
    bool draft, quietly, dry_run;
};

#define SAID_OPTIONS(s)                                                                                                           \
    { "title", &(s).title, NULL }, { "subject", &(s).subject, NULL }, { "place", &(s).place, NULL },                                \
        { "place-short", &(s).place_short, NULL }, { "day", &(s).day, NULL }, { "from", &(s).from, NULL }, { "to", &(s).to, NULL }, \
        { "end-day", &(s).end_day, NULL }, { "rule", &(s).rule, NULL }, { "capacity", &(s).capacity, NULL },                        \
        { "languages", &(s).languages, NULL }

static void add_said(struct pk_json_out *out, const char *name, const char *value)
{
    if (value)
        pk_json_add_text(out, name, value);
}

/* Told is who knows a date as it was, unless the caller says otherwise. */
static void add_how(struct pk_json_out *out, bool quietly, bool dry_run)
{
    if (quietly)
        pk_json_add_bool(out, "tell", false);
    if (dry_run)
        pk_json_add_bool(out, "dryRun", true);
}

/* False when the capacity is no number. */
static bool write_said(const struct said *said, struct pk_buf *body)
{
    struct pk_json_out out = pk_json_out(body);
    char *end = NULL;
    pk_json_open(&out, NULL, '{');
    add_said(&out, "kind", said->kind);
    add_said(&out, "title", said->title);
    add_said(&out, "subject", said->subject);
    add_said(&out, "place", said->place);
    add_said(&out, "placeShort", said->place_short);
    add_said(&out, "day", said->day);
    add_said(&out, "from", said->from);
    add_said(&out, "to", said->to);
    add_said(&out, "endDay", said->end_day);
    add_said(&out, "rule", said->rule);
    add_said(&out, "languages", said->languages);
    if (said->capacity) {
        long capacity = strtol(said->capacity, &end, 10);
        if (!said->capacity[0] || *end)
            return false;
        pk_json_add_int(&out, "capacity", capacity);
    }
    if (said->draft)
        pk_json_add_bool(&out, "draft", true);
    add_how(&out, said->quietly, said->dry_run);
    pk_json_close(&out, '}');
    return true;
}

/* Asks, prints the document with --json, else nothing; *ret_answer is the caller's. */
static int ask(const struct pk_invocation *invocation, const struct pk_buf *path, const struct pk_buf *body, struct pk_json **ret_answer)
{
    struct pk_error err = { 0 };
    int r = path->failed || (body && body->failed) ? pk_fail(&err, PK_E_LIMIT, "that is too much for one event")
                                                   : pk_ask_change(invocation, "POST", pk_buf_text(path), body ? pk_buf_text(body) : "", ret_answer, &err);
    if (r != 0)
        return pk_command_failed(&err);
    if (invocation->json)
        pk_ask_print(*ret_answer);
    return 0;
}

static int add(const struct pk_invocation *invocation)
{
    struct said said = { 0 };
    const struct pk_option options[] = { SAID_OPTIONS(said), { "draft", NULL, &said.draft } };
    struct pk_plain_words words;
    int status = pk_options_read(&pk_command_events, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count != 1 || !said.title || !said.day || !said.from)
        return pk_command_misused(&pk_command_events, "which kind of event, called what, on which day, from which hour?");
    said.kind = words.words[0];
    struct pk_buf body, path;
    pk_buf_init(&body, BODY_BYTES_MAX);
    pk_buf_init(&path, PATH_BYTES);
    (void) pk_buf_add_text(&path, "/v1/events");
    pk_auto(pk_json) struct pk_json *answer = NULL;
    status = write_said(&said, &body) ? ask(invocation, &path, &body, &answer)
                                      : pk_command_misused(&pk_command_events, "--capacity \"%s\" is no number", said.capacity);
    pk_buf_finish(&body);
    pk_buf_finish(&path);
    if (status == 0 && !invocation->json)
        (void) printf("%.*s is %s\n", PK_SLICE_ARG(pk_json_string(pk_json_get(answer, "id"))),
                      pk_slice_is(pk_json_string(pk_json_get(answer, "state")), "draft") ? "a draft: an adviser accepts it with pokana events accept"
                                                                                         : "planned");
    return status;
}

/* Who knows a date as it was, and whether they hear of it. */
static void say_people(const struct pk_json *people, bool quietly, bool dry_run)
{
    static const struct pk_column columns[] = { { NULL, false }, { NULL, false } };
    struct pk_slice silent = pk_json_string(pk_json_get(people, "silent")), at = pk_json_string(pk_json_get(people, "toldAt"));
    int64_t know = 0, told = 0;
    bool few = !pk_json_int(pk_json_get(people, "know"), &know);
    (void) pk_json_int(pk_json_get(people, "told"), &told);
    if (!few && know == 0)
        return;
    if (few)
        (void) printf("fewer than 5 people know it as it was");
    else
        (void) printf("%" PRId64 " %s it as it was", know, know == 1 ? "person knows" : "people know");
    (void) printf(quietly ? ": nobody is told, what has not left says it as it is now\n" : at.len > 0 ? ":\n" : ": nobody is told\n");
    if (at.len > 0) {
        pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
        if (few)
            pk_table_fact_moment(table, dry_run ? "would be told" : "told", pk_json_get(people, "toldAt"));
        else {
            pk_table_printf(table, "%s %" PRId64, dry_run ? "would be told" : "told", told);
            pk_table_moment(table, pk_json_get(people, "toldAt"));
        }
        pk_table_print(table);
    }
    if (silent.len > 0)
        (void) printf("campaign %.*s has no step for it: those it told are not told\n", PK_SLICE_ARG(silent));
}

static void say_changed(const char *id, const struct pk_json *answer, const char *what, bool quietly)
{
    bool changed = false, dry_run = false;
    (void) pk_json_bool(pk_json_get(answer, "changed"), &changed);
    (void) pk_json_bool(pk_json_get(answer, "dryRun"), &dry_run);
    (void) printf(changed ? "%s %s%s\n" : "%s was so already\n", id, dry_run ? "would be " : "is ", what);
    say_people(pk_json_get(answer, "people"), quietly, dry_run);
}

static int change(const struct pk_invocation *invocation)
{
    struct said said = { 0 };
    const struct pk_option options[] = { SAID_OPTIONS(said), { "date", &said.date, NULL }, { "kind", &said.kind, NULL },
                                         { "quietly", NULL, &said.quietly }, { "dry-run", NULL, &said.dry_run } };
    struct pk_plain_words words;
    int status = pk_options_read(&pk_command_events, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count != 1)
        return pk_command_misused(&pk_command_events, "which event? pokana events list shows them");
    struct pk_buf body, path;
    pk_buf_init(&body, BODY_BYTES_MAX);
    pk_buf_init(&path, PATH_BYTES);
    path_of(&path, words.words[0], said.date, "/change");
    pk_auto(pk_json) struct pk_json *answer = NULL;
    status = write_said(&said, &body) ? ask(invocation, &path, &body, &answer)
                                      : pk_command_misused(&pk_command_events, "--capacity \"%s\" is no number", said.capacity);
    pk_buf_finish(&body);
    pk_buf_finish(&path);
    if (status == 0 && !invocation->json)
        say_changed(said.date ? said.date : words.words[0], answer, "changed", said.quietly);
    return status;
}

static int accept(const struct pk_invocation *invocation)
{
    struct pk_plain_words words;
    int status = pk_options_read(&pk_command_events, invocation, NULL, 0, &words);
    if (status != 0)
        return status;
    if (words.count != 1)
        return pk_command_misused(&pk_command_events, "which draft? pokana events list --state draft shows them");
    struct pk_buf path;
    pk_buf_init(&path, PATH_BYTES);
    path_of(&path, words.words[0], NULL, "/accept");
    pk_auto(pk_json) struct pk_json *answer = NULL;
    status = ask(invocation, &path, NULL, &answer);
    pk_buf_finish(&path);
    if (status == 0 && !invocation->json)
        (void) printf("%s is planned\n", words.words[0]);
    return status;
}

static int cancel(const struct pk_invocation *invocation)
{
    const char *date = NULL;
    bool quietly = false, dry_run = false;
    const struct pk_option options[] = { { "date", &date, NULL }, { "quietly", NULL, &quietly }, { "dry-run", NULL, &dry_run } };
    struct pk_plain_words words;
    int status = pk_options_read(&pk_command_events, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count != 1)
        return pk_command_misused(&pk_command_events, "which event? pokana events list shows them");
    struct pk_buf path, body;
    pk_buf_init(&path, PATH_BYTES);
    pk_buf_init(&body, BODY_BYTES_MAX);
    struct pk_json_out out = pk_json_out(&body);
    path_of(&path, words.words[0], date, "/cancel");
    pk_json_open(&out, NULL, '{');
    add_how(&out, quietly, dry_run);
    pk_json_close(&out, '}');
    pk_auto(pk_json) struct pk_json *answer = NULL;
    status = ask(invocation, &path, quietly || dry_run ? &body : NULL, &answer);
    pk_buf_finish(&path);
    pk_buf_finish(&body);
    if (status == 0 && !invocation->json)
        say_changed(date ? date : words.words[0], answer, "called off", quietly);
    return status;
}

/* ---- files ---- */

static int send_file(const struct pk_invocation *invocation, const char *file, const struct pk_buf *path, struct pk_json **ret_answer)
{
    struct pk_error err = { 0 };
    struct pk_buf text;
    pk_buf_init(&text, FILE_BYTES_MAX);
    int r = pk_file_read(file, FILE_BYTES_MAX, &text, &err);
    if (r == 0) {
        const struct pk_question question = { .method = "POST", .path = pk_buf_text(path), .body = pk_buf_slice(&text),
                                              .content_type = "text/calendar" };
        r = path->failed ? pk_fail(&err, PK_E_LIMIT, "that kind of event has too long a name") : pk_ask(invocation, &question, ret_answer, &err);
    }
    pk_buf_finish(&text);
    return r != 0 ? pk_command_failed(&err) : 0;
}

static int import(const struct pk_invocation *invocation)
{
    const char *kind = NULL;
    bool draft = false, quietly = false;
    const struct pk_option options[] = { { "kind", &kind, NULL }, { "draft", NULL, &draft }, { "quietly", NULL, &quietly } };
    struct pk_plain_words words;
    int status = pk_options_read(&pk_command_events, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count != 1)
        return pk_command_misused(&pk_command_events, "which calendar file?");
    struct pk_buf path;
    pk_buf_init(&path, PATH_BYTES);
    (void) pk_buf_printf(&path, "/v1/events/import?draft=%s&tell=%s&kind=", draft ? "yes" : "no", quietly ? "no" : "yes");
    pk_ask_escape(&path, pk_slice_of(kind ? kind : ""));
    pk_auto(pk_json) struct pk_json *answer = NULL;
    status = send_file(invocation, words.words[0], &path, &answer);
    pk_buf_finish(&path);
    if (status != 0)
        return status;
    if (invocation->json) {
        pk_ask_print(answer);
        return 0;
    }
    static const char *const counts[] = { "planned", "changed", "unchanged", "cancelled", "over" };
    for (size_t i = 0; i < PK_COUNT(counts); i++) {
        int64_t count = 0;
        (void) pk_json_int(pk_json_get(answer, counts[i]), &count);
        (void) printf("%s%" PRId64 " %s", i > 0 ? ", " : "", count, counts[i]);
    }
    int64_t know = 0, told = 0;
    (void) pk_json_int(pk_json_get(answer, "know"), &know);
    (void) pk_json_int(pk_json_get(answer, "told"), &told);
    (void) printf("\n");
    if (know > 0)
        (void) printf("%" PRId64 " people know a date as it was, %" PRId64 " of them are told\n", know, told);
    return 0;
}

static int export(const struct pk_invocation *invocation)
{
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    int status = pk_options_read(&pk_command_events, invocation, NULL, 0, &words);
    if (status != 0)
        return status;
    if (words.count > 0)
        return pk_command_misused(&pk_command_events, "export takes no words: the calendar goes to standard output");
    pk_auto(pk_json) struct pk_json *answer = NULL;
    if (pk_ask_read(invocation, "/v1/events/export", &answer, &err) != 0)
        return pk_command_failed(&err);
    struct pk_slice calendar = pk_json_string(pk_json_get(answer, "calendar"));
    if (invocation->json)
        pk_ask_print(answer);
    else
        (void) fwrite(calendar.data, 1, calendar.len, stdout);
    return 0;
}

static int run(const struct pk_invocation *invocation)
{
    static const struct pk_verb verbs[] = { { "list", list },     { "show", show },     { "add", add },       { "change", change },
                                            { "accept", accept }, { "cancel", cancel }, { "import", import }, { "export", export } };
    return pk_verb_run(&pk_command_events, invocation, verbs, PK_COUNT(verbs));
}

const struct pk_command pk_command_events = {
    .name = "events",
    .usage = "events list [--state draft|planned|cancelled] [--all] [--limit N] [--after ID]\n"
             "events show ID\n"
             "events add KIND --title TEXT --day 2026-12-01 --from 18:00 [--to 19:30] [--end-day DAY] [--place TEXT]\n"
             "           [--place-short TEXT] [--subject TEXT] [--rule RRULE] [--capacity N] [--languages bg,nl] [--draft]\n"
             "events change ID [--date DAY] [the same options] [--quietly] [--dry-run]\n"
             "events accept ID\n"
             "events cancel ID [--date DAY] [--quietly] [--dry-run]\n"
             "events import FILE.ics [--kind KIND] [--draft] [--quietly]\n"
             "events export",
    .summary = "events: planned, proposed, moved, called off; calendar files in and out",
    .run = run,
};
