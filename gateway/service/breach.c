/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/breach.h"

#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/service/trail.h"

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
