/* The state behind CRuleShim.h, for the shim's own files. */
#ifndef RULE_STATE_H
#define RULE_STATE_H

#include <lua.h>

#include "CRuleShim.h"
#include "rule_budget.h"
#include "rule_codec.h"

struct rule_state {
    lua_State *L;
    rule_budget budget;
    rule_host host;
    rule_bytes arguments, results;         /* what travels */
    rule_bytes message, traceback, file;   /* of the last error */
    int32_t line;
    uint64_t charged;                      /* steps that the host added during its callback */
    int halted;
    int closing;                           /* lua_close runs: releases are not told any more */
};

/* The state that owns L; NULL before it was opened. */
rule_state *rule_state_of(lua_State *L);

#endif
