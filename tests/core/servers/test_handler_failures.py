"""Whose failure was it? What a peer does ends its connection; what is a bug is the handler's."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest
import trustme
from anyio.streams.buffered import BufferedByteReceiveStream
from anyio.streams.tls import TLSStream

import anynet
from anynet._rules.values.errors import leaves
from tests.core.server_peers import (
    HandlerBug,
    answer,
    is_single,
    reset,
    sees,
    turns,
    until,
)
from tests.support import client_of, echo, in_thread, plain_client

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("tidy")]

Handler = Callable[[anynet.Socket], Awaitable[object]]
Failures = dict[str, Handler]


@pytest.fixture(scope="module")
def contexts() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(server)
    client = ssl.create_default_context()
    authority.configure_trust(client)
    return server, client


def leave(client: socket.socket) -> None:
    client.close()


def leave_after_a_word(client: socket.socket) -> None:
    client.sendall(b"incomplete")
    client.close()


# -- what the peer does -----------------------------------------------------------------------


async def receive(sock: anynet.Socket) -> None:
    while True:
        await sock.receive()


async def receive_into(sock: anynet.Socket) -> None:
    while True:
        await sock.receive_into(bytearray(100))


async def send(sock: anynet.Socket) -> None:
    while True:
        await sock.send(b"x" * 100_000)


async def send_many(sock: anynet.Socket) -> None:
    while True:
        await sock.send_many([b"x" * 50_000] * 2)


async def receive_exactly(sock: anynet.Socket) -> None:
    await BufferedByteReceiveStream(sock).receive_exactly(1000)


async def receive_until(sock: anynet.Socket) -> None:
    await BufferedByteReceiveStream(sock).receive_until(b"\n", 1000)


async def receive_in_a_child(sock: anynet.Socket) -> None:
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(receive, sock)
        tasks.start_soon(anyio.sleep_forever)


async def both_directions_in_nested_groups(sock: anynet.Socket) -> None:
    async with anyio.create_task_group() as outer, anyio.create_task_group() as inner:
        outer.start_soon(receive, sock)
        inner.start_soon(send, sock)


async def raise_from(sock: anynet.Socket) -> None:
    try:
        await receive(sock)
    except (anyio.EndOfStream, anyio.BrokenResourceError) as error:
        raise ConnectionError("the client went away") from error


async def raise_from_twice(sock: anynet.Socket) -> None:
    try:
        await raise_from(sock)
    except ConnectionError as error:
        raise HandlerBug from error


PEER_FAILURES: Failures = {
    each.__name__: each
    for each in (
        receive,
        receive_into,
        send,
        send_many,
        receive_exactly,
        receive_until,
        receive_in_a_child,
        both_directions_in_nested_groups,
        raise_from,
        raise_from_twice,
    )
}


@pytest.mark.parametrize("how", [leave, leave_after_a_word, reset])
@pytest.mark.parametrize("handler", PEER_FAILURES.values(), ids=PEER_FAILURES)
async def test_a_failure_of_the_peer_ends_only_its_connection(
    handler: Handler, how: Callable[[socket.socket], None]
) -> None:
    async def choose(sock: anynet.Socket) -> None:
        first = await sock.receive(4)
        await (echo(sock) if first == b"echo" else handler(sock))

    async with anynet.create_server(choose, host="127.0.0.1", port=0) as server:
        async with client_of(server) as good:
            await good.send(b"echo")
            client = plain_client(server)
            client.sendall(b"fail")
            await until(lambda: server.statistics().open == 2)
            how(client)
            await until(lambda: server.statistics().open == 1)
            assert server.statistics().peer_failures == 1
            assert await answer(good) == b"hello"


async def close_and_receive(sock: anynet.Socket) -> None:
    await sock.aclose()
    await sock.receive()


@pytest.mark.parametrize(
    ("handler", "end"),
    [
        (receive, b""),
        (receive_in_a_child, b""),
        (close_and_receive, b""),
        (receive_exactly, ConnectionResetError),
        (raise_from, ConnectionResetError),
        (raise_from_twice, ConnectionResetError),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
async def test_only_the_plain_end_of_a_peer_ends_its_connection_cleanly(
    handler: Handler, end: bytes | type[OSError]
) -> None:
    async with anynet.create_server(handler, host="127.0.0.1", port=0) as server:
        with plain_client(server) as client:
            client.shutdown(socket.SHUT_WR)
            assert await sees(client) == end
        await until(lambda: server.statistics().peer_failures == 1)


async def test_an_idle_timeout_is_the_peers_failure() -> None:
    async with anynet.create_server(receive, host="127.0.0.1", port=0, idle_timeout=0.03) as server:
        with plain_client(server) as client:
            assert await sees(client) == b""
        await until(lambda: server.statistics().peer_failures == 1)


async def wrapped(sock: anynet.Socket, context: ssl.SSLContext) -> TLSStream:
    return await TLSStream.wrap(sock, server_side=True, ssl_context=context)


async def read_tls(sock: anynet.Socket, context: ssl.SSLContext) -> None:
    tls = await wrapped(sock, context)
    while True:
        await tls.send(await tls.receive())


async def read_tls_in_a_child(sock: anynet.Socket, context: ssl.SSLContext) -> None:
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(read_tls, sock, context)
        tasks.start_soon(anyio.sleep_forever)


async def read_exactly_over_tls(sock: anynet.Socket, context: ssl.SSLContext) -> None:
    tls = await wrapped(sock, context)
    await tls.send(b"hello")
    await BufferedByteReceiveStream(tls).receive_exactly(1000)


async def read_a_socket_over_tls(sock: anynet.Socket, context: ssl.SSLContext) -> None:
    inner = anynet.Socket.from_stream(await wrapped(sock, context))
    while True:
        await inner.send(await inner.receive())


@pytest.mark.parametrize("how", ["garbage", "nothing", "close_notify", "end", "reset"])
@pytest.mark.parametrize(
    "serve_tls",
    [read_tls, read_tls_in_a_child, read_exactly_over_tls, read_a_socket_over_tls],
)
async def test_a_tls_failure_in_the_handler_is_the_peers(
    contexts: tuple[ssl.SSLContext, ssl.SSLContext],
    serve_tls: Callable[[anynet.Socket, ssl.SSLContext], Awaitable[None]],
    how: str,
) -> None:
    async def handler(sock: anynet.Socket) -> None:
        await serve_tls(sock, contexts[0])

    async with anynet.create_server(handler, host="127.0.0.1", port=0) as server:
        plain = plain_client(server)
        if how in ("garbage", "nothing"):
            if how == "garbage":
                plain.sendall(b"GET / HTTP/1.1\r\n\r\n" * 10)
            plain.close()
        else:
            client = await in_thread(
                lambda: contexts[1].wrap_socket(plain, server_hostname="127.0.0.1")
            )
            await in_thread(client.sendall, b"hello")
            assert await in_thread(client.recv, 5) == b"hello"
            if how == "close_notify":
                with client, contextlib.suppress(ssl.SSLEOFError, ConnectionResetError):
                    await in_thread(client.unwrap)  # Nobody answers it in kind.
            elif how == "end":
                client.close()
            else:
                reset(client)
        await until(lambda: server.statistics().accepted == 1 and not server.statistics().open)
        assert server.statistics().peer_failures == 1
        async with client_of(server):
            await until(lambda: server.statistics().open == 1)


# -- what is a bug ----------------------------------------------------------------------------


async def value_error(sock: anynet.Socket) -> None:
    raise ValueError("a bug")


async def busy(sock: anynet.Socket) -> None:
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(sock.receive)
        tasks.start_soon(sock.receive)


async def raise_while_handling(sock: anynet.Socket) -> None:
    try:
        await receive(sock)
    except (anyio.EndOfStream, anyio.BrokenResourceError):
        raise HandlerBug  # noqa: B904 - that is the point


async def raise_from_none(sock: anynet.Socket) -> None:
    try:
        await receive(sock)
    except (anyio.EndOfStream, anyio.BrokenResourceError):
        raise HandlerBug from None


async def mixed_group(sock: anynet.Socket) -> None:
    try:
        await receive(sock)
    except (anyio.EndOfStream, anyio.BrokenResourceError) as error:
        raise ExceptionGroup("mixed", [error, HandlerBug()]) from None


async def nested_mixed_group(sock: anynet.Socket) -> None:
    try:
        await mixed_group(sock)
    except ExceptionGroup as group:
        raise ExceptionGroup("nested", [group.exceptions[0], group]) from None


async def made_by_hand(sock: anynet.Socket) -> None:
    raise anyio.EndOfStream


async def own_timeout(sock: anynet.Socket) -> None:
    with anyio.fail_after(0):
        await sock.receive()


async def no_such_file(sock: anynet.Socket) -> None:
    raise FileNotFoundError("no such file")


BUGS: Failures = {
    each.__name__: each
    for each in (
        value_error,
        busy,
        raise_while_handling,
        raise_from_none,
        made_by_hand,
        own_timeout,
        no_such_file,
    )
}

MIXED: Failures = {each.__name__: each for each in (mixed_group, nested_mixed_group)}


@pytest.mark.parametrize("handler", MIXED.values(), ids=MIXED)
async def test_of_a_mixed_group_the_bug_alone_is_the_handlers(handler: Handler) -> None:
    taken: list[Exception] = []
    async with anynet.create_server(
        handler,
        host="127.0.0.1",
        port=0,
        on_handler_error=lambda error, sock: taken.append(error),
    ) as server:
        plain_client(server).close()
        await until(lambda: server.statistics().accepted and not server.statistics().open)
        statistics = server.statistics()
    assert (statistics.peer_failures, statistics.handler_failures) == (1, 1)
    assert [type(leaf) for leaf in leaves(taken[0])] == [HandlerBug]


@pytest.mark.parametrize("handler", BUGS.values(), ids=BUGS)
async def test_a_bug_leaves_the_server_in_a_group(handler: Handler) -> None:
    raised: list[Exception] = []

    async def remember(sock: anynet.Socket) -> None:
        try:
            await handler(sock)
        except Exception as error:
            raised.append(error)
            raise

    with pytest.raises(ExceptionGroup) as caught:
        async with anynet.create_server(
            remember, host="127.0.0.1", port=0, on_handler_error="raise"
        ) as server:
            with plain_client(server) as client:
                await until(lambda: server.connections)
                await turns()
                client.shutdown(socket.SHUT_WR)
                await anyio.sleep_forever()
    (error,) = caught.value.exceptions
    # Trio copies groups on the way, but never what is in them.
    assert list(leaves(error)) == list(leaves(raised[0]))
    assert server.statistics().peer_failures == 0
    assert server.statistics().handler_failures == 1


@pytest.mark.parametrize("handler", BUGS.values(), ids=BUGS)
async def test_on_handler_error_takes_a_bug_and_the_server_serves_on(handler: Handler) -> None:
    taken: list[tuple[Exception, anynet.Socket]] = []
    calls = 0

    async def first_fails(sock: anynet.Socket) -> None:
        nonlocal calls
        calls += 1
        await (handler(sock) if calls == 1 else echo(sock))

    async with anynet.create_server(
        first_fails,
        host="127.0.0.1",
        port=0,
        on_handler_error=lambda error, sock: taken.append((error, sock)),
    ) as server:
        with plain_client(server) as client:
            port = client.getsockname()[1]
            await until(lambda: calls)
            await turns()
            with contextlib.suppress(OSError):  # Some fail, and so are reset, before that.
                client.shutdown(socket.SHUT_WR)
            await until(lambda: taken)
            assert await sees(client) is ConnectionResetError
        await until(lambda: server.statistics().open == 0)
        ((error, sock),) = taken
        assert isinstance(error, Exception)
        assert isinstance(sock.remote_address, anynet.SocketAddress)
        assert sock.remote_address.port == port
        assert sock.closed
        async with client_of(server) as good:
            assert await answer(good) == b"hello"


async def test_a_failure_of_the_peer_is_not_told_to_on_handler_error() -> None:
    taken: list[Exception] = []
    async with anynet.create_server(
        receive,
        host="127.0.0.1",
        port=0,
        on_handler_error=lambda error, sock: taken.append(error),
    ) as server:
        plain_client(server).close()
        await until(lambda: server.statistics().peer_failures == 1)
    assert taken == []


async def test_on_handler_error_that_fails_ends_the_server() -> None:
    bug = HandlerBug()

    def take(error: Exception, sock: anynet.Socket) -> None:
        raise bug

    with pytest.raises(ExceptionGroup) as caught:
        async with anynet.create_server(
            value_error, host="127.0.0.1", port=0, on_handler_error=take
        ) as server:
            with plain_client(server) as client:
                await anyio.sleep_forever()
    assert caught.value.exceptions == (bug,)
    assert client.fileno() == -1


async def test_the_connection_of_a_bug_is_reset_and_so_are_the_others() -> None:
    async def handler(sock: anynet.Socket) -> None:
        if await sock.receive() == b"fail":
            raise HandlerBug
        await anyio.sleep_forever()

    failing: Any = None
    with pytest.raises(ExceptionGroup) as caught:
        async with anynet.create_server(
            handler, host="127.0.0.1", port=0, on_handler_error="raise"
        ) as server:
            failing, other = plain_client(server), plain_client(server)
            other.sendall(b"stay")
            await until(lambda: any(sock.bytes_received for sock in server.connections))
            failing.sendall(b"fail")
            await anyio.sleep_forever()
    assert is_single(caught.value, HandlerBug)
    for client in (failing, other):
        assert await sees(client) is ConnectionResetError
        client.close()


# -- the same error of another stream ---------------------------------------------------------


@pytest.mark.parametrize("how", ["end", "reset", "idle", "incomplete"])
async def test_the_same_failure_of_an_upstream_connection_is_not_the_peers(how: str) -> None:
    async def upstream_handler(sock: anynet.Socket) -> None:
        if how == "end":
            return
        if how == "idle":
            await anyio.sleep_forever()
        if how == "reset":
            sock.reset()

    async with anynet.create_server(
        upstream_handler, host="127.0.0.1", port=0, grace_period=0
    ) as upstream:

        async def handler(sock: anynet.Socket) -> None:
            async with client_of(upstream, idle_timeout=0.03 if how == "idle" else None) as other:
                if how == "incomplete":
                    await BufferedByteReceiveStream(other).receive_exactly(10)
                await other.receive()

        expected = {
            "end": anyio.EndOfStream,
            "reset": anyio.BrokenResourceError,
            "idle": TimeoutError,
            "incomplete": anyio.IncompleteRead,
        }[how]
        with pytest.raises(ExceptionGroup) as caught:
            async with anynet.create_server(
                handler, host="127.0.0.1", port=0, on_handler_error="raise"
            ) as server:
                with plain_client(server):
                    await anyio.sleep_forever()
        (error,) = caught.value.exceptions
        assert isinstance(error, expected)
        assert server.statistics().peer_failures == 0


async def test_a_tls_failure_of_an_upstream_connection_is_not_the_peers(
    contexts: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    async def speaks_no_tls(sock: anynet.Socket) -> None:
        await sock.send(b"this is no TLS at all")
        await sock.aclose(linger=1)

    async with anynet.create_server(speaks_no_tls, host="127.0.0.1", port=0) as upstream:

        async def handler(sock: anynet.Socket) -> None:
            async with client_of(upstream) as other:
                await TLSStream.wrap(other, hostname="127.0.0.1", ssl_context=contexts[1])

        with pytest.raises(ExceptionGroup) as caught:
            async with anynet.create_server(
                handler, host="127.0.0.1", port=0, on_handler_error="raise"
            ) as server:
                with plain_client(server):
                    await anyio.sleep_forever()
    (error,) = caught.value.exceptions
    assert isinstance(error, (ssl.SSLError, anyio.BrokenResourceError))


async def test_a_refused_upstream_connection_is_not_the_peers() -> None:
    nobody = socket.socket()
    nobody.bind(("127.0.0.1", 0))  # Held, but not listening.
    port = nobody.getsockname()[1]

    async def handler(sock: anynet.Socket) -> None:
        await anynet.connect("127.0.0.1", port)

    with nobody, pytest.raises(ExceptionGroup) as caught:
        async with anynet.create_server(
            handler, host="127.0.0.1", port=0, on_handler_error="raise"
        ) as server:
            with plain_client(server):
                await anyio.sleep_forever()
    assert is_single(caught.value, anynet.ConnectRefused)


# -- the body of the block --------------------------------------------------------------------


async def test_an_exception_of_the_body_leaves_bare() -> None:
    bug = HandlerBug()
    with pytest.raises(HandlerBug) as caught:
        async with anynet.create_server(receive, host="127.0.0.1", port=0) as server:
            client = plain_client(server)
            await until(lambda: server.connections)
            raise bug
    assert caught.value is bug
    assert bug.__context__ is None
    with client:
        assert await sees(client) is ConnectionResetError


async def test_a_group_of_the_body_leaves_as_it_is() -> None:
    group = ExceptionGroup("of the body", [HandlerBug(), ExceptionGroup("", [ValueError()])])
    with pytest.raises(ExceptionGroup) as caught:
        async with anynet.create_server(
            receive, host="127.0.0.1", port=0, on_handler_error="raise"
        ) as server:
            with plain_client(server):
                await until(lambda: server.connections)
                raise group
    assert caught.value is group


async def test_handlers_of_a_failing_body_are_cancelled() -> None:
    async def handler(sock: anynet.Socket) -> None:
        try:
            await receive(sock)
        except anyio.ClosedResourceError:
            raise RuntimeError("who closed my socket?") from None

    with pytest.raises(HandlerBug):
        async with anynet.create_server(handler, host="127.0.0.1", port=0) as server:
            with plain_client(server):
                await until(lambda: server.connections)
                await turns()
                raise HandlerBug


async def test_the_body_and_a_handler_fail_both() -> None:
    of_the_body, of_the_handler = HandlerBug(), ValueError()

    async def handler(sock: anynet.Socket) -> None:
        try:
            await anyio.sleep_forever()
        finally:
            raise of_the_handler

    with pytest.raises(ExceptionGroup) as caught:
        async with anynet.create_server(
            handler, host="127.0.0.1", port=0, on_handler_error="raise"
        ) as server:
            with plain_client(server):
                await until(lambda: server.connections)
                raise of_the_body
    assert set(caught.value.exceptions) == {of_the_body, of_the_handler}


async def test_a_handler_fails_while_the_block_is_left_normally() -> None:
    release = anyio.Event()

    async def handler(sock: anynet.Socket) -> None:
        await release.wait()
        raise HandlerBug

    with pytest.raises(ExceptionGroup) as caught:
        async with anynet.create_server(
            handler, host="127.0.0.1", port=0, on_handler_error="raise"
        ) as server:
            client, other = plain_client(server), plain_client(server)
            await until(lambda: len(server.connections) == 2)
            release.set()
    assert all(isinstance(error, HandlerBug) for error in caught.value.exceptions)
    for each in (client, other):
        assert await sees(each) is ConnectionResetError
        each.close()


async def test_a_failing_handler_of_serve_with_a_task_group_fails_that() -> None:
    async with anynet.create_server(host="127.0.0.1", port=0, on_handler_error="raise") as server:
        with pytest.raises(ExceptionGroup) as caught:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(server.serve, value_error, tasks)
                client = plain_client(server)
                await anyio.sleep_forever()
        assert is_single(caught.value, ValueError)
        with client:
            assert await sees(client) is ConnectionResetError
        assert server.listening  # The server itself is well.
