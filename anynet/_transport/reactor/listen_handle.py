"""A listening socket on the reactor of a runtime: what servers hold, and may share.

The rules that live here are libuv's: one connection a turn, and a close that frees the address at
once. What the errors of accept() mean is decided by :mod:`anynet._rules.policy.accepting`.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any, TypeAlias

from anynet._rules.policy.accepting import Backoff, Decision
from anynet._transport.listening.accept_backoff import AcceptBackoff
from anynet._transport.listening.listener import Listener
from anynet._transport.listening.released_listeners import ReleasedListeners, is_own
from anynet._transport.reactor.reactor import Reactor
from anynet._transport.reactor.timers import ReactorTimer

#: Called with a connected, non-blocking socket and the peer's address as accept() gave it.
OnConnection: TypeAlias = Callable[[socket.socket, Any], object]


class ListenHandle:
    """Accepts from a listening socket, which belongs to it, once it was started.

    It accepts one connection whenever the reactor finds some, as libuv does: what the last one
    brought about runs before the next. It keeps the runtime open until it is closed or unref'ed.
    When connections cannot be accepted for lack of descriptors it refuses those that wait, and
    pauses. The limit and the block list are the server's, which reports what it drops.
    """

    __slots__ = (
        "_backoff",
        "_held",
        "_listener",
        "_pause",
        "_reactor",
        "_refed",
        "_started",
        "closed",
        "fd",
        "is_tcp",
        "on_connection",
    )

    def __init__(self, reactor: Reactor, listener: Listener) -> None:
        self._reactor = reactor
        self._listener = listener
        self._backoff = AcceptBackoff()
        self._pause: ReactorTimer | None = None
        self._started = False
        self._refed = True
        self._held = False
        self.on_connection: OnConnection | None = None
        self.closed: bool = False
        self.fd: int = listener.fd
        self.is_tcp: bool = listener.sock.family != socket.AF_UNIX

    def start(self, on_connection: OnConnection) -> None:
        """Give the connections to ``on_connection``, from now on.

        Raises :exc:`FileExistsError` if the descriptor is in use in this runtime already.
        """
        if not self._started:
            self._reactor.register_listener(self.fd, self._on_ready)
            self._reactor.open_handles.add(self)
            self._backoff.start(self._reactor.time)
            self._started = True
        self.on_connection = on_connection
        self._note_activity()

    def listen(self, backlog: int) -> None:
        """Have the socket listen, or listen with another backlog. Raises :exc:`OSError`."""
        self._listener.sock.listen(backlog)

    def sockname(self) -> Any:
        """The socket's own address; raises :exc:`OSError` (EBADF) once it is closed."""
        return self._listener.sock.getsockname()

    def copy_socket(self) -> socket.socket:
        """The socket once more, for another process."""
        return self._listener.sock.dup()

    # -- what keeps the runtime open ------------------------------------------------------------

    def ref(self) -> None:
        """Let it keep the runtime open."""
        self._refed = True
        self._note_activity()

    def unref(self) -> None:
        """Don't let it keep the runtime open."""
        self._refed = False
        self._note_activity()

    def has_ref(self) -> bool:
        return self._refed

    def _note_activity(self) -> None:
        held = self._started and self._refed and not self.closed
        if held != self._held:
            self._held = held
            (self._reactor.add_ref if held else self._reactor.release)()

    # -- accepting ------------------------------------------------------------------------------

    def _on_ready(self, _events: int) -> None:
        try:
            sock, peername = self._listener.accept()
        except BlockingIOError:
            return
        except OSError as error:
            self._on_error(error)
            return
        if self._backoff.active:
            self._backoff.reset()
        try:
            sock.setblocking(False)
        except OSError as error:
            self.reject(sock, error)
            return
        assert self.on_connection is not None
        self.on_connection(sock, peername)

    def _on_error(self, error: OSError) -> None:
        decision = self._backoff.on_error(self._listener, error)
        if decision is Decision.BROKEN:
            # There is no owner to raise it to, as in a nursery: the next attempt may succeed.
            decision = self._backoff.hold_off(self._listener, error)
        # A connection that is passed over needs nothing: the reactor calls back for the next.
        if isinstance(decision, Backoff):
            self._pause_for(decision.seconds)

    def reject(self, sock: socket.socket, error: OSError) -> None:
        """Close a connection that the system let in, but does not let be used."""
        self._backoff.reject(self._listener, sock, error)

    def _pause_for(self, seconds: float) -> None:
        self._reactor.disarm(self.fd)
        self._pause = self._reactor.call_later(seconds, self._resume, ref=False)

    def _resume(self) -> None:
        self._pause = None
        self._reactor.arm_listener(self.fd)

    # -- the end --------------------------------------------------------------------------------

    def close(self, done: Callable[[], object] | None = None) -> None:
        """Stop listening at once; ``done`` is called in the close phase.

        The descriptor is not kept until the end of the batch, as those of streams are, so that
        the address is free again at once. Should its number be used again by then, the late event
        of a listening socket says only that there may be something to read.
        """
        if self.closed:
            return
        self._release(self._listener.close)
        if done is not None:
            self._reactor.on_close(done)

    @property
    def can_release(self) -> bool:
        """Whether another owner could go on listening."""
        return not self.closed and is_own(self._listener)

    def release(self) -> ReleasedListeners:
        """Stop accepting, and give away what it listens with."""
        released = ReleasedListeners([self._listener])
        self._release(lambda: None)
        return released

    def disown(self) -> None:
        """Close, but leave a descriptor of the caller's open: it could not be used after all."""
        self._release(self._listener.disown)

    def close_now(self) -> None:
        """Close without emitting events: the runtime ends."""
        if not self.closed:
            self._release(self._listener.close)

    def _release(self, close: Callable[[], object]) -> None:
        self.closed = True
        self.on_connection = None
        self._note_activity()
        if self._pause is not None:
            self._pause.cancel()
        if self._started:
            self._reactor.open_handles.discard(self)
            self._reactor.unregister(self.fd)
        self._backoff.close()
        close()
