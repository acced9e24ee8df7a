/* SPDX-License-Identifier: EUPL-1.2 */
/* The configuration: what a good file becomes, and how each mistake of a bad one is told. */
#include "tests/unit/app/config_support.h"

#include "gateway/app/config_private.h"
#include "gateway/model/states.h"

#define DAY (24 * 3600 * 1000ll)

/* ---- what a good file becomes ---- */

static void the_least_gets_the_defaults(void **state)
{
    struct place place;
    char path[128];
    (void) state;
    place_make(&place);
    pk_auto(pk_config) struct pk_config *config = place_read(&place, PLACE_LEAST);
    assert_string_equal(place.told, "");
    const struct pk_rules *rules = &config->rules;
    assert_string_equal(rules->organisation, "Gemeente Voorbeeld");
    assert_string_equal(rules->instance, "pokana");
    assert_string_equal(rules->zone, "Europe/Amsterdam");
    assert_string_equal(rules->default_language, "bg");
    assert_string_equal(rules->phone_region, "NL");
    assert_null(rules->bus.host);
    assert_null(rules->public_url);
    (void) snprintf(path, sizeof path, "%s/pokana.db", place.folder);
    assert_string_equal(config->database, path);
    (void) snprintf(path, sizeof path, "%s/control.sock", place.folder);
    assert_string_equal(config->control, path);
    assert_string_equal(config->templates, PK_TEMPLATES_DIR);
    assert_null(config->public_address);
    assert_int_equal(config->grace_ms, 20000);
    assert_int_equal(config->log_level, PK_LOG_INFO);
    assert_non_null(config->registry);
    assert_int_equal(rules->topics[0].consent_ms, 730 * DAY);
    assert_int_equal(rules->validity_ms, DAY);
    assert_int_equal(rules->urgent_max_recipients, 200);
    assert_int_equal(rules->question_every_ms, 90 * DAY);
    assert_int_equal(rules->answers_per_day, 5);
    assert_string_equal(rules->default_route, "sms");
    assert_int_equal(rules->keep_messages_ms, 30 * DAY);
    assert_int_equal(rules->keep_triggers_ms, 365 * DAY);
    const struct pk_account_rule *account = &rules->accounts[0];
    assert_string_equal(account->name, "main");
    assert_string_equal(account->adapter->name, "simulator");
    assert_int_equal(account->window, 16);
    assert_int_equal(account->per_second_milli, 20000);
    assert_int_equal(account->retry.max_attempts, 8);
    assert_int_equal(account->breaker.threshold, 5);
    assert_int_equal(account->breaker.trial, 1);
    assert_int_equal(account->receipt_window_ms, 2 * DAY);
    assert_false(account->resend_uncertain);
    place_remove(&place);
}

static void a_door_on_this_machine_is_called_as_it_listens(void **state)
{
    struct place place;
    (void) state;
    place_make(&place);
    pk_auto(pk_config) struct pk_config *config = place_read(&place, PLACE_HEAD "public = 127.0.0.1:8080\n" PLACE_TAIL);
    assert_string_equal(place.told, "");
    assert_string_equal(config->rules.public_url, "http://127.0.0.1:8080");
    place_remove(&place);
}

