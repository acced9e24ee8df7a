/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The door of `pokana text`: what a line must be, and the answers to each question. Every line is somebody else's: it is
 * bounded, checked for its alphabet, parsed strictly and taken by name, before anything looks at what it says. Nothing of
 * a line is repeated in an error but a name that nobody knows.
 */
#include "gateway/app/text_lines.h"

#include "gateway/base/clock.h"
#include "gateway/base/json.h"
#include "gateway/base/text.h"
#include "gateway/language/phone.h"
#include "gateway/language/prepare.h"
#include "gateway/language/segment.h"

#include <stdio.h>

/* ---- what a line must be ---- */

#define NAMES_MAX 2

/* The members of a question, the needed ones first. */
struct question {
    const char *names[NAMES_MAX + 1];
    size_t needed;
    int (*answer)(const struct pk_text_tools *tools, const struct pk_slice *values, struct pk_json_out *out,
                  struct pk_error *err);
};

static int parse(struct pk_slice line, struct pk_json **ret_document, struct pk_error *err)
{
    if (line.len > PK_TEXT_LINE_MAX)
        return pk_fail(err, PK_E_LIMIT, "the line is longer than %u bytes", PK_TEXT_LINE_MAX);
    if (pk_slice_trim(line).len == 0)
        return pk_fail(err, PK_E_INVALID, "the line is empty");
    if (!pk_utf8_valid(line))
        return pk_fail(err, PK_E_INVALID, "the line is not UTF-8, or holds U+0000");
    return pk_json_parse(line, PK_TEXT_LINE_MAX, ret_document, err);
}

static int take(const struct question *question, const struct pk_json *document, struct pk_slice *ret_values,
                struct pk_error *err)
{
    if (pk_json_kind(document) != PK_JSON_OBJECT)
        return pk_fail(err, PK_E_INVALID, "the line is not a JSON object");
    int r = pk_json_only(document, question->names, "the line", err);
    for (size_t i = 0; r == 0 && question->names[i]; i++) {
        const struct pk_json *value = pk_json_get(document, question->names[i]);
        enum pk_json_kind kind = pk_json_kind(value);
        ret_values[i] = pk_json_string(value);
        if (i >= question->needed && (kind == PK_JSON_ABSENT || kind == PK_JSON_NULL))
            continue;
        if (kind == PK_JSON_ABSENT)
            r = pk_fail(err, PK_E_INVALID, "\"%s\" is missing", question->names[i]);
        else if (kind != PK_JSON_STRING)
            r = pk_fail(err, PK_E_INVALID, "\"%s\" is not a text", question->names[i]);
    }
    return r;
}

/* ---- parts ---- */

static void add_parts(struct pk_json_out *out, const struct pk_segmentation *found, const uint32_t *units)
{
    pk_json_add_int(out, "segments", found->parts);
    pk_json_open(out, "segment_units", '[');
    for (uint32_t i = 0; i < found->parts; i++)
        pk_json_add_int(out, NULL, units[i]);
    pk_json_close(out, ']');
}

static void add_character(struct pk_json_out *out, const char *name, struct pk_slice text, uint32_t index)
{
    size_t at = 0, next = 0;
    for (uint32_t i = 0; next < text.len; i++) {
        at = next++;
        while (next < text.len && ((unsigned char) text.data[next] & 0xc0) == 0x80)
            next++;
        if (i == index)
            break;
    }
    pk_json_add_slice(out, name, pk_slice_make(text.data + at, next - at));
}

/* The first character that is in no table of the phones' alphabet: where, counted from 1, and what could stand there. */
static void explain(struct pk_json_out *out, struct pk_slice text, const struct pk_segmentation *found)
{
    char instead[PK_INSTEAD_MAX], advice[64] = "leave it out, or keep it and pay";
    switch (pk_segment_suggest(found->forcing_codepoint, instead)) {
    case PK_INSTEAD_SIGN:
        (void) snprintf(advice, sizeof advice, "write %s", strcmp(instead, " ") == 0 ? "a space" : instead);
        break;
    case PK_INSTEAD_LETTER:
        (void) snprintf(advice, sizeof advice, "write %s, or keep it and pay", instead);
        break;
    case PK_INSTEAD_DROP:
        (void) snprintf(advice, sizeof advice, "leave it out");
        break;
    case PK_INSTEAD_LATIN:
        (void) snprintf(advice, sizeof advice, "latin");
        break;
    case PK_INSTEAD_NOTHING:
        break;
    }
    pk_json_open(out, "forces", '{');
    add_character(out, "character", text, found->forcing_index);
    pk_json_add_int(out, "position", (int64_t) found->forcing_index + 1);
    pk_json_add_text(out, "suggestion", advice);
    pk_json_close(out, '}');
}

