/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One round: round 0 writes the request, round 1 judges the answer. Nothing of an answer but its code and the id reaches
 * the result: a provider's own sentences can repeat the number or the text.
 */
#include "adapters/http/http.h"

#include "adapters/kit/moment.h"
#include "adapters/kit/text.h"

#include <stdio.h>

#define PRICE_DIGITS 5 /* below a ten-thousandth that count */
#define VALIDITY_WITHOUT_MS (48 * 3600 * 1000ll) /* when the job names no end */

/* ---- the request ---- */

/* The texts that are made for one job; the rest is borrowed from it. */
struct made {
    char to[40], until[PK_KIT_RFC3339_ROOM], until_s[24], validity_s[24], validity_ms[24], validity_min[24];
};

static struct pk_slice number(char *room, size_t size, int64_t value)
{
    int n = snprintf(room, size, "%lld", (long long) value);
    return pk_slice_make(room, (size_t) n);
}

static struct pk_slice format_number(const struct http_account *account, struct pk_slice address, char *room, size_t size)
{
    if (account->numbers == HTTP_E164 || !pk_slice_starts(address, "+") || address.len >= size - 2)
        return address;
    const char *front = account->numbers == HTTP_DOUBLE_ZERO ? "00" : "";
    int n = snprintf(room, size, "%s%.*s", front, (int) address.len - 1, address.data + 1);
    return pk_slice_make(room, (size_t) n);
}

static void fill_places(struct http_account *account, const struct pk_job *job, struct made *made)
{
    struct pk_slice *places = account->places;
    int64_t left_ms = job->valid_until_ms > 0 ? job->valid_until_ms - job->now_ms : VALIDITY_WITHOUT_MS;
    if (account->validity_max_ms > 0 && left_ms > account->validity_max_ms)
        left_ms = account->validity_max_ms;
    if (left_ms < 1000)
        left_ms = 1000; /* providers take 0 for "no limit" */
    int64_t until_ms = job->now_ms + left_ms;
    pk_kit_rfc3339(until_ms, made->until);
    places[HTTP_TO] = format_number(account, job->address, made->to, sizeof made->to);
    places[HTTP_TEXT] = job->text;
    places[HTTP_REFERENCE] = job->attempt_id;
    places[HTTP_MESSAGE_ID] = job->message_id;
    places[HTTP_IDEMPOTENCY_KEY] = job->idempotency_key;
    places[HTTP_SENDER] = job->sender.len > 0 ? job->sender : account->sender;
    places[HTTP_LANGUAGE] = job->language;
    places[HTTP_TEMPLATE] = job->template_name;
    places[HTTP_VALID_UNTIL] = pk_slice_of(made->until);
    places[HTTP_VALID_UNTIL_S] = number(made->until_s, sizeof made->until_s, until_ms / 1000);
    places[HTTP_VALIDITY_S] = number(made->validity_s, sizeof made->validity_s, left_ms / 1000);
    places[HTTP_VALIDITY_MS] = number(made->validity_ms, sizeof made->validity_ms, left_ms);
    places[HTTP_VALIDITY_MIN] = number(made->validity_min, sizeof made->validity_min, left_ms < 60000 ? 1 : left_ms / 60000);
}

static int write_headers(const struct http_account *account, const struct pk_job *job, struct pk_request *request)
{
    const struct pk_host *host = account->host;
    const struct pk_setting_value *member;
    size_t cursor = 0;
    int r = 0;
    if (account->content_type.len > 0)
        r = host->header(request, PK_SLICE("Content-Type"), account->content_type);
    if (r == 0 && account->basic)
        r = host->header(request, PK_SLICE("Authorization"), pk_slice_of(account->basic));
    if (r == 0 && account->idempotency_header.len > 0)
        r = host->header(request, account->idempotency_header, job->idempotency_key);
    while (r == 0 && (member = pk_kit_member(&account->settings, "header.", &cursor)))
        r = host->header(request, pk_slice_of(member->name + strlen("header.")), member->text);
    return r;
}

static int write_request(struct http_account *account, const struct pk_job *job, struct pk_request *request)
{
    const struct pk_host *host = account->host;
    struct pk_out *url = host->url(request);
    struct made made;
    fill_places(account, job, &made);
    int r = host->method(request, account->method);
    if (r == 0)
        r = host->write(url, account->url.data, account->url.len);
    if (r == 0 && account->has_query) {
        bool asks = memchr(account->url.data, '?', account->url.len) != NULL;
        r = host->write(url, asks ? "&" : "?", 1);
        if (r == 0)
            r = pk_kit_template_write(&account->query, host, url, PK_KIT_PERCENT, account->places);
    }
    if (r == 0)
        r = write_headers(account, job, request);
    if (r == 0 && account->body.count > 0)
        r = pk_kit_template_write(&account->body, host, host->body(request), account->format, account->places);
    explicit_bzero(&made, sizeof made);
    return r;
}

/* ---- the answer ---- */

static struct pk_slice find_json(const struct http_account *account, const struct pk_value *root, const struct http_paths *paths)
{
    struct pk_slice text = { 0 };
    for (size_t i = 0; i < paths->count && text.len == 0; i++)
        text = account->host->json_text(account->host->ctx, account->host->json_at(root, paths->at[i]));
    return text;
}

