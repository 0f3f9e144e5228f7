/*
 * The floor: a plain epoll echo server, with nothing between the socket and the loop.
 *
 *     echo_epoll PORT        (TCP on 127.0.0.1; serves until it is killed)
 *
 * One level-triggered epoll. What was read is sent at once; what the kernel does not take waits
 * in the connection's buffer, and nothing more is read meanwhile.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER_SIZE = 65536, MAX_EVENTS = 256, BACKLOG = 511 };

/* The part of a chunk that the kernel did not take; `data` exists only while there is one. */
typedef struct {
    int fd;
    char *data;
    size_t offset, length;
} Connection;

static int epoll_fd;
static char chunk[BUFFER_SIZE];

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void watch(Connection *connection, int operation, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = connection};
    if (epoll_ctl(epoll_fd, operation, connection->fd, &event) < 0)
        die("epoll_ctl");
}

static void close_connection(Connection *connection)
{
    close(connection->fd);
    free(connection->data);
    free(connection);
}

/* How much the kernel took (0 when it is full), or -1 when the connection is gone. */
static ssize_t try_send(int fd, const char *data, size_t length)
{
    ssize_t sent = send(fd, data, length, MSG_NOSIGNAL);
    return sent < 0 && errno == EAGAIN ? 0 : sent;
}

static void echo(Connection *connection)
{
    ssize_t received = recv(connection->fd, chunk, sizeof chunk, 0);
    if (received < 0 && errno == EAGAIN)
        return;
    ssize_t sent = received > 0 ? try_send(connection->fd, chunk, (size_t)received) : -1;
    if (sent < 0) {
        close_connection(connection);
    } else if (sent < received) {
        connection->offset = 0;
        connection->length = (size_t)(received - sent);
        connection->data = malloc(connection->length);
        if (connection->data == NULL)
            die("malloc");
        memcpy(connection->data, chunk + sent, connection->length);
        watch(connection, EPOLL_CTL_MOD, EPOLLOUT);
    }
}

static void flush(Connection *connection)
{
    size_t left = connection->length - connection->offset;
    ssize_t sent = try_send(connection->fd, connection->data + connection->offset, left);
    if (sent < 0) {
        close_connection(connection);
        return;
    }
    connection->offset += (size_t)sent;
    if (connection->offset == connection->length) {
        free(connection->data);
        connection->data = NULL;
        watch(connection, EPOLL_CTL_MOD, EPOLLIN);
    }
}

static void accept_all(int listener)
{
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            if (errno == ECONNABORTED || errno == EINTR)
                continue;
            if (errno == EAGAIN)
                return;
            die("accept");
        }
        int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        Connection *connection = calloc(1, sizeof *connection);
        if (connection == NULL)
            die("calloc");
        connection->fd = fd;
        watch(connection, EPOLL_CTL_ADD, EPOLLIN);
    }
}

static int listen_on(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
    if (fd < 0)
        die("socket");
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0)
        die("bind");
    if (listen(fd, BACKLOG) < 0)
        die("listen");
    return fd;
}

int main(int argc, char **argv)
{
    int port = argc == 2 ? atoi(argv[1]) : 0;
    if (port < 1 || port > 65535) {
        fprintf(stderr, "usage: echo_epoll PORT\n");
        return 2;
    }
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_fd < 0)
        die("epoll_create1");
    Connection listener = {.fd = listen_on(port)};
    watch(&listener, EPOLL_CTL_ADD, EPOLLIN);
    for (;;) {
        struct epoll_event events[MAX_EVENTS];
        int count = epoll_wait(epoll_fd, events, MAX_EVENTS, -1);
        for (int i = 0; i < count; i++) {
            Connection *connection = events[i].data.ptr;
            if (connection == &listener)
                accept_all(listener.fd);
            else if (connection->data != NULL)
                flush(connection);
            else
                echo(connection);
        }
    }
}
