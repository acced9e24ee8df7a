/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What those who work with the gateway do: write campaigns and have them approved, move, correct, pause, resume and cancel
 * them, put everything on hold, edit a text that was approved, sign people up, erase them; and other services, which publish.
 * Another kind of campaign is another row of `kinds`.
 */
#include "tests/seasons/season.h"

#include "gateway/base/clock.h"
#include "gateway/base/json.h"
#include "gateway/service/desks.h"
#include "gateway/service/holds.h"
#include "gateway/service/intake.h"
#include "gateway/service/person.h"
#include "gateway/service/signup.h"

#define LIVE_MAX 4u
#define RESUMES 0x1000u /* in `what` of what is planned: this campaign is resumed; without it, moved back */
#define LIFTS 0x2000u   /* holds end */
#define TEXTS_BACK 0x4000u

static const struct pk_actor anna = { .role = PK_ROLE_ADVISER, .name = "anna" };
static const struct pk_actor boris = { .role = PK_ROLE_APPROVER, .name = "boris" };
static const struct pk_actor operator = { .role = PK_ROLE_OPERATOR, .name = "operator" };
static const struct pk_actor desk = { .role = PK_ROLE_DESK, .name = "desk" };

#define ON_NEWS(kind) "{\"when\":\"on change\",\"template\":\"" kind "-changed\"},{\"when\":\"on cancel\",\"template\":\"" kind "-cancelled\"}"
#define STEP(when, name) "{\"when\":\"" when "\",\"template\":\"" name "\"},"

static const struct {
    bool festival;
    const char *steps;
} kinds[] = {
    { false, "[" STEP("7 days before at 18:00", "parent-meeting-invitation") STEP("1 day before at 18:00", "parent-meeting-reminder")
             STEP("2 hours before", "parent-meeting-reminder-today") ON_NEWS("parent-meeting") "]" },
    { false, "[" STEP("5 days before at 10:00", "parent-meeting-invitation") STEP("2 days before at 12:30 to silent", "parent-meeting-reminder")
             STEP("2 hours before to yes", "parent-meeting-reminder-today") ON_NEWS("parent-meeting") "]" },
    { false, "[" STEP("3 days before at 20:30", "parent-meeting-invitation") STEP("1 day before at 8:15", "parent-meeting-reminder")
             ON_NEWS("parent-meeting") "]" },
    { true, "[" STEP("6 days before at 18:00", "festival-invitation") STEP("1 day before at 12:00", "festival-reminder") ON_NEWS("festival") "]" },
    { true, "[" STEP("30 hours before", "festival-invitation") STEP("3 hours before", "festival-reminder") ON_NEWS("festival") "]" },
};

/* ---- units ---- */

static int ended(int r, const char *what, unsigned which, const struct pk_error *err)
{
    if (r == 0)
        r = pk_unit_keep(life.store, NULL);
    else
        pk_unit_drop(life.store);
    if (r != 0)
        note("%s %u: refused: %s", what, which, err->message);
    else
        note("%s %u", what, which);
    return r;
}

static int act(unsigned index, const struct pk_actor *actor, enum pk_campaign_act what, const char *digest)
{
    struct pk_error err = { 0 };
    must(pk_unit_begin(life.store, &err), &err, "unit");
    int r = pk_campaign_do(life.service, actor, pk_slice_of(world->campaigns[index].name), what, pk_slice_of(digest), pk_clock_wall_ms(), &err);
    return ended(r, pk_campaign_act_name(what), index, &err);
}

/* ---- written ---- */

static struct pk_json *json(const char *text)
{
    struct pk_json *document = NULL;
    must(pk_json_parse(pk_slice_of(text), 1u << 16, &document, NULL), NULL, text);
    return document;
}

static struct pk_json *values(unsigned version)
{
    char text[160], moment[PK_TIME_TEXT_MAX];
    (void) snprintf(text, sizeof text, "{\"begins\":\"%s\",\"place\":\"Zaal %u\"}", pk_time_format(world->versions[version].begins_ms, moment), version);
    return json(text);
}

