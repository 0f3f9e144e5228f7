"""How ``anynet send`` and ``anynet recv`` talk: frames behind their length, and what is in them.

The sender: a frame of JSON that names the file, frames of its bytes, an empty frame, a frame with
the SHA-256 of all. The receiver: a frame of JSON that says whether it has the file, at the end, or
before if it wants no more of it. Nothing that comes is believed: a name is one part of a path, a
size only an announcement, and the file gets its name when the checksum fits.
"""

from __future__ import annotations

import json
import os
from typing import Any

import attrs

from anynet.cli.exit_codes import CommandError
from anynet.framing import LengthPrefixedStream

#: The most bytes of a file in one frame.
CHUNK = 1 << 18
_FORMAT = "anynet-file-1"
_LONGEST_NAME = 255


@attrs.frozen(kw_only=True)
class Announcement:
    """What the sender says first: ``name`` is None for what has none, ``size`` if unknown."""

    name: str | None
    size: int | None

    def encode(self) -> bytes:
        """As a frame."""
        return json.dumps({"format": _FORMAT, "name": self.name, "size": self.size}).encode()

    @classmethod
    def decode(cls, frame: bytes) -> Announcement:
        """From a frame of somebody. Raises :exc:`CommandError`."""
        said = _object(frame)
        if said.get("format") != _FORMAT:
            raise CommandError("the peer is no anynet send")
        name, size = said.get("name"), said.get("size")
        if name is not None:
            check_name(name)
        if size is not None and (type(size) is not int or size < 0):
            raise CommandError("the peer announced no size")
        return cls(name=name, size=size)


@attrs.frozen(kw_only=True)
class Verdict:
    """What the receiver says last: ``error`` is None if it has the file."""

    error: str | None = None

    def encode(self) -> bytes:
        """As a frame."""
        return json.dumps({"format": _FORMAT, "error": self.error}).encode()

    @classmethod
    def decode(cls, frame: bytes) -> Verdict:
        """From a frame of somebody. Raises :exc:`CommandError`."""
        said = _object(frame)
        error = said.get("error", "")
        if said.get("format") != _FORMAT or not (error is None or isinstance(error, str)):
            raise CommandError("the peer is no anynet recv")
        if error is not None:
            error = "".join(each if each.isprintable() else "?" for each in error[:200])
        return cls(error=error)


def frames_of(stream: Any) -> LengthPrefixedStream:
    """The frames of a connection; an empty one is the end of the file."""
    return LengthPrefixedStream(stream, max_frame=CHUNK)


def check_name(name: object) -> None:
    """Refuse what is not one part of a path, or cannot be shown."""
    if (
        not isinstance(name, str)
        or name in ("", ".", "..")
        or any(each in "/\\" or not each.isprintable() for each in name)
        or len(os.fsencode(name)) > _LONGEST_NAME
    ):
        raise CommandError(f"{str(name)[:80]!r} can be no name of a file here")


def _object(frame: bytes) -> dict[str, Any]:
    try:
        said = json.loads(frame)
    except (ValueError, RecursionError):
        said = None
    return said if isinstance(said, dict) else {}
