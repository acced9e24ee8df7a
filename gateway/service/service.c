/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/service.h"

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "gateway/service/bus.h"
#include "gateway/service/circle_counts.h"
#include "gateway/service/desks.h"
#include "gateway/service/dispatcher.h"
#include "gateway/service/housekeeping.h"
#include "gateway/service/imports.h"
#include "gateway/service/intake.h"
#include "gateway/service/keeper.h"
#include "gateway/service/outbound.h"
#include "gateway/service/own_texts.h"
#include "gateway/service/planner.h"
#include "gateway/service/publishing.h"
#include "gateway/service/quiet.h"
#include "gateway/service/indicators.h"
#include "gateway/service/reports.h"
#include "gateway/service/spending.h"
#include "gateway/service/status_events.h"
#include "gateway/service/texts.h"
#include "gateway/service/verification.h"
#include "gateway/service/trail.h"
#include "gateway/service/webhooks.h"
#include "gateway/store/messages.h"

int pk_service_new(const struct pk_service_config *config, struct pk_service **ret_service, struct pk_error *err)
{
    pk_auto(pk_service) struct pk_service *service = pk_alloc(sizeof *service);
    service->loop = config->loop;
    service->store = config->store;
    service->reader = config->reader;
    service->http = config->http;
    service->webhook_http = config->webhook_http;
    service->ca_file = config->ca_file;
    service->rules = config->rules;
    service->catalog = config->catalog;
    service->read_keys = config->read_keys;
    service->keys_ctx = config->keys_ctx;
    service->texts = pk_texts_new();
    service->trail = pk_trail_new();
    pk_own_texts_take(service, config->catalog);
    service->publishing = pk_publishing_new(service);
    int r = pk_desks_open(service, service->rules, NULL, &service->desks, err);
    if (r != 0)
        return r;
    if ((r = pk_quiet_new(service, service->rules, config->catalog, &service->quiet, err)) != 0)
        return r;
    service->outbound = pk_outbound_new(service);
    service->webhooks = pk_webhooks_new(service);
    service->dispatcher = pk_dispatcher_new(service);
    service->planner = pk_planner_new(service);
    service->intake = pk_intake_new(service);
    service->upkeep = pk_upkeep_new(service);
    pk_status_events_watch(service);
    service->imports = pk_imports_new(service);
    service->verification = pk_verification_new(service);
    service->circle_counts = pk_circle_counts_new();
    service->report_keeper = pk_report_keeper_new(service);
    service->indicator_keeper = pk_indicator_keeper_new(service);
    if (service->rules->bus.host && (r = pk_bus_new(service, &service->bus, err)) != 0)
        return r;
    /* The names made for accounts and routes are kept before anything refers to them. */
    if ((r = pk_store_commit(service->store, err)) != 0)
        return r;
    *ret_service = pk_steal(&service);
    return 0;
}

struct pk_service *pk_service_new_planning(struct pk_store *store, const struct pk_rules *rules, const struct pk_catalog *catalog)
{
    struct pk_service *service = pk_alloc(sizeof *service);
    service->store = store;
    service->rules = rules;
    service->catalog = catalog;
    service->texts = pk_texts_new();
    service->trail = pk_trail_new();
    pk_own_texts_take(service, catalog);
    return service;
}

void pk_service_free(struct pk_service *service)
{
    if (!service)
        return;
    pk_bus_free(service->bus);
    service->bus = NULL;
    if (service->publishing)
        pk_publishing_lost(service->publishing);
    if (service->dispatcher) {
        /* Closing the accounts ends what is in flight as uncertain; that is settled and kept. */
        pk_desks_close(service->desks);
        pk_dispatcher_settle(service->dispatcher);
        pk_service_commit(service);
        pk_store_release(service->store, PK_LANE_MEMORY);
        pk_store_release(service->store, PK_LANE_EVENT);
    }
    pk_messages_watch(service->store, NULL, NULL);
    pk_dispatcher_free(service->dispatcher);
    pk_quiet_free(service->quiet);
    pk_desks_free(service->desks);
    pk_publishing_free(service->publishing);
    pk_planner_free(service->planner);
    pk_intake_free(service->intake);
    pk_outbound_free(service->outbound);
    pk_webhooks_free(service->webhooks);
    pk_upkeep_free(service->upkeep);
    pk_imports_free(service->imports);
    pk_verification_free(service->verification);
    pk_keeper_free(service->report_keeper);
    pk_keeper_free(service->indicator_keeper);
    pk_circle_counts_free(service->circle_counts);
    pk_texts_free(service->texts);
    pk_own_texts_free(service->own_texts);
    pk_trail_free(service->trail);
    free(service);
}

