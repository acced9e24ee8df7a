/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The event loop: one thread, one turn after the other, the phases of a turn always in the same order:
 *
 *     wait -> descriptors -> timers -> PK_PHASE_SERVE -> PK_PHASE_HARVEST -> PK_PHASE_OPEN -> PK_PHASE_COMMIT
 *          -> PK_PHASE_RELEASE -> sources freed
 *
 * What a phase means is the application's; the loop only keeps the order. All calls are on the loop's thread but
 * pk_loop_post(). A source freed during a turn is forgotten at once and its memory released at the turn's end, so
 * a callback may free any source, its own too. Nothing here blocks but the wait. SIGPIPE is ignored from the first
 * loop on, for the whole process.
 */
#ifndef PK_IO_LOOP_H
#define PK_IO_LOOP_H

#include "gateway/base/mem.h"
#include "gateway/include/pokana/error.h"

#include <stdint.h>

struct pk_loop;
struct pk_source; /* a watched descriptor */
struct pk_timer;

enum pk_ready { PK_READY_READ = 1, PK_READY_WRITE = 2, PK_READY_HANGUP = 4 };
enum pk_phase { PK_PHASE_SERVE = 0, PK_PHASE_HARVEST, PK_PHASE_OPEN, PK_PHASE_COMMIT, PK_PHASE_RELEASE, PK_PHASES };

int pk_loop_new(struct pk_loop **ret_loop, struct pk_error *err);
void pk_loop_free(struct pk_loop *loop); /* sources and timers still there are freed with it */
PK_AUTO_DEFINE(pk_loop, struct pk_loop *, pk_loop_free)

/* Adds what a phase does; within a phase in the order added. */
void pk_loop_on_phase(struct pk_loop *loop, enum pk_phase phase, void (*run)(void *ctx), void *ctx);

/* Turns until pk_loop_stop(); not at all when that was called before. */
int pk_loop_run(struct pk_loop *loop, struct pk_error *err);
/* One turn; waits at most max_wait_ms (-1 = until something happens, 0 = not at all). With a clock set by hand a turn
 * that finds nothing to do moves that clock to the next timer instead of waiting for it. */
int pk_loop_turn(struct pk_loop *loop, int max_wait_ms, struct pk_error *err);
void pk_loop_stop(struct pk_loop *loop);
/* The next wait is 0: something was left for the next turn. */
void pk_loop_again(struct pk_loop *loop);
/* Turns so far, and the longest time one took since the last call, in microseconds: for health and metrics. */
uint64_t pk_loop_turns(const struct pk_loop *loop);
int64_t pk_loop_worst_turn_us(struct pk_loop *loop);

/* Watches a descriptor (level-triggered). The loop never closes it. The same number may be watched again after
 * the library behind it reopened it: free the old source first. `events` 0 is silence: a hang-up is not told either. */
int pk_source_new(struct pk_loop *loop, int fd, unsigned events, void (*ready)(void *ctx, unsigned events), void *ctx,
                  struct pk_source **ret_source, struct pk_error *err);
int pk_source_set(struct pk_source *source, unsigned events);
void pk_source_free(struct pk_source *source);

/* A timer that fires once when armed; a fired or disarmed one is armed again at will. Equal deadlines fire in the order
 * they were armed; what a callback arms fires in a later turn. */
struct pk_timer *pk_timer_new(struct pk_loop *loop, void (*fire)(void *ctx), void *ctx);
void pk_timer_free(struct pk_timer *timer);
void pk_timer_in(struct pk_timer *timer, int64_t delay_ms); /* monotonic */
/* At a wall-clock moment, followed when the clock is set: checked at least once a minute. */
void pk_timer_at(struct pk_timer *timer, int64_t wall_ms);
void pk_timer_stop(struct pk_timer *timer);
bool pk_timer_armed(const struct pk_timer *timer);

/* From any thread: `run` is called on the loop's thread in the descriptor phase of a later turn. */
void pk_loop_post(struct pk_loop *loop, void (*run)(void *ctx), void *ctx);
/* Takes back what was posted with the same two and has not run yet. */
void pk_loop_unpost(struct pk_loop *loop, void (*run)(void *ctx), const void *ctx);

/* Signals arrive as callbacks in the descriptor phase. Blocks the signal for the process. */
int pk_loop_on_signal(struct pk_loop *loop, int signo, void (*run)(void *ctx, int signo), void *ctx, struct pk_error *err);

#endif
