"""Awaiting an event and iterating over events, on every backend, with and without a runtime."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from anynet.node._emitters.abort import AbortController, AbortSignal
from anynet.node._emitters.emitter import EventEmitter
from anynet.node._errors.errors import AbortError, NodeError, UnhandledError
from anynet.node._loop.runtime import run, runtime
from anynet.node._net.servers.server import createServer
from anynet.node._net.sockets.connect import connect
from anynet.node.events import EventIterator, on, once

pytestmark = pytest.mark.anyio


class Pausable(EventEmitter):
    """Writes down what is asked of it."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def pause(self) -> None:
        self.asked.append("pause")

    def resume(self) -> None:
        self.asked.append("resume")


@pytest.fixture
def emitter() -> Pausable:
    return Pausable()


async def rest(events: AsyncIterator[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [event async for event in events]


# -- once ------------------------------------------------------------------------------------------


async def test_once_listens_from_its_call_on(emitter: Pausable) -> None:
    pending = once(emitter, "x")
    assert emitter.eventNames() == ["x", "error"]
    emitter.emit("x", 1, 2)
    emitter.emit("x", 3)
    assert emitter.eventNames() == []
    assert await pending == (1, 2)
    assert await pending == (1, 2)


async def test_once_waits(emitter: Pausable) -> None:
    async with anyio.create_task_group() as nursery:

        @nursery.start_soon
        async def emit() -> None:
            await anyio.wait_all_tasks_blocked()
            emitter.emit("x", "late")

        assert await once(emitter, "x") == ("late",)


async def test_once_raises_an_error_event(emitter: Pausable) -> None:
    pending = once(emitter, "x")
    error = ConnectionResetError("bad")
    emitter.emit("error", error)
    assert emitter.eventNames() == []
    with pytest.raises(ConnectionResetError) as caught:
        await pending
    assert caught.value is error


async def test_once_raises_an_error_event_that_is_no_exception(emitter: Pausable) -> None:
    pending = once(emitter, "x")
    emitter.emit("error", "text")
    with pytest.raises(UnhandledError) as caught:
        await pending
    assert caught.value.context == "text"


async def test_once_may_wait_for_an_error(emitter: Pausable) -> None:
    pending = once(emitter, "error")
    error = ValueError("wanted")
    emitter.emit("error", error)
    assert await pending == (error,)


async def test_once_ends_with_its_signal(emitter: Pausable) -> None:
    controller = AbortController()
    pending = once(emitter, "x", {"signal": controller.signal})
    controller.abort("why")
    assert emitter.eventNames() == []
    with pytest.raises(AbortError) as caught:
        await pending
    assert (caught.value.code, caught.value.cause) == ("ABORT_ERR", "why")


async def test_a_signal_changes_nothing_afterwards(emitter: Pausable) -> None:
    controller = AbortController()
    pending = once(emitter, "x", signal=controller.signal)
    emitter.emit("x", 9)
    controller.abort()
    assert await pending == (9,)


async def test_once_refuses_a_signal_that_is_aborted(emitter: Pausable) -> None:
    with pytest.raises(AbortError):
        await once(emitter, "x", signal=AbortSignal.abort())
    assert emitter.eventNames() == []


async def test_a_cancelled_once_listens_no_more(emitter: Pausable) -> None:
    pending = once(emitter, "x")
    with anyio.move_on_after(0):
        await pending
    assert emitter.eventNames() == []
    with pytest.raises(anyio.ClosedResourceError):
        await pending


async def test_a_forgotten_once_listens_no_more(emitter: Pausable) -> None:
    once(emitter, "x")
    gc.collect()
    assert emitter.eventNames() == []


async def test_several_may_wait_for_one_event(emitter: Pausable) -> None:
    pending = once(emitter, "x")
    found: list[tuple[Any, ...]] = []

    async def wait(scope: anyio.CancelScope) -> None:
        with scope:
            found.append(await pending)

    scopes = [anyio.CancelScope() for _ in range(3)]
    async with anyio.create_task_group() as nursery:
        for scope in scopes:
            nursery.start_soon(wait, scope)
        await anyio.wait_all_tasks_blocked()
        scopes[0].cancel()
        await anyio.wait_all_tasks_blocked()
        emitter.emit("x", 1)
    assert found == [(1,), (1,)]


@pytest.mark.parametrize("came_before", [True, False])
async def test_an_await_is_a_cancellation_point(emitter: Pausable, came_before: bool) -> None:
    pending = once(emitter, "x")
    if came_before:
        emitter.emit("x")
    reached = False
    with anyio.CancelScope() as scope:
        scope.cancel()
        await pending
        reached = True
    assert not reached


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (
            (5, "x"),
            (
                'The "emitter" argument must be an instance of EventEmitter. '
                "Received type number (5)"
            ),
        ),
        (
            (EventEmitter(), "x", 5),
            'The "options" argument must be of type object. Received type number (5)',
        ),
        (
            (EventEmitter(), "x", {"signal": 5}),
            (
                'The "options.signal" property must be an instance of AbortSignal. '
                "Received type number (5)"
            ),
        ),
    ],
)
async def test_bad_input_is_named(arguments: tuple[Any, ...], text: str) -> None:
    for function in (once, on):
        with pytest.raises(NodeError) as caught:
            function(*arguments)
        assert str(caught.value) == text


