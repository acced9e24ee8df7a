/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The words of a message: which text version a person gets, and the rendered text of a (notice, version), kept for
 * the many messages that share it. A text once planned never changes, also when the templates are loaded anew.
 */
#ifndef PK_SERVICE_TEXTS_H
#define PK_SERVICE_TEXTS_H

#include "gateway/service/service.h"

/* What a button comes back as (adapter.h, struct pk_choice): the word, a dash and the id of the notice it stands under, so
 * that it is about that one whatever was asked since. Its label is the language's. */
#define PK_CHOICE_YES "yes"
#define PK_CHOICE_NO "no"
#define PK_CHOICE_STOP "stop" /* under a text that asks something, where its language has a word for it */

/* An answer in a person's own words: its notice has this name and {"item":ID}, its message no version. */
#define PK_TEXT_BY_HAND "by-hand"

/* A link of one message (links.h): the gateway's public address, this, and 22 characters that are its own. */
#define PK_LINK_PATH "/a/"
#define PK_LINK_TEXT 22
#define PK_LINK_URL_MAX 256u /* with the longest public address the configuration takes */

struct pk_texts;

/* What a hand-over needs; shared, and kept alive by its holders. */
struct pk_text {
    int64_t notice, version;
    struct pk_slice text; /* rendered, UTF-8, NFC */
    struct pk_slice template_name, template_version; /* version: 16 hexadecimal digits of the hash */
    struct pk_slice language; /* "bg", "bg-Latn", "nl" */
    struct pk_slice step; /* what it is in an event's life, "invitation"; "" = nothing in particular */
    const struct pk_part *parts; /* encoded; made at the first hand-over that wants them */
    size_t part_count;
    uint32_t counted_parts; /* pk_text_parts() */
    const struct pk_named_value *values;
    size_t value_count;
    const struct pk_choice *choices;
    size_t choice_count;
};

struct pk_texts *pk_texts_new(void);
void pk_texts_free(struct pk_texts *texts);

/* The version of a template for somebody's language and script, along the fallback chain; stored at first use.
 * PK_E_NOT_FOUND when the catalog has no such template in any language of the chain. */
int pk_texts_version(struct pk_service *service, struct pk_slice template_name, struct pk_slice language, struct pk_slice script,
                     int64_t now_ms, int64_t *ret_version, struct pk_error *err);
/* What a job calls the language of this text for somebody's language and script: "bg", "bg-Latn"; in `label`, or the catalog's.
 * Empty when there is no such text. */
#define PK_LABEL_MAX 32
struct pk_slice pk_texts_label(const struct pk_service *service, struct pk_slice template_name, struct pk_slice language,
                               struct pk_slice script, char label[PK_LABEL_MAX]);
/* The rendered text. Held until pk_text_release(). PK_E_INVALID when it cannot be rendered. */
int pk_texts_get(struct pk_service *service, int64_t notice, int64_t version, bool with_parts, struct pk_text **ret_text,
                 struct pk_error *err);
/* The same for one message alone, with a link of its own instead of any other: not kept for others. */
int pk_texts_get_linked(struct pk_service *service, int64_t notice, int64_t version, struct pk_slice link, bool with_parts,
                        struct pk_text **ret_text, struct pk_error *err);
/* How many parts it takes on SMS: counted once for all who share it. 0 when it fits into none. */
uint32_t pk_text_parts(struct pk_text *text);
void pk_text_release(struct pk_text *text); /* NULL is fine */
/* Versions that were found fit to leave (readings.h), until they are forgotten. */
bool pk_texts_is_good(const struct pk_texts *texts, int64_t version);
void pk_texts_note_good(struct pk_texts *texts, int64_t version);
/* Forgets which version a language gets: after a reload, and when a text was written. Rendered texts stay. */
void pk_texts_forget(struct pk_texts *texts);

#endif
