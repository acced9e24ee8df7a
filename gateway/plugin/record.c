/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/plugin/record.h"

#include "gateway/base/json.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#define WORD_MAX 32u /* a longer one may be a key, a name or a sentence */
#define DIGITS_MAX 4u /* a status, a count, a port; more may be a number of somebody's */
#define NUMBER_MOST 9999
#define JSON_MAX_BYTES (1u << 20)
#define DEPTH_MAX 12u

struct recording {
    struct pk_buf *out;
    const struct pk_settings *secrets;
    const struct pk_job *job;
};

static bool within(struct pk_slice text, struct pk_slice word)
{
    return text.len >= word.len && word.len > 0 && memmem(text.data, text.len, word.data, word.len);
}

/* Does it stand in what the message says, whole or as a piece of it? */
static bool of_the_text(const struct pk_job *job, struct pk_slice word)
{
    bool found = within(job->text, word) || within(job->fallback_text, word);
    for (size_t i = 0; i < job->value_count && !found; i++)
        found = within(job->values[i].text, word);
    for (size_t i = 0; i < job->choice_count && !found; i++)
        found = within(job->choices[i].label, word);
    return found;
}

static bool of_the_address(const struct pk_job *job, struct pk_slice word)
{
    return word.len > 2 && (within(job->address, word) || within(word, job->address));
}

static bool is_secret(const struct recording *recording, struct pk_slice word)
{
    struct pk_buf copy;
    pk_buf_init(&copy, 4096);
    bool whole = pk_buf_add(&copy, word.data, word.len) == 0;
    pk_settings_erase(recording->secrets, &copy);
    bool changed = !whole || copy.len != word.len || memcmp(copy.data, word.data, word.len) != 0;
    pk_buf_wipe(&copy);
    return changed;
}

/* Letters, the marks of names and versions, few digits: a code, a kind, a state. */
static bool is_plain(struct pk_slice word)
{
    size_t digits = 0;
    for (size_t i = 0; i < word.len; i++) {
        char c = word.data[i];
        digits += c >= '0' && c <= '9';
        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && (c == '\0' || !strchr("-_.", c)))
            return false;
    }
    return word.len <= WORD_MAX && digits <= DIGITS_MAX;
}

/* What the provider calls a thing. A short name may well be a piece of some word of the text, and tells nothing of it. */
static void add_name(const struct recording *recording, struct pk_slice word, const char *quote)
{
    if (of_the_address(recording->job, word))
        (void) pk_buf_add_text(recording->out, "[number]");
    else if (is_plain(word) && (word.len == 0 || !is_secret(recording, word)))
        (void) pk_buf_printf(recording->out, "%s%.*s%s", quote, PK_SLICE_ARG(word), quote);
    else
        (void) pk_buf_printf(recording->out, "[%zu bytes]", word.len);
}

static void add_word(const struct recording *recording, struct pk_slice word, const char *quote)
{
    if (of_the_text(recording->job, word))
        (void) pk_buf_add_text(recording->out, "[text]");
    else
        add_name(recording, word, quote);
}

/* ---- bodies ---- */

static void add_value(const struct recording *recording, const struct pk_json *value, unsigned depth);

static void add_object(const struct recording *recording, const struct pk_json *object, unsigned depth)
{
    struct pk_slice name;
    const struct pk_json *member;
    bool first = true;
    (void) pk_buf_add_char(recording->out, '{');
    for (void *iter = NULL; pk_json_next(object, &iter, &name, &member); first = false) {
        if (!first)
            (void) pk_buf_add_char(recording->out, ',');
        add_name(recording, name, "\"");
        (void) pk_buf_add_char(recording->out, ':');
        add_value(recording, member, depth + 1);
    }
    (void) pk_buf_add_char(recording->out, '}');
}

static void add_array(const struct recording *recording, const struct pk_json *array, unsigned depth)
{
    (void) pk_buf_add_char(recording->out, '[');
    for (size_t i = 0; i < pk_json_count(array); i++) {
        if (i > 0)
            (void) pk_buf_add_char(recording->out, ',');
        add_value(recording, pk_json_item(array, i), depth + 1);
    }
    (void) pk_buf_add_char(recording->out, ']');
}

