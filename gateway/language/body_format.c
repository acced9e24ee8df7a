/* SPDX-License-Identifier: EUPL-1.2 */
/* Values put into words, and the words into a compiled text; see body.h. Called by the renderer. */
#include "gateway/language/body_private.h"

#include "gateway/base/clock.h"

#define FORMATTED_MAX 32768u

struct formatting {
    const struct pk_body_values *from;
    struct pk_buf words; /* all values behind each other */
    struct pk_message_value values[PLACEHOLDERS_MAX];
    size_t begins[PLACEHOLDERS_MAX]; /* where a value's text begins in words */
};

static int missing(const char *argument, struct pk_error *err)
{
    (void) pk_fail(err, PK_E_INVALID, "cannot write the text: value \"%s\" is missing or of the wrong type", argument);
    return pk_hint(err, PK_E_INVALID, "Give every argument the template names.");
}

static int moment_of(const struct formatting *f, const struct pk_argument *argument, int64_t *ret_ms, struct pk_error *err)
{
    struct pk_slice text = pk_json_string(pk_json_get(f->from->values, argument->name));
    return text.data && pk_time_parse(text, ret_ms) == 0 ? 0 : missing(argument->name, err);
}

static int add_moment(struct formatting *f, const struct pk_placeholder *placeholder, struct pk_error *err)
{
    int64_t ms, until_ms;
    int r = moment_of(f, placeholder->argument, &ms, err);
    if (r == 0 && placeholder->until)
        r = moment_of(f, placeholder->until, &until_ms, err);
    if (r != 0)
        return r;
    const struct pk_dates *dates = f->from->language->dates;
    r = placeholder->until ? pk_dates_range(dates, f->from->wall, ms, until_ms, &f->words)
                           : pk_dates_word(dates, f->from->wall, placeholder->word, ms, &f->words);
    return r == 0 ? 0 : missing(placeholder->argument->name, err);
}

/* What a notice says goes before what the configuration knows; the organisation is never a notice's to say. */
static struct pk_slice text_of(const struct formatting *f, const struct pk_argument *argument)
{
    struct pk_slice given = pk_json_string(pk_json_get(f->from->values, argument->name));
    if (argument->type == PK_ARGUMENT_LINK && f->from->link.len > 0)
        return f->from->link;
    bool may_say = strcmp(argument->name, "org") != 0;
    return may_say && given.len > 0 ? given : argument->key ? pk_house_value(&f->from->house, argument) : given;
}

static int add_value(struct formatting *f, const struct pk_placeholder *placeholder, struct pk_message_value *value,
                     struct pk_error *err)
{
    const struct pk_argument *argument = placeholder->argument;
    const struct pk_json *given = pk_json_get(f->from->values, argument->name);
    struct pk_slice text = text_of(f, argument);
    const struct pk_language *language = f->from->language;
    switch (argument->type) {
    case PK_ARGUMENT_MOMENT:
        return add_moment(f, placeholder, err);
    case PK_ARGUMENT_COUNT:
        value->is_number = true;
        return pk_json_int(given, &value->number) ? 0 : missing(argument->name, err);
    case PK_ARGUMENT_HOURS:
        return text.data && pk_dates_hours(language->dates, text, placeholder->brief, &f->words) == 0 ? 0 : missing(argument->name, err);
    case PK_ARGUMENT_WEEKDAYS:
        return text.data && pk_dates_weekdays(language->dates, text, placeholder->brief, &f->words) == 0 ? 0 : missing(argument->name, err);
    case PK_ARGUMENT_TEXT:
    case PK_ARGUMENT_PHONE:
    case PK_ARGUMENT_LINK:
        return text.len > 0 && pk_buf_add_slice(&f->words, text) == 0 ? 0 : missing(argument->name, err);
    }
    return missing(argument->name, err);
}

static void write_to(void *ctx, const char *text, size_t len)
{
    (void) pk_buf_add(ctx, text, len);
}

static bool lacks_part(const struct pk_body *body, const struct formatting *f)
{
    for (size_t i = 0; body->without && i < body->count; i++)
        if (pk_body_can_spare(body, body->used[i].placeholder.argument) && text_of(f, body->used[i].placeholder.argument).len == 0)
            return true;
    return false;
}

static int format_with(const struct pk_body *body, struct formatting *f, struct pk_buf *out, struct pk_error *err)
{
    bool less = lacks_part(body, f);
    size_t count = 0;
    for (size_t j = 0; j < body->count; j++) {
        if (less && body->used[j].in_part)
            continue;
        size_t i = count++;
        f->values[i] = (struct pk_message_value){ .name = body->used[j].name };
        f->begins[i] = f->words.len;
        int r = add_value(f, &body->used[j].placeholder, &f->values[i], err);
        if (r != 0)
            return r;
        f->values[i].len = f->words.len - f->begins[i];
    }
    for (size_t i = 0; i < count; i++)
        f->values[i].text = pk_buf_text(&f->words) + f->begins[i];
    if (!pk_message_format(less ? body->without : body->message, f->values, count, write_to, out))
        return pk_fail(err, PK_E_INVALID, "cannot write the text: its values do not fit its form");
    return out->failed ? pk_fail(err, PK_E_LIMIT, "cannot write the text: it is too long") : 0;
}

int pk_body_format(const struct pk_body *body, const struct pk_body_values *values, struct pk_buf *out, struct pk_error *err)
{
    struct formatting f = { .from = values };
    pk_buf_init(&f.words, FORMATTED_MAX);
    int r = format_with(body, &f, out, err);
    pk_buf_finish(&f.words);
    return r;
}
