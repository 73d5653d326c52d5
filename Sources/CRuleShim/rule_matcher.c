#include <lauxlib.h>

#include "rule_budget.h"
#include "rule_pattern.h"
#include "rule_pattern_items.h"

/* Steps are spent in lots: the budget is asked once for so many. */
#define STEPS_PER_LOT 512

static int raise_fault(lua_State *L, const pattern_item *item) {
    switch ((pattern_fault)item->index) {
    case FAULT_ESCAPE_AT_END: return luaL_error(L, "malformed pattern (ends with '%%')");
    case FAULT_SET_OPEN: return luaL_error(L, "malformed pattern (a '[' without its ']')");
    case FAULT_FRONTIER: return luaL_error(L, "malformed pattern (no '[' behind '%%f')");
    case FAULT_BALANCE: return luaL_error(L, "malformed pattern ('%%b' needs two characters)");
    case FAULT_CLOSE: return luaL_error(L, "malformed pattern (a ')' without its '(')");
    case FAULT_CAPTURES: return luaL_error(L, "too many captures in pattern (more than %d)", RULE_PATTERN_CAPTURES);
    case FAULT_BACK_REFERENCE:
        return luaL_error(L, "invalid capture '%%%c' in pattern (no capture of that number has ended there)",
                          (int)item->low);
    }
    return luaL_error(L, "malformed pattern");
}

void rule_matcher_begin(rule_matcher *m, lua_State *L, rule_pattern *pattern, const char *subject, size_t length) {
    m->L = L;
    m->pattern = pattern;
    m->subject = (const unsigned char *)subject;
    m->end = m->subject + length;
    m->owed = 0;
}

void rule_matcher_settle(rule_matcher *m) {
    unsigned owed = m->owed;
    m->owed = 0;
    rule_budget_spend(m->L, owed);
}

static inline void step(rule_matcher *m) {
    if (++m->owed >= STEPS_PER_LOT) rule_matcher_settle(m);
}

static inline int accepts(const rule_matcher *m, const pattern_item *item, unsigned char byte) {
    switch (item->kind) {
    case ITEM_BYTE: return byte == item->low;
    case ITEM_ANY: return 1;
    default: return set_holds(&m->pattern->sets[item->index], byte);
    }
}

/* As many bytes as the item takes. */
static const unsigned char *stretch(rule_matcher *m, const pattern_item *item, const unsigned char *at) {
    while (at < m->end && accepts(m, item, *at)) {
        step(m);
        at++;
    }
    return at;
}

/* The end of a balanced run that begins at `at`, or NULL. The closing byte counts first when both are the same. */
static const unsigned char *balanced(rule_matcher *m, const pattern_item *item, const unsigned char *at) {
    size_t depth = 0;
    if (at == m->end || *at != item->low) return NULL;
    for (;;) {
        step(m);
        if (at == m->end) return NULL;
        if (depth > 0 && *at == item->high) {
            if (--depth == 0) return at + 1;
        } else if (*at == item->low) {
            depth++;
        }
        at++;
    }
}

static const unsigned char *repeated(rule_matcher *m, const rule_capture *capture, const unsigned char *at) {
    size_t length = (size_t)capture->length;
    if (length > (size_t)(m->end - at)) return NULL;
    for (size_t index = 0; index < length; index++) {
        step(m);
        if (capture->start[index] != at[index]) return NULL;
    }
    return at + length;
}

static int at_frontier(const rule_matcher *m, const pattern_item *item, const unsigned char *at) {
    const byte_set *set = &m->pattern->sets[item->index];
    unsigned char before = at == m->subject ? '\0' : at[-1];
    return !set_holds(set, before) && set_holds(set, *at);
}

/* One item at `at`: where it goes on, or NULL. `*top` moves when the item can be come back to. */
static const unsigned char *advance(rule_matcher *m, const pattern_item *item, const unsigned char *at, choice **top) {
    rule_capture *capture = &m->captures[item->index % RULE_PATTERN_CAPTURES];
    switch ((item_kind)item->kind) {
    case ITEM_BYTE: case ITEM_ANY: case ITEM_SET:
        switch ((item_repeat)item->repeat) {
        case REPEAT_ONCE: return at < m->end && accepts(m, item, *at) ? at + 1 : NULL;
        case REPEAT_MAYBE:
            if (at == m->end || !accepts(m, item, *at)) return at;
            *(*top)++ = (choice){item, at, at + 1};
            return at + 1;
        case REPEAT_MOST: {
            const unsigned char *most = stretch(m, item, at);
            if (most > at) *(*top)++ = (choice){item, at, most};
            return most;
        }
        case REPEAT_LEAST: *(*top)++ = (choice){item, at, at}; return at;
        }
        return NULL;
    case ITEM_OPEN: *capture = (rule_capture){at, RULE_CAPTURE_OPEN}; return at;
    case ITEM_CLOSE: capture->length = at - capture->start; return at;
    case ITEM_POSITION: *capture = (rule_capture){at, RULE_CAPTURE_POSITION}; return at;
    case ITEM_SAME: return repeated(m, capture, at);
    case ITEM_BALANCE: return balanced(m, item, at);
    case ITEM_FRONTIER: return at_frontier(m, item, at) ? at : NULL;
    case ITEM_AT_END: return at == m->end ? at : NULL;
    case ITEM_NEVER: return NULL;
    case ITEM_FAULT: raise_fault(m->L, item); return NULL;
    case ITEM_DONE: return at;
    }
    return NULL;
}

/* Comes back to the newest choice that has something left: the item to go on with, or NULL. */
static const pattern_item *come_back(rule_matcher *m, choice **top, const unsigned char **at) {
    while (*top > m->pattern->choices) {
        choice *newest = *top - 1;
        const pattern_item *item = newest->item;
        if (item->repeat == REPEAT_LEAST) {
            if (newest->at < m->end && accepts(m, item, *newest->at)) {
                *at = ++newest->at;
                return item + 1;
            }
            --*top;
        } else {
            *at = --newest->at;
            if (newest->at == newest->least) --*top;
            return item + 1;
        }
    }
    return NULL;
}

const unsigned char *rule_matcher_match(rule_matcher *m, const unsigned char *at) {
    const pattern_item *item = m->pattern->items;
    choice *top = m->pattern->choices;
    for (;;) {
        const unsigned char *next;
        step(m);
        next = advance(m, item, at, &top);
        if (next != NULL) {
            if (item->kind == ITEM_DONE) return next;
            at = next;
            item++;
        } else {
            item = come_back(m, &top, &at);
            if (item == NULL) return NULL;
        }
    }
}

/* Passes over bytes that the first item cannot begin with. */
static const unsigned char *skip(rule_matcher *m, const unsigned char *at) {
    const pattern_item *first = m->pattern->items;
    if (first->kind > ITEM_SET || first->repeat != REPEAT_ONCE) return at;
    while (at < m->end && !accepts(m, first, *at)) {
        step(m);
        at++;
    }
    return at;
}

const unsigned char *rule_matcher_search(rule_matcher *m, const unsigned char *from, const unsigned char **start) {
    for (const unsigned char *at = from;; at++) {
        const unsigned char *end;
        if (!m->pattern->anchored) at = skip(m, at);
        end = rule_matcher_match(m, at);
        if (end != NULL) {
            *start = at;
            return end;
        }
        if (m->pattern->anchored || at == m->end) return NULL;
    }
}
