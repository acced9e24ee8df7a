/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Signing up: a number, topics, a language, and that somebody is old enough. What a form leads to is the same page in the
 * same words for every number; a form that cannot be taken comes back as it was filled in, with what is wrong beside it.
 */
#include "gateway/base/text.h"
#include "gateway/console/handlers.h"
#include "gateway/api/token_text.h"
#include "gateway/service/joining.h"
#include "gateway/service/topics.h"

#define NUMBER_MAX 64
#define NAME_MAX 64
#define TAG_MAX 16
#define DAY_MS (24 * 3600 * 1000ll)

_Static_assert(PK_TOKEN_BYTES == PK_JOIN_TOKEN_BYTES, "a form's token is written as those in cookies are");

/* A form as it was sent. */
struct form {
    struct pk_joining_plan plan;
    struct pk_buf number, tag, topics[PK_JOINING_TOPICS_MAX];
    bool old_enough;
};

/* ---- showing ---- */

static bool is_ticked(const struct form *form, const char *topic)
{
    for (size_t i = 0; form && i < form->plan.topic_count; i++)
        if (pk_slice_is(form->plan.topics[i], topic))
            return true;
    return false;
}

/* None is ticked by us. */
static void add_topics(struct pk_visit *visit, const struct form *form)
{
    struct pk_service *service = visit->call->service;
    pk_json_open(&visit->out, "topics", '[');
    for (size_t i = 0; i < service->rules->topic_count && i < PK_JOINING_TOPICS_MAX; i++) {
        const struct pk_topic_rule *topic = &service->rules->topics[i];
        pk_json_open(&visit->out, NULL, '{');
        pk_json_add_text(&visit->out, "topic", topic->name);
        pk_topic_write(service, topic, pk_slice_of(pk_visit_language(visit)), &visit->out);
        pk_json_add_bool(&visit->out, "ticked", is_ticked(form, topic->name));
        pk_json_close(&visit->out, '}');
    }
    pk_json_close(&visit->out, ']');
}

static void add_languages(struct pk_visit *visit, struct pk_slice chosen)
{
    const struct pk_phrases *phrases = visit->console->phrases;
    pk_json_open(&visit->out, "choices", '[');
    for (size_t i = 0; i < pk_phrases_language_count(phrases); i++) {
        pk_json_open(&visit->out, NULL, '{');
        pk_json_add_text(&visit->out, "tag", pk_phrases_language(phrases, i));
        pk_json_add_slice(&visit->out, "name", pk_phrases_get(phrases, i, PK_SLICE("language.name")));
        pk_json_add_bool(&visit->out, "current", pk_slice_is(chosen, pk_phrases_language(phrases, i)));
        pk_json_close(&visit->out, '}');
    }
    pk_json_close(&visit->out, ']');
}

static void show(struct pk_visit *visit, unsigned status, const struct form *form)
{
    uint8_t token[PK_TOKEN_BYTES];
    char text[PK_TOKEN_TEXT];
    struct pk_slice tag = form && form->plan.tag.len > 0 ? form->plan.tag : pk_slice_of(pk_visit_language(visit));
    pk_joining_form(visit->call->service, visit->call->now_ms, token);
    pk_token_write(token, text);
    pk_json_add_text(&visit->out, "token", text);
    pk_json_add_slice(&visit->out, "number", form ? form->plan.number : PK_SLICE(""));
    pk_json_add_int(&visit->out, "days", visit->call->service->rules->keep_unanswered_ms / DAY_MS);
    pk_json_add_bool(&visit->out, "old", form && form->old_enough);
    add_topics(visit, form);
    add_languages(visit, tag);
    pk_visit_show(visit, status, "join");
}

void pk_join_page(struct pk_visit *visit)
{
    show(visit, 200, NULL);
}

void pk_join_asked(struct pk_visit *visit)
{
    pk_visit_show(visit, 200, "join-asked");
}

/* ---- reading ---- */

static int read_field(struct pk_visit *visit, const char *name, size_t index, struct pk_buf *out, bool *ret_given, struct pk_error *err)
{
    int r = pk_call_form(visit->call, name, index, out, ret_given, err);
    if (r != 0)
        pk_buf_clear(out); /* half a field is none */
    return r == PK_E_LIMIT ? pk_fail(err, PK_E_INVALID, "field \"%s\" is too long", name) : r;
}

