/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The consent ledger: its newest entry decides, what is in it cannot be changed by any statement, what was changed by force
 * is named, and old spans go behind an anchor from which it still verifies.
 */
#include "tests/unit/store/support.h"

#include "gateway/base/clock.h"
#include "gateway/store/connect.h"
#include "gateway/store/internal.h"
#include "gateway/store/notices.h"

#include <unistd.h>

static const char *const numbers[] = { NUMBER, "+31600000002", "+31600000003", "+31600000004", "+31600000005" };

static int64_t entry(struct desk *desk, int64_t who, uint32_t kind, int64_t at_ms, int64_t until_ms, int64_t shown)
{
    struct pk_consent_event event = { .recipient = who, .topic = desk->topic, .channel = desk->sms, .kind = kind, .at_ms = at_ms,
                                      .until_ms = until_ms, .shown = shown, .how = PK_SLICE("reply"), .language = PK_SLICE("bg"),
                                      .by = PK_SLICE("self") };
    assert_int_equal(pk_ledger_append(desk->store, &event, NULL), 0);
    return event.id;
}

static int64_t shown_text(struct desk *desk, const char *words)
{
    struct pk_text_version version = { .name = PK_SLICE("optin-request"), .language = PK_SLICE("bg"), .rendering = PK_SLICE(""),
                                       .body = PK_SLICE("{org}: ДА или НЕ?") };
    int64_t id = 0, shown = 0;
    pk_sha256(version.body, version.hash);
    assert_int_equal(pk_text_version_intern(desk->store, &version, NOW, &id, NULL), 0);
    assert_int_equal(pk_shown_intern(desk->store, id, pk_slice_of(words), NOW, &shown, NULL), 0);
    return shown;
}

static int run(struct desk *desk, const char *sql)
{
    return sqlite3_exec(desk->store->db, sql, NULL, NULL, NULL);
}

/* Somebody with the file and without our manners. */
static void by_force(struct desk *desk, const char *sql)
{
    static const char *const guards[] = { "ledger_grows", "ledger_fixed", "ledger_kept", "anchor_grows", "anchor_fixed", "anchor_kept",
                                          "shown_fixed", "shown_kept", "text_version_fixed", "text_version_kept" };
    char drop[64];
    for (size_t i = 0; i < PK_COUNT(guards); i++) {
        (void) snprintf(drop, sizeof drop, "DROP TRIGGER IF EXISTS %s", guards[i]);
        assert_int_equal(run(desk, drop), SQLITE_OK);
    }
    assert_int_equal(run(desk, sql), SQLITE_OK);
}

static int64_t count(struct desk *desk, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_prepare_v2(desk->store->db, sql, -1, &statement, NULL), SQLITE_OK);
    int64_t found = sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : -1;
    (void) sqlite3_finalize(statement);
    return found;
}

static void holds(struct desk *desk, int64_t entries)
{
    struct pk_error err = { 0 };
    int64_t held = -1;
    if (pk_ledger_verify(desk->store, &held, &err) != 0)
        fail_msg("%s", err.message);
    assert_int_equal(held, entries);
}

/* ---- what it says ---- */

static void test_its_newest_entry_decides(void **state)
{
    struct desk *desk = *state;
    int64_t until = -1, who = person(desk, NUMBER, PK_CONSENT_REQUESTED, NULL);
    assert_int_equal(pk_ledger_state(desk->store, who, desk->topic, desk->sms, NOW, &until), PK_CONSENT_INVITED);
    (void) entry(desk, who, PK_CONSENT_CONFIRMED, NOW, NOW + 10, 0);
    assert_int_equal(pk_ledger_state(desk->store, who, desk->topic, desk->sms, NOW, &until), PK_CONSENT_GRANTED);
    assert_true(until == NOW + 10);
    assert_int_equal(pk_ledger_state(desk->store, who, desk->topic, desk->sms, NOW + 10, NULL), PK_CONSENT_STATE_EXPIRED);
    assert_int_equal(pk_ledger_state(desk->store, who, desk->topic + 1, desk->sms, NOW, NULL), PK_CONSENT_UNKNOWN);
    assert_int_equal(pk_ledger_state(desk->store, who, desk->topic, desk->sms + 1, NOW, NULL), PK_CONSENT_UNKNOWN);
    (void) entry(desk, who, PK_CONSENT_WITHDRAWN, NOW, 0, 0);
    assert_int_equal(pk_ledger_state(desk->store, who, desk->topic, desk->sms, NOW, NULL), PK_CONSENT_STATE_WITHDRAWN);
    holds(desk, 3);
}

