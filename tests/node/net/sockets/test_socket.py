"""Socket: reading, writing and ending over a connection, and what it tells about itself."""

from __future__ import annotations

import gc
import os
import socket
import struct
import weakref
from collections.abc import Callable
from typing import Any

import anyio
import pytest

from anynet.node._emitters.abort import AbortController, AbortSignal
from anynet.node._errors.errors import NodeError
from anynet.node._loop.runtime import NoRuntimeError, runtime
from anynet.node._loop.timers import setImmediate, setTimeout
from anynet.node._net.servers.server import createServer
from anynet.node._net.sockets.connect import connect
from anynet.node._net.sockets.socket import Socket
from tests.node.stream_traces import Trace

pytestmark = pytest.mark.anyio

EVENTS = ("connect", "ready", "data", "end", "drain", "finish", "timeout", "error", "close")


def tcp_pair() -> tuple[socket.socket, socket.socket]:
    """Two connected sockets of the standard library."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ours = socket.create_connection(listener.getsockname())
        theirs, _ = listener.accept()
    theirs.settimeout(5)
    return ours, theirs


def connected(trace: Trace | None = None, **options: Any) -> tuple[Socket, socket.socket]:
    """A socket over TCP, and the plain one at its other end."""
    ours, theirs = tcp_pair()
    client = Socket(fd=ours.detach(), **options)
    return (client if trace is None else trace.watch(client, EVENTS)), theirs


def reset(sock: socket.socket) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


# -- what it is -----------------------------------------------------------------------------------


def test_a_socket_is_a_duplex_stream_and_nothing_else_of_ours() -> None:
    ours = [each.__name__ for each in Socket.__mro__ if each.__module__.startswith("anynet")]
    assert ours == ["Socket", "Duplex", "Readable", "Writable", "Stream", "EventEmitter"]


async def test_a_closed_socket_is_no_cycle_for_the_collector() -> None:
    async with runtime():
        client, theirs = connected()
        theirs.close()
        client.resume()
    gone = weakref.ref(client)
    gc.disable()
    try:
        del client
        assert gone() is None
    finally:
        gc.enable()


# -- a new socket ---------------------------------------------------------------------------------


async def test_a_new_socket() -> None:
    async with runtime():
        client = Socket()
        assert (client.connecting, client.pending, client.destroyed) == (False, True, False)
        assert (client.readyState, client.readable, client.writable) == ("open", True, True)
        assert (client.bytesRead, client.bytesWritten, client.bufferSize) == (0, 0, None)
        assert (client.timeout, client.server, client.allowHalfOpen) == (None, None, False)
        assert client.address() == {}
        ends = (client.localAddress, client.localPort, client.localFamily)
        assert ends == (client.remoteAddress, client.remotePort, client.remoteFamily)
        assert ends == (None, None, None)
        assert client.autoSelectFamilyAttemptedAddresses is None
        assert (client.readableHighWaterMark, client.writableHighWaterMark) == (65536, 65536)
        assert client.eventNames() == ["end"]


@pytest.mark.parametrize(
    "name",
    ["localAddress", "localFamily", "localPort", "remoteAddress", "remoteFamily", "remotePort"],
)
async def test_where_its_ends_are_cannot_be_set(name: str) -> None:
    async with runtime():
        client = Socket()
        with pytest.raises(AttributeError):
            setattr(client, name, "x")
        assert getattr(client, name) is None


async def test_it_needs_a_runtime() -> None:
    with pytest.raises(NoRuntimeError):
        Socket()


async def test_writes_and_ends_without_a_connection() -> None:
    trace = Trace()
    async with runtime():
        client = trace.watch(Socket(), EVENTS)
        client.write("x", trace.note("written"))
    assert trace == ["written ERR_SOCKET_CLOSED", "error ERR_SOCKET_CLOSED", "close"]
    trace.clear()
    async with runtime():
        client = trace.watch(Socket(), EVENTS)
        client.end(trace.note("ended"))
    assert trace == ["ended None", "finish"]


async def test_destroying_a_socket_that_was_never_connected() -> None:
    trace = Trace()
    async with runtime():
        client = trace.watch(Socket(), EVENTS)
        assert client.destroy(NodeError("boo", "BOO")) is client
        assert (client.destroyed, client.readyState, client.pending) == (True, "closed", True)
        client.destroy(NodeError("again", "AGAIN"))
        assert trace == []
    assert trace == ["error BOO", "close"]


# -- wrapping a descriptor ------------------------------------------------------------------------


async def test_a_descriptor_reads_at_once_and_writes() -> None:
    trace = Trace()
    async with runtime():
        client, theirs = connected(trace)
        assert (client.pending, client.readyState) == (False, "open")
        client.write("to you")
        theirs.sendall(b"to us")
        theirs.shutdown(socket.SHUT_WR)
    with theirs:
        assert theirs.recv(100) == b"to you"
        assert theirs.recv(100) == b""
    assert trace == ["data b'to us'", "end", "finish", "close False"]


async def test_a_descriptor_without_a_side() -> None:
    trace = Trace()
    async with runtime():
        client, theirs = connected(trace, readable=False)
        assert (client.readyState, client.readableEnded) == ("writeOnly", True)
        client.end("bye")
    with theirs:
        assert theirs.recv(100) == b"bye"
    assert trace == ["finish", "close False"]


@pytest.mark.parametrize(
    ("fd", "code"),
    [(-1, "ERR_OUT_OF_RANGE"), ("1", "ERR_INVALID_ARG_TYPE"), (99999, "ERR_INVALID_FD_TYPE")],
)
async def test_what_is_no_descriptor(fd: Any, code: str) -> None:
    async with runtime():
        with pytest.raises(NodeError) as caught:
            Socket(fd=fd)
        assert caught.value.code == code


async def test_descriptors_that_are_no_stream_sockets() -> None:
    reading, writing = os.pipe()
    kinds = {}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, open(os.devnull) as file:
        async with runtime():
            for name, fd in [("UDP", udp.fileno()), ("FILE", file.fileno())]:
                with pytest.raises(NodeError) as caught:
                    Socket(fd=fd)
                kinds[name] = str(caught.value)
        udp.getsockname()  # It still belongs to the caller.
    os.close(reading)
    os.close(writing)
    assert kinds == {name: f"Unsupported fd type: {name}" for name in kinds}


async def test_a_descriptor_in_use_stays_as_it_was() -> None:
    async with runtime():
        client, theirs = connected()
        handle: Any = client._handle
        with pytest.raises(NodeError) as caught:
            Socket(fd=handle.fd)
        assert caught.value.code == "EEXIST"
        client.end("still there")
        client.on("finish", client.destroy)
    with theirs:
        assert theirs.recv(100) == b"still there"


# -- ending and failing ---------------------------------------------------------------------------


async def test_the_peers_end_ends_ours_after_what_was_written() -> None:
    trace = Trace()
    async with runtime():
        client, theirs = connected(trace)
        client.on("end", lambda: client.write("late", trace.note("written")))
        theirs.shutdown(socket.SHUT_WR)
    with theirs:
        assert theirs.recv(100) == b"late"
        assert theirs.recv(100) == b""
    assert trace == ["end", "written None", "finish", "close False"]


async def test_writing_after_the_peers_end() -> None:
    trace = Trace()
    errors: list[Any] = []

    def write() -> None:
        assert client.write("too late", errors.append) is False

    async with runtime():
        client, theirs = connected(trace)
        client.on("end", lambda: setImmediate(write))
        theirs.shutdown(socket.SHUT_WR)
    theirs.close()
    assert trace == ["end", "finish", "close False"]
    assert (errors[0].code, str(errors[0])) == (
        "EPIPE",
        "This socket has been ended by the other party",
    )


async def test_writing_in_the_end_listener_after_ending() -> None:
    trace = Trace()

    def on_end() -> None:
        client.end()
        client.write("too late", trace.note("written"))

    async with runtime():
        client, theirs = connected(trace)
        client.on("end", on_end)
        theirs.shutdown(socket.SHUT_WR)
    theirs.close()
    assert trace == ["end", "written EPIPE", "error EPIPE", "close True"]


async def test_half_open_sockets_may_write_after_the_peers_end() -> None:
    trace = Trace()
    async with runtime():
        client, theirs = connected(trace, allowHalfOpen=True)
        client.on("end", lambda: setImmediate(lambda: client.end("late", trace.note("ended"))))
        theirs.shutdown(socket.SHUT_WR)
    with theirs:
        assert theirs.recv(100) == b"late"
    assert trace == ["end", "ended None", "finish", "close False"]


async def test_unread_data_delays_the_end() -> None:
    trace = Trace()
    async with runtime():
        client, theirs = connected()
        trace.watch(client, ("end", "finish", "close"))
        theirs.sendall(b"abc")
        theirs.shutdown(socket.SHUT_WR)

        def later() -> None:
            assert (client.readableLength, trace) == (3, [])
            assert client.readyState == "open"
            client.resume()

        setTimeout(later, 20)
    theirs.close()
    assert trace == ["end", "finish", "close False"]


async def test_nothing_unread_no_delay() -> None:
    trace = Trace()
    async with runtime():
        client, theirs = connected()
        trace.watch(client, ("end", "finish", "close"))
        theirs.close()
    assert trace == ["end", "finish", "close False"]


async def test_a_reset_by_the_peer() -> None:
    errors: list[Any] = []
    async with runtime():
        client, theirs = connected()
        client.on("error", errors.append)
        client.on("close", errors.append)
        reset(theirs)
    assert (str(errors[0]), errors[0].errno, errors[0].syscall) == ("read ECONNRESET", -104, "read")
    assert errors[1:] == [True]


async def test_a_write_that_the_system_refuses() -> None:
    trace = Trace()
    async with runtime():
        client, theirs = connected(allowHalfOpen=True)
        trace.watch(client, ("error", "close"))
        client.pause()
        reset(theirs)
        client.write("x", trace.note("written"))
        assert trace == []
    assert trace == ["written ECONNRESET", "error ECONNRESET", "close True"]


@pytest.mark.parametrize("error", [None, NodeError("boo", "BOO")])
async def test_destroying_it_with_writes_under_way(error: NodeError | None) -> None:
    trace = Trace()
    async with runtime():
        client, theirs = connected(trace)
        assert client.write(bytes(20_000_000), trace.note("first")) is False
        client.write("b", trace.note("second"))
        size = client.bytesWritten
        client.destroy(error)
        assert size == client.bytesWritten == 20_000_001
    theirs.close()
    assert trace == [
        *(["error BOO"] if error else []),
        "first ECANCELED",
        f"second {'BOO' if error else 'ECANCELED'}",
        f"close {error is not None}",
    ]


async def test_destroy_soon_writes_first() -> None:
    trace = Trace()
    async with runtime():
        client, theirs = connected(trace)
        client.write("bye", trace.note("written"))
        assert client.destroySoon() is None  # type: ignore[func-returns-value]  # As in Node.
        assert not client.destroyed
    with theirs:
        assert theirs.recv(100) == b"bye"
    assert trace == ["written None", "finish", "close False"]


# -- resets ---------------------------------------------------------------------------------------


async def test_resetting() -> None:
    trace = Trace()
    async with runtime():
        client, theirs = connected(trace)
        assert client.resetAndDestroy() is client
        assert client.destroyed
    with theirs, pytest.raises(ConnectionResetError):
        theirs.recv(1)
    assert trace == ["close False"]


async def test_resetting_while_connecting() -> None:
    trace = Trace()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        async with runtime():
            client = trace.watch(connect(listener.getsockname()[1], "127.0.0.1"), EVENTS)
            client.resetAndDestroy()
            assert client.connecting
        theirs, _ = listener.accept()
    with theirs, pytest.raises(ConnectionResetError):
        theirs.recv(1)
    assert trace == ["connect", "ready", "close False"]


async def test_resetting_what_is_not_connected() -> None:
    trace = Trace()
    async with runtime():
        trace.watch(Socket(), EVENTS).resetAndDestroy()
    assert trace == ["error ERR_SOCKET_CLOSED", "close"]


async def test_a_unix_socket_cannot_be_reset() -> None:
    ours, theirs = socket.socketpair()
    async with runtime():
        client = Socket(fd=ours.detach())
        with pytest.raises(NodeError) as caught:
            client.resetAndDestroy()
        assert caught.value.code == "ERR_INVALID_HANDLE_TYPE"
        assert not client.destroyed
        client.destroy()
        pending = Socket().connect("nobody.sock")
        with pytest.raises(NodeError) as caught:
            pending.resetAndDestroy()
        assert caught.value.code == "ERR_INVALID_HANDLE_TYPE"
        pending.destroy()
    theirs.close()


# -- addresses ------------------------------------------------------------------------------------


@pytest.mark.parametrize("read_before", [True, False])
async def test_addresses_before_and_after_the_end(read_before: bool) -> None:
    async with runtime():
        client, theirs = connected()
        here, there = theirs.getpeername(), theirs.getsockname()
        if read_before:
            assert client.address() == {"address": here[0], "family": "IPv4", "port": here[1]}
            assert (client.localAddress, client.localPort) == here
            assert (client.remoteAddress, client.remotePort) == there
            assert (client.localFamily, client.remoteFamily) == ("IPv4", "IPv4")
        client.destroy()
        assert (client.address(), client.localAddress) == ({}, None)
        expected = (*there, "IPv4") if read_before else (None, None, None)
        assert (client.remoteAddress, client.remotePort, client.remoteFamily) == expected
    theirs.close()


async def test_unix_sockets_have_no_ip_address() -> None:
    ours, theirs = socket.socketpair()
    async with runtime():
        client = Socket(fd=ours.detach())
        assert (client.address(), client.localFamily, client.remoteAddress) == ({}, None, None)
        client.destroy()
    theirs.close()


# -- reading into a buffer ------------------------------------------------------------------------


async def test_reading_into_one_buffer() -> None:
    trace = Trace()
    buffer = bytearray(4)
    seen: list[bytes] = []

    def on_read(count: int, filled: bytearray) -> None:
        assert filled is buffer
        seen.append(bytes(filled[:count]))

    async with runtime():
        client, theirs = connected(trace, onread={"buffer": buffer, "callback": on_read})
        theirs.sendall(b"hello world")
        theirs.shutdown(socket.SHUT_WR)
        client.resume()
    theirs.close()
    assert seen == [b"hell", b"o wo", b"rld"]
    assert trace == ["end", "finish", "close False"]
    assert client.bytesRead == 11


async def test_reading_into_new_buffers_and_pausing() -> None:
    seen: list[bytes] = []

    def on_read(count: int, filled: memoryview) -> bool:
        seen.append(bytes(filled[:count]))
        setImmediate(client.resume)
        return False

    def new_buffer() -> memoryview:
        return memoryview(bytearray(2))

    async with runtime():
        client, theirs = connected(onread={"buffer": new_buffer, "callback": on_read})
        theirs.sendall(b"abcdef")
        theirs.shutdown(socket.SHUT_WR)
    theirs.close()
    assert seen == [b"ab", b"cd", b"ef"]
    assert client.readableEnded


async def test_a_buffer_that_cannot_be_written_to() -> None:
    async with runtime():
        with pytest.raises(NodeError) as caught:
            Socket({"onread": {"buffer": b"constant", "callback": print}})
        assert caught.value.code == "ERR_INVALID_ARG_TYPE"


async def test_an_onread_without_a_callback_is_as_good_as_none() -> None:
    trace = Trace()
    async with runtime():
        _, theirs = connected(trace, onread={"buffer": bytearray(4)})
        theirs.sendall(b"plain")
        theirs.close()
    assert trace[0] == "data b'plain'"


# -- timeouts -------------------------------------------------------------------------------------


async def test_silence_is_told_once_until_something_happens() -> None:
    trace = Trace()
    async with runtime():
        client, theirs = connected()
        trace.watch(client, ("timeout", "close"))
        assert client.setTimeout(10, trace.note("once")) is client
        assert client.timeout == 10

        def again() -> None:
            assert trace == ["timeout", "once"]
            client.write("something")
            client.on("timeout", client.destroy)

        setTimeout(again, 60)
    theirs.close()
    assert trace == ["timeout", "once", "timeout", "close False"]


async def test_activity_puts_the_timeout_off() -> None:
    trace = Trace()
    async with runtime():
        client, theirs = connected()
        client.setTimeout(700, trace.note("timeout"))
        client.on("data", lambda _: trace.append("data"))
        for moment in (200, 400, 600, 800):
            setTimeout(lambda: theirs.send(b"x"), moment)
        setTimeout(client.destroy, 1000)
    theirs.close()
    assert trace == 4 * ["data"]


async def test_a_slow_peer_is_not_silence() -> None:
    trace = Trace()
    async with runtime():
        client, theirs = connected()
        client.setTimeout(300, trace.note("timeout"))
        client.write(bytes(10_000_000))
        theirs.setblocking(False)

        def take(times: int) -> None:
            theirs.recv(1_000_000)
            if times:
                setTimeout(take, 100, times - 1)
            else:
                client.destroy()

        take(6)
    theirs.close()
    assert trace == []


async def test_turning_the_timeout_off() -> None:
    async with runtime():
        client = Socket()
        callback = Trace().note("never")
        client.setTimeout(5, callback).setTimeout(5, callback)
        assert client.listenerCount("timeout") == 2
        client.setTimeout(0, callback)
        assert (client.listenerCount("timeout"), client.timeout) == (1, 0)
        client.destroy()
        assert client.setTimeout(7, callback) is client
        assert (client.listenerCount("timeout"), client.timeout) == (1, 0)


@pytest.mark.parametrize(
    ("args", "code"),
    [
        ((), "ERR_INVALID_ARG_TYPE"),
        (("1",), "ERR_INVALID_ARG_TYPE"),
        ((-1,), "ERR_OUT_OF_RANGE"),
        ((float("inf"),), "ERR_OUT_OF_RANGE"),
        ((float("nan"),), "ERR_OUT_OF_RANGE"),
        ((10, 5), "ERR_INVALID_ARG_TYPE"),
        ((0, 5), "ERR_INVALID_ARG_TYPE"),
    ],
)
async def test_a_timeout_that_is_refused(args: Any, code: str) -> None:
    async with runtime():
        with pytest.raises(NodeError) as caught:
            Socket().setTimeout(*args)
        assert caught.value.code == code


async def test_a_timeout_alone_holds_nothing_open() -> None:
    with anyio.fail_after(30):
        async with runtime():
            Socket().setTimeout(60_000)


# -- options of the system's socket ---------------------------------------------------------------


def option_of(client: Socket, level: int, name: int) -> int:
    handle: Any = client._handle
    sock: socket.socket = handle.stream.sock
    return sock.getsockopt(level, name)


async def test_no_delay_and_keep_alive() -> None:
    async with runtime():
        client, theirs = connected()
        tcp, no_delay = socket.IPPROTO_TCP, socket.TCP_NODELAY
        assert option_of(client, tcp, no_delay) == 0
        assert client.setNoDelay() is client
        assert option_of(client, tcp, no_delay) == 1
        assert client.setNoDelay(False) is client
        assert option_of(client, tcp, no_delay) == 0
        idle = option_of(client, tcp, socket.TCP_KEEPIDLE)
        assert client.setKeepAlive(True) is client
        assert option_of(client, socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert option_of(client, tcp, socket.TCP_KEEPIDLE) == idle
        client.setKeepAlive(True, 7500)
        times = (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
        assert [option_of(client, tcp, name) for name in times] == [7, 1, 10]
        client.setKeepAlive()
        assert option_of(client, socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 0
        client.destroy()
    theirs.close()


async def test_options_given_before_hold_from_the_connect_on() -> None:
    found: list[int] = []

    def look() -> None:
        found.append(option_of(client, socket.IPPROTO_TCP, socket.TCP_NODELAY))
        found.append(option_of(client, socket.SOL_SOCKET, socket.SO_KEEPALIVE))
        found.append(option_of(client, socket.IPPROTO_TCP, socket.TCP_KEEPIDLE))
        found.append(client.getTypeOfService())
        client.destroy()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        async with runtime():
            client = Socket(keepAlive=True, keepAliveInitialDelay=3000)
            assert client.setNoDelay().setTypeOfService(16).getTypeOfService() == 16
            client.connect(listener.getsockname()[1], "127.0.0.1", look)
    assert found == [1, 1, 3, 16]


@pytest.mark.parametrize(
    ("tos", "message"),
    [
        (-1, "It must be >= 0 && <= 255. Received -1"),
        (1.5, "It must be an integer. Received 1.5"),
        ("1", "must be of type number. Received type string ('1')"),
        (float("nan"), "must be of type number. Received type number (NaN)"),
        (None, "must be of type number. Received undefined"),
    ],
)
async def test_a_type_of_service_that_is_refused(tos: Any, message: str) -> None:
    async with runtime():
        with pytest.raises(NodeError) as caught:
            Socket().setTypeOfService(tos)
        assert str(caught.value).endswith(message)


async def test_unix_sockets_take_no_tcp_options() -> None:
    ours, theirs = socket.socketpair()
    async with runtime():
        client = Socket(fd=ours.detach(), noDelay=True)
        client.setNoDelay().setKeepAlive(True, 1000).setTypeOfService(8)
        assert client.getTypeOfService() == 8
        client.destroy()
    theirs.close()


# -- signals, references, counters ----------------------------------------------------------------


@pytest.mark.parametrize("already", [True, False])
async def test_aborting(already: bool) -> None:
    errors: list[Any] = []
    controller = AbortController()
    if already:
        controller.abort("why")
    async with runtime():
        ours, theirs = tcp_pair()
        client = Socket(fd=ours.detach(), signal=controller.signal)
        client.on("error", errors.append)
        client.on("close", errors.append)
        if not already:
            controller.abort("why")
            assert client.destroyed
        assert errors == []
    theirs.close()
    assert (errors[0].code, errors[0].name, errors[0].cause) == ("ABORT_ERR", "AbortError", "why")
    assert errors[1:] == [True]


async def test_a_signal_lets_go_of_a_socket_that_closed() -> None:
    controller = AbortController()
    trace = Trace()
    async with runtime():
        trace.watch(Socket(signal=controller.signal), ("error", "close")).destroy()
    controller.abort()
    assert trace == ["close"]
    assert AbortSignal.abort().aborted


async def test_an_unref_socket_is_closed_silently() -> None:
    trace = Trace()
    async with runtime():
        client, theirs = connected(trace)
        assert client.unref() is client
    assert trace == []
    with theirs:
        assert theirs.recv(1) == b""


async def test_ref_takes_unref_back() -> None:
    trace = Trace()
    async with runtime():
        client, theirs = connected(trace)
        assert client.unref().ref() is client
        setTimeout(theirs.close, 20).unref()
    assert trace == ["end", "finish", "close False"]


async def test_counters_and_the_state() -> None:
    states: list[Any] = []
    async with runtime():
        client, theirs = connected(allowHalfOpen=True)
        client.cork()
        client.write("ab")
        client.write("€")
        # Strings count by their characters as long as they wait, but as bytes once written.
        assert (client.writableLength, client.bufferSize, client.bytesWritten) == (3, 3, 5)
        client.uncork()
        assert (client.writableLength, client.bytesWritten) == (0, 5)
        client.end()
        states.append(client.readyState)
        client.on("data", lambda _: states.append(client.bytesRead))
        client.on("close", lambda _: states.append((client.readyState, client.bytesRead)))
        theirs.sendall(b"xyz")
        theirs.shutdown(socket.SHUT_WR)
    with theirs:
        assert theirs.recv(100) == "ab€".encode()
    assert states == ["readOnly", 3, ("closed", 3)]


async def test_events_of_every_stream_come_first_among_the_names() -> None:
    async with runtime():
        client = Socket()
        for name in ("mine", "connect", "data", "error", "close"):
            client.on(name, lambda *_: None)
        assert client.eventNames() == ["close", "error", "data", "end", "mine", "connect"]
        removed: list[str] = []
        client.on("removeListener", lambda name, _: removed.append(name))
        client.removeAllListeners()
        assert removed == ["close", "error", "data", "end", "mine", "connect"]


async def test_a_failing_coroutine_listener_destroys_it() -> None:
    async def fail(_chunk: bytes) -> None:
        raise NodeError("boo", "BOO")

    trace = Trace()
    async with runtime():
        client, theirs = connected(captureRejections=True)
        client.on("data", fail)
        trace.watch(client, ("error", "close"))
        theirs.sendall(b"x")
    theirs.close()
    assert trace == ["error BOO", "close True"]


async def test_an_error_that_nobody_listens_to_leaves_the_runtime() -> None:
    error = NodeError("boo", "BOO")
    with pytest.raises(NodeError) as caught:
        async with runtime():
            Socket().destroy(error)
    assert caught.value is error


@pytest.mark.parametrize("name", ["objectMode", "readableObjectMode", "writableObjectMode"])
async def test_object_mode_is_not_for_sockets(name: str) -> None:
    options: dict[str, Any] = {name: True}
    async with runtime():
        with pytest.raises(NodeError) as caught:
            Socket(options)
    expected = f"The property 'options.{name}' is not supported. Received true"
    assert (caught.value.code, str(caught.value)) == ("ERR_INVALID_ARG_VALUE", expected)


# -- sockets of a server --------------------------------------------------------------------------


async def accept(use: Callable[[Socket], object], **options: Any) -> list[bytes]:
    """Have ``use`` treat the socket of a server; returns what the client got."""
    got: list[bytes] = []
    async with runtime():
        server = createServer({**options}, use)

        def start() -> None:
            address: Any = server.address()
            client = connect(address["port"], "127.0.0.1")
            client.end("from the client")
            client.on("data", got.append)
            client.on("close", lambda _: server.close())

        server.listen(0, "127.0.0.1", start)
    return got


async def test_a_socket_of_a_server_knows_it() -> None:
    def use(peer: Socket) -> None:
        assert type(peer.server).__name__ == "Server"
        assert peer.remoteAddress == "127.0.0.1"
        peer.end(f"{peer.readableHighWaterMark} {peer.allowHalfOpen}")

    assert await accept(use, highWaterMark=100, allowHalfOpen=True) == [b"100 True"]


async def test_nothing_is_read_under_pause_on_connect() -> None:
    def use(peer: Socket) -> None:
        def later() -> None:
            assert (peer.bytesRead, peer.readableLength, peer.isPaused()) == (0, 0, True)
            peer.on("data", peer.end)
            peer.resume()

        setTimeout(later, 20)

    assert await accept(use, pauseOnConnect=True) == [b"from the client"]


async def test_a_pause_in_the_connection_listener_sticks() -> None:
    def use(peer: Socket) -> None:
        peer.pause()
        peer.on("data", peer.end)

        def look() -> None:
            if peer.readableLength:
                assert peer.readableLength == peer.bytesRead == len("from the client")
                peer.resume()
            else:
                setTimeout(look, 5)

        look()

    assert await accept(use) == [b"from the client"]


def test_the_ends_are_properties_of_the_class_too() -> None:
    for name in ("localAddress", "localPort", "localFamily", "remoteAddress", "remotePort"):
        assert getattr(Socket, name) is vars(Socket)[name]
