#include "rule_pattern.h"

#include <string.h>

#include "rule_pattern_items.h"

/* Sets --------------------------------------------------------------------------------------------------------- */

static void set_add(byte_set *set, unsigned low, unsigned high) {
    for (unsigned byte = low; byte <= high; byte++) set->words[byte / 64] |= (uint64_t)1 << (byte % 64);
}

static void set_invert(byte_set *set) {
    for (int word = 0; word < 4; word++) set->words[word] = ~set->words[word];
}

/* Adds what `%letter` stands for: ASCII only, whatever the locale. A letter without a meaning is itself. */
static void set_add_class(byte_set *set, unsigned char letter) {
    byte_set class = {{0}};
    switch (letter | 0x20) {
    case 'a': set_add(&class, 'A', 'Z'), set_add(&class, 'a', 'z'); break;
    case 'c': set_add(&class, 0, 31), set_add(&class, 127, 127); break;
    case 'd': set_add(&class, '0', '9'); break;
    case 'g': set_add(&class, 33, 126); break;
    case 'l': set_add(&class, 'a', 'z'); break;
    case 'p':
        set_add(&class, 33, 47), set_add(&class, 58, 64);
        set_add(&class, 91, 96), set_add(&class, 123, 126);
        break;
    case 's': set_add(&class, 9, 13), set_add(&class, ' ', ' '); break;
    case 'u': set_add(&class, 'A', 'Z'); break;
    case 'w': set_add(&class, '0', '9'), set_add(&class, 'A', 'Z'), set_add(&class, 'a', 'z'); break;
    case 'x': set_add(&class, '0', '9'), set_add(&class, 'A', 'F'), set_add(&class, 'a', 'f'); break;
    case 'z': set_add(&class, 0, 0); break; /* from before 5.2, and still there */
    default: set_add(set, letter, letter); return;
    }
    if (letter >= 'A' && letter <= 'Z') set_invert(&class);
    for (int word = 0; word < 4; word++) set->words[word] |= class.words[word];
}

static int is_class_letter(unsigned char letter) {
    return letter < 128 && strchr("acdglpsuwxzACDGLPSUWXZ", letter) != NULL && letter != '\0';
}

/* Compiling ---------------------------------------------------------------------------------------------------- */

/* Sets come first, being the most strictly aligned. */
static void count_parts(const char *text, size_t length, size_t *sets, size_t *choices) {
    *sets = *choices = 0;
    for (size_t at = 0; at < length; at++) {
        switch (text[at]) {
        case '[': case '%': ++*sets; break;
        case '*': case '+': case '-': case '?': ++*choices; break;
        default: break;
        }
    }
}

static size_t header_size(void) {
    return (sizeof(rule_pattern) + sizeof(byte_set) - 1) / sizeof(byte_set) * sizeof(byte_set);
}

size_t rule_pattern_size(const char *text, size_t length) {
    size_t sets, choices;
    count_parts(text, length, &sets, &choices);
    return header_size() + sets * sizeof(byte_set) + choices * sizeof(choice) + (length + 1) * sizeof(pattern_item);
}

int rule_pattern_is_plain(const char *text, size_t length) {
    for (size_t at = 0; at < length; at++)
        if (text[at] != '\0' && strchr("^$*+?.([%-", text[at]) != NULL) return 0;
    return 1;
}

typedef struct compiler {
    rule_pattern *pattern;
    const unsigned char *at, *end;
    pattern_item *next;
    uint32_t set_count;
    signed char states[RULE_PATTERN_CAPTURES]; /* RULE_CAPTURE_OPEN, RULE_CAPTURE_POSITION, or 0: closed */
} compiler;

static pattern_item *add(compiler *c, item_kind kind, uint32_t index) {
    pattern_item *item = c->next++;
    memset(item, 0, sizeof *item);
    item->kind = (uint8_t)kind;
    item->index = index;
    return item;
}

/* Nothing behind a fault can be reached. */
static void add_fault(compiler *c, pattern_fault fault, unsigned char detail) {
    add(c, ITEM_FAULT, fault)->low = detail;
    c->at = c->end;
}

/* The `]` that ends the set beginning at `at`, or NULL. The first byte and an escaped one are members even if `]`. */
static const unsigned char *set_close(const unsigned char *at, const unsigned char *end) {
    for (int first = 1;; first = 0) {
        if (at >= end) return NULL;
        if (*at == ']' && !first) return at;
        at += *at == '%' && end - at > 1 ? 2 : 1;
    }
}

/* Reads a set from behind its `[`. A range may end in `%`, which then escapes nothing. False: no `]` ends it. */
static int read_set(compiler *c, byte_set *set) {
    int inverted = c->at < c->end && *c->at == '^';
    const unsigned char *at = c->at + inverted, *close = set_close(at, c->end);
    if (close == NULL) return 0;
    memset(set, 0, sizeof *set);
    for (; at < close; at++) {
        if (*at == '%') {
            set_add_class(set, *++at);
        } else if (at[1] == '-' && at + 2 < close) {
            set_add(set, at[0], at[2]);
            at += 2;
        } else {
            set_add(set, *at, *at);
        }
    }
    c->at = close + 1;
    if (inverted) set_invert(set);
    return 1;
}

