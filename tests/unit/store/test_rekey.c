/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A key is changed chunk by chunk. At every boundary everything is found, a STOP is a STOP, and a crash between two chunks
 * loses nothing. A lost or a wrong key is refused at the door.
 */
#include "tests/unit/store/support.h"

#include "gateway/base/file.h"
#include "gateway/store/attempt_parts.h"
#include "gateway/store/attempts.h"
#include "gateway/store/cursors.h"
#include "gateway/store/internal.h"
#include "gateway/store/person.h"
#include "gateway/store/rekey.h"
#include "gateway/store/replies.h"

#include <unistd.h>

#define PEOPLE 25
#define CHUNK 10

struct place {
    char folder[40], database[64];
    struct desk desk;
    int64_t address[PEOPLE];
};

static const char *number_of(unsigned n)
{
    static char number[24];
    (void) snprintf(number, sizeof number, "+3160000%04u", n);
    return number;
}

/* The same first key as support.h's, and as many further ones. */
static struct pk_keyring *ring_of(unsigned keys)
{
    struct pk_keyring *ring = test_keys(7);
    for (unsigned id = 2; id <= keys; id++) {
        uint8_t master[PK_KEY_BYTES] = { (uint8_t) (40 + id) };
        assert_int_equal(pk_keyring_add(ring, (uint8_t) id, master, NULL), 0);
    }
    return ring;
}

static int open_with(struct place *place, struct pk_keyring *ring)
{
    struct pk_error err = { 0 };
    struct pk_store_config config = { .path = place->database, .keys = ring, .sync_off = true };
    pk_store_close(place->desk.store);
    place->desk.store = NULL;
    if (ring != place->desk.keys)
        pk_keyring_free(place->desk.keys);
    place->desk.keys = ring;
    int r = pk_store_open(&config, &place->desk.store, &err);
    assert_true(r == 0 || err.hint[0] != '\0');
    return r;
}

static void commit(struct place *place)
{
    assert_int_equal(pk_store_commit(place->desk.store, NULL), 0);
}

