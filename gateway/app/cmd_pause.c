/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `pokana pause --all` and `pokana resume --all`: the brake on everything. The hold that a restored backup starts with is
 * another one, lifted by `pokana resume --after-restore`; the messages that waited in that backup still wait for a decision
 * of their own, and it says so.
 */
#include "gateway/app/ask.h"
#include "gateway/app/cmd_messages.h"
#include "gateway/app/options.h"

#include <stdio.h>

/* --all is asked for, so that nobody stops a city by a word too few. */
static int read_all(const struct pk_invocation *invocation)
{
    const struct pk_command *command = &pk_command_pause;
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
    int status = read_all(invocation);
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

static int read_resume(const struct pk_invocation *invocation, bool *ret_all, bool *ret_restored)
{
    const struct pk_option options[] = { { "all", NULL, ret_all }, { "after-restore", NULL, ret_restored } };
    struct pk_plain_words words;
    int status = pk_options_read(&pk_command_resume, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count > 0 && strcmp(words.words[0], "all") == 0)
        return pk_command_misused(&pk_command_resume, "write it --all");
    if (words.count > 0)
        return pk_command_misused(&pk_command_resume, "for one account it is pokana accounts resume %s", words.words[0]);
    return *ret_all || *ret_restored ? 0 : pk_command_misused(&pk_command_resume, "say --all, or --after-restore");
}

static void tell_resumed(const struct pk_invocation *invocation, const struct pk_json *before, const struct pk_json *hold)
{
    bool was_all = is_true(before, "all"), was_restored = is_true(before, "restored");
    if (was_restored && !is_true(hold, "restored")) {
        (void) printf("resumed: the hold after the restore is lifted\n");
        tell_held(invocation);
    }
    if (is_true(hold, "restored"))
        (void) printf("still on hold: a backup was restored; when you have looked at what is uncertain, pokana resume --after-restore\n");
    else if (is_true(hold, "all"))
        (void) printf("still paused by an operator: pokana resume --all\n");
    else if (!was_restored)
        (void) printf("%s: sending goes on\n", was_all ? "resumed" : "nothing was paused");
}

/* What was paused by hand and what a restore holds are two things: neither is lifted by the way. */
static int resume(const struct pk_invocation *invocation)
{
    struct pk_error err = { 0 };
    bool all = false, restored = false;
    int status = read_resume(invocation, &all, &restored);
    if (status != 0)
        return status;
    pk_auto(pk_json) struct pk_json *before = NULL, *hold = NULL;
    const char *body = all && restored ? "{\"all\":false,\"restored\":false}" : all ? "{\"all\":false}" : "{\"restored\":false}";
    if (pk_ask_read(invocation, "/v1/hold", &before, &err) != 0 ||
        pk_ask_change(invocation, "PUT", "/v1/hold", body, &hold, &err) != 0)
        return pk_command_failed(&err);
    if (invocation->json)
        pk_ask_print(hold);
    else
        tell_resumed(invocation, before, hold);
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
    .usage = "resume --all\n"
             "resume --after-restore",
    .summary = "go on after pause --all, or after a restore",
    .run = resume,
};
