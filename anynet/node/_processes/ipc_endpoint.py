"""What a process and its child have in common: ``send``, ``disconnect`` and their events."""

from __future__ import annotations

import math
import socket
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from anynet.cluster.wire.channel import close_all
from anynet.cluster.wire.frames import Frame, encode
from anynet.node._emitters.emitter import EventEmitter, EventName, Listener
from anynet.node._errors.errors import (
    NodeError,
    invalid_arg_type,
    ipc_channel_closed,
    ipc_disconnected,
    missing_args,
    system_error,
)
from anynet.node._loop.runtime import Runtime, current_runtime
from anynet.node._net.servers.connection_count import ConnectionCount
from anynet.node._processes.ipc import IpcChannel
from anynet.node._processes.ipc_handles import check_handle, pack, unpack

#: From so many bytes that wait on, ``send`` returns False.
_MOST_WAITING = 131072
#: Called with an internal message: its kind, its arguments, and its descriptors.
OnInternal = Callable[[str, list[Any], list[int]], object]


class IpcEndpoint(EventEmitter):
    """One end of the channel between two processes.

    Emits ``message`` (the message, and its handle or None), ``disconnect``, and ``error``.
    """

    __slots__ = ("_channel", "_counted", "_early", "_on_internal", "connected", "runtime")

    def __init__(self) -> None:
        super().__init__()
        self._channel: IpcChannel | None = None
        self.runtime: Runtime | None = None
        #: Messages that came before anybody listened.
        self._early: list[tuple[Any, Any]] | None = None
        self._on_internal: OnInternal | None = None
        #: The counts of the servers whose sockets were sent, by their numbers.
        self._counted: dict[int, ConnectionCount] | None = None
        #: Is the channel open?
        self.connected: bool = False

    def _open_channel(self, runtime: Runtime, sock: socket.socket) -> None:
        self.runtime = runtime
        self._channel = IpcChannel(runtime.reactor, sock, self._on_frame, self._on_end)
        self.connected = True

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
        if channel is None or channel.closing or channel.closed:
            self._fail(ipc_channel_closed(), callback)
            return False
        content = to_json(message)
        parcel = None
        if handle is not None:
            encode(Frame(message=content))  # Raises before the handle is touched.
            parcel = pack(handle, keep_open=bool(options.get("keepOpen")), counts=self)
        sent = None if callback is None else partial(_call_back, callback)
        if parcel is None:
            channel.send(Frame(message=["message", content, None]), [], sent)
        else:
            frame = Frame(message=["message", content, parcel.state], extra=parcel.unread)
            channel.send(frame, [parcel.sock], sent)
        return channel.queue_size < _MOST_WAITING

    def on_internal(self, call: OnInternal) -> None:
        """Call with the messages of :meth:`post` that come."""
        self._on_internal = call

    def post(self, kind: str, *args: Any, sockets: list[socket.socket] | None = None) -> None:
        """Send a message of ours, if there still is somebody to get it."""
        channel = self._channel
        if channel is None or channel.closing or channel.closed:
            for sock in sockets or ():
                sock.close()
        else:
            channel.send(Frame(message=["internal", kind, list(args)]), sockets or [])

    def _fail(self, error: NodeError, callback: Callable[..., object] | None) -> None:
        runtime = self.runtime or current_runtime()
        if callback is not None:
            runtime.next_tick(callback, error)
        else:
            runtime.next_tick(self.emit, "error", error)

    # -- receiving ------------------------------------------------------------------------------

    def _on_frame(self, frame: Frame, fds: list[int]) -> None:
        assert self.runtime is not None
        match frame.message:
            case ["message", message, state]:
                handle = unpack(fds, state, frame.extra, self)
                self.runtime.next_tick(self._tell, message, handle)
            case ["internal", "closed", [int() as key]]:
                self.runtime.next_tick(self._sent_socket_closed, key)
            case ["internal", str() as kind, list() as args] if self._on_internal is not None:
                self.runtime.next_tick(self._on_internal, kind, args, fds)
            case _:
                close_all(fds)

    def _tell(self, message: Any, handle: Any) -> None:
        if self.listenerCount("message"):
            self.emit("message", message, handle)
        elif self._early is None:
            self._early = [(message, handle)]
        else:
            self._early.append((message, handle))

    def _add(self, name: EventName, listener: Listener, first: bool = False) -> None:
        super()._add(name, listener, first)
        if name == "message" and self._early and self.runtime is not None:
            early, self._early = self._early, None
            for message, handle in early:
                self.runtime.next_tick(self._tell, message, handle)

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
        self.post("closed", key)

    def _sent_socket_closed(self, key: int) -> None:
        count = (self._counted or {}).get(key)
        if count is not None and not count.note_sent_closed(self):
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
        self._on_end()

    def _on_end(self) -> None:
        assert self.runtime is not None
        self.connected = False
        self._forget_sent()
        self.runtime.next_tick(self.emit, "disconnect")


def _call_back(callback: Callable[..., object], error: OSError | None) -> None:
    callback(None if error is None else system_error(error, "write"))


def _send_arguments(
    args: tuple[Any, ...],
) -> tuple[Any, Any, Mapping[str, Any], Callable[..., object] | None]:
    message, handle, options, callback = (*args, None, None, None, None)[:4]
    if callable(handle):
        handle, options, callback = None, {}, handle
    elif callable(options):
        options, callback = {}, options
    elif len(args) > 2 and not isinstance(options, Mapping):
        raise invalid_arg_type("options", "object", options)
    return message, handle, options or {}, callback if callable(callback) else None


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
