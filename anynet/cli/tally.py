"""What the demo counts at each of its addresses."""

from __future__ import annotations

from collections import Counter

import attrs

import anynet


@attrs.define(eq=False)
class Tally:
    """The counters of one address."""

    #: What kind of address it is, for people.
    name: str
    address: anynet.Address
    connections: int = 0
    round_trips: int = 0
    #: Bytes that came back.
    bytes: int = 0
    #: How often each event of the clients came, by name.
    events: Counter[str] = attrs.field(factory=Counter)
    #: What went wrong: echoes that differed, connections that failed.
    failures: list[str] = attrs.field(factory=list)

    def note(self, event: anynet.SocketEvent) -> None:
        """Count an event."""
        self.events[type(event).__name__] += 1

    def describe_events(self) -> str:
        """The events in the order of their first coming."""
        return ", ".join(f"{name} {count}" for name, count in self.events.items())

    def describe(self) -> str:
        """All of it in one line."""
        megabytes = self.bytes / 1e6
        return (
            f"{self.name:<11} {self.connections} clients, {self.round_trips} round trips, "
            f"{megabytes:.1f} MB; events: {self.describe_events()}"
        )
