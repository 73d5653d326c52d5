/* "Lua that does not behave": each case ends, and ends as what is said here. */
#include <lua.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "rule_sandbox.h"

typedef struct fault {
    const char *name, *source;
    int spent;         /* RULE_SPENT_*, or -1: any of them */
    const char *error; /* part of the text; with spent NO, NULL: the case succeeds */
} fault;

static const fault faults[] = {
    {"endless loop", "while true do end", RULE_SPENT_STEPS, "case:1: this rule used up its step budget (5000000 steps)"},
    {"endless loop in pcall", "pcall(function() while true do end end) return 'went on'", RULE_SPENT_STEPS, "step budget"},
    {"pcall in a loop", "while true do pcall(function() while true do end end) end", RULE_SPENT_STEPS, "step budget"},
    {"pcall of pcall", "local function f() return pcall(f) end while true do pcall(f) end", RULE_SPENT_STEPS, "step budget"},
    {"pcall(error) in a loop", "while true do pcall(error) end", RULE_SPENT_STEPS, "step budget"},
    {"pcall handler chain", "local function f() pcall(f) f() end f()", -1, "this rule used up"},
    {"loop in a gsub callback", "return (('x'):gsub('x', function() while true do end end))", RULE_SPENT_STEPS, "step budget"},
    {"loop in __close", "do local c <close> = setmetatable({}, {__close = function() while true do end end}) end",
     RULE_SPENT_STEPS, "step budget"},
    {"loop in __close behind an error",
     "pcall(function() local c <close> = setmetatable({}, {__close = function() while true do end end}) error('e') end)",
     RULE_SPENT_STEPS, "step budget"},
    {"many looping __close",
     "local mt = {__close = function() while true do end end} "
     "local function f(n) local c <close> = setmetatable({}, mt) return (f(n + 1)) end f(0)",
     -1, ""},
    {"__close that calls pcall when spent",
     "local mt = {__close = function() while true do pcall(string.rep, 'x', 10) end end} "
     "local c <close> = setmetatable({}, mt) while true do end",
     RULE_SPENT_STEPS, "step budget"},
    {"xpcall is gone", "return xpcall(error, function() while true do end end)", 0, "attempt to call a nil value (global 'xpcall')"},
    {"loops in metamethods", "return setmetatable({}, {__index = function() while true do end end}).x", RULE_SPENT_STEPS, "step budget"},
    {"loop in __tostring", "return tostring(setmetatable({}, {__tostring = function() while true do end end}))", RULE_SPENT_STEPS, "step budget"},
    {"loop in __pairs", "for k in pairs(setmetatable({}, {__pairs = function() while true do end end})) do end", RULE_SPENT_STEPS, "step budget"},
    {"loop in __len", "return #setmetatable({}, {__len = function() while true do end end})", RULE_SPENT_STEPS, "step budget"},
    {"endless iterator", "for k in function() return 1 end do end", RULE_SPENT_STEPS, "step budget"},
    {"endless ipairs", "for i in ipairs(setmetatable({}, {__index = function(_, i) return i end})) do end", RULE_SPENT_STEPS, "step budget"},

    {"three lazy dots", "return (('a'):rep(800):find('.-.-.-b'))", RULE_SPENT_STEPS, "step budget"},
    {"two lazy dots", "return (('a'):rep(3000):find('.-.-b'))", RULE_SPENT_STEPS, "step budget"},
    {"x*y without a y", "return (('x'):rep(80000):find('x*y'))", RULE_SPENT_STEPS, "step budget"},
    {"a? for each a", "return (('a'):rep(30):find(('a?'):rep(30) .. ('a'):rep(30) .. 'b'))", -1, "step budget"},
    {"a? for each of 3000 a", "return (('a'):rep(3000):find(('a?'):rep(3000) .. ('a'):rep(3000) .. 'b'))", -1, "step budget"},
    {"lazy dots in gsub", "return (('a'):rep(800):gsub('.-.-.-b', ''))", RULE_SPENT_STEPS, "step budget"},
    {"lazy dots in gmatch", "for w in ('a'):rep(800):gmatch('.-.-.-b') do end", RULE_SPENT_STEPS, "step budget"},
    {"lazy dots in match", "return (('a'):rep(800):match('^(.-)(.-)(.-)(.-)b'))", RULE_SPENT_STEPS, "step budget"},
    {"balances that do not end", "return (('('):rep(100000):find('%b()'))", RULE_SPENT_STEPS, "step budget"},
    {"back references", "return (('a'):rep(4000):find('(.*)(.*)%1%2b'))", RULE_SPENT_STEPS, "step budget"},
    {"a pattern of a million items", "return (('a'):rep(1000000):find(('a-'):rep(1000000) .. 'b'))", RULE_SPENT_STEPS, "step budget"},
    {"a million captures", "return (('a'):find(('('):rep(1000000)))", 0, "too many captures"},
    {"gsub in gsub in gsub", "local function f(s) return (s:gsub('.', f)) end return f('ab')", -1, ""},
    {"pattern on a large text", "return (('a'):rep(20000000):find('a*b'))", RULE_SPENT_STEPS, "step budget"},
    {"plain find in a loop", "local s = ('a'):rep(1000000) while true do s:find('ab', 1, true) end", RULE_SPENT_STEPS, "step budget"},

    {"nothing, 2^60 times", "return (string.rep('', 1 << 60) == '')", 0, NULL},
    {"something, 2^60 times", "return string.rep('x', 1 << 60)", 0, "resulting string too large"},
    {"rep overflow", "return string.rep(('x'):rep(1000), 1 << 62, 'yy')", 0, "resulting string too large"},
    {"rep past memory", "local s = ('x'):rep(40000000) return s:rep(1) .. s:rep(1)", -1, ""},
    {"table.move of 2^60", "table.move({}, 1, 1 << 60, 2)", RULE_SPENT_STEPS, "step budget"},
    {"table.move overflow", "table.move({}, 1, math.maxinteger, 2)", 0, "wrap around"},
    {"lying __len, insert", "table.insert(setmetatable({}, {__len = function() return 1 << 60 end}), 1, 'x')", RULE_SPENT_STEPS, "step budget"},
    {"lying __len, insert at the end", "table.insert(setmetatable({}, {__len = function() return 1 << 60 end}), 'x')", 0, NULL},
    {"lying __len of maxinteger, insert", "table.insert(setmetatable({}, {__len = function() return math.maxinteger end}), 'x')", 0, "a table of length 9223372036854775807"},
    {"lying __len, negative", "table.insert(setmetatable({}, {__len = function() return -5 end}), 'x')", 0, "a table of length -5"},
    {"lying __len, text", "table.insert(setmetatable({}, {__len = function() return 'x' end}), 'x')", 0, "object length is not an integer"},
    {"lying __len, concat", "return table.concat(setmetatable({}, {__len = function() return 1 << 60 end, __index = function() return 'x' end}))", RULE_SPENT_STEPS, "step budget"},
    {"concat over all integers", "return table.concat({}, 'x', math.mininteger, math.maxinteger)", RULE_SPENT_STEPS, "step budget"},
    {"lying __len, remove", "table.remove(setmetatable({}, {__len = function() return 1 << 60 end}), 1)", RULE_SPENT_STEPS, "step budget"},
    {"lying __len, sort", "table.sort(setmetatable({}, {__len = function() return 1 << 30 end}))", RULE_SPENT_STEPS, "step budget"},
    {"lying __len, sort, huge", "table.sort(setmetatable({}, {__len = function() return 1 << 60 end}))", 0, "array too big"},
    {"lying __len, unpack", "return table.unpack(setmetatable({}, {__len = function() return 1 << 60 end}))", 0, "too many results to unpack"},
    {"unpack over all integers", "return table.unpack({}, math.mininteger, math.maxinteger)", 0, "too many results to unpack"},
    {"comparison that loops", "table.sort({3, 2, 1}, function() while true do end end)", RULE_SPENT_STEPS, "step budget"},
    {"comparison that lies", "local t = {} for i = 1, 1000 do t[i] = i end table.sort(t, function() return true end) return #t == 1000", 0, NULL},
    {"comparison of kinds", "table.sort({1, 'x', {}})", 0, "attempt to compare"},
    {"sorting holes", "table.sort(setmetatable({}, {__len = function() return 100 end}))", 0, "attempt to compare two nil values"},

    {"__gc", "setmetatable({}, {__gc = function() while true do end end})", 0, "__gc is not available to rules"},
    {"__gc added afterwards",
     "local mt = {} for i = 1, 100 do setmetatable({}, mt) end mt.__gc = function() while true do end end "
     "for i = 1, 200000 do local t = {} end return true",
     0, NULL},
    {"__mode", "setmetatable({}, {__mode = 'k'})", 0, "__mode is not available to rules"},
    {"metatable of strings", "getmetatable('').__index = function() end", 0, "attempt to index a boolean value"},
    {"metatable of libraries", "getmetatable(string).__index = {}", 0, "attempt to index a boolean value"},
    {"setmetatable on libraries", "setmetatable(string, nil)", 0, "cannot change a protected metatable"},
    {"rawset on libraries", "rawset(string, 'rep', 1)", 0, "cannot rawset a protected table"},
    {"changing libraries", "string.rep = nil", 0, "string is read-only"},
    {"changing libraries by table.insert", "table.insert(table, 1)", 0, "table is read-only"},
    {"bytecode", "return load('\\27Lua')", 0, "attempt to call a nil value (global 'load')"},
    {"string.dump", "return string.dump(print)", 0, "attempt to call a nil value (field 'dump')"},
    {"debug", "return debug.sethook()", 0, "(global 'debug')"},
    {"collectgarbage", "return collectgarbage('stop')", 0, "(global 'collectgarbage')"},

    {"table growth", "local t = {} for i = 1, math.huge do t[i] = i end", -1, "this rule used up"},
    {"string growth", "local s = 'x' while true do s = s .. s end", RULE_SPENT_MEMORY, "not enough memory"},
    {"string growth in pcall", "local s = 'x' while true do pcall(function() s = s .. s end) end", RULE_SPENT_MEMORY, "this rule used up its memory (64 MiB)"},
    {"buffer growth", "return (('x'):rep(1000000):gsub('x', ('y'):rep(1000)))", RULE_SPENT_MEMORY, ""},
    {"memory held in pcall", "local t = {} while true do pcall(function() t[#t + 1] = ('x'):rep(1000000) .. #t end) end", -1, "this rule used up"},
    {"garbage at the limit",
     "local held, t = {}, nil for i = 1, 60 do held[i] = ('x'):rep(1000000) .. i end "
     "for i = 1, 100000 do t = ('y'):rep(2000 + i % 1000) end return #held",
     -1, "step budget"},
    {"small garbage at the limit",
     "local held = {} for i = 1, 500000 do held[i] = {i} end while true do local t = {{}, {}} end",
     -1, ""},
    {"deep recursion", "local function f() return 1 + f() end return f()", -1, ""},
    {"deep recursion in pcall", "local function f() return 1 + f() end while true do pcall(f) end", -1, "this rule used up"},
    {"deep recursion through C", "local t = setmetatable({}, {}) getmetatable(t).__index = function(t, k) return t[k] end return t.x", 0, "C stack overflow"},
    {"deep __index chain", "local t = {} for i = 1, 5000 do t = setmetatable({}, {__index = t}) end while true do local x = t.x end", -1, ""},
    {"tostring in __tostring", "local t = {} setmetatable(t, {__tostring = function(t) return tostring(t) end}) return tostring(t)", 0, "C stack overflow"},
    {"deep nesting of source", NULL, 0, ""},

    {"long numerals", "local s = ('0'):rep(30000000) while true do for j = 1, s do end end", -1, "this rule"},
    {"long numerals in arithmetic", "local s = ('0'):rep(30000000) while true do local x = s + 0 end", RULE_SPENT_STEPS, "step budget"},
    {"long comparisons", "local a, b = ('x'):rep(10000000) .. 'a', ('x'):rep(10000000) .. 'b' while true do local x = a < b end", -1, "this rule"},
    {"long equalities", "local a, b = ('x'):rep(10000000) .. 'a', ('x'):rep(10000000) .. 'b' while true do local x = a == b end", -1, "this rule"},
    {"tonumber of long text", "local s = (' '):rep(30000000) while true do tonumber(s) end", RULE_SPENT_STEPS, "step budget"},
    {"upper of long text", "local s = ('x'):rep(10000000) while true do s:upper() end", -1, "step budget"},
    {"utf8.codes over continuations", "local s = 'a' .. ('\\x80'):rep(30000000) local f = utf8.codes(s) while true do pcall(f, s, 1) end", RULE_SPENT_STEPS, "step budget"},
    {"utf8.offset over continuations", "local s = 'a' .. ('\\x80'):rep(30000000) while true do utf8.offset(s, 2) end", RULE_SPENT_STEPS, "step budget"},
    {"next in an emptied table",
     "local t = {} for i = 1, 200000 do t[i] = i end for i = 1, 200000 do t[i] = nil end while true do next(t) end", -1, "this rule"},
    {"pairs of a large table in a loop",
     "local t = {} for i = 1, 20000 do t['k' .. i] = i end while true do for k in pairs(t) do break end end", RULE_SPENT_STEPS, "step budget"},
    {"many arguments", "local function f(...) return f(1, ...) end return f()", -1, ""},
    {"select over many arguments", "local function f(...) while true do local x = select(-1, ...) end end return f(table.unpack({}, 1, 200000))", -1, "this rule"},
    {"byte of much", "local s = ('x'):rep(500000) while true do s:byte(1, -1) end", RULE_SPENT_STEPS, "step budget"},
    {"format of much", "return string.format(('%99d'):rep(1000000), 1)", 0, "no value"},
    {"os.date of much", "return #os.date(('%c'):rep(1000000))", RULE_SPENT_STEPS, "step budget"},
    {"concat of numbers", "local t = {} for i = 1, 100 do t[i] = i end while true do table.concat(t) end", RULE_SPENT_STEPS, "step budget"},
    {"goto", "::again:: goto again", RULE_SPENT_STEPS, "step budget"},
};

