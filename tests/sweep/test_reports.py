"""What the sweeps give back: cases with names, outcomes, what the peers saw."""

from __future__ import annotations

import errno
from typing import Any

import anyio
import pytest
from anyio.lowlevel import checkpoint

import anynet
from anynet.testing import (
    CancelPoint,
    FailPoint,
    PeerRecord,
    Stage,
    cancel_everywhere,
    cancellation_cases,
    fail_everywhere,
    failure_cases,
    system_call_errors,
)

ERRNOS = {"send": [errno.EPIPE], "recv": [errno.ECONNRESET]}


async def client(stage: Stage) -> None:
    listener = stage.listener()
    async with anynet.connect(*listener.address) as socket:
        await socket.send(b"hello")
        stage.act(lambda: listener.send(b"hello"))
        assert await socket.receive() == b"hello"


async def careless(stage: Stage) -> None:
    """Says what happened, but with the wrong exception."""
    try:
        await client(stage)
    except anyio.BrokenResourceError as error:
        raise LookupError("no answer") from error


def test_what_a_peer_saw() -> None:
    report = fail_everywhere(client, errnos={"send": [errno.EPIPE]})
    assert list(report.outcomes) == [FailPoint("send", 1, errno.EPIPE)]
    (outcome,) = report.outcomes.values()
    assert outcome.reached and outcome.findings == ()
    assert outcome.error is not None and "EPIPE" not in outcome.error
    assert outcome.peers == (PeerRecord(0, 0, "end", cut=False),)
    assert str(report) == "client on asyncio: 1 runs, 0 findings; peers saw 1 × end"


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_findings_are_raised_with_their_points(backend: Any) -> None:
    with pytest.raises(AssertionError) as raised:
        fail_everywhere(careless, backend, errnos={"send": [errno.EPIPE]})
    assert "\nsend 1 EPIPE: it raised LookupError('no answer')" in str(raised.value)
    fail_everywhere(careless, backend, errnos=ERRNOS, expected=(LookupError,))


def test_every_point_is_a_case() -> None:
    cases = cancellation_cases(client)
    report = cancel_everywhere(client, "trio")
    assert [case.point for case in cases if case.backend == "trio"] == list(report.outcomes)
    assert [str(case) for case in cases[:2]] == ["asyncio-step 1 begins", "asyncio-step 1 parked"]
    assert all(case.check().reached for case in cases)
    failing = failure_cases(careless, ["trio"], errnos=ERRNOS)
    assert [str(case) for case in failing][-1] == "trio-send 1 EPIPE"
    with pytest.raises(AssertionError, match="careless on trio-send 1 EPIPE: it raised Lookup"):
        failing[-1].check()
    assert failing[-1].run().findings == ("it raised LookupError('no answer')",)


def test_a_point_that_does_not_come_up() -> None:
    (case, *_) = cancellation_cases(client, ["trio"])
    late = type(case)(client, "trio", CancelPoint(99, case.point.when), case.options)  # type: ignore[union-attr]
    assert not late.run().reached


def test_a_limit_takes_points_at_even_distances() -> None:
    async def scenario(stage: Stage) -> None:
        for _ in range(10):
            await checkpoint()

    report = cancel_everywhere(scenario, "trio", limit=3)
    assert (report.counts["steps"], report.runs) == (11, 3)
    steps = [point.step for point in report.outcomes if isinstance(point, CancelPoint)]
    assert steps == [1, 4, 8]
    assert cancel_everywhere(scenario, limit=100).runs == 22


def test_an_undisturbed_run_has_to_be_without_findings() -> None:
    async def scenario(stage: Stage) -> None:
        raise OSError("no")

    with pytest.raises(AssertionError, match="scenario on trio, undisturbed: it failed: OSError"):
        cancel_everywhere(scenario, "trio", check=False)


def test_an_undisturbed_run_shows_where_it_failed() -> None:
    async def scenario(stage: Stage) -> None:
        raise KeyError("no")

    with pytest.raises(AssertionError, match=r"undisturbed: it raised KeyError\('no'\)\n") as info:
        cancel_everywhere(scenario, "trio")
    (note,) = info.value.__notes__
    assert 'raise KeyError("no")' in note


def test_errors_of_no_system_call() -> None:
    """A misspelt name would never fail, and the report would be without findings."""
    with pytest.raises(ValueError, match="errnos has 'snd', which is none of socket, "):
        fail_everywhere(client, "trio", errnos={"snd": [errno.EPIPE]})


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"limit": 0}, "limit must be"),
        ({"patience": -1}, "patience must not be"),
        ({"modules": "anynet"}, "modules must be several names"),
        ({"backend": "curio"}, "backend must be"),
    ],
)
def test_options_are_checked(options: dict[str, Any], error: str) -> None:
    with pytest.raises((ValueError, TypeError), match=error):
        cancel_everywhere(client, **options)


def test_the_errors_of_system_calls_are_a_copy() -> None:
    system_call_errors().clear()
    assert errno.EMFILE in system_call_errors()["accept"]


def test_the_peers_saw_a_cut_message() -> None:
    async def scenario(stage: Stage) -> None:
        listener = stage.listener()
        async with anynet.connect(*listener.address) as socket:
            await socket.send(b"half a l")
            await checkpoint()
            await socket.send(b"ine\n")

    def lines(data: bytes) -> tuple[list[bytes], bytes]:
        *whole, rest = data.split(b"\n")
        return whole, rest

    errnos = {"send": [errno.ENOBUFS]}
    report = fail_everywhere(scenario, errnos=errnos, split=lines, check=False)
    last = report.outcomes[FailPoint("send", 2, errno.ENOBUFS)]
    assert last.peers == (PeerRecord(8, 0, "end", cut=True),)
    assert [finding.kind for finding in report.findings] == ["send ENOBUFS"]