/* At an hour people meet at, or at one that is there twice, or never. */
static int64_t some_begin(int64_t now_ms)
{
    static const int usual[] = { 9 * 60, 10 * 60 + 30, 14 * 60, 17 * 60 + 30, 19 * 60, 20 * 60 + 15 }, odd[] = { 90, 150, 210, 1439 };
    struct wall_time wall;
    calendar_wall(now_ms + (1 + (int64_t) chance(11)) * DAY_MS, &wall);
    return calendar_moment(wall.year, wall.month, wall.day, one_in(8) ? odd[chance(PK_COUNT(odd))] : usual[chance(PK_COUNT(usual))]);
}

static unsigned new_version(unsigned campaign, int64_t begins_ms)
{
    if (world->version_count == VERSIONS_MAX)
        broken("does not work", "more versions than there is room for");
    world->versions[world->version_count] = (struct version){ campaign, begins_ms };
    return world->version_count++;
}

static bool is_live(const struct campaign *campaign, int64_t now_ms)
{
    return campaign->id != 0 && !campaign->cancelled && world->versions[campaign->now].begins_ms > now_ms;
}

static unsigned some_campaign(int64_t now_ms)
{
    unsigned live[CAMPAIGNS_MAX], count = 0;
    for (unsigned i = 1; i < world->campaign_count; i++)
        if (is_live(&world->campaigns[i], now_ms))
            live[count++] = i;
    return count > 0 ? live[chance(count)] : 0;
}

static int put(const struct campaign *campaign, const char *steps)
{
    static const char *const schools[] = { "", "school:windroos", "school:ijsvogel" }; /* none: everybody of the topic */
    struct pk_error err = { 0 };
    pk_auto(pk_json) struct pk_json *said = values(campaign->now);
    pk_auto(pk_json) struct pk_json *list = json(steps);
    struct pk_campaign_plan plan = {
        .name = pk_slice_of(campaign->name), .topic = pk_slice_of(campaign->festival ? "festival" : "parent-meetings"),
        .where = pk_slice_of(schools[campaign->school + 1]), .values = said, .steps = list, .people_max = 100,
    };
    must(pk_unit_begin(life.store, &err), &err, "unit");
    return ended(pk_campaign_put(life.service, &anna, &plan, pk_clock_wall_ms(), &err), "written", campaign->now, &err);
}

static void write_campaign(int64_t now_ms)
{
    struct pk_campaign_view view = { 0 };
    unsigned live = 0, index = world->campaign_count;
    size_t kind = chance(PK_COUNT(kinds));
    for (unsigned i = 1; i < world->campaign_count; i++)
        live += is_live(&world->campaigns[i], now_ms);
    if (live >= LIVE_MAX || index == CAMPAIGNS_MAX || now_ms > world->until_ms - 2 * DAY_MS)
        return;
    struct campaign *campaign = &world->campaigns[world->campaign_count++];
    *campaign = (struct campaign){ .festival = kinds[kind].festival, .school = (int) chance(3) - 1 };
    (void) snprintf(campaign->name, sizeof campaign->name, "season-%u", index);
    campaign->now = new_version(index, some_begin(now_ms));
    campaign->before = campaign->now;
    if (put(campaign, kinds[kind].steps) != 0 || act(index, &anna, PK_CAMPAIGN_SUBMIT, "") != 0)
        return;
    must(pk_campaign_view(life.service, &anna, pk_slice_of(campaign->name), now_ms, &view, NULL), NULL, "view");
    if (act(index, &boris, PK_CAMPAIGN_APPROVE, view.digest) == 0 && act(index, &anna, PK_CAMPAIGN_START, "") == 0)
        effect(EFFECT_NEW, index, 0);
}

/* ---- changed ---- */

static void move_to(unsigned index, unsigned version)
{
    struct pk_error err = { 0 };
    pk_auto(pk_json) struct pk_json *said = values(version);
    must(pk_unit_begin(life.store, &err), &err, "unit");
    int r = pk_campaign_move(life.service, &anna, pk_slice_of(world->campaigns[index].name), said, pk_clock_wall_ms(), &err);
    note("campaign %u to version %u", index, version);
    if (ended(r, "moved", index, &err) == 0 && version != world->campaigns[index].now)
        effect(EFFECT_MOVED, index, version);
}

static void move(unsigned index, int64_t now_ms)
{
    const struct campaign *campaign = &world->campaigns[index];
    if (one_in(6) && world->versions[campaign->before].begins_ms > now_ms) {
        move_to(index, campaign->before);
        return;
    }
    move_to(index, new_version(index, one_in(4) ? world->versions[campaign->now].begins_ms : some_begin(now_ms)));
    if (one_in(3))
        (void) errand(ERRAND_ADVISER, now_ms + (int64_t) chance(8 * MINUTE_MS), 0, index);
}

