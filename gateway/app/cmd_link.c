/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `pokana recipients link`: a link by which a person we know opens a chat with us and is known there too, printed once; or
 * with --poster the one of a topic, which is no secret. `pokana recipients links`: what became of a person's.
 */
#include "gateway/app/ask.h"
#include "gateway/app/cmd_person.h"
#include "gateway/app/options.h"
#include "gateway/app/table.h"
#include "gateway/base/id.h"

#include <stdio.h>

#define BODY_BYTES_MAX 4096u
#define PATH_BYTES_MAX 512u
#define TOPICS_MAX 8

struct wish {
    const char *channel, *poster, *language;
    const char *topics[TOPICS_MAX];
};

static int misused(const char *why)
{
    return pk_command_misused(&pk_command_recipients, "%s", why);
}

/* ---- for a poster ---- */

static int ask_poster(const struct pk_invocation *invocation, const struct wish *wish, struct pk_json **ret_answer, struct pk_error *err)
{
    char room[PATH_BYTES_MAX];
    struct pk_buf path = { .data = room, .cap = sizeof room, .max_bytes = sizeof room - 1 };
    (void) pk_buf_add_text(&path, "/v1/topics/");
    pk_ask_escape(&path, pk_slice_of(wish->poster));
    (void) pk_buf_add_text(&path, "/link?channel=");
    pk_ask_escape(&path, pk_slice_of(wish->channel));
    if (wish->language) {
        (void) pk_buf_add_text(&path, "&language=");
        pk_ask_escape(&path, pk_slice_of(wish->language));
    }
    return path.failed ? pk_fail(err, PK_E_LIMIT, "a name is too long") : pk_ask_read(invocation, pk_buf_text(&path), ret_answer, err);
}

/* ---- for a person ---- */

static int ask_link(const struct pk_invocation *invocation, const struct wish *wish, const char *id, struct pk_json **ret_answer,
                    struct pk_error *err)
{
    struct pk_buf body;
    char path[PATH_BYTES_MAX];
    pk_buf_init(&body, BODY_BYTES_MAX);
    struct pk_json_out out = pk_json_out(&body);
    pk_json_open(&out, NULL, '{');
    pk_json_add_text(&out, "channel", wish->channel);
    if (wish->topics[0])
        pk_json_open(&out, "topics", '[');
    for (size_t i = 0; i < TOPICS_MAX && wish->topics[i]; i++)
        pk_json_add_text(&out, NULL, wish->topics[i]);
    if (wish->topics[0])
        pk_json_close(&out, ']');
    pk_json_close(&out, '}');
    (void) snprintf(path, sizeof path, "/v1/recipients/%s/links", id);
    int r = body.failed ? pk_fail(err, PK_E_LIMIT, "that is too long") : pk_ask_change(invocation, "POST", path, pk_buf_text(&body), ret_answer, err);
    pk_buf_finish(&body);
    return r;
}

static void print_link(const struct pk_json *answer)
{
    struct pk_slice url = pk_json_string(pk_json_get(answer, "url")), until = pk_json_string(pk_json_get(answer, "until"));
    const struct pk_json *topics = pk_json_get(answer, "topics");
    (void) printf("%.*s\n", PK_SLICE_ARG(url));
    if (!topics)
        return;
    (void) fprintf(stderr, "For this person only, once, until %.*s; it is not shown again. Opening it is agreeing to:", PK_SLICE_ARG(until));
    for (size_t i = 0; i < pk_json_count(topics); i++)
        (void) fprintf(stderr, "%s %.*s", i > 0 ? "," : "", PK_SLICE_ARG(pk_json_string(pk_json_item(topics, i))));
    (void) fputs(".\n", stderr);
}

/* 0, or the exit status; `words` hold one id. */
static int read_id(const struct pk_plain_words *words, char ret_id[PK_ID_TEXT_MAX])
{
    int64_t id;
    if (words->count != 1)
        return misused("which person? Say the id");
    if (pk_id_parse(pk_slice_of(words->words[0]), &id) != 0)
        return misused("that is no id of a person, which has 13 letters and digits");
    (void) pk_id_format(id, ret_id);
    return 0;
}

