/* SPDX-License-Identifier: EUPL-1.2 */
/* What the import's files share. Nobody else includes this. */
#ifndef PK_SERVICE_IMPORT_PRIVATE_H
#define PK_SERVICE_IMPORT_PRIVATE_H

#include "gateway/service/address.h"
#include "gateway/base/csv.h"
#include "gateway/language/phone.h"
#include "gateway/service/import.h"

#define PK_IMPORT_TAGS_MAX 16u /* in a row */
#define PK_IMPORT_TOPICS_MAX 16u
#define PK_IMPORT_ADDRESS_MAX PK_KEPT_ADDRESS_MAX /* bytes of an address that is no number */

enum pk_import_column {
    PK_COLUMN_CHANNEL = 0,
    PK_COLUMN_ADDRESS,
    PK_COLUMN_LANGUAGE,
    PK_COLUMN_SCRIPT,
    PK_COLUMN_TAGS,
    PK_COLUMN_TOPICS,
    PK_COLUMN_HOW,
    PK_COLUMN_WORDING,
    PK_COLUMN_GIVEN_AT,
    PK_COLUMN_BY,
    PK_COLUMN_UNTIL,
    PK_COLUMNS
};

/* What the first line says: where each column is. */
struct pk_import_form {
    int at[PK_COLUMNS]; /* -1 = not in this file */
    size_t width;
};

/* One good row. Slices live in the reader's row or in here; the number in `known` of the check. Not to be copied. */
struct pk_import_row {
    struct pk_slice channel, address, language, script;
    struct pk_slice tags[PK_IMPORT_TAGS_MAX];
    size_t tag_count;
    const struct pk_topic_rule *topics[PK_IMPORT_TOPICS_MAX];
    size_t topic_count;
    struct pk_slice how, wording, by;
    int64_t given_ms, until_ms; /* 0 = not said */
    bool at_once; /* the person waits for the question: they are signed up face to face, or do it themselves */
    bool circle; /* by a key person: the question tells of her circle, and tags are not hers to give to who is known */
    char mail[PK_ADDRESS_ROOM]; /* a mail address as it is kept; `address` may point here */
};

/* What a check found that is not worth finding twice. */
struct pk_import_known {
    bool good;
    char number[PK_PHONE_MAX]; /* E.164, for channels of numbers; "" = not looked yet */
};

struct pk_import {
    struct pk_service *service;
    struct pk_actor actor; /* its strings and lists are this import's own */
    struct pk_actor_scope scope;
    char *text;
    size_t text_len;
    char *by;
    bool confirmed, partial;
    unsigned rows_a_turn;
    struct pk_import_form form;
    struct pk_csv csv; /* stands before data row `at` */
    uint32_t at;
    struct pk_import_known *known; /* of each row checked */
    size_t known_cap;
    uint32_t rows, bad_rows; /* checked so far */
    uint32_t rows_expected;  /* by its line ends */
    bool checked;
    enum pk_import_phase phase;
    struct pk_job_row job; /* as last read or saved */
    struct pk_import_note *notes;
    size_t note_count, note_cap;
    int64_t more_notes;
    char trouble[256];
};

/* Whether the actor may sign people up for the row's topics and tags. */
int pk_import_check_scope(const struct pk_import *import, const struct pk_import_row *row, struct pk_error *err);

/* Back to the first data row, the first line read anew. */
int pk_import_rewind(struct pk_import *import, struct pk_error *err);

int pk_import_read_form(const struct pk_csv_row *first, bool confirmed, struct pk_import_form *ret_form, struct pk_error *err);
/* PK_E_INVALID says what is wrong with the row, without its line. */
int pk_import_check_row(const struct pk_service *service, const struct pk_import_form *form, bool confirmed,
                        const struct pk_csv_row *from, int64_t now_ms, struct pk_import_known *known,
                        struct pk_import_row *ret_row, struct pk_error *err);
/* How long the consent of a row for a topic lasts: what it says, at most the topic's own time. 0 = no end. */
int64_t pk_import_until(const struct pk_import_row *row, const struct pk_topic_rule *topic);

/* What became of a row: for the job's own counts, which are told to nobody. Refused is told, and is never about who the
 * row is of. */
struct pk_import_outcome {
    bool changed;
    unsigned asked;
    int64_t recipient; /* whose row it is; 0 = it was passed over */
    int64_t question; /* the message that asks; 0 = nobody was asked */
    const char *refused, *hint; /* NULL = it was not */
};
/* Inside a unit. `by`: who is named where the row names nobody. */
int pk_import_apply_row(struct pk_service *service, bool confirmed, struct pk_slice by, const struct pk_import_row *row,
                        int64_t now_ms, struct pk_import_outcome *ret_outcome, struct pk_error *err);

#endif
