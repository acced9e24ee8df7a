/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Audiences in the store: who is told and why the others are not, against a plain evaluation of the same rule on the same
 * people; each counted once, sums that agree; and that nothing is read that need not be.
 */
#include "tests/unit/store/support.h"

#include "gateway/base/random.h"
#include "gateway/store/circles.h"
#include "gateway/store/internal.h"

#define SEED 20261114u
#define PEOPLE 40
#define ROUNDS 60
#define RULES 12

enum { SMS, CHAT, CHANNELS };
static const char *const tags[] = { "school:a", "school:b", "area:c", "area:d" };
static const char *const languages[] = { "bg", "nl", "tr" }, *const scripts[] = { "", "Latn", "plain" };
static const char *const topics[] = { "parent-meetings", "festival" };

struct address {
    int64_t id;
    bool there, blocked, suppressed;
};

struct somebody {
    int64_t id;
    unsigned tags; /* bits */
    bool in_circle, stopped;
    size_t language, script;
    struct address addresses[CHANNELS][2];
    uint32_t kinds[CHANNELS][2]; /* by topic; 0 = never asked */
    int64_t until_ms[CHANNELS][2];
};

struct town {
    struct desk *desk;
    uint32_t channels[CHANNELS], topics[2];
    struct somebody people[PEOPLE];
};

static bool chance(unsigned one_in)
{
    return pk_random_below(one_in) == 0;
}

/* ---- people ---- */

static void add_addresses(struct town *town, struct somebody *who, size_t channel)
{
    struct pk_store *store = town->desk->store;
    for (size_t i = 0; i < 2; i++) {
        static unsigned made;
        struct address *address = &who->addresses[channel][i];
        char value[32];
        *address = (struct address){ .there = i == 0 ? !chance(4) : chance(5), .blocked = chance(4), .suppressed = chance(8) };
        if (!address->there)
            continue;
        (void) snprintf(value, sizeof value, made % 2 == 0 ? "+316%08u" : "+35988%07u", made);
        made++;
        assert_int_equal(pk_address_add(store, who->id, town->channels[channel], pk_slice_of(value), NOW, &address->id, NULL), 0);
        if (address->blocked)
            assert_int_equal(pk_address_block(store, address->id, NOW, NULL), 0);
        if (address->suppressed)
            assert_int_equal(pk_suppression_add(store, town->channels[channel], pk_slice_of(value), NOW, NULL), 0);
    }
}

static void add_consents(struct town *town, struct somebody *who, size_t channel)
{
    static const uint32_t kinds[] = { 0, PK_CONSENT_REQUESTED, PK_CONSENT_CONFIRMED, PK_CONSENT_CONFIRMED, PK_CONSENT_CONFIRMED, PK_CONSENT_WITHDRAWN };
    for (size_t topic = 0; topic < 2; topic++) {
        who->kinds[channel][topic] = kinds[pk_random_below(PK_COUNT(kinds))];
        who->until_ms[channel][topic] = chance(4) ? NOW - 1 : chance(2) ? NOW + 1 : 0;
        struct pk_consent_event event = { .recipient = who->id, .topic = town->topics[topic], .channel = town->channels[channel],
                                          .kind = who->kinds[channel][topic], .at_ms = NOW - 5, .until_ms = who->until_ms[channel][topic],
                                          .how = PK_SLICE("x"), .language = PK_SLICE("bg"), .by = PK_SLICE("x") };
        if (event.kind != 0)
            assert_int_equal(pk_ledger_append(town->desk->store, &event, NULL), 0);
    }
}

