/*
 * recv() of this program. Symbols of the executable come before those of the C library, so libmicrohttpd's
 * calls arrive here; descriptors without a wire (database, mail, ...) are passed on unchanged.
 */
#undef _FORTIFY_SOURCE
#include <dlfcn.h>
#include <sys/socket.h>

#include "wire.h"

enum { DESCRIPTORS_MAXIMUM = 65536 };

static _Atomic(struct wire *) wires[DESCRIPTORS_MAXIMUM];

bool wire_register(int descriptor, struct wire *wire)
{
    if (descriptor < 0 || descriptor >= DESCRIPTORS_MAXIMUM) return false;
    atomic_store(&wires[descriptor], wire);
    return true;
}

void wire_unregister(int descriptor)
{
    if (descriptor >= 0 && descriptor < DESCRIPTORS_MAXIMUM) atomic_store(&wires[descriptor], NULL);
}

ssize_t recv(int descriptor, void *data, size_t length, int flags)
{
    if (descriptor >= 0 && descriptor < DESCRIPTORS_MAXIMUM) {
        struct wire *wire = atomic_load_explicit(&wires[descriptor], memory_order_acquire);
        if (wire != NULL) return wire_receive(wire, data, length);
    }
    return recvfrom(descriptor, data, length, flags, NULL, NULL);
}

bool wire_hook_in_place(void)
{
    return dlsym(RTLD_DEFAULT, "recv") == (void *)recv;
}
