#ifndef HARNESS_H
#define HARNESS_H

#include <lua.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "rule_budget.h"

/* A sandboxed state, as the shim makes it. */
typedef struct sandbox {
    rule_budget budget;
    lua_State *L;
    int status;        /* of the last run: LUA_OK ... */
    char text[512];    /* its result or error, as text */
    uint64_t steps;    /* what it used */
    double ms;
} sandbox;

enum { MEMORY_LIMIT = 64 * 1024 * 1024, STEP_LIMIT = 5000000, WALL_MS = 2000 };

void sandbox_open(sandbox *s, size_t memory_limit);
void sandbox_close(sandbox *s);

/* Runs a chunk in a frozen moment. */
void sandbox_run(sandbox *s, const char *source, uint64_t steps, uint64_t wall_ms);
void sandbox_run_bytes(sandbox *s, const char *source, size_t length, uint64_t steps, uint64_t wall_ms);

extern int failures, checks;

#define CHECK(condition, ...)                                                                                         \
    do {                                                                                                              \
        checks++;                                                                                                     \
        if (!(condition)) {                                                                                           \
            failures++;                                                                                               \
            fprintf(stderr, "%s:%d: failed: %s: ", __FILE__, __LINE__, #condition);                                   \
            fprintf(stderr, __VA_ARGS__);                                                                             \
            fputc('\n', stderr);                                                                                      \
        }                                                                                                             \
    } while (0)

void test_budget(void);
void test_faults(void);
void test_library(void);
void test_patterns(void);
void test_globals(const char *golden_path);

#endif
