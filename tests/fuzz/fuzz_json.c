/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The JSON door: a line with a path, then a document. What parses is dumped in the one form that parses to itself;
 * members are found by name and by path; strings written by our own writer are read back as they were.
 */
#include "gateway/base/json.h"

#include "tests/fuzz/fuzz.h"

#define BYTES_MAX 65536u

static void same_dump(const struct pk_json *document)
{
    struct pk_buf once, twice;
    struct pk_json *again = NULL;
    pk_buf_init(&once, 1u << 20);
    pk_buf_init(&twice, 1u << 20);
    fuzz_need(pk_json_dump(document, &once) == 0 && pk_utf8_valid(pk_buf_slice(&once)));
    fuzz_need(pk_json_parse(pk_buf_slice(&once), 1u << 20, &again, NULL) == 0);
    fuzz_need(pk_json_dump(again, &twice) == 0 && pk_slice_equal(pk_buf_slice(&once), pk_buf_slice(&twice)));
    pk_json_free(again);
    pk_buf_finish(&once);
    pk_buf_finish(&twice);
}

static void check_string(struct pk_slice string)
{
    struct pk_buf text;
    struct pk_json *again = NULL;
    pk_buf_init(&text, 1u << 20);
    struct pk_json_out out = pk_json_out(&text);
    fuzz_need(pk_utf8_valid(string));
    pk_json_open(&out, NULL, '[');
    pk_json_add_slice(&out, NULL, string);
    pk_json_close(&out, ']');
    fuzz_need(pk_json_parse(pk_buf_slice(&text), 1u << 20, &again, NULL) == 0);
    fuzz_need(pk_slice_equal(pk_json_string(pk_json_at(again, "[0]")), string));
    pk_json_free(again);
    pk_buf_finish(&text);
}

static void walk(const struct pk_json *value, int depth)
{
    enum pk_json_kind kind = pk_json_kind(value);
    void *iter = NULL;
    struct pk_slice name;
    const struct pk_json *member;
    size_t count = 0;
    int64_t number;
    bool truth;
    fuzz_need(depth <= PK_JSON_DEPTH_MAX && kind != PK_JSON_ABSENT);
    fuzz_need((pk_json_string(value).data != NULL) == (kind == PK_JSON_STRING));
    fuzz_need(!pk_json_int(value, &number) || kind == PK_JSON_NUMBER);
    fuzz_need(pk_json_bool(value, &truth) == (kind == PK_JSON_BOOL));
    if (kind == PK_JSON_STRING)
        check_string(pk_json_string(value));
    for (; pk_json_next(value, &iter, &name, &member); count++) {
        fuzz_need(kind == PK_JSON_OBJECT && pk_json_get(value, name.data) == member);
        check_string(name);
        walk(member, depth + 1);
    }
    fuzz_need(kind != PK_JSON_OBJECT || count == pk_json_count(value));
    for (size_t i = 0; kind == PK_JSON_ARRAY && i < pk_json_count(value); i++)
        walk(pk_json_item(value, i), depth + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pk_slice rest = pk_slice_make(data, size), line = fuzz_line(&rest);
    struct pk_error err = { 0 };
    struct pk_json *document = NULL;
    char *text = fuzz_copy(rest), *path = pk_strndup(line.data, line.len);
    int r = pk_json_parse(pk_slice_make(text, rest.len), BYTES_MAX, &document, &err);
    if (r != 0) {
        fuzz_refused(r, &err);
    } else {
        const struct pk_json *found = pk_json_at(document, path);
        walk(document, 0);
        same_dump(document);
        if (found)
            same_dump(found);
        pk_json_free(document);
    }
    free(path);
    free(text);
    return 0;
}
