/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * An info point is closed today, or open after all. The date itself changes first, and with it the page, the calendar and whatever
 * hangs on it; then people are told. Each such word is a round: "closed" goes to the audience of the topic and the tags, "open" to
 * who was told "closed" and nobody else; whoever already knows what is said now is told nothing. What of an earlier round has not
 * left never does. Screens show every round.
 */
#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/service/events_private.h"
#include "gateway/service/intake_private.h"
#include "gateway/store/acts.h"
#include "gateway/store/campaigns.h"
#include "gateway/store/messages.h"
#include "gateway/store/names.h"
#include "gateway/store/notices.h"

#define CLOSED_TEXT "info-point-closed"
#define OPEN_TEXT "info-point-open"
#define ROUNDS_MAX 8u /* of one day; then somebody should look what is going on */
#define CANCEL_STEP 1000u
#define NOBODY_YET (-1) /* of the rounds: who heard none */

/* The date, and all that was said of it. */
struct word {
    struct pk_taking *t;
    struct pk_doing *doing;
    struct pk_occurrence date;
    uint32_t word; /* enum pk_date_word */
    const char *text;
    struct pk_date_news news[PK_DATE_NEWS_MAX];
    size_t news_count;
    unsigned round; /* the one that is being said */
    unsigned made; /* triggers of it */
};

/* ---- the date ---- */

static int find_date(void *ctx, const struct pk_occurrence *date)
{
    *(struct pk_occurrence *) ctx = *date;
    return 1;
}

/* The one that begins today, as the clock of the city has it. */
static int date_of_today(struct pk_taking *t, const struct pk_agenda_event *event, struct pk_occurrence *ret_date, struct pk_error *err)
{
    pk_auto(pk_wall) struct pk_wall *wall = NULL;
    int64_t from_ms, until_ms;
    int r = pk_events_wall(t->service, &wall, err);
    if (r != 0)
        return r;
    pk_wall_day_bounds(wall, t->now_ms, &from_ms, &until_ms);
    *ret_date = (struct pk_occurrence){ 0 };
    r = pk_occurrences_of(t->service->store, event->id, from_ms, 1, find_date, ret_date, err);
    if (r < 0)
        return r;
    if (ret_date->id == 0 || ret_date->starts_ms >= until_ms)
        return pk_fail(err, PK_E_CONFLICT, "it has no hours today");
    return ret_date->ends_ms > t->now_ms ? 0 : pk_fail(err, PK_E_CONFLICT, "its hours of today are over");
}

static int find_planned(void *ctx, const struct pk_occurrence *date)
{
    struct pk_occurrence *found = ctx;
    if (date->state != PK_AGENDA_PLANNED || date->id == found->id)
        return 0;
    *found = *date;
    return 1;
}

/* When it opens again, which the text says. */
static int next_opening(struct pk_taking *t, const struct pk_agenda_event *event, const struct pk_occurrence *date, int64_t *ret_opens_ms, struct pk_error *err)
{
    struct pk_occurrence next = *date;
    int r = pk_occurrences_of(t->service->store, event->id, date->starts_ms, SIZE_MAX >> 1, find_planned, &next, err);
    if (r < 0)
        return r;
    *ret_opens_ms = next.starts_ms;
    if (next.id != date->id)
        return 0;
    (void) pk_fail(err, PK_E_CONFLICT, "no later date of it is planned, and people are told when it opens again");
    return pk_hint(err, PK_E_CONFLICT, "Plan its further hours first.");
}

/* ---- whom ---- */

static void add_list(struct pk_json_out *out, const char *name, const struct word *word, int from, bool later)
{
    bool any = false;
    for (size_t i = 0; i < word->news_count; i++) {
        const struct pk_date_news *news = &word->news[i];
        bool listed = later ? (int) news->round > from && (from != NOBODY_YET || news->word == PK_DATE_CLOSED) : (int) news->round == from;
        if (!listed)
            continue;
        if (!any)
            pk_json_open(out, name, '[');
        any = true;
        pk_json_add_int(out, NULL, news->trigger);
    }
    if (any)
        pk_json_close(out, ']');
}

