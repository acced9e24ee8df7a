/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a report reads of people: messages of each trigger lie in the order of people, and so do answers; the walk takes one
 * person after the other from all of them at once and needs no memory for who was seen. Where it stands is one number. What is
 * added up is report_count.c.
 */
#include "gateway/base/clock.h"
#include "gateway/store/internal.h"
#include "gateway/store/report_private.h"

#define ROWS 64u
#define HOUR_MS (3600 * 1000ll)
#define DAY_MS (24 * HOUR_MS)

struct said {
    int64_t recipient, id;
    uint32_t state, channel;
};

/* One trigger's rows that lie ahead. */
struct pk_report_ahead {
    struct said messages[ROWS];
    struct pk_report_answer answers[ROWS];
    size_t message_count, message_at, answer_count, answer_at;
    bool messages_ended, answers_ended;
};

/* ---- rows ahead ---- */

void pk_report_walk_begin(struct pk_report_walk *walk)
{
    walk->ahead = pk_alloc_array(walk->count > 0 ? walk->count : 1, sizeof *walk->ahead);
}

void pk_report_walk_end(struct pk_report_walk *walk)
{
    free(walk->ahead);
    walk->ahead = NULL;
}

int pk_report_answers(struct pk_store *store, const struct pk_report_source *source, int64_t recipient, int64_t id, size_t max,
                      struct pk_report_answer *ret_answers, size_t *ret_count, struct pk_error *err)
{
    /* To a date the last answer counts, whatever asked; who waits for a place neither comes nor stays away. */
    sqlite3_stmt *rows = pk_sql(store, "SELECT r.recipient, r.id, r.yes, r.heads FROM rsvp r INDEXED BY rsvp_by_trigger WHERE r.trigger = ?1"
                                       " AND (r.recipient, r.id) > (?2, ?3) AND (r.occurrence = 0 OR ((r.waits = 0 OR r.heads > 0) AND NOT EXISTS"
                                       " (SELECT 1 FROM rsvp n INDEXED BY rsvp_by_date WHERE n.occurrence = r.occurrence AND n.occurrence <> 0"
                                       " AND n.version = r.version AND n.recipient = r.recipient AND n.id > r.id)))"
                                       " ORDER BY r.recipient, r.id LIMIT ?4");
    int r;
    *ret_count = 0;
    pk_sql_bind(rows, "iiii", source->trigger, recipient, id, (int64_t) max);
    while ((r = pk_sql_step(store, rows, err)) == 1)
        ret_answers[(*ret_count)++] = (struct pk_report_answer){
            .recipient = sqlite3_column_int64(rows, 0),
            .id = sqlite3_column_int64(rows, 1),
            .yes = sqlite3_column_int64(rows, 2) != 0,
            .heads = sqlite3_column_int64(rows, 3),
        };
    return r;
}

static int fill_messages(struct pk_report_walk *walk, size_t at, struct pk_store *store, int64_t recipient, int64_t id, struct pk_error *err)
{
    struct pk_report_ahead *ahead = &walk->ahead[at];
    sqlite3_stmt *rows = pk_sql(store, "SELECT recipient, id, state, channel FROM message INDEXED BY message_by_notice WHERE notice = ?1"
                                       " AND (recipient, id) > (?2, ?3) ORDER BY recipient, id LIMIT ?4");
    int r;
    ahead->message_count = ahead->message_at = 0;
    pk_sql_bind(rows, "iiii", walk->sources[at].notice, recipient, id, (int64_t) ROWS);
    while ((r = pk_sql_step(store, rows, err)) == 1)
        ahead->messages[ahead->message_count++] = (struct said){
            .recipient = sqlite3_column_int64(rows, 0),
            .id = sqlite3_column_int64(rows, 1),
            .state = pk_sql_u32(rows, 2),
            .channel = pk_sql_u32(rows, 3),
        };
    ahead->messages_ended = ahead->message_count < ROWS;
    return r;
}

/* *ret_message NULL at the end. */
static int next_message(struct pk_report_walk *walk, size_t at, struct pk_store *store, const struct said **ret_message, struct pk_error *err)
{
    struct pk_report_ahead *ahead = &walk->ahead[at];
    int r = 0;
    if (ahead->message_at == ahead->message_count && !ahead->messages_ended) {
        const struct said last = ahead->message_count > 0 ? ahead->messages[ahead->message_count - 1]
                                                            : (struct said){ .recipient = walk->after, .id = INT64_MAX };
        r = fill_messages(walk, at, store, last.recipient, last.id, err);
    }
    *ret_message = r == 0 && ahead->message_at < ahead->message_count ? &ahead->messages[ahead->message_at] : NULL;
    return r;
}

