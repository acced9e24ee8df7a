/* SPDX-License-Identifier: EUPL-1.2 */
/* What reports are about and what stays of them; the counting is report_count.c. */
#include "gateway/store/reports.h"

#include "gateway/store/internal.h"
#include "gateway/store/report_private.h"
#include "gateway/store/told_me.h"


static int64_t first_id_of(int64_t ms)
{
    return ms <= 0 ? 0 : ms << 20;
}

/* ---- sources ---- */

#define SOURCE "SELECT t.id, t.notice, coalesce(n.occurrence, 0), max(t.received_ms, t.send_at_ms), coalesce(n.topic, 0), coalesce(n.template, ''),"

static const char of_campaign_sql[] = SOURCE " s.place FROM campaign_trigger g INDEXED BY campaign_trigger_by_campaign CROSS JOIN trigger t"
                                             " ON t.id = g.trigger LEFT JOIN notice n ON n.id = t.notice LEFT JOIN campaign_step s ON s.id = g.step"
                                             " WHERE g.campaign = ?1 ORDER BY t.id LIMIT ?2";
static const char of_date_sql[] = SOURCE " NULL FROM notice n INDEXED BY notice_by_date CROSS JOIN trigger t ON t.id = n.trigger"
                                         " WHERE n.occurrence = ?1 AND n.occurrence <> 0 ORDER BY t.id LIMIT ?2";

static void read_source(sqlite3_stmt *row, struct pk_report_source *source)
{
    struct pk_slice name = pk_sql_text(row, 5);
    *source = (struct pk_report_source){
        .trigger = sqlite3_column_int64(row, 0),
        .notice = sqlite3_column_int64(row, 1),
        .occurrence = sqlite3_column_int64(row, 2),
        .since_ms = sqlite3_column_int64(row, 3),
        .topic = pk_sql_u32(row, 4),
        .opinion = pk_slice_is(name, "useful") || pk_slice_starts(name, "useful-"),
    };
    (void) snprintf(source->template_name, sizeof source->template_name, "%.*s", PK_SLICE_ARG(name));
    if (sqlite3_column_type(row, 6) == SQLITE_NULL)
        (void) snprintf(source->step, sizeof source->step, "%.*s", PK_SLICE_ARG(name));
    else
        (void) snprintf(source->step, sizeof source->step, "%u %.*s", pk_sql_u32(row, 6) + 1, PK_SLICE_ARG(name));
}

int pk_report_sources(struct pk_store *store, const struct pk_report_subject *subject, struct pk_report_source **ret_sources, size_t *ret_count,
                      struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, subject->kind == PK_REPORT_OF_CAMPAIGN ? of_campaign_sql : of_date_sql);
    struct pk_report_source *sources = NULL;
    size_t count = 0, cap = 0;
    int r;
    pk_sql_bind(rows, "ii", subject->id, (int64_t) PK_REPORT_SOURCES_MAX);
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        if (count == cap) {
            cap = cap > 0 ? 2 * cap : 8;
            sources = pk_realloc_array(sources, cap, sizeof *sources);
        }
        read_source(rows, &sources[count++]);
    }
    if (r != 0) {
        free(sources);
        return r;
    }
    *ret_sources = sources;
    *ret_count = count;
    return 0;
}

/* ---- sums ---- */

int64_t pk_report_kept_since(struct pk_store *store, const struct pk_report_subject *subject)
{
    return pk_sql_int(store, 0, "SELECT at_ms FROM report_kept WHERE kind = ?1 AND subject = ?2", "ui", subject->kind, subject->id);
}

int pk_report_load_sums(struct pk_store *store, const struct pk_report_subject *subject, struct pk_report *report, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT breakdown, parent, label, measure, unit, count FROM report_sum WHERE kind = ?1 AND subject = ?2");
    int r;
    pk_sql_bind(rows, "ui", subject->kind, subject->id);
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        uint32_t by = pk_sql_u32(rows, 0), measure = pk_sql_u32(rows, 3);
        char parent[PK_REPORT_LABEL], label[PK_REPORT_LABEL], unit[4];
        if (by >= PK_REPORT_BYS)
            continue;
        (void) snprintf(parent, sizeof parent, "%.*s", PK_SLICE_ARG(pk_sql_text(rows, 1)));
        (void) snprintf(label, sizeof label, "%.*s", PK_SLICE_ARG(pk_sql_text(rows, 2)));
        (void) snprintf(unit, sizeof unit, "%.*s", PK_SLICE_ARG(pk_sql_text(rows, 4)));
        struct pk_report_row *row = pk_report_row(report, (enum pk_report_by) by, parent, label);
        if (measure < PK_REPORT_COUNTS)
            row->counts[measure] += sqlite3_column_int64(rows, 5);
        else if (measure == PK_REPORT_COST)
            (void) pk_report_add_cost(row, unit, sqlite3_column_int64(rows, 5));
    }
    return r;
}

