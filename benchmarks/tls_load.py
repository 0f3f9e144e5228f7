"""Echo load over TLS, with the command line and the line of JSON of load.c: rtt, bulk and conn.

    python -m benchmarks.tls_load MODE PORT [options]

A client in Python is slower than the one in C, and a server may wait for it: compare the CPU of
servers, not their rates. Sessions are not resumed, so that each connection costs a whole handshake;
the certificate is not verified, which is the client's work alone.
"""

from __future__ import annotations

import argparse
import json
import select
import signal
import socket
import ssl
import sys
import time
from collections.abc import Sequence
from contextlib import suppress

import attrs

from benchmarks.processes import trust_anybody

MODES = ("rtt", "bulk", "conn")
MAX_ERRORS = 1000
#: Bytes ahead of their echo, for each connection, in bulk.
IN_FLIGHT = 1 << 20
WAIT_SECONDS = 0.01
#: A server must not be left with half an echo, but not for longer than this.
DRAIN_SECONDS = 2.0
#: Beyond the time of the run: then it hangs.
KILL_SECONDS = 10
SOURCE_ADDRESSES = 200
READ, WRITE = select.EPOLLIN, select.EPOLLOUT


@attrs.define(eq=False)
class Client:
    """One connection, and how far its operation is."""

    tls: ssl.SSLSocket
    started: int
    shaken: bool = False
    sent: int = 0
    received: int = 0
    waits_for: int = READ | WRITE


class TLSLoad:
    """Keeps a server busy from one epoll loop."""

    def __init__(self, mode: str, port: int, connections: int, size: int) -> None:
        self.mode = mode
        self.address = ("127.0.0.1", port)
        self.size = size
        self.message = memoryview(b"x" * size)
        self.context = trust_anybody()
        self.sink = bytearray(1 << 18)
        self.epoll = select.epoll()
        self.clients: dict[int, Client] = {}
        self.latencies: list[int] = []
        self.operations = self.bytes = self.errors = self.turns = 0
        self.stopping = False
        for _ in range(connections):
            self.open()

    def open(self) -> None:
        sock = socket.socket()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # As in load.c: a source address has only so many ports, which wait for a minute once used.
        self.turns += 1
        sock.setsockopt(socket.IPPROTO_IP, _IP_BIND_ADDRESS_NO_PORT, 1)
        sock.bind((f"127.0.0.{1 + self.turns % SOURCE_ADDRESSES}", 0))
        started = time.monotonic_ns()
        sock.connect(self.address)
        sock.setblocking(False)
        tls = self.context.wrap_socket(sock, do_handshake_on_connect=False)
        self.clients[tls.fileno()] = client = Client(tls=tls, started=started)
        self.epoll.register(tls.fileno(), client.waits_for)
        self.advance(client)

    def close(self, client: Client) -> None:
        """End the session in order, and do not wait for the server to do so."""
        del self.clients[client.tls.fileno()]
        with client.tls, suppress(OSError):
            client.tls.unwrap()

    def advance(self, client: Client) -> None:
        """Go on until the kernel, or the server, has no more."""
        try:
            if not client.shaken:
                client.tls.do_handshake()
                client.shaken = True
            if not self.pull(client):
                return
            blocked = not self.push(client)
        except ssl.SSLWantReadError:
            self.wait_for(client, READ)
        except ssl.SSLWantWriteError:
            self.wait_for(client, WRITE)
        except OSError:
            self.fail(client)
        else:
            self.wait_for(client, READ | WRITE if blocked else READ)

    def fail(self, client: Client) -> None:
        self.errors += 1
        if self.errors > MAX_ERRORS:
            sys.exit(f"tls_load: gave up after {MAX_ERRORS} failed connections")
        self.close(client)
        if not self.stopping:
            self.open()

    def push(self, client: Client) -> bool:
        """Send what may be sent; whether the kernel took all of it."""
        bulk = self.mode == "bulk"
        while (
            client.sent - client.received < IN_FLIGHT and not self.stopping
            if bulk
            else client.sent < self.size
        ):
            begin = 0 if bulk else client.sent
            try:
                client.sent += client.tls.send(self.message[begin:])
            except ssl.SSLWantWriteError:
                return False
        return True

    def pull(self, client: Client) -> bool:
        """Read the echo of what was sent, as far as it came; whether the connection goes on."""
        while client.received < client.sent:
            try:
                received = client.tls.recv_into(self.sink)
            except ssl.SSLWantReadError:
                return True
            if not received:
                raise ConnectionResetError("the server ended the connection")
            client.received += received
            self.bytes += received
            if self.mode != "bulk" and client.received == self.size:
                return self.complete(client)
        if self.stopping:
            self.close(client)
        return not self.stopping

    def complete(self, client: Client) -> bool:
        """Count an operation; whether the next one is on the same connection."""
        now = time.monotonic_ns()
        self.operations += 1
        self.latencies.append(now - client.started)
        if self.stopping or self.mode == "conn":
            self.close(client)
            if not self.stopping:
                self.open()
            return False
        client.sent = client.received = 0
        client.started = now
        return True

    def wait_for(self, client: Client, events: int) -> None:
        if client.waits_for != events:
            client.waits_for = events
            self.epoll.modify(client.tls.fileno(), events)

    def run_until(self, deadline: int) -> None:
        while time.monotonic_ns() < deadline and self.clients:
            for number, _ in self.epoll.poll(WAIT_SECONDS):
                client = self.clients.get(number)
                if client is not None:
                    self.advance(client)

    def drain(self) -> None:
        self.stopping = True
        for client in list(self.clients.values()):
            if client.sent == client.received:
                self.close(client)
        self.run_until(time.monotonic_ns() + int(DRAIN_SECONDS * 1e9))


