#include "CRuleShim.h"

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdlib.h>
#include <string.h>

#include "rule_budget.h"
#include "rule_codec.h"
#include "rule_sandbox.h"
#include "rule_state.h"

/* What the prelude and the file names look like to Lua: rule files are "@name", the prelude "=[name]". */
#define PRELUDE_STEPS 50000000u
#define PRELUDE_WALL_MS 10000u
#define MESSAGE_LIMIT 4096
#define TRACEBACK_LIMIT 16384

static const char host_key = 0;

/* One entry into Lua: what `enter` gets as light userdata. */
typedef struct rule_entry {
    rule_state *state;
    lua_CFunction body;
    const char *name;
    const uint8_t *bytes;
    size_t count;
    const char *const *operations;
    uint64_t steps, wall_ms;
    int64_t now;
    uint64_t seed;
} rule_entry;

/* Errors ------------------------------------------------------------------------------------------------------- */

/* The nearest frame of a rule file, from `level` outwards. */
static int caller_place(lua_State *L, int level, lua_Debug *place) {
    for (; lua_getstack(L, level, place); level++) {
        if (lua_getinfo(L, "Sl", place) && place->source[0] == '@' && place->currentline > 0) return 1;
    }
    return 0;
}

static void keep_text(rule_bytes *kept, const char *text, size_t count, size_t limit) {
    kept->count = 0;
    if (count > limit) count = limit;
    (void)rule_bytes_append(kept, text, count);
}

static void keep_place(rule_state *state, const lua_Debug *place) {
    keep_text(&state->file, place->source + 1, strlen(place->source + 1), MESSAGE_LIMIT);
    if (!rule_bytes_append(&state->file, "", 1)) state->file.count = 0;
    state->line = place->currentline;
}

/* Message handler: keeps text, place and traceback in memory of our own, so that nothing of Lua is read afterwards. */
static int on_error(lua_State *L) {
    rule_state *state = rule_state_of(L);
    lua_Debug place;
    if (state == NULL || state->halted) return 1;
    if (state->file.count == 0 && caller_place(L, 1, &place)) keep_place(state, &place);
    if (lua_type(L, 1) == LUA_TSTRING || lua_type(L, 1) == LUA_TNUMBER) {
        size_t count;
        const char *text = lua_tolstring(L, 1, &count);
        keep_text(&state->message, text, count, MESSAGE_LIMIT);
    } else {
        lua_pushfstring(L, "error object is a %s", luaL_typename(L, 1));
        keep_text(&state->message, lua_tostring(L, -1), strlen(lua_tostring(L, -1)), MESSAGE_LIMIT);
        lua_pop(L, 1);
    }
    luaL_traceback(L, L, NULL, 1);
    keep_text(&state->traceback, lua_tostring(L, -1), strlen(lua_tostring(L, -1)), TRACEBACK_LIMIT);
    lua_pop(L, 1);
    return 1;
}

/* Host calls --------------------------------------------------------------------------------------------------- */

rule_state *rule_state_of(lua_State *L) {
    rule_state *state;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &host_key);
    state = lua_touserdata(L, -1);
    lua_pop(L, 1);
    return state;
}

/* A host function: upvalue 1 is the state, upvalue 2 the operation's number. The host returns first; only then does
   Lua allocate or raise. */
static int host_call(lua_State *L) {
    rule_state *state = lua_touserdata(L, lua_upvalueindex(1));
    uint32_t operation = (uint32_t)lua_tointeger(L, lua_upvalueindex(2));
    int arguments = lua_gettop(L);
    rule_reply reply = {NULL, 0};
    lua_Debug place;
    const char *file = NULL;
    int32_t line = 0, status;
    uint64_t charged;
    if (caller_place(L, 1, &place)) {
        file = place.source + 1;
        line = place.currentline;
    }
    state->arguments.count = 0;
    for (int index = 1; index <= arguments; index++) rule_encode(L, index, &state->arguments);
    state->charged = 32 + state->arguments.count / 16;
    status = state->host.call(state->host.context, operation, file, line, state->arguments.bytes,
                              state->arguments.count, &reply);
    charged = state->charged;
    state->charged = 0;
    rule_bytes_shrink(&state->arguments);
    if (status == RULE_REPLY_HALT) {
        state->halted = 1;
        rule_budget_abandon(L);
        lua_pushliteral(L, "halted");
        return lua_error(L);
    }
    rule_budget_spend(L, charged + reply.count / 16);
    if (status != RULE_REPLY_VALUES) {
        if (status == RULE_REPLY_ERROR && file != NULL) lua_pushfstring(L, "%s:%d: ", file, (int)line);
        else lua_pushliteral(L, "");
        lua_pushlstring(L, (const char *)reply.bytes, reply.count);
        lua_concat(L, 2);
        return lua_error(L);
    }
    return rule_decode_all(L, reply.bytes, reply.count);
}

