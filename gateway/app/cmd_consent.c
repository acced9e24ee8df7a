/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `pokana consent`: what a person agreed to, shown, entered and withdrawn on their behalf; a receipt to keep. The ledger is
 * verified by cmd_consent_verify.c. A person is named by the id; by an address only from a file or standard input, for a command line is read by
 * every user of the machine and kept in the shell's history.
 */
#include "gateway/app/cmd_consent.h"
#include "gateway/app/ask.h"
#include "gateway/app/options.h"
#include "gateway/app/table.h"
#include "gateway/app/user.h"
#include "gateway/base/file.h"
#include "gateway/base/id.h"
#include "gateway/base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#define ADDRESS_BYTES_MAX 1024u
#define BODY_BYTES_MAX 4096u
#define PATH_BYTES_MAX 512u

/* ---- whom ---- */

struct whom {
    const char *from, *at; /* --address-from FILE, --address-channel NAME */
    char id[PK_ID_TEXT_MAX];
};

#define WHOM_OPTIONS(whom) { "address-from", &(whom)->from, NULL }, { "address-channel", &(whom)->at, NULL }

static int read_input(struct pk_buf *out, struct pk_error *err)
{
    char chunk[256];
    ssize_t n;
    while ((n = read(STDIN_FILENO, chunk, sizeof chunk)) > 0)
        if (pk_buf_add(out, chunk, (size_t) n) != 0)
            return pk_fail(err, PK_E_LIMIT, "standard input holds more than an address");
    explicit_bzero(chunk, sizeof chunk);
    return n == 0 ? 0 : pk_fail(err, PK_E_IO, "could not read standard input");
}

/* The first line that says something. */
static int ask_by_address(const struct pk_invocation *invocation, struct whom *whom, struct pk_error *err)
{
    pk_auto(pk_json) struct pk_json *found = NULL;
    struct pk_buf text, body;
    pk_buf_init(&text, ADDRESS_BYTES_MAX);
    pk_buf_init(&body, BODY_BYTES_MAX);
    int r = strcmp(whom->from, "-") == 0 ? read_input(&text, err) : pk_file_read(whom->from, ADDRESS_BYTES_MAX, &text, err);
    struct pk_slice rest = pk_buf_slice(&text), line, address = { 0 };
    while (r == 0 && address.len == 0 && pk_slice_cut(&rest, '\n', &line))
        address = pk_slice_trim(line);
    if (r == 0 && address.len == 0)
        r = pk_fail(err, PK_E_INVALID, "\"%s\" holds no address", whom->from);
    struct pk_json_out out = pk_json_out(&body);
    pk_json_open(&out, NULL, '{');
    pk_json_add_slice(&out, "address", address);
    if (whom->at)
        pk_json_add_text(&out, "channel", whom->at);
    pk_json_close(&out, '}');
    if (r == 0)
        r = pk_ask_change(invocation, "POST", "/v1/recipients/find", pk_buf_text(&body), &found, err);
    if (r == 0)
        (void) snprintf(whom->id, sizeof whom->id, "%.*s", PK_SLICE_ARG(pk_json_string(pk_json_get(found, "recipient"))));
    pk_buf_wipe(&text);
    pk_buf_wipe(&body);
    return r;
}

/* 0, or the exit status; what was wrong is told. */
static int find_whom(const struct pk_invocation *invocation, const struct pk_plain_words *words, struct whom *whom)
{
    struct pk_error err = { 0 };
    int64_t id;
    if (words->count + (whom->from ? 1 : 0) != 1)
        return pk_command_misused(&pk_command_consent, "which person? Say the id, or --address-from FILE with the address in it");
    if (whom->at && !whom->from)
        return pk_command_misused(&pk_command_consent, "--address-channel belongs to --address-from");
    if (whom->from)
        return ask_by_address(invocation, whom, &err) == 0 ? 0 : pk_command_failed(&err);
    if (pk_id_parse(pk_slice_of(words->words[0]), &id) != 0)
        return pk_command_misused(&pk_command_consent, "that is no id of a person, which has 13 letters and digits; an address is read with"
                                                       " --address-from FILE, or - for standard input");
    (void) pk_id_format(id, whom->id);
    return 0;
}

/* ---- show ---- */

