/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Whom a rule over people (model/audience.h) reaches now: page by page for the planner, and counted with the reason of
 * everybody left out. All of it is one walk over indexes in the order of people's ids (audience_walk.h).
 */
#ifndef PK_STORE_AUDIENCE_H
#define PK_STORE_AUDIENCE_H

#include "gateway/model/audience.h"
#include "gateway/store/recipients.h"

#define PK_AUDIENCE_CHANNELS_MAX 8
#define PK_AUDIENCE_GROUPS_MAX 64
#define PK_AUDIENCE_CELLS_MAX 1024

/* What is sent: about this topic, to each by the first of these channels on which they have an address that is open and said
 * yes. Of a ladder (model/routing.h) they are its channels. The tree is resolved; borrowed. */
struct pk_audience {
    uint32_t topic;
    uint32_t channels[PK_AUDIENCE_CHANNELS_MAX]; /* in order of preference */
    size_t channel_count;
    const struct pk_audience_tree *tree;
};

/* Looks the names of the leaves up, on the loop's thread. What nobody has is 0. */
int pk_audience_resolve(struct pk_store *store, struct pk_audience_tree *tree, struct pk_error *err);

struct pk_audience_row {
    int64_t recipient;
    int64_t address;
    uint32_t channel;
    char country[3]; /* of the address */
    bool has_next; /* they could be written to on a later one of the channels */
    char language[PK_LANGUAGE_MAX];
    char script[PK_LANGUAGE_MAX];
};

/* Up to `max` people who are told, with an id above `after`, by rising id. *ret_count < max means there are no more. Of several
 * addresses on the channel it is the oldest that is open. */
int pk_audience_page(struct pk_store *store, const struct pk_audience *audience, int64_t after, int64_t now_ms, size_t max,
                     struct pk_audience_row *ret_rows, size_t *ret_count, struct pk_error *err);
/* The first of the channels after `channel` on which a person said yes that stands now, with the oldest address there that is
 * not blocked; *ret_next.channel is 0 when there is none. A STOP is the gate's, which ends the message as such. The tree is not
 * looked at: NULL will do. */
struct pk_next_address {
    int64_t address;
    uint32_t channel;
    char country[3];
    bool has_next; /* and there is one after it */
};
int pk_ladder_next(struct pk_store *store, const struct pk_audience *audience, int64_t recipient, uint32_t channel, int64_t now_ms,
                   struct pk_next_address *ret_next, struct pk_error *err);
/* How many people are told, and with less work how many at most: whoever carries the first tag that all must. Both stop
 * counting at `limit`. */
int64_t pk_audience_bound(struct pk_store *store, const struct pk_audience *audience, int64_t limit);
int pk_audience_count(struct pk_store *store, const struct pk_audience *audience, int64_t now_ms, int64_t limit, int64_t *ret_count,
                      struct pk_error *err);

/* ---- counted with reasons ---- */

/* Why somebody is left out: the first of these that holds, in this order, for who is not told. */
enum pk_left_out {
    PK_TOLD = 0,
    PK_LEFT_STOPPED, /* STOP of the person, or of every address that is not bad */
    PK_LEFT_NO_ADDRESS, /* none on these channels */
    PK_LEFT_BAD_NUMBER, /* every one of them is blocked */
    PK_LEFT_NO_CONSENT, /* an address is open, but no yes to this topic stands on its channel */
    PK_LEFT_OFTEN, /* campaigns told them often enough: where a survey is to know that */
    PK_LEFT_OUTS,
};

struct pk_audience_group {
    char language[PK_LANGUAGE_MAX];
    char script[PK_LANGUAGE_MAX];
    int64_t people;
    int64_t by_channel[PK_AUDIENCE_CHANNELS_MAX]; /* of them, as the audience's channels */
    int64_t later[PK_AUDIENCE_CHANNELS_MAX]; /* who are told on a channel before this one, and could be told here as well */
};

/* What a message to somebody costs hangs on these. */
struct pk_audience_cell {
    size_t group, channel; /* as in the counts below */
    char country[3]; /* of the address; "" = not known, or of a country too many */
    int64_t people;
};

/* people = the sum of by_reason; by_reason[PK_TOLD] = the sum of by_channel = that of the groups; always. */
struct pk_audience_counts {
    int64_t people; /* whom the rule means, each once */
    int64_t places; /* the same, each as often as they are in one of the groups that `or` joins */
    bool grouped; /* there are such groups */
    int64_t by_reason[PK_LEFT_OUTS];
    int64_t by_channel[PK_AUDIENCE_CHANNELS_MAX]; /* of the told, as the audience's channels */
    struct pk_audience_group groups[PK_AUDIENCE_GROUPS_MAX]; /* of the told, by language and script */
    size_t group_count;
    struct pk_audience_cell cells[PK_AUDIENCE_CELLS_MAX]; /* of the told, each once */
    size_t cell_count;
    int64_t read; /* rows of indexes: the work it was */
};

struct pk_survey;

/* The audience and its tree are copied. */
struct pk_survey *pk_survey_new(const struct pk_audience *audience, int64_t now_ms);
void pk_survey_free(struct pk_survey *survey);
PK_AUTO_DEFINE(pk_survey, struct pk_survey *, pk_survey_free)
/* Before it begins: whom campaigns told so often since then is left out too. */
void pk_survey_cap(struct pk_survey *survey, int64_t times, int64_t since_ms);
/* Goes on for up to `max` people it means: 1 when there are more, 0 when that was everybody. Any connection, another one each
 * time if need be: everybody is counted once, as they were when they were come to. PK_E_LIMIT: more languages and scripts than
 * PK_AUDIENCE_GROUPS_MAX. */
int pk_survey_some(struct pk_survey *survey, struct pk_store *store, size_t max, struct pk_error *err);
const struct pk_audience_counts *pk_survey_counts(const struct pk_survey *survey); /* groups sorted once it is at its end */

/* The statements of the walk, so that a test can ask how they are carried out; NULL behind the last one. */
const char *pk_audience_statement(size_t index);

#endif
