/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/console/staff_words.h"

#include "gateway/base/id.h"
#include "gateway/base/text.h"
#include "gateway/language/catalog.h"
#include "gateway/language/dates.h"
#include "gateway/language/prepare.h"

#define WORDS_MAX 4096u
#define NAME_MAX 64

static struct pk_slice language_of(const struct pk_visit *visit)
{
    struct pk_slice rest = pk_slice_of(pk_visit_language(visit)), language = rest;
    (void) pk_slice_cut(&rest, '-', &language);
    return language;
}

void pk_staff_add_words(struct pk_visit *visit, const char *name, struct pk_slice text)
{
    struct pk_buf latin;
    pk_buf_init(&latin, 4 * WORDS_MAX);
    bool in_latin = pk_slice_is(pk_slice_of(pk_visit_language(visit)), "bg-Latn") && pk_transliterate_bg(text, &latin) == 0;
    pk_json_add_slice(&visit->out, name, in_latin ? pk_buf_slice(&latin) : text);
    pk_buf_finish(&latin);
}

/* Cyrillic letters are UTF-8 that begins with 0xD0 to 0xD3. */
const char *pk_staff_written_in(struct pk_slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (((unsigned char) text.data[i] & 0xfc) == 0xd0)
            return "bg";
    return "";
}

void pk_staff_add_theirs(struct pk_visit *visit, const char *name, struct pk_slice text)
{
    const char *written = pk_staff_written_in(text), *team = visit->call->service->rules->team_language;
    bool latin = pk_slice_is(pk_slice_of(pk_visit_language(visit)), "bg-Latn");
    char key[NAME_MAX];
    (void) snprintf(key, sizeof key, "%sLanguage", name);
    pk_staff_add_words(visit, name, text);
    pk_json_add_text(&visit->out, key, *written == '\0' ? (team ? team : "") : latin ? "bg-Latn" : written);
}

const struct pk_dates *pk_staff_dates(const struct pk_visit *visit)
{
    const struct pk_service *service = visit->call->service;
    const struct pk_dates *dates = pk_catalog_dates(service->catalog, language_of(visit));
    return dates ? dates : pk_catalog_dates(service->catalog, pk_slice_of(service->rules->default_language));
}

static void add_word(struct pk_visit *visit, const char *name, struct pk_wall *wall, enum pk_day_word word, int64_t ms)
{
    const struct pk_dates *dates = pk_staff_dates(visit);
    struct pk_buf text;
    pk_buf_init(&text, 256);
    if (ms != 0 && (!dates || !wall || pk_dates_word(dates, wall, word, ms, &text) != 0))
        pk_buf_clear(&text);
    pk_staff_add_words(visit, name, pk_buf_slice(&text));
    pk_buf_finish(&text);
}

void pk_staff_add_moment(struct pk_visit *visit, const char *name, int64_t ms)
{
    pk_auto(pk_wall) struct pk_wall *wall = NULL;
    char key[NAME_MAX];
    int64_t from_ms = 0, until_ms = 0;
    if (pk_wall_new(visit->call->service->rules->zone, &wall, NULL) == 0)
        pk_wall_day_bounds(wall, visit->call->now_ms, &from_ms, &until_ms);
    add_word(visit, name, wall, PK_WORD_DATETIME, ms);
    (void) snprintf(key, sizeof key, "%sTime", name);
    add_word(visit, key, wall, PK_WORD_TIME, ms);
    (void) snprintf(key, sizeof key, "%sToday", name);
    pk_json_add_bool(&visit->out, key, ms >= from_ms && ms < until_ms);
}

void pk_staff_add_phrase(struct pk_visit *visit, const char *name, const char *front, const char *word)
{
    char key[NAME_MAX];
    (void) snprintf(key, sizeof key, "%s.%s", front, word);
    struct pk_slice phrase = pk_visit_string(visit, key);
    pk_json_add_slice(&visit->out, name, phrase.len > 0 ? phrase : pk_slice_of(word));
}

void pk_staff_add_people(struct pk_visit *visit, const char *name, int64_t people)
{
    char key[NAME_MAX];
    (void) snprintf(key, sizeof key, "%sFew", name);
    pk_json_add_int(&visit->out, name, people < 0 ? 0 : people);
    pk_json_add_bool(&visit->out, key, people < 0);
}

void pk_staff_add_flag(struct pk_visit *visit, const char *name)
{
    struct pk_buf value;
    pk_buf_init(&value, 16);
    pk_json_add_bool(&visit->out, name, pk_http_request_argument(visit->call->request, name, &value) == 0);
    pk_buf_finish(&value);
}

bool pk_staff_place_id(struct pk_visit *visit, int64_t *ret_id)
{
    struct pk_error err = { 0 };
    if (pk_id_parse(visit->place, ret_id) == 0)
        return true;
    (void) pk_fail(&err, PK_E_NOT_FOUND, "there is no such page");
    pk_visit_trouble(visit, &err);
    return false;
}

int pk_staff_fields(struct pk_visit *visit, const char *name, size_t max, struct pk_buf *out, struct pk_error *err)
{
    bool given = true;
    int r = 0;
    for (size_t i = 0; r == 0 && given; i++) {
        size_t before = out->len;
        if (before > 0)
            (void) pk_buf_add_char(out, ' ');
        r = pk_call_form(visit->call, name, i, out, &given, err);
        if (r == 0 && given && i >= max)
            r = pk_fail(err, PK_E_LIMIT, "too many of field \"%s\"", name);
        if (!given)
            out->len = before;
    }
    return r;
}