static int add_sum(struct pk_store *store, const struct pk_report_subject *subject, uint32_t by, const struct pk_report_row *row, uint32_t measure,
                   const char *unit, int64_t count, struct pk_error *err)
{
    if (count == 0)
        return 0;
    return pk_sql_write(store, err,
                        "INSERT INTO report_sum(kind, subject, breakdown, parent, label, measure, unit, count) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
                        " ON CONFLICT(kind, subject, breakdown, parent, label, measure, unit) DO UPDATE SET count = count + excluded.count",
                        "uiuttuti", subject->kind, subject->id, by, pk_slice_of(row->parent), pk_slice_of(row->label), measure, pk_slice_of(unit),
                        count);
}

static int add_row(struct pk_store *store, const struct pk_report_subject *subject, uint32_t by, const struct pk_report_row *row, struct pk_error *err)
{
    int r = 0;
    for (uint32_t measure = 0; r == 0 && measure < PK_REPORT_COUNTS; measure++)
        r = add_sum(store, subject, by, row, measure, "", row->counts[measure], err);
    for (size_t i = 0; r == 0 && i < row->currencies; i++)
        r = add_sum(store, subject, by, row, PK_REPORT_COST, row->costs[i].currency, row->costs[i].amount, err);
    return r;
}

int pk_report_add_sums(struct pk_store *store, const struct pk_report_subject *subject, const struct pk_report *report, struct pk_error *err)
{
    int r = add_row(store, subject, PK_REPORT_TOTAL, &report->total, err);
    for (uint32_t by = PK_REPORT_BY_STEP; r == 0 && by < PK_REPORT_BYS; by++)
        for (size_t i = 0; r == 0 && i < report->by[by].count; i++)
            r = add_row(store, subject, by, &report->by[by].rows[i], err);
    return r;
}

/* Which dates it was about is not to be found out any more once its notices are gone. */
int pk_report_keep_dates(struct pk_store *store, const struct pk_report_subject *subject, const struct pk_report_source *sources, size_t count,
                         struct pk_error *err)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < count; i++) {
        struct pk_report_row date = { 0 };
        (void) snprintf(date.label, sizeof date.label, "%lld", (long long) sources[i].occurrence);
        if (sources[i].occurrence != 0)
            r = add_sum(store, subject, PK_REPORT_DATES, &date, 0, "", 1, err);
    }
    return r;
}

size_t pk_report_dates(struct pk_store *store, const struct pk_report_subject *subject, int64_t *ret_occurrences, size_t max)
{
    size_t count = 0;
    if (subject->kind == PK_REPORT_OF_DATE) {
        ret_occurrences[count++] = subject->id;
        return count;
    }
    sqlite3_stmt *rows = pk_sql(store, "SELECT n.occurrence FROM campaign_trigger g INDEXED BY campaign_trigger_by_campaign CROSS JOIN trigger t"
                                       " ON t.id = g.trigger CROSS JOIN notice n ON n.id = t.notice WHERE g.campaign = ?1 AND n.occurrence <> 0 UNION"
                                       " SELECT CAST(label AS INTEGER) FROM report_sum WHERE kind = ?2 AND subject = ?1 AND breakdown = ?3");
    pk_sql_bind(rows, "iuu", subject->id, subject->kind, (unsigned) PK_REPORT_DATES);
    while (pk_sql_step(store, rows, NULL) == 1) {
        if (count == max) {
            pk_sql_reset(rows);
            break;
        }
        ret_occurrences[count++] = sqlite3_column_int64(rows, 0);
    }
    return count;
}

/* ---- when ---- */