static void add_somebody(struct town *town, struct somebody *who, int64_t circle)
{
    struct pk_store *store = town->desk->store;
    *who = (struct somebody){ .language = pk_random_below(3), .script = pk_random_below(3), .in_circle = chance(3), .stopped = chance(6) };
    assert_int_equal(pk_recipient_add(store, pk_slice_of(languages[who->language]), pk_slice_of(scripts[who->script]), NOW, &who->id, NULL), 0);
    for (size_t i = 0; i < PK_COUNT(tags); i++) {
        uint32_t tag = 0;
        if (!chance(3))
            continue;
        assert_int_equal(pk_name_intern(store, PK_NAME_TAG, pk_slice_of(tags[i]), &tag, NULL), 0);
        assert_int_equal(pk_recipient_tag(store, who->id, tag, NULL), 1);
        who->tags |= 1u << i;
    }
    if (who->in_circle || chance(4)) /* asked, and told or not yet */
        assert_int_equal(pk_sql_write(store, NULL, "INSERT INTO circle_member(recipient, circle, question, since_ms, told_ms) VALUES(?1, ?2, 1, 1, ?3)",
                                      "iii", who->id, circle, who->in_circle ? NOW : INT64_C(0)), 0);
    if (who->stopped)
        assert_int_equal(pk_recipient_set_stopped(store, who->id, NOW, NULL), 0);
    for (size_t channel = 0; channel < CHANNELS; channel++) {
        add_addresses(town, who, channel);
        add_consents(town, who, channel);
    }
}

static void settle_town(struct town *town, struct desk *desk, size_t count)
{
    struct pk_user user = { .role = 4, .language = "bg", .name = "maria", .created_ms = NOW };
    int64_t circle = 0;
    town->desk = desk;
    town->channels[SMS] = desk->sms;
    assert_int_equal(pk_name_intern(desk->store, PK_NAME_CHANNEL, PK_SLICE("telegram"), &town->channels[CHAT], NULL), 0);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(pk_name_intern(desk->store, PK_NAME_TOPIC, pk_slice_of(topics[i]), &town->topics[i], NULL), 0);
    assert_int_equal(pk_user_add(desk->store, &user, NULL), 0);
    assert_int_equal(pk_circle_make(desk->store, &user, NOW, &circle, NULL), 0);
    for (size_t i = 0; i < count; i++)
        add_somebody(town, &town->people[i], circle);
}

/* ---- the plain evaluation ---- */

static bool has(const struct somebody *who, const char *tag)
{
    for (size_t i = 0; i < PK_COUNT(tags); i++)
        if (strcmp(tags[i], tag) == 0)
            return (who->tags & 1u << i) != 0;
    return false;
}

static bool agreed(const struct somebody *who, size_t channel, size_t topic)
{
    return who->kinds[channel][topic] == PK_CONSENT_CONFIRMED && (who->until_ms[channel][topic] == 0 || who->until_ms[channel][topic] > NOW);
}

static bool means(const struct pk_audience_tree *tree, uint16_t at, const struct somebody *who)
{
    const struct pk_audience_node *node = &tree->nodes[at];
    const char *name = pk_audience_name(tree, at);
    size_t met = 0, children = 0;
    for (uint16_t child = node->child; child != 0; child = tree->nodes[child].next, children++)
        met += means(tree, child, who);
    switch (node->kind) {
    case PK_AUDIENCE_ALL:
        return met == children;
    case PK_AUDIENCE_ANY:
        return met > 0;
    case PK_AUDIENCE_NOT:
        return met == 0;
    case PK_AUDIENCE_TAG:
        return has(who, name);
    case PK_AUDIENCE_CIRCLE:
        return who->in_circle && strcmp(name, "maria") == 0;
    case PK_AUDIENCE_LANGUAGE:
        return strcmp(languages[who->language], name) == 0;
    case PK_AUDIENCE_SCRIPT:
        return strcmp(scripts[who->script], strcmp(name, "own") == 0 ? "" : name) == 0;
    default:
        for (size_t channel = 0; channel < CHANNELS; channel++)
            for (size_t topic = 0; topic < 2; topic++)
                if (strcmp(topics[topic], name) == 0 && agreed(who, channel, topic))
                    return true;
        return false;
    }
}

static enum pk_left_out judge(const struct somebody *who, const size_t *order, size_t count, size_t topic, size_t *ret_place)
{
    bool any = false, usable = false, suppressed = false;
    *ret_place = count;
    for (size_t i = 0; i < count; i++) {
        bool open = false;
        for (size_t a = 0; a < 2; a++) {
            const struct address *address = &who->addresses[order[i]][a];
            any |= address->there;
            suppressed |= address->there && !address->blocked && address->suppressed;
            open |= address->there && !address->blocked && !address->suppressed;
        }
        usable |= open;
        if (open && agreed(who, order[i], topic) && *ret_place == count)
            *ret_place = i;
    }
    if (who->stopped)
        return PK_LEFT_STOPPED;
    if (*ret_place < count)
        return PK_TOLD;
    return usable ? PK_LEFT_NO_CONSENT : suppressed ? PK_LEFT_STOPPED : any ? PK_LEFT_BAD_NUMBER : PK_LEFT_NO_ADDRESS;
}

