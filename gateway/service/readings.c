/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/readings.h"

#include "gateway/base/text.h"
#include "gateway/service/trail.h"
#include "gateway/service/texts.h"
#include "gateway/store/notices.h"
#include "gateway/store/own_texts.h"
#include "gateway/store/readings.h"
#include "gateway/store/recipients.h"
#include "gateway/store/users.h"

static int find(struct pk_service *service, struct pk_slice name, struct pk_slice tag, const struct pk_template **ret_text, struct pk_error *err)
{
    struct pk_slice rest = tag, language = tag;
    (void) pk_slice_cut(&rest, '-', &language);
    const struct pk_template *text = pk_catalog_exact(service->catalog, name, language);
    bool script = language.len == tag.len || pk_catalog_has_rendering(service->catalog, language, rest);
    if (text && script) {
        *ret_text = text;
        return 0;
    }
    (void) pk_fail(err, PK_E_NOT_FOUND, "there is no text \"%.*s\" in \"%.*s\"", PK_SLICE_ARG(name), PK_SLICE_ARG(tag));
    return pk_hint(err, PK_E_NOT_FOUND, "pokana templates list has the texts with their languages and scripts.");
}

/* Whoever reads aloud must hear what is wrong. */
static int speaks(struct pk_service *service, const struct pk_actor *actor, const struct pk_template *text, struct pk_error *err)
{
    struct pk_user user;
    int r = pk_user_get(service->store, pk_slice_of(actor->name), &user, err);
    if (r != 0 && r != PK_E_NOT_FOUND)
        return r;
    if (r == 0 && pk_slice_equal(pk_template_language(text), pk_slice_of(user.language)))
        return 0;
    (void) pk_fail(err, PK_E_DENIED, "this is not the language of \"%s\"", actor->name);
    return pk_hint(err, PK_E_DENIED, "Texts are read by users whose language it is: users add NAME --language %.*s.",
                   PK_SLICE_ARG(pk_template_language(text)));
}

void pk_text_words_name(const struct pk_template *text, char ret_name[PK_WORDS_NAME])
{
    const uint8_t *hash = pk_template_hash(text);
    for (size_t i = 0; i < (PK_WORDS_NAME - 1) / 2; i++)
        (void) snprintf(ret_name + 2 * i, 3, "%02x", hash[i]);
}

static int compare(const struct pk_template *text, struct pk_slice seen, struct pk_error *err)
{
    char now[PK_WORDS_NAME];
    pk_text_words_name(text, now);
    if (seen.len == 0 || pk_slice_is(seen, now))
        return 0;
    (void) pk_fail(err, PK_E_CONFLICT, "the text was changed while it was read");
    return pk_hint(err, PK_E_CONFLICT, "Read it again, as it is now.");
}

/* ---- said of a text ---- */

struct reading {
    struct pk_slice name, tag, seen;
    char object[128];
    const struct pk_template *text;
};

static int begin(struct pk_service *service, const struct pk_actor *actor, struct reading *reading, struct pk_error *err)
{
    struct pk_slice name = reading->name;
    (void) snprintf(reading->object, sizeof reading->object, "%.*s", (int) (name.len < 100 ? name.len : 100), name.data);
    int r = pk_allow(service, actor, PK_ACTION_TEMPLATE_READ, &(struct pk_about){ .template_name = name }, reading->object, err);
    if (r == 0)
        r = find(service, name, reading->tag, &reading->text, err);
    if (r == 0)
        r = speaks(service, actor, reading->text, err);
    return r == 0 ? compare(reading->text, reading->seen, err) : r;
}

static int say(struct pk_service *service, const struct pk_actor *actor, const struct reading *reading, const char *action, int64_t now_ms, struct pk_error *err)
{
    const uint8_t *hash = pk_template_hash(reading->text);
    struct pk_slice tag = reading->tag;
    char detail[128];
    (void) snprintf(detail, sizeof detail, "%.*s, words %02x%02x%02x%02x", (int) (tag.len < 40 ? tag.len : 40), tag.data, hash[0], hash[1], hash[2], hash[3]);
    return pk_trail_done(service, actor, action, reading->object, detail, 0, now_ms, err);
}

