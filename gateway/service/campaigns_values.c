/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a campaign's texts can say. They share its values, and each is asked about those it takes. Of a campaign on a date of an
 * event the values of the date are the calendar's: begins, ends, place, title, subject, in the spelling the texts take, and only
 * those that one of them does take: what no text says nobody knows, so a change of it is no news.
 */
#include "gateway/base/clock.h"
#include "gateway/base/crypto.h"
#include "gateway/service/campaigns_private.h"
#include "gateway/service/wording.h"
#include "gateway/store/agenda.h"

#define SHORT_PLACE "placeShort" /* no text takes it: it stands in for the place */

static const char *const of_the_date[] = { "begins", "ends", "place", SHORT_PLACE, "title", "subject" };

int pk_campaign_refuse(struct pk_error *err, int r, const char *field, struct pk_slice value, const char *why)
{
    return pk_fail(err, r, "%s: \"%.*s\" %s", field, (int) (value.len < 80 ? value.len : 80), value.data ? value.data : "", why);
}

int64_t pk_campaign_begins(const struct pk_json *values)
{
    int64_t begins_ms = 0;
    struct pk_slice text = pk_json_string(pk_json_get(values, "begins"));
    return text.len > 0 && pk_time_parse(text, &begins_ms) == 0 ? begins_ms : 0;
}

bool pk_campaign_is_off(struct pk_service *service, const struct pk_campaign *campaign)
{
    struct pk_occurrence date;
    return campaign->occurrence != 0 && pk_occurrence_get(service->store, campaign->occurrence, &date, NULL) == 0 &&
           date.state == PK_AGENDA_CANCELLED;
}

bool pk_campaign_is_known(struct pk_service *service, const struct pk_campaign *campaign)
{
    int64_t trigger;
    size_t count = 0;
    return pk_campaign_triggers(service->store, campaign->id, 0, 0, &trigger, 1, &count, NULL) == 0 && count > 0;
}

void pk_campaign_knowledge(struct pk_slice values, bool off, uint8_t ret_knows[32])
{
    pk_sha256(values, ret_knows);
    if (off) {
        uint8_t both[33] = { 1 };
        memcpy(both + 1, ret_knows, 32);
        pk_sha256(pk_slice_make(both, sizeof both), ret_knows);
    }
}

/* ---- what texts take ---- */

static bool is_of_the_date(struct pk_slice name)
{
    for (size_t i = 0; i < PK_COUNT(of_the_date); i++)
        if (pk_slice_is(name, of_the_date[i]))
            return true;
    return false;
}

/* By one of the steps' texts, or its twin for who cannot answer. */
static bool is_taken(struct pk_service *service, const struct pk_campaign_step *steps, size_t count, struct pk_slice value)
{
    struct pk_slice language = pk_slice_of(service->rules->default_language);
    for (size_t i = 0; i < count; i++) {
        struct pk_slice name = pk_slice_of(steps[i].template_name), twin = pk_catalog_noreply(service->catalog, name);
        const struct pk_template *text = pk_catalog_find(service->catalog, name, language),
                                 *other = twin.len > 0 ? pk_catalog_find(service->catalog, twin, language) : NULL;
        if ((text && pk_template_takes(text, value)) || (other && pk_template_takes(other, value)))
            return true;
    }
    return false;
}

static void add_value(struct pk_json_out *out, struct pk_slice name, const struct pk_json *value)
{
    char key[PK_CAMPAIGN_NAME_MAX + 1];
    struct pk_buf raw;
    pk_buf_init(&raw, PK_CAMPAIGN_TEXTS_MAX);
    (void) snprintf(key, sizeof key, "%.*s", PK_SLICE_ARG(name));
    if (pk_json_dump(value, &raw) == 0)
        pk_json_add_raw(out, key, pk_buf_slice(&raw));
    pk_buf_finish(&raw);
}

/* All of them, or (with `text`) those it or its twin takes; in short: the place is the short one. */
static void add_values(const struct pk_json *values, const struct pk_template *text, const struct pk_template *twin, bool in_short, struct pk_buf *out)
{
    struct pk_json_out json = pk_json_out(out);
    const struct pk_json *item;
    struct pk_slice name;
    pk_json_open(&json, NULL, '{');
    for (void *iter = NULL; pk_json_next(values, &iter, &name, &item);) {
        bool taken = !text || pk_template_takes(text, name) || (twin && pk_template_takes(twin, name));
        if (name.len > PK_CAMPAIGN_NAME_MAX || !taken || pk_slice_is(name, SHORT_PLACE))
            continue;
        add_value(&json, name, in_short && pk_slice_is(name, "place") ? pk_json_get(values, SHORT_PLACE) : item);
    }
    pk_json_close(&json, '}');
}

/* ---- what is said ---- */

