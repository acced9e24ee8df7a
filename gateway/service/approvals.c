/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/approvals.h"

#include "gateway/base/id.h"
#include "gateway/base/text.h"
#include "gateway/service/trail.h"

#define SHOWN_MAX (256u << 10)
#define PEOPLE_MAX 1000000

/* The urgent types, and which texts of the topic each of them may send. */
static const struct {
    const char *type;
    enum pk_text_step step;
} urgent[] = {
    { "event.cancelled", PK_STEP_CANCELLATION },
    { "infopoint.closed-today", PK_STEP_CLOSED },
    { "infopoint.open-after-all", PK_STEP_OPEN },
};

static bool step_of(const char *type, enum pk_text_step *ret_step)
{
    for (size_t i = 0; i < PK_COUNT(urgent); i++) {
        if (strcmp(urgent[i].type, type) != 0)
            continue;
        *ret_step = urgent[i].step;
        return true;
    }
    return false;
}

bool pk_approval_is_for(const char *type)
{
    enum pk_text_step step;
    return step_of(type, &step);
}

/* ---- what is approved ---- */

/* Each field by its length, so that no two of them can be read as two others. */
static void add_field(struct pk_buf *shown, struct pk_slice field)
{
    (void) pk_buf_printf(shown, "%zu:", field.len);
    (void) pk_buf_add_slice(shown, field);
}

static void add_number(struct pk_buf *shown, int64_t number)
{
    char text[24];
    (void) snprintf(text, sizeof text, "%lld", (long long) number);
    add_field(shown, pk_slice_of(text));
}

static void add_words(struct pk_buf *shown, const struct pk_words *words)
{
    add_number(shown, (int64_t) words->count);
    for (size_t i = 0; i < words->count; i++)
        add_field(shown, pk_slice_of(words->items[i]));
}

/* Texts of the step, of this topic or of any, in every language. */
static void add_texts(struct pk_service *service, const struct pk_approval *approval, struct pk_buf *shown)
{
    enum pk_text_step step;
    if (!step_of(approval->type, &step))
        return;
    for (size_t i = 0; i < pk_catalog_template_count(service->catalog); i++) {
        const struct pk_template *text = pk_catalog_template(service->catalog, i);
        struct pk_slice topic = pk_template_topic(text);
        if (pk_template_kind(text) != PK_TEXT_NOTICE || pk_template_step(text) != step ||
            (topic.len > 0 && !pk_slice_is(topic, approval->topic)))
            continue;
        add_field(shown, pk_template_name(text));
        add_field(shown, pk_template_language(text));
        add_field(shown, pk_slice_make(pk_template_hash(text), 32));
    }
}

static int digest_of(struct pk_service *service, const struct pk_approval *approval, uint8_t ret_digest[32], struct pk_error *err)
{
    const struct pk_publisher_rule *rule = pk_rules_publisher(service->rules, pk_slice_of(approval->publisher));
    struct pk_buf shown;
    int r = 0;
    pk_buf_init(&shown, SHOWN_MAX);
    add_field(&shown, pk_slice_of(approval->type));
    add_field(&shown, pk_slice_of(approval->publisher));
    add_field(&shown, pk_slice_of(approval->topic));
    add_number(&shown, approval->people_max);
    add_number(&shown, approval->until_ms);
    if (rule) {
        add_field(&shown, pk_slice_of(rule->source));
        add_words(&shown, &rule->tags);
        add_words(&shown, &rule->templates);
    }
    add_texts(service, approval, &shown);
    if (shown.failed)
        r = pk_fail(err, PK_E_LIMIT, "there is too much to approve");
    pk_sha256(pk_buf_slice(&shown), ret_digest);
    pk_buf_finish(&shown);
    return r;
}

static void digest_text(const uint8_t digest[32], char ret_text[PK_APPROVAL_DIGEST_TEXT])
{
    for (size_t i = 0; i < (PK_APPROVAL_DIGEST_TEXT - 1) / 2; i++)
        (void) snprintf(ret_text + 2 * i, 3, "%02x", digest[i]);
}

/* ---- asked ---- */

static int refuse(struct pk_error *err, int r, const char *field, const char *why, const char *hint)
{
    (void) pk_fail(err, r, "%s: %s", field, why);
    return pk_hint(err, r, "%s", hint);
}

