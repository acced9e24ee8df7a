/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A session over a wire on trial: the gateway's side of its link, with a clock of its own, and the scripts of the case files
 * played on it step by step.
 */
#ifndef PK_CONTRACT_WIRE_H
#define PK_CONTRACT_WIRE_H

#include "gateway/contract/trial.h"
#include "gateway/plugin/record.h"

#define PK_WIRE_JOBS_MAX 64u
#define PK_WIRE_PARTS_MAX 16u
#define PK_WIRE_EVENTS_MAX 256u

struct pk_wire_job {
    struct pk_trial_job usual; /* its job's slices lie in the case, here and in `octets` */
    struct pk_buf octets;
    struct pk_part parts[PK_WIRE_PARTS_MAX];
    char attempt[24];
    unsigned completed;
    bool looked_at;
    struct pk_result result;
    char id[512], code[512], reason[512];
};

struct pk_link {
    struct pk_bench *bench;
    bool up, strict; /* strict: what the case says is expected; else only the interface's rules count */
    int64_t now_ms, wake_ms;
    uint32_t window;
    bool hung_up, refused;
    char reason[512];
    struct pk_buf sent; /* not looked at yet */
    struct pk_buf note; /* what it wants to know again */
    struct pk_buf record; /* of what it tells of the jobs that are recorded */
    struct pk_wire_job jobs[PK_WIRE_JOBS_MAX]; /* by token - 1 */
    unsigned job_count;
    struct pk_events events;
    uint64_t tokens[PK_WIRE_EVENTS_MAX];
    size_t events_seen, events_settled;
};

void pk_wire_begin(struct pk_link *link, struct pk_bench *bench); /* connected() */
void pk_wire_end(struct pk_link *link);
/* Steps `from` to before `to`; false when a step failed and was told. pieces: what comes in comes byte by byte. */
bool pk_wire_play(struct pk_link *link, const struct pk_json *steps, size_t from, size_t to, bool pieces);
void pk_wire_hear(struct pk_link *link, struct pk_slice bytes);
void pk_wire_pass(struct pk_link *link, int64_t ms);
void pk_wire_fall(struct pk_link *link); /* and comes up again */
/* "00 1f" as bytes; false when it is none. */
bool pk_wire_bytes(struct pk_slice hex, struct pk_buf *ret_bytes);

/* pk_link_ops.exchanged. */
void pk_wire_exchanged(struct pk_link *link, uint64_t token, uint32_t incoming, struct pk_slice line);

void pk_check_sessions(struct pk_trial *trial);

#endif
