/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What triggers say of events of the calendar, of info points and of campaigns. Days and hours are the wall's, as everywhere in
 * the calendar. What the words say (a kind there is, a day that is not past) is the events' own to judge (service/events.h);
 * here it is whether they are words, days and hours at all.
 */
#include "gateway/model/trigger_private.h"

#include "gateway/base/text.h"

#include <stddef.h>

#define AT(member) offsetof(struct pk_agenda_event, member), sizeof(((struct pk_agenda_event *) 0)->member)

static const struct text_member {
    const char *name;
    uint32_t bit; /* enum pk_wish */
    size_t at, size;
    bool may_end; /* null takes it away */
    bool shown; /* to everybody: about nobody */
} texts[] = {
    { "kind", PK_WISH_KIND, AT(kind), false, false },
    { "title", PK_WISH_TITLE, AT(title), false, true },
    { "subject", PK_WISH_SUBJECT, AT(subject), true, true },
    { "place", PK_WISH_PLACE, AT(place), false, true },
    { "placeShort", PK_WISH_PLACE_SHORT, AT(place_short), true, true },
    { "rule", PK_WISH_RULE, AT(rule), false, false },
    { "languages", PK_WISH_LANGUAGES, AT(languages), true, false },
};

static int read_text(const struct pk_json *data, const struct text_member *member, struct pk_trigger_request *ret_request, struct pk_error *err)
{
    const struct pk_json *value = pk_json_get(data, member->name);
    struct pk_slice text = pk_json_string(value);
    char *to = (char *) &ret_request->wish + member->at;
    enum pk_json_kind kind = pk_json_kind(value);
    if (kind == PK_JSON_ABSENT)
        return 0;
    if (kind == PK_JSON_NULL && member->may_end)
        text = PK_SLICE("");
    else if (kind != PK_JSON_STRING || text.len == 0 || text.len >= member->size)
        return pk_fail(err, PK_E_INVALID, "data.%s: not a text of 1 to %zu bytes", member->name, member->size - 1);
    if (memchr(text.data, '\0', text.len))
        return pk_fail(err, PK_E_INVALID, "data.%s: holds a character that is none", member->name);
    if (member->shown && pk_agenda_text_check(member->name, text, member->size - 1, err) != 0)
        return PK_E_INVALID;
    (void) snprintf(to, member->size, "%.*s", PK_SLICE_ARG(text));
    ret_request->said |= member->bit;
    return 0;
}

static int read_day(const struct pk_json *data, const char *name, uint32_t bit, int32_t *ret_day, uint32_t *said, struct pk_error *err)
{
    const struct pk_json *value = pk_json_get(data, name);
    struct pk_slice text = pk_json_string(value);
    if (pk_json_kind(value) == PK_JSON_ABSENT)
        return 0;
    if (!text.data || pk_day_parse(text, ret_day) != 0) {
        (void) pk_fail(err, PK_E_INVALID, "data.%s: not a day of the calendar", name);
        return pk_hint(err, PK_E_INVALID, "Write it like 2026-12-01.");
    }
    *said |= bit;
    return 0;
}

static int read_hour(const struct pk_json *data, const char *name, uint32_t bit, int32_t *ret_minute, uint32_t *said, struct pk_error *err)
{
    const struct pk_json *value = pk_json_get(data, name);
    struct pk_slice text = pk_json_string(value);
    if (pk_json_kind(value) == PK_JSON_ABSENT)
        return 0;
    if (!text.data || pk_minute_parse(text, ret_minute) != 0) {
        (void) pk_fail(err, PK_E_INVALID, "data.%s: not an hour of the day", name);
        return pk_hint(err, PK_E_INVALID, "Write it like 9:00 or 18:30.");
    }
    *said |= bit;
    return 0;
}

static int read_capacity(const struct pk_json *data, struct pk_trigger_request *ret_request, struct pk_error *err)
{
    const struct pk_json *value = pk_json_get(data, "capacity");
    int64_t capacity = 0;
    if (pk_json_kind(value) == PK_JSON_ABSENT)
        return 0;
    if (pk_json_kind(value) != PK_JSON_NULL && (!pk_json_int(value, &capacity) || capacity < 0 || capacity > PK_AGENDA_CAPACITY_MAX))
        return pk_fail(err, PK_E_INVALID, "data.capacity: not a number from 0 to %d; 0 is no limit", PK_AGENDA_CAPACITY_MAX);
    ret_request->wish.capacity = (int32_t) capacity;
    ret_request->said |= PK_WISH_CAPACITY;
    return 0;
}

/* Every member of an event that is there. */
static int read_wish(const struct pk_json *data, struct pk_trigger_request *ret_request, struct pk_error *err)
{
    struct pk_agenda_when *when = &ret_request->wish.when;
    uint32_t *said = &ret_request->said;
    int r = 0;
    for (size_t i = 0; r == 0 && i < PK_COUNT(texts); i++)
        r = read_text(data, &texts[i], ret_request, err);
    if (r == 0)
        r = read_day(data, "day", PK_WISH_DAY, &when->day, said, err);
    if (r == 0)
        r = read_hour(data, "from", PK_WISH_FROM, &when->from, said, err);
    if (r == 0)
        r = read_hour(data, "to", PK_WISH_TO, &when->to, said, err);
    if (r == 0)
        r = read_day(data, "endDay", PK_WISH_END_DAY, &ret_request->end_day, said, err);
    if (r == 0)
        r = read_capacity(data, ret_request, err);
    if (r == 0 && (*said & PK_WISH_END_DAY) && !(*said & PK_WISH_TO))
        return pk_fail(err, PK_E_INVALID, "data.endDay: needs \"to\" beside it");
    return r;
}

