"""Corners of the streams: ends, resets and closes that meet something under way."""

from __future__ import annotations

import socket
import ssl
import struct
from pathlib import Path
from typing import Any

import anyio
import anyio.abc
import anyio.lowlevel
import pytest
import trustme

import anynet
from anynet.testing import memory_pair
from tests.support import client_of, in_thread, plain_client, tcp_pair

pytestmark = pytest.mark.anyio


def _received_in_full(client: socket.socket, size: int) -> int:
    """Ends the client's side, then counts what comes until the end."""
    client.shutdown(socket.SHUT_WR)
    received = 0
    while chunk := client.recv(1 << 20):
        received += len(chunk)
        if received >= size:
            break
    return received


async def test_the_end_of_the_peer_does_not_cut_a_send_under_way() -> None:
    size = 16 << 20
    async with anynet.create_server(
        host="127.0.0.1", port=0, allow_half_open=False, grace_period=0
    ) as server:
        with plain_client(server) as client:
            async with await server.accept() as sock, anyio.create_task_group() as tasks:
                tasks.start_soon(sock.send, bytes(size))
                await anyio.wait_writable(client)
                received = tasks.start_soon(in_thread, _received_in_full, client, size)
                with pytest.raises(anyio.EndOfStream):
                    await sock.receive()
            assert await received == size


async def test_our_side_ends_after_the_send_that_the_peers_end_met() -> None:
    async with tcp_pair(allow_half_open=False) as (client, accepted):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(accepted.send, bytes(32 << 20))
            await anyio.wait_all_tasks_blocked()
            await client.send_eof()
            with pytest.raises(anyio.EndOfStream):
                await accepted.receive()
            received = 0
            async for chunk in client:  # Up to the end of the other side.
                received += len(chunk)
        assert received == 32 << 20
        with pytest.raises(anyio.BrokenResourceError):
            await accepted.send(b"more")


async def test_a_reset_is_never_taken_for_an_end() -> None:
    async with anynet.create_server(host="127.0.0.1", port=0, grace_period=0) as server:
        client = plain_client(server)
        async with await server.accept() as sock:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
            await sock.wait_peer_closed()
            with pytest.raises(anyio.BrokenResourceError):
                await sock.send(b"tells the error of the kernel")
            for _ in range(2):
                with pytest.raises(anyio.BrokenResourceError) as caught:
                    await sock.receive()
                assert getattr(caught.value, "errno", None) is not None
            with pytest.raises(anyio.BrokenResourceError):
                async for _ in sock:
                    pass


@pytest.mark.parametrize("busy", ["events", "receive"])
async def test_a_lingering_close_delivers_while_the_socket_is_in_use(busy: str) -> None:
    size = 2 << 20
    async with tcp_pair() as (client, accepted):
        await client.send(b"unread " * 1000)
        async with anyio.create_task_group() as tasks:
            if busy == "events":
                events = accepted.events()
                assert isinstance(await anext(events), anynet.Data)
                await client.send(b"unread " * 1000)
            else:
                await accepted.receive()
                tasks.start_soon(_closed_under, accepted)
                await anyio.wait_all_tasks_blocked()
            received = bytearray()

            async def read() -> None:
                async for chunk in client:
                    received.extend(chunk)
                await client.send_eof()

            tasks.start_soon(read)
            await accepted.send(bytes(size))
            await accepted.aclose(linger=5)
        assert len(received) == size


async def _closed_under(sock: anynet.Socket) -> None:
    with pytest.raises(anyio.ClosedResourceError):
        await sock.receive()


async def test_a_receive_in_a_cancelled_scope_takes_nothing() -> None:
    async with tcp_pair() as (client, accepted):
        await client.send(b"a")
        assert await accepted.receive() == b"a"  # A short read: the next one would park.
        await client.send(b"b")
        await anyio.wait_readable(accepted.extra(anyio.abc.SocketAttribute.raw_socket))
        with anyio.CancelScope() as scope:
            scope.cancel()
            await accepted.receive()
        assert scope.cancelled_caught
        assert await accepted.receive() == b"b"


async def test_too_many_descriptors_are_the_peers_failure(tmp_path: Path) -> None:
    async def handler(sock: anynet.Socket) -> None:
        await sock.receive_fds(100, 1)

    async with anynet.create_server(handler, path=tmp_path / "s") as server:
        async with client_of(server) as client:
            await client.send_fds(b"x", [0, 1, 2])
            with pytest.raises((anyio.EndOfStream, anyio.BrokenResourceError)):
                await client.receive()
        await server.shutdown()
        assert server.statistics().peer_failures == 1


