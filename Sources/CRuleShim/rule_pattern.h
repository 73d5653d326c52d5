#ifndef RULE_PATTERN_H
#define RULE_PATTERN_H

#include <lua.h>
#include <stddef.h>
#include <stdint.h>

/* Lua 5.4 patterns, matched in bounded steps, bounded stack and no memory beyond the compiled pattern.
 *
 * A Lua pattern is a row of items without alternation or nesting, so at any moment each repeated item has at most one
 * point to come back to. The matcher therefore is a loop over a row of such points, as long as the pattern has
 * repeated items; nothing recurses. For the same reason the state of every capture at an item is known beforehand:
 * coming back needs no undoing.
 *
 * As in stock Lua a fault in a pattern is met only when the match reaches it. */

enum { RULE_PATTERN_CAPTURES = 32 };

typedef struct rule_pattern rule_pattern;

enum { RULE_CAPTURE_OPEN = -1, RULE_CAPTURE_POSITION = -2 };

typedef struct rule_capture {
    const unsigned char *start;
    ptrdiff_t length; /* or one of RULE_CAPTURE_* */
} rule_capture;

typedef struct rule_matcher {
    lua_State *L; /* pays the steps; a spent budget raises in it */
    rule_pattern *pattern;
    const unsigned char *subject, *end; /* the byte at `end` must be readable and NUL */
    unsigned owed;                      /* steps not yet spent */
    rule_capture captures[RULE_PATTERN_CAPTURES];
} rule_matcher;

/* Bytes needed to compile a pattern of this text, aligned as for any object. */
size_t rule_pattern_size(const char *text, size_t length);

/* Compiles into `memory`. `anchors`: a leading `^` ties the match to its start (not so in gmatch). */
rule_pattern *rule_pattern_compile(void *memory, const char *text, size_t length, int anchors);

int rule_pattern_is_anchored(const rule_pattern *pattern);
int rule_pattern_capture_count(const rule_pattern *pattern);

/* True when the text has no character with a meaning of its own for `find`. */
int rule_pattern_is_plain(const char *text, size_t length);

void rule_matcher_begin(rule_matcher *m, lua_State *L, rule_pattern *pattern, const char *subject, size_t length);

/* Matches at exactly `at`: the end of the match, or NULL. Raises on a spent budget and on a fault of the pattern. */
const unsigned char *rule_matcher_match(rule_matcher *m, const unsigned char *at);

/* The first match at `from` or behind it: its end, with `*start` set, or NULL. Honours the anchor. */
const unsigned char *rule_matcher_search(rule_matcher *m, const unsigned char *from, const unsigned char **start);

/* Spends what is owed; call when done matching. */
void rule_matcher_settle(rule_matcher *m);

#endif
