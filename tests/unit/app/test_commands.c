/* SPDX-License-Identifier: EUPL-1.2 */
/* The commands that talk to the gateway, against one that is played: what they ask, what they print, how they exit. */
#include "tests/unit/app/played.h"

#include "gateway/base/clock.h"

#define NONE ((const char *const[]){ NULL })
#define NOT_FOUND "{\"detail\":\"there is no such account\",\"hint\":\"List them with pokana accounts list.\",\"code\":\"not-found\"}"

#define PLAY(command, words, as_json, ...) PLAY_AS(&(command), (.json = (as_json)), words, __VA_ARGS__)

/* ---- status, queue ---- */

#define STATUS                                                                                                                        \
    "{\"instance\":\"voorbeeld\",\"version\":\"0.1.0\",\"startedAt\":\"2026-10-14T14:10:00Z\","                                       \
    "\"broker\":{\"configured\":true,\"connected\":false,\"trouble\":\"connection refused\"},\"hold\":{\"all\":true,\"restored\":false}," \
    "\"condition\":{\"ready\":true,\"degraded\":true,\"why\":\"no broker\"},"  \
    "\"journal\":{\"kept\":true,\"behind\":true,\"owed\":2,\"lastRecordAt\":null},\"messages\":{\"queued\":3,\"failed\":0,\"delivered\":12},"  \
    "\"recipients\":41,\"outbox\":0,\"accounts\":[{\"name\":\"main\",\"adapter\":\"simulator\",\"channel\":\"sms\",\"state\":\"working\"," \
    "\"why\":\"\",\"window\":16,\"inFlight\":2,\"currency\":\"EUR\",\"pricedPer\":\"part\","  \
    "\"prices\":[{\"country\":\"NL\",\"amount\":725},{\"country\":\"*\",\"amount\":1200}],"  \
    "\"today\":{\"state\":\"open\",\"messages\":123,\"messagesLimit\":500,\"cost\":89175,\"budget\":400000},\"capabilities\":[\"receipts\"]}],"  \
    "\"retention\":[{\"kind\":\"replies\",\"keptSeconds\":604800,\"since\":\"they came\",\"oldestAt\":\"2026-10-14T14:10:00Z\"}]}"

static void test_status(void **state)
{
    (void) state;
    PLAY(pk_command_status, NONE, false, { "GET /v1/status", 200, STATUS });
    printed_as(0,
            "instance           voorbeeld\n"
            "version            0.1.0\n"
            "running since      2026-10-14 16:10:00 CEST (3 h 20 min)\n"
            "condition          degraded: no broker\n"
            "sending            paused by an operator; pokana resume --all lifts this\n"
            "broker             not connected: connection refused\n"
            "journal            cannot be written: 2 STOPs, withdrawals or erasures are in the database only\n"
            "recipients         41\n"
            "messages           queued 3, delivered 12\n"
            "events to publish  0\n"
            "\n"
            "ACCOUNT  ADAPTER    CHANNEL  STATE    IN FLIGHT  WINDOW  PRICE                         TODAY       COST TODAY           WHY\n"
            "main     simulator  sms      working          2      16  NL 0.0725, * 0.12 EUR a part  123 of 500  8.9175 of 40.00 EUR  -\n"
            "\n"
            "KEPT        FOR  AFTER      OLDEST\n"
            "replies  7 days  they came  16:10:00\n",
            "");
    PLAY(pk_command_status, NONE, true, { "GET /v1/status", 200, "{\"b\":1,\"a\":\"я\"}" });
    printed_as(0, "{\"a\":\"я\",\"b\":1}\n", "");
    misused(&pk_command_status, WORDS("now"), "status takes no words");
}

static void test_queue(void **state)
{
    (void) state;
    PLAY(pk_command_queue, NONE, false,
         { "GET /v1/queue", 200,
           "{\"lanes\":[{\"route\":\"sms\",\"priority\":\"normal\",\"waiting\":1200,\"due\":7,\"oldestDueAt\":\"2026-10-14T17:28:00Z\"},"
           "{\"route\":\"sms\",\"priority\":\"urgent\",\"waiting\":1,\"due\":0,\"oldestDueAt\":\"2026-10-15T08:00:00Z\"}],\"inFlight\":3}" });
    printed_as(0,
            "ROUTE  PRIORITY  WAITING  DUE  NEXT DUE      LATE BY\n"
            "sms    normal       1200    7  19:28:00      2 min\n"
            "sms    urgent          1    0  15 Oct 10:00  -\n"
            "being handed over now: 3\n",
            "");
    PLAY(pk_command_queue, NONE, false, { "GET /v1/queue", 200, "{\"lanes\":[],\"inFlight\":0}" });
    printed_as(0, "nothing waits\n", "");
}

