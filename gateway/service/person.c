/* SPDX-License-Identifier: EUPL-1.2 */
/* Finding one person, and showing them what is kept about them. Written with names where the database has numbers. */
#include "gateway/service/person_private.h"

#include "gateway/base/id.h"
#include "gateway/base/log.h"
#include "gateway/language/reply.h"
#include "gateway/service/inbox.h"
#include "gateway/service/links.h"
#include "gateway/service/rights.h"
#include "gateway/service/trail.h"
#include "gateway/store/attempts.h"
#include "gateway/store/deep_links.h"
#include "gateway/store/audit.h"
#include "gateway/store/circles.h"
#include "gateway/store/names.h"
#include "gateway/store/notices.h"
#include "gateway/store/offers.h"
#include "gateway/store/person.h"
#include "gateway/store/rsvps.h"

#define MESSAGES_SHOWN 2000u
#define ACTS_SHOWN 2000u
#define WORDS_MAX 65536u

/* ---- finding ---- */

static int find_first_address(void *ctx, const struct pk_person_address *address)
{
    struct pk_address *at = ctx;
    at->id = address->id;
    at->channel = address->channel;
    at->blocked_ms = address->blocked_ms;
    return 1;
}

static int find_by_id(struct pk_service *service, int64_t id, struct pk_found *found, struct pk_error *err)
{
    int r = pk_recipient_get(service->store, id, &found->who, err);
    if (r == 0)
        r = pk_person_addresses(service->store, id, find_first_address, &found->at, err);
    found->at.recipient = id;
    return r < 0 ? r : 0;
}

static int read_address(struct pk_service *service, const struct pk_whom *whom, struct pk_found *found, struct pk_error *err)
{
    const char *channel = whom->channel ? whom->channel : "sms";
    found->channel = pk_name_find(service->store, PK_NAME_CHANNEL, pk_slice_of(channel));
    if (found->channel == 0)
        return pk_fail(err, PK_E_INVALID, "there is no channel \"%.40s\"", channel);
    found->value = whom->address;
    if (strcmp(channel, PK_CHANNEL_EMAIL) == 0)
        return pk_address_read_mail(whom->address, found->room, &found->value, err);
    if (strcmp(channel, PK_CHANNEL_SMS) != 0)
        return found->value.len > 0 && found->value.len < 256 ? 0 : pk_fail(err, PK_E_INVALID, "this cannot be an address");
    if (pk_phone_parse(whom->address, service->rules->phone_region, found->room) != PK_PHONE_OK) {
        (void) pk_fail(err, PK_E_INVALID, "this is not the number of a telephone");
        return pk_hint(err, PK_E_INVALID, "Write it with its country: a plus, the country's digits, the number.");
    }
    found->value = pk_slice_of(found->room);
    return 0;
}

int pk_person_find(struct pk_service *service, const struct pk_whom *whom, struct pk_found *ret_found, struct pk_error *err)
{
    *ret_found = (struct pk_found){ 0 };
    if (whom->recipient != 0)
        return find_by_id(service, whom->recipient, ret_found, err);
    int r = read_address(service, whom, ret_found, err);
    if (r == 0)
        r = pk_address_find(service->store, ret_found->channel, ret_found->value, &ret_found->at, err);
    if (r == 0 && ret_found->at.recipient != 0)
        r = pk_recipient_get(service->store, ret_found->at.recipient, &ret_found->who, err);
    return r;
}

/* ---- showing ---- */

struct telling {
    struct pk_service *service;
    struct pk_store *store;
    struct pk_json_out out;
    size_t messages;
    struct pk_error *err;
};

static const char *name_of(const struct telling *telling, enum pk_name_kind kind, uint32_t id)
{
    return id != 0 ? pk_name_text(telling->store, kind, id) : NULL;
}

static int tell_address(void *ctx, const struct pk_person_address *address)
{
    struct telling *telling = ctx;
    struct pk_json_out *out = &telling->out;
    pk_json_open(out, NULL, '{');
    pk_json_add_text(out, "channel", name_of(telling, PK_NAME_CHANNEL, address->channel));
    pk_json_add_slice(out, "address", address->value);
    if (address->country[0])
        pk_json_add_text(out, "country", address->country);
    pk_json_add_time(out, "addedAt", address->created_ms);
    pk_json_add_time(out, "blockedAt", address->blocked_ms);
    pk_json_add_bool(out, "suppressed", address->suppressed);
    pk_json_close(out, '}');
    return 0;
}

