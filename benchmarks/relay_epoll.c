/*
 * The floor of relays: a plain epoll relay, with nothing between the sockets and the loop.
 *
 *     relay_epoll PORT UPSTREAM        (TCP on 127.0.0.1; serves until it is killed)
 *
 * One edge-triggered epoll. Small messages are received and sent; after FULL_READS full reads in a
 * row a pipe and splice(2) move the bytes, until the source has nothing left.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CHUNK = 16384, PIPE_SIZE = 1 << 18, FULL_READS = 3, MAX_PIPES = 64, MAX_EVENTS = 256, BACKLOG = 511 };

/* One direction: what was received and not sent yet is held in `data`, or lies in the pipe. */
typedef struct {
    int source, sink, pipe[2], full_reads;
    char *data;
    size_t offset, length, piped;
    bool ended;
} Direction;

typedef struct Relay Relay;
typedef struct {
    Relay *relay;
    int side;
} Watch;
struct Relay {
    Direction directions[2]; /* [i] receives from side i */
    Watch watches[2];
    bool dead;
    Relay *next_dead;
};

static int epoll_fd, pipes[MAX_PIPES][2], pipe_count;
static char chunk[CHUNK];
static Relay *dead;

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static bool take_pipe(Direction *direction)
{
    if (direction->pipe[0] >= 0)
        return true;
    if (pipe_count > 0) {
        memcpy(direction->pipe, pipes[--pipe_count], sizeof direction->pipe);
        return true;
    }
    if (pipe2(direction->pipe, O_NONBLOCK | O_CLOEXEC) < 0)
        return false;
    fcntl(direction->pipe[1], F_SETPIPE_SZ, PIPE_SIZE);
    return true;
}

static void drop_pipe(Direction *direction)
{
    if (direction->pipe[0] < 0)
        return;
    if (direction->piped == 0 && pipe_count < MAX_PIPES) {
        memcpy(pipes[pipe_count++], direction->pipe, sizeof direction->pipe);
    } else {
        close(direction->pipe[0]);
        close(direction->pipe[1]);
    }
    direction->pipe[0] = -1;
    direction->piped = 0;
}

/* 1: all has gone; 0: the sink is full; -1: it is lost. */
static int flush(Direction *direction)
{
    while (direction->offset < direction->length) {
        ssize_t sent = send(direction->sink, direction->data + direction->offset,
                            direction->length - direction->offset, MSG_NOSIGNAL);
        if (sent < 0)
            return errno == EAGAIN ? 0 : -1;
        direction->offset += (size_t)sent;
    }
    free(direction->data);
    direction->data = NULL;
    direction->offset = direction->length = 0;
    while (direction->piped > 0) {
        ssize_t sent = splice(direction->pipe[0], NULL, direction->sink, NULL, direction->piped,
                              SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
        if (sent < 0)
            return errno == EAGAIN ? 0 : -1;
        direction->piped -= (size_t)sent;
    }
    return 1;
}

/* Move until the source has nothing or the sink is full. False: a side is lost. */
static bool pump(Direction *direction)
{
    for (;;) {
        int flushed = flush(direction);
        if (flushed <= 0)
            return flushed == 0;
        if (direction->ended)
            return true;
        bool splicing = direction->full_reads >= FULL_READS && take_pipe(direction);
        ssize_t size = splicing ? splice(direction->source, NULL, direction->pipe[1], NULL, 1 << 20,
                                         SPLICE_F_NONBLOCK | SPLICE_F_MOVE)
                                : recv(direction->source, chunk, CHUNK, 0);
        if (size < 0 && errno == EAGAIN) {
            drop_pipe(direction);
            direction->full_reads = 0;
            return true;
        }
        if (size < 0)
            return false;
        if (size == 0) {
            direction->ended = true;
            drop_pipe(direction);
            shutdown(direction->sink, SHUT_WR);
            return true;
        }
        if (splicing) {
            direction->piped = (size_t)size;
            continue;
        }
        ssize_t sent = send(direction->sink, chunk, (size_t)size, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN)
            return false;
        sent = sent < 0 ? 0 : sent;
        if (sent < size) {
            direction->length = (size_t)(size - sent);
            direction->data = malloc(direction->length);
            if (direction->data == NULL)
                die("malloc");
            memcpy(direction->data, chunk + sent, direction->length);
            return true;
        }
        direction->full_reads = size < CHUNK ? 0 : direction->full_reads + 1;
    }
}

static void end(Relay *relay)
{
    relay->dead = true; /* freed after the batch, which may hold its other event */
    relay->next_dead = dead;
    dead = relay;
    for (int i = 0; i < 2; i++) {
        drop_pipe(&relay->directions[i]);
        free(relay->directions[i].data);
        close(relay->directions[i].source);
    }
}

static void on_event(Watch *watch)
{
    Relay *relay = watch->relay;
    if (relay->dead)
        return;
    Direction *out = &relay->directions[watch->side], *into = &relay->directions[1 - watch->side];
    bool good = true;
    if (into->length > 0 || into->piped > 0)
        good = pump(into);
    if (good && !out->ended)
        good = pump(out);
    if (!good || (out->ended && into->ended && !out->length && !into->length && !out->piped && !into->piped))
        end(relay);
}

static int new_socket(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        die("socket");
    return fd;
}

static void begin(int client, const struct sockaddr_in *upstream)
{
    int sides[2] = {client, new_socket()}, on = 1;
    Relay *relay = calloc(1, sizeof *relay);
    if (relay == NULL)
        die("calloc");
    if (connect(sides[1], (const struct sockaddr *)upstream, sizeof *upstream) < 0 && errno != EINPROGRESS)
        die("connect");
    for (int i = 0; i < 2; i++) {
        setsockopt(sides[i], IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        relay->directions[i] = (Direction){.source = sides[i], .sink = sides[1 - i], .pipe = {-1, -1}};
        relay->watches[i] = (Watch){.relay = relay, .side = i};
    }
    for (int i = 0; i < 2; i++) {
        struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET};
        event.data.ptr = &relay->watches[i];
        if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, sides[i], &event) < 0)
            die("epoll_ctl");
    }
}

static struct sockaddr_in loopback(const char *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: relay_epoll PORT UPSTREAM\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN); /* splice(2) has no flag against it */
    struct sockaddr_in address = loopback(argv[1]), upstream = loopback(argv[2]);
    int listener = new_socket(), on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, BACKLOG) < 0)
        die("listen");
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN};
    if (epoll_fd < 0 || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &event) < 0)
        die("epoll");
    for (;;) {
        struct epoll_event events[MAX_EVENTS];
        int count = epoll_wait(epoll_fd, events, MAX_EVENTS, -1), client;
        for (int i = 0; i < count; i++) {
            if (events[i].data.ptr != NULL)
                on_event(events[i].data.ptr);
            else
                while ((client = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
                    begin(client, &upstream);
        }
        while (dead != NULL) {
            Relay *relay = dead;
            dead = relay->next_dead;
            free(relay);
        }
    }
}