static int next_answer(struct pk_report_walk *walk, size_t at, struct pk_store *store, const struct pk_report_answer **ret_answer,
                       struct pk_error *err)
{
    struct pk_report_ahead *ahead = &walk->ahead[at];
    int r = 0;
    if (ahead->answer_at == ahead->answer_count && !ahead->answers_ended) {
        const struct pk_report_answer last = ahead->answer_count > 0 ? ahead->answers[ahead->answer_count - 1]
                                                                       : (struct pk_report_answer){ .recipient = walk->after, .id = INT64_MAX };
        ahead->answer_at = 0;
        r = pk_report_answers(store, &walk->sources[at], last.recipient, last.id, ROWS, ahead->answers, &ahead->answer_count, err);
        ahead->answers_ended = ahead->answer_count < ROWS;
    }
    *ret_answer = r == 0 && ahead->answer_at < ahead->answer_count ? &ahead->answers[ahead->answer_at] : NULL;
    return r;
}

int pk_report_next_person(struct pk_report_walk *walk, struct pk_store *store, int64_t *ret_who, struct pk_error *err)
{
    *ret_who = INT64_MAX;
    for (size_t i = 0; i < walk->count; i++) {
        const struct said *message;
        const struct pk_report_answer *answer;
        int r = next_message(walk, i, store, &message, err);
        if (r == 0)
            r = next_answer(walk, i, store, &answer, err);
        if (r != 0)
            return r;
        if (message && message->recipient < *ret_who)
            *ret_who = message->recipient;
        if (answer && answer->recipient < *ret_who)
            *ret_who = answer->recipient;
    }
    return 0;
}

/* ---- one person ---- */

static bool add_cost(struct pk_report_cost *costs, size_t *count, const char *currency, int64_t amount)
{
    struct pk_report_row row = { .currencies = *count };
    memcpy(row.costs, costs, sizeof row.costs);
    bool added = pk_report_add_cost(&row, currency, amount);
    memcpy(costs, row.costs, sizeof row.costs);
    *count = row.currencies;
    return added;
}

static struct pk_report_row *step_of(struct pk_report_person *person, const char *label, size_t *ret_at)
{
    size_t at = 0;
    while (at < person->step_count && strcmp(person->steps[at].label, label) != 0)
        at++;
    *ret_at = at;
    if (at == PK_REPORT_OF_PERSON)
        return NULL;
    if (at == person->step_count) {
        person->steps[at] = (struct pk_report_row){ 0 };
        person->step_messaged[at] = false;
        (void) snprintf(person->steps[at].label, sizeof person->steps[at].label, "%s", label);
        person->step_count++;
    }
    return &person->steps[at];
}

/* Of what was tried: what it cost, and when it last was. */
static int look_at_attempts(struct pk_store *store, int64_t message, struct pk_report_person *person, struct pk_report_row *step, int64_t *ret_last_ms,
                            struct pk_error *err)
{
    sqlite3_stmt *rows = pk_sql(store, "SELECT opened_ms, price, currency FROM attempt INDEXED BY attempt_by_message WHERE message = ?1");
    int r;
    *ret_last_ms = 0;
    pk_sql_bind(rows, "i", message);
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        int64_t opened_ms = sqlite3_column_int64(rows, 0), price = sqlite3_column_int64(rows, 1);
        char currency[4];
        (void) snprintf(currency, sizeof currency, "%.*s", PK_SLICE_ARG(pk_sql_text(rows, 2)));
        *ret_last_ms = opened_ms > *ret_last_ms ? opened_ms : *ret_last_ms;
        if (price == 0)
            continue;
        if (!add_cost(person->costs, &person->currencies, currency, price) ||
            (step && !add_cost(step->costs, &step->currencies, currency, price))) {
            pk_sql_reset(rows);
            return pk_fail(err, PK_E_LIMIT, "it was paid for in more than %d currencies", PK_REPORT_CURRENCIES);
        }
    }
    return r;
}

