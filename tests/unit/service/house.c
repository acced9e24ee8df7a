/* SPDX-License-Identifier: EUPL-1.2 */
#include "tests/unit/service/house.h"

#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/base/log.h"
#include "gateway/language/reply_topics.h"
#include "gateway/store/internal.h"
#include "gateway/store/ledger.h"
#include "gateway/store/names.h"
#include "gateway/store/recipients.h"

#include <unistd.h>

/* ---- rules ---- */

static const char *const everything[] = { "*" };
static const char *const account_names[] = { "first", "second" };
static const struct pk_route_rule routes[] = { { .name = "main", .channel = "sms", .accounts = { account_names, HOUSE_ACCOUNTS } } };
static const struct pk_tagged meetings_names[] = { { "bg", "родителски срещи" }, { "nl", "ouderbijeenkomsten" } };
static const struct pk_tagged festival_names[] = { { "bg", "фестивала" }, { "nl", "het festival" } };
static const struct pk_topic_rule topics[] = {
    { .name = "parent-meetings", .consent_ms = 730 * DAY_MS, .renew_ms = 30 * DAY_MS, .names = { meetings_names, PK_COUNT(meetings_names) } },
    { .name = "festival", .consent_ms = 365 * DAY_MS, .renew_ms = 30 * DAY_MS, .names = { festival_names, PK_COUNT(festival_names) } },
    { .name = "info-point" },
};

/* Read at the first house and kept: what people write for topics does not change between them. */
static const struct pk_topic_words *read_topic_words(void)
{
    static struct pk_topic_words *words;
    if (words)
        return words;
    words = pk_topic_words_new();
    assert_int_equal(pk_topic_words_add(words, "parent-meetings", "words.bg", PK_SLICE("срещи, родителски срещи"), "t.conf", 1, NULL), 0);
    assert_int_equal(pk_topic_words_add(words, "festival", "words.bg", PK_SLICE("фестивал"), "t.conf", 2, NULL), 0);
    return words;
}

static struct pk_settings *no_settings(const struct pk_adapter *adapter)
{
    struct pk_ini_report report = { 0 };
    struct pk_ini *ini = NULL;
    struct pk_settings *settings = NULL;
    assert_int_equal(pk_ini_parse("test.conf", PK_SLICE("[account a]\n"), &report, &ini, NULL), 0);
    assert_int_equal(pk_settings_read(adapter, ini, pk_ini_find(ini, "account", "a"), NULL, "/", &report, &settings), 0);
    pk_ini_free(ini);
    return settings;
}

static void fill_rules(struct house *house)
{
    const struct pk_words all = { everything, 1 };
    for (size_t i = 0; i < HOUSE_ACCOUNTS; i++) {
        house->adapters[i] = post_adapter;
        house->accounts[i] = (struct pk_account_rule){
            .name = account_names[i],
            .adapter = &house->adapters[i],
            .settings = no_settings(&post_adapter),
            .window = 16,
            .retry = { 5 * SECOND_MS, MINUTE_MS, 3 },
            .breaker = { 3, 0, 10 * SECOND_MS, MINUTE_MS, 1 },
            .timeout_ms = DAY_MS, /* what the test leaves open stays open */
            .connect_timeout_ms = SECOND_MS,
            .receipt_window_ms = 2 * HOUR_MS,
        };
    }
    house->publishers[0] = (struct pk_publisher_rule){
        .name = "school", .source = "urn:school", .templates = all, .topics = all, .tags = all, .priority = PK_PRIORITY_NORMAL,
        .max_recipients = 5000, .status = true,
    };
    house->publishers[1] = house->publishers[0];
    house->publishers[1].name = "alarm";
    house->publishers[1].source = "urn:alarm";
    house->publishers[1].priority = PK_PRIORITY_URGENT;
    house->rules = (struct pk_rules){
        .instance = "test",
        .source = "urn:test",
        .organisation = "Gemeente Voorbeeld",
        .zone = "Europe/Amsterdam",
        .default_language = "bg",
        .phone_region = "NL",
        .publishers = house->publishers,
        .publisher_count = PK_COUNT(house->publishers),
        .accounts = house->accounts,
        .account_count = HOUSE_ACCOUNTS,
        .routes = routes,
        .route_count = PK_COUNT(routes),
        .topics = topics,
        .topic_count = PK_COUNT(topics),
        .topic_words = read_topic_words(),
        .default_route = "main",
        .validity_ms = DAY_MS,
        .urgent_max_recipients = 200,
        .question_every_ms = 90 * DAY_MS,
        .question_validity_ms = 7 * DAY_MS,
        .reply_window_ms = 7 * DAY_MS,
        .answers_per_day = 5,
        .signups_per_day = 30,
        .changes_wait_ms = 5 * MINUTE_MS,
        .keep_messages_ms = 30 * DAY_MS,
        .keep_replies_ms = 7 * DAY_MS,
        .keep_triggers_ms = 365 * DAY_MS,
        .keep_values_ms = 7 * DAY_MS,
        .keep_rsvps_ms = 30 * DAY_MS,
        .keep_proofs_ms = 1826 * DAY_MS,
        .keep_unanswered_ms = 7 * DAY_MS,
        .keep_former_ms = 30 * DAY_MS,
        .keep_ledger_ms = 1826 * DAY_MS,
    };
}