/* host.compile(name, source): a chunk in the rules' environment, or nil and the message. Text only. */
static int host_compile(lua_State *L) {
    size_t name_count, count;
    const char *name = luaL_checklstring(L, 1, &name_count);
    const char *source = luaL_checklstring(L, 2, &count);
    lua_pushfstring(L, "@%s", name);
    if (luaL_loadbufferx(L, source, count, lua_tostring(L, -1), "t") != LUA_OK) {
        lua_pushnil(L);
        lua_insert(L, -2);
        return 2;
    }
    lua_getfield(L, LUA_REGISTRYINDEX, "postmoon.environment");
    if (lua_setupvalue(L, -2, 1) == NULL) lua_pop(L, 1);
    return 1;
}

/* host.environment(table): what rule files see as their globals. */
static int host_environment(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    lua_setfield(L, LUA_REGISTRYINDEX, "postmoon.environment");
    return 0;
}

/* host.metatable(name, table) for tables that the host makes; host.kind(number, table) adds to a handle's metatable. */
static int host_metatable(lua_State *L) {
    luaL_checkstring(L, 1);
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 2);
    rule_set_metatable(L);
    return 0;
}

static int host_kind(lua_State *L) {
    lua_Integer kind = luaL_checkinteger(L, 1);
    luaL_checktype(L, 2, LUA_TTABLE);
    rule_handle_metatable(L, (uint8_t)kind);
    lua_pushnil(L);
    while (lua_next(L, 2) != 0) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, -4);
    }
    return 0;
}

/* host.why_missing(name): why a name of stock Lua is not there, or nil. */
static int host_why_missing(lua_State *L) {
    lua_pushstring(L, rule_sandbox_why_missing(luaL_checkstring(L, 1)));
    return 1;
}

/* Entries ------------------------------------------------------------------------------------------------------ */

static int enter(lua_State *L) {
    rule_entry *entry = lua_touserdata(L, 1);
    lua_settop(L, 0);
    rule_budget_begin(L, entry->steps, entry->wall_ms);
    lua_pushcfunction(L, entry->body);
    lua_pushlightuserdata(L, entry);
    lua_call(L, 1, 0);
    return 0;
}

static rule_outcome run(rule_state *state, rule_entry *entry) {
    lua_State *L = state->L;
    rule_outcome outcome;
    int status;
    memset(&outcome, 0, sizeof outcome);
    state->halted = 0;
    state->line = 0;
    state->message.count = state->traceback.count = state->file.count = state->results.count = 0;
    entry->state = state;
    lua_settop(L, 0);
    lua_pushcfunction(L, on_error);
    lua_pushcfunction(L, enter);
    lua_pushlightuserdata(L, entry);
    status = lua_pcall(L, 1, 0, 1);
    if (status == LUA_ERRMEM && !state->halted) rule_budget_note_memory(L);
    if (status == LUA_OK && !state->halted && !rule_budget_is_spent(L)) {
        outcome.status = RULE_OK;
    } else if (state->halted) {
        outcome.status = RULE_HALTED;
    } else {
        outcome.status = rule_budget_is_spent(L) ? RULE_SPENT : RULE_FAILED;
        if (outcome.status == RULE_SPENT) {
            char reason[RULE_BUDGET_REASON_SIZE];
            rule_budget_reason(&state->budget, reason);
            keep_text(&state->message, reason, strlen(reason), MESSAGE_LIMIT);
        } else if (state->message.count == 0) {
            const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "error without a message";
            keep_text(&state->message, text, strlen(text), MESSAGE_LIMIT);
        }
    }
    lua_settop(L, 0);
    outcome.values = state->results.bytes;
    outcome.value_count = state->results.count;
    outcome.message = (const char *)state->message.bytes;
    outcome.message_count = state->message.count;
    outcome.traceback = (const char *)state->traceback.bytes;
    outcome.traceback_count = state->traceback.count;
    outcome.file = state->file.count > 1 ? (const char *)state->file.bytes : NULL;
    outcome.line = state->line;
    return outcome;
}

static int open_body(lua_State *L) {
    rule_entry *entry = lua_touserdata(L, 1);
    static const luaL_Reg own[] = {{"compile", host_compile},
                                   {"environment", host_environment},
                                   {"metatable", host_metatable},
                                   {"kind", host_kind},
                                   {"why_missing", host_why_missing},
                                   {NULL, NULL}};
    lua_pushlightuserdata(L, entry->state);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &host_key);
    rule_sandbox_open(L);
    rule_sandbox_zone(L, entry->state->host.zone_offset, entry->state->host.context);
    lua_createtable(L, 0, (int)entry->count + 8);
    luaL_setfuncs(L, own, 0);
    for (size_t index = 0; index < entry->count; index++) {
        lua_pushlightuserdata(L, entry->state);
        lua_pushinteger(L, (lua_Integer)index);
        lua_pushcclosure(L, host_call, 2);
        lua_setfield(L, -2, entry->operations[index]);
    }
    lua_newtable(L);
    lua_setfield(L, -2, "entries");
    lua_setfield(L, LUA_REGISTRYINDEX, "postmoon.host");
    return 0;
}

