/* SPDX-License-Identifier: EUPL-1.2 */
/* Every event of tests/vectors/triggers.json, read as the gateway reads it: each good one is taken and is of the type its schema is
 * named after, each bad one is refused with a reason. The schemas are held to the same file (tests/peers/test_schemas.py). */
#include "gateway/base/file.h"
#include "gateway/model/cloudevent.h"
#include "gateway/model/trigger.h"
#include "tests/unit/cmocka.h"

#include <stdio.h>

static struct pk_json *read_vectors(void)
{
    struct pk_json *document = NULL;
    struct pk_buf text;
    pk_buf_init(&text, 1u << 20);
    assert_int_equal(pk_file_read(PK_TEST_TRIGGERS, 1u << 20, &text, NULL), 0);
    assert_int_equal(pk_json_parse(pk_buf_slice(&text), 1u << 20, &document, NULL), 0);
    pk_buf_finish(&text);
    return document;
}

/* "event-planned" of "event.planned". */
static void schema_of(const struct pk_event_type *type, char ret_name[64])
{
    (void) snprintf(ret_name, 64, "%s", type->word);
    for (char *c = ret_name; *c; c++)
        if (*c == '.')
            *c = '-';
}

/* 0 = taken. */
static int take(const struct pk_json *vector, struct pk_error *err)
{
    struct pk_cloudevent event = { 0 };
    struct pk_trigger_request request;
    enum pk_event_refusal refusal = PK_REFUSAL_NONE;
    struct pk_buf text;
    char name[64] = "";
    pk_buf_init(&text, PK_CLOUDEVENT_BYTES_MAX);
    assert_int_equal(pk_json_dump(pk_json_get(vector, "event"), &text), 0);
    int r = pk_cloudevent_read(PK_SLICE("application/cloudevents+json"), NULL, 0, pk_buf_slice(&text), &event, &refusal, err);
    const struct pk_event_type *type = r == 0 ? pk_event_type_find(event.type) : NULL;
    if (type)
        schema_of(type, name);
    if (r == 0 && !pk_slice_is(pk_json_string(pk_json_get(vector, "schema")), name))
        fail_msg("the schema of this type is called %s", name);
    if (r == 0)
        r = type->read(event.data, &request, err);
    pk_cloudevent_finish(&event);
    pk_buf_finish(&text);
    return r;
}

static void walk(const struct pk_json *list, bool good)
{
    assert_true(pk_json_count(list) > 15);
    for (size_t i = 0; i < pk_json_count(list); i++) {
        const struct pk_json *vector = pk_json_item(list, i);
        struct pk_slice about = pk_json_string(pk_json_get(vector, "about"));
        struct pk_error err = { 0 };
        int r = take(vector, &err);
        if ((r == 0) != good)
            fail_msg("%.*s: %s", PK_SLICE_ARG(about), r == 0 ? "it is taken" : err.message);
        if (!good && err.message[0] == '\0')
            fail_msg("%.*s: it is refused without a reason", PK_SLICE_ARG(about));
    }
}

static void test_every_vector(void **state)
{
    (void) state;
    struct pk_json *document = read_vectors();
    walk(pk_json_get(document, "valid"), true);
    walk(pk_json_get(document, "invalid"), false);
    pk_json_free(document);
}

/* No type without a good event and a bad one. */
static void test_every_type_is_there(void **state)
{
    static const char *const lists[] = { "valid", "invalid" };
    struct pk_json *document = read_vectors();
    const struct pk_event_type *type;
    (void) state;
    for (size_t at = 0; (type = pk_event_type_at(at)) != NULL; at++) {
        char name[64];
        schema_of(type, name);
        for (size_t l = 0; l < PK_COUNT(lists); l++) {
            const struct pk_json *list = pk_json_get(document, lists[l]);
            bool found = false;
            for (size_t i = 0; i < pk_json_count(list); i++)
                found = found || pk_slice_is(pk_json_string(pk_json_get(pk_json_item(list, i), "schema")), name);
            if (!found)
                fail_msg("%s: no %s event", name, lists[l]);
        }
    }
    pk_json_free(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_every_vector), cmocka_unit_test(test_every_type_is_there) };
    return cmocka_run_group_tests_name("model/trigger_vectors", tests, NULL, NULL);
}
