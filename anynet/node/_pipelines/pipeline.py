"""``pipeline``: streams, iterables and functions in a row, of which one failure ends all.

Rules that live here, each Node's:

* The first error counts, but one that says more replaces ``ERR_STREAM_PREMATURE_CLOSE``. It
  destroys every stream that has not ended; the callback comes when all parts are done.
* A last stream that can be read from stays open, and nobody listens to it any more.
* A function gets what was before it, and the options with a signal that is aborted with the
  pipeline. In the middle it returns an async iterable, at the end a coroutine or an async iterable;
  then a stream of the outcome stands in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from inspect import isawaitable
from typing import Any

import anyio

from anynet.node._emitters.abort import AbortController
from anynet.node._errors.errors import (
    AbortError,
    invalid_arg_type,
    invalid_return_value,
    missing_args,
    stream_destroyed,
    stream_premature_close,
    stream_unable_to_pipe,
    validate_abort_signal,
)
from anynet.node._loop.callbacks import runnable
from anynet.node._loop.fitting import fitted
from anynet.node._loop.runtime import Runtime, current_runtime
from anynet.node._pipelines.pumping import Pump, async_iterator_of
from anynet.node._pipelines.watching import destroy
from anynet.node._streams.finished import EndWatch, can_be_read, is_read
from anynet.node._streams.stream import Stream
from anynet.node._streams.transform import PassThrough

#: Called once, with an error or None, and with what the last function returned.
Callback = Callable[[BaseException | None, Any], object]
_PREMATURE = "ERR_STREAM_PREMATURE_CLOSE"
_BODIES = [
    *("Blob", "ReadableStream", "WritableStream", "Stream", "Iterable", "AsyncIterable"),
    *("function", "{ readable, writable } pair", "Promise"),
]


class Pipeline:
    """The parts of one pipeline."""

    def __init__(
        self, parts: Sequence[Any], callback: Callback, options: Mapping[str, Any]
    ) -> None:
        if len(parts) == 1 and isinstance(parts[0], list | tuple):
            parts = parts[0]
        if len(parts) < 2:
            raise missing_args("streams")
        self._parts = parts
        self._callback = callback
        self._runtime: Runtime = current_runtime()
        self._controller = AbortController()
        self._outer: Any = options.get("signal")
        validate_abort_signal("options.signal", self._outer)
        self._ends: bool = options.get("end") is not False
        self._error: BaseException | None = None
        self._value: Any = None
        self._unfinished = 0
        self._destroys: list[Callable[[BaseException], object]] = []
        #: What is left to be done if all goes well: stop to listen to the last stream.
        self._cleanups: list[Callable[[], object]] = []
        #: Nothing ends the items of an iterable, if no stream is above it.
        self._rooted_in_stream = isinstance(parts[0], Stream)
        self._scopes: list[anyio.CancelScope] = []

    def assemble(self) -> Any:
        """Join the parts; what comes out at the end."""
        outer = self._outer
        if outer is not None:
            outer.addEventListener("abort", self.abort)
        found: Any = None
        for index, part in enumerate(self._parts):
            last = index == len(self._parts) - 1
            if isinstance(part, Stream):
                if not last and getattr(self._parts[index + 1], "destroyed", False) is True:
                    raise stream_unable_to_pipe()
                self._watch(part, reading=not last, writing=index > 0, last=last)
            if index == 0:
                found = self._source(part)
            elif isinstance(part, Stream):
                self._join(found, part, self._ends or not last, last)
                found = part
            elif callable(part):
                found = self._call(part, found, index, last)
            else:
                raise invalid_arg_type("body", _BODIES, part)
        if outer is not None and outer.aborted:
            self._runtime.next_tick(self.abort)
        return found

    def abort(self, *_: object) -> None:
        """End it by an :exc:`AbortError`."""
        reason = None if self._outer is None else self._outer.reason
        self._fail(AbortError(cause=reason))

    # -- the parts ------------------------------------------------------------------------------

    def _watch(self, stream: Stream, *, reading: bool, writing: bool, last: bool) -> None:
        stays_open = last and can_be_read(stream)
        if reading or self._ends:
            self._destroy_on_failure(stream, reading, writing, keep=not stays_open)

        def on_error(error: BaseException) -> None:
            if not isinstance(error, AbortError) and getattr(error, "code", None) != _PREMATURE:
                self._fail(error)

        stream.on("error", on_error)
        if stays_open:
            self._cleanups.append(lambda: stream.removeListener("error", on_error))

    def _destroy_on_failure(
        self, stream: Stream, reading: bool, writing: bool, *, keep: bool
    ) -> None:
        """Destroy the stream when the pipeline fails, unless it has ended by then."""
        ended = False

        def on_close(*_: object) -> None:
            nonlocal ended
            ended = True

        def on_end(error: BaseException | None) -> None:
            nonlocal ended
            ended = error is None

        def destroy_it(error: BaseException) -> None:
            nonlocal ended
            if not ended:
                ended = True
                destroy(stream, error)

        stream.on("close", on_close)
        watch = EndWatch(stream, on_end, readable=reading, writable=writing)
        self._destroys.append(destroy_it)
        if not keep:
            self._cleanups.append(watch.stop)

    def _source(self, part: Any) -> Any:
        if isinstance(part, Stream) or not callable(part):
            if isinstance(part, Stream) or _is_iterable(part):
                return part
            raise invalid_arg_type("body", _BODIES, part)
        source = fitted(part, (1, 1), "source of pipeline()")
        found = source({"signal": self._controller.signal})
        if not _is_iterable(found):
            _drop(found)
            raise invalid_return_value("Iterable, AsyncIterable or Stream", "source", found)
        self._rooted_in_stream = isinstance(found, Stream)
        return found

    def _call(self, function: Callable[..., Any], found: Any, index: int, last: bool) -> Any:
        above = found if isinstance(found, Stream) else async_iterator_of(found)
        call = fitted(function, (2, 2), "function of pipeline()")
        result = call(above, {"signal": self._controller.signal})
        if not last:
            if not hasattr(result, "__aiter__"):
                _drop(result)
                name = f"transform[{index - 1}]"
                raise invalid_return_value("AsyncIterable", name, result)
            return result
        stream = PassThrough(objectMode=True)
        if isawaitable(result):
            self._unfinished += 1
            self._start(self._await(result, stream))
        elif hasattr(result, "__aiter__"):
            self._pump(result, stream, self._ends)
        else:
            raise invalid_return_value("AsyncIterable or Promise", "destination", result)
        self._destroy_on_failure(stream, False, True, keep=False)
        return stream

    def _join(self, found: Any, stream: Any, end: bool, last: bool) -> None:
        if isinstance(found, Stream):
            self._pipe(found, stream, end, last)
        else:
            self._pump(found, stream, end)

    # -- between the parts ----------------------------------------------------------------------

    def _pipe(self, source: Any, destination: Any, end: bool, last: bool) -> None:
        self._unfinished += 2
        ended = False

        def on_close(*_: object) -> None:
            if not ended:
                self._fail(stream_premature_close())

        def end_destination() -> None:
            nonlocal ended
            ended = True
            destination.end()

        def on_source(error: BaseException | None) -> None:
            state = source.readable_state
            late = error is not None and getattr(error, "code", None) == _PREMATURE
            if late and state.ended and source.errored is None:
                # It has closed, and its end is still to be emitted.
                source.once("end", self._finish)
                source.once("error", self._finish)
            else:
                self._finish(error)

        destination.on("close", on_close)
        source.pipe(destination, end=False)
        if not end:
            self._finish()
        elif is_read(source) and source.readable_state.end_emitted:
            self._runtime.next_tick(end_destination)
        else:
            source.once("end", end_destination)
        EndWatch(source, on_source, readable=True, writable=False)
        watch = EndWatch(destination, self._finish, readable=False, writable=True)
        if last and can_be_read(destination):
            self._cleanups.append(watch.stop)

    def _pump(self, iterable: Any, stream: Any, end: bool) -> None:
        self._unfinished += 1
        pump = Pump(iterable, stream, self._finish, end)
        if not self._rooted_in_stream:
            self._scopes.append(pump.scope)
        self._start(pump.run())

    async def _await(self, result: Any, stream: PassThrough) -> None:
        scope = anyio.CancelScope()
        if not self._rooted_in_stream:
            self._scopes.append(scope)
        try:
            with scope:
                self._value = await result
        except Exception as error:
            stream.destroy(error)
            self._runtime.next_tick(self._finish, error)
            return
        if self._value is not None:
            stream.write(self._value)
        if self._ends:
            stream.end()
        self._runtime.next_tick(self._finish)

    def _start(self, coroutine: Any) -> None:
        self._runtime.start_task(coroutine)

    # -- the end --------------------------------------------------------------------------------

    def _finish(self, error: BaseException | None = None) -> None:
        """A part is done."""
        self._unfinished -= 1
        self._end(error, final=self._unfinished == 0)

    def _fail(self, error: BaseException) -> None:
        self._end(error, final=False)

    def _end(self, error: BaseException | None, *, final: bool) -> None:
        known = self._error
        if error is not None and (known is None or getattr(known, "code", None) == _PREMATURE):
            self._error = error
        if self._error is None and not final:
            return
        destroys, self._destroys = self._destroys, []
        for each in destroys:
            each(self._error or stream_destroyed("pipe"))
        if self._outer is not None:
            self._outer.removeEventListener("abort", self.abort)
        self._controller.abort()
        if self._error is not None:
            for scope in self._scopes:
                scope.cancel()
        if final:
            if self._error is None:
                for cleanup in self._cleanups:
                    cleanup()
            self._runtime.next_tick(self._callback, self._error, self._value)


def _is_iterable(value: object) -> bool:
    return hasattr(value, "__aiter__") or hasattr(value, "__iter__")


def _drop(value: object) -> None:
    """What a function returned and nobody awaits."""
    close = getattr(value, "close", None)
    if isawaitable(value) and close is not None:
        close()


def pipeline(*streams: Any) -> Any:
    """Pipe streams into each other: ``pipeline(a, b, c, callback)``.

    The first is a stream, an iterable, or a function that returns one of these; those in the
    middle are duplex streams, or functions that are called with what is before them (and
    ``{"signal": …}``) and return an async iterable, as async generators do; the last is a stream
    to write to, or a function: a coroutine function, or one that returns an async iterable. A list
    of them will do as well. Functions may take fewer arguments.

    ``callback(error, value)`` is called once: ``error`` is None or the first error, by which all
    of them were destroyed; ``value`` is what a coroutine function at the end has returned. Returns
    the last stream, or one of what the last function makes. Raises ``ERR_MISSING_ARGS``,
    ``ERR_INVALID_ARG_TYPE`` or ``ERR_INVALID_RETURN_VALUE``.
    """
    callback = streams[-1] if streams else None
    if isinstance(callback, Stream) or not callable(callback):
        raise invalid_arg_type("streams[stream.length - 1]", "function", callback)
    called_back = runnable(callback, (2, 2), "callback of pipeline()")
    return Pipeline(streams[:-1], called_back, {}).assemble()
