/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One value's text into the field its key names. What is wrong is told with what would be right, and the field stays as
 * it was, so that reading goes on and every mistake of a file is told at once.
 */
#include "gateway/app/config_private.h"

#include "gateway/base/file.h"
#include "gateway/base/text.h"

#include <arpa/inet.h>
#include <limits.h>

#define WORDS_MAX 256u

/* ---- telling ---- */

static void section_text(const struct pk_ini_section *section, char ret_text[128])
{
    (void) snprintf(ret_text, 128, "%s%s%s", section->kind, section->name[0] ? " " : "", section->name);
}

/* Where nothing better is known, what the key is for. */
static const char *purpose(const struct pk_ini_section *section, const char *key)
{
    const struct pk_key *known = section && key ? pk_config_key(section->kind, key) : NULL;
    return known ? known->help : NULL;
}

__attribute__((format(printf, 6, 0))) static void tell(struct pk_config_reading *reading, const struct pk_ini_section *section,
                                                       uint32_t line, const char *key, const char *hint, const char *format,
                                                       va_list args)
{
    char reason[384], where[128];
    (void) vsnprintf(reason, sizeof reason, format, args);
    if (section)
        section_text(section, where);
    pk_ini_tell(reading->report, reading->ini->file, line, section ? where : NULL, key, hint ? hint : purpose(section, key), "%s", reason);
}

void pk_config_tell(struct pk_config_reading *reading, const char *key, const char *hint, const char *format, ...)
{
    const struct pk_ini_section *section = reading->section;
    uint32_t line = reading->entry ? reading->entry->line : section ? section->line : 0;
    va_list args;
    va_start(args, format);
    tell(reading, section, line, key, hint, format, args);
    va_end(args);
}

void pk_config_tell_of(struct pk_config_reading *reading, const char *kind, const char *name, const char *key, const char *hint,
                       const char *format, ...)
{
    const struct pk_ini_section *section = pk_ini_find(reading->ini, kind, name);
    const struct pk_ini_entry *entry = section && key ? pk_ini_entry(section, key) : NULL;
    va_list args;
    va_start(args, format);
    tell(reading, section, entry ? entry->line : section ? section->line : 0, key, hint, format, args);
    va_end(args);
}

const char *pk_config_duration_text(int64_t ms, char ret_text[32])
{
    static const struct {
        int64_t ms;
        const char *unit;
    } units[] = { { 24 * 3600 * 1000, "d" }, { 3600 * 1000, "h" }, { 60 * 1000, "m" }, { 1000, "s" }, { 1, "ms" } };
    size_t i = 0;
    while (i + 1 < PK_COUNT(units) && (ms < units[i].ms || ms % units[i].ms != 0))
        i++;
    (void) snprintf(ret_text, 32, "%lld%s", (long long) (ms / units[i].ms), ms == 0 ? "s" : units[i].unit);
    return ret_text;
}

/* ---- fields ---- */

static void store_text(void *base, const struct pk_key *key, const char *text)
{
    if (key->size == sizeof text)
        memcpy((char *) base + key->offset, &text, sizeof text);
}

static void store_number(void *base, const struct pk_key *key, int64_t number)
{
    char *field = (char *) base + key->offset;
    int32_t narrow = (int32_t) number;
    bool truth = number != 0;
    if (key->size == sizeof number)
        memcpy(field, &number, sizeof number);
    else if (key->size == sizeof narrow)
        memcpy(field, &narrow, sizeof narrow);
    else if (key->size == sizeof truth)
        memcpy(field, &truth, sizeof truth);
}

/* ---- texts ---- */

static size_t characters(struct pk_slice text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += ((unsigned char) text.data[i] & 0xc0) != 0x80;
    return count;
}

static const char *keep(struct pk_config_reading *reading, struct pk_slice text)
{
    return pk_config_keep(reading->config, pk_slice_dup(text));
}

static void take_text(struct pk_config_reading *reading, const struct pk_key *key, struct pk_slice text, void *base)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char) text.data[i] < 0x20 || text.data[i] == 0x7f) {
            pk_config_tell(reading, key->name, NULL, "the value holds a control character");
            return;
        }
    }
    if (characters(text) > (size_t) key->max)
        pk_config_tell(reading, key->name, NULL, "the value is longer than %lld characters", (long long) key->max);
    else
        store_text(base, key, keep(reading, text));
}

static void take_name(struct pk_config_reading *reading, const struct pk_key *key, struct pk_slice text, void *base)
{
    if (!pk_is_name(text))
        pk_config_tell(reading, key->name, "Use lower-case letters, digits and - inside, at most 48 characters.",
                       "\"%.*s\" is not a name", PK_SLICE_ARG(text));
    else
        store_text(base, key, keep(reading, text));
}

