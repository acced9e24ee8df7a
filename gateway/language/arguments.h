/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Every argument a text may have, in one table: its type, how long it may be, and the placeholders it gives a text.
 * Private to this folder. There is no argument for anything about a person, and a text that asks for one is refused.
 *
 * A moment ("begins") is never printed itself; it gives words of the language: {begins_on_day}, {begins_time} ...
 * All other types give one placeholder of their own name. `org` comes from the configuration, not from a notice; `phone`
 * and `link` come from there where a notice says none.
 */
#ifndef PK_LANGUAGE_ARGUMENTS_H
#define PK_LANGUAGE_ARGUMENTS_H

#include "gateway/base/json.h"
#include "gateway/language/language_file.h"

enum pk_argument_type {
    PK_ARGUMENT_TEXT = 1, /* words: a place, a list of topics */
    PK_ARGUMENT_PHONE,    /* of a desk, as printed: digits, spaces, + - ( ) */
    PK_ARGUMENT_LINK,     /* https://... without spaces */
    PK_ARGUMENT_MOMENT,   /* RFC 3339 with offset */
    PK_ARGUMENT_HOURS,    /* "9:00-17:00" */
    PK_ARGUMENT_WEEKDAYS, /* "tue thu" */
    PK_ARGUMENT_COUNT,    /* a number from 1 to 999, for plurals too */
};

struct pk_argument {
    const char *name;
    enum pk_argument_type type;
    uint32_t max_units;  /* longest value in UTF-16 units, most days; 0 where the type has a length of its own */
    const char *meaning; /* completes the hint "Add it: ..." */
    const char *key;     /* of [gateway] in the configuration, which may know it; NULL = only a notice does */
};

/* Most arguments of one text. */
#define PK_ARGUMENTS_MAX 16

const struct pk_argument *pk_argument_find(struct pk_slice name); /* NULL = there is none */
/* A name that asks for something about a person: refused with a reason of its own. */
bool pk_argument_is_personal(struct pk_slice name);

/* What the gateway knows itself; an empty one it does not. */
struct pk_house {
    struct pk_slice org, phone, link;
};
struct pk_slice pk_house_value(const struct pk_house *house, const struct pk_argument *argument);

/* What stands in braces, and what it is made of. */
struct pk_placeholder {
    const struct pk_argument *argument;
    const struct pk_argument *until; /* {begins_range} needs `ends` too; else NULL */
    enum pk_day_word word;           /* of a moment */
    bool brief;                      /* of days and hours: {days_short} */
};
bool pk_placeholder_find(struct pk_slice name, struct pk_placeholder *ret_placeholder);
/* The placeholder whose name is nearest; false when none is near. */
#define PK_PLACEHOLDER_MAX 32
bool pk_placeholder_nearest(struct pk_slice name, char ret_name[PK_PLACEHOLDER_MAX]);

/* Is the value one of this argument's type, at most max_units long? The message names the argument, never the value. */
int pk_argument_check(const struct pk_argument *argument, uint32_t max_units, const struct pk_json *value, struct pk_error *err);
/* Adds the longest value there can be in a language, for checks of length: of letters that become three when the text
 * is to be `transliterated`. A moment is `moment_ms`, an end lies behind it. */
void pk_argument_longest(const struct pk_argument *argument, uint32_t max_units, const struct pk_language *language,
                         int64_t moment_ms, bool transliterated, struct pk_json_out *out);

#endif
