"""The clients of the demo: each sends random bytes and checks that they come back."""

from __future__ import annotations

import random

import anyio

import anynet
from anynet.cli.tally import Tally

_LARGEST = 16384


class Load:
    """Clients that exchange bytes with an echo server until :meth:`stop` is called."""

    def __init__(self) -> None:
        self._stopping = False

    def stop(self) -> None:
        """Let each client finish its round trip and end its side."""
        self._stopping = True

    async def client(self, tally: Tally, connected: anyio.Event) -> None:
        """One client, from its connect to its close. A failure of it is told by the tally."""
        try:
            async with connect_to(tally.address) as socket, socket.events() as events:
                tally.connections += 1
                connected.set()
                await self._exchange(socket, events, tally)
        except (OSError, anyio.BrokenResourceError, anyio.EndOfStream) as error:
            tally.failures.append(f"{tally.name}: {error}")
        finally:
            connected.set()

    async def _exchange(
        self, socket: anynet.Socket, events: anynet.SocketEvents, tally: Tally
    ) -> None:
        while not self._stopping:
            message = random.randbytes(random.randrange(1, _LARGEST))
            await socket.send(message)
            received = await _received(events, len(message), tally)
            if received != message:
                early = len(received) < len(message)
                what = "a connection ended early" if early else "an echo differed"
                tally.failures.append(f"{tally.name}: {what}")
                return
            tally.round_trips += 1
            tally.bytes += len(message)
        await socket.send_eof()
        async for event in events:
            tally.note(event)
            if isinstance(event, anynet.Data):
                tally.failures.append(f"{tally.name}: {len(event.data)} bytes too many came back")


async def _received(events: anynet.SocketEvents, length: int, tally: Tally) -> bytes:
    """The next ``length`` bytes, or what came before the end."""
    received = bytearray()
    async for event in events:
        tally.note(event)
        if isinstance(event, anynet.Error):
            raise event.error
        if isinstance(event, anynet.Data):
            received += event.data
        if len(received) >= length or isinstance(event, anynet.End):
            break
    return bytes(received)


def connect_to(address: anynet.Address) -> anynet.Connecting:
    """A connection to an address that a server told."""
    if isinstance(address, str):
        return anynet.connect(path=address)
    return anynet.connect(address.address, address.port)
