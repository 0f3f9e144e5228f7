"""TLS over our own sockets, against a peer whose records go out as a test wants them."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import anyio
import pytest
from anyio import wait_all_tasks_blocked
from anyio.abc import TaskGroup
from anyio.streams.tls import TLSAttribute

from anynet._rules.values.errors import ConnectionBroken, ConnectionClosed
from anynet._transport.sockets.buffers import Buffer
from anynet._transport.streams.adopt import adopt
from anynet._transport.streams.socket_stream import SocketStream
from anynet._transport.streams.tls import secure
from anynet._transport.streams.tls_connection import PIECE, TlsConnection
from anynet._transport.streams.tls_engine import TlsEngine
from anynet._transport.streams.tls_stream import TlsStream
from tests.conformance.identities import PEM_FILES, ca
from tests.testing.pairs import tcp_sockets

pytestmark = pytest.mark.anyio
PATIENCE = 60


def contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.load_verify_locations(cadata=ca.decode())
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(PEM_FILES / "server-cert.pem", PEM_FILES / "server-key.pem")
    return client, server


def sockets() -> tuple[SocketStream, SocketStream]:
    here, there = tcp_sockets()
    here.setblocking(False)
    there.setblocking(False)
    return SocketStream(here), SocketStream(there)


class Peer:
    """A client whose TLS is done by hand."""

    def __init__(self, raw: SocketStream, engine: TlsEngine) -> None:
        self.raw = raw
        self.engine = engine

    async def handshake(self) -> None:
        while not self.engine.handshake():
            await self.raw.send(self.engine.take_output())
            self.engine.feed(await self.raw.receive())
        await self.raw.send(self.engine.take_output())

    def records(self, data: bytes) -> bytes:
        self.engine.write(data)
        return self.engine.take_output()

    async def read(self, size: int) -> bytes:
        """``size`` bytes of plaintext, or fewer, up to the close_notify."""
        read = bytearray()
        while len(read) < size:
            part = self.engine.read()
            if part is None:
                self.engine.feed(await self.raw.receive())
            elif not part:
                break
            else:
                read += part
        return bytes(read)


@asynccontextmanager
async def joined(
    make: Callable[[SocketStream], TlsConnection] | None = None, *, standard_compatible: bool = True
) -> AsyncIterator[tuple[TlsStream, Peer, TaskGroup]]:
    """A server's stream, the client, and a task group that is cancelled at the end."""
    client_context, server_context = contexts()
    here, there = sockets()
    peer = Peer(there, TlsEngine(client_context, server_side=False, hostname="localhost"))
    with anyio.fail_after(PATIENCE):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(peer.handshake)
            if make is None:
                ours = await secure(here, server_context, standard_compatible=standard_compatible)
            else:
                connection = make(here)
                await connection.handshake()
                ours = TlsStream(connection)
            try:
                yield ours, peer, tasks
            finally:
                tasks.cancel_scope.cancel()
                ours.abort()
                there.abort()


async def test_a_receive_that_is_cancelled_within_a_record_loses_nothing() -> None:
    async with joined() as (ours, peer, _):
        records = peer.records(b"whole")
        await peer.raw.send(records[:9])
        async with anyio.create_task_group() as receiving:
            receiving.start_soon(ours.receive)
            await wait_all_tasks_blocked()
            receiving.cancel_scope.cancel()
        await peer.raw.send(records[9:])
        assert await ours.receive() == b"whole"


async def test_a_receive_takes_several_records_and_no_more_than_it_may() -> None:
    async with joined() as (ours, peer, _):
        await peer.raw.send(peer.records(b"x" * 40000))
        await ours.stream.transport_stream.wait_readable()
        assert await ours.receive(10) == b"x" * 10
        assert await ours.receive(39000) == b"x" * 39000
        assert await ours.receive() == b"x" * 990
        assert ours.state.bytes_received == 40000


