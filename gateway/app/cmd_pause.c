/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `pokana pause --all` and `pokana resume --all`: the brake on everything. Resuming also lifts the hold that a restored
 * backup starts with; the messages that were due since that backup still wait for a decision of their own, and it says so.
 */
#include "gateway/app/ask.h"
#include "gateway/app/cmd_messages.h"
#include "gateway/app/options.h"

#include <stdio.h>

/* --all is asked for, so that nobody stops a city by a word too few. */
static int read_all(const struct pk_command *command, const struct pk_invocation *invocation)
{
    bool all = false;
    const struct pk_option options[] = { { "all", NULL, &all } };
    struct pk_plain_words words;
    int status = pk_options_read(command, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count > 0 && strcmp(words.words[0], "all") == 0)
        return pk_command_misused(command, "write it --all");
    if (words.count > 0)
        return pk_command_misused(command, "for one account it is pokana accounts %s %s", command->name, words.words[0]);
    return all ? 0 : pk_command_misused(command, "say --all: this is about every account");
}

static bool is_true(const struct pk_json *object, const char *name)
{
    bool value = false;
    return pk_json_bool(pk_json_get(object, name), &value) && value;
}

static int pause_all(const struct pk_invocation *invocation)
{
    struct pk_error err = { 0 };
    int status = read_all(&pk_command_pause, invocation);
    if (status != 0)
        return status;
    pk_auto(pk_json) struct pk_json *hold = NULL;
    if (pk_ask_change(invocation, "PUT", "/v1/hold", "{\"all\":true}", &hold, &err) != 0)
        return pk_command_failed(&err);
    if (invocation->json)
        pk_ask_print(hold);
    else
        (void) printf("paused: nothing is handed over any more, also after a restart, until pokana resume --all\n");
    return 0;
}

/* Told by the way: what went wrong with it does not undo the resuming. */
static void tell_held(const struct pk_invocation *invocation)
{
    struct pk_pages held;
    pk_pages_init(&held, "/v1/messages", "messages");
    held.limit = PK_PAGES_LIMIT_MAX;
    if (pk_messages_held(&held, invocation, NULL) == 0 && held.items > 0)
        (void) printf("%s%zu %s from before the restore still %s for your decision: %s may have been sent already\n"
                      "  look:    pokana messages list --held\n"
                      "  send:    pokana messages release --held\n"
                      "  cancel:  pokana messages drop --held\n"
                      "  one:     pokana messages resolve ID sent|resend|drop\n",
                      held.more ? "at least " : "", held.items, held.items == 1 ? "message" : "messages",
                      held.items == 1 ? "waits" : "wait", held.items == 1 ? "it" : "they");
    pk_pages_finish(&held);
}

static int resume_all(const struct pk_invocation *invocation)
{
    struct pk_error err = { 0 };
    int status = read_all(&pk_command_resume, invocation);
    if (status != 0)
        return status;
    pk_auto(pk_json) struct pk_json *before = NULL, *hold = NULL;
    if (pk_ask_read(invocation, "/v1/hold", &before, &err) != 0 ||
        pk_ask_change(invocation, "PUT", "/v1/hold", "{\"all\":false,\"restored\":false}", &hold, &err) != 0)
        return pk_command_failed(&err);
    if (invocation->json) {
        pk_ask_print(hold);
        return 0;
    }
    if (is_true(before, "restored")) {
        (void) printf("resumed: the hold after the restore is lifted\n");
        tell_held(invocation);
    }
    if (!is_true(before, "restored"))
        (void) printf("%s: sending goes on\n", is_true(before, "all") ? "resumed" : "nothing was paused");
    return 0;
}

const struct pk_command pk_command_pause = {
    .name = "pause",
    .usage = "pause --all",
    .summary = "stop every hand-over at once, durably",
    .run = pause_all,
};

const struct pk_command pk_command_resume = {
    .name = "resume",
    .usage = "resume --all",
    .summary = "go on after pause --all or after a restore",
    .run = resume_all,
};