static int try_to_say(struct pk_service *service, struct pk_slice name, uint32_t route, const struct pk_json *values, bool in_short, struct pk_error *err)
{
    const struct pk_catalog *catalog = service->catalog;
    struct pk_slice sent_as = pk_wording(service, name, pk_route_answerable(service, route)), language = pk_slice_of(service->rules->default_language);
    const struct pk_template *text = pk_catalog_find(catalog, name, language), *twin = pk_catalog_find(catalog, sent_as, language);
    pk_auto(pk_json) struct pk_json *own = NULL;
    struct pk_buf said;
    if (!text)
        return pk_campaign_refuse(err, PK_E_NOT_FOUND, "steps", name, "is not the name of a text");
    pk_buf_init(&said, PK_CAMPAIGN_TEXTS_MAX);
    add_values(values, text, twin, in_short, &said);
    int r = said.failed ? pk_fail(err, PK_E_LIMIT, "the values are too long") : pk_json_parse(pk_buf_slice(&said), PK_CAMPAIGN_TEXTS_MAX, &own, err);
    pk_buf_finish(&said);
    return r == 0 ? pk_template_check_values_as(catalog, name, sent_as, own, err) : r;
}

int pk_campaign_fill(struct pk_service *service, struct pk_slice template_name, uint32_t route, const struct pk_json *values, struct pk_buf *out,
                     struct pk_error *err)
{
    bool has_short = pk_json_kind(pk_json_get(values, SHORT_PLACE)) == PK_JSON_STRING, in_short = false;
    int r = try_to_say(service, template_name, route, values, false, err);
    if (r == PK_E_INVALID && has_short) {
        in_short = true;
        r = try_to_say(service, template_name, route, values, true, err);
    }
    if (r == 0 && out)
        add_values(values, NULL, NULL, in_short, out);
    return r;
}

int pk_campaign_check_values(struct pk_service *service, const struct pk_campaign_step *steps, size_t count, uint32_t route,
                             const struct pk_json *values, struct pk_error *err)
{
    const struct pk_json *item;
    struct pk_slice name;
    int r = 0;
    for (size_t i = 0; r == 0 && i < count; i++)
        if ((r = pk_campaign_fill(service, pk_slice_of(steps[i].template_name), route, values, NULL, err)) != 0)
            pk_error_prefix(err, "text \"%s\"", steps[i].template_name);
    /* A value that no text takes is a mistake in its name. */
    for (void *iter = NULL; r == 0 && pk_json_next(values, &iter, &name, &item);)
        if (!is_of_the_date(name) && !is_taken(service, steps, count, name))
            r = pk_campaign_refuse(err, PK_E_INVALID, "values", name, "is taken by none of the steps' texts");
    return r;
}

/* ---- what the calendar says ---- */

static bool is_word(struct pk_slice name)
{
    return pk_slice_is(name, "title") || pk_slice_is(name, "subject");
}

static void add_text(struct pk_service *service, const struct pk_campaign_dating *dating, struct pk_json_out *out, const char *name, const char *text)
{
    if (text[0] && is_taken(service, dating->steps, dating->count, pk_slice_of(name)))
        pk_json_add_text(out, name, text);
}

/* What the values say besides, and of the words what stays. */
static int add_others(const struct pk_campaign_dating *dating, struct pk_json_out *out, struct pk_error *err)
{
    const struct pk_json *item;
    struct pk_slice name;
    for (void *iter = NULL; pk_json_next(dating->values, &iter, &name, &item);) {
        if (name.len > PK_CAMPAIGN_NAME_MAX)
            return pk_campaign_refuse(err, PK_E_INVALID, "values", name, "is no name of a value");
        if (is_of_the_date(name) && dating->own) {
            (void) pk_campaign_refuse(err, PK_E_INVALID, "values", name, "is what the event says");
            return pk_hint(err, PK_E_INVALID, "Leave it out, or change it with pokana events change.");
        }
        if (!is_of_the_date(name) || (is_word(name) && !dating->words))
            add_value(out, name, item);
    }
    return 0;
}

static int write_values(struct pk_service *service, const struct pk_campaign_dating *dating, struct pk_buf *out, struct pk_error *err)
{
    const struct pk_occurrence *date = dating->date;
    struct pk_agenda_event event;
    struct pk_json_out json = pk_json_out(out);
    int r = pk_agenda_get(service->store, date->event, &event, err);
    if (r != 0)
        return r;
    bool places = is_taken(service, dating->steps, dating->count, PK_SLICE("place"));
    pk_json_open(&json, NULL, '{');
    pk_json_add_time(&json, "begins", date->starts_ms);
    if (is_taken(service, dating->steps, dating->count, PK_SLICE("ends")))
        pk_json_add_time(&json, "ends", date->ends_ms);
    add_text(service, dating, &json, "place", date->place);
    if (places && date->place_short[0])
        pk_json_add_text(&json, SHORT_PLACE, date->place_short);
    if (dating->words) {
        add_text(service, dating, &json, "title", event.title);
        add_text(service, dating, &json, "subject", event.subject);
    }
    r = add_others(dating, &json, err);
    pk_json_close(&json, '}');
    return r;
}

int pk_campaign_date_values(struct pk_service *service, const struct pk_campaign_dating *dating, struct pk_json **ret_values, struct pk_error *err)
{
    struct pk_buf text;
    pk_buf_init(&text, PK_CAMPAIGN_TEXTS_MAX);
    int r = write_values(service, dating, &text, err);
    if (r == 0)
        r = text.failed ? pk_fail(err, PK_E_LIMIT, "the values are too long") : pk_json_parse(pk_buf_slice(&text), PK_CAMPAIGN_TEXTS_MAX, ret_values, err);
    pk_buf_finish(&text);
    return r;
}
