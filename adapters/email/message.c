/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A job as a mail. Without an event it is one text; with one it is multipart/alternative, the text first and the calendar
 * last, which is the order in which programs look for what they can show best.
 */
#include "adapters/email/email.h"
#include "adapters/kit/mime.h"
#include "adapters/kit/moment.h"
#include "adapters/kit/text.h"

#include <stdio.h>
#include <stdlib.h>

#define SUBJECT_MAX_BYTES 150u
#define SUBJECT_LEAST_BYTES 12u /* what ends sooner is an abbreviation */
#define NAME_ROOM 160u

/* ---- words by text and language ---- */

struct pk_slice pk_email_setting(const struct email *email, const char *name, const struct pk_job *job)
{
    const struct pk_kit_settings *own = &email->base.settings;
    char whole[NAME_ROOM], text[NAME_ROOM], language[NAME_ROOM];
    (void) snprintf(whole, sizeof whole, "%s.%.*s.%.*s", name, PK_SLICE_ARG(job->template_name), PK_SLICE_ARG(job->language));
    (void) snprintf(text, sizeof text, "%s.%.*s", name, PK_SLICE_ARG(job->template_name));
    (void) snprintf(language, sizeof language, "%s.%.*s", name, PK_SLICE_ARG(job->language));
    const char *const names[] = { whole, text, language, name };
    for (size_t i = 0; i < PK_KIT_COUNT(names); i++)
        if (pk_kit_is_set(own, names[i]))
            return pk_kit_text(own, names[i]);
    return (struct pk_slice){ 0 };
}

/* The end of the first sentence or line, or all that is left. */
static size_t sentence_end(struct pk_slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '\n')
            return i;
        bool ends = memchr(".?!", text.data[i], 3) && (i + 1 == text.len || text.data[i + 1] == ' ' || text.data[i + 1] == '\n');
        if (ends && i >= SUBJECT_LEAST_BYTES)
            return i + 1;
    }
    return text.len;
}

/* A link is no subject, and may be the reader's alone: what stands before it, without the word that leads to it ("Answer:"). */
static struct pk_slice before_link(struct pk_slice text)
{
    const char *link = text.len > 0 ? memmem(text.data, text.len, "://", 3) : NULL;
    if (!link)
        return text;
    size_t n = (size_t) (link - text.data);
    while (n > 0 && pk_kit_trim(pk_slice_make(text.data + n - 1, 1)).len > 0)
        n--; /* "https" */
    text = pk_kit_trim(pk_slice_make(text.data, n));
    if (text.len > 0 && text.data[text.len - 1] == ':')
        while (text.len > 0 && text.data[text.len - 1] != ' ')
            text.len--;
    return pk_kit_trim(text);
}

struct pk_slice pk_email_subject(const struct email *email, const struct pk_job *job, char room[EMAIL_SUBJECT_ROOM])
{
    struct pk_slice set = pk_email_setting(email, "subject", job), text = before_link(pk_kit_trim(job->text));
    if (set.len > 0)
        return set;
    size_t n = sentence_end(text);
    bool cut = n > SUBJECT_MAX_BYTES;
    if (cut) {
        n = SUBJECT_MAX_BYTES;
        size_t word = n;
        while (word > 0 && text.data[word] != ' ')
            word--;
        n = word > 0 ? word : n;
        while (n > 0 && ((unsigned char) text.data[n] & 0xc0) == 0x80)
            n--;
    }
    int written = snprintf(room, EMAIL_SUBJECT_ROOM, "%.*s%s", (int) n, text.len > 0 ? text.data : "", cut ? "…" : "");
    return pk_slice_make(room, written > 0 ? (size_t) written : 0);
}

size_t pk_email_name(const struct email *email, const struct pk_job *job, char room[EMAIL_NAME_ROOM])
{
    int n = snprintf(room, EMAIL_NAME_ROOM, "%.*s@%.*s", PK_SLICE_ARG(job->idempotency_key), PK_SLICE_ARG(email->domain));
    return n > 0 && (size_t) n < EMAIL_NAME_ROOM ? (size_t) n : 0;
}

/* ---- the header ---- */

