/* string.find, match, gmatch and gsub on the step-limited matcher. */
#define _GNU_SOURCE
#include <lauxlib.h>
#include <stdalign.h>
#include <string.h>

#include "rule_budget.h"
#include "rule_buffer.h"
#include "rule_library.h"
#include "rule_pattern.h"

/* Most patterns compile into this; a callback of gsub may call gsub, so it stays small. */
#define SHORT_PATTERN_SIZE 512
#define BYTES_PER_STEP 16

typedef struct short_memory {
    alignas(8) char bytes[SHORT_PATTERN_SIZE];
} short_memory;

/* Compiles the string at `index`, in `memory` or, when it is long, in a userdata left on the stack. */
static rule_pattern *compile(lua_State *L, int index, short_memory *memory) {
    size_t length;
    const char *text = luaL_checklstring(L, index, &length);
    size_t size = rule_pattern_size(text, length);
    rule_budget_spend(L, 1 + length);
    return rule_pattern_compile(size <= sizeof memory->bytes ? memory->bytes : lua_newuserdatauv(L, size, 0), text,
                                length, 1);
}

/* The offset that argument `index` means (1 when left out), or `length + 1` when it is past the end. */
static size_t offset_argument(lua_State *L, int index, size_t length) {
    lua_Integer position = luaL_optinteger(L, index, 1);
    if (position > 0) return (lua_Unsigned)position - 1 > length ? length + 1 : (size_t)position - 1;
    if (position == 0 || position < -(lua_Integer)length) return 0;
    return length - (size_t)-position;
}

/* Pushes capture `index`; without any capture, capture 0 is the whole match. */
static void push_capture(rule_matcher *m, int index, const unsigned char *start, const unsigned char *end) {
    lua_State *L = m->L;
    const rule_capture *capture = &m->captures[index];
    if (index >= rule_pattern_capture_count(m->pattern)) {
        if (index != 0) luaL_error(L, "invalid capture '%%%d' (the pattern has no such capture)", index + 1);
        lua_pushlstring(L, (const char *)start, (size_t)(end - start));
    } else if (capture->length == RULE_CAPTURE_POSITION) {
        lua_pushinteger(L, capture->start - m->subject + 1);
    } else if (capture->length == RULE_CAPTURE_OPEN) {
        luaL_error(L, "malformed pattern (a '(' without its ')')");
    } else {
        lua_pushlstring(L, (const char *)capture->start, (size_t)capture->length);
    }
}

/* Pushes every capture and returns how many; with `whole`, the match itself when there is none. */
static int push_captures(rule_matcher *m, const unsigned char *start, const unsigned char *end, int whole) {
    int count = rule_pattern_capture_count(m->pattern);
    if (count == 0 && whole) count = 1;
    luaL_checkstack(m->L, count, "too many captures");
    for (int index = 0; index < count; index++) push_capture(m, index, start, end);
    return count;
}

static int find_plain(lua_State *L, const char *subject, size_t length, size_t from) {
    size_t wanted;
    const char *text = lua_tolstring(L, 2, &wanted), *found;
    rule_budget_spend(L, 1 + (length - from) / BYTES_PER_STEP);
    found = wanted == 0 ? subject + from : memmem(subject + from, length - from, text, wanted);
    if (found == NULL) {
        lua_pushnil(L);
        return 1;
    }
    lua_pushinteger(L, found - subject + 1);
    lua_pushinteger(L, found - subject + (lua_Integer)wanted);
    return 2;
}

static int search(lua_State *L, int is_find) {
    size_t length, wanted;
    const char *subject = luaL_checklstring(L, 1, &length);
    const char *text = luaL_checklstring(L, 2, &wanted);
    size_t from = offset_argument(L, 3, length);
    const unsigned char *start, *end;
    short_memory memory;
    rule_matcher m;
    if (from > length) {
        lua_pushnil(L);
        return 1;
    }
    if (is_find && (lua_toboolean(L, 4) || rule_pattern_is_plain(text, wanted)))
        return find_plain(L, subject, length, from);
    rule_matcher_begin(&m, L, compile(L, 2, &memory), subject, length);
    end = rule_matcher_search(&m, m.subject + from, &start);
    rule_matcher_settle(&m);
    if (end == NULL) {
        lua_pushnil(L);
        return 1;
    }
    if (!is_find) return push_captures(&m, start, end, 1);
    lua_pushinteger(L, start - m.subject + 1);
    lua_pushinteger(L, end - m.subject);
    return push_captures(&m, start, end, 0) + 2;
}

static int find(lua_State *L) { return search(L, 1); }

static int match(lua_State *L) { return search(L, 0); }

/* gmatch: upvalue 1 is the subject, upvalue 2 this, with the compiled pattern behind it. */
typedef struct walk {
    size_t next;     /* past the end: done */
    size_t last_end; /* where the last match ended; an empty match there does not count */
    rule_pattern *pattern;
    alignas(8) char memory[];
} walk;

