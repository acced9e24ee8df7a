/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Looking for what must be gone: a file read whole and searched for a number in every form it could have, for the blind
 * index it was found by, and, with the key, for anything that still opens. A search that could not find anything proves
 * nothing: each test asks it first where there is something to find.
 */
#ifndef PK_TESTS_SERVICE_TRACES_H
#define PK_TESTS_SERVICE_TRACES_H

#include "tests/unit/cmocka.h"

#include "gateway/base/file.h"
#include "gateway/base/text.h"
#include "gateway/store/store.h"

#include <sys/stat.h>

#define TRACES_FILE_MAX (64u << 20)

/* Where a sealed value could belong: its place and the rows it could have been sealed for. */
struct trace_place {
    const char *name;
    int64_t rows[8];
    size_t count;
};

struct traces {
    size_t plain; /* the number as text, in ASCII, UTF-16 of either order, or as hexadecimal digits of those */
    size_t blind; /* its blind index */
    size_t sealed; /* ciphertexts that open and hold it */
};

static inline size_t traces_of_bytes(struct pk_slice file, const void *bytes, size_t len)
{
    size_t found = 0;
    for (const char *at = file.data; (at = memmem(at, file.len - (size_t) (at - file.data), bytes, len)) != NULL; at++)
        found++;
    return found;
}

/* The digits without the country's zeros, as every form of the number has them. */
static inline size_t traces_of_plain(struct pk_slice file, const char *number)
{
    const char *digits = number + 4; /* "+359 88..." in national form without its zero */
    size_t len = strlen(digits), found = 0;
    char wide[2][64];
    struct pk_buf hex;
    for (size_t i = 0; i < len; i++) {
        wide[0][2 * i] = wide[1][2 * i + 1] = digits[i];
        wide[0][2 * i + 1] = wide[1][2 * i] = 0;
    }
    const struct pk_slice forms[] = { pk_slice_make(digits, len), pk_slice_make(wide[0], 2 * len), pk_slice_make(wide[1], 2 * len) };
    for (size_t i = 0; i < PK_COUNT(forms); i++) {
        found += traces_of_bytes(file, forms[i].data, forms[i].len);
        pk_buf_init(&hex, 256);
        pk_hex(&hex, forms[i].data, forms[i].len);
        found += traces_of_bytes(file, hex.data, hex.len);
        pk_buf_finish(&hex);
    }
    return found;
}

/* Every place in the file at which a ciphertext of ours could begin is opened, at every length, as every row it could be
 * of. GCM opens nothing by chance. */
static inline size_t traces_of_sealed(struct pk_slice file, const struct pk_keyring *keys, const char *number,
                                      const struct trace_place *places, size_t count)
{
    size_t found = 0;
    for (size_t at = 0; at + PK_SEAL_OVERHEAD < file.len; at++) {
        bool key = false;
        for (size_t i = 0; i < pk_keyring_count(keys); i++)
            key |= (uint8_t) file.data[at] == pk_keyring_id(keys, i);
        for (size_t len = 1; key && len <= 48 && at + PK_SEAL_OVERHEAD + len <= file.len; len++)
            for (size_t i = 0; i < count; i++)
                for (size_t j = 0; j < places[i].count; j++) {
                    struct pk_buf clear;
                    pk_buf_init(&clear, 256);
                    if (pk_unseal(keys, places[i].name, places[i].rows[j], pk_slice_make(file.data + at, PK_SEAL_OVERHEAD + len), &clear,
                                  NULL) == 0)
                        found += memmem(clear.data, clear.len, number + 1, strlen(number + 1)) != NULL;
                    pk_buf_finish(&clear);
                }
    }
    return found;
}

/* Adds what is in the file; one that is not there holds nothing. */
static inline void traces_in(const char *path, const struct pk_keyring *keys, const char *number, const struct trace_place *places,
                             size_t count, struct traces *traces)
{
    struct stat st;
    struct pk_buf bytes;
    uint8_t blind[PK_BLIND_BYTES];
    if (stat(path, &st) != 0)
        return;
    pk_buf_init(&bytes, TRACES_FILE_MAX);
    assert_int_equal(pk_file_read(path, TRACES_FILE_MAX, &bytes, NULL), 0);
    struct pk_slice file = pk_buf_slice(&bytes);
    traces->plain += traces_of_plain(file, number);
    for (size_t i = 0; i < pk_keyring_count(keys); i++) {
        assert_int_equal(pk_blind(keys, pk_keyring_id(keys, i), "address", pk_slice_of(number), blind), 0);
        traces->blind += traces_of_bytes(file, blind, sizeof blind);
    }
    traces->sealed += traces_of_sealed(file, keys, number, places, count);
    pk_buf_finish(&bytes);
}

#endif
