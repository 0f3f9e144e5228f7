"""What must not break a runtime: odd streams below its sockets, and odd moments to close."""

from __future__ import annotations

import gc
import socket
import ssl
import weakref
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from anyio.abc import ByteStream
from anyio.streams.stapled import StapledObjectStream

import anynet
from anynet import node as net
from anynet._transport.reactor.socket_handle import SocketHandle
from anynet._transport.streams.socket_stream import SocketStream
from tests.node.server_traces import port_of
from tests.transport.reactors import Recorder, reactor_running, until

pytestmark = pytest.mark.anyio


def memory_socket(**options: Any) -> tuple[net.Socket, Any, Any]:
    """A socket over an in-memory stream, and the ends that the peer sends and receives by."""
    to_us, ours = anyio.create_memory_object_stream[bytes](10)
    out, to_peer = anyio.create_memory_object_stream[bytes](10)
    core = anynet.Socket.from_stream(StapledObjectStream(out, ours))
    return net.Socket.fromCore(core, **options), to_us, to_peer


async def test_options_that_are_wrong_do_not_cost_the_connection() -> None:
    async with anynet.create_server(host="127.0.0.1", port=0) as server:
        assert isinstance(server.address, anynet.SocketAddress)
        core = await anynet.connect("127.0.0.1", server.address.port)
        async with await server.accept() as peer, net.runtime():
            wrong: Any
            for wrong in ({"highWaterMark": "x"}, {"captureRejections": 1}):
                with pytest.raises(net.NodeError):
                    net.Socket.fromCore(core, **wrong)
            await core.send(b"still here")
            assert await peer.receive() == b"still here"
        await core.aclose()


async def test_a_pause_of_onread_holds_in_the_middle_of_a_chunk() -> None:
    read: list[bytes] = []

    def on_read(count: int, buffer: bytearray) -> bool:
        read.append(bytes(buffer[:count]))
        return False

    async with net.runtime():
        sock, to_us, to_peer = memory_socket(onread={"buffer": bytearray(3), "callback": on_read})
        await to_us.send(b"abcdefgh")
        for part in (b"abc", b"def", b"gh"):
            await until(lambda: bool(read))
            await anyio.lowlevel.checkpoint()
            assert read == [part]
            read.clear()
            sock.resume()
        assert sock.bytesRead == 8
        sock.destroy()
        await net.events.once(sock, "close")
        to_us.close()
        to_peer.close()


async def test_onread_into_items_larger_than_a_byte() -> None:
    read: list[bytes] = []
    buffer = memoryview(bytearray(8)).cast("I")

    def on_read(count: int, into: memoryview) -> None:
        read.append(bytes(into.cast("B")[:count]))

    async with net.runtime():
        sock, to_us, to_peer = memory_socket(onread={"buffer": buffer, "callback": on_read})
        await to_us.send(b"abcdefghij")
        await until(lambda: len(read) == 2)
        assert read == [b"abcdefgh", b"ij"]
        sock.destroy()
        await net.events.once(sock, "close")
        to_us.close()
        to_peer.close()


async def test_onread_into_what_is_not_contiguous_is_refused() -> None:
    async with net.runtime():
        buffer = memoryview(bytearray(8))[::2]
        with pytest.raises(net.NodeError, match="onread.buffer"):
            net.Socket(onread={"buffer": buffer, "callback": lambda *_: None})


