"""Which incoming connections a server takes, as a function of what is known about them."""

from __future__ import annotations

import enum
from typing import Literal, TypeAlias

from anynet._rules.values.addresses import Address, SocketAddress
from anynet._rules.values.block_list import BlockList

OverloadPolicy: TypeAlias = Literal["pause", "drop"]
"""What a full server does: leave connections in the backlog, or accept and close them."""


class Admission(enum.Enum):
    """What becomes of one incoming connection."""

    ACCEPT = "accept"
    """It is served."""
    PAUSE = "pause"
    """The server is full: the connection waits until another one has ended."""
    DROP = "drop"
    """The server is full: the connection is closed, and reported as dropped."""
    BLOCK = "block"
    """The peer is on the block list: the connection is closed silently."""


def admit(
    *,
    remote: Address | None,
    open_connections: int,
    max_connections: int | None,
    policy: OverloadPolicy,
    block_list: BlockList | None,
) -> Admission:
    """Decide about a connection from `remote` while `open_connections` others are open.

    The block list comes first, so a blocked peer is never reported as dropped. Peers on Unix
    domain sockets, and unknown ones, are never blocked. `max_connections=None` is no limit, and
    0 admits none.
    """
    if is_blocked(remote, block_list):
        return Admission.BLOCK
    if not _full(open_connections, max_connections):
        return Admission.ACCEPT
    return Admission.PAUSE if policy == "pause" else Admission.DROP


def is_blocked(remote: Address | None, block_list: BlockList | None) -> bool:
    """Does the block list, if there is one, forbid the peer?"""
    return block_list is not None and isinstance(remote, SocketAddress) and block_list.check(remote)


def may_accept(open_connections: int, max_connections: int | None, policy: OverloadPolicy) -> bool:
    """Tell whether to accept at all: a full server that pauses leaves peers in the backlog."""
    return policy == "drop" or not _full(open_connections, max_connections)


def _full(open_connections: int, max_connections: int | None) -> bool:
    return max_connections is not None and open_connections >= max_connections
