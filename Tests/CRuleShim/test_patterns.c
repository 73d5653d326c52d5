/* Our matcher against the stock one: random patterns on random subjects, through find, match, gmatch and gsub. */
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "pattern_comparison.h"

static uint64_t random_state = 20240229;

static unsigned random_below(unsigned limit) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(random_state >> 33) % limit;
}

static size_t random_pattern(char *text) {
    static const char *const tokens[] = {
        "a", "b", "c", "1", " ", "(", ")", "()", "(a", "b)", ".", "%a", "%d", "%s", "%w", "%A", "%W", "%p", "%l", "%u",
        "%x", "%g", "%c", "%z", "%.", "%%", "%(", "%]", "[ab]", "[^a]", "[a-c]", "[^%s]", "[%a_]", "[]]", "[^]]", "[]-a]",
        "[a-]", "[-a]", "[%-a]", "[a-%%]", "[+-.]", "[%w%-]", "[", "]", "[a", "[^", "[%", "[a-%]", "[%a-z]", "^", "$",
        "*", "+", "-", "?", "a*", "a+", "a-", "a?", ".*", ".+", ".-", ".?", "%a*", "[ab]+", "[^b]-", "%b()", "%bab",
        "%baa", "%b", "%ba", "%f[a]", "%f[%w]", "%f[^%w]", "%f[", "%f", "%fa", "%1", "%2", "%0", "%9", "%", "(.)", "(.-)",
        "(%a*)", "(a*(.)%w(%s*))", "\xe9", "[\x80-\xff]", "[c-a]", "[%D]", "[^%S]", "%D", "%S",
        "%P", "%L", "%U", "%X", "%G", "%C", "%Z"};
    size_t length = 0;
    for (unsigned count = 1 + random_below(6); count > 0; count--) {
        /* NUL is a byte like others. */
        if (random_below(40) == 0) {
            text[length++] = '\0';
            continue;
        }
        const char *token = tokens[random_below(sizeof tokens / sizeof tokens[0])];
        memcpy(text + length, token, strlen(token));
        length += strlen(token);
    }
    return length;
}

static size_t random_subject(char *text) {
    static const char bytes[] = "aaaaabbbc(()) 1-%]_\0\xe9Z";
    size_t length = random_below(15);
    for (size_t index = 0; index < length; index++) text[index] = bytes[random_below(sizeof bytes - 1)];
    return length;
}

void test_patterns(void) {
    const char *given = getenv("PATTERNS");
    int rounds = given != NULL ? atoi(given) : 40000;
    comparison c;
    comparison_open(&c);
    for (int round = 0; round < rounds; round++) {
        char pattern[128], subject[16];
        size_t pattern_length = random_pattern(pattern), subject_length = random_subject(subject);
        comparison_result result = comparison_run(&c, (int)random_below(COMPARISON_OPERATIONS), subject, subject_length,
                                                  pattern, pattern_length, (int)random_below(24) - 10);
        checks++;
        if (result == COMPARISON_DIFFERENT) {
            failures++;
            fprintf(stderr, "pattern '%.*s' on '%.*s':\n  stock %s\n  ours  %s\n", (int)pattern_length, pattern,
                    (int)subject_length, subject, c.stock_text, c.own_text);
            if (failures > 20) break;
        }
    }
    printf("patterns: %d compared, %d of them errors in both, %d too complex for stock\n", rounds, c.errors, c.skipped);
    CHECK(c.errors < rounds / 2, "%d errors", c.errors);
    comparison_close(&c);
}
