"""Connecting: lookups, attempts in sequence, and every way in which they fail."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from anynet.node._errors.errors import AggregateError, NodeError, NodeSystemError
from anynet.node._loop.runtime import runtime
from anynet.node._loop.timers import nextTick, setTimeout
from anynet.node._net.servers.server import createServer
from anynet.node._net.sockets.connect import connect
from anynet.node._net.sockets.socket import Socket
from anynet.node._net.values.block_list import BlockList
from anynet.testing import unused_port
from tests.node.stream_traces import Trace

pytestmark = pytest.mark.anyio

EVENTS = (
    "lookup",
    "connectionAttempt",
    "connectionAttemptFailed",
    "connectionAttemptTimeout",
    "connect",
    "ready",
    "error",
    "close",
)


@pytest.fixture
def free_port() -> Iterator[int]:
    """A port that is held, of both families, and that refuses."""
    port = unused_port("127.0.0.1", "::1")
    with socket.socket() as ipv4, socket.socket(socket.AF_INET6) as ipv6:
        ipv4.bind(("127.0.0.1", port))
        ipv6.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        ipv6.bind(("::1", port))
        yield port


def answer(*addresses: str) -> Callable[..., None]:
    """A lookup that knows the addresses, and answers at once."""

    def lookup(hostname: str, options: dict[str, Any], callback: Callable[..., object]) -> None:
        found = [{"address": each, "family": 6 if ":" in each else 4} for each in addresses]
        if options.get("all"):
            callback(None, found)
        else:
            callback(None, found[0]["address"], found[0]["family"])

    return lookup


def watched(trace: Trace, **options: Any) -> Socket:
    """A new socket; lines of ports are shortened by :func:`lines`."""
    return trace.watch(Socket(**options), EVENTS)


def lines(trace: Trace, port: int) -> list[str]:
    return [line.replace(str(port), "PORT") for line in trace]


# -- several addresses ----------------------------------------------------------------------------


async def test_all_addresses_refuse(free_port: int) -> None:
    trace = Trace()
    errors: list[Any] = []
    async with runtime():
        client = watched(trace)
        client.on("error", errors.append)
        client.connect(port=free_port, host="a.test", lookup=answer("::1", "127.0.0.1"))
        trace.append("returned")
        assert client.autoSelectFamilyAttemptedAddresses == [f"::1:{free_port}"]
    assert lines(trace, free_port) == [
        "lookup None '::1' 6 'a.test'",
        "lookup None '127.0.0.1' 4 'a.test'",
        "connectionAttempt '::1' PORT 6",
        "returned",
        "connectionAttemptFailed '::1' PORT 6 ECONNREFUSED",
        "connectionAttempt '127.0.0.1' PORT 4",
        "connectionAttemptFailed '127.0.0.1' PORT 4 ECONNREFUSED",
        "error ECONNREFUSED",
        "close True",
    ]
    (error,) = errors
    assert isinstance(error, AggregateError)
    assert [str(each) for each in error.errors] == [
        f"connect ECONNREFUSED ::1:{free_port}",
        f"connect ECONNREFUSED 127.0.0.1:{free_port}",
    ]
    assert client.autoSelectFamilyAttemptedAddresses == [
        f"::1:{free_port}",
        f"127.0.0.1:{free_port}",
    ]


async def test_families_take_turns_and_no_address_comes_twice(free_port: int) -> None:
    tried: list[str] = []
    async with runtime():
        client = Socket()
        client.on("connectionAttempt", lambda address, *_: tried.append(address))
        client.on("error", lambda _: None)
        addresses = ("127.0.0.1", "127.0.0.2", "127.0.0.2", "127.0.0.3", "::1")
        client.connect(port=free_port, host="a.test", lookup=answer(*addresses))
    assert tried == ["127.0.0.1", "::1", "127.0.0.2", "127.0.0.3"]


async def test_a_single_address_fails_with_its_plain_error(free_port: int) -> None:
    errors: list[Any] = []
    async with runtime():
        client = Socket()
        client.on("error", errors.append)
        client.connect(port=free_port, host="a.test", lookup=answer("127.0.0.1", "127.0.0.1"))
    (error,) = errors
    assert isinstance(error, NodeSystemError)
    assert (error.code, error.errno, error.syscall) == (
        "ECONNREFUSED",
        -errno.ECONNREFUSED,
        "connect",
    )
    assert (error.address, error.port, error.localAddress) == ("127.0.0.1", free_port, None)
    assert client.autoSelectFamilyAttemptedAddresses is None


@contextmanager
def silent_port() -> Iterator[int]:
    """A port of ::1 whose connects are not answered, since its backlog is full.

    Nobody is bound to it at 127.0.0.1.
    """
    port = unused_port("127.0.0.1", "::1")
    with ExitStack() as opened:
        listener = opened.enter_context(socket.socket(socket.AF_INET6))
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind(("::1", port))
        listener.listen(0)
        for _ in range(3):
            waiting = opened.enter_context(socket.socket(socket.AF_INET6))
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield port


async def test_an_address_that_does_not_answer_is_left_for_the_next() -> None:
    trace = Trace()
    with silent_port() as port, socket.create_server(("127.0.0.1", port)):
        async with runtime():
            client = watched(trace)
            client.on("connect", client.destroy)
            client.connect(
                port=port,
                host="a.test",
                autoSelectFamilyAttemptTimeout=20,
                lookup=answer("::1", "127.0.0.1"),
            )
    assert lines(trace, port)[2:] == [
        "connectionAttempt '::1' PORT 6",
        "connectionAttemptTimeout '::1' PORT 6",
        "connectionAttempt '127.0.0.1' PORT 4",
        "connect",
        "ready",
        "close False",
    ]


async def test_the_error_of_an_attempt_that_took_too_long() -> None:
    errors: list[Any] = []
    with silent_port() as port:
        async with runtime():
            client = Socket()
            client.on("error", errors.append)
            client.connect(
                port=port,
                host="a.test",
                autoSelectFamilyAttemptTimeout=20,
                lookup=answer("::1", "127.0.0.3"),
            )
    assert [str(each) for each in errors[0].errors] == [
        f"connect ETIMEDOUT ::1:{port}",
        f"connect ECONNREFUSED 127.0.0.3:{port}",
    ]


@pytest.mark.parametrize("error", [None, NodeError("boo", "BOO")])
async def test_destroyed_while_one_of_several_is_tried(error: NodeError | None) -> None:
    trace = Trace()
    with silent_port() as port:
        async with runtime():
            client = watched(trace)
            client.connect(port=port, host="a.test", lookup=answer("::1", "127.0.0.1"))
            client.destroy(error)
    assert lines(trace, port)[3:] == [
        *(["error BOO"] if error else []),
        "connectionAttemptFailed '::1' PORT 6 ECANCELED",
        f"close {error is not None}",
    ]


async def test_destroyed_in_the_timeout_of_an_attempt() -> None:
    trace = Trace()
    with silent_port() as port:
        async with runtime():
            client = watched(trace)
            client.on("connectionAttemptTimeout", lambda *_: client.destroy())
            client.connect(
                port=port,
                host="a.test",
                autoSelectFamilyAttemptTimeout=20,
                lookup=answer("::1", "127.0.0.1"),
            )
    assert lines(trace, port)[3:] == ["connectionAttemptTimeout '::1' PORT 6", "close False"]


@pytest.mark.parametrize("name", ["connectionAttempt", "connectionAttemptFailed", "lookup"])
async def test_destroyed_in_a_listener(name: str, free_port: int) -> None:
    trace = Trace()
    async with runtime():
        client = watched(trace)
        client.on(name, lambda *_: client.destroy())
        client.connect(port=free_port, host="a.test", lookup=answer("::1", "127.0.0.1"))
    assert trace[-1] == "close False"
    assert [line.split()[0] for line in trace].count(name) == 1
    assert trace[-2].startswith(name)


# -- lookups --------------------------------------------------------------------------------------


async def test_a_lookup_of_one_address_runs_inside_connect(free_port: int) -> None:
    trace = Trace()
    seen: list[dict[str, Any]] = []

    def lookup(hostname: str, options: dict[str, Any], callback: Callable[..., object]) -> None:
        seen.append(options)
        callback(None, "127.0.0.1", 4)
        trace.append("answered")

    async with runtime():
        client = watched(trace)
        client.connect(port=free_port, host="a.test", autoSelectFamily=False, lookup=lookup)
        trace.append("returned")
    assert lines(trace, free_port) == [
        "lookup None '127.0.0.1' 4 'a.test'",
        "connectionAttempt '127.0.0.1' PORT 4",
        "answered",
        "returned",
        "connectionAttemptFailed '127.0.0.1' PORT 4 ECONNREFUSED",
        "error ECONNREFUSED",
        "close True",
    ]
    assert seen == [{"family": None, "hints": 32}]


@pytest.mark.parametrize("several", [True, False])
@pytest.mark.parametrize(
    ("address", "family", "message"),
    [
        ("bogus", 4, "Invalid IP address: bogus"),
        ("127.0.0.1", 100, "Invalid address family: 100 a.test:1"),
        (None, None, "Invalid IP address: undefined"),
    ],
)
async def test_an_answer_that_cannot_be_used(
    several: bool, address: Any, family: Any, message: str
) -> None:
    errors: list[Exception] = []

    def lookup(hostname: str, options: dict[str, Any], callback: Callable[..., object]) -> None:
        if several:
            callback(None, [{"address": address, "family": family}] if address else "127.0.0.1")
        else:
            callback(None, address, family)

    async with runtime():
        client = Socket()
        client.on("error", errors.append)
        client.connect(port=1, host="a.test", autoSelectFamily=several, lookup=lookup)
        assert client.connecting and not client.destroyed
    assert [str(error) for error in errors] == [message]


@pytest.mark.parametrize("several", [True, False])
async def test_a_lookup_that_fails(several: bool) -> None:
    trace = Trace()
    async with runtime():
        client = watched(trace)
        client.connect(
            port=1,
            host="a.test",
            autoSelectFamily=several,
            lookup=lambda _host, _options, callback: callback(NodeError("no", "NOPE")),
        )
        trace.append("returned")
    assert trace == [
        "lookup NOPE None None 'a.test'",
        "returned",
        "error NOPE",
        "close True",
    ]


async def test_a_lookup_that_answers_too_late() -> None:
    trace = Trace()
    callbacks: list[Callable[..., object]] = []
    async with runtime():
        client = watched(trace)
        client.connect(
            port=1,
            host="a.test",
            autoSelectFamily=False,
            lookup=lambda _host, _options, callback: callbacks.append(callback),
        )
        client.destroy()
        client.on("close", lambda *_: callbacks[0](None, "127.0.0.1", 4))
    assert trace == ["close False", "lookup None '127.0.0.1' 4 'a.test'"]


async def test_what_a_lookup_raises_leaves_connect() -> None:
    def lookup(*_: object) -> None:
        raise ZeroDivisionError

    async with runtime():
        client = Socket()
        with pytest.raises(ZeroDivisionError):
            client.connect(port=1, host="a.test", lookup=lookup)
        assert client.connecting
        client.destroy()


async def test_a_lookup_that_answers_twice(free_port: int) -> None:
    trace = Trace()

    def lookup(_host: str, _options: object, callback: Callable[..., object]) -> None:
        callback(None, "127.0.0.1", 4)
        callback(None, "127.0.0.1", 4)

    async with runtime():
        client = watched(trace)
        client.connect(port=free_port, host="a.test", autoSelectFamily=False, lookup=lookup)
        assert client.destroyed
    assert lines(trace, free_port) == [
        *2 * ["lookup None '127.0.0.1' 4 'a.test'", "connectionAttempt '127.0.0.1' PORT 4"],
        "error EALREADY",
        "close True",
    ]


async def test_a_lookup_of_several_that_answers_twice(free_port: int) -> None:
    once = answer("::1", "127.0.0.1")

    def lookup(host: str, options: dict[str, Any], callback: Callable[..., object]) -> None:
        once(host, options, callback)
        once(host, options, callback)

    trace = Trace()
    async with runtime():
        watched(trace).connect(port=free_port, host="a.test", lookup=lookup)
    assert [line.split()[0] for line in trace].count("connectionAttempt") == 2


async def test_a_lookup_may_be_a_coroutine_function() -> None:
    async def lookup(_host: str, _options: object, callback: Callable[..., object]) -> None:
        nextTick(callback, None, "127.0.0.1", 4)

    async with runtime():
        server = createServer(lambda peer: peer.end())
        server.listen(0, lambda: start(server.address()))

        def start(address: Any) -> None:
            client = connect(port=address["port"], host="a.test", family=4, lookup=lookup)
            client.resume()
            client.on("close", lambda _: server.close())


async def test_a_name_that_does_not_exist() -> None:
    trace = Trace()
    name = "x" * 64 + ".test"  # No label is longer than 63 bytes (RFC 1035, section 2.3.4).
    async with runtime():
        watched(trace).connect(80, name)
    assert trace == [
        f"lookup ENOTFOUND None None '{name}'",
        "error ENOTFOUND",
        "close True",
    ]


# -- block lists ----------------------------------------------------------------------------------


def blocking(*addresses: str) -> BlockList:
    blocked = BlockList()
    for address in addresses:
        blocked.addAddress(address, "ipv6" if ":" in address else "ipv4")
    return blocked


async def test_an_address_that_is_blocked(free_port: int) -> None:
    trace = Trace()
    async with runtime():
        client = watched(trace, blockList=blocking("127.0.0.1"))
        client.connect(free_port, "127.0.0.1")
    assert lines(trace, free_port) == [
        "connectionAttempt '127.0.0.1' PORT 4",
        "error ERR_IP_BLOCKED",
        "close True",
    ]


async def test_one_of_several_addresses_is_blocked(free_port: int) -> None:
    trace = Trace()
    async with runtime():
        client = watched(trace, blockList=blocking("::1"))
        client.connect(port=free_port, host="a.test", lookup=answer("::1", "127.0.0.1"))
    assert lines(trace, free_port)[2:] == [
        "connectionAttemptFailed '::1' PORT 6 ERR_IP_BLOCKED",
        "connectionAttempt '127.0.0.1' PORT 4",
        "connectionAttemptFailed '127.0.0.1' PORT 4 ECONNREFUSED",
        "error ERR_IP_BLOCKED",
        "close True",
    ]
    assert client.autoSelectFamilyAttemptedAddresses == [f"127.0.0.1:{free_port}"]


# -- the local end --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("local", "message"),
    [
        ({"localAddress": "1.2.3.4"}, "bind EADDRNOTAVAIL 1.2.3.4"),
        ({"localAddress": "::1"}, "bind EINVAL ::1"),
        ({"localAddress": "127.0.0.1", "localPort": True}, "bind EADDRINUSE 127.0.0.1:PORT"),
    ],
)
async def test_a_local_end_that_cannot_be_had(
    local: dict[str, Any], message: str, free_port: int
) -> None:
    if "localPort" in local:
        local = {**local, "localPort": free_port}
    trace = Trace()
    errors: list[Exception] = []
    async with runtime():
        client = watched(trace)
        client.on("error", errors.append)
        client.connect(port=1, host="127.0.0.1", **local)
        assert client.connecting
    assert [str(error).replace(str(free_port), "PORT") for error in errors] == [message]
    assert [line.split()[0] for line in trace] == ["error", "close"]


async def test_the_local_end_of_a_connection() -> None:
    ends: list[Any] = []
    async with runtime():

        def on_connection(peer: Socket) -> None:
            ends.append(peer.remoteAddress)
            peer.end()

        server = createServer(on_connection)

        def start() -> None:
            address: Any = server.address()
            client = connect(port=address["port"], host="127.0.0.1", localAddress="127.0.0.2")
            client.on("connect", lambda: ends.append(client.localAddress))
            client.resume()
            client.on("close", lambda _: server.close())

        server.listen(0, "127.0.0.1", start)
    assert ends == ["127.0.0.2", "127.0.0.2"]


# -- Unix sockets ---------------------------------------------------------------------------------


async def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    trace = Trace()
    path = str(tmp_path / "no.sock")
    async with runtime():
        watched(trace).connect(path)
        trace.append("returned")
    assert trace == [
        f"connectionAttempt '{path}' None None",
        "returned",
        f"connectionAttemptFailed '{path}' None None ENOENT",
        "error ENOENT",
        "close True",
    ]


@pytest.mark.parametrize("path", ["x" * 200, "a\0b"])
async def test_a_path_that_cannot_be(path: str) -> None:
    errors: list[Any] = []
    async with runtime():
        client = Socket()
        client.on("error", errors.append)
        client.connect(path)
        assert client.destroyed and not client.connecting
    assert str(errors[0]) == f"connect EINVAL {path} - Local (undefined:undefined)"


# -- connecting again -----------------------------------------------------------------------------


async def test_connecting_twice_at_once(free_port: int) -> None:
    errors: list[Any] = []
    async with runtime():
        client = Socket()
        client.on("error", errors.append)
        client.connect(free_port, "127.0.0.1").connect(free_port, "127.0.0.1")
    (error,) = errors
    assert error.code == "EALREADY"
    expected = f"connect EALREADY 127.0.0.1:{free_port} - Local (127.0.0.1:"
    assert str(error).startswith(expected)


async def test_connecting_a_socket_that_is_connected() -> None:
    """The system takes the next connect after one that did not wait for a success, wherever to."""
    trace, errors = Trace(), list[Any]()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def again() -> None:
            client.connect(1, "127.0.0.1", once_more)

        def once_more() -> None:
            trace.append(f"connected to {'the same' if client.remotePort == port else 'another'}")
            client.connect(port, "127.0.0.1", lambda: trace.append("never"))

        async with runtime():
            client = Socket()
            client.on("error", errors.append)
            client.once("connect", again)
            client.connect(port, "127.0.0.1")
    assert trace == ["connected to the same"]
    assert [error.code for error in errors] == ["EISCONN"]


async def test_connecting_again_after_the_close() -> None:
    trace = Trace()
    async with runtime():
        server = createServer(lambda peer: peer.end("hello"))

        def again(_had_error: bool) -> None:
            assert (client.bytesRead, client.destroyed, client.pending) == (5, True, True)
            if trace.count("close False") == 1:
                address: Any = server.address()
                client.connect(address["port"], "127.0.0.1")
                assert (client.destroyed, client.readyState) == (False, "opening")
                assert client.bytesRead == 0
            else:
                server.close()

        def start() -> None:
            address: Any = server.address()
            client.connect(address["port"], "127.0.0.1")

        client = trace.watch(Socket(), ("connect", "data", "end", "finish", "close"))
        client.on("close", again)
        server.listen(0, "127.0.0.1", start)
    assert trace == 2 * ["connect", "data b'hello'", "end", "finish", "close False"]


# -- while connecting -----------------------------------------------------------------------------


async def test_writes_of_a_connect_that_fails(free_port: int) -> None:
    trace = Trace()
    async with runtime():
        client = watched(trace)
        client.write("a", trace.note("first"))
        client.connect(free_port, "127.0.0.1")
    assert trace[-1].startswith("close")

    trace = Trace()
    async with runtime():
        client = watched(trace)
        client.connect(free_port, "127.0.0.1")
        client.write("a", trace.note("first"))
        client.write("b", trace.note("second"))
        client.end("c", trace.note("end"))
        assert (client.bytesWritten, client.bufferSize) == (3, 3)
    assert trace[-5:] == [
        "error ECONNREFUSED",
        "close True",
        "first ERR_SOCKET_CLOSED_BEFORE_CONNECTION",
        "second ECONNREFUSED",
        "end ECONNREFUSED",
    ]


async def test_writes_while_connecting_go_out_at_connect() -> None:
    trace = Trace()
    async with runtime():
        server = createServer(lambda peer: trace.watch(peer, ("data", "end"), "server"))

        def start() -> None:
            address: Any = server.address()
            client = trace.watch(connect(address["port"], "127.0.0.1"), ("connect", "ready"))
            assert client.write("a", trace.note("first"))
            assert client.write("b", trace.note("second"))
            client.end("c", trace.note("end"))
            client.resume()
            client.on("close", lambda _: server.close())

        server.listen(0, "127.0.0.1", start)
    assert trace == [
        "connect",
        "first None",
        "ready",
        "second None",
        "end None",
        "server data b'abc'",
        "server end",
    ]


async def test_a_pending_connect_holds_the_runtime_though_unref() -> None:
    trace = Trace()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        async with runtime():
            client = trace.watch(Socket(), ("connect", "close"))
            client.connect(listener.getsockname()[1], "127.0.0.1").unref()
    assert trace == ["connect"]


async def test_the_idle_timeout_runs_while_connecting() -> None:
    trace = Trace()
    with silent_port() as port:
        async with runtime():
            client = trace.watch(Socket(), ("timeout", "close"))
            client.connect(port, "::1").setTimeout(10, client.destroy)
            stop = setTimeout(client.destroy, 5000)
            client.on("close", lambda _: stop.close())
    assert trace == ["timeout", "close False"]
