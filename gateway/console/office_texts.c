/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The texts at a desk: which there are, and one written in the city's own words. What is typed is shown as a phone would, part by
 * part, with what is wrong and what could be better; by a button, and while typing where there is a script. Nothing that was
 * typed is lost: not to a mistake, nor to somebody who wrote the same text meanwhile.
 */
#include "gateway/base/text.h"
#include "gateway/console/handlers.h"
#include "gateway/console/me.h"
#include "gateway/console/office.h"
#include "gateway/console/staff_words.h"
#include "gateway/service/own_texts_tell.h"
#include "gateway/store/own_texts.h"

#define LANGUAGES_MAX 16u
#define BOX_MAX 4096u /* bytes of a head or of a text, as they are typed */
#define PATH_TEXTS "/office/texts"

/* One language of the text in the form. */
struct box {
    struct pk_slice language;
    struct pk_buf head, text, content;
};

struct boxes {
    struct box items[LANGUAGES_MAX];
    size_t count;
};

/* What the page says first. */
struct said {
    bool typed; /* the boxes hold what was typed */
    bool someone_else, stale, wrong;
    unsigned status;
};

static void boxes_finish(struct boxes *boxes)
{
    for (size_t i = 0; i < boxes->count; i++) {
        pk_buf_finish(&boxes->items[i].head);
        pk_buf_finish(&boxes->items[i].text);
        pk_buf_finish(&boxes->items[i].content);
    }
    boxes->count = 0;
}

static struct box *add_box(struct boxes *boxes, struct pk_slice language)
{
    struct box *box = &boxes->items[boxes->count++];
    *box = (struct box){ .language = language };
    pk_buf_init(&box->head, BOX_MAX);
    pk_buf_init(&box->text, BOX_MAX);
    pk_buf_init(&box->content, 2 * BOX_MAX + 16);
    return box;
}

/* A language without this text has a box too, with the head of another: to write it in. */
static void fill_boxes(struct pk_visit *visit, struct boxes *boxes)
{
    const struct pk_catalog *catalog = visit->call->service->catalog;
    const struct pk_template *dutch = pk_catalog_exact(catalog, visit->place, PK_SLICE("nl"));
    for (size_t i = 0; i < pk_catalog_language_count(catalog) && boxes->count < LANGUAGES_MAX; i++) {
        struct pk_slice tag = pk_catalog_language_tag(catalog, i);
        const struct pk_template *text = pk_catalog_exact(catalog, visit->place, tag);
        struct box *box = add_box(boxes, tag);
        if (text || dutch)
            (void) pk_buf_add_slice(&box->head, pk_template_head(text ? text : dutch));
        if (text)
            (void) pk_buf_add_slice(&box->text, pk_template_body(text));
    }
}

static int read_boxes(struct pk_visit *visit, struct boxes *boxes, struct pk_error *err)
{
    const struct pk_catalog *catalog = visit->call->service->catalog;
    int r = 0;
    for (size_t i = 0; r == 0 && i < pk_catalog_language_count(catalog) && boxes->count < LANGUAGES_MAX; i++) {
        char name[40];
        bool given = false;
        struct box *box = add_box(boxes, pk_catalog_language_tag(catalog, i));
        (void) snprintf(name, sizeof name, "head-%.*s", PK_SLICE_ARG(box->language));
        r = pk_call_form(visit->call, name, 0, &box->head, &given, err);
        (void) snprintf(name, sizeof name, "text-%.*s", PK_SLICE_ARG(box->language));
        if (r == 0)
            r = pk_call_form(visit->call, name, 0, &box->text, &given, err);
    }
    return r;
}

/* What of it is a file: a language that has no text, and gets none, is left alone. */
static size_t files_of(struct pk_visit *visit, struct boxes *boxes, struct pk_own_file files[LANGUAGES_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < boxes->count; i++) {
        struct box *box = &boxes->items[i];
        struct pk_slice head = pk_slice_trim(pk_buf_slice(&box->head)), text = pk_slice_trim(pk_buf_slice(&box->text));
        if (text.len == 0 && !pk_catalog_exact(visit->call->service->catalog, visit->place, box->language))
            continue;
        pk_buf_clear(&box->content);
        (void) pk_buf_printf(&box->content, "%.*s\n\n%.*s\n", PK_SLICE_ARG(head), PK_SLICE_ARG(text));
        files[count++] = (struct pk_own_file){ visit->place, box->language, pk_buf_slice(&box->content) };
    }
    return count;
}

/* ---- how pages say things ---- */

