/* SPDX-License-Identifier: EUPL-1.2 */
/* For a process that holds keys and numbers in its memory. */
#ifndef PK_APP_SHELTER_H
#define PK_APP_SHELTER_H

/* No core file, no other process of our user looking in, and what it writes is its own. At the start; does not fail. */
void pk_shelter(void);

#endif
