/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Is this file a shared object for this machine, whole, and sane? Asked before dlopen(), which believes what the headers
 * say and dies on those that lie.
 */
#ifndef PK_PLUGIN_ELF_FILE_H
#define PK_PLUGIN_ELF_FILE_H

#include "gateway/include/pokana/error.h"

/* Reads headers only; `file_bytes` is the file's size. PK_E_INVALID with a sentence that begins with "it". */
int pk_elf_check(int fd, uint64_t file_bytes, struct pk_error *err);

#endif
