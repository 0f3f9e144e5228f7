"""Our own stream over a real socket: buffers in every form, guards, reset and release."""

from __future__ import annotations

import errno
import os
import socket
import struct
from array import array
from collections import deque
from collections.abc import Awaitable, Iterable
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest

from anynet._rules.values.errors import ConnectionBroken, ConnectionClosed
from anynet._transport.loops.host_loop import HostLoop, Parkable
from anynet._transport.sockets import message_sends
from anynet._transport.sockets.message_sends import send_some
from anynet._transport.streams.socket_stream import SocketStream
from tests.testing.pairs import at_the_wake, pattern_of, plain_and_raw, read_to_end

pytestmark = pytest.mark.anyio

FAMILIES = (socket.AF_INET, socket.AF_UNIX)


@pytest.fixture(params=FAMILIES, ids=["tcp", "unix"])
def pair(request: pytest.FixtureRequest) -> Any:
    return lambda: plain_and_raw(request.param)


# -- receiving ----------------------------------------------------------------------------------


async def test_what_comes_before_the_first_park_needs_none(pair: Any) -> None:
    with pair() as (peer, ours):
        for data in (b"x", b"y"):
            peer.sendall(data)
            assert await ours.receive() == data  # Each is a short read.
        peer.close()
        with pytest.raises(anyio.EndOfStream):
            await ours.receive()
        assert ours.reader_patience == 0


async def test_a_close_while_it_yields_before_the_first_park(pair: Any) -> None:
    with pair() as (peer, ours):
        peer.sendall(b"x")
        assert await ours.receive() == b"x"
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ours.aclose)
            with pytest.raises(anyio.ClosedResourceError):
                await ours.receive()


async def test_receive_into_fills_what_there_is(pair: Any) -> None:
    with pair() as (peer, ours):
        peer.sendall(b"abcdef")
        buffer = bytearray(b"........")
        assert await ours.receive_into(memoryview(buffer)[1:5]) == 4
        assert buffer == b".abcd..."
        assert await ours.receive_into(buffer) == 2
        assert buffer == b"efbcd..."
        assert ours.state.bytes_received == 6
        peer.close()
        for _ in range(2):
            with pytest.raises(anyio.EndOfStream):
                await ours.receive_into(buffer)


async def test_receive_into_waits_and_takes_wide_items(pair: Any) -> None:
    with pair() as (peer, ours):
        items = array("I", [0, 0])
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ours.receive_into, memoryview(items))
            await anyio.wait_all_tasks_blocked()
            peer.sendall(array("I", [7, 8]).tobytes())
        assert list(items) == [7, 8]


@pytest.mark.parametrize("buffer", [bytearray(), b"read-only", memoryview(b"read-only")])
async def test_receive_into_refuses_buffers_that_take_nothing(buffer: Any) -> None:
    with plain_and_raw() as (peer, ours):
        peer.sendall(b"kept")
        with pytest.raises(ValueError, match="buffer must be writable and not empty"):
            await ours.receive_into(buffer)
        assert await ours.receive() == b"kept"


async def test_receive_after_short_read_waits_without_a_failing_call(pair: Any) -> None:
    with pair() as (peer, ours):
        peer.sendall(b"short")
        assert await ours.receive() == b"short"
        assert not ours.readable
        peer.sendall(b"next")
        assert await ours.receive(2) == b"ne"
        assert ours.readable
        assert await ours.receive(2) == b"xt"


async def test_end_that_comes_with_the_last_bytes(pair: Any) -> None:
    with pair() as (peer, ours):
        peer.sendall(b"last")
        peer.close()
        assert await ours.receive() == b"last"
        with pytest.raises(anyio.EndOfStream, match="the peer ended"):
            await ours.receive()
        assert ours.state.eof_received


async def test_receive_meets_a_reset() -> None:
    with plain_and_raw() as (peer, ours):
        async with anyio.create_task_group() as tasks:

            async def receive() -> None:
                with pytest.raises(ConnectionBroken, match="reset by peer") as caught:
                    await ours.receive()
                assert caught.value.origin == ours.origin
                assert isinstance(caught.value.__cause__, ConnectionResetError)

            tasks.start_soon(receive)
            await anyio.wait_all_tasks_blocked()
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            peer.close()
        assert ours.state.failed


# -- sending ------------------------------------------------------------------------------------

BUFFERS: list[list[Any]] = [
    [],
    [b""],
    [b"one", b"two", b""],
    [bytearray(b"abc"), memoryview(b"defg")[1:3], b"h"],
    [array("I", [1, 2]), b"", array("H", [3])],
    [b"%d," % number for number in range(3000)],
    [b"x" * 5000, *[b"y"] * 1024, b"z" * 70_000],
]


