/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Looking at text that came in: comparing, cutting lists, decoding forms, judging whether it may be passed on.
 */
#ifndef PK_KIT_TEXT_H
#define PK_KIT_TEXT_H

#include "gateway/include/pokana/adapter.h"

/* For secrets and signatures: takes as long for a wrong first byte as for a wrong last one. */
bool pk_kit_same_secret(struct pk_slice given, struct pk_slice expected);
/* ASCII letters in either case. */
bool pk_kit_same_word(struct pk_slice a, struct pk_slice b);

struct pk_slice pk_kit_trim(struct pk_slice text);
/* Cuts the next item off a list separated by commas; false at its end. Items are trimmed, empty ones passed over. */
bool pk_kit_next_item(struct pk_slice *list, struct pk_slice *ret_item);
/* Is the word one of the list, letters' case aside? */
bool pk_kit_is_listed(struct pk_slice list, struct pk_slice word);
/* The same cut for lines. */
bool pk_kit_next_line(struct pk_slice *lines, struct pk_slice *ret_line);

bool pk_kit_utf8(struct pk_slice text);
/* A decimal number without sign of at most 18 digits; false leaves *ret_number alone. */
bool pk_kit_decimal(struct pk_slice text, int64_t *ret_number);

/* Cuts the next name=value off a form or query and decodes both into `room` (as long as the form at least; moved on
 * behind what was used). false at its end. */
bool pk_kit_next_pair(struct pk_slice *form, char **room, struct pk_slice *ret_name, struct pk_slice *ret_value);

/* A provider's code may be shown to people if it is short, of plain signs, and cannot be a telephone number. */
bool pk_kit_code_is_plain(struct pk_slice code);

/* A telephone number as providers write them ("+316…", "316…", "00316…", with a space or '+' gone astray in front)
 * as E.164 with its plus; room for 17 bytes. 0, or PK_E_INVALID. */
#define PK_KIT_E164_ROOM 17
int pk_kit_e164(struct pk_slice number, char ret_number[PK_KIT_E164_ROOM]);

#endif
