/* SPDX-License-Identifier: EUPL-1.2 */
/* The audit trail: its chain, whoever tampers with it, what retention leaves, whose log is whose, and older databases. */
#include "tests/unit/store/support.h"

#include "gateway/store/audit.h"
#include "gateway/store/internal.h"

#include <unistd.h>

static void sql(struct desk *desk, const char *text)
{
    assert_int_equal(sqlite3_exec(desk->store->db, text, NULL, NULL, NULL), SQLITE_OK);
}

/* Somebody with the file and without our manners. */
static void unguard(struct desk *desk)
{
    sql(desk, "DROP TRIGGER audit_grows; DROP TRIGGER audit_fixed; DROP TRIGGER audit_kept; DROP TRIGGER audit_anchor_made;"
              "DROP TRIGGER audit_anchor_moves; DROP TRIGGER audit_anchor_kept");
}

static void write_some(struct desk *desk, int count)
{
    for (int i = 0; i < count; i++) {
        char object[16];
        (void) snprintf(object, sizeof object, "o%d", i);
        struct pk_audit_entry entry = {
            .at_ms = NOW + i * 1000, .actor = PK_SLICE("anna"), .via = PK_SLICE("uid:5"), .action = PK_SLICE("message.resolve"),
            .object = pk_slice_of(object), .detail = PK_SLICE("sent"), .role = 1, .recipient = i % 2 == 0 ? 77 : 0,
        };
        assert_int_equal(pk_audit_write(desk->store, &entry, NULL), 0);
        assert_int_equal(entry.id, i + 1);
    }
    assert_int_equal(pk_store_commit(desk->store, NULL), 0);
}

static void whole(struct desk *desk, int64_t entries)
{
    struct pk_error err = { 0 };
    int64_t count = -1;
    if (pk_audit_verify(desk->store, &count, &err) != 0)
        fail_msg("%s", err.message);
    assert_int_equal(count, entries);
}

static void test_a_chain(void **state)
{
    struct desk *desk = *state;
    whole(desk, 0);
    write_some(desk, 5);
    whole(desk, 5);
    assert_int_equal(pk_audit_append(desk->store, "uid:0", "backup", "database", "", NOW, NULL), 0);
    whole(desk, 6);
}

/* Whatever is changed, the first broken entry is named; put right again, the chain holds. */
static void test_tampering_names_the_entry(void **state)
{
    struct desk *desk = *state;
    static const struct {
        const char *harm, *repair;
        const char *told;
    } cases[] = {
        { "UPDATE audit SET actor = 'boris' WHERE id = 3", "UPDATE audit SET actor = 'anna' WHERE id = 3", "at entry 3:" },
        { "UPDATE audit SET via = '' WHERE id = 2", "UPDATE audit SET via = 'uid:5' WHERE id = 2", "at entry 2:" },
        { "UPDATE audit SET action = 'x' WHERE id = 1", "UPDATE audit SET action = 'message.resolve' WHERE id = 1", "at entry 1:" },
        { "UPDATE audit SET object = 'o9' WHERE id = 4", "UPDATE audit SET object = 'o3' WHERE id = 4", "at entry 4:" },
        { "UPDATE audit SET detail = '' WHERE id = 5", "UPDATE audit SET detail = 'sent' WHERE id = 5", "at entry 5:" },
        { "UPDATE audit SET result = 1 WHERE id = 5", "UPDATE audit SET result = 0 WHERE id = 5", "at entry 5:" },
        { "UPDATE audit SET role = 2 WHERE id = 2", "UPDATE audit SET role = 1 WHERE id = 2", "at entry 2:" },
        { "UPDATE audit SET at_ms = at_ms + 1 WHERE id = 2", "UPDATE audit SET at_ms = at_ms - 1 WHERE id = 2", "at entry 2:" },
        { "UPDATE audit SET key = 9 WHERE id = 2", "UPDATE audit SET key = 1 WHERE id = 2", "at entry 2:" },
        { "UPDATE audit SET parent = x'01' WHERE id = 2", "UPDATE audit SET parent = x'' WHERE id = 2", "at entry 2:" },
        { "UPDATE audit SET id = 9 WHERE id = 5", "UPDATE audit SET id = 5 WHERE id = 9", "at entry 5:" },
        { "UPDATE audit_anchor SET entry = 4 WHERE id = 2", "UPDATE audit_anchor SET entry = 5 WHERE id = 2", "last anchor" },
    };
    write_some(desk, 5);
    unguard(desk);
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        struct pk_error err = { 0 };
        int64_t count = 0;
        sql(desk, cases[i].harm);
        assert_int_equal(pk_audit_verify(desk->store, &count, &err), PK_E_CONFLICT);
        if (!strstr(err.message, cases[i].told))
            fail_msg("%s: %s", cases[i].harm, err.message);
        sql(desk, cases[i].repair);
        whole(desk, 5);
    }
}

