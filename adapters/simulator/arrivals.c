/* SPDX-License-Identifier: EUPL-1.2 */
#include "adapters/simulator/arrivals.h"

#include <stdlib.h>

struct simulator_arrival {
    uint64_t number; /* 0 = empty */
    char attempt_id[SIMULATOR_ID_ROOM], address[SIMULATOR_ADDRESS_ROOM], language[SIMULATOR_LANGUAGE_ROOM];
    size_t attempt_id_len, address_len, language_len, text_len;
    char *text;
    int64_t at_ms;
    uint32_t state;
    bool typed;
};

static void forget(struct simulator_arrival *arrival)
{
    if (arrival->text)
        explicit_bzero(arrival->text, arrival->text_len);
    free(arrival->text);
    explicit_bzero(arrival, sizeof *arrival);
}

int pk_simulator_arrivals_init(struct simulator_arrivals *arrivals, size_t size)
{
    *arrivals = (struct simulator_arrivals){ .ring = calloc(size, sizeof *arrivals->ring), .size = size };
    return arrivals->ring ? 0 : PK_E_NOMEM;
}

void pk_simulator_arrivals_finish(struct simulator_arrivals *arrivals)
{
    for (size_t i = 0; arrivals->ring && i < arrivals->size; i++)
        forget(&arrivals->ring[i]);
    free(arrivals->ring);
    *arrivals = (struct simulator_arrivals){ 0 };
}

static size_t keep(char *room, size_t size, struct pk_slice text)
{
    size_t n = text.len < size ? text.len : size;
    if (n > 0)
        memcpy(room, text.data, n);
    return n;
}

/* The oldest makes room. NULL without memory for the text. */
static struct simulator_arrival *take(struct simulator_arrivals *arrivals, struct pk_slice address, struct pk_slice text, int64_t now_ms)
{
    char *copy = malloc(text.len + 1);
    if (!copy)
        return NULL;
    struct simulator_arrival *arrival = &arrivals->ring[arrivals->count % arrivals->size];
    forget(arrival);
    arrival->number = ++arrivals->count;
    arrival->text = copy;
    arrival->text_len = keep(copy, text.len + 1, text);
    arrival->address_len = keep(arrival->address, sizeof arrival->address, address);
    arrival->at_ms = now_ms;
    return arrival;
}

uint64_t pk_simulator_arrivals_add(struct simulator_arrivals *arrivals, const struct pk_job *job)
{
    struct simulator_arrival *arrival = take(arrivals, job->address, job->text, job->now_ms);
    if (!arrival)
        return 0;
    arrival->attempt_id_len = keep(arrival->attempt_id, sizeof arrival->attempt_id, job->attempt_id);
    arrival->language_len = keep(arrival->language, sizeof arrival->language, job->language);
    return arrival->number;
}

void pk_simulator_arrivals_type(struct simulator_arrivals *arrivals, struct pk_slice address, struct pk_slice text, int64_t now_ms)
{
    struct simulator_arrival *arrival = take(arrivals, address, text, now_ms);
    if (arrival)
        arrival->typed = true;
}

void pk_simulator_arrivals_tell(struct simulator_arrivals *arrivals, uint64_t number, uint32_t state)
{
    if (number == 0)
        return;
    struct simulator_arrival *arrival = &arrivals->ring[(number - 1) % arrivals->size];
    if (arrival->number == number)
        arrival->state = state;
}

int pk_simulator_arrivals_list(const struct simulator_arrivals *arrivals, int (*show)(void *ctx, const struct pk_play_item *item),
                               void *ctx)
{
    uint64_t first = arrivals->count > arrivals->size ? arrivals->count - arrivals->size : 0;
    for (uint64_t i = first; i < arrivals->count; i++) {
        const struct simulator_arrival *arrival = &arrivals->ring[i % arrivals->size];
        struct pk_play_item item = {
            .size = sizeof item,
            .state = arrival->state,
            .attempt_id = pk_slice_make(arrival->attempt_id, arrival->attempt_id_len),
            .address = pk_slice_make(arrival->address, arrival->address_len),
            .text = pk_slice_make(arrival->text, arrival->text_len),
            .at_ms = arrival->at_ms,
            .language = pk_slice_make(arrival->language, arrival->language_len),
            .typed = arrival->typed,
        };
        int r = show(ctx, &item);
        if (r != 0)
            return r;
    }
    return 0;
}
