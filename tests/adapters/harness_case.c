/* SPDX-License-Identifier: EUPL-1.2 */
/* The case files: found beside the adapters that are built in, read whole. */
#include "tests/adapters/harness.h"

#include "gateway/base/file.h"
#include "gateway/plugin/registry.h"

#include <dirent.h>
#include <stdio.h>

static int is_case(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);
    return len > 5 && strcmp(entry->d_name + len - 5, ".json") == 0;
}

static struct pk_json *read_document(const char *path)
{
    struct pk_buf text;
    struct pk_error err = { 0 };
    struct pk_json *document = NULL;
    pk_buf_init(&text, 1u << 20);
    if (pk_file_read(path, 1u << 20, &text, &err) != 0 || pk_json_parse(pk_buf_slice(&text), 1u << 20, &document, &err) != 0)
        fail_msg("%s: %s", path, err.message);
    pk_buf_finish(&text);
    return document;
}

static void load_folder(const struct pk_adapter *adapter, struct test_case **cases, size_t *count)
{
    char folder[512];
    struct dirent **names = NULL;
    (void) snprintf(folder, sizeof folder, "%s/%s", PK_TEST_CASES, adapter->name);
    int n = scandir(folder, &names, is_case, alphasort);
    if (n <= 0)
        fail_msg("adapter \"%s\" has no cases in %s", adapter->name, folder);
    for (int i = 0; i < n; i++) {
        char path[1024];
        (void) snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
        *cases = pk_realloc_array(*cases, *count + 1, sizeof **cases);
        (*cases)[(*count)++] = (struct test_case){ .name = pk_strdup(path + strlen(PK_TEST_CASES) + 1),
                                                   .adapter = adapter,
                                                   .document = read_document(path) };
        free(names[i]);
    }
    free(names);
}

size_t cases_load(struct test_case **ret_cases)
{
    struct test_case *cases = NULL;
    size_t count = 0;
    pk_auto(pk_registry) struct pk_registry *registry = pk_registry_new();
    assert_true(pk_registry_count(registry) > 0);
    for (size_t i = 0; i < pk_registry_count(registry); i++)
        load_folder(pk_registry_at(registry, i), &cases, &count);
    *ret_cases = cases; /* built-in tables outlive the registry */
    return count;
}

void cases_free(struct test_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        pk_json_free(cases[i].document);
        free(cases[i].name);
    }
    free(cases);
}

struct pk_slice case_text(const struct pk_json *object, const char *name, const char *otherwise)
{
    struct pk_slice text = pk_json_string(pk_json_get(object, name));
    return text.data ? text : pk_slice_of(otherwise);
}

void case_body(const struct pk_json *object, const char *name, struct pk_buf *ret_text)
{
    const struct pk_json *value = pk_json_get(object, name);
    pk_buf_init(ret_text, 1u << 20);
    if (pk_json_kind(value) == PK_JSON_STRING)
        (void) pk_buf_add_slice(ret_text, pk_json_string(value));
    else if (value)
        assert_int_equal(pk_json_dump(value, ret_text), 0);
}

int64_t case_int(const struct pk_json *object, const char *name, int64_t otherwise)
{
    int64_t number = otherwise;
    (void) pk_json_int(pk_json_get(object, name), &number);
    return number;
}

bool case_bool(const struct pk_json *object, const char *name)
{
    bool value = false;
    (void) pk_json_bool(pk_json_get(object, name), &value);
    return value;
}