/* A person's outcome in a step is kept as a one in its row. */
static void step_outcome(struct pk_report_person *person, size_t at, enum pk_report_measure outcome)
{
    struct pk_report_row *step = &person->steps[at];
    enum pk_report_measure was = PK_REPORT_ARRIVED;
    for (unsigned m = 0; m < PK_REPORT_OUTCOMES; m++)
        if (step->counts[m] != 0)
            was = (enum pk_report_measure) m;
    if (person->step_messaged[at] && pk_report_better(was, outcome) >= 0)
        return;
    step->counts[was] = 0;
    step->counts[outcome] = 1;
    person->step_messaged[at] = true;
}

static int take_message(struct pk_report_walk *walk, size_t source, struct pk_store *store, const struct said *message, struct pk_report_person *person,
                        struct pk_error *err)
{
    enum pk_report_measure outcome = pk_report_outcome((enum pk_message_state) message->state);
    bool told = pk_message_is_told((enum pk_message_state) message->state), read = message->state == PK_MESSAGE_READ;
    int64_t last_ms;
    size_t at;
    struct pk_report_row *step = step_of(person, walk->sources[source].step, &at);
    int r = look_at_attempts(store, message->id, person, step, &last_ms, err);
    if (r != 0)
        return r;
    if (step) {
        step_outcome(person, at, outcome);
        step->counts[PK_REPORT_READ] |= read;
    }
    if (!person->messaged || pk_report_better(outcome, person->outcome) > 0) {
        person->outcome = outcome;
        person->channel = message->channel;
    }
    person->messaged = true;
    person->read |= read;
    if (!told)
        return 0;
    if (last_ms == 0)
        last_ms = message->id >> 20;
    if (person->first_told_ms == 0 || last_ms < person->first_told_ms)
        person->first_told_ms = last_ms;
    if (last_ms >= person->last_told_ms) {
        person->last_told_ms = last_ms;
        person->topic = walk->sources[source].topic;
    }
    return 0;
}

static void take_answer(const struct pk_report_source *source, const struct pk_report_answer *answer, struct pk_report_person *person)
{
    size_t at;
    struct pk_report_row *step = step_of(person, source->step, &at);
    enum pk_report_measure good = source->opinion ? PK_REPORT_USEFUL : PK_REPORT_YES, bad = source->opinion ? PK_REPORT_NOT_USEFUL : PK_REPORT_NO;
    if (step) {
        step->counts[good] = answer->yes;
        step->counts[bad] = !answer->yes;
        if (!source->opinion)
            step->counts[PK_REPORT_HEADS] = answer->yes ? answer->heads : 0;
    }
    if (source->opinion && answer->id > person->opinion_id) {
        person->opinion_given = true;
        person->opinion_id = answer->id;
        person->useful = answer->yes;
    } else if (!source->opinion && answer->id > person->answer_id) {
        person->answered = true;
        person->answer_id = answer->id;
        person->yes = answer->yes;
        person->heads = answer->yes ? answer->heads : 0;
    }
}

static bool is_ours(const struct pk_report_walk *walk, int64_t notice)
{
    for (size_t i = 0; i < walk->count; i++)
        if (walk->sources[i].notice == notice)
            return true;
    return false;
}

bool pk_report_opted_out(const struct pk_report_walk *walk, struct pk_store *store, const struct pk_report_person *person)
{
    int64_t at_ms = person->last_told_ms == 0
                        ? 0
                        : pk_sql_int(store, 0,
                                     "SELECT min(at_ms) FROM ledger INDEXED BY ledger_by_person WHERE recipient = ?1 AND topic = ?2 AND kind = 5"
                                     " AND at_ms >= ?3 AND at_ms < ?4",
                                     "iuii", person->recipient, person->topic, person->last_told_ms, person->last_told_ms + PK_REPORT_OPTED_OUT_MS);
    if (at_ms == 0)
        return false;
    sqlite3_stmt *rows = pk_sql(store, "SELECT DISTINCT m.notice FROM address a CROSS JOIN message m INDEXED BY message_by_address ON m.address = a.id"
                                       " CROSS JOIN attempt t INDEXED BY attempt_by_message ON t.message = m.id WHERE a.recipient = ?1 AND m.class = 0"
                                       " AND m.state IN (4, 5, 6, 8, 9, 11, 16) AND t.opened_ms > ?2 AND t.opened_ms <= ?3");
    bool other = false;
    pk_sql_bind(rows, "iii", person->recipient, person->last_told_ms, at_ms);
    while (pk_sql_step(store, rows, NULL) == 1)
        other = other || !is_ours(walk, sqlite3_column_int64(rows, 0));
    return !other;
}

