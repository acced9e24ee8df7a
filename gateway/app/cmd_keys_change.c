/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `pokana keys rotate` adds a key to the file and has everything sealed anew under it, by the running gateway or, when none
 * runs, by this command. Cut off anywhere it is simply said again: a key that was added is not added twice.
 * `pokana keys retire` takes a key out of the database and then of the file, once nothing needs it.
 */
#include "gateway/app/ask.h"
#include "gateway/app/cmd_keys.h"
#include "gateway/app/config.h"
#include "gateway/app/options.h"
#include "gateway/app/progress.h"
#include "gateway/app/user.h"
#include "gateway/base/clock.h"
#include "gateway/base/code.h"
#include "gateway/base/crypto.h"
#include "gateway/base/text.h"
#include "gateway/store/inspect.h"
#include "gateway/store/audit.h"
#include "gateway/store/journaled.h"
#include "gateway/store/rekey.h"

#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#define LOOK_EVERY_MS 200
#define ROWS_AT_ONCE 1000u
#define ASK_TIMEOUT_MS 60000

struct change {
    const struct pk_invocation *invocation;
    struct pk_config *config;
    const char *file;
    uint8_t key; /* rotate: the new one; retire: the one that goes */
};

/* ---- the file ---- */

/* A key nothing is written with yet is the one to rotate to: this was cut off before. */
static int is_unused(void *ctx, uint8_t id, enum pk_key_match match)
{
    const struct pk_keyring *ring = ctx;
    return id == pk_keyring_current(ring) && match == PK_KEY_FRESH ? 1 : 0;
}

/* Whether something is still under an older key than the file's newest: a rotation that did not come to its end. */
static int older_rows(const struct change *change, struct pk_keyring *ring, int64_t *ret_rows, struct pk_error *err)
{
    *ret_rows = 0;
    for (size_t i = 0; i + 1 < pk_keyring_count(ring); i++) {
        struct pk_key_need needs[PK_KEY_NEEDS];
        size_t count = 0;
        int r = pk_store_key_needs(change->config->database, NULL, ring, pk_keyring_id(ring, i), needs, &count, err);
        if (r != 0)
            return r;
        for (size_t j = 0; j < count; j++)
            *ret_rows += strcmp(needs[j].kind, "addresses") == 0 ? needs[j].count : 0;
    }
    return 0;
}

static int add_key(struct change *change, struct pk_error *err)
{
    pk_auto(pk_keyring) struct pk_keyring *ring = NULL;
    int64_t rows = 0;
    int r = pk_keyfile_read(change->file, &ring, err);
    if (r != 0)
        return r;
    int unused = access(change->config->database, F_OK) == 0 ? pk_store_each_key(change->config->database, ring, is_unused, ring, err) : 0;
    if (unused == 0 && access(change->config->database, F_OK) == 0)
        r = older_rows(change, ring, &rows, err);
    if (unused < 0 || r != 0)
        return unused < 0 ? unused : r;
    if (unused == 0 && rows == 0 && (r = pk_keyfile_add(change->file, err)) != 0)
        return r;
    pk_keyring_free(pk_steal(&ring));
    r = pk_keyfile_read(change->file, &ring, err);
    if (r == 0)
        change->key = pk_keyring_current(ring);
    return r;
}

/* ---- rotate ---- */

static int follow(const struct change *change, struct pk_error *err)
{
    for (;;) {
        pk_auto(pk_json) struct pk_json *document = NULL;
        bool rotating = false;
        int64_t renewed = 0;
        struct pk_question question = { .path = "/v1/keys", .timeout_ms = ASK_TIMEOUT_MS };
        int r = pk_ask(change->invocation, &question, &document, err);
        if (r != 0)
            return r == PK_E_BUSY ? pk_hint(err, r, "The work goes on when the gateway runs again; pokana keys list says how far it is.") : r;
        (void) pk_json_int(pk_json_get(document, "renewed"), &renewed);
        if (!pk_json_bool(pk_json_get(document, "rotating"), &rotating) || !rotating)
            return 0;
        pk_progress_count(renewed, renewed);
        (void) poll(NULL, 0, LOOK_EVERY_MS);
    }
}

static int renew(struct pk_store *store, struct change *change, struct pk_error *err)
{
    char key[8], user[PK_USER_MAX];
    bool more = true;
    int r = pk_rekey_begin(store, pk_store_keys(store), err);
    (void) snprintf(key, sizeof key, "%u", change->key);
    if (r == 0)
        r = pk_audit_append(store, pk_user_name(user), "keys.rotate", key, "", pk_clock_wall_ms(), err);
    while (r == 0 && more) {
        r = pk_rekey_step(store, pk_clock_wall_ms(), ROWS_AT_ONCE, &more, err);
        if (r == 0)
            r = pk_store_commit(store, err);
    }
    return r == 0 ? pk_store_checkpoint(store, true, err) : r;
}

