/* Random patterns, subjects and replacements: nothing crashes, all ends, and short cases agree with stock Lua. */
#include <lauxlib.h>
#include <lua.h>
#include <stdlib.h>
#include <string.h>

#include "pattern_comparison.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t count_of(const char *text, size_t length, const char *wanted) {
    size_t count = 0;
    for (size_t index = 0; index < length; index++) count += text[index] != '\0' && strchr(wanted, text[index]) != NULL;
    return count;
}

/* First byte: the operation; second: where the pattern ends and the subject begins; third: start. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static comparison c;
    const char *text;
    size_t cut;
    if (c.stock == NULL) comparison_open(&c);
    if (size < 4) return 0;
    text = (const char *)data + 3;
    size -= 3;
    cut = data[1] % (size + 1);
    /* Stock time grows with the power of the repeats. */
    if (size - cut <= 24 && count_of(text, cut, "*+-?") <= 5) {
        comparison_result result = comparison_run(&c, data[0] % COMPARISON_OPERATIONS, text + cut, size - cut, text,
                                                  cut, (int)(data[2] % 40) - 20);
        if (result == COMPARISON_DIFFERENT) {
            fprintf(stderr, "operation %d pattern '%.*s' subject '%.*s'\nstock %s\nours  %s\n",
                    data[0] % COMPARISON_OPERATIONS, (int)cut, text, (int)(size - cut), text + cut, c.stock_text,
                    c.own_text);
            abort();
        }
        return 0;
    }
    for (int operation = 0; operation < COMPARISON_OPERATIONS; operation++)
        comparison_run_own(&c, operation, text + cut, size - cut, text, cut, (int)(data[2] % 40) - 20, 50000);
    return 0;
}
