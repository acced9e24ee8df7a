/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The first line and the rows of a file of recipients, against rules and catalog. Pure. A value is repeated in a message
 * only when it cannot be somebody's address: columns get mixed up, and then the number stands where the language should.
 */
#include "gateway/base/clock.h"
#include "gateway/base/text.h"
#include "gateway/model/trigger.h"
#include "gateway/service/import_private.h"

#define DAY_MS (24 * 3600 * 1000ll)
#define FIRST_TO_SEE_A_DAY_MS (14 * 3600 * 1000ll) /* a day begins this much earlier somewhere */
#define DIGITS_TO_HIDE 7u                          /* in a row, with what people write between them: not repeated in a message */
#define DIGITS_OF_A_NUMBER 10u                     /* not kept as a word: numbers of forms are shorter */

static const char *const columns[PK_COLUMNS] = { "channel", "address", "language", "script", "tags", "topics",
                                                 "how",     "wording", "given_at", "by",     "until" };

static bool is_required(enum pk_import_column column, bool confirmed)
{
    switch (column) {
    case PK_COLUMN_CHANNEL:
    case PK_COLUMN_ADDRESS:
    case PK_COLUMN_LANGUAGE:
    case PK_COLUMN_TOPICS:
        return true;
    case PK_COLUMN_HOW:
    case PK_COLUMN_GIVEN_AT:
    case PK_COLUMN_BY:
        return confirmed;
    default:
        return false;
    }
}

/* ---- what may be said ---- */

static bool has_digits(struct pk_slice text, size_t least)
{
    size_t digits = 0;
    for (size_t i = 0; i < text.len && digits < least; i++) {
        if (text.data[i] >= '0' && text.data[i] <= '9')
            digits++;
        else if (!strchr(" +-./()", text.data[i]))
            digits = 0;
    }
    return digits >= least;
}

/* The value in double quotes where it is harmless, else a word for it. */
static const char *shown(struct pk_slice text, char ret_text[64])
{
    bool plain = text.len > 0 && text.len <= 48 && !has_digits(text, DIGITS_TO_HIDE);
    for (size_t i = 0; plain && i < text.len; i++) {
        char c = text.data[i];
        plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-_:", c) != NULL;
    }
    (void) snprintf(ret_text, 64, plain ? "\"%.*s\"" : "what stands there", PK_SLICE_ARG(text));
    return ret_text;
}

static int refuse(struct pk_error *err, const char *hint, const char *what)
{
    (void) pk_fail(err, PK_E_INVALID, "%s", what);
    return pk_hint(err, PK_E_INVALID, "%s", hint);
}

/* "... is not known", with the nearest that is. */
static int unknown(struct pk_error *err, const char *column, struct pk_slice text, const char *what, const char *const *names,
                   size_t count)
{
    char quoted[64];
    const char *near = has_digits(text, DIGITS_TO_HIDE) ? NULL : pk_nearest(text, names, count);
    (void) pk_fail(err, PK_E_INVALID, "%s: %s %s", column, shown(text, quoted), what);
    if (near)
        return pk_hint(err, PK_E_INVALID, "Did you mean \"%s\"?", near);
    return count > 0 ? pk_hint(err, PK_E_INVALID, "One that is known: \"%s\".", names[0]) : PK_E_INVALID;
}

bool pk_import_is_word(struct pk_slice text)
{
    if (text.len == 0 || text.len > PK_IMPORT_WORD_MAX || !pk_utf8_valid(text) || has_digits(text, DIGITS_OF_A_NUMBER))
        return false;
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char) text.data[i] < 0x20 || text.data[i] == 0x7f)
            return false;
    return true;
}

/* ---- the first line ---- */