/* The word behind `front`: up to a blank, a comma or a mark. {NULL,0} when the front is not there. */
static struct pk_slice find_after(struct pk_slice body, struct pk_slice front)
{
    const char *found = front.len > 0 && body.len >= front.len ? memmem(body.data, body.len, front.data, front.len) : NULL;
    if (!found)
        return (struct pk_slice){ 0 };
    const char *at = found + front.len, *end = body.data + body.len;
    struct pk_slice rest = pk_kit_trim(pk_slice_make(at, (size_t) (end - at)));
    size_t n = 0;
    while (n < rest.len && !memchr(" \t\r\n,;<\"", rest.data[n], 8))
        n++;
    return pk_slice_make(rest.data, n);
}

struct findings {
    struct pk_slice id, code;
    uint32_t parts;
    int64_t price;
};

/* "0.065", "-0.0075" as a bill has it, "6.5": in ten-thousandths of the whole, what lies below that rounded up; behind the
 * ninth digit a number has what its binary form adds. 0 = it is no price. */
static int64_t read_price(const struct http_account *account, struct pk_slice text)
{
    int64_t whole = 0, fraction = 0, each = account->price_in_cents ? 100 : 10000;
    size_t at = text.len > 0 && text.data[0] == '-' ? 1 : 0, digits = 0;
    for (; at < text.len && text.data[at] >= '0' && text.data[at] <= '9' && digits < 7; at++, digits++)
        whole = whole * 10 + text.data[at] - '0';
    if (digits == 0)
        return 0;
    if (at < text.len && text.data[at] == '.')
        at++;
    bool rest = false;
    digits = 0;
    for (int64_t place = each / 10; at < text.len && text.data[at] >= '0' && text.data[at] <= '9'; at++, place /= 10) {
        fraction += (text.data[at] - '0') * place;
        rest |= place == 0 && digits++ < PRICE_DIGITS && text.data[at] != '0';
    }
    return at == text.len ? whole * each + fraction + rest : 0;
}

static void read_answer(const struct http_account *account, struct pk_slice body, struct findings *ret)
{
    bool wants_json = account->id.count + account->code.count + account->parts.count + account->price.count > 0;
    const struct pk_value *root = wants_json ? account->host->json_parse(account->host->ctx, body) : NULL;
    int64_t parts = 0;
    *ret = (struct findings){ 0 };
    ret->id = account->id_is_body ? pk_kit_trim(body) : find_after(body, account->id_after);
    ret->code = find_after(body, account->code_after);
    if (!root)
        return;
    if (ret->id.len == 0)
        ret->id = find_json(account, root, &account->id);
    if (ret->code.len == 0)
        ret->code = find_json(account, root, &account->code);
    if (pk_kit_decimal(find_json(account, root, &account->parts), &parts) && parts > 0 && parts < 256)
        ret->parts = (uint32_t) parts;
    ret->price = read_price(account, find_json(account, root, &account->price));
}

static uint32_t by_status(const struct http_account *account, uint32_t status)
{
    char word[16];
    (void) snprintf(word, sizeof word, "%u", status);
    uint32_t outcome = pk_kit_table_find(&account->statuses, pk_slice_of(word));
    if (outcome == 0 && status < 1000) {
        (void) snprintf(word, sizeof word, "%uxx", status / 100);
        outcome = pk_kit_table_find(&account->statuses, pk_slice_of(word));
    }
    return outcome != 0 ? outcome : pk_kit_outcome_of_status(status);
}

/* A listed code decides; then the status. Where codes for success are listed, a 2xx without one of them is no success. */
static uint32_t judge(const struct http_account *account, uint32_t status, const struct findings *found)
{
    uint32_t outcome = found->code.len > 0 ? pk_kit_table_find(&account->codes, found->code) : 0;
    if (outcome != 0)
        return outcome;
    outcome = by_status(account, status);
    if (outcome == PK_OUTCOME_ACCEPTED && pk_kit_table_has(&account->codes, PK_OUTCOME_ACCEPTED))
        return PK_OUTCOME_UNCERTAIN;
    return outcome;
}

static bool asks_for_id(const struct http_account *account)
{
    return account->id_is_body || account->id.count > 0 || account->id_after.len > 0;
}

static void judge_answer(struct http_account *account, const struct pk_answer *answer, struct pk_result *ret)
{
    struct findings found;
    read_answer(account, answer->body, &found);
    uint32_t outcome = judge(account, answer->status, &found);
    if (outcome != PK_OUTCOME_ACCEPTED) {
        pk_kit_refuse(&account->words, answer, outcome, found.code, account->wait_ms, ret);
        return;
    }
    pk_kit_accept(&account->words, found.id, ret);
    ret->parts = found.parts;
    ret->price = found.price;
    if (ret->provider_id.len > 0 || !asks_for_id(account) || account->receipt_reference.count > 0)
        return;
    pk_kit_refuse(&account->words, answer, PK_OUTCOME_UNCERTAIN, found.code, 0, ret);
    ret->reason = PK_SLICE("The provider's answer holds no id of the message where the settings say it is.");
}

int pk_http_adapter_step(void *self, const struct pk_job *job, struct pk_round *round)
{
    struct http_account *account = self;
    if (!round->answer) {
        round->submits = 1;
        int r = write_request(account, job, round->request);
        return r != 0 ? r : PK_STEP_SEND;
    }
    round->result = (struct pk_result){ 0 };
    if (!pk_kit_unanswered(round->answer, &round->result))
        judge_answer(account, round->answer, &round->result);
    return PK_STEP_DONE;
}