static void every_kind_of_value_is_read(void **state)
{
    struct place place;
    (void) state;
    place_make(&place);
    place_write(&place, "secret", 0600, "s3cret\n");
    pk_auto(pk_config) struct pk_config *config = place_read(
        &place, "[gateway]\norganisation = Общината\nphone = +31 75 123 4567\npage = https://m.example.nl/bg\nteam = 088 000 1299\nregion = BG\nteam_language = en\ninstance = west\npublic = [::1]:8080\npublic_url = https://m.example.nl/x\n"
                "metrics = 127.0.0.1:0\nlog_level = debug\ndatabase = /var/data/p.db\ngrace = 0s\n"
                "[broker]\nhost = broker.example.nl\nport = 8884\nprotocol = 4\nusername = u\npassword = file:secret\nkeepalive = 2m\n"
                "[topic festival]\nconsent = 30d\n[topic parent-meetings]\n"
                "[account a]\nadapter = simulator\nrate = 0.25\nwindow = 3\nwhen_uncertain = resend\nattempts = 2\nreplies = no\n"
                "[account b]\nadapter = simulator\nrate = 0\n"
                "[route sms]\nchannel = sms\naccounts = b , a\n[route slow]\nchannel = sms\naccounts = a\n"
                "[publisher school]\nsource = urn:x:1\ntemplates = *\ntopics = festival,parent-meetings\ntags = school:*, area:poelenburg\n"
                "priority = urgent\nroute = slow\nstatus = no\nper_minute = 0\nresponse_prefix = answers/\n"
                "[limits]\ndefault_route = slow\n[retention]\nreplies = 2h\n");
    assert_string_equal(place.told, "");
    const struct pk_rules *rules = &config->rules;
    assert_string_equal(rules->organisation, "Общината");
    assert_string_equal(rules->phone, "+31 75 123 4567");
    assert_string_equal(rules->page, "https://m.example.nl/bg");
    assert_string_equal(rules->team, "088 000 1299");
    assert_string_equal(rules->team_language, "en");
    assert_string_equal(pk_rules_team_channel(rules), "sms");
    assert_string_equal(config->journal, "/var/data/pokana.journal"); /* beside the database */
    assert_string_equal(config->public_address, "[::1]:8080");
    assert_string_equal(rules->public_url, "https://m.example.nl/x");
    assert_string_equal(config->database, "/var/data/p.db");
    assert_int_equal(config->log_level, PK_LOG_DEBUG);
    assert_int_equal(config->grace_ms, 0);
    assert_int_equal(rules->bus.port, 8884);
    assert_int_equal(rules->bus.protocol, 4);
    assert_int_equal(rules->bus.keepalive_s, 120);
    assert_string_equal(rules->bus.client_id, "pokana-west");
    assert_string_equal(rules->bus.password, "s3cret");
    assert_int_equal(rules->account_count, 2);
    assert_int_equal(rules->accounts[0].per_second_milli, 250);
    assert_int_equal(rules->accounts[1].per_second_milli, 0);
    assert_true(rules->accounts[0].resend_uncertain);
    assert_false(pk_account_hears(&rules->accounts[0]));
    assert_true(pk_account_hears_all(&rules->accounts[1]));
    assert_int_equal(rules->routes[0].accounts.count, 2);
    assert_string_equal(rules->routes[0].accounts.items[0], "b");
    assert_string_equal(rules->default_route, "slow");
    const struct pk_publisher_rule *publisher = &rules->publishers[0];
    assert_int_equal(publisher->priority, PK_PRIORITY_URGENT);
    assert_false(publisher->status);
    assert_int_equal(publisher->tags.count, 2);
    assert_string_equal(publisher->tags.items[1], "area:poelenburg");
    assert_int_equal(rules->keep_replies_ms, 2 * 3600 * 1000);
    place_drop(&place, "secret");
    place_remove(&place);
}

/* ---- what is told ---- */

