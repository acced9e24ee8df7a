/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/base/file.h"

#include "gateway/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECRET_MAX_BYTES 65536u

static int fail_errno(struct pk_error *err, const char *what, const char *path)
{
    char text[128];
    int code = errno == ENOENT ? PK_E_NOT_FOUND : errno == EACCES || errno == EPERM ? PK_E_DENIED : PK_E_IO;
    return pk_fail(err, code, "could not %s \"%s\": %s", what, path, strerror_r(errno, text, sizeof text));
}

static int read_all(int fd, const char *path, size_t max_bytes, struct pk_buf *out, struct pk_error *err)
{
    char chunk[65536];
    size_t total = 0;
    for (;;) {
        ssize_t n = read(fd, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail_errno(err, "read", path);
        if (n == 0)
            break;
        total += (size_t) n;
        if (total > max_bytes || pk_buf_add(out, chunk, (size_t) n) != 0)
            return pk_fail(err, PK_E_LIMIT, "cannot read \"%s\": it is larger than %zu bytes", path, max_bytes);
    }
    explicit_bzero(chunk, sizeof chunk);
    return 0;
}

int pk_file_read(const char *path, size_t max_bytes, struct pk_buf *out, struct pk_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail_errno(err, "open", path);
    int r = read_all(fd, path, max_bytes, out, err);
    (void) close(fd);
    return r;
}

static int write_all(int fd, struct pk_slice content)
{
    while (content.len > 0) {
        ssize_t n = write(fd, content.data, content.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        content = pk_slice_make(content.data + n, content.len - (size_t) n);
    }
    return fsync(fd);
}

int pk_file_sync(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int r = fd >= 0 ? fsync(fd) : -1;
    if (fd >= 0)
        (void) close(fd);
    return r;
}

int pk_file_sync_folder_of(const char *path)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t) (slash - path) : 0;
    if (len >= sizeof folder)
        return -1;
    (void) snprintf(folder, sizeof folder, "%.*s", (int) (len > 0 ? len : 1), slash ? (len > 0 ? path : "/") : ".");
    return pk_file_sync(folder);
}

int pk_file_replace(const char *path, mode_t mode, struct pk_slice content, struct pk_error *err)
{
    char beside[PATH_MAX];
    int n = snprintf(beside, sizeof beside, "%s.XXXXXX", path);
    if (n < 0 || (size_t) n >= sizeof beside)
        return pk_fail(err, PK_E_LIMIT, "the path \"%.64s...\" is too long", path);
    int fd = mkostemp(beside, O_CLOEXEC);
    if (fd < 0)
        return fail_errno(err, "create a file beside", path);
    int r = fchmod(fd, mode) == 0 ? write_all(fd, content) : -1;
    int saved = errno;
    if (close(fd) != 0 && r == 0) {
        r = -1;
        saved = errno;
    }
    if (r == 0 && rename(beside, path) != 0) {
        r = -1;
        saved = errno;
    }
    if (r != 0) {
        (void) unlink(beside);
        errno = saved;
        return fail_errno(err, "write", path);
    }
    return pk_file_sync_folder_of(path) == 0 ? 0 : fail_errno(err, "sync the folder of", path);
}

/* The service manager guards its credentials' folder itself; its access list shows as mode bits of a group. */
static bool is_credential(const char *path)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    size_t len = folder ? strlen(folder) : 0;
    return len > 0 && strncmp(path, folder, len) == 0 && path[len] == '/' && !strstr(path + len, "/..");
}

int pk_file_check_owner(const char *path, bool private_, struct pk_error *err)
{
    struct stat st;
    mode_t others = private_ && !is_credential(path) ? 077 : 022;
    if (stat(path, &st) != 0)
        return fail_errno(err, "look at", path);
    if (!S_ISREG(st.st_mode))
        return pk_fail(err, PK_E_DENIED, "\"%s\" is not a regular file", path);
    if (st.st_uid != geteuid() && st.st_uid != 0) {
        (void) pk_fail(err, PK_E_DENIED, "\"%s\" belongs to another user", path);
        return pk_hint(err, PK_E_DENIED, "Let it belong to the user the gateway runs as, or to root.");
    }
    if (st.st_mode & others) {
        (void) pk_fail(err, PK_E_DENIED, "\"%s\" can be %s by others", path, private_ ? "read or written" : "written");
        return pk_hint(err, PK_E_DENIED, "Run chmod %s on it.", private_ ? "600" : "go-w");
    }
    return 0;
}

bool pk_secret_is_reference(struct pk_slice text)
{
    return pk_slice_starts(text, "file:") || pk_slice_starts(text, "credential:");
}

static int secret_path(struct pk_slice reference, const char *base_dir, char ret_path[PATH_MAX], struct pk_error *err)
{
    int n;
    if (pk_slice_starts(reference, "file:")) {
        struct pk_slice path = pk_slice_make(reference.data + 5, reference.len - 5);
        if (path.len == 0)
            return pk_fail(err, PK_E_CONFIG, "the reference names no file");
        bool relative = path.data[0] != '/';
        n = snprintf(ret_path, PATH_MAX, "%s%s%.*s", relative && base_dir ? base_dir : "", relative && base_dir ? "/" : "",
                     PK_SLICE_ARG(path));
    } else {
        const char *folder = getenv("CREDENTIALS_DIRECTORY");
        struct pk_slice name = pk_slice_make(reference.data + 11, reference.len - 11);
        if (name.len == 0 || memchr(name.data, '/', name.len))
            return pk_fail(err, PK_E_CONFIG, "\"%.*s\" is not a credential's name", PK_SLICE_ARG(name));
        if (!folder) {
            (void) pk_fail(err, PK_E_CONFIG, "credential \"%.*s\" cannot be read: no credentials were passed", PK_SLICE_ARG(name));
            return pk_hint(err, PK_E_CONFIG, "Add LoadCredential= to the service unit, or use file:PATH.");
        }
        n = snprintf(ret_path, PATH_MAX, "%s/%.*s", folder, PK_SLICE_ARG(name));
    }
    return n > 0 && n < PATH_MAX ? 0 : pk_fail(err, PK_E_LIMIT, "the path of a secret is too long");
}

int pk_secret_resolve(struct pk_slice reference, const char *base_dir, struct pk_buf *ret_secret, struct pk_error *err)
{
    char path[PATH_MAX];
    if (!pk_secret_is_reference(reference)) {
        (void) pk_fail(err, PK_E_CONFIG, "a secret cannot be written here");
        return pk_hint(err, PK_E_CONFIG, "Put it in a file of mode 600 and write file:/path/of/the/file.");
    }
    int r = secret_path(reference, base_dir, path, err);
    if (r == 0)
        r = pk_file_read(path, SECRET_MAX_BYTES, ret_secret, err);
    if (r == 0)
        r = pk_file_check_owner(path, true, err);
    if (r != 0)
        return r;
    if (ret_secret->len > 0 && ret_secret->data[ret_secret->len - 1] == '\n')
        ret_secret->data[--ret_secret->len] = '\0';
    if (ret_secret->len == 0)
        return pk_fail(err, PK_E_CONFIG, "the secret in \"%s\" is empty", path);
    return 0;
}
