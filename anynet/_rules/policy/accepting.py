"""Whether to accept: what a server does about the next connection, decided without I/O or clock.

:func:`decide` is asked before accept(2), and after it. All accept loops (the server's, that of a
cluster's primary, the adapter's) perform what it says, each in its own way of waiting. The rules:

- A full server whose policy is ``"pause"`` does not call accept(2) at all: its peers wait in the
  backlog of the kernel, which refuses the rest. With ``"drop"`` it accepts, closes and reports.
- The block list comes before the limits, so a blocked peer is never reported as dropped. The limits
  of the peer's address come before that of the server: of a crowd from one address it is said that
  it is one, even where it has filled the server.
- The errors of accept(2) are of four kinds: of the connection, which failed before it was accepted
  (the manual page of Linux wants it tried again, like EAGAIN); of the process or the system, which
  has run out of descriptors or memory; of a listening socket that is none any more; and those that
  nothing explains. One of the last may pass, and must not end a server: only where nothing else
  comes, pause after pause, the listening socket is taken for broken.
- A shortage is answered by pauses that double up to a second. In its first moment everything that
  waits is refused, but not while the last pause is not over yet: that was cut short by a
  connection that ended, and others may be about to end.
"""

from __future__ import annotations

import enum
import errno
from typing import Literal, TypeAlias

import attrs

from anynet._rules.values.addresses import Address, SocketAddress
from anynet._rules.values.block_list import BlockList

OverloadPolicy: TypeAlias = Literal["pause", "drop"]
"""What a full server does: leave connections in the backlog, or accept and close them."""

#: Seconds of the first pause, and of the longest.
FIRST_DELAY = 0.05
MAX_DELAY = 1.0
#: With so many failed connections in a row the listener is left alone for a while: an error that
#: comes with every call must not keep the event loop busy.
MAX_FAILED = 64

#: After so many unexplained errors in a row, each with a pause, the listener counts as broken.
MAX_UNEXPLAINED = 10

#: The result of an accept(2) that gave a connection, and of one that found none, or that is yet to
#: be called.
CONNECTION = 0
NO_CONNECTION = errno.EAGAIN
#: The process, the system or the kernel's memory is exhausted.
SHORTAGES = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.ENOSR})
#: What was a listening socket is closed, or the number another's: nothing will come of it.
_NO_LISTENER = frozenset({errno.EBADF, errno.ENOTSOCK})
#: The connection failed while it waited. accept(2) of Linux passes the network errors of the new
#: socket on, "various kernels" the errors of making it, and EPERM is a firewall's; ECONNABORTED is
#: POSIX's. Not every platform has them all.
FAILED_CONNECTION = frozenset(
    getattr(errno, name, errno.ECONNABORTED)
    for name in (
        "ECONNABORTED",
        "ECONNRESET",
        "EHOSTDOWN",
        "EHOSTUNREACH",
        "ENETDOWN",
        "ENETUNREACH",
        "ENONET",
        "ENOPROTOOPT",
        "EOPNOTSUPP",
        "EPERM",
        "EPROTO",
        "EPROTONOSUPPORT",
        "ESOCKTNOSUPPORT",
        "ETIMEDOUT",
    )
)


class Decision(enum.Enum):
    """What becomes of the next connection; or else a :class:`Backoff`."""

    ACCEPTED = "accepted"
    """It is served."""
    BLOCKED = "blocked"
    """Refused, since the peer is on the block list: the connection is closed silently."""
    ADDRESS_FULL = "address full"
    """Refused, since its address has as many connections as it may: closed, and reported."""
    ADDRESS_TOO_FAST = "address too fast"
    """Refused, since connections of its address come too fast: closed, and reported."""
    DROPPED = "dropped"
    """Refused, since the server is full: the connection is closed, and reported as dropped."""
    PASSED_OVER = "passed over"
    """It failed before it was accepted: try the next."""
    WAIT_FOR_SLOT = "wait for slot"
    """The server is full: nothing is accepted until a connection has ended."""
    WAIT_FOR_PEER = "wait for peer"
    """The server may accept, once there is a connection."""
    BROKEN = "broken"
    """The listening socket cannot accept: the error is the owner's."""


@attrs.frozen
class Backoff:
    """Accept nothing for a while."""

    seconds: float
    #: Whether what waits is refused first, by the descriptor that is kept in reserve.
    refuse_waiting: bool = False


@attrs.frozen
class BackoffState:
    """What a decision needs to know of earlier failures."""

    #: How many connections have failed in a row, this one among them.
    failed: int = 0
    #: How many errors in a row nothing explains, this one among them.
    unexplained: int = 0
    #: Seconds that the next pause for a shortage takes.
    delay: float = FIRST_DELAY
    #: Seconds that are left of the last pause.
    remaining: float = 0.0


_NO_BACKOFF = BackoffState()


def decide(
    result: int,
    *,
    full: bool = False,
    policy: OverloadPolicy = "pause",
    blocked: bool = False,
    address_full: bool = False,
    address_too_fast: bool = False,
    backoff: BackoffState = _NO_BACKOFF,
) -> Decision | Backoff:
    """Decide on the `result` of accept(2): an errno, :data:`CONNECTION` or :data:`NO_CONNECTION`.

    `full` says whether as many connections are open as may be, `blocked` whether the block list
    forbids the peer of this one; `address_full` and `address_too_fast` whether the limits of its
    address do.
    """
    if result == CONNECTION:
        if blocked:
            return Decision.BLOCKED
        if address_full:
            return Decision.ADDRESS_FULL
        if address_too_fast:
            return Decision.ADDRESS_TOO_FAST
        return Decision.DROPPED if full else Decision.ACCEPTED
    if result == NO_CONNECTION:
        waits = full and policy == "pause"
        return Decision.WAIT_FOR_SLOT if waits else Decision.WAIT_FOR_PEER
    if result in FAILED_CONNECTION:
        return Decision.PASSED_OVER if backoff.failed < MAX_FAILED else Backoff(FIRST_DELAY)
    if result in SHORTAGES:
        if backoff.remaining > 0:
            return Backoff(backoff.remaining)
        return Backoff(backoff.delay, refuse_waiting=True)
    if result in _NO_LISTENER or backoff.unexplained > MAX_UNEXPLAINED:
        return Decision.BROKEN
    return Backoff(FIRST_DELAY)


def is_blocked(remote: Address | None, block_list: BlockList | None) -> bool:
    """Whether the block list, if there is one, forbids the peer.

    Peers on Unix domain sockets, and unknown ones, are never blocked.
    """
    return block_list is not None and isinstance(remote, SocketAddress) and block_list.check(remote)
