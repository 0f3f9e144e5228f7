"""What a source brings: into the buffer, or past it to the listeners.

Rules that live here, each Node's:

* A chunk of nothing is an answer of the source, and nothing more; in object mode it is a chunk.
* What comes after the end is an error, and what comes to a destroyed stream is dropped.
* Nothing is a chunk, and neither is the end, to a stream that has failed.
"""

from __future__ import annotations

from typing import Any, Protocol

from anynet.node._errors.errors import (
    NodeTypeError,
    stream_push_after_eof,
    stream_unshift_after_end_event,
)
from anynet.node._streams.chunk_queue import Chunk
from anynet.node._streams.chunks import pushed_chunk
from anynet.node._streams.encoding import Decoder, decode, is_falsy, require_bytes
from anynet.node._streams.readable_state import ReadableState
from anynet.node._streams.reading_ticks import (
    ReadingStream,
    announce_readable,
    emit_readable,
    maybe_read_more,
)


class PushedStream(ReadingStream, Protocol):
    """The stream, as far as what is pushed needs it."""

    def _error_or_destroy(self, error: BaseException, /) -> None: ...

    def listenerCount(self, name: str, /) -> int: ...


def push_chunk(stream: PushedStream, chunk: Any, encoding: Any) -> bool:
    """What ``push`` does; whether more may be pushed at once."""
    state = stream.readable_state
    state.answered()
    if chunk is None:
        _source_ended(stream, state)
        return False
    data = _checked_chunk(stream, chunk, encoding)
    if data is None:
        return False
    if data or state.objects:
        if state.ended:
            stream._error_or_destroy(stream_push_after_eof())
            return False
        if stream._destroyed or stream._errored is not None:
            return False
        if state.decoder is not None and not isinstance(data, str):
            data = _decoded(state.decoder, data, encoding)
    if data or state.objects:
        _add_chunk(stream, state, data)
    else:
        maybe_read_more(stream)
    return state.accepts_more()


def unshift_chunk(stream: PushedStream, chunk: Any, encoding: Any) -> bool:
    """What ``unshift`` does with anything but None."""
    state = stream.readable_state
    data = _checked_chunk(stream, chunk, encoding)
    if data is None:
        return False
    if not data and not state.objects:
        return state.accepts_more()
    # Not by the decoder: what it holds of a character belongs behind what waits.
    if isinstance(chunk, str) and isinstance(data, bytes) and state.decoder is not None:
        data = decode(data, state.decoder.encoding)
    if state.end_emitted:
        stream._error_or_destroy(stream_unshift_after_end_event())
    elif not stream._destroyed and stream._errored is None:
        _add_chunk(stream, state, data, first=True)
        return state.accepts_more()
    return False


def _decoded(decoder: Decoder, data: Any, encoding: Any) -> Any:
    """Text of bytes; an object that was pushed with an encoding stays as it is."""
    if isinstance(data, bytes) or is_falsy(encoding):
        return decoder.decode(require_bytes(data))
    return data


def _checked_chunk(stream: PushedStream, chunk: Any, encoding: Any) -> Chunk | None:
    """What is to be read; None: the chunk is of no use, and an error."""
    try:
        return pushed_chunk(stream.readable_state, chunk, encoding)
    except NodeTypeError as error:
        if error.code != "ERR_INVALID_ARG_TYPE":
            raise
        stream._error_or_destroy(error)
        return None


def _add_chunk(
    stream: PushedStream, state: ReadableState, chunk: Chunk, *, first: bool = False
) -> None:
    if state.goes_to_listeners():
        state.clear_awaited()
        state.note_data()
        stream.emit("data", chunk)
    else:
        state.put(chunk, first=first)
        if state.need_readable:
            announce_readable(stream)
    maybe_read_more(stream)


def _source_ended(stream: PushedStream, state: ReadableState) -> None:
    if state.ended:
        return
    state.end_source()
    if not state.sync:
        # The source is not inside of being asked: this is an event of its own already.
        state.claim_readable()
        emit_readable(stream)
    elif state.flowing or state.need_readable or stream.listenerCount("readable"):
        announce_readable(stream)
    else:
        state.leave_unannounced()
