/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The one name an adapter shows. Loaded from a file it is `pk_adapter`; built in, where several of them meet in one
 * program, the build gives each its own (PK_ADAPTER_SYMBOL).
 *
 *     PK_EXPORT const struct pk_adapter PK_ADAPTER_SYMBOL = { ... };
 */
#ifndef PK_KIT_EXPORT_H
#define PK_KIT_EXPORT_H

#include "gateway/include/pokana/adapter.h"

#ifndef PK_ADAPTER_SYMBOL
#define PK_ADAPTER_SYMBOL pk_adapter
#endif

#define PK_EXPORT __attribute__((visibility("default")))

extern const struct pk_adapter PK_ADAPTER_SYMBOL;

#endif