static void pause(unsigned index, int64_t now_ms)
{
    if (act(index, one_in(2) ? &anna : &boris, PK_CAMPAIGN_PAUSE, "") != 0)
        return;
    effect(EFFECT_PAUSED, index, 0);
    (void) errand(ERRAND_ADVISER, now_ms + (int64_t) chance(one_in(2) ? 2 * DAY_MS : HOUR_MS), 0, index | RESUMES);
}

static bool resume(unsigned index)
{
    if (act(index, &anna, PK_CAMPAIGN_RESUME, "") != 0)
        return false;
    effect(EFFECT_RESUMED, index, 0);
    return true;
}

static void cancel(unsigned index)
{
    if (act(index, one_in(2) ? &anna : &boris, PK_CAMPAIGN_CANCEL, "") == 0)
        effect(EFFECT_CANCELLED, index, 0);
}

/* ---- held ---- */

static void hold(bool on)
{
    struct pk_error err = { 0 };
    must(pk_unit_begin(life.store, &err), &err, "unit");
    if (ended(pk_hold_all(life.service, &operator, on, pk_clock_wall_ms(), &err), "hold", on, &err) == 0)
        effect(EFFECT_HOLD, 0, on);
}

static void hold_account(unsigned account, bool on)
{
    static const char *const names[ACCOUNTS] = { "first", "second" };
    struct pk_error err = { 0 };
    must(pk_unit_begin(life.store, &err), &err, "unit");
    int r = pk_hold_account(life.service, &operator, pk_desks_find(life.service->desks, names[account]), on, NULL, pk_clock_wall_ms(), &err);
    if (ended(r, on ? "account held" : "account lifted", account, &err) == 0)
        effect(EFFECT_ACCOUNT, account, on);
}

static void lift(void)
{
    if (world->held)
        hold(false);
    for (unsigned i = 0; i < ACCOUNTS; i++)
        if (world->account_held[i])
            hold_account(i, false);
}

static void hold_something(int64_t now_ms)
{
    if (one_in(2))
        hold(true);
    else
        hold_account((unsigned) chance(ACCOUNTS), true);
    (void) errand(ERRAND_ADVISER, now_ms + (int64_t) chance(3 * HOUR_MS), 0, LIFTS);
}

static void use_texts(unsigned which)
{
    struct pk_error err = { 0 };
    must(pk_service_reload(life.service, season_rules(), catalogs[which], &err), &err, "reload");
    world->texts = which;
    note("texts %u", which);
}

/* Texts are put back, and whoever was paused because of them goes on. */
static void texts_back(void)
{
    use_texts(0);
    for (unsigned i = 1; i < world->campaign_count; i++)
        if (world->campaigns[i].id != 0 && !world->campaigns[i].paused &&
            pk_sql_int(life.eye, 0, "SELECT state FROM campaign WHERE id = ?1", "i", world->campaigns[i].id) == PK_CAMPAIGN_PAUSED)
            (void) resume(i);
}

/* ---- people, other services ---- */

static void sign_up(void)
{
    struct pk_error err = { 0 };
    if (world->people_count == PEOPLE_MAX)
        return;
    unsigned index = world->people_count++;
    struct person *person = &world->people[index];
    (void) snprintf(person->number, sizeof person->number, "+35988000%04u", index + 100);
    (void) snprintf(person->language, sizeof person->language, "bg");
    person->school = (unsigned) chance(2);
    const struct pk_signup_plan plan = {
        .address = pk_slice_of(person->number), .language = PK_SLICE("bg"), .topics = PK_SLICE("parent-meetings festival"),
        .tags = pk_slice_of(person->school == 0 ? "school:windroos" : "school:ijsvogel"), .form = PK_SLICE("17"),
    };
    must(pk_unit_begin(life.store, &err), &err, "unit");
    if (ended(pk_signup(life.service, &desk, &plan, pk_clock_wall_ms(), &err), "signed up", index, &err) == 0)
        effect(EFFECT_PERSON, index, 0);
}

