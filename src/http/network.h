/* Internet addresses and networks; IPv4 is kept as IPv4-mapped IPv6, so there is one kind only. */
#ifndef MOTCUA_HTTP_NETWORK_H
#define MOTCUA_HTTP_NETWORK_H

#include <netinet/in.h>

#include "motcua/base/arena.h"
#include "motcua/base/error.h"

enum { ADDRESS_TEXT_SIZE = 46 };

struct address {
    unsigned char bytes[16];
};

struct network {
    struct address address;
    unsigned prefix; /* bits, 0 to 128 */
};

struct network_list {
    struct network *networks;
    size_t count;
};

void address_from_socket(const struct sockaddr *socket_address, struct address *address);
/* "192.0.2.1", "2001:db8::1", also "[2001:db8::1]" and with a ":port" behind, as proxies write it. */
NODISCARD enum status address_parse(struct str text, struct address *address);
void address_format(const struct address *address, char text[ADDRESS_TEXT_SIZE]);
bool address_equal(const struct address *a, const struct address *b);
/* What counts as one client for limits: the address, of IPv6 the /64. */
struct address address_client(const struct address *address);

/* "127.0.0.1, 10.0.0.0/8, ::1" (commas or spaces). NULL or empty: no networks. */
NODISCARD enum status network_list_parse(const char *text, struct network_list *list, struct arena *arena,
                                         struct error *error);
bool network_list_has(const struct network_list *list, const struct address *address);

/*
 * The client behind trusted proxies: from the right of X-Forwarded-For, the first address that is not one of
 * them. The peer itself when it is no trusted proxy, or says nothing usable.
 */
struct address network_client(const struct network_list *trusted, const struct address *peer,
                              struct str forwarded);

#endif
