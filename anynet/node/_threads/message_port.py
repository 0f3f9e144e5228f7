"""``MessageChannel`` and its two ports, between threads or within one.

The rules that live here, each Node's:

* Messages wait until a port has a listener for ``message``; while it has one, and was not unref'ed,
  it keeps the runtime open.
* A close ends both ports: what has come is still delivered, what is sent afterwards is dropped, and
  each emits ``close`` in the close phase of its runtime.
* A port that has moved to another thread is of no use here, and takes its messages along.
* A message that cannot be made alive here is a ``messageerror``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from anynet._transport.sockets.handing_over import HandingOver
from anynet.node._emitters.emitter import EventEmitter, EventName, Listener
from anynet.node._errors.thread_errors import detached_port, nothing_to_post
from anynet.node._loop.fitting import Counts
from anynet.node._loop.runtime import Runtime, current_runtime
from anynet.node._threads.cloning import Message, pack, transfer_list, unpack
from anynet.node._threads.mailbox import CLOSED, Mailbox, Reader
from anynet.node._threads.transfers import KINDS, Kind, Moved


class Endpoint:
    """One end of a channel, which belongs to no thread: where it reads, and where it sends."""

    __slots__ = ("inbox", "outbox")

    def __init__(self, inbox: Mailbox, outbox: Mailbox) -> None:
        self.inbox: Mailbox = inbox
        self.outbox: Mailbox = outbox

    def close(self) -> None:
        """Close it here, and let the other side know."""
        for item in self.inbox.close():
            if isinstance(item, Message):
                item.close()
        self.outbox.put(CLOSED)


class ReleasedPort(HandingOver[Endpoint]):
    """A port on its way to another thread."""

    __slots__ = ()

    def _close(self, held: Endpoint) -> None:
        held.close()

    def _gone(self) -> Exception:
        return detached_port()


class MessagePort(EventEmitter):
    """One end of a :class:`MessageChannel`. Emits ``message``, ``messageerror`` and ``close``.

    A message is a copy of what was sent, but for what moves with it and for a ``BlockList``, which
    both sides share.
    """

    __slots__ = ("_closing", "_endpoint", "_held", "_reader", "_refed", "runtime")

    event_arguments: ClassVar[Mapping[EventName, Counts]] = {
        **EventEmitter.event_arguments,
        "close": (0, 0),
        "message": (1, 1),
        "messageerror": (1, 1),
    }

    def __init__(self, endpoint: Endpoint, runtime: Runtime) -> None:
        super().__init__()
        #: For implementers: where it lives.
        self.runtime: Runtime = runtime
        self._endpoint: Endpoint | None = endpoint
        self._reader = Reader(runtime, endpoint.inbox, self._on_item)
        self._closing = False
        self._refed = False
        self._held = False
        runtime.at_end(self._end)

    def postMessage(self, *args: Any) -> bool | None:
        """``postMessage(value[, transferList])``: send a copy of ``value`` to the other side.

        Returns True if the other side was open, and None if this one is not.

        What is in ``transferList`` moves: a connected TCP socket from which nothing was read and to
        which nothing was written, a TCP server that listens, a port. Raises ``DataCloneError`` for
        what cannot be pickled and what should have been in the list, and
        ``ERR_WORKER_HANDLE_NOT_TRANSFERABLE``; then nothing has moved.
        """
        if not args:
            raise nothing_to_post("MessagePort")
        moving = transfer_list(args[1] if len(args) > 1 else None)
        message = pack(args[0], moving, self)
        endpoint = None if self._closing else self._endpoint
        sent = None if endpoint is None else endpoint.outbox.put(message)
        if not sent:
            message.close()
        return sent

    def start(self) -> None:
        """Deliver messages from now on, as the first listener for ``message`` does."""
        if self._endpoint is not None:
            self._reader.start()

    def close(self) -> None:
        """Close both ports; each emits ``close``."""
        if self._endpoint is not None and not self._closing:
            self._closing = True
            self.runtime.reactor.on_close(self._finish)

    def ref(self) -> None:
        """Let it keep the runtime open."""
        self._refed = True
        self._note_activity()

    def unref(self) -> None:
        """Don't let it keep the runtime open."""
        self._refed = False
        self._note_activity()

    def hasRef(self) -> bool:
        """Whether it keeps the runtime open."""
        return self._held

    # -- its listeners --------------------------------------------------------------------------

    def register_listener(self, name: EventName, listener: Listener, first: bool = False) -> None:
        super().register_listener(name, listener, first)
        if name == "message":
            self.ref()
            self.start()

    def removeListener(self, name: EventName, listener: Listener) -> MessagePort:
        super().removeListener(name, listener)
        self._note_listeners()
        return self

    def removeAllListeners(self, name: EventName | None = None) -> MessagePort:
        super().removeAllListeners(name)
        self._note_listeners()
        return self

    def _note_listeners(self) -> None:
        if not self.listenerCount("message"):
            self.unref()

    def _note_activity(self) -> None:
        held = self._refed and self._endpoint is not None
        if held != self._held:
            self._held = held
            (self.runtime.hold if held else self.runtime.release)()

    # -- what comes -----------------------------------------------------------------------------

    def _on_item(self, item: Any) -> None:
        if item is CLOSED:
            self.close()
            return
        try:
            value = unpack(item)
        except Exception as error:
            item.close()
            self.emit("messageerror", error)
        else:
            self.emit("message", value)

    def receive_now(self) -> tuple[Any] | None:
        """The next message in a tuple of its own, past the listeners; None if there is none."""
        endpoint = self._endpoint
        item = None if endpoint is None else endpoint.inbox.take()
        if item is CLOSED:
            self.close()
            return None
        return None if item is None else (unpack(item),)

    # -- the end --------------------------------------------------------------------------------

    def _finish(self) -> None:
        endpoint = self._let_go()
        if endpoint is not None:
            endpoint.close()
            self.emit("close")

    def _end(self) -> None:
        """The runtime ends."""
        endpoint = self._let_go()
        if endpoint is not None:
            endpoint.close()

    def _let_go(self) -> Endpoint | None:
        endpoint, self._endpoint = self._endpoint, None
        if endpoint is not None:
            self._reader.stop()
            self._note_activity()
            self.runtime.forget_end(self._end)
        return endpoint

    def check_attached(self) -> None:
        """Raise ``DataCloneError`` if it has moved to another thread, or is closed."""
        if self._endpoint is None:
            raise detached_port()

    def move(self) -> Moved:
        """Give its end of the channel away."""
        endpoint = self._let_go()
        assert endpoint is not None
        return Moved(ReleasedPort(endpoint), _port_of)


def _port_of(endpoint: Endpoint) -> MessagePort:
    return MessagePort(endpoint, current_runtime())


KINDS.append(Kind(MessagePort, MessagePort.check_attached, MessagePort.move))


def channel() -> tuple[Endpoint, Endpoint]:
    """Two ends of a channel."""
    one, other = Mailbox(), Mailbox()
    return Endpoint(one, other), Endpoint(other, one)


class MessageChannel:
    """Two ports, ``port1`` and ``port2``: what is sent to one comes out of the other."""

    __slots__ = ("port1", "port2")

    def __init__(self) -> None:
        runtime = current_runtime()
        one, other = channel()
        self.port1: MessagePort = MessagePort(one, runtime)
        self.port2: MessagePort = MessagePort(other, runtime)


def receiveMessageOnPort(port: MessagePort) -> dict[str, Any] | None:
    """``{"message": value}`` with the oldest message that waits at ``port``; None without one."""
    found = port.receive_now()
    return None if found is None else {"message": found[0]}
