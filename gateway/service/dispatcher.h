/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The dispatcher: claims what is due, passes each through the gate, opens its attempt, and hands it over after the
 * commit. What a hand-over came to waits here, in memory, until a turn that settled it was committed.
 */
#ifndef PK_SERVICE_DISPATCHER_H
#define PK_SERVICE_DISPATCHER_H

#include "gateway/base/list.h"
#include "gateway/service/desks.h"
#include "gateway/service/texts.h"
#include "gateway/store/names.h"

#define PK_DISPATCH_PER_TURN 256u
#define PK_THROTTLED_MS 1000 /* how long a provider that wants less is left alone when it does not say */
#define PK_PROVIDER_ID_MAX 255
#define PK_PROVIDER_CODE_MAX 63
#define PK_ADDRESS_MAX 255

#define PK_UNSUBSCRIBE_URL_MAX 255u

/* One attempt on its way. */
struct pk_flight {
    struct pk_list node;
    struct pk_service *service;
    struct pk_desk *desk;
    struct pk_text *text;
    int64_t message, attempt;
    int64_t recipient, address;
    uint32_t topic, channel, cls, priority, route;
    uint32_t attempts; /* this one counted */
    uint32_t earlier; /* of them: on channels before this one */
    bool has_next; /* the ladder has another channel, should it not arrive on this one */
    int64_t expires_ms;
    int64_t valid_until_ms; /* at the provider */
    char message_id[16], attempt_id[16];
    uint16_t address_len, provider_id_len, code_len;
    char country[3]; /* of a number, where its account's way back or prices depend on it; else "" */
    char to[PK_ADDRESS_MAX + 1]; /* as the adapter wants it; wiped */
    char unsubscribe[PK_UNSUBSCRIBE_URL_MAX + 1]; /* where one press ends the channel; "" = it carries none */
    bool tests; /* its account, for an operator */
    bool asks; /* it asks what became of this attempt, which ended before without an answer */
    int64_t day; /* it is counted in (spending.h) */
    int64_t cost, paid; /* as the account's prices say; what it came to */
    uint32_t counted; /* parts, by our count; 0 = not counted */
    bool spends; /* it counts as a message of that day */
    struct pk_day_use back; /* of what was counted when it was opened, once it is settled */
    enum pk_reason withheld; /* why the gate kept it back between rounds, if it did: that says nothing of the provider */
    struct pk_flight *second; /* the attempt of the same call on another channel (fallback.h), owned; NULL = it leaves alone */
    int64_t version; /* of a second one: the words it leaves in */
    /* what it came to */
    uint32_t outcome, parts;
    int64_t after_ms, price;
    char provider_id[PK_PROVIDER_ID_MAX + 1];
    char code[PK_PROVIDER_CODE_MAX + 1];
    char reason[128]; /* for the operator */
};

struct pk_dispatcher;

struct pk_dispatcher *pk_dispatcher_new(struct pk_service *service);
void pk_dispatcher_free(struct pk_dispatcher *dispatcher);

/* Settles what ended, through the tracker, or lets it wait a moment for more of the kind. The harvest phase. */
void pk_dispatcher_harvest(struct pk_dispatcher *dispatcher);
void pk_dispatcher_settle(struct pk_dispatcher *dispatcher); /* now */
/* Opens attempts. The last thing before the commit. */
void pk_dispatcher_open(struct pk_dispatcher *dispatcher);
/* Something became due at `due_ms` on this route and priority. Cheap; called by whoever queues. */
void pk_dispatcher_note(struct pk_dispatcher *dispatcher, uint32_t route, uint32_t priority, int64_t due_ms);
/* Asks providers what became of attempts whose end nobody knows, where it is time. The open phase, before the attempts. */
void pk_dispatcher_ask(struct pk_dispatcher *dispatcher);
void pk_dispatcher_note_ask(struct pk_dispatcher *dispatcher, int64_t when_ms); /* one will be due then */
/* What was put off because of a limit of the day may leave again. */
void pk_dispatcher_recall(struct pk_dispatcher *dispatcher);
/* Forgets what it believed about the queue: after a failed commit, a reload, a resume. */
void pk_dispatcher_refresh(struct pk_dispatcher *dispatcher);
/* The rules of quiet hours are others: what waits for their end is judged anew, turn by turn. Also at start. */
void pk_dispatcher_judge_anew(struct pk_dispatcher *dispatcher);
unsigned pk_dispatcher_flying(const struct pk_dispatcher *dispatcher); /* opened, not settled */

#endif
