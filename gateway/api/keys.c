/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The keys the running gateway works with, and what of the database still needs each; a rotation begun; a key retired when
 * nothing needs it. Counting runs on the reading thread. No byte of a key passes here.
 */
#include "gateway/service/keys.h"
#include "gateway/api/answer.h"
#include "gateway/api/handlers.h"
#include "gateway/base/text.h"
#include "gateway/store/journaled.h"

#define DEADLINE_MS 60000

struct counted {
    uint8_t id;
    bool current;
    int64_t journal;
    struct pk_key_need needs[PK_KEY_NEEDS];
    size_t need_count;
};

struct counting {
    struct counted keys[PK_KEYS_MAX];
    size_t count;
    uint8_t retired; /* 0 = only looked at */
};

static void list_keys(struct pk_call *call, struct counting *counting)
{
    const struct pk_keyring *ring = pk_store_keys(call->service->store);
    for (size_t i = 0; i < pk_keyring_count(ring); i++) {
        struct counted *key = &counting->keys[counting->count++];
        key->id = pk_keyring_id(ring, i);
        key->current = key->id == pk_keyring_current(ring);
        key->journal = pk_store_journal_of_key(call->service->store, key->id);
    }
}

/* On the reading thread. */
static int count(struct pk_call *call, struct pk_store *store, struct pk_error *err)
{
    struct counting *counting = call->data;
    int r = 0;
    for (size_t i = 0; r == 0 && i < counting->count; i++)
        if (counting->retired == 0 || counting->retired == counting->keys[i].id)
            r = pk_key_needs(store, counting->keys[i].id, counting->keys[i].needs, &counting->keys[i].need_count, err);
    return r;
}

/* ---- looked at ---- */

static void add_key(struct pk_json_out *out, const struct counted *key)
{
    pk_json_open(out, NULL, '{');
    pk_json_add_int(out, "id", key->id);
    pk_json_add_bool(out, "current", key->current);
    pk_json_open(out, "needed", '[');
    for (size_t i = 0; i < key->need_count + (key->journal > 0 ? 1 : 0); i++) {
        bool journal = i == key->need_count;
        pk_json_open(out, NULL, '{');
        pk_json_add_text(out, "by", journal ? "journal" : key->needs[i].kind);
        pk_json_add_int(out, "count", journal ? key->journal : key->needs[i].count);
        pk_json_add_bool(out, "agesOut", journal ? false : key->needs[i].ages_out);
        pk_json_close(out, '}');
    }
    pk_json_close(out, ']');
    pk_json_close(out, '}');
}

static void tell(struct pk_call *call, int result, const struct pk_error *err)
{
    const struct counting *counting = call->data;
    struct pk_json_out out = pk_json_out(&call->out);
    struct pk_rekey rekey;
    if (result != 0) {
        pk_call_problem(call, err);
        return;
    }
    pk_rekey_read(call->service->store, &rekey);
    pk_json_open(&out, NULL, '{');
    pk_json_open(&out, "keys", '[');
    for (size_t i = 0; i < counting->count; i++)
        add_key(&out, &counting->keys[i]);
    pk_json_close(&out, ']');
    pk_json_add_bool(&out, "rotating", rekey.running);
    pk_json_add_int(&out, "renewed", rekey.done);
    pk_json_add_time(&out, "rotatedAt", rekey.finished_ms);
    pk_json_close(&out, '}');
    pk_call_answer(call, 200, &call->out);
}

void pk_api_keys(struct pk_call *call)
{
    struct counting *counting = pk_alloc(sizeof *counting);
    call->data = counting;
    list_keys(call, counting);
    pk_call_read(call, count, tell, DEADLINE_MS);
}

/* ---- rotated ---- */

static int rotate(struct pk_call *call, void *ctx, struct pk_error *err)
{
    (void) ctx;
    return pk_keys_rotate(call->service, &call->actor, call->now_ms, err);
}

void pk_api_keys_rotate(struct pk_call *call)
{
    struct pk_error err = { 0 };
    call->actor.purpose = "rotate";
    if (pk_call_change(call, rotate, NULL, &err) != 0) {
        pk_call_problem(call, &err);
        return;
    }
    (void) pk_buf_add_text(&call->out, "{}");
    pk_call_answer(call, 202, &call->out);
}

/* ---- retired ---- */

static int retire(struct pk_call *call, void *ctx, struct pk_error *err)
{
    const struct counting *counting = ctx;
    return pk_keys_retire(call->service, &call->actor, counting->retired, call->now_ms, err);
}

static int check_unneeded(const struct counting *counting, struct pk_error *err)
{
    for (size_t i = 0; i < counting->count; i++) {
        const struct counted *key = &counting->keys[i];
        if (key->id != counting->retired || (key->need_count == 0 && key->journal == 0))
            continue;
        (void) pk_fail(err, PK_E_CONFLICT, "key %u is still needed, by %lld %s for one", key->id,
                       (long long) (key->need_count > 0 ? key->needs[0].count : key->journal),
                       key->need_count > 0 ? key->needs[0].kind : "records of the journal");
        return pk_hint(err, PK_E_CONFLICT, "pokana keys list says what needs it.");
    }
    return 0;
}

static void retire_counted(struct pk_call *call, int result, const struct pk_error *why)
{
    struct counting *counting = call->data;
    struct pk_error err = *why;
    if (result == 0)
        result = check_unneeded(counting, &err);
    if (result == 0)
        result = pk_call_change(call, retire, counting, &err);
    if (result != 0) {
        pk_call_problem(call, &err);
        return;
    }
    (void) pk_buf_add_text(&call->out, "{}");
    pk_call_answer(call, 200, &call->out);
}

void pk_api_key_retire(struct pk_call *call)
{
    struct counting *counting = pk_alloc(sizeof *counting);
    struct pk_error err = { 0 };
    int64_t id = 0;
    call->data = counting;
    call->actor.purpose = "retire";
    if (pk_parse_int(call->places[0], 1, 255, &id) != 0) {
        (void) pk_fail(&err, PK_E_NOT_FOUND, "there is no key \"%.*s\"", PK_SLICE_ARG(call->places[0]));
        pk_call_problem(call, &err);
        return;
    }
    counting->retired = (uint8_t) id;
    list_keys(call, counting);
    pk_call_read(call, count, retire_counted, DEADLINE_MS);
}
