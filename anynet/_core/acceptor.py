"""Accepting connections: admission, shortage of descriptors, counters."""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Callable
from typing import Any

import anyio

from anynet._core.shortage import SHORTAGES, Shortage
from anynet._rules.addresses import Address
from anynet._rules.admission import Admission, admit, may_accept
from anynet._rules.events import Drop
from anynet._rules.options import ServerOptions, SocketOptions
from anynet._transport.host_loop import HostLoop, current_host_loop
from anynet._transport.listening import ListenerSet, ListeningSocket
from anynet._transport.raw_stream import RawStream
from anynet._transport.sockaddr import address_from_sockaddr
from anynet._transport.socket_options import apply_socket_options

#: How many connections to refuse, or listeners to try, before other tasks get a turn.
_MOST_REFUSED_AT_ONCE = 128


class Acceptor:
    """Accepts connections from a set of listeners, as the server's options say.

    ``open_connections`` tells how many are open; :meth:`room_made` must be called when one less is.
    Nothing is opened before :meth:`start`.
    """

    host: HostLoop
    listeners: ListenerSet

    def __init__(
        self,
        options: ServerOptions,
        socket_options: SocketOptions,
        open_connections: Callable[[], int],
        on_drop: Callable[[Drop], object],
    ) -> None:
        self.accepted = self.dropped = self.blocked = 0
        self._options = options
        self._socket_options = socket_options
        self._open_connections = open_connections
        self._on_drop = on_drop
        self._ready: deque[ListeningSocket] = deque()
        self._room = anyio.Event()
        self._accepting = False
        self.shortage = Shortage()

    def start(self) -> None:
        """Get ready to accept in the running event loop."""
        self.host = current_host_loop()
        self.listeners = ListenerSet([], host=self.host)
        self.shortage.start(self.host.time)

    def close(self) -> None:
        """Close the listeners; who waits gets :exc:`anyio.ClosedResourceError`."""
        self._ready.clear()
        self.listeners.close()
        self.shortage.close()
        self._room.set()

    def room_made(self) -> None:
        """A connection has ended."""
        self._room.set()

    async def accept(self) -> RawStream:
        """The next connection. Cancelling this loses none.

        Raises :exc:`anyio.ClosedResourceError` once closed, and :exc:`anyio.BusyResourceError` when
        another task accepts already.
        """
        if self._accepting:
            raise anyio.BusyResourceError("accepting from")
        self._accepting = True
        try:
            return await self._accept()
        finally:
            self._accepting = False

    async def _accept(self) -> RawStream:
        await self.host.enter_operation()
        while True:
            if self.listeners.closed:
                raise anyio.ClosedResourceError
            if not self._has_room():
                self._room = anyio.Event()
                await self._room.wait()
                continue
            try:
                stream = self._try_accept()
            except OutOfDescriptors as shortage:
                # A connection that ends makes room before the pause is over.
                self._room = anyio.Event()
                with anyio.move_on_after(shortage.pause):
                    await self._room.wait()
                continue
            if stream is not None:
                self.host.left_without_yield()
                return stream
            await self.listeners.wait()
            self._ready = deque(self.listeners.ready())

    def _has_room(self) -> bool:
        options = self._options
        return may_accept(
            self._open_connections(), options.max_connections, options.max_connections_policy
        )

    def _try_accept(self) -> RawStream | None:
        """The next connection that is admitted; None when none waits, or enough were refused.

        It must end some time also when clients that are to be refused come in a flood.
        """
        for _ in range(_MOST_REFUSED_AT_ONCE):
            if not self._ready:
                break
            listener = self._ready[0]
            try:
                sock, peername = listener.accept()
            except BlockingIOError:
                self._ready.popleft()
                continue
            except OSError as error:
                if error.errno not in SHORTAGES:
                    raise
                raise OutOfDescriptors(self.shortage.meet(listener, error)) from None
            self.shortage.over()
            self._ready.rotate(-1)
            if self._admitted(sock, peername, listener.address):
                self.accepted += 1
                return RawStream(sock, peername=peername, host=self.host)
        return None

    def _admitted(self, sock: socket.socket, peername: Any, local: Address) -> bool:
        options = self._options
        remote = address_from_sockaddr(peername) if options.block_list is not None else None
        admission = admit(
            remote=remote,
            open_connections=self._open_connections(),
            max_connections=options.max_connections,
            policy=options.max_connections_policy,
            block_list=options.block_list,
        )
        if admission is Admission.ACCEPT:
            try:
                apply_socket_options(sock, self._socket_options)
            except BaseException as error:
                gone = isinstance(error, OSError) and not _has_peer(sock)
                sock.close()
                if gone:
                    return False  # Some systems then refuse to set anything.
                raise
            return True
        if admission is Admission.BLOCK:
            self.blocked += 1
        else:
            self.dropped += 1
            self._on_drop(Drop(local, address_from_sockaddr(peername) or ""))
        sock.close()
        return False


class OutOfDescriptors(Exception):
    """No connection can be accepted for ``pause`` seconds."""

    def __init__(self, pause: float) -> None:
        super().__init__(pause)
        self.pause = pause


def _has_peer(sock: socket.socket) -> bool:
    try:
        sock.getpeername()
    except OSError:
        return False
    return True