static int gmatch_next(lua_State *L) {
    size_t length;
    const char *subject = lua_tolstring(L, lua_upvalueindex(1), &length);
    walk *w = lua_touserdata(L, lua_upvalueindex(2));
    rule_matcher m;
    rule_matcher_begin(&m, L, w->pattern, subject, length);
    for (; w->next <= length; w->next++) {
        const unsigned char *start = m.subject + w->next, *end = rule_matcher_match(&m, start);
        if (end == NULL || (size_t)(end - m.subject) == w->last_end) continue;
        rule_matcher_settle(&m);
        w->next = w->last_end = (size_t)(end - m.subject);
        return push_captures(&m, start, end, 1);
    }
    rule_matcher_settle(&m);
    return 0;
}

static int gmatch(lua_State *L) {
    size_t length, wanted;
    walk *w;
    const char *text;
    size_t from;
    luaL_checklstring(L, 1, &length);
    text = luaL_checklstring(L, 2, &wanted);
    from = offset_argument(L, 3, length);
    lua_settop(L, 2);
    rule_budget_spend(L, 1 + wanted);
    lua_pushvalue(L, 1);
    w = lua_newuserdatauv(L, sizeof *w + rule_pattern_size(text, wanted), 0);
    w->next = from;
    w->last_end = SIZE_MAX;
    w->pattern = rule_pattern_compile(w->memory, text, wanted, 0);
    lua_pushcclosure(L, gmatch_next, 2);
    return 1;
}

/* Appends the string at 3 with its `%0` to `%9` filled in. */
static void add_filled(rule_matcher *m, rule_buffer *buffer, const unsigned char *start, const unsigned char *end) {
    lua_State *L = m->L;
    size_t length;
    const char *text = lua_tolstring(L, 3, &length), *stop = text + length, *mark;
    rule_budget_spend(L, 1 + length / BYTES_PER_STEP);
    while ((mark = memchr(text, '%', (size_t)(stop - text))) != NULL) {
        char letter = mark + 1 < stop ? mark[1] : '\0';
        rule_buffer_add(buffer, text, (size_t)(mark - text));
        if (letter == '%') {
            rule_buffer_add_byte(buffer, '%');
        } else if (letter == '0') {
            rule_buffer_add(buffer, (const char *)start, (size_t)(end - start));
        } else if (letter >= '1' && letter <= '9') {
            push_capture(m, letter - '1', start, end);
            rule_buffer_add_value(buffer);
        } else {
            luaL_error(L, "invalid use of '%%' in replacement string (write '%%%%' for the character)");
        }
        text = mark + 2;
    }
    rule_buffer_add(buffer, text, (size_t)(stop - text));
}

/* Appends what takes the place of a match; false when the match stays as it is. */
static int add_replacement(rule_matcher *m, rule_buffer *buffer, const unsigned char *start,
                           const unsigned char *end) {
    lua_State *L = m->L;
    switch (lua_type(L, 3)) {
    case LUA_TFUNCTION:
        lua_pushvalue(L, 3);
        lua_call(L, push_captures(m, start, end, 1), 1);
        break;
    case LUA_TTABLE:
        push_capture(m, 0, start, end);
        lua_gettable(L, 3);
        break;
    default: add_filled(m, buffer, start, end); return 1;
    }
    if (!lua_toboolean(L, -1)) {
        lua_pop(L, 1);
        rule_buffer_add(buffer, (const char *)start, (size_t)(end - start));
        return 0;
    }
    if (!lua_isstring(L, -1)) luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1));
    rule_buffer_add_value(buffer);
    return 1;
}

static int gsub(lua_State *L) {
    size_t length;
    const char *subject = luaL_checklstring(L, 1, &length);
    int kind = lua_type(L, 3), changed = 0;
    lua_Integer most, count = 0;
    const unsigned char *at, *last_end = NULL;
    short_memory memory;
    rule_matcher m;
    rule_buffer buffer;
    luaL_checkstring(L, 2);
    luaL_argexpected(L, kind == LUA_TNUMBER || kind == LUA_TSTRING || kind == LUA_TFUNCTION || kind == LUA_TTABLE, 3,
                     "string/function/table");
    most = luaL_optinteger(L, 4, (lua_Integer)length + 1);
    lua_settop(L, 3);
    if (kind == LUA_TNUMBER) lua_tostring(L, 3);
    rule_matcher_begin(&m, L, compile(L, 2, &memory), subject, length);
    rule_buffer_begin(&buffer, L);
    for (at = m.subject; count < most;) {
        const unsigned char *end = rule_matcher_match(&m, at);
        if (end != NULL && end != last_end) {
            count++;
            if (add_replacement(&m, &buffer, at, end)) changed = 1;
            at = last_end = end;
        } else if (at < m.end) {
            rule_buffer_add_byte(&buffer, (char)*at);
            at++;
        } else {
            break;
        }
        if (rule_pattern_is_anchored(m.pattern)) break;
    }
    rule_matcher_settle(&m);
    if (changed) {
        rule_buffer_add(&buffer, (const char *)at, (size_t)(m.end - at));
        rule_buffer_push(&buffer);
    } else {
        lua_pushvalue(L, 1);
    }
    lua_pushinteger(L, count);
    return 2;
}

void rule_patterns_add(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"find", find}, {"gmatch", gmatch}, {"gsub", gsub}, {"match", match}, {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
}
