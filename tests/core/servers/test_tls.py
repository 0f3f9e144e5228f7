"""A server with ``tls=``: the handshake never holds others up, and what goes wrong in it."""

from __future__ import annotations

import contextlib
import logging
import re
import socket
import ssl

import anyio
import attrs
import pytest
import trustme
from anyio.streams.tls import TLSAttribute

import anynet
from tests.core.server_peers import (
    PATIENCE,
    HandlerBug,
    answer,
    reset,
    sees,
    turns,
    until,
)
from tests.support import client_of, echo, in_thread, plain_client

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("tidy")]


@attrs.frozen
class Contexts:
    server: ssl.SSLContext
    client: ssl.SSLContext


@pytest.fixture(scope="module")
def contexts() -> Contexts:
    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(server)
    client = ssl.create_default_context()
    authority.configure_trust(client)
    return Contexts(server, client)


def finish_handshake(contexts: Contexts, client: socket.socket) -> ssl.SSLSocket:
    """The handshake of a blocking client; call it in a thread."""
    return contexts.client.wrap_socket(client, server_hostname="127.0.0.1")


async def test_a_handler_over_tls(contexts: Contexts) -> None:
    remotes: list[anynet.Address | None] = []

    async def handler(sock: anynet.Socket) -> None:
        remotes.append(sock.remote_address)
        assert sock.local_address == server.address
        assert sock.extra(TLSAttribute.tls_version).startswith("TLSv1")
        assert sock.extra(anyio.abc.SocketAttribute.remote_address)[0] == "127.0.0.1"
        await echo(sock)

    server = anynet.create_server(handler, host="127.0.0.1", port=0, tls=contexts.server)
    async with server:
        async with client_of(server, tls=contexts.client) as client:
            assert await answer(client) == b"hello"
            assert remotes == [client.local_address]
            assert [sock.remote_address for sock in server.connections] == remotes
        await until(lambda: server.statistics().open == 0)
        statistics = server.statistics()
        assert (statistics.tls_failures, statistics.peer_failures) == (0, 0)


async def test_a_client_that_never_speaks_holds_nobody_up(contexts: Contexts) -> None:
    async with anynet.create_server(
        echo, host="127.0.0.1", port=0, tls=contexts.server, grace_period=0
    ) as server:
        with plain_client(server):
            await until(lambda: server.statistics().open == 1)
            assert server.connections == ()  # Not before the handshake.
            async with client_of(server, tls=contexts.client) as client:
                assert await answer(client) == b"hello"


async def test_a_client_that_never_speaks_is_dropped(contexts: Contexts) -> None:
    async with anynet.create_server(
        echo, host="127.0.0.1", port=0, tls=contexts.server, tls_handshake_timeout=0.05
    ) as server:
        with plain_client(server) as client:
            assert await sees(client) == b""
        assert server.statistics().tls_failures == 1
        assert server.statistics().open == 0


async def test_a_client_that_stops_in_the_middle_is_dropped(contexts: Contexts) -> None:
    async with anynet.create_server(
        echo, host="127.0.0.1", port=0, tls=contexts.server, tls_handshake_timeout=0.05
    ) as server:
        with plain_client(server) as client:
            client.sendall(b"\x16\x03\x01\x02\x00\x01")  # The beginning of a ClientHello.
            assert await sees(client) == b""
        assert server.statistics().tls_failures == 1


@pytest.mark.parametrize("how", ["garbage", "end", "reset"])
async def test_a_handshake_that_fails_ends_only_its_connection(
    contexts: Contexts, how: str
) -> None:
    async with anynet.create_server(echo, host="127.0.0.1", port=0, tls=contexts.server) as server:
        for before in range(3):
            client = plain_client(server)
            if how == "garbage":
                client.sendall(b"GET / HTTP/1.1\r\n\r\n")
                while await sees(client) not in (b"", ConnectionResetError):
                    pass  # An alert comes first.
                client.close()
            elif how == "end":
                client.close()
            else:
                await until(lambda: server.statistics().open == 1)
                reset(client)

            def counted(before: int = before) -> bool:
                return server.statistics().tls_failures > before

            await until(counted)
        async with client_of(server, tls=contexts.client) as good:
            assert await answer(good) == b"hello"
        await until(lambda: server.statistics().open == 0)


TLS_FAILURES = [
    (b"GET / HTTP/1.1\r\n\r\n" * 3, "SSLError: \\[SSL: HTTP_REQUEST\\] http request.*"),
    (b"\x16\x03\x01\x02\x00\x01", "not over within 0.3 seconds"),
]


