"""Applications of ASGI on a server of anynet, to clients that say every byte themselves."""

from __future__ import annotations

import logging
import socket
import ssl
from typing import Any

import anyio
import pytest

import anynet
from anynet.integrations.asgi import ApplicationHandler, ClientDisconnected, LifespanFailed
from anynet.integrations.asgi._limits import Clock
from tests.core.server_peers import sees, until
from tests.integrations.http_peers import (
    all_of,
    answer_to,
    body_of,
    respond,
    server_of,
    without_dates,
)
from tests.support import client_of, plain_client

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("tidy")]

OK = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s"
LAST = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\nConnection: close\r\n\r\n%s"


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Sends back what was asked, and what came with it."""
    body = await body_of(receive)
    head = f"{scope['method']} {scope['path']}?{scope['query_string'].decode()} "
    await respond(send, head.encode() + body)


# -- requests and responses ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("request_bytes", "answer"),
    [
        (b"GET /a%20b/%C3%BC?x=%20 HTTP/1.1\r\n", OK % (18, "GET /a b/ü?x=%20 ".encode())),
        (b"HEAD /a HTTP/1.1\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n"),
        (b"GET http://example.com/a?b HTTP/1.1\r\n", OK % (9, b"GET /a?b ")),
        (b"GET http://example.com HTTP/1.1\r\n", OK % (7, b"GET /? ")),
        (b"OPTIONS * HTTP/1.1\r\n", OK % (11, b"OPTIONS *? ")),
        (b"POST / HTTP/1.1\r\nContent-Length: 5\r\n", OK % (13, b"POST /? hello")),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n", OK % (13, b"POST /? hello")),
    ],
    ids=["GET", "HEAD", "absolute", "host alone", "asterisk", "POST", "chunked"],
)
async def test_a_request(request_bytes: bytes, answer: bytes) -> None:
    """And the next one on the same connection, which was sent along with it."""
    body = b""
    if b"chunked" in request_bytes:
        body = b"2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"
    elif b"POST" in request_bytes:
        body = b"hello"
    async with server_of(echo) as server:
        one = request_bytes + b"Host: x\r\n\r\n" + body
        last = b"GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        got = await answer_to(server, one + one + last)
    assert got == answer + answer + LAST % (11, b"GET /last? ")


async def test_the_scope_of_a_request() -> None:
    scopes: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        scopes.append(scope)
        scope["state"]["of"] = "this request alone"
        await respond(send, b"")

    async with server_of(app) as server, client_of(server) as sock:
        request = b"GET /%2F?q HTTP/1.1\r\nHost: x\r\nX-Two: a\r\nX-Two: b\r\n\r\n"
        for _ in range(2):
            await sock.send(request)
            await sock.receive()
        client, port = sock.local_address, server.port
    assert scopes[0] is not scopes[1]
    assert isinstance(client, anynet.SocketAddress)
    for scope in scopes:
        assert scope == {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": "//",
            "raw_path": b"/%2F",
            "query_string": b"q",
            "root_path": "",
            "headers": [(b"host", b"x"), (b"x-two", b"a"), (b"x-two", b"b")],
            "client": ("127.0.0.1", client.port),
            "server": ("127.0.0.1", port),
            "state": {"of": "this request alone"},
        }


async def test_the_scope_over_tls_at_a_path_and_behind_a_proxy(
    unix_path: str, server_context: ssl.SSLContext, client_context: ssl.SSLContext
) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await respond(send, f"{scope['scheme']} {scope['client']} {scope['server'][0]}".encode())

    request = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

    async def told(server: anynet.Server, **options: Any) -> bytes:
        async with client_of(server, **options) as sock:
            await sock.send(request)
            return (await all_of(sock)).rpartition(b"\r\n")[2]

    ends: dict[str, Any] = {"tls_standard_compatible": False}
    async with server_of(app, tls=server_context) as server:
        assert (await told(server, tls=client_context, **ends)).startswith(b"https ('127.0.0.1', ")
    async with server_of(app, path=unix_path) as server:
        assert await told(server) == f"http None {unix_path}".encode()
    trust = anynet.BlockList()
    trust.add_address("127.0.0.1")
    async with server_of(app, proxy_protocol="require", proxy_trust=trust) as server:
        line = b"PROXY TCP4 192.0.2.1 192.0.2.2 1234 443\r\n"
        assert (await answer_to(server, line + request)).endswith(
            b"http ('192.0.2.1', 1234) 192.0.2.2"
        )


async def test_streams_in_both_directions() -> None:
    """Parts go out and come in as they are made; what comes is not read before it is wanted."""
    asked = anyio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "more_body": True})
        await asked.wait()
        while (message := await receive())["more_body"]:
            await send({"type": "http.response.body", "body": message["body"], "more_body": True})
        await send({"type": "http.response.body", "body": b"end"})

    async with server_of(app) as server, client_of(server) as sock:
        await sock.send(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        assert without_dates(await sock.receive()) == head
        with anyio.move_on_after(0.05):
            while True:  # More than the kernel holds for somebody who does not read.
                await sock.send(b"0010\r\n0123456789abcdef\r\n" * 4096)
        assert sock.bytes_sent < 50_000_000
        sock.reset()
        asked.set()
        await until(lambda: server.statistics().peer_failures == 1)


async def test_100_continue() -> None:
    """Said to a client that waits for it, once the application wants the body, and only then."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/wanted":
            await body_of(receive)
        await respond(send, b"")

    head = b"POST %s HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"
    done = OK % (0, b"")
    async with server_of(app) as server:
        async with client_of(server) as sock:
            await sock.send(head % b"/wanted")
            assert await sock.receive() == b"HTTP/1.1 100 Continue\r\n\r\n"
            await sock.send(b"hello")
            assert without_dates(await sock.receive()) == done
            await sock.send(head % b"/unwanted")
            # Whether the body still comes nobody knows, so there is no next request.
            assert without_dates(await all_of(sock)) == done