/* Whether they could be told on a channel, whichever is asked first. */
static bool open_too(const struct somebody *who, size_t channel, size_t topic)
{
    bool open = false;
    for (size_t a = 0; a < 2; a++)
        open |= who->addresses[channel][a].there && !who->addresses[channel][a].blocked && !who->addresses[channel][a].suppressed;
    return open && agreed(who, channel, topic);
}

/* The oldest on a channel; 0 = none. */
static int64_t oldest(const struct somebody *who, size_t channel, bool suppressed_too)
{
    int64_t first = 0;
    for (size_t a = 0; a < 2; a++) {
        const struct address *address = &who->addresses[channel][a];
        if (address->there && !address->blocked && (suppressed_too || !address->suppressed) && (first == 0 || address->id < first))
            first = address->id;
    }
    return first;
}

/* ---- rules ---- */

static void random_rule(struct pk_buf *line, unsigned depth)
{
    static const char *const leaves[] = { "school:a", "school:b", "area:c", "area:d", "circle:maria", "circle:petya", "language:nl", "language:bg", "script:own",
                                          "script:Latn", "topic:festival", "topic:parent-meetings", "nowhere", "everybody", "nobody" };
    uint64_t kind = depth == 0 ? 0 : pk_random_below(4);
    if (kind == 0) {
        (void) pk_buf_add_text(line, leaves[pk_random_below(PK_COUNT(leaves))]);
    } else if (kind == 1) {
        (void) pk_buf_add_text(line, "not (");
        random_rule(line, depth - 1);
        (void) pk_buf_add_char(line, ')');
    } else {
        for (uint64_t i = 0, n = 2 + pk_random_below(2); i < n; i++) {
            (void) pk_buf_add_text(line, i == 0 ? "" : kind == 2 ? " and " : " or ");
            (void) pk_buf_add_char(line, '(');
            random_rule(line, depth - 1);
            (void) pk_buf_add_char(line, ')');
        }
    }
}

static void compare_counts(const struct town *town, const struct pk_audience *audience, const size_t *order, size_t topic,
                           const struct pk_audience_counts *counts, const char *line)
{
    struct pk_audience_counts plain = { 0 };
    int64_t in_groups = 0, later[PK_AUDIENCE_CHANNELS_MAX] = { 0 };
    for (size_t i = 0; i < PEOPLE; i++) {
        const struct somebody *who = &town->people[i];
        size_t place = 0;
        if (!means(audience->tree, audience->tree->root, who))
            continue;
        enum pk_left_out reason = judge(who, order, audience->channel_count, topic, &place);
        plain.people++;
        plain.by_reason[reason]++;
        if (reason != PK_TOLD)
            continue;
        plain.by_channel[place]++;
        for (size_t j = place + 1; j < audience->channel_count; j++)
            later[j] += open_too(who, order[j], topic);
    }
    for (size_t i = 0; i < counts->group_count; i++) {
        in_groups += counts->groups[i].people;
        for (size_t j = 0; j < audience->channel_count; j++) {
            plain.groups[0].by_channel[j] += counts->groups[i].by_channel[j];
            later[j] -= counts->groups[i].later[j];
        }
    }
    if (memcmp(plain.groups[0].by_channel, counts->by_channel, sizeof counts->by_channel) != 0)
        fail_msg("seed %u, \"%s\": the groups' channels are not those of all", SEED, line);
    for (size_t j = 0; j < audience->channel_count; j++)
        if (later[j] != 0)
            fail_msg("seed %u, \"%s\": %lld people too few may come to channel %zu", SEED, line, (long long) later[j], j);
    if (plain.people != counts->people || memcmp(plain.by_reason, counts->by_reason, sizeof plain.by_reason) != 0 ||
        memcmp(plain.by_channel, counts->by_channel, sizeof plain.by_channel) != 0 || in_groups != plain.by_reason[PK_TOLD])
        fail_msg("seed %u, \"%s\": %lld people instead of %lld, %lld told instead of %lld", SEED, line, (long long) counts->people,
                 (long long) plain.people, (long long) counts->by_reason[PK_TOLD], (long long) plain.by_reason[PK_TOLD]);
    assert_true(counts->places >= counts->people || !counts->grouped);
}

