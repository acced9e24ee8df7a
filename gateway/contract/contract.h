/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The contract suite: what every adapter must do, whoever wrote it, found out from its table and from case files that are
 * pure data (README.md beside this file). Nothing is sent: the suite plays the gateway and the provider. For tests and for
 * `pokana adapters test`; it blocks, and an adapter that breaks memory takes the program with it.
 */
#ifndef PK_CONTRACT_CONTRACT_H
#define PK_CONTRACT_CONTRACT_H

#include "gateway/include/pokana/adapter.h"

struct pk_contract_report {
    /* Once for each check that holds (`flaw` NULL); for one that does not, once for each flaw of it (at most 5). */
    void (*told)(void *ctx, const char *check, const char *flaw);
    void *ctx;
};

struct pk_contract_sum {
    size_t passed, failed; /* checks */
};

/* Runs everything. `cases`: the folder with the adapter's *.json. PK_E_NOT_FOUND or PK_E_INVALID when there are no
 * cases or they cannot be read; flaws of the adapter are told, not returned. */
int pk_contract_run(const struct pk_adapter *adapter, const char *cases, const struct pk_contract_report *report,
                    struct pk_contract_sum *ret_sum, struct pk_error *err);

#endif
