/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The host an adapter sees (`struct pk_host`), one per account: log lines that carry the account's name and no secret,
 * JSON that lives until the adapter's call returns, digests, chance, outputs. Everything an adapter needs a library
 * for comes from here, so that its object needs none.
 */
#ifndef PK_PLUGIN_HOST_H
#define PK_PLUGIN_HOST_H

#include "gateway/base/buf.h"
#include "gateway/base/mem.h"
#include "gateway/include/pokana/adapter.h"
#include "gateway/plugin/settings.h"

struct pk_host_side;

/* `secrets` (NULL = none) is borrowed: values of secret settings are erased from what the adapter logs. */
struct pk_host_side *pk_host_new(const char *account, const struct pk_settings *secrets);
void pk_host_free(struct pk_host_side *side);
PK_AUTO_DEFINE(pk_host, struct pk_host_side *, pk_host_free)

/* The table to hand to open(); lives as long as the side. */
const struct pk_host *pk_host_table(struct pk_host_side *side);
/* After every call into the adapter: JSON lent during it is gone. */
void pk_host_end_call(struct pk_host_side *side);

/* What the adapter is busy with, until the end of the call or the next (NULL = nothing in particular): pk_host_clean()
 * takes its text and its number, however written, out of what is said. Returns what it was. */
const struct pk_job *pk_host_about(struct pk_host_side *side, const struct pk_job *job);

/* What an adapter says to people, made fit for a log or a screen: one line, secrets and long runs of digits (numbers,
 * by their look) erased, at most `max_bytes`. Appends to `out`. */
void pk_host_clean(const struct pk_host_side *side, struct pk_slice text, size_t max_bytes, struct pk_buf *out);

#endif
