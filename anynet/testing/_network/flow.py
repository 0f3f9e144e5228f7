"""One direction of a connection: from the sender's buffer over the path to the receiver's.

As in TCP: what was lost is sent again, what comes out of order waits for the rest, and no more is
under way than the receiver has room for. As everything is known here, only what matters is an event
of its own: a packet that was lost is sent again without a timer for each that was not, and what the
receiver reports is looked at when the sender needs it.
"""

from __future__ import annotations

import errno
from collections import deque
from functools import partial
from typing import Protocol

from anynet.testing._network.hosts import Machine
from anynet.testing._network.paths import Path
from anynet.testing._network.schedule import Key, instants
from anynet.testing._network.world import World

_MAX_SEGMENT = 65536
#: Seconds until a packet is sent again, doubled up to the most, and how often: those of Linux.
_FIRST_TIMEOUT, _MAX_TIMEOUT, _MAX_RETRIES = 0.2, 120.0, 15
#: Seconds between reports over a path that is down.
_REPORT_INTERVAL = 1.0


class End(Protocol):
    """One end of a connection, as its two flows see it."""

    machine: Machine
    receive_buffer: int
    send_buffer: int

    @property
    def port(self) -> int: ...

    @property
    def awaits_writable(self) -> bool: ...

    @property
    def gone(self) -> bool:
        """Whether nobody is there any more who could take what arrives."""
        ...

    @property
    def lost(self) -> bool:
        """Whether it knows of no connection any more."""
        ...

    def established(self) -> None:
        """Something of the peer has arrived, so it knows of the connection."""

    def changed(self) -> None: ...

    def fail(self, code: int) -> None:
        """The connection is lost, for this reason."""

    def reset_peer(self) -> None:
        """Tell the other end that there is no connection."""


