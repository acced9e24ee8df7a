/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `pokana recipients import FILE.csv`: gives the file to the gateway and follows the job, or, when no gateway runs, does
 * the same work itself with the database locked. Refused lines are told by their number; what stands in them is not. The
 * verbs about one person are in cmd_person.c.
 */
#include "gateway/api/import.h"
#include "gateway/app/ask.h"
#include "gateway/app/cmd_person.h"
#include "gateway/app/config.h"
#include "gateway/app/options.h"
#include "gateway/app/progress.h"
#include "gateway/app/user.h"
#include "gateway/base/clock.h"
#include "gateway/base/code.h"
#include "gateway/base/file.h"
#include "gateway/service/trail.h"
#include "gateway/service/users.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>

#define LOOK_EVERY_MS 200
#define CACHE_BYTES (192ll << 20) /* a large file touches every page many times */
#define VIEW_BYTES_MAX (2u << 20)

struct wanted {
    const char *file, *by, *second;
    bool confirmed, partial, named; /* named: --by was given */
    struct pk_buf text;
};

/* ---- by the gateway ---- */

static void add_argument(struct pk_buf *path, const char *name, const char *value)
{
    (void) pk_buf_printf(path, "&%s=", name);
    pk_ask_escape(path, pk_slice_of(value));
}

static int follow(const struct pk_invocation *invocation, struct pk_slice job, struct pk_json **ret_document,
                  struct pk_error *err)
{
    char path[64];
    (void) snprintf(path, sizeof path, "/v1/jobs/%.*s", PK_SLICE_ARG(job));
    for (;;) {
        pk_auto(pk_json) struct pk_json *document = NULL;
        int64_t done = 0, total = 0;
        int r = pk_ask_read(invocation, path, &document, err);
        if (r != 0)
            return r;
        if (!pk_slice_is(pk_json_string(pk_json_get(document, "state")), "running")) {
            *ret_document = pk_steal(&document);
            return 0;
        }
        (void) pk_json_int(pk_json_get(document, "done"), &done);
        (void) pk_json_int(pk_json_get(document, "total"), &total);
        pk_progress_count(done, total);
        (void) poll(NULL, 0, LOOK_EVERY_MS);
    }
}

static int by_the_gateway(const struct pk_invocation *invocation, const struct wanted *wanted, struct pk_json **ret_document,
                          struct pk_error *err)
{
    pk_auto(pk_json) struct pk_json *started = NULL;
    struct pk_buf path;
    pk_buf_init(&path, 1024);
    (void) pk_buf_printf(&path, "/v1/recipients/import?confirmed=%s&partial=%s", wanted->confirmed ? "yes" : "no",
                         wanted->partial ? "yes" : "no");
    add_argument(&path, "by", wanted->by);
    if (wanted->second)
        add_argument(&path, "second", wanted->second);
    struct pk_question question = {
        .method = "POST", .path = pk_buf_text(&path), .body = pk_buf_slice(&wanted->text), .content_type = "text/csv"
    };
    int r = path.failed ? pk_fail(err, PK_E_LIMIT, "a name is too long") : pk_ask(invocation, &question, &started, err);
    pk_buf_finish(&path);
    if (r != 0)
        return r;
    r = follow(invocation, pk_json_string(pk_json_get(started, "job")), ret_document, err);
    return r == 0 ? 0 : pk_hint(err, r == PK_E_BUSY ? PK_E_IO : r, "Import the same file again: it goes on where it stopped.");
}

/* ---- by ourselves ---- */

static void count(void *ctx, const struct pk_import_view *view)
{
    (void) ctx;
    pk_progress_count(view->done, view->total);
}

static int document_of(const struct pk_import *import, struct pk_json **ret_document, struct pk_error *err)
{
    struct pk_import_view view;
    struct pk_buf text;
    pk_import_view(import, &view);
    pk_buf_init(&text, VIEW_BYTES_MAX);
    struct pk_json_out out = pk_json_out(&text);
    pk_json_open(&out, NULL, '{');
    pk_import_view_write(&out, &view);
    pk_json_close(&out, '}');
    int r = text.failed ? pk_fail(err, PK_E_LIMIT, "there is too much to tell")
                        : pk_json_parse(pk_buf_slice(&text), VIEW_BYTES_MAX, ret_document, err);
    pk_buf_finish(&text);
    return r;
}

