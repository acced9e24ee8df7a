/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What text costs on one core: a render, a segmentation, a reply and a phone number, each over inputs as they come in.
 * Alone among the programs of this folder it links a part of the gateway, gateway/language, because there is no way to
 * ask these from outside without measuring a process and a pipe. Each figure is the median of many batches, and the
 * least of them beside it: what the neighbours take can only add.
 */
#include "gateway/base/json.h"
#include "gateway/language/catalog.h"
#include "gateway/language/phone.h"
#include "gateway/language/segment.h"
#include "tests/bench/common.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char usage[] = "language --templates FOLDER [--batches N] [--batch N]\n";

#define BATCHES_MAX 100000u
#define TEXT_MAX 65536u
#define SEGMENT_UNITS 134u /* two full parts in Cyrillic */

struct work {
    const struct pk_catalog *catalog;
    struct pk_json *values;
    struct pk_slice counted;   /* rendered: it has a plural and a day, and is written in Latin letters */
    struct pk_slice long_text; /* segmented */
    struct pk_buf out;
};

/* ---- what is measured; each does its round's share and dies of a wrong answer ---- */

static void render(struct work *work, size_t round)
{
    (void) round;
    const struct pk_render what = { .language = PK_SLICE("bg"),
                                    .rendering = PK_SLICE("bg-Latn"),
                                    .body = work->counted,
                                    .values = work->values,
                                    .org = PK_SLICE("Община Заанстад"),
                                    .zone = "Europe/Amsterdam" };
    pk_buf_clear(&work->out);
    if (pk_catalog_render(work->catalog, &what, &work->out, NULL) != 0)
        bench_die("the text cannot be written");
}

static void segment(struct work *work, size_t round)
{
    struct pk_segmentation found;
    uint32_t units[PK_PARTS_MAX];
    if (pk_segment(work->long_text, round % 2 == 1, &found, units) != 0 || found.units != SEGMENT_UNITS)
        bench_die("the text has not %u units", SEGMENT_UNITS);
}

static const struct {
    const char *text;
    enum pk_intent intent;
} replies[] = {
    { "ДА", PK_INTENT_YES },
    { "не", PK_INTENT_NO },
    { "СТОП", PK_INTENT_STOP },
    { "CTOП", PK_INTENT_STOP }, /* half of it typed in Latin */
    { "SТОП", PK_INTENT_STOP },
    { "с т о п !", PK_INTENT_STOP },
    { "otpi6i me molq", PK_INTENT_STOP },
    { "Да, ще дойдем 3 души, благодаря!", PK_INTENT_YES },
    { "да, 12 души", PK_INTENT_YES },
    { "Моля Ви, спрете вече!", PK_INTENT_STOP },
    { "Кои сте Вие?", PK_INTENT_HELP },
    { "Lütfen mesaj atmayın", PK_INTENT_STOP },
    { "Ik begrijp het niet hoor", PK_INTENT_HELP },
    { "👍", PK_INTENT_YES },
    { "старт моля", PK_INTENT_START },
    { "Здравейте, може ли да дойда с детето и в колко часа трябва да сме там?", PK_INTENT_NONE },
};

static void reply(struct work *work, size_t round)
{
    struct pk_reply_meaning meaning;
    pk_reply_understand(pk_catalog_reply_words(work->catalog), pk_slice_of(replies[round % PK_COUNT(replies)].text), &meaning);
    if (meaning.intent != replies[round % PK_COUNT(replies)].intent)
        bench_die("\"%s\" is understood as \"%s\"", replies[round % PK_COUNT(replies)].text, pk_intent_name(meaning.intent));
}

static const struct {
    const char *text;
    enum pk_phone_status status;
} numbers[] = {
    { "+31612345678", PK_PHONE_OK },      { "06 123 45 678", PK_PHONE_OK },       { "0031 6 12345678", PK_PHONE_OK },
    { "+359 88 000 1234", PK_PHONE_OK },  { "0888 000 123", PK_PHONE_AMBIGUOUS }, { "тел.: (06) 123-45678", PK_PHONE_OK },
    { "075 123 4567", PK_PHONE_NOT_SMS }, { "06 12", PK_PHONE_INVALID },
};

static void phone(struct work *work, size_t round)
{
    char e164[PK_PHONE_MAX];
    (void) work;
    enum pk_phone_status status = pk_phone_parse(pk_slice_of(numbers[round % PK_COUNT(numbers)].text), "NL", e164);
    if (status != numbers[round % PK_COUNT(numbers)].status)
        bench_die("number %zu of the list is read as %d", round % PK_COUNT(numbers), (int) status);
}

