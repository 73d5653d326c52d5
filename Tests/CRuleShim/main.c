#include <string.h>

#include "harness.h"

/* test [part ...]: budget library patterns globals faults; all without arguments. */
int main(int count, char **arguments) {
    static const char *const parts[] = {"budget", "library", "patterns", "globals", "faults"};
    for (size_t part = 0; part < sizeof parts / sizeof parts[0]; part++) {
        int wanted = count < 2;
        for (int index = 1; index < count; index++) wanted |= strcmp(arguments[index], parts[part]) == 0;
        if (!wanted) continue;
        switch (part) {
        case 0: test_budget(); break;
        case 1: test_library(); break;
        case 2: test_patterns(); break;
        case 3: test_globals("globals.txt"); break;
        default: test_faults(); break;
        }
    }
    printf("%d checks, %d failed\n", checks, failures);
    return failures != 0;
}
