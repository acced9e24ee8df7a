/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/app/options.h"

#include "gateway/base/text.h"

#include <string.h>

#define OPTIONS_MAX 16

struct reading {
    const struct pk_command *command;
    const struct pk_option *options;
    size_t option_count;
    bool given[OPTIONS_MAX];
};

static int unknown(const struct reading *reading, struct pk_slice name)
{
    const char *names[OPTIONS_MAX];
    for (size_t i = 0; i < reading->option_count; i++)
        names[i] = reading->options[i].name;
    const char *near = pk_nearest(name, names, reading->option_count);
    if (near)
        return pk_command_misused(reading->command, "there is no option --%.*s here; --%s?", PK_SLICE_ARG(name), near);
    return pk_command_misused(reading->command, "there is no option --%.*s here", PK_SLICE_ARG(name));
}

/* words[0] begins with "--". *ret_used: how many words it took. */
static int read_option(struct reading *reading, char *const *words, int *ret_used)
{
    const char *equals = strchr(words[0], '=');
    struct pk_slice name = pk_slice_make(words[0] + 2, (equals ? (size_t) (equals - words[0]) : strlen(words[0])) - 2);
    size_t i = 0, last = reading->option_count; /* its first place that is free, else its last */
    while (i < reading->option_count && !(pk_slice_is(name, reading->options[i].name) && !reading->given[i])) {
        if (pk_slice_is(name, reading->options[i].name))
            last = i;
        i++;
    }
    if (i == reading->option_count)
        i = last;
    if (i == reading->option_count)
        return unknown(reading, name);
    const struct pk_option *option = &reading->options[i];
    if (reading->given[i])
        return pk_command_misused(reading->command, "--%s is given twice", option->name);
    reading->given[i] = true;
    if (option->flag)
        *option->flag = true;
    *ret_used = 1;
    if (!option->value)
        return equals ? pk_command_misused(reading->command, "--%s takes no value", option->name) : 0;
    *option->value = equals ? equals + 1 : words[1];
    if (!equals && words[1])
        *ret_used = 2;
    if (!*option->value || (*option->value)[0] == '\0')
        return pk_command_misused(reading->command, "--%s needs a value", option->name);
    return 0;
}

int pk_options_read(const struct pk_command *command, const struct pk_invocation *invocation, const struct pk_option *options,
                    size_t option_count, struct pk_plain_words *ret_words)
{
    struct reading reading = { .command = command, .options = options, .option_count = option_count };
    bool ended = false;
    *ret_words = (struct pk_plain_words){ 0 };
    for (int i = 0; i < invocation->word_count;) {
        const char *word = invocation->words[i];
        int used = 1;
        if (!ended && strcmp(word, "--") == 0) {
            ended = true;
        } else if (!ended && word[0] == '-' && word[1] != '\0') {
            int status = word[1] == '-' ? read_option(&reading, invocation->words + i, &used)
                                        : pk_command_misused(command, "there is no option %s", word);
            if (status != 0)
                return status;
        } else if (ret_words->count == PK_PLAIN_WORDS_MAX) {
            return pk_command_misused(command, "too many words");
        } else {
            ret_words->words[ret_words->count++] = word;
        }
        i += used;
    }
    return 0;
}

/* ---- verbs ---- */

static int no_such_verb(const struct pk_command *command, const char *word, const struct pk_verb *verbs, size_t count)
{
    const char *names[OPTIONS_MAX];
    for (size_t i = 0; i < count; i++)
        names[i] = verbs[i].name;
    const char *near = pk_nearest(pk_slice_of(word), names, count);
    if (near)
        return pk_command_misused(command, "%s cannot \"%s\"; %s?", command->name, word, near);
    return pk_command_misused(command, "%s cannot \"%s\"", command->name, word);
}

int pk_verb_run(const struct pk_command *command, const struct pk_invocation *invocation, const struct pk_verb *verbs,
                size_t count)
{
    struct pk_invocation rest = *invocation;
    if (rest.word_count == 0 || rest.words[0][0] == '-')
        return verbs[0].run(&rest);
    const char *word = rest.words[0];
    rest.words++;
    rest.word_count--;
    for (size_t i = 0; i < count; i++)
        if (strcmp(verbs[i].name, word) == 0)
            return verbs[i].run(&rest);
    return no_such_verb(command, word, verbs, count);
}
