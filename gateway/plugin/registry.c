/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A loaded adapter is kept as copies of its tables at this gateway's size, what an older one lacks zero: the rest of the
 * gateway then asks for NULL and never for sizes. The folder a file lies in is examined with it, for whoever may write
 * there may put another file in its place between the look and the load.
 */
#include "gateway/plugin/registry.h"

#include "gateway/base/log.h"
#include "gateway/base/text.h"
#include "gateway/plugin/builtin.h"
#include "gateway/plugin/elf_file.h"

#include <dirent.h>
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX_BYTES (64u << 20)
#define ADAPTERS_MAX 256u

/* The tables of one adapter that came from a file. */
struct loaded {
    void *object;
    struct pk_adapter adapter;
    struct pk_exchange_ops exchange;
    struct pk_session_ops session;
    struct pk_webhook_ops webhook;
    struct pk_poll_ops poll;
    struct pk_play_ops play;
};

struct slot {
    const struct pk_adapter *adapter;
    struct loaded *loaded; /* NULL = built in */
};

struct pk_registry {
    struct slot *slots;
    size_t count;
};

static void add(struct pk_registry *registry, const struct pk_adapter *adapter, struct loaded *loaded)
{
    registry->slots = pk_realloc_array(registry->slots, registry->count + 1, sizeof *registry->slots);
    registry->slots[registry->count++] = (struct slot){ adapter, loaded };
}

struct pk_registry *pk_registry_new_empty(void)
{
    return pk_alloc(sizeof(struct pk_registry));
}

struct pk_registry *pk_registry_new(void)
{
    struct pk_registry *registry = pk_registry_new_empty();
    for (size_t i = 0; i < pk_builtin_count; i++)
        add(registry, pk_builtin_adapters[i], NULL);
    return registry;
}

static void loaded_free(struct loaded *loaded)
{
    if (!loaded)
        return;
    if (loaded->object)
        (void) dlclose(loaded->object);
    free(loaded);
}
PK_AUTO_DEFINE(loaded, struct loaded *, loaded_free)

void pk_registry_free(struct pk_registry *registry)
{
    if (!registry)
        return;
    for (size_t i = 0; i < registry->count; i++)
        loaded_free(registry->slots[i].loaded);
    free(registry->slots);
    free(registry);
}

size_t pk_registry_count(const struct pk_registry *registry)
{
    return registry->count;
}

const struct pk_adapter *pk_registry_at(const struct pk_registry *registry, size_t index)
{
    return index < registry->count ? registry->slots[index].adapter : NULL;
}

const struct pk_adapter *pk_registry_find(const struct pk_registry *registry, const char *name)
{
    for (size_t i = 0; i < registry->count; i++)
        if (strcmp(registry->slots[i].adapter->name, name) == 0)
            return registry->slots[i].adapter;
    return NULL;
}

/* ---- examining the file ---- */

static int check_rights(const struct stat *st, const char *what, struct pk_error *err)
{
    if (st->st_uid != geteuid() && st->st_uid != 0) {
        (void) pk_fail(err, PK_E_DENIED, "%s belongs to another user", what);
        return pk_hint(err, PK_E_DENIED, "Let it belong to root or to the user the gateway runs as.");
    }
    if (st->st_mode & (S_IWGRP | S_IWOTH)) {
        (void) pk_fail(err, PK_E_DENIED, "%s can be written by others", what);
        return pk_hint(err, PK_E_DENIED, "Run chmod go-w on it.");
    }
    return 0;
}

static int check_folder(const char *path, struct pk_error *err)
{
    char folder[PATH_MAX];
    struct stat st;
    const char *slash = strrchr(path, '/');
    (void) snprintf(folder, sizeof folder, "%.*s", slash && slash > path ? (int) (slash - path) : 1, slash ? path : ".");
    if (stat(folder, &st) != 0)
        return pk_fail(err, PK_E_IO, "its folder could not be looked at");
    return check_rights(&st, "its folder", err);
}

