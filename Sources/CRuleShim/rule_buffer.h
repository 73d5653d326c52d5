#ifndef RULE_BUFFER_H
#define RULE_BUFFER_H

#include <lua.h>
#include <stddef.h>

/* Text in the making. Unlike luaL_Buffer it grows through Lua's own allocation: memory is collected before it is said
 * to be out, and being out of it is LUA_ERRMEM, not an error that looks like any other. */

enum { RULE_BUFFER_INLINE = 256 };

typedef struct rule_buffer {
    lua_State *L;
    char *bytes;
    size_t count, capacity;
    int slot; /* on the stack: what holds `bytes` when they are not inline */
    char inline_bytes[RULE_BUFFER_INLINE];
} rule_buffer;

/* Takes a place on the stack; values pushed above it are the caller's. Every function but `begin` may raise. */
void rule_buffer_begin(rule_buffer *buffer, lua_State *L);
void rule_buffer_add(rule_buffer *buffer, const char *bytes, size_t count);

/* Room for `count` more bytes, to be written by the caller and counted as added. */
char *rule_buffer_extend(rule_buffer *buffer, size_t count);

/* Adds the string or number on top of the stack and pops it. */
void rule_buffer_add_value(rule_buffer *buffer);

/* Pushes the text. */
void rule_buffer_push(rule_buffer *buffer);

static inline void rule_buffer_add_byte(rule_buffer *buffer, char byte) {
    if (buffer->count < buffer->capacity) buffer->bytes[buffer->count++] = byte;
    else rule_buffer_add(buffer, &byte, 1);
}

#endif
