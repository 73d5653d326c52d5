#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "rule_budget.h"

#include <inttypes.h>
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BYTES_PER_STEP 64
/* Reading the clock costs about as much as this many steps would be noticed for. */
#define STEPS_PER_CLOCK 8192
/* An instruction can work over a whole string (compare it, read it as a number). While blocks of this size live the
 * hook looks more often, so that no more than about 64 MiB are worked over between two looks at the clock. */
#define LARGE_BLOCK ((size_t)64 * 1024)
/* What a spent state may still take, for the text of the error and its traceback. */
#define SPENT_RESERVE ((size_t)64 * 1024)

static void on_count(lua_State *L, lua_Debug *record);

static uint64_t monotonic_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Few distinct values: setting the hook walks the whole call stack. */
static int interval_for(const rule_budget *b) {
    size_t blocks = b->large_bytes / LARGE_BLOCK;
    if (b->spent || b->abandoned) return 1;
    if (blocks == 0) return RULE_BUDGET_INTERVAL;
    if (blocks < 16) return 250;
    if (blocks < 128) return 16;
    return 1;
}

/* lua_sethook is safe at any time, in the allocator too: it was made for signal handlers. */
static void settle_interval(rule_budget *b) {
    int interval = interval_for(b);
    if (b->state == NULL || interval == b->interval) return;
    b->interval = interval;
    lua_sethook(b->state, on_count, LUA_MASKCOUNT, interval);
}

static void latch(rule_budget *b, int reason) {
    if (b->spent) return;
    b->spent = reason;
    settle_interval(b);
}

static void look_at_clock(rule_budget *b) {
    b->unclocked = 0;
    if (b->deadline_ns != 0 && monotonic_ns() >= b->deadline_ns) latch(b, RULE_SPENT_TIME);
}

static void charge(rule_budget *b, uint64_t steps) {
    if (b->steps_limit == 0 || b->spent) return;
    if (steps >= b->steps_left) {
        b->steps_left = 0;
        latch(b, RULE_SPENT_STEPS);
        return;
    }
    b->steps_left -= steps;
    b->unclocked += steps;
    if (b->unclocked >= STEPS_PER_CLOCK) look_at_clock(b);
}

static void raise_reason(lua_State *L, const rule_budget *b, int level) {
    char text[RULE_BUDGET_REASON_SIZE];
    if (b->spent) rule_budget_reason(b, text);
    else strcpy(text, "this evaluation has ended");
    luaL_where(L, level);
    lua_pushstring(L, text);
    lua_concat(L, 2);
    lua_error(L);
}

static void on_count(lua_State *L, lua_Debug *record) {
    rule_budget *b = rule_budget_of(L);
    (void)record;
    if (b->steps_limit == 0) latch(b, RULE_SPENT_STEPS);
    charge(b, (uint64_t)b->interval);
    if (!b->spent) look_at_clock(b);
    if (b->spent || b->abandoned) raise_reason(L, b, 0);
}

void rule_budget_install(lua_State *L, rule_budget *b) {
    *(rule_budget **)lua_getextraspace(L) = b;
    b->state = L;
    b->interval = 0;
    settle_interval(b);
}

rule_budget *rule_budget_of(lua_State *L) { return *(rule_budget **)lua_getextraspace(L); }

void rule_budget_begin(lua_State *L, uint64_t steps, uint64_t wall_ms) {
    rule_budget *b = rule_budget_of(L);
    b->steps_left = b->steps_limit = steps;
    b->wall_ms = wall_ms;
    b->deadline_ns = wall_ms == 0 ? 0 : monotonic_ns() + wall_ms * 1000000u;
    b->spent = b->abandoned = b->refused = 0;
    b->unclocked = 0;
    /* Set anew even if it stays the same: the count starts again. */
    b->interval = 0;
    settle_interval(b);
}

void rule_budget_spend(lua_State *L, uint64_t steps) {
    rule_budget *b = rule_budget_of(L);
    if (b->steps_limit == 0) latch(b, RULE_SPENT_STEPS);
    charge(b, steps);
    if (b->spent || b->abandoned) raise_reason(L, b, 1);
}

int rule_budget_is_spent(lua_State *L) { return rule_budget_of(L)->spent != RULE_SPENT_NO; }