static int rotate_alone(struct change *change, struct pk_error *err)
{
    pk_auto(pk_keyring) struct pk_keyring *keys = NULL;
    pk_auto(pk_store) struct pk_store *store = NULL;
    int r = pk_keyfile_read(change->file, &keys, err);
    struct pk_store_config config = { .path = change->config->database, .keys = keys };
    if (r == 0)
        r = pk_store_open(&config, &store, err);
    return r == 0 ? renew(store, change, err) : r;
}

static int rotate(struct change *change, struct pk_error *err)
{
    pk_auto(pk_json) struct pk_json *answer = NULL;
    int r = add_key(change, err);
    if (r == 0)
        r = pk_ask_change(change->invocation, "POST", "/v1/keys/rotate", "", &answer, err);
    if (r == PK_E_BUSY && !change->invocation->socket)
        return rotate_alone(change, err);
    return r == 0 ? follow(change, err) : r;
}

/* ---- retire ---- */

static int retire_alone(const struct change *change, struct pk_error *err)
{
    pk_auto(pk_keyring) struct pk_keyring *keys = NULL;
    pk_auto(pk_store) struct pk_store *store = NULL;
    struct pk_key_need needs[PK_KEY_NEEDS];
    char key[8], user[PK_USER_MAX];
    size_t count = 0;
    int r = pk_keyfile_read(change->file, &keys, err);
    if (r == 0)
        r = pk_store_key_needs(change->config->database, change->config->journal, keys, change->key, needs, &count, err);
    if (r == 0 && count > 0) {
        (void) pk_fail(err, PK_E_CONFLICT, "key %u is still needed, by %lld %s for one", change->key, (long long) needs[0].count, needs[0].kind);
        return pk_hint(err, PK_E_CONFLICT, "pokana keys list says what needs it.");
    }
    struct pk_store_config config = { .path = change->config->database, .keys = keys };
    if (r == 0)
        r = pk_store_open(&config, &store, err);
    (void) snprintf(key, sizeof key, "%u", change->key);
    if (r == 0)
        r = pk_key_retire(store, change->key, err);
    if (r == 0)
        r = pk_audit_append(store, pk_user_name(user), "keys.retire", key, "", pk_clock_wall_ms(), err);
    return r == 0 ? pk_store_commit(store, err) : r;
}

/* The database first: a key only the file still has does no harm, and is retired by saying it again. */
static int retire(const struct change *change, struct pk_error *err)
{
    pk_auto(pk_json) struct pk_json *answer = NULL;
    char path[64];
    (void) snprintf(path, sizeof path, "/v1/keys/%u/retire", change->key);
    struct pk_question question = { .method = "POST", .path = path, .timeout_ms = ASK_TIMEOUT_MS };
    int r = pk_ask(change->invocation, &question, &answer, err);
    if (r == PK_E_BUSY && !change->invocation->socket)
        r = retire_alone(change, err);
    return r == 0 ? pk_keyfile_remove(change->file, change->key, err) : r;
}

/* ---- the commands ---- */

static int open_change(struct change *change, const struct pk_invocation *invocation, const char *file, struct pk_error *err)
{
    struct pk_ini_report report = pk_config_report_stderr();
    change->invocation = invocation;
    int r = pk_config_read_places(invocation->config, false, &report, &change->config, err);
    if (r == 0)
        change->file = file ? file : change->config->keys;
    return r;
}

int pk_keys_rotate_run(const struct pk_invocation *invocation)
{
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    struct change change = { 0 };
    int status = pk_options_read(&pk_command_keys, invocation, NULL, 0, &words);
    if (status != 0)
        return status;
    if (words.count > 1)
        return pk_command_misused(&pk_command_keys, "one key file at a time");
    int r = open_change(&change, invocation, words.words[0], &err);
    if (r == 0) {
        pk_progress_begin("sealing anew");
        r = rotate(&change, &err);
        pk_progress_end();
    }
    if (r != 0)
        status = pk_command_failed(&err);
    else if (invocation->json)
        (void) printf("{\"key\":%u}\n", change.key);
    else
        (void) printf("key %u is the one that is written with now; every address is under it\n"
                      "Copy the key file again to where you keep its copy. What still needs the older keys: pokana keys list\n",
                      change.key);
    pk_config_free(change.config);
    return status;
}

int pk_keys_retire_run(const struct pk_invocation *invocation)
{
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    struct change change = { 0 };
    int64_t id = 0;
    int status = pk_options_read(&pk_command_keys, invocation, NULL, 0, &words);
    if (status != 0)
        return status;
    if (words.count < 1 || words.count > 2 || pk_parse_int(pk_slice_of(words.words[0]), 1, 255, &id) != 0)
        return pk_command_misused(&pk_command_keys, "which key? pokana keys list shows their numbers");
    change.key = (uint8_t) id;
    int r = open_change(&change, invocation, words.words[1], &err);
    if (r == 0)
        r = retire(&change, &err);
    if (r != 0)
        status = pk_command_failed(&err);
    else if (invocation->json)
        (void) printf("{\"retired\":%u}\n", change.key);
    else
        (void) printf("key %u is gone from the database and the key file; older backups cannot be read without a copy of it\n", change.key);
    pk_config_free(change.config);
    return status;
}