/* ---- which groups they are in ---- */

static void one_text(struct pk_store *store, sqlite3_stmt *find, char to[PK_REPORT_LABEL], const char *otherwise)
{
    (void) snprintf(to, PK_REPORT_LABEL, "%s", otherwise);
    if (pk_sql_step(store, find, NULL) != 1)
        return;
    (void) snprintf(to, PK_REPORT_LABEL, "%.*s", PK_SLICE_ARG(pk_sql_text(find, 0)));
    pk_sql_reset(find);
}

/* Hours of the first day, then days: each by the moment it begins. */
static void time_of(const struct pk_report_walk *walk, int64_t told_ms, char to[PK_REPORT_LABEL])
{
    int64_t first_ms = walk->first_ms - walk->first_ms % HOUR_MS, after_ms = told_ms > first_ms ? told_ms - first_ms : 0;
    char moment[PK_TIME_TEXT_MAX];
    after_ms -= after_ms < DAY_MS ? after_ms % HOUR_MS : after_ms % DAY_MS;
    (void) snprintf(to, PK_REPORT_LABEL, "%s", pk_time_format(first_ms + after_ms, moment));
}

int pk_report_find_groups(const struct pk_report_walk *walk, struct pk_store *store, const struct pk_report_person *person, struct pk_report_groups *groups,
                       struct pk_error *err)
{
    size_t areas = 0;
    int r;
    *groups = (struct pk_report_groups){ .language = "unknown", .script = "unknown", .area = "none" };
    sqlite3_stmt *find = pk_sql(store, "SELECT language, script FROM recipient WHERE id = ?1");
    pk_sql_bind(find, "i", person->recipient);
    if (pk_sql_step(store, find, NULL) == 1) {
        struct pk_slice language = pk_sql_text(find, 0), script = pk_sql_text(find, 1);
        (void) snprintf(groups->language, PK_REPORT_LABEL, "%.*s", PK_SLICE_ARG(language));
        (void) snprintf(groups->script, PK_REPORT_LABEL, "%.*s", PK_SLICE_ARG(script.len > 0 ? script : language));
        pk_sql_reset(find);
    }
    find = pk_sql(store, "SELECT text FROM name WHERE id = ?1");
    pk_sql_bind(find, "u", person->channel);
    one_text(store, find, groups->channel, "none");
    sqlite3_stmt *rows = pk_sql(store, "SELECT n.text FROM tag g INDEXED BY tag_by_recipient CROSS JOIN name n ON n.id = g.tag WHERE g.recipient = ?1"
                                       " AND n.text >= 'area:' AND n.text < 'area;'");
    pk_sql_bind(rows, "i", person->recipient);
    while ((r = pk_sql_step(store, rows, err)) == 1)
        if (areas++ == 0)
            (void) snprintf(groups->area, PK_REPORT_LABEL, "%.*s", PK_SLICE_ARG(pk_sql_text(rows, 0)));
    if (areas > 1)
        (void) snprintf(groups->area, PK_REPORT_LABEL, "several");
    if (person->first_told_ms != 0)
        time_of(walk, person->first_told_ms, groups->time);
    else
        (void) snprintf(groups->time, PK_REPORT_LABEL, "not told");
    return r;
}

int pk_report_take_person(struct pk_report_walk *walk, struct pk_store *store, int64_t who, bool with_answers, struct pk_report_person *person,
                       struct pk_error *err)
{
    int r = 0;
    person->recipient = who;
    for (size_t i = 0; r == 0 && i < walk->count; i++) {
        const struct said *message;
        const struct pk_report_answer *answer;
        while ((r = next_message(walk, i, store, &message, err)) == 0 && message && message->recipient == who) {
            r = take_message(walk, i, store, message, person, err);
            if (r != 0)
                return r;
            walk->ahead[i].message_at++;
        }
        while (r == 0 && (r = next_answer(walk, i, store, &answer, err)) == 0 && answer && answer->recipient == who) {
            if (with_answers)
                take_answer(&walk->sources[i], answer, person);
            walk->ahead[i].answer_at++;
        }
    }
    return r;
}
