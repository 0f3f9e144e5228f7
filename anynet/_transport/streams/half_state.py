"""The two directions of a byte stream as values: what is open, who uses it, what breaks what.

Nothing in here does I/O. The rules, for every face of a connection:

- Each direction serves one operation at a time.
- A message of which only a part went out spoils the sending side for good: what came after it
  would be taken for its rest. Closing then must not look like a clean end either (``unclean``).
- Where half-open connections are not allowed, the peer's end ends our side too, but not before the
  operation under way: the message that is being sent still goes as a whole.
- The kernel reports why a connection was lost once, to whichever direction asks first; the other
  then sees what looks like a clean end. ``lost_by`` remembers it. EPIPE is no such reason: it only
  says that our side has been ended.
- Closing wins over everything.

The fast paths of the streams take the two commonest rows of :data:`SENDING` (FREE to BUSY and back)
by plain tests and assignments; all else goes through the table.
"""

from __future__ import annotations

import enum
import errno
import ssl
from typing import TYPE_CHECKING, NoReturn

import anyio

from anynet._rules.values.errors import (
    ConnectionBroken,
    ConnectionClosed,
    ConnectionExpired,
    causes,
)
from anynet._rules.values.origins import Origin
from anynet._transport.sockets.system_errors import out_of_memory


class Receiving(enum.Enum):
    """Who uses the receiving direction."""

    FREE = "free"
    BUSY = "a task is in an operation"
    EVENTS = "the events() of the stream are being consumed"
    CLOSED = "closed"


class Sending(enum.Enum):
    """Who uses the sending direction, or why nothing can be sent."""

    FREE = "free"
    BUSY = "a task is in an operation"
    PARTIAL = "a task is in an operation; a part of its message has gone"
    BUSY_LAST = "as BUSY; our side ends after it, since the peer has ended"
    PARTIAL_LAST = "as PARTIAL; our side ends after it, since the peer has ended"
    ENDED = "this side has been ended"
    PEER_ENDED = "ended with the peer's side, since half-open connections are not allowed"
    BROKEN = "an earlier send was cut off"
    CLOSED = "closed"

    # By identity, in C: that of Enum is a Python function, and every step looks twice.
    if not TYPE_CHECKING:
        __hash__ = object.__hash__


class Step(enum.Enum):
    """What happens to the sending direction."""

    CLAIM = "an operation begins"
    PART_SENT = "a part of its message has gone, and the task waits or fails now"
    ALL_SENT = "the rest has gone"
    RELEASE = "the operation is over, whatever became of it"
    SHUT_DOWN = "our end-of-stream has been sent"
    PEER_END = "the peer has ended, and half-open connections are not allowed"
    CLOSE = "closed"

    if not TYPE_CHECKING:
        __hash__ = object.__hash__


#: From a state and a step to the next state. A step that has no row changes nothing.
SENDING: dict[tuple[Sending, Step], Sending] = {
    (Sending.FREE, Step.CLAIM): Sending.BUSY,
    (Sending.FREE, Step.SHUT_DOWN): Sending.ENDED,
    (Sending.FREE, Step.PEER_END): Sending.PEER_ENDED,
    (Sending.BUSY, Step.RELEASE): Sending.FREE,
    (Sending.BUSY, Step.PART_SENT): Sending.PARTIAL,
    (Sending.BUSY, Step.SHUT_DOWN): Sending.ENDED,
    (Sending.BUSY, Step.PEER_END): Sending.BUSY_LAST,
    (Sending.PARTIAL, Step.ALL_SENT): Sending.BUSY,
    (Sending.PARTIAL, Step.RELEASE): Sending.BROKEN,
    (Sending.PARTIAL, Step.PEER_END): Sending.PARTIAL_LAST,
    (Sending.BUSY_LAST, Step.PART_SENT): Sending.PARTIAL_LAST,
    (Sending.BUSY_LAST, Step.RELEASE): Sending.PEER_ENDED,
    (Sending.BUSY_LAST, Step.SHUT_DOWN): Sending.ENDED,
    (Sending.PARTIAL_LAST, Step.ALL_SENT): Sending.BUSY_LAST,
    (Sending.PARTIAL_LAST, Step.RELEASE): Sending.BROKEN,
    **{(state, Step.CLOSE): Sending.CLOSED for state in Sending},
}
#: A part of a message has gone, and the rest has not (yet).
_MID_MESSAGE = (Sending.PARTIAL, Sending.PARTIAL_LAST, Sending.BROKEN)
#: What stays so for the next owner of a connection; anything else was an operation of this one's.
_LASTING = (Sending.ENDED, Sending.PEER_ENDED, Sending.BROKEN)
#: Bound once: looking a member of an enum up costs a fast path too much.
_SHUT_DOWN = Step.SHUT_DOWN
RECEIVING_FREE, RECEIVING_BUSY = Receiving.FREE, Receiving.BUSY
SENDING_FREE, SENDING_BUSY = Sending.FREE, Sending.BUSY
RECEIVING_CLOSED, SENDING_CLOSED = Receiving.CLOSED, Sending.CLOSED


