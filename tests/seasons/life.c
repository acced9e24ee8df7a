/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One process of the gateway: from opening its file to its end, which is a kill at one of its commits, or the season's.
 * Days pass by jumps from one moment at which something is due to the next: the gateway's own moments are read from its
 * tables, the town's from its list.
 */
#include "tests/seasons/season.h"

#include "gateway/base/clock.h"
#include "gateway/base/random.h"
#include "gateway/service/desks.h"
#include "gateway/store/connect.h"

#include <unistd.h>

#define IDLE_MS (6 * HOUR_MS)
#define QUEUE_MS (90 * SECOND_MS) /* what waits for an account is looked at so soon, and later and later while nothing stirs */
#define QUEUE_LATEST_MS HOUR_MS
#define AWAY_REASON "7" /* PK_REASON_ACCOUNT_PAUSED */
#define REST_ROUNDS 60u
#define LATEST_MS (60 * DAY_MS)

struct life life;

void life_kill(void)
{
    int64_t away_ms = one_in(6) ? (int64_t) chance(6 * HOUR_MS) : (int64_t) chance(20 * SECOND_MS);
    note("killed, back in %lld s", (long long) (away_ms / SECOND_MS));
    world->now_ms = pk_clock_wall_ms() + 100 + away_ms;
    world->effect_count = 0;
    network_committed(false);
    _exit(3);
}

static void may_kill(uint32_t where)
{
    if (world->kill_in == 1 && world->kill == where)
        life_kill();
}

/* ---- what the town knows of a commit ---- */

void effect(uint32_t kind, unsigned who, unsigned what)
{
    if (world->effect_count < EFFECTS_MAX)
        world->effects[world->effect_count++] = (struct effect){ kind, who, what };
}

static int64_t id_of(const struct campaign *campaign)
{
    return pk_sql_int(life.eye, 0, "SELECT id FROM campaign WHERE name = ?1", "t", pk_slice_of(campaign->name));
}

static void take_effect(const struct effect *e)
{
    struct campaign *campaign = &world->campaigns[e->who % CAMPAIGNS_MAX];
    struct person *person = &world->people[e->who % PEOPLE_MAX];
    switch (e->kind) {
    case EFFECT_NEW:
        campaign->id = id_of(campaign);
        break;
    case EFFECT_MOVED:
        if (campaign->now == e->what)
            break; /* said twice in one turn: the second changed nothing */
        campaign->before = campaign->now;
        campaign->now = e->what;
        campaign->edition++;
        break;
    case EFFECT_PAUSED:
    case EFFECT_RESUMED:
        campaign->paused = e->kind == EFFECT_PAUSED;
        break;
    case EFFECT_CANCELLED:
        campaign->cancelled = true;
        break;
    case EFFECT_HOLD:
        world->held = e->what != 0;
        break;
    case EFFECT_ACCOUNT:
        world->account_held[e->who] = e->what != 0;
        break;
    case EFFECT_PERSON:
        person->present = true;
        break;
    case EFFECT_ERASED:
        person->erased = true;
        break;
    default:
        resident_said(e->who, e->what);
        break;
    }
}

static void settle_effects(bool kept)
{
    for (unsigned i = 0; kept && i < world->effect_count; i++)
        take_effect(&world->effects[i]);
    world->effect_count = 0;
    network_committed(kept);
}

/* ---- the phases ---- */

static int committing(void *ctx)
{
    (void) ctx;
    if (life.veto) {
        world->vetoes++;
        return 1;
    }
    world->commits++;
    life.hooked = true;
    life.stirred++;
    if (world->kill_in > 1)
        world->kill_in--;
    else
        may_kill(KILL_BEFORE);
    return 0;
}

static void harvest(void *ctx)
{
    (void) ctx;
    pk_service_harvest(life.service);
}

static void open_attempts(void *ctx)
{
    (void) ctx;
    pk_service_open(life.service);
}

static void commit(void *ctx)
{
    (void) ctx;
    life.hooked = false;
    pk_service_commit(life.service);
    if (life.hooked || !life.service->committed)
        settle_effects(life.hooked && life.service->committed);
    if (life.hooked)
        may_kill(KILL_AFTER);
}

