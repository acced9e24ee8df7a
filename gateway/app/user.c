/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/app/user.h"

#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

const char *pk_user_name(char ret_name[PK_USER_MAX])
{
    struct passwd entry, *found = NULL;
    char bytes[4096];
    int n = getpwuid_r(getuid(), &entry, bytes, sizeof bytes, &found) == 0 && found && found->pw_name[0]
                ? snprintf(ret_name, PK_USER_MAX, "%s", found->pw_name)
                : -1;
    if (n < 0 || n >= PK_USER_MAX)
        (void) snprintf(ret_name, PK_USER_MAX, "uid:%u", (unsigned) getuid());
    return ret_name;
}
