"""Races on Trio's virtual clock: rows of what the attempts do, and what must come of it, when."""

from __future__ import annotations

import errno
import math
from typing import Literal

import attrs
import pytest
import trio
from trio.testing import MockClock

from anynet._rules.values.addresses import Address, SocketAddress
from anynet._rules.values.errors import AddressBlocked
from anynet._rules.values.events import (
    ConnectEvent,
    ConnectionAttempt,
    ConnectionAttemptFailed,
    ConnectionAttemptTimeout,
)
from anynet._transport.dialing.happy_eyeballs import HappyEyeballs

ADDRESSES = {name: SocketAddress(f"192.0.2.{number}", 80) for number, name in enumerate("abcd", 1)}
NAMES = {address: name for name, address in ADDRESSES.items()}
KINDS = {
    ConnectionAttempt: "start",
    ConnectionAttemptTimeout: "slow",
    ConnectionAttemptFailed: "failed",
}

#: What an attempt comes to. "late" is "ok" in the very turn in which it is cancelled.
Outcome = Literal["ok", "late", "refused", "blocked", "bug"]


class Connection:
    def __init__(self, name: str) -> None:
        self.name = name
        self.closed = False

    def close(self) -> None:
        self.closed = True


async def wake_after(seconds: float, event: trio.Event) -> None:
    await trio.sleep(seconds)
    event.set()


class Network:
    """Addresses that do, after some seconds, what the plan says; and a record of it all.

    They wake the attempts as a descriptor would that becomes ready: those that are due at the same
    time in the same turn of the loop.
    """

    def __init__(self, plan: dict[str, tuple[float, Outcome]], nursery: trio.Nursery) -> None:
        self.plan = plan
        self.nursery = nursery
        self.connections: list[Connection] = []
        self.cancelled: list[str] = []
        self.log: list[tuple[float, str]] = []

    def on_event(self, event: ConnectEvent) -> None:
        assert isinstance(
            event, ConnectionAttempt | ConnectionAttemptTimeout | ConnectionAttemptFailed
        )
        self.log.append((trio.current_time(), f"{KINDS[type(event)]} {self.name(event.address)}"))

    @staticmethod
    def name(address: Address) -> str:
        assert isinstance(address, SocketAddress)
        return NAMES[address]

    async def connect(self, address: Address) -> Connection:
        name = self.name(address)
        seconds, outcome = self.plan[name]
        try:
            ready = trio.Event()
            self.nursery.start_soon(wake_after, seconds, ready)
            await ready.wait()
        except trio.Cancelled:
            if outcome != "late":
                self.cancelled.append(name)
                raise
        if outcome == "refused":
            raise ConnectionRefusedError(errno.ECONNREFUSED, "refused")
        if outcome == "blocked":
            raise AddressBlocked(address)
        if outcome == "bug":
            raise ZeroDivisionError(name)
        connection = Connection(name)
        self.connections.append(connection)
        return connection


@attrs.frozen(kw_only=True)
class Row:
    name: str
    delay: float = 0.25
    plan: dict[str, tuple[float, Outcome]]
    log: list[tuple[float, str]]
    winner: str | None
    time: float
    cancelled: str = ""
    closed: str = ""


