#include "rule_codec.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "rule_state.h"

#define DEPTH_LIMIT 32
#define TRANSFER_LIMIT (32u << 20)
#define KEPT_CAPACITY (256u << 10)

static const char handle_key = 0;

/* A thing that the host keeps; released by __gc. */
typedef struct rule_handle {
    uint32_t identifier;
    uint8_t kind;
} rule_handle;

/* Bytes -------------------------------------------------------------------------------------------------------- */

int rule_bytes_append(rule_bytes *to, const void *from, size_t count) {
    if (count > TRANSFER_LIMIT || to->count > TRANSFER_LIMIT - count) return 0;
    if (to->capacity - to->count < count) {
        size_t capacity = to->capacity < 256 ? 256 : to->capacity;
        uint8_t *bytes;
        while (capacity - to->count < count) capacity *= 2;
        bytes = realloc(to->bytes, capacity);
        if (bytes == NULL) return 0;
        to->bytes = bytes;
        to->capacity = capacity;
    }
    if (count > 0) memcpy(to->bytes + to->count, from, count);
    to->count += count;
    return 1;
}

void rule_bytes_shrink(rule_bytes *bytes) {
    if (bytes->capacity > KEPT_CAPACITY) rule_bytes_free(bytes);
}

void rule_bytes_free(rule_bytes *bytes) {
    free(bytes->bytes);
    memset(bytes, 0, sizeof *bytes);
}

/* Handles ------------------------------------------------------------------------------------------------------ */

static int handle_collected(lua_State *L) {
    rule_handle *handle = lua_touserdata(L, 1);
    rule_state *state = rule_state_of(L);
    if (handle != NULL && state != NULL && !state->closing)
        state->host.released(state->host.context, handle->kind, handle->identifier);
    return 0;
}

void rule_handle_metatable(lua_State *L, uint8_t kind) {
    char name[32] = "postmoon.kind.";
    size_t length = strlen(name);
    name[length++] = (char)('0' + kind / 100);
    name[length++] = (char)('0' + kind / 10 % 10);
    name[length++] = (char)('0' + kind % 10);
    name[length] = 0;
    if (luaL_newmetatable(L, name)) {
        lua_pushboolean(L, 1);
        lua_rawsetp(L, -2, &handle_key);
        lua_pushcfunction(L, handle_collected);
        lua_setfield(L, -2, "__gc");
        lua_pushboolean(L, 0);
        lua_setfield(L, -2, "__metatable");
    }
}

static rule_handle *handle_at(lua_State *L, int index) {
    int known;
    if (lua_type(L, index) != LUA_TUSERDATA || !lua_getmetatable(L, index)) return NULL;
    known = lua_rawgetp(L, -1, &handle_key) != LUA_TNIL;
    lua_pop(L, 2);
    return known ? lua_touserdata(L, index) : NULL;
}

void rule_set_metatable(lua_State *L) {
    luaL_getsubtable(L, LUA_REGISTRYINDEX, "postmoon.metatables");
    lua_insert(L, -3);
    lua_rawset(L, -3);
    lua_pop(L, 1);
}

/* Lua to bytes ------------------------------------------------------------------------------------------------- */

static void put(lua_State *L, rule_bytes *to, const void *from, size_t count) {
    if (!rule_bytes_append(to, from, count)) luaL_error(L, "too much data");
}

static void put_tag(lua_State *L, rule_bytes *to, char tag) { put(L, to, &tag, 1); }

static void put_uint32(lua_State *L, rule_bytes *to, uint32_t value) {
    uint8_t bytes[4] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16), (uint8_t)(value >> 24)};
    put(L, to, bytes, 4);
}

static void put_uint64(lua_State *L, rule_bytes *to, uint64_t value) {
    put_uint32(L, to, (uint32_t)value);
    put_uint32(L, to, (uint32_t)(value >> 32));
}

