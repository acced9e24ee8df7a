/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * For the tests of imports: a database in a folder of its own, rules, the shipped texts, and everything an import said,
 * which is searched for numbers each time. Numbers are invented.
 */
#ifndef PK_TESTS_SERVICE_IMPORT_SUPPORT_H
#define PK_TESTS_SERVICE_IMPORT_SUPPORT_H

#include "tests/unit/cmocka.h"

#include "gateway/base/clock.h"
#include "gateway/base/file.h"
#include "gateway/service/import.h"
#include "gateway/store/ledger.h"
#include "gateway/store/messages.h"
#include "gateway/store/names.h"
#include "gateway/store/recipients.h"

#include <unistd.h>

#define NOW_MS 1780300800000ll /* 2026-06-01T08:00:00Z */
#define DAY_MS (24 * 3600 * 1000ll)
#define HEAD "channel,address,language,script,tags,topics,how,wording,given_at,by,until\n"
#define ANNA "+359880001234"
#define BORIS "+359880001235"

static const struct pk_topic_rule topics[] = { { .name = "parent-meetings", .consent_ms = 730 * DAY_MS },
                                               { .name = "festival", .consent_ms = 365 * DAY_MS },
                                               { .name = "info-point" } };
static const struct pk_route_rule routes[] = { { .name = "main", .channel = "sms" }, { .name = "chat", .channel = "telegram" } };
static const struct pk_rules rules = {
    .phone_region = "NL",
    .default_language = "bg",
    .topics = topics,
    .topic_count = PK_COUNT(topics),
    .routes = routes,
    .route_count = PK_COUNT(routes),
    .question_every_ms = 90 * DAY_MS,
    .question_validity_ms = 7 * DAY_MS,
    .reply_window_ms = 7 * DAY_MS,
    .keep_messages_ms = 30 * DAY_MS,
};
static const struct pk_actor actor = { .role = PK_ROLE_OPERATOR, .name = "uid:1000" };

/* ---- a database in a folder of its own ---- */

static struct {
    char folder[40], path[64];
    struct pk_keyring *keys;
    struct pk_catalog *catalog;
    struct pk_store *store;
    struct pk_service *service;
    struct pk_buf told; /* everything said of the last import */
} world;

static inline void open_store(void)
{
    struct pk_store_config config = { .path = world.path, .keys = world.keys, .sync_off = true };
    struct pk_error err;
    assert_int_equal(pk_store_open(&config, &world.store, &err), 0);
    world.service = pk_service_new_planning(world.store, &rules, world.catalog);
}

static inline void close_store(void)
{
    pk_service_free(world.service);
    pk_store_close(world.store);
    world.service = NULL;
    world.store = NULL;
}

static inline void remove_store(void)
{
    static const char *const ends[] = { "", "-wal", "-shm", ".lock" };
    for (size_t i = 0; i < PK_COUNT(ends); i++) {
        char path[80];
        (void) snprintf(path, sizeof path, "%s%s", world.path, ends[i]);
        (void) unlink(path);
    }
}

static inline int begin(void **state)
{
    (void) state;
    pk_clock_set_manual(NOW_MS);
    (void) snprintf(world.folder, sizeof world.folder, "/tmp/pokana-import-XXXXXX");
    assert_non_null(mkdtemp(world.folder));
    (void) snprintf(world.path, sizeof world.path, "%s/db", world.folder);
    pk_buf_init(&world.told, 1u << 20);
    open_store();
    return 0;
}

static inline int end(void **state)
{
    (void) state;
    close_store();
    remove_store();
    (void) rmdir(world.folder);
    pk_buf_finish(&world.told);
    pk_clock_set_system();
    return 0;
}

static inline void tell(void *ctx, const char *file, uint32_t line, const char *section, const char *key, const char *reason,
                        const char *hint)
{
    (void) ctx;
    (void) section;
    (void) key;
    (void) hint;
    print_message("%s:%u: %s\n", file, line, reason);
}

static inline int begin_all(void **state)
{
    static const uint8_t master[PK_KEY_BYTES] = { 7 };
    struct pk_ini_report report = { .tell = tell };
    (void) state;
    world.keys = pk_keyring_new();
    assert_int_equal(pk_keyring_add(world.keys, 1, master, NULL), 0);
    return pk_catalog_load(PK_TEST_TEMPLATES, &report, &world.catalog, NULL);
}

static inline int end_all(void **state)
{
    (void) state;
    pk_catalog_free(world.catalog);
    pk_keyring_free(world.keys);
    return 0;
}

/* ---- importing ---- */