static int remember(void *ctx, const struct pk_consent_event *event)
{
    struct pk_consent_event *last = ctx;
    assert_true(event->id > last->id);
    *last = *event;
    last->how = last->wording = last->language = last->by = (struct pk_slice){ 0 };
    return 0;
}

static void test_the_evidence_is_kept_whole(void **state)
{
    struct desk *desk = *state;
    int64_t who = person(desk, NUMBER, PK_CONSENT_GIVEN, NULL), shown = shown_text(desk, "Zaanstad: ДА или НЕ?");
    int64_t id = entry(desk, who, PK_CONSENT_CONFIRMED, NOW + 5, NOW + 100, shown);
    struct pk_consent_event found, last = { 0 };
    struct pk_shown text;
    uint8_t link[32], previous[32], first[32], none[32], zeros[32] = { 0 };
    assert_int_equal(pk_ledger_entry(desk->store, id, &found, link, previous, NULL), 0);
    assert_true(found.recipient == who && found.topic == desk->topic && found.channel == desk->sms && found.kind == PK_CONSENT_CONFIRMED);
    assert_true(found.at_ms == NOW + 5 && found.given_ms == NOW + 5 && found.until_ms == NOW + 100 && found.key == 1);
    assert_true(pk_slice_is(found.how, "reply") && pk_slice_is(found.language, "bg") && pk_slice_is(found.by, "self"));
    assert_int_equal(pk_shown_get(desk->store, found.shown, &text, NULL), 0);
    assert_true(pk_slice_is(text.text, "Zaanstad: ДА или НЕ?"));
    assert_int_equal(pk_ledger_entry(desk->store, id - 1, &found, first, none, NULL), 0);
    assert_true(pk_slice_is(found.wording, "form 1") && pk_slice_is(found.how, "paper"));
    assert_memory_equal(first, previous, 32);
    assert_memory_equal(none, zeros, 32);
    assert_int_equal(pk_ledger_history(desk->store, who, remember, &last, NULL), 0);
    assert_int_equal(last.id, id);
    assert_int_equal(pk_ledger_entry(desk->store, id + 1, &found, link, previous, NULL), PK_E_NOT_FOUND);
    assert_true(shown == shown_text(desk, "Zaanstad: ДА или НЕ?")); /* kept once */
    assert_true(shown != shown_text(desk, "Zaanstad: ДА?"));
}

/* ---- what cannot be done to it ---- */

