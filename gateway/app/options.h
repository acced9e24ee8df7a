/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The words behind a command's name, taken apart: `--option VALUE` or `--option=VALUE` or a plain `--flag`, wherever they
 * stand; `--` ends them; a lone `-` is a word.
 */
#ifndef PK_APP_OPTIONS_H
#define PK_APP_OPTIONS_H

#include "gateway/app/command.h"

#include <stddef.h>

struct pk_option {
    const char *name;   /* "limit", without the dashes */
    const char **value; /* where its value goes; NULL for a flag */
    bool *flag;         /* set when it stands there; may be NULL */
};

#define PK_PLAIN_WORDS_MAX 8

struct pk_plain_words {
    const char *words[PK_PLAIN_WORDS_MAX + 1]; /* NULL-terminated */
    int count;
};

/* 0; or, having said what makes no sense, the exit status to return. Options are borrowed, what was found is the
 * invocation's. An option that is given more often than it stands among
 * the options makes no sense. */
int pk_options_read(const struct pk_command *command, const struct pk_invocation *invocation, const struct pk_option *options,
                    size_t option_count, struct pk_plain_words *ret_words);

/* What a command can do: `accounts pause NAME` has the verb `pause`. */
struct pk_verb {
    const char *name;
    int (*run)(const struct pk_invocation *invocation); /* without the verb among its words */
};
/* Runs the verb that stands first; the table's first one when there is none at all or options come first. */
int pk_verb_run(const struct pk_command *command, const struct pk_invocation *invocation, const struct pk_verb *verbs,
                size_t count);

#endif