static void erase(void)
{
    struct pk_error err = { 0 };
    unsigned index = (unsigned) chance(world->people_count);
    const struct person *person = &world->people[index];
    if (person->erased || person->id == 0)
        return;
    struct pk_erase_plan plan = { .whom.recipient = person->id, .asked = one_in(2) };
    must(pk_unit_begin(life.store, &err), &err, "unit");
    if (ended(pk_person_erase(life.service, &operator, &plan, pk_clock_wall_ms(), &err), "erased", index, &err) == 0)
        effect(EFFECT_ERASED, index, 0);
}

static void publish(int64_t now_ms)
{
    const char *publisher = one_in(3) ? "alarm" : "school";
    char payload[600], moment[PK_TIME_TEXT_MAX];
    (void) snprintf(payload, sizeof payload,
                    "{\"specversion\":\"1.0\",\"id\":\"event-%u\",\"source\":\"urn:%s\",\"type\":\"nl.notices.notice-requested.v1\",\"data\":"
                    "{\"template\":\"parent-meeting-reminder\",\"topic\":\"parent-meetings\",\"values\":{\"begins\":\"%s\",\"place\":\"De Windroos\"},"
                    "\"tags\":{\"all\":[\"school:windroos\"]}}}",
                    ++world->published, publisher, pk_time_format(now_ms + DAY_MS, moment));
    struct pk_intake_event event = { .publisher = pk_slice_of(publisher), .payload = pk_slice_of(payload) };
    must(pk_intake_take(life.service->intake, &event, NULL), NULL, "publish");
    note("published by %s", publisher);
}

/* ---- when ---- */

static void something(int64_t now_ms)
{
    unsigned index = some_campaign(now_ms);
    switch (chance(24)) {
    case 0: case 1: case 2: case 3:
        if (index != 0)
            move(index, now_ms);
        break;
    case 4:
        if (index != 0)
            cancel(index);
        break;
    case 5: case 6:
        if (index != 0)
            pause(index, now_ms);
        break;
    case 7:
        if (index != 0)
            (void) resume(index);
        break;
    case 8: case 9:
        hold_something(now_ms);
        break;
    case 10: case 11: case 12:
        publish(now_ms);
        break;
    case 13:
        use_texts(1);
        (void) errand(ERRAND_ADVISER, now_ms + (int64_t) chance(DAY_MS), 0, TEXTS_BACK);
        break;
    case 14: case 15:
        sign_up();
        break;
    case 16:
        if (one_in(3))
            erase();
        break;
    default:
        write_campaign(now_ms);
        break;
    }
}

void adviser_does(const struct errand *t)
{
    int64_t now_ms = pk_clock_wall_ms();
    unsigned index = t->what & 0xfff;
    if (t->what & LIFTS) {
        lift();
    } else if (t->what & TEXTS_BACK) {
        texts_back();
    } else if (t->what & RESUMES) {
        (void) resume(index);
    } else if (index != 0) {
        if (is_live(&world->campaigns[index], now_ms) && world->versions[world->campaigns[index].before].begins_ms > now_ms)
            move_to(index, world->campaigns[index].before);
    } else {
        if (!world->resting)
            something(now_ms);
        (void) errand(ERRAND_ADVISER, now_ms + (int64_t) chance(7 * HOUR_MS), 0, 0);
    }
}

/* While messages are made or on their way. */
void adviser_strikes(void)
{
    int64_t now_ms = pk_clock_wall_ms();
    unsigned index = some_campaign(now_ms);
    if (index == 0 || !one_in(40))
        return;
    note("at the worst moment:");
    switch (chance(4)) {
    case 0:
        cancel(index);
        break;
    case 1:
        pause(index, now_ms);
        break;
    default:
        move(index, now_ms);
        break;
    }
}

void advisers_rest(void)
{
    lift();
    use_texts(0);
    for (unsigned i = 0; i < ACCOUNTS; i++)
        world->weather[i] = FINE;
}

void advisers_end_paused(void)
{
    for (unsigned i = 1; i < world->campaign_count; i++) {
        bool again = one_in(2);
        if (world->campaigns[i].id == 0 ||
            pk_sql_int(life.eye, 0, "SELECT state FROM campaign WHERE id = ?1", "i", world->campaigns[i].id) != PK_CAMPAIGN_PAUSED)
            continue;
        if (!again || !resume(i))
            cancel(i);
    }
}

void advisers_begin(void)
{
    for (unsigned i = 0; i < 3; i++)
        (void) errand(ERRAND_ADVISER, world->now_ms + (int64_t) chance(DAY_MS / 4), 0, 0);
}