static void test_no_statement_changes_it(void **state)
{
    struct desk *desk = *state;
    static const char *const refused[] = {
        "UPDATE ledger SET kind = 3 WHERE id = 1",
        "UPDATE ledger SET by = by",
        "DELETE FROM ledger WHERE id = 2",
        "DELETE FROM ledger",
        "INSERT OR REPLACE INTO ledger SELECT id, recipient, topic, channel, 3, at_ms, given_ms, until_ms, how, wording, language, by, link, key,"
        " shown FROM ledger WHERE id = 1",
        "INSERT INTO ledger SELECT 9, recipient, topic, channel, kind, at_ms, given_ms, until_ms, how, wording, language, by, link, key, shown"
        " FROM ledger WHERE id = 1",
        "INSERT INTO ledger_anchor VALUES(2, 1, 1, 1, zeroblob(32), zeroblob(32))", /* no link of an entry that is there */
        "UPDATE shown SET text = 'x'",
        "DELETE FROM shown",
        "UPDATE text_version SET body = 'x'",
        "UPDATE text_version SET hash = zeroblob(32)",
        "DELETE FROM text_version",
    };
    int64_t who = person(desk, NUMBER, PK_CONSENT_REQUESTED, NULL);
    (void) entry(desk, who, PK_CONSENT_CONFIRMED, NOW, NOW + 10, shown_text(desk, "words"));
    for (size_t i = 0; i < PK_COUNT(refused); i++)
        if (run(desk, refused[i]) != SQLITE_CONSTRAINT_TRIGGER)
            fail_msg("not refused: %s", refused[i]);
    holds(desk, 2);
    /* A version nobody agreed to may go. */
    struct pk_text_version other = { .name = PK_SLICE("help"), .language = PK_SLICE("bg"), .rendering = PK_SLICE(""), .body = PK_SLICE("?") };
    int64_t id = 0;
    pk_sha256(other.body, other.hash);
    assert_int_equal(pk_text_version_intern(desk->store, &other, NOW, &id, NULL), 0);
    assert_int_equal(run(desk, "DELETE FROM text_version WHERE name = 'help'"), SQLITE_OK);
}

static void test_the_first_broken_entry_is_named(void **state)
{
    struct desk *desk = *state;
    static const struct {
        const char *sql;
        enum pk_ledger_flaw flaw;
        int64_t id;
    } tampers[] = {
        { "UPDATE ledger SET kind = 4 WHERE id = 2", PK_FLAW_CONTENT, 2 },
        { "UPDATE ledger SET how = 'paper' WHERE id = 2", PK_FLAW_CONTENT, 2 },
        { "UPDATE ledger SET by = 'selfp', how = 'reply' WHERE id = 2", PK_FLAW_CONTENT, 2 },
        { "UPDATE ledger SET at_ms = at_ms - 1 WHERE id = 2", PK_FLAW_CONTENT, 2 },
        { "UPDATE ledger SET until_ms = until_ms + 1 WHERE id IN (2, 3)", PK_FLAW_EITHER, 2 },
        { "UPDATE ledger SET recipient = recipient + 1 WHERE id = 2", PK_FLAW_CONTENT, 2 },
        { "UPDATE ledger SET wording = 'form 2' WHERE id = 2", PK_FLAW_CONTENT, 2 },
        { "UPDATE ledger SET shown = 0 WHERE id = 2", PK_FLAW_CONTENT, 2 },
        { "UPDATE ledger SET shown = 2 WHERE id = 2", PK_FLAW_CONTENT, 2 },
        { "UPDATE ledger SET key = 0 WHERE id = 3", PK_FLAW_CONTENT, 3 },
        { "UPDATE ledger SET key = 9 WHERE id = 2", PK_FLAW_KEY, 2 },
        { "UPDATE ledger SET key = 513 WHERE id = 2", PK_FLAW_KEY, 2 },
        { "UPDATE ledger SET link = zeroblob(32) WHERE id = 2", PK_FLAW_LINK, 2 },
        { "UPDATE ledger SET link = x'00' WHERE id = 2", PK_FLAW_LINK, 2 },
        { "UPDATE ledger SET kind = 5 WHERE id = 5", PK_FLAW_EITHER, 5 },
        { "DELETE FROM ledger WHERE id = 2", PK_FLAW_MISSING, 2 },
        { "DELETE FROM ledger WHERE id = 1", PK_FLAW_ANCHOR, 2 },
        { "DELETE FROM ledger WHERE id = 5", PK_FLAW_MISSING, 5 }, /* the end too: its state knows of it */
        { "DELETE FROM ledger WHERE id > 2", PK_FLAW_MISSING, 3 },
        { "DELETE FROM ledger", PK_FLAW_MISSING, 1 },
        { "UPDATE shown SET text = 'other words' WHERE id = 1", PK_FLAW_TEXT, 2 },
        { "UPDATE shown SET text = 'other words', hash = zeroblob(32) WHERE id = 1", PK_FLAW_TEXT, 2 },
        { "DELETE FROM shown", PK_FLAW_TEXT, 2 },
        { "UPDATE text_version SET body = 'x'", PK_FLAW_TEXT, 2 },
        { "UPDATE consent SET kind = 3 WHERE event = 5", PK_FLAW_STATE, 5 },
        { "UPDATE consent SET until_ms = until_ms + 1 WHERE event = 3", PK_FLAW_STATE, 3 },
        { "UPDATE consent SET event = 1 WHERE event = 2", PK_FLAW_STATE, 2 },
        { "DELETE FROM consent WHERE event = 4", PK_FLAW_STATE, 4 },
    };
    int64_t anna = person(desk, numbers[0], PK_CONSENT_REQUESTED, NULL);
    (void) entry(desk, anna, PK_CONSENT_CONFIRMED, NOW, NOW + 10, shown_text(desk, "the words"));
    (void) shown_text(desk, "never shown");
    for (size_t i = 1; i < 4; i++)
        (void) person(desk, numbers[i], i == 3 ? PK_CONSENT_REFUSED : PK_CONSENT_CONFIRMED, NULL);
    assert_int_equal(pk_store_commit(desk->store, NULL), 0);
    for (size_t i = 0; i < PK_COUNT(tampers); i++) {
        struct pk_ledger_proof proof = { 0 };
        struct pk_error err = { 0 };
        char named[64];
        int r;
        assert_int_equal(pk_unit_begin(desk->store, NULL), 0);
        by_force(desk, tampers[i].sql);
        /* One entry a step, so that every seam between steps is tried. */
        while ((r = pk_ledger_verify_some(desk->store, &proof, 1, &err)) == 1)
            ;
        if (r != PK_E_CONFLICT || proof.flaw != tampers[i].flaw || proof.broken_id != tampers[i].id)
            fail_msg("%s: %d, %s at %lld", tampers[i].sql, r, pk_ledger_flaw_name(proof.flaw), (long long) proof.broken_id);
        (void) snprintf(named, sizeof named, "entry %lld (", (long long) tampers[i].id);
        assert_non_null(strstr(err.message, named));
        assert_non_null(strstr(err.message, pk_ledger_flaw_sentence(tampers[i].flaw)));
        pk_unit_drop(desk->store);
        holds(desk, 5);
    }
}

