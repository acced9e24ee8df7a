/* SPDX-License-Identifier: EUPL-1.2 */
/* Forms of texts; see the header. */
#include "gateway/service/wording.h"

#include "gateway/base/json.h"
#include "gateway/model/cloudevent.h"
#include "gateway/store/names.h"

/* ---- who can be answered ---- */

static const struct pk_account_rule *account_of(const struct pk_rules *rules, const char *name)
{
    for (size_t i = 0; name && i < rules->account_count; i++)
        if (strcmp(rules->accounts[i].name, name) == 0)
            return &rules->accounts[i];
    return NULL;
}

bool pk_account_answerable(const struct pk_service *service, uint32_t account)
{
    const struct pk_account_rule *rule = account_of(service->rules, pk_name_text(service->store, PK_NAME_ACCOUNT, account));
    return !rule || pk_account_hears(rule);
}

/* In one of the countries it takes, where it names them. */
static bool hears_on(const struct pk_account_rule *account, const struct pk_words *countries)
{
    bool hears = countries->count == 0 && pk_account_hears(account);
    for (size_t i = 0; i < countries->count && !hears; i++)
        hears = pk_account_hears_in(account, countries->items[i]);
    return hears;
}

bool pk_rule_answerable(const struct pk_rules *rules, const struct pk_route_rule *route)
{
    for (size_t i = 0; i < route->accounts.count; i++) {
        const struct pk_account_rule *account = account_of(rules, route->accounts.items[i]);
        if (!account || hears_on(account, &route->countries))
            return true;
    }
    return route->accounts.count == 0;
}

/* A route whose accounts nobody knows is no reason to write otherwise. */
bool pk_route_answerable(const struct pk_service *service, uint32_t route)
{
    const char *name = pk_name_text(service->store, PK_NAME_ROUTE, route);
    const struct pk_route_rule *rule = name ? pk_rules_route(service->rules, name) : NULL;
    return !rule || pk_rule_answerable(service->rules, rule);
}

/* ---- which form ---- */

struct pk_slice pk_wording(const struct pk_service *service, struct pk_slice name, bool answerable)
{
    struct pk_slice twin = answerable ? (struct pk_slice){ 0 } : pk_catalog_noreply(service->catalog, name);
    return twin.len > 0 ? twin : name;
}

int pk_wording_needs_page(const struct pk_service *service, struct pk_slice values, struct pk_error *err)
{
    pk_auto(pk_json) struct pk_json *document = NULL;
    if (pk_catalog_knows_page(service->catalog))
        return 0;
    int r = pk_json_parse(values, PK_CLOUDEVENT_BYTES_MAX, &document, err);
    if (r != 0)
        return r;
    if (pk_json_string(pk_json_get(document, "link")).len > 0)
        return 0;
    (void) pk_fail(err, PK_E_CONFIG, "nobody can answer on this route, and there is no page to answer on");
    return pk_hint(err, PK_E_CONFIG, "Set public_url or page in [gateway], or replies = yes for an account of the route.");
}