/* ---- accounts ---- */

static void test_accounts_pause_and_resume(void **state)
{
    (void) state;
    PLAY(pk_command_accounts, WORDS("pause", "main", "--reason", "a \"quoted\" reason"), false,
         { "POST /v1/accounts/main/pause {\"reason\":\"a \\\"quoted\\\" reason\"}", 200,
           "{\"name\":\"main\",\"state\":\"paused\",\"why\":\"a reason\"}" });
    printed_as(0, "account main: paused, a reason\n", "");
    PLAY(pk_command_accounts, WORDS("pause", "main"), false, { "POST /v1/accounts/main/pause {}", 200, "{\"state\":\"paused\",\"why\":\"\"}" });
    printed_as(0, "account main: paused\n", "");
    PLAY(pk_command_accounts, WORDS("resume", "a/b"), false, { "POST /v1/accounts/a%2Fb/resume {}", 404, NOT_FOUND });
    printed_as(4, "", "pokana: there is no such account\n  hint: List them with pokana accounts list.\n");
    misused(&pk_command_accounts, WORDS("pause"), "which account is to be paused?");
    misused(&pk_command_accounts, WORDS("resume", "a", "b"), "which account is to be resumed?");
    misused(&pk_command_accounts, WORDS("close", "a"), "accounts cannot \"close\"");
}

#define TESTED(answered, exchange)                                                                                          \
    { "GET /v1/accounts/main/test", 200,                                                                                       \
      "{\"message\":\"0000000000001\",\"receipts\":true,\"answerable\":true,\"answeredAt\":" answered ",\"exchange\":\"" exchange "\"}" }
#define STARTED                                                                                                               \
    { "POST /v1/accounts/main/test {\"address\":\"+35988000001\"}", 202, "{\"message\":\"0000000000001\"}" }

static void test_accounts_test(void **state)
{
    (void) state;
    PLAY(pk_command_accounts, WORDS("test", "main", "--to", "+35988000001", "--language", "bg"), false,
         { "POST /v1/accounts/main/test {\"address\":\"+35988000001\",\"language\":\"bg\"}", 202, "{\"message\":\"0000000000001\"}" },
         { "GET /v1/messages/0000000000001?language=en", 200, "{\"state\":\"queued\",\"sentence\":\"In the queue.\"}" },
         { "GET /v1/messages/0000000000001?language=en", 200, "{\"state\":\"delivered\",\"sentence\":\"Delivered.\"}" },
         TESTED("null", ""), { "GET /v1/messages/0000000000001?language=en", 200, "{\"state\":\"delivered\",\"sentence\":\"Delivered.\"}" },
         TESTED("\"2026-10-14T17:30:05Z\"", "> POST https://a.example/\\n< 202\\n"));
    printed_as(0,
            "✓ handed over: the provider took it\n✓ arrived: the receipt says delivered\n✓ answered: your words came back to the gateway\n"
            "\nWhat was exchanged, without numbers, texts and secrets:\n\n> POST https://a.example/\n< 202\n",
            "");
}

