/* SPDX-License-Identifier: EUPL-1.2 */
/* Common parts of the benchmark programs: hashes, the log of moments, percentiles and what waits for its time. */
#include "tests/bench/common.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* FNV-1a with a last mix: references differ in their last digits only, and the set uses the low bits. */
uint64_t bench_hash(const void *bytes, size_t len)
{
    const unsigned char *at = bytes;
    uint64_t hash = 14695981039346656037U;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ at[i]) * 1099511628211U;
    hash ^= hash >> 32;
    hash *= 0x9e3779b97f4a7c15U;
    hash ^= hash >> 29;
    return hash ? hash : 1;
}

void bench_set_init(struct bench_set *set, size_t expected)
{
    size_t slots = 1024;
    while (slots < expected * 2)
        slots *= 2;
    *set = (struct bench_set){ .slots = bench_alloc(slots, sizeof *set->slots), .mask = slots - 1 };
}

static void grow(struct bench_set *set)
{
    struct bench_set larger;
    bench_set_init(&larger, set->mask + 1);
    for (size_t i = 0; i <= set->mask; i++) {
        if (set->slots[i])
            bench_set_add(&larger, set->slots[i]);
    }
    free(set->slots);
    *set = larger;
}

bool bench_set_add(struct bench_set *set, uint64_t hash)
{
    size_t at = hash & set->mask;
    while (set->slots[at]) {
        if (set->slots[at] == hash)
            return false;
        at = (at + 1) & set->mask;
    }
    set->slots[at] = hash;
    set->used++;
    if (set->used * 4 > (set->mask + 1) * 3)
        grow(set);
    return true;
}

void bench_set_clear(struct bench_set *set)
{
    memset(set->slots, 0, (set->mask + 1) * sizeof *set->slots);
    set->used = 0;
}

void bench_set_finish(struct bench_set *set)
{
    free(set->slots);
    *set = (struct bench_set){ 0 };
}

void bench_log_open(struct bench_log *log, const char *path)
{
    log->file = NULL;
    if (!path)
        return;
    log->file = fopen(path, "wbe");
    if (!log->file)
        bench_die("cannot write \"%s\": %s", path, strerrordesc_np(errno));
    setvbuf(log->file, NULL, _IOFBF, 1U << 20);
}

void bench_log_add(struct bench_log *log, uint64_t hash, uint64_t at_us)
{
    if (!log->file)
        return;
    uint64_t record[2] = { hash, at_us };
    if (fwrite(record, sizeof record, 1, log->file) != 1)
        bench_die("cannot write the log");
}

void bench_log_flush(struct bench_log *log)
{
    if (log->file && fflush(log->file) != 0)
        bench_die("cannot write the log");
}

void bench_log_close(struct bench_log *log)
{
    if (log->file && fclose(log->file) != 0)
        bench_die("cannot write the log");
    log->file = NULL;
}

void bench_samples_add(struct bench_samples *samples, uint64_t value_us)
{
    if (samples->count == samples->cap) {
        samples->cap = samples->cap ? samples->cap * 2 : 4096;
        samples->values = realloc(samples->values, samples->cap * sizeof *samples->values);
        if (!samples->values)
            bench_die("no memory for %zu samples", samples->cap);
    }
    samples->values[samples->count++] = value_us > UINT32_MAX ? UINT32_MAX : (uint32_t) value_us;
}

static int compare(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *) left, b = *(const uint32_t *) right;
    return (a > b) - (a < b);
}

/* The smallest sample that `per_mille` of all do not exceed. */
static uint32_t percentile(const struct bench_samples *samples, size_t per_mille)
{
    if (samples->count == 0)
        return 0;
    size_t rank = (samples->count * per_mille + 999) / 1000;
    return samples->values[rank > 0 ? rank - 1 : 0];
}

void bench_samples_json(struct bench_samples *samples, struct bench_buf *out)
{
    if (samples->count > 0)
        qsort(samples->values, samples->count, sizeof *samples->values, compare);
    bench_buf_format(out, "{\"p50\":%u,\"p90\":%u,\"p99\":%u,\"p999\":%u,\"max\":%u}", percentile(samples, 500),
                     percentile(samples, 900), percentile(samples, 990), percentile(samples, 999), percentile(samples, 1000));
}

void bench_samples_finish(struct bench_samples *samples)
{
    free(samples->values);
    *samples = (struct bench_samples){ 0 };
}

void bench_fifo_push(struct bench_fifo *fifo, struct bench_wait item)
{
    size_t size = fifo->ring ? fifo->mask + 1 : 0;
    if (fifo->count == size) {
        size_t larger = size ? size * 2 : 1024;
        struct bench_wait *ring = bench_alloc(larger, sizeof *ring);
        for (size_t i = 0; i < fifo->count; i++)
            ring[i] = fifo->ring[(fifo->head + i) & fifo->mask];
        free(fifo->ring);
        *fifo = (struct bench_fifo){ .ring = ring, .mask = larger - 1, .count = fifo->count };
    }
    fifo->ring[(fifo->head + fifo->count) & fifo->mask] = item;
    fifo->count++;
}

const struct bench_wait *bench_fifo_peek(const struct bench_fifo *fifo)
{
    return fifo->count > 0 ? &fifo->ring[fifo->head] : NULL;
}

struct bench_wait bench_fifo_pop(struct bench_fifo *fifo)
{
    struct bench_wait item = fifo->ring[fifo->head];
    fifo->head = (fifo->head + 1) & fifo->mask;
    fifo->count--;
    return item;
}

void bench_fifo_finish(struct bench_fifo *fifo)
{
    free(fifo->ring);
    *fifo = (struct bench_fifo){ 0 };
}
