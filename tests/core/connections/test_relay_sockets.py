"""``relay`` between two of our own sockets: what the kernel does, and what no pipe may mix up."""

from __future__ import annotations

import errno
import fcntl
import os
import random
import select
import socket
from collections.abc import Callable, Iterator
from typing import Any

import anyio
import anyio.lowlevel
import pytest

import anynet
from anynet._transport.reactor import direction
from anynet._transport.reactor.pauses import PAUSE, Pauses
from tests.core.connections.relays import (
    everything,
    relaying,
    sees_reset,
    send_all,
    send_until_broken,
    unix_pair,
)
from tests.core.server_peers import PATIENCE, nothing_left_open, until
from tests.support import open_descriptors, tcp_pair

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("_tidy")]

MUCH = random.Random("much").randbytes(6_000_000)
PAIRS = [tcp_pair, unix_pair]
kinds = pytest.mark.parametrize(
    ("left_pair", "right_pair"),
    [(one, other) for one in PAIRS for other in PAIRS],
    ids=lambda pair: pair.__name__,
)


@pytest.fixture
def _tidy(anyio_backend: Any) -> Iterator[None]:
    with nothing_left_open():
        yield


@pytest.fixture
def splices(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many bytes each splice has moved."""
    moved: list[int] = []
    real = direction._splice

    def splice(*args: Any, **options: Any) -> int:
        moved.append(real(*args, **options))
        return moved[-1]

    monkeypatch.setattr(direction, "_splice", splice)
    return moved


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A pause after every turn that has spliced, each with the bytes of that turn."""
    sizes: list[int] = []

    def after_turn(_: Pauses, now: float, events: int, size: int) -> float:
        sizes.append(size)
        return PAUSE

    monkeypatch.setattr(Pauses, "after_turn", after_turn)
    return sizes


async def passes_both_ways(running: Any) -> None:
    """Much goes both ways at once, and both ends come."""
    received: dict[str, bytes] = {}

    async def receive(name: str, stream: anynet.Socket) -> None:
        received[name] = await everything(stream)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(send_all, running.left, MUCH)
        tasks.start_soon(send_all, running.right, MUCH[::-1])
        tasks.start_soon(receive, "left", running.left)
        tasks.start_soon(receive, "right", running.right)
    assert received == {"left": MUCH[::-1], "right": MUCH}
    result = await running.wait()
    assert result == anynet.RelayResult(
        end=anynet.RelayEnd.ENDED, bytes_a_to_b=len(MUCH), bytes_b_to_a=len(MUCH)
    )


@kinds
async def test_much_is_spliced(left_pair: Any, right_pair: Any, splices: list[int]) -> None:
    async with relaying(left_pair, right_pair) as running:
        await passes_both_ways(running)
    assert sum(splices) > len(MUCH)  # Each byte takes two: into the pipe, and out.


@kinds
async def test_pauses_lose_nothing(left_pair: Any, right_pair: Any, pauses: list[int]) -> None:
    async with relaying(left_pair, right_pair) as running:
        await passes_both_ways(running)
    assert sum(pauses) > len(MUCH)


async def test_a_relay_ends_in_a_pause(pauses: list[int]) -> None:
    """Closing one end, and cancelling: neither waits for the next look, nor leaves a timer."""
    async with relaying() as running, anyio.create_task_group() as tasks:
        tasks.start_soon(send_until_broken, running.left, 10 * MUCH)
        with anyio.fail_after(PATIENCE):
            while not pauses:
                await running.right.receive()
            await running.near[0].aclose()
    async with relaying() as running, anyio.create_task_group() as tasks:
        tasks.start_soon(send_until_broken, running.left, 10 * MUCH)
        seen = len(pauses)
        with anyio.fail_after(PATIENCE):
            while len(pauses) == seen:
                await running.right.receive()
        running.scope.cancel()


async def test_small_messages_are_not_spliced(splices: list[int]) -> None:
    async with relaying() as running:
        for number in range(100):
            await running.left.send(b"%d" % number)
            assert await running.right.receive() == b"%d" % number
    assert splices == []


async def test_what_becomes_small_again_is_received_again(splices: list[int]) -> None:
    async with relaying() as running:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(running.left.send, MUCH)
            received = 0
            while received < len(MUCH):
                received += len(await running.right.receive())
        assert splices
        for _ in range(2 * direction._SMALL_SPLICES):
            await running.left.send(b"small")
            assert await running.right.receive() == b"small"
        splices.clear()
        await running.left.send(b"small")
        assert await running.right.receive() == b"small"
        assert splices == []


async def test_idle_relays_hold_no_pipe() -> None:
    async with relaying() as running, relaying() as other:
        for each in (running, other):
            await each.left.send(b"x")
            assert await each.right.receive() == b"x"
        before = open_descriptors()
        for each in (running, other):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(each.left.send, MUCH)
                received = 0
                while received < len(MUCH):
                    received += len(await each.right.receive())
            # One pipe, in the pool, which the second has taken from it and given back.
            assert open_descriptors() - before <= 2


def no_pipes(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int) -> tuple[int, int]:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(os, "pipe2", refuse)


def short_pipes(monkeypatch: pytest.MonkeyPatch) -> None:
    real = fcntl.fcntl

    def control(fd: int, command: int, argument: int) -> int:
        if command == fcntl.F_SETPIPE_SZ:
            real(fd, command, 4096)
            raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))
        return real(fd, command, argument)

    monkeypatch.setattr(fcntl, "fcntl", control)


