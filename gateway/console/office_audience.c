/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/console/office_audience.h"

#include "gateway/base/text.h"
#include "gateway/console/staff_words.h"
#include "gateway/language/catalog.h"
#include "gateway/service/circles.h"
#include "gateway/service/rules.h"

#define NAMES_MAX 4096u
#define TICKS_MAX 64u

void pk_ticks_init(struct pk_ticks *ticks)
{
    pk_buf_init(&ticks->tags, NAMES_MAX);
    pk_buf_init(&ticks->without, NAMES_MAX);
    pk_buf_init(&ticks->languages, NAMES_MAX);
    pk_buf_init(&ticks->circles, NAMES_MAX);
    pk_buf_init(&ticks->line, PK_AUDIENCE_TEXT_MAX);
}

void pk_ticks_finish(struct pk_ticks *ticks)
{
    pk_buf_finish(&ticks->tags);
    pk_buf_finish(&ticks->without);
    pk_buf_finish(&ticks->languages);
    pk_buf_finish(&ticks->circles);
    pk_buf_finish(&ticks->line);
}

int pk_ticks_read(struct pk_visit *visit, struct pk_ticks *ticks, struct pk_error *err)
{
    bool given;
    int r = pk_staff_fields(visit, "tag", TICKS_MAX, &ticks->tags, err);
    if (r == 0)
        r = pk_staff_fields(visit, "without", TICKS_MAX, &ticks->without, err);
    if (r == 0)
        r = pk_staff_fields(visit, "language", TICKS_MAX, &ticks->languages, err);
    if (r == 0)
        r = pk_staff_fields(visit, "circle", TICKS_MAX, &ticks->circles, err);
    return r == 0 ? pk_call_form(visit->call, "line", 0, &ticks->line, &given, err) : r;
}

/* ---- boxes to a line ---- */

static bool has(const struct pk_buf *names, struct pk_slice name)
{
    struct pk_slice rest = pk_buf_slice(names), one;
    while (rest.len > 0 && pk_slice_cut(&rest, ' ', &one))
        if (pk_slice_equal(one, name))
            return true;
    return false;
}

static bool is_of(const struct pk_choice_rule *choice, struct pk_slice tag)
{
    for (size_t i = 0; i < choice->tags.count; i++)
        if (pk_slice_is(tag, choice->tags.items[i]))
            return true;
    return false;
}

/* One group of the line: several names are "or". */
struct group {
    struct pk_buf *out;
    const char *kind; /* "language:" */
    size_t count;
};

static void add_name(struct group *group, struct pk_slice name)
{
    (void) pk_buf_add_text(group->out, group->count++ > 0 ? " or " : "");
    (void) pk_buf_add_text(group->out, group->kind);
    (void) pk_buf_add_slice(group->out, name);
}

/* Behind what is there already, in brackets where there are several. */
static void end_group(struct pk_buf *line, const char *front, struct group *group)
{
    if (group->count > 0) {
        (void) pk_buf_add_text(line, line->len > 0 ? " and " : "");
        (void) pk_buf_add_text(line, front);
        (void) pk_buf_printf(line, group->count > 1 ? "(%s)" : "%s", pk_buf_text(group->out));
    }
    pk_buf_clear(group->out);
    group->count = 0;
}

static void add_all(struct pk_buf *line, const char *front, const char *kind, const struct pk_buf *names)
{
    struct pk_slice rest = pk_buf_slice(names), name;
    struct pk_buf text;
    pk_buf_init(&text, PK_AUDIENCE_TEXT_MAX);
    struct group group = { .out = &text, .kind = kind };
    while (rest.len > 0 && pk_slice_cut(&rest, ' ', &name))
        if (name.len > 0)
            add_name(&group, name);
    end_group(line, front, &group);
    pk_buf_finish(&text);
}

static void add_tags(const struct pk_rules *rules, const struct pk_ticks *ticks, struct pk_buf *line)
{
    struct pk_buf text;
    pk_buf_init(&text, PK_AUDIENCE_TEXT_MAX);
    struct group group = { .out = &text, .kind = "" };
    for (size_t i = 0; i < rules->choice_count; i++) {
        struct pk_slice rest = pk_buf_slice(&ticks->tags), tag;
        while (rest.len > 0 && pk_slice_cut(&rest, ' ', &tag))
            if (is_of(&rules->choices[i], tag))
                add_name(&group, tag);
        end_group(line, "", &group);
    }
    pk_buf_finish(&text);
}

void pk_ticks_line(const struct pk_rules *rules, const struct pk_ticks *ticks, struct pk_buf *out)
{
    struct pk_slice line = pk_slice_trim(pk_buf_slice(&ticks->line));
    if (line.len > 0) {
        (void) pk_buf_add_slice(out, line);
        return;
    }
    add_tags(rules, ticks, out);
    add_all(out, "", "language:", &ticks->languages);
    add_all(out, "", "circle:", &ticks->circles);
    add_all(out, "not ", "", &ticks->without);
}

