"""A bound socket as a value: it belongs to no event loop, and is given away once.

Rules that live here:

- Whoever takes the socket owns it; of several that try, in whichever threads, one gets it.
- One that is forgotten is closed, with a warning: the file of its path would stay, and so would the
  descriptor of the directory, which no object of Python's closes.
- The address stays known, since the kernel is asked for it once: when the socket is bound.
"""

from __future__ import annotations

import socket
import warnings
from contextlib import suppress
from types import TracebackType
from typing import Protocol

import anyio

from anynet._rules.values.addresses import Address


class Closable(Protocol):
    """What a program holds that is bound."""

    def close(self) -> object: ...


class HeldSocket(Protocol):
    """A socket that is bound, and the file of its path if it has one."""

    fd: int
    sock: socket.socket
    address: Address

    def close(self) -> None:
        """Close the socket, and unlink the path."""

    def as_client(self) -> socket.socket:
        """The socket for a connection; closing it unlinks the path."""


def close_forgotten_bound(bound: Closable) -> None:
    """Close what nobody has taken over, and warn."""
    try:
        message = f"{bound!r} was not taken over, and is closed now"
        warnings.warn(message, ResourceWarning, stacklevel=3, source=bound)
    finally:
        bound.close()


class BoundSocket:
    """A TCP port or a Unix path that is held, before it is known what for; :func:`bind` makes one.

    ``create_server(bound=…)`` listens on it, ``connect(bound=…)`` connects from it: both take it
    over, once. Until then it belongs to no event loop, so it may be handed to another thread, and
    the loop that takes it over may be of either backend. ``with`` closes it if nobody took it; one
    that is forgotten closes itself with a :exc:`ResourceWarning`.
    """

    __slots__ = ("_held", "address")

    def __init__(self, held: HeldSocket) -> None:
        #: The only one, until it is taken: popping it from a list is one step in any thread.
        self._held: list[HeldSocket] = [held]
        self.address: Address = held.address
        """Where it is bound: a :class:`SocketAddress`, or the path. It stays known."""

    @property
    def fd(self) -> int:
        """The descriptor, which stays this object's; -1 once it was taken over or closed."""
        held = list(self._held)
        return held[0].fd if held else -1

    @property
    def taken(self) -> bool:
        """Whether a server or a connection has taken it over, or it was closed."""
        return not self._held

    def close(self) -> None:
        """Close it, and remove the file of its path; does nothing once it was taken over."""
        with suppress(IndexError):
            self._held.pop().close()

    def take(self) -> HeldSocket:
        """For implementers: take it over. Raises :exc:`anyio.ClosedResourceError` if it is gone."""
        try:
            return self._held.pop()
        except IndexError:
            raise anyio.ClosedResourceError(
                f"the socket bound to {self._shown} was taken over or closed before"
            ) from None

    def __del__(self) -> None:
        if getattr(self, "_held", None):
            close_forgotten_bound(self)

    def __enter__(self) -> BoundSocket:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<BoundSocket {self._shown}{' (taken)' if self.taken else ''}>"

    @property
    def _shown(self) -> str:
        return repr(self.address) if isinstance(self.address, str) else str(self.address)
