/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The consent ledger at size: appends events to a database of its own, then looks up the state of people one by one, and
 * verifies the whole chain the way the gateway does, in steps on a reading connection. Prints one JSON object. The only
 * program here that links the gateway: what it measures has no door.
 *
 *     bench_ledger --database FILE [--events N] [--lookups N]
 */
#include "gateway/base/clock.h"
#include "gateway/base/random.h"
#include "gateway/base/text.h"
#include "gateway/store/connect.h"
#include "gateway/store/ledger.h"
#include "gateway/store/ledger_chain.h"
#include "gateway/store/names.h"
#include "gateway/store/notices.h"
#include "gateway/store/recipients.h"

#include <stdio.h>
#include <stdlib.h>

#define EVENTS_A_PERSON 4 /* asked and confirmed, for two topics */
#define EVENTS_A_TURN 5000
#define STEP 20000u
#define NOW 1791999000000

struct bench {
    struct pk_store *store;
    uint32_t sms, topics[2];
    int64_t shown;
    int64_t *people;
    int64_t count;
};

static void must(int result, const struct pk_error *err)
{
    if (result >= 0)
        return;
    (void) fprintf(stderr, "bench_ledger: %s\n", err->message);
    exit(1);
}

static void prepare(struct bench *bench)
{
    struct pk_error err = { 0 };
    struct pk_text_version version = { .name = PK_SLICE("optin-request"), .language = PK_SLICE("bg"), .rendering = PK_SLICE(""),
                                       .body = PK_SLICE("{org}: ДА или НЕ?") };
    int64_t id = 0;
    pk_sha256(version.body, version.hash);
    must(pk_name_intern(bench->store, PK_NAME_CHANNEL, PK_SLICE("sms"), &bench->sms, &err), &err);
    must(pk_name_intern(bench->store, PK_NAME_TOPIC, PK_SLICE("parent-meetings"), &bench->topics[0], &err), &err);
    must(pk_name_intern(bench->store, PK_NAME_TOPIC, PK_SLICE("festival"), &bench->topics[1], &err), &err);
    must(pk_text_version_intern(bench->store, &version, NOW, &id, &err), &err);
    must(pk_shown_intern(bench->store, id, PK_SLICE("Voorbeeld: ДА или НЕ?"), NOW, &bench->shown, &err), &err);
}

static void add_person(struct bench *bench, int64_t at)
{
    struct pk_error err = { 0 };
    must(pk_recipient_add(bench->store, PK_SLICE("bg"), PK_SLICE(""), NOW, &bench->people[at], &err), &err);
    for (unsigned i = 0; i < EVENTS_A_PERSON; i++) {
        bool asked = i % 2 == 0;
        struct pk_consent_event event = {
            .recipient = bench->people[at],
            .topic = bench->topics[i / 2],
            .channel = bench->sms,
            .kind = asked ? PK_CONSENT_REQUESTED : PK_CONSENT_CONFIRMED,
            .at_ms = NOW + at,
            .until_ms = asked ? 0 : NOW + at + 63072000000,
            .shown = asked ? 0 : bench->shown,
            .how = asked ? PK_SLICE("paper") : PK_SLICE("reply"),
            .wording = asked ? PK_SLICE("form 7") : PK_SLICE(""),
            .language = PK_SLICE("bg"),
            .by = asked ? PK_SLICE("desk") : PK_SLICE("self"),
        };
        must(pk_ledger_append(bench->store, &event, &err), &err);
    }
}

static double append_all(struct bench *bench)
{
    struct pk_error err = { 0 };
    int64_t began = pk_clock_mono_us();
    for (int64_t at = 0; at < bench->count; at++) {
        add_person(bench, at);
        if (at % (EVENTS_A_TURN / EVENTS_A_PERSON) == 0)
            must(pk_store_commit(bench->store, &err), &err);
    }
    must(pk_store_commit(bench->store, &err), &err);
    must(pk_store_checkpoint(bench->store, true, &err), &err);
    return (double) (pk_clock_mono_us() - began) / 1e6;
}

static int by_time(const void *a, const void *b)
{
    int64_t one = *(const int64_t *) a, other = *(const int64_t *) b;
    return one < other ? -1 : one > other;
}

static int see(void *ctx, const struct pk_consent_event *newest)
{
    int64_t *granted = ctx;
    *granted += pk_consent_state_of(newest->kind, newest->until_ms, NOW) == PK_CONSENT_GRANTED;
    return 0;
}

