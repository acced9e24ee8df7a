/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/app/ask.h"

#include "gateway/api/api.h"
#include "gateway/app/config.h"
#include "gateway/app/progress.h"
#include "gateway/base/code.h"
#include "gateway/io/control_client.h"

#include <limits.h>

/* ---- where ---- */

int pk_ask_socket(const struct pk_invocation *invocation, struct pk_buf *ret_path, struct pk_error *err)
{
    if (invocation->socket)
        return pk_buf_add_text(ret_path, invocation->socket);
    pk_auto(pk_config) struct pk_config *config = NULL;
    struct pk_ini_report report = pk_config_report_stderr();
    int r = pk_config_read_places(invocation->config, false, &report, &config, err);
    if (r != 0)
        return pk_hint(err, r, "Name the configuration with --config FILE, or the gateway's socket with --socket PATH.");
    r = pk_buf_add_text(ret_path, config->control);
    return r == 0 ? 0 : pk_fail(err, r, "the path of the control socket is too long");
}

/* ---- what came back ---- */

static void copy_text(char *to, size_t size, struct pk_slice text)
{
    (void) snprintf(to, size, "%.*s", PK_SLICE_ARG(text));
}

/* An application/problem+json document is the error the gateway met, put back together. */
static int problem(unsigned status, const struct pk_json *document, struct pk_error *err)
{
    int code = pk_code_of_name(pk_json_string(pk_json_get(document, "code")));
    struct pk_slice detail = pk_json_string(pk_json_get(document, "detail"));
    if (!detail.data || code == PK_OK)
        return pk_fail(err, PK_E_PROTOCOL, "the gateway answered with status %u and no reason", status);
    (void) pk_fail(err, code, "%s", "");
    if (err) {
        copy_text(err->message, sizeof err->message, detail);
        copy_text(err->hint, sizeof err->hint, pk_json_string(pk_json_get(document, "hint")));
    }
    return code;
}

static int read_answer(unsigned status, struct pk_slice body, struct pk_json **ret_document, struct pk_error *err)
{
    pk_auto(pk_json) struct pk_json *document = NULL;
    bool empty = body.len == 0;
    bool json = !empty && pk_json_parse(body, PK_ASK_ANSWER_BYTES_MAX, &document, NULL) == 0;
    if (status < 200 || status > 299)
        return problem(status, document, err);
    if (!json && !empty) {
        (void) pk_fail(err, PK_E_PROTOCOL, "the gateway answered something that is not JSON");
        return pk_hint(err, PK_E_PROTOCOL, "Is it the gateway that listens at this socket?");
    }
    *ret_document = pk_steal(&document);
    return 0;
}

static int nobody(const char *socket_path, struct pk_error *err)
{
    (void) pk_fail(err, PK_E_BUSY, "nobody answers at the control socket \"%s\"", socket_path);
    return pk_hint(err, PK_E_BUSY, "Is the gateway running? Look with systemctl status pokana, or start it with pokana serve.");
}

int pk_ask(const struct pk_invocation *invocation, const struct pk_question *question, struct pk_json **ret_document,
           struct pk_error *err)
{
    char path_bytes[PATH_MAX];
    struct pk_buf socket_path = { .data = path_bytes, .cap = sizeof path_bytes, .max_bytes = sizeof path_bytes - 1 };
    int r = pk_ask_socket(invocation, &socket_path, err);
    if (r != 0)
        return r;
    char header_bytes[256];
    struct pk_buf header = { .data = header_bytes, .cap = sizeof header_bytes, .max_bytes = sizeof header_bytes - 1 };
    if (invocation->by) {
        (void) pk_buf_add_text(&header, PK_API_BY ": ");
        pk_ask_escape(&header, pk_slice_of(invocation->by));
        if (header.failed)
            return pk_fail(err, PK_E_LIMIT, "the name after --by is too long");
    }
    struct pk_control_call call = {
        .socket_path = pk_buf_text(&socket_path),
        .method = question->method ? question->method : "GET",
        .path = question->path,
        .body = question->body,
        .content_type = question->content_type,
        .header = invocation->by ? pk_buf_text(&header) : NULL,
        .timeout_ms = question->timeout_ms > 0 ? question->timeout_ms : PK_ASK_TIMEOUT_MS,
    };
    struct pk_buf body;
    unsigned status = 0;
    pk_buf_init(&body, PK_ASK_ANSWER_BYTES_MAX);
    pk_progress_begin("waiting for the gateway");
    r = pk_control_ask(&call, &status, &body, err);
    pk_progress_end();
    if (r == PK_E_NOT_FOUND)
        r = nobody(call.socket_path, err);
    else if (r == 0)
        r = read_answer(status, pk_buf_slice(&body), ret_document, err);
    pk_buf_wipe(&body);
    pk_buf_finish(&body);
    return r;
}

int pk_ask_read(const struct pk_invocation *invocation, const char *path, struct pk_json **ret_document, struct pk_error *err)
{
    return pk_ask(invocation, &(struct pk_question){ .path = path }, ret_document, err);
}

int pk_ask_change(const struct pk_invocation *invocation, const char *method, const char *path, const char *json,
                  struct pk_json **ret_document, struct pk_error *err)
{
    struct pk_question question = { .method = method, .path = path, .body = pk_slice_of(json) };
    return pk_ask(invocation, &question, ret_document, err);
}

/* ---- words in paths, documents on paper ---- */

void pk_ask_escape(struct pk_buf *path, struct pk_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char) text.data[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-._~", c) != NULL;
        if (plain && c != '\0')
            (void) pk_buf_add_char(path, (char) c);
        else
            (void) pk_buf_printf(path, "%%%02X", c);
    }
}

void pk_ask_print(const struct pk_json *document)
{
    struct pk_buf text;
    pk_buf_init(&text, 2 * PK_ASK_ANSWER_BYTES_MAX);
    if (document && pk_json_dump(document, &text) == 0)
        (void) printf("%s\n", pk_buf_text(&text));
    else
        (void) printf("{}\n");
    pk_buf_finish(&text);
}