static const char *place(struct pk_config_reading *reading, const struct pk_key *key, struct pk_slice text)
{
    char path[PATH_MAX];
    const char *folder = reading->config->folder;
    int n;
    if (pk_slice_starts(text, "credential:")) {
        struct pk_slice name = pk_slice_make(text.data + 11, text.len - 11);
        folder = getenv("CREDENTIALS_DIRECTORY");
        if (!folder && reading->places_only)
            return keep(reading, text);
        if (!folder || name.len == 0 || memchr(name.data, '/', name.len)) {
            pk_config_tell(reading, key->name, "Add LoadCredential= to the service unit, or write a path.", "%s",
                           folder ? "the value is not a credential's name" : "no credentials were passed to this process");
            return NULL;
        }
        text = name;
    }
    n = snprintf(path, sizeof path, "%s%s%.*s", text.data[0] == '/' ? "" : folder, text.data[0] == '/' ? "" : "/",
                 PK_SLICE_ARG(text));
    if (n < 0 || (size_t) n >= sizeof path) {
        pk_config_tell(reading, key->name, NULL, "the path is too long");
        return NULL;
    }
    return pk_config_keep(reading->config, pk_strdup(path));
}

static void take_secret(struct pk_config_reading *reading, const struct pk_key *key, struct pk_slice text, void *base)
{
    if (reading->places_only && !pk_slice_is(pk_slice_of(key->kind), "broker"))
        return;
    struct pk_error err = { 0 };
    struct pk_buf secret;
    pk_buf_init(&secret, 65536);
    int r = pk_secret_resolve(text, reading->config->folder, &secret, &err);
    if (r != 0)
        pk_config_tell(reading, key->name, err.hint[0] ? err.hint : NULL, "%s", err.message);
    else
        store_text(base, key, pk_config_keep_secret(reading->config, pk_buf_slice(&secret)));
    pk_buf_wipe(&secret);
}

/* ---- addresses ---- */

/* "127.0.0.1:8080", "[::1]:8080". */
static bool is_listener(struct pk_slice text)
{
    char host[INET6_ADDRSTRLEN];
    unsigned char bytes[16];
    int64_t port;
    size_t colon = text.len;
    while (colon > 0 && text.data[colon - 1] != ':')
        colon--;
    if (colon == 0)
        return false;
    struct pk_slice front = pk_slice_make(text.data, colon - 1);
    struct pk_slice number = pk_slice_make(text.data + colon, text.len - colon);
    bool six = front.len > 2 && front.data[0] == '[' && front.data[front.len - 1] == ']';
    if (six)
        front = pk_slice_make(front.data + 1, front.len - 2);
    if (front.len == 0 || front.len >= sizeof host || pk_parse_int(number, 0, 65535, &port) != 0)
        return false;
    (void) snprintf(host, sizeof host, "%.*s", PK_SLICE_ARG(front));
    return inet_pton(six ? AF_INET6 : AF_INET, host, bytes) == 1;
}

static bool is_url(struct pk_slice text)
{
    static const char *const fronts[] = { "https://", "http://127.", "http://localhost", "http://[::1]" };
    bool fits = false;
    for (size_t i = 0; i < PK_COUNT(fronts); i++)
        fits |= pk_slice_starts(text, fronts[i]) && text.len > strlen("https://");
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char) text.data[i] <= 0x20 || (unsigned char) text.data[i] >= 0x7f || strchr("?#\"<>\\", text.data[i]))
            return false;
    return fits && text.data[text.len - 1] != '/';
}

/* ---- lists ---- */

static void take_words(struct pk_config_reading *reading, const struct pk_key *key, struct pk_slice text, void *base)
{
    const char **items = NULL;
    size_t count = 0;
    struct pk_slice word;
    while (pk_slice_cut(&text, ',', &word)) {
        word = pk_slice_trim(word);
        bool twice = false;
        for (size_t i = 0; i < count; i++)
            twice |= pk_slice_is(word, items[i]);
        if (word.len == 0)
            pk_config_tell(reading, key->name, "Separate the words by single commas.", "the list holds an empty word");
        else if (twice)
            pk_config_tell(reading, key->name, "Keep one of them.", "\"%.*s\" is in the list twice", PK_SLICE_ARG(word));
        else if (count == WORDS_MAX)
            pk_config_tell(reading, key->name, NULL, "the list holds more than %u words", WORDS_MAX);
        else {
            items = pk_realloc_array(items, count + 1, sizeof *items);
            items[count++] = keep(reading, word);
            continue;
        }
        break;
    }
    struct pk_words words = { pk_config_keep(reading->config, (void *) items), count };
    memcpy((char *) base + key->offset, &words, sizeof words);
}

