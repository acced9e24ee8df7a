/* SPDX-License-Identifier: EUPL-1.2 */
/* The rules every adapter's table obeys (registry.h). */
#include "gateway/base/mem.h"
#include "gateway/base/text.h"
#include "gateway/plugin/registry.h"
#include "gateway/plugin/setting_value.h"

#define SETTINGS_MAX 128u
#define CHANNELS_MAX 8u
#define LINE_MAX 200u
#define SETUP_MAX 2000u
#define KNOWN_CAPABILITIES (((uint32_t) PK_CAN_FALLBACK << 1) - 1)

/* A table reaches as far as this member at least. */
#define REACHES(table, member) ((table)->size >= offsetof(__typeof__(*(table)), member) + sizeof((table)->member))

static bool is_line(const char *text)
{
    size_t len = text ? strlen(text) : 0;
    if (len == 0 || len > LINE_MAX || !pk_utf8_valid(pk_slice_make(text, len)))
        return false;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char) text[i] < 0x20 || text[i] == 0x7f)
            return false;
    return true;
}

/* ---- what it says of itself ---- */

static int check_age(const struct pk_adapter *adapter, struct pk_error *err)
{
    if (adapter->abi == 0)
        return pk_fail(err, PK_E_INVALID, "its table names no version of the interface");
    if (adapter->abi > PK_ADAPTER_ABI) {
        (void) pk_fail(err, PK_E_INVALID, "it is built for interface %u, newer than this gateway's %u", adapter->abi, PK_ADAPTER_ABI);
        return pk_hint(err, PK_E_INVALID, "Upgrade the gateway, or build the adapter against its headers.");
    }
    if (!REACHES(adapter, session))
        return pk_fail(err, PK_E_INVALID, "its table of %u bytes is too small to be an adapter's", adapter->size);
    return 0;
}

static int check_name(const struct pk_adapter *adapter, const char *expected_name, struct pk_error *err)
{
    if (!adapter->name || !pk_is_name(pk_slice_of(adapter->name)))
        return pk_fail(err, PK_E_INVALID, "its name is none: lower-case letters, digits and '-', at most 48");
    if (expected_name && strcmp(adapter->name, expected_name) != 0) {
        (void) pk_fail(err, PK_E_INVALID, "the adapter in it calls itself \"%s\"", adapter->name);
        return pk_hint(err, PK_E_INVALID, "Name the file %s.so.", adapter->name);
    }
    if (!is_line(adapter->version))
        return pk_fail(err, PK_E_INVALID, "adapter \"%s\" has no version", adapter->name);
    if (!is_line(adapter->summary))
        return pk_fail(err, PK_E_INVALID, "adapter \"%s\" has no summary of one line", adapter->name);
    return 0;
}

static int check_channels(const struct pk_adapter *adapter, struct pk_error *err)
{
    struct pk_slice rest = pk_slice_of(adapter->channels), channel, seen[CHANNELS_MAX];
    size_t count = 0;
    while (pk_slice_cut(&rest, ',', &channel)) {
        bool sane = pk_is_name(channel) && count < CHANNELS_MAX;
        for (size_t i = 0; sane && i < count; i++)
            sane = !pk_slice_equal(seen[i], channel);
        if (!sane)
            return pk_fail(err, PK_E_INVALID, "adapter \"%s\" declares channels that make no sense", adapter->name);
        seen[count++] = channel;
    }
    return count > 0 ? 0 : pk_fail(err, PK_E_INVALID, "adapter \"%s\" declares no channel", adapter->name);
}

static bool is_setup(const char *text)
{
    size_t len = strlen(text);
    if (len == 0 || len > SETUP_MAX || !pk_utf8_valid(pk_slice_make(text, len)))
        return false;
    for (size_t i = 0; i < len; i++)
        if (((unsigned char) text[i] < 0x20 && text[i] != '\n') || text[i] == 0x7f)
            return false;
    return true;
}

