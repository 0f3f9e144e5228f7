"""A relay between two of our own sockets: the task only waits for its end."""

from __future__ import annotations

import anyio

from anynet._transport.reactor.poller import can_poll
from anynet._transport.reactor.socket_relay import SocketRelay
from anynet._transport.streams.socket_stream import SocketStream
from anynet._transport.streams.stream_base import StreamBase

#: How often an idle timeout looks whether something has passed; that often costs no time of day
#: for each chunk, and makes it late by no more than such a part of it.
_LOOKS = 4


class SocketsRelay:
    """Over the callbacks of the relays' poller: see :class:`SocketRelay`."""

    def __init__(self, a: SocketStream, b: SocketStream) -> None:
        self._streams = (a, b)
        self._ended = a.host.new_event()
        self._relay = SocketRelay(a, b, self._ended.set)
        self.idle = False

    @property
    def passed(self) -> tuple[int, int]:
        return self._relay.a_to_b.passed, self._relay.b_to_a.passed

    @property
    def error(self) -> Exception | None:
        return self._relay.error

    def start(self, unread_a: bytes, unread_b: bytes) -> None:
        """Begin; raises :exc:`OSError`, with nothing touched, where that is not possible."""
        a, b = self._streams
        a.state.claim_both()
        try:
            b.state.claim_both()
            try:
                self._relay.start(unread_a, unread_b)
            except BaseException:
                b.state.release_both()
                raise
        except BaseException:
            a.state.release_both()
            raise

    async def run(self, idle_timeout: float | None) -> None:
        """Wait for the end."""
        try:
            if idle_timeout is None:
                await self._ended.wait()
            else:
                await self._wait(idle_timeout)
        finally:
            self._relay.stop()

    async def _wait(self, idle_timeout: float) -> None:
        counted, quiet = self._count(), 0
        while quiet < _LOOKS:
            with anyio.move_on_after(idle_timeout / _LOOKS):
                await self._ended.wait()
                return
            before, counted = counted, self._count()
            quiet = quiet + 1 if counted == before else 0
        self.idle = True

    def _count(self) -> int:
        return sum(each.state.bytes_received + each.state.bytes_sent for each in self._streams)

    async def close(self, complete: bool, _: float | None) -> None:
        """Close both; where the relay was not complete by a reset."""
        a, b = self._streams
        try:
            a.close() if complete else a.abort()
        finally:
            b.close() if complete else b.abort()


def sockets_relay(a: StreamBase | None, b: StreamBase | None) -> SocketsRelay | None:
    """The relay between two such streams, or None where they need tasks."""
    if not (isinstance(a, SocketStream) and isinstance(b, SocketStream)):
        return None
    usable = can_poll() and a.host is b.host and a.host.has_descriptors
    usable = usable and not a.state.closed and not b.state.closed
    return SocketsRelay(a, b) if usable else None