int pk_text_was_read(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, struct pk_slice tag, struct pk_slice seen,
                     int64_t now_ms, struct pk_error *err)
{
    struct reading reading = { .name = name, .tag = tag, .seen = seen };
    int r = begin(service, actor, &reading, err);
    if (r == 0 && pk_own_text_is_of(service->store, name, pk_template_language(reading.text), pk_template_hash(reading.text), pk_slice_of(actor->name))) {
        (void) pk_fail(err, PK_E_DENIED, "\"%s\" wrote these words", actor->name);
        return pk_hint(err, PK_E_DENIED, "Let somebody else read them aloud: whoever wrote a text hears what was meant.");
    }
    if (r == 0)
        r = pk_reading_add(service->store, name, tag, pk_template_hash(reading.text), pk_slice_of(actor->name), now_ms, err);
    return r == 0 ? say(service, actor, &reading, "template.read", now_ms, err) : r;
}

int pk_text_was_faulted(struct pk_service *service, const struct pk_actor *actor, struct pk_slice name, struct pk_slice tag, struct pk_slice seen,
                        struct pk_slice words, int64_t now_ms, struct pk_error *err)
{
    struct reading reading = { .name = name, .tag = tag, .seen = seen };
    struct pk_text_note note = { .name = name, .tag = tag, .reader = pk_slice_of(actor->name), .words = pk_slice_trim(words), .at_ms = now_ms };
    int r = begin(service, actor, &reading, err);
    if (r == 0 && (note.words.len == 0 || note.words.len > PK_TEXT_NOTE_MAX || !pk_utf8_valid(note.words)))
        return pk_fail(err, PK_E_INVALID, "say what is wrong, in %u bytes at most", PK_TEXT_NOTE_MAX);
    if (r != 0)
        return r;
    memcpy(note.hash, pk_template_hash(reading.text), sizeof note.hash);
    r = pk_text_note_add(service->store, &note, err);
    return r == 0 ? say(service, actor, &reading, "template.fault", now_ms, err) : r;
}

/* ---- may it leave ---- */

static bool needs_reader(struct pk_service *service, struct pk_slice name, struct pk_slice language, const uint8_t hash[32])
{
    enum pk_read_aloud asked = service->rules->read_aloud;
    return asked == PK_READ_ALL || (asked == PK_READ_OWN && pk_own_text_has(service->store, name, language, hash));
}

bool pk_text_needs_reader(struct pk_service *service, const struct pk_template *text)
{
    return needs_reader(service, pk_template_name(text), pk_template_language(text), pk_template_hash(text));
}

bool pk_text_may_leave(struct pk_service *service, int64_t version)
{
    struct pk_text_version text;
    struct pk_reading reading;
    if (version == 0 || service->rules->read_aloud == PK_READ_NONE || pk_texts_is_good(service->texts, version))
        return true;
    if (pk_text_version_get(service->store, version, &text, NULL) != 0)
        return true; /* whoever wants its words is told */
    struct pk_slice tag = text.rendering.len > 0 ? text.rendering : text.language;
    bool may = !needs_reader(service, text.name, text.language, text.hash) || pk_reading_find(service->store, text.name, tag, text.hash, &reading);
    if (may)
        pk_texts_note_good(service->texts, version);
    return may;
}

static int unread(struct pk_slice name, const char *tag, struct pk_error *err)
{
    (void) pk_fail(err, PK_E_CONFLICT, "text \"%.*s\" was not read aloud in \"%s\"", PK_SLICE_ARG(name), tag);
    return pk_hint(err, PK_E_CONFLICT, "Ask somebody whose language it is to read it, and to say so at /staff/texts.");
}

static int check_language(struct pk_service *service, size_t index, const struct pk_template *text, struct pk_error *err)
{
    struct pk_slice name = pk_template_name(text), language = pk_template_language(text);
    struct pk_slice rest = pk_catalog_language_renderings(service->catalog, index), script;
    struct pk_reading reading;
    char tag[48];
    (void) snprintf(tag, sizeof tag, "%.*s", PK_SLICE_ARG(language));
    if (!pk_reading_find(service->store, name, pk_slice_of(tag), pk_template_hash(text), &reading))
        return unread(name, tag, err);
    while (pk_slice_cut(&rest, ' ', &script)) {
        (void) snprintf(tag, sizeof tag, "%.*s-%.*s", PK_SLICE_ARG(language), PK_SLICE_ARG(script));
        if (script.len > 0 && !pk_reading_find(service->store, name, pk_slice_of(tag), pk_template_hash(text), &reading) &&
            pk_recipients_read(service->store, language, script))
            return unread(name, tag, err);
    }
    return 0;
}

int pk_text_all_read(struct pk_service *service, struct pk_slice name, struct pk_error *err)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < pk_catalog_language_count(service->catalog); i++) {
        const struct pk_template *text = pk_catalog_exact(service->catalog, name, pk_catalog_language_tag(service->catalog, i));
        if (text && pk_text_needs_reader(service, text))
            r = check_language(service, i, text, err);
    }
    return r;
}
