/* Parsing and comparing addresses and networks. */
#include "network.h"

#include <arpa/inet.h>
#include <stdio.h>

static const unsigned char mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

static bool is_mapped(const struct address *address)
{
    return memcmp(address->bytes, mapped_prefix, sizeof mapped_prefix) == 0;
}

void address_from_socket(const struct sockaddr *socket_address, struct address *address)
{
    memset(address, 0, sizeof *address);
    if (socket_address->sa_family == AF_INET) {
        struct sockaddr_in four;
        memcpy(&four, socket_address, sizeof four);
        memcpy(address->bytes, mapped_prefix, sizeof mapped_prefix);
        memcpy(address->bytes + 12, &four.sin_addr, 4);
    } else if (socket_address->sa_family == AF_INET6) {
        struct sockaddr_in6 six;
        memcpy(&six, socket_address, sizeof six);
        memcpy(address->bytes, &six.sin6_addr, 16);
    }
}

/* Without brackets and port. */
static enum status parse_plain(struct str text, struct address *address)
{
    char plain[ADDRESS_TEXT_SIZE];
    struct address result;
    if (text.length == 0 || text.length >= sizeof plain) return STATUS_INVALID;
    memcpy(plain, text.data, text.length);
    plain[text.length] = '\0';
    if (strlen(plain) != text.length) return STATUS_INVALID;
    memcpy(result.bytes, mapped_prefix, sizeof mapped_prefix);
    if (inet_pton(AF_INET, plain, result.bytes + 12) != 1 && inet_pton(AF_INET6, plain, result.bytes) != 1)
        return STATUS_INVALID;
    *address = result;
    return STATUS_OK;
}

static bool is_port(struct str text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.data[i] < '0' || text.data[i] > '9') return false;
    return text.length > 0 && text.length <= 5;
}

enum status address_parse(struct str text, struct address *address)
{
    if (parse_plain(text, address) == STATUS_OK) return STATUS_OK;
    ptrdiff_t bracket = str_find_char(text, ']');
    if (text.length > 2 && text.data[0] == '[' && bracket > 1) {
        struct str rest = str_slice(text, (size_t)bracket + 1, text.length);
        bool fine = rest.length == 0 || (rest.data[0] == ':' && is_port(str_slice(rest, 1, rest.length)));
        return fine ? parse_plain(str_slice(text, 1, (size_t)bracket), address) : STATUS_INVALID;
    }
    struct str host, port;
    if (str_split(text, ':', &host, &port) && is_port(port)) return parse_plain(host, address);
    return STATUS_INVALID;
}

void address_format(const struct address *address, char text[ADDRESS_TEXT_SIZE])
{
    if (is_mapped(address))
        inet_ntop(AF_INET, address->bytes + 12, text, ADDRESS_TEXT_SIZE);
    else
        inet_ntop(AF_INET6, address->bytes, text, ADDRESS_TEXT_SIZE);
}

bool address_equal(const struct address *a, const struct address *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

struct address address_client(const struct address *address)
{
    struct address client = *address;
    if (!is_mapped(address)) memset(client.bytes + 8, 0, 8);
    return client;
}

static enum status parse_network(struct str text, struct network *network)
{
    struct str host, bits;
    bool has_prefix = str_split(text, '/', &host, &bits);
    struct network result;
    if (parse_plain(host, &result.address) != STATUS_OK) return STATUS_INVALID;
    unsigned width = is_mapped(&result.address) && str_find_char(host, ':') < 0 ? 32 : 128;
    int64_t prefix = width;
    if (has_prefix && (str_to_int64(bits, &prefix) != STATUS_OK || prefix < 0 || prefix > (int64_t)width))
        return STATUS_INVALID;
    result.prefix = (unsigned)prefix + (128 - width);
    *network = result;
    return STATUS_OK;
}

enum status network_list_parse(const char *text, struct network_list *list, struct arena *arena,
                               struct error *error)
{
    struct str rest = str_of(text);
    struct network_list result = {arena_array(arena, rest.length / 2 + 1, sizeof *result.networks), 0};
    size_t i = 0;
    while (i < rest.length) {
        size_t start = i;
        while (i < rest.length && rest.data[i] != ',' && rest.data[i] != ' ')
            i++;
        struct str item = str_slice(rest, start, i++);
        if (item.length == 0) continue;
        if (parse_network(item, &result.networks[result.count]) != STATUS_OK)
            return error_set(error, arena, STATUS_INVALID, "config.network", NULL, "not a network: %.*s",
                             STR_ARG(item));
        result.count++;
    }
    *list = result;
    return STATUS_OK;
}

static bool network_has(const struct network *network, const struct address *address)
{
    unsigned whole = network->prefix / 8, bits = network->prefix % 8;
    if (memcmp(network->address.bytes, address->bytes, whole) != 0) return false;
    if (bits == 0) return true;
    unsigned char mask = (unsigned char)(0xFF << (8 - bits));
    return (network->address.bytes[whole] & mask) == (address->bytes[whole] & mask);
}

bool network_list_has(const struct network_list *list, const struct address *address)
{
    for (size_t i = 0; i < list->count; i++)
        if (network_has(&list->networks[i], address)) return true;
    return false;
}

struct address network_client(const struct network_list *trusted, const struct address *peer,
                              struct str forwarded)
{
    struct address client = *peer;
    while (network_list_has(trusted, &client) && forwarded.length > 0) {
        size_t comma = forwarded.length;
        while (comma > 0 && forwarded.data[comma - 1] != ',')
            comma--;
        struct str item = str_trim(str_slice(forwarded, comma, forwarded.length));
        forwarded = str_slice(forwarded, 0, comma > 0 ? comma - 1 : 0);
        struct address next;
        if (address_parse(item, &next) != STATUS_OK) break;
        client = next;
    }
    return client;
}
