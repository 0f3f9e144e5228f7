"""In the primary of a cluster: where its workers listen."""

from __future__ import annotations

import errno
import os
import socket
from typing import Any

from anynet._transport.listening.listener import ListeningSocket
from anynet._transport.listening.open import take_descriptor
from anynet._transport.reactor.reactor import Reactor
from anynet.cluster.distribution.distribution import Distributor
from anynet.node._errors.errors import NodeSystemError
from anynet.node._net.options.listen_options import ListenRequest
from anynet.node._net.servers.binding import bind

#: What of a request goes to the primary.
_FORWARDED = ("fd", "port", "path", "backlog", "ipv6_only", "readable_all", "writable_all")


def request_to_json(request: ListenRequest) -> dict[str, Any]:
    """A request, on its way to the primary."""
    values = {name: getattr(request, name) for name in _FORWARDED}
    if request.path is not None and not request.path.startswith("\0"):
        # The two processes need not be in the same directory.
        values["path"] = os.path.abspath(request.path)
    return values


def request_from_json(values: dict[str, Any]) -> ListenRequest:
    """The other way round."""
    return ListenRequest(**{name: values[name] for name in _FORWARDED})


class ListeningPoint:
    """One socket on which workers listen: in turns, or all of them by themselves."""

    def __init__(self, reactor: Reactor, listener: ListeningSocket, in_turns: bool) -> None:
        self.listener = listener
        self.workers: set[int] = set()
        self._distributor: Distributor | None = None
        if in_turns:
            self._distributor = Distributor(listener)
            reactor.start_soon(self._distributor.run)

    def add(self, worker: int) -> tuple[str, list[socket.socket]]:
        """A worker listens. Returns the kind of what it gets, and that."""
        self.workers.add(worker)
        copy = self.listener.sock.dup()
        if self._distributor is None:
            return "shared", [copy]
        end = self._distributor.add(worker)
        self._distributor.activate(worker)
        return "passed", [end, copy]

    def retire(self, worker: int) -> None:
        """The worker is to get no more connections."""
        if self._distributor is not None:
            self._distributor.retire(worker)

    def remove(self, worker: int) -> None:
        """The worker doesn't listen any more."""
        self.workers.discard(worker)
        if self._distributor is not None:
            self._distributor.remove(worker)

    def close(self) -> None:
        """Nobody listens here any more."""
        if self._distributor is not None:
            self._distributor.close()
        else:
            self.listener.close()


class ListeningPoints:
    """All of them, by keys that are equal for workers that share one."""

    def __init__(self, reactor: Reactor) -> None:
        self._reactor = reactor
        self._places: dict[str, ListeningPoint] = {}

    def find(
        self, key: str, request: ListenRequest, host: str | None, *, in_turns: bool
    ) -> ListeningPoint:
        """The place of that key; a new one if need be. Raises :exc:`OSError`."""
        place = self._places.get(key)
        if place is None:
            try:
                listener = _open(request, host)
            except NodeSystemError as error:
                raise OSError(-(error.errno or -errno.EINVAL), str(error)) from error
            place = self._places[key] = ListeningPoint(self._reactor, listener, in_turns)
        return place

    def remove(self, key: str, worker: int) -> None:
        """A worker has closed its server."""
        place = self._places.get(key)
        if place is None or worker not in place.workers:
            return
        place.remove(worker)
        if not place.workers:
            del self._places[key]
            place.close()

    def retire(self, worker: int) -> None:
        """The worker is to get no more connections anywhere."""
        for place in self._places.values():
            place.retire(worker)

    def remove_worker(self, worker: int) -> None:
        """A worker is gone."""
        for key in list(self._places):
            self.remove(key, worker)

    def close(self) -> None:
        """Nobody listens any more."""
        while self._places:
            self._places.popitem()[1].close()


def _open(request: ListenRequest, host: str | None) -> ListeningSocket:
    if request.fd is None:
        return bind(request, host)
    listener = take_descriptor(request.fd)
    try:
        listener.sock.listen(request.backlog)
    except OSError:
        listener.disown()
        raise
    return listener
