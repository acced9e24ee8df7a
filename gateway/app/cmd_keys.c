/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `pokana keys`: makes a key file, and says which keys there are and whether the database was written with them. The
 * bytes of a key are never shown. Works on the files: a gateway need not run, and may. Changing a key is cmd_keys_change.c.
 */
#include "gateway/app/cmd_keys.h"

#include "gateway/app/config.h"
#include "gateway/app/options.h"
#include "gateway/app/table.h"
#include "gateway/base/code.h"
#include "gateway/base/crypto.h"
#include "gateway/store/inspect.h"
#include "gateway/store/rekey.h"

#include <stdio.h>

#define JSON_BYTES_MAX 8192u

static int make(const struct pk_invocation *invocation)
{
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    int status = pk_options_read(&pk_command_keys, invocation, NULL, 0, &words);
    if (status != 0)
        return status;
    if (words.count != 1)
        return pk_command_misused(&pk_command_keys, "which file is to be made?");
    if (pk_keyfile_create(words.words[0], &err) != 0)
        return pk_command_failed(&err);
    if (invocation->json) {
        struct pk_buf text;
        pk_buf_init(&text, JSON_BYTES_MAX);
        struct pk_json_out out = pk_json_out(&text);
        pk_json_open(&out, NULL, '{');
        pk_json_add_text(&out, "file", words.words[0]);
        pk_json_close(&out, '}');
        (void) printf("%s\n", pk_buf_text(&text));
        pk_buf_finish(&text);
        return 0;
    }
    (void) printf(
        "made %s, readable by you alone\n"
        "Name it in the configuration (keys = ...). Keep a copy of it, and never beside a backup: with both, every address\n"
        "can be read; without it, none.\n",
        words.words[0]);
    return 0;
}

/* ---- list ---- */

struct listing {
    struct pk_keyring *ring;
    const char *database, *journal;
    struct pk_table *table;
    struct pk_json_out *out;
    bool bad;
};

static const char *describe(enum pk_key_match match)
{
    static const char *const words[] = {
        [0] = "there is no database yet",
        [PK_KEY_MATCHES] = "matches",
        [PK_KEY_DIFFERS] = "was written with another key of this number",
        [PK_KEY_FRESH] = "has not been written with it yet",
        [PK_KEY_MISSING] = "was written with it, and the file lacks it",
    };
    return words[match];
}

static const char *match_name(enum pk_key_match match)
{
    static const char *const names[] = { "absent", "matches", "differs", "fresh", "missing" };
    return names[match];
}

/* What of the database and the journal cannot be read without it. Not known is not none. */
static bool read_needs(const struct listing *listing, uint8_t id, enum pk_key_match match, struct pk_key_need needs[PK_KEY_NEEDS],
                       size_t *ret_count)
{
    *ret_count = 0;
    return match == PK_KEY_MATCHES &&
           pk_store_key_needs(listing->database, listing->journal, listing->ring, id, needs, ret_count, NULL) == 0;
}

static void show_needs(struct pk_table *table, const struct pk_key_need *needs, size_t count, bool known)
{
    struct pk_buf text;
    pk_buf_init(&text, 1024);
    for (size_t i = 0; i < count; i++)
        (void) pk_buf_printf(&text, "%s%s %lld", i > 0 ? ", " : "", needs[i].kind, (long long) needs[i].count);
    pk_table_text(table, count > 0 ? pk_buf_text(&text) : known ? "nothing" : "");
    pk_buf_finish(&text);
}