static void test_removing_is_seen_in_the_middle_and_at_either_end(void **state)
{
    struct desk *desk = *state;
    static const char *const cases[][2] = { { "DELETE FROM audit WHERE id = 3", "at entry 3:" },
                                            { "DELETE FROM audit WHERE id = 1", "at entry 1:" },
                                            { "DELETE FROM audit WHERE id = 5", "at entry 5:" },
                                            { "DELETE FROM audit", "at entry 1:" } };
    write_some(desk, 5);
    unguard(desk);
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        struct pk_error err = { 0 };
        int64_t count = 0;
        sql(desk, "SAVEPOINT harm");
        sql(desk, cases[i][0]);
        assert_int_equal(pk_audit_verify(desk->store, &count, &err), PK_E_CONFLICT);
        if (!strstr(err.message, cases[i][1]))
            fail_msg("%s: %s", cases[i][0], err.message);
        sql(desk, "ROLLBACK TO harm; RELEASE harm");
        whole(desk, 5);
    }
}

/* The database itself lets nobody change what was done, nor take it away, however they came to write into it. */
static void test_the_schema_guards_it(void **state)
{
    struct desk *desk = *state;
    static const struct {
        const char *harm, *why;
    } cases[] = {
        { "UPDATE audit SET actor = 'boris' WHERE id = 3", "the audit trail is not changed" },
        { "UPDATE audit SET key = key", "the audit trail is not changed" },
        { "DELETE FROM audit WHERE id = 5", "the audit trail is pruned behind its first anchor" },
        { "DELETE FROM audit", "the audit trail is pruned behind its first anchor" },
        { "INSERT INTO audit(id, at_ms, actor, action, object, detail) VALUES(9, 1, 'x', 'x', '', '')", "the audit trail grows at its end" },
        { "INSERT INTO audit(id, at_ms, actor, action, object, detail) VALUES(2, 1, 'x', 'x', '', '')", "the audit trail grows at its end" },
        { "REPLACE INTO audit(id, at_ms, actor, action, object, detail) VALUES(2, 1, 'x', 'x', '', '')", "the audit trail grows at its end" },
        { "INSERT INTO audit_anchor(id, entry, link, key, seal) VALUES(1, 4, x'00', 1, x'00')", "an anchor holds an entry that is there" },
        { "UPDATE audit_anchor SET entry = 9 WHERE id = 2", "an anchor moves to an entry that is there" },
        { "UPDATE audit_anchor SET id = 1 WHERE id = 2", "an anchor moves to an entry that is there" },
        { "DELETE FROM audit_anchor", "the anchors of the audit trail stay" },
    };
    write_some(desk, 5);
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        char *told = NULL;
        if ((sqlite3_exec(desk->store->db, cases[i].harm, NULL, NULL, &told) & 0xff) != SQLITE_CONSTRAINT || strcmp(told, cases[i].why) != 0)
            fail_msg("%s: %s", cases[i].harm, told ? told : "was done");
        sqlite3_free(told);
        whole(desk, 5);
    }
    /* What retention takes goes on to go, and what comes next to come. */
    bool more = false;
    assert_int_equal(pk_audit_prune(desk->store, NOW + 2000, 10, &more, NULL), 0);
    whole(desk, 3);
    assert_int_not_equal(sqlite3_exec(desk->store->db, "DELETE FROM audit WHERE id = 3", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(pk_audit_append(desk->store, "uid:0", "backup", "", "", NOW, NULL), 0);
    whole(desk, 4);
}

static void test_retention_moves_the_anchor(void **state)
{
    struct desk *desk = *state;
    bool more = false;
    write_some(desk, 10);
    assert_int_equal(pk_audit_prune(desk->store, NOW + 4000, 3, &more, NULL), 0);
    assert_true(more);
    whole(desk, 7);
    assert_int_equal(pk_audit_prune(desk->store, NOW + 4000, 3, &more, NULL), 0);
    assert_false(more);
    whole(desk, 6);
    assert_int_equal(pk_audit_prune(desk->store, NOW + 4000, 3, &more, NULL), 0);
    whole(desk, 6);
    /* All of it: what comes next goes on from there. */
    assert_int_equal(pk_audit_prune(desk->store, NOW + 90000, 100, &more, NULL), 0);
    whole(desk, 0);
    assert_int_equal(pk_audit_append(desk->store, "uid:0", "backup", "", "", NOW, NULL), 0);
    whole(desk, 1);
    unguard(desk);
    sql(desk, "UPDATE audit_anchor SET entry = 9 WHERE id = 1");
    int64_t count;
    assert_int_equal(pk_audit_verify(desk->store, &count, NULL), PK_E_CONFLICT);
}

static void test_links_know_their_key(void **state)
{
    struct desk *desk = *state;
    static const uint8_t master[PK_KEY_BYTES] = { 99 };
    write_some(desk, 2);
    assert_int_equal(pk_keyring_add(desk->keys, 2, master, NULL), 0);
    struct pk_audit_entry entry = { .at_ms = NOW, .actor = PK_SLICE("anna"), .action = PK_SLICE("x"), .recipient = 77 };
    assert_int_equal(pk_audit_write(desk->store, &entry, NULL), 0);
    whole(desk, 3);
    assert_int_equal(pk_sql_int(desk->store, 0, "SELECT count(*) FROM audit WHERE key = 2", ""), 1);
}

/* ---- reading ---- */

struct seen {
    int64_t ids[16];
    size_t count;
};

static int see(void *ctx, const struct pk_audit_entry *entry)
{
    struct seen *seen = ctx;
    seen->ids[seen->count++] = entry->id;
    assert_int_equal(entry->trace.len, PK_TRACE_BYTES);
    assert_int_equal(entry->span.len, PK_SPAN_BYTES);
    return 0;
}

static struct seen listed(struct desk *desk, struct pk_audit_filter filter, size_t max)
{
    struct seen seen = { 0 };
    assert_int_equal(pk_audit_list(desk->store, &filter, max, see, &seen, NULL), 0);
    return seen;
}

static void test_pages_and_filters(void **state)
{
    struct desk *desk = *state;
    write_some(desk, 6);
    struct seen seen = listed(desk, (struct pk_audit_filter){ 0 }, 4);
    assert_int_equal(seen.count, 4);
    assert_int_equal(seen.ids[0], 6);
    seen = listed(desk, (struct pk_audit_filter){ .after = 3 }, 4);
    assert_int_equal(seen.count, 2);
    seen = listed(desk, (struct pk_audit_filter){ .after = 3, .oldest_first = true }, 4);
    assert_int_equal(seen.count, 3);
    assert_int_equal(seen.ids[0], 4);
    assert_int_equal(listed(desk, (struct pk_audit_filter){ .actor = PK_SLICE("boris") }, 9).count, 0);
    assert_int_equal(listed(desk, (struct pk_audit_filter){ .actor = PK_SLICE("anna") }, 9).count, 6);
    assert_int_equal(listed(desk, (struct pk_audit_filter){ .object = PK_SLICE("o2") }, 9).ids[0], 3);
    assert_int_equal(listed(desk, (struct pk_audit_filter){ .since_ms = NOW + 4000 }, 9).count, 2);
}

static void test_a_persons_log_outlives_a_new_key(void **state)
{
    struct desk *desk = *state;
    static const uint8_t master[PK_KEY_BYTES] = { 99 };
    write_some(desk, 6); /* three of them about 77 */
    assert_int_equal(listed(desk, (struct pk_audit_filter){ .recipient = 77 }, 9).count, 3);
    assert_int_equal(listed(desk, (struct pk_audit_filter){ .recipient = 78 }, 9).count, 0);
    assert_int_equal(pk_keyring_add(desk->keys, 2, master, NULL), 0);
    struct pk_audit_entry entry = { .at_ms = NOW, .actor = PK_SLICE("anna"), .action = PK_SLICE("x"), .recipient = 77 };
    assert_int_equal(pk_audit_write(desk->store, &entry, NULL), 0);
    assert_int_equal(listed(desk, (struct pk_audit_filter){ .recipient = 77 }, 9).count, 4);
    /* The id itself is in no column of it. */
    assert_int_equal(pk_sql_int(desk->store, -1, "SELECT count(*) FROM audit WHERE object = '77' OR detail LIKE '%77%'", ""), 0);
}

static int see_trace(void *ctx, const struct pk_audit_entry *entry)
{
    *(bool *) ctx = entry->trace.data[0] == 0x4b && entry->parent.len == PK_SPAN_BYTES && (uint8_t) entry->parent.data[7] == 0xb7;
    return 0;
}

static void test_a_trace_goes_on(void **state)
{
    struct desk *desk = *state;
    bool good = false;
    struct pk_audit_entry entry = { .at_ms = NOW, .actor = PK_SLICE("a"), .action = PK_SLICE("x"),
                                    .traceparent = PK_SLICE("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01") };
    assert_int_equal(pk_audit_write(desk->store, &entry, NULL), 0);
    assert_int_equal(pk_audit_list(desk->store, &(struct pk_audit_filter){ 0 }, 1, see_trace, &good, NULL), 0);
    assert_true(good);
    static const char *const none[] = { "", "00-", "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                                        "00-4bf92f3577b34da6a3ce929d0e0e473Z-00f067aa0ba902b7-01" };
    for (size_t i = 0; i < PK_COUNT(none); i++) {
        entry.traceparent = pk_slice_of(none[i]);
        assert_int_equal(pk_audit_write(desk->store, &entry, NULL), 0);
        assert_int_equal(pk_audit_list(desk->store, &(struct pk_audit_filter){ 0 }, 1, see_trace, &good, NULL), 0);
        assert_false(good);
    }
    whole(desk, 5);
}

/* ---- a database of before ---- */

static void test_what_was_there_becomes_the_beginning(void **state)
{
    char folder[] = "/tmp/pokana-audit-XXXXXX", path[64], name[80];
    struct desk desk = { 0 };
    (void) state;
    assert_non_null(mkdtemp(folder));
    (void) snprintf(path, sizeof path, "%s/db", folder);
    desk_open(&desk, path);
    /* As the step before the one that makes the chain left it; what comes after that one is undone too. */
    sql(&desk, "DROP TABLE once; DROP TABLE own_text; DROP TABLE text_note; ALTER TABLE session DROP COLUMN took;"
               "ALTER TABLE trigger DROP COLUMN people; ALTER TABLE trigger DROP COLUMN tells_ms;"
               "DROP TABLE trigger_act; DROP INDEX trigger_waiting; DROP TABLE date_news; DROP TABLE event_name;"
               "DROP TABLE standing_approval; DROP INDEX message_quiet; DROP TABLE campaign; DROP TABLE campaign_step; DROP TABLE campaign_trigger;"
               "DROP INDEX attempt_by_first; ALTER TABLE attempt DROP COLUMN channel; ALTER TABLE attempt DROP COLUMN beside; ALTER TABLE attempt DROP COLUMN saved;"
               "ALTER TABLE attempt DROP COLUMN address; ALTER TABLE attempt DROP COLUMN version;"
               "DROP TABLE webhook_delivery; DROP TABLE webhook_endpoint; DROP TABLE report_sum; DROP TABLE report_kept; DROP TABLE came; DROP TABLE told_me;"
               "DROP TABLE indicator; DROP TABLE indicator_month; DROP TABLE trigger_reach;"
               "DROP INDEX notice_by_date; ALTER TABLE notice DROP COLUMN occurrence; ALTER TABLE notice DROP COLUMN version;"
               "DROP TABLE rsvp_date_total; DROP INDEX rsvp_by_date; DROP INDEX rsvp_waiting; ALTER TABLE rsvp DROP COLUMN occurrence;"
               "ALTER TABLE rsvp DROP COLUMN version; ALTER TABLE rsvp DROP COLUMN address; ALTER TABLE rsvp DROP COLUMN wanted;"
               "ALTER TABLE rsvp DROP COLUMN waits;"
               "DROP TABLE factor; DROP INDEX pass_by_user; DROP INDEX session_by_user; ALTER TABLE pass DROP COLUMN user;"
               "ALTER TABLE pass DROP COLUMN source; ALTER TABLE session DROP COLUMN user; ALTER TABLE session DROP COLUMN whole;"
               "ALTER TABLE session DROP COLUMN tries;"
               "DROP TABLE audit; DROP TABLE audit_anchor; DROP TABLE user; DROP INDEX rsvp_by_recipient;"
               "CREATE TABLE audit(id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,"
               " object TEXT NOT NULL, detail TEXT NOT NULL) STRICT;"
               "INSERT INTO audit(at_ms, actor, action, object, detail) VALUES(1, 'uid:0', 'backup', '', ''), (2, 'uid:0', 'restore', '', '');");
    sql(&desk, "PRAGMA user_version = 28");
    desk_close(&desk);
    desk_open(&desk, path);
    whole(&desk, 2);
    assert_int_equal(pk_audit_append(desk.store, "uid:0", "backup", "", "", NOW, NULL), 0);
    assert_int_equal(pk_store_commit(desk.store, NULL), 0);
    whole(&desk, 3);
    /* Once only: whoever takes the links away later is not helped by a restart. */
    unguard(&desk);
    sql(&desk, "UPDATE audit SET link = x'', key = 0; INSERT INTO number(name, value) VALUES('audit.adopt', 1)");
    desk_close(&desk);
    desk_open(&desk, path);
    int64_t count = 0;
    assert_int_equal(pk_audit_verify(desk.store, &count, NULL), PK_E_CONFLICT);
    desk_close(&desk);
    static const char *const ends[] = { "", "-wal", "-shm", ".lock" };
    for (size_t i = 0; i < PK_COUNT(ends); i++) {
        (void) snprintf(name, sizeof name, "%s%s", path, ends[i]);
        (void) unlink(name);
    }
    (void) rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(test_a_chain),
        store_test(test_tampering_names_the_entry),
        store_test(test_removing_is_seen_in_the_middle_and_at_either_end),
        store_test(test_the_schema_guards_it),
        store_test(test_retention_moves_the_anchor),
        store_test(test_links_know_their_key),
        store_test(test_pages_and_filters),
        store_test(test_a_persons_log_outlives_a_new_key),
        store_test(test_a_trace_goes_on),
        cmocka_unit_test(test_what_was_there_becomes_the_beginning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
