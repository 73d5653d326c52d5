#ifndef RULE_SANDBOX_H
#define RULE_SANDBOX_H

#include <lua.h>
#include <stdint.h>

/* Fills the globals of `L` with what a rule may use, and nothing else: see Tests/CRuleShim/globals.txt. The libraries
 * are read-only. `print`, `log` and `require` are the caller's to add. Call once, after `rule_budget_install`, under a
 * protected call; it spends no steps. */
void rule_sandbox_open(lua_State *L);

/* Sets what one evaluation takes for the present and for chance. Before the first call the clock and `math.random`
 * raise. Raises nothing. */
void rule_sandbox_freeze(lua_State *L, int64_t now, uint64_t seed);

/* From where `os.date` and `os.time` have local time; NULL: the process's TZ. Raises nothing. */
void rule_sandbox_zone(lua_State *L, int64_t (*zone_offset)(void *context, int64_t time), void *context);

/* Back to the state before the first `freeze`: for loading files. Raises nothing. */
void rule_sandbox_thaw(lua_State *L);

/* Replaces the table on top of the stack by a view of it that reads, counts and iterates the same and refuses to be
 * changed, saying "`name` is read-only". `name` must be a literal. May raise for want of memory. */
void rule_sandbox_read_only(lua_State *L, const char *name);

/* Pushes what `tostring(value at index)` gives and returns it: never an address, so that runs repeat. May call
 * `__tostring`, so it may raise. */
const char *rule_sandbox_tostring(lua_State *L, int index, size_t *length);

/* Why a name of stock Lua is missing ("xpcall is not available to rules: use pcall"), NULL for any other name. */
const char *rule_sandbox_why_missing(const char *name);

#endif
