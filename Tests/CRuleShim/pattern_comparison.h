#ifndef PATTERN_COMPARISON_H
#define PATTERN_COMPARISON_H

#include "harness.h"

/* One call of find, match, gmatch or gsub in a stock state and in a sandboxed one. */
typedef struct comparison {
    lua_State *stock;
    sandbox own;
    int errors, skipped;
    char stock_text[2048], own_text[2048];
} comparison;

typedef enum comparison_result { COMPARISON_SAME, COMPARISON_DIFFERENT, COMPARISON_SKIPPED } comparison_result;

enum { COMPARISON_OPERATIONS = 9 };

void comparison_open(comparison *c);
void comparison_close(comparison *c);

comparison_result comparison_run(comparison *c, int operation, const char *subject, size_t subject_length,
                                 const char *pattern, size_t pattern_length, int start);

/* In the sandboxed state only; it may end in any way. */
void comparison_run_own(comparison *c, int operation, const char *subject, size_t subject_length, const char *pattern,
                        size_t pattern_length, int start, uint64_t steps);

#endif