/* Everything that stands for one person, of people all over the file. */
static void look_up(struct bench *bench, int64_t count, int64_t *ret_us)
{
    struct pk_error err = { 0 };
    for (int64_t i = 0; i < count; i++) {
        int64_t granted = 0, who = bench->people[pk_random_u64() % (uint64_t) bench->count], began = pk_clock_mono_us();
        must(pk_ledger_newest(bench->store, who, see, &granted, &err), &err);
        ret_us[i] = pk_clock_mono_us() - began;
        if (granted != 2) {
            (void) fprintf(stderr, "bench_ledger: somebody has %lld consents instead of 2\n", (long long) granted);
            exit(1);
        }
    }
    qsort(ret_us, (size_t) count, sizeof *ret_us, by_time);
}

static double verify(const char *path, struct pk_keyring *keys, int64_t expected, int64_t *ret_longest_us)
{
    pk_auto(pk_store) struct pk_store *reading = NULL;
    struct pk_error err = { 0 };
    struct pk_ledger_proof proof = { 0 };
    must(pk_store_open_reading(path, keys, &reading, &err), &err);
    int64_t began = pk_clock_mono_us(), step_began;
    int r;
    *ret_longest_us = 0;
    do {
        step_began = pk_clock_mono_us();
        must(pk_store_read_begin(reading, &err), &err);
        must(r = pk_ledger_verify_some(reading, &proof, STEP, &err), &err);
        pk_store_read_end(reading);
        int64_t took = pk_clock_mono_us() - step_began;
        *ret_longest_us = took > *ret_longest_us ? took : *ret_longest_us;
    } while (r == 1);
    if (proof.held != expected) {
        (void) fprintf(stderr, "bench_ledger: %lld entries hold instead of %lld\n", (long long) proof.held, (long long) expected);
        exit(1);
    }
    return (double) (pk_clock_mono_us() - began) / 1e6;
}

static int64_t option(int argc, char **argv, const char *name, int64_t otherwise)
{
    for (int i = 1; i + 1 < argc; i++)
        if (strcmp(argv[i], name) == 0)
            (void) pk_parse_int(pk_slice_of(argv[i + 1]), 1, 100000000, &otherwise);
    return otherwise;
}

int main(int argc, char **argv)
{
    const char *path = NULL;
    for (int i = 1; i + 1 < argc; i++)
        path = strcmp(argv[i], "--database") == 0 ? argv[i + 1] : path;
    if (!path) {
        (void) fprintf(stderr, "usage: bench_ledger --database FILE [--events N] [--lookups N]\n");
        return 2;
    }
    uint8_t master[PK_KEY_BYTES] = { 7 };
    int64_t events = option(argc, argv, "--events", 1000000), lookups = option(argc, argv, "--lookups", 20000), longest_us;
    struct bench bench = { .count = events / EVENTS_A_PERSON };
    struct pk_error err = { 0 };
    struct pk_keyring *keys = pk_keyring_new();
    must(pk_keyring_add(keys, 1, master, &err), &err);
    struct pk_store_config config = { .path = path, .keys = keys };
    must(pk_store_open(&config, &bench.store, &err), &err);
    bench.people = pk_alloc_array((size_t) bench.count, sizeof *bench.people);
    int64_t *took = pk_alloc_array((size_t) lookups, sizeof *took);
    prepare(&bench);
    double append_s = append_all(&bench);
    look_up(&bench, lookups, took);
    double verify_s = verify(path, keys, bench.count * EVENTS_A_PERSON, &longest_us);
    (void) printf("{\"events\":%lld,\"append_per_s\":%.0f,\"state_p50_us\":%lld,\"state_p99_us\":%lld,\"state_max_us\":%lld,"
                  "\"verify_s\":%.3f,\"verify_step_max_ms\":%.1f}\n",
                  (long long) (bench.count * EVENTS_A_PERSON), (double) (bench.count * EVENTS_A_PERSON) / append_s,
                  (long long) took[lookups / 2], (long long) took[lookups * 99 / 100], (long long) took[lookups - 1], verify_s,
                  (double) longest_us / 1000);
    pk_store_close(bench.store);
    pk_keyring_free(keys);
    free(bench.people);
    free(took);
    return 0;
}
