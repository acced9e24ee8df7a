/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/breach.h"

#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/service/desks.h"
#include "gateway/service/planner.h"
#include "gateway/service/team.h"
#include "gateway/service/trail.h"
#include "gateway/service/users.h"
#include "gateway/store/names.h"
#include "gateway/store/notices.h"
#include "gateway/store/triggers.h"

#include <strings.h>

#define TEMPLATE "breach"
#define SOURCE "urn:pokana:breach" /* with the id of what is told: the same order a second time is known */
#define PUBLISHER "(breach)" /* no service can be called so */
#define VALID_MS (7 * 24 * 3600 * 1000ll)
#define VALUES_MAX 1024u

int pk_breach_open(struct pk_service *service, const struct pk_actor *actor, int64_t since_ms, int64_t now_ms, struct pk_error *err)
{
    char since[PK_TIME_TEXT_MAX] = "everything";
    int r = pk_allow(service, actor, PK_ACTION_PRIVACY_BREACH, NULL, NULL, err);
    if (since_ms != 0)
        (void) pk_time_format(since_ms, since);
    return r == 0 ? pk_trail_done(service, actor, "privacy.breach", "recipients", since, 0, now_ms, err) : r;
}

struct listing {
    struct pk_json_out *out;
    size_t count, max;
    int64_t last;
};

static void add_field(struct pk_json_out *out, const char *name, int64_t count, int64_t since_ms)
{
    if (count == 0)
        return;
    pk_json_open(out, NULL, '{');
    pk_json_add_text(out, "field", name);
    pk_json_add_int(out, "count", count);
    pk_json_add_time(out, "since", since_ms);
    pk_json_close(out, '}');
}

static int add_person(void *ctx, const struct pk_person_fields *person)
{
    struct listing *listing = ctx;
    struct pk_json_out *out = listing->out;
    if (listing->count++ == listing->max)
        return 1;
    listing->last = person->id;
    pk_json_open(out, NULL, '{');
    pk_json_add_id(out, "person", person->id);
    pk_json_add_time(out, "since", person->since_ms);
    pk_json_add_text(out, "canBeTold", person->stopped ? "stopped" : person->reachable ? "yes" : "no-address");
    pk_json_open(out, "fields", '[');
    add_field(out, "language", 1, person->since_ms);
    add_field(out, "address", person->addresses, person->since_ms);
    add_field(out, "tag", person->tags, person->since_ms);
    add_field(out, "consent", person->consents, person->since_ms);
    add_field(out, "message", person->messages, person->messages_ms);
    add_field(out, "reply", person->replies, person->replies_ms);
    add_field(out, "rsvp", person->rsvps, person->since_ms);
    pk_json_close(out, ']');
    pk_json_close(out, '}');
    return 0;
}

int pk_breach_page(struct pk_store *store, int64_t since_ms, int64_t after, size_t max, struct pk_json_out *out, struct pk_error *err)
{
    struct listing listing = { .out = out, .max = max };
    pk_json_open(out, NULL, '{');
    pk_json_open(out, "people", '[');
    int r = pk_person_fields_page(store, after, since_ms, max + 1, add_person, &listing, err);
    if (r < 0)
        return r;
    pk_json_close(out, ']');
    if (listing.count > max)
        pk_json_add_id(out, "next", listing.last);
    else
        pk_json_add_null(out, "next");
    pk_json_close(out, '}');
    return 0;
}

/* ---- telling them ---- */

static bool same_name(const char *name, struct pk_slice other)
{
    return strlen(name) == other.len && strncasecmp(name, other.data, other.len) == 0;
}

static int check(struct pk_service *service, const struct pk_actor *actor, const struct pk_breach_notice *notice, struct pk_error *err)
{
    if (notice->second_person.len == 0 || same_name(actor->name, notice->second_person)) {
        (void) pk_fail(err, PK_E_INVALID, "everybody is written to only when two people say so");
        return pk_hint(err, PK_E_INVALID, "Name somebody else who may order it: --second-person NAME.");
    }
    int r = pk_users_vouch(service, notice->second_person, PK_ACTION_PRIVACY_NOTIFY, err);
    if (r != 0)
        return r;
    if (notice->link.len <= strlen("https://") || !pk_slice_starts(notice->link, "https://")) {
        (void) pk_fail(err, PK_E_INVALID, "the page that tells what happened is missing");
        return pk_hint(err, PK_E_INVALID, "Name it with --link https://...");
    }
    return service->desks && service->desks->route_count > 0 ? 0 : pk_fail(err, PK_E_CONFIG, "there is no route to write by");
}

