"""Many processes behind one address: a primary that supervises workers, and what they exchange."""

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
