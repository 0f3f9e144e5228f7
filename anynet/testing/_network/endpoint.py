"""The kernel's side of a TCP socket: its states, and the errors that Linux gives in each.

Rules that live here, which ``tests/testing/network`` compares with real sockets:

- What has arrived before a reset can still be read; then the error comes once, and then the end.
- A peer that has ended first, and then resets, is EPIPE for who sends, and still an end for who
  reads.
- Closing over bytes that nobody has read resets, and so does a close with SO_LINGER 0.
- Bytes for a socket that was closed are answered by a reset; an end is not.
"""

from __future__ import annotations

import errno
import socket
from collections import deque
from functools import partial

from anynet._transport.sockets.system_errors import os_error
from anynet.testing._network.flow import Flow
from anynet.testing._network.hosts import ANY, Machine
from anynet.testing._network.pollable import ERR, HUP, IN, OUT, RDHUP, Pollable
from anynet.testing._network.schedule import Key
from anynet.testing._network.world import World


class Endpoint(Pollable):
    """A socket: new, bound, listening, connecting, connected, closed."""

    #: That of what it sends, once it has a peer.
    key: Key

    def __init__(self, world: World, machine: Machine, family: int) -> None:
        super().__init__(world.next_number(), world.schedule, (machine.name, 0, "", 0))
        self.world = world
        self.machine = machine
        self.family = family
        self.is_ipv6: bool = family == socket.AF_INET6
        self.receive_buffer: int = machine.buffer_size
        self.send_buffer: int = machine.buffer_size
        #: Where it is bound, and where its peer is.
        self.local: tuple[str, int] | None = None
        self.remote: tuple[str, int] | None = None
        self.ipv6_only: bool = False
        self.reuses_port: bool = False
        self.resets_on_close: bool = False
        self.listening: bool = False
        self.connecting: bool = False
        self.closed: bool = False
        #: What the next call, or SO_ERROR, is to report.
        self.error: int = 0
        self.incoming: Flow | None = None
        self.outgoing: Flow | None = None
        self._broken = self._send_ended = False
        self._holds_port = False
        # Of one that listens: the connections that wait, and how many may.
        self._waiting: deque[Endpoint] = deque()
        self._backlog = 0
        #: Where one of a handshake goes when it is complete.
        self._listener: Endpoint | None = None
        world.pollables[self.fd] = self
        machine.sockets[self.fd] = self

    @property
    def port(self) -> int:
        """Its own port; 0 before it has one."""
        return 0 if self.local is None else self.local[1]

    @property
    def label(self) -> str:
        """How the trace calls it: with the peer, where its port is not its own alone."""
        own = f"{self.machine.name}:{self.port}"
        return (
            own if self._holds_port or not self.key[2] else f"{own} ({self.key[2]}:{self.key[3]})"
        )

    @property
    def gone(self) -> bool:
        return self.closed or self._broken

    @property
    def lost(self) -> bool:
        return self._broken

    @property
    def connected(self) -> bool:
        """Whether it has a peer."""
        return self.incoming is not None and not self.connecting and not self._broken

    def note(self, what: str, size: int = 0) -> None:
        """A program has called."""
        self.world.note(self.label, what, size, self.key)

    # -- ports ------------------------------------------------------------------------------------

    def bind(self, address: str, port: int) -> None:
        if self.local is not None:
            raise os_error(errno.EINVAL)
        self.local = (address, self.machine.bind(self, address, port))
        self._holds_port = True

    def bind_for(self, address: str) -> None:
        """Choose an end of its own for a connection to ``address``, if it has none."""
        own = self.machine.source_for(address)
        if own is None or not self.machine.up:
            raise os_error(errno.ENETUNREACH)
        if self.local is None:
            self.bind(own, 0)
        elif self.local[0] in ANY:
            self.local = (own, self.local[1])

    def _free_port(self) -> None:
        if self._holds_port and self.local is not None:
            self._holds_port = False
            for address in {self.local[0], *ANY}:
                self.machine.unbind(self, address, self.local[1])

    # -- listening --------------------------------------------------------------------------------

    def listen(self, backlog: int) -> None:
        if self.local is None:
            self.bind("::" if self.is_ipv6 else "0.0.0.0", 0)
        self._backlog = max(backlog, 0) + 1  # As Linux counts.
        if not self.listening:
            self.note("listen")
        self.listening = True

    def child(self, local: tuple[str, int], peer: Endpoint) -> Endpoint | None:
        """The other end of a connection from ``peer``; None while there is no room for it."""
        if len(self._waiting) >= self._backlog:
            return None
        new = Endpoint(self.world, self.machine, self.family)
        new.receive_buffer, new.send_buffer = self.receive_buffer, self.send_buffer
        new.local, new.remote, new._listener = local, peer.local, self
        new.join(peer)
        return new

    def established(self) -> None:
        """The handshake is complete: whoever accepts can have it."""
        listener, self._listener = self._listener, None
        if listener is None:
            return
        if listener.closed:
            self.closed = True
            self.reset_peer()
            return
        listener._waiting.append(self)
        listener.changed()

    def accept(self) -> Endpoint:
        if not self.listening:
            raise os_error(errno.EINVAL)
        if not self._waiting:
            raise os_error(errno.EAGAIN)
        accepted = self._waiting.popleft()
        accepted.note("accept")
        return accepted

    # -- connecting -------------------------------------------------------------------------------

    def join(self, peer: Endpoint) -> None:
        """Be the other end of ``peer``; both know the addresses."""
        self.outgoing, peer.incoming = (flow := Flow(self.world, self, peer)), flow
        peer.outgoing, self.incoming = (flow := Flow(self.world, peer, self)), flow
        self.key = self.outgoing.key
        peer.key = peer.outgoing.key

    def connect_ended(self, code: int = 0) -> None:
        """The peer has answered, or ``code`` says why there is none."""
        self.connecting = False
        if code:
            self.fail(code)
        else:
            self.changed()

    # -- data -------------------------------------------------------------------------------------

    def receive(self, size: int) -> bytes:
        flow = self.incoming
        if flow is not None and not self.connecting and flow.inbox:
            data = flow.take(size)
            self.note("receive", len(data))
            return data
        if flow is not None and flow.ended:
            return b""
        self._raise_error()
        if self._broken:
            return b""
        raise os_error(errno.ENOTCONN if flow is None and not self.connecting else errno.EAGAIN)

    def send(self, data: bytes) -> int:
        self._raise_error()
        flow = self.outgoing
        if self._send_ended or self._broken or not (flow or self.connecting):
            raise os_error(errno.EPIPE)
        size = 0 if flow is None or self.connecting else min(flow.room, len(data))
        if flow is None or (size == 0 and data):
            raise os_error(errno.EAGAIN)
        self.note("send", size)
        flow.write(data[:size])
        return size

    def _raise_error(self) -> None:
        code, self.error = self.error, 0
        if code:
            raise os_error(code)

    def end_sending(self) -> None:
        if not self.connected or self.outgoing is None:
            raise os_error(errno.ENOTCONN)
        if not self._send_ended:
            self._send_ended = True
            self.note("end")
            self.outgoing.end()
            self.changed()

    def expect_room(self) -> None:
        if self.outgoing is not None:
            self.outgoing.expect_report()

    def events(self) -> int:
        if self.listening:
            return IN if self._waiting else 0
        found = ERR if self.error else 0
        flow = self.incoming
        ended = self._broken or (flow is not None and flow.ended)
        if ended or (flow is not None and not self.connecting and flow.inbox):
            found |= IN
        if ended:
            found |= RDHUP
        if self._broken or (ended and self._send_ended):
            found |= HUP
        if self._broken or self._send_ended or self._has_room():
            found |= OUT
        return found

    def _has_room(self) -> bool:
        # A third of the buffer, as Linux does, so that who waits is not woken for a byte each.
        flow = self.outgoing
        return flow is not None and not self.connecting and 3 * flow.room >= self.send_buffer

    # -- the end ----------------------------------------------------------------------------------

    def fail(self, code: int) -> None:
        if self.gone:
            return
        ended = self.incoming is not None and self.incoming.ended
        self.error = errno.EPIPE if ended and code == errno.ECONNRESET else code
        self._break()
        if self._listener is None:
            self.changed()
        else:
            self._vanish()  # No program has ever had it.

    def _break(self) -> None:
        self._broken = True
        self.connecting = False
        if self.outgoing is not None:
            self.outgoing.dead = True

    def reset_peer(self) -> None:
        flow = self.outgoing
        if flow is not None:
            self._break()
            there = flow.other_end
            reset = partial(there.fail, errno.ECONNRESET)
            self.world.send(flow.path, "RST", 0, flow.key, -1, reset)

    def close(self) -> None:
        if self.closed:
            return
        if self.local is not None:
            self.note("close")
        self.closed = True
        self._vanish()
        if self.listening:
            for waiting in self._waiting:
                waiting.closed = True
                waiting.reset_peer()
                waiting._vanish()
        elif self.incoming is not None and not self._broken and not self.connecting:
            if self.incoming.inbox or self.resets_on_close:
                self.reset_peer()
            elif not self._send_ended and self.outgoing is not None:
                self.outgoing.end()

    def crash(self) -> None:
        """The machine goes down: nobody is told. Who listens waits on, and nobody comes."""
        self._free_port()
        if self.listening:
            self._waiting.clear()
        else:
            self.fail(errno.ENETDOWN)

    def _vanish(self) -> None:
        self._free_port()
        self.world.pollables.pop(self.fd, None)
        self.machine.sockets.pop(self.fd, None)
