/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/keys.h"

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/service/rights.h"
#include "gateway/service/trail.h"

#define ROWS_PER_TURN 250u /* a few milliseconds */

/* A key that is known to the database and not yet to the memory. */
struct arriving {
    struct pk_service *service;
    struct pk_keyring *ring;
};

static void drop(void *ctx)
{
    struct arriving *arriving = ctx;
    pk_keyring_free(arriving->ring);
    free(arriving);
}

/* Committed: from the next seal on it is the newest. */
static void take(void *ctx)
{
    struct arriving *arriving = ctx;
    struct pk_error err = { 0 };
    if (pk_keyring_absorb(pk_store_keys(arriving->service->store), arriving->ring, &err) != 0)
        pk_log(PK_LOG_ERROR, "keys", "rotation.failed", "reason", err.message, NULL);
    pk_loop_again(arriving->service->loop);
    drop(arriving);
}

static bool is_newer(const struct pk_keyring *ring, const struct pk_keyring *fresh)
{
    return pk_keyring_current(fresh) != pk_keyring_current(ring);
}

int pk_keys_rotate(struct pk_service *service, const struct pk_actor *actor, int64_t now_ms, struct pk_error *err)
{
    struct pk_keyring *ring = pk_store_keys(service->store);
    pk_auto(pk_keyring) struct pk_keyring *fresh = NULL;
    struct pk_rekey rekey;
    char key[8];
    if (!service->read_keys)
        return pk_fail(err, PK_E_UNSUPPORTED, "this gateway cannot read its key file again");
    int r = pk_allow(service, actor, PK_ACTION_KEY_EDIT, NULL, NULL, err);
    if (r == 0)
        r = service->read_keys(service->keys_ctx, &fresh, err);
    if (r != 0)
        return r;
    pk_rekey_read(service->store, &rekey);
    if (!is_newer(ring, fresh) && !rekey.running && pk_rekey_is_done(service->store)) {
        (void) pk_fail(err, PK_E_CONFLICT, "the key file has no key that is new");
        return pk_hint(err, PK_E_CONFLICT, "pokana keys rotate adds one; a credential is read at start only: restart the gateway then.");
    }
    (void) snprintf(key, sizeof key, "%u", pk_keyring_current(fresh));
    r = pk_rekey_begin(service->store, fresh, err);
    if (r == 0)
        r = pk_trail_done(service, actor, "keys.rotate", key, "", 0, now_ms, err);
    if (r != 0)
        return r;
    struct arriving *arriving = pk_alloc(sizeof *arriving);
    *arriving = (struct arriving){ service, pk_steal(&fresh) };
    pk_store_after(service->store, PK_LANE_MEMORY, (struct pk_after){ .done = take, .failed = drop, .ctx = arriving });
    pk_log(PK_LOG_INFO, "keys", "rotation.begun", "key", key, "by", actor->name, NULL);
    return 0;
}

int pk_keys_retire(struct pk_service *service, const struct pk_actor *actor, uint8_t key, int64_t now_ms, struct pk_error *err)
{
    char text[8];
    int r = pk_allow(service, actor, PK_ACTION_KEY_EDIT, NULL, NULL, err);
    if (r == 0)
        r = pk_key_retire(service->store, key, err);
    (void) snprintf(text, sizeof text, "%u", key);
    return r == 0 ? pk_trail_done(service, actor, "keys.retire", text, "", 0, now_ms, err) : r;
}

bool pk_keys_run(struct pk_service *service)
{
    struct pk_store *store = service->store;
    struct pk_error err = { 0 };
    struct pk_rekey rekey;
    bool more = false;
    pk_rekey_read(store, &rekey);
    if (!rekey.running || !pk_store_healthy(store, NULL))
        return false;
    int r = pk_unit_begin(store, &err);
    if (r == 0) {
        r = pk_rekey_step(store, pk_clock_wall_ms(), ROWS_PER_TURN, &more, &err);
        if (r != 0)
            pk_unit_drop(store);
        else
            r = pk_unit_keep(store, &err);
    }
    if (r != 0) {
        pk_log(PK_LOG_ERROR, "keys", "rotation.waits", "reason", err.message, NULL);
        return false;
    }
    if (!more)
        pk_log(PK_LOG_INFO, "keys", "rotation.done", "rows", PK_LOG_INT(rekey.done), NULL);
    return more;
}
