#define _POSIX_C_SOURCE 200809L
#include "harness.h"

#include <lauxlib.h>
#include <lualib.h>
#include <string.h>
#include <time.h>

#include "rule_sandbox.h"

int failures, checks;

typedef struct chunk {
    const char *source;
    size_t length;
    uint64_t steps, wall_ms;
} chunk;

static double now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int open_protected(lua_State *L) {
    rule_sandbox_open(L);
    return 0;
}

void sandbox_open(sandbox *s, size_t memory_limit) {
    memset(s, 0, sizeof *s);
    s->budget.memory_limit = memory_limit;
    s->L = lua_newstate(rule_budget_alloc, &s->budget);
    rule_budget_install(s->L, &s->budget);
    lua_pushcfunction(s->L, open_protected);
    if (lua_pcall(s->L, 0, 0, 0) != LUA_OK) {
        fprintf(stderr, "sandbox does not open: %s\n", lua_tostring(s->L, -1));
        failures++;
    }
}

void sandbox_close(sandbox *s) { lua_close(s->L); }

static int run_protected(lua_State *L) {
    chunk *c = lua_touserdata(L, 1);
    lua_settop(L, 0);
    rule_budget_begin(L, c->steps, c->wall_ms);
    rule_sandbox_freeze(L, 1700000000, 42);
    if (luaL_loadbufferx(L, c->source, c->length, "@case", "t") != LUA_OK) return lua_error(L);
    lua_call(L, 0, 1);
    return 1;
}

void sandbox_run_bytes(sandbox *s, const char *source, size_t length, uint64_t steps, uint64_t wall_ms) {
    chunk c = {source, length, steps, wall_ms};
    double start = now_ms();
    lua_settop(s->L, 0);
    lua_pushcfunction(s->L, run_protected);
    lua_pushlightuserdata(s->L, &c);
    s->status = lua_pcall(s->L, 1, 1, 0);
    s->ms = now_ms() - start;
    s->steps = s->budget.steps_limit - s->budget.steps_left;
    switch (lua_type(s->L, -1)) {
    case LUA_TSTRING: snprintf(s->text, sizeof s->text, "%s", lua_tostring(s->L, -1)); break;
    case LUA_TBOOLEAN: snprintf(s->text, sizeof s->text, "%s", lua_toboolean(s->L, -1) ? "true" : "false"); break;
    case LUA_TNUMBER: snprintf(s->text, sizeof s->text, "%.14g", lua_tonumber(s->L, -1)); break;
    default: snprintf(s->text, sizeof s->text, "%s", luaL_typename(s->L, -1)); break;
    }
    lua_settop(s->L, 0);
}

void sandbox_run(sandbox *s, const char *source, uint64_t steps, uint64_t wall_ms) {
    sandbox_run_bytes(s, source, strlen(source), steps, wall_ms);
}
