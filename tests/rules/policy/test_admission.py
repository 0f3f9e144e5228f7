"""Which connections a server takes."""

from __future__ import annotations

import pytest

from anynet._rules.policy.admission import Admission, OverloadPolicy, admit, may_accept
from anynet._rules.values.addresses import Address, SocketAddress
from anynet._rules.values.block_list import BlockList

FRIEND = SocketAddress("192.0.2.1", 5000)
ENEMY = SocketAddress("10.1.2.3", 5000)
MAPPED_ENEMY = SocketAddress("::ffff:10.1.2.3", 5000)
ACCEPT, PAUSE, DROP, BLOCK = Admission


@pytest.fixture
def block_list() -> BlockList:
    block_list = BlockList()
    block_list.add_subnet("10.0.0.0/8")
    return block_list


@pytest.mark.parametrize(
    ("remote", "open_connections", "max_connections", "policy", "expected"),
    [
        (FRIEND, 0, None, "pause", ACCEPT),
        (FRIEND, 10**6, None, "drop", ACCEPT),
        (FRIEND, 1, 2, "pause", ACCEPT),
        (FRIEND, 2, 2, "pause", PAUSE),
        (FRIEND, 2, 2, "drop", DROP),
        (FRIEND, 3, 2, "pause", PAUSE),
        (FRIEND, 3, 2, "drop", DROP),
        (FRIEND, 0, 0, "pause", PAUSE),
        (FRIEND, 0, 0, "drop", DROP),
        (ENEMY, 0, None, "pause", BLOCK),
        (ENEMY, 2, 2, "pause", BLOCK),
        (ENEMY, 2, 2, "drop", BLOCK),
        (MAPPED_ENEMY, 0, None, "drop", BLOCK),
        ("10.1.2.3", 0, None, "drop", ACCEPT),
        ("/run/app.sock", 2, 2, "drop", DROP),
        ("", 0, 2, "drop", ACCEPT),
        (None, 0, 2, "drop", ACCEPT),
        (None, 2, 2, "pause", PAUSE),
    ],
)
def test_admission_of_a_connection(
    remote: Address | None,
    open_connections: int,
    max_connections: int | None,
    policy: OverloadPolicy,
    expected: Admission,
    block_list: BlockList,
) -> None:
    decision = admit(
        remote=remote,
        open_connections=open_connections,
        max_connections=max_connections,
        policy=policy,
        block_list=block_list,
    )
    assert decision is expected


@pytest.mark.parametrize("remote", [FRIEND, ENEMY, "/run/app.sock", None])
def test_without_a_block_list_nobody_is_blocked(remote: Address | None) -> None:
    for max_connections, expected in ((None, ACCEPT), (1, ACCEPT), (0, DROP)):
        decision = admit(
            remote=remote,
            open_connections=0,
            max_connections=max_connections,
            policy="drop",
            block_list=None,
        )
        assert decision is expected


def test_a_rule_added_later_counts() -> None:
    block_list = BlockList()

    def decision() -> Admission:
        return admit(
            remote=FRIEND,
            open_connections=0,
            max_connections=None,
            policy="pause",
            block_list=block_list,
        )

    assert decision() is ACCEPT
    block_list.add_address(FRIEND)
    assert decision() is BLOCK


@pytest.mark.parametrize(
    ("open_connections", "max_connections", "policy", "expected"),
    [
        (0, None, "pause", True),
        (10**6, None, "pause", True),
        (1, 2, "pause", True),
        (2, 2, "pause", False),
        (3, 2, "pause", False),
        (0, 0, "pause", False),
        (2, 2, "drop", True),
        (0, 0, "drop", True),
    ],
)
def test_a_full_server_that_pauses_stops_accepting(
    open_connections: int, max_connections: int | None, policy: OverloadPolicy, expected: bool
) -> None:
    assert may_accept(open_connections, max_connections, policy) is expected
