/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * `pokana text WHAT`: what the gateway makes of texts, moments and numbers, without a gateway: one JSON object a line in,
 * one a line out, in order. A bad line gets its error as its answer and ends nothing. What is asked and answered is
 * text_lines.h; here is where the languages come from, and the lines.
 */
#include "gateway/app/command.h"
#include "gateway/app/config.h"
#include "gateway/app/lines.h"
#include "gateway/app/options.h"
#include "gateway/app/text_lines.h"
#include "gateway/base/code.h"
#include "gateway/base/mem.h"
#include "gateway/language/defaults.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#define ZONE_DEFAULT "Europe/Amsterdam"
#define LANGUAGE "bg" /* whose days and hours are told */

/* ---- where the languages come from ---- */

struct languages {
    struct pk_config *config; /* NULL = there is none */
    struct pk_catalog *catalog;
    struct pk_wall *wall;
    char folder[PATH_MAX];
    const char *zone;
};

/* Without a configuration at the usual place, or with one that is not for us to read, there are still the texts that
 * came with the program; one that was named must be there. */
static int find_config(const struct pk_invocation *invocation, struct languages *languages, struct pk_error *err)
{
    struct pk_ini_report report = pk_config_report_stderr();
    bool usual = strcmp(invocation->config, PK_CONFIG_DEFAULT) == 0;
    if (usual && access(invocation->config, R_OK) != 0)
        return 0;
    return pk_config_read_topics(invocation->config, &report, &languages->config, err);
}

/* A program that was built and not installed has its texts beside the folder it was built in. */
static bool find_built(char *ret_folder, size_t max)
{
    static const char place[] = "/gateway/app/pokana";
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    size_t len = n > 0 ? (size_t) n : 0;
    self[len] = '\0';
    if (len <= strlen(place) || strcmp(self + len - strlen(place), place) != 0)
        return false;
    self[len - strlen(place)] = '\0';
    char *slash = strrchr(self, '/');
    if (slash)
        *slash = '\0';
    return slash && (size_t) snprintf(ret_folder, max, "%s/templates", self) < max && access(ret_folder, R_OK | X_OK) == 0;
}

static int find_folder(const struct pk_invocation *invocation, const char *named, struct languages *languages,
                       struct pk_error *err)
{
    size_t max = sizeof languages->folder;
    int r = named ? 0 : find_config(invocation, languages, err);
    if (r != 0)
        return r;
    languages->zone = languages->config ? languages->config->rules.zone : ZONE_DEFAULT;
    const char *folder = named ? named : languages->config ? languages->config->templates : PK_TEMPLATES_DIR;
    if (!named && access(folder, R_OK | X_OK) != 0 && find_built(languages->folder, max))
        return 0;
    if ((size_t) snprintf(languages->folder, max, "%s", folder) >= max)
        return pk_fail(err, PK_E_INVALID, "the name of the folder of texts is too long");
    return 0;
}

static int load_languages(const struct pk_invocation *invocation, const char *named, struct languages *languages,
                          struct pk_error *err)
{
    struct pk_ini_report report = pk_config_report_stderr();
    int r = find_folder(invocation, named, languages, err);
    if (r != 0)
        return r;
    if ((r = pk_language_set_defaults(LANGUAGE, languages->zone, err)) == 0)
        r = pk_catalog_load(languages->folder, &report, &languages->catalog, err);
    if (r != 0 && !err->hint[0])
        (void) pk_hint(err, r, "Name the folder of texts: --templates FOLDER.");
    return r != 0 ? r : pk_wall_new(languages->zone, &languages->wall, err);
}

static void free_languages(struct languages *languages)
{
    pk_wall_free(languages->wall);
    pk_catalog_free(languages->catalog);
    pk_config_free(languages->config);
}

/* Lends the question what it needs, and loads nothing for one that needs nothing. */
static int lend(enum pk_text_question question, const struct pk_invocation *invocation, const char *named,
                struct languages *languages, struct pk_text_tools *tools, struct pk_error *err)
{
    if (question != PK_TEXT_INTENT && question != PK_TEXT_DATES)
        return pk_language_set_defaults(LANGUAGE, ZONE_DEFAULT, err);
    int r = load_languages(invocation, named, languages, err);
    if (r != 0)
        return r;
    tools->words = pk_catalog_reply_words(languages->catalog);
    tools->topics = languages->config ? languages->config->rules.topic_words : NULL;
    tools->dates = pk_catalog_dates(languages->catalog, PK_SLICE(LANGUAGE));
    tools->wall = languages->wall;
    if (question == PK_TEXT_DATES && !tools->dates)
        return pk_fail(err, PK_E_NOT_FOUND, "there is no language \"%s\" in folder \"%.128s\"", LANGUAGE, languages->folder);
    return 0;
}

