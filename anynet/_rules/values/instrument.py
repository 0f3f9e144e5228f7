"""What a server reports of its connections to who watches it, one call at a time.

The counters of a server say how many, its events when; this says how each connection went, at the
moment that it did. It stands here since an option checks for it; its sockets are those of the core.
"""

from __future__ import annotations

from typing import Any

from anynet._rules.values.events import Drop


class Instrument:
    """What a server reports to, by its option ``instrument``: for access logs, traces and metrics.

    A subclass overrides what it wants to know; here nothing is done. The methods are plain
    functions, called in the event loop of the server, which waits for them: they note, and return.
    An exception that one raises is logged (``anynet``), and the server goes on.

    It hears of every connection that a handler or the program gets, and of those that were dropped.
    What never got as far, such as a TLS handshake that failed, is only counted:
    :meth:`Server.statistics`.
    """

    def connection_opened(self, socket: Any) -> None:
        """A connection is its handler's, or the program's: ``socket``, a :class:`Socket`."""

    def connection_closed(self, socket: Any) -> None:
        """``socket`` has been closed: :meth:`Socket.statistics` has its bytes and its age."""

    def connection_dropped(self, drop: Drop) -> None:
        """The server refused a connection, by the limit of ``drop.reason``."""

    def handler_failed(self, socket: Any, error: BaseException, by_peer: bool) -> None:
        """The handler of ``socket`` was ended by ``error``, before the connection is closed.

        ``by_peer`` says whose failure it is: that of a client that broke its connection off, or of
        the handler itself. A group with both comes as two calls.
        """
