/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/audience.h"

#include "gateway/store/audience_walk.h"
#include "gateway/store/campaign_made.h"
#include "gateway/store/circles.h"
#include "gateway/store/names.h"

static int circle_id(struct pk_store *store, struct pk_slice name, int64_t *ret_id, struct pk_error *err)
{
    struct pk_circle circle = { 0 };
    int r = pk_circle_by_name(store, name, &circle, err);
    *ret_id = r == 0 ? circle.id : 0;
    return r == PK_E_NOT_FOUND ? 0 : r;
}

int pk_audience_resolve(struct pk_store *store, struct pk_audience_tree *tree, struct pk_error *err)
{
    int r = 0;
    for (uint16_t i = 1; r == 0 && i <= tree->count; i++) {
        struct pk_audience_node *node = &tree->nodes[i];
        if (node->kind == PK_AUDIENCE_TAG)
            node->id = pk_name_find(store, PK_NAME_TAG, pk_slice_of(pk_audience_name(tree, i)));
        else if (node->kind == PK_AUDIENCE_TOPIC)
            node->id = pk_name_find(store, PK_NAME_TOPIC, pk_slice_of(pk_audience_name(tree, i)));
        else if (node->kind == PK_AUDIENCE_CIRCLE)
            r = circle_id(store, pk_slice_of(pk_audience_name(tree, i)), &node->id, err);
    }
    return r;
}

static void copy_short(char to[PK_LANGUAGE_MAX], struct pk_slice text)
{
    size_t n = text.len < PK_LANGUAGE_MAX - 1 ? text.len : PK_LANGUAGE_MAX - 1;
    memcpy(to, text.data, n);
    to[n] = '\0';
}

/* ---- who is told ---- */

static void copy_row(struct pk_walk *walk, int64_t who, size_t channel, struct pk_audience_row *ret_row)
{
    ret_row->recipient = who;
    ret_row->address = walk->open[channel].address;
    ret_row->channel = walk->audience->channels[channel];
    ret_row->has_next = pk_walk_has_next(walk, who, channel);
    memcpy(ret_row->country, walk->open[channel].country, sizeof ret_row->country);
    copy_short(ret_row->language, pk_walk_language(walk));
    copy_short(ret_row->script, pk_walk_script(walk));
}

/* `rows` NULL = they are only counted. */
static int told(struct pk_store *store, const struct pk_audience *audience, int64_t after, int64_t now_ms, int64_t max,
                struct pk_audience_row *rows, int64_t *ret_count, struct pk_error *err)
{
    struct pk_walk walk;
    int64_t count = 0;
    pk_walk_begin(&walk, store, audience, now_ms, err);
    walk.told_only = true;
    for (int64_t who = after; count < max && who != INT64_MAX && (who = pk_walk_next(&walk, who + 1)) != INT64_MAX;) {
        size_t channel = 0;
        if (pk_walk_judge(&walk, who, &channel) != PK_TOLD)
            continue;
        if (rows)
            copy_row(&walk, who, channel, &rows[count]);
        count++;
    }
    *ret_count = count;
    return pk_walk_end(&walk);
}

int pk_audience_page(struct pk_store *store, const struct pk_audience *audience, int64_t after, int64_t now_ms, size_t max,
                     struct pk_audience_row *ret_rows, size_t *ret_count, struct pk_error *err)
{
    int64_t count = 0;
    int r = told(store, audience, after, now_ms, (int64_t) max, ret_rows, &count, err);
    if (r == 0)
        *ret_count = (size_t) count;
    return r;
}

int pk_audience_count(struct pk_store *store, const struct pk_audience *audience, int64_t now_ms, int64_t limit, int64_t *ret_count,
                      struct pk_error *err)
{
    return told(store, audience, INT64_MIN, now_ms, limit, NULL, ret_count, err);
}

int64_t pk_audience_bound(struct pk_store *store, const struct pk_audience *audience, int64_t limit)
{
    const struct pk_audience_tree *tree = audience->tree;
    uint16_t at = tree->root;
    if (tree->nodes[at].kind == PK_AUDIENCE_ALL)
        for (at = tree->nodes[at].child; at != 0 && tree->nodes[at].kind != PK_AUDIENCE_TAG;)
            at = tree->nodes[at].next;
    if (at == 0 || tree->nodes[at].kind != PK_AUDIENCE_TAG)
        return limit;
    return pk_sql_int(store, limit, "SELECT count(*) FROM (SELECT 1 FROM tag WHERE tag = ?1 LIMIT ?2)", "ii", tree->nodes[at].id, limit);
}

/* ---- one person ---- */

