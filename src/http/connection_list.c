/* Open connections: who they are, how many a client has, and what happens to their sockets. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "internal.h"
#include "motcua/base/log.h"

/* Connections per client: chains in a table made once, for at most `maximum` clients at a time. */
struct count_node {
    struct address client;
    unsigned count;
    struct count_node *next;
};

struct address_counts {
    pthread_mutex_t lock;
    struct count_node **heads;
    size_t head_count;
    struct count_node *free_nodes;
};

struct address_counts *address_counts_create(struct arena *arena, size_t maximum)
{
    struct address_counts *counts = arena_zalloc(arena, sizeof *counts);
    struct count_node *nodes = arena_array(arena, maximum, sizeof *nodes);
    pthread_mutex_init(&counts->lock, NULL);
    counts->head_count = maximum;
    counts->heads = arena_array(arena, maximum, sizeof *counts->heads);
    for (size_t i = 0; i < maximum; i++) {
        nodes[i].next = counts->free_nodes;
        counts->free_nodes = &nodes[i];
    }
    return counts;
}

static struct count_node **place_of(struct address_counts *counts, const struct address *client)
{
    uint64_t hash = str_hash(str_make((const char *)client->bytes, sizeof client->bytes));
    struct count_node **place = &counts->heads[hash % counts->head_count];
    while (*place != NULL && !address_equal(&(*place)->client, client))
        place = &(*place)->next;
    return place;
}

/* False at the limit. */
static bool count_up(struct address_counts *counts, const struct address *client, unsigned limit)
{
    pthread_mutex_lock(&counts->lock);
    struct count_node **place = place_of(counts, client), *node = *place;
    if (node == NULL && counts->free_nodes != NULL) {
        node = counts->free_nodes;
        counts->free_nodes = node->next;
        *node = (struct count_node){*client, 0, NULL};
        *place = node;
    }
    bool granted = node != NULL && node->count < limit;
    if (granted) node->count++;
    pthread_mutex_unlock(&counts->lock);
    return granted;
}

static void count_down(struct address_counts *counts, const struct address *client)
{
    pthread_mutex_lock(&counts->lock);
    struct count_node **place = place_of(counts, client), *node = *place;
    if (node != NULL && --node->count == 0) {
        *place = node->next;
        node->next = counts->free_nodes;
        counts->free_nodes = node;
    }
    pthread_mutex_unlock(&counts->lock);
}

bool connection_admit(struct server *server, const struct sockaddr *address)
{
    struct address peer;
    address_from_socket(address, &peer);
    if (network_list_has(&server->trusted, &peer)) return true;
    struct address client = address_client(&peer);
    return count_up(server->address_counts, &client, server->config.address_limit);
}

static void dismiss(struct server *server, const struct address *peer)
{
    struct address client = address_client(peer);
    atomic_fetch_sub(&server->metrics->connections_open, 1);
    if (!network_list_has(&server->trusted, peer)) count_down(server->address_counts, &client);
}

void connection_dismiss(struct server *server, const struct sockaddr *address)
{
    struct address peer;
    address_from_socket(address, &peer);
    dismiss(server, &peer);
}

struct connection *connection_open(const struct listener *listener, struct MHD_Connection *mhd)
{
    struct server *server = listener->server;
    const union MHD_ConnectionInfo *socket_info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
    const union MHD_ConnectionInfo *address_info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    struct connection *connection = calloc(1, sizeof *connection);
    if (connection == NULL || socket_info == NULL || address_info == NULL) goto failed;
    connection->server = server;
    connection->descriptor = socket_info->connect_fd;
    connection->ops = listener->ops;
    address_from_socket(address_info->client_addr, &connection->peer);
    connection->trusted = network_list_has(&server->trusted, &connection->peer);
    wire_start(&connection->wire, connection->descriptor, &server->wire_limits, clock_monotonic_us());
    if (!wire_register(connection->descriptor, &connection->wire)) goto failed;
    pthread_mutex_lock(&server->connections_lock);
    connection->next = server->connections;
    if (server->connections != NULL) server->connections->previous = connection;
    server->connections = connection;
    pthread_mutex_unlock(&server->connections_lock);
    return connection;
failed:
    log_error("http.connection", log_int("descriptor", connection != NULL ? connection->descriptor : -1));
    if (address_info != NULL) connection_dismiss(server, address_info->client_addr);
    free(connection);
    return NULL; /* its requests are refused for want of a head */
}

/* Input that nobody will read is there, or may come: closing now would make the system drop our answer with
 * it. */
static bool must_linger(const struct connection *connection)
{
    return connection->wire.state != WIRE_HEAD && !connection->wire.end_of_input;
}

void connection_close(struct connection *connection)
{
    struct server *server = connection->server;
    pthread_mutex_lock(&server->connections_lock);
    wire_unregister(connection->descriptor);
    if (connection->previous != NULL)
        connection->previous->next = connection->next;
    else
        server->connections = connection->next;
    if (connection->next != NULL) connection->next->previous = connection->previous;
    pthread_mutex_unlock(&server->connections_lock);
    if (must_linger(connection)) monitor_linger(server, connection->descriptor);
    dismiss(server, &connection->peer);
    wire_release(&connection->wire);
    free(connection);
}
