/* SPDX-License-Identifier: EUPL-1.2 */
/* People: found by what they are known by, never readable in the file; audiences. */
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

static uint32_t tag(struct desk *desk, const char *name, int64_t who)
{
    uint32_t id = 0;
    assert_int_equal(pk_name_intern(desk->store, PK_NAME_TAG, pk_slice_of(name), &id, NULL), 0);
    if (who != 0)
        assert_int_equal(pk_recipient_tag(desk->store, who, id, NULL), 1);
    return id;
}

static size_t reach(struct desk *desk, const struct pk_audience *audience, int64_t *ret_first)
{
    /* Page by page of two, so that the cursor is tried as well. */
    struct pk_audience_row rows[2];
    int64_t after = INT64_MIN, last = INT64_MIN;
    size_t total = 0, count;
    do {
        assert_int_equal(pk_audience_page(desk->store, audience, after, NOW, 2, rows, &count, NULL), 0);
        for (size_t i = 0; i < count; i++) {
            assert_true(rows[i].recipient > last);
            last = rows[i].recipient;
            if (total++ == 0 && ret_first)
                *ret_first = rows[i].recipient;
            after = rows[i].recipient;
        }
    } while (count == 2);
    int64_t counted = 0;
    assert_int_equal(pk_audience_count(desk->store, audience, NOW, 100, &counted, NULL), 0);
    assert_true(pk_audience_bound(desk->store, audience, 100) >= counted);
    assert_int_equal(counted, total);
    return total;
}

static void test_audiences(void **state)
{
    struct desk *desk = *state;
    char number[32];
    int64_t people[6], first = 0, address = 0;
    for (int i = 0; i < 6; i++) {
        (void) snprintf(number, sizeof number, "+3160000001%d", i);
        people[i] = person(desk, number, i == 5 ? PK_CONSENT_REQUESTED : PK_CONSENT_CONFIRMED, &address);
    }
    uint32_t school = tag(desk, "school:a", people[0]), area = tag(desk, "area:b", people[0]), nobody = tag(desk, "nobody", 0);
    (void) tag(desk, "school:a", people[1]);
    (void) tag(desk, "school:a", people[5]); /* never said yes */
    (void) tag(desk, "area:b", people[2]);
    struct pk_audience all = { .topic = desk->topic, .channel = desk->sms };
    assert_int_equal(reach(desk, &all, NULL), 5);
    struct pk_audience a = all;
    a.all = &school, a.all_count = 1;
    assert_int_equal(reach(desk, &a, NULL), 2);
    a.none = &area, a.none_count = 1;
    assert_int_equal(reach(desk, &a, &first), 1);
    assert_true(first == people[1]);
    uint32_t any[] = { school, area };
    struct pk_audience b = all;
    b.any = any, b.any_count = 2;
    assert_int_equal(reach(desk, &b, NULL), 3);
    b.all = &nobody, b.all_count = 1;
    assert_int_equal(reach(desk, &b, NULL), 0);
    struct pk_audience both = all;
    both.all = any, both.all_count = 2;
    assert_int_equal(reach(desk, &both, &first), 1);
    assert_true(first == people[0]);
    /* The same people, counted by what they read. */
    struct pk_audience_group groups[3];
    size_t group_count = 0;
    assert_int_equal(pk_recipient_set_language(desk->store, people[1], PK_SLICE("tr"), PK_SLICE("plain"), NULL), 0);
    assert_int_equal(pk_recipient_set_language(desk->store, people[2], PK_SLICE("bg"), PK_SLICE("Latn"), NULL), 0);
    assert_int_equal(pk_audience_groups(desk->store, &all, NOW, 3, groups, &group_count, NULL), 0);
    assert_int_equal(group_count, 3);
    assert_string_equal(groups[0].language, "bg");
    assert_int_equal(groups[0].people, 3);
    assert_string_equal(groups[1].language, "bg");
    assert_string_equal(groups[1].script, "Latn");
    assert_int_equal(groups[1].people, 1);
    assert_string_equal(groups[2].language, "tr");
    assert_string_equal(groups[2].script, "plain");
    assert_int_equal(pk_audience_groups(desk->store, &both, NOW, 3, groups, &group_count, NULL), 0);
    assert_int_equal(group_count, 1);
    assert_int_equal(groups[0].people, 1);
    assert_int_equal(pk_audience_groups(desk->store, &all, NOW, 1, groups, &group_count, NULL), PK_E_LIMIT);
    /* Who said STOP, whose number is blocked, whose consent ended: none is reached. */
    assert_int_equal(pk_recipient_set_stopped(desk->store, people[0], NOW, NULL), 0);
    assert_int_equal(reach(desk, &all, NULL), 4);
    struct pk_address found;
    assert_int_equal(pk_address_find(desk->store, desk->sms, PK_SLICE("+31600000011"), &found, NULL), 0);
    assert_int_equal(pk_address_block(desk->store, found.id, NOW, NULL), 0);
    assert_int_equal(reach(desk, &all, NULL), 3);
    struct pk_consent_event ended = { .recipient = people[2], .topic = desk->topic, .channel = desk->sms, .kind = PK_CONSENT_CONFIRMED,
                                      .at_ms = NOW - 10, .until_ms = NOW, .how = PK_SLICE("x"), .by = PK_SLICE("x") };
    assert_int_equal(pk_ledger_append(desk->store, &ended, NULL), 0);
    assert_int_equal(reach(desk, &all, NULL), 2);
    struct pk_audience elsewhere = all;
    elsewhere.channel = desk->sms + 100;
    assert_int_equal(reach(desk, &elsewhere, NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(test_addresses),   store_test(test_no_number_in_clear),           store_test(test_suppression),
        store_test(test_audiences),
    };
    return cmocka_run_group_tests_name("store/people", tests, NULL, NULL);
}