/* ---- the lines ---- */

/* Whoever asks line by line gets each answer before the next line is waited for; a file is written in large pieces. */
static int empty_output(struct pk_error *err)
{
    if (fflush(stdout) != 0 || ferror(stdout) != 0)
        return pk_fail(err, PK_E_IO, "could not write to standard output");
    return 0;
}

static int answer_one(enum pk_text_question question, const struct pk_text_tools *tools, enum pk_line kind, struct pk_slice line,
                      struct pk_buf *answer, struct pk_error *err)
{
    char reason[64];
    pk_buf_clear(answer);
    if (kind == PK_LINE_TEXT) {
        pk_text_answer(question, tools, line, answer);
    } else {
        (void) snprintf(reason, sizeof reason, "the line is longer than %u bytes", PK_TEXT_LINE_MAX);
        pk_text_refuse(reason, answer);
    }
    (void) pk_buf_add_char(answer, '\n');
    if (fwrite(answer->data, 1, answer->len, stdout) != answer->len)
        return pk_fail(err, PK_E_IO, "could not write to standard output");
    return 0;
}

static int answer_all(enum pk_text_question question, const struct pk_text_tools *tools, struct pk_error *err)
{
    struct pk_lines lines;
    struct pk_buf answer;
    struct pk_slice line;
    enum pk_line kind;
    int r = 0;
    pk_lines_init(&lines, STDIN_FILENO, PK_TEXT_LINE_MAX);
    pk_buf_init(&answer, PK_TEXT_ANSWER_MAX + 1);
    while (r == 0 && (kind = pk_lines_take(&lines, &line)) != PK_LINE_END) {
        if (kind != PK_LINE_WAIT)
            r = answer_one(question, tools, kind, line, &answer, err);
        else if ((r = empty_output(err)) == 0)
            r = pk_lines_read(&lines, err);
    }
    pk_buf_finish(&answer);
    pk_lines_finish(&lines);
    return r; /* what is left in the output is emptied where every command ends */
}

/* ---- the command ---- */

static int ask(enum pk_text_question question, const struct pk_invocation *invocation)
{
    const char *folder = NULL;
    struct pk_text_tools tools = { 0 };
    struct languages languages = { 0 };
    struct pk_plain_words words;
    struct pk_error err = { 0 };
    const struct pk_option options[] = { { "templates", &folder, NULL }, { "explain", NULL, &tools.explain } };
    int status = pk_options_read(&pk_command_text, invocation, options, PK_COUNT(options), &words);
    if (status != 0)
        return status;
    if (words.count > 0)
        return pk_command_misused(&pk_command_text, "the lines come from standard input");
    if (tools.explain && question != PK_TEXT_SEGMENTS)
        return pk_command_misused(&pk_command_text, "--explain belongs to segments");
    int r = lend(question, invocation, folder, &languages, &tools, &err);
    if (r == 0)
        r = answer_all(question, &tools, &err);
    free_languages(&languages);
    return r == 0 ? 0 : pk_command_failed(&err);
}

static int segments(const struct pk_invocation *invocation)
{
    return ask(PK_TEXT_SEGMENTS, invocation);
}

static int latin(const struct pk_invocation *invocation)
{
    return ask(PK_TEXT_LATIN, invocation);
}

static int intent(const struct pk_invocation *invocation)
{
    return ask(PK_TEXT_INTENT, invocation);
}

static int dates(const struct pk_invocation *invocation)
{
    return ask(PK_TEXT_DATES, invocation);
}

static int phone(const struct pk_invocation *invocation)
{
    return ask(PK_TEXT_PHONE, invocation);
}

static int run(const struct pk_invocation *invocation)
{
    static const struct pk_verb verbs[] = {
        { "segments", segments }, { "latin", latin }, { "intent", intent }, { "dates", dates }, { "phone", phone },
    };
    if (invocation->word_count == 0 || invocation->words[0][0] == '-')
        return pk_command_misused(&pk_command_text, "say first what is asked");
    return pk_verb_run(&pk_command_text, invocation, verbs, PK_COUNT(verbs));
}

const struct pk_command pk_command_text = {
    .name = "text",
    .usage = "text segments [--explain]\n"
             "text latin\n"
             "text intent [--templates FOLDER]\n"
             "text dates [--templates FOLDER]\n"
             "text phone",
    .summary = "parts, Latin letters, reply meanings, dates, numbers: JSON lines in, JSON lines out",
    .run = run,
};
