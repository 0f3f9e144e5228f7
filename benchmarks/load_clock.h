/* Clocks in nanoseconds, and a histogram of latencies in constant memory, however long the run. */
#ifndef LOAD_CLOCK_H
#define LOAD_CLOCK_H
#include "load_options.h"

enum { SUB_BUCKETS = 64 }; /* per power of two of the histogram: 1.6 % resolution */

static uint64_t histogram[64 * SUB_BUCKETS];

static uint64_t read_clock(clockid_t clock)
{
    struct timespec time;
    if (clock_gettime(clock, &time) < 0)
        die("clock: %s", strerror(errno));
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static uint64_t now(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

/* The first 2 * SUB_BUCKETS values have a bucket each; from there on a bucket doubles its width with
 * every power of two. */
static void record_latency(uint64_t ns)
{
    unsigned shift = 0;
    if (ns >= 2 * SUB_BUCKETS)
        shift = 57 - (unsigned)__builtin_clzll(ns);
    histogram[shift * SUB_BUCKETS + (ns >> shift)]++;
}

static double percentile_us(double fraction)
{
    uint64_t total = 0, seen = 0;
    for (size_t i = 0; i < sizeof histogram / sizeof *histogram; i++)
        total += histogram[i];
    for (size_t i = 0; i < sizeof histogram / sizeof *histogram; i++) {
        seen += histogram[i];
        if (seen > 0 && (double)seen >= fraction * (double)total) {
            size_t shift = i < 2 * SUB_BUCKETS ? 0 : i / SUB_BUCKETS - 1;
            return (double)((i - shift * SUB_BUCKETS) << shift) / 1e3;
        }
    }
    return 0;
}

#endif
