/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Roles, actions and the table that joins them (rights_table.h). Pure: whether a certain actor may do a certain thing is
 * asked of gateway/service/rights.h, which knows scopes.
 */
#ifndef PK_MODEL_RIGHTS_H
#define PK_MODEL_RIGHTS_H

#include "gateway/base/buf.h"
#include "gateway/model/rights_table.h"

/* The numbers are kept in the audit: they never change, and a new one is added at the end. */
enum pk_role {
    PK_ROLE_NONE = 0, /* nobody has been made out yet: may nothing */
    PK_ROLE_ADVISER,
    PK_ROLE_APPROVER,
    PK_ROLE_DESK, /* the info point's adviser, who reads Bulgarian */
    PK_ROLE_KEY_PERSON,
    PK_ROLE_PUBLISHER, /* another service */
    PK_ROLE_OPERATOR, /* somebody at the control socket */
    PK_ROLE_SYSTEM, /* the gateway itself: schedules, recovery */
    PK_ROLE_ACCOUNT, /* a provider, telling what happened */
    PK_ROLE_PERSON, /* the recipient */
    PK_ROLES
};

enum pk_action {
    PK_ACTION_NONE = 0, /* nobody may */
#define PK_ACTION_CONSTANT(constant, name, cells, sentence) PK_ACTION_##constant,
    PK_ACTIONS(PK_ACTION_CONSTANT)
#undef PK_ACTION_CONSTANT
    PK_ACTION_COUNT
};

enum pk_right { PK_RIGHT_NO = 0, PK_RIGHT_OWN, PK_RIGHT_YES };

/* PK_RIGHT_NO for whatever is no action or no role. */
enum pk_right pk_right_of(enum pk_action action, enum pk_role role);

/* Never NULL. */
const char *pk_action_name(enum pk_action action); /* "recipient.import" */
const char *pk_action_sentence(enum pk_action action); /* in Dutch */
const char *pk_role_name(enum pk_role role); /* "key-person" */
const char *pk_role_title(enum pk_role role); /* in Dutch: "sleutelpersoon" */
/* PK_ACTION_NONE when there is no such action. */
enum pk_action pk_action_of_name(struct pk_slice name);
/* PK_ROLE_NONE when there is no such role. */
enum pk_role pk_role_of_name(struct pk_slice name);
/* Whether people are given it; the other roles are what somebody is by the door they come in at. */
bool pk_role_is_for_users(enum pk_role role);

/* The whole table in Dutch Markdown, with a legend. */
void pk_rights_write(struct pk_buf *out);

#endif
