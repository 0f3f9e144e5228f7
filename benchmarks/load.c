/*
 * Echo load generator: keeps an echo server busy from one epoll loop, then prints one line of JSON.
 *
 *     load MODE ADDRESS [options]        ADDRESS is a PORT of 127.0.0.1 or a /PATH
 *
 *     rtt    each connection sends a message and waits until all of it came back
 *     bulk   each connection streams chunks and reads them back, IN_FLIGHT bytes ahead at most
 *     conn   each connection is opened, echoes one message and is closed
 *     idle   opens all connections, one echo on each, prints the line and holds them until standard
 *            input ends, SIGINT or SIGTERM arrives, or --seconds have passed
 *
 *     --connections N   (64)       --bytes N    (64)   of a message, or of a chunk in bulk
 *     --seconds S       (1.0)      --warmup S   (0.3)  run first, counted nowhere
 *     --opening N       (64)       connections without a first echo at once, in idle
 *     --operations N    stop after N counted operations, if that is before --seconds
 *     --server-pid PID  also read that process' CPU clock, exactly around the counted window
 *
 * Sockets are registered edge-triggered. A receive that fills less than the buffer has drained the
 * socket, so an operation costs two system calls; after a hang-up that proves nothing, and we read on.
 */
#define _GNU_SOURCE
#include "load_clock.h"
#include "load_options.h"
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <unistd.h>

enum {
    MAX_EVENTS = 1024,
    MAX_ERRORS = 1000,      /* then the server is broken, and no number means anything */
    IN_FLIGHT = 1 << 20,    /* bytes ahead of their echo, per connection, in bulk */
    RECEIVE_SIZE = 1 << 20,
    WAIT_MS = 10,
    DRAIN_NS = 2000000000,
    SOURCE_ADDRESSES = 200, /* 127.0.0.1 and up */
};

typedef struct {
    int fd;                  /* -1: not open */
    bool answered;           /* its first echo came back */
    bool send_blocked;       /* the kernel took less than we had; epoll watches for more room */
    uint64_t sent, received; /* of this operation; in bulk, of the whole connection */
    uint64_t started;        /* when this operation began, ns */
} Connection;

typedef struct {
    uint64_t operations, bytes;
    uint64_t at, server_cpu, client_cpu; /* ns */
} Totals;

static int epoll_fd;
static Connection *connections;
static size_t opened, opening, answered, alive;
static char *message, *sink;
static uint64_t operations, bytes, errors;
static bool stopping;
static volatile sig_atomic_t interrupted;

static Totals take_totals(void)
{
    Totals totals = {.operations = operations, .bytes = bytes, .at = now()};
    totals.client_cpu = read_clock(CLOCK_PROCESS_CPUTIME_ID);
    if (options.has_server_clock)
        totals.server_cpu = read_clock(options.server_clock);
    return totals;
}

/* ---- one connection ------------------------------------------------------------------------ */

static void fail(Connection *connection);

/* Each closed connection leaves its port in TIME_WAIT, and looking for a free one becomes slower than
 * all the rest once most of an address' ports are there: so take the loopback addresses in turn. */
static void bind_source(int fd)
{
    static unsigned turns;
    struct sockaddr_in source = {.sin_family = AF_INET};
    source.sin_addr.s_addr = htonl(INADDR_LOOPBACK + turns++ % SOURCE_ADDRESSES);
    int on = 1; /* leave the choice of the port to connect(), which knows the destination */
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&source, sizeof source) < 0)
        die("bind: %s", strerror(errno));
}

/* A Unix socket is connected blocking: non-blocking, a full backlog would be an error, not a wait. */
static int dial(void)
{
    bool tcp = server.ss_family == AF_INET;
    int fd = socket(server.ss_family, SOCK_STREAM | SOCK_CLOEXEC | (tcp ? SOCK_NONBLOCK : 0), 0);
    if (fd < 0)
        die("socket: %s", strerror(errno));
    int on = 1;
    if (tcp)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (tcp && (options.mode == CONN || options.mode == IDLE))
        bind_source(fd);
    if (connect(fd, (struct sockaddr *)&server, server_length) < 0 && errno != EINPROGRESS)
        die("connect to %s: %s", options.address, strerror(errno));
    return fd;
}