/* ---- a line to boxes ---- */

static void tick(struct pk_buf *names, const char *name)
{
    if (!has(names, pk_slice_of(name)))
        (void) pk_buf_printf(names, names->len > 0 ? " %s" : "%s", name);
}

/* False: it has what no box can say. */
static bool collect(const struct pk_audience_tree *tree, uint16_t at, bool negated, struct pk_ticks *ticks)
{
    const struct pk_audience_node *node = &tree->nodes[at];
    bool fits = true;
    switch (node->kind) {
    case PK_AUDIENCE_ALL:
    case PK_AUDIENCE_ANY:
    case PK_AUDIENCE_NOT:
        for (uint16_t child = node->child; fits && child != 0; child = tree->nodes[child].next)
            fits = collect(tree, child, negated != (node->kind == PK_AUDIENCE_NOT), ticks);
        return fits;
    case PK_AUDIENCE_TAG:
        tick(negated ? &ticks->without : &ticks->tags, pk_audience_name(tree, at));
        return true;
    case PK_AUDIENCE_LANGUAGE:
        tick(&ticks->languages, pk_audience_name(tree, at));
        return !negated;
    case PK_AUDIENCE_CIRCLE:
        tick(&ticks->circles, pk_audience_name(tree, at));
        return !negated;
    default:
        return false;
    }
}

static bool says_the_same(const struct pk_rules *rules, const struct pk_ticks *ticks, const struct pk_audience_tree *tree)
{
    struct pk_audience_tree *other = pk_alloc(sizeof *other);
    uint8_t wanted[32], found[32];
    struct pk_buf line;
    pk_buf_init(&line, PK_AUDIENCE_TEXT_MAX);
    pk_ticks_line(rules, ticks, &line);
    bool same = pk_audience_read_text(line.len > 0 ? pk_buf_slice(&line) : PK_SLICE("everybody"), other, NULL) == 0;
    if (same) {
        pk_audience_hash(tree, wanted);
        pk_audience_hash(other, found);
        same = memcmp(wanted, found, sizeof wanted) == 0;
    }
    pk_buf_finish(&line);
    free(other);
    return same;
}

void pk_ticks_of(const struct pk_rules *rules, struct pk_slice line, struct pk_ticks *ticks)
{
    struct pk_audience_tree *tree = pk_alloc(sizeof *tree);
    bool fits = pk_audience_read_text(line, tree, NULL) == 0 && collect(tree, tree->root, false, ticks) && says_the_same(rules, ticks, tree);
    free(tree);
    if (fits)
        return;
    pk_ticks_finish(ticks);
    pk_ticks_init(ticks);
    (void) pk_buf_add_slice(&ticks->line, line);
}

/* ---- shown ---- */

static void add_box(struct pk_visit *visit, const char *value, struct pk_slice name, bool ticked, bool excluded)
{
    pk_json_open(&visit->out, NULL, '{');
    pk_json_add_text(&visit->out, "value", value);
    pk_json_add_slice(&visit->out, "label", name);
    pk_json_add_bool(&visit->out, "ticked", ticked);
    pk_json_add_bool(&visit->out, "excluded", excluded);
    pk_json_close(&visit->out, '}');
}

static const char *choice_name(const struct pk_visit *visit, const struct pk_choice_rule *choice)
{
    const char *name = pk_tagged_find(&choice->names, pk_slice_of(pk_visit_language(visit)));
    if (!name)
        name = pk_tagged_find(&choice->names, pk_slice_of(visit->call->service->rules->default_language));
    return name ? name : choice->name;
}

static void add_choices(struct pk_visit *visit, const struct pk_ticks *ticks)
{
    const struct pk_rules *rules = visit->call->service->rules;
    struct pk_slice language = pk_slice_of(pk_visit_language(visit));
    pk_json_open(&visit->out, "choices", '[');
    for (size_t i = 0; i < rules->choice_count; i++) {
        const struct pk_choice_rule *choice = &rules->choices[i];
        pk_json_open(&visit->out, NULL, '{');
        pk_json_add_text(&visit->out, "choice", choice_name(visit, choice));
        pk_json_open(&visit->out, "boxes", '[');
        for (size_t j = 0; j < choice->tags.count; j++) {
            struct pk_slice tag = pk_slice_of(choice->tags.items[j]);
            add_box(visit, choice->tags.items[j], pk_choice_label(choice, j, language, pk_slice_of(rules->default_language)), has(&ticks->tags, tag),
                    has(&ticks->without, tag));
        }
        pk_json_close(&visit->out, ']');
        pk_json_close(&visit->out, '}');
    }
    pk_json_close(&visit->out, ']');
}

