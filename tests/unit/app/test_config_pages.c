/* SPDX-License-Identifier: EUPL-1.2 */
/* The style of the house, and a proxy that signs users in: what is taken, and how whatever is unsafe is refused. */
#include "tests/unit/app/config_support.h"

#define HEAD "[gateway]\norganisation = Gemeente Voorbeeld\ntemplates = " PK_TEST_TEMPLATES "\n"
#define LOCAL "public = 127.0.0.1:18080\npublic_url = https://m.example.nl\n"
#define SECRET "0123456789abcdef0123456789abcdef\n"
#define PROXY "[sign_in]\nheader = X-Pokana-User\nsecret = file:secret\n"

static void what_a_proxy_is_told_by(void **state)
{
    struct place place;
    (void) state;
    place_make(&place);
    place_write(&place, "secret", 0600, SECRET);
    pk_auto(pk_config) struct pk_config *off = place_read(&place, HEAD LOCAL PLACE_TAIL "[sign_in]\n");
    assert_string_equal(place.told, "");
    assert_null(off->rules.proxy_header);
    pk_auto(pk_config) struct pk_config *config = place_read(&place, HEAD LOCAL PLACE_TAIL PROXY);
    assert_string_equal(place.told, "");
    assert_string_equal(config->rules.proxy_header, "X-Pokana-User");
    assert_string_equal(config->rules.proxy_proof, "X-Pokana-Proof");
    assert_string_equal(config->rules.proxy_secret, "0123456789abcdef0123456789abcdef");
    assert_int_equal(config->rules.proxy_from.count, 1);
    assert_string_equal(config->rules.proxy_from.items[0], "127.0.0.1");
    assert_true(config->rules.proxy_second);
    place_drop(&place, "secret");
    place_remove(&place);
}

static void an_unsafe_one_is_refused(void **state)
{
    static const char *const cases[][2] = {
        { LOCAL PLACE_TAIL "[sign_in]\nheader = X-Pokana-User\n", "[sign_in] header: without a secret anybody on this machine" },
        { LOCAL PLACE_TAIL "[sign_in]\nsecret = file:secret\n", "[sign_in] secret: no header is named" },
        { LOCAL PLACE_TAIL "[sign_in]\nheader = X-Pokana-User\nsecret = file:short\n", "[sign_in] secret: the secret is shorter than 32 characters" },
        { LOCAL PLACE_TAIL "[sign_in]\nheader = X-Pokana-User\nsecret = plain-words\n", "[sign_in] secret: " },
        { LOCAL PLACE_TAIL "[sign_in]\nheader = X-Pokana-User\nsecret = file:open\n", "[sign_in] secret: " },
        { PLACE_TAIL PROXY, "[sign_in] header: a proxy may only sign users in where the public door is on a loopback address" },
        { "public = 0.0.0.0:18080\npublic_url = https://m.example.nl\n" PLACE_TAIL PROXY, "[sign_in] header: a proxy may only sign users in" },
        { LOCAL PLACE_TAIL PROXY "from = 10.0.0.1\n", "[sign_in] from: \"10.0.0.1\" is no address of this machine" },
        { LOCAL PLACE_TAIL PROXY "from = 127.0.0.1, 0.0.0.0\n", "[sign_in] from: \"0.0.0.0\" is no address of this machine" },
        { LOCAL PLACE_TAIL PROXY "proof_header = x-pokana-user\n", "[sign_in] proof_header: the name of the user stands in this header already" },
        { LOCAL PLACE_TAIL PROXY "proof_header = Cookie\n", "[sign_in] proof_header: \"Cookie\" is no header for that" },
        { LOCAL PLACE_TAIL "[sign_in]\nheader = X-Forwarded-For\nsecret = file:secret\n", "[sign_in] header: \"X-Forwarded-For\" is no header for that" },
        { LOCAL PLACE_TAIL "[sign_in]\nheader = X-User Name\nsecret = file:secret\n", "[sign_in] header: \"X-User Name\" is no header for that" },
    };
    struct place place;
    (void) state;
    place_make(&place);
    place_write(&place, "secret", 0600, SECRET);
    place_write(&place, "short", 0600, "0123456789abcdef0123456789abcde\n");
    place_write(&place, "open", 0644, SECRET);
    for (size_t i = 0; i < PK_COUNT(cases); i++) {
        char text[2048];
        (void) snprintf(text, sizeof text, "%s%s", HEAD, cases[i][0]);
        pk_auto(pk_config) struct pk_config *config = place_read(&place, text);
        assert_null(config);
        if (!strstr(place.told, cases[i][1]))
            fail_msg("%s told: %s", cases[i][0], place.told);
    }
    place_drop(&place, "secret");
    place_drop(&place, "short");
    place_drop(&place, "open");
    place_remove(&place);
}

static void the_style_of_the_house(void **state)
{
    static const char *const wrong[][2] = {
        { "a { color: red } </style>", "is no style file: there is a <" },
        { "@import 'https://example.nl/x.css';", "is no style file: it imports another file" },
        { "a { content: '\xff' }", "is no style file: it is no text in UTF-8" },
    };
    struct place place;
    (void) state;
    place_make(&place);
    pk_auto(pk_config) struct pk_config *none = place_read(&place, HEAD "theme = theme.css\n" PLACE_TAIL);
    assert_null(none);
    assert_non_null(strstr(place.told, "[gateway] theme: "));
    for (size_t i = 0; i < PK_COUNT(wrong); i++) {
        place_write(&place, "theme.css", 0644, wrong[i][0]);
        pk_auto(pk_config) struct pk_config *config = place_read(&place, HEAD "theme = theme.css\n" PLACE_TAIL);
        assert_null(config);
        assert_non_null(strstr(place.told, wrong[i][1]));
    }
    char *large = malloc((64u << 10) + 2);
    memset(large, ' ', (64u << 10) + 1);
    large[(64u << 10) + 1] = '\0';
    place_write(&place, "theme.css", 0644, large);
    free(large);
    pk_auto(pk_config) struct pk_config *too_large = place_read(&place, HEAD "theme = theme.css\n" PLACE_TAIL);
    assert_null(too_large);
    place_write(&place, "theme.css", 0644, "a { color: red }\n");
    pk_auto(pk_config) struct pk_config *config = place_read(&place, HEAD "theme = theme.css\n" PLACE_TAIL);
    assert_string_equal(place.told, "");
    assert_string_equal(config->rules.theme, "a { color: red }\n");
    place_drop(&place, "theme.css");
    place_remove(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_proxy_is_told_by),
        cmocka_unit_test(an_unsafe_one_is_refused),
        cmocka_unit_test(the_style_of_the_house),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
