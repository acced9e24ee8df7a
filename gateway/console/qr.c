/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/console/qr.h"

#include <qrencode.h>

/* Links of a chat are some dozens of bytes; so much still fits a picture that a telephone reads from a screen. */
#define BYTES_MAX 512u

static void draw_row(const unsigned char *row, int width, int y, struct pk_buf *out)
{
    for (int x = 0; x < width;) {
        int end = x;
        while (end < width && (row[end] & 1) != 0)
            end++;
        if (end > x)
            (void) pk_buf_printf(out, "M%d %dh%dv1h-%dz", x + PK_QR_MARGIN, y + PK_QR_MARGIN, end - x, end - x);
        x = end > x ? end : x + 1;
    }
}

int pk_qr_path(struct pk_slice text, struct pk_buf *out, int *ret_side, struct pk_error *err)
{
    if (text.len == 0)
        return pk_fail(err, PK_E_INVALID, "there is nothing to draw");
    if (text.len > BYTES_MAX)
        return pk_fail(err, PK_E_LIMIT, "it is too long to be drawn");
    QRcode *code = QRcode_encodeData((int) text.len, (const unsigned char *) text.data, 0, QR_ECLEVEL_M);
    if (!code)
        return pk_fail(err, PK_E_INTERNAL, "it could not be drawn");
    for (int y = 0; y < code->width; y++)
        draw_row(code->data + (size_t) y * (size_t) code->width, code->width, y, out);
    *ret_side = code->width + 2 * PK_QR_MARGIN;
    QRcode_free(code);
    return out->failed ? pk_fail(err, PK_E_LIMIT, "it is too long to be drawn") : 0;
}
