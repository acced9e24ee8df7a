/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * E-mail, handed to the organisation's own relay, which signs and delivers. Each mail is for one person, says how to end the
 * mails with one press, and carries an invitation for the calendar where the text is about an event. A relay's yes is all
 * that is known: what bounces later goes to a mailbox that people read.
 */
#include "adapters/email/email.h"

#include "adapters/kit/export.h"
#include "gateway/include/pokana/mail_address.h"

static const struct pk_setting settings[] = {
    PK_KIT_TEXT_REQUIRED("url", "The relay: smtp://host:587/greeting (STARTTLS) or smtps://host:465/greeting."),
    PK_KIT_TEXT("username", NULL, "The name to log in with at the relay; needs password."),
    PK_KIT_SECRET("password", "The password to log in with at the relay."),
    PK_KIT_TEXT("ca_file", NULL, "The authority that signed the relay's certificate, an absolute path; else the system's."),
    PK_KIT_TEXT_REQUIRED("from", "The address mails come from; its domain also names mails and events."),
    PK_KIT_TEXT("from_name", NULL, "The name people read before the address."),
    PK_KIT_TEXT("reply_to", NULL, "The address answers go to, where it is another one."),
    PK_KIT_TEXT("return_path", NULL, "The mailbox that gets what cannot be delivered, where it is not from's."),
    PK_KIT_TEXT("subject", NULL, "The subject of all mails; without any the text's first sentence is it."),
    PK_KIT_TEXT("subject.*", NULL, "The subject by language (subject.bg), text (subject.TEXT) or both (subject.TEXT.bg)."),
    PK_KIT_TEXT("footer", NULL, "Words under each text, in front of the link that ends the mails; without any it is not shown."),
    PK_KIT_TEXT("footer.*", NULL, "The same by language (footer.bg), text or both, as subject."),
    PK_KIT_BOOLEAN("calendar", "yes", "Whether mails about an event carry an invitation for the calendar."),
    PK_KIT_CHOICE("calendar_clock", "amsterdam|utc", "amsterdam", "Whose wall clock the invitation's times are on."),
    PK_KIT_DURATION("event_length", "2h", 5 * PK_KIT_MINUTE, 7 * PK_KIT_DAY, "How long an event takes when the notice names no end."),
    PK_KIT_TEXT("organizer", NULL, "The mailbox that calendars send their yes and no to; without it they are asked for none."),
    PK_KIT_DURATION("later_wait", "5m", PK_KIT_SECOND, PK_KIT_HOUR, "How long to leave a relay alone that puts a mail off."),
};

static void email_close(void *self)
{
    pk_kit_account_free(self);
}

/* ---- what is checked when an account opens ---- */

static bool is_host_char(char c)
{
    return pk_mail_is_alnum(c) || c == '.' || c == '-' || c == ':' || c == '[' || c == ']' || c == '/';
}

/* The gateway reads it more closely at the first mail; here what is plainly none is told at once. */
static int check_url(const struct pk_kit_settings *own, struct pk_error *err)
{
    struct pk_slice url = pk_kit_text(own, "url");
    size_t front = pk_slice_starts(url, "smtps://") ? 8 : pk_slice_starts(url, "smtp://") ? 7 : 0;
    bool good = front > 0 && url.len > front && url.len < 300 && url.data[front] != '/' && url.data[front] != ':';
    for (size_t i = front; good && i < url.len; i++)
        good = is_host_char(url.data[i]);
    if (good)
        return 0;
    (void) pk_fail(err, PK_E_CONFIG, "url: it is not the address of a mail server");
    return pk_hint(err, PK_E_CONFIG, "Write smtp://host:587/greeting or smtps://host:465/greeting.");
}

static int check_address(const struct pk_kit_settings *own, const char *name, struct pk_error *err)
{
    struct pk_slice address = pk_kit_text(own, name);
    if (address.len == 0 || pk_mail_is_address(address))
        return 0;
    (void) pk_fail(err, PK_E_CONFIG, "%s: it is not a mail address", name);
    return pk_hint(err, PK_E_CONFIG, "Write the bare address, as info@example.nl.");
}

static int configure(struct email *email, struct pk_error *err)
{
    static const char *const addresses[] = { "from", "reply_to", "return_path", "organizer" };
    const struct pk_kit_settings *own = &email->base.settings;
    int r = check_url(own, err);
    for (size_t i = 0; r == 0 && i < PK_KIT_COUNT(addresses); i++)
        r = check_address(own, addresses[i], err);
    if (r == 0)
        r = pk_kit_pair(own, "username", "password", err);
    if (r != 0)
        return r;
    email->from = pk_kit_text(own, "from");
    const char *at = memchr(email->from.data, '@', email->from.len);
    email->domain = pk_slice_make(at + 1, email->from.len - (size_t) (at + 1 - email->from.data));
    return 0;
}

static int email_open(const struct pk_host *host, const struct pk_setting_value *values, size_t count, void **ret_self,
                      struct pk_error *err)
{
    void *made = NULL;
    int r = pk_kit_account_new(sizeof(struct email), host, values, count, &made);
    if (r != 0)
        return r;
    r = configure(made, err);
    if (r != 0)
        email_close(made);
    else
        *ret_self = made;
    return r;
}

/* ---- one mail ---- */

static int step(void *self, const struct pk_job *job, struct pk_round *round)
{
    struct email *email = self;
    if (round->answer) {
        if (!pk_kit_unanswered(round->answer, &round->result))
            pk_email_judge(email, job, round->answer, &round->result);
        return PK_STEP_DONE;
    }
    if (!pk_mail_is_address(job->address)) {
        round->result = (struct pk_result){
            .outcome = PK_OUTCOME_INVALID_RECIPIENT,
            .code = PK_SLICE("no-address"),
            .reason = PK_SLICE("The person's address is not a mail address."),
        };
        return PK_STEP_DONE;
    }
    round->submits = 1;
    int r = pk_email_write(email, job, round->request);
    return r != 0 ? r : PK_STEP_SEND;
}

static const struct pk_exchange_ops exchange = { .size = sizeof exchange, .transport = PK_TRANSPORT_SMTP, .step = step };

PK_EXPORT const struct pk_adapter PK_ADAPTER_SYMBOL = {
    .size = sizeof(struct pk_adapter),
    .abi = PK_ADAPTER_ABI,
    .name = "email",
    .version = "1",
    .summary = "E-mail by SMTP, with invitations for the calendar and one press to end it",
    .channels = "email",
    .capabilities = PK_CAN_UNSUBSCRIBE | PK_PRICED_PER_MESSAGE,
    .number_format = PK_NUMBER_OPAQUE,
    .max_text_bytes = 16000,
    .settings = settings,
    .setting_count = PK_KIT_COUNT(settings),
    .open = email_open,
    .close = email_close,
    .exchange = &exchange,
    .setup = "Ask for a login at the organisation's own mail relay, and for its host, port and way to encrypt.\n"
             "Let the relay sign what comes from this address (DKIM, with List-Unsubscribe and List-Unsubscribe-Post among the\n"
             "headers it signs), and let the domain's SPF and DMARC allow it.\n"
             "Give from, and return_path if it is another one, a mailbox that somebody reads: mails that come back land there.\n"
             "Set public_url in [gateway] to an https address that the public door answers at: without it no mail says how to\n"
             "end them. Say replies = no, for nothing that people write back is read here.",
};
