/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What every benchmark program needs: the clock, buffers, a hash and a set of hashes, the log of moments, percentiles
 * and event sources. The programs link nothing of the gateway: what measures must not share what is measured.
 * Out of memory and misuse end the program with a sentence; there is nothing to save here.
 */
#ifndef PK_BENCH_COMMON_H
#define PK_BENCH_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define BENCH_PRINTF(format_at, first_at) __attribute__((format(printf, format_at, first_at)))

/* Prints "program: message" and exits with status 2. */
_Noreturn void bench_die(const char *format, ...) BENCH_PRINTF(1, 2);

/* CLOCK_MONOTONIC, so that moments of several processes on one machine can be compared. */
uint64_t bench_now_us(void);
/* CPU time of this process, user and system. */
uint64_t bench_cpu_us(void);

/* Whole text as a number of at most `max`; dies naming the option otherwise. */
uint64_t bench_number(const char *option, const char *text, uint64_t max);
double bench_fraction(const char *option, const char *text);

/* Zeroed memory, never NULL. */
void *bench_alloc(size_t count, size_t size);

/* ---- bytes ---- */

struct bench_buf {
    char *data;
    size_t len, cap;
};
void bench_buf_reserve(struct bench_buf *buf, size_t more); /* room for `more` bytes behind len */
void bench_buf_add(struct bench_buf *buf, const void *bytes, size_t len);
void bench_buf_text(struct bench_buf *buf, const char *text);
void bench_buf_format(struct bench_buf *buf, const char *format, ...) BENCH_PRINTF(2, 3);
void bench_buf_number(struct bench_buf *buf, uint64_t number); /* decimal; cheaper than bench_buf_format */
/* Copies `text` with every `{name}` replaced by the bytes given. */
void bench_buf_expand(struct bench_buf *buf, const char *text, size_t text_len, const char *name, const char *value,
                      size_t value_len);
void bench_buf_consume(struct bench_buf *buf, size_t len); /* drops the first bytes */
void bench_buf_finish(struct bench_buf *buf);
/* A whole file, or death. */
struct bench_buf bench_file(const char *path);

/* ---- hashes ---- */

/* Never 0. */
uint64_t bench_hash(const void *bytes, size_t len);

/* A set of hashes, 16 bytes per member expected; grows by doubling. */
struct bench_set {
    uint64_t *slots;
    size_t mask, used;
};
void bench_set_init(struct bench_set *set, size_t expected);
bool bench_set_add(struct bench_set *set, uint64_t hash); /* true when it was not there */
void bench_set_clear(struct bench_set *set);
void bench_set_finish(struct bench_set *set);

/* ---- moments ---- */

/* A log of (hash, microseconds), two 64-bit numbers in the machine's order. path NULL = no log. */
struct bench_log {
    FILE *file;
};
void bench_log_open(struct bench_log *log, const char *path);
void bench_log_add(struct bench_log *log, uint64_t hash, uint64_t at_us);
void bench_log_flush(struct bench_log *log);
void bench_log_close(struct bench_log *log);

/* Samples in microseconds, kept whole. */
struct bench_samples {
    uint32_t *values;
    size_t count, cap;
};
void bench_samples_add(struct bench_samples *samples, uint64_t value_us);
/* Sorts. {"p50":…,"p90":…,"p99":…,"p999":…,"max":…}, all 0 when there is none. */
void bench_samples_json(struct bench_samples *samples, struct bench_buf *out);
void bench_samples_finish(struct bench_samples *samples);

/* ---- numbers that wait until their time, first in, first out ---- */

struct bench_wait {
    uint64_t due_us, value;
    uint32_t slot, turn;
};
struct bench_fifo {
    struct bench_wait *ring;
    size_t mask, head, count;
};
void bench_fifo_push(struct bench_fifo *fifo, struct bench_wait item);
const struct bench_wait *bench_fifo_peek(const struct bench_fifo *fifo); /* NULL when empty */
struct bench_wait bench_fifo_pop(struct bench_fifo *fifo); /* must not be empty */
void bench_fifo_finish(struct bench_fifo *fifo);

/* ---- events ---- */

/* Embedded first in what owns the descriptor; epoll carries its address. Owners live until the program ends, so that
 * an event that was already fetched for a closed descriptor finds a living source and nothing to read. */
struct bench_source {
    void (*ready)(struct bench_source *source, uint32_t events);
    int fd;
    uint32_t events; /* registered; 0 = not at all */
};
/* Registers, changes or (events 0) removes. False only where the descriptor cannot be polled. */
bool bench_source_watch(struct bench_source *source, int epoll_fd, uint32_t events);
/* Removes and closes. */
void bench_source_close(struct bench_source *source, int epoll_fd);
/* Waits at most until `until_us` (UINT64_MAX = for ever) and calls what is ready. */
void bench_turn(int epoll_fd, uint64_t until_us);

#endif
