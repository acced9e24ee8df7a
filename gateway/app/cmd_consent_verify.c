/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `pokana consent verify`: has the gateway verify its consent ledger, and follows it. With a FILE, or while no gateway runs,
 * the same walk is done here, and the same is said of it.
 */
#include "gateway/app/ask.h"
#include "gateway/app/cmd_consent.h"
#include "gateway/app/copy.h"
#include "gateway/app/options.h"
#include "gateway/app/progress.h"
#include "gateway/base/code.h"
#include "gateway/base/text.h"
#include "gateway/store/ledger_chain.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>

#define LOOK_EVERY_MS 200
#define LINKS_A_STEP 20000u
#define DOCUMENT_BYTES_MAX 4096u

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

/* ---- without a gateway ---- */

/* As the gateway's own answer (api/consent.c), so that one reader serves both. */
static int describe(const struct pk_ledger_proof *proof, int result, const struct pk_error *why, struct pk_json **ret_document,
                    struct pk_error *err)
{
    struct pk_buf text, hex;
    pk_buf_init(&text, DOCUMENT_BYTES_MAX);
    pk_buf_init(&hex, 2 * PK_LINK_BYTES + 1);
    struct pk_json_out out = pk_json_out(&text);
    pk_hex(&hex, proof->link, proof->link_len);
    pk_json_open(&out, NULL, '{');
    pk_json_add_text(&out, "state", result == 0 ? "holds" : "broken");
    pk_json_add_int(&out, "held", proof->held);
    pk_json_add_int(&out, "total", proof->total);
    pk_json_add_int(&out, "first", proof->first);
    pk_json_add_int(&out, "last", proof->id);
    pk_json_add_slice(&out, "lastLink", hex.len > 0 ? pk_buf_slice(&hex) : (struct pk_slice){ 0 });
    if (result != 0) {
        pk_json_open(&out, "broken", '{');
        pk_json_add_int(&out, "entry", proof->broken_id);
        pk_json_add_time(&out, "at", proof->broken_at_ms);
        pk_json_add_text(&out, "what", pk_ledger_flaw_name(proof->flaw));
        pk_json_close(&out, '}');
    }
    pk_json_add_text(&out, "trouble", why->message);
    pk_json_close(&out, '}');
    int r = pk_json_parse(pk_buf_slice(&text), DOCUMENT_BYTES_MAX, ret_document, err);
    pk_buf_finish(&hex);
    pk_buf_finish(&text);
    return r;
}

static int walk(const struct pk_invocation *invocation, const char *file, const char *keys, struct pk_json **ret_document,
                struct pk_error *err)
{
    struct pk_copy copy;
    struct pk_ledger_proof proof = { 0 };
    struct pk_error why = { 0 };
    int r = pk_copy_open(invocation, file, keys, &copy, err);
    if (r == 0) {
        do {
            r = pk_ledger_verify_some(copy.store, &proof, LINKS_A_STEP, &why);
            pk_progress_count(proof.held, proof.total);
        } while (r == 1);
        if (r == 0 || proof.flaw != PK_FLAW_NONE)
            r = describe(&proof, r, &why, ret_document, err);
        else
            *err = why;
    }
    pk_copy_close(&copy);
    return r;
}

static int by_the_gateway(const struct pk_invocation *invocation, struct pk_json **ret_document, struct pk_error *err)
{
    pk_auto(pk_json) struct pk_json *started = NULL;
    int r = pk_ask_change(invocation, "POST", "/v1/consent/verification", "", &started, err);
    return r == 0 ? follow(invocation, ret_document, err) : r;
}

int pk_consent_verify_run(const struct pk_invocation *invocation)
{
    const char *keys = NULL;
    const struct pk_option options[] = { { "keys", &keys, NULL } };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    int status = pk_options_read(&pk_command_consent, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count > 1)
        return pk_command_misused(&pk_command_consent, "verify takes one file at most: the chain is one");
    if (words.count == 0 && keys)
        return pk_command_misused(&pk_command_consent, "--keys belongs to a file that is verified");
    const char *file = words.count > 0 ? words.words[0] : NULL;
    pk_auto(pk_json) struct pk_json *document = NULL;
    pk_progress_begin("verifying the consent ledger");
    int r = file ? walk(invocation, file, keys, &document, &err) : by_the_gateway(invocation, &document, &err);
    if (!file && r == PK_E_BUSY && !invocation->socket)
        r = walk(invocation, NULL, NULL, &document, &err);
    pk_progress_end();
    return r == 0 ? report(invocation, document) : pk_command_failed(&err);
}
