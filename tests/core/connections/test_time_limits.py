"""Receive timeouts, send timeouts and lifetimes: what they bound, what they close, who is told."""

from __future__ import annotations

import copy
import pickle
import socket
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
import anyio.lowlevel
import pytest
import trio
import trio.testing
from anyio.streams.stapled import StapledObjectStream

import anynet
from anynet._rules.values.origins import Origin
from anynet.testing import memory_pair
from tests.support import client_of, in_thread, plain_client, tcp_pair
from tests.testing.pairs import plain_and_ours, read_to_end, tcp_sockets, tls_contexts, wrap_tls

LARGE = bytes(1 << 25)
LIMITS: dict[str, type[anynet.ConnectionExpired]] = {
    "receive_timeout": anynet.ReceiveTimeout,
    "send_timeout": anynet.SendTimeout,
    "max_lifetime": anynet.LifetimeExceeded,
}
RECEIVES: dict[str, Callable[[anynet.Socket], Awaitable[Any]]] = {
    "receive": lambda s: s.receive(),
    "receive_into": lambda s: s.receive_into(bytearray(1)),
    "iteration": lambda s: s.__anext__(),
}


async def send_file(ours: anynet.Socket) -> None:
    with tempfile.TemporaryFile() as file:
        file.truncate(len(LARGE))
        await ours.send_file(file)


SENDS: dict[str, Callable[[anynet.Socket], Awaitable[Any]]] = {
    "send": lambda s: s.send(LARGE),
    "send_many": lambda s: s.send_many([LARGE, LARGE]),
    "send_file": send_file,
}
#: Each limit, by an operation that waits for it.
WAITS = [
    *(("receive_timeout", each) for each in RECEIVES),
    *(("send_timeout", each) for each in SENDS),
    *(("max_lifetime", each) for each in [*RECEIVES, *SENDS]),
]
OPERATIONS = {**RECEIVES, **SENDS}


# -- pairs with limits at one end -----------------------------------------------------------------


@asynccontextmanager
async def over_tcp(**options: Any) -> AsyncIterator[tuple[anynet.Socket, anynet.Socket]]:
    one, other = tcp_sockets()
    with_limits, plain = anynet.Socket.from_fd(one, **options), anynet.Socket.from_fd(other)
    async with with_limits, plain:
        yield with_limits, plain


@asynccontextmanager
async def over_unix(**options: Any) -> AsyncIterator[tuple[anynet.Socket, anynet.Socket]]:
    one, other = socket.socketpair()
    with_limits, plain = anynet.Socket.from_fd(one, **options), anynet.Socket.from_fd(other)
    async with with_limits, plain:
        yield with_limits, plain


@asynccontextmanager
async def over_tls(**options: Any) -> AsyncIterator[tuple[anynet.Socket, anynet.Socket]]:
    async with over_tcp() as below:
        one, other = await wrap_tls(*below)
        with_limits = anynet.Socket.from_stream(one, **options)
        async with with_limits, anynet.Socket.from_stream(other) as plain:
            yield with_limits, plain


@asynccontextmanager
async def over_object_streams(
    **options: Any,
) -> AsyncIterator[tuple[anynet.Socket, anynet.Socket]]:
    to_other, from_one = anyio.create_memory_object_stream[bytes](0)
    to_one, from_other = anyio.create_memory_object_stream[bytes](0)
    with to_other, from_one, to_one, from_other:
        one = anynet.Socket.from_stream(StapledObjectStream(to_other, from_other), **options)
        other = anynet.Socket.from_stream(StapledObjectStream(to_one, from_one))
        async with one, other:
            yield one, other


KINDS: dict[str, Callable[..., Any]] = {
    "tcp": over_tcp,
    "unix": over_unix,
    "tls": over_tls,
    "object streams": over_object_streams,
}
every_kind = pytest.mark.parametrize("kind", KINDS)


# -- on real time, on every backend ---------------------------------------------------------------


@pytest.mark.anyio
@every_kind
@pytest.mark.parametrize(("limit", "operation"), WAITS)
async def test_what_waits_raises_the_limit(kind: str, limit: str, operation: str) -> None:
    async with KINDS[kind](**{limit: 0.03}) as (one, _):
        with pytest.raises(LIMITS[limit], match=rf"0\.03 seconds \({limit}\)") as caught:
            await OPERATIONS[operation](one)
        assert isinstance(caught.value, TimeoutError)
        assert (caught.value.seconds, caught.value.option) == (0.03, limit)
        assert one.closed
        assert one.statistics().expired == limit
        for use in OPERATIONS.values():
            with pytest.raises(LIMITS[limit]):
                await use(one)