static void write_unsubscribe(struct pk_kit_mime *mime, struct pk_slice link)
{
    pk_kit_mime_raw(mime, "List-Unsubscribe: <");
    for (size_t i = 0; i < link.len; i++) {
        const char one[] = { link.data[i], '\0' };
        pk_kit_mime_raw(mime, link.data[i] > ' ' && link.data[i] < 0x7f && link.data[i] != '>' ? one : "");
    }
    pk_kit_mime_raw(mime, ">\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
}

static bool can_unsubscribe(const struct pk_job *job)
{
    return pk_slice_starts(job->unsubscribe, "https://");
}

static void write_header(const struct email *email, const struct pk_job *job, struct pk_slice subject, struct pk_kit_mime *mime)
{
    const struct pk_kit_settings *own = &email->base.settings;
    char date[PK_KIT_RFC5322_ROOM], name[EMAIL_NAME_ROOM], id[EMAIL_NAME_ROOM + 2];
    pk_kit_rfc5322(job->now_ms, date);
    size_t n = pk_email_name(email, job, name);
    int len = snprintf(id, sizeof id, "<%.*s>", (int) n, name);
    pk_kit_mime_line(mime, "Date", pk_slice_of(date));
    pk_kit_mime_mailbox(mime, "From", pk_kit_text(own, "from_name"), email->from);
    pk_kit_mime_mailbox(mime, "To", (struct pk_slice){ 0 }, job->address);
    if (pk_kit_is_set(own, "reply_to"))
        pk_kit_mime_mailbox(mime, "Reply-To", (struct pk_slice){ 0 }, pk_kit_text(own, "reply_to"));
    pk_kit_mime_words(mime, "Subject", subject);
    pk_kit_mime_line(mime, "Message-ID", pk_slice_make(id, (size_t) len));
    pk_kit_mime_line(mime, "Auto-Submitted", PK_SLICE("auto-generated"));
    if (can_unsubscribe(job))
        write_unsubscribe(mime, job->unsubscribe);
    pk_kit_mime_line(mime, "Content-Language", job->language);
    pk_kit_mime_line(mime, "MIME-Version", PK_SLICE("1.0"));
}

/* ---- the parts ---- */

/* The text, and where the words for it are set the link that ends the mails. */
static int write_text(const struct email *email, const struct pk_job *job, struct pk_kit_mime *mime)
{
    static const char between[] = "\n\n-- \n";
    struct pk_slice footer = pk_email_setting(email, "footer", job);
    pk_kit_mime_line(mime, "Content-Type", PK_SLICE("text/plain; charset=utf-8"));
    if (footer.len == 0 || !can_unsubscribe(job)) {
        pk_kit_mime_text(mime, job->text);
        return 0;
    }
    size_t room = job->text.len + sizeof between + footer.len + 1 + job->unsubscribe.len + 2;
    char *whole = malloc(room);
    if (!whole)
        return PK_E_NOMEM;
    int n = snprintf(whole, room, "%.*s%s%.*s %.*s\n", PK_SLICE_ARG(job->text), between, PK_SLICE_ARG(footer),
                     PK_SLICE_ARG(job->unsubscribe));
    pk_kit_mime_text(mime, pk_slice_make(whole, (size_t) n));
    explicit_bzero(whole, room);
    free(whole);
    return 0;
}

/* A boundary no encoded body can hold: '=' is followed by two digits or an end in one, by nothing else in the other. */
static void write_boundary(const struct pk_job *job, struct pk_kit_mime *mime, const char *front, const char *end)
{
    char line[128];
    (void) snprintf(line, sizeof line, "%s=_%.*s%s", front, PK_SLICE_ARG(job->idempotency_key), end);
    pk_kit_mime_raw(mime, line);
}

static int write_body(const struct email *email, const struct pk_job *job, struct pk_kit_mime *mime)
{
    char room[EMAIL_CALENDAR_ROOM];
    const char *method = NULL;
    struct pk_slice calendar = pk_email_invitation(email, job, room, &method);
    if (!calendar.data)
        return write_text(email, job, mime);
    write_boundary(job, mime, "Content-Type: multipart/alternative; boundary=\"", "\"\r\n\r\n");
    write_boundary(job, mime, "--", "\r\n");
    int r = write_text(email, job, mime);
    write_boundary(job, mime, "--", "\r\n");
    pk_kit_mime_raw(mime, "Content-Type: text/calendar; charset=utf-8; method=");
    pk_kit_mime_raw(mime, method);
    pk_kit_mime_raw(mime, "; component=VEVENT\r\n");
    pk_kit_mime_base64(mime, calendar);
    write_boundary(job, mime, "--", "--\r\n");
    return r;
}

/* ---- the whole ---- */

int pk_email_write(const struct email *email, const struct pk_job *job, struct pk_request *request)
{
    const struct pk_host *host = email->base.host;
    const struct pk_kit_settings *own = &email->base.settings;
    struct pk_slice url = pk_kit_text(own, "url"), bounces = pk_kit_text(own, "return_path");
    char room[EMAIL_SUBJECT_ROOM];
    int r = host->write(host->url(request), url.data, url.len);
    if (r == 0)
        r = host->header(request, PK_SLICE("from"), bounces.len > 0 ? bounces : email->from);
    if (r == 0)
        r = host->header(request, PK_SLICE("to"), job->address);
    if (r != 0)
        return r;
    struct pk_kit_mime mime = pk_kit_mime(host, host->body(request));
    write_header(email, job, pk_email_subject(email, job, room), &mime);
    r = write_body(email, job, &mime);
    return r != 0 ? r : mime.error;
}