static void each_mistake_is_told_with_its_remedy(void **state)
{
    static const struct {
        const char *text, *told;
    } cases[] = {
        { PLACE_HEAD "databse = x\n" PLACE_TAIL, "3 [gateway] databse: there is no such key in a [gateway] section | Did you mean database?\n" },
        { "[gateway]\n" PLACE_TAIL, "1 [gateway] organisation: required setting is missing | The sender as people read it in every message: "
          "short, the texts are measured for 10 characters.\n" },
        { PLACE_HEAD "phone = bel ons\n" PLACE_TAIL,
          "3 [gateway] phone: \"bel ons\" is not a telephone number | Use digits, spaces, + - ( ), as in 075 123 4567.\n" },
        { PLACE_HEAD "phone = 075 123 4567 8 9 10\n" PLACE_TAIL,
          "3 [gateway] phone: the value is longer than 16 characters | Telephone number of the desk, as texts print it. Without it: texts "
          "that name it leave it out.\n" },
        { PLACE_HEAD "page = http://127.0.0.1/bg\n" PLACE_TAIL,
          "3 [gateway] page: people would be sent to a page of this machine | Write an address that begins with https://.\n" },
        { PLACE_HEAD "page = https://messages.example.nl/antwoorden/bg\n" PLACE_TAIL,
          "3 [gateway] page: the value is longer than 40 characters | Page on which people answer and read more: short, the texts are "
          "measured for 22 characters.\n" },
        { PLACE_HEAD "grace = 5\n" PLACE_TAIL,
          "3 [gateway] grace: \"5\" is not a length of time | Write a number and its unit: 500ms, 30s, 5m, 2h or 7d.\n" },
        { PLACE_HEAD "grace = 1h\n" PLACE_TAIL, "3 [gateway] grace: 1h is not between 0s and 5m | How long a stop waits for what is on its way.\n" },
        { PLACE_HEAD "log_level = loud\n" PLACE_TAIL,
          "3 [gateway] log_level: \"loud\" is none of its values | Write one of debug, info, warn, error.\n" },
        { PLACE_HEAD "zone = Europe/Zaandam\n" PLACE_TAIL,
          "3 [gateway] zone: there is no time zone \"Europe/Zaandam\" | Write a name like Europe/Amsterdam.\n" },
        { PLACE_HEAD "region = nl\n" PLACE_TAIL, "3 [gateway] region: \"nl\" is not a country | Write two capital letters like NL.\n" },
        { PLACE_HEAD "proxy = proxy.example.nl:3128\n" PLACE_TAIL,
          "3 [gateway] proxy: \"proxy.example.nl:3128\" is not the address of an HTTP proxy | Write it like http://proxy.example.nl:3128.\n" },
        { PLACE_HEAD "proxy = http://me:secret@proxy.example.nl\n" PLACE_TAIL,
          "3 [gateway] proxy: a name and password cannot be written here | Let the proxy know this machine by its address.\n" },
        { PLACE_HEAD "ca_file = /dev/null/none.pem\n" PLACE_TAIL,
          "3 [gateway] ca_file: could not look at \"/dev/null/none.pem\": Not a directory | Certificates of authorities trusted for providers. "
          "Without it: the system's.\n" },
        { PLACE_HEAD "ca_file = /etc/passwd\n" PLACE_TAIL,
          "3 [gateway] ca_file: \"/etc/passwd\" holds no certificate | Name a PEM file: its first line is -----BEGIN CERTIFICATE-----.\n" },
        { PLACE_HEAD "instance =\n" PLACE_TAIL, "3 [gateway] instance: the value is empty | Give it a value, or put # before the line.\n" },
        { PLACE_HEAD "metrics = 0.0.0.0:9464\n" PLACE_TAIL,
          "3 [gateway] metrics: health and metrics may listen on a loopback address only | Write 127.0.0.1:PORT; let a proxy with a login "
          "carry it further.\n" },
        { PLACE_HEAD "metrics = localhost:1\n" PLACE_TAIL,
          "3 [gateway] metrics: \"localhost:1\" is not an address and a port | Write it like 127.0.0.1:8080 or [::1]:8080.\n" },
        { PLACE_HEAD "public = 0.0.0.0:1\n" PLACE_TAIL,
          "3 [gateway] public: a public door needs public_url beside it | Add public_url: providers sign or are given the address they call.\n" },
        { PLACE_HEAD "public = 127.0.0.1:1\npublic_url = http://m.example.nl\n" PLACE_TAIL,
          "4 [gateway] public_url: \"http://m.example.nl\" is not an https address | Write it like https://messages.example.nl, without a slash "
          "at the end.\n" },
        { PLACE_HEAD "public_url = https://m.example.nl\n" PLACE_TAIL,
          "3 [gateway] public_url: public_url is there, but nothing listens | Add public = 127.0.0.1:8080, the port the TLS proxy passes calls "
          "to.\n" },
        { PLACE_LEAST "[retention]\nmessages = 91d\n", "10 [retention] messages: 91d is not between 1h and 90d | Finished messages with their attempts and receipts; their "
          "counts stay.\n" },
        { PLACE_LEAST "[limits]\ndefault_route = chat\n", "10 [limits] default_route: there is no route \"chat\" | The route of whoever names none. Without it: the first "
          "route.\n" },
        { PLACE_LEAST "[acount x]\n", "9 [acount x] : there is no such section | Did you mean [account]?\n" },
        { PLACE_LEAST "[account two]\nadapter = http\nurl = https://m.example.nl/\nbody = {to}\n",
          "9 [account two] : an account at a real provider must name it | Add provider = NAME and [provider NAME] with company, country, "
          "contract and keeps.\n" },
        { PLACE_LEAST "[account two]\nadapter = simulator\nprovider = nobody\n",
          "11 [account two] provider: there is no provider \"nobody\" | Add its [provider NAME] section.\n" },
        { PLACE_LEAST "[provider x]\ncompany = X\ncountry = nl\ncontract = 2026-02-31\nkeeps = 30d\n",
          "11 [provider x] country: \"nl\" is not a country | Write two capital letters like NL.\n"
          "12 [provider x] contract: \"2026-02-31\" is not a day | Write it like 2026-01-31.\n" },
        { PLACE_LEAST "[provider x]\ncompany = X\ncountry = NL\nkeeps = 30d\n",
          "9 [provider x] contract: required setting is missing | The day of the processing agreement, like 2026-01-31.\n" },
        { PLACE_LEAST "[account]\nadapter = simulator\n",
          "9 [account] : the section needs a name | Write [account NAME], the name in lower-case letters, digits and - inside.\n" },
        { PLACE_LEAST "[limits x]\n", "9 [limits x] : this section has no name of its own | Write [limits].\n" },
        { PLACE_LEAST "[account two]\nadapter = simulater\n", "10 [account two] adapter: there is no adapter \"simulater\" | Did you mean simulator?\n" },
        { PLACE_LEAST "[account two]\nadapter = simulator\nrate = 1.2345\n",
          "11 [account two] rate: \"1.2345\" is not a rate up to 100000 a second | Write a number like 20 or 0.2, with at most three digits after "
          "the point; 0 = unlimited.\n" },
        { PLACE_LEAST "[account two]\nadapter = simulator\nwindow = 0\n", "11 [account two] window: 0 is not between 1 and 1024 | Hand-overs at once.\n" },
        { PLACE_LEAST "[account two]\nadapter = simulator\nretry_max = 1s\n", "11 [account two] retry_max: it is shorter than retry_first | Longest pause between attempts.\n" },
        { PLACE_LEAST "[account two]\nadapter = simulator\ntimeout = 1s\n", "11 [account two] timeout: it is shorter than connect_timeout | How long one request may take; after that what "
          "became of it is unknown.\n" },
        { PLACE_LEAST "[route two]\nchannel = sms\naccounts = main, nobody\n",
          "11 [route two] accounts: there is no account \"nobody\" | Add its [account NAME] section, or take it from the list.\n" },
        { PLACE_LEAST "[route two]\nchannel = sms\naccounts = main, main\n",
          "11 [route two] accounts: \"main\" is in the list twice | Keep one of them.\n" },
        { PLACE_LEAST "[route two]\nchannel = sms\naccounts = main\nscreens = hall desk\n",
          "9 [route two] languages: languages is missing | A route to screens names both.\n"
          "12 [route two] screens: \"hall desk\" is not a name | Names are lower-case letters, digits and inner hyphens, with commas between.\n"
          "12 [route two] screens: channel \"sms\" is one people are written to on | Make a route of its own for screens.\n" },
        { PLACE_LEAST "[account two]\nadapter = simulator\n[route two]\nchannel = pigeon\naccounts = two\n",
          "12 [route two] channel: account \"two\" does not offer channel \"pigeon\" | `pokana adapters NAME` shows the channels of an adapter.\n" },
        { PLACE_LEAST "[broker]\nhost = h\npassword = secret\nusername = u\n",
          "11 [broker] password: a secret cannot be written here | Put it in a file of mode 600 and write file:/path/of/the/file.\n" },
        { PLACE_LEAST "[broker]\nhost = h\nport = 99999\n", "11 [broker] port: 99999 is not between 1 and 65535 | Its port; 8883 is usual with TLS.\n" },
        { PLACE_HEAD, "0 [] : there is no [topic NAME] section | What people can agree to: one section each.\n"
                      "0 [] : there is no [account NAME] section | A configured instance of an adapter. Its own settings are shown by `pokana "
                      "adapters NAME`.\n"
                      "0 [] : there is no [route NAME] section | The accounts of one channel, in order of preference.\n" },
    };
    struct place place;
    (void) state;
    place_make(&place);
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        assert_null(place_read(&place, cases[i].text));
        assert_string_equal(place.told, cases[i].told);
    }
    place_remove(&place);
}

