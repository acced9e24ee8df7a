/* SPDX-License-Identifier: EUPL-1.2 */
/* The sentences of states and reasons, in Dutch, Bulgarian and English: what happened, and who acts next. */
#include "gateway/model/states.h"

#include <string.h>

struct sentence {
    const char *nl, *bg, *en;
};

static const struct sentence state_sentences[PK_MESSAGE_STATES] = {
    [PK_MESSAGE_SCHEDULED] = { "Staat klaar voor later; niemand hoeft iets te doen.", "Чака за по-късно; никой не трябва да прави нищо.", "Ready for later; nobody needs to act." },
    [PK_MESSAGE_QUEUED] = { "Staat in de rij; niemand hoeft iets te doen.", "На опашката е; никой не трябва да прави нищо.", "In the queue; nobody needs to act." },
    [PK_MESSAGE_DEFERRED] = { "Wordt later opnieuw geprobeerd; niemand hoeft iets te doen.", "Ще се опита отново по-късно; никой не трябва да прави нищо.", "Will be tried again later; nobody needs to act." },
    [PK_MESSAGE_SUBMITTING] = { "Wordt nu aan de provider gegeven.", "Сега се предава на доставчика.", "Is being handed to the provider now." },
    [PK_MESSAGE_UNCERTAIN] = { "Misschien aangekomen: de provider gaf geen antwoord. De beheerder beslist, of de wachttijd loopt af.", "Може би е пристигнало: доставчикът не отговори. Решава администраторът или изтича срокът.", "May have arrived: the provider gave no answer. The operator decides, or the waiting time ends." },
    [PK_MESSAGE_ACCEPTED] = { "De provider heeft het bericht; wacht op bevestiging.", "Доставчикът прие съобщението; чака се потвърждение.", "The provider has it; waiting for a receipt." },
    [PK_MESSAGE_SENT] = { "Verzonden; wacht op bevestiging van aankomst.", "Изпратено; чака се потвърждение, че е пристигнало.", "Sent; waiting to hear that it arrived." },
    [PK_MESSAGE_UNDELIVERED_TEMPORARY] = { "Nog niet aangekomen; wordt zo nodig opnieuw geprobeerd.", "Още не е пристигнало; при нужда ще се опита отново.", "Not arrived yet; will be tried again if there is time." },
    [PK_MESSAGE_DELIVERED] = { "Aangekomen.", "Пристигнало.", "Delivered." },
    [PK_MESSAGE_READ] = { "Gelezen.", "Прочетено.", "Read." },
    [PK_MESSAGE_UNDELIVERED] = { "Niet aangekomen; de adviseur kan een andere weg kiezen.", "Не пристигна; съветникът може да избере друг начин.", "Not delivered; the adviser may choose another way." },
    [PK_MESSAGE_UNCONFIRMED] = { "Onbekend of het is aangekomen; telt niet als gelukt.", "Не се знае дали е пристигнало; не се брои за успех.", "Not known whether it arrived; not counted as success." },
    [PK_MESSAGE_FAILED] = { "Niet verzonden; zie de reden.", "Не е изпратено; вижте причината.", "Not sent; see the reason." },
    [PK_MESSAGE_EXPIRED] = { "Te laat om nog zin te hebben; niet verzonden.", "Твърде късно, за да има смисъл; не е изпратено.", "Too late to be of use; not sent." },
    [PK_MESSAGE_SUPPRESSED] = { "Niet verzonden, omdat het niet mag; zie de reden.", "Не е изпратено, защото не е позволено; вижте причината.", "Not sent because it may not be; see the reason." },
    [PK_MESSAGE_CANCELLED] = { "Geannuleerd.", "Отменено.", "Cancelled." },
    [PK_MESSAGE_SENT_FINAL] = { "Aan de provider gegeven; dit kanaal meldt geen aankomst.", "Предадено на доставчика; този канал не съобщава за пристигане.", "Handed over; this channel gives no receipt." },
};