async def test_refused_operations_let_others_run() -> None:
    async with tcp_pair() as (_, accepted):
        await accepted.aclose()
        ran = 0

        async def count() -> None:
            nonlocal ran
            while True:
                ran += 1
                await anyio.lowlevel.checkpoint()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(count)
            for operation in (accepted.receive, lambda: accepted.send(b"x")) * 20:
                with pytest.raises(anyio.ClosedResourceError):
                    await operation()
            tasks.cancel_scope.cancel()
        assert ran >= 19


async def test_many_buffers_into_an_empty_kernel_do_not_count_as_a_wait() -> None:
    async with tcp_pair() as (client, accepted):
        await client.send_many([b"x"] * 3000)
        assert client.statistics().send_waits == 0
        received = 0
        while received < 3000:
            received += len(await accepted.receive())


async def test_the_attributes_that_are_left_after_the_close() -> None:
    async with tcp_pair() as (client, _):
        peer = client.extra(anyio.abc.SocketAttribute.remote_address)
        await client.aclose()
        assert client.extra(anyio.abc.SocketAttribute.remote_address) == peer
        with pytest.raises(anyio.TypedAttributeLookupError):
            client.extra(anyio.abc.SocketAttribute.local_address)


async def test_a_file_that_cannot_be_read_is_not_the_connections_failure(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"some bytes")
    async with tcp_pair() as (client, accepted):
        with path.open("ab") as file, pytest.raises(ValueError, match="open for reading"):
            await client.send_file(file)
        await client.send(b"fine")
        assert await accepted.receive() == b"fine"


async def test_progress_of_a_long_message_over_tls_is_activity() -> None:
    from_ca = _tls_contexts()
    size = 4 << 20
    async with anynet.create_server(
        host="127.0.0.1",
        port=0,
        tls=from_ca[0],
        tls_standard_compatible=False,
        send_buffer_size=1 << 16,
        grace_period=0,
    ) as server:
        client, accepted = await _shake_hands(
            server, from_ca[1], tls_standard_compatible=False, receive_buffer_size=1 << 16
        )
        async with client, accepted:
            accepted.set_idle_timeout(0.5)
            received = 0
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(accepted.send, bytes(size))
                began = anyio.current_time()
                while received < size:  # Slowly, for longer than the idle timeout.
                    received += len(await client.receive())
                    if anyio.current_time() - began < 1:
                        await anyio.sleep(0.01)
            assert anyio.current_time() - began > 0.5


async def test_an_idle_timeout_over_tls_closes_the_connection_below() -> None:
    from_ca = _tls_contexts()
    async with anynet.create_server(
        host="127.0.0.1", port=0, tls=from_ca[0], idle_timeout=0.05, grace_period=0
    ) as server:
        client, accepted = await _shake_hands(server, from_ca[1])
        # Nobody on the server's side waits for anything, or closes it.
        with pytest.raises((anyio.BrokenResourceError, anyio.EndOfStream)), anyio.fail_after(30):
            await client.receive()
        assert accepted.closed
        await client.aclose()
        await accepted.aclose()


async def test_a_close_over_tls_while_another_task_receives() -> None:
    from_ca = _tls_contexts()
    async with anynet.create_server(
        host="127.0.0.1", port=0, tls=from_ca[0], grace_period=0
    ) as server:
        client, accepted = await _shake_hands(server, from_ca[1])
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_closed_under, accepted)
            await anyio.wait_all_tasks_blocked()
            closing = tasks.start_soon(accepted.aclose)
            with pytest.raises(anyio.EndOfStream):  # An announced close, not a cut.
                await client.receive()
            await client.aclose()
            await closing


async def test_what_a_pump_read_comes_after_what_was_left() -> None:
    ours, theirs = memory_pair()
    async with ours, theirs:
        await theirs.send(b"0123456789")
        assert await ours.receive(1) == b"0"  # The rest of the chunk is left.
        async with ours.events():
            await theirs.send(b"abc")
            await anyio.wait_all_tasks_blocked()
        received = b""
        while len(received) < 12:
            received += await ours.receive()
        assert received == b"123456789abc"


async def _shake_hands(
    server: anynet.Server, context: ssl.SSLContext, **options: Any
) -> tuple[anynet.Socket, anynet.Socket]:
    async with anyio.create_task_group() as tasks:
        accepting = tasks.start_soon(server.accept)
        client = await client_of(server, tls=context, server_hostname="localhost", **options)
    return client, await accepting


def _tls_contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(server)
    client = ssl.create_default_context()
    authority.configure_trust(client)
    return server, client