@pytest.mark.parametrize("buffers", BUFFERS, ids=range(len(BUFFERS)))
async def test_send_many_sends_all_in_order(pair: Any, buffers: list[Any]) -> None:
    with pair() as (peer, ours):
        await ours.send_many(iter(buffers))
        await ours.send(b"<end>")
        ours.shut_down_sending()
        expected = b"".join(bytes(memoryview(each).cast("B")) for each in buffers)
        assert read_to_end(peer) == expected + b"<end>"
        assert ours.state.bytes_sent == len(expected) + 5


async def test_send_many_goes_on_where_the_kernel_stopped(pair: Any) -> None:
    buffers = [pattern_of(99_999, index) for index in range(80)]
    received = bytearray()
    with pair() as (peer, ours):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ours.send_many, buffers)
            await anyio.wait_all_tasks_blocked()
            assert 0 < ours.state.bytes_sent < 80 * 99_999
            received += await anyio.to_thread.run_sync(peer.recv, 1000)
            tasks.start_soon(_collect, peer, received, 80 * 99_999)
        assert received == b"".join(buffers)
        assert ours.state.send_waits > 0
        assert not ours.state.mid_message


async def _collect(peer: socket.socket, into: bytearray, total: int) -> None:
    def read() -> None:
        while len(into) < total:
            into.extend(peer.recv(1 << 18))

    await anyio.to_thread.run_sync(read)


@pytest.mark.parametrize(
    "item", [b"plain", bytearray(b"array"), memoryview(b"a view")[2:], array("I", [1, 2, 3])]
)
async def test_send_takes_every_kind_of_bytes(pair: Any, item: Any) -> None:
    with pair() as (peer, ours):
        await ours.send(item)
        ours.shut_down_sending()
        assert read_to_end(peer) == bytes(memoryview(item).cast("B"))


@pytest.mark.parametrize("item", ["text", 5, None, [b"list"], memoryview(b"abcd")[::2]])
async def test_what_is_not_bytes_is_refused_by_name(item: Any) -> None:
    with plain_and_raw() as (peer, ours):
        with pytest.raises(
            TypeError, match="data must be bytes-like and contiguous, not"
        ) as caught:
            await ours.send(item)
        assert repr(item) in str(caught.value)
        with pytest.raises(TypeError, match="data must be bytes-like"):
            await ours.send_many([b"not even this", item])
        await ours.send(b"fine")
        ours.shut_down_sending()
        assert read_to_end(peer) == b"fine"


async def test_send_many_refuses_before_it_claims() -> None:
    def failing() -> Iterable[bytes]:
        yield b"one"
        raise ArithmeticError

    with plain_and_raw() as (peer, ours):
        with pytest.raises(ArithmeticError):
            await ours.send_many(failing())
        await ours.send_many([b"free"])
        assert peer.recv(100) == b"free"


async def test_send_to_nobody_is_broken(pair: Any) -> None:
    with pair() as (peer, ours):
        peer.close()
        with pytest.raises(ConnectionBroken) as caught:
            while True:
                await ours.send(b"anybody?")
        assert caught.value.errno is not None
        with pytest.raises(ConnectionBroken):
            await ours.send_many([b"still", b"nobody"])


# -- two tasks, and the end ---------------------------------------------------------------------


async def test_one_task_for_each_direction(pair: Any) -> None:
    with pair() as (_, ours):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_ignoring_closed, ours.receive)
            tasks.start_soon(_ignoring_closed, ours.send, bytes(1 << 24))
            await anyio.wait_all_tasks_blocked()
            for receiving in (ours.receive, lambda: ours.receive_into(bytearray(1))):
                with pytest.raises(anyio.BusyResourceError, match="receiving from"):
                    await receiving()
            for sending in (
                lambda: ours.send(b"x"),
                lambda: ours.send_many([b"x"]),
                ours.send_eof,
            ):
                with pytest.raises(anyio.BusyResourceError, match="sending to"):
                    await sending()
            ours.close()


async def _ignoring_closed(operation: Any, *args: Any) -> None:
    with pytest.raises(ConnectionClosed):
        await operation(*args)


@pytest.mark.parametrize("ending", ["close", "abort", "release"])
async def test_whoever_is_parked_gets_the_closed_error(pair: Any, ending: str) -> None:
    with pair() as (_, ours):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_ignoring_closed, ours.receive)
            tasks.start_soon(_ignoring_closed, ours.send_many, [bytes(1 << 24)])
            await anyio.wait_all_tasks_blocked()
            given = getattr(ours, ending)()
        assert ours.closed
        if given is not None:
            given.close()
        for operation in (ours.receive, ours.send_eof, lambda: ours.send(b"x")):
            with pytest.raises(ConnectionClosed):
                await operation()