/* A person who is gone has no states; what the ledger says of the number they had is still one chain. */
static void test_a_forgotten_person_breaks_nothing(void **state)
{
    struct desk *desk = *state;
    int64_t anna = person(desk, NUMBER, PK_CONSENT_CONFIRMED, NULL);
    (void) person(desk, numbers[1], PK_CONSENT_CONFIRMED, NULL);
    assert_int_equal(pk_recipient_forget(desk->store, anna, NULL), 0);
    assert_int_equal(count(desk, "SELECT count(*) FROM consent"), 1);
    assert_int_equal(count(desk, "SELECT count(*) FROM address"), 1);
    holds(desk, 2);
}

/* ---- keys ---- */

static void test_each_link_is_verified_with_its_key(void **state)
{
    struct desk *desk = *state;
    uint8_t second[PK_KEY_BYTES] = { 9 }, third[PK_KEY_BYTES] = { 10 };
    int64_t who = person(desk, NUMBER, PK_CONSENT_REQUESTED, NULL);
    assert_int_equal(pk_keyring_add(desk->keys, 2, second, NULL), 0);
    (void) entry(desk, who, PK_CONSENT_CONFIRMED, NOW, 0, 0);
    assert_int_equal(count(desk, "SELECT key FROM ledger WHERE id = 1"), 1);
    assert_int_equal(count(desk, "SELECT key FROM ledger WHERE id = 2"), 2);
    holds(desk, 2);
    /* The same links are nobody's under another key. */
    struct pk_keyring *own = desk->store->keys, *other = test_keys(7);
    struct pk_error err = { 0 };
    int64_t held;
    assert_int_equal(pk_keyring_add(other, 2, third, NULL), 0);
    desk->store->keys = other;
    assert_int_equal(pk_ledger_verify(desk->store, &held, &err), PK_E_CONFLICT);
    assert_int_equal(held, 1);
    desk->store->keys = own;
    pk_keyring_free(other);
}

