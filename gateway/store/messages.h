/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Messages: the queue and everything that became of it. Waiting messages (state < 3) are found by equality on
 * (route, priority) and rising due time through a partial index, so a claim costs the same with a million finished
 * rows behind it. Only service/tracker and service/planner change messages.
 */
#ifndef PK_STORE_MESSAGES_H
#define PK_STORE_MESSAGES_H

#include "gateway/model/consent.h"
#include "gateway/model/states.h"
#include "gateway/store/store.h"

struct pk_message {
    int64_t id; /* ordered; given by the caller (pk_id_ordered) */
    int64_t recipient; /* 0 for an answer to an address nobody knows */
    int64_t address; /* 0 when reply_address is used */
    int64_t notice;
    int64_t version; /* text version */
    uint32_t topic;
    uint32_t channel;
    uint32_t cls;
    uint32_t route;
    uint32_t priority;
    uint32_t state, reason, flags;
    uint32_t attempts;
    uint32_t account; /* last attempt's, 0 = none yet; answers, staff: the account it must leave by, 0 = any */
    int64_t due_ms; /* when it is to be sent; once handed over, when waiting for a receipt ends */
    int64_t expires_ms;
    int64_t updated_ms;
    int64_t act_ms; /* answers: the person's act; else 0 */
    uint32_t earlier; /* of the attempts: those on channels before the present one */
};

int pk_message_insert(struct pk_store *store, const struct pk_message *message, struct pk_error *err);
int pk_message_get(struct pk_store *store, int64_t id, struct pk_message *ret_message, struct pk_error *err);

/* One message that is due, with all the gate and the job need, read in one statement. */
struct pk_due {
    struct pk_message message;
    enum pk_consent_state consent; /* for its topic and channel, now */
    int64_t stopped_ms; /* the person's STOP, 0 = none */
    int64_t blocked_ms; /* the address */
    bool blocks_retry; /* an earlier attempt is delivered, read or uncertain: must not be opened again */
    uint16_t sealed_len;
    uint8_t sealed[192]; /* the address, sealed */
    int64_t sealed_row; /* for pk_unseal: place PK_PLACE_ADDRESS */
};
#define PK_PLACE_ADDRESS "address.value"

/* Due messages of one route and priority, oldest due first. Nothing due is success with 0. */
int pk_messages_due(struct pk_store *store, uint32_t route, uint32_t priority, int64_t now_ms, size_t max,
                    struct pk_due *ret_due, size_t *ret_count, struct pk_error *err);
/* The same facts of one message, whatever its state: the gate asked again between rounds. */
int pk_message_due_facts(struct pk_store *store, int64_t id, int64_t now_ms, struct pk_due *ret_due, struct pk_error *err);
/* And as if it were to another channel and address: the gate asked for a second one. ret_due->message says so too. */
int pk_message_facts_on(struct pk_store *store, int64_t id, uint32_t channel, int64_t address, int64_t now_ms, struct pk_due *ret_due,
                        struct pk_error *err);
/* The next due time of a route and priority, INT64_MAX when none: one timer per lane. */
int64_t pk_messages_next_due(struct pk_store *store, uint32_t route, uint32_t priority);

/* Sets state, reason, due time and account in one step. */
struct pk_message_change {
    uint32_t state, reason;
    uint32_t account; /* 0 keeps it */
    uint32_t set_flags, clear_flags;
    bool uncounted; /* the attempt that ends does not count as one: it never left, or nobody tried */
    int64_t due_ms; /* 0 keeps it */
    int64_t now_ms;
};
/* One that would wait again after its campaign called back what had not left is cancelled instead, or unconfirmed where it may
 * have arrived. */
int pk_message_change(struct pk_store *store, int64_t id, const struct pk_message_change *change, struct pk_error *err);
/* Told of each message that becomes final, or is read, in the unit that makes it so; what it returns is returned. NULL = nobody. */
typedef int (*pk_message_watch)(void *ctx, int64_t id, uint32_t state, int64_t now_ms, struct pk_error *err);
void pk_messages_watch(struct pk_store *store, pk_message_watch watch, void *ctx);
/* The trigger a message was made for; 0 = none. */
int64_t pk_message_trigger(struct pk_store *store, int64_t id);
/* Those put off for this reason until `until_ms` or before are due now, at most `max`: what they waited for is over sooner. */
int pk_messages_recall(struct pk_store *store, uint32_t route, uint32_t priority, uint32_t reason, int64_t until_ms, int64_t now_ms,
                       size_t max, size_t *ret_count, struct pk_error *err);
