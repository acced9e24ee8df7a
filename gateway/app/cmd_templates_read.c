/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `pokana templates read`: somebody whose language it is read a text aloud, and says so. The gateway keeps it with the hash of
 * the words it uses itself; a text that is changed is unread again.
 */
#include "gateway/app/ask.h"
#include "gateway/app/options.h"
#include "gateway/app/texts.h"

#include <stdio.h>

int pk_templates_read(const struct pk_invocation *invocation)
{
    const char *language = NULL;
    const struct pk_option options[] = { { "language", &language, NULL } };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    int status = pk_options_read(&pk_command_templates, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count != 1 || !language)
        return pk_command_misused(&pk_command_templates, "read takes one text, and --language TAG");
    struct pk_buf path, body;
    pk_auto(pk_json) struct pk_json *answer = NULL;
    pk_buf_init(&path, 512);
    pk_buf_init(&body, 512);
    (void) pk_buf_add_text(&path, "/v1/templates/");
    pk_ask_escape(&path, pk_slice_of(words.words[0]));
    (void) pk_buf_add_text(&path, "/read");
    struct pk_json_out out = pk_json_out(&body);
    pk_json_open(&out, NULL, '{');
    pk_json_add_text(&out, "language", language);
    pk_json_close(&out, '}');
    int r = path.failed || body.failed ? pk_fail(&err, PK_E_LIMIT, "that is too long")
                                       : pk_ask_change(invocation, "POST", pk_buf_text(&path), pk_buf_text(&body), &answer, &err);
    pk_buf_finish(&path);
    pk_buf_finish(&body);
    if (r != 0)
        return pk_command_failed(&err);
    if (invocation->json)
        pk_ask_print(answer);
    else
        (void) printf("%s (%s) counts as read by %.*s, until a word of it changes\n", words.words[0], language,
                      PK_SLICE_ARG(pk_json_string(pk_json_get(answer, "readBy"))));
    return 0;
}
