/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The journal: what a turn forbids is in it before the turn is committed, and what is torn, changed or another one's is
 * recognised. When it cannot be written a STOP is kept all the same, and follows.
 */
#include "tests/unit/store/support.h"

#include "gateway/base/file.h"
#include "gateway/store/internal.h"
#include "gateway/store/journaled.h"
#include "gateway/store/person.h"

#include <sys/stat.h>
#include <unistd.h>

struct place {
    char folder[40], database[64], path[64], beside[64];
    struct desk desk;
};

static void open_both(struct place *place, struct pk_journal_found *ret_found)
{
    struct pk_error err = { 0 };
    desk_open(&place->desk, place->database);
    if (pk_store_journal_open(place->desk.store, place->path, NOW, ret_found, &err) != 0)
        fail_msg("%s", err.message);
}

static void close_both(struct place *place)
{
    desk_close(&place->desk);
    place->desk = (struct desk){ 0 };
}

static int make_place(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    struct pk_journal_found found;
    (void) snprintf(place->folder, sizeof place->folder, "/tmp/pokana-journal-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    (void) snprintf(place->database, sizeof place->database, "%s/db", place->folder);
    (void) snprintf(place->path, sizeof place->path, "%s/journal", place->folder);
    (void) snprintf(place->beside, sizeof place->beside, "%s/elsewhere", place->folder);
    open_both(place, &found);
    assert_true(found.begun);
    *state = place;
    return 0;
}

static int remove_place(void **state)
{
    struct place *place = *state;
    char path[128];
    static const char *const names[] = { "db", "db-wal", "db-shm", "db.lock", "journal", "elsewhere" };
    close_both(place);
    for (size_t i = 0; i < PK_COUNT(names); i++) {
        (void) snprintf(path, sizeof path, "%s/%s", place->folder, names[i]);
        (void) unlink(path);
    }
    (void) rmdir(place->folder); /* what was set aside may stay in it: its test removes that */
    free(place);
    return 0;
}

#define place_test(f) cmocka_unit_test_setup_teardown(f, make_place, remove_place)

static void commit(struct place *place)
{
    assert_int_equal(pk_store_commit(place->desk.store, NULL), 0);
}

/* ---- reading it ---- */

struct kinds {
    char text[512]; /* "stop:sms withdrawal:sms " */
    struct pk_journal_record last;
};

static int note(void *ctx, const struct pk_journal_record *record)
{
    static const char *const names[] = { "mark", "stop", "start", "withdrawal", "erasure", "forgotten" };
    struct kinds *kinds = ctx;
    size_t n = strlen(kinds->text);
    if (record->kind != PK_JOURNAL_MARK)
        (void) snprintf(kinds->text + n, sizeof kinds->text - n, "%s:%s ", names[record->kind], record->channel);
    kinds->last = *record;
    return 0;
}

static struct kinds read_all(struct place *place)
{
    struct kinds kinds = { 0 };
    struct pk_journal_facts facts;
    assert_int_equal(pk_journal_read(place->path, place->desk.keys, note, &kinds, &facts, NULL), 0);
    assert_false(facts.torn || facts.damaged);
    return kinds;
}

static void check(struct place *place, const char *expected)
{
    assert_string_equal(read_all(place).text, expected);
}

/* ---- what a turn owes ---- */

static void withdraw(struct place *place, int64_t who, const char *how)
{
    struct pk_consent_event event = { .recipient = who, .topic = place->desk.topic, .channel = place->desk.sms,
                                      .kind = PK_CONSENT_WITHDRAWN, .at_ms = NOW, .how = pk_slice_of(how) };
    assert_int_equal(pk_ledger_append(place->desk.store, &event, NULL), 0);
}

static void what_forbids_is_written(void **state)
{
    struct place *place = *state;
    uint8_t hash[PK_BLIND_BYTES];
    int64_t who = person(&place->desk, NUMBER, PK_CONSENT_CONFIRMED, NULL);
    commit(place);
    check(place, "");
    assert_int_equal(pk_suppression_add(place->desk.store, place->desk.sms, PK_SLICE("+31600000009"), NOW, NULL), 0);
    check(place, ""); /* with the commit, not before */
    commit(place);
    check(place, "stop:sms ");
    pk_journal_hash_address(place->desk.keys, 1, PK_SLICE("+31600000009"), hash);
    struct kinds kinds = read_all(place);
    assert_memory_equal(kinds.last.hash, hash, sizeof hash);
    assert_int_equal(kinds.last.at_ms, NOW);
    assert_int_equal(kinds.last.key, 1);
    assert_int_equal(pk_suppression_add_person(place->desk.store, who, NOW, NULL), 0);
    withdraw(place, who, "stop"); /* is the STOP itself */
    commit(place);
    withdraw(place, who, "page");
    commit(place);
    check(place, "stop:sms stop:sms withdrawal:sms ");
    pk_journal_hash_consent(place->desk.keys, 1, who, "parent-meetings", "sms", hash);
    kinds = read_all(place);
    assert_memory_equal(kinds.last.hash, hash, sizeof hash);
    size_t cancelled;
    struct pk_forgetting forgetting = { .recipient = who, .now_ms = NOW };
    assert_int_equal(pk_person_forget(place->desk.store, &forgetting, &cancelled, NULL), 0);
    commit(place);
    check(place, "stop:sms stop:sms withdrawal:sms erasure: ");
    struct pk_buf file;
    pk_buf_init(&file, 1u << 20);
    assert_int_equal(pk_file_read(place->path, 1u << 20, &file, NULL), 0);
    assert_null(memmem(file.data, file.len, NUMBER + 3, strlen(NUMBER + 3)));
    pk_buf_finish(&file);
    assert_int_equal(pk_store_number(place->desk.store, "journal.seq", 0), kinds.last.seq + 1);
}

static void a_dropped_unit_owes_nothing(void **state)
{
    struct place *place = *state;
    struct pk_store *store = place->desk.store;
    assert_int_equal(pk_unit_begin(store, NULL), 0);
    assert_int_equal(pk_suppression_add(store, place->desk.sms, PK_SLICE("+31600000008"), NOW, NULL), 0);
    pk_unit_drop(store);
    assert_int_equal(pk_unit_begin(store, NULL), 0);
    assert_int_equal(pk_suppression_add(store, place->desk.sms, PK_SLICE("+31600000009"), NOW, NULL), 0);
    assert_int_equal(pk_unit_keep(store, NULL), 0);
    commit(place);
    check(place, "stop:sms ");
}

static int veto(void *ctx)
{
    (void) ctx;
    return 1;
}

/* Written and then not committed: harmless. Allowed again and then not committed: never written. */
static void a_commit_that_fails(void **state)
{
    struct place *place = *state;
    struct pk_store *store = place->desk.store;
    assert_int_equal(pk_suppression_add(store, place->desk.sms, PK_SLICE(NUMBER), NOW, NULL), 0);
    commit(place);
    (void) sqlite3_commit_hook(store->db, veto, NULL);
    assert_int_equal(pk_suppression_lift(store, place->desk.sms, PK_SLICE(NUMBER), NULL), 0);
    assert_int_not_equal(pk_store_commit(store, NULL), 0);
    check(place, "stop:sms ");
    assert_int_equal(pk_suppression_add(store, place->desk.sms, PK_SLICE("+31600000009"), NOW, NULL), 0);
    assert_int_not_equal(pk_store_commit(store, NULL), 0);
    (void) sqlite3_commit_hook(store->db, NULL, NULL);
    check(place, "stop:sms stop:sms ");
    assert_int_equal(pk_suppression_lift(store, place->desk.sms, PK_SLICE(NUMBER), NULL), 0);
    commit(place);
    check(place, "stop:sms stop:sms start:sms ");
    int64_t who = person(&place->desk, NUMBER, PK_CONSENT_CONFIRMED, NULL);
    withdraw(place, who, "page");
    (void) sqlite3_commit_hook(store->db, veto, NULL);
    assert_int_not_equal(pk_store_commit(store, NULL), 0);
    (void) sqlite3_commit_hook(store->db, NULL, NULL);
    withdraw(place, who, "page"); /* said again, as the same entry */
    commit(place);
    check(place, "stop:sms stop:sms start:sms withdrawal:sms withdrawal:sms ");
}

/* ---- when it cannot be written ---- */

static void a_stop_is_heard_without_it(void **state)
{
    struct place *place = *state;
    struct pk_store *store = place->desk.store;
    struct pk_journal_condition condition;
    size_t count;
    assert_int_equal(rename(place->path, place->beside), 0);
    assert_int_equal(pk_suppression_add(store, place->desk.sms, PK_SLICE(NUMBER), NOW, NULL), 0);
    commit(place);
    assert_int_equal(pk_suppression_lift(store, place->desk.sms, PK_SLICE(NUMBER), NULL), 0);
    commit(place);
    assert_int_equal(pk_suppression_add(store, place->desk.sms, PK_SLICE("+31600000009"), NOW + 1, NULL), 0);
    commit(place);
    assert_true(pk_suppression_has(store, place->desk.sms, PK_SLICE("+31600000009")));
    pk_store_journal_condition(store, &condition);
    assert_true(condition.behind);
    assert_int_equal(condition.owed, 2);
    assert_int_equal(condition.oldest_owed_ms, NOW);
    assert_true(strstr(condition.why, "journal") != NULL);
    assert_false(pk_store_journal_late(store, NOW + PK_JOURNAL_LATE_MS));
    assert_true(pk_store_journal_late(store, NOW + PK_JOURNAL_LATE_MS + 1));
    assert_int_equal(pk_store_journal_catch_up(store, NOW, 500, &count, NULL), 0);
    assert_int_equal(count, 0);
    assert_int_equal(rename(place->beside, place->path), 0);
    assert_int_equal(pk_store_journal_catch_up(store, NOW, 500, &count, NULL), 0);
    assert_int_equal(count, 2);
    commit(place);
    pk_store_journal_condition(store, &condition);
    assert_false(condition.behind);
    assert_int_equal(condition.owed, 0);
    check(place, "stop:sms stop:sms "); /* the START in between is lost: on the safe side */
}

/* The process ends while it is behind; the next one goes on with it, also with a journal that is new. */
static void what_is_owed_survives(void **state)
{
    struct place *place = *state;
    struct pk_journal_found found;
    struct pk_journal_condition condition;
    size_t count;
    assert_int_equal(rename(place->path, place->beside), 0);
    assert_int_equal(pk_suppression_add(place->desk.store, place->desk.sms, PK_SLICE(NUMBER), NOW, NULL), 0);
    commit(place);
    close_both(place);
    assert_int_equal(rename(place->beside, place->path), 0);
    open_both(place, &found);
    assert_false(found.begun);
    pk_store_journal_condition(place->desk.store, &condition);
    assert_true(condition.behind);
    assert_int_equal(pk_store_journal_catch_up(place->desk.store, NOW, 500, &count, NULL), 0);
    assert_int_equal(count, 1);
    commit(place);
    check(place, "stop:sms ");
    close_both(place);
    assert_int_equal(unlink(place->path), 0);
    open_both(place, &found);
    assert_true(found.begun);
    check(place, "stop:sms "); /* what is known goes into a new one */
}

/* ---- files ---- */

static void write_three(struct place *place)
{
    for (char c = '7'; c <= '9'; c++) {
        char number[] = "+3160000000x";
        number[11] = c;
        assert_int_equal(pk_suppression_add(place->desk.store, place->desk.sms, pk_slice_of(number), NOW, NULL), 0);
        commit(place);
    }
    check(place, "stop:sms stop:sms stop:sms ");
}

static void a_torn_end_is_cut(void **state)
{
    struct place *place = *state;
    struct pk_buf file;
    write_three(place);
    pk_buf_init(&file, 1u << 20);
    assert_int_equal(pk_file_read(place->path, 1u << 20, &file, NULL), 0);
    size_t last = file.len - 1;
    while (file.data[last - 1] != '\n')
        last--;
    close_both(place);
    for (size_t len = last + 1; len < file.len; len++) {
        struct pk_journal *journal = NULL;
        struct pk_journal_found found;
        struct pk_journal_record record = { .kind = PK_JOURNAL_MARK, .key = 1, .at_ms = NOW };
        struct pk_keyring *keys = test_keys(7);
        assert_int_equal(pk_file_replace(place->path, 0600, pk_slice_make(file.data, len), NULL), 0);
        assert_int_equal(pk_journal_open(place->path, keys, 0, NOW, &journal, &found, NULL), 0);
        assert_true(found.cut);
        assert_false(found.begun);
        assert_int_equal(pk_journal_append(journal, &record, 1, NULL), 0);
        pk_journal_close(journal);
        struct kinds kinds = { 0 };
        struct pk_journal_facts facts;
        assert_int_equal(pk_journal_read(place->path, keys, note, &kinds, &facts, NULL), 0);
        assert_string_equal(kinds.text, "stop:sms stop:sms ");
        assert_false(facts.torn || facts.damaged);
        assert_int_equal(facts.records, 4); /* the mark of its beginning, two stops, this mark */
        pk_keyring_free(keys);
    }
    assert_int_equal(unlink(place->path), 0);
    pk_buf_finish(&file);
    struct pk_journal_found found;
    open_both(place, &found);
}

/* Any byte changed in the middle is seen, by whoever reads it and by the gateway, which keeps it and begins another. */
static void a_change_is_seen(void **state)
{
    struct place *place = *state;
    struct pk_buf file;
    struct pk_journal_found found;
    struct pk_journal_facts facts;
    struct kinds kinds = { 0 };
    write_three(place);
    pk_buf_init(&file, 1u << 20);
    assert_int_equal(pk_file_read(place->path, 1u << 20, &file, NULL), 0);
    close_both(place);
    size_t seen = 0;
    place->desk.keys = test_keys(7);
    for (size_t at = 20; at + 200 < file.len; at += 3) {
        file.data[at] ^= 1;
        assert_int_equal(pk_file_replace(place->path, 0600, pk_buf_slice(&file), NULL), 0);
        int r = pk_journal_read(place->path, place->desk.keys, NULL, NULL, &facts, NULL);
        assert_true(r == PK_E_INVALID || (r == 0 && facts.damaged));
        file.data[at] ^= 1;
        seen++;
    }
    assert_true(seen > 50);
    pk_keyring_free(place->desk.keys);
    file.data[file.len - 250] ^= 1;
    assert_int_equal(pk_file_replace(place->path, 0600, pk_buf_slice(&file), NULL), 0);
    open_both(place, &found);
    assert_true(found.begun);
    assert_true(found.aside[0] != '\0');
    check(place, "stop:sms stop:sms stop:sms ");
    assert_int_equal(pk_journal_read(found.aside, place->desk.keys, note, &kinds, &facts, NULL), 0);
    assert_true(facts.damaged);
    assert_int_equal(unlink(found.aside), 0);
    pk_buf_finish(&file);
}

/* It ends before what the database knows of: somebody put an old copy here. */
static void an_old_copy_is_set_aside(void **state)
{
    struct place *place = *state;
    struct pk_journal_found found;
    struct pk_buf old;
    pk_buf_init(&old, 1u << 20);
    assert_int_equal(pk_file_read(place->path, 1u << 20, &old, NULL), 0);
    write_three(place);
    int64_t seq = pk_store_number(place->desk.store, "journal.seq", 0);
    close_both(place);
    assert_int_equal(pk_file_replace(place->path, 0600, pk_buf_slice(&old), NULL), 0);
    open_both(place, &found);
    assert_true(found.aside[0] != '\0');
    struct kinds kinds = read_all(place);
    assert_string_equal(kinds.text, "stop:sms stop:sms stop:sms ");
    assert_true(kinds.last.seq > seq); /* numbers are never used again */
    assert_int_equal(unlink(found.aside), 0);
    pk_buf_finish(&old);
}

static void other_keys_and_other_files(void **state)
{
    struct place *place = *state;
    struct pk_journal *journal = NULL;
    struct pk_journal_found found;
    struct pk_journal_facts facts;
    struct pk_keyring *other = test_keys(8);
    struct stat st;
    assert_int_equal(stat(place->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(pk_journal_open(place->path, other, 0, NOW, &journal, &found, NULL), PK_E_CONFLICT); /* ours is open */
    close_both(place);
    assert_int_equal(pk_journal_open(place->path, other, 0, NOW, &journal, &found, NULL), PK_E_CONFIG);
    assert_int_equal(pk_journal_read(place->path, other, NULL, NULL, &facts, NULL), PK_E_INVALID);
    struct stat after;
    assert_int_equal(stat(place->path, &after), 0);
    assert_int_equal(after.st_size, st.st_size); /* untouched */
    assert_int_equal(pk_file_replace(place->path, 0600, PK_SLICE("something of somebody else, and long enough\n"), NULL), 0);
    assert_int_equal(pk_journal_open(place->path, other, 0, NOW, &journal, &found, NULL), PK_E_CONFIG);
    assert_int_equal(pk_journal_read("/nonexistent", other, NULL, NULL, &facts, NULL), PK_E_NOT_FOUND);
    pk_keyring_free(other);
    assert_int_equal(unlink(place->path), 0);
    open_both(place, &found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        place_test(what_forbids_is_written),
        place_test(a_dropped_unit_owes_nothing),
        place_test(a_commit_that_fails),
        place_test(a_stop_is_heard_without_it),
        place_test(what_is_owed_survives),
        place_test(a_torn_end_is_cut),
        place_test(a_change_is_seen),
        place_test(an_old_copy_is_set_aside),
        place_test(other_keys_and_other_files),
    };
    return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
