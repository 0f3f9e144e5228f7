"""The worker without input and output: what it asked for, and whether it is to end.

:meth:`WorkerProtocol.receive` takes what the primary sent and returns what is to be done. The
primary is trusted no more than a worker is: nonsense is an outcome (:class:`Drop`), by which this
process loses its channel, and then ends as it does whenever the primary is gone.
"""

from __future__ import annotations

from typing import TypeAlias

import attrs

from anynet.cluster.distribution import listen_requests
from anynet.cluster.distribution.listen_requests import ListenRequests, Unasked
from anynet.cluster.wire.codec import BadMessage
from anynet.cluster.wire.messages import Drain, Message, Opened, Received, Refused

# -- what is to be done ----------------------------------------------------------------------------


@attrs.frozen
class Deliver:
    """Give the message to the program."""

    message: Message


@attrs.frozen
class BeginToDrain:
    """No more connections come; the servers are to close. :attr:`WorkerProtocol.grace` is set."""


@attrs.frozen
class Drop:
    """The primary sent nonsense: close the channel, and the descriptors that came."""

    reason: str
    fds: tuple[int, ...] = ()


Outcome: TypeAlias = Deliver | BeginToDrain | Drop | listen_requests.Outcome

# -- the state -------------------------------------------------------------------------------------


class WorkerProtocol:
    """A worker's requests, and its end."""

    def __init__(self) -> None:
        self.requests: ListenRequests = ListenRequests(reuse=True)
        self.draining: bool = False
        #: Seconds that a drain may take: the least that was asked for.
        self.grace: float = float("inf")

    def drain(self, grace: float | None) -> list[Outcome]:
        """This process is to end, within ``grace`` seconds; None for no hurry."""
        if grace is not None:
            self.grace = min(self.grace, grace)
        if self.draining:
            return []
        self.draining = True
        return [BeginToDrain()]

    def receive(self, message: Received) -> list[Outcome]:
        """The primary sent this."""
        match message:
            case Message():
                return [Deliver(message)]
            case Opened() | Refused():
                outcome = self.requests.receive(message)
                if isinstance(outcome, Unasked):
                    return [Drop("it answers what was not asked", outcome.fds)]
                return [] if outcome is None else [outcome]
            case Drain(grace):
                return self.drain(grace)
            case BadMessage(reason, fds):
                return [Drop(reason, fds)]
            case _:
                return [Drop("the primary does not send what a worker does")]
