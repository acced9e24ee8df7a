/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * An audience at size: a city is put into a database of its own, then counted with reasons the way the gateway does, in steps
 * on a reading connection, and its pages are read the way the planner does. Prints one JSON object. Links the gateway's
 * store: what it measures has no door that is as fast.
 *
 *     bench_audience --database FILE [--people N]
 */
#include "gateway/base/clock.h"
#include "gateway/base/text.h"
#include "gateway/store/audience.h"
#include "gateway/store/connect.h"
#include "gateway/store/ledger.h"
#include "gateway/store/names.h"

#include <stdio.h>
#include <stdlib.h>

#define A_TURN 2000
#define STEP 20000u
#define PAGE 256u
#define NOW 1791999000000

struct bench {
    struct pk_store *store, *reading;
    uint32_t sms, topic, schools[50], areas[10];
    int64_t count;
};

static void must(int result, const struct pk_error *err)
{
    if (result >= 0)
        return;
    (void) fprintf(stderr, "bench_audience: %s\n", err->message);
    exit(1);
}

static void name(struct bench *bench, enum pk_name_kind kind, const char *text, uint32_t *ret_id)
{
    struct pk_error err = { 0 };
    must(pk_name_intern(bench->store, kind, pk_slice_of(text), ret_id, &err), &err);
}

/* One in ten said no, one in fifty STOP, one in thirty has a number that does not work. */
static void add_person(struct bench *bench, int64_t at)
{
    struct pk_error err = { 0 };
    struct pk_store *store = bench->store;
    char number[32];
    int64_t who, address;
    struct pk_consent_event event = { .topic = bench->topic, .channel = bench->sms, .kind = at % 10 == 3 ? PK_CONSENT_WITHDRAWN : PK_CONSENT_CONFIRMED,
                                      .at_ms = NOW, .until_ms = NOW + 63072000000, .how = PK_SLICE("reply"), .language = PK_SLICE("bg"),
                                      .by = PK_SLICE("self") };
    (void) snprintf(number, sizeof number, "+31600%07lld", (long long) at);
    must(pk_recipient_add(store, at % 8 == 0 ? PK_SLICE("nl") : PK_SLICE("bg"), at % 3 == 0 ? PK_SLICE("Latn") : PK_SLICE(""), NOW, &who, &err), &err);
    must(pk_address_add(store, who, bench->sms, pk_slice_of(number), NOW, &address, &err), &err);
    must(pk_recipient_tag(store, who, bench->schools[at % 50], &err), &err);
    must(pk_recipient_tag(store, who, bench->areas[at % 9], &err), &err);
    event.recipient = who;
    must(pk_ledger_append(store, &event, &err), &err);
    if (at % 50 == 7)
        must(pk_recipient_set_stopped(store, who, NOW, &err), &err);
    if (at % 30 == 11)
        must(pk_address_block(store, address, NOW, &err), &err);
}

static void fill(struct bench *bench)
{
    struct pk_error err = { 0 };
    char text[32];
    name(bench, PK_NAME_CHANNEL, "sms", &bench->sms);
    name(bench, PK_NAME_TOPIC, "festival", &bench->topic);
    for (int i = 0; i < 50; i++) {
        (void) snprintf(text, sizeof text, "school:s%d", i);
        name(bench, PK_NAME_TAG, text, &bench->schools[i]);
    }
    for (int i = 0; i < 10; i++) {
        (void) snprintf(text, sizeof text, "area:a%d", i);
        name(bench, PK_NAME_TAG, text, &bench->areas[i]);
    }
    for (int64_t at = 0; at < bench->count; at++) {
        add_person(bench, at);
        if (at % A_TURN == 0)
            must(pk_store_commit(bench->store, &err), &err);
    }
    must(pk_store_commit(bench->store, &err), &err);
    must(pk_store_checkpoint(bench->store, true, &err), &err);
}

static struct pk_audience audience_of(struct bench *bench, const char *line, struct pk_audience_tree *tree)
{
    struct pk_error err = { 0 };
    must(pk_audience_read_text(pk_slice_of(line), tree, &err), &err);
    must(pk_audience_resolve(bench->store, tree, &err), &err);
    return (struct pk_audience){ .topic = bench->topic, .channels = { bench->sms }, .channel_count = 1, .tree = tree };
}