/* Links of before they told their key are made of fewer fields, under the oldest key. */
static void add_old_entry(struct desk *desk)
{
    struct pk_consent_event event = { .id = 1, .recipient = 5, .topic = desk->topic, .channel = desk->sms, .kind = PK_CONSENT_REFUSED,
                                      .at_ms = NOW, .given_ms = NOW, .how = PK_SLICE("reply"), .wording = PK_SLICE(""),
                                      .language = PK_SLICE("bg"), .by = PK_SLICE("self") };
    const int64_t fields[] = { 1, 5, desk->topic, desk->sms, PK_CONSENT_REFUSED, NOW, NOW, 0 };
    uint8_t bytes[8][8], link[32];
    struct pk_slice parts[13] = { PK_SLICE("") };
    char sql[512], hex[65];
    for (size_t i = 0; i < 8; i++) {
        for (int at = 0; at < 8; at++)
            bytes[i][at] = (uint8_t) ((uint64_t) fields[i] >> (56 - 8 * at));
        parts[i + 1] = pk_slice_make(bytes[i], 8);
    }
    parts[9] = event.how, parts[10] = event.wording, parts[11] = event.language, parts[12] = event.by;
    pk_keyring_mac(desk->keys, PK_KEY_CHAIN, parts, 13, link);
    for (size_t i = 0; i < 32; i++)
        (void) snprintf(hex + 2 * i, 3, "%02x", link[i]);
    (void) snprintf(sql, sizeof sql, "INSERT INTO ledger VALUES(1, 5, %u, %u, 4, %lld, %lld, 0, 'reply', '', 'bg', 'self', x'%s', 0, 0)", desk->topic,
                    desk->sms, (long long) NOW, (long long) NOW, hex);
    assert_int_equal(run(desk, sql), SQLITE_OK);
}

static void test_entries_of_before_links_told_their_key(void **state)
{
    struct desk *desk = *state;
    add_old_entry(desk);
    (void) person(desk, NUMBER, PK_CONSENT_CONFIRMED, NULL);
    holds(desk, 2);
    /* Their links vouch for no text: one that is put there later is no evidence. */
    (void) shown_text(desk, "other words");
    by_force(desk, "UPDATE ledger SET shown = 1 WHERE id = 1");
    struct pk_ledger_proof proof = { 0 };
    int r;
    while ((r = pk_ledger_verify_some(desk->store, &proof, 10, NULL)) == 1)
        ;
    assert_int_equal(r, PK_E_CONFLICT);
    assert_true(proof.flaw == PK_FLAW_CONTENT && proof.broken_id == 1);
}

/* A backup of before that, looked at as it is. */
static void test_a_file_of_before_links_told_their_key(void **state)
{
    struct desk *desk = *state;
    int64_t held;
    add_old_entry(desk);
    by_force(desk, "ALTER TABLE ledger DROP COLUMN shown; ALTER TABLE ledger DROP COLUMN key; DROP INDEX ledger_by_person;"
                   "DROP TABLE ledger_anchor; DROP TABLE shown");
    holds(desk, 1);
    by_force(desk, "UPDATE ledger SET how = 'paper'");
    assert_int_equal(pk_ledger_verify(desk->store, &held, NULL), PK_E_CONFLICT);
}

/* ---- pruning ---- */