/* Numbers and texts stand on it for whoever opens it. */
static void the_phones_are_a_simulators_on_this_machine(void **state)
{
    static const struct {
        const char *text, *told;
    } cases[] = {
        { PLACE_HEAD "phones = yes\n" PLACE_TAIL,
          "3 [gateway] phones: the page of the simulated phones is for this machine: it needs a public door on a loopback address | Write "
          "public = 127.0.0.1:8080 beside it.\n" },
        { PLACE_HEAD "public = 0.0.0.0:1\npublic_url = https://m.example.nl\nphones = yes\n" PLACE_TAIL,
          "5 [gateway] phones: the page of the simulated phones is for this machine: it needs a public door on a loopback address | Write "
          "public = 127.0.0.1:8080 beside it.\n" },
        { PLACE_HEAD "public = 127.0.0.1:1\nphones = yes\n" PLACE_TAIL
          "[provider somebody]\ncompany = Somebody\ncountry = NL\ncontract = 2026-01-31\nkeeps = 30d\n"
          "[account real]\nadapter = http\nprovider = somebody\nurl = https://sms.example.nl/\nbody = {to}{text}\n",
          "4 [gateway] phones: account \"real\" reaches real people, and the page shows numbers and texts to whoever opens it | Leave phones "
          "out here, or give the simulator a gateway of its own.\n" },
    };
    struct place place;
    (void) state;
    place_make(&place);
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        assert_null(place_read(&place, cases[i].text));
        assert_string_equal(place.told, cases[i].told);
    }
    struct pk_config *config = place_read(&place, PLACE_HEAD "public = 127.0.0.1:1\nphones = yes\n" PLACE_TAIL);
    assert_non_null(config);
    assert_true(config->rules.phones);
    pk_config_free(config);
    place_remove(&place);
}

