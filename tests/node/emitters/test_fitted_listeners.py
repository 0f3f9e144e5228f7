"""Listeners that take fewer or more arguments than Node's events pass, and decorators."""

from __future__ import annotations

import warnings
from typing import Any

import pytest

from anynet.node._emitters.abort import AbortController
from anynet.node._emitters.emitter import EventEmitter, MaxListenersExceededWarning
from anynet.node._errors.errors import NodeTypeError
from anynet.node._loop.runtime import runtime
from anynet.node._streams.readable import Readable

pytestmark = pytest.mark.anyio

REGISTER = ["on", "addListener", "once", "prependListener", "prependOnceListener"]


@pytest.mark.parametrize("method", REGISTER)
async def test_a_listener_to_an_event_of_nodes_is_fitted(method: str) -> None:
    called: list[Any] = []

    def nothing() -> None:
        called.append("nothing")

    def more(chunk: bytes, missing: object) -> None:
        called.append((chunk, missing))

    async with runtime():
        stream = Readable(read=lambda _size: None)
        for listener in (nothing, more):
            getattr(stream, method)("data", listener)
        assert sorted(stream.listeners("data"), key=str) == sorted([nothing, more], key=str)
        stream.emit("data", b"x")
        assert sorted(called, key=str) == [(b"x", None), "nothing"]


async def test_the_raw_listeners_show_the_wrapper_of_once_alone() -> None:
    def nothing() -> None: ...

    async with runtime():
        stream = Readable(read=lambda _size: None)
        stream.on("data", nothing)
        stream.once("data", nothing)
        plain, wrapped = stream.rawListeners("data")
        assert plain is nothing
        assert wrapped is not nothing
        assert wrapped.listener is nothing  # type: ignore[attr-defined]
        wrapped(b"x")
        assert stream.listeners("data") == [nothing]


@pytest.mark.parametrize("method", REGISTER)
async def test_a_fitted_listener_is_removed_by_the_original(method: str) -> None:
    def nothing() -> None: ...

    removed: list[Any] = []
    async with runtime():
        stream = Readable(read=lambda _size: None)
        stream.on("removeListener", lambda name, listener: removed.append((name, listener)))
        getattr(stream, method)("data", nothing)
        assert stream.listenerCount("data", nothing) == 1
        stream.off("data", nothing)
        assert stream.listenerCount("data") == 0
        assert removed == [("data", nothing)]


def test_an_event_of_the_program_passes_what_is_emitted() -> None:
    emitter = EventEmitter()
    emitter.on("mine", lambda: None)
    with pytest.raises(TypeError, match="positional"):
        emitter.emit("mine", 1)


@pytest.mark.parametrize("method", REGISTER)
async def test_what_no_event_could_fill_is_refused(method: str) -> None:
    def needs(chunk: bytes, *, key: str) -> None: ...

    async with runtime():
        stream = Readable(read=lambda _size: None)
        heard: list[object] = []
        stream.on("newListener", heard.append)
        with pytest.raises(NodeTypeError, match=r"listener to 'data', .*needs.*: key"):
            getattr(stream, method)("data", needs)
        assert stream.listenerCount("data") == 0
        assert heard == []


@pytest.mark.parametrize("method", REGISTER)
def test_a_decorator(method: str) -> None:
    emitter = EventEmitter()
    called: list[object] = []
    emitter.on("mine", lambda value: called.append("first"))

    def listener(value: object) -> None:
        called.append(value)

    assert getattr(emitter, method)("mine")(listener) is listener
    assert listener in emitter.listeners("mine")
    emitter.emit("mine", 1)
    emitter.emit("mine", 2)
    assert called.count("first") == 2
    assert (1 in called, 2 in called) == (True, "nce" not in method)
    assert (called[0] == 1) is method.startswith("prepend")


async def test_a_decorator_starts_the_flow() -> None:
    chunks: list[object] = []
    async with runtime():
        stream = Readable(read=lambda _size: None)
        emitter: EventEmitter = stream

        @emitter.on("data")
        def on_data(chunk: bytes) -> None:
            chunks.append(chunk)

        stream.push(b"x")
        stream.push(None)
    assert chunks == [b"x"]


def test_none_is_no_listener() -> None:
    with pytest.raises(NodeTypeError, match="of type function"):
        EventEmitter().on("mine", None)  # type: ignore[call-overload]


@pytest.mark.parametrize("method", REGISTER)
def test_a_warning_of_many_listeners_is_at_the_line_that_adds_one(method: str) -> None:
    emitter = EventEmitter().setMaxListeners(1)
    emitter.on("mine", print)
    with pytest.warns(MaxListenersExceededWarning) as caught:
        getattr(emitter, method)("mine", print)
    assert caught[0].filename == __file__
    emitter = EventEmitter().setMaxListeners(1)
    emitter.on("mine", print)
    with pytest.warns(MaxListenersExceededWarning) as caught:
        getattr(emitter, method)("mine")(print)
    assert caught[0].filename == __file__


def test_a_listener_of_a_signal_is_fitted() -> None:
    called: list[str] = []
    controller = AbortController()
    controller.signal.addEventListener("abort", lambda: called.append("listener"))  # type: ignore[arg-type, misc]
    controller.signal.onabort = print
    controller.signal.onabort = lambda: called.append("onabort")  # type: ignore[assignment]
    with warnings.catch_warnings():
        controller.abort()
    assert called == ["listener", "onabort"]
