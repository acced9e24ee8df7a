/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/api/v1.h"

#include "gateway/api/answer.h"
#include "gateway/api/remotes.h"
#include "gateway/api/schema.h"
#include "gateway/base/text.h"
#include "gateway/model/retry.h"
#include "gateway/service/tokens.h"
#include "gateway/service/trail.h"

#include <assert.h>

#define DOCUMENT_MAX (1u << 20)
#define ARGUMENT_MAX 256u
/* Of one token: as often as a busy service asks, and no more than a turn bears. */
#define PER_SECOND 10
#define AT_ONCE 60
/* Refusals kept in the audit: the first of a series, then one a minute; all are counted. */
#define KEPT_PER_SECOND_MILLI 17
#define KEPT_AT_ONCE 30
#define REMOTE_RETRY_AFTER "3600" /* seconds: remotes.h counts by the hour */

struct token_rate {
    int64_t token; /* 0 = free */
    struct pk_rate rate;
};

struct pk_v1 {
    struct pk_json *document;
    struct pk_remotes *remotes; /* who came without a token that counts */
    struct pk_rate kept;
    struct token_rate rates[PK_TOKENS_MAX]; /* there are no more tokens than that */
};

struct pk_v1 *pk_v1_new(int64_t now_ms)
{
    struct pk_v1 *v1 = pk_alloc(sizeof *v1);
    int r = pk_json_parse(pk_slice_make(pk_openapi_text, pk_openapi_len), DOCUMENT_MAX, &v1->document, NULL);
    assert(r == 0);
    (void) r;
    v1->remotes = pk_remotes_new();
    pk_rate_init(&v1->kept, KEPT_PER_SECOND_MILLI, KEPT_AT_ONCE, now_ms);
    return v1;
}

void pk_v1_free(struct pk_v1 *v1)
{
    if (!v1)
        return;
    pk_json_free(v1->document);
    pk_remotes_free(v1->remotes);
    free(v1);
}

/* ---- who ---- */

static void too_often(struct pk_call *call, const char *retry_after)
{
    struct pk_error err = { 0 };
    (void) pk_fail(&err, PK_E_LIMIT, "too many requests");
    (void) pk_hint(&err, PK_E_LIMIT, "Wait as long as Retry-After says.");
    pk_call_header(call, "Retry-After", retry_after);
    pk_call_problem_as(call, 429, &err);
}

/* Whatever was wrong with the token, the same is done: nobody learns from words or time what it was. */
static void turn_away(struct pk_call *call, const struct pk_error *err)
{
    struct pk_v1 *v1 = call->api->v1;
    const struct pk_actor nobody = { .role = PK_ROLE_NONE, .name = "token" };
    call->service->metrics.tokens_refused++;
    if (!pk_remotes_take(v1->remotes, call->request, call->now_ms)) {
        too_often(call, REMOTE_RETRY_AFTER);
        return;
    }
    if (pk_rate_available(&v1->kept, call->now_ms, 1) > 0) {
        pk_rate_take(&v1->kept, 1);
        pk_trail_refused(call->service, &nobody, PK_ACTION_NONE, call->bearer->token.name[0] ? call->bearer->token.name : "an unknown token", 0);
    }
    pk_call_header(call, "WWW-Authenticate", "Bearer realm=\"pokana\"");
    pk_call_problem_as(call, 401, err);
}

static bool within_rate(struct pk_call *call)
{
    struct pk_v1 *v1 = call->api->v1;
    int64_t token = call->bearer->token.id;
    struct token_rate *place = &v1->rates[0];
    for (size_t i = 0; i < PK_COUNT(v1->rates) && place->token != token; i++)
        if (v1->rates[i].token == token || (place->token != 0 && v1->rates[i].rate.filled_ms < place->rate.filled_ms))
            place = &v1->rates[i]; /* its own, a free one, or the one that was asked for longest ago */
    if (place->token != token) {
        place->token = token;
        pk_rate_init(&place->rate, PER_SECOND * 1000, AT_ONCE, call->now_ms);
    }
    if (pk_rate_available(&place->rate, call->now_ms, 1) == 0)
        return false;
    pk_rate_take(&place->rate, 1);
    return true;
}

struct pk_slice pk_v1_token(const struct pk_call *call)
{
    struct pk_slice rest = pk_http_request_header(call->request, "Authorization"), scheme = { 0 };
    if (rest.len == 0 || !pk_slice_cut(&rest, ' ', &scheme) || !pk_slice_equal_nocase(scheme, "bearer"))
        return PK_SLICE("");
    return pk_slice_trim(rest);
}

bool pk_v1_admit(struct pk_call *call)
{
    struct pk_error err = { 0 };
    call->bearer = pk_alloc(sizeof *call->bearer);
    int r = pk_tokens_act(call->service, pk_v1_token(call), call->now_ms, call->bearer, &err);
    if (r == PK_E_DENIED) {
        turn_away(call, &err);
        return false;
    }
    if (r != 0) {
        pk_call_problem(call, &err);
        return false;
    }
    if (!within_rate(call)) {
        too_often(call, "1");
        return false;
    }
    pk_tokens_note_use(call->service, call->bearer, call->now_ms);
    call->actor = call->bearer->acting.actor;
    call->actor.trace = pk_http_request_header(call->request, "traceparent");
    return true;
}

/* ---- the form ---- */

static bool is_unwanted(struct pk_slice parameters)
{
    struct pk_slice one, name;
    while (pk_slice_cut(&parameters, ';', &one)) {
        one = pk_slice_trim(one);
        if (pk_slice_cut(&one, '=', &name) && pk_slice_equal_nocase(pk_slice_trim(name), "q")) {
            struct pk_slice q = pk_slice_trim(one);
            return pk_slice_is(q, "0") || pk_slice_is(q, "0.") || pk_slice_is(q, "0.0") || pk_slice_is(q, "0.00") || pk_slice_is(q, "0.000");
        }
    }
    return false;
}

