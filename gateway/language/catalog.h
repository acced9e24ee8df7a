/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The catalog of texts: templates/<tag>/<name>.txt with templates/<tag>/language.ini beside them, loaded and checked
 * whole. A template file is a head of `key: value` lines, an empty line, and the text in ICU MessageFormat:
 *
 *     topic: parent-meetings            what it is about
 *     kind: notice                      notice, question or answer
 *     step: invitation                  which step of a campaign it is; a notice's to say
 *     arguments: org begins place       every argument, typed in the catalog's table (see arguments.h)
 *     reply: yes-no                     none, yes-no, consent, opinion: the question it asks
 *     gloss: Ouderbijeenkomst: uitnodiging    (one Dutch line)
 *     parts: 2                          most SMS parts in this language with the longest values
 *     max.place: 20                     longest value of an argument, in characters
 *
 *     {org}: родителска среща {begins_on_day}, {begins_time} Място: {place}. ...[ Въпроси: {phone}.]
 *
 * What stands in [ ] is left out where the configuration does not know the value. A text that asks for an answer has a
 * twin NAME-noreply with a page instead, for who cannot answer.
 *
 * A bad file is refused with file, line, column and remedy. Pure: no clock; a catalog is immutable once loaded, and
 * reload makes a new one.
 */
#ifndef PK_LANGUAGE_CATALOG_H
#define PK_LANGUAGE_CATALOG_H

#include "gateway/base/ini.h"
#include "gateway/base/json.h"
#include "gateway/language/reply.h"

struct pk_catalog;
struct pk_dates;    /* dates.h */
struct pk_template; /* one name in one language */

/* Loads every language folder under `folder`; every mistake is told. Negative when there was any (then *ret_catalog
 * stays unset), or the folder cannot be read. Every name must exist in Dutch ("nl"), with the same arguments. */
int pk_catalog_load(const char *folder, struct pk_ini_report *report, struct pk_catalog **ret_catalog, struct pk_error *err);

/* One of the city's own texts, which counts before the shipped one of its name: what its file would hold. */
struct pk_own_file {
    struct pk_slice name, language, content;
};
/* A catalog of `shipped` with texts of the city's own, checked as those of a folder are. A text that is shipped too keeps the
 * shipped one's topic, kind, step, reply and arguments. It borrows from `shipped`, which lives longer. What is wrong is told
 * and counted, by "bg/NAME.txt"; the catalog is made all the same, without the texts that cannot be read, for whoever wants
 * to see what is there. Never NULL. */
struct pk_catalog *pk_catalog_with(const struct pk_catalog *shipped, const struct pk_own_file *files, size_t count, struct pk_ini_report *report);
/* Are a text and another forms of one: NAME, NAME-short, NAME-noreply? They are checked together. */
bool pk_catalog_is_form_of(struct pk_slice name, struct pk_slice other);

void pk_catalog_free(struct pk_catalog *catalog);
PK_AUTO_DEFINE(pk_catalog, struct pk_catalog *, pk_catalog_free)
/* What the configuration knows and a notice need not say: the desk's telephone number and the page to answer on. Empty =
 * not known. Once, before anything is rendered. */
void pk_catalog_know(struct pk_catalog *catalog, struct pk_slice phone, struct pk_slice link);
/* In texts for who cannot answer the gateway puts a link of its own, made for each message and as long as `sample`: nobody
 * need give one then, and it goes before one that is given. Once, as above; empty = it does not. */
void pk_catalog_make_links(struct pk_catalog *catalog, struct pk_slice sample);
bool pk_catalog_is_noreply(struct pk_slice name); /* is a text of this name for who cannot answer? */
bool pk_desk_phone_valid(struct pk_slice phone); /* digits, spaces, + - ( ) */
bool pk_catalog_knows_page(const struct pk_catalog *catalog); /* or makes links */
/* Tells which texts take more parts than their heads allow when this organisation, and the phone and page known, are
 * longer than the texts were measured for. No mistake: it costs more. */
