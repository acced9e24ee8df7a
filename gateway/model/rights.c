/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/model/rights.h"

#include "gateway/include/pokana/error.h"

struct row {
    const char *name, *cells, *sentence;
};

static const struct row rows[PK_ACTION_COUNT] = {
    [PK_ACTION_NONE] = { "none", "---------", "" },
#define ROW(constant, name, cells, sentence) [PK_ACTION_##constant] = { name, cells, sentence },
    PK_ACTIONS(ROW)
#undef ROW
};

/* Every row has a cell for each role but NONE. */
#define WHOLE(constant, name, cells, sentence) _Static_assert(sizeof(cells) == PK_ROLES, name);
PK_ACTIONS(WHOLE)
#undef WHOLE

static const struct {
    const char *name, *title;
    bool users;
} roles[PK_ROLES] = {
    [PK_ROLE_NONE] = { "none", "niemand", false },
    [PK_ROLE_ADVISER] = { "adviser", "adviseur", true },
    [PK_ROLE_APPROVER] = { "approver", "goedkeurder", true },
    [PK_ROLE_DESK] = { "desk", "infopunt", true },
    [PK_ROLE_KEY_PERSON] = { "key-person", "sleutelpersoon", true },
    [PK_ROLE_PUBLISHER] = { "publisher", "dienst", false },
    [PK_ROLE_OPERATOR] = { "operator", "beheerder", true },
    [PK_ROLE_SYSTEM] = { "system", "systeem", false },
    [PK_ROLE_ACCOUNT] = { "account", "aanbieder", false },
    [PK_ROLE_PERSON] = { "person", "inwoner", false },
};

enum pk_right pk_right_of(enum pk_action action, enum pk_role role)
{
    if (action <= PK_ACTION_NONE || action >= PK_ACTION_COUNT || role <= PK_ROLE_NONE || role >= PK_ROLES)
        return PK_RIGHT_NO;
    switch (rows[action].cells[role - 1]) {
    case 'J':
        return PK_RIGHT_YES;
    case 'E':
        return PK_RIGHT_OWN;
    default:
        return PK_RIGHT_NO;
    }
}

const char *pk_action_name(enum pk_action action)
{
    return rows[action > PK_ACTION_NONE && action < PK_ACTION_COUNT ? action : PK_ACTION_NONE].name;
}

const char *pk_action_sentence(enum pk_action action)
{
    return rows[action > PK_ACTION_NONE && action < PK_ACTION_COUNT ? action : PK_ACTION_NONE].sentence;
}

enum pk_action pk_action_of_name(struct pk_slice name)
{
    for (unsigned action = PK_ACTION_NONE + 1; action < PK_ACTION_COUNT; action++)
        if (pk_slice_is(name, rows[action].name))
            return (enum pk_action) action;
    return PK_ACTION_NONE;
}

const char *pk_role_name(enum pk_role role)
{
    return roles[role > PK_ROLE_NONE && role < PK_ROLES ? role : PK_ROLE_NONE].name;
}

const char *pk_role_title(enum pk_role role)
{
    return roles[role > PK_ROLE_NONE && role < PK_ROLES ? role : PK_ROLE_NONE].title;
}

enum pk_role pk_role_of_name(struct pk_slice name)
{
    for (unsigned role = PK_ROLE_NONE + 1; role < PK_ROLES; role++)
        if (pk_slice_is(name, roles[role].name))
            return (enum pk_role) role;
    return PK_ROLE_NONE;
}

bool pk_role_is_for_users(enum pk_role role)
{
    return role > PK_ROLE_NONE && role < PK_ROLES && roles[role].users;
}

void pk_rights_write(struct pk_buf *out)
{
    static const char *const words[] = { [PK_RIGHT_NO] = "–", [PK_RIGHT_OWN] = "eigen", [PK_RIGHT_YES] = "ja" };
    (void) pk_buf_add_text(out, "| handeling | naam |");
    for (unsigned role = PK_ROLE_NONE + 1; role < PK_ROLES; role++)
        (void) pk_buf_printf(out, " %s |", roles[role].title);
    (void) pk_buf_add_text(out, "\n|---|---|");
    for (unsigned role = PK_ROLE_NONE + 1; role < PK_ROLES; role++)
        (void) pk_buf_add_text(out, "---|");
    for (unsigned action = PK_ACTION_NONE + 1; action < PK_ACTION_COUNT; action++) {
        (void) pk_buf_printf(out, "\n| %s | `%s` |", rows[action].sentence, rows[action].name);
        for (unsigned role = PK_ROLE_NONE + 1; role < PK_ROLES; role++)
            (void) pk_buf_printf(out, " %s |", words[pk_right_of((enum pk_action) action, (enum pk_role) role)]);
    }
    (void) pk_buf_add_text(out, "\n\n*eigen*: een dienst alleen over haar eigen onderwerpen, teksten en doelgroepen; een sleutelpersoon alleen\n"
                                "over de eigen kring en bijeenkomst; een aanbieder alleen over wat hij zelf bezorgde; een inwoner alleen\n"
                                "over zichzelf. Een gebruiker met onderwerpen of doelgroepen bij de naam mag alles alleen daarbinnen.\n");
}
