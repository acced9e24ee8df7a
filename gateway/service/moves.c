/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/moves.h"

#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/base/log.h"
#include "gateway/base/random.h"
#include "gateway/base/text.h"
#include "gateway/language/phone.h"
#include "gateway/service/own_private.h"
#include "gateway/store/moves.h"
#include "gateway/store/names.h"

#define DAY_MS (24 * 3600 * 1000ll)
#define ADDRESS_MAX 254u
#define LOCAL_MAX 64u
#define CONSENTS_MAX 64

/* ---- what is wanted ---- */

bool pk_moves_can_type(const struct pk_service *service, const char *channel)
{
    if (!pk_rules_by_number(service->rules, pk_slice_of(channel)) && strcmp(channel, "email") != 0)
        return false; /* an id a network gave: who has it writes to us first */
    for (size_t i = 0; i < service->rules->route_count; i++)
        if (strcmp(service->rules->routes[i].channel, channel) == 0)
            return true;
    return false;
}

/* Somebody@somewhere.example, and nothing a mail server could take for more than one address. */
static bool is_mail_address(struct pk_slice text)
{
    const char *at = text.len > 0 && text.len <= ADDRESS_MAX ? memchr(text.data, '@', text.len) : NULL;
    size_t local = at ? (size_t) (at - text.data) : 0;
    struct pk_slice domain = at ? pk_slice_make(at + 1, text.len - local - 1) : text;
    if (local == 0 || local > LOCAL_MAX || domain.len < 3 || !memchr(domain.data, '.', domain.len) || domain.data[0] == '.' ||
        domain.data[domain.len - 1] == '.')
        return false;
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char) text.data[i] <= ' ' || (unsigned char) text.data[i] >= 0x7f || strchr("\"(),:;<>[\\]", text.data[i]) ||
            (text.data[i] == '@' && i != local))
            return false;
    return true;
}

/* As the channel keeps it. */
static int normalise(struct pk_service *service, const char *channel, struct pk_slice written, char ret_e164[PK_PHONE_MAX],
                     struct pk_slice *ret_value, struct pk_error *err)
{
    *ret_value = pk_slice_trim(written);
    if (!pk_rules_by_number(service->rules, pk_slice_of(channel)))
        return is_mail_address(*ret_value) ? 0 : pk_fail(err, PK_E_INVALID, "this is no address for mail");
    if (pk_phone_parse(written, service->rules->phone_region, ret_e164) > PK_PHONE_AMBIGUOUS)
        return pk_fail(err, PK_E_INVALID, "this is no mobile number");
    *ret_value = pk_slice_of(ret_e164);
    return 0;
}

static int wants_change(struct pk_service *service, int64_t recipient, struct pk_slice id, struct pk_move *move, struct pk_error *err)
{
    struct pk_address address;
    if (pk_id_parse(id, &move->address) != 0 || pk_address_get(service->store, move->address, &address, NULL) != 0 ||
        address.recipient != recipient)
        return pk_fail(err, PK_E_INVALID, "this person has no such address");
    move->channel = address.channel;
    return 0;
}

/* The code to what they have goes by the first channel that can be written to. */
static int wants_more(struct pk_service *service, int64_t recipient, struct pk_slice channel, int64_t now_ms, struct pk_move *move,
                      struct pk_error *err)
{
    struct pk_own_channels channels;
    int r = pk_own_channels(service, recipient, now_ms, &channels, err);
    if (r == 0)
        r = pk_name_intern(service->store, PK_NAME_CHANNEL, channel, &move->channel, err);
    for (size_t i = 0; r == 0 && i < channels.count; i++) {
        if (channels.items[i].id == move->channel)
            return pk_fail(err, PK_E_INVALID, "this person has an address on this channel");
        if (move->address == 0)
            move->address = channels.items[i].address;
    }
    move->keeps = true;
    return r == 0 && move->address == 0 ? pk_fail(err, PK_E_INVALID, "none of this person's addresses can be written to") : r;
}

static struct pk_slice behind(struct pk_slice text, const char *front)
{
    size_t len = strlen(front);
    return pk_slice_starts(text, front) ? pk_slice_make(text.data + len, text.len - len) : pk_slice_make(NULL, 0);
}

/* ---- asking ---- */

static int read_wish(struct pk_service *service, int64_t recipient, struct pk_slice what, int64_t now_ms, struct pk_move *move,
                     const char **ret_channel, struct pk_error *err)
{
    struct pk_slice id = behind(what, PK_MOVE_REPLACE), name = behind(what, PK_MOVE_ADD);
    char channel[64];
    (void) snprintf(channel, sizeof channel, "%.*s", (int) (name.len < 48 ? name.len : 48), name.len > 0 ? name.data : "");
    if (id.len == 0 && (name.len == 0 || !pk_moves_can_type(service, channel)))
        return pk_fail(err, PK_E_INVALID, "there is no such way to change an address");
    int r = id.len > 0 ? wants_change(service, recipient, id, move, err)
                       : wants_more(service, recipient, pk_slice_of(channel), now_ms, move, err);
    if (r != 0)
        return r;
    *ret_channel = pk_name_text(service->store, PK_NAME_CHANNEL, move->channel);
    return *ret_channel && pk_moves_can_type(service, *ret_channel) ? 0 : pk_fail(err, PK_E_INVALID, "this address cannot be typed");
}