async def test_a_large_message_goes_in_pieces_that_are_counted() -> None:
    async with joined() as (ours, peer, tasks):
        message = bytes(range(256)) * (PIECE // 2) + b"odd"
        tasks.start_soon(ours.send, message)
        await wait_all_tasks_blocked()
        assert 0 < ours.state.bytes_sent < len(message)
        assert ours.state.bytes_sent % PIECE == 0
        assert await peer.read(len(message)) == message
        await wait_all_tasks_blocked()
        assert ours.state.bytes_sent == len(message)
        assert ours.state.send_waits > 0
        await ours.send(b"next")
        assert await peer.read(4) == b"next"


async def test_a_cut_message_ends_the_sending_side_alone_and_is_never_whole() -> None:
    async with joined() as (ours, peer, _):
        async with anyio.create_task_group() as sending:
            sending.start_soon(ours.send, b"x" * 20_000_000)
            await wait_all_tasks_blocked()
            sending.cancel_scope.cancel()
        with pytest.raises(ConnectionBroken, match="an earlier send was cut off"):
            await ours.send(b"more")
        sent = ours.stream.transport_stream.state.bytes_sent
        ours.stream.engine.write(b"what would answer new keys, say")
        await peer.raw.send(peer.records(b"still heard"))
        assert await ours.receive() == b"still heard"
        assert ours.stream.transport_stream.state.bytes_sent == sent
        await ours.aclose()
        with pytest.raises(ConnectionBroken):  # A reset: no close_notify, and no end.
            assert len(await peer.read(20_000_000)) == 20_000_000


async def test_a_send_that_is_cancelled_at_its_entry_sends_nothing() -> None:
    async with joined() as (ours, peer, _):
        with anyio.CancelScope() as scope:
            scope.cancel()
            await ours.send(b"never")
        await ours.send(b"sent")
        assert await peer.read(4) == b"sent"
        assert ours.state.bytes_sent == 4


@pytest.mark.parametrize("standard_compatible", [True, False])
async def test_an_end_without_close_notify_comes_after_the_data(standard_compatible: bool) -> None:
    async with joined(standard_compatible=standard_compatible) as (ours, peer, _):
        await peer.raw.send(peer.records(b"last"))
        await peer.raw.send_eof()
        assert await ours.receive() == b"last"
        for _ in range(2):
            with pytest.raises(ConnectionBroken if standard_compatible else anyio.EndOfStream):
                await ours.receive()


async def test_a_close_notify_with_data_in_one_turn_is_a_clean_end_after_it() -> None:
    async with joined() as (ours, peer, _):
        records = peer.records(b"last")
        peer.engine.end()
        await peer.raw.send(records + peer.engine.take_output())
        assert await ours.receive() == b"last"
        for _ in range(2):
            with pytest.raises(anyio.EndOfStream):
                await ours.receive()


async def test_a_spoiled_record_comes_after_what_was_good() -> None:
    async with joined() as (ours, peer, _):
        good, bad = peer.records(b"good"), bytearray(peer.records(b"bad"))
        bad[-1] ^= 1
        await peer.raw.send(good + bad)
        assert await ours.receive() == b"good"
        for _ in range(2):
            with pytest.raises(ConnectionBroken, match="bad record mac") as caught:
                await ours.receive()
            assert isinstance(caught.value.__cause__, ssl.SSLError)
        with pytest.raises(ssl.SSLError, match="BAD_RECORD_MAC"):  # The alert says so.
            await peer.read(1)


async def test_a_handshake_that_fails_is_told_to_the_peer() -> None:
    client_context, server_context = contexts()
    client_context.maximum_version = ssl.TLSVersion.TLSv1_2
    server_context.minimum_version = ssl.TLSVersion.TLSv1_3
    here, there = sockets()
    peer = Peer(there, TlsEngine(client_context, server_side=False, hostname="localhost"))
    with anyio.fail_after(PATIENCE), here.sock, there.sock:
        peer.engine.handshake()
        await there.send(peer.engine.take_output())
        with pytest.raises(ssl.SSLError, match="UNSUPPORTED_PROTOCOL"):
            await secure(here, server_context, standard_compatible=True)
        peer.engine.feed(await there.receive())
        with pytest.raises(ssl.SSLError, match="PROTOCOL_VERSION"):
            peer.engine.handshake()
        here.close()
        there.close()


@pytest.mark.parametrize("below", [False, True])
async def test_a_close_ends_all_that_waits(below: bool) -> None:
    async with joined() as (ours, _, tasks):
        raised: list[Exception] = []

        async def catch(operation: Callable[[], object]) -> None:
            try:
                await operation()  # type: ignore[misc]
            except Exception as error:
                raised.append(error)

        tasks.start_soon(catch, ours.receive)
        tasks.start_soon(catch, lambda: ours.send(b"x" * 20_000_000))
        await wait_all_tasks_blocked()
        (ours.stream.transport_stream if below else ours).close()
        await wait_all_tasks_blocked()
        assert [type(error) for error in raised] == [ConnectionClosed] * 2
        with pytest.raises(ConnectionClosed):
            await ours.receive()


async def test_its_next_owner_goes_on() -> None:
    async with joined() as (ours, peer, _):
        await peer.raw.send(peer.records(b"one") + peer.records(b"two"))
        assert await ours.receive(2) == b"on"
        ours.unread(b"on")
        released = ours.release()
        with pytest.raises(ConnectionClosed):
            await ours.receive()
        theirs = adopt(released)
        assert isinstance(theirs, TlsStream)
        assert theirs.extra(TLSAttribute.tls_version) == "TLSv1.3"
        received = await theirs.receive()
        while len(received) < 6:
            received += await theirs.receive()
        assert received == b"onetwo"
        await theirs.send(b"back")
        assert await peer.read(4) == b"back"
        theirs.abort()


class Negotiating(TlsEngine):
    """Writes nothing before the next message of the peer, as when TLS 1.2 negotiates anew."""

    __slots__ = ("_asks",)

    def handshake_over(self) -> None:
        self._asks = True

    def feed(self, data: bytes) -> None:
        self._asks = False
        super().feed(data)

    def write(self, data: Buffer) -> None:
        if self._asks:
            raise ssl.SSLWantReadError
        super().write(data)


@pytest.mark.parametrize("receiver_first", [True, False, None])
async def test_a_send_that_has_to_receive_first(receiver_first: bool | None) -> None:
    engine = Negotiating(contexts()[1], server_side=True)

    def make(raw: SocketStream) -> TlsConnection:
        return TlsConnection(raw, engine, standard_compatible=True)

    async with joined(make) as (ours, peer, tasks):
        engine.handshake_over()
        received: list[bytes] = []

        async def receive() -> None:
            received.append(await ours.receive())

        if receiver_first is True:
            tasks.start_soon(receive)
            await wait_all_tasks_blocked()
        tasks.start_soon(ours.send, b"sent")
        await wait_all_tasks_blocked()
        assert ours.state.bytes_sent == 0
        if receiver_first is False:
            tasks.start_soon(receive)
            await wait_all_tasks_blocked()
        await peer.raw.send(peer.records(b"message"))
        assert await peer.read(4) == b"sent"
        if receiver_first is None:
            await receive()
        await wait_all_tasks_blocked()
        assert received == [b"message"]
