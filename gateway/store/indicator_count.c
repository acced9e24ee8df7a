/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The indicators of a month are counted: people one after the other by what the ledger says of them, then the month's triggers
 * one after the other, then what was added up already. Where it stands is one number each.
 */
#include "gateway/model/consent.h"
#include "gateway/model/rights.h"
#include "gateway/store/indicators.h"
#include "gateway/store/internal.h"

#define TOPICS_OF_PERSON 64u
#define MESSAGES_PER_STEP 20 /* for each person a step may count */

enum part { PEOPLE = 0, TRIGGERS, REST, ENDED };

struct pk_indicator_counter {
    struct pk_indicator_span span;
    struct pk_indicators set;
    enum part part;
    int64_t after; /* the person or trigger it stands behind */
};

struct pk_indicator_counter *pk_indicator_counter_new(const struct pk_indicator_span *span)
{
    struct pk_indicator_counter *counter = pk_alloc(sizeof *counter);
    counter->span = *span;
    counter->after = INT64_MIN;
    for (uint32_t i = 0; i < PK_INDICATORS; i++)
        if (i != PK_INDICATOR_COST && i != PK_INDICATOR_COST_TOLD && i != PK_INDICATOR_COST_CAME)
            (void) pk_indicators_row(&counter->set, i, PK_INDICATOR_TOTAL, "", "");
    return counter;
}

void pk_indicator_counter_free(struct pk_indicator_counter *counter)
{
    if (!counter)
        return;
    pk_indicators_finish(&counter->set);
    free(counter);
}

struct pk_indicators *pk_indicator_counted(struct pk_indicator_counter *counter)
{
    return &counter->set;
}

static void add(struct pk_indicator_counter *counter, uint32_t indicator, uint32_t by, const char *parent, const char *label, int64_t count)
{
    if (count != 0)
        pk_indicators_row(&counter->set, indicator, by, parent, label)->count += count;
}

/* ---- what the ledger says of a person ---- */

/* One topic and channel: what stood, entry by entry. */
struct consent {
    uint32_t topic, channel, kind;
    int64_t until_ms;
    uint32_t before_kind; /* when the month began */
    int64_t before_until_ms;
};

struct person {
    bool before, after, said_yes, renewed; /* had any when the month began, at its end; said yes in it */
    int64_t ended_ms; /* when one ended last in the month */
    bool by_time; /* that one's time was over */
    uint32_t topics[TOPICS_OF_PERSON];
    size_t topic_count;
    int64_t first; /* their first entry, and how it came */
    char way[PK_INDICATOR_LABEL];
};

static bool stands(uint32_t kind, int64_t until_ms, int64_t at_ms)
{
    return pk_consent_state_of(kind, until_ms, at_ms) == PK_CONSENT_GRANTED;
}

static void ended(struct person *person, int64_t at_ms, bool by_time)
{
    if (at_ms < person->ended_ms)
        return;
    person->ended_ms = at_ms;
    person->by_time = by_time;
}

/* An end that came by itself stands in no entry, or in one that was made later. */
static void ended_by_time(const struct pk_indicator_span *span, struct person *person, const struct consent *consent)
{
    if (consent->kind == PK_CONSENT_CONFIRMED && consent->until_ms != 0 && consent->until_ms > span->from_ms && consent->until_ms <= span->until_ms)
        ended(person, consent->until_ms, true);
}

static void take_end(const struct pk_indicator_span *span, struct person *person, const struct consent *consent)
{
    person->before = person->before || stands(consent->before_kind, consent->before_until_ms, span->from_ms);
    ended_by_time(span, person, consent);
    if (!stands(consent->kind, consent->until_ms, span->until_ms))
        return;
    person->after = true;
    for (size_t i = 0; i < person->topic_count; i++)
        if (person->topics[i] == consent->topic)
            return;
    if (person->topic_count < TOPICS_OF_PERSON)
        person->topics[person->topic_count++] = consent->topic;
}