bool pk_v1_accepts(const struct pk_call *call)
{
    static const char *const json[] = { "*/*", "application/*", "application/json" };
    struct pk_slice rest = pk_http_request_header(call->request, "Accept"), range, media;
    if (pk_slice_trim(rest).len == 0)
        return true;
    while (pk_slice_cut(&rest, ',', &range)) {
        if (!pk_slice_cut(&range, ';', &media))
            continue;
        media = pk_slice_trim(media);
        for (size_t i = 0; i < PK_COUNT(json); i++)
            if (pk_slice_equal_nocase(media, json[i]) && !is_unwanted(range))
                return true;
    }
    return false;
}

/* The description's parameter of this name at this place ("query", "header"), or NULL. */
static const struct pk_json *parameter_of(const struct pk_json *operation, const char *in, struct pk_slice name)
{
    const struct pk_json *parameters = pk_json_get(operation, "parameters");
    for (size_t i = 0; i < pk_json_count(parameters); i++) {
        const struct pk_json *parameter = pk_json_item(parameters, i);
        if (pk_slice_is(pk_json_string(pk_json_get(parameter, "in")), in) &&
            pk_slice_equal(pk_json_string(pk_json_get(parameter, "name")), name))
            return parameter;
    }
    return NULL;
}

static void check_arguments(struct pk_call *call, const struct pk_json *operation)
{
    struct pk_slice rest = pk_http_request_query(call->request), pair, name;
    while (pk_slice_cut(&rest, '&', &pair)) {
        char plain[32], pointer[40];
        struct pk_buf value;
        if (!pk_slice_cut(&pair, '=', &name))
            continue;
        const struct pk_json *parameter = parameter_of(operation, "query", name);
        if (!parameter || name.len >= sizeof plain) {
            pk_complain(&call->complaints, "?", "there is a parameter that is not known here");
            continue;
        }
        (void) snprintf(plain, sizeof plain, "%.*s", PK_SLICE_ARG(name));
        (void) snprintf(pointer, sizeof pointer, "?%s", plain);
        pk_buf_init(&value, ARGUMENT_MAX);
        if (pk_http_request_argument(call->request, plain, &value) != 0)
            pk_complain(&call->complaints, pointer, "cannot be read");
        else if (value.len > 0)
            pk_schema_check_text(call->api->v1->document, pk_json_get(parameter, "schema"), pk_buf_slice(&value), pointer, &call->complaints);
        pk_buf_finish(&value);
    }
}

/* Those the description names; what else a request carries is its own. */
static void check_headers(struct pk_call *call, const struct pk_json *operation)
{
    const struct pk_json *parameters = pk_json_get(operation, "parameters");
    for (size_t i = 0; i < pk_json_count(parameters); i++) {
        const struct pk_json *parameter = pk_json_item(parameters, i);
        char name[40], pointer[42];
        if (!pk_slice_is(pk_json_string(pk_json_get(parameter, "in")), "header"))
            continue;
        (void) snprintf(name, sizeof name, "%.*s", PK_SLICE_ARG(pk_json_string(pk_json_get(parameter, "name"))));
        (void) snprintf(pointer, sizeof pointer, "?%s", name);
        struct pk_slice value = pk_http_request_header(call->request, name);
        if (value.data)
            pk_schema_check_text(call->api->v1->document, pk_json_get(parameter, "schema"), pk_slice_trim(value), pointer, &call->complaints);
    }
}

static const struct pk_json *operation_of(const struct pk_call *call)
{
    return pk_schema_operation(call->api->v1->document, call->route_method, call->route_path);
}

bool pk_v1_takes_header(const struct pk_call *call, const char *name)
{
    return parameter_of(operation_of(call), "header", pk_slice_of(name)) != NULL;
}

void pk_v1_check_body(struct pk_call *call, const struct pk_json *body, const char *media_type)
{
    pk_schema_check(call->api->v1->document, pk_schema_body(operation_of(call), media_type), body, "", &call->complaints);
}

void pk_v1_check_notice(struct pk_call *call, const struct pk_json *data, const char *pointer)
{
    const struct pk_json *document = call->api->v1->document;
    pk_schema_check(document, pk_json_at(document, "components.schemas.NoticeRequested"), data, pointer, &call->complaints);
}

bool pk_v1_check(struct pk_call *call)
{
    check_arguments(call, operation_of(call));
    check_headers(call, operation_of(call));
    if (call->body)
        pk_v1_check_body(call, call->body, "application/json");
    return call->complaints.count == 0;
}

/* ---- the description ---- */

void pk_api_openapi(struct pk_call *call)
{
    const char *url = call->service->rules->public_url;
    struct pk_json_out out = pk_json_out(&call->out);
    char server[300];
    size_t len = url ? strlen(url) : 0;
    (void) snprintf(server, sizeof server, "%.*s/v1", (int) (len > 0 && url[len - 1] == '/' ? len - 1 : len), url ? url : "");
    pk_json_open(&out, NULL, '{');
    pk_json_open(&out, "servers", '[');
    pk_json_open(&out, NULL, '{');
    pk_json_add_text(&out, "url", server);
    pk_json_close(&out, '}');
    pk_json_close(&out, ']');
    (void) pk_buf_add_char(&call->out, ',');
    (void) pk_buf_add_slice(&call->out, pk_slice_make(pk_openapi_text + 1, pk_openapi_len - 1));
    pk_call_header(call, "Access-Control-Allow-Origin", "*"); /* it is public, and pages that show such documents read it */
    pk_call_answer(call, 200, &call->out);
}
