#ifndef RULE_CHARGE_H
#define RULE_CHARGE_H

#include <lua.h>

/* Stock library functions, taken over with a price. */

typedef enum rule_price {
    RULE_PRICE_NONE,    /* constant work: the instructions that call it pay */
    RULE_PRICE_LENGTH,  /* 1 step for 16 bytes of its string arguments, and for each 16 arguments */
    RULE_PRICE_RESULTS, /* 1 step for each result */
} rule_price;

typedef struct rule_stock {
    const char *name;
    rule_price price;
} rule_stock;

/* Copies the named fields (the list ends with a NULL name) from the stock library at `from` into the table on top of
 * the stack, charging as said. */
void rule_stock_take(lua_State *L, int from, const rule_stock *fields);

/* Pushes a stock library, opened by `open` (luaopen_math ...), leaving no trace of it in the globals. */
void rule_stock_open(lua_State *L, lua_CFunction open);

#endif
