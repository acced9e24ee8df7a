/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/api/edition.h"

#include "gateway/base/crypto.h"
#include "gateway/base/text.h"

#define MARK_BYTES 12
#define MARK_MAX (2 * MARK_BYTES + 3)

/* With its quotes. */
static void mark(struct pk_slice state, char ret_mark[MARK_MAX])
{
    uint8_t digest[32];
    struct pk_buf out = { .data = ret_mark, .cap = MARK_MAX, .max_bytes = MARK_MAX - 1 };
    pk_sha256(state, digest);
    (void) pk_buf_add_char(&out, '"');
    pk_hex(&out, digest, MARK_BYTES);
    (void) pk_buf_add_char(&out, '"');
}

void pk_edition_tell(struct pk_call *call, struct pk_slice state)
{
    char text[MARK_MAX];
    mark(state, text);
    pk_call_header(call, "ETag", text);
}

/* A list of marks, or "*" for whatever there is. A weak one is never the same. */
static bool is_among(struct pk_slice list, struct pk_slice state)
{
    struct pk_slice one;
    char text[MARK_MAX];
    if (!state.data)
        return false;
    mark(state, text);
    while (list.len > 0 && pk_slice_cut(&list, ',', &one)) {
        one = pk_slice_trim(one);
        if (pk_slice_is(one, "*") || pk_slice_is(one, text))
            return true;
    }
    return false;
}

static struct pk_slice wanted(const struct pk_call *call)
{
    return pk_http_request_header(call->request, "If-Match");
}

static struct pk_slice unwanted(const struct pk_call *call)
{
    return pk_http_request_header(call->request, "If-None-Match");
}

bool pk_edition_is_named(const struct pk_call *call)
{
    return wanted(call).data || unwanted(call).data;
}

int pk_edition_check(struct pk_call *call, struct pk_slice state, struct pk_error *err)
{
    if ((!wanted(call).data || is_among(wanted(call), state)) && (!unwanted(call).data || !is_among(unwanted(call), state)))
        return 0;
    call->problem_status = 412;
    (void) pk_fail(err, PK_E_CONFLICT, state.data ? "it is no longer as you saw it" : "there is none of this name");
    return pk_hint(err, PK_E_CONFLICT, "Look at it again, and send the change with the ETag it has now.");
}