int pk_import_read_form(const struct pk_csv_row *first, bool confirmed, struct pk_import_form *ret_form, struct pk_error *err)
{
    for (size_t i = 0; i < PK_COLUMNS; i++)
        ret_form->at[i] = -1;
    ret_form->width = first->count;
    for (size_t i = 0; i < first->count; i++) {
        struct pk_slice name = pk_slice_trim(first->fields[i]);
        size_t column = 0;
        while (column < PK_COLUMNS && !pk_slice_equal_nocase(name, columns[column]))
            column++;
        if (column == PK_COLUMNS) {
            char where[32];
            (void) snprintf(where, sizeof where, "column %zu", i + 1);
            return unknown(err, where, name, "is not the name of a column", columns, PK_COLUMNS);
        }
        if (ret_form->at[column] >= 0)
            return pk_fail(err, PK_E_INVALID, "column \"%s\" is there twice", columns[column]);
        ret_form->at[column] = (int) i;
    }
    for (size_t i = 0; i < PK_COLUMNS; i++) {
        if (ret_form->at[i] >= 0 || !is_required((enum pk_import_column) i, confirmed))
            continue;
        (void) pk_fail(err, PK_E_INVALID, "column \"%s\" is missing", columns[i]);
        return pk_hint(
            err, PK_E_INVALID,
            "Name the columns in the first line: channel,address,language,script,tags,topics,how,wording,given_at,by,until.");
    }
    return 0;
}

/* ---- values ---- */

static int check_channel(const struct pk_service *service, struct pk_slice channel, struct pk_error *err)
{
    const char *names[PK_CSV_FIELDS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < service->rules->route_count; i++) {
        if (pk_slice_is(channel, service->rules->routes[i].channel))
            return 0;
        if (count < PK_COUNT(names))
            names[count++] = service->rules->routes[i].channel;
    }
    return unknown(err, "channel", channel, "has no route", names, count);
}

static int check_number(const struct pk_service *service, struct pk_slice text, char ret_number[PK_PHONE_MAX],
                        struct pk_error *err)
{
    char number[PK_PHONE_MAX];
    switch (pk_phone_parse(text, service->rules->phone_region, number)) {
    case PK_PHONE_OK:
        memcpy(ret_number, number, sizeof number);
        return 0;
    case PK_PHONE_AMBIGUOUS:
        return refuse(err, "Write a Bulgarian number with +359 in front, without its first 0.",
                      "address: without its country this number can be more than one");
    case PK_PHONE_NOT_SMS:
        return refuse(err, "Ask for the number of a mobile telephone.", "address: this number cannot receive SMS");
    case PK_PHONE_INVALID:
        break;
    }
    return refuse(err, "Write it with its country, as +31 or +359, in a column formatted as text.",
                  "address: it is not a telephone number");
}

static int check_address(const struct pk_service *service, struct pk_slice text, struct pk_import_known *known,
                         struct pk_import_row *row, struct pk_error *err)
{
    row->address = text;
    if (text.len == 0)
        return refuse(err, "Every row needs one.", "address: it is empty");
    if (pk_slice_is(row->channel, PK_CHANNEL_SMS) || (pk_slice_is(row->channel, "viber") && pk_rules_by_number(service->rules, row->channel))) {
        int r = known->number[0] ? 0 : check_number(service, text, known->number, err);
        row->address = pk_slice_of(known->number);
        return r;
    }
    if (text.len <= PK_IMPORT_ADDRESS_MAX && pk_slice_is(row->channel, PK_CHANNEL_EMAIL))
        return pk_address_read_mail(text, row->mail, &row->address, err);
    bool plain = text.len <= PK_IMPORT_ADDRESS_MAX;
    for (size_t i = 0; plain && i < text.len; i++)
        plain = (unsigned char) text.data[i] > ' ' && text.data[i] != 0x7f;
    return plain ? 0 : refuse(err, "Write it without spaces, at most 128 bytes.", "address: it cannot be one of this channel");
}

static int check_language(const struct pk_service *service, struct pk_import_row *row, struct pk_error *err)
{
    char quoted[64];
    if (!pk_catalog_has_language(service->catalog, row->language)) {
        (void) pk_fail(err, PK_E_INVALID, "language: there are no texts in %s", shown(row->language, quoted));
        return pk_hint(err, PK_E_INVALID, "Write the tag of a language with texts, as \"bg\" or \"nl\".");
    }
    /* "bg-Latn" says the same as "Latn", and "bg" the same as nothing. */
    if (pk_slice_equal(row->script, row->language)) {
        row->script = PK_SLICE("");
    } else if (row->script.len > row->language.len && row->script.data[row->language.len] == '-' &&
               memcmp(row->script.data, row->language.data, row->language.len) == 0) {
        row->script = pk_slice_make(row->script.data + row->language.len + 1, row->script.len - row->language.len - 1);
    }
    if (row->script.len == 0 || pk_catalog_has_rendering(service->catalog, row->language, row->script))
        return 0;
    (void) pk_fail(err, PK_E_INVALID, "script: %s is not written so", shown(row->script, quoted));
    return pk_hint(err, PK_E_INVALID,
                   "Leave it empty for the language's own letters; Latn or plain, where it has them.");
}