static void test_accounts_test_that_stops_on_the_way(void **state)
{
    (void) state;
    /* Refused before it left: there is no exchange to show. */
    PLAY(pk_command_accounts, WORDS("test", "main", "--to=+35988000001"), false, STARTED,
         { "GET /v1/messages/0000000000001?language=en", 200, "{\"state\":\"failed\",\"sentence\":\"Not sent; see the reason.\"}" },
         { "GET /v1/accounts/main/test", 404, "{\"code\":\"not-found\",\"detail\":\"none\"}" });
    printed_as(6, "✗ handed over: Not sent; see the reason.\n", "");
    /* A wrong token: it would wait for ever, and what the provider answered is shown. */
    PLAY(pk_command_accounts, WORDS("test", "main", "--to=+35988000001"), false, STARTED,
         { "GET /v1/messages/0000000000001?language=en", 200, "{\"state\":\"deferred\",\"reason\":\"misconfigured\",\"sentence\":\"Later.\"}" },
         TESTED("null", "> POST https://a.example/\\n< 401\\n"));
    printed_as(6,
            "✗ handed over: the provider does not let this account in, so it is paused. Put its settings and secrets right, then pokana "
            "accounts resume main: the message leaves then.\n"
            "\nWhat was exchanged, without numbers, texts and secrets:\n\n> POST https://a.example/\n< 401\n",
            "");
    /* A session whose adapter does not say what it exchanged. */
    PLAY(pk_command_accounts, WORDS("test", "main", "--to=+35988000001", "--no-reply"), false, STARTED,
         { "GET /v1/messages/0000000000001?language=en", 200, "{\"id\":\"0000000000001\",\"state\":\"delivered\"}" }, TESTED("null", ""));
    printed_as(0,
            "✓ handed over: the provider took it\n✓ arrived: the receipt says delivered\n– answered: not waited for\n"
            "\nIts adapter tells nothing of what passes over its link.\n",
            "");
    /* A receipt, and an answer, that do not come within the time are told apart from what has an end. */
    PLAY(pk_command_accounts, WORDS("test", "main", "--to=+35988000001", "--wait", "0s"), true, STARTED,
         { "GET /v1/messages/0000000000001?language=en", 200, "{\"id\":\"0000000000001\",\"state\":\"accepted\"}" }, TESTED("null", ""));
    printed_as(9,
            "{\"message\":\"0000000000001\",\"state\":\"accepted\",\"handedOver\":\"seen\",\"arrived\":\"open\",\"answered\":\"open\","
            "\"exchange\":\"\"}\n",
            "");
    PLAY(pk_command_accounts, WORDS("test", "main", "--to=+35988000001", "--no-reply"), true, STARTED,
         { "GET /v1/messages/0000000000001?language=en", 200, "{\"id\":\"0000000000001\",\"state\":\"delivered\"}" }, TESTED("null", ""));
    printed_as(0,
            "{\"message\":\"0000000000001\",\"state\":\"delivered\",\"handedOver\":\"seen\",\"arrived\":\"seen\",\"answered\":\"none\","
            "\"exchange\":\"\"}\n",
            "");
    PLAY(pk_command_accounts, WORDS("test", "main", "--to=+35988000001", "--wait", "0s"), true, STARTED,
         { "GET /v1/messages/0000000000001?language=en", 200, "{\"id\":\"0000000000001\",\"state\":\"deferred\"}" });
    printed_as(9,
            "{\"message\":\"0000000000001\",\"state\":\"deferred\",\"handedOver\":\"open\",\"arrived\":\"open\",\"answered\":\"open\","
            "\"exchange\":null}\n",
            "");
    misused(&pk_command_accounts, WORDS("test", "main"), "--to says whose address");
    misused(&pk_command_accounts, WORDS("test", "main", "--to", "x", "--wait", "soon"), "\"soon\" is no length of time");
}

static void test_accounts_play(void **state)
{
    (void) state;
    PLAY(pk_command_accounts, WORDS("play", "sim"), false,
         { "GET /v1/accounts/sim/play", 200,
           "{\"messages\":[{\"attempt\":\"a\",\"address\":\"+35988000001\",\"text\":\"Здравейте!\\nЩе дойдете ли?\",\"state\":\"delivered\","
           "\"at\":\"2026-10-14T17:30:05Z\"},{\"attempt\":\"b\",\"address\":\"+3598800002\",\"text\":\"До скоро\",\"state\":null,\"at\":null}]}" });
    printed_as(0,
            "AT        ADDRESS       STATE      TEXT\n"
            "19:30:05  +35988000001  delivered  Здравейте!↵Ще дойдете ли?\n"
            "-         +3598800002   -          До скоро\n",
            "");
    PLAY(pk_command_accounts, WORDS("play", "sim"), false, { "GET /v1/accounts/sim/play", 200, "{\"messages\":[]}" });
    printed_as(0, "nothing arrived yet\n", "");
    PLAY(pk_command_accounts, WORDS("play", "sim", "--answer", "+35988000001", "да"), false,
         { "POST /v1/accounts/sim/play {\"address\":\"+35988000001\",\"text\":\"да\"}", 202, "{}" });
    printed_as(0, "the answer is on its way\n", "");
    misused(&pk_command_accounts, WORDS("play", "sim", "--answer", "+35988000001"), "put the text in quotes");
    misused(&pk_command_accounts, WORDS("play", "sim", "+35988000001", "да"), "write --answer ADDRESS TEXT");
}

/* ---- pause, resume ---- */

