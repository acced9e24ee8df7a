/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How an import begins and how it is put away: who may, which file it is, and its job, found again or made. The same file
 * in the same way is the same job, whoever gives it.
 */
#include "gateway/base/id.h"
#include "gateway/service/import_private.h"
#include "gateway/service/trail.h"
#include "gateway/service/users.h"

int pk_import_rewind(struct pk_import *import, struct pk_error *err)
{
    struct pk_csv_row first;
    pk_csv_finish(&import->csv);
    pk_csv_init(&import->csv, pk_slice_make(import->text, import->text_len));
    import->at = 0;
    int r = pk_csv_next(&import->csv, &first, err);
    if (r == 0)
        return pk_fail(err, PK_E_INVALID, "the file is empty");
    if (r > 0)
        r = pk_import_read_form(&first, import->confirmed, &import->form, err);
    if (r < 0)
        pk_error_prefix(err, "line %u", first.line);
    return r < 0 ? r : 0;
}

static uint32_t count_lines(struct pk_slice text)
{
    uint32_t lines = 0;
    while (text.len > 0) {
        const char *at = memchr(text.data, '\n', text.len);
        size_t n = at ? (size_t) (at - text.data) + 1 : text.len;
        text = pk_slice_make(text.data + n, text.len - n);
        lines++;
    }
    return lines;
}

/* ---- who ---- */

static struct pk_words copy_words(const struct pk_words *words)
{
    const char **items = pk_alloc_array(words->count + 1, sizeof *items);
    for (size_t i = 0; i < words->count; i++)
        items[i] = pk_strdup(words->items[i]);
    return (struct pk_words){ items, words->count };
}

static void free_words(struct pk_words *words)
{
    for (size_t i = 0; i < words->count; i++)
        free((void *) (uintptr_t) words->items[i]);
    free((void *) (uintptr_t) words->items);
    *words = (struct pk_words){ 0 };
}

static void keep_actor(struct pk_import *import, const struct pk_actor *actor)
{
    import->actor = (struct pk_actor){ .role = actor->role, .name = pk_strdup(actor->name), .via = pk_strdup(actor->via), .purpose = "import" };
    if (!actor->scope)
        return;
    import->scope.topics = copy_words(&actor->scope->topics);
    import->scope.templates = copy_words(&actor->scope->templates);
    import->scope.tags = copy_words(&actor->scope->tags);
    import->actor.scope = &import->scope;
}

int pk_import_check_scope(const struct pk_import *import, const struct pk_import_row *row, struct pk_error *err)
{
    for (size_t i = 0; i < row->topic_count; i++)
        if (pk_may(&import->actor, PK_ACTION_RECIPIENT_IMPORT, &(struct pk_about){ .topic = pk_slice_of(row->topics[i]->name) }, NULL) != 0)
            return pk_fail(err, PK_E_DENIED, "topics: \"%s\" is not one of yours", row->topics[i]->name);
    for (size_t i = 0; i < row->tag_count; i++)
        if (pk_may(&import->actor, PK_ACTION_RECIPIENT_IMPORT, &(struct pk_about){ .tag = row->tags[i] }, NULL) != 0)
            return pk_fail(err, PK_E_DENIED, "tags: one of them is not one of yours");
    return 0;
}

/* Who is named must have the right, not only who types: pk_users_vouch() knows whether there are users at all. */
static int check_options(struct pk_service *service, const struct pk_import_options *options, struct pk_error *err)
{
    if (!pk_import_is_word(options->by))
        return pk_fail(err, PK_E_INVALID, "who imports must be a name, at most %u bytes", PK_IMPORT_WORD_MAX);
    int r = pk_users_vouch(service, options->by, PK_ACTION_RECIPIENT_IMPORT, err);
    if (r == 0 && options->confirmed && options->second_person.len > 0)
        r = pk_users_vouch(service, options->second_person, PK_ACTION_RECIPIENT_IMPORT, err);
    if (r != 0 || !options->confirmed)
        return r;
    char *by = pk_slice_dup(options->by), *second = pk_slice_dup(options->second_person);
    bool two = second && pk_import_is_word(options->second_person) && strcasecmp(by, second) != 0;
    free(by);
    free(second);
    if (two)
        return 0;
    (void) pk_fail(err, PK_E_INVALID, "consents that were given already need a second person");
    return pk_hint(err, PK_E_INVALID, "Name somebody else who saw the forms: --second-person NAME.");
}

