/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/plugin/setting_value.h"

#include "gateway/base/mem.h"
#include "gateway/base/text.h"
#include "gateway/plugin/url.h"

#define CHOICES_MAX 32u
#define SHOWN_MAX 48 /* of a value, in a sentence */

bool pk_setting_is_family(const struct pk_setting *setting)
{
    size_t len = strlen(setting->name);
    return len > 2 && strcmp(setting->name + len - 2, ".*") == 0;
}

bool pk_setting_takes(const struct pk_setting *setting, const char *key)
{
    size_t prefix = strlen(setting->name) - 1; /* without the star */
    if (!pk_setting_is_family(setting))
        return strcmp(setting->name, key) == 0;
    return strncmp(setting->name, key, prefix) == 0 && key[prefix] != '\0';
}

const char *pk_duration_format(int64_t ms, char ret_text[PK_DURATION_TEXT_MAX])
{
    static const struct {
        int64_t ms;
        const char *unit;
    } units[] = { { 24 * 3600 * 1000, "d" }, { 3600 * 1000, "h" }, { 60 * 1000, "m" }, { 1000, "s" }, { 1, "ms" } };
    size_t i = 0;
    while (ms % units[i].ms != 0 || (ms == 0 && i < 3))
        i++;
    (void) snprintf(ret_text, PK_DURATION_TEXT_MAX, "%lld%s", (long long) (ms / units[i].ms), units[i].unit);
    return ret_text;
}

static int refuse_value(struct pk_error *err, struct pk_slice text, const char *what)
{
    int shown = text.len < SHOWN_MAX ? (int) text.len : SHOWN_MAX;
    return pk_fail(err, PK_E_INVALID, "\"%.*s\" is not %s", shown, text.data, what);
}

/* ---- numbers ---- */

static int check_bounds(const struct pk_setting *setting, struct pk_slice text, int64_t number, struct pk_error *err)
{
    char low[PK_DURATION_TEXT_MAX], high[PK_DURATION_TEXT_MAX];
    if ((setting->min == 0 && setting->max == 0) || (number >= setting->min && number <= setting->max))
        return 0;
    if (setting->type == PK_SETTING_DURATION) {
        (void) pk_duration_format(setting->min, low);
        (void) pk_duration_format(setting->max, high);
    } else {
        (void) snprintf(low, sizeof low, "%lld", (long long) setting->min);
        (void) snprintf(high, sizeof high, "%lld", (long long) setting->max);
    }
    (void) refuse_value(err, text, "within its bounds");
    return pk_hint(err, PK_E_INVALID, "Write a value from %s to %s.", low, high);
}

static int parse_integer(const struct pk_setting *setting, struct pk_slice text, int64_t *ret_number, struct pk_error *err)
{
    if (pk_parse_int(text, INT64_MIN, INT64_MAX, ret_number) == 0)
        return check_bounds(setting, text, *ret_number, err);
    (void) refuse_value(err, text, "a whole number");
    return pk_hint(err, PK_E_INVALID, "Write digits only.");
}

static int parse_duration(const struct pk_setting *setting, struct pk_slice text, int64_t *ret_number, struct pk_error *err)
{
    if (pk_parse_duration(text, ret_number) == 0)
        return check_bounds(setting, text, *ret_number, err);
    (void) refuse_value(err, text, "a duration");
    return pk_hint(err, PK_E_INVALID, "Write a number and its unit: 500ms, 30s, 5m, 2h or 7d.");
}

static int parse_boolean(struct pk_slice text, int64_t *ret_number, struct pk_error *err)
{
    bool yes;
    if (pk_parse_bool(text, &yes) == 0) {
        *ret_number = yes ? 1 : 0;
        return 0;
    }
    (void) refuse_value(err, text, "yes or no");
    return pk_hint(err, PK_E_INVALID, "Write yes or no.");
}

/* ---- words ---- */

static int parse_choice(const struct pk_setting *setting, struct pk_slice text, struct pk_error *err)
{
    struct pk_slice rest = pk_slice_of(setting->choices), choice;
    char words[256];
    size_t count = 0, used = 0;
    const char *names[CHOICES_MAX];
    (void) snprintf(words, sizeof words, "%s", setting->choices);
    while (pk_slice_cut(&rest, '|', &choice)) {
        if (pk_slice_equal(choice, text))
            return 0;
        if (count < CHOICES_MAX && used + choice.len < sizeof words) {
            words[used + choice.len] = '\0';
            names[count++] = words + used;
        }
        used += choice.len + 1;
    }
    const char *near = pk_nearest(text, names, count);
    (void) refuse_value(err, text, "one of its choices");
    if (near)
        return pk_hint(err, PK_E_INVALID, "Did you mean \"%s\"? The choices are: %s.", near, setting->choices);
    return pk_hint(err, PK_E_INVALID, "The choices are: %s.", setting->choices);
}

static int parse_url(struct pk_slice text, struct pk_error *err)
{
    const char *refusal = pk_url_refusal(text);
    if (!refusal)
        return 0;
    (void) pk_fail(err, PK_E_INVALID, "%s", refusal);
    return pk_hint(err, PK_E_INVALID, "Write a whole address such as https://api.example.org/v1/messages.");
}

static int parse_text(struct pk_slice text, struct pk_error *err)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char) text.data[i] < 0x20 || text.data[i] == 0x7f)
            return pk_fail(err, PK_E_INVALID, "the value holds a control character");
    return 0;
}

int pk_setting_parse(const struct pk_setting *setting, struct pk_slice text, int64_t *ret_number, struct pk_error *err)
{
    int64_t number = 0;
    int r = 0;
    if (text.len == 0)
        return pk_fail(err, PK_E_INVALID, "the value is empty");
    switch (setting->type) {
    case PK_SETTING_INTEGER:
        r = parse_integer(setting, text, &number, err);
        break;
    case PK_SETTING_DURATION:
        r = parse_duration(setting, text, &number, err);
        break;
    case PK_SETTING_BOOLEAN:
        r = parse_boolean(text, &number, err);
        break;
    case PK_SETTING_CHOICE:
        r = parse_choice(setting, text, err);
        break;
    case PK_SETTING_URL:
        r = parse_url(text, err);
        break;
    case PK_SETTING_SECRET: /* a key in a file has lines */
        if (memchr(text.data, '\0', text.len))
            r = pk_fail(err, PK_E_INVALID, "the secret holds a NUL byte");
        break;
    default:
        r = parse_text(text, err);
        break;
    }
    if (r == 0)
        *ret_number = number;
    return r;
}
