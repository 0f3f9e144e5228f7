"""One connection on a reactor: nothing is lost, and nothing comes inside the call."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import sys
import termios
from collections.abc import Callable
from typing import Any

import anyio
import pytest

from anynet._transport.reactor.socket_handle import SocketHandle
from anynet._transport.streams.released import ReleasedSocket
from tests.testing.pairs import pattern_of
from tests.transport.reactors import (
    Recorder,
    immediate,
    reactor_running,
    recorded,
    tcp_sockets,
    until,
)

pytestmark = pytest.mark.anyio

PAIRS = pytest.mark.parametrize("new_pair", [socket.socketpair, tcp_sockets], ids=["unix", "tcp"])
NewPair = Callable[[], tuple[socket.socket, socket.socket]]


def unexpected(error: OSError | None) -> None:
    raise AssertionError(f"called back with {error!r}")


def unacknowledged(sock: socket.socket) -> int:
    """How many bytes sent have not arrived at the peer's kernel."""
    return int.from_bytes(fcntl.ioctl(sock, termios.TIOCOUTQ, bytes(4)), sys.byteorder)


@PAIRS
async def test_the_end_that_arrives_with_data(new_pair: NewPair) -> None:
    """A short read that takes the data must not lose the end, whose event was the same."""
    async with reactor_running() as reactor:
        ours, theirs = new_pair()
        ours.setblocking(False)
        theirs.send(b"last words")
        theirs.close()
        owner = recorded(reactor, ours)
        with anyio.fail_after(30):
            await owner.heard("end")
        assert bytes(owner.data) == b"last words"
        assert owner.events == ["data", "end"]
        owner.handle.close()


async def test_an_error_that_arrives_with_the_reset() -> None:
    async with reactor_running() as reactor:
        ours, theirs = tcp_sockets()
        owner = recorded(reactor, ours)
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        theirs.close()
        with anyio.fail_after(30):
            await owner.until(lambda: bool(owner.events))
        (error,) = owner.events
        assert isinstance(error, OSError)
        assert error.errno == errno.ECONNRESET
        owner.handle.close()


async def test_bytes_on_both_sides_of_an_urgent_one() -> None:
    """A read stops at the mark, and no event tells that there is more behind it."""
    async with reactor_running() as reactor:
        ours, theirs = tcp_sockets()
        owner = recorded(reactor, ours)
        owner.handle.read_stop()
        theirs.send(b"before")
        theirs.send(b"!", socket.MSG_OOB)
        theirs.send(b"after")
        await until(lambda: unacknowledged(theirs) == 0)
        owner.handle.read_start()
        with anyio.fail_after(30):
            await owner.until(lambda: len(owner.data) == len(b"before!after"))
        assert bytes(owner.data) == b"before!after"
        owner.handle.close()
        theirs.close()


@pytest.mark.parametrize("into_buffer", [False, True])
async def test_bytes_after_a_descriptor_that_nobody_asked_for(into_buffer: bool) -> None:
    """On Unix sockets a read stops there as well, and all that follows was one event."""
    async with reactor_running() as reactor:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        owner = recorded(reactor, ours)
        if into_buffer:
            buffer = bytearray(100)
            owner.handle.read_into = lambda: buffer
        socket.send_fds(theirs, [b"with it"], [theirs.fileno()])
        theirs.send(b", after it")
        with anyio.fail_after(30):
            await owner.until(lambda: bytes(owner.data) == b"with it, after it")
        theirs.send(b", later")
        theirs.close()
        with anyio.fail_after(30):
            await owner.heard("end")
        assert bytes(owner.data) == b"with it, after it, later"
        owner.handle.close()


@PAIRS
async def test_reading_again_finds_what_came_meanwhile(new_pair: NewPair) -> None:
    """Stopped, it reads nothing; started again, the edge that passed is raised anew."""
    async with reactor_running() as reactor:
        ours, theirs = new_pair()
        ours.setblocking(False)
        owner = recorded(reactor, ours)
        owner.on_data = lambda _: owner.handle.read_stop()
        theirs.send(b"one")
        await owner.heard("data")
        theirs.send(b"two")
        await anyio.sleep(0.005)
        assert bytes(owner.data) == b"one"
        owner.handle.read_start()
        assert bytes(owner.data) == b"one"  # Not inside the call.
        with anyio.fail_after(30):
            await owner.until(lambda: bytes(owner.data) == b"onetwo")
        owner.handle.close()
        theirs.close()