class FailingStream(ByteStream):
    """A stream whose ``send`` raises."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.closed = anyio.Event()

    async def receive(self, max_bytes: int = 65536) -> bytes:
        await self.closed.wait()
        raise anyio.EndOfStream

    async def send(self, item: bytes) -> None:
        await anyio.lowlevel.checkpoint()
        raise self.error

    async def send_eof(self) -> None: ...

    async def aclose(self) -> None:
        self.closed.set()


async def test_a_mistake_of_a_stream_is_no_failure_of_the_connection() -> None:
    error = ValueError("a mistake")
    with pytest.raises(ValueError, match="a mistake") as raised, anyio.fail_after(30):
        async with net.runtime():
            sock = net.Socket.fromCore(anynet.Socket.from_stream(FailingStream(error)))
            sock.on("error", lambda _error: None).write("x")
            await anyio.sleep_forever()
    assert raised.value is error


async def test_what_openssl_counts_is_no_number_of_the_system() -> None:
    async with net.runtime():
        error = ssl.SSLError(1, "bad record")
        sock = net.Socket.fromCore(anynet.Socket.from_stream(FailingStream(error)))
        failed = net.events.once(sock, "error")
        sock.write("x")
        assert (await failed)[0].code == "EPROTO"


class StuckStream(FailingStream):
    """A stream whose ``send`` never returns."""

    ended = ""

    def __init__(self) -> None:
        super().__init__(ValueError("unused"))

    async def send(self, item: bytes) -> None:
        await anyio.sleep_forever()

    async def aclose(self) -> None:
        self.closed.set()
        try:
            await anyio.lowlevel.checkpoint()
        except BaseException:
            self.ended = "forcefully"
            raise
        self.ended = "cleanly"


async def test_a_message_that_was_cut_off_does_not_end_cleanly() -> None:
    for message, ended in (("", "cleanly"), ("x", "forcefully")):
        stream = StuckStream()
        async with net.runtime():
            sock = net.Socket.fromCore(anynet.Socket.from_stream(stream))
            sock.write(message)
            net.setTimeout(sock.destroy, 1)
        assert stream.ended == ended


# -- handles ---------------------------------------------------------------------------------------


async def test_a_descriptor_in_use_leaves_nothing_behind() -> None:
    ours, theirs = socket.socketpair()
    async with net.runtime() as scope:
        fd = ours.detach()
        sock = net.Socket(fd=fd)
        opened = len(scope.reactor.open_handles)
        with pytest.raises(net.NodeError, match="EEXIST"):
            net.Socket(fd=fd)
        assert len(scope.reactor.open_handles) == opened
        theirs.send(b"x")
        assert await net.events.once(sock, "data") == (b"x",)
        sock.destroy()
    theirs.close()


async def test_nothing_is_sent_after_a_close_in_the_same_event() -> None:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    async with reactor_running() as reactor:
        recorder = Recorder()
        handle = recorder.handle = SocketHandle(reactor, SocketStream(ours), recorder)
        done: list[OSError | None] = []
        assert not handle.write(b"x" * 10_000_000, done.append)
        sent = handle.bytes_written
        handle.read_start()
        recorder.on_data = lambda _data: handle.close()
        # Both at once: there is something to read, and room again.
        theirs.send(b"y")
        while sent > 0:
            sent -= len(theirs.recv(sent))
        await until(lambda: bool(done))
        assert recorder.data == b"y"
        assert [error and error.strerror for error in done] == ["Operation canceled"]
        assert theirs.recv(1) == b""
    theirs.close()


async def test_a_buffer_factory_that_destroys_its_socket() -> None:
    read: list[int] = []
    ours, theirs = socket.socketpair()
    async with net.runtime():

        def factory() -> bytearray:
            sock.destroy()
            return bytearray(8)

        onread = {"buffer": factory, "callback": lambda count, _buffer: read.append(count)}
        sock = net.Socket({"fd": ours.detach(), "onread": onread})
        theirs.send(b"x")
    assert read == []
    theirs.close()


async def test_a_path_that_is_no_text_is_an_error_event() -> None:
    async with net.runtime():
        failed = net.events.once(net.connect("./\ud800"), "error")
        (error,) = await failed
    assert error.code == "EINVAL"


async def test_a_pipe_that_is_over_keeps_nobody() -> None:
    kept: list[weakref.ref[net.Socket]] = []

    def echo(peer: net.Socket) -> None:
        kept.append(weakref.ref(peer))
        peer.pipe(peer)

    gc.disable()
    try:
        async with net.runtime():
            server = net.createServer(echo).listen(0, "127.0.0.1")
            await net.events.once(server, "listening")
            client = net.connect(port_of(server), "127.0.0.1")
            client.resume().end("x")
            await net.events.once(client, "close")
            server.close()
            await net.events.once(server, "close")
            await until(lambda: kept[0]() is None)
    finally:
        gc.enable()
