"""``finished``, ``destroy``, ``addAbortSignal`` and ``isReadable`` with its like: one stream.

Rules that live here: what is no stream is refused by the functions that do something, and answered
with False or None by those that only ask.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from anynet.node._errors.errors import (
    AbortError,
    invalid_arg_type,
    validate_abort_signal,
    validate_function,
)
from anynet.node._loop.callbacks import runnable
from anynet.node._pipelines.outcome import Outcome, Settlement
from anynet.node._streams.finished import (
    EndWatch,
    can_be_read,
    can_be_written,
    destroy_on_abort,
    has_failed,
    is_written,
)
from anynet.node._streams.options import merged_options
from anynet.node._streams.stream import Stream

S = TypeVar("S", bound=Stream)

_KINDS = ["ReadableStream", "WritableStream", "Stream"]


def require_stream(value: object) -> Stream:
    """Raises ``ERR_INVALID_ARG_TYPE``."""
    if isinstance(value, Stream):
        return value
    raise invalid_arg_type("stream", _KINDS, value)


def finished(
    stream: Any, options: Any = None, callback: Any = None, /, **more: Any
) -> Callable[[], None]:
    """Call ``callback(error)`` once when a stream has ended, failed or closed.

    ``error`` is None, what the stream failed with, or ``ERR_STREAM_PREMATURE_CLOSE``. Options, a
    mapping before the callback or keyword arguments: ``readable`` and ``writable`` (False: don't
    wait for the end of that side), ``error`` (False: don't listen to ``error``), ``signal``
    (aborting it calls back with an :exc:`AbortError`, and leaves the stream as it is).

    Returns a function that stops watching; the listeners stay until it is called. Raises
    ``ERR_INVALID_ARG_TYPE``.
    """
    if callback is None and (callable(options) or not more):
        options, callback = None, options
    if options is not None and not isinstance(options, Mapping):
        raise invalid_arg_type("options", "object", options)
    found = merged_options(options, more)
    called_back = runnable(
        validate_function("callback", callback), (1, 1), "callback of finished()"
    )
    validate_abort_signal("options.signal", found.get("signal"))
    return watch_end(require_stream(stream), found, called_back)


def watch_end(
    stream: Stream, options: Mapping[str, Any], done: Callable[[BaseException | None], object]
) -> Callable[[], None]:
    """The same with checked options."""
    signal: Any = options.get("signal")

    def on_end(error: BaseException | None) -> None:
        if signal is not None:
            signal.removeEventListener("abort", on_abort)
        done(error)

    def on_abort(*_: object) -> None:
        stop()
        done(AbortError(cause=signal.reason))

    def stop() -> None:
        watch.stop()
        if signal is not None:
            signal.removeEventListener("abort", on_abort)

    watch = EndWatch(
        stream,
        on_end,
        readable=options.get("readable"),
        writable=options.get("writable"),
        errors=options.get("error") is not False,
    )
    if signal is not None and signal.aborted:
        stream.runtime.next_tick(on_abort)
    elif signal is not None:
        signal.addEventListener("abort", on_abort)
    return stop


def finished_outcome(stream: Any, options: Any = None, /, **more: Any) -> Outcome:
    """Wait until a stream has ended: ``await stream.promises.finished(socket)``.

    The options of :func:`finished`, and ``cleanup`` (False; True removes the listeners then, which
    otherwise stay). Raises what the stream fails with, ``ERR_STREAM_PREMATURE_CLOSE``, or
    :exc:`AbortError`.
    """
    if options is not None and not isinstance(options, Mapping):
        raise invalid_arg_type("options", "object", options)
    found = merged_options(options, more)
    validate_abort_signal("options.signal", found.get("signal"))
    watched = require_stream(stream)
    settlement = Settlement(watched.runtime)

    def done(error: BaseException | None) -> None:
        if found.get("cleanup"):
            stop()
        settlement.settle(error)

    stop = watch_end(watched, found, done)
    return Outcome(settlement, stop)


def addAbortSignal(signal: Any, stream: S) -> S:
    """Destroy ``stream`` with an :exc:`AbortError` when ``signal`` is aborted. Returns the stream.

    Raises ``ERR_INVALID_ARG_TYPE``.
    """
    if not hasattr(signal, "aborted"):
        raise invalid_arg_type("signal", "AbortSignal", signal)
    validate_abort_signal("signal", signal)
    require_stream(stream)
    destroy_on_abort(stream, signal)
    return stream


def destroy(stream: Any, error: BaseException | None = None) -> None:
    """Destroy a stream; without an error with an :exc:`AbortError`, unless it is over."""
    if isinstance(stream, Stream) and not stream.destroyed:
        over = stream.readable_state.end_emitted and is_written(stream)
        stream.destroy(AbortError() if error is None and not over else error)


def isReadable(stream: Any) -> bool | None:
    """Whether something can be read from it; None for what is no stream to read from."""
    return can_be_read(stream) if isinstance(stream, Stream) else None


def isWritable(stream: Any) -> bool | None:
    """Whether something can be written to it; None for what is no stream to write to."""
    return can_be_written(stream) if isinstance(stream, Stream) else None


def isErrored(stream: Any) -> bool:
    """Whether it has emitted an ``error``."""
    return isinstance(stream, Stream) and has_failed(stream)


def isDisturbed(stream: Any) -> bool:
    """Whether something was read from it, or it was destroyed before its end."""
    if not isinstance(stream, Stream):
        return False
    return bool(getattr(stream, "readableDidRead", False) or getattr(stream, "readableAborted", 0))


def isDestroyed(stream: Any) -> bool | None:
    """Whether it was destroyed; None for what is no stream."""
    return stream.destroyed if isinstance(stream, Stream) else None
