/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Two caches. Versions: (template, language, script) -> stored text version, forgotten at reload. Rendered texts:
 * (notice, version) -> words, in a ring of fixed size; a text pushed out lives on while somebody holds it.
 */
#include "gateway/service/texts.h"

#include "gateway/base/id.h"
#include "gateway/base/json.h"
#include "gateway/language/segment.h"
#include "gateway/store/inbox.h"
#include "gateway/store/notices.h"
#include "gateway/store/recipients.h"

#define SLOTS 1024u /* a power of two; one text each */
#define VERSIONS_MAX 512u
#define GOOD_MAX 512u /* a power of two */
#define TEXT_BYTES_MAX 16384u
#define VALUES_MAX 32u
#define LABEL_BYTES_MAX 256u

struct version_entry {
    char *name;
    char language[16], script[16];
    int64_t version;
};

struct held_text {
    struct pk_text text; /* first: pk_text_release() gets its address */
    unsigned holders;
    char *name, *language, *words;
    char hash[17];
    struct pk_json *json;
    struct pk_buf octets;
    struct pk_part *encoded;
    struct pk_named_value *named;
    char *named_bytes;
    struct pk_choice choices[3];
    char choice_ids[3][8 + PK_ID_TEXT_MAX];
    struct pk_buf yes, no, stop; /* their labels */
    bool secret; /* its words hold a link that decides */
};

struct pk_texts {
    struct version_entry versions[VERSIONS_MAX];
    size_t version_count;
    int64_t good[GOOD_MAX]; /* by the lowest bits of the version; 0 = free */
    struct held_text *slots[SLOTS];
};

struct pk_texts *pk_texts_new(void)
{
    return pk_alloc(sizeof(struct pk_texts));
}

void pk_texts_forget(struct pk_texts *texts)
{
    for (size_t i = 0; i < texts->version_count; i++)
        free(texts->versions[i].name);
    texts->version_count = 0;
    memset(texts->good, 0, sizeof texts->good);
}

bool pk_texts_is_good(const struct pk_texts *texts, int64_t version)
{
    return texts->good[(uint64_t) version & (GOOD_MAX - 1)] == version;
}

void pk_texts_note_good(struct pk_texts *texts, int64_t version)
{
    texts->good[(uint64_t) version & (GOOD_MAX - 1)] = version;
}

void pk_texts_free(struct pk_texts *texts)
{
    if (!texts)
        return;
    pk_texts_forget(texts);
    for (size_t i = 0; i < SLOTS; i++)
        if (texts->slots[i])
            pk_text_release(&texts->slots[i]->text);
    free(texts);
}

void pk_text_release(struct pk_text *text)
{
    struct held_text *held = (struct held_text *) text;
    if (!held || --held->holders > 0)
        return;
    if (held->secret) {
        explicit_bzero(held->words, held->text.text.len);
        pk_buf_wipe(&held->octets);
    }
    free(held->name);
    free(held->language);
    free(held->words);
    free(held->encoded);
    free(held->named);
    free(held->named_bytes);
    pk_buf_finish(&held->octets);
    pk_buf_finish(&held->yes);
    pk_buf_finish(&held->no);
    pk_buf_finish(&held->stop);
    pk_json_free(held->json);
    free(held);
}

/* ---- versions ---- */

static bool entry_is(const struct version_entry *entry, struct pk_slice name, struct pk_slice language, struct pk_slice script)
{
    return pk_slice_is(name, entry->name) && pk_slice_is(language, entry->language) && pk_slice_is(script, entry->script);
}

static void remember(struct pk_texts *texts, struct pk_slice name, struct pk_slice language, struct pk_slice script, int64_t version)
{
    if (texts->version_count == VERSIONS_MAX || language.len >= sizeof texts->versions[0].language ||
        script.len >= sizeof texts->versions[0].script)
        return;
    struct version_entry *entry = &texts->versions[texts->version_count++];
    *entry = (struct version_entry){ .name = pk_slice_dup(name), .version = version };
    memcpy(entry->language, language.data, language.len);
    if (script.len > 0)
        memcpy(entry->script, script.data, script.len);
}

