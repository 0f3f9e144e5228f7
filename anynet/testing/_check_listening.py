"""Checks of the conformance suite of listeners."""

from __future__ import annotations

import anyio
import anyio.lowlevel
from anyio.abc import ByteStream, Listener

from anynet.testing._kit import Dial, ListenerCheck, all_parked, passes, require

#: How many turns of the loop lie between a connection and the cancellation of serve(), at most.
_TURNS = 10
#: What a stream or a listener raises that has been closed, or is closed meanwhile.
_ENDED = (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError, OSError)


async def _echo(stream: ByteStream) -> None:
    async with stream:
        await stream.send(await stream.receive())


async def _is_served(dial: Dial, words: bytes = b"anybody there?") -> None:
    try:
        stream = await dial()
        async with stream:
            await passes(stream, stream, words)
    except* _ENDED as error:
        raise AssertionError(f"a connection got no answer, but {error.exceptions}") from error


async def every_connection_is_handled(listener: Listener[ByteStream], dial: Dial) -> None:
    async with anyio.create_task_group() as serving:
        serving.start_soon(listener.serve, _echo)
        await all_parked()
        async with anyio.create_task_group() as dialing:
            for number in range(5):
                dialing.start_soon(_is_served, dial, b"client %d" % number)
        await _is_served(dial, b"and one more")
        serving.cancel_scope.cancel()


async def handlers_run_beside_each_other(listener: Listener[ByteStream], dial: Dial) -> None:
    first_waits, second_done = anyio.Event(), anyio.Event()

    async def handler(stream: ByteStream) -> None:
        if first_waits.is_set():
            await _echo(stream)
            second_done.set()
        else:
            first_waits.set()
            await second_done.wait()
            await _echo(stream)

    async with anyio.create_task_group() as serving:
        serving.start_soon(listener.serve, handler)
        await all_parked()
        async with anyio.create_task_group() as dialing:
            dialing.start_soon(_is_served, dial)
            await first_waits.wait()
            dialing.start_soon(_is_served, dial)
        serving.cancel_scope.cancel()


async def early_connection_is_handled(listener: Listener[ByteStream], dial: Dial) -> None:
    async with anyio.create_task_group() as serving:
        async with anyio.create_task_group() as dialing:
            dialing.start_soon(_is_served, dial)
            await all_parked()
            serving.start_soon(listener.serve, _echo)
        serving.cancel_scope.cancel()


async def serve_cancelled_at_entry(listener: Listener[ByteStream], dial: Dial) -> None:
    with anyio.CancelScope() as scope:
        scope.cancel()
        await listener.serve(_echo)
    require(scope.cancelled_caught, "serve() must be a cancellation point at entry")
    await every_connection_is_handled(listener, dial)


async def serve_can_be_cancelled_and_called_again(
    listener: Listener[ByteStream], dial: Dial
) -> None:
    for _ in range(2):
        async with anyio.create_task_group() as serving:
            serving.start_soon(listener.serve, _echo)
            await all_parked()
            serving.cancel_scope.cancel()
    await every_connection_is_handled(listener, dial)


async def cancelled_serve_loses_no_connection(listener: Listener[ByteStream], dial: Dial) -> None:
    for turns in range(_TURNS):
        for since_connected in (False, True):
            await _serve_cancelled_after(listener, dial, turns, since_connected)


async def _serve_cancelled_after(
    listener: Listener[ByteStream], dial: Dial, turns: int, since_connected: bool
) -> None:
    """Cancel serve() so many turns after a connection was begun or made, and serve again."""
    connected, answered = anyio.Event(), anyio.Event()

    async def dial_noted() -> ByteStream:
        stream = await dial()
        connected.set()
        return stream

    async def ask() -> None:
        await _is_served(dial_noted)
        answered.set()

    async with anyio.create_task_group() as handlers:
        async with anyio.create_task_group() as serving:
            serving.start_soon(listener.serve, _echo, handlers)
            await all_parked()
            handlers.start_soon(ask)
            if since_connected:
                await connected.wait()
            for _ in range(turns):
                await anyio.lowlevel.checkpoint()
            serving.cancel_scope.cancel()
        async with anyio.create_task_group() as serving:
            serving.start_soon(listener.serve, _echo, handlers)
            await answered.wait()
            serving.cancel_scope.cancel()


async def handlers_run_in_the_given_group(listener: Listener[ByteStream], dial: Dial) -> None:
    begun, go_on = anyio.Event(), anyio.Event()

    async def handler(stream: ByteStream) -> None:
        begun.set()
        await go_on.wait()
        await _echo(stream)

    async with anyio.create_task_group() as handlers:
        async with anyio.create_task_group() as dialing:
            async with anyio.create_task_group() as serving:
                serving.start_soon(listener.serve, handler, handlers)
                await all_parked()
                dialing.start_soon(_is_served, dial)
                await begun.wait()
                serving.cancel_scope.cancel()
            go_on.set()


async def cancelled_serve_cancels_its_handlers(listener: Listener[ByteStream], dial: Dial) -> None:
    begun, ended = anyio.Event(), anyio.Event()

    async def handler(stream: ByteStream) -> None:
        try:
            async with stream:
                begun.set()
                await anyio.sleep_forever()
        finally:
            ended.set()

    async with anyio.create_task_group() as serving:
        serving.start_soon(listener.serve, handler)
        await all_parked()
        async with await dial():
            await begun.wait()
            serving.cancel_scope.cancel()
    require(ended.is_set(), "a handler outlived the serve() that started it in its own tasks")


async def close_ends_serve(listener: Listener[ByteStream], dial: Dial) -> None:
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_serve_until_closed, listener)
        await all_parked()
        await listener.aclose()


async def closed_listener_serves_nobody(listener: Listener[ByteStream], dial: Dial) -> None:
    await listener.aclose()
    await listener.aclose()
    await _is_closed(listener, dial)


async def cancelled_close_closes_the_listener(listener: Listener[ByteStream], dial: Dial) -> None:
    with anyio.CancelScope() as scope:
        scope.cancel()
        await listener.aclose()
    await _is_closed(listener, dial)


async def _is_closed(listener: Listener[ByteStream], dial: Dial) -> None:
    ended = False

    async def serve() -> None:
        nonlocal ended
        await _serve_until_closed(listener)
        ended = True

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(serve)
        await all_parked()
        tasks.cancel_scope.cancel()
    require(ended, "serve() of a listener that was closed waits")
    try:
        async with await dial() as stream:
            await stream.receive()
    except _ENDED:
        return
    raise AssertionError("a connection to a listener that was closed got an answer")


async def _serve_until_closed(listener: Listener[ByteStream]) -> None:
    """Serve until the listener is closed, which serve() may raise, or return for."""
    try:
        await listener.serve(_echo)
    except* anyio.ClosedResourceError:
        pass


async def attributes_can_be_read(listener: Listener[ByteStream], dial: Dial) -> None:
    for attribute, read in listener.extra_attributes.items():
        require(listener.extra(attribute) == read(), f"{attribute} is one thing, then another")


LISTENING: tuple[ListenerCheck, ...] = (
    every_connection_is_handled,
    handlers_run_beside_each_other,
    early_connection_is_handled,
    serve_cancelled_at_entry,
    serve_can_be_cancelled_and_called_again,
    handlers_run_in_the_given_group,
    cancelled_serve_loses_no_connection,
    cancelled_serve_cancels_its_handlers,
    close_ends_serve,
    closed_listener_serves_nobody,
    cancelled_close_closes_the_listener,
    attributes_can_be_read,
)