void pk_catalog_measure(const struct pk_catalog *catalog, struct pk_slice org, struct pk_ini_report *report);

/* The template for a recipient's language, else along that language's fallback chain, else NULL. */
const struct pk_template *pk_catalog_find(const struct pk_catalog *catalog, struct pk_slice name, struct pk_slice language);
bool pk_catalog_knows(const struct pk_catalog *catalog, struct pk_slice name);
/* The name of the text to send instead where nobody can answer; empty when this one asks for no answer. */
struct pk_slice pk_catalog_noreply(const struct pk_catalog *catalog, struct pk_slice name);
bool pk_catalog_has_language(const struct pk_catalog *catalog, struct pk_slice language);
#define PK_RENDERING_LATIN "Latn"  /* Cyrillic in Latin letters */
#define PK_RENDERING_PLAIN "plain" /* Latin letters without marks: fewer parts, only for who chose it */
/* Is `script` ("", "Latn" or "plain") a rendering this language knows? */
bool pk_catalog_has_rendering(const struct pk_catalog *catalog, struct pk_slice language, struct pk_slice script);
/* Days and hours in this language's words (dates.h), the catalog's; NULL = it is not loaded. */
const struct pk_dates *pk_catalog_dates(const struct pk_catalog *catalog, struct pk_slice language);
/* The languages and templates, for listing and preloading. */
size_t pk_catalog_language_count(const struct pk_catalog *catalog); /* in reply order */
struct pk_slice pk_catalog_language_tag(const struct pk_catalog *catalog, size_t index);
struct pk_slice pk_catalog_language_name(const struct pk_catalog *catalog, size_t index);       /* in Dutch */
struct pk_slice pk_catalog_language_renderings(const struct pk_catalog *catalog, size_t index); /* "Latn", with spaces between */
/* The template in exactly this language, or NULL. */
const struct pk_template *pk_catalog_exact(const struct pk_catalog *catalog, struct pk_slice name, struct pk_slice language);
size_t pk_catalog_template_count(const struct pk_catalog *catalog);
const struct pk_template *pk_catalog_template(const struct pk_catalog *catalog, size_t index);

enum pk_text_reply {
    PK_TEXT_REPLY_NONE = 0,
    PK_TEXT_REPLY_YES_NO,  /* will you come? */
    PK_TEXT_REPLY_CONSENT, /* may we write? */
    PK_TEXT_REPLY_OPINION, /* was it of use? */
};
enum pk_text_kind { PK_TEXT_NOTICE = 0, PK_TEXT_QUESTION, PK_TEXT_ANSWER };

/* What a text is for in the life of an event; nobody is told the same step twice. */
enum pk_text_step {
    PK_STEP_NONE = 0,
    PK_STEP_INVITATION,
    PK_STEP_REMINDER, /* the day before */
    PK_STEP_REMINDER_TODAY,
    PK_STEP_CHANGE,
    PK_STEP_CANCELLATION,
    PK_STEP_HOURS,   /* the usual ones */
    PK_STEP_SPECIAL, /* other hours on one day */
    PK_STEP_CLOSED,
    PK_STEP_OPEN,
    PK_STEP_OPINION, /* afterwards */
    PK_STEP_BREACH,  /* what happened to people's data */
    PK_STEP_QUESTION,
    PK_STEP_ANSWER,
    PK_STEP_CODE,
    PK_TEXT_STEPS,
};
const char *pk_step_name(enum pk_text_step step); /* "reminder-today" */

