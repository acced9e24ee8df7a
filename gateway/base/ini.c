/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/base/ini.h"

#include "gateway/base/file.h"
#include "gateway/base/text.h"

#include <stdio.h>

#define FILE_MAX_BYTES (1u << 20)
#define LINE_MAX_BYTES 65536u

/* What snprintf had to cut ends with a whole character. */
static void end_whole(char *text, int wanted, size_t size)
{
    size_t len = size - 1;
    if (wanted < 0 || (size_t) wanted < size)
        return;
    while (len > 0 && ((unsigned char) text[len - 1] & 0xc0) == 0x80)
        len--;
    if (len > 0 && ((unsigned char) text[len - 1] & 0x80) != 0 && !pk_utf8_valid(pk_slice_of(text + len - 1)))
        text[len - 1] = '\0';
}

void pk_ini_tell(struct pk_ini_report *report, const char *file, uint32_t line, const char *section, const char *key, const char *hint,
                 const char *format, ...)
{
    char reason[512];
    va_list args;
    va_start(args, format);
    end_whole(reason, vsnprintf(reason, sizeof reason, format, args), sizeof reason);
    va_end(args);
    if (++report->count > PK_INI_TOLD_MAX)
        return;
    if (report->tell)
        report->tell(report->ctx, file, line, section, key, reason, hint);
}

void pk_ini_free(struct pk_ini *ini)
{
    if (!ini)
        return;
    for (size_t i = 0; i < ini->section_count; i++) {
        struct pk_ini_section *section = &ini->sections[i];
        for (size_t j = 0; j < section->entry_count; j++) {
            free((char *) section->entries[j].key);
            free((char *) section->entries[j].value.data);
        }
        free(section->entries);
        free((char *) section->kind);
        free((char *) section->name);
    }
    free(ini->sections);
    free(ini->file);
    free(ini);
}

struct parser {
    struct pk_ini *ini;
    struct pk_ini_report *report;
    uint32_t line;
    bool skipping; /* below a section header that could not be read */
};

static struct pk_ini_section *current(struct parser *p)
{
    return p->ini->section_count > 0 && !p->skipping ? &p->ini->sections[p->ini->section_count - 1] : NULL;
}

static void describe(const struct pk_ini_section *section, char ret_text[128])
{
    end_whole(ret_text, snprintf(ret_text, 128, "%s%s%s", section->kind, section->name[0] ? " " : "", section->name), 128);
}

static void open_section(struct parser *p, struct pk_slice text)
{
    p->skipping = true;
    if (text.data[text.len - 1] != ']') {
        pk_ini_tell(p->report, p->ini->file, p->line, NULL, NULL, "Write [kind] or [kind name].", "the section header is not closed by \"]\"");
        return;
    }
    struct pk_slice rest = pk_slice_trim(pk_slice_make(text.data + 1, text.len - 2)), kind = rest, name = PK_SLICE("");
    for (size_t i = 0; i < rest.len; i++) {
        if (rest.data[i] == ' ' || rest.data[i] == '\t') {
            kind = pk_slice_make(rest.data, i);
            name = pk_slice_trim(pk_slice_make(rest.data + i, rest.len - i));
            break;
        }
    }
    if (kind.len == 0) {
        pk_ini_tell(p->report, p->ini->file, p->line, NULL, NULL, "Write [kind] or [kind name].", "the section has no name");
        return;
    }
    for (size_t i = 0; i < p->ini->section_count; i++) {
        const struct pk_ini_section *other = &p->ini->sections[i];
        if (pk_slice_is(kind, other->kind) && pk_slice_is(name, other->name)) {
            char what[128];
            describe(other, what);
            pk_ini_tell(p->report, p->ini->file, p->line, what, NULL, "Put all its keys below one header.",
                        "the section is there already, in line %u", other->line);
            return;
        }
    }
    p->ini->sections = pk_realloc_array(p->ini->sections, p->ini->section_count + 1, sizeof *p->ini->sections);
    p->ini->sections[p->ini->section_count++] =
        (struct pk_ini_section){ .kind = pk_slice_dup(kind), .name = pk_slice_dup(name), .line = p->line };
    p->skipping = false;
}

