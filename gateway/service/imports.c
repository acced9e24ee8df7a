/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/imports.h"

#include "gateway/base/clock.h"
#include "gateway/base/id.h"
#include "gateway/base/log.h"

#define TROUBLE_MS 1000
#define LOOK_AT_LOG_EVERY 16u /* turns */
#define LOG_BYTES (8 << 20)   /* a file touches pages all over: its log is moved into the database as it grows */

struct pk_imports {
    struct pk_service *service;
    struct pk_import *items[PK_IMPORTS_MAX]; /* oldest first */
    size_t count;
    struct pk_timer *timer; /* after a failure of the store */
    unsigned turns;
};

static void wake(void *ctx)
{
    (void) ctx; /* being awake is enough: the open phase follows */
}

struct pk_imports *pk_imports_new(struct pk_service *service)
{
    struct pk_imports *imports = pk_alloc(sizeof *imports);
    imports->service = service;
    imports->timer = pk_timer_new(service->loop, wake, imports);
    return imports;
}

void pk_imports_free(struct pk_imports *imports)
{
    if (!imports)
        return;
    for (size_t i = 0; i < imports->count; i++)
        pk_import_free(imports->items[i]);
    pk_timer_free(imports->timer);
    free(imports);
}

static struct pk_import *under_way(const struct pk_imports *imports)
{
    for (size_t i = 0; i < imports->count; i++)
        if (!pk_import_ended(imports->items[i]))
            return imports->items[i];
    return NULL;
}

static void log_end(const struct pk_import *import)
{
    struct pk_import_view view;
    char id[PK_ID_TEXT_MAX];
    if (!pk_import_ended(import))
        return;
    pk_import_view(import, &view);
    pk_log(view.phase == PK_IMPORT_DONE ? PK_LOG_INFO : PK_LOG_WARN, "imports",
           view.phase == PK_IMPORT_DONE ? "import.done" : "import.failed", "job", pk_id_format(view.job, id), "taken",
           PK_LOG_INT(view.taken), "refused", PK_LOG_INT(view.refused), "reason", view.trouble[0] ? view.trouble : NULL, NULL);
}

static void keep_log_short(struct pk_imports *imports)
{
    const struct pk_service *service = imports->service;
    if (++imports->turns % LOOK_AT_LOG_EVERY == 0 && service->reader && pk_store_wal_bytes(service->store) > LOG_BYTES)
        pk_reader_checkpoint(service->reader);
}

void pk_imports_run(struct pk_imports *imports)
{
    struct pk_import *import = under_way(imports);
    struct pk_error err = { 0 };
    if (!import || imports->service->draining || pk_timer_armed(imports->timer))
        return;
    int r = pk_import_step(import, pk_clock_wall_ms(), PK_IMPORT_TURN_US, &err);
    if (r != 0 && !pk_import_ended(import)) {
        pk_log(PK_LOG_ERROR, "imports", "import.waits", "reason", err.message, NULL);
        pk_timer_in(imports->timer, TROUBLE_MS);
        return;
    }
    log_end(import);
    keep_log_short(imports);
    if (!under_way(imports))
        return;
    if (pk_store_healthy(imports->service->store, NULL))
        pk_loop_again(imports->service->loop);
    else
        pk_timer_in(imports->timer, TROUBLE_MS); /* what it did in the last turn was lost: not again at once */
}

static void remove_at(struct pk_imports *imports, size_t at)
{
    pk_import_free(imports->items[at]);
    imports->count--;
    for (size_t i = at; i < imports->count; i++)
        imports->items[i] = imports->items[i + 1];
}

/* Room for one more: the oldest that ended goes, or an earlier run of the same file. */
static bool make_room(struct pk_imports *imports)
{
    for (size_t i = 0; imports->count == PK_IMPORTS_MAX && i < imports->count; i++)
        if (pk_import_ended(imports->items[i]))
            remove_at(imports, i);
    return imports->count < PK_IMPORTS_MAX;
}

const struct pk_import *pk_imports_find(const struct pk_imports *imports, int64_t job)
{
    for (size_t i = imports->count; i-- > 0;)
        if (pk_import_job(imports->items[i]) == job)
            return imports->items[i];
    return NULL;
}

int pk_imports_start(struct pk_imports *imports, const struct pk_actor *actor, const struct pk_import_options *options,
                     struct pk_slice text, int64_t now_ms, int64_t *ret_job, struct pk_error *err)
{
    if (!make_room(imports)) {
        (void) pk_fail(err, PK_E_BUSY, "%u files wait to be imported already", PK_IMPORTS_MAX);
        return pk_hint(err, PK_E_BUSY, "Wait until one of them is done.");
    }
    pk_auto(pk_import) struct pk_import *import = NULL;
    int r = pk_import_new(imports->service, actor, options, text, now_ms, &import, err);
    if (r != 0)
        return r;
    *ret_job = pk_import_job(import);
    for (size_t i = 0; i < imports->count; i++) {
        if (pk_import_job(imports->items[i]) != *ret_job)
            continue;
        if (!pk_import_ended(imports->items[i]))
            return 0; /* the same file is under way already */
        remove_at(imports, i);
        break;
    }
    imports->items[imports->count++] = pk_steal(&import);
    pk_loop_again(imports->service->loop);
    return 0;
}