/* The same walk, which stands at one person and asks only for what is left of the channels. */
int pk_ladder_next(struct pk_store *store, const struct pk_audience *audience, int64_t recipient, uint32_t channel, int64_t now_ms,
                   struct pk_next_address *ret_next, struct pk_error *err)
{
    static const struct pk_audience_tree everybody; /* its root is an `and` of nothing */
    struct pk_audience left = { .topic = audience->topic, .tree = &everybody };
    struct pk_walk walk;
    size_t at = 0;
    while (at < audience->channel_count && audience->channels[at] != channel)
        at++;
    for (at++; at < audience->channel_count; at++)
        left.channels[left.channel_count++] = audience->channels[at];
    *ret_next = (struct pk_next_address){ 0 };
    if (left.channel_count == 0)
        return 0;
    pk_walk_begin(&walk, store, &left, now_ms, err);
    walk.stops_apart = true;
    if (pk_walk_next(&walk, recipient) == recipient && pk_walk_judge(&walk, recipient, &at) == PK_TOLD) {
        struct pk_next_address next = { .address = walk.open[at].address, .channel = left.channels[at] };
        next.has_next = pk_walk_has_next(&walk, recipient, at);
        memcpy(next.country, walk.open[at].country, sizeof next.country);
        *ret_next = next;
    }
    return pk_walk_end(&walk);
}

/* ---- everybody, with reasons ---- */

struct pk_survey {
    struct pk_audience audience;
    struct pk_audience_tree tree;
    int64_t now_ms, after;
    struct pk_audience_counts counts;
    uint16_t groups; /* the `or` whose parts are groups; 0 = none */
    size_t newest; /* the group of the last person: mostly the next one's too */
    size_t newest_cell; /* the same of their cell */
    int64_t often, often_since_ms; /* so often since then is often enough; 0 = nobody asks */
    bool begun, ended;
    int64_t *suppressed;
    size_t suppressed_count, suppressed_cap;
};

/* The rule itself, or the only one in a list of and. */
static uint16_t groups_of(const struct pk_audience_tree *tree)
{
    uint16_t found = 0;
    if (tree->nodes[tree->root].kind == PK_AUDIENCE_ANY)
        return tree->nodes[tree->root].child != 0 ? tree->root : 0;
    if (tree->nodes[tree->root].kind != PK_AUDIENCE_ALL)
        return 0;
    for (uint16_t at = tree->nodes[tree->root].child; at != 0; at = tree->nodes[at].next) {
        if (tree->nodes[at].kind != PK_AUDIENCE_ANY)
            continue;
        if (found != 0)
            return 0;
        found = at;
    }
    return found;
}

struct pk_survey *pk_survey_new(const struct pk_audience *audience, int64_t now_ms)
{
    struct pk_survey *survey = pk_alloc(sizeof *survey);
    survey->audience = *audience;
    survey->tree = *audience->tree;
    survey->audience.tree = &survey->tree;
    survey->now_ms = now_ms;
    survey->after = INT64_MIN;
    survey->groups = groups_of(&survey->tree);
    survey->counts.grouped = survey->groups != 0;
    return survey;
}

void pk_survey_cap(struct pk_survey *survey, int64_t times, int64_t since_ms)
{
    survey->often = times;
    survey->often_since_ms = since_ms;
}

void pk_survey_free(struct pk_survey *survey)
{
    if (!survey)
        return;
    free(survey->suppressed);
    free(survey);
}

const struct pk_audience_counts *pk_survey_counts(const struct pk_survey *survey)
{
    return &survey->counts;
}

/* They are few, and looked at once: a look for each person would cost more than all the rest. Theirs who said STOP themselves
 * are not needed. */
static int load_suppressed(struct pk_survey *survey, struct pk_store *store, struct pk_error *err)
{
    int r;
    sqlite3_stmt *rows = pk_sql(store, "SELECT a.id FROM suppression s CROSS JOIN address a INDEXED BY address_by_value ON a.channel = s.channel"
                                       " AND a.blind = s.blind CROSS JOIN recipient r ON r.id = a.recipient AND r.stopped_ms = 0 ORDER BY a.id");
    survey->suppressed_cap = 64;
    survey->suppressed = pk_alloc_array(survey->suppressed_cap, sizeof *survey->suppressed);
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        if (survey->suppressed_count == survey->suppressed_cap) {
            survey->suppressed_cap *= 2;
            survey->suppressed = pk_realloc_array(survey->suppressed, survey->suppressed_cap, sizeof *survey->suppressed);
        }
        survey->suppressed[survey->suppressed_count++] = sqlite3_column_int64(rows, 0);
    }
    survey->begun = r == 0;
    return r;
}

static bool is_of(const struct pk_audience_group *group, struct pk_slice language, struct pk_slice script)
{
    return pk_slice_is(language, group->language) && pk_slice_is(script, group->script);
}