@PAIRS
async def test_a_large_message_through_a_slow_reader(new_pair: NewPair) -> None:
    message = pattern_of(12_000_000, 3)
    async with reactor_running() as reactor:
        ours, theirs = new_pair()
        ours.setblocking(False)
        theirs.setblocking(False)
        reader, writer = recorded(reactor, theirs), recorded(reactor, ours)
        order: list[object] = []
        assert not writer.handle.write(message, lambda error: writer.note(("written", error)))
        assert 0 < writer.handle.queue_size < len(message)
        assert not writer.handle.write_many([b"a", b"", b"b" * 100_000], writer.note)
        writer.handle.shutdown(lambda error: writer.note(("ended", error)))
        order.append("returned")
        assert writer.events == []

        def pause(_: bytes) -> None:
            reader.handle.read_stop()
            immediate(reactor, reader.handle.read_start)

        reader.on_data = pause
        with anyio.fail_after(30):
            await reader.heard("end")
            await writer.heard(("ended", None))
        assert bytes(reader.data) == message + b"a" + b"b" * 100_000
        assert writer.events == [("written", None), None, ("ended", None)]
        assert writer.handle.queue_size == 0
        assert writer.handle.bytes_written == reader.handle.bytes_read == len(reader.data)
        reader.handle.close()
        writer.handle.close()


async def test_many_buffers_more_than_one_call_takes() -> None:
    buffers = [bytes([number % 256]) * 10 for number in range(3000)]
    async with reactor_running() as reactor:
        ours, theirs = tcp_sockets()
        reader, writer = recorded(reactor, theirs), recorded(reactor, ours)
        writer.handle.write_many(buffers, writer.note)
        with anyio.fail_after(30):
            await reader.until(lambda: len(reader.data) == 30_000)
        assert bytes(reader.data) == b"".join(buffers)
        reader.handle.close()
        writer.handle.close()


@PAIRS
async def test_what_the_kernel_takes_at_once_calls_nobody_back(new_pair: NewPair) -> None:
    async with reactor_running() as reactor:
        ours, theirs = new_pair()
        ours.setblocking(False)
        owner = recorded(reactor, ours)
        assert owner.handle.write(b"small", unexpected)
        assert owner.handle.write_many([b"er", b"", memoryview(b"!")], unexpected)
        assert owner.handle.bytes_written == len("smaller!")
        assert theirs.recv(100) == b"smaller!"
        owner.handle.close()
        theirs.close()


async def test_a_write_that_fails_at_once_raises() -> None:
    async with reactor_running() as reactor:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        owner = recorded(reactor, ours)
        theirs.close()
        await owner.heard("end")
        with pytest.raises(BrokenPipeError):
            owner.handle.write(b"too late", unexpected)
        with pytest.raises(BrokenPipeError):
            owner.handle.write_many([b"too", b"late"], unexpected)
        owner.handle.close()


@PAIRS
async def test_closing_fails_what_is_queued_in_order(new_pair: NewPair) -> None:
    async with reactor_running() as reactor:
        ours, theirs = new_pair()
        ours.setblocking(False)
        owner = recorded(reactor, ours)

        def note(name: str) -> Callable[[OSError | None], None]:
            return lambda error: owner.note((name, error and error.errno))

        owner.handle.write(b"x" * 10_000_000, note("first"))
        owner.handle.write(b"y", note("second"))
        owner.handle.shutdown(note("end"))
        owner.handle.close(lambda: owner.note("closed"))
        owner.handle.close(lambda: owner.note("closed again"))
        assert owner.events == []
        await owner.heard("closed")
        canceled = errno.ECANCELED
        assert owner.events == [
            ("first", canceled),
            ("second", canceled),
            ("end", canceled),
            "closed",
        ]
        theirs.close()


async def test_a_queued_write_that_fails_tells_the_error() -> None:
    async with reactor_running() as reactor:
        ours, theirs = tcp_sockets()
        owner = recorded(reactor, ours)
        owner.handle.read_stop()
        owner.handle.write(b"x" * 10_000_000, lambda error: owner.note(error and error.errno))
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        theirs.close()
        with anyio.fail_after(30):
            await owner.until(lambda: bool(owner.events))
        assert owner.events[0] in (errno.ECONNRESET, errno.EPIPE)
        owner.handle.close()


async def test_a_reset_is_seen_as_one() -> None:
    async with reactor_running() as reactor:
        ours, theirs = tcp_sockets()
        ours_owner, theirs_owner = recorded(reactor, ours), recorded(reactor, theirs)
        ours_owner.handle.reset(lambda: ours_owner.note("closed"))
        with anyio.fail_after(30):
            await theirs_owner.until(lambda: bool(theirs_owner.events))
            await ours_owner.heard("closed")
        (error,) = theirs_owner.events
        assert isinstance(error, ConnectionResetError)
        theirs_owner.handle.close()


@PAIRS
async def test_closing_and_releasing_inside_the_callback(new_pair: NewPair) -> None:
    async with reactor_running() as reactor:
        ours, theirs = new_pair()
        ours.setblocking(False)
        theirs.setblocking(False)
        closed, released = recorded(reactor, ours), recorded(reactor, theirs)
        closed.handle.write(b"for the other", unexpected)
        given: list[ReleasedSocket] = []

        def release(_: bytes) -> None:
            assert isinstance(released.handle, SocketHandle)
            given.append(released.handle.release_now(b"for"))
            closed.handle.close(lambda: closed.note("closed"))

        released.on_data = release
        await closed.heard("closed")
        (result,) = given
        assert result.unread == b"for"
        assert result.state.bytes_received == len(b"for the other")
        assert closed.events == ["closed"]
        assert released.events == ["data"]
        result.close()


