"""The system calls that anynet makes: counting them, and failing one of them.

Every call is patched where Python has it (the methods of ``socket.socket``, functions of ``os``),
and counted if a module of anynet, or of another package that is examined, calls it directly. So
neither the peers, nor the event loops, nor the standard library notice anything, wherever inside of
the package the call is made.
"""

from __future__ import annotations

import errno
import fcntl
import os
import select
import socket
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import attrs

#: What is counted, and the errors that each call is made to fail with. Without any: what does not
#: fail for a descriptor that is open, has done its work when it does, or must leave a file behind
#: when it fails, whoever calls it.
_ERRORS = {
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


def system_call_errors() -> dict[str, tuple[int, ...]]:
    """The errors that :func:`fail_everywhere` has each system call fail with, by its name.

    They are those that occur while sockets are used as they should be. A new dictionary each time,
    to take from or to add to.
    """
    return dict(_ERRORS)


@attrs.frozen
class FailPoint:
    """Which call is to fail, by its name and its number among those (from 1), and how.

    Trio runs the tasks of a turn in random order, so a number among all calls would not do.
    """

    name: str
    number: int
    errno: int

    def __str__(self) -> str:
        return f"{self.name} {self.number} {errno.errorcode[self.errno]}"

    @property
    def kind(self) -> str:
        """The call and its error."""
        return f"{self.name} {errno.errorcode[self.errno]}"


class Calls:
    """The calls so far, by name, and the one that fails."""

    def __init__(self, modules: Sequence[str], failure: FailPoint | None = None) -> None:
        self.made: Counter[str] = Counter()
        self._modules = tuple(modules)
        self._failure = failure

    def made_by(self, module: str) -> bool:
        """Whether the calls of this module count: those of the tools never do."""
        ours = any(module == each or module.startswith(f"{each}.") for each in self._modules)
        return ours and not module.startswith("anynet.testing.")

    def make(self, name: str) -> OSError | None:
        """Note a call. Returns its error if it is the one to fail."""
        self.made[name] += 1
        failure = self._failure
        if failure is None or (name, self.made[name]) != (failure.name, failure.number):
            return None
        return OSError(failure.errno, os.strerror(failure.errno))


def _wrapped(calls: Calls, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **options: Any) -> Any:
        module: str = sys._getframe(1).f_globals.get("__name__", "")
        error = calls.make(_precisely(name, args, options)) if calls.made_by(module) else None
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
def watched(modules: Sequence[str], failure: FailPoint | None = None) -> Iterator[Calls]:
    """Count the calls that ``modules`` make in this block, and have one of them fail."""
    calls = Calls(modules, failure)
    with ExitStack() as patches:
        for name in _ERRORS.keys() - {"unlock", "adopt"}:
            place: Any = _FUNCTIONS.get(name, socket.socket)
            attribute = "__init__" if name == "socket" else name
            if hasattr(place, attribute):
                patches.enter_context(_patched(place, attribute, calls, name))
        # A descriptor without a socket is closed by another function of the same name.
        patches.enter_context(_patched(os, "close", calls, "close"))
        yield calls


@contextmanager
def _patched(place: Any, attribute: str, calls: Calls, name: str) -> Iterator[None]:
    # What a class inherits is not its own to be put back.
    own, real = attribute in vars(place), getattr(place, attribute)
    setattr(place, attribute, _wrapped(calls, name, real))
    try:
        yield
    finally:
        if own:
            setattr(place, attribute, real)
        else:
            delattr(place, attribute)
