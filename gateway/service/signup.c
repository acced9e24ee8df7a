/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/signup.h"

#include "gateway/service/circles.h"
#include "gateway/service/consent.h"
#include "gateway/service/import_private.h"
#include "gateway/service/rights.h"
#include "gateway/service/texts.h"
#include "gateway/service/trail.h"

#define HOW_MAX 64u

struct signing {
    struct pk_service *service;
    const struct pk_actor *actor;
    bool circle; /* by a key person, for her circle */
    struct pk_user user; /* the key person */
    int64_t day;
    struct pk_circle_day today;
    char how[HOW_MAX + 1];
    struct pk_import_known known;
    struct pk_import_row row;
};

static int may(struct signing *s, struct pk_about about, struct pk_error *err)
{
    about.owner = pk_slice_of(s->actor->name);
    return pk_allow(s->service, s->actor, PK_ACTION_RECIPIENT_ADD, &about, NULL, err);
}

/* As one row of a file whose columns are all there. */
static int check(struct signing *s, const struct pk_signup_plan *plan, int64_t now_ms, struct pk_error *err)
{
    struct pk_import_form form = { .width = PK_COLUMNS };
    struct pk_csv_row from = { .line = 1, .count = PK_COLUMNS };
    int n = plan->form.len > 0 ? snprintf(s->how, sizeof s->how, "paper form %.*s", PK_SLICE_ARG(plan->form))
                               : snprintf(s->how, sizeof s->how, s->circle ? "orally via key person" : "orally");
    if (n < 0 || (size_t) n >= sizeof s->how)
        return pk_fail(err, PK_E_INVALID, "form: that is too long for the number of a form");
    for (int i = 0; i < PK_COLUMNS; i++)
        form.at[i] = i;
    for (size_t i = 0; i < PK_COLUMNS; i++)
        from.fields[i] = PK_SLICE("");
    from.fields[PK_COLUMN_CHANNEL] = plan->channel.len > 0 ? plan->channel : PK_SLICE("sms");
    from.fields[PK_COLUMN_ADDRESS] = plan->address;
    from.fields[PK_COLUMN_LANGUAGE] = plan->language;
    from.fields[PK_COLUMN_SCRIPT] = plan->script;
    from.fields[PK_COLUMN_TAGS] = plan->tags;
    from.fields[PK_COLUMN_TOPICS] = plan->topics;
    from.fields[PK_COLUMN_HOW] = pk_slice_of(s->how);
    int r = pk_import_check_row(s->service, &form, false, &from, now_ms, &s->known, &s->row, err);
    for (size_t i = 0; r == 0 && i < s->row.topic_count; i++)
        r = may(s, (struct pk_about){ .topic = pk_slice_of(s->row.topics[i]->name) }, err);
    for (size_t i = 0; r == 0 && i < s->row.tag_count; i++)
        r = may(s, (struct pk_about){ .tag = s->row.tags[i] }, err);
    return r;
}

/* Every sign-up counts, so that the number left says nothing of anybody. */
static int take_one_of_the_day(struct signing *s, int64_t now_ms, struct pk_error *err)
{
    struct pk_service *service = s->service;
    int r = pk_user_get(service->store, pk_slice_of(s->actor->name), &s->user, err);
    if (r == PK_E_NOT_FOUND)
        return pk_fail(err, PK_E_DENIED, "only a user can have a circle");
    if (r == 0)
        r = pk_service_day(service, now_ms, &s->day, err);
    if (r == 0)
        r = pk_circle_day_get(service->store, s->user.id, s->day, &s->today, err);
    if (r != 0)
        return r;
    int64_t most = (int64_t) service->rules->signups_per_day + s->today.more;
    if (s->today.count >= most) {
        (void) pk_fail(err, PK_E_LIMIT, "%lld people were signed up today, which is as many as may be", (long long) most);
        return pk_hint(err, PK_E_LIMIT, "Go on tomorrow, or ask an adviser to allow more for today.");
    }
    s->today.count++;
    return pk_circle_day_set(service->store, s->user.id, s->day, &s->today, now_ms, err);
}

/* What she will see of it, and, of who was asked in words that tell of it, the circle. */
static int put_into_circle(struct signing *s, const struct pk_import_outcome *outcome, int64_t now_ms, struct pk_error *err)
{
    struct pk_store *store = s->service->store;
    struct pk_buf masked;
    int64_t circle = 0;
    pk_buf_init(&masked, 2 * PK_IMPORT_ADDRESS_MAX);
    pk_consent_mask(s->row.address, &masked);
    const struct pk_signup signup = { .user = s->user.id, .at_ms = now_ms, .masked = pk_buf_slice(&masked), .question = outcome->question };
    int r = pk_signup_add(store, &signup, err);
    if (r == 0)
        r = pk_circle_make(store, &s->user, now_ms, &circle, err);
    if (r == 0 && outcome->question != 0)
        r = pk_circle_ask(store, circle, outcome->recipient, outcome->question, now_ms, err);
    pk_buf_wipe(&masked);
    return r;
}

static int sign_up(struct signing *s, const struct pk_signup_plan *plan, int64_t now_ms, struct pk_error *err)
{
    struct pk_import_outcome outcome;
    int r = may(s, (struct pk_about){ 0 }, err);
    if (r == 0)
        r = check(s, plan, now_ms, err);
    if (r == 0 && s->circle)
        r = take_one_of_the_day(s, now_ms, err);
    s->row.circle = s->circle;
    s->row.at_once = true;
    if (r == 0)
        r = pk_import_apply_row(s->service, false, pk_slice_of(s->actor->name), &s->row, now_ms, &outcome, err);
    if (r == 0 && outcome.refused) {
        (void) pk_fail(err, PK_E_CONFIG, "%s", outcome.refused);
        return pk_hint(err, PK_E_CONFIG, "%s", outcome.hint);
    }
    if (r == 0 && s->circle)
        r = put_into_circle(s, &outcome, now_ms, err);
    return r == 0 ? pk_trail_done(s->service, s->actor, "recipient.add", "", s->how, outcome.recipient, now_ms, err) : r;
}

int pk_signup(struct pk_service *service, const struct pk_actor *actor, const struct pk_signup_plan *plan, int64_t now_ms,
              struct pk_error *err)
{
    struct signing signing = { .service = service, .actor = actor, .circle = actor->role == PK_ROLE_KEY_PERSON };
    int r = sign_up(&signing, plan, now_ms, err);
    if (r != 0)
        pk_texts_forget(service->texts); /* versions stored in this unit go with it */
    explicit_bzero(&signing.known, sizeof signing.known);
    return r;
}