/* As each language calls itself where the pages know it. */
static void add_languages(struct pk_visit *visit, const struct pk_ticks *ticks)
{
    const struct pk_catalog *catalog = visit->call->service->catalog;
    const struct pk_phrases *phrases = visit->console->phrases;
    size_t none = pk_phrases_language_count(phrases);
    pk_json_open(&visit->out, "spoken", '[');
    for (size_t i = 0; i < pk_catalog_language_count(catalog); i++) {
        struct pk_slice tag = pk_catalog_language_tag(catalog, i);
        size_t found = pk_phrases_find(phrases, tag, none);
        char text[16];
        (void) snprintf(text, sizeof text, "%.*s", PK_SLICE_ARG(tag));
        add_box(visit, text, found < none ? pk_phrases_get(phrases, found, PK_SLICE("language.name")) : tag, has(&ticks->languages, tag), false);
    }
    pk_json_close(&visit->out, ']');
}

struct circling {
    struct pk_visit *visit;
    const struct pk_ticks *ticks;
};

static int add_circle(void *ctx, const struct pk_circle_view *view)
{
    const struct circling *circling = ctx;
    add_box(circling->visit, view->name, pk_slice_of(view->name), has(&circling->ticks->circles, pk_slice_of(view->name)), false);
    return 0;
}

int pk_ticks_add(struct pk_visit *visit, const struct pk_staff *staff, const struct pk_ticks *ticks, struct pk_error *err)
{
    struct circling circling = { visit, ticks };
    add_choices(visit, ticks);
    add_languages(visit, ticks);
    pk_json_open(&visit->out, "circles", '[');
    int r = pk_circles_each(visit->call->service, &staff->acting.actor, visit->call->now_ms, add_circle, &circling, err);
    pk_json_close(&visit->out, ']');
    pk_json_add_slice(&visit->out, "line", pk_buf_slice(&ticks->line));
    return r;
}

/* ---- read ---- */

/* "De Windroos, Het Kompas": what of a choice is among the names. */
static void write_labels(const struct pk_visit *visit, const struct pk_choice_rule *choice, const struct pk_buf *names, struct pk_buf *out)
{
    const struct pk_rules *rules = visit->call->service->rules;
    for (size_t i = 0; i < choice->tags.count; i++) {
        if (!has(names, pk_slice_of(choice->tags.items[i])))
            continue;
        (void) pk_buf_add_text(out, out->len > 0 ? ", " : "");
        (void) pk_buf_add_slice(out, pk_choice_label(choice, i, pk_slice_of(pk_visit_language(visit)), pk_slice_of(rules->default_language)));
    }
}

static void write_names(const struct pk_visit *visit, const struct pk_buf *names, bool languages, struct pk_buf *out)
{
    const struct pk_phrases *phrases = visit->console->phrases;
    struct pk_slice rest = pk_buf_slice(names), name;
    size_t none = pk_phrases_language_count(phrases);
    while (rest.len > 0 && pk_slice_cut(&rest, ' ', &name)) {
        size_t found = languages ? pk_phrases_find(phrases, name, none) : none;
        (void) pk_buf_add_text(out, out->len > 0 ? ", " : "");
        (void) pk_buf_add_slice(out, found < none ? pk_phrases_get(phrases, found, PK_SLICE("language.name")) : name);
    }
}

/* Under what it is called; nothing where there are none. Empties `names`. */
static void add_words(struct pk_visit *visit, struct pk_slice what, const char *choice, struct pk_buf *names)
{
    if (names->len > 0) {
        pk_json_open(&visit->out, NULL, '{');
        pk_json_add_slice(&visit->out, "what", what);
        pk_json_add_text(&visit->out, "choice", choice);
        pk_json_add_slice(&visit->out, "names", pk_buf_slice(names));
        pk_json_close(&visit->out, '}');
    }
    pk_buf_clear(names);
}

void pk_ticks_add_words(struct pk_visit *visit, const struct pk_ticks *ticks)
{
    const struct pk_rules *rules = visit->call->service->rules;
    struct pk_buf names;
    pk_buf_init(&names, NAMES_MAX);
    pk_json_open(&visit->out, "meantAs", '[');
    for (size_t i = 0; i < rules->choice_count; i++) {
        write_labels(visit, &rules->choices[i], &ticks->tags, &names);
        add_words(visit, PK_SLICE(""), choice_name(visit, &rules->choices[i]), &names);
    }
    write_names(visit, &ticks->languages, true, &names);
    add_words(visit, pk_visit_string(visit, "campaigns.language"), "", &names);
    write_names(visit, &ticks->circles, false, &names);
    add_words(visit, pk_visit_string(visit, "campaigns.circle"), "", &names);
    for (size_t i = 0; i < rules->choice_count; i++) {
        write_labels(visit, &rules->choices[i], &ticks->without, &names);
        add_words(visit, pk_visit_string(visit, "campaigns.without"), choice_name(visit, &rules->choices[i]), &names);
    }
    pk_json_close(&visit->out, ']');
    pk_json_add_slice(&visit->out, "line", pk_buf_slice(&ticks->line));
    pk_buf_finish(&names);
}
