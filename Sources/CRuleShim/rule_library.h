#ifndef RULE_LIBRARY_H
#define RULE_LIBRARY_H

#include <lauxlib.h>
#include <lua.h>
#include <stdint.h>

/* The parts of the sandbox, one file each. Each `push` leaves one table on the stack. */

void rule_strings_push(lua_State *L);  /* `string`; takes over the metatable of strings too */
void rule_tables_push(lua_State *L);   /* `table` */
void rule_texts_push(lua_State *L);    /* `utf8` */
void rule_clock_push(lua_State *L);    /* `os`: time date difftime */
void rule_numbers_push(lua_State *L);  /* `math` */

/* What one evaluation takes for the present and for chance. */
typedef struct rule_moment {
    int is_frozen;
    int64_t now;
    uint64_t random; /* where the sequence stands */
    /* Seconds that local time is ahead of UTC then; NULL: the process knows (TZ). */
    int64_t (*zone_offset)(void *context, int64_t time);
    void *context;
} rule_moment;

/* The state's moment, made by rule_moment_open; NULL before. */
rule_moment *rule_moment_of(lua_State *L);
void rule_moment_open(lua_State *L);

/* As rule_moment_of; raises unless it is frozen. `what` names the function that asks. */
rule_moment *rule_moment_check(lua_State *L, const char *what);

/* find match gmatch gsub into the table on top of the stack. */
void rule_patterns_add(lua_State *L);

/* `pairs` and `next` in the fixed order: numbers ascending, strings by bytes, false, true. */
int rule_order_pairs(lua_State *L);
int rule_order_next(lua_State *L);

#endif
