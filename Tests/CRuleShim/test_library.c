/* What rules may use does what the Lua manual says, but for what the sandbox changes on purpose. */
#include <lua.h>
#include <string.h>

#include "harness.h"
#include "rule_sandbox.h"

static const char preamble[] =
    "local function same(a, b) if a ~= b then error(tostring(a) .. ' is not ' .. tostring(b), 2) end end\n"
    "local function fails(text, f, ...) local ok, e = pcall(f, ...) if ok then error('no error', 2) end\n"
    "  if not tostring(e):find(text, 1, true) then error(tostring(e), 2) end end\n"
    "local function keys(t) local r = {} for k in pairs(t) do r[#r + 1] = tostring(k) end return table.concat(r, ' ') end\n";

static const char *const cases[] = {
    /* Order. */
    "same(keys{3, 2, 1}, '1 2 3')",
    "same(keys{z = 1, a = 2, [10] = 3, [-1] = 4, [2.5] = 5, [true] = 6, [false] = 7, [''] = 8, aa = 9, Z = 1},"
    " '-1 2.5 10  Z a aa z false true')",
    "same(keys{[math.huge] = 1, [-math.huge] = 1, [math.maxinteger] = 1, [math.mininteger] = 1, [2^70] = 1, [0.5] = 1},"
    " '-inf -9223372036854775808 0.5 9223372036854775807 1.1805916207174e+21 inf')",
    "same(keys{['a\\0b'] = 1, ['a'] = 1, ['a\\0'] = 1}, 'a a\\0 a\\0b')",
    "local t = {} for i = 300, 1, -1 do t['k' .. i] = i t[i * 7 % 301] = i end local last for k in pairs(t) do "
    "if type(k) == type(last) then assert(last < k) end last = k end",
    "local t = {a = 1, b = 2, c = 3} for k in pairs(t) do t[k] = nil t.b = nil end same(next(t), nil)",
    "local t = {a = 1, b = 2} for k, v in pairs(t) do t['x' .. k] = v end same(keys(t), 'a b xa xb')",
    "local t = {b = 1, a = 2, [1] = 3} local k, v = next(t) same(k, 1) same(v, 3) same(next(t, 1), 'a')"
    " same(next(t, 'a'), 'b') same(next(t, 'b'), nil) same(next(t, 1.0), 'a')",
    "same(next({}), nil) same(next({nil, nil, 3}), 3)",
    "fails('one of its keys is a table', pairs, {[{}] = 1})",
    "fails('one of its keys is a function', next, {[print or type] = 1})",
    "fails('NaN', next, {}, 0/0)",
    "for k, v in pairs(setmetatable({}, {__pairs = function() return function(_, k) if not k then return 1, 2 end end end}))"
    " do same(k, 1) same(v, 2) end",
    "same(keys(math):sub(1, 8), 'abs acos') same(#keys(string) > 50, true)",
    "fails('table expected', pairs, 5)",
    /* Texts of values never show addresses. */
    "same(tostring({}), 'table') same(tostring(print or type), 'function') same(string.format('%s %s', {}, 1), 'table 1')",
    "same(tostring(setmetatable({}, {__name = 'thing'})), 'thing')",
    "same(tostring(1.0), '1.0') same(tostring(-0.0), '-0.0') same(tostring(nil), 'nil') same(tostring(10), '10')",
    "fails('must return a string', tostring, setmetatable({}, {__tostring = function() return {} end}))",
    "fails('%p', string.format, '%p', {})",
    /* Errors. */
    "local ok, e = pcall(error, {1}) same(ok, false) same(e[1], 1)",
    "local ok, a, b = pcall(function(...) return ... end, 1, 2) same(ok, true) same(a, 1) same(b, 2)",
    "fails('value expected', pcall)",
    "local ok, e = pcall(function() error('x') end) same(e, 'case:5: x')",
    "same(select('#', pcall(error)), 2)",
    "local ok, e = pcall(pcall, error, 'x') same(ok, true) same(e, false)",
    /* Strings. */
    "same(('ab'):rep(3), 'ababab') same(('ab'):rep(3, '-'), 'ab-ab-ab') same(('ab'):rep(0), '') same(('ab'):rep(-1), '')",
    "same((''):rep(3, ','), ',,') same(('x'):rep(1, 'yy'), 'x')",
    "for n = 1, 70 do local s = ('abc'):rep(n, '--') same(#s, 5 * n - 2) same(s:gsub('abc%-?%-?', ''), '') end",
    "same(('hello'):upper():lower():reverse(), 'olleh') same(('hello'):sub(-3, -2), 'll') same(('a'):byte(), 97)",
    "same(string.char(104, 105), 'hi') same(#('x'):rep(10), 10) same(('x'):len(), 1)",
    "same(string.format('%5d|%-5s|%05.1f|%x|%q|%c|%i|%%|%g', 42, 'ab', 3.14159, 255, 'a\\nb', 65, 7, 1e20),"
    " '   42|ab   |003.1|ff|\"a\\\\\\nb\"|A|7|%|1e+20')",
    "same(string.format('%s %10s %-4s|%.2s', true, 'x', nil, 'abc'), 'true          x nil |ab')",
    "same(string.format('%s', setmetatable({}, {__tostring = function() return 'me' end})), 'me')",
    "fails('number expected', string.format, '%d', {}) fails('no value', string.format, '%s')"
    " fails('invalid', string.format, '%y', 1) fails('invalid', string.format, '%', 1)",
    "same('10' + 5, 15) same('3' * '4', 12) same(-'2', -2) same('0x10' + 0, 16) same('10' // '3', 3) same(7 % '4', 3)"
    " same(2 ^ '3', 8.0) same('1.5' - 1, 0.5) same('9' / 3, 3.0)",
    "fails('arithmetic on a string value', function() return 'x' + 1 end)"
    " fails('arithmetic on a nil value', function() return '1' + nil end)"
    " fails('arithmetic on a string value', function() return 1 + 'x' end)"
    " fails('arithmetic on a table value', function() return '1' + {} end)",
    "local t = setmetatable({}, {__add = function(a, b) return 'added' end}) same('x' + t, 'added') same(t + 'x', 'added')",
    "same(getmetatable(''), false)",
    /* Patterns, beyond the comparison with stock. */
    "same(('key = value'):match('^(%w+)%s*=%s*(%w+)$'), 'key')",
    "same(select(2, ('abc'):gsub('', '-')), 4) same((('abc'):gsub('', '-')), '-a-b-c-')",
    "same((('hello world'):gsub('o', {o = '0'})), 'hell0 w0rld') same((('abc'):gsub('%w', '%0%0', 2)), 'aabbc')",
    "same((('abc'):gsub('b', function() return nil end)), 'abc') same((('abc'):gsub('(a)(b)', '%2%1')), 'bac')",
    "fails('invalid replacement value (a table)', string.gsub, 'a', 'a', function() return {} end)",
    "fails('string/function/table', string.gsub, 'a', 'a', true)",
    "fails(\"'%1' in pattern\", string.find, 'a', '%1') fails(\"'[' without\", string.find, 'a', '[a')"
    " fails(\"ends with '%'\", string.find, 'a', 'a%') fails(\"'(' without\", string.match, 'a', '(a')"
    " fails(\"')' without\", string.match, 'a', 'a)') fails('%b', string.find, 'a', '%b(') fails('%f', string.find, 'a', '%fa')"
    " fails(\"use of '%'\", string.gsub, 'a', 'a', '%x') fails(\"'%2'\", string.gsub, 'a', '(a)', '%2')",
    "local p = ('a?'):rep(12) same(('a'):rep(20):match(p .. 'a*$'), ('a'):rep(20))",
    "local s = ('x'):rep(300) same(#s:match(('x'):rep(300)), 300) same(s:match(('x-'):rep(300) .. '$'), s)",
    "local n = 0 for a, b in ('k=v, l=w'):gmatch('(%w+)=(%w+)') do n = n + #a + #b end same(n, 4)",
    "local r = {} for w in ('one two'):gmatch('%a+', 2) do r[#r + 1] = w end same(table.concat(r, ','), 'ne,two')",
    "local ok = {} for i in ('aaa'):gmatch('()') do ok[#ok + 1] = i end same(table.concat(ok, ' '), '1 2 3 4')",
    "same(('THE (quick) fox'):find('%((%a+)%)'), 5) same(('a.b'):find('.', 1, true), 2) same(('a'):find('', 10), nil)",
    "local out = ('x y'):gsub('%a', function(c) return (c .. c):gsub('%a', '<%0>') end) same(out, '<x><x> <y><y>')",
    /* Tables. */
    "local t = {1, 2, 3} table.insert(t, 4) table.insert(t, 1, 0) same(table.concat(t, ','), '0,1,2,3,4')"
    " same(table.remove(t), 4) same(table.remove(t, 1), 0) same(table.concat(t, ','), '1,2,3')"
    " same(table.remove({}), nil) same(table.remove(t, 4), nil) fails('out of bounds', table.remove, t, 7)",
    "fails('out of bounds', table.insert, {1}, 5, 1) fails('wrong number', table.insert, {1}) fails('table expected', table.insert, 1, 2)",
    "same(table.concat({}), '') same(table.concat({1, 'a', 2.5}), '1a2.5') same(table.concat({1, 2, 3}, '-', 2, 3), '2-3')"
    " fails('index 1', table.concat, {{}}) fails('(nil) at index 2', table.concat, {1, nil, 3}, ',', 1, 3)",
    "local t = table.move({1, 2, 3}, 1, 3, 2) same(table.concat(t, ','), '1,1,2,3')"
    " same(table.concat(table.move({1, 2, 3}, 2, 3, 1), ','), '2,3,3') same(#table.move({1, 2}, 1, 2, 1, {}), 2)",
    "local t = table.pack(1, nil, 3) same(t.n, 3) same(t[3], 3) same(select('#', table.unpack(t, 1, t.n)), 3)"
    " same(select('#', table.unpack({}, 1, 0)), 0) same(table.unpack({1, 2}, 2), 2)",
    "local t = {} for i = 1, 500 do t[i] = i * 7919 % 503 end table.sort(t) for i = 2, 500 do assert(t[i - 1] <= t[i]) end",
    "local t = {} for i = 1, 100 do t[i] = {i % 3, i} end table.sort(t, function(a, b) return a[1] < b[1] end)"
    " for i = 2, 100 do assert(t[i - 1][1] < t[i][1] or t[i - 1][2] < t[i][2]) end",
    "local t = {'b', 'a', 'C'} table.sort(t, function(a, b) return a > b end) same(table.concat(t), 'baC')",
    "local t = {3, 1, 2} pcall(table.sort, t, function() error('x') end) same(table.concat(t), '312')",
    "local t = setmetatable({}, {__index = {5, 6}, __len = function() return 2 end}) same(table.concat(t, ','), '5,6')",
    /* Clock and chance. */
    "same(os.time(), 1700000000) same(os.date('!%Y-%m-%dT%H:%M:%SZ'), '2023-11-14T22:13:20Z') same(os.difftime(5, 3), 2.0)",
    "local t = os.date('*t', 86400 * 365) same(os.time(t), 86400 * 365) same(os.date('!*t', 0).year, 1970)",
    "same(os.time{year = 2024, month = 2, day = 30, hour = 0} , os.time{year = 2024, month = 3, day = 1, hour = 0})",
    "fails(\"'day' missing\", os.time, {year = 2024, month = 1}) fails('not an integer', os.time, {year = 'x', month = 1, day = 1})"
    " fails('out-of-bound', os.time, {year = 1 << 40, month = 1, day = 1}) fails('cannot be represented', os.date, '%c', 1 << 62)"
    " fails('invalid conversion', os.date, '%Ez') fails('invalid conversion', os.date, '%') fails('invalid conversion', os.date, '%Q')",
    "same(os.time{year = 1969, month = 12, day = 31, hour = 23, min = 59, sec = 59} - os.time{year = 1970, month = 1, day = 1, hour = 0}, -1)",
    "local a, b = math.random(100), math.random() for i = 1, 200 do local r = math.random(3, 5) assert(r >= 3 and r <= 5) end"
    " assert(b >= 0 and b < 1) same(math.type(math.random(0)), 'integer') math.random(math.mininteger, math.maxinteger)"
    " fails('interval is empty', math.random, 2, 1) fails('interval is empty', math.random, -3) same(math.randomseed, nil)",
    "same(math.floor(3.7), 3) same(math.max(1, 5, 3), 5) same(math.tointeger('8'), 8) same(7 // 2, 3) same(math.type(1), 'integer')",
    /* utf8. */
    "local r = {} for p, c in utf8.codes('a\\u{e9}\\u{20ac}\\u{1f600}z') do r[#r + 1] = p .. ':' .. c end"
    " same(table.concat(r, ' '), '1:97 2:233 4:8364 7:128512 11:122')",
    "fails('invalid UTF-8', function() for _ in utf8.codes('a\\xff') do end end)"
    " fails('invalid UTF-8', function() for _ in utf8.codes('\\x80') do end end)",
    "for _ in utf8.codes('') do error('x') end same(utf8.len('\\u{e9}x'), 2) same(utf8.char(233, 8364), '\\u{e9}\\u{20ac}')"
    " same(utf8.offset('a\\u{e9}x', 3), 4) same(utf8.codepoint('\\u{e9}'), 233) same(utf8.len('\\xff'), nil)"
    " same(utf8.offset('abc', 9), nil) same(utf8.offset('abc', -1), 3)",
    "local n = 0 for c in ('a\\u{e9}'):gmatch(utf8.charpattern) do n = n + 1 end same(n, 2)",
    /* Guards. */
    "local t = setmetatable({}, {__metatable = 'locked'}) same(getmetatable(t), 'locked')"
    " fails('protected', setmetatable, t, {}) fails('protected', rawset, t, 1, 2)",
    "local t = {} rawset(t, 'a', 1) same(rawget(t, 'a'), 1) same(rawlen({1, 2}), 2) same(rawequal(t, t), true)",
    "local c = 0 do local x <close> = setmetatable({}, {__close = function() c = c + 1 end}) end same(c, 1)",
    "fails('string is read-only', function() string.x = 1 end) fails('nil or table', setmetatable, {}, 1)",
    "same(tonumber('0x1p4'), 16.0) same(tonumber('zz', 36), 1295) same(tonumber('x'), nil) same(_VERSION, 'Lua 5.4')",
};

