"""Connecting: SYN, SYN-ACK and ACK, each of which may be lost, and all that may come instead."""

from __future__ import annotations

import errno
from collections.abc import Callable

from anynet.testing._network.endpoint import Endpoint
from anynet.testing._network.hosts import ANY, Machine
from anynet.testing._network.paths import Path
from anynet.testing._network.schedule import Key, instants
from anynet.testing._network.world import AddressBehaviour

#: Linux sends a SYN again so often, after one second and then twice as long each time.
_MAX_RETRIES = 6


def begin_connect(endpoint: Endpoint, address: str, port: int) -> int:
    """Begin to connect; returns the error number, as ``connect_ex`` does."""
    if endpoint.connecting:
        return errno.EALREADY
    if endpoint.incoming is not None or endpoint.gone:
        return errno.EISCONN
    address = ANY.get(address, address)
    try:
        endpoint.bind_for(address)
    except OSError as error:
        return error.errno or errno.EINVAL
    endpoint.remote = (address, port)
    endpoint.connecting = True
    handshake = _Handshake(endpoint, address, port)
    endpoint.note("connect")
    handshake.send_syn()
    return errno.EINPROGRESS


class _Handshake:
    """One connect, seen from both ends."""

    def __init__(self, client: Endpoint, address: str, port: int) -> None:
        self._client = client
        self._address = address
        self._port = port
        self._world = world = client.world
        machine = world.find(client.machine, address)
        self._server: Machine | None = machine
        there = address if machine is None else machine.name
        self._behaviour: AddressBehaviour = world.behaviours.get(address, "unreachable")
        here = client.machine.name
        client.key = (here, client.port, there, port)
        self._back_key: Key = (there, port, here, client.port)
        self._path: Path = world.path(here, there)
        self._back: Path = world.path(there, here)
        self._child: Endpoint | None = None
        #: How often a SYN has had no answer, and when the latest was sent.
        self._attempt = self._sent_at = 0
        # Below zero: the packets of the connection itself count from one.
        self._packets = -1

    def send_syn(self) -> None:
        if self._client.closed or not self._client.connecting:
            return
        if self._attempt > _MAX_RETRIES:
            self._client.connect_ended(errno.ETIMEDOUT)
            return
        self._sent_at = self._world.schedule.now
        if not self._send(self._path, "SYN", self._client.key, self._syn_arrives):
            self._try_again()

    def _send(self, path: Path, what: str, key: Key, on_arrival: Callable[[], object]) -> bool:
        self._packets -= 1
        return self._world.send(path, what, 0, key, self._packets, on_arrival)

    def _try_again(self) -> None:
        when = self._sent_at + instants(2.0**self._attempt)
        self._world.schedule.at(when, self._client.key, self.send_syn)
        self._attempt += 1

    def _syn_arrives(self) -> None:
        if self._server is None:
            self._nobody_there()
        elif not self._server.up:
            self._try_again()
        elif self._child is not None or self._new_child(self._server):
            self._answer("SYN-ACK", self._syn_ack_arrives)

    def _nobody_there(self) -> None:
        if self._behaviour == "black-hole":
            self._try_again()
        elif self._behaviour == "refused":
            self._answer("RST", self._refused)
        else:
            self._answer("unreachable", self._unreachable)

    def _answer(self, what: str, on_arrival: Callable[[], object]) -> None:
        if not self._send(self._back, what, self._back_key, on_arrival):
            self._try_again()

    def _new_child(self, server: Machine) -> bool:
        """Begin the other end; False where there is none, for now or at all."""
        listener = server.listener_at(self._address, self._port)
        if not isinstance(listener, Endpoint):
            self._answer("RST", self._refused)
            return False
        self._child = listener.child((self._address, self._port), self._client)
        if self._child is None:
            self._try_again()  # As Linux does, which drops the SYN.
        return self._child is not None

    def _refused(self) -> None:
        self._fail(errno.ECONNREFUSED)

    def _unreachable(self) -> None:
        self._fail(errno.EHOSTUNREACH)

    def _fail(self, code: int) -> None:
        if self._client.connecting:
            self._client.connect_ended(code)

    def _syn_ack_arrives(self) -> None:
        client = self._client
        if client.closed or not client.machine.up:
            client.reset_peer()
        elif client.connecting:
            client.connect_ended()
            self._send_ack()

    def _send_ack(self) -> None:
        assert self._child is not None
        if not self._send(self._path, "ACK", self._client.key, self._child.established):
            self._world.schedule.after(1.0, self._client.key, self._send_ack)