static void add_frontier(compiler *c) {
    byte_set *set = &c->pattern->sets[c->set_count];
    c->at += 2;
    if (c->at == c->end || *c->at != '[') {
        add_fault(c, FAULT_FRONTIER, 0);
        return;
    }
    c->at++;
    if (read_set(c, set)) add(c, ITEM_FRONTIER, c->set_count++);
    else add_fault(c, FAULT_SET_OPEN, 0);
}

static void add_balance(compiler *c) {
    pattern_item *item;
    c->at += 2;
    if (c->end - c->at < 2) {
        add_fault(c, FAULT_BALANCE, 0);
        return;
    }
    item = add(c, ITEM_BALANCE, 0);
    item->low = c->at[0];
    item->high = c->at[1];
    c->at += 2;
}

static void add_back_reference(compiler *c) {
    unsigned digit = c->at[1];
    int index = (int)digit - '1';
    if (index < 0 || index >= c->pattern->capture_count || c->states[index] == RULE_CAPTURE_OPEN) {
        add_fault(c, FAULT_BACK_REFERENCE, (unsigned char)digit);
        return;
    }
    add(c, c->states[index] == RULE_CAPTURE_POSITION ? ITEM_NEVER : ITEM_SAME, (uint32_t)index);
    c->at += 2;
}

static void add_open(compiler *c) {
    int index = c->pattern->capture_count;
    int position = c->end - c->at > 1 && c->at[1] == ')';
    if (index == RULE_PATTERN_CAPTURES) {
        add_fault(c, FAULT_CAPTURES, 0);
        return;
    }
    add(c, position ? ITEM_POSITION : ITEM_OPEN, (uint32_t)index);
    c->states[index] = position ? RULE_CAPTURE_POSITION : RULE_CAPTURE_OPEN;
    c->pattern->capture_count++;
    c->at += position ? 2 : 1;
}

static void add_close(compiler *c) {
    int index = c->pattern->capture_count - 1;
    while (index >= 0 && c->states[index] != RULE_CAPTURE_OPEN) index--;
    if (index < 0) {
        add_fault(c, FAULT_CLOSE, 0);
        return;
    }
    add(c, ITEM_CLOSE, (uint32_t)index);
    c->states[index] = 0;
    c->at++;
}

/* A byte, class or set, and how often. */
static void add_single(compiler *c) {
    pattern_item *item;
    if (*c->at == '.') {
        item = add(c, ITEM_ANY, 0);
        c->at++;
    } else if (*c->at == '[') {
        c->at++;
        if (!read_set(c, &c->pattern->sets[c->set_count])) {
            add_fault(c, FAULT_SET_OPEN, 0);
            return;
        }
        item = add(c, ITEM_SET, c->set_count++);
    } else if (*c->at == '%') {
        if (c->end - c->at < 2) {
            add_fault(c, FAULT_ESCAPE_AT_END, 0);
            return;
        }
        if (is_class_letter(c->at[1])) {
            byte_set *set = &c->pattern->sets[c->set_count];
            memset(set, 0, sizeof *set);
            set_add_class(set, c->at[1]);
            item = add(c, ITEM_SET, c->set_count++);
        } else {
            item = add(c, ITEM_BYTE, 0);
            item->low = c->at[1];
        }
        c->at += 2;
    } else {
        item = add(c, ITEM_BYTE, 0);
        item->low = *c->at++;
    }
    if (c->at == c->end) return;
    switch (*c->at) {
    case '?': item->repeat = REPEAT_MAYBE; break;
    case '*': item->repeat = REPEAT_MOST; break;
    case '-': item->repeat = REPEAT_LEAST; break;
    case '+':
        /* One, then any number. */
        *c->next = *item;
        item = c->next++;
        item->repeat = REPEAT_MOST;
        break;
    default: return;
    }
    c->at++;
}

static void add_next(compiler *c) {
    unsigned char following = c->end - c->at > 1 ? c->at[1] : '\0';
    switch (*c->at) {
    case '(': add_open(c); return;
    case ')': add_close(c); return;
    case '$':
        if (c->at + 1 == c->end) {
            add(c, ITEM_AT_END, 0);
            c->at++;
            return;
        }
        break;
    case '%':
        if (following == 'b') {
            add_balance(c);
            return;
        }
        if (following == 'f') {
            add_frontier(c);
            return;
        }
        if (following >= '0' && following <= '9') {
            add_back_reference(c);
            return;
        }
        break;
    default: break;
    }
    add_single(c);
}

rule_pattern *rule_pattern_compile(void *memory, const char *text, size_t length, int anchors) {
    rule_pattern *pattern = memory;
    compiler c = {.pattern = pattern, .at = (const unsigned char *)text, .end = (const unsigned char *)text + length};
    size_t sets, choices;
    count_parts(text, length, &sets, &choices);
    pattern->sets = (byte_set *)(void *)((char *)memory + header_size());
    pattern->choices = (choice *)(void *)(pattern->sets + sets);
    pattern->items = c.next = (pattern_item *)(void *)(pattern->choices + choices);
    pattern->capture_count = 0;
    pattern->anchored = anchors && length > 0 && text[0] == '^';
    if (pattern->anchored) c.at++;
    while (c.at < c.end) add_next(&c);
    add(&c, ITEM_DONE, 0);
    return pattern;
}

int rule_pattern_is_anchored(const rule_pattern *pattern) { return pattern->anchored; }

int rule_pattern_capture_count(const rule_pattern *pattern) { return pattern->capture_count; }
