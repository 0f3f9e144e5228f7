"""What a process and its child have in common: ``send``, ``disconnect`` and their events.

Messages that come before anybody listens are kept, since a program may add its listener later than
the first tick; Node drops nothing either. A server whose sockets were sent counts them until the
other process says that they are closed, or is gone: its ``close`` waits for them.
"""

from __future__ import annotations

import errno
import logging
import math
import socket
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar, TypeAlias

from anynet.cluster.wire.codec import BadMessage
from anynet.cluster.wire.frame_socket import Finished, is_gone
from anynet.cluster.wire.frames import close_all, encode_frame
from anynet.cluster.wire.messages import Message
from anynet.node._emitters.emitter import EventEmitter, EventName, Listener
from anynet.node._errors.errors import (
    NodeError,
    invalid_arg_type,
    ipc_channel_closed,
    ipc_disconnected,
    missing_args,
    system_error,
)
from anynet.node._loop.callbacks import runnable
from anynet.node._loop.fitting import Counts
from anynet.node._loop.runtime import Runtime, current_runtime
from anynet.node._net.servers.connection_count import ConnectionCount
from anynet.node._processes.ipc import IpcChannel
from anynet.node._processes.ipc_handles import check_handle, pack, unpack
from anynet.node._processes.messages import CODEC, SocketClosed

_log = logging.getLogger("anynet")

#: From so many bytes that wait on, ``send`` returns False.
MAX_WAITING = 131072

#: Called with a message that is not a program's.
OnInternal: TypeAlias = Callable[[Any], object]


class IpcEndpoint(EventEmitter):
    """One end of the channel between two processes.

    Emits ``message`` (the message, and its handle or None), ``disconnect``, and ``error``.
    """

    __slots__ = ("_channel", "_counted", "_early", "_on_internal", "runtime")

    event_arguments: ClassVar[Mapping[EventName, Counts]] = {
        **EventEmitter.event_arguments,
        "disconnect": (0, 0),
        "message": (2, 2),
    }

    def __init__(self) -> None:
        super().__init__()
        self._channel: IpcChannel | None = None
        self.runtime: Runtime | None = None
        #: Messages that came before anybody listened.
        self._early: list[tuple[Any, Any]] | None = None
        self._on_internal: OnInternal | None = None
        #: The counts of the servers whose sockets were sent, by their numbers.
        self._counted: dict[int, ConnectionCount] | None = None

    @property
    def connected(self) -> bool:
        """Whether the channel is open."""
        return self._channel is not None and self._channel.open

    @property
    def channel(self) -> Any:
        """The channel, with ``ref()`` and ``unref()``; None where there is none, or no more."""
        return self._channel if self.connected else None

    def _open_channel(self, runtime: Runtime, sock: socket.socket) -> None:
        self.runtime = runtime
        self._channel = IpcChannel(runtime.reactor, sock, self._on_message, self._on_end)

    # -- sending --------------------------------------------------------------------------------

    def send(self, *args: Any) -> bool:
        """``send(message[, handle[, options]][, callback])``: to the process at the other end.

        ``message`` is what JSON can hold; bytes go as ``{"type": "Buffer", "data": […]}``.
        ``handle`` is a server, on which both processes listen then, or a socket, which leaves this
        process unless ``options`` have ``keepOpen=True``; what was received from it and not read
        goes along. ``callback`` gets None or the error.

        Returns False if the channel is closed, or much waits to be sent already. Raises
        ``ERR_MISSING_ARGS``, ``ERR_INVALID_ARG_TYPE`` or ``ERR_INVALID_HANDLE_TYPE`` for what
        cannot be sent, and ``ERR_INVALID_STATE`` for a socket with writes that wait.
        """
        message, handle, options, callback = _send_arguments(args)
        check_message(message, bool(args))
        if handle is not None:
            check_handle(handle)
        channel = self._channel
        if channel is None or not channel.open:
            self._fail(ipc_channel_closed(), callback)
            return False
        outgoing = Message(to_json(message))
        payload = None
        if handle is not None:
            encode_frame(CODEC.encode(outgoing))  # Raises before the handle is touched.
            payload = pack(handle, keep_open=bool(options.get("keepOpen")), counts=self)
        sent = None if callback is None else partial(_call_back, callback)
        if payload is None:
            channel.send(outgoing, sent)
        else:
            fds = (payload.fd,)
            outgoing = Message(outgoing.content, payload.state, payload.unread, fds)
            try:
                channel.send(outgoing, sent, lambda _error: payload.close())
            except ValueError:
                payload.close()  # With what was not read it is too long.
                raise
        return channel.queue_size < MAX_WAITING

    def on_internal(self, call: OnInternal) -> None:
        """Call with the messages of :meth:`post` that come."""
        self._on_internal = call

    def post(self, message: Any, then: Finished | None = None) -> None:
        """Send a message of ours, if the other process is still there.

        ``then`` is called with None when it has gone, or with why it never will; where nobody is
        to be called, that is logged, unless the other process is gone.
        """
        channel = self._channel
        if channel is not None and channel.open:
            channel.send(message, None, then or partial(_log_failure, message))
        elif then is not None:
            then(BrokenPipeError(errno.EPIPE, "the channel is closed"))

    def _fail(self, error: NodeError, callback: Callable[..., object] | None) -> None:
        runtime = self.runtime or current_runtime()
        if callback is not None:
            runtime.next_tick(callback, error)
        else:
            runtime.next_tick(self.emit, "error", error)

    # -- receiving ------------------------------------------------------------------------------

    def _on_message(self, message: Any) -> None:
        assert self.runtime is not None
        match message:
            case Message():
                handle = unpack(message, self)
                self.runtime.next_tick(self._deliver, message.content, handle)
            case SocketClosed(key):
                self.runtime.next_tick(self._sent_socket_closed, key)
            case BadMessage(reason, fds):
                self.drop(reason, fds)
            case _ if self._on_internal is not None:
                self.runtime.next_tick(self._on_internal, message)
            case _:
                self.drop("it is no worker of a cluster", getattr(message, "fds", ()))

    def drop(self, reason: str, fds: tuple[int, ...] = ()) -> None:
        """Close the channel, and descriptors that came, since the other process sent nonsense."""
        close_all(fds)
        if self._channel is not None:
            self._channel.end(reason)

    def _deliver(self, message: Any, handle: Any) -> None:
        if self.listenerCount("message"):
            self.emit("message", message, handle)
        elif self._early is None:
            self._early = [(message, handle)]
        else:
            self._early.append((message, handle))

    def register_listener(self, name: EventName, listener: Listener, first: bool = False) -> None:
        super().register_listener(name, listener, first)
        if name == "message" and self._early and self.runtime is not None:
            early, self._early = self._early, None
            for message, handle in early:
                self.runtime.next_tick(self._deliver, message, handle)

    # -- counting sockets -----------------------------------------------------------------------

    def note_sent(self, count: ConnectionCount) -> int:
        """A socket of a server goes to the other process."""
        if self._counted is None:
            self._counted = {}
        self._counted[id(count)] = count
        count.note_sent(self)
        return id(count)

    def note_closed(self, key: int) -> None:
        """A socket that the other process counts is closed here."""
        self.post(SocketClosed(key))

    def _sent_socket_closed(self, key: int) -> None:
        if not self.connected:
            return
        count = (self._counted or {}).get(key)
        if count is None:
            self.drop("it closes a socket that it did not get")
        elif not count.note_sent_closed(self):
            assert self._counted is not None
            del self._counted[key]

    def _forget_sent(self) -> None:
        counted, self._counted = self._counted, None
        for count in (counted or {}).values():
            count.note_all_closed(self)

    # -- the end --------------------------------------------------------------------------------

    def disconnect(self) -> None:
        """Close the channel; ``disconnect`` is emitted then, here and at the other end.

        If it is closed already, ``ERR_IPC_DISCONNECTED`` is an ``error`` event.
        """
        channel = self._channel
        if channel is None or not self.connected:
            self.emit("error", ipc_disconnected())
            return
        channel.close()
        self._on_end(None)

    def _on_end(self, nonsense: str | None) -> None:
        assert self.runtime is not None
        if nonsense is not None:
            _log.warning("a process is disconnected, it sent nonsense: %s", nonsense)
        self._forget_sent()
        self.runtime.next_tick(self.emit, "disconnect")


