"""The scope of a Node program: what it waits for, and how it fails."""

from __future__ import annotations

import socket
from typing import Any

import anyio
import pytest

from anynet._transport.reactor.socket_handle import SocketHandle
from anynet._transport.streams.socket_stream import SocketStream
from anynet.node._loop.runtime import Backend, NoRuntimeError, current_runtime, run, runtime
from anynet.node._loop.timers import nextTick, setImmediate, setInterval, setTimeout

pytestmark = pytest.mark.anyio
BACKENDS = pytest.mark.parametrize("backend", ["asyncio", "trio", "uvloop"])


async def test_the_block_is_left_when_nothing_refed_is_alive() -> None:
    order: list[str] = []
    async with runtime():
        setTimeout(order.append, 2, "timeout")
        setTimeout(order.append, 3_600_000, "never").unref()
        setImmediate(order.append, "immediate")
        nextTick(order.append, "tick")
        order.append("body")
    assert order == ["body", "tick", "immediate", "timeout"]


async def test_an_empty_program() -> None:
    with anyio.fail_after(30):
        async with runtime():
            pass


async def test_callbacks_run_while_the_body_waits() -> None:
    called = anyio.Event()
    async with runtime():
        setTimeout(called.set)
        with anyio.fail_after(30):
            await called.wait()


async def test_the_exception_of_a_callback_leaves_as_it_is() -> None:
    error = ValueError("out of the callback")

    def fail() -> None:
        raise error

    with pytest.raises(ValueError, match="out of the callback") as raised:
        async with runtime():
            nextTick(fail)
            await anyio.sleep_forever()
    assert raised.value is error


async def test_the_exception_of_the_body_leaves_as_it_is() -> None:
    error = ValueError("out of the body")
    with pytest.raises(ValueError, match="out of the body") as raised:
        async with runtime():
            setInterval(lambda: None)
            raise error
    assert raised.value is error


async def test_the_group_of_a_task_stays_a_group() -> None:
    async def fail() -> None:
        raise ExceptionGroup("mine", [ValueError("inside")])

    with pytest.raises(ExceptionGroup, match="mine"):
        async with runtime():
            current_runtime().start_task(fail())


async def test_several_exceptions_leave_as_one_group() -> None:
    both = anyio.Event()

    async def fail(error: Exception) -> None:
        await both.wait()
        raise error

    with pytest.raises(ExceptionGroup) as raised:
        async with runtime() as scope:
            scope.start_task(fail(ValueError("one")))
            scope.start_task(fail(TypeError("two")))
            setTimeout(both.set)
    assert {type(error) for error in raised.value.exceptions} == {ValueError, TypeError}


async def test_cancelling_from_outside_closes_everything() -> None:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    with anyio.CancelScope() as scope:
        async with runtime() as inside:
            handle = SocketHandle(inside.reactor, SocketStream(ours), None)
            handle.read_start()
            setTimeout(scope.cancel)
    assert scope.cancelled_caught
    assert theirs.recv(1) == b""
    assert ours.fileno() == -1
    theirs.close()


async def test_what_is_unrefed_is_closed_at_the_end() -> None:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    async with runtime() as inside:
        handle = SocketHandle(inside.reactor, SocketStream(ours), None)
        handle.read_start()
        handle.unref()
    assert theirs.recv(1) == b""
    theirs.close()


async def test_outside_of_a_runtime() -> None:
    with pytest.raises(NoRuntimeError, match="needs a runtime"):
        setTimeout(print)


async def test_after_the_end() -> None:
    async with runtime() as ended:
        pass
    with pytest.raises(NoRuntimeError, match="has ended"):
        ended.next_tick(print)

    async def never() -> None:
        raise AssertionError

    with pytest.raises(NoRuntimeError, match="has ended"):
        ended.start_task(never())


async def test_a_task_that_outlives_the_runtime_is_told() -> None:
    ended = anyio.Event()

    async def late() -> None:
        await ended.wait()
        with pytest.raises(NoRuntimeError, match="has ended"):
            setTimeout(print)

    async with anyio.create_task_group() as tasks:
        async with runtime():
            tasks.start_soon(late)
            await anyio.lowlevel.checkpoint()
        ended.set()


async def test_a_runtime_is_entered_once() -> None:
    async with runtime() as scope:
        with pytest.raises(NoRuntimeError, match="only once"):
            await scope.__aenter__()


async def test_an_inner_runtime_is_its_own() -> None:
    order: list[str] = []
    async with runtime() as outer:
        async with runtime() as inner:
            assert current_runtime() is inner
            setTimeout(order.append, 1, "inner")
        order.append("inner ended")
        assert current_runtime() is outer
        setTimeout(order.append, 1, "outer")
    assert order == ["inner", "inner ended", "outer"]


async def test_coroutines_of_timers_hold_the_runtime() -> None:
    order: list[str] = []

    async def work(name: str) -> None:
        await anyio.sleep(0.005)
        order.append(name)

    async with runtime():
        setTimeout(work, 1, "timeout")
        setImmediate(work, "immediate")
        nextTick(work, "tick")
    assert sorted(order) == ["immediate", "tick", "timeout"]


async def test_a_task_cancelled_before_it_began_leaves_no_warning() -> None:
    async def never() -> None:
        await anyio.sleep_forever()

    with pytest.raises(ZeroDivisionError):
        async with runtime() as scope:
            scope.start_task(never())
            _ = 1 / 0


async def test_closers() -> None:
    closed: list[str] = []

    def forgotten() -> None:
        closed.append("forgotten")

    async with runtime() as scope:
        scope.at_end(lambda: closed.append("kept"))
        scope.at_end(forgotten)
        scope.forget_end(forgotten)
    assert closed == ["kept"]


@BACKENDS
def test_run_with_a_function(backend: Backend) -> None:
    order: list[Any] = []

    def program(name: str) -> None:
        setTimeout(order.append, 1, name)

    run(program, "argument", backend=backend)
    assert order == ["argument"]


@BACKENDS
def test_run_with_a_coroutine_function(backend: Backend) -> None:
    order: list[str] = []

    async def program() -> None:
        await anyio.sleep(0.001)
        setTimeout(order.append, 1, "timeout")

    run(program, backend=backend)
    assert order == ["timeout"]


def test_run_raises_what_ended_it() -> None:
    with pytest.raises(ZeroDivisionError):
        run(lambda: setTimeout(lambda: 1 / 0), backend="trio")
