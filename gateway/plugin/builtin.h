/* SPDX-License-Identifier: EUPL-1.2 */
/* The adapters compiled in; the table is generated from the list in adapters/meson.build. */
#ifndef PK_PLUGIN_BUILTIN_H
#define PK_PLUGIN_BUILTIN_H

#include "gateway/include/pokana/adapter.h"

extern const struct pk_adapter *const pk_builtin_adapters[]; /* ended by NULL */
extern const size_t pk_builtin_count;

#endif
