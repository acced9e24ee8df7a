/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The provider's receipts: every accepted hand-over is told to a webhook, alone or in batches, at a given rate and
 * after a given delay. Like a real provider it repeats what was not answered with 2xx.
 */
#include "tests/bench/http.h"
#include "tests/bench/provider.h"

#include <stdlib.h>
#include <string.h>

#define REPEATS_MAX 5U
#define REPEAT_AFTER_US 1000000U

/* `turn` of a waiting receipt counts how often it was sent. */
struct batch {
    struct bench_wait *items;
    size_t count;
};

struct provider_receipts {
    const struct provider_options *options;
    struct provider_stats *stats;
    struct bench_poster *poster;
    struct bench_fifo waiting, again;
    struct batch *batches; /* one per connection: what is under way */
    uint64_t *unused; /* free places in batches */
    size_t unused_count;
    struct bench_buf body, items;
    uint64_t paced_from_us, paced; /* receipts sent since then, for the rate */
};

static void answered(void *ctx, uint64_t tag, int status, uint64_t sent_us, uint64_t now_us)
{
    struct provider_receipts *receipts = ctx;
    struct batch *batch = &receipts->batches[tag];
    bool taken = status >= 200 && status < 300;
    (void) sent_us;
    for (size_t i = 0; i < batch->count; i++) {
        struct bench_wait item = batch->items[i];
        if (taken) {
            receipts->stats->receipts_done++;
        } else if (++item.turn > REPEATS_MAX) {
            receipts->stats->receipts_lost++;
        } else {
            receipts->stats->receipts_repeated++;
            item.due_us = now_us + REPEAT_AFTER_US;
            bench_fifo_push(&receipts->again, item);
        }
    }
    receipts->stats->receipt_last_us = now_us;
    receipts->unused[receipts->unused_count++] = tag;
}

struct provider_receipts *provider_receipts_new(int epoll_fd, const struct provider_options *options, struct provider_stats *stats)
{
    struct provider_receipts *receipts = bench_alloc(1, sizeof *receipts);
    *receipts = (struct provider_receipts){ .options = options, .stats = stats };
    struct bench_poster_config config = { .epoll_fd = epoll_fd,
                                          .url = options->receipt_url,
                                          .headers = options->headers,
                                          .header_count = options->header_count,
                                          .connections = options->receipt_connections,
                                          .ctx = receipts,
                                          .answered = answered };
    receipts->poster = bench_poster_new(&config);
    receipts->batches = bench_alloc(options->receipt_connections, sizeof *receipts->batches);
    receipts->unused = bench_alloc(options->receipt_connections, sizeof *receipts->unused);
    for (unsigned i = 0; i < options->receipt_connections; i++) {
        receipts->batches[i].items = bench_alloc(options->receipt_batch, sizeof(struct bench_wait));
        receipts->unused[receipts->unused_count++] = i;
    }
    return receipts;
}

void provider_receipts_free(struct provider_receipts *receipts)
{
    if (!receipts)
        return;
    bench_poster_free(receipts->poster);
    for (unsigned i = 0; i < receipts->options->receipt_connections; i++)
        free(receipts->batches[i].items);
    free(receipts->batches);
    free(receipts->unused);
    bench_fifo_finish(&receipts->waiting);
    bench_fifo_finish(&receipts->again);
    bench_buf_finish(&receipts->body);
    bench_buf_finish(&receipts->items);
    free(receipts);
}

void provider_receipts_add(struct provider_receipts *receipts, uint64_t id, uint64_t now_us)
{
    receipts->stats->receipts_due++;
    bench_fifo_push(&receipts->waiting, (struct bench_wait){ .due_us = now_us + receipts->options->receipt_delay_us, .value = id });
}

/* The queue whose first receipt is due, repeats first; NULL when none is. */
static struct bench_fifo *due_queue(struct provider_receipts *receipts, uint64_t now_us)
{
    const struct bench_wait *again = bench_fifo_peek(&receipts->again), *waiting = bench_fifo_peek(&receipts->waiting);
    if (again && again->due_us <= now_us)
        return &receipts->again;
    return waiting && waiting->due_us <= now_us ? &receipts->waiting : NULL;
}

static uint64_t allowed(struct provider_receipts *receipts, uint64_t now_us)
{
    uint64_t rate = receipts->options->receipt_rate;
    if (rate == 0)
        return UINT64_MAX;
    if (receipts->paced_from_us == 0)
        receipts->paced_from_us = now_us;
    uint64_t earned = (now_us - receipts->paced_from_us) * rate / 1000000U + 1;
    /* What was not used in the last second is not made up for later. */
    if (earned > receipts->paced + rate) {
        receipts->paced_from_us = now_us;
        receipts->paced = 0;
        earned = 1;
    }
    return earned > receipts->paced ? earned - receipts->paced : 0;
}

static void write_body(struct provider_receipts *receipts, const struct batch *batch)
{
    const struct provider_options *options = receipts->options;
    size_t item_len = strlen(options->receipt_item);
    receipts->items.len = receipts->body.len = 0;
    for (size_t i = 0; i < batch->count; i++) {
        char id[64];
        int len = snprintf(id, sizeof id, "%.32s%llu", options->id_prefix, (unsigned long long) batch->items[i].value);
        if (i > 0)
            bench_buf_text(&receipts->items, ",");
        bench_buf_expand(&receipts->items, options->receipt_item, item_len, "id", id, (size_t) len);
    }
    bench_buf_expand(&receipts->body, options->receipt_wrap, strlen(options->receipt_wrap), "items", receipts->items.data,
                     receipts->items.len);
}

uint64_t provider_receipts_run(struct provider_receipts *receipts, uint64_t now_us)
{
    uint64_t may = allowed(receipts, now_us);
    struct bench_fifo *queue;
    while (may > 0 && receipts->unused_count > 0 && (queue = due_queue(receipts, now_us))) {
        uint64_t tag = receipts->unused[--receipts->unused_count];
        struct batch *batch = &receipts->batches[tag];
        batch->count = 0;
        while (queue && may > 0 && batch->count < receipts->options->receipt_batch) {
            batch->items[batch->count++] = bench_fifo_pop(queue);
            queue = due_queue(receipts, now_us);
            may--;
        }
        write_body(receipts, batch);
        receipts->paced += batch->count;
        if (receipts->stats->receipt_first_us == 0)
            receipts->stats->receipt_first_us = now_us;
        if (!bench_poster_send(receipts->poster, receipts->body.data, receipts->body.len, tag))
            answered(receipts, tag, 0, now_us, now_us);
    }
    if (receipts->unused_count == 0)
        return UINT64_MAX;
    const struct bench_wait *again = bench_fifo_peek(&receipts->again), *waiting = bench_fifo_peek(&receipts->waiting);
    uint64_t next = again ? again->due_us : UINT64_MAX;
    if (waiting && waiting->due_us < next)
        next = waiting->due_us;
    /* Due, but beyond the rate: the next one is earned soon. */
    return next <= now_us ? now_us + 1000000U / (receipts->options->receipt_rate + 1) + 1 : next;
}
