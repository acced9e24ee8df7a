/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A command of the program: `pokana NAME [WORD]... [--option]...`. Each has a file of its own and a row in main.c's
 * table. A command prints what people read to standard output (with --json one JSON document instead), what went wrong
 * to standard error, and returns an exit status: pk_code_exit_status() of what happened.
 */
#ifndef PK_APP_COMMAND_H
#define PK_APP_COMMAND_H

#include "gateway/include/pokana/error.h"

#include <stdbool.h>

/* What every command was given. */
struct pk_invocation {
    const char *config;      /* --config FILE; else $POKANA_CONFIG, else /etc/pokana/pokana.conf. Never NULL */
    const char *by;          /* --by NAME: the user in whose name it is done; NULL = nobody named */
    const char *socket;      /* --socket PATH; NULL = the one the configuration names */
    bool json;               /* --json */
    bool terminal;           /* standard output is one */
    int word_count;          /* what follows the command's name, options that all commands share taken out */
    char *const *words;      /* NULL-terminated */
};

struct pk_command {
    const char *name;
    const char *usage;   /* one line for each form, without "pokana ", separated by \n */
    const char *summary; /* one line for `pokana help` */
    int (*run)(const struct pk_invocation *invocation);
};

/* Prints "pokana: message" and "  hint: ..." to standard error; returns the exit status. */
int pk_command_failed(const struct pk_error *err);
/* The same for words that make no sense: adds the command's usage. Always pk_code_exit_status(PK_E_INVALID). */
__attribute__((format(printf, 2, 3))) int pk_command_misused(const struct pk_command *command, const char *format, ...);

extern const struct pk_command pk_command_serve, pk_command_check_config;                         /* cmd_serve.c, cmd_check_config.c */
extern const struct pk_command pk_command_keys;                                                   /* cmd_keys.c */
extern const struct pk_command pk_command_recipients, pk_command_backup, pk_command_restore;      /* cmd_recipients.c, ... */
extern const struct pk_command pk_command_accounts, pk_command_adapters, pk_command_inbox, pk_command_messages;
extern const struct pk_command pk_command_pause, pk_command_resume, pk_command_queue, pk_command_quiet, pk_command_status;
extern const struct pk_command pk_command_consent, pk_command_events;
extern const struct pk_command pk_command_templates, pk_command_text, pk_command_trigger, pk_command_triggers;
extern const struct pk_command pk_command_audience, pk_command_campaigns, pk_command_approvals, pk_command_report;
extern const struct pk_command pk_command_users, pk_command_tokens, pk_command_webhooks, pk_command_circles, pk_command_audit, pk_command_privacy;

#endif
