/* The set of globals is a golden file: one name a line, members as library.name. */
#define _POSIX_C_SOURCE 200809L
#include <lua.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

typedef struct names {
    char *list[512];
    size_t count;
} names;

static void note(names *all, const char *library, const char *name) {
    char text[128];
    snprintf(text, sizeof text, "%s%s%s", library, library[0] != '\0' ? "." : "", name);
    if (all->count < sizeof all->list / sizeof all->list[0]) all->list[all->count++] = strdup(text);
}

/* Notes the string keys of the table on top of the stack, through read-only views. */
static void walk(lua_State *L, names *all, const char *library) {
    if (lua_getmetatable(L, -1)) {
        lua_getfield(L, -1, "__index");
        lua_replace(L, -3);
        lua_pop(L, 1);
    }
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        const char *name = lua_tostring(L, -2);
        note(all, library, name);
        if (lua_istable(L, -1) && library[0] == '\0') {
            lua_pushvalue(L, -1);
            walk(L, all, name);
            lua_pop(L, 1);
        }
    }
}

static int by_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

void test_globals(const char *golden_path) {
    static char golden[16384], found[16384];
    names all = {.count = 0};
    size_t length = 0;
    sandbox s;
    FILE *file = fopen(golden_path, "r");
    CHECK(file != NULL, "%s", golden_path);
    if (file == NULL) return;
    golden[fread(golden, 1, sizeof golden - 1, file)] = '\0';
    fclose(file);
    sandbox_open(&s, MEMORY_LIMIT);
    lua_pushglobaltable(s.L);
    walk(s.L, &all, "");
    sandbox_close(&s);
    qsort(all.list, all.count, sizeof all.list[0], by_text);
    for (size_t index = 0; index < all.count; index++) {
        length += (size_t)snprintf(found + length, sizeof found - length, "%s\n", all.list[index]);
        free(all.list[index]);
    }
    CHECK(strcmp(golden, found) == 0, "the globals are now:\n%s", found);
}
