/* SPDX-License-Identifier: EUPL-1.2 */
/* Signing somebody up who writes first: a link on each channel, also as a picture to be read with their own telephone. */
#include "gateway/base/text.h"
#include "gateway/console/handlers.h"
#include "gateway/console/qr.h"
#include "gateway/console/staff.h"
#include "gateway/console/staff_words.h"
#include "gateway/service/signup_ways.h"

#define PICTURE_MAX (64u << 10)

struct listing {
    struct pk_visit *visit;
    size_t count;
};

static int add_way(void *ctx, const struct pk_signup_way *way)
{
    struct listing *listing = ctx;
    struct pk_json_out *out = &listing->visit->out;
    struct pk_buf path;
    int side = 0;
    pk_buf_init(&path, PICTURE_MAX);
    if (pk_qr_path(pk_slice_of(way->url), &path, &side, NULL) != 0)
        pk_buf_clear(&path);
    pk_json_open(out, NULL, '{');
    pk_json_add_text(out, "label", way->label);
    pk_json_add_text(out, "url", way->url);
    pk_json_add_slice(out, "path", pk_buf_slice(&path));
    pk_json_add_int(out, "side", side);
    pk_json_close(out, '}');
    pk_buf_finish(&path);
    listing->count++;
    return 0;
}

static int add_topics(struct pk_visit *visit, struct pk_staff *staff, struct pk_error *err)
{
    const struct pk_signup_filled nothing = { 0 };
    return pk_signup_offer(visit->call->service, &staff->acting.actor, pk_slice_of(pk_visit_language(visit)), &nothing, visit->call->now_ms,
                           &visit->out, err);
}

void pk_staff_ways_page(struct pk_visit *visit)
{
    struct pk_error err = { 0 };
    struct pk_staff staff;
    if (!pk_staff_signed_in(visit, &staff))
        return;
    int r = add_topics(visit, &staff, &err);
    if (r == 0)
        pk_staff_show(visit, &staff, 200, "staff-ways");
    else
        pk_visit_trouble(visit, &err);
}

/* One sentence in both scripts: whoever reads points at theirs. */
static void add_sentence(struct pk_visit *visit, const char *name, const char *tag)
{
    const struct pk_phrases *phrases = visit->console->phrases;
    pk_json_add_slice(&visit->out, name, pk_phrases_get(phrases, pk_phrases_find(phrases, pk_slice_of(tag), 0), PK_SLICE("signup.sentence")));
}

static void add_topic(struct pk_visit *visit, struct pk_slice code)
{
    struct pk_slice rest = code, name = code;
    add_sentence(visit, "inCyrillic", "bg");
    add_sentence(visit, "inLatin", "bg-Latn");
    (void) pk_slice_cut(&rest, '_', &name);
    pk_json_add_slice(&visit->out, "code", code);
    pk_json_add_slice(&visit->out, "topic", name);
    pk_json_add_bool(&visit->out, "latin", rest.len > 0 && rest.len < code.len);
}

void pk_staff_way_page(struct pk_visit *visit)
{
    struct listing listing = { .visit = visit };
    struct pk_error err = { 0 };
    struct pk_staff staff;
    if (!pk_staff_signed_in(visit, &staff))
        return;
    pk_json_open(&visit->out, "ways", '[');
    int r = pk_signup_ways(visit->call->service, &staff.acting.actor, visit->place, visit->call->now_ms, add_way, &listing, &err);
    pk_json_close(&visit->out, ']');
    pk_json_add_bool(&visit->out, "none", listing.count == 0);
    if (r == 0) {
        add_topic(visit, visit->place);
        pk_staff_show(visit, &staff, 200, "staff-way");
    } else {
        pk_visit_trouble(visit, &err);
    }
}
