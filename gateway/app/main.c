/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The program's table of commands. Options that all commands share are taken out wherever they stand; the rest of the
 * words belongs to the command.
 */
#include "gateway/app/command.h"
#include "gateway/app/config.h"
#include "gateway/base/code.h"
#include "gateway/base/text.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static const struct pk_command *const commands[] = {
    &pk_command_serve,
    &pk_command_check_config,
    &pk_command_status,
    &pk_command_queue,
    &pk_command_quiet,
    &pk_command_messages,
    &pk_command_inbox,
    &pk_command_accounts,
    &pk_command_pause,
    &pk_command_resume,
    &pk_command_trigger,
    &pk_command_triggers,
    &pk_command_events,
    &pk_command_adapters,
    &pk_command_templates,
    &pk_command_recipients,
    &pk_command_consent,
    &pk_command_audience,
    &pk_command_text,
    &pk_command_users,
    &pk_command_tokens,
    &pk_command_webhooks,
    &pk_command_circles,
    &pk_command_campaigns,
    &pk_command_approvals,
    &pk_command_report,
    &pk_command_audit,
    &pk_command_privacy,
    &pk_command_keys,
    &pk_command_backup,
    &pk_command_restore,
};

static const struct pk_command *find(const char *name)
{
    for (size_t i = 0; i < PK_COUNT(commands); i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

/* ---- help ---- */

static void print_usage(FILE *out, const struct pk_command *command)
{
    struct pk_slice rest = pk_slice_of(command->usage), line;
    for (const char *front = "usage:"; pk_slice_cut(&rest, '\n', &line); front = "      ")
        (void) fprintf(out, "%s pokana %.*s\n", front, PK_SLICE_ARG(line));
    (void) fprintf(out, "\n%s\n", command->summary);
}

static void print_help(FILE *out)
{
    (void) fputs("pokana sends notices people asked for, in their own language.\n\n"
                 "usage: pokana COMMAND [WORD]... [OPTION]...\n\ncommands:\n",
                 out);
    for (size_t i = 0; i < PK_COUNT(commands); i++)
        (void) fprintf(out, "  %-14s %s\n", commands[i]->name, commands[i]->summary);
    (void) fprintf(out,
                   "  %-14s %s\n\noptions:\n"
                   "  --config FILE  the configuration (else $POKANA_CONFIG, else %s)\n"
                   "  --socket PATH  the control socket (else the one the configuration names)\n"
                   "  --by NAME      the user in whose name it is done (pokana users)\n"
                   "  --json         one JSON document instead of a table\n"
                   "  --help         this text, or that of a command\n"
                   "  --version      the version\n\n"
                   "The manual is pokana(1); it lists the exit statuses.\n",
                   "help", "this text, or that of a command", PK_CONFIG_DEFAULT);
}

static int unknown(const char *name)
{
    const char *names[PK_COUNT(commands)];
    for (size_t i = 0; i < PK_COUNT(commands); i++)
        names[i] = commands[i]->name;
    struct pk_error err = { 0 };
    const char *near = pk_nearest(pk_slice_of(name), names, PK_COUNT(commands));
    (void) pk_fail(&err, PK_E_INVALID, "there is no command \"%s\"", name);
    if (near)
        (void) pk_hint(&err, PK_E_INVALID, "Did you mean pokana %s? pokana help lists all.", near);
    else
        (void) pk_hint(&err, PK_E_INVALID, "pokana help lists all commands.");
    return pk_command_failed(&err);
}

static int help(const char *name)
{
    const struct pk_command *command = name ? find(name) : NULL;
    if (name && !command)
        return unknown(name);
    if (command)
        print_usage(stdout, command);
    else
        print_help(stdout);
    return 0;
}

/* ---- options all commands share ---- */

struct line {
    struct pk_invocation invocation;
    const char **words; /* the command's name first */
    int count;
    bool help, version;
};

/* "--config FILE" or "--config=FILE": 1 when it was one, 0 when not, negative when its value is missing. */
static int take_value(const char *name, char **argv, int argc, int *index, const char **ret_value)
{
    size_t len = strlen(name);
    const char *word = argv[*index];
    if (strncmp(word, name, len) != 0 || (word[len] != '\0' && word[len] != '='))
        return 0;
    const char *value = word[len] == '=' ? word + len + 1 : *index + 1 < argc ? argv[++*index] : "";
    if (value[0] == '\0')
        return PK_E_INVALID;
    *ret_value = value;
    return 1;
}

static int missing(const char *name)
{
    struct pk_error err = { 0 };
    (void) pk_fail(&err, PK_E_INVALID, "%s needs a value", name);
    return pk_command_failed(&err);
}

static int parse(struct line *line, int argc, char **argv)
{
    bool plain = false; /* behind "--" everything is a word */
    for (int i = 1; i < argc; i++) {
        int config, socket, by;
        if (plain) {
            line->words[line->count++] = argv[i];
        } else if (strcmp(argv[i], "--") == 0) {
            plain = true;
            line->words[line->count++] = argv[i]; /* the command's own options end here too */
        } else if (strcmp(argv[i], "--json") == 0) {
            line->invocation.json = true;
        } else if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            line->help = true;
        } else if (strcmp(argv[i], "--version") == 0) {
            line->version = true;
        } else if ((config = take_value("--config", argv, argc, &i, &line->invocation.config)) != 0) {
            if (config < 0)
                return missing("--config");
        } else if ((socket = take_value("--socket", argv, argc, &i, &line->invocation.socket)) != 0) {
            if (socket < 0)
                return missing("--socket");
        } else if ((by = take_value("--by", argv, argc, &i, &line->invocation.by)) != 0) {
            if (by < 0)
                return missing("--by");
        } else {
            line->words[line->count++] = argv[i];
        }
    }
    return 0;
}

static int dispatch(struct line *line)
{
    if (line->version) {
        (void) printf("pokana %s\n", PK_VERSION);
        return 0;
    }
    const char *name = line->count > 0 ? line->words[0] : NULL;
    if (name && strcmp(name, "help") == 0)
        return help(line->count > 1 ? line->words[1] : NULL);
    if (line->help)
        return help(name);
    if (!name) {
        print_help(stderr);
        return pk_code_exit_status(PK_E_INVALID);
    }
    const struct pk_command *command = find(name);
    if (!command)
        return unknown(name);
    line->invocation.word_count = line->count - 1;
    line->invocation.words = (char *const *) (line->words + 1);
    return command->run(&line->invocation);
}

/* What was to be shown did not arrive, as on a full disk: a script must not take that for an empty answer. */
static int unwritten(int status)
{
    struct pk_error err = { 0 };
    (void) pk_fail(&err, PK_E_IO, "could not write to standard output");
    return status != 0 ? status : pk_command_failed(&err);
}

int main(int argc, char **argv)
{
    const char *config = getenv("POKANA_CONFIG");
    (void) signal(SIGPIPE, SIG_IGN);
    struct line line = {
        .invocation = { .config = config && config[0] ? config : PK_CONFIG_DEFAULT, .terminal = isatty(STDOUT_FILENO) == 1 },
        .words = pk_alloc_array((size_t) argc + 1, sizeof *line.words),
    };
    int status = parse(&line, argc, argv);
    if (status == 0)
        status = dispatch(&line);
    if (fflush(stdout) != 0 || ferror(stdout) != 0)
        status = unwritten(status);
    free(line.words);
    return status;
}
