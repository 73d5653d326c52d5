#include "pattern_comparison.h"

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <string.h>

#include "rule_sandbox.h"

/* The same chunk in both states: results as text. */
static const char driver[] =
    "local operation, s, p, n = ...\n"
    "local out = {}\n"
    "local function add(...)\n"
    "  for i = 1, select('#', ...) do local v = select(i, ...) out[#out + 1] = type(v):sub(1, 1) .. tostring(v) end\n"
    "  out[#out + 1] = '|'\n"
    "end\n"
    "if operation == 0 then add(string.find(s, p, n))\n"
    "elseif operation == 1 then add(string.match(s, p, n))\n"
    "elseif operation == 2 then for a, b, c, d in string.gmatch(s, p, n) do add(a, b, c, d) end\n"
    "elseif operation == 3 then add(string.gsub(s, p, '<%0>'))\n"
    "elseif operation == 4 then add(string.gsub(s, p, '%1%%%2', n))\n"
    "elseif operation == 5 then add(string.gsub(s, p, {a = 'X', b = 1, ['1'] = false, [''] = '*', [1] = 'one'}))\n"
    "elseif operation == 6 then add(string.gsub(s, p, function(...) add(...) if ... == 'a' then return nil end return '.' end))\n"
    "elseif operation == 7 then add(string.find(s, p)) add(string.match(s, p))\n"
    "else add(string.gsub(s, p, 'x')) end\n"
    "return table.concat(out, ' ')\n";

static int load_driver(lua_State *L) {
    if (luaL_loadbufferx(L, driver, sizeof driver - 1, "=driver", "t") != LUA_OK) return lua_error(L);
    lua_setfield(L, LUA_REGISTRYINDEX, "driver");
    return 0;
}

void comparison_open(comparison *c) {
    memset(c, 0, sizeof *c);
    c->stock = luaL_newstate();
    luaL_openlibs(c->stock);
    sandbox_open(&c->own, MEMORY_LIMIT);
    lua_pushcfunction(c->stock, load_driver);
    lua_call(c->stock, 0, 0);
    lua_pushcfunction(c->own.L, load_driver);
    lua_call(c->own.L, 0, 0);
}

void comparison_close(comparison *c) {
    lua_close(c->stock);
    sandbox_close(&c->own);
}

static int run_one(lua_State *L, int operation, const char *subject, size_t subject_length, const char *pattern,
                   size_t pattern_length, int start, char *text, size_t size) {
    int status;
    size_t length;
    const char *result;
    lua_settop(L, 0);
    lua_getfield(L, LUA_REGISTRYINDEX, "driver");
    lua_pushinteger(L, operation);
    lua_pushlstring(L, subject, subject_length);
    lua_pushlstring(L, pattern, pattern_length);
    lua_pushinteger(L, start);
    status = lua_pcall(L, 4, 1, 0);
    result = luaL_tolstring(L, -1, &length);
    if (length >= size) length = size - 1;
    memcpy(text, result, length);
    memset(text + length, '\0', size - length);
    lua_settop(L, 0);
    return status;
}

comparison_result comparison_run(comparison *c, int operation, const char *subject, size_t subject_length,
                                 const char *pattern, size_t pattern_length, int start) {
    int stock, own;
    stock = run_one(c->stock, operation, subject, subject_length, pattern, pattern_length, start, c->stock_text,
                    sizeof c->stock_text);
    if (stock != LUA_OK && strstr(c->stock_text, "too complex") != NULL) {
        c->skipped++;
        return COMPARISON_SKIPPED;
    }
    rule_budget_begin(c->own.L, 100000000, 0);
    own = run_one(c->own.L, operation, subject, subject_length, pattern, pattern_length, start, c->own_text,
                  sizeof c->own_text);
    if (stock != own) return COMPARISON_DIFFERENT;
    if (stock != LUA_OK) {
        c->errors++;
        return COMPARISON_SAME;
    }
    return memcmp(c->stock_text, c->own_text, sizeof c->own_text) == 0 ? COMPARISON_SAME : COMPARISON_DIFFERENT;
}

void comparison_run_own(comparison *c, int operation, const char *subject, size_t subject_length, const char *pattern,
                        size_t pattern_length, int start, uint64_t steps) {
    rule_budget_begin(c->own.L, steps, 0);
    (void)run_one(c->own.L, operation, subject, subject_length, pattern, pattern_length, start, c->own_text,
                  sizeof c->own_text);
}
