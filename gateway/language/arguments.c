/* SPDX-License-Identifier: EUPL-1.2 */
/* The table of arguments and what each type allows; see the header. Called by the template parser and the renderer. */
#include "gateway/language/arguments.h"

#include "gateway/base/clock.h"
#include "gateway/base/text.h"
#include "gateway/language/catalog.h"
#include "gateway/language/utf16.h"

#include <unicode/uchar.h>

#define COUNT_MAX 999
#define BRIEF "_short" /* {days_short}, {hours_short} */
#define TEXT_UNITS_MAX 60 /* the longest length of the table */

static const struct pk_argument arguments[] = {
    { "org", PK_ARGUMENT_TEXT, 10, "the organisation's name as people know it", "organisation" },
    { "begins", PK_ARGUMENT_MOMENT, 0, "when it begins", NULL },
    { "ends", PK_ARGUMENT_MOMENT, 0, "when it ends", NULL },
    { "opens", PK_ARGUMENT_MOMENT, 0, "when the desk opens again", NULL },
    { "place", PK_ARGUMENT_TEXT, TEXT_UNITS_MAX, "where it is", NULL },
    { "title", PK_ARGUMENT_TEXT, TEXT_UNITS_MAX, "what the event is called", NULL },
    { "subject", PK_ARGUMENT_TEXT, TEXT_UNITS_MAX, "what it is about", NULL },
    { "days", PK_ARGUMENT_WEEKDAYS, PK_WEEKDAYS_MAX, "the days of the week, like \"tue thu\"", NULL },
    { "hours", PK_ARGUMENT_HOURS, 0, "the opening hours, like \"9:00-17:00\"", NULL },
    { "people", PK_ARGUMENT_COUNT, 0, "how many people come", NULL },
    { "phone", PK_ARGUMENT_PHONE, 16, "the desk's telephone number", "phone" },
    { "link", PK_ARGUMENT_LINK, 40, "a page to read or answer on", "page" },
    { "topics", PK_ARGUMENT_TEXT, 40, "what consent is asked for", NULL },
    { "topic", PK_ARGUMENT_TEXT, 30, "the topic's name", NULL },
    { "word", PK_ARGUMENT_TEXT, 12, "the word to say at the desk", NULL },
    { "code", PK_ARGUMENT_TEXT, 6, "the code", NULL },
};

/* What people would like to put into a text and may not: it would have to be kept, and be shown on a locked screen. */
static const char *const personal[] = {
    "name",       "first_name", "last_name", "surname", "child",        "child_name", "parent", "birthday",
    "birth_date", "age",        "gender",    "address", "street",       "email",      "mobile", "nationality",
    "ethnicity",  "religion",   "health",    "bsn",     "iban",         "document",   "person", "recipient",
    "teacher",    "naam",       "voornaam",  "adres",   "school_class", "leerling",
};

/* Suffixes of a moment's placeholders. */
static const struct {
    const char *suffix;
    enum pk_day_word word;
} moment_words[] = {
    { "on_day", PK_WORD_ON_DAY },       { "day", PK_WORD_DAY },
    { "day_year", PK_WORD_DAY_YEAR },   { "day_short", PK_WORD_DAY_SHORT },
    { "day_month", PK_WORD_DAY_MONTH }, { "on_weekday", PK_WORD_ON_WEEKDAY },
    { "time", PK_WORD_TIME },           { "datetime", PK_WORD_DATETIME },
    { "short", PK_WORD_SHORT },
};

const struct pk_argument *pk_argument_find(struct pk_slice name)
{
    for (size_t i = 0; i < PK_COUNT(arguments); i++)
        if (pk_slice_is(name, arguments[i].name))
            return &arguments[i];
    return NULL;
}

struct pk_slice pk_house_value(const struct pk_house *house, const struct pk_argument *argument)
{
    if (strcmp(argument->name, "org") == 0)
        return house->org;
    if (strcmp(argument->name, "phone") == 0)
        return house->phone;
    return strcmp(argument->name, "link") == 0 ? house->link : (struct pk_slice){ 0 };
}

bool pk_argument_is_personal(struct pk_slice name)
{
    for (size_t i = 0; i < PK_COUNT(personal); i++)
        if (pk_slice_equal_nocase(name, personal[i]))
            return true;
    return false;
}

/* ---- placeholders ---- */

static bool moment_placeholder(const struct pk_argument *argument, struct pk_slice suffix, struct pk_placeholder *ret)
{
    for (size_t i = 0; i < PK_COUNT(moment_words); i++) {
        if (pk_slice_is(suffix, moment_words[i].suffix)) {
            *ret = (struct pk_placeholder){ .argument = argument, .word = moment_words[i].word };
            return true;
        }
    }
    if (strcmp(argument->name, "begins") != 0 || !pk_slice_is(suffix, "range"))
        return false;
    *ret =
        (struct pk_placeholder){ .argument = argument, .until = pk_argument_find(PK_SLICE("ends")), .word = PK_WORD_RANGE_FROM };
    return true;
}