/* Page by page, the same people in order, each with an address of theirs that is open. */
static void compare_pages(const struct town *town, const struct pk_audience *audience, const size_t *order, size_t topic, const char *line)
{
    struct pk_audience_row rows[3];
    int64_t after = INT64_MIN, counted = 0;
    size_t count = 0, total = 0, expected = 0;
    do {
        assert_int_equal(pk_audience_page(town->desk->store, audience, after, NOW, 3, rows, &count, NULL), 0);
        for (size_t i = 0; i < count; i++, total++) {
            const struct somebody *who = NULL;
            size_t place = 0;
            struct pk_address address;
            assert_true(rows[i].recipient > after);
            after = rows[i].recipient;
            for (size_t p = 0; p < PEOPLE; p++)
                who = town->people[p].id == after ? &town->people[p] : who;
            assert_non_null(who);
            if (!means(audience->tree, audience->tree->root, who) || judge(who, order, audience->channel_count, topic, &place) != PK_TOLD)
                fail_msg("seed %u, \"%s\": somebody is told who is not meant", SEED, line);
            assert_int_equal(rows[i].channel, audience->channels[place]);
            assert_string_equal(rows[i].language, languages[who->language]);
            assert_string_equal(rows[i].script, scripts[who->script]);
            assert_int_equal(pk_address_get(town->desk->store, rows[i].address, &address, NULL), 0);
            assert_true(address.recipient == after && address.channel == rows[i].channel && address.blocked_ms == 0);
            assert_int_equal(rows[i].address, oldest(who, order[place], false));
            assert_string_equal(rows[i].country, address.country);
            bool has_next = place == 0 && audience->channel_count == 2 && agreed(who, order[1], topic) && oldest(who, order[1], false) != 0;
            assert_int_equal(rows[i].has_next, has_next);
        }
    } while (count == 3);
    for (size_t i = 0, place; i < PEOPLE; i++)
        expected += means(audience->tree, audience->tree->root, &town->people[i]) &&
                    judge(&town->people[i], order, audience->channel_count, topic, &place) == PK_TOLD;
    if (total != expected)
        fail_msg("seed %u, \"%s\": %zu are told instead of %zu", SEED, line, total, expected);
    assert_int_equal(pk_audience_count(town->desk->store, audience, NOW, 1000, &counted, NULL), 0);
    assert_int_equal(counted, total);
    assert_true(pk_audience_bound(town->desk->store, audience, 1000) >= counted);
}

/* One by one: where each goes on after the first channel. A STOP is the gate's. */
static void compare_next(const struct town *town, const struct pk_audience *audience, const size_t *order, size_t topic)
{
    for (size_t i = 0; i < PEOPLE; i++) {
        struct pk_next_address next;
        struct pk_address address = { 0 };
        const struct somebody *who = &town->people[i];
        int64_t expected = audience->channel_count == 2 && agreed(who, order[1], topic) ? oldest(who, order[1], true) : 0;
        assert_int_equal(pk_ladder_next(town->desk->store, audience, who->id, audience->channels[0], NOW, &next, NULL), 0);
        assert_int_equal(next.address, expected);
        assert_int_equal(next.channel, expected != 0 ? audience->channels[1] : 0);
        assert_false(next.has_next);
        if (expected != 0)
            assert_int_equal(pk_address_get(town->desk->store, expected, &address, NULL), 0);
        assert_string_equal(next.country, address.country);
    }
}

/* The cells are the groups and the channels, told finer. */
static void compare_cells(const struct pk_audience_counts *counts)
{
    int64_t groups[PK_AUDIENCE_GROUPS_MAX] = { 0 }, channels[PK_AUDIENCE_CHANNELS_MAX] = { 0 };
    for (size_t i = 0; i < counts->cell_count; i++) {
        groups[counts->cells[i].group] += counts->cells[i].people;
        channels[counts->cells[i].channel] += counts->cells[i].people;
    }
    for (size_t i = 0; i < counts->group_count; i++)
        assert_int_equal(groups[i], counts->groups[i].people);
    for (size_t i = 0; i < PK_AUDIENCE_CHANNELS_MAX; i++)
        assert_int_equal(channels[i], counts->by_channel[i]);
}

