/* SPDX-License-Identifier: EUPL-1.2 */
#include "adapters/kit/template.h"

#include <stdlib.h>

static bool in_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

/* Length of the place that begins here, braces included; 0 when none does. */
static size_t place_at(struct pk_slice text, size_t at)
{
    size_t end = at + 1;
    while (end < text.len && in_name(text.data[end]))
        end++;
    return text.data[at] == '{' && end > at + 1 && end < text.len && text.data[end] == '}' ? end + 1 - at : 0;
}

static size_t count_pieces(struct pk_slice text)
{
    size_t count = 1;
    for (size_t i = 0; i < text.len; i++)
        if (place_at(text, i) > 0)
            count += 2;
    return count;
}

int pk_kit_template_init(struct pk_kit_template *template, const char *setting, struct pk_slice text,
                         uint32_t (*place_of)(const void *ctx, struct pk_slice name), const void *ctx, struct pk_error *err)
{
    *template = (struct pk_kit_template){ .pieces = calloc(count_pieces(text), sizeof *template->pieces) };
    if (!template->pieces)
        return PK_E_NOMEM;
    size_t from = 0;
    for (size_t i = 0; i < text.len;) {
        size_t len = place_at(text, i);
        if (len == 0) {
            i++;
            continue;
        }
        struct pk_slice name = pk_slice_make(text.data + i + 1, len - 2);
        uint32_t place = place_of(ctx, name);
        if (place == PK_KIT_LITERAL) {
            pk_kit_template_finish(template);
            return pk_fail(err, PK_E_CONFIG, "%s: there is nothing to put in place of \"{%.*s}\"", setting, PK_SLICE_ARG(name));
        }
        if (i > from)
            template->pieces[template->count++] =
                (struct pk_kit_piece){ pk_slice_make(text.data + from, i - from), PK_KIT_LITERAL };
        template->pieces[template->count++] = (struct pk_kit_piece){ name, place };
        i += len;
        from = i;
    }
    if (text.len > from)
        template->pieces[template->count++] =
            (struct pk_kit_piece){ pk_slice_make(text.data + from, text.len - from), PK_KIT_LITERAL };
    return 0;
}

void pk_kit_template_finish(struct pk_kit_template *template)
{
    free(template->pieces);
    *template = (struct pk_kit_template){ 0 };
}

int pk_kit_template_write(const struct pk_kit_template *template, const struct pk_host *host, struct pk_out *out,
                          enum pk_kit_format format, const struct pk_slice *values)
{
    int r = 0;
    for (size_t i = 0; i < template->count && r == 0; i++) {
        const struct pk_kit_piece *piece = &template->pieces[i];
        if (piece->place == PK_KIT_LITERAL)
            r = host->write(out, piece->text.data, piece->text.len);
        else
            r = pk_kit_write(host, out, format, values[piece->place]);
    }
    return r;
}
