"""Strings and bytes as Node's streams convert them, also a character split over packets."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any

from anynet.node._errors.errors import invalid_arg_type, unknown_encoding

_NAMES = {
    "utf8": "utf8",
    "utf-8": "utf8",
    "ucs2": "utf16le",
    "ucs-2": "utf16le",
    "utf16le": "utf16le",
    "utf-16le": "utf16le",
    "latin1": "latin1",
    "binary": "latin1",
    "ascii": "ascii",
    "hex": "hex",
    "base64": "base64",
    "base64url": "base64url",
}
#: What an error about a chunk says that it should have been.
_CHUNK_TYPES = ["string", "Buffer", "TypedArray", "DataView"]
_SEVEN_BITS = bytes(byte & 0x7F for byte in range(256))
_HEX_PAIRS = re.compile(r"(?:[0-9a-fA-F]{2})*")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_URL_ALPHABET = bytes.maketrans(b"-_", b"+/")


def encoding_name(encoding: object) -> str | None:
    """Node's name of an encoding, whatever its case and spelling; None if there is no such one."""
    return _NAMES.get(encoding.lower()) if isinstance(encoding, str) else None


def require_encoding(encoding: object) -> str:
    """The same; raises ``ERR_UNKNOWN_ENCODING``."""
    name = encoding_name(encoding)
    if name is None:
        raise unknown_encoding(encoding)
    return name


def is_falsy(value: object) -> bool:
    """Whether JavaScript takes a value for absent: an empty list or mapping is not."""
    return value is None or (isinstance(value, str | float | int) and not value)


def utf16_length(text: str) -> int:
    """How many UTF-16 code units ``text`` has: what JavaScript calls its length."""
    if text.isascii():
        return len(text)
    return len(text) + sum(character > "\uffff" for character in text)


# -- to bytes --------------------------------------------------------------------------------------


def encode(text: str, encoding: str) -> bytes:
    """The bytes of ``text`` in an encoding by its Node name; what does not fit never fails."""
    return _ENCODERS[encoding](text)


def _to_utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        # Two halves of a surrogate pair make a character, a lone one makes none.
        return _to_utf16(text).decode("utf-16-le", "replace").encode()


def _to_utf16(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


def _to_latin1(text: str) -> bytes:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return _to_utf16(text)[::2]


def _to_hex(text: str) -> bytes:
    pairs = _HEX_PAIRS.match(text)
    return bytes.fromhex(pairs.group()) if pairs else b""


def _to_base64(text: str) -> bytes:
    """Up to the first ``=``, in either alphabet, past all that belongs to neither."""
    digits = _to_latin1(text).partition(b"=")[0].translate(_URL_ALPHABET)
    digits = _NOT_BASE64.sub(b"", digits)
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    return base64.b64decode(digits + b"=" * (-len(digits) % 4))


_ENCODERS: dict[str, Callable[[str], bytes]] = {
    "utf8": _to_utf8,
    "utf16le": _to_utf16,
    "latin1": _to_latin1,
    "ascii": _to_latin1,
    "hex": _to_hex,
    "base64": _to_base64,
    "base64url": _to_base64,
}


def chunk_bytes(chunk: Any) -> bytes:
    """A copy of a bytes-like chunk; raises ``ERR_INVALID_ARG_TYPE`` for anything else."""
    try:
        return bytes(memoryview(chunk))
    except TypeError:
        raise invalid_arg_type("chunk", _CHUNK_TYPES, chunk) from None


def require_bytes(data: Any) -> bytes:
    """What a decoder is given, if it is bytes; raises ``ERR_INVALID_ARG_TYPE`` otherwise."""
    if not isinstance(data, bytes):
        raise invalid_arg_type("buf", ["Buffer", "TypedArray", "DataView"], data)
    return data


# -- from bytes ------------------------------------------------------------------------------------


def decode(data: bytes, encoding: str) -> str:
    """The text of ``data`` in an encoding by its Node name; what is malformed never fails."""
    return _DECODERS[encoding](data)


def _from_utf8(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _from_utf16(data: bytes) -> str:
    return data[: len(data) & ~1].decode("utf-16-le", "surrogatepass")


def _from_latin1(data: bytes) -> str:
    return data.decode("latin-1")


def _from_ascii(data: bytes) -> str:
    return data.translate(_SEVEN_BITS).decode("ascii")


def _from_base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _from_base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


_DECODERS: dict[str, Callable[[bytes], str]] = {
    "utf8": _from_utf8,
    "utf16le": _from_utf16,
    "latin1": _from_latin1,
    "ascii": _from_ascii,
    "hex": bytes.hex,
    "base64": _from_base64,
    "base64url": _from_base64url,
}


def _held_of_utf8(data: bytes) -> int:
    """The length of the character at the end of ``data`` that wants more bytes than are there."""
    for length in range(1, min(3, len(data)) + 1):
        byte = data[-length]
        if byte & 0xC0 != 0x80:
            wanted = 4 if byte & 0xF8 == 0xF0 else 3 if byte & 0xF0 == 0xE0 else 2
            return length if byte >= 0xC0 and byte < 0xF8 and length < wanted else 0
    return 0


def _held_of_utf16(data: bytes) -> int:
    """An odd byte, and the first half of a surrogate pair without the second."""
    odd = len(data) & 1
    high = len(data) >= 2 and data[-1 - odd] & 0xFC == 0xD8
    return odd + 2 if high else odd


def _held_of_base64(data: bytes) -> int:
    return len(data) % 3


_HELD: dict[str, Callable[[bytes], int]] = {
    "utf8": _held_of_utf8,
    "utf16le": _held_of_utf16,
    "base64": _held_of_base64,
    "base64url": _held_of_base64,
}


class Decoder:
    """Turns packets into text; the part of a character at the end of one waits for the next."""

    __slots__ = ("_decode", "_held_length", "encoding", "held")

    def __init__(self, encoding: str) -> None:
        self.encoding: str = encoding
        self._decode = _DECODERS[encoding]
        self._held_length = _HELD.get(encoding)
        #: The beginning of a character whose rest has not come.
        self.held: bytes = b""

    def decode(self, data: bytes) -> str:
        held_length = self._held_length
        if held_length is None:
            return self._decode(data)
        if self.held:
            data = self.held + data
        length = held_length(data)
        if length:
            self.held = data[-length:]
            return self._decode(data[:-length])
        self.held = b""
        return self._decode(data)

    def end(self) -> str:
        """The text of what still waits, when no more is to come."""
        held, self.held = self.held, b""
        return self._decode(held)
