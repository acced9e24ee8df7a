/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Hand-overs under way. Of each one unit at most waits for its answer, so the gateway's window is the one agreed with the
 * provider. The parts of a long message follow one another:
 *
 *     submit() -> unit sent -> answered -> next unit ... -> complete()
 *
 * Refused at the first part the message is refused; what the centre has a part of is not handed over a second time: a
 * part that was throttled is put off and sent again, and when that does not help the message is uncertain.
 */
#include "adapters/smpp/smpp.h"

#include "adapters/kit/event.h"

#include <stdio.h>
#include <stdlib.h>

#define NOT_BOUND 0x04u /* ESME_RINVBNDSTS */
#define UNKNOWN_ERROR 0xffu
#define PUT_OFF_MS 1000 /* at least, where the centre's wish is not known */

/* ---- places ---- */

static struct smpp_job *place_for(struct smpp *smpp)
{
    for (uint32_t i = 0; i < smpp->jobs_used; i++)
        if (smpp->jobs[i].token == 0)
            return &smpp->jobs[i];
    return smpp->jobs_used < SMPP_JOBS_MAX ? &smpp->jobs[smpp->jobs_used++] : NULL;
}

static void leave_place(struct smpp *smpp, struct smpp_job *job)
{
    if (job->units)
        explicit_bzero(job->units, job->units_len);
    free(job->units);
    *job = (struct smpp_job){ 0 };
    smpp->jobs_open--;
    while (smpp->jobs_used > 0 && smpp->jobs[smpp->jobs_used - 1].token == 0)
        smpp->jobs_used--;
}

static struct smpp_job *job_of(struct smpp *smpp, uint32_t sequence)
{
    for (uint32_t i = 0; i < smpp->jobs_used && sequence != 0; i++)
        if (smpp->jobs[i].token != 0 && smpp->jobs[i].sequence == sequence)
            return &smpp->jobs[i];
    return NULL;
}

static void end(struct smpp *smpp, struct smpp_job *job, const struct pk_result *result)
{
    uint64_t token = job->token;
    leave_place(smpp, job);
    (void) smpp->ops->complete(smpp->link, token, result);
}

/* Nobody knows, or the centre has a part of it. */
static void end_uncertain(struct smpp *smpp, struct smpp_job *job, struct pk_slice code, const char *reason)
{
    struct pk_result result = { .outcome = PK_OUTCOME_UNCERTAIN, .code = code, .reason = pk_slice_of(reason) };
    end(smpp, job, &result);
}

/* ---- what is told of it to who tries the account ---- */

static void tell_unit(struct smpp *smpp, const struct smpp_job *job, int64_t length)
{
    char line[96];
    if (!job->recorded)
        return;
    int n = snprintf(line, sizeof line, "submit_sm sequence %u bytes %lld", job->sequence, (long long) length);
    if (job->parts > 1)
        (void) snprintf(line + n, sizeof line - (size_t) n, " part %u of %u", job->answered + 1, job->parts);
    pk_kit_exchanged(smpp->ops, smpp->link, job->token, false, line);
}

static void tell_answer(struct smpp *smpp, const struct smpp_job *job, const struct smpp_pdu *pdu)
{
    char line[128], code[SMPP_CODE_ROOM];
    if (!job->recorded)
        return;
    (void) snprintf(line, sizeof line, "%s status %s sequence %u bytes %zu",
                    pdu->command == SMPP_GENERIC_NACK ? "generic_nack" : "submit_sm_resp",
                    pdu->status == 0 ? "ESME_ROK" : pk_smpp_code(pdu->status, code).data, pdu->sequence, SMPP_HEADER_BYTES + pdu->body.len);
    pk_kit_exchanged(smpp->ops, smpp->link, job->token, true, line);
}

/* ---- sending ---- */

/* The next unit leaves under a number of its own. */
static int send_unit(struct smpp *smpp, struct smpp_job *job, uint8_t *units, size_t len)
{
    struct smpp_pdu pdu;
    int64_t length = smpp_pdu_read(pk_slice_make(units + job->at, len - job->at), &pdu);
    if (length <= 0)
        return PK_E_INTERNAL;
    uint32_t sequence = pk_smpp_next_sequence(smpp);
    smpp_header_write(units + job->at, (uint32_t) length, SMPP_SUBMIT_SM, 0, sequence);
    int r = smpp->ops->send(smpp->link, units + job->at, (size_t) length);
    if (r == 0) {
        job->sequence = sequence;
        tell_unit(smpp, job, length);
    }
    return r;
}

