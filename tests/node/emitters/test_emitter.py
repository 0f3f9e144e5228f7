"""The emitter. What Node did with the same calls stands behind every order and text here."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest

from anynet.node._emitters.emitter import (
    EventEmitter,
    EventName,
    MaxListenersExceededWarning,
    captureRejectionSymbol,
    errorMonitor,
)
from anynet.node._emitters.listeners import OnceListener
from anynet.node._errors.errors import NodeError, NodeRangeError, NodeTypeError, UnhandledError
from anynet.node._errors.symbols import Symbol
from anynet.node._loop.runtime import NoRuntimeError, run


class Log(list[Any]):
    """A list with listeners that write into it."""

    def writer(self, label: str) -> Callable[..., None]:
        def write(*args: object) -> None:
            self.append((label, *args) if args else label)

        return write


@pytest.fixture
def log() -> Log:
    return Log()


def test_listeners_are_called_in_order_with_all_arguments(log: Log) -> None:
    emitter = EventEmitter()
    emitter.on("x", log.writer("a")).addListener("x", log.writer("b"))
    emitter.prependListener("x", log.writer("first"))
    assert emitter.emit("x", 1, 2) is True
    assert log == [("first", 1, 2), ("a", 1, 2), ("b", 1, 2)]
    assert emitter.emit("nobody listens") is False
    assert EventEmitter().emit("x") is False


def test_every_registration_returns_the_emitter(log: Log) -> None:
    emitter = EventEmitter()
    write = log.writer("x")
    for register in (
        emitter.on,
        emitter.once,
        emitter.prependListener,
        emitter.prependOnceListener,
        emitter.off,
    ):
        assert register("x", write) is emitter
    assert emitter.off("never", write) is emitter
    assert emitter.removeAllListeners("never") is emitter
    assert EventEmitter().off("x", write).listeners("x") == []
    assert EventEmitter().removeAllListeners().setMaxListeners(3).getMaxListeners() == 3


def test_the_same_listener_is_called_as_often_as_it_was_added(log: Log) -> None:
    emitter = EventEmitter()
    write = log.writer("f")
    emitter.on("d", write).on("d", write).once("d", write)
    emitter.prependOnceListener("d", log.writer("first"))
    assert emitter.listenerCount("d") == 4
    assert emitter.listenerCount("d", write) == 3
    emitter.emit("d")
    assert log == ["first", "f", "f", "f"]
    log.clear()
    emitter.off("d", write)
    emitter.emit("d")
    assert log == ["f"]


def test_off_removes_the_latest_registration(log: Log) -> None:
    emitter = EventEmitter()
    a, b = log.writer("a"), log.writer("b")
    emitter.on("x", a).on("x", b).on("x", a)
    emitter.off("x", a)
    emitter.emit("x")
    assert log == ["a", "b"]


def test_a_bound_method_is_found_again(log: Log) -> None:
    emitter = EventEmitter()
    emitter.on("x", log.append).once("x", log.append)
    emitter.off("x", log.append)
    emitter.removeListener("x", log.append)
    assert emitter.emit("x", 1) is False


def test_an_event_under_way_reaches_those_who_were_there_when_it_began(log: Log) -> None:
    emitter = EventEmitter()
    second = log.writer("second")

    def first() -> None:
        log.append("first")
        emitter.off("x", second)
        emitter.on("x", log.writer("late"))

    emitter.on("x", first).on("x", second)
    emitter.emit("x")
    assert log == ["first", "second"]
    log.clear()
    emitter.emit("x")
    assert log == ["first", "late"]


def test_a_listener_of_once_has_left_before_its_call(log: Log) -> None:
    emitter = EventEmitter()

    def listener() -> None:
        log.append(emitter.listenerCount("x"))
        emitter.emit("x")

    emitter.once("x", listener)
    assert emitter.emit("x") is True
    assert log == [0]


def test_a_raw_listener_can_be_called_and_removed(log: Log) -> None:
    emitter = EventEmitter()
    write = log.writer("f")
    emitter.once("x", write)
    (raw,) = emitter.rawListeners("x")
    assert isinstance(raw, OnceListener) and raw.listener is write
    assert emitter.listeners("x") == [write]
    raw("direct")
    assert log == [("f", "direct")] and emitter.listenerCount("x") == 0
    raw("again")
    assert log == [("f", "direct")]
    emitter.once("x", write)
    emitter.off("x", emitter.rawListeners("x")[0])
    assert emitter.listenerCount("x") == 0


def test_what_a_listener_raises_stops_the_event(log: Log) -> None:
    def fail() -> None:
        raise LookupError("stop")

    emitter = EventEmitter().on("x", fail).on("x", log.writer("never"))
    with pytest.raises(LookupError, match="stop"):
        emitter.emit("x")
    assert log == []


def test_new_listener_is_told_before_and_remove_listener_after(log: Log) -> None:
    emitter = EventEmitter()

    def told(what: str) -> Callable[[EventName, Callable[..., object]], None]:
        return lambda name, listener: log.append(
            (what, name, listener is write, emitter.listenerCount(name))
        )

    write = log.writer("f")
    emitter.on("newListener", told("new")).on("removeListener", told("removed"))
    emitter.on("x", write).once("x", write)
    emitter.off("x", write)
    emitter.emit("x")
    assert log == [
        ("new", "removeListener", False, 0),
        ("new", "x", True, 0),
        ("new", "x", True, 1),
        ("removed", "x", True, 1),
        "f",
    ]
    assert emitter.eventNames() == ["newListener", "removeListener", "x"]


def test_a_new_listener_listener_may_add_one_before(log: Log) -> None:
    emitter = EventEmitter()
    emitter.once("newListener", lambda name, _: emitter.on(name, log.writer("before")))
    emitter.on("x", log.writer("main"))
    emitter.emit("x")
    assert log == ["before", "main"]


def test_remove_all_listeners_of_one_event_goes_backwards(log: Log) -> None:
    emitter = EventEmitter()
    a, b, c = (log.writer(each) for each in "abc")
    emitter.on("removeListener", lambda name, listener: log.append((name, listener)))
    emitter.on("x", a).once("x", b).on("x", c)
    wrapped = emitter.rawListeners("x")[1]
    emitter.removeAllListeners("x")
    # Node reports the wrapper of a once-listener here, and the listener itself if it is alone.
    assert log == [("x", c), ("x", wrapped), ("x", a)]
    log.clear()
    emitter.once("x", b).removeAllListeners("x")
    assert log == [("x", b)]


def test_remove_all_listeners_removes_its_own_listeners_last(log: Log) -> None:
    emitter = EventEmitter()
    emitter.on("y", print)
    emitter.on("removeListener", lambda name, _: log.append((name, emitter.listenerCount(name))))
    emitter.on("z", repr).on("z", str).on("w", str)
    emitter.removeAllListeners()
    assert log == [("y", 0), ("z", 1), ("z", 0), ("w", 0)]
    assert emitter.eventNames() == []


def test_remove_all_listeners_without_anybody_to_tell() -> None:
    emitter = EventEmitter().on("x", print).on("y", print)
    assert emitter.removeAllListeners("x").eventNames() == ["y"]
    assert emitter.removeAllListeners().eventNames() == []


def test_names_may_be_symbols_and_come_last() -> None:
    name = Symbol("mine")
    emitter = EventEmitter().on(name, print).on(Symbol("mine"), print).on("x", print)
    assert emitter.listenerCount(name) == 1
    assert emitter.eventNames()[:2] == ["x", name]


# -- errors ----------------------------------------------------------------------------------------


def test_an_unheard_error_is_raised_itself() -> None:
    error = ConnectionResetError("it")
    for emitter in (EventEmitter(), EventEmitter().on("x", print)):
        with pytest.raises(ConnectionResetError) as caught:
            emitter.emit("error", error, 2)
        assert caught.value is error


@pytest.mark.parametrize(
    ("args", "text"),
    [((), "undefined"), ((5,), "5"), (("boom",), "'boom'"), (({"a": 1},), "{ a: 1 }")],
)
def test_an_unheard_error_that_is_no_exception(args: tuple[object, ...], text: str) -> None:
    with pytest.raises(UnhandledError) as caught:
        EventEmitter().emit("error", *args)
    assert str(caught.value) == f"Unhandled error. ({text})"
    assert caught.value.context == (args[0] if args else None)


def test_an_error_that_is_heard(log: Log) -> None:
    emitter = EventEmitter().on("error", log.append)
    assert emitter.emit("error", 5) is True
    assert log == [5]


def test_the_error_monitor_sees_errors_first_and_handles_none(log: Log) -> None:
    emitter = EventEmitter().on(errorMonitor, log.writer("monitor"))
    error = ValueError("x")
    with pytest.raises(ValueError, match="x"):
        emitter.emit("error", error, 7)
    emitter.on("error", log.writer("error"))
    emitter.emit("error", error, 1)
    assert log == [("monitor", error, 7), ("monitor", error, 1), ("error", error, 1)]


# -- limits and bad input --------------------------------------------------------------------------


def test_the_eleventh_listener_warns_once() -> None:
    emitter = EventEmitter()
    for _ in range(10):
        emitter.on("m", print)
    with pytest.warns(MaxListenersExceededWarning) as caught:
        emitter.on("m", print).on("m", print)
    assert [str(each.message) for each in caught] == [
        (
            "Possible EventEmitter memory leak detected. 11 m listeners added to [EventEmitter]. "
            "MaxListeners is 10. Use emitter.setMaxListeners() to increase limit"
        )
    ]
    warning = caught[0].message
    assert isinstance(warning, MaxListenersExceededWarning)
    assert (warning.emitter, warning.type, warning.count) == (emitter, "m", 11)
    assert caught[0].filename == __file__
    emitter.removeAllListeners("m")
    emitter.setMaxListeners(1).on("m", print)
    with pytest.warns(MaxListenersExceededWarning, match="2 m listeners"):
        emitter.on("m", print)
    emitter.removeAllListeners().setMaxListeners(1.5).on("m", print)
    with pytest.warns(MaxListenersExceededWarning, match="2 m listeners .* is 1.5"):
        emitter.on("m", print)


def test_the_warning_names_the_class_and_the_symbol() -> None:
    class Sub(EventEmitter):
        pass

    name = Symbol("t")
    with pytest.warns(MaxListenersExceededWarning, match=r"2 Symbol\(t\) listeners .* \[Sub\]"):
        Sub().setMaxListeners(1).on(name, print).on(name, print)


def test_limits_may_be_lifted_and_have_a_default(monkeypatch: pytest.MonkeyPatch) -> None:
    emitter = EventEmitter().setMaxListeners(0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(30):
            emitter.on("m", print)
    monkeypatch.setattr(EventEmitter, "defaultMaxListeners", 1)
    with pytest.warns(MaxListenersExceededWarning, match="MaxListeners is 1"):
        EventEmitter().on("m", print).on("m", print)


@pytest.mark.parametrize(
    ("use", "kind", "text"),
    [
        (
            lambda emitter: emitter.setMaxListeners(-1),
            NodeRangeError,
            'The value of "setMaxListeners" is out of range. It must be >= 0. Received -1',
        ),
        (
            lambda emitter: emitter.setMaxListeners("x"),
            NodeTypeError,
            "The \"setMaxListeners\" argument must be of type number. Received type string ('x')",
        ),
        (
            lambda _: EventEmitter(captureRejections=5),  # type: ignore[arg-type]  # the point
            NodeTypeError,
            (
                'The "options.captureRejections" property must be of type boolean. '
                "Received type number (5)"
            ),
        ),
    ],
)
def test_bad_input_is_named(use: Callable[[Any], object], kind: type[NodeError], text: str) -> None:
    with pytest.raises(kind) as caught:
        use(EventEmitter())
    assert str(caught.value) == text


@pytest.mark.parametrize(
    "method",
    [
        "on",
        "once",
        "addListener",
        "prependListener",
        "prependOnceListener",
        "off",
        "removeListener",
    ],
)
def test_a_listener_must_be_callable(method: str) -> None:
    emitter = EventEmitter()
    with pytest.raises(NodeTypeError) as caught:
        getattr(emitter, method)("x", None)
    assert str(caught.value) == (
        'The "listener" argument must be of type function. Received undefined'
    )
    assert emitter.eventNames() == []


# -- coroutine functions as listeners --------------------------------------------------------------

BACKENDS = pytest.mark.parametrize("backend", ["trio", "asyncio", "uvloop"])


@BACKENDS
def test_a_coroutine_listener_runs_as_a_task_that_holds_the_runtime(log: Log, backend: Any) -> None:
    def program() -> None:
        emitter = EventEmitter()

        async def listener(value: int) -> None:
            log.append(("started", value))
            emitter.emit("more")

        async def more() -> None:
            log.append("more")

        emitter.on("x", listener).on("x", log.writer("after")).on("more", more)
        emitter.emit("x", 1)
        log.append("emitted")

    run(program, backend=backend)
    assert log == [("after", 1), "emitted", ("started", 1), "more"]


async def reject(*_: object) -> None:
    raise LookupError("rejected")


@BACKENDS
def test_what_a_coroutine_listener_raises_ends_the_runtime(backend: Any) -> None:
    with pytest.raises(LookupError, match="rejected"):
        run(lambda: EventEmitter().on("x", reject).emit("x"), backend=backend)


@BACKENDS
def test_captured_rejections_become_errors(log: Log, backend: Any) -> None:
    def program() -> None:
        emitter = EventEmitter({"captureRejections": True})
        emitter.on("x", reject).on("error", lambda error: log.append(str(error)))
        emitter.emit("x")

    run(program, backend=backend)
    assert log == ["rejected"]


@BACKENDS
def test_a_captured_rejection_without_an_error_listener_ends_the_runtime(backend: Any) -> None:
    with pytest.raises(LookupError, match="rejected"):
        run(
            lambda: EventEmitter(captureRejections=True).on("x", reject).emit("x"),
            backend=backend,
        )


@BACKENDS
def test_a_rejection_of_an_error_listener_is_captured_only_once(log: Log, backend: Any) -> None:
    def program() -> None:
        emitter = EventEmitter(captureRejections=True)
        emitter.on("error", reject)
        emitter.on("error", log.append)
        emitter.emit("error", 1)

    with pytest.raises(LookupError, match="rejected"):
        run(program, backend=backend)
    assert [str(each) for each in log] == ["1", "rejected"]


def test_a_method_may_take_the_rejections(log: Log) -> None:
    class Taker(EventEmitter):
        def captureRejection(self, error: Exception, name: EventName, *args: Any) -> None:
            log.append((str(error), name, *args))

    def program() -> None:
        Taker(captureRejections=True).on("y", reject).emit("y", 42)
        other = EventEmitter(captureRejections=True).on("z", reject)
        setattr(other, captureRejectionSymbol, lambda *args: log.append(args[1:]))
        other.emit("z", 1)

    run(program)
    assert log == [("rejected", "y", 42), ("z", 1)]


def test_rejections_may_be_captured_by_default(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EventEmitter, "captureRejections", True)

    def program() -> None:
        EventEmitter().on("x", reject).on("error", log.writer("error")).emit("x")

    run(program)
    assert [entry[0] for entry in log] == ["error"]


def test_a_coroutine_listener_needs_a_runtime() -> None:
    with pytest.raises(NoRuntimeError):
        EventEmitter().on("x", reject).emit("x")


def test_a_monitor_that_removes_all_listeners_keeps_none_from_the_error(log: Log) -> None:
    emitter = EventEmitter()
    emitter.on(errorMonitor, lambda error: emitter.removeAllListeners())
    emitter.on("error", log.append)
    assert emitter.emit("error", 1) is True
    assert log == [1] and emitter.eventNames() == []
