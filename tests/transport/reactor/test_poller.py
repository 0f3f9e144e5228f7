"""A kqueue with epoll's manners, over a kqueue that only remembers what it is told."""

from __future__ import annotations

import select
from types import SimpleNamespace
from typing import Any

import pytest

from anynet._transport.reactor.poller import (
    EDGE_TRIGGERED,
    HANGUP,
    PEER_ENDED,
    READABLE,
    WRITABLE,
    KqueuePoller,
)

READ, WRITE = -1, -2
ADD, DELETE, CLEAR, EOF = 1, 2, 32, 32768


class FakeKqueue:
    def __init__(self) -> None:
        self.closed = False
        self.changes: list[tuple[int, int, int]] = []
        self.events: list[Any] = []

    def fileno(self) -> int:
        return 77

    def close(self) -> None:
        self.closed = True

    def control(self, changes: list[Any] | None, most: int, timeout: float) -> list[Any]:
        assert timeout == 0
        self.changes += changes or []
        return self.events[:most]


@pytest.fixture
def kqueue(monkeypatch: pytest.MonkeyPatch) -> FakeKqueue:
    names = {
        "KQ_FILTER_READ": READ,
        "KQ_FILTER_WRITE": WRITE,
        "KQ_EV_ADD": ADD,
        "KQ_EV_DELETE": DELETE,
        "KQ_EV_CLEAR": CLEAR,
        "KQ_EV_EOF": EOF,
        "kevent": lambda *args: args,
    }
    for name, value in names.items():
        monkeypatch.setattr(select, name, value, raising=False)
    return FakeKqueue()


def test_a_stream_has_both_filters_and_edges(kqueue: FakeKqueue) -> None:
    poller = KqueuePoller(kqueue)
    mask = READABLE | WRITABLE | EDGE_TRIGGERED
    poller.register(5, mask)
    assert kqueue.changes == [(5, READ, ADD | CLEAR), (5, WRITE, ADD | CLEAR)]
    kqueue.changes.clear()
    poller.modify(5, mask)  # Adding it again has the kernel look again.
    assert kqueue.changes == [(5, READ, ADD | CLEAR), (5, WRITE, ADD | CLEAR)]
    kqueue.changes.clear()
    poller.unregister(5)
    assert kqueue.changes == [(5, READ, DELETE), (5, WRITE, DELETE)]


def test_a_listener_is_disarmed_and_armed(kqueue: FakeKqueue) -> None:
    poller = KqueuePoller(kqueue)
    poller.register(6, READABLE)
    poller.modify(6, 0)
    poller.modify(6, READABLE)
    assert kqueue.changes == [(6, READ, ADD), (6, READ, DELETE), (6, READ, ADD)]


def test_events_in_the_words_of_epoll(kqueue: FakeKqueue) -> None:
    poller = KqueuePoller(kqueue)
    kqueue.events = [
        SimpleNamespace(ident=1, filter=READ, flags=0),
        SimpleNamespace(ident=2, filter=WRITE, flags=0),
        SimpleNamespace(ident=3, filter=READ, flags=EOF),
        SimpleNamespace(ident=4, filter=WRITE, flags=EOF),
        SimpleNamespace(ident=5, filter=READ, flags=0),
    ]
    assert poller.poll(0, 4) == [
        (1, READABLE),
        (2, WRITABLE),
        (3, READABLE | PEER_ENDED),
        (4, WRITABLE | HANGUP),
    ]


def test_the_descriptor(kqueue: FakeKqueue) -> None:
    poller = KqueuePoller(kqueue)
    assert poller.fileno() == 77
    assert not poller.closed
    poller.close()
    assert poller.closed
