/* SPDX-License-Identifier: EUPL-1.2 */
/* A place with a database, a backup of it and a journal since: what the tests of restoring share. */
#ifndef PK_TESTS_APP_RESTORE_SUPPORT_H
#define PK_TESTS_APP_RESTORE_SUPPORT_H

#include "tests/unit/app/handed_out.h"

#include "gateway/app/restore.h"
#include "gateway/base/clock.h"
#include "gateway/store/attempts.h"
#include "gateway/store/journaled.h"

#include <dirent.h>
#include <unistd.h>

#define HOUR_MS 3600000ll
#define LATER (NOW + 2 * HOUR_MS)

struct place {
    char folder[40], database[64], backup[64], journal[64];
    struct desk desk;
    int64_t who, address;
    int64_t waiting, tomorrow, flying; /* messages in the backup */
};

/* A person, a message due within the hour, one for tomorrow, one being handed over; then the backup; then another
 * person, who is only in the database. */
static inline int make_place(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    (void) snprintf(place->folder, sizeof place->folder, "/tmp/pokana-restore-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    (void) snprintf(place->database, sizeof place->database, "%s/db", place->folder);
    (void) snprintf(place->backup, sizeof place->backup, "%s/backup", place->folder);
    (void) snprintf(place->journal, sizeof place->journal, "%s/journal", place->folder);
    struct desk *desk = &place->desk;
    struct pk_journal_found found;
    desk_open(desk, place->database);
    assert_int_equal(pk_store_journal_open(desk->store, place->journal, NOW, &found, NULL), 0);
    place->who = person(desk, NUMBER, PK_CONSENT_CONFIRMED, &place->address);
    place->waiting = queued(desk, place->who, place->address, NOW + HOUR_MS);
    place->tomorrow = queued(desk, place->who, place->address, NOW + 24 * HOUR_MS);
    place->flying = queued(desk, place->who, place->address, NOW);
    struct pk_attempt attempt = {
        .id = pk_id_ordered(), .message = place->flying, .account = 1, .state = PK_ATTEMPT_OPENED, .opened_ms = NOW
    };
    assert_int_equal(pk_attempt_open(desk->store, &attempt, NULL), 0);
    assert_int_equal(pk_message_submitting(desk->store, place->flying, 1, NOW, NULL), 0);
    hand_out(desk, place->who, place->address, LATER + 24 * HOUR_MS);
    assert_int_equal(pk_store_commit(desk->store, NULL), 0);
    pk_clock_set_manual(NOW);
    assert_int_equal(pk_store_backup_file(place->database, place->backup, NULL), 0);
    pk_clock_set_system();
    (void) person(desk, "+31600000002", PK_CONSENT_CONFIRMED, NULL);
    assert_int_equal(pk_store_commit(desk->store, NULL), 0);
    pk_store_close(desk->store);
    desk->store = NULL;
    *state = place;
    return 0;
}

static inline int remove_place(void **state)
{
    struct place *place = *state;
    desk_close(&place->desk);
    DIR *folder = opendir(place->folder);
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        char path[400];
        (void) snprintf(path, sizeof path, "%s/%s", place->folder, entry->d_name);
        (void) unlink(path);
    }
    (void) closedir(folder);
    assert_int_equal(rmdir(place->folder), 0);
    free(place);
    return 0;
}

#define place_test(f) cmocka_unit_test_setup_teardown(f, make_place, remove_place)

static inline void reopen(struct place *place, const char *path)
{
    struct pk_error err = { 0 };
    struct pk_store_config config = { .path = path, .keys = place->desk.keys, .sync_off = true };
    pk_store_close(place->desk.store);
    place->desk.store = NULL;
    if (pk_store_open(&config, &place->desk.store, &err) != 0)
        fail_msg("%s", err.message);
}

static inline int restore(struct place *place, struct pk_restored *ret_restored)
{
    struct pk_error err = { 0 };
    const struct pk_restore_plan plan = {
        .backup = place->backup,
        .database = place->database,
        .journal = place->journal,
        .keys = place->desk.keys,
        .actor = "test",
        .now_ms = LATER,
    };
    int r = pk_restore(&plan, ret_restored, &err);
    if (r != 0)
        assert_true(err.message[0] != '\0' && err.code == r);
    return r;
}

#endif
