/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * libphonenumber behind one C function, called by phone.c alone.
 * What it must know that the library does not: a Bulgarian mobile in national form often is a valid Dutch number of
 * another kind, so such a number is asked about and never stored silently.
 */
#include "gateway/language/shim.h"

#include <phonenumbers/phonenumberutil.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <string>

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

namespace
{
/* Longest text a number is looked for in; the rest of a longer one would not be a number either. */
constexpr size_t text_max = 128;

/* Full-width digits to ASCII, and without the invisible marks that contact cards put around numbers. */
bool tidy(const char *text, size_t len, std::string &out)
{
    UErrorCode code = U_ZERO_ERROR;
    const icu::Normalizer2 *nfkc = icu::Normalizer2::getNFKCInstance(code);
    if (U_FAILURE(code))
        return false;
    icu::UnicodeString all = nfkc->normalize(icu::UnicodeString::fromUTF8(icu::StringPiece(text, (int32_t) len)), code);
    icu::UnicodeString kept;
    for (int32_t i = 0; i < all.length(); i = all.moveIndex32(i, 1)) {
        UChar32 c = all.char32At(i);
        if (u_charType(c) != U_FORMAT_CHAR)
            kept.append(c);
    }
    kept.trim();
    kept.toUTF8String(out);
    return U_SUCCESS(code) != 0;
}

/* "tel:" and a word before the number say nothing about it: the number begins at its first digit, plus or bracket.
 * A letter among the digits, or touching them, is a slip of the finger (O for 0) and never a number: the library
 * would read it as a key of a telephone. */
std::string number_in(const std::string &text)
{
    auto is_letter = [](char c) { return (c & 0x80) != 0 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    size_t at = text.find_first_of("+(0123456789");
    if (at == std::string::npos || (at > 0 && is_letter(text[at - 1])))
        return std::string();
    for (size_t i = at; i < text.size(); i++)
        if ((text[i] & 0x80) == 0 && is_letter(text[i]))
            return std::string();
    return text.substr(at);
}

bool international(const std::string &number)
{
    return number.find('+') != std::string::npos || number.rfind("00", 0) == 0;
}

bool is_mobile(const PhoneNumberUtil &util, const PhoneNumber &number)
{
    PhoneNumberUtil::PhoneNumberType type = util.GetNumberType(number);
    return type == PhoneNumberUtil::MOBILE || type == PhoneNumberUtil::FIXED_LINE_OR_MOBILE;
}

/* Dutch 097 numbers are for machines, although the library calls them mobile. */
bool is_machine(const PhoneNumberUtil &util, const PhoneNumber &number)
{
    std::string national;
    util.GetNationalSignificantNumber(number, &national);
    return number.country_code() == 31 && national.rfind("97", 0) == 0;
}

bool parse(const PhoneNumberUtil &util, const std::string &text, const char *region, PhoneNumber *number)
{
    return util.Parse(text, region, number) == PhoneNumberUtil::NO_PARSING_ERROR && util.IsValidNumber(*number) &&
           !number->has_extension();
}

const char *type_name(const PhoneNumberUtil &util, const PhoneNumber &number)
{
    if (is_machine(util, number))
        return "machine";
    switch (util.GetNumberType(number)) {
    case PhoneNumberUtil::FIXED_LINE:
        return "fixed";
    case PhoneNumberUtil::MOBILE:
        return "mobile";
    case PhoneNumberUtil::FIXED_LINE_OR_MOBILE:
        return "fixed-or-mobile";
    case PhoneNumberUtil::TOLL_FREE:
        return "freephone";
    case PhoneNumberUtil::PREMIUM_RATE:
        return "premium";
    case PhoneNumberUtil::SHARED_COST:
        return "shared-cost";
    case PhoneNumberUtil::VOIP:
        return "voip";
    case PhoneNumberUtil::PERSONAL_NUMBER:
        return "personal";
    case PhoneNumberUtil::PAGER:
        return "pager";
    case PhoneNumberUtil::UAN:
        return "company";
    case PhoneNumberUtil::VOICEMAIL:
        return "voicemail";
    default:
        return "other";
    }
}

struct result {
    char *e164;
    size_t max;
    const char **type;
};

/* A number that does not fit is none: E.164 ends at fifteen digits, the library does not. */
enum pk_phone_reading tell(const PhoneNumberUtil &util, const PhoneNumber &number, enum pk_phone_reading reading, const result &ret)
{
    std::string e164;
    util.Format(number, PhoneNumberUtil::E164, &e164);
    if (e164.size() >= ret.max)
        return PK_READING_INVALID;
    (void) snprintf(ret.e164, ret.max, "%s", e164.c_str());
    *ret.type = type_name(util, number);
    return reading;
}

enum pk_phone_reading judge(const std::string &text, const char *region, const result &ret)
{
    const PhoneNumberUtil &util = *PhoneNumberUtil::GetInstance();
    PhoneNumber here, bulgarian;
    bool valid = parse(util, text, region, &here);
    if (valid && is_mobile(util, here) && !is_machine(util, here))
        return tell(util, here, PK_READING_OK, ret);
    if (!international(text)) {
        /* A country code without its plus: 359 and the rest is no Dutch number. */
        PhoneNumber abroad;
        if (!valid && text.rfind("359", 0) == 0 && parse(util, "+" + text, region, &abroad) && is_mobile(util, abroad))
            return tell(util, abroad, PK_READING_OK, ret);
        if (parse(util, text, "BG", &bulgarian) && is_mobile(util, bulgarian))
            return tell(util, bulgarian, PK_READING_AMBIGUOUS, ret);
    }
    return valid ? tell(util, here, PK_READING_NOT_SMS, ret) : PK_READING_INVALID;
}
} // namespace

extern "C" bool pk_phone_has_region(const char *region)
{
    return PhoneNumberUtil::GetInstance()->GetCountryCodeForRegion(region) != 0;
}

extern "C" void pk_phone_country_of(const char *e164, size_t len, char ret_country[3])
{
    const PhoneNumberUtil &util = *PhoneNumberUtil::GetInstance();
    PhoneNumber number;
    std::string region;
    ret_country[0] = '\0';
    if (util.Parse(std::string(e164, len), "ZZ", &number) != PhoneNumberUtil::NO_PARSING_ERROR)
        return;
    util.GetRegionCodeForNumber(number, &region);
    if (region.size() == 2 && region != "ZZ")
        (void) snprintf(ret_country, 3, "%s", region.c_str());
}

extern "C" enum pk_phone_reading pk_phone_read(const char *text, size_t len, const char *region, char *ret_e164, size_t max,
                                               const char **ret_type)
{
    std::string tidied;
    if (len == 0 || len > text_max || !tidy(text, len, tidied))
        return PK_READING_INVALID;
    std::string number = number_in(tidied);
    return number.empty() ? PK_READING_INVALID : judge(number, region, result{ ret_e164, max, ret_type });
}