async def test_a_body_that_nobody_wants() -> None:
    """What has come of it is passed over; what has not ends the connection, but not the answer."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await respond(send, b"no")

    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
    async with server_of(app) as server:
        async with client_of(server) as sock:
            for _ in range(2):
                await sock.send(head % 5 + b"hello")
                assert without_dates(await sock.receive()) == OK % (2, b"no")
            await sock.send(head % 50_000_000)
            assert without_dates(await sock.receive()) == OK % (2, b"no")
            await sock.send(bytes(3_000_000))
            await sock.send_eof()
            assert await all_of(sock) == b""


async def test_http_1_0_and_a_client_that_half_closes() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": b"of any length"})

    async with server_of(app) as server:
        got = await answer_to(server, b"GET / HTTP/1.0\r\n\r\n", end=True)
        assert got == b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nof any length"
        assert await answer_to(server, b"GET / HT", end=True) == b""
        assert await answer_to(server, b"", end=True) == b""


# -- what is refused -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"SET a 1\r\n\r\n", b"400 Bad Request"),
        (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", b"400 Bad Request"),
        (b"GET / HTTP/1.1\r\n\r\n", b"400 Bad Request"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 40_000, b"431 Request Header Fields Too"),
        (b"CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n", b"400 Bad Request"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n", b"501 Not Implemented"),
        (
            b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nno number\r\n",
            b"400 Bad Request",
        ),
        (
            b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",
            b"501 Not Implemented",
        ),
    ],
    ids=["no HTTP", "TLS", "no host", "long", "CONNECT", "WebSocket", "no chunk", "encoding"],
)
async def test_what_is_refused(request_bytes: bytes, status: bytes) -> None:
    async with server_of(echo) as server:
        got = await answer_to(server, request_bytes)
        assert got.startswith(b"HTTP/1.1 " + status)
        assert b"connection: close" in got
    assert server.statistics().handler_failures == 0


# -- applications that fail ------------------------------------------------------------------------


async def failing(scope: Any, receive: Any, send: Any) -> None:
    match scope["path"]:
        case "/before":
            raise ValueError("before")
        case "/silent":
            return
        case "/started":
            await send({"type": "http.response.start", "status": 200})
            raise ValueError("the head has not left")
        case "/half":
            await send({"type": "http.response.start", "status": 200})
            await send({"type": "http.response.body", "body": b"half", "more_body": True})
            raise ValueError("half")
        case "/after":
            await respond(send, b"done")
            raise ValueError("after")
        case "/split":
            await respond(send, b"", 200, (b"x", b"a\r\nset-cookie: stolen"))
        case "/short":
            await send(
                {
                    "type": "http.response.start",
                    "status": 200,
                    "headers": [(b"content-length", b"5")],
                }
            )
            await send({"type": "http.response.body", "body": b"abc"})
        case "/twice":
            await send({"type": "http.response.start", "status": 200})
            await send({"type": "http.response.start", "status": 200})
        case "/headless":
            await send({"type": "http.response.body", "body": b"abc"})
        case _:
            await send({"type": "http.response.push"})


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/before", "before"),
        ("/silent", "returned without a complete response"),
        ("/started", "the head has not left"),
        ("/split", "Illegal header value"),
        ("/twice", "started already"),
        ("/headless", "not started"),
        ("/unknown", "http.response.push"),
    ],
)
async def test_a_failure_before_the_response(
    path: str, logged: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with server_of(failing) as server:
        for method in (b"GET", b"HEAD"):
            request = b"%s %s HTTP/1.1\r\nHost: x\r\n\r\n" % (method, path.encode())
            head, _, body = (await answer_to(server, request)).partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 500 Internal Server Error\r\n")
            assert body == (b"Internal Server Error\n" if method == b"GET" else b"")
    # The second one of its kind is counted in a line of its own.
    first, second = (record for record in caplog.records if record.name == "anynet.asgi")
    assert first.exc_info is not None
    assert logged in str(first.exc_info[1])
    assert "1 times more" in second.getMessage()


async def test_a_response_that_is_shorter_than_it_says(caplog: pytest.LogCaptureFixture) -> None:
    async with server_of(failing) as server:
        answer = await answer_to(server, b"GET /short HTTP/1.1\r\nHost: x\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 500 ")
    assert "Too little data" in caplog.text


async def test_a_failure_in_the_middle_of_a_response_resets(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with server_of(failing) as server, client_of(server) as sock:
        await sock.send(b"GET /half HTTP/1.1\r\nHost: x\r\n\r\n")
        with pytest.raises(anyio.BrokenResourceError):
            await all_of(sock)
    assert caplog.records[0].name == "anynet.asgi"


async def test_a_failure_after_the_response_leaves_the_connection(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with server_of(failing) as server, client_of(server) as sock:
        for _ in range(3):
            await sock.send(b"GET /after HTTP/1.1\r\nHost: x\r\n\r\n")
            assert without_dates(await sock.receive()) == OK % (4, b"done")
    assert [record.levelno for record in caplog.records] == [logging.ERROR, logging.ERROR]


# -- clients that leave ----------------------------------------------------------------------------


async def test_a_client_that_leaves_is_told_to_the_application() -> None:
    told: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await body_of(receive)
        told.append((await receive())["type"])
        told.append((await receive())["type"])
        raise ValueError("what it says to that")

    request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    async with server_of(app) as server:
        async with client_of(server) as sock:
            await sock.send(request + request)
            await until(lambda: server.statistics().open)
        await until(lambda: server.statistics().peer_failures)
    assert told == ["http.disconnect"] * 2
    assert server.statistics().handler_failures == 0


async def test_it_is_told_at_once_where_the_application_only_asks() -> None:
    """As frameworks ask: by a receive that is cancelled already."""
    asked = anyio.Event()
    found: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await body_of(receive)
        for event in (None, asked):
            if event is not None:
                await event.wait()
            message = None
            with anyio.CancelScope() as scope_of_question:
                scope_of_question.cancel()
                message = await receive()
            found.append(message)
        await respond(send, b"")

    async with server_of(app) as server:
        async with client_of(server) as sock:
            await sock.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            await until(lambda: found)
            await sock.send_eof()
            asked.set()
            await all_of(sock)
    assert found == [None, {"type": "http.disconnect"}]


async def test_sends_to_a_client_that_has_left() -> None:
    errors: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200})
        try:
            while True:
                await send(
                    {"type": "http.response.body", "body": bytes(100_000), "more_body": True}
                )
        except OSError as error:
            errors.append(error)
            assert (await receive())["type"] == "http.disconnect"
            raise

    async with server_of(app) as server:
        sock = await client_of(server)
        await sock.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await sock.receive()
        sock.reset()
        await until(lambda: server.statistics().peer_failures)
    assert [type(error) for error in errors] == [ClientDisconnected]
    assert server.statistics().handler_failures == 0


async def test_the_wait_for_a_client_to_leave_ends_with_the_response() -> None:
    ends: list[str] = []
    ended = [anyio.Event(), anyio.Event()]

    async def app(scope: Any, receive: Any, send: Any) -> None:
        async def watch() -> None:
            while (message := await receive())["type"] == "http.request":
                pass
            ended[len(ends)].set()
            ends.append(message["type"])

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(watch)
            await anyio.sleep(0.01)
            await respond(send, b"")

    async with server_of(app) as server, client_of(server) as sock:
        for event in ended:
            await sock.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert without_dates(await sock.receive()) == OK % (0, b"")
            await event.wait()
    assert ends == ["http.disconnect"] * 2


# -- clients that take their time ------------------------------------------------------------------

FAST = dict.fromkeys(
    ("keep_alive_timeout", "head_timeout", "body_timeout", "send_timeout"), 1_000.0
)


async def chunk_of(client: socket.socket) -> bytes:
    chunk = await sees(client)
    assert isinstance(chunk, bytes)
    return chunk


@pytest.mark.parametrize(
    ("limit", "said", "end"),
    [
        ("keep_alive_timeout", b"", b""),
        ("keep_alive_timeout", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b""),
        ("head_timeout", b"GET / HTT", ConnectionResetError),
        (
            "body_timeout",
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc",
            ConnectionResetError,
        ),
    ],
    ids=["says nothing", "asks once", "half a head", "half a body"],
)
async def test_a_client_that_says_no_more(
    limit: str, said: bytes, end: bytes | type[OSError]
) -> None:
    async with server_of(echo, limits=FAST | {limit: 0.1}) as server:
        with plain_client(server) as client:
            client.sendall(said)
            if b"GET / HTTP/1.1" in said:
                assert without_dates(await chunk_of(client)) == OK % (7, b"GET /? ")
            assert await sees(client) == end
    assert server.statistics().handler_failures == 0


@pytest.mark.parametrize(
    ("limit", "head"),
    [
        ("head_timeout", b"GET /"),
        ("body_timeout", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 999\r\n\r\n"),
    ],
)
async def test_a_client_that_drips(limit: str, head: bytes) -> None:
    async with server_of(echo, limits=FAST | {limit: 0.3}) as server, client_of(server) as sock:
        await sock.send(head)
        with pytest.raises(anyio.BrokenResourceError):
            while True:
                await sock.send(b"x")
                await anyio.sleep(0.01)


async def test_a_client_that_does_not_read() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await respond(send, bytes(50_000_000))

    async with server_of(app, limits=FAST | {"send_timeout": 0.1}) as server:
        with plain_client(server) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            await until(lambda: server.statistics().peer_failures == 1)


async def test_a_client_that_reads_slowly() -> None:
    """Each part of a response has its time."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await respond(send, bytes(4_000_000))

    buffers = {"send_buffer_size": 65536, "receive_buffer_size": 65536}
    async with server_of(app, limits=FAST | {"send_timeout": 0.2}, **buffers) as server:
        async with client_of(server, **buffers) as sock:
            await sock.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            for count in range(1, 21):
                await anyio.sleep(0.02)
                while sock.bytes_received < 200_000 * count:
                    await sock.receive()


