/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/console/office_numbers.h"

#include "gateway/base/clock.h"
#include "gateway/base/text.h"
#include "gateway/console/staff_words.h"
#include "gateway/language/wall.h"
#include "gateway/service/own.h"
#include "gateway/service/topics.h"

#define NAME_MAX 128
#define FILE_MAX (4u << 20)

void pk_office_add_moment(struct pk_visit *visit, const char *name, int64_t ms)
{
    pk_auto(pk_wall) struct pk_wall *wall = NULL;
    char text[32 + 32] = "";
    if (ms != 0 && pk_wall_new(visit->call->service->rules->zone, &wall, NULL) == 0) {
        struct pk_local local = pk_wall_local(wall, ms);
        (void) snprintf(text, sizeof text, "%04d-%02d-%02d %02d:%02d", (int) (local.day / 10000), (int) (local.day / 100 % 100), (int) (local.day % 100),
                        (int) (local.minute / 60), (int) (local.minute % 60));
    }
    pk_json_add_text(&visit->out, name, text);
}

void pk_office_add_number(struct pk_visit *visit, const struct pk_json *number, bool elsewhere)
{
    int64_t value = 0;
    bool there = pk_json_int(number, &value);
    pk_json_add_int(&visit->out, "value", value);
    pk_json_add_bool(&visit->out, "shown", there);
    pk_json_add_bool(&visit->out, "hidden", !there && !elsewhere);
}

/* As the language calls itself; false when it is none of the pages'. */
static bool add_language(struct pk_visit *visit, const char *parent, const char *label)
{
    const struct pk_phrases *phrases = visit->console->phrases;
    char tag[2 * NAME_MAX];
    (void) snprintf(tag, sizeof tag, "%s%s%s", parent, parent[0] && strcmp(parent, label) != 0 ? "-" : "", parent[0] && strcmp(parent, label) == 0 ? "" : label);
    size_t none = pk_phrases_language_count(phrases), found = pk_phrases_find(phrases, pk_slice_of(tag), none);
    if (found == none)
        return false;
    pk_json_add_slice(&visit->out, "group", pk_phrases_get(phrases, found, PK_SLICE("language.name")));
    pk_json_add_text(&visit->out, "groupTag", pk_phrases_language(phrases, found));
    return true;
}

/* What the city calls a topic, in the language of the page; false when there is none of that name. */
static bool add_topic(struct pk_visit *visit, const char *name)
{
    const struct pk_topic_rule *topic = pk_rules_topic(visit->call->service->rules, pk_slice_of(name));
    struct pk_slice rest = pk_slice_of(pk_visit_language(visit)), language = rest;
    (void) pk_slice_cut(&rest, '-', &language);
    const char *words = topic ? pk_topic_name(visit->call->service, topic, language) : NULL;
    if (words)
        pk_staff_add_words(visit, "group", pk_slice_of(words));
    return words != NULL;
}

/* "noord" of "area:noord"; "≤ 30 s"; a moment in the reader's words. */
static void add_plain(struct pk_visit *visit, struct pk_slice by, const char *parent, const char *label)
{
    char text[2 * NAME_MAX];
    int64_t moment_ms = 0;
    if (pk_slice_is(by, "time") && pk_time_parse(pk_slice_of(label), &moment_ms) == 0) {
        pk_staff_add_moment(visit, "group", moment_ms);
        return;
    }
    if (pk_slice_is(by, "seconds"))
        (void) snprintf(text, sizeof text, "≤ %s s", label);
    else if (parent[0] && strcmp(parent, label) != 0)
        (void) snprintf(text, sizeof text, "%s %s", parent, label);
    else
        (void) snprintf(text, sizeof text, "%s", pk_slice_is(by, "channel") ? pk_channel_label(label) : strncmp(label, "area:", 5) == 0 ? label + 5 : label);
    pk_json_add_text(&visit->out, "group", text);
}

void pk_office_add_group(struct pk_visit *visit, struct pk_slice by, const char *parent, const char *label)
{
    char key[2 * NAME_MAX];
    bool subject = pk_slice_is(by, "subject");
    (void) snprintf(key, sizeof key, "%s.%s", subject ? "subject" : "numbers.group", strcmp(label, "not told") == 0 ? "waiting" : label[0] ? label : "none");
    struct pk_slice phrase = pk_visit_string(visit, key);
    if (phrase.len > 0)
        pk_json_add_slice(&visit->out, "group", phrase);
    else if ((pk_slice_is(by, "language") || pk_slice_is(by, "script")) && add_language(visit, parent, label))
        return;
    else if (!pk_slice_is(by, "topic") || !add_topic(visit, label))
        add_plain(visit, by, parent, label);
    pk_json_add_text(&visit->out, "groupTag", "");
}

/* Rounded to hundredths, with the reader's sign between. */
void pk_office_amount(struct pk_visit *visit, int64_t ten_thousandths, struct pk_slice currency, struct pk_buf *out)
{
    int64_t hundredths = (ten_thousandths + 50) / 100;
    (void) pk_buf_printf(out, "%.*s%s%lld%c%02lld", PK_SLICE_ARG(currency), currency.len > 0 ? " " : "", (long long) (hundredths / 100),
                         strcmp(pk_visit_language(visit), "en") == 0 ? '.' : ',', (long long) (hundredths % 100));
}

void pk_office_money(struct pk_visit *visit, const struct pk_json *cost, bool more, struct pk_buf *out)
{
    int64_t amount = 0;
    (void) pk_json_int(pk_json_get(cost, "tenThousandths"), &amount);
    (void) pk_buf_add_text(out, more ? " + " : "");
    pk_office_amount(visit, amount, pk_json_string(pk_json_get(cost, "currency")), out);
}

void pk_office_give(struct pk_visit *visit, const char *name, void (*csv)(const struct pk_json *document, struct pk_buf *out), struct pk_buf *json)
{
    pk_auto(pk_json) struct pk_json *document = NULL;
    struct pk_error err = { 0 };
    struct pk_buf file;
    if (!csv) {
        pk_office_file(visit, "application/json", name, json);
        return;
    }
    pk_buf_init(&file, FILE_MAX);
    if (pk_json_parse(pk_buf_slice(json), json->max_bytes, &document, &err) == 0) {
        csv(document, &file);
        pk_office_file(visit, "text/csv; charset=utf-8", name, &file);
    } else {
        pk_visit_trouble(visit, &err);
    }
    pk_buf_finish(&file);
}