static void test_old_spans_go_behind_an_anchor(void **state)
{
    struct desk *desk = *state;
    size_t pruned = 0;
    struct pk_ledger_anchor anchor;
    int64_t people[5];
    for (size_t i = 0; i < 5; i++) {
        people[i] = person(desk, numbers[i], 0, NULL);
        (void) entry(desk, people[i], PK_CONSENT_CONFIRMED, NOW + (int64_t) i, 0, 0);
        (void) entry(desk, people[i], PK_CONSENT_WITHDRAWN, NOW + (int64_t) i, 0, 0);
    }
    assert_int_equal(pk_ledger_prune(desk->store, NOW, NOW + 100, 100, &pruned, NULL), 0); /* nothing is that old */
    assert_int_equal(pruned, 0);
    assert_int_equal(pk_ledger_prune(desk->store, NOW + 3, NOW + 100, 4, &pruned, NULL), 0);
    assert_int_equal(pruned, 4);
    holds(desk, 6);
    assert_int_equal(pk_ledger_prune(desk->store, NOW + 3, NOW + 101, 100, &pruned, NULL), 0);
    assert_int_equal(pruned, 2);
    assert_int_equal(pk_ledger_anchor(desk->store, &anchor, NULL), 0);
    assert_true(anchor.id == 6 && anchor.at_ms == NOW + 2 && anchor.made_ms == NOW + 101);
    assert_int_equal(count(desk, "SELECT count(*) FROM ledger_anchor"), 1);
    holds(desk, 4);
    /* What they said still stands, though its proof is gone. */
    assert_int_equal(pk_ledger_state(desk->store, people[0], desk->topic, desk->sms, NOW, NULL), PK_CONSENT_STATE_WITHDRAWN);
    (void) entry(desk, people[0], PK_CONSENT_REQUESTED, NOW + 200, 0, 0);
    holds(desk, 5);
    /* Everything may go, and the chain goes on from the anchor. */
    (void) entry(desk, people[0], PK_CONSENT_REFUSED, NOW + 200, 0, 0);
    assert_int_equal(pk_ledger_prune(desk->store, NOW + 1000, NOW + 1000, 100, &pruned, NULL), 0);
    assert_int_equal(count(desk, "SELECT count(*) FROM ledger"), 0);
    holds(desk, 0);
    assert_int_equal(entry(desk, people[1], PK_CONSENT_REQUESTED, NOW + 300, 0, 0), 13);
    holds(desk, 1);
}

static void test_pruning_stops_at_what_still_stands(void **state)
{
    struct desk *desk = *state;
    size_t pruned = 0;
    int64_t anna = person(desk, numbers[0], PK_CONSENT_CONFIRMED, NULL), boris = person(desk, numbers[1], PK_CONSENT_CONFIRMED, NULL);
    (void) person(desk, numbers[2], PK_CONSENT_REFUSED, NULL);
    assert_int_equal(pk_ledger_prune(desk->store, NOW + 1000, NOW + 1000, 100, &pruned, NULL), 0);
    assert_int_equal(pruned, 0);
    (void) entry(desk, anna, PK_CONSENT_EXPIRED_EVENT, NOW, 0, 0);
    assert_int_equal(pk_ledger_prune(desk->store, NOW + 1000, NOW + 1000, 100, &pruned, NULL), 0);
    assert_int_equal(pruned, 1);
    assert_int_equal(pk_ledger_state(desk->store, boris, desk->topic, desk->sms, NOW, NULL), PK_CONSENT_GRANTED);
    holds(desk, 3);
}

