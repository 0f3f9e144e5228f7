"""Two connected sockets do in any order of operations what the model says, and no more."""

from __future__ import annotations

import anyio
import anyio.lowlevel
import pytest
from hypothesis import Phase
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

import anynet
from tests.conftest import BACKENDS
from tests.core.connections.relays import unix_pair
from tests.models.direction import End
from tests.models.machines import LoopMachine, run_machine
from tests.support import tcp_pair

#: What is under way in one direction is at most so much but for a message that was cut off: it
#: fits into the buffers of a Unix socket and of TCP.
ROOM = 30_000
#: More than the kernel takes.
FLOOD = bytes(range(256)) * 32_768
LIMIT = 0.05
ENDS = st.sampled_from([0, 1])


def outcome_of(error: BaseException) -> str:
    match error:
        case anynet.ConnectionExpired():
            return "expired"
        case anyio.EndOfStream():
            return "end"
        case anyio.ClosedResourceError():
            return "closed"
        case anyio.BrokenResourceError():
            return "broken"
    raise error


class Connection(LoopMachine):
    """Either end may do anything at any time."""

    @initialize(kind=st.sampled_from(["tcp", "tcp limited", "unix"]), calm=st.integers(0, 20))
    def connect(self, kind: str, calm: int) -> None:
        """Nothing ends in the first ``calm`` steps: else most connections would end at once."""
        self.calm = calm
        options = {"receive_timeout": LIMIT} if kind == "tcp limited" else {}
        pair = unix_pair() if kind == "unix" else tcp_pair(**options)
        self.sockets: tuple[anynet.Socket, anynet.Socket] = self.enter(pair)
        self.limited = [False, kind == "tcp limited"]
        self.ends = End(kind != "unix"), End(kind != "unix")
        self.ends[0].peer, self.ends[1].peer = self.ends[1], self.ends[0]
        self.salt = 0

    def may_end(self) -> bool:
        self.calm -= 1
        return self.calm < 0

    def fresh(self, size: int) -> bytes:
        """Bytes unlike those before them."""
        self.salt += 1
        return bytes((self.salt * 31 + offset) % 251 for offset in range(size))

    @rule(at=ENDS, size=st.integers(1, 5000), pieces=st.integers(1, 3))
    def send(self, at: int, size: int, pieces: int) -> None:
        end = self.ends[at]
        data = [self.fresh(size) for _ in range(pieces)]
        self.calm -= 1
        if len(end.peer.unread) + size * pieces > ROOM and "sent" in end.may_send():
            return

        async def act() -> str:
            try:
                if pieces == 1:
                    await self.sockets[at].send(data[0])
                else:
                    await self.sockets[at].send_many(data)
            except Exception as error:
                return outcome_of(error)
            return "sent"

        outcome = self.step(act)
        assert outcome in end.may_send(), (outcome, end)
        if outcome == "sent":
            end.sent += b"".join(data)
            # Who has closed answers by a reset, and that breaks both directions.
            end.told = end.told or end.peer.closed
        elif outcome == "broken":
            end.told = True

    @rule(at=ENDS)
    def flood_and_cancel(self, at: int) -> None:
        """More than the peer takes: the send waits. Cancelled, it has sent a part."""
        end, socket = self.ends[at], self.sockets[at]
        if end.may_send() != {"sent"} or end.peer.closed or not self.may_end():
            return

        async def act() -> None:
            waits = socket.statistics().send_waits
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(socket.send, FLOOD)
                while socket.statistics().send_waits == waits:
                    await anyio.lowlevel.checkpoint()
                tasks.cancel_scope.cancel()

        before = socket.bytes_sent
        self.step(act)
        went = socket.bytes_sent - before
        assert went < len(FLOOD)
        end.sent += FLOOD[:went]
        end.cut = went > 0

    @rule(at=ENDS, max_bytes=st.sampled_from([1, 100, 4096, 65536, 1_000_000]))
    def receive(self, at: int, max_bytes: int) -> None:
        end, socket = self.ends[at], self.sockets[at]
        may = end.may_receive()

        async def act() -> tuple[str, bytes]:
            scope = anyio.CancelScope()
            try:
                with scope:
                    if not self.limited[at] and "wait" in may:
                        # Nothing comes by itself: it may only wait, and loses nothing by that.
                        scope.deadline = anyio.current_time() + LIMIT / 20
                    return "bytes", await socket.receive(max_bytes)
            except Exception as error:
                return outcome_of(error), b""
            return "wait", b""

        outcome, data = self.step(act)
        if self.limited[at] and "wait" in may:
            may = (may - {"wait"}) | {"expired"}
        assert outcome in may, (outcome, may, end)
        if outcome == "bytes":
            assert 1 <= len(data) <= max_bytes
            assert end.unread.startswith(data)
            end.received += len(data)
        elif outcome == "broken":
            end.told = True
        elif outcome == "expired" and not end.expired:
            end.close(reset=True)
            end.expired = True

    @rule(at=ENDS)
    def send_eof(self, at: int) -> None:
        end = self.ends[at]
        if not self.may_end():
            return

        async def act() -> str:
            try:
                await self.sockets[at].send_eof()
            except Exception as error:
                return outcome_of(error)
            return "sent"

        outcome = self.step(act)
        may = end.may_send() | ({"sent"} if end.ended and not end.closed else set())
        assert outcome in may, (outcome, end)
        end.ended = end.ended or outcome == "sent"
        end.told = end.told or (outcome == "broken" and not end.cut)

    @precondition(lambda self: not all(end.closed for end in self.ends))
    @rule(at=ENDS, reset=st.booleans())
    def close(self, at: int, reset: bool) -> None:
        socket = self.sockets[at]
        if not self.may_end():
            return

        async def act() -> None:
            if reset:
                socket.reset()
            else:
                await socket.aclose()

        self.step(act)
        self.ends[at].close(reset=reset)

    @invariant()
    def counters(self) -> None:
        for end, socket in zip(self.ends, self.sockets, strict=True):
            assert socket.bytes_sent == len(end.sent)
            assert socket.bytes_received == end.received
            assert socket.closed == end.closed
            expired = socket.statistics().expired
            assert expired == ("receive_timeout" if end.expired else None)


@pytest.mark.parametrize("backend", BACKENDS)
def test_any_order_of_operations(backend: str, request: pytest.FixtureRequest) -> None:
    run_machine(Connection, backend, request.config)


def test_the_model_notices(request: pytest.FixtureRequest) -> None:
    """A receive that returns its bytes in the wrong order is found."""
    original = anynet.Socket.receive

    async def backwards(self: anynet.Socket, max_bytes: int = 65536) -> bytes:
        return (await original(self, max_bytes))[::-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(anynet.Socket, "receive", backwards)
        with pytest.raises(AssertionError):
            run_machine(Connection, "asyncio", request.config, phases=(Phase.generate,))
