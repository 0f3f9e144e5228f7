"""What has happened on a network, and how a reader sees it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from anynet.testing._network.schedule import Key


class NetworkEvent(NamedTuple):
    """A packet, or a call of a program, on a simulated network.

    - ``time``: seconds since the network was first used.
    - ``source``: who sent the packet or made the call: ``"a:32768"``, the host and its port, or for
      a call on a connection that was accepted ``"b:80 (a:32768)"``.
    - ``target``: who the packet is for; empty for a call.
    - ``what``: of packets ``"SYN"``, ``"SYN-ACK"`` and ``"ACK"`` (of a handshake), ``"data"``,
      ``"FIN"``, ``"RST"``, ``"unreachable"``; of calls ``"listen"``, ``"connect"``, ``"accept"``,
      ``"send"``, ``"receive"``, ``"end"`` (of sending), ``"close"``, ``"look up NAME"``, and what
      was done to the network.
    - ``size``: bytes of data.
    - ``arrival``: when the packet arrives; None for one that was lost, and for a call.
    """

    time: float
    source: str
    target: str
    what: str
    size: int
    arrival: float | None

    def __str__(self) -> str:
        what = f"{self.what} {self.size} bytes" if self.size else self.what
        if not self.target:
            return f"{self.time:14.6f}  {self.source:<44} {what}"
        fate = "lost" if self.arrival is None else f"arrives {self.arrival:.6f}"
        return f"{self.time:14.6f}  {self.source:<20} -> {self.target:<20} {what:<18} {fate}"


class Trace:
    """The latest events of a network."""

    def __init__(self, limit: int) -> None:
        self._events: deque[tuple[NetworkEvent, Key]] = deque(maxlen=limit)
        self._count = 0

    def add(self, event: NetworkEvent, key: Key) -> None:
        """Something has happened to the connection, or the host, of that key."""
        self._events.append((event, key))
        self._count += 1

    def events(self) -> list[NetworkEvent]:
        """All that are kept: by time, and then by connection.

        Tasks that Trio woke together have run in random order; what each did is in its own order.
        """
        ordered = sorted(self._events, key=lambda noted: (noted[0].time, noted[1]))
        return [event for event, _ in ordered]

    def text(self, last: int | None) -> str:
        """The latest, a line each."""
        events = self.events()
        shown = events if last is None else events[-last:]
        left_out = self._count - len(shown)
        return "\n".join([*_earlier(left_out), *map(str, shown)])


def _earlier(count: int) -> Iterable[str]:
    return [f"  ({count} earlier events)"] if count else []
