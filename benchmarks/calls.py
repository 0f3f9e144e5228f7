"""Count the Python calls inside anynet that one connection takes: `python -m benchmarks.calls`.

A way begins when the connection is there to be accepted, or when connect is called, and ends in
the first line of the program's own handler, listener or next statement; where the program listens,
it puts on a listener for data and one for errors, and the way ends with the turn.
`serve` is a whole life: a connection that is piped to itself is accepted, echoes once, ends and is
closed, each once nothing is left to do about the step before.
A coroutine that goes on after a wait counts as a call, as the profiler sees it. Calls, unlike
seconds, are the same on a busy machine: they tell whether a change made a way shorter, not whether
it made it faster.
"""

from __future__ import annotations

import argparse
import itertools
import json
import socket
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import anyio
import attrs

import anynet
from anynet import node as net

PACKAGE = Path(anynet.__file__).parent
WARM_UP = 20
BACKENDS = ("trio", "asyncio")


class Calls:
    """The calls between :meth:`start` and :meth:`stop`, in their order."""

    def __init__(self) -> None:
        self.codes: list[CodeType] = []

    def start(self) -> None:
        self.codes.clear()
        sys.setprofile(self._note)

    def stop(self) -> None:
        sys.setprofile(None)

    def _note(self, frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(str(PACKAGE)):
            self.codes.append(frame.f_code)


@attrs.frozen
class Way:
    """What one connection went through."""

    calls: int
    files: int
    changes: int
    rooms: list[str]

    @classmethod
    def of(cls, codes: list[CodeType]) -> Way:
        paths = [code.co_filename for code in codes]
        changes = sum(before != after for before, after in itertools.pairwise(paths))
        return cls(len(codes), len(set(paths)), changes, sorted(set(map(room_of, paths))))


def room_of(path: str) -> str:
    """The folder of a module, as the name of its room."""
    return str(Path(path).relative_to(PACKAGE).parent)


def knock(port: int) -> socket.socket:
    """A connection that waits to be accepted: the kernel makes it before anybody accepts."""
    return socket.create_connection(("127.0.0.1", port))


async def accept_awaiting(calls: Calls) -> None:
    reached = anyio.Event()

    async def handler(connection: anynet.Socket) -> None:
        calls.stop()
        reached.set()

    async with anynet.create_server(handler, host="127.0.0.1", port=0) as server:
        assert isinstance(server.address, anynet.SocketAddress)
        port = server.address.port
        for _ in range(WARM_UP):
            reached = anyio.Event()
            await anyio.wait_all_tasks_blocked()
            calls.start()
            with knock(port):
                await reached.wait()


def nothing(_value: object) -> None:
    """A listener."""


async def accept_listening(calls: Calls) -> None:
    async with net.runtime():
        reached = anyio.Event()

        def on_connection(connection: Any) -> None:
            connection.on("data", nothing)
            connection.on("error", nothing)

            def turn_over() -> None:
                calls.stop()
                reached.set()
                connection.destroy()

            net.setImmediate(turn_over)

        server = net.createServer(on_connection)
        listening = anyio.Event()
        server.listen(0, "127.0.0.1", listening.set)
        await listening.wait()
        address = server.address()
        assert isinstance(address, dict)
        for _ in range(WARM_UP):
            reached = anyio.Event()
            await anyio.wait_all_tasks_blocked()
            calls.start()
            with knock(address["port"]):
                await reached.wait()
        server.close()


async def serve_listening(calls: Calls) -> None:
    async with net.runtime():
        server = net.createServer(lambda connection: connection.pipe(connection))
        listening = anyio.Event()
        server.listen(0, "127.0.0.1", listening.set)
        await listening.wait()
        address = server.address()
        assert isinstance(address, dict)
        for _ in range(WARM_UP):
            await anyio.wait_all_tasks_blocked()
            calls.start()
            with knock(address["port"]) as client:
                await anyio.wait_all_tasks_blocked()
                client.sendall(b"hello")
                await anyio.wait_all_tasks_blocked()
                assert client.recv(100, socket.MSG_DONTWAIT) == b"hello"
                client.shutdown(socket.SHUT_WR)
                while server._connections:
                    await anyio.wait_all_tasks_blocked()
                await anyio.wait_all_tasks_blocked()
                calls.stop()
                assert client.recv(100, socket.MSG_DONTWAIT) == b""
        server.close()


async def connect_awaiting(calls: Calls) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        for _ in range(WARM_UP):
            calls.start()
            connection = await anynet.connect("127.0.0.1", port)
            calls.stop()
            await connection.aclose()
            before = connection  # noqa: F841 - held: its end is no part of the next way.


async def connect_listening(calls: Calls) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        async with net.runtime():
            for _ in range(WARM_UP):
                reached = anyio.Event()

                def on_connect(reached: anyio.Event = reached) -> None:
                    calls.stop()
                    reached.set()

                await anyio.wait_all_tasks_blocked()
                calls.start()
                connection = net.connect(port, "127.0.0.1", on_connect)
                await reached.wait()
                connection.destroy()


WAYS: dict[str, Callable[[Calls], Awaitable[None]]] = {
    "accept, await": accept_awaiting,
    "accept, callbacks": accept_listening,
    "serve, callbacks": serve_listening,
    "connect, await": connect_awaiting,
    "connect, callbacks": connect_listening,
}


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.calls", description=__doc__)
    parser.add_argument("--list", action="store_true", help="print each call as well")
    parser.add_argument("--json", action="store_true", help="print each call, as JSON")
    parser.add_argument("ways", nargs="*", metavar="WAY", help=f"of {', '.join(WAYS)}")
    options = parser.parse_args()
    ways = {name: trace(name) for name in options.ways or WAYS}
    if options.json:
        tables = {
            name: {backend: list_calls(codes) for backend, codes in traces.items()}
            for name, traces in ways.items()
        }
        print(json.dumps(tables))
        return 0
    for name, traces in ways.items():
        for backend, codes in traces.items():
            way = Way.of(codes)
            print(
                f"{name:18} {backend:8} {way.calls:4} calls, {way.files:3} files,"
                f" {way.changes:3} changes of file, {len(way.rooms)} rooms: {' '.join(way.rooms)}"
            )
            if options.list:
                for count, place, called in list_calls(codes):
                    print(f"    {count:3}  {place} {called}")
    return 0


def trace(name: str) -> dict[str, list[CodeType]]:
    """What a way calls, by the backend."""
    traces = {}
    for backend in BACKENDS:
        calls = Calls()
        anyio.run(WAYS[name], calls, backend=backend)
        traces[backend] = calls.codes
    return traces


def list_calls(codes: list[CodeType]) -> list[tuple[int, str, str]]:
    """Each call in the order in which it was made first: how often, the file and line, the name."""
    return [
        (
            count,
            f"{Path(code.co_filename).relative_to(PACKAGE)}:{code.co_firstlineno}",
            code.co_qualname,
        )
        for code, count in Counter(codes).items()
    ]


if __name__ == "__main__":
    sys.exit(main())
