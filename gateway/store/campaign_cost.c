/* SPDX-License-Identifier: EUPL-1.2 */
/* How much of a campaign waits and what the rest of it cost, moved along by every row that changes (campaign_made.h). */
#include "gateway/store/campaign_cost.h"

#include "gateway/store/internal.h"

int pk_campaign_holding_write(struct pk_store *store, struct pk_error *err)
{
    int r = store->holding.more == 0 ? 0
                                     : pk_sql_write(store, err, "UPDATE campaign_trigger SET held = held + ?2"
                                                                " WHERE trigger = (SELECT trigger FROM notice WHERE id = ?1)",
                                                    "ii", store->holding.notice, store->holding.more);
    if (r == 0)
        store->holding = (struct pk_campaign_holding){ 0 };
    return r;
}

int pk_campaign_holds(struct pk_store *store, int64_t notice, int64_t more, struct pk_error *err)
{
    int r = store->holding.notice != notice ? pk_campaign_holding_write(store, err) : 0;
    if (r == 0)
        store->holding = (struct pk_campaign_holding){ .notice = notice, .more = store->holding.more + more };
    return r;
}

int pk_campaign_holds_changed(struct pk_store *store, int result, struct pk_error *err)
{
    struct pk_campaign_holding crossed = store->crossed;
    store->crossed = (struct pk_campaign_holding){ 0 };
    return result != 0 || crossed.more == 0 ? result : pk_campaign_holds(store, crossed.notice, crossed.more, err);
}

int pk_campaign_spends(struct pk_store *store, int64_t attempt, int64_t more, struct pk_error *err)
{
    return more == 0 ? 0
                     : pk_sql_write(store, err,
                                    "UPDATE campaign_trigger SET spent = spent + ?2 WHERE trigger = (SELECT n.trigger FROM attempt t CROSS JOIN message m"
                                    " CROSS JOIN notice n WHERE t.id = ?1 AND m.id = t.message AND m.flags & ?3 AND n.id = m.notice)"
                                    " AND EXISTS(SELECT 1 FROM campaign c WHERE c.id = campaign_trigger.campaign"
                                    " AND c.currency = (SELECT currency FROM attempt WHERE id = ?1))",
                                    "iiu", attempt, more, PK_MESSAGE_OF_CAMPAIGN);
}

int pk_campaign_spends_changed(struct pk_store *store, int64_t attempt, int result, struct pk_error *err)
{
    int64_t dearer = store->dearer;
    store->dearer = 0;
    return result != 0 ? result : pk_campaign_spends(store, attempt, dearer, err);
}

/* SQL: priced(price, next) is next. */
static void priced(sqlite3_context *context, int count, sqlite3_value **values)
{
    struct pk_store *store = sqlite3_user_data(context);
    int64_t from = sqlite3_value_int64(values[0]), to = sqlite3_value_int64(values[count - 1]);
    store->dearer = to - from;
    sqlite3_result_int64(context, to);
}

int pk_campaign_cost_attach(struct pk_store *store, struct pk_error *err)
{
    int r = sqlite3_create_function_v2(store->db, "priced", 2, SQLITE_UTF8 | SQLITE_DIRECTONLY, store, priced, NULL, NULL, NULL);
    return r == SQLITE_OK ? 0 : pk_sql_fail(store, r, err);
}
