"""``socket.events()``: what comes, and in which order."""

from __future__ import annotations

import errno
import fcntl
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest
from anyio.streams.stapled import StapledObjectStream

import anynet
from tests.core.server_peers import PATIENCE, turns
from tests.core.socket_pairs import MakePair, every_kind, step, tls_pair
from tests.support import tcp_pair

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("tidy")]


async def test_the_life_of_a_client() -> None:
    async def resolver(host: str, family: anynet.Family | None) -> list[str]:
        return ["127.0.0.1", "::1"]

    async def greet(sock: anynet.Socket) -> None:
        await sock.send(b"hello")

    async with anynet.create_server(greet, host="::1", port=0) as server:
        address = server.address
        assert isinstance(address, anynet.SocketAddress)
        v4 = anynet.SocketAddress("127.0.0.1", address.port)
        async with anynet.connect("some.name", address.port, resolver=resolver) as sock:
            events = sock.events()
            assert await step(events) == anynet.Lookup("some.name", v4)
            assert await step(events) == anynet.Lookup("some.name", address)
            assert await step(events) == anynet.ConnectionAttempt(v4)
            failed = await step(events)
            assert isinstance(failed, anynet.ConnectionAttemptFailed)
            assert failed.address == v4
            assert failed.error.errno == errno.ECONNREFUSED
            assert await step(events) == anynet.ConnectionAttempt(address)
            assert await step(events) == anynet.Connect()
            assert await step(events) == anynet.Data(b"hello")
            assert await step(events) == anynet.End()
            await sock.send_eof()
            assert await step(events) == anynet.Close(had_error=False)
            assert sock.closed
            for _ in range(2):
                with pytest.raises(StopAsyncIteration):
                    await step(events)


async def test_the_last_step_leaves_alone_who_has_its_descriptor_by_then() -> None:
    """The number of a closed descriptor is used again by the next socket, which may wait by it."""
    async with tcp_pair() as (client, accepted):
        events = accepted.events()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(step, events)
            await turns()
            await client.send(b"x")
        number = accepted.extra(anyio.abc.SocketAttribute.raw_socket).fileno()
        theirs, near = socket.socketpair()
        accepted.reset()
        with near:
            assert fcntl.fcntl(near, fcntl.F_DUPFD_CLOEXEC, number) == number
        heir = anynet.Socket.from_fd(number)
        received: list[bytes] = []

        async def receive() -> None:
            received.append(await heir.receive())

        with theirs:
            async with heir, anyio.create_task_group() as tasks:
                tasks.start_soon(receive)
                await turns()
                assert [event async for event in events] == [anynet.Close(had_error=False)]
                await turns()
                theirs.send(b"for the heir")
            assert received == [b"for the heir"]


async def test_a_server_side_has_no_events_of_a_connect() -> None:
    async with tcp_pair() as (client, accepted):
        await client.send(b"x")
        assert await step(accepted.events()) == anynet.Data(b"x")


async def test_after_the_end_our_side_may_go_on() -> None:
    async with tcp_pair() as (client, accepted):
        events = accepted.events()
        await client.send_eof()
        assert await step(events) == anynet.End()
        assert accepted.state is anynet.ConnectionState.WRITE_ONLY
        await accepted.send(b"late")
        assert await client.receive() == b"late"


async def test_ending_our_side_wakes_a_step_that_waits_for_the_close() -> None:
    async with tcp_pair() as (client, accepted), anyio.create_task_group() as tasks:
        events = accepted.events()
        await client.send_eof()
        assert await step(events) == anynet.End()

        async def end_later() -> None:
            await turns()
            await accepted.send_eof()

        tasks.start_soon(end_later)
        assert await step(events) == anynet.Close(had_error=False)


async def test_without_half_open_the_close_follows_the_end() -> None:
    async with tcp_pair(allow_half_open=False) as (client, accepted):
        events = accepted.events()
        await client.send(b"x")
        await client.send_eof()
        assert await step(events) == anynet.Data(b"x")
        assert await step(events) == anynet.End()
        assert await step(events) == anynet.Close(had_error=False)
        with pytest.raises(anyio.EndOfStream):
            await client.receive()


@every_kind
async def test_closing_wakes_the_consumer(make_pair: MakePair) -> None:
    async with make_pair() as (_, accepted), anyio.create_task_group() as tasks:
        async with accepted.events() as events:

            async def close_later() -> None:
                await turns()
                await accepted.aclose()

            tasks.start_soon(close_later)
            told: list[anynet.SocketEvent] = []
            with anyio.fail_after(PATIENCE):
                if make_pair is tls_pair:
                    tasks.start_soon(_.aclose)
                async for event in events:
                    told.append(event)
            assert told[-1] == anynet.Close(had_error=False)


async def test_a_reset_is_an_error_and_then_a_close() -> None:
    async with tcp_pair() as (client, accepted):
        events = accepted.events()
        await client.send(b"x")
        assert await step(events) == anynet.Data(b"x")
        client.reset()
        error = await step(events)
        assert isinstance(error, anynet.Error)
        assert isinstance(error.error, anynet.ConnectionBroken)
        assert error.error.errno == errno.ECONNRESET
        assert await step(events) == anynet.Close(had_error=True)
        assert accepted.closed


