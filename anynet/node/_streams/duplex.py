"""The stream classes: to read from, to write to, and both."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from anynet.node._errors.errors import AbortError, invalid_arg_value, stream_cannot_pipe
from anynet.node._streams.encoding import require_encoding
from anynet.node._streams.finished import closed, destroy_on_abort
from anynet.node._streams.readable import ReadableSide
from anynet.node._streams.stream import Stream, high_water_mark, merged_options
from anynet.node._streams.writable import WritableSide

_SOURCE = ("read", "destroy")
_SINK = ("write", "writev", "final", "destroy")


def _apply(stream: Stream, options: Mapping[str, Any], functions: tuple[str, ...]) -> None:
    """The options that all kinds of streams share, and those of their functions that are given."""
    if options.get("objectMode"):
        raise invalid_arg_value("options.objectMode", True, "is not supported")
    for name in functions:
        if callable(options.get(name)):
            setattr(stream, f"_{name}", options[name])
    if options.get("signal") is not None:
        destroy_on_abort(stream, options["signal"])


class Readable(ReadableSide):
    """A stream to read from.

    Options: ``highWaterMark`` (bytes, 65536), ``encoding``, ``emitClose`` (True), ``autoDestroy``
    (True), ``signal``, and the functions ``read(size)`` and ``destroy(error, callback)``, unless a
    subclass has ``_read`` and ``_destroy``.
    """

    __slots__ = ()

    def __init__(self, options: Mapping[str, Any] | None = None, /, **more: Any) -> None:
        found = merged_options(options, more)
        self._set_up_streams(
            readable_high_water_mark=high_water_mark(found),
            emit_close=found.get("emitClose") is not False,
            auto_destroy=found.get("autoDestroy") is not False,
        )
        self._writable_state.lack()
        if found.get("encoding"):
            self.setEncoding(found["encoding"])
        _apply(self, found, _SOURCE)


class Writable(WritableSide):
    """A stream to write to.

    Options: ``highWaterMark`` (bytes, 65536), ``defaultEncoding`` (``utf8``), ``emitClose`` (True),
    ``autoDestroy`` (True), ``signal``, and the functions ``write(chunk, encoding, callback)``,
    ``writev(chunks, callback)``, ``final(callback)`` and ``destroy(error, callback)``, unless a
    subclass has ``_write`` and the others.
    """

    __slots__ = ()

    def __init__(self, options: Mapping[str, Any] | None = None, /, **more: Any) -> None:
        found = merged_options(options, more)
        self._set_up_streams(
            writable_high_water_mark=high_water_mark(found),
            emit_close=found.get("emitClose") is not False,
            auto_destroy=found.get("autoDestroy") is not False,
        )
        self._readable_state.lack()
        if "defaultEncoding" in found:
            self._writable_state.default_encoding = require_encoding(found["defaultEncoding"])
        _apply(self, found, _SINK)

    @property
    def writableAborted(self) -> bool:
        """Whether the stream was destroyed, or failed, before its ``finish``."""
        state = self._writable_state
        lost = self._destroyed or self._errored is not None
        return state.writable and lost and not state.finished

    def pipe(self, destination: object, options: object = None) -> None:
        """Fails with ``ERR_STREAM_CANNOT_PIPE``: there is nothing to read."""
        self._error_or_destroy(stream_cannot_pipe())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Destroy the stream, with an ``AbortError`` unless it has finished, and wait."""
        if not self._destroyed:
            self.destroy(None if self._writable_state.finished else AbortError())
        await closed(self)


class Duplex(ReadableSide, WritableSide):
    """A stream to read from and to write to, each side with its own buffer.

    The options of :class:`Readable` and :class:`Writable`, and ``readableHighWaterMark``,
    ``writableHighWaterMark``, ``readable`` and ``writable`` (False: there is no such side), and
    ``allowHalfOpen`` (True; False ends the writing side after the reading side has ended).
    """

    __slots__ = ()

    def __init__(self, options: Mapping[str, Any] | None = None, /, **more: Any) -> None:
        found = merged_options(options, more)
        self._set_up_streams(
            readable_high_water_mark=high_water_mark(found, "readableHighWaterMark"),
            writable_high_water_mark=high_water_mark(found, "writableHighWaterMark"),
            allow_half_open=found.get("allowHalfOpen") is not False,
            emit_close=found.get("emitClose") is not False,
            auto_destroy=found.get("autoDestroy") is not False,
        )
        if found.get("readable") is False:
            self._readable_state.lack()
        if found.get("writable") is False:
            self._writable_state.lack()
        if found.get("encoding"):
            self.setEncoding(found["encoding"])
        if "defaultEncoding" in found:
            self._writable_state.default_encoding = require_encoding(found["defaultEncoding"])
        _apply(self, found, _SOURCE + _SINK)

    @property
    def allowHalfOpen(self) -> bool:
        """Whether the writing side stays open when the reading side has ended."""
        return self._allow_half_open

    @allowHalfOpen.setter
    def allowHalfOpen(self, value: bool) -> None:
        self._allow_half_open = bool(value)
