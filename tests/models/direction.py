"""The model of a connection: what each side may see of the other, on one page.

A connection is two ends. Each has what it sent and how much of that its peer took, and why it can
do no more. Nothing here knows of sockets; a test holds the real ones to it.

- Bytes come out in the order they went in, each once, none made up.
- After ``send_eof`` or a clean close the peer gets all of them, and then the end.
- A reset, a limit that was reached, a message that was cut off, and a close over unread input break
  the connection: the peer may get what was under way or not, but never a clean end before all of
  it. A Unix socket has no reset, so there a cut message may look like an end.
- Whoever is closed, or has ended, is told so by the next operation, whatever else happened.
"""

from __future__ import annotations

import attrs


@attrs.define
class End:
    """One end of a connection."""

    #: Whether a reset reaches the peer as one.
    resets: bool
    sent: bytearray = attrs.field(factory=bytearray)
    #: How many of the peer's bytes were received here.
    received: int = 0
    ended: bool = False
    closed: bool = False
    #: A message was cut off: nothing more can be sent.
    cut: bool = False
    #: The time limit that was reached here.
    expired: bool = False
    #: Something here broke the connection; what is under way to the peer may be lost.
    broke: bool = False
    #: Whether an operation has found out that the connection is gone.
    told: bool = False
    peer: End = attrs.field(default=None, repr=False)

    @property
    def unread(self) -> bytes:
        return bytes(self.peer.sent[self.received :])

    @property
    def peer_is_done(self) -> bool:
        return self.peer.ended or self.peer.closed

    @property
    def may_be_lost(self) -> bool:
        """Whether an operation here may raise that the connection is gone."""
        return self.peer.broke or self.told

    def close(self, *, reset: bool = False) -> None:
        """What a close does; of a connection that has ended both ways not even a reset is seen."""
        if not self.closed:
            self.broke = self.broke or reset or self.cut or bool(self.unread)
            self.closed = True
            self.told = self.told or self.broke

    def may_receive(self) -> set[str]:
        """What a receive may do now: give ``bytes``, or ``wait``, or how it fails."""
        if self.expired:
            return {"expired"}
        if self.closed:
            return {"closed"}
        outcomes = {"broken"} if self.may_be_lost or self._sent_to_nobody else set()
        if self.unread:
            return outcomes | {"bytes"} | ({"end"} if self._looks_like_an_end else set())
        if self.peer.broke:
            return outcomes | ({"end"} if self._looks_like_an_end or self.peer.ended else set())
        return outcomes | ({"end"} if self.peer_is_done else set() if self.told else {"wait"})

    @property
    def _looks_like_an_end(self) -> bool:
        return self.peer.broke and not self.resets

    @property
    def _sent_to_nobody(self) -> bool:
        """What is sent to who has closed is answered by a reset."""
        return self.peer.closed and self.told

    def may_send(self) -> set[str]:
        """What a small send may do now: be ``sent``, or how it fails."""
        if self.expired:
            return {"expired"}
        if self.closed or (self.ended and not self.cut):
            return {"closed"}
        if self.cut:
            return {"broken"}
        gone = self.peer.closed or self.peer.broke or self.told
        return {"sent", "broken"} if gone else {"sent"}
