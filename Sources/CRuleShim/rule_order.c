/* `pairs` and `next` in an order that depends on the keys alone. */
#include <lauxlib.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "rule_budget.h"
#include "rule_library.h"

#define STEPS_PER_LOT 256

typedef enum key_kind { KEY_INTEGER, KEY_FLOAT, KEY_STRING, KEY_BOOLEAN } key_kind;

typedef struct order_key {
    uint32_t slot;
    uint32_t kind;
    union {
        lua_Integer integer; /* KEY_BOOLEAN too */
        lua_Number number;
        const char *text; /* of a string that the table or the stack holds */
    } value;
    size_t length;
} order_key;

/* What sorting and searching needs along the way. */
typedef struct order_work {
    lua_State *L;
    unsigned owed;
} order_work;

static void step(order_work *work, size_t steps) {
    work->owed += (unsigned)(steps < STEPS_PER_LOT ? steps : STEPS_PER_LOT);
    if (work->owed < STEPS_PER_LOT) return;
    rule_budget_spend(work->L, steps > work->owed ? steps : work->owed);
    work->owed = 0;
}

/* Reads the key at `index`. Other kinds of keys have no order that would be the same in the next run. */
static order_key read_key(lua_State *L, int index) {
    order_key key = {0};
    switch (lua_type(L, index)) {
    case LUA_TNUMBER: {
        int is_integer;
        key.value.integer = lua_tointegerx(L, index, &is_integer);
        if (!is_integer) {
            key.kind = KEY_FLOAT;
            key.value.number = lua_tonumber(L, index);
            if (key.value.number != key.value.number) luaL_error(L, "NaN is no key");
        }
        break;
    }
    case LUA_TSTRING:
        key.kind = KEY_STRING;
        key.value.text = lua_tolstring(L, index, &key.length);
        break;
    case LUA_TBOOLEAN:
        key.kind = KEY_BOOLEAN;
        key.value.integer = lua_toboolean(L, index);
        break;
    default:
        luaL_error(L, "cannot go through a table in a fixed order: one of its keys is a %s (only numbers, strings and "
                      "booleans have an order)", luaL_typename(L, index));
    }
    return key;
}

/* A float that is a key is no integer in value. */
static int integer_before_float(lua_Integer integer, lua_Number number) {
    if (number >= 9223372036854775808.0) return 1;
    if (number < -9223372036854775808.0) return 0;
    return integer <= (lua_Integer)floor(number);
}

static int is_before(order_work *work, const order_key *a, const order_key *b) {
    step(work, 1);
    if (a->kind <= KEY_FLOAT && b->kind <= KEY_FLOAT) {
        if (a->kind == KEY_INTEGER)
            return b->kind == KEY_INTEGER ? a->value.integer < b->value.integer
                                          : integer_before_float(a->value.integer, b->value.number);
        return b->kind == KEY_FLOAT ? a->value.number < b->value.number
                                    : !integer_before_float(b->value.integer, a->value.number);
    }
    if (a->kind != b->kind) return a->kind < b->kind;
    if (a->kind == KEY_STRING) {
        size_t shared = a->length < b->length ? a->length : b->length;
        int order = memcmp(a->value.text, b->value.text, shared);
        step(work, 1 + shared / 64);
        return order != 0 ? order < 0 : a->length < b->length;
    }
    return a->value.integer < b->value.integer;
}

/* Sorts `keys` with as much room behind them; answers where the result is. */
static order_key *sort_keys(order_work *work, order_key *keys, size_t count) {
    order_key *from = keys, *to = keys + count;
    for (size_t width = 1; width < count; width *= 2) {
        order_key *swap = from;
        for (size_t low = 0; low < count; low += 2 * width) {
            size_t middle = low + width < count ? low + width : count;
            size_t high = low + 2 * width < count ? low + 2 * width : count;
            size_t left = low, right = middle;
            for (size_t index = low; index < high; index++) {
                int take_right = left == middle || (right < high && is_before(work, &from[right], &from[left]));
                to[index] = from[take_right ? right++ : left++];
            }
        }
        from = to;
        to = swap;
    }
    return from;
}

static size_t count_keys(lua_State *L, int table) {
    size_t count = 0;
    for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) count++;
    return count;
}

/* Pushes an array of the keys of `table`, in order. */
static void push_ordered_keys(lua_State *L, int table) {
    order_work work = {L, 0};
    size_t count = count_keys(L, table), index = 0;
    int is_ordered = 1, unordered;
    order_key *keys;
    rule_budget_spend(L, 1 + 4 * (uint64_t)count);
    keys = lua_newuserdatauv(L, 2 * count * sizeof *keys + 1, 0);
    lua_createtable(L, (int)count, 0);
    unordered = lua_gettop(L);
    for (lua_pushnil(L); lua_next(L, table); index++) {
        lua_pop(L, 1);
        keys[index] = read_key(L, -1);
        keys[index].slot = (uint32_t)index + 1;
        if (index > 0 && is_ordered) is_ordered = is_before(&work, &keys[index - 1], &keys[index]);
        lua_pushvalue(L, -1);
        lua_rawseti(L, unordered, (lua_Integer)index + 1);
    }
    if (!is_ordered) {
        keys = sort_keys(&work, keys, count);
        lua_createtable(L, (int)count, 0);
        for (index = 0; index < count; index++) {
            lua_rawgeti(L, unordered, keys[index].slot);
            lua_rawseti(L, -2, (lua_Integer)index + 1);
        }
        lua_remove(L, unordered);
    }
    lua_remove(L, -2);
}

/* Upvalues: the table, its keys as they were when `pairs` was called, how many were given. */
static int next_pair(lua_State *L) {
    lua_Integer position = lua_tointeger(L, lua_upvalueindex(3));
    for (;;) {
        if (lua_rawgeti(L, lua_upvalueindex(2), ++position) == LUA_TNIL) return 1;
        lua_pushvalue(L, -1);
        if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) break;
        lua_pop(L, 2); /* removed meanwhile */
    }
    lua_pushinteger(L, position);
    lua_replace(L, lua_upvalueindex(3));
    return 2;
}

int rule_order_pairs(lua_State *L) {
    luaL_checkany(L, 1);
    lua_settop(L, 1);
    if (luaL_getmetafield(L, 1, "__pairs") != LUA_TNIL) {
        lua_insert(L, 1);
        lua_call(L, 1, 3);
        return 3;
    }
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_pushvalue(L, 1);
    push_ordered_keys(L, 1);
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, next_pair, 3);
    lua_insert(L, 1);
    lua_pushnil(L);
    return 3;
}

/* The least key behind the given one. Looks at every key each time: for emptiness, not for loops. */
int rule_order_next(lua_State *L) {
    order_work work = {L, 0};
    order_key after = {0}, best = {0};
    int found = 0, has_start;
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 2);
    has_start = !lua_isnil(L, 2);
    if (has_start) after = read_key(L, 2);
    rule_budget_spend(L, 1);
    lua_pushnil(L); /* 3: the best key */
    for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1)) {
        order_key key = read_key(L, 4);
        if (has_start && !is_before(&work, &after, &key)) continue;
        if (found && !is_before(&work, &key, &best)) continue;
        best = key;
        found = 1;
        lua_pushvalue(L, 4);
        lua_replace(L, 3);
    }
    rule_budget_spend(L, work.owed);
    lua_settop(L, 3);
    if (!found) return 1;
    lua_pushvalue(L, 3);
    lua_rawget(L, 1);
    return 2;
}
