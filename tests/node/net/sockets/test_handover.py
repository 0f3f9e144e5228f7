"""The same connection in both worlds: as a Node socket and as a core socket."""

from __future__ import annotations

import socket
from typing import Any

import anyio
import pytest

import anynet
from anynet import node as net
from anynet.testing import memory_stream_pair
from tests.testing.pairs import pattern_of

pytestmark = pytest.mark.anyio


def connected() -> tuple[net.Socket, socket.socket]:
    """A Node socket over TCP, and a plain one at its other end."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ours = socket.create_connection(listener.getsockname())
        theirs, _ = listener.accept()
    theirs.settimeout(5)
    return net.Socket(fd=ours.detach()), theirs


def bytes_of(chunk: bytes | str) -> bytes:
    assert isinstance(chunk, bytes)
    return chunk


async def test_unread_bytes_move_to_the_core() -> None:
    async with net.runtime():
        ours, theirs = connected()
        theirs.sendall(b"read this later")
        ours.pause()
        await net.events.once(ours, "readable")
        core = await ours.toCore()
        theirs.sendall(b", and this")
        theirs.close()
        received = b"".join([chunk async for chunk in core])
        assert received == b"read this later, and this"
        await core.aclose()


async def test_decoded_text_moves_with_half_a_character() -> None:
    async with net.runtime():
        ours, theirs = connected()
        ours.setEncoding("utf8")
        ours.pause()
        theirs.sendall("grüße".encode()[:3])
        await net.events.once(ours, "readable")
        core = await ours.toCore()
        theirs.sendall("grüße".encode()[3:])
        theirs.close()
        assert b"".join([chunk async for chunk in core]).decode() == "grüße"
        await core.aclose()


async def test_pending_writes_are_called_back_first() -> None:
    message = pattern_of(12_000_000, 4)
    order: list[str] = []
    received = bytearray()

    def read_all(theirs: socket.socket) -> None:
        while len(received) < len(message) + 4:
            received.extend(theirs.recv(1_000_000))

    async with net.runtime():
        ours, theirs = connected()
        ours.cork()
        ours.write(message, lambda *_: order.append("large"))
        ours.write(b"tail", lambda *_: order.append("tail"))
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(anyio.to_thread.run_sync, read_all, theirs)
            core = await ours.toCore()
            order.append("core")
        assert order == ["large", "tail", "core"]
        assert bytes(received) == message + b"tail"
        assert core.bytes_sent == len(received)
        await core.send(b"more")
        assert theirs.recv(10) == b"more"
        await core.aclose()
        theirs.close()


async def test_the_node_socket_is_silent_afterwards() -> None:
    events: list[Any] = []
    async with net.runtime():
        ours, theirs = connected()
        for name in ("data", "end", "close", "error", "timeout"):
            ours.on(name, lambda *args, name=name: events.append((name, *args)))
        ours.setTimeout(1)
        core = await ours.toCore()
        assert ours.destroyed
        theirs.sendall(b"for the core")
        assert await core.receive() == b"for the core"
        await core.aclose()
        theirs.close()
        await anyio.sleep(0.005)
        with pytest.raises(
            net.NodeError, match="Socket is closed: its .* was given away"
        ) as raised:
            await ours.toCore()
        assert raised.value.code == "ERR_SOCKET_CLOSED"
    assert events == []


async def test_an_ended_side_stays_ended() -> None:
    async with net.runtime():
        ours, theirs = connected()
        ours.end(b"the last")
        core = await ours.toCore()
        assert core.state is anynet.ConnectionState.READ_ONLY
        with pytest.raises(anyio.ClosedResourceError):
            await core.send(b"too late")
        assert theirs.recv(100) == b"the last"
        assert theirs.recv(100) == b""
        theirs.close()
        await core.aclose()


async def test_while_connecting() -> None:
    async with net.runtime():
        with socket.create_server(("127.0.0.1", 0)) as listener:
            ours = net.connect(listener.getsockname()[1], "127.0.0.1")
            ours.write(b"early")
            core = await ours.toCore()
            theirs, _ = listener.accept()
            assert theirs.recv(10) == b"early"
            theirs.close()
            await core.aclose()


async def test_a_connect_that_fails() -> None:
    async with net.runtime():
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            ours = net.connect(nobody.getsockname()[1], "127.0.0.1")
            with pytest.raises(net.NodeSystemError, match="ECONNREFUSED"):
                await ours.toCore()


async def test_a_server_lets_go_of_the_connection() -> None:
    async with net.runtime():
        closed = anyio.Event()
        taken: list[anynet.Socket] = []

        async def take(connection: net.Socket) -> None:
            taken.append(await connection.toCore())
            server.close(lambda *_: closed.set())

        server = net.createServer(take)
        server.listen(0, "127.0.0.1")
        await net.events.once(server, "listening")
        address = server.address()
        assert isinstance(address, dict)
        client = net.connect(address["port"], "127.0.0.1")
        await closed.wait()
        await taken[0].send(b"from the core")
        assert await net.events.once(client, "data") == (b"from the core",)
        await taken[0].aclose()


async def test_from_the_core_with_unread_bytes_and_back() -> None:
    async with net.runtime():
        ours, theirs = connected()
        theirs.sendall(b"unread")
        ours.pause()
        await net.events.once(ours, "readable")
        core = await ours.toCore()
        again = net.Socket.fromCore(core)
        with pytest.raises(anyio.ClosedResourceError):
            await core.receive()
        theirs.sendall(b", and more")
        theirs.close()
        received = [chunk async for chunk in again]
        assert b"".join(map(bytes_of, received)) == b"unread, and more"


async def test_readiness_is_raised_again() -> None:
    async with net.runtime():
        one, other = socket.socketpair()
        core = anynet.Socket.from_fd(one)
        other.sendall(b"was there before")
        ours = net.Socket.fromCore(core)
        assert await net.events.once(ours, "data") == (b"was there before",)
        assert ours.write(b"answer")
        assert other.recv(10) == b"answer"
        ours.destroy()
        other.close()


async def test_half_open_and_ended_sides_of_the_core() -> None:
    async with net.runtime():
        one, other = socket.socketpair()
        core = anynet.Socket.from_fd(one, allow_half_open=False)
        await core.send_eof()
        ours = net.Socket.fromCore(core)
        assert not ours.allowHalfOpen
        assert not ours.writable
        assert ours.readyState == "readOnly"
        other.close()
        ours.resume()
        await net.events.once(ours, "close")


async def test_a_foreign_stream_goes_through_the_pump_and_back() -> None:
    one, other = memory_stream_pair()
    async with net.runtime():
        core = anynet.Socket.from_stream(one)
        await other.send(b"0123456789")
        assert await core.receive(4) == b"0123"
        ours = net.Socket.fromCore(core)
        ours.pause()
        await net.events.once(ours, "readable")
        ours.write(b"written through the pump")
        again = await ours.toCore()
        assert await again.receive() == b"456789"
        assert await other.receive() == b"written through the pump"
        await again.send(b"by the core")
        assert await other.receive() == b"by the core"
        await again.aclose()


async def test_outside_of_a_runtime() -> None:
    one, other = socket.socketpair()
    core = anynet.Socket.from_fd(one)
    with pytest.raises(net.NoRuntimeError):
        net.Socket.fromCore(core)
    assert not core.closed
    await core.aclose()
    other.close()
