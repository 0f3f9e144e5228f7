"""The system calls that anynet makes: counting them, and failing one of them.

Every call is patched where Python has it (the methods of ``socket.socket``, functions of ``os``),
and counted if a module of anynet calls it directly. So neither the peers, nor the event loops, nor
the standard library notice anything, wherever inside anynet the call is made.
"""

from __future__ import annotations

import errno
import fcntl
import os
import select
import socket
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

import attrs

#: What is counted, and the errors that each call is made to fail with. Without any: what does not
#: fail for a descriptor that is open, has done its work when it does, or must leave a file behind
#: when it fails, whoever calls it.
ERRORS: dict[str, tuple[int, ...]] = {
    "socket": (errno.EMFILE,),
    "socketpair": (errno.EMFILE,),
    "epoll": (errno.EMFILE,),
    "dup": (errno.EMFILE,),
    "open": (errno.EMFILE,),
    "bind": (errno.EADDRINUSE, errno.EACCES),
    "listen": (errno.EADDRINUSE,),
    "accept": (errno.EMFILE, errno.ECONNABORTED, errno.ENOBUFS),
    "connect": (errno.ECONNREFUSED,),
    "connect_ex": (errno.ECONNREFUSED, errno.ENETUNREACH),
    "recv": (errno.ECONNRESET, errno.ETIMEDOUT),
    "recv_into": (errno.ECONNRESET, errno.ETIMEDOUT),
    "recvmsg": (errno.ECONNRESET,),
    "send": (errno.EPIPE, errno.ECONNRESET, errno.ENOBUFS),
    "sendmsg": (errno.EPIPE, errno.ECONNRESET, errno.ENOBUFS),
    "sendfile": (errno.ECONNRESET, errno.EIO),
    "shutdown": (errno.ENOBUFS,),
    "setsockopt": (errno.ENOBUFS,),
    "getsockopt": (errno.ENOBUFS,),
    "getsockname": (errno.ENOBUFS,),
    "getpeername": (errno.ENOBUFS,),
    "chmod": (errno.EPERM,),
    "fchmod": (errno.EPERM,),
    "flock": (errno.ENOLCK,),
    "lstat": (),
    "unlink": (),
    "unlock": (),
    "adopt": (),
    "setblocking": (errno.EIO,),
    "detach": (),
    "close": (errno.EIO,),
}
#: Where the calls are found; what a module lacks is looked for in the next.
_FUNCTIONS = {
    "socketpair": socket,
    "epoll": select,
    "flock": fcntl,
    **dict.fromkeys(("dup", "open", "sendfile", "lstat", "unlink", "chmod", "fchmod"), os),
}
_RETURNS_ERRNO = {"connect_ex"}


@attrs.frozen
class Failure:
    """Which call is to fail, by its name and its number among those (from 1), and how.

    Trio runs the tasks of a turn in random order, so a number among all calls would not do.
    """

    name: str
    number: int
    errno: int

    @property
    def kind(self) -> str:
        """The call and its error."""
        return f"{self.name} {errno.errorcode[self.errno]}"


class Calls:
    """The calls so far, by name, and the one that fails."""

    def __init__(self, failure: Failure | None = None) -> None:
        self.made: Counter[str] = Counter()
        self._failure = failure

    def make(self, name: str) -> OSError | None:
        """Note a call. Returns its error if it is the one to fail."""
        self.made[name] += 1
        failure = self._failure
        if failure is None or (name, self.made[name]) != (failure.name, failure.number):
            return None
        return OSError(failure.errno, os.strerror(failure.errno))


def _by_anynet() -> bool:
    """Whether the caller of the patched call is a module of anynet."""
    name: str = sys._getframe(2).f_globals.get("__name__", "")
    return name.startswith("anynet.") and not name.startswith("anynet.testing")


def _wrapped(calls: Calls, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **options: Any) -> Any:
        error = calls.make(_precisely(name, args, options)) if _by_anynet() else None
        if error is None:
            return real(*args, **options)
        if name == "close":
            real(*args, **options)  # close(2) has done its work whatever it reports.
        if name in _RETURNS_ERRNO:
            return error.errno
        raise error

    return call


def _precisely(name: str, args: tuple[Any, ...], options: dict[str, Any]) -> str:
    """The name of a call: to unlock, or to wrap a descriptor that exists, cannot fail."""
    if name == "flock" and args[1] & fcntl.LOCK_UN:
        return "unlock"
    return "adopt" if name == "socket" and options.get("fileno") is not None else name


@contextmanager
def watched(failure: Failure | None = None) -> Iterator[Calls]:
    """Count the calls that anynet makes in this block, and have one of them fail."""
    calls = Calls(failure)
    with ExitStack() as patches:
        for name in ERRORS.keys() - {"unlock", "adopt"}:
            place: Any = _FUNCTIONS.get(name, socket.socket)
            attribute = "__init__" if name == "socket" else name
            wrapped = _wrapped(calls, name, getattr(place, attribute))
            patches.enter_context(mock.patch.object(place, attribute, wrapped))
        # A descriptor without a socket is closed by another function of the same name.
        patches.enter_context(mock.patch.object(os, "close", _wrapped(calls, "close", os.close)))
        yield calls
