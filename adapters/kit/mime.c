/* SPDX-License-Identifier: EUPL-1.2 */
#include "adapters/kit/mime.h"

#include "adapters/kit/encode.h"

#define LINE_MAX 76u       /* of headers with words in them, and of encoded bodies */
#define WORD_FRAME 12u     /* =?UTF-8?B? and ?= */
#define BASE64_LINE 57u    /* bytes in a line of 76 */

struct pk_kit_mime pk_kit_mime(const struct pk_host *host, struct pk_out *out)
{
    return (struct pk_kit_mime){ .host = host, .out = out };
}

static void put(struct pk_kit_mime *mime, const void *data, size_t len)
{
    if (mime->error == 0 && len > 0)
        mime->error = mime->host->write(mime->out, data, len);
}

static void put_text(struct pk_kit_mime *mime, const char *text)
{
    put(mime, text, strlen(text));
}

static bool is_control(char c)
{
    return (unsigned char) c < 0x20 || c == 0x7f;
}

static bool is_ascii(struct pk_slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char) text.data[i] >= 0x80 || is_control(text.data[i]))
            return false;
    return true;
}

/* ---- headers ---- */

void pk_kit_mime_raw(struct pk_kit_mime *mime, const char *text)
{
    put_text(mime, text);
}

void pk_kit_mime_line(struct pk_kit_mime *mime, const char *name, struct pk_slice value)
{
    put_text(mime, name);
    put_text(mime, ": ");
    for (size_t i = 0; i < value.len; i++) {
        bool plain = (unsigned char) value.data[i] < 0x80 && !is_control(value.data[i]);
        put(mime, plain ? value.data + i : " ", 1);
    }
    put_text(mime, "\r\n");
}

/* How many bytes from `at` make one encoded word of at most `room` characters, cut between characters. */
static size_t word_bytes(struct pk_slice text, size_t at, size_t room)
{
    size_t most = room / 4 * 3, n = text.len - at < most ? text.len - at : most;
    while (n > 0 && at + n < text.len && ((unsigned char) text.data[at + n] & 0xc0) == 0x80)
        n--;
    return n;
}

/* The words alone; `column` is where the line stands. */
static void encoded_words(struct pk_kit_mime *mime, struct pk_slice text, size_t column)
{
    char plain[LINE_MAX], coded[PK_KIT_BASE64_ROOM(LINE_MAX)];
    for (size_t at = 0, n; at < text.len; at += n) {
        size_t room = LINE_MAX - WORD_FRAME - column;
        n = word_bytes(text, at, room);
        if (n == 0)
            n = text.len - at < room / 4 * 3 ? text.len - at : room / 4 * 3; /* no UTF-8: cut anywhere */
        for (size_t i = 0; i < n; i++)
            plain[i] = is_control(text.data[at + i]) ? ' ' : text.data[at + i];
        put_text(mime, "=?UTF-8?B?");
        put(mime, coded, pk_kit_base64(plain, n, coded));
        put_text(mime, at + n < text.len ? "?=\r\n " : "?=");
        column = 1;
    }
}

static bool fits_plain(struct pk_slice text, size_t column)
{
    return is_ascii(text) && column + text.len <= LINE_MAX && !memmem(text.data, text.len, "=?", 2);
}

void pk_kit_mime_words(struct pk_kit_mime *mime, const char *name, struct pk_slice text)
{
    size_t column = strlen(name) + 2;
    if (text.len == 0 || fits_plain(text, column)) {
        pk_kit_mime_line(mime, name, text);
        return;
    }
    put_text(mime, name);
    put_text(mime, ": ");
    encoded_words(mime, text, column);
    put_text(mime, "\r\n");
}

