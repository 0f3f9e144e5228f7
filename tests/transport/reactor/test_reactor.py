"""The reactor: its order, its descriptors, and how it ends."""

from __future__ import annotations

import os
import socket
from functools import partial

import anyio
import anyio.lowlevel
import pytest

from anynet._transport.loops.host_loop import current_host_loop
from anynet._transport.reactor.poller import READABLE
from anynet._transport.reactor.reactor import Reactor
from tests.support import in_thread
from tests.transport.reactors import immediate, reactor_running, recorded, tcp_sockets

pytestmark = pytest.mark.anyio


async def test_order_within_a_turn() -> None:
    """Ticks, pending, events, immediates, closes, timers; after each callback its ticks."""
    order: list[str] = []
    done = anyio.Event()
    async with reactor_running() as reactor:
        ours, theirs = socket.socketpair()
        theirs.send(b"x")

        def note(name: str) -> None:
            order.append(name)
            reactor.next_tick(order.append, f"tick after {name}")

        def on_event(_: int) -> None:
            note("event")
            reactor.unregister(ours.fileno())
            immediate(reactor, note, "immediate")
            reactor.on_close(note, "close")
            reactor.call_later(0, note, "timer")
            reactor.call_soon(note, "pending")
            reactor.call_later(0.001, done.set)

        reactor.register(ours.fileno(), on_event)
        await done.wait()
        ours.close()
        theirs.close()
    names = ["event", "pending", "immediate", "close", "timer"]
    assert order == [line for name in names for line in (name, f"tick after {name}")]


async def test_ticks_that_ticks_add_run_before_anything_else() -> None:
    order: list[str] = []
    async with reactor_running() as reactor:

        def tick(depth: int) -> None:
            order.append(f"tick {depth}")
            if depth < 3:
                reactor.next_tick(tick, depth + 1)

        immediate(reactor, order.append, "immediate")
        reactor.next_tick(tick, 1)
    assert order == ["tick 1", "tick 2", "tick 3", "immediate"]


async def test_an_immediate_of_an_immediate_comes_after_the_next_events() -> None:
    order: list[str] = []
    async with reactor_running() as reactor:

        def first() -> None:
            order.append("first")
            immediate(reactor, order.append, "third")
            reactor.call_soon(order.append, "second")

        immediate(reactor, first)
    assert order == ["first", "second", "third"]


async def test_the_last_close_comes_first() -> None:
    order: list[int] = []
    async with reactor_running() as reactor:
        for number in range(3):
            reactor.on_close(order.append, number)
    assert order == [2, 1, 0]


async def test_cancelled_immediates_are_not_called() -> None:
    order: list[str] = []
    async with reactor_running() as reactor:
        later = immediate(reactor, order.append, "later")
        immediate(reactor, later.cancel)
        now = immediate(reactor, order.append, "now")
        now.cancel()
        now.ref()
    # The first of them had its turn before it was cancelled.
    assert order == ["later"]


async def test_what_is_unrefed_holds_nothing() -> None:
    order: list[str] = []
    async with reactor_running() as reactor:
        reactor.call_later(3600, order.append, "timer").unref()
        reactor.call_later(3600, order.append, "timer", ref=False)
        immediate(reactor, order.append, "immediate").unref()
        refed = reactor.call_later(0.001, order.append, "refed")
        refed.unref()
        refed.ref()
    assert order[-1] == "refed"
    assert "timer" not in order


async def test_calls_from_outside_a_turn_wake_the_reactor() -> None:
    async with reactor_running() as reactor:
        calls = (reactor.next_tick, reactor.call_soon, reactor.on_close)
        for call in (*calls, partial(immediate, reactor)):
            await anyio.sleep(0.002)  # It is parked by then, or the next line is no test.
            called = anyio.Event()
            call(called.set)
            with anyio.fail_after(30):
                await called.wait()
        called = anyio.Event()
        reactor.call_later(0.001, called.set)
        with anyio.fail_after(30):
            await called.wait()


async def test_an_exception_of_a_callback_leaves_run() -> None:
    async def run() -> None:
        reactor = Reactor(current_host_loop(), lambda: None)
        try:
            reactor.call_soon(int, "not a number")
            await reactor.run()
        finally:
            reactor.end()

    with pytest.raises(ValueError, match="not a number"):
        await run()


async def test_cancelling_run() -> None:
    reactor = Reactor(current_host_loop(), lambda: None)
    reactor.add_ref()
    with anyio.move_on_after(0.01) as scope:
        await reactor.run()
    assert scope.cancelled_caught
    reactor.end()


async def test_a_batch_larger_than_the_bound_is_finished_in_the_next_turn() -> None:
    pairs = [socket.socketpair() for _ in range(300)]
    called: list[int] = []
    done = anyio.Event()
    async with reactor_running() as reactor:

        def on_ready(number: int, _: int) -> None:
            called.append(number)
            if len(set(called)) == len(pairs):
                done.set()

        for number, (ours, theirs) in enumerate(pairs):
            theirs.send(b"x")
            reactor.register(ours.fileno(), partial(on_ready, number))
        with anyio.fail_after(30):
            await done.wait()
        for ours, theirs in pairs:
            reactor.unregister(ours.fileno())
            ours.close()
            theirs.close()