int pk_texts_version(struct pk_service *service, struct pk_slice template_name, struct pk_slice language, struct pk_slice script,
                     int64_t now_ms, int64_t *ret_version, struct pk_error *err)
{
    struct pk_texts *texts = service->texts;
    for (size_t i = 0; i < texts->version_count; i++) {
        if (entry_is(&texts->versions[i], template_name, language, script)) {
            *ret_version = texts->versions[i].version;
            return 0;
        }
    }
    const struct pk_template *found = pk_catalog_find(service->catalog, template_name, language);
    if (!found)
        return pk_fail(err, PK_E_NOT_FOUND, "there is no template \"%.*s\" for language \"%.*s\"", PK_SLICE_ARG(template_name),
                       PK_SLICE_ARG(language));
    struct pk_slice own = pk_template_language(found);
    char rendering[2 * PK_LANGUAGE_MAX] = "";
    if (script.len > 0 && pk_catalog_has_rendering(service->catalog, own, script))
        (void) snprintf(rendering, sizeof rendering, "%.*s-%.*s", PK_SLICE_ARG(own), PK_SLICE_ARG(script));
    struct pk_text_version version = {
        .name = pk_template_name(found),
        .language = own,
        .rendering = pk_slice_of(rendering),
        .body = pk_template_body(found),
    };
    memcpy(version.hash, pk_template_hash(found), sizeof version.hash);
    int r = pk_text_version_intern(service->store, &version, now_ms, ret_version, err);
    if (r == 0)
        remember(texts, template_name, language, script, *ret_version);
    return r;
}

struct pk_slice pk_texts_label(const struct pk_service *service, struct pk_slice template_name, struct pk_slice language,
                               struct pk_slice script, char label[PK_LABEL_MAX])
{
    const struct pk_template *found = pk_catalog_find(service->catalog, template_name, language);
    struct pk_slice own = found ? pk_template_language(found) : (struct pk_slice){ 0 };
    bool scripted = script.len > 0 && !pk_slice_is(script, PK_RENDERING_PLAIN);
    if (!found || !scripted || !pk_catalog_has_rendering(service->catalog, own, script))
        return own;
    (void) snprintf(label, PK_LABEL_MAX, "%.*s-%.*s", PK_SLICE_ARG(own), PK_SLICE_ARG(script));
    return pk_slice_of(label);
}

/* ---- rendered texts ---- */

static size_t slot_of(int64_t notice, int64_t version)
{
    uint64_t mixed = ((uint64_t) notice * 0x9E3779B97F4A7C15u) ^ ((uint64_t) version * 0xC2B2AE3D27D4EB4Fu);
    return (size_t) (mixed >> 40) & (SLOTS - 1);
}

static bool is_named(const struct pk_json *value, struct pk_slice name, struct pk_slice link)
{
    return pk_json_kind(value) == PK_JSON_STRING && (link.len == 0 || !pk_slice_is(name, "link"));
}

/* For providers that know templates only: our values under our names; the provider's side maps them. */
static void name_values(struct held_text *held, struct pk_slice link)
{
    size_t count = link.len > 0 ? 1 : 0, bytes = link.len;
    void *iter = NULL;
    struct pk_slice name;
    const struct pk_json *value;
    while (pk_json_next(held->json, &iter, &name, &value) && count < VALUES_MAX) {
        if (!is_named(value, name, link))
            continue;
        bytes += name.len + pk_json_string(value).len;
        count++;
    }
    if (count == 0)
        return;
    held->named = pk_alloc_array(count, sizeof *held->named);
    held->named_bytes = pk_alloc(bytes + 1);
    char *to = held->named_bytes;
    size_t n = 0;
    iter = NULL;
    if (link.len > 0) {
        memcpy(to, link.data, link.len);
        held->named[n++] = (struct pk_named_value){ PK_SLICE("link"), pk_slice_make(to, link.len) };
        to += link.len;
    }
    while (n < count && pk_json_next(held->json, &iter, &name, &value)) {
        struct pk_slice text = pk_json_string(value);
        if (!is_named(value, name, link))
            continue;
        memcpy(to, name.data, name.len);
        memcpy(to + name.len, text.data, text.len);
        held->named[n++] = (struct pk_named_value){ pk_slice_make(to, name.len), pk_slice_make(to + name.len, text.len) };
        to += name.len + text.len;
    }
    held->text.values = held->named;
    held->text.value_count = n;
}

