/* SPDX-License-Identifier: EUPL-1.2 */
/* The trial: its checks in their order, and how a flaw is told. */
#include "gateway/contract/trial.h"

#include "gateway/contract/wire.h"

#include <stdio.h>

#define FLAWS_TOLD 5u /* of one check */

void pk_trial_begin(struct pk_trial *trial, const char *check, const char *detail)
{
    (void) snprintf(trial->check, sizeof trial->check, "%s%s%s", check, detail ? ": " : "", detail ? detail : "");
    trial->flaws = 0;
    trial->where[0] = '\0';
}

void pk_trial_end(struct pk_trial *trial)
{
    if (trial->flaws == 0)
        trial->report->told(trial->report->ctx, trial->check, NULL);
    if (trial->flaws == 0)
        trial->sum.passed++;
    else
        trial->sum.failed++;
    trial->where[0] = '\0';
}

void pk_trial_where(struct pk_trial *trial, const char *file, const char *detail)
{
    trial->where[0] = '\0';
    if (file)
        (void) snprintf(trial->where, sizeof trial->where, "%s%s%s: ", file, detail ? ": " : "", detail ? detail : "");
}

bool pk_trial_flaw(struct pk_trial *trial, const char *format, ...)
{
    char text[1500];
    size_t used = (size_t) snprintf(text, sizeof text, "%s", trial->where);
    va_list args;
    if (trial->flaws++ >= FLAWS_TOLD)
        return false;
    va_start(args, format);
    (void) vsnprintf(text + used, sizeof text - used, format, args);
    va_end(args);
    trial->report->told(trial->report->ctx, trial->check, text);
    return false;
}

int pk_contract_run(const struct pk_adapter *adapter, const char *cases, const struct pk_contract_report *report,
                    struct pk_contract_sum *ret_sum, struct pk_error *err)
{
    struct pk_trial trial = { .adapter = adapter, .report = report };
    int r = pk_cases_load(&trial, cases, err);
    if (r == 0) {
        pk_check_table(&trial);
        pk_check_cases(&trial);
        if (adapter->exchange) {
            pk_check_handovers(&trial);
            pk_check_exchange(&trial);
        }
        if (adapter->session && adapter->session->transport != PK_TRANSPORT_NONE)
            pk_check_sessions(&trial);
        if (adapter->webhook)
            pk_check_calls(&trial);
        if (adapter->poll)
            pk_check_polls(&trial);
        *ret_sum = trial.sum;
    }
    pk_cases_free(&trial);
    return r;
}