static void encode(lua_State *L, int index, rule_bytes *to, int depth) {
    switch (lua_type(L, index)) {
    case LUA_TNIL:
        put_tag(L, to, 'n');
        break;
    case LUA_TBOOLEAN:
        put_tag(L, to, lua_toboolean(L, index) ? 't' : 'f');
        break;
    case LUA_TNUMBER:
        if (lua_isinteger(L, index)) {
            put_tag(L, to, 'i');
            put_uint64(L, to, (uint64_t)lua_tointeger(L, index));
        } else {
            lua_Number number = lua_tonumber(L, index);
            uint64_t bits;
            memcpy(&bits, &number, sizeof bits);
            put_tag(L, to, 'd');
            put_uint64(L, to, bits);
        }
        break;
    case LUA_TSTRING: {
        size_t count;
        const char *text = lua_tolstring(L, index, &count);
        if (count > TRANSFER_LIMIT) luaL_error(L, "too much data");
        put_tag(L, to, 's');
        put_uint32(L, to, (uint32_t)count);
        put(L, to, text, count);
        break;
    }
    case LUA_TTABLE:
        if (depth >= DEPTH_LIMIT) luaL_error(L, "tables are nested too deeply");
        luaL_checkstack(L, 4, "tables are nested too deeply");
        put_tag(L, to, '{');
        lua_pushnil(L);
        while (lua_next(L, index) != 0) {
            int top = lua_gettop(L);
            encode(L, top - 1, to, depth + 1);
            encode(L, top, to, depth + 1);
            lua_pop(L, 1);
        }
        put_tag(L, to, '}');
        break;
    case LUA_TFUNCTION:
        put_tag(L, to, 'c');
        break;
    default: {
        rule_handle *handle = handle_at(L, index);
        if (handle == NULL) luaL_error(L, "a %s cannot be used here", luaL_typename(L, index));
        uint8_t kind = handle->kind;
        put_tag(L, to, 'h');
        put(L, to, &kind, 1);
        put_uint32(L, to, handle->identifier);
    }
    }
}

void rule_encode(lua_State *L, int index, rule_bytes *to) { encode(L, lua_absindex(L, index), to, 0); }

/* Bytes to Lua ------------------------------------------------------------------------------------------------- */

typedef struct reader {
    const uint8_t *next, *end;
} reader;

static const uint8_t *take(lua_State *L, reader *from, size_t count) {
    const uint8_t *bytes = from->next;
    if ((size_t)(from->end - from->next) < count) luaL_error(L, "malformed reply");
    from->next += count;
    return bytes;
}

static uint32_t take_uint32(lua_State *L, reader *from) {
    const uint8_t *bytes = take(L, from, 4);
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static uint64_t take_uint64(lua_State *L, reader *from) {
    uint64_t low = take_uint32(L, from);
    return low | (uint64_t)take_uint32(L, from) << 32;
}

static void decode(lua_State *L, reader *from, int depth) {
    if (depth > DEPTH_LIMIT) luaL_error(L, "malformed reply");
    luaL_checkstack(L, 6, "values are nested too deeply");
    switch (*take(L, from, 1)) {
    case 'n':
        lua_pushnil(L);
        break;
    case 't':
        lua_pushboolean(L, 1);
        break;
    case 'f':
        lua_pushboolean(L, 0);
        break;
    case 'i':
        lua_pushinteger(L, (lua_Integer)take_uint64(L, from));
        break;
    case 'd': {
        uint64_t bits = take_uint64(L, from);
        lua_Number number;
        memcpy(&number, &bits, sizeof number);
        lua_pushnumber(L, number);
        break;
    }
    case 's': {
        uint32_t count = take_uint32(L, from);
        lua_pushlstring(L, (const char *)take(L, from, count), count);
        break;
    }
    case '[': {
        uint32_t count = take_uint32(L, from);
        if (count > (size_t)(from->end - from->next)) luaL_error(L, "malformed reply");
        lua_createtable(L, (int)count, 0);
        for (uint32_t index = 1; index <= count; index++) {
            decode(L, from, depth + 1);
            lua_rawseti(L, -2, index);
        }
        break;
    }
    case '{':
        lua_newtable(L);
        for (;;) {
            if (from->next < from->end && *from->next == '}') break;
            decode(L, from, depth + 1);
            decode(L, from, depth + 1);
            lua_rawset(L, -3);
        }
        from->next++;
        break;
    case 'm':
        luaL_getsubtable(L, LUA_REGISTRYINDEX, "postmoon.metatables");
        decode(L, from, depth + 1);
        lua_rawget(L, -2);
        lua_remove(L, -2);
        decode(L, from, depth + 1);
        lua_insert(L, -2);
        if (!lua_istable(L, -2) || !lua_istable(L, -1)) luaL_error(L, "malformed reply");
        lua_setmetatable(L, -2);
        break;
    case 'h': {
        uint8_t kind = *take(L, from, 1);
        uint32_t identifier = take_uint32(L, from);
        rule_handle *handle = lua_newuserdatauv(L, sizeof *handle, 0);
        handle->kind = kind;
        handle->identifier = identifier;
        rule_handle_metatable(L, kind);
        lua_setmetatable(L, -2);
        break;
    }
    default:
        luaL_error(L, "malformed reply");
    }
}

int rule_decode_all(lua_State *L, const uint8_t *bytes, size_t count) {
    reader from = {bytes, bytes + count};
    int values = 0;
    while (from.next < from.end) {
        decode(L, &from, 0);
        values++;
    }
    return values;
}
