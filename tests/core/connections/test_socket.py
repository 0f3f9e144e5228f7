"""The socket as its users see it: state, statistics, attributes, endings, TLS over it."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import pytest
from anyio.abc import ByteStream, SocketAttribute
from anyio.streams.buffered import BufferedByteReceiveStream
from anyio.streams.tls import TLSAttribute

import anynet
from anynet import ConnectionState
from anynet.testing import memory_pair
from tests.support import tcp_pair
from tests.testing.pairs import plain_and_ours, read_to_end, served, tcp, unix, wrap_tls

pytestmark = pytest.mark.anyio

CUT = 1 << 26


# -- state and attributes -----------------------------------------------------------------------


async def test_state_follows_both_ends() -> None:
    async with tcp() as (one, other):
        assert isinstance(one, ByteStream)
        assert (one.state, other.state) == (ConnectionState.OPEN, ConnectionState.OPEN)
        await one.send_eof()
        states = [one.state]
        with pytest.raises(anyio.EndOfStream):
            await other.receive()
        states.append(other.state)
        await other.send_eof()
        states.append(other.state)
        still_open = not other.closed
        await other.aclose()
        states.append(other.state)
        assert [state.value for state in states] == ["read_only", "write_only", "ended", "closed"]
        assert still_open
        assert other.closed


async def test_statistics_count() -> None:
    async with tcp() as (one, other):
        await one.send(b"12345")
        await one.send_many([b"67", b"8"])
        assert await other.receive() == b"12345678"
        sent, received = one.statistics(), other.statistics()
        assert (sent.bytes_sent, sent.bytes_received, sent.send_waits) == (8, 0, 0)
        assert (received.bytes_sent, received.bytes_received) == (0, 8)
        assert sent.state is ConnectionState.OPEN
        assert 0 <= sent.age < 60
        assert (one.bytes_sent, other.bytes_received) == (8, 8)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(one.send, bytes(1 << 24))
            await anyio.wait_all_tasks_blocked()
            while other.bytes_received < 8 + (1 << 24):
                await other.receive()
        assert one.statistics().send_waits == 1


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
async def test_typed_attributes_over_tcp(address: str) -> None:
    async with tcp(address) as (one, other):
        port = one.extra(SocketAttribute.local_port)
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        assert one.extra(SocketAttribute.family) == family
        assert one.extra(SocketAttribute.local_address) == (address, port)
        assert other.extra(SocketAttribute.remote_address) == (address, port)
        assert other.extra(SocketAttribute.remote_port) == port
        raw = one.extra(SocketAttribute.raw_socket)
        assert raw.getsockname()[1] == port
        assert other.remote_address == one.local_address
        assert set(one.extra_attributes) >= {
            getattr(SocketAttribute, name) for name in SocketAttribute.__annotations__
        }


async def test_typed_attributes_over_unix(tmp_path: Path) -> None:
    path = str(tmp_path / "socket")
    async with anynet.create_server(path=path, grace_period=0) as server:
        async with anynet.connect(path=path) as one, await server.accept() as other:
            assert one.extra(SocketAttribute.family) == socket.AF_UNIX
            assert one.extra(SocketAttribute.remote_address) == path
            assert one.remote_address == path == other.local_address
            assert one.local_address is None
            assert other.remote_address is None
            for missing in (SocketAttribute.local_port, SocketAttribute.remote_port):
                with pytest.raises(anyio.TypedAttributeLookupError):
                    one.extra(missing)


async def test_addresses_and_repr_after_the_close() -> None:
    async with served() as (one, other):
        local, remote = one.local_address, one.remote_address
        assert repr(one) == f"<anynet.Socket open {local} - {remote}>"
        await one.aclose()
        assert one.local_address is None
        assert one.remote_address == remote
        assert repr(one) == f"<anynet.Socket closed None - {remote}>"
        await other.aclose()
        assert other.remote_address == local


async def test_iterating_receives_to_the_end() -> None:
    async with tcp() as (one, other):
        await one.send(b"all of it")
        await one.aclose()
        assert b"".join([chunk async for chunk in other]) == b"all of it"
        assert [chunk async for chunk in other] == []


async def test_it_serves_the_streams_of_anyio() -> None:
    async with tcp() as (one, other):
        buffered = BufferedByteReceiveStream(other)
        await one.send(b"line\nrest")
        assert await buffered.receive_until(b"\n", 100) == b"line"
        assert await buffered.receive_exactly(4) == b"rest"


@pytest.mark.parametrize("standard_compatible", [True, False])
async def test_tls_over_it_both_ways(standard_compatible: bool) -> None:
    async with tcp() as (one, other):
        client, server = await wrap_tls(one, other, standard_compatible=standard_compatible)
        assert client.extra(TLSAttribute.server_side) is False
        assert client.extra(SocketAttribute.remote_port) == other.extra(SocketAttribute.local_port)
        data = bytes(300_000)
        for sender, receiver in ((client, server), (server, client)):
            received = bytearray()
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(sender.send, data)
                while len(received) < len(data):
                    received += await receiver.receive()
            assert received == data
        with pytest.raises(NotImplementedError):
            await anynet.Socket.from_stream(client).send_eof()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(client.aclose)
            with pytest.raises(anyio.EndOfStream):
                await server.receive()
            tasks.start_soon(server.aclose)
        assert one.closed
        assert other.closed


# -- endings ------------------------------------------------------------------------------------


async def test_linger_delivers_the_reply_over_unread_input() -> None:
    with plain_and_ours() as (peer, ours):
        peer.sendall(bytes(300_000))
        await ours.send(b"the reply")
        async with anyio.create_task_group() as tasks:

            async def close() -> None:
                await ours.aclose(linger=10)

            tasks.start_soon(close)
            await anyio.wait_all_tasks_blocked()
            peer.sendall(b"still sending")
            assert await anyio.to_thread.run_sync(read_to_end, peer) == b"the reply"
            peer.close()
        assert ours.closed


async def test_linger_ends_after_its_seconds() -> None:
    with plain_and_ours() as (peer, ours):
        await ours.aclose(linger=0.02)
        assert ours.closed
        assert read_to_end(peer) == b""


async def test_linger_cancelled_closes_first() -> None:
    with plain_and_ours() as (peer, ours):
        with anyio.CancelScope() as scope:
            scope.cancel()
            await ours.aclose(linger=10)
        assert scope.cancelled_caught
        assert ours.closed
        assert peer.recv(1) == b""


async def test_linger_under_a_parked_receive() -> None:
    async with tcp() as (one, other):

        async def receive() -> None:
            with pytest.raises(anyio.ClosedResourceError):
                await one.receive()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(receive)
            await anyio.wait_all_tasks_blocked()
            await one.aclose(linger=0.05)
        with pytest.raises(anyio.EndOfStream):
            await other.receive()


async def test_linger_beside_events_that_end() -> None:
    """The close that they end with is told at once, and is not the end of the lingering."""
    with plain_and_ours() as (peer, ours):
        async with anyio.create_task_group() as tasks:

            async def consume() -> None:
                assert [event async for event in ours.events()] == [anynet.Close(had_error=False)]
                consumed.set()

            async def close() -> None:
                await ours.aclose(linger=60)

            consumed = anyio.Event()
            tasks.start_soon(consume)
            await anyio.wait_all_tasks_blocked()
            tasks.start_soon(close)
            await consumed.wait()
            await anyio.wait_all_tasks_blocked()
            for _ in range(2):
                peer.sendall(b"still sending")
                await anyio.wait_all_tasks_blocked()
            assert peer.recv(1) == b""  # Not reset.
            peer.close()


@pytest.mark.parametrize("linger", [-1, float("nan")])
async def test_linger_that_makes_no_sense(linger: float) -> None:
    async with tcp() as (one, _):
        with pytest.raises(ValueError, match="linger must not be negative or NaN"):
            await one.aclose(linger=linger)
        assert not one.closed


async def test_reset_is_seen_as_a_reset() -> None:
    with plain_and_ours() as (peer, ours):
        await ours.send(b"dropped or not")
        ours.reset()
        ours.reset()
        with pytest.raises(ConnectionResetError):
            read_to_end(peer)
        await ours.aclose()


async def test_detach_gives_the_socket_away() -> None:
    with plain_and_ours() as (peer, ours):
        with ours.detach() as sock:
            assert ours.state is ConnectionState.CLOSED
            await ours.aclose()
            ours.reset()
            sock.sendall(b"alive")
            assert peer.recv(10) == b"alive"
    client, server = memory_pair()
    async with client, server:
        with pytest.raises(ValueError, match="detach needs a socket of the operating system"):
            client.detach()


async def test_closing_tells_who_asked() -> None:
    told: list[str] = []
    async with tcp() as (one, other):
        one.when_closed(lambda: told.append("first"))
        one.when_closed(lambda: told.append("second"))
        await one.aclose()
        one.when_closed(lambda: told.append("late"))
        assert told == ["first", "second", "late"]
        other.when_closed(lambda: told.append("reset"))
        other.reset()
    assert told[3:] == ["reset"]


async def test_no_half_open() -> None:
    with plain_and_ours(allow_half_open=False) as (peer, ours):
        peer.sendall(b"bye")
        peer.shutdown(socket.SHUT_WR)
        assert [chunk async for chunk in ours] == [b"bye"]
        assert ours.state is ConnectionState.ENDED
        assert read_to_end(peer) == b""
        with pytest.raises(anyio.BrokenResourceError, match="the peer has ended the connection"):
            await ours.send(b"too late")


# -- cut messages -------------------------------------------------------------------------------


class Reader(threading.Thread):
    """Reads ``first`` bytes at once and the rest when let go; notes how it ended."""

    def __init__(self, sock: socket.socket, first: int) -> None:
        super().__init__()
        self.sock = sock
        self.first = first
        self.received = 0
        self.ending: object = None
        self.has_first = threading.Event()
        self.go_on = threading.Event()
        self.start()

    def run(self) -> None:
        try:
            while chunk := self.sock.recv(1 << 16):
                self.received += len(chunk)
                if self.received >= self.first:
                    self.has_first.set()
                    self.go_on.wait(10)
            self.ending = "clean end"
        except OSError as error:
            self.ending = error


def _sending(kind: str, ours: anynet.Socket, path: Path) -> Any:
    data = bytes(CUT)
    if kind == "send":
        return lambda: ours.send(data)
    if kind == "send_many":
        return lambda: ours.send_many([data[: CUT // 2], data[CUT // 2 :]])
    with path.open("wb") as file:
        file.truncate(CUT)

    async def send_file() -> None:
        with path.open("rb") as file:
            await ours.send_file(file)

    return send_file


@pytest.mark.parametrize("kind", ["send", "send_many", "send_file"])
@pytest.mark.parametrize("cause", ["cancelled", "deadline", "closed meanwhile"])
async def test_cut_message_never_looks_whole(tmp_path: Path, kind: str, cause: str) -> None:
    with plain_and_ours() as (peer, ours):
        reader = Reader(peer, 1 << 20)
        send = _sending(kind, ours, tmp_path / "file")
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as tasks:
                if cause == "closed meanwhile":
                    tasks.start_soon(_closed_meanwhile, send)
                else:
                    tasks.start_soon(send)
                await anyio.to_thread.run_sync(reader.has_first.wait)
                if cause == "cancelled":
                    scope.cancel()
                elif cause == "deadline":
                    scope.deadline = anyio.current_time() + 0.01
                else:
                    await ours.aclose()
        assert (1 << 20) <= ours.bytes_sent < CUT
        if cause != "closed meanwhile":
            more: list[Callable[[], Awaitable[None]]] = [
                lambda: ours.send(b"more"),
                lambda: ours.send_many([b""]),
                ours.send_eof,
            ]
            for again in more:
                with pytest.raises(anyio.BrokenResourceError) as caught:
                    await again()
                assert f"{ours.bytes_sent} bytes were sent" in str(caught.value)
        await ours.aclose()
        reader.go_on.set()
        await anyio.to_thread.run_sync(reader.join)
        assert isinstance(reader.ending, ConnectionResetError)
        assert reader.received <= ours.bytes_sent


async def _closed_meanwhile(send: Any) -> None:
    with pytest.raises(anyio.ClosedResourceError):
        await send()


async def test_message_cut_before_its_first_byte_is_not_cut() -> None:
    async with unix() as (one, other):
        raw, in_the_buffers = one.extra(SocketAttribute.raw_socket), 0
        with contextlib.suppress(BlockingIOError):
            while True:
                in_the_buffers += raw.send(b"x")
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(one.send, b"never begun")
            await anyio.wait_all_tasks_blocked()
            tasks.cancel_scope.cancel()
        assert one.bytes_sent == 0
        received = 0
        while received < in_the_buffers:
            received += len(await other.receive())
        await one.send(b"y")
        assert await other.receive() == b"y"


async def test_options_of_a_live_socket() -> None:
    async with tcp_pair() as (client, _):
        raw = client.extra(SocketAttribute.raw_socket)
        client.set_no_delay(False)
        assert not raw.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        client.set_no_delay()
        assert raw.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        client.set_keep_alive(True, idle=7, interval=3, count=2)
        assert raw.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert raw.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT) == 2
        client.type_of_service = 0x10
        assert client.type_of_service == 0x10
        with pytest.raises(ValueError, match=r"in 0\.\.255, not 256"):
            client.type_of_service = 256
        await client.aclose()
        with pytest.raises(anyio.ClosedResourceError):
            client.set_no_delay()


async def test_options_of_what_is_no_tcp_socket() -> None:
    one, other = memory_pair()
    async with one, other:
        with pytest.raises(ValueError, match="set_keep_alive needs a TCP socket"):
            one.set_keep_alive(True)