static int show(void *ctx, uint8_t id, enum pk_key_match match)
{
    struct listing *listing = ctx;
    bool seals = match != PK_KEY_MISSING && id == pk_keyring_current(listing->ring);
    const char *use = match == PK_KEY_MISSING ? "" : seals ? "writes and reads" : "reads";
    struct pk_key_need needs[PK_KEY_NEEDS];
    size_t count = 0;
    bool known = read_needs(listing, id, match, needs, &count);
    listing->bad |= match == PK_KEY_DIFFERS || match == PK_KEY_MISSING;
    if (listing->table) {
        pk_table_printf(listing->table, "%u", id);
        pk_table_text(listing->table, use);
        pk_table_text(listing->table, describe(match));
        show_needs(listing->table, needs, count, known);
        return 0;
    }
    pk_json_open(listing->out, NULL, '{');
    pk_json_add_int(listing->out, "id", id);
    pk_json_add_bool(listing->out, "current", seals);
    pk_json_add_text(listing->out, "database", match_name(match));
    pk_json_open(listing->out, "needed", '[');
    for (size_t i = 0; i < count; i++) {
        pk_json_open(listing->out, NULL, '{');
        pk_json_add_text(listing->out, "by", needs[i].kind);
        pk_json_add_int(listing->out, "count", needs[i].count);
        pk_json_add_bool(listing->out, "agesOut", needs[i].ages_out);
        pk_json_close(listing->out, '}');
    }
    pk_json_close(listing->out, ']');
    pk_json_close(listing->out, '}');
    return 0;
}

/* Every key, with what the database says of it; alone when there is no database. */
static int walk(const char *database, struct listing *listing, struct pk_error *err)
{
    int r = pk_store_each_key(database, listing->ring, show, listing, err);
    if (r != PK_E_NOT_FOUND)
        return r;
    for (size_t i = 0; i < pk_keyring_count(listing->ring); i++)
        (void) show(listing, pk_keyring_id(listing->ring, i), (enum pk_key_match) 0);
    return 0;
}

static int print_json(const char *file, const char *database, struct listing *listing, struct pk_error *err)
{
    struct pk_buf text;
    pk_buf_init(&text, JSON_BYTES_MAX);
    struct pk_json_out out = pk_json_out(&text);
    listing->out = &out;
    pk_json_open(&out, NULL, '{');
    pk_json_add_text(&out, "file", file);
    pk_json_open(&out, "keys", '[');
    int r = walk(database, listing, err);
    pk_json_close(&out, ']');
    pk_json_close(&out, '}');
    if (r == 0)
        (void) printf("%s\n", pk_buf_text(&text));
    pk_buf_finish(&text);
    return r;
}

static int print_table(const char *database, struct listing *listing, struct pk_error *err)
{
    static const struct pk_column columns[] = { { "KEY", true }, { "USE", false }, { "DATABASE", false }, { "NEEDED BY", false } };
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    listing->table = table;
    int r = walk(database, listing, err);
    if (r == 0)
        pk_table_print(table);
    return r;
}

static int list(const struct pk_invocation *invocation)
{
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    int status = pk_options_read(&pk_command_keys, invocation, NULL, 0, &words);
    if (status != 0)
        return status;
    if (words.count > 1)
        return pk_command_misused(&pk_command_keys, "one key file at a time");
    pk_auto(pk_config) struct pk_config *config = NULL;
    pk_auto(pk_keyring) struct pk_keyring *ring = NULL;
    struct pk_ini_report report = pk_config_report_stderr();
    int r = pk_config_read_places(invocation->config, false, &report, &config, &err);
    const char *file = words.count == 1 ? words.words[0] : r == 0 ? config->keys : NULL;
    if (r == 0)
        r = pk_keyfile_read(file, &ring, &err);
    if (r == PK_E_NOT_FOUND && !err.hint[0])
        (void) pk_hint(&err, r, "Make one with pokana keys new FILE, or put it back from its copy.");
    struct listing listing = { .ring = ring };
    if (r == 0) {
        listing.database = config->database;
        listing.journal = config->journal;
    }
    if (r == 0)
        r = invocation->json ? print_json(file, config->database, &listing, &err) : print_table(config->database, &listing, &err);
    if (r != 0)
        return pk_command_failed(&err);
    return listing.bad ? pk_code_exit_status(PK_E_CONFIG) : 0;
}

static int run(const struct pk_invocation *invocation)
{
    static const struct pk_verb verbs[] = { { "list", list }, { "new", make }, { "rotate", pk_keys_rotate_run }, { "retire", pk_keys_retire_run } };
    return pk_verb_run(&pk_command_keys, invocation, verbs, PK_COUNT(verbs));
}

const struct pk_command pk_command_keys = {
    .name = "keys",
    .usage = "keys list [FILE]\n"
             "keys new FILE\n"
             "keys rotate [FILE]\n"
             "keys retire ID [FILE]",
    .summary = "the keys that keep addresses unreadable: made, compared with the database, changed",
    .run = run,
};
