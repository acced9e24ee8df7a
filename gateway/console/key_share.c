/* SPDX-License-Identifier: EUPL-1.2 */
/* What a key person passes on in a group of her own: a text and the address of a page, for the telephone's share sheet. Nothing is
 * sent by us, and nobody's consent is asked for: it is her own message. */
#include "gateway/base/buf.h"
#include "gateway/console/handlers.h"
#include "gateway/console/key_events.h"
#include "gateway/console/staff_words.h"

#define TEXT_MAX 4096u

/* A phrase with its places filled in, in the order they stand. */
static void fill_in(struct pk_slice phrase, const struct pk_slice *values, size_t count, struct pk_buf *out)
{
    for (size_t i = 0; phrase.len > 0; i++) {
        const char *open = memchr(phrase.data, '{', phrase.len);
        const char *close = open ? memchr(open, '}', phrase.len - (size_t) (open - phrase.data)) : NULL;
        size_t front = close ? (size_t) (open - phrase.data) : phrase.len, used = close ? (size_t) (close + 1 - phrase.data) : phrase.len;
        (void) pk_buf_add(out, phrase.data, front);
        if (close && i < count)
            (void) pk_buf_add_slice(out, values[i]);
        phrase = pk_slice_make(phrase.data + used, phrase.len - used);
    }
}

static void escape(struct pk_slice text, struct pk_buf *out)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char) text.data[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-_.~", c);
        (void) (plain && c != 0 ? pk_buf_add_char(out, (char) c) : pk_buf_printf(out, "%%%02X", c));
    }
}

static void add_link(struct pk_visit *visit, const char *name, const char *front, struct pk_slice text)
{
    struct pk_buf link;
    pk_buf_init(&link, 4 * TEXT_MAX);
    (void) pk_buf_add_text(&link, front);
    escape(text, &link);
    pk_json_open(&visit->out, NULL, '{');
    pk_json_add_text(&visit->out, "name", name);
    pk_json_add_slice(&visit->out, "href", pk_buf_slice(&link));
    pk_json_close(&visit->out, '}');
    pk_buf_finish(&link);
}

/* Each opens an app on the telephone with the text in it; where there is no such app, nothing happens. */
static void add_links(struct pk_visit *visit, struct pk_slice text)
{
    pk_json_open(&visit->out, "apps", '[');
    add_link(visit, "WhatsApp", "whatsapp://send?text=", text);
    add_link(visit, "Viber", "viber://forward?text=", text);
    add_link(visit, "Telegram", "tg://msg?text=", text);
    add_link(visit, "SMS", "sms:?body=", text);
    pk_json_close(&visit->out, ']');
}

/* What the event is, when, where: as the page's values say them. */
static void write_text(struct pk_visit *visit, const struct pk_key_event *event, struct pk_buf *out)
{
    const char *url = visit->call->service->rules->public_url;
    struct pk_buf seen, page;
    pk_auto(pk_json) struct pk_json *words = NULL;
    pk_buf_init(&seen, PK_VISIT_DATA_MAX);
    pk_buf_init(&page, TEXT_MAX);
    struct pk_json_out kept = visit->out;
    visit->out = pk_json_out(&seen);
    pk_json_open(&visit->out, NULL, '{');
    pk_key_event_add(visit, event);
    pk_json_close(&visit->out, '}');
    visit->out = kept;
    (void) pk_buf_printf(&page, "%s/join", url ? url : "");
    if (pk_json_parse(pk_buf_slice(&seen), seen.len, &words, NULL) == 0) {
        struct pk_slice what = pk_json_string(pk_json_get(words, "title")), when = pk_json_string(pk_json_get(words, "when")),
                        place = pk_json_string(pk_json_get(words, "place"));
        const struct pk_slice values[] = { what, when, place };
        fill_in(pk_visit_string(visit, place.len > 0 ? "share.text" : "share.text.short"), values, place.len > 0 ? 3 : 2, out);
        const struct pk_slice link[] = { pk_buf_slice(&page) };
        (void) pk_buf_add_char(out, '\n');
        fill_in(pk_visit_string(visit, "share.page"), link, 1, out);
    }
    pk_buf_finish(&seen);
    pk_buf_finish(&page);
}

void pk_key_share_page(struct pk_visit *visit)
{
    struct pk_staff staff;
    struct pk_key_event event;
    struct pk_buf text;
    if (!pk_staff_signed_in(visit, &staff) || !pk_key_event_at(visit, &staff, &event))
        return;
    pk_buf_init(&text, TEXT_MAX);
    write_text(visit, &event, &text);
    pk_json_add_slice(&visit->out, "text", pk_buf_slice(&text));
    add_links(visit, pk_buf_slice(&text));
    pk_buf_finish(&text);
    pk_key_event_add(visit, &event);
    pk_staff_show(visit, &staff, 200, "key-share");
}
