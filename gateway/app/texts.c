/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/app/texts.h"

#include "gateway/app/config.h"
#include "gateway/base/ini.h"
#include "gateway/base/text.h"
#include "gateway/store/connect.h"
#include "gateway/store/inspect.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The configured price of a part to a number of the gateway's own country, where `templates cost` would take it from. Read from the lines alone: accounts are not
 * opened for it, and what is wrong with them is for check-config to say. */
static void find_price(const char *path, const char *region, struct pk_price *ret_price)
{
    pk_auto(pk_ini) struct pk_ini *ini = NULL;
    struct pk_ini_report silent = { 0 };
    const struct pk_ini_section *route = NULL;
    if (pk_ini_read(path, &silent, &ini, NULL) != 0)
        return;
    const struct pk_ini_section *limits = pk_ini_find(ini, "limits", "");
    const struct pk_ini_entry *chosen = limits ? pk_ini_entry(limits, "default_route") : NULL;
    for (size_t i = 0; i < ini->section_count && !route; i++)
        if (strcmp(ini->sections[i].kind, "route") == 0 && (!chosen || pk_slice_is(chosen->value, ini->sections[i].name)))
            route = &ini->sections[i];
    const struct pk_ini_entry *accounts = route ? pk_ini_entry(route, "accounts") : NULL;
    struct pk_slice rest = accounts ? accounts->value : (struct pk_slice){ 0 }, name;
    if (rest.len == 0 || !pk_slice_cut(&rest, ',', &name))
        return;
    pk_auto(text) char *first = pk_slice_dup(pk_slice_trim(name));
    const struct pk_ini_section *account = pk_ini_find(ini, "account", first);
    const struct pk_ini_entry *price = account ? pk_ini_entry(account, "price") : NULL;
    const struct pk_ini_entry *currency = account ? pk_ini_entry(account, "currency") : NULL;
    struct pk_prices prices = { 0 };
    if (currency && currency->value.len == 3)
        memcpy(prices.currency, currency->value.data, 3);
    if (!price || pk_prices_parse(price->value, &prices, &rest) != 0 || !prices.currency[0])
        return;
    ret_price->amount = pk_prices_of(&prices, region, 1);
    memcpy(ret_price->currency, prices.currency, sizeof prices.currency);
}

/* Without a configuration at the usual place, or with one that is not for us to read, there are still the texts that were
 * installed; one that was named must be there, unless the folder was named too. */
static int read_places(const struct pk_invocation *invocation, bool needed, struct pk_texts *texts, struct pk_error *err)
{
    pk_auto(pk_config) struct pk_config *config = NULL;
    struct pk_ini_report report = pk_config_report_stderr();
    bool usual = strcmp(invocation->config, PK_CONFIG_DEFAULT) == 0;
    if (usual && access(invocation->config, R_OK) != 0)
        return 0;
    int r = pk_config_read_places(invocation->config, false, &report, &config, err);
    if (r == PK_E_NOT_FOUND && !needed)
        return 0;
    if (r != 0)
        return r;
    texts->organisation = pk_strdup(config->rules.organisation);
    texts->phone = pk_strdup(config->rules.phone);
    texts->page = pk_strdup(config->rules.page);
    find_price(invocation->config, config->rules.phone_region ? config->rules.phone_region : "", &texts->price);
    texts->zone = pk_strdup(config->rules.zone);
    if (!texts->folder)
        texts->folder = pk_strdup(config->templates);
    return 0;
}

int pk_texts_open(const struct pk_invocation *invocation, const char *folder, struct pk_ini_report *report,
                  struct pk_texts *ret_texts, struct pk_error *err)
{
    struct pk_texts texts = { .folder = pk_strdup(folder) };
    int r = read_places(invocation, folder == NULL, &texts, err);
    if (r == 0 && !texts.folder)
        texts.folder = pk_strdup(PK_TEMPLATES_DIR);
    if (r == 0 && !texts.zone)
        texts.zone = pk_strdup("Europe/Amsterdam");
    size_t before = report->count;
    if (r == 0)
        r = pk_catalog_load(texts.folder, report, &texts.catalog, err);
    if (r == 0)
        pk_catalog_know(texts.catalog, pk_slice_of(texts.phone ? texts.phone : ""), pk_slice_of(texts.page ? texts.page : ""));
    if (r != 0 && report->count == before) {
        if (err && !err->hint[0])
            (void) pk_hint(err, r, "Name the folder of texts: --templates FOLDER.");
        pk_texts_close(&texts);
        return r;
    }
    *ret_texts = texts;
    return 0;
}

static void tell_mistake(void *ctx, const char *file, uint32_t line, const char *section, const char *key, const char *reason,
                         const char *hint)
{
    (void) ctx;
    (void) section;
    (void) key;
    (void) fprintf(stderr, "%s:%u: %s\n", file, line, reason);
    if (hint && hint[0])
        (void) fprintf(stderr, "  hint: %s\n", hint);
}

int pk_texts_open_good(const struct pk_invocation *invocation, const char *folder, struct pk_texts *ret_texts,
                       struct pk_error *err)
{
    struct pk_ini_report report = { .tell = tell_mistake };
    int r = pk_texts_open(invocation, folder, &report, ret_texts, err);
    if (r != 0 || ret_texts->catalog)
        return r;
    (void) pk_fail(err, PK_E_CONFIG, "the texts in \"%s\" have %zu mistake%s", ret_texts->folder, report.count,
                   report.count == 1 ? "" : "s");
    pk_texts_close(ret_texts);
    return pk_hint(err, PK_E_CONFIG, "Correct them first; pokana templates check tells all of them.");
}

void pk_texts_close(struct pk_texts *texts)
{
    pk_catalog_free(texts->catalog);
    free(texts->folder);
    free(texts->organisation);
    free(texts->phone);
    free(texts->page);
    free(texts->zone);
    *texts = (struct pk_texts){ 0 };
}

struct pk_store *pk_texts_readings(const struct pk_invocation *invocation)
{
    pk_auto(pk_config) struct pk_config *config = NULL;
    pk_auto(pk_store) struct pk_store *store = NULL;
    struct pk_ini_report silent = { 0 };
    if (access(invocation->config, R_OK) != 0 || pk_config_read_places(invocation->config, false, &silent, &config, NULL) != 0)
        return NULL;
    if (!config->database || access(config->database, R_OK | W_OK) != 0 || pk_store_open_reading(config->database, NULL, &store, NULL) != 0)
        return NULL;
    return pk_store_has_readings(store) ? pk_steal(&store) : NULL;
}