@pytest.mark.anyio
async def test_messages_with_descriptors_have_the_limits_too() -> None:
    async with over_unix(receive_timeout=0.03) as (one, _):
        with pytest.raises(anynet.ReceiveTimeout):
            await one.receive_fds(10, 1)
    async with over_unix(send_timeout=0.03) as (one, _):
        with tempfile.TemporaryFile() as file, pytest.raises(anynet.SendTimeout):
            while True:
                await one.send_fds(bytes(1000), [file])


@pytest.mark.anyio
@pytest.mark.parametrize("limit", LIMITS)
async def test_the_peer_sees_a_reset(limit: str) -> None:
    options: dict[str, Any] = {limit: 0.03}
    with plain_and_ours(**options) as (peer, ours):
        with pytest.raises(TimeoutError):
            await OPERATIONS["send" if limit == "send_timeout" else "receive"](ours)
        with pytest.raises(ConnectionResetError):
            await in_thread(read_to_end, peer)


@pytest.mark.anyio
@pytest.mark.parametrize("limit", LIMITS)
async def test_over_tls_the_connection_below_is_reset(limit: str) -> None:
    async with over_tls(**{limit: 0.03}) as (one, other):
        with pytest.raises(TimeoutError):
            await OPERATIONS["send" if limit == "send_timeout" else "receive"](one)
        with pytest.raises(anyio.BrokenResourceError):
            while True:
                await other.receive()


@pytest.mark.anyio
@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("tls", [False, True], ids=["tcp", "tls"])
async def test_a_server_counts_what_it_closed(limit: str, tls: bool) -> None:
    counter = {"max_lifetime": "lifetimes_exceeded"}.get(limit, f"{limit}s")

    ended = anyio.Event()

    async def handler(connection: anynet.Socket) -> None:
        try:
            await OPERATIONS["send" if limit == "send_timeout" else "receive"](connection)
        finally:
            ended.set()

    options: dict[str, Any] = {limit: 0.03, "host": "127.0.0.1", "port": 0}
    client_options: dict[str, Any] = {}
    if tls:
        client_context, options["tls"] = tls_contexts()
        client_options = {"tls": client_context, "server_hostname": "localhost"}
    async with anynet.create_server(handler, **options) as server:
        async with client_of(server, **client_options) as client:
            await ended.wait()
            with pytest.raises(anyio.BrokenResourceError):
                while True:
                    await client.receive()
        counts = server.statistics()
        assert getattr(counts, counter) == 1
        all_counts = (
            counts.idle_timeouts,
            counts.receive_timeouts,
            counts.send_timeouts,
            counts.lifetimes_exceeded,
        )
        assert sum(all_counts) == 1
    assert server.statistics().peer_failures == 1


@pytest.mark.anyio
async def test_an_idle_timeout_is_counted_too() -> None:
    async with tcp_pair(idle_timeout=0.03) as (client, accepted):
        with pytest.raises(anyio.EndOfStream):
            await client.receive()
        with pytest.raises(anynet.IdleTimeout, match="idle_timeout"):
            await accepted.receive()
        assert accepted.statistics().expired == "idle_timeout"
        assert client.statistics().expired is None


@pytest.mark.anyio
@pytest.mark.parametrize("handler", [True, False], ids=["handler", "accept"])
async def test_the_server_counts_at_once(handler: bool) -> None:
    """Also while nothing of the connection waits, and though its user has not noticed yet."""
    expired = anyio.Event()

    async def busy(connection: anynet.Socket) -> None:
        connection.when_closed(expired.set)
        await expired.wait()
        assert server.statistics().lifetimes_exceeded == 1

    server = anynet.create_server(
        busy if handler else None, host="127.0.0.1", port=0, max_lifetime=0.02
    )
    async with server, client_of(server) as client:
        if not handler:
            await busy(await server.accept())
        with pytest.raises(anyio.BrokenResourceError):
            await client.receive()


@pytest.mark.anyio
@every_kind
@pytest.mark.parametrize("limit", ["receive_timeout", "max_lifetime"])
async def test_the_events_have_the_error_before_the_close(kind: str, limit: str) -> None:
    async with KINDS[kind](**{limit: 0.03}) as (one, _):
        async with one.events() as events:
            seen = [event async for event in events]
        error, close = seen
        assert isinstance(error, anynet.Error)
        assert isinstance(error.error, LIMITS[limit])
        assert close == anynet.Close(had_error=True)