void pk_kit_mime_mailbox(struct pk_kit_mime *mime, const char *name, struct pk_slice words, struct pk_slice address)
{
    size_t column = strlen(name) + 2;
    put_text(mime, name);
    put_text(mime, ": ");
    if (words.len > 0 && fits_plain(words, column + 2)) {
        put_text(mime, "\"");
        for (size_t i = 0; i < words.len; i++) {
            if (words.data[i] == '"' || words.data[i] == '\\')
                put_text(mime, "\\");
            put(mime, words.data + i, 1);
        }
        put_text(mime, "\"\r\n ");
    } else if (words.len > 0) {
        encoded_words(mime, words, column);
        put_text(mime, "\r\n ");
    }
    put_text(mime, "<");
    put(mime, address.data, address.len);
    put_text(mime, ">\r\n");
}

/* ---- bodies ---- */

/* The text with CRLF at its lines' ends, one byte after the other; false at its end. */
struct lines {
    struct pk_slice text;
    size_t at;
    bool feed; /* the LF of a CRLF is due */
};

static bool next_byte(struct lines *lines, char *ret_byte)
{
    if (lines->feed) {
        lines->feed = false;
        *ret_byte = '\n';
        return true;
    }
    if (lines->at == lines->text.len)
        return false;
    char c = lines->text.data[lines->at++];
    if (c == '\r' && lines->at < lines->text.len && lines->text.data[lines->at] == '\n')
        lines->at++;
    lines->feed = c == '\r' || c == '\n';
    *ret_byte = lines->feed ? '\r' : c;
    return true;
}

static void base64_body(struct pk_kit_mime *mime, struct pk_slice text)
{
    struct lines lines = { .text = text };
    char plain[BASE64_LINE], coded[PK_KIT_BASE64_ROOM(BASE64_LINE)];
    size_t n;
    do {
        n = 0;
        while (n < sizeof plain && next_byte(&lines, &plain[n]))
            n++;
        put(mime, coded, pk_kit_base64(plain, n, coded));
        if (n > 0)
            put_text(mime, "\r\n");
    } while (n == sizeof plain);
}

/* A sign as it may stand in a line; a space at a line's end would be lost on the way. */
static size_t quote(char c, bool last, char ret_coded[4])
{
    static const char digits[] = "0123456789ABCDEF";
    unsigned char u = (unsigned char) c;
    if ((u > 0x20 && u < 0x7f && c != '=') || ((c == ' ' || c == '\t') && !last)) {
        ret_coded[0] = c;
        return 1;
    }
    ret_coded[0] = '=';
    ret_coded[1] = digits[u >> 4];
    ret_coded[2] = digits[u & 15];
    return 3;
}

static void quoted_line(struct pk_kit_mime *mime, struct pk_slice line)
{
    char coded[4];
    size_t column = 0;
    for (size_t i = 0; i < line.len; i++) {
        size_t n = quote(line.data[i], i + 1 == line.len, coded);
        if (column + n > LINE_MAX - 1) {
            put_text(mime, "=\r\n");
            column = 0;
        }
        put(mime, coded, n);
        column += n;
    }
    put_text(mime, "\r\n");
}

static void quoted_body(struct pk_kit_mime *mime, struct pk_slice text)
{
    size_t at = 0;
    while (at < text.len) {
        size_t end = at;
        while (end < text.len && text.data[end] != '\r' && text.data[end] != '\n')
            end++;
        quoted_line(mime, pk_slice_make(text.data + at, end - at));
        at = end + (end + 1 < text.len && text.data[end] == '\r' && text.data[end + 1] == '\n' ? 2 : 1);
    }
}

void pk_kit_mime_text(struct pk_kit_mime *mime, struct pk_slice text)
{
    size_t strange = 0;
    for (size_t i = 0; i < text.len; i++)
        strange += (unsigned char) text.data[i] >= 0x80;
    if (strange * 6 > text.len) {
        pk_kit_mime_base64(mime, text);
        return;
    }
    put_text(mime, "Content-Transfer-Encoding: quoted-printable\r\n\r\n");
    quoted_body(mime, text);
}

void pk_kit_mime_base64(struct pk_kit_mime *mime, struct pk_slice text)
{
    put_text(mime, "Content-Transfer-Encoding: base64\r\n\r\n");
    base64_body(mime, text);
}
