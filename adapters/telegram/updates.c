/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * An update is one thing that somebody did in a chat: wrote, pressed a button, opened the bot by a link, blocked it. Only
 * chats with one person count: what is said in a group is said by nobody whom we wrote to.
 */
#include "adapters/telegram/telegram.h"

#include "adapters/kit/chat.h"
#include "adapters/kit/moment.h"
#include "adapters/kit/text.h"

static struct pk_slice text_at(const struct telegram *bot, const struct pk_value *value, const char *path)
{
    return bot->host->json_text(bot->host->ctx, bot->host->json_at(value, path));
}

/* Ids of chats and updates: numbers above zero, as they stand in addresses; empty for anything else. */
static struct pk_slice number_at(const struct telegram *bot, const struct pk_value *value, const char *path)
{
    struct pk_slice chat = text_at(bot, value, path);
    int64_t number;
    return pk_kit_decimal(chat, &number) && number > 0 && chat.data[0] != '0' ? chat : (struct pk_slice){ 0 };
}

static int64_t moment_at(const struct telegram *bot, const struct pk_value *value, const char *path)
{
    return pk_kit_moment(text_at(bot, value, path));
}

/* "/stop@ourbot now" -> "stop", rest "now"; false: no command. */
static bool read_command(struct pk_slice text, struct pk_slice *ret_word, struct pk_slice *ret_rest)
{
    size_t end = 1;
    if (text.len < 2 || text.data[0] != '/')
        return false;
    while (end < text.len && text.data[end] != ' ' && text.data[end] != '\n')
        end++;
    struct pk_slice word = pk_slice_make(text.data + 1, end - 1);
    const char *at = word.len > 0 ? memchr(word.data, '@', word.len) : NULL;
    if (at)
        word.len = (size_t) (at - word.data);
    *ret_word = word;
    *ret_rest = pk_kit_trim(pk_slice_make(text.data + end, text.len - end));
    return word.len > 0;
}

static int emit_message(const struct telegram *bot, const struct pk_value *message, struct pk_event *event,
                        struct pk_event_sink *sink)
{
    struct pk_slice word, rest;
    event->kind = PK_EVENT_REPLY;
    event->address = number_at(bot, message, "chat.id");
    event->text = text_at(bot, message, "text");
    event->at_ms = moment_at(bot, message, "date");
    if (!pk_slice_is(text_at(bot, message, "chat.type"), "private") || event->address.len == 0 || event->text.len == 0)
        return 0;
    if (read_command(event->text, &word, &rest)) {
        if (pk_kit_same_word(word, PK_SLICE("start")) && pk_kit_is_token(rest)) {
            event->kind = PK_EVENT_OPT_IN;
            event->text = rest;
        } else if (rest.len == 0) {
            event->text = word; /* "/stop" is the word STOP */
        }
    }
    return sink->emit(sink, event);
}

/* A button stays in its chat for ever. Which message it stood under goes along. */
static int emit_press(const struct telegram *bot, const struct pk_value *press, struct pk_event *event,
                      struct pk_event_sink *sink)
{
    event->kind = PK_EVENT_REPLY;
    event->address = number_at(bot, press, "from.id");
    if (event->address.len == 0 || !pk_slice_equal(event->address, number_at(bot, press, "message.chat.id")))
        return 0;
    if (!pk_kit_button_read(text_at(bot, press, "data"), &event->our_reference, &event->choice))
        return 0;
    return sink->emit(sink, event);
}

/* Blocked by the person, or allowed again; only the first says anything about what they want from us. */
static int emit_member(const struct telegram *bot, const struct pk_value *member, struct pk_event *event,
                       struct pk_event_sink *sink)
{
    event->kind = PK_EVENT_OPT_OUT;
    event->address = number_at(bot, member, "chat.id");
    event->at_ms = moment_at(bot, member, "date");
    if (!pk_slice_is(text_at(bot, member, "chat.type"), "private") || event->address.len == 0 ||
        !pk_slice_is(text_at(bot, member, "new_chat_member.status"), "kicked"))
        return 0;
    return sink->emit(sink, event);
}

int pk_telegram_update(const struct telegram *bot, const struct pk_value *update, struct pk_event_sink *sink,
                       struct telegram_pressed *ret_pressed)
{
    const struct pk_host *host = bot->host;
    const struct pk_value *message = host->json_at(update, "message"), *press = host->json_at(update, "callback_query");
    const struct pk_value *member = host->json_at(update, "my_chat_member");
    struct pk_event event = { .size = sizeof event, .event_id = number_at(bot, update, "update_id") };
    *ret_pressed = (struct telegram_pressed){ 0 };
    if (host->json_kind(message) == PK_VALUE_OBJECT)
        return emit_message(bot, message, &event, sink);
    if (host->json_kind(press) == PK_VALUE_OBJECT) {
        ret_pressed->id = text_at(bot, press, "id");
        return emit_press(bot, press, &event, sink);
    }
    return host->json_kind(member) == PK_VALUE_OBJECT ? emit_member(bot, member, &event, sink) : 0;
}