static void take_entry(const struct pk_indicator_span *span, struct person *person, struct consent *consent, uint32_t kind, int64_t at_ms,
                       int64_t until_ms)
{
    bool stood = stands(consent->kind, consent->until_ms, at_ms);
    if (at_ms < span->from_ms) {
        consent->before_kind = kind;
        consent->before_until_ms = until_ms;
    } else if (kind == PK_CONSENT_CONFIRMED) {
        person->said_yes = true;
        person->renewed = person->renewed || stood;
    } else if (stood && kind > PK_CONSENT_CONFIRMED) {
        ended(person, at_ms, kind == PK_CONSENT_EXPIRED_EVENT);
    }
    if (!stood)
        ended_by_time(span, person, consent);
    consent->kind = kind;
    consent->until_ms = until_ms;
}

static int read_entries(struct pk_indicator_counter *counter, struct pk_store *store, int64_t recipient, struct person *person, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT topic, channel, kind, at_ms, until_ms, id, how FROM ledger INDEXED BY ledger_by_person"
                                       " WHERE recipient = ?1 AND at_ms < ?2 ORDER BY topic, channel, id");
    struct consent consent = { 0 };
    int r;
    pk_sql_bind(rows, "ii", recipient, counter->span.until_ms);
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        uint32_t topic = pk_sql_u32(rows, 0), channel = pk_sql_u32(rows, 1), kind = pk_sql_u32(rows, 2);
        int64_t id = sqlite3_column_int64(rows, 5);
        if (consent.topic != topic || consent.channel != channel) {
            take_end(&counter->span, person, &consent);
            consent = (struct consent){ .topic = topic, .channel = channel };
        }
        take_entry(&counter->span, person, &consent, kind, sqlite3_column_int64(rows, 3), sqlite3_column_int64(rows, 4));
        if (kind > PK_CONSENT_CONFIRMED || (person->first != 0 && person->first < id))
            continue;
        person->first = id;
        (void) snprintf(person->way, sizeof person->way, "%.*s", PK_SLICE_ARG(pk_sql_text(rows, 6)));
    }
    take_end(&counter->span, person, &consent);
    return r;
}

/* What stands by an entry so old that it was pruned. */
static int read_pruned(struct pk_indicator_counter *counter, struct pk_store *store, int64_t recipient, struct person *person, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT c.topic, c.kind, c.until_ms FROM consent c WHERE c.recipient = ?1 AND NOT EXISTS"
                                       " (SELECT 1 FROM ledger l WHERE l.id = c.event)");
    int r;
    pk_sql_bind(rows, "i", recipient);
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        struct consent consent = { .topic = pk_sql_u32(rows, 0), .kind = pk_sql_u32(rows, 1), .until_ms = sqlite3_column_int64(rows, 2) };
        consent.before_kind = consent.kind;
        consent.before_until_ms = consent.until_ms;
        take_end(&counter->span, person, &consent);
    }
    return r;
}

/* ---- which groups they are in ---- */

static void name_of(struct pk_store *store, uint32_t id, char to[PK_INDICATOR_LABEL])
{
    sqlite3_stmt *find = pk_sql(store, "SELECT text FROM name WHERE id = ?1");
    (void) snprintf(to, PK_INDICATOR_LABEL, "unknown");
    pk_sql_bind(find, "u", id);
    if (pk_sql_step(store, find, NULL) != 1)
        return;
    (void) snprintf(to, PK_INDICATOR_LABEL, "%.*s", PK_SLICE_ARG(pk_sql_text(find, 0)));
    pk_sql_reset(find);
}

