/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Timers: a binary heap by deadline; equal deadlines fire in the order they were armed. A wall-clock timer sleeps in
 * steps of a minute at most and looks at the wall clock again after each, so that it follows a clock that is set.
 */
#include "gateway/base/clock.h"
#include "gateway/io/loop_internal.h"

#define CLOCK_LOOK_MS 60000
#define DELAY_MAX_MS (366 * INT64_C(86400000)) /* keeps sums far from overflow */

struct pk_timer {
    struct pk_list node; /* in the loop's list of all timers */
    struct pk_loop *loop;
    size_t place;        /* in the heap + 1; 0 = not armed */
    int64_t deadline_ms; /* monotonic */
    uint64_t arming;     /* orders equal deadlines */
    bool wall;
    int64_t wall_ms;
    void (*fire)(void *ctx);
    void *ctx;
};

static bool before(const struct pk_timer *a, const struct pk_timer *b)
{
    return a->deadline_ms != b->deadline_ms ? a->deadline_ms < b->deadline_ms : a->arming < b->arming;
}

static void put(struct pk_loop *loop, size_t at, struct pk_timer *timer)
{
    loop->heap[at] = timer;
    timer->place = at + 1;
}

static void rise(struct pk_loop *loop, size_t at)
{
    struct pk_timer *timer = loop->heap[at];
    while (at > 0 && before(timer, loop->heap[(at - 1) / 2])) {
        put(loop, at, loop->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    put(loop, at, timer);
}

static void sink(struct pk_loop *loop, size_t at)
{
    struct pk_timer *timer = loop->heap[at];
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= loop->heap_count)
            break;
        if (child + 1 < loop->heap_count && before(loop->heap[child + 1], loop->heap[child]))
            child++;
        if (!before(loop->heap[child], timer))
            break;
        put(loop, at, loop->heap[child]);
        at = child;
    }
    put(loop, at, timer);
}

struct pk_timer *pk_timer_new(struct pk_loop *loop, void (*fire)(void *ctx), void *ctx)
{
    struct pk_timer *timer = pk_alloc(sizeof *timer);
    *timer = (struct pk_timer){ .loop = loop, .fire = fire, .ctx = ctx };
    pk_list_append(&loop->timers, &timer->node);
    return timer;
}

void pk_timer_stop(struct pk_timer *timer)
{
    struct pk_loop *loop = timer->loop;
    if (timer->place == 0)
        return;
    size_t at = timer->place - 1;
    timer->place = 0;
    struct pk_timer *last = loop->heap[--loop->heap_count];
    if (last == timer)
        return;
    put(loop, at, last);
    rise(loop, at);
    sink(loop, last->place - 1);
}

void pk_timer_free(struct pk_timer *timer)
{
    if (!timer)
        return;
    pk_timer_stop(timer);
    pk_list_remove(&timer->node);
    free(timer);
}

static int64_t within(int64_t delay_ms, int64_t max_ms)
{
    return delay_ms < 0 ? 0 : delay_ms < max_ms ? delay_ms : max_ms;
}

static void arm(struct pk_timer *timer, int64_t delay_ms)
{
    struct pk_loop *loop = timer->loop;
    pk_timer_stop(timer);
    timer->deadline_ms = pk_clock_mono_ms() + delay_ms;
    timer->arming = loop->armings++;
    if (loop->heap_count == loop->heap_cap) {
        loop->heap_cap = loop->heap_cap > 0 ? 2 * loop->heap_cap : 32;
        loop->heap = pk_realloc_array(loop->heap, loop->heap_cap, sizeof(struct pk_timer *));
    }
    put(loop, loop->heap_count++, timer);
    rise(loop, loop->heap_count - 1);
}

void pk_timer_in(struct pk_timer *timer, int64_t delay_ms)
{
    timer->wall = false;
    arm(timer, within(delay_ms, DELAY_MAX_MS));
}

void pk_timer_at(struct pk_timer *timer, int64_t wall_ms)
{
    int64_t now_ms = pk_clock_wall_ms();
    timer->wall = true;
    timer->wall_ms = wall_ms;
    arm(timer, wall_ms <= now_ms ? 0 : within(wall_ms - now_ms, CLOCK_LOOK_MS));
}

bool pk_timer_armed(const struct pk_timer *timer)
{
    return timer->place != 0;
}

int64_t pk_loop_timers_next_ms(const struct pk_loop *loop)
{
    return loop->heap_count == 0 ? -1 : within(loop->heap[0]->deadline_ms - pk_clock_mono_ms(), DELAY_MAX_MS);
}

/* What is armed meanwhile waits for the next turn, even for now: it would keep this one from ending. */
void pk_loop_timers_fire(struct pk_loop *loop)
{
    int64_t now_ms = pk_clock_mono_ms();
    uint64_t first_new = loop->armings;
    while (loop->heap_count > 0) {
        struct pk_timer *timer = loop->heap[0];
        if (timer->deadline_ms > now_ms || timer->arming >= first_new)
            break;
        pk_timer_stop(timer);
        if (timer->wall && timer->wall_ms > pk_clock_wall_ms())
            pk_timer_at(timer, timer->wall_ms);
        else
            timer->fire(timer->ctx);
    }
}

void pk_loop_timers_finish(struct pk_loop *loop)
{
    while (!pk_list_empty(&loop->timers))
        pk_timer_free(pk_list_entry(loop->timers.next, struct pk_timer, node));
    free(loop->heap);
}
