/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The stage: a store that is a copy in memory, a loop whose clock jumps, the service on both. It turns until the campaign is over and
 * what left for it is settled, receipts or their deadlines included, and then asks for the report as anybody would.
 */
#include "gateway/app/rehearsal.h"

#include "gateway/app/progress.h"
#include "gateway/base/clock.h"
#include "gateway/base/random.h"
#include "gateway/model/floor.h"
#include "gateway/service/campaigns.h"
#include "gateway/service/reports.h"
#include "gateway/store/campaign_made.h"
#include "gateway/store/messages.h"
#include "gateway/store/moments.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define BYTES_MAX (2ll << 30) /* of the database: it is in memory twice at no time, but once */
#define DAY_MS (24 * 3600000ll)
#define DAYS_MAX 400
#define LOOK_EVERY 8u /* turns */
#define BEAT_MS 60000 /* a clock set by hand needs a moment to go to */
#define CALM_MS 20000 /* receipts and replies come within it, and what they lead to */
#define JUMP_MS (6 * 3600000ll) /* house is kept so often at least */

struct stage {
    const struct pk_rehearsal *rehearsal;
    struct pk_rehearsal_rules *rules;
    struct pk_loop *loop;
    struct pk_timer *beat;
    struct pk_store *store;
    struct pk_service *service;
    int64_t began_ms, over_ms, starts_ms, campaign; /* over_ms 0 = it goes on */
    uint32_t state;
    bool held;
    int64_t counts[PK_MESSAGE_STATES], calm_ms; /* of all messages, and since when they are the same */
};

int pk_rehearsal_close_door(struct pk_error *err)
{
    struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_socket, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_connect, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { .len = PK_COUNT(rules), .filter = rules };
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0)
        return 0;
    return pk_fail(err, PK_E_UNSUPPORTED, "this system cannot keep the rehearsal from the network, so it is not begun");
}

/* ---- the phases ---- */

static void harvest(void *ctx)
{
    pk_service_harvest(((struct stage *) ctx)->service);
}

static void open_attempts(void *ctx)
{
    pk_service_open(((struct stage *) ctx)->service);
}

static void commit(void *ctx)
{
    pk_service_commit(((struct stage *) ctx)->service);
}

static void release(void *ctx)
{
    struct stage *stage = ctx;
    pk_service_release_answers(stage->service);
    pk_service_release_calls(stage->service);
}

/* As in the gateway, whose own checks wake it: rooms look at what is due when there is a turn. */
static void beat(void *ctx)
{
    pk_timer_in(((struct stage *) ctx)->beat, BEAT_MS);
}

/* ---- set ---- */

static int lift(struct stage *stage, const char *name, struct pk_error *err)
{
    if (pk_store_number(stage->store, name, 0) == 0)
        return 0;
    stage->held = true;
    return pk_store_set_number(stage->store, name, 0, err);
}

/* What operators stopped is stopped in the copy no longer, or it would wait for somebody who is not there. */
static int lift_holds(struct stage *stage, struct pk_error *err)
{
    const struct pk_rules *rules = pk_rehearsal_rules(stage->rules);
    char name[80];
    int r = lift(stage, "hold.all", err);
    if (r == 0)
        r = lift(stage, "hold.restored", err);
    for (size_t i = 0; r == 0 && i < rules->account_count; i++) {
        (void) snprintf(name, sizeof name, "hold.account.%s", rules->accounts[i].name);
        r = lift(stage, name, err);
    }
    return r;
}

static int in_unit(struct stage *stage, int (*work)(struct stage *stage, struct pk_error *err), struct pk_error *err)
{
    int r = pk_unit_begin(stage->store, err);
    if (r != 0)
        return r;
    r = work(stage, err);
    if (r != 0) {
        pk_unit_drop(stage->store);
        return r;
    }
    return pk_unit_keep(stage->store, err);
}

static int set_going(struct stage *stage, struct pk_error *err)
{
    return pk_campaign_rehearsal_begin(stage->service, pk_slice_of(stage->rehearsal->campaign), stage->began_ms, err);
}

static int check_size(const char *database, struct pk_error *err)
{
    struct stat st;
    if (stat(database, &st) != 0)
        return pk_fail(err, PK_E_NOT_FOUND, "could not find the database \"%s\"", database);
    if (st.st_size <= BYTES_MAX)
        return 0;
    return pk_fail(err, PK_E_LIMIT, "the database is larger than 2 GiB: too large to be rehearsed with in memory");
}

