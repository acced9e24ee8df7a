/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/console/phrases.h"

#include "gateway/base/ini.h"
#include "gateway/base/text.h"
#include "gateway/console/files.h"
#include "gateway/language/prepare.h"

#define LANGUAGES_MAX 8
#define TAG_MAX 12

struct entry {
    char *key, *text;
    size_t len;
    bool office; /* of the pages at a desk, which not every language has */
};

struct language {
    char tag[TAG_MAX];
    struct entry *entries; /* sorted by key */
    size_t count;
    bool office; /* has those */
};

struct pk_phrases {
    struct language languages[LANGUAGES_MAX];
    size_t count;
};

static int by_key(const void *a, const void *b)
{
    return strcmp(((const struct entry *) a)->key, ((const struct entry *) b)->key);
}

static int compare_key(struct pk_slice key, const char *with)
{
    int order = strncmp(key.data, with, key.len);
    return order != 0 ? order : with[key.len] == '\0' ? 0 : -1;
}

/* ---- loading ---- */

struct told {
    struct pk_error *err;
    const char *file;
};

static void tell(void *ctx, const char *file, uint32_t line, const char *section, const char *key, const char *reason, const char *hint)
{
    struct told *told = ctx;
    (void) section;
    (void) hint;
    if (told->err && told->err->code == 0)
        (void) pk_fail(told->err, PK_E_INVALID, "%s:%u: %s: %s", file, (unsigned) line, key, reason);
}

static int read_file(struct language *language, const struct pk_file_embedded *file, bool office, struct pk_error *err)
{
    struct told told = { .err = err, .file = file->path };
    struct pk_ini_report report = { .tell = tell, .ctx = &told };
    pk_auto(pk_ini) struct pk_ini *ini = NULL;
    int r = pk_ini_parse(file->path, pk_slice_make(file->data, file->len), &report, &ini, err);
    const struct pk_ini_section *section = r == 0 ? pk_ini_find(ini, "phrases", "") : NULL;
    if (r != 0 || report.count > 0)
        return r != 0 ? r : PK_E_INVALID;
    if (!section)
        return pk_fail(err, PK_E_INVALID, "%s has no section [phrases]", file->path);
    language->entries = pk_realloc_array(language->entries, language->count + section->entry_count + 1, sizeof *language->entries);
    for (size_t i = 0; i < section->entry_count; i++) {
        const struct pk_ini_entry *from = &section->entries[i];
        language->entries[language->count++] = (struct entry){
            .key = pk_strdup(from->key), .text = pk_strndup(from->value.data, from->value.len), .len = from->value.len, .office = office
        };
    }
    language->office |= office;
    return 0;
}

/* What stands in {} is a name and stays as it is. */
static int to_latin(struct pk_slice text, struct pk_buf *out)
{
    int r = 0;
    while (r == 0 && text.len > 0) {
        const char *open = memchr(text.data, '{', text.len);
        size_t front = open ? (size_t) (open - text.data) : text.len;
        const char *close = open ? memchr(open, '}', text.len - front) : NULL;
        size_t place = close ? (size_t) (close + 1 - open) : 0;
        if (front > 0)
            r = pk_transliterate_bg(pk_slice_make(text.data, front), out);
        if (open && !close) /* a brace that opens no place */
            place = text.len - front;
        (void) pk_buf_add(out, text.data + front, place);
        text = pk_slice_make(text.data + front + place, text.len - front - place);
    }
    return r;
}

static int make_latin(const struct language *from, struct language *to)
{
    memcpy(to->tag, "bg-Latn", sizeof "bg-Latn");
    to->office = from->office;
    to->entries = pk_alloc_array(from->count + 1, sizeof *to->entries);
    for (size_t i = 0; i < from->count; i++) {
        struct pk_buf latin;
        pk_buf_init(&latin, 64u << 10);
        int r = to_latin(pk_slice_make(from->entries[i].text, from->entries[i].len), &latin);
        to->entries[to->count++] = (struct entry){ .key = pk_strdup(from->entries[i].key), .text = pk_strdup(pk_buf_text(&latin)), .len = latin.len,
                                                        .office = from->entries[i].office };
        pk_buf_finish(&latin);
        if (r != 0)
            return r;
    }
    return 0;
}

