/* SPDX-License-Identifier: EUPL-1.2 */
/* What the pages take from the configuration: the style of the house, and a proxy that says who is signed in. */
#include "gateway/app/config_private.h"

#include "gateway/base/file.h"
#include "gateway/base/text.h"

#define THEME_BYTES_MAX (64u << 10)
#define SECRET_BYTES_MIN 32u

/* ---- the style ---- */

static const char *what_is_wrong(struct pk_slice text)
{
    if (!pk_utf8_valid(text) || memchr(text.data, '\0', text.len))
        return "it is no text in UTF-8";
    if (memchr(text.data, '<', text.len))
        return "there is a < in it, which no style has";
    return memmem(text.data, text.len, "@import", strlen("@import")) ? "it imports another file" : NULL;
}

void pk_config_read_theme(struct pk_config_reading *reading)
{
    struct pk_config *config = reading->config;
    struct pk_error err = { 0 };
    struct pk_buf text;
    if (!config->theme)
        return;
    pk_buf_init(&text, THEME_BYTES_MAX);
    if (pk_file_check_owner(config->theme, false, &err) != 0 || pk_file_read(config->theme, THEME_BYTES_MAX, &text, &err) != 0) {
        pk_config_tell_of(reading, "gateway", "", "theme", err.hint[0] ? err.hint : "Name a CSS file of at most 64 kB that the gateway may read.", "%s",
                          err.message);
    } else {
        const char *wrong = what_is_wrong(pk_buf_slice(&text));
        if (wrong)
            pk_config_tell_of(reading, "gateway", "", "theme", "theme.css.sample shows what such a file holds.", "\"%s\" is no style file: %s", config->theme,
                              wrong);
        config->rules.theme = pk_config_keep(config, pk_strndup(pk_buf_text(&text), text.len));
    }
    pk_buf_finish(&text);
}

/* ---- signing in by a proxy ---- */

/* A name of our own choosing: what browsers and servers send for other reasons is nobody's word of who somebody is. */
static bool is_header(const char *name)
{
    size_t len = strlen(name);
    if (len < 3 || strncasecmp(name, "X-", 2) != 0 || strncasecmp(name, "X-Forwarded-", strlen("X-Forwarded-")) == 0)
        return false;
    for (size_t i = 0; i < len; i++)
        if (!(name[i] >= 'a' && name[i] <= 'z') && !(name[i] >= 'A' && name[i] <= 'Z') && !(name[i] >= '0' && name[i] <= '9') && name[i] != '-')
            return false;
    return true;
}

static void check_header(struct pk_config_reading *reading, const char *key, const char *name)
{
    if (name && !is_header(name))
        pk_config_tell_of(reading, "sign_in", "", key, "Write one of your own that begins with X-, as X-Pokana-User; letters, digits and - only.",
                          "\"%s\" is no header for that", name);
}

/* Whoever can reach the door could name anybody: so it is this machine alone, and a secret beside it. */
void pk_config_check_sign_in(struct pk_config_reading *reading)
{
    const struct pk_config *config = reading->config;
    const struct pk_rules *rules = &config->rules;
    if (!rules->proxy_header && rules->proxy_secret)
        pk_config_tell_of(reading, "sign_in", "", "secret", "Add header = X-Pokana-User, or take the secret out.", "no header is named for the user's name");
    if (!rules->proxy_header)
        return;
    if (!rules->proxy_secret)
        pk_config_tell_of(reading, "sign_in", "", "header", "Add secret = file:proxy.secret, and let the proxy send it too.",
                          "without a secret anybody on this machine could sign in as anybody");
    check_header(reading, "header", rules->proxy_header);
    check_header(reading, "proof_header", rules->proxy_proof);
    if (rules->proxy_header && rules->proxy_proof && strcasecmp(rules->proxy_header, rules->proxy_proof) == 0)
        pk_config_tell_of(reading, "sign_in", "", "proof_header", "Choose another name.", "the name of the user stands in this header already");
    if (rules->proxy_secret && strlen(rules->proxy_secret) < SECRET_BYTES_MIN)
        pk_config_tell_of(reading, "sign_in", "", "secret", "Make one with: openssl rand -hex 32.", "the secret is shorter than %u characters",
                          SECRET_BYTES_MIN);
    if (!config->public_address || !pk_config_is_loopback(config->public_address))
        pk_config_tell_of(reading, "sign_in", "", "header", "Write public = 127.0.0.1:8080 and let the proxy on this machine call that.",
                          "a proxy may only sign users in where the public door is on a loopback address");
    if (rules->proxy_from.count == 0)
        pk_config_tell_of(reading, "sign_in", "", "from", "Write 127.0.0.1.", "no address is named that the proxy calls from");
    for (size_t i = 0; i < rules->proxy_from.count; i++)
        if (strncmp(rules->proxy_from.items[i], "127.", 4) != 0 && strcmp(rules->proxy_from.items[i], "::1") != 0)
            pk_config_tell_of(reading, "sign_in", "", "from", "Write 127.0.0.1 or ::1.", "\"%s\" is no address of this machine", rules->proxy_from.items[i]);
}
