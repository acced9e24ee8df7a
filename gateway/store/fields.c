/* SPDX-License-Identifier: EUPL-1.2 */
/* The table of what is kept. A new column of migrations.c gets its row here, with the reason people will read. */
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
      "tot de inwoner wordt gewist", "SELECT min(created_ms) FROM recipient" },
    { "address", "waar iemand te bereiken is",
      "tot de inwoner wordt gewist; van onbekenden tot er niets meer onderweg is", "SELECT min(created_ms) FROM address" },
    { "tag", "school of wijk die iemand zelf koos",
      "tot de inwoner wordt gewist", NULL },
    { "suppression", "adressen die STOP hebben gezegd",
      "zolang de dienst bestaat", "SELECT min(at_ms) FROM suppression" },
    { "ledger", "boek van toestemmingen, waar niets uit verdwijnt en niets in verandert",
      "toestemming 24 maanden; bewijs 5 jaar, onder kenmerk", "SELECT min(at_ms) FROM ledger" },
    { "ledger_anchor", "waar het boek van toestemmingen begint, als oude regels weg zijn",
      "zolang de dienst bestaat", NULL },
    { "shown", "de woorden waarop iemand ja of nee zei, onveranderlijk",
      "zolang het boek ernaar verwijst", "SELECT min(created_ms) FROM shown" },
    { "silent", "adressen die niet antwoordden: alleen een kenmerk",
      "tot er weer gevraagd mag worden", NULL },
    { "pass", "wie op de eigen bladzijde een code vroeg",
      "een uur na het einde van de code", "SELECT min(created_ms) FROM pass" },
    { "session", "wie op de eigen bladzijde is",
      "hoogstens twee uur", "SELECT min(created_ms) FROM session" },
    { "move", "een nieuw nummer dat iemand op de eigen bladzijde opgaf",
      "een dag; het nummer zelf hoogstens 10 minuten", "SELECT min(created_ms) FROM move" },
    { "consent", "wat het boek nu zegt, per inwoner, onderwerp en kanaal",
      "als het boek", NULL },
    { "notice", "wat er gezegd wordt: tekst en waarden van één bericht aan velen",
      "waarden tot het laatste bericht klaar is, hoogstens 7 dagen na de geldigheid; de rest 30 dagen", "SELECT min(created_ms) FROM notice" },
    { "text_version", "elke tekst die gebruikt is, onveranderlijk",
      "zolang de dienst bestaat", "SELECT min(created_ms) FROM text_version" },
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
    { "receipt", "wat de aanbieder later meldde",
      "als het bericht", "SELECT min(at_ms) FROM receipt WHERE at_ms > 0" },
    { "parked", "meldingen die te vroeg kwamen",
      "enkele uren", "SELECT min(at_ms) FROM parked WHERE at_ms > 0" },
    { "reply", "wat iemand terugschreef",
      "7 dagen", "SELECT min(at_ms) FROM reply" },
    { "inbox", "wat iemand terugschreef en een mens moet lezen, en het antwoord daarop",
      "7 dagen", "SELECT min(first_ms) FROM inbox" },
    { "rsvp", "wie komt en met hoeveel",
      "30 dagen na de geldigheid van de uitnodiging, daarna alleen aantallen", "SELECT min(at_ms) FROM rsvp" },
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
    { "rsvp_total", "hoeveel mensen komen, van een bijeenkomst die voorbij is",
      "als de aanvraag", NULL },
};

