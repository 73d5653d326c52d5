#include "rule_sandbox.h"

#include <lauxlib.h>
#include <lualib.h>
#include <string.h>

#include "rule_budget.h"
#include "rule_charge.h"
#include "rule_library.h"

/* Base functions ----------------------------------------------------------------------------------------------- */

/* A failed call makes Lua walk the whole call stack, so that it may shrink: 1 step for 2 frames, roughly. */
static uint64_t failure_price(lua_State *L) {
    lua_Debug frame;
    int depth = 64;
    while (depth < LUAI_MAXSTACK && lua_getstack(L, depth, &frame)) depth *= 4;
    return depth == 64 ? 1 : (uint64_t)depth / 8;
}

/* pcall(function, ...): as stock, but what must not be held up goes on. */
static int protected_call(lua_State *L) {
    int status;
    luaL_checkany(L, 1);
    rule_budget_spend(L, 1);
    lua_pushboolean(L, 1);
    lua_insert(L, 1);
    status = lua_pcall(L, lua_gettop(L) - 2, LUA_MULTRET, 0);
    if (status == LUA_ERRMEM) {
        rule_budget_note_memory(L);
        rule_budget_spend(L, 1);
    }
    if (rule_budget_is_spent(L) || rule_budget_is_abandoned(L)) {
        if (status == LUA_OK) rule_budget_spend(L, 1);
        return lua_error(L);
    }
    if (status == LUA_OK) return lua_gettop(L);
    rule_budget_spend(L, failure_price(L));
    lua_pushboolean(L, 0);
    lua_insert(L, -2);
    return 2;
}

/* Finalizers run without the count hook. Weak tables show when the collector ran, which never repeats, and can be
 * made to cost it quadratic time. */
static int set_metatable(lua_State *L) {
    static const char *const refused[] = {"__gc", "__mode"};
    int kind = lua_type(L, 2);
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_argexpected(L, kind == LUA_TNIL || kind == LUA_TTABLE, 2, "nil or table");
    if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL) return luaL_error(L, "cannot change a protected metatable");
    for (size_t index = 0; kind == LUA_TTABLE && index < sizeof refused / sizeof refused[0]; index++) {
        lua_pushstring(L, refused[index]);
        if (lua_rawget(L, 2) != LUA_TNIL) return luaL_error(L, "%s is not available to rules", refused[index]);
        lua_pop(L, 1);
    }
    lua_settop(L, 2);
    lua_setmetatable(L, 1);
    return 1;
}

/* rawset(table, key, value): not past the guard of a protected table. */
static int raw_set(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checkany(L, 2);
    luaL_checkany(L, 3);
    lua_settop(L, 3);
    if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL) return luaL_error(L, "cannot rawset a protected table");
    lua_rawset(L, 1);
    return 1;
}

const char *rule_sandbox_tostring(lua_State *L, int index, size_t *length) {
    index = lua_absindex(L, index);
    if (luaL_callmeta(L, index, "__tostring")) {
        if (!lua_isstring(L, -1)) luaL_error(L, "'__tostring' must return a string");
        return lua_tolstring(L, -1, length);
    }
    switch (lua_type(L, index)) {
    case LUA_TNUMBER: case LUA_TSTRING: lua_pushvalue(L, index); break;
    case LUA_TBOOLEAN: lua_pushstring(L, lua_toboolean(L, index) ? "true" : "false"); break;
    default:
        if (luaL_getmetafield(L, index, "__name") == LUA_TSTRING) break;
        lua_pushstring(L, luaL_typename(L, index));
        break;
    }
    return lua_tolstring(L, -1, length);
}

static int to_string(lua_State *L) {
    luaL_checkany(L, 1);
    rule_sandbox_tostring(L, 1, NULL);
    return 1;
}

/* Read-only views ---------------------------------------------------------------------------------------------- */

static int refuse_change(lua_State *L) {
    return luaL_error(L, "%s is read-only", lua_tostring(L, lua_upvalueindex(1)));
}

static int viewed_length(lua_State *L) {
    lua_pushinteger(L, luaL_len(L, lua_upvalueindex(1)));
    return 1;
}

static int viewed_pairs(lua_State *L) {
    lua_settop(L, 0);
    lua_pushvalue(L, lua_upvalueindex(1));
    return rule_order_pairs(L);
}

