/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The JSON lines of `pokana text`: the first byte says which question, the rest is the line. Whatever it is, one object
 * comes back, on one line, in UTF-8, the same each time; and what it says is possible.
 */
#include "gateway/app/text_lines.h"
#include "gateway/base/json.h"

#include "tests/fuzz/catalog.h"

static const struct pk_text_tools *tools(bool explain)
{
    static struct pk_text_tools lent;
    if (!lent.wall) {
        lent.words = pk_catalog_reply_words(fuzz_catalog());
        lent.dates = pk_catalog_dates(fuzz_catalog(), PK_SLICE("bg"));
        fuzz_need(lent.dates && pk_wall_new("Europe/Amsterdam", &lent.wall, NULL) == 0);
    }
    lent.explain = explain;
    return &lent;
}

static int64_t number(const struct pk_json *object, const char *name)
{
    int64_t value = -1;
    fuzz_need(pk_json_int(pk_json_get(object, name), &value) && value >= 0);
    return value;
}

static int64_t sum_parts(const struct pk_json *object)
{
    const struct pk_json *parts = pk_json_get(object, "segment_units");
    int64_t sum = 0, one;
    fuzz_need(number(object, "segments") == (int64_t) pk_json_count(parts));
    for (size_t i = 0; i < pk_json_count(parts); i++) {
        fuzz_need(pk_json_int(pk_json_item(parts, i), &one) && one > 0);
        sum += one;
    }
    return sum;
}

static void check_segments(const struct pk_json *answer)
{
    const struct pk_json *forces = pk_json_get(answer, "forces");
    bool wide = pk_slice_is(pk_json_string(pk_json_get(answer, "encoding")), "UCS2");
    fuzz_need(sum_parts(answer) == number(answer, "units") && sum_parts(pk_json_get(answer, "ref16")) == number(answer, "units"));
    fuzz_need(!forces || wide);
    if (!forces)
        return;
    fuzz_need(pk_json_string(pk_json_get(forces, "character")).len > 0 && number(forces, "position") > 0);
    fuzz_need(pk_json_string(pk_json_get(forces, "suggestion")).len > 0);
}

static void check_dates(const struct pk_json *answer)
{
    const struct pk_json *bg = pk_json_get(answer, "bg"), *latin = pk_json_get(answer, "latin");
    fuzz_need(pk_json_count(bg) >= 7 && pk_json_count(bg) == pk_json_count(latin));
    fuzz_need(pk_json_string(pk_json_get(bg, "on_day")).len > 0);
}

static void check_phone(const struct pk_json *answer)
{
    struct pk_slice status = pk_json_string(pk_json_get(answer, "status")), e164 = pk_json_string(pk_json_get(answer, "e164"));
    bool certain = pk_slice_is(status, "ok") || pk_slice_is(status, "not_sms");
    fuzz_need(certain == (e164.data != NULL) && certain == (pk_json_string(pk_json_get(answer, "type")).data != NULL));
    fuzz_need(pk_slice_is(status, "ambiguous") == (pk_json_string(pk_json_get(answer, "suggest")).data != NULL));
}

static void check(enum pk_text_question question, const struct pk_json *answer)
{
    if (pk_json_get(answer, "error")) {
        fuzz_need(pk_json_count(answer) == 1 && pk_json_string(pk_json_get(answer, "error")).len > 0);
        return;
    }
    if (question == PK_TEXT_SEGMENTS)
        check_segments(answer);
    else if (question == PK_TEXT_LATIN)
        fuzz_need_gsm(pk_json_string(pk_json_get(answer, "gsm")));
    else if (question == PK_TEXT_INTENT)
        fuzz_need(pk_json_count(answer) == 4 && number(answer, "count") < 100);
    else if (question == PK_TEXT_DATES)
        check_dates(answer);
    else
        check_phone(answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    enum pk_text_question question = (enum pk_text_question)(data[0] % PK_TEXT_QUESTIONS);
    struct pk_slice line = pk_slice_make(data + 1, size - 1);
    char *copy = fuzz_copy(line);
    struct pk_buf once, twice;
    pk_auto(pk_json) struct pk_json *answer = NULL;
    pk_buf_init(&once, PK_TEXT_ANSWER_MAX);
    pk_buf_init(&twice, PK_TEXT_ANSWER_MAX);
    pk_text_answer(question, tools(data[0] >= 128), pk_slice_make(copy, line.len), &once);
    pk_text_answer(question, tools(data[0] >= 128), line, &twice);
    fuzz_need(!once.failed && memchr(once.data, '\n', once.len) == NULL);
    fuzz_need(pk_slice_equal(pk_buf_slice(&once), pk_buf_slice(&twice)));
    fuzz_need(pk_json_parse(pk_buf_slice(&once), PK_TEXT_ANSWER_MAX, &answer, NULL) == 0 &&
              pk_json_kind(answer) == PK_JSON_OBJECT);
    check(question, answer);
    pk_buf_finish(&once);
    pk_buf_finish(&twice);
    free(copy);
    return 0;
}
