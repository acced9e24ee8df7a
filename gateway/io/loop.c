/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/io/loop.h"

#include "gateway/base/clock.h"
#include "gateway/base/list.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define EVENTS_A_TURN 256
#define CLOCK_LOOK_MS 60000 /* wall-clock timers notice a clock that was set within this */
#define SIGNALS_MAX 8u

struct pk_source {
    struct pk_list node;
    struct pk_loop *loop;
    int fd;
    bool dead;
    void (*ready)(void *ctx, unsigned events);
    void *ctx;
};

struct pk_timer {
    struct pk_loop *loop;
    size_t place; /* in the heap + 1; 0 = not armed */
    int64_t deadline_ms; /* monotonic */
    int64_t wall_ms; /* 0 = a monotonic timer */
    void (*fire)(void *ctx);
    void *ctx;
};

struct post {
    struct post *next;
    void (*run)(void *ctx);
    void *ctx;
};

struct step {
    void (*run)(void *ctx);
    void *ctx;
};

struct pk_loop {
    int epoll_fd;
    struct pk_list sources, buried; /* buried: freed in this turn */
    struct pk_timer **heap;
    size_t heap_count, heap_cap;
    struct step *steps[PK_PHASES];
    size_t step_count[PK_PHASES];
    bool stopping, again;
    uint64_t turns;
    int64_t worst_us;

    int mail_fd;
    struct pk_source *mail;
    pthread_mutex_t lock;
    struct post *first, *last;

    int signal_fd;
    struct pk_source *signals;
    sigset_t signal_set;
    struct {
        int signo;
        void (*run)(void *ctx, int signo);
        void *ctx;
    } handlers[SIGNALS_MAX];
    size_t handler_count;
};

/* ---- sources ---- */

static uint32_t to_epoll(unsigned events)
{
    return (events & PK_READY_READ ? (uint32_t) EPOLLIN : 0) | (events & PK_READY_WRITE ? (uint32_t) EPOLLOUT : 0);
}

int pk_source_new(struct pk_loop *loop, int fd, unsigned events, void (*ready)(void *ctx, unsigned events), void *ctx,
                  struct pk_source **ret_source, struct pk_error *err)
{
    struct pk_source *source = pk_alloc(sizeof *source);
    struct epoll_event event = { .events = to_epoll(events), .data.ptr = source };
    *source = (struct pk_source){ .loop = loop, .fd = fd, .ready = ready, .ctx = ctx };
    if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0) {
        char text[128];
        free(source);
        return pk_fail(err, PK_E_IO, "could not watch a descriptor: %s", strerror_r(errno, text, sizeof text));
    }
    pk_list_append(&loop->sources, &source->node);
    *ret_source = source;
    return 0;
}

int pk_source_set(struct pk_source *source, unsigned events)
{
    struct epoll_event event = { .events = to_epoll(events), .data.ptr = source };
    return epoll_ctl(source->loop->epoll_fd, EPOLL_CTL_MOD, source->fd, &event) == 0 ? 0 : PK_E_IO;
}

void pk_source_free(struct pk_source *source)
{
    if (!source || source->dead)
        return;
    struct pk_loop *loop = source->loop;
    source->dead = true;
    /* Fails when the library behind it closed the descriptor already: then it is gone from there as well. */
    (void) epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, source->fd, NULL);
    pk_list_remove(&source->node);
    pk_list_append(&loop->buried, &source->node);
}

static void bury(struct pk_loop *loop)
{
    while (!pk_list_empty(&loop->buried)) {
        struct pk_list *node = loop->buried.next;
        pk_list_remove(node);
        free(pk_list_entry(node, struct pk_source, node));
    }
}

/* ---- timers: a binary heap by deadline ---- */

static void put(struct pk_loop *loop, size_t at, struct pk_timer *timer)
{
    loop->heap[at] = timer;
    timer->place = at + 1;
}

