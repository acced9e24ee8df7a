/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Answering by a link, for who cannot write back. A text for them leaves with a link of its message alone; the page behind it
 * shows what is asked, in the person's language, and a button decides: what a yes, no, STOP or START in words would do. A
 * link is used once, by a button: whoever only looks, a scanner of links for one, decides nothing. One that is used, over or
 * made up is told from no other.
 */
#ifndef PK_SERVICE_LINKS_H
#define PK_SERVICE_LINKS_H

#include "gateway/base/json.h"
#include "gateway/service/dispatcher.h"
#include "gateway/store/links.h"
#include "gateway/store/messages.h"
#include "gateway/store/recipients.h"

#define PK_LINK_HEADS_MAX 20u
#define PK_LINK_AGAIN_MS (10 * 60 * 1000ll) /* a second tap, a page loaded again: the first decision is shown so long */

enum pk_link_choice { PK_LINK_NOTHING = 0, PK_LINK_YES, PK_LINK_NO, PK_LINK_STOP, PK_LINK_START };
/* "yes", "no", "stop", "start"; NOTHING for another word. */
enum pk_link_choice pk_link_choice_read(struct pk_slice word);
const char *pk_link_choice_name(enum pk_link_choice choice);

/* 22 characters of URL-safe base64, and back. */
void pk_link_write(const uint8_t token[PK_LINK_TOKEN_BYTES], char ret_text[PK_LINK_TEXT + 1]);
bool pk_link_read(struct pk_slice text, uint8_t ret_token[PK_LINK_TOKEN_BYTES]);

/* The words of a message as they leave by an account to a number of a country: in the form for who cannot answer where that
 * is so, then with a link. Called by the dispatcher in the unit that opens the attempt. The text is released by the caller. */
int pk_link_text(struct pk_service *service, const struct pk_message *message, const struct pk_desk *desk, const char *country,
                 int64_t now_ms, struct pk_text **ret_text, struct pk_error *err);
/* The same of a second attempt beside the first (fallback.h): `message` is a copy of that channel, and the row stays as it is. */
int pk_link_text_beside(struct pk_service *service, const struct pk_message *message, const struct pk_desk *desk, const char *country,
                        int64_t now_ms, struct pk_text **ret_text, struct pk_error *err);

/* Whose page it is: "bg-Latn". PK_E_NOT_FOUND: there is no such link any more. Changes nothing, as the next. */
int pk_link_language(struct pk_service *service, const uint8_t token[PK_LINK_TOKEN_BYTES], int64_t now_ms,
                     char ret_language[2 * PK_LANGUAGE_MAX], struct pk_error *err);
/* What the page shows: what is asked and of what, which buttons there are, or what was decided. `language`: of the page. */
int pk_link_show(struct pk_service *service, const uint8_t token[PK_LINK_TOKEN_BYTES], struct pk_slice language, int64_t now_ms,
                 struct pk_json_out *out, struct pk_error *err);
/* The button. 0 also when another decided just before: the first stands. Inside a unit. PK_E_INVALID for what this link does
 * not offer, PK_E_NOT_FOUND as above. */
int pk_link_press(struct pk_service *service, const uint8_t token[PK_LINK_TOKEN_BYTES], enum pk_link_choice choice, unsigned heads,
                  int64_t now_ms, struct pk_error *err);

#endif