/* ---- the phases ---- */

static void harvest(void *ctx)
{
    pk_service_harvest(((struct house *) ctx)->service);
}

static void open_attempts(void *ctx)
{
    pk_service_open(((struct house *) ctx)->service);
}

static void commit(void *ctx)
{
    pk_service_commit(((struct house *) ctx)->service);
}

static void release(void *ctx)
{
    struct house *house = ctx;
    pk_service_release_answers(house->service);
    pk_service_release_calls(house->service);
}

static int veto(void *ctx)
{
    return ((struct house *) ctx)->commit_fails;
}

/* ---- building ---- */

/* The shipped texts, read once for all tests of a program. */
static const struct pk_catalog *shipped_texts(void)
{
    static struct pk_catalog *catalog;
    struct pk_ini_report report = { 0 };
    if (!catalog)
        assert_int_equal(pk_catalog_load(PK_TEST_TEMPLATES, &report, &catalog, NULL), 0);
    return catalog;
}

static void open_service(struct house *house)
{
    struct pk_error err = { 0 };
    struct pk_store_config store = { .path = house->path, .keys = house->keys, .sync_off = true };
    if (pk_store_open(&store, &house->store, &err) != 0)
        fail_msg("%s", err.message);
    (void) sqlite3_commit_hook(house->store->db, veto, house);
    struct pk_service_config config = {
        .loop = house->loop, .store = house->store, .http = house->http, .webhook_http = house->http, .rules = &house->rules, .catalog = house->catalog
    };
    if (pk_service_new(&config, &house->service, &err) != 0)
        fail_msg("%s", err.message);
    for (size_t i = 0; i < HOUSE_ACCOUNTS; i++)
        house->posts[i] = post_of(i);
    house_turns(house, 3); /* recovers, and keeps house for the first time */
}

static void close_service(struct house *house)
{
    pk_service_free(house->service);
    pk_store_close(house->store);
    house->service = NULL;
    house->store = NULL;
}

int house_build(void **state)
{
    static const uint8_t master[PK_KEY_BYTES] = "thirty-two bytes of a test's key";
    struct house *house = pk_alloc(sizeof *house);
    *state = house;
    pk_log_set_fd(-1);
    pk_clock_set_manual(HOUSE_NOW);
    (void) snprintf(house->folder, sizeof house->folder, "/tmp/pokana-service-XXXXXX");
    assert_non_null(mkdtemp(house->folder));
    (void) snprintf(house->path, sizeof house->path, "%s/db", house->folder);
    house->keys = pk_keyring_new();
    assert_int_equal(pk_keyring_add(house->keys, 1, master, NULL), 0);
    assert_int_equal(pk_loop_new(&house->loop, NULL), 0);
    house->catalog = shipped_texts();
    fill_rules(house);
    pk_loop_on_phase(house->loop, PK_PHASE_HARVEST, harvest, house);
    pk_loop_on_phase(house->loop, PK_PHASE_OPEN, open_attempts, house);
    pk_loop_on_phase(house->loop, PK_PHASE_COMMIT, commit, house);
    pk_loop_on_phase(house->loop, PK_PHASE_RELEASE, release, house);
    open_service(house);
    return 0;
}

int house_tear(void **state)
{
    static const char *const ends[] = { "", "-wal", "-shm", ".lock" };
    struct house *house = *state;
    char path[80];
    house->commit_fails = false;
    close_service(house);
    pk_loop_free(house->loop);
    pk_keyring_free(house->keys);
    for (size_t i = 0; i < HOUSE_ACCOUNTS; i++)
        pk_settings_free(house->accounts[i].settings);
    for (size_t i = 0; i < PK_COUNT(ends); i++) {
        (void) snprintf(path, sizeof path, "%s%s", house->path, ends[i]);
        (void) unlink(path);
    }
    (void) rmdir(house->folder);
    free(house);
    pk_clock_set_system();
    return 0;
}

void house_reopen(struct house *house)
{
    close_service(house);
    open_service(house);
}

void house_crash(struct house *house)
{
    house->commit_fails = true; /* nothing of what the end does is kept */
    close_service(house);
    house->commit_fails = false;
    open_service(house);
}

void house_turn(struct house *house)
{
    assert_int_equal(pk_loop_turn(house->loop, 0, NULL), 0);
}

void house_turns(struct house *house, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        house_turn(house);
}

void house_later(struct house *house, int64_t ms)
{
    pk_clock_advance(ms);
    house_turns(house, 3);
}

void house_settle(struct house *house)
{
    house_turn(house);
    house_later(house, SETTLE_MS);
}

