/* Names of statuses for the log. */
#include "motcua/base/status.h"

const char *status_name(enum status status)
{
    switch (status) {
    case STATUS_OK:
        return "ok";
    case STATUS_NOT_FOUND:
        return "not_found";
    case STATUS_CONFLICT:
        return "conflict";
    case STATUS_INVALID:
        return "invalid";
    case STATUS_DENIED:
        return "denied";
    case STATUS_TOO_LARGE:
        return "too_large";
    case STATUS_RETRY:
        return "retry";
    case STATUS_UNAVAILABLE:
        return "unavailable";
    case STATUS_FATAL:
        return "fatal";
    }
    return "unknown";
}
