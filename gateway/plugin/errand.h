/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Shared by the parts of an account (account.c, errand.c, exchange.c, publish.c, mail.c, session.c, wire.c, webhook.c,
 * poll.c), by nobody else. An errand is one hand-over under way:
 *
 *     pool ─start─> open ─ended─> ended ─delivered (done())─> pool
 *
 * Errands and their memory are used again, so a hand-over costs no allocation once the account is warm. Results wait on
 * `ended` until a phase in which done() may be called: never inside pk_account_start() or a call of the adapter.
 */
#ifndef PK_PLUGIN_ERRAND_H
#define PK_PLUGIN_ERRAND_H

#include "gateway/base/list.h"
#include "gateway/io/smtp_client.h"
#include "gateway/io/stream.h"
#include "gateway/plugin/account.h"
#include "gateway/plugin/host.h"
#include "gateway/plugin/request.h"

#define PK_RESULT_ID_MAX 255u
#define PK_RESULT_CODE_MAX 63u
#define PK_RESULT_REASON_MAX 200u
#define PK_WAIT_MAX_MS (3600 * 1000ll) /* an adapter may ask to wait no longer */

struct pk_errand {
    struct pk_list node; /* in the account's pool, open or ended */
    struct pk_account *account; /* NULL: the account closed while a request was under way */
    uint64_t token; /* slot, and how often it was used: a late token fits no other errand */
    bool open; /* taken and not ended */
    int64_t since_ms; /* monotonic: taken */
    struct pk_job job; /* its slices point into `memory` */
    char *memory;
    size_t memory_cap, memory_len;
    bool (*may_submit)(void *ctx);
    void (*done)(void *ctx, const struct pk_result *result);
    void *ctx;
    struct pk_buf *record; /* NULL, or what is exchanged is told there */

    struct pk_result result; /* its slices point into `words` */
    char words[PK_RESULT_ID_MAX + PK_RESULT_CODE_MAX + PK_RESULT_REASON_MAX];

    uint64_t queued_before; /* sessions over a wire: bytes queued when it was submitted */

    /* Exchanges. */
    bool asks; /* it asks what became of an attempt, and hands nothing over */
    struct pk_round round;
    struct pk_request *request; /* made at the first use */
    bool in_air; /* a request is under way */
    bool submitted; /* a submitting request left, or may have */
    bool lost; /* its answer never came */
};

/* What differs between the kinds; the account calls through it. */
struct pk_account_kind {
    int (*open)(struct pk_account *account, struct pk_error *err);
    void (*close)(struct pk_account *account); /* before the errands end */
    unsigned (*room)(const struct pk_account *account, unsigned free_slots);
    void (*start)(struct pk_errand *errand);
    void (*settled)(struct pk_account *account, uint64_t event_token, bool stored);
    void (*stop)(struct pk_account *account);
    bool (*stopped)(const struct pk_account *account); /* nothing is left to wait for, if it was asked to stop */
};
extern const struct pk_account_kind pk_exchange_kind, pk_session_kind;

struct pk_wire; /* wire.c */

struct pk_link {
    struct pk_account *account;
    struct pk_wire *wire; /* NULL without a transport */
    struct pk_timer *tick;
    int64_t wake_ms; /* 0 = no wish */
    struct pk_timer *late; /* the oldest job should have been completed */
    struct pk_timer *goodbye; /* stopping: it was waited for long enough */
    unsigned window; /* jobs the adapter wants at once */
    bool up; /* connected() was called, and disconnected() not since */
    bool falling; /* told to, not done yet */
    bool refused; /* falling because of what stands in the settings */
    char trouble[PK_RESULT_REASON_MAX + 1]; /* why it does not stand, cleaned; "" while it does */
};

struct pk_poll; /* poll.c */

struct pk_account {
    char *name, *ca_file;
    struct pk_account_config config; /* name and settings are ours, not the caller's */
    struct pk_loop *loop;
    struct pk_host_side *host;
    const struct pk_account_kind *kind;
    void *self; /* the adapter's state */
    uint32_t capabilities;
    bool ready, stopping;

    struct pk_list pool, open, ended;
    struct pk_list publications; /* exchanges over MQTT: those under way */
    struct pk_smtp_client *mail; /* exchanges over SMTP */
    struct pk_errand **slots;
    unsigned slot_count, open_count; /* open_count: those ended and not delivered too */
    struct pk_timer *deliver;