static int tell_tag(void *ctx, uint32_t tag)
{
    struct telling *telling = ctx;
    pk_json_add_text(&telling->out, NULL, name_of(telling, PK_NAME_TAG, tag));
    return 0;
}

static int tell_consent(void *ctx, const struct pk_consent_event *event)
{
    struct telling *telling = ctx;
    struct pk_json_out *out = &telling->out;
    struct pk_shown shown;
    pk_json_open(out, NULL, '{');
    pk_json_add_int(out, "entry", event->id);
    pk_json_add_text(out, "topic", name_of(telling, PK_NAME_TOPIC, event->topic));
    pk_json_add_text(out, "channel", name_of(telling, PK_NAME_CHANNEL, event->channel));
    pk_json_add_text(out, "what", pk_consent_kind_name((enum pk_consent_kind) event->kind));
    pk_json_add_time(out, "at", event->given_ms);
    pk_json_add_time(out, "enteredAt", event->at_ms);
    pk_json_add_time(out, "until", event->until_ms);
    pk_json_add_slice(out, "how", event->how);
    pk_json_add_slice(out, "wording", event->wording);
    if (event->shown != 0 && pk_shown_get(telling->store, event->shown, &shown, NULL) == 0)
        pk_json_add_slice(out, "shown", shown.text);
    pk_json_add_slice(out, "language", event->language);
    pk_json_add_slice(out, "by", event->by);
    pk_json_close(out, '}');
    return 0;
}

static int tell_attempt(void *ctx, const struct pk_attempt *attempt)
{
    struct telling *telling = ctx;
    struct pk_json_out *out = &telling->out;
    pk_json_open(out, NULL, '{');
    pk_json_add_text(out, "account", name_of(telling, PK_NAME_ACCOUNT, attempt->account));
    if (attempt->channel != 0)
        pk_json_add_text(out, "channel", name_of(telling, PK_NAME_CHANNEL, attempt->channel));
    pk_json_add_text(out, "state", pk_attempt_state_name((enum pk_attempt_state) attempt->state));
    pk_json_add_time(out, "at", attempt->opened_ms);
    pk_json_add_int(out, "parts", attempt->parts);
    pk_json_close(out, '}');
    return 0;
}

static int tell_message(void *ctx, const struct pk_message *message)
{
    struct telling *telling = ctx;
    struct pk_json_out *out = &telling->out;
    struct pk_notice notice;
    struct pk_text_version version;
    bool said = pk_notice_get(telling->store, message->notice, &notice, NULL) == 0;
    telling->messages++;
    pk_json_open(out, NULL, '{');
    pk_json_add_id(out, "id", message->id);
    pk_json_add_text(out, "class", pk_class_name((enum pk_class) message->cls));
    pk_json_add_text(out, "topic", name_of(telling, PK_NAME_TOPIC, message->topic));
    pk_json_add_text(out, "channel", name_of(telling, PK_NAME_CHANNEL, message->channel));
    pk_json_add_slice(out, "template", said ? notice.template_name : (struct pk_slice){ 0 });
    if (pk_text_version_get(telling->store, message->version, &version, NULL) == 0)
        pk_json_add_slice(out, "language", version.rendering.len > 0 ? version.rendering : version.language);
    pk_json_add_text(out, "state", pk_message_state_name((enum pk_message_state) message->state));
    pk_json_add_text(out, "reason", pk_reason_name((enum pk_reason) message->reason));
    pk_json_add_time(out, "updatedAt", message->updated_ms);
    pk_json_open(out, "attempts", '[');
    int r = pk_attempts_of(telling->store, message->id, tell_attempt, telling, telling->err);
    pk_json_close(out, ']');
    pk_json_close(out, '}');
    return r;
}