@pytest.mark.parametrize("attempt", range(6))
async def test_release_in_the_turn_of_the_wake_steals_nothing(pair: Any, attempt: int) -> None:
    with pair() as (peer, ours):
        outcomes: list[object] = []
        given: list[socket.socket] = []
        before: list[int] = []

        async def receive() -> None:
            try:
                outcomes.append(await ours.receive())
            except ConnectionClosed:
                outcomes.append("closed")

        def release() -> None:
            before.append(len(outcomes))
            given.append(ours.release().take())

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(receive)
            await anyio.wait_all_tasks_blocked()
            await at_the_wake(lambda: peer.sendall(b"mine"), release, action_first=attempt % 2 == 0)
        with given[0] as sock:
            if before == [0]:
                assert outcomes == ["closed"]
                assert sock.recv(10) == b"mine"
            else:
                assert outcomes == [b"mine"]
                with pytest.raises(BlockingIOError):
                    sock.recv(10)


@pytest.mark.parametrize("_attempt", range(4))
async def test_send_file_never_meets_a_reused_descriptor(
    tmp_path: Path, pair: Any, _attempt: int
) -> None:
    """Closed while send_file() lets others run, its number soon belongs to somebody else."""
    (tmp_path / "file").write_bytes(b"not for strangers")
    with pair() as (_, ours), (tmp_path / "file").open("rb") as file:

        async def send() -> None:
            try:
                await ours.send(b"this one need not yield")
                await ours.send_file(file, 0, 17)
            except ConnectionClosed:
                pass  # Unless all was sent before the close: Trio's order is random.

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(send)
            while not ours.state.bytes_sent:
                await anyio.lowlevel.checkpoint()
            number = ours.fd
            ours.close()
            stranger, its_peer = _pair_at(number)
            with stranger, its_peer:
                await anyio.wait_all_tasks_blocked()
                its_peer.setblocking(False)
                with pytest.raises(BlockingIOError):
                    its_peer.recv(1)


def _pair_at(number: int) -> tuple[socket.socket, socket.socket]:
    """Two connected sockets, the first of them with the descriptor ``number``, which is free."""
    one, other = socket.socketpair()
    if other.fileno() == number:
        one, other = other, one
    elif one.fileno() != number:
        os.dup2(one.fileno(), number)
        one.close()
        one = socket.socket(fileno=number)
    one.setblocking(False)
    return one, other


async def test_released_socket_works_and_is_ours_no_more(pair: Any) -> None:
    with pair() as (peer, ours):
        peer.sendall(b"unread")
        address = ours.remote_address
        sock = ours.release().take()
        with sock:
            assert sock.fileno() >= 0
            assert not sock.getblocking()
            assert sock.recv(100) == b"unread"
            sock.sendall(b"reply")
            assert peer.recv(100) == b"reply"
            assert ours.remote_address == address
            with pytest.raises(ConnectionClosed):
                ours.release()
            again = SocketStream(sock)
            peer.sendall(b"more")
            assert await again.receive() == b"more"


async def test_abort_resets_tcp() -> None:
    with plain_and_raw() as (peer, ours):
        ours.abort()
        with pytest.raises(ConnectionResetError):
            peer.recv(1)


async def test_end_of_one_side(pair: Any) -> None:
    with pair() as (peer, ours):
        await ours.send(b"all")
        await ours.send_eof()
        await ours.send_eof()
        assert read_to_end(peer) == b"all"
        with pytest.raises(ConnectionClosed):
            await ours.send(b"more")
        peer.sendall(b"answer")
        assert await ours.receive() == b"answer"


async def test_no_half_open(pair: Any) -> None:
    with pair() as (peer, ours):
        ours.state.allow_half_open = False
        peer.shutdown(socket.SHUT_WR)
        with pytest.raises(anyio.EndOfStream):
            await ours.receive()
        assert read_to_end(peer) == b""
        with pytest.raises(ConnectionBroken, match="the peer has ended the connection"):
            await ours.send(b"too late")
        await ours.send_eof()


# -- without waiting ----------------------------------------------------------------------------


async def test_try_receive_never_waits(pair: Any) -> None:
    with pair() as (peer, ours):
        assert ours.try_receive() is None
        peer.sendall(b"abc")
        await ours.wait_readable()
        assert ours.try_receive(2) == b"ab"
        assert ours.try_receive() == b"c"
        peer.close()
        await ours.wait_readable()
        assert ours.try_receive() == b""
        assert ours.state.eof_received