static int import_into(struct pk_service *service, const struct wanted *wanted, struct pk_json **ret_document,
                       struct pk_error *err)
{
    pk_auto(pk_import) struct pk_import *import = NULL;
    char user[PK_USER_MAX];
    struct pk_acting acting = { 0 };
    const struct pk_actor operator = { .role = PK_ROLE_OPERATOR, .name = pk_user_name(user), .purpose = "import" };
    int r = wanted->named ? pk_users_act(service, pk_slice_of(wanted->by), user, &acting, err) : 0;
    if (r < 0)
        return r;
    struct pk_import_options options = {
        .confirmed = wanted->confirmed,
        .partial = wanted->partial,
        .by = pk_slice_of(wanted->by),
        .second_person = pk_slice_of(wanted->second ? wanted->second : ""),
    };
    r = pk_import_new(service, r == 1 ? &acting.actor : &operator, &options, pk_buf_slice(&wanted->text), pk_clock_wall_ms(), &import, err);
    if (r == 0)
        r = pk_import_run(import, count, NULL, err);
    return r == 0 ? document_of(import, ret_document, err) : r;
}

static int by_ourselves(const struct pk_invocation *invocation, const struct wanted *wanted, struct pk_json **ret_document,
                        struct pk_error *err)
{
    pk_auto(pk_config) struct pk_config *config = NULL;
    pk_auto(pk_catalog) struct pk_catalog *catalog = NULL;
    pk_auto(pk_keyring) struct pk_keyring *keys = NULL;
    pk_auto(pk_store) struct pk_store *store = NULL;
    struct pk_ini_report report = pk_config_report_stderr();
    int r = pk_config_read(invocation->config, &report, &config, err);
    if (r == 0)
        r = pk_config_load_catalog(config, &report, &catalog, err);
    if (r == 0)
        r = pk_keyfile_read(config->keys, &keys, err);
    if (r != 0)
        return r;
    struct pk_store_config store_config = { .path = config->database, .keys = keys, .cache_bytes = CACHE_BYTES };
    if ((r = pk_store_open(&store_config, &store, err)) != 0)
        return r;
    struct pk_service *service = pk_service_new_planning(store, &config->rules, catalog);
    r = import_into(service, wanted, ret_document, err);
    if (r == PK_E_DENIED) { /* that it was tried is kept */
        pk_trail_write(service);
        (void) pk_store_commit(store, NULL);
    }
    pk_service_free(service);
    if (r == 0)
        r = pk_store_checkpoint(store, true, err);
    return r;
}

/* ---- what is told ---- */

static int64_t number(const struct pk_json *document, const char *path)
{
    int64_t value = 0;
    (void) pk_json_int(pk_json_at(document, path), &value);
    return value;
}

static void print_errors(const char *file, const struct pk_json *document)
{
    const struct pk_json *errors = pk_json_get(document, "errors");
    for (size_t i = 0; i < pk_json_count(errors); i++) {
        const struct pk_json *error = pk_json_item(errors, i);
        struct pk_slice reason = pk_json_string(pk_json_get(error, "reason")), hint = pk_json_string(pk_json_get(error, "hint"));
        int64_t line = number(error, "line");
        if (line > 0)
            (void) fprintf(stderr, "%s:%" PRId64 ": %.*s\n", file, line, PK_SLICE_ARG(reason));
        else
            (void) fprintf(stderr, "%s: %.*s\n", file, PK_SLICE_ARG(reason));
        if (hint.len > 0)
            (void) fprintf(stderr, "  hint: %.*s\n", PK_SLICE_ARG(hint));
    }
    int64_t more = number(document, "moreErrors");
    if (more > 0)
        (void) fprintf(stderr, "%s: %" PRId64 " more lines were refused\n", file, more);
}

static const char *lines(int64_t count)
{
    return count == 1 ? "line" : "lines";
}

static void print_outcome(const struct wanted *wanted, const struct pk_json *document, bool done)
{
    int64_t taken = number(document, "counts.taken"), refused = number(document, "counts.refused");
    if (done)
        (void) printf("imported %s: %" PRId64 " %s taken, %" PRId64 " refused\n"
                      "Whoever is new is asked; whoever said STOP or no before is not. Which of them did is told to nobody.\n",
                      wanted->file, taken, lines(taken), refused);
    else if (refused == 0 && taken == 0 && number(document, "total") == 0)
        (void) printf("nothing was imported: %s holds nobody\n", wanted->file);
    else if (number(document, "done") == 0 && taken == 0)
        (void) printf("nothing was imported: %" PRId64 " %s of %s refused\n", refused, lines(refused), wanted->file);
    else
        (void) printf("stopped after %" PRId64 " lines of %s: import the same file again to go on\n", number(document, "done"),
                      wanted->file);
    if (!done && !wanted->partial && refused > 0)
        (void) printf("Correct the file, or import the good lines with --partial.\n");
}