static const struct sentence reason_sentences[PK_REASONS] = {
    [PK_REASON_NONE] = { "Geen bijzonderheden.", "Без особености.", "Nothing in particular." },
    [PK_REASON_NO_CONSENT] = { "Er is geen toestemming voor dit onderwerp.", "Няма съгласие за тази тема.", "There is no consent for this topic." },
    [PK_REASON_CONSENT_EXPIRED] = { "De toestemming is verlopen; vraag haar opnieuw.", "Съгласието изтече; поискайте го отново.", "The consent has expired; ask again." },
    [PK_REASON_STOPPED] = { "De ontvanger stuurde STOP; er gaat niets meer heen.", "Получателят изпрати СТОП; нищо повече не се изпраща.", "The person said STOP; nothing more is sent." },
    [PK_REASON_BLOCKED_BY_NETWORK] = { "Het netwerk laat berichten naar dit adres niet toe.", "Мрежата не допуска съобщения до този адрес.", "The network does not let messages to this address through." },
    [PK_REASON_QUESTION_ALREADY_ASKED] = { "Deze vraag is kort geleden al gesteld.", "Този въпрос вече беше зададен наскоро.", "This question was asked not long ago." },
    [PK_REASON_ANSWER_TOO_LATE] = { "Het antwoord kwam te laat om automatisch te mogen.", "Отговорът закъсня и не може да се изпрати автоматично.", "The answer is too late to go out by itself." },
    [PK_REASON_ACCOUNT_PAUSED] = { "Het account staat stil; de beheerder hervat het.", "Акаунтът е спрян; администраторът го пуска отново.", "The account is paused; the operator resumes it." },
    [PK_REASON_ALL_PAUSED] = { "Alle verzending staat stil; de beheerder hervat haar.", "Цялото изпращане е спряно; администраторът го пуска отново.", "All sending is paused; the operator resumes it." },
    [PK_REASON_PROVIDER_BUSY] = { "De provider had het te druk; het gaat vanzelf verder.", "Доставчикът беше зает; продължава само.", "The provider was busy; it goes on by itself." },
    [PK_REASON_PROVIDER_REFUSED] = { "De provider weigerde het bericht; de beheerder ziet zijn code.", "Доставчикът отказа съобщението; администраторът вижда кода.", "The provider refused it; the operator sees its code." },
    [PK_REASON_INVALID_RECIPIENT] = { "Dit adres bestaat niet; de balie kan het navragen.", "Този адрес не съществува; гишето може да попита.", "This address does not exist; the desk can ask." },
    [PK_REASON_OPTED_OUT] = { "De ontvanger meldde zich bij de provider af.", "Получателят се отказа при доставчика.", "The person opted out at the provider." },
    [PK_REASON_MISCONFIGURED] = { "Het account is verkeerd ingesteld; de beheerder herstelt het.", "Акаунтът е настроен грешно; администраторът го поправя.", "The account is set up wrongly; the operator repairs it." },
    [PK_REASON_TOO_LATE] = { "De geldigheid was voorbij voordat het verzonden kon worden.", "Срокът изтече, преди да може да се изпрати.", "Its validity passed before it could be sent." },
    [PK_REASON_NO_ANSWER] = { "De provider antwoordde niet; het kan aangekomen zijn.", "Доставчикът не отговори; може да е пристигнало.", "The provider did not answer; it may have arrived." },
    [PK_REASON_RESTART] = { "De gateway stopte tussen overdracht en antwoord; het kan aangekomen zijn.", "Системата спря между предаването и отговора; може да е пристигнало.", "The gateway stopped between hand-over and answer; it may have arrived." },
    [PK_REASON_RECEIPT_SILENT] = { "De provider meldde niets meer.", "Доставчикът не съобщи нищо повече.", "The provider said nothing more." },
    [PK_REASON_NO_ROUTE] = { "Er is geen account voor dit kanaal; de beheerder voegt er een toe.", "Няма акаунт за този канал; администраторът добавя такъв.", "There is no account for this channel; the operator adds one." },
    [PK_REASON_TEXT_UNFIT] = { "De tekst past niet op dit kanaal; de adviseur past hem aan.", "Текстът не е подходящ за този канал; съветникът го променя.", "The text does not fit this channel; the adviser changes it." },
    [PK_REASON_ATTEMPTS_USED_UP] = { "Alle pogingen mislukten; de beheerder kijkt naar de provider.", "Всички опити се провалиха; администраторът проверява доставчика.", "Every attempt failed; the operator looks at the provider." },
    [PK_REASON_TRIGGER_CANCELLED] = { "De opdracht is ingetrokken.", "Заявката е оттеглена.", "The trigger was cancelled." },
    [PK_REASON_OPERATOR] = { "De beheerder besliste dit.", "Така реши администраторът.", "The operator decided so." },
    [PK_REASON_RESTORED] = { "Wacht na herstel van een reservekopie op de beheerder.", "След възстановяване от копие чака администратора.", "Waits for the operator after a backup was restored." },
    [PK_REASON_ERASED] = { "De gegevens zijn gewist.", "Данните са изтрити.", "The data were erased." },
    [PK_REASON_OTHER_QUESTION] = { "Wacht tot een andere vraag aan deze persoon beantwoord of voorbij is; niemand hoeft iets te doen.", "Чака отговора на друг въпрос към същия човек или края на срока му; никой не трябва да прави нищо.", "Waits until another question to this person is answered or over; nobody has to do anything." },
    [PK_REASON_QUIET] = { "Wacht tot de stille uren of dagen voorbij zijn; niemand hoeft iets te doen.", "Чака края на тихите часове или дни; никой не трябва да прави нищо.", "Waits until the quiet hours or days are over; nobody needs to act." },
    [PK_REASON_QUIET_TOO_LATE] = { "De stille uren of dagen duren langer dan het nog zin heeft; de adviseur plant vroeger of kiest een andere weg.", "Тихите часове или дни свършват, когато съобщението вече няма смисъл; съветникът планира по-рано или избира друг начин.", "The quiet hours or days outlast its use; the adviser plans earlier or chooses another way." },
    [PK_REASON_DAY_LIMIT] = { "De daglimiet van het account is bereikt; het gaat na middernacht vanzelf verder, of de beheerder verhoogt de limiet.", "Дневният лимит на акаунта е изчерпан; след полунощ продължава само, или администраторът увеличава лимита.", "The account's limit of the day is reached; it goes on by itself after midnight, or the operator raises the limit." },
    [PK_REASON_TEXT_UNMAPPED] = { "De provider laat alleen goedgekeurde teksten toe en kent deze niet; de beheerder koppelt haar, of de adviseur kiest een andere weg.", "Доставчикът допуска само одобрени текстове и не познава този; администраторът го свързва или съветникът избира друг начин.", "The provider lets approved texts through only and does not know this one; the operator maps it, or the adviser chooses another way." },
    [PK_REASON_NEXT_CHANNEL] = { "Het kwam op het vorige kanaal niet aan en gaat vanzelf naar het volgende; niemand hoeft iets te doen.", "Не пристигна по предишния канал и само продължава по следващия; никой не трябва да прави нищо.", "It did not arrive on the channel before and goes on to the next one; nobody has to do anything." },
    [PK_REASON_OFTEN_ENOUGH] = { "Deze persoon kreeg in korte tijd al zo veel berichten van campagnes als mag; niemand hoeft iets te doen.", "Този човек вече получи за кратко време толкова съобщения от кампании, колкото е позволено; никой не трябва да прави нищо.", "This person was told as often by campaigns in a short time as is allowed; nobody has to do anything." },
    [PK_REASON_TEXT_UNREAD] = { "De tekst is nog niet hardop gelezen door iemand die de taal spreekt; het bericht wacht daarop.", "Текстът още не е прочетен на глас от човек, който говори езика; съобщението чака това.", "Nobody whose language it is has read the text aloud yet; the message waits for that." },
};

static const char *in_language(const struct sentence *sentence, const char *language)
{
    if (strcmp(language, "nl") == 0)
        return sentence->nl;
    return strcmp(language, "bg") == 0 ? sentence->bg : sentence->en;
}

const char *pk_message_state_sentence(enum pk_message_state state, const char *language)
{
    return state < PK_MESSAGE_STATES ? in_language(&state_sentences[state], language) : NULL;
}

const char *pk_reason_sentence(enum pk_reason reason, const char *language)
{
    return reason < PK_REASONS ? in_language(&reason_sentences[reason], language) : NULL;
}