static void print_consents(const struct pk_json *consents)
{
    static const struct pk_column columns[] = { { "TOPIC", false }, { "CHANNEL", false }, { "STATE", false }, { "SINCE", false },
                                                { "UNTIL", false }, { "HOW", false },     { "BY", false },    { "WORDING", false } };
    pk_auto(pk_table) struct pk_table *table = pk_table_new(columns, PK_COUNT(columns));
    for (size_t i = 0; i < pk_json_count(consents); i++) {
        const struct pk_json *consent = pk_json_item(consents, i);
        bool kept = false;
        (void) pk_json_bool(pk_json_get(consent, "wordsKept"), &kept);
        pk_table_json(table, pk_json_get(consent, "topic"));
        pk_table_json(table, pk_json_get(consent, "channel"));
        pk_table_json(table, pk_json_get(consent, "state"));
        pk_table_moment(table, pk_json_get(consent, "givenAt"));
        pk_table_moment(table, pk_json_get(consent, "until"));
        pk_table_json(table, pk_json_get(consent, "how"));
        pk_table_json(table, pk_json_get(consent, "by"));
        if (kept)
            pk_table_text(table, "our question, word for word");
        else
            pk_table_json(table, pk_json_get(consent, "wording"));
    }
    if (pk_table_rows(table) > 0)
        pk_table_print(table);
    else
        (void) printf("never asked about anything\n");
}

static void print_person(const struct pk_json *person)
{
    static const struct pk_column columns[] = { { NULL, false }, { NULL, false } };
    pk_auto(pk_table) struct pk_table *facts = pk_table_new(columns, PK_COUNT(columns));
    const struct pk_json *addresses = pk_json_get(person, "addresses");
    pk_table_fact(facts, "person", pk_json_get(person, "recipient"));
    pk_table_fact(facts, "language", pk_json_get(person, "language"));
    pk_table_fact_moment(facts, "known since", pk_json_get(person, "knownSince"));
    pk_table_fact_moment(facts, "said STOP", pk_json_get(person, "stoppedAt"));
    for (size_t i = 0; i < pk_json_count(addresses); i++) {
        const struct pk_json *address = pk_json_item(addresses, i);
        struct pk_slice channel = pk_json_string(pk_json_get(address, "channel"));
        char name[64];
        (void) snprintf(name, sizeof name, "%.*s", PK_SLICE_ARG(channel));
        pk_table_fact(facts, name, pk_json_get(address, "address"));
        pk_table_fact_moment(facts, "- blocked", pk_json_get(address, "blockedAt"));
    }
    pk_table_print(facts);
    (void) printf("\n");
    print_consents(pk_json_get(person, "consents"));
}

static int show(const struct pk_invocation *invocation)
{
    struct whom whom = { 0 };
    const struct pk_option options[] = { WHOM_OPTIONS(&whom) };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    char path[PATH_BYTES_MAX];
    int status = pk_options_read(&pk_command_consent, invocation, options, PK_COUNT(options), &words);
    if (status != 0 || (status = find_whom(invocation, &words, &whom)) != 0)
        return status;
    pk_auto(pk_json) struct pk_json *person = NULL;
    (void) snprintf(path, sizeof path, "/v1/consent/%s", whom.id);
    if (pk_ask_read(invocation, path, &person, &err) != 0)
        return pk_command_failed(&err);
    if (invocation->json)
        pk_ask_print(person);
    else
        print_person(person);
    return 0;
}

/* ---- grant ---- */

struct grant {
    const char *topic, *channel, *how, *wording, *given_at, *by, *second;
    bool confirmed;
};

static int ask_grant(const struct pk_invocation *invocation, const struct whom *whom, const struct grant *grant, struct pk_json **ret_answer,
                     struct pk_error *err)
{
    const char *const fields[][2] = { { "topic", grant->topic },     { "channel", grant->channel }, { "how", grant->how }, { "wording", grant->wording },
                                      { "givenAt", grant->given_at }, { "by", grant->by },           { "secondPerson", grant->second } };
    struct pk_buf body;
    char path[PATH_BYTES_MAX];
    pk_buf_init(&body, BODY_BYTES_MAX);
    struct pk_json_out out = pk_json_out(&body);
    pk_json_open(&out, NULL, '{');
    for (size_t i = 0; i < PK_COUNT(fields); i++)
        if (fields[i][1])
            pk_json_add_text(&out, fields[i][0], fields[i][1]);
    if (grant->confirmed)
        pk_json_add_bool(&out, "confirmed", true);
    pk_json_close(&out, '}');
    (void) snprintf(path, sizeof path, "/v1/consent/%s/grant", whom->id);
    int r = body.failed ? pk_fail(err, PK_E_LIMIT, "that is too long") : pk_ask_change(invocation, "POST", path, pk_buf_text(&body), ret_answer, err);
    pk_buf_finish(&body);
    return r;
}

static bool is_true(const struct pk_json *object, const char *name)
{
    bool value = false;
    return pk_json_bool(pk_json_get(object, name), &value) && value;
}

