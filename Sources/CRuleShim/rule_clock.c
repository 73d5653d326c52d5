/* `os`, for one frozen moment. Local time is that of the configured zone, or of the process (TZ). */
#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE /* timegm, tm_gmtoff */
#endif
#include <lauxlib.h>
#include <limits.h>
#include <string.h>
#include <time.h>

#include "rule_budget.h"
#include "rule_buffer.h"
#include "rule_library.h"
#include "rule_sandbox.h"

static const char moment_key = 0;

void rule_moment_open(lua_State *L) {
    memset(lua_newuserdatauv(L, sizeof(rule_moment), 0), 0, sizeof(rule_moment));
    lua_rawsetp(L, LUA_REGISTRYINDEX, &moment_key);
}

rule_moment *rule_moment_of(lua_State *L) {
    rule_moment *moment;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moment_key);
    moment = lua_touserdata(L, -1);
    lua_pop(L, 1);
    return moment;
}

rule_moment *rule_moment_check(lua_State *L, const char *what) {
    rule_moment *moment = rule_moment_of(L);
    if (moment == NULL || !moment->is_frozen)
        luaL_error(L, "%s can be used while a message is decided, not while a file loads", what);
    return moment;
}

void rule_sandbox_freeze(lua_State *L, int64_t now, uint64_t seed) {
    rule_moment *moment = rule_moment_of(L);
    if (moment == NULL) return;
    moment->is_frozen = 1;
    moment->now = now;
    moment->random = seed;
}

void rule_sandbox_zone(lua_State *L, int64_t (*zone_offset)(void *context, int64_t time), void *context) {
    rule_moment *moment = rule_moment_of(L);
    if (moment == NULL) return;
    moment->zone_offset = zone_offset;
    moment->context = context;
}

void rule_sandbox_thaw(lua_State *L) {
    rule_moment *moment = rule_moment_of(L);
    if (moment != NULL) moment->is_frozen = 0;
}

/* Fields of broken-down time ----------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    size_t offset;
    int base, missing; /* `missing` -1: required */
} date_fields[] = {{"year", offsetof(struct tm, tm_year), 1900, -1}, {"month", offsetof(struct tm, tm_mon), 1, -1},
                   {"day", offsetof(struct tm, tm_mday), 0, -1},     {"hour", offsetof(struct tm, tm_hour), 0, 12},
                   {"min", offsetof(struct tm, tm_min), 0, 0},       {"sec", offsetof(struct tm, tm_sec), 0, 0}};

static int *tm_field(struct tm *parts, size_t index) { return (int *)(void *)((char *)parts + date_fields[index].offset); }

static void read_fields(lua_State *L, struct tm *parts) {
    for (size_t index = 0; index < sizeof date_fields / sizeof date_fields[0]; index++) {
        const char *name = date_fields[index].name;
        int is_integer, base = date_fields[index].base, kind = lua_getfield(L, 1, name);
        lua_Integer value = lua_tointegerx(L, -1, &is_integer);
        if (kind == LUA_TNIL) {
            if (date_fields[index].missing < 0) luaL_error(L, "field '%s' missing in date table", name);
            value = date_fields[index].missing;
        } else if (!is_integer) {
            luaL_error(L, "field '%s' is not an integer", name);
        } else if (value < (lua_Integer)INT_MIN + base || value > INT_MAX) {
            luaL_error(L, "field '%s' is out-of-bound", name);
        } else {
            value -= base;
        }
        *tm_field(parts, index) = (int)value;
        lua_pop(L, 1);
    }
    parts->tm_isdst = lua_getfield(L, 1, "isdst") == LUA_TNIL ? -1 : lua_toboolean(L, -1);
    lua_pop(L, 1);
}

/* Into the table on top of the stack. */
static void write_fields(lua_State *L, struct tm *parts) {
    for (size_t index = 0; index < sizeof date_fields / sizeof date_fields[0]; index++) {
        lua_pushinteger(L, (lua_Integer)*tm_field(parts, index) + date_fields[index].base);
        lua_setfield(L, -2, date_fields[index].name);
    }
    lua_pushinteger(L, (lua_Integer)parts->tm_yday + 1);
    lua_setfield(L, -2, "yday");
    lua_pushinteger(L, (lua_Integer)parts->tm_wday + 1);
    lua_setfield(L, -2, "wday");
    if (parts->tm_isdst < 0) return;
    lua_pushboolean(L, parts->tm_isdst);
    lua_setfield(L, -2, "isdst");
}

/* Local time --------------------------------------------------------------------------------------------------- */