static int report(const struct pk_invocation *invocation, const struct wanted *wanted, const struct pk_json *document)
{
    bool done = pk_slice_is(pk_json_string(pk_json_get(document, "state")), "done");
    FILE *aside = invocation->json ? stderr : stdout;
    if (invocation->json) {
        pk_ask_print(document);
    } else {
        print_errors(wanted->file, document);
        print_outcome(wanted, document, done);
    }
    if (number(document, "total") > 0)
        (void) fprintf(aside, "%s holds people's numbers: delete it when you need it no more (shred -u FILE).\n", wanted->file);
    return done ? 0 : pk_code_exit_status(PK_E_INVALID);
}

/* ---- the command ---- */

static int import(const struct pk_invocation *invocation, const struct wanted *wanted, struct pk_json **ret_document,
                  struct pk_error *err)
{
    struct pk_error alone = { 0 };
    pk_progress_begin("importing");
    int r = by_the_gateway(invocation, wanted, ret_document, err);
    if (r == PK_E_BUSY && !invocation->socket) {
        int r_alone = by_ourselves(invocation, wanted, ret_document, &alone);
        /* Somebody holds the database after all: what the gateway said counts. */
        if (r_alone != PK_E_CONFLICT) {
            r = r_alone;
            *err = alone;
        }
    }
    pk_progress_end();
    return r;
}

static int run_import(const struct pk_invocation *invocation)
{
    struct wanted wanted = { 0 };
    const struct pk_option options[] = {
        { "already-confirmed", NULL, &wanted.confirmed },
        { "partial", NULL, &wanted.partial },
        { "second-person", &wanted.second, NULL },
    };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    char user[PK_USER_MAX];
    int status = pk_options_read(&pk_command_recipients, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count != 1)
        return pk_command_misused(&pk_command_recipients, "which file is to be imported?");
    if (wanted.second && !wanted.confirmed)
        return pk_command_misused(&pk_command_recipients, "--second-person belongs to --already-confirmed");
    wanted.file = words.words[0];
    wanted.named = invocation->by != NULL;
    wanted.by = invocation->by ? invocation->by : pk_user_name(user);
    pk_auto(pk_json) struct pk_json *document = NULL;
    pk_buf_init(&wanted.text, PK_IMPORT_BYTES_MAX);
    int r = pk_file_read(wanted.file, PK_IMPORT_BYTES_MAX, &wanted.text, &err);
    if (r == 0)
        r = import(invocation, &wanted, &document, &err);
    pk_buf_wipe(&wanted.text);
    if (strncmp(err.message, "line ", 5) == 0 || strncmp(err.message, "the file ", 9) == 0)
        pk_error_prefix(&err, "%s", wanted.file); /* what was wrong lies in it */
    return r == 0 ? report(invocation, &wanted, document) : pk_command_failed(&err);
}

static int run(const struct pk_invocation *invocation)
{
    static const struct pk_verb verbs[] = {
        { "import", run_import }, { "add", pk_signup_run }, { "export", pk_person_export_run }, { "erase", pk_person_erase_run },
        { "link", pk_link_make_run }, { "links", pk_links_run },
    };
    return pk_verb_run(&pk_command_recipients, invocation, verbs, PK_COUNT(verbs));
}

const struct pk_command pk_command_recipients = {
    .name = "recipients",
    .usage = "recipients import FILE.csv [--partial] [--by NAME]\n"
             "recipients import FILE.csv --already-confirmed --second-person NAME [--partial] [--by NAME]\n"
             "recipients add --address-from FILE --language TAG [--script TAG] --topics \"A B\" [--tags \"A B\"] [--form NUMBER] [--channel NAME]\n"
             "recipients export ID | --address-from FILE [--channel NAME]\n"
             "recipients erase ID | --address-from FILE [--channel NAME] [--asked] [--stay-stopped]\n"
             "recipients link ID --channel NAME [--topic NAME]... --by NAME\n"
             "recipients link --poster TOPIC --channel NAME [--language TAG]\n"
             "recipients links ID --by NAME",
    .summary = "people: signed up one by one or from a file, and asked; shown what is kept; erased; links that open a chat",
    .run = run,
};
