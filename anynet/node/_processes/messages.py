"""The messages of the adapter: those of every cluster, and what only Node's has.

Node's cluster reports an address in a form of its own (:class:`ListeningAt`), ends a worker in
steps of which each is an event (:class:`Disconnect`; or :class:`Exiting` from the worker, answered
by :class:`Noted`), and counts sockets that were sent to another process (:class:`SocketClosed`).
"""

from __future__ import annotations

from typing import TypeAlias

import attrs
from attrs.validators import in_, optional

from anynet._rules.values.value import Value
from anynet.cluster.wire.codec import Codec, count, text
from anynet.cluster.wire.messages import MESSAGES, Close, Listen, Online, Opened, Refused


def _port(_owner: object, field: attrs.Attribute[int], value: object) -> None:
    if type(value) is not int or value < -1:
        raise ValueError(f"{field.name} must be a number from -1 on")


@attrs.frozen(eq=False, repr=False)
class ListeningAt(Value):
    """A server of a worker listens: 4 or 6 and an address, or -1 and a path."""

    address_type: int = attrs.field(validator=in_((4, 6, -1)))
    address: str | None = attrs.field(validator=optional(text))
    port: int = attrs.field(validator=_port)
    fd: int | None = attrs.field(validator=optional(count))


@attrs.frozen(eq=False, repr=False)
class Disconnect(Value):
    """The worker is to close its servers and then the channel."""


@attrs.frozen(eq=False, repr=False)
class Exiting(Value):
    """The worker wants to disconnect."""


@attrs.frozen(eq=False, repr=False)
class Noted(Value):
    """The primary knows that the worker wants to disconnect; it may."""


@attrs.frozen(eq=False, repr=False)
class SocketClosed(Value):
    """A socket that the other process has sent is closed, of the server with this number."""

    key: int = attrs.field(validator=count)


CODEC = Codec(
    {
        **MESSAGES,
        "listening_at": ListeningAt,
        "disconnect": Disconnect,
        "exiting": Exiting,
        "noted": Noted,
        "socket_closed": SocketClosed,
    }
)

FromWorker: TypeAlias = Online | Listen | ListeningAt | Close | Exiting
FromPrimary: TypeAlias = Opened | Refused | Disconnect | Noted
