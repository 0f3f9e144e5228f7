"""The open connections of a server, and of those that it sent to other processes.

Rules that live here, each Node's: a connection counts as long as its socket has a handle, here or
in the process that it was sent to; ``close`` waits for all of them. A process that is gone has no
sockets any more.
"""

from __future__ import annotations

from collections.abc import Callable


class ConnectionCount:
    """Counts; calls ``changed`` whenever a connection is gone."""

    __slots__ = ("_changed", "_sent", "here")

    def __init__(self, changed: Callable[[], object]) -> None:
        self._changed = changed
        #: Those with a handle in this process.
        self.here: int = 0
        #: How many sockets other processes have of the server, by the channels they went through.
        self._sent: dict[object, int] | None = None

    @property
    def everywhere(self) -> int:
        """Those that were sent to other processes included."""
        return self.here + sum((self._sent or {}).values())

    def connection_opened(self) -> None:
        """A connection was accepted."""
        self.here += 1

    def connection_closed(self) -> None:
        """One of the sockets has closed its handle."""
        self.here -= 1
        self._changed()

    # -- sockets of other processes -------------------------------------------------------------

    def note_sent(self, channel: object) -> None:
        """A socket has gone through ``channel``."""
        if self._sent is None:
            self._sent = {}
        self._sent[channel] = self._sent.get(channel, 0) + 1

    def note_sent_closed(self, channel: object) -> int:
        """A socket that went there is closed. Returns how many others are still there."""
        if self._sent is None or channel not in self._sent:
            return 0
        self._sent[channel] -= 1
        left = self._sent[channel]
        if not left:
            self.note_all_closed(channel)
        return left

    def note_all_closed(self, channel: object) -> None:
        """The process at the other end of ``channel`` is gone, or has no more sockets."""
        if self._sent is not None and self._sent.pop(channel, None) is not None:
            self._changed()
