/* SPDX-License-Identifier: EUPL-1.2 */
/* What somebody may use once, and may have used since a backup: open for days, so that only the restore can have ended it. */
#ifndef PK_TESTS_APP_HANDED_OUT_H
#define PK_TESTS_APP_HANDED_OUT_H

#include "tests/unit/store/support.h"

#include "gateway/store/deep_links.h"
#include "gateway/store/desk_words.h"
#include "gateway/store/joins.h"
#include "gateway/store/moves.h"
#include "gateway/store/passes.h"

static const uint8_t token[PK_PASS_TOKEN_BYTES] = { 1 }, code[16] = { 0 };

static inline void hand_out(struct desk *desk, int64_t who, int64_t address, int64_t until_ms)
{
    const struct pk_deep_link link = { .recipient = who, .channel = desk->sms, .topics = PK_SLICE("t"), .by = PK_SLICE("desk"), .until_ms = until_ms };
    const struct pk_desk_word word = { .topic = desk->topic, .channel = desk->sms, .until_ms = until_ms, .asked_by = PK_SLICE("desk") };
    const struct pk_join join = { .channel = desk->sms, .topics = "t", .language = "bg" };
    struct pk_move move = { .recipient = who, .address = address, .channel = desk->sms, .until_ms = until_ms };
    int64_t id;
    assert_int_equal(pk_deep_link_add(desk->store, &link, code, &id, NULL), 0);
    assert_int_equal(pk_desk_word_add(desk->store, who, &word, PK_SLICE("word"), NULL), 0);
    assert_int_equal(pk_move_ask(desk->store, &move, PK_SLICE("+31600000009"), NULL), 0);
    assert_int_equal(pk_move_ready(desk->store, move.id, PK_SLICE("111111"), PK_SLICE("222222"), NULL), 0);
    assert_int_equal(pk_session_add(desk->store, token, who, NOW, until_ms, NULL), 0);
    assert_int_equal(pk_join_add(desk->store, token, &join, PK_SLICE("+31600000008"), until_ms, NULL), 0);
}

static inline void check_nothing_open(struct desk *desk, int64_t person, int64_t now_ms)
{
    struct pk_store *store = desk->store;
    struct pk_deep_link link;
    struct pk_desk_word word;
    struct pk_move move;
    struct pk_buf value;
    int64_t who, began_ms;
    pk_buf_init(&value, 256);
    assert_int_equal(pk_deep_link_find(store, desk->sms, PK_SLICE("00000000000000000000000000000000"), now_ms, &link, NULL), PK_E_NOT_FOUND);
    assert_int_equal(pk_desk_word_use(store, person, PK_SLICE("word"), now_ms, &word, NULL), PK_E_DENIED);
    assert_int_equal(pk_move_use(store, person, PK_SLICE("111111"), PK_SLICE("222222"), now_ms, &move, &value, NULL), PK_E_DENIED);
    assert_int_equal(pk_session_find(store, token, now_ms, &who, &began_ms, NULL), PK_E_DENIED);
    assert_int_equal(pk_joins_waiting(store), 0);
    pk_buf_finish(&value);
}

#endif