static void print_grant(const struct pk_json *answer)
{
    bool granted = pk_slice_is(pk_json_string(pk_json_get(answer, "state")), "granted");
    if (granted)
        (void) printf("%s\n", is_true(answer, "changed") ? "granted: the consent counts from now on" : "granted before: nothing has changed");
    else if (is_true(answer, "asked"))
        (void) printf("asked: the consent counts once the person answers yes\n");
    else
        (void) printf("not asked again: the person was asked not long ago, or has a question open\n");
}

/* ---- agreeing at the desk by a word ---- */

struct desk_word {
    const char *word; /* said; NULL = it is to be sent */
    bool send;
};

static int run_word(const struct pk_invocation *invocation, const struct whom *whom, const struct grant *grant, const struct desk_word *desk)
{
    struct pk_error err = { 0 };
    struct pk_buf body;
    char path[PATH_BYTES_MAX];
    pk_buf_init(&body, BODY_BYTES_MAX);
    struct pk_json_out out = pk_json_out(&body);
    pk_json_open(&out, NULL, '{');
    if (desk->send) {
        pk_json_add_text(&out, "topic", grant->topic);
        pk_json_add_text(&out, "channel", grant->channel);
    } else {
        pk_json_add_text(&out, "word", desk->word);
    }
    pk_json_add_text(&out, "by", grant->by);
    pk_json_close(&out, '}');
    (void) snprintf(path, sizeof path, "/v1/consent/%s/word%s", whom->id, desk->send ? "" : "/said");
    pk_auto(pk_json) struct pk_json *answer = NULL;
    int r = pk_ask_change(invocation, "POST", path, pk_buf_text(&body), &answer, &err);
    pk_buf_wipe(&body);
    if (r != 0)
        return pk_command_failed(&err);
    if (invocation->json)
        pk_ask_print(answer);
    else
        (void) printf("%s\n", desk->send ? "sent: let the person say the word, then give it with --word; it holds for half an hour"
                                         : "granted: the consent counts from now on");
    return 0;
}

