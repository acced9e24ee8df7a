/* SPDX-License-Identifier: EUPL-1.2 */
/* A text as a QR code, drawn as one path of an SVG picture. The only file that knows libqrencode. Pure. Only gateway/console. */
#ifndef PK_CONSOLE_QR_H
#define PK_CONSOLE_QR_H

#include "gateway/base/buf.h"
#include "gateway/include/pokana/error.h"

#define PK_QR_MARGIN 4 /* modules of white around it, as the standard wants */

/* Appends the path's data: runs of dark modules, each a closed rectangle one module high, the margin left free. *ret_side: width and
 * height of the picture in modules, margins included. PK_E_LIMIT for a text that is too long, PK_E_INVALID for an empty one. */
int pk_qr_path(struct pk_slice text, struct pk_buf *out, int *ret_side, struct pk_error *err);

#endif
