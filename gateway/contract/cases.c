/* SPDX-License-Identifier: EUPL-1.2 */
/* The case files: found in a folder, read whole; what a whole set of them has, and where each case comes from. */
#include "gateway/contract/trial.h"

#include "gateway/base/file.h"

#include <dirent.h>
#include <stdio.h>

#define FILE_MAX_BYTES (1u << 20)

/* ---- reading ---- */

static int is_case(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);
    return len > 5 && entry->d_name[0] != '.' && strcmp(entry->d_name + len - 5, ".json") == 0;
}

static int read_case(struct pk_trial *trial, const char *folder, const char *name, struct pk_error *err)
{
    char path[1024];
    struct pk_buf text;
    struct pk_json *document = NULL;
    (void) snprintf(path, sizeof path, "%s/%s", folder, name);
    pk_buf_init(&text, FILE_MAX_BYTES);
    int r = pk_file_read(path, FILE_MAX_BYTES, &text, err);
    if (r == 0 && (r = pk_json_parse(pk_buf_slice(&text), FILE_MAX_BYTES, &document, err)) != 0)
        pk_error_prefix(err, "%s", name);
    pk_buf_finish(&text);
    if (r != 0)
        return r;
    trial->cases = pk_realloc_array(trial->cases, trial->case_count + 1, sizeof *trial->cases);
    trial->cases[trial->case_count++] = (struct pk_case){ pk_strdup(name), document };
    return 0;
}

int pk_cases_load(struct pk_trial *trial, const char *folder, struct pk_error *err)
{
    struct dirent **names = NULL;
    int count = scandir(folder, &names, is_case, alphasort), r = 0;
    if (count <= 0) {
        free(names);
        (void) pk_fail(err, PK_E_NOT_FOUND, "there are no case files in \"%s\"", folder);
        return pk_hint(err, PK_E_NOT_FOUND, "Write NAME.json there, as the cases of another adapter are written.");
    }
    for (int i = 0; i < count; i++) {
        if (r == 0)
            r = read_case(trial, folder, names[i]->d_name, err);
        free(names[i]);
    }
    free(names);
    return r;
}

void pk_cases_free(struct pk_trial *trial)
{
    for (size_t i = 0; i < trial->case_count; i++) {
        pk_json_free(trial->cases[i].document);
        free(trial->cases[i].name);
    }
    free(trial->cases);
    trial->cases = NULL;
    trial->case_count = 0;
}

/* ---- asking ---- */

struct pk_slice pk_case_text(const struct pk_json *object, const char *name, const char *otherwise)
{
    struct pk_slice text = pk_json_string(pk_json_get(object, name));
    return text.data ? text : pk_slice_of(otherwise);
}

void pk_case_body(const struct pk_json *object, const char *name, struct pk_buf *ret_text)
{
    const struct pk_json *value = pk_json_get(object, name);
    pk_buf_init(ret_text, FILE_MAX_BYTES);
    if (pk_json_kind(value) == PK_JSON_STRING)
        (void) pk_buf_add_slice(ret_text, pk_json_string(value));
    else if (value)
        (void) pk_json_dump(value, ret_text);
}

int64_t pk_case_int(const struct pk_json *object, const char *name, int64_t otherwise)
{
    int64_t number = otherwise;
    (void) pk_json_int(pk_json_get(object, name), &number);
    return number;
}

bool pk_case_bool(const struct pk_json *object, const char *name)
{
    bool value = false;
    (void) pk_json_bool(pk_json_get(object, name), &value);
    return value;
}

const struct pk_json *pk_case_of_kind(const struct pk_trial *trial, const char *list, const char *kind,
                                      const struct pk_case **ret_case)
{
    for (size_t i = 0; i < trial->case_count; i++) {
        const struct pk_json *items = pk_json_get(trial->cases[i].document, list);
        for (size_t j = 0; j < pk_json_count(items); j++) {
            const struct pk_json *item = pk_json_item(items, j);
            if (!pk_slice_is(pk_case_text(item, "kind", ""), kind))
                continue;
            if (ret_case)
                *ret_case = &trial->cases[i];
            return item;
        }
    }
    return NULL;
}

/* ---- the kinds a whole set has ---- */

/* Why there can be no case of a kind: a sentence in the "absent" of any file. */
static bool is_absent(const struct pk_trial *trial, const char *kind)
{
    for (size_t i = 0; i < trial->case_count; i++)
        if (pk_case_text(pk_json_get(trial->cases[i].document, "absent"), kind, "").len >= 20)
            return true;
    return false;
}