/* Milliseconds; *ret_longest_ms: of the longest step, which others wait for. */
static double survey(struct bench *bench, const char *line, struct pk_audience_counts *ret_counts, double *ret_longest_ms)
{
    struct pk_error err = { 0 };
    struct pk_audience_tree tree;
    struct pk_audience audience = audience_of(bench, line, &tree);
    int64_t began = pk_clock_mono_us(), longest = 0;
    struct pk_survey *all = pk_survey_new(&audience, NOW);
    int r;
    do {
        int64_t step_began = pk_clock_mono_us();
        must(pk_store_read_begin(bench->reading, &err), &err);
        must(r = pk_survey_some(all, bench->reading, STEP, &err), &err);
        pk_store_read_end(bench->reading);
        int64_t took = pk_clock_mono_us() - step_began;
        longest = took > longest ? took : longest;
    } while (r == 1);
    *ret_counts = *pk_survey_counts(all);
    pk_survey_free(all);
    if (ret_longest_ms)
        *ret_longest_ms = (double) longest / 1000;
    return (double) (pk_clock_mono_us() - began) / 1000;
}

/* People a second, page by page. */
static double pages(struct bench *bench, const char *line, int64_t expected)
{
    struct pk_error err = { 0 };
    struct pk_audience_tree tree;
    struct pk_audience audience = audience_of(bench, line, &tree);
    struct pk_audience_row rows[PAGE];
    int64_t began = pk_clock_mono_us(), after = 0, total = 0;
    size_t count;
    do {
        must(pk_audience_page(bench->store, &audience, after, NOW, PAGE, rows, &count, &err), &err);
        total += (int64_t) count;
        after = count > 0 ? rows[count - 1].recipient : after;
    } while (count == PAGE);
    if (total != expected) {
        (void) fprintf(stderr, "bench_audience: %lld are in the pages, and %lld were counted\n", (long long) total, (long long) expected);
        exit(1);
    }
    return (double) total * 1e6 / (double) (pk_clock_mono_us() - began);
}

int main(int argc, char **argv)
{
    const char *path = NULL;
    struct bench bench = { .count = 1000000 };
    for (int i = 1; i + 1 < argc; i++) {
        path = strcmp(argv[i], "--database") == 0 ? argv[i + 1] : path;
        if (strcmp(argv[i], "--people") == 0)
            (void) pk_parse_int(pk_slice_of(argv[i + 1]), 1, 100000000, &bench.count);
    }
    if (!path) {
        (void) fprintf(stderr, "usage: bench_audience --database FILE [--people N]\n");
        return 2;
    }
    uint8_t master[PK_KEY_BYTES] = { 7 };
    struct pk_error err = { 0 };
    struct pk_keyring *keys = pk_keyring_new();
    must(pk_keyring_add(keys, 1, master, &err), &err);
    struct pk_store_config config = { .path = path, .keys = keys };
    must(pk_store_open(&config, &bench.store, &err), &err);
    fill(&bench);
    must(pk_store_open_reading(path, keys, &bench.reading, &err), &err);
    struct pk_audience_counts all, two, one;
    double longest_ms;
    double cold_ms = survey(&bench, "everybody", &all, NULL), all_ms = survey(&bench, "everybody", &all, &longest_ms);
    double rule_ms = survey(&bench, "language:bg and not (area:a1 or area:a2 or school:s3)", &two, NULL);
    double school_ms = survey(&bench, "school:s1 or school:s2", &one, NULL);
    double per_s = pages(&bench, "everybody", all.by_reason[PK_TOLD]);
    (void) printf("{\"people\":%lld,\"told\":%lld,\"first_ms\":%.1f,\"count_ms\":%.1f,\"step_max_ms\":%.1f,\"rule_ms\":%.1f,\"two_schools_ms\":%.1f,"
                  "\"pages_per_s\":%.0f}\n",
                  (long long) all.people, (long long) all.by_reason[PK_TOLD], cold_ms, all_ms, longest_ms, rule_ms, school_ms, per_s);
    pk_store_close(bench.reading);
    pk_store_close(bench.store);
    pk_keyring_free(keys);
    return 0;
}
