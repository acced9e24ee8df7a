/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A copy of the database while the gateway goes on: made on the reading thread, answered in a later turn. Lists wait
 * meanwhile. Who asked is kept in the audit before the copy begins.
 */
#include "gateway/api/backup.h"

#include "gateway/api/answer.h"
#include "gateway/service/trail.h"

#include <limits.h>
#include <sys/stat.h>

#define DEADLINE_MS (60 * 60 * 1000ll)

struct copying {
    char path[PATH_MAX];
};

/* A path of the file system, whole, and none of the database's own files. */
static int read_path(struct pk_call *call, struct copying *copying, struct pk_error *err)
{
    static const char *const fields[] = { "path", NULL };
    struct pk_slice path;
    const char *database = pk_store_path(call->service->store);
    int r = pk_json_only(call->body, fields, "body", err);
    if (r == 0)
        r = pk_call_field(call, "path", sizeof copying->path - 8, &path, err);
    if (r != 0)
        return r;
    if (path.data[0] != '/') {
        (void) pk_fail(err, PK_E_INVALID, "field \"path\" must begin with /");
        return pk_hint(err, PK_E_INVALID, "Say the whole path: the gateway runs in another folder than you.");
    }
    if (pk_slice_starts(path, database) && (path.len == strlen(database) || path.data[strlen(database)] == '-'))
        return pk_fail(err, PK_E_INVALID, "field \"path\" names a file of the database itself");
    (void) snprintf(copying->path, sizeof copying->path, "%.*s", PK_SLICE_ARG(path));
    return 0;
}

static int audit(struct pk_call *call, void *ctx, struct pk_error *err)
{
    const struct copying *copying = ctx;
    return pk_trail_done(call->service, &call->actor, "backup", "database", copying->path, 0, call->now_ms, err);
}

static int copy(struct pk_call *call, struct pk_store *store, struct pk_error *err)
{
    const struct copying *copying = call->data;
    struct stat st;
    int r = pk_store_backup_file(pk_store_path(store), copying->path, err);
    if (r != 0)
        return r;
    struct pk_json_out out = pk_json_out(&call->out);
    pk_json_open(&out, NULL, '{');
    pk_json_add_text(&out, "path", copying->path);
    pk_json_add_int(&out, "bytes", stat(copying->path, &st) == 0 ? st.st_size : 0);
    pk_json_close(&out, '}');
    return 0;
}

void pk_api_backup(struct pk_call *call)
{
    struct pk_error err = { 0 };
    struct copying *copying = pk_alloc(sizeof *copying);
    call->data = copying;
    call->actor.purpose = "backup";
    int r = read_path(call, copying, &err);
    if (r == 0)
        r = pk_call_change(call, audit, copying, &err);
    if (r != 0)
        pk_call_problem(call, &err);
    else
        pk_call_read_kept(call, copy, pk_call_answer_read, DEADLINE_MS);
}
