/* SPDX-License-Identifier: EUPL-1.2 */
/* The lock of the database: one holder, the same as the store. */
#include "tests/unit/app/config_support.h"

#include "gateway/app/lock.h"
#include "gateway/store/store.h"

static void one_holds_it_and_the_store_is_one(void **state)
{
    static const uint8_t master[PK_KEY_BYTES] = { 7 };
    struct place place;
    char path[96];
    struct pk_error err = { 0 };
    (void) state;
    place_make(&place);
    (void) snprintf(path, sizeof path, "%s/pokana.db", place.folder);
    pk_auto(pk_keyring) struct pk_keyring *keys = pk_keyring_new();
    assert_int_equal(pk_keyring_add(keys, 1, master, NULL), 0);
    struct pk_store_config config = { .path = path, .keys = keys, .sync_off = true };
    struct pk_store *store = NULL;
    struct pk_lock *lock = NULL, *second = NULL;

    assert_int_equal(pk_lock_take(path, &lock, &err), 0);
    assert_int_equal(pk_lock_take(path, &second, &err), PK_E_CONFLICT);
    assert_string_equal(err.hint, "Stop the running gateway first.");
    assert_int_equal(pk_store_open(&config, &store, &err), PK_E_CONFLICT);
    pk_lock_free(lock);

    assert_int_equal(pk_store_open(&config, &store, &err), 0);
    assert_int_equal(pk_lock_take(path, &lock, &err), PK_E_CONFLICT);
    pk_store_close(store);
    assert_int_equal(pk_lock_take(path, &lock, &err), 0);
    pk_lock_free(lock);

    assert_int_equal(pk_lock_take("/nonexistent/pokana.db", &lock, &err), PK_E_IO);
    place_drop(&place, "pokana.db");
    place_drop(&place, "pokana.db.lock");
    assert_int_equal(rmdir(place.folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(one_holds_it_and_the_store_is_one) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
