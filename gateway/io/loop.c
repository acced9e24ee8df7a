/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Turns and descriptors. A source freed in a turn leaves epoll at once, but its memory stays until the turn's end: the
 * events already taken may still name it.
 */
#include "gateway/io/loop.h"

#include "gateway/base/clock.h"
#include "gateway/io/loop_internal.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS_A_TURN 256

/* ---- descriptors ---- */

static int control(struct pk_source *source, int operation, unsigned events)
{
    struct epoll_event event = {
        .events = (events & PK_READY_READ ? (uint32_t) EPOLLIN : 0) | (events & PK_READY_WRITE ? (uint32_t) EPOLLOUT : 0),
        .data.ptr = source,
    };
    return epoll_ctl(source->loop->epoll_fd, operation, source->fd, &event) == 0 ? 0 : PK_E_IO;
}

int pk_source_new(struct pk_loop *loop, int fd, unsigned events, void (*ready)(void *ctx, unsigned events), void *ctx,
                  struct pk_source **ret_source, struct pk_error *err)
{
    struct pk_source *source = pk_alloc(sizeof *source);
    *source = (struct pk_source){ .loop = loop, .fd = fd, .ready = ready, .ctx = ctx };
    int r = pk_source_set(source, events);
    if (r != 0) {
        char text[128];
        const char *why = strerror_r(errno, text, sizeof text);
        free(source);
        return pk_fail(err, r, "could not watch a descriptor: %s", why);
    }
    pk_list_append(&loop->sources, &source->node);
    *ret_source = source;
    return 0;
}

int pk_source_set(struct pk_source *source, unsigned events)
{
    int r = 0;
    if (source->events == events)
        return 0;
    if (source->events == 0)
        r = control(source, EPOLL_CTL_ADD, events);
    else if (events == 0)
        r = control(source, EPOLL_CTL_DEL, 0);
    else
        r = control(source, EPOLL_CTL_MOD, events);
    if (r == 0)
        source->events = events;
    return r;
}

void pk_source_free(struct pk_source *source)
{
    if (!source || source->dead)
        return;
    source->dead = true;
    /* Fails when the library behind it closed the descriptor already: then it is gone from there as well. */
    if (source->events != 0)
        (void) control(source, EPOLL_CTL_DEL, 0);
    pk_list_remove(&source->node);
    pk_list_append(&source->loop->buried, &source->node);
}

static void bury(struct pk_loop *loop)
{
    while (!pk_list_empty(&loop->buried)) {
        struct pk_list *node = loop->buried.next;
        pk_list_remove(node);
        free(pk_list_entry(node, struct pk_source, node));
    }
}

/* ---- life ---- */

int pk_loop_new(struct pk_loop **ret_loop, struct pk_error *err)
{
    pk_auto(pk_loop) struct pk_loop *loop = pk_alloc(sizeof *loop);
    pk_list_init(&loop->sources);
    pk_list_init(&loop->buried);
    pk_list_init(&loop->timers);
    (void) pthread_mutex_init(&loop->lock, NULL);
    (void) sigemptyset(&loop->signal_set);
    loop->mail_fd = loop->signal_fd = -1;
    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (loop->epoll_fd < 0)
        return pk_fail(err, PK_E_IO, "could not make an event loop");
    int r = pk_loop_mail_start(loop, err);
    if (r != 0)
        return r;
    (void) signal(SIGPIPE, SIG_IGN); /* a peer that left is an answer of write(), not the end of the process */
    *ret_loop = pk_steal(&loop);
    return 0;
}

void pk_loop_free(struct pk_loop *loop)
{
    if (!loop)
        return;
    while (!pk_list_empty(&loop->sources))
        pk_source_free(pk_list_entry(loop->sources.next, struct pk_source, node));
    bury(loop);
    pk_loop_timers_finish(loop);
    pk_loop_mail_finish(loop);
    for (size_t phase = 0; phase < PK_PHASES; phase++)
        free(loop->steps[phase]);
    (void) pthread_mutex_destroy(&loop->lock);
    if (loop->epoll_fd >= 0)
        (void) close(loop->epoll_fd);
    free(loop);
}