/* What is wrong with it is said, but not the address. */
static void the_team_has_an_address_and_a_route(void **state)
{
    static const struct {
        const char *text, *told;
    } cases[] = {
        { PLACE_HEAD "team = 020 1234\n" PLACE_TAIL,
          "3 [gateway] team: it is neither a mail address nor a mobile number | Write name@example.nl, or a mobile number with its country.\n" },
        { PLACE_HEAD "team = desk@example\n" PLACE_TAIL,
          "3 [gateway] team: it is neither a mail address nor a mobile number | Write name@example.nl, or a mobile number with its country.\n" },
        { PLACE_HEAD "team = desk@example.nl\n" PLACE_TAIL,
          "3 [gateway] team: there is no route of channel \"email\" to tell the team by | Add a [route] of that channel, or name an address of "
          "another.\n" },
    };
    struct place place;
    (void) state;
    place_make(&place);
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        struct pk_config *config = place_read(&place, cases[i].text);
        assert_null(config);
        assert_string_equal(place.told, cases[i].told);
    }
    place_remove(&place);
}

/* How long what is kept has a most that cannot be passed, and must be long enough for what needs it. */
static void retention_has_its_bounds(void **state)
{
    static const struct {
        const char *text, *told;
    } cases[] = {
        { PLACE_LEAST "[retention]\nvalues = 8d\n", "10 [retention] values: 8d is not between 1h and 7d | What was filled into a text, after its validity; of a "
          "text that asks nothing until its messages are final.\n" },
        { PLACE_LEAST "[retention]\nrsvps = 91d\n", "10 [retention] rsvps: 91d is not between 1d and 90d | Who said yes or no to an invitation, after its validity; the "
          "sums stay as long as the trigger.\n" },
        { PLACE_LEAST "[limits]\nreply_window = 8d\n",
          "10 [limits] reply_window: a yes could not be answered: what it is about is kept for 7d only | Make it shorter, or [retention] values "
          "longer.\n" },
    };
    struct place place;
    (void) state;
    place_make(&place);
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        assert_null(place_read(&place, cases[i].text));
        assert_string_equal(place.told, cases[i].told);
    }
    place_remove(&place);
}

