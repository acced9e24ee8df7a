/* SPDX-License-Identifier: EUPL-1.2 */
/* A report is added up, person by person as report_read.c finds them; what stays of it is written in one unit. */
#include "gateway/store/internal.h"
#include "gateway/store/report_private.h"

#define FOLDS "report.folds" /* how often somebody was added to the sums */

struct pk_report_counter {
    struct pk_report_subject subject;
    struct pk_report_source *sources;
    struct pk_report_walk walk; /* over them */
    struct pk_report report; /* sums as they were at the beginning, and who was counted since */
    struct pk_report fresh; /* these alone */
    int64_t kept_ms, folds;
    bool begun, ended;
};

struct pk_report_counter *pk_report_counter_new(const struct pk_report_subject *subject, struct pk_report_source *sources, size_t count)
{
    struct pk_report_counter *counter = pk_alloc(sizeof *counter);
    counter->subject = *subject;
    counter->sources = sources;
    counter->walk = (struct pk_report_walk){ .sources = sources, .count = count, .first_ms = INT64_MAX };
    for (size_t i = 0; i < count; i++)
        if (sources[i].since_ms < counter->walk.first_ms)
            counter->walk.first_ms = sources[i].since_ms;
    return counter;
}

void pk_report_counter_free(struct pk_report_counter *counter)
{
    if (!counter)
        return;
    pk_report_finish(&counter->report);
    pk_report_finish(&counter->fresh);
    pk_report_walk_end(&counter->walk);
    free(counter->sources);
    free(counter);
}

struct pk_report *pk_report_counted(struct pk_report_counter *counter)
{
    return &counter->report;
}

int64_t pk_report_kept_ms(const struct pk_report_counter *counter)
{
    return counter->kept_ms;
}

/* ---- added up ---- */

static void add_row(struct pk_report *report, enum pk_report_by by, const char *parent, const char *label, const struct pk_report_row *one)
{
    struct pk_report_row *row = pk_report_row(report, by, parent, label);
    for (size_t i = 0; i < PK_REPORT_COUNTS; i++)
        row->counts[i] += one->counts[i];
    for (size_t i = 0; i < one->currencies; i++)
        (void) pk_report_add_cost(row, one->costs[i].currency, one->costs[i].amount);
}

static void add_person(struct pk_report *report, const struct pk_report_person *person, const struct pk_report_groups *groups, bool out)
{
    struct pk_report_row one = { .currencies = person->currencies };
    memcpy(one.costs, person->costs, sizeof one.costs);
    if (person->messaged)
        one.counts[person->outcome] = 1;
    one.counts[PK_REPORT_READ] = person->read;
    one.counts[PK_REPORT_YES] = person->answered && person->yes;
    one.counts[PK_REPORT_NO] = person->answered && !person->yes;
    one.counts[PK_REPORT_USEFUL] = person->opinion_given && person->useful;
    one.counts[PK_REPORT_NOT_USEFUL] = person->opinion_given && !person->useful;
    one.counts[PK_REPORT_HEADS] = person->heads;
    one.counts[PK_REPORT_OPTED_OUT] = out;
    add_row(report, PK_REPORT_TOTAL, "", "", &one);
    add_row(report, PK_REPORT_BY_LANGUAGE, "", groups->language, &one);
    add_row(report, PK_REPORT_BY_SCRIPT, groups->language, groups->script, &one);
    add_row(report, PK_REPORT_BY_CHANNEL, "", groups->channel, &one);
    add_row(report, PK_REPORT_BY_AREA, "", groups->area, &one);
    add_row(report, PK_REPORT_BY_TIME, "", groups->time, &one);
    for (size_t i = 0; i < person->step_count; i++)
        add_row(report, PK_REPORT_BY_STEP, "", person->steps[i].label, &person->steps[i]);
}

static int count_person(struct pk_report_counter *counter, struct pk_store *store, const struct pk_report_person *person, struct pk_error *err)
{
    struct pk_report_groups groups;
    int r = pk_report_find_groups(&counter->walk, store, person, &groups, err);
    if (r != 0)
        return r;
    bool out = pk_report_opted_out(&counter->walk, store, person);
    add_person(&counter->report, person, &groups, out);
    add_person(&counter->fresh, person, &groups, out);
    return 0;
}

static int begin(struct pk_report_counter *counter, struct pk_store *store, struct pk_error *err)
{
    if (counter->begun)
        return 0;
    counter->kept_ms = pk_report_kept_since(store, &counter->subject);
    counter->folds = pk_sql_int(store, 0, "SELECT value FROM number WHERE name = '" FOLDS "'", "");
    counter->begun = true;
    counter->ended = counter->kept_ms != 0;
    return pk_report_load_sums(store, &counter->subject, &counter->report, err);
}

