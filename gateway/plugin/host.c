/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/plugin/host.h"

#include "gateway/base/crypto.h"
#include "gateway/base/json.h"
#include "gateway/base/log.h"
#include "gateway/base/random.h"
#include "gateway/base/text.h"
#include "gateway/plugin/request.h"

#define JSON_MAX_BYTES (4u << 20)
#define DOCUMENTS_MAX 32u /* parsed in one call of the adapter */
#define LOG_MAX_BYTES 512u
#define REPEATED_MIN 12u /* so many bytes as they stand in the message's text are taken for a piece of it */
#define NUMBER_MAX 24u
#define NUMBER_END 7u /* digits that are the same as the last ones of the address */
#define DIGITS_SHOWN 6u /* a longer run of digits may be a number of somebody's */

/* Something that lives until the adapter's call returns. */
struct lent {
    struct lent *next;
    struct pk_json *document;
    char *text;
};

struct pk_host_side {
    struct pk_host table;
    char *account;
    const struct pk_settings *secrets;
    const struct pk_job *job; /* NULL, or what the call is about */
    struct lent *lent;
    size_t documents;
};

static void lend(struct pk_host_side *side, struct pk_json *document, char *text)
{
    struct lent *lent = pk_alloc(sizeof *lent);
    *lent = (struct lent){ side->lent, document, text };
    side->lent = lent;
}

void pk_host_end_call(struct pk_host_side *side)
{
    while (side->lent) {
        struct lent *lent = side->lent;
        side->lent = lent->next;
        pk_json_free(lent->document);
        free(lent->text);
        free(lent);
    }
    side->documents = 0;
    side->job = NULL;
}

const struct pk_job *pk_host_about(struct pk_host_side *side, const struct pk_job *job)
{
    const struct pk_job *before = side->job;
    side->job = job;
    return before;
}

/* ---- words for people ---- */

static size_t digits_at(struct pk_slice text)
{
    size_t n = 0;
    while (n < text.len && text.data[n] >= '0' && text.data[n] <= '9')
        n++;
    return n;
}

/* Appends the character a text begins with, or what stands for it: a space for a control character, '?' for a byte that
 * is no UTF-8. Returns how many bytes it took. */
static size_t add_character(struct pk_buf *out, struct pk_slice text)
{
    unsigned char c = (unsigned char) text.data[0];
    size_t len = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0x80 ? 2 : 1;
    if (len == 1) {
        (void) pk_buf_add_char(out, c < 0x20 || c == 0x7f ? ' ' : (char) c);
        return 1;
    }
    if (text.len < len || !pk_utf8_valid(pk_slice_make(text.data, len))) {
        (void) pk_buf_add_char(out, '?');
        return 1;
    }
    (void) pk_buf_add(out, text.data, len);
    return len;
}

static size_t piece_of(struct pk_slice whole, struct pk_slice text)
{
    bool long_enough = whole.len >= REPEATED_MIN && text.len >= REPEATED_MIN;
    const char *found = long_enough ? memmem(whole.data, whole.len, text.data, REPEATED_MIN) : NULL;
    if (!found)
        return 0;
    size_t n = REPEATED_MIN, most = (size_t) (whole.data + whole.len - found);
    while (n < text.len && n < most && text.data[n] == found[n])
        n++;
    return n;
}

/* How many bytes at the front are a piece of the message's text, in either of its wordings. */
static size_t repeated_at(struct pk_slice text, const struct pk_job *job)
{
    size_t piece = job ? piece_of(job->text, text) : 0;
    return piece > 0 || !job ? piece : piece_of(job->fallback_text, text);
}

/* Digits with at most one space or mark between two of them, however a number is written. */
static size_t digits_apart(struct pk_slice text, char digits[NUMBER_MAX], size_t *ret_count)
{
    size_t end = 0, count = 0;
    for (size_t i = 0; i < text.len && i - end < 2 && count < NUMBER_MAX; i++) {
        if (text.data[i] >= '0' && text.data[i] <= '9') {
            digits[count++] = text.data[i];
            end = i + 1;
        } else if (!strchr(" -./()", text.data[i]) || text.data[i] == '\0') {
            break;
        }
    }
    *ret_count = count;
    return end;
}

/* How many bytes at the front are the number the message goes to, in any form; its end is enough. */
static size_t number_at(struct pk_slice text, const struct pk_job *job)
{
    char own[NUMBER_MAX], found[NUMBER_MAX];
    size_t own_count, count;
    if (!job || job->address.len == 0 || digits_at(text) == 0)
        return 0;
    bool plus = job->address.data[0] == '+';
    (void) digits_apart(pk_slice_make(job->address.data + plus, job->address.len - plus), own, &own_count);
    size_t n = digits_apart(text, found, &count);
    return own_count >= NUMBER_END && memmem(found, count, own + own_count - NUMBER_END, NUMBER_END) ? n : 0;
}

static void add_cleaned(struct pk_buf *out, struct pk_slice text, const struct pk_job *job)
{
    while (text.len > 0) {
        size_t piece = repeated_at(text, job), number = number_at(text, job);
        size_t n = piece > 0 ? piece : number > 0 ? number : digits_at(text);
        if (piece > 0)
            (void) pk_buf_add_text(out, "[text]");
        else if (number > 0 || n > DIGITS_SHOWN)
            (void) pk_buf_add_text(out, "[number]");
        else if (n > 0)
            (void) pk_buf_add(out, text.data, n);
        else
            n = add_character(out, text);
        text = pk_slice_make(text.data + n, text.len - n);
    }
}

/* Cuts before the character that no longer fits whole. */
static size_t whole_characters(struct pk_slice text, size_t max_bytes)
{
    if (text.len <= max_bytes)
        return text.len;
    while (max_bytes > 0 && ((unsigned char) text.data[max_bytes] & 0xc0) == 0x80)
        max_bytes--;
    return max_bytes;
}