/* How often each {place} stands in a text does not matter, which ones do does. */
static bool has_place(struct pk_slice text, struct pk_slice place)
{
    return place.len == 0 || memmem(text.data, text.len, place.data, place.len) != NULL;
}

static bool same_places(struct pk_slice a, struct pk_slice b)
{
    for (;;) {
        const char *open = memchr(a.data, '{', a.len);
        const char *close = open ? memchr(open, '}', a.len - (size_t) (open - a.data)) : NULL;
        if (!close)
            return true;
        if (!has_place(b, pk_slice_make(open, (size_t) (close + 1 - open))))
            return false;
        a = pk_slice_make(close + 1, a.len - (size_t) (close + 1 - a.data));
    }
}

static const struct entry *find(const struct language *in, struct pk_slice key);

static int compare(const struct language *one, const struct language *other, struct pk_error *err)
{
    for (size_t i = 0; i < one->count; i++) {
        const struct entry *entry = &one->entries[i], *match = find(other, pk_slice_of(entry->key));
        if (entry->office && !other->office)
            continue;
        if (entry->len == 0 || !match || match->len == 0)
            return pk_fail(err, PK_E_INVALID, "the phrases in %s have no \"%s\"", entry->len == 0 ? one->tag : other->tag, entry->key);
        if (!same_places(pk_slice_make(entry->text, entry->len), pk_slice_make(match->text, match->len)))
            return pk_fail(err, PK_E_INVALID, "\"%s\" is filled in differently in %s and %s", entry->key, one->tag, other->tag);
    }
    return 0;
}

/* NULL when there are too many. */
static struct language *language_of(struct pk_phrases *phrases, struct pk_slice tag)
{
    for (size_t i = 0; i < phrases->count; i++)
        if (pk_slice_is(tag, phrases->languages[i].tag))
            return &phrases->languages[i];
    if (phrases->count + 2 > LANGUAGES_MAX || tag.len + 6 > TAG_MAX)
        return NULL;
    struct language *language = &phrases->languages[phrases->count++];
    (void) snprintf(language->tag, sizeof language->tag, "%.*s", PK_SLICE_ARG(tag));
    return language;
}

/* phrases/TAG.ini, and phrases/office/SUBJECT.TAG.ini. */
static int read_files(struct pk_phrases *phrases, struct pk_error *err)
{
    static const char front[] = "phrases/", end[] = ".ini";
    int r = 0;
    for (size_t i = 0; r == 0 && i < pk_file_count; i++) {
        struct pk_slice tag = pk_slice_of(pk_files[i].path);
        if (tag.len <= strlen(front) + strlen(end) || !pk_slice_starts(tag, front))
            continue;
        tag = pk_slice_make(tag.data + strlen(front), tag.len - strlen(front) - strlen(end));
        bool office = pk_slice_starts(tag, "office/");
        const char *dot = memrchr(tag.data, '.', tag.len);
        if (dot)
            tag = pk_slice_make(dot + 1, tag.len - (size_t) (dot + 1 - tag.data));
        struct language *language = language_of(phrases, tag);
        r = language ? read_file(language, &pk_files[i], office, err)
                     : pk_fail(err, PK_E_LIMIT, "%s: too many languages", pk_files[i].path);
    }
    return r;
}

static int sort(struct language *language, struct pk_error *err)
{
    qsort(language->entries, language->count, sizeof *language->entries, by_key);
    for (size_t i = 1; i < language->count; i++)
        if (strcmp(language->entries[i - 1].key, language->entries[i].key) == 0)
            return pk_fail(err, PK_E_INVALID, "the phrases in %s have \"%s\" twice", language->tag, language->entries[i].key);
    return 0;
}