static int examine(const char *path, struct pk_error *err)
{
    char text[128];
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 && errno == ELOOP)
        return pk_fail(err, PK_E_INVALID, "it is a symbolic link, not a file");
    if (fd < 0)
        return pk_fail(err, errno == ENOENT ? PK_E_NOT_FOUND : errno == EACCES ? PK_E_DENIED : PK_E_IO, "it could not be opened: %s",
                       strerror_r(errno, text, sizeof text));
    int r = 0;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        r = pk_fail(err, PK_E_INVALID, "it is not a regular file");
    else if (st.st_size > (off_t) FILE_MAX_BYTES)
        r = pk_fail(err, PK_E_INVALID, "it is larger than %u MiB", FILE_MAX_BYTES >> 20);
    else if ((r = check_rights(&st, "it", err)) == 0 && (r = check_folder(path, err)) == 0)
        r = pk_elf_check(fd, (uint64_t) st.st_size, err);
    (void) close(fd);
    return r;
}

/* ---- loading ---- */

/* dlerror() begins with the path, which the sentence has already. */
static const char *loader_says(const char *path)
{
    const char *text = dlerror();
    size_t len = strlen(path);
    if (!text)
        return "no reason given";
    return strncmp(text, path, len) == 0 && strncmp(text + len, ": ", 2) == 0 ? text + len + 2 : text;
}

/* The exported table: an object, as large as it says it is. */
static int find_table(void *object, const struct pk_adapter **ret_table, struct pk_error *err)
{
    Dl_info info;
    ElfW(Sym) *symbol = NULL;
    const struct pk_adapter *table = dlsym(object, "pk_adapter");
    if (!table)
        return pk_fail(err, PK_E_INVALID, "it exports no pk_adapter");
    if (dladdr1(table, &info, (void **) &symbol, RTLD_DL_SYMENT) == 0 || !symbol || (symbol->st_info & 0xf) != STT_OBJECT)
        return pk_fail(err, PK_E_INVALID, "its pk_adapter is not a table");
    if (symbol->st_size < offsetof(struct pk_adapter, name) || table->size > symbol->st_size)
        return pk_fail(err, PK_E_INVALID, "its pk_adapter is smaller than it says");
    *ret_table = table;
    return 0;
}

static void copy_table(void *to, size_t room, const void *from)
{
    uint32_t size;
    memcpy(&size, from, sizeof size);
    memcpy(to, from, size < room ? size : room);
    size = (uint32_t) room;
    memcpy(to, &size, sizeof size);
}

/* The copies: what the rest of the gateway sees. */
static void adopt(struct loaded *loaded, const struct pk_adapter *table)
{
    struct pk_adapter *adapter = &loaded->adapter;
    copy_table(adapter, sizeof *adapter, table);
    if (adapter->exchange) {
        copy_table(&loaded->exchange, sizeof loaded->exchange, adapter->exchange);
        adapter->exchange = &loaded->exchange;
    }
    if (adapter->session) {
        copy_table(&loaded->session, sizeof loaded->session, adapter->session);
        adapter->session = &loaded->session;
    }
    if (adapter->webhook) {
        copy_table(&loaded->webhook, sizeof loaded->webhook, adapter->webhook);
        adapter->webhook = &loaded->webhook;
    }
    if (adapter->poll) {
        copy_table(&loaded->poll, sizeof loaded->poll, adapter->poll);
        adapter->poll = &loaded->poll;
    }
    if (adapter->play) {
        copy_table(&loaded->play, sizeof loaded->play, adapter->play);
        adapter->play = &loaded->play;
    }
}

