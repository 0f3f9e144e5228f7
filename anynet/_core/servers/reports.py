"""Calling an instrument: whatever it raises is logged, and nobody else's trouble."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from anynet._core.connections.socket import Socket
from anynet._rules.values.events import Drop
from anynet._rules.values.instrument import Instrument

_log = logging.getLogger("anynet")


class Reports:
    """What the server of one instrument has to report."""

    __slots__ = ("_instrument",)

    def __init__(self, instrument: Instrument) -> None:
        self._instrument = instrument

    @classmethod
    def to(cls, instrument: Instrument | None) -> Reports | None:
        """Those to ``instrument``; None without one."""
        return None if instrument is None else cls(instrument)

    def opened(self, socket: Socket) -> None:
        """A connection is its user's; its close will be reported too."""
        self.call(self._instrument.connection_opened, socket)
        socket.when_closed(partial(self.call, self._instrument.connection_closed, socket))

    def dropped(self, drop: Drop) -> None:
        """A connection was refused."""
        self.call(self._instrument.connection_dropped, drop)

    def failed(
        self, socket: Socket, by_peer: BaseException | None, by_handler: BaseException | None
    ) -> None:
        """A handler was ended by its peer, or by its own failure, or by both."""
        if by_peer is not None:
            self.call(self._instrument.handler_failed, socket, by_peer, True)
        if by_handler is not None:
            self.call(self._instrument.handler_failed, socket, by_handler, False)

    def call(self, method: Callable[..., object], *arguments: Any) -> None:
        """Call a method of the instrument."""
        try:
            method(*arguments)
        except Exception:
            _log.exception("an instrument failed")