struct pk_slice pk_template_name(const struct pk_template *template_);
struct pk_slice pk_template_language(const struct pk_template *template_);
struct pk_slice pk_template_body(const struct pk_template *template_);
struct pk_slice pk_template_topic(const struct pk_template *template_); /* "" = any */
enum pk_text_kind pk_template_kind(const struct pk_template *template_);
enum pk_text_step pk_template_step(const struct pk_template *template_);
enum pk_text_reply pk_template_reply(const struct pk_template *template_);
struct pk_slice pk_template_gloss(const struct pk_template *template_);  /* one Dutch line */
struct pk_slice pk_template_status(const struct pk_template *template_); /* whether a native reader read it; "" = not said */
bool pk_template_is_own(const struct pk_template *template_);             /* the city's, and not shipped */
struct pk_slice pk_template_head(const struct pk_template *template_);   /* the lines above the text, as they were written */
bool pk_template_takes(const struct pk_template *template_, struct pk_slice value); /* is this one of the values it may be given? */
/* Its values one by one, from 0: what it is called; {NULL, 0} behind the last. *ret_number: it is a number in JSON. */
struct pk_slice pk_template_value(const struct pk_template *template_, size_t index, bool *ret_number);
uint32_t pk_template_parts(const struct pk_template *template_);         /* most of them, with the longest values */
const uint8_t *pk_template_hash(const struct pk_template *template_); /* SHA-256 of the body */

/* Checks the values a notice gives for a template: every needed one there (but what the catalog knows itself), right type
 * (moments RFC 3339, text without control characters within its longest length, integers), none unknown. Names the value.
 * `sent_as` is what goes out instead where nobody can answer; the values must do for both. A link may always be given to
 * a text that has such a twin. */
int pk_template_check_values_as(const struct pk_catalog *catalog, struct pk_slice name, struct pk_slice sent_as,
                                const struct pk_json *values, struct pk_error *err);
int pk_template_check_values(const struct pk_catalog *catalog, struct pk_slice name, const struct pk_json *values,
                             struct pk_error *err);

/* Renders a text version: the body as stored at first use, in `language`, with the values given at intake; moments
 * become words of that language on the wall clock of `zone`. rendering "bg-Latn" transliterates and makes it
 * GSM-safe; "tr-plain" writes plain letters. `org` is the sender's name. Appended: UTF-8, NFC, prepared for sending.
 * PK_E_INVALID names what is missing; nothing is appended then, nor when there is no room for all of it (PK_E_LIMIT). */
struct pk_render {
    struct pk_slice language;
    struct pk_slice rendering;
    struct pk_slice body;
    const struct pk_json *values;
    struct pk_slice org;
    const char *zone; /* "Europe/Amsterdam" */
    struct pk_slice link; /* goes before what the values and the configuration say; empty = they say it */
};
int pk_catalog_render(const struct pk_catalog *catalog, const struct pk_render *render, struct pk_buf *out, struct pk_error *err);

/* The holiday of a language's people on the day a moment falls on at that clock, or NULL. `index` as above. */
struct pk_wall;
const char *pk_catalog_holiday(const struct pk_catalog *catalog, size_t index, struct pk_wall *wall, int64_t moment_ms);
/* All of a language's, by its tag; NULL when there is no such language. Lives as long as the catalog. */
struct pk_holidays;
const struct pk_holidays *pk_catalog_holidays(const struct pk_catalog *catalog, struct pk_slice language);

/* What the buttons under a question say in a language and its rendering, appended; nothing to ret_stop where it has no such
 * button. PK_E_NOT_FOUND: this language has none. */
int pk_catalog_choices(const struct pk_catalog *catalog, struct pk_slice language, struct pk_slice rendering, struct pk_buf *ret_yes,
                       struct pk_buf *ret_no, struct pk_buf *ret_stop);

/* Names joined as a language lists things: "срещи, събития и работно време". Appended. PK_E_NOT_FOUND: no such language. */
int pk_catalog_list(const struct pk_catalog *catalog, struct pk_slice language, const struct pk_slice *names, size_t count,
                    struct pk_buf *out);
/* The languages to read instead of one that is missing, best first, separated by spaces; "" = none. */
struct pk_slice pk_catalog_fallback(const struct pk_catalog *catalog, struct pk_slice language);

/* Reply words of every language loaded (exact words; gateway/language/reply.h). */
const struct pk_reply_words *pk_catalog_reply_words(const struct pk_catalog *catalog);

#endif