@pytest.mark.parametrize(("data", "reason"), TLS_FAILURES, ids=["garbage", "too late"])
async def test_a_handshake_that_fails_is_a_line_with_the_address_and_the_reason(
    contexts: Contexts, data: bytes, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    ports: list[int] = []
    with caplog.at_level(logging.INFO, "anynet.server"):
        async with anynet.create_server(
            echo, host="127.0.0.1", port=0, tls=contexts.server, tls_handshake_timeout=0.3
        ) as server:
            for count in range(1, 4):
                with plain_client(server) as client:
                    ports.append(client.getsockname()[1])
                    client.sendall(data)
                    while await sees(client) not in (b"", ConnectionResetError):
                        pass
                assert server.statistics().tls_failures == count
    first, *more = [each for each in caplog.records if each.name == "anynet.server"]
    assert first.levelno == logging.INFO
    line = f"TLS handshake of 127.0.0.1:{ports[0]} at {server.address} failed: {reason}"
    assert re.fullmatch(line, first.getMessage())
    assert not first.exc_info
    assert 1 <= len(more) <= 2


@pytest.mark.parametrize("certificate", [False, True])
async def test_a_server_without_a_certificate_is_told_so(
    contexts: Contexts, certificate: bool, caplog: pytest.LogCaptureFixture
) -> None:
    context = contexts.server if certificate else ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname = False
    old.verify_mode = ssl.CERT_NONE
    if certificate:  # The client is at fault: it has no cipher that goes with it.
        old.maximum_version = ssl.TLSVersion.TLSv1_2
        old.set_ciphers("ECDHE-RSA-AES128-GCM-SHA256")
    with caplog.at_level(logging.INFO, "anynet.server"):
        async with anynet.create_server(echo, host="127.0.0.1", port=0, tls=context) as server:
            if certificate:
                async with client_of(server, tls=contexts.client) as good:
                    assert await answer(good) == b"hello"
            for _ in range(3):
                with pytest.raises(OSError):
                    await client_of(server, tls=old)
            await until(lambda: server.statistics().tls_failures == 3)
    first, *more = [each for each in caplog.records if each.name == "anynet.server"]
    assert first.levelno == (logging.INFO if certificate else logging.WARNING)
    assert "no shared cipher" in first.getMessage()
    assert ("context.load_cert_chain() loads one" in first.getMessage()) is not certificate
    assert len(more) <= 2


async def test_each_reason_is_a_kind_of_its_own(
    contexts: Contexts, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "anynet.server"):
        async with anynet.create_server(
            echo, host="127.0.0.1", port=0, tls=contexts.server
        ) as server:
            for data in (b"GET / HTTP/1.1\r\n\r\n" * 3, b"nonsense" * 9):
                with plain_client(server) as client:
                    client.sendall(data)
                    while await sees(client) not in (b"", ConnectionResetError):
                        pass
    lines = [each.getMessage() for each in caplog.records if each.name == "anynet.server"]
    assert ["HTTP_REQUEST" in line for line in lines] == [True, False]
    assert ["WRONG_VERSION_NUMBER" in line for line in lines] == [False, True]


async def test_a_client_that_does_not_trust_the_server(contexts: Contexts) -> None:
    async with anynet.create_server(echo, host="127.0.0.1", port=0, tls=contexts.server) as server:
        with pytest.raises((ssl.SSLError, OSError)):
            await client_of(server, tls=ssl.create_default_context())
        async with client_of(server, tls=contexts.client) as good:
            assert await answer(good) == b"hello"


@pytest.mark.parametrize("how", ["end", "reset"])
@pytest.mark.parametrize("strict", [True, False])
async def test_a_client_that_does_not_announce_its_close(
    contexts: Contexts, how: str, strict: bool
) -> None:
    ended = anyio.Event()

    async def handler(sock: anynet.Socket) -> None:
        await echo(sock)
        ended.set()

    async with anynet.create_server(
        handler, host="127.0.0.1", port=0, tls=contexts.server, tls_standard_compatible=strict
    ) as server:
        client = await in_thread(finish_handshake, contexts, plain_client(server))
        client.setblocking(False)
        client.send(b"hello")
        assert await readable(client) == b"hello"
        if how == "end":
            client.close()
        else:
            reset(client)
        await until(lambda: server.statistics().open == 0)
        # Whoever does not ask for announced closes takes the end of the connection for the end.
        peer_failed = strict or how == "reset"
        assert server.statistics().peer_failures == int(peer_failed)
        assert ended.is_set() is not peer_failed


async def readable(client: ssl.SSLSocket) -> bytes:
    with anyio.fail_after(PATIENCE):
        while True:
            with contextlib.suppress(ssl.SSLWantReadError):
                return client.recv(100)
            await anyio.wait_readable(client)


async def test_a_client_that_does_not_answer_our_close(contexts: Contexts) -> None:
    async def handler(sock: anynet.Socket) -> None:
        await sock.send(b"bye")

    async with anynet.create_server(
        handler, host="127.0.0.1", port=0, tls=contexts.server, tls_handshake_timeout=0.1
    ) as server:
        client = await in_thread(finish_handshake, contexts, plain_client(server))
        with client:
            await until(lambda: server.statistics().open == 0)


async def test_the_connection_of_a_handler_that_fails_is_closed(contexts: Contexts) -> None:
    failures: list[Exception] = []

    async def handler(sock: anynet.Socket) -> None:
        raise HandlerBug

    async with anynet.create_server(
        handler,
        host="127.0.0.1",
        port=0,
        tls=contexts.server,
        on_handler_error=lambda error, sock: failures.append(error),
    ) as server:
        async with client_of(server, tls=contexts.client) as client:
            with pytest.raises(anyio.BrokenResourceError):
                await client.receive()
        assert len(failures) == 1


async def test_cancel_on_disconnect_over_tls(contexts: Contexts) -> None:
    cancelled = anyio.Event()

    async def handler(sock: anynet.Socket) -> None:
        try:
            await anyio.sleep_forever()
        finally:
            cancelled.set()

    async with anynet.create_server(
        handler, host="127.0.0.1", port=0, tls=contexts.server, cancel_on_disconnect=True
    ) as server:
        client = await in_thread(finish_handshake, contexts, plain_client(server))
        await until(lambda: server.connections)
        client.close()
        with anyio.fail_after(PATIENCE):
            await cancelled.wait()


# -- without a handler ------------------------------------------------------------------------


async def test_iterating_over_tls(contexts: Contexts) -> None:
    async with (
        anynet.create_server(host="127.0.0.1", port=0, tls=contexts.server) as server,
        anyio.create_task_group() as tasks,
    ):

        async def serve() -> None:
            async for sock in server:
                tasks.start_soon(one, sock)

        async def one(sock: anynet.Socket) -> None:
            async with sock:
                await echo(sock)

        tasks.start_soon(serve)
        with plain_client(server):  # One that never speaks.
            for _ in range(3):
                async with client_of(server, tls=contexts.client) as client:
                    assert await answer(client) == b"hello"
        server.close()


async def test_events_hand_each_tls_connection_over_once(contexts: Contexts) -> None:
    async with anynet.create_server(host="127.0.0.1", port=0, tls=contexts.server) as server:
        events = server.events()
        assert await anext(events) == anynet.Listening(server.address)
        got: list[anynet.ServerEvent] = []

        async def consume() -> None:
            async for event in events:
                got.append(event)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(consume)
            clients = [await client_of(server, tls=contexts.client) for _ in range(2)]
            await until(lambda: len(got) >= 2)
            await turns()
            sockets = [event.socket for event in got if isinstance(event, anynet.Connection)]
            assert {sock.remote_address for sock in sockets} == {
                client.local_address for client in clients
            }
            assert len(sockets) == 2
            server.close()
            async with anyio.create_task_group() as closing:
                for sock in (*sockets, *clients):
                    closing.start_soon(sock.aclose)
        assert got[2:] == [anynet.Close()]


@pytest.mark.parametrize("delay", range(8))
async def test_a_cancelled_accept_over_tls_loses_nothing(contexts: Contexts, delay: int) -> None:
    async with anynet.create_server(
        host="127.0.0.1", port=0, tls=contexts.server, grace_period=0
    ) as server:
        accepted: list[anynet.Socket] = []

        async def accept() -> None:
            accepted.append(await server.accept())

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(accept)
            await turns()
            tasks.cancel_scope.cancel()  # While parked: there is no client yet.
        client = plain_client(server)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(accept)
            secured = await in_thread(finish_handshake, contexts, client)
            await turns(delay)
            tasks.cancel_scope.cancel()
        if not accepted:
            with anyio.fail_after(PATIENCE):
                await accept()
        await accepted[0].send(b"hello")
        assert await in_thread(secured.recv, 10) == b"hello"
        secured.close()
        accepted[0].reset()


@pytest.mark.parametrize("taken_first", [True, False])
async def test_a_disconnect_does_not_close_a_tls_socket_without_a_handler(
    contexts: Contexts, taken_first: bool
) -> None:
    async with anynet.create_server(
        host="127.0.0.1", port=0, tls=contexts.server, grace_period=0
    ) as server:
        with anyio.move_on_after(0.01):
            await server.accept()  # From now on handshakes are made.
        client = await in_thread(finish_handshake, contexts, plain_client(server))
        client.send(b"hello")
        await until(lambda: server.connections)
        sock = await server.accept() if taken_first else server.connections[0]
        client.close()
        await sock.wait_peer_closed()
        await turns()
        if not taken_first:
            with anyio.fail_after(PATIENCE):
                assert await server.accept() is sock
        assert not sock.closed
        assert await sock.receive() == b"hello"
        sock.reset()


async def test_the_outcome_of_a_tls_socket_that_was_handed_over(contexts: Contexts) -> None:
    async with anynet.create_server(host="127.0.0.1", port=0, tls=contexts.server) as server:
        async with anyio.create_task_group() as tasks:
            sockets: list[anynet.Socket] = []

            async def connect() -> None:
                sockets.append(await client_of(server, tls=contexts.client))

            tasks.start_soon(connect)
            sock = await server.accept()
        report = await server.shutdown(0)
        assert [outcome.outcome for outcome in report.connections] == [anynet.Outcome.RESET]
        assert sock.closed
        with pytest.raises(anyio.BrokenResourceError):
            await sockets[0].receive()
        await sockets[0].aclose()


# -- the end of the server --------------------------------------------------------------------


async def test_an_exception_leaves_bare_while_a_handshake_is_under_way(
    contexts: Contexts,
) -> None:
    bug = HandlerBug()
    client = None
    with pytest.raises(HandlerBug) as caught:
        async with anynet.create_server(
            echo, host="127.0.0.1", port=0, tls=contexts.server
        ) as server:
            client = plain_client(server)
            await until(lambda: server.statistics().open == 1)
            await turns()
            raise bug
    assert caught.value is bug
    assert client is not None
    with client:
        assert await sees(client) is ConnectionResetError


async def test_a_handshake_in_another_task_group_ends_with_the_server(contexts: Contexts) -> None:
    async with anyio.create_task_group() as tasks:
        with pytest.raises(HandlerBug):
            async with anynet.create_server(
                host="127.0.0.1", port=0, tls=contexts.server
            ) as server:
                tasks.start_soon(server.serve, echo, tasks)
                client = plain_client(server)
                await until(lambda: server.statistics().open == 1)
                await turns()
                raise HandlerBug
        with client:
            assert await sees(client) is ConnectionResetError


@pytest.mark.parametrize("handler", [echo, None])
async def test_a_shutdown_waits_for_no_handshake(contexts: Contexts, handler: object) -> None:
    async with anynet.create_server(
        echo if handler else None, host="127.0.0.1", port=0, tls=contexts.server
    ) as server:
        if not handler:
            with anyio.move_on_after(0.01):
                await server.accept()  # From now on handshakes are made.
        with plain_client(server) as client:
            await until(lambda: server.statistics().open == 1)
            report = await server.shutdown()
            assert [each.outcome for each in report.connections] == [anynet.Outcome.RESET]
            assert report.elapsed < PATIENCE
            assert await sees(client) is ConnectionResetError
        assert server.statistics().tls_failures == 1


async def test_a_close_ends_the_iteration_at_once_but_not_the_connections(
    contexts: Contexts,
) -> None:
    async with anynet.create_server(host="127.0.0.1", port=0, tls=contexts.server) as server:
        sockets: list[anynet.Socket] = []

        async def accept_all() -> None:
            async for sock in server:
                sockets.append(sock)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(accept_all)
            client = await client_of(server, tls=contexts.client)
            silent = plain_client(server)
            await until(lambda: server.statistics().open == 2 and sockets)
            with anyio.fail_after(1):
                server.close()
                with pytest.raises(anyio.ClosedResourceError):
                    await server.accept()
        with silent:
            assert await sees(silent) is ConnectionResetError
        await sockets[0].send(b"still there")
        assert await client.receive() == b"still there"
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(sockets[0].aclose)
            tasks.start_soon(client.aclose)
