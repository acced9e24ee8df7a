/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The desk where a person sees what the simulated phones got, and answers from one of them.
 */
#include "adapters/simulator/simulator.h"

#include "adapters/kit/text.h"

#include <stdlib.h>

#define REPLY_MAX_BYTES 4096u

static int play_list(void *self, int (*show)(void *ctx, const struct pk_play_item *item), void *ctx)
{
    const struct simulator *sim = self;
    return pk_simulator_arrivals_list(&sim->arrivals, show, ctx);
}

static int play_answer(void *self, struct pk_slice address, struct pk_slice text, int64_t now_ms, struct pk_error *err)
{
    static const struct simulator_behaviour typed = { "typed", "", PK_OUTCOME_ACCEPTED, "y", NULL };
    struct simulator *sim = self;
    char number[PK_KIT_E164_ROOM];
    if (!sim->link)
        return pk_fail(err, PK_E_BUSY, "could not answer: the account is not at work");
    if (!pk_slice_starts(address, "+") || pk_kit_e164(address, number) != 0) {
        (void) pk_fail(err, PK_E_INVALID, "the address is no number");
        return pk_hint(err, PK_E_INVALID, "Write it with country code and \"+\", as the list shows it.");
    }
    if (text.len > REPLY_MAX_BYTES || !pk_kit_utf8(text))
        return pk_fail(err, PK_E_INVALID, "the text is not UTF-8, or longer than %u bytes", REPLY_MAX_BYTES);
    char *copy = malloc(text.len + 1);
    struct simulator_course *course = copy ? pk_simulator_course_take(&sim->courses) : NULL;
    if (!course) {
        free(copy);
        return pk_fail(err, PK_E_BUSY, "could not answer: the simulator is full");
    }
    if (text.len > 0)
        memcpy(copy, text.data, text.len);
    course->behaviour = &typed;
    course->step = typed.course;
    course->answered = true;
    course->number = ++sim->numbers;
    course->text = copy;
    course->text_len = text.len;
    course->address_len = (uint8_t) strlen(number);
    memcpy(course->address, number, course->address_len);
    pk_simulator_course_wait(&sim->courses, course, now_ms);
    pk_simulator_arrivals_type(&sim->arrivals, pk_slice_of(number), text, now_ms);
    pk_simulator_wake(sim);
    return 0;
}

const struct pk_play_ops pk_simulator_play = { .size = sizeof(struct pk_play_ops), .list = play_list, .answer = play_answer };