/* Keyed: a file that holds one number would else be found by trying all numbers. */
static void digest_of(const struct pk_import *import, uint8_t ret_digest[32])
{
    const uint8_t way[2] = { import->confirmed, import->partial };
    struct pk_slice parts[2] = { pk_slice_make(import->text, import->text_len), pk_slice_make(way, sizeof way) };
    pk_keyring_mac(pk_store_keys(import->service->store), PK_KEY_INDEX, parts, PK_COUNT(parts), ret_digest);
}

static int start_job(struct pk_import *import, const struct pk_import_options *options, int64_t now_ms, struct pk_error *err)
{
    struct pk_store *store = import->service->store;
    uint8_t digest[32];
    char id[PK_ID_TEXT_MAX], detail[256];
    digest_of(import, digest);
    int r = pk_job_start(store, PK_JOB_IMPORT, digest, 0, now_ms, &import->job, err);
    if (r != 0)
        return r;
    if (import->job.state != PK_JOB_RUNNING) {
        /* It ended before: looked at once more from the start. */
        import->job.state = PK_JOB_RUNNING;
        import->job.cursor = import->job.total = 0;
        memset(import->job.counts, 0, sizeof import->job.counts);
    }
    import->job.updated_ms = now_ms;
    if ((r = pk_job_save(store, &import->job, err)) != 0)
        return r;
    (void) snprintf(detail, sizeof detail, "by %.*s%s%.*s%s%s", PK_SLICE_ARG(options->by),
                    import->confirmed ? ", second person " : "", import->confirmed ? (int) options->second_person.len : 0,
                    options->second_person.data ? options->second_person.data : "",
                    import->confirmed ? ", already confirmed" : "", import->partial ? ", partial" : "");
    return pk_trail_done(import->service, &import->actor, "recipients.import", pk_id_format(import->job.id, id), detail, 0, now_ms, err);
}

int pk_import_new(struct pk_service *service, const struct pk_actor *actor, const struct pk_import_options *options,
                  struct pk_slice text, int64_t now_ms, struct pk_import **ret_import, struct pk_error *err)
{
    int r = pk_allow(service, actor, PK_ACTION_RECIPIENT_IMPORT, NULL, NULL, err);
    if (r != 0)
        return r;
    if (text.len > PK_IMPORT_BYTES_MAX) {
        (void) pk_fail(err, PK_E_LIMIT, "the file is larger than %u bytes", PK_IMPORT_BYTES_MAX);
        return pk_hint(err, PK_E_LIMIT, "Divide it into smaller files.");
    }
    if ((r = check_options(service, options, err)) != 0) {
        if (r == PK_E_DENIED)
            pk_trail_refused(service, actor, PK_ACTION_RECIPIENT_IMPORT, NULL, 0);
        return r;
    }
    pk_auto(pk_import) struct pk_import *import = pk_alloc(sizeof *import);
    import->service = service;
    keep_actor(import, actor);
    import->by = pk_slice_dup(options->by);
    import->confirmed = options->confirmed;
    import->partial = options->partial;
    import->rows_a_turn = options->rows_a_turn > 0 ? options->rows_a_turn : PK_IMPORT_ROWS_A_TURN;
    import->text_len = text.len;
    import->text = pk_alloc(text.len + 1);
    if (text.len > 0)
        memcpy(import->text, text.data, text.len);
    import->rows_expected = count_lines(text);
    if ((r = pk_import_rewind(import, err)) != 0 || (r = pk_unit_begin(service->store, err)) != 0)
        return r;
    if ((r = start_job(import, options, now_ms, err)) != 0) {
        pk_unit_drop(service->store);
        return r;
    }
    if ((r = pk_unit_keep(service->store, err)) != 0)
        return r;
    *ret_import = pk_steal(&import);
    return 0;
}

void pk_import_free(struct pk_import *import)
{
    if (!import)
        return;
    pk_csv_finish(&import->csv);
    if (import->text)
        explicit_bzero(import->text, import->text_len);
    if (import->known)
        explicit_bzero(import->known, import->known_cap * sizeof *import->known);
    free(import->text);
    free(import->known);
    free(import->notes);
    free((void *) (uintptr_t) import->actor.name);
    free((void *) (uintptr_t) import->actor.via);
    free_words(&import->scope.topics);
    free_words(&import->scope.templates);
    free_words(&import->scope.tags);
    free(import->by);
    free(import);
}
