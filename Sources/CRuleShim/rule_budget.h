#ifndef RULE_BUDGET_H
#define RULE_BUDGET_H

#include <lua.h>
#include <stddef.h>
#include <stdint.h>

/* What one entry into Lua may use: steps, memory, wall time.
 *
 * A step is an instruction, one move of the pattern matcher, or 64 bytes allocated. The count hook sees instructions
 * only, so every C function that can work for long spends steps itself. Spent is a latch: until the next
 * `rule_budget_begin` each instruction and each `rule_budget_spend` raises again, and the sandbox's `pcall` passes the
 * error on.
 *
 * Must be all zero but for `memory_limit` before it is given to `lua_newstate`, and must outlive the state. */

enum { RULE_SPENT_NO = 0, RULE_SPENT_STEPS = 1, RULE_SPENT_MEMORY = 2, RULE_SPENT_TIME = 3 };

/* Instructions between two looks of the count hook; fewer while large blocks live, see rule_budget.c. */
#define RULE_BUDGET_INTERVAL 1000

typedef struct rule_budget {
    uint64_t steps_left, steps_limit; /* limit 0: no entry has begun, Lua may not run */
    size_t memory_used, memory_limit; /* bytes; limit 0: no limit */
    int spent;                        /* latched: 0 no, 1 steps, 2 memory, 3 time */
    uint64_t deadline_ns;             /* CLOCK_MONOTONIC; 0: none */

    uint64_t wall_ms;       /* as given to `begin`, for the message */
    int abandoned;          /* latched by `rule_budget_abandon` */
    int refused;            /* the allocator said no once; Lua collects and asks again */
    int interval;           /* of the count hook, as it stands */
    size_t large_bytes;     /* held in large blocks */
    uint64_t unclocked;     /* steps since the clock was read */
    lua_State *state;       /* whose hook this is; set by `install` */
} rule_budget;

/* Sets the count hook and makes `b` findable from `L`. Raises nothing. */
void rule_budget_install(lua_State *L, rule_budget *b);
rule_budget *rule_budget_of(lua_State *L);

/* Arms the budget for one entry and clears both latches. `wall_ms` 0: no deadline. Raises nothing. */
void rule_budget_begin(lua_State *L, uint64_t steps, uint64_t wall_ms);

/* Takes `steps`; raises when that, or anything before it, spent the budget. Call from a C function only. */
void rule_budget_spend(lua_State *L, uint64_t steps);

/* The `lua_Alloc` to create the state with; `ud` is the budget. Never raises: it latches, and the hook raises. */
void *rule_budget_alloc(void *ud, void *ptr, size_t osize, size_t nsize);

int rule_budget_is_spent(lua_State *L);

/* Latches an end that is no fault (`m:stop()`, data to be fetched first). The caller raises afterwards; no `pcall` of a
 * rule holds the error up, and no further instruction of a rule runs. Judge the outcome by this latch, not by the error
 * value: a `__close` on the way may have replaced it. */
void rule_budget_abandon(lua_State *L);
int rule_budget_is_abandoned(lua_State *L);

/* Collects when fewer than about three times `bytes` are left, and raises when there is no room for `bytes` then. For
 * stock functions that build text: their buffers grow without collecting first. */
void rule_budget_make_room(lua_State *L, size_t bytes);

/* Called where a protected call answered LUA_ERRMEM: memory is spent, even if the allocator did not latch it. */
void rule_budget_note_memory(lua_State *L);

/* Room for the longest reason, its NUL included. */
#define RULE_BUDGET_REASON_SIZE 96

/* Writes the sentence that a person reads ("this rule used up its step budget (1000000 steps)"), "" when not spent. */
void rule_budget_reason(const rule_budget *b, char text[RULE_BUDGET_REASON_SIZE]);

#endif
