"""What all sockets of a network share: the machines, the paths between them, time and trace."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Literal, TypeAlias, get_args

import attrs

from anynet._transport.loops.host_loop import HostLoop
from anynet.testing._network.hosts import LOOPBACK, Machine
from anynet.testing._network.paths import Path, PathConditions
from anynet.testing._network.pollable import Pollable
from anynet.testing._network.schedule import Key, Schedule, seconds_of
from anynet.testing._network.trace import NetworkEvent, Trace

#: What an address without a host does to who connects.
AddressBehaviour: TypeAlias = Literal["unreachable", "refused", "black-hole"]
BEHAVIOURS: tuple[AddressBehaviour, ...] = get_args(AddressBehaviour)
#: Numbers that no descriptor of the system reaches: given to the system they are an error at once.
_FIRST_NUMBER = 1 << 30


@attrs.define(eq=False)
class World:
    """A network from within."""

    seed: int
    defaults: PathConditions
    trace: Trace
    machines: dict[str, Machine] = attrs.field(factory=dict)
    behaviours: dict[str, AddressBehaviour] = attrs.field(factory=dict)
    #: By its number, whatever tasks can wait for.
    pollables: dict[int, Pollable] = attrs.field(factory=dict)
    _by_address: dict[str, Machine] = attrs.field(factory=dict)
    _paths: dict[tuple[str, str], Path] = attrs.field(factory=dict)
    _schedule: Schedule | None = None
    _numbers: itertools.count[int] = attrs.field(factory=lambda: itertools.count(_FIRST_NUMBER))

    def start(self, host: HostLoop) -> None:
        """Time begins, on the clock of ``host``."""
        self._schedule = Schedule(host)

    @property
    def schedule(self) -> Schedule:
        """When what happens; there is one once a program runs on the network."""
        assert self._schedule is not None
        return self._schedule

    @property
    def started(self) -> bool:
        """Whether time has begun."""
        return self._schedule is not None

    def next_number(self) -> int:
        """A number for something that tasks wait for."""
        return next(self._numbers)

    # -- machines and paths -----------------------------------------------------------------------

    def add(self, machine: Machine) -> None:
        """A machine is there from now on."""
        self.machines[machine.name] = machine
        self._by_address.update(dict.fromkeys(machine.addresses, machine))

    def owner(self, address: str) -> Machine | None:
        """The machine that has an address."""
        return self._by_address.get(address)

    def find(self, seeker: Machine, address: str) -> Machine | None:
        """The machine that ``seeker`` means by an address."""
        return seeker if address in LOOPBACK else self.owner(address)

    def path(self, source: str, target: str) -> Path:
        """The path from one machine to another, by their names; no time passes within one."""
        path = self._paths.get((source, target))
        if path is None:
            path = self._paths[source, target] = Path()
            if source != target:
                path.set(self.defaults)
        return path

    # -- packets ----------------------------------------------------------------------------------

    def send(
        self,
        path: Path,
        what: str,
        size: int,
        key: Key,
        number: int,
        on_arrival: Callable[[], object],
    ) -> bool:
        """Send a packet, and note it; False if it is lost."""
        now = self.schedule.now
        arrival = path.arrival(self.seed, now, size, key, number)
        source, source_port, target, target_port = key
        self.trace.add(
            NetworkEvent(
                seconds_of(now),
                f"{source}:{source_port}",
                f"{target}:{target_port}",
                what,
                size,
                None if arrival is None else seconds_of(arrival),
            ),
            key,
        )
        if arrival is None:
            return False
        self.schedule.at(arrival, key, on_arrival)
        return True

    def note(self, who: str, what: str, size: int = 0, key: Key = ("", 0, "", 0)) -> None:
        """A program has called, or something was done to the network."""
        time = seconds_of(self.schedule.now) if self.started else 0.0
        self.trace.add(NetworkEvent(time, who, "", what, size, None), key)
