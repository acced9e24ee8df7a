/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/app/privacy_pack.h"

#include "gateway/base/clock.h"
#include "gateway/base/file.h"
#include "gateway/base/text.h"
#include "gateway/model/rights.h"
#include "gateway/store/fields.h"
#include "gateway/store/inspect.h"
#include "gateway/store/notices.h"
#include "gateway/store/readings.h"

#include <errno.h>
#include <limits.h>
#include <sys/stat.h>

#define PAGE_BYTES_MAX (4u << 20)
#define MISSING "**niet ingevuld**"

struct packing {
    const struct pk_config *config;
    struct pk_store *store;
    int64_t now_ms;
    struct pk_buf *out;
    bool readings; /* the database says who read what */
};

/* ---- words ---- */

static void say(struct packing *p, const char *text)
{
    (void) pk_buf_add_text(p->out, text);
}

/* A cell of a table: what would end it is taken out. */
static void cell(struct packing *p, const char *text)
{
    for (const char *at = text ? text : MISSING; *at; at++)
        (void) pk_buf_add_char(p->out, *at == '|' || *at == '\n' ? ' ' : *at);
    say(p, " | ");
}

static void day(struct packing *p, int64_t ms)
{
    char text[PK_TIME_TEXT_MAX];
    if (ms == 0)
        say(p, "– | ");
    else
        (void) pk_buf_printf(p->out, "%.10s | ", pk_time_format(ms, text));
}

static const char *duration(int64_t ms, char ret_text[48])
{
    const int64_t hour = 3600000, whole_day = 24 * hour;
    if (ms % whole_day == 0)
        (void) snprintf(ret_text, 48, "%lld dagen", (long long) (ms / whole_day));
    else
        (void) snprintf(ret_text, 48, "%lld uur", (long long) (ms / hour));
    return ret_text;
}

static void words(struct packing *p, const struct pk_words *list)
{
    for (size_t i = 0; i < list->count; i++)
        (void) pk_buf_printf(p->out, "%s%s", i > 0 ? ", " : "", strcmp(list->items[i], "*") == 0 ? "alle" : list->items[i]);
    say(p, " | ");
}

/* ---- pages ---- */

static int fields(struct packing *p, struct pk_error *err)
{
    (void) err;
    say(p, "# Welke gegevens, en waarom\n\nElk veld van de database staat hier. Namen van inwoners, nationaliteit en vrije notities bestaan niet.\n"
           "Versleutelde velden zijn zonder de sleutel, die apart wordt bewaard, onleesbaar.\n");
    for (size_t t = 0; pk_field_table_at(t); t++) {
        const struct pk_field_table *table = pk_field_table_at(t);
        (void) pk_buf_printf(p->out, "\n## %s\n\n%s. Bewaard: %s.\n\n| veld | soort | waarom |\n|---|---|---|\n", table->name, table->what, table->kept);
        for (size_t i = 0; pk_field_at(i); i++) {
            const struct pk_field *field = pk_field_at(i);
            if (strcmp(field->table, table->name) == 0)
                (void) pk_buf_printf(p->out, "| `%s` | %s | %s |\n", field->column, pk_field_kind_word(field->kind), field->why);
        }
    }
    return 0;
}

static int flows(struct packing *p, struct pk_error *err)
{
    const struct pk_rules *rules = &p->config->rules;
    (void) err;
    say(p, "# Waar gegevens langs gaan\n\n## Naar buiten: berichten aan inwoners\n\nEen aanbieder krijgt het nummer en de tekst van één bericht tegelijk.\n\n"
           "| kanaal | account | aanbieder | land |\n|---|---|---|---|\n");
    for (size_t i = 0; i < rules->route_count; i++)
        for (size_t j = 0; j < rules->routes[i].accounts.count; j++)
            for (size_t k = 0; k < rules->account_count; k++) {
                const struct pk_account_rule *account = &rules->accounts[k];
                if (strcmp(account->name, rules->routes[i].accounts.items[j]) != 0)
                    continue;
                const struct pk_provider_rule *provider = account->provider ? pk_rules_provider(rules, account->provider) : NULL;
                say(p, "| ");
                cell(p, rules->routes[i].channel);
                cell(p, account->name);
                cell(p, provider ? provider->company : "geen: een nagebootste aanbieder");
                cell(p, provider ? provider->country : "–");
                say(p, "\n");
            }
    say(p, "\n## Naar binnen: aanvragen van diensten\n\nEen dienst noemt een onderwerp en een doelgroep, nooit een persoon, en krijgt alleen aantallen terug.\n\n"
           "| dienst | onderwerpen | scholen en wijken | hoogste aantal mensen |\n|---|---|---|---|\n");
    for (size_t i = 0; i < rules->publisher_count; i++) {
        const struct pk_publisher_rule *publisher = &rules->publishers[i];
        say(p, "| ");
        cell(p, publisher->name);
        words(p, &publisher->topics);
        words(p, &publisher->tags);
        (void) pk_buf_printf(p->out, "%lld |\n", (long long) publisher->max_recipients);
    }
    if (rules->team)
        say(p, "\n## Naar het team\n\nWacht een antwoord een dag, dan krijgt het team een bericht met hoeveel mensen wachten: geen naam, nummer of tekst. Het hoort ook dat iets vanzelf is stilgezet of dringend is verteld, zonder te zeggen over wie.\n");
    say(p, "\n## Terug: antwoorden\n\nWat iemand terugschrijft komt langs dezelfde aanbieder binnen, wordt versleuteld bewaard en gaat niet verder.\n"
           "Niets gaat naar een land, bedrijf of dienst die hier niet staat.\n");
    return 0;
}

