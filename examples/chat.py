"""A chat room for `nc localhost 8124`: your first line is your name, the others are for all."""

from __future__ import annotations

import argparse
import signal

import anyio
from anyio.streams.buffered import BufferedByteReceiveStream
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

import anynet

LONGEST_LINE = 1000
LONGEST_QUEUE = 100


class Room:
    """Everybody who is here, each with a queue of lines that are still to be sent."""

    def __init__(self) -> None:
        self.members: dict[str, MemoryObjectSendStream[bytes]] = {}

    def tell(self, line: str, *, except_for: str) -> None:
        for name, queue in self.members.items():
            if name != except_for:
                try:
                    queue.send_nowait(f"{line}\n".encode())
                except anyio.WouldBlock:
                    pass  # Somebody who does not read misses lines; nobody waits for them.

    async def visit(self, socket: anynet.Socket) -> None:
        lines = BufferedByteReceiveStream(socket)
        name = await read_line(lines)
        if not name or name in self.members:
            await socket.send(b"that name cannot be had\n")
            return
        queue, lines_for_us = anyio.create_memory_object_stream[bytes](LONGEST_QUEUE)
        self.members[name] = queue
        self.tell(f"* {name} has come", except_for=name)
        try:
            async with anyio.create_task_group() as tasks, queue:
                tasks.start_soon(send_all, lines_for_us, socket)
                while line := await read_line(lines):
                    self.tell(f"{name}: {line}", except_for=name)
                tasks.cancel_scope.cancel()
        finally:
            del self.members[name]
            self.tell(f"* {name} has left", except_for=name)


async def read_line(lines: BufferedByteReceiveStream) -> str | None:
    """The next line; None when there will be no more."""
    try:
        line = await lines.receive_until(b"\n", LONGEST_LINE)
    except (anyio.EndOfStream, anyio.IncompleteRead, anyio.DelimiterNotFound):
        return None
    return line.decode(errors="replace").strip()


async def send_all(lines: MemoryObjectReceiveStream[bytes], socket: anynet.Socket) -> None:
    async with lines:
        async for line in lines:
            await socket.send(line)


async def main(host: str, port: int) -> None:
    room = Room()
    # Keep-alive finds out who left without a word. Those who are still here at the end are not
    # waited for.
    server = anynet.create_server(room.visit, host=host, port=port, keep_alive=True, grace_period=0)
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async with server:
            for address in server.addresses:
                print(f"listening on {address}", flush=True)
            await anext(signals)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="localhost")
    parser.add_argument("--port", type=int, default=8124)
    parser.add_argument("--backend", choices=["trio", "asyncio"], default="trio")
    arguments = parser.parse_args()
    anyio.run(main, arguments.host, arguments.port, backend=arguments.backend)