void rule_budget_abandon(lua_State *L) {
    rule_budget *b = rule_budget_of(L);
    b->abandoned = 1;
    settle_interval(b);
}

int rule_budget_is_abandoned(lua_State *L) { return rule_budget_of(L)->abandoned; }

void rule_budget_note_memory(lua_State *L) { latch(rule_budget_of(L), RULE_SPENT_MEMORY); }

void rule_budget_reason(const rule_budget *b, char text[RULE_BUDGET_REASON_SIZE]) {
    text[0] = '\0';
    switch (b->spent) {
    case RULE_SPENT_STEPS:
        snprintf(text, RULE_BUDGET_REASON_SIZE, "this rule used up its step budget (%" PRIu64 " steps)",
                 b->steps_limit);
        break;
    case RULE_SPENT_MEMORY:
        if (b->memory_limit >= 1024 * 1024)
            snprintf(text, RULE_BUDGET_REASON_SIZE, "this rule used up its memory (%zu MiB)",
                     b->memory_limit / (1024 * 1024));
        else
            snprintf(text, RULE_BUDGET_REASON_SIZE, "this rule used up its memory (%zu bytes)", b->memory_limit);
        break;
    case RULE_SPENT_TIME:
        snprintf(text, RULE_BUDGET_REASON_SIZE, "this rule took longer than its time limit (%" PRIu64 " ms)",
                 b->wall_ms);
        break;
    default: break;
    }
}

/* Memory ------------------------------------------------------------------------------------------------------- */

static void account(rule_budget *b, size_t before, size_t after) {
    b->memory_used += after - before;
    if (before >= LARGE_BLOCK) b->large_bytes -= before;
    if (after >= LARGE_BLOCK) b->large_bytes += after;
    if (before >= LARGE_BLOCK || after >= LARGE_BLOCK) settle_interval(b);
}

/* At the first refusal Lua collects everything and asks again; at the second it gives up. The collection works over
 * all that is held, so it is paid for, or a rule that stays just below the limit would collect at each instruction. */
static void refuse(rule_budget *b) {
    if (b->refused) {
        b->refused = 0;
        latch(b, RULE_SPENT_MEMORY);
        b->spent = RULE_SPENT_MEMORY; /* even if paying for the collection took the last step */
        return;
    }
    b->refused = 1;
    charge(b, b->memory_used / BYTES_PER_STEP);
    if (!b->spent) look_at_clock(b);
}

void rule_budget_make_room(lua_State *L, size_t bytes) {
    rule_budget *b = rule_budget_of(L);
    size_t left;
    if (b->memory_limit == 0) return;
    left = b->memory_limit > b->memory_used ? b->memory_limit - b->memory_used : 0;
    if (bytes <= left / 3) return;
    charge(b, b->memory_used / BYTES_PER_STEP);
    lua_gc(L, LUA_GCCOLLECT);
    left = b->memory_limit > b->memory_used ? b->memory_limit - b->memory_used : 0;
    if (bytes > left) latch(b, RULE_SPENT_MEMORY);
    if (b->spent || b->abandoned) raise_reason(L, b, 1);
}

void *rule_budget_alloc(void *ud, void *ptr, size_t osize, size_t nsize) {
    rule_budget *b = ud;
    size_t before = ptr == NULL ? 0 : osize; /* without a block, osize names a type */
    void *block;
    if (nsize == 0) {
        free(ptr);
        account(b, before, 0);
        return NULL;
    }
    if (nsize <= before) {
        block = realloc(ptr, nsize);
        if (block == NULL) block = ptr; /* Lua relies on shrinking */
        account(b, before, nsize);
        return block;
    }
    if (b->memory_limit != 0) {
        size_t limit = b->memory_limit + (b->spent || b->abandoned ? SPENT_RESERVE : 0);
        size_t held = b->memory_used - before;
        if (held > limit || nsize > limit - held) {
            refuse(b);
            return NULL;
        }
    }
    block = realloc(ptr, nsize);
    if (block == NULL) {
        refuse(b);
        return NULL;
    }
    b->refused = 0;
    account(b, before, nsize);
    charge(b, nsize / BYTES_PER_STEP + (nsize % BYTES_PER_STEP != 0));
    return block;
}
