/* What a failed accept is about. */
#ifndef BACKENDS_ACCEPT_ERRORS_H
#define BACKENDS_ACCEPT_ERRORS_H

#include <errno.h>
#include <stdbool.h>

/* One connection that went away while it was queued, a signal, or a network error that accept(2)
 * passes on (Linux): there may be another connection behind it, and the same call is to be made
 * again. */
static inline bool accept_error_passes(int error)
{
    switch (-error) {
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case ENOPROTOOPT:
    case ENETDOWN:
    case ENETUNREACH:
    case EHOSTDOWN:
    case EHOSTUNREACH:
        return true;
    default:
        return false;
    }
}

#endif