/* Sanitizers are slow: cases may then run into the wall guard, and past it. */
static int is_slow(void) { return getenv("SLOWLY") != NULL; }

static double longest_ms(void) { return is_slow() ? 60000 : WALL_MS + 500; }

static const char *deep_source(void) {
    static char source[200016];
    char *at = source;
    memcpy(at, "return ", 7), at += 7;
    memset(at, '(', 100000), at += 100000;
    *at++ = '1';
    memset(at, ')', 99000);
    return source;
}

static void run_fault(const fault *f, double longest, int say) {
    static const char *const reasons[] = {"error", "steps", "memory", "time"};
    const char *source = f->source != NULL ? f->source : deep_source();
    int reached_wall = 0;
    sandbox s;
    sandbox_open(&s, MEMORY_LIMIT);
    sandbox_run(&s, source, STEP_LIMIT, WALL_MS);
    if (f->spent == 0 && f->error == NULL) {
        CHECK(s.status == LUA_OK && strcmp(s.text, "false") != 0, "%s: %s", f->name, s.text);
    } else {
        CHECK(s.status != LUA_OK, "%s ended well", f->name);
        if (is_slow() && s.budget.spent == RULE_SPENT_TIME) reached_wall = 1;
        else if (f->error != NULL) CHECK(strstr(s.text, f->error) != NULL, "%s: %s", f->name, s.text);
    }
    if (f->spent >= 0 && !reached_wall) CHECK(s.budget.spent == f->spent, "%s: %d, %s", f->name, s.budget.spent, s.text);
    CHECK(s.ms <= longest, "%s took %.0f ms", f->name, s.ms);
    if (say)
        printf("  %-38s %-6s %9llu steps %7.1f ms  %.70s\n", f->name,
               s.status == LUA_OK ? "ok" : reasons[s.budget.spent], (unsigned long long)s.steps, s.ms,
               s.status == LUA_OK ? "" : s.text);
    /* The state is as good as before. */
    sandbox_run(&s, "return 6 * 7", STEP_LIMIT, WALL_MS);
    CHECK(s.status == LUA_OK && strcmp(s.text, "42") == 0, "after %s: %s", f->name, s.text);
    sandbox_close(&s);
}

/* Nothing in a rule outlives a spent budget: the case again and again, each failure swallowed. */
static void run_swallowed(const fault *f, double longest) {
    static char source[2048];
    sandbox s;
    if (f->source == NULL) return;
    snprintf(source, sizeof source, "while true do pcall(function() %s end) end", f->source);
    sandbox_open(&s, MEMORY_LIMIT);
    sandbox_run(&s, source, STEP_LIMIT / 5, 500);
    CHECK(s.status != LUA_OK && s.budget.spent != 0, "%s, swallowed: %s", f->name, s.text);
    CHECK(s.ms <= longest, "%s, swallowed, took %.0f ms", f->name, s.ms);
    sandbox_close(&s);
}

void test_faults(void) {
    double longest = longest_ms();
    int say = getenv("QUIET") == NULL;
    for (size_t index = 0; index < sizeof faults / sizeof faults[0]; index++) {
        run_fault(&faults[index], longest, say);
        run_swallowed(&faults[index], longest);
    }
}