# -- on --------------------------------------------------------------------------------------------


async def test_on_keeps_what_came_until_it_is_taken(emitter: Pausable) -> None:
    events = on(emitter, "x", close=["end"])
    assert emitter.eventNames() == ["x", "error", "end"]
    for number in range(3):
        emitter.emit("x", number, "z")
    emitter.emit("end", "ignored")
    emitter.emit("x", "after")
    assert emitter.eventNames() == []
    assert await rest(events) == [(0, "z"), (1, "z"), (2, "z")]
    assert await rest(events) == []


async def test_on_waits(emitter: Pausable) -> None:
    found = []
    async with anyio.create_task_group() as nursery:

        @nursery.start_soon
        async def emit() -> None:
            for number in range(3):
                await anyio.wait_all_tasks_blocked()
                emitter.emit("x", number)
            await anyio.wait_all_tasks_blocked()
            emitter.emit("close")

        async for (number,) in on(emitter, "x", {"close": ["close"]}):
            found.append(number)
    assert found == [0, 1, 2]


async def test_the_marks_pause_and_resume_the_emitter(emitter: Pausable) -> None:
    events = on(emitter, "x", highWaterMark=3, lowWaterMark=2)
    for number in range(6):
        emitter.emit("x", number)
        assert emitter.asked == (["pause"] if number >= 3 else [])
    for number in range(6):
        assert await anext(events) == (number,)
        assert emitter.asked == (["pause", "resume"] if number >= 4 else ["pause"])


async def test_who_waits_does_not_count_for_the_mark(emitter: Pausable) -> None:
    events = on(emitter, "x", highWaterMark=1)
    async with anyio.create_task_group() as nursery:

        @nursery.start_soon
        async def take() -> None:
            assert await anext(events) == (1,)

        await anyio.wait_all_tasks_blocked()
        emitter.emit("x", 1)
        emitter.emit("x", 2)
        assert emitter.asked == []
        emitter.emit("x", 3)
        assert emitter.asked == ["pause"]


async def test_an_error_comes_after_what_came_before_it(emitter: Pausable) -> None:
    events = on(emitter, "x")
    emitter.emit("x", 1)
    emitter.emit("error", LookupError("E1"))
    assert emitter.eventNames() == []
    assert await anext(events) == (1,)
    with pytest.raises(LookupError, match="E1"):
        await anext(events)
    assert await rest(events) == []


async def test_on_may_iterate_over_errors(emitter: Pausable) -> None:
    events = on(emitter, "error")
    error = ValueError("q")
    emitter.emit("error", error)
    assert await anext(events) == (error,)
    assert emitter.eventNames() == ["error"]


async def test_on_ends_with_its_signal(emitter: Pausable) -> None:
    controller = AbortController()
    events = on(emitter, "x", signal=controller.signal)
    emitter.emit("x", 1)
    controller.abort("R")
    emitter.emit("x", 2)
    assert await anext(events) == (1,)
    with pytest.raises(AbortError) as caught:
        await anext(events)
    assert caught.value.cause == "R"
    assert await rest(events) == []
    with pytest.raises(AbortError):
        on(emitter, "x", signal=controller.signal)


async def test_leaving_the_loop_ends_the_listening(emitter: Pausable) -> None:
    events: EventIterator = on(emitter, "x")
    emitter.emit("x", 1)
    async for event in events:
        assert event == (1,)
        break
    del events
    gc.collect()
    assert emitter.eventNames() == []


