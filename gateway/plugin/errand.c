/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/plugin/errand.h"

#include "gateway/base/clock.h"

#define KEEP_MEMORY_MAX 16384u /* an errand gives back more than this */
#define ALIGNMENT _Alignof(max_align_t)
#define CODE_DIGITS_MAX 6u

/* ---- the job's copy ---- */

static size_t rounded(size_t size)
{
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static size_t bytes_of(const struct pk_job *job)
{
    size_t size = job->message_id.len + job->attempt_id.len + job->idempotency_key.len + job->channel.len + job->address.len +
                  job->text.len + job->template_name.len + job->template_version.len + job->sender.len + job->language.len +
                  job->step.len + job->unsubscribe.len + job->fallback_channel.len + job->fallback_text.len + job->fallback_attempt_id.len;
    for (size_t i = 0; i < job->part_count; i++)
        size += job->parts[i].octets.len;
    for (size_t i = 0; i < job->value_count; i++)
        size += job->values[i].name.len + job->values[i].text.len;
    for (size_t i = 0; i < job->choice_count; i++)
        size += job->choices[i].id.len + job->choices[i].label.len;
    return size;
}

struct packer {
    char *at;
};

static struct pk_slice pack(struct packer *packer, struct pk_slice text)
{
    if (text.len == 0)
        return (struct pk_slice){ text.data ? "" : NULL, 0 };
    struct pk_slice copy = pk_slice_make(packer->at, text.len);
    memcpy(packer->at, text.data, text.len);
    packer->at += text.len;
    return copy;
}

static void *pack_array(struct packer *packer, const void *items, size_t count, size_t size)
{
    if (count == 0)
        return NULL;
    void *copy = packer->at;
    memcpy(copy, items, count * size);
    packer->at += rounded(count * size);
    return copy;
}

static void pack_lists(struct packer *packer, struct pk_job *to, const struct pk_job *from)
{
    struct pk_part *parts = pack_array(packer, from->parts, from->part_count, sizeof *parts);
    struct pk_named_value *values = pack_array(packer, from->values, from->value_count, sizeof *values);
    struct pk_choice *choices = pack_array(packer, from->choices, from->choice_count, sizeof *choices);
    for (size_t i = 0; i < from->part_count; i++)
        parts[i].octets = pack(packer, from->parts[i].octets);
    for (size_t i = 0; i < from->value_count; i++) {
        values[i].name = pack(packer, from->values[i].name);
        values[i].text = pack(packer, from->values[i].text);
    }
    for (size_t i = 0; i < from->choice_count; i++) {
        choices[i].id = pack(packer, from->choices[i].id);
        choices[i].label = pack(packer, from->choices[i].label);
    }
    to->parts = parts;
    to->values = values;
    to->choices = choices;
}

static void copy_job(struct pk_errand *errand, const struct pk_job *from)
{
    struct pk_job *to = &errand->job;
    size_t lists = rounded(from->part_count * sizeof(struct pk_part)) + rounded(from->value_count * sizeof(struct pk_named_value)) +
                   rounded(from->choice_count * sizeof(struct pk_choice));
    errand->memory_len = lists + bytes_of(from);
    if (!errand->memory || errand->memory_len > errand->memory_cap) {
        errand->memory_cap = errand->memory_len < 512 ? 512 : errand->memory_len;
        free(errand->memory);
        errand->memory = pk_alloc(errand->memory_cap);
    }
    struct packer packer = { errand->memory };
    *to = *from;
    to->size = sizeof *to;
    to->token = errand->token;
    pack_lists(&packer, to, from);
    to->message_id = pack(&packer, from->message_id);
    to->attempt_id = pack(&packer, from->attempt_id);
    to->idempotency_key = pack(&packer, from->idempotency_key);
    to->channel = pack(&packer, from->channel);
    to->address = pack(&packer, from->address);
    to->text = pack(&packer, from->text);
    to->template_name = pack(&packer, from->template_name);
    to->template_version = pack(&packer, from->template_version);
    to->sender = pack(&packer, from->sender);
    to->language = pack(&packer, from->language);
    to->step = pack(&packer, from->step);
    to->unsubscribe = pack(&packer, from->unsubscribe);
    to->fallback_channel = pack(&packer, from->fallback_channel);
    to->fallback_text = pack(&packer, from->fallback_text);
    to->fallback_attempt_id = pack(&packer, from->fallback_attempt_id);
}

/* ---- life ---- */

static struct pk_errand *errand_new(struct pk_account *account)
{
    struct pk_errand *errand = pk_alloc(sizeof *errand);
    account->slots = pk_realloc_array(account->slots, account->slot_count + 1, sizeof(struct pk_errand *));
    account->slots[account->slot_count] = errand;
    errand->account = account;
    errand->token = account->slot_count++;
    pk_list_init(&errand->node);
    return errand;
}

void pk_errand_free(struct pk_errand *errand)
{
    if (errand->memory)
        explicit_bzero(errand->memory, errand->memory_len);
    free(errand->memory);
    if (errand->request)
        pk_request_finish(errand->request);
    free(errand->request);
    free(errand);
}

struct pk_errand *pk_errand_take(struct pk_account *account, const struct pk_handover *handover)
{
    struct pk_errand *errand =
        pk_list_empty(&account->pool) ? errand_new(account) : pk_list_entry(account->pool.next, struct pk_errand, node);
    pk_list_remove(&errand->node);
    errand->token += UINT64_C(1) << 32; /* never 0, and new at every use of the slot */
    errand->open = true;
    errand->since_ms = pk_clock_mono_ms();
    errand->may_submit = handover->may_submit;
    errand->done = handover->done;
    errand->ctx = handover->ctx;
    errand->record = handover->record;
    errand->in_air = errand->submitted = errand->lost = errand->asks = false;
    copy_job(errand, &handover->job);
    errand->job.recorded = handover->record != NULL;
    pk_list_append(&account->open, &errand->node);
    account->open_count++;
    return errand;
}

struct pk_errand *pk_errand_of(const struct pk_account *account, uint64_t token)
{
    uint64_t slot = token & UINT32_MAX;
    struct pk_errand *errand = slot < account->slot_count ? account->slots[slot] : NULL;
    return errand && errand->token == token && errand->open ? errand : NULL;
}

/* ---- results ---- */

static struct pk_slice keep_words(char **at, struct pk_slice text)
{
    struct pk_slice kept = pk_slice_make(*at, text.len);
    if (text.len > 0)
        memcpy(*at, text.data, text.len);
    *at += text.len;
    return kept;
}

/* A slice of so many bytes at no address is an adapter's mistake, and empty. */
static struct pk_slice given(struct pk_slice text)
{
    return text.data ? text : PK_SLICE("");
}

static bool is_plain(struct pk_slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char) text.data[i] < 0x20 || text.data[i] == 0x7f)
            return false;
    return true;
}

