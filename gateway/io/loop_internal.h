/* SPDX-License-Identifier: EUPL-1.2 */
/* What the loop's own files share: loop.c (turns, descriptors), loop_timer.c, loop_mail.c (mailbox, signals). */
#ifndef PK_IO_LOOP_INTERNAL_H
#define PK_IO_LOOP_INTERNAL_H

#include "gateway/base/list.h"
#include "gateway/io/loop.h"

#include <pthread.h>
#include <signal.h>

#define SIGNALS_MAX 8u

struct pk_source {
    struct pk_list node;
    struct pk_loop *loop;
    int fd;
    unsigned events; /* none = not in epoll, which would report a hang-up for ever */
    bool dead;
    void (*ready)(void *ctx, unsigned events);
    void *ctx;
};

struct post {
    struct post *next;
    uint64_t number;
    void (*run)(void *ctx);
    void *ctx;
};

struct step {
    void (*run)(void *ctx);
    void *ctx;
};

struct handler {
    int signo;
    void (*run)(void *ctx, int signo);
    void *ctx;
};

struct pk_loop {
    int epoll_fd;
    struct pk_list sources, buried; /* buried: freed in this turn */
    struct step *steps[PK_PHASES];
    size_t step_count[PK_PHASES];
    bool stopping, again;
    uint64_t turns;
    int64_t worst_us;

    struct pk_list timers; /* all of them */
    struct pk_timer **heap; /* those that are armed, by deadline */
    size_t heap_count, heap_cap;
    uint64_t armings;

    int mail_fd;
    struct pk_source *mail;
    pthread_mutex_t lock; /* of the mailbox, the only one there is */
    struct post *first, *last;
    uint64_t posts; /* so far */

    int signal_fd;
    struct pk_source *signals;
    sigset_t signal_set;
    struct handler handlers[SIGNALS_MAX];
    size_t handler_count;
};

int pk_loop_mail_start(struct pk_loop *loop, struct pk_error *err);
void pk_loop_mail_finish(struct pk_loop *loop);

/* Milliseconds to the next deadline, at least 0; -1 without one. */
int64_t pk_loop_timers_next_ms(const struct pk_loop *loop);
void pk_loop_timers_fire(struct pk_loop *loop);
void pk_loop_timers_finish(struct pk_loop *loop);

#endif