/* Those who heard round `from` last, and of who heard nothing those that the tags mean. */
static int write_audience(const struct word *word, int from, struct pk_buf *out)
{
    const struct pk_json *tags = word->t->request.tags;
    struct pk_buf rule;
    pk_buf_init(&rule, PK_CLOUDEVENT_BYTES_MAX);
    int r = tags && from == NOBODY_YET ? pk_json_dump(tags, &rule) : pk_buf_add_text(&rule, "{}");
    pk_buf_clear(out);
    struct pk_json_out json = pk_json_out(out);
    pk_json_open(&json, NULL, '{');
    pk_json_add_raw(&json, "among", pk_buf_slice(&rule));
    add_list(&json, "told", word, from, false);
    add_list(&json, "untold", word, from, true);
    pk_json_close(&json, '}');
    pk_buf_finish(&rule);
    return r != 0 || out->failed ? PK_E_LIMIT : 0;
}

/* 0 = it said nothing to anybody. */
static uint32_t word_of(const struct word *word, int round)
{
    for (size_t i = 0; i < word->news_count; i++)
        if ((int) word->news[i].round == round)
            return word->news[i].word;
    return 0;
}

static int64_t told_in(const struct word *word, int round)
{
    int64_t told = 0;
    for (size_t i = 0; i < word->news_count; i++)
        if ((int) word->news[i].round == round)
            told += pk_trigger_told_count(word->t->service->store, word->news[i].trigger);
    return told;
}

/* How many of those there are: whoever heard a round, but for who heard the next one. */
static int64_t people_of(const struct word *word, int from)
{
    int64_t people = from == NOBODY_YET ? word->doing->outcome.people : told_in(word, from);
    if (people == PK_PEOPLE_UNKNOWN)
        return word->t->ceiling; /* not fewer than there are */
    for (int round = from + 1; round < (int) word->round; round++) {
        if (from != NOBODY_YET)
            return people - told_in(word, round) > 0 ? people - told_in(word, round) : 0;
        if (word_of(word, round) == PK_DATE_CLOSED)
            people -= told_in(word, round);
    }
    return people > 0 ? people : 0;
}

/* ---- said ---- */

static int call_back(struct pk_service *service, int64_t id, int64_t now_ms, struct pk_error *err)
{
    struct pk_trigger trigger;
    size_t count = CANCEL_STEP;
    int r = pk_trigger_get(service->store, id, &trigger, err);
    if (r != 0)
        return r == PK_E_NOT_FOUND ? 0 : r;
    if (trigger.state == PK_TRIGGER_EXPANDING)
        r = pk_planner_cut_short(service, &trigger, now_ms, err);
    while (r == 0 && count == CANCEL_STEP)
        r = pk_messages_cancel_trigger(service->store, id, now_ms, CANCEL_STEP, &count, err);
    return r;
}

static int add_notice(const struct word *word, struct pk_trigger *trigger, uint32_t cls, struct pk_error *err)
{
    struct pk_service *service = word->t->service;
    struct pk_buf values;
    struct pk_notice notice = {
        .trigger = trigger->id,
        .cls = cls,
        .template_name = pk_slice_of(word->text),
        .created_ms = word->t->now_ms,
        .occurrence = word->date.id,
        .version = word->date.version,
    };
    pk_buf_init(&values, 1024);
    int r = pk_json_dump(word->doing->values, &values);
    notice.values = pk_buf_slice(&values);
    if (r == 0)
        r = pk_name_intern(service->store, PK_NAME_TOPIC, word->t->request.topic, &notice.topic, err);
    if (r == 0)
        r = pk_notice_add(service->store, &notice, &trigger->notice, err);
    pk_buf_finish(&values);
    return r;
}