static void add_entry(struct parser *p, struct pk_slice text)
{
    struct pk_ini_section *section = current(p);
    if (!section && p->skipping)
        return;
    const char *equals = memchr(text.data, '=', text.len);
    if (!equals || equals == text.data) {
        pk_ini_tell(p->report, p->ini->file, p->line, NULL, NULL, "Write key = value, or start a comment with #.",
                    "the line is neither a section, a key nor a comment");
        return;
    }
    struct pk_slice key = pk_slice_trim(pk_slice_make(text.data, (size_t) (equals - text.data)));
    struct pk_slice value = pk_slice_trim(pk_slice_make(equals + 1, text.len - (size_t) (equals - text.data) - 1));
    if (!section) {
        pk_ini_tell(p->report, p->ini->file, p->line, NULL, NULL, "Begin with a section like [gateway].",
                    "key \"%.*s\" stands before the first section", PK_SLICE_ARG(key));
        return;
    }
    char *copy = pk_slice_dup(key);
    if (pk_ini_entry(section, copy)) {
        char what[128];
        describe(section, what);
        pk_ini_tell(p->report, p->ini->file, p->line, what, copy, "Keep one of them.", "the key is there already");
        free(copy);
        return;
    }
    section->entries = pk_realloc_array(section->entries, section->entry_count + 1, sizeof *section->entries);
    char *text_copy = pk_strndup(value.data, value.len);
    section->entries[section->entry_count++] = (struct pk_ini_entry){ copy, pk_slice_make(text_copy, value.len), p->line };
}

static void take_line(struct parser *p, struct pk_slice line)
{
    if (line.len > LINE_MAX_BYTES) {
        pk_ini_tell(p->report, p->ini->file, p->line, NULL, NULL, "Make it shorter.", "the line is longer than %u bytes", LINE_MAX_BYTES);
        return;
    }
    struct pk_slice text = pk_slice_trim(line);
    if (text.len == 0 || text.data[0] == '#' || text.data[0] == ';')
        return;
    if (!pk_utf8_valid(text)) {
        pk_ini_tell(p->report, p->ini->file, p->line, NULL, NULL, "Save the file as UTF-8.", "the line is not UTF-8 text");
        return;
    }
    if (text.data[0] == '[')
        open_section(p, text);
    else
        add_entry(p, text);
}

int pk_ini_parse(const char *file, struct pk_slice text, struct pk_ini_report *report, struct pk_ini **ret_ini, struct pk_error *err)
{
    if (text.len > FILE_MAX_BYTES)
        return pk_fail(err, PK_E_LIMIT, "cannot read \"%s\": it is larger than %u bytes", file, FILE_MAX_BYTES);
    struct parser p = { .ini = pk_alloc(sizeof *p.ini), .report = report };
    p.ini->file = pk_strdup(file);
    if (pk_slice_starts(text, "\xef\xbb\xbf"))
        text = pk_slice_make(text.data + 3, text.len - 3);
    struct pk_slice line;
    while (pk_slice_cut(&text, '\n', &line)) {
        p.line++;
        take_line(&p, line);
    }
    *ret_ini = p.ini;
    return 0;
}

int pk_ini_read(const char *path, struct pk_ini_report *report, struct pk_ini **ret_ini, struct pk_error *err)
{
    struct pk_buf text;
    pk_buf_init(&text, FILE_MAX_BYTES);
    int r = pk_file_read(path, FILE_MAX_BYTES, &text, err);
    if (r == 0)
        r = pk_ini_parse(path, pk_buf_slice(&text), report, ret_ini, err);
    pk_buf_finish(&text);
    return r;
}

const struct pk_ini_section *pk_ini_find(const struct pk_ini *ini, const char *kind, const char *name)
{
    for (size_t i = 0; i < ini->section_count; i++)
        if (strcmp(ini->sections[i].kind, kind) == 0 && strcmp(ini->sections[i].name, name) == 0)
            return &ini->sections[i];
    return NULL;
}

const struct pk_ini_entry *pk_ini_entry(const struct pk_ini_section *section, const char *key)
{
    for (size_t i = 0; i < section->entry_count; i++)
        if (strcmp(section->entries[i].key, key) == 0)
            return &section->entries[i];
    return NULL;
}