int pk_service_reload(struct pk_service *service, const struct pk_rules *rules, const struct pk_catalog *catalog, struct pk_error *err)
{
    struct pk_desks *fresh = NULL;
    pk_auto(pk_quiet) struct pk_quiet *quiet = NULL;
    int r = pk_quiet_new(service, rules, catalog, &quiet, err);
    if (r == 0)
        r = pk_desks_open(service, rules, service->desks, &fresh, err);
    if (r != 0)
        return r;
    pk_quiet_free(service->quiet);
    service->quiet = pk_steal(&quiet);
    service->desks = fresh;
    service->rules = rules;
    pk_own_texts_take(service, catalog);
    service->reloads++;
    pk_spending_forget_day(service);
    pk_status_events_watch(service);
    pk_dispatcher_refresh(service->dispatcher);
    pk_dispatcher_judge_anew(service->dispatcher);
    pk_planner_refresh(service->planner);
    pk_webhooks_look(service->webhooks);
    pk_loop_again(service->loop);
    return 0;
}

void pk_service_config_trouble(struct pk_service *service, const char *why)
{
    (void) snprintf(service->config_trouble, sizeof service->config_trouble, "%s", why);
}

/* ---- phases ---- */

void pk_service_harvest(struct pk_service *service)
{
    pk_dispatcher_harvest(service->dispatcher);
    pk_webhooks_settle(service->webhooks);
}

void pk_service_open(struct pk_service *service)
{
    pk_upkeep_run(service->upkeep);
    if (pk_upkeep_recovered(service->upkeep)) {
        pk_imports_run(service->imports);
        pk_verification_run(service->verification);
        pk_keeper_run(service->report_keeper);
        pk_keeper_run(service->indicator_keeper);
        pk_planner_run(service->planner);
    }
    if (pk_upkeep_recovered(service->upkeep))
        pk_dispatcher_ask(service->dispatcher);
    pk_dispatcher_open(service->dispatcher);
    pk_outbound_tidy(service->outbound);
}

/* A database in trouble is in trouble turn after turn: said when it begins, when its cause changes and when it ends. An
 * empty turn ends nothing. */
static void say_trouble(struct pk_service *service, const char *why)
{
    if (strcmp(service->trouble, why) == 0 || (why[0] == '\0' && !pk_store_healthy(service->store, NULL)))
        return;
    (void) snprintf(service->trouble, sizeof service->trouble, "%s", why);
    if (why[0] != '\0')
        pk_log(PK_LOG_ERROR, "service", "commit.failed", "reason", why, NULL);
    else
        pk_log(PK_LOG_INFO, "service", "commit.works_again", NULL);
}

void pk_service_commit(struct pk_service *service)
{
    struct pk_error err = { 0 };
    pk_trail_write(service);
    int r = pk_store_commit(service->store, &err);
    pk_trail_settle(service, r == 0);
    if (r == 0) {
        service->metrics.commits++;
        service->committed = true;
        say_trouble(service, "");
        return;
    }
    service->metrics.commits_failed++;
    service->committed = false;
    say_trouble(service, err.message);
}

/* What memory believed is read again after a turn that was not kept. */
static void refresh(struct pk_service *service)
{
    pk_desks_refresh(service->desks);
    pk_texts_forget(service->texts);
    pk_dispatcher_refresh(service->dispatcher);
    pk_planner_refresh(service->planner);
    pk_outbound_refresh(service->outbound);
}

void pk_service_release_answers(struct pk_service *service)
{
    pk_store_release(service->store, PK_LANE_MEMORY);
    if (!service->committed)
        refresh(service);
    if (service->bus)
        pk_bus_release(service->bus, service->committed);
    pk_store_release(service->store, PK_LANE_ANSWER);
}

/* The bus listens as long as it has to: for the answers to what accounts published. Links are ended when nothing flies. */
static void drain_on(struct pk_service *service)
{
    if (service->bus && pk_publishing_waiting(service->publishing) == 0)
        pk_bus_drain(service->bus);
    if (pk_dispatcher_flying(service->dispatcher) == 0)
        pk_desks_stop(service->desks);
}

void pk_service_release_calls(struct pk_service *service)
{
    pk_store_release(service->store, PK_LANE_CALL);
    pk_store_release(service->store, PK_LANE_EVENT);
    pk_outbound_publish(service->outbound);
    pk_webhooks_send(service->webhooks);
    if (service->draining)
        drain_on(service);
    if (pk_store_pending(service->store)) {
        pk_loop_again(service->loop);
        return;
    }
    pk_desks_sweep(service->desks);
    pk_upkeep_between_turns(service->upkeep);
}

/* ---- the end ---- */

void pk_service_drain(struct pk_service *service)
{
    service->draining = true;
    if (service->bus && pk_publishing_waiting(service->publishing) == 0)
        pk_bus_drain(service->bus);
}

bool pk_service_idle(const struct pk_service *service)
{
    bool told = !service->bus || !pk_bus_connected(service->bus) || pk_outbound_idle(service->outbound);
    return pk_dispatcher_flying(service->dispatcher) == 0 && pk_webhooks_flying(service->webhooks) == 0 && told && pk_desks_stopped(service->desks);
}