static int check_plan(struct pk_service *service, const struct pk_approval *approval, int64_t now_ms, struct pk_error *err)
{
    const struct pk_publisher_rule *rule = pk_rules_publisher(service->rules, pk_slice_of(approval->publisher));
    if (!pk_approval_is_for(approval->type))
        return refuse(err, PK_E_INVALID, "type", "is none that needs an approval beforehand",
                      "Those are event.cancelled, infopoint.closed-today and infopoint.open-after-all.");
    if (!rule)
        return refuse(err, PK_E_NOT_FOUND, "publisher", "is not configured", "Name one of the [publisher NAME] sections.");
    if (!pk_publisher_may(rule, approval->type))
        return refuse(err, PK_E_INVALID, "type", "is none this publisher may publish", "Add it to \"may\" of its section in the configuration first.");
    if (!pk_rules_topic(service->rules, pk_slice_of(approval->topic)) || !pk_words_allow(&rule->topics, pk_slice_of(approval->topic)))
        return refuse(err, PK_E_INVALID, "topic", "is unknown, or not one this publisher may write about", "Name a topic of its section.");
    if (approval->people_max < 1 || approval->people_max > PEOPLE_MAX)
        return refuse(err, PK_E_INVALID, "people", "must be from 1 to 1000000", "Say how many people one of its triggers may tell at most.");
    if (approval->until_ms <= now_ms || approval->until_ms > now_ms + PK_APPROVAL_LONGEST_MS)
        return refuse(err, PK_E_INVALID, "until", "is not within the next year", "An approval ends; ask for another one then.");
    return 0;
}

static void copy(char *to, struct pk_slice text)
{
    (void) snprintf(to, PK_APPROVAL_NAME_MAX + 1, "%.*s", PK_SLICE_ARG(text));
}

static int trail(struct pk_service *service, const struct pk_actor *actor, const char *action, const struct pk_approval *approval, int64_t now_ms,
                 struct pk_error *err)
{
    char id[PK_ID_TEXT_MAX], detail[3 * PK_APPROVAL_NAME_MAX + 3];
    (void) snprintf(detail, sizeof detail, "%s %s %s", approval->publisher, approval->type, approval->topic);
    return pk_trail_done(service, actor, action, pk_id_format(approval->id, id), detail, 0, now_ms, err);
}

int pk_approvals_ask(struct pk_service *service, const struct pk_actor *actor, const struct pk_approval_plan *plan, int64_t now_ms, int64_t *ret_id,
                     struct pk_error *err)
{
    struct pk_approval approval = { .people_max = plan->people_max, .until_ms = plan->until_ms, .asked_ms = now_ms };
    copy(approval.type, plan->type);
    copy(approval.publisher, plan->publisher);
    copy(approval.topic, plan->topic);
    (void) snprintf(approval.asked_by, sizeof approval.asked_by, "%s", actor->name ? actor->name : "");
    int r = pk_allow(service, actor, PK_ACTION_APPROVAL_STANDING, &(struct pk_about){ .topic = pk_slice_of(approval.topic) }, NULL, err);
    if (r == 0)
        r = check_plan(service, &approval, now_ms, err);
    if (r == 0)
        r = pk_approval_add(service->store, &approval, err);
    if (r == 0)
        r = trail(service, actor, "approval.ask", &approval, now_ms, err);
    if (r == 0)
        *ret_id = approval.id;
    return r;
}

/* ---- decided ---- */

static int open_one(struct pk_service *service, const struct pk_actor *actor, int64_t id, struct pk_approval *ret_approval, struct pk_error *err)
{
    int r = pk_allow(service, actor, PK_ACTION_APPROVAL_STANDING, NULL, NULL, err);
    if (r == 0)
        r = pk_approval_get(service->store, id, ret_approval, err);
    if (r == 0)
        r = pk_allow(service, actor, PK_ACTION_APPROVAL_STANDING, &(struct pk_about){ .topic = pk_slice_of(ret_approval->topic) }, NULL, err);
    return r;
}

int pk_approvals_approve(struct pk_service *service, const struct pk_actor *actor, int64_t id, struct pk_slice digest, int64_t now_ms,
                         struct pk_error *err)
{
    struct pk_approval approval;
    char text[PK_APPROVAL_DIGEST_TEXT] = "";
    int r = open_one(service, actor, id, &approval, err);
    if (r != 0)
        return r;
    if (approval.revoked_ms != 0 || approval.until_ms <= now_ms || approval.approved_ms != 0) {
        (void) pk_fail(err, PK_E_CONFLICT, "this standing approval is %s", approval.revoked_ms != 0 ? "revoked" : approval.approved_ms != 0 ? "given already" : "over");
        return pk_hint(err, PK_E_CONFLICT, "Ask for another one: pokana approvals ask.");
    }
    if (!actor->name || strcmp(actor->name, approval.asked_by) == 0) {
        (void) pk_fail(err, PK_E_DENIED, "nobody approves what they asked for");
        return pk_hint(err, PK_E_DENIED, "A second person looks at it and approves: --by NAME.");
    }
    if ((r = check_plan(service, &approval, now_ms, err)) != 0 || (r = digest_of(service, &approval, approval.digest, err)) != 0)
        return r;
    digest_text(approval.digest, text);
    if (!pk_slice_is(digest, text)) {
        (void) pk_fail(err, PK_E_CONFLICT, "what you saw of it is no longer what it is");
        return pk_hint(err, PK_E_CONFLICT, "Look at it again; what is approved is named by its digest, now %s.", text);
    }
    (void) snprintf(approval.approved_by, sizeof approval.approved_by, "%s", actor->name);
    approval.approved_ms = now_ms;
    r = pk_approval_put(service->store, &approval, err);
    return r == 0 ? trail(service, actor, "approval.approve", &approval, now_ms, err) : r;
}

