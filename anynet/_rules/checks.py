"""Checks for values that come from outside: each names the option and the value it refuses.

A value of the wrong type is a `TypeError`, one of the right type that cannot be used a
`ValueError`. Every check returns the value it was given, in its exact type.
"""

from __future__ import annotations

import re
import reprlib
import socket
import ssl
from collections.abc import Callable, Collection
from typing import Any, TypeVar

import attrs

T = TypeVar("T")

MAX_PORT = 65535

#: What is taken for a host, and what it is. An address of IPv6 has more than one colon.
_NO_HOSTS = (
    (re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://.*", re.DOTALL), "a URL"),
    (re.compile(r"([^:]*|\[.*\]):[0-9]+"), "one with a port"),
    (re.compile(r"\[.*\]"), "one in brackets"),
)

_reprlib = reprlib.Repr()
_reprlib.maxstring = _reprlib.maxother = 120


def shown(value: object) -> str:
    """The value as error messages show it: its repr, shortened, and never an error itself."""
    try:
        return _reprlib.repr(value)
    except (ValueError, RecursionError):
        # An integer of more digits than the interpreter converts; or something nested, where the
        # stack is nearly used up: reprlib goes six levels deep.
        return f"a very large {type(value).__name__}"


def check_type(option: str, value: object, expected: type[T] | tuple[type[T], ...]) -> T:
    """Return the value if it is an instance of the type, or of one of the types."""
    if isinstance(value, expected):
        return value
    types = expected if isinstance(expected, tuple) else (expected,)
    names = " or ".join(_named(each) for each in types)
    raise TypeError(f"{option} must be {names}, not {shown(value)}")


def check_bool(option: str, value: object) -> bool:
    """Return the value if it is True or False; nothing else counts as a truth value."""
    if isinstance(value, bool):
        return value
    raise TypeError(f"{option} must be True or False, not {shown(value)}")


def check_int(
    option: str, value: object, *, minimum: int | None = None, maximum: int | None = None
) -> int:
    """Return the value if it is an integer (a bool is none) within both inclusive limits."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{option} must be an integer, not {shown(value)}")
    too_small = minimum is not None and value < minimum
    too_large = maximum is not None and value > maximum
    if too_small or too_large:
        raise ValueError(f"{option} must be {_limits(minimum, maximum)}, not {shown(value)}")
    return int(value)


def check_digits(name: str, text: str) -> int:
    """Return the number that an environment variable holds: nothing but digits.

    More than 20 of them would be no number of descriptors, processes or microseconds.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= 20):
        raise ValueError(f"{name} must be a number, not {shown(text)}")
    return int(text)


def check_port(option: str, value: object, *, minimum: int = 0) -> int:
    """Return the value if it is a port number; `minimum=1` refuses 0, the "any free port"."""
    return check_int(option, value, minimum=minimum, maximum=MAX_PORT)


def check_positive_int(option: str, value: object) -> int:
    """Return the value if it is an integer of at least 1."""
    return check_int(option, value, minimum=1)


def check_non_negative_int(option: str, value: object) -> int:
    """Return the value if it is an integer of at least 0."""
    return check_int(option, value, minimum=0)


def check_seconds(
    option: str, value: object, *, allow_infinite: bool = True, allow_zero: bool = True
) -> float:
    """Return the value as a float if it is a duration in seconds: never negative, never NaN."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{option} must be a number of seconds, not {shown(value)}")
    try:
        seconds = float(value)
    except OverflowError:
        raise ValueError(f"{option} is too large: {shown(value)} seconds") from None
    if not seconds >= 0:  # NaN compares false with everything
        raise ValueError(f"{option} must not be negative or NaN, but it is {shown(value)}")
    if seconds == 0 and not allow_zero:
        raise ValueError(f"{option} must be more than 0 seconds, not {shown(value)}")
    if seconds == float("inf") and not allow_infinite:
        raise ValueError(f"{option} must be finite, not {shown(value)}")
    return seconds


def check_rate(option: str, value: object) -> float:
    """Return the value as a float if it is a number of times a second: finite, more than 0."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{option} must be a number (a second), not {shown(value)}")
    try:
        rate = float(value)
    except OverflowError:
        raise ValueError(f"{option} is too large: {shown(value)} a second") from None
    if not 0 < rate < float("inf"):  # NaN compares false with everything
        raise ValueError(f"{option} must be finite and more than 0, not {shown(value)}")
    return rate


