/* SPDX-License-Identifier: EUPL-1.2 */
#include "adapters/kit/json.h"

#include "adapters/kit/encode.h"

#include <stdio.h>

struct pk_kit_json pk_kit_json(const struct pk_host *host, struct pk_out *out)
{
    return (struct pk_kit_json){ .host = host, .out = out };
}

static void put(struct pk_kit_json *json, enum pk_kit_format format, struct pk_slice text)
{
    if (json->error == 0)
        json->error = pk_kit_write(json->host, json->out, format, text);
}

/* What stands before a value: a comma, and its name. */
static void lead(struct pk_kit_json *json, struct pk_slice name)
{
    if (json->more)
        put(json, PK_KIT_PLAIN, PK_SLICE(","));
    json->more = true;
    if (!name.data)
        return;
    put(json, PK_KIT_PLAIN, PK_SLICE("\""));
    put(json, PK_KIT_JSON, name);
    put(json, PK_KIT_PLAIN, PK_SLICE("\":"));
}

static void value(struct pk_kit_json *json, const char *name, const char *text)
{
    lead(json, pk_slice_of(name));
    put(json, PK_KIT_PLAIN, pk_slice_of(text));
}

void pk_kit_json_open(struct pk_kit_json *json, const char *name, char bracket)
{
    value(json, name, bracket == '{' ? "{" : "[");
    json->more = false;
}

void pk_kit_json_close(struct pk_kit_json *json, char bracket)
{
    put(json, PK_KIT_PLAIN, bracket == '}' ? PK_SLICE("}") : PK_SLICE("]"));
    json->more = true;
}

void pk_kit_json_named(struct pk_kit_json *json, struct pk_slice name, struct pk_slice text)
{
    lead(json, name);
    put(json, PK_KIT_PLAIN, PK_SLICE("\""));
    put(json, PK_KIT_JSON, text);
    put(json, PK_KIT_PLAIN, PK_SLICE("\""));
}

void pk_kit_json_text(struct pk_kit_json *json, const char *name, struct pk_slice text)
{
    pk_kit_json_named(json, pk_slice_of(name), text);
}

void pk_kit_json_swapped(struct pk_kit_json *json, const char *name, struct pk_slice text, const char *from, const char *to)
{
    lead(json, pk_slice_of(name));
    put(json, PK_KIT_PLAIN, PK_SLICE("\""));
    for (size_t i = 0, begin = 0; i <= text.len; i++) {
        const char *found = i < text.len && text.data[i] != '\0' ? strchr(from, text.data[i]) : NULL;
        if (!found && i < text.len)
            continue;
        put(json, PK_KIT_JSON, pk_slice_make(text.data + begin, i - begin));
        if (found)
            put(json, PK_KIT_JSON, pk_slice_make(to + (found - from), 1));
        begin = i + 1;
    }
    put(json, PK_KIT_PLAIN, PK_SLICE("\""));
}

void pk_kit_json_int(struct pk_kit_json *json, const char *name, int64_t number)
{
    char text[24];
    (void) snprintf(text, sizeof text, "%lld", (long long) number);
    value(json, name, text);
}

void pk_kit_json_bool(struct pk_kit_json *json, const char *name, bool flag)
{
    value(json, name, flag ? "true" : "false");
}
