/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/team.h"

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/service/planner.h"

/* Numbers of the store: since when there is something to tell (0 = nothing), and when it was told last. */
static const struct kind {
    const char *template_name, *noted, *told;
} kinds[PK_TEAM_NEWS] = {
    [PK_TEAM_ACCOUNT_PAUSED] = { "account-paused", "team.account.noted", "team.account.told" },
    [PK_TEAM_WEBHOOK_OFF] = { "webhook-off", "team.webhook.noted", "team.webhook.told" },
    [PK_TEAM_STANDING_USED] = { "standing-used", "team.standing.noted", "team.standing.told" },
    [PK_TEAM_BREACH_TOLD] = { "breach-ordered", "team.breach.noted", "team.breach.told" },
};

static const char *const told_elsewhere[] = { "inbox-waiting", "trigger-waiting", "campaign-paused" };

const char *pk_team_text(size_t index)
{
    if (index < PK_COUNT(told_elsewhere))
        return told_elsewhere[index];
    index -= PK_COUNT(told_elsewhere);
    return index < PK_COUNT(kinds) ? kinds[index].template_name : NULL;
}

int pk_team_note(struct pk_service *service, enum pk_team_news news, int64_t now_ms, struct pk_error *err)
{
    if (!service->rules->team || pk_store_number(service->store, kinds[news].noted, 0) != 0)
        return 0;
    return pk_store_set_number(service->store, kinds[news].noted, now_ms, err);
}

static int tell(struct pk_service *service, const struct kind *kind, int64_t now_ms, struct pk_error *err)
{
    int r = pk_unit_begin(service->store, err);
    if (r != 0)
        return r;
    r = pk_planner_team_news(service, kind->template_name, now_ms, err);
    if (r == 0)
        r = pk_store_set_number(service->store, kind->noted, 0, err);
    if (r == 0)
        r = pk_store_set_number(service->store, kind->told, now_ms, err);
    if (r == 0)
        return pk_unit_keep(service->store, err);
    pk_unit_drop(service->store);
    return r;
}

void pk_team_watch(struct pk_service *service)
{
    int64_t now_ms = pk_clock_wall_ms();
    for (size_t i = 0; service->rules->team && i < PK_COUNT(kinds); i++) {
        struct pk_error err = { 0 };
        if (pk_store_number(service->store, kinds[i].noted, 0) == 0 || now_ms - pk_store_number(service->store, kinds[i].told, 0) < PK_TEAM_EVERY_MS)
            continue;
        if (tell(service, &kinds[i], now_ms, &err) != 0)
            pk_log(PK_LOG_ERROR, "team", "not_told", "text", kinds[i].template_name, "reason", err.message, NULL);
    }
}