#define ASK ((struct pk_import_options){ .by = PK_SLICE("anna") })
#define PARTLY ((struct pk_import_options){ .by = PK_SLICE("anna"), .partial = true })
#define CONFIRMED ((struct pk_import_options){ .by = PK_SLICE("anna"), .confirmed = true, .second_person = PK_SLICE("boris") })

/* Nothing said may hold a number, whole or in part. */
static inline void check_harmless(const char *text)
{
    static const char *const parts[] = { "88000", "880 00", "61234", "00012", "0888" };
    for (size_t i = 0; i < PK_COUNT(parts); i++)
        if (strstr(text, parts[i]))
            fail_msg("a number is told: %s", text);
}

static inline void keep_told(const struct pk_import_view *view)
{
    pk_buf_clear(&world.told);
    for (size_t i = 0; i < view->note_count; i++) {
        (void) pk_buf_printf(&world.told, "%u: %s\n", view->notes[i].line, view->notes[i].reason);
        check_harmless(view->notes[i].hint);
    }
    (void) pk_buf_add_text(&world.told, view->trouble);
    check_harmless(pk_buf_text(&world.told));
}

static inline struct pk_import_view import(struct pk_import_options options, const char *text)
{
    pk_auto(pk_import) struct pk_import *import = NULL;
    struct pk_error err = { 0 };
    struct pk_import_view view;
    int r = pk_import_new(world.service, &actor, &options, pk_slice_of(text), pk_clock_wall_ms(), &import, &err);
    if (r != 0)
        fail_msg("cannot begin: %s", err.message);
    assert_int_equal(pk_import_run(import, NULL, NULL, &err), 0);
    pk_import_view(import, &view);
    keep_told(&view);
    view.notes = NULL;
    return view;
}

static inline void check_counts(const struct pk_import_view *view, int64_t added, int64_t unchanged, int64_t refused,
                                int64_t asked)
{
    /* What became of the lines, which nobody is told, stands in the job's row. */
    struct pk_job_row job;
    assert_int_equal(pk_job_get(world.store, view->job, &job, NULL), 0);
    const int64_t *counts = job.counts;
    if (counts[0] != added || counts[1] != unchanged || counts[2] != refused || counts[3] != asked)
        fail_msg("counts are %d %d %d %d; told:\n%s", (int) counts[0], (int) counts[1], (int) counts[2], (int) counts[3],
                 pk_buf_text(&world.told));
    assert_int_equal(view->taken, added + unchanged);
    assert_int_equal(view->refused, refused);
}

static inline int64_t messages(void)
{
    int64_t counts[PK_MESSAGE_STATES], all = 0;
    assert_int_equal(pk_messages_count(world.store, 0, counts, NULL), 0);
    for (size_t i = 0; i < PK_MESSAGE_STATES; i++)
        all += counts[i];
    return all;
}

static inline int64_t links(void)
{
    int64_t count = -1;
    assert_int_equal(pk_ledger_verify(world.store, &count, NULL), 0);
    return count;
}

static inline uint32_t name(enum pk_name_kind kind, const char *text)
{
    uint32_t id = pk_name_find(world.store, kind, pk_slice_of(text));
    assert_int_not_equal(id, 0);
    return id;
}

static inline struct pk_address address_of(const char *number)
{
    struct pk_address address;
    assert_int_equal(pk_address_find(world.store, name(PK_NAME_CHANNEL, "sms"), pk_slice_of(number), &address, NULL), 0);
    return address;
}

static inline enum pk_consent_state consent(const char *number, const char *topic, int64_t *ret_until_ms)
{
    return pk_ledger_state(world.store, address_of(number).recipient, name(PK_NAME_TOPIC, topic), name(PK_NAME_CHANNEL, "sms"),
                           pk_clock_wall_ms(), ret_until_ms);
}

static inline void append(const char *number, const char *topic, uint32_t kind)
{
    struct pk_consent_event event = {
        .recipient = address_of(number).recipient,
        .topic = name(PK_NAME_TOPIC, topic),
        .channel = name(PK_NAME_CHANNEL, "sms"),
        .kind = kind,
        .at_ms = pk_clock_wall_ms(),
        .how = PK_SLICE("reply"),
        .by = PK_SLICE("self"),
    };
    assert_int_equal(pk_ledger_append(world.store, &event, NULL), 0);
    assert_int_equal(pk_store_commit(world.store, NULL), 0);
}

static inline void say_stop(const char *number)
{
    struct pk_address address = address_of(number);
    assert_int_equal(pk_recipient_set_stopped(world.store, address.recipient, pk_clock_wall_ms(), NULL), 0);
    assert_int_equal(pk_store_commit(world.store, NULL), 0);
}

#define import_test(f) cmocka_unit_test_setup_teardown(f, begin, end)

#endif