static void moment(void *ctx, const char *name, int64_t ms)
{
    pk_staff_add_moment(ctx, name, ms);
}

/* As the language calls itself. */
static void language_name(void *ctx, const char *name, struct pk_slice tag)
{
    struct pk_visit *visit = ctx;
    const struct pk_phrases *phrases = visit->console->phrases;
    size_t none = pk_phrases_language_count(phrases), found = pk_phrases_find(phrases, tag, none);
    pk_json_add_slice(&visit->out, name, found < none ? pk_phrases_get(phrases, found, PK_SLICE("language.name")) : tag);
}

static struct pk_texts_teller teller_of(struct pk_visit *visit, const struct pk_staff *staff)
{
    return (struct pk_texts_teller){
        .service = visit->call->service,
        .actor = &staff->acting.actor,
        .out = &visit->out,
        .name_as = "textName", /* `name` is the user's */
        .moment = moment,
        .language = language_name,
        .ctx = visit,
    };
}

/* ---- the list ---- */

void pk_office_texts_page(struct pk_visit *visit)
{
    struct pk_error err = { 0 };
    struct pk_staff staff;
    if (!pk_office_opened(visit, PK_ACTION_TEMPLATE_VIEW, &staff))
        return;
    const struct pk_texts_teller teller = teller_of(visit, &staff);
    pk_json_add_slice(&visit->out, "pageTitle", pk_visit_string(visit, "texts.heading"));
    if (pk_texts_tell_all(&teller, &err) == 0)
        pk_office_show(visit, &staff, 200, "texts", "office-texts");
    else
        pk_visit_trouble(visit, &err);
}

/* ---- one ---- */

static void add_boxes(struct pk_visit *visit, const struct boxes *boxes)
{
    pk_json_open(&visit->out, "boxes", '[');
    for (size_t i = 0; i < boxes->count; i++) {
        const struct box *box = &boxes->items[i];
        pk_json_open(&visit->out, NULL, '{');
        pk_json_add_slice(&visit->out, "language", box->language);
        language_name(visit, "languageName", box->language);
        pk_json_add_slice(&visit->out, "head", pk_buf_slice(&box->head));
        pk_json_add_slice(&visit->out, "text", pk_buf_slice(&box->text));
        pk_json_add_bool(&visit->out, "missing", !pk_catalog_exact(visit->call->service->catalog, visit->place, box->language));
        pk_json_close(&visit->out, '}');
    }
    pk_json_close(&visit->out, ']');
}

static int add_checked(struct pk_visit *visit, const struct pk_texts_teller *teller, struct boxes *boxes, struct pk_error *err)
{
    struct pk_own_file files[LANGUAGES_MAX];
    return pk_texts_tell_check(teller, files, files_of(visit, boxes, files), err);
}

static void show(struct pk_visit *visit, struct pk_staff *staff, struct boxes *boxes, const struct said *said)
{
    const struct pk_about about = { .template_name = visit->place };
    const struct pk_texts_teller teller = teller_of(visit, staff);
    struct pk_error err = { 0 };
    pk_json_add_slice(&visit->out, "pageTitle", visit->place);
    pk_json_add_bool(&visit->out, "edits", pk_may(&staff->acting.actor, PK_ACTION_TEMPLATE_EDIT, &about, NULL) == 0);
    pk_json_add_bool(&visit->out, "typed", said->typed);
    pk_json_add_bool(&visit->out, "someoneElse", said->someone_else);
    pk_json_add_bool(&visit->out, "stale", said->stale);
    pk_json_add_bool(&visit->out, "wrong", said->wrong);
    pk_staff_add_flag(visit, "saved");
    pk_staff_add_flag(visit, "takenBack");
    int r = pk_texts_tell_one(&teller, visit->place, &err);
    if (r == 0) {
        add_boxes(visit, boxes);
        r = add_checked(visit, &teller, boxes, &err);
    }
    if (r == 0)
        pk_office_show(visit, staff, said->status, "texts", "office-text");
    else
        pk_visit_trouble(visit, &err);
}

void pk_office_text_page(struct pk_visit *visit)
{
    const struct said said = { .status = 200 };
    struct boxes boxes = { .count = 0 };
    struct pk_staff staff;
    if (!pk_office_opened(visit, PK_ACTION_TEMPLATE_VIEW, &staff))
        return;
    fill_boxes(visit, &boxes);
    show(visit, &staff, &boxes, &said);
    boxes_finish(&boxes);
}

