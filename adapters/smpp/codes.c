/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a status of the centre means. It is a refusal, so the centre certainly has not the message. What only the settings can
 * cause pauses the account and loses nothing. Statuses of a provider's own come from the settings: code.OUTCOME.
 */
#include "adapters/smpp/smpp.h"

#include <stdio.h>

#define THROTTLED_FIRST_MS 1000
#define THROTTLED_MOST_MS 60000

struct code {
    uint16_t status, outcome;
    const char *name;
};

static const struct code codes[] = {
    { 0x01, PK_OUTCOME_REJECTED, "RINVMSGLEN" },
    { 0x02, PK_OUTCOME_REJECTED, "RINVCMDLEN" },
    { 0x03, PK_OUTCOME_MISCONFIGURED, "RINVCMDID" },
    { 0x04, PK_OUTCOME_RETRY, "RINVBNDSTS" },
    { 0x05, PK_OUTCOME_RETRY, "RALYBND" },
    { 0x06, PK_OUTCOME_MISCONFIGURED, "RINVPRTFLG" },
    { 0x07, PK_OUTCOME_MISCONFIGURED, "RINVREGDLVFLG" },
    { 0x08, PK_OUTCOME_RETRY, "RSYSERR" },
    { 0x0a, PK_OUTCOME_MISCONFIGURED, "RINVSRCADR" },
    { 0x0b, PK_OUTCOME_INVALID_RECIPIENT, "RINVDSTADR" },
    { 0x0c, PK_OUTCOME_REJECTED, "RINVMSGID" },
    { 0x0d, PK_OUTCOME_RETRY, "RBINDFAIL" }, /* a wrong password, or too many at once: session.c counts */
    { 0x0e, PK_OUTCOME_MISCONFIGURED, "RINVPASWD" },
    { 0x0f, PK_OUTCOME_MISCONFIGURED, "RINVSYSID" },
    { 0x11, PK_OUTCOME_REJECTED, "RCANCELFAIL" },
    { 0x13, PK_OUTCOME_REJECTED, "RREPLACEFAIL" },
    { 0x14, PK_OUTCOME_THROTTLED, "RMSGQFUL" },
    { 0x15, PK_OUTCOME_MISCONFIGURED, "RINVSERTYP" },
    { 0x33, PK_OUTCOME_REJECTED, "RINVNUMDESTS" },
    { 0x34, PK_OUTCOME_REJECTED, "RINVDLNAME" },
    { 0x40, PK_OUTCOME_REJECTED, "RINVDESTFLAG" },
    { 0x42, PK_OUTCOME_REJECTED, "RINVSUBREP" },
    { 0x43, PK_OUTCOME_MISCONFIGURED, "RINVESMCLASS" },
    { 0x44, PK_OUTCOME_REJECTED, "RCNTSUBDL" },
    { 0x45, PK_OUTCOME_RETRY, "RSUBMITFAIL" }, /* many centres say it while they find no way */
    { 0x48, PK_OUTCOME_MISCONFIGURED, "RINVSRCTON" },
    { 0x49, PK_OUTCOME_MISCONFIGURED, "RINVSRCNPI" },
    /* How numbers are written is a setting: no person's number is at fault. */
    { 0x50, PK_OUTCOME_MISCONFIGURED, "RINVDSTTON" },
    { 0x51, PK_OUTCOME_MISCONFIGURED, "RINVDSTNPI" },
    { 0x53, PK_OUTCOME_MISCONFIGURED, "RINVSYSTYP" },
    { 0x54, PK_OUTCOME_REJECTED, "RINVREPFLAG" },
    { 0x55, PK_OUTCOME_REJECTED, "RINVNUMMSGS" },
    { 0x58, PK_OUTCOME_THROTTLED, "RTHROTTLED" },
    { 0x61, PK_OUTCOME_REJECTED, "RINVSCHED" },
    { 0x62, PK_OUTCOME_REJECTED, "RINVEXPIRY" },
    { 0x63, PK_OUTCOME_REJECTED, "RINVDFTMSGID" },
    { 0x64, PK_OUTCOME_RETRY, "RX_T_APPN" },
    { 0x65, PK_OUTCOME_REJECTED, "RX_P_APPN" },
    { 0x66, PK_OUTCOME_REJECTED, "RX_R_APPN" },
    { 0x67, PK_OUTCOME_REJECTED, "RQUERYFAIL" },
    { 0xc0, PK_OUTCOME_MISCONFIGURED, "RINVOPTPARSTREAM" },
    { 0xc1, PK_OUTCOME_MISCONFIGURED, "ROPTPARNOTALLWD" },
    { 0xc2, PK_OUTCOME_MISCONFIGURED, "RINVPARLEN" },
    { 0xc3, PK_OUTCOME_MISCONFIGURED, "RMISSINGOPTPARAM" },
    { 0xc4, PK_OUTCOME_MISCONFIGURED, "RINVOPTPARAMVAL" },
    { 0xfe, PK_OUTCOME_RETRY, "RDELIVERYFAILURE" },
    { 0xff, PK_OUTCOME_RETRY, "RUNKNOWNERR" },
};