static void test_pause_and_resume_all(void **state)
{
    (void) state;
    misused(&pk_command_pause, WORDS("all"), "write it --all");
    PLAY(pk_command_pause, WORDS("--all"), false, { "PUT /v1/hold {\"all\":true}", 200, "{\"all\":true,\"restored\":false}" });
    printed_as(0, "paused: nothing is handed over any more, also after a restart, until pokana resume --all\n", "");
    PLAY(pk_command_resume, WORDS("--all"), false, { "GET /v1/hold", 200, "{\"all\":true,\"restored\":false}" },
         { "PUT /v1/hold {\"all\":false}", 200, "{\"all\":false,\"restored\":false}" });
    printed_as(0, "resumed: sending goes on\n", "");
    PLAY(pk_command_resume, WORDS("--all"), true, { "GET /v1/hold", 200, "{\"all\":false,\"restored\":false}" },
         { "PUT /v1/hold {\"all\":false}", 200, "{\"all\":false,\"restored\":false}" });
    printed_as(0, "{\"all\":false,\"restored\":false}\n", "");
    misused(&pk_command_pause, NONE, "say --all");
    misused(&pk_command_resume, WORDS("main"), "pokana accounts resume main");
}

static void test_resume_after_a_restore_tells_what_waits(void **state)
{
    (void) state;
    /* The operator's own pause is another thing. */
    PLAY(pk_command_resume, WORDS("--all"), false, { "GET /v1/hold", 200, "{\"all\":true,\"restored\":true}" },
         { "PUT /v1/hold {\"all\":false}", 200, "{\"all\":false,\"restored\":true}" });
    printed_as(0, "still on hold: a backup was restored; when you have looked at what is uncertain, pokana resume --after-restore\n", "");
    PLAY(pk_command_resume, WORDS("--after-restore"), false, { "GET /v1/hold", 200, "{\"all\":false,\"restored\":true}" },
         { "PUT /v1/hold {\"restored\":false}", 200, "{\"all\":false,\"restored\":false}" },
         { "GET /v1/messages?limit=500&state=uncertain", 200, "{\"messages\":[],\"next\":null}" },
         { "GET /v1/messages?limit=500&state=deferred", 200, "{\"messages\":[{\"held\":false},{\"held\":true}],\"next\":\"0000000000007\"}" },
         { "GET /v1/messages?limit=500&state=deferred&after=0000000000007", 200, "{\"messages\":[{\"held\":true}],\"next\":null}" },
         { "GET /v1/messages?limit=500&state=queued", 200, "{\"messages\":[],\"next\":null}" },
         { "GET /v1/messages?limit=500&state=scheduled", 200, "{\"messages\":[{\"held\":false}],\"next\":null}" });
    printed_as(0,
            "resumed: the hold after the restore is lifted\n"
            "2 messages from before the restore still wait for your decision: they may have been sent already\n"
            "  look:    pokana messages list --held\n"
            "  send:    pokana messages release --held\n"
            "  cancel:  pokana messages drop --held\n"
            "  one:     pokana messages resolve ID sent|resend|drop\n",
            "");
}

static void test_held_messages_are_listed(void **state)
{
    (void) state;
    PLAY(pk_command_messages, WORDS("list", "--held", "--limit", "1"), true,
         { "GET /v1/messages?limit=500&state=uncertain", 200, "{\"messages\":[],\"next\":null}" },
         { "GET /v1/messages?limit=500&state=deferred", 200, "{\"messages\":[{\"id\":\"3\",\"held\":false},{\"id\":\"2\",\"held\":true}],\"next\":null}" },
         { "GET /v1/messages?limit=500&state=queued", 200, "{\"messages\":[{\"id\":\"1\",\"held\":true}],\"next\":\"0000000000001\"}" });
    printed_as(0, "{\"messages\":[{\"held\":true,\"id\":\"2\"}],\"next\":null}\n", "");
}

/* ---- messages ---- */

#define ROW(id)                                                                                                            \
    "{\"id\":\"" id "\",\"state\":\"uncertain\",\"reason\":\"no-answer\",\"class\":\"notice\",\"topic\":\"info-point\","   \
    "\"channel\":\"sms\",\"attempts\":2,\"dueAt\":\"2026-10-14T17:30:05Z\",\"expiresAt\":null,\"updatedAt\":\"2026-10-13T17:30:05Z\"," \
    "\"recipient\":\"r000000000001\"}"