static void wake_for(struct smpp *smpp, const struct smpp_job *job)
{
    smpp->ops->wake_at(smpp->link, job->again_ms != 0 && job->again_ms < job->until_ms ? job->again_ms : job->until_ms);
}

/* Said at once: nothing of it has left. */
static void refuse_now(struct smpp *smpp, uint64_t token, const char *why)
{
    struct pk_result result = { .outcome = PK_OUTCOME_REJECTED, .code = PK_SLICE("unfit"), .reason = pk_slice_of(why) };
    (void) smpp->ops->complete(smpp->link, token, &result);
}

int pk_smpp_submit(void *self, const struct pk_job *from)
{
    struct smpp *smpp = self;
    uint8_t *units;
    size_t len;
    uint32_t parts;
    const char *why;
    struct smpp_job *job = smpp->state == SMPP_BOUND ? place_for(smpp) : NULL;
    if (!job)
        return PK_E_BUSY;
    int r = pk_smpp_units(smpp, from, &units, &len, &parts, &why);
    if (r == PK_E_UNSUPPORTED) {
        refuse_now(smpp, from->token, why);
        return 0;
    }
    if (r != 0)
        return PK_E_BUSY;
    *job = (struct smpp_job){ .token = from->token, .parts = parts, .until_ms = from->now_ms + smpp->answer_ms };
    (void) snprintf(job->attempt, sizeof job->attempt, "%.*s", PK_SLICE_ARG(from->attempt_id));
    job->destination = pk_smpp_number_mark(from->address);
    job->recorded = from->recorded != 0;
    smpp->jobs_open++;
    r = send_unit(smpp, job, units, len);
    if (r == 0 && parts > 1) {
        job->units = units;
        job->units_len = len;
    } else {
        explicit_bzero(units, len);
        free(units);
    }
    if (r == 0)
        wake_for(smpp, job);
    else
        leave_place(smpp, job);
    return r == 0 ? 0 : PK_E_BUSY;
}

/* What stands at job->at, first or once more. */
static void send_again(struct smpp *smpp, struct smpp_job *job, int64_t now_ms)
{
    int r = send_unit(smpp, job, job->units, job->units_len);
    job->again_ms = 0;
    if (r == PK_E_LIMIT) {
        job->sequence = 0;
        job->again_ms = now_ms + PUT_OFF_MS;
        wake_for(smpp, job);
    } else if (r != 0) {
        end_uncertain(smpp, job, PK_SLICE(""), "The provider took only a part of the message.");
    }
}

/* ---- answers ---- */

static uint32_t unit_length(const struct smpp_job *job)
{
    struct smpp_pdu pdu;
    int64_t length = smpp_pdu_read(pk_slice_make(job->units + job->at, job->units_len - job->at), &pdu);
    return length > 0 ? (uint32_t) length : 0;
}

/* Part `part` (from 0) was taken under this id: remembered here for the notation, and by the gateway for good. */
static void remember(struct smpp *smpp, struct pk_slice id, uint32_t destination, const char *attempt, uint32_t part, uint32_t parts)
{
    pk_smpp_recent_sent(&smpp->recent, id, destination, attempt, part, parts);
    if (id.len == 0 || parts < 2)
        return;
    struct pk_event event = { .size = sizeof event,
                              .kind = PK_EVENT_RECEIPT,
                              .provider_id = id,
                              .our_reference = pk_slice_of(attempt),
                              .state = PK_RECEIPT_ACCEPTED,
                              .part_total = parts,
                              .part_index = part + 1 };
    (void) smpp->ops->event(smpp->link, &event);
}

static void taken(struct smpp *smpp, struct smpp_job *job, struct pk_slice given, int64_t now_ms)
{
    struct pk_slice id = pk_smpp_id(given, smpp->base.words.id);
    remember(smpp, id, job->destination, job->attempt, job->answered, job->parts);
    smpp->throttles = 0;
    job->answered++;
    job->sequence = 0;
    if (job->answered < job->parts) {
        job->at += unit_length(job);
        send_again(smpp, job, now_ms);
        return;
    }
    /* Of a long message the last part's id names it. */
    struct pk_result result = { .outcome = PK_OUTCOME_ACCEPTED, .parts = job->units ? job->parts : 0, .provider_id = id };
    end(smpp, job, &result);
}

