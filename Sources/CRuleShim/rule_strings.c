/* `string` without patterns: stock functions at a price, rep and format of our own, and the metatable of strings. */
#include <lauxlib.h>
#include <lualib.h>
#include <string.h>

#include "rule_budget.h"
#include "rule_buffer.h"
#include "rule_charge.h"
#include "rule_library.h"
#include "rule_sandbox.h"

/* string.rep(text, count, separator): the size is judged before anything is made, and nothing is free. */
static int rep(lua_State *L) {
    size_t length, gap;
    const char *text = luaL_checklstring(L, 1, &length);
    lua_Integer count = luaL_checkinteger(L, 2);
    const char *separator = luaL_optlstring(L, 3, "", &gap);
    size_t limit = rule_budget_of(L)->memory_limit, unit = length + gap, size, done;
    rule_buffer buffer;
    char *bytes;
    if (limit == 0 || limit > SIZE_MAX / 4) limit = SIZE_MAX / 4;
    if (count <= 0 || unit == 0) {
        lua_pushliteral(L, "");
        return 1;
    }
    if ((lua_Unsigned)count > limit / unit)
        return luaL_error(L, "resulting string too large (%I bytes, %I times)", (LUAI_UACINT)unit,
                          (LUAI_UACINT)count);
    size = unit * (size_t)count;
    rule_budget_spend(L, 1 + size / 64);
    rule_buffer_begin(&buffer, L);
    bytes = rule_buffer_extend(&buffer, size);
    memcpy(bytes, text, length);
    memcpy(bytes + length, separator, gap);
    for (done = unit; done < size;) {
        size_t more = done < size - done ? done : size - done;
        memcpy(bytes + done, bytes, more);
        done += more;
    }
    buffer.count -= gap;
    rule_buffer_push(&buffer);
    return 1;
}

/* string.format(format, ...): stock, but `%s` shows no addresses and `%p` is gone. Upvalue 1 is the stock function. */
static int format(lua_State *L) {
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length), *end = text + length;
    int argument = 1, count = lua_gettop(L);
    size_t size = length; /* of the result, roughly */
    for (; text < end; text++) {
        if (*text != '%') continue;
        if (++text < end && *text == '%') continue;
        while (text < end && *text != '\0' && strchr("-+ #.0123456789", *text) != NULL) text++;
        argument++;
        if (text < end && *text == 'p') return luaL_error(L, "string.format has no '%%p' here: addresses never repeat");
        if (text == end || *text != 's' || argument > count) continue;
        if (lua_type(L, argument) != LUA_TSTRING) {
            rule_sandbox_tostring(L, argument, NULL);
            lua_replace(L, argument);
        }
        size += lua_rawlen(L, argument);
    }
    rule_budget_spend(L, 1 + length + size / 16);
    rule_budget_make_room(L, size);
    return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

/* Arithmetic ("10" + 1) ---------------------------------------------------------------------------------------- */

/* Turns a numeral at `index` into its number. */
static int make_number(lua_State *L, int index) {
    size_t length;
    const char *text;
    if (lua_type(L, index) == LUA_TNUMBER) return 1;
    if (lua_type(L, index) != LUA_TSTRING) return 0;
    text = lua_tolstring(L, index, &length);
    rule_budget_spend(L, 1 + length / 16);
    if (lua_stringtonumber(L, text) != length + 1) return 0;
    lua_replace(L, index);
    return 1;
}

/* Upvalues: the operation, its event. One operand is a string; the other's own metamethod comes second, as in Lua. */
static int arithmetic(lua_State *L) {
    int operation = (int)lua_tointeger(L, lua_upvalueindex(1)), culprit;
    lua_settop(L, 2);
    if (make_number(L, 1) && make_number(L, 2)) {
        if (operation == LUA_OPUNM) lua_settop(L, 1);
        lua_arith(L, operation);
        return 1;
    }
    if (lua_type(L, 2) != LUA_TSTRING && luaL_getmetafield(L, 2, lua_tostring(L, lua_upvalueindex(2))) != LUA_TNIL) {
        lua_insert(L, 1);
        lua_call(L, 2, 1);
        return 1;
    }
    culprit = make_number(L, 1) ? 2 : 1;
    return luaL_error(L, "attempt to perform arithmetic on a %s value", luaL_typename(L, culprit));
}

static void add_arithmetic(lua_State *L) {
    static const struct {
        const char *event;
        int operation;
    } events[] = {{"__add", LUA_OPADD}, {"__sub", LUA_OPSUB}, {"__mul", LUA_OPMUL},   {"__mod", LUA_OPMOD},
                  {"__pow", LUA_OPPOW}, {"__div", LUA_OPDIV}, {"__idiv", LUA_OPIDIV}, {"__unm", LUA_OPUNM}};
    for (size_t index = 0; index < sizeof events / sizeof events[0]; index++) {
        lua_pushinteger(L, events[index].operation);
        lua_pushstring(L, events[index].event);
        lua_pushcclosure(L, arithmetic, 2);
        lua_setfield(L, -2, events[index].event);
    }
}

/* Methods of strings are found in the table on top of the stack; nobody gets hold of the metatable. */
static void take_over_metatable(lua_State *L) {
    lua_createtable(L, 0, 10);
    add_arithmetic(L);
    lua_pushvalue(L, -2);
    lua_setfield(L, -2, "__index");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pushliteral(L, "");
    lua_insert(L, -2);
    lua_setmetatable(L, -2);
    lua_pop(L, 1);
}

void rule_strings_push(lua_State *L) {
    static const rule_stock stock[] = {
        {"byte", RULE_PRICE_RESULTS},  {"char", RULE_PRICE_LENGTH},    {"len", RULE_PRICE_NONE},
        {"lower", RULE_PRICE_LENGTH},  {"reverse", RULE_PRICE_LENGTH}, {"sub", RULE_PRICE_NONE},
        {"upper", RULE_PRICE_LENGTH},  {NULL, RULE_PRICE_NONE}};
    rule_stock_open(L, luaopen_string);
    lua_newtable(L);
    rule_stock_take(L, -2, stock);
    lua_getfield(L, -2, "format");
    lua_pushcclosure(L, format, 1);
    lua_setfield(L, -2, "format");
    lua_pushcfunction(L, rep);
    lua_setfield(L, -2, "rep");
    rule_patterns_add(L);
    lua_remove(L, -2);
    take_over_metatable(L);
}