/* Cuts the next word of a field that holds several. */
static bool next_word(struct pk_slice *rest, struct pk_slice *ret_word)
{
    while (rest->len > 0 && strchr(" |\t\n\r", rest->data[0]))
        *rest = pk_slice_make(rest->data + 1, rest->len - 1);
    size_t n = 0;
    while (n < rest->len && !strchr(" |\t\n\r", rest->data[n]))
        n++;
    *ret_word = pk_slice_make(rest->data, n);
    *rest = pk_slice_make(rest->data + n, rest->len - n);
    return n > 0;
}

static int check_tags(struct pk_slice text, struct pk_import_row *row, struct pk_error *err)
{
    struct pk_slice word;
    char quoted[64];
    while (next_word(&text, &word)) {
        if (!pk_is_tag(word) || has_digits(word, DIGITS_OF_A_NUMBER)) {
            (void) pk_fail(err, PK_E_INVALID, "tags: %s is not a tag", shown(word, quoted));
            return pk_hint(err, PK_E_INVALID, "Write tags as \"school:de-windroos\", with a space or | between them.");
        }
        if (row->tag_count == PK_IMPORT_TAGS_MAX)
            return refuse(err, "A row may have 16.", "tags: there are too many");
        row->tags[row->tag_count++] = word;
    }
    return 0;
}

static int check_topics(const struct pk_service *service, struct pk_slice text, struct pk_import_row *row, struct pk_error *err)
{
    struct pk_slice word;
    const char *names[PK_CSV_FIELDS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < service->rules->topic_count && count < PK_COUNT(names); i++)
        names[count++] = service->rules->topics[i].name;
    while (next_word(&text, &word)) {
        const struct pk_topic_rule *topic = pk_rules_topic(service->rules, word);
        if (!topic)
            return unknown(err, "topics", word, "is not a topic", names, count);
        bool twice = false;
        for (size_t i = 0; i < row->topic_count; i++)
            twice |= row->topics[i] == topic;
        if (twice)
            continue;
        if (row->topic_count == PK_IMPORT_TOPICS_MAX)
            return refuse(err, "A row may have 16.", "topics: there are too many");
        row->topics[row->topic_count++] = topic;
    }
    return row->topic_count > 0 ? 0 : refuse(err, "Say what the messages are about.", "topics: there is none");
}

static int check_word(const char *column, struct pk_slice text, bool required, struct pk_error *err)
{
    if (text.len == 0 && !required)
        return 0;
    if (text.len == 0)
        return pk_fail(err, PK_E_INVALID, "%s: a consent given already must say it", column);
    if (pk_import_is_word(text))
        return 0;
    (void) pk_fail(err, PK_E_INVALID, "%s: it is too long, or looks like a number of a person", column);
    return pk_hint(err, PK_E_INVALID, "Use a few words, at most 64 bytes, without telephone numbers.");
}

/* ---- moments ---- */

/* A moment, or a day: *ret_ms is then its first millisecond in UTC and *ret_day is true. */
static int read_moment(const char *column, struct pk_slice text, int64_t *ret_ms, bool *ret_day, struct pk_error *err)
{
    char moment[32];
    *ret_day = text.len == 10;
    int n = *ret_day ? snprintf(moment, sizeof moment, "%.*sT00:00:00Z", PK_SLICE_ARG(text)) : 0;
    if (pk_time_parse(*ret_day ? pk_slice_make(moment, (size_t) n) : text, ret_ms) == 0)
        return 0;
    (void) pk_fail(err, PK_E_INVALID, "%s: it is not a moment", column);
    return pk_hint(err, PK_E_INVALID, "Write a day as 2026-03-14, or a moment as 2026-03-14T09:30:00+01:00.");
}