static void test_messages_list(void **state)
{
    (void) state;
    PLAY(pk_command_messages, WORDS("list", "--state", "uncertain", "--limit", "2"), false,
         { "GET /v1/messages?limit=2&state=uncertain", 200, "{\"messages\":[" ROW("0000000000002") "],\"next\":\"0000000000002\"}" },
         { "GET /v1/messages?limit=1&state=uncertain&after=0000000000002", 200, "{\"messages\":[" ROW("0000000000001") "],\"next\":\"0000000000001\"}" });
    printed_as(0,
            "MESSAGE        STATE      REASON     CLASS   TOPIC       CHANNEL  ATTEMPTS  DUE       CHANGED       RECIPIENT\n"
            "0000000000002  uncertain  no-answer  notice  info-point  sms             2  19:30:05  13 Oct 19:30  r000000000001\n"
            "0000000000001  uncertain  no-answer  notice  info-point  sms             2  19:30:05  13 Oct 19:30  r000000000001\n"
            "there are more: --limit N, or go on with --after 0000000000001\n",
            "");
    PLAY(pk_command_messages, WORDS("--trigger", "0000000000009", "--after", "x&y"), true,
         { "GET /v1/messages?limit=50&trigger=0000000000009&after=x%26y", 200, "{\"messages\":[{\"id\":\"1\"}],\"next\":null}" });
    printed_as(0, "{\"messages\":[{\"id\":\"1\"}],\"next\":null}\n", "");
    PLAY(pk_command_messages, NONE, false, { "GET /v1/messages?limit=50", 200, "{\"messages\":[],\"next\":null}" });
    printed_as(0, "no such messages\n", "");
    misused(&pk_command_messages, WORDS("list", "--state", "lost"), "there is no state \"lost\"; there are scheduled, queued, ");
    misused(&pk_command_messages, WORDS("list", "--limit", "0"), "no number from 1 to 10000");
    misused(&pk_command_messages, WORDS("list", "--held", "--state", "queued"), "--held stands alone");
}

static void test_a_list_without_end_is_no_list(void **state)
{
    (void) state;
    PLAY(pk_command_messages, NONE, false, { "GET /v1/messages?limit=50", 200, "{\"messages\":[],\"next\":\"0000000000001\"}" });
    printed_as(11, "", "pokana: the gateway answered with a list that has no end\n");
}

#define MESSAGE                                                                                                                     \
    "{\"id\":\"0000000000001\",\"state\":\"sent\",\"reason\":\"none\",\"sentence\":\"Sent; waiting to hear that it arrived.\","     \
    "\"class\":\"notice\",\"topic\":\"info-point\",\"channel\":\"sms\",\"held\":false,\"attempts\":[{\"id\":\"a\",\"account\":\"main\",\"channel\":\"sms\",\"state\":\"accepted\"," \
    "\"reason\":\"none\",\"openedAt\":\"2026-10-14T17:30:00Z\",\"settledAt\":\"2026-10-14T17:30:01Z\",\"parts\":2,\"price\":1234,\"currency\":\"EUR\","  \
    "\"receipts\":[{\"state\":\"sent\",\"code\":\"0\",\"at\":\"2026-10-14T17:30:02Z\"}]}],\"dueAt\":\"2026-10-14T17:30:00Z\","      \
    "\"expiresAt\":\"2026-10-15T17:30:00Z\",\"updatedAt\":\"2026-10-14T17:30:02Z\",\"recipient\":\"r1\"}"
#define MESSAGE_SHOWN                                                         \
    "message    0000000000001\n"                                              \
    "state      sent\n"                                                       \
    "that is    Sent; waiting to hear that it arrived.\n"                     \
    "class      notice\n"                                                     \
    "topic      info-point\n"                                                 \
    "channel    sms\n"                                                        \
    "recipient  r1\n"                                                         \
    "due        2026-10-14 19:30:00 CEST\n"                                   \
    "expires    2026-10-15 19:30:00 CEST\n"                                   \
    "changed    2026-10-14 19:30:02 CEST\n"                                   \
    "\n"                                                                      \
    "ATTEMPT    ACCOUNT  CHANNEL  STATE     REASON, CODE  AT        PARTS       PRICE\n"   \
    "a          main     sms      accepted  -             19:30:00      2  0.1234 EUR\n"   \
    "  receipt  -        -        sent      0             19:30:02      -           -\n"

