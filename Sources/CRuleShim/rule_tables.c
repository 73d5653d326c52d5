/* `table`. Lengths come from `#`, which a metatable may answer as it likes: they are paid for before anything is done
 * with them, and nothing is allocated by them. */
#include <lauxlib.h>
#include <limits.h>

#include "rule_budget.h"
#include "rule_buffer.h"
#include "rule_library.h"

static lua_Integer length_of(lua_State *L, int index) {
    lua_Integer length;
    if (lua_type(L, index) != LUA_TTABLE && !(lua_type(L, index) == LUA_TUSERDATA && lua_getmetatable(L, index)))
        luaL_checktype(L, index, LUA_TTABLE);
    length = luaL_len(L, index);
    if (length < 0 || length == LUA_MAXINTEGER) luaL_error(L, "a table of length %I", (LUAI_UACINT)length);
    return length;
}

static void move_one(lua_State *L, lua_Integer from, lua_Integer to) {
    lua_geti(L, 1, from);
    lua_seti(L, 1, to);
}

static int insert(lua_State *L) {
    int count = lua_gettop(L);
    lua_Integer end = length_of(L, 1) + 1, position = end;
    lua_settop(L, count);
    if (count != 2 && count != 3) return luaL_error(L, "wrong number of arguments to 'insert'");
    if (count == 3) {
        position = luaL_checkinteger(L, 2);
        luaL_argcheck(L, position >= 1 && position <= end, 2, "position out of bounds");
    }
    rule_budget_spend(L, 1 + (uint64_t)(end - position));
    for (lua_Integer index = end; index > position; index--) move_one(L, index - 1, index);
    lua_seti(L, 1, position);
    return 0;
}

static int remove_one(lua_State *L) {
    int count = lua_gettop(L);
    lua_Integer size = length_of(L, 1), position = luaL_optinteger(L, 2, size);
    lua_settop(L, count);
    if (count > 1) luaL_argcheck(L, position == size || (position >= 1 && position <= size + 1), 2,
                                 "position out of bounds");
    rule_budget_spend(L, 1 + (uint64_t)(position < size ? size - position : 0));
    lua_geti(L, 1, position);
    for (; position < size; position++) move_one(L, position + 1, position);
    lua_pushnil(L);
    lua_seti(L, 1, position);
    return 1;
}

static int move(lua_State *L) {
    lua_Integer from = luaL_checkinteger(L, 2), last = luaL_checkinteger(L, 3), to = luaL_checkinteger(L, 4), count;
    int target = lua_isnoneornil(L, 5) ? 1 : 5;
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checktype(L, target, LUA_TTABLE);
    if (last >= from) {
        luaL_argcheck(L, from > 0 || last < LUA_MAXINTEGER + from, 3, "too many elements to move");
        count = last - from + 1;
        luaL_argcheck(L, to <= LUA_MAXINTEGER - count + 1, 4, "destination wrap around");
        rule_budget_spend(L, (uint64_t)count);
        if (to > last || to <= from || (target != 1 && !lua_compare(L, 1, target, LUA_OPEQ))) {
            for (lua_Integer index = 0; index < count; index++) {
                lua_geti(L, 1, from + index);
                lua_seti(L, target, to + index);
            }
        } else {
            for (lua_Integer index = count - 1; index >= 0; index--) {
                lua_geti(L, 1, from + index);
                lua_seti(L, target, to + index);
            }
        }
    }
    lua_pushvalue(L, target);
    return 1;
}

static void add_element(lua_State *L, rule_buffer *buffer, lua_Integer index) {
    int kind = lua_geti(L, 1, index);
    if (kind == LUA_TNUMBER) rule_budget_spend(L, 8); /* making a numeral is work */
    else if (kind != LUA_TSTRING)
        luaL_error(L, "invalid value (%s) at index %I in table for 'concat'", luaL_typename(L, -1),
                   (LUAI_UACINT)index);
    rule_buffer_add_value(buffer);
}

static int concat(lua_State *L) {
    size_t gap;
    lua_Integer last = length_of(L, 1), index = luaL_optinteger(L, 3, 1);
    const char *separator = luaL_optlstring(L, 2, "", &gap);
    rule_buffer buffer;
    last = luaL_optinteger(L, 4, last);
    rule_budget_spend(L, index > last ? 1 : (uint64_t)last - (uint64_t)index);
    rule_buffer_begin(&buffer, L);
    for (; index < last; index++) {
        add_element(L, &buffer, index);
        rule_buffer_add(&buffer, separator, gap);
    }
    if (index == last) add_element(L, &buffer, index);
    rule_buffer_push(&buffer);
    return 1;
}