static void random_rules_on_random_people(void **state)
{
    (void) state;
    struct town *town = calloc(1, sizeof *town);
    print_message("seed %u\n", SEED);
    pk_random_seed(SEED);
    for (int round = 0; round < ROUNDS; round++) {
        struct desk *desk = NULL;
        assert_int_equal(desk_setup((void **) &desk), 0);
        settle_town(town, desk, PEOPLE);
        for (int i = 0; i < RULES; i++) {
            struct pk_audience_tree tree;
            struct pk_buf line;
            size_t order[2] = { (size_t) pk_random_below(2), 0 }, topic = (size_t) pk_random_below(2);
            order[1] = 1 - order[0];
            pk_buf_init(&line, 4096);
            random_rule(&line, 3);
            struct pk_audience audience = audience_of(desk, pk_buf_text(&line), &tree);
            audience.topic = town->topics[topic];
            audience.channel_count = 1 + (size_t) pk_random_below(2);
            for (size_t c = 0; c < 2; c++)
                audience.channels[c] = town->channels[order[c]];
            pk_auto(pk_survey) struct pk_survey *survey = pk_survey_new(&audience, NOW);
            size_t step = 1 + (size_t) pk_random_below(30);
            int r;
            while ((r = pk_survey_some(survey, desk->store, step, NULL)) == 1) {
            }
            assert_int_equal(r, 0);
            compare_counts(town, &audience, order, topic, pk_survey_counts(survey), pk_buf_text(&line));
            compare_cells(pk_survey_counts(survey));
            compare_pages(town, &audience, order, topic, pk_buf_text(&line));
            compare_next(town, &audience, order, topic);
            pk_buf_finish(&line);
        }
        desk_teardown((void **) &desk);
    }
    free(town);
}

/* ---- one by one ---- */

static struct pk_audience_counts counted(struct desk *desk, const char *line)
{
    struct pk_audience_tree tree;
    struct pk_audience audience = audience_of(desk, line, &tree);
    pk_auto(pk_survey) struct pk_survey *survey = pk_survey_new(&audience, NOW);
    int r;
    while ((r = pk_survey_some(survey, desk->store, 7, NULL)) == 1) {
    }
    assert_int_equal(r, 0);
    return *pk_survey_counts(survey);
}

static int64_t tagged(struct desk *desk, unsigned number, const char *tag)
{
    char value[24];
    uint32_t id = 0;
    (void) snprintf(value, sizeof value, "+3160%07u", number);
    int64_t who = person(desk, value, PK_CONSENT_CONFIRMED, NULL);
    assert_int_equal(pk_name_intern(desk->store, PK_NAME_TAG, pk_slice_of(tag), &id, NULL), 0);
    assert_int_equal(pk_recipient_tag(desk->store, who, id, NULL), 1);
    return who;
}

static void in_two_groups_is_told_once(void **state)
{
    struct desk *desk = *state;
    uint32_t area = 0;
    for (unsigned i = 0; i < 6; i++)
        (void) tagged(desk, i, "school:a");
    int64_t both = tagged(desk, 6, "school:a");
    (void) tagged(desk, 7, "area:b");
    assert_int_equal(pk_name_intern(desk->store, PK_NAME_TAG, PK_SLICE("area:b"), &area, NULL), 0);
    assert_int_equal(pk_recipient_tag(desk->store, both, area, NULL), 1);
    struct pk_audience_counts counts = counted(desk, "school:a or area:b");
    assert_true(counts.grouped && counts.people == 8 && counts.places == 9 && counts.by_reason[PK_TOLD] == 8);
    counts = counted(desk, "language:bg and (school:a or area:b)");
    assert_true(counts.grouped && counts.people == 8 && counts.places == 9);
    counts = counted(desk, "school:a and area:b");
    assert_true(!counts.grouped && counts.people == 1 && counts.places == 1);
}

