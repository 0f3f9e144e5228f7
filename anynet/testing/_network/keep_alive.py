"""Keep-alive: finding out that a peer is gone of whom nothing has been heard."""

from __future__ import annotations

import errno
import socket
from functools import partial

from anynet.testing._network.endpoint import Endpoint
from anynet.testing._network.schedule import INSTANT

#: Those of Linux, in seconds, and how many probes may be lost.
_IDLE, _INTERVAL, _COUNT = 7200, 75, 9


class KeepAlive:
    """The probes of one socket, from when they are turned on until they are turned off.

    A probe is no packet of its own here: whether it would be answered is known.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._on = False
        self._lost = 0
        #: Counts the times that the probes began anew: what was planned before is over.
        self._began = 0
        self._settings = {
            getattr(socket, "TCP_KEEPIDLE", None): _IDLE,
            getattr(socket, "TCP_KEEPINTVL", None): _INTERVAL,
            getattr(socket, "TCP_KEEPCNT", None): _COUNT,
        }

    def set(self, level: int, name: int, value: int) -> None:
        """An option of the socket was set; those of others are ignored."""
        if level == socket.IPPROTO_TCP and name in self._settings:
            self._settings[name] = value
        elif level == socket.SOL_SOCKET and name == socket.SO_KEEPALIVE:
            self._on = bool(value)
        else:
            return
        if self._on:
            self._began += 1
            self._after(self._idle)

    @property
    def _idle(self) -> int:
        return self._settings[getattr(socket, "TCP_KEEPIDLE", None)]

    def _after(self, seconds: float) -> None:
        look = partial(self._look, self._began)
        self._endpoint.schedule.after(seconds, self._endpoint.key, look)

    def _look(self, began: int) -> None:
        end = self._endpoint
        if not self._on or end.gone or began != self._began:
            return
        flow = end.incoming
        if flow is None:
            self._after(self._idle)
            return
        quiet = (end.schedule.now - flow.heard_at) * INSTANT
        if not self._lost and quiet < self._idle:
            self._after(self._idle - quiet)
        elif flow.is_answered and flow.source_is_lost:
            end.fail(errno.ECONNRESET)
        elif flow.is_answered:
            self._lost = 0
            self._after(self._idle)
        elif self._lost == self._settings[getattr(socket, "TCP_KEEPCNT", None)]:
            end.fail(errno.ETIMEDOUT)
        else:
            self._lost += 1
            self._after(self._settings[getattr(socket, "TCP_KEEPINTVL", None)])
