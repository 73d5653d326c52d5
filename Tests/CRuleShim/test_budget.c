#include <lauxlib.h>
#include <lua.h>
#include <string.h>

#include "harness.h"

static int abandon(lua_State *L) {
    rule_budget_abandon(L);
    return luaL_error(L, "enough");
}

static int spend_many(lua_State *L) {
    rule_budget_spend(L, (uint64_t)luaL_checkinteger(L, 1));
    return 0;
}

void test_budget(void) {
    sandbox s;
    uint64_t first;
    sandbox_open(&s, MEMORY_LIMIT);

    /* Steps repeat exactly. */
    sandbox_run(&s, "local t = {} for i = 1, 5000 do t[i] = ('x' .. i):upper():find('%d+') end return #t", 1000000, 0);
    CHECK(s.status == LUA_OK, "%s", s.text);
    CHECK(s.steps > 5000 && s.steps < 1000000, "%llu", (unsigned long long)s.steps);
    sandbox_close(&s);
    sandbox_open(&s, MEMORY_LIMIT);
    sandbox_run(&s, "for i = 1, 100000 do end", 1000000, 0);
    first = s.steps;
    CHECK(first >= 100000 && first < 110000, "%llu", (unsigned long long)first);
    for (int again = 0; again < 3; again++) {
        sandbox_run(&s, "for i = 1, 100000 do end", 1000000, 0);
        CHECK(s.steps == first || s.steps + 100 > first, "%llu then %llu", (unsigned long long)first, (unsigned long long)s.steps);
    }

    /* Allocations cost. */
    sandbox_run(&s, "return #('x'):rep(6400000)", 1000000, 0);
    CHECK(s.status == LUA_OK && s.steps >= 100000, "%llu", (unsigned long long)s.steps);

    /* The clock. */
    sandbox_run(&s, "while true do end", UINT64_MAX, 50);
    CHECK(s.budget.spent == RULE_SPENT_TIME && s.ms >= 50 && s.ms < 500, "%d after %.1f ms", s.budget.spent, s.ms);
    CHECK(strcmp(s.text, "case:1: this rule took longer than its time limit (50 ms)") == 0, "%s", s.text);
    sandbox_run(&s, "return (('a'):rep(100000):find('.-.-.-b'))", UINT64_MAX, 50);
    CHECK(s.budget.spent == RULE_SPENT_TIME && s.ms < 500, "%d after %.1f ms", s.budget.spent, s.ms);

    /* Memory comes back after it was spent. */
    sandbox_run(&s, "local t = {} while true do t[#t + 1] = ('x'):rep(100000) .. #t end", 100000000, 0);
    CHECK(s.budget.spent == RULE_SPENT_MEMORY, "%d, %s", s.budget.spent, s.text);
    sandbox_run(&s, "return #('x'):rep(20000000)", 100000000, 0);
    CHECK(s.status == LUA_OK, "%s", s.text);
    CHECK(s.budget.memory_used <= s.budget.memory_limit, "%zu", s.budget.memory_used);

    /* Without an entry nothing runs. */
    s.budget.steps_limit = 0;
    s.budget.spent = 0;
    CHECK(luaL_loadstring(s.L, "while true do end") == LUA_OK && lua_pcall(s.L, 0, 0, 0) == LUA_ERRRUN, "it ran");
    lua_settop(s.L, 0);

    /* Abandoning is no fault, and nothing holds it up. */
    lua_pushcfunction(s.L, abandon);
    lua_setglobal(s.L, "abandon");
    lua_pushcfunction(s.L, spend_many);
    lua_setglobal(s.L, "spend");
    sandbox_run(&s, "while true do pcall(abandon) end", 1000000, 0);
    CHECK(s.status == LUA_ERRRUN && s.budget.abandoned && !s.budget.spent, "%s", s.text);
    CHECK(strstr(s.text, "enough") != NULL, "%s", s.text);
    sandbox_run(&s,
                "local c <close> = setmetatable({}, {__close = function() while true do pcall(abandon) end end}) abandon()",
                1000000, 0);
    CHECK(s.status == LUA_ERRRUN && s.budget.abandoned && !s.budget.spent && s.steps < 1000, "%s", s.text);

    /* Huge amounts do not wrap. */
    sandbox_run(&s, "spend(-1)", 1000000, 0);
    CHECK(s.budget.spent == RULE_SPENT_STEPS && s.budget.steps_left == 0, "%s", s.text);
    sandbox_run(&s, "spend(999000) return 1", 1000000, 0);
    CHECK(s.status == LUA_OK, "%s", s.text);
    sandbox_close(&s);

    /* Too little memory to open is an answer, not a crash. */
    for (size_t limit = 1000; limit < 60000; limit += 500) {
        rule_budget budget = {.memory_limit = limit};
        lua_State *L = lua_newstate(rule_budget_alloc, &budget);
        if (L != NULL) lua_close(L);
        CHECK(budget.memory_used == 0, "%zu left of %zu", budget.memory_used, limit);
    }
}