static int run_grant(const struct pk_invocation *invocation)
{
    struct whom whom = { 0 };
    struct grant grant = { .channel = "sms" };
    struct desk_word desk = { .send = false };
    char user[PK_USER_MAX];
    const char *channel = NULL;
    const struct pk_option options[] = {
        WHOM_OPTIONS(&whom),
        { "topic", &grant.topic, NULL },
        { "channel", &channel, NULL },
        { "how", &grant.how, NULL },
        { "wording", &grant.wording, NULL },
        { "given-at", &grant.given_at, NULL },
        { "already-confirmed", NULL, &grant.confirmed },
        { "second-person", &grant.second, NULL },
        { "ask-word", NULL, &desk.send },
        { "word", &desk.word, NULL },
    };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    int status = pk_options_read(&pk_command_consent, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    grant.channel = channel ? channel : grant.channel;
    grant.by = invocation->by ? invocation->by : pk_user_name(user);
    if (desk.send && (desk.word || !grant.topic))
        return pk_command_misused(&pk_command_consent, "--ask-word sends a word for --topic; --word gives what was said, later");
    if (desk.send || desk.word)
        return (status = find_whom(invocation, &words, &whom)) != 0 ? status : run_word(invocation, &whom, &grant, &desk);
    if (!grant.topic || !grant.how)
        return pk_command_misused(&pk_command_consent, "--topic says for what, --how how they agreed: paper, desk");
    if (grant.confirmed && !grant.second)
        return pk_command_misused(&pk_command_consent, "--already-confirmed needs --second-person: somebody else who saw the form");
    if (grant.second && !grant.confirmed)
        return pk_command_misused(&pk_command_consent, "--second-person belongs to --already-confirmed");
    if ((status = find_whom(invocation, &words, &whom)) != 0)
        return status;
    pk_auto(pk_json) struct pk_json *answer = NULL;
    if (ask_grant(invocation, &whom, &grant, &answer, &err) != 0)
        return pk_command_failed(&err);
    if (invocation->json)
        pk_ask_print(answer);
    else
        print_grant(answer);
    return 0;
}

/* ---- withdraw ---- */

static int run_withdraw(const struct pk_invocation *invocation)
{
    struct whom whom = { 0 };
    const char *topic = NULL, *how = NULL;
    char user[PK_USER_MAX], path[PATH_BYTES_MAX];
    const struct pk_option options[] = { WHOM_OPTIONS(&whom), { "topic", &topic, NULL }, { "how", &how, NULL } };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    struct pk_buf body;
    int64_t count = 0;
    int status = pk_options_read(&pk_command_consent, invocation, options, PK_COUNT(options), &words);
    if (status != 0 || (status = find_whom(invocation, &words, &whom)) != 0)
        return status;
    pk_buf_init(&body, BODY_BYTES_MAX);
    struct pk_json_out out = pk_json_out(&body);
    pk_json_open(&out, NULL, '{');
    if (topic)
        pk_json_add_text(&out, "topic", topic);
    if (how)
        pk_json_add_text(&out, "how", how);
    pk_json_add_text(&out, "by", invocation->by ? invocation->by : pk_user_name(user));
    pk_json_close(&out, '}');
    (void) snprintf(path, sizeof path, "/v1/consent/%s/withdraw", whom.id);
    pk_auto(pk_json) struct pk_json *answer = NULL;
    int r = pk_ask_change(invocation, "POST", path, pk_buf_text(&body), &answer, &err);
    pk_buf_finish(&body);
    if (r != 0)
        return pk_command_failed(&err);
    (void) pk_json_int(pk_json_get(answer, "withdrawn"), &count);
    if (invocation->json)
        pk_ask_print(answer);
    else if (count == 0)
        (void) printf("nothing stood: nothing has changed\n");
    else
        (void) printf("withdrawn: %" PRId64 " %s; nothing more is sent for %s\n", count, count == 1 ? "consent" : "consents",
                      count == 1 ? "it" : "them");
    return 0;
}

/* ---- receipt ---- */

static int run_receipt(const struct pk_invocation *invocation)
{
    struct whom whom = { 0 };
    const char *topic = NULL, *channel = NULL;
    bool sentence = false;
    char path_bytes[PATH_BYTES_MAX];
    struct pk_buf path = { .data = path_bytes, .cap = sizeof path_bytes, .max_bytes = sizeof path_bytes - 1 };
    const struct pk_option options[] = { WHOM_OPTIONS(&whom), { "topic", &topic, NULL }, { "channel", &channel, NULL }, { "sentence", NULL, &sentence } };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    int status = pk_options_read(&pk_command_consent, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (!topic)
        return pk_command_misused(&pk_command_consent, "--topic says of which consent");
    if ((status = find_whom(invocation, &words, &whom)) != 0)
        return status;
    (void) pk_buf_printf(&path, "/v1/consent/%s/receipt?topic=", whom.id);
    pk_ask_escape(&path, pk_slice_of(topic));
    if (channel) {
        (void) pk_buf_add_text(&path, "&channel=");
        pk_ask_escape(&path, pk_slice_of(channel));
    }
    pk_auto(pk_json) struct pk_json *receipt = NULL;
    if (pk_ask_read(invocation, pk_buf_text(&path), &receipt, &err) != 0)
        return pk_command_failed(&err);
    struct pk_slice words_for_them = pk_json_string(pk_json_get(receipt, "sentence"));
    if (!sentence || invocation->json) {
        pk_ask_print(receipt); /* a receipt is for machines; what people read is the sentence */
        return 0;
    }
    if (!words_for_them.data) {
        (void) pk_fail(&err, PK_E_CONFLICT, "there is no sentence for it: the consent does not stand, or has no end");
        return pk_command_failed(&err);
    }
    (void) printf("%.*s\n", PK_SLICE_ARG(words_for_them));
    return 0;
}

static int run(const struct pk_invocation *invocation)
{
    static const struct pk_verb verbs[] = {
        { "show", show }, { "grant", run_grant }, { "withdraw", run_withdraw }, { "receipt", run_receipt }, { "verify", pk_consent_verify_run }
    };
    return pk_verb_run(&pk_command_consent, invocation, verbs, PK_COUNT(verbs));
}

const struct pk_command pk_command_consent = {
    .name = "consent",
    .usage = "consent show ID\n"
             "consent grant ID --topic NAME --how WORD [--channel NAME] [--wording TEXT] [--given-at DAY] [--by NAME]\n"
             "consent grant ID --topic NAME --how WORD --wording TEXT --given-at DAY --already-confirmed --second-person NAME\n"
             "consent grant ID --topic NAME --ask-word; then consent grant ID --word WORD\n"
             "consent withdraw ID [--topic NAME] [--how WORD] [--by NAME]\n"
             "consent receipt ID --topic NAME [--channel NAME] [--sentence]\n"
             "consent verify [FILE [--keys FILE]]\n"
             "consent show|grant|withdraw|receipt --address-from FILE [--address-channel NAME] ...",
    .summary = "what somebody agreed to, with its proof; the ledger verified",
    .run = run,
};
