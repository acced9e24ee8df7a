/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The service: what its rooms share, and the phases of a turn from its side.
 *
 *     bus, api ──> intake ──> planner ──> (queue, in the store) ──> dispatcher ──gate──> desks ──> plugin/account
 *                                                                        ^                            │
 *     bus <── outbound <── tracker <── inbound <───────────────────────── settle <────────────────────┘
 *
 * Everything runs on the loop's thread inside the turn's transaction. The application creates it, adds its phases to
 * the loop and frees it; the api layer calls the rooms' headers with an actor.
 */
#ifndef PK_SERVICE_SERVICE_H
#define PK_SERVICE_SERVICE_H

#include "gateway/io/http_client.h"
#include "gateway/io/loop.h"
#include "gateway/language/catalog.h"
#include "gateway/service/actor.h"
#include "gateway/service/metrics.h"
#include "gateway/service/rules.h"
#include "gateway/store/reader.h"
#include "gateway/store/store.h"

/* The day that messages and money are counted in. */
struct pk_today {
    int64_t day; /* 20261013 */
    int64_t from_ms, until_ms; /* both 0 = not known */
};

/* Read by every room, written by service.c alone (metrics: by whoever counts). */
struct pk_service {
    struct pk_loop *loop; /* borrowed, as the next seven */
    struct pk_store *store;
    struct pk_reader *reader;
    struct pk_http_client *http;
    struct pk_http_client *webhook_http; /* of webhooks alone; NULL = none is sent */
    const char *ca_file;
    const struct pk_rules *rules;
    const struct pk_catalog *catalog; /* with the city's own texts */
    struct pk_own_texts *own_texts; /* those */
    struct pk_metrics metrics;
    struct pk_texts *texts; /* rendered texts, cached */
    struct pk_desks *desks; /* the accounts at work */
    struct pk_quiet *quiet; /* quiet hours and days */
    struct pk_dispatcher *dispatcher;
    struct pk_planner *planner;
    struct pk_intake *intake;
    struct pk_outbound *outbound;
    struct pk_webhooks *webhooks;
    struct pk_bus *bus; /* NULL without a broker */
    struct pk_publishing *publishing; /* the bus, for accounts that publish */
    struct pk_upkeep *upkeep; /* housekeeping */
    struct pk_imports *imports; /* files of recipients being read in */
    int (*read_keys)(void *ctx, struct pk_keyring **ret_ring, struct pk_error *err); /* the key file again; NULL = cannot */
    void *keys_ctx;
    struct pk_keeper *report_keeper; /* keeps reports before their messages go */
    struct pk_keeper *indicator_keeper; /* freezes months that are over */
    struct pk_circle_counts *circle_counts; /* of key persons' pages, for a minute; NULL = none are kept */
    struct pk_verification *verification; /* of the consent ledger, when somebody asks for it */
    struct pk_trail *trail; /* refusals of this turn, to be kept */
    struct pk_today today; /* by the wall clock of the rules (spending.h) */
    unsigned reloads; /* of the configuration, since the start */
    bool draining; /* no new work is taken in, none is handed over */
    bool committed; /* how the last commit went */
    char trouble[sizeof(((struct pk_error *) 0)->message)]; /* why commits fail, as it was said; "" = they do not */
    char config_trouble[256]; /* what a reload could not take over, for health; "" = all of it is in use */
};

struct pk_service_config {
    struct pk_loop *loop;
    struct pk_store *store;
    struct pk_reader *reader;
    struct pk_http_client *http;
    struct pk_http_client *webhook_http; /* for webhooks alone, freed before the service; NULL = none is sent */
    const char *ca_file; /* authorities for lasting links to providers; NULL = the system's; lives as long as the service */
    const struct pk_rules *rules;
    const struct pk_catalog *catalog; /* as shipped; borrowed */
    int (*read_keys)(void *ctx, struct pk_keyring **ret_ring, struct pk_error *err); /* reads the key file; may be NULL */
    void *keys_ctx;
};

/* Opens the accounts (an account that cannot be opened fails the whole), recovers what a crash left, and connects to
 * the broker. Work on many rows continues turn by turn. */
int pk_service_new(const struct pk_service_config *config, struct pk_service **ret_service, struct pk_error *err);
/* The same rules over the same store without loop, accounts and broker, for a command that holds the database while no
 * gateway runs: what it queues leaves when one starts. Of the rooms only `texts` and `trail` are there. */
struct pk_service *pk_service_new_planning(struct pk_store *store, const struct pk_rules *rules, const struct pk_catalog *catalog);
void pk_service_free(struct pk_service *service); /* hand-overs in flight end as uncertain; commits */
PK_AUTO_DEFINE(pk_service, struct pk_service *, pk_service_free)

/* New rules and texts, at the start of a turn (a descriptor or timer's callback). Accounts that did not change go on as
 * they are; one that changed is opened anew while the old one finishes what is in flight and then closes, and so does
 * one that is gone. On failure the old rules stay in use and nothing has changed. The old rules and catalog may be
 * freed after a return of 0; adapters stay loaded. The broker's rule is read at start only. */
int pk_service_reload(struct pk_service *service, const struct pk_rules *rules, const struct pk_catalog *catalog,
                      struct pk_error *err);

/* What the last reload could not take over; "" = nothing. Shown in health until the next one. */
void pk_service_config_trouble(struct pk_service *service, const char *why);

/* ---- the phases, called by the application in the loop's order ---- */

void pk_service_harvest(struct pk_service *service); /* settles the hand-overs that ended */
void pk_service_open(struct pk_service *service); /* plans, keeps house, and last of all opens attempts */
void pk_service_commit(struct pk_service *service); /* the turn's one commit */
/* After the commit, in this order; the api's answers go out between the two. */
void pk_service_release_answers(struct pk_service *service); /* memory, MQTT acknowledgements, answers */
void pk_service_release_calls(struct pk_service *service); /* provider calls, then events */

/* Stops intake and new attempts. What is in flight is still settled. */
void pk_service_drain(struct pk_service *service);
/* True when nothing is in flight and nothing is waiting to be settled or published. */
bool pk_service_idle(const struct pk_service *service);

#endif