@pytest.mark.anyio
async def test_a_send_that_stalls_beside_the_events() -> None:
    async with over_tcp(send_timeout=0.03) as (one, _):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(expect_send_timeout, one)
            seen = [event async for event in one.events()]
    error, close = seen
    assert isinstance(error, anynet.Error)
    assert isinstance(error.error, anynet.SendTimeout)
    assert close == anynet.Close(had_error=True)


async def expect_send_timeout(one: anynet.Socket) -> None:
    with pytest.raises(anynet.SendTimeout):
        await one.send(LARGE)


@pytest.mark.anyio
async def test_one_limit_ends_both_directions_by_the_same_error() -> None:
    async with over_tcp(send_timeout=0.03) as (one, _):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(expect_send_timeout, one)
            with pytest.raises(anynet.SendTimeout):
                await one.receive()


@pytest.mark.anyio
@pytest.mark.parametrize("kind", ["tcp", "tls"])
async def test_a_blocked_loop_is_not_the_peers_fault(kind: str) -> None:
    async with KINDS[kind](receive_timeout=0.5) as (one, other):
        received = []

        async def receive() -> None:
            received.append(await one.receive())

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(receive)
            for _ in range(5):
                await anyio.lowlevel.checkpoint()
            await other.send(b"in time")
            block_the_loop(0.6)
        assert received == [b"in time"]


def block_the_loop(seconds: float) -> None:
    time.sleep(seconds)


@pytest.mark.anyio
async def test_a_limit_belongs_to_its_connection() -> None:
    """The failure is the peer's in its own handler, and the handler's where it is another's."""
    async with over_tcp(receive_timeout=0.02) as (upstream, _):

        async def handler(_: anynet.Socket) -> None:
            await upstream.receive()

        errors: list[Exception] = []
        async with anynet.create_server(
            handler,
            host="127.0.0.1",
            port=0,
            on_handler_error=lambda error, _: errors.append(error),
        ) as server:
            client = plain_client(server)
            with client, pytest.raises(ConnectionResetError):
                await in_thread(read_to_end, client)
        (error,) = errors
        assert isinstance(error, anynet.ReceiveTimeout)


@pytest.mark.anyio
async def test_the_next_owner_has_no_limits() -> None:
    async with over_tcp(receive_timeout=0.02, send_timeout=0.02, max_lifetime=0.02) as (one, other):
        async with anynet.Socket.adopt(one.release()) as heir:
            with anyio.move_on_after(0.1) as waited:
                await heir.receive()
            assert waited.cancelled_caught
            await other.send(b"x")
            assert await heir.receive() == b"x"


@pytest.mark.anyio
async def test_a_lingering_close_has_its_own_time() -> None:
    async with over_tcp(receive_timeout=0.02) as (one, other):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(close_lingering, one)
            with pytest.raises(anyio.EndOfStream):
                await other.receive()
            await anyio.sleep(0.1)
            await other.send(b"late")
            await other.send_eof()
        assert one.statistics().expired is None


async def close_lingering(one: anynet.Socket) -> None:
    await one.aclose(linger=5)


@pytest.mark.parametrize("limit", [anynet.IdleTimeout, *LIMITS.values()])
def test_the_errors_survive_copies(limit: type[anynet.ConnectionExpired]) -> None:
    error = limit(Origin(), 2.5)
    for clone in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert type(clone) is limit
        assert str(clone) == str(error)
        assert clone.seconds == 2.5


@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (0, ValueError, "{} must be more than 0 seconds"),
        (-1, ValueError, "{} must not be negative"),
        (float("nan"), ValueError, "{} must not be negative or NaN"),
        ("5", TypeError, "{} must be a number"),
    ],
)
def test_bad_limits(limit: str, value: Any, error: type[Exception], text: str) -> None:
    for function in (anynet.create_server, anynet.connect):
        with pytest.raises(error, match=text.format(limit)):
            function(port=1, **{limit: value})


# -- on a virtual clock ---------------------------------------------------------------------------


async def elapsed(operation: Awaitable[Any]) -> float:
    began = trio.current_time()
    with pytest.raises(TimeoutError):
        await operation
    return trio.current_time() - began


@pytest.mark.trio
async def test_the_very_second(autojump_clock: trio.testing.MockClock) -> None:
    rows: list[tuple[dict[str, Any], str]] = [
        ({"receive_timeout": 30, "max_lifetime": 31}, "receive"),
        ({"send_timeout": 30, "idle_timeout": 31}, "send"),
        ({"max_lifetime": 30, "receive_timeout": 40}, "receive"),
    ]
    for options, operation in rows:
        one, other = memory_pair(**options)
        async with one, other:
            assert await elapsed(OPERATIONS[operation](one)) == 30