#define F(table, column, kind, why) { table, column, why, PK_FIELD_##kind }
static const struct pk_field fields[] = {
    F("number", "name", SYSTEM, "naam van het getal"),
    F("number", "value", SYSTEM, "het getal"),

    F("key_check", "id", SYSTEM, "nummer van de sleutel"),
    F("key_check", "value", SYSTEM, "controlewaarde; de sleutel zelf staat er niet in"),

    F("name", "id", SYSTEM, "nummer van de naam"),
    F("name", "kind", SYSTEM, "onderwerp, school of wijk, kanaal, account, dienst of route"),
    F("name", "text", SYSTEM, "de naam zelf; nooit die van een inwoner"),

    F("recipient", "id", POINTER, "kenmerk, door toeval gekozen"),
    F("recipient", "language", PERSON, "in welke taal iemand berichten krijgt"),
    F("recipient", "script", PERSON, "in welk schrift iemand berichten krijgt"),
    F("recipient", "created_ms", PERSON, "wanneer iemand is aangemeld: begin van de bewaartermijn"),
    F("recipient", "stopped_ms", PERSON, "sinds wanneer iemand STOP heeft gezegd"),

    F("address", "id", POINTER, "kenmerk van het adres"),
    F("address", "recipient", POINTER, "van wie het is"),
    F("address", "channel", PERSON, "via welk kanaal"),
    F("address", "value", SEALED, "het nummer of adres, om een bericht te kunnen sturen"),
    F("address", "blind", HASHED, "om een nummer te herkennen zonder het op te schrijven"),
    F("address", "created_ms", PERSON, "sinds wanneer"),
    F("address", "blocked_ms", PERSON, "sinds wanneer het netwerk dit adres weigert"),

    F("tag", "tag", PERSON, "de school of wijk, om alleen te sturen wat iemand aangaat"),
    F("tag", "recipient", POINTER, "van wie"),

    F("suppression", "channel", PERSON, "via welk kanaal"),
    F("suppression", "blind", HASHED, "om dit adres nooit meer te schrijven, ook als we het niet kennen"),
    F("suppression", "at_ms", PERSON, "sinds wanneer"),
    F("suppression", "key", SYSTEM, "met welke sleutel het kenmerk is gemaakt"),

    F("ledger", "id", SYSTEM, "volgnummer"),
    F("ledger", "recipient", POINTER, "van wie"),
    F("ledger", "topic", PERSON, "waarover"),
    F("ledger", "channel", PERSON, "via welk kanaal"),
    F("ledger", "kind", PERSON, "gevraagd, gegeven, geweigerd, ingetrokken of geblokkeerd"),
    F("ledger", "at_ms", PERSON, "wanneer opgeschreven"),
    F("ledger", "given_ms", PERSON, "wanneer de inwoner het deed"),
    F("ledger", "until_ms", PERSON, "tot wanneer het geldt"),
    F("ledger", "how", PERSON, "hoe: sms, papier, mondeling met bevestiging"),
    F("ledger", "wording", PERSON, "welke tekst de inwoner zag: deel van het bewijs"),
    F("ledger", "language", PERSON, "in welke taal"),
    F("ledger", "by", STAFF, "wie het opschreef"),
    F("ledger", "link", SYSTEM, "bindt de regel aan de vorige: knoeien valt op"),

    F("ledger", "key", SYSTEM, "welke sleutel de regel bindt"),
    F("ledger", "shown", POINTER, "de woorden die de inwoner zag"),

    F("ledger_anchor", "id", SYSTEM, "tot welke regel"),
    F("ledger_anchor", "at_ms", SYSTEM, "van wanneer die regel is"),
    F("ledger_anchor", "made_ms", SYSTEM, "wanneer het anker is gezet"),
    F("ledger_anchor", "key", SYSTEM, "met welke sleutel"),
    F("ledger_anchor", "link", SYSTEM, "bindt wat volgt aan wat ervoor stond"),
    F("ledger_anchor", "mac", SYSTEM, "bewijs dat het anker van ons is"),

    F("shown", "id", SYSTEM, "volgnummer"),
    F("shown", "version", POINTER, "welke tekst"),
    F("shown", "hash", SYSTEM, "kenmerk van de woorden"),
    F("shown", "text", SYSTEM, "de vraag zoals die gesteld is: deel van het bewijs"),
    F("shown", "created_ms", SYSTEM, "wanneer voor het eerst"),

    F("silent", "channel", PERSON, "via welk kanaal gevraagd"),
    F("silent", "blind", HASHED, "kenmerk van het adres, zonder sleutel niet te herleiden"),
    F("silent", "until_ms", PERSON, "tot wanneer niet opnieuw gevraagd wordt"),
    F("silent", "key", SYSTEM, "met welke sleutel het kenmerk is gemaakt"),

    F("pass", "id", SYSTEM, "volgnummer"),
    F("pass", "token", HASHED, "kenmerk van wie de code vroeg"),
    F("pass", "state", SYSTEM, "of er al naar gekeken is"),
    F("pass", "channel", PERSON, "via welk kanaal"),
    F("pass", "value", SEALED, "het nummer, tot de code verstuurd is"),
    F("pass", "code", HASHED, "kenmerk van de code"),
    F("pass", "tries", SYSTEM, "hoe vaak geraden is"),
    F("pass", "recipient", POINTER, "van wie"),
    F("pass", "created_ms", PERSON, "wanneer gevraagd"),
    F("pass", "until_ms", SYSTEM, "tot wanneer de code geldt"),

    F("session", "token", HASHED, "kenmerk van de browser"),
    F("session", "recipient", POINTER, "van wie de bladzijde is"),
    F("session", "created_ms", PERSON, "sinds wanneer"),
    F("session", "until_ms", SYSTEM, "tot wanneer"),
    F("session", "forms", SYSTEM, "hoeveel formulieren er verstuurd zijn: geen telt twee keer"),

    F("move", "id", SYSTEM, "volgnummer"),
    F("move", "recipient", POINTER, "van wie"),
    F("move", "address", POINTER, "het adres dat er nu is"),
    F("move", "keeps", SYSTEM, "of dat adres blijft"),
    F("move", "state", SYSTEM, "of er al naar gekeken is"),
    F("move", "channel", PERSON, "via welk kanaal"),
    F("move", "value", SEALED, "het nieuwe nummer, tot de codes zijn ingevuld of verlopen"),
    F("move", "blind", HASHED, "om niet steeds codes naar hetzelfde nummer te sturen"),
    F("move", "old_code", HASHED, "kenmerk van de code naar het oude nummer"),
    F("move", "new_code", HASHED, "kenmerk van de code naar het nieuwe nummer"),
    F("move", "tries", SYSTEM, "hoe vaak geraden is"),
    F("move", "created_ms", PERSON, "wanneer gevraagd"),
    F("move", "until_ms", SYSTEM, "tot wanneer de codes gelden"),

    F("consent", "recipient", POINTER, "van wie"),
    F("consent", "topic", PERSON, "waarover"),
    F("consent", "channel", PERSON, "via welk kanaal"),
    F("consent", "kind", PERSON, "de stand"),
    F("consent", "until_ms", PERSON, "tot wanneer"),
    F("consent", "event", SYSTEM, "de regel in het boek"),
    F("consent", "asked_ms", PERSON, "wanneer gevraagd is of het mag blijven"),

    F("notice", "id", SYSTEM, "nummer"),
    F("notice", "trigger", SYSTEM, "de aanvraag waar het van is"),
    F("notice", "class", SYSTEM, "soort: bericht, vraag, antwoord"),
    F("notice", "topic", SYSTEM, "onderwerp"),
    F("notice", "template", SYSTEM, "naam van de tekst"),
    F("notice", "vals", SYSTEM, "ingevulde waarden: tijd, plaats; geen namen van inwoners"),
    F("notice", "created_ms", SYSTEM, "wanneer"),
    F("notice", "digest", SYSTEM, "om dezelfde inhoud te herkennen"),

    F("text_version", "id", SYSTEM, "nummer"),
    F("text_version", "name", SYSTEM, "naam van de tekst"),
    F("text_version", "language", SYSTEM, "taal"),
    F("text_version", "rendering", SYSTEM, "schrift"),
    F("text_version", "hash", SYSTEM, "vingerafdruk van de tekst"),
    F("text_version", "body", SYSTEM, "de tekst zelf, zonder ingevulde waarden"),
    F("text_version", "created_ms", SYSTEM, "eerste gebruik"),

    F("trigger", "id", SYSTEM, "nummer"),
    F("trigger", "publisher", SYSTEM, "welke dienst"),
    F("trigger", "state", SYSTEM, "hoe ver het is"),
    F("trigger", "digest", SYSTEM, "om een herhaling te herkennen"),
    F("trigger", "source", SYSTEM, "afzender van de aanvraag"),
    F("trigger", "event_id", SYSTEM, "nummer bij de afzender"),
    F("trigger", "type", SYSTEM, "soort aanvraag"),
    F("trigger", "received_ms", SYSTEM, "wanneer ontvangen"),
    F("trigger", "notice", SYSTEM, "wat er gezegd wordt"),
    F("trigger", "audience", SYSTEM, "de doelgroep: onderwerp, scholen, wijken"),
    F("trigger", "send_at_ms", SYSTEM, "vanaf wanneer"),
    F("trigger", "valid_until_ms", SYSTEM, "tot wanneer"),
    F("trigger", "priority", SYSTEM, "gewoon of dringend"),
    F("trigger", "route", SYSTEM, "langs welke aanbieders"),
    F("trigger", "cursor", POINTER, "tot welk kenmerk de doelgroep is afgewerkt"),
    F("trigger", "planned", SYSTEM, "hoeveel berichten"),
    F("trigger", "ceiling", SYSTEM, "hoogste aantal mensen"),

    F("message", "id", SYSTEM, "nummer"),
    F("message", "recipient", POINTER, "aan wie"),
    F("message", "address", POINTER, "naar welk adres"),
    F("message", "notice", SYSTEM, "wat er gezegd werd"),
    F("message", "version", SYSTEM, "in welke tekstversie"),
    F("message", "topic", PERSON, "onderwerp"),
    F("message", "channel", PERSON, "kanaal"),
    F("message", "class", SYSTEM, "soort"),
    F("message", "route", SYSTEM, "langs welke aanbieders"),
    F("message", "priority", SYSTEM, "voorrang"),
    F("message", "state", PERSON, "wat ervan werd"),
    F("message", "reason", PERSON, "waarom het niet ging"),
    F("message", "flags", SYSTEM, "bijzonderheden: vastgehouden, misschien dubbel"),
    F("message", "attempts", SYSTEM, "aantal pogingen"),
    F("message", "account", SYSTEM, "bij welke aanbieder"),
    F("message", "due_ms", SYSTEM, "wanneer het aan de beurt is"),
    F("message", "expires_ms", SYSTEM, "tot wanneer het zin heeft"),
    F("message", "updated_ms", PERSON, "laatste verandering"),
    F("message", "act_ms", PERSON, "wanneer de inwoner deed waar dit het antwoord op is"),

    F("message_count", "state", SYSTEM, "stand"),
    F("message_count", "count", SYSTEM, "aantal"),

    F("attempt", "id", SYSTEM, "nummer"),
    F("attempt", "message", POINTER, "van welk bericht"),
    F("attempt", "account", SYSTEM, "bij welke aanbieder"),
    F("attempt", "state", SYSTEM, "hoe het ging"),
    F("attempt", "reason", SYSTEM, "waarom niet"),
    F("attempt", "gate", SYSTEM, "waarom het mocht"),
    F("attempt", "opened_ms", PERSON, "begin"),
    F("attempt", "settled_ms", PERSON, "einde"),
    F("attempt", "price", SYSTEM, "kosten"),
    F("attempt", "parts", SYSTEM, "aantal delen"),
    F("attempt", "provider", HASHED, "om de melding van de aanbieder te herkennen"),
    F("attempt", "provider_id", SEALED, "het nummer bij de aanbieder, waar een telefoonnummer in kan zitten"),
    F("attempt", "code", SYSTEM, "code van de aanbieder"),
    F("attempt", "ask_ms", SYSTEM, "wanneer de aanbieder gevraagd wordt wat ervan kwam"),
    F("attempt", "asked", SYSTEM, "hoe vaak dat gevraagd is"),

    F("cursor", "account", SYSTEM, "welk account"),
    F("cursor", "adapter", SYSTEM, "welke koppeling"),
    F("cursor", "value", SEALED, "tot waar gelezen is bij de aanbieder"),
    F("cursor", "updated_ms", SYSTEM, "wanneer"),

    F("receipt", "attempt", POINTER, "bij welke poging"),
    F("receipt", "state", PERSON, "bezorgd, gelezen of niet"),
    F("receipt", "code", SYSTEM, "code van de aanbieder"),
    F("receipt", "at_ms", PERSON, "wanneer"),

    F("parked", "id", SYSTEM, "nummer"),
    F("parked", "account", SYSTEM, "van welke aanbieder"),
    F("parked", "provider", HASHED, "om ze later te herkennen"),
    F("parked", "state", SYSTEM, "wat er werd gemeld"),
    F("parked", "code", SYSTEM, "code"),
    F("parked", "at_ms", SYSTEM, "wanneer"),
    F("parked", "until_ms", SYSTEM, "tot wanneer bewaard"),
    F("parked", "key", SYSTEM, "met welke sleutel het kenmerk is gemaakt"),

    F("reply", "id", SYSTEM, "nummer"),
    F("reply", "account", SYSTEM, "langs welke aanbieder"),
    F("reply", "channel", PERSON, "kanaal"),
    F("reply", "address", POINTER, "van welk adres"),
    F("reply", "recipient", POINTER, "van wie"),
    F("reply", "intent", PERSON, "hoe het is begrepen: ja, nee, stop"),
    F("reply", "message", POINTER, "op welk bericht"),
    F("reply", "at_ms", PERSON, "wanneer"),
    F("reply", "digest", HASHED, "om een herhaling te herkennen"),
    F("reply", "text", SEALED, "de woorden, om ze te kunnen beantwoorden"),
    F("reply", "inbox", POINTER, "bij welke vraag aan de balie"),
    F("reply", "echo", HASHED, "om dezelfde woorden te herkennen: een apparaat dat blijft antwoorden"),

    F("inbox", "id", SYSTEM, "nummer"),
    F("inbox", "address", POINTER, "van welk adres"),
    F("inbox", "recipient", POINTER, "van wie"),
    F("inbox", "channel", PERSON, "kanaal"),
    F("inbox", "account", SYSTEM, "langs welke aanbieder"),
    F("inbox", "language", PERSON, "taal om in te antwoorden"),
    F("inbox", "script", PERSON, "schrift om in te antwoorden"),
    F("inbox", "state", SYSTEM, "open, beantwoord of gesloten"),
    F("inbox", "subject", PERSON, "waar het over ging: school, zorg, werk"),
    F("inbox", "assigned", STAFF, "wie het leest"),
    F("inbox", "first_ms", PERSON, "sinds wanneer"),
    F("inbox", "last_ms", PERSON, "laatst geschreven"),
    F("inbox", "replies", SYSTEM, "hoeveel antwoorden"),
    F("inbox", "told_ms", SYSTEM, "wanneer is gemeld dat het te lang wacht"),
    F("inbox", "closed_ms", SYSTEM, "wanneer gesloten"),
    F("inbox", "closed_by", STAFF, "door wie"),
    F("inbox", "message", POINTER, "het bericht met het antwoord"),
    F("inbox", "words", SEALED, "het antwoord in eigen woorden"),

    F("rsvp", "id", SYSTEM, "nummer"),
    F("rsvp", "recipient", POINTER, "van wie"),
    F("rsvp", "trigger", SYSTEM, "voor welke uitnodiging"),
    F("rsvp", "reply", POINTER, "met welk antwoord"),
    F("rsvp", "yes", PERSON, "komt of komt niet"),
    F("rsvp", "heads", PERSON, "met hoeveel"),
    F("rsvp", "at_ms", PERSON, "wanneer"),

    F("outbox", "id", SYSTEM, "nummer"),
    F("outbox", "topic", SYSTEM, "aan welke dienst"),
    F("outbox", "content_type", SYSTEM, "vorm"),
    F("outbox", "correlation", SYSTEM, "kenmerk van de vraag"),
    F("outbox", "payload", SYSTEM, "de mededeling"),
    F("outbox", "created_ms", SYSTEM, "wanneer"),
    F("outbox", "expires_ms", SYSTEM, "tot wanneer"),

    F("job", "id", SYSTEM, "nummer"),
    F("job", "kind", SYSTEM, "soort werk"),
    F("job", "state", SYSTEM, "hoe ver"),
    F("job", "digest", SYSTEM, "vingerafdruk van het bestand, om het te herkennen"),
    F("job", "cursor", SYSTEM, "hoe ver"),
    F("job", "total", SYSTEM, "hoeveel regels"),
    F("job", "count0", SYSTEM, "aantal toegevoegd"),
    F("job", "count1", SYSTEM, "aantal ongewijzigd"),
    F("job", "count2", SYSTEM, "aantal geweigerd"),
    F("job", "count3", SYSTEM, "aantal gevraagd"),
    F("job", "created_ms", SYSTEM, "begin"),
    F("job", "updated_ms", SYSTEM, "laatste stap"),

    F("audit", "id", SYSTEM, "volgnummer"),
    F("audit", "at_ms", STAFF, "wanneer"),
    F("audit", "actor", STAFF, "wie: gebruiker, dienst of account"),
    F("audit", "action", SYSTEM, "wat"),
    F("audit", "object", POINTER, "waaraan: een kenmerk of een naam, geen adres"),
    F("audit", "detail", SYSTEM, "bijzonderheden zonder persoonsgegevens"),
    F("audit", "via", STAFF, "wie het namens deze gebruiker intypte"),
    F("audit", "role", STAFF, "in welke rol"),
    F("audit", "result", SYSTEM, "gedaan of geweigerd"),
    F("audit", "subject", HASHED, "wiens gegevens: een pseudoniem"),
    F("audit", "trace", SYSTEM, "bij welke verwerking het hoort"),
    F("audit", "span", SYSTEM, "deze handeling daarin"),
    F("audit", "parent", SYSTEM, "de handeling erboven"),
    F("audit", "key", SYSTEM, "met welke sleutel gebonden"),
    F("audit", "link", SYSTEM, "bindt de regel aan de vorige: knoeien valt op"),

    F("remark", "name", SYSTEM, "wat"),
    F("remark", "words", SYSTEM, "waarom, zonder persoonsgegevens"),

    F("reply_part", "id", SYSTEM, "nummer"),
    F("reply_part", "account", SYSTEM, "langs welke aanbieder"),
    F("reply_part", "sender", HASHED, "om delen bij elkaar te zoeken"),
    F("reply_part", "reference", SYSTEM, "nummer van het antwoord"),
    F("reply_part", "total", SYSTEM, "hoeveel delen"),
    F("reply_part", "part", SYSTEM, "welk deel"),
    F("reply_part", "coding", SYSTEM, "hoe het geschreven is"),
    F("reply_part", "at_ms", PERSON, "wanneer"),
    F("reply_part", "named", SYSTEM, "of de aanbieder het een nummer gaf"),
    F("reply_part", "digest", HASHED, "om een herhaling te herkennen"),
    F("reply_part", "address", SEALED, "van welk nummer"),
    F("reply_part", "text", SEALED, "de woorden"),

    F("audit_anchor", "id", SYSTEM, "begin of einde"),
    F("audit_anchor", "entry", SYSTEM, "bij welke regel"),
    F("audit_anchor", "link", SYSTEM, "de band met die regel"),
    F("audit_anchor", "key", SYSTEM, "met welke sleutel"),
    F("audit_anchor", "seal", SYSTEM, "zegel: weghalen valt op"),

    F("user", "id", SYSTEM, "kenmerk"),
    F("user", "name", STAFF, "naam waaronder iemand werkt"),
    F("user", "role", STAFF, "rol"),
    F("user", "language", STAFF, "taal"),
    F("user", "topics", STAFF, "tot welke onderwerpen beperkt"),
    F("user", "tags", STAFF, "tot welke scholen of wijken beperkt"),
    F("user", "created_ms", STAFF, "sinds wanneer"),

    F("proof", "pseudonym", HASHED, "het nummer, alleen te herkennen voor wie het kent en de sleutel heeft"),
    F("proof", "recipient", POINTER, "onder welk kenmerk het bewijs in het boek staat"),
    F("proof", "key", SYSTEM, "met welke sleutel"),
    F("proof", "until_ms", SYSTEM, "tot wanneer bewaard"),

    F("farewell", "message", SYSTEM, "welk bericht"),
    F("farewell", "address", POINTER, "welk adres"),

    F("journal_owed", "id", SYSTEM, "volgorde"),
    F("journal_owed", "at_ms", PERSON, "wanneer"),
    F("journal_owed", "kind", PERSON, "STOP, ingetrokken of gewist"),
    F("journal_owed", "key", SYSTEM, "met welke sleutel het kenmerk is gemaakt"),
    F("journal_owed", "hash", HASHED, "over wie het gaat"),
    F("journal_owed", "channel", PERSON, "via welk kanaal"),

    F("held_due", "message", SYSTEM, "welk bericht"),
    F("held_due", "due_ms", SYSTEM, "wanneer het had moeten gaan"),

    F("trigger_total", "trigger", SYSTEM, "welke aanvraag"),
    F("trigger_total", "state", SYSTEM, "welke stand"),
    F("trigger_total", "count", SYSTEM, "hoeveel"),

    F("rsvp_total", "trigger", SYSTEM, "welke aanvraag"),
    F("rsvp_total", "yes", SYSTEM, "hoeveel ja"),
    F("rsvp_total", "no", SYSTEM, "hoeveel nee"),
    F("rsvp_total", "heads", SYSTEM, "met hoeveel"),

    F("circle", "id", SYSTEM, "kenmerk van de kring"),
    F("circle", "user", STAFF, "van welke sleutelpersoon"),
    F("circle", "name", STAFF, "de naam waaronder die werkt, voor de overdracht"),
    F("circle", "created_ms", STAFF, "sinds wanneer"),
    F("circle", "left_ms", STAFF, "wanneer de sleutelpersoon is vertrokken"),

    F("circle_member", "recipient", POINTER, "wie"),
    F("circle_member", "circle", PERSON, "in welke kring, om een herinnering alleen daarheen te sturen"),
    F("circle_member", "question", SYSTEM, "met welk bericht het is verteld"),
    F("circle_member", "since_ms", PERSON, "wanneer aangemeld"),
    F("circle_member", "told_ms", PERSON, "wanneer iemand ja zei, wetend van de kring"),

    F("signup", "id", SYSTEM, "volgorde"),
    F("signup", "user", STAFF, "wie aanmeldde"),
    F("signup", "at_ms", PERSON, "wanneer"),
    F("signup", "masked", SEALED, "het afgeschermde nummer, zoals de sleutelpersoon het ziet"),
    F("signup", "question", POINTER, "met welke vraag; ook zonder vraag staat de aanmelding er"),
    F("signup", "answered", PERSON, "of er geantwoord is"),

    F("circle_day", "user", STAFF, "wie"),
    F("circle_day", "day", STAFF, "welke dag"),
    F("circle_day", "count", STAFF, "hoeveel aanmeldingen"),
    F("circle_day", "more", STAFF, "hoeveel er meer mochten dan anders"),
    F("circle_day", "at_ms", STAFF, "wanneer het laatst veranderd"),

    F("publisher_day", "publisher", SYSTEM, "welke dienst"),
    F("publisher_day", "day", SYSTEM, "welke dag"),
    F("publisher_day", "people", SYSTEM, "hoeveel mensen"),
    F("publisher_day", "at_ms", SYSTEM, "wanneer het laatst veranderd"),
};
#undef F
/* clang-format on */