static void check_kind(struct pk_trial *trial, const char *list, const char *kind)
{
    pk_trial_begin(trial, "kind", kind);
    if (!pk_case_of_kind(trial, list, kind, NULL) && !is_absent(trial, kind))
        (void) pk_trial_flaw(
            trial,
            "no case in \"%s\" has \"kind\": \"%s\"; where the provider knows nothing of the sort, a sentence in "
            "\"absent\" says so",
            list, kind);
    pk_trial_end(trial);
}

/* ---- what a kind of hand-over means ---- */

/* UTF-16 units and whether a character beyond the basic plane is among them. */
static size_t units_of(struct pk_slice text, bool *ret_beyond, bool *ret_cyrillic)
{
    size_t units = 0;
    *ret_beyond = *ret_cyrillic = false;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char) text.data[i];
        if ((c & 0xc0) == 0x80)
            continue;
        units += c >= 0xf0 ? 2 : 1;
        *ret_beyond = *ret_beyond || c >= 0xf0;
        *ret_cyrillic = *ret_cyrillic || c == 0xd0 || c == 0xd1;
    }
    return units;
}

static bool text_fits(const char *kind, struct pk_slice text)
{
    bool beyond, cyrillic;
    size_t units = units_of(text, &beyond, &cyrillic);
    if (strcmp(kind, "cyrillic_1") == 0)
        return cyrillic && units <= 70;
    if (strcmp(kind, "cyrillic_3") == 0)
        return cyrillic && units > 2 * 67 && units <= 3 * 67;
    return strcmp(kind, "emoji") != 0 || beyond;
}

static void check_meaning(struct pk_trial *trial, const char *kind, const char *outcome)
{
    const struct pk_case *test = NULL;
    const struct pk_json *item = pk_case_of_kind(trial, "handovers", kind, &test);
    const struct pk_json *rounds = pk_json_get(item, "rounds");
    const struct pk_json *answer = pk_json_get(pk_json_item(rounds, pk_json_count(rounds) - 1), "answer");
    struct pk_slice state = pk_case_text(answer, "state", "complete"),
                    said = pk_case_text(pk_json_get(item, "result"), "outcome", "accepted");
    int64_t status = pk_case_int(answer, "status", 200);
    if (!item)
        return;
    pk_trial_begin(trial, "meaning of kind", kind);
    if (outcome && !pk_slice_is(said, outcome))
        (void) pk_trial_flaw(trial, "the outcome of such a case is \"%s\", not \"%.*s\"", outcome, PK_SLICE_ARG(said));
    if (strcmp(kind, "garbage") == 0 && pk_slice_is(said, "accepted"))
        (void) pk_trial_flaw(trial, "an answer that nobody can read tells of no acceptance");
    if (strcmp(kind, "auth") == 0 && status != 401 && status != 403 && !pk_case_bool(item, "otherStatus"))
        (void) pk_trial_flaw(trial, "the status is 401 or 403, or \"otherStatus\" says that this provider has its own");
    if (strcmp(kind, "server_error") == 0 && status < 500)
        (void) pk_trial_flaw(trial, "the status is 500 or more");
    if (strcmp(kind, "timeout") == 0 && !pk_slice_is(state, "none"))
        (void) pk_trial_flaw(trial, "no answer came: \"state\": \"none\"");
    if (strcmp(kind, "refused_connection") == 0 && !pk_slice_is(state, "notSent"))
        (void) pk_trial_flaw(trial, "nothing left: \"state\": \"notSent\"");
    struct pk_trial_job job;
    pk_trial_job(trial, test, item, &job);
    if (!text_fits(kind, job.job.text))
        (void) pk_trial_flaw(trial, "the job's text is not of that sort");
    if ((strncmp(kind, "cyrillic", 8) == 0 || strcmp(kind, "emoji") == 0 || strcmp(kind, "success") == 0) &&
        !pk_json_get(pk_json_item(rounds, 0), "request"))
        (void) pk_trial_flaw(trial, "it says what the request is");
    pk_trial_end(trial);
}

/* ---- where each comes from ---- */

