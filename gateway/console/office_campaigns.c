/* SPDX-License-Identifier: EUPL-1.2 */
/* All campaigns in a list: what each is about, how far it is, when it says something next, and who must act. */
#include "gateway/base/id.h"
#include "gateway/base/text.h"
#include "gateway/console/handlers.h"
#include "gateway/console/office_campaign.h"
#include "gateway/console/staff_words.h"
#include "gateway/store/agenda.h"
#include "gateway/store/names.h"

#define LIST_MAX 300u
#define OVER_SHOWN 20u

/* ---- shared with the page of one ---- */

int pk_office_date_parse(struct pk_slice text, int64_t *ret_event, int32_t *ret_day, struct pk_error *err)
{
    struct pk_slice rest = text, id = text;
    *ret_day = 0;
    bool dated = memchr(text.data ? text.data : "", '.', text.len) != NULL;
    if (dated)
        (void) pk_slice_cut(&rest, '.', &id);
    if (pk_id_parse(id, ret_event) == 0 && (!dated || pk_day_parse(rest, ret_day) == 0))
        return 0;
    return pk_fail(err, PK_E_NOT_FOUND, "there is no such date");
}

const char *pk_office_date_text(int64_t event, int32_t day, char ret_text[PK_DATE_PLACE_MAX])
{
    char id[PK_ID_TEXT_MAX], text[PK_LOCAL_TEXT_MAX] = "";
    if (day != 0)
        (void) pk_day_text(day, text);
    (void) snprintf(ret_text, PK_DATE_PLACE_MAX, "%s%s%.10s", pk_id_format(event, id), day != 0 ? "." : "", text);
    return ret_text;
}

int pk_office_add_date(struct pk_visit *visit, int64_t event, int32_t day, struct pk_error *err)
{
    struct pk_store *store = visit->call->service->store;
    struct pk_agenda_event agenda = { .title = "" };
    struct pk_occurrence date = { .place = "" };
    char about[PK_DATE_PLACE_MAX] = "";
    int r = event != 0 ? pk_agenda_get(store, event, &agenda, err) : 0;
    if (r == 0 && event != 0 && pk_occurrence_find(store, event, agenda.rule[0] ? day : 0, &date, NULL) != 0)
        (void) snprintf(date.place, sizeof date.place, "%s", agenda.place);
    pk_json_add_text(&visit->out, "about", event != 0 ? pk_office_date_text(event, day, about) : "");
    pk_staff_add_theirs(visit, "title", pk_slice_of(agenda.title));
    pk_json_add_text(&visit->out, "place", date.place);
    pk_staff_add_moment(visit, "begins", date.starts_ms);
    pk_staff_add_moment(visit, "ends", date.ends_ms);
    pk_json_add_bool(&visit->out, "off", date.state == PK_AGENDA_CANCELLED);
    pk_json_add_bool(&visit->out, "draftEvent", event != 0 && date.id == 0);
    return r;
}

/* The word of the phrase, and whether it is the reader who acts. */
static const char *turn(const struct pk_staff *staff, const struct pk_campaign *campaign, const struct pk_about *about, bool *ret_yours)
{
    const struct pk_actor *actor = &staff->acting.actor;
    bool edits = pk_may(actor, PK_ACTION_CAMPAIGN_EDIT, about, NULL) == 0, approves = pk_may(actor, PK_ACTION_CAMPAIGN_APPROVE, about, NULL) == 0;
    bool own = strcmp(campaign->made_by, actor->name) == 0 || strcmp(campaign->asked_by, actor->name) == 0;
    switch (campaign->state) {
    case PK_CAMPAIGN_DRAFT:
        *ret_yours = edits;
        return campaign->why[0] ? "sent-back" : "draft";
    case PK_CAMPAIGN_AWAITING_APPROVAL:
        *ret_yours = approves && !own;
        return *ret_yours ? "approve" : "awaits";
    case PK_CAMPAIGN_APPROVED:
        *ret_yours = edits;
        return "start";
    case PK_CAMPAIGN_PAUSED:
        *ret_yours = edits;
        return "paused";
    case PK_CAMPAIGN_RUNNING:
        return "running";
    default:
        return "over";
    }
}

void pk_office_add_turn(struct pk_visit *visit, const struct pk_staff *staff, const struct pk_campaign *campaign, struct pk_slice topic)
{
    bool yours = false;
    const struct pk_about about = { .topic = topic };
    pk_staff_add_phrase(visit, "turn", "campaigns.turn", turn(staff, campaign, &about, &yours));
    pk_json_add_bool(&visit->out, "yours", yours);
    pk_staff_add_phrase(visit, "stateName", "campaigns.state", pk_campaign_state_name((enum pk_campaign_state) campaign->state));
    pk_json_add_bool(&visit->out, "isRunning", campaign->state == PK_CAMPAIGN_RUNNING);
    pk_json_add_bool(&visit->out, "isPaused", campaign->state == PK_CAMPAIGN_PAUSED);
}

/* What the service's sentence begins with, and the part of the page it is about. */
static const char *part_of(const char *message)
{
    static const struct {
        const char *front, *part;
    } parts[] = { { "name", "name" },   { "people", "people" },   { "cost", "cost" },     { "steps", "steps" },  { "text ", "values" },
                  { "values", "values" }, { "column", "audience" }, { "audience", "audience" }, { "event", "event" }, { "day", "event" },
                  { "it begins in the past", "past" }, { "field \"address\"", "trial" }, { "why", "why" }, { "the why", "why" } };
    for (size_t i = 0; i < PK_COUNT(parts); i++)
        if (strncmp(message, parts[i].front, strlen(parts[i].front)) == 0)
            return parts[i].part;
    return "some";
}