/* The first one of a round is the trigger itself; others stand beside it, under its name and a number. */
static int say(struct word *word, struct pk_slice audience, uint32_t cls, uint32_t route, int64_t ceiling, struct pk_error *err)
{
    struct pk_taking *t = word->t;
    struct pk_service *service = t->service;
    struct pk_trigger *own = &word->doing->trigger, beside, *trigger = word->made == 0 ? own : &beside;
    char name[300];
    int r = 0;
    if (word->made == 0 || cls != PK_CLASS_PUBLIC)
        own->state = PK_TRIGGER_EXPANDING;
    beside = *own;
    if (trigger == &beside) {
        (void) snprintf(name, sizeof name, "%.*s#%u", PK_SLICE_ARG(t->event.id), word->made + 1);
        beside.id = pk_id_ordered();
        beside.event_id = pk_slice_of(name);
        beside.state = PK_TRIGGER_EXPANDING;
        r = pk_name_intern(service->store, PK_NAME_PUBLISHER, pk_slice_of(t->rule->name), &beside.publisher, err);
    }
    trigger->valid_until_ms = t->valid_until_ms;
    trigger->priority = PK_PRIORITY_URGENT;
    trigger->audience = audience;
    trigger->route = route;
    trigger->ceiling = ceiling;
    if (r == 0)
        r = add_notice(word, trigger, cls, err);
    if (r == 0 && trigger == &beside)
        r = pk_trigger_add(service->store, trigger, err);
    const struct pk_date_news news = { .trigger = trigger->id, .word = word->word, .round = word->round };
    if (r == 0)
        r = pk_date_news_add(service->store, word->date.id, &news, err);
    word->made++;
    return r;
}

static int say_to(struct word *word, int from, int64_t *people, struct pk_error *err)
{
    struct pk_taking *t = word->t;
    struct pk_buf text, *audience = word->made == 0 ? &word->doing->audience : &text;
    pk_buf_init(&text, PK_CLOUDEVENT_BYTES_MAX);
    *people += people_of(word, from);
    int r = write_audience(word, from, audience);
    if (r == 0)
        r = say(word, pk_buf_slice(audience), PK_CLASS_NOTICE, t->route->id, t->ceiling, err);
    pk_buf_finish(&text);
    return r;
}

static int say_on_screens(struct word *word, struct pk_error *err)
{
    const struct pk_desks *desks = word->t->service->desks;
    int r = 0;
    for (size_t i = 0; r == 0 && i < desks->route_count; i++)
        if (desks->routes[i].rule->screens.count > 0)
            r = say(word, PK_SLICE("{}"), PK_CLASS_PUBLIC, desks->routes[i].id, 0, err);
    return r;
}

static int read_news(struct word *word, struct pk_error *err)
{
    struct pk_service *service = word->t->service;
    int r = pk_date_news_of(service->store, word->date.id, word->news, &word->news_count, err);
    word->round = r == 0 && word->news_count > 0 ? word->news[word->news_count - 1].round + 1 : 0;
    if (r == 0 && (word->round >= ROUNDS_MAX || word->news_count == PK_DATE_NEWS_MAX)) {
        (void) pk_fail(err, PK_E_CONFLICT, "it was said to be closed and open %u times today", word->round);
        return pk_hint(err, PK_E_CONFLICT, "Somebody should look what is going on there.");
    }
    for (size_t i = 0; r == 0 && i < word->news_count; i++)
        r = call_back(service, word->news[i].trigger, word->t->now_ms, err);
    return r;
}

/* Each group of people by what they heard last; none is in two. */
static int tell(struct word *word, struct pk_error *err)
{
    struct pk_taking *t = word->t;
    int64_t people = 0;
    int r = 0;
    if (pk_intake_is_public(t)) {
        word->doing->outcome.people = PK_PEOPLE_UNKNOWN;
        return say_on_screens(word, err);
    }
    if (word->word == PK_DATE_CLOSED)
        r = say_to(word, NOBODY_YET, &people, err);
    for (int round = 0; r == 0 && round < (int) word->round; round++)
        if (word_of(word, round) != word->word)
            r = say_to(word, round, &people, err);
    if (r == 0)
        r = say_on_screens(word, err);
    word->doing->outcome.people = people;
    if (people == 0)
        word->doing->outcome.at_ms = 0;
    return r;
}

/* ---- the two of them ---- */

/* Its text, checked as a notice's would be: what is refused says why by itself. */
static int check(struct word *word, struct pk_buf *values, bool reach, struct pk_error *err)
{
    struct pk_taking *t = word->t;
    struct pk_doing *doing = word->doing;
    int r = pk_json_parse(pk_buf_slice(values), values->max_bytes, &doing->values, err);
    if (r != 0)
        return r;
    t->request.template_name = pk_slice_of(word->text);
    t->request.topic = pk_slice_of(doing->topic);
    t->request.values = doing->values;
    t->request.valid_until_ms = word->date.ends_ms;
    doing->refusal = reach ? pk_intake_check_request(t, err) : pk_intake_check_text(t, err);
    if (doing->refusal == PK_REFUSAL_NONE && !t->route)
        doing->refusal = pk_intake_refuse(PK_REFUSAL_PUBLISHER_UNKNOWN, err, "this publisher's route does not exist");
    if (doing->refusal != PK_REFUSAL_NONE)
        return PK_E_INVALID;
    if (!reach)
        t->ceiling = t->rule->max_recipients;
    t->day = reach ? t->day : 0;
    pk_intake_outcome(t, &doing->outcome);
    if (doing->outcome.at_ms == 0)
        doing->outcome.at_ms = t->now_ms;
    return 0;
}

