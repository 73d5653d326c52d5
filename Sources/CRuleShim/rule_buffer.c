#include "rule_buffer.h"

#include <lauxlib.h>
#include <stdint.h>
#include <string.h>

void rule_buffer_begin(rule_buffer *buffer, lua_State *L) {
    buffer->L = L;
    buffer->bytes = buffer->inline_bytes;
    buffer->count = 0;
    buffer->capacity = sizeof buffer->inline_bytes;
    lua_pushnil(L);
    buffer->slot = lua_gettop(L);
}

char *rule_buffer_extend(rule_buffer *buffer, size_t count) {
    char *added;
    if (count > buffer->capacity - buffer->count) {
        size_t capacity = buffer->capacity + buffer->capacity / 2;
        char *bytes;
        if (count > SIZE_MAX / 4 || buffer->count > SIZE_MAX / 4) luaL_error(buffer->L, "resulting string too large");
        if (capacity < buffer->count + count) capacity = buffer->count + count;
        bytes = lua_newuserdatauv(buffer->L, capacity, 0);
        memcpy(bytes, buffer->bytes, buffer->count);
        lua_replace(buffer->L, buffer->slot);
        buffer->bytes = bytes;
        buffer->capacity = capacity;
    }
    added = buffer->bytes + buffer->count;
    buffer->count += count;
    return added;
}

void rule_buffer_add(rule_buffer *buffer, const char *bytes, size_t count) {
    if (count > 0) memcpy(rule_buffer_extend(buffer, count), bytes, count);
}

void rule_buffer_add_value(rule_buffer *buffer) {
    size_t count;
    const char *bytes = lua_tolstring(buffer->L, -1, &count);
    rule_buffer_add(buffer, bytes, count);
    lua_pop(buffer->L, 1);
}

void rule_buffer_push(rule_buffer *buffer) { lua_pushlstring(buffer->L, buffer->bytes, buffer->count); }
