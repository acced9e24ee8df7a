/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A provider inside the gateway: takes messages, answers after a while, sends receipts and replies, and shows what
 * arrived. A session over no transport: `now` is its only clock, tick() its only motor, and a generator of its own,
 * seeded by a setting, its only chance (but for the front of its ids, which must differ from one life to the next).
 * This file has its settings and its life; session.c does the work, play.c is the desk where people look and type.
 */
#include "adapters/simulator/simulator.h"

#include "adapters/kit/export.h"

#include <stdlib.h>

#define DAY_MS (24 * 3600 * 1000ll)

static const struct pk_setting settings[] = {
    { .name = "seed",
      .type = PK_SETTING_INTEGER,
      .fallback = "1",
      .max = INT32_MAX,
      .help = "The number that chance starts from: the same seed and the same messages give the same course." },
    { .name = "latency_min",
      .type = PK_SETTING_DURATION,
      .fallback = "200ms",
      .max = DAY_MS,
      .help = "The shortest time until a hand-over is answered." },
    { .name = "latency_max",
      .type = PK_SETTING_DURATION,
      .fallback = "1s",
      .max = DAY_MS,
      .help = "The longest time until a hand-over is answered." },
    { .name = "receipt_min",
      .type = PK_SETTING_DURATION,
      .fallback = "500ms",
      .max = DAY_MS,
      .help = "The shortest time until the next receipt or reply." },
    { .name = "receipt_max",
      .type = PK_SETTING_DURATION,
      .fallback = "3s",
      .max = DAY_MS,
      .help = "The longest time until the next receipt or reply." },
    { .name = "late",
      .type = PK_SETTING_DURATION,
      .fallback = "10m",
      .max = 30 * DAY_MS,
      .help = "How late a late receipt comes." },
    { .name = "share.*",
      .type = PK_SETTING_TEXT,
      .help = "The share of messages that take a course, named as in the simulator's README, such as share.rejected = 0.01." },
    { .name = "by_person",
      .type = PK_SETTING_BOOLEAN,
      .fallback = "no",
      .help = "Whether a share is of people: one address always takes the same course, and its last digits mean nothing." },
    { .name = "capacity",
      .type = PK_SETTING_INTEGER,
      .fallback = "20000",
      .min = 1,
      .max = 100000,
      .help = "How many hand-overs it works on at once." },
    { .name = "remember",
      .type = PK_SETTING_INTEGER,
      .fallback = "1000",
      .min = 1,
      .max = 100000,
      .help = "How many arrived messages it keeps in memory to show; the oldest is forgotten." },
};

/* ---- life ---- */

static void close_simulator(void *self)
{
    struct simulator *sim = self;
    if (!sim)
        return;
    pk_simulator_courses_finish(&sim->courses);
    pk_simulator_arrivals_finish(&sim->arrivals);
    pk_kit_settings_finish(&sim->settings);
    free(sim);
}

static int read_range(const struct simulator *sim, const char *min_name, const char *max_name, int64_t *ret_min, int64_t *ret_max,
                      struct pk_error *err)
{
    *ret_min = pk_kit_number(&sim->settings, min_name, 0);
    *ret_max = pk_kit_number(&sim->settings, max_name, *ret_min);
    return *ret_min <= *ret_max ? 0 : pk_fail(err, PK_E_CONFIG, "%s: it is more than %s", min_name, max_name);
}

static int configure(struct simulator *sim, struct pk_error *err)
{
    uint8_t front[SIMULATOR_FRONT_BYTES];
    int r = pk_simulator_shares_read(&sim->settings, &sim->shares, err);
    if (r == 0)
        r = read_range(sim, "latency_min", "latency_max", &sim->latency_min, &sim->latency_max, err);
    if (r == 0)
        r = read_range(sim, "receipt_min", "receipt_max", &sim->receipt_min, &sim->receipt_max, err);
    if (r == 0)
        r = pk_simulator_arrivals_init(&sim->arrivals, (size_t) pk_kit_number(&sim->settings, "remember", 1000));
    sim->late = pk_kit_number(&sim->settings, "late", 0);
    sim->capacity = (uint32_t) pk_kit_number(&sim->settings, "capacity", 1);
    sim->by_person = pk_kit_number(&sim->settings, "by_person", 0) != 0;
    sim->seed = (uint64_t) pk_kit_number(&sim->settings, "seed", 1);
    sim->chance = (uint64_t) pk_kit_number(&sim->settings, "seed", 1);
    sim->host->random(sim->host->ctx, front, sizeof front);
    (void) pk_kit_hex(front, sizeof front, sim->front);
    return r;
}

static int open_simulator(const struct pk_host *host, const struct pk_setting_value *values, size_t count, void **ret_self,
                          struct pk_error *err)
{
    struct simulator *sim = calloc(1, sizeof *sim);
    if (!sim)
        return PK_E_NOMEM;
    sim->host = host;
    int r = pk_kit_settings_init(&sim->settings, values, count);
    if (r == 0)
        r = configure(sim, err);
    if (r != 0) {
        close_simulator(sim);
        return r;
    }
    *ret_self = sim;
    return 0;
}

PK_EXPORT const struct pk_adapter PK_ADAPTER_SYMBOL = {
    .size = sizeof(struct pk_adapter),
    .abi = PK_ADAPTER_ABI,
    .name = "simulator",
    .version = "1",
    .summary = "A provider inside the gateway: every outcome, receipts and replies, nothing leaves the machine",
    .channels = "sms",
    .capabilities = PK_CAN_RECEIPTS | PK_CAN_INBOUND,
    .number_format = PK_NUMBER_E164,
    .max_text_bytes = 16384,
    .settings = settings,
    .setting_count = sizeof settings / sizeof settings[0],
    .open = open_simulator,
    .close = close_simulator,
    .session = &pk_simulator_session,
    .play = &pk_simulator_play,
};
