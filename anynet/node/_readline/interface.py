"""``readline``: the lines of any stream, as events, as answers to questions, or in a loop.

Rules that live here, each Node's:

* Lines come as the input brings them. ``pause()`` and ``close()`` stop the input, not the lines
  that its last chunk holds.
* The end of the input ends the last line, and closes the interface. An error of the input is one of
  the interface, which stays open.
* A line answers the question that is open, or is an event.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, ClassVar, Self

from anynet.node._emitters.emitter import EventEmitter
from anynet.node._emitters.listeners import EventName
from anynet.node._emitters.waiting import EventBuffer, EventIterator
from anynet.node._errors.errors import (
    invalid_arg_type,
    invalid_arg_value,
    use_after_close,
    validate_abort_signal,
)
from anynet.node._errors.option_warning import warn_of_misspelt
from anynet.node._loop.callbacks import runnable
from anynet.node._loop.fitting import Counts
from anynet.node._loop.runtime import Runtime, current_runtime
from anynet.node._readline.line_splitter import LineSplitter
from anynet.node._streams.encoding import Decoder
from anynet.node._streams.options import merged_options
from anynet.node._streams.readable import Readable

#: How many lines a loop may leave unread before the input is paused.
_MAX_LINES = 1024
_LEAST_CRLF_DELAY = 100
_MILLISECONDS = 1000
_KNOWN = frozenset({"crlfDelay", "input", "output", "prompt", "signal", "terminal"})


class LineIterator:
    """The lines of an interface from the moment in which it was asked for them.

    Leaving the loop leaves the interface open. Raises what the input fails with.
    """

    __slots__ = ("__weakref__", "_events")

    def __init__(self, events: EventIterator) -> None:
        self._events = events

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        line: str = (await anext(self._events))[0]
        return line

    async def aclose(self) -> None:
        """Listen no more; lines that came before can still be taken."""
        await self._events.aclose()


class Interface(EventEmitter):
    """Reads lines from a stream; get one with :func:`createInterface`.

    Events: ``line`` with each line, without its end; ``close``; ``pause`` and ``resume``; ``error``
    with what the input fails with.
    """

    __slots__ = ("_decoder", "_iterator", "_lines", "_old_prompt", "_on_answer", "_prompt")

    event_arguments: ClassVar[Mapping[EventName, Counts]] = {
        **EventEmitter.event_arguments,
        "line": (1, 1),
        "close": (0, 0),
        "pause": (0, 0),
        "resume": (0, 0),
        "error": (1, 1),
    }

    def __init__(self, options: Mapping[str, Any]) -> None:
        super().__init__()
        source, signal = options.get("input"), options.get("signal")
        if not isinstance(source, Readable):
            raise invalid_arg_type("options.input", "Readable", source)
        if options.get("terminal"):
            raise invalid_arg_value("options.terminal", options["terminal"], "is not supported")
        validate_abort_signal("options.signal", signal)
        self.runtime: Runtime = current_runtime()
        self.input: Readable = source
        self.output: Any = options.get("output")
        #: Always False: no line is edited here.
        self.terminal: bool = False
        #: In milliseconds.
        self.crlfDelay: float = max(_LEAST_CRLF_DELAY, options.get("crlfDelay") or 0)
        self.closed: bool = False
        self.paused: bool = False
        self._prompt = str(options.get("prompt", "> "))
        self._old_prompt = ""
        self._on_answer: Callable[[str], object] | None = None
        self._decoder = Decoder("utf8")
        self._lines = LineSplitter(self.crlfDelay)
        #: Weak, so that a loop that was left lets go of it, and the listening ends.
        self._iterator: weakref.ref[LineIterator] | None = None
        source.on("error", self._on_error)
        source.on("data", self._on_data)
        source.on("end", self._on_end)
        self.once("close", self._leave_input)
        if signal is not None:
            self._close_on_abort(signal)
        source.resume()

    def _close_on_abort(self, signal: Any) -> None:
        def abort(*_: object) -> None:
            self.close()

        if signal.aborted:
            self.runtime.next_tick(abort)
            return
        signal.addEventListener("abort", abort)
        self.once("close", lambda: signal.removeEventListener("abort", abort))

    # -- the input ------------------------------------------------------------------------------

    def _on_data(self, chunk: Any) -> None:
        text = chunk if isinstance(chunk, str) else self._decoder.decode(chunk)
        for line in self._lines.feed(text, self.runtime.reactor.time() * _MILLISECONDS):
            self._on_line(line)

    def _on_line(self, line: str) -> None:
        answer, self._on_answer = self._on_answer, None
        if answer is None:
            self.emit("line", line)
        else:
            self._prompt = self._old_prompt
            answer(line)

    def _on_end(self) -> None:
        if rest := self._lines.rest:
            self.emit("line", rest)
        self.close()

    def _on_error(self, error: BaseException) -> None:
        self.emit("error", error)

    def _leave_input(self) -> None:
        self.input.removeListener("data", self._on_data)
        self.input.removeListener("error", self._on_error)
        self.input.removeListener("end", self._on_end)

    # -- what programs do -----------------------------------------------------------------------

    @property
    def line(self) -> str:
        """The line that is being edited: always empty, as in Node without a terminal."""
        return ""

    def close(self) -> None:
        """Stop reading, and emit ``close``, the first time. The input stays open."""
        if not self.closed:
            self.pause()
            self.closed = True
            self.emit("close")

    def pause(self) -> Self | None:
        """Pause the input. Returns the interface, None if it was paused already.

        Raises ``ERR_USE_AFTER_CLOSE``, as do all the others but :meth:`close`.
        """
        self._check_open()
        if self.paused:
            return None
        self.input.pause()
        self.paused = True
        self.emit("pause")
        return self

    def resume(self) -> Self | None:
        """Let the input flow again. Returns the interface, None if it was not paused."""
        self._check_open()
        if not self.paused:
            return None
        self.input.resume()
        self.paused = False
        self.emit("resume")
        return self

    def write(self, text: str | bytes) -> None:
        """Take ``text`` as if the input had brought it; it flows again, if it was paused."""
        self._check_open()
        if self.paused:
            self.resume()
        self._on_data(text)

    def setPrompt(self, prompt: str) -> None:
        """What :meth:`prompt` writes."""
        self._prompt = prompt

    def getPrompt(self) -> str:
        """What :meth:`prompt` writes; while a question is open, the question."""
        return self._prompt

    def prompt(self, preserveCursor: bool = False) -> None:
        """Write the prompt to the output, if there is one; the input flows again."""
        self._check_open()
        if self.paused:
            self.resume()
        self._show(self._prompt)

    def question(
        self, query: str, options: Any = None, callback: Any = None, *, signal: Any = None
    ) -> None:
        """Write ``query``, and call ``callback`` with the next line.

        Aborting ``signal``, an option too, takes the question back. While one is open another one
        only writes the first again.
        """
        self._check_open()
        if callable(options):
            options, callback = None, options
        if isinstance(options, Mapping):
            signal = options.get("signal", signal)
        if not callable(callback) or (signal is not None and signal.aborted):
            return
        called_back = runnable(callback, (1, 1), "callback of question()")
        if self._on_answer is not None:
            self.prompt()
            return

        def answer(line: str) -> None:
            if signal is not None:
                signal.removeEventListener("abort", self._take_back)
            called_back(line)

        if signal is not None:
            signal.addEventListener("abort", self._take_back)
        self._old_prompt, self._prompt, self._on_answer = self._prompt, query, answer
        self.prompt()

    def _take_back(self, *_: object) -> None:
        if self._on_answer is not None:
            self._on_answer = None
            self._prompt = self._old_prompt
            self._show("\r\n")

    def _show(self, text: str) -> None:
        if self.output is not None:
            self.output.write(text)

    def _check_open(self) -> None:
        if self.closed:
            raise use_after_close("readline")

    # -- structured code ------------------------------------------------------------------------

    def __aiter__(self) -> LineIterator:
        """The lines from now on, until ``close``: one iterator as long as anything holds it."""
        iterator = None if self._iterator is None else self._iterator()
        if iterator is None:
            buffer = EventBuffer(self, None, _MAX_LINES)
            if self.closed:
                buffer.close()  # No other event would end the iteration.
            else:
                buffer.listen("line", buffer.put)
                buffer.listen_for_failure("line")
                buffer.listen("close", buffer.close)
            iterator = LineIterator(EventIterator(buffer))
            self._iterator = weakref.ref(iterator)
        return iterator

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()


def createInterface(
    input: Any = None,  # noqa: A002
    output: Any = None,
    /,
    **options: Any,
) -> Interface:
    """Read the lines of a stream: ``createInterface(input=socket)``, or with a mapping of options.

    Options: ``input`` (a stream to read from, whose lines come as soon as this is called),
    ``output`` (where prompts and questions are written), ``crlfDelay`` (at least 100 milliseconds:
    how late a ``\\n`` may come that belongs to a ``\\r``; ``math.inf`` for any time), ``prompt``
    (``"> "``) and ``signal`` (aborting it closes the interface). What is for terminals is not
    supported.

    Raises ``ERR_INVALID_ARG_TYPE`` or ``ERR_INVALID_ARG_VALUE``.
    """
    given = input if isinstance(input, Mapping) else {"input": input, "output": output}
    found = merged_options(given, options)
    warn_of_misspelt(found, _KNOWN)
    return Interface(found)
