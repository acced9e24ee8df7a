/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A season: some weeks of a town, played from a seed through the real service and store. The town (people, advisers, two
 * providers and what is on its way between them and the gateway) is one block of memory that outlives the gateway; the
 * gateway is a process that is killed at any commit, and begins again over the same file.
 *
 *     main ── forks a life ──▶ life: clock, gateway, turns     advisers, residents: what they do, when it is their time
 *      ▲                        │                               network: takes hand-overs, answers, loses, repeats
 *      └──── ended or killed ◀──┘                               laws: what must hold, at each hand-over and at rest
 *
 * Nothing in the block is a pointer: the same seed plays the same season, whatever was killed in between.
 */
#ifndef PK_TESTS_SEASONS_SEASON_H
#define PK_TESTS_SEASONS_SEASON_H

#include "gateway/service/campaigns.h"
#include "gateway/service/service.h"
#include "gateway/store/internal.h"

#define SECOND_MS 1000ll
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)

#define PEOPLE_MAX 24u /* a set of them is a word */
#define CAMPAIGNS_MAX 64u
#define VERSIONS_MAX 512u
#define HANDS_MAX 16384u
#define ERRANDS_MAX 2048u
#define EFFECTS_MAX 64u
#define RELEASES_MAX 512u
#define ACCOUNTS 2u
#define LOG_BYTES (4u << 20)
#define URGENT_PER_DAY 3

typedef uint32_t crowd; /* a set of people */

struct person {
    char number[16], language[12], script[12];
    unsigned school; /* 0, 1 */
    bool present, erased; /* was ever signed up; is gone for good */
    bool stopped;
    int64_t stopped_ms;
    unsigned stops, confirmed; /* said; confirmed by a message */
    int64_t id, address; /* 0 = not known to the gateway, or not looked up yet */
};

/* What a campaign says at one time: each has a number of its own, which stands in the place ("Zaal 17") of every text. */
struct version {
    unsigned campaign;
    int64_t begins_ms;
};

struct campaign {
    char name[24];
    int64_t id; /* 0 = was never committed */
    bool festival;
    int school; /* -1 = everybody */
    unsigned now, before; /* versions */
    int64_t edition;
    bool paused, cancelled;
};

/* One hand-over, as the provider saw it. */
struct hand {
    char attempt[16], template_name[48];
    int64_t message, trigger, at_ms; /* trigger: of a campaign; 0 = of none */
    uint64_t token;
    unsigned life, account, person;
    int64_t edition;
    unsigned campaign, version; /* version 0 = of no campaign */
    bool arrives; /* the truth */
    bool dead; /* it did not, and the gateway was told so and kept it */
    bool dying; /* was told so in this turn */
    uint32_t outcome; /* what the provider says of it */
};

enum errand_kind { ERRAND_NONE = 0, ERRAND_ANSWER, ERRAND_RECEIPT, ERRAND_REPLY, ERRAND_RESIDENT, ERRAND_ADVISER, ERRAND_WEATHER };
struct errand {
    uint32_t kind;
    unsigned life; /* of one that was told and waits to be confirmed; 0 = it was not */
    uint64_t id;
    int64_t at_ms;
    unsigned who, what; /* hand or person; receipt state or word */
    unsigned account, number; /* replies: the provider's id of it */
    bool again; /* said a second time */
};

enum effect_kind { EFFECT_NEW = 1, EFFECT_MOVED, EFFECT_PAUSED, EFFECT_RESUMED, EFFECT_CANCELLED, EFFECT_HOLD, EFFECT_ACCOUNT, EFFECT_PERSON, EFFECT_ERASED, EFFECT_WORD };
/* What becomes true with the commit of this turn. */
struct effect {
    uint32_t kind;
    unsigned who, what;
};

/* A step that was let go, until it is seen whom it reached. */
struct release {
    int64_t campaign, step, first, last; /* its triggers; the step in whose place they went */
    int64_t edition, at_ms;
    unsigned index, version; /* the campaign in the town's book; what is said */
    crowd expected;
    bool change;
    bool open;
};

enum weather { FINE = 0, BUSY, THROTTLED, AWAY, MUTE, SLOW, TWICE, WEATHERS };
enum kill { KILL_BEFORE = 0, KILL_AFTER, KILL_HANDOVER, KILL_RELEASED, KILLS };

struct world {
    uint64_t seed, random;
    int64_t began_ms, until_ms, now_ms; /* the town is at work until then; after that it comes to rest */
    bool resting;
    unsigned life;
    uint32_t kill;
    unsigned kill_in; /* commits; 0 = this life is not killed */
    char folder[64], path[80];

