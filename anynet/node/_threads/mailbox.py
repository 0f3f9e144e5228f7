"""One direction of a channel between threads: a queue, and whom to wake.

The rules that live here:

- Any thread puts; one runtime at a time reads. Where it moves to another, what waits goes along.
- The reader is woken once for all that is put before it looks; in its own thread without a detour
  through the event loop, so that messages come before immediates there, as in Node.
- Each message is a callback of its own: the ticks that it brought about run before the next one.
- What is put after the close is dropped, and the connections in it are closed.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from threading import get_ident
from typing import Any, Final

from anynet.node._loop.runtime import Runtime

#: An item: the other side has closed the channel.
CLOSED: Final = object()
#: So many messages are delivered before other callbacks run.
MAX_MESSAGES = 1000


class Mailbox:
    """A queue for one reader. Everything but the constructor may be used in any thread."""

    __slots__ = ("_items", "_lock", "_wake", "closed")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._items: deque[Any] = deque()
        self._wake: Callable[[], object] | None = None
        self.closed: bool = False

    def put(self, item: Any) -> bool:
        """Have the reader get ``item``; False if it was closed."""
        with self._lock:
            if self.closed:
                return False
            self._items.append(item)
            # The first of several wakes; and one that was not taken, for a reader that only looks
            # for the close, is no reason not to wake it for that.
            wake = self._wake if len(self._items) == 1 or item is CLOSED else None
        if wake is not None:
            wake()
        return True

    def read_by(self, wake: Callable[[], object] | None) -> None:
        """Wake the reader by ``wake()`` from now on, at once if something waits; None: nobody."""
        with self._lock:
            self._wake = wake
            waits = bool(self._items)
        if wake is not None and waits:
            wake()

    def take(self, receiving: bool = True) -> Any | None:
        """The next item; None if there is none. Unless ``receiving`` nothing but a close is next.

        For the reader alone, as long as it is the reader.
        """
        items = self._items
        if not items or not (receiving or items[0] is CLOSED):
            return None
        return items.popleft()

    def close(self) -> list[Any]:
        """Take nothing more; returns what was left."""
        with self._lock:
            self.closed, self._wake = True, None
            left, self._items = list(self._items), deque()
        return left


class Reader:
    """Calls ``on_item`` in ``runtime`` with what comes to ``mailbox``.

    Until it is started, it looks for the close of the channel only.
    """

    __slots__ = ("_mailbox", "_on_item", "_open", "_receiving", "_runtime")

    def __init__(
        self, runtime: Runtime, mailbox: Mailbox, on_item: Callable[[Any], object]
    ) -> None:
        self._runtime = runtime
        self._mailbox = mailbox
        self._on_item = on_item
        self._receiving = False
        self._open = True
        mailbox.read_by(self._wake)

    def start(self) -> None:
        """Deliver everything from now on."""
        if not self._receiving:
            self._receiving = True
            self._schedule()

    def stop(self) -> None:
        """Deliver nothing more; what waits stays in the mailbox."""
        self._open = False
        self._mailbox.read_by(None)

    def _wake(self) -> None:
        host = self._runtime.reactor.host
        if get_ident() == host.thread:
            self._schedule()
        else:
            host.call_from_thread(self._schedule)

    def _schedule(self) -> None:
        if self._open and not self._runtime.reactor.ended:
            self._runtime.reactor.call_soon(self._deliver)

    def _deliver(self) -> None:
        reactor = self._runtime.reactor
        for _ in range(MAX_MESSAGES):
            item = self._mailbox.take(self._receiving) if self._open else None
            if item is None:
                return
            self._on_item(item)
            reactor.drain()
        self._schedule()
