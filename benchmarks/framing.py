"""What a line costs: `python -m benchmarks.framing`.

Lines of 80 bytes from another process, over real sockets: lines for each second of the reader's
CPU, beside asyncio's `StreamReader.readline` and AnyIO's `receive_until` on the same backend. The
rounds go round the readers, a ratio is taken within each round, and the median of those is judged.

Then whether the work is linear: nanoseconds for each byte of a stream in memory that comes in
chunks of one size, for streams of growing length. `--quick` reads less of both.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

import anyio
import attrs
from anyio.abc import ByteStream
from anyio.streams.buffered import BufferedByteReceiveStream
from rich.console import Console
from rich.table import Table

import anynet
from anynet.framing import FrameTooLong, IncompleteFrame, LengthPrefixedStream, LineStream
from benchmarks.processes import Cores, child, pinned

#: Sends as many lines as who connects asks for, to one after the other.
SENDER = """
import socket, sys
line = b"x" * (int(sys.argv[1]) - 1) + b"\\n"
most = 1048576 // len(line)
block = line * most
with socket.create_server(("127.0.0.1", 0)) as listener:
    print(listener.getsockname()[1], flush=True)
    while True:
        connection, _ = listener.accept()
        with connection:
            lines = int(connection.recv(100))
            try:
                for _ in range(lines // most):
                    connection.sendall(block)
                connection.sendall(line * (lines % most))
            except OSError:
                pass
"""
LINE = 80
CHUNK = 65536
MAX_LINE = 65536
#: At 80 bytes a line: how often our lines are to be those of asyncio, and of AnyIO.
TARGETS = {"receive": (2.5, 1.8), "async for": (2.5, 1.8), "receive_many": (6.0, 5.0)}
#: How much more a byte may cost in a stream of twice the length.
MOST_GROWTH = 1.25

Reader: TypeAlias = Callable[[int, int], Awaitable[float]]


# -- readers: each asks for one line more, and returns the CPU seconds of the others ---------------


def wanted(lines: int) -> bytes:
    return str(lines + 1).encode()


async def asyncio_readline(port: int, lines: int) -> float:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(wanted(lines))
    await reader.readline()
    began = time.thread_time()
    for _ in range(lines):
        await reader.readline()
    seconds = time.thread_time() - began
    writer.close()
    await writer.wait_closed()
    return seconds


async def anyio_receive_until(port: int, lines: int) -> float:
    async with await anyio.connect_tcp("127.0.0.1", port) as stream:
        return await receive_until(stream, lines)


async def anyio_over_anynet(port: int, lines: int) -> float:
    async with anynet.connect("127.0.0.1", port) as stream:
        return await receive_until(stream, lines)


async def receive_until(stream: ByteStream, lines: int) -> float:
    await stream.send(wanted(lines))
    buffered = BufferedByteReceiveStream(stream)
    await buffered.receive_until(b"\n", MAX_LINE)
    began = time.thread_time()
    for _ in range(lines):
        await buffered.receive_until(b"\n", MAX_LINE)
    return time.thread_time() - began


async def receive(port: int, lines: int) -> float:
    async with anynet.connect("127.0.0.1", port) as socket:
        await socket.send(wanted(lines))
        stream = LineStream(socket)
        await stream.receive()
        began = time.thread_time()
        for _ in range(lines):
            await stream.receive()
        return time.thread_time() - began


async def receive_text(port: int, lines: int) -> float:
    async with anynet.connect("127.0.0.1", port) as socket:
        await socket.send(wanted(lines))
        stream = LineStream(socket, encoding="utf-8")
        await stream.receive()
        began = time.thread_time()
        for _ in range(lines):
            await stream.receive()
        return time.thread_time() - began


async def async_for(port: int, lines: int) -> float:
    async with anynet.connect("127.0.0.1", port) as socket:
        await socket.send(wanted(lines))
        stream = LineStream(socket)
        await stream.receive()
        began = time.thread_time()
        async for _ in stream:
            pass
        return time.thread_time() - began


async def receive_many(port: int, lines: int) -> float:
    async with anynet.connect("127.0.0.1", port) as socket:
        await socket.send(wanted(lines))
        stream = LineStream(socket)
        await stream.receive()
        began = time.thread_time()
        while lines > 0:
            lines -= len(await stream.receive_many())
        return time.thread_time() - began


@attrs.frozen
class Row:
    """A reader on a backend; ``target`` names the goal of it, where there is one."""

    label: str
    backend: str
    read: Reader
    target: str | None = None


ASYNCIO = Row("asyncio readline", "asyncio", asyncio_readline)
ROWS = [
    ASYNCIO,
    *(
        row
        for backend in ("asyncio", "trio")
        for row in (
            Row("AnyIO receive_until", backend, anyio_receive_until),
            Row("AnyIO receive_until over anynet", backend, anyio_over_anynet),
            Row("receive", backend, receive, "receive"),
            Row("async for", backend, async_for, "async for"),
            Row("receive, utf-8", backend, receive_text),
            Row("receive_many", backend, receive_many, "receive_many"),
        )
    ),
]


@contextmanager
def sending(core: int) -> Iterator[int]:
    """The port of a process that sends lines."""
    with pinned(core):
        process = subprocess.Popen(
            [sys.executable, "-c", SENDER, str(LINE)], stdout=subprocess.PIPE
        )
    with child(process):
        assert process.stdout is not None
        yield int(process.stdout.readline())


def measure_lines(rounds: int, lines: int) -> dict[Row, list[float]]:
    """Lines a CPU second of each round."""
    cores = Cores.choose()
    rates: dict[Row, list[float]] = {row: [] for row in ROWS}
    with sending(cores.client) as port, pinned(cores.server):
        for number in range(rounds):
            for row in ROWS if number % 2 == 0 else reversed(ROWS):
                seconds = anyio.run(row.read, port, lines, backend=row.backend)
                rates[row].append(lines / seconds)
    return rates


def ratio(rates: dict[Row, list[float]], row: Row, other: Row) -> float:
    return statistics.median(a / b for a, b in zip(rates[row], rates[other], strict=True))


def show_lines(console: Console, rates: dict[Row, list[float]]) -> bool:
    """Print the table; returns whether every target is met."""
    table = Table("reader", "backend", "1 000 lines/s", "× asyncio", "× AnyIO", "target")
    met = True
    for row in ROWS:
        anyio_row = next(
            e for e in ROWS if e.read is anyio_receive_until and e.backend == row.backend
        )
        of_asyncio, of_anyio = ratio(rates, row, ASYNCIO), ratio(rates, row, anyio_row)
        verdict = ""
        if row.target is not None:
            goals = TARGETS[row.target]
            reached = of_asyncio >= goals[0] and of_anyio >= goals[1]
            met &= reached
            verdict = f"{goals[0]:g} and {goals[1]:g}: {'met' if reached else 'MISSED'}"
        thousands = f"{statistics.median(rates[row]) / 1000:.0f}"
        table.add_row(
            row.label, row.backend, thousands, f"{of_asyncio:.2f}", f"{of_anyio:.2f}", verdict
        )
    console.print(table)
    return met


# -- the cost of a byte ----------------------------------------------------------------------------


class Chunks(ByteStream):
    """A stream of so many bytes in chunks of one size; it never waits."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks

    async def receive(self, max_bytes: int = CHUNK) -> bytes:
        try:
            return next(self._chunks)
        except StopIteration:
            raise anyio.EndOfStream from None

    async def send(self, item: bytes) -> None:
        raise NotImplementedError

    async def send_eof(self) -> None:
        raise NotImplementedError

    async def aclose(self) -> None:
        pass


def chunks_of(pattern: bytes, chunk: int, total: int) -> Iterator[bytes]:
    """``total`` bytes of the repeated pattern, a chunk at a time."""
    size = len(pattern)
    block = pattern * (2 + chunk // size)
    for position in range(0, total, chunk):
        begin = position % size
        yield block[begin : begin + min(chunk, total - position)]


Frames: TypeAlias = LineStream[bytes] | LengthPrefixedStream


@attrs.frozen
class Pattern:
    """Bytes that are repeated, and how they are read."""

    label: str
    data: bytes
    open_stream: Callable[[ByteStream], Frames]

    async def nanoseconds(self, chunk: int, total: int) -> float:
        """The CPU time of a byte, where ``total`` of them come in chunks."""
        frames = self.open_stream(Chunks(chunks_of(self.data, chunk, total)))
        began = time.thread_time()
        ended = False
        while not ended:
            try:
                async for _ in frames:
                    pass
                ended = True
            except IncompleteFrame:
                ended = True
            except FrameTooLong:
                pass
        return (time.thread_time() - began) * 1e9 / total


def long_lines(stream: ByteStream) -> LineStream[bytes]:
    return LineStream(stream, max_line=1 << 21)


PATTERNS = [
    Pattern("lines of 80 B", b"x" * 79 + b"\n", LineStream),
    Pattern("lines of 1 MiB", b"x" * 1048575 + b"\n", long_lines),
    Pattern("lines too long", b"x" * 99_999 + b"\n", LineStream),
    Pattern("frames of 80 B", b"\0\0\0\x4c" + b"x" * 76, LengthPrefixedStream),
    Pattern("frames of 1 MiB", b"\0\x10\0\0" + b"x" * 1048576, LengthPrefixedStream),
]
MB = 1_000_000
#: The lengths of the streams, by the size of their chunks.
LENGTHS = {
    1: (1 * MB, 2 * MB, 4 * MB),
    1024: (25 * MB, 50 * MB, 100 * MB),
    65536: (25 * MB, 50 * MB, 100 * MB),
    1048576: (25 * MB, 50 * MB, 100 * MB),
}


def show_growth(console: Console, rounds: int, shrink: int) -> bool:
    """Print what a byte costs; returns whether that is the same whatever the length."""
    table = Table("stream", "chunks", "ns a byte, of a stream, of twice and of four times as much")
    met = True
    for pattern in PATTERNS:
        for chunk, totals in LENGTHS.items():
            lengths = [total // shrink for total in totals]
            # The least of the rounds: what disturbs a machine only ever adds.
            least = [float("inf")] * len(lengths)
            for _ in range(rounds):
                for index, length in enumerate(lengths):
                    cost = anyio.run(pattern.nanoseconds, chunk, length)
                    least[index] = min(least[index], cost)
            linear = all(b <= a * MOST_GROWTH for a, b in itertools.pairwise(least))
            met &= linear
            costs = "  ".join(f"{cost:.2f}" for cost in least)
            table.add_row(pattern.label, str(chunk), costs if linear else f"{costs} GROWS")
    console.print(table)
    return met


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--lines", type=int, default=300_000)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", choices=["lines", "growth"])
    arguments = parser.parse_args()
    lines = arguments.lines // 10 if arguments.quick else arguments.lines
    console = Console(width=100)
    met = True
    if arguments.only != "growth":
        met &= show_lines(console, measure_lines(arguments.rounds, lines))
    if arguments.only != "lines":
        met &= show_growth(console, 3, 10 if arguments.quick else 1)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
