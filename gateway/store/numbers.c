/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Free-standing numbers and words. Whether everything is on hold is asked in every turn, and by every hand-over of several
 * rounds: what was read or written once is remembered by the connection that alone writes, until something it wrote is
 * rolled back.
 */
#include "gateway/store/internal.h"

#include <stdio.h>

#define NAME_BYTES 48u

struct pk_numbers {
    struct number {
        char name[NAME_BYTES];
        bool present;
        int64_t value;
    } items[32]; /* those asked for first; the others are read each time */
    size_t count;
};

void pk_numbers_new(struct pk_store *store)
{
    store->numbers = pk_alloc(sizeof *store->numbers);
}

void pk_numbers_free(struct pk_store *store)
{
    free(store->numbers);
}

void pk_numbers_forget(struct pk_store *store)
{
    if (store->numbers)
        store->numbers->count = 0;
}

static struct number *find(struct pk_numbers *numbers, const char *name)
{
    for (size_t i = 0; numbers && i < numbers->count; i++)
        if (strcmp(numbers->items[i].name, name) == 0)
            return &numbers->items[i];
    return NULL;
}

static void remember(struct pk_numbers *numbers, const char *name, bool present, int64_t value)
{
    struct number *number = find(numbers, name);
    if (!number) {
        if (!numbers || numbers->count == PK_COUNT(numbers->items) || strlen(name) >= NAME_BYTES)
            return;
        number = &numbers->items[numbers->count++];
        (void) snprintf(number->name, sizeof number->name, "%s", name);
    }
    number->present = present;
    number->value = value;
}

int64_t pk_store_number(struct pk_store *store, const char *name, int64_t otherwise)
{
    const struct number *known = find(store->numbers, name);
    if (known)
        return known->present ? known->value : otherwise;
    sqlite3_stmt *read = pk_sql(store, "SELECT value FROM number WHERE name = ?1");
    pk_sql_bind(read, "t", pk_slice_of(name));
    int r = pk_sql_step(store, read, NULL);
    int64_t value = r == 1 ? sqlite3_column_int64(read, 0) : otherwise;
    if (r == 1)
        pk_sql_reset(read);
    if (r >= 0) /* a database that cannot be read now may be later */
        remember(store->numbers, name, r == 1, value);
    return value;
}

int pk_store_set_number(struct pk_store *store, const char *name, int64_t value, struct pk_error *err)
{
    int r = pk_sql_write(store, err,
                         "INSERT INTO number(name, value) VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET value = excluded.value", "ti",
                         pk_slice_of(name), value);
    if (r == 0)
        remember(store->numbers, name, true, value);
    return r;
}

void pk_store_words(struct pk_store *store, const char *name, char *ret_words, size_t size)
{
    sqlite3_stmt *find = pk_sql(store, "SELECT words FROM remark WHERE name = ?1");
    pk_sql_bind(find, "t", pk_slice_of(name));
    ret_words[0] = '\0';
    if (pk_sql_step(store, find, NULL) != 1)
        return;
    struct pk_slice words = pk_sql_text(find, 0);
    (void) snprintf(ret_words, size, "%.*s", PK_SLICE_ARG(words));
    pk_sql_reset(find);
}

int pk_store_set_words(struct pk_store *store, const char *name, struct pk_slice words, struct pk_error *err)
{
    if (words.len == 0)
        return pk_sql_write(store, err, "DELETE FROM remark WHERE name = ?1", "t", pk_slice_of(name));
    return pk_sql_write(store, err,
                        "INSERT INTO remark(name, words) VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET words = excluded.words", "tt",
                        pk_slice_of(name), words);
}