int pk_moves_ask(struct pk_service *service, const struct pk_actor *actor, struct pk_slice what, struct pk_slice written, int64_t now_ms,
                 struct pk_error *err)
{
    struct pk_move move = { .recipient = actor->recipient, .created_ms = now_ms, .until_ms = now_ms + PK_PASS_MS };
    char e164[PK_PHONE_MAX];
    const char *channel = NULL;
    struct pk_slice value;
    int r = pk_own_allow(service, actor, PK_ACTION_RECIPIENT_CHANGE, err);
    if (r == 0 && pk_moves_since(service->store, actor->recipient, now_ms - DAY_MS) >= PK_MOVES_A_DAY)
        r = pk_fail(err, PK_E_LIMIT, "too many changes were asked for today");
    if (r == 0)
        r = read_wish(service, actor->recipient, what, now_ms, &move, &channel, err);
    if (r == 0)
        r = normalise(service, channel, written, e164, &value, err);
    if (r == 0)
        r = pk_move_ask(service->store, &move, value, err);
    return r == 0 ? pk_own_done(service, actor, "recipient.change", "a new address was asked for", now_ms, err) : r;
}

/* ---- from the queue ---- */

/* The old address as it is now; false when the person is gone, or said STOP, or it is no longer theirs. */
static bool stands(struct pk_service *service, const struct pk_move *move, struct pk_recipient *ret_who, struct pk_address *ret_old)
{
    return pk_recipient_get(service->store, move->recipient, ret_who, NULL) == 0 && ret_who->stopped_ms == 0 &&
           pk_address_get(service->store, move->address, ret_old, NULL) == 0 && ret_old->recipient == move->recipient;
}

/* Whether the new address can become theirs: nobody's, and nobody said there that it is not to be written to. */
static bool fits(struct pk_service *service, const struct pk_move *move, struct pk_slice value, struct pk_address *ret_new)
{
    int r = pk_address_find(service->store, move->channel, value, ret_new, NULL);
    if (r == PK_E_NOT_FOUND)
        *ret_new = (struct pk_address){ .channel = move->channel };
    return value.len > 0 && (r == 0 || r == PK_E_NOT_FOUND) && ret_new->recipient == 0 && ret_new->blocked_ms == 0 &&
           !pk_suppression_has(service->store, move->channel, value);
}

static int send_code(struct pk_service *service, const struct pk_move *move, int64_t recipient, const struct pk_address *to,
                     const struct pk_recipient *who, const char *code, int64_t now_ms, struct pk_error *err)
{
    const struct pk_pass_code plan = {
        .recipient = recipient, .address = to->id, .channel = to->channel, .who = who, .code = code, .asked_ms = move->created_ms,
    };
    return pk_passes_send(service, &plan, now_ms, err);
}

static int look_at(struct pk_service *service, const struct pk_move *move, struct pk_slice value, int64_t now_ms, struct pk_error *err)
{
    struct pk_recipient who = { 0 };
    struct pk_address old = { 0 }, new = { 0 };
    char old_code[8], new_code[8];
    bool here = stands(service, move, &who, &old);
    bool able = fits(service, move, value, &new) && here &&
                pk_moves_to_since(service->store, move->channel, value, now_ms - DAY_MS) <= PK_MOVES_A_DAY;
    pk_passes_code(old_code);
    pk_passes_code(new_code);
    int r = pk_move_ready(service->store, move->id, pk_slice_of(old_code), pk_slice_of(able ? new_code : ""), err);
    if (r == 0 && here && old.blocked_ms == 0)
        r = send_code(service, move, who.id, &old, &who, old_code, now_ms, err);
    if (r == 0 && able && new.id == 0)
        r = pk_address_add(service->store, 0, move->channel, value, now_ms, &new.id, err);
    if (r == 0 && able)
        r = send_code(service, move, 0, &new, &who, new_code, now_ms, err);
    explicit_bzero(old_code, sizeof old_code);
    explicit_bzero(new_code, sizeof new_code);
    return r;
}

static int step(struct pk_service *service, struct pk_error *err)
{
    struct pk_move move;
    struct pk_buf value;
    pk_buf_init(&value, ADDRESS_MAX + 2);
    int r = pk_move_next(service->store, &move, &value, err);
    if (r == 0 && (r = pk_unit_begin(service->store, err)) == 0) {
        r = look_at(service, &move, pk_buf_slice(&value), pk_clock_wall_ms(), err);
        if (r != 0)
            pk_unit_drop(service->store);
        else
            r = pk_unit_keep(service->store, err);
    }
    pk_buf_wipe(&value);
    return r;
}

bool pk_moves_step(struct pk_service *service, size_t max)
{
    struct pk_error err = { 0 };
    int r = 0;
    for (size_t i = 0; r == 0 && i < max; i++)
        r = step(service, &err);
    if (r != 0 && r != PK_E_NOT_FOUND)
        pk_log(PK_LOG_ERROR, "moves", "move.failed", "reason", err.message, NULL);
    return r == 0;
}

