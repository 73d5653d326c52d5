// One question to the system's resolver (resolv.h), which knows the name servers and when to ask the next or by TCP. What
// comes back is bytes: nothing of an answer is read here.

#ifndef RESOLVER_H
#define RESOLVER_H

#include <stdint.h>

#define RESOLVER_CLOSED_ENUM enum __attribute__((enum_extensibility(closed)))

typedef RESOLVER_CLOSED_ENUM resolver_status {
    /// There are records of this type.
    resolver_status_found,
    /// There is no such name, or it has no such records.
    resolver_status_nothing,
    /// Nobody answered, or only with an error.
    resolver_status_failed,
} resolver_status;

/// Asks for the records of a name, which is taken as it is: no search list. Blocks for at most ten seconds for each name
/// server.
///
/// - name: ends with NUL; the caller's.
/// - type: as on the wire, 33 for SRV.
/// - server: an IPv4 address to ask in place of the system's name servers; NULL: those.
/// - answer: room for the whole answer; the caller's. `length` is how much of it was written.
resolver_status resolver_ask(
    const char *name, uint16_t type, const char *server, uint16_t port, uint8_t *answer, int32_t room, int32_t *length);

#endif
