/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/plugin/elf_file.h"

#include <elf.h>
#include <errno.h>
#include <stdbool.h>
#include <unistd.h>

#if defined(__x86_64__)
#define OUR_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define OUR_MACHINE EM_AARCH64
#elif defined(__riscv)
#define OUR_MACHINE EM_RISCV
#elif defined(__powerpc64__)
#define OUR_MACHINE EM_PPC64
#elif defined(__loongarch__)
#define OUR_MACHINE EM_LOONGARCH
#else
#error "name this machine's ELF number here"
#endif

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ && sizeof(void *) == 8, "the gateway runs on 64-bit little-endian machines");

#define SEGMENTS_MAX 64u

/* Reads exactly `len` bytes; a shorter file is told as cut off. */
static int read_at(int fd, void *to, size_t len, uint64_t offset, struct pk_error *err)
{
    size_t done = 0;
    while (done < len) {
        ssize_t n = pread(fd, (char *) to + done, len - done, (off_t) (offset + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return pk_fail(err, PK_E_IO, "it could not be read");
        if (n == 0)
            return pk_fail(err, PK_E_INVALID, "it is cut off in its headers");
        done += (size_t) n;
    }
    return 0;
}

static bool inside(uint64_t offset, uint64_t len, uint64_t file_bytes)
{
    return offset <= file_bytes && len <= file_bytes - offset;
}

static int check_header(const Elf64_Ehdr *header, struct pk_error *err)
{
    if (header->e_ident[EI_CLASS] != ELFCLASS64)
        return pk_fail(err, PK_E_INVALID, "it is not a 64-bit object");
    if (header->e_ident[EI_DATA] != ELFDATA2LSB)
        return pk_fail(err, PK_E_INVALID, "it is not a little-endian object");
    if (header->e_machine != OUR_MACHINE)
        return pk_fail(err, PK_E_INVALID, "it is built for another machine (ELF machine %u, this one is %u)", header->e_machine, OUR_MACHINE);
    if (header->e_ident[EI_VERSION] != EV_CURRENT || header->e_version != EV_CURRENT)
        return pk_fail(err, PK_E_INVALID, "it is of an unknown ELF version");
    if (header->e_ident[EI_OSABI] != ELFOSABI_SYSV && header->e_ident[EI_OSABI] != ELFOSABI_GNU)
        return pk_fail(err, PK_E_INVALID, "it is built for another system (ELF OS ABI %u)", header->e_ident[EI_OSABI]);
    if (header->e_type != ET_DYN)
        return pk_fail(err, PK_E_INVALID, "it is not a shared object (ELF type %u)", header->e_type);
    if (header->e_ehsize != sizeof(Elf64_Ehdr))
        return pk_fail(err, PK_E_INVALID, "its ELF header is of another size");
    return 0;
}

static int check_tables(const Elf64_Ehdr *header, uint64_t file_bytes, struct pk_error *err)
{
    if (header->e_phentsize != sizeof(Elf64_Phdr) || header->e_phnum == 0 || header->e_phnum > SEGMENTS_MAX)
        return pk_fail(err, PK_E_INVALID, "its program header table makes no sense (%u entries of %u bytes)", header->e_phnum, header->e_phentsize);
    if (!inside(header->e_phoff, (uint64_t) header->e_phnum * sizeof(Elf64_Phdr), file_bytes))
        return pk_fail(err, PK_E_INVALID, "its program header table lies outside the file");
    if (header->e_shoff == 0 && header->e_shnum == 0)
        return 0; /* stripped of its section table: the loader needs none */
    if (header->e_shentsize != sizeof(Elf64_Shdr) || header->e_shoff == 0 || header->e_shnum == 0)
        return pk_fail(err, PK_E_INVALID, "its section table makes no sense (%u entries of %u bytes)", header->e_shnum, header->e_shentsize);
    if (!inside(header->e_shoff, (uint64_t) header->e_shnum * sizeof(Elf64_Shdr), file_bytes))
        return pk_fail(err, PK_E_INVALID, "its section table lies outside the file");
    return 0;
}

static int check_load(const Elf64_Phdr *segment, unsigned index, uint64_t *end, uint64_t file_bytes, struct pk_error *err)
{
    uint64_t align = segment->p_align > 1 ? segment->p_align : 1, memory_end;
    if (!inside(segment->p_offset, segment->p_filesz, file_bytes))
        return pk_fail(err, PK_E_INVALID, "its segment %u lies outside the file", index);
    bool sane = segment->p_filesz <= segment->p_memsz && (align & (align - 1)) == 0 && segment->p_vaddr % align == segment->p_offset % align &&
                segment->p_vaddr >= *end && !__builtin_add_overflow(segment->p_vaddr, segment->p_memsz, &memory_end) && memory_end < UINT64_C(1) << 40;
    if (!sane)
        return pk_fail(err, PK_E_INVALID, "its segment %u makes no sense", index);
    if ((segment->p_flags & PF_W) && (segment->p_flags & PF_X))
        return pk_fail(err, PK_E_INVALID, "its segment %u is both writable and executable", index);
    *end = memory_end;
    return 0;
}

static int check_segments(const Elf64_Phdr *segments, unsigned count, uint64_t file_bytes, struct pk_error *err)
{
    uint64_t end = 0;
    unsigned loads = 0, dynamics = 0;
    for (unsigned i = 0; i < count; i++) {
        const Elf64_Phdr *segment = &segments[i];
        int r = 0;
        if (segment->p_type == PT_LOAD) {
            loads++;
            r = check_load(segment, i, &end, file_bytes, err);
        } else if (segment->p_type == PT_DYNAMIC) {
            dynamics++;
            if (!inside(segment->p_offset, segment->p_filesz, file_bytes))
                r = pk_fail(err, PK_E_INVALID, "its dynamic section lies outside the file");
        } else if (segment->p_type == PT_GNU_STACK && (segment->p_flags & PF_X)) {
            r = pk_fail(err, PK_E_INVALID, "it asks for an executable stack");
        }
        if (r != 0)
            return r;
    }
    if (loads == 0 || dynamics != 1)
        return pk_fail(err, PK_E_INVALID, "it holds nothing to load");
    return 0;
}

int pk_elf_check(int fd, uint64_t file_bytes, struct pk_error *err)
{
    Elf64_Ehdr header;
    Elf64_Phdr segments[SEGMENTS_MAX];
    if (file_bytes < SELFMAG)
        return pk_fail(err, PK_E_INVALID, "it is not an ELF file");
    int r = read_at(fd, header.e_ident, EI_NIDENT < file_bytes ? EI_NIDENT : (size_t) file_bytes, 0, err);
    if (r != 0)
        return r;
    if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
        return pk_fail(err, PK_E_INVALID, "it is not an ELF file");
    if ((r = read_at(fd, &header, sizeof header, 0, err)) != 0)
        return r;
    if ((r = check_header(&header, err)) != 0 || (r = check_tables(&header, file_bytes, err)) != 0)
        return r;
    if ((r = read_at(fd, segments, header.e_phnum * sizeof *segments, header.e_phoff, err)) != 0)
        return r;
    return check_segments(segments, header.e_phnum, file_bytes, err);
}