static int read_token(struct pk_visit *visit, uint8_t token[PK_TOKEN_BYTES], struct pk_error *err)
{
    struct pk_buf text;
    bool given = false;
    memset(token, 0, PK_TOKEN_BYTES);
    pk_buf_init(&text, NAME_MAX);
    int r = read_field(visit, "form", 0, &text, &given, err);
    if (r == 0 && !pk_token_read(pk_buf_slice(&text), token))
        memset(token, 0, PK_TOKEN_BYTES); /* none of ours: said where the form is judged */
    pk_buf_finish(&text);
    return r;
}

static int read_topics(struct pk_visit *visit, struct form *form, struct pk_error *err)
{
    for (size_t i = 0; i < PK_JOINING_TOPICS_MAX; i++) {
        bool given = false;
        int r = read_field(visit, "topic", i, &form->topics[i], &given, err);
        if (r != 0 || !given)
            return r;
        form->plan.topics[form->plan.topic_count++] = pk_buf_slice(&form->topics[i]);
    }
    return 0;
}

static int read_form(struct pk_visit *visit, struct form *form, struct pk_error *err)
{
    struct pk_buf age;
    bool given = false;
    pk_buf_init(&form->number, NUMBER_MAX);
    pk_buf_init(&form->tag, TAG_MAX);
    for (size_t i = 0; i < PK_JOINING_TOPICS_MAX; i++)
        pk_buf_init(&form->topics[i], NAME_MAX);
    pk_buf_init(&age, TAG_MAX);
    int r = read_token(visit, form->plan.token, err), all = r;
    r = read_field(visit, "number", 0, &form->number, &given, err);
    all = all != 0 ? all : r;
    r = read_field(visit, "language", 0, &form->tag, &given, err);
    all = all != 0 ? all : r;
    r = read_field(visit, "age", 0, &age, &given, err);
    all = all != 0 ? all : r;
    form->old_enough = r == 0 && pk_slice_is(pk_buf_slice(&age), "16");
    r = read_topics(visit, form, err);
    form->plan.number = pk_buf_slice(&form->number);
    form->plan.tag = pk_buf_slice(&form->tag);
    pk_buf_finish(&age);
    return all != 0 ? all : r;
}

static void release(struct form *form)
{
    pk_buf_wipe(&form->number);
    pk_buf_finish(&form->tag);
    for (size_t i = 0; i < PK_JOINING_TOPICS_MAX; i++)
        pk_buf_finish(&form->topics[i]);
}

/* ---- taking ---- */

static int take(struct pk_visit *visit, struct form *form, struct pk_joining_wrong *wrong, struct pk_error *err)
{
    struct pk_store *store = visit->call->service->store;
    int r = pk_unit_begin(store, err);
    if (r != 0)
        return r;
    r = pk_joining_take(visit->call->service, &form->plan, visit->call->now_ms, wrong, err);
    if (r == 0 && !form->old_enough)
        r = pk_fail(err, PK_E_INVALID, "nobody under sixteen is signed up here");
    if (r == 0)
        return pk_unit_keep(store, err);
    pk_unit_drop(store);
    return r;
}

static void say_wrong(struct pk_visit *visit, const struct pk_joining_wrong *wrong, const struct form *form)
{
    pk_json_add_bool(&visit->out, "wrongForm", wrong->form);
    pk_json_add_bool(&visit->out, "wrongNumber", wrong->number);
    pk_json_add_bool(&visit->out, "wrongTopics", wrong->topics);
    pk_json_add_bool(&visit->out, "wrongAge", !form->old_enough);
    pk_json_add_bool(&visit->out, "wrong", true);
}

void pk_join_form(struct pk_visit *visit)
{
    struct form form = { .old_enough = false };
    struct pk_joining_wrong wrong = { .form = false };
    struct pk_error err = { 0 };
    if (pk_visit_often(visit))
        return;
    int r = read_form(visit, &form, &err);
    if (r == 0)
        r = take(visit, &form, &wrong, &err);
    if (r == 0) {
        pk_visit_go(visit, "/join/asked");
    } else if (r == PK_E_INVALID) {
        say_wrong(visit, &wrong, &form);
        show(visit, 422, &form);
    } else if (r == PK_E_LIMIT) {
        pk_json_add_bool(&visit->out, "many", true);
        show(visit, 429, &form);
    } else {
        pk_visit_trouble(visit, &err);
    }
    release(&form);
}