static int set(struct stage *stage, const struct pk_config *config, const struct pk_catalog *catalog, struct pk_keyring *keys, struct pk_error *err)
{
    static void (*const phases[])(void *ctx) = { harvest, open_attempts, commit, release };
    struct pk_store_config store = { .path = ":memory:", .keys = keys, .sync_off = true, .copy_of = config->database };
    int r = check_size(config->database, err);
    if (r == 0)
        r = pk_rehearsal_rules_new(&config->rules, stage->rehearsal, &stage->rules, err);
    if (r == 0)
        r = pk_loop_new(&stage->loop, err);
    if (r == 0)
        r = pk_store_open(&store, &stage->store, err);
    if (r == 0)
        r = in_unit(stage, lift_holds, err);
    if (r != 0)
        return r;
    pk_random_seed((uint64_t) stage->rehearsal->seed);
    stage->began_ms = pk_clock_wall_ms();
    pk_clock_set_manual(stage->began_ms);
    struct pk_service_config service = { .loop = stage->loop, .store = stage->store, .rules = pk_rehearsal_rules(stage->rules), .catalog = catalog };
    if ((r = pk_service_new(&service, &stage->service, err)) != 0)
        return r;
    for (size_t i = 0; i < PK_COUNT(phases); i++)
        pk_loop_on_phase(stage->loop, (enum pk_phase) (PK_PHASE_HARVEST + i), phases[i], stage);
    stage->beat = pk_timer_new(stage->loop, beat, stage);
    pk_timer_in(stage->beat, 1);
    return in_unit(stage, set_going, err);
}

/* ---- played ---- */

static int64_t longest_window_ms(const struct pk_rules *rules)
{
    int64_t longest = 0;
    for (size_t i = 0; i < rules->account_count; i++)
        longest = rules->accounts[i].receipt_window_ms > longest ? rules->accounts[i].receipt_window_ms : longest;
    return longest;
}

/* Nothing became of any message for a while: nothing will before the next moment anything is due. */
static void jump(struct stage *stage, const int64_t counts[PK_MESSAGE_STATES])
{
    int64_t now_ms = pk_clock_wall_ms();
    bool stirs = memcmp(stage->counts, counts, sizeof stage->counts) != 0;
    memcpy(stage->counts, counts, sizeof stage->counts);
    if (stirs || pk_store_pending(stage->store))
        stage->calm_ms = now_ms;
    if (now_ms - stage->calm_ms < CALM_MS)
        return;
    pk_clock_advance(pk_store_next_moment(stage->store, now_ms, now_ms + JUMP_MS) - now_ms);
    stage->calm_ms = pk_clock_wall_ms();
}

/* Over: no step is to come. What waits or is on its way after that is waited for, other people's errands only so long. */
static int look(struct stage *stage, bool *ret_done, struct pk_error *err)
{
    struct pk_campaign campaign;
    int64_t counts[PK_MESSAGE_STATES] = { 0 }, open = 0, now_ms = pk_clock_wall_ms();
    int r = pk_campaign_get(stage->store, pk_slice_of(stage->rehearsal->campaign), &campaign, err);
    if (r != 0)
        return r;
    stage->state = campaign.state;
    stage->campaign = campaign.id;
    stage->starts_ms = campaign.starts_ms;
    pk_progress_count((now_ms - stage->began_ms) / 60000, campaign.starts_ms > stage->began_ms ? (campaign.starts_ms - stage->began_ms) / 60000 : 0);
    bool over = campaign.state != PK_CAMPAIGN_RUNNING;
    stage->over_ms = !over ? 0 : stage->over_ms != 0 ? stage->over_ms : now_ms;
    if ((r = pk_messages_count(stage->store, 0, counts, err)) != 0)
        return r;
    for (unsigned state = 0; state < PK_MESSAGE_DELIVERED; state++)
        open += counts[state];
    *ret_done = over && (open == 0 || now_ms > stage->over_ms + longest_window_ms(pk_rehearsal_rules(stage->rules)) + DAY_MS);
    if (!*ret_done && now_ms > stage->began_ms + DAYS_MAX * DAY_MS)
        return pk_fail(err, PK_E_LIMIT, "it is not over after %d days", DAYS_MAX);
    if (!*ret_done)
        jump(stage, counts);
    return 0;
}