void pk_office_add_wrong(struct pk_visit *visit, const struct pk_error *wrong)
{
    bool any = wrong->code != 0;
    pk_json_add_bool(&visit->out, "wrong", any);
    pk_staff_add_phrase(visit, "wrongWhat", "campaigns.wrong", any ? part_of(wrong->message) : "some");
    pk_json_add_text(&visit->out, "wrongDetail", any ? wrong->message : "");
    pk_json_add_text(&visit->out, "wrongHint", any ? wrong->hint : "");
}

void pk_office_field(struct pk_visit *visit, const char *name, char *to, size_t size)
{
    struct pk_buf text;
    bool given;
    pk_buf_init(&text, size - 1);
    to[0] = '\0';
    if (pk_call_form(visit->call, name, 0, &text, &given, NULL) == 0) {
        struct pk_slice trimmed = pk_slice_trim(pk_buf_slice(&text));
        (void) snprintf(to, size, "%.*s", PK_SLICE_ARG(trimmed));
    }
    pk_buf_wipe(&text);
}

/* ---- the list ---- */

struct listing {
    struct pk_campaign *items; /* their slices are gone */
    size_t count;
};

static int take(void *ctx, const struct pk_campaign *campaign)
{
    struct listing *listing = ctx;
    if (listing->count == LIST_MAX)
        return 1;
    listing->items[listing->count] = *campaign;
    listing->items[listing->count].audience = listing->items[listing->count].values = (struct pk_slice){ 0 };
    listing->count++;
    return 0;
}

static bool is_over(const struct pk_campaign *campaign)
{
    return pk_campaign_is_final((enum pk_campaign_state) campaign->state);
}

/* Those that go on first, then what is over; of each what was touched last. */
static int by_state(const void *a, const void *b)
{
    const struct pk_campaign *one = a, *other = b;
    if (is_over(one) != is_over(other))
        return is_over(one) ? 1 : -1;
    return one->updated_ms < other->updated_ms ? 1 : one->updated_ms > other->updated_ms ? -1 : 0;
}

static int64_t next_due_ms(struct pk_store *store, const struct pk_campaign *campaign)
{
    struct pk_campaign_step steps[PK_CAMPAIGN_STEPS_MAX];
    size_t count = 0;
    int64_t next_ms = 0;
    if (campaign->state != PK_CAMPAIGN_RUNNING || pk_campaign_steps(store, campaign->id, steps, &count, NULL) != 0)
        return 0;
    for (size_t i = 0; i < count; i++)
        if ((steps[i].state == PK_STEP_WAITING || steps[i].state == PK_STEP_NEWS) && steps[i].due_ms != 0 && (next_ms == 0 || steps[i].due_ms < next_ms))
            next_ms = steps[i].due_ms;
    return next_ms;
}

static void add_row(struct pk_visit *visit, const struct pk_staff *staff, const struct pk_campaign *campaign)
{
    struct pk_store *store = visit->call->service->store;
    struct pk_occurrence date = { .event = 0 };
    struct pk_slice topic = pk_slice_of(pk_name_text(store, PK_NAME_TOPIC, campaign->topic));
    if (campaign->occurrence != 0)
        (void) pk_occurrence_get(store, campaign->occurrence, &date, NULL);
    pk_json_open(&visit->out, NULL, '{');
    pk_json_add_text(&visit->out, "campaign", campaign->name);
    (void) pk_office_add_date(visit, date.event, date.day, NULL);
    pk_office_add_turn(visit, staff, campaign, topic);
    pk_staff_add_moment(visit, "next", next_due_ms(store, campaign));
    pk_json_close(&visit->out, '}');
}

void pk_office_campaigns_page(struct pk_visit *visit)
{
    struct pk_error err = { 0 };
    struct pk_staff staff;
    struct listing listing = { .count = 0 };
    size_t over = 0;
    if (!pk_office_opened(visit, PK_ACTION_CAMPAIGN_VIEW, &staff))
        return;
    listing.items = pk_alloc_array(LIST_MAX, sizeof *listing.items);
    int r = pk_campaigns_each(visit->call->service, &staff.acting.actor, take, &listing, &err);
    qsort(listing.items, listing.count, sizeof *listing.items, by_state);
    pk_json_add_slice(&visit->out, "pageTitle", pk_visit_string(visit, "office.campaigns"));
    pk_json_add_bool(&visit->out, "mayEdit", pk_may(&staff.acting.actor, PK_ACTION_CAMPAIGN_EDIT, NULL, NULL) == 0);
    pk_json_open(&visit->out, "campaigns", '[');
    for (size_t i = 0; i < listing.count; i++) {
        over += is_over(&listing.items[i]);
        if (over <= OVER_SHOWN)
            add_row(visit, &staff, &listing.items[i]);
    }
    pk_json_close(&visit->out, ']');
    free(listing.items);
    if (r >= 0)
        pk_office_show(visit, &staff, 200, "campaigns", "office-campaigns");
    else
        pk_visit_trouble(visit, &err);
}
