/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/store/audience_walk.h"

#include "gateway/model/routing.h"

#define STEPS_BEFORE_SEEK 8 /* asking anew costs as much as some ten steps */
#define SEEKS_BEFORE_STEP 4 /* where people are far apart: only so often one step is tried, they may have come near */

/* The same question is asked of several tags at once, and the cache knows a statement by its address: each blank in front
 * that is left out is another address of the same words. */
#define BLANKS_8 "        "
#define BLANKS_32 BLANKS_8 BLANKS_8 BLANKS_8 BLANKS_8
#define BLANKS BLANKS_32 BLANKS_32 BLANKS_32 BLANKS_32 BLANKS_8

static const char people_sql[] = "SELECT id, language, script, stopped_ms FROM recipient WHERE id >= ?1 ORDER BY id";
static const char addresses_sql[] = "SELECT recipient, channel, id, blocked_ms, country FROM address INDEXED BY address_by_recipient"
                                    " WHERE recipient >= ?1 ORDER BY recipient, channel, id";
static const char consents_sql[] = BLANKS_8 "SELECT recipient, until_ms FROM consent INDEXED BY consent_by_topic"
                                            " WHERE topic = ?1 AND channel = ?2 AND kind = 3 AND recipient >= ?3 ORDER BY recipient";
static const char tag_sql[] = BLANKS "SELECT recipient FROM tag WHERE tag = ?1 AND recipient >= ?2 ORDER BY recipient";
static const char circle_sql[] = BLANKS "SELECT recipient FROM circle_member INDEXED BY circle_member_by_circle"
                                        " WHERE circle = ?1 AND told_ms > 0 AND recipient >= ?2 ORDER BY recipient";
static const char topic_sql[] =
    "SELECT 1 FROM consent WHERE recipient = ?1 AND topic = ?2 AND kind = 3 AND (until_ms = 0 OR until_ms > ?3) LIMIT 1";
static const char suppressed_sql[] =
    "SELECT 1 FROM address a CROSS JOIN suppression s ON s.channel = a.channel AND s.blind = a.blind WHERE a.id = ?1";

_Static_assert(sizeof BLANKS > PK_AUDIENCE_NODES_MAX + 1, "a blank for every node");
_Static_assert(sizeof BLANKS_8 > PK_AUDIENCE_CHANNELS_MAX, "a blank for every channel");
_Static_assert(PK_AUDIENCE_CHANNELS_MAX >= PK_LADDER_MAX, "a ladder is a list of channels");

const char *pk_audience_statement(size_t index)
{
    static const char *const all[] = { people_sql, addresses_sql, consents_sql, tag_sql, circle_sql, topic_sql, suppressed_sql };
    return index < PK_COUNT(all) ? all[index] : NULL;
}

/* ---- streams ---- */

static void step(struct pk_walk *walk, struct pk_stream *stream)
{
    int r = walk->result == 0 ? pk_sql_step(walk->store, stream->rows, walk->err) : 0;
    walk->read++;
    stream->at = r == 1 ? sqlite3_column_int64(stream->rows, 0) : INT64_MAX;
    if (r < 0)
        walk->result = r;
}

static void seek(struct pk_walk *walk, struct pk_stream *stream, int64_t who)
{
    pk_sql_reset(stream->rows);
    (void) sqlite3_bind_int64(stream->rows, stream->from, who);
    step(walk, stream);
}

/* To the first person at or above `who`. Never backwards. */
static void advance(struct pk_walk *walk, struct pk_stream *stream, int64_t who)
{
    if (stream->at >= who)
        return;
    int most = stream->at == INT64_MIN ? 0 : stream->far == 0 ? STEPS_BEFORE_SEEK : stream->far % SEEKS_BEFORE_STEP == 0;
    for (int i = 0; i < most; i++) {
        step(walk, stream);
        if (stream->at >= who) {
            stream->far = 0;
            return;
        }
    }
    stream->far += stream->at != INT64_MIN;
    seek(walk, stream, who);
}

static void open_stream(struct pk_walk *walk, struct pk_stream *stream, const char *sql, int from, int64_t first, int64_t second)
{
    stream->rows = pk_sql(walk->store, sql);
    stream->from = from;
    stream->at = INT64_MIN;
    if (from > 1)
        (void) sqlite3_bind_int64(stream->rows, 1, first);
    if (from > 2)
        (void) sqlite3_bind_int64(stream->rows, 2, second);
}

