/* SPDX-License-Identifier: EUPL-1.2 */
/* `pokana consent verify`: has the gateway verify its consent ledger, and follows it. */
#include "gateway/app/ask.h"
#include "gateway/app/cmd_consent.h"
#include "gateway/app/options.h"
#include "gateway/app/progress.h"
#include "gateway/base/code.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>

#define LOOK_EVERY_MS 200

static int64_t number(const struct pk_json *document, const char *path)
{
    int64_t value = 0;
    (void) pk_json_int(pk_json_at(document, path), &value);
    return value;
}

static int follow(const struct pk_invocation *invocation, struct pk_json **ret_document, struct pk_error *err)
{
    for (;;) {
        pk_auto(pk_json) struct pk_json *document = NULL;
        int r = pk_ask_read(invocation, "/v1/consent/verification", &document, err);
        if (r != 0)
            return r;
        if (!pk_slice_is(pk_json_string(pk_json_get(document, "state")), "running")) {
            *ret_document = pk_steal(&document);
            return 0;
        }
        pk_progress_count(number(document, "held"), number(document, "total"));
        (void) poll(NULL, 0, LOOK_EVERY_MS);
    }
}

static int report(const struct pk_invocation *invocation, const struct pk_json *document)
{
    struct pk_error err = { 0 };
    struct pk_slice state = pk_json_string(pk_json_get(document, "state")), trouble = pk_json_string(pk_json_get(document, "trouble"));
    int64_t held = number(document, "held"), first = number(document, "first");
    bool holds = pk_slice_is(state, "holds");
    int code = holds ? 0 : pk_slice_is(state, "broken") ? PK_E_CONFLICT : PK_E_IO;
    if (invocation->json) {
        pk_ask_print(document);
        return pk_code_exit_status(code);
    }
    if (holds) {
        (void) printf("the consent ledger holds: %" PRId64 " %s", held, held == 1 ? "entry" : "entries");
        if (first > 1)
            (void) printf(", from entry %" PRId64 " on, behind its anchor", first);
        if (held > 0)
            (void) printf("\nlast link: entry %" PRId64 ", %.*s\n", number(document, "last"),
                          PK_SLICE_ARG(pk_json_string(pk_json_get(document, "lastLink"))));
        else
            (void) printf("\n");
        return 0;
    }
    (void) pk_fail(&err, code, "%.*s", (int) (trouble.len < 200 ? trouble.len : 200), trouble.data ? trouble.data : "the ledger could not be verified");
    if (code == PK_E_CONFLICT)
        (void) pk_hint(&err, code, "%" PRId64 " entries before it hold. Keep the file, and compare with a backup made before that day.", held);
    return pk_command_failed(&err);
}

int pk_consent_verify_run(const struct pk_invocation *invocation)
{
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    int status = pk_options_read(&pk_command_consent, invocation, NULL, 0, &words);
    if (status != 0)
        return status;
    if (words.count > 0)
        return pk_command_misused(&pk_command_consent, "verify takes no words: the chain is one");
    pk_auto(pk_json) struct pk_json *started = NULL, *document = NULL;
    int r = pk_ask_change(invocation, "POST", "/v1/consent/verification", "", &started, &err);
    if (r == 0) {
        pk_progress_begin("verifying the consent ledger");
        r = follow(invocation, &document, &err);
        pk_progress_end();
    }
    return r == 0 ? report(invocation, document) : pk_command_failed(&err);
}
