/* SPDX-License-Identifier: EUPL-1.2 */
/* INI files: what was read, written out and read again, is the same, and everything in it can be found. */
#include "tests/fuzz/fuzz.h"

static void write_out(const struct pk_ini *ini, struct pk_buf *out)
{
    for (size_t i = 0; i < ini->section_count; i++) {
        const struct pk_ini_section *section = &ini->sections[i];
        (void) pk_buf_printf(out, "[%s %s]\n", section->kind, section->name);
        for (size_t j = 0; j < section->entry_count; j++)
            (void) pk_buf_printf(out, "%s = %.*s\n", section->entries[j].key, PK_SLICE_ARG(section->entries[j].value));
    }
    fuzz_need(!out->failed);
}

static void check_found(const struct pk_ini *ini, uint32_t lines)
{
    for (size_t i = 0; i < ini->section_count; i++) {
        const struct pk_ini_section *section = &ini->sections[i];
        fuzz_need(section->kind[0] != '\0' && !strpbrk(section->kind, " \t") && section->line >= 1 && section->line <= lines);
        fuzz_need(pk_ini_find(ini, section->kind, section->name) == section);
        for (size_t j = 0; j < section->entry_count; j++) {
            const struct pk_ini_entry *entry = &section->entries[j];
            fuzz_need(pk_ini_entry(section, entry->key) == entry && entry->line > section->line && entry->line <= lines);
            fuzz_need(pk_utf8_valid(entry->value) && entry->value.data[entry->value.len] == '\0');
        }
    }
}

static void check_same(const struct pk_ini *a, const struct pk_ini *b)
{
    fuzz_need(a->section_count == b->section_count);
    for (size_t i = 0; i < a->section_count; i++) {
        const struct pk_ini_section *x = &a->sections[i], *y = &b->sections[i];
        fuzz_need(strcmp(x->kind, y->kind) == 0 && strcmp(x->name, y->name) == 0 && x->entry_count == y->entry_count);
        for (size_t j = 0; j < x->entry_count; j++)
            fuzz_need(strcmp(x->entries[j].key, y->entries[j].key) == 0 &&
                      pk_slice_equal(x->entries[j].value, y->entries[j].value));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pk_ini_report report = { .tell = fuzz_told }, none = { .tell = fuzz_told };
    struct pk_ini *ini = NULL, *again = NULL;
    struct pk_buf text;
    uint32_t lines = 1;
    for (size_t i = 0; i < size; i++)
        lines += data[i] == '\n';
    if (pk_ini_parse("f.conf", pk_slice_make(data, size), &report, &ini, NULL) != 0)
        return 0;
    check_found(ini, lines);
    pk_buf_init(&text, 1u << 20);
    write_out(ini, &text);
    fuzz_need(pk_ini_parse("f.conf", pk_buf_slice(&text), &none, &again, NULL) == 0 && none.count == 0);
    check_same(ini, again);
    pk_buf_finish(&text);
    pk_ini_free(again);
    pk_ini_free(ini);
    return 0;
}