/* ---- numbers ---- */

static void take_number(struct pk_config_reading *reading, const struct pk_key *key, struct pk_slice text, void *base)
{
    int64_t number;
    if (pk_parse_int(text, INT64_MIN, INT64_MAX, &number) != 0)
        pk_config_tell(reading, key->name, "Write digits only.", "\"%.*s\" is not a whole number", PK_SLICE_ARG(text));
    else if (number < key->min || number > key->max)
        pk_config_tell(reading, key->name, NULL, "%.*s is not between %lld and %lld", PK_SLICE_ARG(text), (long long) key->min,
                       (long long) key->max);
    else
        store_number(base, key, number);
}

static void take_duration(struct pk_config_reading *reading, const struct pk_key *key, struct pk_slice text, void *base)
{
    char least[32], most[32];
    int64_t ms;
    if (pk_parse_duration(text, &ms) != 0)
        pk_config_tell(reading, key->name, "Write a number and its unit: 500ms, 30s, 5m, 2h or 7d.",
                       "\"%.*s\" is not a length of time", PK_SLICE_ARG(text));
    else if (ms < key->min || ms > key->max)
        pk_config_tell(reading, key->name, NULL, "%.*s is not between %s and %s", PK_SLICE_ARG(text),
                       pk_config_duration_text(key->min, least), pk_config_duration_text(key->max, most));
    else if (key->type == PK_KEY_SECONDS && ms % 1000 != 0)
        pk_config_tell(reading, key->name, NULL, "%.*s is not a number of whole seconds", PK_SLICE_ARG(text));
    else
        store_number(base, key, key->type == PK_KEY_SECONDS ? ms / 1000 : ms);
}

static void take_rate(struct pk_config_reading *reading, const struct pk_key *key, struct pk_slice text, void *base)
{
    struct pk_slice rest = text, whole, part;
    int64_t units = 0, thousandths = 0;
    bool good = pk_slice_cut(&rest, '.', &whole) && pk_parse_int(whole, 0, key->max, &units) == 0;
    if (good && whole.len < text.len) {
        char digits[4] = "000";
        part = pk_slice_make(text.data + whole.len + 1, text.len - whole.len - 1);
        good = part.len >= 1 && part.len <= 3;
        if (good)
            memcpy(digits, part.data, part.len);
        good = good && pk_parse_int(pk_slice_make(digits, 3), 0, 999, &thousandths) == 0;
    }
    if (!good || units * 1000 + thousandths > key->max)
        pk_config_tell(reading, key->name,
                       "Write a number like 20 or 0.2, with at most three digits after the point; 0 = unlimited.",
                       "\"%.*s\" is not a rate up to %lld a second", PK_SLICE_ARG(text), (long long) (key->max / 1000));
    else
        store_number(base, key, units * 1000 + thousandths);
}

static void take_choice(struct pk_config_reading *reading, const struct pk_key *key, struct pk_slice text, void *base)
{
    struct pk_slice rest = pk_slice_of(key->choices), choice;
    for (size_t i = 0; pk_slice_cut(&rest, '|', &choice); i++) {
        if (pk_slice_equal(choice, text)) {
            store_number(base, key, key->numbers ? key->numbers[i] : (int64_t) i);
            return;
        }
    }
    char hint[128] = "Write one of";
    rest = pk_slice_of(key->choices);
    for (const char *comma = " "; pk_slice_cut(&rest, '|', &choice); comma = ", ") {
        size_t n = strlen(hint);
        (void) snprintf(hint + n, sizeof hint - n, "%s%.*s", comma, PK_SLICE_ARG(choice));
    }
    size_t n = strlen(hint);
    (void) snprintf(hint + n, sizeof hint - n, ".");
    pk_config_tell(reading, key->name, hint, "\"%.*s\" is none of its values", PK_SLICE_ARG(text));
}

/* The currency may stand before it (its key comes first) or in it. */
static void take_prices(struct pk_config_reading *reading, const struct pk_key *key, struct pk_slice text, void *base)
{
    struct pk_slice wrong;
    if (pk_prices_parse(text, (struct pk_prices *) ((char *) base + key->offset), &wrong) != 0)
        pk_config_tell(reading, key->name,
                       "Write it like 0.065 EUR, or NL 0.0725, BG 0.0890, * 0.12: at most four digits after the point, each country once.",
                       "\"%.*s\" is not a price", PK_SLICE_ARG(wrong));
}

static void take_currency(struct pk_config_reading *reading, const struct pk_key *key, struct pk_slice text, void *base)
{
    bool letters = text.len == 3;
    for (size_t i = 0; letters && i < text.len; i++)
        letters = text.data[i] >= 'A' && text.data[i] <= 'Z';
    if (!letters)
        pk_config_tell(reading, key->name, "Write its three capital letters, like EUR.", "\"%.*s\" is not a currency", PK_SLICE_ARG(text));
    else
        memcpy((char *) base + key->offset, text.data, text.len);
}