#define BUS "[broker]\nhost = h\n"
#define SCHOOL PLACE_LEAST BUS "[publisher school]\n"

static void publishers_name_what_exists(void **state)
{
    static const struct {
        const char *text, *told;
    } cases[] = {
        { SCHOOL "source = urn:a\ntemplates = *\ntopics = party\ntags = *\n",
          "14 [publisher school] topics: there is no topic \"party\" | Add its [topic NAME] section, or take it from the list.\n" },
        { SCHOOL "source = urn:a\ntemplates = *\ntopics = *\ntags = School\n",
          "15 [publisher school] tags: \"School\" is not a tag | Write kind:name, kind:* or *.\n" },
        { SCHOOL "source = urn:a\ntemplates = *\ntopics = *\ntags = *\nroute = chat\n",
          "16 [publisher school] route: there is no route \"chat\" | Add its [route NAME] section.\n" },
        { SCHOOL "source = urn:a\ntemplates = *\ntopics = *\ntags = *\nresponse_prefix = answers/#\n",
          "16 [publisher school] response_prefix: it holds a character that no topic for publishing may have | Write the beginning of a topic, "
          "like answers/school/.\n" },
        { SCHOOL "source = urn:a\ntemplates = *\ntopics = *\ntags = *\n[publisher two]\nsource = urn:a\ntemplates = *\ntopics = *\ntags = *\n",
          "17 [publisher two] source: publisher \"school\" has this source already | Give each publisher a source of its own.\n" },
        { PLACE_LEAST "[publisher p]\nsource = urn:a\ntemplates = *\ntopics = *\ntags = *\n",
          "9 [publisher p] : there are publishers, but no broker to hear them on | Add a [broker] section, or public in [gateway] for tokens.\n" },
    };
    struct place place;
    (void) state;
    place_make(&place);
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        assert_null(place_read(&place, cases[i].text));
        assert_string_equal(place.told, cases[i].told);
    }
    place_remove(&place);
}

static void all_mistakes_are_told_at_once(void **state)
{
    struct place place;
    (void) state;
    place_make(&place);
    assert_null(place_read(&place, "nonsense\n[gateway]\ngrace = x\nlog_level = x\n[topic a]\nconsent = 1h\n[account m]\nadapter = simulator\n"
                                   "window = x\nno_such = 1\n[route r]\nchannel = sms\naccounts = z\n"));
    size_t lines = 0;
    for (const char *c = place.told; *c; c++)
        lines += *c == '\n';
    assert_int_equal(lines, 8);
    place_remove(&place);
}

/* ---- secrets ---- */