static void add_language(struct pk_indicator_counter *counter, struct pk_store *store, int64_t recipient)
{
    char language[PK_INDICATOR_LABEL] = "unknown", script[PK_INDICATOR_LABEL] = "unknown";
    sqlite3_stmt *find = pk_sql(store, "SELECT language, script FROM recipient WHERE id = ?1");
    pk_sql_bind(find, "i", recipient);
    if (pk_sql_step(store, find, NULL) == 1) {
        struct pk_slice of_language = pk_sql_text(find, 0), of_script = pk_sql_text(find, 1);
        (void) snprintf(language, sizeof language, "%.*s", PK_SLICE_ARG(of_language));
        (void) snprintf(script, sizeof script, "%.*s", PK_SLICE_ARG(of_script.len > 0 ? of_script : of_language));
        pk_sql_reset(find);
    }
    add(counter, PK_INDICATOR_CONSENT, PK_INDICATOR_BY_LANGUAGE, "", language, 1);
    add(counter, PK_INDICATOR_CONSENT, PK_INDICATOR_BY_SCRIPT, language, script, 1);
}

static int add_area(struct pk_indicator_counter *counter, struct pk_store *store, int64_t recipient, struct pk_error *err)
{
    char area[PK_INDICATOR_LABEL] = "none";
    size_t count = 0;
    sqlite3_stmt *rows = pk_sql(store, "SELECT n.text FROM tag g INDEXED BY tag_by_recipient CROSS JOIN name n ON n.id = g.tag WHERE g.recipient = ?1"
                                       " AND n.text >= 'area:' AND n.text < 'area;'");
    int r;
    pk_sql_bind(rows, "i", recipient);
    while ((r = pk_sql_step(store, rows, err)) == 1)
        if (count++ == 0)
            (void) snprintf(area, sizeof area, "%.*s", PK_SLICE_ARG(pk_sql_text(rows, 0)));
    add(counter, PK_INDICATOR_CONSENT, PK_INDICATOR_BY_AREA, "", count > 1 ? "several" : area, 1);
    return r;
}

static int count_person(struct pk_indicator_counter *counter, struct pk_store *store, int64_t recipient, struct pk_error *err)
{
    struct person person = { .way = "unknown" };
    int r = read_entries(counter, store, recipient, &person, err);
    if (r == 0)
        r = read_pruned(counter, store, recipient, &person, err);
    if (r != 0)
        return r;
    bool joined = !person.before && person.said_yes, lost = (person.before || joined) && !person.after;
    add(counter, PK_INDICATOR_JOINED, PK_INDICATOR_TOTAL, "", "", joined);
    add(counter, PK_INDICATOR_RENEWED, PK_INDICATOR_TOTAL, "", "", person.renewed);
    add(counter, PK_INDICATOR_EXPIRED, PK_INDICATOR_TOTAL, "", "", lost && person.by_time);
    add(counter, PK_INDICATOR_STOPPED, PK_INDICATOR_TOTAL, "", "", lost && !person.by_time);
    if (!person.after)
        return 0;
    add(counter, PK_INDICATOR_CONSENT, PK_INDICATOR_TOTAL, "", "", 1);
    add(counter, PK_INDICATOR_CONSENT, PK_INDICATOR_BY_WAY, "", person.way, 1);
    for (size_t i = 0; i < person.topic_count; i++) {
        char topic[PK_INDICATOR_LABEL];
        name_of(store, person.topics[i], topic);
        add(counter, PK_INDICATOR_CONSENT, PK_INDICATOR_BY_TOPIC, "", topic, 1);
    }
    add_language(counter, store, recipient);
    return add_area(counter, store, recipient, err);
}

static int count_people(struct pk_indicator_counter *counter, struct pk_store *store, size_t max, struct pk_error *err)
{
    for (size_t i = 0; i < max; i++) {
        int64_t next = pk_sql_int(store, INT64_MAX,
                                  "SELECT min(coalesce((SELECT min(recipient) FROM ledger INDEXED BY ledger_by_person WHERE recipient > ?1), ?2),"
                                  " coalesce((SELECT min(recipient) FROM consent WHERE recipient > ?1), ?2))",
                                  "ii", counter->after, INT64_MAX);
        if (next == INT64_MAX) {
            counter->part = TRIGGERS;
            counter->after = INT64_MIN;
            return 0;
        }
        int r = count_person(counter, store, next, err);
        if (r != 0)
            return r;
        counter->after = next;
    }
    return 0;
}