static void rise(struct pk_loop *loop, size_t at)
{
    struct pk_timer *timer = loop->heap[at];
    while (at > 0 && loop->heap[(at - 1) / 2]->deadline_ms > timer->deadline_ms) {
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
        if (child + 1 < loop->heap_count && loop->heap[child + 1]->deadline_ms < loop->heap[child]->deadline_ms)
            child++;
        if (loop->heap[child]->deadline_ms >= timer->deadline_ms)
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
    free(timer);
}

static void arm(struct pk_timer *timer, int64_t deadline_ms, int64_t wall_ms)
{
    struct pk_loop *loop = timer->loop;
    pk_timer_stop(timer);
    timer->deadline_ms = deadline_ms;
    timer->wall_ms = wall_ms;
    if (loop->heap_count == loop->heap_cap) {
        loop->heap_cap = loop->heap_cap > 0 ? 2 * loop->heap_cap : 32;
        loop->heap = pk_realloc_array(loop->heap, loop->heap_cap, sizeof(struct pk_timer *));
    }
    put(loop, loop->heap_count++, timer);
    rise(loop, loop->heap_count - 1);
}

void pk_timer_in(struct pk_timer *timer, int64_t delay_ms)
{
    arm(timer, pk_clock_mono_ms() + (delay_ms > 0 ? delay_ms : 0), 0);
}

void pk_timer_at(struct pk_timer *timer, int64_t wall_ms)
{
    int64_t delay_ms = wall_ms - pk_clock_wall_ms();
    if (delay_ms > CLOCK_LOOK_MS)
        delay_ms = CLOCK_LOOK_MS;
    arm(timer, pk_clock_mono_ms() + (delay_ms > 0 ? delay_ms : 0), wall_ms);
}

bool pk_timer_armed(const struct pk_timer *timer)
{
    return timer->place != 0;
}

static void fire_due(struct pk_loop *loop)
{
    int64_t now_ms = pk_clock_mono_ms();
    /* A timer armed again for now waits for the next turn: it would keep this one from ending. */
    for (size_t left = loop->heap_count; left > 0 && loop->heap_count > 0 && loop->heap[0]->deadline_ms <= now_ms; left--) {
        struct pk_timer *timer = loop->heap[0];
        int64_t wall_ms = timer->wall_ms;
        pk_timer_stop(timer);
        if (wall_ms != 0 && wall_ms > pk_clock_wall_ms())
            pk_timer_at(timer, wall_ms);
        else
            timer->fire(timer->ctx);
    }
}

/* ---- the mailbox ---- */

void pk_loop_post(struct pk_loop *loop, void (*run)(void *ctx), void *ctx)
{
    struct post *post = pk_alloc(sizeof *post);
    *post = (struct post){ .run = run, .ctx = ctx };
    (void) pthread_mutex_lock(&loop->lock);
    if (loop->last)
        loop->last->next = post;
    else
        loop->first = post;
    loop->last = post;
    (void) pthread_mutex_unlock(&loop->lock);
    uint64_t one = 1;
    ssize_t n = write(loop->mail_fd, &one, sizeof one);
    (void) n; /* a full counter is as good as one more */
}

static void read_mail(void *ctx, unsigned events)
{
    struct pk_loop *loop = ctx;
    uint64_t count;
    (void) events;
    ssize_t n = read(loop->mail_fd, &count, sizeof count);
    (void) n;
    (void) pthread_mutex_lock(&loop->lock);
    struct post *post = loop->first;
    loop->first = loop->last = NULL;
    (void) pthread_mutex_unlock(&loop->lock);
    while (post) {
        struct post *next = post->next;
        post->run(post->ctx);
        free(post);
        post = next;
    }
}

/* ---- signals ---- */

static void read_signals(void *ctx, unsigned events)
{
    struct pk_loop *loop = ctx;
    struct signalfd_siginfo info;
    (void) events;
    while (read(loop->signal_fd, &info, sizeof info) == (ssize_t) sizeof info)
        for (size_t i = 0; i < loop->handler_count; i++)
            if (loop->handlers[i].signo == (int) info.ssi_signo)
                loop->handlers[i].run(loop->handlers[i].ctx, loop->handlers[i].signo);
}

int pk_loop_on_signal(struct pk_loop *loop, int signo, void (*run)(void *ctx, int signo), void *ctx, struct pk_error *err)
{
    if (loop->handler_count == SIGNALS_MAX)
        return pk_fail(err, PK_E_LIMIT, "too many signals are handled");
    if (loop->signal_fd < 0)
        (void) sigemptyset(&loop->signal_set);
    (void) sigaddset(&loop->signal_set, signo);
    (void) pthread_sigmask(SIG_BLOCK, &loop->signal_set, NULL);
    int fd = signalfd(loop->signal_fd, &loop->signal_set, SFD_NONBLOCK | SFD_CLOEXEC);
    if (fd < 0)
        return pk_fail(err, PK_E_IO, "could not listen for signals");
    loop->handlers[loop->handler_count].signo = signo;
    loop->handlers[loop->handler_count].run = run;
    loop->handlers[loop->handler_count++].ctx = ctx;
    if (loop->signal_fd >= 0)
        return 0;
    loop->signal_fd = fd;
    return pk_source_new(loop, fd, PK_READY_READ, read_signals, loop, &loop->signals, err);
}

/* ---- turning ---- */

int pk_loop_new(struct pk_loop **ret_loop, struct pk_error *err)
{
    pk_auto(pk_loop) struct pk_loop *loop = pk_alloc(sizeof *loop);
    pk_list_init(&loop->sources);
    pk_list_init(&loop->buried);
    (void) pthread_mutex_init(&loop->lock, NULL);
    loop->signal_fd = -1;
    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    loop->mail_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (loop->epoll_fd < 0 || loop->mail_fd < 0)
        return pk_fail(err, PK_E_IO, "could not make an event loop");
    int r = pk_source_new(loop, loop->mail_fd, PK_READY_READ, read_mail, loop, &loop->mail, err);
    if (r != 0)
        return r;
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
    while (loop->heap_count > 0)
        pk_timer_free(loop->heap[0]);
    for (struct post *post = loop->first; post;) {
        struct post *next = post->next;
        free(post);
        post = next;
    }
    for (size_t phase = 0; phase < PK_PHASES; phase++)
        free(loop->steps[phase]);
    free(loop->heap);
    (void) pthread_mutex_destroy(&loop->lock);
    if (loop->signal_fd >= 0)
        (void) close(loop->signal_fd);
    if (loop->mail_fd >= 0)
        (void) close(loop->mail_fd);
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

static int wait_ms(const struct pk_loop *loop, int max_wait_ms)
{
    if (loop->again || max_wait_ms == 0)
        return 0;
    if (loop->heap_count == 0)
        return max_wait_ms;
    int64_t until_ms = loop->heap[0]->deadline_ms - pk_clock_mono_ms();
    if (until_ms <= 0)
        return 0;
    if (pk_clock_is_manual())
        return 0;
    if (until_ms > INT32_MAX)
        until_ms = INT32_MAX;
    return max_wait_ms >= 0 && max_wait_ms < until_ms ? max_wait_ms : (int) until_ms;
}

/* With a clock set by hand, idle time is skipped: the clock goes on to the next timer. */
static void skip_idle(struct pk_loop *loop)
{
    int64_t until_ms = loop->heap_count > 0 ? loop->heap[0]->deadline_ms - pk_clock_mono_ms() : 0;
    if (until_ms > 0)
        pk_clock_advance(until_ms);
}

int pk_loop_turn(struct pk_loop *loop, int max_wait_ms, struct pk_error *err)
{
    struct epoll_event events[EVENTS_A_TURN];
    int timeout = wait_ms(loop, max_wait_ms);
    bool idle = !loop->again;
    loop->again = false;
    int count = epoll_wait(loop->epoll_fd, events, EVENTS_A_TURN, timeout);
    if (count < 0 && errno != EINTR)
        return pk_fail(err, PK_E_IO, "could not wait for events");
    if (count == 0 && idle && max_wait_ms != 0 && pk_clock_is_manual())
        skip_idle(loop);
    int64_t began_us = pk_clock_mono_us();
    for (int i = 0; i < count; i++) {
        struct pk_source *source = events[i].data.ptr;
        if (source->dead)
            continue;
        unsigned ready = (events[i].events & EPOLLIN ? PK_READY_READ : 0u) | (events[i].events & EPOLLOUT ? PK_READY_WRITE : 0u) |
                         (events[i].events & (EPOLLHUP | EPOLLERR) ? PK_READY_HANGUP : 0u);
        source->ready(source->ctx, ready);
    }
    fire_due(loop);
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
    loop->stopping = false;
    while (!loop->stopping) {
        int r = pk_loop_turn(loop, -1, err);
        if (r != 0)
            return r;
    }
    return 0;
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
