/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/polling.h"

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/store/cursors.h"

static struct pk_slice adapter_of(const struct pk_desk *desk)
{
    return pk_slice_of(desk->rule->adapter->name);
}

int pk_polling_cursor(void *ctx, struct pk_account *account, struct pk_buf *ret_cursor)
{
    struct pk_desk *desk = ctx;
    struct pk_error err = { 0 };
    (void) account;
    if (desk->leaving || desk->service->draining)
        return PK_E_BUSY; /* the one that comes after it asks */
    int r = pk_cursor_get(desk->service->store, desk->id, adapter_of(desk), ret_cursor, &err);
    if (r != 0)
        pk_log(PK_LOG_ERROR, "polling", "cursor.not_read", "account", desk->rule->name, "reason", err.message, NULL);
    return r;
}

/* The desk's account is gone when it closed meanwhile; then nobody waits. */
static void stored(void *ctx)
{
    struct pk_desk *desk = ctx;
    if (desk->account)
        pk_account_poll_settled(desk->account, true, "");
}

static void not_stored(void *ctx)
{
    struct pk_desk *desk = ctx;
    if (desk->account)
        pk_account_poll_settled(desk->account, false, "what the provider told could not be stored");
}

/* Events and cursor, in the unit that is open. */
static int take(struct pk_desk *desk, struct pk_account *account, struct pk_error *err)
{
    struct pk_buf cursor;
    pk_buf_init(&cursor, PK_CURSOR_MAX);
    int r = pk_account_poll_read(account, &cursor, err);
    if (r >= 0)
        r = cursor.len == 0 ? 0
                            : pk_cursor_set(desk->service->store, desk->id, adapter_of(desk), pk_buf_slice(&cursor), pk_clock_wall_ms(), err);
    pk_buf_wipe(&cursor);
    return r;
}

void pk_polling_polled(void *ctx, struct pk_account *account)
{
    struct pk_desk *desk = ctx;
    struct pk_store *store = desk->service->store;
    struct pk_error err = { 0 };
    int r = desk->leaving ? pk_fail(&err, PK_E_BUSY, "the account is being replaced") : pk_unit_begin(store, &err);
    if (r == 0) {
        r = take(desk, account, &err);
        if (r == 0)
            r = pk_unit_keep(store, &err);
        else
            pk_unit_drop(store);
    }
    if (r == 0)
        pk_store_after(store, PK_LANE_MEMORY, (struct pk_after){ .done = stored, .failed = not_stored, .ctx = desk });
    else
        pk_account_poll_settled(account, false, err.message);
}

int pk_polling_remember(void *ctx, struct pk_account *account, struct pk_slice note)
{
    struct pk_desk *desk = ctx;
    struct pk_store *store = desk->service->store;
    struct pk_error err = { 0 };
    bool own_unit = !pk_unit_open(store);
    (void) account;
    int r = own_unit ? pk_unit_begin(store, &err) : 0;
    if (r == 0) {
        r = pk_cursor_set(store, desk->id, adapter_of(desk), note, pk_clock_wall_ms(), &err);
        if (own_unit && r == 0)
            r = pk_unit_keep(store, &err);
        else if (own_unit)
            pk_unit_drop(store);
    }
    if (r != 0)
        pk_log(PK_LOG_ERROR, "polling", "note.not_kept", "account", desk->rule->name, "reason", err.message, NULL);
    return r;
}