static void a_secret_file_is_private(void **state)
{
    static const char text[] = PLACE_LEAST "[broker]\nhost = h\nusername = u\npassword = file:secret\n";
    struct place place;
    (void) state;
    place_make(&place);
    place_write(&place, "secret", 0644, "s3cret\n");
    assert_null(place_read(&place, text));
    assert_non_null(strstr(place.told, "12 [broker] password: "));
    assert_non_null(strstr(place.told, "can be read or written by others | Run chmod 600 on it."));
    assert_null(strstr(place.told, "s3cret"));
    place_write(&place, "secret", 0600, "s3cret\n");
    pk_auto(pk_config) struct pk_config *config = place_read(&place, text);
    assert_non_null(config);
    place_drop(&place, "secret");
    assert_null(place_read(&place, text));
    assert_non_null(strstr(place.told, "No such file"));
    place_remove(&place);
}

static void credentials_are_the_service_managers(void **state)
{
    static const char text[] = "[gateway]\norganisation = G\nkeys = credential:keys\n" PLACE_TAIL
                               "[broker]\nhost = h\nusername = u\npassword = credential:word\n";
    struct place place;
    char path[128];
    (void) state;
    place_make(&place);
    (void) unsetenv("CREDENTIALS_DIRECTORY");
    assert_null(place_read(&place, text));
    assert_non_null(strstr(place.told, "3 [gateway] keys: no credentials were passed to this process | Add LoadCredential="));
    assert_non_null(strstr(place.told, "13 [broker] password: credential \"word\" cannot be read"));
    (void) setenv("CREDENTIALS_DIRECTORY", place.folder, 1);
    place_write(&place, "word", 0440, "s3cret"); /* as an access list of the service manager shows */
    pk_auto(pk_config) struct pk_config *config = place_read(&place, text);
    assert_string_equal(place.told, "");
    (void) snprintf(path, sizeof path, "%s/keys", place.folder);
    assert_string_equal(config->keys, path);
    assert_string_equal(config->rules.bus.password, "s3cret");
    (void) unsetenv("CREDENTIALS_DIRECTORY");
    place_drop(&place, "word");
    place_remove(&place);
}

/* ---- the other readers ---- */

static void commands_need_the_places_only(void **state)
{
    struct place place;
    struct pk_config *config = NULL;
    (void) state;
    place_make(&place);
    (void) unsetenv("CREDENTIALS_DIRECTORY");
    place_write(&place, "pokana.conf", 0600,
                PLACE_HEAD "keys = credential:keys\n[account x]\nadapter = none\n[broker]\nhost = h\npassword = plain\n");
    struct pk_ini_report report = place_report(&place);
    assert_int_equal(pk_config_read_places(place.conf, false, &report, &config, NULL), 0);
    assert_string_equal(place.told, "");
    assert_string_equal(config->keys, "credential:keys");
    assert_int_equal(config->rules.account_count, 0);
    pk_config_free(config);
    assert_int_equal(pk_config_read_places(place.conf, true, &report, &config, NULL), PK_E_CONFIG);
    assert_non_null(strstr(place.told, "[broker] password: a secret cannot be written here"));
    place_remove(&place);
}

static void a_reload_borrows_the_adapters(void **state)
{
    struct place place;
    (void) state;
    place_make(&place);
    pk_auto(pk_config) struct pk_config *first = place_read(&place, PLACE_LEAST);
    pk_auto(pk_config) struct pk_config *second = NULL;
    struct pk_ini_report report = place_report(&place);
    assert_int_equal(pk_config_read_with(place.conf, first->registry, &report, &second, NULL), 0);
    assert_null(second->registry);
    assert_ptr_equal(first->rules.accounts[0].adapter, second->rules.accounts[0].adapter);
    place_remove(&place);
}

