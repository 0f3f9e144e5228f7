"""The queue of frames to be sent, and those that come, over a socket that never waits."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from anynet.cluster.wire.frame_socket import FrameSocket, OutgoingMessage
from anynet.cluster.wire.frames import ChannelError, Frame, encode_frame
from tests.support import open_descriptors

LARGE = "x" * 1_000_000


class Ends:
    """Both ends, and what became of what was sent: its name, and the error or None."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        self.one, self.two = FrameSocket(ours), FrameSocket(theirs)
        self.finished: list[tuple[str, Exception | None]] = []

    def put(self, name: str, frame: Frame) -> OutgoingMessage:
        outgoing = OutgoingMessage.of_frame(frame, lambda error: self.note(name, error))
        self.one.put(outgoing)
        return outgoing

    def put_later(self, name: str, prepare: Any) -> OutgoingMessage:
        outgoing = OutgoingMessage(prepare, lambda error: self.note(name, error))
        self.one.put(outgoing)
        return outgoing

    def note(self, name: str, error: Exception | None) -> None:
        self.finished.append((name, error))

    def received(self) -> list[Frame]:
        frames: list[Frame] = []
        try:
            while True:
                frames += self.two.receive()
        except BlockingIOError:
            return frames

    def exchange(self) -> list[Any]:
        """Send and receive until all has gone; the messages that came."""
        frames: list[Frame] = []
        while not self.one.flush():
            frames += self.received()
        return [each.message for each in frames + self.received()]

    def close(self) -> None:
        for end in (self.one, self.two):
            end.close(OSError("closed"))


@pytest.fixture
def ends() -> Iterator[Ends]:
    before = open_descriptors()
    pair = Ends()
    yield pair
    pair.close()
    assert open_descriptors() == before


def test_frames_go_in_order_and_as_a_whole(ends: Ends) -> None:
    ends.put("large", Frame(message=LARGE))
    ends.put("small", Frame(message=1))
    assert ends.one.queue_size > len(LARGE)
    assert not ends.one.flush()
    assert ends.finished == []
    assert ends.exchange() == [LARGE, 1]
    assert ends.finished == [("large", None), ("small", None)]
    assert (ends.one.queue_size, ends.one.waiting) == (0, False)


def test_what_waits_may_be_withdrawn_and_what_has_begun_not(ends: Ends) -> None:
    begun = ends.put("begun", Frame(message=LARGE))
    waits = ends.put("waits", Frame(message=1))
    ends.put("last", Frame(message=2))
    ends.one.flush()
    ends.one.withdraw(begun)
    ends.one.withdraw(waits)
    ends.one.withdraw(waits)
    assert ends.exchange() == [LARGE, 2]
    assert ends.finished == [("begun", None), ("last", None)]
    assert ends.one.queue_size == 0


def test_a_message_is_made_ready_when_its_turn_has_come(ends: Ends) -> None:
    made: list[int] = []

    def make() -> Frame:
        made.append(1)
        return Frame(message="made")

    ends.put("large", Frame(message=LARGE))
    ends.put_later("late", make)
    ends.one.flush()
    assert made == []
    assert ends.exchange() == [LARGE, "made"]
    assert made == [1]
    assert ends.one.queue_size == 0


def test_a_handle_that_was_made_ready_is_not_withdrawn(ends: Ends) -> None:
    """It has left its object: whoever made it ready has to hear what became of it."""
    ours, theirs = socket.socketpair()
    end, other = FrameSocket(ours), FrameSocket(theirs)
    with pytest.raises(BlockingIOError):
        while True:
            ours.send(encode_frame(Frame(message="x" * 1000)))
    outgoing = OutgoingMessage(lambda: Frame(message=1), lambda error: ends.note("it", error))
    end.put(outgoing)
    assert not end.flush()
    end.withdraw(outgoing)
    assert end.waiting
    other.close(OSError())
    error = OSError("gone")
    end.close(error)
    assert ends.finished == [("it", error)]


def test_descriptors_come_with_their_own_frame(ends: Ends) -> None:
    reader, writer = os.pipe()
    ends.put("first", Frame(message=LARGE, fds=(reader,)))
    ends.put("second", Frame(message=2, fds=(writer, reader)))
    frames: list[Frame] = []
    while not ends.one.flush():
        frames += ends.received()
    frames += ends.received()
    assert [(len(str(each.message)), len(each.fds)) for each in frames] == [(len(LARGE), 1), (1, 2)]
    for fd in (reader, writer, *frames[0].fds, *frames[1].fds):
        os.close(fd)


def test_what_is_wrong_with_one_message_is_its_own_error(ends: Ends) -> None:
    reader, writer = os.pipe()
    os.close(writer)
    os.close(reader)

    def fail() -> Frame:
        raise LookupError("no longer there")

    ends.put("closed", Frame(message=1, fds=(reader,)))
    ends.put_later("failed", fail)
    ends.put("good", Frame(message=2))
    assert ends.exchange() == [2]
    errors = dict(ends.finished)
    assert isinstance(errors["closed"], ValueError)
    assert isinstance(errors["failed"], LookupError)
    assert errors["good"] is None
    assert ends.one.queue_size == 0


def test_when_the_other_end_is_gone_what_waits_fails(ends: Ends) -> None:
    ends.two.close(OSError())
    ends.put("lost", Frame(message=1))
    with pytest.raises(BrokenPipeError):
        ends.one.flush()
    with pytest.raises(EOFError):
        ends.one.receive()
    error = OSError("gone")
    ends.one.close(error)
    assert ends.finished == [("lost", error)]


def test_an_end_in_the_middle_of_a_frame_is_nonsense(ends: Ends) -> None:
    ours, theirs = socket.socketpair()
    end = FrameSocket(theirs)
    with ours:
        ours.sendall(encode_frame(Frame(message=1))[:-1])
        assert list(end.receive()) == []
    with pytest.raises(ChannelError, match="middle of a frame"):
        end.receive()
    end.close(OSError())


def test_a_reset_is_an_end(ends: Ends) -> None:
    ends.put("unread", Frame(message=1))
    ends.one.flush()
    ends.two.close(OSError())  # With something unread: Linux resets.
    with pytest.raises(EOFError):
        ends.one.receive()