async def test_close_wakes_what_waits_until_readable(pair: Any) -> None:
    with pair() as (_, ours):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_ignoring_closed, ours.wait_readable)
            await anyio.wait_all_tasks_blocked()
            ours.close()


async def test_try_receive_meets_a_reset() -> None:
    with plain_and_raw() as (peer, ours):
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.close()
        await ours.wait_readable()
        with pytest.raises(ConnectionBroken) as caught:
            ours.try_receive()
        assert caught.value.errno == errno.ECONNRESET


async def test_more_buffers_than_one_call_takes_are_no_wait_for_the_peer() -> None:
    with plain_and_raw() as (peer, ours):
        await ours.send_many([b"x"] * 3000)
        assert ours.state.send_waits == 0
        assert ours.state.bytes_sent == 3000
        ours.shut_down_sending()
        assert read_to_end(peer) == b"x" * 3000


async def test_a_message_whose_second_part_fails_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """What has gone before the error counts, and the close is no clean end."""
    with plain_and_raw() as (peer, ours):
        calls = 0

        def fail_second(sock: socket.socket, views: deque[memoryview]) -> Any:
            nonlocal calls
            calls += 1
            if calls == 2:
                raise OSError(errno.ENOBUFS, "no buffers")
            return send_some(sock, views)

        monkeypatch.setattr(message_sends, "send_some", fail_second)
        with pytest.raises(ConnectionBroken):
            await ours.send_many([b"x"] * 3000)
        assert ours.state.bytes_sent == 1024
        with pytest.raises(ConnectionBroken, match="cut off; 1024 bytes"):
            await ours.send(b"more")
        ours.close()
        with pytest.raises(ConnectionResetError):
            while peer.recv(10_000):
                pass


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_task_that_has_read_is_not_woken_again_by_what_it_has_read() -> None:
    failed = 0

    class Counting(socket.socket):
        def recv(self, *args: Any) -> bytes:
            nonlocal failed
            try:
                return super().recv(*args)
            except BlockingIOError:
                failed += 1
                raise

    one, other = socket.socketpair()
    with one, Counting(fileno=other.detach()) as counting:
        counting.setblocking(False)
        ours = SocketStream(counting)

        received = anyio.Event()

        async def receive() -> None:
            for _ in range(20):
                assert await ours.receive() == b"x"
                received.set()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(receive)
            for _ in range(20):
                received = anyio.Event()
                one.sendall(b"x")
                await received.wait()
                for _ in range(5):  # What would wake it does so before the next comes.
                    await anyio.lowlevel.checkpoint()
        assert failed <= 1  # Before its first park it is tried.
        ours.close()


@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])  # libuv has its own rule.
async def test_a_receive_is_tried_again_while_others_receive(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with plain_and_raw() as (peer, ours), plain_and_raw() as (other_peer, other):
        parks = 0
        host_class = type(ours.host)
        park_read = host_class.park_read

        def counting(host: HostLoop, stream: Parkable) -> Awaitable[Any]:
            nonlocal parks
            parks += stream is ours
            return park_read(host, stream)

        monkeypatch.setattr(host_class, "park_read", counting)

        async def receive_late(*, others: bool) -> None:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(ours.receive)
                await anyio.wait_all_tasks_blocked()
                if others:
                    other_peer.sendall(b"y")
                    assert await other.receive() == b"y"
                peer.sendall(b"x")

        async def receive_what_is_there() -> None:
            peer.sendall(b"x")
            assert await ours.receive() == b"x"

        await receive_what_is_there()
        await receive_late(others=False)  # It was tried first, in vain.
        await receive_what_is_there()  # It parks all the same.
        assert parks == 2
        await receive_late(others=True)
        for _ in range(3):
            await receive_what_is_there()
        assert parks == 3


async def test_who_sends_goes_on_where_the_reader_is_woken() -> None:
    """Trio wakes both by the same means, and asyncio as well, for the events of a connection."""
    with plain_and_raw() as (peer, ours):
        message = b"x" * 5_000_000
        async with anyio.create_task_group() as tasks:
            sending = tasks.start_soon(ours.send, message)
            waiting = tasks.start_soon(ours.wait_readable)
            await anyio.wait_all_tasks_blocked()
            assert 0 < ours.state.bytes_sent < len(message)
            ours.wake_readable()
            await waiting
            peer.settimeout(30)
            reading = tasks.start_soon(anyio.to_thread.run_sync, read_to_end, peer)
            await sending
            ours.shut_down_sending()
            assert await reading == message
        ours.close()
