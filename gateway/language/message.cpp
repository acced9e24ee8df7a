/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * ICU's MessageFormat with named arguments. In C++ because the C interface knows numbered ones only, prints "{name}"
 * for the others and reads memory by what the text says, which must not be when texts are edited by people.
 * Called by body.c alone. It knows no argument by name and no language.
 */
#include "gateway/language/shim.h"

#include <unicode/locid.h>
#include <unicode/messagepattern.h>
#include <unicode/msgfmt.h>

#include <new>
#include <string>
#include <vector>

struct pk_message {
    icu::MessageFormat format;
    pk_message(const icu::UnicodeString &body, const icu::Locale &locale, UErrorCode &code) : format(body, locale, code)
    {
    }
};

namespace
{
std::string utf8(const icu::UnicodeString &text)
{
    std::string out;
    text.toUTF8String(out);
    return out;
}

size_t bytes_before(const icu::UnicodeString &text, int32_t index)
{
    return utf8(text.tempSubString(0, index)).size();
}

/* A plural in a plural is read by nobody, and ICU goes as deep as the text does. */
constexpr size_t depth_max = 16;

/* ICU takes a stray "}" for a letter and reports an open "{" without its place, so braces are counted here. An
 * apostrophe quotes only before a brace, as ICU has it. false with the problem told. */
bool braces_match(const std::string &body, struct pk_message_problem *ret_problem)
{
    std::vector<size_t> open;
    bool quoted = false;
    for (size_t i = 0; i < body.size(); i++) {
        char c = body[i], next = i + 1 < body.size() ? body[i + 1] : '\0';
        if (c == '\'' && next == '\'') {
            i++;
        } else if (c == '\'' && (quoted || next == '{' || next == '}')) {
            quoted = !quoted;
        } else if (!quoted && c == '{') {
            open.push_back(i);
        } else if (!quoted && c == '}') {
            if (open.empty()) {
                *ret_problem = { i, "a } has no { before it", "Remove it, or write '}' between apostrophes." };
                return false;
            }
            open.pop_back();
        }
        if (open.size() > depth_max) {
            *ret_problem = { i, "the text nests too deeply", "Write a simpler text." };
            return false;
        }
    }
    if (!open.empty())
        *ret_problem = { open.back(), "the { that begins here is never closed", "Close it with }." };
    return open.empty();
}

struct pk_message_problem problem_of(const icu::UnicodeString &body, UErrorCode code, const UParseError &where)
{
    int32_t at = where.offset > 0 && where.offset <= body.length() ? where.offset : 0;
    struct pk_message_problem problem = { bytes_before(body, at), "the text is no ICU message",
                                          "Write placeholders as {name}; see the README of the templates." };
    if (code == U_DEFAULT_KEYWORD_MISSING) {
        problem.reason = "a plural or select has no branch \"other\"";
        problem.hint = "Add other {...} as its last branch.";
    } else if (code == U_INDEX_OUTOFBOUNDS_ERROR) {
        problem.reason = "the text is too long";
        problem.hint = "Write a simpler text.";
    }
    return problem;
}

enum pk_message_use use_of(UMessagePatternArgType type)
{
    switch (type) {
    case UMSGPAT_ARG_TYPE_NONE:
        return PK_MESSAGE_PLAIN;
    case UMSGPAT_ARG_TYPE_PLURAL:
        return PK_MESSAGE_PLURAL;
    case UMSGPAT_ARG_TYPE_SELECT:
        return PK_MESSAGE_SELECT;
    default:
        return PK_MESSAGE_FORMATTED;
    }
}

void tell_literal(const icu::UnicodeString &body, int32_t from, int32_t to, const struct pk_message_visitor *visitor)
{
    if (from >= to)
        return;
    std::string text = utf8(body.tempSubStringBetween(from, to));
    visitor->literal(visitor->ctx, text.data(), text.size(), bytes_before(body, from));
}

/* Literal text stands between the parts of a message and never inside the head of an argument. */
void visit(const icu::UnicodeString &body, const icu::MessagePattern &pattern, const struct pk_message_visitor *visitor)
{
    std::vector<bool> in_text;
    int32_t from = 0;
    enum pk_message_use use = PK_MESSAGE_PLAIN;
    for (int32_t i = 0; i < pattern.countParts(); i++) {
        const icu::MessagePattern::Part &part = pattern.getPart(i);
        if (!in_text.empty() && in_text.back())
            tell_literal(body, from, part.getIndex(), visitor);
        switch (part.getType()) {
        case UMSGPAT_PART_TYPE_MSG_START:
            in_text.push_back(true);
            break;
        case UMSGPAT_PART_TYPE_ARG_START:
            use = use_of(part.getArgType());
            in_text.push_back(false);
            break;
        case UMSGPAT_PART_TYPE_ARG_NAME:
        case UMSGPAT_PART_TYPE_ARG_NUMBER: {
            std::string name = utf8(pattern.getSubstring(part));
            visitor->argument(visitor->ctx, name.data(), name.size(), use, bytes_before(body, part.getIndex()));
            break;
        }
        case UMSGPAT_PART_TYPE_ARG_SELECTOR:
            if (visitor->selector) {
                std::string selector = utf8(pattern.getSubstring(part));
                visitor->selector(visitor->ctx, selector.data(), selector.size(), bytes_before(body, part.getIndex()));
            }
            break;
        case UMSGPAT_PART_TYPE_REPLACE_NUMBER:
            if (visitor->number)
                visitor->number(visitor->ctx, bytes_before(body, part.getIndex()));
            break;
        case UMSGPAT_PART_TYPE_MSG_LIMIT:
            in_text.pop_back();
            if (visitor->branch_end && !in_text.empty())
                visitor->branch_end(visitor->ctx);
            break;
        case UMSGPAT_PART_TYPE_ARG_LIMIT:
            in_text.pop_back();
            if (visitor->argument_end)
                visitor->argument_end(visitor->ctx);
            break;
        default:
            break;
        }
        from = part.getLimit();
    }
}
} // namespace