static int check_declared(const struct pk_adapter *adapter, struct pk_error *err)
{
    const char *unit = adapter->price_unit;
    if (adapter->capabilities & ~KNOWN_CAPABILITIES)
        return pk_fail(err, PK_E_INVALID, "adapter \"%s\" declares capabilities this gateway does not know", adapter->name);
    if (adapter->number_format < PK_NUMBER_E164 || adapter->number_format > PK_NUMBER_OPAQUE)
        return pk_fail(err, PK_E_INVALID, "adapter \"%s\" declares no number format", adapter->name);
    if (unit && (strlen(unit) != 3 || strspn(unit, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3))
        return pk_fail(err, PK_E_INVALID, "adapter \"%s\" declares a price unit that is no currency code", adapter->name);
    if (REACHES(adapter, setup) && adapter->setup && !is_setup(adapter->setup))
        return pk_fail(err, PK_E_INVALID, "adapter \"%s\" describes its setup in no text of at most %u bytes", adapter->name, SETUP_MAX);
    return check_channels(adapter, err);
}

/* ---- what it can do ---- */

static int lacks(const struct pk_adapter *adapter, const char *function, struct pk_error *err)
{
    return pk_fail(err, PK_E_INVALID, "adapter \"%s\" lacks %s", adapter->name, function);
}

static int check_exchange(const struct pk_adapter *adapter, struct pk_error *err)
{
    const struct pk_exchange_ops *exchange = adapter->exchange;
    switch (REACHES(exchange, transport) ? exchange->transport : (uint32_t) PK_TRANSPORT_NONE) {
    case PK_TRANSPORT_HTTP:
    case PK_TRANSPORT_SMTP:
    case PK_TRANSPORT_PUBLISH:
        break;
    default:
        return pk_fail(err, PK_E_INVALID, "adapter \"%s\" declares no transport an exchange can have", adapter->name);
    }
    return REACHES(exchange, step) && exchange->step ? 0 : lacks(adapter, "exchange.step", err);
}

static int check_session(const struct pk_adapter *adapter, struct pk_error *err)
{
    const struct pk_session_ops *session = adapter->session;
    switch (REACHES(session, transport) ? session->transport : UINT32_MAX) {
    case PK_TRANSPORT_NONE:
        break;
    case PK_TRANSPORT_TCP:
    case PK_TRANSPORT_TLS:
        if (!REACHES(session, received) || !session->received)
            return lacks(adapter, "session.received", err);
        break;
    default:
        return pk_fail(err, PK_E_INVALID, "adapter \"%s\" declares no transport a session can have", adapter->name);
    }
    if (!REACHES(session, connected) || !session->connected)
        return lacks(adapter, "session.connected", err);
    if (!REACHES(session, submit) || !session->submit)
        return lacks(adapter, "session.submit", err);
    return REACHES(session, tick) && session->tick ? 0 : lacks(adapter, "session.tick", err);
}

static int check_doors(const struct pk_adapter *adapter, struct pk_error *err)
{
    const struct pk_webhook_ops *webhook = REACHES(adapter, webhook) ? adapter->webhook : NULL;
    const struct pk_poll_ops *poll = REACHES(adapter, poll) ? adapter->poll : NULL;
    const struct pk_play_ops *play = REACHES(adapter, play) ? adapter->play : NULL;
    if (webhook && !(REACHES(webhook, verify) && webhook->verify))
        return lacks(adapter, "webhook.verify", err);
    if (webhook && !(REACHES(webhook, parse) && webhook->parse))
        return lacks(adapter, "webhook.parse", err);
    if (poll && !(REACHES(poll, request) && poll->request))
        return lacks(adapter, "poll.request", err);
    if (poll && !(REACHES(poll, parse) && poll->parse))
        return lacks(adapter, "poll.parse", err);
    if (play && !(REACHES(play, list) && play->list))
        return lacks(adapter, "play.list", err);
    if (play && !(REACHES(play, answer) && play->answer))
        return lacks(adapter, "play.answer", err);
    return 0;
}

static int check_kind(const struct pk_adapter *adapter, struct pk_error *err)
{
    if (!adapter->open)
        return lacks(adapter, "open", err);
    if (!adapter->close)
        return lacks(adapter, "close", err);
    if (adapter->exchange && adapter->session)
        return pk_fail(err, PK_E_INVALID, "adapter \"%s\" is both an exchange and a session", adapter->name);
    if (!adapter->exchange && !adapter->session)
        return pk_fail(err, PK_E_INVALID, "adapter \"%s\" is neither an exchange nor a session", adapter->name);
    int r = adapter->exchange ? check_exchange(adapter, err) : check_session(adapter, err);
    return r != 0 ? r : check_doors(adapter, err);
}

/* ---- its settings ---- */

static bool is_setting_name(const char *name)
{
    size_t len = name ? strlen(name) : 0;
    size_t plain = name ? strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_.-") : 0;
    bool family = len > 2 && plain == len - 1 && strcmp(name + len - 2, ".*") == 0;
    return len > 0 && len <= 48 && name[0] >= 'a' && name[0] <= 'z' && (plain == len || family);
}

static const char *choices_flaw(const struct pk_setting *setting)
{
    struct pk_slice rest = pk_slice_of(setting->choices), choice;
    if ((setting->type == PK_SETTING_CHOICE) != (setting->choices != NULL))
        return "declares choices without being one, or the other way round";
    while (setting->choices && pk_slice_cut(&rest, '|', &choice))
        if (choice.len == 0)
            return "declares an empty choice";
    return setting->choices && !setting->choices[0] ? "declares an empty choice" : NULL;
}

static const char *setting_flaw(const struct pk_setting *setting)
{
    int64_t number;
    if (setting->type < PK_SETTING_TEXT || setting->type > PK_SETTING_DURATION)
        return "has no type";
    if (!is_line(setting->help))
        return "has no help of one line";
    if (setting->required > 1 || (setting->required && setting->fallback))
        return "is both required and optional";
    if (setting->min > setting->max)
        return "has bounds that leave nothing";
    if ((setting->min != 0 || setting->max != 0) && setting->type != PK_SETTING_INTEGER && setting->type != PK_SETTING_DURATION)
        return "has bounds but no number";
    const char *flaw = choices_flaw(setting);
    if (flaw)
        return flaw;
    if (setting->fallback && (setting->type == PK_SETTING_SECRET || pk_setting_is_family(setting)))
        return "has a fallback where there can be none";
    if (setting->fallback && pk_setting_parse(setting, pk_slice_of(setting->fallback), &number, NULL) != 0)
        return "has a fallback that it would refuse";
    return NULL;
}

static int check_settings(const struct pk_adapter *adapter, struct pk_error *err)
{
    if (adapter->setting_count > SETTINGS_MAX || (adapter->setting_count > 0 && !adapter->settings))
        return pk_fail(err, PK_E_INVALID, "adapter \"%s\" declares settings that are not there, or more than %u", adapter->name, SETTINGS_MAX);
    for (size_t i = 0; i < adapter->setting_count; i++) {
        const struct pk_setting *setting = &adapter->settings[i];
        if (!is_setting_name(setting->name))
            return pk_fail(err, PK_E_INVALID, "adapter \"%s\" declares a setting (number %zu) whose name is none", adapter->name, i + 1);
        const char *flaw = setting_flaw(setting);
        for (size_t j = 0; j < i && !flaw; j++)
            if (strcmp(adapter->settings[j].name, setting->name) == 0)
                flaw = "is declared twice";
        if (flaw)
            return pk_fail(err, PK_E_INVALID, "adapter \"%s\": its setting \"%s\" %s", adapter->name, setting->name, flaw);
    }
    return 0;
}

/* The settings that a carrier reads by their names (adapter.h). */
struct named {
    const char *name;
    uint32_t type;
    const char *needed; /* who must declare it; NULL = whoever likes */
};

static int check_named(const struct pk_adapter *adapter, const struct named *named, struct pk_error *err)
{
    const struct pk_setting *found = NULL;
    for (size_t i = 0; i < adapter->setting_count && !found; i++)
        if (strcmp(adapter->settings[i].name, named->name) == 0)
            found = &adapter->settings[i];
    if (!found && named->needed)
        return pk_fail(err, PK_E_INVALID, "adapter \"%s\" %s and declares no setting \"%s\"", adapter->name, named->needed, named->name);
    if (found && found->type != named->type)
        return pk_fail(err, PK_E_INVALID, "adapter \"%s\": its setting \"%s\" is read by the gateway and has another type", adapter->name,
                       named->name);
    return 0;
}

static int check_read_by_name(const struct pk_adapter *adapter, struct pk_error *err)
{
    static const struct named of_wires[] = { { "host", PK_SETTING_TEXT, "keeps a link" },
                                             { "port", PK_SETTING_INTEGER, "keeps a link" },
                                             { "tls", PK_SETTING_BOOLEAN, NULL },
                                             { "ca_file", PK_SETTING_TEXT, NULL },
                                             { "tls_name", PK_SETTING_TEXT, NULL } };
    static const struct named of_mail[] = { { "username", PK_SETTING_TEXT, NULL },
                                            { "password", PK_SETTING_SECRET, NULL },
                                            { "ca_file", PK_SETTING_TEXT, NULL } };
    bool wire = adapter->session && adapter->session->transport != PK_TRANSPORT_NONE;
    bool mail = adapter->exchange && adapter->exchange->transport == PK_TRANSPORT_SMTP;
    const struct named *names = wire ? of_wires : of_mail;
    size_t count = wire ? PK_COUNT(of_wires) : mail ? PK_COUNT(of_mail) : 0;
    static const struct named fallback = { "fallback", PK_SETTING_TEXT, "falls back to a second channel" };
    if ((adapter->capabilities & PK_CAN_FALLBACK) && check_named(adapter, &fallback, err) != 0)
        return PK_E_INVALID;
    for (size_t i = 0; i < count; i++) {
        int r = check_named(adapter, &names[i], err);
        if (r != 0)
            return r;
    }
    return 0;
}

int pk_adapter_check(const struct pk_adapter *adapter, const char *expected_name, struct pk_error *err)
{
    int r = check_age(adapter, err);
    if (r == 0)
        r = check_name(adapter, expected_name, err);
    if (r == 0)
        r = check_declared(adapter, err);
    if (r == 0)
        r = check_kind(adapter, err);
    if (r == 0)
        r = check_settings(adapter, err);
    return r == 0 ? check_read_by_name(adapter, err) : r;
}