static int load(struct pk_registry *registry, const char *path, const char *name, struct pk_error *err)
{
    char whole[PATH_MAX];
    const struct pk_adapter *table = NULL;
    int r = examine(path, err);
    if (r != 0)
        return r;
    if (!realpath(path, whole)) /* a name without a slash would be searched for elsewhere */
        return pk_fail(err, PK_E_IO, "its path could not be resolved");
    pk_auto(loaded) struct loaded *loaded = pk_alloc(sizeof *loaded);
    loaded->object = dlopen(whole, RTLD_NOW | RTLD_LOCAL);
    if (!loaded->object)
        return pk_fail(err, PK_E_INVALID, "it cannot be loaded: %s", loader_says(whole));
    if ((r = find_table(loaded->object, &table, err)) != 0 || (r = pk_adapter_check(table, name, err)) != 0)
        return r;
    adopt(loaded, table);
    pk_log(PK_LOG_DEBUG, "registry", "adapter.loaded", "adapter", name, "version", loaded->adapter.version, NULL);
    add(registry, &loaded->adapter, loaded);
    loaded = NULL;
    return 0;
}

int pk_registry_load(struct pk_registry *registry, const char *path, struct pk_error *err)
{
    const char *slash = strrchr(path, '/'), *file = slash ? slash + 1 : path;
    size_t len = strlen(file);
    char name[64] = "";
    int r;
    if (len > 3 && len - 3 < sizeof name && strcmp(file + len - 3, ".so") == 0)
        memcpy(name, file, len - 3);
    if (!pk_is_name(pk_slice_of(name)))
        r = pk_fail(err, PK_E_INVALID, "the file is not named after an adapter (NAME.so)");
    else if (pk_registry_find(registry, name))
        r = pk_fail(err, PK_E_CONFLICT, "there is an adapter \"%s\" already", name);
    else if (registry->count == ADAPTERS_MAX)
        r = pk_fail(err, PK_E_INVALID, "there are %u adapters already", ADAPTERS_MAX);
    else
        r = load(registry, path, name, err);
    if (r != 0)
        pk_error_prefix(err, "cannot use \"%.80s\"", file);
    return r;
}

/* ---- folders ---- */

static int is_object_file(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);
    return entry->d_name[0] != '.' && len > 3 && strcmp(entry->d_name + len - 3, ".so") == 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name); /* alphasort() follows the locale */
}

int pk_registry_load_folder(struct pk_registry *registry, const char *folder, struct pk_error *err)
{
    char path[PATH_MAX], text[128];
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_object_file, by_name), r = 0;
    if (count < 0)
        return pk_fail(err, errno == ENOENT ? PK_E_NOT_FOUND : PK_E_IO, "could not read the folder of adapters \"%s\": %s", folder,
                       strerror_r(errno, text, sizeof text));
    for (int i = 0; i < count; i++) {
        int n = snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        if (r == 0 && (n < 0 || (size_t) n >= sizeof path))
            r = pk_fail(err, PK_E_INVALID, "the folder's path is too long");
        else if (r == 0)
            r = pk_registry_load(registry, path, err);
        free(entries[i]);
    }
    free(entries);
    return r;
}

const char *pk_capability_name(size_t index, uint32_t *ret_bit)
{
    static const struct {
        uint32_t bit;
        const char *name;
    } names[] = {
        { PK_CAN_IDEMPOTENT, "idempotent" },
        { PK_CAN_RECEIPTS, "receipts" },
        { PK_CAN_INBOUND, "inbound" },
        { PK_CAN_PARTS, "parts" },
        { PK_CAN_TEMPLATES_ONLY, "templates-only" },
        { PK_CAN_WINDOW, "window" },
        { PK_CAN_CHOICES, "choices" },
        { PK_CAN_UNSUBSCRIBE, "unsubscribe" },
        { PK_PRICED_PER_MESSAGE, "priced-per-message" },
        { PK_CAN_EXPIRE, "expire" },
        { PK_CAN_FALLBACK, "fallback" },
    };
    if (index >= PK_COUNT(names))
        return NULL;
    *ret_bit = names[index].bit;
    return names[index].name;
}
