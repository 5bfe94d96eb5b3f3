/* options_check.c - the one table of keys: is a value of the right shape and range? */
#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "harness/options.h"
#include "harness/suggest.h"

/* The check of one value; faults inside a list are each reported at their own place. */
struct check {
    const struct mg_option *option;
    mg_option_report *report;
    void *ctx;
};

static bool refuse(struct check *check, const struct mg_json *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool refuse(struct check *check, const struct mg_json *at, const char *format, ...)
{
    char problem[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(problem, sizeof(problem), format, args);
    va_end(args);
    check->report(check->ctx, at, problem);
    return false;
}

static bool expect(struct check *check, const struct mg_json *value, enum mg_json_type type,
                   const char *what)
{
    return mg_json_type(value) == type ||
           refuse(check, value, "must be %s, not %s", what, mg_json_type_name(mg_json_type(value)));
}

static bool in_range(struct check *check, const struct mg_json *value, const char *what)
{
    const struct mg_option *option = check->option;
    const double number = mg_json_number(value);
    char range[96];
    char text[32];

    if (option->brackets == NULL ||
        ((option->brackets[0] == '[' ? number >= option->min : number > option->min) &&
         (option->brackets[1] == ']' ? number <= option->max : number < option->max))) {
        return true;
    }
    if (option->min >= option->max) {
        char only[32];

        return refuse(check, value, "must be %s, not %s", mg_number_text(option->min, only),
                      mg_number_text(number, text));
    }
    return refuse(check, value, "must be %s %s, not %s", what,
                  mg_option_range(option, range, sizeof(range)), mg_number_text(number, text));
}

static bool integer(struct check *check, const struct mg_json *value)
{
    if (!expect(check, value, MG_JSON_NUMBER, "an integer")) {
        return false;
    }
    if (!mg_json_integer(value, NULL)) {
        char text[32];

        return refuse(check, value, "must be an integer, not %s",
                      mg_number_text(mg_json_number(value), text));
    }
    return in_range(check, value, "an integer");
}

static bool number(struct check *check, const struct mg_json *value)
{
    return expect(check, value, MG_JSON_NUMBER, "a number") && in_range(check, value, "a number");
}

/* An entry of a law: its range is judged together with the sum, in bind_source.c. */
static bool share(struct check *check, const struct mg_json *value)
{
    return expect(check, value, MG_JSON_NUMBER, "a number");
}

static bool text(struct check *check, const struct mg_json *value)
{
    return expect(check, value, MG_JSON_STRING, "text") &&
           (mg_json_string(value)[0] != '\0' || refuse(check, value, "must not be empty"));
}

static bool named(struct check *check, const struct mg_json *value)
{
    return text(check, value) &&
           (mg_name_is_valid(mg_json_string(value)) ||
            refuse(check, value,
                   "\"%s\" is no name: 1 to 64 letters, digits, \"_\" and \"-\" are allowed",
                   mg_json_string(value)));
}

static bool choice(struct check *check, const struct mg_json *value)
{
    const char *words[64];
    const char *given;
    const char *nearest;
    char list[512];
    size_t n = 0;

    if (!expect(check, value, MG_JSON_STRING, "text")) {
        return false;
    }
    given = mg_json_string(value);
    for (const char *word; n < 64 && (word = check->option->word(n)) != NULL; n++) {
        if (strcmp(word, given) == 0) {
            return true;
        }
        words[n] = word;
    }
    nearest = mg_suggest(given, words, n);
    mg_option_words(check->option, list, sizeof(list));
    return refuse(check, value, "unknown word \"%s\"%s%s%s\n    allowed here: %s", given,
                  nearest == NULL ? "" : "; did you mean \"", nearest == NULL ? "" : nearest,
                  nearest == NULL ? "" : "\"?", list);
}

static bool seeded(struct check *check, const struct mg_json *value)
{
    uint64_t number_read;

    if (mg_json_type(value) == MG_JSON_NUMBER) {
        return refuse(check, value, "must be text, since numbers keep 53 bits only: write \"1\"");
    }
    return text(check, value) && (mg_seed_parse(&number_read, mg_json_string(value)) ||
                                  refuse(check, value, "\"%s\" is no 64-bit number, decimal or 0x",
                                         mg_json_string(value)));
}

/* Every element of a list that may not be empty; `element` checks one. */
static bool list(struct check *check, const struct mg_json *value, const char *what,
                 bool (*element)(struct check *, const struct mg_json *))
{
    bool fine = true;

    if (!expect(check, value, MG_JSON_ARRAY, what)) {
        return false;
    }
    if (mg_json_count(value) == 0) {
        return refuse(check, value, "must not be empty");
    }
    for (size_t i = 0; i < mg_json_count(value); i++) {
        fine = element(check, mg_json_at(value, i)) && fine;
    }
    return fine;
}

static bool numbers(struct check *check, const struct mg_json *value)
{
    return list(check, value, "a list of numbers", share);
}

static bool integers(struct check *check, const struct mg_json *value)
{
    return list(check, value, "a list of integers", integer);
}

static bool start(struct check *check, const struct mg_json *value)
{
    if (mg_json_type(value) == MG_JSON_STRING) {
        return strcmp(mg_json_string(value), "stationary") == 0 ||
               refuse(check, value, "must be a list of numbers or \"stationary\"");
    }
    return list(check, value, "a list of numbers or \"stationary\"", share);
}

static bool row(struct check *check, const struct mg_json *value)
{
    bool tokens = false;

    if (!expect(check, value, MG_JSON_OBJECT, "an object {\"tokens\": text, \"count\": number}")) {
        return false;
    }
    for (size_t i = 0; i < mg_json_count(value); i++) {
        const struct mg_json *member = mg_json_at(value, i);

        if (strcmp(mg_json_key(member), "tokens") == 0) {
            tokens = true;
            if (!text(check, member)) {
                return false;
            }
        } else if (strcmp(mg_json_key(member), "count") == 0) {
            if (!expect(check, member, MG_JSON_NUMBER, "a number")) {
                return false;
            }
            if (!(mg_json_number(member) > 0.0)) {
                return refuse(check, member, "a count must be above 0");
            }
        } else {
            return refuse(check, member, "unknown key\n    allowed here: count, tokens");
        }
    }
    return tokens || refuse(check, value, "a row needs \"tokens\"");
}

static bool rows(struct check *check, const struct mg_json *value)
{
    return list(check, value, "a list of rows", row);
}

static bool side(struct check *check, const struct mg_json *value)
{
    if (mg_json_type(value) == MG_JSON_STRING) {
        return text(check, value);
    }
    return expect(check, value, MG_JSON_NUMBER, "an integer or a string of tokens") &&
           integer(check, value);
}

/* {"text": "In the ", "masks": 16, "after": ""}, each of them optional, "chat" in place of "text";
   or tokens and masks. */
static bool context(struct check *check, const struct mg_json *value)
{
    if (mg_json_type(value) == MG_JSON_STRING) {
        return text(check, value);
    }
    if (!expect(check, value, MG_JSON_OBJECT, "a string of tokens, or an object")) {
        return false;
    }
    for (size_t i = 0; i < mg_json_count(value); i++) {
        const struct mg_json *member = mg_json_at(value, i);
        const char *key = mg_json_key(member);

        if (strcmp(key, "masks") == 0) {
            if (!integer(check, member)) {
                return false;
            }
        } else if (strcmp(key, "chat") == 0 && mg_json_get(value, "text") != NULL) {
            return refuse(check, member, "give either chat or text, not both");
        } else if (strcmp(key, "text") != 0 && strcmp(key, "after") != 0 &&
                   strcmp(key, "chat") != 0) {
            return refuse(check, member, "unknown key\n    allowed here: after, chat, masks, text");
        } else if (!expect(check, member, MG_JSON_STRING, "text")) {
            return false;
        }
    }
    return true;
}

static bool interval(struct check *check, const struct mg_json *value)
{
    double ends[2] = {-HUGE_VAL, HUGE_VAL};

    if (!expect(check, value, MG_JSON_ARRAY, "a list [lo, hi]")) {
        return false;
    }
    if (mg_json_count(value) != 2) {
        return refuse(check, value, "must have two ends [lo, hi], null for an open one");
    }
    for (size_t i = 0; i < 2; i++) {
        const struct mg_json *end = mg_json_at(value, i);

        if (mg_json_type(end) == MG_JSON_NULL) {
            continue;
        }
        if (!expect(check, end, MG_JSON_NUMBER, "a number or null")) {
            return false;
        }
        ends[i] = mg_json_number(end);
    }
    if (isinf(ends[0]) && isinf(ends[1])) {
        return refuse(check, value, "accepts every number: give at least one end");
    }
    if (ends[0] > ends[1]) {
        return refuse(check, value, "accepts nothing: lo is above hi");
    }
    return true;
}

static bool files(struct check *check, const struct mg_json *value)
{
    return mg_json_type(value) == MG_JSON_STRING
               ? text(check, value)
               : list(check, value, "a text or a list of texts", text);
}

static bool object(struct check *check, const struct mg_json *value)
{
    return expect(check, value, MG_JSON_OBJECT, "an object");
}

static bool named_list(struct check *check, const struct mg_json *value)
{
    return list(check, value, "a list of objects", object);
}

static bool axes(struct check *check, const struct mg_json *value)
{
    (void)check;
    (void)value; /* sweep.c reads it and knows more */
    return true;
}

static bool boolean(struct check *check, const struct mg_json *value)
{
    return expect(check, value, MG_JSON_BOOL, "true or false");
}

static bool texts(struct check *check, const struct mg_json *value)
{
    return list(check, value, "a list of texts", text);
}

static bool matrix(struct check *check, const struct mg_json *value)
{
    return list(check, value, "a list of lists of numbers", numbers);
}

static bool groups(struct check *check, const struct mg_json *value)
{
    return list(check, value, "a list of lists of integers", integers);
}

static const struct {
    const char *name;
    bool (*check)(struct check *, const struct mg_json *);
} TYPES[] = {
    [MG_OPTION_OBJECT] = {"an object", object},
    [MG_OPTION_LIST] = {"a list of named objects", named_list},
    [MG_OPTION_AXES] = {"sweep syntax", axes},
    [MG_OPTION_INTEGER] = {"an integer", integer},
    [MG_OPTION_NUMBER] = {"a number", number},
    [MG_OPTION_BOOL] = {"true or false", boolean},
    [MG_OPTION_TEXT] = {"text", text},
    [MG_OPTION_NAME] = {"a name", named},
    [MG_OPTION_CHOICE] = {"a word", choice},
    [MG_OPTION_SEED] = {"a 64-bit number as text", seeded},
    [MG_OPTION_TEXTS] = {"a list of texts", texts},
    [MG_OPTION_FILES] = {"a text or a list of texts", files},
    [MG_OPTION_INTEGERS] = {"a list of integers", integers},
    [MG_OPTION_MATRIX] = {"a list of lists of numbers", matrix},
    [MG_OPTION_START] = {"a list of numbers, or \"stationary\"", start},
    [MG_OPTION_ROWS] = {"a list of {\"tokens\": text, \"count\": number}", rows},
    [MG_OPTION_GROUPS] = {"a list of lists of integers", groups},
    [MG_OPTION_SIDE] = {"an integer, or a string of tokens", side},
    [MG_OPTION_CONTEXT] = {"a string of tokens and masks, or an object", context},
    [MG_OPTION_INTERVAL] = {"[lo, hi], null for an open end", interval},
};

const char *mg_option_type_name(enum mg_option_type type)
{
    return TYPES[type].name;
}

bool mg_option_check(const struct mg_option *option, const struct mg_json *value,
                     mg_option_report *report, void *ctx)
{
    struct check check = {.option = option, .report = report, .ctx = ctx};

    return TYPES[option->type].check(&check, value);
}

bool mg_name_is_valid(const char *text)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    const size_t n = strspn(text, allowed);

    return n >= 1 && n <= 64 && text[n] == '\0';
}

bool mg_seed_parse(uint64_t *seed, const char *text)
{
    const bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    const char *digits = hex ? text + 2 : text;
    const uint64_t base = hex ? 16 : 10;

    *seed = 0;
    if (*digits == '\0') {
        return false;
    }
    for (; *digits != '\0'; digits++) {
        static const char values[] = "0123456789abcdef";
        const char *found = strchr(values, tolower((unsigned char)*digits));
        const uint64_t value = found == NULL ? base : (uint64_t)(found - values);

        if (value >= base || *seed > (UINT64_MAX - value) / base) {
            return false;
        }
        *seed = *seed * base + value;
    }
    return true;
}