static void watch(Connection *connection, int operation, bool writable)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data.ptr = connection};
    if (writable)
        event.events |= EPOLLOUT;
    if (epoll_ctl(epoll_fd, operation, connection->fd, &event) < 0)
        die("epoll_ctl: %s", strerror(errno));
}

/* Send until the operation is complete, IN_FLIGHT is reached, or the kernel has no room. Returns
 * false when the connection failed. */
static bool push(Connection *connection)
{
    bool bulk = options.mode == BULK;
    while (bulk ? connection->sent - connection->received < IN_FLIGHT && !stopping
                : connection->sent < options.bytes) {
        size_t offset = bulk ? 0 : connection->sent;
        int flags = MSG_NOSIGNAL | MSG_DONTWAIT;
        ssize_t sent = send(connection->fd, message + offset, options.bytes - offset, flags);
        if (sent < 0 && errno != EAGAIN)
            return false;
        if (sent < 0) {
            if (!connection->send_blocked && !bulk)
                watch(connection, EPOLL_CTL_MOD, true);
            connection->send_blocked = true;
            return true;
        }
        connection->sent += (uint64_t)sent;
    }
    if (connection->send_blocked && !bulk)
        watch(connection, EPOLL_CTL_MOD, false);
    connection->send_blocked = false;
    return true;
}

/* The first message is sent at once: over loopback the handshake is mostly complete when connect()
 * returns, and where it is not, EAGAIN leads to waiting for room to send. */
static void open_connection(Connection *connection)
{
    *connection = (Connection){.started = now(), .answered = connection->answered, .fd = dial()};
    alive++;
    watch(connection, EPOLL_CTL_ADD, options.mode == BULK);
    if (!push(connection))
        fail(connection);
}

static void close_connection(Connection *connection)
{
    close(connection->fd); /* also takes it out of the epoll */
    connection->fd = -1;
    alive--;
}

static void fail(Connection *connection)
{
    if (++errors > MAX_ERRORS)
        die("gave up after %d failed connections", MAX_ERRORS);
    close_connection(connection);
    if (!stopping)
        open_connection(connection);
}

static void open_more(void)
{
    while (opened < options.connections && opening < options.opening) {
        opening++;
        open_connection(&connections[opened++]);
    }
}

/* One message came back whole. Returns false when the next one could not be sent. */
static bool complete(Connection *connection)
{
    uint64_t time = now();
    operations++;
    record_latency(time - connection->started);
    connection->sent = connection->received = 0;
    if (options.mode == CONN || (stopping && options.mode != IDLE)) {
        close_connection(connection);
        if (!stopping)
            open_connection(connection);
    } else if (options.mode == RTT) {
        connection->started = time;
        return push(connection);
    }
    return true;
}

static void note_first_answer(Connection *connection)
{
    connection->answered = true;
    answered++;
    opening--;
    open_more();
}

/* Read what has come. Returns false when the connection failed, or ended: a server must not end it. */
static bool pull(Connection *connection, bool hung_up)
{
    int fd = connection->fd;
    ssize_t received;
    do {
        received = recv(fd, sink, RECEIVE_SIZE, MSG_DONTWAIT);
        if (received <= 0)
            return received < 0 && errno == EAGAIN;
        bytes += (uint64_t)received;
        connection->received += (uint64_t)received;
        if (connection->received > connection->sent)
            die("%s echoes more than it was sent", options.address);
        if (!connection->answered)
            note_first_answer(connection);
    } while (received == RECEIVE_SIZE || hung_up);
    if (options.mode != BULK)
        return connection->received < options.bytes || complete(connection);
    if (stopping && connection->received == connection->sent)
        close_connection(connection);
    return true;
}

