"""Abort signals, as Node has them."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from typing import Any

import pytest

from anynet.node._emitters.abort import AbortController, AbortEvent, AbortSignal, DOMException
from anynet.node._emitters.emitter import EventEmitter
from anynet.node._errors.errors import AbortError, NodeError
from anynet.node._loop.runtime import NoRuntimeError, run
from anynet.node.events import once

BACKENDS = pytest.mark.parametrize("backend", ["trio", "asyncio", "uvloop"])


@pytest.fixture
def controller() -> AbortController:
    return AbortController()


def writer(log: list[Any], label: object) -> Callable[[AbortEvent], None]:
    return lambda event: log.append(label)


def test_a_signal_before_and_after(controller: AbortController) -> None:
    signal = controller.signal
    assert (signal.aborted, signal.reason, signal.onabort) == (False, None, None)
    signal.throwIfAborted()
    controller.abort()
    controller.abort("too late")
    assert signal.aborted
    reason = signal.reason
    assert isinstance(reason, DOMException)
    assert (reason.name, reason.code, str(reason)) == (
        "AbortError",
        20,
        "This operation was aborted",
    )
    with pytest.raises(DOMException) as caught:
        signal.throwIfAborted()
    assert caught.value is reason


def test_listeners_are_called_in_order_with_an_event(controller: AbortController) -> None:
    log: list[Any] = []
    signal = controller.signal

    def listener(event: AbortEvent) -> None:
        log.append((event.type, event.target is signal))

    signal.addEventListener("abort", listener)
    signal.addEventListener("abort", listener)
    signal.onabort = writer(log, "onabort")
    signal.addEventListener("abort", writer(log, "once"), once=True)
    signal.addEventListener("other", writer(log, "never"))
    controller.abort()
    signal.addEventListener("abort", writer(log, "late"))
    controller.abort()
    assert log == [("abort", True), "onabort", "once"]


def test_onabort_keeps_its_place_when_replaced(controller: AbortController) -> None:
    log: list[Any] = []
    signal = controller.signal
    signal.onabort = writer(log, 1)
    signal.addEventListener("abort", writer(log, 2))
    signal.onabort = replaced = writer(log, "1b")
    assert signal.onabort is replaced
    controller.abort()
    assert log == ["1b", 2]


def test_onabort_may_be_removed(controller: AbortController) -> None:
    log: list[Any] = []
    signal = controller.signal
    signal.onabort = None
    signal.onabort = writer(log, 1)
    signal.addEventListener("abort", writer(log, 2))
    signal.onabort = None
    signal.onabort = writer(log, 3)
    controller.abort()
    assert log == [2, 3]


def test_a_listener_may_be_removed(controller: AbortController) -> None:
    log: list[Any] = []
    signal = controller.signal
    signal.addEventListener("abort", log.append)
    signal.removeEventListener("other", log.append)
    signal.removeEventListener("abort", log.append)
    signal.removeEventListener("abort", log.append)
    controller.abort()
    assert log == []


def test_a_listener_removed_while_others_are_called(controller: AbortController) -> None:
    log: list[Any] = []
    signal = controller.signal
    second = writer(log, "second")

    def first(event: AbortEvent) -> None:
        log.append("first")
        event.target.removeEventListener("abort", second)
        event.target.addEventListener("abort", writer(log, "added"))

    signal.addEventListener("abort", first)
    signal.addEventListener("abort", second)
    controller.abort()
    assert log == ["first"]


def test_a_reason_that_is_no_exception() -> None:
    signal = AbortSignal.abort("r")
    assert (signal.aborted, signal.reason) == (True, "r")
    with pytest.raises(AbortError) as caught:
        signal.throwIfAborted()
    assert caught.value.cause == "r"


# -- any -------------------------------------------------------------------------------------------


def test_any_is_aborted_with_its_first_source() -> None:
    log: list[Any] = []
    a, b = AbortController(), AbortController()
    either = AbortSignal.any([a.signal, b.signal])
    outer = AbortSignal.any([either])
    either.onabort = writer(log, "either")
    outer.onabort = writer(log, "outer")
    b.signal.onabort = lambda _: log.append(("source", either.aborted, outer.reason))
    b.abort("B")
    a.abort("A")
    assert log == [("source", True, "B"), "either", "outer"]
    assert (either.reason, a.signal.reason) == ("B", "A")


def test_any_of_an_aborted_signal_and_of_none() -> None:
    aborted = AbortSignal.abort("r")
    assert AbortSignal.any([AbortController().signal, aborted]).reason == "r"
    assert AbortSignal.any([]).aborted is False


def test_any_lives_while_it_has_listeners(controller: AbortController) -> None:
    log: list[Any] = []
    forgotten = weakref.ref(AbortSignal.any([controller.signal]))
    listening = AbortSignal.any([controller.signal])
    listening.addEventListener("abort", writer(log, "called"))
    left = AbortSignal.any([controller.signal])
    left.addEventListener("abort", log.append)
    left.removeEventListener("abort", log.append)
    references = weakref.ref(listening), weakref.ref(left)
    del listening, left
    gc.collect()
    assert forgotten() is None
    assert references[0]() is not None and references[1]() is None
    controller.abort()
    gc.collect()
    assert log == ["called"]
    assert references[0]() is None


def test_an_aborted_any_is_let_go_by_its_other_sources(controller: AbortController) -> None:
    first = AbortController()
    either = AbortSignal.any([first.signal, controller.signal])
    either.addEventListener("abort", repr)
    first.abort()
    either.addEventListener("abort", str)
    reference = weakref.ref(either)
    del either
    gc.collect()
    assert reference() is None


# -- bad input -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("use", "code", "text"),
    [
        (lambda _: AbortSignal(), "ERR_ILLEGAL_CONSTRUCTOR", "Illegal constructor"),
        (
            lambda _: AbortSignal.any(5),  # type: ignore[arg-type]  # the point
            "ERR_INVALID_ARG_TYPE",
            "signals can not be converted to sequence.",
        ),
        (
            lambda _: AbortSignal.any([5]),  # type: ignore[list-item]  # the point
            "ERR_INVALID_ARG_TYPE",
            (
                'The "signals[0]" argument must be an instance of AbortSignal. '
                "Received type number (5)"
            ),
        ),
        (
            lambda _: AbortSignal.timeout(-1),
            "ERR_OUT_OF_RANGE",
            ('The value of "delay" is out of range. It must be >= 0 && <= 4294967295. Received -1'),
        ),
        (
            lambda signal: signal.addEventListener("abort", 5),
            "ERR_INVALID_ARG_TYPE",
            (
                'The "listener" argument must be an instance of EventListener. '
                "Received type number (5)"
            ),
        ),
        (
            lambda signal: signal.removeEventListener("abort", None),
            "ERR_MISSING_ARGS",
            'The "type" and "listener" arguments must be specified',
        ),
    ],
)
def test_bad_input_is_named(use: Callable[[Any], object], code: str, text: str) -> None:
    with pytest.raises(NodeError) as caught:
        use(AbortController().signal)
    assert (caught.value.code, str(caught.value)) == (code, text)


# -- in a runtime ----------------------------------------------------------------------------------


@BACKENDS
def test_a_timeout_aborts_but_does_not_hold_the_runtime(backend: Any) -> None:
    found: list[Any] = []

    async def program() -> None:
        found.append(AbortSignal.timeout(60_000))
        try:
            await once(EventEmitter(), "never", signal=AbortSignal.timeout(10))
        except AbortError as error:
            found.append(error.cause)

    run(program, backend=backend)
    assert found[0].aborted is False
    assert (found[1].name, found[1].code, str(found[1])) == (
        "TimeoutError",
        23,
        "The operation was aborted due to timeout",
    )


@BACKENDS
def test_what_a_listener_raises_ends_the_runtime_after_the_others_ran(backend: Any) -> None:
    log: list[Any] = []

    def fail(_: AbortEvent) -> None:
        raise LookupError("in a listener")

    def program() -> None:
        controller = AbortController()
        controller.signal.addEventListener("abort", fail)
        controller.signal.addEventListener("abort", writer(log, "second"))
        controller.abort()
        log.append("aborted")

    with pytest.raises(LookupError, match="in a listener"):
        run(program, backend=backend)
    assert log == ["second", "aborted"]


def test_what_a_listener_raises_without_a_runtime(controller: AbortController) -> None:
    log: list[Any] = []

    def fail(_: AbortEvent) -> None:
        raise LookupError("in a listener")

    controller.signal.addEventListener("abort", fail)
    controller.signal.addEventListener("abort", writer(log, "second"))
    with pytest.raises(LookupError, match="in a listener"):
        controller.abort()
    assert log == ["second"]


def test_a_timeout_needs_a_runtime() -> None:
    with pytest.raises(NoRuntimeError):
        AbortSignal.timeout(1)


@BACKENDS
def test_a_listener_may_be_a_coroutine_function(backend: Any) -> None:
    log: list[Any] = []

    async def listener(event: AbortEvent) -> None:
        log.append(event.type)

    def program() -> None:
        controller = AbortController()
        controller.signal.addEventListener("abort", listener)
        controller.abort()
        log.append("aborted")

    run(program, backend=backend)
    assert log == ["aborted", "abort"]


def test_a_coroutine_function_needs_a_runtime(controller: AbortController) -> None:
    async def listener(_: AbortEvent) -> None: ...

    controller.signal.addEventListener("abort", listener)
    with pytest.raises(NoRuntimeError):
        controller.abort()
