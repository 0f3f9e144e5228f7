"""Connections that are accepted in one thread and served in others, on both backends.

`python -m tests.reliability.moving --connections 10000` runs as many as one likes. Each client
sends bytes that tell their place, in a size of its own; the thread that accepts echoes the first
few, and gives the connection to a thread that echoes some more and gives it to the next, and so on;
the last one goes on to the end. Every client must get back what it sent, the last owner must have
counted all of it, and no descriptor may be left.
"""

from __future__ import annotations

import argparse
import os
import queue
import random
import sys
import threading
import time
from collections import Counter
from typing import Any, TypeAlias

import anyio
import attrs

import anynet
from tests.testing.pairs import pattern_of

BACKENDS = ("trio", "asyncio")
AT_ONCE = 50
MOST_BYTES = 40_000

#: A connection on its way, and how often it is still to move; None is the end.
Parcel: TypeAlias = tuple[anynet.Released, int] | None


@attrs.define
class Report:
    """What happened."""

    connections: int = 0
    bytes_echoed: int = 0
    moves: int = 0
    #: How many each thread has ended.
    ended_by: Counter[str] = attrs.field(factory=Counter)
    failures: list[str] = attrs.field(factory=list)
    descriptors_left: int = 0
    seconds: float = 0.0


class Site:
    """A thread that accepts, threads that serve, and one with the clients."""

    def __init__(self, connections: int, accepting: str) -> None:
        self.report = Report()
        self._connections = connections
        self._accepting = accepting
        self._inboxes: list[anynet.Inbox[Parcel]] = []
        self._lock = threading.Lock()

    def run(self) -> Report:
        """Run it to its end."""
        started = time.monotonic()
        ready: queue.SimpleQueue[anynet.Inbox[Parcel]] = queue.SimpleQueue()
        threads = []
        for number in range(4):
            backend = BACKENDS[number % 2]
            arguments = (self._serve_all, f"{backend} {number}", ready)
            threads.append(threading.Thread(target=_run, args=(backend, *arguments)))
            threads[-1].start()
            self._inboxes.append(ready.get(timeout=30))
        _run(self._accepting, self._accept)
        for thread in threads:
            thread.join()
        self.report.seconds = time.monotonic() - started
        return self.report

    async def _accept(self) -> None:
        async with anynet.create_server(host="127.0.0.1", port=0, backlog=1000) as server:
            clients = threading.Thread(target=_run, args=("asyncio", self._be_clients, server.port))
            clients.start()
            async with anyio.create_task_group() as tasks:
                for number in range(self._connections):
                    tasks.start_soon(self._begin, await server.accept(), number)
            await anyio.to_thread.run_sync(clients.join)
        for inbox in self._inboxes:
            inbox.put(None)

    async def _begin(self, sock: anynet.Socket, number: int) -> None:
        await sock.send(await sock.receive(7))
        self._pass_on(sock, number, hops=number % 3)

    def _pass_on(self, sock: anynet.Socket, number: int, hops: int) -> None:
        inbox = self._inboxes[(number + hops) % len(self._inboxes)]
        inbox.put((sock.release(), hops))
        with self._lock:
            self.report.moves += 1

    async def _serve_all(self, name: str, ready: queue.SimpleQueue[Any]) -> None:
        async with anynet.Inbox[Parcel]() as inbox, anyio.create_task_group() as tasks:
            ready.put(inbox)
            async for parcel in inbox:
                if parcel is None:
                    break
                tasks.start_soon(self._serve, name, *parcel)

    async def _serve(self, name: str, released: anynet.Released, hops: int) -> None:
        async with anynet.Socket.adopt(released) as sock:
            if hops:
                try:
                    await sock.send(await sock.receive(1000))
                except anyio.EndOfStream:
                    pass  # That side has ended; the next owner has to see it too.
                self._pass_on(sock, sock.bytes_received, hops - 1)
                return
            async for chunk in sock:
                await sock.send(chunk)
            with self._lock:
                self.report.ended_by[name] += 1
                if sock.bytes_received != sock.bytes_sent:
                    self.report.failures.append(f"counted {sock.statistics()}")

    async def _be_clients(self, port: int) -> None:
        limiter = anyio.CapacityLimiter(AT_ONCE)
        async with anyio.create_task_group() as tasks:
            for seed in range(self._connections):
                await limiter.acquire_on_behalf_of(seed)
                tasks.start_soon(self._be_client, port, seed, limiter)

    async def _be_client(self, port: int, seed: int, limiter: anyio.CapacityLimiter) -> None:
        message = pattern_of(random.Random(seed).randrange(1, MOST_BYTES), seed % 4000)
        received = bytearray()
        try:
            async with anynet.connect("127.0.0.1", port) as sock, anyio.create_task_group() as both:

                async def send() -> None:
                    await sock.send(message)
                    await sock.send_eof()

                both.start_soon(send)
                async for chunk in sock:
                    received += chunk
        except Exception as error:
            self.report.failures.append(f"client {seed}: {error!r}")
        if received != message:
            self.report.failures.append(f"client {seed} got {len(received)} of {len(message)}")
        self.report.connections += 1
        self.report.bytes_echoed += len(received)
        limiter.release_on_behalf_of(seed)


def _run(backend: str, function: Any, *args: Any) -> None:
    anyio.run(function, *args, backend=backend)


def move_connections(connections: int, accepting: str) -> Report:
    """Run so many, accepted on the backend ``accepting``."""
    for backend in BACKENDS:
        anyio.run(anyio.sleep, 0, backend=backend)  # What they open once in a process.
    before = len(os.listdir("/proc/self/fd"))
    report = Site(connections, accepting).run()
    report.descriptors_left = len(os.listdir("/proc/self/fd")) - before
    return report


def main() -> int:
    """Run the command; its exit status is 0 if nothing was lost and nothing is left."""
    parser = argparse.ArgumentParser(prog="python -m tests.reliability.moving", description=__doc__)
    parser.add_argument("--connections", type=int, default=10_000)
    parser.add_argument("--accepting", choices=BACKENDS, default="trio", help="who accepts")
    options = parser.parse_args()
    report = move_connections(options.connections, options.accepting)
    print(
        f"{report.connections} connections moved {report.moves} times,"
        f" {report.bytes_echoed} bytes came back, {report.seconds:.1f} s;"
        f" descriptors left: {report.descriptors_left}; failures: {len(report.failures)}"
    )
    print(*(f"  {name} ended {count}" for name, count in sorted(report.ended_by.items())), sep="\n")
    print(*report.failures[:20], sep="\n")
    return bool(report.failures) or report.descriptors_left > 0


if __name__ == "__main__":
    sys.exit(main())