static int count_group(struct pk_survey *survey, struct pk_walk *walk, int64_t who, size_t channel, struct pk_error *err)
{
    struct pk_audience_counts *counts = &survey->counts;
    struct pk_slice language = pk_walk_language(walk), script = pk_walk_script(walk);
    size_t at = survey->newest;
    if (at >= counts->group_count || !is_of(&counts->groups[at], language, script))
        for (at = 0; at < counts->group_count && !is_of(&counts->groups[at], language, script);)
            at++;
    if (at == PK_AUDIENCE_GROUPS_MAX)
        return pk_fail(err, PK_E_LIMIT, "there are people of more than %d languages and scripts", PK_AUDIENCE_GROUPS_MAX);
    if (at == counts->group_count) {
        copy_short(counts->groups[at].language, language);
        copy_short(counts->groups[at].script, script);
        counts->group_count++;
    }
    counts->groups[at].people++;
    counts->groups[at].by_channel[channel]++;
    for (size_t i = channel + 1; i < survey->audience.channel_count; i++)
        counts->groups[at].later[i] += pk_walk_may_tell(walk, who, i);
    survey->newest = at;
    return 0;
}

static bool is_cell(const struct pk_audience_cell *cell, size_t group, size_t channel, const char *country)
{
    return cell->group == group && cell->channel == channel && strcmp(cell->country, country) == 0;
}

/* When half the room is taken, further countries are told as one: for that there is room, as there are so few channels. */
static void count_cell(struct pk_survey *survey, size_t channel, const char *country)
{
    struct pk_audience_counts *counts = &survey->counts;
    size_t at = survey->newest_cell, group = survey->newest;
    for (bool again = true; again;) {
        if (at >= counts->cell_count || !is_cell(&counts->cells[at], group, channel, country))
            for (at = 0; at < counts->cell_count && !is_cell(&counts->cells[at], group, channel, country);)
                at++;
        again = at == counts->cell_count && at >= PK_AUDIENCE_CELLS_MAX / 2 && country[0] != '\0';
        if (again)
            country = "";
    }
    if (at == counts->cell_count) {
        struct pk_audience_cell *cell = &counts->cells[counts->cell_count++];
        *cell = (struct pk_audience_cell){ .group = group, .channel = channel };
        (void) snprintf(cell->country, sizeof cell->country, "%.2s", country);
    }
    counts->cells[at].people++;
    survey->newest_cell = at;
}

static int count_person(struct pk_survey *survey, struct pk_walk *walk, int64_t who, struct pk_error *err)
{
    struct pk_audience_counts *counts = &survey->counts;
    const struct pk_audience_tree *tree = &survey->tree;
    size_t channel = 0;
    int64_t places = survey->groups == 0;
    for (uint16_t at = survey->groups != 0 ? tree->nodes[survey->groups].child : 0; at != 0; at = tree->nodes[at].next)
        places += pk_walk_means(walk, at, who);
    enum pk_left_out reason = pk_walk_judge(walk, who, &channel);
    if (reason == PK_TOLD && survey->often > 0 && pk_campaign_told_since(walk->store, who, survey->often_since_ms) >= survey->often)
        reason = PK_LEFT_OFTEN;
    if (walk->result != 0) /* not to be known: whatever was read last may be half of it */
        return 0;
    counts->people++;
    counts->places += places;
    counts->by_reason[reason]++;
    if (reason != PK_TOLD)
        return 0;
    counts->by_channel[channel]++;
    int r = count_group(survey, walk, who, channel, err);
    if (r == 0)
        count_cell(survey, channel, walk->open[channel].country);
    return r;
}

static int by_name(const void *a, const void *b)
{
    const struct pk_audience_group *one = a, *other = b;
    int order = strcmp(one->language, other->language);
    return order != 0 ? order : strcmp(one->script, other->script);
}

/* Groups are told by name; the cells follow them. */
static void sort_groups(struct pk_audience_counts *counts)
{
    struct pk_audience_group before[PK_AUDIENCE_GROUPS_MAX];
    memcpy(before, counts->groups, sizeof before);
    qsort(counts->groups, counts->group_count, sizeof counts->groups[0], by_name);
    for (size_t i = 0; i < counts->cell_count; i++) {
        size_t at = 0;
        while (by_name(&counts->groups[at], &before[counts->cells[i].group]) != 0)
            at++;
        counts->cells[i].group = at;
    }
}

int pk_survey_some(struct pk_survey *survey, struct pk_store *store, size_t max, struct pk_error *err)
{
    struct pk_walk walk;
    int r = survey->begun ? 0 : load_suppressed(survey, store, err);
    if (r != 0 || survey->ended)
        return r;
    pk_walk_begin(&walk, store, &survey->audience, survey->now_ms, err);
    walk.suppressed = survey->suppressed;
    walk.suppressed_count = survey->suppressed_count;
    for (size_t i = 0; r == 0 && i < max; i++) {
        int64_t who = survey->after == INT64_MAX ? INT64_MAX : pk_walk_next(&walk, survey->after + 1);
        survey->ended = who == INT64_MAX;
        if (survey->ended)
            break;
        r = count_person(survey, &walk, who, err);
        survey->after = who;
    }
    survey->counts.read += walk.read;
    int ended = pk_walk_end(&walk);
    if (ended != 0 || r != 0)
        return ended != 0 ? ended : r;
    if (survey->ended)
        sort_groups(&survey->counts);
    return survey->ended ? 0 : 1;
}