    struct pk_link link; /* sessions */
    struct pk_poll *poll; /* NULL: the adapter asks for nothing */
};

/* ---- account.c ---- */

/* A log line of the account's: two pieces of a sentence, cleaned. */
void pk_account_say(struct pk_account *account, uint32_t level, const char *front, const char *rest);
/* Starts a described request over HTTP, within the account's times. As pk_http_client_start(). */
int pk_account_call(struct pk_account *account, const struct pk_request *request, void (*done)(void *ctx, const struct pk_answer *answer),
                    void *ctx, struct pk_error *err);

/* ---- errand.c ---- */

struct pk_errand *pk_errand_take(struct pk_account *account, const struct pk_handover *handover);
void pk_errand_free(struct pk_errand *errand);
/* The open errand behind a token; NULL for a late or invented one. */
struct pk_errand *pk_errand_of(const struct pk_account *account, uint64_t token);
/* Copies the result, bounded and cleaned, and queues the errand. The outcome is one of enum pk_outcome. */
void pk_errand_end(struct pk_errand *errand, const struct pk_result *result);
void pk_errand_end_as(struct pk_errand *errand, uint32_t outcome, const char *reason);
void pk_errand_end_all(struct pk_account *account, uint32_t outcome, const char *reason);
/* Calls done() of what ended. Descriptor, timer and harvest phase only. */
void pk_errand_deliver(struct pk_account *account);

/* ---- webhook.c ---- */

/* Hands one event of the adapter to the service, bounded and at this gateway's size; PK_E_INVALID when it makes no sense. */
int pk_account_emit(struct pk_account *account, const struct pk_event *event);

/* What parse() of a webhook or a poll emits into: each event goes on at once. */
struct pk_sink {
    struct pk_event_sink base; /* first: the adapter gets its address */
    struct pk_account *account;
    unsigned count;
    bool not_taken, malformed, too_many;
};
void pk_sink_init(struct pk_sink *sink, struct pk_account *account);

/* ---- exchange.c, for its carriers ---- */

/* What came of the request that is in the air. Descriptor, timer and harvest phase, or while the account closes. */
void pk_exchange_answered(struct pk_errand *errand, const struct pk_answer *answer);

/* ---- publish.c ---- */

/* Sends the described request; 0 and pk_exchange_answered() follows in a later turn. PK_E_INVALID: it is none that can be sent. */
int pk_publish_send(struct pk_errand *errand, struct pk_error *err);
unsigned pk_publish_room(const struct pk_account *account);
void pk_publish_close(struct pk_account *account); /* answers those that wait for one */

/* ---- mail.c: the same over SMTP ---- */

int pk_mail_open(struct pk_account *account, struct pk_error *err);
int pk_mail_send(struct pk_errand *errand, struct pk_error *err);
unsigned pk_mail_room(const struct pk_account *account);
void pk_mail_close(struct pk_account *account);

/* ---- session.c, for the wire ---- */

int pk_session_up(struct pk_account *account); /* what connected() said */
void pk_session_received(struct pk_account *account, struct pk_slice bytes);
void pk_session_down(struct pk_account *account, const char *reason); /* also when it never stood */

/* ---- wire.c ---- */

/* Reads where the wire leads and begins to connect. PK_E_CONFIG, PK_E_INVALID for settings that lead nowhere. */
int pk_wire_open(struct pk_account *account, struct pk_error *err);
void pk_wire_free(struct pk_account *account); /* no wire: nothing */
void pk_wire_good(struct pk_account *account); /* the link works: trouble is over */
void pk_wire_connect_now(struct pk_account *account); /* if it waits for its next try */
/* Drops the connection and, unless the account is stopping, begins another one after a pause: a long one if we were refused.
 * Timer phase. */
void pk_wire_hang_up(struct pk_account *account, bool refused);
struct pk_stream *pk_wire_stream(const struct pk_account *account); /* NULL: none, or between two */

/* ---- poll.c ---- */

int pk_poll_open(struct pk_account *account, struct pk_error *err);
void pk_poll_close(struct pk_account *account); /* no poll: nothing */
/* Why the provider cannot be asked; "" while it can. */
const char *pk_poll_trouble(const struct pk_account *account);

#endif
