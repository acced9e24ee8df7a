/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The http adapter's own header: one account as configured, and which file does what with it.
 *
 *     http.c       the settings and the adapter's table
 *     configure.c  settings -> struct http_account: its life, and sending
 *     expect.c     the same for what comes back: answers, events, the webhook's protection
 *     send.c       a job -> a request; the answer -> an outcome
 *     protect.c    is this call at the webhook the provider's?
 *     events.c     its body or query -> receipts and replies
 */
#ifndef PK_ADAPTER_HTTP_H
#define PK_ADAPTER_HTTP_H

#include "adapters/kit/guard.h"
#include "adapters/kit/result.h"
#include "adapters/kit/settings.h"
#include "adapters/kit/table.h"
#include "adapters/kit/template.h"

#define HTTP_PATHS_MAX 4 /* alternatives in one setting */

/* Places of a template; those of value.* follow, in the order of the settings. */
enum http_place {
    HTTP_TO = 0,
    HTTP_TEXT,
    HTTP_REFERENCE,
    HTTP_MESSAGE_ID,
    HTTP_IDEMPOTENCY_KEY,
    HTTP_SENDER,
    HTTP_LANGUAGE,
    HTTP_TEMPLATE,
    HTTP_VALID_UNTIL,
    HTTP_VALID_UNTIL_S, /* the numbers begin here */
    HTTP_VALIDITY_S,
    HTTP_VALIDITY_MS,
    HTTP_VALIDITY_MIN,
    HTTP_PLACES,
};

enum http_numbers { HTTP_E164, HTTP_DIGITS, HTTP_DOUBLE_ZERO };

/* Where a value is found: JSON paths or names of form fields, the first that is there counts. */
struct http_paths {
    const char *at[HTTP_PATHS_MAX];
    size_t count;
};

struct http_account {
    const struct pk_host *host;
    struct pk_kit_settings settings;
    char *names; /* the texts of all paths, cut apart */

    /* sending */
    const char *method;
    struct pk_slice url;
    struct pk_kit_template query, body;
    bool has_query;
    enum pk_kit_format format;
    struct pk_slice content_type; /* empty: the operator's own header */
    char *basic;                  /* the value of Authorization, or NULL */
    struct pk_slice idempotency_header;
    enum http_numbers numbers;
    struct pk_slice sender;
    int64_t validity_max_ms;
    struct pk_slice *places; /* what fills the templates; rewritten for every job */

    /* answers */
    struct http_paths id, code, parts, price;
    bool price_in_cents;
    bool per_message; /* a price is of a message, whatever its length */
    struct pk_slice id_after, code_after;
    bool id_is_body; /* the whole answer is the id */
    struct pk_kit_table codes, statuses;
    int64_t wait_ms; /* throttled without Retry-After */
    struct pk_kit_words words;

    /* webhook */
    struct pk_kit_guard guard;
    struct pk_slice hmac_header, hmac_secret;
    bool hmac_base64;
    struct http_paths items, receipt_id, receipt_reference, receipt_state, receipt_code, receipt_time;
    struct http_paths reply_from, reply_text, reply_id, reply_time, reply_part_reference, reply_part_total, reply_part_index;
    struct pk_kit_table states;
    bool told_of_state; /* an unlisted state is logged once */
};

/* configure.c */
int pk_http_adapter_open(const struct pk_host *host, const struct pk_setting_value *values, size_t count, void **ret_self,
                         struct pk_error *err);
void pk_http_adapter_close(void *self);

/* expect.c */
int pk_http_adapter_expect(struct http_account *account, struct pk_error *err);

/* send.c */
int pk_http_adapter_step(void *self, const struct pk_job *job, struct pk_round *round);

/* protect.c */
/* Does the account ask for anything at its webhook? */
bool pk_http_adapter_protected(const struct http_account *account);
int pk_http_adapter_verify(void *self, const struct pk_hook_request *request, struct pk_error *err);

/* events.c */
int pk_http_adapter_parse(void *self, const struct pk_hook_request *request, struct pk_event_sink *sink, struct pk_out *reply,
                          struct pk_error *err);

#endif