static int encode(struct held_text *held, struct pk_error *err)
{
    uint32_t ends[PK_PARTS_MAX];
    struct pk_segmentation segmentation;
    pk_buf_init(&held->octets, 4 * TEXT_BYTES_MAX);
    int r = pk_segment_encode(held->text.text, false, &held->octets, ends, PK_PARTS_MAX, &segmentation);
    if (r != 0) {
        pk_buf_finish(&held->octets);
        return pk_fail(err, r, "the text cannot be encoded in %d parts", PK_PARTS_MAX);
    }
    held->encoded = pk_alloc_array(segmentation.parts, sizeof *held->encoded);
    uint32_t from = 0;
    bool gsm = segmentation.encoding == PK_ENCODING_GSM7;
    for (uint32_t i = 0; i < segmentation.parts; i++) {
        uint32_t octets = ends[i] - from;
        held->encoded[i] = (struct pk_part){
            .octets = pk_slice_make(held->octets.data + from, octets),
            .coding = gsm ? PK_CODING_GSM7 : PK_CODING_UCS2,
            .units = gsm ? octets : octets / 2,
        };
        from = ends[i];
    }
    held->text.parts = held->encoded;
    held->text.part_count = segmentation.parts;
    return 0;
}

/* A text loaded anew is still the same step: that is what its name stands for. */
static struct pk_slice step_of(const struct pk_service *service, const struct pk_text_version *version)
{
    const struct pk_template *current = pk_catalog_find(service->catalog, version->name, version->language);
    return current ? pk_slice_of(pk_step_name(pk_template_step(current))) : PK_SLICE("");
}

/* Buttons, where the text asks something and its language has words for them. */
static void add_choices(const struct pk_service *service, struct held_text *held, const struct pk_text_version *version)
{
    const struct pk_template *current = pk_catalog_find(service->catalog, held->text.template_name, version->language);
    if (!current || pk_template_reply(current) == PK_TEXT_REPLY_NONE)
        return;
    pk_buf_init(&held->yes, LABEL_BYTES_MAX);
    pk_buf_init(&held->no, LABEL_BYTES_MAX);
    pk_buf_init(&held->stop, LABEL_BYTES_MAX);
    if (pk_catalog_choices(service->catalog, version->language, version->rendering, &held->yes, &held->no, &held->stop) != 0)
        return;
    const struct pk_buf *labels[] = { &held->yes, &held->no, &held->stop };
    static const char *const words[] = { PK_CHOICE_YES, PK_CHOICE_NO, PK_CHOICE_STOP };
    char notice[PK_ID_TEXT_MAX];
    (void) pk_id_format(held->text.notice, notice);
    for (size_t i = 0; i < PK_COUNT(words) && labels[i]->len > 0; i++) {
        (void) snprintf(held->choice_ids[i], sizeof held->choice_ids[i], "%s-%s", words[i], notice);
        held->choices[held->text.choice_count++] = (struct pk_choice){ pk_slice_of(held->choice_ids[i]), pk_buf_slice(labels[i]) };
    }
    held->text.choices = held->choices;
}

/* What somebody wrote who read the inbox. */
static int by_hand(struct pk_service *service, int64_t notice_id, struct held_text **ret_held, struct pk_error *err)
{
    struct pk_notice notice;
    struct pk_inbox_item item = { 0 };
    struct pk_buf words;
    int64_t id = 0;
    int r = pk_notice_get(service->store, notice_id, &notice, err);
    if (r != 0)
        return r;
    pk_auto(pk_json) struct pk_json *values = NULL;
    r = pk_json_parse(notice.values, PK_CLOUDEVENT_BYTES_MAX, &values, err);
    if (r == 0 && pk_id_parse(pk_json_string(pk_json_get(values, "item")), &id) != 0)
        r = pk_fail(err, PK_E_NOT_FOUND, "this message has no text");
    if (r == 0)
        r = pk_inbox_get(service->store, id, &item, err);
    if (r != 0)
        return r;
    pk_buf_init(&words, TEXT_BYTES_MAX);
    r = pk_inbox_words(service->store, id, &words, err);
    if (r == 0) {
        struct held_text *held = pk_alloc(sizeof *held);
        held->holders = 1;
        held->name = pk_strdup(PK_TEXT_BY_HAND);
        held->language = pk_strdup(item.language);
        held->words = pk_slice_dup(pk_buf_slice(&words));
        held->text = (struct pk_text){
            .notice = notice_id,
            .text = pk_slice_make(held->words, words.len),
            .template_name = pk_slice_of(held->name),
            .template_version = pk_slice_of(held->hash),
            .language = pk_slice_of(held->language),
        };
        *ret_held = held;
    }
    if (words.data)
        explicit_bzero(words.data, words.len);
    pk_buf_finish(&words);
    return r;
}

