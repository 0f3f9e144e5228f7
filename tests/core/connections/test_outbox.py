"""Sending from many tasks: order, room, failures, leaving the block, cancellation everywhere."""

from __future__ import annotations

import gc
import random
import weakref
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from anyio.abc import ByteSendStream

import anynet
from anynet._core.connections.outbox import BATCH
from tests.support import client_of, in_thread, plain_client
from tests.testing.pairs import PAIRS, plain_and_ours, read_to_end

pytestmark = pytest.mark.anyio
every_kind = pytest.mark.parametrize("kind", ["tcp v4", "unix", "tls", "object streams"])
LARGE = bytes(1 << 25)


class Gate(ByteSendStream):
    """A stream that sends one message each time it is let to."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.cancelled: list[bytes] = []
        self._passes = anyio.Semaphore(0)
        self.error: Exception | None = None

    def let_pass(self, count: int = 1) -> None:
        for _ in range(count):
            self._passes.release()

    def fail(self, error: Exception) -> None:
        self.error = error
        self._passes.release()

    async def send(self, item: bytes) -> None:
        try:
            await self._passes.acquire()
        except BaseException:
            self.cancelled.append(item)
            raise
        if self.error is not None:
            raise self.error
        self.sent.append(item)

    async def aclose(self) -> None: ...


async def turns(count: int = 10) -> None:
    """Let the other tasks run as far as they can."""
    for _ in range(count):
        await anyio.lowlevel.checkpoint()


async def receive_exactly(stream: Any, count: int) -> bytes:
    received = bytearray()
    while len(received) < count:
        received += await stream.receive()
    return bytes(received)


# -- sending --------------------------------------------------------------------------------------


@every_kind
async def test_many_tasks_send_whole_messages(kind: str) -> None:
    async with PAIRS[kind]() as (one, other):

        async def sender(name: bytes) -> None:
            for _ in range(50):
                assert await outbox.put(name * 99 + b"\n")

        async with anyio.create_task_group() as tasks:

            async def send_all() -> None:
                async with outbox, anyio.create_task_group() as senders:
                    for name in b"abcd":
                        senders.start_soon(sender, bytes([name]))

            outbox = anynet.Outbox(one)
            tasks.start_soon(send_all)
            received = await receive_exactly(other, 4 * 50 * 100)
    lines = received.splitlines()
    assert len(lines) == 200
    assert {bytes(line) for line in lines} == {bytes([name]) * 99 for name in b"abcd"}


@every_kind
async def test_leaving_the_block_sends_what_waits(kind: str) -> None:
    messages = [b"%d\n" % number for number in range(1000)]
    async with PAIRS[kind]() as (one, other):
        async with anyio.create_task_group() as tasks:

            async def receive() -> None:
                assert await receive_exactly(other, len(b"".join(messages))) == b"".join(messages)

            tasks.start_soon(receive)
            async with anynet.Outbox(one) as outbox:
                assert all(outbox.put_nowait(message) for message in messages)
        assert outbox.waiting_bytes == 0


async def test_what_has_gathered_goes_in_one_send() -> None:
    gate = Gate()
    async with anynet.Outbox(gate) as outbox:
        outbox.put_nowait(b"first")
        await turns()
        for message in (b"a", b"", b"b", bytes(BATCH - 3), b"c", b"d", bytes(BATCH + 1), b"e"):
            assert outbox.put_nowait(message)
        gate.let_pass(100)
    joined = [b"first", b"ab" + bytes(BATCH - 3) + b"c", b"d", bytes(BATCH + 1), b"e"]
    assert gate.sent == joined


async def test_a_single_buffer_is_not_copied_and_one_that_may_change_is() -> None:
    gate = Gate()
    gate.let_pass(2)
    whole, changing = bytes(1000), bytearray(b"as it was")
    async with anynet.Outbox(gate) as outbox:
        outbox.put_nowait(whole)
        await turns()
        outbox.put_nowait(memoryview(changing))
        changing[:] = b"long gone"
    assert gate.sent[0] is whole
    assert gate.sent[1] == b"as it was"


# -- full -----------------------------------------------------------------------------------------


async def test_wait() -> None:
    gate = Gate()
    async with anyio.create_task_group() as tasks, anynet.Outbox(gate, max_bytes=10) as outbox:
        order: list[str] = []

        async def put(name: str, size: int) -> None:
            assert await outbox.put(name.encode() * size)
            order.append(name)

        assert await outbox.put(b"x" * 10)
        for name, size in [("a", 8), ("b", 10), ("c", 1), ("d", 1)]:
            tasks.start_soon(put, name, size)
            await turns()
        assert not order
        assert not outbox.put_nowait(b"!")
        assert outbox.refused == 1
        for expected in ["a", "ab", "abcd"]:
            gate.let_pass()
            await turns()
            assert "".join(sorted(order)) == expected
            if expected != "abcd":
                assert not outbox.put_nowait(b"!")  # Others were here before.
        gate.let_pass(10)
    assert b"".join(gate.sent) == b"x" * 10 + b"a" * 8 + b"b" * 10 + b"cd"


async def test_one_that_stops_waiting_lets_the_next_in() -> None:
    gate = Gate()
    async with anyio.create_task_group() as tasks, anynet.Outbox(gate, max_bytes=10) as outbox:
        scope = anyio.CancelScope()

        async def put_in_vain() -> None:
            with scope:
                await outbox.put(b"v" * 9)

        await outbox.put(b"x" * 5)
        tasks.start_soon(put_in_vain)
        await turns()
        tasks.start_soon(outbox.put, b"y" * 5)
        await turns()
        assert outbox.waiting_bytes == 5
        scope.cancel()
        await turns()
        assert outbox.waiting_bytes == 10
        gate.let_pass(10)
    assert b"".join(gate.sent) == b"xxxxxyyyyy"


@pytest.mark.parametrize("woken", [True, False])
async def test_a_put_cancelled_as_it_is_woken_has_put_nothing(woken: bool) -> None:
    gate = Gate()
    async with anyio.create_task_group() as tasks, anynet.Outbox(gate, max_bytes=10) as outbox:
        scope = anyio.CancelScope()
        results: list[bool] = []

        async def put_in_vain() -> None:
            with scope:
                results.append(await outbox.put(b"v" * 9))

        await outbox.put(b"x" * 5)
        tasks.start_soon(put_in_vain)
        await turns()
        tasks.start_soon(outbox.put, b"y" * 6)
        await turns()
        if woken:
            gate.let_pass()
            while outbox.waiting_bytes == 5:
                await anyio.lowlevel.checkpoint()
        scope.cancel()
        gate.let_pass(10)
        await turns()
    everything = b"".join(gate.sent)
    assert everything in (b"xxxxxyyyyyy", b"xxxxx" + b"v" * 9 + b"yyyyyy")
    assert results == [True] * (b"v" in everything)


async def test_a_message_larger_than_all_room_is_taken_alone() -> None:
    gate = Gate()
    gate.let_pass(10)
    async with anynet.Outbox(gate, max_bytes=3) as outbox:
        assert outbox.put_nowait(b"larger")
        assert not outbox.put_nowait(b"x")
        assert await outbox.put(b"also larger")
    assert gate.sent == [b"larger", b"also larger"]


async def test_drop() -> None:
    gate = Gate()
    async with anynet.Outbox(gate, max_bytes=10, on_full="drop") as outbox:
        assert await outbox.put(b"x" * 10)
        assert not await outbox.put(b"1")
        assert not outbox.put_nowait(b"2")
        assert outbox.refused == 2
        gate.let_pass()
        await turns()
        assert outbox.put_nowait(b"3")
        gate.let_pass()
    assert gate.sent == [b"x" * 10, b"3"]


@pytest.mark.parametrize("form", ["put", "put_nowait"])
async def test_close_resets_a_peer_that_does_not_read(form: str) -> None:
    with plain_and_ours() as (peer, ours):
        with pytest.raises(anynet.PeerTooSlow, match="of 100000 that may") as caught:
            async with anynet.Outbox(ours, max_bytes=100_000, on_full="close") as outbox:
                while True:
                    if form == "put":
                        await outbox.put(bytes(30_000))
                    elif not outbox.put_nowait(bytes(30_000)):
                        await anyio.sleep_forever()
                    else:
                        await anyio.lowlevel.checkpoint()
        assert caught.value.origin == ours._stream.origin
        assert outbox.refused == 1
        with pytest.raises(ConnectionResetError):
            await in_thread(read_to_end, peer)


@pytest.mark.parametrize("form", ["put", "put_nowait"])
async def test_it_is_the_owner_that_is_cancelled_and_not_who_puts(form: str) -> None:
    gate = Gate()
    put_any = putting(form)
    async with anyio.create_task_group() as tasks:
        ready = anyio.Event()
        outboxes: list[anynet.Outbox] = []

        async def owner() -> None:
            with pytest.raises(anynet.PeerTooSlow):
                async with anynet.Outbox(gate, max_bytes=10, on_full="close") as outbox:
                    outboxes.append(outbox)
                    ready.set()
                    await anyio.sleep_forever()

        tasks.start_soon(owner)
        await ready.wait()
        assert await put_any(outboxes[0], b"x" * 10)
        assert not await put_any(outboxes[0], b"x")
        assert not await put_any(outboxes[0], b"x")
    assert outboxes[0].refused == 2


@pytest.mark.parametrize("form", ["put", "put_nowait"])
async def test_putting_before_the_block_is_entered_is_a_mistake(form: str) -> None:
    async with Gate() as gate:
        outbox = anynet.Outbox(gate)
        with pytest.raises(RuntimeError, match="use the outbox as `async with"):
            await putting(form)(outbox, b"x")
        assert outbox.refused == 0


def putting(form: str) -> Callable[[anynet.Outbox, bytes], Awaitable[bool]]:
    async def put(outbox: anynet.Outbox, data: bytes) -> bool:
        return await outbox.put(data) if form == "put" else outbox.put_nowait(data)

    return put


# -- failures -------------------------------------------------------------------------------------


@every_kind
async def test_a_connection_that_fails_cancels_its_own_block_only(kind: str) -> None:
    async with PAIRS[kind]() as (one, other), PAIRS[kind]() as (healthy, reader):
        async with anynet.Outbox(healthy) as untouched:
            with pytest.raises((anyio.BrokenResourceError, anyio.ClosedResourceError)):
                async with anynet.Outbox(one) as outbox:
                    await other.aclose()
                    while outbox.put_nowait(bytes(100)) and untouched.put_nowait(b"."):
                        await anyio.lowlevel.checkpoint()
                    await anyio.sleep_forever()
            assert not outbox.put_nowait(b"x")
            assert not await outbox.put(b"x")
            assert outbox.refused == 2
            assert untouched.put_nowait(b"!")
            received = b""
            while not received.endswith(b"!"):
                received += await reader.receive()


async def test_those_who_wait_for_room_are_refused_when_it_fails() -> None:
    gate = Gate()
    results: list[bool] = []
    async with anyio.create_task_group() as tasks:
        with pytest.raises(anyio.BrokenResourceError):
            async with anynet.Outbox(gate, max_bytes=1) as outbox:

                async def put() -> None:
                    results.append(await outbox.put(b"x"))

                for _ in range(3):
                    tasks.start_soon(put)
                await turns()
                assert results == [True]
                gate.fail(anyio.BrokenResourceError())
                await anyio.sleep_forever()
    assert results == [True, False, False]
    assert outbox.refused == 2


async def test_an_exception_of_the_body_goes_first_and_sends_nothing_more() -> None:
    gate = Gate()
    failure = LookupError("the body's own")
    with pytest.raises(LookupError) as caught:
        async with anynet.Outbox(gate) as outbox:
            outbox.put_nowait(b"being sent")
            await turns()
            outbox.put_nowait(b"waiting")
            raise failure
    assert caught.value is failure
    assert gate.cancelled == [b"being sent"]
    assert not gate.sent


async def test_an_exception_of_the_body_after_the_connection_failed() -> None:
    gate = Gate()
    gate.fail(anyio.BrokenResourceError())
    with pytest.raises(LookupError):
        async with anynet.Outbox(gate) as outbox:
            outbox.put_nowait(b"x")
            try:
                await anyio.sleep_forever()
            finally:
                raise LookupError


async def test_a_failure_in_the_flush() -> None:
    gate = Gate()
    gate.fail(ValueError("not even a failure of a connection"))
    with pytest.raises(ValueError, match="not even"):
        async with anynet.Outbox(gate) as outbox:
            outbox.put_nowait(b"x")


async def test_it_is_the_only_one_that_may_send() -> None:
    async with PAIRS["tcp v4"]() as (one, _):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(one.send, LARGE)
            await turns()
            with pytest.raises(anyio.BusyResourceError, match=r"anynet\.Outbox"):
                await one.send(b"x")
            with pytest.raises(anyio.BusyResourceError, match="sending to"):
                async with anynet.Outbox(one) as outbox:
                    outbox.put_nowait(b"x")
                    await anyio.sleep_forever()
            tasks.cancel_scope.cancel()


async def test_in_a_server_the_failure_is_the_peers() -> None:
    ended = anyio.Event()

    async def chatter(connection: anynet.Socket) -> None:
        try:
            async with anynet.Outbox(connection, max_bytes=1000, on_full="close") as outbox:
                while True:
                    await outbox.put(bytes(100))
        finally:
            ended.set()

    async def honest(connection: anynet.Socket) -> None:
        async with anynet.Outbox(connection) as outbox:
            await outbox.put(b"hello")

    handlers = [chatter, honest]

    async def handler(connection: anynet.Socket) -> None:
        await handlers.pop(0)(connection)

    async with anynet.create_server(handler, host="127.0.0.1", port=0) as server:
        with plain_client(server) as silent:
            await ended.wait()
            with pytest.raises(ConnectionResetError):
                await in_thread(read_to_end, silent)
        assert server.statistics().peer_failures == 1
        async with client_of(server) as client:
            assert await receive_exactly(client, 5) == b"hello"


async def test_a_failure_leaves_no_cycle() -> None:
    gc.collect()
    gate = Gate()
    gate.fail(anyio.BrokenResourceError())

    async def fail() -> None:
        with pytest.raises(anyio.BrokenResourceError):
            async with anynet.Outbox(gate) as outbox:
                forgotten.append(weakref.ref(outbox))
                outbox.put_nowait(b"x")
                await anyio.sleep_forever()

    forgotten: list[weakref.ref[anynet.Outbox]] = []
    gc.disable()
    try:
        await fail()
        gate.error = None
        await turns()
        assert forgotten[0]() is None
    finally:
        gc.enable()


# -- leaving the block ----------------------------------------------------------------------------


async def test_a_flush_that_takes_too_long_resets_the_connection() -> None:
    with plain_and_ours() as (peer, ours):
        with pytest.raises(anynet.PeerTooSlow, match=r"left after the flush_timeout of 0\.05 s"):
            async with anynet.Outbox(ours, flush_timeout=0.05) as outbox:
                outbox.put_nowait(LARGE)
        assert not outbox.put_nowait(b"x")
        with pytest.raises(ConnectionResetError):
            await in_thread(read_to_end, peer)


@pytest.mark.parametrize("seconds", [0, 0.05, float("inf")])
async def test_nothing_to_send_takes_no_time(seconds: float) -> None:
    async with anynet.Outbox(Gate(), flush_timeout=seconds) as outbox:
        pass
    assert not outbox.put_nowait(b"x")
    assert not await outbox.put(b"x")
    assert outbox.refused == 2


async def test_over_tls_of_anyio_the_connection_below_is_reset() -> None:
    async with PAIRS["tls"]() as (one, other):
        with pytest.raises(anynet.PeerTooSlow):
            async with anynet.Outbox(one._stream.stream, flush_timeout=0.05) as outbox:
                outbox.put_nowait(LARGE)
        with pytest.raises(anyio.BrokenResourceError):
            while True:
                await other.receive()


# -- cancellation ---------------------------------------------------------------------------------


async def test_put_is_cancelled_before_it_puts() -> None:
    gate = Gate()
    gate.let_pass(10)
    async with anynet.Outbox(gate) as outbox:
        with anyio.CancelScope() as scope:
            scope.cancel()
            await outbox.put(b"x")
    assert not gate.sent
    assert outbox.refused == 0


async def test_put_lets_others_run() -> None:
    gate = Gate()
    gate.let_pass(10)
    ran = False

    async def other() -> None:
        nonlocal ran
        ran = True

    async with anyio.create_task_group() as tasks, anynet.Outbox(gate) as outbox:
        tasks.start_soon(other)
        await outbox.put(b"x")
        await outbox.put(b"y")
        assert ran


@pytest.mark.parametrize("where", ["body", "send", "flush"])
async def test_cancelled_from_outside(where: str) -> None:
    gate = Gate()
    with anyio.CancelScope() as scope:
        async with anyio.create_task_group() as tasks:

            async def cancel() -> None:
                await turns()
                scope.cancel()

            tasks.start_soon(cancel)
            async with anynet.Outbox(gate) as outbox:
                if where != "body":
                    outbox.put_nowait(b"x")
                if where != "flush":
                    await anyio.sleep_forever()
    assert scope.cancelled_caught
    assert not gate.sent
    assert not outbox.put_nowait(b"x")


async def test_a_cancelled_send_breaks_the_sending_side() -> None:
    with plain_and_ours() as (peer, ours):
        with anyio.move_on_after(0.05):
            async with anynet.Outbox(ours) as outbox:
                outbox.put_nowait(LARGE)
                await anyio.sleep_forever()
        with pytest.raises(anyio.BrokenResourceError, match="cut off"):
            await ours.send(b"x")
        await ours.aclose()
        with pytest.raises(ConnectionResetError):
            await in_thread(read_to_end, peer)


async def test_a_failure_and_a_cancellation_at_once() -> None:
    """What is cancelled stays cancelled, in whatever order the two come."""
    for fail_first in (True, False):
        gate = Gate()
        with anyio.CancelScope() as scope:
            async with anynet.Outbox(gate) as outbox:
                outbox.put_nowait(b"x")
                await turns()
                if fail_first:
                    gate.fail(anyio.BrokenResourceError())
                scope.cancel()
                if not fail_first:
                    gate.fail(anyio.BrokenResourceError())
                await anyio.sleep_forever()
        assert scope.cancelled_caught


# -- misuse ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"max_bytes": 0}, ValueError, "max_bytes must be at least 1, not 0"),
        ({"max_bytes": "1"}, TypeError, "max_bytes must be"),
        ({"on_full": "explode"}, ValueError, "on_full must be one of"),
        ({"flush_timeout": -1}, ValueError, "flush_timeout must not be negative"),
        ({"flush_timeout": None}, TypeError, "flush_timeout must be"),
    ],
)
async def test_bad_options(options: dict[str, Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        anynet.Outbox(Gate(), **options)


async def test_bad_use() -> None:
    gate = Gate()
    early: Any = anynet.Outbox(gate)
    async with early as outbox:
        with pytest.raises(TypeError, match="data must be bytes-like"):
            outbox.put_nowait("text")
        with pytest.raises(TypeError, match="data must be bytes-like"):
            await outbox.put(None)
        with pytest.raises(RuntimeError, match="only once"):
            async with outbox:
                pass
    assert outbox.refused == 0
    assert not outbox.put_nowait(b"too late")
    assert outbox.refused == 1


# -- at random ---------


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("on_full", ["wait", "drop"])
async def test_what_was_taken_arrives_and_nothing_else(seed: int, on_full: Any) -> None:
    chance = random.Random(seed)
    taken: list[list[bytes]] = [[] for _ in range(5)]
    async with PAIRS["tcp v4"]() as (one, other), anyio.create_task_group() as tasks:

        async def sender(name: int) -> None:
            for index in range(40):
                message = b"%d:%d:%s\n" % (name, index, b"x" * chance.choice([0, 10, 5000, 40_000]))
                if chance.random() < 0.5:
                    success = await outbox.put(message)
                else:
                    success = outbox.put_nowait(message)
                if success:
                    taken[name].append(message)
                if chance.random() < 0.3:
                    await turns(chance.randrange(4))

        async def send_all() -> None:
            async with outbox, anyio.create_task_group() as senders:
                for name in range(5):
                    senders.start_soon(sender, name)
            await one.send_eof()

        outbox = anynet.Outbox(one, max_bytes=50_000, on_full=on_full)
        tasks.start_soon(send_all)
        received = bytearray()
        async for chunk in other:
            received += chunk
            await turns(chance.randrange(3))
    lines = bytes(received).splitlines(keepends=True)
    for name in range(5):
        assert [line for line in lines if line.startswith(b"%d:" % name)] == taken[name]
    assert len(lines) == sum(map(len, taken))
    assert outbox.refused == 200 - len(lines)