static void add_value(const struct recording *recording, const struct pk_json *value, unsigned depth)
{
    int64_t number;
    bool yes;
    switch (depth < DEPTH_MAX ? pk_json_kind(value) : PK_JSON_ABSENT) {
    case PK_JSON_OBJECT:
        add_object(recording, value, depth);
        break;
    case PK_JSON_ARRAY:
        add_array(recording, value, depth);
        break;
    case PK_JSON_STRING:
        add_word(recording, pk_json_string(value), "\"");
        break;
    case PK_JSON_BOOL:
        (void) pk_buf_add_text(recording->out, pk_json_bool(value, &yes) && yes ? "true" : "false");
        break;
    case PK_JSON_NULL:
        (void) pk_buf_add_text(recording->out, "null");
        break;
    case PK_JSON_NUMBER:
        if (pk_json_int(value, &number) && number >= -NUMBER_MOST && number <= NUMBER_MOST)
            (void) pk_buf_printf(recording->out, "%" PRId64, number);
        else
            (void) pk_buf_add_text(recording->out, "[number]");
        break;
    default:
        (void) pk_buf_add_text(recording->out, "[more]");
    }
}

/* name=value&name=value, of a query or a form. */
static void add_pairs(const struct recording *recording, struct pk_slice text)
{
    while (text.len > 0) {
        const char *end = memchr(text.data, '&', text.len);
        struct pk_slice pair = pk_slice_make(text.data, end ? (size_t) (end - text.data) : text.len);
        const char *equals = memchr(pair.data, '=', pair.len);
        size_t name_len = equals ? (size_t) (equals - pair.data) : pair.len;
        add_name(recording, pk_slice_make(pair.data, name_len), "");
        if (equals) {
            (void) pk_buf_add_char(recording->out, '=');
            add_word(recording, pk_slice_make(equals + 1, pair.len - name_len - 1), "");
        }
        if (end)
            (void) pk_buf_add_char(recording->out, '&');
        size_t step = pair.len + (end ? 1 : 0);
        text = pk_slice_make(text.data + step, text.len - step);
    }
}

static bool is_form(struct pk_slice body)
{
    bool equals = false;
    for (size_t i = 0; i < body.len; i++) {
        unsigned char c = (unsigned char) body.data[i];
        if (c <= ' ' || c >= 0x7f || c == '<' || c == '{')
            return false;
        equals |= c == '=';
    }
    return equals;
}

static void add_body(const struct recording *recording, struct pk_slice body)
{
    pk_auto(pk_json) struct pk_json *document = NULL;
    if (body.len == 0)
        return;
    (void) pk_buf_add_text(recording->out, "  ");
    if (pk_json_parse(body, JSON_MAX_BYTES, &document, NULL) == 0)
        add_value(recording, document, 0);
    else if (is_form(body))
        add_pairs(recording, body);
    else
        (void) pk_buf_printf(recording->out, "[%zu bytes]", body.len);
    (void) pk_buf_add_char(recording->out, '\n');
}

/* ---- addresses ---- */

static size_t until(struct pk_slice text, const char *marks)
{
    size_t n = 0;
    while (n < text.len && (text.data[n] == '\0' || !strchr(marks, text.data[n])))
        n++;
    return n;
}

/* Scheme and host are the provider's, and shown as they are; what stands before an @ is not. Behind them, piece by piece. */
static void add_url(const struct recording *recording, struct pk_slice url)
{
    const char *colon = memmem(url.data, url.len, "://", 3);
    size_t front = colon ? (size_t) (colon - url.data) + 3 : 0;
    struct pk_slice rest = pk_slice_make(url.data + front, url.len - front);
    size_t host = colon ? until(rest, "/?#") : 0;
    (void) pk_buf_add(recording->out, url.data, front);
    if (memchr(rest.data, '@', host))
        (void) pk_buf_printf(recording->out, "[%zu bytes]", host);
    else
        (void) pk_buf_add(recording->out, rest.data, host);
    rest = pk_slice_make(rest.data + host, rest.len - host);
    while (rest.len > 0 && rest.data[0] != '?') {
        bool slash = rest.data[0] == '/';
        rest = pk_slice_make(rest.data + slash, rest.len - slash);
        size_t n = until(rest, "/?");
        if (slash)
            (void) pk_buf_add_char(recording->out, '/');
        add_word(recording, pk_slice_make(rest.data, n), "");
        rest = pk_slice_make(rest.data + n, rest.len - n);
    }
    if (rest.len > 0) {
        (void) pk_buf_add_char(recording->out, '?');
        add_pairs(recording, pk_slice_make(rest.data + 1, rest.len - 1));
    }
    (void) pk_buf_add_char(recording->out, '\n');
}