async def test_a_number_used_again_meets_no_stale_event() -> None:
    """Two sockets are ready in one batch; the first callback closes both and opens a third."""
    async with reactor_running() as reactor:
        peers = [tcp_sockets() for _ in range(2)]
        owners = [recorded(reactor, ours) for ours, _ in peers]
        numbers = {ours.fileno() for ours, _ in peers}
        opened: list[socket.socket] = []
        finished = anyio.Event()

        def replace(_: bytes) -> None:
            for owner in owners:
                owner.handle.close()
            opened.extend(socket.socketpair())
            immediate(reactor, finished.set)

        for owner, (_, theirs) in zip(owners, peers, strict=True):
            owner.on_data = replace
            theirs.send(b"x")
        with anyio.fail_after(30):
            await finished.wait()
        # While the batch goes on both numbers are still taken, so the new sockets have others.
        assert numbers.isdisjoint(sock.fileno() for sock in opened)
        assert sorted(len(owner.events) for owner in owners) == [0, 1]
        for each in (*opened, *(theirs for _, theirs in peers)):
            each.close()


async def test_unregistering_inside_a_batch() -> None:
    """What a callback lets go of is not called any more, though its event is in the batch."""
    pairs = [socket.socketpair() for _ in range(2)]
    called: list[int] = []
    done = anyio.Event()
    async with reactor_running() as reactor:

        def on_ready(number: int, _: int) -> None:
            called.append(number)
            for each in pairs:
                reactor.unregister(each[0].fileno())
            immediate(reactor, done.set)

        for number, (ours, theirs) in enumerate(pairs):
            theirs.send(b"x")
            reactor.register(ours.fileno(), partial(on_ready, number))
        await done.wait()
        for ours, theirs in pairs:
            ours.close()
            theirs.close()
    assert len(called) == 1


async def test_a_disarmed_listener_is_silent() -> None:
    called: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        async with reactor_running() as reactor:
            fd = listener.fileno()

            def on_ready(events: int) -> None:
                called.append(events)
                reactor.disarm(fd)
                reactor.call_later(0.005, again)

            def again() -> None:
                if len(called) == 1:
                    reactor.arm_listener(fd)
                else:
                    reactor.unregister(fd)
                    finished.set()

            finished = anyio.Event()
            reactor.register_listener(fd, on_ready)
            with socket.create_connection(listener.getsockname()):
                await finished.wait()
    assert called == [READABLE, READABLE]


async def test_a_forked_child_leaves_the_reactor_of_its_parent_alone() -> None:
    """The child closes its copy of the epoll; its descriptors stay registered in the parent."""
    async with reactor_running() as reactor:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        owner = recorded(reactor, ours)
        pid = os.fork()
        if not pid:
            status = 1
            try:
                owner.handle.close_now()
                os.fstat(reactor.fd)
            except OSError:
                status = 0
            finally:
                os._exit(status)
        _, status = await in_thread(os.waitpid, pid, 0)
        assert os.waitstatus_to_exitcode(status) == 0
        theirs.send(b"still here")
        with anyio.fail_after(30):
            await owner.heard("data")
        owner.handle.close()
        theirs.close()


async def test_the_end_closes_what_is_open_silently() -> None:
    reactor = Reactor(current_host_loop(), lambda: None)
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    owner = recorded(reactor, ours)
    reactor.next_tick(owner.note, "tick")
    reactor.end()
    assert theirs.recv(1) == b""
    assert owner.events == []
    assert ours.fileno() == -1
    theirs.close()


async def test_a_busy_reactor_lets_other_tasks_run() -> None:
    """Two connections that always have something to say keep no task of the host from its turn."""

    def echo(sock: socket.socket, data: bytes) -> None:
        sock.send(data)

    pairs = [tcp_sockets() for _ in range(2)]
    async with reactor_running() as reactor:
        owners = [recorded(reactor, ours) for ours, _ in pairs]
        for owner, (_, theirs) in zip(owners, pairs, strict=True):
            owner.on_data = partial(echo, theirs)
            theirs.send(b"x")
        with anyio.fail_after(30):
            for _ in range(20):
                await anyio.lowlevel.checkpoint()
        for owner in owners:
            owner.handle.close()
        for _, theirs in pairs:
            theirs.close()


async def test_slow_events_let_other_tasks_run_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where each of them takes long, few are handled before a task of the host has its turn."""
    clock = [anyio.current_time()]
    handled: list[int] = []

    def echo(sock: socket.socket, data: bytes) -> None:
        clock[0] += 1
        handled[-1] += 1
        sock.send(data)

    pairs = [tcp_sockets() for _ in range(2)]
    async with reactor_running() as reactor:
        monkeypatch.setattr(reactor.host, "time", lambda: clock[0])
        owners = [recorded(reactor, ours) for ours, _ in pairs]
        for owner, (_, theirs) in zip(owners, pairs, strict=True):
            owner.on_data = partial(echo, theirs)
            theirs.send(b"x")
        with anyio.fail_after(30):
            for _ in range(20):
                handled.append(0)
                await anyio.lowlevel.checkpoint()
        for owner in owners:
            owner.handle.close()
        for _, theirs in pairs:
            theirs.close()
    assert sum(handled) > 0
    assert max(handled) < 100