int pk_approvals_revoke(struct pk_service *service, const struct pk_actor *actor, int64_t id, int64_t now_ms, struct pk_error *err)
{
    struct pk_approval approval;
    int r = open_one(service, actor, id, &approval, err);
    if (r != 0)
        return r;
    if (approval.revoked_ms != 0 || approval.until_ms <= now_ms)
        return pk_fail(err, PK_E_CONFLICT, "this standing approval is %s", approval.revoked_ms != 0 ? "revoked" : "over");
    (void) snprintf(approval.revoked_by, sizeof approval.revoked_by, "%s", actor->name ? actor->name : "");
    approval.revoked_ms = now_ms;
    r = pk_approval_put(service->store, &approval, err);
    return r == 0 ? trail(service, actor, "approval.revoke", &approval, now_ms, err) : r;
}

/* ---- shown ---- */

struct showing {
    struct pk_service *service;
    const struct pk_actor *actor;
    int64_t now_ms;
    int (*each)(void *ctx, const struct pk_approval_view *view);
    void *ctx;
    struct pk_error *err;
};

static int show_one(void *ctx, const struct pk_approval *approval)
{
    struct showing *showing = ctx;
    struct pk_approval_view view = { .approval = approval };
    struct pk_about about = { .topic = pk_slice_of(approval->topic) };
    uint8_t digest[32];
    if (pk_may(showing->actor, PK_ACTION_APPROVAL_STANDING, &about, NULL) != 0)
        return 0; /* who is limited to topics sees those of them */
    int r = digest_of(showing->service, approval, digest, showing->err);
    if (r != 0)
        return r;
    digest_text(digest, view.digest);
    view.state = approval->revoked_ms != 0                                        ? "revoked"
                 : approval->until_ms <= showing->now_ms                          ? "ended"
                 : approval->approved_ms == 0                                     ? "asked"
                 : memcmp(digest, approval->digest, sizeof digest) != 0           ? "outdated"
                                                                                  : "approved";
    return showing->each(showing->ctx, &view);
}

int pk_approvals_show(struct pk_service *service, const struct pk_actor *actor, int64_t now_ms,
                      int (*each)(void *ctx, const struct pk_approval_view *view), void *ctx, struct pk_error *err)
{
    struct showing showing = { service, actor, now_ms, each, ctx, err };
    int r = pk_allow(service, actor, PK_ACTION_APPROVAL_STANDING, NULL, NULL, err);
    return r == 0 ? pk_approvals_each(service->store, NULL, NULL, now_ms, show_one, &showing, err) : r;
}

/* ---- asked about ---- */

struct covering {
    struct pk_service *service;
    const char *topic;
    int64_t people;
    struct pk_approval *found;
    bool covered;
    const char *why;
};

static int consider(void *ctx, const struct pk_approval *approval)
{
    struct covering *covering = ctx;
    uint8_t digest[32];
    if (strcmp(approval->topic, covering->topic) != 0)
        return 0;
    if (digest_of(covering->service, approval, digest, NULL) != 0 || memcmp(digest, approval->digest, sizeof digest) != 0) {
        covering->why = "texts or audience are no longer those that were approved";
        return 0;
    }
    if (covering->people > approval->people_max) {
        covering->why = "it would tell more people than were approved";
        return 0;
    }
    *covering->found = *approval;
    covering->covered = true;
    return 1;
}

int pk_approvals_cover(struct pk_service *service, const char *type, const char *publisher, const char *topic, int64_t people, int64_t now_ms,
                       struct pk_approval *ret_approval, struct pk_error *err)
{
    struct covering covering = { .service = service, .topic = topic, .people = people, .found = ret_approval, .why = "two people have not approved it beforehand" };
    int r = pk_approvals_each(service->store, publisher, type, now_ms, consider, &covering, err);
    if (r < 0)
        return r;
    return covering.covered ? 0 : pk_fail(err, PK_E_NOT_FOUND, "%s", covering.why);
}
