/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The inbox: what a person has to read and answer. The conversation puts replies in; the desk assigns, answers and closes.
 * Lists show no text and no address, only its ends; whoever opens one item reads it, and that is written down. An answer is
 * of class `answer`: by the account the reply came on, within seven days of it, to nobody who stopped, and no more than a
 * few a day to one address. What waits a day for an answer is told to the team.
 */
#ifndef PK_SERVICE_INBOX_H
#define PK_SERVICE_INBOX_H

#include "gateway/language/segment.h"
#include "gateway/service/service.h"
#include "gateway/store/inbox.h"

#define PK_INBOX_LATE_MS (24 * 3600 * 1000ll) /* unanswered so long, it is told */
#define PK_INBOX_TEAM_EVERY_MS (4 * 3600 * 1000ll) /* the team gets a message about it so often at most */
#define PK_INBOX_TEXT_MAX 2000u /* bytes of an answer in own words */
#define PK_INBOX_PARTS_MAX 6u /* text messages of one answer */
#define PK_MASKED_MAX 24

const char *pk_inbox_state_name(uint32_t state); /* "open", "answered", "closed"; NULL out of range */
int pk_inbox_state_parse(struct pk_slice name, uint32_t *ret_state);
const char *pk_inbox_subject_name(uint32_t subject); /* "school"; NULL for none */
int pk_inbox_subject_parse(struct pk_slice name, uint32_t *ret_subject, struct pk_error *err);
const char *pk_inbox_subjects(void); /* their names, with commas */
/* The ends of an address, no more than a third of it: "+35…34". */
void pk_mask_address(struct pk_slice value, char ret_masked[PK_MASKED_MAX]);

/* The conversation's: assigned by the language it is answered in. *ret_taken is false when there is no room. Inside a unit. */
int pk_inbox_take(struct pk_service *service, struct pk_inbox_item *item, int64_t reply, bool *ret_taken, struct pk_error *err);

/* ---- people's; all inside a unit, all in the audit ---- */

/* As pk_inbox_list(), for who may read: no texts. Also outside a unit. */
int pk_inbox_each(struct pk_service *service, const struct pk_actor *actor, const struct pk_inbox_filter *filter, size_t max,
                  int (*each)(void *ctx, const struct pk_inbox_item *item), void *ctx, struct pk_error *err);
/* Somebody reads this item's texts. */
int pk_inbox_open(struct pk_service *service, const struct pk_actor *actor, int64_t id, int64_t now_ms, struct pk_inbox_item *ret_item,
                  struct pk_error *err);
/* `to` is a role or a user: letters, digits and . _ - with a letter first. */
int pk_inbox_hand_to(struct pk_service *service, const struct pk_actor *actor, int64_t id, struct pk_slice to, int64_t now_ms,
                     struct pk_error *err);
/* Needs no answer. */
int pk_inbox_end(struct pk_service *service, const struct pk_actor *actor, int64_t id, uint32_t subject, int64_t now_ms, struct pk_error *err);

struct pk_inbox_answer {
    int64_t item;
    uint32_t subject;
    struct pk_slice template_name; /* of kind answer, without values of its own; empty = own words */
    struct pk_slice words;
    bool only_count; /* nothing is sent, closed or written down */
};
struct pk_inbox_sent {
    int64_t message; /* 0 = only counted */
    struct pk_segmentation cost;
};
/* PK_E_CONFLICT when it is closed, too old, or the person stopped; PK_E_LIMIT when it is too long or too many; PK_E_INVALID
 * for words that are none. */
int pk_inbox_reply(struct pk_service *service, const struct pk_actor *actor, const struct pk_inbox_answer *answer, int64_t now_ms,
                   struct pk_inbox_sent *ret_sent, struct pk_error *err);

/* Housekeeping's, each minute: tells of what waits too long. */
void pk_inbox_watch(struct pk_service *service);

#endif
