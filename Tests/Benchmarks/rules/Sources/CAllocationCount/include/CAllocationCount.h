/* Counts what the process allocates: malloc, calloc, realloc and their aligned kin are passed on to the C library. */
#ifndef ALLOCATION_COUNT_H
#define ALLOCATION_COUNT_H

#include <stdint.h>

/* Calls since the process began. */
uint64_t allocation_count(void);

#endif