ROWS = [
    Row(
        name="a single address",
        plan={"a": (3, "ok")},
        log=[(0, "start a")],
        winner="a",
        time=3,
    ),
    Row(
        name="a single address that refuses",
        plan={"a": (3, "refused")},
        log=[(0, "start a"), (3, "failed a")],
        winner=None,
        time=3,
    ),
    Row(
        name="the first is quick, the second never starts",
        plan={"a": (0.2, "ok"), "b": (0, "ok")},
        log=[(0, "start a")],
        winner="a",
        time=0.2,
    ),
    Row(
        name="the first is slow but not stopped, and wins",
        plan={"a": (0.5, "ok"), "b": (9, "ok"), "c": (9, "ok")},
        delay=0.3,
        log=[(0, "start a"), (0.3, "slow a"), (0.3, "start b")],
        winner="a",
        time=0.5,
        cancelled="b",
    ),
    Row(
        name="the second overtakes",
        plan={"a": (9, "ok"), "b": (0.125, "ok")},
        log=[(0, "start a"), (0.25, "slow a"), (0.25, "start b")],
        winner="b",
        time=0.375,
        cancelled="a",
    ),
    Row(
        name="a failure starts the next at once, with a new delay",
        plan={"a": (0.125, "refused"), "b": (9, "ok"), "c": (0.25, "ok")},
        log=[
            (0, "start a"),
            (0.125, "failed a"),
            (0.125, "start b"),
            (0.375, "slow b"),
            (0.375, "start c"),
        ],
        winner="c",
        time=0.625,
        cancelled="b",
    ),
    Row(
        name="the failure of an earlier one does not hurry the next",
        plan={"a": (0.375, "refused"), "b": (9, "ok"), "c": (0, "ok")},
        log=[
            (0, "start a"),
            (0.25, "slow a"),
            (0.25, "start b"),
            (0.375, "failed a"),
            (0.5, "slow b"),
            (0.5, "start c"),
        ],
        winner="c",
        time=0.5,
        cancelled="b",
    ),
    Row(
        name="all refuse, one after the other",
        plan={"a": (0.125, "refused"), "b": (0.125, "refused"), "c": (0.125, "refused")},
        log=[
            (0, "start a"),
            (0.125, "failed a"),
            (0.125, "start b"),
            (0.25, "failed b"),
            (0.25, "start c"),
            (0.375, "failed c"),
        ],
        winner=None,
        time=0.375,
    ),
    Row(
        name="all refuse late; the last one's time is not limited",
        plan={"a": (2, "refused"), "b": (3, "refused")},
        log=[
            (0, "start a"),
            (0.25, "slow a"),
            (0.25, "start b"),
            (2, "failed a"),
            (3.25, "failed b"),
        ],
        winner=None,
        time=3.25,
    ),
    Row(
        name="blocked addresses take no time and tell of no failure",
        plan={"a": (0, "blocked"), "b": (0, "blocked"), "c": (1, "ok")},
        log=[(0, "start a"), (0, "start b"), (0, "start c")],
        winner="c",
        time=1,
    ),
    Row(
        name="all blocked",
        plan={"a": (0, "blocked"), "b": (0, "blocked")},
        log=[(0, "start a"), (0, "start b")],
        winner=None,
        time=0,
    ),
    Row(
        name="two succeed in one turn: the one started first wins",
        plan={"a": (1.25, "ok"), "b": (1, "ok")},
        log=[(0, "start a"), (0.25, "slow a"), (0.25, "start b")],
        winner="a",
        time=1.25,
        closed="b",
    ),
    Row(
        name="an earlier one succeeds while it is being cancelled",
        plan={"a": (9, "late"), "b": (1, "ok")},
        log=[(0, "start a"), (0.25, "slow a"), (0.25, "start b")],
        winner="a",
        time=1.25,
        closed="b",
    ),
    Row(
        name="a later one succeeds while it is being cancelled",
        plan={"a": (0.5, "ok"), "b": (9, "late")},
        log=[(0, "start a"), (0.25, "slow a"), (0.25, "start b")],
        winner="a",
        time=0.5,
        closed="b",
    ),
    Row(
        name="success in the turn in which the delay is over",
        plan={"a": (0.25, "ok"), "b": (9, "ok"), "c": (9, "ok")},
        log=[(0, "start a"), (0.25, "slow a"), (0.25, "start b")],
        winner="a",
        time=0.25,
        cancelled="b",
    ),
    Row(
        name="without a delay all start together",
        delay=0,
        plan={"a": (3, "ok"), "b": (2, "ok"), "c": (1, "ok")},
        log=[
            (0, "start a"),
            (0, "slow a"),
            (0, "start b"),
            (0, "slow b"),
            (0, "start c"),
        ],
        winner="c",
        time=1,
        cancelled="ab",
    ),
    Row(
        name="with an endless delay only a failure starts the next",
        delay=math.inf,
        plan={"a": (100, "refused"), "b": (100, "ok"), "c": (0, "ok")},
        log=[(0, "start a"), (100, "failed a"), (100, "start b")],
        winner="b",
        time=200,
    ),
]