/* It is with a provider, and its campaign called back what had not left: paused, cancelled or moved since. */
bool pk_message_is_called_back(struct pk_store *store, int64_t id);
/* The same message goes on by another channel: due now, its attempts begin anew. PK_E_CONFLICT where its state forbids it
 * (pk_message_may_go_on()). Only service/ladder. */
struct pk_message_way {
    int64_t address, version;
    uint32_t channel, route;
    bool has_next; /* and the ladder has another one after it */
};
int pk_message_go_on(struct pk_store *store, int64_t id, const struct pk_message_way *way, int64_t now_ms, struct pk_error *err);
/* Its second attempt beside the first carried it: the message is of that one's channel from now on, so that an answer to it finds
 * it there. Nothing changes for somebody who was erased, or who left that address. */
int pk_message_carried_on(struct pk_store *store, int64_t id, const struct pk_message_way *way, struct pk_error *err);
/* Accepted or sent ones that have a next channel and whose time at the provider is over (due_ms), at most `max`. */
int pk_messages_overdue(struct pk_store *store, int64_t now_ms, size_t max, struct pk_message *ret_messages, size_t *ret_count,
                        struct pk_error *err);
/* It leaves in the words of another version. */
int pk_message_reword(struct pk_store *store, int64_t id, int64_t version, struct pk_error *err);
/* Opens the next attempt: state submitting, attempts + 1. */
int pk_message_submitting(struct pk_store *store, int64_t id, uint32_t account, int64_t now_ms, struct pk_error *err);

/* Quiet hours and days. Messages of a lane that are due, of one topic (0 = of none) and channel, are put off until `until_ms`,
 * at most `max`: they are deferred, or expire where that is too late. Those that quiet hours do not hold are left. */
struct pk_put_off {
    uint32_t route, priority, topic, channel;
    int64_t until_ms, now_ms;
};
int pk_messages_put_off(struct pk_store *store, const struct pk_put_off *what, size_t max, size_t *ret_count, struct pk_error *err);
/* The next (topic, channel) above this one of which messages wait for the end of quiet hours; false when there is none. */
bool pk_messages_quiet_next(struct pk_store *store, uint32_t *topic, uint32_t *channel);
/* Those of a topic and channel that wait so, and not until `until_ms`: they do now. At most `max`. */
int pk_messages_quiet_again(struct pk_store *store, uint32_t topic, uint32_t channel, int64_t until_ms, int64_t now_ms, size_t max,
                            size_t *ret_count, struct pk_error *err);

/* Waiting messages past their expiry become expired, at most `max`. */
int pk_messages_expire(struct pk_store *store, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err);
/* Every waiting message of a person becomes suppressed, but class answer. Returned in *ret_count. */
int pk_messages_suppress_person(struct pk_store *store, int64_t recipient, uint32_t reason, int64_t now_ms, size_t *ret_count,
                                struct pk_error *err);
/* The same of the messages of one topic. */
int pk_messages_suppress_topic(struct pk_store *store, int64_t recipient, uint32_t topic, uint32_t reason, int64_t now_ms,
                               size_t *ret_count, struct pk_error *err);
/* And of one channel. */
int pk_messages_suppress_channel(struct pk_store *store, int64_t recipient, uint32_t channel, uint32_t reason, int64_t now_ms,
                                 size_t *ret_count, struct pk_error *err);
/* Waiting messages of a trigger become cancelled, at most `max` at a time. */
int pk_messages_cancel_trigger(struct pk_store *store, int64_t trigger, int64_t now_ms, size_t max, size_t *ret_count,
                               struct pk_error *err);
/* At start: attempts that were open when the process died become no_answer, and their messages what `plan` makes of
 * them, which is told the account and has `now_ms` filled in; *ret_ask_ms (0 = never): when the provider is to be asked. Resumable: at most `max` per call; *ret_count says how many. */
