/* SPDX-License-Identifier: EUPL-1.2 */
/* The tables of what is kept: what for, and how long. A new one of migrations.c gets its row here; its columns are fields.c. */
#include "gateway/store/fields.h"

#include "gateway/store/internal.h"

/* clang-format off */
static const struct pk_field_table tables[] = {
    { "number", "getallen van het programma zelf: stilgezet of niet, tellers, voortgang",
      "zolang het programma draait", NULL },
    { "key_check", "bewijs dat de juiste sleutel wordt gebruikt",
      "zolang de sleutel bestaat", NULL },
    { "name", "namen die vaak voorkomen, één keer opgeschreven",
      "zolang het programma draait", NULL },
    { "recipient", "een inwoner die is aangemeld, zonder naam",
      "tot de inwoner wordt gewist, of 30 dagen nadat de laatste toestemming eindigde", "SELECT min(created_ms) FROM recipient" },
    { "address", "waar iemand te bereiken is",
      "als de inwoner; van onbekenden tot hun antwoorden en berichten weg zijn", "SELECT min(created_ms) FROM address" },
    { "tag", "school of wijk die iemand zelf koos",
      "als de inwoner", NULL },
    { "suppression", "adressen die STOP hebben gezegd",
      "zolang de dienst bestaat", "SELECT min(at_ms) FROM suppression" },
    { "ledger", "boek van toestemmingen, waar niets uit verdwijnt en niets in verandert",
      "toestemming 24 maanden; bewijs 5 jaar, onder kenmerk", "SELECT min(at_ms) FROM ledger" },
    { "ledger_anchor", "waar het boek van toestemmingen begint, als oude regels weg zijn",
      "zolang de dienst bestaat", NULL },
    { "shown", "de woorden waarop iemand ja of nee zei, onveranderlijk",
      "zolang de dienst bestaat; over inwoners staat er niets in", "SELECT min(created_ms) FROM shown" },
    { "silent", "adressen die niet antwoordden: alleen een kenmerk",
      "tot er weer gevraagd mag worden", NULL },
    { "pass", "wie op de eigen bladzijde een code vroeg",
      "een uur na het einde van de code", "SELECT min(created_ms) FROM pass" },
    { "session", "wie op de eigen bladzijde is",
      "hoogstens twee uur", "SELECT min(created_ms) FROM session" },
    { "deep_link", "koppelingen waarmee iemand zelf een chat aan zich verbindt",
      "tot het einde van de koppeling, 7 dagen", "SELECT min(created_ms) FROM deep_link" },
    { "move", "een nieuw nummer dat iemand op de eigen bladzijde opgaf",
      "een dag; het nummer zelf hoogstens 10 minuten", "SELECT min(created_ms) FROM move" },
    { "link", "koppelingen waarmee iemand antwoordt die niet kan terugschrijven",
      "7 dagen", "SELECT min(created_ms) FROM link" },
    { "joining", "wie zich op de openbare bladzijde aanmeldde, tot ernaar gekeken is",
      "het nummer enkele seconden; dat het formulier er was een dag", "SELECT min(created_ms) FROM joining" },
    { "desk_word", "woorden die iemand aan de balie zegt om ja te zeggen",
      "een dag na het einde van het woord", "SELECT min(created_ms) FROM desk_word" },
    { "unsubscribe", "links in e-mails waarmee iemand zich afmeldt",
      "90 dagen", "SELECT min(created_ms) FROM unsubscribe" },
    { "consent", "wat het boek nu zegt, per inwoner, onderwerp en kanaal",
      "als het boek", NULL },
    { "notice", "wat er gezegd wordt: tekst en waarden van één bericht aan velen",
      "waarden tot het laatste bericht klaar is, hoogstens 7 dagen na de geldigheid; de rest 30 dagen", "SELECT min(created_ms) FROM notice" },
    { "text_version", "elke tekst die gebruikt is, onveranderlijk",
      "zolang de dienst bestaat", "SELECT min(created_ms) FROM text_version" },
    { "text_read", "welke tekst door een moedertaallezer hardop is gelezen, onveranderlijk",
      "zolang de dienst bestaat", "SELECT min(at_ms) FROM text_read" },
    { "trigger", "wat een dienst heeft aangevraagd: een doelgroep, nooit een persoon",
      "12 maanden", "SELECT min(received_ms) FROM trigger" },
    { "message", "één bericht aan één inwoner: wat ervan werd, zonder de tekst",
      "30 dagen na het einde, daarna alleen aantallen; een vraag 90 dagen", "SELECT min(id) >> 20 FROM message" },
    { "message_count", "aantallen per stand",
      "zolang de dienst bestaat", NULL },
    { "cursor", "tot waar berichten bij een aanbieder gelezen zijn",
      "zolang het account bestaat", NULL },
    { "attempt", "één poging bij één aanbieder",
      "als het bericht", "SELECT min(opened_ms) FROM attempt" },
    { "attempt_part", "de delen van een lang bericht: welk kenmerk elk bij de aanbieder heeft en wat ervan werd",
      "als het bericht", NULL },
    { "receipt", "wat de aanbieder later meldde",
      "als het bericht", "SELECT min(at_ms) FROM receipt WHERE at_ms > 0" },
    { "parked", "meldingen die te vroeg kwamen",
      "enkele uren", "SELECT min(at_ms) FROM parked WHERE at_ms > 0" },
    { "reply", "wat iemand terugschreef",
      "7 dagen", "SELECT min(at_ms) FROM reply" },
    { "inbox", "wat iemand terugschreef en een mens moet lezen, en het antwoord daarop",
      "7 dagen", "SELECT min(first_ms) FROM inbox" },
    { "rsvp", "wie komt en met hoeveel",
      "30 dagen na de bijeenkomst of de geldigheid van de uitnodiging, daarna alleen aantallen", "SELECT min(at_ms) FROM rsvp" },
    { "outbox", "wat diensten nog verteld moet worden: aantallen, nooit personen",
      "tot het verteld is", "SELECT min(created_ms) FROM outbox" },
    { "job", "lang werk, om na een onderbreking door te gaan",
      "90 dagen na het einde", "SELECT min(created_ms) FROM job" },
    { "audit", "wie wat deed met welk gevolg; van één inwoner: wie naar de gegevens keek",
      "18 maanden", "SELECT min(at_ms) FROM audit" },
    { "remark", "waarom iets is stilgezet",
      "tot het weer aan staat", NULL },
    { "reply_part", "delen van een lang antwoord, tot ze compleet zijn",
      "enkele uren", "SELECT min(at_ms) FROM reply_part" },
    { "audit_anchor", "waar het logboek van handelingen begint en eindigt",
      "zolang de dienst bestaat", NULL },
    { "user", "wie met het systeem werkt",
      "tot de gebruiker wordt verwijderd", "SELECT min(created_ms) FROM user" },
    { "token", "toegang van een dienst: alleen een kenmerk van het token, van wie, waarvoor en tot wanneer",
      "90 dagen na het einde", "SELECT min(created_ms) FROM token" },
    { "proof", "van wie gewist is: onder welk kenmerk het bewijs van toestemming staat, te vinden voor wie het nummer kent",
      "5 jaar na het wissen", NULL },
    { "farewell", "het laatste bericht aan wie gewist is, en het adres dat het nog nodig heeft",
      "tot het bericht weg is, hoogstens 10 minuten", NULL },
    { "journal_owed", "wat nog in het journaal buiten deze database moet",
      "tot het journaal weer te schrijven is", "SELECT min(at_ms) FROM journal_owed" },
    { "held_due", "wanneer een bericht had moeten gaan dat sinds een teruggezette back-up onzeker is",
      "tot erover is beslist", NULL },
    { "trigger_total", "aantallen per aanvraag en stand, van berichten die weg zijn",
      "als de aanvraag", NULL },
    { "trigger_act", "wat een aanvraag veranderde: een bijeenkomst, een infopunt, een campagne",
      "als de aanvraag", NULL },
    { "date_news", "dat een infopunt die dag dicht of toch open is, en met welke aanvraag dat werd verteld",
      "als de aanvraag", NULL },
    { "event_name", "hoe een dienst een bijeenkomst noemt: alleen een kenmerk",
      "als de bijeenkomst", NULL },
    { "standing_approval", "wat een dienst vooraf dringend mag vertellen, en welke twee mensen dat goedkeurden",
      "18 maanden na het einde", "SELECT min(asked_ms) FROM standing_approval" },
    { "event", "bijeenkomsten: wat, waar en wanneer; over niemand",
      "twee jaar na de laatste datum", "SELECT min(created_ms) FROM event" },
    { "event_exception", "data van een bijeenkomst die anders zijn dan anders",
      "als de bijeenkomst", NULL },
    { "occurrence", "elke datum van een bijeenkomst, één keer",
      "als de bijeenkomst", "SELECT min(created_ms) FROM occurrence" },
    { "campaign", "wat over één datum wordt gezegd, aan wie, en wie het goedkeurde",
      "12 maanden nadat ze klaar of afgebroken is", "SELECT min(created_ms) FROM campaign" },
    { "campaign_step", "de stappen van een campagne",
      "als de campagne", NULL },
    { "campaign_trigger", "welke aanvraag een stap werd",
      "als de campagne", NULL },
    { "circle", "de kring van een sleutelpersoon",
      "tot hij leeg is of overgedragen; 90 dagen na het vertrek van de sleutelpersoon", "SELECT min(created_ms) FROM circle" },
    { "circle_member", "wie in een kring zit en dat zelf weet, of ervoor gevraagd is",
      "tot iemand de kring verlaat of wordt gewist; wie niet antwoordt 30 dagen", "SELECT min(since_ms) FROM circle_member" },
    { "signup", "wat een sleutelpersoon van haar eigen aanmeldingen ziet",
      "24 uur", "SELECT min(at_ms) FROM signup" },
    { "circle_day", "hoeveel een sleutelpersoon op een dag aanmeldde, en hoeveel er mochten",
      "60 dagen", "SELECT min(at_ms) FROM circle_day" },
    { "publisher_day", "hoeveel mensen een dienst op een dag kon bereiken",
      "60 dagen", "SELECT min(at_ms) FROM publisher_day" },
    { "account_day", "hoeveel een account op een dag te versturen kreeg, en wat dat kostte",
      "400 dagen", "SELECT min(at_ms) FROM account_day" },
    { "rsvp_total", "hoeveel mensen komen, van een bijeenkomst die voorbij is",
      "als de aanvraag", NULL },
    { "rsvp_date_total", "hoeveel mensen komen op een datum die voorbij is",
      "als de bijeenkomst", NULL },
};
/* clang-format on */

const struct pk_field_table *pk_field_table_at(size_t index)
{
    return index < PK_COUNT(tables) ? &tables[index] : NULL;
}

int64_t pk_field_oldest_ms(struct pk_store *store, const struct pk_field_table *table)
{
    return table->oldest ? pk_sql_int(store, 0, table->oldest, "") : 0;
}

int64_t pk_field_rows(struct pk_store *store, const struct pk_field_table *table)
{
    char sql[96];
    int64_t rows = 0;
    (void) snprintf(sql, sizeof sql, "SELECT count(*) FROM \"%s\"", table->name);
    sqlite3_stmt *count = pk_sql_composed(store, sql);
    if (pk_sql_step(store, count, NULL) == 1) {
        rows = sqlite3_column_int64(count, 0);
        pk_sql_reset(count);
    }
    return rows;
}