def test_the_clock_of_a_loop_that_was_blocked() -> None:
    """Nobody is late because the loop was."""
    clock = Clock(0.1)
    clock.start(1000.0)
    clock.tick(1000.125)
    assert clock.now == 0.125
    clock.tick(1060.0)
    assert clock.now == 0.325
    assert b" GMT" in clock.date


async def test_honest_clients_may_take_their_time() -> None:
    """An application that thinks, and a client that has asked, are under no limit."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await anyio.sleep(0.3)
        await respond(send, await body_of(receive))

    async with server_of(app, limits=dict.fromkeys(FAST, 0.1)) as server:
        async with client_of(server) as sock:
            await sock.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello")
            assert without_dates(await sock.receive()) == OK % (5, b"hello")


# -- the end ---------------------------------------------------------------------------------------


async def test_a_server_that_closes_says_so() -> None:
    """Requests under way are answered, and so is one that comes then."""
    asked, go = anyio.Event(), anyio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        asked.set()
        await go.wait()
        await respond(send, b"")

    request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    async with server_of(app, limits=FAST | {"head_timeout": 50}, grace_period=20) as server:
        async with client_of(server) as busy, client_of(server) as late:
            await busy.send(request)
            await asked.wait()
            # Those in the backlog, or just accepted, are reset with it.
            await until(lambda: len(server.connections) == 2)
            server.close()
            await late.send(request)
            go.set()
            assert without_dates(await all_of(busy)) == LAST % (0, b"")
            assert without_dates(await all_of(late)) == LAST % (0, b"")


async def test_who_says_nothing_does_not_hold_up_the_end() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await respond(send, b"")

    async with server_of(app, limits=FAST | {"head_timeout": 0.4}, grace_period=50) as server:
        async with client_of(server) as idle:
            await until(lambda: len(server.connections) == 1)
            server.close()
            assert await all_of(idle) == b""


# -- the lifespan ----------------------------------------------------------------------------------


async def test_the_lifespan_of_an_application() -> None:
    steps: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            steps.append((await receive())["type"])
            scope["state"]["database"] = "open"
            await send({"type": "lifespan.startup.complete"})
            steps.append((await receive())["type"])
            await send({"type": "lifespan.shutdown.complete"})
        else:
            steps.append(scope["state"]["database"])
            await respond(send, b"")

    async with server_of(app, limits={"lifespan": "on"}) as server:
        await answer_to(server, b"GET / HTTP/1.0\r\n\r\n")
    assert steps == ["lifespan.startup", "open", "lifespan.shutdown"]


@pytest.mark.parametrize("step", ["startup", "shutdown"])
async def test_a_lifespan_that_fails(step: str) -> None:
    entered = False

    async def app(scope: Any, receive: Any, send: Any) -> None:
        while (await receive())["type"] != f"lifespan.{step}":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": f"lifespan.{step}.failed", "message": "no database"})

    with pytest.raises(LifespanFailed, match=f"the {step} of the application failed: no database"):
        async with ApplicationHandler(app):
            entered = True
    assert entered is (step == "shutdown")


async def test_an_application_without_a_lifespan() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        await respond(send, b"")

    async with server_of(app, limits={"lifespan": "auto"}) as server:
        assert await answer_to(server, b"GET / HTTP/1.0\r\n\r\n")
    with pytest.raises(AssertionError):
        async with ApplicationHandler(app, lifespan="on"):
            pass


async def test_a_block_that_fails_cancels_the_lifespan() -> None:
    ends: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        try:
            await receive()
        finally:
            ends.append("cancelled")

    with pytest.raises(OSError, match="port in use"):
        async with ApplicationHandler(app) as handler:
            with pytest.raises(RuntimeError, match="only once"):
                async with handler:
                    pass
            raise OSError("port in use")  # It leaves bare, not in a group.
    assert ends == ["cancelled"]
    here, there = socket.socketpair()
    with there:
        async with anynet.Socket.from_fd(here) as sock:
            with pytest.raises(RuntimeError, match="enter the handler first"):
                await ApplicationHandler(app)(sock)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"head_timeout": 0}, ValueError),
        ({"body_timeout": None}, TypeError),
        ({"max_head": 1.5}, TypeError),
        ({"lifespan": "maybe"}, ValueError),
    ],
)
def test_options_that_make_no_sense(options: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error, match=next(iter(options))):
        ApplicationHandler(echo, **options)