void rule_sandbox_read_only(lua_State *L, const char *name) {
    int viewed = lua_gettop(L);
    lua_newtable(L);
    lua_createtable(L, 0, 5);
    lua_pushvalue(L, viewed);
    lua_setfield(L, -2, "__index");
    lua_pushstring(L, name);
    lua_pushcclosure(L, refuse_change, 1);
    lua_setfield(L, -2, "__newindex");
    lua_pushvalue(L, viewed);
    lua_pushcclosure(L, viewed_length, 1);
    lua_setfield(L, -2, "__len");
    lua_pushvalue(L, viewed);
    lua_pushcclosure(L, viewed_pairs, 1);
    lua_setfield(L, -2, "__pairs");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_replace(L, viewed);
}

/* Globals ------------------------------------------------------------------------------------------------------ */

/* Pushes a table of the base functions that rules may use; the globals are empty afterwards. */
static void push_base(lua_State *L) {
    static const rule_stock stock[] = {
        {"_VERSION", RULE_PRICE_NONE},   {"assert", RULE_PRICE_NONE}, {"error", RULE_PRICE_NONE},
        {"getmetatable", RULE_PRICE_NONE}, {"ipairs", RULE_PRICE_NONE}, {"rawequal", RULE_PRICE_NONE},
        {"rawget", RULE_PRICE_NONE},     {"rawlen", RULE_PRICE_NONE}, {"select", RULE_PRICE_NONE},
        {"tonumber", RULE_PRICE_LENGTH}, {"type", RULE_PRICE_NONE},   {NULL, RULE_PRICE_NONE}};
    static const luaL_Reg own[] = {{"next", rule_order_next},       {"pairs", rule_order_pairs},
                                   {"pcall", protected_call},       {"rawset", raw_set},
                                   {"setmetatable", set_metatable}, {"tostring", to_string},
                                   {NULL, NULL}};
    rule_stock_open(L, luaopen_base); /* answers the globals */
    lua_newtable(L);
    rule_stock_take(L, -2, stock);
    luaL_setfuncs(L, own, 0);
    lua_insert(L, -2);
    for (lua_pushnil(L); lua_next(L, -2);) {
        lua_pop(L, 1);
        lua_pushvalue(L, -1);
        lua_pushnil(L);
        lua_rawset(L, -4);
    }
    lua_pop(L, 1);
}

void rule_sandbox_open(lua_State *L) {
    static const struct {
        const char *name;
        void (*push)(lua_State *L);
    } libraries[] = {{"math", rule_numbers_push},
                     {"os", rule_clock_push},
                     {"string", rule_strings_push},
                     {"table", rule_tables_push},
                     {"utf8", rule_texts_push}};
    int top = lua_gettop(L);
    luaL_checkstack(L, 16, NULL);
    rule_moment_open(L);
    push_base(L);
    lua_pushglobaltable(L);
    for (lua_pushnil(L); lua_next(L, -3);) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, -4);
    }
    for (size_t index = 0; index < sizeof libraries / sizeof libraries[0]; index++) {
        libraries[index].push(L);
        rule_sandbox_read_only(L, libraries[index].name);
        lua_setfield(L, -2, libraries[index].name);
    }
    lua_settop(L, top);
}

const char *rule_sandbox_why_missing(const char *name) {
    static const struct {
        const char *name, *why;
    } missing[] = {
        {"_G", "_G is not available to rules: globals are read by their names and never set"},
        {"collectgarbage", "collectgarbage is not available to rules: memory is looked after for them"},
        {"coroutine", "coroutine is not available to rules: a rule runs from its beginning to its end"},
        {"debug", "debug is not available to rules"},
        {"dofile", "dofile is not available to rules: use require"},
        {"io", "io is not available to rules: they read files with list.file, list.vcard and require"},
        {"load", "load is not available to rules: code comes from files of the rules folder"},
        {"loadfile", "loadfile is not available to rules: use require"},
        {"package", "package is not available to rules: use require"},
        {"warn", "warn is not available to rules: use log"},
        {"xpcall", "xpcall is not available to rules: use pcall; errors that nobody catches carry a traceback"},
    };
    for (size_t index = 0; index < sizeof missing / sizeof missing[0]; index++)
        if (strcmp(missing[index].name, name) == 0) return missing[index].why;
    return NULL;
}