static int load(struct pk_phrases *phrases, struct pk_error *err)
{
    int r = read_files(phrases, err);
    size_t read = phrases->count;
    for (size_t i = 0; r == 0 && i < read; i++)
        if (strcmp(phrases->languages[i].tag, "bg") == 0)
            r = make_latin(&phrases->languages[i], &phrases->languages[phrases->count++]);
    for (size_t i = 0; r == 0 && i < phrases->count; i++)
        r = sort(&phrases->languages[i], err);
    for (size_t i = 1; r == 0 && i < phrases->count; i++)
        if ((r = compare(&phrases->languages[0], &phrases->languages[i], err)) == 0)
            r = compare(&phrases->languages[i], &phrases->languages[0], err);
    return r;
}

int pk_phrases_load(struct pk_phrases **ret_phrases, struct pk_error *err)
{
    pk_auto(pk_phrases) struct pk_phrases *phrases = pk_alloc(sizeof *phrases);
    int r = load(phrases, err);
    if (r == 0)
        *ret_phrases = pk_steal(&phrases);
    return r;
}

void pk_phrases_free(struct pk_phrases *phrases)
{
    if (!phrases)
        return;
    for (size_t i = 0; i < phrases->count; i++) {
        for (size_t j = 0; j < phrases->languages[i].count; j++) {
            free(phrases->languages[i].entries[j].key);
            free(phrases->languages[i].entries[j].text);
        }
        free(phrases->languages[i].entries);
    }
    free(phrases);
}

/* ---- looking up ---- */

size_t pk_phrases_language_count(const struct pk_phrases *phrases)
{
    return phrases->count;
}

const char *pk_phrases_language(const struct pk_phrases *phrases, size_t index)
{
    return phrases->languages[index].tag;
}

size_t pk_phrases_find(const struct pk_phrases *phrases, struct pk_slice tag, size_t otherwise)
{
    for (size_t i = 0; i < phrases->count; i++)
        if (pk_slice_equal_nocase(tag, phrases->languages[i].tag))
            return i;
    struct pk_slice rest = tag, first;
    if (!pk_slice_cut(&rest, '-', &first))
        return otherwise;
    for (size_t i = 0; i < phrases->count; i++)
        if (pk_slice_equal_nocase(first, phrases->languages[i].tag))
            return i;
    return otherwise;
}

/* "q=0.8" in thousandths; without it a language is wanted most. */
static int64_t weight_of(struct pk_slice parameters)
{
    struct pk_slice one;
    while (pk_slice_cut(&parameters, ';', &one)) {
        one = pk_slice_trim(one);
        if (one.len < 3 || (one.data[0] | 0x20) != 'q' || one.data[1] != '=')
            continue;
        int64_t thousandths = one.data[2] == '1' ? 1000 : 0, unit = 100;
        for (size_t i = 4; i < one.len && i < 7 && one.data[i] >= '0' && one.data[i] <= '9'; i++, unit /= 10)
            thousandths += (one.data[i] - '0') * unit;
        return thousandths;
    }
    return 1000;
}

size_t pk_phrases_accept(const struct pk_phrases *phrases, struct pk_slice header, size_t otherwise)
{
    size_t best = otherwise;
    int64_t most = 0;
    struct pk_slice one, tag;
    while (pk_slice_cut(&header, ',', &one)) {
        if (!pk_slice_cut(&one, ';', &tag))
            continue;
        size_t found = pk_phrases_find(phrases, pk_slice_trim(tag), phrases->count);
        int64_t weight = weight_of(one);
        if (found < phrases->count && weight > most) {
            most = weight;
            best = found;
        }
    }
    return best;
}

static const struct entry *find(const struct language *in, struct pk_slice key)
{
    size_t from = 0, to = in->count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = compare_key(key, in->entries[middle].key);
        if (order == 0)
            return &in->entries[middle];
        if (order < 0)
            to = middle;
        else
            from = middle + 1;
    }
    return NULL;
}

bool pk_phrases_is_of_office(const struct pk_phrases *phrases, size_t language)
{
    return phrases->languages[language].office;
}

struct pk_slice pk_phrases_get(const struct pk_phrases *phrases, size_t language, struct pk_slice key)
{
    const struct entry *entry = find(&phrases->languages[language], key);
    return entry ? pk_slice_make(entry->text, entry->len) : (struct pk_slice){ 0 };
}
