/* SPDX-License-Identifier: EUPL-1.2 */
/* Every column there is has its row, and no row is of a column that is not there; what is kept of each person. */
#include "tests/unit/store/support.h"

#include "gateway/store/fields.h"
#include "gateway/store/touched.h"
#include "gateway/store/internal.h"

static bool has_field(const char *table, const char *column)
{
    size_t found = 0;
    for (size_t i = 0; pk_field_at(i); i++)
        found += strcmp(pk_field_at(i)->table, table) == 0 && strcmp(pk_field_at(i)->column, column) == 0;
    return found == 1;
}

static bool has_table(const char *table)
{
    for (size_t i = 0; pk_field_table_at(i); i++)
        if (strcmp(pk_field_table_at(i)->name, table) == 0)
            return true;
    return false;
}

static void test_every_column_is_classified(void **state)
{
    struct desk *desk = *state;
    sqlite3_stmt *rows = pk_sql(desk->store, "SELECT s.name, c.name FROM sqlite_schema s, pragma_table_info(s.name) c WHERE s.type = 'table'");
    size_t columns = 0, fields = 0;
    while (pk_sql_step(desk->store, rows, NULL) == 1) {
        const char *table = (const char *) sqlite3_column_text(rows, 0), *column = (const char *) sqlite3_column_text(rows, 1);
        columns++;
        if (!has_table(table))
            fail_msg("store/field_tables.c does not say what table %s is for", table);
        if (!has_field(table, column))
            fail_msg("store/fields.c does not say what %s.%s is, or says it twice", table, column);
    }
    while (pk_field_at(fields)) {
        const struct pk_field *field = pk_field_at(fields++);
        assert_true(strlen(field->why) > 2);
        assert_string_not_equal(pk_field_kind_word(field->kind), "onbekend");
    }
    assert_int_equal(fields, columns);
}

/* The bytes of a number must not be readable in any column that is not said to be sealed or hashed, nor in these. */
static void test_every_table_can_be_counted(void **state)
{
    struct desk *desk = *state;
    (void) person(desk, NUMBER, PK_CONSENT_CONFIRMED, NULL);
    for (size_t i = 0; pk_field_table_at(i); i++) {
        const struct pk_field_table *table = pk_field_table_at(i);
        bool people = strcmp(table->name, "recipient") == 0 || strcmp(table->name, "address") == 0 || strcmp(table->name, "ledger") == 0;
        assert_true(pk_field_rows(desk->store, table) >= (people ? 1 : 0));
        if (people)
            assert_int_equal(pk_field_oldest_ms(desk->store, table), NOW);
    }
}

/* ---- a breach ---- */

struct seen {
    struct pk_person_fields people[8];
    size_t count;
};

static int see(void *ctx, const struct pk_person_fields *person)
{
    struct seen *seen = ctx;
    seen->people[seen->count++] = *person;
    return 0;
}

static struct seen listed(struct desk *desk, int64_t after, int64_t since_ms, size_t max)
{
    struct seen seen = { 0 };
    assert_int_equal(pk_person_fields_page(desk->store, after, since_ms, max, see, &seen, NULL), 0);
    return seen;
}

static void test_what_is_kept_of_each(void **state)
{
    struct desk *desk = *state;
    int64_t address = 0, other = 0;
    int64_t anna = person(desk, NUMBER, PK_CONSENT_CONFIRMED, &address);
    int64_t boris = person(desk, "+31600000002", 0, &other);
    (void) queued(desk, anna, address, NOW);
    (void) queued(desk, anna, address, NOW);
    struct seen seen = listed(desk, 0, 0, 8);
    assert_int_equal(seen.count, 2);
    size_t first = seen.people[0].id == anna ? 0 : 1;
    assert_int_equal(seen.people[first].messages, 2);
    assert_int_equal(seen.people[first].addresses, 1);
    assert_int_equal(seen.people[first].consents, 1);
    assert_int_equal(seen.people[first].since_ms, NOW);
    assert_true(seen.people[first].messages_ms > 0);
    assert_int_equal(seen.people[1 - first].id, boris);
    assert_int_equal(seen.people[1 - first].messages, 0);
    assert_int_equal(seen.people[1 - first].consents, 0);
    assert_int_equal(listed(desk, 0, 0, 1).count, 1);
    assert_int_equal(listed(desk, seen.people[0].id, 0, 8).count, 1);
    /* Since later: only of whom something came in after that. */
    assert_int_equal(listed(desk, 0, NOW + 1, 8).count, 0);
    assert_int_equal(pk_sql_write(desk->store, NULL, "UPDATE message SET updated_ms = ?1", "i", (int64_t) NOW + 5), 0);
    seen = listed(desk, 0, NOW + 1, 8);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.people[0].id, anna);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(test_every_column_is_classified),
        store_test(test_every_table_can_be_counted),
        store_test(test_what_is_kept_of_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