static void check_pages(struct pk_trial *trial)
{
    static const char *const lists[] = { "handovers", "queries", "calls", "polls", "numbers", "refusals", "sessions" };
    pk_trial_begin(trial, "every case names the page it comes from", NULL);
    for (size_t i = 0; i < trial->case_count; i++) {
        const struct pk_json *document = trial->cases[i].document;
        if (pk_case_text(document, "page", "").len > 0)
            continue;
        for (size_t l = 0; l < PK_COUNT(lists); l++) {
            const struct pk_json *items = pk_json_get(document, lists[l]);
            for (size_t j = 0; j < pk_json_count(items); j++)
                if (pk_case_text(pk_json_item(items, j), "page", "").len == 0)
                    (void) pk_trial_flaw(trial, "%s: number %zu of \"%s\" has no \"page\", and neither has the file",
                                         trial->cases[i].name, j + 1, lists[l]);
        }
    }
    pk_trial_end(trial);
}

/* The first result a script tells is what its kind means. */
static void check_script(struct pk_trial *trial, const char *kind, const char *outcome)
{
    const struct pk_json *steps = pk_json_get(pk_case_of_kind(trial, "sessions", kind, NULL), "steps"), *result = NULL;
    check_kind(trial, "sessions", kind);
    if (!steps || !outcome)
        return;
    for (size_t i = 0; i < pk_json_count(steps) && !result; i++)
        result = pk_json_get(pk_json_item(steps, i), "result");
    pk_trial_begin(trial, "meaning of kind", kind);
    struct pk_slice said = pk_case_text(result, "outcome", result ? "accepted" : "none");
    if (!pk_slice_is(said, outcome))
        (void) pk_trial_flaw(trial, "the outcome of such a case is \"%s\", not \"%.*s\"", outcome, PK_SLICE_ARG(said));
    pk_trial_end(trial);
}

static void check_session_kinds(struct pk_trial *trial)
{
    static const struct {
        const char *kind, *outcome;
        uint32_t needs; /* of the adapter's capabilities */
    } sessions[] = {
        { "success", "accepted", 0 },   { "refusal", "rejected", 0 },   { "invalid_recipient", "invalid_recipient", 0 },
        { "opted_out", "opted_out", 0 }, { "throttle", "throttled", 0 }, { "auth", NULL, 0 },
        { "garbage", NULL, 0 },         { "timeout", "uncertain", 0 },  { "server_error", "retry", 0 },
        { "silence", NULL, 0 },         { "goodbye", NULL, 0 },         { "cyrillic_1", "accepted", 0 },
        { "cyrillic_3", "accepted", 0 }, { "emoji", "accepted", 0 },     { "delivered", NULL, PK_CAN_RECEIPTS },
        { "undelivered", NULL, PK_CAN_RECEIPTS }, { "not_stored", NULL, PK_CAN_RECEIPTS }, { "reply", NULL, PK_CAN_INBOUND },
    };
    for (size_t i = 0; i < PK_COUNT(sessions); i++)
        if ((trial->adapter->capabilities & sessions[i].needs) == sessions[i].needs)
            check_script(trial, sessions[i].kind, sessions[i].outcome);
}

void pk_check_cases(struct pk_trial *trial)
{
    static const struct {
        const char *kind, *outcome;
    } handovers[] = {
        { "success", "accepted" },    { "refusal", "rejected" },    { "invalid_recipient", "invalid_recipient" },
        { "opted_out", "opted_out" }, { "throttle", "throttled" },  { "auth", "misconfigured" },
        { "garbage", NULL },          { "timeout", "uncertain" },   { "refused_connection", "retry" },
        { "server_error", "retry" },  { "cyrillic_1", "accepted" }, { "cyrillic_3", "accepted" },
        { "emoji", "accepted" },
    };
    static const char *const receipts[] = { "delivered", "undelivered" };
    const struct pk_adapter *adapter = trial->adapter;
    for (size_t i = 0; i < PK_COUNT(handovers) && adapter->exchange; i++) {
        check_kind(trial, "handovers", handovers[i].kind);
        check_meaning(trial, handovers[i].kind, handovers[i].outcome);
    }
    for (size_t i = 0; i < PK_COUNT(receipts) && adapter->webhook && adapter->capabilities & PK_CAN_RECEIPTS; i++)
        check_kind(trial, "calls", receipts[i]);
    if (adapter->webhook && adapter->capabilities & PK_CAN_INBOUND)
        check_kind(trial, "calls", "reply");
    if (adapter->exchange && adapter->exchange->query) {
        check_kind(trial, "queries", "found");
        check_kind(trial, "queries", "not_found");
    }
    if (adapter->poll)
        check_kind(trial, "polls", "poll");
    if (adapter->session && adapter->session->transport != PK_TRANSPORT_NONE)
        check_session_kinds(trial);
    check_pages(trial);
}