static bool has_brief(const struct pk_argument *argument)
{
    return argument->type == PK_ARGUMENT_WEEKDAYS || argument->type == PK_ARGUMENT_HOURS;
}

bool pk_placeholder_find(struct pk_slice name, struct pk_placeholder *ret_placeholder)
{
    for (size_t i = 0; i < PK_COUNT(arguments); i++) {
        const struct pk_argument *argument = &arguments[i];
        size_t len = strlen(argument->name);
        if (argument->type == PK_ARGUMENT_MOMENT && name.len > len + 1 && pk_slice_starts(name, argument->name) &&
            name.data[len] == '_')
            return moment_placeholder(argument, pk_slice_make(name.data + len + 1, name.len - len - 1), ret_placeholder);
        if (argument->type != PK_ARGUMENT_MOMENT && pk_slice_is(name, argument->name)) {
            *ret_placeholder = (struct pk_placeholder){ .argument = argument };
            return true;
        }
        if (has_brief(argument) && name.len == len + strlen(BRIEF) && pk_slice_starts(name, argument->name) &&
            memcmp(name.data + len, BRIEF, strlen(BRIEF)) == 0) {
            *ret_placeholder = (struct pk_placeholder){ .argument = argument, .brief = true };
            return true;
        }
    }
    return false;
}

bool pk_placeholder_nearest(struct pk_slice name, char ret_name[PK_PLACEHOLDER_MAX])
{
    char made[PK_COUNT(arguments) * (PK_COUNT(moment_words) + 1)][PK_PLACEHOLDER_MAX];
    const char *names[PK_COUNT(made)];
    size_t count = 0;
    for (size_t i = 0; i < PK_COUNT(arguments); i++) {
        const char *argument = arguments[i].name;
        for (size_t j = 0; arguments[i].type == PK_ARGUMENT_MOMENT && j < PK_COUNT(moment_words); j++)
            (void) snprintf(made[count++], sizeof made[0], "%s_%s", argument, moment_words[j].suffix);
        if (arguments[i].type != PK_ARGUMENT_MOMENT)
            (void) snprintf(made[count++], sizeof made[0], "%s", argument);
        if (has_brief(&arguments[i]))
            (void) snprintf(made[count++], sizeof made[0], "%s" BRIEF, argument);
        if (arguments[i].type != PK_ARGUMENT_MOMENT)
            continue;
        if (strcmp(argument, "begins") == 0)
            (void) snprintf(made[count++], sizeof made[0], "begins_range");
    }
    for (size_t i = 0; i < count; i++)
        names[i] = made[i];
    const char *near = pk_nearest(name, names, count);
    if (near)
        (void) snprintf(ret_name, PK_PLACEHOLDER_MAX, "%s", near);
    return near != NULL;
}

/* ---- values ---- */

static int bad_value(const struct pk_argument *argument, struct pk_error *err, const char *what, const char *hint)
{
    (void) pk_fail(err, PK_E_INVALID, "value \"%s\" %s", argument->name, what);
    return pk_hint(err, PK_E_INVALID, "%s", hint);
}

/* One line with something to see in it. */
static bool is_plain_text(struct pk_slice text, uint32_t *ret_units)
{
    bool seen = false;
    *ret_units = 0;
    for (int32_t i = 0; i < (int32_t) text.len;) {
        UChar32 c = pk_utf8_next(text.data, &i, (int32_t) text.len);
        int8_t type = c < 0 ? U_CONTROL_CHAR : u_charType(c);
        if (type == U_CONTROL_CHAR || type == U_LINE_SEPARATOR || type == U_PARAGRAPH_SEPARATOR)
            return false;
        seen = seen || (type != U_SPACE_SEPARATOR && type != U_FORMAT_CHAR);
        *ret_units += c < 0x10000 ? 1u : 2u;
    }
    return seen;
}

bool pk_desk_phone_valid(struct pk_slice text)
{
    size_t digits = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] >= '0' && text.data[i] <= '9')
            digits++;
        else if (text.data[i] == '\0' || !strchr(" +-()", text.data[i]))
            return false;
    }
    return digits >= 3;
}

/* Of plain ASCII: a letter that only looks like another leads somewhere else. */
static bool is_link(struct pk_slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] <= ' ' || text.data[i] >= 0x7f)
            return false;
    return pk_slice_starts(text, "https://") && text.len > strlen("https://");
}

