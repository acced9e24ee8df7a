/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The adapters there are: those built in, and shared objects from one directory. An object is examined before it is
 * loaded (owner and mode, ELF class and machine, section table and every PT_LOAD inside the file); whatever is malformed,
 * too old, too new or misnamed is refused with a sentence. Blocks: start-up and command line only.
 */
#ifndef PK_PLUGIN_REGISTRY_H
#define PK_PLUGIN_REGISTRY_H

#include "gateway/base/mem.h"
#include "gateway/include/pokana/adapter.h"

struct pk_registry;

/* A registry of the adapters built in; one without them, to look at a file that may be one of these. */
struct pk_registry *pk_registry_new(void);
struct pk_registry *pk_registry_new_empty(void);
void pk_registry_free(struct pk_registry *registry); /* unloads; no account may be open */
PK_AUTO_DEFINE(pk_registry, struct pk_registry *, pk_registry_free)
/* Loads NAME.so. PK_E_CONFLICT for a name that is there already, PK_E_NOT_FOUND or PK_E_IO for a file that cannot be read;
 * every other refusal is PK_E_INVALID or PK_E_DENIED. */
int pk_registry_load(struct pk_registry *registry, const char *path, struct pk_error *err);
/* Loads every *.so of a folder in name order, stopping at the first refusal. */
int pk_registry_load_folder(struct pk_registry *registry, const char *folder, struct pk_error *err);
size_t pk_registry_count(const struct pk_registry *registry);
const struct pk_adapter *pk_registry_at(const struct pk_registry *registry, size_t index);
const struct pk_adapter *pk_registry_find(const struct pk_registry *registry, const char *name); /* NULL unknown */

/* What enum pk_capability bits are called, "receipts"; walk `index` from 0 until NULL. */
const char *pk_capability_name(size_t index, uint32_t *ret_bit);

/* The rules every adapter table obeys, loaded or built in: asked by the loader and by the contract suite. */
int pk_adapter_check(const struct pk_adapter *adapter, const char *expected_name, struct pk_error *err);

#endif