/* {"id": NAME}: the publisher's own name for it, or the gateway's id. */
static int read_event(const struct pk_json *data, struct pk_trigger_request *ret_request, struct pk_error *err)
{
    static const char *const fields[] = { "id", NULL };
    const struct pk_json *event = pk_json_get(data, "event");
    if (pk_json_kind(event) != PK_JSON_OBJECT)
        return pk_fail(err, PK_E_INVALID, "data.event: missing or not an object");
    int r = pk_json_only(event, fields, "data.event", err);
    ret_request->event = pk_json_string(pk_json_get(event, "id"));
    if (r != 0 || pk_is_name(ret_request->event))
        return r;
    (void) pk_fail(err, PK_E_INVALID, "data.event.id: missing or not a name");
    return pk_hint(err, PK_E_INVALID, "Names are lower-case letters, digits and inner hyphens, at most 48.");
}

/* The object, with no other members than these, and which event it is about. */
static int begin(const struct pk_json *data, const char *const *fields, struct pk_trigger_request *ret_request, struct pk_error *err)
{
    *ret_request = (struct pk_trigger_request){ 0 };
    if (pk_json_kind(data) != PK_JSON_OBJECT)
        return pk_fail(err, PK_E_INVALID, "data: missing or not an object");
    int r = pk_json_only(data, fields, "data", err);
    return r == 0 ? read_event(data, ret_request, err) : r;
}

int pk_data_planned(const struct pk_json *data, struct pk_trigger_request *ret_request, struct pk_error *err)
{
    static const char *const fields[] = { "event", "kind", "title", "subject", "place", "placeShort", "day", "from", "to", "endDay", "rule",
                                          "capacity", "languages", NULL };
    static const struct {
        uint32_t bit;
        const char *name;
    } needed[] = { { PK_WISH_KIND, "kind" }, { PK_WISH_TITLE, "title" }, { PK_WISH_DAY, "day" }, { PK_WISH_FROM, "from" } };
    int r = begin(data, fields, ret_request, err);
    if (r == 0)
        r = read_wish(data, ret_request, err);
    for (size_t i = 0; r == 0 && i < PK_COUNT(needed); i++)
        if (!(ret_request->said & needed[i].bit))
            r = pk_fail(err, PK_E_INVALID, "data.%s: missing", needed[i].name);
    if (r == 0 && !pk_is_name(pk_slice_of(ret_request->wish.kind)))
        r = pk_fail(err, PK_E_INVALID, "data.kind: not a name");
    return r;
}

/* Of one date of several only hours and places can differ. */
static int read_change(const struct pk_json *data, const char *const *fields, struct pk_trigger_request *ret_request, struct pk_error *err)
{
    uint32_t has_date = 0;
    int r = begin(data, fields, ret_request, err);
    if (r == 0)
        r = read_day(data, "date", 1, &ret_request->date, &has_date, err);
    if (r == 0)
        r = read_wish(data, ret_request, err);
    if (r != 0)
        return r;
    if (ret_request->said == 0)
        return pk_fail(err, PK_E_INVALID, "data: says nothing that changes");
    if (has_date && (ret_request->said & (PK_WISH_TITLE | PK_WISH_SUBJECT | PK_WISH_RULE | PK_WISH_CAPACITY | PK_WISH_LANGUAGES))) {
        (void) pk_fail(err, PK_E_INVALID, "data.date: of one date only day, hours and place can differ");
        return pk_hint(err, PK_E_INVALID, "Leave \"date\" out to change the event itself.");
    }
    return 0;
}

int pk_data_changed(const struct pk_json *data, struct pk_trigger_request *ret_request, struct pk_error *err)
{
    static const char *const fields[] = { "event", "date", "title", "subject", "place", "placeShort", "day", "from", "to", "endDay", "rule",
                                          "capacity", "languages", NULL };
    return read_change(data, fields, ret_request, err);
}

int pk_data_hours_changed(const struct pk_json *data, struct pk_trigger_request *ret_request, struct pk_error *err)
{
    static const char *const fields[] = { "event", "date", "place", "placeShort", "day", "from", "to", "endDay", "rule", NULL };
    return read_change(data, fields, ret_request, err);
}

int pk_data_cancelled(const struct pk_json *data, struct pk_trigger_request *ret_request, struct pk_error *err)
{
    static const char *const fields[] = { "event", "date", NULL };
    uint32_t has_date = 0;
    int r = begin(data, fields, ret_request, err);
    return r == 0 ? read_day(data, "date", 1, &ret_request->date, &has_date, err) : r;
}

int pk_data_closed_today(const struct pk_json *data, struct pk_trigger_request *ret_request, struct pk_error *err)
{
    static const char *const fields[] = { "event", "tags", NULL };
    int r = begin(data, fields, ret_request, err);
    return r == 0 ? pk_data_tags(data, ret_request, err) : r;
}

int pk_data_open_after_all(const struct pk_json *data, struct pk_trigger_request *ret_request, struct pk_error *err)
{
    static const char *const fields[] = { "event", "from", "to", NULL };
    int r = begin(data, fields, ret_request, err);
    return r == 0 ? read_wish(data, ret_request, err) : r;
}

int pk_data_campaign_start(const struct pk_json *data, struct pk_trigger_request *ret_request, struct pk_error *err)
{
    static const char *const fields[] = { "campaign", NULL };
    *ret_request = (struct pk_trigger_request){ 0 };
    if (pk_json_kind(data) != PK_JSON_OBJECT)
        return pk_fail(err, PK_E_INVALID, "data: missing or not an object");
    int r = pk_json_only(data, fields, "data", err);
    return r == 0 ? pk_data_name(data, "campaign", &ret_request->campaign, err) : r;
}