static void release(void *ctx)
{
    (void) ctx;
    pk_service_release_answers(life.service);
    pk_service_release_calls(life.service);
    if (life.hooked)
        may_kill(KILL_RELEASED);
}

static void turn(void)
{
    struct pk_error err = { 0 };
    life.veto = !world->resting && one_in(400);
    must(pk_loop_turn(life.loop, 0, &err), &err, "turn");
    life.veto = false;
}

void life_rest(void)
{
    for (unsigned i = 0; i < REST_ROUNDS; i++) {
        unsigned before = life.stirred;
        for (unsigned n = 0; n < 3; n++)
            turn();
        pk_clock_advance(2); /* results wait so long for company */
        for (unsigned n = 0; n < 2; n++)
            turn();
        if (life.stirred == before && i > 0)
            return;
        if (!world->resting && one_in(4)) {
            resident_strikes();
            adviser_strikes();
        }
    }
}

/* ---- time ---- */

static void nearer(int64_t *next_ms, int64_t now_ms, int64_t moment_ms)
{
    if (moment_ms > now_ms && moment_ms < *next_ms)
        *next_ms = moment_ms;
}

/* Messages whose account is away put themselves off by a second, again and again: a night of it would cost as much as all the
 * days. */
static int64_t queue_wait_ms(void)
{
    static uint64_t happened;
    static int64_t wait_ms;
    uint64_t happens = world->hand_count + world->errand_id;
    wait_ms = happens != happened ? QUEUE_MS : wait_ms * 2 < QUEUE_LATEST_MS ? wait_ms * 2 : QUEUE_LATEST_MS;
    happened = happens;
    return wait_ms;
}

static int64_t next_moment(int64_t now_ms)
{
    static const char *const moments[] = {
        ("SELECT min(due_ms) FROM message WHERE state < 3 AND due_ms > ?1 AND reason <> " AWAY_REASON), /* one text */
        "SELECT min(expires_ms) FROM message WHERE state < 3 AND expires_ms > ?1",
        "SELECT min(due_ms) FROM message WHERE state BETWEEN 4 AND 7 AND due_ms > ?1",
        "SELECT min(due_ms) - 900000 FROM campaign_step WHERE state = 1 AND due_ms > ?1 + 900000",
        "SELECT min(due_ms) FROM campaign_step WHERE state = 5 AND due_ms > ?1",
        "SELECT min(starts_ms) FROM campaign WHERE state = 3 AND starts_ms > ?1",
    };
    int64_t next_ms = now_ms + IDLE_MS;
    for (size_t i = 0; i < PK_COUNT(moments); i++)
        nearer(&next_ms, now_ms, pk_sql_int(life.eye, 0, moments[i], "i", now_ms));
    for (unsigned i = 0; i < ERRANDS_MAX; i++)
        if (world->errands[i].kind != ERRAND_NONE)
            nearer(&next_ms, now_ms, world->errands[i].life == 0 && world->errands[i].at_ms <= now_ms ? now_ms + 1 : world->errands[i].at_ms);
    if (pk_sql_int(life.eye, 0, "SELECT 1 FROM message WHERE state < 4 AND (due_ms <= ?1 OR reason = " AWAY_REASON ") LIMIT 1", "i", now_ms) != 0)
        nearer(&next_ms, now_ms, now_ms + queue_wait_ms());
    return next_ms;
}

struct errand *errand(uint32_t kind, int64_t at_ms, unsigned who, unsigned what)
{
    for (unsigned i = 0; i < ERRANDS_MAX; i++) {
        if (world->errands[i].kind != ERRAND_NONE)
            continue;
        world->errands[i] = (struct errand){ .kind = kind, .id = ++world->errand_id, .at_ms = at_ms, .who = who, .what = what };
        return &world->errands[i];
    }
    broken("does not work", "the town has too much to do");
}

static void do_one(struct errand *t)
{
    struct errand copy = *t;
    switch (t->kind) {
    case ERRAND_ANSWER:
    case ERRAND_RECEIPT:
    case ERRAND_WEATHER:
        network_do(t);
        return;
    case ERRAND_REPLY:
        reply_goes(t);
        return;
    case ERRAND_RESIDENT:
        t->kind = ERRAND_NONE;
        resident_does(&copy);
        return;
    default:
        t->kind = ERRAND_NONE;
        adviser_does(&copy);
        return;
    }
}