int pk_report_count_some(struct pk_report_counter *counter, struct pk_store *store, size_t max, struct pk_error *err)
{
    int r = begin(counter, store, err);
    if (r != 0 || counter->ended)
        return r;
    pk_report_walk_begin(&counter->walk);
    for (size_t i = 0; r == 0 && i < max && !counter->ended; i++) {
        struct pk_report_person person = { 0 };
        int64_t who = INT64_MAX;
        r = pk_report_next_person(&counter->walk, store, &who, err);
        if (r == 0 && who == INT64_MAX) {
            counter->ended = true;
            break;
        }
        if (r == 0)
            r = pk_report_take_person(&counter->walk, store, who, true, &person, err);
        if (r == 0)
            r = count_person(counter, store, &person, err);
        if (r == 0)
            counter->walk.after = who;
    }
    pk_report_walk_end(&counter->walk);
    return r != 0 ? r : counter->ended ? 0 : 1;
}

/* ---- kept ---- */

int pk_report_keep(struct pk_store *store, struct pk_report_counter *counter, int64_t now_ms, struct pk_error *err)
{
    if (pk_store_number(store, FOLDS, 0) != counter->folds)
        return pk_fail(err, PK_E_CONFLICT, "somebody was erased since the report was counted");
    int r = pk_report_add_sums(store, &counter->subject, &counter->fresh, err);
    if (r == 0)
        r = pk_report_keep_dates(store, &counter->subject, counter->sources, counter->walk.count, err);
    return r != 0 ? r
                  : pk_sql_write(store, err, "INSERT INTO report_kept(kind, subject, at_ms) VALUES(?1, ?2, ?3)", "uii", counter->subject.kind,
                                 counter->subject.id, now_ms);
}

/* The walk begins at the person and ends behind them. */
static int forget_in(struct pk_store *store, const struct pk_report_subject *subject, int64_t recipient, struct pk_error *err)
{
    struct pk_report_source *sources = NULL;
    struct pk_report_person person = { 0 };
    struct pk_report_groups groups;
    size_t count = 0;
    if (pk_report_kept_since(store, subject) != 0)
        return 0;
    int r = pk_report_sources(store, subject, &sources, &count, err);
    if (r != 0)
        return r;
    pk_auto(pk_report_counter) struct pk_report_counter *counter = pk_report_counter_new(subject, sources, count);
    pk_report_walk_begin(&counter->walk);
    counter->walk.after = recipient - 1;
    r = pk_report_take_person(&counter->walk, store, recipient, false, &person, err);
    if (r == 0)
        r = pk_report_find_groups(&counter->walk, store, &person, &groups, err);
    if (r != 0 || !person.messaged)
        return r;
    add_person(&counter->fresh, &person, &groups, pk_report_opted_out(&counter->walk, store, &person));
    return pk_report_add_sums(store, subject, &counter->fresh, err);
}

int pk_report_forget(struct pk_store *store, int64_t recipient, struct pk_error *err)
{
    struct pk_report_subject subjects[PK_REPORT_OF_PERSON];
    size_t count = 0;
    int r;
    sqlite3_stmt *rows = pk_sql(store, "SELECT DISTINCT 1, g.campaign FROM address a CROSS JOIN message m INDEXED BY message_by_address ON m.address ="
                                       " a.id CROSS JOIN notice n ON n.id = m.notice CROSS JOIN campaign_trigger g ON g.trigger = n.trigger"
                                       " WHERE a.recipient = ?1 UNION SELECT 2, n.occurrence FROM address a CROSS JOIN message m INDEXED BY"
                                       " message_by_address ON m.address = a.id CROSS JOIN notice n ON n.id = m.notice WHERE a.recipient = ?1"
                                       " AND n.occurrence <> 0 LIMIT 64");
    pk_sql_bind(rows, "i", recipient);
    while ((r = pk_sql_step(store, rows, err)) == 1)
        subjects[count++] = (struct pk_report_subject){ .kind = pk_sql_u32(rows, 0), .id = sqlite3_column_int64(rows, 1) };
    for (size_t i = 0; r == 0 && i < count; i++)
        r = forget_in(store, &subjects[i], recipient, err);
    return r == 0 && count > 0 ? pk_store_set_number(store, FOLDS, pk_store_number(store, FOLDS, 0) + 1, err) : r;
}