class HalfState:
    """The state of both directions of one connection, and what has passed through them."""

    __slots__ = (
        "_origin",
        "allow_half_open",
        "bytes_received",
        "bytes_sent",
        "closed",
        "eof_received",
        "eof_sent",
        "expired",
        "lost_by",
        "receiving",
        "released",
        "send_waits",
        "sending",
        "unclean",
    )

    def __init__(self) -> None:
        self._origin: Origin | None = None
        self.receiving: Receiving = RECEIVING_FREE
        self.sending: Sending = SENDING_FREE
        self.closed: bool = False
        #: Whether it was closed by giving the connection to another owner.
        self.released: bool = False
        self.eof_received: bool = False
        self.eof_sent: bool = False
        self.allow_half_open: bool = True
        #: The error number that the connection was lost by (a reset, say); 0 where none says so.
        self.lost_by: int | None = None
        #: Whether the peer must not take the close for a clean end.
        self.unclean: bool = False
        #: The time limit that closed it, and its seconds.
        self.expired: tuple[type[ConnectionExpired], float] | None = None
        self.bytes_received: int = 0
        #: How many bytes the kernel has taken.
        self.bytes_sent: int = 0
        #: How many sends had to wait for the peer.
        self.send_waits: int = 0

    @property
    def origin(self) -> Origin:
        """The mark of the connection, in all errors that it raises; made for the first of them."""
        if self._origin is None:
            self._origin = Origin()
        return self._origin

    def share_origin(self, other: HalfState) -> None:
        """Have the same mark: it is the same connection, or the same peer."""
        self._origin = other.origin

    # -- receiving ------------------------------------------------------------------------------

    def claim_receiving(self, user: Receiving = RECEIVING_BUSY) -> None:
        """Take the receiving direction, or raise why not."""
        self.check_receiving()
        self.receiving = user

    def check_receiving(self) -> None:
        """Raise why the receiving direction cannot be taken now."""
        if self.receiving is not RECEIVING_FREE:
            self.refuse_receive()

    def release_receiving(self) -> None:
        """Give the receiving direction back, unless it was closed meanwhile."""
        if self.receiving is not Receiving.CLOSED:
            self.receiving = RECEIVING_FREE

    def refuse_receive(self) -> NoReturn:
        """Raise why nothing can be received now."""
        if self.receiving is Receiving.CLOSED:
            raise self.closed_error()
        raise anyio.BusyResourceError("receiving from")

    def peer_ended(self) -> bool:
        """The peer's end-of-stream has been received. True: our side is to be shut down now."""
        self.eof_received = True
        return not self.allow_half_open and self._step(Step.PEER_END)

    # -- sending --------------------------------------------------------------------------------

    def claim_sending(self) -> None:
        """Take the sending direction, or raise why not."""
        self.check_sending()
        self.sending = SENDING_BUSY

    def check_sending(self) -> None:
        """Raise why the sending direction cannot be taken now."""
        if self.sending is not SENDING_FREE:
            self.refuse_send()

    def release_sending(self) -> bool:
        """Give the sending direction back. True: our side is to be shut down now."""
        return self._step(Step.RELEASE)

    def refuse_send(self) -> NoReturn:
        """Raise why nothing can be sent now."""
        if self.sending is Sending.BROKEN:
            raise ConnectionBroken(
                self.origin,
                f"an earlier send was cut off; {self.bytes_sent} bytes were sent in all",
            )
        if self.sending is Sending.PEER_ENDED:
            raise ConnectionBroken(self.origin, "the peer has ended the connection")
        if self.sending in (Sending.ENDED, Sending.CLOSED):
            raise self.closed_error()
        busy = anyio.BusyResourceError("sending to")
        busy.args = (f"{busy}; to send from many tasks there is anynet.Outbox",)
        raise busy

    def part_sent(self) -> None:
        """A part of the message of this operation has gone, and the rest may never."""
        self._step(Step.PART_SENT)

    def all_sent(self) -> None:
        """The rest of it has gone."""
        self._step(Step.ALL_SENT)

    def shut_down(self) -> None:
        """Our end-of-stream has been sent."""
        self.eof_sent = True
        self.sending = SENDING.get((self.sending, _SHUT_DOWN), self.sending)

    @property
    def mid_message(self) -> bool:
        """Whether a part of a message has been sent, and the rest not (yet)."""
        return self.sending in _MID_MESSAGE

    def _step(self, step: Step) -> bool:
        before = self.sending
        self.sending = SENDING.get((before, step), before)
        return self.sending is Sending.PEER_ENDED and before is not Sending.PEER_ENDED

    # -- both directions ------------------------------------------------------------------------

    def check_unused(self) -> None:
        """Raise why both directions cannot be taken now; a sending side may have been ended."""
        self.check_receiving()
        if self.sending is not SENDING_FREE and self.sending not in _LASTING:
            self.refuse_send()

    def claim_both(self) -> None:
        """Take both directions, or raise why not. A sending side that was ended stays so."""
        if self.receiving is not RECEIVING_FREE or self.sending is not SENDING_FREE:
            self.check_unused()
        else:
            self.sending = SENDING_BUSY
        self.receiving = RECEIVING_BUSY

    def release_both(self) -> None:
        """Give both back."""
        self.release_receiving()
        self._step(Step.RELEASE)

    # -- the end --------------------------------------------------------------------------------

    def lose(self, number: int | None) -> None:
        """The connection was lost, by the error ``number`` if it is known."""
        self.lost_by = self.lost_by or (number if number != errno.EPIPE else None) or 0

    @property
    def failed(self) -> bool:
        """Whether the connection was lost."""
        return self.lost_by is not None

    def broken_error(self, error: OSError | MemoryError) -> Exception:
        """What a failed system call means to the caller of the operation.

        Where there is no memory for what one peer sent, that is the failure of its connection.
        """
        if self.closed:
            return self.closed_error()
        failure = out_of_memory() if isinstance(error, MemoryError) else error
        self.lose(failure.errno)
        message = f"the connection is broken: {failure.strerror or failure}"
        return ConnectionBroken(self.origin, message, failure.errno)

    def foreign_error(self, error: Exception) -> Exception:
        """The same for what a stream that is not ours has raised."""
        if self.closed:
            return self.closed_error()
        if isinstance(error, anyio.ClosedResourceError):
            return ConnectionClosed(self.origin)
        # OpenSSL counts its errors otherwise than the system.
        is_tls = isinstance(error, ssl.SSLError)
        number = errno.EPROTO if is_tls else getattr(error, "errno", None)
        self.lose(number)
        # AnyIO's own errors often say nothing, but have a cause that does.
        text = next(filter(None, map(str, causes(error))), type(error).__name__)
        reason = getattr(error, "reason", None) if is_tls else None
        message = f"the connection is broken: {text}"
        return ConnectionBroken(self.origin, message, number, reason=reason)

    def lost_error(self) -> ConnectionBroken | None:
        """What stands behind an apparent end of the peer; None for a real one."""
        if not self.lost_by or self.eof_received:
            return None
        return ConnectionBroken(self.origin, "the connection has been lost", self.lost_by)

    def close(self, *, lingers: bool = False) -> None:
        """It is closed; or it ``lingers``, and refuses every operation from now on."""
        self.unclean = self.unclean or self.sending in _MID_MESSAGE
        self.receiving, self.sending = RECEIVING_CLOSED, SENDING_CLOSED
        self.closed = self.closed or not lingers

    def closed_error(self) -> Exception:
        """The error of an operation after, or while, it was closed."""
        if self.expired is not None:
            limit, seconds = self.expired
            return limit(self.origin, seconds)
        if self.released:
            return ConnectionClosed(self.origin, "the connection was released to another owner")
        return ConnectionClosed(self.origin)

    def release(self, *, unread: bool = False) -> HalfState:
        """Close it here, and return the state for the next owner of the connection.

        With ``unread`` bytes before it, the peer's end is yet to be received by that owner.
        """
        successor = HalfState()
        successor.share_origin(self)
        if self.mid_message:
            successor.sending = Sending.BROKEN
        elif self.sending in _LASTING:
            successor.sending = self.sending
        elif self.eof_sent:  # It was about to close, and lingered.
            successor.sending = Sending.ENDED
        successor.eof_received = self.eof_received and not unread
        for name in _INHERITED:
            setattr(successor, name, getattr(self, name))
        self.released = True
        self.close()
        return successor


_INHERITED = (
    "allow_half_open",
    "bytes_received",
    "bytes_sent",
    "eof_sent",
    "lost_by",
    "send_waits",
)