static void take_money(struct pk_config_reading *reading, const struct pk_key *key, struct pk_slice text, void *base)
{
    int64_t amount;
    if (pk_amount_parse(text, key->max, &amount) != 0 || amount == 0)
        pk_config_tell(reading, key->name, "Write it like 40.00, at most four digits after the point; leave the key out for no limit.",
                       "\"%.*s\" is not an amount", PK_SLICE_ARG(text));
    else
        store_number(base, key, amount);
}

/* ---- texts in several languages ---- */

/* "bg", "zh-hant": what a folder of the templates may be called. */
static bool is_tag(const char *tag)
{
    size_t len = strlen(tag);
    for (size_t i = 0; i < len; i++)
        if (!((tag[i] >= 'a' && tag[i] <= 'z') || (tag[i] >= '0' && tag[i] <= '9') || (tag[i] == '-' && i > 0)))
            return false;
    return len >= 2 && len <= 11;
}

void pk_config_tagged(struct pk_config_reading *reading, const struct pk_key *key, const char *tag, struct pk_slice text, void *base)
{
    struct pk_tagged_texts *texts = (struct pk_tagged_texts *) ((char *) base + key->offset);
    const char *name = reading->entry->key;
    const char *kept = NULL;
    const struct pk_key plain = { .kind = key->kind, .name = name, .max = key->max, .offset = 0, .size = sizeof kept };
    if (!is_tag(tag)) {
        pk_config_tell(reading, name, "Write the language's tag behind the point, like name.bg.", "\"%s\" is no language", tag);
        return;
    }
    if (text.len == 0) {
        pk_config_tell(reading, name, "Give it a value, or put # before the line.", "the value is empty");
        return;
    }
    take_text(reading, &plain, text, &kept);
    if (!kept)
        return;
    struct pk_tagged *items = pk_alloc_array(texts->count + 1, sizeof *items);
    if (texts->count > 0)
        memcpy(items, texts->items, texts->count * sizeof *items);
    items[texts->count].tag = pk_config_keep(reading->config, pk_strdup(tag));
    items[texts->count].text = kept;
    *texts = (struct pk_tagged_texts){ pk_config_keep(reading->config, items), texts->count + 1 };
}

void pk_config_value(struct pk_config_reading *reading, const struct pk_key *key, struct pk_slice text, void *base)
{
    if (text.len == 0) {
        pk_config_tell(reading, key->name, "Give it a value, or put # before the line.", "the value is empty");
        return;
    }
    switch (key->type) {
    case PK_KEY_TEXT:
        take_text(reading, key, text, base);
        break;
    case PK_KEY_NAME:
        take_name(reading, key, text, base);
        break;
    case PK_KEY_PATH:
        store_text(base, key, place(reading, key, text));
        break;
    case PK_KEY_LISTEN:
        if (is_listener(text))
            store_text(base, key, keep(reading, text));
        else
            pk_config_tell(reading, key->name, "Write it like 127.0.0.1:8080 or [::1]:8080.",
                           "\"%.*s\" is not an address and a port", PK_SLICE_ARG(text));
        break;
    case PK_KEY_URL:
        if (key->max > 0 && text.len > (size_t) key->max)
            pk_config_tell(reading, key->name, NULL, "the value is longer than %lld characters", (long long) key->max);
        else if (is_url(text))
            store_text(base, key, keep(reading, text));
        else
            pk_config_tell(reading, key->name, "Write it like https://messages.example.nl, without a slash at the end.",
                           "\"%.*s\" is not an https address", PK_SLICE_ARG(text));
        break;
    case PK_KEY_SECRET:
        take_secret(reading, key, text, base);
        break;
    case PK_KEY_WORDS:
        take_words(reading, key, text, base);
        break;
    case PK_KEY_INTEGER:
        take_number(reading, key, text, base);
        break;
    case PK_KEY_DURATION:
    case PK_KEY_SECONDS:
        take_duration(reading, key, text, base);
        break;
    case PK_KEY_RATE:
        take_rate(reading, key, text, base);
        break;
    case PK_KEY_CHOICE:
        take_choice(reading, key, text, base);
        break;
    case PK_KEY_PRICES:
        take_prices(reading, key, text, base);
        break;
    case PK_KEY_CURRENCY:
        take_currency(reading, key, text, base);
        break;
    case PK_KEY_MONEY:
        take_money(reading, key, text, base);
        break;
    case PK_KEY_TAGGED:
        break; /* pk_config_tagged() */
    }
}
