/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The examiner of shared objects. The file is in memory only. What is taken lies whole in its file, and stays taken
 * when bytes are added behind it; a size that lies, as when a file shrinks under our hands, is survived; a refusal begins as
 * its caller expects.
 */
#include "gateway/plugin/elf_file.h"

#include "tests/fuzz/fuzz.h"

#include <elf.h>
#include <sys/mman.h>
#include <unistd.h>

static int examine(int fd, uint64_t bytes)
{
    struct pk_error err = { 0 };
    int r = pk_elf_check(fd, bytes, &err);
    if (r != 0) {
        fuzz_refused(r, &err);
        fuzz_need(strncmp(err.message, "it", 2) == 0 && (r == PK_E_INVALID || r == PK_E_IO));
    }
    return r;
}

/* What was taken, looked at again: everything that would be mapped lies in the file, nothing is writable and executable. */
static void check_taken(const uint8_t *data, size_t size)
{
    Elf64_Ehdr header;
    fuzz_need(size >= sizeof header);
    memcpy(&header, data, sizeof header);
    fuzz_need(header.e_type == ET_DYN && header.e_phoff <= size && header.e_phnum * sizeof(Elf64_Phdr) <= size - header.e_phoff);
    for (size_t i = 0; i < header.e_phnum; i++) {
        Elf64_Phdr segment;
        memcpy(&segment, data + header.e_phoff + i * sizeof segment, sizeof segment);
        if (segment.p_type != PT_LOAD && segment.p_type != PT_DYNAMIC)
            continue;
        fuzz_need(segment.p_offset <= size && segment.p_filesz <= size - segment.p_offset);
        fuzz_need(segment.p_type == PT_DYNAMIC || !(segment.p_flags & PF_W) || !(segment.p_flags & PF_X));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int fd = -1;
    static const char more[16];
    if (fd < 0)
        fd = memfd_create("object", MFD_CLOEXEC);
    fuzz_need(fd >= 0 && ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t) size);
    int r = examine(fd, size);
    if (r == 0)
        check_taken(data, size);
    (void) examine(fd, size + 4096);
    (void) examine(fd, size / 2);
    fuzz_need(pwrite(fd, more, sizeof more, (off_t) size) == (ssize_t) sizeof more);
    fuzz_need(r != 0 || examine(fd, size + sizeof more) == 0);
    return 0;
}