static int make_place(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    (void) snprintf(place->folder, sizeof place->folder, "/tmp/pokana-rekey-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    (void) snprintf(place->database, sizeof place->database, "%s/db", place->folder);
    desk_open(&place->desk, place->database);
    for (unsigned n = 0; n < PEOPLE; n++)
        (void) person(&place->desk, number_of(n), PK_CONSENT_CONFIRMED, &place->address[n]);
    commit(place);
    *state = place;
    return 0;
}

static int remove_place(void **state)
{
    static const char *const ends[] = { "", "-wal", "-shm", ".lock" };
    struct place *place = *state;
    char path[80];
    desk_close(&place->desk);
    for (size_t i = 0; i < PK_COUNT(ends); i++) {
        (void) snprintf(path, sizeof path, "%s%s", place->database, ends[i]);
        (void) unlink(path);
    }
    (void) rmdir(place->folder);
    free(place);
    return 0;
}

#define place_test(f) cmocka_unit_test_setup_teardown(f, make_place, remove_place)

/* Everybody is found by their number, and read. */
static void check_all(struct place *place)
{
    for (unsigned n = 0; n < PEOPLE; n++) {
        struct pk_address at;
        struct pk_buf value;
        pk_buf_init(&value, 64);
        assert_int_equal(pk_address_find(place->desk.store, place->desk.sms, pk_slice_of(number_of(n)), &at, NULL), 0);
        assert_int_equal(at.id, place->address[n]);
        assert_int_equal(pk_address_value(place->desk.store, at.id, &value, NULL), 0);
        assert_string_equal(pk_buf_text(&value), number_of(n));
        pk_buf_finish(&value);
    }
}

static int64_t under(struct place *place, unsigned key)
{
    return pk_sql_int(place->desk.store, -1, "SELECT count(*) FROM address WHERE key_of(value) = ?1", "u", key);
}

static bool step(struct place *place)
{
    bool more = false;
    assert_int_equal(pk_rekey_step(place->desk.store, NOW, CHUNK, &more, NULL), 0);
    return more;
}

static void begin(struct place *place)
{
    assert_int_equal(pk_rekey_begin(place->desk.store, place->desk.keys, NULL), 0);
    commit(place);
}

static void run_to_the_end(struct place *place)
{
    while (step(place))
        commit(place);
    commit(place);
}

/* ---- chunks ---- */

static void chunk_by_chunk(void **state)
{
    struct place *place = *state;
    struct pk_rekey rekey;
    struct pk_buf read;
    pk_buf_init(&read, PK_CURSOR_MAX);
    assert_int_equal(pk_cursor_set(place->desk.store, 3, PK_SLICE("post"), PK_SLICE("page 7"), NOW, NULL), 0);
    commit(place);
    assert_int_equal(open_with(place, ring_of(2)), 0);
    assert_false(pk_rekey_is_done(place->desk.store));
    begin(place);
    for (int64_t done = 0; done < PEOPLE; done += CHUNK) {
        assert_int_equal(under(place, 2), done);
        check_all(place);
        assert_true(step(place));
        commit(place);
    }
    run_to_the_end(place);
    assert_int_equal(under(place, 2), PEOPLE);
    assert_int_equal(pk_sql_int(place->desk.store, 0, "SELECT key_of(value) FROM cursor", ""), 2);
    assert_int_equal(pk_cursor_get(place->desk.store, 3, PK_SLICE("post"), &read, NULL), 0);
    assert_string_equal(pk_buf_text(&read), "page 7");
    pk_buf_finish(&read);
    check_all(place);
    pk_rekey_read(place->desk.store, &rekey);
    assert_false(rekey.running);
    assert_int_equal(rekey.done, PEOPLE);
    assert_int_equal(rekey.finished_ms, NOW);
    assert_true(pk_rekey_is_done(place->desk.store));
    assert_false(step(place));
}

/* Killed before a chunk is committed, and after: the next life goes on where the database is. */
static void killed_at_every_boundary(void **state)
{
    struct place *place = *state;
    assert_int_equal(open_with(place, ring_of(2)), 0);
    begin(place);
    for (int64_t done = 0; done < PEOPLE; done += CHUNK) {
        (void) step(place); /* not committed: gone */
        assert_int_equal(open_with(place, ring_of(2)), 0);
        assert_int_equal(under(place, 2), done);
        check_all(place);
        (void) step(place);
        commit(place);
        assert_int_equal(open_with(place, ring_of(2)), 0);
        check_all(place);
    }
    run_to_the_end(place);
    assert_int_equal(under(place, 2), PEOPLE);
    check_all(place);
}

/* The file got the key and nothing else happened yet: all is as it was, and new rows are under the new one. */
static void a_key_that_only_lies_there(void **state)
{
    struct place *place = *state;
    int64_t address;
    assert_int_equal(open_with(place, ring_of(2)), 0);
    check_all(place);
    (void) person(&place->desk, "+31600009999", 0, &address);
    assert_int_equal(under(place, 2), 1);
    assert_int_equal(under(place, 1), PEOPLE);
    commit(place);
    begin(place);
    run_to_the_end(place);
    assert_int_equal(under(place, 2), PEOPLE + 1);
}

/* In the turn that takes it in, the memory does not have it yet: the work waits instead of finding nothing to do. */
static void not_before_it_is_there(void **state)
{
    struct place *place = *state;
    struct pk_keyring *fresh = ring_of(2);
    assert_int_equal(pk_rekey_begin(place->desk.store, fresh, NULL), 0);
    assert_true(step(place));
    commit(place);
    assert_true(step(place));
    assert_int_equal(under(place, 1), PEOPLE);
    assert_int_equal(pk_keyring_absorb(place->desk.keys, fresh, NULL), 0);
    pk_keyring_free(fresh);
    run_to_the_end(place);
    assert_int_equal(under(place, 2), PEOPLE);
    check_all(place);
}

/* ---- STOP ---- */

static bool refused(struct place *place, int64_t address)
{
    struct pk_address at;
    struct pk_due due;
    assert_int_equal(pk_address_get(place->desk.store, address, &at, NULL), 0);
    int64_t id = queued(&place->desk, at.recipient, address, NOW);
    assert_int_equal(pk_message_due_facts(place->desk.store, id, NOW, &due, NULL), 0);
    return due.blocked_ms != 0;
}

static void a_stop_stays_a_stop(void **state)
{
    struct place *place = *state;
    struct pk_store *store = place->desk.store;
    int64_t late, before = NOW - 5000;
    assert_int_equal(pk_suppression_add(store, place->desk.sms, pk_slice_of(number_of(3)), NOW, NULL), 0);
    assert_int_equal(pk_suppression_add(store, place->desk.sms, PK_SLICE("+31600008888"), before, NULL), 0); /* a stranger */
    commit(place);
    assert_int_equal(open_with(place, ring_of(2)), 0);
    store = place->desk.store;
    begin(place);
    assert_true(refused(place, place->address[3]));
    /* In the middle: the address is under the old key, a STOP comes, the address is renewed. */
    assert_int_equal(pk_suppression_add(store, place->desk.sms, pk_slice_of(number_of(20)), NOW, NULL), 0);
    assert_true(refused(place, place->address[20]));
    run_to_the_end(place);
    assert_true(refused(place, place->address[3]));
    assert_true(refused(place, place->address[20]));
    assert_false(refused(place, place->address[4]));
    /* Nobody has the stranger's address: its STOP is known under the old key until somebody signs them up. */
    assert_true(pk_suppression_has(store, place->desk.sms, PK_SLICE("+31600008888")));
    assert_int_equal(pk_sql_int(store, 0, "SELECT count(*) FROM suppression WHERE key = 1", ""), 1);
    (void) person(&place->desk, "+31600008888", PK_CONSENT_CONFIRMED, &late);
    assert_true(refused(place, late));
    assert_int_equal(pk_sql_int(store, 0, "SELECT count(*) FROM suppression WHERE key = 1", ""), 0);
    assert_int_equal(pk_sql_int(store, 0, "SELECT min(at_ms) FROM suppression", ""), before);
    assert_int_equal(pk_suppression_lift(store, place->desk.sms, pk_slice_of(number_of(3)), NULL), 0);
    assert_false(refused(place, place->address[3]));
}

/* ---- providers and replies ---- */

static int count_one(void *ctx, uint32_t receipt_state, struct pk_slice code, int64_t at_ms)
{
    (void) receipt_state;
    (void) code;
    (void) at_ms;
    (*(unsigned *) ctx)++;
    return 0;
}

static int64_t needed(struct place *place, uint8_t key, const char *kind)
{
    struct pk_key_need needs[PK_KEY_NEEDS];
    size_t count = 0;
    assert_int_equal(pk_key_needs(place->desk.store, key, needs, &count, NULL), 0);
    for (size_t i = 0; i < count; i++)
        if (strcmp(needs[i].kind, kind) == 0)
            return needs[i].count;
    return 0;
}

static void what_came_under_the_old_key(void **state)
{
    struct place *place = *state;
    struct pk_attempt attempt = { .id = pk_id_ordered(), .message = queued(&place->desk, 0, place->address[0], NOW), .account = 1, .opened_ms = NOW };
    struct pk_reply reply = { .account = 1, .channel = place->desk.sms, .at_ms = NOW };
    int64_t id;
    unsigned parked = 0;
    assert_int_equal(pk_attempt_open(place->desk.store, &attempt, NULL), 0);
    assert_int_equal(pk_attempt_settle(place->desk.store, attempt.id, 1, PK_ATTEMPT_ACCEPTED, 0, PK_SLICE("id-1"), PK_SLICE(""), 1, 0, NOW, NULL), 0);
    struct pk_attempt_part part = { attempt.id, 1, 2 };
    assert_int_equal(pk_attempt_part_taken(place->desk.store, 1, &part, PK_SLICE("id-0"), NULL), 0);
    assert_int_equal(pk_receipt_park(place->desk.store, 1, PK_SLICE("id-2"), 3, PK_SLICE(""), NOW, NOW, NOW + 1000, 100, NULL), 0);
    assert_int_equal(pk_reply_add(place->desk.store, &reply, PK_SLICE("x"), PK_SLICE("ДА"), PK_SLICE("e-1"), &id, NULL), 0);
    commit(place);
    assert_int_equal(open_with(place, ring_of(2)), 0);
    struct pk_store *store = place->desk.store;
    begin(place);
    run_to_the_end(place);
    struct pk_attempt found;
    assert_int_equal(pk_attempt_by_provider(store, 1, PK_SLICE("id-1"), &found, NULL), 0);
    assert_int_equal(found.id, attempt.id);
    assert_int_equal(pk_sql_int(store, 0, "SELECT key_of(provider_id) FROM attempt", ""), 2);
    assert_int_equal(pk_attempt_part_find(store, 1, PK_SLICE("id-0"), &part, NULL), 0);
    assert_int_equal(needed(place, 1, "ids of parts"), 1); /* until the message goes */
    assert_int_equal(needed(place, 2, "ids of parts"), 0);
    assert_int_equal(pk_receipt_park(store, 1, PK_SLICE("id-2"), 2, PK_SLICE(""), NOW, NOW, NOW + 1000, 100, NULL), 0);
    assert_int_equal(pk_receipt_unpark(store, 1, PK_SLICE("id-2"), count_one, &parked, NULL), 0);
    assert_int_equal(parked, 2); /* under either key */
    assert_int_equal(pk_reply_add(store, &reply, PK_SLICE("x"), PK_SLICE("ДА"), PK_SLICE("e-1"), &id, NULL), PK_E_CONFLICT);
    assert_int_equal(pk_reply_add(store, &reply, PK_SLICE("x"), PK_SLICE("ДА"), PK_SLICE("e-2"), &id, NULL), 0);
}

/* ---- what needs a key, and the end of one ---- */

static void what_needs_which(void **state)
{
    struct place *place = *state;
    size_t cancelled;
    struct pk_address at;
    assert_int_equal(pk_suppression_add(place->desk.store, place->desk.sms, PK_SLICE("+31600008888"), NOW, NULL), 0);
    assert_int_equal(pk_address_get(place->desk.store, place->address[9], &at, NULL), 0);
    struct pk_forgetting forgetting = { .recipient = at.recipient, .now_ms = NOW, .proof_until_ms = NOW + 1 };
    assert_int_equal(pk_person_forget(place->desk.store, &forgetting, &cancelled, NULL), 0);
    commit(place);
    assert_int_equal(open_with(place, ring_of(2)), 0);
    assert_int_equal(needed(place, 1, "addresses"), PEOPLE - 1);
    assert_int_equal(needed(place, 2, "addresses"), 0);
    begin(place);
    assert_int_equal(pk_key_retire(place->desk.store, 1, NULL), PK_E_CONFLICT); /* under way */
    run_to_the_end(place);
    assert_int_equal(needed(place, 1, "addresses"), 0);
    assert_int_equal(needed(place, 2, "addresses"), PEOPLE - 1);
    assert_int_equal(needed(place, 1, "stops"), 1);
    assert_int_equal(needed(place, 1, "proofs"), 1);
    assert_int_equal(pk_proof_find(place->desk.store, place->desk.sms, pk_slice_of(number_of(9))), at.recipient);
    assert_int_equal(pk_key_retire(place->desk.store, 2, NULL), PK_E_CONFLICT); /* the newest */
    assert_int_equal(pk_key_retire(place->desk.store, 1, NULL), 0);
    assert_int_equal(pk_key_retire(place->desk.store, 1, NULL), PK_E_NOT_FOUND);
    commit(place);
}

static void a_lost_key_is_refused(void **state)
{
    struct place *place = *state;
    uint8_t master[PK_KEY_BYTES] = { 42 };
    struct pk_keyring *alone = pk_keyring_new();
    assert_int_equal(pk_keyring_add(alone, 2, master, NULL), 0);
    assert_int_equal(open_with(place, alone), PK_E_CONFIG); /* key 1 is gone */
    assert_int_equal(open_with(place, test_keys(8)), PK_E_CONFIG); /* another key 1 */
    assert_int_equal(open_with(place, ring_of(2)), 0);
    assert_int_equal(open_with(place, ring_of(1)), PK_E_CONFIG); /* key 2 was there: something may be under it */
    assert_int_equal(open_with(place, ring_of(2)), 0);
    check_all(place);
}

/* ---- the file ---- */

static void a_key_file_grows_and_shrinks(void **state)
{
    struct place *place = *state;
    char path[80];
    struct pk_keyring *ring = NULL;
    (void) snprintf(path, sizeof path, "%s/keys", place->folder);
    assert_int_equal(pk_keyfile_create(path, NULL), 0);
    assert_int_equal(pk_keyfile_remove(path, 1, NULL), PK_E_CONFLICT);
    assert_int_equal(pk_keyfile_add(path, NULL), 0);
    assert_int_equal(pk_keyfile_remove(path, 3, NULL), PK_E_NOT_FOUND);
    assert_int_equal(pk_keyfile_remove(path, 1, NULL), 0);
    assert_int_equal(pk_keyfile_read(path, &ring, NULL), 0);
    assert_int_equal(pk_keyring_count(ring), 1);
    assert_int_equal(pk_keyring_current(ring), 2);
    assert_int_equal(pk_keyfile_add(path, NULL), 0);
    struct pk_keyring *more = NULL;
    assert_int_equal(pk_keyfile_read(path, &more, NULL), 0);
    assert_int_equal(pk_keyring_absorb(ring, more, NULL), 0);
    pk_keyring_free(more);
    assert_int_equal(pk_keyring_current(ring), 3);
    struct pk_buf sealed, clear;
    pk_buf_init(&sealed, 256);
    pk_buf_init(&clear, 256);
    pk_seal(ring, "place", 1, PK_SLICE("words"), &sealed);
    assert_int_equal((uint8_t) sealed.data[0], 3);
    assert_int_equal(pk_unseal(ring, "place", 1, pk_buf_slice(&sealed), &clear, NULL), 0);
    pk_buf_finish(&sealed);
    pk_buf_finish(&clear);
    pk_keyring_free(ring);
    (void) unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        place_test(chunk_by_chunk),
        place_test(killed_at_every_boundary),
        place_test(a_key_that_only_lies_there),
        place_test(not_before_it_is_there),
        place_test(a_stop_stays_a_stop),
        place_test(what_came_under_the_old_key),
        place_test(what_needs_which),
        place_test(a_lost_key_is_refused),
        place_test(a_key_file_grows_and_shrinks),
    };
    return cmocka_run_group_tests_name("rekey", tests, NULL, NULL);
}