/* ---- what was told ---- */

static void seconds_label(int64_t seconds, char to[PK_INDICATOR_LABEL])
{
    if (seconds == 0)
        (void) snprintf(to, PK_INDICATOR_LABEL, "more");
    else
        (void) snprintf(to, PK_INDICATOR_LABEL, "%lld", (long long) seconds);
}

/* Rows of seconds and people: -1 = told, at whatever time. */
static int add_reach(struct pk_indicator_counter *counter, struct pk_store *store, sqlite3_stmt *rows, struct pk_error *err)
{
    char label[PK_INDICATOR_LABEL];
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        int64_t seconds = sqlite3_column_int64(rows, 0), people = sqlite3_column_int64(rows, 1);
        if (seconds < 0) {
            add(counter, PK_INDICATOR_TOLD, PK_INDICATOR_TOTAL, "", "", people);
            continue;
        }
        seconds_label(seconds, label);
        add(counter, PK_INDICATOR_TO_PHONE, PK_INDICATOR_TOTAL, "", "", people);
        add(counter, PK_INDICATOR_TO_PHONE, PK_INDICATOR_BY_SECONDS, "", label, people);
    }
    return r;
}

/* What its messages say that are there, and what is kept of those that are gone. */
static int count_trigger(struct pk_indicator_counter *counter, struct pk_store *store, int64_t trigger, bool urgent, int64_t *ret_messages,
                         struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT -1, count(*) FROM trigger t CROSS JOIN message m INDEXED BY message_by_notice ON m.notice = t.notice"
                                       " WHERE t.id = ?1 AND t.notice <> 0 AND " PK_REACH_TOLD
                                       " UNION ALL SELECT seconds, count FROM trigger_reach WHERE trigger = ?1");
    int64_t told = pk_indicators_count(&counter->set, PK_INDICATOR_TOLD);
    pk_sql_bind(rows, "i", trigger);
    int r = add_reach(counter, store, rows, err);
    *ret_messages = pk_indicators_count(&counter->set, PK_INDICATOR_TOLD) - told;
    if (r != 0 || !urgent)
        return r;
    rows = pk_sql(store, "SELECT " PK_REACH_SECONDS " AS soon, count(*) FROM (SELECT min(r.at_ms) - " PK_REACH_SINCE " AS ms FROM trigger t CROSS JOIN"
                         " message m INDEXED BY message_by_notice ON m.notice = t.notice CROSS JOIN attempt a INDEXED BY attempt_by_message"
                         " ON a.message = m.id CROSS JOIN receipt r ON r.attempt = a.id WHERE t.id = ?1 AND t.notice <> 0 AND m.class = 0"
                         " AND r.state IN (3, 4) GROUP BY m.id) GROUP BY soon");
    pk_sql_bind(rows, "i", trigger);
    return add_reach(counter, store, rows, err);
}

static int count_triggers(struct pk_indicator_counter *counter, struct pk_store *store, size_t max, struct pk_error *err)
{
    for (int64_t left = (int64_t) max * MESSAGES_PER_STEP; left > 0; left--) {
        sqlite3_stmt *find = pk_sql(store, "SELECT t.id, t.priority = 0 FROM trigger t WHERE t.id > ?1 AND " PK_REACH_SINCE " >= ?2"
                                           " AND " PK_REACH_SINCE " < ?3 ORDER BY t.id LIMIT 1");
        int64_t messages = 0;
        pk_sql_bind(find, "iii", counter->after, counter->span.from_ms, counter->span.until_ms);
        int r = pk_sql_step(store, find, err);
        if (r == 0)
            counter->part = REST;
        if (r != 1)
            return r;
        counter->after = sqlite3_column_int64(find, 0);
        bool urgent = sqlite3_column_int64(find, 1) != 0;
        pk_sql_reset(find);
        r = count_trigger(counter, store, counter->after, urgent, &messages, err);
        if (r != 0)
            return r;
        left -= messages;
    }
    return 0;
}