/* ---- people ---- */

static uint32_t name(struct house *house, enum pk_name_kind kind, const char *text)
{
    uint32_t id;
    assert_int_equal(pk_name_intern(house->store, kind, pk_slice_of(text), &id, NULL), 0);
    return id;
}

static int64_t sign_up(struct house *house, const char *number, const char *language, uint32_t kind, const char *tag)
{
    static const char *const signed_for[] = { "parent-meetings", "festival" };
    uint32_t sms = name(house, PK_NAME_CHANNEL, "sms");
    int64_t who, address;
    assert_int_equal(pk_recipient_add(house->store, pk_slice_of(language), PK_SLICE(""), HOUSE_NOW, &who, NULL), 0);
    assert_int_equal(pk_address_add(house->store, who, sms, pk_slice_of(number), HOUSE_NOW, &address, NULL), 0);
    assert_int_equal(pk_recipient_tag(house->store, who, name(house, PK_NAME_TAG, tag), NULL), 1);
    for (size_t i = 0; kind != 0 && i < PK_COUNT(signed_for); i++) {
        struct pk_consent_event event = {
            .recipient = who, .topic = name(house, PK_NAME_TOPIC, signed_for[i]), .channel = sms, .kind = kind, .at_ms = HOUSE_NOW,
            .how = PK_SLICE("paper"), .by = PK_SLICE("test"),
        };
        assert_int_equal(pk_ledger_append(house->store, &event, NULL), 0);
    }
    return who;
}

int64_t house_person(struct house *house, const char *number, const char *language, uint32_t kind)
{
    int64_t who = sign_up(house, number, language, kind, "school:windroos");
    house_turn(house);
    return who;
}

void house_people(struct house *house, unsigned count, const char *tag)
{
    static unsigned made;
    for (unsigned i = 0; i < count; i++) {
        char number[24];
        (void) snprintf(number, sizeof number, "+3598811%05u", made++ % 100000u);
        (void) sign_up(house, number, "bg", PK_CONSENT_CONFIRMED, tag);
    }
    house_turn(house);
}

enum pk_consent_state house_consent(struct house *house, int64_t person, const char *topic)
{
    return pk_ledger_state(house->store, person, name(house, PK_NAME_TOPIC, topic), name(house, PK_NAME_CHANNEL, "sms"),
                           pk_clock_wall_ms(), NULL);
}

int64_t house_address(struct house *house, const char *number)
{
    struct pk_address address = { 0 };
    (void) pk_address_find(house->store, name(house, PK_NAME_CHANNEL, "sms"), pk_slice_of(number), &address, NULL);
    return address.id;
}

/* ---- triggers and messages ---- */

int house_publish(struct house *house, const char *publisher, const char *data)
{
    char payload[2048];
    (void) snprintf(payload, sizeof payload,
                    "{\"specversion\":\"1.0\",\"id\":\"event-%u\",\"source\":\"urn:%s\",\"type\":\"nl.notices.notice-requested.v1\","
                    "\"data\":{%s}}",
                    ++house->events, publisher, data ? data : HOUSE_INVITATION "," HOUSE_TAGS);
    struct pk_intake_event event = { .publisher = pk_slice_of(publisher), .payload = pk_slice_of(payload) };
    int r = pk_intake_take(house->service->intake, &event, NULL);
    house_turn(house);
    return r;
}

int64_t house_count(struct house *house, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_prepare_v2(house->store->db, sql, -1, &statement, NULL), SQLITE_OK);
    int64_t count = sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : -1;
    (void) sqlite3_finalize(statement);
    return count;
}

struct pk_message house_message(struct house *house, const char *where)
{
    char sql[256];
    struct pk_message message;
    (void) snprintf(sql, sizeof sql, "SELECT id FROM message WHERE %s ORDER BY id DESC LIMIT 1", where);
    assert_int_equal(pk_message_get(house->store, house_count(house, sql), &message, NULL), 0);
    return message;
}

int64_t house_job_message(const struct post *post, size_t job)
{
    int64_t id = 0;
    assert_true(job < post->count);
    assert_int_equal(pk_id_parse(pk_slice_of(post->jobs[job].message), &id), 0);
    return id;
}

struct pk_message house_of_job(struct house *house, const struct post *post, size_t job)
{
    struct pk_message message;
    assert_int_equal(pk_message_get(house->store, house_job_message(post, job), &message, NULL), 0);
    return message;
}

void house_assert_counts(struct house *house)
{
    int64_t counts[PK_MESSAGE_STATES];
    assert_int_equal(pk_messages_count(house->store, 0, counts, NULL), 0);
    for (unsigned state = 0; state < PK_MESSAGE_STATES; state++) {
        char sql[80];
        (void) snprintf(sql, sizeof sql, "SELECT count(*) FROM message WHERE state = %u", state);
        assert_int_equal(counts[state], house_count(house, sql));
    }
}
