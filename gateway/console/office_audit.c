/* SPDX-License-Identifier: EUPL-1.2 */
/* The log of what was done: newest first, by who, what, with what and when, page after page; and whether its chain holds. */
#include "gateway/api/counting.h"
#include "gateway/base/clock.h"
#include "gateway/base/text.h"
#include "gateway/console/handlers.h"
#include "gateway/console/office.h"
#include "gateway/console/office_numbers.h"
#include "gateway/console/staff_words.h"
#include "gateway/language/wall.h"
#include "gateway/store/audit.h"

#define ROWS 50u
#define WORD_MAX 128u
#define DETAIL_MAX 512u
#define LINK_MAX 1024u
#define TOOK_TOO_LONG_MS 120000 /* from the visit on */
#define STEP_MS 60000 /* the chain is walked in one */

struct entry {
    int64_t id, at_ms;
    char actor[WORD_MAX], via[WORD_MAX], action[WORD_MAX], object[WORD_MAX], detail[DETAIL_MAX];
    uint32_t role, result;
};

struct looking {
    struct pk_visit visit; /* first */
    char actor[WORD_MAX], object[WORD_MAX], action[WORD_MAX], from[16], until[16];
    int64_t from_ms, until_ms, after;
    bool verify, verified, whole, wrong;
    int64_t held; /* entries that held */
    struct entry entries[ROWS];
    size_t count;
    bool more;
};

/* ---- read ---- */

static void copy(char *ret_text, size_t size, struct pk_slice text)
{
    (void) snprintf(ret_text, size, "%.*s", PK_SLICE_ARG(text));
}

static int take(void *ctx, const struct pk_audit_entry *entry)
{
    struct looking *looking = ctx;
    if (looking->count == ROWS) {
        looking->more = true;
        return 1;
    }
    struct entry *one = &looking->entries[looking->count++];
    *one = (struct entry){ .id = entry->id, .at_ms = entry->at_ms, .role = entry->role, .result = entry->result };
    copy(one->actor, sizeof one->actor, entry->actor);
    copy(one->via, sizeof one->via, entry->via);
    copy(one->action, sizeof one->action, entry->action);
    copy(one->object, sizeof one->object, entry->object);
    copy(one->detail, sizeof one->detail, entry->detail);
    return 0;
}

/* On the reading thread. A chain that does not hold is what the page is there to say. */
static int read_trail(void *data, struct pk_store *store, struct pk_error *err)
{
    struct looking *looking = data;
    const struct pk_audit_filter filter = { .actor = pk_slice_of(looking->actor), .object = pk_slice_of(looking->object),
                                            .action = pk_slice_of(looking->action), .since_ms = looking->from_ms,
                                            .until_ms = looking->until_ms, .after = looking->after };
    if (looking->verify) {
        int r = pk_audit_verify(store, &looking->held, err);
        if (r != 0 && r != PK_E_CONFLICT)
            return r;
        looking->verified = true;
        looking->whole = r == 0;
    }
    int r = pk_audit_list(store, &filter, ROWS + 1, take, looking, err);
    return r < 0 ? r : 0;
}

/* ---- shown ---- */

static void add_entry(struct pk_visit *visit, const struct entry *entry)
{
    static const char *const results[] = { [PK_AUDIT_DONE] = "done", [PK_AUDIT_REFUSED] = "refused", [PK_AUDIT_FAILED] = "failed" };
    char key[48];
    (void) snprintf(key, sizeof key, "staff.role.%s", pk_role_name((enum pk_role) entry->role));
    struct pk_slice role = pk_visit_string(visit, key);
    pk_json_open(&visit->out, NULL, '{');
    pk_office_add_moment(visit, "at", entry->at_ms);
    pk_json_add_text(&visit->out, "actor", entry->actor);
    pk_json_add_text(&visit->out, "via", entry->via);
    pk_json_add_slice(&visit->out, "actorRole", role.len > 0 ? role : pk_slice_of(pk_role_name((enum pk_role) entry->role)));
    pk_json_add_text(&visit->out, "action", entry->action);
    pk_json_add_text(&visit->out, "object", entry->object);
    pk_json_add_text(&visit->out, "detail", entry->detail);
    pk_json_add_bool(&visit->out, "done", entry->result == PK_AUDIT_DONE);
    pk_staff_add_phrase(visit, "result", "audit.result", entry->result < PK_COUNT(results) ? results[entry->result] : "failed");
    pk_json_close(&visit->out, '}');
}