@pytest.mark.trio
async def test_only_waiting_counts(autojump_clock: trio.testing.MockClock) -> None:
    async with over_object_streams(receive_timeout=10) as (one, other):
        for _ in range(3):
            await trio.sleep(60)  # The program is busy.
            with trio.move_on_after(9):
                await one.receive()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(one.receive)
            await trio.sleep(9)
            await other.send(b"x")
        assert await elapsed(one.receive()) == 10


@pytest.mark.trio
async def test_a_peer_that_trickles_is_ended_by_the_lifetime_alone(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with over_object_streams(receive_timeout=10, idle_timeout=10, max_lifetime=100) as (
        one,
        other,
    ):
        began = trio.current_time()

        async def trickle() -> None:
            with pytest.raises(anyio.BrokenResourceError):
                while True:
                    await other.send(b"x")
                    await trio.sleep(9)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(trickle)
            with pytest.raises(anynet.LifetimeExceeded):
                while True:
                    await one.receive()
            assert trio.current_time() - began == 100
            await one.aclose()


@pytest.mark.trio
async def test_a_peer_that_takes_a_little_is_not_stalled(
    mock_clock: trio.testing.MockClock,
) -> None:
    """The clock is moved by hand: it must not jump while the kernel has something for us."""
    async with over_tcp(send_timeout=30) as (one, other), trio.open_nursery() as nursery:
        nursery.start_soon(expect_send_timeout, one)
        for _ in range(3):
            await trio.testing.wait_all_tasks_blocked()
            mock_clock.jump(29)
            before = one.bytes_sent
            while one.bytes_sent == before:
                await other.receive()
        await trio.testing.wait_all_tasks_blocked()
        mock_clock.jump(29)
        await trio.testing.wait_all_tasks_blocked()
        assert not one.closed
        mock_clock.jump(1)


@pytest.mark.trio
async def test_a_tls_record_that_comes_in_pieces_is_progress(
    autojump_clock: trio.testing.MockClock,
) -> None:
    near, far = memory_pair()
    between_near, between_far = memory_pair()
    async with near, far, between_near, between_far, trio.open_nursery() as nursery:
        delay = 0.0

        async def carry_slowly() -> None:
            async for chunk in far:
                for index in range(0, len(chunk), 100):
                    await trio.sleep(delay)
                    await between_near.send(chunk[index : index + 100])

        async def carry_back() -> None:
            async for chunk in between_near:
                await far.send(chunk)

        nursery.start_soon(carry_slowly)
        nursery.start_soon(carry_back)
        one, other = await wrap_tls(near, between_far)
        delay = 9.0
        sender = anynet.Socket.from_stream(one)
        receiver = anynet.Socket.from_stream(other, receive_timeout=10)
        began = trio.current_time()
        await sender.send(bytes(1000))
        assert await receiver.receive() == bytes(1000)
        assert trio.current_time() - began > 80
        assert await elapsed(receiver.receive()) == 10
        nursery.cancel_scope.cancel()


@pytest.mark.trio
async def test_a_busy_consumer_of_events_holds_nothing_against_its_peer(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with over_object_streams(receive_timeout=10) as (one, other):
        async with one.events() as events:
            await other.send(b"request")
            assert await anext(events) == anynet.Data(b"request")
            await trio.sleep(60)
            began = trio.current_time()
            assert isinstance(await anext(events), anynet.Error)
            assert trio.current_time() - began == 10


@pytest.mark.trio
async def test_infinity_is_no_limit_and_costs_no_timer() -> None:
    endless = float("inf")
    before = trio.lowlevel.current_statistics().tasks_living
    async with over_tcp(receive_timeout=endless, send_timeout=endless, max_lifetime=endless) as (
        one,
        _,
    ):
        with trio.move_on_after(0.01):
            await one.receive()
        assert trio.lowlevel.current_statistics().tasks_living == before


@pytest.mark.trio
async def test_no_task_is_left() -> None:
    def tasks() -> int:
        return trio.lowlevel.current_statistics().tasks_living

    before = tasks()
    async with over_tcp(receive_timeout=60, send_timeout=60, max_lifetime=60) as (one, _):
        with trio.move_on_after(0.01):
            await one.receive()
        with trio.move_on_after(0.01):
            await one.send(LARGE)
        assert tasks() == before + 1
    await trio.testing.wait_all_tasks_blocked()
    assert tasks() == before
