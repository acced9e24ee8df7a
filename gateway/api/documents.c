/* SPDX-License-Identifier: EUPL-1.2 */
/* What the gateway says and hears over MQTT, as documents for machines: AsyncAPI 3.0, and a JSON Schema (draft-07) of each event.
 * They are public, as openapi.json is. */
#include "gateway/api/answer.h"
#include "gateway/api/v1.h"
#include "gateway/base/text.h"

#define ASYNCAPI "asyncapi"
#define SUFFIX ".json"

static void serve(struct pk_call *call, struct pk_slice name, const char *type)
{
    for (size_t i = 0; i < pk_document_count; i++) {
        if (!pk_slice_is(name, pk_documents[i].name))
            continue;
        (void) pk_buf_add(&call->out, pk_documents[i].text, pk_documents[i].len);
        pk_call_header(call, "Access-Control-Allow-Origin", "*"); /* pages that show such documents read them */
        pk_call_answer_as(call, 200, type, &call->out);
        return;
    }
    struct pk_error err = { 0 };
    (void) pk_fail(&err, PK_E_NOT_FOUND, "there is no such schema");
    (void) pk_hint(&err, PK_E_NOT_FOUND, "/v1/asyncapi.json refers to all of them.");
    pk_call_problem(call, &err);
}

void pk_api_asyncapi(struct pk_call *call)
{
    serve(call, PK_SLICE(ASYNCAPI), "application/json");
}

/* With or without the ending: asyncapi.json refers to files. */
void pk_api_schema(struct pk_call *call)
{
    struct pk_slice name = call->places[0];
    size_t ending = strlen(SUFFIX);
    if (name.len > ending && memcmp(name.data + name.len - ending, SUFFIX, ending) == 0)
        name.len -= ending;
    serve(call, pk_slice_is(name, ASYNCAPI) ? PK_SLICE("") : name, "application/schema+json");
}