/* While typing: what would be shown beside the form, alone. Nothing is kept, and no form is used up. */
void pk_office_text_check(struct pk_visit *visit)
{
    struct boxes boxes = { .count = 0 };
    struct pk_error err = { 0 };
    struct pk_staff staff;
    if (!pk_office_opened(visit, PK_ACTION_TEMPLATE_VIEW, &staff))
        return;
    const struct pk_texts_teller teller = teller_of(visit, &staff);
    int r = read_boxes(visit, &boxes, &err);
    if (r == 0)
        r = add_checked(visit, &teller, &boxes, &err);
    if (r == 0)
        pk_visit_show(visit, 200, "office-text-checked");
    else
        pk_visit_trouble(visit, &err);
    boxes_finish(&boxes);
}

/* ---- written, taken back ---- */

static int read_edition(struct pk_visit *visit, int64_t *ret_edition, struct pk_error *err)
{
    struct pk_buf edition;
    int r = pk_me_field(visit, "edition", PK_ME_FIELD_MAX, &edition, err);
    if (r == 0 && pk_parse_int(pk_buf_slice(&edition), 0, INT64_MAX, ret_edition) != 0)
        r = pk_fail(err, PK_E_INVALID, "this form is of another page");
    pk_buf_finish(&edition);
    return r;
}

static int save(struct pk_visit *visit, struct pk_staff *staff, struct pk_error *err)
{
    struct pk_own_file files[LANGUAGES_MAX];
    struct boxes boxes = { .count = 0 };
    struct pk_ini_report silent = { 0 };
    int64_t edition = 0;
    staff->acting.actor.purpose = "texts";
    int r = read_edition(visit, &edition, err);
    if (r == 0)
        r = read_boxes(visit, &boxes, err);
    if (r == 0)
        r = pk_own_texts_write(visit->call->service, &staff->acting.actor, files, files_of(visit, &boxes, files), edition, &silent,
                               visit->call->now_ms, err);
    boxes_finish(&boxes);
    return r;
}

static int take_back(struct pk_visit *visit, struct pk_staff *staff, struct pk_error *err)
{
    struct pk_ini_report silent = { 0 };
    int64_t edition = 0;
    staff->acting.actor.purpose = "texts";
    int r = read_edition(visit, &edition, err);
    return r == 0 ? pk_own_texts_withdraw(visit->call->service, &staff->acting.actor, visit->place, edition, &silent, visit->call->now_ms, err) : r;
}

/* Whoever wrote is shown what they wrote, and why it does not count. */
static void show_again(struct pk_visit *visit, struct pk_staff *staff, int result)
{
    struct said said = { .typed = true, .status = 200 };
    struct boxes boxes = { .count = 0 };
    struct pk_error err = { 0 };
    int64_t edition = 0;
    if (result == PK_E_CONFLICT) {
        said.status = 409;
        said.someone_else = read_edition(visit, &edition, NULL) == 0 && edition != pk_own_text_edition(visit->call->service->store, visit->place);
        said.stale = !said.someone_else;
    } else if (result != 0) {
        said.status = 422;
        said.wrong = true;
    }
    if (read_boxes(visit, &boxes, &err) == 0)
        show(visit, staff, &boxes, &said);
    else
        pk_visit_trouble(visit, &err);
    boxes_finish(&boxes);
}

static void go_to(struct pk_visit *visit, const char *what)
{
    char path[256];
    (void) snprintf(path, sizeof path, PATH_TEXTS "/%.*s?%s=1", (int) (visit->place.len < 200 ? visit->place.len : 200), visit->place.data, what);
    pk_visit_go(visit, path);
}

void pk_office_text(struct pk_visit *visit)
{
    struct pk_error err = { 0 };
    struct pk_staff staff;
    struct pk_buf act;
    if (!pk_office_opened(visit, PK_ACTION_TEMPLATE_VIEW, &staff))
        return;
    (void) pk_me_field(visit, "act", PK_ME_FIELD_MAX, &act, NULL);
    bool checks = pk_slice_is(pk_buf_slice(&act), "check"), takes_back = pk_slice_is(pk_buf_slice(&act), "withdraw");
    pk_buf_finish(&act);
    if (checks) {
        show_again(visit, &staff, 0);
        return;
    }
    int r = pk_staff_change(visit, &staff, takes_back ? take_back : save, &err);
    if (r == 0 || (r == PK_E_CONFLICT && pk_staff_tapped_twice(visit, &staff)))
        go_to(visit, takes_back ? "takenBack" : "saved");
    else if (r == PK_E_CONFLICT || r == PK_E_INVALID || r == PK_E_LIMIT)
        show_again(visit, &staff, r);
    else
        pk_visit_trouble(visit, &err);
}