/* ---- measuring ---- */

/* Of this thread alone, so that waiting for a processor that others have does not count. */
static uint64_t now_ns(void)
{
    struct timespec time;
    (void) clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (uint64_t) time.tv_sec * 1000000000u + (uint64_t) time.tv_nsec;
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *) left, b = *(const double *) right;
    return (a > b) - (a < b);
}

static void measure(struct work *work, const char *name, void (*one)(struct work *work, size_t round), uint64_t batches,
                    uint64_t batch, struct bench_buf *line)
{
    double *took_us = bench_alloc(batches, sizeof *took_us);
    for (uint64_t i = 0; i < batch; i++)
        one(work, i); /* warm: caches filled, formats opened */
    for (uint64_t b = 0; b < batches; b++) {
        uint64_t began_ns = now_ns();
        for (uint64_t i = 0; i < batch; i++)
            one(work, i);
        took_us[b] = (double) (now_ns() - began_ns) / 1000.0 / (double) batch;
    }
    qsort(took_us, batches, sizeof *took_us, compare);
    bench_buf_format(line, ",\"%s_us\":%.3f,\"%s_least_us\":%.3f", name, took_us[batches / 2], name, took_us[0]);
    free(took_us);
}

/* ---- what it is measured with ---- */

/* The stored body, as the service has it at hand. */
static struct pk_slice body_of(const struct pk_catalog *catalog, const char *name)
{
    const struct pk_template *found = pk_catalog_find(catalog, pk_slice_of(name), PK_SLICE("bg"));
    if (!found)
        bench_die("there is no text \"%s\"", name);
    return pk_template_body(found);
}

static struct pk_json *values_of(const char *document)
{
    struct pk_json *values;
    if (pk_json_parse(pk_slice_of(document), TEXT_MAX, &values, NULL) != 0)
        bench_die("the values are no JSON");
    return values;
}

static void tell(void *ctx, const char *file, uint32_t line, const char *section, const char *key, const char *reason,
                 const char *hint)
{
    (void) ctx, (void) section, (void) key, (void) hint;
    fprintf(stderr, "%s:%u: %s\n", file, line, reason);
}

int main(int argc, char **argv)
{
    const char *folder = NULL;
    uint64_t batches = 400, batch = 480; /* a batch goes round each list in whole */
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--templates") == 0)
            folder = argv[i + 1];
        else if (strcmp(argv[i], "--batches") == 0)
            batches = bench_number("--batches", argv[i + 1], BATCHES_MAX);
        else if (strcmp(argv[i], "--batch") == 0)
            batch = bench_number("--batch", argv[i + 1], BATCHES_MAX);
    }
    if (!folder || batches == 0 || batch == 0) {
        fputs(usage, stderr);
        return 2;
    }
    struct pk_ini_report report = { .tell = tell };
    struct pk_error err = { 0 };
    struct pk_catalog *catalog;
    if (pk_catalog_load(folder, &report, &catalog, &err) != 0)
        bench_die("%s", err.message);
    struct work work = {
        .catalog = catalog,
        .values = values_of("{\"begins\":\"2027-10-14T17:30:00Z\",\"place\":\"училище „Ветрилото“, Поел 12\",\"topic\":\"родителски срещи\",\"people\":3}"),
        .counted = body_of(catalog, "rsvp-yes-count"),
        .long_text =
            PK_SLICE("Заанстад: родителска среща в четвъртък, 14 октомври, 19:30 ч. Място: училище „Ветрилото“, Поелстраат "
                     "12, Заандам. Идвате ли? ДА или НЕ"),
    };
    struct bench_buf line = { 0 };
    pk_buf_init(&work.out, TEXT_MAX);
    bench_buf_format(&line, "{\"batches\":%llu,\"batch\":%llu", (unsigned long long) batches, (unsigned long long) batch);
    measure(&work, "render", render, batches, batch, &line);
    measure(&work, "segment", segment, batches, batch, &line);
    measure(&work, "reply", reply, batches, batch, &line);
    measure(&work, "phone", phone, batches, batch, &line);
    bench_buf_text(&line, "}\n");
    fwrite(line.data, 1, line.len, stdout);
    bench_buf_finish(&line);
    pk_buf_finish(&work.out);
    pk_json_free(work.values);
    pk_catalog_free(catalog);
    return 0;
}