static int retention(struct packing *p, struct pk_error *err)
{
    const struct pk_rules *rules = &p->config->rules;
    const struct {
        const char *what;
        int64_t ms;
    } set[] = {
        { "berichten na hun einde", rules->keep_messages_ms },   { "antwoorden van inwoners", rules->keep_replies_ms },
        { "aanvragen van diensten", rules->keep_triggers_ms },   { "logboek van handelingen", rules->keep_audit_ms },
        { "waarden in een tekst, na de geldigheid", rules->keep_values_ms },
        { "wie komt, na de geldigheid", rules->keep_rsvps_ms },
        { "wie nergens meer ja op zegt, na de laatste toestemming", rules->keep_former_ms },
        { "wie niet antwoordt op de vraag", rules->keep_unanswered_ms },
        { "bewijs van toestemming, na het wissen", rules->keep_proofs_ms },
        { "regels van toestemming waar niets meer op berust", rules->keep_ledger_ms },
        { "mededelingen aan diensten over HTTP, na hun einde", rules->keep_webhooks_ms },
        { "vragen om toestemming (niet vaker dan)", rules->question_every_ms },
    };
    char text[48];
    (void) err;
    say(p, "# Bewaartermijnen\n\nHet programma verwijdert zelf, elke minuut, en overschrijft wat het verwijdert.\n\n| wat | ingesteld |\n|---|---|\n");
    for (size_t i = 0; i < PK_COUNT(set); i++)
        (void) pk_buf_printf(p->out, "| %s | %s |\n", set[i].what, duration(set[i].ms, text));
    for (size_t i = 0; i < rules->topic_count; i++)
        (void) pk_buf_printf(p->out, "| toestemming voor `%s` | %s |\n", rules->topics[i].name, duration(rules->topics[i].consent_ms, text));
    say(p, "\n## Oudste regels nu\n\n| tabel | bewaard | regels | oudste |\n|---|---|---|---|\n");
    for (size_t t = 0; pk_field_table_at(t); t++) {
        const struct pk_field_table *table = pk_field_table_at(t);
        (void) pk_buf_printf(p->out, "| `%s` | %s | %lld | ", table->name, table->kept, (long long) (p->store ? pk_field_rows(p->store, table) : 0));
        day(p, p->store ? pk_field_oldest_ms(p->store, table) : 0);
        say(p, "\n");
    }
    return 0;
}

static int providers(struct packing *p, struct pk_error *err)
{
    const struct pk_rules *rules = &p->config->rules;
    char text[48];
    (void) err;
    say(p, "# Aanbieders\n\nVerwerkers die nummers en teksten krijgen om berichten te bezorgen.\n\n"
           "| bedrijf | land | verwerkersovereenkomst | bewaart | accounts |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < rules->provider_count; i++) {
        const struct pk_provider_rule *provider = &rules->providers[i];
        bool any = false;
        say(p, "| ");
        cell(p, provider->company);
        cell(p, provider->country);
        cell(p, provider->contract);
        cell(p, duration(provider->keeps_ms, text));
        for (size_t j = 0; j < rules->account_count; j++)
            if (rules->accounts[j].provider && strcmp(rules->accounts[j].provider, provider->name) == 0) {
                (void) pk_buf_printf(p->out, "%s%s", any ? ", " : "", rules->accounts[j].name);
                any = true;
            }
        say(p, any ? " |\n" : "geen |\n");
    }
    if (rules->provider_count == 0)
        say(p, "\nEr is geen aanbieder: alle accounts bootsen er een na, er gaat niets naar buiten.\n");
    return 0;
}

static int topics(struct packing *p, struct pk_error *err)
{
    const struct pk_rules *rules = &p->config->rules;
    char text[48];
    (void) err;
    say(p, "# Onderwerpen\n\nEen inwoner zegt per onderwerp en kanaal ja of nee. STOP geldt voor alles.\n\n"
           "| onderwerp | waarvoor | wie ervoor instaat | grondslag | toestemming geldt |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < rules->topic_count; i++) {
        say(p, "| ");
        cell(p, rules->topics[i].name);
        cell(p, pk_tagged_find(&rules->topics[i].purposes, PK_SLICE("nl")));
        cell(p, rules->topics[i].owner);
        cell(p, rules->topics[i].basis);
        cell(p, duration(rules->topics[i].consent_ms, text));
        say(p, "\n");
    }
    return 0;
}