static int pack(lua_State *L) {
    int count = lua_gettop(L);
    rule_budget_spend(L, (uint64_t)count);
    lua_createtable(L, count, 1);
    lua_insert(L, 1);
    for (int index = count; index >= 1; index--) lua_seti(L, 1, index);
    lua_pushinteger(L, count);
    lua_setfield(L, 1, "n");
    return 1;
}

static int unpack(lua_State *L) {
    lua_Integer first = luaL_optinteger(L, 2, 1);
    lua_Integer last = lua_isnoneornil(L, 3) ? luaL_len(L, 1) : luaL_checkinteger(L, 3);
    lua_Unsigned count;
    if (first > last) return 0;
    count = (lua_Unsigned)last - (lua_Unsigned)first;
    if (count >= INT_MAX || !lua_checkstack(L, (int)++count)) return luaL_error(L, "too many results to unpack");
    rule_budget_spend(L, count);
    for (lua_Unsigned index = 0; index < count; index++) lua_geti(L, 1, (lua_Integer)((lua_Unsigned)first + index));
    return (int)count;
}

/* Sorting ------------------------------------------------------------------------------------------------------
 * Merging, bottom up, over copies: stable, the same in every run, n log n whatever the comparison answers, and a
 * comparison that raises leaves the table as it was. Stack: 1 the table, 2 the comparison or nil, 3 and 4 the copies. */

/* Whether element `a` of the table at `from` belongs before element `b`. */
static int is_less(lua_State *L, int from, lua_Integer a, lua_Integer b) {
    int less;
    uint64_t steps = 1;
    if (lua_isnil(L, 2)) {
        int first_kind = lua_rawgeti(L, from, a), second_kind = lua_rawgeti(L, from, b);
        if (first_kind == LUA_TSTRING && second_kind == LUA_TSTRING) steps += lua_rawlen(L, -1) / 64;
        rule_budget_spend(L, steps);
        less = lua_compare(L, -2, -1, LUA_OPLT);
        lua_pop(L, 2);
        return less;
    }
    rule_budget_spend(L, steps);
    lua_pushvalue(L, 2);
    lua_rawgeti(L, from, a);
    lua_rawgeti(L, from, b);
    lua_call(L, 2, 1);
    less = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return less;
}

/* Merges the runs [low, middle) and [middle, high) of `from` into `to`. */
static void merge(lua_State *L, int from, int to, lua_Integer low, lua_Integer middle, lua_Integer high) {
    lua_Integer left = low, right = middle;
    int ordered = middle >= high || !is_less(L, from, middle, middle - 1);
    for (lua_Integer index = low; index < high; index++) {
        int take_right = left == middle || (!ordered && right < high && is_less(L, from, right, left));
        lua_rawgeti(L, from, take_right ? right++ : left++);
        lua_rawseti(L, to, index);
    }
}

static int sort(lua_State *L) {
    lua_Integer count = length_of(L, 1);
    int from = 3, to = 4;
    if (!lua_isnoneornil(L, 2)) luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_settop(L, 2);
    if (count < 2) return 0;
    luaL_argcheck(L, count < INT_MAX, 1, "array too big");
    rule_budget_spend(L, (uint64_t)count * 2);
    lua_newtable(L);
    lua_newtable(L);
    for (lua_Integer index = 1; index <= count; index++) {
        lua_geti(L, 1, index);
        lua_rawseti(L, from, index);
    }
    for (lua_Integer width = 1; width < count; width *= 2) {
        rule_budget_spend(L, (uint64_t)count);
        for (lua_Integer low = 1; low <= count; low += 2 * width) {
            lua_Integer middle = low + width, high = low + 2 * width;
            if (middle > count + 1) middle = count + 1;
            if (high > count + 1) high = count + 1;
            merge(L, from, to, low, middle, high);
        }
        from = 7 - from;
        to = 7 - to;
    }
    for (lua_Integer index = 1; index <= count; index++) {
        lua_rawgeti(L, from, index);
        lua_seti(L, 1, index);
    }
    return 0;
}

void rule_tables_push(lua_State *L) {
    static const luaL_Reg functions[] = {{"concat", concat}, {"insert", insert}, {"move", move},     {"pack", pack},
                                         {"remove", remove_one}, {"sort", sort}, {"unpack", unpack}, {NULL, NULL}};
    luaL_newlib(L, functions);
}
