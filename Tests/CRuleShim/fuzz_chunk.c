/* Random chunks in the sandbox: nothing crashes, all ends within its budget, and the state stays good. */
#include <lua.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Bytes become statements, so that most inputs are programs: each byte is a piece of one. */
static const char *const pieces[] = {
    "local t={} ", "t[#t+1]=s ", "s=s..'a%' ", "s=s:rep(3,'-') ", "s=(s:gsub(p,r)) ", "p=p..'%a' ", "p=p..'(.-)' ", "p=p..'[^a-]*' ",
    "r={a='b'} ", "r=function(...) n=n+1 return ... end ", "r='%1%0' ", "for a,b in s:gmatch(p) do n=n+#tostring(b) end ",
    "n=s:find(p,n) or 1 ", "t={n,s,p,n} ", "table.sort(t,function(a,b) return tostring(a)<tostring(b) end) ", "s=table.concat(t,',') ",
    "table.insert(t,1,n) ", "n=table.remove(t) ", "table.move(t,1,#t,2) ", "n=select('#',table.unpack(t)) ",
    "for k,v in pairs(t) do n=n+1 t[k]=nil end ", "t['k'..tostring(n)]=n ", "n=next(t) ", "t=setmetatable(t,m) ",
    "m={__len=function() return n end} ", "m={__index=function(_,k) return k end} ", "m={__close=function() n=n+1 end} ",
    "do local c <close> =setmetatable({},{__close=function() s=s..'c' end}) ", "end ", "pcall(function() ", "end) ", "error(s) ",
    "while true do ", "for i=1,n do ", "if s<p then ", "else ", "n=n+1 ", "n=n*2 ", "n=-n ", "n=1<<40 ", "n=math.random(5) ", "n=os.time() ",
    "s=os.date(s) ", "s=string.format(p,s,n,t) ", "s='%5s %q' ", "s=utf8.char(200,8364)..s ", "for _,c in utf8.codes(s) do n=c end ",
    "n=utf8.len(s) ", "n=utf8.offset(s,n) ", "s=tostring(t) ", "n=tonumber(s) ", "n=s+1 ", "n=#t ", "s=s:sub(n,-2) ", "s=s:upper() ", "n=s:byte(n) ",
    "t=table.pack(s:byte(1,-1)) ", "s=string.char(n) ", "rawset(t,n,s) ", "t.x.y=1 ", "string.x=1 ", "s=s..s ", "local function f(x) ", "return f(x) ",
    "f(1) ", "n=n//0 ", "n=0/0 ", "t[n]=t ", "s=('x'):rep(n) ", "p='.-.-.-b' ", "s=('a'):rep(500) ", "break "};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static char source[65536];
    size_t length = (size_t)snprintf(source, sizeof source, "local s,p,r,n,m,t='abc def','%%a+','x',1,{},{} ");
    sandbox s;
    for (size_t index = 0; index < size && length < sizeof source - 128; index++) {
        const char *piece = pieces[data[index] % (sizeof pieces / sizeof pieces[0])];
        memcpy(source + length, piece, strlen(piece));
        length += strlen(piece);
        if (data[index] >= 0xF0) /* close what is open, so that more of it compiles */
            length += (size_t)snprintf(source + length, sizeof source - length, "end ");
    }
    sandbox_open(&s, 4 * 1024 * 1024);
    sandbox_run_bytes(&s, source, length, 100000, 0);
    if (s.status != LUA_OK && s.budget.spent == RULE_SPENT_NO && s.text[0] == '\0') abort();
    sandbox_run(&s, "return 6 * 7", 100000, 0);
    if (s.status != LUA_OK || strcmp(s.text, "42") != 0) {
        fprintf(stderr, "afterwards: %s\n", s.text);
        abort();
    }
    sandbox_close(&s);
    if (s.budget.memory_used != 0) abort();
    return 0;
}
