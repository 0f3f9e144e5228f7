"""What the peers of the scenarios take for messages."""

from __future__ import annotations

_PREFIX = 4


def framed(payload: bytes) -> bytes:
    """A message: its length in four bytes, then the payload."""
    return len(payload).to_bytes(_PREFIX, "big") + payload


def unframed(data: bytes) -> tuple[list[bytes], bytes]:
    """The whole messages that ``data`` begins with, and what is left over."""
    messages = []
    while len(data) >= _PREFIX:
        end = _PREFIX + int.from_bytes(data[:_PREFIX], "big")
        if len(data) < end:
            break
        messages.append(data[_PREFIX:end])
        data = data[end:]
    return messages, data
