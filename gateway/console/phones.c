/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The simulated phones: what arrived on each, and answering from one. It stands open, since nothing on it is anybody's: the
 * configuration has it only where every account simulates and the door is on this machine (`phones` in [gateway]).
 */
#include "gateway/base/text.h"
#include "gateway/console/handlers.h"
#include "gateway/console/staff_words.h"
#include "gateway/service/desks.h"

#define PHONES_MAX 24u /* those that came first among the newest messages */
#define SHOWN_MAX 240u /* of the newest messages of each account */
#define NUMBER_MAX 32u
#define TEXT_MAX 4096u
#define NAME_MAX 64u

struct phone {
    const struct pk_desk *desk;
    char number[NUMBER_MAX + 1];
};

struct phones {
    struct phone items[PHONES_MAX];
    size_t count;
};

/* One walk along what an account's desk remembers. */
struct walk {
    const struct pk_desk *desk;
    size_t skip; /* the oldest of many */
    size_t total;
    struct phones *phones; /* found by the first walk ... */
    const struct phone *phone; /* ... and the one whose talk the second writes */
    struct pk_json_out *out;
};

static const struct pk_play_ops *play_of(const struct pk_visit *visit, const struct pk_desk *desk, void **ret_self)
{
    return visit->call->service->rules->phones ? pk_account_play(desk->account, ret_self) : NULL;
}

static struct pk_desk *desk_named(const struct pk_visit *visit, struct pk_slice name)
{
    const struct pk_desks *desks = visit->call->service->desks;
    for (size_t i = 0; i < desks->count; i++)
        if (pk_slice_is(name, desks->items[i]->rule->name))
            return desks->items[i];
    return NULL;
}

/* ---- which phones there are ---- */

static int count_one(void *ctx, const struct pk_play_item *item)
{
    (void) item;
    ((struct walk *) ctx)->total++;
    return 0;
}

static bool is_phone(const struct phone *phone, const struct pk_desk *desk, struct pk_slice number)
{
    return phone->desk == desk && pk_slice_is(number, phone->number);
}

static int find_phone(void *ctx, const struct pk_play_item *given)
{
    struct walk *walk = ctx;
    struct phones *phones = walk->phones;
    const struct pk_play_item item = pk_play_item_read(given);
    if (walk->skip > 0) {
        walk->skip--;
        return 0;
    }
    for (size_t i = 0; i < phones->count; i++)
        if (is_phone(&phones->items[i], walk->desk, item.address))
            return 0;
    if (phones->count < PHONES_MAX && item.address.len <= NUMBER_MAX) {
        struct phone *phone = &phones->items[phones->count++];
        phone->desk = walk->desk;
        memcpy(phone->number, item.address.data, item.address.len);
        phone->number[item.address.len] = '\0';
    }
    return 0;
}

static size_t to_skip(const struct pk_play_ops *play, void *self)
{
    struct walk walk = { 0 };
    (void) play->list(self, count_one, &walk);
    return walk.total > SHOWN_MAX ? walk.total - SHOWN_MAX : 0;
}

static void find_phones(const struct pk_visit *visit, struct phones *phones)
{
    const struct pk_desks *desks = visit->call->service->desks;
    for (size_t i = 0; i < desks->count; i++) {
        void *self = NULL;
        const struct pk_play_ops *play = play_of(visit, desks->items[i], &self);
        struct walk walk = { .desk = desks->items[i], .phones = phones };
        if (!play)
            continue;
        walk.skip = to_skip(play, self);
        (void) play->list(self, find_phone, &walk);
    }
}

/* ---- showing ---- */

static void write_state(struct pk_json_out *out, uint32_t state)
{
    bool failed = state == PK_RECEIPT_UNDELIVERED_TEMPORARY || state == PK_RECEIPT_UNDELIVERED_PERMANENT;
    pk_json_add_bool(out, "delivered", state == PK_RECEIPT_DELIVERED);
    pk_json_add_bool(out, "read", state == PK_RECEIPT_READ);
    pk_json_add_bool(out, "failed", failed);
    pk_json_add_bool(out, "sent", !failed && state != PK_RECEIPT_DELIVERED && state != PK_RECEIPT_READ);
}

static int write_item(void *ctx, const struct pk_play_item *given)
{
    struct walk *walk = ctx;
    const struct pk_play_item item = pk_play_item_read(given);
    if (walk->skip > 0) {
        walk->skip--;
        return 0;
    }
    if (!is_phone(walk->phone, walk->desk, item.address))
        return 0;
    pk_json_open(walk->out, NULL, '{');
    pk_json_add_slice(walk->out, "text", item.text);
    pk_json_add_slice(walk->out, "language", item.typed ? pk_slice_of(pk_staff_written_in(item.text)) : item.language);
    pk_json_add_bool(walk->out, "typed", item.typed != 0);
    write_state(walk->out, item.state);
    pk_json_close(walk->out, '}');
    return 0;
}