static void do_due(void)
{
    int64_t now_ms = pk_clock_wall_ms();
    for (unsigned i = 0; i < ERRANDS_MAX; i++) {
        struct errand *t = &world->errands[i];
        if (t->kind != ERRAND_NONE && t->life == 0 && t->at_ms <= now_ms)
            do_one(t);
    }
}

/* ---- from beginning to end ---- */

static void open_gateway(void)
{
    struct pk_error err = { 0 };
    struct pk_store_config store = { .path = world->path, .keys = ring, .sync_off = true };
    must(pk_loop_new(&life.loop, &err), &err, "loop");
    must(pk_store_open(&store, &life.store, &err), &err, "store");
    (void) sqlite3_commit_hook(life.store->db, committing, NULL);
    pk_loop_on_phase(life.loop, PK_PHASE_HARVEST, harvest, NULL);
    pk_loop_on_phase(life.loop, PK_PHASE_OPEN, open_attempts, NULL);
    pk_loop_on_phase(life.loop, PK_PHASE_COMMIT, commit, NULL);
    pk_loop_on_phase(life.loop, PK_PHASE_RELEASE, release, NULL);
    must(pk_store_open_reading(world->path, ring, &life.eye, &err), &err, "second connection");
    struct pk_service_config config = { .loop = life.loop, .store = life.store, .rules = season_rules(), .catalog = catalogs[world->texts] };
    residents_enter(); /* kept with the service's first commit */
    must(pk_service_new(&config, &life.service, &err), &err, "service");
    settle_effects(true);
    network_begin();
}

static bool is_over(int64_t now_ms)
{
    if (now_ms < world->until_ms)
        return false;
    if (!world->resting) {
        world->resting = true;
        world->kill_in = 0;
        note("---- the town comes to rest");
        advisers_rest();
    }
    advisers_end_paused();
    if (now_ms > world->until_ms + LATEST_MS)
        broken("no-end", "%lld messages and %lld campaigns are not over long after the season",
               (long long) pk_sql_int(life.eye, 0, "SELECT count(*) FROM message WHERE state < 8", ""),
               (long long) pk_sql_int(life.eye, 0, "SELECT count(*) FROM campaign WHERE state IN (3, 4)", ""));
    for (unsigned i = 0; i < ERRANDS_MAX; i++)
        if (world->errands[i].kind >= ERRAND_ANSWER && world->errands[i].kind <= ERRAND_RESIDENT)
            return false;
    return pk_sql_int(life.eye, 0, "SELECT (SELECT count(*) FROM message WHERE state < 8) + (SELECT count(*) FROM campaign WHERE state IN (3, 4))", "") == 0;
}

static void look(bool begins)
{
    if (sqlite3_exec(life.eye->db, begins ? "BEGIN" : "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
        broken("does not work", "the second connection: %s", sqlite3_errmsg(life.eye->db));
}

void life_run(void)
{
    world->lives++;
    world->kill = (uint32_t) chance(KILLS);
    world->kill_in = world->resting ? 0 : 2 + (unsigned) chance(one_in(4) ? 12 : 500);
    pk_clock_set_manual(world->now_ms);
    pk_random_seed(world->seed * 100000 + world->life);
    for (unsigned i = 0; i < ERRANDS_MAX; i++)
        world->errands[i].life = 0; /* what was not confirmed is said again */
    open_gateway();
    life_rest();
    for (;;) {
        int64_t now_ms = pk_clock_wall_ms();
        look(true); /* once for all that is read now: each look of its own costs more than what it reads */
        laws_at_rest();
        int64_t next_ms = next_moment(now_ms);
        look(false);
        if (is_over(now_ms))
            break;
        pk_clock_advance(next_ms - now_ms);
        world->now_ms = pk_clock_wall_ms();
        do_due();
        life_rest();
    }
    laws_in_the_end();
    note("---- over");
    _exit(0);
}
