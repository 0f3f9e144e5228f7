/* What load.c is told to do: its command line. */
#ifndef LOAD_OPTIONS_H
#define LOAD_OPTIONS_H
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

enum { MAX_BYTES = 1 << 24, MAX_CONNECTIONS = 1000000, MAX_SECONDS = 3600 };

typedef enum { RTT, BULK, CONN, IDLE } Mode;
static const char *const mode_names[] = {"rtt", "bulk", "conn", "idle"};

static struct {
    Mode mode;
    const char *address;
    size_t connections, bytes;
    size_t opening; /* below any server's backlog, unless a crowd is wanted */
    uint64_t seconds, warmup; /* ns */
    uint64_t operations;
    bool has_server_clock;
    clockid_t server_clock;
} options = {
    .connections = 64, .bytes = 64, .opening = 64, .seconds = 1000000000, .warmup = 300000000, .operations = UINT64_MAX,
};

static struct sockaddr_storage server;
static socklen_t server_length;

static void die(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("load: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    exit(1);
}

static double number(const char *name, const char *text, double low, double high)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || !(value >= low && value <= high))
        die("%s must be a number from %g to %g, not %s", name, low, high, text);
    return value;
}

static void use_server_clock(pid_t pid)
{
    int error = clock_getcpuclockid(pid, &options.server_clock);
    if (error != 0)
        die("--server-pid %ld: %s", (long)pid, strerror(error));
    options.has_server_clock = true;
}

static void use_address(const char *address)
{
    options.address = address;
    if (strchr(address, '/') != NULL) {
        struct sockaddr_un *path = (struct sockaddr_un *)&server;
        if (strlen(address) >= sizeof path->sun_path)
            die("ADDRESS must be shorter than %zu bytes", sizeof path->sun_path);
        path->sun_family = AF_UNIX;
        strcpy(path->sun_path, address);
        server_length = sizeof *path;
    } else {
        struct sockaddr_in *internet = (struct sockaddr_in *)&server;
        internet->sin_family = AF_INET;
        internet->sin_port = htons((uint16_t)number("ADDRESS", address, 1, 65535));
        internet->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        server_length = sizeof *internet;
    }
}

static void use_mode(const char *name)
{
    for (options.mode = RTT; options.mode <= IDLE; options.mode++)
        if (strcmp(name, mode_names[options.mode]) == 0)
            return;
    die("MODE must be rtt, bulk, conn or idle, not %s", name);
}

static void parse(int argc, char **argv)
{
    static const struct option known[] = {
        {"connections", required_argument, NULL, 'c'}, {"bytes", required_argument, NULL, 'b'},
        {"seconds", required_argument, NULL, 's'},     {"warmup", required_argument, NULL, 'w'},
        {"operations", required_argument, NULL, 'o'},  {"server-pid", required_argument, NULL, 'p'},
        {"opening", required_argument, NULL, 'n'},     {NULL, 0, NULL, 0},
    };
    int option;
    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        switch (option) {
        case 'c': options.connections = (size_t)number("--connections", optarg, 1, MAX_CONNECTIONS); break;
        case 'b': options.bytes = (size_t)number("--bytes", optarg, 1, MAX_BYTES); break;
        case 'n': options.opening = (size_t)number("--opening", optarg, 1, MAX_CONNECTIONS); break;
        case 's': options.seconds = (uint64_t)(number("--seconds", optarg, 0.001, MAX_SECONDS) * 1e9); break;
        case 'w': options.warmup = (uint64_t)(number("--warmup", optarg, 0, MAX_SECONDS) * 1e9); break;
        case 'o': options.operations = (uint64_t)number("--operations", optarg, 1, 1e15); break;
        case 'p': use_server_clock((pid_t)number("--server-pid", optarg, 1, 1e9)); break;
        default: exit(2);
        }
    }
    if (argc - optind != 2) {
        fprintf(stderr, "usage: load rtt|bulk|conn|idle PORT|/PATH [options]\n");
        exit(2);
    }
    use_mode(argv[optind]);
    use_address(argv[optind + 1]);
}

#endif
