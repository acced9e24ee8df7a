/* SPDX-License-Identifier: EUPL-1.2 */
/* People: found by what they are known by, never readable in the file. Audiences: test_audience.c. */
#include "tests/unit/store/support.h"

#include "gateway/store/internal.h"

static void test_addresses(void **state)
{
    struct desk *desk = *state;
    int64_t address, other, who = person(desk, NUMBER, 0, &address);
    struct pk_address found;
    assert_int_equal(pk_address_find(desk->store, desk->sms, PK_SLICE(NUMBER), &found, NULL), 0);
    assert_true(found.id == address && found.recipient == who);
    assert_int_equal(pk_address_find(desk->store, desk->sms + 1, PK_SLICE(NUMBER), &found, NULL), PK_E_NOT_FOUND);
    assert_int_equal(pk_address_find(desk->store, desk->sms, PK_SLICE("+31600000002"), &found, NULL), PK_E_NOT_FOUND);
    assert_int_equal(pk_address_add(desk->store, who + 1, desk->sms, PK_SLICE(NUMBER), NOW, &other, NULL), PK_E_CONFLICT);
    struct pk_buf value;
    pk_buf_init(&value, 64);
    assert_int_equal(pk_address_value(desk->store, address, &value, NULL), 0);
    assert_string_equal(value.data, NUMBER);
    pk_buf_finish(&value);
    /* A stranger's row becomes the person's. */
    int64_t stranger = 0, same = 0;
    assert_int_equal(pk_address_add(desk->store, 0, desk->sms, PK_SLICE("+31600000003"), NOW, &stranger, NULL), 0);
    assert_int_equal(pk_address_add(desk->store, who, desk->sms, PK_SLICE("+31600000003"), NOW, &same, NULL), 0);
    assert_true(stranger == same);
    assert_int_equal(pk_address_get(desk->store, same, &found, NULL), 0);
    assert_true(found.recipient == who);
}

static int look_for_number(void *seen, int columns, char **values, char **names)
{
    (void) names;
    for (int i = 0; i < columns; i++)
        if (values[i] && strstr(values[i], "31600000"))
            *(int *) seen = 1;
    return 0;
}

static void test_no_number_in_clear(void **state)
{
    struct desk *desk = *state;
    (void) person(desk, NUMBER, PK_CONSENT_CONFIRMED, NULL);
    assert_int_equal(pk_suppression_add(desk->store, desk->sms, PK_SLICE("+31600000002"), NOW, NULL), 0);
    int seen = 0;
    assert_int_equal(sqlite3_exec(desk->store->db, "SELECT hex(value), hex(blind), value, blind FROM address", look_for_number, &seen, NULL), 0);
    assert_int_equal(sqlite3_exec(desk->store->db, "SELECT * FROM suppression", look_for_number, &seen, NULL), 0);
    assert_int_equal(sqlite3_exec(desk->store->db, "SELECT * FROM ledger", look_for_number, &seen, NULL), 0);
    assert_int_equal(seen, 0);
    assert_int_equal(sqlite3_exec(desk->store->db, "SELECT '+31600000001'", look_for_number, &seen, NULL), 0);
    assert_int_equal(seen, 1); /* the look itself can find */
}

static void test_suppression(void **state)
{
    struct desk *desk = *state;
    int64_t who = person(desk, NUMBER, 0, NULL);
    assert_false(pk_suppression_has(desk->store, desk->sms, PK_SLICE(NUMBER)));
    assert_int_equal(pk_suppression_add_person(desk->store, who, NOW, NULL), 0);
    assert_true(pk_suppression_has(desk->store, desk->sms, PK_SLICE(NUMBER)));
    assert_int_equal(pk_suppression_add(desk->store, desk->sms, PK_SLICE(NUMBER), NOW, NULL), 0); /* twice is once */
    assert_int_equal(pk_suppression_lift_person(desk->store, who, NULL), 0);
    assert_false(pk_suppression_has(desk->store, desk->sms, PK_SLICE(NUMBER)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(test_addresses),   store_test(test_no_number_in_clear),           store_test(test_suppression),
    };
    return cmocka_run_group_tests_name("store/people", tests, NULL, NULL);
}
