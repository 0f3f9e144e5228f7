"""What programs hand to a stream, checked and turned into what the stream carries; no I/O here.

Rules that live here, each Node's:

* An encoding that is no encoding is refused before the chunk is looked at, also beside bytes, which
  need none. What JavaScript takes for false counts as none. In object mode nobody looks at either.
* Strings are written as bytes in their encoding, unless ``decodeStrings`` is False; they are pushed
  as bytes unless they are already in the encoding that is read.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from anynet.node._errors.errors import stream_null_values
from anynet.node._streams.encoding import (
    chunk_bytes,
    encode,
    is_falsy,
    require_encoding,
    utf16_length,
)
from anynet.node._streams.readable_state import ReadableState
from anynet.node._streams.writable_state import Entry, WritableState, Written


def written_chunk(state: WritableState, chunk: Any, encoding: Any) -> Written:
    """What is to be written, what it counts, and the encoding that the sink hears of.

    Raises ``ERR_STREAM_NULL_VALUES``, ``ERR_UNKNOWN_ENCODING`` or ``ERR_INVALID_ARG_TYPE``.
    """
    if chunk is None:
        raise stream_null_values()
    if state.objects:
        return chunk, 1, encoding
    name = None if is_falsy(encoding) or encoding == "buffer" else require_encoding(encoding)
    if not isinstance(chunk, str):
        data = chunk if type(chunk) is bytes else chunk_bytes(chunk)
        return data, len(data), "buffer"
    if name is None:
        name = state.default_encoding if is_falsy(encoding) else require_encoding(encoding)
    if state.keeps_strings:
        return chunk, utf16_length(chunk), encoding or name
    data = encode(chunk, name)
    return data, utf16_length(chunk) if state.counts_characters else len(data), "buffer"


def shown_entries(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Writes that waited, as ``_writev`` gets them."""
    return [{"chunk": chunk, "encoding": encoding} for chunk, _, _, encoding in entries]


def pushed_chunk(state: ReadableState, chunk: Any, encoding: Any) -> Any:
    """What is to be read. Raises ``ERR_UNKNOWN_ENCODING`` or ``ERR_INVALID_ARG_TYPE``."""
    if state.objects:
        return chunk
    if isinstance(chunk, str):
        name = state.default_encoding if is_falsy(encoding) else require_encoding(encoding)
        decoder = state.decoder
        return chunk if decoder and decoder.encoding == name else encode(chunk, name)
    return chunk if type(chunk) is bytes else chunk_bytes(chunk)