@PAIRS
async def test_reading_into_a_buffer_of_the_owner(new_pair: NewPair) -> None:
    async with reactor_running() as reactor:
        ours, theirs = new_pair()
        ours.setblocking(False)
        owner = recorded(reactor, ours)
        buffer = bytearray(4)
        owner.handle.read_into = lambda: buffer
        theirs.send(b"0123456789")
        theirs.close()
        await owner.heard("end")
        assert bytes(owner.data) == b"0123456789"
        assert owner.events == ["data", "data", "data", "end"]
        owner.handle.close()


async def test_a_sender_without_end_does_not_starve_the_others() -> None:
    """One that always has data must give way, and goes on by itself."""
    async with reactor_running() as reactor:
        busy_pair, calm_pair = tcp_sockets(), tcp_sockets()
        busy, calm = recorded(reactor, busy_pair[0]), recorded(reactor, calm_pair[0])
        finished = anyio.Event()

        def refill(_: bytes) -> None:
            if not finished.is_set():
                try:
                    busy_pair[1].send(bytes(200_000))
                except BlockingIOError:
                    pass

        busy.on_data = refill
        refill(b"")
        calm.on_data = lambda _: finished.set()
        calm_pair[1].send(b"my turn")
        with anyio.fail_after(30):
            await finished.wait()
        busy.handle.close()
        calm.handle.close()
        for _, theirs in (busy_pair, calm_pair):
            theirs.close()


async def test_what_keeps_the_reactor_alive() -> None:
    """Reading does, being unref'ed or paused doesn't, a queued write does in any case."""
    async with reactor_running() as reactor:
        ours, theirs = tcp_sockets()
        owner = Recorder()
        owner = recorded(reactor, ours)
        handle = owner.handle
        reactor.release()
        assert reactor.alive
        assert handle.has_ref()
        handle.unref()
        assert not handle.has_ref()
        assert not reactor.alive
        handle.ref()
        handle.read_stop()
        assert not reactor.alive
        handle.unref()
        handle.write(bytes(10_000_000), owner.note)
        assert reactor.alive
        handle.close()
        reactor.add_ref()
        await owner.until(lambda: bool(owner.events))
        theirs.close()


class ShortOfBuffers(socket.socket):
    """A socket whose kernel is out of buffers for the first few sends."""

    refusals = 3

    def _refuse(self) -> None:
        if self.refusals:
            self.refusals -= 1
            raise OSError(errno.ENOBUFS, os.strerror(errno.ENOBUFS))

    def send(self, *args: Any) -> int:
        self._refuse()
        return super().send(*args)

    def sendmsg(self, *args: Any) -> int:
        self._refuse()
        return super().sendmsg(*args)


@pytest.mark.parametrize("buffers", [[b"whole"], [b"wh", b"ole"]], ids=["one", "many"])
async def test_a_kernel_out_of_buffers_is_waited_for(buffers: list[bytes]) -> None:
    """As libuv does; the epoll does not say when it has some again."""
    async with reactor_running() as reactor:
        plain, theirs = tcp_sockets()
        ours = ShortOfBuffers(fileno=plain.detach())
        reader, writer = recorded(reactor, theirs), recorded(reactor, ours)
        if len(buffers) == 1:
            assert not writer.handle.write(buffers[0], writer.note)
        else:
            assert not writer.handle.write_many(buffers, writer.note)
        with anyio.fail_after(30):
            await reader.until(lambda: reader.data == b"whole")
            await writer.heard(None)
        assert (ours.refusals, writer.handle.queue_size) == (0, 0)
        reader.handle.close()
        writer.handle.close()


async def test_closing_while_the_kernel_is_out_of_buffers() -> None:
    async with reactor_running() as reactor:
        plain, theirs = tcp_sockets()
        ours = ShortOfBuffers(fileno=plain.detach())
        ours.refusals = 1000
        writer = recorded(reactor, ours)
        writer.handle.write(b"lost", lambda error: writer.note(error and error.errno))
        with anyio.fail_after(30):
            await until(lambda: ours.refusals < 997)
        writer.handle.close()
        with anyio.fail_after(30):
            await writer.heard(errno.ECANCELED)
        theirs.close()


async def test_an_end_that_fails_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    async with reactor_running() as reactor:
        ours, theirs = tcp_sockets()
        owner = recorded(reactor, ours)

        def fail() -> None:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

        monkeypatch.setattr(type(owner.handle.stream), "shut_down_sending", lambda _: fail())
        owner.handle.shutdown(lambda error: owner.note(error and error.errno))
        await owner.heard(errno.EIO)
        owner.handle.close()
        theirs.close()
