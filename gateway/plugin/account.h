/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * An account at work: one configured instance of an adapter, its transport, its window. Whether the adapter is an
 * exchange or a session is not visible from outside: a hand-over goes in, one result comes out; events come out.
 * Runs on the loop's thread; never blocks.
 */
#ifndef PK_PLUGIN_ACCOUNT_H
#define PK_PLUGIN_ACCOUNT_H

#include "gateway/base/mem.h"
#include "gateway/include/pokana/adapter.h"
#include "gateway/io/http_client.h"
#include "gateway/io/loop.h"
#include "gateway/plugin/publisher.h"
#include "gateway/plugin/settings.h"

struct pk_account;

struct pk_account_ops {
    /* A receipt, reply, opt-in or opt-out; slices live for the call. A session's event with a token must be settled
     * with pk_account_settled() once it is stored. Negative: it was not taken (a webhook is then answered 503). */
    int (*event)(void *ctx, struct pk_account *account, const struct pk_event *event);
    /* The next two are needed by adapters that poll. Where the next request begins: appends what was stored with the last
     * answer, nothing at first. Negative: not now, asked again after a second. Timer phase. */
    int (*cursor)(void *ctx, struct pk_account *account, struct pk_buf *ret_cursor);
    /* An answer came: to be read with pk_account_poll_read() inside this call, in a unit. Harvest phase. */
    void (*polled)(void *ctx, struct pk_account *account);
    /* The provider refuses the link for what stands in the settings: the account is to be paused. One sentence, cleaned;
     * lives for the call. Timer phase. NULL = nobody wants to know. */
    void (*refused)(void *ctx, struct pk_account *account, const char *reason);
    /* A session's adapter wants to know this again in another life; `cursor` gives it back. 0, or it was not kept. NULL = nobody
     * keeps it. Any phase before the commit. */
    int (*remember)(void *ctx, struct pk_account *account, struct pk_slice note);
};

struct pk_account_config {
    const char *name;
    const struct pk_adapter *adapter;
    struct pk_settings *settings; /* taken over on success */
    struct pk_http_client *http; /* shared by the accounts; borrowed */
    const struct pk_publisher *publisher; /* for adapters that publish; NULL = there is no broker; outlives the account */
    const char *ca_file; /* authorities for lasting links; NULL = the system's; copied */
    unsigned window; /* hand-overs at once; at least 1 */
    int64_t connect_timeout_ms, timeout_ms; /* per request */
    int64_t poll_ms; /* from one request for receipts and replies to the next; 0 = as its adapter says */
    const struct pk_account_ops *ops;
    void *ctx;
};

int pk_account_open(struct pk_loop *loop, const struct pk_account_config *config, struct pk_account **ret_account,
                    struct pk_error *err);
/* Hand-overs in flight end as uncertain first (done() is called for each). */
void pk_account_close(struct pk_account *account);
PK_AUTO_DEFINE(pk_account, struct pk_account *, pk_account_close)

const char *pk_account_name(const struct pk_account *account);
const struct pk_adapter *pk_account_adapter(const struct pk_account *account);
uint32_t pk_account_capabilities(const struct pk_account *account);
/* Can it send our text of this name in this language (as in a job) to anybody? 0, also where it is not choosy;
 * PK_E_NOT_FOUND says why not. */
int pk_account_carries(const struct pk_account *account, struct pk_slice template_name, struct pk_slice language, int64_t now_ms,
                       struct pk_error *err);
/* The same of accounts that are not at work: `ask` is called once with one opened for it, or never when it cannot be. */
int pk_account_survey(const struct pk_adapter *adapter, const char *name, const struct pk_settings *settings,
                      void (*ask)(void *ctx, const struct pk_adapter *adapter, const void *self, uint32_t capabilities), void *ctx,
                      struct pk_error *err);
/* How many hand-overs may be started now: 0 while a session is down or the window is full. */
unsigned pk_account_room(const struct pk_account *account);
unsigned pk_account_open_count(const struct pk_account *account);