def _log_failure(message: Any, error: Exception | None) -> None:
    if error is not None and not is_gone(error):
        kind = type(message).__name__
        _log.warning("a process was not sent a message (%s): %s", kind, error)


def _call_back(callback: Callable[..., object], error: Exception | None) -> None:
    if isinstance(error, OSError):
        error = system_error(error, "write")
    callback(error)


def _send_arguments(
    args: tuple[Any, ...],
) -> tuple[Any, Any, Mapping[str, Any], Callable[..., object] | None]:
    message, handle, options, callback = (*args, None, None, None, None)[:4]
    if callable(handle):
        handle, options, callback = None, {}, handle
    elif callable(options):
        options, callback = {}, options
    elif options is not None and not isinstance(options, Mapping):
        raise invalid_arg_type("options", "object", options)
    called_back = runnable(callback, (1, 1), "callback") if callable(callback) else None
    return message, handle, options or {}, called_back


def check_message(message: object, given: bool) -> None:
    """Raise for what no message can be. None goes as null, but has to be given."""
    if not given:
        raise missing_args("message")
    if callable(message):
        expected = ["string", "object", "number", "boolean"]
        raise invalid_arg_type("message", expected, message)


def to_json(value: Any) -> Any:
    """``value`` as JSON knows it, in JavaScript's way: functions of a mapping are left out."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): to_json(each) for key, each in value.items() if not callable(each)}
    if isinstance(value, list | tuple):
        return [None if callable(each) else to_json(each) for each in value]
    if isinstance(value, bytes | bytearray | memoryview):
        return {"type": "Buffer", "data": list(bytes(value))}
    convert: Any = getattr(value, "toJSON", None)
    if callable(convert):
        return to_json(convert())
    raise invalid_arg_type("message", ["string", "object", "number", "boolean"], value)