async def test_closing_wakes_who_waits(emitter: Pausable) -> None:
    events = on(emitter, "x")
    async with anyio.create_task_group() as nursery:

        @nursery.start_soon
        async def take() -> None:
            assert await rest(events) == []

        await anyio.wait_all_tasks_blocked()
        await events.aclose()
    assert emitter.eventNames() == []


async def test_a_cancelled_step_loses_nothing(emitter: Pausable) -> None:
    events = on(emitter, "x")
    with anyio.move_on_after(0):
        await anext(events)
    emitter.emit("x", 1)
    with anyio.CancelScope() as scope:
        scope.cancel()
        await anext(events)
    assert await anext(events) == (1,)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (
            {"highWaterMark": 0},
            (
                'The value of "options.highWaterMark" is out of range. '
                "It must be >= 1 && <= 9007199254740991. Received 0"
            ),
        ),
        (
            {"lowWaterMark": "x"},
            (
                'The "options.lowWaterMark" property must be of type number. '
                "Received type string ('x')"
            ),
        ),
        (
            {"close": "end"},
            (
                'The "options.close" property must be an instance of Array. '
                "Received type string ('end')"
            ),
        ),
    ],
)
async def test_bad_options_are_named(emitter: Pausable, options: dict[str, Any], text: str) -> None:
    with pytest.raises(NodeError) as caught:
        on(emitter, "x", options)
    assert str(caught.value) == text
    assert emitter.eventNames() == []


# -- in a runtime ----------------------------------------------------------------------------------


async def test_the_body_of_a_runtime_and_its_tasks_may_wait(emitter: Pausable) -> None:
    found: list[object] = []

    async def answer(value: int) -> None:
        found.append(await once(emitter, "answered"))
        emitter.emit("done", value)

    async with runtime() as current:

        def on_new_listener(name: object, _: object) -> None:
            if name == "answered":
                current.next_tick(emitter.emit, "answered", "yes")

        emitter.on("newListener", on_new_listener)
        emitter.on("asked", answer)
        current.next_tick(emitter.emit, "asked", 1)
        found.append(await once(emitter, "done"))
    assert found == [("yes",), (1,)]


def test_a_synchronous_program_needs_nothing_else() -> None:
    found: list[object] = []

    def program() -> None:
        emitter = EventEmitter()

        async def follow() -> None:
            async for event in on(emitter, "x", close=["end"]):
                found.append(event)

        emitter.on("start", follow)
        emitter.emit("start")

        async def talk() -> None:
            await anyio.wait_all_tasks_blocked()
            for number in range(3):
                emitter.emit("x", number)
                await anyio.lowlevel.checkpoint()
            emitter.emit("end")

        emitter.on("talk", talk)
        emitter.emit("talk")

    run(program, backend="trio")
    assert found == [(0,), (1,), (2,)]


async def test_events_awaited_one_after_the_other() -> None:
    async with runtime():
        server = createServer(lambda peer: peer.end("hello"))
        server.listen(0, "127.0.0.1")
        await once(server, "listening")
        address = server.address()
        assert isinstance(address, dict)
        for _ in range(20):
            trace: list[object] = []
            socket = connect(address["port"], "127.0.0.1")
            socket.on("close", lambda _, seen=trace: seen.append("close"))
            with anyio.fail_after(30):
                trace += await once(socket, "connect")
                trace += await once(socket, "data")
                await once(socket, "end")
                trace.append("end")
                assert await once(socket, "close") == (False,)
            assert trace == [b"hello", "end", "close"]
        server.close()


async def test_a_loop_ends_before_the_close_of_its_stream() -> None:
    async with runtime():
        server = createServer(lambda peer: peer.end("hello"))
        server.listen(0, "127.0.0.1")
        await once(server, "listening")
        address = server.address()
        assert isinstance(address, dict)
        for _ in range(20):
            trace: list[object] = []
            socket = connect(address["port"], "127.0.0.1")
            closed = once(socket, "close")
            socket.on("close", lambda _, seen=trace: seen.append("close"))
            async for chunk in socket:
                trace.append(chunk)
            trace.append("done")
            await closed
            assert trace == [b"hello", "done", "close"]
        server.close()
