"""Many processes behind one address: a primary that supervises workers, and what they exchange.

The names are imported when they are first used. Who imports any room of this package imports the
package as well, and :mod:`anynet.node` uses only the lower ones: without the rest, a third of what
importing it cost is gone.
"""

import importlib
import typing

if typing.TYPE_CHECKING:
    from anynet._transport.loops.backends import Backend
    from anynet.cluster.distribution.listening_points import Policy
    from anynet.cluster.primary.event_stream import EventStream
    from anynet.cluster.primary.events import (
        ClusterEvent,
        Disconnect,
        Exit,
        Fork,
        Listening,
        Message,
        Online,
    )
    from anynet.cluster.primary.primary import Primary
    from anynet.cluster.primary.supervision import Cluster
    from anynet.cluster.primary.worker_process import WorkerProcess
    from anynet.cluster.settings.programs import ProgramError, RestartError
    from anynet.cluster.wire.channel import Channel
    from anynet.cluster.wire.fd_handles import Received, Sendable
    from anynet.cluster.wire.frames import ChannelError
    from anynet.cluster.wire.link import Mailbox
    from anynet.cluster.worker.worker import Worker, attach, current_worker

__all__ = [
    "Backend",
    "Channel",
    "ChannelError",
    "Cluster",
    "ClusterEvent",
    "Disconnect",
    "EventStream",
    "Exit",
    "Fork",
    "Listening",
    "Mailbox",
    "Message",
    "Online",
    "Policy",
    "Primary",
    "ProgramError",
    "Received",
    "RestartError",
    "Sendable",
    "Worker",
    "WorkerProcess",
    "attach",
    "current_worker",
]

#: Where each name is: the same as the imports above, which only type checkers see.
_MODULES = {
    "Backend": "anynet._transport.loops.backends",
    "Policy": "anynet.cluster.distribution.listening_points",
    "EventStream": "anynet.cluster.primary.event_stream",
    "ClusterEvent": "anynet.cluster.primary.events",
    "Disconnect": "anynet.cluster.primary.events",
    "Exit": "anynet.cluster.primary.events",
    "Fork": "anynet.cluster.primary.events",
    "Listening": "anynet.cluster.primary.events",
    "Message": "anynet.cluster.primary.events",
    "Online": "anynet.cluster.primary.events",
    "Primary": "anynet.cluster.primary.primary",
    "Cluster": "anynet.cluster.primary.supervision",
    "WorkerProcess": "anynet.cluster.primary.worker_process",
    "ProgramError": "anynet.cluster.settings.programs",
    "RestartError": "anynet.cluster.settings.programs",
    "Channel": "anynet.cluster.wire.channel",
    "Received": "anynet.cluster.wire.fd_handles",
    "Sendable": "anynet.cluster.wire.fd_handles",
    "ChannelError": "anynet.cluster.wire.frames",
    "Mailbox": "anynet.cluster.wire.link",
    "Worker": "anynet.cluster.worker.worker",
    "attach": "anynet.cluster.worker.worker",
    "current_worker": "anynet.cluster.worker.worker",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(importlib.import_module(_MODULES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