/* In the ledger as it is now. */
static int look_again(struct word *word, struct pk_error *err)
{
    return pk_occurrence_get(word->t->service->store, word->date.id, &word->date, err);
}

int pk_act_closed(struct pk_taking *t, struct pk_doing *doing, struct pk_error *err)
{
    struct word word = { .t = t, .doing = doing, .word = PK_DATE_CLOSED, .text = CLOSED_TEXT };
    struct pk_agenda_event event;
    struct pk_buf values;
    int64_t opens_ms = 0;
    int r = pk_act_event(t, doing, &event, err);
    if (r == 0)
        r = date_of_today(t, &event, &word.date, err);
    if (r != 0 || word.date.state == PK_AGENDA_CANCELLED)
        return r; /* it was closed already */
    if ((r = next_opening(t, &event, &word.date, &opens_ms, err)) != 0 || (r = read_news(&word, err)) != 0)
        return r;
    /* Quietly: whom a campaign told of the date is among those whom this word goes to. */
    if ((r = pk_act_cancel_date(t, doing, &event, word.date.day, true, err)) != 0 || (r = look_again(&word, err)) != 0)
        return r;
    pk_buf_init(&values, 256);
    struct pk_json_out out = pk_json_out(&values);
    pk_json_open(&out, NULL, '{');
    pk_json_add_time(&out, "opens", opens_ms);
    pk_json_close(&out, '}');
    r = check(&word, &values, true, err);
    pk_buf_finish(&values);
    return r == 0 ? tell(&word, err) : r;
}

/* At the hours it was to have, or at those that were said. */
static int reopen(struct word *word, const struct pk_agenda_event *event, struct pk_agenda_when *ret_when, struct pk_error *err)
{
    struct pk_taking *t = word->t;
    struct pk_agenda_change date;
    int r = pk_events_date(t->service, event, word->date.day, &date, err);
    if (r != 0)
        return r;
    int32_t to = date.when.to, days = date.when.days;
    pk_act_when(&t->request, &date.when);
    if (!(t->request.said & PK_WISH_TO)) { /* later than else, it closes as always */
        date.when.to = to;
        date.when.days = days;
    }
    *ret_when = date.when;
    r = pk_act_change_date(t, word->doing, event, &date, true, err);
    return r == 0 ? look_again(word, err) : r;
}

int pk_act_open(struct pk_taking *t, struct pk_doing *doing, struct pk_error *err)
{
    struct word word = { .t = t, .doing = doing, .word = PK_DATE_OPEN, .text = OPEN_TEXT };
    char from[PK_LOCAL_TEXT_MAX], to[PK_LOCAL_TEXT_MAX], hours[2 * PK_LOCAL_TEXT_MAX + 1];
    struct pk_agenda_event event;
    struct pk_agenda_when when;
    struct pk_buf values;
    int r = pk_act_event(t, doing, &event, err);
    if (r == 0)
        r = date_of_today(t, &event, &word.date, err);
    if (r != 0 || word.date.state == PK_AGENDA_PLANNED)
        return r; /* it was open already */
    if ((r = read_news(&word, err)) != 0 || (r = reopen(&word, &event, &when, err)) != 0)
        return r;
    (void) snprintf(hours, sizeof hours, "%s-%s", pk_minute_text(when.from, from), pk_minute_text(when.to, to));
    pk_buf_init(&values, 256);
    struct pk_json_out out = pk_json_out(&values);
    pk_json_open(&out, NULL, '{');
    pk_json_add_text(&out, "hours", hours);
    pk_json_close(&out, '}');
    r = check(&word, &values, false, err);
    pk_buf_finish(&values);
    return r == 0 ? tell(&word, err) : r;
}