/* Of the others' values only the length: there stand the credentials. */
static bool tells_the_form(struct pk_slice name)
{
    static const char *const known[] = { "content-type", "accept", "retain", "expiry" };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (name.len == strlen(known[i]) && strncasecmp(name.data, known[i], name.len) == 0)
            return true;
    return false;
}

static void add_headers(const struct recording *recording, const struct pk_request *request)
{
    for (size_t i = 0; i < pk_request_header_count(request); i++) {
        struct pk_slice name, value;
        pk_request_header(request, i, &name, &value);
        (void) pk_buf_printf(recording->out, "  %.*s: ", PK_SLICE_ARG(name));
        if (tells_the_form(name))
            (void) pk_buf_add(recording->out, value.data, value.len);
        else
            (void) pk_buf_printf(recording->out, "[%zu bytes]", value.len);
        (void) pk_buf_add_char(recording->out, '\n');
    }
}

/* Whole entries only. */
static void keep(struct pk_buf *out, struct pk_buf *entry)
{
    if (!entry->failed && !out->failed && out->len + entry->len <= PK_RECORD_MAX_BYTES)
        (void) pk_buf_add(out, entry->data ? entry->data : "", entry->len);
    else if (!out->failed)
        (void) pk_buf_add_text(out, "  [more]\n");
    pk_buf_wipe(entry);
}

void pk_record_request(struct pk_buf *out, const struct pk_settings *secrets, const struct pk_job *job, const struct pk_request *request)
{
    struct pk_buf entry;
    pk_buf_init(&entry, PK_RECORD_MAX_BYTES);
    struct recording recording = { &entry, secrets, job };
    (void) pk_buf_printf(&entry, "> %.*s ", PK_SLICE_ARG(pk_request_method(request)));
    add_url(&recording, pk_request_url(request));
    add_headers(&recording, request);
    add_body(&recording, pk_request_body(request));
    keep(out, &entry);
}

void pk_record_answer(struct pk_buf *out, const struct pk_settings *secrets, const struct pk_job *job, const struct pk_answer *answer)
{
    struct pk_buf entry;
    pk_buf_init(&entry, PK_RECORD_MAX_BYTES);
    struct recording recording = { &entry, secrets, job };
    if (answer->state == PK_ANSWER_COMPLETE) {
        (void) pk_buf_printf(&entry, "< %" PRIu32 "\n", answer->status);
        add_body(&recording, answer->body);
    } else {
        (void) pk_buf_add_text(&entry, answer->state == PK_ANSWER_NOT_SENT ? "< nothing was sent\n" : "< no answer\n");
    }
    keep(out, &entry);
}

/* ---- what a session tells ---- */

static bool is_count(struct pk_slice word)
{
    for (size_t i = 0; i < word.len; i++)
        if (word.data[i] < '0' || word.data[i] > '9')
            return false;
    return word.len > 0;
}

void pk_record_line(struct pk_buf *out, const struct pk_settings *secrets, const struct pk_job *job, bool incoming, struct pk_slice line)
{
    struct pk_buf entry;
    pk_buf_init(&entry, PK_RECORD_MAX_BYTES);
    struct recording recording = { &entry, secrets, job };
    (void) pk_buf_add_char(&entry, incoming ? '<' : '>');
    while (line.len > 0) {
        size_t n = until(line, " ");
        struct pk_slice word = pk_slice_make(line.data, n);
        line = pk_slice_make(line.data + n + (n < line.len), line.len - n - (n < line.len));
        (void) pk_buf_add_char(&entry, ' ');
        if (!is_count(word))
            add_word(&recording, word, "");
        else if (word.len <= DIGITS_MAX)
            (void) pk_buf_add(&entry, word.data, word.len);
        else
            (void) pk_buf_add_text(&entry, "[number]");
    }
    (void) pk_buf_add_char(&entry, '\n');
    keep(out, &entry);
}