static int answer_segments(const struct pk_text_tools *tools, const struct pk_slice *values, struct pk_json_out *out,
                           struct pk_error *err)
{
    struct pk_segmentation narrow, wide;
    uint32_t units[PK_PARTS_MAX], wide_units[PK_PARTS_MAX];
    int r = pk_segment(values[0], false, &narrow, units);
    if (r == 0)
        r = pk_segment(values[0], true, &wide, wide_units);
    if (r == PK_E_LIMIT)
        return pk_fail(err, r, "the text takes more than %d parts", PK_PARTS_MAX);
    if (r != 0)
        return pk_fail(err, r, "the text holds what no message can");
    pk_json_add_text(out, "encoding", narrow.encoding == PK_ENCODING_GSM7 ? "GSM7" : "UCS2");
    pk_json_add_int(out, "units", narrow.units);
    add_parts(out, &narrow, units);
    pk_json_open(out, "ref16", '{');
    add_parts(out, &wide, wide_units);
    pk_json_close(out, '}');
    if (tools->explain && narrow.encoding == PK_ENCODING_UCS2)
        explain(out, values[0], &narrow);
    return 0;
}

/* ---- letters ---- */

static int answer_latin(const struct pk_text_tools *tools, const struct pk_slice *values, struct pk_json_out *out,
                        struct pk_error *err)
{
    struct pk_buf composed, latin, gsm;
    (void) tools;
    pk_buf_init(&composed, PK_TEXT_ANSWER_MAX);
    pk_buf_init(&latin, PK_TEXT_ANSWER_MAX);
    pk_buf_init(&gsm, PK_TEXT_ANSWER_MAX);
    int r = pk_text_compose(values[0], &composed);
    if (r == 0)
        r = pk_transliterate_bg(pk_buf_slice(&composed), &latin);
    if (r == 0)
        r = pk_gsm_safe(pk_buf_slice(&latin), &gsm);
    if (r == 0) {
        pk_json_add_slice(out, "latin", pk_buf_slice(&latin));
        pk_json_add_slice(out, "gsm", pk_buf_slice(&gsm));
    } else {
        (void) pk_fail(err, r, "the text is too long");
    }
    pk_buf_finish(&composed);
    pk_buf_finish(&latin);
    pk_buf_finish(&gsm);
    return r;
}

/* ---- replies ---- */

static int answer_intent(const struct pk_text_tools *tools, const struct pk_slice *values, struct pk_json_out *out,
                         struct pk_error *err)
{
    static const char *const names[] = {
        [PK_INTENT_NONE] = "NONE", [PK_INTENT_STOP] = "STOP", [PK_INTENT_START] = "START",
        [PK_INTENT_YES] = "YES",   [PK_INTENT_NO] = "NO",     [PK_INTENT_HELP] = "HELP",
    };
    struct pk_reply_meaning found;
    (void) err;
    pk_reply_decide(tools->words, tools->topics, values[0], &found);
    pk_json_add_text(out, "intent", names[found.intent]);
    pk_json_add_text(out, "lang", found.language[0] ? found.language : found.shared ? "mul" : NULL);
    pk_json_add_bool(out, "soft", found.soft);
    pk_json_add_int(out, "count", found.count);
    if (found.topic[0])
        pk_json_add_text(out, "topic", found.topic);
    return 0;
}

/* ---- moments ---- */

struct wording {
    const char *name;
    enum pk_day_word word;
};
static const struct wording wordings[] = {
    { "day_long", PK_WORD_DAY },  { "day_long_year", PK_WORD_DAY_YEAR }, { "day_short", PK_WORD_DAY_SHORT },
    { "time", PK_WORD_TIME },     { "datetime_long", PK_WORD_DATETIME }, { "datetime_short", PK_WORD_SHORT },
    { "on_day", PK_WORD_ON_DAY },
};
#define RANGE "time_range"

/* One member in Bulgarian, or in Latin letters. */
static int add_words(struct pk_json_out *out, const char *name, const struct pk_buf *words, bool latin)
{
    struct pk_buf letters;
    pk_buf_init(&letters, PK_TEXT_ANSWER_MAX);
    int r = latin ? pk_transliterate_bg(pk_buf_slice(words), &letters) : 0;
    if (r == 0)
        pk_json_add_slice(out, name, pk_buf_slice(latin ? &letters : words));
    pk_buf_finish(&letters);
    return r;
}

static int add_moment(const struct pk_text_tools *tools, int64_t from_ms, const int64_t *to_ms, bool latin,
                      struct pk_json_out *out)
{
    struct pk_buf words;
    int r = 0;
    pk_buf_init(&words, PK_TEXT_ANSWER_MAX);
    pk_json_open(out, latin ? "latin" : "bg", '{');
    for (size_t i = 0; r == 0 && i < PK_COUNT(wordings); i++) {
        pk_buf_clear(&words);
        r = pk_dates_word(tools->dates, tools->wall, wordings[i].word, from_ms, &words);
        if (r == 0)
            r = add_words(out, wordings[i].name, &words, latin);
    }
    if (r == 0 && to_ms) {
        pk_buf_clear(&words);
        r = pk_dates_range(tools->dates, tools->wall, from_ms, *to_ms, &words);
        if (r == 0)
            r = add_words(out, RANGE, &words, latin);
    }
    pk_json_close(out, '}');
    pk_buf_finish(&words);
    return r;
}

