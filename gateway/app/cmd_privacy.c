/* SPDX-License-Identifier: EUPL-1.2 */
/* `pokana privacy`: what the program itself can say for a data-protection assessment, and who may do what. */
#include "gateway/app/options.h"
#include "gateway/base/buf.h"
#include "gateway/base/mem.h"
#include "gateway/model/rights.h"

#include <stdio.h>

#define TABLE_BYTES_MAX (256u << 10)

static int roles(const struct pk_invocation *invocation)
{
    struct pk_plain_words words;
    struct pk_buf table;
    int status = pk_options_read(&pk_command_privacy, invocation, NULL, 0, &words);
    if (status != 0)
        return status;
    if (words.count > 0)
        return pk_command_misused(&pk_command_privacy, "roles takes no words");
    pk_buf_init(&table, TABLE_BYTES_MAX);
    pk_rights_write(&table);
    (void) fputs(pk_buf_text(&table), stdout);
    pk_buf_finish(&table);
    return 0;
}

static int run(const struct pk_invocation *invocation)
{
    static const struct pk_verb verbs[] = { { "roles", roles } };
    return pk_verb_run(&pk_command_privacy, invocation, verbs, PK_COUNT(verbs));
}

const struct pk_command pk_command_privacy = {
    .name = "privacy",
    .usage = "privacy roles",
    .summary = "who may do what, for a data-protection assessment",
    .run = run,
};