static void refused(struct smpp *smpp, struct smpp_job *job, uint32_t status, int64_t now_ms)
{
    struct pk_result result;
    pk_smpp_refuse(smpp, status, now_ms, &result);
    job->sequence = 0;
    if (result.outcome == PK_OUTCOME_ACCEPTED) {
        taken(smpp, job, PK_SLICE(""), now_ms);
    } else if (job->answered == 0) {
        end(smpp, job, &result);
    } else if (result.outcome == PK_OUTCOME_THROTTLED || result.outcome == PK_OUTCOME_RETRY) {
        job->again_ms = now_ms + (result.after_ms > PUT_OFF_MS ? result.after_ms : PUT_OFF_MS);
        wake_for(smpp, job);
    } else {
        end_uncertain(smpp, job, result.code, "The provider took only a part of the message.");
    }
}

/* An answer after we gave it up: it ends the doubt, and tells whose receipt will follow. */
static void came_late(struct smpp *smpp, const struct smpp_pdu *pdu)
{
    for (uint32_t i = 0; i < SMPP_LATE_MAX; i++) {
        struct smpp_late *late = &smpp->late[i];
        if (late->sequence != pdu->sequence)
            continue;
        late->sequence = 0;
        if (pdu->status != 0)
            return;
        struct pk_slice id = pk_smpp_id(smpp_string_read(pdu->body, SMPP_ID_ROOM), smpp->base.words.id);
        remember(smpp, id, late->destination, late->attempt, late->part, late->parts);
        if (late->part + 1 != late->parts)
            return; /* the parts behind it were never sent */
        struct pk_event event = { .size = sizeof event,
                                  .kind = PK_EVENT_RECEIPT,
                                  .provider_id = id,
                                  .our_reference = pk_slice_of(late->attempt),
                                  .state = PK_RECEIPT_ACCEPTED };
        (void) smpp->ops->event(smpp->link, &event);
        return;
    }
}

void pk_smpp_answered(struct smpp *smpp, const struct smpp_pdu *pdu, int64_t now_ms)
{
    struct smpp_job *job = job_of(smpp, pdu->sequence);
    bool nack = pdu->command == SMPP_GENERIC_NACK;
    if (job)
        tell_answer(smpp, job, pdu);
    if (!job) {
        if (!nack && pdu->sequence != 0)
            came_late(smpp, pdu);
    } else if (nack || pdu->status != 0) {
        refused(smpp, job, pdu->status != 0 ? pdu->status : UNKNOWN_ERROR, now_ms);
        if (pdu->status == NOT_BOUND)
            pk_smpp_hang_up(smpp, "the provider forgot that we are bound");
    } else {
        taken(smpp, job, smpp_string_read(pdu->body, SMPP_ID_ROOM), now_ms);
    }
}

/* ---- time ---- */

static void give_up(struct smpp *smpp, struct smpp_job *job)
{
    if (job->recorded)
        pk_kit_exchanged(smpp->ops, smpp->link, job->token, true, "no answer");
    if (job->sequence != 0) {
        struct smpp_late *late = &smpp->late[smpp->late_next];
        smpp->late_next = (smpp->late_next + 1) % SMPP_LATE_MAX;
        *late = (struct smpp_late){ job->sequence, job->destination, "", job->answered, job->parts };
        memcpy(late->attempt, job->attempt, sizeof late->attempt);
    }
    end_uncertain(smpp, job, PK_SLICE(""),
                  job->answered > 0 ? "The provider took only a part of the message." : "No answer came after the message was sent.");
}

int64_t pk_smpp_window_tick(struct smpp *smpp, int64_t now_ms)
{
    int64_t next_ms = 0;
    for (uint32_t i = 0; i < smpp->jobs_used; i++) {
        struct smpp_job *job = &smpp->jobs[i];
        if (job->token == 0)
            continue;
        if (now_ms >= job->until_ms) {
            give_up(smpp, job);
            continue;
        }
        if (job->again_ms != 0 && now_ms >= job->again_ms)
            send_again(smpp, job, now_ms);
        if (job->token == 0)
            continue;
        int64_t due_ms = job->again_ms != 0 && job->again_ms < job->until_ms ? job->again_ms : job->until_ms;
        if (next_ms == 0 || due_ms < next_ms)
            next_ms = due_ms;
    }
    return next_ms;
}

/* The gateway has ended them itself. */
void pk_smpp_window_forget(struct smpp *smpp)
{
    for (uint32_t i = smpp->jobs_used; i-- > 0;)
        if (smpp->jobs[i].token != 0)
            leave_place(smpp, &smpp->jobs[i]);
    smpp->jobs_used = smpp->jobs_open = 0;
    memset(smpp->late, 0, sizeof smpp->late);
    smpp->late_next = 0;
}
