/* SPDX-License-Identifier: EUPL-1.2 */
/* What is written for people about the gateway: a page to begin at, a guide of five minutes for each kind of user, and the documents for
 * machines as pages. A guide is a page file in each language its readers have; who has another one is given the first. */
#include "gateway/console/docs.h"

#include "gateway/console/handlers.h"
#include "gateway/language/wall.h"

#define LANGUAGES 3
#define DAY_MS (24 * 3600 * 1000ll)
#define AHEAD_DAYS 30

static const struct guide {
    const char *name;
    const char *languages[LANGUAGES];
} guides[] = {
    { "adviser", { "nl", "bg", "en" } }, { "key-person", { "bg", "nl", NULL } }, { "desk", { "nl", "bg", "en" } },
    { "operator", { "en", NULL, NULL } }, { "developer", { "en", NULL, NULL } },
};

/* "bg-Latn" reads bg. */
static const char *language_for(const struct guide *guide, const char *reader)
{
    for (size_t i = 0; i < LANGUAGES && guide->languages[i]; i++)
        if (strncmp(reader, guide->languages[i], strlen(guide->languages[i])) == 0)
            return guide->languages[i];
    return guide->languages[0];
}

/* What stands in commands: days that are ahead, so that a guide is true whenever it is read, and where the gateway is. */
static void add_examples(struct pk_visit *visit)
{
    const char *url = visit->call->service->rules->public_url;
    char day[PK_LOCAL_TEXT_MAX], expires[PK_LOCAL_TEXT_MAX];
    int32_t today = (int32_t) (visit->call->now_ms / DAY_MS);
    size_t len = url ? strlen(url) : 0;
    while (len > 0 && url[len - 1] == '/')
        len--;
    pk_json_add_slice(&visit->out, "gateway", pk_slice_make(url ? url : "", len));
    pk_json_add_text(&visit->out, "day", pk_day_text(pk_day_of_number(today + AHEAD_DAYS), day));
    pk_json_add_text(&visit->out, "expires", pk_day_text(pk_day_of_number(today + 3 * AHEAD_DAYS), expires));
    pk_json_add_text(&visit->out, "copy", "/var/backups/pokana.db");
}

void pk_docs_page(struct pk_visit *visit)
{
    pk_json_add_bool(&visit->out, "docs", true);
    pk_json_open(&visit->out, "guides", '[');
    for (size_t i = 0; i < PK_COUNT(guides); i++) {
        char key[48];
        (void) snprintf(key, sizeof key, "docs.%s", guides[i].name);
        pk_json_open(&visit->out, NULL, '{');
        pk_json_add_text(&visit->out, "guide", guides[i].name);
        pk_json_add_slice(&visit->out, "label", pk_visit_string(visit, key));
        pk_json_add_text(&visit->out, "guideLanguage", language_for(&guides[i], pk_visit_language(visit)));
        pk_json_close(&visit->out, '}');
    }
    pk_json_close(&visit->out, ']');
    pk_visit_show(visit, 200, "docs-start");
}

/* Laid out when the program started: `members` are of the page's own object. */
static void show_reference(struct pk_visit *visit, const struct pk_buf *members, const char *page)
{
    (void) pk_buf_add_char(&visit->data, ',');
    (void) pk_buf_add_slice(&visit->data, pk_buf_slice(members));
    pk_visit_show(visit, 200, page);
}

void pk_docs_one_page(struct pk_visit *visit)
{
    struct pk_error err = { 0 };
    pk_json_add_bool(&visit->out, "docs", true);
    for (size_t i = 0; i < PK_COUNT(guides); i++) {
        char page[48];
        if (!pk_slice_is(visit->place, guides[i].name))
            continue;
        const char *language = language_for(&guides[i], pk_visit_language(visit));
        add_examples(visit);
        pk_json_add_text(&visit->out, "guideLanguage", language);
        (void) snprintf(page, sizeof page, "docs-%s.%s", guides[i].name, language);
        pk_visit_show(visit, 200, page);
        return;
    }
    pk_json_add_text(&visit->out, "guideLanguage", "en");
    if (pk_slice_is(visit->place, "api")) {
        show_reference(visit, &visit->console->docs_api, "docs-api");
    } else if (pk_slice_is(visit->place, "events")) {
        show_reference(visit, &visit->console->docs_events, "docs-events");
    } else {
        (void) pk_fail(&err, PK_E_NOT_FOUND, "there is no such page");
        pk_visit_trouble(visit, &err);
    }
}
