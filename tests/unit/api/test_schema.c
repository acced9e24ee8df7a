/* SPDX-License-Identifier: EUPL-1.2 */
/* A request against the description of the API: all that is wrong is found at once, and nothing of its values is repeated. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "gateway/api/schema.h"
#include "gateway/api/v1.h"

#define DOCUMENT \
    "{\"components\":{\"schemas\":{\"Name\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":4}}},\"schema\":{\"type\":\"object\"," \
    "\"required\":[\"name\",\"count\"],\"additionalProperties\":false,\"properties\":{\"name\":{\"$ref\":\"#/components/schemas/Name\"}," \
    "\"count\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":9},\"word\":{\"type\":[\"string\",\"null\"],\"enum\":[\"yes\",\"no\"]}," \
    "\"tags\":{\"type\":\"array\",\"minItems\":1,\"maxItems\":2,\"items\":{\"$ref\":\"#/components/schemas/Name\"}}}}}"

static void complained(const char *body, const char *wanted)
{
    struct pk_json *document = NULL, *value = NULL;
    struct pk_complaints complaints;
    pk_complaints_init(&complaints);
    assert_int_equal(pk_json_parse(PK_SLICE(DOCUMENT), 1u << 20, &document, NULL), 0);
    assert_int_equal(pk_json_parse(pk_slice_of(body), 1u << 20, &value, NULL), 0);
    pk_schema_check(document, pk_json_get(document, "schema"), value, "", &complaints);
    assert_string_equal(pk_buf_text(&complaints.text), wanted);
    pk_complaints_finish(&complaints);
    pk_json_free(document);
    pk_json_free(value);
}

static void test_all_at_once(void **state)
{
    (void) state;
    complained("{\"name\":\"\u0449\u0449\u0449\u0449\",\"count\":9,\"word\":null,\"tags\":[\"a\"]}", ""); /* characters, not bytes */
    complained("[]", "{\"pointer\":\"\",\"detail\":\"must be of type object\"}");
    complained("{\"name\":\"abcde\",\"word\":\"maybe\",\"+31600000001\":1}",
               "{\"pointer\":\"/count\",\"detail\":\"is missing\"},{\"pointer\":\"/name\",\"detail\":\"may have 4 characters at most\"},"
               "{\"pointer\":\"/word\",\"detail\":\"is none of the words there are\"},"
               "{\"pointer\":\"\",\"detail\":\"has a field that is not known here\"}");
    complained("{\"name\":\"\",\"count\":0,\"tags\":[]}",
               "{\"pointer\":\"/name\",\"detail\":\"must have 1 characters or more\"},{\"pointer\":\"/count\",\"detail\":\"must be 1 or more\"},"
               "{\"pointer\":\"/tags\",\"detail\":\"must have 1 items or more\"}");
    complained("{\"name\":\"a\",\"count\":1.5,\"tags\":[\"a\",7]}",
               "{\"pointer\":\"/count\",\"detail\":\"must be of type integer\"},{\"pointer\":\"/tags/1\",\"detail\":\"must be of type string\"}");
    complained("{\"name\":\"a\",\"count\":10,\"tags\":[\"a\",\"b\",\"c\"]}",
               "{\"pointer\":\"/count\",\"detail\":\"must be 9 or less\"},{\"pointer\":\"/tags\",\"detail\":\"may have 2 items at most\"}");
}

static void test_complaints_have_an_end(void **state)
{
    struct pk_complaints complaints;
    (void) state;
    pk_complaints_init(&complaints);
    for (int i = 0; i < 100; i++)
        pk_complain(&complaints, i == 0 ? "?limit" : "/x", "is wrong");
    assert_int_equal(complaints.count, PK_SCHEMA_COMPLAINTS_MAX);
    assert_false(complaints.text.failed);
    assert_true(pk_slice_starts(pk_buf_slice(&complaints.text), "{\"parameter\":\"limit\",\"detail\":\"is wrong\"},{\"pointer\":"));
    pk_complaints_finish(&complaints);
}

static void test_operations_are_found_by_their_route(void **state)
{
    struct pk_json *document = NULL;
    (void) state;
    assert_int_equal(pk_json_parse(pk_slice_make(pk_openapi_text, pk_openapi_len), 1u << 20, &document, NULL), 0);
    const struct pk_json *one = pk_schema_operation(document, "GET", "/v1/triggers/{}");
    assert_true(pk_slice_is(pk_json_string(pk_json_get(one, "operationId")), "getTrigger"));
    assert_non_null(pk_schema_body(pk_schema_operation(document, "POST", "/v1/triggers"), "application/cloudevents+json"));
    assert_null(pk_schema_operation(document, "DELETE", "/v1/triggers/{}"));
    assert_null(pk_schema_operation(document, "GET", "/v1/trigger"));
    assert_null(pk_schema_operation(document, "GET", "/v1/triggers/{}/more"));
    pk_json_free(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_at_once),
        cmocka_unit_test(test_complaints_have_an_end),
        cmocka_unit_test(test_operations_are_found_by_their_route),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