static int tell_reply(void *ctx, const struct pk_person_reply *reply)
{
    struct telling *telling = ctx;
    struct pk_json_out *out = &telling->out;
    static const char *const intents[] = {
        [PK_INTENT_NONE] = "none", [PK_INTENT_STOP] = "stop", [PK_INTENT_START] = "start",
        [PK_INTENT_YES] = "yes",   [PK_INTENT_NO] = "no",     [PK_INTENT_HELP] = "help",
    };
    pk_json_open(out, NULL, '{');
    pk_json_add_time(out, "at", reply->at_ms);
    pk_json_add_text(out, "channel", name_of(telling, PK_NAME_CHANNEL, reply->channel));
    pk_json_add_text(out, "account", name_of(telling, PK_NAME_ACCOUNT, reply->account));
    pk_json_add_text(out, "understoodAs", reply->intent < PK_COUNT(intents) ? intents[reply->intent] : NULL);
    pk_json_add_slice(out, "text", reply->text);
    pk_json_close(out, '}');
    return 0;
}

static int tell_question(void *ctx, const struct pk_inbox_item *item)
{
    struct telling *telling = ctx;
    struct pk_json_out *out = &telling->out;
    struct pk_buf words;
    pk_buf_init(&words, WORDS_MAX);
    pk_json_open(out, NULL, '{');
    pk_json_add_time(out, "since", item->first_ms);
    pk_json_add_text(out, "state", pk_inbox_state_name(item->state));
    pk_json_add_text(out, "subject", pk_inbox_subject_name(item->subject));
    pk_json_add_text(out, "assignedTo", item->assigned);
    pk_json_add_time(out, "closedAt", item->closed_ms);
    pk_json_add_text(out, "closedBy", item->closed_by);
    if (pk_inbox_words(telling->store, item->id, &words, NULL) == 0)
        pk_json_add_slice(out, "answeredWith", pk_buf_slice(&words));
    pk_json_close(out, '}');
    pk_buf_wipe(&words);
    return 0;
}

static int tell_rsvp(void *ctx, const struct pk_rsvp *rsvp)
{
    struct telling *telling = ctx;
    struct pk_json_out *out = &telling->out;
    pk_json_open(out, NULL, '{');
    pk_json_add_id(out, "trigger", rsvp->trigger);
    if (rsvp->occurrence != 0)
        pk_json_add_id(out, "date", rsvp->occurrence);
    pk_json_add_text(out, "answer", rsvp->yes ? "yes" : "no");
    pk_json_add_int(out, "heads", rsvp->heads);
    if (rsvp->waits > 0)
        pk_json_add_int(out, "waitsFor", (int64_t) rsvp->wanted - rsvp->heads);
    pk_json_add_time(out, "at", rsvp->at_ms);
    pk_json_close(out, '}');
    return 0;
}

static int tell_link(void *ctx, const struct pk_deep_link *link)
{
    struct telling *telling = ctx;
    struct pk_json_out *out = &telling->out;
    pk_json_open(out, NULL, '{');
    pk_json_add_text(out, "channel", name_of(telling, PK_NAME_CHANNEL, link->channel));
    pk_json_add_slice(out, "topics", link->topics);
    pk_json_add_text(out, "state", pk_link_state_name((enum pk_link_state) link->state));
    pk_json_add_slice(out, "by", link->by);
    pk_json_add_time(out, "madeAt", link->created_ms);
    pk_json_add_time(out, "until", link->until_ms);
    pk_json_add_time(out, "openedAt", link->used_ms);
    pk_json_close(out, '}');
    return 0;
}

static int tell_offer(void *ctx, const struct pk_offer *offer)
{
    struct telling *telling = ctx;
    struct pk_json_out *out = &telling->out;
    pk_json_open(out, NULL, '{');
    pk_json_add_text(out, "what", offer->what);
    pk_json_add_text(out, "channel", name_of(telling, PK_NAME_CHANNEL, offer->channel));
    if (offer->topic != 0)
        pk_json_add_text(out, "topic", name_of(telling, PK_NAME_TOPIC, offer->topic));
    if (offer->by.len > 0)
        pk_json_add_slice(out, "by", offer->by);
    pk_json_add_time(out, "madeAt", offer->made_ms);
    pk_json_add_time(out, "until", offer->until_ms);
    pk_json_add_time(out, "usedAt", offer->used_ms);
    if (offer->choice != 0)
        pk_json_add_text(out, "answered", pk_link_choice_name((enum pk_link_choice) offer->choice));
    pk_json_close(out, '}');
    return 0;
}