bool pk_report_due(struct pk_store *store, const struct pk_report_limits *limits, struct pk_report_subject *ret_subject)
{
    int64_t ended_ms = limits->now_ms - PK_REPORT_SETTLE_MS, messages = first_id_of(limits->messages_before_ms);
    *ret_subject = (struct pk_report_subject){ .kind = PK_REPORT_OF_CAMPAIGN };
    ret_subject->id = pk_sql_int(store, 0,
                                 "SELECT c.id FROM campaign c WHERE c.state >= 5 AND c.updated_ms < ?1 AND NOT EXISTS (SELECT 1 FROM report_kept k"
                                 " WHERE k.kind = 1 AND k.subject = c.id) AND EXISTS (SELECT 1 FROM campaign_trigger g INDEXED BY"
                                 " campaign_trigger_by_campaign CROSS JOIN trigger t ON t.id = g.trigger WHERE g.campaign = c.id AND (t.id < ?2 OR"
                                 " t.valid_until_ms < ?3)) ORDER BY c.id LIMIT 1",
                                 "iii", ended_ms, messages, limits->rsvps_before_ms);
    if (ret_subject->id != 0)
        return true;
    ret_subject->kind = PK_REPORT_OF_DATE;
    ret_subject->id = pk_sql_int(store, 0,
                                 "SELECT o.id FROM notice n INDEXED BY notice_by_date CROSS JOIN occurrence o ON o.id = n.occurrence CROSS JOIN"
                                 " trigger t ON t.id = n.trigger WHERE n.occurrence <> 0 AND o.ends_ms < ?1 AND (t.id < ?2 OR t.valid_until_ms < ?3)"
                                 " AND NOT EXISTS (SELECT 1 FROM report_kept k WHERE k.kind = 2 AND k.subject = o.id) ORDER BY n.occurrence LIMIT 1",
                                 "iii", ended_ms, messages, limits->rsvps_before_ms);
    return ret_subject->id != 0;
}

bool pk_report_needs(struct pk_store *store, int64_t trigger)
{
    return pk_sql_int(store, 0,
                      "SELECT 1 FROM campaign_trigger g CROSS JOIN campaign c ON c.id = g.campaign WHERE g.trigger = ?1 AND c.state >= 3 AND NOT EXISTS (SELECT"
                      " 1 FROM report_kept k WHERE k.kind = 1 AND k.subject = c.id) UNION ALL SELECT 1 FROM trigger t CROSS JOIN notice n ON n.id = t.notice"
                      " CROSS JOIN occurrence o ON o.id = n.occurrence WHERE t.id = ?1 AND n.occurrence <> 0 AND NOT EXISTS (SELECT 1 FROM report_kept"
                      " k WHERE k.kind = 2 AND k.subject = o.id) LIMIT 1",
                      "i", trigger) != 0;
}

int pk_reports_drop(struct pk_store *store, size_t max, struct pk_error *err)
{
    int r = pk_sql_write(store, err,
                         "DELETE FROM report_kept WHERE (kind, subject) IN (SELECT kind, subject FROM report_kept k WHERE CASE k.kind WHEN 1 THEN NOT"
                         " EXISTS (SELECT 1 FROM campaign c WHERE c.id = k.subject) ELSE NOT EXISTS (SELECT 1 FROM occurrence o WHERE o.id = k.subject)"
                         " END LIMIT ?1)",
                         "i", (int64_t) max);
    if (r == 0)
        r = pk_sql_write(store, err,
                         "DELETE FROM report_sum WHERE (kind, subject) IN (SELECT DISTINCT kind, subject FROM report_sum k WHERE CASE k.kind WHEN 1"
                         " THEN NOT EXISTS (SELECT 1 FROM campaign c WHERE c.id = k.subject) ELSE NOT EXISTS (SELECT 1 FROM occurrence o WHERE"
                         " o.id = k.subject) END LIMIT 8)",
                         "");
    if (r == 0)
        r = pk_sql_write(store, err, "DELETE FROM came WHERE occurrence IN (SELECT occurrence FROM came WHERE occurrence NOT IN (SELECT id FROM"
                                     " occurrence) LIMIT ?1)", "i", (int64_t) max);
    return r == 0 ? pk_told_me_drop(store, max, err) : r;
}

/* ---- who came ---- */

int pk_came_put(struct pk_store *store, int64_t occurrence, int64_t count, struct pk_slice by, int64_t now_ms, struct pk_error *err)
{
    return pk_sql_write(store, err,
                        "INSERT INTO came(occurrence, count, by, first_ms, at_ms) VALUES(?1, ?2, ?3, ?4, ?4) ON CONFLICT(occurrence) DO UPDATE SET"
                        " count = excluded.count, by = excluded.by, at_ms = excluded.at_ms",
                        "iiti", occurrence, count, by, now_ms);
}

struct pk_came pk_came_get(struct pk_store *store, int64_t occurrence)
{
    struct pk_came came = { .count = -1 };
    sqlite3_stmt *find = pk_sql(store, "SELECT count, at_ms FROM came WHERE occurrence = ?1");
    pk_sql_bind(find, "i", occurrence);
    if (pk_sql_step(store, find, NULL) != 1)
        return came;
    came = (struct pk_came){ .count = sqlite3_column_int64(find, 0), .at_ms = sqlite3_column_int64(find, 1) };
    pk_sql_reset(find);
    return came;
}
