/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Files that no loader should be asked to believe, made from the good object byte by byte: wrong headers, segments and
 * tables that lie outside, files cut off; and files and folders that others may write to.
 */
#include "tests/plugins/folder.h"

#include <elf.h>

static struct pk_buf sample; /* the good object's bytes */

static int begin(void **state)
{
    pk_buf_init(&sample, OBJECT_MAX_BYTES);
    assert_int_equal(pk_file_read(PK_TEST_PLUGINS "/sample.so", OBJECT_MAX_BYTES, &sample, NULL), 0);
    return make_folder(state);
}

static int end(void **state)
{
    pk_buf_finish(&sample);
    return remove_folder(state);
}

/* ---- wrong bytes ---- */

#define BYTES "cannot use \"bytes.so\": "

/* The good object with `len` bytes written over it. */
static void check_altered(size_t offset, const void *with, size_t len, const char *message)
{
    struct pk_buf bytes;
    pk_buf_init(&bytes, OBJECT_MAX_BYTES);
    (void) pk_buf_add_slice(&bytes, pk_buf_slice(&sample));
    assert_true(offset + len <= bytes.len);
    memcpy(bytes.data + offset, with, len);
    put("bytes.so", pk_buf_slice(&bytes), 0644);
    pk_buf_finish(&bytes);
    check(path_of("bytes.so"), PK_E_INVALID, message, "");
}

static void test_wrong_headers(void **state)
{
    const unsigned char class32 = ELFCLASS32, big = ELFDATA2MSB, odd_abi = 9, odd_version = 7;
    const uint16_t machine = EM_SPARC, executable = ET_EXEC, relocatable = ET_REL, none = 0, many = 4000, size = 17;
    const uint64_t far = UINT64_C(1) << 33, farthest = UINT64_MAX - 8;
    char other_machine[128];
    (void) state;
    Elf64_Ehdr header;
    memcpy(&header, sample.data, sizeof header);
    (void) snprintf(other_machine, sizeof other_machine, BYTES "it is built for another machine (ELF machine 2, this one is %u)", header.e_machine);
    check_altered(0, "#!/b", 4, BYTES "it is not an ELF file");
    check_altered(EI_CLASS, &class32, 1, BYTES "it is not a 64-bit object");
    check_altered(EI_DATA, &big, 1, BYTES "it is not a little-endian object");
    check_altered(EI_OSABI, &odd_abi, 1, BYTES "it is built for another system (ELF OS ABI 9)");
    check_altered(EI_VERSION, &odd_version, 1, BYTES "it is of an unknown ELF version");
    check_altered(offsetof(Elf64_Ehdr, e_machine), &machine, 2, other_machine);
    check_altered(offsetof(Elf64_Ehdr, e_type), &executable, 2, BYTES "it is not a shared object (ELF type 2)");
    check_altered(offsetof(Elf64_Ehdr, e_type), &relocatable, 2, BYTES "it is not a shared object (ELF type 1)");
    check_altered(offsetof(Elf64_Ehdr, e_ehsize), &size, 2, BYTES "its ELF header is of another size");
    check_altered(offsetof(Elf64_Ehdr, e_phnum), &none, 2, BYTES "its program header table makes no sense (0 entries of 56 bytes)");
    check_altered(offsetof(Elf64_Ehdr, e_phnum), &many, 2, BYTES "its program header table makes no sense (4000 entries of 56 bytes)");
    check_altered(offsetof(Elf64_Ehdr, e_phoff), &far, 8, BYTES "its program header table lies outside the file");
    check_altered(offsetof(Elf64_Ehdr, e_phoff), &farthest, 8, BYTES "its program header table lies outside the file");
    check_altered(offsetof(Elf64_Ehdr, e_shoff), &far, 8, BYTES "its section table lies outside the file");
    check_altered(offsetof(Elf64_Ehdr, e_shoff), &farthest, 8, BYTES "its section table lies outside the file");
}

/* The place in the file of the nth program header of a type. */
static size_t segment_at(uint32_t type, unsigned nth, unsigned *ret_index)
{
    Elf64_Ehdr header;
    memcpy(&header, sample.data, sizeof header);
    for (unsigned i = 0; i < header.e_phnum; i++) {
        Elf64_Phdr segment;
        size_t at = header.e_phoff + i * sizeof segment;
        memcpy(&segment, sample.data + at, sizeof segment);
        if (segment.p_type == type && nth-- == 0) {
            *ret_index = i;
            return at;
        }
    }
    fail_msg("no such segment");
    return 0;
}

static void test_wrong_segments(void **state)
{
    const uint64_t far = UINT64_C(1) << 33, farthest = UINT64_MAX - 8, three = 3, zero = 0;
    const uint32_t all = PF_R | PF_W | PF_X, note = PT_NOTE;
    char outside[128], senseless[128], both[128];
    unsigned index = 0, other = 0;
    (void) state;
    size_t load = segment_at(PT_LOAD, 1, &index), dynamic = segment_at(PT_DYNAMIC, 0, &other), stack = segment_at(PT_GNU_STACK, 0, &other);
    (void) snprintf(outside, sizeof outside, BYTES "its segment %u lies outside the file", index);
    (void) snprintf(senseless, sizeof senseless, BYTES "its segment %u makes no sense", index);
    (void) snprintf(both, sizeof both, BYTES "its segment %u is both writable and executable", index);
    check_altered(load + offsetof(Elf64_Phdr, p_offset), &far, 8, outside);
    check_altered(load + offsetof(Elf64_Phdr, p_offset), &farthest, 8, outside);
    check_altered(load + offsetof(Elf64_Phdr, p_filesz), &far, 8, outside);
    check_altered(load + offsetof(Elf64_Phdr, p_filesz), &farthest, 8, outside);
    check_altered(load + offsetof(Elf64_Phdr, p_memsz), &zero, 8, senseless);
    check_altered(load + offsetof(Elf64_Phdr, p_memsz), &farthest, 8, senseless);
    check_altered(load + offsetof(Elf64_Phdr, p_vaddr), &zero, 8, senseless); /* over the one before it */
    check_altered(load + offsetof(Elf64_Phdr, p_align), &three, 8, senseless);
    check_altered(load + offsetof(Elf64_Phdr, p_flags), &all, 4, both);
    check_altered(dynamic + offsetof(Elf64_Phdr, p_offset), &far, 8, BYTES "its dynamic section lies outside the file");
    check_altered(dynamic + offsetof(Elf64_Phdr, p_type), &note, 4, BYTES "it holds nothing to load");
    check_altered(stack + offsetof(Elf64_Phdr, p_flags), &all, 4, BYTES "it asks for an executable stack");
}