/* The values as the text takes them, and the audience; what both are is the order's own name. */
static int compose(struct pk_service *service, const struct pk_breach_notice *notice, struct pk_buf *values, struct pk_buf *audience,
                   char ret_name[33], struct pk_error *err)
{
    pk_auto(pk_json) struct pk_json *document = NULL;
    uint8_t digest[32];
    struct pk_json_out out = pk_json_out(values);
    pk_json_open(&out, NULL, '{');
    pk_json_add_slice(&out, "link", notice->link);
    pk_json_close(&out, '}');
    int r = pk_json_parse(pk_buf_slice(values), VALUES_MAX, &document, err);
    if (r == 0)
        r = pk_template_check_values(service->catalog, PK_SLICE(TEMPLATE), document, err);
    if (r != 0)
        return r;
    out = pk_json_out(audience);
    pk_json_open(&out, NULL, '{');
    pk_json_add_time(&out, "since", notice->since_ms);
    pk_json_close(&out, '}');
    struct pk_buf all;
    pk_buf_init(&all, 2 * VALUES_MAX);
    (void) pk_buf_printf(&all, "%s%s", pk_buf_text(values), pk_buf_text(audience));
    pk_sha256(pk_buf_slice(&all), digest);
    pk_buf_finish(&all);
    for (size_t i = 0; i < 16; i++)
        (void) snprintf(ret_name + 2 * i, 3, "%02x", digest[i]);
    return 0;
}

static int add(struct pk_service *service, struct pk_slice values, struct pk_slice audience, const char *name, int64_t now_ms,
               int64_t *ret_trigger, struct pk_error *err)
{
    struct pk_store *store = service->store;
    struct pk_trigger trigger = {
        .id = pk_id_ordered(),
        .state = PK_TRIGGER_EXPANDING,
        .source = PK_SLICE(SOURCE),
        .event_id = pk_slice_of(name),
        .type = PK_SLICE("breach"),
        .received_ms = now_ms,
        .audience = audience,
        .valid_until_ms = now_ms + VALID_MS,
        .priority = PK_PRIORITY_NORMAL,
        .route = service->desks->routes[0].id, /* each message goes by the route of its channel */
    };
    struct pk_notice notice = {
        .trigger = trigger.id, .cls = PK_CLASS_DUTY, .template_name = PK_SLICE(TEMPLATE), .values = values, .created_ms = now_ms
    };
    int r = pk_name_intern(store, PK_NAME_PUBLISHER, PK_SLICE(PUBLISHER), &trigger.publisher, err);
    if (r == 0)
        r = pk_notice_add(store, &notice, &trigger.notice, err);
    if (r == 0)
        r = pk_trigger_add(store, &trigger, err);
    if (r == 0)
        *ret_trigger = trigger.id;
    return r;
}

int pk_breach_notify(struct pk_service *service, const struct pk_actor *actor, const struct pk_breach_notice *notice, int64_t now_ms,
                     int64_t *ret_trigger, struct pk_error *err)
{
    struct pk_buf values, audience;
    char name[33] = "", id[PK_ID_TEXT_MAX], detail[160], since[PK_TIME_TEXT_MAX] = "everybody";
    int64_t known = 0;
    int r = pk_allow(service, actor, PK_ACTION_PRIVACY_NOTIFY, NULL, NULL, err);
    if (r == 0)
        r = check(service, actor, notice, err);
    if (r != 0)
        return r;
    pk_buf_init(&values, VALUES_MAX);
    pk_buf_init(&audience, VALUES_MAX);
    r = compose(service, notice, &values, &audience, name, err);
    if (r == 0 && (known = pk_trigger_find(service->store, PK_SLICE(SOURCE), pk_slice_of(name))) != 0) {
        r = pk_fail(err, PK_E_CONFLICT, "the same was ordered before, as %s", pk_id_format(known, id));
        (void) pk_hint(err, r, "pokana triggers show %s tells how far it is. Nobody is told twice.", id);
    }
    if (r == 0)
        r = add(service, pk_buf_slice(&values), pk_buf_slice(&audience), name, now_ms, ret_trigger, err);
    if (notice->since_ms != 0)
        (void) pk_time_format(notice->since_ms, since);
    (void) snprintf(detail, sizeof detail, "since %s, second person %.*s", since, (int) (notice->second_person.len < 64 ? notice->second_person.len : 64),
                    notice->second_person.data);
    if (r == 0)
        r = pk_trail_done(service, actor, "privacy.notify", pk_id_format(*ret_trigger, id), detail, 0, now_ms, err);
    if (r == 0)
        r = pk_team_note(service, PK_TEAM_BREACH_TOLD, now_ms, err);
    if (r == 0)
        pk_planner_wake(service->planner);
    pk_buf_finish(&values);
    pk_buf_finish(&audience);
    return r;
}