static int play(struct stage *stage, struct pk_error *err)
{
    bool done = false;
    int r = 0;
    for (unsigned n = 1; r == 0 && !done; n++) {
        r = pk_loop_turn(stage->loop, -1, err);
        if (r == 0 && !stage->service->committed)
            r = pk_fail(err, PK_E_IO, "the copy could not be written: %s", stage->service->trouble);
        if (r == 0 && n % LOOK_EVERY == 0)
            r = look(stage, &done, err);
    }
    return r;
}

/* ---- told ---- */

struct leaving {
    struct pk_rehearsal_left left[PK_REASONS];
    size_t count;
};

static int add_left(void *ctx, uint32_t reason, int64_t messages)
{
    struct leaving *leaving = ctx;
    if (leaving->count < PK_REASONS)
        leaving->left[leaving->count++] = (struct pk_rehearsal_left){ reason, messages };
    return 0;
}

/* Who was not told stands in the report: what one reason is short of follows from the others. */
void pk_rehearsal_tell_left(const struct pk_rehearsal_left *left, size_t count, struct pk_json_out *out)
{
    int64_t messages[PK_REASONS] = { 0 };
    bool hidden[PK_REASONS];
    for (size_t i = 0; i < count; i++)
        messages[i] = left[i].messages;
    (void) pk_floor_hide(messages, count, hidden);
    pk_json_open(out, "left", '[');
    for (size_t i = 0; i < count; i++) {
        const char *name = pk_reason_name((enum pk_reason) left[i].reason);
        pk_json_open(out, NULL, '{');
        pk_json_add_text(out, "reason", name && name[0] ? name : "none");
        if (hidden[i])
            pk_json_add_null(out, "messages");
        else
            pk_json_add_int(out, "messages", left[i].messages);
        pk_json_close(out, '}');
    }
    pk_json_close(out, ']');
}

static int tell(struct stage *stage, struct pk_buf *text, struct pk_error *err)
{
    static const struct pk_actor reader = { .role = PK_ROLE_OPERATOR, .name = "rehearsal", .purpose = "rehearsal" };
    pk_auto(pk_report_question) struct pk_report_question *question = NULL;
    struct pk_json_out out = pk_json_out(text);
    struct leaving leaving = { 0 };
    struct pk_buf report;
    int64_t now_ms = pk_clock_wall_ms();
    int r = pk_report_ask_campaign(stage->service, &reader, pk_slice_of(stage->rehearsal->campaign), now_ms, &question, err);
    if (r != 0)
        return r;
    while ((r = pk_report_answer(question, stage->store, err)) == 1) {
    }
    pk_json_open(&out, NULL, '{');
    pk_json_open(&out, "rehearsal", '{');
    pk_json_add_text(&out, "campaign", stage->rehearsal->campaign);
    pk_json_add_text(&out, "state", pk_campaign_state_name((enum pk_campaign_state) stage->state));
    pk_json_add_int(&out, "seed", stage->rehearsal->seed);
    pk_json_add_time(&out, "began", stage->began_ms);
    pk_json_add_time(&out, "over", stage->over_ms);
    pk_json_add_time(&out, "settled", now_ms);
    pk_json_add_bool(&out, "holdsLifted", stage->held);
    if (r == 0)
        r = pk_campaign_left(stage->store, stage->campaign, add_left, &leaving, err);
    pk_rehearsal_tell_left(leaving.left, leaving.count, &out);
    pk_json_close(&out, '}');
    pk_buf_init(&report, text->max_bytes);
    struct pk_json_out told = pk_json_out(&report);
    if (r == 0)
        pk_report_tell(question, PK_REPORT_TOTAL, &told);
    pk_json_add_raw(&out, "report", pk_buf_slice(&report));
    pk_json_close(&out, '}');
    pk_buf_finish(&report);
    return r == 0 && text->failed ? pk_fail(err, PK_E_LIMIT, "the report is too long") : r;
}

static void strike(struct stage *stage)
{
    pk_service_free(stage->service);
    pk_store_close(stage->store);
    pk_loop_free(stage->loop);
    pk_rehearsal_rules_free(stage->rules);
}

int pk_rehearsal_play(const struct pk_config *config, const struct pk_catalog *catalog, struct pk_keyring *keys, const struct pk_rehearsal *rehearsal,
                      struct pk_buf *out, struct pk_error *err)
{
    struct stage stage = { .rehearsal = rehearsal };
    int r = set(&stage, config, catalog, keys, err);
    if (r == 0)
        r = play(&stage, err);
    if (r == 0)
        r = tell(&stage, out, err);
    strike(&stage);
    return r;
}