extern "C" struct pk_message *pk_message_new(const char *locale, const char *body, size_t len,
                                             const struct pk_message_visitor *visitor, struct pk_message_problem *ret_problem)
{
    if (!braces_match(std::string(body, len), ret_problem))
        return nullptr;
    UErrorCode code = U_ZERO_ERROR;
    UParseError where = {};
    icu::UnicodeString text = icu::UnicodeString::fromUTF8(icu::StringPiece(body, (int32_t) len));
    icu::MessagePattern pattern(text, &where, code);
    if (U_FAILURE(code)) {
        *ret_problem = problem_of(text, code, where);
        return nullptr;
    }
    if (visitor)
        visit(text, pattern, visitor);
    struct pk_message *message = new (std::nothrow) pk_message(text, icu::Locale(locale), code);
    if (!message || U_FAILURE(code)) {
        *ret_problem = problem_of(text, code, where);
        delete message;
        return nullptr;
    }
    return message;
}

extern "C" bool pk_message_walk(const char *body, size_t len, const struct pk_message_visitor *visitor)
{
    struct pk_message_problem problem = {};
    if (!braces_match(std::string(body, len), &problem))
        return false;
    UErrorCode code = U_ZERO_ERROR;
    icu::UnicodeString text = icu::UnicodeString::fromUTF8(icu::StringPiece(body, (int32_t) len));
    icu::MessagePattern pattern(text, nullptr, code);
    if (U_SUCCESS(code))
        visit(text, pattern, visitor);
    return U_SUCCESS(code);
}

extern "C" void pk_message_free(struct pk_message *message)
{
    delete message;
}

extern "C" bool pk_message_format(const struct pk_message *message, const struct pk_message_value *values, size_t count,
                                  void (*write)(void *ctx, const char *text, size_t len), void *ctx)
{
    std::vector<icu::UnicodeString> names;
    std::vector<icu::Formattable> arguments;
    names.reserve(count);
    arguments.reserve(count);
    for (size_t i = 0; i < count; i++) {
        names.push_back(icu::UnicodeString::fromUTF8(values[i].name));
        if (values[i].is_number)
            arguments.emplace_back(values[i].number);
        else
            arguments.emplace_back(icu::UnicodeString::fromUTF8(icu::StringPiece(values[i].text, (int32_t) values[i].len)));
    }
    UErrorCode code = U_ZERO_ERROR;
    icu::UnicodeString out;
    message->format.format(names.data(), arguments.data(), (int32_t) count, out, code);
    if (U_FAILURE(code))
        return false;
    std::string text = utf8(out);
    write(ctx, text.data(), text.size());
    return true;
}
