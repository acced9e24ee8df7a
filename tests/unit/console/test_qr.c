/* SPDX-License-Identifier: EUPL-1.2 */
/* A link as a picture: what the path draws is a QR code, square, with its three corners and a white margin. */
#include "tests/unit/cmocka.h"

#include "gateway/base/mem.h"
#include "gateway/console/qr.h"

#define SIDE_MAX 128

struct picture {
    int side;
    bool dark[SIDE_MAX][SIDE_MAX];
};

/* Draws the path, and finds nothing in it but runs one module high. */
static void drawn(const char *text, struct picture *ret_picture)
{
    struct pk_buf path;
    int used = 0, x, y, wide, back;
    memset(ret_picture, 0, sizeof *ret_picture);
    pk_buf_init(&path, 1u << 16);
    assert_int_equal(pk_qr_path(pk_slice_of(text), &path, &ret_picture->side, NULL), 0);
    assert_in_range(ret_picture->side, 21 + 2 * PK_QR_MARGIN, SIDE_MAX);
    for (const char *c = pk_buf_text(&path); *c; c += used) {
        assert_int_equal(sscanf(c, "M%d %dh%dv1h-%dz%n", &x, &y, &wide, &back, &used), 4);
        assert_int_equal(wide, back);
        assert_true(x >= PK_QR_MARGIN && y >= PK_QR_MARGIN && wide > 0);
        assert_true(x + wide <= ret_picture->side - PK_QR_MARGIN && y < ret_picture->side - PK_QR_MARGIN);
        for (int i = 0; i < wide; i++) {
            assert_false(ret_picture->dark[y][x + i]);
            ret_picture->dark[y][x + i] = true;
        }
    }
    pk_buf_finish(&path);
}

/* A ring of seven by seven around three by three. */
static void has_corner(const struct picture *picture, int left, int top)
{
    for (int y = 0; y < 7; y++)
        for (int x = 0; x < 7; x++) {
            bool ring = x == 0 || x == 6 || y == 0 || y == 6, core = x >= 2 && x <= 4 && y >= 2 && y <= 4;
            assert_int_equal(picture->dark[top + y][left + x], ring || core);
        }
}

static void three_corners_and_a_margin(void **state)
{
    static const char *const links[] = { "sms:+3197000000000?body=START%20festival", "https://t.me/bot?start=festival_bg-Latn",
                                         "viber://pa?chatURI=gemeente&context=parent-meetings_bg-Latn", "x" };
    (void) state;
    for (size_t i = 0; i < PK_COUNT(links); i++) {
        struct picture picture;
        drawn(links[i], &picture);
        int far = picture.side - PK_QR_MARGIN - 7;
        has_corner(&picture, PK_QR_MARGIN, PK_QR_MARGIN);
        has_corner(&picture, far, PK_QR_MARGIN);
        has_corner(&picture, PK_QR_MARGIN, far);
        assert_true(picture.dark[far - 1][PK_QR_MARGIN + 8]); /* the module that is dark in every code */
        for (int at = PK_QR_MARGIN + 8; at < far; at++) { /* the two dotted lines between the corners */
            assert_int_equal(picture.dark[PK_QR_MARGIN + 6][at], (at - PK_QR_MARGIN) % 2 == 0);
            assert_int_equal(picture.dark[at][PK_QR_MARGIN + 6], (at - PK_QR_MARGIN) % 2 == 0);
        }
    }
}

static void other_words_are_another_picture(void **state)
{
    struct picture one, other;
    (void) state;
    drawn("https://t.me/bot?start=festival", &one);
    drawn("https://t.me/bot?start=festivak", &other);
    assert_memory_not_equal(&one, &other, sizeof one);
}

static void nothing_and_too_much_are_not_drawn(void **state)
{
    char text[600];
    struct pk_buf path;
    int side = 0;
    (void) state;
    memset(text, 'a', sizeof text);
    pk_buf_init(&path, 1u << 18);
    assert_int_equal(pk_qr_path(PK_SLICE(""), &path, &side, NULL), PK_E_INVALID);
    assert_int_equal(pk_qr_path(pk_slice_make(text, sizeof text), &path, &side, NULL), PK_E_LIMIT);
    assert_int_equal(path.len, 0);
    pk_buf_finish(&path);
    pk_buf_init(&path, 64);
    assert_int_equal(pk_qr_path(PK_SLICE("festival"), &path, &side, NULL), PK_E_LIMIT);
    pk_buf_finish(&path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_corners_and_a_margin),
        cmocka_unit_test(other_words_are_another_picture),
        cmocka_unit_test(nothing_and_too_much_are_not_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