static void texts_are_looked_up_in_the_catalog(void **state)
{
    struct place place;
    pk_auto(pk_catalog) struct pk_catalog *catalog = NULL;
    (void) state;
    place_make(&place);
    pk_auto(pk_config) struct pk_config *config =
        place_read(&place, "[gateway]\norganisation = G\nlanguage = fr\ntemplates = " PK_TEST_TEMPLATES "\nteam = +359880001299\nteam_language = de\n" PLACE_TAIL BUS
                           "[publisher school]\nsource = urn:a\ntemplates = help, nonesuch\ntopics = *\ntags = *\n");
    assert_string_equal(place.told, "");
    struct pk_ini_report report = place_report(&place);
    assert_int_equal(pk_config_load_catalog(config, &report, &catalog, NULL), PK_E_CONFIG);
    assert_string_equal(place.told, "3 [gateway] language: there are no texts in the language \"fr\" | Write the name of one of the folders of "
                                    "the templates, like bg.\n6 [gateway] team_language: there is no text \"inbox-waiting\" in the "
                                    "language \"de\" | Write a folder of the templates with that text, like nl.\n17 [publisher school] templates: there is no text \"nonesuch\" | Add the text to "
                                    "the folder of templates, or take it from the list.\n");
    place_remove(&place);
}

/* The texts know what the file says, and what makes them longer is said. */
static void texts_know_the_house(void **state)
{
    struct place place;
    pk_auto(pk_catalog) struct pk_catalog *catalog = NULL;
    (void) state;
    place_make(&place);
    pk_auto(pk_config) struct pk_config *config = place_read(
        &place, "[gateway]\norganisation = G\npage = https://m.example.nl/bg\ntemplates = " PK_TEST_TEMPLATES "\n" PLACE_TAIL);
    struct pk_ini_report report = place_report(&place);
    assert_int_equal(pk_config_load_catalog(config, &report, &catalog, NULL), 0);
    assert_true(pk_catalog_knows_page(catalog));
    assert_int_equal(pk_template_check_values(catalog, PK_SLICE("breach"), NULL, NULL), 0);
    place_remove(&place);
}

static void lengths_of_time_are_told_as_written(void **state)
{
    static const struct {
        int64_t ms;
        const char *text;
    } cases[] = { { 0, "0s" }, { 100, "100ms" }, { 90000, "90s" }, { 300000, "5m" }, { 48 * 3600000ll, "2d" }, { 3600000, "1h" } };
    char text[32];
    (void) state;
    for (size_t i = 0; i < PK_COUNT(cases); i++)
        assert_string_equal(pk_config_duration_text(cases[i].ms, text), cases[i].text);
}

static void a_file_that_is_not_there_is_said(void **state)
{
    struct pk_config *config = NULL;
    struct pk_ini_report report = { 0 };
    struct pk_error err = { 0 };
    (void) state;
    assert_int_equal(pk_config_read("/nonexistent/pokana.conf", &report, &config, &err), PK_E_NOT_FOUND);
    assert_string_equal(err.message, "could not open \"/nonexistent/pokana.conf\": No such file or directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_least_gets_the_defaults),
        cmocka_unit_test(a_door_on_this_machine_is_called_as_it_listens),
        cmocka_unit_test(every_kind_of_value_is_read),
        cmocka_unit_test(each_mistake_is_told_with_its_remedy),
        cmocka_unit_test(the_phones_are_a_simulators_on_this_machine),
        cmocka_unit_test(the_team_has_an_address_and_a_route),
        cmocka_unit_test(retention_has_its_bounds),
        cmocka_unit_test(publishers_name_what_exists),
        cmocka_unit_test(all_mistakes_are_told_at_once),
        cmocka_unit_test(a_secret_file_is_private),
        cmocka_unit_test(credentials_are_the_service_managers),
        cmocka_unit_test(commands_need_the_places_only),
        cmocka_unit_test(a_reload_borrows_the_adapters),
        cmocka_unit_test(texts_are_looked_up_in_the_catalog),
        cmocka_unit_test(texts_know_the_house),
        cmocka_unit_test(lengths_of_time_are_told_as_written),
        cmocka_unit_test(a_file_that_is_not_there_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
