"""What a server listens with, between two owners: see :mod:`handing_over`.

Clients that the kernel has let in meanwhile wait in the backlog. A path that was made goes along:
its next owner unlinks it. What the primary of a cluster listens with for its worker cannot leave.
"""

from __future__ import annotations

from collections.abc import Sequence

import anyio

from anynet._rules.values.addresses import Address
from anynet._rules.values.adoptable import Adoptable
from anynet._transport.listening.listener import Listener, ListeningSocket
from anynet._transport.sockets.handing_over import HandingOver


def is_own(listener: Listener) -> bool:
    """Whether it can change its owner."""
    # By its very class: what a subclass does at its close, it does in its event loop.
    return type(listener) is ListeningSocket


def check_released(listeners: Sequence[Listener]) -> None:
    """Raise :exc:`ValueError` unless each of them can change its owner."""
    for listener in listeners:
        if not is_own(listener):
            raise ValueError(
                f"{listener.address} cannot be released: this process does not listen there itself"
            )


class ReleasedListeners(HandingOver[list[Listener]], Adoptable):
    """What a server has listened with, for ``create_server(adopt=…)`` in any thread.

    ``addresses`` are where it listens: clients that connect meanwhile wait for the next owner. It
    is adopted once. One that is forgotten is closed with a :exc:`ResourceWarning`.
    """

    __slots__ = ("addresses",)

    def __init__(self, listeners: Sequence[Listener]) -> None:
        super().__init__(list(listeners))
        self.addresses: tuple[Address, ...] = tuple(each.address for each in listeners)

    def _close(self, held: list[Listener]) -> None:
        for listener in held:
            listener.close()

    def _gone(self) -> Exception:
        return anyio.ClosedResourceError(f"{self!r} was adopted, or closed")

    def __repr__(self) -> str:
        where = "".join(f" {address!s}" for address in self.addresses)
        return f"<anynet.ReleasedListeners{where}>"