static void handle(Connection *connection, uint32_t events)
{
    bool hung_up = events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR), good = true;
    if (connection->fd < 0)
        return;
    if (connection->send_blocked && events & EPOLLOUT)
        good = push(connection);
    if (good && (events & EPOLLIN || hung_up))
        good = pull(connection, hung_up);
    if (good && options.mode == BULK && connection->fd >= 0 && !connection->send_blocked)
        good = push(connection);
    if (!good)
        fail(connection);
}

/* ---- a run --------------------------------------------------------------------------------- */

static void turn(void)
{
    struct epoll_event events[MAX_EVENTS];
    int count = epoll_wait(epoll_fd, events, MAX_EVENTS, WAIT_MS);
    for (int i = 0; i < count; i++)
        handle(events[i].data.ptr, events[i].events);
}

/* A server must not be left with half an echo: closing over unread bytes would reset it. */
static void drain(void)
{
    uint64_t deadline = now() + DRAIN_NS;
    stopping = true;
    for (size_t i = 0; i < opened; i++)
        if (connections[i].fd >= 0 && connections[i].received == connections[i].sent)
            close_connection(&connections[i]);
    while (alive > 0 && now() < deadline)
        turn();
}

static void print_result(Totals from, Totals to)
{
    double seconds = (double)(to.at - from.at) / 1e9;
    double moved = (double)(to.bytes - from.bytes);
    double done = (double)(to.operations - from.operations);
    if (options.mode == BULK)
        done = moved / (double)options.bytes;
    printf("{\"mode\": \"%s\", \"operations\": %.0f, \"seconds\": %.6f, \"ops_per_s\": %.1f, \"mb_per_s\": %.3f, "
           "\"p50_us\": %.3f, \"p99_us\": %.3f, \"errors\": %llu, \"client_cpu_s\": %.9f",
           mode_names[options.mode], done, seconds, done / seconds, moved / seconds / 1e6,
           percentile_us(0.50), percentile_us(0.99), (unsigned long long)errors,
           (double)(to.client_cpu - from.client_cpu) / 1e9);
    if (options.has_server_clock)
        printf(", \"server_cpu_s\": %.9f", (double)(to.server_cpu - from.server_cpu) / 1e9);
    puts("}");
    fflush(stdout);
}

static void run_load(void)
{
    uint64_t count_from = now() + options.warmup;
    open_more();
    while (now() < count_from && !interrupted)
        turn();
    memset(histogram, 0, sizeof histogram);
    Totals from = take_totals();
    uint64_t stop = from.at + options.seconds;
    while (now() < stop && operations - from.operations < options.operations && !interrupted)
        turn();
    Totals to = take_totals();
    drain();
    print_result(from, to);
}

static void run_idle(void)
{
    Totals from = take_totals();
    uint64_t stop = from.at + options.seconds;
    open_more();
    while (answered < options.connections && now() < stop && !interrupted)
        turn();
    if (answered < options.connections)
        die("only %zu of %zu connections were echoed", answered, options.connections);
    print_result(from, take_totals());
    char ignored[256];
    struct pollfd waits[] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = epoll_fd, .events = POLLIN}};
    while (now() < stop && !interrupted && errors == 0) {
        if (poll(waits, 2, WAIT_MS) <= 0)
            continue;
        if (waits[0].revents && read(STDIN_FILENO, ignored, sizeof ignored) <= 0)
            break;
        if (waits[1].revents)
            turn();
    }
    drain();
    if (errors > 0)
        die("%llu idle connections were lost", (unsigned long long)errors);
}

static void interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
}

int main(int argc, char **argv)
{
    parse(argc, argv);
    struct sigaction action = {.sa_handler = interrupt};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    alarm((unsigned)((options.warmup + options.seconds) / 1000000000u) + 10); /* even if connect() hangs */
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    connections = calloc(options.connections, sizeof *connections);
    message = malloc(options.bytes);
    sink = malloc(RECEIVE_SIZE);
    if (epoll_fd < 0 || connections == NULL || message == NULL || sink == NULL)
        die("out of memory or descriptors");
    memset(message, 'x', options.bytes);
    if (options.mode == IDLE)
        run_idle();
    else
        run_load();
    return 0;
}