def no_splice_in(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> int:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))

    monkeypatch.setattr(direction, "_splice", refuse)


def no_splice_out(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = 0

    def only_in(*args: Any, **options: Any) -> int:
        nonlocal calls
        calls += 1
        if calls % 2 == 0:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        return os.splice(*args, **options)

    monkeypatch.setattr(direction, "_splice", only_in)


def no_splice_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "splice")


def no_poller(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> Any:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(select, "epoll", refuse)


@pytest.mark.parametrize(
    "lack", [no_pipes, short_pipes, no_splice_in, no_splice_out, no_splice_at_all]
)
async def test_what_the_system_lacks_makes_it_slower_and_no_worse(
    lack: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with tcp_pair() as (left, near_left), tcp_pair() as (right, near_right):
        lack(monkeypatch)
        async with anyio.create_task_group() as tasks:
            received: list[bytes] = []

            async def receive() -> None:
                received.append(await everything(right))

            tasks.start_soon(send_all, left, MUCH)
            tasks.start_soon(receive)
            tasks.start_soon(right.send_eof)
            result = await anynet.relay(near_left, near_right)
        monkeypatch.undo()
    assert received == [MUCH]
    assert result.end is anynet.RelayEnd.ENDED


async def test_without_a_descriptor_for_its_epoll_there_are_tasks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with tcp_pair() as (left, near_left), tcp_pair() as (right, near_right):
        no_poller(monkeypatch)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(send_all, left, b"there")
            tasks.start_soon(send_all, right, b"back")
            result = await anynet.relay(near_left, near_right, unread_a=b"before ")
        monkeypatch.undo()
        assert await everything(right) == b"before there"
        assert await everything(left) == b"back"
    assert (result.bytes_a_to_b, result.bytes_b_to_a) == (12, 4)


@kinds
async def test_an_end_that_comes_with_much_for_a_slow_sink_is_passed_on(
    left_pair: Any, right_pair: Any
) -> None:
    # Its event has passed long before the sink has room again.
    async with relaying(left_pair, right_pair) as running:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(send_all, running.left, MUCH)
            await anyio.wait_all_tasks_blocked()
            received = bytearray()
            with anyio.fail_after(4 * PATIENCE):
                async for chunk in running.right:
                    received += chunk
                    await anyio.lowlevel.checkpoint()
        assert bytes(received) == MUCH
        await running.right.send_eof()
        assert (await running.wait()).end is anynet.RelayEnd.ENDED


async def test_an_end_behind_a_short_rest_for_a_sink_without_room_is_passed_on() -> None:
    async with unix_pair() as (left, near_left), unix_pair() as (right, near_right):
        stream: Any = near_right._stream
        stream.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        for near in (near_left, near_right):  # As it is over TCP, where short reads are the last.
            stream = near._stream
            stream.peername = ("127.0.0.1", 1)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(anynet.relay, near_left, near_right)
            await send_all(left, MUCH[:20_000])
            await until(lambda: near_right.statistics().send_waits)
            assert await everything(right) == MUCH[:20_000]
            await right.send_eof()


async def test_a_reset_after_the_end_is_noticed_while_the_other_side_is_silent() -> None:
    async with relaying() as running:
        await running.left.send_eof()
        with pytest.raises(anyio.EndOfStream):
            await running.right.receive()
        running.left.reset()
        result = await running.wait()
    assert result.end is anynet.RelayEnd.BROKEN
    assert isinstance(result.error, anynet.ConnectionBroken)


async def test_what_was_in_a_pipe_goes_to_nobody_else(splices: list[int]) -> None:
    async with relaying() as other, relaying() as running:
        await other.left.send(b"x")  # Their pool is the same, and lives as long as one of them.
        assert await other.right.receive() == b"x"
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(send_until_broken, running.left, b"secret" * 10_000_000)
            await until(lambda: running.near[1].statistics().send_waits and splices)
            running.scope.cancel()
            await running.ended.wait()
            assert running.near[0].closed
            assert running.near[0].bytes_received > running.near[1].bytes_sent
            tasks.cancel_scope.cancel()
        received: list[bytes] = []

        async def receive() -> None:
            received.append(await everything(other.right))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(send_all, other.left, MUCH)
            tasks.start_soon(receive)
        assert received == [MUCH]


@pytest.mark.parametrize("pair", PAIRS)
async def test_a_cut_message_never_looks_whole(pair: Any) -> None:
    # The task that relays is not the one who closes: what is held makes the close a reset.
    async with relaying(tcp_pair, tcp_pair) as running, anyio.create_task_group() as tasks:
        tasks.start_soon(send_until_broken, running.left, bytes(50_000_000))
        await until(lambda: running.near[1].statistics().send_waits)
        await running.near[1].aclose()
        with pytest.raises(anynet.ConnectionBroken), anyio.fail_after(PATIENCE):
            async for _ in running.right:
                pass
        result = await running.wait()
        assert result.end is anynet.RelayEnd.BROKEN
        assert isinstance(result.error, anyio.ClosedResourceError)
        tasks.cancel_scope.cancel()


async def test_closing_with_a_linger_ends_it() -> None:
    async with relaying() as running:
        await running.left.send(b"x")
        assert await running.right.receive() == b"x"
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lambda: running.near[0].aclose(linger=PATIENCE))
            assert await sees_reset(running.right)
            await running.left.aclose()
        assert isinstance((await running.wait()).error, anyio.ClosedResourceError)


async def test_giving_a_side_away_ends_it_and_leaves_that_side_whole() -> None:
    async with relaying() as running:
        await running.left.send(b"x")
        assert await running.right.receive() == b"x"
        released = anynet.Socket.adopt(running.near[0].release())
        assert await sees_reset(running.right)
        assert (await running.wait()).end is anynet.RelayEnd.BROKEN
        async with released:
            await running.left.send(b"for the next owner")
            assert await released.receive() == b"for the next owner"


async def test_the_idle_timeout_of_a_socket_counts_what_is_relayed() -> None:
    async with relaying() as running:
        running.near[0].set_idle_timeout(0.3)
        for _ in range(8):
            await anyio.sleep(0.1)
            await running.right.send(b"x")
            assert await running.left.receive() == b"x"
        assert await sees_reset(running.right)
        result = await running.wait()
    assert result.end is anynet.RelayEnd.BROKEN
    assert isinstance(result.error, TimeoutError)
    assert result.bytes_b_to_a == 8


async def test_the_idle_timeout_of_the_relay_is_put_off_by_what_passes() -> None:
    async with relaying(idle_timeout=0.4) as running:
        for _ in range(10):
            await anyio.sleep(0.1)
            await running.left.send(b"x")
            assert await running.right.receive() == b"x"
        result = await running.wait()
    assert result == anynet.RelayResult(end=anynet.RelayEnd.IDLE, bytes_a_to_b=10, bytes_b_to_a=0)


async def test_the_receive_timeout_of_a_socket_holds() -> None:
    async with relaying(lambda: tcp_pair(receive_timeout=0.3)) as running:
        for _ in range(8):
            await anyio.sleep(0.1)
            await running.left.send(b"x")
            assert await running.right.receive() == b"x"
        assert await sees_reset(running.left)
        assert await sees_reset(running.right)
        result = await running.wait()
    assert isinstance(result.error, anynet.ReceiveTimeout)
    assert result.bytes_a_to_b == 8


async def test_the_receive_timeout_counts_no_wait_for_the_other_side() -> None:
    async with relaying(lambda: tcp_pair(receive_timeout=0.2)) as running:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(running.left.send, MUCH)
            await anyio.sleep(0.6)
            received = 0
            while received < len(MUCH):
                received += len(await running.right.receive())
        await running.left.send_eof()
        assert await everything(running.right) == b""
        await anyio.sleep(0.4)  # Nothing is waited for from there any more.
        await running.right.send_eof()
        assert (await running.wait()).end is anynet.RelayEnd.ENDED


async def test_the_send_timeout_of_a_socket_holds() -> None:
    async with relaying(tcp_pair, lambda: tcp_pair(send_timeout=0.3)) as running:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(send_until_broken, running.left, bytes(50_000_000))
            result = await running.wait()
    assert isinstance(result.error, anynet.SendTimeout)


async def test_bytes_around_an_urgent_one() -> None:
    # Neither a receive nor a splice goes past it at once, and no event tells of what lies behind.
    async with tcp_pair() as (left, near_left), tcp_pair() as (right, near_right):
        with left.detach() as plain:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(anynet.relay, near_left, near_right)
                await anyio.wait_all_tasks_blocked()
                plain.send(b"before ")
                plain.send(b"!", socket.MSG_OOB)
                plain.send(b" after")
                received = b""
                with anyio.fail_after(PATIENCE):
                    while len(received) < 14:
                        received += await right.receive()
                assert received == b"before ! after"
                plain.shutdown(socket.SHUT_WR)
                await right.send_eof()


async def test_what_follows_descriptors_is_not_left_behind() -> None:
    # A read of a Unix socket ends where descriptors came along, whatever lies behind.
    async with relaying(unix_pair, tcp_pair) as running:
        left = running.left.detach()
        await anyio.wait_all_tasks_blocked()
        with left:
            for text in (b"one ", b"two ", b"three "):
                socket.send_fds(left, [text], [left.fileno()])
            received = b""
            with anyio.fail_after(PATIENCE):
                while received != b"one two three ":
                    received += await running.right.receive()
            left.shutdown(socket.SHUT_WR)
            await running.right.send_eof()
            await running.wait()


async def test_no_memory_for_what_is_received_breaks_that_relay_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with relaying() as running, relaying() as other:
        real = direction.Direction.pass_on

        def pass_on(self: Any, data: bytes) -> Any:
            if data == b"too much":
                raise MemoryError
            return real(self, data)

        monkeypatch.setattr(direction.Direction, "pass_on", pass_on)
        async with relaying() as unlucky:
            await unlucky.left.send(b"too much")
            assert await sees_reset(unlucky.right)
            result = await unlucky.wait()
        assert result.end is anynet.RelayEnd.BROKEN
        assert isinstance(result.error, anynet.ConnectionBroken)
        assert result.error.errno == errno.ENOMEM
        for each in (running, other):
            await each.left.send(b"enough")
            assert await each.right.receive() == b"enough"


async def test_many_relays_end_in_one_batch() -> None:
    async with anyio.create_task_group() as tasks:
        for number in range(20):
            tasks.start_soon(one_relay, b"%d" % number)


async def one_relay(text: bytes) -> None:
    async with relaying() as running:
        await send_all(running.left, text)
        await send_all(running.right, text)
        assert await everything(running.right) == text
        assert await everything(running.left) == text
        assert (await running.wait()).end is anynet.RelayEnd.ENDED


async def test_a_forked_child_leaves_the_relays_of_its_parent_alone() -> None:
    async with relaying() as running:
        await running.left.send(b"x")
        assert await running.right.receive() == b"x"
        pid = os.fork()
        if not pid:
            stream: Any = running.near[0]._stream
            stream.on_let_go(stream)
            os._exit(0)
        assert (await anyio.to_thread.run_sync(os.waitpid, pid, 0))[1] == 0
        await running.left.send(b"y")
        assert await running.right.receive() == b"y"
