/* Lua values as bytes and back (the format stands in CRuleShim.h), and handles. */
#ifndef RULE_CODEC_H
#define RULE_CODEC_H

#include <lua.h>
#include <stddef.h>
#include <stdint.h>

/* Growing bytes in memory of our own, so that a Lua error in the middle leaks nothing. */
typedef struct rule_bytes {
    uint8_t *bytes;
    size_t count, capacity;
} rule_bytes;

/* 0: no memory. */
int rule_bytes_append(rule_bytes *to, const void *from, size_t count);
/* Gives back what an unusually large transfer took. */
void rule_bytes_shrink(rule_bytes *bytes);
void rule_bytes_free(rule_bytes *bytes);

/* Both raise Lua errors: on values that cannot travel, on too large or too deep ones, on malformed bytes. */
void rule_encode(lua_State *L, int index, rule_bytes *to);
/* Pushes every value and returns how many. */
int rule_decode_all(lua_State *L, const uint8_t *bytes, size_t count);

/* Pushes the metatable of handles of that kind. */
void rule_handle_metatable(lua_State *L, uint8_t kind);
/* Registers the table on top under the name below it, for `m` values; pops both. */
void rule_set_metatable(lua_State *L);

#endif