static void test_pruning_does_not_launder(void **state)
{
    struct desk *desk = *state;
    static const char *const anchors[] = { "UPDATE ledger_anchor SET link = zeroblob(32)", "UPDATE ledger_anchor SET id = 3",
                                           "UPDATE ledger_anchor SET at_ms = 1", "UPDATE ledger_anchor SET mac = zeroblob(32)",
                                           "UPDATE ledger_anchor SET key = 7", "DELETE FROM ledger_anchor" };
    size_t pruned = 0;
    for (size_t i = 0; i < 5; i++)
        (void) person(desk, numbers[i], PK_CONSENT_REFUSED, NULL);
    assert_int_equal(pk_store_commit(desk->store, NULL), 0);
    assert_int_equal(pk_unit_begin(desk->store, NULL), 0);
    by_force(desk, "UPDATE ledger SET how = 'x' WHERE id = 2");
    assert_int_equal(pk_ledger_prune(desk->store, NOW + 1000, NOW + 1000, 100, &pruned, NULL), PK_E_CONFLICT);
    assert_int_equal(count(desk, "SELECT count(*) FROM ledger"), 5);
    pk_unit_drop(desk->store);
    assert_int_equal(pk_ledger_prune(desk->store, NOW + 1000, NOW + 1000, 2, &pruned, NULL), 0);
    assert_int_equal(pk_store_commit(desk->store, NULL), 0);
    assert_int_equal(run(desk, "DELETE FROM ledger WHERE id = 3"), SQLITE_CONSTRAINT_TRIGGER);
    assert_int_equal(run(desk, "DELETE FROM ledger_anchor"), SQLITE_CONSTRAINT_TRIGGER);
    assert_int_equal(run(desk, "UPDATE ledger_anchor SET at_ms = 1"), SQLITE_CONSTRAINT_TRIGGER);
    for (size_t i = 0; i < PK_COUNT(anchors); i++) {
        struct pk_ledger_proof proof = { 0 };
        int r;
        assert_int_equal(pk_unit_begin(desk->store, NULL), 0);
        by_force(desk, anchors[i]);
        while ((r = pk_ledger_verify_some(desk->store, &proof, 10, NULL)) == 1)
            ;
        assert_int_equal(r, PK_E_CONFLICT);
        assert_int_equal(proof.flaw, PK_FLAW_ANCHOR);
        pk_unit_drop(desk->store);
    }
    holds(desk, 3);
}

/* Verifying takes many turns of the loop; meanwhile entries come and go. */
static void test_verifying_goes_on_while_it_is_pruned_and_grows(void **state)
{
    struct desk *desk = *state;
    struct pk_ledger_proof proof = { 0 };
    size_t pruned;
    int64_t who[5];
    for (size_t i = 0; i < 5; i++)
        who[i] = person(desk, numbers[i], PK_CONSENT_REFUSED, NULL);
    assert_int_equal(pk_ledger_verify_some(desk->store, &proof, 2, NULL), 1);
    assert_int_equal(pk_ledger_verify_some(desk->store, &proof, 2, NULL), 1);
    assert_int_equal(proof.id, 2);
    assert_int_equal(pk_ledger_prune(desk->store, NOW + 1000, NOW + 1000, 4, &pruned, NULL), 0);
    (void) entry(desk, who[0], PK_CONSENT_REQUESTED, NOW, 0, 0);
    int r;
    while ((r = pk_ledger_verify_some(desk->store, &proof, 2, NULL)) == 1)
        ;
    assert_int_equal(r, 0);
    assert_int_equal(proof.id, 6);
    assert_int_equal(proof.total, 5);
}

/* ---- what ends by itself ---- */