void pk_loop_on_phase(struct pk_loop *loop, enum pk_phase phase, void (*run)(void *ctx), void *ctx)
{
    size_t count = loop->step_count[phase]++;
    loop->steps[phase] = pk_realloc_array(loop->steps[phase], count + 1, sizeof *loop->steps[phase]);
    loop->steps[phase][count] = (struct step){ run, ctx };
}

/* ---- turning ---- */

/* How long this turn may wait. A clock set by hand does not move by waiting. */
static int wait_ms(const struct pk_loop *loop, int max_wait_ms)
{
    int64_t next_ms = pk_loop_timers_next_ms(loop);
    if (loop->again || max_wait_ms == 0 || next_ms == 0)
        return 0;
    if (next_ms < 0)
        return max_wait_ms;
    if (pk_clock_is_manual())
        return 0;
    if (max_wait_ms >= 0 && max_wait_ms < next_ms)
        return max_wait_ms;
    return next_ms < INT32_MAX ? (int) next_ms : INT32_MAX;
}

/* With a clock set by hand, idle time is skipped: the clock goes on to the next timer, or as far as the wait goes. */
static void skip_idle(const struct pk_loop *loop, int max_wait_ms)
{
    int64_t next_ms = pk_loop_timers_next_ms(loop);
    if (next_ms > 0)
        pk_clock_advance(max_wait_ms >= 0 && max_wait_ms < next_ms ? max_wait_ms : next_ms);
}

static void dispatch(const struct epoll_event *events, int count)
{
    for (int i = 0; i < count; i++) {
        struct pk_source *source = events[i].data.ptr;
        if (source->dead)
            continue;
        uint32_t seen = events[i].events;
        unsigned ready = (seen & EPOLLIN ? PK_READY_READ : 0u) | (seen & EPOLLOUT ? PK_READY_WRITE : 0u) |
                         (seen & (EPOLLHUP | EPOLLERR) ? PK_READY_HANGUP : 0u);
        source->ready(source->ctx, ready);
    }
}

int pk_loop_turn(struct pk_loop *loop, int max_wait_ms, struct pk_error *err)
{
    struct epoll_event events[EVENTS_A_TURN];
    int timeout = wait_ms(loop, max_wait_ms);
    bool idle = !loop->again && max_wait_ms != 0;
    loop->again = false;
    int count = epoll_wait(loop->epoll_fd, events, EVENTS_A_TURN, timeout);
    if (count < 0 && errno != EINTR)
        return pk_fail(err, PK_E_IO, "could not wait for events");
    if (count == 0 && idle && pk_clock_is_manual())
        skip_idle(loop, max_wait_ms);
    int64_t began_us = pk_clock_mono_us();
    dispatch(events, count);
    pk_loop_timers_fire(loop);
    for (size_t phase = 0; phase < PK_PHASES; phase++)
        for (size_t i = 0; i < loop->step_count[phase]; i++)
            loop->steps[phase][i].run(loop->steps[phase][i].ctx);
    bury(loop);
    loop->turns++;
    int64_t took_us = pk_clock_mono_us() - began_us;
    if (took_us > loop->worst_us)
        loop->worst_us = took_us;
    return 0;
}

int pk_loop_run(struct pk_loop *loop, struct pk_error *err)
{
    int r = 0;
    while (r == 0 && !loop->stopping)
        r = pk_loop_turn(loop, -1, err);
    loop->stopping = false;
    return r;
}

void pk_loop_stop(struct pk_loop *loop)
{
    loop->stopping = true;
}

void pk_loop_again(struct pk_loop *loop)
{
    loop->again = true;
}

uint64_t pk_loop_turns(const struct pk_loop *loop)
{
    return loop->turns;
}

int64_t pk_loop_worst_turn_us(struct pk_loop *loop)
{
    int64_t worst_us = loop->worst_us;
    loop->worst_us = 0;
    return worst_us;
}
