"""When relays pause: with simulated sources, so that no clock of the machine matters."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import pytest

from anynet._transport.reactor.pauses import PAUSE, Pauses

CHUNK = 65536
#: Seconds that a turn and an event of it take.
TURN, EVENT = 0.00001, 0.00002


@attrs.define
class Told:
    """What a poller told: the seconds it worked and paused, its turns and its bytes."""

    seconds: float = 0.0
    pauses: int = 0
    turns: int = 0
    size: int = 0

    @property
    def rate(self) -> float:
        return self.size / self.seconds


def streaming(count: int, pauses: Pauses | None, *, seconds: float = 2.0, start: float = 5) -> Told:
    """Streams that bring a piece each 1.2 ms, whether the last one has been taken or not."""

    def next_due(now: float, due: float) -> tuple[int, float]:
        pieces = 1 + int((now - due) / 0.0012)
        return pieces, due + pieces * 0.0012

    return run(count, pauses, next_due, seconds=seconds, start=start)


def asking(count: int, pauses: Pauses | None) -> Told:
    """Clients that send the next piece 0.1 ms after the last has been taken."""
    return run(count, pauses, lambda now, due: (1, now + 0.0001), seconds=20.0, start=5)


def run(
    count: int,
    pauses: Pauses | None,
    next_due: Callable[[float, float], tuple[int, float]],
    *,
    seconds: float,
    start: float,
) -> Told:
    """Turns of a poller of ``count`` sources, which say how many pieces there are, and the next."""
    told, now = Told(), start
    due = [start + 0.00004 * number for number in range(count)]
    while now < start + seconds:
        now = max(now, min(due)) + TURN
        ready = [number for number in range(count) if due[number] <= now]
        size = 0
        for number in ready:
            pieces, due[number] = next_due(now, due[number])
            size += pieces * CHUNK
            now += EVENT
        told.turns += 1
        told.size += size
        if pauses is not None and (pause := pauses.after_turn(now, len(ready), size)):
            told.pauses += 1
            now += pause
    told.seconds = now - start
    return told


def test_many_streams_are_taken_together() -> None:
    with_pauses, without = streaming(32, Pauses()), streaming(32, None)
    assert with_pauses.turns < without.turns / 5
    assert with_pauses.rate > 0.99 * without.rate


@pytest.mark.parametrize("count", [1, 2, 3, 8])
def test_who_waits_for_answers_is_not_kept_waiting(count: int) -> None:
    with_pauses, without = asking(count, Pauses()), asking(count, None)
    assert with_pauses.pauses > 0  # That it would cost had to be found out.
    assert with_pauses.rate > 0.98 * without.rate


def test_a_single_stream_is_taken_as_it_comes() -> None:
    told = streaming(1, Pauses(), seconds=20)
    assert 0 < told.pauses < 0.02 * told.turns


def test_small_messages_are_not_kept_waiting() -> None:
    pauses = Pauses()
    streaming(32, pauses)
    now = 7.001  # Seconds on, right behind the last turn.
    assert pauses.after_turn(now, 4, 4 * CHUNK) == PAUSE
    assert pauses.after_turn(now, 100, 4 * CHUNK) == 0  # 96 of them were messages.
    assert pauses.after_turn(now, 4, 4 * CHUNK) == PAUSE


def test_nothing_is_concluded_from_what_comes_now_and_then() -> None:
    pauses = Pauses()
    assert not any(pauses.after_turn(second, 8, 8 * CHUNK) for second in range(1000))


def test_what_was_a_stream_and_is_none_any_more_is_taken_as_it_comes() -> None:
    pauses = Pauses()
    streaming(32, pauses)
    told = streaming(1, pauses, start=7.0)
    assert told.pauses < 0.1 * told.turns