async def test_a_broken_foreign_stream_is_an_error_and_then_a_close() -> None:
    async with tls_pair() as (client, accepted):
        async with accepted.events() as events:
            client.reset()
            error = await step(events)
            assert isinstance(error, anynet.Error)
            assert isinstance(error.error, anynet.ConnectionBroken)
            assert await step(events) == anynet.Close(had_error=True)


async def test_drain_comes_when_a_send_that_waited_went_through() -> None:
    async with tcp_pair() as (client, accepted), anyio.create_task_group() as tasks:
        events = accepted.events()
        tasks.start_soon(accepted.send, bytes(20_000_000))
        with anyio.fail_after(PATIENCE):
            left = 20_000_000
            while left:
                left -= len(await client.receive(1 << 20))
        assert await step(events) == anynet.Drain()
        await accepted.send(b"fits")
        await client.send(b"x")
        assert await step(events) == anynet.Data(b"x")


@every_kind
async def test_timeout_is_a_notice_that_comes_again_only_after_an_activity(
    make_pair: MakePair,
) -> None:
    async with make_pair(idle_timeout=0.03, idle_timeout_action="notify") as (client, accepted):
        async with accepted.events() as events:
            assert await step(events) == anynet.Timeout()
            with anyio.move_on_after(0.08) as silence:
                await anext(events)
            assert silence.cancelled_caught
            await client.send(b"x")
            assert await step(events) == anynet.Data(b"x")
            assert await step(events) == anynet.Timeout()
            assert not accepted.closed


async def test_an_idle_timeout_that_closes() -> None:
    async with tcp_pair(idle_timeout=0.03) as (_, accepted):
        events = accepted.events()
        error = await step(events)
        assert isinstance(error, anynet.Error)
        assert isinstance(error.error, anynet.IdleTimeout)
        assert await step(events) == anynet.Close(had_error=True)
        with pytest.raises(TimeoutError):
            await accepted.receive()


async def test_an_idle_timeout_over_tls_reaches_the_peer_before_the_close_is_told() -> None:
    async with tls_pair(idle_timeout=0.03) as (client, accepted):
        async with accepted.events() as events:
            assert isinstance(await step(events), anynet.Error)
            assert await step(events) == anynet.Close(had_error=True)
            with anyio.fail_after(30), pytest.raises(anyio.BrokenResourceError):
                await client.receive()


class RecordedStream(StapledObjectStream[bytes]):
    """Counts how often it is closed; a close waits for ``may_close``."""

    def __init__(self, *ends: Any) -> None:
        super().__init__(*ends)
        self.closes = 0
        self.closing = anyio.Event()
        self.may_close = anyio.Event()

    async def aclose(self) -> None:
        self.closes += 1
        await super().aclose()
        self.closing.set()
        await self.may_close.wait()


@asynccontextmanager
async def recorded(**options: Any) -> AsyncIterator[tuple[Any, RecordedStream, anynet.Socket]]:
    """The far end of a stream in memory, the stream, and a socket over it."""
    send_a, receive_a = anyio.create_memory_object_stream[bytes](1)
    send_b, receive_b = anyio.create_memory_object_stream[bytes](1)
    far = StapledObjectStream(send_a, receive_b)
    stream = RecordedStream(send_b, receive_a)
    async with far, anynet.Socket.from_stream(stream, **options) as sock:
        yield far, stream, sock


async def both_end(far: Any, events: anynet.SocketEvents, sock: anynet.Socket) -> None:
    await far.send_eof()
    assert await step(events) == anynet.End()
    await sock.send_eof()


async def test_a_foreign_stream_is_closed_before_the_close_is_told() -> None:
    async with recorded() as (far, stream, sock), sock.events() as events:
        stream.may_close.set()
        await both_end(far, events, sock)
        assert stream.closes == 0
        assert await step(events) == anynet.Close(had_error=False)
        assert stream.closes == 1


async def test_a_step_cancelled_while_it_closes_does_not_lose_the_close() -> None:
    async with recorded() as (far, stream, sock), sock.events() as events:
        await both_end(far, events, sock)

        async def cancel_it() -> None:
            await stream.closing.wait()
            scope.cancel()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(cancel_it)
            with anyio.CancelScope() as scope:
                await anext(events)
        assert scope.cancelled_caught
        assert await step(events) == anynet.Close(had_error=False)
        assert stream.closes == 1


async def test_an_end_seen_by_receive_before_is_still_told() -> None:
    async with recorded() as (far, stream, sock):
        stream.may_close.set()
        await far.send_eof()
        with pytest.raises(anyio.EndOfStream):
            await sock.receive()
        await sock.send_eof()
        async with sock.events() as events:
            assert await step(events) == anynet.End()
            assert await step(events) == anynet.Close(had_error=False)


async def test_what_happened_before_the_first_step_is_kept() -> None:
    async with tcp_pair(idle_timeout=0.02, idle_timeout_action="notify") as (client, accepted):
        await client.send(b"before")
        await anyio.sleep(0.1)
        events = accepted.events()
        assert await step(events) == anynet.Timeout()
        assert await step(events) == anynet.Data(b"before")