static int tell_act(void *ctx, const struct pk_audit_entry *act)
{
    struct telling *telling = ctx;
    struct pk_json_out *out = &telling->out;
    pk_json_open(out, NULL, '{');
    pk_json_add_time(out, "at", act->at_ms);
    pk_json_add_slice(out, "by", act->actor);
    pk_json_add_slice(out, "what", act->action);
    pk_json_add_slice(out, "detail", act->detail);
    pk_json_close(out, '}');
    return 0;
}

/* Whose circle they are in, or were asked for. */
static int tell_circle(struct telling *telling, int64_t recipient)
{
    struct pk_circle circle;
    int64_t told_ms = 0;
    int r = pk_circle_of_person(telling->store, recipient, &circle, &told_ms, NULL);
    if (r != 0) {
        pk_json_add_null(&telling->out, "circle");
        return r == PK_E_NOT_FOUND ? 0 : pk_fail(telling->err, r, "the circle could not be looked up");
    }
    pk_json_open(&telling->out, "circle", '{');
    pk_json_add_text(&telling->out, "of", circle.name);
    pk_json_add_time(&telling->out, "joinedAt", told_ms);
    pk_json_close(&telling->out, '}');
    return 0;
}

/* `list` writes the items of the array `name`. */
#define LIST(name, list)                       \
    do {                                       \
        pk_json_open(out, name, '[');          \
        r = r < 0 ? r : (list);                \
        pk_json_close(out, ']');               \
    } while (0)

static int tell(struct telling *telling, const struct pk_recipient *who, struct pk_error *err)
{
    struct pk_store *store = telling->store;
    struct pk_json_out *out = &telling->out;
    const struct pk_audit_filter acts = { .recipient = who->id, .oldest_first = true };
    int r = 0;
    pk_json_open(out, NULL, '{');
    pk_json_add_id(out, "recipient", who->id);
    pk_json_add_text(out, "language", who->language);
    pk_json_add_text(out, "script", who->script);
    pk_json_add_time(out, "addedAt", who->created_ms);
    pk_json_add_time(out, "stoppedAt", who->stopped_ms);
    LIST("addresses", pk_person_addresses(store, who->id, tell_address, telling, err));
    LIST("tags", pk_person_tags(store, who->id, tell_tag, telling, err));
    r = r < 0 ? r : tell_circle(telling, who->id);
    LIST("consents", pk_ledger_history(store, who->id, tell_consent, telling, err));
    LIST("messages", pk_person_messages(store, who->id, MESSAGES_SHOWN, tell_message, telling, err));
    pk_json_add_bool(out, "olderMessagesExist", telling->messages == MESSAGES_SHOWN);
    LIST("replies", pk_person_replies(store, who->id, tell_reply, telling, err));
    LIST("questions", pk_inbox_of(store, who->id, tell_question, telling, err));
    LIST("invitationsAnswered", pk_person_rsvps(store, who->id, tell_rsvp, telling, err));
    LIST("chatLinks", pk_deep_links_of(store, who->id, tell_link, telling, err));
    LIST("handedOut", pk_offers_of(store, who->id, tell_offer, telling, err));
    LIST("lookedAtOrChanged", pk_audit_list(store, &acts, ACTS_SHOWN, tell_act, telling, err));
    pk_json_close(out, '}');
    return r;
}

int pk_person_export(struct pk_service *service, const struct pk_actor *actor, const struct pk_whom *whom, int64_t now_ms,
                     struct pk_buf *out, struct pk_error *err)
{
    struct pk_found found;
    char id[PK_ID_TEXT_MAX] = "";
    int r = pk_allow(service, actor, PK_ACTION_RECIPIENT_EXPORT, &(struct pk_about){ .recipient = whom->recipient }, NULL, err);
    if (r == 0)
        r = pk_person_find(service, whom, &found, err);
    if (r == 0 && found.who.id == 0)
        r = pk_fail(err, PK_E_NOT_FOUND, "nobody is known by this address");
    if (r == 0)
        pk_id_format(found.who.id, id);
    if (r != 0)
        return r;
    /* Written first: the person sees this look as well. */
    if ((r = pk_trail_done(service, actor, "recipient.export", id, "", found.who.id, now_ms, err)) != 0)
        return r;
    struct telling telling = { .service = service, .store = service->store, .out = pk_json_out(out), .err = err };
    return tell(&telling, &found.who, err);
}