/* ---- the codes ---- */

struct standing {
    const struct pk_move *move;
    struct pk_consent_event events[CONSENTS_MAX]; /* slices are constants or not used */
    size_t count;
    int64_t now_ms;
};

static int keep_standing(void *ctx, const struct pk_consent_event *newest)
{
    struct standing *standing = ctx;
    enum pk_consent_state state = pk_consent_state_of(newest->kind, newest->until_ms, standing->now_ms);
    bool live = state == PK_CONSENT_GRANTED || (state == PK_CONSENT_INVITED && !standing->move->keeps);
    if (!live || standing->count == CONSENTS_MAX || (!standing->move->keeps && newest->channel != standing->move->channel))
        return 0;
    standing->events[standing->count++] = (struct pk_consent_event){
        .recipient = newest->recipient, .topic = newest->topic, .channel = newest->channel, .kind = newest->kind,
        .given_ms = newest->given_ms, .until_ms = newest->until_ms, .shown = newest->shown, .asked_ms = newest->asked_ms,
    };
    return 0;
}

/* That the address is another one, and then what stands as it stood: the newest entry decides. */
static int tell_ledger(struct pk_service *service, const struct pk_recipient *who, const struct pk_consent_event *stands, int64_t now_ms,
                       struct pk_error *err)
{
    const uint32_t kinds[] = { PK_CONSENT_CORRECTED, stands->kind };
    int r = 0;
    for (size_t i = 0; r == 0 && i < PK_COUNT(kinds); i++) {
        struct pk_consent_event event = *stands;
        event.kind = kinds[i];
        event.at_ms = now_ms;
        event.given_ms = kinds[i] == PK_CONSENT_CORRECTED ? now_ms : stands->given_ms;
        event.how = PK_SLICE(PK_OWN_HOW_NUMBER);
        event.language = pk_slice_of(who->language);
        event.by = PK_SLICE("self");
        r = pk_ledger_append(service->store, &event, err);
    }
    const struct pk_consent_row row = { .recipient = who->id, .topic = stands->topic, .channel = stands->channel };
    return r == 0 && stands->asked_ms != 0 ? pk_consent_asked(service->store, &row, stands->asked_ms, err) : r;
}

/* A new number takes over what was agreed to for the old one; a new channel gets the topics that stand elsewhere. */
static int carry_consents(struct pk_service *service, const struct pk_move *move, const struct pk_recipient *who, int64_t now_ms,
                          struct pk_error *err)
{
    struct standing standing = { .move = move, .now_ms = now_ms };
    int r = pk_ledger_newest(service->store, who->id, keep_standing, &standing, err);
    for (size_t i = 0; r == 0 && i < standing.count; i++) {
        if (!move->keeps)
            r = tell_ledger(service, who, &standing.events[i], now_ms, err);
        else if (pk_ledger_state(service->store, who->id, standing.events[i].topic, move->channel, now_ms, NULL) != PK_CONSENT_GRANTED)
            r = pk_own_confirm(service, who, standing.events[i].topic, move->channel, now_ms, err);
    }
    return r;
}

static int take_over(struct pk_service *service, const struct pk_actor *actor, const struct pk_move *move, struct pk_slice value,
                     int64_t now_ms, struct pk_error *err)
{
    struct pk_recipient who;
    struct pk_address old, new;
    int64_t address = 0;
    if (!stands(service, move, &who, &old) || !fits(service, move, value, &new))
        return pk_fail(err, PK_E_DENIED, "these codes are not right, or their time is over");
    int r = pk_move_in(service->store, move, value, now_ms, &address, err);
    if (r == 0 && !move->keeps)
        r = pk_move_out(service->store, move, address, now_ms, err);
    if (r == 0)
        r = carry_consents(service, move, &who, now_ms, err);
    return r == 0 ? pk_own_done(service, actor, "recipient.change", move->keeps ? "an address was added" : "the address was changed", now_ms, err)
                  : r;
}

int pk_moves_enter(struct pk_service *service, const struct pk_actor *actor, struct pk_slice old_code, struct pk_slice new_code,
                   int64_t now_ms, uint8_t ret_session[PK_PASS_TOKEN_BYTES], struct pk_error *err)
{
    struct pk_move move;
    struct pk_buf value;
    pk_buf_init(&value, ADDRESS_MAX + 2);
    int r = pk_own_allow(service, actor, PK_ACTION_RECIPIENT_CHANGE, err);
    if (r == 0)
        r = pk_move_use(service->store, actor->recipient, old_code, new_code, now_ms, &move, &value, err);
    if (r == 0)
        r = take_over(service, actor, &move, pk_buf_slice(&value), now_ms, err);
    pk_buf_wipe(&value);
    if (r == 0)
        r = pk_sessions_end_of(service->store, actor->recipient, err);
    if (r != 0)
        return r;
    pk_random_bytes(ret_session, PK_PASS_TOKEN_BYTES);
    return pk_session_add(service->store, ret_session, actor->recipient, now_ms, now_ms + PK_SESSION_MS, err);
}
