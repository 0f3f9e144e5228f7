"""Primary and worker joined without a process, a socket or a clock: bytes from one to the other."""

from __future__ import annotations

import errno
from collections import defaultdict, deque
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anynet._rules.values.addresses import SocketAddress
from anynet.cluster.distribution.listen_requests import Denied, GiveBack, Granted
from anynet.cluster.distribution.point_table import (
    Activate,
    ClosePoint,
    CloseSlot,
    Linger,
    Offer,
    OpenPoint,
    Refuse,
    Remove,
)
from anynet.cluster.primary.protocol import CameOnline, Deliver, Drop, Listens, PrimaryProtocol
from anynet.cluster.wire.codec import BadMessage
from anynet.cluster.wire.frames import FrameReader, encode_frame
from anynet.cluster.wire.messages import (
    CODEC,
    Close,
    Drain,
    Failed,
    Leaving,
    Listening,
    Message,
    Online,
    Opened,
    Refused,
)
from anynet.cluster.worker import protocol as of_worker
from anynet.cluster.worker.protocol import BeginToDrain, WorkerProtocol

ADDRESSES = (SocketAddress("127.0.0.1", 80), SocketAddress("::1", 80))


class Pipe:
    """Messages as bytes, one way."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[bytes, tuple[int, ...]]] = deque()
        self._reader = FrameReader()

    def send(self, message: Any) -> None:
        frame = CODEC.encode(message)
        self._waiting.append((encode_frame(frame), frame.fds))

    def receive(self) -> list[Any]:
        came: list[Any] = []
        while self._waiting:
            came += [CODEC.decode(each) for each in self._reader.feed(*self._waiting.popleft())]
        return came


@attrs.define(eq=False)
class Child:
    """A worker, with its end of the wire."""

    number: int
    protocol: WorkerProtocol = attrs.field(factory=WorkerProtocol)
    up: Pipe = attrs.field(factory=Pipe)
    down: Pipe = attrs.field(factory=Pipe)
    #: What it listens with, and which of its requests still wait.
    points: dict[int, Opened] = attrs.field(factory=dict)
    waiting: list[int] = attrs.field(factory=list)
    outcomes: list[Any] = attrs.field(factory=list)

    def listen(self, group: str = "a") -> int:
        listen = self.protocol.requests.ask(group, {"host": group})
        self.up.send(listen)
        self.waiting.append(listen.request)
        return listen.request

    def close(self, point: int) -> None:
        for index in range(len(self.points.pop(point).files)):
            self.up.send(self.protocol.requests.closed(point, index))

    def abandon(self, request: int) -> None:
        self.waiting.remove(request)
        self.protocol.requests.abandon(request)

    def pump(self) -> None:
        for message in self.down.receive():
            for outcome in self.protocol.receive(message):
                self.outcomes.append(outcome)
                match outcome:
                    case Granted(request, opened):
                        self.waiting.remove(request)
                        self.points[opened.point] = opened
                        self.up.send(Listening(opened.point))
                    case Denied(request):
                        self.waiting.remove(request)
                    case GiveBack(_, closes):
                        for close in closes:
                            self.up.send(close)


class Site:
    """A primary whose sockets are numbers, and its workers."""

    def __init__(self, *, keep: bool = True) -> None:
        self.protocol = PrimaryProtocol(keep=keep)
        self.children: dict[int, Child] = {}
        self.opening: list[int] = []
        self.open: set[int] = set()
        #: The slots that hold sockets of a point.
        self.slots: defaultdict[int, set[int | None]] = defaultdict(set)
        self.lingering: list[tuple[int, int]] = []
        self.outcomes: list[Any] = []

    def start(self, slot: int | None = None) -> Child:
        number = self.protocol.next_number
        self.protocol.started(slot)
        child = self.children[number] = Child(number)
        child.up.send(Online())
        return child

    def perform(self, outcomes: Any) -> None:
        for outcome in outcomes:
            self.outcomes.append(outcome)
            match outcome:
                case OpenPoint(point):
                    self.opening.append(point)
                case Offer():
                    assert outcome.point in self.open
                    self.slots[outcome.point].add(outcome.slot)
                    opened = Opened(outcome.request, outcome.point, "shared", (None, None), (7, 8))
                    self.tell(outcome.worker, opened)
                case Refuse(worker, request, error):
                    self.tell(worker, Refused.by(request, error))
                case Linger(point, worker):
                    self.lingering.append((point, worker))
                case CloseSlot(point, slot):
                    self.slots[point].remove(slot)
                case ClosePoint(point):
                    self.open.remove(point)
                    self.slots.pop(point, None)

    def tell(self, worker: int, message: Any) -> None:
        if worker in self.children:
            self.children[worker].down.send(message)

    def opened(self, point: int) -> None:
        self.opening.remove(point)
        self.open.add(point)
        self.perform(self.protocol.points.opened(point, ADDRESSES))

    def linger_ends(self) -> None:
        while self.lingering:
            self.perform(self.protocol.points.lingered(*self.lingering.pop(0)))

    def die(self, child: Child, *, expected: bool = False) -> None:
        del self.children[child.number]
        for message in child.up.receive():  # Its last words.
            self.perform(self.protocol.receive(child.number, message))
        if expected:
            self.protocol.end(child.number)
        self.perform(self.protocol.gone(child.number))
        self.protocol.forget(child.number)

    def pump(self, *, open_points: bool = True) -> None:
        """Everything that is under way arrives."""
        for _ in range(4):
            for child in list(self.children.values()):
                for message in child.up.receive():
                    self.perform(self.protocol.receive(child.number, message))
            if open_points:
                for point in list(self.opening):
                    self.opened(point)
            for child in list(self.children.values()):
                child.pump()

    def seen(self, kind: type[Any]) -> list[Any]:
        return [each for each in self.outcomes if isinstance(each, kind)]


def test_two_workers_share_a_point_that_is_opened_once() -> None:
    site = Site()
    one, two = site.start(0), site.start(1)
    one.listen()
    two.listen()
    site.pump(open_points=False)
    assert site.opening == [1]
    site.pump()
    assert list(one.points) == list(two.points) == [1]
    assert site.seen(CameOnline) == [CameOnline(1), CameOnline(2)]
    assert site.seen(Listens) == [Listens(1, ADDRESSES), Listens(2, ADDRESSES)]
    assert site.seen(Activate) == [Activate(1, 1), Activate(1, 2)]
    assert tuple(site.protocol.workers[1].listening.values()) == ADDRESSES


def test_the_same_options_twice_in_a_worker_are_two_points() -> None:
    site = Site()
    child, other = site.start(0), site.start(1)
    for _ in range(2):
        child.listen()
        other.listen()
    site.pump()
    assert list(child.points) == list(other.points) == [1, 2]
    child.close(1)
    child.listen()  # The index is free again.
    site.pump()
    assert sorted(child.points) == [1, 2]


def test_a_point_closes_with_its_last_worker_after_a_moment() -> None:
    site = Site()
    child = site.start(0)
    child.listen()
    site.pump()
    child.close(1)
    site.pump()
    assert site.open == {1}
    assert site.protocol.workers[1].listening == {}
    site.linger_ends()
    assert site.open == set()


def test_a_point_waits_for_the_next_worker_of_the_slot() -> None:
    site = Site()
    child = site.start(0)
    child.listen()
    site.pump()
    child.close(1)  # It fails, and closes its server first.
    site.die(child)
    site.linger_ends()
    assert site.open == {1}
    child = site.start(0)
    child.listen()
    site.pump()
    assert list(child.points) == [1]
    child.close(1)
    site.pump()
    site.linger_ends()
    assert site.open == set()


def test_the_sockets_of_a_slot_wait_as_long_as_a_point_does() -> None:
    site = Site()
    one, two = site.start(0), site.start(1)
    one.listen()
    two.listen()
    site.pump()
    one.close(1)
    site.die(one)  # It failed: the next worker of its slot is expected.
    site.linger_ends()
    assert site.slots == {1: {0, 1}}
    one = site.start(0)
    one.listen()
    site.pump()
    one.close(1)
    site.pump()
    assert site.slots == {1: {0, 1}}
    site.linger_ends()  # It lives on, and does not listen.
    assert site.slots == {1: {1}}
    two.close(1)
    site.pump()
    site.linger_ends()
    assert site.slots == {}


def test_the_sockets_of_a_slot_stay_while_one_of_its_workers_listens() -> None:
    """In a restart the next worker of a slot listens before the old one closes."""
    site = Site()
    old, other, new = site.start(0), site.start(1), site.start(0)
    for child in (old, other, new):
        child.listen()
    site.pump()
    site.die(old, expected=True)
    assert site.slots == {1: {0, 1}}
    site.die(new, expected=True)
    assert site.slots == {1: {1}}


def test_a_worker_that_leaves_is_succeeded_too() -> None:
    site = Site()
    child = site.start(0)
    child.listen()
    site.pump()
    child.up.send(Leaving())
    child.close(1)
    site.die(child)
    assert site.seen(Linger) == []
    assert site.open == {1}


def test_a_worker_that_says_so_after_its_servers_have_closed_is_succeeded_too() -> None:
    site = Site()
    child = site.start(0)
    child.listen()
    site.pump()
    child.close(1)
    child.up.send(Leaving())
    site.pump()
    site.linger_ends()  # Its process takes its time to end.
    assert site.open == {1}
    site.die(child)
    child = site.start(0)
    child.listen()
    site.pump()
    child.close(1)
    site.pump()
    site.linger_ends()
    assert site.open == set()


def test_a_worker_that_was_asked_to_end_is_not_expected_again() -> None:
    site = Site()
    child = site.start(0)
    child.listen()
    site.pump()
    site.die(child, expected=True)
    assert site.open == set()
    assert site.seen(Remove) == [Remove(1, 1, 0), Remove(1, 1, 1)]


def test_without_keep_a_point_closes_at_once() -> None:
    site = Site(keep=False)
    child = site.start()
    child.listen()
    site.pump()
    site.die(child)
    assert site.open == set()


def test_an_abandoned_request_is_given_back_before_its_index_is_used_again() -> None:
    site = Site()
    child = site.start(0)
    child.abandon(child.listen())
    again = child.listen()
    site.pump()
    site.linger_ends()
    assert list(child.points) == [2]
    assert site.open == {2}
    child.close(2)
    child.listen()
    site.pump()
    assert again == 2
    assert not site.seen(Drop)


def test_what_cannot_be_opened_is_refused_to_all_who_wait() -> None:
    site = Site()
    one, two = site.start(0), site.start(1)
    one.listen()
    two.listen()
    site.pump(open_points=False)
    site.perform(site.protocol.points.failed(1, OSError(errno.EADDRINUSE, "in use")))
    site.opening.clear()
    site.pump()
    for child in (one, two):
        (denied,) = child.outcomes
        assert denied.refused.exception().errno == errno.EADDRINUSE
    one.listen()
    site.pump()
    assert list(one.points) == [2]


def test_what_cannot_be_offered_is_refused_and_closed() -> None:
    site = Site()
    child = site.start(0)
    child.listen()
    site.pump(open_points=False)
    site.open.add(1)
    (offer,) = site.protocol.points.opened(1, ADDRESSES)
    assert isinstance(offer, Offer)
    site.perform(site.protocol.points.offer_failed(offer, OSError(errno.EMFILE, "too many")))
    assert site.open == set()
    site.pump()
    assert isinstance(child.outcomes[0], Denied)


def test_after_a_stop_only_those_that_listen_keep_points_open() -> None:
    site = Site()
    left, one, two = site.start(0), site.start(1), site.start(2)
    left.listen("a")
    one.listen("b")
    site.pump()
    two.listen("c")
    site.pump(open_points=False)
    site.perform(site.protocol.gone(left.number))
    assert site.open == {1, 2}  # The first waits for the successor of its worker.
    site.perform(site.protocol.points.stop())
    assert site.open == {2}
    site.opened(3)
    assert site.open == {2}
    two.listen("b")
    site.pump()
    numbers = [each.refused.number for each in two.outcomes if isinstance(each, Denied)]
    assert numbers == [errno.ESHUTDOWN, errno.ESHUTDOWN]
    site.perform(site.protocol.gone(one.number))
    assert site.open == set()
    assert not site.seen(Drop)


def test_after_the_end_nobody_listens() -> None:
    site = Site()
    child = site.start(0)
    child.listen("a")
    site.pump()
    child.listen("b")
    site.pump(open_points=False)
    site.perform(site.protocol.points.close())
    assert site.open == set()
    site.opened(2)
    assert site.open == set()
    child.listen("c")
    site.pump()
    assert child.outcomes[-1].refused.number == errno.ESHUTDOWN
    child.close(1)
    site.pump()
    assert not site.seen(Drop)


def test_a_drain_takes_the_least_time_that_was_asked_for() -> None:
    worker = WorkerProtocol()
    assert worker.drain(5.0) == [BeginToDrain()]
    assert worker.receive(Drain(None)) == []
    assert worker.receive(Drain(2.0)) == []
    assert worker.grace == 2.0


def test_a_lost_primary_answers_nothing() -> None:
    child = Child(1)
    waiting = child.listen("a")
    child.abandon(child.listen("b"))
    assert child.protocol.requests.lost() == [waiting]
    assert child.protocol.requests.ask("a", {}).key == "a 0"


def test_what_a_program_failed_with_is_kept() -> None:
    site = Site()
    child = site.start(0)
    child.up.send(Failed("no such module", True))
    child.up.send(Message("last words"))
    site.pump()
    assert site.protocol.workers[1].error == "no such module"
    assert site.protocol.workers[1].unusable
    assert site.seen(Deliver) == [Deliver(1, Message("last words"))]


@pytest.mark.parametrize(
    "message",
    [
        Opened(1, 1, "shared", (None,), (7,)),
        Refused(1, "OSError", 5, "no"),
        Drain(1.0),
        BadMessage("nonsense", (7,)),
        Online(),
    ],
)
def test_nonsense_of_a_worker_drops_it_alone(message: Any) -> None:
    site = Site()
    site.start(0)
    site.pump()
    (outcome,) = site.protocol.receive(1, message)
    assert isinstance(outcome, Drop)
    assert outcome.fds == getattr(message, "fds", ())


@pytest.mark.parametrize(
    "message",
    [
        Online(),
        Close(1, 1),
        Opened(1, 1, "shared", (None,), (7,)),
        Refused(1, "OSError", 5, "no"),
        BadMessage("nonsense", (7,)),
    ],
)
def test_nonsense_of_the_primary_drops_it(message: Any) -> None:
    (outcome,) = WorkerProtocol().receive(message)
    assert isinstance(outcome, of_worker.Drop)
    assert outcome.fds == getattr(message, "fds", ())


def test_what_comes_too_late_or_twice_is_passed_over() -> None:
    site = Site()
    child = site.start(0)
    child.listen()
    site.pump()
    for late in (Close(5, 0), Close(1, 9), Listening(9), Listening(1)):
        assert site.protocol.receive(1, late) == []
    (refusal,) = site.protocol.points.ask(1, 0, 9, "a 0", {})
    assert isinstance(refusal, Refuse)


steps = st.lists(
    st.tuples(
        st.sampled_from(["start", "listen", "close", "abandon", "die", "end", "pump", "linger"]),
        st.integers(0, 5),
    ),
    max_size=60,
)


@settings(max_examples=200, deadline=None)
@given(steps, st.booleans())
def test_whatever_happens_neither_side_finds_nonsense_and_all_is_closed(
    done: list[tuple[str, int]], keep: bool
) -> None:
    site = Site(keep=keep)
    for what, number in done:
        children = list(site.children.values())
        child = children[number % len(children)] if children else site.start(0)
        match what:
            case "start":
                site.start(number)
            case "listen":
                child.listen("ab"[number % 2])
            case "close" if child.points:
                child.close(list(child.points)[number % len(child.points)])
            case "abandon" if child.waiting:
                child.abandon(child.waiting[number % len(child.waiting)])
            case "die" | "end":
                site.die(child, expected=what == "end")
            case "pump":
                site.pump(open_points=number % 2 == 0)
            case "linger":
                site.linger_ends()
    site.pump()
    for child in list(site.children.values()):
        for point in list(child.points):
            child.close(point)
        site.pump()
        assert child.waiting == []
    assert not site.seen(Drop)
    for child in list(site.children.values()):
        assert not [each for each in child.outcomes if isinstance(each, of_worker.Drop)]
        site.die(child, expected=True)
    site.linger_ends()
    expected = set(site.open)
    assert all(site.slots[point] for point in expected)
    site.perform(site.protocol.points.close())
    assert site.open == set()
    assert keep or expected == set()