void pk_walk_begin(struct pk_walk *walk, struct pk_store *store, const struct pk_audience *audience, int64_t now_ms, struct pk_error *err)
{
    const struct pk_audience_tree *tree = audience->tree;
    *walk = (struct pk_walk){ .store = store, .audience = audience, .now_ms = now_ms, .err = err };
    open_stream(walk, &walk->people, people_sql, 1, 0, 0);
    open_stream(walk, &walk->addresses, addresses_sql, 1, 0, 0);
    for (size_t i = 0; i < audience->channel_count; i++)
        open_stream(walk, &walk->consents[i], consents_sql + i, 3, audience->topic, audience->channels[i]);
    for (uint16_t i = 1; i <= tree->count; i++) {
        if (tree->nodes[i].kind == PK_AUDIENCE_TAG && tree->nodes[i].id != 0)
            open_stream(walk, &walk->leaves[i], tag_sql + i, 2, tree->nodes[i].id, 0);
        if (tree->nodes[i].kind == PK_AUDIENCE_CIRCLE && tree->nodes[i].id != 0)
            open_stream(walk, &walk->leaves[i], circle_sql + i, 2, tree->nodes[i].id, 0);
    }
}

int pk_walk_end(struct pk_walk *walk)
{
    pk_sql_reset(walk->people.rows);
    pk_sql_reset(walk->addresses.rows);
    for (size_t i = 0; i < walk->audience->channel_count; i++)
        pk_sql_reset(walk->consents[i].rows);
    for (uint16_t i = 1; i <= walk->audience->tree->count; i++)
        if (walk->leaves[i].rows)
            pk_sql_reset(walk->leaves[i].rows);
    return walk->result;
}

/* ---- whom the rule means ---- */

struct pk_slice pk_walk_language(const struct pk_walk *walk)
{
    return pk_sql_blob(walk->people.rows, 1);
}

struct pk_slice pk_walk_script(const struct pk_walk *walk)
{
    return pk_sql_blob(walk->people.rows, 2);
}

static bool is_written(const struct pk_walk *walk, const char *script)
{
    struct pk_slice has = pk_walk_script(walk);
    return strcmp(script, "own") == 0 ? has.len == 0 : pk_slice_is(has, script);
}

bool pk_walk_means(struct pk_walk *walk, uint16_t at, int64_t who)
{
    const struct pk_audience_tree *tree = walk->audience->tree;
    const struct pk_audience_node *node = &tree->nodes[at];
    switch (node->kind) {
    case PK_AUDIENCE_ALL:
    case PK_AUDIENCE_ANY:
        for (uint16_t child = node->child; child != 0; child = tree->nodes[child].next)
            if (pk_walk_means(walk, child, who) == (node->kind == PK_AUDIENCE_ANY))
                return node->kind == PK_AUDIENCE_ANY;
        return node->kind == PK_AUDIENCE_ALL;
    case PK_AUDIENCE_NOT:
        return !pk_walk_means(walk, node->child, who);
    case PK_AUDIENCE_LANGUAGE:
        return pk_slice_is(pk_walk_language(walk), pk_audience_name(tree, at));
    case PK_AUDIENCE_SCRIPT:
        return is_written(walk, pk_audience_name(tree, at));
    case PK_AUDIENCE_TOPIC:
        walk->read++;
        return node->id != 0 && pk_sql_int(walk->store, 0, topic_sql, "iii", who, node->id, walk->now_ms) != 0;
    default: /* a tag, a circle */
        if (!walk->leaves[at].rows)
            return false;
        advance(walk, &walk->leaves[at], who);
        return walk->leaves[at].at == who;
    }
}

/* The first person at or above `who` whom this part may mean: what lies before is meant by no means. */
static int64_t may_mean(struct pk_walk *walk, uint16_t at, int64_t who)
{
    const struct pk_audience_tree *tree = walk->audience->tree;
    const struct pk_audience_node *node = &tree->nodes[at];
    int64_t first = INT64_MAX;
    switch (node->kind) {
    case PK_AUDIENCE_ALL:
        for (uint16_t child = node->child; child != 0 && who != INT64_MAX; child = tree->nodes[child].next)
            who = may_mean(walk, child, who);
        return who;
    case PK_AUDIENCE_ANY:
        for (uint16_t child = node->child; child != 0 && first != who; child = tree->nodes[child].next) {
            int64_t one = may_mean(walk, child, who);
            first = one < first ? one : first;
        }
        return first;
    case PK_AUDIENCE_TAG:
    case PK_AUDIENCE_CIRCLE:
        if (!walk->leaves[at].rows)
            return INT64_MAX;
        advance(walk, &walk->leaves[at], who);
        return walk->leaves[at].at;
    default:
        return who;
    }
}