int pk_link_make_run(const struct pk_invocation *invocation)
{
    struct wish wish = { 0 };
    struct pk_option options[3 + TOPICS_MAX] = {
        { "channel", &wish.channel, NULL }, { "poster", &wish.poster, NULL }, { "language", &wish.language, NULL }
    };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    char id[PK_ID_TEXT_MAX] = "";
    for (size_t i = 0; i < TOPICS_MAX; i++)
        options[3 + i] = (struct pk_option){ "topic", &wish.topics[i], NULL };
    int status = pk_options_read(&pk_command_recipients, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (!wish.channel)
        return misused("--channel says which chat is to be opened: telegram");
    if (wish.poster && (words.count > 0 || wish.topics[0]))
        return misused("--poster is a link for everybody: it takes no person and no other topics");
    if (wish.language && !wish.poster)
        return misused("--language belongs to --poster: a person has one");
    if (!wish.poster && (status = read_id(&words, id)) != 0)
        return status;
    pk_auto(pk_json) struct pk_json *answer = NULL;
    int r = wish.poster ? ask_poster(invocation, &wish, &answer, &err) : ask_link(invocation, &wish, id, &answer, &err);
    if (r != 0)
        return pk_command_failed(&err);
    if (invocation->json)
        pk_ask_print(answer);
    else
        print_link(answer);
    return 0;
}

/* ---- what became of them ---- */

static void add_topics(struct pk_table *table, const struct pk_json *topics)
{
    char room[256];
    struct pk_buf text = { .data = room, .cap = sizeof room, .max_bytes = sizeof room - 1 };
    for (size_t i = 0; i < pk_json_count(topics); i++)
        (void) pk_buf_printf(&text, "%s%.*s", i > 0 ? ", " : "", PK_SLICE_ARG(pk_json_string(pk_json_item(topics, i))));
    pk_table_text(table, pk_buf_text(&text));
}

static void print_links(const struct pk_json *links)
{
    static const struct pk_column columns[] = { { "LINK", false }, { "CHANNEL", false }, { "STATE", false }, { "MADE", false },
                                                { "UNTIL", false }, { "OPENED", false }, { "BY", false },    { "TOPICS", false } };
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    for (size_t i = 0; i < pk_json_count(links); i++) {
        const struct pk_json *link = pk_json_item(links, i);
        pk_table_json(table, pk_json_get(link, "link"));
        pk_table_json(table, pk_json_get(link, "channel"));
        pk_table_json(table, pk_json_get(link, "state"));
        pk_table_moment(table, pk_json_get(link, "madeAt"));
        pk_table_moment(table, pk_json_get(link, "until"));
        pk_table_moment(table, pk_json_get(link, "openedAt"));
        pk_table_json(table, pk_json_get(link, "by"));
        add_topics(table, pk_json_get(link, "topics"));
    }
    if (pk_table_rows(table) > 0)
        pk_table_print(table);
    else
        (void) printf("no link was made for this person, or the last one is long over\n");
}

int pk_links_run(const struct pk_invocation *invocation)
{
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    char path[PATH_BYTES_MAX], id[PK_ID_TEXT_MAX];
    int status = pk_options_read(&pk_command_recipients, invocation, NULL, 0, &words);
    if (status != 0 || (status = read_id(&words, id)) != 0)
        return status;
    pk_auto(pk_json) struct pk_json *answer = NULL;
    (void) snprintf(path, sizeof path, "/v1/recipients/%s/links", id);
    if (pk_ask_read(invocation, path, &answer, &err) != 0)
        return pk_command_failed(&err);
    if (invocation->json)
        pk_ask_print(answer);
    else
        print_links(pk_json_get(answer, "links"));
    return 0;
}
