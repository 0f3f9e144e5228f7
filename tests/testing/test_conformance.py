"""The conformance suite on every kind of stream that we have, and on streams that break a rule."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import anyio.lowlevel
import pytest
from anyio.abc import ByteStream

from anynet._transport.streams.socket_stream import SocketStream
from anynet.testing import MemoryStream, byte_stream_cases, check_byte_stream, memory_stream_pair
from tests.testing.pairs import PAIRS, tcp_sockets

pytestmark = pytest.mark.anyio

#: Streams whose sender never waits: AnyIO on asyncio takes in whatever comes, read or not.
NEVER_CLOGGED = {"object streams with endless room", "over anyio's tcp"}


@pytest.mark.parametrize("kind", PAIRS)
async def test_conformance(kind: str) -> None:
    await check_byte_stream(
        PAIRS[kind], half_close=kind != "tls", clogged=kind not in NEVER_CLOGGED
    )


async def test_our_own_stream() -> None:
    @asynccontextmanager
    async def make_pair() -> AsyncIterator[tuple[SocketStream, SocketStream]]:
        sockets = tcp_sockets()
        for sock in sockets:
            sock.setblocking(False)
        one, other = map(SocketStream, sockets)
        async with one, other:
            yield one, other

    await check_byte_stream(make_pair)


@asynccontextmanager
async def memory_pairs() -> AsyncIterator[tuple[MemoryStream, MemoryStream]]:
    one, other = memory_stream_pair()
    async with one, other:
        yield one, other


# -- the suite sees what is wrong ---------------------------------------------------------------


class Wrapped(ByteStream):
    """A stream that keeps every promise; each subclass breaks one."""

    def __init__(self, stream: MemoryStream) -> None:
        self.stream = stream

    async def receive(self, max_bytes: int = 65536) -> bytes:
        return await self.stream.receive(max_bytes)

    async def send(self, item: bytes) -> None:
        await self.stream.send(item)

    async def send_eof(self) -> None:
        await self.stream.send_eof()

    async def aclose(self) -> None:
        await self.stream.aclose()


class ReturnsTooMuch(Wrapped):
    async def receive(self, max_bytes: int = 65536) -> bytes:
        return await self.stream.receive(max(max_bytes, 5))


class TakesAnyMaximum(Wrapped):
    async def receive(self, max_bytes: int = 65536) -> bytes:
        return b"" if max_bytes < 1 else await self.stream.receive(max_bytes)


class SwapsBytes(Wrapped):
    async def send(self, item: bytes) -> None:
        await self.stream.send(item[::-1])


class SwapsTheBytesOfLongSends(Wrapped):
    async def send(self, item: bytes) -> None:
        await self.stream.send(item[::-1] if len(item) > 65_536 else item)


class LosesAByteOfAFullChunk(Wrapped):
    async def receive(self, max_bytes: int = 65536) -> bytes:
        data = await self.stream.receive(max_bytes)
        return data[:-1] if 3 < len(data) == max_bytes < 65_536 else data


class SendsEmptyAsSomething(Wrapped):
    async def send(self, item: bytes) -> None:
        await self.stream.send(item or b"?")


class EndsOnlyOnce(Wrapped):
    ended = False

    async def receive(self, max_bytes: int = 65536) -> bytes:
        try:
            return await self.stream.receive(max_bytes)
        except anyio.EndOfStream:
            if self.ended:
                return b"nothing, really"
            self.ended = True
            raise


class LeavesThePeerWaiting(Wrapped):
    received = False

    async def receive(self, max_bytes: int = 65536) -> bytes:
        try:
            data = await self.stream.receive(max_bytes)
        except anyio.EndOfStream:
            if not self.received:
                await anyio.sleep_forever()
            raise
        self.received = True
        return data


class LeavesItsOwnReceiveWaiting(Wrapped):
    closed = False

    async def receive(self, max_bytes: int = 65536) -> bytes:
        was_closed = self.closed
        try:
            return await self.stream.receive(max_bytes)
        except anyio.ClosedResourceError:
            if not was_closed:
                await anyio.sleep_forever()
            raise

    async def aclose(self) -> None:
        self.closed = True
        await self.stream.aclose()


class LeavesItsOwnSendWaiting(Wrapped):
    closed = False

    async def send(self, item: bytes) -> None:
        was_closed = self.closed
        try:
            await self.stream.send(item)
        except anyio.ClosedResourceError:
            if self.closed and not was_closed:
                await anyio.sleep_forever()
            raise

    async def aclose(self) -> None:
        self.closed = True
        await self.stream.aclose()


class CanBeUsedAfterItsClose(Wrapped):
    async def send(self, item: bytes) -> None:
        try:
            await self.stream.send(item)
        except anyio.ClosedResourceError:
            pass


class ReceivesThoughCancelled(Wrapped):
    received = b""

    async def receive(self, max_bytes: int = 65536) -> bytes:
        with anyio.CancelScope(shield=True):
            self.received = await self.stream.receive(max_bytes)
        return self.received


class CannotBeCancelledReceiving(Wrapped):
    received = b""

    async def receive(self, max_bytes: int = 65536) -> bytes:
        await anyio.lowlevel.checkpoint()
        with anyio.CancelScope(shield=True):
            self.received = await self.stream.receive(max_bytes)
        return self.received


class LosesBytesWhenCancelled(Wrapped):
    async def receive(self, max_bytes: int = 65536) -> bytes:
        data = await self.stream.receive(max_bytes)
        await anyio.lowlevel.checkpoint()
        return data


class SendsWhatWasCancelled(Wrapped):
    async def send(self, item: bytes) -> None:
        with anyio.CancelScope(shield=True):
            await self.stream.send(item)
        await anyio.lowlevel.checkpoint()


class CannotBeCancelled(Wrapped):
    async def send(self, item: bytes) -> None:
        await anyio.lowlevel.checkpoint()
        with anyio.CancelScope(shield=True):
            await self.stream.send(item)


class IgnoresCancelledClose(Wrapped):
    async def aclose(self) -> None:
        await anyio.lowlevel.checkpoint()
        await self.stream.aclose()


class LetsTwoReceive(Wrapped):
    async def receive(self, max_bytes: int = 65536) -> bytes:
        while True:
            try:
                return await self.stream.receive(max_bytes)
            except anyio.BusyResourceError:
                await anyio.sleep(0.001)


class DropsWhatASecondTaskSends(Wrapped):
    async def send(self, item: bytes) -> None:
        try:
            await self.stream.send(item)
        except anyio.BusyResourceError:
            pass


class FailsWithTheWrongError(Wrapped):
    async def send(self, item: bytes) -> None:
        try:
            await self.stream.send(item)
        except anyio.BrokenResourceError:
            raise ConnectionResetError from None


class HalfClosesBoth(Wrapped):
    async def send_eof(self) -> None:
        await self.stream.aclose()


class DropsWhatIsSentAfterItsEnd(Wrapped):
    ended = False

    async def send(self, item: bytes) -> None:
        if not self.ended:
            await self.stream.send(item)

    async def send_eof(self) -> None:
        self.ended = True
        await self.stream.send_eof()


class HalfClosesWhatIsClosed(Wrapped):
    async def send_eof(self) -> None:
        try:
            await self.stream.send_eof()
        except anyio.ClosedResourceError:
            pass


#: Which check is to fail, and with what words.
BROKEN: dict[type[Wrapped], tuple[str, str | None]] = {
    ReturnsTooMuch: ("receive_honours_max_bytes", r"receive\(3\) returned \[5, 5\] bytes"),
    TakesAnyMaximum: (
        "receive_refuses_bad_max_bytes",
        r"receive\(0\) must raise ValueError, but raised nothing",
    ),
    SwapsBytes: ("bytes_arrive_in_order", "b'one' was sent, but b'eno' arrived"),
    SwapsTheBytesOfLongSends: ("both_directions_at_once", "bytes were changed on the way there"),
    LosesAByteOfAFullChunk: ("slow_reader_gets_everything", "bytes were lost or changed"),
    SendsEmptyAsSomething: ("empty_send_sends_nothing", "b'first' was sent, but"),
    EndsOnlyOnce: (
        "close_ends_the_peers_receiving",
        "must raise EndOfStream, but raised nothing",
    ),
    LeavesThePeerWaiting: ("close_wakes_the_peers_receive", None),
    LeavesItsOwnReceiveWaiting: ("close_wakes_a_parked_receive", None),
    LeavesItsOwnSendWaiting: ("close_wakes_a_parked_send", None),
    CanBeUsedAfterItsClose: (
        "closed_stream_refuses_use",
        r"send\(\) after aclose\(\) must raise ClosedResourceError",
    ),
    ReceivesThoughCancelled: ("receive_cancelled_at_entry_takes_nothing", None),
    CannotBeCancelledReceiving: (
        "parked_receive_can_be_cancelled",
        "went on after its cancellation",
    ),
    LosesBytesWhenCancelled: ("receive_cancelled_at_its_wake_loses_nothing", None),
    SendsWhatWasCancelled: ("send_cancelled_at_entry_sends_nothing", None),
    CannotBeCancelled: ("parked_send_can_be_cancelled", "went on after its cancellation"),
    IgnoresCancelledClose: ("cancelled_close_closes_first", None),
    LetsTwoReceive: ("second_receiver_is_refused", None),
    DropsWhatASecondTaskSends: ("second_sender_is_refused", None),
    FailsWithTheWrongError: (
        "sends_to_nobody_fail",
        "must raise BrokenResourceError, not ConnectionResetError",
    ),
    HalfClosesBoth: ("half_close_leaves_the_other_half", None),
    DropsWhatIsSentAfterItsEnd: (
        "send_after_own_send_eof_is_refused",
        r"send\(\) after send_eof\(\) must raise ClosedResourceError",
    ),
    HalfClosesWhatIsClosed: (
        "send_eof_after_close_is_refused",
        r"send_eof\(\) after aclose\(\) must raise ClosedResourceError",
    ),
}
#: In these the check waits for what never comes: only time tells, and no more of it than needed.
HANG = {LeavesThePeerWaiting, LeavesItsOwnReceiveWaiting, LeavesItsOwnSendWaiting}


@pytest.mark.parametrize("kind", BROKEN, ids=lambda kind: kind.__name__)
async def test_a_broken_promise_is_named(kind: type[Wrapped]) -> None:
    named, words = BROKEN[kind]

    @asynccontextmanager
    async def make_pair() -> AsyncIterator[tuple[Wrapped, Wrapped]]:
        async with memory_pairs() as (one, other):
            yield kind(one), kind(other)

    for case in byte_stream_cases(make_pair):
        if case.name == named:
            break
        await case.run()
    # Only the check that is to fail may run out of time, however busy the machine is.
    seconds = 0.3 if kind in HANG else 50
    cases = {case.name: case for case in byte_stream_cases(make_pair, seconds=seconds)}
    with pytest.raises((AssertionError, TimeoutError, ExceptionGroup), match=words) as raised:
        await cases[named].run()
    assert raised.value.__notes__ == [f"in the check {named}"]
    assert isinstance(raised.value, TimeoutError) == (kind in HANG)


def test_every_check_has_been_seen_to_fail() -> None:
    """Beside that of streams without half-close, which the next test has fail."""
    names = {case.name.removesuffix("-swapped") for case in byte_stream_cases(memory_pairs)}
    assert {named for named, _ in BROKEN.values()} == names


async def test_half_close_and_clogging_are_as_declared() -> None:
    await check_byte_stream(memory_pairs)
    with pytest.raises(AssertionError, match="must raise NotImplementedError, but raised nothing"):
        await check_byte_stream(memory_pairs, half_close=False)
