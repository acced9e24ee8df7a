/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Pages whose numbers are counted on the reading thread: the visit is kept until they are there, and who asked is looked up again
 * then. And files that are given instead of a page.
 */
#include "gateway/api/counting.h"
#include "gateway/console/office.h"

#define TOOK_TOO_LONG_MS 120000 /* from the call on */
#define STEP_MS 60000 /* the chain of the audit is walked in one */

struct kept {
    struct pk_visit visit;
    const struct pk_office_counting *how;
    void *question;
};

static void drop(void *data)
{
    struct kept *kept = data;
    if (kept->how->drop)
        kept->how->drop(kept->question);
    else
        free(kept->question);
    pk_buf_wipe(&kept->visit.data);
    free(kept);
}

static int step(void *data, struct pk_store *store, struct pk_error *err)
{
    struct kept *kept = data;
    return kept->how->step(kept->question, store, err);
}

static void tell(struct pk_call *call, void *data)
{
    struct kept *kept = data;
    struct pk_staff staff;
    (void) call;
    pk_visit_begin(&kept->visit);
    if (pk_office_opened(&kept->visit, kept->how->action, &staff))
        kept->how->show(&kept->visit, &staff, kept->question);
}

static void fail(struct pk_call *call, void *data, const struct pk_error *err)
{
    struct kept *kept = data;
    (void) call;
    pk_visit_begin(&kept->visit);
    pk_visit_trouble(&kept->visit, err);
}

void pk_office_count(struct pk_visit *visit, const struct pk_office_counting *how, void *question, int r, const struct pk_error *err)
{
    static const struct pk_counting counting = { .step = step, .tell = tell, .fail = fail, .drop = drop,
                                                 .late = "the page could not be counted in time", .most_ms = TOOK_TOO_LONG_MS,
                                                 .step_ms = STEP_MS };
    struct kept *kept = pk_alloc(sizeof *kept);
    kept->visit = *visit; /* what was added stays behind, and is wiped there */
    pk_buf_init(&kept->visit.data, PK_VISIT_DATA_MAX);
    kept->how = how;
    kept->question = question;
    pk_call_count(kept->visit.call, &counting, kept, r, err);
}

void pk_office_file(struct pk_visit *visit, const char *type, const char *name, struct pk_buf *file)
{
    char disposition[160];
    (void) snprintf(disposition, sizeof disposition, "attachment; filename=\"%s\"", name);
    pk_call_header(visit->call, "Content-Disposition", disposition);
    pk_call_header(visit->call, "Content-Security-Policy", "default-src 'none'; sandbox");
    pk_call_header(visit->call, "Cache-Control", "no-store");
    pk_call_answer_as(visit->call, 200, type, file);
}
