/* SPDX-License-Identifier: EUPL-1.2 */
/* The clock that can be set, RFC 3339, ids that are ordered, and chance that can be repeated. */
#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/base/mem.h"
#include "gateway/base/random.h"
#include "gateway/include/pokana/error.h"
#include "tests/unit/cmocka.h"

static void test_moments(void **state)
{
    (void) state;
    static const struct {
        const char *text;
        int64_t ms;
        const char *back;
    } good[] = {
        { "1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z" },
        { "2026-10-14T17:30:00Z", 1791999000000, "2026-10-14T17:30:00Z" },
        { "2026-10-14T19:30:00+02:00", 1791999000000, "2026-10-14T17:30:00Z" },
        { "2026-10-14t17:30:00.1239z", 1791999000123, "2026-10-14T17:30:00.123Z" },
        { "2024-02-29T00:00:00-05:30", 1709184600000, "2024-02-29T05:30:00Z" },
        { "9999-12-31T23:59:59Z", 253402300799000, "9999-12-31T23:59:59Z" },
    };
    char text[PK_TIME_TEXT_MAX];
    for (size_t i = 0; i < PK_COUNT(good); i++) {
        int64_t ms = -1;
        assert_int_equal(pk_time_parse(pk_slice_of(good[i].text), &ms), 0);
        assert_true(ms == good[i].ms);
        assert_string_equal(pk_time_format(ms, text), good[i].back);
    }
    static const char *const bad[] = {
        "", "2026-10-14", "2026-10-14T17:30:00", "2026-10-14 17:30", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
        "2026-10-32T00:00:00Z", "2026-10-14T24:00:00Z", "2026-10-14T17:60:00Z", "2026-10-14T17:30:61Z", "2026-10-14T17:30:00.Z",
        "2026-10-14T17:30:00+2:00", "2026-10-14T17:30:00Zx", "1969-12-31T23:59:59Z", "1900-02-29T00:00:00Z", "+026-10-14T17:30:00Z",
        "9999-12-31T23:59:59-00:01",
    };
    for (size_t i = 0; i < PK_COUNT(bad); i++) {
        int64_t ms = 5;
        if (pk_time_parse(pk_slice_of(bad[i]), &ms) == 0)
            fail_msg("taken: %s", bad[i]);
        assert_int_equal(ms, 5);
    }
}

/* Every day from 1970 to 2100 goes there and back. */
static void test_every_day(void **state)
{
    (void) state;
    char text[PK_TIME_TEXT_MAX];
    for (int64_t day = 0; day < 47847; day++) {
        int64_t ms = day * 86400000, back = -1;
        assert_int_equal(pk_time_parse(pk_slice_of(pk_time_format(ms, text)), &back), 0);
        assert_true(back == ms);
    }
}

static void test_clock_can_be_set(void **state)
{
    (void) state;
    int64_t mono = pk_clock_mono_ms();
    pk_clock_set_manual(1000);
    assert_true(pk_clock_is_manual());
    int64_t held = pk_clock_mono_ms();
    assert_true(held >= mono);
    pk_clock_advance(250);
    assert_int_equal(pk_clock_wall_ms(), 1250);
    assert_true(pk_clock_mono_ms() == held + 250);
    pk_clock_set_system();
    assert_true(pk_clock_wall_ms() > 1600000000000);
}

static void test_ids_are_ordered_whatever_the_clock_does(void **state)
{
    (void) state;
    pk_clock_set_manual(1791999000000);
    int64_t last = pk_id_ordered();
    for (int i = 0; i < 1000; i++) {
        if (i == 300)
            pk_clock_set_manual(1791990000000); /* set back by hours */
        int64_t id = pk_id_ordered();
        assert_true(id > last);
        last = id;
    }
    pk_id_seen(last + 1000000);
    assert_true(pk_id_ordered() > last + 1000000);
    pk_clock_set_system();
}

static void test_ids_as_text(void **state)
{
    (void) state;
    char text[PK_ID_TEXT_MAX];
    int64_t back;
    static const int64_t ids[] = { 1, 31, 32, 1878999999999999999, INT64_MAX };
    for (size_t i = 0; i < PK_COUNT(ids); i++) {
        assert_int_equal(strlen(pk_id_format(ids[i], text)), 13);
        assert_int_equal(pk_id_parse(pk_slice_of(text), &back), 0);
        assert_true(back == ids[i]);
    }
    assert_int_equal(pk_id_parse(PK_SLICE("7ZZZZZZZZZZZZ"), &back), 0);
    static const char *const bad[] = { "", "0000000000000", "000000000001", "00000000000001", "8000000000000", "000000000000i", "00000000000o1", "00000000000 1" };
    for (size_t i = 0; i < PK_COUNT(bad); i++)
        assert_int_equal(pk_id_parse(pk_slice_of(bad[i]), &back), PK_E_INVALID);
}

static void test_chance_can_be_repeated(void **state)
{
    (void) state;
    uint64_t first[4], second[4];
    pk_random_seed(42);
    for (int i = 0; i < 4; i++)
        first[i] = pk_random_u64();
    pk_random_seed(42);
    for (int i = 0; i < 4; i++)
        second[i] = pk_random_u64();
    assert_memory_equal(first, second, sizeof first);
    pk_random_seed(43);
    assert_true(pk_random_u64() != first[0]);
    assert_int_equal(pk_random_below(0), 0);
    unsigned seen = 0;
    for (int i = 0; i < 1000; i++) {
        uint64_t n = pk_random_below(6);
        assert_true(n < 6);
        seen |= 1u << n;
    }
    assert_int_equal(seen, 63);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moments),
        cmocka_unit_test(test_every_day),
        cmocka_unit_test(test_clock_can_be_set),
        cmocka_unit_test(test_ids_are_ordered_whatever_the_clock_does),
        cmocka_unit_test(test_ids_as_text),
        cmocka_unit_test(test_chance_can_be_repeated),
    };
    return cmocka_run_group_tests_name("base/time", tests, NULL, NULL);
}
