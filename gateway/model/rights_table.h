/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Who may do what: the one place. A row is an action, its name in the audit and at the doors, what each role may, in the
 * order of enum pk_role, and the sentence people read. The letters: J yes, E its own only, - no.
 *
 *     own   a publisher: topics, templates and tags of its rule; a key person: her circle and her event; an account: its
 *           own hand-overs; a person: themself
 *
 * An operator sees no personal data: what shows an address, a text or one person's file is - there. The expectations of
 * tests/unit/service/rights.txt are written apart: a changed letter fails until it is changed there too.
 */
#ifndef PK_MODEL_RIGHTS_TABLE_H
#define PK_MODEL_RIGHTS_TABLE_H

/* clang-format off */
#define PK_ACTIONS(X) \
    /*                                          adviser
     *                                          |approver
     *                                          ||desk
     *                                          |||key person
     *                                          ||||publisher
     *                                          |||||operator
     *                                          ||||||system
     *                                          |||||||account
     *                                          ||||||||person */ \
    X(RECIPIENT_IMPORT,  "recipient.import",   "J-J--J---", "Een bestand met aangemelde mensen inlezen.") \
    X(RECIPIENT_ADD,     "recipient.add",      "J-JE-----", "Iemand aanmelden; die krijgt daarna zelf de vraag of het goed is.") \
    X(RECIPIENT_LIST,    "recipient.list",     "J-J------", "Een lijst van mensen zien, met afgeschermde nummers.") \
    X(RECIPIENT_VIEW,    "recipient.view",     "J-J-----E", "De gegevens van één persoon zien, met het hele nummer.") \
    X(RECIPIENT_CHANGE,  "recipient.change",   "J-J-----E", "Taal, schrift, nummer of wijk en school van iemand wijzigen.") \
    X(RECIPIENT_EXPORT,  "recipient.export",   "J-------E", "Alle gegevens van één persoon als bestand meegeven (inzage).") \
    X(RECIPIENT_ERASE,   "recipient.erase",    "J----J--E", "Iemand wissen.") \
    X(RECIPIENT_LINK,    "recipient.link",     "J-J-----E", "Een koppeling geven waarmee iemand zelf een chat aan zich verbindt.") \
    X(CIRCLE_VIEW,       "circle.view",        "J--E-----", "De grootte van een kring zien.") \
    X(CIRCLE_RECENT,     "circle.recent",      "---E-----", "De eigen aanmeldingen van de laatste 24 uur zien, met afgeschermde nummers.") \
    X(CIRCLE_HANDOVER,   "circle.handover",    "J--------", "Een kring aan een opvolger overdragen.") \
    X(CIRCLE_ALLOW,      "circle.allow",       "J--------", "Een sleutelpersoon voor een dag meer aanmeldingen toestaan.") \
    X(CIRCLE_LEAVE,      "circle.leave",       "--------E", "Uit de kring van een sleutelpersoon stappen.") \
    X(AUDIENCE_COUNT,    "audience.count",     "JJ-EEJ---", "Tellen hoeveel mensen een doelgroep telt en wie er buiten valt; nooit minder dan vijf.") \
    X(CONSENT_VIEW,      "consent.view",       "J-J-----E", "Zien waar iemand ja of nee op heeft gezegd.") \
    X(CONSENT_GRANT,     "consent.grant",      "J-J-----E", "Een toestemming vastleggen, met bewijs.") \
    X(CONSENT_WITHDRAW,  "consent.withdraw",   "J-J----EE", "Een toestemming intrekken.") \
    X(CONSENT_EXPIRE,    "consent.expire",     "------J--", "Een toestemming laten verlopen als haar tijd om is.") \
    X(CONSENT_VERIFY,    "consent.verify",     "JJ---J---", "Nagaan of het toestemmingenboek ongeschonden is.") \
    X(TRIGGER_PUBLISH,   "trigger.publish",    "----E----", "Een bericht laten versturen aan een doelgroep.") \
    X(TRIGGER_VIEW,      "trigger.view",       "J---EJ---", "Zien wat diensten hebben aangevraagd en hoe ver het is.") \
    X(TRIGGER_DECIDE,    "trigger.decide",     "JJ-------", "Beslissen over iets dringends van een dienst dat niemand vooraf goedkeurde.") \
    X(EVENT_VIEW,        "event.view",         "JJJE-----", "Een bijeenkomst bekijken.") \
    X(EVENT_EDIT,        "event.edit",         "J---E----", "Een bijeenkomst plannen, verzetten of afzeggen.") \
    X(EVENT_PROPOSE,     "event.propose",      "J--E-----", "Een bijeenkomst voorstellen, als concept voor de adviseur.") \
    X(EVENT_CLOSED,      "event.closed",       "J-J-E----", "Melden dat het infopunt vandaag dicht is.") \
    X(EVENT_CAME,        "event.came",         "J-JE-----", "Na afloop vastleggen hoeveel mensen er kwamen.") \
    X(CAMPAIGN_VIEW,     "campaign.view",      "JJ-E-----", "Een campagne bekijken.") \
    X(CAMPAIGN_EDIT,     "campaign.edit",      "J--------", "Een campagne maken of wijzigen.") \
    X(CAMPAIGN_APPROVE,  "campaign.approve",   "-J-------", "Een campagne goedkeuren die iemand anders maakte.") \
    X(CAMPAIGN_START,    "campaign.start",     "J---E----", "Een goedgekeurde campagne starten.") \
    X(CAMPAIGN_REMIND,   "campaign.remind",    "J--E-----", "De herinnering van een bijeenkomst naar een kring sturen.") \
    X(CAMPAIGN_STOP,     "campaign.stop",      "JJ---J---", "Een lopende campagne stilzetten of afbreken.") \
    X(APPROVAL_STANDING, "approval.standing",  "JJ-------", "Vooraf goedkeuren dat een dienst iets dringends mag sturen (met zijn tweeën).") \
    X(TEMPLATE_VIEW,     "template.view",      "JJJJ-J---", "Teksten bekijken.") \
    X(TEMPLATE_EDIT,     "template.edit",      "J--------", "Een eigen tekst van de gemeente schrijven of wijzigen.") \
    X(TEMPLATE_READ,     "template.read",      "--JJ-----", "Als moedertaallezer vastleggen dat een tekst hardop is gelezen.") \
    X(INBOX_READ,        "inbox.read",         "J-J------", "Antwoorden lezen die een mens nodig hebben.") \
    X(INBOX_ANSWER,      "inbox.answer",       "J-J------", "Zo'n antwoord beantwoorden en afsluiten.") \
    X(RSVP_RECORD,       "rsvp.record",        "J-JE----E", "Vastleggen of iemand komt en met hoeveel.") \
    X(MESSAGE_VIEW,      "message.view",       "J-J--J---", "Zien wat er van berichten werd, zonder tekst en zonder nummer.") \
    X(MESSAGE_RESOLVE,   "message.resolve",    "J----J---", "Beslissen over een bericht waarvan het einde onzeker is.") \
    X(MESSAGE_REPORT,    "message.report",     "-------E-", "Melden wat er van een bericht werd (ontvangstbewijs).") \
    X(REPORT_VIEW,       "report.view",        "JJ-EEJ---", "Aantallen zien: verstuurd, bezorgd, ja en nee.") \
    X(HOLD_SET,          "hold.set",           "JJJ--J---", "Alle verzending stilzetten.") \
    X(HOLD_LIFT,         "hold.lift",          "J----J---", "Verzending hervatten, ook na een teruggezette back-up.") \
    X(HOLD_DECIDE,       "hold.decide",        "J----J---", "Beslissen over berichten die sinds een teruggezette back-up wachten.") \
    X(ACCOUNT_VIEW,      "account.view",       "J----J---", "Zien hoe het met de accounts bij aanbieders gaat.") \
    X(ACCOUNT_PAUSE,     "account.pause",      "J----J---", "Een account stilzetten of weer aanzetten.") \
    X(ACCOUNT_TEST,      "account.test",       "J----J---", "Een proefbericht sturen naar een eigen nummer.") \
    X(PLAY_DESK,         "play.desk",          "J-J--J---", "Bij een nagebootste aanbieder lezen en antwoorden (verzonnen nummers).") \
    X(STATUS_VIEW,       "status.view",        "JJJJ-JJ--", "Zien of het systeem werkt.") \
    X(JOB_VIEW,          "job.view",           "J-J--J---", "Zien hoe ver een ingelezen bestand is.") \
    X(BACKUP_MAKE,       "backup.make",        "-----J---", "Een back-up maken.") \
    X(RESTORE_MAKE,      "restore.make",       "-----J---", "Een back-up terugzetten.") \
    X(KEY_EDIT,          "key.edit",           "-----J---", "Sleutels bekijken, toevoegen of wisselen.") \
    X(TOKEN_EDIT,        "token.edit",         "-----J---", "Toegang van een dienst geven of intrekken.") \
    X(WEBHOOK_VIEW,      "webhook.view",       "J----J---", "Zien wat diensten over HTTP is verteld en wat daarvan werd.") \
    X(WEBHOOK_EDIT,      "webhook.edit",       "-----J---", "Iets opnieuw naar een dienst sturen, of een adres weer aanzetten.") \
    X(USER_VIEW,         "user.view",          "J----J---", "Zien welke gebruikers er zijn en wat hun rol is.") \
    X(USER_EDIT,         "user.edit",          "-----J---", "Gebruikers toevoegen, wijzigen of verwijderen.") \
    X(SESSION_OWN,       "session.own",        "JJJJ-J---", "Zelf inloggen, de eigen apparaten zien en overal uitloggen.") \
    X(AUDIT_VIEW,        "audit.view",         "JJ---J---", "Het logboek van handelingen bekijken, nagaan en meegeven.") \
    X(AUDIT_PERSON,      "audit.person",       "J----J--E", "Zien wie iemands gegevens bekeek en wat er is verstuurd, zonder tekst en nummer.") \
    X(RETENTION_RUN,     "retention.run",      "------J--", "Verwijderen wat zijn bewaartermijn heeft gehad.") \
    X(PRIVACY_PACK,      "privacy.pack",       "JJ---J---", "Het dossier voor de gegevensbeschermingstoets laten maken.") \
    X(PRIVACY_BREACH,    "privacy.breach",     "J----J---", "Bij een datalek laten zien om wie en welke gegevens het gaat (alleen kenmerken).") \
    X(PRIVACY_NOTIFY,    "privacy.notify",     "JJ-------", "Bij een datalek iedereen die het aangaat een bericht sturen (met zijn tweeën).")
/* clang-format on */

#endif