struct pk_recovery {
    void (*plan)(void *ctx, uint32_t account, struct pk_message_change *change, int64_t *ret_ask_ms);
    void *ctx;
    int64_t now_ms;
};
int pk_messages_recover(struct pk_store *store, const struct pk_recovery *recovery, size_t max, size_t *ret_count, struct pk_error *err);
/* Accepted, sent, uncertain or temporarily undelivered messages whose receipt window closed (due_ms) become
 * unconfirmed, at most `max`; those with a next channel are pk_messages_overdue()'s. */
int pk_messages_close_receipts(struct pk_store *store, int64_t now_ms, size_t max, size_t *ret_count, struct pk_error *err);
/* Has a question about this topic set (0 = any) been asked at this address since? (class question, any state that may
 * have arrived or waits) */
bool pk_messages_question_asked(struct pk_store *store, int64_t address, uint32_t topic, int64_t since_ms);
/* Automatic answers sent to an address since: the daily cap. */
int64_t pk_messages_answers_since(struct pk_store *store, int64_t address, int64_t since_ms);

/* Was this address given this automatic answer for something it did since? */
bool pk_messages_said(struct pk_store *store, int64_t address, struct pk_slice template_name, int64_t since_ms);
/* Did an account's test message go to this address since? */
bool pk_messages_tested(struct pk_store *store, int64_t address, int64_t since_ms);
/* The newest message of a notice that this address was told, of whatever class; PK_E_NOT_FOUND. */
int pk_message_told_of(struct pk_store *store, int64_t address, int64_t notice, struct pk_message *ret_message, struct pk_error *err);
/* When it was last handed over; 0 = never. */
int64_t pk_message_opened_ms(struct pk_store *store, int64_t id);
/* Puts the end of a waiting message off. */
int pk_message_extend(struct pk_store *store, int64_t id, int64_t expires_ms, struct pk_error *err);
/* Those of an address that wait for this reason, at most `max`. */
int pk_messages_waiting_for(struct pk_store *store, int64_t address, uint32_t reason, size_t max, struct pk_message *ret_messages,
                            size_t *ret_count, struct pk_error *err);

/* The questions and notices an address was told since, or is being told, newest first, at most `max`: one of them is what a
 * reply is about. A non-zero return of `each` ends the walk and is returned. */
int pk_messages_told(struct pk_store *store, int64_t address, int64_t since_ms, size_t max,
                     int (*each)(void *ctx, const struct pk_message *message), void *ctx, struct pk_error *err);

/* ---- lists and counts (any connection: pass the reader's store there) ---- */

struct pk_message_filter {
    int state; /* -1 = any */
    int64_t trigger; /* 0 = any */
    int64_t after; /* ids below this one, 0 = from the newest */
};
int pk_messages_list(struct pk_store *store, const struct pk_message_filter *filter, size_t max,
                     int (*each)(void *ctx, const struct pk_message *message), void *ctx, struct pk_error *err);
/* Those of one person, newest first. */
int pk_messages_of_person(struct pk_store *store, int64_t recipient, size_t max,
                          int (*each)(void *ctx, const struct pk_message *message), void *ctx, struct pk_error *err);
/* Counts per state, all or of one trigger. Exact and cheap: kept by the rows' own counters table. */
int pk_messages_count(struct pk_store *store, int64_t trigger, int64_t ret_counts[PK_MESSAGE_STATES], struct pk_error *err);
/* No message of this notice is waiting or under way. */
bool pk_messages_all_final(struct pk_store *store, int64_t notice);
/* One step of a person's decision about messages that are held since a restore: at most `max` of them may leave, when they
 * were due or now, or with `drop` end as unconfirmed: nobody knows whether they were sent. `cursor` starts zeroed and is
 * followed. *ret_count: looked at; fewer than `max` means that was all. */
struct pk_held_cursor {
    int64_t due_ms; /* of the uncertain ones */
    int64_t expires_ms, id; /* of those that wait */
};
int pk_messages_settle_held(struct pk_store *store, bool drop, struct pk_held_cursor *cursor, int64_t now_ms, size_t max,
                            size_t *ret_count, struct pk_error *err);
/* Waiting rows per (route, priority) with the oldest due time. */
struct pk_queue_depth {
    uint32_t route, priority;
    int64_t waiting, due, oldest_due_ms;
};
int pk_queue_depths(struct pk_store *store, int64_t now_ms, struct pk_queue_depth *ret_depths, size_t max, size_t *ret_count,
                    struct pk_error *err);

#endif