@pytest.mark.trio
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
async def test_race(row: Row, autojump_clock: MockClock, nursery: trio.Nursery) -> None:
    network = Network(row.plan, nursery)
    race: HappyEyeballs[Connection] = HappyEyeballs(
        attempt_delay=row.delay, on_event=network.on_event
    )
    begun = trio.current_time()

    won = await race.run([ADDRESSES[name] for name in row.plan], network.connect)

    assert trio.current_time() - begun == pytest.approx(row.time)
    assert (None if won is None else won.name) == row.winner
    assert [text for _, text in network.log] == [text for _, text in row.log]
    times = [time - begun for time, _ in network.log]
    assert times == pytest.approx([time for time, _ in row.log])
    assert sorted(network.cancelled) == list(row.cancelled)
    closed = sorted(each.name for each in network.connections if each.closed)
    assert closed == list(row.closed)
    open_ones = [each.name for each in network.connections if not each.closed]
    assert open_ones == ([] if row.winner is None else [row.winner])


@pytest.mark.trio
async def test_attempts_are_reported_with_their_times(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    network = Network({"a": (0.5, "refused"), "b": (9, "ok"), "c": (1, "ok")}, nursery)
    race: HappyEyeballs[Connection] = HappyEyeballs(attempt_delay=0.25, on_event=network.on_event)
    begun = trio.current_time()
    await race.run([ADDRESSES[name] for name in "abc"], network.connect)
    reports = [attempt.report(begun, trio.current_time()) for attempt in race.attempts]
    assert [report.address for report in reports] == [ADDRESSES[name] for name in "abc"]
    assert [report.started for report in reports] == pytest.approx([0, 0.25, 0.5])
    assert [report.elapsed for report in reports] == pytest.approx([0.5, 1.25, 1])
    assert [report.errno for report in reports] == [errno.ECONNREFUSED, None, None]


@pytest.mark.trio
@pytest.mark.parametrize("names", ["a", "ab", "ba"])
async def test_a_bug_leaves_bare_and_ends_the_race(
    names: str, autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    network = Network({"a": (1, "bug"), "b": (5, "late")}, nursery)
    race: HappyEyeballs[Connection] = HappyEyeballs(attempt_delay=0.25, on_event=network.on_event)
    with pytest.raises(ZeroDivisionError, match="a"):
        await race.run([ADDRESSES[name] for name in names], network.connect)
    assert all(connection.closed for connection in network.connections)
    assert len(network.connections) == names.count("b")


@pytest.mark.trio
@pytest.mark.parametrize("kind", [ConnectionAttempt, ConnectionAttemptTimeout])
async def test_what_on_event_raises_leaves_bare(
    kind: type[ConnectEvent], autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    network = Network({"a": (1, "late"), "b": (1, "late")}, nursery)

    def on_event(event: ConnectEvent) -> None:
        network.on_event(event)
        if isinstance(event, kind) and network.log[-1][1] != "start a":
            raise ZeroDivisionError

    race: HappyEyeballs[Connection] = HappyEyeballs(attempt_delay=0.25, on_event=on_event)
    with pytest.raises(ZeroDivisionError):
        await race.run([ADDRESSES[name] for name in "ab"], network.connect)
    assert [connection.closed for connection in network.connections] == [True]


@pytest.mark.trio
@pytest.mark.parametrize("cancel_after", [0.1, 0.25, 0.3, 1.0, 1.25])
async def test_cancelling_leaves_nothing_open(
    cancel_after: float, autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    network = Network({"a": (1.25, "late"), "b": (1, "late")}, nursery)
    race: HappyEyeballs[Connection] = HappyEyeballs(attempt_delay=0.25, on_event=network.on_event)
    won = None
    with trio.move_on_after(cancel_after) as scope:
        won = await race.run([ADDRESSES[name] for name in "ab"], network.connect)
    assert scope.cancelled_caught is (won is None)
    assert [each for each in network.connections if not each.closed] == ([won] if won else [])
    assert network.connections


@pytest.mark.trio
async def test_two_bugs_in_one_turn_leave_as_a_group(
    autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    network = Network({"a": (1.25, "bug"), "b": (1, "bug")}, nursery)
    race: HappyEyeballs[Connection] = HappyEyeballs(attempt_delay=0.25, on_event=network.on_event)
    with pytest.raises(ExceptionGroup) as info:
        await race.run([ADDRESSES[name] for name in "ab"], network.connect)
    assert sorted(str(error) for error in info.value.exceptions) == ["a", "b"]
