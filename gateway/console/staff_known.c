/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/console/staff_known.h"

#include "gateway/base/crypto.h"
#include "gateway/base/text.h"
#include "gateway/console/entry_form.h"
#include "gateway/console/handlers.h"
#include "gateway/console/staff.h"

#include <strings.h>

/* ---- what the proxy says ---- */

struct lookup {
    const char *name;
    struct pk_slice value;
    size_t count;
};

static bool look_at(void *ctx, struct pk_slice name, struct pk_slice value)
{
    struct lookup *lookup = ctx;
    if (name.len == strlen(lookup->name) && strncasecmp(name.data, lookup->name, name.len) == 0) {
        lookup->value = value;
        lookup->count++;
    }
    return true;
}

/* A header that came twice was written by somebody else as well: it says nothing. */
static struct pk_slice only_header(const struct pk_visit *visit, const char *name)
{
    struct lookup lookup = { .name = name };
    pk_http_request_each_header(visit->call->request, look_at, &lookup);
    return lookup.count == 1 ? pk_slice_trim(lookup.value) : (struct pk_slice){ 0 };
}

static bool comes_from_the_proxy(const struct pk_visit *visit)
{
    const struct pk_words *from = &visit->call->service->rules->proxy_from;
    char remote[PK_REMOTE_MAX];
    pk_http_request_remote(visit->call->request, remote);
    for (size_t i = 0; i < from->count; i++)
        if (strcmp(from->items[i], remote) == 0)
            return true;
    return false;
}

static bool shows_the_secret(const struct pk_visit *visit)
{
    const struct pk_rules *rules = visit->call->service->rules;
    uint8_t shown[32], wanted[32];
    struct pk_slice secret = only_header(visit, rules->proxy_proof);
    pk_sha256(secret, shown); /* of one length, so that the comparison takes the same time whatever is sent */
    pk_sha256(pk_slice_of(rules->proxy_secret), wanted);
    return secret.len > 0 && pk_equal_constant_time(shown, wanted, sizeof shown);
}

struct pk_slice pk_staff_known(const struct pk_visit *visit)
{
    const struct pk_rules *rules = visit->call->service->rules;
    if (!rules->proxy_header || !rules->proxy_proof || !rules->proxy_secret || !comes_from_the_proxy(visit) || !shows_the_secret(visit))
        return (struct pk_slice){ 0 };
    return only_header(visit, rules->proxy_header);
}

/* ---- the way in ---- */

static int enter(struct pk_visit *visit, struct pk_slice name, uint8_t session[PK_TOKEN_BYTES], struct pk_error *err)
{
    struct pk_service *service = visit->call->service;
    int r = pk_unit_begin(service->store, err);
    if (r != 0)
        return r;
    r = pk_staff_enter_known(service, name, visit->call->now_ms, session, err);
    if (r == 0)
        return pk_unit_keep(service->store, err);
    pk_unit_drop(service->store);
    return r;
}

/* A button, as everywhere: a look at the page opens nothing. */
void pk_staff_page_known(struct pk_visit *visit)
{
    struct pk_error err = { 0 };
    uint8_t session[PK_TOKEN_BYTES];
    if (pk_visit_often(visit) || !pk_entry_form_is_ours(visit))
        return;
    struct pk_slice name = pk_staff_known(visit);
    int r = name.len > 0 ? enter(visit, name, session, &err) : pk_fail(&err, PK_E_DENIED, "nobody says who this is");
    if (r == 0) {
        pk_staff_keep(visit, session);
        pk_visit_go(visit, "/staff");
        explicit_bzero(session, sizeof session);
    } else if (r == PK_E_DENIED) {
        pk_staff_start_show(visit, 422, true);
    } else {
        pk_visit_trouble(visit, &err);
    }
}
