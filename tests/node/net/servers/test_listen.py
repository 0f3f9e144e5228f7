"""server.listen(): when it binds, what it emits and in which order, and what goes wrong."""

from __future__ import annotations

import errno
import os
import secrets
import socket
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from anynet._transport.listening.open import listen_tcp_now
from anynet.node._emitters.abort import AbortController
from anynet.node._errors.errors import NodeError, NodeSystemError
from anynet.node._loop.runtime import NoRuntimeError, runtime
from anynet.node._loop.timers import nextTick, setImmediate
from anynet.node._net.servers import binding
from anynet.node._net.servers.server import Server, createServer
from anynet.node._net.sockets.socket import Socket
from anynet.node._net.values import address_info
from anynet.node.events import once
from anynet.testing import unused_port
from tests.node.server_traces import Trace, port_of

pytestmark = pytest.mark.anyio


async def error_of(*args: Any, **options: Any) -> NodeSystemError:
    """The ``error`` event of listening somewhere."""
    errors: list[Any] = []
    with anyio.fail_after(30):
        async with runtime():
            server = createServer().on("error", errors.append)
            assert server.listen(*args, **options) is server
            # It never comes before listen() has returned, and close does not follow it.
            assert errors == []
            server.on("close", lambda: errors.append("close"))
    [error] = errors
    assert isinstance(error, NodeSystemError)
    assert not server.listening
    return error


async def test_a_port_alone_is_bound_at_once_and_told_later() -> None:
    async with runtime():
        trace = Trace()
        server = trace.watch(createServer())
        assert server.address() is None
        assert server.listen(0, trace.note("callback")) is server
        nextTick(trace.append, "tick")
        setImmediate(trace.append, "immediate")
        assert trace == []
        assert server.listening
        address = server.address()
        assert isinstance(address, dict)
        assert (address["address"], address["family"]) == ("::", "IPv6")
        server.on("listening", lambda: nextTick(server.close))
    assert trace == ["listening", "callback", "tick", "close", "immediate"]


@pytest.mark.parametrize(
    ("host", "address", "family"),
    [("127.0.0.1", "127.0.0.1", "IPv4"), ("::1", "::1", "IPv6"), ("0.0.0.0", "0.0.0.0", "IPv4")],
)
async def test_a_host_is_bound_later(host: str, address: str, family: str) -> None:
    async with runtime():
        trace = Trace()
        server = trace.watch(createServer())
        server.listen(0, host, lambda: trace.append(str(server.address())))
        nextTick(trace.append, "tick")
        assert not server.listening
        assert server.address() is None
        server.on("listening", lambda: trace.append("port" if port_of(server) else "none"))
        server.on("listening", server.close)
    place = trace.pop(2)
    assert f"'address': '{address}', 'family': '{family}'" in place
    assert trace == ["tick", "listening", "port", "close"]


async def test_the_address_of_a_name_is_a_loopback_one() -> None:
    hosts = []
    async with runtime():
        server = createServer().listen(0, "localhost")

        def on_listening() -> None:
            address = server.address()
            assert isinstance(address, dict)
            hosts.append(address["address"])
            server.close()

        server.on("listening", on_listening)
    assert hosts[0] in ("127.0.0.1", "::1")


async def test_by_default_both_families_can_connect() -> None:
    async with runtime():
        peers: list[Any] = []

        def on_connection(sock: Socket) -> None:
            peers.append(sock.remoteAddress)
            sock.destroy()
            if len(peers) == 2:
                server.close()

        server = createServer(on_connection).listen(0)
        port = port_of(server)
        clients = [socket.create_connection((host, port)) for host in ("127.0.0.1", "::1")]
    for client in clients:
        client.close()
    assert peers == ["::ffff:127.0.0.1", "::1"]


async def test_ipv6_only_leaves_the_port_of_ipv4_free() -> None:
    async with runtime():
        server = createServer().listen(unused_port(), "0.0.0.0")
        await once(server, "listening")
        other = createServer().listen(port=port_of(server), ipv6Only=True)
        other.on("listening", lambda: (server.close(), other.close()))
    assert not other.listening


