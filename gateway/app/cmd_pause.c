/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `pokana pause --all` and `pokana resume --all`: the brake on everything. Resuming also lifts the hold that a restored
 * backup starts with; the messages that were due since that backup still wait for a decision of their own, and it says so.
 */
#include "gateway/app/ask.h"
#include "gateway/app/words.h"

#include <inttypes.h>
#include <stdio.h>

/* --all is asked for, so that nobody stops a city by a word too few. */
static int read_all(const struct pk_command *command, const struct pk_invocation *invocation)
{
    bool all = false;
    const struct pk_option options[] = { { "all", NULL, &all } };
    struct pk_words_read words;
    int status = pk_words_read(command, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
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

static void tell_held(const struct pk_json *hold)
{
    int64_t held = 0;
    if (!pk_json_int(pk_json_get(hold, "held"), &held) || held == 0)
        return;
    (void) printf("%" PRId64 " messages from before the restore still wait for your decision: they may have been sent already.\n"
                  "  look:  pokana messages list --held\n"
                  "  send:  pokana messages release --held\n"
                  "  drop:  pokana messages drop --held\n"
                  "  one:   pokana messages resolve ID sent|resend|drop\n",
                  held);
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
    if (is_true(before, "restored"))
        (void) printf("resumed: the hold after the restore is lifted\n");
    else if (is_true(before, "all"))
        (void) printf("resumed: sending goes on\n");
    else
        (void) printf("nothing was paused: sending goes on\n");
    tell_held(hold);
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
