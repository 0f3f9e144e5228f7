"""What moves to another thread with a message: a table of kinds, a row each.

The rules that live here, each Node's:

- A TCP connection moves as long as it is untouched: connected, nothing read from it nor waiting to
  be, nothing written, not ended, no encoding set. Its source is destroyed, and emits ``close``
  without an argument; the idle timeout stays behind. (A peer that has ended is no hindrance.)
- A TCP server moves while it listens; its open connections stay with the source, which emits
  ``close`` once the last of them has ended. The other side emits ``listening``.
- A TCP socket that is bound alone moves until it is adopted; its source counts as adopted then.
- Unix sockets do not move.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from anynet._transport.listening.listener import ListeningSocket
from anynet._transport.sockets.handing_over import HandingOver
from anynet.node._errors.errors import socket_handle_adopted
from anynet.node._errors.thread_errors import invalid_transfer, not_transferable
from anynet.node._net.servers.server import Server
from anynet.node._net.servers.server_sending import can_move_listening, listen_again, move_listening
from anynet.node._net.sockets.socket import Socket
from anynet.node._net.sockets.socket_sending import can_move, move, take_moved
from anynet.node._net.values.bound_socket import BoundSocket


@attrs.frozen(eq=False)
class Moved:
    """A thing between two threads: what was given, and how its next owner is made of it."""

    given: HandingOver[Any]
    take: Callable[[Any], object]

    def close(self) -> None:
        """Nobody takes it."""
        self.given.close()


@attrs.frozen(eq=False)
class Kind:
    """A row: a class whose objects move, and how."""

    cls: type
    #: Raises why it cannot move now.
    check: Callable[[Any], object]
    #: Moves it: the object is of no use afterwards.
    give: Callable[[Any], Moved]


def _check_socket(socket: Socket) -> None:
    if not can_move(socket):
        raise not_transferable("Socket")


def _give_socket(socket: Socket) -> Moved:
    half_open = socket.allowHalfOpen
    return Moved(move(socket), lambda released: take_moved(released, half_open))


def _check_server(server: Server) -> None:
    if not can_move_listening(server):
        raise not_transferable("Server")


def _give_server(server: Server) -> Moved:
    options = server.options_of_sockets()
    return Moved(move_listening(server), lambda released: listen_again(released, options))


class BoundInTransit(HandingOver[ListeningSocket]):
    """A bound socket between two threads."""

    def _close(self, held: ListeningSocket) -> None:
        held.close()

    def _gone(self) -> Exception:
        return socket_handle_adopted()


def _check_bound(bound: BoundSocket) -> None:
    if bound.isPipe or bound.adopted:
        raise not_transferable("BoundSocket")


def _give_bound(bound: BoundSocket) -> Moved:
    return Moved(BoundInTransit(bound.consume()), lambda held: BoundSocket.of_socket(held.sock))


#: Ports add themselves: they are above this file.
KINDS: list[Kind] = [
    Kind(Socket, _check_socket, _give_socket),
    Kind(Server, _check_server, _give_server),
    Kind(BoundSocket, _check_bound, _give_bound),
]


def kind_of(value: object) -> Kind | None:
    """The row of what can move; None for anything else."""
    return next((kind for kind in KINDS if isinstance(value, kind.cls)), None)


def check_transfers(things: list[object]) -> None:
    """Raise ``DataCloneError`` for what never moves, or why something cannot move now."""
    for thing in things:
        kind = kind_of(thing)
        if kind is None:
            raise invalid_transfer()
        kind.check(thing)


def give_all(things: list[object]) -> list[Moved]:
    """Move all of them; they passed :func:`check_transfers`."""
    given = []
    for thing in things:
        kind = kind_of(thing)
        assert kind is not None
        given.append(kind.give(thing))
    return given