class Flow:
    """What goes from ``source`` to ``target``."""

    def __init__(self, world: World, source: End, target: End) -> None:
        self._world = world
        self._source = source
        self._target = target
        here, there = source.machine.name, target.machine.name
        self.key: Key = (here, source.port, there, target.port)
        self.path: Path = world.path(here, there)
        self._back = world.path(there, here)
        # The sender: what is to be sent, what was accepted, sent and acknowledged of the bytes, and
        # up to where the receiver has room.
        self._unsent = bytearray()
        self._written = self._sent = self._acked = 0
        self._limit = target.receive_buffer
        self._ending = self._end_sent = False
        #: The sender has given up, or was reset: nothing more is sent.
        self.dead: bool = False
        self._packets = 0
        # The receiver: what it has not taken yet, and what came too early.
        self.inbox: bytearray = bytearray()
        self._arrived = self._taken = 0
        self._early: dict[int, bytes] = {}
        #: Whether the end has arrived, and when the last of anything has.
        self.ended: bool = False
        self.heard_at: int = world.schedule.now
        #: What the receiver has said: when it arrives, what came, and up to where there is room.
        self._reports: deque[tuple[int, int, int]] = deque()
        self._report_expected = self._report_delayed = False

    @property
    def other_end(self) -> End:
        """Where it leads to."""
        return self._target

    # -- the sender -------------------------------------------------------------------------------

    @property
    def room(self) -> int:
        """How many bytes the sender's buffer takes now."""
        self._read_reports()
        return max(self._source.send_buffer - (self._written - self._acked), 0)

    def write(self, data: bytes) -> None:
        """Send; there is room for it."""
        self._written += len(data)
        self._unsent += data
        self._send_what_fits()

    def end(self) -> None:
        """Nothing more comes."""
        self._ending = True
        self._send_what_fits()

    def _send_what_fits(self) -> None:
        while self._unsent and self._sent < self._limit and not self.dead:
            size = min(self._limit - self._sent, _MAX_SEGMENT)
            data = bytes(self._unsent[:size])
            del self._unsent[:size]
            self._transmit(self._sent, data)
            self._sent += len(data)
        if self._unsent:
            self.expect_report()
        elif self._ending and not self._end_sent:
            self._end_sent = True
            self._transmit(self._sent, b"")

    def _transmit(self, offset: int, data: bytes, attempt: int = 0) -> None:
        """Send a segment; one without bytes is the end."""
        if self.dead or not self._source.machine.up:
            return
        self._packets += 1
        arrive = partial(self._arrive, offset, data, attempt)
        what = "data" if data else "FIN"
        if not self._world.send(self.path, what, len(data), self.key, self._packets, arrive):
            self._transmit_later(offset, data, attempt)

    def _transmit_later(self, offset: int, data: bytes, attempt: int) -> None:
        seconds = min(_FIRST_TIMEOUT * 2**attempt, _MAX_TIMEOUT)
        call = partial(self._transmit, offset, data, attempt + 1)
        if attempt == _MAX_RETRIES:
            call = partial(self._give_up)
        self._world.schedule.after(seconds, self.key, call)

    def _give_up(self) -> None:
        if not self.dead:
            self._source.fail(errno.ETIMEDOUT)

    def expect_report(self) -> None:
        """The sender waits for what the receiver says."""
        if self._reports and not self._report_expected:
            self._report_expected = True
            self._world.schedule.at(self._reports[0][0], self.key, self._on_report)

    def _on_report(self) -> None:
        self._report_expected = False
        self._read_reports()
        self._send_what_fits()
        if self._source.awaits_writable:
            self._source.changed()
            self.expect_report()

    def _read_reports(self) -> None:
        now = self._world.schedule.now
        while self._reports and self._reports[0][0] <= now:
            _, acked, limit = self._reports.popleft()
            self._acked = max(self._acked, acked)
            self._limit = max(self._limit, limit)

    # -- the receiver -----------------------------------------------------------------------------

    @property
    def is_answered(self) -> bool:
        """Whether anything would come back if the receiver asked whether the sender is there."""
        return self.path.up and self._back.up and self._source.machine.up

    @property
    def source_is_lost(self) -> bool:
        """Whether that would be a reset."""
        return self._source.lost

    def take(self, size: int) -> bytes:
        """What has arrived, up to so many bytes."""
        data = bytes(self.inbox[:size])
        del self.inbox[:size]
        self._taken += len(data)
        self._report()
        return data

    def _arrive(self, offset: int, data: bytes, attempt: int) -> None:
        target = self._target
        if not target.machine.up:
            self._transmit_later(offset, data, attempt)
            return
        if target.gone:
            if data:
                target.reset_peer()
            return
        target.established()
        self.heard_at = self._world.schedule.now
        if offset > self._arrived:
            self._early[offset] = data
            return
        if offset == self._arrived and not self.ended:
            self._receive(data)
        if self._back.up:
            self._report()
        else:
            self._transmit_later(offset, data, attempt)  # It is not known to have arrived.
        target.changed()

    def _receive(self, data: bytes | None) -> None:
        while data is not None:
            if not data:
                self.ended = True
                return
            limit = self.path.reset_after
            if limit is not None and self._arrived + len(data) >= limit:
                data = data[: max(limit - self._arrived, 0)]
                self._world.schedule.after(0, self.key, self._cut_off)
            self.inbox += data
            self._arrived += len(data)
            data = self._early.pop(self._arrived, None)

    def _cut_off(self) -> None:
        """Something on the way resets both ends."""
        self._target.fail(errno.ECONNRESET)
        self._target.reset_peer()

    def _report(self) -> None:
        """Tell the sender what has arrived, and how much there is room for."""
        if not self._back.up:
            if not self._report_delayed:
                self._report_delayed = True
                self._world.schedule.after(_REPORT_INTERVAL, self.key, self._report_again)
            return
        schedule, reports = self._world.schedule, self._reports
        now = schedule.now
        while len(reports) > 1 and reports[1][0] <= now:
            reports.popleft()  # The sender has not looked; what came later says it all.
        limit = self._taken + self._target.receive_buffer
        reports.append((now + instants(self._back.latency), self._arrived, limit))
        if self._unsent or self._source.awaits_writable:
            self.expect_report()

    def _report_again(self) -> None:
        self._report_delayed = False
        self._report()