const struct pk_field *pk_field_at(size_t index)
{
    return index < PK_COUNT(fields) ? &fields[index] : NULL;
}

const struct pk_field_table *pk_field_table_at(size_t index)
{
    return index < PK_COUNT(tables) ? &tables[index] : NULL;
}

const char *pk_field_kind_word(enum pk_field_kind kind)
{
    static const char *const words[PK_FIELD_KINDS] = {
        [PK_FIELD_SYSTEM] = "geen persoonsgegeven", [PK_FIELD_POINTER] = "kenmerk", [PK_FIELD_PERSON] = "persoonsgegeven",
        [PK_FIELD_SEALED] = "persoonsgegeven, versleuteld", [PK_FIELD_HASHED] = "persoonsgegeven, onomkeerbaar versleuteld",
        [PK_FIELD_STAFF] = "gegeven van medewerkers",
    };
    return kind > 0 && kind < PK_FIELD_KINDS ? words[kind] : "onbekend";
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

/* ---- a breach ---- */

static void read_person(sqlite3_stmt *row, struct pk_person_fields *ret_person)
{
    *ret_person = (struct pk_person_fields){
        .id = sqlite3_column_int64(row, 0),
        .since_ms = sqlite3_column_int64(row, 1),
        .addresses = sqlite3_column_int64(row, 2),
        .tags = sqlite3_column_int64(row, 3),
        .consents = sqlite3_column_int64(row, 4),
        .messages = sqlite3_column_int64(row, 5),
        .messages_ms = sqlite3_column_int64(row, 6),
        .replies = sqlite3_column_int64(row, 7),
        .replies_ms = sqlite3_column_int64(row, 8),
        .rsvps = sqlite3_column_int64(row, 9),
    };
}

int pk_person_fields_page(struct pk_store *store, int64_t after, int64_t since_ms, size_t max,
                          int (*each)(void *ctx, const struct pk_person_fields *person), void *ctx, struct pk_error *err)
{
#define MESSAGES "FROM message m INDEXED BY message_by_address JOIN address a ON m.address = a.id WHERE a.recipient = r.id AND m.recipient = r.id"
#define REPLIES "FROM reply p INDEXED BY reply_by_address JOIN address a ON p.address = a.id WHERE a.recipient = r.id"
    static const char sql[] =
        "SELECT r.id, r.created_ms, (SELECT count(*) FROM address a WHERE a.recipient = r.id),"
        " (SELECT count(*) FROM tag t WHERE t.recipient = r.id), (SELECT count(*) FROM consent c WHERE c.recipient = r.id),"
        " (SELECT count(*) " MESSAGES "), ifnull((SELECT min(m.id) >> 20 " MESSAGES "), 0),"
        " (SELECT count(*) " REPLIES "), ifnull((SELECT min(p.at_ms) " REPLIES "), 0),"
        " (SELECT count(*) FROM rsvp v WHERE v.recipient = r.id)"
        " FROM recipient r WHERE r.id > ?1 AND (?2 = 0 OR r.created_ms >= ?2"
        " OR EXISTS (SELECT 1 FROM address a WHERE a.recipient = r.id AND a.created_ms >= ?2)"
        " OR EXISTS (SELECT 1 FROM consent c JOIN ledger l ON l.id = c.event WHERE c.recipient = r.id AND l.at_ms >= ?2)"
        " OR EXISTS (SELECT 1 " MESSAGES " AND m.updated_ms >= ?2)"
        " OR EXISTS (SELECT 1 " REPLIES " AND p.at_ms >= ?2)"
        " OR EXISTS (SELECT 1 FROM rsvp v WHERE v.recipient = r.id AND v.at_ms >= ?2)) ORDER BY r.id LIMIT ?3";
#undef MESSAGES
#undef REPLIES
    sqlite3_stmt *rows = pk_sql(store, sql);
    pk_sql_bind(rows, "iii", after, since_ms, (int64_t) max);
    int r;
    while ((r = pk_sql_step(store, rows, err)) == 1) {
        struct pk_person_fields person;
        read_person(rows, &person);
        if ((r = each(ctx, &person)) != 0) {
            pk_sql_reset(rows);
            return r;
        }
    }
    return r;
}