/* One hand-over. The job's slices are copied by pk_account_start(). */
struct pk_handover {
    struct pk_job job;
    /* Asked before a submitting round that is not the first: false ends the hand-over as refused by us, with
     * PK_OUTCOME_RETRY and after_ms 0. NULL = always. */
    bool (*may_submit)(void *ctx);
    /* Exactly once, in the descriptor, timer or harvest phase of a later turn (or from pk_account_close()). The
     * result's slices live for the call. */
    void (*done)(void *ctx, const struct pk_result *result);
    void *ctx;
    /* NULL, or where what is exchanged is told without anybody's data (plugin/record.h): an exchange's requests and answers, what a
     * session's adapter tells of it; lives until done(). */
    struct pk_buf *record;
};
/* Release phase, after the attempt's commit. Never fails: what cannot be started ends as a result too. */
void pk_account_start(struct pk_account *account, const struct pk_handover *handover);

/* Whether its provider can be asked what became of an attempt. */
bool pk_account_can_query(const struct pk_account *account);
/* Asks: the job names the attempt (ids, channel, address). As pk_account_start(), may_submit is not asked; *result says
 * PK_OUTCOME_ACCEPTED, _RETRY or _THROTTLED (it certainly has not), _REJECTED, _INVALID_RECIPIENT or _OPTED_OUT as the provider
 * answered, and PK_OUTCOME_UNCERTAIN in every other case. */
void pk_account_query(struct pk_account *account, const struct pk_handover *handover);

void pk_account_settled(struct pk_account *account, uint64_t event_token, bool stored);

/* A call at this account's webhook, in two steps that each return the HTTP status to answer with. The first asks the
 * adapter to verify it, and nothing happens: 0 when it does come from the provider; 404 for an adapter without webhook or
 * an account whose webhook is unprotected; 401 (no Authorization came) or 403 for a call that proves nothing; 413, 503. */
unsigned pk_account_webhook_check(struct pk_account *account, const struct pk_hook_request *request, struct pk_error *err);
/* The second reads it, and hands its events on (each through ops->event inside this call): 200; 400, 413; 503 when an event
 * was not taken. The reply is appended with 200 only. A call whose events were taken back may be taken again. */
unsigned pk_account_webhook_take(struct pk_account *account, const struct pk_hook_request *request, struct pk_buf *ret_reply,
                                 struct pk_error *err);
/* Only from within polled(), once: parses, events (each through ops->event inside this call). Returns how many there were;
 * negative when nothing of it may be kept. A cursor that moved is appended (at most PK_POLL_CURSOR_MAX bytes) and belongs into
 * the same unit. The next request waits until it is told whether all that is stored: exactly once for each polled(),
 * after the turn's commit or as soon as it is lost, with one sentence of why. */
#define PK_POLL_CURSOR_MAX 4096u
int pk_account_poll_read(struct pk_account *account, struct pk_buf *ret_cursor, struct pk_error *err);
void pk_account_poll_settled(struct pk_account *account, bool stored, const char *why);

/* Why its provider cannot be reached over the lasting link or asked for receipts and replies: a sentence for the operator;
 * "" when there is nothing to say. Lives until the account is used again. */
const char *pk_account_trouble(const struct pk_account *account);

/* Resumed: a lasting link that is down is tried again now. Timer phase follows; any other account: nothing. */
void pk_account_connect_now(struct pk_account *account);

/* NULL when the adapter has no play desk. *ret_self: what its functions are called with. */
const struct pk_play_ops *pk_account_play(const struct pk_account *account, void **ret_self);
/* An item of its list as an adapter of any version gave it: what an older one does not know of is nothing. */
struct pk_play_item pk_play_item_read(const struct pk_play_item *given);

/* Takes nothing more and asks for nothing more; sessions say goodbye. What is open still ends. */
void pk_account_stop(struct pk_account *account);
/* Whether closing it cuts nothing short: a link over a wire is closed once it was asked to stop; true for all others. */
bool pk_account_stopped(const struct pk_account *account);

#endif