static struct tm *to_local(const rule_moment *moment, time_t seconds, struct tm *parts) {
    int64_t offset, local;
    if (moment == NULL || moment->zone_offset == NULL) return localtime_r(&seconds, parts);
    offset = moment->zone_offset(moment->context, seconds);
    if (__builtin_add_overflow((int64_t)seconds, offset, &local)) return NULL;
    seconds = (time_t)local;
    if (gmtime_r(&seconds, parts) == NULL) return NULL;
    parts->tm_isdst = -1; /* not known */
    parts->tm_gmtoff = (long)offset;
    parts->tm_zone = "";
    return parts;
}

/* What the clock there shows as seconds since 1970, the fields brought into range; 0: it cannot be represented. In a
   gap of the clock it is the moment behind it. */
static int from_local(const rule_moment *moment, struct tm *parts, time_t *seconds) {
    int64_t wall, guess;
    parts->tm_wday = -1; /* stays so when it fails, which answers -1 for a good second too */
    if (moment == NULL || moment->zone_offset == NULL) {
        *seconds = mktime(parts);
        return *seconds != (time_t)-1 || parts->tm_wday >= 0;
    }
    wall = timegm(parts);
    if (wall == -1 && parts->tm_wday < 0) return 0;
    if (__builtin_sub_overflow(wall, moment->zone_offset(moment->context, wall), &guess)) return 0;
    if (__builtin_sub_overflow(wall, moment->zone_offset(moment->context, guess), &guess)) return 0;
    *seconds = (time_t)guess;
    return to_local(moment, *seconds, parts) != NULL;
}

/* Functions ---------------------------------------------------------------------------------------------------- */

static int os_time(lua_State *L) {
    struct tm parts;
    time_t seconds;
    if (lua_isnoneornil(L, 1)) {
        lua_pushinteger(L, rule_moment_check(L, "os.time()")->now);
        return 1;
    }
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    memset(&parts, 0, sizeof parts);
    read_fields(L, &parts);
    rule_budget_spend(L, 16);
    if (!from_local(rule_moment_of(L), &parts, &seconds))
        return luaL_error(L, "time result cannot be represented in this installation");
    write_fields(L, &parts);
    lua_pushinteger(L, (lua_Integer)seconds);
    return 1;
}

static int os_difftime(lua_State *L) {
    lua_pushnumber(L, (lua_Number)luaL_checkinteger(L, 1) - (lua_Number)luaL_checkinteger(L, 2));
    return 1;
}

/* The length of the conversion behind a `%` (C99 strftime), 0 when there is none of that name. */
static size_t conversion_length(const char *text, const char *end) {
    if (text == end || *text == '\0') return 0;
    if (strchr("aAbBcCdDeFgGhHIjmMnprRStTuUVwWxXyYzZ%", *text) != NULL) return 1;
    if (end - text < 2 || text[1] == '\0') return 0;
    if (*text == 'E') return strchr("cCxXyY", text[1]) != NULL ? 2 : 0;
    if (*text == 'O') return strchr("deHImMSuUVwWy", text[1]) != NULL ? 2 : 0;
    return 0;
}

static int format_date(lua_State *L, struct tm *parts, const char *text, const char *end) {
    rule_buffer buffer;
    if (parts->tm_isdst < 0) parts->tm_isdst = 0; /* else strftime leaves `%z` out */
    rule_buffer_begin(&buffer, L);
    while (text < end) {
        char conversion[4] = "%", written[256];
        size_t length;
        if (*text != '%') {
            rule_buffer_add_byte(&buffer, *text++);
            continue;
        }
        text++;
        length = conversion_length(text, end);
        if (length == 0) return luaL_error(L, "invalid conversion specifier in the format of os.date");
        rule_budget_spend(L, 4);
        memcpy(conversion + 1, text, length);
        rule_buffer_add(&buffer, written, strftime(written, sizeof written, conversion, parts));
        text += length;
    }
    rule_buffer_push(&buffer);
    return 1;
}

static int os_date(lua_State *L) {
    size_t length;
    const char *text = luaL_optlstring(L, 1, "%c", &length), *end = text + length;
    time_t seconds = (time_t)(lua_isnoneornil(L, 2) ? rule_moment_check(L, "os.date()")->now : luaL_checkinteger(L, 2));
    struct tm parts;
    int is_utc = text < end && *text == '!';
    rule_budget_spend(L, 16 + length);
    if (is_utc) text++;
    if ((is_utc ? gmtime_r(&seconds, &parts) : to_local(rule_moment_of(L), seconds, &parts)) == NULL)
        return luaL_error(L, "date result cannot be represented in this installation");
    if (end - text != 2 || memcmp(text, "*t", 2) != 0) return format_date(L, &parts, text, end);
    lua_createtable(L, 0, 9);
    write_fields(L, &parts);
    return 1;
}

void rule_clock_push(lua_State *L) {
    static const luaL_Reg functions[] = {
        {"date", os_date}, {"difftime", os_difftime}, {"time", os_time}, {NULL, NULL}};
    tzset(); /* localtime_r need not */
    luaL_newlib(L, functions);
}
