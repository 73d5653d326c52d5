#include "rule_charge.h"

#include <lauxlib.h>

#include "rule_budget.h"

#define BYTES_PER_STEP 16

/* Both run the stock function in their own frame: its arguments are ours, and so is its name in errors. */

static int charged_by_length(lua_State *L) {
    int count = lua_gettop(L);
    uint64_t steps = 1 + (uint64_t)count / BYTES_PER_STEP;
    for (int index = 1; index <= count; index++)
        if (lua_type(L, index) == LUA_TSTRING) steps += lua_rawlen(L, index) / BYTES_PER_STEP;
    rule_budget_spend(L, steps);
    rule_budget_make_room(L, (size_t)steps * BYTES_PER_STEP);
    return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

static int charged_by_results(lua_State *L) {
    int results = lua_tocfunction(L, lua_upvalueindex(1))(L);
    rule_budget_spend(L, (uint64_t)results);
    return results;
}

void rule_stock_take(lua_State *L, int from, const rule_stock *fields) {
    from = lua_absindex(L, from);
    for (; fields->name != NULL; fields++) {
        lua_getfield(L, from, fields->name);
        switch (fields->price) {
        case RULE_PRICE_NONE: break;
        case RULE_PRICE_LENGTH: lua_pushcclosure(L, charged_by_length, 1); break;
        case RULE_PRICE_RESULTS: lua_pushcclosure(L, charged_by_results, 1); break;
        }
        lua_setfield(L, -2, fields->name);
    }
}

void rule_stock_open(lua_State *L, lua_CFunction open) {
    lua_pushcfunction(L, open);
    lua_call(L, 0, 1);
}