static const struct code *code_of(uint32_t status)
{
    for (size_t i = 0; i < PK_KIT_COUNT(codes); i++)
        if (codes[i].status == status)
            return &codes[i];
    return NULL;
}

/* The operator writes 1025, 0x401 or 0x00000401. */
static uint32_t own_meaning(const struct smpp *smpp, uint32_t status)
{
    static const int digits[] = { 0, 1, 2, 3, 4, 8 }; /* of hexadecimal ones */
    for (size_t i = 0; i < PK_KIT_COUNT(digits) && smpp->codes.count > 0; i++) {
        char word[16];
        if (digits[i] == 0)
            (void) snprintf(word, sizeof word, "%u", status);
        else
            (void) snprintf(word, sizeof word, "0x%0*x", digits[i], status);
        uint32_t meaning = pk_kit_table_find(&smpp->codes, pk_slice_of(word));
        if (meaning != 0)
            return meaning;
    }
    return 0;
}

uint32_t pk_smpp_outcome(const struct smpp *smpp, uint32_t status)
{
    uint32_t own = own_meaning(smpp, status);
    const struct code *code = code_of(status);
    if (own != 0)
        return own;
    return code ? code->outcome : PK_OUTCOME_REJECTED;
}

struct pk_slice pk_smpp_code(uint32_t status, char room[SMPP_CODE_ROOM])
{
    const struct code *code = code_of(status);
    if (code)
        (void) snprintf(room, SMPP_CODE_ROOM, "ESME_%s", code->name);
    else
        (void) snprintf(room, SMPP_CODE_ROOM, "0x%x", status);
    return pk_slice_of(room);
}

/* Slower each time until something is taken again; what is refused meanwhile is the same refusal. */
static int64_t throttled_ms(struct smpp *smpp, int64_t now_ms)
{
    int64_t after_ms = THROTTLED_FIRST_MS;
    if (now_ms < smpp->throttled_until_ms)
        return smpp->throttled_until_ms - now_ms;
    for (uint32_t i = 0; i < smpp->throttles && after_ms < THROTTLED_MOST_MS; i++)
        after_ms *= 2;
    if (after_ms > THROTTLED_MOST_MS)
        after_ms = THROTTLED_MOST_MS;
    smpp->throttles++;
    smpp->throttled_until_ms = now_ms + after_ms;
    return after_ms;
}

void pk_smpp_refuse(struct smpp *smpp, uint32_t status, int64_t now_ms, struct pk_result *ret_result)
{
    uint32_t outcome = pk_smpp_outcome(smpp, status);
    *ret_result = (struct pk_result){
        .outcome = outcome,
        .after_ms = outcome == PK_OUTCOME_THROTTLED ? throttled_ms(smpp, now_ms) : 0,
        .code = pk_smpp_code(status, smpp->base.words.code),
        .reason = pk_slice_of(pk_kit_outcome_reason(outcome)),
    };
}