#: Not named by the module socket: Linux' number.
_IP_BIND_ADDRESS_NO_PORT = 24


def process_clock(pid: int) -> int:
    """The CPU clock of another process, as clock_getcpuclockid(3) makes its number."""
    return (~pid << 3) | 2


def percentile_us(values: Sequence[int], fraction: float) -> float:
    """Of nanoseconds; 0 where there are none."""
    if not values:
        return 0.0
    return sorted(values)[min(len(values) - 1, int(len(values) * fraction))] / 1e3


def run(load: TLSLoad, seconds: float, warmup: float, pid: int | None) -> dict[str, object]:
    """Warm up, count, drain; what load.c prints."""
    load.run_until(time.monotonic_ns() + int(warmup * 1e9))
    load.latencies.clear()
    clocks = {"seconds": time.CLOCK_MONOTONIC, "client_cpu_s": time.CLOCK_PROCESS_CPUTIME_ID}
    if pid is not None:
        clocks["server_cpu_s"] = process_clock(pid)
    before = {name: time.clock_gettime(clock) for name, clock in clocks.items()}
    operations, moved = load.operations, load.bytes
    load.run_until(time.monotonic_ns() + int(seconds * 1e9))
    spent = {name: time.clock_gettime(clock) - before[name] for name, clock in clocks.items()}
    moved = load.bytes - moved
    done = moved / load.size if load.mode == "bulk" else load.operations - operations
    latencies = list(load.latencies)
    load.drain()
    return {
        "mode": load.mode,
        "operations": done,
        "ops_per_s": done / spent["seconds"],
        "mb_per_s": moved / spent["seconds"] / 1e6,
        "p50_us": percentile_us(latencies, 0.50),
        "p99_us": percentile_us(latencies, 0.99),
        "errors": load.errors,
        **spent,
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tls_load")
    parser.add_argument("mode", choices=MODES)
    parser.add_argument("port", type=int)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--bytes", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--warmup", type=float, default=0.3)
    parser.add_argument("--server-pid", type=int)
    options = parser.parse_args()
    signal.alarm(int(options.seconds + options.warmup) + KILL_SECONDS)
    load = TLSLoad(options.mode, options.port, options.connections, options.bytes)
    print(json.dumps(run(load, options.seconds, options.warmup, options.server_pid)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