static void test_what_ends_is_found(void **state)
{
    struct desk *desk = *state;
    struct pk_consent_row rows[4];
    size_t found = 0;
    int64_t who[5];
    for (size_t i = 0; i < 5; i++) {
        who[i] = person(desk, numbers[i], PK_CONSENT_REQUESTED, NULL);
        if (i < 4)
            (void) entry(desk, who[i], PK_CONSENT_CONFIRMED, NOW, i == 3 ? 0 : NOW + 10 * (int64_t) (i + 1), 0);
    }
    assert_int_equal(pk_consents_ended(desk->store, NOW + 20, 4, rows, &found, NULL), 0);
    assert_int_equal(found, 2);
    assert_true(rows[0].recipient == who[0] && rows[1].recipient == who[1] && rows[1].until_ms == NOW + 20);
    assert_int_equal(pk_consents_ending(desk->store, desk->topic, NOW + 10, NULL, NOW + 30, 1, rows, &found, NULL), 0);
    assert_true(found == 1 && rows[0].recipient == who[1]);
    assert_int_equal(pk_consents_ending(desk->store, desk->topic, NOW + 10, &rows[0], NOW + 30, 4, &rows[1], &found, NULL), 0);
    assert_true(found == 1 && rows[1].recipient == who[2]);
    assert_int_equal(pk_consent_asked(desk->store, &rows[1], NOW, NULL), 0);
    assert_int_equal(pk_consents_ending(desk->store, desk->topic, NOW, NULL, NOW + 30, 4, rows, &found, NULL), 0);
    assert_int_equal(found, 2);
    /* Asked stays asked through the end, and is over with the next agreement. */
    (void) entry(desk, who[2], PK_CONSENT_EXPIRED_EVENT, NOW + 30, 0, 0);
    assert_int_equal(count(desk, "SELECT count(*) FROM consent WHERE asked_ms > 0"), 1);
    (void) entry(desk, who[2], PK_CONSENT_CONFIRMED, NOW + 31, NOW + 100, 0);
    assert_int_equal(count(desk, "SELECT count(*) FROM consent WHERE asked_ms > 0"), 0);
    assert_int_equal(pk_consents_silent(desk->store, 0, NOW, 4, rows, &found, NULL), 0);
    assert_int_equal(found, 0);
    assert_int_equal(pk_consents_silent(desk->store, 0, NOW + 1, 4, rows, &found, NULL), 0);
    assert_true(found == 1 && rows[0].recipient == who[4]);
    assert_int_equal(pk_consents_silent(desk->store, rows[0].event, NOW + 1, 4, rows, &found, NULL), 0);
    assert_int_equal(found, 0);
}

static void test_a_silent_address_is_known_as_its_index_alone(void **state)
{
    struct desk *desk = *state;
    int64_t address = 0, anew = 0, who = person(desk, NUMBER, PK_CONSENT_REQUESTED, &address);
    size_t gone = 0;
    assert_int_equal(pk_silent_add_person(desk->store, who, NOW + 10, NULL), 0);
    assert_int_equal(pk_recipient_forget(desk->store, who, NULL), 0);
    assert_int_equal(count(desk, "SELECT (SELECT count(*) FROM recipient) + (SELECT count(*) FROM address)"), 0);
    (void) person(desk, NUMBER, 0, &anew);
    assert_true(pk_silent_has(desk->store, anew, NOW + 9));
    assert_false(pk_silent_has(desk->store, anew, NOW + 10));
    assert_int_equal(pk_silent_expire(desk->store, NOW + 9, 10, &gone, NULL), 0);
    assert_int_equal(gone, 0);
    assert_int_equal(pk_silent_expire(desk->store, NOW + 10, 10, &gone, NULL), 0);
    assert_int_equal(gone, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(test_its_newest_entry_decides),
        store_test(test_the_evidence_is_kept_whole),
        store_test(test_no_statement_changes_it),
        store_test(test_the_first_broken_entry_is_named),
        store_test(test_a_forgotten_person_breaks_nothing),
        store_test(test_each_link_is_verified_with_its_key),
        store_test(test_entries_of_before_links_told_their_key),
        store_test(test_a_file_of_before_links_told_their_key),
        store_test(test_old_spans_go_behind_an_anchor),
        store_test(test_pruning_stops_at_what_still_stands),
        store_test(test_pruning_does_not_launder),
        store_test(test_verifying_goes_on_while_it_is_pruned_and_grows),
        store_test(test_what_ends_is_found),
        store_test(test_a_silent_address_is_known_as_its_index_alone),
    };
    return cmocka_run_group_tests_name("store/ledger", tests, NULL, NULL);
}
