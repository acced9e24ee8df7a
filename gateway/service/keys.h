/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Changing the master key while the gateway goes on: the key file got a further key, which seals from now on; what was
 * sealed before is done anew in the turns that follow, also after a crash.
 */
#ifndef PK_SERVICE_KEYS_H
#define PK_SERVICE_KEYS_H

#include "gateway/service/service.h"
#include "gateway/store/rekey.h"

/* Reads the key file again and begins. Inside a unit, which is the turn's: the new key is used once that is committed.
 * PK_E_CONFLICT when the file has no key that is new and everything is under the newest already; PK_E_CONFIG when it lacks
 * one in use. */
int pk_keys_rotate(struct pk_service *service, const struct pk_actor *actor, int64_t now_ms, struct pk_error *err);
/* The database forgets a key nothing needs any more, which the caller has seen. Inside a unit. */
int pk_keys_retire(struct pk_service *service, const struct pk_actor *actor, uint8_t key, int64_t now_ms, struct pk_error *err);
/* A chunk of the work, in a unit of its own; true when there is more. The open phase. */
bool pk_keys_run(struct pk_service *service);

#endif
