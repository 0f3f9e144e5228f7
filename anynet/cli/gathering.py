"""Several connections over one stdin and stdout: ``anynet listen --keep-open``.

What the clients send is written as it comes, whole chunk by whole chunk (by ``--lines``, whole line
by whole line); what comes from stdin is sent to all of them. The rules that live here:

- Stdin is not read before there is somebody to send it to.
- A client that takes nothing for a while would hold up all the others: it is cut off.
- The end of stdin ends our side of the clients that are there, and of those that come. Once a
  client has ended its own side it gets nothing more either: most that do so have left.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import anyio
from anyio.abc import ByteStream
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from anynet.cli.standard_streams import StandardStreams
from anynet.cli.transforms import Transform

#: Seconds that a client may take nothing while others wait.
PATIENCE = 5.0
_CHUNKS = 16


class Gathering:
    """Joins any number of clients with stdin and stdout."""

    def __init__(self, streams: StandardStreams) -> None:
        self.streams = streams
        self._clients: set[MemoryObjectSendStream[bytes]] = set()
        self._writing = anyio.Lock()
        self._somebody = anyio.Event()
        self._ended = False

    async def spread_input(self) -> None:
        """Send stdin to all clients, to its end."""
        while True:
            await self._somebody.wait()
            try:
                chunk = await self.streams.receive()
            except anyio.EndOfStream:
                break
            for client in list(self._clients):
                await self._give(client, chunk)
        self._ended = True
        for client in list(self._clients):
            self.leave(client)

    async def _give(self, client: MemoryObjectSendStream[bytes], chunk: bytes) -> None:
        with anyio.move_on_after(PATIENCE) as scope:
            try:
                await client.send(chunk)
            except (anyio.BrokenResourceError, anyio.ClosedResourceError):
                pass  # It has left.
        if scope.cancelled_caught:
            self.leave(client)

    @contextmanager
    def client(self, incoming: Transform) -> Iterator[ByteStream]:
        """One more client, as long as the block runs: its part of stdin and stdout."""
        send, receive = anyio.create_memory_object_stream[bytes](_CHUNKS)
        with send, receive:
            if self._ended:
                send.close()
            else:
                self._clients.add(send)
                self._somebody.set()
            try:
                yield _Part(self, send, receive, incoming)
            finally:
                self.leave(send)

    def leave(self, client: MemoryObjectSendStream[bytes]) -> None:
        """Give a client nothing more of stdin."""
        client.close()
        self._clients.discard(client)
        if not self._clients and self._somebody.is_set():
            self._somebody = anyio.Event()

    async def write(self, data: bytes) -> None:
        """Write to stdout what came from one client."""
        async with self._writing:
            await self.streams.send(data)


class _Part(ByteStream):
    """What one client has of stdin and stdout."""

    def __init__(
        self,
        gathering: Gathering,
        sink: MemoryObjectSendStream[bytes],
        source: MemoryObjectReceiveStream[bytes],
        incoming: Transform,
    ) -> None:
        self._gathering = gathering
        self._sink = sink
        self._source = source
        self._incoming = incoming

    async def receive(self, max_bytes: int = 65536) -> bytes:
        return await self._source.receive()

    async def send(self, item: bytes) -> None:
        if shown := self._incoming(item):
            await self._gathering.write(shown)

    async def send_eof(self) -> None:
        if left := self._incoming.rest():
            await self._gathering.write(left)
        self._gathering.leave(self._sink)

    async def aclose(self) -> None:
        self._source.close()
