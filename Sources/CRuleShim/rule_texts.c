/* `utf8`: stock, but for what walks over bytes unseen. */
#include <lauxlib.h>
#include <lualib.h>

#include "rule_budget.h"
#include "rule_charge.h"
#include "rule_library.h"

/* Stock decodes no character longer than this. */
#define LONGEST_CHARACTER 6
#define BYTES_PER_STEP 16

static int is_continuation(const char *text, size_t length, size_t offset) {
    return offset < length && ((unsigned char)text[offset] & 0xC0) == 0x80;
}

/* Upvalues: stock utf8.codepoint, lax. Called with the text and where the last character began, 0 at first. */
static int next_code(lua_State *L) {
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    lua_Unsigned last = (lua_Unsigned)luaL_checkinteger(L, 2), offset = last;
    rule_budget_spend(L, 1);
    if (last > 0)
        while (is_continuation(text, length, offset) && offset - last < LONGEST_CHARACTER) offset++;
    if (offset >= length) return 0;
    lua_settop(L, 1);
    lua_pushinteger(L, (lua_Integer)offset + 1);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushvalue(L, 1);
    lua_pushvalue(L, 2);
    lua_pushvalue(L, 2);
    lua_pushvalue(L, lua_upvalueindex(2));
    lua_call(L, 4, 1);
    return 2;
}

/* Upvalue: stock utf8.codepoint. */
static int codes(lua_State *L) {
    luaL_checkstring(L, 1);
    lua_settop(L, 2);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 2);
    lua_pushcclosure(L, next_code, 2);
    lua_insert(L, 1);
    lua_pushinteger(L, 0);
    return 3;
}

/* Upvalue: stock utf8.offset, which walks from where it starts to what it answers. */
static int offset(lua_State *L) {
    size_t length;
    lua_Integer count, start, distance;
    luaL_checklstring(L, 1, &length);
    count = luaL_checkinteger(L, 2);
    start = luaL_optinteger(L, 3, count > 0 ? 1 : (lua_Integer)length + 1);
    if (start < 0) start += (lua_Integer)length + 1;
    lua_tocfunction(L, lua_upvalueindex(1))(L);
    distance = (lua_Integer)length;
    if (lua_isinteger(L, -1)) distance = lua_tointeger(L, -1) > start ? lua_tointeger(L, -1) - start
                                                                        : start - lua_tointeger(L, -1);
    rule_budget_spend(L, 1 + (uint64_t)distance / BYTES_PER_STEP);
    return 1;
}

void rule_texts_push(lua_State *L) {
    static const rule_stock stock[] = {{"char", RULE_PRICE_LENGTH},
                                       {"charpattern", RULE_PRICE_NONE},
                                       {"codepoint", RULE_PRICE_RESULTS},
                                       {"len", RULE_PRICE_LENGTH},
                                       {NULL, RULE_PRICE_NONE}};
    rule_stock_open(L, luaopen_utf8);
    lua_newtable(L);
    rule_stock_take(L, -2, stock);
    lua_getfield(L, -2, "codepoint");
    lua_pushcclosure(L, codes, 1);
    lua_setfield(L, -2, "codes");
    lua_getfield(L, -2, "offset");
    lua_pushcclosure(L, offset, 1);
    lua_setfield(L, -2, "offset");
    lua_remove(L, -2);
}
