/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/service/publishing.h"

#include "gateway/base/list.h"
#include "gateway/service/bus.h"

#define OURS (UINT64_C(1) << 63) /* tokens of the outbox are ids of rows, which never are so large */

struct pk_publishing {
    struct pk_service *service;
    struct pk_publisher publisher;
    struct pk_list waiting;
    unsigned waiting_count;
    uint64_t count; /* so far */
};

struct publication {
    struct pk_list node;
    uint64_t token;
    void (*answered)(void *ctx, int reason);
    void *ctx;
};

static void answer(struct pk_publishing *publishing, struct publication *publication, int reason)
{
    pk_list_remove(&publication->node);
    publishing->waiting_count--;
    publication->answered(publication->ctx, reason);
    free(publication);
}

static int publish(void *ctx, const struct pk_mqtt_publish *what, void (*answered)(void *ctx, int reason), void *answered_ctx,
                   struct pk_error *err)
{
    struct pk_publishing *publishing = ctx;
    struct pk_bus *bus = publishing->service->bus;
    struct pk_mqtt_publish ours = *what;
    if (!bus)
        return pk_fail(err, PK_E_BUSY, "there is no broker");
    ours.token = OURS | ++publishing->count;
    int r = pk_mqtt_publish(pk_bus_mqtt(bus), &ours, err);
    if (r != 0)
        return r;
    struct publication *publication = pk_alloc(sizeof *publication);
    *publication = (struct publication){ .token = ours.token, .answered = answered, .ctx = answered_ctx };
    pk_list_append(&publishing->waiting, &publication->node);
    publishing->waiting_count++;
    return 0;
}

/* Half of what may be in flight is left to the gateway's own answers and events. */
static unsigned room(void *ctx)
{
    const struct pk_publishing *publishing = ctx;
    const struct pk_service *service = publishing->service;
    return service->bus ? pk_mqtt_room(pk_bus_mqtt(service->bus)) / 2 : 0;
}

struct pk_publishing *pk_publishing_new(struct pk_service *service)
{
    struct pk_publishing *publishing = pk_alloc(sizeof *publishing);
    publishing->service = service;
    publishing->publisher = (struct pk_publisher){ .ctx = publishing, .publish = publish, .room = room };
    pk_list_init(&publishing->waiting);
    return publishing;
}

void pk_publishing_free(struct pk_publishing *publishing)
{
    if (!publishing)
        return;
    pk_publishing_lost(publishing);
    free(publishing);
}

const struct pk_publisher *pk_publishing_publisher(const struct pk_publishing *publishing)
{
    return &publishing->publisher;
}

bool pk_publishing_published(struct pk_publishing *publishing, uint64_t token, unsigned reason)
{
    if (!(token & OURS))
        return false;
    for (struct pk_list *node = publishing->waiting.next; node != &publishing->waiting; node = node->next) {
        struct publication *publication = pk_list_entry(node, struct publication, node);
        if (publication->token == token) {
            answer(publishing, publication, (int) reason);
            break;
        }
    }
    return true;
}

void pk_publishing_lost(struct pk_publishing *publishing)
{
    while (!pk_list_empty(&publishing->waiting))
        answer(publishing, pk_list_entry(publishing->waiting.next, struct publication, node), -1);
}

unsigned pk_publishing_waiting(const struct pk_publishing *publishing)
{
    return publishing->waiting_count;
}