static int check_given(struct pk_slice text, bool required, int64_t now_ms, struct pk_import_row *row, struct pk_error *err)
{
    bool day = false;
    if (text.len == 0)
        return required ? pk_fail(err, PK_E_INVALID, "given_at: a consent given already must say it") : 0;
    int r = read_moment("given_at", text, &row->given_ms, &day, err);
    if (r != 0)
        return r;
    if (row->given_ms > now_ms + (day ? FIRST_TO_SEE_A_DAY_MS : 0))
        return refuse(err, "Is day and month the right way round?", "given_at: it lies in the future");
    if (row->given_ms > now_ms)
        row->given_ms = now_ms;
    return 0;
}

static int check_until(struct pk_slice text, int64_t now_ms, struct pk_import_row *row, struct pk_error *err)
{
    bool day = false;
    if (text.len == 0)
        return 0;
    int r = read_moment("until", text, &row->until_ms, &day, err);
    if (r != 0)
        return r;
    if (day)
        row->until_ms += DAY_MS - 1; /* that day still counts */
    if (row->until_ms <= now_ms || row->until_ms <= row->given_ms)
        return refuse(err, "Take the row out, or ask these people again.", "until: it is over already");
    return 0;
}

int64_t pk_import_until(const struct pk_import_row *row, const struct pk_topic_rule *topic)
{
    int64_t most_ms = topic->consent_ms > 0 ? row->given_ms + topic->consent_ms : 0;
    if (row->until_ms == 0 || (most_ms != 0 && most_ms < row->until_ms))
        return most_ms;
    return row->until_ms;
}

/* A consent that is older than its topic lasts is none. */
static int check_age(const struct pk_import_row *row, int64_t now_ms, struct pk_error *err)
{
    for (size_t i = 0; i < row->topic_count; i++) {
        int64_t until_ms = pk_import_until(row, row->topics[i]);
        if (until_ms == 0 || until_ms > now_ms)
            continue;
        (void) pk_fail(err, PK_E_INVALID, "given_at: a consent for \"%s\" does not last that long", row->topics[i]->name);
        return pk_hint(err, PK_E_INVALID, "Import the row without --already-confirmed: the person is asked again.");
    }
    return 0;
}

/* ---- a row ---- */

static struct pk_slice value_of(const struct pk_import_form *form, const struct pk_csv_row *from, enum pk_import_column column)
{
    return form->at[column] >= 0 ? pk_slice_trim(from->fields[form->at[column]]) : PK_SLICE("");
}

int pk_import_check_row(const struct pk_service *service, const struct pk_import_form *form, bool confirmed,
                        const struct pk_csv_row *from, int64_t now_ms, struct pk_import_known *known,
                        struct pk_import_row *ret_row, struct pk_error *err)
{
    if (from->count != form->width) {
        (void) pk_fail(err, PK_E_INVALID, "it has %zu fields, the first line %zu", from->count, form->width);
        return pk_hint(err, PK_E_INVALID, "A field with the separator in it must stand in quotes.");
    }
    *ret_row = (struct pk_import_row){
        .channel = value_of(form, from, PK_COLUMN_CHANNEL),
        .language = value_of(form, from, PK_COLUMN_LANGUAGE),
        .script = value_of(form, from, PK_COLUMN_SCRIPT),
        .how = value_of(form, from, PK_COLUMN_HOW),
        .wording = value_of(form, from, PK_COLUMN_WORDING),
        .by = value_of(form, from, PK_COLUMN_BY),
    };
    int r = check_channel(service, ret_row->channel, err);
    if (r == 0)
        r = check_address(service, value_of(form, from, PK_COLUMN_ADDRESS), known, ret_row, err);
    if (r == 0)
        r = check_language(service, ret_row, err);
    if (r == 0)
        r = check_tags(value_of(form, from, PK_COLUMN_TAGS), ret_row, err);
    if (r == 0)
        r = check_topics(service, value_of(form, from, PK_COLUMN_TOPICS), ret_row, err);
    if (r == 0)
        r = check_word("how", ret_row->how, confirmed, err);
    if (r == 0)
        r = check_word("wording", ret_row->wording, false, err);
    if (r == 0)
        r = check_word("by", ret_row->by, confirmed, err);
    if (r == 0)
        r = check_given(value_of(form, from, PK_COLUMN_GIVEN_AT), confirmed, now_ms, ret_row, err);
    if (r == 0)
        r = check_until(value_of(form, from, PK_COLUMN_UNTIL), now_ms, ret_row, err);
    if (r == 0 && confirmed)
        r = check_age(ret_row, now_ms, err);
    return r;
}
