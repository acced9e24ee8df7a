/* SPDX-License-Identifier: EUPL-1.2 */
#include "adapters/kit/moment.h"

#include "adapters/kit/text.h"

#define DAY_S 86400
#define LAST_SECOND 253402300799ll       /* of the year 9999 */
#define MILLISECONDS_FROM 100000000000ll /* as seconds this is the year 5138 */

/* Days since 1970-01-01 of a Gregorian date; a year counted from March puts the leap day last. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    year -= month <= 2;
    int64_t era = year / 400, of_era = year % 400;
    int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void put(char *at, size_t digits, int64_t number)
{
    while (digits-- > 0) {
        at[digits] = (char) ('0' + number % 10);
        number /= 10;
    }
}

void pk_kit_rfc3339(int64_t ms, char ret_text[PK_KIT_RFC3339_ROOM])
{
    int64_t s = ms < 0 ? 0 : ms / 1000 > LAST_SECOND ? LAST_SECOND : ms / 1000;
    int64_t days = s / DAY_S, of_day = s % DAY_S, year = 1970 + days / 366, month = 1;
    while (days_of(year + 1, 1, 1) <= days)
        year++;
    while (month < 12 && days_of(year, month + 1, 1) <= days)
        month++;
    memcpy(ret_text, "0000-00-00T00:00:00Z", PK_KIT_RFC3339_ROOM);
    put(ret_text, 4, year);
    put(ret_text + 5, 2, month);
    put(ret_text + 8, 2, days - days_of(year, month, 1) + 1);
    put(ret_text + 11, 2, of_day / 3600);
    put(ret_text + 14, 2, of_day / 60 % 60);
    put(ret_text + 17, 2, of_day % 60);
}

void pk_kit_rfc5322(int64_t ms, char ret_text[PK_KIT_RFC5322_ROOM])
{
    static const char days[] = "ThuFriSatSunMonTueWed", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    char text[PK_KIT_RFC3339_ROOM];
    pk_kit_rfc3339(ms, text);
    int64_t month = (text[5] - '0') * 10 + text[6] - '0', day = ms < 0 ? 0 : ms / 1000 / DAY_S;
    if (day > LAST_SECOND / DAY_S)
        day = LAST_SECOND / DAY_S;
    memcpy(ret_text, "Thu, 00 Jan 0000 00:00:00 +0000", PK_KIT_RFC5322_ROOM);
    memcpy(ret_text, days + 3 * (day % 7), 3);
    memcpy(ret_text + 5, text + 8, 2);
    memcpy(ret_text + 8, months + 3 * (month - 1), 3);
    memcpy(ret_text + 12, text, 4);
    memcpy(ret_text + 17, text + 11, 8);
}

/* The last Sunday of a month of 31 days, 01:00 UTC, in seconds. */
static int64_t changes_at(int64_t year, int64_t month)
{
    int64_t last = days_of(year, month, 31);
    return (last - (last + 4) % 7) * DAY_S + 3600; /* 1970-01-01 was a Thursday */
}

int64_t pk_kit_amsterdam(int64_t ms)
{
    char text[PK_KIT_RFC3339_ROOM];
    int64_t year = 0;
    pk_kit_rfc3339(ms, text);
    (void) pk_kit_decimal(pk_slice_make(text, 4), &year);
    bool summer = ms / 1000 >= changes_at(year, 3) && ms / 1000 < changes_at(year, 10);
    return ms + (summer ? 2 : 1) * 3600000ll;
}

/* Two or four digits at a place, or -1. */
static int64_t number_at(struct pk_slice text, size_t at, size_t digits)
{
    int64_t number = -1;
    if (text.len < at + digits || !pk_kit_decimal(pk_slice_make(text.data + at, digits), &number))
        return -1;
    return number;
}

/* Seconds east of Greenwich; false when the rest of the text is no offset. */
static bool offset_of(struct pk_slice text, int64_t *ret_offset_s)
{
    if (text.len == 1 && (text.data[0] == 'Z' || text.data[0] == 'z')) {
        *ret_offset_s = 0;
        return true;
    }
    bool colon = text.len == 6 && text.data[3] == ':';
    if ((!colon && text.len != 5) || (text.data[0] != '+' && text.data[0] != '-' && text.data[0] != ' '))
        return false;
    int64_t hours = number_at(text, 1, 2), minutes = number_at(text, colon ? 4 : 3, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
        return false;
    *ret_offset_s = (hours * 3600 + minutes * 60) * (text.data[0] == '-' ? -1 : 1); /* a '+' in a query may arrive as a space */
    return true;
}

static int64_t within(int64_t ms)
{
    return ms < 0 || ms / 1000 > LAST_SECOND ? 0 : ms;
}

int64_t pk_kit_moment(struct pk_slice text)
{
    int64_t number = 0, offset_s = 0;
    if (pk_kit_decimal(text, &number))
        return within(number >= MILLISECONDS_FROM ? number : number * 1000);
    int64_t year = number_at(text, 0, 4), month = number_at(text, 5, 2), day = number_at(text, 8, 2);
    int64_t hour = number_at(text, 11, 2), minute = number_at(text, 14, 2), second = number_at(text, 17, 2);
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31 || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
        second < 0 || second > 60)
        return 0;
    if (text.data[4] != '-' || text.data[7] != '-' || !memchr("Tt ", text.data[10], 3) || text.data[13] != ':' ||
        text.data[16] != ':')
        return 0;
    struct pk_slice rest = pk_slice_make(text.data + 19, text.len - 19);
    int64_t ms = 0, weight = 100;
    if (rest.len > 0 && rest.data[0] == '.') {
        size_t n = 1;
        for (; n < rest.len && rest.data[n] >= '0' && rest.data[n] <= '9'; n++, weight /= 10)
            ms += (rest.data[n] - '0') * weight;
        rest = pk_slice_make(rest.data + n, rest.len - n);
    }
    if (!offset_of(rest, &offset_s))
        return 0;
    return within(((days_of(year, month, day) * DAY_S + hour * 3600 + minute * 60 + second) - offset_s) * 1000 + ms);
}
