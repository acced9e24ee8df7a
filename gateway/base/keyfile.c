/* SPDX-License-Identifier: EUPL-1.2 */
/* Key files: one line a key, "pokana-key ID HEX64", oldest first; mode 0600, synced when written. */
#include "gateway/base/crypto.h"
#include "gateway/base/file.h"
#include "gateway/base/random.h"
#include "gateway/base/text.h"

#include <unistd.h>

#define FILE_MAX_BYTES 4096u

static void add_line(struct pk_buf *out, unsigned id)
{
    uint8_t master[PK_KEY_BYTES];
    pk_random_bytes(master, sizeof master);
    (void) pk_buf_printf(out, "pokana-key %u ", id);
    pk_hex(out, master, sizeof master);
    (void) pk_buf_add_char(out, '\n');
    explicit_bzero(master, sizeof master);
}

int pk_keyfile_create(const char *path, struct pk_error *err)
{
    if (access(path, F_OK) == 0) {
        (void) pk_fail(err, PK_E_CONFLICT, "\"%s\" is there already", path);
        return pk_hint(err, PK_E_CONFLICT, "A key that was used must be kept: choose another name.");
    }
    struct pk_buf text;
    pk_buf_init(&text, FILE_MAX_BYTES);
    add_line(&text, 1);
    int r = pk_file_replace(path, 0600, pk_buf_slice(&text), err);
    pk_buf_wipe(&text);
    return r;
}

static int parse_line(struct pk_slice line, struct pk_keyring *ring, struct pk_error *err)
{
    struct pk_slice word, id_text;
    int64_t id;
    uint8_t master[PK_KEY_BYTES];
    if (!pk_slice_cut(&line, ' ', &word) || !pk_slice_is(word, "pokana-key") || !pk_slice_cut(&line, ' ', &id_text) ||
        pk_parse_int(id_text, 1, 255, &id) != 0 || pk_unhex(line, master, sizeof master) != 0)
        return pk_fail(err, PK_E_INVALID, "a line is not \"pokana-key ID\" and 64 hexadecimal digits");
    int r = pk_keyring_add(ring, (uint8_t) id, master, err);
    explicit_bzero(master, sizeof master);
    return r;
}

static int read_text(const char *path, struct pk_buf *out, struct pk_error *err)
{
    int r = pk_file_check_owner(path, true, err);
    return r != 0 ? r : pk_file_read(path, FILE_MAX_BYTES, out, err);
}

int pk_keyfile_read(const char *path, struct pk_keyring **ret_ring, struct pk_error *err)
{
    struct pk_buf text;
    pk_buf_init(&text, FILE_MAX_BYTES);
    pk_auto(pk_keyring) struct pk_keyring *ring = pk_keyring_new();
    int r = read_text(path, &text, err);
    struct pk_slice rest = pk_buf_slice(&text), line;
    while (r == 0 && pk_slice_cut(&rest, '\n', &line)) {
        line = pk_slice_trim(line);
        if (line.len > 0 && (r = parse_line(line, ring, err)) != 0)
            pk_error_prefix(err, "\"%s\"", path);
    }
    pk_buf_wipe(&text);
    if (r == 0 && pk_keyring_count(ring) == 0)
        r = pk_fail(err, PK_E_INVALID, "\"%s\" holds no key", path);
    if (r != 0) {
        pk_error_prefix(err, "key file");
        return r;
    }
    *ret_ring = pk_steal(&ring);
    return 0;
}

int pk_keyfile_add(const char *path, struct pk_error *err)
{
    pk_auto(pk_keyring) struct pk_keyring *ring = NULL;
    int r = pk_keyfile_read(path, &ring, err);
    if (r != 0)
        return r;
    if (pk_keyring_count(ring) == PK_KEYS_MAX || pk_keyring_current(ring) == 255)
        return pk_fail(err, PK_E_LIMIT, "\"%s\" holds as many keys as it can", path);
    struct pk_buf text;
    pk_buf_init(&text, FILE_MAX_BYTES);
    r = read_text(path, &text, err);
    if (r == 0) {
        add_line(&text, pk_keyring_current(ring) + 1u);
        r = pk_file_replace(path, 0600, pk_buf_slice(&text), err);
    }
    pk_buf_wipe(&text);
    return r;
}

static bool is_line_of(struct pk_slice line, uint8_t id)
{
    struct pk_slice word, id_text;
    int64_t number;
    return pk_slice_cut(&line, ' ', &word) && pk_slice_cut(&line, ' ', &id_text) && pk_parse_int(id_text, 1, 255, &number) == 0 && number == id;
}

int pk_keyfile_remove(const char *path, uint8_t id, struct pk_error *err)
{
    pk_auto(pk_keyring) struct pk_keyring *ring = NULL;
    struct pk_buf text, left;
    bool found = false;
    int r = pk_keyfile_read(path, &ring, err);
    if (r != 0)
        return r;
    pk_buf_init(&text, FILE_MAX_BYTES);
    pk_buf_init(&left, FILE_MAX_BYTES);
    r = read_text(path, &text, err);
    struct pk_slice rest = pk_buf_slice(&text), line;
    while (r == 0 && pk_slice_cut(&rest, '\n', &line)) {
        bool this_one = is_line_of(pk_slice_trim(line), id);
        found |= this_one;
        if (this_one || line.len == 0)
            continue;
        (void) pk_buf_add_slice(&left, line);
        (void) pk_buf_add_char(&left, '\n');
    }
    if (r == 0 && !found)
        r = pk_fail(err, PK_E_NOT_FOUND, "\"%s\" holds no key %u", path, id);
    if (r == 0 && pk_keyring_count(ring) == 1)
        r = pk_fail(err, PK_E_CONFLICT, "key %u is the only one in \"%s\"", id, path);
    if (r == 0)
        r = pk_file_replace(path, 0600, pk_buf_slice(&left), err);
    pk_buf_wipe(&text);
    pk_buf_wipe(&left);
    return r;
}