async def test_reuse_port_lets_several_listen() -> None:
    async with runtime():
        trace = Trace()
        server = trace.watch(createServer(), "first").listen(port=0, reusePort=True)
        port = port_of(server)
        second = trace.watch(createServer(), "second").listen(port=port, reusePort=True)
        third = trace.watch(createServer(), "third").listen(port)
        assert port_of(second) == port
        third.on("error", lambda _error: (server.close(), second.close()))
    assert trace == [
        "first listening",
        "second listening",
        "third error EADDRINUSE",
        "first close",
        "second close",
    ]


async def test_a_path(tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    async with runtime():
        server = createServer().listen(path)
        assert server.address() == path
        assert os.path.exists(path)
        server.close()
        assert not os.path.exists(path)
        server.listen({"path": path, "readableAll": True})
        assert os.stat(path).st_mode & 0o777 == 0o444
        server.close()


async def test_an_abstract_name() -> None:
    name = "\0" + secrets.token_hex(8)
    error: list[Any] = []
    async with runtime():
        server = createServer().listen(name)
        assert server.address() == name
        createServer().on("error", error.append).listen(name)
        server.close()
        again = createServer().listen(name)
        assert again.listening
        again.close()
    assert str(error[0]) == f"listen EADDRINUSE: address already in use {name}"


@pytest.mark.parametrize("host", [None, "127.0.0.1"])
async def test_a_port_in_use(host: str | None) -> None:
    with socket.socket(socket.AF_INET if host else socket.AF_INET6) as taken:
        taken.bind((host or "::", 0))
        taken.listen()
        port = taken.getsockname()[1]
        error = await error_of(port, host)
    shown = host or "::"
    assert str(error) == f"listen EADDRINUSE: address already in use {shown}:{port}"
    assert (error.code, error.errno, error.syscall) == ("EADDRINUSE", -98, "listen")
    assert (error.address, error.port) == (shown, port)


async def test_an_address_that_is_not_ours() -> None:
    error = await error_of(0, "203.0.113.7")
    assert str(error) == "listen EADDRNOTAVAIL: address not available 203.0.113.7"
    assert (error.address, error.port) == ("203.0.113.7", None)


@pytest.mark.parametrize("host", ["fe80::1", "fe80::1%nope", "fe80::1%99999"])
async def test_a_link_local_address_without_an_interface(host: str) -> None:
    error = await error_of(0, host)
    assert str(error) == f"listen EINVAL: invalid argument {host}"


@pytest.mark.parametrize("host", ["a..b", "[::1]", " ", "1.2.3.4.5", "x" * 64 + ".invalid"])
async def test_a_name_that_nobody_has(host: str) -> None:
    error = await error_of(0, host)
    assert str(error) == f"getaddrinfo ENOTFOUND {host}"
    assert (error.code, error.errno, error.syscall) == ("ENOTFOUND", -3008, "getaddrinfo")
    assert (error.hostname, error.address) == (host, None)


async def test_a_name_that_is_too_long() -> None:
    host = "x" * 300
    error = await error_of(0, host)
    assert str(error) == f"getaddrinfo EINVAL {host}"
    assert error.errno == -22


async def test_paths_that_cannot_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("x")
    for path, code, words in [
        ("file", "EADDRINUSE", "address already in use"),
        (".", "EADDRINUSE", "address already in use"),
        ("file/x", "ENOTDIR", "not a directory"),
        ("missing/x", "EACCES", "permission denied"),
        ("missing/", "EACCES", "permission denied"),
        ("x" * 109, "EINVAL", "invalid argument"),
        ("\0" + "x" * 108, "EINVAL", "invalid argument"),
        ("a\0b", "EINVAL", "invalid argument"),
    ]:
        error = await error_of(path)
        assert str(error) == f"listen {code}: {words} {path}"
        assert (error.code, error.address, error.port) == (code, path, -1)
    assert os.listdir() == ["file"]


@pytest.mark.parametrize("length", [107, 108])
async def test_the_longest_names(length: int, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    name = "x" * 107 if length == 107 else "\0" + secrets.token_hex(8).ljust(107, "x")
    async with runtime():
        server = createServer().listen(name)
        assert server.listening
        server.close()


async def test_a_stale_socket_is_not_replaced(tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(path)
    error = await error_of(path)
    assert error.code == "EADDRINUSE"
    assert os.path.exists(path)


async def test_without_a_listener_the_error_ends_the_program() -> None:
    with pytest.raises(NodeSystemError) as info:
        async with runtime():
            createServer().listen("/nonexistent/x")
    assert info.value.code == "EACCES"


async def test_listening_twice() -> None:
    async with runtime():
        server = createServer().listen(0)
        every: list[tuple[Any, ...]] = [(), (0,), (-1,), ({},), (print,)]
        for args in every:
            with pytest.raises(NodeError) as info:
                server.listen(*args)
            assert info.value.code == "ERR_SERVER_ALREADY_LISTEN"
        message = "Listen method has been called more than once without closing."
        assert str(info.value) == message
        assert server.listenerCount("listening") == 0
        server.close()


async def test_after_an_error_it_may_listen_elsewhere() -> None:
    async with runtime():
        trace = Trace()
        taken = createServer().listen(0)
        server = trace.watch(createServer())
        server.listen(port_of(taken), trace.note("first"))
        server.on("error", lambda _error: server.listen(0, trace.note("second")))
        server.on("listening", lambda: (server.close(), taken.close()))
    # The first callback is still waiting for the event.
    assert trace == ["error EADDRINUSE", "listening", "first", "second", "close"]


async def test_closed_in_the_same_tick_it_never_listens() -> None:
    async with runtime():
        trace = Trace()
        server = trace.watch(createServer())
        server.listen(0, trace.note("callback"))
        server.close(trace.note("closed"))
        nextTick(trace.append, "tick")
    assert trace == ["close", "closed", "tick"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_closed_before_the_host_was_known(host: str) -> None:
    async with runtime():
        trace = Trace()
        server = trace.watch(createServer())
        server.listen(0, host, trace.note("callback"))
        server.close(trace.note("closed"))
    assert trace == ["close", "closed ERR_SERVER_NOT_RUNNING"]
    assert not server.listening


async def test_a_second_listen_takes_the_place_of_a_look_up() -> None:
    async with runtime():
        trace = Trace()
        server = trace.watch(createServer())
        server.listen(0, "localhost", trace.note("first"))
        server.listen(0, trace.note("second"))
        server.on("listening", lambda: setImmediate(server.close))
    assert trace == ["listening", "first", "second", "close"]


async def test_listening_again_after_a_close() -> None:
    async with runtime():
        trace = Trace()
        port = unused_port()
        server = trace.watch(createServer()).listen(port)
        server.close(trace.note("closed"))
        server.listen(port, trace.note("again"))
        assert port_of(server) == port
        nextTick(trace.append, "tick")
        setImmediate(server.close)
    # Both calls tell; by then it listens, for the second time.
    assert trace == ["listening", "again", "close", "closed", "listening", "tick", "close"]


async def test_closing_and_listening_from_the_events() -> None:
    async with runtime():
        trace = Trace()
        server = trace.watch(createServer())
        server.on("listening", server.close)
        server.on("close", lambda: server.listen(0) if len(trace) < 6 else None)
        server.listen(0)
    assert trace == ["listening", "close"] * 3


@pytest.mark.parametrize("when", ["before", "at once", "later"])
@pytest.mark.parametrize("host", [None, "127.0.0.1"])
async def test_an_abort_signal_closes(when: str, host: str | None) -> None:
    async with runtime():
        trace = Trace()
        controller = AbortController()
        server = trace.watch(createServer())
        if when == "before":
            controller.abort()
        server.listen(port=0, host=host, signal=controller.signal)
        if when == "at once":
            controller.abort()
        server.on("listening", controller.abort)
    assert trace == (["listening", "close"] if when == "later" else ["close"])
    assert not server.listening


async def test_a_signal_is_forgotten_at_the_close() -> None:
    async with runtime():
        controller = AbortController()
        server = createServer().listen(port=0, signal=controller.signal)
        assert server.listenerCount("close") == 1
        closed: list[int] = []

        def on_close() -> None:
            closed.append(server.listenerCount("close"))
            server.listen(0)
            controller.abort()
            assert server.listening
            server.removeAllListeners("close")
            server.close()

        server.on("close", on_close)
        server.close()
    assert closed == [1]


async def test_a_handle_of_another_server() -> None:
    async with runtime():
        trace = Trace()
        first = trace.watch(createServer(), "first").listen(0)
        second = trace.watch(createServer(), "second")
        assert second.listen(first) is second
        assert second.address() == first.address()
        client = socket.create_connection(("127.0.0.1", port_of(first)))

        def on_connection(sock: Any) -> None:
            sock.destroy()
            second.close()
            assert first.listening
            with pytest.raises(NodeSystemError) as info:
                first.address()
            assert str(info.value) == "address EBADF"
            setImmediate(first.close)

        second.on("connection", on_connection)
    client.close()
    assert trace == [
        "first listening",
        "second listening",
        "second connection",
        "second close",
        "first close",
    ]


async def test_a_server_that_does_not_listen_has_no_handle() -> None:
    async with runtime():
        with pytest.raises(NodeError) as info:
            createServer().listen(createServer())
        assert info.value.code == "ERR_INVALID_ARG_VALUE"


async def test_a_unix_server_is_not_shared(tmp_path: Path) -> None:
    codes = []
    async with runtime():
        first = createServer().listen(str(tmp_path / "s"))
        second = createServer().on("error", lambda error: codes.append(error.code)).listen(first)
        second.on("error", lambda _error: first.close())
    assert codes == ["EEXIST"]


async def test_bad_arguments_are_raised() -> None:
    async with runtime():
        server = createServer()
        for args, code in [
            ((-1,), "ERR_SOCKET_BAD_PORT"),
            (({},), "ERR_INVALID_ARG_VALUE"),
            (({"port": 0, "host": 5},), "ERR_INVALID_ARG_TYPE"),
            (({"port": 0, "signal": 5},), "ERR_INVALID_ARG_TYPE"),
        ]:
            with pytest.raises(NodeError) as info:
                server.listen(*args)
            assert info.value.code == code
        assert not server.listening
        assert server.eventNames() == []


async def test_only_inside_a_runtime() -> None:
    with pytest.raises(NoRuntimeError):
        Server()
    async with runtime():
        server = createServer()
    with pytest.raises(NoRuntimeError):
        server.listen(0)
    with pytest.raises(NoRuntimeError):
        server.close()


async def test_without_ipv6_it_listens_on_ipv4(monkeypatch: pytest.MonkeyPatch) -> None:
    def bind(address: Any, **options: Any) -> Any:
        if address.family == "ipv6":
            raise OSError(errno.EAFNOSUPPORT, "no IPv6 here")
        return listen_tcp_now(address, **options)

    monkeypatch.setattr(binding, "listen_tcp_now", bind)
    async with runtime():
        server = createServer().listen(0)
        address = server.address()
        errors: list[Any] = []
        createServer().on("error", errors.append).listen(port_of(server))
        setImmediate(server.close)
    assert isinstance(address, dict)
    assert (address["address"], address["family"]) == ("0.0.0.0", "IPv4")
    assert [error.address for error in errors] == ["0.0.0.0"]


def test_a_link_local_address_is_shown_with_its_interface() -> None:
    name = socket.if_indextoname(1)
    assert address_info.ip_text(("fe80::1", 80, 0, 1)) == f"fe80::1%{name}"
    assert address_info.ip_text(("fe80::1%1", 80, 0, 0)) == "fe80::1"
    assert address_info.ip_text(("::1", 80, 0, 1)) == "::1"
    assert address_info.ip_text(("127.0.0.1", 80)) == "127.0.0.1"