void pk_host_clean(const struct pk_host_side *side, struct pk_slice text, size_t max_bytes, struct pk_buf *out)
{
    struct pk_buf plain, clean;
    size_t look = 16u * max_bytes; /* far more than is kept: secrets are erased before the text is cut */
    pk_buf_init(&plain, 16u * look);
    pk_buf_init(&clean, 32u * look);
    (void) pk_buf_add(&plain, text.data ? text.data : "", text.len < look ? text.len : look);
    pk_settings_erase(side->secrets, &plain);
    add_cleaned(&clean, pk_buf_slice(&plain), side->job);
    struct pk_slice line = pk_slice_trim(pk_buf_slice(&clean));
    (void) pk_buf_add(out, line.data, whole_characters(line, max_bytes));
    pk_buf_wipe(&plain);
    pk_buf_wipe(&clean);
}

static void host_log(void *ctx, uint32_t level, const char *message)
{
    const struct pk_host_side *side = ctx;
    struct pk_buf line;
    pk_buf_init(&line, LOG_MAX_BYTES);
    pk_host_clean(side, pk_slice_of(message ? message : ""), LOG_MAX_BYTES, &line);
    pk_log(level <= PK_LEVEL_ERROR ? (enum pk_log_level) level : PK_LOG_ERROR, "adapter", "adapter.says", "account", side->account, "message",
           pk_buf_text(&line), NULL);
    pk_buf_finish(&line);
}

static void host_random(void *ctx, void *ret_bytes, size_t len)
{
    (void) ctx;
    pk_random_bytes(ret_bytes, len);
}

/* ---- requests ---- */

static struct pk_out *request_url(struct pk_request *request)
{
    return &request->url;
}

static struct pk_out *request_body(struct pk_request *request)
{
    return &request->body;
}

/* ---- JSON: a `struct pk_value` is a `struct pk_json` under the name adapters know ---- */

static const struct pk_json *json_of(const struct pk_value *value)
{
    return (const struct pk_json *) (const void *) value;
}

static const struct pk_value *value_of(const struct pk_json *json)
{
    return (const struct pk_value *) (const void *) json;
}

static const struct pk_value *json_parse(void *ctx, struct pk_slice text)
{
    struct pk_host_side *side = ctx;
    struct pk_json *document = NULL;
    if (!text.data || side->documents == DOCUMENTS_MAX || pk_json_parse(text, JSON_MAX_BYTES, &document, NULL) != 0)
        return NULL;
    side->documents++;
    lend(side, document, NULL);
    return value_of(document);
}

static const struct pk_value *json_at(const struct pk_value *value, const char *path)
{
    return path ? value_of(pk_json_at(json_of(value), path)) : NULL;
}

static uint32_t json_kind(const struct pk_value *value)
{
    _Static_assert((int) PK_VALUE_NULL == (int) PK_JSON_NULL && (int) PK_VALUE_OBJECT == (int) PK_JSON_OBJECT, "two names of one list");
    return (uint32_t) pk_json_kind(json_of(value));
}

static struct pk_slice json_text(void *ctx, const struct pk_value *value)
{
    const struct pk_json *json = json_of(value);
    enum pk_json_kind kind = pk_json_kind(json);
    if (kind == PK_JSON_STRING)
        return pk_json_string(json);
    if (kind != PK_JSON_NUMBER && kind != PK_JSON_BOOL)
        return (struct pk_slice){ 0 };
    struct pk_buf text;
    pk_buf_init(&text, 64);
    if (pk_json_dump(json, &text) != 0) {
        pk_buf_finish(&text);
        return (struct pk_slice){ 0 };
    }
    lend(ctx, NULL, text.data); /* the buffer's memory lives on as the lent text */
    return pk_slice_make(text.data, text.len);
}

static int64_t json_int(const struct pk_value *value, int64_t otherwise)
{
    int64_t number;
    return pk_json_int(json_of(value), &number) ? number : otherwise;
}

static size_t json_count(const struct pk_value *array)
{
    return pk_json_kind(json_of(array)) == PK_JSON_ARRAY ? pk_json_count(json_of(array)) : 0;
}

static const struct pk_value *json_item(const struct pk_value *array, size_t index)
{
    return value_of(pk_json_item(json_of(array), index));
}

/* ---- life ---- */

static const struct pk_host table = {
    .size = sizeof(struct pk_host),
    .abi = PK_ADAPTER_ABI,
    .log = host_log,
    .random = host_random,
    .write = pk_out_write,
    .method = pk_request_set_method,
    .url = request_url,
    .header = pk_request_add_header,
    .body = request_body,
    .json_parse = json_parse,
    .json_at = json_at,
    .json_kind = json_kind,
    .json_text = json_text,
    .json_int = json_int,
    .json_count = json_count,
    .json_item = json_item,
    .sha256 = pk_sha256,
    .hmac_sha256 = pk_hmac_sha256,
    .hmac_sha1 = pk_hmac_sha1,
    .rsa_verify = pk_rsa_sha256_verify,
};

struct pk_host_side *pk_host_new(const char *account, const struct pk_settings *secrets)
{
    struct pk_host_side *side = pk_alloc(sizeof *side);
    side->table = table;
    side->table.ctx = side;
    side->account = pk_strdup(account);
    side->secrets = secrets;
    return side;
}

void pk_host_free(struct pk_host_side *side)
{
    if (!side)
        return;
    pk_host_end_call(side);
    free(side->account);
    free(side);
}

const struct pk_host *pk_host_table(struct pk_host_side *side)
{
    return &side->table;
}