static int clock_while_loading(lua_State *L) {
    lua_getglobal(L, "os");
    lua_getfield(L, -1, "time");
    lua_call(L, 0, 1);
    return 1;
}

void test_library(void) {
    static char source[8192];
    sandbox s;
    char first[sizeof s.text];
    for (size_t index = 0; index < sizeof cases / sizeof cases[0]; index++) {
        sandbox_open(&s, MEMORY_LIMIT);
        snprintf(source, sizeof source, "%s%s", preamble, cases[index]);
        sandbox_run(&s, source, STEP_LIMIT, 0);
        CHECK(s.status == LUA_OK, "%s\n    %s", s.text, cases[index]);
        sandbox_close(&s);
    }

    /* The same seed, the same chance; the clock stands only while a message is decided. */
    sandbox_open(&s, MEMORY_LIMIT);
    sandbox_run(&s, "return math.random(0) .. ' ' .. math.random(1000)", STEP_LIMIT, 0);
    snprintf(first, sizeof first, "%s", s.text);
    sandbox_run(&s, "return math.random(0) .. ' ' .. math.random(1000)", STEP_LIMIT, 0);
    CHECK(strcmp(first, s.text) == 0, "%s then %s", first, s.text);
    rule_sandbox_thaw(s.L);
    rule_budget_begin(s.L, 1000, 0);
    lua_pushcfunction(s.L, clock_while_loading);
    CHECK(lua_pcall(s.L, 0, 0, 0) == LUA_ERRRUN && strstr(lua_tostring(s.L, -1), "os.time()") != NULL, "%s",
          lua_tostring(s.L, -1));
    sandbox_close(&s);

    CHECK(rule_sandbox_why_missing("io") != NULL && rule_sandbox_why_missing("string") == NULL, "wrong names");
}
