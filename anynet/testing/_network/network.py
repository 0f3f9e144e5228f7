"""The simulated network as a test sees it."""

from __future__ import annotations

import random
import socket
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar, TypeVarTuple, Unpack

import anyio
from anyio import run

from anynet._rules.checks import (
    check_choice,
    check_host,
    check_int,
    check_positive_int,
    check_seconds,
    shown,
)
from anynet._rules.values.addresses import SocketAddress
from anynet._transport.loops.host_loop import HostLoop, current_host_loop
from anynet.testing._network.clocks import check_virtual_clock, virtual_clock
from anynet.testing._network.host import HostNetwork, NetworkHost
from anynet.testing._network.hosts import Machine
from anynet.testing._network.loop import SimulatedLoop
from anynet.testing._network.names import Names
from anynet.testing._network.paths import PathConditions, check_conditions
from anynet.testing._network.trace import NetworkEvent, Trace
from anynet.testing._network.world import BEHAVIOURS, AddressBehaviour, World

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

_MAX_SEED = 2**32 - 1
#: Lines of the timeline that a failure shows.
_LINES_OF_FAILURE = 60


class Network:
    """A network of simulated hosts in one process, on a virtual clock: no real second passes.

    ``network.host("a")`` is a host, whose ``connect`` and ``create_server`` are anynet's own: what
    is simulated are the sockets below. It runs in an event loop with a virtual clock: by
    :meth:`run`, or with the options of :func:`virtual_clock`; otherwise the first use raises
    :exc:`RuntimeError`, as does a use in a second event loop.

    ``seed`` (None: a random one) decides about jitter and loss: with the same seed the same program
    has the same :meth:`trace` on a backend. It has to give each of its tasks a host of its own, as
    Trio runs tasks that wake at the same time in random order. An exception that leaves :meth:`run`
    or an ``async with`` block of the network shows the seed and the timeline.

    The other options are the conditions between all hosts that have no own: see :meth:`set_link`;
    ``latency`` is 0.001 seconds unless it is given. ``buffer_size`` (65536) is how many bytes a
    socket holds in each direction, unless the host or the options of the socket say otherwise.
    ``trace_limit`` (100 000) is how many events are kept.
    """

    def __init__(
        self,
        *,
        seed: int | None = None,
        buffer_size: int = 65536,
        trace_limit: int = 100_000,
        **conditions: Unpack[PathConditions],
    ) -> None:
        if seed is None:
            seed = random.SystemRandom().randint(0, _MAX_SEED)
        self._seed = check_int("seed", seed)
        self._buffer_size = check_positive_int("buffer_size", buffer_size)
        check_conditions(conditions)
        defaults: PathConditions = {"latency": 0.001, **conditions}
        trace = Trace(check_positive_int("trace_limit", trace_limit))
        self._world = World(self._seed, defaults, trace)
        self._names = Names()
        self._hosts: dict[str, NetworkHost] = {}
        self._base: HostLoop | None = None
        self._loops: dict[str, SimulatedLoop] = {}

    @property
    def seed(self) -> int:
        """What decides about jitter and loss."""
        return self._seed

    # -- hosts ------------------------------------------------------------------------------------

    def host(self, name: str, *addresses: str, buffer_size: int | None = None) -> NetworkHost:
        """The host of that name; a new one if there is none.

        ``addresses`` (for a new one; by default one of IPv4) are its IP addresses, by which the
        name is looked up too. ``buffer_size`` is that of its sockets. Raises :exc:`ValueError` for
        an address that another host has, and for addresses or a size that differ from those of
        the host that there is.
        """
        check_host("name", name)
        given = tuple(SocketAddress(each).address for each in addresses)
        host = self._hosts.get(name)
        if host is not None:
            if given and given != host.addresses:
                raise ValueError(f"host {name!r} has the addresses {host.addresses}")
            if buffer_size is not None and buffer_size != host.buffer_size:
                raise ValueError(f"host {name!r} has a buffer_size of {host.buffer_size}")
            return host
        size = self._buffer_size if buffer_size is None else buffer_size
        check_positive_int("buffer_size", size)
        for each in given:
            if self._world.owner(each) is not None:
                raise ValueError(f"address {each} is another host's")
        machine = Machine(name, given or (self._free_address(),), size)
        self._world.add(machine)
        self._names.set(name, [SocketAddress(each) for each in machine.addresses])
        network = HostNetwork(self._world, machine, self._names, self._loop_of)
        host = self._hosts[name] = NetworkHost(self._world, machine, network)
        return host

    def _free_address(self) -> str:
        number = len(self._hosts) + 1
        while self._world.owner(address := f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"):
            number += 1
        return address

    def _loop_of(self, machine: Machine) -> HostLoop:
        loop = self._loops.get(machine.name)
        if loop is None:
            if self._base is None:
                check_virtual_clock()
                self._base = current_host_loop()
                self._world.start(self._base)
            loop = self._loops[machine.name] = SimulatedLoop(self._base, self._world, machine)
        if not loop.runs_here():
            raise RuntimeError("a simulated network lives in one event loop: make one for each run")
        return loop

    # -- names and addresses ----------------------------------------------------------------------

    def set_name(
        self, name: str, *addresses: str, delay: float = 0.0, error: OSError | None = None
    ) -> None:
        """Say what looking ``name`` up finds: ``addresses`` in that order, right, wrong or many.

        The answer takes ``delay`` seconds. With ``error`` it is that one, raised as it is; without
        addresses it is :exc:`socket.gaierror`, as for a name that the network does not know.
        """
        check_host("name", name)
        check_seconds("delay", delay, allow_infinite=False)
        if error is None and not addresses:
            error = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        self._names.set(name, [SocketAddress(each) for each in addresses], delay, error)

    def set_address(self, address: str, behaviour: AddressBehaviour) -> None:
        """Say what connecting to an ``address`` does that no host has.

        ``"unreachable"`` (as any other that nobody has) fails with EHOSTUNREACH after a round trip,
        ``"refused"`` with ECONNREFUSED; ``"black-hole"`` never answers: ETIMEDOUT after two
        minutes. Raises :exc:`ValueError` for the address of a host.
        """
        check_choice("behaviour", behaviour, BEHAVIOURS)
        canonical = SocketAddress(address).address
        if self._world.owner(canonical) is not None:
            raise ValueError(f"address {canonical} is a host's")
        self._world.behaviours[canonical] = behaviour

    # -- conditions -------------------------------------------------------------------------------

    def set_link(self, a: str, b: str, **conditions: Unpack[PathConditions]) -> None:
        """Set conditions between two hosts, by their names, in both directions and from now on.

        ``latency``: seconds that a packet takes. ``jitter``: seconds that it may take longer.
        ``loss``: the share of packets that are lost, from 0 to 1; a connection sends them again as
        TCP does, first after 0.2 seconds and after twice as long each time. ``bandwidth``: bytes a
        second, for all connections of a direction together. ``up``: False loses everything.
        ``reset_after``: a connection is reset on both ends once so many bytes of it have gone one
        way (None: never). What is left out stays as it is.

        What is under way already still arrives. Raises :exc:`ValueError` for a host that there is
        not.
        """
        self.set_path(a, b, **conditions)
        self.set_path(b, a, **conditions)

    def set_path(self, source: str, target: str, **conditions: Unpack[PathConditions]) -> None:
        """The same for one direction alone."""
        check_conditions(conditions)
        for name in (source, target):
            self._check_exists(name)
        told = ", ".join(f"{name}={value}" for name, value in conditions.items())
        self._world.note(source, f"path to {target}: {told}")
        self._world.path(source, target).set(conditions)

    def partition(self, *groups: Iterable[str]) -> None:
        """Lose everything between the hosts of different groups, until :meth:`heal`.

        Hosts that are in no group are a group of their own. ``network.partition(["a"])`` cuts "a"
        off from all others. Raises :exc:`ValueError` for a host that there is not yet.
        """
        side: dict[str, int] = {}
        for number, group in enumerate(groups):
            if isinstance(group, str):  # Whose letters would be taken for names.
                raise TypeError(f"a group is a list of names, not {shown(group)}")
            for name in group:
                self._check_exists(name)
                side[name] = number
        for source in self._hosts:
            for target in self._hosts:
                if side.get(source) != side.get(target):
                    self._world.path(source, target).up = False
        self._world.note("network", f"partition {' '.join(str([*group]) for group in groups)}")

    def _check_exists(self, name: str) -> None:
        if name not in self._hosts:
            raise ValueError(f"there is no host {shown(name)} yet; network.host() makes one")

    def heal(self) -> None:
        """Let all hosts reach each other again; what was lost is sent again when its time comes."""
        for source in self._hosts:
            for target in self._hosts:
                self._world.path(source, target).up = True
        self._world.note("network", "heal")

    # -- what has happened ------------------------------------------------------------------------

    def trace(self) -> list[NetworkEvent]:
        """The packets and calls up to now, by their time: equal for equal seeds on a backend."""
        return self._world.trace.events()

    def timeline(self, last: int | None = None) -> str:
        """The same for a reader, a line each, after one with the seed; the ``last`` ones alone."""
        if last is not None:
            check_positive_int("last", last)
        return f"network with seed {self._seed}:\n{self._world.trace.text(last)}"

    def run(
        self,
        function: Callable[[Unpack[Ts]], Awaitable[T]],
        *args: *Ts,
        backend: str = "asyncio",
        time_limit: float = 86400.0,
    ) -> T:
        """Run ``function(*args)`` in an event loop with a virtual clock, and return its result.

        ``backend`` is ``"asyncio"`` or ``"trio"``. After ``time_limit`` virtual seconds (a day), it
        is cancelled and :exc:`TimeoutError` is raised: what waits for ever ends by that at once. An
        exception that leaves it has the timeline as a note.
        """
        check_seconds("time_limit", time_limit)

        async def main() -> T:
            async with self:
                with anyio.move_on_after(time_limit):
                    return await function(*args)
                raise TimeoutError(f"it was not over after time_limit, {time_limit} seconds")

        name, options = virtual_clock(backend)
        return run(main, backend=name, backend_options=options)

    async def __aenter__(self) -> Network:
        check_virtual_clock()
        return self

    async def __aexit__(self, exc_type: object, exc_value: BaseException | None, _: object) -> None:
        if exc_value is not None:
            exc_value.add_note(self.timeline(_LINES_OF_FAILURE))
        if self._world.started:
            self._world.schedule.clear()