static void sorted_by_language(void **state)
{
    struct desk *desk = *state;
    assert_int_equal(pk_recipient_set_language(desk->store, tagged(desk, 1, "x"), PK_SLICE("tr"), PK_SLICE("plain"), NULL), 0);
    assert_int_equal(pk_recipient_set_language(desk->store, tagged(desk, 2, "x"), PK_SLICE("bg"), PK_SLICE("Latn"), NULL), 0);
    (void) tagged(desk, 3, "x");
    (void) tagged(desk, 4, "x");
    struct pk_audience_counts counts = counted(desk, "x");
    assert_int_equal(counts.group_count, 3);
    assert_string_equal(counts.groups[0].language, "bg");
    assert_string_equal(counts.groups[0].script, "");
    assert_int_equal(counts.groups[0].people, 2);
    assert_string_equal(counts.groups[1].script, "Latn");
    assert_string_equal(counts.groups[2].language, "tr");
    char language[3] = "aa";
    for (unsigned i = 0; i < PK_AUDIENCE_GROUPS_MAX; i++) {
        language[0] = (char) ('a' + i / 26), language[1] = (char) ('a' + i % 26);
        assert_int_equal(pk_recipient_set_language(desk->store, tagged(desk, 10 + i, "x"), pk_slice_of(language), PK_SLICE(""), NULL), 0);
    }
    struct pk_audience_tree tree;
    struct pk_audience audience = audience_of(desk, "x", &tree);
    pk_auto(pk_survey) struct pk_survey *survey = pk_survey_new(&audience, NOW);
    assert_int_equal(pk_survey_some(survey, desk->store, 1000, NULL), PK_E_LIMIT);
}

/* ---- the work it is ---- */

/* A school of three in a city of hundreds: its people are read, not the city. */
static void few_are_found_without_reading_the_others(void **state)
{
    struct desk *desk = *state;
    for (unsigned i = 0; i < 600; i++)
        (void) tagged(desk, i, i % 200 == 7 ? "school:small" : "school:large");
    struct pk_audience_counts small = counted(desk, "school:small"), both = counted(desk, "school:small and school:large");
    struct pk_audience_counts narrowed = counted(desk, "school:small and not (school:large or area:b)"), all = counted(desk, "everybody");
    assert_int_equal(small.people, 3);
    assert_int_equal(both.people, 0);
    assert_int_equal(narrowed.people, 3);
    assert_int_equal(all.people, 600);
    /* Each index is asked anew for each of the three, after looking a few times at the next row at first. */
    assert_true(small.read <= 3 * 3 * 3 + 3 * 8);
    assert_true(both.read <= 3 * 3 * 3 + 3 * 8);
    assert_true(narrowed.read <= 3 * 5 * 3 + 5 * 8);
    assert_true(all.read <= 600 * 3 + 4 * (600 / 7 + 2)); /* one pass: each page asks each index anew */
}

static void the_walk_reads_indexes_in_order(void **state)
{
    struct desk *desk = *state;
    char question[1024];
    const char *statement;
    size_t i = 0, covering = 0;
    for (; (statement = pk_audience_statement(i)); i++) {
        sqlite3_stmt *plan = NULL;
        (void) snprintf(question, sizeof question, "EXPLAIN QUERY PLAN %s", statement);
        assert_int_equal(sqlite3_prepare_v2(desk->store->db, question, -1, &plan, NULL), SQLITE_OK);
        while (sqlite3_step(plan) == SQLITE_ROW) {
            const char *line = (const char *) sqlite3_column_text(plan, 3);
            covering += strstr(line, "COVERING INDEX") != NULL;
            if (strncmp(line, "SEARCH", 6) != 0)
                fail_msg("%s: %s", statement, line);
        }
        (void) sqlite3_finalize(plan);
    }
    assert_int_equal(i, 7);
    assert_int_equal(covering, 2); /* addresses and consents: what is asked of everybody */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_rules_on_random_people),  store_test(in_two_groups_is_told_once),
        store_test(sorted_by_language),                   store_test(few_are_found_without_reading_the_others),
        store_test(the_walk_reads_indexes_in_order),
    };
    return cmocka_run_group_tests_name("store/audience", tests, NULL, NULL);
}