static int answer_dates(const struct pk_text_tools *tools, const struct pk_slice *values, struct pk_json_out *out,
                        struct pk_error *err)
{
    int64_t from_ms, to_ms = 0;
    bool period = values[1].data != NULL;
    if (pk_time_parse(values[0], &from_ms) != 0)
        return pk_fail(err, PK_E_INVALID, "\"utc\" is no moment like 2026-03-03T17:00:00Z");
    if (period && pk_time_parse(values[1], &to_ms) != 0)
        return pk_fail(err, PK_E_INVALID, "\"utc_end\" is no moment like 2026-03-03T18:30:00Z");
    if (period && to_ms < from_ms)
        return pk_fail(err, PK_E_INVALID, "\"utc_end\" is before \"utc\"");
    int r = add_moment(tools, from_ms, period ? &to_ms : NULL, false, out);
    if (r == 0)
        r = add_moment(tools, from_ms, period ? &to_ms : NULL, true, out);
    return r == 0 ? 0 : pk_fail(err, r, "the moment cannot be put into words");
}

/* ---- numbers ---- */

static void add_or_null(struct pk_json_out *out, const char *name, const char *value)
{
    pk_json_add_text(out, name, value && value[0] ? value : NULL);
}

static int answer_phone(const struct pk_text_tools *tools, const struct pk_slice *values, struct pk_json_out *out,
                        struct pk_error *err)
{
    static const char *const names[] = {
        [PK_PHONE_OK] = "ok",
        [PK_PHONE_AMBIGUOUS] = "ambiguous",
        [PK_PHONE_NOT_SMS] = "not_sms",
        [PK_PHONE_INVALID] = "invalid",
    };
    char region[3] = "";
    struct pk_phone found;
    (void) tools;
    if (values[1].len == 2)
        memcpy(region, values[1].data, 2);
    if (!pk_phone_region_known(region))
        return pk_fail(err, PK_E_INVALID, "\"region\" is no country's two capital letters, like NL");
    pk_phone_examine(values[0], region, &found);
    pk_json_add_text(out, "status", names[found.status]);
    add_or_null(out, "e164", found.e164);
    add_or_null(out, "suggest", found.suggest);
    add_or_null(out, "type", found.type);
    return 0;
}

/* ---- one line ---- */

static const struct question questions[PK_TEXT_QUESTIONS] = {
    [PK_TEXT_SEGMENTS] = { { "text" }, 1, answer_segments },      [PK_TEXT_LATIN] = { { "text" }, 1, answer_latin },
    [PK_TEXT_INTENT] = { { "text" }, 1, answer_intent },          [PK_TEXT_DATES] = { { "utc", "utc_end" }, 1, answer_dates },
    [PK_TEXT_PHONE] = { { "input", "region" }, 2, answer_phone },
};

void pk_text_refuse(const char *reason, struct pk_buf *out)
{
    struct pk_json_out json = pk_json_out(out);
    pk_json_open(&json, NULL, '{');
    pk_json_add_text(&json, "error", reason);
    pk_json_close(&json, '}');
}

static void refuse(const struct pk_error *err, struct pk_buf *out)
{
    /* The place in the line is worth telling, that it has but one line is not. */
    static const char only_line[] = "line 1, ";
    const char *message = err->message;
    char reason[sizeof err->message + sizeof err->hint + 4];
    if (strncmp(message, only_line, strlen(only_line)) == 0)
        message += strlen(only_line);
    (void) snprintf(reason, sizeof reason, "%s%s%s", message, err->hint[0] ? ". " : "", err->hint);
    pk_text_refuse(reason, out);
}

void pk_text_answer(enum pk_text_question question, const struct pk_text_tools *tools, struct pk_slice line, struct pk_buf *out)
{
    const struct question *asked = &questions[question];
    pk_auto(pk_json) struct pk_json *document = NULL;
    struct pk_slice values[NAMES_MAX] = { 0 };
    struct pk_error err = { 0 };
    struct pk_buf answer; /* half an answer is none */
    pk_buf_init(&answer, PK_TEXT_ANSWER_MAX);
    struct pk_json_out json = pk_json_out(&answer);
    int r = parse(line, &document, &err);
    if (r == 0)
        r = take(asked, document, values, &err);
    pk_json_open(&json, NULL, '{');
    if (r == 0)
        r = asked->answer(tools, values, &json, &err);
    pk_json_close(&json, '}');
    if (r == 0 && answer.failed)
        r = pk_fail(&err, PK_E_LIMIT, "the answer would be too long");
    if (r != 0)
        refuse(&err, out);
    else
        (void) pk_buf_add_slice(out, pk_buf_slice(&answer));
    pk_buf_finish(&answer);
}
