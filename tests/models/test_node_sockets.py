"""Two sockets of the adapter: what is written comes out in order, and the events say what was."""

from __future__ import annotations

import contextvars
import functools
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import attrs
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from anynet import node as net
from tests.conftest import BACKENDS
from tests.core.server_peers import turns, until
from tests.models.machines import LoopMachine, run_machine

ENDS = st.sampled_from([0, 1])
SIZES = st.sampled_from([1, 1000, 65_535, 65_536, 300_000])
EVENTS = ("end", "finish", "close", "drain", "error", "timeout")


@attrs.define(eq=False)
class Side:
    """A socket, what it was given and what it told; the model is the few fields below."""

    socket: net.Socket
    told: Counter[str] = attrs.field(factory=Counter)
    heard: bytearray = attrs.field(factory=bytearray)
    sent: bytearray = attrs.field(factory=bytearray)
    paused: bool = False
    ended: bool = False
    destroyed: bool = False
    #: Whether a write was answered by False and no "drain" has come since.
    owes_drain: bool = False

    def __attrs_post_init__(self) -> None:
        self.socket.on("data", self.heard.extend)
        for name in EVENTS:
            self.socket.on(name, self.note(name))

    def note(self, name: str) -> Callable[..., None]:
        def count(*args: object) -> None:
            self.told[name] += 1
            if name == "drain":
                assert self.owes_drain
                self.owes_drain = False

        return count

    def has_all_of(self, peer: Side) -> bool:
        """Whether everything has come that the peer sent, and both were told what follows."""
        whole = len(self.heard) == len(peer.sent) and not peer.owes_drain
        return whole and self.told["end"] == peer.told["finish"] == peer.ended


@asynccontextmanager
async def node_pair() -> AsyncIterator[tuple[contextvars.Context, Side, Side]]:
    """The context to call in, and both sides of a connection."""
    async with net.runtime():
        sides: list[Side] = []
        server = net.createServer({"allowHalfOpen": True}, lambda c: sides.append(Side(c)))
        server.listen(0, "127.0.0.1")
        await until(server.address)
        address: Any = server.address()
        client = net.connect({"port": address["port"], "allowHalfOpen": True})
        one = Side(client)
        await until(lambda: sides and client.remotePort)
        try:
            yield contextvars.copy_context(), one, sides[0]
        finally:
            client.destroy()
            sides[0].socket.destroy()
            server.close()


class Sockets(LoopMachine):
    """Both sides write, pause, resume, end and are destroyed, in any order."""

    @initialize(calm=st.integers(0, 15))
    def connect(self, calm: int) -> None:
        self.calm = calm
        self.context, *sides = self.enter(node_pair())
        self.sides: list[Side] = sides

    def call(self, function: Callable[..., Any], *args: Any) -> Any:
        """Call into the adapter, and wait for what the model says must follow."""

        async def act() -> Any:
            result = self.context.run(function, *args)
            await turns(5)
            return result

        result = self.step(act)
        self.settle()
        return result

    def settle(self) -> None:
        one, other = self.sides
        for side, peer in ((one, other), (other, one)):
            if not (side.paused or side.destroyed or peer.destroyed):
                self.step(until, functools.partial(side.has_all_of, peer))
            assert bytes(peer.sent).startswith(side.heard)
            self.check_events(side, peer)

    def check_events(self, side: Side, peer: Side) -> None:
        told = side.told
        assert all(told[name] <= 1 for name in ("end", "finish", "close", "error"))
        assert side.socket.bytesRead >= len(side.heard)
        if side.destroyed:
            self.step(until, lambda: side.told["close"] == 1)
            assert side.socket.destroyed
        elif not peer.destroyed:
            assert not told["error"]
            over = told["end"] and told["finish"]
            self.step(until, lambda: side.told["close"] == bool(over))
            assert side.socket.bytesWritten == len(side.sent)

    def may_end(self) -> bool:
        self.calm -= 1
        return self.calm < 0

    @rule(at=ENDS, size=SIZES)
    def write(self, at: int, size: int) -> None:
        side = self.sides[at]
        self.calm -= 1
        if side.ended or side.destroyed or side.socket.destroyed:
            return
        if self.sides[1 - at].destroyed:
            return  # It may learn of that at any moment.
        data = bytes((len(side.sent) + offset) % 251 for offset in range(size))

        def act() -> None:
            if not side.socket.write(data):
                side.owes_drain = True
            side.sent += data
            assert side.owes_drain == (side.socket.writableNeedDrain is True)

        self.call(act)

    @rule(at=ENDS)
    def pause(self, at: int) -> None:
        side = self.sides[at]
        side.paused = True
        heard = len(side.heard)
        self.call(side.socket.pause)
        assert len(side.heard) == heard

    @rule(at=ENDS)
    def resume(self, at: int) -> None:
        side = self.sides[at]
        side.paused = False
        self.call(side.socket.resume)

    @rule(at=ENDS)
    def end(self, at: int) -> None:
        side = self.sides[at]
        if self.may_end() and not side.destroyed and not self.sides[1 - at].destroyed:
            side.ended = True
            self.call(side.socket.end)

    @rule(at=ENDS, reset=st.booleans())
    def destroy(self, at: int, reset: bool) -> None:
        side = self.sides[at]
        if self.may_end():
            side.destroyed = True
            self.call(side.socket.resetAndDestroy if reset else side.socket.destroy)

    @rule(at=ENDS)
    def be_silent(self, at: int) -> None:
        side = self.sides[at]
        if not side.socket.destroyed and not self.sides[1 - at].destroyed and self.may_end():
            before = side.told["timeout"]
            self.call(side.socket.setTimeout, 10)
            self.step(until, lambda: side.told["timeout"] > before or side.socket.destroyed)
            self.call(side.socket.setTimeout, 0)


@pytest.mark.parametrize("backend", BACKENDS)
def test_any_order_of_operations(backend: str, request: pytest.FixtureRequest) -> None:
    run_machine(Sockets, backend, request.config)
