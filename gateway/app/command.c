/* SPDX-License-Identifier: EUPL-1.2 */
/* How commands say that something went wrong. */
#include "gateway/app/command.h"

#include "gateway/base/code.h"
#include "gateway/base/text.h"

#include <stdarg.h>
#include <stdio.h>

int pk_command_failed(const struct pk_error *err)
{
    (void) fprintf(stderr, "pokana: %s\n", err->message[0] ? err->message : pk_code_name(err->code));
    if (err->hint[0])
        (void) fprintf(stderr, "  hint: %s\n", err->hint);
    return pk_code_exit_status(err->code);
}

int pk_command_misused(const struct pk_command *command, const char *format, ...)
{
    struct pk_slice rest = pk_slice_of(command->usage), line;
    va_list args;
    (void) fprintf(stderr, "pokana %s: ", command->name);
    va_start(args, format);
    (void) vfprintf(stderr, format, args);
    va_end(args);
    (void) fputc('\n', stderr);
    for (const char *front = "usage:"; pk_slice_cut(&rest, '\n', &line); front = "      ")
        (void) fprintf(stderr, "%s pokana %.*s\n", front, PK_SLICE_ARG(line));
    return pk_code_exit_status(PK_E_INVALID);
}
