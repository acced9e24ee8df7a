/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `pokana backup FILE`: a complete copy of the database, made by the gateway while it goes on, or by this command when
 * none runs.
 */
#include "gateway/app/ask.h"
#include "gateway/app/config.h"
#include "gateway/app/options.h"
#include "gateway/app/progress.h"
#include "gateway/base/code.h"
#include "gateway/store/store.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define TIMEOUT_MS (60 * 60 * 1000ll)
#define BODY_BYTES_MAX 16384u

/* The gateway runs in another folder than we do. */
static int whole_path(const char *file, char ret_path[PATH_MAX], struct pk_error *err)
{
    char folder[PATH_MAX];
    int n = -1;
    if (file[0] == '/')
        n = snprintf(ret_path, PATH_MAX, "%s", file);
    else if (getcwd(folder, sizeof folder))
        n = snprintf(ret_path, PATH_MAX, "%s/%s", folder, file);
    return n > 0 && n < PATH_MAX ? 0 : pk_fail(err, PK_E_LIMIT, "the path of the backup is too long");
}

static int by_the_gateway(const struct pk_invocation *invocation, const char *path, struct pk_json **ret_document,
                          struct pk_error *err)
{
    struct pk_buf body;
    pk_buf_init(&body, BODY_BYTES_MAX);
    struct pk_json_out out = pk_json_out(&body);
    pk_json_open(&out, NULL, '{');
    pk_json_add_text(&out, "path", path);
    pk_json_close(&out, '}');
    struct pk_question question = {
        .method = "POST", .path = "/v1/backup", .body = pk_buf_slice(&body), .timeout_ms = TIMEOUT_MS
    };
    int r = pk_ask(invocation, &question, ret_document, err);
    pk_buf_finish(&body);
    return r;
}

static int by_ourselves(const struct pk_invocation *invocation, const char *path, struct pk_json **ret_document,
                        struct pk_error *err)
{
    pk_auto(pk_config) struct pk_config *config = NULL;
    struct pk_ini_report report = pk_config_report_stderr();
    struct pk_buf text;
    struct stat st;
    int r = pk_config_read_places(invocation->config, false, &report, &config, err);
    if (r == 0) {
        pk_progress_begin("copying the database");
        r = pk_store_backup_file(config->database, path, err);
        pk_progress_end();
    }
    if (r != 0)
        return r;
    pk_buf_init(&text, BODY_BYTES_MAX);
    struct pk_json_out out = pk_json_out(&text);
    pk_json_open(&out, NULL, '{');
    pk_json_add_text(&out, "path", path);
    pk_json_add_int(&out, "bytes", stat(path, &st) == 0 ? st.st_size : 0);
    pk_json_close(&out, '}');
    r = pk_json_parse(pk_buf_slice(&text), BODY_BYTES_MAX, ret_document, err);
    pk_buf_finish(&text);
    return r;
}

static int run(const struct pk_invocation *invocation)
{
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    char path[PATH_MAX];
    int status = pk_options_read(&pk_command_backup, invocation, NULL, 0, &words);
    if (status != 0)
        return status;
    if (words.count != 1)
        return pk_command_misused(&pk_command_backup, "which file is the backup to be?");
    pk_auto(pk_json) struct pk_json *document = NULL;
    int r = whole_path(words.words[0], path, &err);
    if (r == 0)
        r = by_the_gateway(invocation, path, &document, &err);
    if (r == PK_E_BUSY && !invocation->socket)
        r = by_ourselves(invocation, path, &document, &err);
    if (r != 0)
        return pk_command_failed(&err);
    if (invocation->json) {
        pk_ask_print(document);
        return 0;
    }
    int64_t bytes = 0;
    (void) pk_json_int(pk_json_get(document, "bytes"), &bytes);
    (void) printf("%s is complete: %" PRId64 " bytes\n"
                  "The key file is not in it. Keep that apart: with both, every address can be read; without it, none.\n",
                  path, bytes);
    return 0;
}

const struct pk_command pk_command_backup = {
    .name = "backup",
    .usage = "backup FILE",
    .summary = "copy the database into a new file, also while the gateway runs",
    .run = run,
};