static void escape(struct pk_buf *out, const char *text)
{
    for (; *text; text++)
        if ((*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') || (*text >= '0' && *text <= '9') || strchr("-._", *text))
            (void) pk_buf_add_char(out, *text);
        else
            (void) pk_buf_printf(out, "%%%02X", (unsigned char) *text);
}

/* The page that follows, with what was looked for. */
static void add_older(struct pk_visit *visit, const struct looking *looking)
{
    const struct {
        const char *name, *value;
    } arguments[] = { { "who", looking->actor }, { "action", looking->action }, { "object", looking->object }, { "from", looking->from },
                      { "until", looking->until } };
    struct pk_buf link;
    pk_buf_init(&link, LINK_MAX);
    (void) pk_buf_printf(&link, "/office/audit?after=%lld", looking->count > 0 ? (long long) looking->entries[looking->count - 1].id : 0ll);
    for (size_t i = 0; i < PK_COUNT(arguments); i++) {
        if (!arguments[i].value[0])
            continue;
        (void) pk_buf_printf(&link, "&%s=", arguments[i].name);
        escape(&link, arguments[i].value);
    }
    pk_json_add_bool(&visit->out, "more", looking->more);
    pk_json_add_slice(&visit->out, "older", pk_buf_slice(&link));
    pk_buf_finish(&link);
}

static void show(struct looking *looking, const struct pk_staff *staff)
{
    struct pk_visit *visit = &looking->visit;
    pk_json_add_slice(&visit->out, "pageTitle", pk_visit_string(visit, "audit.heading"));
    pk_json_add_text(&visit->out, "who", looking->actor);
    pk_json_add_text(&visit->out, "action", looking->action);
    pk_json_add_text(&visit->out, "object", looking->object);
    pk_json_add_text(&visit->out, "from", looking->from);
    pk_json_add_text(&visit->out, "until", looking->until);
    pk_json_add_bool(&visit->out, "wrong", looking->wrong);
    pk_json_add_bool(&visit->out, "filtered", looking->actor[0] || looking->action[0] || looking->object[0] || looking->from[0] || looking->until[0]);
    pk_json_add_bool(&visit->out, "further", looking->after != 0);
    pk_json_add_bool(&visit->out, "whole", looking->verified && looking->whole);
    pk_json_add_bool(&visit->out, "broken", looking->verified && !looking->whole);
    pk_json_add_int(&visit->out, "entries", looking->held);
    pk_json_open(&visit->out, "rows", '[');
    for (size_t i = 0; i < looking->count; i++)
        add_entry(visit, &looking->entries[i]);
    pk_json_close(&visit->out, ']');
    pk_json_add_bool(&visit->out, "none", looking->count == 0);
    add_older(visit, looking);
    pk_office_show(visit, staff, looking->wrong ? 422 : 200, "audit", "office-audit");
}

static void tell(struct pk_call *call, void *thing)
{
    struct looking *looking = thing;
    struct pk_staff staff;
    (void) call;
    if (pk_office_reopened(&looking->visit, PK_ACTION_AUDIT_VIEW, &staff))
        show(looking, &staff);
}

static const struct pk_counting reading = { .step = read_trail, .tell = tell, .fail = pk_visit_failed,
                                             .late = "the page could not be counted in time", .most_ms = TOOK_TOO_LONG_MS,
                                             .step_ms = STEP_MS };

/* ---- asked ---- */

static void argument(struct pk_visit *visit, const char *name, char *ret_text, size_t size)
{
    struct pk_buf text;
    pk_buf_init(&text, size - 1);
    if (pk_http_request_argument(visit->call->request, name, &text) == 0)
        copy(ret_text, size, pk_slice_trim(pk_buf_slice(&text)));
    pk_buf_finish(&text);
}

/* The day's beginning by the wall clock of the rules, or that of the day after; false when it is no day. */
static bool read_day(struct pk_visit *visit, const char *text, bool after, int64_t *ret_ms)
{
    pk_auto(pk_wall) struct pk_wall *wall = NULL;
    struct pk_local day = { 0 };
    if (!text[0])
        return true;
    if (pk_day_parse(pk_slice_of(text), &day.day) != 0 || pk_wall_new(visit->call->service->rules->zone, &wall, NULL) != 0)
        return false;
    if (after)
        day.day = pk_day_of_number(pk_day_number(day.day) + 1);
    return pk_wall_moment(wall, day, ret_ms, NULL) == 0;
}

void pk_office_audit_page(struct pk_visit *visit)
{
    struct pk_staff staff;
    char after[24] = "", verify[8] = "";
    if (!pk_office_opened(visit, PK_ACTION_AUDIT_VIEW, &staff))
        return;
    struct looking *looking = pk_visit_stay(visit, sizeof *looking, NULL);
    visit = &looking->visit;
    argument(visit, "who", looking->actor, sizeof looking->actor);
    argument(visit, "action", looking->action, sizeof looking->action);
    argument(visit, "object", looking->object, sizeof looking->object);
    argument(visit, "from", looking->from, sizeof looking->from);
    argument(visit, "until", looking->until, sizeof looking->until);
    argument(visit, "after", after, sizeof after);
    argument(visit, "verify", verify, sizeof verify);
    looking->verify = verify[0] != '\0';
    looking->wrong = !read_day(visit, looking->from, false, &looking->from_ms) || !read_day(visit, looking->until, true, &looking->until_ms);
    if (after[0] && pk_parse_int(pk_slice_of(after), 0, INT64_MAX, &looking->after) != 0)
        looking->after = 0;
    pk_call_count(visit->call, &reading, 0, NULL);
}
