#include "resolver.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <string.h>

resolver_status resolver_ask(
    const char *name, uint16_t type, const char *server, uint16_t port, uint8_t *answer, int32_t room, int32_t *length)
{
    *length = 0;
    // A state of its own: other threads may ask at the same time.
    struct __res_state state;
    memset(&state, 0, sizeof state);
    if (res_ninit(&state) != 0) return resolver_status_failed;
    state.retrans = 3;
    state.retry = 2;
    if (server) {
        struct sockaddr_in *address = &state.nsaddr_list[0];
        memset(address, 0, sizeof *address);
        address->sin_family = AF_INET;
        address->sin_port = htons(port);
        if (inet_pton(AF_INET, server, &address->sin_addr) != 1) {
            res_nclose(&state);
            return resolver_status_failed;
        }
        state.nscount = 1;
    }
    int count = res_nquery(&state, name, ns_c_in, type, answer, room);
    int reason = state.res_h_errno;
    res_nclose(&state);
    if (count < 0) {
        return reason == HOST_NOT_FOUND || reason == NO_DATA ? resolver_status_nothing : resolver_status_failed;
    }
    *length = count < room ? count : room;
    return resolver_status_found;
}
