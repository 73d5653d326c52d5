#ifndef RULE_PATTERN_ITEMS_H
#define RULE_PATTERN_ITEMS_H

#include <stdint.h>

#include "rule_pattern.h"

/* A compiled pattern: what rule_pattern.c makes and rule_matcher.c runs. */

typedef struct byte_set {
    uint64_t words[4];
} byte_set;

typedef enum item_kind {
    ITEM_BYTE,     /* `low` */
    ITEM_ANY,
    ITEM_SET,      /* a byte of sets[index] */
    ITEM_OPEN,     /* capture `index` begins */
    ITEM_CLOSE,    /* capture `index` ends */
    ITEM_POSITION, /* capture `index` is the position */
    ITEM_SAME,     /* the text of capture `index` again */
    ITEM_BALANCE,  /* `low` ... `high`, nested */
    ITEM_FRONTIER, /* from outside sets[index] to inside */
    ITEM_AT_END,
    ITEM_NEVER,
    ITEM_FAULT, /* the pattern is malformed from here on */
    ITEM_DONE,
} item_kind;

typedef enum item_repeat { REPEAT_ONCE, REPEAT_MAYBE, REPEAT_MOST, REPEAT_LEAST } item_repeat;

typedef struct pattern_item {
    uint8_t kind, repeat;
    uint8_t low, high;
    uint32_t index;
} pattern_item;

/* A repeated item to come back to: it may give back bytes down to `least` (MOST, MAYBE) or take one more (LEAST). */
typedef struct choice {
    const pattern_item *item;
    const unsigned char *least, *at;
} choice;

struct rule_pattern {
    byte_set *sets;
    choice *choices;
    pattern_item *items;
    int capture_count;
    int anchored;
};

typedef enum pattern_fault {
    FAULT_ESCAPE_AT_END,
    FAULT_SET_OPEN,
    FAULT_FRONTIER,
    FAULT_BALANCE,
    FAULT_CLOSE,
    FAULT_CAPTURES,
    FAULT_BACK_REFERENCE,
} pattern_fault;

static inline int set_holds(const byte_set *set, unsigned char byte) {
    return (set->words[byte / 64] >> (byte % 64)) & 1;
}

#endif
