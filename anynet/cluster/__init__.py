"""Many processes behind one address: a primary that supervises workers, and what they exchange."""

from anynet._transport.backends import Backend
from anynet.cluster.channel import Channel
from anynet.cluster.cluster import Cluster
from anynet.cluster.event_stream import EventStream
from anynet.cluster.events import (
    ClusterEvent,
    Disconnect,
    Exit,
    Fork,
    Listening,
    Message,
    Online,
)
from anynet.cluster.frames import ChannelError
from anynet.cluster.handles import Received, Sendable
from anynet.cluster.link import Mailbox
from anynet.cluster.places import Policy
from anynet.cluster.primary import Primary
from anynet.cluster.programs import ProgramError, RestartError
from anynet.cluster.worker import Worker, attach, current_worker
from anynet.cluster.worker_process import WorkerProcess

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