/* The first who said yes on one of the channels. */
static int64_t may_be_told(struct pk_walk *walk, int64_t who)
{
    int64_t first = INT64_MAX;
    for (size_t i = 0; i < walk->audience->channel_count; i++) {
        advance(walk, &walk->consents[i], who);
        first = walk->consents[i].at < first ? walk->consents[i].at : first;
    }
    return first;
}

int64_t pk_walk_next(struct pk_walk *walk, int64_t from)
{
    const uint16_t root = walk->audience->tree->root;
    int64_t who = from;
    for (;;) {
        int64_t next = may_mean(walk, root, who);
        if (walk->told_only && next != INT64_MAX)
            next = may_be_told(walk, next);
        if (next == who && next != INT64_MAX) {
            advance(walk, &walk->people, who);
            next = walk->people.at;
        }
        if (walk->result != 0 || next == INT64_MAX)
            return INT64_MAX;
        if (next == who && pk_walk_means(walk, root, who))
            return who;
        who = next == who ? who + 1 : next;
    }
}

/* ---- what becomes of a message ---- */

static bool is_suppressed(struct pk_walk *walk, int64_t address)
{
    if (!walk->suppressed) {
        walk->read++;
        return pk_sql_int(walk->store, 0, suppressed_sql, "i", address) != 0;
    }
    size_t low = 0, high = walk->suppressed_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (walk->suppressed[middle] == address)
            return true;
        if (walk->suppressed[middle] < address)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

static size_t place_of(const struct pk_audience *audience, uint32_t channel)
{
    size_t at = 0;
    while (at < audience->channel_count && audience->channels[at] != channel)
        at++;
    return at;
}

static bool said_yes(struct pk_walk *walk, size_t channel, int64_t who)
{
    struct pk_stream *stream = &walk->consents[channel];
    advance(walk, stream, who);
    if (stream->at != who)
        return false;
    int64_t until_ms = sqlite3_column_int64(stream->rows, 1);
    return until_ms == 0 || until_ms > walk->now_ms;
}

bool pk_walk_may_tell(struct pk_walk *walk, int64_t who, size_t channel)
{
    return walk->open[channel].address != 0 && said_yes(walk, channel, who);
}

enum pk_left_out pk_walk_judge(struct pk_walk *walk, int64_t who, size_t *ret_channel)
{
    const struct pk_audience *audience = walk->audience;
    bool any = false, usable = false, suppressed = false;
    memset(walk->open, 0, sizeof walk->open);
    if (!walk->stops_apart && sqlite3_column_int64(walk->people.rows, 3) != 0)
        return PK_LEFT_STOPPED;
    for (advance(walk, &walk->addresses, who); walk->addresses.at == who; step(walk, &walk->addresses)) {
        sqlite3_stmt *row = walk->addresses.rows;
        size_t channel = place_of(audience, pk_sql_u32(row, 1));
        int64_t address = sqlite3_column_int64(row, 2);
        if (channel == audience->channel_count)
            continue;
        any = true;
        if (sqlite3_column_int64(row, 3) != 0 || walk->open[channel].address != 0)
            continue;
        if (!walk->stops_apart && is_suppressed(walk, address)) {
            suppressed = true;
            continue;
        }
        usable = true;
        walk->open[channel].address = address;
        pk_country_copy(walk->open[channel].country, pk_sql_text(row, 4));
    }
    for (size_t i = 0; usable && i < audience->channel_count; i++) {
        if (!pk_walk_may_tell(walk, who, i))
            continue;
        *ret_channel = i;
        return PK_TOLD;
    }
    return usable ? PK_LEFT_NO_CONSENT : suppressed ? PK_LEFT_STOPPED : any ? PK_LEFT_BAD_NUMBER : PK_LEFT_NO_ADDRESS;
}

bool pk_walk_has_next(struct pk_walk *walk, int64_t who, size_t channel)
{
    for (channel++; channel < walk->audience->channel_count; channel++)
        if (pk_walk_may_tell(walk, who, channel))
            return true;
    return false;
}
