/* SPDX-License-Identifier: EUPL-1.2 */
/* Values of ordinary length; see the header. */
#include "gateway/language/samples.h"

#include "gateway/base/clock.h"
#include "gateway/language/dates_private.h"

#define DAY_MS 86400000ll

static const struct {
    const char *argument, *value;
} words[] = { { "org", "Zaanstad" }, { "place", "Dam 12" }, { "code", "482915" } };

static const struct {
    const char *argument, *moment;
} moments[] = {
    { "begins", "2026-03-03T18:00:00+01:00" },
    { "ends", "2026-03-03T19:30:00+01:00" },
    { "opens", "2026-03-05T09:00:00+01:00" },
};

static int64_t moment_of(const char *argument, uint32_t days_later)
{
    const char *found = moments[0].moment;
    int64_t ms = 0;
    for (size_t i = 0; i < PK_COUNT(moments); i++)
        if (strcmp(moments[i].argument, argument) == 0)
            found = moments[i].moment;
    (void) pk_time_parse(pk_slice_of(found), &ms);
    return ms + days_later * DAY_MS;
}

/* The language's own, else ours, else its name: something has to stand there. */
static struct pk_slice word_of(const struct pk_language *language, const char *argument)
{
    const struct pk_ini_section *own = pk_ini_find(language->ini, "samples", "");
    const struct pk_ini_entry *entry = own ? pk_ini_entry(own, argument) : NULL;
    if (entry && entry->value.len > 0)
        return entry->value;
    for (size_t i = 0; i < PK_COUNT(words); i++)
        if (strcmp(words[i].argument, argument) == 0)
            return pk_slice_of(words[i].value);
    return pk_slice_of(argument);
}

static void add_sample(const struct pk_template *t, const struct pk_argument *argument, uint32_t days_later, int64_t people,
                       struct pk_json_out *out)
{
    char days[16];
    switch (argument->type) {
    case PK_ARGUMENT_MOMENT:
        pk_json_add_time(out, argument->name, moment_of(argument->name, days_later));
        return;
    case PK_ARGUMENT_HOURS:
        pk_json_add_text(out, argument->name, "9:00-17:00");
        return;
    case PK_ARGUMENT_WEEKDAYS:
        (void) snprintf(days, sizeof days, "%s %s", pk_weekday_names[(1 + days_later) % 7],
                        pk_weekday_names[(3 + days_later) % 7]);
        pk_json_add_text(out, argument->name, days);
        return;
    case PK_ARGUMENT_COUNT:
        pk_json_add_int(out, argument->name, people);
        return;
    case PK_ARGUMENT_PHONE:
        pk_json_add_text(out, argument->name, "075 123 4567");
        return;
    case PK_ARGUMENT_LINK:
        pk_json_add_text(out, argument->name, "https://zaanstad.nl/bg");
        return;
    case PK_ARGUMENT_TEXT:
        pk_json_add_slice(out, argument->name, word_of(t->language, argument->name));
    }
}

void pk_template_sample(const struct pk_template *t, uint32_t days_later, int64_t people, struct pk_buf *out)
{
    struct pk_json_out json = pk_json_out(out);
    pk_json_open(&json, NULL, '{');
    for (size_t i = 0; i < t->argument_count; i++)
        add_sample(t, t->arguments[i].argument, days_later, people, &json);
    pk_json_close(&json, '}');
}

void pk_samples_check(const struct pk_ini *ini, struct pk_ini_report *report)
{
    const struct pk_ini_section *section = pk_ini_find(ini, "samples", "");
    for (size_t i = 0; section && i < section->entry_count; i++) {
        const struct pk_ini_entry *entry = &section->entries[i];
        const struct pk_argument *argument = pk_argument_find(pk_slice_of(entry->key));
        if (!argument || argument->type != PK_ARGUMENT_TEXT)
            pk_ini_tell(report, ini->file, entry->line, "samples", entry->key, "Name an argument that is words, like topics.",
                        "there is no argument \"%s\" of words", entry->key);
        else if (entry->value.len == 0)
            pk_ini_tell(report, ini->file, entry->line, "samples", entry->key, "Write an example of ordinary length.",
                        "the example is missing");
    }
}