static int check_text(const struct pk_argument *argument, uint32_t max_units, struct pk_slice text, struct pk_error *err)
{
    uint32_t units;
    if (text.len > PK_LANGUAGE_TEXT_MAX || !is_plain_text(text, &units))
        return bad_value(argument, err, "is empty or holds a control character", "Give one line of plain text.");
    if (units > max_units) {
        (void) pk_fail(err, PK_E_INVALID, "value \"%s\" has %u characters, the text allows %u", argument->name, units, max_units);
        return pk_hint(err, PK_E_INVALID, "Write it shorter: it is never cut.");
    }
    if (argument->type == PK_ARGUMENT_PHONE && !pk_desk_phone_valid(text))
        return bad_value(argument, err, "is no telephone number", "Use digits, spaces, + - ( ).");
    if (argument->type == PK_ARGUMENT_LINK && !is_link(text))
        return bad_value(argument, err, "is no link", "Begin with https:// and use plain Latin letters, without spaces.");
    return 0;
}

static int check_weekdays(const struct pk_argument *argument, uint32_t max_days, struct pk_slice text, struct pk_error *err)
{
    size_t days = pk_weekdays_count(text);
    if (days == 0)
        return bad_value(argument, err, "is no list of weekdays", "Write it like \"tue thu\", at most five days, each once.");
    if (days <= max_days)
        return 0;
    (void) pk_fail(err, PK_E_INVALID, "value \"%s\" has %zu days, the text allows %u", argument->name, days, max_days);
    return pk_hint(err, PK_E_INVALID, "Use another text, or tell the days in two.");
}

int pk_argument_check(const struct pk_argument *argument, uint32_t max_units, const struct pk_json *value, struct pk_error *err)
{
    int64_t number;
    if (argument->type == PK_ARGUMENT_COUNT) {
        bool fits = pk_json_int(value, &number) && number >= 1 && number <= COUNT_MAX;
        return fits ? 0 : bad_value(argument, err, "is no number from 1 to 999", "Give a whole number, without quotes.");
    }
    struct pk_slice text = pk_json_string(value);
    if (!text.data)
        return bad_value(argument, err, "is no text", "Give it as a string.");
    switch (argument->type) {
    case PK_ARGUMENT_MOMENT:
        if (pk_time_parse(text, &number) != 0)
            return bad_value(argument, err, "is no moment", "Write it like 2026-10-14T19:30:00+02:00.");
        return 0;
    case PK_ARGUMENT_HOURS:
        if (!pk_hours_valid(text))
            return bad_value(argument, err, "is no pair of hours", "Write it like 9:00-17:00, the later hour last.");
        return 0;
    case PK_ARGUMENT_WEEKDAYS:
        return check_weekdays(argument, max_units, text, err);
    default:
        return check_text(argument, max_units, text, err);
    }
}

/* Letters only: ASCII ones are one septet and one unit, and "щ" is one unit and three Latin letters. */
static void add_letters(const struct pk_argument *argument, uint32_t units, bool transliterated, struct pk_json_out *out)
{
    struct pk_buf text;
    const char *letter = argument->type == PK_ARGUMENT_PHONE ? "0" : "m";
    pk_buf_init(&text, 2 * (size_t) TEXT_UNITS_MAX);
    for (uint32_t i = 0; i < units; i++)
        (void) pk_buf_add_text(&text, transliterated && argument->type == PK_ARGUMENT_TEXT ? "щ" : letter);
    pk_json_add_slice(out, argument->name, pk_buf_slice(&text));
    pk_buf_finish(&text);
}

void pk_argument_longest(const struct pk_argument *argument, uint32_t max_units, const struct pk_language *language,
                         int64_t moment_ms, bool transliterated, struct pk_json_out *out)
{
    switch (argument->type) {
    case PK_ARGUMENT_MOMENT:
        /* An end lies behind its beginning. */
        pk_json_add_time(out, argument->name, strcmp(argument->name, "ends") == 0 ? moment_ms + 90 * 60000ll : moment_ms);
        return;
    case PK_ARGUMENT_HOURS:
        pk_json_add_text(out, argument->name, "10:00-17:30");
        return;
    case PK_ARGUMENT_WEEKDAYS:
        /* Names of three letters and a space between: the longest days are first. */
        pk_json_add_slice(out, argument->name,
                          pk_slice_make(pk_dates_longest(language->dates)->weekdays, (size_t) max_units * 4 - 1));
        return;
    case PK_ARGUMENT_COUNT:
        pk_json_add_int(out, argument->name, COUNT_MAX);
        return;
    case PK_ARGUMENT_LINK:
    case PK_ARGUMENT_TEXT:
    case PK_ARGUMENT_PHONE:
        add_letters(argument, max_units, transliterated, out);
    }
}
