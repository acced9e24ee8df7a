/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The service in a test: a database of its own, two accounts ("first", "second") of an adapter that does nothing but what
 * the test says, a clock set by hand, no network. Turning the loop is the test's doing too, so that every step can be
 * looked at. Numbers are invented.
 */
#ifndef PK_TESTS_SERVICE_HOUSE_H
#define PK_TESTS_SERVICE_HOUSE_H

#include "tests/unit/cmocka.h"
#include "tests/unit/service/post.h"

#include "gateway/model/consent.h"
#include "gateway/service/desks.h"
#include "gateway/service/housekeeping.h"
#include "gateway/service/intake.h"
#include "gateway/store/attempts.h"
#include "gateway/store/messages.h"

#define HOUSE_NOW 1791880200000ll /* 2026-10-13T08:30:00Z */
#define SECOND_MS 1000ll
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)
#define ANNA "+359880001234"
#define BORIS "+359880001235"
#define STRANGER "+359880009999"

/* ---- the house ---- */

struct house {
    char folder[40], path[64];
    struct pk_loop *loop;
    struct pk_keyring *keys;
    struct pk_store *store;
    const struct pk_catalog *catalog;
    struct pk_rules rules; /* filled with defaults; change and house_reopen() */
    struct pk_account_rule accounts[HOUSE_ACCOUNTS];
    struct pk_publisher_rule publishers[2]; /* "school": normal, may everything; "alarm": urgent */
    struct pk_adapter adapters[HOUSE_ACCOUNTS]; /* its capabilities: PK_CAN_RECEIPTS, or what the test says */
    struct pk_http_client *http;
    struct pk_service *service;
    struct post *posts[HOUSE_ACCOUNTS];
    bool commit_fails;
    unsigned events; /* triggers published, for their ids */
};

int house_build(void **state);
int house_tear(void **state);
#define in_house(name) cmocka_unit_test_setup_teardown(name, house_build, house_tear)

/* The service ends in order and comes back with the rules as they are now. */
void house_reopen(struct house *house);
/* The process is gone in the middle of it, and comes back. */
void house_crash(struct house *house);

void house_turn(struct house *house);
void house_turns(struct house *house, unsigned count);
void house_later(struct house *house, int64_t ms); /* the clock moves on; three turns */
/* What was completed is settled: results wait a moment for each other (SETTLE_MS), and what that makes room for leaves. */
void house_settle(struct house *house);
#define SETTLE_MS 2

/* ---- people, triggers, messages ---- */

/* Signed up for parent-meetings and festival on sms, with the consent said; the tag "school:windroos". */
int64_t house_person(struct house *house, const char *number, const char *language, uint32_t kind);
void house_people(struct house *house, unsigned count, const char *tag); /* with consent; numbers of their own */
enum pk_consent_state house_consent(struct house *house, int64_t person, const char *topic);
int64_t house_address(struct house *house, const char *number); /* 0 = not known */

/* data as in the event; NULL = an invitation to everybody of school:windroos. Then one turn. */
int house_publish(struct house *house, const char *publisher, const char *data);
#define HOUSE_VALUES "\"values\":{\"begins\":\"2026-10-14T17:30:00Z\",\"place\":\"De Windroos\"}"
#define HOUSE_INVITATION "\"template\":\"parent-meeting-invitation\",\"topic\":\"parent-meetings\"," HOUSE_VALUES
#define HOUSE_FESTIVAL "\"template\":\"festival-invitation\",\"topic\":\"festival\"," HOUSE_VALUES
#define HOUSE_TAGS "\"tags\":{\"all\":[\"school:windroos\"]}"

/* One SQL number, -1 when there is none. */
int64_t house_count(struct house *house, const char *sql);
#define house_messages(house, where) house_count(house, "SELECT count(*) FROM message WHERE " where)
/* The newest message that fits; fails the test when there is none. */
struct pk_message house_message(struct house *house, const char *where);
int64_t house_job_message(const struct post *post, size_t job);
struct pk_message house_of_job(struct house *house, const struct post *post, size_t job);
/* The counts that are kept and the messages that there are say the same. */
void house_assert_counts(struct house *house);

#endif