static int prelude_body(lua_State *L) {
    rule_entry *entry = lua_touserdata(L, 1);
    lua_pushfstring(L, "=[%s]", entry->name);
    if (luaL_loadbufferx(L, (const char *)entry->bytes, entry->count, lua_tostring(L, -1), "t") != LUA_OK)
        return lua_error(L);
    lua_getfield(L, LUA_REGISTRYINDEX, "postmoon.host");
    lua_call(L, 1, 0);
    return 0;
}

static int call_body(lua_State *L) {
    rule_entry *entry = lua_touserdata(L, 1);
    rule_state *state = entry->state;
    int arguments;
    lua_getfield(L, LUA_REGISTRYINDEX, "postmoon.host");
    lua_getfield(L, -1, "entries");
    if (lua_getfield(L, -1, entry->name) != LUA_TFUNCTION) return luaL_error(L, "no entry %s", entry->name);
    lua_replace(L, 1);
    lua_settop(L, 1);
    arguments = rule_decode_all(L, entry->bytes, entry->count);
    lua_call(L, arguments, LUA_MULTRET);
    for (int index = 1; index <= lua_gettop(L); index++) rule_encode(L, index, &state->results);
    return 0;
}

static int freeze_body(lua_State *L) {
    rule_entry *entry = lua_touserdata(L, 1);
    rule_sandbox_freeze(L, entry->now, entry->seed);
    return 0;
}

static int collect_body(lua_State *L) {
    /* Twice: a handle whose finalizer ran in the first may have held others. */
    lua_gc(L, LUA_GCCOLLECT);
    lua_gc(L, LUA_GCCOLLECT);
    return 0;
}

/* Verbs -------------------------------------------------------------------------------------------------------- */

rule_state *rule_state_create(rule_host host, size_t memory_limit) {
    rule_state *state = calloc(1, sizeof *state);
    if (state == NULL) return NULL;
    state->host = host;
    state->budget.memory_limit = memory_limit;
    state->L = lua_newstate(rule_budget_alloc, &state->budget);
    if (state->L == NULL) {
        free(state);
        return NULL;
    }
    rule_budget_install(state->L, &state->budget);
    return state;
}

void rule_state_destroy(rule_state *state) {
    if (state == NULL) return;
    state->closing = 1;
    lua_close(state->L);
    rule_bytes_free(&state->arguments);
    rule_bytes_free(&state->results);
    rule_bytes_free(&state->message);
    rule_bytes_free(&state->traceback);
    rule_bytes_free(&state->file);
    free(state);
}

rule_outcome rule_state_open(rule_state *state, const char *const *operations, size_t count) {
    rule_entry entry = {.body = open_body, .operations = operations, .count = count, .steps = PRELUDE_STEPS,
                        .wall_ms = PRELUDE_WALL_MS};
    return run(state, &entry);
}

rule_outcome rule_state_prelude(rule_state *state, const char *name, const uint8_t *source, size_t count) {
    rule_entry entry = {.body = prelude_body, .name = name, .bytes = source, .count = count, .steps = PRELUDE_STEPS,
                        .wall_ms = PRELUDE_WALL_MS};
    return run(state, &entry);
}

rule_outcome rule_state_call(rule_state *state, const char *entry_name, const uint8_t *arguments, size_t count,
                             uint64_t steps, uint64_t wall_ms) {
    rule_entry entry = {.body = call_body, .name = entry_name, .bytes = arguments, .count = count, .steps = steps,
                        .wall_ms = wall_ms};
    return run(state, &entry);
}

rule_outcome rule_state_freeze(rule_state *state, int64_t now, uint64_t seed) {
    rule_entry entry = {.body = freeze_body, .now = now, .seed = seed, .steps = PRELUDE_STEPS,
                        .wall_ms = PRELUDE_WALL_MS};
    return run(state, &entry);
}

rule_outcome rule_state_collect(rule_state *state) {
    rule_entry entry = {.body = collect_body, .steps = PRELUDE_STEPS, .wall_ms = PRELUDE_WALL_MS};
    return run(state, &entry);
}

void rule_state_charge(rule_state *state, uint64_t steps) {
    state->charged = steps > UINT64_MAX / 2 - state->charged ? UINT64_MAX / 2 : state->charged + steps;
}

uint64_t rule_state_steps_left(const rule_state *state) { return state->budget.steps_left; }

size_t rule_state_memory(const rule_state *state) { return state->budget.memory_used; }