/* Where no message is meant, as evidence is kept for instance, the link ends where its own part would begin. */
static struct pk_slice common_link(const struct pk_service *service, const struct pk_text_version *version, char room[PK_LINK_URL_MAX])
{
    if (!service->rules->public_url || !pk_catalog_is_noreply(version->name))
        return (struct pk_slice){ 0 };
    (void) snprintf(room, PK_LINK_URL_MAX, "%s" PK_LINK_PATH, service->rules->public_url);
    return pk_slice_of(room);
}

static int render(struct pk_service *service, int64_t notice_id, int64_t version_id, struct pk_slice link, struct held_text **ret_held,
                  struct pk_error *err)
{
    char common[PK_LINK_URL_MAX];
    struct pk_notice notice;
    struct pk_text_version version;
    int r = pk_notice_get(service->store, notice_id, &notice, err);
    if (r != 0)
        return r;
    pk_auto(pk_json) struct pk_json *values = NULL;
    struct pk_slice document = notice.values.len > 0 ? notice.values : PK_SLICE("{}");
    if ((r = pk_json_parse(document, PK_CLOUDEVENT_BYTES_MAX, &values, err)) != 0)
        return r;
    if ((r = pk_text_version_get(service->store, version_id, &version, err)) != 0)
        return r;
    struct pk_render how = {
        .language = version.language,
        .rendering = version.rendering,
        .body = version.body,
        .values = values,
        .org = pk_slice_of(service->rules->organisation),
        .zone = service->rules->zone,
        .link = link.len > 0 ? link : common_link(service, &version, common),
    };
    struct pk_buf words;
    pk_buf_init(&words, TEXT_BYTES_MAX);
    r = pk_catalog_render(service->catalog, &how, &words, err);
    if (r != 0) {
        pk_buf_finish(&words);
        return r;
    }
    struct held_text *held = pk_alloc(sizeof *held);
    held->holders = 1;
    held->name = pk_slice_dup(version.name);
    /* Plain letters are a way to spell, and no language a provider knows. */
    bool scripted = version.rendering.len > 0 && !memmem(version.rendering.data, version.rendering.len, "-" PK_RENDERING_PLAIN,
                                                         strlen("-" PK_RENDERING_PLAIN));
    held->language = pk_slice_dup(scripted ? version.rendering : version.language);
    held->words = pk_slice_dup(pk_buf_slice(&words));
    for (size_t i = 0; i < 8; i++)
        (void) snprintf(held->hash + 2 * i, 3, "%02x", version.hash[i]);
    held->json = pk_steal(&values);
    held->text = (struct pk_text){
        .notice = notice_id,
        .version = version_id,
        .text = pk_slice_make(held->words, words.len),
        .template_name = pk_slice_of(held->name),
        .template_version = pk_slice_of(held->hash),
        .language = pk_slice_of(held->language),
        .step = step_of(service, &version),
    };
    add_choices(service, held, &version);
    name_values(held, how.link);
    held->secret = link.len > 0;
    pk_buf_finish(&words);
    *ret_held = held;
    return 0;
}

uint32_t pk_text_parts(struct pk_text *text)
{
    struct pk_segmentation segmentation;
    if (text->part_count > 0)
        return (uint32_t) text->part_count;
    if (text->counted_parts == 0 && pk_segment(text->text, false, &segmentation, NULL) == 0)
        text->counted_parts = segmentation.parts;
    return text->counted_parts;
}

int pk_texts_get(struct pk_service *service, int64_t notice, int64_t version, bool with_parts, struct pk_text **ret_text,
                 struct pk_error *err)
{
    struct held_text **slot = &service->texts->slots[slot_of(notice, version)];
    if (!*slot || (*slot)->text.notice != notice || (*slot)->text.version != version) {
        struct held_text *fresh = NULL;
        int r = version != 0 ? render(service, notice, version, (struct pk_slice){ 0 }, &fresh, err) : by_hand(service, notice, &fresh, err);
        if (r != 0)
            return r;
        if (*slot)
            pk_text_release(&(*slot)->text);
        *slot = fresh;
    }
    struct held_text *held = *slot;
    if (with_parts && !held->encoded) {
        int r = encode(held, err);
        if (r != 0)
            return r;
    }
    held->holders++;
    *ret_text = &held->text;
    return 0;
}

int pk_texts_get_linked(struct pk_service *service, int64_t notice, int64_t version, struct pk_slice link, bool with_parts,
                        struct pk_text **ret_text, struct pk_error *err)
{
    struct held_text *held = NULL;
    int r = render(service, notice, version, link, &held, err);
    if (r == 0 && with_parts)
        r = encode(held, err);
    if (r == 0)
        *ret_text = &held->text;
    else if (held)
        pk_text_release(&held->text);
    return r;
}