static void test_messages_show_and_resolve(void **state)
{
    (void) state;
    PLAY(pk_command_messages, WORDS("show", "0000000000001"), false, { "GET /v1/messages/0000000000001?language=en", 200, MESSAGE });
    printed_as(0, MESSAGE_SHOWN, "");
    PLAY(pk_command_messages, WORDS("resolve", "0000000000001", "sent"), false,
         { "POST /v1/messages/0000000000001/resolve {\"resolution\":\"sent\"}", 200, "{}" },
         { "GET /v1/messages/0000000000001?language=en", 200, MESSAGE });
    printed_as(0, MESSAGE_SHOWN, "");
    misused(&pk_command_messages, WORDS("show"), "which message?");
    misused(&pk_command_messages, WORDS("resolve", "1", "lost"), "sent, resend or drop, not \"lost\"");
}

static void test_held_messages(void **state)
{
    (void) state;
    PLAY(pk_command_messages, WORDS("release", "--held"), false, { "POST /v1/messages/release {\"held\":true}", 202, "{}" });
    printed_as(0, "the messages held after the restore are being released: what is still valid goes out, what is too late expires\n", "");
    PLAY(pk_command_messages, WORDS("drop", "--held"), true, { "POST /v1/messages/drop-held {\"held\":true}", 202, "{}" });
    printed_as(0, "{}\n", "");
    misused(&pk_command_messages, WORDS("drop"), "say --held");
    misused(&pk_command_messages, WORDS("drop", "0000000000001", "--held"), "pokana messages resolve 0000000000001");
}

/* ---- triggers ---- */

#define TRIGGER                                                                                                                    \
    "{\"id\":\"0000000000009\",\"publisher\":\"school\",\"state\":\"completed\",\"receivedAt\":\"2026-10-14T17:30:00Z\","          \
    "\"template\":\"parent-meeting-invitation\",\"topic\":\"parent-meetings\",\"planned\":5,\"counts\":{\"delivered\":4,\"read\":0,\"failed\":1}," \
    "\"replies\":{\"yes\":2,\"no\":1,\"heads\":5}}"

static void test_triggers(void **state)
{
    (void) state;
    PLAY(pk_command_triggers, WORDS("list"), false, { "GET /v1/triggers?limit=50", 200, "{\"triggers\":[" TRIGGER "]}" });
    printed_as(0,
            "TRIGGER        PUBLISHER  STATE      RECEIVED  TEMPLATE                   PLANNED  YES  NO  HEADS  MESSAGES\n"
            "0000000000009  school     completed  19:30:00  parent-meeting-invitation        5    2   1      5  delivered 4, failed 1\n",
            "");
    PLAY(pk_command_triggers, WORDS("show", "0000000000009"), false, { "GET /v1/triggers/0000000000009", 200, TRIGGER });
    printed_as(0,
            "trigger    0000000000009\n"
            "publisher  school\n"
            "state      completed\n"
            "received   2026-10-14 19:30:00 CEST\n"
            "template   parent-meeting-invitation\n"
            "topic      parent-meetings\n"
            "planned    5\n"
            "messages   delivered 4, failed 1\n"
            "said yes   2\n"
            "said no    1\n"
            "heads      5\n",
            "");
    PLAY(pk_command_triggers, WORDS("show", "0000000000009"), false,
         { "GET /v1/triggers/0000000000009", 200, "{\"state\":\"completed\",\"planned\":0}" });
    assert_non_null(strstr(caught.out, "Nobody was written to"));
    PLAY(pk_command_triggers, NONE, false, { "GET /v1/triggers?limit=50", 200, "{\"triggers\":[]}" });
    printed_as(0, "no trigger yet\n", "");
}

static int set_up(void **state)
{
    int64_t now_ms = 0;
    (void) state;
    (void) setenv("TZ", "Europe/Amsterdam", 1);
    (void) pk_time_parse(PK_SLICE("2026-10-14T17:30:06Z"), &now_ms);
    pk_clock_set_manual(now_ms);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_status),
        cmocka_unit_test(test_queue),
        cmocka_unit_test(test_accounts_pause_and_resume),
        cmocka_unit_test(test_accounts_test),
        cmocka_unit_test(test_accounts_test_that_stops_on_the_way),
        cmocka_unit_test(test_accounts_play),
        cmocka_unit_test(test_pause_and_resume_all),
        cmocka_unit_test(test_resume_after_a_restore_tells_what_waits),
        cmocka_unit_test(test_held_messages_are_listed),
        cmocka_unit_test(test_messages_list),
        cmocka_unit_test(test_a_list_without_end_is_no_list),
        cmocka_unit_test(test_messages_show_and_resolve),
        cmocka_unit_test(test_held_messages),
        cmocka_unit_test(test_triggers),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