/* ---- what was added up already ---- */

static const char *currency_of(const struct pk_indicator_span *span, uint32_t account)
{
    for (size_t i = 0; i < span->currency_count; i++)
        if (span->currencies[i].account == account)
            return span->currencies[i].currency;
    return "";
}

static int count_costs(struct pk_indicator_counter *counter, struct pk_store *store, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT account, sum(cost) FROM account_day WHERE day > ?1 AND day <= ?2 GROUP BY account ORDER BY account");
    int r;
    pk_sql_bind(rows, "ii", 100ll * counter->span.month, (int64_t) counter->span.last_day);
    while ((r = pk_sql_step(store, rows, err)) == 1)
        add(counter, PK_INDICATOR_COST, PK_INDICATOR_BY_CURRENCY, "", currency_of(&counter->span, pk_sql_u32(rows, 0)),
            sqlite3_column_int64(rows, 1));
    return r;
}

static int count_questions(struct pk_indicator_counter *counter, struct pk_store *store, struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT substr(detail, 1, instr(detail || ' ', ' ') - 1) AS given, count(*) FROM audit INDEXED BY"
                                       " audit_by_time WHERE at_ms >= ?1 AND at_ms < ?2 AND action IN ('inbox.close', 'inbox.answer') AND result = 0"
                                       " GROUP BY given ORDER BY given"); /* the first word, as the inbox writes it down */
    int r;
    pk_sql_bind(rows, "ii", counter->span.from_ms, counter->span.until_ms);
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        char subject[PK_INDICATOR_LABEL];
        (void) snprintf(subject, sizeof subject, "%.*s", PK_SLICE_ARG(pk_sql_text(rows, 0)));
        add(counter, PK_INDICATOR_QUESTIONS, PK_INDICATOR_TOTAL, "", "", sqlite3_column_int64(rows, 1));
        add(counter, PK_INDICATOR_QUESTIONS, PK_INDICATOR_BY_SUBJECT, "", subject, sqlite3_column_int64(rows, 1));
    }
    return r;
}

static int count_rest(struct pk_indicator_counter *counter, struct pk_store *store, struct pk_error *err)
{
    const struct pk_indicator_span *span = &counter->span;
    add(counter, PK_INDICATOR_CAME, PK_INDICATOR_TOTAL, "", "",
        pk_sql_int(store, 0,
                   "SELECT coalesce(sum(c.count), 0) FROM occurrence o INDEXED BY occurrence_by_time CROSS JOIN came c ON c.occurrence = o.id"
                   " WHERE o.starts_ms >= ?1 AND o.starts_ms < ?2",
                   "ii", span->from_ms, span->until_ms));
    add(counter, PK_INDICATOR_KEY_PERSONS, PK_INDICATOR_TOTAL, "", "",
        pk_sql_int(store, 0,
                   "SELECT count(DISTINCT actor) FROM audit INDEXED BY audit_by_time WHERE at_ms >= ?1 AND at_ms < ?2 AND role = ?3 AND result = 0",
                   "iiu", span->from_ms, span->until_ms, (unsigned) PK_ROLE_KEY_PERSON));
    int r = count_costs(counter, store, err);
    if (r == 0)
        r = count_questions(counter, store, err);
    if (r == 0)
        counter->part = ENDED;
    return r;
}

int pk_indicator_count_some(struct pk_indicator_counter *counter, struct pk_store *store, size_t max, struct pk_error *err)
{
    int r = 0;
    if (counter->part == PEOPLE)
        r = count_people(counter, store, max, err);
    else if (counter->part == TRIGGERS)
        r = count_triggers(counter, store, max, err);
    else if (counter->part == REST)
        r = count_rest(counter, store, err);
    return r != 0 ? r : counter->part == ENDED ? 0 : 1;
}