def check_host(option: str, value: object) -> str:
    """Return the value if it can be a host: a name or an IP address, not empty, without NUL.

    What holds a port as well, or is a URL, is no host: it would be looked up as a name.
    """
    if not isinstance(value, str):
        raise TypeError(f"{option} must be a string, not {shown(value)}")
    if not value:
        raise ValueError(f"{option} must not be empty, but it is ''")
    if "\0" in value:
        raise ValueError(f"{option} must not contain a NUL character: {shown(value)}")
    for form, what in _NO_HOSTS:
        if form.fullmatch(value):
            raise ValueError(
                f"{option} must be a name or an address alone, not {what}: {shown(value)}"
            )
    return value


def check_socket(option: str, value: object) -> int | socket.socket:
    """Return the value if it is a descriptor's number, or a socket that is open and no TLS.

    An :class:`ssl.SSLSocket` is a socket by its class alone: it receives by errors of its own, and
    accepting from one waits for a handshake, with the whole event loop.
    """
    if isinstance(value, bool) or not isinstance(value, (int, socket.socket)):
        raise TypeError(f"{option} must be a descriptor or a socket, not {shown(value)}")
    if isinstance(value, ssl.SSLSocket):
        raise TypeError(
            f"{option} must be a plain socket, not an ssl.SSLSocket: let this package do the TLS"
        )
    if isinstance(value, socket.socket) and value.fileno() < 0:
        raise ValueError(f"{option} must be an open socket, but it has been closed")
    return value


def check_callable(option: str, value: object) -> object:
    """Return the value if it can be called."""
    if not callable(value):
        raise TypeError(f"{option} must be callable, not {shown(value)}")
    return value


def check_tls_context(option: str, value: object, *, server_side: bool) -> ssl.SSLContext:
    """Return the value if it is a context that a server, or a client, can do a handshake with.

    With one of the other side each handshake would fail, as if all peers were bad.
    """
    context = check_type(option, value, ssl.SSLContext)
    if server_side and context.protocol == ssl.PROTOCOL_TLS_CLIENT:
        raise ValueError(
            f"{option} must be a context for servers, such as that of "
            "ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), not one of PROTOCOL_TLS_CLIENT"
        )
    if not server_side and context.protocol == ssl.PROTOCOL_TLS_SERVER:
        raise ValueError(
            f"{option} must be a context for clients, such as that of "
            "ssl.create_default_context(), not one of PROTOCOL_TLS_SERVER"
        )
    return context


def check_choice(option: str, value: object, choices: Collection[T]) -> T:
    """Return the value if it is one of the choices, which are all of one type."""
    for choice in choices:
        if type(value) is type(choice) and value == choice:
            return choice
    names = ", ".join(repr(choice) for choice in choices)
    message = f"{option} must be one of {names}, not {shown(value)}"
    if any(type(value) is type(choice) for choice in choices):
        raise ValueError(message)
    raise TypeError(message)


def validated(
    check: Callable[..., Any], *args: Any, **limits: Any
) -> Callable[[Any, attrs.Attribute[Any], Any], None]:
    """A check as an attrs validator, named after the field: `validated(check_port, minimum=1)`."""

    def validate(instance: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
        check(_option_name(attribute), value, *args, **limits)

    return validate


def _option_name(attribute: attrs.Attribute[Any]) -> str:
    return attribute.alias or attribute.name


def _named(each: type) -> str:
    if each is type(None):
        return "None"
    return f"{'an' if each.__name__[0].lower() in 'aeiou' else 'a'} {each.__name__}"


def _limits(minimum: int | None, maximum: int | None) -> str:
    if maximum is None:
        return f"at least {minimum}"
    if minimum is None:
        return f"at most {maximum}"
    return f"in {minimum}..{maximum}"