static void write_phone(struct pk_visit *visit, const struct phone *phone, size_t at)
{
    void *self = NULL;
    const struct pk_play_ops *play = play_of(visit, phone->desk, &self);
    struct walk walk = { .desk = phone->desk, .phone = phone, .out = &visit->out };
    pk_json_open(&visit->out, NULL, '{');
    pk_json_add_int(&visit->out, "at", (int64_t) at);
    pk_json_add_text(&visit->out, "account", phone->desk->rule->name);
    pk_json_add_text(&visit->out, "number", phone->number);
    pk_json_open(&visit->out, "talk", '[');
    walk.skip = to_skip(play, self);
    (void) play->list(self, write_item, &walk);
    pk_json_close(&visit->out, ']');
    pk_json_close(&visit->out, '}');
}

/* False: answered, as a path that is not there. */
static bool is_on(struct pk_visit *visit)
{
    struct pk_error err = { 0 };
    if (visit->call->service->rules->phones)
        return true;
    (void) pk_fail(&err, PK_E_NOT_FOUND, "there is nothing at this path");
    pk_visit_trouble(visit, &err);
    return false;
}

void pk_phones_page(struct pk_visit *visit)
{
    struct phones phones = { .count = 0 };
    if (!is_on(visit))
        return;
    find_phones(visit, &phones);
    pk_json_add_bool(&visit->out, "none", phones.count == 0);
    pk_json_open(&visit->out, "phones", '[');
    for (size_t i = 0; i < phones.count; i++)
        write_phone(visit, &phones.items[i], i + 1);
    pk_json_close(&visit->out, ']');
    pk_visit_show(visit, 200, "phones");
}

/* ---- answering ---- */

struct form {
    struct pk_buf account, address, at, word, text;
};

static int read_form(struct pk_visit *visit, struct form *form, struct pk_error *err)
{
    const struct {
        const char *name;
        struct pk_buf *room;
        size_t max;
    } fields[] = { { "account", &form->account, NAME_MAX },
                   { "address", &form->address, NUMBER_MAX },
                   { "at", &form->at, 4 },
                   { "word", &form->word, NAME_MAX },
                   { "text", &form->text, TEXT_MAX } };
    bool given;
    int r = 0;
    for (size_t i = 0; i < PK_COUNT(fields); i++)
        pk_buf_init(fields[i].room, fields[i].max);
    for (size_t i = 0; r == 0 && i < PK_COUNT(fields); i++)
        r = pk_call_form(visit->call, fields[i].name, 0, fields[i].room, &given, err);
    return r;
}

static void form_finish(struct form *form)
{
    struct pk_buf *const rooms[] = { &form->account, &form->address, &form->at, &form->word, &form->text };
    for (size_t i = 0; i < PK_COUNT(rooms); i++)
        pk_buf_wipe(rooms[i]);
}

/* A button's word goes before what stands in the field. Nothing written is nothing said. */
static int answer(struct pk_visit *visit, const struct form *form, struct pk_error *err)
{
    struct pk_slice text = pk_buf_slice(form->word.len > 0 ? &form->word : &form->text);
    const struct pk_desk *desk = desk_named(visit, pk_buf_slice(&form->account));
    void *self = NULL;
    const struct pk_play_ops *play = desk ? play_of(visit, desk, &self) : NULL;
    if (!play)
        return pk_fail(err, PK_E_NOT_FOUND, "there is no such simulated account");
    return text.len == 0 ? 0 : play->answer(self, pk_buf_slice(&form->address), text, visit->call->now_ms, err);
}

void pk_phones_answer(struct pk_visit *visit)
{
    struct pk_error err = { 0 };
    struct form form;
    char path[32];
    int64_t at = 1;
    if (!is_on(visit))
        return;
    int r = read_form(visit, &form, &err);
    if (r == 0)
        r = answer(visit, &form, &err);
    (void) pk_parse_int(pk_buf_slice(&form.at), 1, PHONES_MAX, &at);
    form_finish(&form);
    if (r != 0) {
        err.code = r;
        pk_visit_trouble(visit, &err);
        return;
    }
    (void) snprintf(path, sizeof path, "/phones#phone-%d", (int) at);
    pk_visit_go(visit, path);
}
