/* `math`: stock, but for chance, which an evaluation's seed decides. */
#include <lauxlib.h>
#include <lualib.h>

#include "rule_charge.h"
#include "rule_library.h"

/* SplitMix64: a counter, stirred. */
static uint64_t next_random(rule_moment *moment) {
    uint64_t word = moment->random += UINT64_C(0x9E3779B97F4A7C15);
    word = (word ^ (word >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    word = (word ^ (word >> 27)) * UINT64_C(0x94D049BB133111EB);
    return word ^ (word >> 31);
}

/* 0...`most`, each alike: words past it are drawn again, at worst every second one. */
static uint64_t next_below(rule_moment *moment, uint64_t most) {
    uint64_t mask = most, word;
    for (int shift = 1; shift < 64; shift *= 2) mask |= mask >> shift;
    do word = next_random(moment) & mask;
    while (word > most);
    return word;
}

static int random_number(lua_State *L) {
    rule_moment *moment = rule_moment_check(L, "math.random");
    lua_Integer low = 1, high;
    switch (lua_gettop(L)) {
    case 0: lua_pushnumber(L, (lua_Number)(next_random(moment) >> 11) * 0x1p-53); return 1;
    case 1:
        high = luaL_checkinteger(L, 1);
        if (high == 0) {
            lua_pushinteger(L, (lua_Integer)next_random(moment));
            return 1;
        }
        break;
    case 2:
        low = luaL_checkinteger(L, 1);
        high = luaL_checkinteger(L, 2);
        break;
    default: return luaL_error(L, "wrong number of arguments to 'math.random'");
    }
    luaL_argcheck(L, low <= high, lua_gettop(L), "interval is empty");
    lua_pushinteger(L, (lua_Integer)(next_below(moment, (uint64_t)high - (uint64_t)low) + (uint64_t)low));
    return 1;
}

void rule_numbers_push(lua_State *L) {
    static const rule_stock stock[] = {
        {"abs", RULE_PRICE_LENGTH},    {"acos", RULE_PRICE_LENGTH}, {"asin", RULE_PRICE_LENGTH},
        {"atan", RULE_PRICE_LENGTH},   {"ceil", RULE_PRICE_LENGTH}, {"cos", RULE_PRICE_LENGTH},
        {"deg", RULE_PRICE_LENGTH},    {"exp", RULE_PRICE_LENGTH},  {"floor", RULE_PRICE_LENGTH},
        {"fmod", RULE_PRICE_LENGTH},   {"huge", RULE_PRICE_NONE},   {"log", RULE_PRICE_LENGTH},
        {"max", RULE_PRICE_LENGTH},    {"min", RULE_PRICE_LENGTH},  {"maxinteger", RULE_PRICE_NONE},
        {"mininteger", RULE_PRICE_NONE}, {"modf", RULE_PRICE_LENGTH}, {"pi", RULE_PRICE_NONE},
        {"rad", RULE_PRICE_LENGTH},    {"sin", RULE_PRICE_LENGTH},  {"sqrt", RULE_PRICE_LENGTH},
        {"tan", RULE_PRICE_LENGTH},    {"tointeger", RULE_PRICE_LENGTH}, {"type", RULE_PRICE_NONE},
        {"ult", RULE_PRICE_LENGTH},    {NULL, RULE_PRICE_NONE}};
    rule_stock_open(L, luaopen_math);
    lua_newtable(L);
    rule_stock_take(L, -2, stock);
    lua_pushcfunction(L, random_number);
    lua_setfield(L, -2, "random");
    lua_remove(L, -2);
}