static void check_cut(size_t len, const char *message)
{
    put("bytes.so", pk_slice_make(sample.data, len), 0644);
    check(path_of("bytes.so"), PK_E_INVALID, message, "");
}

static void test_files_cut_off(void **state)
{
    Elf64_Ehdr header;
    (void) state;
    memcpy(&header, sample.data, sizeof header);
    check_cut(0, BYTES "it is not an ELF file");
    check_cut(3, BYTES "it is not an ELF file");
    check_cut(4, BYTES "it is cut off in its headers");
    check_cut(sizeof header - 1, BYTES "it is cut off in its headers");
    check_cut(sizeof header, BYTES "its program header table lies outside the file");
    check_cut(header.e_phoff + header.e_phnum * sizeof(Elf64_Phdr) - 1, BYTES "its program header table lies outside the file");
    check_cut(header.e_phoff + header.e_phnum * sizeof(Elf64_Phdr), BYTES "its section table lies outside the file");
    check_cut(sample.len / 2, BYTES "its section table lies outside the file");
    check_cut(sample.len - 1, BYTES "its section table lies outside the file");
}

/* A stripped table of sections does not hide that the rest is gone. */
static void test_a_cut_without_section_table(void **state)
{
    struct pk_buf bytes;
    unsigned index = 0;
    char message[128];
    Elf64_Phdr segment;
    (void) state;
    memcpy(&segment, sample.data + segment_at(PT_LOAD, 1, &index), sizeof segment);
    pk_buf_init(&bytes, OBJECT_MAX_BYTES);
    (void) pk_buf_add(&bytes, sample.data, segment.p_offset + segment.p_filesz - 1);
    memset(bytes.data + offsetof(Elf64_Ehdr, e_shoff), 0, 8);
    memset(bytes.data + offsetof(Elf64_Ehdr, e_shnum), 0, 2);
    put("bytes.so", pk_buf_slice(&bytes), 0644);
    pk_buf_finish(&bytes);
    (void) snprintf(message, sizeof message, BYTES "its segment %u lies outside the file", index);
    check(path_of("bytes.so"), PK_E_INVALID, message, "");
}

/* ---- wrong places ---- */

static void test_rights(void **state)
{
    (void) state;
    const struct pk_slice bytes = pk_buf_slice(&sample);
    put("sample.so", bytes, 0666);
    check(path_of("sample.so"), PK_E_DENIED, "cannot use \"sample.so\": it can be written by others", "Run chmod go-w on it.");
    put("sample.so", bytes, 0664);
    check(path_of("sample.so"), PK_E_DENIED, "cannot use \"sample.so\": it can be written by others", "Run chmod go-w on it.");
    put("sample.so", bytes, 0644);
    assert_int_equal(chmod(folder, 0777), 0);
    check(path_of("sample.so"), PK_E_DENIED, "cannot use \"sample.so\": its folder can be written by others", "Run chmod go-w on it.");
    assert_int_equal(chmod(folder, 0700), 0);
    if (geteuid() == 0) { /* only root can give a file away */
        assert_int_equal(chown(path_of("sample.so"), 65534, 0), 0);
        check(path_of("sample.so"), PK_E_DENIED, "cannot use \"sample.so\": it belongs to another user",
              "Let it belong to root or to the user the gateway runs as.");
    }
}

static void test_what_is_no_file(void **state)
{
    (void) state;
    put("d.so", pk_buf_slice(&sample), 0644);
    assert_int_equal(symlink("d.so", path_of("a.so")), 0);
    assert_int_equal(mkdir(path_of("b.so"), 0700), 0);
    assert_int_equal(mkfifo(path_of("c.so"), 0600), 0);
    check(path_of("a.so"), PK_E_INVALID, "cannot use \"a.so\": it is a symbolic link, not a file", "");
    check(path_of("b.so"), PK_E_INVALID, "cannot use \"b.so\": it is not a regular file", "");
    check(path_of("c.so"), PK_E_INVALID, "cannot use \"c.so\": it is not a regular file", "");
    check(path_of("missing.so"), PK_E_NOT_FOUND, "cannot use \"missing.so\": it could not be opened: No such file or directory", "");
    assert_int_equal(rmdir(path_of("b.so")), 0);
    assert_int_equal(unlink(path_of("a.so")), 0);
    assert_int_equal(unlink(path_of("c.so")), 0);
    assert_int_equal(unlink(path_of("d.so")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wrong_headers),
        cmocka_unit_test(test_wrong_segments),
        cmocka_unit_test(test_files_cut_off),
        cmocka_unit_test(test_a_cut_without_section_table),
        cmocka_unit_test(test_rights),
        cmocka_unit_test(test_what_is_no_file),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
