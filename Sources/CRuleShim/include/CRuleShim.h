/* Lua behind a few verbs: create, call, collect. No lua_State leaves the shim, and no Lua error crosses its callers:
   every function here does its work under lua_pcall and answers with an outcome. A state belongs to one thread at a
   time. */
#ifndef RULE_SHIM_H
#define RULE_SHIM_H

#include <stddef.h>
#include <stdint.h>

typedef struct rule_state rule_state;

/* Values travel as bytes, integers little-endian:
     n | t | f               nil, true, false
     i + int64, d + double   numbers
     s + uint32 + bytes      string
     [ + uint32 + values     array (host to Lua only)
     { + pairs + }           table, in no particular order
     m + s-value + value     a table with the metatable that the prelude registered under that name (host to Lua only)
     h + uint8 + uint32      handle: kind and identifier of a thing that the host keeps
     c                       a function, opaque (Lua to host only) */

/* What a host callback answers. */
enum { RULE_REPLY_VALUES = 0, RULE_REPLY_ERROR = 1, RULE_REPLY_HALT = 2, RULE_REPLY_ERROR_PLACED = 3 };

/* Bytes lent by the host until its next callback. */
typedef struct rule_reply {
    const uint8_t *bytes;
    size_t count;
} rule_reply;

/* The host's side. `context` is borrowed and must outlive the state. */
typedef struct rule_host {
    void *context;
    /* Called from Lua with encoded arguments (lent for the call) and the caller's place (file is NULL when no rule file
       is on the stack). Must return before anything else of this shim is called, rule_state_charge aside. VALUES:
       encoded results; ERROR: text, raised at the caller's place; ERROR_PLACED: text that says its place itself; HALT: ends the call, nothing can catch it. */
    int32_t (*call)(void *context, uint32_t operation, const char *file, int32_t line, const uint8_t *arguments,
                    size_t count, rule_reply *reply);
    /* Seconds by which local time is ahead of UTC at that time, a pure function; NULL: the process's TZ. */
    int64_t (*zone_offset)(void *context, int64_t time);
    /* The collector freed the last reference to a handle. Must call nothing of this shim. */
    void (*released)(void *context, uint8_t kind, uint32_t identifier);
} rule_host;

enum { RULE_OK = 0, RULE_FAILED = 1, RULE_HALTED = 2, RULE_SPENT = 3 };

/* How an entry into Lua ended. The pointers are the state's and stay valid until its next call. */
typedef struct rule_outcome {
    int32_t status;
    const uint8_t *values; /* RULE_OK: encoded results */
    size_t value_count;
    const char *message; /* otherwise: the error, and where it was raised, as far as known */
    size_t message_count;
    const char *traceback;
    size_t traceback_count;
    const char *file; /* NULL: not in a rule file */
    int32_t line;
} rule_outcome;

/* NULL: no memory. */
rule_state *rule_state_create(rule_host host, size_t memory_limit);
void rule_state_destroy(rule_state *state);

/* Makes the sandbox and `host`, the table given to every chunk of the prelude: one function for each of the
   `operations` (names, each ended by NUL) numbered from 0, and the shim's own. */
rule_outcome rule_state_open(rule_state *state, const char *const *operations, size_t count);

/* Runs a chunk of the prelude with `host` as its argument. `name` shows in tracebacks. */
rule_outcome rule_state_prelude(rule_state *state, const char *name, const uint8_t *source, size_t count);

/* Calls what the prelude put into `host.entries[entry]` with encoded arguments. */
rule_outcome rule_state_call(rule_state *state, const char *entry, const uint8_t *arguments, size_t count,
                             uint64_t steps, uint64_t wall_ms);

/* Freezes the clock and seeds math.random for the evaluations that follow. */
rule_outcome rule_state_freeze(rule_state *state, int64_t now, uint64_t seed);

/* A full collection: afterwards every handle that nothing reaches has been released. */
rule_outcome rule_state_collect(rule_state *state);

/* For host callbacks: adds steps that the running call has to pay when the callback has returned. */
void rule_state_charge(rule_state *state, uint64_t steps);
uint64_t rule_state_steps_left(const rule_state *state);
size_t rule_state_memory(const rule_state *state);

#endif