/* More digits in a row than a code has may be somebody's number. */
static void blot_numbers(char *text, size_t len)
{
    for (size_t i = 0, run = 0; i < len; i++) {
        run = text[i] >= '0' && text[i] <= '9' ? run + 1 : 0;
        if (run == CODE_DIGITS_MAX + 1)
            memset(text + i - CODE_DIGITS_MAX, '?', run);
        else if (run > CODE_DIGITS_MAX)
            text[i] = '?';
    }
}

/* A provider's code, at most as long as is kept; what is no plain letter of it becomes '?'. */
static struct pk_slice keep_code(char **at, struct pk_slice code)
{
    struct pk_slice kept = keep_words(at, pk_slice_make(code.data, code.len < PK_RESULT_CODE_MAX ? code.len : PK_RESULT_CODE_MAX));
    for (char *c = *at - kept.len; c < *at; c++)
        if (*c < 0x20 || *c > 0x7e)
            *c = '?';
    blot_numbers(*at - kept.len, kept.len);
    return kept;
}

/* Words for people, cleaned; nothing is allocated for the usual empty ones. */
static struct pk_slice keep_reason(const struct pk_errand *errand, char **at, struct pk_slice text)
{
    struct pk_host_side *host = errand->account->host;
    struct pk_buf clean;
    if (text.len == 0)
        return PK_SLICE("");
    pk_buf_init(&clean, PK_RESULT_REASON_MAX);
    const struct pk_job *before = pk_host_about(host, &errand->job);
    pk_host_clean(host, text, PK_RESULT_REASON_MAX, &clean);
    (void) pk_host_about(host, before);
    struct pk_slice kept = keep_words(at, pk_buf_slice(&clean));
    pk_buf_finish(&clean);
    return kept;
}

void pk_errand_end(struct pk_errand *errand, const struct pk_result *result)
{
    struct pk_account *account = errand->account;
    struct pk_slice id = given(result->provider_id);
    char *at = errand->words;
    errand->result = (struct pk_result){
        .outcome = result->outcome,
        .parts = result->parts,
        .after_ms = result->after_ms < 0 ? 0 : result->after_ms > PK_WAIT_MAX_MS ? PK_WAIT_MAX_MS : result->after_ms,
        .price = result->price > 0 ? result->price : 0,
    };
    /* Half an id matches nothing, or somebody else's. */
    errand->result.provider_id = id.len <= PK_RESULT_ID_MAX && is_plain(id) ? keep_words(&at, id) : PK_SLICE("");
    errand->result.code = keep_code(&at, given(result->code));
    errand->result.reason = keep_reason(errand, &at, given(result->reason));
    errand->open = false;
    pk_list_remove(&errand->node);
    pk_list_append(&account->ended, &errand->node);
    if (!pk_timer_armed(account->deliver))
        pk_timer_in(account->deliver, 0);
}

void pk_errand_end_as(struct pk_errand *errand, uint32_t outcome, const char *reason)
{
    struct pk_result result = { .outcome = outcome, .reason = pk_slice_of(reason) };
    pk_errand_end(errand, &result);
}

void pk_errand_end_all(struct pk_account *account, uint32_t outcome, const char *reason)
{
    while (!pk_list_empty(&account->open))
        pk_errand_end_as(pk_list_entry(account->open.next, struct pk_errand, node), outcome, reason);
}

static void give_back(struct pk_errand *errand)
{
    struct pk_account *account = errand->account;
    explicit_bzero(errand->memory, errand->memory_len);
    if (errand->memory_cap > KEEP_MEMORY_MAX) {
        free(errand->memory);
        errand->memory = NULL;
        errand->memory_cap = errand->memory_len = 0;
    }
    account->open_count--;
    pk_list_append(&account->pool, &errand->node);
}

void pk_errand_deliver(struct pk_account *account)
{
    pk_timer_stop(account->deliver);
    while (!pk_list_empty(&account->ended)) {
        struct pk_errand *errand = pk_list_entry(account->ended.next, struct pk_errand, node);
        pk_list_remove(&errand->node);
        errand->done(errand->ctx, &errand->result);
        give_back(errand);
    }
}