    struct person people[PEOPLE_MAX];
    unsigned people_count;
    struct campaign campaigns[CAMPAIGNS_MAX];
    unsigned campaign_count; /* the first is nobody's */
    struct version versions[VERSIONS_MAX];
    unsigned version_count;
    struct hand hands[HANDS_MAX];
    unsigned hand_count;
    struct errand errands[ERRANDS_MAX];
    uint64_t errand_id;
    struct effect effects[EFFECTS_MAX];
    unsigned effect_count;
    struct release releases[RELEASES_MAX];
    unsigned release_count;
    int64_t newest_link; /* the last of the campaigns' triggers that was seen */
    uint32_t weather[ACCOUNTS];
    bool held, account_held[ACCOUNTS];
    unsigned texts; /* which of the two catalogs is in use */
    unsigned replies, published;
    int64_t urgent_day;
    unsigned urgent_count;

    /* what it came to */
    unsigned lives, kills, vetoes, commits;
    uint64_t looks;
    bool failed;
    char why[400];
    size_t log_len;
    char log[LOG_BYTES];
};

/* ---- main.c ---- */

extern struct world *world;
extern const struct pk_catalog *catalogs[2];
extern struct pk_keyring *ring;
uint64_t chance(uint64_t below); /* 0 <= it < below */
bool one_in(unsigned many);
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* An invariant does not hold: the season ends here. */
void broken(const char *what, const char *format, ...) __attribute__((format(printf, 2, 3), noreturn));
void must(int r, const struct pk_error *err, const char *what);

/* ---- life.c: one process ---- */

struct life {
    struct pk_loop *loop;
    struct pk_store *store, *eye; /* the gateway's, and a second connection that sees what is committed alone */
    struct pk_service *service;
    bool veto; /* this turn's commit fails */
    bool hooked; /* something is committed in this turn */
    unsigned stirred; /* hand-overs, answers, commits */
};
extern struct life life;
void life_run(void) __attribute__((noreturn));
void life_kill(void) __attribute__((noreturn));
void effect(uint32_t kind, unsigned who, unsigned what);
struct errand *errand(uint32_t kind, int64_t at_ms, unsigned who, unsigned what);
void life_rest(void); /* turns until nothing stirs */

/* ---- rules.c ---- */

struct pk_rules *season_rules(void); /* the same for every life of a process */
const struct pk_adapter *season_adapter(void);

/* ---- network.c ---- */

void network_begin(void); /* of a life: the accounts are open */
void network_do(struct errand *errand);
bool network_say(struct errand *errand, const char *from, const char *text); /* a reply; false = not taken now, and said again */
void network_committed(bool kept);

/* ---- people ---- */

void advisers_begin(void); /* of a season */
void adviser_does(const struct errand *errand);
void adviser_strikes(void); /* at the worst moment */
void advisers_rest(void);
void advisers_end_paused(void); /* or they are paused for ever */
enum word { WORD_STOP = 0, WORD_START, WORD_YES, WORD_NO, WORD_HELP, WORD_STOP_TOPIC, WORD_NONSENSE, WORDS };
void residents_begin(void);
void residents_enter(void); /* those who were there before the season, where the gateway does not know them yet */
void resident_does(struct errand *errand);
void resident_strikes(void); /* the same */
void resident_got(unsigned hand);
void resident_said(unsigned person, unsigned word); /* and it was kept */
void reply_goes(struct errand *errand);

/* ---- calendar.c: the laws' own, which shares nothing with the gateway's ---- */

struct wall_time {
    int year, month, day, weekday, minute; /* weekday: 0 = Monday */
};
void calendar_wall(int64_t ms, struct wall_time *ret_wall);
int64_t calendar_moment(int year, int month, int day, int minute); /* the first of two */
bool calendar_quiet(const char *topic, int64_t ms);
int64_t calendar_due(const char *moment, int64_t begins_ms); /* of a step; 0 = it has no time of its own */
int64_t calendar_begin(unsigned season); /* when a season begins: before a night or a day worth looking at */

/* ---- laws.c, laws_told.c, laws_rest.c ---- */

void laws_at_hand_over(unsigned hand, const char *text);
unsigned version_in(const char *text); /* 0 = it names none */
void laws_told_look(void); /* at rest: what was let go since, and whether it reached whom it should */
void laws_told_in_the_end(void);
void laws_at_rest(void); /* at rest, of a moment */
void laws_in_the_end(void);
/* People found by a statement that gives their addresses. */
crowd crowd_of(const char *sql, int64_t a, int64_t b, int64_t c);

#endif
