/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `pokana recipients export` and `pokana recipients erase`: one person, by id or by an address that is read from a file or
 * standard input: on a command line every user of the machine could read it.
 */
#include "gateway/app/cmd_person.h"

#include "gateway/app/ask.h"
#include "gateway/app/options.h"
#include "gateway/base/code.h"
#include "gateway/base/file.h"
#include "gateway/base/text.h"

#include <stdio.h>
#include <unistd.h>

#define BODY_BYTES_MAX 4096u
#define ERASE_TIMEOUT_MS 60000

struct wish {
    const char *from, *channel;
    bool asked, stay_stopped;
    const char *id;
    struct pk_buf address;
};

static int read_input(struct pk_buf *out, struct pk_error *err)
{
    char chunk[PK_ADDRESS_INPUT_MAX];
    ssize_t n;
    while ((n = read(STDIN_FILENO, chunk, sizeof chunk)) > 0)
        if (pk_buf_add(out, chunk, (size_t) n) != 0)
            return pk_fail(err, PK_E_LIMIT, "standard input holds more than an address");
    explicit_bzero(chunk, sizeof chunk);
    return n == 0 ? 0 : pk_fail(err, PK_E_IO, "could not read standard input");
}

int pk_address_read(const char *from, struct pk_buf *out, struct pk_error *err)
{
    struct pk_buf text;
    pk_buf_init(&text, PK_ADDRESS_INPUT_MAX);
    int r = strcmp(from, "-") == 0 ? read_input(&text, err) : pk_file_read(from, PK_ADDRESS_INPUT_MAX, &text, err);
    struct pk_slice rest = pk_buf_slice(&text), line = { 0 };
    while (r == 0 && out->len == 0 && pk_slice_cut(&rest, '\n', &line))
        (void) pk_buf_add_slice(out, pk_slice_trim(line));
    pk_buf_wipe(&text);
    if (r == 0 && out->len == 0)
        r = pk_fail(err, PK_E_INVALID, "\"%s\" holds no address", from);
    return r;
}

/* 0, or the exit status; what was wrong is told. */
static int read_wish(const struct pk_invocation *invocation, bool erase, struct wish *wish)
{
    const struct pk_option options[] = {
        { "address-from", &wish->from, NULL },
        { "channel", &wish->channel, NULL },
        { "asked", NULL, &wish->asked },
        { "stay-stopped", NULL, &wish->stay_stopped },
    };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    int status = pk_options_read(&pk_command_recipients, invocation, options, erase ? PK_COUNT(options) : 2, &words);
    if (status != 0)
        return status;
    if (words.count + (wish->from ? 1 : 0) != 1)
        return pk_command_misused(&pk_command_recipients, "which person? Say the id, or --address-from FILE with the address in it");
    if (wish->channel && !wish->from)
        return pk_command_misused(&pk_command_recipients, "--channel belongs to --address-from");
    wish->id = words.words[0];
    if (wish->id && wish->id[0] == '+')
        return pk_command_misused(&pk_command_recipients, "a number does not belong on the command line: put it in a file and say"
                                                          " --address-from FILE, or - for standard input");
    return wish->from && pk_address_read(wish->from, &wish->address, &err) != 0 ? pk_command_failed(&err) : 0;
}

static int ask(const struct pk_invocation *invocation, const char *path, const struct wish *wish, bool erase,
               struct pk_json **ret_document, struct pk_error *err)
{
    struct pk_buf body;
    pk_buf_init(&body, BODY_BYTES_MAX);
    struct pk_json_out out = pk_json_out(&body);
    pk_json_open(&out, NULL, '{');
    if (wish->id)
        pk_json_add_text(&out, "recipient", wish->id);
    else
        pk_json_add_slice(&out, "address", pk_buf_slice(&wish->address));
    if (wish->channel)
        pk_json_add_text(&out, "channel", wish->channel);
    if (erase) {
        pk_json_add_bool(&out, "asked", wish->asked);
        pk_json_add_bool(&out, "staysStopped", wish->stay_stopped);
    }
    pk_json_close(&out, '}');
    struct pk_question question = {
        .method = "POST", .path = path, .body = pk_buf_slice(&body), .timeout_ms = erase ? ERASE_TIMEOUT_MS : 0
    };
    int r = pk_ask(invocation, &question, ret_document, err);
    pk_buf_wipe(&body);
    return r;
}

static int run(const struct pk_invocation *invocation, bool erase, struct pk_json **ret_document)
{
    struct wish wish = { 0 };
    struct pk_error err = { 0 };
    pk_buf_init(&wish.address, PK_ADDRESS_INPUT_MAX);
    int status = read_wish(invocation, erase, &wish);
    if (status == 0 && ask(invocation, erase ? "/v1/recipients/erase" : "/v1/recipients/export", &wish, erase, ret_document, &err) != 0)
        status = pk_command_failed(&err);
    pk_buf_wipe(&wish.address);
    return status;
}

int pk_person_export_run(const struct pk_invocation *invocation)
{
    pk_auto(pk_json) struct pk_json *document = NULL;
    int status = run(invocation, false, &document);
    if (status == 0)
        pk_ask_print(document);
    return status;
}

int pk_person_erase_run(const struct pk_invocation *invocation)
{
    pk_auto(pk_json) struct pk_json *document = NULL;
    bool emptied = false;
    int status = run(invocation, true, &document);
    if (status != 0)
        return status;
    if (invocation->json) {
        pk_ask_print(document);
        return 0;
    }
    (void) printf("erased: nothing is kept but the proof of consent, under a pseudonym, and a STOP if there was one\n");
    if (!pk_json_bool(pk_json_get(document, "logEmptied"), &emptied) || !emptied)
        (void) printf("The write-ahead log is in use, probably by a backup: what it still holds goes by itself when that is done.\n");
    (void) printf("Backups made before still hold it until they are deleted.\n");
    return 0;
}