static int roles(struct packing *p, struct pk_error *err)
{
    (void) err;
    say(p, "# Wie mag wat\n\nDeze tabel is dezelfde waar het programma zich bij elke handeling aan houdt. Wat geweigerd werd staat in het logboek.\n\n");
    pk_rights_write(p->out);
    return 0;
}

static int add_text(void *ctx, const struct pk_text_version *version, int64_t created_ms)
{
    struct packing *p = ctx;
    (void) pk_buf_printf(p->out, "| %.*s | %.*s | ", PK_SLICE_ARG(version->name),
                         PK_SLICE_ARG(version->rendering.len > 0 ? version->rendering : version->language));
    struct pk_slice hash = pk_slice_make(version->hash, 8);
    say(p, "`");
    pk_hex(p->out, hash.data, hash.len);
    say(p, "` | ");
    day(p, created_ms);
    struct pk_reading reading;
    struct pk_slice tag = version->rendering.len > 0 ? version->rendering : version->language;
    if (p->readings && pk_reading_find(p->store, version->name, tag, version->hash, &reading)) {
        char moment[PK_TIME_TEXT_MAX];
        (void) pk_buf_printf(p->out, "%s, %.10s |", reading.reader, pk_time_format(reading.at_ms, moment));
    } else {
        say(p, "**niemand** |");
    }
    say(p, "\n");
    return 0;
}

static int texts(struct packing *p, struct pk_error *err)
{
    say(p, "# Teksten in gebruik\n\nElke tekst die ooit is gebruikt, met de vingerafdruk van precies die woorden. Een toestemming noemt de versie die de\n"
           "inwoner zag. Wie een tekst hardop las, deed dat met precies deze woorden: een gewijzigde tekst is weer ongelezen.\n\n"
           "| tekst | taal | vingerafdruk | sinds | hardop gelezen door |\n|---|---|---|---|---|\n");
    p->readings = p->store && pk_store_has_readings(p->store);
    return p->store ? pk_text_versions_list(p->store, add_text, p, err) : 0;
}

static const struct {
    const char *file, *title;
    int (*write)(struct packing *p, struct pk_error *err);
} pages[] = {
    { "gegevens.md", "Welke gegevens, en waarom", fields },     { "stromen.md", "Waar gegevens langs gaan", flows },
    { "bewaartermijnen.md", "Bewaartermijnen", retention },     { "aanbieders.md", "Aanbieders", providers },
    { "onderwerpen.md", "Onderwerpen", topics },                { "rollen.md", "Wie mag wat", roles },
    { "teksten.md", "Teksten in gebruik", texts },
};

/* ---- files ---- */

static void front(struct packing *p)
{
    char moment[PK_TIME_TEXT_MAX];
    (void) pk_buf_printf(p->out, "# Gegevensbescherming: wat het programma zelf kan zeggen\n\n%s, gemaakt op %.10s uit de instellingen en de database.\n\n",
                         p->config->rules.organisation, pk_time_format(p->now_ms, moment));
    for (size_t i = 0; i < PK_COUNT(pages); i++)
        (void) pk_buf_printf(p->out, "- [%s](%s)\n", pages[i].title, pages[i].file);
    say(p, "\nWat hier niet in kan staan en er wel bij hoort: waarom de gemeente dit doet, wie de functionaris is, en de afweging van risico's.\n");
}

static int save(struct packing *p, const char *folder, const char *file, struct pk_error *err)
{
    char path[PATH_MAX];
    if (p->out->failed)
        return pk_fail(err, PK_E_LIMIT, "the page \"%s\" is too long", file);
    if (snprintf(path, sizeof path, "%s/%s", folder, file) >= (int) sizeof path)
        return pk_fail(err, PK_E_LIMIT, "the path of \"%s\" is too long", file);
    return pk_file_replace(path, 0640, pk_buf_slice(p->out), err);
}

int pk_privacy_pack(const struct pk_config *config, struct pk_store *store, const char *folder, int64_t now_ms, size_t *ret_pages,
                    struct pk_error *err)
{
    struct pk_buf out;
    struct packing p = { .config = config, .store = store, .now_ms = now_ms, .out = &out };
    char why[128];
    if (mkdir(folder, 0750) != 0 && errno != EEXIST)
        return pk_fail(err, PK_E_IO, "could not make the folder \"%s\": %s", folder, strerror_r(errno, why, sizeof why));
    pk_buf_init(&out, PAGE_BYTES_MAX);
    front(&p);
    int r = save(&p, folder, "README.md", err);
    for (size_t i = 0; r == 0 && i < PK_COUNT(pages); i++) {
        pk_buf_clear(&out);
        r = pages[i].write(&p, err);
        if (r == 0)
            r = save(&p, folder, pages[i].file, err);
    }
    pk_buf_finish(&out);
    if (r == 0)
        *ret_pages = PK_COUNT(pages) + 1;
    return r;
}
