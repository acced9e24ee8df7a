/* SPDX-License-Identifier: EUPL-1.2 */
/* The list of indicators: what each counts, in English, Dutch and Bulgarian. A changed sentence is another indicator: append it. */
#include "gateway/model/indicator.h"

#include "gateway/base/mem.h"

#include <string.h>

struct words {
    const char *name, *unit, *en, *nl, *bg;
};

/* clang-format off */
static const struct words indicators[PK_INDICATORS] = {
    [PK_INDICATOR_CONSENT] = { "consent", "people",
        "People who had said yes to at least one topic at the end of the month, each counted once; also by topic, area, language, script and the way they came in.",
        "Mensen die aan het eind van de maand op minstens één onderwerp ja hadden gezegd, elk één keer geteld; ook per onderwerp, wijk, taal, schrift en de weg waarlangs zij binnenkwamen.",
        "Хора, които в края на месеца са казали „да“ поне на една тема, всеки преброен веднъж; също по тема, квартал, език, азбука и начин на включване." },
    [PK_INDICATOR_JOINED] = { "joined", "people",
        "People without any consent when the month began who said yes in it.",
        "Mensen zonder enige toestemming aan het begin van de maand die in de maand ja zeiden.",
        "Хора без никакво съгласие в началото на месеца, които през месеца са казали „да“." },
    [PK_INDICATOR_RENEWED] = { "renewed", "people",
        "People who said yes again in the month to what they had agreed to already.",
        "Mensen die in de maand opnieuw ja zeiden op iets waarop hun toestemming nog gold.",
        "Хора, които през месеца отново са казали „да“ за нещо, за което съгласието им още е важало." },
    [PK_INDICATOR_EXPIRED] = { "expired", "people",
        "People who lost their last consent in the month because its time was over.",
        "Mensen van wie in de maand de laatste toestemming afliep.",
        "Хора, чието последно съгласие е изтекло през месеца." },
    [PK_INDICATOR_STOPPED] = { "stopped", "people",
        "People who lost their last consent in the month by STOP, a no, a withdrawal or a block by the network.",
        "Mensen van wie in de maand de laatste toestemming eindigde door STOP, een nee, een intrekking of een blokkade door het netwerk.",
        "Хора, чието последно съгласие е приключило през месеца чрез СТОП, „не“, оттегляне или блокиране от мрежата." },
    [PK_INDICATOR_TOLD] = { "told", "times",
        "How often somebody was told something of the month: each person once for each notice that may have arrived.",
        "Hoe vaak iemand in de maand iets te horen kreeg: elke persoon één keer per bericht dat kan zijn aangekomen.",
        "Колко пъти някой е бил уведомен през месеца: всеки човек по веднъж за всяко съобщение, което може да е пристигнало." },
    [PK_INDICATOR_CAME] = { "came", "people",
        "Heads counted at the dates that began in the month, as somebody typed them afterwards.",
        "Getelde aanwezigen op de data die in de maand begonnen, zoals achteraf ingevoerd.",
        "Преброените присъствали на срещите, започнали през месеца, както са записани след това." },
    [PK_INDICATOR_COST] = { "cost", "tenThousandths",
        "What the month's hand-overs cost at the prices of their accounts, in 1/10,000 of a currency: notices, questions and answers.",
        "Wat de verzendingen van de maand kostten tegen de prijzen van hun accounts, in 1/10.000 van een munt: mededelingen, vragen en antwoorden.",
        "Колко са стрували изпращанията през месеца по цените на техните акаунти, в 1/10 000 от валутата: съобщения, въпроси и отговори." },
    [PK_INDICATOR_COST_TOLD] = { "costPerTold", "tenThousandths",
        "Cost divided by told.",
        "Kosten gedeeld door het aantal keren dat iemand iets te horen kreeg.",
        "Разходите, разделени на броя уведомявания." },
    [PK_INDICATOR_COST_CAME] = { "costPerCame", "tenThousandths",
        "Cost divided by came.",
        "Kosten gedeeld door het aantal aanwezigen.",
        "Разходите, разделени на броя присъствали." },
    [PK_INDICATOR_QUESTIONS] = { "questions", "questions",
        "Questions of people that were answered or closed in the month, by the subject that was given to them.",
        "Vragen van mensen die in de maand zijn beantwoord of afgesloten, naar het onderwerp dat ze daarbij kregen.",
        "Въпроси на хора, на които през месеца е отговорено или които са приключени, по темата, която са получили." },
    [PK_INDICATOR_KEY_PERSONS] = { "keyPersons", "people",
        "Key persons who did something in the month that the audit trail has.",
        "Sleutelpersonen die in de maand iets deden dat in het logboek staat.",
        "Ключови лица, които през месеца са направили нещо, записано в дневника." },
    [PK_INDICATOR_TO_PHONE] = { "timeToPhone", "people",
        "People who got an urgent notice of the month, by the seconds from its trigger, or the moment it was to leave, to the receipt that it arrived.",
        "Mensen die in de maand een dringend bericht kregen, naar het aantal seconden vanaf de aanvraag, of het moment waarop het moest vertrekken, tot de bevestiging van aankomst.",
        "Хора, получили спешно съобщение през месеца, по секундите от заявката или от момента, в който е трябвало да тръгне, до потвърждението, че е пристигнало." },
};
/* clang-format on */

static const char *const breakdowns[PK_INDICATOR_BYS] = { "total", "topic", "area", "language", "script", "way", "subject", "currency", "seconds" };

const char *pk_indicator_name(uint32_t indicator)
{
    return indicator < PK_INDICATORS ? indicators[indicator].name : NULL;
}

const char *pk_indicator_unit(uint32_t indicator)
{
    return indicator < PK_INDICATORS ? indicators[indicator].unit : NULL;
}

const char *pk_indicator_by_name(uint32_t by)
{
    return by < PK_INDICATOR_BYS ? breakdowns[by] : NULL;
}

const char *pk_indicator_definition(uint32_t indicator, const char *language)
{
    if (indicator >= PK_INDICATORS)
        return NULL;
    const struct words *words = &indicators[indicator];
    return strcmp(language, "nl") == 0 ? words->nl : strcmp(language, "bg") == 0 ? words->bg : words->en;
}
