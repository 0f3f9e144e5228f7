"""What nobody listens to is done in fewer steps, and leaves what the general way leaves."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest

from anynet.node._emitters.emitter import EventEmitter
from anynet.node._emitters.waiting import once
from anynet.node._loop.runtime import runtime
from anynet.node._loop.timers import setImmediate
from anynet.node._net.sockets.socket import Socket
from anynet.node._streams.duplex import Duplex
from tests.node.net.sockets.test_socket import tcp_pair

pytestmark = pytest.mark.anyio

LOOKS = (
    *("destroyed", "closed", "errored", "pending", "readyState", "readable", "writable"),
    *("readableEnded", "readableFlowing", "readableLength", "readableDidRead", "readableAborted"),
    *("writableEnded", "writableFinished", "writableNeedDrain", "bytesRead", "bytesWritten"),
)
EVENTS = (
    *("end", "data", "close", "finish", "error", "unpipe", "prefinish", "pause", "readable"),
    *("pipe", "resume", "newListener", "removeListener"),
)


class GeneralSocket(Socket):
    """A class of a program's: whatever it does goes by its methods."""


def look(socket: Socket) -> dict[str, Any]:
    """All that can be seen of a socket."""
    seen: dict[str, Any] = {name: getattr(socket, name) for name in LOOKS}
    seen |= {f"listeners to {name}": socket.listenerCount(name) for name in EVENTS}
    seen |= {
        f"raw listeners to {name}": [type(each).__name__ for each in socket.rawListeners(name)]
        for name in EVENTS
    }
    return seen | {"names": socket.eventNames(), "paused": socket.isPaused()}


@pytest.mark.parametrize(("piped", "half_open"), [(True, True), (True, False), (False, False)])
async def test_it_looks_as_in_the_general_way(piped: bool, half_open: bool) -> None:
    seen: dict[type[Socket], list[dict[str, Any]]] = {Socket: [], GeneralSocket: []}
    for kind, looks in seen.items():
        ours, theirs = tcp_pair()
        async with runtime():
            socket = kind(fd=ours.detach(), allowHalfOpen=half_open)
            looks.append(look(socket))
            if piped:
                socket.pipe(socket)
            else:
                socket.resume()
            looks.append(look(socket))

            def at_close(
                _had_error: bool, socket: Socket = socket, looks: list[Any] = looks
            ) -> None:
                looks.append(look(socket))

            socket.on("close", at_close)
            theirs.sendall(b"hello")
            theirs.shutdown(1)
        looks.append(look(socket))
        assert theirs.recv(100) == (b"hello" if piped else b"")
        theirs.close()
    assert seen[Socket] == seen[GeneralSocket]
    assert len(seen[Socket]) == 4


@pytest.mark.parametrize("event", ["prefinish", "finish", "unpipe", "pause", "close"])
@pytest.mark.parametrize("piped", [True, False])
async def test_a_listener_that_comes_before_our_side_is_shut_down(event: str, piped: bool) -> None:
    """After `end` of the one, and in the same batch of events, the other is heard."""
    heard: dict[type[Socket], list[str]] = {Socket: [], GeneralSocket: []}
    for kind, events in heard.items():
        (ours, theirs), (other, others) = tcp_pair(), tcp_pair()
        async with runtime():
            socket, beside = kind(fd=ours.detach()), Socket(fd=other.detach())
            if piped:
                socket.pipe(socket)
            else:
                socket.resume()

            def on_data(_chunk: bytes, socket: Socket = socket, events: list[str] = events) -> None:
                ended = socket.readableEnded, socket.writableFinished, socket.listenerCount("end")
                events.append(f"ended {ended}")
                socket.on(event, lambda *_: events.append(event))

            beside.on("data", on_data)

            def say(theirs: Any = theirs, others: Any = others, beside: Socket = beside) -> None:
                theirs.shutdown(1)
                others.sendall(b"x")
                setImmediate(setImmediate, beside.destroy)

            setImmediate(say)
        assert theirs.recv(1) == b""
        theirs.close()
        others.close()
    assert heard[Socket] == heard[GeneralSocket]
    assert heard[Socket][0] == "ended (True, False, 1)"
    assert heard[Socket][1:] == ([] if not piped and event in ("unpipe", "pause") else [event])


async def test_methods_of_the_program_are_called() -> None:
    """Set on the very socket, where no class knows of them."""
    called: list[str] = []
    ours, theirs = tcp_pair()
    async with runtime():
        socket: Any = Socket(fd=ours.detach())

        def note(name: str) -> None:
            method = getattr(socket, name)

            def noted(*args: Any) -> Any:
                called.append(name if name in ("read", "end", "destroy") else f"{name} {args[0]}")
                return method(*args)

            setattr(socket, name, noted)

        for name in ("on", "once", "removeListener", "emit", "read", "end", "destroy"):
            note(name)
        socket.pipe(socket)
        theirs.shutdown(1)
    theirs.close()
    assert {"once end", "on data", "emit pipe", "emit readable", "read"} <= set(called)
    assert {"emit end", "end", "emit prefinish", "emit finish", "emit unpipe"} <= set(called)
    assert {"removeListener close", "removeListener data", "destroy", "emit close"} <= set(called)


async def test_those_who_watch_listeners_are_told() -> None:
    told: list[str] = []
    ours, theirs = tcp_pair()
    async with runtime():
        socket = Socket(fd=ours.detach())
        socket.on("newListener", lambda name, _: told.append(f"+{name}"))
        socket.on("removeListener", lambda name, _: told.append(f"-{name}"))
        told.clear()
        socket.pipe(socket)
        assert told == ["+end", "+unpipe", "+data", "+error", "+close", "+finish"]
        told.clear()
        theirs.shutdown(1)
    theirs.close()
    assert told == ["-end", "-finish", "-close", "-error", "-unpipe", "-data"]


async def test_a_socket_that_was_piped_to_itself_is_no_cycle_for_the_collector() -> None:
    ours, theirs = tcp_pair()
    async with runtime():
        socket = Socket(fd=ours.detach())
        socket.pipe(socket)
        theirs.close()
    gone = weakref.ref(socket)
    gc.disable()
    try:
        del socket
        assert gone() is None
    finally:
        gc.enable()


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        *((Socket, name) for name in ("_final", "emit", "end", "on", "push", "unpipe")),
        *((Duplex, name) for name in ("end", "unpipe")),
        *((EventEmitter, name) for name in ("emit", "once", "prependListener", "removeListener")),
    ],
)
async def test_a_method_that_was_put_on_the_class_is_called(
    monkeypatch: pytest.MonkeyPatch, owner: type[Any], name: str
) -> None:
    """As tests and tracers do: whatever the general way calls is called."""
    calls: dict[type[Socket], list[object]] = {Socket: [], GeneralSocket: []}
    before = getattr(owner, name)

    def traced(self: Any, *args: Any) -> Any:
        if type(self) in calls:
            calls[type(self)].append(args[:1] if name == "emit" else name)
        return before(self, *args)

    for kind in calls:
        ours, theirs = tcp_pair()
        async with runtime():
            socket = kind(fd=ours.detach(), allowHalfOpen=True)
            with monkeypatch.context() as patch:
                patch.setattr(owner, name, traced)
                socket.pipe(socket)
                theirs.shutdown(1)
                await once(socket, "close")
        theirs.close()
    assert calls[Socket] == calls[GeneralSocket]
